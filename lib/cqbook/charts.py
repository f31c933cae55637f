"""A few chart forms that the chapters compose.

Each form takes a *point frame* (see `cqbook.facts.points`): one row a mark, with the columns
``label`` (category or period), ``value`` (number in the chart's unit), ``text`` (what stands beside
the mark), ``full`` (the number as an analyst writes it, with its unit) and, where they apply,
``group`` (series), ``lower``/``upper`` (the interval that rounding leaves open), ``status``,
``source_id`` and ``observation_id``. It returns a `Drawing`: the Vega-Lite specification, the rows
drawn, and a sentence that says what the picture shows.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from cqbook import theme
from cqbook.facts import UNPUBLISHED

#: Longest line of a category label, in full-width characters: what a 342 px picture can bear.
LABEL_LINE = 9


@dataclass(frozen=True)
class Drawing:
    """What a chart form returns: specification, rows drawn, and alternative text."""

    spec: dict[str, Any]
    rows: pd.DataFrame
    alt: str


def wrap(label: str, line: float = LABEL_LINE) -> str:
    """Break `label` into lines of at most `line` full-width characters (half-width count half).

    A parenthesis starts a line of its own if it does not fit; numbers and Latin words stay whole,
    and no line begins with a closing mark.
    """
    pieces = re.findall(r"（[^（）]*）|[0-9A-Za-z.%—-]+年?|.[，。；：、）”]*", label)
    lines, width = [""], 0.0
    for piece in pieces:
        step = _width(piece)
        if step > line and len(piece) > 1 and piece.startswith("（"):
            # too long for any line: break inside it like other text
            inner = wrap(piece[1:-1], max(line - 1, 2)).split("\n")
            lines += ["（" + inner[0], *inner[1:-1]] if len(inner) > 1 else []
            lines.append((inner[-1] if len(inner) > 1 else "（" + inner[0]) + "）")
            width = _width(lines[-1])
            continue
        if width and width + step > line:
            lines.append("")
            width = 0.0
        lines[-1] += piece
        width += step
    return "\n".join(part for part in lines if part)


def _values(rows: pd.DataFrame, columns: list[str]) -> alt.InlineData:
    """Return `rows` as inline data with short, stable numbers."""
    frame = rows[[column for column in dict.fromkeys(columns) if column in rows]]
    records = []
    for record in frame.to_dict("records"):
        clean = {}
        for key, value in record.items():
            if isinstance(value, float):
                clean[key] = None if math.isnan(value) else float(f"{value:.10g}")
            else:
                clean[key] = value
        records.append(clean)
    return alt.InlineData(values=records)


def _finish(chart: alt.TopLevelMixin, height: int) -> dict[str, Any]:
    spec = chart.to_dict(validate=False, context={"pre_transform": False})
    # once, as a whole, with one row of each data set: altair validates each part again and again
    slim = {name: values[:1] for name, values in spec.get("datasets", {}).items()}
    type(chart).validate(spec | {"datasets": slim})
    spec["config"] = theme.config()
    spec["height"] = height
    return theme.sized(spec, theme.WIDE)


def _listing(rows: pd.DataFrame, most: int = 12) -> str:
    shown = rows.dropna(subset=["value"]).head(most)
    parts = []
    for row in shown.to_dict("records"):
        group = f"{row['group']}，" if row.get("group") else ""
        parts.append(f"{group}{row['label']}{row.get('full') or row['text']}")
    more = len(rows) - len(shown)
    return "；".join(parts).replace("\n", "") + (f"；另有{more}项见数据表" if more > 0 else "")


def _width(text: str) -> float:
    """Width of the longest line of `text`, in full-width characters."""
    return max(sum(1.0 if ord(c) > 0x2E7F else 0.58 for c in part) for part in text.split("\n"))


def _tooltip(rows: pd.DataFrame) -> list[alt.Tooltip]:
    # a column may carry a bare number; what is pointed at says it with its unit
    figure = "full" if "full" in rows else "text"
    pairs = [("group", "系列"), ("label", "项目"), (figure, "数值"), ("status", "性质")]
    return [
        alt.Tooltip(name, type="nominal", title=title)
        for name, title in pairs
        if name in rows and rows[name].astype(str).ne("").any()
    ]


#: Marks of what did not happen, or was not published: hollow.
_HOLLOW = "indexof(['推算', '预计', '计划', '目标'], datum.status) >= 0"
_LABELS = {"labelExpr": "split(datum.label, '\\n')"}


def bars(rows: pd.DataFrame, *, highlight: str = "", detail: bool = False) -> Drawing:
    """Draw one horizontal bar a row, in the order given, each with its number at its end.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame. A derived row (``status`` 推算) is drawn hollow; ``lower``/``upper``, where
        they differ from the value, as a thin whisker.
    highlight : str
        Label of the row in the accent colour; the others are muted. Empty: all alike.
    detail : bool
        Add the column ``detail`` (growth, say) behind the number.
    """
    rows = rows.copy()
    rows["label"] = rows["label"].map(wrap)
    rows["end"] = rows["text"] + (("\n" + rows["detail"]) if detail else "")
    rows["tone"] = "plain"
    if highlight:
        rows.loc[rows["label"].str.replace("\n", "").eq(highlight), "tone"] = "accent"
    # numbers stand beyond the bar and its whisker; a floor has no upper end to go by
    rows["reach"] = rows[["value", "upper"]].max(axis=1) if "upper" in rows else rows["value"]
    rows["reach_low"] = rows[["value", "lower"]].min(axis=1) if "lower" in rows else rows["value"]
    low, high = min(0.0, rows["reach_low"].min()), max(0.0, rows["reach"].max())
    span = (high - low) or 1.0
    room = round(12 * rows["end"].map(_width).max()) + 14
    left = room if low < 0 else 0
    right = alt.expr(f"width - {room if high > 0 else 8}")
    y = alt.Y("label", type="nominal", sort=None, title=None, axis=alt.Axis(**_LABELS))
    scale = alt.Scale(domain=[low, high or 1.0], range=[left, right], nice=False)
    x = alt.X("value", type="quantitative", title=None, axis=None, scale=scale)
    fill: Any = alt.ColorValue(theme.colour("blue"))
    if highlight:
        fill = alt.Color(
            "tone",
            type="nominal",
            legend=None,
            scale=alt.Scale(
                domain=["accent", "plain"], range=[theme.colour("orange"), theme.colour("rest")]
            ),
        )
    base = alt.Chart(_values(rows, [*_DRAWN, "end", "tone", "reach", "reach_low"]))
    layers: list[alt.Chart] = [
        base.mark_bar(size=18, stroke=theme.colour("blue"), strokeWidth=1).encode(
            y=y,
            x=x,
            color=fill,
            fillOpacity=alt.FillOpacityValue(1.0, condition={"test": _HOLLOW, "value": 0.35}),
            strokeOpacity=alt.StrokeOpacityValue(0.0, condition={"test": _HOLLOW, "value": 1.0}),
            tooltip=_tooltip(rows),
        )
    ]
    if {"lower", "upper"} <= set(rows) and (rows["upper"] - rows["lower"]).gt(span * 0.004).any():
        layers.append(
            base.transform_filter("datum.lower !== null && datum.upper !== null")
            .mark_rule(color=theme.colour("ink"), strokeWidth=1.5)
            .encode(y=y, x=alt.X("lower", type="quantitative"), x2=alt.X2("upper"))
        )
    layers.append(
        base.transform_filter("datum.value >= 0")
        .mark_text(align="left", dx=6, lineBreak="\n", baseline="middle")
        .encode(y=y, x=alt.X("reach", type="quantitative"), text=alt.Text("end:N"))
    )
    if low < 0:
        layers.append(
            base.transform_filter("datum.value < 0")
            .mark_text(align="right", dx=-6, lineBreak="\n", baseline="middle")
            .encode(y=y, x=alt.X("reach_low", type="quantitative"), text=alt.Text("end:N"))
        )
        layers.append(
            alt.Chart(alt.InlineData(values=[{"zero": 0}]))
            .mark_rule(color=theme.colour("muted"))
            .encode(x=alt.X("zero", type="quantitative"))
        )
    lines = int(rows["label"].str.count("\n").max()) + 1
    step = max(44 if detail else 30, 17 * lines + 10)
    alt_text = f"条形图，{len(rows)}项：{_listing(rows)}。"
    return Drawing(_finish(alt.layer(*layers), step * len(rows)), rows, alt_text)


_DRAWN = ["label", "group", "value", "lower", "upper", "text", "full", "status", "order"]


def columns(rows: pd.DataFrame, *, highlight: str = "") -> Drawing:
    """Draw one column a period, zero-based, with its number on top; unpublished periods stay empty.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame in time order. With ``group``, columns of one period stand side by side.
        A row without a value is a gap and says 未见公布.
    highlight : str
        Label of the column in the accent colour.
    """
    rows = rows.copy()
    grouped = "group" in rows and rows["group"].nunique() > 1
    rows["top"] = rows["text"].where(rows["value"].notna(), UNPUBLISHED)
    rows["tone"] = rows["label"].eq(highlight).map({True: "accent", False: "plain"})
    periods = max(1, rows["label"].nunique())
    axis = alt.Axis(labelAngle=0, labelOverlap=True, **_LABELS)
    rows["label"] = rows["label"].map(lambda text: wrap(text, max(2.6, 24 / periods)))
    # named in full: a period without a number would otherwise be put last
    order = list(dict.fromkeys(rows["label"]))
    x = alt.X("label", type="nominal", sort=order, title=None, axis=axis)
    y = alt.Y("value", type="quantitative", title=None, axis=None, scale=alt.Scale(zero=True))
    # a period of which one series is known is no gap: only where nothing is does it say so
    rows["gap"] = rows["value"].isna().groupby(rows["label"]).transform("all")
    base = alt.Chart(_values(rows, [*_DRAWN, "top", "tone", "gap"]))
    encoding: dict[str, Any] = {"x": x, "y": y}
    if grouped:
        encoding["xOffset"] = alt.XOffset("group", type="nominal", sort=None)
        colour = _series_colour(rows)
    else:
        colour = alt.Color(
            "tone",
            type="nominal",
            legend=None,
            scale=alt.Scale(
                domain=["plain", "accent"], range=[theme.colour("blue"), theme.colour("orange")]
            ),
        )
    crowd = periods * (rows["group"].nunique() if grouped else 1)
    size = {"expr": f"width / {crowd} < 26 ? 8.5 : (width / {crowd} < 38 ? 10 : 12)"}
    bar = base.mark_bar(stroke=theme.colour("blue")).encode(
        **encoding,
        color=colour,
        fillOpacity=alt.FillOpacityValue(1.0, condition={"test": _HOLLOW, "value": 0.35}),
        strokeOpacity=alt.StrokeOpacityValue(0.0, condition={"test": _HOLLOW, "value": 1.0}),
        tooltip=_tooltip(rows),
    )
    number = base.mark_text(dy=-7, fontSize=size).encode(
        **(encoding | {"y": alt.Y("value", type="quantitative")}), text=alt.Text("top:N")
    )
    gap = (
        base.transform_filter("datum.gap")
        .mark_text(
            color=theme.colour("muted"),
            fontSize=10,
            baseline="line-bottom",
            lineBreak="\n",
            dy=-38 if periods > 8 else -4,
        )
        .encode(
            x=x,
            y=alt.YDatum(0),
            text=alt.TextValue("\n".join(UNPUBLISHED) if periods > 8 else UNPUBLISHED),
        )
    )
    gaps = rows["gap"].any()
    layers = [bar, number, gap] if gaps else [bar, number]
    alt_text = f"柱形图，{rows['label'].nunique()}个时期：{_listing(rows)}。"
    return Drawing(_finish(alt.layer(*layers), 260), rows, alt_text)


def _series_colour(rows: pd.DataFrame) -> alt.Color:
    groups = list(dict.fromkeys(rows["group"]))
    named = [group for group in groups if not group.startswith("其余")]
    roles = dict(zip(named, theme.SERIES, strict=False))
    # what is left over is never one of the named series: it takes the neutral colour
    scale = alt.Scale(
        domain=groups, range=[theme.colour(roles.get(group, "rest")) for group in groups]
    )
    legend = alt.Legend(symbolOpacity=1)
    return alt.Color("group", type="nominal", sort=None, title=None, scale=scale, legend=legend)


def lines(rows: pd.DataFrame) -> Drawing:
    """Draw one line a ``group`` over ``date``, its name and last number at its end; gaps stay gaps.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``date`` (ISO text) beside ``label`` (the period as written in Chinese).
        A row without a value breaks the line.
    """
    rows = rows.copy()
    if "group" not in rows:
        rows["group"] = ""
    last = rows.dropna(subset=["value"]).groupby("group", sort=False).tail(1).copy()
    last["end"] = [
        "\n".join(part for part in pair if part)
        for pair in zip(last["group"], last["text"], strict=True)
    ]
    # a day has no zone here: in local time the picture would depend on where it is drawn
    utc = alt.Scale(type="utc")
    x = alt.X(
        "date", type="temporal", title=None, axis=alt.Axis(tickCount=6, format="%Y"), scale=utc
    )
    y = alt.Y(
        "value",
        type="quantitative",
        title=None,
        scale=alt.Scale(zero=True),
        axis=alt.Axis(grid=True, tickCount=5),
    )
    colour = _series_colour(rows)
    colour.legend = None
    base = alt.Chart(_values(rows, [*_DRAWN, "date"]))
    line = base.mark_line().encode(x=x, y=y, color=colour)
    dot = base.mark_point(filled=True, opacity=1).encode(
        x=x, y=y, color=colour, tooltip=_tooltip(rows)
    )
    end = (
        alt.Chart(_values(last, [*_DRAWN, "date", "end"]))
        .mark_text(align="left", dx=9, lineBreak="\n", baseline="middle")
        .encode(x=x, y=y, color=colour, text=alt.Text("end:N"))
    )
    spec = _finish(alt.layer(line, dot, end), 300)
    # direct labels stand to the right of the last point: leave them room inside the picture
    width = last["end"].map(_width).max()
    spec["padding"] = {"left": 4, "top": 10, "bottom": 4, "right": 16}
    spec["layer"][0]["encoding"]["x"]["scale"] |= {
        "range": [0, {"expr": f"width - {round(12 * width + 14)}"}]
    }
    alt_text = f"折线图，{rows['group'].nunique()}个系列，末值：{_listing(last)}。"
    return Drawing(spec, rows, alt_text)


def dots(rows: pd.DataFrame, *, zero: bool = False) -> Drawing:
    """Draw intervals: a dot at the value, a bar from ``lower`` to ``upper``, the number beside it.

    Use it to compare what several sources, or a printed and a computed figure, say of one thing:
    position is what counts, so the axis need not start at zero. ``group`` colours the dots; a
    missing ``upper`` means a floor only and is drawn as an arrow.
    """
    rows = rows.copy()
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
    y = alt.Y("label", type="nominal", sort=None, title=None, axis=alt.Axis(**_LABELS))
    colour = _series_colour(rows) if grouped else alt.ColorValue(theme.colour("blue"))
    base = alt.Chart(_values(rows, [*_DRAWN, "arrow"]))
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
    dot = base.mark_point(size=80, opacity=1).encode(
        **encoding, x=x, color=colour, tooltip=_tooltip(rows)
    )
    number = base.mark_text(dy=-11, fontSize=11).encode(**encoding, x=x, text=alt.Text("text:N"))
    per_label = rows.groupby("label").size().max() if "yOffset" in encoding else 1
    height = int(max(44, 26 * per_label + 18) * rows["label"].nunique())
    alt_text = f"区间点图，{len(rows)}个数值：{_listing(rows)}。"
    return Drawing(_finish(alt.layer(bar, arrow, dot, number), height), rows, alt_text)


def matrix(rows: pd.DataFrame) -> Drawing:
    """Draw a table of marks: which column meets which row, the cell's ``text`` inside the mark.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a filled cell: columns ``group`` (across), ``label`` (down), ``value`` (how
        strongly filled), ``text``.
    """
    rows = rows.copy()
    # a 342 px picture leaves a column of eight some 30 px
    across = 2 if rows["group"].nunique() > 6 else 4
    rows["group"] = rows["group"].map(lambda text: wrap(text, across))
    rows["label"] = rows["label"].map(wrap)
    base = alt.Chart(_values(rows, _DRAWN))
    columns_of = alt.X(
        "group",
        type="nominal",
        sort=None,
        title=None,
        axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False, **_LABELS),
    )
    lines_of = alt.Axis(grid=True, tickBand="center", **_LABELS)
    down = alt.Y("label", type="nominal", sort=None, title=None, axis=lines_of)
    top = float(rows["value"].max() or 1)
    mark = base.mark_circle(opacity=1).encode(
        x=columns_of,
        y=down,
        size=alt.Size(
            "value",
            type="quantitative",
            legend=None,
            scale=alt.Scale(domain=[1, max(top, 2)], range=[260, 900]),
        ),
        color=alt.ColorValue(theme.colour("blue")),
        tooltip=_tooltip(rows),
    )
    number = base.mark_text(color=theme.colour("page"), fontSize=11, fontWeight="bold").encode(
        x=columns_of, y=down, text=alt.Text("text:N")
    )
    height = 36 * rows["label"].nunique() + 10
    named = "；".join(
        f"{row['label']}×{row['group']}：{row['text']}" for row in rows.to_dict("records")
    ).replace("\n", "")
    return Drawing(_finish(alt.layer(mark, number), height), rows, f"矩阵图：{named}。")


def tiles(rows: pd.DataFrame) -> Drawing:
    """Draw a square-tile map: one tile a district, shaded by ``value``, named inside.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a district: ``label`` (short name), ``tile_row``, ``tile_col``, ``value`` (0 or
        missing: nothing known), ``text``, ``kind`` (what the shade means, in words).
    """
    rows = rows.copy()
    rows["filled"] = rows["value"].fillna(0).gt(0)
    base = alt.Chart(_values(rows, [*_DRAWN, "tile_row", "tile_col", "filled", "kind", "symbol"]))
    place = {
        "x": alt.X("tile_col", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0.06)),
        "y": alt.Y("tile_row", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0.06)),
    }
    kinds = [kind for kind in dict.fromkeys(rows["kind"]) if kind]
    named = [kind for kind in kinds if rows.loc[rows["kind"].eq(kind), "filled"].any()]
    order = named + [kind for kind in kinds if kind not in named]
    shades = [theme.colour(role) for role in ("blue", "green", "purple", "orange")][: len(named)]
    shades += [theme.colour("grid")] * (len(order) - len(named))
    square = base.mark_rect().encode(
        **place,
        color=alt.Color(
            "kind",
            type="nominal",
            title=None,
            sort=None,
            scale=alt.Scale(domain=order, range=shades),
            legend=alt.Legend(orient="top", columns=2, symbolType="square", labelLimit=300),
        ),
        tooltip=_tooltip(rows),
    )
    size = {"expr": "width < 420 ? 9 : 12"}
    name = base.mark_text(fontSize=size, dy=-5).encode(
        **place,
        text=alt.Text("label:N"),
        color=alt.ColorValue(
            theme.colour("ink"),
            condition={"test": "datum.filled", "value": theme.colour("page")},
        ),
    )
    mark = (
        base.transform_filter("datum.filled")
        .mark_text(fontSize=size, dy=9, color=theme.colour("page"))
        .encode(**place, text=alt.Text("symbol:N"))
    )
    height = 46 * int(rows["tile_row"].max() - rows["tile_row"].min() + 1)
    known = rows[rows["filled"]]
    alt_text = f"方块地图，{len(known)}个区县有标记：{'、'.join(known['label'])}。"
    return Drawing(_finish(alt.layer(square, name, mark), height), rows, alt_text)
