"""Lines over time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import altair as alt
import pandas as pd

from cqbook.figures.charts._notes import (
    Note,
    annotated,
    clear_of_lines,
    end_layers,
    end_room,
    ended,
    note_layers,
    piece_layers,
    value_axis,
)
from cqbook.figures.charts.form import (
    DRAWN,
    Drawing,
    dotted,
    draws,
    finish,
    inline,
    listing,
    require,
    series_colour,
    series_tint,
)
from cqbook.figures.placing import axis, shifts, tall

HEIGHT = 300
#: A time between two points that is so many times the shortest one is a gap.
GAP = 1.6


@draws(
    ("line", {"x": "date", "y": "value", "color": "group"}),
    ("point", {"x": "date", "y": "value", "color": "group"}),
    ("text", {"x": "date", "y": "value", "text": "end"}),
    ("rule", {"x": "date", "y": "value", "y2": "value"}),
    ("rule", {"x": "since", "x2": "until", "y": "value", "color": "group"}),
    ("text", {"x": "date", "y": "value", "text": "note"}),
)
def lines(
    rows: pd.DataFrame,
    *,
    highlight: str = "",
    notes: Sequence[tuple[str, str, str]] = (),
    zero: bool = True,
) -> Drawing:
    """Draw one line a ``group`` over ``date``, its name and last number at its end; gaps stay gaps.

    Parameters
    ----------
    rows : pandas.DataFrame
        A point frame with ``date`` (ISO text) beside ``label`` (the period as written in Chinese).
        A row without a value breaks the line, and so does a period that has no row. Rows before the
        first number of all and after the last are not drawn. With ``apart``, no line leads to or
        from points where it is true: they are not to be compared with the others. A row with
        ``since`` and ``until`` (ISO text; both empty in others) is of a whole period, as of a year
        among months: a level line through its point, named by a note.
    highlight : str
        The series in the accent colour; the others are grey.
    notes : sequence of (label, zh, en)
        What to say of the point at that label, of the highlighted (else the first) series that has
        it: a few words, their numbers taken from quantities.
    zero : bool
        Start the value axis at zero.

    Raises
    ------
    ValueError
        If a column or a third number is lacking, or a note or `highlight` names nothing drawn.
    """
    require(rows, "lines", ["date"])
    rows = rows.copy()
    if "group" not in rows:
        rows["group"] = ""
    known = rows.dropna(subset=["value"])
    # before the first number and after the last one nothing is missing
    rows = rows[rows["group"].isin(known["group"])]
    rows = rows[rows["date"].between(known["date"].min(), known["date"].max())]
    rows["tint"] = series_tint(rows, highlight)
    level = rows.get("until", pd.Series("", index=rows.index)).fillna("").ne("")
    last = ended(rows[~level], named=time_axis(rows["date"]).values)
    ends = last
    if level.any():
        # beside numbers of whole periods the last of the others is one of many, and may stand
        # alone: the name is that of a line
        ends = ended(_longest(rows[~level]))
        ends["end"] = ends["group"]
    scale = axis(known["value"], max(HEIGHT, sum(tall(ends["end"]))), zero=zero)
    ends["shift"] = shifts(ends["value"], ends["end"], scale)
    room = end_room(ends)
    axis_of_time = time_axis(rows["date"], room=room)
    days = pd.to_datetime(rows["date"])
    placed = rows.assign(position=(days - days.min()).dt.days, broken=left_out(rows))
    ends["shift"] = clear_of_lines(ends, placed, scale, room)
    said = [Note(*note) for note in notes]
    told = annotated(placed, said, scale, room=room, highlight=highlight)

    # a day has no zone here: in local time the picture would depend on where it is drawn
    right = {"expr": f"width - {room}"}
    time = alt.Scale(type="utc", range=[0, right])
    x = alt.X("date", type="temporal", title=None, axis=axis_of_time, scale=time)
    y = value_axis(scale, zero=zero)
    same = alt.Y("value", type="quantitative")
    colour = series_colour(rows, legend=False, highlight=highlight)
    # the one that the figure is about lies on top of the others
    drawn = rows.sort_values("group", key=lambda names: names.eq(highlight), kind="stable")
    # of many points only those are seen that no line leads to or from
    large = "datum.alone ? 40 : 14" if rows.groupby("group").size().max() > 16 else 40
    drawn["alone"] = _alone(drawn) & ~level
    layers = [
        alt.Chart(broken(drawn)).mark_line(strokeJoin="round").encode(x=x, y=y, color=colour),
        *dotted(drawn, [*DRAWN, "date", "alone"], {"x": x, "y": same}, colour, size=large),
        *end_layers(ends, x, same, ["date", "end", "shift", "tint"]),
        *piece_layers(placed[~level], scale, room, x, same),
    ]
    if level.any():
        of_periods = alt.Chart(inline(rows[level], [*DRAWN, "since", "until"]))
        layers.append(
            of_periods.mark_rule(strokeWidth=3).encode(
                x=alt.X("since", type="temporal"), x2=alt.X2("until"), y=same, color=colour
            )
        )
    layers += note_layers(told, x, same, ["date"])
    spec = finish(layers, round(scale.height))
    spec["padding"] = {"left": 4, "top": 10, "bottom": 4, "right": 16}
    words = "".join(f"{note.label}：{note.zh}。" for note in said)
    alt_text = f"折线图，{rows['group'].nunique()}个系列，末值：{listing(last)}。{words}"
    own = ["tint", "apart", "since", "until"]
    return Drawing(spec, rows.drop(columns=own, errors="ignore"), alt_text)


#: px from one year of an axis to the next, from which on all are written in full, those between
#: the ends as 22, all as '22.
FOUR_DIGITS, TWO_DIGITS, APOSTROPHE = 32, 23, 19
#: px from a January to the July after it, from which on that is written too.
HALF_YEAR = 28


def time_axis(dates: pd.Series[str], *, room: int = 0) -> alt.Axis:
    """Return an axis with whole years, or with months if there are no more than thirty.

    Parameters
    ----------
    dates : pandas.Series of str
    room : int
        px beside the axis that it does not take: on a phone years are written
        as 22, and only where these have no room either some are left out.
    """
    first, last = (datetime.date.fromisoformat(day) for day in (dates.min(), dates.max()))
    months = 12 * (last.year - first.year) + last.month - first.month
    yearly = dates.str[4:].nunique() == 1
    if not yearly and months > 30:
        return _years_and_halves(first, last, room)
    if yearly:
        years = range(first.year, last.year + 1)
        days = [f"{year}-{dates.iloc[0][5:]}" for year in years]
        year, each = "utcyear(datum.value)", f"(width - {room}) / {max(1, len(years) - 1)}"
        ends = f"{year} === {years[0]} || {year} === {years[-1]}"
        # the last year is the one that is asked for: where not all have room, it stays
        hidden = f"({years[-1]} - {year}) % ceil({FOUR_DIGITS} / ({each}))"
        label = (
            f"{each} < {APOSTROPHE} ? ({hidden} ? '' : {year}) :"
            f' {each} < {TWO_DIGITS} ? utcFormat(datum.value, "\'%y") :'
            f" {each} < {FOUR_DIGITS} && !({ends}) ? utcFormat(datum.value, '%y') : {year}"
        )
        return alt.Axis(values=days, labelExpr=label, labelFlush=False, labelOverlap=False)
    # both ends are named, where the months allow it; the last one is always
    step = next(size for size in (1, 2, 3, 4, 6) if months <= 8 * size)
    days = [
        f"{place // 12}-{place % 12 + 1:02}-01"
        for place in range(
            12 * last.year + last.month - 1 - months // step * step,
            12 * last.year + last.month,
            step,
        )
    ]
    # the year stands below its first month
    label = (
        f"month(datum.value) < {step} || datum.index === 0 ? "
        "[month(datum.value) + 1 + '月', year(datum.value)] : month(datum.value) + 1 + '月'"
    )
    label = label.replace("month(", "utcmonth(").replace("year(", "utcyear(")
    return alt.Axis(values=days, labelExpr=label, labelFlush=False, labelOverlap=True)


def _years_and_halves(first: datetime.date, last: datetime.date, room: int) -> alt.Axis:
    """Return an axis with each January by its year, and with each July where there is room."""
    days = [
        f"{year}-{month}-01"
        for year in range(first.year, last.year + 1)
        for month in ("01", "07")
        if f"{first}" <= f"{year}-{month}-01" <= f"{last}"
    ]
    month = "utcmonth(datum.value) + 1 + '月'"
    halves = (12 * (last.year - first.year) + last.month - first.month) / 6
    july = f"(width - {room}) / {halves:g} < {HALF_YEAR} ? '' : {month}"
    label = f"utcmonth(datum.value) === 0 ? utcyear(datum.value) : {july}"
    return alt.Axis(values=days, labelExpr=label, labelFlush=False, labelOverlap=False)


def left_out(rows: pd.DataFrame) -> list[bool]:
    """Return for each point whether its series breaks before it: at a gap, at what is ``apart``."""
    steps = pd.to_datetime(rows["date"]).groupby(rows["group"]).diff()
    usual = steps.groupby(rows["group"]).transform("min")
    gaps = steps.gt(GAP * usual)
    if "apart" in rows:
        alone = rows["apart"].astype(bool)
        gaps |= alone | alone.groupby(rows["group"]).shift(fill_value=False)
    return list(gaps & steps.notna())


def _alone(rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which points no line leads to or from."""
    known = rows.dropna(subset=["value"])
    begun = pd.Series(left_out(known), index=known.index) | ~known.duplicated("group")
    ended = begun.groupby(known["group"]).shift(-1, fill_value=True)
    return (begun & ended).reindex(rows.index, fill_value=False)


def _longest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the points of the longest piece of each series that nothing breaks."""
    known = rows.dropna(subset=["value"])
    pieces = pd.Series(left_out(known), index=known.index).groupby(known["group"]).cumsum()
    sizes = pieces.groupby([known["group"], pieces]).transform("size")
    return known[sizes.eq(sizes.groupby(known["group"]).transform("max"))]


def broken(rows: pd.DataFrame, drawn: str = "value") -> alt.InlineData:
    """Return the points, and one without label and number wherever a series leaves out a period."""
    values = []
    points = inline(rows, [*DRAWN, "date", drawn]).to_dict()["values"]
    for point, gap in zip(points, left_out(rows), strict=True):
        if gap:
            day = datetime.date.fromisoformat(point["date"]) - datetime.timedelta(days=1)
            values.append({"group": point["group"], "date": day.isoformat(), drawn: None})
        values.append(point)
    return alt.InlineData(values=values)
