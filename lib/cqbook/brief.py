"""A briefing from figures and numbers of an edition, that can be asked later if it still stands.

A briefing is a list of figure ids, or a small Markdown file: ``#`` headings, paragraphs, ``-``
items, a figure on a line of its own (``{{ fig-… }}``), and numbers in the text as keys of the
edition (``{{ trade.total }}``). The same file next month gives the same briefing with new numbers.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cqbook import theme
from cqbook.catalog import DataError
from cqbook.containers import content_of, opened, whole
from cqbook.contracts import visible
from cqbook.exports import AUTHOR, undated
from cqbook.facts import UNPUBLISHED
from cqbook.publication import exhibits, manifest_of

FIGURE = re.compile(r"\{\{\s{0,9}(fig-[a-z0-9-]{1,80})\s{0,9}\}\}")
NUMBER = re.compile(r"\{\{\s{0,9}([a-z0-9-]{1,80})\.([a-z][a-z0-9_]{0,80})\s{0,9}\}\}")
ANY = re.compile(r"\{\{(.{0,200}?)\}\}|\{\{")
#: Characters that no XML can hold. Patterns here have bounds: what they are tried on is anybody's.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: What alternative texts and captions carry of a figure's identity.
MARK = "{id}｜版次 {edition}｜数据 {data}"
MARK_PATTERN = re.compile(
    r"(?<![a-z0-9-])(?P<id>fig-[a-z0-9-]{1,80})｜版次 (?P<edition>[\w.-]{1,80})"
    r"｜数据 (?P<data>[0-9a-f]{16})"
)
#: The core property that says which edition the numbers of a document are of.
EDITION_PATTERN = re.compile(r"cqbook edition=(?P<edition>[\w.-]{1,80})")
#: How a slide's text box (in its name) and the end of a Word document (in print) say which numbers
#: of the book they hold: paper and PDF lose the bookmarks.
NUMBER_MARK = "数 {name}＝{text}｜版次 {edition}"
NUMBER_PATTERN = re.compile(
    r"数 (?P<page>[a-z0-9-]{1,80})\.(?P<key>[a-z][a-z0-9_]{0,80})＝(?P<text>[^｜＝]{0,400})"
    r"｜版次 (?P<edition>[\w.-]{1,80})"
)
WIDTH_CM = 16.0
#: Rows of data set below a figure; all of them are in the files of the figure.
ROWS = 15
TABLE = {"group": "系列", "label": "项目", "full": "数值", "status": "性质"}


@dataclass(frozen=True)
class Block:
    """A piece of a briefing: ``heading`` (with level), ``text``, ``item`` or ``figure``."""

    kind: str
    text: str
    level: int = 0


def blocks_of_figures(figures: Iterable[str]) -> list[Block]:
    """Return a briefing that is a list of figures."""
    return [Block("figure", name) for name in figures]


def blocks_of_markdown(text: str) -> list[Block]:
    """Read a briefing written as Markdown.

    Raises
    ------
    DataError
        If something in double braces is neither a figure nor a number; with its line.
    """
    found: list[Block] = []
    open_text = False
    # lines as an editor counts them: not at every separator that Unicode has
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        plain = line.strip()
        bad = UNPRINTABLE.search(plain)
        if bad:
            code = f"U+{ord(bad[0]):04X}"
            msg = f"第{number}行：有控制字符 {code} | line {number}: control character {code}"
            raise DataError(msg)
        for inner in ANY.finditer(plain):
            if not FIGURE.fullmatch(inner[0]) and not NUMBER.fullmatch(inner[0]):
                msg = (
                    f"第{number}行：{visible(inner[0])} 应为 {{{{ fig-… }}}} 或 {{{{ 页.名 }}}}"
                    f" | line {number}: {visible(inner[0])} is neither a figure nor page.key"
                )
                raise DataError(msg)
        figure, head = FIGURE.fullmatch(plain), re.match(r"(#{1,4})\s+(.*)", plain)
        if not plain:
            open_text = False
            continue
        if figure:
            found.append(Block("figure", figure[1]))
        elif FIGURE.search(plain):
            msg = f"第{number}行：图应独占一行 | line {number}: a figure has a line of its own"
            raise DataError(msg)
        elif head:
            found.append(Block("heading", head[2], len(head[1])))
        elif plain.startswith("- "):
            found.append(Block("item", plain[2:]))
        elif open_text:
            found[-1] = Block("text", found[-1].text + plain)
            continue
        else:
            found.append(Block("text", plain))
            open_text = True
            continue
        open_text = False
    return found


def number(manifest: Mapping[str, Any], page: str, key: str) -> str:
    """Return a glued text of an edition.

    Raises
    ------
    DataError
        If there is none; the message names the nearest.
    """
    known = {
        f"{name}.{item}": text
        for name, items in manifest["glued"].items()
        for item, text in items.items()
    }
    wanted = f"{page}.{key}"
    if wanted not in known:
        near = "、".join(difflib.get_close_matches(wanted, known, n=3, cutoff=0.4)) or "无"
        msg = (
            f"版次 {manifest['edition']} 中没有数 {wanted}；相近的：{near}"
            f" | no number {wanted!r} in edition {manifest['edition']}; near ones: {near}"
        )
        raise DataError(msg)
    return known[wanted]


def bookmark(page: str, key: str) -> str:
    """Return the name of the bookmark around a number; word processors keep bookmarks."""
    return "cq_" + hashlib.sha256(f"{page}.{key}".encode()).hexdigest()[:20]


def number_mark(name: str, text: str, manifest: Mapping[str, Any]) -> str:
    """Return the identity of a number as the name of a text box or print carries it."""
    return NUMBER_MARK.format(name=name, text=text, edition=manifest["edition"])


def mark(entry: Mapping[str, Any], edition: str) -> str:
    """Return the identity of a figure as alternative texts and captions carry it."""
    return MARK.format(id=entry["id"], edition=edition, data=entry["data"][:16])


def docx(blocks: Iterable[Block], edition: Path, template: Path | None = None) -> bytes:
    """Return a briefing as a Word document; the same input gives the same bytes.

    Parameters
    ----------
    blocks : iterable of Block
    edition : Path
        Folder of the edition (see `publication.find`).
    template : Path, optional
        A document whose styles and page are taken; its text is left out.

    Raises
    ------
    DataError
        If a figure or a number is not in the edition.
    """
    import docx as word

    manifest = manifest_of(edition)
    made = _begun(word.Document, template)
    if template:
        body = made.element.body
        for child in list(body):
            if not child.tag.endswith("}sectPr"):
                body.remove(child)
    else:
        _house(made)
    cited: dict[str, Mapping[str, Any]] = {}
    writer = _Writer(made, edition, manifest, cited)
    for block in blocks:
        writer.write(block)
    if cited:
        made.add_heading("引用", level=1)
        for entry in cited.values():
            made.add_paragraph(entry["citations"]["gbt7714"], style="List Number")
    if writer.numbers:
        made.add_heading("文中数字", level=1)
        made.add_paragraph("；".join(writer.numbers))
    facts = made.core_properties
    facts.author = AUTHOR
    facts.title = next((item.text for item in made.paragraphs if item.text), "")
    facts.keywords = f"cqbook edition={manifest['edition']} {' '.join(cited)}"
    facts.comments = ""
    facts.created = facts.modified = theme.EPOCH
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())


def _begun(new: Callable[[Any], Any], template: Path | None) -> Any:  # noqa: ANN401
    """Return a new document, or one of the template's styles.

    Raises
    ------
    DataError
        If the template is no intact document.
    """
    if not template:
        return new(None)
    content = content_of(template)
    opened(content, template.name).close()
    with whole(template.name):
        return new(io.BytesIO(content))


def _house(made: Any) -> None:  # noqa: ANN401 - python-docx's document
    """Set A4 and fonts that Word and LibreOffice have for Chinese."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.5)
    # which Chinese: else the stops are set as in Taiwan
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    fonts = {"Normal": ("宋体", 11), "Caption": ("黑体", 10), "List Bullet": ("宋体", 11)}
    fonts |= {"List Number": ("宋体", 10)} | {
        f"Heading {n}": ("黑体", 18 - 2 * n) for n in (1, 2, 3)
    }
    for name, (chinese, size) in fonts.items():
        style = made.styles[name]
        style.font.name, style.font.size = "Times New Roman", Pt(size)
        style.font.color.rgb = RGBColor(0x1F, 0x29, 0x33)
        fonts_of = style.element.get_or_add_rPr().get_or_add_rFonts()
        for place in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts_of.attrib.pop(qn(f"w:{place}"), None)
        fonts_of.set(qn("w:eastAsia"), chinese)


