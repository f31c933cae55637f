"""Briefings as Word documents."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cqbook.citing.alike import surroundings
from cqbook.citing.briefing import (
    QUOTED_NUMBER,
    Block,
    begun,
    caption,
    numbers_put,
    source_line,
    takeaway,
)
from cqbook.citing.entries import FigureEntry, Numbers, entry_of, numbers_of
from cqbook.citing.marks import TABLE, bookmark, keywords, mark, number_mark
from cqbook.citing.template import Template
from cqbook.data.catalog import Catalog
from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.errors import DataError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

WIDTH_CM = 16.0
#: Rows of data set below a figure; all of them are in the files of the figure.
TABLE_ROWS = 15


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
    made = begun(word.Document, template)
    if not template:
        _house(made)
    writer = _Writer(made, edition, numbers)
    for block in blocks:
        writer.write(block)
    if writer.cited:
        made.add_heading("引用", level=1)
        for entry in writer.cited.values():
            made.add_paragraph(entry.citations["gbt7714"], style="List Number")
    if writer.quoted:
        made.add_heading("文中数字", level=1)
        made.add_paragraph("；".join(writer.quoted))
    facts, author = made.core_properties, Catalog(edition / "data").publication.author
    facts.author = author
    facts.title = next((item.text for item in made.paragraphs if item.text), "")
    facts.keywords = keywords(numbers.edition, writer.cited, len(writer.quoted))
    facts.comments = ""
    facts.created = facts.modified = archives.EPOCH
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())


def _house(made: Document) -> None:
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
    """Writes blocks into a document; ``quoted``: the marks of its numbers, in order."""

    made: Document
    edition: Path
    numbers: Numbers
    cited: dict[str, FigureEntry] = field(default_factory=dict)
    quoted: list[str] = field(default_factory=list)
    bookmarks: int = 0

    def write(self, block: Block) -> None:
        if block.kind == "heading":
            self._filled(self.made.add_heading(level=block.level), block.text)
        elif block.kind == "text":
            self._filled(self.made.add_paragraph(), block.text)
        elif block.kind == "item":
            self._filled(self.made.add_paragraph(style="List Bullet"), block.text)
        else:
            self._figure(block.text)

    def _filled(self, paragraph: Paragraph, text: str) -> None:
        """Add a text whose numbers stand between bookmarks."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        place = 0
        whole, spans = numbers_put(text, self.numbers)
        for found, (first, last) in zip(QUOTED_NUMBER.finditer(text), spans, strict=True):
            paragraph.add_run(text[place : found.start()])
            value = whole[first:last]
            self.quoted.append(number_mark(found[1], value, self.numbers.edition))
            ends = [OxmlElement(f"w:bookmark{end}") for end in ("Start", "End")]
            for end in ends:
                end.set(qn("w:id"), str(self.bookmarks))
            ends[0].set(
                qn("w:name"),
                f"{bookmark(found[1])}_{self.bookmarks}_{surroundings(whole, first, last, spans)}",
            )
            self.bookmarks += 1
            paragraph._p.append(ends[0])
            paragraph.add_run(value)
            paragraph._p.append(ends[1])
            place = found.end()
        paragraph.add_run(text[place:])

    def _figure(self, identifier: str) -> None:
        from docx.shared import Cm

        entry = entry_of(self.edition, identifier)
        if not entry.files:
            msg = f"{identifier} 没有可画的数据 | {identifier} has nothing to draw"
            raise DataError(msg)
        self.cited[identifier] = entry
        name = self.numbers.edition
        self.made.add_heading(entry.title, level=2)
        self.made.add_paragraph(takeaway(entry))
        picture = (self.edition / "site" / entry.files["png"].path).read_bytes()
        drawn = self.made.add_picture(io.BytesIO(picture), width=Cm(WIDTH_CM))
        facts = drawn._inline.docPr
        facts.set("name", identifier)
        facts.set("descr", f"{entry.alt}（{mark(entry, name)}）")
        self._caption(caption(entry, name))
        self.made.add_paragraph(source_line(entry))
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

    def _table(self, entry: FigureEntry) -> None:
        from docx.oxml import OxmlElement

        rows = entry.rows
        columns = [name for name in TABLE if any(getattr(row, name) for row in rows)]
        table = self.made.add_table(rows=1, cols=len(columns))
        table.style = "Table Grid" if "Table Grid" in self.made.styles else None
        for cell, name in zip(table.rows[0].cells, columns, strict=True):
            cell.text = TABLE[name]
        # the heading comes again on the next page
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for row in rows[:TABLE_ROWS]:
            for cell, name in zip(table.add_row().cells, columns, strict=True):
                cell.text = getattr(row, name) or ""
        if len(rows) > TABLE_ROWS:
            self.made.add_paragraph(f"（表中列{TABLE_ROWS}行，全部{len(rows)}行见数据文件。）")
