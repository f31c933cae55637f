"""Rules that make relations of whatever rows there are: what must hold between figures.

A new row is bound by those that it belongs to: exports and imports make the total, two cumulative
figures leave the month between them, a growth has a base that was published a year before. What
comes of a relation says `cqbook.data.relations`.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import permutations, product
from typing import NamedTuple

from cqbook.data.selection import DRAWN_FROM
from cqbook.data.vocabulary import DIRECTIONS_ZH, FLOWING
from cqbook.quantities.about import HAPPENED, REAL_GROWTH
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import Quantity, Reported, quantity_of
from cqbook.quantities.units import Unit

#: Rule → what it says, in Chinese and English.
RULES = {
    "flows": ("进出口等于出口加进口", "the total is exports plus imports"),
    "cumulative": ("一段时间等于两个累计数之差", "a stretch is what two cumulative figures leave"),
    "months": ("累计数等于各月之和", "a cumulative figure is the sum of its months"),
    "whole": ("各部分之和等于总数", "parts that are all there is make the whole"),
    "within": ("部分不超过总数", "parts are no more than the whole"),
    "share": ("占比等于部分除以总数", "a share is the part over the whole"),
    "growth": ("增速与上年公布值", "growth and the figure published a year before"),
    "same": ("同一件事，两个来源", "one thing in two sources"),
}
#: The rule of what only ``relations.csv`` knows.
BY_HAND = "listed"
#: Rules that hold whoever counts: of figures that one source prints at once, none may break them.
#: A growth or a month can differ from figures of the same source that it has revised.
CERTAIN = frozenset({"flows", "whole", "within"})
#: Breakdowns of one dimension that exclude each other.
EXCLUSIVE = {
    "enterprise": (("private", "foreign", "soe"),),
    "regime": (("general", "processing", "bonded_logistics", "market_procurement"),),
    "vehicle": (("passenger", "commercial"), ("nev", "ice")),
}
#: Of these the ones that are all there is.
COMPLETE = {("vehicle", ("passenger", "commercial")), ("vehicle", ("nev", "ice"))}
#: Dimensions of which each code is a part of what has no such code.
PARTITIONED = (*EXCLUSIVE, "partner", "product", "sector")
#: Whose figures are part of whose: places in places, and nothing that trades elsewhere too.
PLACES = frozenset({"district", "province", "country"})
#: The whole that has so many provinces, in the tables of its customs and statisticians.
WHOLE_NATION, PROVINCES = "CN", 31
#: What adds up over months and over parts; firms and countries are counted again each time.
ADDITIVE = frozenset(
    {"CNY", "USD", "vehicles", "units", "sets", "pieces", "TEU", "containers", "trains", "tonnes"}
)
#: The status of what is said of a period before its figure is known: a report that has the same
#: number later tells it again.
FORETOLD = "estimate"
#: How a figure was counted, mostly, of which nobody says how: it is compared with these.
UNSAID = ("", "customs", "caam")
#: Measures that are of another thing where they are measured against another.
_AGAINST = ("share", "rank", "difference", "multiple", "pct_change", "vs_plan", "pp_change")


class Relation(NamedTuple):
    """What must hold: `target` is what `kind` makes of `inputs`, all by ``observation_id``."""

    rule: str
    kind: str
    target: str
    inputs: tuple[str, ...]


Days = tuple[date | None, date | None]


class _Thing(NamedTuple):
    """What a figure is of, but for its period, flow, measure and scale."""

    indicator: str
    entity: str
    breakdown: str
    unit: str
    basis: str


@dataclass(frozen=True)
class _Figure:
    """A row that can be in a relation."""

    row: Reported
    name: str
    source: str
    thing: _Thing
    flow: str
    days: Days
    confidence: int

    @cached_property
    def quantity(self) -> Quantity:
        """The figure in its plain unit; most figures have no rival, and are never asked for it."""
        return quantity_of(self.row).to(self.thing.unit)

    @property
    def interval(self) -> Interval:
        # what is printed leaves some interval open
        assert self.quantity.interval is not None
        return self.quantity.interval


#: (thing, flow) → days → the levels there are.
_Levels = dict[tuple[_Thing, str], dict[Days, list[_Figure]]]


def uncorrected(rows: Sequence[Reported]) -> list[Reported]:
    """Return the rows that no other of them corrects."""
    corrected = {row["supersedes"] for row in rows if row["supersedes"]}
    return [row for row in rows if row["observation_id"] not in corrected]


def related(rows: Sequence[Reported], parents: Mapping[str, str]) -> list[Relation]:
    """Return the relations that the rules make of rows.

    Parameters
    ----------
    rows : sequence of Reported
        ``observations``, with ``value_text`` and ``value_upper_text``.
    parents : mapping
        Place → the place that it is a part of; see `parents_of`.
    """
    valid = uncorrected(rows)
    figures = [_figure(row) for row in valid if row["status"] in HAPPENED]
    foretold = [_figure(row) for row in valid if row["status"] == FORETOLD]
    # a doubtful figure is compared with its like, and decides nothing
    used = [figure for figure in figures if figure.confidence >= DRAWN_FROM]
    levels: _Levels = defaultdict(lambda: defaultdict(list))
    for figure in used:
        row = figure.row
        if row["measure"] == "level" and row["accumulation"] in FLOWING:
            for basis in _bases(figure):
                thing = figure.thing._replace(basis=basis)
                levels[thing, figure.flow][figure.days].append(figure)
    found = [
        *_flows(levels),
        *_stretches(levels),
        *_parts(levels),
        *_places(levels, parents),
        *_shares(used, levels),
        *_growths(used),
        *_same(figures, foretold),
    ]
    return list(dict.fromkeys(found))


def parents_of(entities: Iterable[Reported]) -> dict[str, str]:
    """Return the place that each place is a part of, of rows of ``entities``."""
    rows = list(entities)
    places = {row["entity"] for row in rows if row["kind"] in PLACES}
    return {
        row["entity"]: row["parent"]
        for row in rows
        if row["entity"] in places and row["parent"] in places
    }


def _figure(row: Reported) -> _Figure:
    unit = _unit_name(row["unit"])
    thing = _Thing(row["indicator"], row["entity"], row["breakdown"], unit, row["basis"])
    return _Figure(
        row,
        row["observation_id"],
        row["source_id"],
        thing,
        row["flow"],
        _days(row["period"]),
        int(row["confidence"]),
    )


@functools.cache
def _unit_name(text: str) -> str:
    return Unit.parse(text).name


@functools.cache
def _days(period: str) -> Days:
    return Period.parse(period).span


def _bases(figure: _Figure) -> tuple[str, ...]:
    return (figure.thing.basis,) if figure.thing.basis else UNSAID


def _best(figures: Sequence[_Figure], near: str) -> _Figure:
    """Return the figure of one thing to compute with: of this source, well attested, narrow."""

    def order(figure: _Figure) -> tuple[bool, bool, int, bool, float]:
        width = figure.interval.width
        return (
            figure.source != near,
            not figure.thing.basis,
            -figure.confidence,
            width is None,
            float(width or 0),
        )

    return figures[0] if len(figures) == 1 else min(figures, key=order)


def _sources(*groups: Sequence[_Figure]) -> list[str]:
    return list(dict.fromkeys(figure.source for group in groups for figure in group))


def _flows(levels: _Levels) -> Iterator[Relation]:
    """Yield total = exports + imports, as each source has it; one of them is within the total."""
    for (thing, flow), spans in levels.items():
        if flow != "total":
            continue
        sides = [levels.get((thing, side)) for side in DIRECTIONS_ZH]
        for days, totals in spans.items():
            parts = [side[days] for side in sides if side and days in side]
            if len(parts) < len(sides):
                for figure in (each for part in parts for each in part):
                    target = _best(totals, figure.source)
                    yield Relation("within", "at_least", target.name, (figure.name,))
                continue
            for source in _sources(totals, *parts):
                chosen = tuple(_best(part, source).name for part in parts)
                yield Relation("flows", "sum", _best(totals, source).name, chosen)


def _stretches(levels: _Levels) -> Iterator[Relation]:
    """Yield stretches of a year against the cumulative figures before and after them."""
    for (thing, _), spans in levels.items():
        if thing.unit not in ADDITIVE:
            continue
        by_year: dict[date, dict[date, list[_Figure]]] = defaultdict(dict)
        starting: dict[date, dict[date, list[_Figure]]] = defaultdict(dict)
        for (start, end), figures in spans.items():
            if start is None or end is None or start.year != end.year:
                continue
            starting[start][end] = figures
            if (start.month, start.day) == (1, 1):
                by_year[start][end] = figures
        for ends in by_year.values():
            for before, earlier in ends.items():
                for end, targets in starting.get(before + timedelta(1), {}).items():
                    if end not in ends:
                        continue
                    for target in targets:
                        inputs = (_best(ends[end], target.source), _best(earlier, target.source))
                        names = tuple(item.name for item in inputs)
                        yield Relation("cumulative", "difference", target.name, names)
            for end, wholes in ends.items():
                months = _months(next(iter(ends.values()))[0].days[0], end, spans)
                for whole in wholes if len(months) > 1 else ():
                    names = tuple(_best(month, whole.source).name for month in months)
                    yield Relation("months", "sum", whole.name, names)


def _months(
    start: date | None, end: date, spans: Mapping[Days, list[_Figure]]
) -> list[list[_Figure]]:
    """Return the figures of each month from a year's first to `end`; none if one is missing."""
    found = []
    while start is not None and start <= end:
        last = (start.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        if (start, last) not in spans:
            return []
        found.append(spans[start, last])
        start = last + timedelta(1)
    return found


def _without(breakdown: str) -> Iterator[tuple[str, str, str]]:
    """Yield each dimension of a breakdown with its code, and what the others are."""
    parts = breakdown.split(";") if breakdown else []
    for part in parts:
        dimension, _, code = part.partition("=")
        yield dimension, code, ";".join(other for other in parts if other != part)


def _parts(levels: _Levels) -> Iterator[Relation]:
    """Yield parts against wholes: each alone, and those together that exclude each other."""
    together: dict[tuple[_Thing, str, str, Days], dict[str, list[_Figure]]] = defaultdict(dict)
    for (thing, flow), spans in levels.items():
        if thing.unit not in ADDITIVE:
            continue
        for dimension, code, rest in _without(thing.breakdown):
            if dimension not in PARTITIONED:
                continue
            whole = thing._replace(breakdown=rest)
            for days, figures in spans.items():
                wholes = levels.get((whole, flow), {}).get(days)
                if not wholes:
                    continue
                together[whole, flow, dimension, days][code] = figures
                for part in figures:
                    target = _best(wholes, part.source)
                    yield Relation("within", "at_least", target.name, (part.name,))
    for (whole, flow, dimension, days), by_code in together.items():
        for codes in EXCLUSIVE.get(dimension, ()):
            parts = [by_code[code] for code in codes if code in by_code]
            complete = (dimension, codes) in COMPLETE and len(parts) == len(codes)
            wholes = levels[whole, flow][days]
            for source in _sources(wholes, *parts) if len(parts) > 1 else ():
                names = tuple(_best(part, source).name for part in parts)
                rule, kind = ("whole", "sum") if complete else ("within", "at_least")
                yield Relation(rule, kind, _best(wholes, source).name, names)


def _places(levels: _Levels, parents: Mapping[str, str]) -> Iterator[Relation]:
    """Yield places against what they are part of: each, and all provinces together."""
    together: dict[tuple[_Thing, str, Days], list[list[_Figure]]] = defaultdict(list)
    for (thing, flow), spans in levels.items():
        if thing.unit not in ADDITIVE or thing.entity not in parents:
            continue
        whole = thing._replace(entity=parents[thing.entity])
        for days, figures in spans.items():
            wholes = levels.get((whole, flow), {}).get(days, [])
            for part in figures if wholes else ():
                yield Relation("within", "at_least", _best(wholes, part.source).name, (part.name,))
            if wholes:
                together[whole, flow, days].append(figures)
    for (whole, flow, days), parts in together.items():
        if whole.entity == WHOLE_NATION and len(parts) == PROVINCES:
            for target in levels[whole, flow][days]:
                names = tuple(_best(part, target.source).name for part in parts)
                yield Relation("whole", "sum", target.name, names)


def _shares(figures: Sequence[_Figure], levels: _Levels) -> Iterator[Relation]:
    """Yield shares of a part in the same thing without one of its breakdowns."""
    units: dict[str, set[str]] = defaultdict(set)
    for thing, _ in levels:
        units[thing.indicator].add(thing.unit)

    def at(figure: _Figure, thing: _Thing) -> list[_Figure]:
        return levels.get((thing, figure.flow), {}).get(figure.days, [])

    for figure in figures:
        if figure.row["measure"] != "share":
            continue
        for unit, basis in product(sorted(units[figure.thing.indicator]), _bases(figure)):
            own = figure.thing._replace(unit=unit, basis=basis)
            parts = at(figure, own)
            for _, _, rest in _without(own.breakdown) if parts else ():
                wholes = at(figure, own._replace(breakdown=rest))
                if any(_is_base(figure, whole) for whole in wholes):
                    chosen = (_best(parts, figure.source), _best(wholes, figure.source))
                    names = tuple(item.name for item in chosen)
                    yield Relation("share", "share", figure.name, names)


def _is_base(share: _Figure, whole: _Figure) -> bool:
    """Return whether a share says that it is one of this whole."""
    row = whole.row
    spoken = f"{row['entity']} {row['indicator']} {row['flow']} {row['period']}"
    # "total" of a share of exports is the trade or the exports: it does not say
    plain = share.row["base"] == "total" and share.flow in ("", "total")
    return plain or share.row["base"] in (whole.name, spoken)


def _growths(figures: Sequence[_Figure]) -> Iterator[Relation]:
    """Yield growths against the level now and the one published a year before."""
    at: dict[tuple[str, ...], dict[str, dict[Days, list[_Figure]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )

    def place(figure: _Figure, basis: str) -> tuple[str, ...]:
        return (*figure.thing[:3], basis, figure.flow, _accumulation(figure.row))

    for figure in figures:
        for basis in _bases(figure) if figure.row["measure"] == "level" else ():
            at[place(figure, basis)][figure.thing.unit][figure.days].append(figure)
    for figure in figures:
        # a growth at constant prices is not that of levels at current ones
        real = figure.thing.indicator in REAL_GROWTH
        if figure.row["measure"] != "yoy" or figure.row["base"] or real:
            continue
        before = _year_before(figure)
        for basis in _bases(figure) if before is not None else ():
            by_unit = at.get(place(figure, basis), {})
            for levels in by_unit.values():
                if figure.days not in levels or before not in levels:
                    continue
                now = _best(levels[figure.days], figure.source)
                # the growth of a trade in yuan is not that of the same trade in dollars
                if len(by_unit) > 1 and now.source != figure.source:
                    continue
                base = _best(levels[before], figure.source)
                yield Relation("growth", "growth", figure.name, (now.name, base.name))


def _year_before(figure: _Figure) -> Days | None:
    try:
        return Period.parse(figure.row["period"]).year_before().span
    except ValueError:
        return None


def _accumulation(row: Reported) -> str:
    """Return how a figure adds up over time; a year is the cumulative figure of its months."""
    return "" if row["accumulation"] in FLOWING else row["accumulation"]


def _same(figures: Sequence[_Figure], foretold: Sequence[_Figure]) -> Iterator[Relation]:
    """Yield one thing in two sources: each against the one that is best attested.

    Behind these stands what was foretold of it, where one of them has that number.
    """
    before = _by_thing_said(foretold)
    for key, group in _by_thing_said(figures).items():
        # who counted is compared with who counted; who does not say, with everybody
        for basis in dict.fromkeys(figure.thing.basis for figure in group):
            alike = [item for item in group if item.thing.basis in {basis, ""}]
            best = _best(alike, "")
            for figure in alike:
                if figure.source != best.source:
                    values = {figure.quantity.value, best.quantity.value}
                    told = [it.name for it in before.get(key, ()) if it.quantity.value in values]
                    yield Relation("same", "same", figure.name, (best.name, *told[:1]))


def _by_thing_said(figures: Iterable[_Figure]) -> dict[tuple[object, ...], list[_Figure]]:
    """Return figures by what they say a number of, whoever counted."""
    groups: dict[tuple[object, ...], list[_Figure]] = defaultdict(list)
    for figure in figures:
        row, thing = figure.row, figure.thing
        against = row["base"] if row["measure"] in _AGAINST else ""
        key = (*thing[:4], figure.flow, row["measure"], against, _accumulation(row), figure.days)
        groups[key].append(figure)
    return groups


#: What a year can have less of as it goes on, by a word of its indicator.
_SHRINKS = frozenset({"net", "balance", "surplus", "deficit", "profit", "profits"})


class Overrun(NamedTuple):
    """Rows of a stretch of a year, and of a shorter one within it of which there is more."""

    longer: Reported
    shorter: Reported


def overruns(rows: Sequence[Reported]) -> Iterator[Overrun]:
    """Yield which stretches of one thing have less than a shorter one within them: 1—10月 < 1—9月.

    What adds up does not shrink: neither by a month, nor from nine months to ten.
    """
    spans: dict[tuple[_Thing, str, int], dict[str, _Figure]] = defaultdict(dict)
    for figure in _adding_up(rows):
        start, end = figure.days
        if start and end and start.year == end.year:
            for basis in _bases(figure):
                thing = figure.thing._replace(basis=basis)
                spans[thing, figure.flow, start.year][figure.name] = figure
    found = {}
    for held in spans.values():
        for longer, shorter in permutations(held.values(), 2):
            if _is_within(shorter, longer) and _is_more(shorter, longer):
                found[longer.name, shorter.name] = Overrun(longer.row, shorter.row)
    yield from found.values()


def _adding_up(rows: Sequence[Reported]) -> Iterator[_Figure]:
    """Yield the levels that more of the same can only make larger."""
    for row in uncorrected(rows):
        if (
            row["measure"] == "level"
            and row["status"] in HAPPENED
            and row["accumulation"] in FLOWING
            and int(row["confidence"]) >= DRAWN_FROM
            and _SHRINKS.isdisjoint(row["indicator"].split("_"))
        ):
            figure = _figure(row)
            if figure.thing.unit in ADDITIVE:
                yield figure


def _is_within(one: _Figure, other: _Figure) -> bool:
    """Return whether the days of one figure are some, not all, of those of another in its year."""
    (start, end), (first, last) = one.days, other.days
    assert start is not None
    assert end is not None
    assert first is not None
    assert last is not None
    return first <= start and end <= last and one.days != other.days


def _is_more(one: _Figure, other: _Figure) -> bool:
    low, high = one.interval.lower, other.interval.upper
    return low is not None and high is not None and low > high and low > 0


class Leap(NamedTuple):
    """A figure and one beside it of another order of magnitude, with the row of that one."""

    figure: Quantity
    other: Quantity
    row: Reported


#: From this ratio on two years in a row look like a lost digit, or 亿 for 万.
LEAP = 5
#: From this ratio on two stretches do that are no year apart, by the day; and a total with its
#: exports or imports.
ORDER = 10
#: And from this one on a quarter or more with a year before it: what a month has of its season, a
#: quarter has less of.
ORDER_OF_QUARTERS = 2.5
#: Days of the shortest quarter and of the shortest year.
_QUARTER, _YEAR = 90, 365


def leaps(rows: Sequence[Reported], names: set[str]) -> Iterator[Leap]:
    """Yield which of the named levels are of another order of magnitude than what is beside them.

    That is the same thing a year before or after; where there is none, the nearest in time; of a
    quarter or more the year before it; and the total whose exports or imports it is.
    """
    found: dict[tuple[_Thing, str, str], dict[str, _Figure]] = defaultdict(dict)

    def places(figure: _Figure, flow: str) -> Iterator[tuple[_Thing, str, str]]:
        for basis in _bases(figure):
            yield figure.thing._replace(basis=basis), flow, _accumulation(figure.row)

    def beside(figure: _Figure, flow: str) -> list[_Figure]:
        held: dict[str, _Figure] = {}
        for place in places(figure, flow):
            held |= found.get(place, {})
        return [other for name, other in held.items() if name != figure.name]

    for row in rows:
        if row["measure"] == "level" and row["status"] in HAPPENED:
            figure = _figure(row)
            for place in places(figure, figure.flow):
                found[place][figure.name] = figure
    named = {
        name: figure for held in found.values() for name, figure in held.items() if name in names
    }
    for figure in named.values():
        others = beside(figure, figure.flow)
        apart = [other for other in others if _is_a_year_from(figure, other)]
        far = [other for other in apart if not 1 / LEAP < _ratio(figure, other) < LEAP]
        # what is typed in one go is typed in one way: what the book has comes first
        near = [other for other in others if other.name not in names] or others
        if not apart:
            far += _of_another_order(figure, _nearest(figure, near))
        years = [other for other in near if _is_of_the_years_before(figure, other)]
        far += _of_another_order(figure, _nearest(figure, years), ORDER_OF_QUARTERS)
        if figure.flow in DIRECTIONS_ZH:
            wholes = [other for other in beside(figure, "total") if other.days == figure.days]
            far += _of_another_order(figure, wholes[:1])
        for other in {other.name: other for other in far}.values():
            yield Leap(quantity_of(figure.row), quantity_of(other.row), other.row)


def _is_a_year_from(one: _Figure, other: _Figure) -> bool:
    return _year_before(one) == other.days or _year_before(other) == one.days


def _nearest(figure: _Figure, others: Sequence[_Figure]) -> list[_Figure]:
    """Return the one of some figures that ends, then begins, nearest to a figure, if any has."""
    start, end = figure.days
    away = [
        (abs((other.days[1] - end).days), abs((other.days[0] - start).days), place)
        for place, other in enumerate(others)
        if start and end and other.days[0] and other.days[1] and other.days != figure.days
    ]
    return [others[min(away)[-1]]] if away else []


def _is_of_the_years_before(figure: _Figure, other: _Figure) -> bool:
    """Return whether a figure of a quarter or more can be held against that of a whole year."""
    (start, _), (first, _) = figure.days, other.days
    part = _QUARTER <= _length(figure) < _YEAR <= _length(other)
    # of what is over some number nobody knows how much there is
    known = None not in (figure.interval.width, other.interval.width)
    return bool(part and start and first and 0 < start.year - first.year < 3 and known)


def _of_another_order(
    figure: _Figure, others: Sequence[_Figure], order: float = ORDER
) -> list[_Figure]:
    """Return those of some figures that are `order` times as large or small, a day."""
    return [
        other
        for other in others
        if not 1 / order < _ratio(figure, other) * _length(other) / _length(figure) < order
    ]


def _length(figure: _Figure) -> int:
    """Return the days that a figure adds up over; 1 where it adds up over none."""
    start, end = figure.days
    adds_up = figure.thing.unit in ADDITIVE and figure.row["accumulation"] in FLOWING
    return (end - start).days + 1 if adds_up and start and end else 1


def _ratio(one: _Figure, other: _Figure) -> float:
    divisor = other.quantity.point
    return one.quantity.point / divisor if divisor else float("inf")
