"""Points along one axis, a row a category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    LABEL_LINES,
    Drawing,
    complete,
    dotted,
    draws,
    finish,
    inline,
    listing,
    records,
    require,
    room_for,
    tone_colour,
    wrap,
)
from cqbook.figures.placing import CHARACTER, LINE, Box, axis

#: px between the middles of two points that would lie on one another.
DOT = 11


class Spot(NamedTuple):
    """Where a name stands, from its point."""

    side: str
    aside: float
    above: float


@draws(
    ("point", {"x": "value", "y": "group"}),
    ("text", {"x": "value", "y": "group", "text": "end"}),
)
def strip(rows: pd.DataFrame, *, named: Sequence[str] = ()) -> Drawing:
    """Draw a point a row along one axis from zero, in the line of its ``group``.

    Points that would lie on one another stand beside one another.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame, all with a value; ``group`` is the category, ``label`` the thing itself.
    named : sequence of str
        Labels of the few points whose name and number are written; they have the accent colour.

    Raises
    ------
    ValueError
        If a column, a value or a third number is lacking, or a name is no label.
    """
    require(rows, "strip", ["group"])
    complete(rows, "strip")
    strange = [name for name in named if name not in set(rows["label"])]
    if strange:
        msg = f"图式 strip：数据中没有 {strange[0]} | strip: no row is called {strange[0]!r}"
        raise ValueError(msg)
    rows = rows.reset_index(drop=True)
    rows["tone"] = rows["label"].isin(list(named)).map({True: "accent", False: "plain"})
    rows["group"] = rows["group"].map(wrap)
    scale = axis(rows["value"], 1, zero=True)
    left = CHARACTER * rows["group"].map(theme.label_width).max() + 14
    widths = [width - left - 24 for width in (theme.NARROW, theme.PICTURE_WIDTH)]
    unit = [width / (scale.high - scale.low) for width in widths]
    rows["rise"] = _beside(rows, unit[0])
    # a name may stand above the highest point of its row and below the lowest
    deep = rows.groupby("group")["rise"].agg(lambda rises: rises.abs().max()).max()
    step = round(2 * deep + DOT + (2 * LINE + 6 if named else 14))
    groups = list(dict.fromkeys(rows["group"]))
    middle = rows["group"].map(groups.index) * step
    told = _named(rows.assign(middle=middle), list(named), scale.low, unit, widths)

    x = alt.X(
        "value",
        type="quantitative",
        title=None,
        scale=alt.Scale(domain=scale.domain, nice=False, zero=True),
        axis=alt.Axis(grid=True, values=scale.ticks, labelFlush=True, labelOverlap=True),
    )
    # a bound with a name has its own row in the table: the category is drawn as it is written
    y = alt.Y(
        "group",
        type="nominal",
        sort=None,
        title=None,
        axis=alt.Axis(labelExpr=LABEL_LINES, grid=False),
    )
    same = alt.X("value", type="quantitative")
    colour = tone_colour(theme.ACCENT, "rest" if named else "blue")
    layers = [
        *dotted(rows, [*DRAWN, "tone", "rise"], {"x": x, "y": y}, colour, size=70, rises=True)
    ]
    if len(told):
        layers.append(
            alt.Chart(inline(told, [*DRAWN, "end", *Spot._fields]))
            .mark_text(
                align={"expr": "datum.side"},
                dx={"expr": "datum.aside"},
                dy={"expr": "datum.above"},
                baseline="middle",
                fontSize=11,
            )
            .encode(x=same, y=y, text=alt.Text("end:N"))
        )
    alt_text = f"散点带图，{len(groups)}类{len(rows)}项：{listing(rows, 20)}。"
    shown = rows.drop(columns=["tone", "rise"])
    return Drawing(finish(layers, step * len(groups)), shown, alt_text)


def _beside(rows: pd.DataFrame, unit: float) -> list[float]:
    """Return the px that each point stands above or below its line, not to lie on another."""
    placed: dict[str, list[tuple[float, int]]] = {}
    rises = dict.fromkeys(rows.index, 0.0)
    for place in rows.sort_values(["value", "label"], kind="stable").index:
        others = placed.setdefault(str(rows.loc[place, "group"]), [])
        px = float(rows["value"][place]) * unit
        track, number = 0, 0
        while any(known == track and abs(px - at) < DOT for at, known in others):
            number += 1
            track = (number + 1) // 2 * (-1 if number % 2 else 1)
        others.append((px, track))
        rises[place] = float(track * DOT)
    return [rises[place] for place in rows.index]


def _named(
    rows: pd.DataFrame, named: list[str], low: float, unit: Sequence[float], widths: Sequence[float]
) -> pd.DataFrame:
    """Return the points that are named, with what is written and where it covers nothing."""
    half = DOT / 2 - 1
    taken = [
        [
            Box(px - half, y - half, px + half, y + half)
            for px, y in zip(
                (rows["value"] - low) * per, rows["middle"] + rows["rise"], strict=True
            )
        ]
        for per in unit
    ]
    found = []
    for row in records(rows[rows["label"].isin(named)]):
        said = f"{row['label']} · {row['text']}"
        wide = max(CHARACTER * theme.label_width(said), room_for([row["text"]]))
        best: tuple[int, Spot] | None = None
        for above in (0.0, -LINE, LINE, -1.7 * LINE, 1.7 * LINE):
            for side in ("left", "right", "center"):
                if side == "center" and above == 0:
                    continue
                aside = {"left": 8.0, "right": -8.0, "center": 0.0}[side] if above == 0 else 0.0
                faults = 0
                for per, width, boxes in zip(unit, widths, taken, strict=True):
                    box = _room(row, (row["value"] - low) * per, wide, Spot(side, aside, above))
                    faults += sum(box.overlaps(other) for other in boxes)
                    faults += 20 * ((box.left < -4) + (box.right > width + 18))
                if best is None or faults < best[0]:
                    best = (faults, Spot(side, aside, above))
        assert best is not None
        spot = best[1]
        for per, boxes in zip(unit, taken, strict=True):
            boxes.append(_room(row, (row["value"] - low) * per, wide, spot))
        found.append(row | {"end": said} | spot._asdict() | {"above": spot.above + row["rise"]})
    return pd.DataFrame(found)


def _room(row: dict[str, Any], px: float, wide: float, spot: Spot) -> Box:
    """Return the box of a name."""
    left = px + spot.aside - {"left": 0.0, "right": wide, "center": wide / 2}[spot.side]
    middle = row["middle"] + row["rise"] + spot.above
    return Box(left, middle - LINE / 2 + 1, left + wide, middle + LINE / 2 - 1)
