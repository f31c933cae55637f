"""Briefings in Word, and asking documents and pictures whether they still stand."""

from __future__ import annotations

import copy
import io
import json
import re
import shutil
import time
import zipfile
from dataclasses import asdict, replace

import docx
import pytest
from conftest import ROOT
from PIL import Image, ImageDraw
from test_exports import exhibit, of_chapter, with_cell

from cqbook import cli
from cqbook.citing import briefing, documents, marks, native_charts, powerpoint, verify, writers
from cqbook.citing.entries import FigureEntry, entry_of
from cqbook.citing.pictures import is_altered_picture
from cqbook.citing.template import template_of
from cqbook.citing.word import to_docx
from cqbook.disk.checksums import json_digest
from cqbook.editions import paths, publish, store
from cqbook.errors import DataError
from cqbook.figures import formats, sheets
from cqbook.figures.citations import citations
from cqbook.figures.exhibit import translated
from cqbook.site.metadata import described_table

TOTAL, SHARE = "8006.8亿元", "48%"


DRAWN_AS = ("png", "vl.json")
FORMS = (*DRAWN_AS, "svg", "pdf")


def entry(shown, forms=DRAWN_AS):
    files = {
        form: {"path": f"_figures/{shown.id}.{form}", "sha256": "0" * 64, "bytes": 1}
        for form in forms
    }
    facts = ("title", "subtitle", "unit", "alt", "status")
    return {name: getattr(shown.identity, name) for name in facts} | {
        "id": shown.id,
        "page": shown.page,
        "permalink": shown.permalink,
        "sources": [asdict(item) for item in shown.identity.sources],
        "note": shown.identity.caption,
        "data": shown.data_hash,
        "files": files,
        "rows": sheets.rows(shown),
        "citations": citations(shown),
    }


#: Pictures that an edition has, by what they show: each is drawn once.
PICTURES: dict[str, bytes] = {}


def picture(item, form):
    key = json_digest([form, item.spec, item.identity, item.page, item.edition, item.language])
    if key not in PICTURES:
        PICTURES[key] = formats.to_format(item, form)
    return PICTURES[key]


def edition(root, name, shown, glued, place="", claims=None, tables=()):
    """A built edition of some figures, numbers and tables."""
    folder = root / "_build" / f"making-{name}"
    (folder / "site" / "_figures").mkdir(parents=True)
    # of the first, all pictures: what tests ask of is drawn
    forms = [FORMS if place == 0 else DRAWN_AS for place in range(len(shown))]
    for item, wanted in zip(shown, forms, strict=True):
        for form in wanted:
            path = folder / "site" / "_figures" / f"{item.id}.{form}"
            path.write_bytes(picture(item, form))
    catalogue = {"edition": name, "figures": list(map(entry, shown, forms))}
    catalogue["tables"] = [described_table(item, {}) for item in tables]
    (folder / "site" / "figures.json").write_text(json.dumps(catalogue), encoding="utf-8")
    manifest = {"edition": name, "given": {}, "pages": {}, "figures": {}, "glued": {"trade": glued}}
    manifest["claims"] = {"trade": claims or {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("customs"))
    publish.keep(root, folder, place or name)


@pytest.fixture(scope="module")
def first():
    return exhibit(place=1)


@pytest.fixture(scope="module")
def second():
    return exhibit(place=2)


@pytest.fixture(scope="module")
def built(tmp_path_factory, first, second):
    """A root with one edition, made once."""
    made = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        edition(made, "2026-11", [first, second], {"total": TOTAL, "share": SHARE})
    return made


@pytest.fixture
def root(tmp_path, monkeypatch, built):
    """Return a copy of that root, which a test may change."""
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    return shutil.copytree(built, tmp_path, dirs_exist_ok=True)


TEXT = """# 月报

进出口总值{{ trade.total }}，
民营企业占{{ trade.share }}。

- 再说一遍：{{ trade.total }}

{{ FIGURE }}
"""


def written(root, figure, name="2026-11"):
    blocks = briefing.blocks_of_markdown(TEXT.replace("FIGURE", figure.id))
    return to_docx(blocks, store.find(root, name))


def verdicts(root, content, name="brief.docx", against="2026-11"):
    found = verify.verify(root, content, name, against)
    # the table below a figure has its name too, and a test of its own
    return {item.name: item.verdict for item in found if item.kind != "table"}


def test_markdown_is_read_in_blocks(first):
    blocks = briefing.blocks_of_markdown(TEXT.replace("FIGURE", first.id))
    assert [block.kind for block in blocks] == ["title", "text", "item", "figure"]
    assert blocks[1].text == "进出口总值{{ trade.total }}，民营企业占{{ trade.share }}。"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("一\n\n{{ total }}", "第3行"),
        ("{{ 1 + 1 }}", "第1行"),
        ("见 {{ fig-trade-by-enterprise }}", "独占一行"),
    ],
)
def test_what_is_no_figure_and_no_number_is_told_by_line(text, word):
    with pytest.raises(DataError, match=word):
        briefing.blocks_of_markdown(text)


def test_what_the_edition_does_not_have_is_told_with_the_nearest(root):
    folder = store.find(root, "2026-11")
    for text, word in (
        ("{{ trade.totl }}", r"trade\.total"),
        ("{{ fig-trade-by-entrprise }}", "by-ent"),
    ):
        with pytest.raises(DataError, match=word):
            to_docx(briefing.blocks_of_markdown(text), folder)


def test_the_document_has_all_that_a_briefing_needs(root, first):
    content = written(root, first)
    assert content == written(root, first), "the same bytes"
    made = docx.Document(io.BytesIO(content))
    text = "\n".join(item.text for item in made.paragraphs)
    assert f"进出口总值{TOTAL}，民营企业占{SHARE}。" in text
    assert first.identity.title in text
    assert "数据来源：" in text
    assert "[DS]//" in text
    assert made.sections[0].page_width.cm == pytest.approx(21.0, abs=0.01)
    assert [item.text for item in made.paragraphs[:2]] == ["月报", "（2026年11月）"]
    assert "｜" not in text, "marks stand in properties, not in print"
    assert "。。" not in text
    assert len(made.tables) == 1
    assert made.tables[0].rows[1].cells[0].text == "民营企业"
    (shape,) = made.inline_shapes
    assert first.identity.alt in shape._inline.docPr.get("descr")
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert re.search(r'fldSimple w:instr=" SEQ 图', xml)
    assert xml.count('<w:bookmarkStart w:id="') == 4, "three numbers, and the table"
    styles = zipfile.ZipFile(io.BytesIO(content)).read("word/styles.xml").decode()
    assert 'w:eastAsia="仿宋"' in styles


