"""The built site in a real Chromium: looks, links, requests, interaction."""

from __future__ import annotations

import csv
import functools
import http.server
import itertools
import json
import re
import shutil
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, unquote, urldefrag, urlsplit

import nbformat
import pytest
from conftest import CHROMIUM, ROOT, linked
from lxml import html

from cqbook.data.catalog import Catalog
from cqbook.data.selection import DRAWN_FROM
from cqbook.figures.exhibit import exhibits_of
from cqbook.site import figure_pages
from cqbook.site.abstracts import ALL_CHINESE

SITE = ROOT / "_build" / "html"
LATEST = SITE / "latest"

#: Notes each violation of the page's policy, from before its first element.
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', event => window.violations.push(
  [event.violatedDirective, event.blockedURI, event.sourceFile, event.sample].join(' ')));
"""
#: A figure that is seen on its own page and in a frame.
COPIED = "fig-trade-who"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.site,
    pytest.mark.skipif(not CHROMIUM, reason="没有 Chromium | no Chromium on this machine"),
    pytest.mark.skipif(not (LATEST / "index.html").exists(), reason="no site: run `make book`"),
]


def pages() -> list[str]:
    return sorted(str(path.relative_to(LATEST)) for path in (LATEST / "chapters").rglob("*.html"))


#: Pages that judge what is published and what is not, and lists of all there is.
LISTS = {
    "reconciliation",
    "claims",
    "data",
    "sources",
    "methods",
    "figures",
    "glossary",
    "citing",
    "numbers",
}
CHAPTERS = [name for name in pages() if name.split("/")[-1].removesuffix(".html") not in LISTS]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served():
    """The site as a server gives it: its address."""
    handler = functools.partial(Quiet, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def window(browser, served):
    """The page that most tests look through: to open another takes longer than what they do."""
    page = browser.new_context(viewport=DESK).new_page()
    page.served = served
    page.add_init_script(WATCH)
    page.on(
        "console",
        lambda message: (
            page.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            page.foreign.append(request.url)
            if not request.url.startswith((SITE.as_uri(), f"{served}/", "data:", "blob:"))
            else None
        ),
    )
    page.on("request", lambda request: page.loaded.append(request.url))
    return page


@pytest.fixture
def tab(window):
    """A page that notes console errors, what is loaded and requests beyond the site."""
    window.goto("about:blank")
    window.set_viewport_size(DESK)
    window.emulate_media(media="null", color_scheme="null")
    window.complaints, window.foreign, window.loaded = [], [], []
    yield window
    # what a reader chose is kept in the browser, also for the next test
    kept = not window.url.startswith("about:") and window.evaluate("localStorage.length")
    assert not kept


@pytest.fixture(scope="module")
def scriptless(browser):
    """A page of a phone without scripts."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    return context.new_page()


#: The page that compares sources; a doubtful figure is one side of many a comparison.
COMPARES_SOURCES = "reconciliation"


def named_by_page(site, notebooks):
    """Return the ids of figures that each file of the built book names, by what it belongs to.

    Pages and drawings as published, appendices with them; and, as a glued text bears no id on its
    page, the executed notebooks of all pages.
    """
    read = [path for path in site.rglob("*") if path.suffix in (".html", ".json", ".csv")]
    # the data package holds all that was read; it is no page
    read = [path for path in read if site / "data" not in path.parents]
    return {
        path.relative_to(path.parents[1]).as_posix(): set(
            re.findall(r"[a-z0-9-]+\.[a-z0-9-]+", path.read_text(encoding="utf-8"))
        )
        for path in (*read, *notebooks.glob("*.ipynb"))
    }


def test_doubtful_figures_stand_on_no_page_of_any_kind(book):
    frame = book.observations()
    doubtful = set(frame.loc[frame["confidence"].lt(DRAWN_FROM), "observation_id"])
    known = set(frame["observation_id"])
    named = named_by_page(LATEST, ROOT / "_build" / "editions" / "latest" / "notebooks")
    table = (ROOT / "chapters" / "pages.csv").read_text(encoding="utf-8").splitlines()
    by_table = [row["page"] for row in csv.DictReader(table)]
    assert by_table
    for page in by_table:
        assert named[f"notebooks/{page}.ipynb"] & known, page
    assert len(set().union(*named.values()) & known) > 400
    # the catalogue of figures has those of all pages
    left_out = (COMPARES_SOURCES, "figures.json")
    found = {
        name: ids & doubtful
        for name, ids in named.items()
        if not any(part in name for part in left_out)
    }
    assert not {name: sorted(ids) for name, ids in found.items() if ids}


def opened(tab, name: str, site: str = SITE.as_uri()):
    tab.goto(f"{site}/latest/{name}")
    return tab


#: Of each table that is seen: where it stands, its rows, how far it is cut, its tallest row in
#: lines.
TABLES = """() => [...document.querySelectorAll('table.cq-table, table.cq-grid')]
  .filter(table => table.offsetParent)
  .map(table => {
    const line = parseFloat(getComputedStyle(table).lineHeight);
    const rows = [...table.tBodies].flatMap(body => [...body.rows]).filter(row => !row.hidden);
    return [
      table.closest('[id]').id, rows.length, table.scrollWidth - table.parentElement.clientWidth,
      Math.max(...rows.map(row => row.getBoundingClientRect().height / line)),
    ];
  })"""
