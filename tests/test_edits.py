"""A hundred things that people do to a briefing: none of them passes as standing, unless it does.

One edition and one briefing a format for all of them; each edit is a small function from the
document's bytes to another's.
"""

from __future__ import annotations

import copy
import io
import json
import re
import zipfile

import docx
import pptx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from PIL.PngImagePlugin import PngInfo
from test_brief import claimed, edition, picture
from test_exports import exhibit

from cqbook.citing import briefing, powerpoint, verify
from cqbook.citing.book_tables import altered_table, columns_shown
from cqbook.citing.cited import Cited
from cqbook.citing.entries import TableEntry, entry_of
from cqbook.citing.word import to_docx
from cqbook.disk import untrusted
from cqbook.editions import paths, store
from cqbook.figures.formats import METADATA_KEY

NAME = "2026-11"
TEXT = """# 月报

2025年进出口总值{{ trade.total }}，增长12%，民营企业占{{ trade.share }}。

- 其中{{ trade.same }}与{{ trade.same }}相等，另有{{ trade.bare }}万辆。

{{ claim:trade.below-record }}

"""
#: A sentence on a claim that is like what is said of the first figure.
PRIVATE = "民营企业进出口3841.9亿元。"
CLAIMS = claimed("holds") | {"private": claimed("holds", PRIVATE)["below-record"]}
GLUED = {"total": "8006.8亿元", "share": "48%", "same": "7.5%", "bare": "46.8"}


NOTE = "横条是取整留下的范围。2019年为初步数，与其后各年口径不同。"


@pytest.fixture(scope="module")
def figures():
    """Bars with a detail, columns of years, a chart of two series, dots (a picture on slides).

    The last is derived in part, and its note has two sentences.
    """
    derived = exhibit(3, status="mixed", caption=NOTE)
    return [*map(exhibit, (1, 2, 0)), derived]


def once(look_through):
    """Let parts of documents that no edit has touched be looked through once for all edits.

    It takes a third of the time; `test_readers.py` asks what it refuses.
    """
    known = {}

    def plain(content, name, counted=None, *, typed=False):
        if counted is None:
            return look_through(content, name, typed=typed)
        key = content, typed
        if key not in known:
            before = dict(counted)
            look_through(content, name, counted, typed=typed)
            known[key] = {what: number - before[what] for what, number in counted.items()}
        else:
            counted |= {what: counted[what] + number for what, number in known[key].items()}
        return content

    return plain


@pytest.fixture(scope="module")
def root(tmp_path_factory, figures):
    folder = tmp_path_factory.mktemp("edits")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(untrusted, "plain", once(untrusted.plain))
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        edition(folder, NAME, figures, GLUED, claims=CLAIMS)
        yield folder


@pytest.fixture(scope="module")
def made(root, figures):
    """The briefing by format, and the files of its first figure."""
    blocks = briefing.blocks_of_markdown(TEXT)
    blocks += briefing.blocks_of_figures([item.id for item in figures])
    found = {"docx": to_docx(blocks, store.find(root, NAME))}
    found["pptx"] = powerpoint.to_pptx(blocks, store.find(root, NAME))
    return found | {form: picture(figures[0], form) for form in ("png", "svg", "pdf")}


def parts(*edits):
    """An edit of the parts of a document whose names match: what and by what it is replaced."""

    def edit(content):
        out, done = io.BytesIO(), set()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                for place, (part, change) in enumerate(edits):
                    if re.search(part, name):
                        changed = change(data)
                        done |= {place} if changed != data else set()
                        data = changed
                new.writestr(name, data)
        assert len(done) == len(edits), "the edit does nothing"
        return out.getvalue()

    return edit


def swap(old, new, count=-1):
    return lambda data: data.replace(old.encode(), new.encode(), count)


def in_document(old, new):
    """An edit of the first place of a pattern in the text of a Word file."""
    return parts(
        ("word/document.xml", lambda data: re.sub(old, new, data.decode(), count=1).encode())
    )


def body(old, new, count=-1):
    return parts(("word/document.xml", swap(old, new, count)))


def slide(number, old, new, count=-1):
    return parts((rf"slides/slide{number}\.xml", swap(old, new, count)))


def notes(old, new):
    return parts((r"notesSlides/notesSlide\d\.xml", swap(old, new)))


def chart(number, old, new, count=-1):
    return parts((rf"charts/chart{number}\.xml", swap(old, new, count)))


def both(*edits):
    """One edit after another."""

    def edit(content):
        for one in edits:
            content = one(content)
        return content

    return edit


def without(part, *names):
    """An edit that takes elements away by their local names, with what they hold."""

    def change(data):
        from lxml import etree

        tree = etree.fromstring(data)
        for node in [node for node in tree.iter() if etree.QName(node).localname in names]:
            node.getparent().remove(node)
        return etree.tostring(tree)

    return parts((part, change))


def in_word(change):
    def edit(content):
        opened, out = docx.Document(io.BytesIO(content)), io.BytesIO()
        change(opened)
        opened.save(out)
        return out.getvalue()

    return edit


def on_slides(change):
    def edit(content):
        opened, out = pptx.Presentation(io.BytesIO(content)), io.BytesIO()
        change(opened)
        opened.save(out)
        return out.getvalue()

    return edit


def cell(table, row, column, text):
    def change(opened):
        found = opened.tables[table].rows[row].cells[column]
        assert found.text != text
        found.paragraphs[0].runs[0].text = text

    return in_word(change)


def exchange_cells(opened):
    one, other = (opened.tables[1].rows[row].cells[-2].paragraphs[0].runs[0] for row in (3, 4))
    assert one.text != other.text
    one.text, other.text = other.text, one.text


def row_gone_short(opened):
    row = opened.tables[1].rows[3]
    row._tr.remove(row.cells[-1]._tc)


def row_too_long(opened):
    row = opened.tables[1].rows[3]
    row._tr.append(copy.deepcopy(row.cells[-1]._tc))


def cell_in_control(opened):
    """A cell in a content control, with another number."""
    found = opened.tables[1].rows[3].cells[-2]._tc
    next(found.iter(qn("w:t"))).text = "99.9%"
    control, inner = (found.makeelement(qn(f"w:{tag}"), {}) for tag in ("sdt", "sdtContent"))
    found.addprevious(control)
    control.append(inner)
    inner.append(found)


def table_first(opened):
    """The table above its caption, one number altered."""
    table = opened.tables[0]
    table.rows[1].cells[-2].paragraphs[0].runs[0].text = "99.9%"
    opened.paragraphs[0]._p.addprevious(table._tbl)


def picture_under_caption(opened):
    """The picture of another figure, with neither text nor identity, in the place of the first."""
    shown = opened.inline_shapes[0]._inline
    shown.docPr.set("descr", "")
    blip = next(shown.iter(qn("a:blip")))
    out = io.BytesIO()
    Image.open(io.BytesIO(opened.part.related_parts[blip.get(qn("r:embed"))].blob)).rotate(
        180
    ).save(out, "PNG")
    relation, _ = opened.part.get_or_add_image(out)
    blip.set(qn("r:embed"), relation)


