"""Quantities: a number with its unit, interval, status and sources; derived from one another."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol, Self

from cqbook.errors import IncomparableError
from cqbook.quantities import formulas, wording
from cqbook.quantities.about import (
    HAPPENED,
    INTENDED,
    STATUS_ZH,
    UNTOLD,
    About,
    ids_in,
    price_of,
    shared,
)
from cqbook.quantities.comparable import check_comparable, figure_name
from cqbook.quantities.interval import Interval, to_decimal
from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import QUALIFIERS, SIGNED_MEASURES, from_printed
from cqbook.quantities.units import MINUS, Unit, convert, format_zh, is_count, unit_zh
from cqbook.quantities.verdict import Side, Sign, Verdict, decide

NOT_FOUND = "没有查到"
#: What is reckoned of figures of which not all can be true.
CONTRADICTORY = "相互矛盾"
#: What a quantity says that has no number: no sentence can be made with it.
NO_NUMBER = frozenset({NOT_FOUND, CONTRADICTORY, wording.UNDETERMINED})
DERIVED = "推算"
#: Behind the heading of a column that is derived, and behind a cell.
DERIVED_COLUMN = f"（{DERIVED}）"
#: Of published numbers alone, by one division: as firm as they are, and drawn as they are.
COMPUTED = "计算"
#: Words of what no source printed as it stands: this book put it together.
NOT_PRINTED = (DERIVED, COMPUTED)
#: Words of what nobody observed: worked out, or yet to come. Its marks are hollow, or pale.
UNOBSERVED = (DERIVED, *(word for status, word in STATUS_ZH.items() if status not in HAPPENED))
UNCHANGED = QUALIFIERS["unchanged"].ours
#: An interval narrower than this is a number.
A_NUMBER = Decimal("1e-12")
#: Digits up to which a sentence says a number as it was printed.
LONG_NUMBER = 4
#: From here on a bare count is written in 万, as Chinese text does.
IN_TEN_THOUSANDS = 100_000


class Reported(Protocol):
    """One row of ``observations``, text by column: a dict as csv makes it, or as pandas does."""

    def __getitem__(self, column: str, /) -> str:
        """Return a cell."""

    def get(self, column: str, /) -> str | None:
        """Return a cell, None if there is no such column."""


class InWords(str):
    """A quantity in words: a text like any other, that knows what its number was made of.

    ``observation_id`` and ``status`` are those of the quantity.
    """

    __slots__ = ("observation_id", "status")
    observation_id: str
    status: str

    def __new__(cls, text: str, observation_id: str = "", status: str = "") -> Self:
        """Make a text that knows its observations."""
        made = super().__new__(cls, text)
        made.observation_id, made.status = observation_id, status
        return made


@dataclass(frozen=True)
class Quantity:
    """A number in `unit`; `interval` is None where nothing is published.

    ``about`` says what it is about; ``regardless`` why it was computed though its inputs differ in
    kind: figures, tables and glued texts print it.
    """

    interval: Interval | None
    unit: Unit
    zh: str
    status: str
    value: Decimal | None = None
    source_id: str = ""
    observation_id: str = ""
    about: About = UNTOLD
    regardless: str = ""

    @property
    def measure(self) -> str:
        """What is measured of the thing: its level, its growth, its share."""
        return self.about.measure

    @property
    def _held(self) -> Interval | None:
        """The interval, if there is a number in it."""
        return None if self.interval is None or self.interval.is_empty else self.interval

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self._held is not None

    @property
    def bounded(self) -> bool:
        """Whether there is a number with two ends: 超4700 has one, and gives no difference."""
        held = self._held
        return held is not None and held.width is not None

    @property
    def point(self) -> float:
        """The printed number, or the middle of the interval (its one end, if half open); or NaN."""
        held = self._held
        if held is None:
            return float("nan")
        if self.value is not None:
            return float(self.value)
        ends = (held.midpoint, held.lower, held.upper)
        return next((float(end) for end in ends if end is not None), float("nan"))

    @property
    def range_zh(self) -> str:
        """The interval in words (``8158.35亿元—8158.45亿元``)."""
        held = self._held
        if held is None:
            return ""
        if held.width is None:
            return wording.interval_zh(held, self.unit)
        # a number, a quotient of numbers kept to its 50th digit, or words that give the ends
        told = held.width < A_NUMBER or (self.status in NOT_PRINTED and wording.gives_ends(self.zh))
        return self.zh if told else wording.range_zh(held, self.unit)

    @property
    def roughly(self) -> InWords:
        """The words, or one number of three digits where they give ends, or more digits than four.

        For sentences that do not depend on what rounding leaves open: 约29.0%, not 28.94%—28.99%.
        A rate or share that was computed has one decimal: 27.2%, not 27.23%.
        """
        return self.in_words(self._roughly)

    def rounded(self, places: int) -> InWords:
        """Return the middle to so many decimals with its unit; its own words where it is none."""
        if not self.known:
            return self.in_words(self.zh)
        return self.in_words(format_zh(Decimal(f"{self.point:.{places}f}"), self.unit))

    def approximately(self, places: int) -> InWords:
        """Return the same behind 约; its own words where it is no number."""
        said = self.rounded(places)
        return self.in_words(f"约{said}") if self.known else said

    def in_words(self, text: str) -> InWords:
        """Return a text that says this number, and knows what it was made of."""
        return InWords(text, self.observation_id, self.status)

    @property
    def _roughly(self) -> str:
        held = self._held
        if held is None:
            return self.zh
        plain = sum(letter.isdigit() for letter in self.zh) <= LONG_NUMBER
        if self.status in NOT_PRINTED and self.unit.name in ("percent", "percentage points"):
            places = len(self.zh.partition(".")[2].strip("%个百分点"))
            plain = places <= (2 if abs(self.point) < 1 else 1)
        if plain and not wording.gives_ends(self.zh):
            return self.zh
        return wording.roughly_zh(held, self.unit) or self.zh

    @property
    def growth(self) -> InWords:
        """A rate as an analyst writes it: 增长2%, 下降2.5%, 基本持平, 没有查到."""
        return self.in_words(_direction(self, "增长", "下降"))

    @property
    def yoy(self) -> InWords:
        """The rate as a clause that can follow a level: 增长2%, or 同比没有查到."""
        return self.growth if self.growth != NOT_FOUND else InWords(f"同比{NOT_FOUND}")

    @property
    def change(self) -> InWords:
        """A difference as an analyst writes it: 提高0.8个百分点, 降低0.5个百分点."""
        return self.in_words(_direction(self, "提高", "降低"))

    def to(self, unit: str) -> Quantity:
        """Return the same quantity in another unit of the same kind; its words stay as printed."""
        target = Unit.parse(unit)
        if target == self.unit:
            return self
        if self.interval is None:
            return replace(self, unit=target)
        factor = convert(Decimal(1), self.unit, target)
        value = None if self.value is None else self.value * factor
        return replace(self, unit=target, interval=self.interval * factor, value=value)

    def __lt__(self, other: Quantity | Decimal | int) -> Verdict:
        """Return whether this is less, as `cqbook.quantities.verdict` says it."""
        return compared(self, "<", other)

    def __le__(self, other: Quantity | Decimal | int) -> Verdict:
        """Return whether this is less or the same."""
        return compared(self, "≤", other)

    def __gt__(self, other: Quantity | Decimal | int) -> Verdict:
        """Return whether this is more."""
        return compared(self, ">", other)

    def __ge__(self, other: Quantity | Decimal | int) -> Verdict:
        """Return whether this is more or the same."""
        return compared(self, "≥", other)


def _direction(quantity: Quantity, up: str, down: str) -> str:
    held, value = quantity._held, quantity.value
    if held is None or quantity.zh == UNCHANGED:
        return quantity.zh
    if quantity.status not in NOT_PRINTED and value is not None:
        # as printed, with its qualifier: 下降超5%
        way = up if value > 0 else down
        return f"{way}{quantity.zh.replace(MINUS, '')}" if value else "持平"
    if held.lower is not None and held.lower >= 0 and held.upper != 0:
        return f"{up}{quantity.zh}"
    if held.width is not None and held.width < A_NUMBER and held.midpoint:
        return f"{down}{quantity.zh.replace(MINUS, '')}"
    return wording.direction_zh(held, quantity.unit, up, down)


def exact(number: Decimal | int, unit: str) -> Quantity:
    """Return a number that code has counted, or a bound that a sentence names, in `unit`."""
    kind = Unit.parse(unit)
    value = to_decimal(number)
    return Quantity(Interval.exactly(value), kind, format_zh(value, kind), DERIVED, value)


def compared(
    one: Quantity, sign: Sign, other: Quantity | Decimal | int, *, regardless: str = ""
) -> Verdict:
    """Return whether ``one sign other`` holds, as `cqbook.quantities.verdict` says it.

    Parameters
    ----------
    one : Quantity
    sign : {"<", "≤", ">", "≥"}
    other : Quantity or number
        A number is taken for exact, in the unit of `one`.
    regardless : str
        Why two figures that differ in basis, status, price or length of time may be compared, as
        readers are told.

    Raises
    ------
    IncomparableError
        If they differ so and there is no reason; or in what they are measured in.
    """
    them = other if isinstance(other, Quantity) else exact(other, str(one.unit))
    reason = check_comparable(one, them, regardless=regardless, relation="compared")
    outcome, margin, room = decide(_side(one), sign, _side(_like(them, one)), one.unit)
    rows = ids_in([one.observation_id, them.observation_id])
    room = replace(room, limit=_limit(one, them))
    words = _words_apart(one, sign, them) if outcome == "holds" else f"{one.zh} {sign} {them.zh}"
    return Verdict(outcome, words, margin, room, rows, reason, nearest=words)


def _limit(*sides: Quantity) -> str:
    """Return the words of the one that somebody chose, as `exact` makes it, if it is not nought."""
    chosen = [item for item in sides if not item.observation_id and item.value is not None]
    return chosen[-1].zh if chosen and chosen[-1].value else ""


#: Decimals more of its ends by which an interval shows that it lies apart from a number.
MOST_FINER = 3


def _words_apart(one: Quantity, sign: Sign, them: Quantity) -> str:
    """Return a comparison that holds as its numbers show it: 27.46%—27.93% < 28%, not 28.0%."""
    for finer in range(MOST_FINER + 1):
        sides = _side(one, finer), _side(_like(them, one), finer)
        above, below = sides if sign in (">", "≥") else reversed(sides)
        if above is None or below is None or not above.meets(below):
            break
    return f"{_finely(one, finer)} {sign} {_finely(them, finer)}"


def _finely(item: Quantity, finer: int) -> str:
    held = item._held
    if not finer or held is None or held.width is None or not wording.gives_ends(item.zh):
        return item.zh
    return wording.range_zh(held, item.unit, finer=finer)


def _side(item: Quantity, finer: int = 0) -> Side | None:
    """Return what a quantity is known by, beside what readers see of it; None of what is not."""
    held = item._held
    if held is None:
        return None
    if held.width is not None and wording.gives_ends(item.zh):
        return Side(held, wording.outward(held, finer=finer))
    shown = item.value if item.value is not None else held.midpoint
    return Side(held, held if shown is None else Interval.exactly(shown))


def missing(unit: str) -> Quantity:
    """Return the quantity that nobody published."""
    return Quantity(None, Unit.parse(unit), NOT_FOUND, NOT_FOUND)


def printed_zh(row: Reported) -> str:
    """Return a reported figure in Chinese, with its qualifier: 8158.4亿元, 超9万辆, 3500多家."""
    qualifier = QUALIFIERS[row["qualifier"]]
    word, place = qualifier.ours, qualifier.places.get(qualifier.ours)
    if place == "alone":
        return word
    printed = Unit.parse(row["unit"])
    # an English billion, or 327,700 boxes, is written in 亿 or 万; no digit is lost or gained
    unit = _chinese(printed)
    if unit.scale == 1 and abs(Decimal(row["value_text"])) >= IN_TEN_THOUSANDS:
        unit = Unit(10**4, unit.name)
    value = convert(Decimal(row["value_text"]), printed, unit)
    if printed.scale == 1 and unit.scale != 1:
        value = Decimal(
            f"{value.normalize():f}"
        )  # a count has no decimals to keep: 32.7700 is 32.77
    number = format_zh(value, unit)
    if row.get("value_upper_text"):
        upper = format_zh(convert(Decimal(row["value_upper_text"]), printed, unit), unit)
        number = f"{row['value_text'].replace('-', MINUS)}—{upper}"
    if place == "between":
        # the number with its scale, the word, the unit: 4.2万多辆
        name = unit_zh(Unit(1, unit.name))
        stem = number.removesuffix(name)
        return f"{stem}{word}{name}"
    return f"{number}{word}" if place == "behind" else f"{word}{number}"


#: Fields of `About` that are columns of ``observations``.
_COLUMNS = (
    *("indicator", "entity", "period", "accumulation", "breakdown", "flow"),
    *("measure", "status", "basis", "base"),
)


def about_of(row: Reported) -> About:
    """Return what one row of ``observations`` is about."""
    cells = {name: row.get(name) or "" for name in _COLUMNS}
    price = price_of(cells["indicator"], cells["measure"], Unit.parse(row["unit"]))
    return About(**cells, price=price)


#: Columns that a row must have to be a quantity; of the others only what it is about is read.
_READ = (
    *("value_text", "value_upper_text", "qualifier", "measure", "unit", "status"),
    *("source_id", "observation_id"),
)


def quantity_of(row: Reported) -> Quantity:
    """Return one row of ``observations`` as a quantity."""
    about = tuple(row.get(name) or "" for name in _COLUMNS)
    return _quantity(tuple(row[name] for name in _READ), about)


# a figure stands in many relations, and is read for each of them
@functools.lru_cache(maxsize=16384)
def _quantity(read: tuple[str, ...], about: tuple[str, ...]) -> Quantity:
    row = {**dict(zip(_COLUMNS, about, strict=True)), **dict(zip(_READ, read, strict=True))}
    text = row["value_text"]
    interval = from_printed(
        text,
        row["qualifier"],
        row["value_upper_text"],
        signed=row["measure"] in SIGNED_MEASURES,
    )
    ranged = bool(row["value_upper_text"])
    unit = Unit.parse(row["unit"])
    intended = row["status"] in INTENDED and text
    if row["qualifier"] == "as_rounded" and (is_count(unit) or intended):
        # 28个项目 were counted one by one, 三到四台 are three or four, and who plans 2000亩 means
        # 2000亩: nothing was rounded
        upper = row["value_upper_text"] or text
        interval = Interval(Decimal(text), Decimal(upper), True, True)
    found = Quantity(
        interval,
        unit,
        printed_zh(row),
        STATUS_ZH[row["status"]],
        None if not text or ranged else Decimal(text),
        row["source_id"],
        row["observation_id"],
        about_of(row),
    )
    # what English prints in billions and millions is counted in 亿 and 万 here
    return found.to(str(_chinese(unit)))


def _chinese(unit: Unit) -> Unit:
    """Return `unit` at the scale that Chinese has a word for."""
    return Unit({10**9: 10**8, 10**6: 10**4}.get(unit.scale, unit.scale), unit.name)


def derive(
    formula: Callable[..., Interval],
    *inputs: Quantity,
    unit: str,
    measure: str = "level",
    about: About | None = None,
    regardless: str = "",
) -> Quantity:
    """Return ``formula`` of the inputs' intervals as a derived quantity.

    Nothing is refused here: who divides and subtracts by hand asks `check_comparable` first.

    Parameters
    ----------
    formula : callable
        Takes one `Interval` an input, in the inputs' units; mostly of `formulas`.
    *inputs : Quantity
        If one is missing, so is the result.
    unit : str
        Unit of the result.
    measure : str
        What of it the result measures.
    about : About, optional
        What the result is about, measure and all; otherwise what the inputs share.
    regardless : str
        Why inputs that differ in kind may be put together; those of the inputs are kept.
    """
    held = [item._held for item in inputs if item._held is not None]
    if len(held) < len(inputs):
        return missing(unit)
    interval = formula(*held)
    target = Unit.parse(unit)
    open_input = any(item.upper is None for item in held)
    words = CONTRADICTORY if interval.is_empty else _derived_zh(interval, target, open_input)
    if interval.width is not None and interval.width < A_NUMBER and not interval.is_empty:
        words = _counted_zh(interval, target, held)
    return Quantity(
        interval,
        target,
        words,
        DERIVED,
        _central(formula, inputs),
        ";".join(ids_in(item.source_id for item in inputs)),
        ";".join(ids_in(item.observation_id for item in inputs)),
        about or replace(shared(item.about for item in inputs), measure=measure),
        "；".join(dict.fromkeys(filter(None, (regardless, *(it.regardless for it in inputs))))),
    )


def _central(formula: Callable[..., Interval], inputs: Iterable[Quantity]) -> Decimal | None:
    """Return the formula of the printed numbers themselves: where a mark is drawn, no more."""
    printed = [item.value for item in inputs]
    numbers = [Interval.exactly(value) for value in printed if value is not None]
    if len(numbers) < len(printed):
        return None
    try:
        return formula(*numbers).midpoint
    except (ArithmeticError, ValueError):
        return None


def _derived_zh(interval: Interval, unit: Unit, open_input: bool) -> str:
    """Return a derived interval in words; an end that only a definition sets is no end.

    A share reaches up to 100 and down to 0 by definition: where an input is a floor (超), that end
    says nothing, and the words give the other one.
    """
    if open_input and unit.name == "percent" and interval.upper == 100:
        interval = Interval(interval.lower, None)
    elif open_input and interval.lower == 0 and interval.upper is not None:
        interval = Interval(None, interval.upper)
    return wording.interval_zh(interval, unit)


def _counted_zh(interval: Interval, unit: Unit, inputs: Iterable[Interval]) -> str:
    """Return what follows from exact numbers; it has no more digits than the shortest of them."""
    numbers = [abs(item.lower) for item in inputs if item.lower is not None]
    result = interval.midpoint
    assert result is not None
    # a sum or a difference is as exact as what it is made of; a quotient is not
    if wording.decimals_of(result) <= max(map(wording.decimals_of, numbers)):
        return format_zh(Decimal(f"{result.normalize():f}"), unit)
    digits = min(len(f"{number:f}".replace(".", "").lstrip("0")) for number in numbers)
    return wording.counted_zh(result, unit, max(2, digits))


def clause(text: str, otherwise: str, **parts: Quantity) -> str:
    """Return `text` with the quantities in words, or `otherwise` if one is not published."""
    if not all(item.known for item in parts.values()):
        return otherwise
    return text.format(**{name: item.zh for name, item in parts.items()})


def share(part: Quantity, whole: Quantity, *, regardless: str = "") -> Quantity:
    """Return 100 · part / whole in percent: computed of published numbers, else derived.

    Raises
    ------
    IncomparableError
        If they differ in kind (`check_comparable`) and no reason is given; so do all below.
    """
    why = check_comparable(part, whole, regardless=regardless, relation="within")
    made = derive(
        formulas.share,
        part,
        _like(whole, part),
        unit="percent",
        about=replace(_outcome(part, whole), measure="share"),
        regardless=why,
    )
    return _divided(made, part, whole)


def _divided(made: Quantity, *inputs: Quantity) -> Quantity:
    """Return what one division makes of numbers: of published ones it is as firm as they are."""
    firm = made.known and all(item.status == STATUS_ZH["actual"] for item in inputs)
    return replace(made, status=COMPUTED) if firm else made


def _like(item: Quantity, other: Quantity) -> Quantity:
    """Return `item` in the unit of `other`, if there is a number in both: else nothing is made."""
    return item.to(str(other.unit)) if item.known and other.known else item


def _outcome(one: Quantity, other: Quantity) -> About:
    """Return `one`'s about, as far as it holds for what is made of both."""
    both = shared((one.about, other.about))
    if UNTOLD in (one.about, other.about):
        return both
    return replace(one.about, status=both.status, basis=both.basis, price="", base="")


