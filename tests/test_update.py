"""Two months played through: a briefing, a person's edits, newer data, and the update in place."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from dataclasses import replace
from html import escape

import docx
import openpyxl
import pptx
import pytest
import test_brief
from conftest import Spoiled
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from lxml import etree
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from pptx.dml.color import RGBColor
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from test_brief import FIRED, OFFICE, asking, claimed, edition, picture, spoiled
from test_edits import in_word, on_slides, once, own_slides, own_word, saved
from test_exports import exhibit

from cqbook import cli
from cqbook.citing import briefing, powerpoint, update, verify
from cqbook.citing.alike import begins_with
from cqbook.citing.readers.office import SVG_BLIP
from cqbook.citing.updating.charts import DrawnChart, own_cells
from cqbook.citing.word import to_docx
from cqbook.disk import untrusted
from cqbook.disk.checksums import digest
from cqbook.editions import paths, store
from cqbook.errors import DataError
from cqbook.figures.formats import METADATA_KEY, citations

OLD, NEW = "2026-11", "2026-12"
TEXT = """# 月报

2025年进出口总值{{ trade.total }}，增长12%，民营企业占{{ trade.share }}。

- 其中{{ trade.same }}与{{ trade.same }}相等，另有{{ trade.bare }}万辆。

{{ claim:trade.below-record }}

