"""Bars of 100 %: what a whole is made of, a bar a period or a breakdown."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from cqbook.data.rows import rows_of
from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    LABEL_LINES,
    SIGNS,
    Drawing,
    complete,
    draws,
    finish,
    inline,
    require,
    series_roles,
    tooltip,
    wrap,
)
from cqbook.figures.expressions import IS_HOLLOW
from cqbook.figures.placing import CHARACTER, LINE
from cqbook.quantities.quantity import DERIVED

LEFT_OVER = "其余"
#: How far beyond 100 the printed shares of one bar may add up, each being rounded.
EXCESS = 0.5
#: Less than this is no part: nothing is left over.
LEAST = 0.05
#: From here on there is more room on the left; how far a part reaches, in px.
MIDDLE, ACROSS = 50, "(datum.stop - datum.start) / 100 * width"
#: px of a bar of one line of text, and of one of two.
THIN, THICK = 24, 40


@draws(
    ("bar", {"x": "start", "x2": "stop", "y": "label"}),
    ("text", {"x": "start", "y": "label", "text": "inside"}),
    ("text", {"x": "start", "y": "label", "text": "below"}),
)
def stacked(rows: pd.DataFrame) -> Drawing:
    """Draw a bar of 100 % for each ``label``, cut into the shares of its ``group``s.

    The share stands in its part where a phone has room for it. If each part belongs to one bar only
    (a bar by enterprise, a bar by partner), its name stands there too, and what has no room is said
    below the bar; else a legend names the parts. What the parts leave of 100 % is drawn pale, as
    其余. The interval of a share is not shown.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame in percent, with ``group``; all have a value.

    Raises
    ------
    ValueError
        If a column, a value or a third number is lacking, a share is negative, or those of one bar
        add up to more than 100.
    """
    require(rows, "stacked", ["group"])
    complete(rows, "stacked")
    rows = _whole(rows.drop(columns=["lower", "upper", "range"], errors="ignore"))
    named = rows[rows["group"].ne(LEFT_OVER)]
    # a bar of parts of its own: they are told by their place and by their names
    homes = named.groupby("group")["label"].nunique()
    own = bool(rows["label"].nunique() > 1 and homes.eq(1).all())
    rows["label"] = rows["label"].map(wrap)
    wide = theme.NARROW - 16 - CHARACTER * rows["label"].map(theme.label_width).max()
    rows["inside"] = [
        _fitting(group, text, share / 100 * wide - 8, own)
        for group, text, share in zip(rows["group"], rows["text"], rows["value"], strict=True)
    ]
    below = _below(rows, wide) if own else pd.DataFrame()
    size, under = (THICK if own else THIN), (2 * LINE + 2 if len(below) else 0)

    x = alt.X(
        "start",
        type="quantitative",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[0, 100], nice=False),
    )
    axis = alt.Axis(labelExpr=LABEL_LINES, labelOffset=-under / 2)
    y = alt.Y("label", type="nominal", sort=None, title=None, axis=axis)
    base = alt.Chart(inline(rows, [*DRAWN, "start", "stop", "inside", "tone"]))
    is_rest = "datum.tone === 'rest'"
    up = -under / 2
    layers = [
        base.mark_bar(height=size, strokeWidth=1, yOffset=up).encode(
            x=x,
            x2=alt.X2("stop"),
            y=y,
            color=_colour(rows, own=own),
            # pieces are set apart by the page, those that are not observed by a frame
            stroke=alt.StrokeValue(
                theme.colour("page"), condition={"test": IS_HOLLOW, "value": theme.colour("muted")}
            ),
            **SIGNS | {"strokeOpacity": alt.StrokeOpacityValue(1.0)},
            tooltip=tooltip(rows),
        ),
        base.mark_text(
            align="left",
            dx=4,
            dy={"expr": f"{up} - (indexof(datum.inside, '\\n') > 0 ? {LINE / 2 - 0.5} : 0)"},
            fontSize=11,
            lineBreak="\n",
            lineHeight=LINE - 1,
            baseline="middle",
            limit={"expr": "datum.value / 100 * width - 6"},
        ).encode(
            x=x,
            y=y,
            text=alt.Text("inside:N"),
            color=alt.ColorValue(
                theme.colour("page"),
                condition={"test": f"{IS_HOLLOW} || {is_rest}", "value": theme.colour("ink")},
            ),
        ),
    ]
    if len(below):
        layers.append(
            alt.Chart(inline(below, [*DRAWN, "start", "stop", "below"]))
            .mark_text(
                align={"expr": f"datum.start > {MIDDLE} ? 'right' : 'left'"},
                dx={"expr": f"datum.start > {MIDDLE} ? {ACROSS} : 0"},
                dy=up + size / 2 + 10,
                fontSize=11,
                lineBreak="\n",
                lineHeight=LINE - 1,
                baseline="middle",
                color=theme.colour("muted"),
            )
            .encode(x=x, y=y, text=alt.Text("below:N"))
        )
    height = round((size + under + (6 if under else 12)) * rows["label"].nunique())
    bars = rows.groupby(rows["label"].str.replace("\n", ""), sort=False)
    said = [f"{label}：" + "、".join(part["group"] + part["text"]) for label, part in bars]
    alt_text = f"百分比堆积条形图，{len(said)}条：{'；'.join(said)}。"
    drawn = rows.drop(columns=["start", "stop", "inside", "tone"])
    return Drawing(finish(layers, height), drawn, alt_text)


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with where each begins and ends, and what each bar leaves of 100."""
    bars, given = [], rows["label"]
    # the same part comes at the same place in every bar
    order = list(dict.fromkeys(rows["group"]))
    rows = rows.sort_values("group", key=lambda names: names.map(order.index), kind="stable")
    labels = list(dict.fromkeys(given))
    rows = rows.sort_values("label", key=lambda names: names.map(labels.index), kind="stable")
    for label, part in rows.groupby("label", sort=False):
        total = float(part["value"].sum())
        if part["value"].lt(0).any() or total > 100 + EXCESS or part["group"].duplicated().any():
            msg = (
                f"图式 stacked：{label} 各部分合计{total:g}%，应为互不重叠、不超过100%的占比"
                f" | stacked: the parts of {label} add up to {total:g} %: expected different parts"
                " that are not negative and do not exceed 100 %"
            )
            raise ValueError(msg)
        if total > 100:
            # rounding: the last part ends at 100
            part = part.assign(scale=100 / total)
        if total < 100 - LEAST:
            digits = max(len(text) for text in part["text"].str.extract(r"\.(\d+)")[0].fillna(""))
            left = f"{100 - total:.{digits}f}%"
            rest = {
                "label": label,
                "group": LEFT_OVER,
                "value": 100 - total,
                "text": left,
                "full": left,
            }
            ids = {
                name: ";".join(dict.fromkeys(part[name])) if name in part else ""
                for name in ("source_id", "observation_id")
            }
            part = pd.concat([part, pd.DataFrame([rest | ids | {"status": DERIVED}])])
        stop = (part["value"] * part.get("scale", 1)).cumsum()
        tone = [str(place) for place in range(len(part))]
        bars.append(part.assign(stop=stop.clip(upper=100), start=[0.0, *stop[:-1]], tone=tone))
    whole = pd.concat(bars, ignore_index=True).drop(columns="scale", errors="ignore")
    whole.loc[whole["group"].eq(LEFT_OVER), "tone"] = "rest"
    return whole


