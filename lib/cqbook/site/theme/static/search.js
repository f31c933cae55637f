/* Looks through the passages of the book: exact text, whatever the form in which it is typed. */
(function () {
  "use strict";
  var book = (window.cqbook = window.cqbook || {});
  var forms = {}, pages = [], passages = [];
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

  function occurs(term, inChapters) {
    return passages.some(function (line) {
      /* a list counts where the phrase is one of its headings */
      return (!inChapters || pages[line.page][2] || line.weight === 3) && places(line.plain, term).length > 0;
    });
  }

  /* The book is its own dictionary: the longest pieces of the query that stand in it. */
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

  function terms(query) {
    var found = [];
    plain(query).split(/[\s,，。、；;:："“”'‘’()（）《》|｜+&]+/).forEach(function (chunk) {
      if (!chunk) return;
      /* a phrase that only a list has is taken apart too, unless it is a number or a name */
      if (chunk.length === 1 || occurs(chunk, true) || !CHINESE.test(chunk)) { found.push(chunk); return; }
      var parts = pieces(chunk, true);
      found = found.concat(parts.length || !occurs(chunk) ? parts : [chunk]);
    });
    return found.filter(function (term, place) { return found.indexOf(term) === place; });
  }

  function search(query) {
    var asked = terms(query), whole = plain(query).trim(), hits = {};
    var rare = asked.map(function (term) {
      var count = passages.filter(function (line) { return places(line.plain, term).length; }).length;
      return count ? Math.log(1 + passages.length / count) : 0;
    });
    passages.forEach(function (line) {
      var score = 0, met = [];
      asked.forEach(function (term, n) {
        var count = places(line.plain, term).length;
        if (!count) return;
        met.push(n);
        /* much said in few words weighs more than a mention in passing */
        score += rare[n] * line.weight * (1 + Math.log(count)) / (1 + line.text.length / 400);
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
      asked.forEach(function (term, n) { if (places(title, term).length) hit.score += 6 * rare[n]; });
      if (!page[2]) hit.score *= 0.3;
    });
    found.sort(function (a, b) { return b.score - a.score || a.page - b.page; });
    return { terms: asked, found: found };
  }

  function marked(text, plainText, asked, most) {
    var spots = [];
    asked.forEach(function (term) {
      places(plainText, term).forEach(function (at) { spots.push([at, at + term.length]); });
    });
    spots.sort(function (a, b) { return a[0] - b[0] || b[1] - a[1]; });
    var start = Math.max(0, (spots.length ? spots[0][0] : 0) - 24), end = Math.min(text.length, start + most);
    var out = document.createDocumentFragment(), at = start;
    if (start) out.append("……");
    spots.forEach(function (spot) {
      if (spot[0] < at || spot[1] > end) return;
      out.append(text.slice(at, spot[0]));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(spot[0], spot[1]);
      out.append(mark);
      at = spot[1];
    });
    out.append(text.slice(at, end));
    if (end < text.length) out.append("……");
    return out;
  }

  function show(query) {
    var place = document.getElementById("search-results");
    place.textContent = "";
    if (!query.trim()) { return; }
    var answer = search(query);
    var says = document.createElement("p");
    says.className = "cq-count";
    says.textContent = answer.found.length
      ? "“" + query + "”：" + answer.found.length + "页" + (answer.terms.join("") === plain(query).trim() ? "" : "，按“" + answer.terms.join("”“") + "”查找")
      : "没有找到“" + query + "”。换个说法，或从目录、图表目录进入。";
    place.append(says);
    var list = document.createElement("ol");
    list.className = "cq-found";
    answer.found.slice(0, 40).forEach(function (hit) {
      var page = pages[hit.page], item = document.createElement("li");
      var best = hit.lines[0].line, link = document.createElement("a");
      link.href = book.searchRoot + page[0] + (best.weight === 3 && !best.anchor ? "" : "#" + best.anchor);
      link.append(marked(page[1], plain(page[1]), answer.terms, 80));
      item.append(link);
      hit.lines.slice(0, 3).forEach(function (one) {
        var passage = document.createElement("p"), way = document.createElement("a");
        if (one.line.text === page[1]) return;
        way.href = book.searchRoot + page[0] + "#" + one.line.anchor;
        way.className = "cq-passage";
        way.append(marked(one.line.text, one.line.plain, answer.terms, 110));
        passage.append(way);
        item.append(passage);
      });
      list.append(item);
    });
    place.append(list);
  }

  book.look = function (content) {
    for (var i = 0; i < content.simplified.length; i += 2) forms[content.simplified[i]] = content.simplified[i + 1];
    pages = content.pages;
    passages = content.passages.map(function (line) {
      return { page: line[0], anchor: line[1], text: line[2], weight: line[3], plain: plain(line[2]) };
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