"""
WAS = {"total": "8006.8亿元", "share": "48%", "same": "7.5%", "bare": "46.8"}
IS = WAS | {"total": "8,100.25亿元", "same": "12.25%"}
REVISED_ROW = "os-20260126-163-com.r004-trade-value"


def later(shown, revised=(), gone=(), added=()):
    """A figure of the next month: labels whose number is another, that went, and that came."""
    keys = shown.identity.table.keys
    label, full = keys.index("label"), keys.index("full")
    new, old = dict(revised), dict(added)

    def cells(row):
        made = list(row)
        made[full] = f"{new[row[label]]}亿元" if row[label] in new else row[full]
        return tuple(made)

    rows = [cells(row) for row in shown.identity.table.rows if row[label] not in gone]
    spec = copy.deepcopy(shown.spec)
    for drawn in spec["datasets"].values():
        drawn[:] = [item for item in drawn if item.get("label") not in gone]
        for item in drawn:
            if item.get("label") in new and "value" in item:
                number = new[item["label"]]
                item |= {"value": number, "full": f"{number}亿元", "text": f"{number}亿元"}
    made = []
    for row in rows:
        made.append(row)
        # behind the last row of its series
        same = [item for item in rows if item[:label] == row[:label]]
        if old and row is same[-1]:
            for name, number in old.items():
                fresh = list(row)
                fresh[label], fresh[full] = name, f"{number}亿元"
                made.append(tuple(fresh))
    for drawn in spec["datasets"].values():
        for last in [item for item in drawn if "value" in item][-1:] if old else ():
            groups = dict.fromkeys(item["group"] for item in drawn if "group" in item)
            for group in groups:
                for name, number in old.items():
                    words = {"full": f"{number}亿元", "text": f"{number}亿元"}
                    drawn.append(last | words | {"label": name, "group": group, "value": number})
    table = replace(shown.identity.table, rows=tuple(made))
    return replace(shown, identity=replace(shown.identity, table=table), spec=spec, edition=NEW)


def cheap(item, form):
    """A file of a figure that says what it is and shows its first number: drawn in no time."""
    said = json.dumps(item.stamp)
    number = item.identity.table.records()[0]["full"]
    if form == "svg":
        text = f"<metadata>{escape(said)}</metadata><text>{number}</text>"
        return f'<svg xmlns="http://www.w3.org/2000/svg">{text}</svg>'.encode()
    if form != "png":
        return picture(item, form) if form == "vl.json" else b"%PDF-1.4"
    facts, out = PngInfo(), io.BytesIO()
    facts.add_itxt(METADATA_KEY, said)
    # the picture of the next month is higher where its number was revised
    shown = Image.new(
        "RGB", (800, 400 if item.edition == OLD or "3900" not in number else 480), "white"
    )
    ImageDraw.Draw(shown).text((50, 50), f"{item.id} {number.encode()}", fill="black", font_size=30)
    shown.save(out, "PNG", pnginfo=facts)
    return out.getvalue()


@pytest.fixture(scope="module")
def figures():
    """Bars of one row, columns of two series, dots (a picture on slides)."""
    return [exhibit(place) for place in (1, 0, 3)]


@pytest.fixture(scope="module")
def newer(figures):
    bars, flows, dots = figures
    return [
        later(bars, revised={"民营企业": 3900.5}),
        later(flows, revised={"2025": 5000.5}, gone=["2020"], added={"2026": 5300.5}),
        replace(dots, edition=NEW),
    ]


def with_data(root, name, number="3841.9"):
    """Let an edition have few data, one of which may be revised."""
    data = Spoiled(store.find(root, name) / "data")
    data.without_series()
    head, *rows = data.rows("observations.csv")
    kept = [row for row in rows if row[1] == "os-20260126-163-com"]
    data.write("observations.csv", [head, *kept])
    row = data.find("observations.csv", "observation_id", REVISED_ROW)
    data.set("observations.csv", row, "value", number)


@pytest.fixture(scope="module")
def root(tmp_path_factory, figures, newer):
    folder = tmp_path_factory.mktemp("update")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        patch.setattr(test_brief, "picture", cheap)
        patch.setattr(untrusted, "plain", once(untrusted.plain))
        edition(folder, OLD, figures, WAS, claims=claimed("holds"))
        edition(folder, NEW, newer, IS, claims=claimed("holds"))
        with_data(folder, OLD)
        with_data(folder, NEW, "3900.5")
        yield folder


@pytest.fixture(scope="module")
def made(root, figures):
    text = TEXT + "\n\n".join(f"{{{{ {item.id} }}}}" for item in figures)
    blocks = briefing.blocks_of_markdown(text)
    found = {"docx": to_docx(blocks, store.find(root, OLD))}
    return found | {"pptx": powerpoint.to_pptx(blocks, store.find(root, OLD))}


#: What was updated already: many tests look at the same.
DONE = {}


def updated(root, content, form, name=NEW):
    key = digest(content, form.encode(), name.encode())
    if key not in DONE:
        DONE[key] = update.updated(root, content, f"month.{form}", name)
    return DONE[key]


def told(root, content, form, against=NEW):
    found = verify.verify(root, content, f"month.{form}", against)
    return {(item.kind, item.name, item.verdict) for item in found if item.verdict != verify.STANDS}


def xml(content, part="word/document.xml"):
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return opened.read(part).decode()


def names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return opened.namelist()


def decided(content, *, accepted):
    """The paragraphs of a Word file with its tracked changes accepted, or rejected."""
    tree = etree.fromstring(xml(content).encode())
    gone = "del" if accepted else "ins"
    for node in [*tree.iter(qn(f"w:{gone}"))]:
        parent = node.getparent()
        if parent.tag == qn("w:trPr"):
            row = parent.getparent()
            row.getparent().remove(row)
        elif parent is not None:
            parent.remove(node)
    tags = (qn("w:t"), qn("w:delText"))
    return ["".join(t.text or "" for t in p.iter(*tags)) for p in tree.iter(qn("w:p"))]


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_what_nobody_edited_is_of_the_next_month(root, made, form):
    found = updated(root, made[form], form)
    assert (found.left, found.turned, found.gone, found.dropped) == ((), (), (), ())
    assert told(root, found.content, form) == set()
    kinds = {item.kind for item in found.replaced}
    # what a picture shows stands in words in the notes to its slide
    assert kinds == {"figure", "number", "table" if form == "docx" else "text"}
    for item in found.replaced:
        assert item.kind != "text" or item.old.partition("：")[0] == item.new.partition("：")[0]
    by_name = {item.name: item for item in found.replaced if item.kind != "table"}
    assert (by_name["trade.total"].old, by_name["trade.total"].new) == ("8006.8亿元", IS["total"])
    assert "3841.9亿元 → 3900.5亿元" in by_name["fig-test-enterprise"].why
    assert "改行（网易号（转载），2026-01-26）" in by_name["fig-test-enterprise"].why
    assert by_name["fig-test-dots"].why == "数据未变"
    # of what is up to date nothing is touched
    again = updated(root, found.content, form)
    assert again.content == found.content
    assert not again.replaced


def test_changes_in_word_can_be_accepted_and_rejected(root, made):
    found = updated(root, made["docx"], "docx")
    before = decided(made["docx"], accepted=True)
    assert decided(found.content, accepted=False) == before
    after = decided(found.content, accepted=True)
    assert "2025年进出口总值8,100.25亿元，增长12%，民营企业占48%。" in after
    assert "其中12.25%与12.25%相等，另有46.8万辆。" in after
    assert "8006.8亿元" not in "".join(line for line in after if "比2022年" not in line)
    marks = {
        (node.get(qn("w:author")), node.get(qn("w:date")))
        for node in etree.fromstring(xml(found.content).encode()).iter(qn("w:ins"), qn("w:del"))
    }
    assert marks == {("重庆开放型经济分析编写组", "2026-12-01T00:00:00Z")}
    notes = xml(found.content, "word/comments.xml")
    assert "版次 2026-11 → 2026-12：8006.8亿元 → 8,100.25亿元。原因：" in notes
    assert "民营企业：3841.9亿元 → 3900.5亿元。原因：改行（网易号（转载），2026-01-26）" in notes
    stated = docx.Document(io.BytesIO(found.content)).core_properties.keywords
    assert stated == docx.Document(io.BytesIO(made["docx"])).core_properties.keywords.replace(
        OLD, NEW
    )


def test_what_libreoffice_saved_bears_no_old_mark(root, made):
    """It writes the alternative text of a picture twice: in Word's names and in the picture's."""

    def twice(opened):
        for shape in opened.inline_shapes:
            said = shape._inline.docPr.get("descr")
            next(shape._inline.iter(qn("pic:cNvPr"))).set("descr", said)

    found = updated(root, in_word(twice)(made["docx"]), "docx")
    assert found.left == ()
    assert f"版次 {OLD}｜" not in xml(found.content)


# --- what a person does between the two months


def paragraph_with(opened, text):
    return next(item for item in opened.paragraphs if text in item.text)


def moved(opened):
    """The first picture goes to the end, with its caption and its source."""
    paragraphs = opened.paragraphs
    first = next(n for n, item in enumerate(paragraphs) if item._p.xpath(".//pic:pic"))
    for item in paragraphs[first : first + 3]:
        opened.element.body.insert(-1, item._p)


def resized(opened):
    shape = opened.inline_shapes[0]
    shape.width, shape.height = int(shape.width * 0.5), int(shape.height * 0.5)


def rewritten(opened):
    """Words of one's own before the clause of a number, and behind it."""
    paragraph = paragraph_with(opened, "进出口总值")
    paragraph.insert_paragraph_before("据海关，情况好。")
    paragraph.add_run("值得注意。")