def test_a_briefing_of_many_figures_says_its_edition(root, first):
    """Office keeps 255 characters of keywords: a figure that has no room there keeps its mark."""
    names = [f"fig-{'x' * 30}-{n}" for n in range(12)]
    assert marks.keywords("2026-11", []) == "cqbook edition=2026-11 "
    assert marks.keywords("2026-11", names[:2]) == f"cqbook edition=2026-11 {names[0]} {names[1]}"
    said = marks.keywords("2026-11", names)
    assert 255 - len(names[0]) <= len(said) <= 255
    assert names[4] in said.split()
    path = root / "_build" / "editions" / "2026-11" / "site" / "figures.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["figures"] += [content["figures"][0] | {"id": name} for name in names]
    path.write_text(json.dumps(content), encoding="utf-8")
    blocks = briefing.blocks_of_figures([first.id, *names])
    for writer, name in ((to_docx, "x.docx"), (powerpoint.to_pptx, "x.pptx")):
        found = verdicts(root, writer(blocks, store.find(root, "2026-11")), name)
        assert set(found) == {first.id, *names}
        assert set(found.values()) == {verify.STANDS}


def test_a_mark_without_words_has_no_label(root, first):
    path = root / "_build" / "editions" / "2026-11" / "site" / "figures.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for entry_ in content["figures"]:
        for row in entry_["rows"]:
            row["full"] = None
    path.write_text(json.dumps(content), encoding="utf-8")
    blocks = briefing.blocks_of_figures([first.id])
    assert powerpoint.to_pptx(blocks, store.find(root, "2026-11"))


def test_a_template_lends_its_styles_and_not_its_text(root, first, tmp_path):
    own = docx.Document()
    own.add_paragraph("模板里的字")
    own.styles["Normal"].font.name = "Courier New"
    path = tmp_path / "template.docx"
    own.save(path)
    blocks = briefing.blocks_of_figures([first.id])
    made = docx.Document(
        io.BytesIO(to_docx(blocks, store.find(root, "2026-11"), template_of(path)))
    )
    assert "模板里的字" not in "".join(item.text for item in made.paragraphs)
    assert made.styles["Normal"].font.name == "Courier New"


def test_what_did_not_change_stands(root, first):
    found = verdicts(root, written(root, first))
    assert found == {
        first.id: verify.STANDS,
        "trade.total": verify.STANDS,
        "trade.share": verify.STANDS,
    }


def test_exactly_what_changed_is_named(root, first, second):
    content = written(root, first)
    other = exhibit(place=1, table=with_cell(first.identity.table, "full", "3900亿元"))
    edition(root, "2026-12", [other, second], {"total": "8100亿元", "share": SHARE})
    found = {item.name: item for item in verify.verify(root, content, "x.docx", "2026-12")}
    assert found[first.id].verdict == verify.REVISED
    assert "民营企业：3841.9亿元 → 3900亿元" in found[first.id].detail
    assert found["trade.total"].verdict == verify.REVISED
    assert found["trade.total"].detail == f"{TOTAL} → 8100亿元"
    assert found["trade.share"].verdict == verify.STANDS
    edition(root, "2027-01", [second], {"share": SHARE})
    found = verdicts(root, content, against="2027-01")
    assert found[first.id] == verify.REVISED
    assert found["trade.total"] == verify.REVISED


def test_an_edition_that_is_not_at_hand(root, first):
    content = written(root, first)
    shutil.rmtree(paths.built_folder(root) / "2026-11")
    edition(root, "2026-12", [first], {"total": TOTAL, "share": SHARE})
    assert set(verdicts(root, content, against="2026-12").values()) == {verify.UNKNOWN}


