"""A figure as files to take away: pictures that carry their source, data, specification, citation.

Every file says which figure of which edition it is, and the hash of the data that were drawn,
inside itself: a picture that was moved into a briefing can be asked again. All bytes are
deterministic.
"""

from __future__ import annotations

import base64
import csv
import functools
import io
import logging
import re
import struct
import textwrap
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape, unescape
from typing import Any

from nbformat import NotebookNode

from cqbook.data.publication import Publication
from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.disk.checksums import json_digest, to_json
from cqbook.figures import english, theme
from cqbook.figures.figure import figures_of
from cqbook.figures.identity import Identity, Spec

#: Formats in the order of the toolbar: extension → what a reader calls it.
FORMATS = {
    "png": "PNG",
    "svg": "SVG",
    "pdf": "PDF",
    "csv": "CSV",
    "xlsx": "Excel",
    "vl.json": "Vega-Lite",
}
#: Formats that are there in English too, as ``fig-….en.png``.
ENGLISH = ("png", "svg", "pdf", "vl.json")
#: Key of the stamp in PNG text chunks and PDF properties.
METADATA_KEY = "cqbook"
#: Width of a line of small print, in full-width characters at 11 px.
SMALL_PRINT_WIDTH = 58
PICTURE_SCALE = 2.0
CSV_COLUMNS = {
    "group": "系列",
    "label": "项目",
    "value": "数值",
    "lower": "下限",
    "upper": "上限",
    "unit": "单位",
    "full": "印作",
    "status": "性质",
    "detail": "附注",
    "source_id": "来源",
    "observation_id": "数据编号",
}
NUMERIC_FIELDS = ("value", "lower", "upper")
#: What a spreadsheet takes for the beginning of a formula, also in full width and after spaces.
FORMULA_START = re.compile(r"\s*[-=+@＝＋－＠]|[\t\r\n]")


@dataclass(frozen=True)
class Exhibit:
    """One figure of one edition: identity, specification, the page it stands on, the book."""

    identity: Identity
    spec: Spec
    page: str
    edition: str
    book: Publication
    language: str = "zh"

    @property
    def id(self) -> str:
        """The figure's id."""
        return self.identity.id

    @property
    def data_hash(self) -> str:
        """SHA-256 of the rows that were drawn."""
        return json_digest(self.identity.table)

    @property
    def permalink(self) -> str:
        """Address in the frozen edition; the way inside the site where its address is not known."""
        return self.book.whole(f"v/{self.edition}/{self.page}.html#{self.id}")

    @property
    def stamp(self) -> dict[str, str]:
        """What every file of the figure carries."""
        return {
            "id": self.id,
            "edition": self.edition,
            "data": self.data_hash,
            "title": self.identity.title,
            "permalink": self.permalink,
        }

    @property
    def source(self) -> str:
        """The source line, as under the figure."""
        if self.language == "en":
            derived = {"derived": " (derived)", "mixed": " (partly derived)"}
            names = "; ".join(item.label for item in self.identity.sources) or "see caption"
            return f"Source{derived.get(self.identity.status, '')}: {names}"
        derived = {"derived": "（本书推算）", "mixed": "（部分为本书推算）"}
        names = "；".join(item.label for item in self.identity.sources) or "见图注"
        return f"数据来源{derived.get(self.identity.status, '')}：{names}"


def translated(exhibit: Exhibit, known: Mapping[str, str]) -> Exhibit:
    """Return the figure for English readers: same id, same data, same hash.

    Raises
    ------
    cqbook.figures.english.Untranslated
        If a text of the chart has no English.
    """
    identity = replace(
        exhibit.identity,
        title=exhibit.identity.english.title,
        subtitle=exhibit.identity.english.caption,
        caption="",
        alt=english.described(exhibit.identity, known),
    )
    spec = english.chart(exhibit.spec, known)
    return replace(exhibit, identity=identity, spec=spec, language="en")


def exhibits_of(
    notebook: NotebookNode, page: str, edition: str, book: Publication
) -> list[Exhibit]:
    """Return the figures of an executed notebook that are drawn."""
    return [Exhibit(item.identity, item.spec, page, edition, book) for item in figures_of(notebook)]


def citations(exhibit: Exhibit) -> dict[str, str]:
    """Return the citation by style: ``line`` (for a briefing), ``gbt7714``, ``apa``, ``bibtex``.

    GB/T 7714—2015 asks for the day of the citation: that is the reader's to fill in.
    """
    title, edition = exhibit.identity.title, exhibit.edition
    book, author = exhibit.book.title, exhibit.book.author
    year = edition[:4] if re.match(r"(19|20)\d\d", edition) else ""
    key = re.sub(r"\W", "", f"{exhibit.id}{edition}".replace("-", ""))
    return {
        "line": f"{exhibit.source}；图：《{book}》，版次 {edition}，{exhibit.id}。",
        "gbt7714": f"{author}. {title}[DS/OL]//{book}. 版次 {edition}. {exhibit.id}"
        f"[引用日期]. {exhibit.permalink}.",
        "apa": f"{author}. ({year or 'n.d.'}). {title} [Figure {exhibit.id}]. "
        f"In {book} (Edition {edition}). {exhibit.permalink}",
        "bibtex": f"@misc{{{key},\n  author = {{{{{author}}}}},\n  title = {{{title}}},\n"
        f"  howpublished = {{{book}，版次 {edition}}},\n  year = {{{year}}},\n"
        f"  note = {{{exhibit.id}，{exhibit.source}}},\n  url = {{{exhibit.permalink}}}\n}}",
    }