#: What of a page is looked at when it has loaded, and when the data below its figures are open.
LOADED = """() => ({
  violations: window.violations,
  wide: document.documentElement.scrollWidth - window.innerWidth,
  lang: document.documentElement.lang,
  words: document.querySelector('article')?.innerText ?? '',
})"""
OPENED = """() => {
  const cells = [...document.querySelectorAll('table.cq-wide td')]
    .filter(cell => cell.offsetParent);
  return {
    bare: [...document.querySelectorAll('article section')]
      .filter(part => part.innerText.trim() === part.firstElementChild?.innerText?.trim())
      .map(part => part.innerText),
    lying: cells.filter(cell => getComputedStyle(cell).whiteSpace !== 'normal')
      .map(cell => cell.dataset.label),
    empty: cells.filter(cell => cell.innerText.trim() === '—').length,
  };
}"""
#: What English readers see of a page: texts and labels with a Chinese word that is not said to be
#: one of a source (``lang``), tables that are cut, how far the page is too wide. It stays English
#: until it is left.
IN_ENGLISH = r"""async () => {
  const button = document.querySelector('.cq-language'), han = /[\u3400-\u9fff]/, found = [];
  button.click();
  document.querySelectorAll('details').forEach(node => { node.open = true; });
  // these pages are written by their scripts, again
  const isWritten = document.querySelector('#cq-numbers, #search-results');
  await new Promise(resolve => { setTimeout(resolve, isWritten ? 250 : 0); });
  const wrong = node => node.checkVisibility() && !node.closest('[lang]').lang.startsWith('zh');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data;
    if (han.test(text) && wrong(texts.currentNode.parentElement)) found.push(text.trim());
  }
  for (const name of ['alt', 'aria-label', 'placeholder', 'title']) {
    document.querySelectorAll(`[${name}]`).forEach(node => {
      const text = node.getAttribute(name);
      if (han.test(text) && wrong(node)) found.push(`${name}: ${text}`);
    });
  }
  document.querySelectorAll('table.cq-wide-en td[data-label]').forEach(cell => {
    const label = getComputedStyle(cell, '::before').content;
    if (han.test(label) && wrong(cell)) found.push(`label: ${label}`);
  });
  if (han.test(document.title)) found.push(`title: ${document.title}`);
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  const heads = [...document.querySelectorAll('article :is(h1, h2, h3)')]
    .filter(head => head.checkVisibility() && !head.innerText.trim()).length;
  // numbers side by side move on a phone below what their rows are of
  const moves = row => getComputedStyle(row.cells[0]).position === 'sticky'
    && row.querySelectorAll('.cq-number').length > row.cells.length / 2;
  const cut = [...document.querySelectorAll('article table.cq-table')]
    .filter(table => table.offsetParent && table.offsetWidth > table.parentElement.clientWidth + 1)
    .filter(table => !moves(table.rows[0]))
    .map(table => table.closest('[id]').id);
  localStorage.removeItem('cq-lang');
  return { chinese: found, wide, heads, cut };
}"""
OPEN = "document.querySelectorAll('details.cq-data').forEach(node => { node.open = true; })"
#: A4 less its margins.
PAPER = {"width": 680, "height": 960}


@dataclass(frozen=True)
class Visit:
    """What a page showed at one width; `bare` headings have nothing below them.

    `lying` are labels of cards that may not break, `empty` is how many cards say that nothing is
    there; these and the tables are asked of `CHAPTERS`. On paper it is asked from a desk. `english`
    is what `IN_ENGLISH` finds.
    """

    complaints: list[str]
    foreign: list[str]
    violations: list[str]
    wide: float
    lang: str
    words: str
    bare: list[str] = field(default_factory=list)
    lying: list[str] = field(default_factory=list)
    empty: int = 0
    tables: list[tuple[str, int, float, float]] = field(default_factory=list)
    on_paper: list[tuple[str, int, float, float]] = field(default_factory=list)
    english: dict = field(default_factory=dict)


#: By page and width. Each is visited once for all tests of this worker, `test_pages.py` too.
VISITS: dict[tuple[str, int], Visit] = {}


@pytest.fixture
def visited(request):
    """Return what shows a page at a width: a visit that was made, or one that is made now."""

    def visit(name: str, size: dict[str, int]) -> Visit:
        key = name, size["width"]
        if key not in VISITS:
            VISITS[key] = seen(request.getfixturevalue("tab"), name, size)
        return VISITS[key]

    return visit


def seen(tab, name: str, size: dict[str, int]) -> Visit:
    tab.set_viewport_size(size)
    tab.complaints, tab.foreign = [], []
    # its policy says 'self', which means something else in a folder and at a server
    opened(tab, name, SITE.as_uri() if size == DESK else tab.served)
    tab.wait_for_timeout(50)
    found = tab.evaluate(LOADED)
    if name in CHAPTERS:
        tab.evaluate(OPEN)
        found |= tab.evaluate(OPENED) | {"tables": tab.evaluate(TABLES)}
    if name in CHAPTERS and size == DESK:
        tab.set_viewport_size(PAPER)
        tab.emulate_media(media="print")
        found["on_paper"] = tab.evaluate(TABLES)
        tab.emulate_media(media="null")
        tab.set_viewport_size(size)
    if ".embed" not in name:
        # the last: to lay a page out in Chinese again takes as long
        found["english"] = tab.evaluate(IN_ENGLISH)
    return Visit(complaints=tab.complaints, foreign=tab.foreign, **found)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
def test_every_page_is_quiet_and_fits(visited, size):
    """No complaint, nothing from elsewhere, nothing that its policy forbids, nothing too wide.

    At a desk from a folder, on a phone from a server.
    """
    own = [f"figures/{COPIED}{end}.html" for end in ("", ".embed")]
    names = [*pages(), *FILLED, *own]
    assert len(names) >= 20
    for name in names:
        visit = visited(name, size)
        assert visit.complaints == [], name
        assert visit.foreign == [], name
        assert visit.violations == [], name
        sideways = f"{name} scrolls sideways by {visit.wide} px at {size['width']} px"
        assert visit.wide <= 0, sideways
        assert visit.lang.lower().startswith("zh")


#: Pages that scripts fill, and one without scripts.
FILLED = [
    "search.html?q=重庆",
    "chapters/numbers.html?q=2022年进出口&view=chart#obs-trade-2022.total",
    "numbers/gdp.html",
    "numbers/car-registrations.html",
    "figures/fig-trade-rank.html",
]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
def test_english_is_whole_or_absent(visited, size):
    """No Chinese word but those of sources, which say so; no empty heading, nothing too wide."""
    for name in [*pages(), *FILLED]:
        found = visited(name, size).english
        assert found["chinese"] == [], f"{name}: {found['chinese'][:5]}"
        assert found["heads"] == 0, name
        assert found["cut"] == [], f"{name}: a column of a table is out of sight"
        assert found["wide"] <= 0, f"{name} scrolls sideways by {found['wide']} px"


def test_the_english_test_would_see_a_chinese_word(tab):
    opened(tab, "chapters/errata.html")
    tab.evaluate(
        "document.querySelector('article').insertAdjacentHTML('beforeend',"
        "'<p title=提示>漏译</p><p lang=zh-CN>书名</p><p data-zh>正文</p><h2> </h2>"
        "<div id=wide><table class=cq-table><td>x</table></div>');"
        "document.querySelector('#wide').style.width = '9px'"
    )
    found = tab.evaluate(IN_ENGLISH)
    assert found["chinese"] == ["漏译", "title: 提示"]
    assert found["heads"] == 1
    assert found["cut"] == ["wide"]


def test_the_offline_test_would_see_a_request(tab, tmp_path):
    page = tmp_path / "loud.html"
    page.write_text('<img src="http://127.0.0.1:9/x.png">', encoding="utf-8")
    tab.goto(page.as_uri())
    assert any("127.0.0.1" in url for url in tab.foreign)


