// Numbers in the sentences of a chapter: after its cells have run, a reader of the notebook in
// JupyterLab or Notebook 7 sees “进出口8006.8亿元”, not “进出口{glue:text}`total`”.
//
// Nothing is written: the cells stay as they are, and only what is shown of them is rendered again,
// by Jupyter's own Markdown renderer. What stands where is said by `cqbook.figures.claims`; what is
// seen here is for reading while one works, the page itself is shown by `cq.preview()`.
(function () {
  "use strict";

  var TEXT = "application/papermill.record/text/plain";
  var CLAIM = "application/vnd.cqbook.claim+json";
  var EXHIBITS = ["application/vnd.vegalite.v6+json", "application/vnd.cqbook.table+json"];
  // what a glued text says where there is no number
  var NO_NUMBER = ["没有查到", "相互矛盾", "无法确定"];
  var BLOCK = /^(:{3,})\{(claim|unless|given|english)\}[^\S\n]*([^\n]*)\n([\s\S]*?)^\1[^\S\n]*(?:\n|$)/gm;
  var GLUED = /\{glue:text\}`([^`]*)`/g;
  var ROLE = /\{(numref|doc|ref|term)\}`([^`<]*)(?:<([^`]*)>)?`/g;
  var MARKS = /\{glue:text\}|^:{3,}\{(?:claim|unless|given|english)\}|\{(?:numref|doc|ref|term)\}`/m;

  // Python's repr of a text, as `cq.glue` leaves it
  function said(repr) {
    return repr.slice(1, -1).replace(/\\(['"\\])/g, "$1").replace(/\\n/g, " ");
  }

  // a text is text, whatever signs are in it
  function plain(text) {
    return text.replace(/([\\`*_{}[\]<>#|~])/g, "\\$1");
  }

  function known(cells) {
    var found = { texts: {}, claims: {}, titles: {} };
    for (var n = 0; n < cells.length; n++) {
      var outputs = cells.get(n).outputs;
      for (var m = 0; outputs && m < outputs.length; m++) {
        var data = outputs.get(m).data, mark = (outputs.get(m).metadata || {}).scrapbook;
        if (mark && data[TEXT]) found.texts[mark.name] = said(String(data[TEXT]));
        if (data[CLAIM]) found.claims[data[CLAIM].name] = data[CLAIM];
        EXHIBITS.forEach(function (mime) {
          var own = data[mime] && (data[mime].usermeta || data[mime]);
          if (own && own.id) found.titles[own.id] = own.title;
        });
      }
    }
    return found;
  }

  function published(name, found) {
    return !(name in found.texts) || NO_NUMBER.indexOf(found.texts[name]) < 0;
  }

  function stands(kind, names, body, found) {
    var asked = [], match, own = body.replace(BLOCK, "");
    while ((match = GLUED.exec(own))) asked.push(match[1]);
    if (!asked.every(function (name) { return published(name, found); })) return false;
    // a claim that no cell has made yet keeps its sentence
    var held = names.every(function (name) { return !found.claims[name] || found.claims[name].outcome === "holds"; });
    if (kind === "claim") return held;
    if (kind === "unless") return !held;
    return names.every(function (name) {
      return name in found.titles || (name in found.texts && published(name, found));
    });
  }

  // why figures of different kinds were compared goes with the sentence, before its end
  function reasoned(body, names, found) {
    var said = names.map(function (name) { return (found.claims[name] || {}).regardless; }).filter(Boolean);
    if (!said.length || !/[\u3400-\u9fff]/.test(body)) return body;
    var text = body.trimEnd(), stop = /[。！？；]$/.test(text) ? text.slice(-1) : "";
    text = text.slice(0, text.length - stop.length);
    text = /）$/.test(text) ? text.slice(0, -1) + "；" : text + "（";
    return text + Array.from(new Set(said)).join("；") + "）" + stop + "\n";
  }

  function sentences(source, found) {
    var text = source.replace(BLOCK, function (_, fence, kind, rest, body) {
      // numbers have their English on the page, by the tables of names
      if (kind === "english") {
        return "*" + ["English", rest.trim()].filter(Boolean).join(": ") + "*\n\n" + sentences(body, found) + "\n";
      }
      var names = rest.split(/\s+/).filter(Boolean);
      if (!stands(kind, names, body, found)) return "";
      return kind === "claim" ? reasoned(sentences(body, found), names, found) : sentences(body, found);
    });
    text = text.replace(GLUED, function (role, name) {
      return name in found.texts ? plain(found.texts[name]) : role;
    });
    return text.replace(ROLE, function (role, kind, words, address) {
      return kind === "numref" ? "“" + plain(found.titles[address || words] || words) + "”" : words.trim();
    });
  }

  var shown = new WeakMap();

  function fill(notebook) {
    if (!notebook.model) return;
    var found = known(notebook.model.cells);
    // as it was opened before it ever ran, it shows what is written
    if (!Object.keys(found.texts).length) return;
    notebook.widgets.forEach(function (cell) {
      if (cell.model.type !== "markdown" || !cell.rendered || !cell.renderer) return;
      var source = cell.model.sharedModel.getSource();
      if (!MARKS.test(source)) return;
      var text = sentences(source, found);
      // Jupyter has rendered the source again, after an edit say
      var undone = MARKS.test(cell.renderer.node.textContent) && !MARKS.test(text);
      if (shown.get(cell) === text && !undone) return;
      shown.set(cell, text);
      cell.renderer.renderModel({
        data: { "text/markdown": text }, metadata: {}, trusted: cell.model.trusted, setData: function () {}
      });
    });
  }

  var watched = new WeakSet();

  function watch(panel) {
    var notebook = panel && panel.content;
    if (!notebook || !notebook.widgets || !panel.context || watched.has(panel)) return;
    watched.add(panel);
    var waiting = 0;
    new MutationObserver(function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () { fill(notebook); }, 150);
    }).observe(panel.node, { childList: true, subtree: true });
    fill(notebook);
  }

  var plugin = {
    id: "cqbook-sentences:plugin",
    autoStart: true,
    activate: function (app) {
      function look() { watch(app.shell.currentWidget); }
      app.shell.currentChanged.connect(look);
      app.restored.then(look);
    }
  };

  // what JupyterLab loads is a container of modules, as webpack would make it
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["cqbook-sentences"] = {
    init: function () {},
    get: function () { return Promise.resolve(function () { return plugin; }); },
    sentences: sentences
  };
})();
