"""Small multiples: one small chart a series, all on one scale."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    SIGNS,
    Drawing,
    arrows_at,
    dotted,
    draws,
    finish,
    inline,
    listing,
    require,
    tone_colour,
    tooltip,
)
from cqbook.figures.charts.lines import left_out
from cqbook.figures.placing import Axis

#: px of a panel: its name, its chart, its periods.
NAME, PLOT, PERIODS = 46, 60, 34
#: Where the points of a panel begin and end, as parts of its width.
FIRST, LAST = 0.04, 0.86


@draws(
    ("bar", {"x": "across", "y": "base", "y2": "at"}),
    ("line", {"x": "across", "y": "at"}),
    ("point", {"x": "across", "y": "at"}),
    ("rule", {"x": "across", "x2": "far", "y": "at"}),
    # what says that a bar is but an end of what is known
    ("text", {"x": "across", "y": "at"}),
    ("text", {"x": "across", "y": "at", "text": "end"}),
    ("text", {"x": "across", "y": "at", "text": "panel"}),
    ("text", {"x": "across", "y": "at", "text": "first"}),
    ("text", {"x": "across", "y": "at", "text": "last"}),
)
def multiples(rows: pd.DataFrame, *, bars: bool = False, highlight: str = "") -> Drawing:
    """Draw a small line chart a ``group`` over ``date``, two in a row, all on one scale from zero.

    Each has its name and its last number above, the first and the last period of all below.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``group`` and ``date`` (ISO text), in the order of the panels. A row
        without a value, and a period without a row, are gaps.
    bars : bool
        Columns in place of lines.
    highlight : str
        The panel in the accent colour.

    Raises
    ------
    ValueError
        If a column, a third number or a second panel is lacking, or `highlight` names none.
    """
    require(rows, "multiples", ["group", "date"])
    known = rows.dropna(subset=["value"])
    rows = rows[rows["group"].isin(known["group"])]
    rows = rows[rows["date"].between(known["date"].min(), known["date"].max())].copy()
    panels = list(dict.fromkeys(rows["group"]))
    if len(panels) < 2 or (highlight and highlight not in panels):
        msg = (
            f"图式 multiples：应有两个以上系列，{highlight or '…'} 在其中，现有 {panels}"
            f" | multiples: expected several series, {highlight!r} among them, got {panels}"
        )
        raise ValueError(msg)
    low, high = min(0.0, float(known["value"].min())), max(0.0, float(known["value"].max()))
    scale = Axis(low, high, high - low, PLOT)
    per_px = (scale.high - scale.low) / PLOT
    height = (NAME + PLOT + PERIODS) * -(-len(panels) // 2)

    # one picture with places of its own: a facet of Vega-Lite would not shrink with the page
    days = pd.to_datetime(rows["date"])
    span = (days.max() - days.min()).days or 1
    place = rows["group"].map(panels.index)
    left = place % 2 * 1.0
    rows["across"] = left + FIRST + (days - days.min()).dt.days / span * (LAST - FIRST)
    # the zero of a panel, as a height in the picture whose top is 0
    rows["lift"] = [
        -(number // 2 * (NAME + PLOT + PERIODS) + NAME) * per_px - scale.high for number in place
    ]
    rows["at"] = rows["value"] + rows["lift"]
    rows["base"] = rows["lift"]
    rows["broken"] = left_out(rows)
    first = rows.drop_duplicates("group").copy()
    first["panel"], first["across"] = first["group"], place[first.index] % 2 * 1.0
    heads = first.assign(at=first["lift"] + scale.high + 32 * per_px)
    ends = rows.dropna(subset=["value"]).groupby("group", sort=False).tail(1).copy()
    ends["end"] = ends["text"]
    over = ends.assign(across=ends["group"].map(first.set_index("group")["across"]))
    over["at"] = ends["lift"] + scale.high + 16 * per_px
    ordered = rows.sort_values("date", kind="stable")["label"]
    feet = [
        {"across": column + (FIRST if name == "first" else LAST), "at": lift, name: label}
        for column, lift in zip(
            first["across"], first["lift"] + scale.low - 14 * per_px, strict=True
        )
        for name, label in (
            ("first", ordered.iloc[0]),
            ("last", ordered.iloc[-1]),
        )
    ]
    ground = [
        {"across": column, "far": column + LAST + FIRST, "at": lift}
        for column, lift in zip(first["across"], first["lift"], strict=True)
    ]

    x = alt.X(
        "across",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[0, 2], nice=False, zero=False),
    )
    y = alt.Y(
        "base" if bars else "at",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[-height * per_px, 0], nice=False, zero=False),
    )
    at = alt.Y("at", type="quantitative")
    colour = tone_colour(theme.ACCENT, "rest" if highlight else "blue")
    rows["tone"] = rows["group"].eq(highlight).map({True: "accent", False: "plain"})
    columns = [*DRAWN, "across", "at", "base", "lift", "tone"]
    marks = alt.Chart(inline(rows, columns))
    layers: list[alt.Chart] = []
    if bars:
        part = 0.6 * (LAST - FIRST) / 2 / max(1, rows["date"].nunique() - 1)
        layers.append(
            marks.mark_bar(
                width={"expr": f"min(width * {part:.4g}, 18)"}, stroke=theme.colour("muted")
            ).encode(
                x=x,
                y=y,
                y2=alt.Y2("at"),
                color=colour,
                tooltip=tooltip(rows),
                **SIGNS,
            )
        )
        layers += arrows_at(marks, rows, "y", {"x": x, "y": at}, {"dy": -8})
    else:
        layers += [
            alt.Chart(_segments(rows, columns))
            .mark_line(strokeWidth=2)
            .encode(x=x, y=y, color=colour, detail=alt.Detail("group", type="nominal")),
            *dotted(rows, columns, {"x": x, "y": at}, colour, size=14),
        ]
    layers += [
        alt.Chart(alt.InlineData(values=ground))
        .mark_rule(color=theme.colour("grid"))
        .encode(x=x, x2=alt.X2("far"), y=at),
        alt.Chart(inline(over.drop(columns="lift"), [*columns, "end"]))
        .mark_text(align="left", baseline="middle", fontSize=11)
        .encode(x=x, y=at, text=alt.Text("end:N")),
        alt.Chart(
            inline(heads.assign(value=None, text="", full=None), ["across", "at", "panel", "group"])
        )
        .mark_text(align="left", fontWeight="bold", baseline="middle")
        .encode(x=x, y=at, text=alt.Text("panel:N")),
    ]
    firsts, lasts = (
        alt.Chart(alt.InlineData(values=[foot for foot in feet if name in foot]))
        for name in ("first", "last")
    )
    layers += [
        firsts.mark_text(
            align="left", fontSize=11, color=theme.colour("muted"), baseline="middle"
        ).encode(x=x, y=at, text=alt.Text("first:N")),
        lasts.mark_text(
            align="right", fontSize=11, color=theme.colour("muted"), baseline="middle"
        ).encode(x=x, y=at, text=alt.Text("last:N")),
    ]
    alt_text = f"{len(panels)}幅小图，同一刻度，末值：{listing(ends, 24)}。"
    shown = rows.drop(columns=["across", "at", "base", "lift", "tone", "broken"])
    return Drawing(finish(layers, height), shown, alt_text)


def _segments(rows: pd.DataFrame, columns: list[str]) -> alt.InlineData:
    """Return the points of the lines, with a break wherever a series leaves out a period."""
    points = inline(rows, columns).to_dict()["values"]
    values = []
    for point, gap in zip(points, rows["broken"], strict=True):
        if gap:
            values.append(
                {"group": point["group"], "tone": point["tone"], "across": point["across"] - 1e-3}
                | {"at": None}
            )
        values.append(point)
    return alt.InlineData(values=values)
