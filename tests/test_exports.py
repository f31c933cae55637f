"""A figure as files: the same bytes, its identity and source inside, nothing that runs."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT

import cqbook as cq
from cqbook.analysis.frames import timeline
from cqbook.data.catalog import Catalog
from cqbook.disk.checksums import json_digest
from cqbook.execution import page
from cqbook.figures import formats, theme
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
            book, name, form, title=title, subtitle=unit, unit=unit, english=("Title", "Caption")
        )
        for name, form, title, unit in made
    ]
    return [
        formats.Exhibit(item.identity, spec_of(item), "trade", "2026-11", BOOK) for item in figures
    ]


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
    shown = formats.exhibits_of(notebook, f"chapters/{name}", "2026-11", BOOK)
    return next(item for item in shown if item.id == identifier)


def with_cell(table, key, text):
    """The rows of a figure with another text in a cell of the first."""
    first = list(table.rows[0])
    first[table.keys.index(key)] = text
    return replace(table, rows=(tuple(first), *table.rows[1:]))


@pytest.fixture(scope="module")
def shown():
    return exhibit()


@pytest.mark.parametrize("form", formats.FORMATS)
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


def test_an_svg_brings_every_glyph_that_it_shows(shown):
    import base64

    from fontTools.ttLib import TTFont

    svg = formats.svg(shown).decode()
    faces = re.findall(r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]+)\)", svg)
    assert [weight for weight, _ in faces] == ["400", "700"]
    for place, (_, packed) in enumerate(faces):
        glyphs = set(TTFont(io.BytesIO(base64.b64decode(packed))).getBestCmap())
        texts = re.findall(r"<text([^>]*)>(.*?)</text>", svg, re.S)
        drawn = [text for attributes, text in texts if ("bold" in attributes) == bool(place)]
        words = re.sub(r"<[^>]*>|\s", "", "".join(drawn))
        assert words
        assert set(map(ord, words)) <= glyphs
    assert len(svg) < 120_000
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]+"', "", svg)


def test_data_are_numbers_with_units_and_sources(shown):
    text = formats.as_csv(shown).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(shown.identity.table.rows)
    assert [float(row["数值"]) for row in rows] == [3841.9]
    assert rows[0]["单位"] == shown.identity.unit
    assert rows[0]["来源"]
    book = openpyxl.load_workbook(io.BytesIO(formats.xlsx(shown)))
    assert book.sheetnames == ["数据", "说明"]
    assert book["数据"]["C2"].value == 3841.9
    assert book["数据"]["C2"].data_type == "n"
    about = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert about["版次"] == "2026-11"
    assert about["编号"] == shown.id
    assert about["来源"].startswith("数据来源")


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "=HYPERLINK(1)"])
def test_no_cell_becomes_a_formula(evil):
    table = with_cell(exhibit().identity.table, "label", evil)
    bad = exhibit(table=table, title=evil)
    lines = list(csv.reader(io.StringIO(formats.as_csv(bad).decode("utf-8-sig"))))
    assert len(lines) > 1
    for line in lines:
        assert not any(formats.FORMULA_START.match(cell) for cell in line if not _number(cell))
    book = openpyxl.load_workbook(io.BytesIO(formats.xlsx(bad)))
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
    found = formats.citations(shown)
    for text in found.values():
        assert shown.id in text
        assert "2026-11" in text
    assert "[DS/OL]//" in found["gbt7714"]
    assert "[引用日期]" in found["gbt7714"]
    assert found["line"].startswith("数据来源")
    assert found["bibtex"].count("{") == found["bibtex"].count("}")


def test_lines_do_not_begin_with_a_stop():
    lines = theme.wrap_small_print("数据来源：" + "；".join(["Chongqing Life Guide，2024"] * 9), 30)
    assert len(lines) > 3
    assert all(line[0] not in "，；。：" for line in lines)


def test_every_figure_of_every_chapter_exports():
    """Each as data and specification; the pictures are made by the build."""
    count = 0
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        notebook = page.Executed(path.read_bytes()).notebook
        for shown in formats.exhibits_of(notebook, f"chapters/{path.stem}", "2026-11", BOOK):
            rows = formats.rows(shown)
            assert rows
            plotted = shown.identity.unit not in ("区县",)
            if plotted:
                assert any(row["value"] is not None for row in rows), shown.id
            count += 1
    assert count > 30


def test_figures_drawn_at_once_are_the_same_bytes_and_drawn_once(tmp_path):
    from cqbook.data.catalog import Catalog
    from cqbook.execution import executor, kernels
    from cqbook.figures import drawing
    from cqbook.figures.english import dictionary

    known = dictionary(Catalog(ROOT / "data"))
    shown = [exhibit(place=place) for place in (0, 1)]
    executor.warm()
    drawn = (shown, known, tmp_path / "many", kernels.context())
    assert drawing.draw_all(*drawn) == 2
    assert drawing.draw_all(*drawn) == 0, "the cache has them"
    (tmp_path / "one").mkdir()
    for item in shown:
        drawing.draw(item, known, tmp_path / "one")
    made = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert len(made) == 2 * (4 + 6 + 4)
    for name, content in made.items():
        assert (tmp_path / "many" / name).read_bytes() == content


def test_a_picture_that_was_lost_is_drawn_again(tmp_path):
    from cqbook.figures import drawing

    shown = exhibit(place=1)
    first = drawing.exported(shown, "csv", tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    assert drawing.exported(shown, "csv", tmp_path) == first
