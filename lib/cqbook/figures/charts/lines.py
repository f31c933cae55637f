"""Lines over time."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cqbook.figures.charts.form import (
    DRAWN,
    Drawing,
    draws,
    finish,
    inline,
    label_width,
    listing,
    series_colour,
    tooltip,
)


@draws(
    ("line", {"x": "date", "y": "value", "color": "group"}),
    ("point", {"x": "date", "y": "value", "color": "group"}),
    ("text", {"x": "date", "y": "value", "text": "end", "color": "group"}),
)
def lines(rows: pd.DataFrame, *, zero: bool = True) -> Drawing:
    """Draw one line a ``group`` over ``date``, its name and last number at its end; gaps stay gaps.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``date`` (ISO text) beside ``label`` (the period as written in Chinese).
        A row without a value breaks the line.
    zero : bool
        Start the value axis at zero.
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
        scale=alt.Scale(zero=zero),
        axis=alt.Axis(grid=True, tickCount=5),
    )
    colour = series_colour(rows, legend=False)
    base = alt.Chart(inline(rows, [*DRAWN, "date"]))
    line = base.mark_line().encode(x=x, y=y, color=colour)
    dot = base.mark_point(filled=True, opacity=1).encode(
        x=x, y=y, color=colour, tooltip=tooltip(rows)
    )
    end = (
        alt.Chart(inline(last, [*DRAWN, "date", "end"]))
        .mark_text(align="left", dx=9, lineBreak="\n", baseline="middle")
        .encode(x=x, y=y, color=colour, text=alt.Text("end:N"))
    )
    spec = finish([line, dot, end], 300)
    # direct labels stand to the right of the last point: leave them room inside the picture
    width = last["end"].map(label_width).max()
    spec["padding"] = {"left": 4, "top": 10, "bottom": 4, "right": 16}
    spec["layer"][0]["encoding"]["x"]["scale"] |= {
        "range": [0, {"expr": f"width - {round(12 * width + 14)}"}]
    }
    alt_text = f"折线图，{rows['group'].nunique()}个系列，末值：{listing(last)}。"
    return Drawing(spec, rows, alt_text)
