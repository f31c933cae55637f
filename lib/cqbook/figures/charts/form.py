"""What all chart forms share: a drawing, what its layers state, labels, signs of what is derived.

Each form takes a *point frame* (see `cqbook.analysis.frames`): one row a mark, with the columns
``label`` (category or period), ``value`` (number in the chart's unit), ``text`` (what stands beside
the mark), ``full`` (the number as an analyst writes it, with its unit) and, where they apply,
``group`` (series), ``lower``/``upper`` (the interval that rounding leaves open), ``status``,
``source_id`` and ``observation_id``. It returns a `Drawing`: the Vega-Lite specification, the rows
drawn, and a sentence that says what the picture shows.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec

import altair as alt
import pandas as pd
from altair.utils.schemapi import debug_mode

from cqbook.data.rows import rows_of
from cqbook.figures import theme
from cqbook.figures.english import ENGLISH_UNITS, english_quantity
from cqbook.figures.expressions import IS_DERIVED, IS_EXPECTED, IS_HOLLOW, expressible
from cqbook.figures.identity import Spec
from cqbook.quantities.quantity import UNOBSERVED

#: Longest line of a category label, in full-width characters: what a 342 px picture can bear.
LABEL_LINE = 9


@dataclass(frozen=True)
class Drawing:
    """What a chart form returns: specification, rows drawn, and alternative text."""

    spec: Spec
    rows: pd.DataFrame
    alt: str


#: By mark: which field may stand at which channel, as the forms state it. Another field is another
#: statement, and is refused (see `cqbook.figures.rules`).
LAYERS: dict[str, list[dict[str, str]]] = {}
#: The layers that empty points stand in `LAYERS` by this name.
HOLES = "hole"
Given = ParamSpec("Given")


def draws(
    *layers: tuple[str, dict[str, str]],
) -> Callable[[Callable[Given, Drawing]], Callable[Given, Drawing | None]]:
    """State the layers of a form: a mark, and the field at each of its channels.

    A form whose `require` finds too few numbers gives no drawing: the page goes without the figure.

    ``value`` is the number, ``lower``/``upper`` its interval, ``reach`` the end of both. Series
    side by side and their colours (``xOffset``, ``yOffset``, ``color``) may be added to any.
    Numbers are drawn `without_unit`.
    """
    for mark, fields in layers:
        LAYERS.setdefault(mark, []).append(fields)
        if mark == "point":
            # it has the colour of the page
            hole = {channel: name for channel, name in fields.items() if channel != "color"}
            LAYERS.setdefault(HOLES, []).append(hole)

    def given(form: Callable[Given, Drawing]) -> Callable[Given, Drawing | None]:
        @functools.wraps(form)
        def drawn(*args: Given.args, **named: Given.kwargs) -> Drawing | None:
            # a frame without rows may lack the columns that `require` asks for
            taken: Any = args
            if args and isinstance(args[0], pd.DataFrame):
                if args[0].empty:
                    return None
                taken = (without_unit(with_open_ends(args[0])), *args[1:])
            try:
                # what it is made of is judged as a whole, by `finish`
                with debug_mode(False):
                    return form(*taken, **named)
            except TooFewError:
                return None

        return drawn

    return given


def with_open_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a point frame that says in ``open`` which numbers are but an end of what is known.

    ``more``: a lower bound (超1000亿元) is drawn, ``less``: an upper one. The column stands only
    where there is such a number.
    """
    if not {"value", "lower", "upper"} <= set(rows):
        return rows
    known, low, high = (rows[name].notna() for name in ("value", "lower", "upper"))
    if not (known & (low ^ high)).any():
        return rows
    sides = pd.Series("", index=rows.index).mask(known & low & ~high, "more")
    return rows.assign(open=sides.mask(known & high & ~low, "less"))


#: A number with the unit that the subtitle says; ratios and ranks keep theirs, which are short.
_KEPT = {"", "%", "倍", "位", "百分点", "个百分点"}
_UNITS = "|".join(map(re.escape, sorted(set(ENGLISH_UNITS) - _KEPT, key=len, reverse=True)))
_WITH_UNIT = re.compile(rf"((?:超过|超|近|约|不到|\+)?([-−]?[\d.]+))({_UNITS})")