#: Measures that say how much more something is than before; ``multiple`` says how many times.
GROWTH_MEASURES = ("yoy", "pct_change")


def growth_percent(rate: Quantity) -> Quantity:
    """Return a growth in percent, however it was printed: 增长1.2倍 is 120 %, 是上年的3.4倍 240 %.

    Raises
    ------
    IncomparableError
        If it is no growth: a share, a contribution, a difference in points.
    """
    if not rate.known:
        return missing("percent")
    told = rate.about != UNTOLD
    if rate.measure == "multiple":
        times = rate.to("percent")
        assert times.interval is not None
        value = None if times.value is None else times.value - 100
        return replace(times, interval=times.interval - 100, value=value)
    if rate.unit.name not in ("percent", "times") or (told and rate.measure not in GROWTH_MEASURES):
        found, wanted = (
            (figure_name(rate), f"{rate.measure}, {rate.unit}"),
            ("增速", "yoy, percent"),
        )
        raise IncomparableError(found, wanted, "计量", "measure")
    return rate.to("percent")


def ratio(
    top: Quantity, bottom: Quantity, *, unit: str, per: str, regardless: str = ""
) -> Quantity:
    """Return how much of one thing there is for each of another: 万元 a vehicle.

    Parameters
    ----------
    unit, per : str
        Units of the two; that of the result is `unit`.
    """
    why = check_comparable(top, bottom, regardless=regardless, relation="per")
    both = [item.to(text) if item.known else item for item, text in ((top, unit), (bottom, per))]
    made = derive(lambda much, many: much / many, *both, unit=unit, regardless=why)
    return _divided(made, top, bottom)