def exchange_pictures(opened):
    blips = [next(shape._inline.iter(qn("a:blip"))) for shape in opened.inline_shapes]
    one, other = (blip.get(qn("r:embed")) for blip in blips[:2])
    blips[0].set(qn("r:embed"), other)
    blips[1].set(qn("r:embed"), one)


def in_blip(xml):
    def change(opened):
        from lxml import etree

        blip = next(opened.inline_shapes[0]._inline.iter(qn("a:blip")))
        space = "http://schemas.openxmlformats.org/drawingml/2006/main"
        blip.append(etree.fromstring(xml.replace("/>", f' xmlns:a="{space}"/>')))

    return in_word(change)


def with_picture(change):
    """A change of a picture, saved as a PNG."""

    def made(data):
        out = io.BytesIO()
        change(Image.open(io.BytesIO(data)).convert("RGB")).save(out, "PNG")
        return out.getvalue()

    return made


def exchanged(picture):
    """Red for blue."""
    red, green, blue = picture.split()
    return Image.merge("RGB", (blue, green, red))


def shown_grey(opened):
    blip = next(opened.element.body.iter(qn("a:blip")))
    blip.insert(0, blip.makeelement(qn("a:grayscl"), {}))


def widened(opened):
    """A margin around a picture, which Word writes as a part cut off that is below nought."""
    fill = next(opened.element.body.iter(qn("pic:blipFill")))
    fill.insert(1, fill.makeelement(qn("a:srcRect"), {"l": "-2000", "b": "-3000"}))


def cropped(opened):
    fill = next(opened.inline_shapes[0]._inline.iter(qn("a:blip"))).getparent()
    cut = fill.makeelement(qn("a:srcRect"), {"b": "30000"})
    fill.insert(1, cut)


def exchange_bookmarked(opened):
    texts = [run for paragraph in opened.paragraphs for run in paragraph.runs]
    one = next(run for run in texts if run.text == GLUED["total"])
    other = next(run for run in texts if run.text == GLUED["share"])
    one.text, other.text = other.text, one.text


def drop_paragraph(word):
    def change(opened):
        for paragraph in [item for item in opened.paragraphs if word in item.text]:
            paragraph._p.getparent().remove(paragraph._p)

    return in_word(change)


def no_alt(opened):
    for shape in opened.inline_shapes:
        shape._inline.docPr.attrib.pop("descr")


def repainted(kept):
    """A picture in a document painted over; its identity kept, or lost."""

    def change(data):
        opened = Image.open(io.BytesIO(data))
        facts = opened.info
        opened = opened.convert("RGB")
        ImageDraw.Draw(opened).rectangle((200, 200, 300, 260), fill="red")
        out, info = io.BytesIO(), PngInfo()
        if kept:
            info.add_itxt(METADATA_KEY, facts[METADATA_KEY])
        opened.save(out, "PNG", pnginfo=info)
        return out.getvalue()

    return change


def washed(data):
    opened = Image.open(io.BytesIO(data))
    facts = opened.info
    out, info = io.BytesIO(), PngInfo()
    info.add_itxt(METADATA_KEY, facts[METADATA_KEY])
    ImageEnhance.Contrast(opened.convert("RGB")).enhance(0.25).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def series_values(number, change):
    """The values of a chart and of its sheet, changed together as PowerPoint's editor does."""

    def edit(opened):
        from pptx.chart.data import CategoryChartData

        found = [shape.chart for item in opened.slides for shape in item.shapes if shape.has_chart]
        plot = found[number].plots[0]
        data = CategoryChartData()
        categories = list(plot.categories)
        shown = [(series.name, list(series.values)) for series in plot.series]
        categories, shown = change(categories, shown)
        data.categories = categories
        for name, values in shown:
            data.add_series(name, values)
        found[number].replace_data(data)

    return on_slides(edit)


def sheet_alone(opened):
    """Another number in the sheet behind a chart, which comes up when somebody clicks on it."""
    import openpyxl

    found = [shape.chart for item in opened.slides for shape in item.shapes if shape.has_chart]
    part = found[0].part.chart_workbook.xlsx_part
    book, out = openpyxl.load_workbook(io.BytesIO(part.blob)), io.BytesIO()
    book.worksheets[0]["B2"] = 9999.9
    book.save(out)
    part._blob = out.getvalue()


def labelled(opened):
    """A label of one's own on a point."""
    found = [shape.chart for item in opened.slides for shape in item.shapes if shape.has_chart]
    found[0].plots[0].series[0].points[0].data_label.text_frame.text = "9841.9亿元"


def box_text(old, new, count=1):
    def change(opened):
        boxes = [shape for page in opened.slides for shape in page.shapes if shape.has_text_frame]
        runs = [run for box in boxes for item in box.text_frame.paragraphs for run in item.runs]
        found = [run for run in runs if old in run.text]
        assert found, f"no {old}"
        for run in found[: 1 if count > 0 else None]:
            run.text = run.text.replace(old, new, count)

    return on_slides(change)


def exchange_in_box(opened):
    runs = own_box(opened).text_frame.paragraphs[0].runs
    one, other = (next(run for run in runs if run.text == GLUED[key]) for key in ("total", "share"))
    one.text, other.text = other.text, one.text


def own_box(opened):
    """The box with the text of the person."""
    return next(shape for shape in opened.slides[2].shapes if "trade.total" in shape.name)


def box_renamed(opened):
    own_box(opened).name = "文本框 1"


def figure_gone_from(opened):
    """The marks of a slide's figure: name, alternative text and foot; the chart stays."""
    for shape in list(opened.slides[3].shapes):
        if shape.has_chart:
            shape._element.nvGraphicFramePr.cNvPr.attrib.pop("descr")
            shape.name = "图表 1"
        elif "数据" in shape.text_frame.text:
            shape._element.getparent().remove(shape._element)


def cut_axis(opened):
    found = [shape.chart for item in opened.slides for shape in item.shapes if shape.has_chart]
    found[2].value_axis.minimum_scale = 2300


def number_format(opened):
    found = [shape.chart for item in opened.slides for shape in item.shapes if shape.has_chart]
    found[1].plots[0].series[0].data_labels.number_format = '0.0,"千"'


def first_value(categories, shown):
    name, values = shown[0]
    place = next(n for n, value in enumerate(values) if value is not None)
    altered = [*values[:place], values[place] + 1, *values[place + 1 :]]
    return categories, [(name, altered), *shown[1:]]


def exchanged_years(categories, shown):
    return [*categories[:-2], categories[-1], categories[-2]], shown


def year_earlier(categories, shown):
    return [re.sub("2025", "2024", text) for text in categories], shown


def last_left_out(categories, shown):
    return categories[:-1], [(name, values[:-1]) for name, values in shown]


def exchanged_names(categories, shown):
    (one, values), (other, others) = shown
    return categories, [(other, values), (one, others)]


def media(change):
    return parts((r"word/media/image1\.png", change))


def looked(change):
    """A number struck through, hidden, white, or too small to be seen."""

    def changed(opened):
        runs = [run for paragraph in opened.paragraphs for run in paragraph.runs]
        change(next(run for run in runs if run.text == GLUED["total"]).font)

    return in_word(changed)


