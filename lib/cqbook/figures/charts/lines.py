"""Lines over time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import (
    DRAWN,
    TINT,
    Drawing,
    draws,
    finish,
    inline,
    label_width,
    listing,
    records,
    require,
    series_colour,
    series_tint,
    tooltip,
    wrap,
)
from cqbook.figures.english import wrapped
from cqbook.figures.placing import CHARACTER, LINE, Axis, Box, axis, spread

HEIGHT = 300
#: Longest line of an annotation, in full-width characters, and in letters.
NOTE_LINE, NOTE_LETTERS = 8, 16
#: A time between two points that is so many times the shortest one is a gap.
GAP = 1.6
#: Where the middle of an annotation may stand, in px from its point to its nearer edge.
DISTANCES = (8, 20, 34, 50, 68, 90)


class Note(NamedTuple):
    """An annotation: the ``label`` of the point that it stands at, and what it says."""

    label: str
    zh: str
    en: str


@draws(
    ("line", {"x": "date", "y": "value", "color": "group"}),
    ("point", {"x": "date", "y": "value", "color": "group"}),
    ("text", {"x": "date", "y": "value", "text": "end"}),
    ("rule", {"x": "date", "y": "value", "y2": "value"}),
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
        first number of all and after the last are not drawn.
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
    ends = rows.dropna(subset=["value"]).groupby("group", sort=False).tail(1).copy()
    ends["end"] = [
        "\n".join(part for part in pair if part)
        for pair in zip(ends["group"], ends["text"], strict=True)
    ]
    tall = ends["end"].str.count("\n").add(1) * LINE + 2
    scale = axis(known["value"], max(HEIGHT, tall.sum()), zero=zero)
    ends = _ended(ends, tall, scale)
    room = round(CHARACTER * ends["end"].map(label_width).max() + 14)
    told = _noted(rows, [Note(*note) for note in notes], scale, room, highlight)

    # a day has no zone here: in local time the picture would depend on where it is drawn
    right = {"expr": f"width - {room}"}
    time = alt.Scale(type="utc", range=[0, right])
    x = alt.X("date", type="temporal", title=None, axis=time_axis(rows["date"]), scale=time)
    y = alt.Y(
        "value",
        type="quantitative",
        title=None,
        scale=alt.Scale(domain=scale.domain, nice=False, zero=zero),
        axis=alt.Axis(grid=True, values=scale.ticks),
    )
    same = alt.Y("value", type="quantitative")
    colour = series_colour(rows, legend=False, highlight=highlight)
    # the one that the figure is about lies on top of the others
    drawn = rows.sort_values("group", key=lambda names: names.eq(highlight), kind="stable")
    many = rows.groupby("group").size().max() > 16
    layers = [
        alt.Chart(broken(drawn)).mark_line(strokeJoin="round").encode(x=x, y=y, color=colour),
        alt.Chart(inline(drawn, [*DRAWN, "date"]))
        .mark_point(filled=True, opacity=1, size=14 if many else 40)
        .encode(x=x, y=same, color=colour, tooltip=tooltip(rows)),
        alt.Chart(inline(ends, [*DRAWN, "date", "end", "shift", "tint"]))
        .mark_text(
            align="left",
            dx=9,
            dy={"expr": "datum.shift"},
            lineBreak="\n",
            lineHeight=LINE,
            baseline="middle",
        )
        .encode(x=x, y=same, color=TINT, text=alt.Text("end:N")),
    ]
    if len(told):
        noted = alt.Chart(inline(told, [*DRAWN, "date", "note", "note_en", *Place._fields]))
        layers += [
            noted.mark_rule(
                color=theme.colour("muted"),
                strokeWidth=1,
                yOffset={"expr": "datum.foot > 0 ? 5 : -5"},
                y2Offset={"expr": "datum.foot"},
            ).encode(x=x, y=same, y2=alt.Y2("value")),
            noted.mark_text(
                align={"expr": "datum.side"},
                dx={"expr": "datum.side === 'left' ? -3 : datum.side === 'right' ? 3 : 0"},
                dy={"expr": "datum.shift"},
                lineBreak="\n",
                lineHeight=LINE,
                baseline="middle",
            ).encode(x=x, y=same, text=alt.Text("note:N")),
        ]
    spec = finish(layers, round(scale.height))
    spec["padding"] = {"left": 4, "top": 10, "bottom": 4, "right": 16}
    said = "".join(f"{note.label}：{note.zh}。" for note in map(Note._make, notes))
    alt_text = f"折线图，{rows['group'].nunique()}个系列，末值：{listing(ends)}。{said}"
    return Drawing(spec, rows.drop(columns="tint"), alt_text)


def time_axis(dates: pd.Series[str]) -> alt.Axis:
    """Return an axis with whole years, or with months if there are no more than thirty."""
    first, last = (datetime.date.fromisoformat(day) for day in (dates.min(), dates.max()))
    months = 12 * (last.year - first.year) + last.month - first.month
    yearly = dates.str[4:].nunique() == 1
    if yearly or months > 30:
        years = range(first.year + (not yearly and first.month > 1), last.year + 1)
        days = [f"{year}-{dates.iloc[0][5:] if yearly else '01-01'}" for year in years]
        # the last year is the one that is asked for: where not all have room, it stays
        narrow, wide = -(-len(years) // 5), -(-len(years) // 12)
        left_out = f"({years[-1]} - utcyear(datum.value)) % (width < 420 ? {narrow} : {wide})"
        label = f"{left_out} ? '' : utcyear(datum.value)"
        return alt.Axis(values=days, labelExpr=label, labelFlush=False, labelOverlap=False)
    step = 3 if months > 8 else 1
    days = [
        f"{first.year + place // 12}-{place % 12 + 1:02}-01"
        for place in range(first.month - 1, first.month + months)
        if place % step == 0 or months <= 8
    ]
    # the year stands below its January, and below the first month
    label = (
        (
            "month(datum.value) === 0 || datum.index === 0 ? "
            "[month(datum.value) + 1 + '月', year(datum.value)] : month(datum.value) + 1 + '月'"
        )
        .replace("month(", "utcmonth(")
        .replace("year(", "utcyear(")
    )
    return alt.Axis(values=days, labelExpr=label, labelFlush=False, labelOverlap=True)


def broken(rows: pd.DataFrame) -> alt.InlineData:
    """Return the points, and one without label and value wherever a series leaves out a period."""
    points = inline(rows, [*DRAWN, "date"]).to_dict()["values"]
    breaks = []
    for group, part in rows.groupby("group", sort=False):
        days = pd.to_datetime(part["date"])
        steps = days.diff()
        usual = steps.min()
        for before, step in zip(days, steps[1:], strict=False):
            if step > GAP * usual:
                day = (before + usual).date().isoformat()
                breaks.append({"group": group, "date": day, "value": None})
    groups = list(dict.fromkeys(rows["group"]))
    ordered = sorted(
        [*points, *breaks], key=lambda item: (groups.index(item["group"]), item["date"])
    )
    return alt.InlineData(values=ordered)


def _ended(ends: pd.DataFrame, tall: pd.Series[float], scale: Axis) -> pd.DataFrame:
    """Return the labels at the ends of lines with the px that each is shifted by."""
    stand = [scale.px(value) for value in ends["value"]]
    placed = spread(stand, list(tall), -LINE, scale.height + LINE)
    # a text of two lines hangs on its first
    hang = [LINE * text.count("\n") / 2 for text in ends["end"]]
    shift = [px - at - up for px, at, up in zip(placed, stand, hang, strict=True)]
    return ends.assign(shift=shift)


class Place(NamedTuple):
    """Where an annotation stands, from its point: alignment, px to its first line and its edge."""

    side: str
    shift: float
    foot: float


def _noted(
    rows: pd.DataFrame, notes: Sequence[Note], scale: Axis, room: int, highlight: str
) -> pd.DataFrame:
    """Return the points that are annotated, with what is said and where it stands."""
    known = rows.dropna(subset=["value"])
    found = []
    for note in notes:
        at = known[known["label"].eq(note.label)]
        if highlight and at["group"].eq(highlight).any():
            at = at[at["group"].eq(highlight)]
        if at.empty:
            msg = (
                f"图式 lines：注文“{note.zh}”的时期 {note.label} 没有数值"
                f" | lines: no number at {note.label!r}, of which a note speaks"
            )
            raise ValueError(msg)
        words = {"note": wrap(note.zh, NOTE_LINE), "note_en": wrapped(note.en, NOTE_LETTERS)}
        found.append(records(at)[0] | words)
    maps = [_Map(known, scale, width, room) for width in (theme.NARROW, theme.PICTURE_WIDTH)]
    for item in found:
        place = _placed(item, maps)
        item.update(place._asdict())
        for name in ("note", "note_en") if place.shift < 0 else ():
            # above its point a text stands on its last line, in both languages
            item[name] = "\n" * (_deep(item) - 1 - str(item[name]).count("\n")) + item[name]
    return pd.DataFrame(found)


class _Map:
    """A picture of one width: where its points lie, and which boxes are taken."""

    def __init__(self, known: pd.DataFrame, scale: Axis, width: int, room: int) -> None:
        ticks = max(label_width(f"{tick:,g}") for tick in scale.ticks)
        self.width = width - 30 - CHARACTER * ticks - room
        self.scale = scale
        self.taken: list[Box] = []
        days = pd.to_datetime(known["date"])
        self.first, self.span = days.min(), (days.max() - days.min()).days or 1
        self.lines: list[list[tuple[float, float]]] = []
        for _, part in known.groupby("group", sort=False):
            steps = pd.to_datetime(part["date"]).diff()
            for row, gap in zip(records(part), steps.gt(GAP * steps.min()), strict=True):
                if gap or not self.lines:
                    self.lines.append([])
                self.lines[-1].append(self.point(row))
            self.lines.append([])

    def point(self, row: dict[str, Any]) -> tuple[float, float]:
        """Return where a point lies, in px."""
        day = (pd.Timestamp(str(row["date"])) - self.first).days
        return day / self.span * self.width, self.scale.px(float(str(row["value"])))

    def box(self, row: dict[str, Any], place: Place) -> Box:
        """Return the room of an annotation, the larger of both languages."""
        x, y = self.point(row)
        wide = CHARACTER * max(label_width(str(row[name])) for name in ("note", "note_en"))
        left = x - {"left": 3.0, "center": wide / 2, "right": wide - 3.0}[place.side]
        far = 2 * (place.shift + LINE * (_deep(row) - 1) / 2) - place.foot
        return Box(left, y + min(place.foot, far), left + wide, y + max(place.foot, far))

    def faults(self, box: Box) -> int:
        """Return how much a box covers, or lacks room."""
        lines = sum(
            box.crossed_by(*pair)
            for line in self.lines
            for pair in [*pairwise(line), *zip(line, line, strict=True)]
        )
        others = sum(box.overlaps(other) for other in self.taken)
        outside = (box.left < -6) + (box.right > self.width + 6) + (box.top < -40)
        below = box.bottom > self.scale.height
        return lines + 20 * (others + outside + below)


def _deep(row: dict[str, Any]) -> int:
    """Return how many lines an annotation has, the more of both languages."""
    return 1 + max(str(row[name]).count("\n") for name in ("note", "note_en"))


def _placed(row: dict[str, Any], maps: Sequence[_Map]) -> Place:
    """Return the nearest place of an annotation that is free at both widths, and take it."""
    deep = _deep(row)
    best: tuple[int, Place] | None = None
    for far in DISTANCES:
        for up in (True, False):
            for side in ("center", "left", "right"):
                foot = -far if up else far
                middle = foot + (-1 if up else 1) * LINE * deep / 2
                place = Place(side, middle - LINE * (deep - 1) / 2, foot)
                faults = sum(known.faults(known.box(row, place)) for known in maps)
                if best is None or faults < best[0]:
                    best = (faults, place)
    assert best is not None
    for known in maps:
        known.taken.append(known.box(row, best[1]))
    return best[1]
