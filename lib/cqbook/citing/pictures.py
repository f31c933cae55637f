"""Whether a picture in a document still is the one that the book drew."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cqbook.citing.cited import Cited
from cqbook.citing.entries import FigureEntry
from cqbook.disk.raster import raster
from cqbook.disk.untrusted import whole
from cqbook.editions.records import damaged
from cqbook.errors import DataError, refusal_of

if TYPE_CHECKING:
    from PIL import Image

#: Blur in pixels, and the difference in brightness up to which a picture of another size is the
#: same, resampled. Measured on figures at four to nine tenths of their size, saved as JPEG of
#: quality 60 to 85: the same picture stays below 18, one altered digit goes beyond 30.
BLUR, RESAMPLED = 1.0, 24
#: Pixels of the largest picture that is compared: ten times ours.
PIXELS = 30_000_000
#: Pixels of one of our pictures, nearly.
OURS = 1_500_000
#: Pixels that are compared for one document.
COMPARED = 250_000_000


def refuse_too_many(items: Iterable[Cited], name: str) -> None:
    """Refuse a document with more pixels than can be compared while somebody waits."""
    total = 0
    for picture in {item.picture for item in items if item.picture}:
        # what can't be opened is told apart from ours without being drawn
        with suppress(DataError), whole(name):
            width, height = raster(picture).size
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
    try:
        with whole("picture"):
            opened = raster(picture)
            if opened.width * opened.height > PIXELS:
                return True
            found = opened.convert("RGB")
    except DataError:
        # a picture that can't be drawn is not the one that was taken
        return True
    drawn = [entry.files[form] for form in ("png", "en.png") if form in entry.files]
    return all(_differs(found, edition / "site" / item.path) for item in drawn)


def _differs(found: Image.Image, path: Path) -> bool:
    from PIL import Image, ImageChops, ImageFilter

    try:
        wanted = Image.open(path).convert("RGB")
    except OSError as error:
        raise damaged(path, refusal_of(error)[0]) from error
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