def white(font):
    font.color.rgb = RGBColor(255, 255, 255)


def squeezed(content):
    return in_document(r'(<a:ext cx="\d+" cy=")\d+"', r'\g<1>900000"')(content)


def drawing_over(opened):
    """An SVG, which Word shows, beside the picture that it keeps for older programs."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from lxml import etree

    blip = next(opened.inline_shapes[0]._inline.iter(qn("a:blip")))
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><text>9841.9</text></svg>'
    part = Part(PackURI("/word/media/x.svg"), "image/svg+xml", drawing, opened.part.package)
    inner = etree.SubElement(
        blip, "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip"
    )
    inner.set(qn("r:embed"), opened.part.relate_to(part, "http://x/image"))


def shape_over(number):
    """A white box over a part of a figure, with another number in it."""

    def change(opened):
        shapes = opened.slides[number].shapes
        shown = next(shape for shape in shapes if shape.name.startswith("fig-"))
        box = shapes.add_textbox(
            shown.left + shown.width // 3, shown.top + shown.height // 3, 10**6, 5 * 10**5
        )
        box.text_frame.text = "9841.9亿元"

    return change


def own_title(opened):
    found = [shape.chart for item in opened.slides for shape in item.shapes if shape.has_chart]
    found[0].has_title = True
    found[0].chart_title.text_frame.text = "2024年，万元"


def paragraph_of(opened, begin):
    # what Word counts stands in fields, which the library does not read
    said = {
        "".join(t.text or "" for t in item._p.iter(qn("w:t"))): item for item in opened.paragraphs
    }
    return (
        said[begin]
        if begin in said
        else said[next(text for text in said if text.startswith(begin))]
    )


def in_paragraph(begin, text):
    """Another text for the paragraph that begins so; ``…`` in it is the old one."""

    def change(opened):
        found = paragraph_of(opened, begin)
        nodes = list(found._p.iter(qn("w:t")))
        new = text.replace("…", "".join(node.text for node in nodes))
        for node in nodes:
            node.text, new = new, ""

    return in_word(change)


def exchange_paragraphs(one, other):
    """Two paragraphs of a document in each other's places."""

    def change(opened):
        places = [paragraph_of(opened, begin)._p for begin in (one, other)]
        copies = [copy.deepcopy(place) for place in places]
        for place, new in zip(places, reversed(copies), strict=True):
            place.addprevious(new)
            place.getparent().remove(place)

    return in_word(change)


def moved(begin, behind):
    """A paragraph behind another one."""

    def change(opened):
        paragraph_of(opened, behind)._p.addnext(paragraph_of(opened, begin)._p)

    return in_word(change)


def exchange_drawings(opened):
    """Two pictures with all that they say of themselves, each in the other's place."""
    one, other = (opened.inline_shapes[place]._inline.getparent() for place in (0, 1))
    places = [node.getparent() for node in (one, other)]
    for place, node in zip(places, (other, one), strict=True):
        place.append(node)


def side_by_side(opened):
    """Two pictures beside each other in a table, with their captions below them."""
    table = opened.add_table(2, 2)
    opened.inline_shapes[0]._inline.xpath("ancestor::w:p")[0].addprevious(table._tbl)
    shown = [shape._inline.getparent().getparent().getparent() for shape in opened.inline_shapes]
    captions = [paragraph_of(opened, f"图{number}　")._p for number in (1, 2)]
    for row, nodes in zip(table.rows, (shown[:2], captions), strict=True):
        for cell_, node in zip(row.cells, nodes, strict=True):
            cell_._tc.insert(1, node)


def list_of_figures(opened):
    """What Word makes of captions at the beginning of a document: a list with pages."""
    from docx.enum.style import WD_STYLE_TYPE

    style = opened.styles.add_style("table of figures", WD_STYLE_TYPE.PARAGRAPH)
    first = paragraph_of(opened, "2025年进出口总值")
    for number in (2, 1):
        text = "".join(t.text for t in paragraph_of(opened, f"图{number}　")._p.iter(qn("w:t")))
        first.insert_paragraph_before(f"{text}{number}", style)


def title_of(number):
    def change(opened):
        slides = [page for page in opened.slides if page.shapes.title is not None]
        return slides[number].shapes.title.text_frame

    return change


def exchange_titles(opened):
    one, other = (title_of(number)(opened) for number in (3, 4))
    one.text, other.text = other.text, one.text


def shape_of_figure(opened, number):
    return next(item for item in opened.slides[number].shapes if item.name.startswith("fig-"))


def drawn_over(number, kind="shape"):
    """A shape without words over a figure: as its style fills it, or a stroke."""

    def change(opened):
        shown, shapes = shape_of_figure(opened, number), opened.slides[number].shapes
        left, top = shown.left + shown.width // 3, shown.top + shown.height // 3
        if kind == "line":
            shapes.add_connector(1, left, top, left + 10**6, top)
        else:
            shapes.add_shape(1, left, top, 10**6, 5 * 10**5)

    return on_slides(change)


def empty_box_over(number):
    """A box in which nothing stands, without a line and a fill."""

    def change(opened):
        shown = shape_of_figure(opened, number)
        opened.slides[number].shapes.add_textbox(shown.left, shown.top, 10**6, 5 * 10**5)

    return on_slides(change)


def axis(number, **facts):
    def change(opened):
        found = [shape.chart for page in opened.slides for shape in page.shapes if shape.has_chart]
        for name, value in facts.items():
            setattr(found[number].value_axis, name, value)

    return on_slides(change)


def off_slide(opened):
    shown = shape_of_figure(opened, 6)
    shown.left = -shown.width // 2


def both_on_one_slide(exchanged):
    """Two figures on a slide, each with its title below it, or below the other."""

    def change(opened):
        from pptx.util import Emu

        page = opened.slides.add_slide(opened.slide_layouts[6])
        wide = opened.slide_width // 2
        for place, number in enumerate((3, 4)):
            shown = copy.deepcopy(shape_of_figure(opened, number)._element)
            chart_ = next(shown.iter(qn("c:chart")))
            part = shape_of_figure(opened, number).chart.part
            chart_.set(qn("r:id"), page.part.relate_to(part, "http://x/chart"))
            page.shapes._spTree.append(shown)
            frame = page.shapes[-1]
            frame.left, frame.top, frame.width, frame.height = (
                Emu(place * wide), Emu(0), Emu(wide), Emu(3 * 10**6),
            )  # fmt: skip
            left = Emu((1 - place if exchanged else place) * wide)
            box = page.shapes.add_textbox(left, Emu(3 * 10**6), Emu(wide), Emu(4 * 10**5))
            box.text_frame.text = title_of(number)(opened).text

    return on_slides(change)


def over_a_group(opened):
    """A picture in a group, and a shape over it that is not in the group."""
    page, shown = opened.slides[6], shape_of_figure(opened, 6)
    held = page.shapes.add_group_shape([shown])
    place = held.left + held.width // 3, held.top + held.height // 3
    page.shapes.add_shape(1, *place, 10**6, 5 * 10**5)