# --- pictures


def textual(text: str, line: float) -> list[str]:
    """Break an English text into lines of the same width."""
    return textwrap.wrap(text, round(line / 0.52))


@functools.cache
def _font(weight: str) -> bytes:
    return (theme.FONT_DIRECTORY / f"CQBookSansSC-{weight}.otf").read_bytes()


def _face(weight: str, css: int, text: str) -> str:
    """Return an ``@font-face`` rule with the glyphs of `text` only."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(flavor="woff", notdef_outline=True, recalc_timestamp=False)
    # the bounding box of the whole face serves a part of it; to measure it anew takes long
    font = TTFont(io.BytesIO(_font(weight)), recalcTimestamp=False, recalcBBoxes=False)
    cut = subset.Subsetter(options)
    cut.populate(text="".join(sorted(set(text))))
    cut.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    data = base64.b64encode(out.getvalue()).decode()
    return (
        f"@font-face{{font-family:'CQBook Sans SC';font-weight:{css};"
        f"src:url(data:font/woff;base64,{data})}}"
    )


def card(exhibit: Exhibit) -> str:
    """Return the figure as one SVG with title, unit, source, edition and id inside, no font yet."""
    kept = json_digest(
        [exhibit.spec, exhibit.identity, exhibit.page, exhibit.edition, exhibit.language]
    )
    if kept not in _CARDS:
        # the three formats of one figure are made one after the other
        _CARDS.clear()
        _CARDS[kept] = _card(exhibit)
    return _CARDS[kept]


_CARDS: dict[str, str] = {}


def _card(exhibit: Exhibit) -> str:
    spec = {key: value for key, value in exhibit.spec.items() if key != "usermeta"}
    # an English line breaks between words, a Chinese one between characters
    breaks = textual if exhibit.language == "en" else theme.wrap_small_print
    title = breaks(exhibit.identity.title, 40)
    subtitle = breaks(exhibit.identity.subtitle, 54)
    spec = theme.with_width(
        spec | {"title": {"text": title, "subtitle": subtitle}}, theme.PICTURE_WIDTH
    )
    chart = theme.draw_svg(spec)
    width, height = theme.svg_size(chart)
    note = exhibit.identity.caption
    notes = theme.wrap_small_print(note, SMALL_PRINT_WIDTH) if note else []
    small = [*notes, *theme.wrap_small_print(exhibit.source, SMALL_PRINT_WIDTH)]
    if exhibit.language == "en":
        small.append(f"{exhibit.book.title_en}, edition {exhibit.edition} | {exhibit.id}")
    else:
        small.append(f"《{exhibit.book.title}》版次 {exhibit.edition}｜{exhibit.id}")
    texts = "".join(
        f'<text x="8" y="{height + 18 + 17 * number:g}" font-size="11"'
        f' font-family="{escape(theme.FONT)}" fill="{theme.colour("muted")}">{escape(line)}</text>'
        for number, line in enumerate(small)
    )
    full = height + 26 + 17 * len(small)
    body = re.sub(r"^<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", chart).strip()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' width="{width:g}" height="{full:g}" viewBox="0 0 {width:g} {full:g}" role="img"'
        f' aria-label="{escape(exhibit.identity.alt)}">'
        f"<title>{escape(exhibit.identity.title)}</title>"
        f"<desc>{escape(exhibit.identity.alt)}</desc>"
        f"<metadata>{escape(_packed(exhibit))}</metadata>"
        f'<rect width="100%" height="100%" fill="{theme.colour("page")}"/>{body}{texts}</svg>'
    )


def _packed(exhibit: Exhibit) -> str:
    return to_json(exhibit.stamp)


def svg(exhibit: Exhibit) -> bytes:
    """Return the picture as SVG with the glyphs that it uses inside: the same look anywhere."""
    made = card(exhibit)
    texts = {False: "", True: ""}
    for found in re.finditer(r"<text([^>]*)>(.*?)</text>", made, re.S):
        texts["bold" in found[1]] += unescape(re.sub(r"<[^>]*>", "", found[2]))
    faces = [("Regular", 400, texts[False]), ("Bold", 700, texts[True])]
    style = "".join(_face(*face) for face in faces if face[2])
    style = f"<style>{style}</style>"
    return made.replace("<rect width", f"{style}<rect width", 1).encode()


def png(exhibit: Exhibit) -> bytes:
    """Return the picture as PNG, its stamp in a text chunk."""
    import vl_convert

    theme.register_fonts()
    made = vl_convert.svg_to_png(card(exhibit), scale=PICTURE_SCALE)
    # an iTXt chunk goes behind the header: 8 bytes of signature, 25 of IHDR
    chunk = _chunk(b"iTXt", METADATA_KEY.encode() + b"\0\0\0\0\0" + _packed(exhibit).encode())
    return made[:33] + chunk + made[33:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content) & 0xFFFFFFFF
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def pdf(exhibit: Exhibit) -> bytes:
    """Return the picture as PDF, its stamp in the document's properties."""
    import vl_convert
    from pypdf import PdfReader, PdfWriter

    theme.register_fonts()
    # it counts the objects of the renderer's trailer, and finds nothing wrong that matters
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    drawn = PdfReader(io.BytesIO(vl_convert.svg_to_pdf(card(exhibit))))
    # the renderer writes its dictionaries in an order of chance
    for number in range(1, len(drawn.xref[0]) + 1):
        _sort(drawn.get_object(number))
    made = PdfWriter(clone_from=drawn)
    made.add_metadata(
        {
            "/Title": exhibit.identity.title,
            "/Author": exhibit.book.author,
            "/Subject": citations(exhibit)["line"],
            "/Keywords": f"{exhibit.id} {exhibit.edition}",
            f"/{METADATA_KEY}": _packed(exhibit),
        }
    )
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def _sort(node: object) -> None:
    """Sort the keys of a PDF object and of what lies directly in it."""
    if isinstance(node, dict):
        items = sorted(node.items())
        node.clear()
        node.update(items)
    if isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            _sort(item)