def _fitting(group: str, text: str, room: float, own: bool) -> str:
    """Return what a part has room for: its share, and its name if the parts have no legend."""
    said = f"{group}\n{text}" if own else text
    return said if 11 * theme.label_width(said) <= room else ""


def _below(rows: pd.DataFrame, wide: float) -> pd.DataFrame:
    """Return one row a bar that has parts without room for their names, with these in words.

    They stand below the first such part, if a phone (`wide` px) has room for them there: from its
    beginning on, or, right of the middle, up to its end.
    """
    tight = rows[rows["inside"].eq("") & rows["group"].ne(LEFT_OVER)]
    said = [f"{group} · {text}" for group, text in zip(tight["group"], tight["text"], strict=True)]
    words = pd.Series(said, index=tight.index, dtype=str).groupby(rows["label"], sort=False)
    line = round(wide / CHARACTER)
    told = words.agg("；".join).map(lambda text: wrap(re.sub(r" · ", "·", text), line + 4))
    begin, own_begin = (
        {row["label"]: row for row in reversed(rows_of(frame))} for frame in (rows, tight)
    )
    found = []
    for label, text in told.items():
        own = own_begin[label]
        free = own["stop"] if own["start"] > MIDDLE else 100 - own["start"]
        fits = 11 * theme.label_width(text) <= wide * free / 100
        found.append((own if fits else begin[label]) | {"below": text})
    return pd.DataFrame(found)


def _colour(rows: pd.DataFrame, *, own: bool) -> alt.Color:
    """Return the colours: of the series in every bar, or of the places in each."""
    name = "tone" if own else "group"
    rest = "rest" if own else LEFT_OVER
    found = [key for key in dict.fromkeys(rows[name]) if key != rest]
    roles = series_roles(found)
    shades = [theme.colour(roles[key]) for key in found] + [theme.colour("rest")]
    domain = [*found, rest] if rows["group"].eq(LEFT_OVER).any() else found
    legend = (
        None
        if own
        else alt.Legend(
            columns={"expr": f"width < {theme.WIDE_FROM} ? 2 : 4"},
            labelLimit=150,
            symbolOpacity=1,
            columnPadding=12,
        )
    )
    return alt.Color(
        name,
        type="nominal",
        sort=None,
        title=None,
        scale=alt.Scale(domain=domain, range=shades[: len(domain)]),
        legend=legend,
    )