def over_as_powerpoint_saves(opened):
    """PowerPoint gives shapes an extension, whose element is called as sizes are."""
    from lxml import etree

    shown, shapes = shape_of_figure(opened, 6), opened.slides[6].shapes
    over = shapes.add_shape(1, shown.left + 10**6, shown.top + 10**6, 10**6, 5 * 10**5)
    held = etree.SubElement(over._element.nvSpPr.cNvPr, qn("a:extLst"))
    etree.SubElement(held, qn("a:ext")).set("uri", "x")


def speck(opened):
    shape = opened.inline_shapes[0]
    shape.width, shape.height = shape.width // 60, shape.height // 60


def deleted_by_tracking(opened):
    run = opened.inline_shapes[0]._inline.getparent().getparent()
    gone = run.makeelement(qn("w:del"), {qn("w:id"): "900", qn("w:author"): "x"})
    run.addprevious(gone)
    gone.append(run)


def exchange_feet(opened):
    one, other = (
        next(
            item
            for item in opened.slides[number].shapes
            if item.has_text_frame and "数据来源" in item.text_frame.text
        )
        for number in (4, 5)
    )
    one.text_frame.text, other.text_frame.text = other.text_frame.text, one.text_frame.text


def square():
    out = io.BytesIO()
    Image.new("RGB", (60, 60), "grey").save(out, "PNG")
    out.seek(0)
    return out


def own_picture_instead(opened):
    """A picture of one's own above the caption of a figure, and the figure at the end."""
    shown = opened.inline_shapes[1]._inline.getparent().getparent().getparent()
    opened.add_paragraph()._p.addnext(shown)
    paragraph_of(opened, "图2　").insert_paragraph_before().add_run().add_picture(square())


def own_section(opened):
    place = paragraph_of(opened, "资料来源")
    place.insert_paragraph_before("自己的一节", "Heading 1")
    place.insert_paragraph_before().add_run().add_picture(square())
    place.insert_paragraph_before("图5　自己的图")


def logos(opened):
    for page in opened.slides:
        page.shapes.add_picture(square(), 0, 0, 300_000, 300_000)


def without_lists(opened):
    for node in list(opened.element.body.iter(qn("w:numPr"))):
        node.getparent().remove(node)


def figures_in_an_annex(opened):
    paragraphs = opened.paragraphs
    for place, item in enumerate(paragraphs):
        if item._p.xpath(".//pic:pic"):
            for moved_too in paragraphs[place : place + 3]:
                opened.element.body.insert(-1, moved_too._p)


def unit_below_caption(text):
    def change(opened):
        caption = paragraph_of(opened, "图1　")
        new = copy.deepcopy(paragraph_of(opened, "2025年进出口总值")._p)
        caption._p.addnext(new)
        nodes = list(new.iter(qn("w:t")))
        for node in nodes:
            node.text = text if node is nodes[0] else ""
        for node in [*new.iter(qn("w:bookmarkStart"))]:
            node.getparent().remove(node)

    return in_word(change)


def at_figure(text, caption="图1　"):
    """A paragraph of one's own between a figure and its caption."""
    return in_word(lambda opened: paragraph_of(opened, caption).insert_paragraph_before(text))


def behind(begin, *texts):
    """Paragraphs of one's own behind one that begins so."""

    def change(opened):
        found = paragraph_of(opened, begin)
        for text in reversed(texts):
            found._p.addnext(opened.add_paragraph(text)._p)

    return in_word(change)


def own_table_behind_a_figure(opened):
    unit, table = opened.add_paragraph("单位：万元"), opened.add_table(2, 2)
    paragraph_of(opened, FOOT)._p.addnext(unit._p)
    unit._p.addnext(table._tbl)


def own_figure_before(opened):
    """A figure of one's own with a caption that Word counts, before those of the book."""
    caption = copy.deepcopy(paragraph_of(opened, "图1　")._p)
    [*caption.iter(qn("w:t"))][-1].text = "　自己的图"
    first = opened.inline_shapes[0]._inline.xpath("ancestor::w:p")[0]
    shown = opened.add_paragraph()
    shown.add_run().add_picture(square())
    first.addprevious(shown._p)
    first.addprevious(caption)


def box_on(number, text):
    def change(opened):
        box = opened.slides[number].shapes.add_textbox(100, 100, 3 * 10**6, 4 * 10**5)
        box.text_frame.text = text

    return on_slides(change)


def unseen(whole):
    """A bar of a native chart without its fill, or all of its bars."""

    def change(opened):
        found = [shape.chart for item in opened.slides for shape in item.shapes if shape.has_chart]
        series = found[0].plots[0].series[0]
        (series if whole else series.points[0]).format.fill.background()

    return on_slides(change)


#: The source line of the first figure.
FOOT = "数据来源：网易号（转载），2026-01-26。单位"
DERIVED = "（部分为本书推算）"
MIXED, ONE_SOURCE = f"数据来源{DERIVED}", "数据来源：网易号（转载），2026-01-26"
SEVERAL = "数据来源：新华社（转引），2022-01-17（a）"


def unit_at_chart(opened):
    shown = shape_of_figure(opened, 3)
    box = opened.slides[3].shapes.add_textbox(shown.left, shown.top - 300_000, 10**6, 300_000)
    box.text_frame.text = "单位：万元"


TREND = '<c:trendline><c:trendlineType val="linear"/></c:trendline><c:cat>'
DISPLAYED = '<c:dispUnits><c:builtInUnit val="thousands"/></c:dispUnits></c:valAx>'
UNMARKED = without("word/document", "bookmarkStart", "bookmarkEnd")