def edited(content, change):
    """Change the main part of a Word file as somebody's editor would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(name, data))
    return out.getvalue()


def test_a_number_changed_by_hand_is_seen(root, first):
    def change(name, data):
        return data.replace(TOTAL.encode(), "9006.8亿元".encode()) if "document" in name else data

    found = verify.verify(root, edited(written(root, first), change), "x.docx", "2026-11")
    bad = [item for item in found if item.verdict == verify.ALTERED]
    assert {item.name for item in bad} == {"trade.total"}
    assert "9006.8亿元" in bad[0].detail


def test_an_edited_and_renamed_document_is_still_known(root, first):
    made = docx.Document(io.BytesIO(written(root, first)))
    made.paragraphs[0].insert_paragraph_before("前面加了一段")
    made.paragraphs[2].add_run("后面加了几个字")
    picture = made.inline_shapes[0]._inline.getparent().getparent()
    made.add_paragraph()._p.append(picture)
    out = io.BytesIO()
    made.save(out)
    found = verdicts(root, out.getvalue(), "另一个名字.docx")
    assert set(found.values()) == {verify.STANDS}
    assert len(found) == 3


def repainted(picture, paint):
    made = Image.open(io.BytesIO(picture)).convert("RGB")
    paint(ImageDraw.Draw(made))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


def test_a_picture_that_was_painted_over_is_seen(root, first):
    def change(name, data):
        if not name.endswith(".png"):
            return data
        return repainted(data, lambda pen: pen.rectangle((200, 100, 260, 130), fill="red"))

    assert verdicts(root, edited(written(root, first), change))[first.id] == verify.ALTERED


def test_a_picture_that_was_made_smaller_is_the_same(root, first):
    def change(name, data):
        if not name.endswith(".png"):
            return data
        made = Image.open(io.BytesIO(data)).convert("RGB")
        out = io.BytesIO()
        made.resize((made.width // 2, made.height // 2)).save(out, "PNG")
        return out.getvalue()

    assert verdicts(root, edited(written(root, first), change))[first.id] == verify.STANDS


@pytest.mark.parametrize(("size", "quality"), [(0.5, 60), (0.7, 61), (0.9, 80)])
def test_one_altered_digit_is_seen_in_a_compressed_picture(root, first, size, quality):
    def compressed(picture):
        small = picture.resize((int(picture.width * size), int(picture.height * size)))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality)
        return out.getvalue()

    kept = store.find(root, "2026-11")
    listed = entry_of(kept, first.id)
    picture = Image.open(io.BytesIO(formats.png(first))).convert("RGB")
    assert not is_altered_picture(compressed(picture), kept, listed)
    other = json.loads(json.dumps(first.spec).replace("3841.9", "3941.9"))
    forged = replace(first, spec=other)
    picture = Image.open(io.BytesIO(formats.png(forged))).convert("RGB")
    assert is_altered_picture(compressed(picture), kept, listed)


def test_a_value_changed_in_a_native_chart_is_seen(root, first, second):
    import pptx
    from pptx.chart.data import CategoryChartData

    content = slides(root, second)
    assert verdicts(root, content, "x.pptx")[second.id] == verify.STANDS
    made = pptx.Presentation(io.BytesIO(content))
    (shape,) = [shape for shape in made.slides[-1].shapes if shape.has_chart]
    series = shape.chart.plots[0].series[0]
    data = CategoryChartData()
    data.categories = list(shape.chart.plots[0].categories)
    values = list(series.values)
    place = next(n for n, value in enumerate(values) if value is not None)
    values[place] += 0.1
    data.add_series(series.name, values)
    shape.chart.replace_data(data)
    out = io.BytesIO()
    made.save(out)
    assert verdicts(root, out.getvalue(), "x.pptx")[second.id] == verify.ALTERED


def by_kind(root, content):
    found = verify.verify(root, content, "x.docx", "2026-11")
    return {item.kind: item.verdict for item in found}


def test_a_cell_changed_in_the_data_table_is_seen(root, second):
    content = written(root, second)
    found = {
        (item.kind, item.verdict) for item in verify.verify(root, content, "x.docx", "2026-11")
    }
    assert found == {(kind, verify.STANDS) for kind in ("figure", "table", "number")}
    made = docx.Document(io.BytesIO(content))
    table = made.tables[0]
    last = table.rows[-1]
    last._tr.getparent().remove(last._tr)
    out = io.BytesIO()
    made.save(out)
    kinds = {
        item.kind: item.verdict for item in verify.verify(root, out.getvalue(), "x.docx", "2026-11")
    }
    assert kinds["table"] == verify.STANDS, "a row may be left out"
    cell = table.rows[1].cells[-2]
    cell.paragraphs[0].runs[0].text = "9%"
    out = io.BytesIO()
    made.save(out)
    kinds = {
        item.kind: item.verdict for item in verify.verify(root, out.getvalue(), "x.docx", "2026-11")
    }
    assert kinds["table"] == verify.ALTERED
    assert kinds["figure"] == verify.STANDS


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_a_picture_by_itself_is_known(root, first, form):
    content = formats.to_format(first, form)
    assert verdicts(root, content, f"图.{form}") == {first.id: verify.STANDS}
    assert documents.cited(formats.png(first), "x.png")[0].edition == "2026-11"


@pytest.mark.parametrize("name", ["x.docx", "x.pdf", "x.png", "x.txt", "x.pptx"])
def test_what_cannot_be_read_is_told(root, name):
    with pytest.raises(DataError, match=r"x\."):
        verify.verify(root, b"broken", name, "2026-11")


def test_a_document_that_has_nothing_of_the_book(root):
    out = io.BytesIO()
    docx.Document().save(out)
    assert verify.verify(root, out.getvalue(), "x.docx", "2026-11") == []


# --- PowerPoint


def slides(root, *figures, name="2026-11"):
    text = TEXT.replace("{{ FIGURE }}", "\n\n".join(f"{{{{ {item.id} }}}}" for item in figures))
    return powerpoint.to_pptx(briefing.blocks_of_markdown(text), store.find(root, name))


def test_native_charts_hold_the_numbers_of_the_figure(root, first, second):
    import pptx

    made = pptx.Presentation(io.BytesIO(slides(root, first, second)))
    assert len(made.slides) == 5, "title, summary, text, figures"
    for slide, shown in zip(list(made.slides)[3:], (first, second), strict=True):
        (chart,) = [shape.chart for shape in slide.shapes if shape.has_chart]
        categories = list(chart.plots[0].categories)
        found = {
            (series.name, label.removesuffix("（没有查到）")): value
            for series in chart.plots[0].series
            for label, value in zip(categories, series.values, strict=True)
        }
        rows = sheets.rows(shown)
        wanted = {(row["group"] or shown.identity.unit, row["label"]): row["value"] for row in rows}
        assert found == wanted
        assert chart.value_axis.minimum_scale == 0
        notes = slide.notes_slide.notes_text_frame.text
        assert "数据来源" in notes
        assert shown.id in notes


def test_native_charts_have_the_signs_of_the_figures(root):
    """A target dashed, a derived bar within a line, a derived point a ring."""
    import pptx

    aimed = exhibit(table=with_cell(exhibit().identity.table, "status", "目标"))
    signs = [
        (aimed, '<a:prstDash val="dash"/>'),
        (of_chapter("trade", "fig-trade-stretches"), '<a:srgbClr val="55606E"/>'),
        (of_chapter("trade", "fig-trade-annual-flows"), '<a:srgbClr val="FFFFFF"/>'),
    ]
    shown = [item for item, _ in signs]
    edition(root, "2026-12", shown, {"total": TOTAL, "share": SHARE})
    made = pptx.Presentation(io.BytesIO(slides(root, *shown, name="2026-12")))
    charts = [shape.chart for slide in made.slides for shape in slide.shapes if shape.has_chart]
    for chart, (item, sign) in zip(charts, signs, strict=True):
        assert any(sign in point.xml for point in points_of(chart)), item.id


def points_of(chart):
    return chart._chartSpace.iter("{http://schemas.openxmlformats.org/drawingml/2006/chart}dPt")


def test_lines_are_native_over_their_days_and_say_their_last_number(root):
    flows = of_chapter("trade", "fig-trade-annual-flows")
    edition(root, "2026-12", [flows], {"total": TOTAL, "share": SHARE})
    import openpyxl
    import pptx

    made = pptx.Presentation(io.BytesIO(slides(root, flows, name="2026-12")))
    (chart,) = [shape.chart for shape in made.slides[-1].shapes if shape.has_chart]
    rows = sheets.rows(flows)
    drawn = {
        series.name: [value for value in series.values if value is not None]
        for series in chart.plots[0].series
    }
    for group, values in drawn.items():
        known = [row["value"] for row in rows if row["group"] == group and row["value"] is not None]
        assert values == known, group
    # the last number of each: printed by Office as 8006.8亿元 is, and as the sheet has it
    assert chart._chartSpace.xml.count('<c:numFmt formatCode="0.0&quot;亿元&quot;"') == len(drawn)
    book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    assert marks.MARK_PATTERN.search(book.properties.description)["id"] == flows.id
    assert book["说明"]["B1"].value == flows.identity.title
    # the cells that Office charts hold what the chart shows, over days
    sheet = book.worksheets[0]
    assert sheet["A2"].is_date
    assert [sheet.cell(1, 2 + place).value for place in range(len(drawn))] == list(drawn)


def test_a_template_gives_its_master_to_the_slides(root, first, tmp_path):
    import pptx

    template = pptx.Presentation()
    template.slide_width, template.slide_height = pptx.util.Cm(30), pptx.util.Cm(20)
    template.slide_master.name = "机关模板"
    template.slides.add_slide(template.slide_layouts[0])
    path = tmp_path / "office.pptx"
    template.save(path)
    blocks = briefing.blocks_of_figures([first.id])
    content = powerpoint.to_pptx(blocks, store.find(root, "2026-11"), template_of(path))
    made = pptx.Presentation(io.BytesIO(content))
    assert (made.slide_width, made.slide_height) == (pptx.util.Cm(30), pptx.util.Cm(20))
    assert len(made.slides) == 2, "the template's own slides are left out"
    for slide in made.slides:
        for shape in slide.shapes:
            assert shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height
    assert verdicts(root, content, "x.pptx")[first.id] == verify.STANDS


def test_slides_are_the_same_bytes_a_second_later(root, first):
    import time_machine

    content = slides(root, first)
    # an archive counts in steps of two
    with time_machine.travel(time.time() + 2.1):
        assert slides(root, first) == content


def test_other_forms_keep_the_picture(root):
    dots = exhibit(3)
    assert native_charts.chart_form(dots.spec, FigureEntry.model_validate(entry(dots))) == ""
    edition(root, "2026-12", [dots], {"total": TOTAL, "share": SHARE})
    import pptx

    made = pptx.Presentation(io.BytesIO(slides(root, dots, name="2026-12")))
    assert [shape.shape_type for shape in made.slides[-1].shapes].count(13) == 1


def test_a_floor_keeps_its_word_in_a_native_chart(root):
    flows = exhibit(0)
    edition(root, "2026-12", [flows], {"total": TOTAL, "share": SHARE})
    content = slides(root, flows, name="2026-12")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        chart = next(name for name in parts.namelist() if "charts/chart" in name)
        xml = parts.read(chart).decode()
    assert "超4700亿元" in xml
    assert "2024（没有查到）" in xml, "a gap says so"
    for series in re.findall(r"<c:ser>.*?</c:ser>", xml, re.S):
        rest = re.sub(r"<c:dLbl>.*?</c:dLbl>", "", series, flags=re.S)
        assert '<c:showVal val="1"/>' in rest, "the other points keep their numbers"


def test_an_english_picture_is_known_as_the_same_figure(root, first, second):
    from cqbook.data.catalog import Catalog
    from cqbook.figures.english import dictionary

    folder = store.find(root, "2026-11")
    in_english = translated(first, dictionary(Catalog(ROOT / "data")))
    content = formats.to_format(in_english, "png")
    path = folder / "site" / "_figures" / f"{first.id}.en.png"
    path.write_bytes(content)
    listed = json.loads((folder / "site" / "figures.json").read_text(encoding="utf-8"))
    for item in listed["figures"]:
        if item["id"] == first.id:
            item["files"]["en.png"] = item["files"]["png"] | {"path": f"_figures/{path.name}"}
    (folder / "site" / "figures.json").write_text(json.dumps(listed), encoding="utf-8")
    assert verdicts(root, content, "x.png")[first.id] == verify.STANDS
    picture = Image.open(io.BytesIO(content))
    facts = picture.info
    picture = picture.convert("RGB")
    ImageDraw.Draw(picture).rectangle((200, 200, 500, 400), fill="red")
    out = io.BytesIO()
    from PIL.PngImagePlugin import PngInfo

    kept = PngInfo()
    kept.add_itxt(formats.METADATA_KEY, facts[formats.METADATA_KEY])
    picture.save(out, "PNG", pnginfo=kept)
    assert verdicts(root, out.getvalue(), "x.png")[first.id] == verify.ALTERED


def test_slides_are_asked_too(root, first, second):
    content = slides(root, first)
    found = verdicts(root, content, "x.pptx")
    assert found == {
        first.id: verify.STANDS,
        "trade.total": verify.STANDS,
        "trade.share": verify.STANDS,
    }
    edition(root, "2026-12", [second], {"total": "1亿元", "share": SHARE})
    found = verdicts(root, content, "x.pptx", "2026-12")
    assert found[first.id] == verify.REVISED
    assert found["trade.total"] == verify.REVISED
    assert found["trade.share"] == verify.STANDS


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(not SOFFICE, reason="没有 LibreOffice | no LibreOffice on this machine")
@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_a_document_saved_again_by_libreoffice_is_still_known(root, first, tmp_path, form):
    import subprocess

    content = written(root, first) if form == "docx" else slides(root, first)
    path = tmp_path / f"brief.{form}"
    path.write_bytes(content)
    kinds = {"docx": "docx:MS Word 2007 XML", "pptx": "pptx:Impress MS PowerPoint 2007 XML"}
    for kind, ending in ((kinds[form], form), ("pdf", "pdf")):
        run = subprocess.run(
            [SOFFICE, "--headless", f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}",
             "--convert-to", kind, "--outdir", str(tmp_path / "out"), str(path)],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        again = (tmp_path / "out" / f"brief.{ending}").read_bytes()
        found = verdicts(root, again, f"brief.{ending}")
        # of a page the numbers are compared: the list at the end says them
        assert found[first.id] == (verify.LOST if ending == "pdf" else verify.STANDS)
        if (form, ending) != ("pptx", "pdf"):
            assert found["trade.total"] == found["trade.share"] == verify.STANDS


@pytest.mark.skipif(not SOFFICE, reason="没有 LibreOffice | no LibreOffice on this machine")
def test_a_number_altered_before_printing_is_seen_in_the_pdf(root, first, tmp_path):
    import subprocess

    made = docx.Document(io.BytesIO(written(root, first)))
    for paragraph in made.paragraphs:
        for run in paragraph.runs:
            if run.text == TOTAL:
                run.text = "9006.8亿元"
    path = tmp_path / "brief.docx"
    made.save(path)
    subprocess.run(
        [SOFFICE, "--headless", f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    found = verdicts(root, path.with_suffix(".pdf").read_bytes(), "brief.pdf")
    assert found["trade.total"] == verify.ALTERED
    assert found["trade.share"] == verify.STANDS


# --- documents that ask for much


def packed_docx(body, relations="", **parts):
    """A Word file of this body, as somebody else may write one."""
    spaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("docProps/core.xml", "<x>cqbook edition=2026-11</x>")
        made.writestr("word/document.xml", f"<w:x {spaces}>{body}</w:x>")
        made.writestr("word/_rels/document.xml.rels", f"<Rs>{relations}</Rs>")
        for name, content in parts.items():
            made.writestr(f"word/media/{name}.png", content)
    return out.getvalue()


def test_a_document_of_many_numbers_is_judged_in_seconds(tmp_path, monkeypatch):
    """What an edition says is read once, not once for each number."""
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    texts = {f"n{number}": f"{number}亿元" for number in range(1500)}
    edition(tmp_path, "2026-11", [], texts)
    body = "".join(
        f'<w:p><w:bookmarkStart w:id="{n}" w:name="{marks.bookmark(f"trade.{key}")}"/>'
        f'<w:r><w:t>{text}</w:t></w:r><w:bookmarkEnd w:id="{n}"/></w:p>'
        for n, (key, text) in enumerate(texts.items())
    )
    start = time.process_time()
    found = verify.verify(tmp_path, packed_docx(body), "x.docx", "2026-11")
    assert [item.verdict for item in found] == [verify.STANDS] * len(texts)
    assert time.process_time() - start < 5


def test_more_pixels_than_can_be_compared_are_refused(root, first):
    out = io.BytesIO()
    Image.new("1", (5000, 5000)).save(out, "PNG")
    # bytes behind the end of a picture are none of it
    pictures = {f"p{n}": out.getvalue() + bytes([n]) for n in range(12)}
    mark = f"{first.id}｜版次 2026-11｜数据 {first.data_hash[:16]}"
    body = "".join(
        f'<w:y><w:y><w:y><w:z descr="{mark}"/><a:blip r:embed="{name}"/></w:y></w:y></w:y>'
        for name in pictures
    )
    relations = "".join(f'<R Id="{name}" Target="media/{name}.png"/>' for name in pictures)
    content = packed_docx(body, relations, **pictures)
    assert len(content) < 1 << 20
    start = time.process_time()
    with pytest.raises(DataError, match=r"x\.docx.*split"):
        verify.verify(root, content, "x.docx", "2026-11")
    assert time.process_time() - start < 5


def test_a_document_of_another_format_is_one_line_in_the_registry(root, first, monkeypatch):
    """A module that yields what is cited, and a line: the judging is the same."""

    def read_note(content, name):
        for found in marks.MARK_PATTERN.finditer(content.decode("utf-8")):
            yield documents.Cited("figure", found["id"], found["edition"], found["data"])

    note = marks.mark(entry_of(store.find(root, "2026-11"), first.id), "2026-11").encode()
    with pytest.raises(DataError, match=r"\.docx \.pptx \.png \.svg \.pdf"):
        verify.verify(root, note, "x.txt", "2026-11")
    monkeypatch.setitem(documents.DOCUMENT_READERS, ".txt", read_note)
    assert verdicts(root, note, "x.txt") == {first.id: verify.STANDS}


SENTENCE = "2025年进出口8006.8亿元，比2022年的纪录少151.6亿元。"


def claimed(outcome, sentence=SENTENCE):
    condition = "8006.8亿元 < 8158.4亿元"
    return {
        "below-record": {
            "outcome": outcome,
            "condition": condition,
            "margin": "差152亿元（1.86%）",
            "sentence": sentence,
        }
    }


@pytest.mark.parametrize(("write", "name"), [(to_docx, "a.docx"), (powerpoint.to_pptx, "a.pptx")])
def test_a_sentence_is_quoted_as_its_claim_and_asked_again(root, first, write, name):
    blocks = briefing.blocks_of_markdown("# 简报\n\n{{ claim:trade.below-record }}")
    glued = {"total": TOTAL, "share": SHARE}
    edition(root, "2026-12", [first], glued, claims=claimed("holds"))
    made = write(blocks, store.find(root, "2026-12"), None)
    (told,) = verify.verify(root, made, name, "2026-12")
    assert (told.name, told.verdict) == ("claim:trade.below-record", verify.STANDS)
    # its numbers changed, and it is still true
    edition(
        root, "2027-01", [first], glued, claims=claimed("holds", SENTENCE.replace("151", "150"))
    )
    (told,) = verify.verify(root, made, name, "2027-01")
    assert told.verdict == verify.REVISED
    assert "少150.6亿元" in told.detail
    # it is true no longer
    edition(root, "2027-02", [first], glued, claims=claimed("fails"))
    (told,) = verify.verify(root, made, name, "2027-02")
    assert told.verdict == verify.REVISED
    assert told.detail == "论断不成立：8006.8亿元 < 8158.4亿元（差152亿元（1.86%））"
    with pytest.raises(DataError, match="不能再说"):
        write(blocks, store.find(root, "2027-02"), None)


def replaced(old, new):
    def edit(paragraph):
        (run,) = (run for run in paragraph.runs if old in run.text)
        run.text = run.text.replace(old, new)

    return edit


def unmarked(paragraph):
    for mark in paragraph._p.xpath(".//w:bookmarkStart|.//w:bookmarkEnd"):
        mark.getparent().remove(mark)


def split_in_bold(paragraph):
    (run,) = (run for run in paragraph.runs if "8006.8" in run.text)
    rest = copy.deepcopy(run._r)
    run._r.addnext(rest)
    added = docx.text.run.Run(rest, paragraph)
    run.text, added.text, added.bold = run.text[:9], run.text[9:], True


#: What a person does to a quoted sentence, and what it is then.
BY_HAND = {
    "a digit": (replaced("151.6", "181.6"), verify.ALTERED),
    "the direction": (replaced("少", "多"), verify.ALTERED),
    "a negation": (replaced("少", "没有少"), verify.ALTERED),
    "the unit": (replaced("8006.8亿", "8006.8万"), verify.ALTERED),
    "the year": (replaced("2022", "2021"), verify.ALTERED),
    "half of it gone": (replaced("，比2022年的纪录少151.6亿元", ""), verify.ALTERED),
    "half-width comma": (replaced("，", ","), verify.STANDS),
    "full-width digits": (replaced("8006.8", "８００６．８"), verify.STANDS),
    "thousands": (replaced("8006.8", "8,006.8"), verify.STANDS),
    "a space": (replaced("年进", "年 进"), verify.STANDS),
    "a part in bold": (split_in_bold, verify.STANDS),
    "words behind it": (lambda paragraph: paragraph.add_run("值得注意。"), verify.STANDS),
    "its bookmark gone": (unmarked, verify.LOST),
    "all of it gone": (
        lambda paragraph: paragraph._p.getparent().remove(paragraph._p),
        verify.LOST,
    ),
}


@pytest.fixture(scope="module")
def quoted(tmp_path_factory, first):
    """A root whose edition has a claim, and a document that quotes it; they are only read."""
    root = tmp_path_factory.mktemp("quoted")
    glued = {"total": TOTAL, "share": SHARE}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        edition(root, "2026-12", [first], glued, claims=claimed("holds"))
        blocks = briefing.blocks_of_markdown("# 简报\n\n{{ claim:trade.below-record }}")
        return root, to_docx(blocks, store.find(root, "2026-12"))


@pytest.mark.parametrize(("edit", "verdict"), BY_HAND.values(), ids=BY_HAND)
def test_what_a_person_does_to_a_quoted_sentence(quoted, monkeypatch, edit, verdict):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    root, document = quoted
    made = docx.Document(io.BytesIO(document))
    edit(next(item for item in made.paragraphs if item.text == SENTENCE))
    out = io.BytesIO()
    made.save(out)
    (told,) = verify.verify(root, out.getvalue(), "a.docx", "2026-12")
    assert (told.name, told.verdict) == ("claim:trade.below-record", verdict)


def test_the_edition_is_known_where_the_properties_are_gone(root, first):
    made = docx.Document(io.BytesIO(written(root, first)))
    made.core_properties.keywords = ""
    out = io.BytesIO()
    made.save(out)
    assert verdicts(root, out.getvalue())["trade.total"] == verify.STANDS


# --- what a template does not lend


def spoiled(content, changed):
    """Return an Office file with parts changed by functions of their text, and parts added."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, change in changed.items():
        parts[name] = change(parts[name].decode()).encode() if callable(change) else change
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


