"""A figure as files to take away: pictures that carry their source, data, specification, records.

Every file says which figure of which edition it is, and the hash of the data that were drawn,
inside itself: a picture that was moved into a briefing can be asked again. All bytes are
deterministic.
"""

from __future__ import annotations

import base64
import functools
import io
import json
import logging
import re
import struct
import textwrap
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from html import escape, unescape
from typing import TYPE_CHECKING

from cqbook.disk.archives import zipped
from cqbook.disk.checksums import digest, json_digest, to_json
from cqbook.figures import theme
from cqbook.figures.citations import RECORDS, citations
from cqbook.figures.exhibit import Exhibit
from cqbook.figures.identity import Spec
from cqbook.figures.sheets import as_csv, csv_description, json_of_table
from cqbook.figures.workbook import xlsx

if TYPE_CHECKING:
    import uharfbuzz
    from PIL import Image
    from pypdf import PageObject, PdfWriter

#: Formats in the order of the toolbar: extension → what a reader calls it.
FORMATS = {
    "png": "PNG",
    "svg": "SVG",
    "pdf": "PDF",
    "csv": "CSV",
    "xlsx": "Excel",
    "vl.json": "Vega-Lite",
}
#: Those of a table.
TABLE_FORMATS = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}
#: Formats that are there in English too, as ``fig-….en.png``.
ENGLISH = ("png", "svg", "pdf", "vl.json")
#: What stands beside them on the figure's own page.
COMPANIONS = {
    "csv-metadata.json": "CSVW",
    "bib": "BibTeX",
    "ris": "RIS",
    "csl.json": "CSL-JSON",
}
#: All of a figure in one file.
ALL_IN_ONE = "zip"
#: What says in it what the others are.
ALL_IN_ONE_METADATA = "metadata.json"
#: What is said there of figures only.
FIGURES_ONLY = ("unit", "status")
#: Key of the stamp in PNG text chunks and PDF properties.
METADATA_KEY = "cqbook"
#: Width of a line of small print, in full-width characters at 11 px.
SMALL_PRINT_WIDTH = 58
#: Widths of a line of title and subtitle, in full-width characters.
TITLE_WIDTH, SUBTITLE_WIDTH = 40, 54
#: Width of a picture on paper, in mm: the text of an A4 page after GB/T 9704.
PAPER_WIDTH = 156
INCH = 25.4
#: Dots per inch of a PNG; points per inch of a PDF, whose page the renderer makes a point a px.
DOTS_PER_INCH, POINTS_PER_INCH = 300, 72
RASTER_SCALE, PAGE_SCALE = (
    PAPER_WIDTH / INCH * unit / theme.PICTURE_WIDTH for unit in (DOTS_PER_INCH, POINTS_PER_INCH)
)
#: Colours of a PNG that has a palette, and how far they may be from those that were drawn, of 255.
PALETTE_COLOURS, SHADES_APART = 256, 8


# --- pictures


def broken(exhibit: Exhibit, text: str, line: float) -> list[str]:
    """Break a text of a picture into lines: English between words, Chinese between characters."""
    if exhibit.language == "en":
        return textwrap.wrap(text, round(line / 0.52))
    return theme.wrap_small_print(text, line)


def heading(exhibit: Exhibit) -> dict[str, list[str]]:
    """Return title and subtitle in lines, as Vega-Lite has them."""
    own = exhibit.identity
    return {
        "text": broken(exhibit, own.title, TITLE_WIDTH),
        "subtitle": broken(exhibit, own.subtitle, SUBTITLE_WIDTH),
    }


@functools.cache
def _font(weight: str) -> uharfbuzz.Face:
    import uharfbuzz

    return uharfbuzz.Face((theme.FONT_DIRECTORY / f"CQBookSansSC-{weight}.otf").read_bytes())


