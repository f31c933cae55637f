"""What a chapter on customs detail asks about, and the cubes that answer.

Rows with different dimensions are different cubes of the same trade and are never added together.
For each question and period one cube is taken: of those that have the dimensions asked for, the one
that holds most. A missing value is counted and said; it is not 0.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from math import fsum
from types import MappingProxyType
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlglot import exp, select

from cqbook.analysis.customs import engines
from cqbook.analysis.customs.engines import Engine, Rows
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import CUSTOMS, DETAIL_DIMENSIONS, HEADING
from cqbook.data.vocabulary import CURRENCIES, DIRECTIONS_ZH
from cqbook.errors import DataError
from cqbook.quantities.about import About
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import Period, months_span, periods_zh
from cqbook.quantities.quantity import NOT_FOUND, Quantity
from cqbook.quantities.units import Unit, rescale_zh, unit_zh

#: What no file gives: a sentence with it is not on the page.
ABSENT = NOT_FOUND
LEVEL = "海关明细"
#: What a question is asked with beside its scope, and what comes back.
Words = ParamSpec("Words")
Answer = TypeVar("Answer")
DIMENSIONS_ZH = {"commodity": "商品", "partner": "伙伴", "regime": "方式"}
#: What makes rows of one cube, in the order of `Cube`.
KIND = ("flow", "period", "dims", "digits")


class Cube(NamedTuple):
    """Rows of one period that were queried alike: which, their sum, and how many lack a value.

    ``digits`` is the length of the commodity codes.
    """

    flow: str
    period: str
    dims: str
    digits: int
    total: float
    number: int
    missing: int

    def tells(self, dimension: str) -> bool:
        """Return whether its rows tell the codes of a dimension apart."""
        return dimension in self.dims.split(";")


Cubes = tuple[Cube, ...]


class Amount(NamedTuple):
    """A sum, and how many rows with a value are in it."""

    value: float
    number: int


def remembered(
    function: Callable[Concatenate[Scope, Words], Answer],
) -> Callable[Concatenate[Scope, Words], Answer]:
    """Return a function of a scope that is worked out once for each scope and arguments.

    A page asks dozens of times which cubes to use. What is returned can't be changed by callers.
    """

    @functools.wraps(function)
    def asks(asked: Scope, /, *words: Words.args, **named: Words.kwargs) -> Answer:
        key = (function.__name__, words, tuple(named.items()))
        if key not in asked.answers:
            asked.answers[key] = function(asked, *words, **named)
        found: Answer = asked.answers[key]
        return found

    return asks


@dataclass(frozen=True)
class Scope:
    """What a chapter asks: the data, whose trade, in which currency, about which year.

    Only that year and the one before are ever read. Cells on fewer than `least` records are not
    published; with 0 all are. ``flow`` is the direction whose structure is shown.
    """

    book: Catalog
    area: str
    currency: str
    year: str
    least: int
    flow: str = "export"
    #: The scope whose open files are read; without one, its own.
    opened: Scope | None = field(default=None, repr=False, compare=False)

    def elsewhere(self, area: str) -> Scope:
        """Return the scope of another area (empty: of all), asked of the same open files."""
        return replace(self, area=area, opened=self)

    @cached_property
    def engine(self) -> Engine:
        """What the questions are asked of: the detail of the two years."""
        if self.opened is not None:
            return self.opened.engine
        return engines.engine_for(self.book.detail, (self.before, self.year))

    @cached_property
    def answers(self) -> dict[object, Any]:
        """What was asked already, by what asked: see `remembered`."""
        return {}

    def ask(self, question: exp.Select) -> Rows:
        """Return the answer over ``own``: the rows of this area, currency, two years.

        See `cqbook.analysis.customs.engines`.
        """
        return self.engine.ask(question.with_(_OWN, as_=self._own, copy=False))

    def ask_sums(self, question: exp.Select) -> Rows:
        """Return the answer over ``own``: the sums of these rows, `SUM_COLUMNS` of the store."""
        return self.engine.ask(question.with_(_OWN, as_=self._own_sums, copy=False))

    @cached_property
    def _own(self) -> exp.Select:
        digits = exp.func("length", exp.column("commodity")).as_("digits")
        return self._of("detail").select(digits, copy=False)

    @cached_property
    def _own_sums(self) -> exp.Select:
        return self._of("sums")

    def _of(self, view: str) -> exp.Select:
        period = exp.column("period")
        # by period too: in sorted files it says which parts of them are not read at all
        wanted = [
            exp.column("currency").eq(self.currency),
            period >= self.before,
            period < str(int(self.year) + 1),
            *([exp.column("entity").eq(self.area)] if self.area else ()),
        ]
        source = exp.Table(this=exp.to_identifier(view))
        return select(exp.Star()).from_(source, copy=False).where(*wanted, copy=False)

    @cached_property
    def cubes(self) -> Cubes:
        """What there is, in the order of `KIND`."""
        if not self.book.detail.exists:
            # a chapter that would use some of it starts no engine to hear that there is none
            return ()
        found = self.ask_sums(
            of_own(*map(exp.column, (*KIND, "value", "number", "valued"))).where(of_cubes())
        )
        _refuse_nameless({item for row in found for item in row[: len(KIND)]})
        return tuple(
            sorted(
                Cube(flow, period, dims, digits, total or 0.0, number, number - known)
                for flow, period, dims, digits, total, number, known in found
            )
        )

    @property
    def unit(self) -> str:
        """Unit of the charts."""
        return f"100M {self.currency}"

    @property
    def before(self) -> str:
        """The year before."""
        return str(int(self.year) - 1)

    def money(self, amount: float, decimals: int = 2) -> str:
        """Return an amount in the currency as an analyst writes it."""
        return rescale_zh(Decimal(str(amount)), Unit(1, self.currency), decimals=decimals)


def scope(
    book: Catalog,
    area: str = "",
    currency: str = "",
    year: str = "",
    least: int = 0,
    flow: str = "",
) -> Scope:
    """Return the scope of a chapter; what is empty is what the store holds.

    Of several areas the book's own place, else the nation, else the first; of several years the
    last; of two flows exports, of two currencies the dollar.

    Raises
    ------
    DataError
        If the year is none, the currency not one of `CURRENCIES`, or the threshold below 0.
    """
    if year and not re.fullmatch(r"(19|20)\d{2}", year):
        msg = f"period={year}：应为一年，如 2024 | expected a year such as 2024"
        raise DataError(msg)
    if currency and currency not in CURRENCIES:
        listed = "、".join(CURRENCIES)
        msg = f"currency={currency}：应为 {listed} 之一 | expected one of {listed}"
        raise DataError(msg)
    if least < 0:
        msg = f"least={least}：应为 0 或以上的整数 | expected 0 or more"
        raise DataError(msg)
    held = book.detail.holdings

    def first(column: str, given: str, order: Iterable[str], otherwise: str) -> str:
        nonlocal held
        there = {getattr(item, column) for item in held}
        found = given or next((text for text in order if text in there), otherwise)
        held = {item for item in held if getattr(item, column) == found}
        return found

    entities = sorted({item.entity for item in held})
    area = first("entity", area, [book.place, "CN", *entities], book.place)
    years = sorted({item.year for item in held}, reverse=True)
    year = first("year", year, years, book.edition[:4])
    flow = first("flow", flow, DIRECTIONS_ZH, "export")
    currency = first("currency", currency, CURRENCIES, "USD")
    return Scope(book, area, currency, year, least, flow)


def money_zh(asked: Scope) -> str:
    """Return the unit of the charts in Chinese: 亿美元."""
    return unit_zh(Unit.parse(asked.unit))


@remembered
def chosen(
    asked: Scope, flow: str, year: str, needs: tuple[str, ...] = (), digits: int = 0
) -> Cubes:
    """Return the cube to use for each period of a year, in their order.

    Months where there are any; otherwise a period that is the whole year. The cube has all of
    `needs`, and codes of at least `digits`; of several, the one with the largest total (it leaves
    out least), of equals that with the fewest dimensions and the longest codes. Months are put
    together only of cubes that tell goods apart alike, and partners: where for some months only
    one chapter was queried, these months are no part of a year of totals.
    """
    held = [
        cube
        for cube in asked.cubes
        if cube.flow == flow and cube.digits >= digits and all(map(cube.tells, needs))
    ]
    months = [cube for cube in held if re.fullmatch(rf"{year}-\d\d", cube.period)]
    held = months or [cube for cube in held if cube.period == year]
    # the largest cube of each month, summed over the year, by what it tells apart
    largest: dict[tuple[bool, bool], dict[str, float]] = {}
    for cube in held:
        sums = largest.setdefault(_apart(cube), {})
        sums[cube.period] = max(cube.total, sums.get(cube.period, cube.total))
    order = sorted(largest)
    kind = max(order, key=lambda kind: fsum(largest[kind].values()), default=None)
    best: dict[str, Cube] = {}
    for cube in sorted(held, key=_preferred):
        if _apart(cube) == kind:
            best.setdefault(cube.period, cube)
    return tuple(best[period] for period in sorted(best))


def _apart(cube: Cube) -> tuple[bool, bool]:
    return cube.tells("partner"), cube.tells("commodity")


def _preferred(cube: Cube) -> tuple[float, int, int]:
    return -cube.total, cube.dims.count(";"), -cube.digits


@remembered
def amounts(
    asked: Scope, cubes: Cubes, dimension: str, digits: int = HEADING
) -> Mapping[str, Amount]:
    """Return sums over the given cubes by code of a dimension that all tell apart, largest first.

    Commodity codes are cut to `digits`, `HEADING` at most. A code none of whose rows has a value is
    left out.
    """
    if not cubes:
        return MappingProxyType({})
    found = _sums(asked, cubes)[dimension]
    if dimension != "commodity" or digits >= HEADING:
        return found
    values: dict[str, float] = {}
    numbers: Counter[str] = Counter()
    for code, amount in found.items():
        cut = code[:digits]
        values[cut] = values.get(cut, 0.0) + amount.value
        numbers[cut] += amount.number
    return _largest_first({code: Amount(values[code], numbers[code]) for code in values})


def _largest_first(sums: Mapping[str, Amount]) -> Mapping[str, Amount]:
    # ties in the order of their codes, whatever the engine
    return MappingProxyType(dict(sorted(sums.items(), key=lambda item: (-item[1].value, item[0]))))


@remembered
def _sums(asked: Scope, cubes: Cubes) -> Mapping[str, Mapping[str, Amount]]:
    """Return the amounts by each dimension that all cubes tell apart: asked for at once."""
    told = [name for name in DETAIL_DIMENSIONS if all(cube.tells(name) for cube in cubes)]
    by = [exp.column("dimension"), exp.column("code")]
    found: dict[str, dict[str, Amount]] = {name: {} for name in told}
    question = (
        of_own(*by, summed(), summed(exp.column("valued")))
        .where(by[0].isin(*told), within(asked, cubes), copy=False)
        .group_by(*by, copy=False)
        .having(summed().is_(exp.null()).not_(), copy=False)
    )
    for name, code, value, number in asked.ask_sums(question) if told else ():
        found[name][code] = Amount(value, number)
    for sums in found.values():
        _refuse_nameless(sums)
    return MappingProxyType({name: _largest_first(sums) for name, sums in found.items()})


@remembered
def first_of_chapters(asked: Scope, cubes: Cubes) -> Mapping[str, str]:
    """Return by HS chapter the commodity code that has most in cubes that tell goods apart."""
    code, value, chapter = (exp.column(name) for name in ("commodity", "value", "chapter"))
    each = (
        of_own(code, code_column("commodity", 2).as_("chapter"), summed().as_("value"))
        .where(within(asked, cubes), copy=False)
        .group_by(code, copy=False)
        .having(summed().is_(exp.null()).not_(), copy=False)
    )
    order = exp.Order(expressions=[exp.Ordered(this=value, desc=True), code])
    place = exp.Window(this=exp.RowNumber(), partition_by=[chapter], order=order)
    placed = select(chapter, code, place.as_("place")).from_(each.subquery("each", copy=False))
    found = asked.ask(
        select(chapter, code)
        .from_(placed.subquery("placed", copy=False))
        .where(exp.column("place").eq(exp.Literal.number(1)))
    )
    return MappingProxyType(dict(found))


def _refuse_nameless(codes: Container[object]) -> None:
    """Refuse rows without a code; where a dimension was not told apart, it is empty."""
    if None in codes:
        msg = (
            "海关明细有缺编码的行，已损坏；用备份恢复，或删去后重新收入"
            " | customs detail has rows without a code, and is damaged: restore it, or remove the"
            " store and add the files again"
        )
        raise DataError(msg)


_OWN = exp.TableAlias(this=exp.to_identifier("own"))


def of_own(*columns: exp.Expr) -> exp.Select:
    """Return the question for some columns of ``own``, the rows of a scope."""
    # made of expressions only: to parse even a name takes longer than to look up the answer
    return select(*columns).from_(exp.Table(this=exp.to_identifier("own")))


def summed(value: exp.Expr | None = None) -> exp.Expr:
    """Return the sum of values, or of an expression; null where no row has one."""
    return exp.func("sum", value or exp.column("value"))


def valued() -> exp.Expr:
    """Return the number of rows that have a value."""
    return exp.Count(this=exp.column("value"))


def of_cubes() -> exp.Condition:
    """Return the condition that a row of sums is that of a whole cube."""
    return exp.column("dimension").eq("")


def code_column(dimension: str, digits: int) -> exp.Expr:
    """Return the expression for the codes of a dimension, commodities cut to `digits`."""
    codes = exp.column(dimension)
    return exp.func("left", codes, digits) if dimension == "commodity" and digits else codes


def within(asked: Scope, cubes: Cubes) -> exp.Condition:
    """Return the condition that a row of ``own`` is of one of the cubes.

    It says no more than tells them from the other cubes that there are.
    """
    return exp.or_(
        *(_of_flow(asked, cubes, flow) for flow in sorted({cube.flow for cube in cubes})),
        copy=False,
    )


def _of_flow(asked: Scope, cubes: Cubes, flow: str) -> exp.Condition:
    wanted = [cube for cube in cubes if cube.flow == flow]
    others = [cube for cube in asked.cubes if cube.flow == flow and cube not in cubes]
    of_flow = exp.column("flow").eq(flow)
    if not others:
        return of_flow
    period = exp.column("period")
    first, last = (end(cube.period for cube in wanted) for end in (min, max))
    if not any(first <= cube.period <= last for cube in others):
        # in sorted files it says which parts of them are not read at all
        return exp.and_(of_flow, period >= first, period <= last, copy=False)
    periods: dict[tuple[str, int], list[str]] = {}
    for cube in wanted:
        periods.setdefault((cube.dims, cube.digits), []).append(cube.period)
    kinds = (
        exp.and_(
            exp.column("dims").eq(dims),
            exp.column("digits").eq(digits),
            period.isin(*found),
            copy=False,
        )
        for (dims, digits), found in periods.items()
    )
    return exp.and_(of_flow, exp.or_(*kinds, copy=False), copy=False)


def same_months(now: Cubes, before: Cubes) -> tuple[Cubes, Cubes]:
    """Return the cubes of two years for the months that both have."""
    both = {month(cube) for cube in now} & {month(cube) for cube in before}
    return of_months(now, both), of_months(before, both)


def month(cube: Cube) -> str:
    """Return the month of a cube (``-01``); empty for a whole year."""
    return cube.period[4:]


def of_months(cubes: Cubes, months: Iterable[str]) -> Cubes:
    """Return the cubes of some months."""
    wanted = set(months)
    return tuple(cube for cube in cubes if month(cube) in wanted)


def when_zh(cubes: Cubes) -> str:
    """Return the months of cubes of one year: 2025年, 2025年1—10月, 2025年1—7月、2025年9—12月."""
    periods = [cube.period for cube in cubes]
    span = months_span(periods, periods[0][:4]) if periods else ""
    return Period.parse(span).zh() if span else periods_zh(periods) or ABSENT


def part_zh(cubes: Cubes) -> str:
    """Return the months of cubes where they are not a whole year, to stand before what they are."""
    said = when_zh(cubes)
    return "" if not cubes or said == f"{cubes[0].period[:4]}年" else said


def added(cubes: Cubes) -> float:
    """Return the sum of cubes of different periods."""
    return fsum(cube.total for cube in cubes)


def total(asked: Scope, flow: str, year: str) -> float:
    """Return the sum of a year's detail; NaN if there is none."""
    cubes = chosen(asked, flow, year)
    return added(cubes) if cubes else float("nan")


