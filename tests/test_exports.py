"""A figure as files: the same bytes, its identity and source inside, nothing that runs."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT

import cqbook as cq
from cqbook.analysis.frames import timeline
from cqbook.citing.marks import citations_in
from cqbook.data.catalog import Catalog
from cqbook.disk.checksums import json_digest
from cqbook.execution import page
from cqbook.figures import drawing, formats, sheets, theme, workbook
from cqbook.figures.citations import citations
from cqbook.figures.english import unit_words
from cqbook.figures.exhibit import Exhibit, exhibits_of
from cqbook.figures.identity import FIGURE_MIME, LATER_VARIABLE

BOOK = Catalog(ROOT / "data").publication


@functools.cache
def drawn():
    """Figures of facts of the book, made here: chapters may be rewritten."""
    book = cq.open_data(ROOT / "data")
    trade = {"indicator": "trade_value", "entity": "CN-50", "unit": "100M CNY"}
    frames = [
        timeline(
            cq.series(book, years=range(2020, 2026), basis="customs", **trade, flow=flow),
            unit="100M CNY",
            group=word,
            short=True,
        )
        for flow, word in (("export", "出口"), ("import", "进口"))
    ]
    firms = cq.trade.parts(book, "CN-50", "2025", "enterprise").points("level", unit="100M CNY")
    kinds = firms[firms["label"].eq("民营企业")].assign(detail="增长18.9%")
    shares = timeline(
        cq.series(
            book,
            **trade | {"unit": "percent"},
            years=range(2019, 2026),
            flow="total",
            measure="share",
            breakdown="enterprise=private",
        ),
        unit="percent",
        short=True,
    )
    made = [
        ("fig-test-flows", cq.charts.columns(pd.concat(frames)), "出口与进口", "亿元"),
        ("fig-test-enterprise", cq.charts.bars(kinds, detail=True), "按企业性质", "亿元"),
        ("fig-test-private-share", cq.charts.columns(shares), "民营企业的比重", "%"),
        ("fig-test-dots", cq.charts.dots(kinds), "按企业性质，点图", "亿元"),
    ]
    figures = [
        cq.figure(
            book,
            name,
            form,
            title=title,
            subtitle=unit,
            unit=unit,
            english=("Title", unit_words(unit)),
        )
        for name, form, title, unit in made
    ]
    return [Exhibit(item.identity, spec_of(item), "trade", "2026-11", BOOK) for item in figures]


def spec_of(made):
    """The specification of a figure as a notebook holds it; its picture is not drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LATER_VARIABLE, "1")
        return made._repr_mimebundle_()[FIGURE_MIME]


def exhibit(place=1, **changes):
    shown = drawn()[place]
    return replace(shown, identity=replace(shown.identity, **changes))


def of_chapter(name, identifier):
    notebook = page.Executed((ROOT / "chapters" / f"{name}.ipynb").read_bytes()).notebook
    shown = exhibits_of(notebook, f"chapters/{name}", "2026-11", BOOK)
    return next(item for item in shown if item.id == identifier)


def with_cell(table, key, text):
    """The rows of a figure with another text in a cell of the first."""
    first = list(table.rows[0])
    first[table.keys.index(key)] = text
    return replace(table, rows=(tuple(first), *table.rows[1:]))


@pytest.fixture(scope="module")
def shown():
    return exhibit()


@pytest.mark.parametrize("form", [*formats.FORMATS, *formats.COMPANIONS])
def test_the_same_figure_gives_the_same_bytes(form):
    first = formats.to_format(exhibit(place=0), form)
    assert formats.to_format(exhibit(place=1), form) != first
    assert formats.to_format(exhibit(place=0), form) == first


def test_every_picture_carries_title_source_edition_and_id(shown):
    text = re.sub(r"<[^>]+>", "", formats.card(shown))
    for word in (shown.identity.title, "数据来源", "版次 2026-11", shown.id):
        assert word in text


def test_the_identity_is_inside_each_picture(shown):
    from PIL import Image
    from pypdf import PdfReader

    packed = json.loads(Image.open(io.BytesIO(formats.png(shown))).text["cqbook"])
    assert packed == shown.stamp
    assert packed["data"] == json_digest(shown.identity.table)
    facts = PdfReader(io.BytesIO(formats.pdf(shown))).metadata
    assert json.loads(facts["/cqbook"]) == shown.stamp
    svg = formats.svg(shown).decode()
    import html

    packed = re.search(r"<metadata>(.*?)</metadata>", svg)[1]
    assert json.loads(html.unescape(packed)) == shown.stamp
    assert json.loads(formats.vega(shown))["usermeta"]["data"] == shown.data_hash