@dataclass
class _Writer:
    """Writes blocks into a document."""

    made: Any
    edition: Path
    manifest: Mapping[str, Any]
    cited: dict[str, Mapping[str, Any]]
    marks: int = 0
    numbers: dict[str, None] = field(default_factory=dict)

    def write(self, block: Block) -> None:
        if block.kind == "heading":
            self._filled(self.made.add_heading(level=block.level), block.text)
        elif block.kind == "text":
            self._filled(self.made.add_paragraph(), block.text)
        elif block.kind == "item":
            self._filled(self.made.add_paragraph(style="List Bullet"), block.text)
        else:
            self._figure(block.text)

    def _filled(self, paragraph: Any, text: str) -> None:  # noqa: ANN401
        """Add a text whose numbers stand between bookmarks."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        place = 0
        for found in NUMBER.finditer(text):
            paragraph.add_run(text[place : found.start()])
            value = number(self.manifest, found[1], found[2])
            self.numbers[number_mark(f"{found[1]}.{found[2]}", value, self.manifest)] = None
            ends = [OxmlElement(f"w:bookmark{end}") for end in ("Start", "End")]
            for end in ends:
                end.set(qn("w:id"), str(self.marks))
            ends[0].set(qn("w:name"), f"{bookmark(found[1], found[2])}_{self.marks}")
            self.marks += 1
            paragraph._p.append(ends[0])
            paragraph.add_run(value)
            paragraph._p.append(ends[1])
            place = found.end()
        paragraph.add_run(text[place:])

    def _figure(self, identifier: str) -> None:
        from docx.shared import Cm

        entry = exhibits(self.edition, identifier)
        if not entry["files"]:
            msg = f"{identifier} 没有可画的数据 | {identifier} has nothing to draw"
            raise DataError(msg)
        self.cited[identifier] = entry
        name = self.manifest["edition"]
        self.made.add_heading(entry["title"], level=2)
        self.made.add_paragraph(takeaway(entry))
        picture = (self.edition / "site" / entry["files"]["png"]["path"]).read_bytes()
        drawn = self.made.add_picture(io.BytesIO(picture), width=Cm(WIDTH_CM))
        facts = drawn._inline.docPr
        facts.set("name", identifier)
        facts.set("descr", f"{entry['alt']}（{mark(entry, name)}）")
        self._caption(f"　{entry['title']}｜{mark(entry, name)}")
        source = "；".join(item["label"] for item in entry["sources"]) or "见图注"
        self.made.add_paragraph(f"数据来源：{source}。单位：{entry['unit']}。")
        self._table(entry)

    def _caption(self, text: str) -> None:
        """Add a caption with a number that Word counts."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph = self.made.add_paragraph(style="Caption")
        paragraph.add_run("图 ")
        counter = OxmlElement("w:fldSimple")
        counter.set(qn("w:instr"), " SEQ 图 \\* ARABIC ")
        run = paragraph.add_run(str(len(self.cited)))
        counter.append(run._r)
        paragraph._p.append(counter)
        paragraph.add_run(text)

    def _table(self, entry: Mapping[str, Any]) -> None:
        from docx.oxml import OxmlElement

        rows = entry["rows"]
        columns = [name for name in TABLE if any(row.get(name) for row in rows)]
        table = self.made.add_table(rows=1, cols=len(columns))
        table.style = "Table Grid" if "Table Grid" in self.made.styles else None
        for cell, name in zip(table.rows[0].cells, columns, strict=True):
            cell.text = TABLE[name]
        # the heading comes again on the next page
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for row in rows[:ROWS]:
            for cell, name in zip(table.add_row().cells, columns, strict=True):
                cell.text = str(row.get(name) or "")
        if len(rows) > ROWS:
            self.made.add_paragraph(f"（表中列{ROWS}行，全部{len(rows)}行见数据文件。）")