def in_red(opened):
    for run in paragraph_with(opened, "进出口总值").runs:
        run.font.name, run.font.size = "楷体", Pt(16)


def figure_gone(opened):
    """The last figure: its picture, its words, its citation, its table."""
    body = opened.element.body
    table = opened.tables[-1]._tbl
    above = table.getprevious()
    for node in (table, *([above] if above.xpath(".//w:bookmarkStart") else [])):
        body.remove(node)
    paragraphs = opened.paragraphs
    dots = next(n for n, item in enumerate(paragraphs) if 'name="fig-test-dots' in item._p.xml)
    below = [n for n in range(dots, len(paragraphs)) if paragraphs[n].text[:2] in ("注：", "数据")]
    # its note and its source line
    for number in reversed(below[:2]):
        body.remove(paragraphs.pop(number)._p)
    for paragraph in paragraphs:
        shown = "".join(paragraph._p.xpath(".//wp:docPr/@descr"))
        if "点图" in paragraph.text + shown or "fig-test-dots" in paragraph.text + shown:
            body.remove(paragraph._p)


def own_table(opened):
    table = opened.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("区县", "户数", "渝北区", "1234户"), strict=True):
        cell.text = text


def number_gone(opened):
    paragraph = paragraph_with(opened, "另有")
    paragraph._p.getparent().remove(paragraph._p)


