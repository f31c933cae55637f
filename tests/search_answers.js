/* Asks the search of a built book without a browser. Argument: the folder of the site; on stdin a JSON
   list of queries. Of each, what is found; and first, what stands first: its kind and its address. */
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

global.window = global;
global.document = { addEventListener() {}, getElementById() {}, documentElement: { dataset: {} } };
/* as in `cqbook.js`, which wants a page */
global.cqbook = { say: (chinese) => chinese };
for (const name of ["numbers.js", "search.js", "passages.js", "numbers-own.js"]) {
  const file = path.join(process.argv[2], "_static", name);
  vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: name });
}
const book = global.cqbook;
const page = (number) => book.pagesOf()[number][0];

function firstOf(answer, pages) {
  for (const kind of answer.order) {
    const [hit] = answer[kind];
    if (hit && kind === "numbers") return "number " + hit.id;
    if (hit && kind === "figures") return "figure " + hit.line.anchor;
    if (hit) return "claim " + page(hit.line.page) + "#" + hit.line.anchor;
  }
  return pages.length ? "page " + pages[0] : answer.isKnown ? "series" : "";
}

const answers = JSON.parse(fs.readFileSync(0, "utf8")).map((query) => {
  const start = performance.now();
  const answer = book.search(query);
  const time = performance.now() - start;
  const pages = answer.found.map((hit) => page(hit.page));
  return {
    query, time, pages, first: firstOf(answer, pages), terms: answer.terms,
    claims: answer.claims.map((hit) => page(hit.line.page) + "#" + hit.line.anchor),
    figures: answer.figures.map((hit) => hit.line.anchor),
    numbers: answer.numbers.map((hit) => hit.id),
  };
});
process.stdout.write(JSON.stringify(answers));