def previous(level: Quantity, yoy: Quantity, *, regardless: str = "") -> Quantity:
    """Return the value a year before that a level and its growth imply."""
    why = check_comparable(yoy, level, regardless=regardless, relation="rate")
    about = level.about
    if about.period and yoy.known:
        about = replace(about, period=year_before(about.period))
    return derive(
        formulas.previous_from_growth,
        level,
        growth_percent(yoy),
        unit=str(level.unit),
        about=about,
        regardless=why,
    )


def contribution_points(
    part: Quantity,
    part_yoy: Quantity,
    whole: Quantity,
    whole_yoy: Quantity,
    *,
    regardless: str = "",
) -> Quantity:
    """Return by how many percentage points a part, with its growth, moved the growth of a whole."""
    return _contribution(
        formulas.contribution_points,
        "percentage points",
        "contribution_points",
        (part, part_yoy, whole, whole_yoy),
        regardless,
    )


def contribution_rate(
    part: Quantity,
    part_yoy: Quantity,
    whole: Quantity,
    whole_yoy: Quantity,
    *,
    regardless: str = "",
) -> Quantity:
    """Return what share a part has in the growth of a whole, in percent."""
    return _contribution(
        formulas.contribution_rate,
        "percent",
        "contribution_rate",
        (part, part_yoy, whole, whole_yoy),
        regardless,
    )


