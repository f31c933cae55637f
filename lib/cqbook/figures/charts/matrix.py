"""A table of marks."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cqbook.data.rows import rows_of
from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    LABEL_LINES,
    Drawing,
    draws,
    finish,
    inline,
    tooltip,
    wrap,
)

#: Between the labels above and the marks, and from one line of a label to the next, in px.
LABEL_PADDING, LINE = 4, 13


@draws(
    ("circle", {"x": "group", "y": "label", "size": "value"}),
    ("text", {"x": "group", "y": "label", "text": "text"}),
)
def matrix(rows: pd.DataFrame, *, x: str = "group", y: str = "label") -> Drawing:
    """Draw a table of marks: which column meets which row, the cell's ``text`` inside the mark.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a filled cell: columns `x`, `y`, ``value`` (how strongly filled), ``text``.
    """
    rows = rows.copy()
    # a 342 px picture leaves a column of eight some 30 px
    across = 2 if rows[x].nunique() > 6 else 4
    rows[x] = rows[x].map(lambda text: wrap(text, across))
    rows[y] = rows[y].map(wrap)
    base = alt.Chart(inline(rows, [*DRAWN, x, y]))
    # the lines of a label go down from its first one: without this they run into the marks
    lines = int(rows[x].str.count("\n").max()) + 1
    above = alt.Axis(
        orient="top",
        labelAngle=0,
        domain=False,
        ticks=False,
        labelExpr=LABEL_LINES,
        labelPadding=LABEL_PADDING + LINE * (lines - 1),
    )
    columns_of = alt.X(x, type="nominal", sort=None, title=None, axis=above)
    lines_of = alt.Axis(grid=True, tickBand="center", labelExpr=LABEL_LINES)
    down = alt.Y(y, type="nominal", sort=None, title=None, axis=lines_of)
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
        tooltip=tooltip(rows),
    )
    number = base.mark_text(color=theme.colour("page"), fontSize=11, fontWeight="bold").encode(
        x=columns_of, y=down, text=alt.Text("text:N")
    )
    height = 36 * rows[y].nunique() + 10
    named = "；".join(f"{row[y]}×{row[x]}：{row['text']}" for row in rows_of(rows)).replace(
        "\n", ""
    )
    return Drawing(finish([mark, number], height), rows, f"矩阵图：{named}。")
