/* Charts become interactive when they are touched; without this script the pictures stay. */
(function () {
  "use strict";
  /* As where the pictures are drawn: a label called __proto__ is a label like any other to Vega. */
  delete Object.prototype.__proto__;
  var book = (window.cqbook = window.cqbook || {});
  var waiting = {}, asked = {}, vega = null;

  book.load = load;
  function load(src) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = src;
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    });
  }

  /* Colours are texts; of numbers only those by which a mark is filled have a partner. */
  function recolour(node, map, fills) {
    if (Array.isArray(node)) return node.map(function (item) { return recolour(item, map, fills); });
    if (node && typeof node === "object") {
      var copy = {};
      Object.keys(node).forEach(function (key) { copy[key] = recolour(node[key], map, fills || key === "fillOpacity"); });
      return copy;
    }
    return (fills || typeof node === "string") && Object.prototype.hasOwnProperty.call(map, node) ? map[node] : node;
  }

  /* The scripts that draw, once a page. */
  book.vega = function (root) {
    vega = vega || load(root + "_static/vega/vega.js").then(function () {
      return load(root + "_static/vega/palette.js");
    });
    return vega;
  };

  function isDark() { return document.documentElement.dataset.theme === "dark"; }

  /* The page's policy: expressions are interpreted, styles stand in the style sheet, no menu sends data away. */
  book.embed = function (host, spec) { return embed(host, spec, isDark()); };
  function embed(host, spec, dark) {
    var options = { ast: true, actions: false, defaultStyle: false, renderer: "svg",
      tooltip: { theme: dark ? "dark" : "light", disableDefaultStyle: true } };
    return window.vegaEmbed(host, dark ? recolour(spec, book.dark) : spec, options);
  }

  /* Each figure's specification is a script that calls this: works from file:// too. */
  book.show = function (id, chinese, english) {
    if (waiting[id]) waiting[id]({ zh: chinese, en: english });
  };

  /* Its specifications by language, once Vega is there to draw them. */
  function specsOf(figure) {
    var id = figure.dataset.figure, root = figure.dataset.root;
    book.specs = book.specs || {};
    if (!asked[id]) {
      var spec = new Promise(function (resolve) { waiting[id] = resolve; });
      asked[id] = Promise.all([spec, book.vega(root), load(root + "_figures/" + id + ".js")]).then(function (parts) {
        return (book.specs[id] = parts[0]);
      });
      asked[id].catch(function () { delete asked[id]; });
    }
    return asked[id];
  }
  function spoken(specs) { return specs[document.documentElement.dataset.lang || "zh"] || specs.zh; }

  function draw(figure) {
    if (figure.dataset.live) return;
    figure.dataset.live = "loading";
    specsOf(figure).then(function (specs) {
      return render(figure, figure.querySelector(".cq-chart"), specs);
    }).catch(function () { delete figure.dataset.live; });
  }

  function render(figure, chart, specs) {
    var language = document.documentElement.dataset.lang || "zh";
    var spec = Object.assign({}, spoken(specs), { width: Math.min(chart.clientWidth || 680, 680) });
    /* title, sources and edition are text of the page; its ground is the page's */
    delete spec.title;
    delete spec.background;
    var host = document.createElement("div");
    var drawn = isDark() ? "dark" : "light";
    return book.embed(host, spec).then(function () {
      var old = chart.querySelector(".cq-live");
      if (old) old.remove();
      host.classList.add("cq-live");
      chart.querySelectorAll("picture").forEach(function (picture) { picture.hidden = true; picture.style.display = "none"; });
      chart.appendChild(host);
      var img = chart.querySelector("picture[data-" + language + "].cq-light img, picture:not([data-zh]):not([data-en]).cq-light img");
      if (img && img.alt) { host.setAttribute("role", "img"); host.setAttribute("aria-label", img.alt); }
      figure.dataset.live = drawn;
    });
  }

  /* --- both languages: what a page says in one place, and what scripts say, in two */

  function english() { return document.documentElement.dataset.lang === "en"; }
  book.say = function (zh, en) { return english() ? en : zh; };
  /* a name or passage of the sources stays Chinese for English readers, and says so */
  book.quoted = function (text) {
    if (!english() || !/[\u3400-\u9fff]/.test(text)) return document.createTextNode(text);
    var span = document.createElement("span");
    span.lang = "zh-CN";
    span.textContent = text;
    return span;
  };
  var SAID = ["aria-label", "placeholder", "title", "text"];
  function put(node, name, words) {
    if (name === "text") node.textContent = words;
    else node.setAttribute(name, words);
  }
  /* an attribute, or the whole text, of an element in both languages */
  function tell(node, name, zh, en) {
    node.setAttribute("data-zh-" + name, zh);
    node.setAttribute("data-en-" + name, en);
    put(node, name, book.say(zh, en));
    return node;
  }
  function speak() {
    var own = english() ? "data-en-" : "data-zh-";
    document.documentElement.lang = book.say("zh-CN", "en");
    SAID.forEach(function (name) {
      document.querySelectorAll("[data-en-" + name + "]").forEach(function (node) {
        var kept = "data-zh-" + name;
        if (!node.hasAttribute(kept)) node.setAttribute(kept, name === "text" ? node.textContent : node.getAttribute(name));
        put(node, name, node.getAttribute(own + name));
      });
    });
  }

  /* Light or dark: the system's wish until the reader says otherwise. */
  function modeButton() {
    var button = document.querySelector(".cq-mode"), page = document.documentElement.dataset;
    if (!button) return;
    var wish = window.matchMedia("(prefers-color-scheme: dark)");
    function say() {
      if (page.theme === "dark") tell(button, "text", "浅色", "Light");
      else tell(button, "text", "深色", "Dark");
    }
    function kept() { try { return localStorage.getItem("cq-mode"); } catch (error) { return null; } }
    wish.addEventListener("change", function () {
      if (!kept()) { page.theme = wish.matches ? "dark" : "light"; say(); }
    });
    button.addEventListener("click", function () {
      page.theme = page.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem("cq-mode", page.theme); } catch (error) { /* for this page only */ }
      say();
    });
    button.hidden = false;
    say();
  }

  /* All but the prose in English, until the reader says otherwise. */
  function languageButton() {
    var button = document.querySelector(".cq-language"), page = document.documentElement;
    if (!button) return;
    function say() {
      button.textContent = english() ? "中文" : "EN";
      button.setAttribute("aria-label", english() ? "中文" : "English");
      button.lang = english() ? "zh-CN" : "en";
    }
    button.addEventListener("click", function () {
      if (page.dataset.lang === "en") delete page.dataset.lang;
      else page.dataset.lang = "en";
      try { localStorage.setItem("cq-lang", page.dataset.lang || "zh"); } catch (error) { /* for this page only */ }
      say();
      speak();
    });
    button.hidden = false;
    say();
  }

  function watchTheme() {
    new MutationObserver(function () {
      document.querySelectorAll("figure[data-live]").forEach(function (figure) {
        var spec = book.specs && book.specs[figure.dataset.figure];
        if (spec) render(figure, figure.querySelector(".cq-chart"), spec);
      });
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-lang"] });
  }

  function filterTables() {
    document.querySelectorAll("figure[data-searchable]").forEach(function (figure) {
      var scroll = figure.querySelector(".cq-scroll");
      if (!scroll) return;
      var input = document.createElement("input");
      input.type = "search";
      input.className = "cq-filter";
      /* what can be looked for is what the columns hold */
      function heads(other) {
        return Array.prototype.map.call(figure.querySelectorAll("thead th"), function (head) {
          return (head.querySelector(other) || head).textContent.trim();
        });
      }
      tell(input, "placeholder", "筛选：" + heads("[data-zh]").join("、"), "Filter: " + heads("[data-en]").join(", "));
      tell(input, "aria-label", "筛选表中的行", "Filter the rows of the table");
      var count = document.createElement("span");
      count.setAttribute("role", "status");
      var rows = Array.prototype.slice.call(figure.querySelectorAll("tbody tr"));
      function apply() {
        var words = input.value.trim().toLowerCase().split(/\s+/);
        var shown = 0;
        rows.forEach(function (row) {
          var text = row.textContent.toLowerCase();
          var hit = words.every(function (word) { return text.indexOf(word) >= 0; });
          row.hidden = !hit;
          if (hit) shown += 1;
        });
        tell(count, "text", " " + shown + " / " + rows.length + " 行", " " + shown + " of " + rows.length + " rows");
      }
      input.addEventListener("input", apply);
      figure.insertBefore(input, scroll);
      figure.insertBefore(count, scroll);
      apply();
    });
  }

  /* In an older edition each figure says whether it is still the same in the latest one. */
  function tellFigures(known) {
    document.querySelectorAll("figure[data-hash]").forEach(function (figure) {
      var now = known.figures[figure.dataset.figure], note = document.createElement("p");
      note.className = "cq-still";
      var said = now === undefined ? ["没有这张图", "this figure is not there"]
        : now === figure.dataset.hash ? ["数据未变", "same data"] : ["数据有变", "other data"];
      tell(note, "text", "在版次" + known.latest + "中：" + said[0], "In edition " + known.latest + ": " + said[1]);
      var caption = figure.querySelector("figcaption");
      if (caption) caption.appendChild(note);
    });
  }

  /* Without scripts the texts can be selected; with them each has a button. */
  function copyButtons() {
    document.querySelectorAll(".cq-cite dd, .cq-copied").forEach(function (text) {
      var button = document.createElement("button");
      button.type = "button";
      tell(button, "text", "复制", "Copy");
      button.addEventListener("click", function () {
        var words = text.firstChild.textContent, box = document.createElement("textarea");
        box.value = words;
        document.body.appendChild(box);
        box.select();
        /* works from file:// too, where the clipboard of navigator is not there */
        var done = document.execCommand("copy");
        box.remove();
        if (done) tell(button, "text", "已复制", "Copied");
        else tell(button, "text", "请手动选取", "Please select it");
        button.focus();
      });
      text.appendChild(button);
    });
  }

  /* The picture with all that it has to say, as the downloaded one, 300 dots an inch on 156 mm: drawn
     here, for a picture from a folder may not be read. Only where images can be copied at all. */
  function copyImages() {
    if (!navigator.clipboard || !navigator.clipboard.write || !window.ClipboardItem) return;
    document.querySelectorAll("figure[data-figure] .cq-tools").forEach(function (tools) {
      var figure = tools.closest("figure"), button = document.createElement("button");
      button.type = "button";
      tell(button, "text", "复制图片", "Copy image");
      button.addEventListener("click", function () {
        var image = pictureOf(figure);
        /* the promise goes in, not what it gives: Safari asks for it while the click lasts */
        navigator.clipboard.write([new ClipboardItem({ "image/png": image })]).then(function () {
          tell(button, "text", "已复制", "Copied");
        }, function () { tell(button, "text", "没有复制成：请下载 PNG", "Not copied: download the PNG"); });
      });
      tools.insertBefore(button, tools.querySelector(".cq-cite"));
    });
  }
  function pictureOf(figure) {
    return specsOf(figure).then(function (specs) {
      return embed(document.createElement("div"), Object.assign({}, spoken(specs), { width: 680 }), false);
    }).then(function (made) {
      return made.view.toCanvas(1842 / 680);
    }).then(function (canvas) {
      return new Promise(function (resolve) { canvas.toBlob(resolve, "image/png"); });
    });
  }

  /* ?code shows the code of a page, that of the figure which the address leads to as well. */
  function showCode() {
    var box = document.getElementById("cq-code");
    if (!box || location.search !== "?code") return;
    box.checked = true;
    var figure = location.hash && document.getElementById(location.hash.slice(1));
    var cell = figure && figure.closest("div.cell"), hidden = cell && cell.querySelector("details.hide");
    if (hidden) hidden.open = true;
    /* after the browser has gone to the figure, which is further down now */
    if (cell) window.addEventListener("load", function () { cell.scrollIntoView(); });
  }

  /* A frozen page can't know of later editions; a script outside its folder tells it. */
  function tellEdition() {
    var foot = document.querySelector(".cq-edition");
    if (!foot) return;
    var root = foot.dataset.root + "../";
    load(root + "editions.js").then(function () {
      var known = window.cqbookEditions, own = foot.dataset.edition;
      if (!known || !known.latest) return;
      if (own === known.latest) return;
      tellFigures(known);
      var note = document.createElement("p");
      note.className = "cq-older";
      var day = known.released[own];
      note.appendChild(tell(document.createElement("span"), "text",
        "本页属于版次" + own + (day ? "（" + day + "发布，不再改变）。" : "（未发布的草稿）。"),
        "This page is of edition " + own + (day ? " (released " + day + ", not changed since). " : " (a draft, not released). ")));
      var link = document.createElement("a");
      var page = foot.dataset.page;
      var same = known.pages.indexOf(page.replace(/^chapters\//, "")) >= 0 || page.replace(/^figures\//, "") in known.figures;
      link.href = root + "../latest/" + (same ? page + ".html" : "index.html");
      tell(link, "text", "最新为版次" + known.latest, "The latest is edition " + known.latest);
      note.appendChild(link);
      var article = document.querySelector("article");
      if (article) article.insertBefore(note, article.firstChild);
    }, function () { /* the folder was taken away alone: there is nothing to compare with */ });
  }

  function start() {
    document.querySelectorAll("figure[data-figure]").forEach(function (figure) {
      var chart = figure.querySelector(".cq-chart");
      if (!chart) return;
      ["pointerenter", "focus", "touchstart"].forEach(function (event) {
        chart.addEventListener(event, function () { draw(figure); }, { passive: true });
      });
      chart.addEventListener("keydown", function (event) {
        var data = figure.querySelector("details.cq-data");
        if (event.key !== "Enter" || !data) return;
        event.preventDefault();
        data.open = true;
        data.querySelector("summary").focus();
      });
    });
    modeButton();
    languageButton();
    watchTheme();
    filterTables();
    tellEdition();
    copyButtons();
    copyImages();
    showCode();
    if (english()) speak();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
