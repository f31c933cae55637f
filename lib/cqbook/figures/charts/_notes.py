"""What is written into a chart of lines: names at their ends, annotations at their points."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from cqbook.figures import theme
from cqbook.figures.charts.form import DRAWN, TINT, inline, records, wrap
from cqbook.figures.english import END_CHARACTERS, wrapped
from cqbook.figures.placing import CHARACTER, LETTER, LINE, Axis, Box, shifts

#: Longest line of an annotation, in full-width characters, and in letters.
NOTE_LINE, NOTE_LETTERS = 8, 16
#: By how many px the name of a line that ends early may be moved, up or down, the least first.
MOVES = sorted(range(-120, 121, 12), key=abs)
#: Where the middle of an annotation may stand, in px from its point to its nearer edge.
DISTANCES = (8, 20, 34, 50, 68, 90, 115, 145, 180)
#: px between an annotation and a line, from which on they are apart.
NEAR = 4


class Note(NamedTuple):
    """An annotation: the ``label`` of the point that it stands at, and what it says."""

    label: str
    zh: str
    en: str


class LabelPlace(NamedTuple):
    """Where an annotation stands, from its point: alignment, px to its first line and its edge."""

    side: str
    shift: float
    foot: float


def ended(rows: pd.DataFrame, named: Collection[str] | None = None) -> pd.DataFrame:
    """Return the last number of each series, with its name and text, in ``end``.

    Of a series that ends before the others the period is said too: its number is of another time.

    Parameters
    ----------
    rows : pandas.DataFrame
    named : collection of str, optional
        The dates that the axis names: the last one is said with its number if it is none of them.
    """
    ends = rows.dropna(subset=["value"]).groupby("group", sort=False).tail(1).copy()
    early = pd.Series("", index=ends.index)
    if "date" in ends:
        periods = ends["label"].str.replace(r"^(\d{4})$", r"\1年", regex=True)
        untold = named is not None and ends["date"].max() not in named
        early = periods.where(ends["date"].lt(ends["date"].max()) | untold, "")
    parts = zip(ends["group"], ends["text"], early, strict=True)
    return ends.assign(end=["\n".join(part for part in cells if part) for cells in parts])


def end_room(ends: pd.DataFrame) -> int:
    """Return the px that the texts at the ends of lines need at the right.

    A line that ends before the others has room of its own.
    """
    last = ends[ends["date"].eq(ends["date"].max())] if "date" in ends else ends
    return round(CHARACTER * max(map(theme.label_width, last["end"])) + 14)


def clear_of_lines(ends: pd.DataFrame, rows: pd.DataFrame, scale: Axis, room: int) -> list[float]:
    """Return the ``shift`` of each end, those of lines that end early past the lines beside them.

    Parameters
    ----------
    ends : pandas.DataFrame
        Of `ended`, with ``shift``.
    rows : pandas.DataFrame
        The points of the lines, as `annotated` takes them.
    scale : Axis
    room : int
        px that are kept free at the right.
    """
    maps = [_Map(rows, scale, width, room) for width in (theme.NARROW, theme.PICTURE_WIDTH)]
    placed = []
    for index, row in zip(ends.index, records(ends), strict=True):
        shift = row["shift"]
        if row["date"] < ends["date"].max():
            at = row | {"position": rows.loc[index, "position"]}
            shift = min(
                (shift + move for move in MOVES),
                key=lambda each: sum(known.crossings(known.beside(at, each)) for known in maps),
            )
        placed.append(shift)
    return placed


def end_layers(ends: pd.DataFrame, x: alt.X, y: alt.Y, columns: list[str]) -> list[alt.Chart]:
    """Return the layers of the texts behind the last points, each moved by its ``shift``.

    They have a ground of the page's colour: the grid strikes none of them out. Where ``before`` is
    true they stand at the left of their points.
    """
    base = alt.Chart(inline(ends, [*DRAWN, *columns])).encode(x=x, y=y, text=alt.Text("end:N"))
    style: dict[str, Any] = {"align": "left", "dx": 9}
    if "before" in ends:
        style = {
            "align": {"expr": "datum.before ? 'right' : 'left'"},
            "dx": {"expr": "datum.before ? -9 : 9"},
        }
    style |= {"dy": {"expr": "datum.shift"}}
    style |= {"lineBreak": "\n", "lineHeight": LINE, "baseline": "middle"}
    ground = base.mark_text(**style, **theme.ground())
    page = alt.ColorValue(theme.colour("page"))
    return [ground.encode(color=page), base.mark_text(**style).encode(color=TINT)]


#: So many times the usual step lies between two points where more than one period is missing: the
#: eye does not join what is on both sides.
FAR_OFF = 2.5


def _named_apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the last points of the pieces of lines that nothing tells of which series they are.

    No line leads to or from it, or the next piece is far off. The last piece has its name already.
    """
    known = rows.dropna(subset=["value"])
    series = known["group"]
    begun = known["broken"] | series.groupby(series).cumcount().eq(0)
    followed = begun.groupby(series).shift(-1).eq(True)
    steps = known["position"].groupby(series).diff()
    usual = steps.groupby(series).transform("min")
    far = (steps > FAR_OFF * usual).groupby(series).shift(-1).eq(True)
    return known[followed & (begun | far)]