def tracked_by_hand(opened):
    """A person's own change beside a number, not accepted yet."""
    paragraph = paragraph_with(opened, "民营企业占")
    run = paragraph.add_run("（已核）")
    change = OxmlElement("w:ins")
    change.set(qn("w:id"), "900")
    change.set(qn("w:author"), "张三")
    run._r.addprevious(change)
    change.append(run._r)


EDITS = {
    "a picture moved": moved,
    "a picture made smaller": resized,
    "words of one's own around a number": rewritten,
    "another font": in_red,
    "a figure deleted": figure_gone,
    "an own table": own_table,
    "numbers deleted": number_gone,
    "an own tracked change": tracked_by_hand,
}


@pytest.fixture(scope="module")
def edited(made):
    """The briefing of the old month after all of a person's edits."""
    opened = docx.Document(io.BytesIO(made["docx"]))
    for edit in EDITS.values():
        edit(opened)
    return saved(opened)


def test_what_a_person_did_stays(root, edited):
    found = updated(root, edited, "docx")
    # captions that Word counts again: the numbers in the summary become those of other figures
    assert {item.detail.partition("写着")[2][:7] for item in found.left} == {
        "图1，是手打的",
        "图2，是手打的",
    }
    assert decided(found.content, accepted=False) == decided(edited, accepted=False)
    # the same input, the same bytes; and the second time nothing is touched
    assert update.updated(root, edited, "x.docx", NEW).content == found.content
    assert updated(root, found.content, "docx").content == found.content
    assert set(found.gone) == {"fig-test-dots", "trade.bare", "trade.same"}
    opened = docx.Document(io.BytesIO(found.content))
    old = docx.Document(io.BytesIO(edited))
    widths = [[item.width for item in doc.inline_shapes] for doc in (old, opened)]
    assert widths[0] == widths[1]
    assert abs(widths[0][0] * 2 - widths[0][1]) < 2
    new = paragraph_with(opened, "进出口总值")._p.xpath(".//w:ins/w:r")[0]
    assert new.xpath("./w:rPr/w:rFonts/@w:ascii") == ["楷体"]
    said = "".join(decided(found.content, accepted=True))
    for own in ("据海关，情况好。", "值得注意。", "1234户", "（已核）"):
        assert own in said
    assert "46.8" not in said


def test_a_third_month_goes_on_from_what_nobody_accepted_yet(root, made):
    """Of a pending insertion the text is replaced; what it took the place of stays deleted."""
    first = updated(root, made["docx"], "docx").content
    back = updated(root, first, "docx", OLD)
    # a number that is a third one is one change still
    line = paragraph_with(docx.Document(io.BytesIO(back.content)), "进出口总值")
    assert len(line._p.xpath(".//w:del")) == len(line._p.xpath(".//w:ins")) == 1
    assert not back.left
    assert decided(back.content, accepted=True)[:4] == decided(made["docx"], accepted=True)[:4]
    assert decided(back.content, accepted=False)[:4] == decided(made["docx"], accepted=True)[:4]


# --- slides


def chart_of(opened, name):
    shapes = [shape for slide in opened.slides for shape in slide.shapes]
    return next(shape for shape in shapes if shape.name.startswith(name))


def dressed(opened):
    """A chart moved, made smaller, of another font and colour, with a label of its own place."""
    shape = chart_of(opened, "fig-test-flows")
    shape.left, shape.top = 1_000_000, 1_300_000
    shape.width, shape.height = 7_000_000, 4_000_000
    chart = shape.chart
    chart.font.size = Pt(9)
    first, second = chart.plots[0].series
    first.format.fill.fore_color.rgb = RGBColor(1, 2, 3)
    point = second.points[list(chart.plots[0].categories).index("2022")]
    point.format.fill.solid()
    point.format.fill.fore_color.rgb = RGBColor(9, 9, 9)


def own_slide(opened):
    slide = opened.slides.add_slide(opened.slide_layouts[5])
    slide.shapes.title.text = "我们的看法"
    rows = slide.shapes.add_table(1, 1, 0, 3_000_000, 3_000_000, 900_000).table
    rows.cell(0, 0).text = "1234户"