def test_a_png_draws_the_chinese_glyphs(shown):
    """A missing font would leave boxes: other labels, other picture, and never the same one."""
    spec = json.dumps(shown.spec, ensure_ascii=False)
    assert "民营" in spec
    renamed = replace(shown, spec=json.loads(spec.replace("民营", "国有")))
    assert formats.png(shown)[:8] == b"\x89PNG\r\n\x1a\n"
    assert formats.png(shown) != formats.png(renamed)


def test_pictures_are_as_wide_on_paper_as_its_text(shown):
    from PIL import Image
    from pypdf import PdfReader

    picture = Image.open(io.BytesIO(formats.png(shown)))
    assert [round(dots) for dots in picture.info["dpi"]] == [300, 300]
    assert picture.width / 300 * 25.4 == pytest.approx(156, abs=0.2)
    page = PdfReader(io.BytesIO(formats.pdf(shown))).pages[0]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(156, abs=0.2)
    assert "亿元" in page.extract_text()
    root = re.search(r"<svg[^>]*>", formats.svg(shown).decode())[0]
    assert 'width="156mm"' in root
    ratio = float(re.search(r'height="([\d.]+)mm"', root)[1]) / 156
    assert ratio == pytest.approx(picture.height / picture.width, rel=0.01)


def test_a_palette_changes_nothing_that_one_sees():
    from PIL import Image

    few = Image.new("RGB", (16, 16))
    few.putdata([(10 * n % 256, n, 255 - n) for n in range(256)])
    assert formats.with_palette(few).mode == "P"
    assert formats.with_palette(few).convert("RGB").tobytes() == few.tobytes()
    # shades of an edge may fall together, colours may not
    close = Image.new("RGB", (16, 17))
    close.putdata([(n % 256, n // 256, 7) for n in range(272)])
    assert formats.with_palette(close).mode == "P"
    many = Image.new("RGB", (64, 64))
    many.putdata([(n % 64 * 4, n // 64 * 4, 7) for n in range(4096)])
    assert formats.with_palette(many) is many


def test_a_specification_draws_title_source_and_edition():
    shown = exhibit(place=0, caption="怎么读")
    title = json.loads(formats.vega(shown))["title"]
    assert "".join(title["text"]) == shown.identity.title
    said = "".join(title["subtitle"])
    for text in (shown.identity.subtitle, "怎么读", shown.source, shown.imprint):
        assert text in said
    assert formats.vega(shown).count("版次 2026-11".encode()) >= 1


def test_an_svg_brings_every_glyph_that_it_shows(shown):
    import base64

    import uharfbuzz

    svg = formats.svg(shown).decode()
    faces = re.findall(r"font-weight:(\d+);src:url\(data:font/otf;base64,([^)]+)\)", svg)
    assert [weight for weight, _ in faces] == ["400", "700"]
    for place, (_, packed) in enumerate(faces):
        glyphs = set(uharfbuzz.Face(base64.b64decode(packed)).unicodes)
        texts = re.findall(r"<text([^>]*)>(.*?)</text>", svg, re.S)
        drawn = [text for attributes, text in texts if ("bold" in attributes) == bool(place)]
        words = re.sub(r"<[^>]*>|\s", "", "".join(drawn))
        assert words
        assert set(map(ord, words)) <= glyphs
    assert len(svg) < 120_000
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]+"', "", svg)


def test_data_are_numbers_with_units_and_sources(shown):
    text = sheets.as_csv(shown).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(shown.identity.table.rows)
    assert [float(row["数值"]) for row in rows] == [3841.9]
    assert rows[0]["单位"] == shown.identity.unit
    assert rows[0]["来源"]
    book = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(shown)))
    assert book.sheetnames == ["数据", "图", "说明"]
    assert book["数据"]["C2"].value == 3841.9
    assert book["数据"]["C2"].data_type == "n"
    about = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert about["版次"] == "2026-11"
    assert about["编号"] == shown.id
    assert about["来源"].startswith("数据来源")


def test_the_csv_is_read_by_pandas_and_described_beside_it(shown):
    content = formats.to_format(shown, "csv")
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8 by this alone"
    frame = pd.read_csv(io.BytesIO(content))
    assert frame.columns[0] == "系列", "pandas passes over the mark"
    found = json.loads(formats.to_format(shown, "csv-metadata.json"))
    assert found["url"] == f"{shown.id}.csv"
    columns = found["tableSchema"]["columns"]
    assert [column["titles"]["zh"] for column in columns] == list(frame.columns)
    numbers = {column["titles"]["zh"] for column in columns if column["datatype"] == "number"}
    assert numbers == {"数值", "下限", "上限"}
    assert found["dc:title"] == shown.identity.title
    assert found["dc:identifier"] == shown.id
    assert found["schema:version"] == "2026-11"
    assert found["dc:source"] == [item.label for item in shown.identity.sources]
    assert "schema:url" not in found, "the book has no address"


@pytest.mark.parametrize(
    ("value", "printed", "code"),
    [
        (8006.8, "8006.8亿元", '0.0"亿元"'),
        (24.41, "24.41%以上", '0.00"%以上"'),
        (16.1, "约16.1%", '"约"0.0"%"'),
        (8006.8, "8,006.8亿元", '#,##0.0"亿元"'),
        (-3.4, "下降3.4%", 'General;"下降"0.0"%"'),
        (-3.4, "-3.4%", 'General;"-"0.0"%"'),
        (36.0, "36", "0"),
        # the middle of an interval, another unit, no number, what a format can't hold
        (37.1, "37.0—37.2", "General"),
        (522.26, "5222.6亿元", "General"),
        (1.0, "没有查到", "General"),
        (1.0, '1"', "General"),
    ],
)
def test_a_number_is_printed_as_in_the_book(value, printed, code):
    assert workbook.number_format(value, printed) == code


def test_a_workbook_prints_on_one_page_with_a_chart_of_the_same():
    shown = exhibit(place=0, title="A&B")
    content = workbook.xlsx(shown)
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # one page each way is what is not said otherwise
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)
        assert sheet.page_setup.paperSize == workbook.A4
        assert sheet.oddHeader.left.text == "A&&B"
        assert shown.imprint in sheet.oddFooter.left.text
    data = openpyxl.load_workbook(io.BytesIO(content))["数据"]
    assert data.print_area == f"'数据'!$A$1:$K${data.max_row}"
    assert data.print_title_rows == "$1:$1"
    row = sheets.rows(shown)[0]
    assert data["C2"].number_format == workbook.number_format(row["value"], row["full"])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        drawn = parts.read("xl/charts/chart1.xml").decode()
    assert "<c:barChart>" in drawn
    assert all(row["full"] in drawn for row in sheets.rows(shown)), "labels as printed"


def test_a_chart_that_excel_has_no_equal_of_is_left_out():
    with zipfile.ZipFile(io.BytesIO(workbook.xlsx(exhibit(place=3)))) as parts:
        assert not [name for name in parts.namelist() if "chart" in name]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "=HYPERLINK(1)"])
