"""What of new figures may be true and is odd beside those that the book has: told, never refused.

Another money than always, exports where imports stand in other years, a growth or a share that the
levels do not give: each fits its column, contradicts no figure of its own source, and is mostly a
slip.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import NamedTuple

from cqbook.data.catalog import Catalog
from cqbook.data.relation_rules import ADDITIVE, PLACES, overruns, uncorrected
from cqbook.data.relations import REVISED_BY
from cqbook.data.rows import rows_of
from cqbook.data.selection import DRAWN_FROM
from cqbook.data.vocabulary import CURRENCIES, DIRECTIONS_ZH, FLOWING, FLOWS_ZH
from cqbook.quantities import formulas
from cqbook.quantities.about import HAPPENED, REAL_GROWTH
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import Quantity, Reported, period_zh, quantity_of
from cqbook.quantities.units import Unit
from cqbook.quantities.wording import interval_zh

#: In so near a ratio, by the day, an amount in another money is the same number.
_SAME_NUMBER = 2
#: So many figures of one kind in one money make it usual.
_USUAL = 3
#: By how much exports and imports are apart, in each of so many years, that nobody swaps them.
_APART, _YEARS = 4 / 3, 2
#: What has no more than the place that it lies in.
_INSIDE = frozenset({"zone", "park", "district"})


class Oddity(NamedTuple):
    """What to tell of a new figure, by its id."""

    observation_id: str
    text: str


@dataclass(frozen=True)
class _Level:
    """A level, or a rate of one, that happened."""

    row: Reported

    @property
    def name(self) -> str:
        return str(self.row["observation_id"])

    @cached_property
    def quantity(self) -> Quantity:
        return quantity_of(self.row)

    @cached_property
    def plain(self) -> Interval:
        """Where it lies in its plain unit."""
        found = self.quantity.to(self.unit).interval
        # what is printed leaves some interval open
        assert found is not None
        return found

    @cached_property
    def point(self) -> float:
        return self.quantity.to(self.unit).point

    @cached_property
    def unit(self) -> str:
        return Unit.parse(self.row["unit"]).name

    @cached_property
    def days(self) -> tuple[date | None, date | None]:
        return Period.parse(self.row["period"]).span

    @cached_property
    def length(self) -> int:
        """Days that it adds up over; 0 where it has no two ends."""
        start, end = self.days
        return (end - start).days + 1 if start and end else 0

    @property
    def a_day(self) -> float:
        return self.point / self.length if self.length else 0

    @property
    def adds_up(self) -> bool:
        return self.unit in ADDITIVE and self.row["accumulation"] in FLOWING

    def counted_as(self, other: _Level) -> bool:
        """Return whether both can be of one count: what does not say how may be any."""
        bases = {self.row["basis"], other.row["basis"]} - {""}
        return self.unit == other.unit and len(bases) < 2

    @property
    def zh(self) -> str:
        return f"{period_zh(self.row['period'])} {self.quantity.zh}"


class _Figures:
    """All levels beside the new ones, by what they are of."""

    def __init__(self, rows: Sequence[Reported], names: set[str]) -> None:
        self.names = names
        self.rates: list[_Level] = []
        self.new: list[_Level] = []
        self._held: dict[tuple[str, ...], list[_Level]] = defaultdict(list)
        for row in uncorrected(rows):
            if row["status"] not in HAPPENED or int(row["confidence"]) < DRAWN_FROM:
                continue
            figure = _Level(row)
            if row["measure"] == "level":
                self._held[self._key(row)].append(figure)
                self.new += [figure] if figure.name in names else []
            elif row["measure"] in ("share", "yoy"):
                self.rates.append(figure)

    def _key(self, row: Reported, **other: str) -> tuple[str, ...]:
        cells = {name: row[name] for name in ("indicator", "entity", "breakdown", "flow")} | other
        return (*list(cells.values())[:3], cells["flow"] or "total")

    def of(self, row: Reported, **other: str) -> list[_Level]:
        """Return the levels of the thing of a row, or of that with other cells."""
        return self._held.get(self._key(row, **other), [])

    def zh(self, level: _Level) -> str:
        """Return what a level says, and the row of the book that says it."""
        return level.zh if level.name in self.names else f"{level.zh}（{level.name}）"

    def at(self, row: Reported, **other: str) -> list[_Level]:
        """Return those of the same days."""
        days = Period.parse(row["period"]).span
        return [level for level in self.of(row, **other) if level.days == days]


def oddities(book: Catalog, rows: Sequence[Reported], names: set[str]) -> Iterator[Oddity]:
    """Yield what is odd of the new figures.

    Parameters
    ----------
    book : Catalog
        Says what is part of what.
    rows : sequence of Reported
        ``observations`` of the book and the new ones, with ``value_text`` and
        ``value_upper_text``.
    names : set of str
        The ids of the new ones.
    """
    asked = {row["indicator"] for row in rows if row["observation_id"] in names}
    rows = [row for row in rows if row["indicator"] in asked]
    figures = _Figures(rows, names)
    yield from _overrun(rows, figures)
    yield from _above_its_place(book, figures)
    yield from _other_money(figures)
    yield from _swapped(figures)
    yield from _shares(figures)
    yield from _growths(figures)


def _told(name: str, zh: str, en: str) -> Oddity:
    return Oddity(name, f"    注意 | note: {zh} | {en}")


def _overrun(rows: Sequence[Reported], figures: _Figures) -> Iterator[Oddity]:
    """Yield stretches that have less than a shorter one within them, of each new figure one."""
    told = set()
    for longer, shorter in overruns(rows):
        new = [row for row in (longer, shorter) if row["observation_id"] in figures.names]
        name = str(new[-1]["observation_id"]) if new else ""
        if new and name not in told:
            told.add(name)
            parts = [figures.zh(_Level(row)) for row in (longer, shorter)]
            yield _told(
                name,
                f"长的时段反而少：{parts[0]}，其中的 {parts[1]}：时期和数读对了吗",
                "a longer stretch has less than one within it",
            )


def _above_its_place(book: Catalog, figures: _Figures) -> Iterator[Oddity]:
    """Yield what has more than the place that it lies in, whoever counted.

    Of districts that were counted as their place was the relations tell.
    """
    places = {row["entity"]: row for row in rows_of(book.table("entities"))}
    for level in figures.new:
        own = places.get(level.row["entity"])
        whole = own["parent"] if own and own["kind"] in _INSIDE else ""
        if not level.adds_up or whole not in places or places[whole]["kind"] not in PLACES:
            continue
        wholes = [it for it in figures.at(level.row, entity=whole) if it.unit == level.unit]
        related = own and own["kind"] in PLACES and any(it.counted_as(level) for it in wholes)
        if wholes and not related and all(_is_below(it.plain, level.plain) for it in wholes):
            name = book.name(whole)
            yield _told(
                level.name,
                f"比所在的{name}还多：{level.zh}，{name} {figures.zh(wholes[0])}",
                "more than the place that it lies in",
            )


def _is_below(one: Interval, other: Interval) -> bool:
    return one.upper is not None and other.lower is not None and one.upper < other.lower


def _other_money(figures: _Figures) -> Iterator[Oddity]:
    """Yield amounts in a money in which no such figure is, or that are the number in another."""
    for level in figures.new:
        if level.unit not in CURRENCIES or not level.length:
            continue
        known = [
            it
            for it in figures.of(level.row)
            if it.name not in figures.names and it.unit in CURRENCIES and it.length
        ]
        own = [it for it in known if it.unit == level.unit]
        others = _by_nearness(level, [it for it in known if it.unit != level.unit])
        alike = [it for it in others if level.row["basis"] == it.row["basis"]]
        unusual = len(alike) >= _USUAL and not any(
            it.row["basis"] == level.row["basis"] for it in own
        )
        near = _by_nearness(level, own)[:1]
        fits = any(1 / _SAME_NUMBER < _ratio(level, it) < _SAME_NUMBER for it in near)
        same = bool(others) and 1 / _SAME_NUMBER < _ratio(level, others[0]) < _SAME_NUMBER
        if others and not fits and (same or unusual):
            other = others[0]
            mine, theirs = (CURRENCIES[it.unit] for it in (level, other))
            yield _told(
                level.name,
                f"货币：{level.zh} 是{mine}，书中的是{theirs}，如 {figures.zh(other)}：读对了吗",
                "another money than the figures of the book",
            )


def _by_nearness(level: _Level, others: Sequence[_Level]) -> list[_Level]:
    def away(other: _Level) -> int:
        end, last = level.days[1], other.days[1]
        return abs((end - last).days) if end and last else 0

    return sorted(others, key=away)


def _ratio(one: _Level, other: _Level) -> float:
    """Return the ratio of two levels, by the day where they add up over days."""
    first, second = (it.a_day if it.adds_up else it.point for it in (one, other))
    return first / second if second else float("inf")


def _swapped(figures: _Figures) -> Iterator[Oddity]:
    """Yield exports and imports that stand the other way round than in the years beside it."""
    found = {}
    for level in figures.new:
        if level.row["flow"] not in DIRECTIONS_ZH:
            continue
        sides = [
            [
                it
                for it in figures.at(level.row, flow=flow)
                if it.row["source_id"] == level.row["source_id"] and it.unit == level.unit
            ]
            for flow in DIRECTIONS_ZH
        ]
        if not all(sides):
            continue
        pair = (sides[0][0], sides[1][0])
        years = _years_beside(figures, level)
        now = _quotient(*pair)
        turned = [
            (now > _APART and then < 1 / _APART) or (now < 1 / _APART and then > _APART)
            for then in (_quotient(*each) for each in years)
        ]
        if len(years) == _YEARS and all(turned):
            said, before = (
                "、".join(f"{FLOWS_ZH[it.row['flow']]} {it.zh}" for it in each)
                for each in (pair, years[0])
            )
            # of both, below the one that is shown last
            found[pair[0].name] = _told(
                level.name,
                f"流向：{said}；书中是{before}：出口和进口写反了吗",
                "exports and imports the other way round than in the years beside them",
            )
    yield from found.values()


def _quotient(one: _Level, other: _Level) -> float:
    return one.point / other.point if other.point else float("inf")


def _years_beside(figures: _Figures, level: _Level) -> list[tuple[_Level, _Level]]:
    """Return exports and imports of the whole years that the book has nearest to a figure."""
    found: dict[str, tuple[_Level, _Level]] = {}
    for out in figures.of(level.row, flow="export"):
        year = out.row["period"]
        whole = Period.parse(year).kind == "year" and out.name not in figures.names
        if whole and out.unit == level.unit and year not in found:
            back = next(
                (it for it in figures.at(out.row, flow="import") if it.counted_as(out)), None
            )
            if back:
                found[year] = (out, back)
    own = Period.parse(level.row["period"]).years[0]
    return [found[year] for year in sorted(found, key=lambda it: abs(int(it) - own))][:_YEARS]


def _shares(figures: _Figures) -> Iterator[Oddity]:
    """Yield shares that a part and none of its wholes give, where no base says which it is of."""
    for share in figures.rates:
        row = share.row
        if row["measure"] != "share" or row["base"]:
            continue
        parts = row["breakdown"].split(";") if row["breakdown"] else []
        rests = [";".join(other for other in parts if other != part) for part in parts]
        flows = dict.fromkeys((row["flow"] or "total", "total"))
        wholes = [
            (part, whole)
            for rest, flow in product((*rests, row["breakdown"]), flows)
            for part in figures.at(row)
            for whole in figures.at(row, breakdown=rest, flow=flow)
            if whole.counted_as(part)
            and (whole.plain.lower or 0) > 0
            and (rest, flow) != (row["breakdown"], row["flow"] or "total")
        ]
        used = [share.name, *(it.name for pair in wholes for it in pair)]
        new = [name for name in used if name in figures.names]
        if not wholes or not new:
            continue
        given = [_percent(part, whole) for part, whole in wholes]
        if not any(share.plain.overlaps(it) for it in given):
            part, whole = wholes[0]
            yield _told(
                new[0],
                f"占比：{figures.zh(share)}，可 {figures.zh(part)} 占 {figures.zh(whole)} 的"
                f"{interval_zh(given[0], _PERCENT)}",
                "the levels give another share",
            )


_PERCENT = Unit.parse("percent")


def _percent(part: _Level, whole: _Level) -> Interval:
    return 100 * part.plain / whole.plain


def _growths(figures: _Figures) -> Iterator[Oddity]:
    """Yield growths that can't be where what is known of the year before only bounds its figure.

    Where that figure itself is known, the relations tell.
    """
    for rate in figures.rates:
        row = rate.row
        if row["measure"] != "yoy" or row["base"] or row["indicator"] in REAL_GROWTH:
            continue
        for now in figures.at(row):
            if not {rate.name, now.name} & figures.names or not now.adds_up or not now.length:
                continue
            before = _year_before(figures, now)
            if before is None or not any(before):
                continue
            given = _growth(now, *before)
            said = rate.plain * 100 if rate.unit == "times" else rate.plain
            if not said.overlaps(given):
                bounds = "、".join(figures.zh(it) for it in before if it)
                yield _told(
                    rate.name if rate.name in figures.names else now.name,
                    f"增速：{figures.zh(rate)}，可 {figures.zh(now)} 和上年的 {bounds} 只容得下"
                    f"{interval_zh(given, _PERCENT)}",
                    "the levels leave another growth",
                )
                break


def _growth(now: _Level, low: _Level | None, high: _Level | None) -> Interval:
    """Return what growth bounds of the year before leave; they may have been revised a little."""
    least = low.plain.lower if low else None
    most = high.plain.upper if high else None
    base = Interval(
        (least or Decimal(0)) * (100 - REVISED_BY) / 100,
        most * (100 + REVISED_BY) / 100 if most is not None else None,
        lower_closed=False,
    )
    return formulas.growth(now.plain, base)


def _year_before(figures: _Figures, now: _Level) -> tuple[_Level | None, _Level | None] | None:
    """Return the longest stretch within the same days a year before, and the shortest around them.

    None where that year's figure is known.
    """
    start, end = Period.parse(now.row["period"]).year_before().span
    assert start is not None
    assert end is not None
    within, around = [], []
    for it in figures.of(now.row):
        first, last = it.days
        if not it.adds_up or not it.counted_as(now) or first is None or last is None:
            continue
        if (first, last) == (start, end):
            return None
        if start <= first and last <= end:
            within.append(it)
        elif first <= start and end <= last and last.year == first.year:
            around.append(it)
    longest = max(within, key=lambda it: it.length, default=None)
    return longest, min(around, key=lambda it: it.length, default=None)