def smaller_picture(opened):
    shape = chart_of(opened, "fig-test-dots")
    shape.left, shape.top = 2_500_000, 3_000_000
    shape.width, shape.height = shape.width // 2, shape.height // 2


def texts_of(opened):
    return [node.text or "" for slide in opened.slides for node in slide._element.iter(qn("a:t"))]


def with_total(opened):
    """The first run of the paragraph with the number."""
    shapes = [shape for slide in opened.slides for shape in slide.shapes if shape.has_text_frame]
    lines = [line for shape in shapes for line in shape.text_frame.paragraphs]
    return next(line for line in lines if "进出口总值" in line.text).runs[0]


def larger_letters(opened):
    font = with_total(opened).font
    font.size, font.bold = Pt(30), True


def test_slides_keep_what_a_person_did(root, made):
    content = made["pptx"]
    for edit in (dressed, own_slide, smaller_picture, larger_letters):
        content = on_slides(edit)(content)
    found = updated(root, content, "pptx")
    assert told(root, found.content, "pptx") == set()
    old, new = (pptx.Presentation(io.BytesIO(item)) for item in (content, found.content))
    assert [[(shape.shape_type, shape.left, shape.top, shape.width, shape.height)
             for shape in slide.shapes] for slide in old.slides] == [
           [(shape.shape_type, shape.left, shape.top, shape.width, shape.height)
             for shape in slide.shapes] for slide in new.slides]  # fmt: skip
    chart = chart_of(new, "fig-test-flows").chart
    plot = chart.plots[0]
    assert list(plot.categories) == ["2021", "2022", "2023", "2024（没有查到）", "2025", "2026"]
    assert [series.values[-2:] for series in plot.series] == [(5000.5, 5300.5)] * 2
    assert chart.font.size == Pt(9)
    assert plot.series[0].format.fill.fore_color.rgb == RGBColor(1, 2, 3)
    # the point of 2022 is the second one now
    dark = [point.get("val") for point in plot.series[1]._element.xpath("./c:dPt/c:idx")]
    assert dark == ["1"]
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    assert [cell.value for cell in sheet.worksheets[0]["A"]][-1] == "2026"
    assert "版次 2026-12" in str(sheet["说明"]["B4"].value)
    run = with_total(new)
    assert (run.font.size, run.font.bold) == (Pt(30), True)
    assert IS["total"] in "".join(texts_of(new))
    assert "1234户" in "".join(new.slides[-1].shapes[-1]._element.itertext())


def with_own_sheet(opened):
    part = chart_of(opened, "fig-test-flows").chart.part.chart_workbook.xlsx_part
    sheet = openpyxl.load_workbook(io.BytesIO(part.blob))
    sheet.create_sheet("我的计算")["A1"] = 1
    part._blob = saved(sheet)


def test_a_sheet_that_a_person_calculates_in_is_not_thrown_away(root, made):
    content = on_slides(with_own_sheet)(made["pptx"])
    found = updated(root, content, "pptx")
    assert ("figure", "fig-test-flows") in {(item.kind, item.name) for item in found.left}
    charts = [
        chart_of(pptx.Presentation(io.BytesIO(item)), "fig-test-flows").chart
        for item in (content, found.content)
    ]
    assert len({chart.part.chart_workbook.xlsx_part.blob for chart in charts}) == 1
    assert "2020" in list(charts[1].plots[0].categories)


@pytest.mark.parametrize(
    ("cell", "said"), [("B2", ""), ("C3", "第3行"), ("A4", "第4行"), ("A500", "范围 A1:B500")]
)
def test_cells_of_ones_own_are_seen(cell, said):
    sheet = openpyxl.Workbook()
    for row in (("", "出口"), ("2024", 1), ("2025", 2)):
        sheet.active.append(row)
    before = saved(sheet)
    sheet.active[cell] = "=1+1"
    assert own_cells(saved(sheet), DrawnChart(None, before)) == said


# --- what can't be updated is said


def by_hand(old, new):
    def edit(opened):
        for paragraph in opened.paragraphs:
            for run in [run for run in paragraph.runs if old in run.text]:
                run.text = run.text.replace(old, new)

    return edit


