"""Two periods, and what became of each series between them."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cqbook.figures.charts._notes import end_layers, end_room
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
    room_for,
    series_colour,
    series_tint,
)
from cqbook.figures.placing import Axis, shifts, tall

HEIGHT = 260
#: px between the periods and the highest point: the name of its series stands above it.
HEAD = 22


@draws(
    ("line", {"x": "label", "y": "value", "color": "group"}),
    ("point", {"x": "label", "y": "value", "color": "group"}),
    ("text", {"x": "label", "y": "value", "text": "text"}),
    ("text", {"x": "label", "y": "value", "text": "end"}),
)
def slope(rows: pd.DataFrame, *, highlight: str = "") -> Drawing:
    """Draw a line a ``group`` between two periods, its number at both ends and its name at one.

    Heights are to scale; the scale need not begin at zero, and no axis is drawn.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``group`` and two ``label``s, the earlier first; each group has a value
        in both.
    highlight : str
        The series in the accent colour; the others are grey.

    Raises
    ------
    ValueError
        If a column, a value or a third number is lacking, or there are other than two periods.
    """
    require(rows, "slope", ["group"])
    complete(rows, "slope")
    labels = list(dict.fromkeys(rows["label"]))
    groups = rows.groupby("group")["label"].agg(["size", "nunique"])
    if len(labels) != 2 or not groups.eq(2).all(axis=None):
        msg = (
            f"图式 slope：应有两个时期、每个系列各一个数，现有时期 {labels}"
            f" | slope: expected two periods with a number of every series in each, got {labels}"
        )
        raise ValueError(msg)
    rows = rows.copy()
    rows["label"] = pd.Categorical(rows["label"], labels)
    rows = rows.sort_values("label", kind="stable").astype({"label": str})
    rows["tint"] = series_tint(rows, highlight)
    first, last = (rows[rows["label"].eq(label)].copy() for label in labels)
    last["end"] = last["group"] + "\n" + last["text"]
    height = max(HEIGHT, round(sum(tall(last["end"]))))
    low, high = float(rows["value"].min()), float(rows["value"].max())
    scale = Axis(low, high if high > low else low + 1, 1, height)
    first["shift"] = shifts(first["value"], first["text"], scale)
    last["shift"] = shifts(last["value"], last["end"], scale)

    room = end_room(last)
    x = alt.X(
        "label",
        type="nominal",
        sort=None,
        title=None,
        scale=alt.Scale(
            type="point", padding=0, range=[room_for(first["text"]), alt.expr(f"width - {room}")]
        ),
        axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False, labelPadding=HEAD),
    )
    y = alt.Y(
        "value",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=scale.domain, zero=False, nice=False),
    )
    colour = series_colour(rows, legend=False, highlight=highlight)
    drawn = rows.sort_values("group", key=lambda names: names.eq(highlight), kind="stable")
    base = alt.Chart(inline(drawn, DRAWN))
    extra = [*DRAWN, "shift", "tint"]
    layers = [
        base.mark_line().encode(x=x, y=y, color=colour),
        *dotted(drawn, DRAWN, {"x": x, "y": y}, colour, size=55),
        alt.Chart(inline(first, extra))
        .mark_text(align="right", dx=-9, dy={"expr": "datum.shift"}, baseline="middle")
        .encode(x=x, y=y, color=TINT, text=alt.Text("text:N")),
        *end_layers(last, x, y, ["shift", "tint", "end"]),
    ]
    spec = finish(layers, height)
    spec["padding"] = {"left": 4, "top": 4, "bottom": 16, "right": 8}
    alt_text = f"斜率图，{labels[0]}与{labels[1]}，{len(groups)}个系列：{listing(rows, 24)}。"
    return Drawing(spec, rows.drop(columns="tint"), alt_text)