def test_figures_are_numbered_and_have_pictures(tab):
    opened(tab, "chapters/trade.html")
    figures = tab.query_selector_all("figure[data-figure]")
    assert len(figures) >= 5
    for figure in figures:
        assert re.match(r"图 \d+", figure.query_selector(".caption-number").inner_text())
        image = figure.query_selector(".cq-light img")
        image.scroll_into_view_if_needed()
        assert len(image.get_attribute("alt")) > 15
        image.evaluate("e => e.decode()")
        assert image.evaluate("e => e.naturalWidth") > 100
        assert figure.query_selector(".cq-source a").get_attribute("href")
        assert figure.query_selector_all("details.cq-data tbody tr")


def test_pictures_stand_without_scripts(scriptless):
    page = scriptless
    page.goto((LATEST / "chapters/trade.html").as_uri())
    images = page.query_selector_all("figure[data-figure] .cq-light[data-zh] img")
    assert images
    assert all(image.bounding_box()["height"] > 20 for image in images)
    assert page.query_selector("details.cq-data table") is not None


def test_a_touched_chart_becomes_interactive_from_the_local_bundle(tab):
    opened(tab, "chapters/trade.html")
    tab.loaded.clear()
    chart = tab.query_selector("figure[data-figure] .cq-chart")
    assert tab.query_selector(".cq-live") is None
    chart.hover()
    tab.wait_for_selector(".cq-live svg", timeout=15000)
    assert any(url.endswith("vega/vega.js") for url in tab.loaded)
    assert tab.complaints == []
    assert tab.foreign == []
    mark = tab.query_selector(".cq-live .mark-symbol.role-mark path")
    mark.hover()
    tab.wait_for_selector("#vg-tooltip-element.visible", timeout=5000)
    assert "亿元" in tab.inner_text("#vg-tooltip-element")


def test_vega_is_not_loaded_for_reading(tab):
    opened(tab, "chapters/trade.html")
    tab.wait_for_timeout(300)
    assert tab.loaded
    assert not any("vega" in url for url in tab.loaded)


def test_dark_mode_shows_the_dark_pictures(tab):
    tab.emulate_media(color_scheme="dark")
    opened(tab, "chapters/trade.html")
    assert tab.is_visible("figure[data-figure] picture.cq-dark")
    assert not tab.is_visible("figure[data-figure] picture.cq-light")


def test_a_long_table_can_be_filtered(tab):
    opened(tab, "chapters/reconciliation.html")
    box = tab.query_selector("figure[data-searchable] input")
    figure = box.evaluate_handle("e => e.closest('figure')").as_element()
    before = len(figure.query_selector_all("tbody tr:not([hidden])"))
    heads = [head.inner_text().strip() for head in figure.query_selector_all("thead th")]
    assert box.get_attribute("placeholder") == "筛选：" + "、".join(heads)
    box.fill("新能源汽车")
    after = [row.inner_text() for row in figure.query_selector_all("tbody tr:not([hidden])")]
    assert 0 < len(after) < before
    assert all("新能源汽车" in text for text in after)


def searched(tab, query: str) -> None:
    tab.goto(f"{(LATEST / 'search.html').as_uri()}?q={quote(query)}")


@pytest.mark.parametrize(
    "query", ["產業轉移", "ＦＩＧ－ＴＲＡＤＥ－ＲＡＮＫ", "8158.4", "RCEP", "沙坪坝"]
)
def test_search_shows_the_passage_with_the_term_marked(tab, query):
    searched(tab, query)
    tab.wait_for_selector("#search-results .cq-found > li > a", timeout=10000)
    words = {mark.inner_text() for mark in tab.query_selector_all(".cq-passage mark")}
    plain = {"產業轉移": "产业转移", "ＦＩＧ－ＴＲＡＤＥ－ＲＡＮＫ": "fig-trade-rank"}.get(
        query, query
    )
    assert words == {plain}
    tab.query_selector(".cq-passage").click()
    tab.wait_for_load_state()
    assert plain.lower() in tab.inner_html("article").lower()
    assert tab.foreign == []


def test_a_number_is_not_found_inside_another(tab):
    searched(tab, "58.4")
    tab.wait_for_selector(".cq-count")
    assert all(mark.inner_text() == "58.4" for mark in tab.query_selector_all("mark"))
    assert "8158.4" not in tab.inner_text("#search-results")


def test_search_finds_nothing_where_nothing_is(tab):
    searched(tab, "量子霸权")
    tab.wait_for_selector(".cq-count")
    assert "没有找到" in tab.inner_text(".cq-count")
    assert not tab.query_selector_all("#search-results .cq-found > li > a")


def test_a_number_is_found_opened_drawn_and_saved(tab):
    """From a folder; each state is an address, and nothing breaks the policy."""
    opened(tab, "chapters/numbers.html?q=2022年进出口#obs-trade-2022.total")
    card = tab.locator(".cq-number-card")
    assert "8158.4亿元" in card.locator(".cq-title").inner_text()
    assert "数据编号 trade-2022.total" in card.inner_text()
    assert card.locator("a[href*='trade.html#fig-']").count()
    assert tab.locator(".cq-rows tbody tr").first.inner_text().count("8158.4亿元")
    # chosen from the lists: the long series too
    tab.fill(".cq-asked input", "")
    tab.select_option(".cq-asked select[name=indicator]", "auto_sales")
    tab.select_option(".cq-asked select[name=entity]", "org-xiaomi-auto")
    tab.click(".cq-counted button >> nth=0")
    tab.wait_for_selector(".cq-drawn .vega-embed svg", timeout=15000)
    assert re.search(r"indicator=auto_sales&entity=org-xiaomi-auto&view=chart", tab.url)
    with tab.expect_download() as saved:
        tab.click(".cq-counted button >> nth=1")
    rows = list(csv.DictReader(saved.value.path().open(encoding="utf-8-sig")))
    assert len(rows) > 20
    assert {row["entity"] for row in rows} == {"org-xiaomi-auto"}
    shown = len(tab.query_selector_all(".cq-rows tbody tr"))
    tab.reload()
    tab.wait_for_selector(".cq-drawn .vega-embed svg", timeout=15000)
    assert len(tab.query_selector_all(".cq-rows tbody tr")) == shown == len(rows)
    tab.go_back()
    tab.wait_for_url("**entity=org-xiaomi-auto")
    assert tab.evaluate("window.violations") == []
    assert (tab.complaints, tab.foreign) == ([], [])


