"""Headline numbers as tiles: name, number, change, and a small line of what it was before."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    Drawing,
    complete,
    dotted,
    draws,
    finish,
    inline,
    listing,
    require,
    tone_colour,
)
from cqbook.figures.charts.lines import left_out

#: Tiles in a row: what a phone can bear.
ACROSS = 2
#: px of a tile, and from its top down: the middles of name, number and change; the ends of the
#: line; the middle of its periods.
TILE, NAME_AT, NUMBER_AT, CHANGE_AT, LINE_FROM, LINE_TO, PERIODS_AT = 158, 8, 33, 57, 72, 112, 124
#: Where the line begins and ends, as parts of a tile's width.
FIRST, LAST = 0.02, 0.86


@draws(
    ("line", {"x": "across", "y": "at"}),
    ("point", {"x": "across", "y": "at"}),
    ("rule", {"x": "across", "x2": "far", "y": "at"}),
    *(
        ("text", {"x": "across", "y": "at", "text": name})
        for name in ("panel", "end", "detail", "first", "last")
    ),
    units=True,
)
def headlines(rows: pd.DataFrame) -> Drawing:
    """Draw a tile a ``group``: its last number, how that changed, and a line of its history.

    Two tiles a row. Each line has its own scale, from zero; all have one axis of time, so that what
    begins later is seen to.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``group`` and ``date`` (ISO text), all with a value, in the order of the
        tiles; ``detail`` is what is said below the last number of each (empty elsewhere). Values
        are in the units of their tiles.

    Raises
    ------
    ValueError
        If a column, a value or a third number is lacking.
    """
    require(rows, "headlines", ["group", "date"])
    complete(rows, "headlines")
    rows = rows.reset_index(drop=True)
    tiles = list(dict.fromkeys(rows["group"]))
    place = rows["group"].map(tiles.index)
    days = pd.to_datetime(rows["date"])
    ago = (days - days.min()).dt.days
    whole = max(int(ago.max()), 1)
    rows["across"] = place % ACROSS + FIRST + ago / whole * (LAST - FIRST)
    # px below the top of the picture, as numbers below zero
    rows["lift"] = -(place // ACROSS * TILE + LINE_TO).astype(float)
    most = rows["value"].groupby(rows["group"]).transform("max")
    rows["per"] = (LINE_TO - LINE_FROM) / most.where(most > 0, 1.0)
    rows["at"] = rows["lift"] + rows["value"] * rows["per"]
    last = rows.groupby("group", sort=False).tail(1)
    rows["tone"] = rows.index.isin(last.index)
    rows["tone"] = rows["tone"].map({True: "accent", False: "plain"})

    x = alt.X(
        "across",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[0, ACROSS], nice=False, zero=False),
    )
    height = TILE * -(-len(tiles) // ACROSS) - (TILE - PERIODS_AT - 8)
    y = alt.Y(
        "at",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[-height, 0], nice=False, zero=False),
    )
    colour = tone_colour("blue", "rest")
    columns = [*DRAWN, "across", "at", "lift", "per", "tone"]
    layers = [
        alt.Chart(_segments(rows, columns))
        .mark_line(strokeWidth=2)
        .encode(x=x, y=y, color=colour, detail=alt.Detail("group", type="nominal")),
        alt.Chart(_ground(tiles))
        .mark_rule(color=theme.colour("grid"))
        .encode(x=x, x2=alt.X2("far"), y=y),
        *dotted(rows, columns, {"x": x, "y": y}, colour, size="datum.tone === 'accent' ? 60 : 14"),
        *_words(rows, last, tiles, x, y),
    ]
    alt_text = f"{len(tiles)}个数字，各有一条历年的线：{listing(last, 24)}。"
    shown = rows.drop(columns=["across", "at", "lift", "per", "tone"])
    return Drawing(finish(layers, height), shown, alt_text)


def _words(
    rows: pd.DataFrame, last: pd.DataFrame, tiles: list[str], x: alt.X, y: alt.Y
) -> list[alt.Chart]:
    """Return the layers of what is written: names, numbers, changes, first and last periods."""
    muted = theme.colour("muted")
    left = last.assign(across=[place % ACROSS + FIRST for place in map(tiles.index, last["group"])])
    top = left["lift"] + LINE_TO
    # the axis of time is the same in all: its ends are named, whatever begins or ends between them
    ends = rows.sort_values("date", kind="stable")["label"].iloc[[0, -1]]
    foot = left.assign(at=left["lift"] - (PERIODS_AT - LINE_TO))
    feet = {
        "first": foot.assign(first=ends.iloc[0]),
        "last": foot.assign(last=ends.iloc[1], across=foot["across"] - FIRST + LAST),
    }
    if rows["date"].nunique() == 1:
        # one period alone is named once
        feet["last"] = feet["last"].head(0)
    styles: list[tuple[str, pd.DataFrame, dict[str, Any]]] = [
        ("panel", left.assign(panel=left["group"], at=top - NAME_AT), {}),
        (
            "end",
            left.assign(end=left["text"], at=top - NUMBER_AT),
            {"fontSize": 20, "fontWeight": "bold"},
        ),
        ("detail", left.assign(at=top - CHANGE_AT), {"color": muted}),
        ("first", feet["first"], {"color": muted, "fontSize": 11}),
        ("last", feet["last"], {"color": muted, "fontSize": 11, "align": "right"}),
    ]
    return [
        alt.Chart(alt.InlineData(values=_said(frame, name)))
        .mark_text(**({"align": "left", "baseline": "middle"} | style))
        .encode(x=x, y=y, text=alt.Text(f"{name}:N"))
        for name, frame, style in styles
        if len(frame)
    ]


def _said(frame: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    """Return what is written, with its place and its tile; no mark of the figure's rows."""
    return [
        {"group": row["group"], "across": row["across"], "at": row["at"], name: row[name]}
        for row in frame.to_dict("records")
    ]


def _ground(tiles: list[str]) -> alt.InlineData:
    """Return the zero of each tile's line."""
    return alt.InlineData(
        values=[
            {
                "across": place % ACROSS + FIRST,
                "far": place % ACROSS + LAST,
                "at": -(place // ACROSS * TILE + LINE_TO),
            }
            for place in range(len(tiles))
        ]
    )


def _segments(rows: pd.DataFrame, columns: list[str]) -> alt.InlineData:
    """Return the points of the lines, with a break wherever a period is left out."""
    values = []
    points = inline(rows.assign(tone="plain"), columns).to_dict()["values"]
    for point, gap in zip(points, left_out(rows), strict=True):
        if gap:
            values.append(
                {"group": point["group"], "tone": "plain", "across": point["across"] - 1e-3}
                | {"at": None}
            )
        values.append(point)
    return alt.InlineData(values=values)
