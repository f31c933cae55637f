"""The look: one palette in light and dark, one Vega-Lite configuration, one named font."""

from __future__ import annotations

import functools
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cqbook.data.vocabulary import FLOWS_ZH
from cqbook.figures.identity import Spec

if TYPE_CHECKING:
    from PIL import Image

FONT_DIRECTORY = Path(__file__).resolve().parent / "fonts"
#: Version of Vega-Lite that is drawn, here and in the pages.
VEGA_LITE = "6.4"
FONT_FILES = ("CQBookSansSC-Bold.otf", "CQBookSansSC-Regular.otf")
#: The committed subset first, so that pictures are the same everywhere; then what readers have.
FONT = (
    "CQBook Sans SC, Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, "
    "Microsoft YaHei, sans-serif"
)
#: Colour roles, each as (light, dark). Hues after Okabe and Ito (2008), darkened or lightened until
#: text and marks have 4.5:1 (ink, muted) or 3:1 (marks) against the page in both modes.
PALETTE: dict[str, tuple[str, str]] = {
    "ink": ("#1f2933", "#e8ebef"),
    "muted": ("#55606e", "#a9b3bf"),
    "grid": ("#dfe4ea", "#3a4450"),
    "rest": ("#8a95a3", "#7f8b99"),
    "blue": ("#0b62a4", "#62b5f0"),
    "orange": ("#b5510a", "#f2a265"),
    "green": ("#00785f", "#3fc7a8"),
    "purple": ("#7a4a99", "#c9a0e2"),
    "red": ("#ae2a22", "#f58d85"),
    "pale": ("#cfe0ee", "#26435a"),
    "page": ("#ffffff", "#14181e"),
}
#: Order in which series take colours; the last is for what is left over.
SERIES = ("blue", "orange", "green", "purple", "red", "rest")
#: Of the one that a figure is about, beside others that are grey.
ACCENT = "orange"
#: Series that look the same in every figure.
_BOTH = FLOWS_ZH["total"]
ROLES = {FLOWS_ZH["export"]: "blue", FLOWS_ZH["import"]: "orange"}
ROLES |= dict.fromkeys((_BOTH, "总值", f"{_BOTH}总值"), "ink")
#: How full a bar is that is derived, in light and dark: as pale as on white it is lost on black.
PALE = (0.35, 0.55)
#: Around a picture, in px.
AROUND = 4
PICTURE_WIDTH = 680  # px, total width of a static picture on a desk
NARROW = 342  # px, the same on a 390 px phone less the page's margins
WIDE_FROM = 420  # px, of a chart: below, it is drawn as on a phone


def colour(role: str) -> str:
    """Return the light-mode colour of `role`; `dark` maps it later."""
    return PALETTE[role][0]


def config() -> Spec:
    """Return the Vega-Lite ``config`` of the house."""
    ink, muted, grid = colour("ink"), colour("muted"), colour("grid")
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "padding": AROUND,
        # as numbers beside marks and in texts are written; English has commas
        "numberFormat": "~f",
        "axis": {
            "labelColor": muted,
            "labelFontSize": 12,
            "titleColor": muted,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": grid,
            "domainColor": grid,
            "tickColor": grid,
            "labelLimit": 240,
        },
        "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
        "axisX": {"grid": False, "labelPadding": 4},
        "legend": {"labelColor": ink, "titleColor": muted, "labelFontSize": 12, "orient": "top"},
        "title": {
            "anchor": "start",
            "color": ink,
            "fontSize": 16,
            "subtitleColor": muted,
            "subtitleFontSize": 12,
        },
        "text": {"color": ink, "fontSize": 12},
        "bar": {"color": colour("blue")},
        "line": {"strokeWidth": 2.5, "color": colour("blue")},
        "point": {"filled": True, "size": 55},
        "range": {"category": [colour(role) for role in SERIES]},
    }


def dark(svg: str) -> str:
    """Return a picture with each colour of the light palette replaced by its dark partner.

    The same picture as of a specification in dark colours: these change no place and no size.
    """
    partners = {f'="{light}"': f'="{dark}"' for light, dark in PALETTE.values()}
    partners |= {f' fill-opacity="{PALE[0]:g}"': f' fill-opacity="{PALE[1]:g}"'}
    return re.sub("|".join(map(re.escape, partners)), lambda found: partners[found[0]], svg)


