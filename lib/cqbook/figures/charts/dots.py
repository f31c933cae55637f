"""Intervals as dots with ranges."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    LABEL_LINES,
    Drawing,
    dotted,
    draws,
    finish,
    inline,
    listing,
    series_colour,
    wrap,
)


@draws(
    ("point", {"x": "value", "y": "label"}),
    ("point", {"x": "upper", "y": "label"}),
    ("rule", {"x": "lower", "x2": "upper", "y": "label"}),
    ("text", {"x": "value", "y": "label", "text": "text"}),
)
def dots(rows: pd.DataFrame, *, zero: bool = False) -> Drawing:
    """Draw intervals: a dot at the value, a bar from ``lower`` to ``upper``, the number beside it.

    Use it to compare what several sources, or a printed and a computed figure, say of one thing:
    position is what counts, so the axis need not start at zero. ``group`` colours the dots; a
    missing ``upper`` means a floor only and is drawn as an arrow.
    """
    # the arrow at the end of its interval tells what is open
    rows = rows.drop(columns="open", errors="ignore")
    rows["label"] = rows["label"].map(wrap)
    grouped = "group" in rows and rows["group"].nunique() > 1
    extent = pd.concat([rows["lower"], rows["upper"], rows["value"]]).dropna()
    low, high = float(extent.min()), float(extent.max())
    pad = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    open_end = rows["upper"].isna()
    rows["upper"] = rows["upper"].fillna(high + 2 * pad)
    rows["lower"] = rows["lower"].fillna(low - 2 * pad)
    rows["arrow"] = open_end
    domain = [low - 3 * pad, high + 3 * pad]
    if zero:
        # no room is wanted beyond the zero, on whichever side of it the numbers lie
        domain = [domain[0] if low < 0 else 0.0, domain[1] if high > 0 else 0.0]
    x = alt.X(
        "value",
        type="quantitative",
        title=None,
        scale=alt.Scale(domain=domain, zero=zero, nice=False),
        axis=alt.Axis(grid=True, tickCount=5, domain=False),
    )
    y = alt.Y("label", type="nominal", sort=None, title=None, axis=alt.Axis(labelExpr=LABEL_LINES))
    colour = series_colour(rows) if grouped else alt.ColorValue(theme.colour("blue"))
    base = alt.Chart(inline(rows, [*DRAWN, "arrow"]))
    encoding: dict[str, Any] = {"y": y}
    if grouped and rows.duplicated("label").any():
        encoding["yOffset"] = alt.YOffset("group", type="nominal", sort=None)
    bar = base.mark_rule(strokeWidth=6, opacity=0.35, strokeCap="round").encode(
        **encoding, x=alt.X("lower", type="quantitative"), x2=alt.X2("upper"), color=colour
    )
    arrow = (
        base.transform_filter("datum.arrow")
        .mark_point(shape="triangle-right", size=70, opacity=1)
        .encode(**encoding, x=alt.X("upper", type="quantitative"), color=colour)
    )
    dot = dotted(rows, [*DRAWN, "arrow"], {**encoding, "x": x}, colour, size=80)
    style: dict[str, Any] = {"dy": -11, "fontSize": 11}
    # the grid strikes none of them out
    ground = base.mark_text(**style, **theme.ground())
    numbers = [
        mark.encode(**encoding, x=x, text=alt.Text("text:N"), **colour)
        for mark, colour in (
            (ground, {"color": alt.ColorValue(theme.colour("page"))}),
            (base.mark_text(**style), {}),
        )
    ]
    per_label = rows.groupby("label").size().max() if "yOffset" in encoding else 1
    height = int(max(44, 26 * per_label + 18) * rows["label"].nunique())
    alt_text = f"区间点图，{len(rows)}个数值：{listing(rows)}。"
    return Drawing(finish([bar, arrow, *dot, *numbers], height), rows, alt_text)