def painted(opened):
    picture = Image.open(io.BytesIO(next(iter(pictures_of(opened))).blob)).convert("RGB")
    ImageDraw.Draw(picture).rectangle((10, 10, 400, 200), fill="red")
    out = io.BytesIO()
    picture.save(out, "PNG")
    next(iter(pictures_of(opened)))._blob = out.getvalue()


def pictures_of(opened):
    return [opened.part.related_parts[key] for key in opened.element.xpath("//a:blip/@r:embed")]


def unknown(opened):
    for facts in opened.element.xpath("//wp:docPr"):
        facts.set("descr", facts.get("descr").replace("fig-test-dots", "fig-test-nots"))


def cell_by_hand(opened):
    opened.tables[0].rows[1].cells[1].paragraphs[0].runs[0].text = "3999亿元"


ALTERED = {
    "a number": (by_hand("48%", "49%"), "number", "trade.share"),
    "a picture": (painted, "figure", "fig-test-enterprise"),
    "a cell": (cell_by_hand, "table", "fig-test-enterprise"),
    "the words before a number": (by_hand("总值", "顺差"), "number", "trade.total"),
    "a figure that nobody knows": (unknown, "figure", "fig-test-nots"),
}


@pytest.fixture(scope="module")
def altered(made):
    opened = docx.Document(io.BytesIO(made["docx"]))
    for edit, _, _ in ALTERED.values():
        edit(opened)
    return saved(opened)


@pytest.mark.parametrize(("edit", "kind", "name"), ALTERED.values(), ids=ALTERED)
def test_what_a_person_altered_is_said(root, altered, edit, kind, name):
    found = updated(root, altered, "docx")
    assert (kind, name) in {(item.kind, item.name) for item in found.left}


def test_what_a_person_altered_stands_as_it_was(root, altered):
    found = updated(root, altered, "docx")
    opened = [docx.Document(io.BytesIO(item)) for item in (altered, found.content)]
    assert len({next(iter(pictures_of(item))).blob for item in opened}) == 1
    said = "".join(decided(found.content, accepted=True))
    assert "3999亿元" in said
    assert "占49%" in said
    # the others are of the next month all the same
    assert "12.25%" in said


@pytest.fixture(scope="module")
def others(root, figures, newer):
    """Another edition, in which a claim turned and a figure is gone."""
    edition(root, "2027-01", newer[1:], IS, claims=claimed("fails"))
    with_data(root, "2027-01")
    return root


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_a_sentence_whose_claim_turned_is_said(others, made, form):
    found = update.updated(others, made[form], f"month.{form}", "2027-01")
    (turned,) = found.turned
    assert turned.name == "claim:trade.below-record"
    assert turned.why == "论断不成立：8006.8亿元 < 8158.4亿元（差152亿元（1.86%））"
    if form == "docx":
        assert "没有更新。论断不成立" in xml(found.content, "word/comments.xml")
    else:
        shown = "".join(texts_of(pptx.Presentation(io.BytesIO(found.content))))
        assert "比2022年的纪录少151.6亿元" in shown
    # and the figure that is no more
    assert ("figure", "fig-test-enterprise") in {(item.kind, item.name) for item in found.left}
    lines = list(update.report_lines(found, f".{form}", found.left))
    assert [line for line in lines if line.startswith("不能再说　论断 claim:trade.below-record")]
    assert [line for line in lines if line.startswith("没有更新　图 fig-test-enterprise")]


def test_a_sentence_of_a_claim_typed_as_text_is_known_too(others, made):
    (sentence,) = [item.text for item in docx.Document(io.BytesIO(made["docx"])).paragraphs
                   if "比2022年" in item.text][:1]  # fmt: skip

    def typed(opened):
        opened.add_paragraph(f"我们认为：{sentence}另见附件。")
        paragraph = paragraph_with(opened, "比2022年")
        paragraph._p.getparent().remove(paragraph._p)

    content = in_word(typed)(made["docx"])
    found = update.updated(others, content, "month.docx", "2027-01")
    assert [item.name for item in found.turned] == ["claim:trade.below-record"]


def no_descriptions(opened):
    """What LibreOffice does when it saves: tables lose what describes them."""
    for node in list(opened.element.body.iter(qn("w:tblDescription"))):
        node.getparent().remove(node)


