"""What all chart forms share: a drawing, what its layers state, labels, marks of what is derived.

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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec

import altair as alt
import pandas as pd
from altair.utils.schemapi import debug_mode

from cqbook.figures import theme
from cqbook.figures.english import english_quantity
from cqbook.figures.expressions import expressible
from cqbook.figures.identity import Spec

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
Given = ParamSpec("Given")


def draws(
    *layers: tuple[str, dict[str, str]],
) -> Callable[[Callable[Given, Drawing]], Callable[Given, Drawing | None]]:
    """State the layers of a form: a mark, and the field at each of its channels.

    A form whose `require` finds too few numbers gives no drawing: the page goes without the figure.

    ``value`` is the number, ``lower``/``upper`` its interval, ``reach`` the end of both. Series
    side by side and their colours (``xOffset``, ``yOffset``, ``color``) may be added to any.
    """
    for mark, fields in layers:
        LAYERS.setdefault(mark, []).append(fields)

    def given(form: Callable[Given, Drawing]) -> Callable[Given, Drawing | None]:
        @functools.wraps(form)
        def drawn(*args: Given.args, **named: Given.kwargs) -> Drawing | None:
            # a frame without rows may lack the columns that `require` asks for
            if args and isinstance(args[0], pd.DataFrame) and args[0].empty:
                return None
            try:
                # what it is made of is judged as a whole, by `finish`
                with debug_mode(False):
                    return form(*args, **named)
            except TooFewError:
                return None

        return drawn

    return given


class TooFewError(ValueError):
    """Fewer numbers than make a figure: a sentence says them."""


def wrap(label: str, line: float = LABEL_LINE) -> str:
    """Break `label` into lines of at most `line` full-width characters (half-width count half).

    A parenthesis starts a line of its own if it does not fit; numbers and Latin words stay whole,
    and no line begins with a closing mark.
    """
    pieces = re.findall(r"（[^（）]*）|[0-9A-Za-z.%—-]+年?|.[，。；：、）”]*", label)
    lines, width = [""], 0.0
    for piece in pieces:
        step = theme.label_width(piece)
        if step > line and len(piece) > 1 and piece.startswith("（"):
            # too long for any line: break inside it like other text
            inner = wrap(piece[1:-1], max(line - 1, 2)).split("\n")
            lines += ["（" + inner[0], *inner[1:-1]] if len(inner) > 1 else []
            lines.append((inner[-1] if len(inner) > 1 else "（" + inner[0]) + "）")
            width = theme.label_width(lines[-1])
            continue
        if width and width + step > line:
            lines.append("")
            width = 0.0
        lines[-1] += piece
        width += step
    return "\n".join(part for part in lines if part)


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame."""
    return [{str(key): cell for key, cell in row.items()} for row in rows.to_dict("records")]


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
    for row in shown.to_dict("records"):
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
DRAWN = ["label", "group", "value", "lower", "upper", "text", "full", "status", "order"]


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
    shown = alt.Legend(symbolOpacity=1) if legend else None
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
