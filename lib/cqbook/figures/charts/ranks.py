"""Ranks over time: who passed whom."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    TINT,
    Drawing,
    complete,
    dotted,
    draws,
    finish,
    inline,
    listing,
    require,
    series_colour,
    series_tint,
)
from cqbook.figures.charts.lines import broken, time_axis
from cqbook.figures.expressions import IS_HOLLOW
from cqbook.figures.placing import CHARACTER

#: px between two ranks.
STEP = 27
#: The size of the circle of a rank, in square px.
CIRCLE = 360
#: px at the left of the first circle on a phone: names stand at the ends of lines alone.
AT_START = 14


@draws(
    ("line", {"x": "date", "y": "depth", "color": "group"}),
    ("point", {"x": "date", "y": "depth", "color": "group"}),
    ("text", {"x": "date", "y": "depth", "text": "rank"}),
    ("text", {"x": "date", "y": "depth", "text": "end"}),
)
def ranks(rows: pd.DataFrame, *, highlight: str = "") -> Drawing:
    """Draw the rank of each ``group`` over ``date``, the first at the top, its name at both ends.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``group`` and ``date`` (ISO text); ``value`` is the rank, a whole number.
        A period that has no row breaks the line.
    highlight : str
        The series in the accent colour; each of the others has another one: their lines cross.

    Raises
    ------
    ValueError
        If a column, a value or a third number is lacking, a value is no rank, or two share one.
    """
    require(rows, "ranks", ["group", "date"])
    complete(rows, "ranks")
    if rows["value"].lt(1).any() or rows["value"].mod(1).ne(0).any():
        msg = "图式 ranks：名次应为1起的整数 | ranks: expected whole numbers from 1"
        raise ValueError(msg)
    shared = rows[rows.duplicated(["date", "value"])]
    if len(shared):
        first = shared.iloc[0]
        msg = (
            f"图式 ranks：{first['label']} 有两个第{first['value']:g}名"
            f" | ranks: two series are no. {first['value']:g} in {first['label']}"
        )
        raise ValueError(msg)
    rows = rows.sort_values("date", kind="stable")
    rows["depth"] = -rows["value"]
    rows["rank"] = rows["value"].map("{:.0f}".format)
    rows["tint"] = series_tint(rows, highlight, apart=True)
    rows["end"] = rows["group"]
    last = rows.groupby("group", sort=False).tail(1)
    # lines that cross are named where they begin, too; one that begins later has no room there
    begun = rows[rows["date"].eq(rows["date"].min())]
    room = round(CHARACTER * last["end"].map(theme.label_width).max() + 22)
    low, high = float(rows["depth"].min()), float(rows["depth"].max())
    # on a phone the names at the start would press circles together, and their numbers out
    start = f"(width < {theme.WIDE_FROM} ? {AT_START} : {room})"
    x = alt.X(
        "date",
        type="temporal",
        title=None,
        axis=time_axis(rows["date"], room=AT_START + room),
        scale=alt.Scale(type="utc", range=[{"expr": start}, {"expr": f"width - {room}"}]),
    )
    y = alt.Y(
        "depth",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[low, high if high > low else low + 1], zero=False, nice=False),
    )
    colour = series_colour(rows, legend=False, highlight=highlight, apart=True)
    drawn = rows.sort_values("group", key=lambda names: names.eq(highlight), kind="stable")
    extra = [*DRAWN, "date", "depth"]
    # a full circle has its number in the colour of the page, a ring in its own
    own = {"test": IS_HOLLOW, "field": "tint", "type": "nominal", "scale": None}
    in_ring = alt.ColorValue(theme.colour("page"), condition=own)
    at_end, at_start = (
        alt.Chart(inline(named, [*extra, "end", "tint"])).encode(
            x=x, y=y, color=TINT, text=alt.Text("end:N")
        )
        for named in (last, begun)
    )
    layers = [
        alt.Chart(broken(drawn, "depth")).mark_line().encode(x=x, y=y, color=colour),
        *dotted(drawn, extra, {"x": x, "y": y}, colour, size=CIRCLE),
        alt.Chart(inline(drawn, [*extra, "rank", "tint"]))
        .mark_text(fontSize=11, fontWeight="bold", baseline="middle")
        .encode(x=x, y=y, color=in_ring, text=alt.Text("rank:N")),
        at_end.mark_text(align="left", dx=14, baseline="middle"),
        at_start.transform_filter(f"width >= {theme.WIDE_FROM}").mark_text(
            align="right", dx=-14, baseline="middle"
        ),
    ]
    spec = finish(layers, round(STEP * max(high - low, 1)))
    spec["padding"] = {"left": 4, "top": 14, "bottom": 4, "right": 8}
    # the axis stands clear of the last rank's circle
    for layer in spec["layer"]:
        layer["encoding"]["x"].get("axis", {})["offset"] = 16
    shown = pd.concat([rows.groupby("group", sort=False).head(1), last])
    ends = shown.drop_duplicates(["group", "label"]).sort_values("date", kind="stable")
    alt_text = f"名次图，{len(last)}个系列，首末名次：{listing(ends, 24)}。"
    return Drawing(spec, rows.drop(columns=["tint", "rank", "depth", "end"]), alt_text)