def test_wide_tables_become_cards_on_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 900})
    opened(tab, "chapters/reconciliation.html")
    # of a table on the page: those below figures are folded
    cell = tab.locator("table.cq-wide:visible td").first.element_handle()
    named = cell.get_attribute("data-label")
    assert named
    assert cell.evaluate("e => getComputedStyle(e, '::before').content") == f'"{named}"'
    assert cell.bounding_box()["width"] > 250
    tab.set_viewport_size({"width": 1280, "height": 900})
    assert cell.evaluate("e => getComputedStyle(e).display") == "table-cell"


def test_a_table_of_few_short_columns_stays_one_on_a_phone(tab):
    tab.set_viewport_size(PHONE)
    opened(tab, "chapters/trade.html")
    first, number = (
        tab.locator(f"#tab-trade-partners tbody tr:first-child td:nth-child({place})").first
        for place in (1, 3)
    )
    assert number.evaluate("e => getComputedStyle(e).display") == "table-cell"
    assert first.bounding_box()["y"] == number.bounding_box()["y"]
    scroll = tab.locator("#tab-trade-partners .cq-scroll")
    assert scroll.evaluate("e => e.scrollWidth - e.clientWidth") <= 1
    # in English it is too wide, and moves: what a row is of stays
    tab.locator(".cq-language").click()
    scroll = tab.locator("#tab-reconciliation-tally .cq-scroll")
    opened(tab, "chapters/reconciliation.html")
    scroll.evaluate("e => { e.scrollLeft = 90; }")
    assert scroll.evaluate("e => e.scrollLeft") > 0
    head = tab.locator("#tab-reconciliation-tally tbody tr:first-child td").first
    assert head.bounding_box()["x"] == scroll.bounding_box()["x"]
    tab.evaluate("localStorage.removeItem('cq-lang')")


def test_paper_shows_pictures_and_no_controls(tab):
    opened(tab, "chapters/corridors.html")
    tab.emulate_media(media="print", color_scheme="dark")
    assert tab.is_visible("figure[data-figure] picture.cq-light")
    assert not tab.is_visible("figure[data-figure] picture.cq-dark")
    assert not tab.is_visible("figure[data-searchable] input")
    assert not tab.is_visible("div.cell details.hide")
    # paper can't be opened: every source is printed
    opened(tab, "chapters/index.html")
    tab.emulate_media(media="print")
    assert tab.is_visible("div.cell .cq-source .cq-more a")
    assert not tab.is_visible("div.cell .cq-source summary")


def test_every_inner_link_and_anchor_exists():
    ids: dict[Path, set[str]] = {}
    broken = []

    def anchors(path: Path) -> set[str]:
        if path not in ids:
            ids[path] = set(re.findall(r'\bid="([^"]+)"', path.read_text(encoding="utf-8")))
        return ids[path]

    # a script shows the row of a number; each stands on a plain page too
    browser = LATEST / "chapters" / "numbers.html"
    rows = {name for path in (LATEST / "numbers").glob("*.html") for name in anchors(path)}
    ids[browser] = anchors(browser) | {name for name in rows if name.startswith("obs-")}
    folders = ("chapters", "figures")
    below = [path for name in folders for path in sorted((LATEST / name).rglob("*.html"))]
    for path in [LATEST / "index.html", *below]:
        for href in re.findall(r'\b(?:href|src)="([^"]+)"', path.read_text(encoding="utf-8")):
            address, fragment = urldefrag(href.replace("&amp;", "&"))
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            inside = bool(fragment) and target.suffix == ".html"
            if not target.exists() or (inside and unquote(fragment) not in anchors(target)):
                broken.append(f"{path.name}: {href}")
    assert not broken, broken[:20]


def test_the_catalogue_lists_every_figure(tab):
    opened(tab, "chapters/figures.html")
    listed = {code.inner_text() for code in tab.query_selector_all(".cq-catalogue code")}
    drawn = {path.name.split(".")[0] for path in (LATEST / "_figures").glob("*.js")}
    assert drawn
    assert drawn <= listed


def test_specifications_are_data_not_markup():
    for path in (LATEST / "_figures").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("cqbook.show(")
        assert "<" not in text
        name, *specs = json.loads(
            f"[{text.removeprefix('cqbook.show(').removesuffix(');' + chr(10))}]"
        )
        assert name == path.stem
        assert len(specs) == 2
        assert all(spec["data" if "data" in spec else "layer"] for spec in specs)


def test_each_page_says_its_edition_and_leads_to_the_latest(tab):
    for name in ("chapters/trade.html", "search.html"):
        foot = opened(tab, name).locator(".cq-edition")
        assert "版次 " in foot.inner_text()
        links = [
            Path(unquote(urlsplit(link.evaluate("link => link.href")).path))
            for link in foot.locator("a").all()
        ]
        assert links == [LATEST / "index.html", LATEST.parent / "feed.xml"]
        assert links[1].is_file()
    assert tab.locator(".cq-older").count() == 0, "this is the latest"


def test_a_frozen_page_tells_that_there_is_a_later_edition(tab, tmp_path):
    """The page is as it was; a script outside its folder knows."""
    shutil.copytree(LATEST, tmp_path / "v" / "2020-01", copy_function=linked)
    for name in ("trade", "parks"):
        path = tmp_path / "v" / "2020-01" / "chapters" / f"{name}.html"
        text = path.read_text(encoding="utf-8")
        # it is another name of the page that was built
        path.unlink()
        path.write_text(
            re.sub(r'data-edition="[^"]*"', 'data-edition="2020-01"', text), encoding="utf-8"
        )
    known = {"latest": "2020-02", "released": {"2020-01": "2020-02-03"}, "drafts": []}
    known |= {"pages": ["trade"], "figures": {"fig-trade-who": "0" * 16}}
    script = f"window.cqbookEditions={json.dumps(known)};"
    (tmp_path / "v" / "editions.js").write_text(script, encoding="utf-8")
    tab.goto((tmp_path / "v" / "2020-01" / "chapters" / "trade.html").as_uri())
    changed = tab.locator("#fig-trade-who .cq-still")
    changed.wait_for()
    assert changed.inner_text() == "在版次2020-02中：数据有变"
    assert tab.locator("#fig-trade-annual-flows .cq-still").inner_text().endswith("没有这张图")
    for name, target in (("trade", "chapters/trade.html"), ("parks", "index.html")):
        tab.goto((tmp_path / "v" / "2020-01" / "chapters" / f"{name}.html").as_uri())
        note = tab.locator(".cq-older")
        note.wait_for()
        assert "2020-01（2020-02-03发布，不再改变）" in note.inner_text()
        link = urlsplit(note.locator("a").evaluate("link => link.href")).path
        assert Path(unquote(link)) == tmp_path / "latest" / target
    assert tab.complaints == []