def money_point(asked: Scope, label: str, amount: float, **more: str) -> dict[str, object]:
    """Return an amount as a row of a point frame."""
    text = asked.money(amount)
    return {
        "label": label,
        "group": "",
        "value": amount / 1e8,
        "lower": amount / 1e8,
        "upper": amount / 1e8,
        "text": text,
        "full": text,
        "range": "",
        "status": LEVEL,
        "source_id": CUSTOMS,
        "observation_id": "",
    } | more


def counted(
    asked: Scope, amount: float | None, flow: str, periods: Iterable[str] = (), year: str = ""
) -> Quantity:
    """Return an amount as a quantity, for claims; None and NaN: what no file gives.

    It names the customs detail as its row: a claim on it is held to the files, not to the book.
    """
    unit = Unit(1, asked.currency)
    when = months_span(list(periods), year) if year else ""
    about = About(
        indicator="trade_value", entity=asked.area, period=when, accumulation="period",
        flow=flow, status="actual", basis="customs", price="current",
    )  # fmt: skip
    if amount is None or amount != amount:
        return Quantity(None, unit, ABSENT, ABSENT, None, CUSTOMS, CUSTOMS, about)
    value = Decimal(str(amount))
    text = asked.money(amount)
    return Quantity(Interval.exactly(value), unit, text, LEVEL, value, CUSTOMS, CUSTOMS, about)


