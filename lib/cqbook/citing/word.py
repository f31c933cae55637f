"""Briefings as Word documents."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cqbook.citing.alike import surroundings
from cqbook.citing.book_tables import column_aligns, printed_rows, source_of_table
from cqbook.citing.briefing import (
    ANNEX,
    NO_CELL,
    SOURCES,
    SUMMARY,
    Laid,
    PrintedPiece,
    begun,
    caption,
    column_widths,
    dated,
    ems,
    findings,
    note_line,
    number_list,
    numbers_table,
    pieces_of,
    reference,
    source_line,
    takeaway,
    whole_text,
    with_title,
)
from cqbook.citing.entries import (
    ExhibitEntry,
    FigureEntry,
    Numbers,
    TableEntry,
    entry_of,
    file_of,
    numbers_of,
    table_entry_of,
)
from cqbook.citing.looks import TYPE_AREA_CM, Looks, StyleRole, element
from cqbook.citing.manuscript import Align, Block, TextRun, TextRuns
from cqbook.citing.marks import PROPERTY_MOST, bookmark, keywords, mark, table_bookmark
from cqbook.citing.template import Template
from cqbook.data.catalog import Catalog
from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.errors import DataError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph
    from lxml import etree

#: The part of a page's height that a picture may take: its caption and its source stand below it.
_HIGHEST = 0.72
#: Rows of a table that are kept on one page.
_KEPT = 14
#: Letters that a column is made wide for, and the points that one takes.
_MOST_EMS, _CELL_PT = 60, 10.5
#: Points between the rows of a table whose cells fold, and right of numbers.
_BETWEEN_PT, _BESIDE_PT = 2, 5
#: A cell that is a number: what stands before its decimal point, and what behind.
_NUMBER = re.compile(r"(?P<before>[^\d.]{0,4}\d[\d,]*)(?P<behind>(?:\.\d+)?\D{0,8}\*?)")
#: Lines of a table in eighths of a point: above and below, and below the headings.
_THICK, _THIN = 12, 6


def to_docx(blocks: Iterable[Block], edition: Path, template: Template | None = None) -> bytes:
    """Return a briefing as a Word document; the same input gives the same bytes.

    Parameters
    ----------
    blocks : iterable of Block
    edition : Path
        Folder of the edition (see `publication.find`).
    template : Template, optional
        What another document lends.

    Raises
    ------
    DataError
        If a figure or a number is not in the edition.
    """
    import docx as word

    numbers = numbers_of(edition)
    book = Catalog(edition / "data").publication
    made = begun(word.Document, template, "docx")
    all_blocks = with_title(blocks, book.title)
    writer = _Writer(made, edition, numbers, Looks(made, house=template is None))
    writer.write_all(all_blocks)
    writer.end(book.title)
    facts = made.core_properties
    facts.author = book.author[:PROPERTY_MOST]
    facts.title = whole_text(pieces_of(all_blocks[0].runs, numbers))[0][:PROPERTY_MOST]
    shown = [*writer.cited, *writer.tabled]
    facts.keywords = keywords(numbers.edition, shown, len(writer.quoted))
    facts.comments = ""
    facts.created = facts.modified = archives.EPOCH
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())


@dataclass
class _Writer:
    """Writes blocks into a document; ``quoted``: name and text of its numbers, in order.

    ``cited``, ``tabled``: figures and tables of the book by id.
    """

    made: Document
    edition: Path
    numbers: Numbers
    looks: Looks
    cited: dict[str, FigureEntry] = field(default_factory=dict)
    tabled: dict[str, TableEntry] = field(default_factory=dict)
    quoted: list[tuple[str, str]] = field(default_factory=list)
    bookmarks: int = 0
    #: The list in Word of each list of numbers in the text.
    lists: dict[int, int] = field(default_factory=dict)

    def write_all(self, blocks: Sequence[Block]) -> None:
        self.looks.number_headings(
            [block.text for block in blocks if block.kind in ("heading", "figure", "book_table")]
        )
        self.filled("title", blocks[0].runs)
        self.filled("dated", (TextRun(dated(self.numbers.edition)),))
        said = findings(blocks, self.edition, numbered=True)
        if said:
            self.looks.unnumbered(self.filled("heading1", (TextRun(SUMMARY),)))
            number = self.looks.counted(1)
            for runs in said:
                self.looks.put_into(self.filled("item", runs), number, 0)
        for block in blocks[1:]:
            self.write(block)

    def write(self, block: Block) -> None:
        if block.kind == "heading":
            self.filled(f"heading{min(max(block.level, 1), 4)}", block.runs)  # type: ignore[arg-type]
        elif block.kind == "item":
            paragraph = self.filled("item", block.runs)
            if block.ordered and block.ordered not in self.lists:
                self.lists[block.ordered] = self.looks.counted(block.start)
            number = self.lists.get(block.ordered, 0) or self.looks.bullets
            self.looks.put_into(paragraph, number, block.level - 1)
        elif block.kind == "table":
            self._own_table(block)
        elif block.kind == "figure":
            self._figure(block)
        elif block.kind == "book_table":
            self._book_table(block)
        else:
            self.filled("quote" if block.kind == "quote" else "body", block.runs)

    def end(self, book: str) -> None:
        """Write where figures and numbers come from."""
        shown: list[ExhibitEntry] = [*self.cited.values(), *self.tabled.values()]
        if not shown and not self.quoted:
            return
        self.looks.unnumbered(self.filled("heading1", (TextRun(SOURCES),)))
        number = self.looks.counted(1)
        for item in shown:
            paragraph = self.filled("reference", (TextRun(reference(item)),))
            self.looks.put_into(paragraph, number, 0)
        if self.quoted:
            listed = number_list(self.quoted, self.numbers.edition, book)
            self.filled("reference", (TextRun(listed),))
        if self.cited:
            self.looks.unnumbered(self.filled("heading1", (TextRun(ANNEX),)))
        for place, entry in enumerate(self.cited.values(), start=1):
            self._numbers_of(place, entry)

    # --- text

    def filled(self, role: StyleRole, runs: TextRuns, holder: _Cell | None = None) -> Paragraph:
        """Add a paragraph whose numbers stand between bookmarks."""
        paragraph = self.made.add_paragraph() if holder is None else holder.paragraphs[0]
        self.looks.dress(paragraph, role)
        pieces = pieces_of(runs, self.numbers)
        text, spans = whole_text(pieces)
        ends = iter(spans)
        for piece in pieces:
            around = surroundings(text, *next(ends), spans) if piece.name else ""
            self._piece(paragraph, piece, around)
        return paragraph

    def _piece(self, paragraph: Paragraph, piece: PrintedPiece, around: str) -> None:
        holder: etree._Element = paragraph._p
        if piece.look.link:
            from docx.opc.constants import RELATIONSHIP_TYPE

            key = paragraph.part.relate_to(
                piece.look.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
            )
            holder = element("hyperlink")
            holder.set(f"{_RELATED}id", key)
        run = paragraph.add_run(piece.text)
        run.bold = piece.look.bold or None
        run.italic = piece.look.italic or None
        if piece.look.link:
            run.underline = True
        marks = []
        if piece.name:
            self.quoted.append((piece.name, piece.text))
            name = f"{bookmark(piece.name)}_{self.bookmarks}_{around}"
            marks = [
                element("bookmarkStart", id=self.bookmarks, name=name),
                element("bookmarkEnd", id=self.bookmarks),
            ]
            self.bookmarks += 1
        for part in (*marks[:1], run._r, *marks[1:]):
            holder.append(part)
        if holder is not paragraph._p:
            paragraph._p.append(holder)

    # --- figures

    def _figure(self, block: Block) -> None:
        from docx.shared import Emu

        identifier = block.text
        entry = entry_of(self.edition, identifier)
        if not entry.files:
            msg = f"{identifier} 没有可画的数据 | {identifier} has nothing to draw"
            raise DataError(msg)
        self.cited[identifier] = entry
        if block.level:
            self.filled("heading1", (TextRun(entry.title),))
            self.filled("body", (TextRun(takeaway(entry)),)).paragraph_format.keep_with_next = True
        picture = file_of(self.edition, entry.files["png"])
        paragraph = self.filled("picture", ())
        paragraph.paragraph_format.keep_with_next = True
        drawn = paragraph.add_run().add_picture(io.BytesIO(picture))
        wide, high = self._room()
        scale = min(wide / drawn.width, high * _HIGHEST / drawn.height)
        drawn.width, drawn.height = Emu(drawn.width * scale), Emu(drawn.height * scale)
        facts = drawn._inline.docPr
        facts.set("name", identifier)
        facts.set("descr", f"{entry.alt}（{mark(entry, self.numbers.edition)}）")
        shown = caption(entry) if block.level else entry.title
        self._caption("图", len(self.cited), shown)
        self._note(entry)
        self.filled("source", (TextRun(source_line(entry)),))

    def _note(self, entry: ExhibitEntry) -> Paragraph | None:
        """Add the note of a figure or table, which stays with the line below it."""
        from docx.shared import Cm

        note = note_line(entry)
        if not note:
            return None
        below = self.filled("source", (TextRun(note),))
        below.paragraph_format.keep_with_next = True
        below.paragraph_format.space_after = Cm(0)
        return below

    def _room(self) -> tuple[int, int]:
        """Return width and height of the type area, also of a template, in EMU."""
        from docx.shared import Cm

        section = self.made.sections[0]
        sides = (
            (section.page_width, section.left_margin, section.right_margin),
            (section.page_height, section.top_margin, section.bottom_margin),
        )
        least = (Cm(length) for length in TYPE_AREA_CM)
        wide, high = (
            whole - (first or 0) - (last or 0) if whole else int(usual)
            for (whole, first, last), usual in zip(sides, least, strict=True)
        )
        return wide, high

    def _caption(self, kind: str, number: int, text: str, name: str = "") -> None:
        """Add a caption with a number that Word counts; it stays with what it is of.

        ``name``: of a bookmark around that number.
        """
        paragraph = self.filled("caption", (TextRun(kind),))
        paragraph.paragraph_format.keep_with_next = True
        counter = element("fldSimple", instr=f" SEQ {kind} \\* ARABIC ")
        run = paragraph.add_run(str(number))
        counter.append(run._r)
        ends = [
            element("bookmarkStart", id=self.bookmarks, name=name),
            element("bookmarkEnd", id=self.bookmarks),
        ]
        self.bookmarks += bool(name)
        for part in (*ends[:1], counter, *ends[1:]) if name else (counter,):
            paragraph._p.append(part)
        paragraph.add_run(f"　{text}")

    # --- tables

    def _numbers_of(self, place: int, entry: FigureEntry) -> None:
        laid = numbers_table(entry)
        self._caption("附表", place, f"图{place}的数值", table_bookmark(entry.id))
        labels = {"项目", "系列", "性质"}
        aligns: list[Align] = ["left" if head in labels else "right" for head in laid.heads]
        rows = [tuple((TextRun(cell),) for cell in row) for row in (laid.heads, *laid.rows)]
        table = self._table(rows, aligns, below=bool(laid.below))
        self._known(table, entry)
        self._below(laid)

    def _book_table(self, block: Block) -> None:
        """Add a table of the book: its caption above, note and source below."""
        from docx.shared import Pt

        entry = table_entry_of(self.edition, block.text)
        self.tabled[entry.id] = entry
        if block.level:
            self.filled("heading1", (TextRun(entry.title),))
        shown = caption(entry) if block.level else entry.title
        self._caption("表", len(self.tabled), shown, table_bookmark(entry.id))
        rows = [
            tuple((TextRun(cell),) for cell in row) for row in (entry.columns, *printed_rows(entry))
        ]
        table = self._table(rows, column_aligns(entry), below=True)
        self._known(table, entry)
        note = self._note(entry)
        source = self.filled("source", (TextRun(source_of_table(entry)),))
        (note or source).paragraph_format.space_before = Pt(3)

    def _known(self, table: Table, entry: ExhibitEntry) -> None:
        """Let a table say in its properties what it is."""
        facts = table._tbl.tblPr
        facts.append(element("tblCaption", val=entry.title))
        facts.append(element("tblDescription", val=mark(entry, self.numbers.edition)))

    def _below(self, laid: Laid) -> None:
        from docx.shared import Pt

        paragraph = self.filled("source", (TextRun(laid.below),) if laid.below else ())
        paragraph.paragraph_format.space_before = Pt(3)

    def _own_table(self, block: Block) -> None:
        before = self.made.add_paragraph()
        self.looks.dress(before, "source")
        before.paragraph_format.keep_with_next = True
        self._table(block.rows, block.aligns, below=False)
        self.filled("source", ())

    def _table(
        self, rows: Sequence[Sequence[TextRuns]], aligns: Sequence[Align], *, below: bool
    ) -> Table:
        """Add a table with a line above, one below its headings, and one at its foot."""
        from docx.enum.table import WD_ALIGN_VERTICAL
        from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
        from docx.shared import Pt

        table: Table = self.made.add_table(rows=0, cols=len(aligns))
        facts = table._tbl.tblPr
        for old in list(facts):
            facts.remove(old)
        facts.append(element("tblW", w=5000, type="pct"))
        facts.append(element("jc", val="center"))
        lines = element("tblBorders")
        for side in ("top", "bottom"):
            lines.append(element(side, val="single", sz=_THICK, space=0, color="000000"))
        facts.append(lines)
        facts.append(element("tblLayout", type="fixed"))
        texts = [[whole_text(pieces_of(runs, self.numbers))[0] for runs in row] for row in rows]
        widths, folded = self._set_widths(table, texts)
        points = [
            _decimal_point(column[1:], width) if align == "right" else 0.0
            for column, width, align in zip(zip(*texts, strict=True), widths, aligns, strict=True)
        ]
        places = {
            "left": WD_ALIGN_PARAGRAPH.LEFT,
            "center": WD_ALIGN_PARAGRAPH.CENTER,
            "right": WD_ALIGN_PARAGRAPH.RIGHT,
        }
        for number, row in enumerate(rows):
            made: _Row = table.add_row()  # type: ignore[no-untyped-call]
            cut = made._tr.get_or_add_trPr()
            cut.append(element("cantSplit"))
            if number == 0:
                # the headings come again on the next page
                cut.append(element("tblHeader"))
            for place, (cell, runs, align) in enumerate(zip(made.cells, row, aligns, strict=True)):
                cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
                paragraph = self.filled("cell", runs, cell)
                paragraph.alignment = places[align]
                if align == "right":
                    paragraph.paragraph_format.right_indent = Pt(_BESIDE_PT)
                if number and points[place] and _is_aligned(texts[number][place]):
                    # in a cell Word goes to a decimal tab by itself
                    paragraph.alignment = places["left"]
                    paragraph.paragraph_format.right_indent = None
                    stops = paragraph.paragraph_format.tab_stops
                    stops.add_tab_stop(Pt(points[place]), WD_TAB_ALIGNMENT.DECIMAL)
                if folded:
                    paragraph.paragraph_format.space_before = Pt(_BETWEEN_PT)
                    paragraph.paragraph_format.space_after = Pt(_BETWEEN_PT)
                kept = len(rows) <= _KEPT and (below or number < len(rows) - 1)
                paragraph.paragraph_format.keep_with_next = kept or number == 0
                if number == 0:
                    edge = element("tcBorders")
                    edge.append(element("bottom", val="single", sz=_THIN, space=0, color="000000"))
                    cell._tc.get_or_add_tcPr().append(edge)
                    for run in paragraph.runs:
                        run.bold = True
        return table

    def _set_widths(self, table: Table, texts: Sequence[Sequence[str]]) -> tuple[list[float], bool]:
        """Make columns as wide as their longest cells ask for, all of them as wide as the page.

        Returns their widths in points, and whether a cell folds.
        """
        from docx.shared import Pt

        asked = [min(_MOST_EMS, 2 + max(map(ems, column))) for column in zip(*texts, strict=True)]
        room = self._room()[0] / Pt(1)
        widths = column_widths([ask * _CELL_PT for ask in asked], room)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = int(Pt(width))
        return widths, sum(asked) * _CELL_PT > room


def _decimal_point(cells: Sequence[str], width: float) -> float:
    """Return where in a column the decimal points stand, in points from its left edge.

    0 where numbers have as many decimals and the same unit, and stand below one another anyway.
    """
    found = [number for cell in cells if (number := _NUMBER.fullmatch(cell))]
    tails = {ems(number["behind"]) for number in found}
    if len(tails) < 2:
        return 0.0
    room = width - 2 * _CELL_MARGIN_PT
    point = room - _BESIDE_PT - max(tails) * _CELL_PT
    return point if point >= max(ems(number["before"]) for number in found) * _CELL_PT else 0.0


def _is_aligned(cell: str) -> bool:
    return cell == NO_CELL or _NUMBER.fullmatch(cell) is not None


#: Left and right of what stands in a cell.
_CELL_MARGIN_PT = 5.4
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