def test_a_folder_taken_away_alone_says_nothing_wrong(tab, tmp_path):
    shutil.copytree(LATEST, tmp_path / "alone", copy_function=linked)
    tab.goto((tmp_path / "alone" / "chapters" / "trade.html").as_uri())
    tab.wait_for_timeout(300)
    assert tab.locator(".cq-older").count() == 0


def test_each_figure_has_its_tools_without_scripts_and_on_a_phone(scriptless):
    page = scriptless
    page.goto((LATEST / "chapters" / "trade.html").as_uri())
    figures = page.locator("figure[data-figure]:has(.cq-chart)")
    assert figures.count() > 3
    for number in range(figures.count()):
        tools = figures.nth(number).locator(".cq-tools")
        links = tools.locator("a[download]")
        # one question for all: each of its own takes as long
        names = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
        kinds = [".png", ".svg", ".pdf", ".csv", ".xlsx", ".json"]
        assert [Path(name).suffix for name in names if ".en." not in name] == kinds
        english = [".en.png", ".en.svg", ".en.pdf", ".en.vl.json"]
        assert ["." + name.split(".", 3)[3] for name in names if ".en." in name] == english
        for name in names:
            assert (LATEST / "chapters" / name).resolve().stat().st_size > 100, name
        tools.locator("summary").click()
        assert "版次 " in tools.locator("dd").first.inner_text()
        box = tools.bounding_box()
        assert box["x"] + box["width"] <= 390


def test_the_tools_are_reached_and_used_by_keyboard(tab):
    opened(tab, "chapters/trade.html")
    figure = tab.locator("figure[data-figure]:has(.cq-chart)").first
    figure.locator(".cq-permalink").focus()
    seen = []
    for _ in range(11):
        seen.append(tab.evaluate("document.activeElement.innerText"))
        tab.keyboard.press("Tab")
    files = ["PNG", "SVG", "PDF", "CSV", "Excel", "Vega-Lite"]
    assert seen == ["链接", *files, "单独成页", "代码", "复制图片", "引用"]
    summary = figure.locator(".cq-cite summary")
    summary.focus()
    tab.keyboard.press("Enter")
    assert figure.locator(".cq-cite").get_attribute("open") is not None
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.tagName") == "BUTTON"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.textContent") == "已复制"
    assert tab.complaints == []


def test_each_figure_has_a_page_of_its_own_and_one_to_embed():
    found = json.loads((LATEST / "figures.json").read_text(encoding="utf-8"))["figures"]
    assert len(list((LATEST / "figures").glob("*.html"))) == 2 * len(found)
    for entry in found:
        path = LATEST / "figures" / f"{entry['id']}.html"
        page, embedded = (
            html.parse(str(place), html.HTMLParser(encoding="utf-8"))
            for place in (path, path.with_suffix(".embed.html"))
        )
        assert page.xpath("string(//meta[@property='og:title']/@content)") == entry["title"]
        assert page.xpath("string(//meta[@name='citation_title']/@content)") == entry["title"]
        (heading,) = page.xpath("//h1")
        assert entry["title"] in heading.text_content()
        assert entry["title"] in embedded.xpath("//h1")[0].text_content()
        for tree in (page, embedded):
            assert tree.xpath("string(//figure/@data-hash)") == entry["data"][:16]
            assert tree.xpath("//picture//img[@alt]")
            assert "2026-" in tree.xpath("string(//@data-edition)")
        forms = {Path(way).name.split(".", 1)[1] for way in page.xpath("//a[@download]/@href")}
        assert forms == set(entry["files"]) | {"ipynb"}
        code = page.xpath("string(//h2[@id='code']/following-sibling::details)")
        assert f'"{entry["id"]}"' in code or "cq.figure(" in code, entry["id"]
        # code is folded, and the numbers come first
        assert not page.xpath("//h2[@id='code']/following-sibling::div")
        parts = page.xpath("//h2/@id")
        assert parts == ["data", "cite", "code"], "no frame without an address"
        assert "没有登记网址" in page.xpath("string(//div[@class='cq-cite'])")
        assert path.with_suffix(".embed.html").stat().st_size < 12_000, "small"


