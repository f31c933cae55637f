"""Hostile text in every text column of every table, followed to every output.

``hostile.csv`` has the payloads, each a JSON text: ``text`` is taken in and stays text wherever it
goes; ``refused`` is stopped by the data contract. A book is rendered from data that hold them, and
Chromium visits it: the canary (a page's title) must not change, and no page may even try.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ProcessPoolExecutor
from xml.etree import ElementTree

import nbformat
import openpyxl
import pandas as pd
import pytest
from conftest import CHROMIUM, FLAGS, ROOT, Spoiled, with_bundle
from lxml import etree, html
from PIL import Image
from test_site import WATCH

from cqbook.build import staging
from cqbook.build.rendering import Renderer
from cqbook.citing import briefing, powerpoint
from cqbook.citing.powerpoint import to_pptx
from cqbook.citing.word import to_docx
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import FORMULA, check_package
from cqbook.disk import untrusted
from cqbook.errors import DataError
from cqbook.execution import kernels
from cqbook.execution.notebooks import to_bytes
from cqbook.execution.page import Executed, Page
from cqbook.figures import rules, sheets
from cqbook.figures.charts import bars, columns, dots, lines, matrix, tiles
from cqbook.figures.figure import figure, glued, table
from cqbook.figures.identity import LATER_VARIABLE
from cqbook.intake import press_template

with (ROOT / "tests" / "hostile.csv").open(encoding="utf-8", newline="") as corpus:
    CORPUS = list(csv.DictReader(corpus))
TEXTS = {row["name"]: json.loads(row["payload"]) for row in CORPUS if row["as"] == "text"}
REFUSED = {row["name"]: json.loads(row["payload"]) for row in CORPUS if row["as"] == "refused"}
EDITION = "2026-11"


def text_columns(book: Catalog) -> list[tuple[str, str]]:
    """Return the columns whose cells are free text: no codes, keys, words of a list."""
    found = []
    for name, resource in book.resources.items():
        schema = resource["schema"]
        keys = {*schema.get("primaryKey", [])} if name not in ("english", "glossary") else set()
        for link in schema.get("foreignKeys", []):
            keys |= {link["fields"]} if isinstance(link["fields"], str) else {*link["fields"]}
        for field in book.fields(name):
            rules = field.get("constraints", {})
            coded = {"enum", "pattern"} & set(rules) or "listOf" in field
            if field["type"] == "string" and not coded and field["name"] not in keys:
                found.append((name, field["name"]))
    return found


#: Read by the contract as what they say: periods, units, pairs of a key and a value, ids, and the
#: basis, which a figure and its growth have in common.
READ = {"period", "unit", "breakdown", "part_of", "supersedes", "base", "observation_id", "basis"}
#: Codes that the chapters ask for, though nothing declares them.
ASKED = {
    *("kind", "scheme", "district", "qualifier", "words", "dimension", "level", "hs_code"),
    *("powertrain", "plug_in", "year_from", "year_to", "status", "start_year", "end_year"),
    *("new_code", "origin", "since", "until", "stage_as_of", "document", "basis", "date_basis"),
    *("group_2020", "subgroup_2020", "successor", "predecessor", "code", "iso_alpha3", "entity"),
    *("language", "reference", "heading", "section", "authors"),
}


def spoil(folder: Spoiled, columns: list[tuple[str, str]], *, behind: bool) -> None:
    """Put the payloads into the cells, one after the other; behind what stands there, or alone."""
    book = Catalog(folder.path)
    payloads = list(TEXTS.values())
    for name in dict.fromkeys(name for name, _ in columns):
        path = str(book.file(name).relative_to(folder.path))
        rows = folder.rows(path)
        for number, column in enumerate(column for table_, column in columns if table_ == name):
            place = rows[0].index(column)
            for at, row in enumerate(rows[1:]):
                if row[place] or not behind:
                    payload = payloads[(at + 7 * number) % len(payloads)]
                    # a term is a key: it stands once
                    payload += str(at) if column in ("term", "name_zh") else ""
                    put = f"{row[place]}{payload}" if behind else payload
                    if column == "as_printed":
                        # the contract reads the figure in it, and numerals where there is none
                        put = f"{payload} {row[place]}"
                        if not re.search(r"[0-9]", row[place]):
                            continue
                    # a cell that begins as a number may become a formula: that one is refused
                    row[place] = row[place] if FORMULA.fullmatch(put) else put
        folder.write(path, rows)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A copy of the data with the payloads in every column of free text."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("customs"))
    made = Spoiled(folder / "data")
    # of the long series two, which have all columns of text that the others have
    made.without_series(but=("caam-exports", "export-destinations"))
    columns = [pair for pair in text_columns(Catalog(made.path)) if pair[1] not in READ]
    assert len(columns) > 60
    spoil(made, columns, behind=False)
    descriptor = json.loads((made.path / "datapackage.json").read_text(encoding="utf-8"))
    for resource, payload in zip(descriptor["resources"], TEXTS.values(), strict=False):
        resource["title"] = resource["description"] = payload
        for item in resource["schema"]["fields"]:
            item["description"] = payload
    text = json.dumps(descriptor, ensure_ascii=False)
    (made.path / "datapackage.json").write_text(text, encoding="utf-8")
    return made


def test_the_contract_lets_text_be_text(hostile):
    check_package(Catalog(hostile.path))


#: It ends a line of the file, whose row is then too short.
RETURN = "carriage return"
#: What steers a terminal or turns a line.
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\u200b-\u200f\u2028-\u202e\u2066]")


def refusal(folder):
    with pytest.raises(DataError) as caught:
        check_package(Catalog(folder))
    assert not STEERING.search(str(caught.value))
    return caught.value


def test_the_contract_stops_what_no_cell_has(plain):
    """Each cell is named, and no message steers a terminal."""
    names = [name for name in REFUSED if name != RETURN]
    assert len(names) > 10
    for row, name in enumerate(names, start=3):
        plain.set("sources.csv", row, "note", REFUSED[name])
    breaches = refusal(plain.path).breaches
    found = {(breach.file, breach.row, breach.column) for breach in breaches}
    expected = {("sources.csv", row, "note"): name for row, name in enumerate(names, start=3)}
    assert found == set(expected), [name for place, name in expected.items() if place not in found]
    assert not any(STEERING.search(str(breach)) for breach in breaches)


def test_the_contract_stops_a_carriage_return(plain):
    plain.set("sources.csv", 3, "note", REFUSED[RETURN])
    assert "sources.csv" in str(refusal(plain.path))


def test_the_contract_stops_no_figure(plain):
    cells = ["+24%", "-13.2%为环比", "-", "−5", "a=b", "1-2", "——", "(@)"]
    for row, cell in enumerate(cells, start=3):
        plain.set("sources.csv", row, "note", cell)
    check_package(Catalog(plain.path))


# --- a small book of all forms


def drawings():
    """Return every chart form; each payload stands in each column drawn, in one form or another."""
    texts = [text[:60] for text in TEXTS.values()]
    rows = pd.DataFrame(
        {
            "label": texts,
            "text": texts,
            "full": texts,
            "detail": texts,
            "status": texts,
            "observation_id": texts,
            "source_id": texts,
            "value": [float(n % 7 + 1) for n in range(len(texts))],
        }
    )
    rows["lower"], rows["upper"] = rows["value"] - 0.5, rows["value"] + 0.5
    rows["group"] = [texts[n % 2 + 3] for n in range(len(texts))]
    # prototype among them: an object's own key in a script
    ends = (0, 6, 10, 16, 22, 28, len(rows))
    few, some, dated, dotted, square, last = (rows[a:b] for a, b in itertools.pairwise(ends))
    tiled = some.assign(
        tile_row=[n // 2 for n in range(4)],
        tile_col=[n % 2 for n in range(4)],
        kind=[texts[n % 3 + 5] for n in range(4)],
        symbol=some["label"],
    )
    return {
        "bars": bars(last, highlight=texts[-1], detail=True),
        "columns": columns(few),
        "lines": lines(dated.assign(date=[f"20{n + 10}-01-01" for n in range(6)])),
        "dots": dots(dotted),
        "matrix": matrix(square),
        "tiles": tiles(tiled),
    }


def outputs(book):
    # no number agrees with its text, no subtitle says the unit: only how it is written counts
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "check_drawing", lambda *_: None)
        # pictures are drawn for the pages
        patch.setenv(LATER_VARIABLE, "1")
        yield from nonsense(book)


def nonsense(book):
    texts = list(TEXTS.values())
    for number, (form, drawing) in enumerate(drawings().items()):
        yield figure(
            book,
            f"fig-hostile-{form}",
            drawing,
            title=texts[number],
            subtitle=texts[number + 6],
            unit=texts[number + 12][:40],
            note=texts[number + 18],
            english=(texts[number + 1], texts[number + 2], texts[number + 3]),
        )
    frame = pd.DataFrame({"a": texts, "b": texts, "source_id": texts})
    columns = {"a": texts[0], "b": texts[1], "source_id": "来源"}
    yield table(
        book, "tab-hostile", frame, columns=columns, title=texts[3], note=texts[4], searchable=True
    )


def undrawn():
    """Return what lets a process make no PNG and no PDF of a figure.

    How they are drawn has no part in their texts, which the SVG has; of their stamp
    `test_exports.py` asks. They take half of the time.
    """
    out = io.BytesIO()
    Image.new("RGB", (80, 60)).save(out, "PNG")
    return (
        "from cqbook.figures import formats\n"
        f"formats.MAKERS |= dict.fromkeys(('png', 'pdf'), lambda _: {out.getvalue()!r})"
    )


class Small:
    """What was rendered: folders, the identities drawn and the texts glued."""


@pytest.fixture(scope="module")
def small(hostile, tmp_path_factory):
    book = Catalog(hostile.path)
    cells = []
    words = []
    for number, text in enumerate(TEXTS.values()):
        data = {"application/papermill.record/text/plain": repr(text)}
        mark = {"scrapbook": {"name": f"t{number}", "mime_prefix": "application/papermill.record/"}}
        cell = nbformat.v4.new_code_cell("x", execution_count=1)
        cell.outputs = [nbformat.v4.new_output("display_data", data, metadata=mark)]
        cells.append(cell)
        words.append(f"- 甲{{glue:text}}`t{number}`乙")
    shown = nbformat.v4.new_code_cell("x", execution_count=2)
    shown.outputs = [
        nbformat.v4.new_output("display_data", item._repr_mimebundle_()) for item in outputs(book)
    ]
    # what a chapter should not give: a frame whose cells are markup, a picture with a script
    canary = TEXTS["script end"] + TEXTS["picture"]
    wild = {"text/plain": "plain", "text/html": canary, "image/svg+xml": f"<svg>{canary}</svg>"}
    wild |= {"text/markdown": canary, "application/javascript": "document.title='fired'"}
    loose = nbformat.v4.new_code_cell("x", execution_count=3)
    loose.outputs = [nbformat.v4.new_output("display_data", wild)]
    raw = nbformat.v4.new_markdown_cell(f"## 标题 {TEXTS['bold']}\n\n{canary}\n\n乙 {canary}")
    # a title is shown elsewhere too: in the contents, and on the pages before and after
    titled = list(TEXTS).index("script end")
    heading = f"# 章 {{glue:text}}`t{titled}`\n\n"
    prose = nbformat.v4.new_markdown_cell(heading + "\n".join(words))
    notebook = nbformat.v4.new_notebook(cells=[prose, raw, *cells, shown, loose])
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"c{number}"
    made = Small()
    made.notebook = notebook
    folder = tmp_path_factory.mktemp("small")
    staged = folder / "stage"
    chosen = [Page("hostile", "hostile")]
    results = {"hostile": Executed(to_bytes(notebook))}
    staging.stage(ROOT, chosen, results, staged, data=hostile.path, edition=EDITION)
    pages = ["sources", "data", "methods", "glossary", "figures"]
    contents = {"format": "jb-book", "root": "chapters/hostile"}
    contents["chapters"] = [{"file": f"chapters/{name}"} for name in pages]
    (staged / "_toc.yml").write_text(json.dumps(contents), encoding="utf-8")
    kernels.warm()
    painters = ProcessPoolExecutor(2, kernels.context(), initializer=exec, initargs=(undrawn(),))
    with Renderer(with_bundle(folder / "cache")) as renderer, painters:
        staging.draw_figures(results, EDITION, book, folder / "cache", print, pool=painters)
        site = renderer.render(staged, folder / "out", print, alone=True)
    made.edition = folder / "edition"
    # an edition has its data; who wrote it is said there
    shutil.copytree(hostile.path, made.edition / "data")
    shutil.move(site, made.edition / "site")
    manifest = {"edition": EDITION, "given": {}, "pages": {}}
    manifest["glued"] = {"hostile": glued(notebook)}
    (made.edition / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    made.site = made.edition / "site"
    return made


def test_glued_texts_are_read_back_as_they_were(small):
    assert list(glued(small.notebook).values()) == list(TEXTS.values())


#: All that a page is made of.
TAGS = re.compile(
    "html|head|meta|title|link|script|body|a|header|form|input|button|div|main|article|section|nav"
    "|h[1-4]|p|ul|ol|li|dl|dt|dd|span|strong|em|code|pre|br|table|thead|tbody|tr|th|td|figure"
    "|figcaption|picture|source|img|details|summary|footer|label|noscript|aside|colgroup|col|mark"
    "|blockquote|hr|wbr"
)


def test_no_page_holds_markup_of_the_data(small):
    paths = list(small.site.rglob("*.html"))
    assert len(paths) > 5
    for path in paths:
        tree = html.parse(str(path), html.HTMLParser(encoding="utf-8"))
        for node in tree.iter(etree.Element):
            assert TAGS.fullmatch(node.tag), (path.name, node.tag)
            for key, value in node.attrib.items():
                assert not key.startswith("on"), (path.name, key)
                assert key not in ("style", "srcdoc", "formaction", "autofocus"), (path.name, key)
                if key in ("href", "src", "srcset", "action"):
                    assert not value.strip().lower().startswith(("javascript:", "http:", "data:"))
        scripts = [node.text or "" for node in tree.iter("script") if not node.get("type")]
        assert not any("fired" in script for script in scripts)
        for node in tree.xpath("//script[@type]"):
            json.loads(node.text)


@pytest.mark.site
@pytest.mark.skipif(not CHROMIUM, reason="没有 Chromium | no Chromium on this machine")
def test_the_canary_never_fires(small):
    from playwright.sync_api import sync_playwright

    seen: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        tab.add_init_script(WATCH)
        tab.on("request", lambda request: seen.append(request.url))
        tab.on("dialog", lambda dialog: seen.append(dialog.message))
        ways = [*(small.site / "chapters").glob("*.html"), small.site / "search.html"]
        ways += [small.site / "figures" / f"fig-hostile-bars{end}.html" for end in ("", ".embed")]
        for place in ways:
            name = place.name
            query = "" if name != "search.html" else "?q=<script>"
            tab.goto(place.as_uri() + query)
            words = tab.evaluate("document.body.textContent.replace(/\\s+/g, ' ')")
            if name == "hostile.html":
                for payload in TEXTS.values():
                    assert words.count(" ".join(payload.split())) >= 3, payload
                hover(tab)
            assert tab.title() != "fired", name
            assert tab.evaluate("window.violations") == [], name
        chromium.close()
    # the one file that a page asks for outside its edition
    seen = [url for url in seen if not url.endswith("/editions.js")]
    assert all(url.startswith((small.site.as_uri(), "data:")) for url in seen), seen


def hover(tab) -> None:
    """Make every chart live, and read the tooltips: they show text."""
    shown = 0
    for chart in tab.locator("figure[data-figure] .cq-chart").all():
        chart.hover()
        chart.locator(".cq-live svg").wait_for(timeout=15000)
        mark = chart.locator(".cq-live .role-mark path").first
        mark.hover(force=True, timeout=5000)
        tab.wait_for_timeout(50)
        shown += tab.locator("#vg-tooltip-element").count()
        assert not tab.locator("#vg-tooltip-element :is(img, script, b, svg, iframe)").count()
        assert not chart.locator(".cq-live :is(script, iframe, foreignObject, image)").count()
    assert shown > 3
    tab.locator(".cq-filter").first.fill("<img")
    for summary in tab.locator("summary:visible").all()[:8]:
        summary.click()


def test_files_to_take_away_hold_text(small):
    files = small.site / "_figures"
    for path in files.glob("*.csv"):
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        assert len(lines) > 3
        cells = [cell for line in lines for cell in line]
        assert not any(sheets.FORMULA_START.match(cell) for cell in cells)
    for path in files.glob("*.xlsx"):
        assert_no_formulas(path.read_bytes())
    for path in files.glob("*.svg"):
        tree = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        for node in tree.iter():
            name = node.tag.rpartition("}")[2]
            assert name not in ("script", "foreignObject", "iframe", "a", "image"), path.name
            assert not any(key.lower().startswith("on") for key in node.attrib), path.name
            assert not any("javascript:" in node.get(key, "") for key in ("href", "fill", "style"))
    for path in files.glob("*.js"):
        assert "<" not in path.read_text(encoding="utf-8")
    drawn = json.loads((files / "fig-hostile-bars.vl.json").read_text(encoding="utf-8"))
    # in lines: what breaks a line in it is no letter
    title = "".join(drawn["title"]["text"])
    assert title == "".join(next(iter(TEXTS.values())).splitlines())
    listed = json.loads((small.site / "figures.json").read_text(encoding="utf-8"))["figures"]
    assert len(listed) == 6


def assert_no_formulas(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        for row in sheet.iter_rows():
            assert not any(cell.data_type == "f" or cell.hyperlink for cell in row)


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_briefings_hold_text(small, form):
    figures = [f"fig-hostile-{name}" for name in ("bars", "columns", "lines", "tiles")]
    text = "# 甲\n\n乙" + "".join(f"{{{{ hostile.t{n} }}}}，" for n in range(len(TEXTS)))
    blocks = [*briefing.blocks_of_markdown(text), *briefing.blocks_of_figures(figures)]
    content = {"docx": to_docx, "pptx": to_pptx}[form](blocks, small.edition)
    with untrusted.opened(content, f"x.{form}") as parts:
        found = ""
        for name in parts.namelist():
            if name.endswith(".xml"):
                tree = ElementTree.fromstring(parts.read(name))
                found += "".join(tree.itertext())
            if name.endswith(".rels"):
                assert b"TargetMode" not in parts.read(name), "nothing is fetched from elsewhere"
            if name.endswith(".xlsx"):
                assert_no_formulas(parts.read(name))
    for payload in TEXTS.values():
        assert payload in found, payload


def test_labels_that_a_spreadsheet_would_calculate(small, tmp_path):
    """A figure from elsewhere than our data may have them: its files defuse them."""
    shutil.copytree(small.edition, tmp_path / "edition")
    path = tmp_path / "edition" / "site" / "figures.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for entry in content["figures"]:
        for number, row in enumerate(entry["rows"]):
            row["label"] = row["group"] = f"=cmd|'/C calc'!A{number}"
        entry["title"] = entry["unit"] = "=1+1"
    path.write_text(json.dumps(content), encoding="utf-8")
    blocks = briefing.blocks_of_figures(["fig-hostile-columns"])
    slides = powerpoint.to_pptx(blocks, tmp_path / "edition")
    with zipfile.ZipFile(io.BytesIO(slides)) as parts:
        sheets = [name for name in parts.namelist() if name.endswith(".xlsx")]
        assert sheets
        for name in sheets:
            assert_no_formulas(parts.read(name))


def test_the_template_has_no_formulas(hostile):
    made = press_template.template(Catalog(hostile.path))
    assert_no_formulas(made)


def test_the_template_writes_a_formula_as_text(spoiled):
    """Also where the contract was not asked."""
    spoiled.set("entities.csv", 3, "name_zh", "=1+1")
    assert_no_formulas(press_template.template(Catalog(spoiled.path)))


# --- the whole book


@pytest.mark.site
@pytest.mark.thorough
@pytest.mark.skipif(not CHROMIUM, reason="没有 Chromium | no Chromium on this machine")
def test_the_whole_book_from_hostile_data(tmp_path):
    """Every chapter executed on data whose texts end in payloads; every page visited."""
    from playwright.sync_api import sync_playwright

    root = tmp_path / "book"
    root.mkdir()
    for name in ("_config.yml", "_toc.yml", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    for name in ("chapters", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("customs"))
    made = Spoiled(root / "data")
    columns = [
        pair
        for pair in text_columns(Catalog(made.path))
        if pair[1] not in READ | ASKED | {"as_printed", "locator"} and pair[0] != "english"
    ]
    spoil(made, columns, behind=True)
    command = [sys.executable, "-m", "cqbook.cli", "--root", str(root), "build"]
    run = subprocess.run(
        [*command, "--edition", "hostile"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    site = root / "_build" / "html" / "v" / "hostile"
    pages = sorted((site / "chapters").glob("*.html"))
    assert len(pages) > 20
    seen: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = chromium.new_page()
        tab.add_init_script(WATCH)
        tab.on("request", lambda request: seen.append(request.url))
        for path in pages:
            tab.goto(path.as_uri())
            for chart in tab.locator("figure[data-figure] .cq-chart").all():
                chart.hover()
                chart.locator(".cq-live svg").wait_for(timeout=20000)
            assert tab.title() != "fired", path.name
            assert tab.evaluate("window.violations") == [], path.name
        chromium.close()
    assert all(url.startswith((root.as_uri(), "data:")) for url in seen)
    assert not list(root.rglob("fired"))
    for path in (site / "_figures").glob("*.xlsx"):
        assert_no_formulas(path.read_bytes())
