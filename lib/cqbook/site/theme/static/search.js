/* Looks through the book: claims, figures, published numbers, passages; exact text, whatever the form
   in which it is typed and by which of its names a thing is called. */
(function () {
  "use strict";
  var book = (window.cqbook = window.cqbook || {});
  var forms = {}, pages = [], passages = [], claims = [], others = new Map(), longest = 0;
  var CHINESE = /[\u3400-\u9fff]/;

  /* Character by character, so that places in the text stay the same. */
  function plain(text) {
    var out = "";
    for (var i = 0; i < text.length; i++) {
      var c = text[i], n = c.normalize("NFKC").toLowerCase();
      if (n.length !== 1) n = c;
      out += forms[n] || n;
    }
    return out;
  }

  /* 158.4 is not found inside 8158.4, nor 2024 inside 120245. */
  function places(text, term) {
    var found = [], at = -1, number = /^[\d.]+$/.test(term), latin = /^[a-z]+$/.test(term);
    while ((at = text.indexOf(term, at + 1)) >= 0) {
      var before = text[at - 1] || "", after = text[at + term.length] || "", next = text[at + term.length + 1] || "";
      if (number && (/[\d.]/.test(before) || /\d/.test(after) || (after === "." && /\d/.test(next)))) continue;
      if (latin && /[a-z]/.test(before)) continue;
      found.push(at);
    }
    return found;
  }

  /* Where a term stands; where it doesn't, what else its thing is called; and, if that will do, its
     parts: 出口汽车 says 汽车出口. */
  function spots(text, term, loosely) {
    function all(names) {
      var found = [];
      names.forEach(function (name) {
        places(text, name).forEach(function (at) { found.push([at, at + name.length]); });
      });
      return found;
    }
    var found = all([term]);
    if (!found.length) found = all(others.get(term) || []);
    if (found.length || !loosely) return found;
    var parts = partsOf(term);
    return parts.every(function (part) { return text.indexOf(part) >= 0; }) ? all(parts) : [];
  }

  function partsOf(term) {
    var known = { has: function (word) { return word !== term && others.has(word); } };
    var cut = CHINESE.test(term) ? book.cut(term, known, longest) : { names: [], left: [] };
    return cut.names.length > 1 && !cut.left.length ? cut.names : [term];
  }

  function occurs(term, inChapters) {
    return passages.some(function (line) {
      /* a list counts where the phrase is one of its headings */
      return (!inChapters || pages[line.page][2] || line.weight === 3) && places(line.plain, term).length > 0;
    });
  }

  /* Names first; in what they leave the book is its own dictionary: the longest pieces that stand in it. */
  function pieces(chunk, inChapters) {
    var found = [];
    for (var at = 0; at < chunk.length;) {
      var size = chunk.length - at;
      while (size > 1 && !occurs(chunk.substr(at, size), inChapters)) size -= 1;
      /* one character alone says nothing */
      if (size > 1) found.push(chunk.substr(at, size));
      at += size;
    }
    return found;
  }

  /* A year is a name too. */
  function isYear(word) { return /^\d{4}年$/.test(word); }
  var KNOWN = { has: function (word) { return others.has(word) || isYear(word); } };

  function terms(query) {
    var found = [];
    plain(query).split(/[\s,，。、；;:："“”'‘’()（）《》|｜+&]+/).forEach(function (chunk) {
      if (!chunk) return;
      /* a phrase that only a list has is taken apart too, unless it is a number or a name */
      if (chunk.length === 1 || others.has(chunk) || !CHINESE.test(chunk)) { found.push(chunk); return; }
      var cut = book.cut(chunk, KNOWN, longest), parts = cut.names;
      /* but 2022年进出口, wherever it stands, asks for what there was in 2022 */
      if (occurs(chunk, true) && !parts.some(isYear)) { found.push(chunk); return; }
      cut.left.forEach(function (rest) { parts = parts.concat(pieces(book.saying(rest), true)); });
      found = found.concat(parts.length || !occurs(chunk) ? parts : [chunk]);
    });
    return found.filter(function (term, place) { return found.indexOf(term) === place; });
  }

  function search(query) {
    query = book.spelt(plain(query));
    var asked = terms(query), whole = query.trim(), hits = {};
    var counts = asked.map(function (term) {
      return passages.map(function (line) { return spots(line.plain, term).length * (line.plain.indexOf(term) < 0 ? 0.5 : 1); });
    });
    var rare = counts.map(function (some) {
      var count = some.filter(Boolean).length;
      return count ? Math.log(1 + passages.length / count) : 0;
    });
    passages.forEach(function (line, place) {
      var score = 0, met = [];
      asked.forEach(function (term, n) {
        var count = counts[n][place];
        if (!count) return;
        met.push(n);
        /* much said in few words weighs more than a mention in passing */
        score += rare[n] * line.weight * (count < 1 ? count : 1 + Math.log(count)) / (1 + line.text.length / 400);
      });
      if (!met.length) return;
      if (met.length > 1) score *= met.length;
      if (asked.length > 1 && line.plain.indexOf(whole) >= 0) score *= 3;
      var page = hits[line.page] = hits[line.page] || { page: line.page, lines: [], met: {}, sum: 0 };
      met.forEach(function (n) { page.met[n] = true; });
      page.lines.push({ line: line, score: score });
      page.sum += score;
    });
    var found = Object.keys(hits).map(function (key) { return hits[key]; });
    var all = found.filter(function (hit) { return Object.keys(hit.met).length === asked.length; });
    if (all.length) found = all;
    else {
      /* no page has all: those that have more than half of what was typed */
      var size = whole.replace(/\s/g, "").length;
      found = found.filter(function (hit) {
        return Object.keys(hit.met).reduce(function (sum, n) { return sum + asked[n].length; }, 0) * 2 > size;
      });
    }
    found.forEach(function (hit) {
      var page = pages[hit.page], title = plain(page[1]);
      hit.lines.sort(function (a, b) { return b.score - a.score; });
      hit.score = hit.lines[0].score + 0.5 * Math.log(1 + hit.sum) * Object.keys(hit.met).length;
      asked.forEach(function (term, n) { if (spots(title, term).length) hit.score += 6 * rare[n]; });
      if (!page[2]) hit.score *= 0.3;
    });
    found.sort(function (a, b) { return b.score - a.score || a.page - b.page; });
    var numbers = book.numbersFor(query, SHOWN.numbers), isNumber = numbers.length > 0 && numbers[0].isExact;
    return {
      terms: asked, found: found, claims: shortest(claims, asked, rare, SHOWN.claims),
      figures: shortest(passages.filter(function (line) { return line.weight === 2; }), asked, rare, SHOWN.figures),
      numbers: numbers, isKnown: book.isKnown(query),
      /* who asks for a number has it first */
      order: isNumber ? ["numbers", "claims", "figures"] : ["claims", "figures", "numbers"]
    };
  }

  var NUMBERS = "chapters/numbers.html";
  /* How many of each stand above the pages. */
  var SHOWN = { claims: 3, figures: 3, numbers: 5 }, NAMES = { claims: ["论断", "Claims"], figures: ["图表", "Figures"], numbers: ["数字", "Numbers"] };

  /* The lines that have all that was asked, or all but one of three: those that say it in few words first. */
  function shortest(lines, asked, rare, most) {
    var found = [], all = rare.reduce(function (sum, weight) { return sum + weight; }, 0);
    if (!asked.length) return found;
    lines.forEach(function (line) {
      var met = 0, score = 0;
      asked.forEach(function (term, n) {
        if (!spots(line.plain, term, true).length) return;
        met += 1;
        score += rare[n] * (places(line.plain, term).length ? 1 : 0.7);
      });
      if (met === asked.length || (asked.length > 2 && met === asked.length - 1 && score > 0.6 * all)) found.push({ line: line, score: score / (1 + line.text.length / 400) });
    });
    found.sort(function (a, b) { return b.score - a.score || a.line.page - b.line.page; });
    return found.slice(0, most);
  }

  function marked(text, plainText, asked, most) {
    var found = [];
    asked.forEach(function (term) { found = found.concat(spots(plainText, term, true)); });
    found.sort(function (a, b) { return a[0] - b[0] || b[1] - a[1]; });
    var start = text.length <= most ? 0 : Math.max(0, (found.length ? found[0][0] : 0) - 24), end = Math.min(text.length, start + most);
    var out = document.createDocumentFragment(), at = start;
    var cut = CHINESE.test(text) ? "……" : "… ";
    if (start) out.append(cut);
    found.forEach(function (spot) {
      if (spot[0] < at || spot[1] > end) return;
      out.append(text.slice(at, spot[0]));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(spot[0], spot[1]);
      out.append(mark);
      at = spot[1];
    });
    out.append(text.slice(at, end));
    if (end < text.length) out.append(cut);
    return out;
  }

  /* What was found, in pieces: the reader's own words are no English. */
  function counted(query, answer, isFound) {
    var say = book.say, many = answer.found.length;
    if (!isFound) return [say("没有找到“", "Nothing found for “"), query, say("”。换个说法，或从目录、图表目录进入。", "”. Try other words, or the contents and the list of figures.")];
    var found = "“", count = many ? say(many + "页", many + (many === 1 ? " page" : " pages")) : say("书页中没有，数字库中有", "on no page, but among the numbers");
    var cut = !answer.terms.length || answer.terms.join("") === plain(query).trim() ? [] : [say("，按“", ", looked for as “"), answer.terms.join("”“"), say("”查找", "”")];
    return [found, query, say("”：", "”: "), count].concat(cut);
  }

  function show(query) {
    var place = document.getElementById("search-results");
    place.textContent = "";
    if (!query.trim()) { return; }
    var answer = search(query);
    var says = document.createElement("p"), isFound = answer.found.length + answer.claims.length + answer.figures.length + answer.numbers.length + answer.isKnown;
    says.className = "cq-count";
    says.append(...counted(query, answer, isFound).map(book.quoted));
    place.append(says);
    var asked = NUMBERS + "?q=" + encodeURIComponent(query);
    answer.order.forEach(function (kind) {
      var lines = answer[kind].map(function (hit) {
        if (kind === "numbers") return [asked + "#obs-" + hit.id, marked(hit.text, plain(hit.text), answer.terms, 200)];
        return [pages[hit.line.page][0] + "#" + hit.line.anchor, shown(hit.line, answer.terms, 200)];
      });
      if (kind === "numbers" && answer.isKnown) lines.push([asked, inNumbers(query)]);
      above(place, book.say(NAMES[kind][0], NAMES[kind][1]), lines);
    });
    if (isFound > answer.found.length && answer.found.length) heading(place, book.say("页面", "Pages"));
    var list = document.createElement("ol");
    list.className = "cq-found";
    answer.found.slice(0, 40).forEach(function (hit) {
      var page = pages[hit.page], item = document.createElement("li");
      var best = hit.lines[0].line, link = document.createElement("a");
      link.href = book.searchRoot + page[0] + (best.weight === 3 && !best.anchor ? "" : "#" + best.anchor);
      link.append(book.say(marked(page[1], plain(page[1]), answer.terms, 80), page[3]));
      item.append(link);
      hit.lines.slice(0, 3).forEach(function (one) {
        var passage = document.createElement("p"), way = document.createElement("a");
        if (one.line.text === page[1]) return;
        way.href = book.searchRoot + page[0] + "#" + one.line.anchor;
        way.className = "cq-passage";
        way.append(shown(one.line, answer.terms, 110));
        passage.append(way);
        item.append(passage);
      });
      list.append(item);
    });
    place.append(list);
  }

  /* A passage as it stands in the book; a figure or table by its title in the reader's language. */
  function shown(line, asked, most) {
    if (line.english) return book.say(marked(line.text, line.plain, asked, most), line.english);
    var passage = document.createElement("span");
    if (CHINESE.test(line.text)) passage.lang = "zh-CN";
    passage.append(marked(line.text, line.plain, asked, most));
    return passage;
  }

  function inNumbers(query) {
    var way = document.createDocumentFragment();
    way.append(book.say("在数字库中查“", "Look up “"), book.quoted(query), book.say("”，连同长序列", "” among the numbers, with the long series"));
    return way;
  }

  function heading(place, text) {
    var head = document.createElement("h2");
    head.textContent = text;
    place.append(head);
  }

  /* What answers at once stands above the pages. */
  function above(place, name, lines) {
    if (!lines.length) return;
    heading(place, name);
    var list = document.createElement("ul");
    list.className = "cq-answers";
    lines.forEach(function (line) {
      var item = document.createElement("li"), way = document.createElement("a");
      way.href = book.searchRoot + line[0];
      way.className = "cq-passage";
      way.append(line[1]);
      item.append(way);
      list.append(item);
    });
    place.append(list);
  }

  function learn(names) {
    names.forEach(function (words) {
      words = words.map(plain).filter(function (word) { return word.length > 1; });
      words.forEach(function (word) {
        longest = Math.max(longest, word.length);
        if (!others.has(word)) others.set(word, []);
        words.forEach(function (other) {
          /* 出口 is another name of 汽车出口, but says less; and the book is in Chinese */
          if (CHINESE.test(other) && word.indexOf(other) < 0 && others.get(word).indexOf(other) < 0) others.get(word).push(other);
        });
      });
    });
  }

  book.look = function (content) {
    for (var i = 0; i < content.simplified.length; i += 2) forms[content.simplified[i]] = content.simplified[i + 1];
    pages = content.pages;
    learn(content.names);
    claims = content.claims.map(function (line) {
      return { page: line[0], anchor: line[1], text: line[2], plain: plain(line[2]) };
    });
    passages = content.passages.map(function (line) {
      return { page: line[0], anchor: line[1], text: line[2], weight: line[3], english: line[4], plain: plain(line[2]) };
    });
  };

  function start() {
    var place = document.getElementById("search-results");
    if (!place) return;
    book.searchRoot = place.dataset.root.replace(/^\.\//, "");
    var box = document.querySelector(".cq-ask input");
    var query = new URLSearchParams(location.search).get("q") || "";
    box.value = query;
    show(query);
    new MutationObserver(function () { show(box.value); }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-lang"] });
    var wait = 0;
    box.addEventListener("input", function () {
      clearTimeout(wait);
      wait = setTimeout(function () {
        history.replaceState(null, "", "?q=" + encodeURIComponent(box.value));
        show(box.value);
      }, 120);
    });
  }
  book.search = search;
  book.pagesOf = function () { return pages; };
  /* deferred scripts run in order: the passages come after this one */
  document.addEventListener("DOMContentLoaded", start);
})();