def _contribution(
    formula: Callable[..., Interval],
    unit: str,
    measure: str,
    inputs: tuple[Quantity, Quantity, Quantity, Quantity],
    regardless: str,
) -> Quantity:
    """Return what a formula makes of a part, its growth, the whole and its growth."""
    part, part_yoy, whole, whole_yoy = inputs
    reasons = [
        check_comparable(part, whole, regardless=regardless, relation="within"),
        check_comparable(part_yoy, part, regardless=regardless, relation="rate"),
        check_comparable(whole_yoy, whole, regardless=regardless, relation="rate"),
    ]
    return derive(
        formula,
        _like(part, whole),
        growth_percent(part_yoy),
        whole,
        growth_percent(whole_yoy),
        unit=unit,
        about=replace(_outcome(part, whole), measure=measure),
        regardless=next(filter(None, reasons), ""),
    )


def remainder(whole: Quantity, parts: Iterable[Quantity], *, regardless: str = "") -> Quantity:
    """Return what the published parts leave of the whole."""
    named = [part for part in parts if part.known]
    why = check_comparable(*named, whole, regardless=regardless, relation="within")
    same = [_like(part, whole) for part in named]
    return derive(
        lambda total, *rest: formulas.remainder(total, rest),
        whole,
        *same,
        unit=str(whole.unit),
        about=whole.about,
        regardless=why,
    )