def test_the_own_page_of_a_figure_is_alive_and_copies_its_picture(tab):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(tab, f"figures/{COPIED}.html")
    tab.get_by_role("button", name="复制图片").click()
    tab.get_by_role("button", name="已复制").wait_for(timeout=15000)
    kinds, head = tab.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const picture = await createImageBitmap(await item.getType('image/png'));
          return [item.types, [picture.width, picture.height]];
        }"""
    )
    assert kinds == ["image/png"]
    assert head[0] == 1842, "300 dots an inch on the width of a text"
    assert not tab.locator(".cq-live").count(), "the page is as it was"
    tab.locator(".cq-chart").hover()
    tab.locator(".cq-live svg").wait_for(timeout=15000)
    assert not tab.locator(".cq-live .role-title text").count(), "the page says the title"
    assert tab.complaints == []
    assert tab.foreign == []
    assert tab.evaluate("window.violations") == []


def test_an_embedded_figure_fits_its_frame(tab, tmp_path):
    """At the height that the frame has which a book with an address offers; in its language."""
    page = html.parse(str(LATEST / "figures" / f"{COPIED}.embed.html"))
    sizes = [
        tuple(int(node.get(side)) for side in ("width", "height"))
        for node in page.xpath("(//picture)[1]//*")
    ]
    picture = SimpleNamespace(narrow=sizes[0], wide=sizes[1])
    parts = SimpleNamespace(drawn=SimpleNamespace(pictures=[picture]))
    book = replace(Catalog(ROOT / "data").publication, address="https://example.org/b")
    notebook = nbformat.read(ROOT / "chapters" / "trade.ipynb", 4)
    (shown,) = (
        item for item in exhibits_of(notebook, "chapters/trade", "1", book) if item.id == COPIED
    )
    for width, asking in ((1280, ""), (390, ""), (390, figure_pages.IN_ENGLISH)):
        frame = str(figure_pages.embed_code(shown, parts, shown.identity.title, asking))
        way = f"https://example.org/b/v/1/figures/{COPIED}.embed.html{asking}"
        assert f'<iframe src="{way}"' in frame
        there = f"{(LATEST / 'figures' / COPIED).as_uri()}.embed.html{asking}"
        (tmp_path / "theirs.html").write_text(frame.replace(way, there), encoding="utf-8")
        tab.set_viewport_size({"width": width, "height": 900})
        tab.goto((tmp_path / "theirs.html").as_uri())
        inside = tab.frames[1]
        inside.wait_for_load_state()
        assert inside.evaluate("document.images[0].complete && document.images[0].naturalWidth")
        over = "({scrollHeight: h, clientHeight: c}) => h - c"
        assert inside.evaluate(f"({over})(document.documentElement)") <= 0
        assert inside.evaluate("document.documentElement.lang") == ("en" if asking else "zh-CN")
    assert tab.complaints == []


def test_a_page_shows_its_code_when_it_is_asked_to(tab):
    opened(tab, f"chapters/trade.html?code#{COPIED}")
    cell = tab.locator(f"div.cell:has(#{COPIED})")
    assert cell.locator("pre").first.is_visible()
    assert f'"{COPIED}"' in cell.locator("pre").first.inner_text()


def test_the_catalogue_for_machines_keeps_its_schema_and_tells_the_truth():
    import hashlib

    import jsonschema

    found = json.loads((LATEST / "figures.json").read_text(encoding="utf-8"))
    schema = json.loads((LATEST / "figures.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert len(found["figures"]) >= 20
    assert {"csv", "csv-metadata.json", "xlsx", "json", "zip"} < found["tables"][0]["files"].keys()
    for entry in [*found["figures"], *found["tables"]]:
        for item in entry["files"].values():
            content = (LATEST / item["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == item["sha256"]
        page = (LATEST / f"{entry['page']}.html").read_text(encoding="utf-8")
        assert f'id="{entry["id"]}"' in page
        if entry["id"].startswith("tab-"):
            assert f'_figures/{entry["id"]}.xlsx" download' in page
            assert f"，{entry['id']}。" in page
        elif entry["files"]:
            assert f'data-hash="{entry["data"][:16]}"' in page


def test_pages_describe_their_figures_to_machines():
    text = (LATEST / "chapters" / "trade.html").read_text(encoding="utf-8")
    found = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1])
    assert {item["@type"] for item in found} == {"Dataset"}
    for item in found:
        for file in item["distribution"]:
            assert (LATEST / "chapters" / file["contentUrl"]).resolve().exists()
    assert '<meta name="DC.title"' in text


def test_the_default_book_has_no_customs_detail():
    if (ROOT / "data" / "customs").exists():
        pytest.skip("customs detail was taken in here")
    assert not (LATEST / "chapters" / "customs-detail.html").exists()
    assert "customs-detail" not in (LATEST / "chapters" / "index.html").read_text(encoding="utf-8")


def test_the_page_of_revisions_says_what_it_compares(tab):
    text = opened(tab, "chapters/revisions.html").locator("article").inner_text()
    assert "没有同一组参数的已发布版次" in text or "相比" in text


def test_the_front_door_leads_to_the_book(tab):
    tab.goto((SITE / "index.html").as_uri())
    tab.wait_for_url(re.compile(r"chapters/index\.html$"))
    assert "重庆" in tab.title()


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """The book as PDF."""
    import subprocess
    import sys

    from pypdf import PdfReader

    path = tmp_path_factory.mktemp("paper") / "book.pdf"
    command = [str(Path(sys.executable).with_name("cqbook")), "pdf", "-o", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=180)
    return PdfReader(path)


def test_the_printed_book_has_contents_bookmarks_and_page_numbers(paper):
    heads = [item for item in paper.outline if not isinstance(item, list)]
    titles = [item.title for item in heads]
    contents = "\n".join(page.extract_text() for page in paper.pages[1:7])
    for wanted in ("总览", "外贸结构", "产业转移园区", "区县画像：沙坪坝区", "来源"):
        assert wanted in titles
        number = paper.get_destination_page_number(heads[titles.index(wanted)]) + 1
        listed = re.findall(rf"^{wanted}\s*(\d+)$", contents, re.M)
        assert listed == [str(number)], f"the contents send {wanted} elsewhere"
        text = paper.pages[number - 1].extract_text()
        assert wanted in text.replace("\n", "")
        assert re.search(rf"(^|\n){number}(\n|$)", text), "numbered through"


def tagged(node) -> list:
    """Return the elements of a tagged PDF below one of them, and this."""
    found = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(found, list):
        return [item for part in found for item in tagged(part)]
    if not isinstance(found, dict) or "/S" not in found:
        return []
    return [found, *(tagged(found["/K"]) if "/K" in found else [])]


def test_the_printed_book_is_accessible_as_far_as_it_tells(paper):
    """Of PDF/UA what can be asked without its validator, which no Debian has."""
    root = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].lower().startswith("zh")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert paper.metadata.title
    assert {page.get("/Tabs") for page in paper.pages} == {"/S"}
    elements = tagged(root["/StructTreeRoot"]["/K"])
    figures = [item for item in elements if item["/S"] == "/Figure"]
    assert len(figures) > 55
    assert all(item.get("/Alt") for item in figures)
    assert {"/H1", "/H2", "/Table", "/TH", "/L"} <= {item["/S"] for item in elements}


HEADINGS = {"/H1", "/H2", "/H3", "/H4"}


def drawn_content(node, page=None, heading=None) -> list:
    """Return of each piece of content, as it is read, its page and the heading that it is of."""
    found = node.get_object()
    if isinstance(found, list):
        return [item for part in found for item in drawn_content(part, page, heading)]
    if isinstance(found, dict):
        page = found.raw_get("/Pg").idnum if "/Pg" in found else page
        heading = found if found.get("/S") in HEADINGS else heading
        if "/K" in found:
            return drawn_content(found.raw_get("/K"), page, heading)
    elif not isinstance(found, int):
        return []
    return [(page, heading)]


def test_the_printed_book_strands_no_heading(paper):
    """What follows a heading begins on its page; the overview's first page has its figure."""
    root = paper.trailer["/Root"]["/StructTreeRoot"]["/K"]
    content = drawn_content(root)
    numbers = {page.indirect_reference.idnum: n for n, page in enumerate(paper.pages, start=1)}
    stranded = [
        numbers[page]
        for (page, heading), (following, other) in itertools.pairwise(content)
        if heading is not None and other is not heading and page != following
    ]
    assert sum(heading is not None for _, heading in content) > 150
    assert stranded == []
    heads = {item.title: item for item in paper.outline if not isinstance(item, list)}
    first = paper.pages[paper.get_destination_page_number(heads["总览"])].indirect_reference.idnum
    figures = [item for item in tagged(root) if item["/S"] == "/Figure" and "/Pg" in item]
    assert first in {item.raw_get("/Pg").idnum for item in figures}, "half of it is blank"


