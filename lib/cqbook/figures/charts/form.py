"""What all chart forms share: a drawing, labels, marks of what is derived.

Each form takes a *point frame* (see `cqbook.analysis.frames`): one row a mark, with the columns
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

from cqbook.figures import theme
from cqbook.quantities.quantity import UNOBSERVED

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
    return theme.with_width(spec, theme.PICTURE_WIDTH)


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
_HOLLOW = f"indexof({list(UNOBSERVED)}, datum.status) >= 0"
_LABELS = {"labelExpr": "split(datum.label, '\\n')"}
_DRAWN = ["label", "group", "value", "lower", "upper", "text", "full", "status", "order"]


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