def takeaway(entry: Mapping[str, Any], most: int = 3) -> str:
    """Return a sentence of the first rows of a figure, as they are printed."""
    parts = [
        f"{row['group'] + '·' if row.get('group') else ''}{row['label']}：{row['full']}"
        for row in entry["rows"]
        if row.get("full")
    ]
    more = f"等{len(parts)}项" if len(parts) > most else ""
    return f"{entry['subtitle']}。{'；'.join(parts[:most])}{more}。"


# --- PowerPoint

CHINESE_SANS = "微软雅黑"


def pptx(blocks: Iterable[Block], edition: Path, template: Path | None = None) -> bytes:
    """Return a briefing as PowerPoint: a slide a figure, text between as slides of its own.

    Bars, columns and lines become native, editable charts with their data sheet; dots, matrices
    and maps the picture. Notes hold source and citation. The same input gives the same bytes.

    Raises
    ------
    DataError
        If a figure or a number is not in the edition.
    """
    import pptx as slides

    manifest = manifest_of(edition)
    made = _begun(slides.Presentation, template)
    if not template:
        # 16:9; the default template is of another age
        made.slide_width, made.slide_height = slides.util.Cm(33.867), slides.util.Cm(19.05)
    listed = made.slides._sldIdLst
    for old in list(listed):
        # of a template only the masters are taken
        made.part.drop_rel(old.rId)
        listed.remove(old)
    cited: list[str] = []
    heading, texts = "", []

    def flush() -> None:
        nonlocal texts, heading
        if heading or texts:
            _text_slide(made, heading, texts, manifest)
        heading, texts = "", []

    for block in blocks:
        if block.kind == "heading":
            flush()
            heading = block.text
        elif block.kind == "figure":
            flush()
            cited.append(block.text)
            _figure_slide(made, exhibits(edition, block.text), edition, manifest["edition"])
        else:
            texts.append(block.text)
    flush()
    facts = made.core_properties
    facts.author = AUTHOR
    facts.keywords = f"cqbook edition={manifest['edition']} {' '.join(cited)}"
    facts.created = facts.modified = theme.EPOCH
    facts.last_modified_by = AUTHOR
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())


