"""Horizontal bars."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    ARROW,
    DRAWN,
    LABEL_LINES,
    SIGNS,
    Drawing,
    arrows_at,
    behind_arrow,
    draws,
    finish,
    inline,
    listing,
    tone_colour,
    tooltip,
    whiskers,
    wrap,
)


@draws(
    ("bar", {"x": "value", "y": "label"}),
    ("rule", {"x": "lower", "x2": "upper", "y": "label"}),
    ("rule", {"x": "zero"}),
    ("text", {"x": "reach", "y": "label", "text": "end"}),
    ("text", {"x": "reach_low", "y": "label", "text": "end"}),
    # what says that a number is but an end of what is known
    ("text", {"x": "value", "y": "label"}),
)
def bars(
    rows: pd.DataFrame, *, highlight: str | Collection[str] = "", detail: bool = False
) -> Drawing:
    """Draw one horizontal bar a row, in the order given, each with its number at its end.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame. A derived row (``status`` 推算) is drawn hollow; ``lower``/``upper``, where
        they can be seen apart, as a thin whisker; where one of them is open, as an arrow.
    highlight : str or collection of str
        Labels of the rows in the accent colour; the others are muted. Empty: all alike.
    detail : bool
        Add the column ``detail`` (growth, say) behind the number.
    """
    rows = rows.copy()
    rows["label"] = rows["label"].map(wrap)
    rows["end"] = rows["text"] + (("\n" + rows["detail"]) if detail else "")
    rows["tone"] = "plain"
    if highlight:
        named = [highlight] if isinstance(highlight, str) else list(highlight)
        rows.loc[rows["label"].str.replace("\n", "").isin(named), "tone"] = "accent"
    # numbers stand beyond the bar and its whisker; a floor has no upper end to go by
    rows["reach"] = rows[["value", "upper"]].max(axis=1) if "upper" in rows else rows["value"]
    rows["reach_low"] = rows[["value", "lower"]].min(axis=1) if "lower" in rows else rows["value"]
    low, high = min(0.0, rows["reach_low"].min()), max(0.0, rows["reach"].max())
    span = (high - low) or 1.0
    open_ended = ARROW * ("open" in rows)
    room = round(12 * rows["end"].map(theme.label_width).max()) + 14 + open_ended
    begin = room if low < 0 else 0
    end = alt.expr(f"width - {room if high > 0 else 8}")
    y = alt.Y("label", type="nominal", sort=None, title=None, axis=alt.Axis(labelExpr=LABEL_LINES))
    scale = alt.Scale(domain=[low, high or 1.0], range=[begin, end], nice=False)
    x = alt.X("value", type="quantitative", title=None, axis=None, scale=scale)
    fill: Any = alt.ColorValue(theme.colour("blue"))
    if highlight:
        fill = tone_colour(theme.ACCENT, "rest")
    base = alt.Chart(inline(rows, [*DRAWN, "end", "tone", "reach", "reach_low"]))
    layers: list[alt.Chart] = [
        base.mark_bar(size=18, stroke=theme.colour("muted"), strokeWidth=1).encode(
            y=y,
            x=x,
            color=fill,
            **SIGNS,
            tooltip=tooltip(rows),
        )
    ]
    layers += whiskers(rows, ("lower", "upper"), y, span)
    layers += arrows_at(
        base,
        rows,
        "x",
        {"y": y, "x": alt.X("value", type="quantitative")},
        {
            "align": {"expr": "datum.value < 0 ? 'right' : 'left'"},
            "dx": {"expr": "datum.value < 0 ? -4 : 4"},
            "baseline": "middle",
        },
    )
    layers.append(
        base.transform_filter("datum.value >= 0")
        .mark_text(align="left", dx=behind_arrow(rows), lineBreak="\n", baseline="middle")
        .encode(y=y, x=alt.X("reach", type="quantitative"), text=alt.Text("end:N"))
    )
    if low < 0:
        layers.append(
            base.transform_filter("datum.value < 0")
            .mark_text(align="right", dx=behind_arrow(rows, -1), lineBreak="\n", baseline="middle")
            .encode(y=y, x=alt.X("reach_low", type="quantitative"), text=alt.Text("end:N"))
        )
        layers.append(
            alt.Chart(alt.InlineData(values=[{"zero": 0}]))
            .mark_rule(color=theme.colour("muted"))
            .encode(x=alt.X("zero", type="quantitative"))
        )
    lines = int(rows["label"].str.count("\n").max()) + 1
    step = max(44 if detail else 30, 17 * lines + 10)
    alt_text = f"条形图，{len(rows)}项：{listing(rows)}。"
    return Drawing(finish(layers, step * len(rows)), rows, alt_text)