#: What must not pass: the format, the edit.
WRONG = {
    # the person's words around a number
    "unit beside a number": ("docx", body("万辆。", "亿辆。")),
    "year beside a number": ("docx", body("2025年进出口总值", "2024年进出口总值")),
    "direction beside a number": ("docx", body("，增长12%", "，下降12%")),
    "number beside a number": ("docx", body("，增长12%", "，增长15%")),
    "negation beside a number": ("docx", body("民营企业占", "民营企业不占")),
    "超 before a number": ("docx", body("民营企业占", "民营企业占比超")),
    "unit beside, slides": ("pptx", box_text("万辆。", "亿辆。")),
    "year beside, slides": ("pptx", box_text("2025年进出口总值", "2024年进出口总值")),
    "direction beside, slides": ("pptx", box_text("增长12%", "下降12%")),
    # numbers
    "a digit": ("docx", body("8006.8亿元", "9006.8亿元", 1)),
    "a number's own unit": ("docx", body("8006.8亿元", "8006.8万元", 1)),
    "two numbers exchanged": ("docx", in_word(exchange_bookmarked)),
    "first of two equal numbers": ("docx", body(">7.5%<", ">9.5%<", 1)),
    "second of two equal numbers": ("docx", in_document("(>7.5%<.*?)>7.5%<", r"\1>9.5%<")),
    "bookmarks gone": ("docx", UNMARKED),
    "bookmarks and list gone": ("docx", both(UNMARKED, drop_paragraph("〔trade."))),
    "one of two bookmarks gone": ("docx", in_document("<w:bookmarkStart[^>]*_3_[^>]*/>", "")),
    "a digit, slides": ("pptx", box_text("8006.8", "9006.8")),
    "two numbers exchanged, slides": ("pptx", on_slides(exchange_in_box)),
    "first of two equal, slides": ("pptx", box_text("7.5%", "9.5%")),
    "a digit before a number, slides": ("pptx", box_text("46.8", "146.8")),
    "a text box renamed": ("pptx", on_slides(box_renamed)),
    "claim in a slide": ("pptx", box_text("151.6", "181.6")),
    # what is printed of a figure
    "title": ("docx", body("<w:t>民营企业的比重</w:t>", "<w:t>国有企业的比重</w:t>")),
    "automatic sentence": ("docx", body("民营企业：3841.9亿元。", "民营企业：3941.9亿元。")),
    "automatic sentence, a unit": (
        "docx",
        body("民营企业：3841.9亿元。", "民营企业：3841.9万元。"),
    ),
    "automatic sentence, a year": ("docx", body("2021：43.7%；", "2020：43.7%；")),
    "source line": ("docx", body("数据来源：网易号（转载）", "数据来源：统计局")),
    "source's day": ("docx", body("重庆日报，2023-01-17", "重庆日报，2024-01-17")),
    "unit of a figure": ("docx", body("单位：亿元。", "单位：万元。")),
    "caption's title": ("docx", body("　民营企业的比重<", "　国有企业的比重<")),
    "summary": ("docx", body("民营企业的比重（图2）", "国有企业的比重（图2）")),
    "summary on a slide": ("pptx", box_text("民营企业的比重。", "国有企业的比重。")),
    "mark's edition": (
        "docx",
        body("fig-test-enterprise｜版次 2026-11", "fig-test-enterprise｜版次 2026-10"),
    ),
    "mark's hash": ("docx", body(f"版次 {NAME}｜数据 f8", f"版次 {NAME}｜数据 08")),
    "series of an automatic sentence": ("docx", body("；进口·2025：", "；出口·2025：")),
    "gaps of an automatic sentence": ("docx", body("另有4项没有查到", "另有1项没有查到")),
    "citation in the list": (
        "docx",
        body("编写组. 民营企业的比重[DS", "编写组. 国有企业的比重[DS"),
    ),
    "title, slides": ("pptx", slide(5, "民营企业的比重", "国有企业的比重", 1)),
    "foot, slides": ("pptx", slide(4, "单位：亿元。", "单位：万元。")),
    "source, slides": ("pptx", slide(4, "网易号（转载）", "统计局")),
    "sentence in notes": ("pptx", notes("民营企业：3841.9亿元", "民营企业：3941.9亿元")),
    "edition in the foot": ("pptx", slide(4, f"》版次 {NAME}", "》版次 2026-10")),
    "alternative text": ("docx", body("3841.9亿元。（fig", "3941.9亿元。（fig")),
    "the list at the end": ("docx", body("8006.8亿元〔trade.total〕", "9006.8亿元〔trade.total〕")),
    "number struck through": ("docx", looked(lambda font: setattr(font, "strike", True))),
    "number hidden": ("docx", looked(lambda font: setattr(font, "hidden", True))),
    "number white": ("docx", looked(white)),
    "number a speck": ("docx", looked(lambda font: setattr(font, "size", Pt(1)))),
    "subject before a number": ("docx", body("年进出口总值", "年一般贸易")),
    "flow beside a number": ("docx", body("，增长12%", "，出口增长12%")),
    # words added to a text of the book
    "caption and a unit": ("docx", in_paragraph("图2　", "…，万元")),
    "caption and another measure": ("docx", in_paragraph("图2　", "…（按美元计，含加工贸易在内）")),
    "caption denied": ("docx", in_paragraph("图2　", "图2　并非民营企业的比重")),
    "summary and more": (
        "docx",
        body("民营企业的比重（图2）。", "民营企业的比重（图2），国企也是。"),
    ),
    "title and more": ("docx", in_paragraph("民营企业的比重", "…，国有企业也是")),
    "source line and more": ("docx", in_paragraph("数据来源", "…以上均为美元值。")),
    "sentence led in": ("docx", in_paragraph("民营企业：", "据初步估计，…")),
    "sentence and its measure": ("docx", in_paragraph("民营企业：", "…以上单位为美元。")),
    "title and more, slides": ("pptx", box_text("民营企业的比重", "民营企业的比重，美元值", -1)),
    "foot and more, slides": ("pptx", box_text("单位：亿元。", "单位：亿元。含美元值。")),
    "a claim at a figure, a digit": ("docx", at_figure(PRIVATE.replace("38", "48"))),
    # a line that lost what it is subject to
    "a source that no longer says derived": ("docx", body(DERIVED, "")),
    "a source that no longer says derived, nor a unit": ("docx", in_paragraph(MIXED, ONE_SOURCE)),
    "a foot that no longer says derived, slides": ("pptx", box_text(DERIVED, "", -1)),
    "a source fewer": ("docx", body("；重庆日报，2023-01-17（b）", "")),
    "the last sources struck out": ("docx", in_paragraph(SEVERAL, f"{SEVERAL}。")),
    "the last sentence of a note": ("docx", body(NOTE.partition("。")[2], "")),
    "the first sentence of a note": ("docx", body(NOTE.partition("2019")[0], "")),
    "another money behind a figure's source": ("docx", behind(FOOT, "以上均为美元值。")),
    "another unit behind a figure's source": ("docx", behind(FOOT, "单位：万元")),
    "another unit further behind": ("docx", behind(FOOT, "自己的一段话。", "（单位：万元）")),
    "numbers of a figure told of other rows": (
        "docx",
        at_figure("图2显示，民营企业的比重2022年为43.7%。", "图2　"),
    ),
    "a source of one's own in a caption": (
        "docx",
        in_paragraph("图2　", "图2　民营企业的比重（数据来源：重庆统计年鉴）"),
    ),
    "a rise of a figure told as a fall": (
        "docx",
        at_figure("图2显示，民营企业的比重由43.7%降到2022年的45.9%。", "图2　"),
    ),
    "another year of a figure": ("docx", at_figure("图中数据为2024年数。")),
    "a caption of one's own with a unit": (
        "docx",
        in_paragraph("图1　", "图1　民企进出口（万元）"),
    ),
    "another money behind a number": (
        "docx",
        behind("2025年进出口总值", "以上均为美元值。"),
    ),
    "another unit at a figure's numbers": ("docx", behind("附表1", "单位：万元")),
    "another money on a figure's slide": ("pptx", box_on(3, "以上均为美元值")),
    "a figure's number that there is not": ("docx", at_figure("如图9所示，民企最多。")),
    "a figure before, captions not counted": ("docx", in_word(own_figure_before)),
    "another unit below a caption": ("docx", unit_below_caption("（单位：万美元）")),
    "another unit at a chart": ("pptx", on_slides(unit_at_chart)),
    # texts of the book beside another figure
    "captions exchanged": ("docx", exchange_paragraphs("图1　", "图2　")),
    "sentences exchanged": ("docx", exchange_paragraphs("2021：43.7%", "各系列")),
    "pictures and their marks exchanged": ("docx", in_word(exchange_drawings)),
    "caption copied to another figure": ("docx", in_paragraph("图1　", "图1　民营企业的比重")),
    "heading copied to another figure": ("docx", in_paragraph("民营企业的比重", "出口与进口")),
    "summary refers to another figure": (
        "docx",
        body("民营企业的比重（图2）", "民营企业的比重（图1）"),
    ),
    "a table's caption names another figure": ("docx", body("图1的数值", "图2的数值")),
    "a table's caption and a unit": ("docx", body("图1的数值", "图1的数值，万元")),
    "heading of the tables and a unit": ("docx", body("附：图中数值", "附：图中数值（万美元）")),
    "summary led in": ("docx", body("民营企业的比重（图2）", "并非民营企业的比重（图2）")),
    "feet exchanged, slides": ("pptx", on_slides(exchange_feet)),
    "titles exchanged, slides": ("pptx", on_slides(exchange_titles)),
    "titles exchanged on one slide": ("pptx", both_on_one_slide(True)),
    "month below the title": ("docx", body("2026年11月", "2027年11月")),
    "month below the title, slides": ("pptx", box_text("2026年11月", "2027年11月")),
    # pictures
    "another picture under the caption": ("docx", in_word(picture_under_caption)),
    "pictures exchanged": ("docx", in_word(exchange_pictures)),
    "cropped": ("docx", in_word(cropped)),
    "red for blue": ("docx", media(with_picture(exchanged))),
    "washed out by Word": ("docx", in_blip('<a:lum bright="70000" contrast="-70000"/>')),
    "made transparent": ("docx", in_blip('<a:alphaModFix amt="20000"/>')),
    "washed out in the file": ("docx", media(washed)),
    "painted over": ("docx", media(repainted(True))),
    "painted over, alt text gone": ("docx", both(media(repainted(True)), in_word(no_alt))),
    "painted over, nothing known": ("docx", both(media(repainted(False)), in_word(no_alt))),
    "a letter gone in a screenshot, half as large": (
        "docx",
        lambda data: media(screenshot(0.45, edit=a_letter_gone))(data),
    ),
    "a letter gone in a screenshot": (
        "docx",
        lambda data: media(screenshot(0.83, edit=a_letter_gone))(data),
    ),
    "picture gone": ("docx", in_document("<w:drawing>.*?</w:drawing>", "")),
    "picture cropped on a slide": (
        "pptx",
        slide(7, "<a:stretch>", '<a:srcRect b="30000"/><a:stretch>'),
    ),
    "mirrored": ("docx", body("<a:xfrm>", '<a:xfrm flipH="1">', 1)),
    "squeezed": ("docx", squeezed),
    "another drawing over the picture": ("docx", in_word(drawing_over)),
    "a shape over a picture": ("pptx", on_slides(shape_over(6))),
    "a shape over a chart": ("pptx", on_slides(shape_over(3))),
    "a shape over a group": ("pptx", on_slides(over_a_group)),
    "a shape over a picture, saved": ("pptx", on_slides(over_as_powerpoint_saves)),
    "a picture that is a speck": ("docx", in_word(speck)),
    "a picture deleted by tracking": ("docx", in_word(deleted_by_tracking)),
    "a picture of one's own above a caption": ("docx", in_word(own_picture_instead)),
    "a filled shape over a picture": ("pptx", drawn_over(6)),
    "a stroke through a chart": ("pptx", drawn_over(3, "line")),
    "a picture off its slide": ("pptx", on_slides(off_slide)),
    "a hidden slide": ("pptx", slide(7, "<p:sld ", '<p:sld show="0" ', 1)),
    "a hidden picture": ("docx", body("<wp:docPr ", '<wp:docPr hidden="1" ', 1)),
    # tables
    "cell": ("docx", cell(1, 3, -2, "99.9%")),
    "cell's unit": ("docx", cell(0, 1, 1, "3841.9万元")),
    "cell's year": ("docx", cell(1, 3, 0, "2031")),
    "two cells exchanged": ("docx", in_word(exchange_cells)),
    "heading renamed": ("docx", cell(1, 0, -2, "数额")),
    "heading renamed and a cell": ("docx", both(cell(1, 0, -2, "数额"), cell(1, 3, -2, "99.9%"))),
    "a cell too few": ("docx", in_word(row_gone_short)),
    "a cell too many": ("docx", in_word(row_too_long)),
    "cell in a content control": ("docx", in_word(cell_in_control)),
    "table before its caption": ("docx", in_word(table_first)),
    # native charts
    "a value": ("pptx", series_values(0, first_value)),
    "categories": ("pptx", chart(1, ">民营企业<", ">国有企业<")),
    "categories and sheet": ("pptx", series_values(1, exchanged_years)),
    "a year of the categories": ("pptx", series_values(1, year_earlier)),
    "a category left out": ("pptx", series_values(1, last_left_out)),
    "names of series exchanged": ("pptx", series_values(2, exchanged_names)),
    "a label": ("pptx", on_slides(labelled)),
    "a bar that nobody sees": ("pptx", unseen(False)),
    "bars that nobody sees": ("pptx", unseen(True)),
    "a printed label": ("pptx", chart(3, "超4700亿元", "超5700亿元")),
    "a label's word": ("pptx", chart(3, "超4700亿元", "4700亿元")),
    "its sheet alone": ("pptx", on_slides(sheet_alone)),
    "number format": ("pptx", on_slides(number_format)),
    "axis cut": ("pptx", on_slides(cut_axis)),
    "chart's marks gone, and a value": (
        "pptx",
        both(series_values(0, first_value), on_slides(figure_gone_from)),
    ),
    "title of one's own": ("pptx", on_slides(own_title)),
    "axis in thousands": ("pptx", chart(3, "</c:valAx>", DISPLAYED)),
    "stacked": ("pptx", chart(3, 'grouping val="clustered"', 'grouping val="percentStacked"')),
    "a line of trend": ("pptx", chart(2, "<c:cat>", TREND, 1)),
    "gaps drawn as zero": (
        "pptx",
        chart(2, 'dispBlanksAs val="gap"', 'dispBlanksAs val="zero"'),
    ),
    "lines cut off below": ("pptx", axis(2, minimum_scale=2500.0)),
    "lines made flat": ("pptx", axis(2, maximum_scale=90000.0)),
    "an axis upside down": ("pptx", axis(1, reverse_order=True)),
    "bars from elsewhere": (
        "pptx",
        chart(1, '<c:crosses val="autoZero"/>', '<c:crossesAt val="20"/>'),
    ),
    "gap filled": ("pptx", chart(2, "2019（没有查到）", "2019")),
    # files by themselves
    "text in an SVG": ("svg", swap("3841.9", "3941.9")),
    "path in an SVG": ("svg", lambda data: re.sub(rb'd="M0', b'd="M9', data, count=1)),
    "painted over, PNG": ("png", repainted(True)),
    "washed out, PNG": ("png", washed),
}


