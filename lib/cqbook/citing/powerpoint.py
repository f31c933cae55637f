"""Briefings as slides."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cqbook.citing.alike import surroundings
from cqbook.citing.briefing import (
    QUOTED_NUMBER,
    Block,
    begun,
    numbers_put,
    slide_foot,
    source,
    takeaway,
)
from cqbook.citing.entries import FigureEntry, Numbers, entry_of, numbers_of
from cqbook.citing.marks import keywords, mark, number_mark
from cqbook.citing.native_charts import Area, add_chart, chart_form
from cqbook.citing.template import Template
from cqbook.data.catalog import Catalog
from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.errors import DataError

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide
    from pptx.text.text import TextFrame

CHINESE_SANS = "微软雅黑"


def to_pptx(blocks: Iterable[Block], edition: Path, template: Template | None = None) -> bytes:
    """Return a briefing as PowerPoint: a slide a figure, text between as slides of its own.

    Bars, columns and lines become native, editable charts with their data sheet; dots, matrices
    and maps the picture. Notes hold source and citation. The same input gives the same bytes.

    Raises
    ------
    DataError
        If a figure or a number is not in the edition.
    """
    import pptx as slides

    numbers = numbers_of(edition)
    made = begun(slides.Presentation, template)
    if not template:
        # 16:9; the default template is of another age
        made.slide_width, made.slide_height = slides.util.Cm(33.867), slides.util.Cm(19.05)
    deck = _Deck(made, int(made.slide_width), int(made.slide_height))
    cited: list[str] = []
    quoted: list[str] = []
    heading = ""
    texts: list[str] = []

    def flush() -> None:
        nonlocal texts, heading
        if heading or texts:
            quoted.extend(_text_slide(deck, heading, texts, numbers))
        heading, texts = "", []

    for block in blocks:
        if block.kind == "heading":
            flush()
            heading = block.text
        elif block.kind == "figure":
            flush()
            cited.append(block.text)
            _figure_slide(deck, entry_of(edition, block.text), edition, numbers.edition)
        else:
            texts.append(block.text)
    flush()
    facts, author = made.core_properties, Catalog(edition / "data").publication.author
    facts.author = author
    facts.keywords = keywords(numbers.edition, cited, len(quoted))
    facts.created = facts.modified = archives.EPOCH
    facts.last_modified_by = author
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())


@dataclass(frozen=True)
class _Deck:
    """A presentation, and the size of its slides in EMU."""

    made: Presentation
    width: int
    height: int

    @property
    def left(self) -> int:
        """Where all that is set on a slide begins."""
        return self.width // 20

    @property
    def room(self) -> int:
        """How wide it is."""
        return self.width * 9 // 10


def _blank_slide(deck: _Deck, title: str) -> Slide:
    """Return a new slide with only a title."""
    layouts = deck.made.slide_layouts
    layout = layouts.get_by_name("Title Only") or layouts[min(5, len(layouts) - 1)]
    slide = deck.made.slides.add_slide(layout)
    head = slide.shapes.title
    if head is not None:
        head.text = title
        head.left, head.width = deck.left, deck.room
        head.top, head.height = deck.height // 25, deck.height // 8
        _chinese(head.text_frame, 28)
    return slide


def _chinese(frame: TextFrame, size: int) -> None:
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


def _text_slide(deck: _Deck, heading: str, texts: list[str], numbers: Numbers) -> list[str]:
    """Add a slide of text and return its numbers' marks; the name of its box carries them."""
    head, in_head = _plain(heading, numbers)
    slide = _blank_slide(deck, head)
    if in_head and slide.shapes.title is not None:
        slide.shapes.title._element.nvSpPr.cNvPr.set("name", "；".join(in_head))
    box = slide.shapes.add_textbox(deck.left, deck.height // 5, deck.room, deck.height // 2)
    box.text_frame.word_wrap = True
    marks: list[str] = []
    for place, text in enumerate(texts):
        plain, found = _plain(text, numbers)
        marks += found
        frame = box.text_frame
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.text = plain
    _chinese(box.text_frame, 20)
    if marks:
        # the name: LibreOffice drops alternative texts of slides when it saves
        box._element.nvSpPr.cNvPr.set("name", "；".join(marks))
    return [*in_head, *marks]


def _plain(text: str, numbers: Numbers) -> tuple[str, list[str]]:
    """Return a text with its numbers in place, and a mark for each."""
    made, spans = numbers_put(text, numbers)
    marks = [
        number_mark(
            found[1], made[start:end], numbers.edition, surroundings(made, start, end, spans)
        )
        for found, (start, end) in zip(QUOTED_NUMBER.finditer(text), spans, strict=True)
    ]
    return made, marks


def _figure_slide(deck: _Deck, entry: FigureEntry, edition: Path, name: str) -> None:
    if not entry.files:
        msg = f"{entry.id} 没有可画的数据 | {entry.id} has nothing to draw"
        raise DataError(msg)
    slide = _blank_slide(deck, entry.title)
    area = Area(deck.left, deck.height // 6, deck.room, deck.height * 2 // 3)
    spec = json.loads((edition / "site" / entry.files["vl.json"].path).read_text(encoding="utf-8"))
    form = chart_form(spec, entry)
    if form:
        facts = add_chart(slide, entry, spec, form, area, name)
    else:
        path = edition / "site" / entry.files["png"].path
        shape = slide.shapes.add_picture(str(path), area.left, area.top)
        scale = min(area.width / shape.width, area.height / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        facts = shape._element.nvPicPr.cNvPr
    facts.set("name", entry.id)
    facts.set("descr", f"{entry.alt}（{mark(entry, name)}）")
    top = deck.height * 17 // 20
    foot = slide.shapes.add_textbox(area.left, top, area.width, deck.height // 10)
    foot.text_frame.word_wrap = True
    foot.text_frame.text = slide_foot(entry, name)
    _chinese(foot.text_frame, 11)
    notes = slide.notes_slide.notes_text_frame
    notes.text = "\n".join([takeaway(entry), source(entry), entry.citations["gbt7714"]])
