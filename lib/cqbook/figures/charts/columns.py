"""Columns over periods."""

from __future__ import annotations

import re
from typing import Any

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    LABEL_LINES,
    SIGNS,
    Drawing,
    arrows_at,
    draws,
    finish,
    inline,
    listing,
    series_colour,
    tooltip,
    wrap,
)
from cqbook.figures.expressions import IS_HOLLOW
from cqbook.figures.placing import CHARACTER, SMALL
from cqbook.quantities.quantity import NOT_FOUND

#: px of a line of what says that a number was not found.
GAP_LINE = 11


@draws(
    ("bar", {"x": "label", "y": "value"}),
    ("text", {"x": "label", "y": "value", "text": "top"}),
    # what says that a column is a floor
    ("text", {"x": "label", "y": "value"}),
    # the word for what was not published
    ("text", {"x": "label"}),
)
def columns(rows: pd.DataFrame, *, highlight: str = "") -> Drawing:
    """Draw one column a period, zero-based, with its number on top; unpublished periods stay empty.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame in time order. With ``group``, columns of one period stand side by side.
        A row without a value is a gap and says 没有查到. A column whose number is known to be no
        less has an arrow: it ends where the number may begin. With ``apart``, columns where it is
        true stand beyond a gap: they are of other lengths.
    highlight : str
        Label of the column in the accent colour.
    """
    rows = rows.copy()
    grouped = "group" in rows and rows["group"].nunique() > 1
    rows["top"] = rows["text"].where(rows["value"].notna(), NOT_FOUND)
    rows["tone"] = rows["label"].eq(highlight).map({True: "accent", False: "plain"})
    parts = rows.get("apart", pd.Series(False, index=rows.index)).astype(bool)
    periods = max(1, rows["label"].nunique() + (parts.any() and not parts.all()))
    # an empty place has no tick
    axis = alt.Axis(labelAngle=0, labelOverlap=True, labelExpr=LABEL_LINES, ticks=False)
    rows["label"] = rows["label"].map(lambda text: wrap(text, max(2.6, 24 / periods)))
    # named in full: a period without a number would otherwise be put last
    order = list(dict.fromkeys(rows["label"]))
    x = alt.X(
        "label",
        type="nominal",
        sort=order,
        title=None,
        axis=axis,
        scale=_beyond_a_gap(order, rows["label"][parts]),
    )
    y = alt.Y("value", type="quantitative", title=None, axis=None, scale=alt.Scale(zero=True))
    # a period of which one series is known is no gap: only where nothing is does it say so
    rows["gap"] = rows["value"].isna().groupby(rows["label"]).transform("all")
    # and it says so once, whatever stands side by side
    rows["gap"] &= ~rows.duplicated("label")
    rows["keep"] = _telling(rows, grouped, highlight)
    base = alt.Chart(inline(rows, [*DRAWN, "top", "tone", "gap", "keep"]))
    encoding: dict[str, Any] = {"x": x, "y": y}
    if grouped:
        encoding["xOffset"] = alt.XOffset("group", type="nominal", sort=None)
        colour = series_colour(rows)
    else:
        colour = alt.Color(
            "tone",
            type="nominal",
            legend=None,
            scale=alt.Scale(
                domain=["plain", "accent"], range=[theme.colour("blue"), theme.colour("orange")]
            ),
        )
    # where a number is broader than its column, those of the ends and the extremes are left
    crowd = periods * (rows["group"].nunique() if grouped else 1)
    told = rows.loc[rows["value"].notna(), "text"].fillna("").astype(str)
    broadest = max(map(theme.label_width, told), default=0)
    room = f"width / {crowd} >= {SMALL * broadest:.1f} || datum.keep"
    bar = base.mark_bar(stroke=theme.colour("muted")).encode(
        **encoding,
        color=colour,
        **SIGNS,
        tooltip=tooltip(rows),
    )
    number = (
        base.transform_filter(room)
        .mark_text(dy=-7, fontSize=SMALL if grouped else CHARACTER)
        .encode(**(encoding | {"y": alt.Y("value", type="quantitative")}), text=alt.Text("top:N"))
    )
    # on a phone a column of seven is narrower than its four characters
    gap_lines = 4 if periods > 8 else 2 if periods > 5 else 1
    gap = (
        base.transform_filter("datum.gap")
        .mark_text(
            color=theme.colour("muted"),
            fontSize=11,
            baseline="line-bottom",
            lineBreak="\n",
            dy=GAP_LINE * (1 - gap_lines) - 4,
        )
        .encode(
            x=x,
            y=alt.YDatum(0),
            text=alt.TextValue("\n".join(re.findall(f".{{{4 // gap_lines}}}", NOT_FOUND))),
        )
    )
    layers = [bar, number]
    if rows["gap"].any():
        layers.append(gap)
    shade = {"test": IS_HOLLOW, "value": theme.colour("ink")}
    within = alt.ColorValue(theme.colour("page"), condition=shade)
    at = encoding | {"y": alt.Y("value", type="quantitative"), "color": within}
    layers += arrows_at(base, rows, "y", at, {"dy": 14})
    alt_text = f"柱形图，{rows['label'].nunique()}个时期：{listing(rows)}。"
    shown = rows.drop(columns="apart", errors="ignore")
    return Drawing(finish(layers, 260), shown, alt_text)


def _beyond_a_gap(order: list[str], apart: pd.Series[str]) -> alt.Scale:
    """Return the scale of the periods, with an empty one before those that are apart."""
    domain = order
    if apart.nunique() not in (0, len(order)):
        place = order.index(apart.iloc[0])
        domain = [*order[:place], " ", *order[place:]]
    # close to each other: a phone has little room for numbers
    return alt.Scale(domain=domain, paddingInner=0.1, paddingOuter=0.05)


def _telling(rows: pd.DataFrame, grouped: bool, highlight: str) -> pd.Series[bool]:
    """Return which numbers stand where not all have room: first, last, highest, highlighted."""
    keep = rows["tone"].eq("accent") if highlight else pd.Series(False, index=rows.index)
    known = rows[rows["value"].notna()]
    series = known["group"] if grouped else pd.Series("", index=known.index)
    for _, frame in known.groupby(series, sort=False):
        ends = frame.index[[0, -1]]
        keep |= keep.index.isin(ends) | (keep.index == frame["value"].idxmax())
    # beside a higher column it would stand on that one
    tallest = rows["value"].eq(rows["value"].groupby(rows["label"]).transform("max"))
    return keep & tallest