def _face(weight: str, css: int, text: str) -> str:
    """Return an ``@font-face`` rule with the glyphs of `text` only."""
    import uharfbuzz

    wanted = uharfbuzz.SubsetInput()
    wanted.sets(uharfbuzz.SubsetInputSets.UNICODE).update(map(ord, text))
    cut = uharfbuzz.subset(_font(weight), wanted).blob.data
    return (
        f"@font-face{{font-family:'CQBook Sans SC';font-weight:{css};"
        f"src:url(data:font/otf;base64,{base64.b64encode(cut).decode()})}}"
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
    spec = theme.with_width(spec | {"title": heading(exhibit)}, theme.PICTURE_WIDTH)
    chart = theme.draw_svg(spec)
    width, height = theme.svg_size(chart)
    note = exhibit.identity.caption
    notes = broken(exhibit, note, SMALL_PRINT_WIDTH) if note else []
    small = [*notes, *theme.wrap_small_print(exhibit.source, SMALL_PRINT_WIDTH), exhibit.imprint]
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
        f"<metadata>{escape(exhibit.packed)}</metadata>"
        f'<rect width="100%" height="100%" fill="{theme.colour("page")}"/>{body}{texts}</svg>'
    )


def svg(exhibit: Exhibit) -> bytes:
    """Return the picture as SVG with the glyphs that it uses inside: the same look anywhere."""
    made = card(exhibit)
    texts = {False: "", True: ""}
    for found in re.finditer(r"<text([^>]*)>(.*?)</text>", made, re.S):
        texts["bold" in found[1]] += unescape(re.sub(r"<[^>]*>", "", found[2]))
    faces = [("Regular", 400, texts[False]), ("Bold", 700, texts[True])]
    style = "".join(_face(*face) for face in faces if face[2])
    width, height = theme.svg_size(made)
    sized = f'width="{PAPER_WIDTH}mm" height="{height * PAPER_WIDTH / width:.2f}mm"'
    made = made.replace(f'width="{width:g}" height="{height:g}"', sized, 1)
    return made.replace("<rect width", f"<style>{style}</style><rect width", 1).encode()


def png(exhibit: Exhibit) -> bytes:
    """Return the picture as PNG, as wide on paper as its text, its stamp in a text chunk."""
    out = io.BytesIO()
    with_palette(theme.pixels(card(exhibit), RASTER_SCALE)).save(
        out, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), compress_level=6
    )
    made = out.getvalue()
    # an iTXt chunk goes behind the header: 8 bytes of signature, 25 of IHDR
    chunk = _chunk(b"iTXt", METADATA_KEY.encode() + b"\0\0\0\0\0" + exhibit.packed.encode())
    return made[:33] + chunk + made[33:]


def with_palette(picture: Image.Image) -> Image.Image:
    """Return a picture with a palette where nobody sees the difference: a third of the bytes.

    Most charts have few colours, and shades of them where edges are smooth.
    """
    from PIL import Image, ImageChops

    made = picture.quantize(
        PALETTE_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    apart = ImageChops.difference(made.convert("RGB"), picture)
    # where that is black, nothing is farther apart
    seen = apart.point(lambda shade: 255 * (shade > SHADES_APART)).getbbox()
    return picture if seen else made


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content) & 0xFFFFFFFF
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def pdf(exhibit: Exhibit) -> bytes:
    """Return the picture as PDF, its stamp in the document's properties."""
    from pypdf import PdfReader, PdfWriter

    # it counts the objects of the renderer's trailer, and finds nothing wrong that matters
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    drawn = PdfReader(io.BytesIO(theme.as_pdf(card(exhibit))))
    # the renderer writes its dictionaries in an order of chance
    for number in range(1, len(drawn.xref[0]) + 1):
        _sort(drawn.get_object(number))
    made = PdfWriter(clone_from=drawn)
    _scale(made, made.pages[0])
    made.add_metadata(
        {
            "/Title": exhibit.identity.title,
            "/Author": exhibit.book.author,
            "/Subject": citations(exhibit)["line"],
            "/Keywords": f"{exhibit.id} {exhibit.edition}",
            f"/{METADATA_KEY}": exhibit.packed,
        }
    )
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def _scale(made: PdfWriter, page: PageObject) -> None:
    """Make a page as wide as its text on paper; its drawing stays as compressed as it is."""
    from pypdf.generic import ArrayObject, FloatObject, NameObject, StreamObject

    first, last = StreamObject(), StreamObject()
    first.set_data(f"q {PAGE_SCALE:.6f} 0 0 {PAGE_SCALE:.6f} 0 0 cm\n".encode())
    last.set_data(b"Q\n")
    page[NameObject("/Contents")] = ArrayObject(
        [made._add_object(first), page.raw_get("/Contents"), made._add_object(last)]
    )
    sides = (float(side) * PAGE_SCALE for side in page.mediabox)
    page[NameObject("/MediaBox")] = ArrayObject(FloatObject(round(side, 3)) for side in sides)