FIRED = "http://127.0.0.1:9/fired"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def outside(kind, key="rIdX"):
    relation = (
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{FIRED}" TargetMode="External"/>'
    )
    return lambda text: text.replace("</Relationships>", f"{relation}</Relationships>")


def asking(word):
    kinds = [
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    ]
    asked = f"<w:r><w:instrText> {word} </w:instrText></w:r>"
    return f"{kinds[0]}{asked}{kinds[1]}<w:r><w:t>shown</w:t></w:r>{kinds[2]}"


def test_a_word_template_lends_nothing_that_runs(root, first, tmp_path, monkeypatch, capsys):
    own = docx.Document()
    own.sections[0].page_width = docx.shared.Cm(18)
    band = own.sections[0].header
    band.paragraphs[0].text = "某某机关"
    band.paragraphs[0].alignment = 2
    own.sections[0].footer.paragraphs[0].text = "第页"
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    band.add_paragraph().add_run().add_picture(io.BytesIO(picture.getvalue()))
    out = io.BytesIO()
    own.save(out)
    fields = "".join(map(asking, ('DDEAUTO c "calc"', f'INCLUDEPICTURE "{FIRED}"', "PAGE")))
    simple = f'<w:fldSimple w:instr="INCLUDETEXT {FIRED}"><w:r><w:t>x</w:t></w:r></w:fldSimple>'
    empty = f'<Relationships xmlns="{OFFICE.replace("officeDocument", "package")}"></Relationships>'
    content = spoiled(
        out.getvalue(),
        {
            "word/header1.xml": lambda text: text.replace("</w:p>", f"{fields}{simple}</w:p>", 1),
            "word/document.xml": lambda text: text.replace(
                "<w:body>", f"<w:body><w:p>{simple}</w:p>"
            ),
            "word/_rels/header1.xml.rels": outside("image"),
            "word/_rels/settings.xml.rels": outside("attachedTemplate")(empty).encode(),
            "word/_rels/styles.xml.rels": outside("hyperlink")(empty).encode(),
            "word/vbaProject.bin": b"\xd0\xcf",
            "customUI/customUI.xml": b"<x/>",
        },
    )
    path = tmp_path / "t.docx"
    path.write_bytes(content)
    target = tmp_path / "b.docx"
    words = ["brief", first.id, "-o", str(target), "--edition", "2026-11", "--template", str(path)]
    assert cli.main(["--root", str(root), *words]) == 0
    said = capsys.readouterr().out
    for part in (
        "attachedTemplate",
        FIRED,
        "vbaProject.bin",
        "DDEAUTO",
        "INCLUDEPICTURE",
        "picture",
        "customUI",
    ):
        assert part in said, part
    with zipfile.ZipFile(target) as made:
        whole = b"".join(made.read(name) for name in made.namelist())
        rels = b"".join(made.read(name) for name in made.namelist() if name.endswith(".rels"))
        names = made.namelist()
    for word in (b"DDEAUTO", b"INCLUDE", b"fired", b"attachedTemplate"):
        assert word not in whole, word
    assert b"External" not in rels
    assert not [name for name in names if "vba" in name or "customUI" in name]
    lent = docx.Document(target)
    head = lent.sections[0].header
    assert head.paragraphs[0].text.startswith("某某机关")
    assert head.paragraphs[0].alignment == 2
    assert head._element.xml.count('w:instr=" PAGE "') == 1
    assert not head._element.xpath(".//w:drawing | .//w:instrText | .//w:fldChar")
    assert lent.sections[0].footer.paragraphs[0].text == "第页"
    assert abs(lent.sections[0].page_width - docx.shared.Cm(18)) < 1000