def _blank_slide(made: Any, title: str) -> Any:  # noqa: ANN401 - python-pptx's slide
    """Return a new slide with only a title."""
    layouts = made.slide_layouts
    layout = layouts.get_by_name("Title Only") or layouts[min(5, len(layouts) - 1)]
    slide = made.slides.add_slide(layout)
    if slide.shapes.title is not None:
        slide.shapes.title.text = title
        slide.shapes.title.left, slide.shapes.title.width = made.slide_width // 20, _wide(made)
        slide.shapes.title.top, slide.shapes.title.height = made.slide_height // 25, _part(made, 8)
        _chinese(slide.shapes.title.text_frame, 28)
    return slide


def _wide(made: Any) -> int:  # noqa: ANN401
    return made.slide_width * 9 // 10


def _part(made: Any, of: int) -> int:  # noqa: ANN401
    return made.slide_height // of


def _chinese(frame: Any, size: int) -> None:  # noqa: ANN401 - python-pptx's text frame
    """Set size and fonts, the Chinese one too."""
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(size)
            facts = run._r.get_or_add_rPr()
            facts.set("lang", "zh-CN")
            east = facts.find(qn("a:ea"))
            if east is None:
                east = facts.makeelement(qn("a:ea"), {})
                facts.append(east)
            east.set("typeface", CHINESE_SANS)


def _text_slide(made: Any, heading: str, texts: list[str], manifest: Mapping[str, Any]) -> None:  # noqa: ANN401
    """Add a slide of text; the name of its box says which numbers it holds."""
    slide = _blank_slide(made, _plain(heading, manifest)[0])
    box = slide.shapes.add_textbox(
        made.slide_width // 20, _part(made, 5), _wide(made), _part(made, 2)
    )
    box.text_frame.word_wrap = True
    marks = []
    for place, text in enumerate(texts):
        plain, found = _plain(text, manifest)
        marks += found
        frame = box.text_frame
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.text = plain
    _chinese(box.text_frame, 20)
    if marks:
        # the name: LibreOffice drops alternative texts of slides when it saves
        box._element.nvSpPr.cNvPr.set("name", "；".join(marks))