def _sort(node: object) -> None:
    """Sort the keys of a PDF object and of what lies directly in it."""
    if isinstance(node, dict):
        items = sorted(node.items())
        node.clear()
        node.update(items)
    if isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            _sort(item)


# --- what programs read


def taken_away(exhibit: Exhibit) -> Spec:
    """Return the specification that draws title, note, source and edition too, on its own ground.

    All above the chart: Vega-Lite has no place below one that has axes to fit.
    """
    own = exhibit.identity
    lines = [
        line
        for text in (own.subtitle, own.caption)
        for line in broken(exhibit, text, SUBTITLE_WIDTH)
        if line
    ]
    # names of sources are Chinese in English too
    lines += [*theme.wrap_small_print(exhibit.source, SUBTITLE_WIDTH), exhibit.imprint]
    title = heading(exhibit) | {"subtitle": lines, "subtitleLineHeight": 16, "offset": 12}
    return exhibit.spec | {"title": title, "background": theme.colour("page")}


def vega(exhibit: Exhibit) -> bytes:
    """Return the Vega-Lite specification with the stamp in ``usermeta``."""
    meta = exhibit.spec.get("usermeta", {}) | exhibit.stamp
    return f"{to_json(taken_away(exhibit) | {'usermeta': meta})}\n".encode()


MAKERS: dict[str, Callable[[Exhibit], bytes]] = {
    "png": png,
    "svg": svg,
    "pdf": pdf,
    "csv": as_csv,
    "xlsx": xlsx,
    "vl.json": vega,
    "json": json_of_table,
    "csv-metadata.json": csv_description,
}


def to_format(exhibit: Exhibit, form: str) -> bytes:
    """Return the figure in one of `FORMATS`, a table in one of `TABLE_FORMATS`, or a companion."""
    if form in RECORDS:
        return f"{citations(exhibit)[RECORDS[form]]}\n".encode()
    return MAKERS[form](exhibit)


def all_in_one(exhibit: Exhibit, files: Mapping[str, bytes]) -> bytes:
    """Return the files of a figure, by name, in one ZIP, and what they are as JSON.

    In a folder of its own, so that two of them can be unpacked in one place.
    """
    own = exhibit.identity
    described = exhibit.stamp | {
        "subtitle": own.subtitle,
        "unit": own.unit,
        "note": own.caption,
        "alt": own.alt,
        "status": own.status,
        "english": asdict(own.english),
        "sources": [{"id": item.id, "label": item.label} for item in own.sources],
        "source": exhibit.source,
        "book": exhibit.book.title,
        "creator": exhibit.book.author,
        "citations": citations(exhibit),
        "files": {
            name: {"sha256": digest(content), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    if exhibit.is_table:
        # a table has no unit of its own, and says of its cells what they are
        described = {name: said for name, said in described.items() if name not in FIGURES_ONLY}
    text = json.dumps(described, ensure_ascii=False, sort_keys=True, indent=1)
    inside = {ALL_IN_ONE_METADATA: f"{text}\n".encode(), **files}
    return zipped({f"{exhibit.id}/{name}": content for name, content in inside.items()})
