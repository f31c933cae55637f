"""A square-tile map."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    Drawing,
    draws,
    finish,
    inline,
    tooltip,
)


@draws(
    ("rect", {"x": "tile_col", "y": "tile_row", "color": "kind"}),
    ("text", {"x": "tile_col", "y": "tile_row", "text": "label"}),
    ("text", {"x": "tile_col", "y": "tile_row", "text": "symbol"}),
)
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
    base = alt.Chart(inline(rows, [*DRAWN, "tile_row", "tile_col", "filled", "kind", "symbol"]))
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
        tooltip=tooltip(rows),
    )
    size = {"expr": f"width < {theme.WIDE_FROM} ? 11 : 12"}
    across = int(rows["tile_col"].max() - rows["tile_col"].min() + 1)
    # on a phone only marked tiles are named; three characters may reach into the gaps between
    # tiles, a longer name is cut
    room = f"width / {across} + (length(datum.label) > 3 ? -3 : 5)"
    name = (
        base.transform_filter(f"width >= {theme.WIDE_FROM} || datum.filled")
        .mark_text(fontSize=size, dy=-5, limit={"expr": room})
        .encode(
            **place,
            text=alt.Text("label:N"),
            color=alt.ColorValue(
                theme.colour("ink"),
                condition={"test": "datum.filled", "value": theme.colour("page")},
            ),
        )
    )
    mark = (
        base.transform_filter("datum.filled")
        .mark_text(fontSize=size, dy=9, color=theme.colour("page"))
        .encode(**place, text=alt.Text("symbol:N"))
    )
    height = 46 * int(rows["tile_row"].max() - rows["tile_row"].min() + 1)
    known = rows[rows["filled"]]
    alt_text = f"方块地图，{len(known)}个区县有标记：{'、'.join(known['label'])}。"
    return Drawing(finish([square, name, mark], height), rows, alt_text)
