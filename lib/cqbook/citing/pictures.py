"""Whether a picture in a document, or a drawing, still is the one that the book drew."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from cqbook.citing.cited import Cited
from cqbook.citing.entries import FigureEntry
from cqbook.citing.readers.office_parts import safe_parser
from cqbook.disk.pdf import property_and_text
from cqbook.disk.untrusted import whole
from cqbook.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

#: Blur in pixels, and the difference in brightness up to which a picture of another size is the
#: same, resampled. Measured on figures at four to nine tenths of their size, saved as JPEG of
#: quality 60 to 85: the same picture stays below 18, one altered digit goes beyond 30.
BLUR, RESAMPLED = 1.0, 24
#: Formats that word processors keep pictures in, and the largest that is compared: ten times ours.
PICTURES, PIXELS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"), 30_000_000
#: Pixels of one of our pictures, nearly.
OURS = 1_500_000
#: Pixels that are compared for one document.
COMPARED = 250_000_000


def refuse_too_many(items: Iterable[Cited], name: str) -> None:
    """Refuse a document with more pixels than can be compared while somebody waits."""
    from PIL import Image

    total = 0
    for picture in {item.picture for item in items if item.picture}:
        # what can't be opened is told apart from ours without being drawn
        with suppress(DataError), whole(name):
            width, height = Image.open(io.BytesIO(picture), formats=PICTURES).size
            # beside it, ours in two languages
            total += min(width * height, PIXELS) + 2 * OURS
    if total > COMPARED:
        msg = (
            f"{name}：图片过多过大，不能一次比较；分成几份再核对"
            f" | {name}: too many and too large pictures to compare at once: split it"
        )
        raise DataError(msg)


def is_altered_picture(picture: bytes, edition: Path, entry: FigureEntry) -> bool:
    """Return whether a picture shows something else than the edition's."""
    from PIL import Image

    try:
        with whole("picture"):
            opened = Image.open(io.BytesIO(picture), formats=PICTURES)
            if opened.width * opened.height > PIXELS:
                return True
            found = opened.convert("RGB")
    except DataError:
        # a picture that can't be drawn is not the one that was taken
        return True
    drawn = [entry.files[form] for form in ("png", "en.png") if form in entry.files]
    return all(_differs(found, edition / "site" / item.path) for item in drawn)


def compared_drawing(
    form: str, content: bytes, edition: Path, entry: FigureEntry
) -> tuple[str, str]:
    """Return what an SVG or PDF shows otherwise than the edition's, and why it can't be compared.

    The same bytes, or the same elements, show the same. Where only the words are known to be the
    same, somebody may have painted over them.
    """
    names = [name for name in (form, f"en.{form}") if name in entry.files]
    known = [(edition / "site" / entry.files[name].path).read_bytes() for name in names]
    if content in known:
        return "", ""
    read = {"svg": _svg_words, "pdf": _pdf_words}[form]
    said = "该版次没有这种文件，画面没有比较"
    for item in known:
        (words, drawn), (wanted, model) = read(content), read(item)
        if words == wanted:
            if drawn and drawn == model:
                return "", ""
            return "", "文字与该版次的图相同，文件另存过，画面没有比较"
        said = ""
    return ("" if said else "图中的文字与该版次的图不同"), said


def _svg_words(content: bytes) -> tuple[str, str]:
    """Return the text of a drawing, and all of it but its metadata, in one form."""
    tree = etree.fromstring(content, safe_parser())
    for node in [*tree.iter("{*}metadata")]:
        node.getparent().remove(node)
    words = " ".join("".join(map(str, node.itertext())) for node in tree.iter("{*}text"))
    return words, etree.canonicalize(etree.tostring(tree), strip_text=True)


def _pdf_words(content: bytes) -> tuple[str, str]:
    return "".join(property_and_text(content)[1].split()), ""


def _differs(found: Image.Image, path: Path) -> bool:
    from PIL import Image, ImageChops, ImageFilter

    wanted = Image.open(path).convert("RGB")
    if found.size == wanted.size:
        return ImageChops.difference(found, wanted).getbbox() is not None
    # compressed by a word processor: the same picture in another size. The worst place counts, not
    # the mean: one digit of a picture is little of it
    size = (min(found.width, wanted.width), min(found.height, wanted.height))
    sharp, blur = Image.Resampling.LANCZOS, ImageFilter.GaussianBlur(BLUR)
    sides = (side.resize(size, sharp).convert("L").filter(blur) for side in (found, wanted))
    # by how many pixels are that different: all of them no more than resampling makes
    counts = ImageChops.difference(*sides).histogram()
    return any(counts[RESAMPLED + 1 :])
