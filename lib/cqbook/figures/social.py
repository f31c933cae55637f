"""The card that networks show of a figure: what it has found out, large, above the chart."""

from __future__ import annotations

import io
import re
from html import escape

from cqbook.figures import theme
from cqbook.figures.exhibit import Exhibit
from cqbook.figures.formats import broken, with_palette

#: Size of a card, as the networks ask for it.
CARD = (1200, 630)
MARGIN = 60
#: Of the finding: sizes of letters, largest first, each with the lines that it may take.
FINDING = ((52, 2), (44, 2), (38, 3))
SMALL = 24


def social_card(exhibit: Exhibit, chart: str) -> bytes:
    """Return the card of a figure as PNG.

    Parameters
    ----------
    chart : str
        SVG of the chart, without a title.
    """
    out = io.BytesIO()
    with_palette(theme.pixels(_drawing(exhibit, chart), 1)).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _drawing(exhibit: Exhibit, chart: str) -> str:
    own = exhibit.identity
    room = CARD[0] - 2 * MARGIN
    size, lines = _finding(exhibit, room)
    top = float(MARGIN + size)
    texts = [
        (line, MARGIN, top + number * size * 1.3, size, 700, "ink")
        for number, line in enumerate(lines)
    ]
    top += (len(lines) - 1) * size * 1.3 + SMALL * 1.6
    subtitle = broken(exhibit, own.subtitle, room / SMALL)[:1]
    texts += [(line, MARGIN, top, SMALL, 400, "muted") for line in subtitle]
    foot = CARD[1] - MARGIN / 2
    texts.append((exhibit.imprint, MARGIN, foot, SMALL, 400, "muted"))
    width, height = theme.svg_size(chart)
    below = top + SMALL * 0.6
    scale = min(room / width, (foot - SMALL * 1.4 - below) / height)
    body = re.sub(r"^<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", chart).strip()
    written = "".join(
        f'<text x="{x}" y="{y:.1f}" font-size="{size}" font-weight="{weight}"'
        f' font-family="{escape(theme.FONT)}" fill="{theme.colour(role)}">{escape(text)}</text>'
        for text, x, y, size, weight, role in texts
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{CARD[0]}" height="{CARD[1]}">'
        f'<rect width="100%" height="100%" fill="{theme.colour("page")}"/>'
        f'<rect width="12" height="100%" fill="{theme.colour("blue")}"/>{written}'
        f'<g transform="translate({MARGIN} {below:.1f}) scale({scale:.4f})">{body}</g></svg>'
    )


def _finding(exhibit: Exhibit, room: float) -> tuple[int, list[str]]:
    """Return the size of the letters of the finding, and its lines; what is left is cut."""
    for size, most in FINDING:
        lines = broken(exhibit, exhibit.identity.title, room / size)
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], f"{lines[most - 1]}…"]