@pytest.mark.parametrize(("form", "edit"), WRONG.values(), ids=WRONG)
def test_nothing_altered_passes(root, made, form, edit):
    content = edit(made[form])
    assert content != made[form]
    found = verify.verify(root, content, f"x.{form}", NAME)
    assert any(item.verdict != verify.STANDS for item in found), [item.name for item in found]


def test_the_unaltered_stands(root, made, figures):
    for form in made:
        found = verify.verify(root, made[form], f"x.{form}", NAME)
        assert {item.verdict for item in found} == {verify.STANDS}, form
        assert {item.name for item in found} >= {figures[0].id}
    names = {item.name for item in verify.verify(root, made["docx"], "x.docx", NAME)}
    assert {f"trade.{key}" for key in GLUED} < names


def saved_as(form, **options):
    def change(data):
        out = io.BytesIO()
        Image.open(io.BytesIO(data)).convert("RGB").save(out, form, **options)
        return out.getvalue()

    return change


def screenshot(part, sides=(6, 4, 8, 5), edit=None):
    """A picture of a picture: some of its margins gone, at another size."""

    def change(data):
        out, opened = io.BytesIO(), Image.open(io.BytesIO(data)).convert("RGB")
        if edit:
            edit(opened)
        left, top, right, bottom = sides
        cut = opened.crop((left, top, opened.width - right, opened.height - bottom))
        size = int(cut.width * part), int(cut.height * part)
        cut.resize(size, Image.Resampling.LANCZOS).save(out, "PNG")
        return out.getvalue()

    return change