def difference(more: Quantity, less: Quantity, *, regardless: str = "") -> Quantity:
    """Return ``more − less`` in the unit of `more`; rates in percent differ by points."""
    why = check_comparable(less, more, regardless=regardless, relation="apart")
    rate = more.unit.name in ("percent", "times")
    unit = "percent" if rate else str(more.unit)
    both = [item.to(unit) if item.known else item for item in (more, less)]
    return derive(
        lambda a, b: a - b,
        *both,
        unit="percentage points" if rate else unit,
        measure="pp_change" if rate else "difference",
        regardless=why,
    )


def sum_of(*parts: Quantity, regardless: str = "") -> Quantity:
    """Return the sum of parts that exclude each other, in the unit of the first."""
    why = check_comparable(*parts, regardless=regardless, relation="apart")
    first = parts[0]
    same = [_like(item, first) for item in parts]
    return derive(lambda one, *rest: sum(rest, one), *same, unit=str(first.unit), regardless=why)


def growth(current: Quantity, before: Quantity, *, regardless: str = "") -> Quantity:
    """Return the growth from `before` to `current` in percent."""
    why = check_comparable(before, current, regardless=regardless, relation="alike")
    about = replace(
        _outcome(current, before),
        measure="yoy" if _a_year_apart(current.about, before.about) else "pct_change",
        price=shared((current.about, before.about)).price,
        base=before.about.period,
    )
    return derive(
        formulas.growth,
        current,
        _like(before, current),
        unit="percent",
        about=about,
        regardless=why,
    )


def _a_year_apart(now: About, then: About) -> bool:
    texts = (now.period, then.period)
    if "" in texts:
        return True
    late, early = map(Period.parse, texts)
    return None not in late.span and late.year_before().span == early.span


def period_zh(text: str) -> str:
    """Return a period in Chinese (``2022`` → 2022年)."""
    return Period.parse(text).zh()


def year_before(text: str) -> str:
    """Return the same period a year before: of January to August, January to August."""
    return str(Period.parse(text).year_before())


def pick(found: Mapping[str, Quantity], *names: str) -> dict[str, Quantity]:
    """Return some of the named quantities, for glueing."""
    return {name: found[name] for name in names}