# --- data


#: A cell of the rows drawn.
FileCell = str | float | None


def rows(exhibit: Exhibit) -> list[dict[str, FileCell]]:
    """Return the rows drawn, numbers as numbers: the keys of `CSV_COLUMNS`, None where empty."""
    drawn: dict[tuple[str, str], dict[str, Any]] = {}
    for items in exhibit.spec.get("datasets", {}).values():
        for item in items:
            if "label" in item:
                label = str(item["label"]).replace("\n", "")
                drawn.setdefault((str(item.get("group") or ""), label), item)
    found = []
    for cells in exhibit.identity.table.records():
        row: dict[str, FileCell] = dict.fromkeys(CSV_COLUMNS) | cells
        mark = drawn.get((cells.get("group", ""), cells.get("label", "")), {})
        for name in NUMERIC_FIELDS:
            number = mark.get(name)
            row[name] = float(number) if isinstance(number, int | float) else None
        found.append({name: row[name] for name in CSV_COLUMNS} | {"unit": exhibit.identity.unit})
    return found


def _safe(cell: FileCell) -> str | float:
    """Return a text that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and FORMULA_START.match(cell):
        return f"'{cell}"
    return "" if cell is None else cell


def as_csv(exhibit: Exhibit) -> bytes:
    """Return the rows drawn as CSV for spreadsheets: UTF-8 with BOM, numbers as numbers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS.values())
    for row in rows(exhibit):
        writer.writerow([_safe(row[name]) for name in CSV_COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def xlsx(exhibit: Exhibit) -> bytes:
    """Return the rows drawn as XLSX; a second sheet says what they are and where they come from."""
    import xlsxwriter

    out = io.BytesIO()
    # nothing that begins with = becomes a formula, nothing that looks like an address a link
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(
        {
            "title": exhibit.identity.title,
            "author": exhibit.book.author,
            "keywords": f"{exhibit.id} {exhibit.edition}",
            "comments": _packed(exhibit),
            "created": archives.EPOCH,
        }
    )
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, list(CSV_COLUMNS.values()), bold)
    for number, row in enumerate(rows(exhibit), start=1):
        for place, name in enumerate(CSV_COLUMNS):
            cell = row[name]
            if isinstance(cell, float):
                sheet.write_number(number, place, cell)
            elif cell:
                sheet.write_string(number, place, cell)
    sheet.set_column(0, len(CSV_COLUMNS) - 1, 16)
    about = book.add_worksheet("说明")
    own = exhibit.identity
    facts = [
        ("图题", own.title),
        ("副题", own.subtitle),
        ("单位", own.unit),
        ("来源", exhibit.source),
        ("图注", own.caption),
        ("版次", exhibit.edition),
        ("编号", exhibit.id),
        ("数据指纹", exhibit.data_hash),
        ("地址", exhibit.permalink),
        ("引用", citations(exhibit)["gbt7714"]),
    ]
    for number, (name, text) in enumerate(facts):
        about.write_string(number, 0, name, bold)
        about.write_string(number, 1, text)
    about.set_column(1, 1, 90)
    book.close()
    return undated(out.getvalue())


def vega(exhibit: Exhibit) -> bytes:
    """Return the Vega-Lite specification with the stamp in ``usermeta``."""
    meta = exhibit.spec.get("usermeta", {}) | exhibit.stamp
    return f"{to_json(exhibit.spec | {'usermeta': meta})}\n".encode()


MAKERS = {"png": png, "svg": svg, "pdf": pdf, "csv": as_csv, "xlsx": xlsx, "vl.json": vega}


def to_format(exhibit: Exhibit, form: str) -> bytes:
    """Return the figure in one of `FORMATS`."""
    return MAKERS[form](exhibit)
