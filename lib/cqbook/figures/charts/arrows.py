"""From one number to another, a row each."""

from __future__ import annotations

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
    require,
    room_for,
    wrap,
)


@draws(
    ("rule", {"x": "before", "x2": "after", "y": "label"}),
    ("point", {"x": "value", "y": "label", "color": "group"}),
    ("text", {"x": "value", "y": "label", "text": "text"}),
)
def arrows(rows: pd.DataFrame) -> Drawing:
    """Draw an arrow a ``label``, from the number of the first ``group`` to that of the second.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with two ``group``s (from, to: two periods, two routes), the first one first;
        each label has a value in both.

    Raises
    ------
    ValueError
        If a column, a value or a third number is lacking, or a label has other than two.
    """
    require(rows, "arrows", ["group"])
    complete(rows, "arrows")
    groups = list(dict.fromkeys(rows["group"]))
    pairs = rows.groupby("label")["group"].agg(["size", "nunique"])
    if len(groups) != 2 or not pairs.eq(2).all(axis=None):
        msg = (
            f"图式 arrows：每一项应有起点、终点两个数，现有 {groups}"
            f" | arrows: expected two numbers of every label, from and to, got groups {groups}"
        )
        raise ValueError(msg)
    rows = rows.copy()
    rows["label"] = rows["label"].map(wrap)
    ends = rows.pivot_table(index="label", columns="group", values="value", sort=False)
    rows["before"], rows["after"] = (rows["label"].map(ends[group]) for group in groups)
    other = rows["before"].where(rows["group"].eq(groups[1]), rows["after"])
    # numbers stand outside the arrow
    rows["side"] = [
        "right" if mine < its else "left" for mine, its in zip(rows["value"], other, strict=True)
    ]
    rows.loc[rows["value"].eq(other), "side"] = rows["group"].map(
        {groups[0]: "right", groups[1]: "left"}
    )
    rows["head"] = "circle"
    to = rows["group"].eq(groups[1])
    rows.loc[to & rows["after"].gt(rows["before"]), "head"] = "triangle-right"
    rows.loc[to & rows["after"].lt(rows["before"]), "head"] = "triangle-left"
    room = room_for(rows["text"]) + 4
    low, high = min(0.0, rows["value"].min()), max(0.0, rows["value"].max())
    near = rows["value"].min() > 0.35 * high
    x = alt.X(
        "value",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(
            domain=[rows["value"].min() if near else low, high],
            range=[room, alt.expr(f"width - {room}")],
            zero=not near,
            nice=False,
        ),
    )
    y = alt.Y(
        "label",
        type="nominal",
        sort=None,
        title=None,
        axis=alt.Axis(labelExpr=LABEL_LINES),
    )
    colour = alt.Color(
        "group",
        type="nominal",
        sort=None,
        title=None,
        scale=alt.Scale(domain=groups, range=[theme.colour("rest"), theme.colour("blue")]),
        legend=alt.Legend(symbolOpacity=1, symbolType="circle"),
    )
    lines = rows.drop_duplicates("label")
    layers = [
        alt.Chart(inline(lines, [*DRAWN, "before", "after"]))
        .mark_rule(strokeWidth=2, color=theme.colour("rest"))
        .encode(
            x=alt.X("before", type="quantitative", title=None, axis=None),
            x2=alt.X2("after"),
            y=y,
            color=alt.ColorValue(theme.colour("rest")),
        ),
        *dotted(rows, [*DRAWN, "head"], {"x": x, "y": y}, colour, size=90, shape="datum.head"),
        alt.Chart(inline(rows, [*DRAWN, "side"]))
        .mark_text(
            align={"expr": "datum.side"},
            dx={"expr": "datum.side === 'right' ? -9 : 9"},
            baseline="middle",
        )
        .encode(x=x, y=y, text=alt.Text("text:N")),
    ]
    tall = 17 * (int(rows["label"].str.count("\n").max()) + 1) + 16
    alt_text = f"箭头图，从{groups[0]}到{groups[1]}，{len(lines)}项：{listing(rows, 24)}。"
    shown = rows.drop(columns=["before", "after", "side", "head"])
    return Drawing(finish(layers, max(38, tall) * len(lines)), shown, alt_text)