def test_a_table_is_known_by_its_caption_too(root, made):
    found = updated(root, in_word(no_descriptions)(made["docx"]), "docx")
    assert not found.left
    assert [item for item in found.replaced if item.kind == "table"]


def test_the_reason_of_a_change_is_of_that_number():
    assert begins_with("31亿元", "31")
    assert not begins_with("313.2亿元", "31")
    assert not begins_with("31.2亿元", "31")


# --- documents that the book did not make


def test_a_pasted_picture_is_exchanged(root, figures, newer):
    content = own_word("我的话。", picture=cheap(figures[0], "png"))
    found = updated(root, content, "docx")
    assert not found.left
    (held,) = pictures_of(docx.Document(io.BytesIO(found.content)))
    assert held.blob == cheap(newer[0], "png")
    assert "我的话。" in decided(found.content, accepted=True)
    # as wide as before, and not stretched
    (old,), (new,) = (
        docx.Document(io.BytesIO(item)).inline_shapes for item in (content, found.content)
    )
    assert new.width == old.width
    assert abs(new.height - new.width * 480 / 800) < 2


def test_a_pasted_drawing_is_exchanged_with_the_picture_beside_it(root, figures, newer):
    # it has no identity where PowerPoint drew it itself
    grey = io.BytesIO()
    Image.new("RGB", Image.open(io.BytesIO(cheap(figures[0], "png"))).size).save(grey, "PNG")
    content = with_svg(own_slides(grey.getvalue()), cheap(figures[0], "svg"))
    found = updated(root, content, "pptx")
    assert not found.left
    with zipfile.ZipFile(io.BytesIO(found.content)) as opened:
        media = {opened.read(name) for name in opened.namelist() if "/media/" in name}
    assert media == {cheap(newer[0], form) for form in ("png", "svg")}


def test_a_picture_that_a_word_processor_compressed_is_exchanged(root, made, newer):
    def compressed(opened):
        part = next(iter(pictures_of(opened)))
        out = io.BytesIO()
        Image.open(io.BytesIO(part.blob)).convert("RGB").save(out, "JPEG", quality=85)
        part._blob = out.getvalue()
        part._partname = type(part.partname)("/word/media/image77.jpeg")
        part._content_type = "image/jpeg"

    content = in_word(compressed)(made["docx"])
    found = updated(root, content, "docx")
    assert not found.left
    assert next(iter(pictures_of(docx.Document(io.BytesIO(found.content))))).blob == cheap(
        newer[0], "png"
    )


def with_svg(content, drawing):
    """Slides whose picture is a drawing, as PowerPoint keeps it: a picture beside it."""
    opened = pptx.Presentation(io.BytesIO(content))
    (shown,) = opened.slides
    part = Part(PackURI("/ppt/media/a.svg"), "image/svg+xml", opened.part.package, drawing)
    (blip,) = shown._element.iter(qn("a:blip"))
    etree.SubElement(blip, SVG_BLIP).set(qn("r:embed"), shown.part.relate_to(part, "http://x/i"))
    return saved(opened)


def test_a_citation_pasted_as_text_names_the_next_edition(root, figures):
    old, new = (citations(replace(figures[0], edition=name)) for name in (OLD, NEW))
    styles = ("line", "gbt7714", "apa")
    found = updated(root, own_word("我的话。", *map(old.get, styles)), "docx")
    assert decided(found.content, accepted=True)[1:] == [new[style] for style in styles]


@pytest.mark.parametrize(
    ("content", "name"), [(own_word("我的话"), "a.docx"), (b"PK", "a.docx"), (b"", "a.pdf")]
)
def test_what_has_nothing_of_the_book_or_is_no_document_is_refused(root, content, name):
    with pytest.raises(DataError):
        update.updated(root, content, name, NEW)


# --- what is not carried on


