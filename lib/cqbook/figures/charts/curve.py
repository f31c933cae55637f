"""A number as a function of a parameter."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from cqbook.figures.charts._notes import (
    Note,
    annotated,
    end_layers,
    end_room,
    ended,
    note_layers,
    value_axis,
)
from cqbook.figures.charts.form import (
    DRAWN,
    Drawing,
    complete,
    draws,
    finish,
    inline,
    listing,
    require,
    series_colour,
    series_tint,
    tooltip,
)
from cqbook.figures.placing import axis, shifts, tall

HEIGHT = 280


@draws(
    ("line", {"x": "parameter", "y": "value", "color": "group"}),
    ("point", {"x": "parameter", "y": "value", "color": "group"}),
    ("text", {"x": "parameter", "y": "value", "text": "end"}),
    ("rule", {"x": "parameter", "y": "value", "y2": "value"}),
    ("text", {"x": "parameter", "y": "value", "text": "note"}),
)
def curve(
    rows: pd.DataFrame,
    *,
    across: str,
    notes: Sequence[tuple[str, str, str]] = (),
    highlight: str = "",
    zero: bool = True,
) -> Drawing:
    """Draw one curve a ``group`` over ``parameter``, its name at its end, points that matter noted.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``group`` and ``parameter`` (a number); ``label`` says the parameter in
        words (每箱20万元). A curve is as smooth as it has rows: a straight line needs two.
    across : str
        What the parameter is, with its unit: below the axis.
    notes : sequence of (label, zh, en)
        What to say of the point at that label: where two curves cross, say. Only these points have
        a dot.
    highlight : str
        The curve in the accent colour; the others are grey.
    zero : bool
        Start the value axis at zero.

    Raises
    ------
    ValueError
        If a column, a value or a third number is lacking, or a note or `highlight` names nothing
        drawn.
    """
    require(rows, "curve", ["group", "parameter"])
    complete(rows, "curve")
    if not across:
        msg = "图式 curve：横轴没有名称 | curve: the axis has no name"
        raise ValueError(msg)
    rows = rows.sort_values("parameter", kind="stable").sort_values(
        "group",
        key=lambda names: names.map(list(dict.fromkeys(rows["group"])).index),
        kind="stable",
    )
    rows["tint"] = series_tint(rows, highlight)
    ends = ended(rows)
    ends["end"] = ends["group"]
    scale = axis(rows["value"], max(HEIGHT, sum(tall(ends["end"]))), zero=zero)
    ends["shift"] = shifts(ends["value"], ends["end"], scale)
    room = end_room(ends)
    said = [Note(*note) for note in notes]
    placed = rows.assign(position=rows["parameter"], broken=False)
    told = annotated(placed, said, scale, room=room, highlight=highlight)
    rows["size"] = 60 * rows["label"].isin([note.label for note in said]) + 0.01
    span = axis(rows["parameter"], 1, zero=False)

    x = alt.X(
        "parameter",
        type="quantitative",
        title=across,
        scale=alt.Scale(
            domain=[float(rows["parameter"].min()), float(rows["parameter"].max())],
            range=[0, {"expr": f"width - {room}"}],
            zero=False,
            nice=False,
        ),
        axis=alt.Axis(values=span.ticks, titleAnchor="middle", labelFlush=False, labelOverlap=True),
    )
    y = value_axis(scale, zero=zero)
    same = alt.Y("value", type="quantitative")
    colour = series_colour(rows, legend=False, highlight=highlight)
    columns = [*DRAWN, "parameter"]
    layers = [
        alt.Chart(inline(rows, columns)).mark_line().encode(x=x, y=y, color=colour),
        alt.Chart(inline(rows, [*columns, "size"]))
        .mark_point(filled=True, opacity=1, size={"expr": "datum.size"})
        .encode(x=x, y=same, color=colour, tooltip=tooltip(rows)),
        *end_layers(ends, x, same, ["parameter", "end", "shift", "tint"]),
        *note_layers(told, x, same, ["parameter"]),
    ]
    spec = finish(layers, round(scale.height))
    spec["padding"] = {"left": 4, "top": 10, "bottom": 4, "right": 16}
    first = rows.groupby("group", sort=False).head(1)
    both = pd.concat([first, ends]).sort_index(kind="stable")
    words = "".join(f"{note.label}：{note.zh}。" for note in said).replace("\n", "")
    alt_text = f"曲线图，随{across}变化，首末值：{listing(both)}。{words}"
    return Drawing(spec, rows.drop(columns=["tint", "size"]), alt_text)