def piece_layers(rows: pd.DataFrame, scale: Axis, room: int, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return the layers of the names of pieces of lines that are far from the rest of theirs.

    Parameters
    ----------
    rows : pandas.DataFrame
        The points of the lines, as `annotated` takes them.
    scale : Axis
        Of the values.
    room : int
        px that are kept free at the right.
    """
    told = _named_apart(rows)
    if rows["group"].nunique() < 2 or told.empty:
        return []
    told = told.assign(end=told["group"], shift=0.0)
    for _, part in told.groupby("date"):
        told.loc[part.index, "shift"] = shifts(part["value"], part["end"], scale)
    maps = [_Map(rows, scale, width, room) for width in (theme.NARROW, theme.PICTURE_WIDTH)]
    told = pd.DataFrame([row | _beside_piece(row, maps) for row in records(told)])
    layers = end_layers(told, x, y, ["date", "end", "shift", "tint", "before", "fits"])
    return [layer.transform_filter(_HAS_ROOM) for layer in layers]


def _beside_piece(row: dict[str, Any], maps: Sequence[_Map]) -> dict[str, Any]:
    """Return at which side of its point the name of a piece stands, and if a phone has room."""

    def boxes(before: bool) -> list[Box]:
        return [known.beside(row, row["shift"], before=before) for known in maps]

    def faults(before: bool) -> float:
        pairs = list(zip(maps, boxes(before), strict=True))
        return sum(known.crossings(box) + 0.5 * known.outside(box) for known, box in pairs)

    before = faults(True) < faults(False)
    return {"before": before, "fits": not maps[0].outside(boxes(before)[0])}


#: On a phone a long name beside a point in the middle may reach over the axis; the colour is that
#: of the name at the end.
_HAS_ROOM = f"width >= {theme.WIDE_FROM} || length(datum.end) <= 4 || datum.fits"


def value_axis(scale: Axis, *, zero: bool) -> alt.Y:
    """Return the axis of the values of lines, with its grid."""
    return alt.Y(
        "value",
        type="quantitative",
        title=None,
        scale=alt.Scale(domain=scale.domain, nice=False, zero=zero),
        axis=alt.Axis(grid=True, values=scale.ticks),
    )


def annotated(
    rows: pd.DataFrame, notes: Sequence[Note], scale: Axis, *, room: int, highlight: str
) -> pd.DataFrame:
    """Return the points that are annotated, with what is said and where it stands.

    Parameters
    ----------
    rows : pandas.DataFrame
        The points of the lines, with ``position``: where they stand along x, in any unit, and
        ``broken``: whether the line is broken before them.
    notes : sequence of Note
    scale : Axis
        Of the values.
    room : int
        px that are kept free at the right.
    highlight : str
        The series that is annotated, if it has a number at that label.

    Raises
    ------
    ValueError
        If there is no number at the label of a note.
    """
    known = rows.dropna(subset=["value"])
    found = []
    for note in notes:
        at = known[known["label"].eq(note.label)]
        if highlight and at["group"].eq(highlight).any():
            at = at[at["group"].eq(highlight)]
        if at.empty:
            msg = (
                f"注文“{note.zh}”所在的 {note.label} 没有数值"
                f" | no number at {note.label!r}, where a note should stand"
            )
            raise ValueError(msg)
        # a break that the note has is kept: what belongs together stands on one line
        lines = [wrap(line, NOTE_LINE) for line in note.zh.split("\n")]
        words = {"note": "\n".join(lines), "note_en": wrapped(note.en, NOTE_LETTERS)}
        found.append(records(at)[0] | words)
    maps = [_Map(rows, scale, width, room) for width in (theme.NARROW, theme.PICTURE_WIDTH)]
    for item in found:
        place = _placed(item, maps)
        item.update(place._asdict())
        for name in ("note", "note_en") if place.shift < 0 else ():
            # above its point a text stands on its last line, in both languages
            item[name] = "\n" * (_deep(item) - 1 - str(item[name]).count("\n")) + item[name]
    return pd.DataFrame(found)


class _Map:
    """A picture of one width: where its points lie, and which boxes are taken."""

    def __init__(self, rows: pd.DataFrame, scale: Axis, width: int, room: int) -> None:
        ticks = max(theme.label_width(f"{tick:,g}") for tick in scale.ticks)
        self.width = width - 30 - CHARACTER * ticks - room
        self.scale = scale
        self.taken: list[Box] = []
        self.first = float(rows["position"].min())
        self.span = float(rows["position"].max()) - self.first or 1.0
        self.lines: list[list[tuple[float, float]]] = []
        for _, part in rows.groupby("group", sort=False):
            self.lines.append([])
            for row in records(part):
                if row["broken"] or math.isnan(row["value"]):
                    self.lines.append([])
                if not math.isnan(row["value"]):
                    self.lines[-1].append(self.point(row))

    def point(self, row: dict[str, Any]) -> tuple[float, float]:
        """Return where a point lies, in px."""
        across = (row["position"] - self.first) / self.span * self.width
        return across, self.scale.px(row["value"])

    def box(self, row: dict[str, Any], place: LabelPlace) -> Box:
        """Return the room of an annotation, the larger of both languages."""
        x, y = self.point(row)
        wide = CHARACTER * max(theme.label_width(str(row[name])) for name in ("note", "note_en"))
        left = x - {"left": 3.0, "center": wide / 2, "right": wide - 3.0}[place.side]
        far = 2 * (place.shift + LINE * (_deep(row) - 1) / 2) - place.foot
        return Box(left, y + min(place.foot, far), left + wide, y + max(place.foot, far))

    def beside(self, row: dict[str, Any], shift: float, *, before: bool = False) -> Box:
        """Return the room of the text at the end of a line, and of its English, a line longer.

        With `before` it stands at the left of its point.
        """
        x, y = self.point(row)
        breaks = row["end"].count("\n")
        middle, half = y + shift + LINE * breaks / 2, LINE * (breaks + 2) / 2
        wide = max(CHARACTER * theme.label_width(row["end"]), LETTER * END_CHARACTERS)
        left, right = (x - 9 - wide, x - 7) if before else (x + 7, x + 9 + wide)
        return Box(left, middle - half, right, middle + half)

    def outside(self, box: Box) -> bool:
        """Return whether a box reaches over the axis, or far into what is kept free beside it."""
        return box.left < 0 or box.right > self.width + 30

    def crossings(self, box: Box) -> int:
        """Return how many pieces of lines, and points, a box covers."""
        return sum(
            box.crossed_by(*pair)
            for line in self.lines
            for pair in [*pairwise(line), *zip(line, line, strict=True)]
        )

    def faults(self, box: Box) -> int:
        """Return how much a box covers or nearly touches, or lacks room."""
        lines = self.crossings(box._replace(top=box.top - NEAR, bottom=box.bottom + NEAR))
        others = sum(box.overlaps(other) for other in self.taken)
        outside = (box.left < -6) + (box.right > self.width + 6) + (box.top < -40)
        below = box.bottom > self.scale.height
        # the line of a tick through a text strikes it out
        ticks = sum(box.top < self.scale.px(tick) < box.bottom for tick in self.scale.ticks)
        return lines + ticks + 20 * (others + outside + below)


def _deep(row: dict[str, Any]) -> int:
    """Return how many lines an annotation has, the more of both languages."""
    return 1 + max(str(row[name]).count("\n") for name in ("note", "note_en"))


def _placed(row: dict[str, Any], maps: Sequence[_Map]) -> LabelPlace:
    """Return the nearest place of an annotation that is free at both widths, and take it."""
    deep = _deep(row)
    best: tuple[int, LabelPlace] | None = None
    for far in DISTANCES:
        for up in (True, False):
            for side in ("center", "left", "right"):
                foot = -far if up else far
                middle = foot + (-1 if up else 1) * LINE * deep / 2
                place = LabelPlace(side, middle - LINE * (deep - 1) / 2, foot)
                faults = sum(known.faults(known.box(row, place)) for known in maps)
                if best is None or faults < best[0]:
                    best = (faults, place)
    assert best is not None
    for known in maps:
        known.taken.append(known.box(row, best[1]))
    return best[1]


def note_layers(told: pd.DataFrame, x: alt.X, y: alt.Y, columns: list[str]) -> list[alt.Chart]:
    """Return the layers of annotations: a thin line from each point to what is said of it.

    What is said of a whole period has the colour of its level line, which no other line leads to.
    """
    if told.empty:
        return []
    period = told["until"].ne("") if "until" in told else pd.Series(False, index=told.index)
    told = told.assign(of_period=period, tint=told["tint"].where(period, theme.colour("ink")))
    names = [*DRAWN, *columns, "note", "note_en", "tint", "of_period", *LabelPlace._fields]
    base = alt.Chart(inline(told, names))
    leader = base.transform_filter("!datum.of_period").mark_rule(
        color=theme.colour("muted"),
        strokeWidth=1,
        yOffset={"expr": "datum.foot > 0 ? 5 : -5"},
        y2Offset={"expr": "datum.foot"},
    )
    text = base.mark_text(
        align={"expr": "datum.side"},
        dx={"expr": "datum.side === 'left' ? -3 : datum.side === 'right' ? 3 : 0"},
        dy={"expr": "datum.shift"},
        lineBreak="\n",
        lineHeight=LINE,
        baseline="middle",
    )
    return [
        *([] if period.all() else [leader.encode(x=x, y=y, y2=alt.Y2("value"))]),
        text.encode(x=x, y=y, text=alt.Text("note:N"), color=TINT),
    ]