def _plain(text: str, manifest: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return a text with its numbers in place, and a mark for each."""
    marks = []

    def put(found: re.Match[str]) -> str:
        value = number(manifest, found[1], found[2])
        marks.append(number_mark(f"{found[1]}.{found[2]}", value, manifest))
        return value

    return NUMBER.sub(put, text), marks


def _figure_slide(made: Any, entry: Mapping[str, Any], edition: Path, name: str) -> None:  # noqa: ANN401
    if not entry["files"]:
        msg = f"{entry['id']} 没有可画的数据 | {entry['id']} has nothing to draw"
        raise DataError(msg)
    slide = _blank_slide(made, entry["title"])
    area = (made.slide_width // 20, _part(made, 6), _wide(made), made.slide_height * 2 // 3)
    spec = json.loads(
        (edition / "site" / entry["files"]["vl.json"]["path"]).read_text(encoding="utf-8")
    )
    form = chart_form(spec, entry)
    if form:
        shape = _native(slide, entry | {"zero": _from_zero(spec)}, form, area, _dates(spec))
        facts = shape._element.nvGraphicFramePr.cNvPr
        sheet = shape.chart.part.chart_workbook.xlsx_part
        sheet._blob = _identified(sheet.blob, entry, name)
    else:
        path = edition / "site" / entry["files"]["png"]["path"]
        shape = slide.shapes.add_picture(str(path), area[0], area[1])
        scale = min(area[2] / shape.width, area[3] / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        facts = shape._element.nvPicPr.cNvPr
    facts.set("name", entry["id"])
    facts.set("descr", f"{entry['alt']}（{mark(entry, name)}）")
    source = "；".join(item["label"] for item in entry["sources"]) or "见图注"
    foot = slide.shapes.add_textbox(area[0], made.slide_height * 17 // 20, area[2], _part(made, 10))
    foot.text_frame.word_wrap = True
    foot.text_frame.text = f"单位：{entry['unit']}。数据来源：{source}。{mark(entry, name)}"
    _chinese(foot.text_frame, 11)
    notes = slide.notes_slide.notes_text_frame
    notes.text = "\n".join([takeaway(entry), f"数据来源：{source}", entry["citations"]["gbt7714"]])


def _identified(sheet: bytes, entry: Mapping[str, Any], name: str) -> bytes:
    """Return the data sheet of a native chart with a second one that says what it is and whence."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(sheet))
    # labels that begin with = were written as formulas
    _as_texts(book.active)
    about = book.create_sheet("说明")
    source = "；".join(item["label"] for item in entry["sources"])
    for row in (
        ("图题", entry["title"]),
        ("单位", entry["unit"]),
        ("来源", source),
        ("编号", mark(entry, name)),
        ("引用", entry["citations"]["gbt7714"]),
    ):
        about.append(row)
    _as_texts(about)
    book.properties.description = mark(entry, name)
    book.properties.creator = AUTHOR
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _as_texts(sheet: Any) -> None:  # noqa: ANN401 - openpyxl's worksheet
    """Make texts of what a library took for formulas: a data sheet has none."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"


def chart_form(spec: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """Return the native chart that shows the same as the figure, or ``""``: keep the picture.

    ``bar`` of labels, ``column`` of periods (with series), ``line`` over time; each label once a
    series. Dots with their intervals, matrices and maps have no equal in Office.
    """
    layers = spec.get("layer") or [spec]
    first = layers[0]
    drawn = first.get("mark")
    kind = drawn.get("type") if isinstance(drawn, dict) else drawn
    if kind not in ("bar", "line"):
        return ""
    places = {axis: (first.get("encoding", {}).get(axis) or {}).get("field") for axis in ("x", "y")}
    keys = [(row.get("group"), row["label"]) for row in entry["rows"]]
    if len(set(keys)) != len(keys) or not any(row["value"] is not None for row in entry["rows"]):
        return ""
    forms = {
        ("bar", "value", "label"): "bar",
        ("bar", "label", "value"): "column",
        ("line", "date", "value"): "line",
    }
    return forms.get((kind, places["x"], places["y"]), "")


def _from_zero(spec: Mapping[str, Any]) -> bool:
    """Return whether the value axis of a figure is made to begin at zero."""
    first = (spec.get("layer") or [spec])[0]
    return bool(first["encoding"]["y"].get("scale", {}).get("zero", True))


def _dates(spec: Mapping[str, Any]) -> dict[str, datetime.date]:
    """Return the day that each label of a line chart stands at, in time order."""
    marks = [mark for rows in spec.get("datasets", {}).values() for mark in rows if "date" in mark]
    found = {mark["label"]: datetime.date.fromisoformat(mark["date"]) for mark in marks}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _native(
    slide: Any,  # noqa: ANN401 - python-pptx's slide
    entry: Mapping[str, Any],
    form: str,
    area: tuple[int, ...],
    dates: Mapping[str, datetime.date],
) -> Any:  # noqa: ANN401 - python-pptx's shape
    """Add a chart with its data sheet, in the colours of the house."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Pt

    rows = entry["rows"]
    groups = list(dict.fromkeys(row.get("group") or entry["unit"] for row in rows))
    labels = list(dates) if form == "line" else list(dict.fromkeys(row["label"] for row in rows))
    if form == "bar":
        # Office draws the first category at the bottom
        labels.reverse()
    by_key = {(row.get("group") or entry["unit"], row["label"]): row for row in rows}
    values = {key: row["value"] for key, row in by_key.items()}
    data = CategoryChartData(number_format="General")
    if form == "line":
        data.categories = list(dates.values())
        data.categories.number_format = "yyyy"
    else:
        # a gap is published as a gap; in a line the break says so
        known = {label for (_, label), value in values.items() if value is not None}
        data.categories = [
            label if label in known else f"{label}（{UNPUBLISHED}）" for label in labels
        ]
    for group in groups:
        data.add_series(group, [values.get((group, label)) for label in labels])
    kinds = {
        "bar": XL_CHART_TYPE.BAR_CLUSTERED,
        "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
        "line": XL_CHART_TYPE.LINE_MARKERS,
    }
    shape = slide.shapes.add_chart(kinds[form], *area, data)
    chart = shape.chart
    chart.has_legend = len(groups) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    chart.has_title = False
    chart.font.size = Pt(14)
    plot = chart.plots[0]
    chart.value_axis.visible = form == "line"
    chart.value_axis.has_major_gridlines = form == "line"
    if form == "line":
        _grid(chart)
    else:
        plot.gap_width = 60
    if form != "line" or entry["zero"]:
        # bars begin at zero, lines where the figure's do
        lowest = min(v for v in values.values() if v is not None)
        chart.value_axis.minimum_scale = min(0.0, lowest)
    for place, series in enumerate(plot.series):
        role = (
            "rest" if groups[place].startswith("其余") else theme.SERIES[place % len(theme.SERIES)]
        )
        drawn = [by_key.get((groups[place], label)) for label in labels]
        _dressed(series, form, theme.colour(role), drawn)
    return shape


def _grid(chart: Any) -> None:  # noqa: ANN401 - python-pptx's chart
    """Set the thin grid of a line chart."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_TICK_LABEL_POSITION
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    line = chart.value_axis.major_gridlines.format.line
    line.color.rgb = RGBColor.from_string(theme.colour("grid")[1:].upper())
    line.width = Pt(0.75)
    chart.value_axis.format.line.fill.background()
    # below the plot also where values are negative
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    # a mark a year: else Office sets one for each month
    axis = chart.category_axis._element
    for tag, value in (("majorUnit", "1"), ("majorTimeUnit", "years")):
        step = axis.makeelement(qn(f"c:{tag}"), {"val": value})
        axis.append(step)


def _dressed(
    series: Any,  # noqa: ANN401 - python-pptx's series
    form: str,
    colour: str,
    drawn: list[Mapping[str, Any] | None],
) -> None:
    """Give a series its colour and its numbers the words that they are published with."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE
    from pptx.util import Pt

    full = RGBColor.from_string(colour[1:].upper())
    position = XL_LABEL_POSITION.RIGHT if form == "line" else XL_LABEL_POSITION.OUTSIDE_END
    if form == "line":
        series.smooth = False
        series.format.line.color.rgb = full
        series.format.line.width = Pt(2.5)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 6
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = full
        series.marker.format.line.color.rgb = full
    else:
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = full
        series.invert_if_negative = False
        # of the series, not of the plot: a label of a point's own would put out the others
        series.data_labels.show_value = True
        series.data_labels.number_format = "#,##0.##"
        series.data_labels.number_format_is_linked = False
        series.data_labels.position = position
    known = [index for index, row in enumerate(drawn) if row and row["value"] is not None]
    for index in known:
        row = drawn[index]
        if row["status"] in PALE:
            point = series.points[index]
            fill = (point.marker if form == "line" else point).format.fill
            fill.solid()
            fill.fore_color.rgb = RGBColor.from_string(_pale(colour))
        # a line says its last number; 超4700亿元 is no 4700, and an interval no number
        if index == known[-1] if form == "line" else not PLAIN.fullmatch(row["full"] or ""):
            label = series.points[index].data_label
            label.text_frame.text = row["full"]
            label.position = position


#: What did not happen or was not published is drawn pale, as in the book.
PALE = ("推算", "预计", "计划", "目标")
#: A number that a label can show without a word: the rest keeps its words.
PLAIN = re.compile(r"[-−]?[\d.]+[^\d—]*")


def _pale(colour: str) -> str:
    """Return a colour mixed with white, as RRGGBB."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "".join(f"{round(0.35 * part + 0.65 * 255):02X}" for part in parts)