def test_a_template_of_slides_lends_nothing_that_runs(root, first, tmp_path):
    import pptx

    own = pptx.Presentation()
    own.slides.add_slide(own.slide_layouts[0])
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(picture, "PNG")
    _, key = own.slide_master.part.get_or_add_image_part(picture)
    out = io.BytesIO()
    own.save(out)

    def drawn(blip):
        return (
            '<p:pic><p:nvPicPr><p:cNvPr id="90" name="p"><a:hlinkClick r:id="rIdX" action='
            '"ppaction://macro?name=x"/></p:cNvPr><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
            f"<p:blipFill><a:blip {blip}/></p:blipFill><p:spPr/></p:pic>"
        )

    master = "ppt/slideMasters/slideMaster1.xml"
    acts = "<p:timing><p:tnLst/></p:timing>"
    content = spoiled(
        out.getvalue(),
        {
            master: lambda text: text.replace(
                "</p:spTree>",
                drawn('r:link="rIdX"') + drawn(f'r:embed="{key}" r:link="rIdX"') + "</p:spTree>",
            ).replace("<p:txStyles>", f"{acts}<p:txStyles>"),
            "ppt/slideMasters/_rels/slideMaster1.xml.rels": outside("image"),
            "ppt/slideLayouts/_rels/slideLayout6.xml.rels": outside("oleObject"),
            "ppt/vbaProject.bin": b"\xd0\xcf",
        },
    )
    path = tmp_path / "t.pptx"
    path.write_bytes(content)
    template = template_of(path)
    said = "；".join(template.left)
    for part in ("image → http", "oleObject → http", "hlinkClick", "timing", "vbaProject"):
        assert part in said, part
    blocks = briefing.blocks_of_figures([first.id])
    content = powerpoint.to_pptx(blocks, store.find(root, "2026-11"), template)
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        rels = b"".join(made.read(name) for name in made.namelist() if name.endswith(".rels"))
        text = made.read(master)
        names = made.namelist()
    assert b"External" not in rels
    for word in (b"hlinkClick", b"ppaction", b"r:link", b"timing"):
        assert word not in text, word
    # the picture inside the file draws, and does nothing else
    assert text.count(b"<p:pic>") == 1
    assert not [name for name in names if "vba" in name]
    assert len(pptx.Presentation(io.BytesIO(content)).slide_layouts) == 11


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_a_template_of_the_other_kind_is_refused(root, first, tmp_path, form):
    import pptx

    path = tmp_path / "x.docx"
    (pptx.Presentation() if form == "docx" else docx.Document()).save(path)
    write = to_docx if form == "docx" else powerpoint.to_pptx
    with pytest.raises(DataError, match="template"):
        write(
            briefing.blocks_of_figures([first.id]), store.find(root, "2026-11"), template_of(path)
        )


