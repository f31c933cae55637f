"""Briefings as slides."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cqbook.citing.briefing import QUOTED_NUMBER, Block, _begun, number
from cqbook.citing.marks import mark, number_mark
from cqbook.citing.native_charts import _dates, _from_zero, _identified, _native, chart_form
from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.editions.records import Manifest
from cqbook.editions.store import figure_entry, manifest_of
from cqbook.errors import DataError
from cqbook.figures.formats import AUTHOR

#: Rows of data set below a figure; all of them are in the files of the figure.
TABLE_ROWS = 15


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


def to_pptx(blocks: Iterable[Block], edition: Path, template: Path | None = None) -> bytes:
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
            _figure_slide(made, figure_entry(edition, block.text), edition, manifest.edition)
        else:
            texts.append(block.text)
    flush()
    facts = made.core_properties
    facts.author = AUTHOR
    facts.keywords = f"cqbook edition={manifest.edition} {' '.join(cited)}"
    facts.created = facts.modified = archives.EPOCH
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


def _text_slide(made: Any, heading: str, texts: list[str], manifest: Manifest) -> None:  # noqa: ANN401
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


def _plain(text: str, manifest: Manifest) -> tuple[str, list[str]]:
    """Return a text with its numbers in place, and a mark for each."""
    marks = []

    def put(found: re.Match[str]) -> str:
        value = number(manifest, found[1], found[2])
        marks.append(number_mark(f"{found[1]}.{found[2]}", value, manifest))
        return value

    return QUOTED_NUMBER.sub(put, text), marks


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