def letters(font) -> dict[str, str]:
    """Return the letters of a font of a PDF by the codes, in hexadecimal, that draw them."""
    cmap = font["/ToUnicode"].get_data().decode("latin-1")
    found = {}
    for first, last, letter in re.findall(r"<(\w+)> <(\w+)> <(\w{4})>", cmap):
        for step in range(int(last, 16) - int(first, 16) + 1):
            code = f"{int(first, 16) + step:0{len(first)}X}"
            found[code] = chr(int(letter, 16) + step)
    for code, letter in re.findall(r"^<(\w+)> <(\w{4,})>$", cmap, re.M):
        found[code] = bytes.fromhex(letter).decode("utf-16-be")
    return found


def drawn_text(paper) -> str:
    """Return all letters of a PDF as they are drawn, one after the other.

    pypdf works out where each stands too, and reads each font again on each page: ten times longer.
    """
    known: dict[int, dict[str, str]] = {}
    found = []
    for page in paper.pages:
        fonts, named = {}, page["/Resources"]["/Font"]
        for name in named:
            reference = named.raw_get(name)
            if reference.idnum not in known:
                known[reference.idnum] = letters(reference.get_object())
            fonts[name] = known[reference.idnum]
        drawn = page.get_contents().get_data().decode("latin-1")
        here: dict[str, str] = {}
        for name, codes in re.findall(r"(/F\d+) [\d.]+ Tf|<([0-9A-F]+)>", drawn):
            here = fonts[name] if name else here
            size = len(next(iter(here), "00"))
            found += [here.get(codes[at : at + size], "") for at in range(0, len(codes), size)]
    return "".join(found)


def test_the_printed_book_is_whole_and_leads_nowhere_else(paper):
    text = drawn_text(paper)
    for path in (LATEST / "_figures").glob("*.js"):
        assert path.stem in text, "every figure is in the list of figures"
    assert text.count("数据") > 50, "it is read, Chinese too"
    assert "查看代码" not in text
    for page in paper.pages:
        for item in page.get("/Annots", []):
            link = item.get_object().get("/A", {})
            address = str(link.get("/URI", ""))
            assert not address.startswith("file:"), "a path of the machine that printed it"


#: WCAG 2.2 A and AA, and what axe calls best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Between them they have every kind of element, and fall under every rule, that the longest page
#: has, for which axe takes ten times as long.
SHORT = [
    "chapters/district-500102.html",
    "chapters/reconciliation.html",
    "search.html?q=产业转移",
    f"figures/{COPIED}.html",
]


#: Of what passes, no more than one element a rule: to describe each takes half of the time.
ASKED = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
#: What the mode of a page changes: its colours, and which pictures are seen.
OF_COLOURS = ("color-contrast", "link-in-text-block", "image-alt", "svg-img-alt", "role-img-alt")
IN_THE_DARK = ASKED | {"runOnly": {"type": "rule", "values": [*OF_COLOURS]}}


def violations(page, names, asked=ASKED):
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    for name in names:
        opened(page, name)
        page.wait_for_timeout(100)
        run = axe.run(page, options=asked)
        found += [
            f"{name}: {item['id']}: {item['nodes'][0]['html'][:120]}"
            for item in run.response["violations"]
        ]
    return found


@pytest.mark.parametrize(("scheme", "asked"), [("light", ASKED), ("dark", IN_THE_DARK)])
def test_axe_finds_nothing(tab, scheme, asked):
    tab.emulate_media(color_scheme=scheme)
    assert violations(tab, SHORT, asked) == []


@pytest.mark.thorough
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(tab, scheme, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme)
    assert violations(tab, [*pages(), "search.html?q=产业转移"]) == []