def without_unit(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a point frame whose ``text`` leaves out the unit that all numbers have.

    The subtitle says it once (`cqbook.figures.rules`); at each mark it takes the room of the chart.
    """
    if not {"text", "full", "value"} <= set(rows):
        return rows
    numbers = rows["text"].astype(str)[rows["text"].astype(str).str.contains(r"\d")]
    found = [match for match in map(_WITH_UNIT.fullmatch, numbers) if match]
    drawn = zip(found, rows.loc[numbers.index, "value"], strict=False)
    # 36900辆 along an axis in 万辆 says its own
    as_drawn = all(math.isclose(_number(match[2]), value, rel_tol=0.5) for match, value in drawn)
    if len(found) < len(numbers) or len({match[3] for match in found}) != 1 or not as_drawn:
        return rows
    short = pd.Series([match[1] for match in found], index=numbers.index)
    return rows.assign(text=short.reindex(rows.index).fillna(rows["text"]))


def _number(text: str) -> float:
    return float(text.replace("−", "-"))


class TooFewError(ValueError):
    """Fewer numbers than make a figure: a sentence says them."""


def wrap(label: str, line: float = LABEL_LINE) -> str:
    """Break `label` into lines of at most `line` full-width characters (half-width count half).

    A parenthesis starts a line of its own if it does not fit; numbers and Latin words stay whole,
    no line begins with a closing mark, and none is a single character: it takes another along.
    """
    pieces = re.findall(r"（[^（）]*）|[0-9A-Za-z.%—-]+年?|.[，。；：、）”]*", label)
    lines, width = [""], 0.0
    for place, piece in enumerate(pieces):
        step = theme.label_width(piece)
        if step > line and len(piece) > 1 and piece.startswith("（"):
            # too long for any line: break inside it like other text
            inner = wrap(piece[1:-1], max(line - 1, 2)).split("\n")
            lines += ["（" + inner[0], *inner[1:-1]] if len(inner) > 1 else []
            lines.append((inner[-1] if len(inner) > 1 else "（" + inner[0]) + "）")
            width = theme.label_width(lines[-1])
            continue
        alone = width >= 2 and _left_alone(pieces[place + 1 :], width + step, line)
        if width and (width + step > line or alone):
            lines.append("")
            width = 0.0
        lines[-1] += piece
        width += step
    return "\n".join(part for part in lines if part)


def _left_alone(after: Sequence[str], width: float, line: float) -> bool:
    """Return whether the next character would be a line, if those of before had `width` of one."""
    if not after or after[0].startswith("（") or len(after[0].rstrip("，。；：、）”")) > 1:
        return False
    own = theme.label_width(after[0])
    last = len(after) == 1 or (
        after[1].startswith("（") and own + theme.label_width(after[1]) > line
    )
    return last and width <= line < width + own


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame."""
    return [{str(key): cell for key, cell in row.items()} for row in rows_of(rows)]


def inline(rows: pd.DataFrame, columns: list[str]) -> alt.InlineData:
    """Return `rows` as inline data with short, stable numbers."""
    frame = rows[[column for column in dict.fromkeys(columns) if column in rows]]
    return alt.InlineData(
        values=[{key: _short(value) for key, value in record.items()} for record in records(frame)]
    )


def _short(value: object) -> object:
    if not isinstance(value, float):
        return value
    return None if math.isnan(value) else float(f"{value:.10g}")


def finish(layers: Sequence[alt.Chart], height: int) -> Spec:
    """Return the specification of layers, judged by the schema of Vega-Lite, in the house's look.

    Parameters
    ----------
    layers : sequence of altair.Chart
    height : int
        Of the picture, in px; its width is the page's.
    """
    spec: Spec = alt.layer(*layers).to_dict(validate=False, context={"pre_transform": False})
    # once, as a whole, with one row of each data set: altair validates each part again and again
    slim = {name: values[:1] for name, values in spec.get("datasets", {}).items()}
    alt.LayerChart.validate(spec | {"datasets": slim})
    spec["config"] = theme.config()
    spec["height"] = height
    return theme.with_width(expressible(spec), theme.PICTURE_WIDTH)


def listing(rows: pd.DataFrame, most: int = 12) -> str:
    """Return the first rows in words, for an alternative text."""
    shown = rows.dropna(subset=["value"]).head(most)
    parts = []
    for row in rows_of(shown):
        group = f"{row['group']}，" if row.get("group") else ""
        # a bare year runs into the number that follows it when it is read aloud
        year = "年" if re.fullmatch(r"(19|20)\d\d", str(row["label"])) else ""
        parts.append(f"{group}{row['label']}{year}：{row.get('full') or row['text']}")
    more = len(rows) - len(shown)
    return "；".join(parts).replace("\n", "") + (f"；另有{more}项见数据表" if more > 0 else "")


def tooltip(rows: pd.DataFrame) -> list[alt.Tooltip]:
    """Return what is told of a mark that is pointed at."""
    # a column may carry a bare number; what is pointed at says it with its unit
    figure = "full" if "full" in rows else "text"
    pairs = [("group", "系列"), ("label", "项目"), (figure, "数值"), ("status", "性质")]
    return [
        alt.Tooltip(name, type="nominal", title=title)
        for name, title in pairs
        if name in rows and rows[name].astype(str).ne("").any()
    ]


#: Expression of an axis whose labels are broken by `wrap`.
LABEL_LINES = "split(datum.label, '\\n')"
#: Columns that any form gives to its layers.
DRAWN = ["label", "group", "value", "lower", "upper", "text", "full", "status", "order", "open"]


#: How a bar is drawn by what its number is, in every chart: published, full; derived, pale within
#: a line; expected or aimed at, nearly empty within a dashed one.
SIGNS: dict[str, Any] = {
    "fillOpacity": alt.FillOpacityValue(
        1.0,
        condition=[
            {"test": IS_DERIVED, "value": theme.PALE[0]},
            {"test": IS_EXPECTED, "value": 0.1},
        ],
    ),
    "strokeOpacity": alt.StrokeOpacityValue(0.0, condition={"test": IS_HOLLOW, "value": 1.0}),
    "strokeDash": alt.StrokeDashValue([1, 0], condition={"test": IS_EXPECTED, "value": [4, 3]}),
}
#: The size of a point whose ring can be seen, in square px, and how thick the ring is, in px.
RING, THICK = 48, 1.5
#: The size of a triangle, in square px.
TRIANGLE = 70
#: The shape of a point: a diamond is expected or aimed at.
SHAPE = f"{IS_EXPECTED} ? 'diamond' : 'circle'"
#: What an open end is told by, along each axis: at a bar an arrow, and a point is a triangle.
ARROWS = {"x": {"more": "→", "less": "←"}, "y": {"more": "↑", "less": "↓"}}
_TRIANGLES = {"x": {"more": "right", "less": "left"}, "y": {"more": "up", "less": "down"}}
#: px of an arrow beside a bar.
ARROW = 16


def behind_arrow(rows: pd.DataFrame, side: int = 1) -> Any:  # noqa: ANN401 - a number, or an expression
    """Return how far, in px, a text stands beyond its bar, and beyond its arrow if it has one.

    `side` is -1 at the left of a bar.
    """
    if "open" not in rows:
        return side * 6
    return {"expr": f"datum.open ? {side * (6 + ARROW)} : {side * 6}"}


#: An interval shorter than this part of what a picture spans can't be seen on a phone.
LEAST = 0.015


def whiskers(rows: pd.DataFrame, ends: tuple[str, str], y: alt.Y, span: float) -> list[alt.Chart]:
    """Return the layer of what rounding leaves open of horizontal bars, where it can be seen.

    Parameters
    ----------
    rows : pandas.DataFrame
    ends : tuple of str
        The columns of both ends.
    y : altair.Y
    span : float
        How much the picture shows along x.
    """
    low, high = ends
    if not {low, high} <= set(rows):
        return []
    seen = rows[(rows[high] - rows[low]).gt(LEAST * span)]
    if seen.empty:
        return []
    rule: alt.Chart = alt.Chart(inline(seen, [*DRAWN, *ends])).mark_rule(
        color=theme.colour("ink"), strokeWidth=1.5
    )
    return [rule.encode(y=y, x=alt.X(low, type="quantitative"), x2=alt.X2(high))]


def arrows_at(
    base: alt.Chart,
    rows: pd.DataFrame,
    along: str,
    at: Mapping[str, Any],
    style: Mapping[str, Any],
) -> list[alt.Chart]:
    """Return the arrows at the bars whose number is but an end of what is known.

    Parameters
    ----------
    base : altair.Chart
        Of the rows' data.
    rows : pandas.DataFrame
    along : {"x", "y"}
        The axis of the numbers.
    at : mapping
        The channels that place an arrow, and its colour.
    style : mapping
        Of the text mark.
    """
    return [
        base.transform_filter(f"datum.open === '{side}'")
        .mark_text(fontSize=16, fontWeight="bold", **style)
        .encode(**at, text=alt.TextValue(ARROWS[along][side]))
        for side in dict.fromkeys(rows.get("open", []))
        if side
    ]


def dotted(
    rows: pd.DataFrame,
    columns: Sequence[str],
    at: Mapping[str, Any],
    colour: object,
    *,
    size: int | str,
    shape: str = SHAPE,
    rises: bool = False,
) -> list[alt.Chart]:
    """Return the points of a chart, those of what is not published with a hole.

    A full dot is published, a ring derived, an open diamond expected or aimed at; a triangle is
    an end beyond which more, or less, may lie.

    Parameters
    ----------
    rows : pandas.DataFrame
    columns : sequence of str
        What the data of the layers hold.
    at : mapping
        The channels that place a point.
    colour : altair.Color or altair.ColorValue
    size : int or str
        Of a point that is published, in square px, or the expression of it.
    shape : str
        An expression.
    rises : bool
        The points stand so many px beside their place as the column ``rise`` says.
    """
    if "open" in rows:
        sides = _TRIANGLES["x" if at["x"].shorthand == "value" else "y"]
        ends = " : ".join(f"datum.open === '{side}' ? 'triangle-{sides[side]}'" for side in sides)
        shape, size = f"{ends} : {shape}", f"(datum.open ? {TRIANGLE} : {size})"
    large = f"({IS_HOLLOW} ? max({size}, {RING}) : {size})"
    drawn: dict[str, Any] = {"filled": True, "opacity": 1, "shape": {"expr": shape}}
    drawn |= {"yOffset": {"expr": "datum.rise"}} if rises else {}
    whole = alt.Chart(inline(rows, list(columns))).mark_point(size={"expr": large}, **drawn)
    layers = [whole.encode(**at, color=colour, tooltip=tooltip(rows))]
    hollow = rows[rows["status"].isin(UNOBSERVED)] if "status" in rows else rows.head(0)
    hollow = hollow.dropna(subset=["value"])
    if len(hollow):
        hole = alt.Chart(inline(hollow, list(columns))).mark_point(
            size={"expr": f"PI * pow(sqrt(max({size}, {RING}) / PI) - {THICK}, 2)"}, **drawn
        )
        layers.append(hole.encode(**at, color=alt.ColorValue(theme.colour("page"))))
    return layers


def series_roles(
    groups: Sequence[str], highlight: str = "", *, apart: bool = False
) -> dict[str, str]:
    """Return the colour role of each series: the same flow has the same colour in every chart.

    With `highlight`, that series has the accent and all others are grey; with `apart`, each of
    them has a colour: they cross, and are to be told from each other. What is left over (其余…) is
    never one of the named series: it is grey too.

    Raises
    ------
    ValueError
        If no series is called `highlight`.
    """
    if highlight:
        if highlight not in groups:
            msg = (
                f"没有名为 {highlight!r} 的系列，有：{'、'.join(groups)}"
                f" | no series {highlight!r}, there are {list(groups)}"
            )
            raise ValueError(msg)
        others = iter([role for role in theme.SERIES if apart and role != theme.ACCENT])
        return {
            group: theme.ACCENT if group == highlight else next(others, "rest") for group in groups
        }
    named = [group for group in groups if not group.startswith("其余")]
    fixed = {group: theme.ROLES[group] for group in named if group in theme.ROLES}
    free = iter([role for role in theme.SERIES if role not in fixed.values()])
    return {
        group: fixed.get(group) or (next(free, "rest") if group in named else "rest")
        for group in groups
    }


def series_colour(
    rows: pd.DataFrame, *, legend: bool = True, highlight: str = "", apart: bool = False
) -> alt.Color:
    """Return the colours of the ``group`` column; without a legend the form names them itself."""
    groups = list(dict.fromkeys(rows["group"]))
    roles = series_roles(groups, highlight, apart=apart)
    scale = alt.Scale(domain=groups, range=[theme.colour(roles[group]) for group in groups])
    # a frame is a sign of its own
    shown = alt.Legend(symbolOpacity=1, symbolStrokeWidth=0) if legend else None
    return alt.Color("group", type="nominal", sort=None, title=None, scale=scale, legend=shown)


def tone_colour(accent: str, plain: str) -> alt.Color:
    """Return the colours of the ``tone`` column, by role: of what a figure is about, and else."""
    shades = [theme.colour(accent), theme.colour(plain)]
    scale = alt.Scale(domain=["accent", "plain"], range=shades)
    return alt.Color("tone", type="nominal", legend=None, scale=scale)


def series_tint(rows: pd.DataFrame, highlight: str = "", *, apart: bool = False) -> pd.Series[str]:
    """Return the colour of the text at each row's mark: of a grey series, one that can be read."""
    roles = series_roles(list(dict.fromkeys(rows["group"])), highlight, apart=apart)
    shades = {group: theme.colour(role.replace("rest", "muted")) for group, role in roles.items()}
    return rows["group"].map(shades)


#: The colour of a text, given by its row.
TINT = alt.Color("tint", type="nominal", scale=None, legend=None)


def require(rows: pd.DataFrame, form: str, columns: Sequence[str], *, least: int = 3) -> None:
    """Refuse a frame that a form can't draw.

    Parameters
    ----------
    rows : pandas.DataFrame
    form : str
        Name of the form, for the message.
    columns : sequence of str
        Needed, and nowhere empty but ``value``.
    least : int
        Fewest numbers: with fewer a sentence says it better.

    Raises
    ------
    ValueError
        With what is lacking.
    """
    wanted = ["label", "value", "text", *columns]
    lacking = [name for name in wanted if name not in rows]
    if lacking:
        over_time = "date" in lacking
        zh = "；随时间的点由 cq.timeline 给出" if over_time else ""
        en = "; cq.timeline gives points over time" if over_time else ""
        msg = f"图式 {form} 缺少列 {lacking}{zh} | {form}: lacking columns {lacking}{en}"
        raise ValueError(msg)
    empty = [
        name
        for name in dict.fromkeys(["label", *columns])
        if rows[name].isna().any() or rows[name].astype(str).eq("").any()
    ]
    if empty:
        msg = f"图式 {form} 的列 {empty} 有空格 | {form}: empty cells in {empty}"
        raise ValueError(msg)
    known = int(rows["value"].notna().sum())
    if known < least:
        msg = (
            f"图式 {form} 至少要{least}个数，只有{known}个：用一句话说"
            f" | {form}: {known} numbers, at least {least} wanted; say it in a sentence"
        )
        raise TooFewError(msg)


def complete(rows: pd.DataFrame, form: str) -> None:
    """Refuse rows without a number, for a form that has no place for what is not known.

    Raises
    ------
    ValueError
        Naming the first.
    """
    empty = list(rows.loc[rows["value"].isna(), "label"])
    if empty:
        msg = (
            f"图式 {form}：{empty[0]} 没有数值，先用 cq.published 去掉"
            f" | {form}: {empty[0]} has no value; leave it out by cq.published"
        )
        raise ValueError(msg)


def room_for(texts: Iterable[str]) -> int:
    """Return the px that the longest of these numbers needs, in Chinese or in English."""
    both = [
        theme.label_width(said)
        for text in texts
        for line in text.split("\n")
        for said in (line, english_quantity(line))
    ]
    return round(12 * max(both, default=0)) + 12