def a_letter_gone(opened):
    """In the middle of what is dark: a digit, or a part of one."""
    dark = [
        (x, y)
        for y in range(0, opened.height, 2)
        for x in range(0, opened.width, 2)
        if sum(opened.getpixel((x, y))) < 240
    ]
    x, y = dark[len(dark) // 2]
    opened.paste("white", (x - 6, y - 8, x + 6, y + 8))


def fewer_colours(number):
    def change(data):
        out = io.BytesIO()
        Image.open(io.BytesIO(data)).convert("RGB").quantize(number).save(out, "PNG")
        return out.getvalue()

    return change


def bordered(width):
    def change(data):
        opened, out = Image.open(io.BytesIO(data)).convert("RGB"), io.BytesIO()
        around = Image.new("RGB", (opened.width + 2 * width, opened.height + 2 * width), "white")
        around.paste(opened, (width, width))
        around.save(out, "PNG")
        return out.getvalue()

    return change


def own_paragraph(opened):
    opened.add_paragraph("另据海关数据，重庆出口汽车。")


def row_left_out(opened):
    opened.tables[1]._tbl.remove(opened.tables[1].rows[2]._tr)


#: What is no change of what the book said.
RIGHT = {
    "thousands": ("docx", body("8006.8亿元", "8,006.8亿元")),
    "full width": ("docx", body("8006.8亿元", "８００６．８亿元")),
    "thousands, slides": ("pptx", box_text("8006.8", "8,006.8", -1)),
    "full width, slides": ("pptx", box_text("8006.8", "８００６．８", -1)),
    "thousands in a cell": ("docx", cell(0, 1, 1, "3,841.9亿元")),
    "full width in a cell": ("docx", cell(0, 1, 1, "３８４１．９亿元")),
    "JPEG of quality 75": ("docx", media(saved_as("JPEG", quality=75))),
    "JPEG of quality 90": ("docx", media(saved_as("JPEG", quality=90))),
    "a number rounded in a cell": ("docx", cell(0, 1, 1, "3842亿元")),
    "a number of another scale in a cell": ("docx", cell(0, 1, 1, "0.38419万亿元")),
    "a margin in Word": ("docx", in_word(widened)),
    "without colours": ("docx", media(with_picture(ImageOps.grayscale))),
    "shown without colours": ("docx", in_word(shown_grey)),
    "128 colours": ("docx", media(fewer_colours(128))),
    "white border": ("docx", media(bordered(6))),
    "screenshot, half as large": ("docx", media(screenshot(0.45))),
    "screenshot, a little smaller": ("docx", media(screenshot(0.83, (3, 0, 5, 2)))),
    "screenshot, larger": ("docx", media(screenshot(1.2))),
    "words behind a sentence": ("docx", body("万辆。", "万辆。值得注意。")),
    "a paragraph of one's own": ("docx", in_word(own_paragraph)),
    "alternative texts gone": ("docx", in_word(no_alt)),
    "a row left out": ("docx", in_word(row_left_out)),
    "a table of one's own": ("docx", in_word(lambda opened: opened.add_table(2, 2))),
    "a sentence of one's own behind the book's": (
        "docx",
        in_paragraph("民营企业：", "…这比上年有明显增长。"),
    ),
    "a claim at a figure": ("docx", at_figure(PRIVATE)),
    "a claim in a paragraph at a figure": ("docx", at_figure(f"我们看到，{PRIVATE}这不少了。")),
    "an own table with its unit behind a figure": ("docx", in_word(own_table_behind_a_figure)),
    "own numbers and what they are": (
        "docx",
        behind(FOOT, "2025年我区进出口780亿美元。", "以上均为美元值。"),
    ),
    "its own unit behind a figure's source": ("docx", behind(FOOT, "单位：人民币亿元")),
    "numbers of a figure told as they are": (
        "docx",
        at_figure("图2显示，民营企业的比重由2021年的43.7%升到2022年的45.9%。", "图2　"),
    ),
    "a figure's number": ("docx", at_figure("图1显示，民企最多（见图2）。")),
    "its own unit below a caption": ("docx", unit_below_caption("单位：亿元")),
    "a caption of one's own": ("docx", in_paragraph("图2　", "图2　我市民企占比稳步上升")),
    "a heading numbered by hand": ("docx", in_paragraph("民营企业的比重", "（二）…")),
    "a caption above its figure": ("docx", moved("图2　", "2021：43.7%")),
    "figures side by side": ("docx", in_word(side_by_side)),
    "a list of figures": ("docx", in_word(list_of_figures)),
    "figures in an annex": ("docx", in_word(figures_in_an_annex)),
    "a section of one's own": ("docx", in_word(own_section)),
    "a summary that is no list": ("docx", in_word(without_lists)),
    "a logo on each slide": ("pptx", on_slides(logos)),
    "two figures on a slide": ("pptx", both_on_one_slide(False)),
    "an empty box over a picture": ("pptx", empty_box_over(6)),
    "zero on an axis": ("pptx", axis(2, minimum_scale=0.0)),
    "a chart's alternative text gone": ("pptx", on_slides(figure_gone_from)),
}


@pytest.mark.parametrize(("form", "edit"), RIGHT.values(), ids=RIGHT)
def test_no_false_alarm(root, made, form, edit):
    found = verify.verify(root, edit(made[form]), f"x.{form}", NAME)
    told = [(item.name, item.detail) for item in found if item.verdict != verify.STANDS]
    assert found
    assert told == []


# --- documents that the book did not make


def saved(opened):
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def own_word(*paragraphs, picture=b"", rows=()):
    opened = docx.Document()
    for text in paragraphs:
        opened.add_paragraph(text)
    if picture:
        opened.add_picture(io.BytesIO(picture))
    table = opened.add_table(0, len(rows[0])) if rows else None
    for row in rows:
        for cell_, text in zip(table.add_row().cells, row, strict=True):
            cell_.text = text
    return saved(opened)


def own_slides(picture):
    opened = pptx.Presentation()
    opened.slides.add_slide(opened.slide_layouts[6]).shapes.add_picture(io.BytesIO(picture), 0, 0)
    return saved(opened)


def told(root, content, name):
    return {
        (item.kind, item.name, item.verdict) for item in verify.verify(root, content, name, NAME)
    }


def test_a_picture_pasted_into_ones_own_document_is_known(root, made, figures):
    name = figures[0].id
    for content, end in (
        (own_word(picture=made["png"]), "docx"),
        (own_slides(made["png"]), "pptx"),
    ):
        assert told(root, content, f"x.{end}") == {("figure", name, verify.STANDS)}
    content = own_word(picture=repainted(True)(made["png"]))
    assert told(root, content, "x.docx") == {("figure", name, verify.ALTERED)}


def test_the_numbers_of_a_figure_pasted_beside_it(root, made, figures):
    """A table without a mark is compared by its headings, or said not to be."""
    entry = entry_of(store.find(root, NAME), figures[1].id)
    laid = briefing.numbers_table(entry)
    shown = picture(figures[1], "png")
    copied = [laid.heads, *laid.rows]
    for rows, verdict in (
        (copied, verify.STANDS),
        ([*copied, ("2030", *copied[3][1:])], verify.ALTERED),
        ([("年份", "占比"), *(row[:2] for row in copied[3:5])], verify.LOST),
    ):
        found = told(root, own_word(picture=shown, rows=rows), "x.docx")
        assert {item for item in found if item[0] == "table"} == {("table", entry.id, verdict)}
    # of these one number is in the figure, and may be by chance
    own = own_word(picture=shown, rows=[("年份", "占比"), ("2021", "43.7%"), ("2022", "15.9%")])
    assert {verdict for *_, verdict in told(root, own, "x.docx")} == {verify.STANDS}


def test_a_drawing_pasted_into_slides_is_known(root, made, figures):
    """As PowerPoint keeps an SVG: beside a picture for older programs."""
    space = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
    opened = pptx.Presentation()
    shown = opened.slides.add_slide(opened.slide_layouts[6])
    grey = io.BytesIO()
    Image.new("RGB", (60, 20), "grey").save(grey, "PNG")
    pasted = shown.shapes.add_picture(grey, 0, 0)
    from lxml import etree
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    for name, drawing, verdict in (
        ("a", made["svg"], verify.STANDS),
        ("b", made["svg"].replace(b"3841.9", b"3941.9"), verify.ALTERED),
    ):
        part = Part(
            PackURI(f"/ppt/media/{name}.svg"), "image/svg+xml", opened.part.package, drawing
        )
        relation = shown.part.relate_to(part, "http://x/image")
        blip = next(pasted._element.iter(qn("a:blip")))
        for child in list(blip):
            blip.remove(child)
        inner = etree.SubElement(blip, f"{{{space}}}svgBlip")
        inner.set(qn("r:embed"), relation)
        assert told(root, saved(opened), "x.pptx") == {("figure", figures[0].id, verdict)}


@pytest.mark.parametrize("style", ["line", "gbt7714", "apa"])
def test_a_citation_pasted_as_text_is_asked(root, figures, style):
    listed = json.loads((store.find(root, NAME) / "site" / "figures.json").read_text("utf-8"))
    cited = listed["figures"][0]["citations"][style]
    content = own_word(f"据此，{cited}")
    assert told(root, content, "x.docx") == {("citation", figures[0].id, verify.STANDS)}
    content = own_word(cited.replace(NAME, "2019-01"))
    assert told(root, content, "x.docx") == {("citation", figures[0].id, verify.UNKNOWN)}
    # beside a picture that says nothing of itself, nobody knows whether it is the figure
    grey = io.BytesIO()
    Image.new("RGB", (60, 20), "grey").save(grey, "PNG")
    content = own_word(cited, picture=grey.getvalue())
    assert told(root, content, "x.docx") == {("citation", figures[0].id, verify.LOST)}


def test_the_source_of_a_pasted_citation_is_compared(root):
    listed = json.loads((store.find(root, NAME) / "site" / "figures.json").read_text("utf-8"))
    cited = listed["figures"][1]["citations"]["line"].replace("2023-01-17", "2024-01-17")
    found = verify.verify(root, own_word(cited), "x.docx", NAME)
    assert verify.ALTERED in {item.verdict for item in found}


def test_pages_of_merged_pdfs_are_known_by_what_they_print(root, made, figures):
    from pypdf import PdfReader, PdfWriter

    merged = PdfWriter()
    merged.add_blank_page(200, 200)
    merged.append(PdfReader(io.BytesIO(made["pdf"])))
    out = io.BytesIO()
    merged.write(out)
    assert told(root, out.getvalue(), "x.pdf") == {("citation", figures[0].id, verify.LOST)}


def test_the_content_of_a_page_under_the_metadata_of_another(root, made, figures):
    from pypdf import PdfReader, PdfWriter

    wrong = PdfWriter(clone_from=PdfReader(io.BytesIO(picture(figures[1], "pdf"))))
    wrong.add_metadata(dict(PdfReader(io.BytesIO(made["pdf"])).metadata))
    out = io.BytesIO()
    wrong.write(out)
    assert ("figure", figures[0].id, verify.ALTERED) in told(root, out.getvalue(), "x.pdf")
    same = PdfWriter(clone_from=PdfReader(io.BytesIO(made["pdf"])))
    same.add_metadata({"/Producer": "another program"})
    out = io.BytesIO()
    same.write(out)
    assert ("figure", figures[0].id, verify.LOST) in told(root, out.getvalue(), "x.pdf")


def test_without_its_properties_a_document_says_its_edition_all_the_same(root, made):
    def gone(data):
        return re.sub(rb"<cp:keywords>.*?</cp:keywords>", b"", data)

    for form in ("docx", "pptx"):
        content = parts(("docProps/core.xml", gone))(made[form])
        assert {verdict for *_, verdict in told(root, content, f"x.{form}")} == {verify.STANDS}


def test_a_heading_that_no_longer_says_derived_is_told():
    """The table is the book's all the same: who strikes the mark out may have changed cells too."""
    rows = (("12天", "3.5%以下"), ("15天", "2.8%以下"))
    about = {"id": "tab-x", "title": "表", "subtitle": "", "data": "", "citations": {}}
    about |= {"sources": (), "files": {}, "rows": rows}
    entry = TableEntry(**about, columns=("早到", "2025年（推算）"))

    def said(*heads):
        return altered_table(Cited("table", "tab-x", NAME, heads=heads, rows=rows), entry)

    assert said("早到", "2025年（推算）") == ("", "")
    assert said("早到", "2025年") == ("表头“2025年”少了“（推算）”：这一列是本书推算的", "")
    assert said("早到", "2024年") == ("", "表头不是本书的（早到、2024年），没有比较")
    both = TableEntry(**about | {"rows": ()}, columns=("早到", "2025年（推算）", "2025年"))
    assert columns_shown(("早到", "2025年"), both) == (0, 2)
