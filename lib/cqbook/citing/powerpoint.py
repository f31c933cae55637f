"""Briefings as slides."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from cqbook.citing.alike import surroundings
from cqbook.citing.book_tables import GOES_ON, column_aligns, foot_of_table, printed_rows
from cqbook.citing.briefing import (
    SUMMARY,
    begun,
    column_widths,
    dated,
    ems,
    findings,
    note_line,
    pieces_of,
    reference,
    shown_above,
    slide_foot,
    source,
    takeaway,
    whole_text,
    with_title,
)
from cqbook.citing.entries import (
    FigureEntry,
    Numbers,
    TableEntry,
    entry_of,
    file_of,
    numbers_of,
    spec_of,
    table_entry_of,
)
from cqbook.citing.manuscript import Block, TextRun, TextRuns
from cqbook.citing.marks import PROPERTY_MOST, keywords, mark, number_mark
from cqbook.citing.native_charts import Area, add_chart, chart_form
from cqbook.citing.template import Template
from cqbook.data.catalog import Catalog
from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.errors import DataError

if TYPE_CHECKING:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.oxml.shapes.shared import CT_NonVisualDrawingProps
    from pptx.presentation import Presentation
    from pptx.shapes.autoshape import Shape
    from pptx.slide import Slide, SlideLayout
    from pptx.table import _Cell
    from pptx.text.text import TextFrame, _Paragraph

CHINESE_SANS = "微软雅黑"
#: Ink of titles and text, of what is said in small, and of lines, as RRGGBB.
INK, SOFT = "1F2933", "5B6770"
#: Points of the letters, and how many of these a line of a slide holds at that size.
TITLE_PT, TEXT_PT, SMALL_PT, COVER_PT = 28, 20, 10, 36
#: Lines that a slide of text holds, and letters of a text that stands on the first slide.
_LINES, _LEAD = 11, 160
#: Blocks that begin a slide.
BEGIN_A_SLIDE = ("heading", "figure", "book_table")
#: Points of the letters in a table of the book, and the height of a line of them.
CELL_PT, _LEADING = 14, 1.3
#: What lines lose that end at a word or a stop.
_RAGGED = 1.06
#: Points around what stands in a cell, across and down.
_AROUND, _ABOVE = 16, 6
#: Slides of a deck: to write many takes time by their square.
SLIDES_MOST = 300
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def to_pptx(blocks: Iterable[Block], edition: Path, template: Template | None = None) -> bytes:
    """Return a briefing as PowerPoint: a slide a figure, text between as slides of its own.

    Bars, columns and lines become native, editable charts with their data sheet; dots, matrices
    and maps the picture. Notes hold source and citation. The same input gives the same bytes.

    Raises
    ------
    DataError
        If a figure or a number is not in the edition, or the template has no layout.
    """
    import pptx as slides

    numbers = numbers_of(edition)
    book = Catalog(edition / "data").publication
    made = begun(slides.Presentation, template, "pptx")
    if not template:
        # 16:9; the default template is of another age
        made.slide_width, made.slide_height = slides.util.Cm(33.867), slides.util.Cm(19.05)
    if not len(made.slide_layouts):
        msg = (
            "模板没有版式；在 PowerPoint 的幻灯片母版中加一个，再用"
            " | the template has no layout: add one to its slide master"
        )
        raise DataError(msg)
    all_blocks = with_title(blocks, book.title)
    deck = _Deck(made, edition, numbers)
    lead = deck.lead(all_blocks)
    deck.cover(all_blocks[0].runs, lead)
    said = findings(all_blocks, edition, numbered=False)
    if said:
        items = [Block("item", runs, 1, 1) for runs in said]
        deck.text_slides((TextRun(SUMMARY),), items)
    deck.write_all([all_blocks[0], *all_blocks[1 + len(lead) :]])
    facts = made.core_properties
    facts.author = facts.last_modified_by = book.author[:PROPERTY_MOST]
    facts.title = whole_text(pieces_of(all_blocks[0].runs, numbers))[0][:PROPERTY_MOST]
    facts.keywords = keywords(numbers.edition, deck.cited, deck.quoted)
    facts.created = facts.modified = archives.EPOCH
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())


class _Line(NamedTuple):
    """A paragraph on a slide: what it says, how it is listed, how deep."""

    runs: TextRuns
    kind: Literal["text", "bullet", "number"] = "text"
    level: int = 0
    start: int = 1


@dataclass
class _Deck:
    """A presentation under way; ``quoted``: how many numbers it holds.

    ``cited``: its figures, and its tables of the book.
    """

    made: Presentation
    edition: Path
    numbers: Numbers
    cited: list[str] = field(default_factory=list)
    quoted: int = 0

    # --- where things stand, in EMU

    @property
    def width(self) -> int:
        return int(self.made.slide_width or 0)

    @property
    def height(self) -> int:
        return int(self.made.slide_height or 0)

    @property
    def left(self) -> int:
        """Where all that is set on a slide begins."""
        return self.width // 22

    @property
    def room(self) -> int:
        """How wide it is."""
        return self.width - 2 * self.left

    # --- slides

    def write_all(self, blocks: Sequence[Block]) -> None:
        """Write what stands behind the title: text until a heading, figure or table is a slide."""
        heading: TextRuns = blocks[0].runs
        texts: list[Block] = []
        section = bare = False
        for block in (*blocks[1:], None):
            if block is not None and block.kind not in BEGIN_A_SLIDE:
                texts.append(block)
                continue
            if texts:
                self.text_slides(heading, texts)
                section, texts = False, []
            if block is None:
                # nothing stands below the last heading
                if section and bare:
                    self.cover(heading, closing=True)
            elif block.kind == "heading":
                heading, section = block.runs, True
                bare = True
                continue
            elif block.kind == "figure":
                self.figure(block.text, heading if section else ())
            else:
                self.book_table(block.text, heading if section else ())
            bare = False

    def lead(self, blocks: Sequence[Block]) -> list[Block]:
        """Return the text below the title, as far as it is short: it stands on the first slide."""
        found: list[Block] = []
        for block in blocks[1:]:
            if block.kind != "text":
                break
            found.append(block)
        nothing_else = all(block.kind in BEGIN_A_SLIDE for block in blocks[1:][len(found) :][:1])
        texts = (whole_text(pieces_of(block.runs, self.numbers))[0] for block in found)
        return found if nothing_else and sum(map(len, texts)) <= _LEAD else []

    def cover(self, title: TextRuns, lead: Sequence[Block] = (), *, closing: bool = False) -> None:
        """Add the slide that a deck begins with, or a heading that stands by itself."""
        slide = self._slide()
        top = self.height * 2 // 5
        area = Area(self.left, top - self.height // 5, self.room, self.height // 5)
        self._head(slide, area, title, COVER_PT, "BOTTOM")
        if not closing:
            below = Area(self.left, top + self.height // 40, self.room, self.height // 12)
            said = dated(self.numbers.edition).strip("（）")
            self._box(slide, below, [_Line((TextRun(said),))], TEXT_PT, colour=SOFT)
        if lead:
            under = Area(self.left, self.height * 11 // 20, self.room, self.height * 3 // 10)
            self._box(slide, under, [_Line(block.runs) for block in lead], TEXT_PT)

    def text_slides(self, heading: TextRuns, blocks: Sequence[Block]) -> None:
        """Add slides of text; a table has one by itself, and what does not fit goes on."""
        counted: Counter[int] = Counter()
        for number, page in enumerate(self._pages(blocks)):
            more = (TextRun(GOES_ON),) if number else ()
            slide = self._slide()
            self._title(slide, (*heading, *more))
            top = self.height // 5
            if page[0].kind == "table":
                self._table(slide, page[0], top)
                continue
            # a list goes on where the page before ended
            before = Counter(counted)
            counted.update(block.ordered for block in page if block.level == 1)
            lines = [
                _Line(
                    block.runs,
                    "text" if block.kind != "item" else "number" if block.ordered else "bullet",
                    max(0, block.level - 1),
                    block.start + before[block.ordered] * (block.level == 1),
                )
                for block in page
            ]
            area = Area(self.left, top, self.room, self.height * 7 // 10)
            self._box(slide, area, lines, TEXT_PT)

    def _pages(self, blocks: Sequence[Block]) -> Iterator[list[Block]]:
        page: list[Block] = []
        filled = 0
        # letters of a line: a Chinese one is as wide as it is high
        across = self.room // (TEXT_PT * 12700)
        for block in blocks:
            text = whole_text(pieces_of(block.runs, self.numbers))[0]
            lines = -(-len(text) // across) if text else 1
            if page and (block.kind == "table" or filled + lines > _LINES):
                yield page
                page, filled = [], 0
            page.append(block)
            filled += lines
            if block.kind == "table":
                yield page
                page, filled = [], 0
        if page:
            yield page

    def figure(self, identifier: str, section: TextRuns) -> None:
        """Add the slide of a figure: its finding, what it shows, and where it comes from."""
        entry = entry_of(self.edition, identifier)
        if not entry.files:
            msg = f"{entry.id} 没有可画的数据 | {entry.id} has nothing to draw"
            raise DataError(msg)
        self.cited.append(identifier)
        edition = self.numbers.edition
        slide = self._slide()
        self._section(slide, section)
        self._title(slide, (TextRun(entry.title),))
        said = [text for text in (note_line(entry), slide_foot(entry, edition)) if text]
        # the source takes the room that all slides have for it, a note as much as it needs
        high = sum(-(-ems(text) * SMALL_PT * 12700 // self._below) for text in said[:-1])
        top = self.height * 17 // 100
        foot = self.height * 91 // 100 - round(high * SMALL_PT * _LEADING * 12700)
        area = Area(self.left, top, self.room, foot - top)
        spec = spec_of(self.edition, entry)
        form = chart_form(spec, entry)
        if form:
            # what is shown, and in which unit, stands above a chart that Office draws
            above = Area(self.left, top, self.room, self.height // 20)
            if shown_above(entry):
                line = _Line((TextRun(shown_above(entry)),))
                self._box(slide, above, [line], SMALL_PT + 4, colour=SOFT)
            below = area._replace(top=top + above.height, height=area.height - above.height)
            facts = add_chart(slide, entry, spec, form, below, edition)
        else:
            facts = self._picture(slide, entry, area)
        # the mark in the name too: LibreOffice drops alternative texts of slides when it saves
        facts.set("name", mark(entry, edition))
        facts.set("descr", f"{entry.alt}（{mark(entry, edition)}）")
        self._foot(slide, foot, said)
        notes = slide.notes_slide.notes_text_frame
        if notes is not None:
            notes.text = "\n".join([takeaway(entry), f"{source(entry)}。", reference(entry)])

    def _section(self, slide: Slide, section: TextRuns) -> None:
        """Write above the title of a slide what it belongs to."""
        if section:
            above = Area(self.left, self.height // 60, self.room, self.height // 22)
            self._box(slide, above, [_Line(section)], SMALL_PT + 2, colour=SOFT)

    @property
    def _below(self) -> int:
        """How wide what stands below a figure or table is: the number of the page is beside it."""
        return self.room * 19 // 20

    def _foot(self, slide: Slide, top: int, said: Sequence[str]) -> None:
        """Write note and source at the end of a slide."""
        area = Area(self.left, top, self._below, self.height * 99 // 100 - top)
        lines = [_Line((TextRun(text),)) for text in said]
        self._box(slide, area, lines, SMALL_PT, colour=SOFT)

    def book_table(self, identifier: str, section: TextRuns) -> None:
        """Add the slides of a table of the book, as many as its rows take."""
        entry = table_entry_of(self.edition, identifier)
        self.cited.append(identifier)
        edition, rows = self.numbers.edition, printed_rows(entry)
        widths = self._column_widths([entry.columns, *rows])
        top, foot = self.height * 17 // 100, self.height * 88 // 100
        for number, page in enumerate(_pages_of(rows, widths, (foot - top) / 12700)):
            slide = self._slide()
            self._section(slide, section)
            more = GOES_ON if number else ""
            self._title(slide, (TextRun(f"{entry.title}{more}"),))
            self._rows(slide, entry, page, widths, top)
            said = [note_line(entry), foot_of_table(entry, edition)]
            self._foot(slide, foot, [text for text in said if text])
            notes = slide.notes_slide.notes_text_frame
            if notes is not None:
                notes.text = "\n".join(filter(None, [entry.subtitle, reference(entry)]))

    def _column_widths(self, rows: Sequence[Sequence[str]]) -> list[float]:
        """Return how wide the columns of a table are, in points; what is beside a cell too."""
        asked = [
            max(map(ems, column)) * CELL_PT + _AROUND + 2 for column in zip(*rows, strict=True)
        ]
        return column_widths(asked, self.room / 12700)

    def _rows(
        self, slide: Slide, entry: TableEntry, rows: Sequence[Sequence[str]],
        widths: Sequence[float], top: int,
    ) -> None:  # fmt: skip
        shape = (len(rows) + 1, len(widths))
        height = round(len(rows) * CELL_PT * _LEADING * 12700)
        frame = slide.shapes.add_table(*shape, self.left, top, self.room, height)
        next(frame._element.iter(f"{_A}tableStyleId")).text = _PLAIN_TABLE
        for column, width in zip(frame.table.columns, widths, strict=True):
            column.width = round(width * 12700)
        aligns = column_aligns(entry)
        for place, (texts, made) in enumerate(
            zip((entry.columns, *rows), frame.table.rows, strict=True)
        ):
            made.height = round(_height(texts, widths) * 12700)
            for text, align, cell in zip(texts, aligns, made.cells, strict=True):
                self._fill(cell.text_frame, [_Line((TextRun(text),))], CELL_PT, bold=not place)
                cell.text_frame.paragraphs[0].alignment = _side(align)
                cell.margin_left = cell.margin_right = _AROUND * 12700 // 2
                cell.margin_top = cell.margin_bottom = _ABOVE * 12700 // 2
                _ruled(cell, place, len(rows))
        facts = frame._element.nvGraphicFramePr.cNvPr
        # the mark in the name too: LibreOffice drops alternative texts of slides when it saves
        facts.set("name", mark(entry, self.numbers.edition))
        facts.set("descr", f"{entry.title}（{mark(entry, self.numbers.edition)}）")

    def _picture(self, slide: Slide, entry: FigureEntry, area: Area) -> CT_NonVisualDrawingProps:
        """Add the picture of a figure, as large as there is room, in the middle."""
        picture = io.BytesIO(file_of(self.edition, entry.files["png"]))
        shape = slide.shapes.add_picture(picture, area.left, area.top)
        scale = min(area.width / shape.width, area.height / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape.left = area.left + (area.width - shape.width) // 2
        facts: CT_NonVisualDrawingProps = shape._element.nvPicPr.cNvPr
        return facts

    def _table(self, slide: Slide, block: Block, top: int) -> None:
        rows, columns = len(block.rows), len(block.aligns)
        height = min(self.height * 7 // 10, rows * self.height // 14)
        frame = slide.shapes.add_table(rows, columns, self.left, top, self.room, height)
        style = next(frame._element.iter(f"{_A}tableStyleId"))
        style.text = _PLAIN_TABLE
        marks: list[str] = []
        for place, (cells, made) in enumerate(zip(block.rows, frame.table.rows, strict=True)):
            for runs, align, cell in zip(cells, block.aligns, made.cells, strict=True):
                marks += self._fill(cell.text_frame, [_Line(runs)], TEXT_PT - 4, bold=not place)
                cell.text_frame.paragraphs[0].alignment = _side(align)
                _ruled(cell, place, rows - 1)
        self._named(frame._element.nvGraphicFramePr.cNvPr, marks)

    # --- pieces of slides

    def _slide(self) -> Slide:
        """Return a new slide on which nothing stands yet, and the number of the page.

        Raises
        ------
        DataError
            If the deck would be longer than anybody sees.
        """
        if len(self.made.slides) >= SLIDES_MOST:
            msg = f"至多{SLIDES_MOST}张幻灯片；分成几份 | at most {SLIDES_MOST} slides: split it"
            raise DataError(msg)
        slide = self.made.slides.add_slide(_layout(self.made))
        for shape in list(slide.placeholders):
            if shape != slide.shapes.title:
                shape._element.getparent().remove(shape._element)
        size = self.width // 16
        place = (self.width - self.left - size, self.height * 94 // 100, size, self.height // 24)
        box = slide.shapes.add_textbox(*place)
        paragraph = box.text_frame.paragraphs[0]
        counter = paragraph._p.makeelement(
            f"{_A}fld", {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"}
        )
        text = counter.makeelement(f"{_A}t", {})
        text.text = str(len(self.made.slides))
        paragraph._p.append(counter)
        looks = counter.makeelement(f"{_A}rPr", {"lang": "zh-CN", "sz": str(SMALL_PT * 100)})
        counter.append(looks)
        counter.append(text)
        paragraph.alignment = _side("right")
        return slide

    def _title(self, slide: Slide, runs: TextRuns) -> None:
        """Put the title of a slide in its place, or in a box where the layout has none."""
        area = Area(self.left, self.height // 18, self.room, self.height // 9)
        size = TITLE_PT
        text = whole_text(pieces_of(runs, self.numbers))[0]
        while size > TITLE_PT * 2 // 3 and len(text) * size * 12700 > 1.9 * area.width:
            size -= 2
        self._head(slide, area, runs, size, "MIDDLE")

    def _head(self, slide: Slide, area: Area, runs: TextRuns, size: int, anchor: str) -> None:
        head = slide.shapes.title
        if head is None:
            box = self._box(slide, area, [_Line(runs)], size, bold=True)
            box.text_frame.vertical_anchor = _anchor(anchor)
            return
        head.left, head.top, head.width, head.height = area
        marks = self._fill(head.text_frame, [_Line(runs)], size, bold=True)
        head.text_frame.vertical_anchor = _anchor(anchor)
        head.text_frame.paragraphs[0].alignment = _side("left")
        self._named(head._element.nvSpPr.cNvPr, marks)

    def _box(
        self, slide: Slide, area: Area, lines: Sequence[_Line], size: int, *,
        bold: bool = False, colour: str = INK,
    ) -> Shape:  # fmt: skip
        """Add a box of text; its name carries the marks of its numbers."""
        box = slide.shapes.add_textbox(*area)
        box.text_frame.word_wrap = True
        marks = self._fill(box.text_frame, lines, size, bold=bold, colour=colour)
        self._named(box._element.nvSpPr.cNvPr, marks)
        return box

    def _named(self, facts: CT_NonVisualDrawingProps, marks: list[str]) -> None:
        # the name: LibreOffice drops alternative texts of slides when it saves
        if marks:
            facts.set("name", "；".join(marks))
        self.quoted += len(marks)

    def _fill(
        self, frame: TextFrame, lines: Sequence[_Line], size: int, *,
        bold: bool = False, colour: str = INK,
    ) -> list[str]:  # fmt: skip
        """Write paragraphs into a box, and return the marks of their numbers."""
        marks: list[str] = []
        for place, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            pieces = pieces_of(line.runs, self.numbers)
            text, spans = whole_text(pieces)
            ends = iter(spans)
            for piece in pieces:
                run = paragraph.add_run()
                run.text = piece.text
                run.font.bold = True if bold or piece.look.bold else None
                run.font.italic = piece.look.italic or None
                if piece.look.link:
                    run.hyperlink.address = piece.look.link
                if piece.name:
                    around = surroundings(text, *next(ends), spans)
                    marks.append(number_mark(piece.name, piece.text, self.numbers.edition, around))
            _lettered(paragraph, size, colour)
            if len(lines) > 1:
                _spaced(paragraph, size)
            _in_list(paragraph, line, size)
        return marks


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Return how high a row of a table is, in points."""
    lines = 1.0
    for text, width in zip(texts, widths, strict=True):
        long, room = ems(text) * CELL_PT, width - _AROUND
        if long > room:
            lines = max(lines, -(-long * _RAGGED // room))
    return lines * CELL_PT * _LEADING + _ABOVE


def _pages_of(
    rows: Sequence[Sequence[str]], widths: Sequence[float], room: float
) -> list[list[Sequence[str]]]:
    """Return the rows of a table by slide: few slides, about equally full."""
    made = list(_fitting(rows, widths, room))
    for part in range(1, _PARTS):
        evened = list(_fitting(rows, widths, room * part / _PARTS))
        if len(evened) == len(made):
            return evened
    return made


#: Heights that are tried for a slide's part of a table, as parts of the highest.
_PARTS = 16


def _fitting(
    rows: Sequence[Sequence[str]], widths: Sequence[float], room: float
) -> Iterator[list[Sequence[str]]]:
    """Yield the rows of a table, as many as a slide has room for below its headings."""
    page: list[Sequence[str]] = []
    # headings that fold take two lines
    filled = head = 2 * CELL_PT * _LEADING + _ABOVE
    for row in rows:
        high = _height(row, widths)
        if page and filled + high > room:
            yield page
            page, filled = [], head
        page.append(row)
        filled += high
    yield page


def _layout(made: Presentation) -> SlideLayout:
    """Return the layout with a title and as little else as there is."""

    def more(layout: SlideLayout) -> tuple[bool, int]:
        kinds = [item.placeholder_format.type for item in layout.placeholders]
        titles = sum(1 for kind in kinds if kind is not None and kind.name == "TITLE")
        return titles == 0, len(kinds)

    named = made.slide_layouts.get_by_name("Title Only")
    return named or min(made.slide_layouts, key=more)


def _side(name: str) -> PP_ALIGN:
    from pptx.enum import text

    return text.PP_ALIGN[name.upper()]


def _anchor(name: str) -> MSO_ANCHOR:
    from pptx.enum import text

    return text.MSO_ANCHOR[name]


def _lettered(paragraph: _Paragraph, size: int, colour: str) -> None:
    """Set size, colour and fonts, the Chinese one too."""
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    for run in paragraph.runs:
        run.font.size = Pt(size)
        if not run.hyperlink.address:
            run.font.color.rgb = RGBColor.from_string(colour)
        facts = run._r.get_or_add_rPr()
        facts.set("lang", "zh-CN")
        east = facts.find(f"{_A}ea")
        if east is None:
            east = facts.makeelement(f"{_A}ea", {})
            # what is said of a link stands behind the fonts
            link = facts.find(f"{_A}hlinkClick")
            if link is None:
                facts.append(east)
            else:
                link.addprevious(east)
        east.set("typeface", CHINESE_SANS)


def _ruled(cell: _Cell, place: int, last: int) -> None:
    """Draw the three lines of a table: above and below it, and below its headings."""
    facts = cell._tc.get_or_add_tcPr()
    thick, thin = 19050, 9525
    lines = {"lnT": thick if place == 0 else 0, "lnB": thin if place == 0 else 0}
    if place == last:
        lines["lnB"] = thick
    for side, width in lines.items():
        if width:
            line = facts.makeelement(f"{_A}{side}", {"w": str(width)})
            fill = line.makeelement(f"{_A}solidFill", {})
            fill.append(fill.makeelement(f"{_A}srgbClr", {"val": INK}))
            line.append(fill)
            facts.append(line)


#: PowerPoint's own style of a table without lines and fills.
_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _spaced(paragraph: _Paragraph, size: int) -> None:
    from pptx.util import Pt

    paragraph.line_spacing, paragraph.space_after = 1.15, Pt(size // 3)


def _in_list(paragraph: _Paragraph, line: _Line, size: int) -> None:
    """Give a paragraph its bullet or its number, hanging."""
    facts = paragraph._p.get_or_add_pPr()
    if line.kind == "text":
        facts.append(facts.makeelement(f"{_A}buNone", {}))
        return
    hang = size * 12700 * 8 // 5
    facts.set("marL", str(hang * (line.level + 1)))
    facts.set("indent", str(-hang))
    facts.set("lvl", str(line.level))
    if line.kind == "bullet":
        facts.append(facts.makeelement(f"{_A}buChar", {"char": "•" if not line.level else "–"}))
    else:
        counted = {"type": "arabicPeriod"} | (
            {"startAt": str(line.start)} if line.start > 1 else {}
        )
        facts.append(facts.makeelement(f"{_A}buAutoNum", counted))