@pytest.mark.parametrize("how", ["deleted", "linked"])
def test_a_picture_that_is_gone_is_said(root, first, how):
    """Its mark stays with the drawing: what is not compared is not passed over as standing."""
    content = written(root, first)
    changed = {
        "deleted": lambda text: re.sub(r"<a:blip [^>]*/?>(</a:blip>)?", "", text),
        "linked": lambda text: text.replace("r:embed=", "r:link="),
    }
    content = spoiled(content, {"word/document.xml": changed[how]})
    (item,) = [
        one for one in verify.verify(root, content, "x.docx", "2026-11") if one.kind == "figure"
    ]
    assert item.verdict == verify.LOST
    assert "没有它的画面" in item.detail


def test_a_picture_that_the_edition_has_lost_is_said(root, first):
    content = written(root, first)
    place = store.find(root, "2026-11") / "site" / "_figures" / f"{first.id}.png"
    place.unlink()
    with pytest.raises(DataError, match=r"png.*damaged"):
        verify.verify(root, content, "x.docx", "2026-11")


# --- Markdown: set, or refused with its line


def test_markdown_is_set_as_it_is_written():
    blocks = briefing.blocks_of_markdown(
        "# 题\n\n占**{{ trade.share }}**，**“甲”**乙见[网站](https://example.org/a)。\n\n"
        "- 一\n  1. 二\n\n3. 三\n\n> 引\n\n"
        "| 项 | 数 |\n| --- | ---: |\n| *甲* | {{ trade.total }} |\n"
    )
    assert [(block.kind, block.level, block.ordered, block.start) for block in blocks] == [
        ("title", 0, 0, 1), ("text", 0, 0, 1), ("item", 1, 0, 1), ("item", 2, 1, 1),
        ("item", 1, 2, 3), ("quote", 0, 0, 1), ("table", 0, 0, 1),
    ]  # fmt: skip
    assert [run.text for run in blocks[1].runs if run.bold] == ["{{ trade.share }}", "“甲”"]
    assert [(run.text, run.link) for run in blocks[1].runs if run.link] == [
        ("网站", "https://example.org/a")
    ]
    assert blocks[-1].aligns == ("left", "right")
    assert blocks[-1].rows[1][0][0].italic


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("甲\n\n![图](a.png)", 3),
        ("甲\n乙\n2. 丙", 3),
        ("1.甲\n2.乙", 2),
        ("- 甲\n\n  乙", 3),
        ("甲\n---", 2),
        ("甲\n\n***\n", 3),
        ("#甲", 1),
        ("| 甲 | 乙 |\n| 1 | 2 |", 1),
        ("甲 ** 乙 **", 1),
        ("~~甲~~", 1),
        ("甲[^1]", 1),
        ("`甲`", 1),
        ("甲<br>乙", 1),
        ("    甲", 1),
        ("[甲](javascript:x)", 1),
        ("[甲](a.html)", 1),
        ("##### 甲", 1),
        ("一\n{{ fig-trade-by-enterprise }}", 2),
    ],
)
def test_what_would_be_printed_raw_is_refused_with_its_line(text, line, tmp_path):
    with pytest.raises(DataError, match=f"第{line}行"):
        briefing.blocks_of_markdown(text)
    path = tmp_path / "month.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"month\.md 第{line}行.*month\.md, line {line}"):
        writers.blocks_of([str(path)])