def percentage(low: float | None, high: float | None = None) -> Quantity:
    """Return a share of the detail as a quantity, for claims; see `counted`."""
    unit = Unit.parse("percent")
    if low is None:
        return Quantity(None, unit, ABSENT, ABSENT, None, CUSTOMS, CUSTOMS)
    high = low if high is None else high
    ends = [Decimal(str(end)) for end in (low, high)]
    text = f"{low:.1f}%" if f"{high - low:.1f}" == "0.0" else f"{low:.1f}%—{high:.1f}%"
    return Quantity(
        Interval(ends[0], ends[1], True, True), unit, text, LEVEL, None, CUSTOMS, CUSTOMS,
        About(measure="share"),
    )  # fmt: skip


@remembered
def names(asked: Scope, dimension: str) -> Mapping[str, str]:
    """Return names by code: the book's own list first, then what the files said last."""
    said = asked.engine.labels(dimension)
    lists = {"partner": "partners", "regime": "trade_regimes"}
    if dimension in lists:
        own = asked.book.names(lists[dimension], "code")
        said |= {str(code): name for code, name in own.items()}
    return MappingProxyType(said)


def change_zh(percent: float) -> str:
    """Return a change as an analyst writes it: 增长2.0%, 下降2.5%, 持平."""
    if abs(percent) < 0.05:
        return "持平"
    return f"{'增长' if percent > 0 else '下降'}{abs(percent):.1f}%"
