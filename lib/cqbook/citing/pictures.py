"""Whether a picture in a document, or a drawing, still is the one that the book drew."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from cqbook.citing.cited import Cited
from cqbook.citing.entries import FigureEntry, file_of
from cqbook.disk.pdf import properties_and_text
from cqbook.disk.raster import raster
from cqbook.disk.untrusted import safe_parser, whole
from cqbook.editions.records import unread
from cqbook.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

#: Blur in pixels, and the difference in brightness up to which a picture of another size is the
#: same, resampled. Measured on figures at four to nine tenths of their size, saved as JPEG of
#: quality 60 to 85: the same picture stays below 18, one altered digit goes beyond 30. At full size
#: JPEG of quality 60 to 90 and 16 to 128 colours stay below 16, one altered digit beyond 95.
BLUR, RESAMPLED = 1.0, 24
#: The same of one colour, which JPEG keeps more coarsely: up to 42 at quality 60; two colours of
#: ours are further apart.
RECOLOURED = 72
#: The same of the mean of a square of so many pixels, which JPEG keeps: pale bars of another colour
#: are 49 apart, those of JPEG and of 64 colours below 20.
SQUARE, TINTED = 8, 32
#: How far apart the colours of a pixel of a picture without any are, as JPEG keeps them.
GREY = 24
#: Levels up to which what is around a picture is background, and the part by which its sides may
#: be in another proportion: pixels that rounding makes.
NOISE, ASKEW = 16, 0.02
#: Pixels along the longer side at which a screenshot is laid over ours, and how often the step by
#: which it is moved is halved, from a pixel on: nine screenshots at 0.45 to 1.2 stay below 6 then.
ALIGNED_AT, HALVED = 1000, 6
#: The largest picture that is compared: ten times ours.
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
    drawn = [entry.files[form] for form in ("png", "en.png") if form in entry.files]
    paths = [edition / "site" / item.path for item in drawn]
    if any(picture == file_of(edition, item) for item in drawn):
        return False
    try:
        with whole("picture"):
            opened = raster(picture)
            if opened.width * opened.height > PIXELS:
                return True
            found = opened.convert("RGB")
    except DataError:
        # a picture that can't be drawn is not the one that was taken
        return True
    return all(_differs(found, path) for path in paths)


def compared_drawing(
    form: str, content: bytes, edition: Path, entry: FigureEntry
) -> tuple[str, str]:
    """Return what an SVG or PDF shows otherwise than the edition's, and why it can't be compared.

    The same bytes, or the same elements, show the same. Where only the words are known to be the
    same, somebody may have painted over them.
    """
    names = [name for name in (form, f"en.{form}") if name in entry.files]
    known = [file_of(edition, entry.files[name]) for name in names]
    if content in known:
        return "", ""
    if not known:
        return "", "该版次没有这种文件，画面没有比较"
    read = {"svg": _svg_words, "pdf": _pdf_words}[form]
    words, drawn = read(content)
    for item in known:
        wanted, model = read(item)
        if words == wanted:
            if drawn and drawn == model:
                return "", ""
            return "", "文字与该版次的图相同，文件另存过，画面没有比较"
    return "图中的文字与该版次的图不同", ""


def _svg_words(content: bytes) -> tuple[str, str]:
    """Return the text of a drawing, and all of it but its metadata, in one form."""
    tree = etree.fromstring(content, safe_parser())
    for node in [*tree.iter("{*}metadata")]:
        node.getparent().remove(node)
    words = " ".join("".join(map(str, node.itertext())) for node in tree.iter("{*}text"))
    return words, etree.canonicalize(etree.tostring(tree, encoding="unicode"), strip_text=True)


def _pdf_words(content: bytes) -> tuple[str, str]:
    return "".join(properties_and_text(content)[1].split()), ""


def _differs(found: Image.Image, path: Path) -> bool:
    from PIL import Image

    try:
        wanted = Image.open(path).convert("RGB")
    except OSError as error:
        raise unread(path, error) from error
    if not _looks_otherwise(found, wanted):
        return False
    # a program that puts a white border around a picture changes nothing in it
    sides = [side.crop(_content(side)) for side in (found, wanted)]
    return _looks_otherwise(*sides) and _looks_otherwise(sides[0], _as_shown(wanted, sides[0]))


def _as_shown(wanted: Image.Image, shown: Image.Image) -> Image.Image:
    """Return our picture as it is seen in a screenshot of it that has its content.

    Where that begins is known to a pixel of the screenshot, which may be two of ours: each side is
    moved to where both differ least. What differs then is judged as ever.
    """
    from PIL import Image, ImageChops, ImageStat

    part = min(1.0, ALIGNED_AT / max(shown.size))
    size = (max(1, round(shown.width * part)), max(1, round(shown.height * part)))
    way = Image.Resampling.BILINEAR
    small, ours = shown.convert("L").resize(size, way), wanted.convert("L")

    def apart(box: tuple[float, ...]) -> float:
        drawn = ours.resize(size, way, box=(box[0], box[1], box[2], box[3]))
        return float(ImageStat.Stat(ImageChops.difference(drawn, small)).mean[0])

    box: tuple[float, ...] = tuple(map(float, _content(wanted)))
    ends = (0.0, 0.0, float(wanted.width), float(wanted.height))
    least, step = apart(box), (box[2] - box[0]) / size[0]
    for _ in range(HALVED):
        for side in range(4):
            for way_there in (-step, step):
                moved = (*box[:side], box[side] + way_there, *box[side + 1 :])
                inside = moved[side] >= ends[side] if side < 2 else moved[side] <= ends[side]
                if inside and (found := apart(moved)) < least:
                    least, box = found, moved
        step /= 2
    sharp = Image.Resampling.LANCZOS
    return wanted.resize(shown.size, sharp, box=(box[0], box[1], box[2], box[3]))


def _content(side: Image.Image) -> tuple[int, int, int, int]:
    """Return where a picture is more than its background."""
    from PIL import Image, ImageChops

    ground = Image.new("RGB", side.size, side.getpixel((0, 0)))
    apart = ImageChops.difference(side, ground).convert("L").point(lambda level: level > NOISE)
    return apart.getbbox() or (0, 0, *side.size)


def _looks_otherwise(found: Image.Image, wanted: Image.Image) -> bool:
    from PIL import Image, ImageChops, ImageFilter

    if abs(found.width * wanted.height - found.height * wanted.width) > ASKEW * (
        found.width * wanted.height
    ):
        return True
    # compressed by a word processor: the same picture in another size. The worst place counts, not
    # the mean: one digit of a picture is little of it
    size = (min(found.width, wanted.width), min(found.height, wanted.height))
    if _is_grey(found):
        # printed without colours
        wanted = wanted.convert("L").convert("RGB")
    sharp, blur = Image.Resampling.LANCZOS, ImageFilter.GaussianBlur(BLUR)
    sides = [side.resize(size, sharp).filter(blur) for side in (found, wanted)]
    apart = ImageChops.difference(*(side.convert("L") for side in sides))
    # by how many pixels are that different: all of them no more than resampling makes
    colours = ImageChops.difference(*sides).split()
    squares = (max(1, size[0] // SQUARE), max(1, size[1] // SQUARE))
    coarse = [side.resize(squares, Image.Resampling.BOX) for side in (found, wanted)]
    tints = ImageChops.difference(*coarse).split()
    return (
        any(apart.histogram()[RESAMPLED + 1 :])
        or any(any(band.histogram()[RECOLOURED + 1 :]) for band in colours)
        or any(any(band.histogram()[TINTED + 1 :]) for band in tints)
    )


def _is_grey(picture: Image.Image) -> bool:
    from PIL import ImageChops

    red, green, blue = picture.split()
    apart = [ImageChops.difference(red, band) for band in (green, blue)]
    return not any(any(band.histogram()[GREY + 1 :]) for band in apart)