def test_no_cell_becomes_a_formula(evil):
    table = with_cell(exhibit().identity.table, "label", evil)
    bad = exhibit(table=table, title=evil)
    lines = list(csv.reader(io.StringIO(sheets.as_csv(bad).decode("utf-8-sig"))))
    assert len(lines) > 1
    for line in lines:
        assert not any(sheets.FORMULA_START.match(cell) for cell in line if not _number(cell))
    book = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(bad)))
    for sheet in book:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def _number(cell):
    try:
        return bool(cell) and float(cell) is not None
    except ValueError:
        return False


def test_markup_in_a_title_stays_text():
    svg = formats.svg(exhibit(title="<script>alert(1)</script>&")).decode()
    assert "<script" not in svg


def test_citations_name_figure_edition_and_place(shown):
    found = citations(replace(shown, book=replace(BOOK, address="https://example.org/b")))
    for text in found.values():
        assert shown.id in text
        assert "2026-11" in text
    assert "[DS/OL]//" in found["gbt7714"]
    assert "[引用日期]" in found["gbt7714"]
    assert found["line"].startswith("数据来源")
    assert found["bibtex"].count("{") == found["bibtex"].count("}")
    (item,) = json.loads(found["csl"])
    assert item["issued"] == {"date-parts": [[2026, 11]]}
    assert item["author"] == [{"literal": BOOK.author}]
    lines = found["ris"].split("\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-1] == "ER  - "
    assert all(re.fullmatch("[A-Z][A-Z0-9]  - .*", line) for line in lines)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_citations_have_a_whole_address_or_none(shown, language):
    """A way inside the site leads nobody there who reads it elsewhere."""
    spoken = replace(shown, language=language)
    bare = citations(replace(spoken, book=replace(BOOK, address="")))
    assert not [style for style in bare if "http" in bare[style] or ".html" in bare[style]]
    assert f"[DS]//{BOOK.title_en if language == 'en' else BOOK.title}" in bare["gbt7714"]
    assert not [style for style in bare if "UR  - " in bare[style] or "url =" in bare[style]]
    known = replace(spoken, book=replace(BOOK, address="https://example.org/b"))
    whole = citations(known)
    way = f"https://example.org/b/v/2026-11/trade.html#{shown.id}"
    assert all(way in whole[style] for style in whole if style != "line")
    assert json.loads(formats.to_format(known, "csv-metadata.json"))["schema:url"] == way
    # whom a line is by is known with it and without
    by = BOOK.author_en if language == "en" else BOOK.author
    for found in (bare, whole):
        assert found["gbt7714"].startswith(f"{by}. ")
        assert found["apa"].startswith(f"{by}. (2026). ")
        assert f"author = {{{{{by}}}}}" in found["bibtex"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_citation_without_an_address_is_known_again(shown, language):
    spoken = replace(shown, language=language, book=replace(BOOK, address=""))
    found = citations(spoken)
    for style in ("line", "gbt7714", "apa"):
        assert list(citations_in(found[style])) == [(shown.id, "2026-11")]


def test_an_edition_without_a_year_has_no_day(shown):
    found = citations(replace(shown, edition="draft"))
    assert "year" not in found["bibtex"]
    assert "PY" not in found["ris"]
    assert "issued" not in json.loads(found["csl"])[0]


def test_one_archive_holds_all_files_and_says_what_they_are(shown):
    files = {f"{shown.id}.csv": b"a", f"{shown.id}.en.png": b"bb"}
    made = formats.all_in_one(shown, files)
    assert formats.all_in_one(shown, dict(reversed(files.items()))) == made
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert parts.namelist() == sorted(
            f"{shown.id}/{name}" for name in [*files, "metadata.json"]
        )
        assert parts.read(f"{shown.id}/{shown.id}.csv") == b"a"
        said = json.loads(parts.read(f"{shown.id}/metadata.json"))
    assert said["files"][f"{shown.id}.en.png"]["bytes"] == 2
    assert {"id", "edition", "title", "source", "citations", "permalink", "data"} <= set(said)


def test_lines_do_not_begin_with_a_stop():
    lines = theme.wrap_small_print("数据来源：" + "；".join(["Chongqing Life Guide，2024"] * 9), 30)
    assert len(lines) > 3
    assert all(line[0] not in "，；。：" for line in lines)


def test_every_figure_of_every_chapter_exports():
    """Each as data and specification; the pictures are made by the build."""
    count = 0
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        notebook = page.Executed(path.read_bytes()).notebook
        for shown in exhibits_of(notebook, f"chapters/{path.stem}", "2026-11", BOOK):
            rows = sheets.rows(shown)
            assert rows
            plotted = shown.identity.unit not in ("区县",)
            if plotted:
                assert any(row["value"] is not None for row in rows), shown.id
            count += 1
    assert count >= 20


def test_figures_drawn_at_once_are_the_same_bytes_and_drawn_once(tmp_path):
    from cqbook.data.catalog import Catalog
    from cqbook.execution import kernels
    from cqbook.figures.english import dictionary

    known = dictionary(Catalog(ROOT / "data"))
    shown = [exhibit(place=place) for place in (1, 3)]
    kernels.warm()
    drawn = (shown, known, tmp_path / "many", kernels.context())
    assert drawing.draw_all(*drawn) == 2
    assert drawing.draw_all(*drawn) == 0, "the cache has them"
    (tmp_path / "one").mkdir()
    for item in shown:
        drawing.draw(item, known, tmp_path / "one")
    made = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    # pictures of the page, files of both languages, the archive
    assert len(made) == 2 * (4 + 6 + 4 + 1)
    for name, content in made.items():
        assert (tmp_path / "many" / name).read_bytes() == content


def test_a_form_that_is_new_is_drawn_with_the_others(monkeypatch):
    """What was marked as drawn without it was made one by one while pages were written."""
    shown = exhibit(place=1)
    before = drawing._mark(shown, "")
    assert drawing._mark(shown, "") == before
    monkeypatch.setitem(drawing.COMPANIONS, "new", "New")
    assert drawing._mark(shown, "") != before


def test_a_picture_that_was_lost_is_drawn_again(tmp_path):

    shown = exhibit(place=1)
    first = drawing.exported(shown, "csv", tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    assert drawing.exported(shown, "csv", tmp_path) == first