def hostile(content):
    """A document that runs, fetches and asks, in each way that Office has."""
    head = '<Relationship Id="rIdX{}" Type="{}/{}" Target="{}" TargetMode="External"/>'

    def related(*items):
        made = "".join(head.format(number, OFFICE, *item) for number, item in enumerate(items))

        def change(text):
            return text.replace("</Relationships>", f"{made}</Relationships>")

        return change

    empty = f'<Relationships xmlns="{OFFICE.replace("officeDocument", "package")}"></Relationships>'
    fields = "".join(map(asking, ('DDEAUTO c "calc"', f'INCLUDEPICTURE "{FIRED}"', "PAGE")))
    split = asking("DD EAUTO x").replace(" DD EAUTO", "DD</w:instrText><w:instrText>EAUTO")
    links = "".join(
        f'<w:p><w:hyperlink r:id="rIdX{number}" xmlns:r="{OFFICE}"><w:r><w:t>{text}</w:t></w:r>'
        "</w:hyperlink></w:p>"
        for number, text in enumerate(("官网", "本机"))
    )
    return spoiled(
        content,
        {
            "word/document.xml": lambda text: text.replace(
                "<w:sectPr", f"<w:p>{fields}{split}</w:p>{links}<w:sectPr", 1
            ),
            "word/_rels/document.xml.rels": related(
                ("hyperlink", "https://example.org/"), ("hyperlink", "file:///c:/fired"),
                ("oleObject", FIRED), ("image", FIRED),
            ),
            "word/_rels/settings.xml.rels": related(("attachedTemplate", FIRED))(empty).encode(),
            "word/vbaProject.bin": b"\xd0\xcf",
            "word/activeX/activeX1.xml": b"<x/>",
            "customUI/customUI.xml": b"<x/>",
        },
    )  # fmt: skip


def test_what_runs_or_leads_elsewhere_is_left_out_and_said(root, made):
    content = hostile(made["docx"])
    found = updated(root, content, "docx")
    assert not found.left
    said = "；".join(found.dropped)
    for word in ("vbaProject", "activeX", "customUI", "oleObject", "image", "attachedTemplate",
                 "file:///c:/fired", "DDEAUTO", "INCLUDEPICTURE"):  # fmt: skip
        assert word in said, word
    with zipfile.ZipFile(io.BytesIO(found.content)) as opened:
        whole = b"".join(opened.read(name) for name in opened.namelist())
        outside = b"".join(opened.read(name) for name in opened.namelist() if "rels" in name)
    for word in (
        b"DDEAUTO",
        b"EAUTO",
        b"INCLUDEPICTURE",
        FIRED.encode(),
        b"file:///",
        b"vbaProject",
    ):
        assert word not in whole, word
    # links that somebody clicks stay, and the words of the others
    assert outside.count(b"External") == 1
    assert {"官网", "本机"} <= set(decided(found.content, accepted=True))
    assert " PAGE " in xml(found.content)
    assert docx.Document(io.BytesIO(found.content)).paragraphs
    again = updated(root, found.content, "docx")
    assert (again.content, again.dropped) == (found.content, ())


# --- the command


def test_the_command_writes_beside_and_never_over(root, made, tmp_path, capsys):
    path = tmp_path / "month.docx"
    path.write_bytes(made["docx"])
    words = ["--root", str(root), "brief", "--update", str(path), "--edition", NEW]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    assert "已更新　数 trade.total：8006.8亿元 → 8,100.25亿元" in said
    assert path.read_bytes() == made["docx"]
    target = tmp_path / "month.updated.docx"
    assert updated(root, made["docx"], "docx").content == target.read_bytes()
    assert cli.main(words) == 1
    assert "month.updated.docx 已存在，没有写" in capsys.readouterr().err
    assert cli.main([*words, "-o", str(path)]) == 1
    assert "就是原文件" in capsys.readouterr().err
    assert path.read_bytes() == made["docx"]
    assert cli.main([*words, "-o", str(target)]) == 0
    assert "覆盖了原有的" in capsys.readouterr().out
    assert cli.main([*words, "-o", str(tmp_path / "a.pptx")]) == 2
    assert cli.main(["--root", str(root), "brief"]) == 2
    # what does not stand in the newer edition: not 0
    altered = in_word(by_hand("8006.8亿元", "9006.8亿元"))(made["docx"])
    path.write_bytes(altered)
    assert cli.main([*words, "-o", str(target)]) == 1
    assert "没有更新　数 trade.total" in capsys.readouterr().out