def test_stars_that_are_meant_are_printed():
    (block,) = briefing.blocks_of_markdown(r"\*\*甲 3\*4")
    assert block.text == "**甲 3*4"


OWN = """# 月报

## 正文

占**{{ trade.share }}**，见[网站](https://example.org/a)。

- 一

| 项 | 数 |
| --- | ---: |
| 甲 | {{ trade.total }} |
"""


def test_markdown_reaches_word_and_slides(root, first):
    import pptx

    blocks = briefing.blocks_of_markdown(OWN)
    folder = store.find(root, "2026-11")
    made = docx.Document(io.BytesIO(to_docx(blocks, folder)))
    text = next(item for item in made.paragraphs if "网站" in item.text)
    assert [run.text for run in text.runs if run.bold] == [SHARE]
    assert [link.address for link in text.hyperlinks] == ["https://example.org/a"]
    (table,) = made.tables
    assert [cell.text for cell in table.rows[1].cells] == ["甲", TOTAL]
    assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells] == [0, 2]
    lines = table._tbl.tblPr.find(docx.oxml.ns.qn("w:tblBorders"))
    assert [line.tag.rpartition("}")[2] for line in lines] == ["top", "bottom"]
    content = powerpoint.to_pptx(blocks, folder)
    shapes = [
        shape for page in pptx.Presentation(io.BytesIO(content)).slides for shape in page.shapes
    ]
    (grid,) = [shape.table for shape in shapes if shape.has_table]
    assert grid.cell(1, 1).text == TOTAL
    for found, name in ((made, "x.docx"), (content, "x.pptx")):
        out = io.BytesIO()
        found = found if isinstance(found, bytes) else (found.save(out), out.getvalue())[1]
        assert verdicts(root, found, name) == {
            "trade.share": verify.STANDS, "trade.total": verify.STANDS,
        }  # fmt: skip


def test_no_slide_is_empty_and_a_long_list_goes_on(root, first):
    import pptx

    text = "# 题\n\n## 节\n\n### 小节\n\n{{ FIGURE }}\n\n## 列\n\n" + "\n".join(
        f"{n}. 第{n}条" for n in range(1, 15)
    )
    blocks = briefing.blocks_of_markdown(text.replace("FIGURE", first.id))
    made = pptx.Presentation(io.BytesIO(powerpoint.to_pptx(blocks, store.find(root, "2026-11"))))
    titles = [slide.shapes.title.text_frame.text for slide in made.slides]
    assert titles == ["题", first.identity.title, "列", "列（续）"]
    xml = made.slides[3].shapes[-1]._element.xml
    assert 'startAt="12"' in xml


# --- as an official document


def test_pages_of_the_house_are_those_of_gb_9704(root, first):
    made = docx.Document(io.BytesIO(written(root, first)))
    section = made.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert section.footer._element.xml.count("PAGE") == 1
    assert section.even_page_footer._element.xml.count("PAGE") == 1
    text = next(item for item in made.paragraphs if item.text.startswith("进出口总值"))
    assert text.style.font.size.pt == 16
    # the picture stays with its caption, and the caption with the source
    for paragraph in made.paragraphs:
        if paragraph.text.startswith("图") or paragraph._p.xpath(".//w:drawing"):
            assert paragraph.paragraph_format.keep_with_next
        if paragraph.style.name.startswith("heading"):
            assert paragraph.style.paragraph_format.keep_with_next


def row(label, full, value, group=None, status="公布"):
    return {"label": label, "full": full, "value": value, "group": group, "status": status}


def entry_with(first, *rows, **changes):
    return FigureEntry.model_validate(entry(first) | {"rows": rows} | changes)


GAP = row("2019年", "没有查到", None, status="没有查到")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("甲", "1%", 1), row("乙", "2%", 2)], "甲：1%；乙：2%。"),
        ([GAP, row("2020年", "1%", 1)], "2020年：1%；另有1项没有查到。"),
        ([row(f"{n}", f"{n}%", n) for n in range(1, 7)], "1：1%；2：2%；3：3%等6项。"),
        (
            [row(f"{n}年", f"{n}%", n, group) for n in (2020, 2021) for group in "甲乙"],
            "各系列最近一项：甲·2021年：2021%；乙·2021年：2021%。",
        ),
        ([GAP], "亿元。"),
    ],
)
def test_the_sentence_of_a_figure_counts_what_it_does_not_tell(first, rows, said):
    assert briefing.takeaway(entry_with(first, *rows, subtitle="亿元。")) == said


def test_a_table_has_series_side_by_side_and_counts_where_nothing_is_printed(first):
    rows = [
        row("2020年", "1%", 1, "甲"), row("2021年", "约2%", 2, "甲", "推算"),
        row("2020年", "3%", 3, "乙"), row("2021年", "4%", 4, "乙"),
    ]  # fmt: skip
    laid = briefing.numbers_table(entry_with(first, *rows))
    assert laid.heads == ("项目", "甲", "乙")
    assert laid.rows == (("2020年", "1%", "3%"), ("2021年", "约2%*", "4%"))
    assert laid.below.startswith("带*的为推算")
    # by month, not by letter
    rows = [
        row(f"2023年{month}月", f"{month}%", month, group) for group in "甲乙" for month in (2, 10)
    ]
    laid = briefing.numbers_table(entry_with(first, *rows))
    assert [line[0] for line in laid.rows] == ["2023年2月", "2023年10月"]
    # a matrix and a map: their rows have counts, and no printed text
    rows = [row("甲", "", 3, "整车"), row("乙", "", 0, "电池")]
    laid = briefing.numbers_table(entry_with(first, *rows, unit="个"))
    assert laid.rows == (("整车", "甲", "3个", "公布"), ("电池", "乙", "0个", "公布"))