def test_axe_would_see_a_violation(tab, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text('<p style="color:#aaa;background:#fff">看不清</p><img src="x.png">', "utf-8")
    from axe_playwright_python.sync_playwright import Axe

    tab.goto(path.as_uri())
    found = {item["id"] for item in Axe().run(tab, options=ASKED).response["violations"]}
    assert {"color-contrast", "image-alt", "html-has-lang"} <= found


def test_a_live_chart_has_no_violation_either(tab):
    from axe_playwright_python.sync_playwright import Axe

    opened(tab, "chapters/corridors.html")
    tab.query_selector("figure[data-figure] .cq-chart").hover()
    tab.wait_for_selector(".cq-live svg", timeout=15000)
    # the rest of the page is as it was judged
    run = Axe().run(tab, context="figure:has(.cq-live)", options=ASKED)
    assert run.response["passes"]
    assert [item["id"] for item in run.response["violations"]] == []


def test_the_data_of_a_chart_are_one_key_away(tab):
    opened(tab, "chapters/trade.html")
    figure = tab.locator("figure[data-figure]:has(.cq-chart)").first
    assert not figure.locator("details.cq-data table").is_visible()
    figure.locator(".cq-chart").focus()
    tab.keyboard.press("Enter")
    assert figure.locator("details.cq-data table").is_visible()
    assert figure.locator("details.cq-data > summary").evaluate("e => e === document.activeElement")


def test_the_mode_is_the_systems_until_the_reader_says_otherwise(browser, scriptless):
    context = browser.new_context(color_scheme="dark", viewport=DESK)
    page = context.new_page()
    page.goto((LATEST / "chapters/trade.html").as_uri())
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.click(".cq-mode")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (dark, light) == ("rgb(20, 24, 30)", "rgb(255, 255, 255)")
    assert page.is_visible("figure[data-figure] picture.cq-light")
    page.goto((LATEST / "chapters/parks.html").as_uri())
    assert page.evaluate("document.documentElement.dataset.theme") == "light", "remembered"
    context.close()
    scriptless.emulate_media(color_scheme="dark")
    scriptless.goto((LATEST / "chapters/trade.html").as_uri())
    assert scriptless.is_visible("figure[data-figure] picture.cq-dark"), "without scripts too"
    scriptless.emulate_media(color_scheme="null")


def test_the_contents_open_over_the_text_of_a_phone_without_scripts(scriptless):
    page = scriptless
    page.goto((LATEST / "chapters/trade.html").as_uri())
    page.click(".cq-to-contents")
    assert page.locator("#contents").bounding_box()["y"] == 0
    assert page.locator('#contents [aria-current="page"]').inner_text() == "外贸结构"
    page.click(".cq-close")
    assert page.locator("h1").is_visible()
    page.click(".cq-to-contents")
    page.click("#contents >> text=产业转移园区")
    assert page.locator("h1").inner_text().startswith("产业转移园区")


def test_from_a_number_to_its_source_and_back(tab):
    opened(tab, "chapters/corridors.html")
    tab.locator("figure .cq-source a").first.click()
    tab.wait_for_url(re.compile(r"sources\.html#src-"))
    entry = tab.locator(".cq-source-entry:target")
    entry.locator(".cq-users a").first.click()
    tab.wait_for_url(re.compile(r"#(fig|tab)-"))
    assert tab.locator("figure:target").count() == 1


@pytest.mark.thorough
@pytest.mark.parametrize("width", [360, 768])
def test_no_page_scrolls_sideways_at_other_widths(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    for name in pages():
        opened(tab, name)
        wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide} px at {width} px"


#: An attribute of those elements that are seen.
SEEN = """(nodes, name) => nodes
  .filter(node => node.getClientRects().length && getComputedStyle(node).visibility === 'visible')
  .map(node => node.getAttribute(name))"""


def test_english_readers_switch_once_and_get_the_figures_and_their_files(browser):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto((LATEST / "chapters/trade.html").as_uri())
    assert not page.is_visible(".cq-abstract")
    page.click(".cq-language")
    assert page.is_visible(".cq-abstract")
    assert "CNY 800.68 bn, CNY 15.2 bn short of its 2022 peak" in page.inner_text(".cq-abstract")
    # what one page keeps, the process of another knows a moment later
    page.wait_for_timeout(300)
    page.goto((LATEST / "chapters/auto-exports.html").as_uri())
    figures = page.locator("figure[data-figure]:has(.cq-chart)")
    assert figures.count() > 3
    for number in range(figures.count()):
        figure = figures.nth(number)
        title = figure.locator(".cq-title").inner_text()
        assert title.startswith("Figure ")
        assert not re.search(r"[\u3400-\u9fff]", title)
        (image,) = figure.locator("picture img").evaluate_all(SEEN, "src")
        assert ".en." in image
        names = figure.locator("a[download]").evaluate_all(SEEN, "href")
        assert sum(".en.png" in name for name in names) == 1
        assert not any(name.endswith(".png") and ".en." not in name for name in names)
    chart = page.locator("figure[data-figure] .cq-chart").first
    chart.hover()
    page.wait_for_selector(".cq-live svg", timeout=15000)
    assert not re.search(r"[\u3400-\u9fff]", page.inner_text(".cq-live"))
    page.click(".cq-language")
    # it is drawn anew; the policy stops what `wait_for_function` evaluates again
    for _ in range(200):
        if re.search(r"[\u3400-\u9fff]", page.text_content(".cq-live")):
            break
        page.wait_for_timeout(50)
    else:
        pytest.fail("the chart stays English")
    context.close()


def test_each_chapter_has_its_english_abstract():
    with_figures = 0
    for path in sorted((LATEST / "chapters").glob("*.html")):
        text = path.read_text(encoding="utf-8")
        if 'data-figure="' in text:
            with_figures += 1
            found = re.search(r'<aside class="cq-abstract".*?</aside>', text, re.S)
            assert found, path.name
            words = re.sub(r"<[^>]+>", "", found[0])
            assert not re.search(r"[\u3400-\u9fff]", words), (path.name, words)
    assert with_figures >= 6


def test_no_page_of_a_district_is_blank_in_english():
    """One number without English took the abstract away, and of words alone nothing was left."""
    paths = sorted((LATEST / "chapters").glob("district*.html"))
    assert len(paths) > 5
    told = [
        "".join(re.findall(r'<aside class="cq-abstract".*?</aside>', path.read_text("utf-8"), re.S))
        for path in paths
    ]
    assert all(told)
    # of one of them nothing is known that the template has a sentence for
    assert sum(ALL_CHINESE in text for text in told) <= 1


def test_no_english_picture_holds_chinese():
    pictures = list((LATEST / "_figures").glob("*.en.wide.svg"))
    drawn = {path.stem for path in (LATEST / "_figures").glob("*.js")}
    assert {path.name.split(".")[0] for path in pictures} == drawn, "every figure has its English"
    for path in pictures:
        words = re.sub(
            r"<style.*?</style>|<[^>]+>", "", path.read_text(encoding="utf-8"), flags=re.S
        )
        assert not re.search(r"[\u3400-\u9fff]", words), path.name


def test_the_first_use_of_a_term_explains_itself(tab):
    opened(tab, "chapters/reconciliation.html")
    terms = tab.locator(".cq-term")
    words = terms.all_inner_texts()
    assert {"贡献率", "累计数", "经营单位所在地"} <= set(words)
    assert len(words) == len(set(words)), "only the first use"
    term = terms.nth(words.index("贡献率"))
    shown = "e => getComputedStyle(e, '::after').content"
    assert term.evaluate(shown) == "none"
    term.focus()
    assert "部分的增量除以总体的增量" in term.evaluate(shown)
    term.click()
    tab.wait_for_url(re.compile(r"glossary\.html#term-contribution-share"))
    assert tab.locator("dt:target").inner_text().startswith("贡献率")


@pytest.mark.parametrize("width", [360, 1000])
def test_no_definition_reaches_beyond_the_page(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    opened(tab, "chapters/trade.html")
    terms = tab.locator(".cq-term").all()
    assert terms
    for term in terms:
        term.focus()
        wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, term.inner_text()


def test_no_markup_is_searched_or_described():
    text = (LATEST / "_static" / "passages.js").read_text(encoding="utf-8")
    content = json.loads(text.removeprefix("cqbook.look(").removesuffix(");\n"))
    assert len(content["passages"]) > 100
    for _, _, words, *_ in content["passages"]:
        assert not re.search(r"</?[a-z]", words), words
    for path in (LATEST / "chapters").glob("*.html"):
        found = re.search(r'<meta name="description" content="([^"]*)"', path.read_text("utf-8"))
        assert not found or "&lt;a" not in found[1], path.name


def test_the_title_for_machines_is_that_of_the_page():
    """Also where a part of it is glued."""
    titles = {}
    for path in (LATEST / "chapters").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        found = re.search(r'<meta name="DC.title" content="([^"]*)"', text)
        if found:
            titles[found[1]] = re.search(r"<title[^>]*>([^<]*)", text)[1]
    assert any("江津区" in title for title in titles), "a page of a district has its name glued"
    assert all(for_machines == title for for_machines, title in titles.items())


def test_a_term_is_found_at_its_definition(tab):
    searched(tab, "加工贸易")
    tab.wait_for_selector(".cq-found > li > a")
    links = [link.get_attribute("href") for link in tab.query_selector_all(".cq-found a")]
    assert "chapters/glossary.html#term-processing-trade" in links