def with_width(spec: Spec, width: int) -> Spec:
    """Return `spec` drawn for a total width of `width` pixels, axes included."""
    return spec | {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}


def untitled(spec: Spec) -> Spec:
    """Return `spec` without its title, for pages that set the title as text."""
    return {key: value for key, value in spec.items() if key != "title"}


def ground() -> dict[str, Any]:
    """Return what draws the page's colour around letters, so that no line strikes them out."""
    return {"stroke": colour("page"), "strokeWidth": 4, "strokeJoin": "round"}


def line_width(text: str, latin: float) -> float:
    """Return the width of a line in full-width characters; `latin` is what any other character has.

    A mean is enough: lines are broken and room is left by it, nothing is placed.
    """
    return sum(1.0 if ord(char) > 0x2E7F else latin for char in text)


def label_width(text: str) -> float:
    """Return the width of the longest line of `text`, in full-width characters."""
    return max(line_width(part, 0.58) for part in text.split("\n"))


def _whole_font(path: Path) -> bool:
    """Return whether a font file has all the tables that its directory lists."""
    try:
        content = path.read_bytes()
        (count,) = struct.unpack_from(">4xH", content)
        ends = [sum(struct.unpack_from(">2I", content, 20 + 16 * n)) for n in range(count)]
    except (OSError, struct.error):
        return False
    return content[:4] in (b"OTTO", b"\0\1\0\0") and 0 < max(ends, default=0) <= len(content)


@functools.cache
def register_fonts() -> bool:
    """Make the committed font the one that vl-convert draws with.

    Raises
    ------
    DataError
        If it is not there whole: pictures would be drawn with whatever the machine has.
    """
    import vl_convert

    for path in (FONT_DIRECTORY / name for name in FONT_FILES):
        if not _whole_font(path):
            from cqbook.errors import DataError

            msg = (
                f"本书的字体 {path} 缺失或已损坏；git checkout 恢复它，或重装 cqbook 再运行"
                f" | the book's font {path} is missing or damaged: restore it by git checkout,"
                " or install cqbook again"
            )
            raise DataError(msg)
    vl_convert.register_font_directory(str(FONT_DIRECTORY))
    return True


_SVG_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')


def svg_size(svg: str) -> tuple[float, float]:
    """Return width and height of a picture in px."""
    match = _SVG_SIZE.search(svg)
    if not match:
        msg = "SVG without width and height"
        raise ValueError(msg)
    return float(match[1]), float(match[2])


def draw_svg(spec: Spec) -> str:
    """Return the static SVG of a Vega-Lite `spec`, its text in the house font.

    vl-convert is imported here only: a process that has used it must not fork afterwards.
    """
    import vl_convert

    register_fonts()
    return vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, time_format_locale="zh-CN")


@functools.lru_cache(maxsize=1)
def as_pdf(svg: str) -> bytes:
    """Return a picture as the renderer's PDF; a figure's PNG and its PDF come from the same one."""
    import vl_convert

    register_fonts()
    made: bytes = vl_convert.svg_to_pdf(svg)
    return made


def pixels(svg: str, scale: float) -> Image.Image:
    """Return a picture in pixels, `scale` of them to a px, on an opaque ground.

    PDFium draws in a twentieth of the time that the renderer takes to draw and to pack its pixels.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(as_pdf(svg))
    try:
        drawn: Image.Image = document[0].render(scale=scale).to_pil()
        return drawn.convert("RGB")
    finally:
        document.close()


def wrap_small_print(text: str, line: float) -> list[str]:
    """Break a text into lines of at most `line` full-width characters."""
    lines, width = [""], 0.0
    for piece in re.findall(r"(?:[0-9A-Za-z.,%/:_-]+|.)[，。；：、）”]*", text):
        step = line_width(piece, 0.55)
        if width and width + step > line:
            lines.append("")
            width = 0.0
        lines[-1] += piece
        width += step
    return lines