@pytest.mark.parametrize(
    ("full", "value", "code"),
    [
        ("36", 36, "0"),
        ("8006.8亿元", 8006.8, '0.0"亿元"'),
        ("48.0%", 48, '0.0"%"'),
        ("−3.2%", -3.2, '0.0"%";"−"0.0"%"'),
        ("24.41%以上", 24.44, ""),
        ("4454亿元", 4453.9, ""),
        ("37.37%以下", 37.36, ""),
        ("超4700亿元", 4700, ""),
        ("3000亿元级", 3000, ""),
        ("7.59%—7.75%", 7.67, ""),
        ("−42亿元至−34亿元", -38, ""),
    ],
)
def test_office_prints_a_number_as_the_book_does_or_it_is_text(first, full, value, code):
    (only,) = entry_with(first, row("甲", full, value)).rows
    assert native_charts.label_format(only) == code


def test_a_chart_of_before_that_prints_another_number_is_said(root, second):
    content = slides(root, second)
    code = 'formatCode="0.0&quot;%&quot;"'
    name = next(n for n in zipfile.ZipFile(io.BytesIO(content)).namelist() if "charts/chart" in n)
    old = spoiled(content, {name: lambda text: text.replace(code, 'formatCode="#,##0.##"')})
    assert old != content
    assert verdicts(root, old, "x.pptx")[second.id] == verify.STANDS, "the same digits"


# --- templates that are not ours


@pytest.mark.parametrize("style", ["Heading 1", "标题 1", "no heading"])
def test_a_template_without_our_styles_is_used(root, first, tmp_path, style):
    own = docx.Document()
    for found in list(own.styles):
        if found.name.startswith(("Heading", "Caption", "List", "Title")):
            found._element.getparent().remove(found._element)
    if style != "no heading":
        own.styles.element.append(
            docx.oxml.parse_xml(
                f'<w:style {docx.oxml.ns.nsdecls("w")} w:type="paragraph" w:styleId="a1">'
                f'<w:name w:val="{style}"/><w:rPr><w:color w:val="C00000"/></w:rPr></w:style>'
            )
        )
    path = tmp_path / "t.docx"
    own.save(path)
    blocks = briefing.blocks_of_figures([first.id])
    content = to_docx(blocks, store.find(root, "2026-11"), template_of(path))
    made = docx.Document(io.BytesIO(content))
    (head,) = [item for item in made.paragraphs if item.text == first.identity.title]
    assert (head.style.style_id == "a1") == (style != "no heading")
    assert verdicts(root, content)[first.id] == verify.STANDS


def test_templates_of_word_and_slides_by_their_own_endings(root, first, tmp_path):
    import pptx

    for made, new, main in (
        ("t.dotx", docx.Document, "wordprocessingml.document.main"),
        ("t.potx", pptx.Presentation, "presentationml.presentation.main"),
    ):
        out = io.BytesIO()
        new().save(out)
        kind = re.sub(r"\.(document|presentation)\.main", ".template.main", main)
        content = spoiled(
            out.getvalue(), {"[Content_Types].xml": lambda text, m=main, k=kind: text.replace(m, k)}
        )
        path = tmp_path / made
        path.write_bytes(content)
        write = to_docx if made == "t.dotx" else powerpoint.to_pptx
        blocks = briefing.blocks_of_figures([first.id])
        assert write(blocks, store.find(root, "2026-11"), template_of(path))


def test_slides_without_title_or_layout(root, first, tmp_path):
    import pptx

    bare, none = pptx.Presentation(), pptx.Presentation()
    for layout in bare.slide_layouts:
        for shape in list(layout.placeholders):
            shape._element.getparent().remove(shape._element)
    for layout in list(none.slide_layouts):
        none.slide_layouts.remove(layout)
    blocks = briefing.blocks_of_figures([first.id])
    folder = store.find(root, "2026-11")
    path = tmp_path / "t.pptx"
    bare.save(path)
    content = powerpoint.to_pptx(blocks, folder, template_of(path))
    texts = [
        shape.text_frame.text
        for shape in pptx.Presentation(io.BytesIO(content)).slides[1].shapes
        if shape.has_text_frame
    ]
    assert first.identity.title in texts
    none.save(path)
    with pytest.raises(DataError, match=r"没有版式.*no layout"):
        powerpoint.to_pptx(blocks, folder, template_of(path))


# --- documents of before


def test_what_briefings_of_before_printed_is_still_known(root, second):
    """Captions with marks, sentences of the first rows, the list of numbers with its marks."""
    listed = entry_of(store.find(root, "2026-11"), second.id)
    old = briefing._printed_before(listed, "2026-11")
    text = "；".join(f"数 trade.{key}＝{value}｜版次 2026-11" for key, value in (("total", TOTAL),))
    made = docx.Document()
    for line in (*old, f"进出口{TOTAL}。", text):
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    found = verify.verify(root, out.getvalue(), "x.docx", "2026-11")
    assert {item.verdict for item in found} == {verify.LOST}, "nothing is said to be altered"
    made.paragraphs[0].runs[0].text = old[0].replace("43.7%", "53.7%")
    out = io.BytesIO()
    made.save(out)
    found = verify.verify(root, out.getvalue(), "x.docx", "2026-11")
    assert verify.ALTERED in {item.verdict for item in found}


# --- briefings that are too long


@pytest.mark.parametrize(
    "text",
    ["字" * 200_001, "字\n" * 200_000, "- 字\n" * 2002, "# 字\n" * 2002, "字\n\n" * 2002],
    ids=["letters", "lines", "items", "headings", "paragraphs"],
)
def test_a_briefing_has_an_end(text):
    """A file of some megabytes took minutes."""
    with pytest.raises(DataError, match="too long for a briefing"):
        briefing.blocks_of_markdown(text)


def test_a_first_line_longer_than_a_title_may_be(root):
    import pptx

    blocks = briefing.blocks_of_markdown("# " + "字" * 400)
    edition = store.find(root, "2026-11")
    made = docx.Document(io.BytesIO(to_docx(blocks, edition)))
    assert made.core_properties.title == "字" * marks.PROPERTY_MOST
    assert made.paragraphs[0].text == "字" * 400
    deck = pptx.Presentation(io.BytesIO(powerpoint.to_pptx(blocks, edition)))
    assert deck.core_properties.title == "字" * marks.PROPERTY_MOST


def test_a_deck_has_an_end(root, monkeypatch):
    monkeypatch.setattr(powerpoint, "SLIDES_MOST", 2)
    edition = store.find(root, "2026-11")
    text = "# 题\n\n## 甲\n\n- 一\n\n"
    powerpoint.to_pptx(briefing.blocks_of_markdown(text), edition)
    with pytest.raises(DataError, match="at most 2 slides"):
        powerpoint.to_pptx(briefing.blocks_of_markdown(f"{text}## 乙\n\n- 二\n"), edition)
