"""From one total to another: what added to it, and what took away."""

from __future__ import annotations

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
    complete,
    draws,
    finish,
    inline,
    listing,
    require,
    room_for,
    tooltip,
    whiskers,
    wrap,
)

ROLES = {"total": "rest", "up": "blue", "down": "red"}


@draws(
    ("rule", {"x": "stop", "y": "label", "y2": "next"}),
    ("bar", {"x": "start", "x2": "stop", "y": "label"}),
    ("rule", {"x": "lowest", "x2": "highest", "y": "label"}),
    ("text", {"x": "far", "y": "label", "text": "end"}),
    ("text", {"x": "far", "y": "label"}),
    ("rule", {"x": "zero"}),
)
def waterfall(rows: pd.DataFrame, *, start: bool = True) -> Drawing:
    """Draw how a total came to be another: a bar a row, each beginning where the last one ended.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame, all with a value, in this order: the total at first, the changes (negative
        where they took away), the total at last. What ``lower`` and ``upper`` leave open is a
        whisker at the end of a bar, where it can be seen.
    start : bool
        False: there is no first total; the changes begin at zero and the last row is their sum.

    Raises
    ------
    ValueError
        If a column, a value or a third row is lacking, or the changes do not lead to the last
        total, within what rounding leaves open: then a row is missing, for what is left over.
    """
    require(rows, "waterfall", [])
    complete(rows, "waterfall")
    rows = rows.reset_index(drop=True)
    _check_sum(rows, start)
    rows["label"] = rows["label"].map(wrap)
    last = len(rows) - 1
    total = [place == last or (start and place == 0) for place in range(len(rows))]
    reached, begins, stops = 0.0, [], []
    for value, whole in zip(rows["value"], total, strict=True):
        begins.append(0.0 if whole else reached)
        reached = value if whole else reached + value
        stops.append(reached)
    rows["start"], rows["stop"] = begins, stops
    wide = {"lower", "upper"} <= set(rows)
    rows["lowest"], rows["highest"] = (
        rows["start"] + rows[name].fillna(rows["value"]) if wide else rows["stop"]
        for name in ("lower", "upper")
    )
    rows["far"] = rows[["start", "stop", "highest"]].max(axis=1)
    rows["next"] = [*rows["label"][1:], rows["label"].iloc[-1]]
    rows["tone"] = [
        "total" if whole else "up" if value >= 0 else "down"
        for value, whole in zip(rows["value"], total, strict=True)
    ]
    # without a first total the last one is a change too
    changed = rows["tone"].eq("up")
    changed.iloc[last] |= not start
    rows["end"] = [
        f"+{text}" if up and text[:1].isdigit() else text
        for text, up in zip(rows["text"], changed, strict=True)
    ]
    low = min(0.0, rows["start"].min(), rows["lowest"].min())
    open_ended = ARROW * ("open" in rows)
    right = alt.expr(f"width - {room_for(rows['end']) + open_ended}")
    x = alt.X(
        "start",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[low, rows["far"].max()], range=[0, right], nice=False),
    )
    y = alt.Y("label", type="nominal", sort=None, title=None, axis=alt.Axis(labelExpr=LABEL_LINES))
    drawn = [*DRAWN, "start", "stop", "lowest", "highest", "far", "next", "end", "tone"]
    base = alt.Chart(inline(rows, drawn))
    tones = list(dict.fromkeys(rows["tone"]))
    colour = alt.Color(
        "tone",
        type="nominal",
        legend=None,
        scale=alt.Scale(domain=tones, range=[theme.colour(ROLES[tone]) for tone in tones]),
    )
    beyond = alt.X("far", type="quantitative")
    layers = [
        base.mark_bar(size=18, stroke=theme.colour("muted"), strokeWidth=1).encode(
            x=x,
            x2=alt.X2("stop"),
            y=y,
            color=colour,
            **SIGNS,
            tooltip=tooltip(rows),
        ),
        base.mark_rule(color=theme.colour("rest"), strokeWidth=1).encode(
            x=alt.X("stop", type="quantitative"), y=y, y2=alt.Y2("next")
        ),
        *whiskers(rows, ("lowest", "highest"), y, rows["far"].max() - low),
        *arrows_at(
            base,
            rows,
            "x",
            {"x": beyond, "y": y},
            {"align": "left", "dx": 4, "baseline": "middle"},
        ),
        base.mark_text(align="left", dx=behind_arrow(rows), baseline="middle").encode(
            x=beyond, y=y, text=alt.Text("end:N")
        ),
    ]
    if low < 0:
        layers.append(
            alt.Chart(alt.InlineData(values=[{"zero": 0}]))
            .mark_rule(color=theme.colour("muted"))
            .encode(x=alt.X("zero", type="quantitative"))
        )
    lines = int(rows["label"].str.count("\n").max()) + 1
    height = max(30, 17 * lines + 10) * len(rows)
    alt_text = f"瀑布图，{len(rows)}项：{listing(rows, 20)}。"
    return Drawing(
        finish(layers, height), rows.drop(columns=["next", "tone", "lowest", "highest"]), alt_text
    )


def _check_sum(rows: pd.DataFrame, start: bool) -> None:
    """Refuse changes that do not lead from the first total to the last one."""
    gap = float(rows["value"].iloc[:-1].sum() - rows["value"].iloc[-1])
    slack = 1e-9 * rows["value"].abs().max()
    if {"lower", "upper"} <= set(rows):
        slack += float((rows["upper"] - rows["lower"]).fillna(0).sum()) / 2
    if abs(gap) > slack:
        first = rows["label"].iloc[0] if start else "0"
        msg = (
            f"图式 waterfall：从{first}起各项相加，比{rows['label'].iloc[-1]}"
            f"{'多' if gap > 0 else '少'}{abs(gap):.6g}，缺一项“其余”"
            f" | waterfall: the rows lead to a total that differs by {gap:.6g} from the last one;"
            " add a row for what is left over"
        )
        raise ValueError(msg)
