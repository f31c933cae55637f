/* 数字库: finds figures among the published ones, shows one whole, draws and saves what was found. */
(function () {
  "use strict";
  var book = (window.cqbook = window.cqbook || {});
  var about = null, cols = {}, count = 0, terms = null, texts = {}, later = null, whole = false, kept = {};
  var FACETS = [
    ["topic", "主题", "Subject"], ["indicator", "指标", "Indicator"], ["entity", "地方与主体", "Place or body"],
    ["year", "年份", "Year"], ["source_id", "来源", "Source"], ["status", "性质", "Status"], ["basis", "口径", "Counted by"]
  ];
  /* what a word may be found in, and how much that says */
  var NAMED = { indicator: 3, entity: 2, period: 2, breakdown: 2, flow: 2, measure: 2, basis: 1, status: 1, source_id: 0.5, unit: 0.5 };
  /* a word of these is meant whole: what is asked of exports is not answered by 进出口 */
  var WHOLE = ["flow", "measure", "status"];
  var MOST = 100, CHINESE = /[\u3400-\u9fff]/;
  /* what else an address may ask: words, rows by their ids, the edition up to which rows count, a chart */
  var ASKED = ["q", "of", "asof", "view"];

  function plain(text) { return text.normalize("NFKC").toLowerCase(); }

  /* Countries that are said by one character where trade with them is: 对美出口, 对美 贸易; not 对美元. */
  var SHORT = { "美": "美国", "日": "日本", "韩": "韩国", "俄": "俄罗斯", "欧": "欧盟" };
  function spelt(text) {
    return text.replace(/对([美日韩俄欧])(?=$|\s|进?出口|进口|贸易|外贸|投资)/g, function (_, one) { return "对" + SHORT[one]; });
  }

  /* --- cutting what was typed into names that the book knows */

  /* The fewest names that cover the most of a text; what none covers is kept where it is long enough
     to say something. 对美国出口 is 美国 and 出口, and not 国出口. */
  function cut(text, known, longest) {
    var best = [{ cost: 0, at: -1, word: "" }];
    for (var end = 1; end <= text.length; end++) {
      var found = { cost: best[end - 1].cost + 1, at: end - 1, word: "" };
      for (var start = Math.max(0, end - longest); start < end - 1; start++) {
        var word = text.slice(start, end), cost = best[start].cost + 0.1;
        if (cost < found.cost && known.has(word)) found = { cost: cost, at: start, word: word };
      }
      best[end] = found;
    }
    var names = [], left = [], rest = "";
    for (var at = text.length; at > 0; at = best[at].at) {
      if (best[at].word) { names.unshift(best[at].word); if (rest) left.unshift(rest); rest = ""; }
      else rest = text.slice(best[at].at, at) + rest;
    }
    if (rest) left.unshift(rest);
    return { names: names, left: left };
  }

  /* What of a text says something: without the words around it by which people ask. */
  var ASKING = "(?:的|了|得|是|有|在|对|向|和|与|占|多少|几个?|哪些?|哪个|什么|怎么样?|如何|情况|数据|数字|请问|吗|呢|？|\\?)+";
  var AROUND = new RegExp("^" + ASKING + "|" + ASKING + "$", "g");
  function saying(text) { return text.replace(AROUND, ""); }

  function pieces(query) {
    var found = [];
    spelt(plain(query)).split(/[\s,，、;；:：“”"'()（）|]+/).forEach(function (chunk) {
      if (!chunk) return;
      if (terms.known.has(chunk) || !/[\u3400-\u9fff]/.test(chunk)) { found.push(chunk); return; }
      var parts = cut(chunk, terms.known, terms.longest);
      parts.left = parts.left.map(saying).filter(function (word) { return word.length > 1 || /\d/.test(word); });
      found = found.concat(parts.names, parts.left);
    });
    return found.filter(function (word, place) { return found.indexOf(word) === place; });
  }

  function learn() {
    var known = new Map(), longest = 0;
    function add(word, column, code) {
      word = plain(word);
      if (word.length < 2) return;
      longest = Math.max(longest, word.length);
      if (!known.has(word)) known.set(word, []);
      known.get(word).push([column, code]);
    }
    Object.keys(NAMED).forEach(function (column) {
      var words = about.words[column];
      texts[column] = {};
      Object.keys(words).forEach(function (code) {
        var said = words[code], also = column === "indicator" ? said[5] : ["entity", "breakdown", "measure"].indexOf(column) >= 0 ? said[2] : "";
        texts[column][code] = plain([said[0], said[1], also].join(" "));
        if (column === "source_id" || column === "unit") return;
        said.slice(0, 2).concat(also.split(" ")).forEach(function (word) { if (word) add(word, column, code); });
        if (column === "period") add(said[0].replace(/年$/, ""), column, code);
      });
    });
    terms = { known: known, longest: longest };
  }

  /* --- which rows */

  function take(rows) {
    Object.keys(rows.columns).forEach(function (name) {
      var column = rows.columns[name];
      var flat = Array.isArray(column) ? column : column.at.map(function (place) { return column.of[place]; });
      cols[name] = (cols[name] || []).concat(flat);
    });
    count += rows.count;
  }

  function series(root) {
    later = later || book.load(root + "_static/numbers-more.js").then(function () { whole = true; });
    return later;
  }

  function inYear(n, year) {
    var period = about.words.period[cols.period[n]];
    return period[3] <= year && year <= period[4];
  }

  function fits(n, facet, wanted) {
    if (facet === "year") return inYear(n, wanted);
    if (facet === "topic") return about.words.indicator[cols.indicator[n]][2] === wanted;
    return cols[facet][n] === wanted;
  }

  /* 158.4 is not found inside 8158.4 */
  function hasNumber(text, number) {
    var at = text.indexOf(number);
    while (at >= 0) {
      if (!/[\d.]/.test(text[at - 1] || "") && !/\d/.test(text[at + number.length] || "")) return true;
      at = text.indexOf(number, at + 1);
    }
    return false;
  }

  /* Of each word: in which codes of which columns it stands, and whether it is their whole name. */
  function sought(query) {
    if (kept.query === query) return kept.asked;
    var asked = pieces(query).map(function (word) {
      var codes = {};
      /* 出口 does not stand in 进出口额 */
      var longer = Object.keys(about.words.flow).map(function (code) { return about.words.flow[code][0]; })
        .filter(function (name) { return name !== word && name.indexOf(word) >= 0; });
      Object.keys(NAMED).forEach(function (column) {
        var found = codes[column] = {};
        if (WHOLE.indexOf(column) >= 0) return;
        Object.keys(texts[column]).forEach(function (code) {
          var text = texts[column][code];
          longer.forEach(function (name) { text = text.split(name).join(" "); });
          if (text && text.indexOf(word) >= 0) found[code] = NAMED[column];
        });
      });
      (terms.known.get(word) || []).forEach(function (pair) { codes[pair[0]][pair[1]] = 2 * NAMED[pair[0]]; });
      return { word: word, number: /^[\d.,]+%?$/.test(word) ? word.replace(/[,%]/g, "") : "", codes: codes };
    });
    kept = { query: query, asked: asked, scores: [] };
    return asked;
  }

  /* How well a row answers; 0 where a word is nowhere in it. */
  function answers(n, asked) {
    var sum = 10, met = {};
    for (var i = 0; i < asked.length; i++) {
      var item = asked[i], best = 0;
      for (var column in NAMED) {
        var weight = item.codes[column][cols[column][n]] || 0;
        if (weight) met[column] = true;
        if (weight > best) best = weight;
      }
      if (item.number && (cols.value[n] === item.number || hasNumber(cols.as_printed[n].replace(/,/g, ""), item.number))) best = Math.max(best, 5);
      if (!best && !item.number && (cols.observation_id[n].indexOf(item.word) >= 0 || plain(cols.as_printed[n] + cols.issuer[n] + cols.locator[n]).indexOf(item.word) >= 0)) best = 1;
      if (!best) return 0;
      sum += best;
    }
    /* unasked, the whole of the book's own place comes first */
    if (cols.measure[n] !== "level" && !met.measure) sum -= 2;
    if (cols.breakdown[n] && !met.breakdown) sum -= 2;
    if (cols.entity[n] !== about.place && !met.entity) sum -= 2;
    if (cols.flow[n] && cols.flow[n] !== "total" && !met.flow) sum -= 1;
    if (cols.status[n] !== "actual" && !met.status) sum -= 1;
    if (cols.accumulation[n] === "ytd" && !met.period) sum -= 0.5;
    return sum + (+cols.confidence[n]) / 4;
  }

  function ends(n) { return about.words.period[cols.period[n]][5]; }

  /* Rows that fit, best or latest first; of all, unless a facet is left open. */
  function find(state, open) {
    var asked = sought(state.q || ""), scores = kept.scores, found = [];
    var only = state.of ? state.of.split(",") : null;
    if (state.q && !asked.length) return [];
    for (var n = 0; n < count; n++) {
      if (only && only.indexOf(cols.observation_id[n]) < 0 || state.asof && cols.edition_added[n] > state.asof) continue;
      var good = FACETS.every(function (facet) {
        return facet[0] === open || !state[facet[0]] || fits(n, facet[0], state[facet[0]]);
      });
      if (!good) continue;
      /* the same for every facet that counts its rows */
      var score = scores[n] === undefined ? (scores[n] = answers(n, asked)) : scores[n];
      if (score) found.push({ row: n, score: score, end: ends(n) });
    }
    if (open) return found;
    found.sort(function (a, b) {
      return b.score - a.score || (a.end < b.end ? 1 : a.end > b.end ? -1 : 0) || a.row - b.row;
    });
    return found;
  }

  /* The editions in which rows were added, the latest first: of each its rows can be asked for. */
  function added() {
    return Object.keys(about.added).sort().reverse();
  }

  book.rowsOf = function (state) {
    return about ? find(state).map(function (hit) { return cols.observation_id[hit.row]; }) : [];
  };

  /* --- for the search page: the best rows for a question, with their addresses */

  book.numbersFor = function (query, most) {
    var asked = about ? sought(query) : [];
    return about ? find({ q: query }).slice(0, most).map(function (hit) {
      return { id: cols.observation_id[hit.row], text: inWords(hit.row), isExact: isExact(hit.row, asked) };
    }) : [];
  };

  /* Whether a row is just what was asked: a number, or by whole names, with its period. */
  function isExact(n, asked) {
    var dated = false;
    return asked.every(function (item) {
      dated = dated || item.codes.period[cols.period[n]] === 2 * NAMED.period || cols.value[n] === item.number;
      return cols.value[n] === item.number || Object.keys(NAMED).some(function (column) {
        return item.codes[column][cols[column][n]] === 2 * NAMED[column];
      });
    }) && dated;
  }
  /* whether each word of a question stands in some name */
  book.isKnown = function (query) {
    var asked = about ? sought(query) : [];
    return asked.length > 0 && asked.every(function (item) {
      return Object.keys(item.codes).some(function (column) { return Object.keys(item.codes[column]).length; });
    });
  };
  book.cut = cut;
  book.spelt = spelt;
  book.saying = saying;
  book.moreNumbers = function (content) {
    cols.note = content.notes.concat();
    take(content.rows);
  };
  book.numbersOf = function (content) {
    about = content;
    take(content.rows);
    learn();
    kept = {};
  };

  /* --- in words */

  function english() { return document.documentElement.dataset.lang === "en"; }
  function say(zh, en) { return book.say(zh, en); }
  function quoted(text) { return text && book.quoted(text); }
  function named(column, code) {
    var said = (about.words[column] || {})[code];
    return said ? said[english() ? 1 : 0] : code;
  }

  /* The point of a number moved to the right; its digits stay. */
  function shifted(number, places) {
    var sign = number[0] === "-" ? "-" : "", parts = number.slice(sign.length).split(".");
    var digits = parts[0] + (parts[1] || ""), point = parts[0].length + places;
    while (digits.length < point) digits += "0";
    for (; point < 1; point++) digits = "0" + digits;
    var rest = digits.slice(point);
    return sign + digits.slice(0, point).replace(/^0+(?=\d)/, "") + (rest ? "." + rest : "");
  }

  function grouped(number) {
    var parts = number.split(".");
    return [parts[0].replace(/\B(?=(\d{3})+$)/g, ",")].concat(parts.slice(1)).join(".");
  }

  /* in a unit that is said: of billions, hundred millions */
  function scaled(n, column) {
    var number = cols[column || "value"][n], unit = about.words.unit[cols.unit[n]];
    return number && unit && unit[2] ? shifted(number, +unit[2]) : number;
  }

  /* CNY 815.84 bn; the same digits */
  function inEnglish(n) {
    var unit = about.words.unit[cols.unit[n]], form = unit ? unit[3] : "{}", places = unit ? +unit[4] : 0;
    var numbers = ["value", "value_upper"].map(function (column) { return scaled(n, column); }).filter(Boolean);
    if (/\}k/.test(form) && Math.abs(+numbers[0]) >= 100) { places = -2; form = form.replace("}k", "} m"); }
    return form.replace("{}", numbers.map(function (number) { return grouped(shifted(number, places)); }).join("–"));
  }

  function value(n) {
    var number = scaled(n) + (cols.value_upper[n] ? "—" + scaled(n, "value_upper") : ""), unit = cols.unit[n];
    if (unit === "rank") return number && say("第" + number + "位", "no. " + number);
    var form = about.words.qualifier[cols.qualifier[n]];
    if (!number) return form && form[2] === "alone" ? form[english() ? 1 : 0] : "";
    if (english()) return form ? form[1].replace("{}", inEnglish(n)) : inEnglish(n);
    var said = unit === "percent" ? "%" : named("unit", unit);
    /* a floor is no number: 超14.8万标箱, 4.2万多辆 */
    if (!form) return number + said;
    if (form[2] === "between") return number + said.replace(/^[百千万亿]*/, "$&" + form[0]);
    return form[0].replace("{}", number + said);
  }

  /* what of the indicator: exports to ASEAN, year on year */
  function part(n) {
    return ["flow", "breakdown", "measure"].map(function (column) {
      return cols[column][n] ? named(column, cols[column][n]) : "";
    }).filter(Boolean).join(say("，", ", "));
  }

  function kind(n) {
    return [
      cols.basis[n] ? named("basis", cols.basis[n]) : "",
      cols.status[n] !== "actual" ? named("status", cols.status[n]) : "",
      cols.accumulation[n] !== "period" ? named("accumulation", cols.accumulation[n]) : ""
    ].filter(Boolean).join(say("，", ", "));
  }

  /* In the book's form: 112.000, 47万7000台 and 1063.6亿 say their unit otherwise or not. A rate or a rank
     that is printed in Chinese stays: 下降3.1%, 全国第七位. */
  function inPrint(n) {
    var isKept = !english() && /^(percent|rank)/.test(cols.unit[n]) && CHINESE.test(cols.as_printed[n]);
    return isKept ? cols.as_printed[n] : value(n) || cols.as_printed[n];
  }

  function inWords(n) {
    return [named("period", cols.period[n]), named("entity", cols.entity[n]), named("indicator", cols.indicator[n]), part(n)]
      .filter(Boolean).join(say(" ", ", ")) + say("：", ": ") + inPrint(n);
  }

  function citation(n) {
    var cited = document.createElement("span"), id = cols.observation_id[n];
    cited.append(inWords(n), say("。数据来源：", ". Source: "), quoted(named("source_id", cols.source_id[n])));
    if (cols.locator[n]) cited.append(say("，", ", "), quoted(cols.locator[n]));
    cited.append(say("；《" + about.book + "》版次", "; " + about.book_en + ", edition ") + about.edition,
      say("，数据编号 ", ", no. ") + id + (about.permalink && say("，", ", ") + about.permalink + id) + say("。", "."));
    return cited;
  }

  /* --- the page */

  function tag(name, text, kinds) {
    var node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (kinds) node.className = kinds;
    return node;
  }

  function link(href, text) {
    var node = tag("a");
    node.append(quoted(text));
    node.href = href;
    return node;
  }

  function button(text, act) {
    var node = tag("button", text, "cq-act");
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  function save(name, kindOf, content) {
    var way = link(URL.createObjectURL(new Blob([content], { type: kindOf })), "");
    way.download = name;
    document.body.appendChild(way);
    way.click();
    way.remove();
    setTimeout(function () { URL.revokeObjectURL(way.href); }, 1000);
  }

  function csv(found) {
    var names = Object.keys(cols).filter(function (name) { return name !== "charts"; });
    function cell(text) { return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text; }
    return "\ufeff" + [names].concat(found.map(function (hit) {
      return names.map(function (name) {
        return name === "as_printed" ? cols.as_printed[hit.row] || cols.value[hit.row] : cols[name][hit.row];
      });
    })).map(function (line) { return line.map(cell).join(","); }).join("\r\n") + "\r\n";
  }

  function page(place) {
    var root = place.dataset.root, form = place.querySelector(".cq-asked"), drawing = 0;
    var permalink = place.querySelector(".cq-permalink").getAttribute("href").replace(place.id, "obs-");
    var state = {}, choosers = {}, box;

    function read() {
      var query = new URLSearchParams(location.search);
      state = { rows: +query.get("rows") || MOST };
      ASKED.forEach(function (name) { state[name] = query.get(name) || ""; });
      FACETS.forEach(function (facet) { state[facet[0]] = query.get(facet[0]) || ""; });
    }

    function narrowed() {
      return ASKED.some(function (name) { return state[name]; }) || FACETS.some(function (facet) { return state[facet[0]]; });
    }

    function address() {
      var query = new URLSearchParams();
      FACETS.map(function (facet) { return facet[0]; }).concat(ASKED).forEach(function (name) {
        if (state[name]) query.set(name, state[name]);
      });
      if (state.rows !== MOST) query.set("rows", state.rows);
      return "?" + query.toString();
    }

    function go(push) {
      /* who asks anew has done with the number that is open */
      history[push ? "pushState" : "replaceState"](null, "", address());
      show();
    }

    function makeForm() {
      form.textContent = "";
      box = tag("input");
      box.type = "search";
      box.className = "cq-filter";
      box.value = state.q;
      box.placeholder = say("如：2022年进出口、综保区、8158.4", "e.g. exports 2022, ASEAN, 8158.4");
      box.setAttribute("aria-label", say("在数字中查找", "Find a number"));
      var wait = 0;
      box.addEventListener("input", function () {
        clearTimeout(wait);
        wait = setTimeout(function () { state.q = box.value; state.rows = MOST; go(false); }, 150);
      });
      form.append(box);
      FACETS.forEach(function (facet) {
        var label = tag("label", say(facet[1], facet[2])), chooser = choosers[facet[0]] = tag("select");
        chooser.name = facet[0];
        chooser.addEventListener("change", function () { state[facet[0]] = chooser.value; state.rows = MOST; go(true); });
        label.append(chooser);
        form.append(label);
      });
      if (added().length > 1) {
        var then = tag("label", say("截至版次", "As of edition")), edition = tag("select");
        edition.name = "asof";
        [""].concat(added()).forEach(function (name) {
          var option = tag("option", name || say("本版", "this one"));
          option.value = name;
          edition.append(option);
        });
        edition.value = state.asof;
        edition.addEventListener("change", function () { state.asof = edition.value; state.rows = MOST; go(true); });
        then.append(edition);
        form.append(then);
      }
      form.append(button(say("全部清除", "Clear"), function () {
        history.pushState(null, "", location.pathname);
        read();
        box.value = "";
        show();
      }));
    }

    /* How many rows each choice would leave, whatever is chosen of the others. */
    function counts(facet) {
      if (!whole) return about.facets[facet];
      var found = {};
      find(state, facet).forEach(function (hit) {
        var period = about.words.period[cols.period[hit.row]], year;
        if (facet === "year") for (year = +period[3]; year <= +period[4]; year++) found[year] = (found[year] || 0) + 1;
        else {
          var code = facet === "topic" ? about.words.indicator[cols.indicator[hit.row]][2] : cols[facet][hit.row];
          if (code) found[code] = (found[code] || 0) + 1;
        }
      });
      return found;
    }

    function choices(facet) {
      var chooser = choosers[facet], known = counts(facet), codes = Object.keys(known);
      if (state[facet] && !known[state[facet]]) codes.push(state[facet]);
      if (facet === "year") codes.sort().reverse();
      else codes.sort(function (a, b) { return (known[b] || 0) - (known[a] || 0); });
      chooser.textContent = "";
      [""].concat(codes).forEach(function (code) {
        var said = facet === "year" ? code : named(facet, code);
        var option = tag("option", code ? said + say("（", " (") + (known[code] || 0) + say("）", ")") : say("全部", "all"));
        option.value = code;
        chooser.append(option);
      });
      chooser.value = state[facet];
    }

    function chosen() {
      var id = decodeURIComponent(location.hash.slice(1));
      return id.slice(0, 4) === "obs-" ? cols.observation_id.indexOf(id.slice(4)) : -1;
    }

    /* A number with all that is known of it. */
    function showOne(n) {
      var host = place.querySelector(".cq-one-number");
      host.textContent = "";
      if (n < 0) {
        if (/^#obs-/.test(location.hash)) host.append(tag("p", say("没有这个编号的数字：", "No such number: ") + decodeURIComponent(location.hash.slice(5)), "cq-note"));
        return;
      }
      var card = tag("section", undefined, "cq-number-card"), list = tag("dl"), id = cols.observation_id[n];
      card.id = "obs-" + id;
      card.append(tag("p", inWords(n), "cq-title"));
      function line(name, content) {
        var cell = tag("dd"), parts = [].concat(content).filter(Boolean);
        if (!parts.length) return;
        parts.forEach(function (item, place) { if (place) cell.append(say("，", ", ")); cell.append(item); });
        list.append(tag("dt", name), cell);
      }
      line(say("数值", "Value"), value(n));
      line(say("印作", "As printed"), quoted(cols.as_printed[n] || cols.value[n]));
      line(say("定义", "Definition"), about.words.indicator[cols.indicator[n]][english() ? 4 : 3]);
      line(say("期间", "Period"), named("period", cols.period[n]) + say("，", ", ") + named("accumulation", cols.accumulation[n]));
      line(say("口径", "Counted by"), cols.basis[n] && named("basis", cols.basis[n]));
      line(say("发布者", "Issuer"), quoted(named("issuer", cols.issuer[n])));
      line(say("性质", "Status"), named("status", cols.status[n]));
      line(say("对比的基数", "Base"), quoted(named("base", cols.base[n])));
      line(say("来源", "Source"), [link(place.dataset.sources + "#" + about.words.source_id[cols.source_id[n]][2], named("source_id", cols.source_id[n])), quoted(cols.locator[n])]);
      line(say("可信度", "Confidence"), cols.confidence[n]);
      line(say("用它的图表", "Drawn in"), cols.charts[n] ? cols.charts[n].split(";").map(function (at) {
        var chart = about.charts[at];
        var way = link(chart[0], say(chart[1], chart[3]));
        way.title = say(chart[2], chart[4]);
        return way;
      }) : say("没有图用它", "no figure"));
      /* the vintages: what this row corrects, and what corrects it */
      line(say("更正了", "Corrects"), cols.supersedes[n] && link("#obs-" + cols.supersedes[n], cols.supersedes[n]));
      var newer = cols.supersedes.indexOf(id);
      line(say("已由此更正", "Corrected by"), newer >= 0 ? link("#obs-" + cols.observation_id[newer], cols.observation_id[newer]) : "");
      /* prose of the book */
      line("读者须知", english() ? "" : cols.note[n]);
      line(say("地址", "Address"), link(permalink + id, id));
      /* what was known of it when an edition was released */
      var known = window.cqbookEditions || {}, beside = /\/v\/[^/]+\/chapters\/[^/]*$/.test(location.pathname) ? "../" : "../v/";
      line(say("在各版次中", "In editions"), (known.numbered || []).map(function (name) {
        return link(root + beside + name + "/chapters/numbers.html#obs-" + id, name);
      }));
      line(say("引用", "Cite"), citation(n));
      card.append(list, button(say("关闭", "Close"), function () {
        history.pushState(null, "", location.pathname + (narrowed() ? address() : ""));
        show();
      }));
      host.append(card);
    }

    function table(found) {
      var host = place.querySelector(".cq-rows"), grid = tag("table", undefined, "cq-table cq-wide cq-wide-en"), body = tag("tbody"), head = tag("tr");
      var heads = [say("期间", "Period"), say("谁", "Of whom"), say("指标", "Indicator"), say("数值", "Value"), say("印作", "As printed"), say("口径、性质", "Basis"), say("来源", "Source")];
      host.textContent = "";
      if (!found.length) return;
      heads.forEach(function (name) { var cell = tag("th", name); cell.scope = "col"; head.append(cell); });
      var top = tag("thead");
      top.append(head);
      found.slice(0, state.rows).forEach(function (hit) {
        var n = hit.row, row = tag("tr"), cells = [
          link("#obs-" + cols.observation_id[n], named("period", cols.period[n])), named("entity", cols.entity[n]),
          named("indicator", cols.indicator[n]) + (part(n) ? say("：", ": ") + part(n) : ""), value(n),
          cols.as_printed[n] === value(n) ? "" : quoted(cols.as_printed[n]), kind(n), quoted(named("source_id", cols.source_id[n]))
        ];
        cells.forEach(function (content, at) {
          var cell = tag("td"), inner = tag("div");
          inner.append(content);
          cell.append(inner);
          cell.dataset.label = heads[at];
          if (!content) cell.dataset.none = "";
          if (at === 3) cell.className = "cq-number";
          else if (at < 2 && inner.textContent.length < 9) cell.className = "cq-short";
          row.append(cell);
        });
        body.append(row);
      });
      grid.append(top, body);
      var scroll = tag("div", undefined, "cq-scroll");
      scroll.tabIndex = 0;
      scroll.append(grid);
      host.append(scroll);
      if (found.length > state.rows) host.append(button(say("再列" + MOST + "行", MOST + " more rows"), function () { state.rows += MOST; go(false); }));
    }

    /* --- a chart of what was found: lines of one unit over time, nothing converted */

    /* who counted is one, whoever passed it on; where nobody says who, each source is by itself */
    function lineOf(n) {
      return ["entity", "indicator", "flow", "breakdown", "measure", "basis", "status", "accumulation"]
        .map(function (column) { return cols[column][n]; })
        .concat(cols.basis[n] ? "" : cols.source_id[n], about.words.period[cols.period[n]][2]);
    }

    /* of several numbers for one period the one of the highest confidence */
    function onePeriod(rows) {
      var best = {};
      rows.forEach(function (n) {
        var end = ends(n);
        if (!(end in best) || +cols.confidence[n] > +cols.confidence[best[end]]) best[end] = n;
      });
      return Object.keys(best).map(function (end) { return best[end]; });
    }

    /* Amounts before shares and growth, single periods before those added up; then the longest. */
    function says(line) {
      return (line.key[4] === "level" ? 1e6 : 0) + (line.key[7] === "period" ? 1e5 : 0) + line.rows.length;
    }

    /* Of the unit of the line that says most: its lines of two periods or more. */
    function drawn(found) {
      var lines = {}, units = {};
      found.forEach(function (hit) {
        var n = hit.row, isOne = cols.value[n] !== "" && !cols.value_upper[n] && ends(n) && about.words.period[cols.period[n]][2] !== "open";
        if (!isOne) return;
        var unit = named("unit", cols.unit[n]), key = lineOf(n), name = [unit].concat(key).join("|");
        units[unit] = true;
        (lines[name] = lines[name] || { key: key, unit: unit, rows: [] }).rows.push(n);
      });
      var all = Object.keys(lines).map(function (name) {
        return { key: lines[name].key, unit: lines[name].unit, rows: onePeriod(lines[name].rows) };
      })
        .filter(function (line) { return line.rows.length > 1; })
        .sort(function (a, b) { return says(b) - says(a); });
      var unit = all.length ? all[0].unit : "";
      all = all.filter(function (line) { return line.unit === unit; });
      var single = Object.keys(lines).filter(function (name) { return lines[name].unit === unit && lines[name].rows.length < 2; });
      return { unit: unit, units: Object.keys(units).length, single: single.length, all: all, shown: all.slice(0, about.colours.length) };
    }

    /* A line is called by what tells it from the others; what all have in common is the title. */
    function call(chart) {
      var columns = ["entity", "indicator", "flow", "breakdown", "measure", "basis", "status", "accumulation", "source_id"];
      chart.title = ["entity", "indicator", "breakdown"].map(function (column) {
        var at = columns.indexOf(column), code = chart.shown[0].key[at];
        var same = chart.shown.every(function (other) { return other.key[at] === code; });
        return same && code ? named(column, code) : "";
      }).filter(Boolean).join(say("，", ", "));
      var kinds = { year: say("全年", "yearly"), quarter: say("季", "quarterly"), month: say("月", "monthly"), range: say("多月", "months"), day: say("日", "daily") };
      chart.shown.forEach(function (line) {
        line.name = line.key.map(function (code, at) {
          var same = chart.shown.every(function (other) { return other.key[at] === code; });
          return same || (columns[at] === "accumulation" && code === "period") ? "" : at === columns.length ? kinds[code] : code ? named(columns[at], code) : columns[at] === "breakdown" ? say("合计", "total") : "";
        }).filter(Boolean).join(say("，", ", ")) || named("indicator", line.key[1]);
      });
    }

    /* days from one period of a kind to the next, at most */
    var STEPS = { year: 366, quarter: 93, month: 31, day: 31, range: 93 };

    /* A year alone stands at its number; else all stand at the month in which they end. */
    function moment(n, yearly) { return yearly ? ends(n).slice(0, 4) + "-01-01" : ends(n).slice(0, 7) + "-01"; }

    function values(chart) {
      var DAY = 864e5, rows = [], yearly = chart.shown.every(function (line) { return line.key[9] === "year"; });
      chart.shown.forEach(function (line) {
        var points = line.rows.map(function (n) { return { time: moment(n, yearly), value: +scaled(n), line: line.name, said: inWords(n) }; })
          .sort(function (a, b) { return a.time < b.time ? -1 : 1; });
        var most = STEPS[line.key[9]] || STEPS.range;
        points.forEach(function (point, at) {
          /* a gap is seen: no line across what is not known, nor from one year's sum to the next's */
          var before = at ? points[at - 1].time : "", isNew = line.key[7] === "ytd" && before.slice(0, 4) !== point.time.slice(0, 4);
          if (at && (isNew || (Date.parse(point.time) - Date.parse(before)) / DAY > most)) rows.push({ time: points[at - 1].time, value: null, line: line.name, said: "" });
          rows.push(point);
        });
      });
      return rows;
    }

    function specification(chart) {
      var names = chart.shown.map(function (line) { return line.name; });
      return {
        config: about.config, height: 300, data: { values: values(chart) },
        mark: { type: "line", point: true, strokeWidth: 2 },
        encoding: {
          x: { field: "time", type: "temporal", scale: { type: "utc" },
            axis: { title: null, format: chart.shown.every(function (line) { return line.key[9] === "year"; }) ? "%Y" : "%Y-%m", labelOverlap: true, tickCount: 6 } },
          y: { field: "value", type: "quantitative", axis: { title: null, format: ",~f" }, scale: { zero: true } },
          color: { field: "line", type: "nominal", sort: names, scale: { domain: names, range: about.colours.slice(0, names.length) },
            legend: names.length > 1 ? { title: null, orient: "top", columns: 1, labelLimit: 600 } : null },
          tooltip: { field: "said", type: "nominal", title: say("数字", "Number") }
        }
      };
    }

    function draw(found) {
      var host = place.querySelector(".cq-drawn"), turn = ++drawing;
      host.textContent = "";
      if (state.view !== "chart") return;
      var chart = drawn(found);
      if (!chart.shown.length) {
        host.append(tag("p", say("这些数字画不成线：同一单位、同一口径至少要有两期。", "Nothing to draw: a line needs two periods of one unit and basis."), "cq-note"));
        return;
      }
      call(chart);
      var frame = tag("div", undefined, "cq-chart"), notes = [];
      var sources = {};
      chart.shown.forEach(function (line) { line.rows.forEach(function (n) { sources[named("source_id", cols.source_id[n])] = true; }); });
      sources = Object.keys(sources);
      if (chart.title) host.append(tag("p", chart.title, "cq-title"));
      host.append(tag("p", say("单位：", "Unit: ") + chart.unit, "cq-subtitle"), frame);
      if (chart.single) notes.push(say("只有一期的没有画（" + chart.single + "条）；", chart.single + " with one period only are not drawn; "));
      if (chart.units > 1) notes.push(say("只画了单位为" + chart.unit + "的；", "only those in " + chart.unit + "; "));
      if (chart.all.length > chart.shown.length) notes.push(say("共" + chart.all.length + "条线，画了数字最多的" + chart.shown.length + "条；", chart.shown.length + " of " + chart.all.length + " lines; "));
      notes.push(say("照公布的数画，不换算，“超”“约”“近”等画在所印的数上；时间取期末月，断开处没有数字。", "as published, nothing converted, a floor or 'about' at its number; time is the month in which a period ends, and where a line breaks there is no number."));
      host.append(tag("p", notes.join(""), "cq-note"));
      host.append(tag("p", say("数据来源：", "Source: ") + sources.slice(0, 3).join(say("；", "; ")) + (sources.length > 3 ? say("；另有" + (sources.length - 3) + "个来源", "; and " + (sources.length - 3) + " more") : ""), "cq-note"));
      book.vega(root).then(function () {
        if (turn !== drawing) return null;
        var spec = Object.assign({ width: Math.min(frame.clientWidth || 680, 760) }, specification(chart), { autosize: { type: "fit-x", contains: "padding" } });
        return book.embed(frame, spec);
      }).then(function (result) {
        if (!result) return;
        frame.setAttribute("role", "img");
        frame.setAttribute("aria-label", chart.shown.map(function (line) { return line.name; }).join("；"));
        host.append(button("SVG", function () {
          result.view.toSVG().then(function (text) { save("numbers.svg", "image/svg+xml", text); });
        }));
      });
    }

    function tell(found) {
      var line = place.querySelector(".cq-counted");
      line.textContent = "";
      if (state.of) line.append(tag("b", say("书中的一个数由下列公布的数字算出。", "A number of the book is made of these.")), " ");
      if (state.asof) line.append(tag("b", say("截至 " + state.asof + " 版收入的数字；此后的更正见各数字。", "As known in edition " + state.asof + ".")), " ");
      line.append(narrowed() ? say("找到" + found.length + "个数字，共" + about.all + "个。", found.length + " of " + about.all + " numbers.")
        : say("共" + about.all + "个数字；长序列在筛选时读入。", about.all.toLocaleString("en") + " numbers; those of long series are listed when you narrow the choice."));
      if (!found.length) return;
      line.append(" ", button(state.view === "chart" ? say("只看表", "Table only") : say("画图", "Chart"), function () { state.view = state.view === "chart" ? "" : "chart"; go(true); }), " ");
      line.append(button("CSV", function () { save("numbers.csv", "text/csv;charset=utf-8", csv(found)); }));
    }

    function show() {
      var asksForMore = narrowed() || /^#obs-/.test(location.hash);
      if (asksForMore && !whole) {
        series(root).then(show);
        return;
      }
      var found = find(state);
      FACETS.forEach(function (facet) { choices(facet[0]); });
      tell(found);
      table(found);
      draw(found);
      showOne(chosen());
    }

    function started() {
      read();
      makeForm();
      show();
    }

    form.addEventListener("submit", function (event) { event.preventDefault(); });
    window.addEventListener("popstate", started);
    window.addEventListener("hashchange", function () {
      show();
      var card = place.querySelector(".cq-number-card");
      if (card) card.scrollIntoView({ block: "nearest" });
    });
    new MutationObserver(started).observe(document.documentElement, { attributes: true, attributeFilter: ["data-lang", "data-theme"] });
    place.hidden = false;
    started();
    book.load(root + "../editions.js").then(function () { if (whole) showOne(chosen()); }, function () { /* the folder was taken away alone */ });
    var card = place.querySelector(".cq-number-card");
    if (card) card.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var place = document.getElementById("cq-numbers");
    if (place && about) page(place);
  });
})();
