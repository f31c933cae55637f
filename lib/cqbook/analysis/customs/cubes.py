"""What a chapter on customs detail asks about, and the cubes that answer.

Rows with different dimensions are different cubes of the same trade and are never added together.
For each question and period one cube is taken: of those that have the dimensions asked for, the one
that holds most. A missing value is counted and said; it is not 0.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd
from sqlglot import exp, select

from cqbook.analysis.customs import engines
from cqbook.analysis.customs.engines import Engine
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import CUSTOMS
from cqbook.data.vocabulary import CURRENCIES, DIRECTIONS_ZH
from cqbook.errors import DataError
from cqbook.quantities.about import About
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import months_span
from cqbook.quantities.quantity import UNPUBLISHED, Quantity
from cqbook.quantities.units import Unit, rescale_zh, unit_zh

#: What no file gives: a sentence with it is not on the page.
ABSENT = UNPUBLISHED
LEVEL = "海关明细"
#: What a question is asked with beside its scope, and what comes back.
Words = ParamSpec("Words")
Answer = TypeVar("Answer")
KIND = ["flow", "period", "dims", "digits"]
CUBE = [*KIND, "total", "number", "missing"]
#: A cube by the values of `KIND`.
Cube = tuple[str, str, str, int]
DIMENSIONS_ZH = {"commodity": "商品", "partner": "伙伴", "regime": "方式"}


def remembered(
    function: Callable[Concatenate[Scope, Words], Answer],
) -> Callable[Concatenate[Scope, Words], Answer]:
    """Return a function of a scope that is worked out once for each scope and arguments.

    A page asks dozens of times which cubes to use. Frames are copied, as callers may change them.
    """

    @functools.wraps(function)
    def asks(asked: Scope, /, *words: Words.args, **named: Words.kwargs) -> Answer:
        key = (function.__name__, words, tuple(named.items()))
        if key not in asked.answers:
            asked.answers[key] = function(asked, *words, **named)
        found: Answer = asked.answers[key]
        return found.copy() if isinstance(found, pd.DataFrame) else found

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

    @cached_property
    def engine(self) -> Engine:
        """What the questions are asked of: the rows of this area, currency and two years."""
        return engines.engine_for(
            engines.Slice(self.book.detail, self.area, self.currency, self.year)
        )

    @cached_property
    def answers(self) -> dict[object, Any]:
        """What was asked already, by what asked: see `remembered`."""
        return {}

    @remembered
    def answer(self, question: exp.Select) -> pd.DataFrame:
        """Return the answer over ``own``: the rows of this area, currency, two years.

        See `cqbook.analysis.customs.engines`. What was asked before is not read again.
        """
        return self.engine.ask(question)

    @cached_property
    def cubes(self) -> pd.DataFrame:
        """One row a cube: flow, period, dims, digits (of the codes), total, number, missing."""
        if not self.book.detail.exists:
            # a chapter that would use some of it starts no engine to hear that there is none
            return pd.DataFrame(columns=CUBE, dtype=object)
        return self.engine.ask(
            select(*KIND, "coalesce(sum(value), 0) AS total", "count(*) AS number")
            .select("count(*) - count(value) AS missing")
            .from_("own")
            .group_by(*KIND)
            .order_by(*KIND)
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
) -> pd.DataFrame:
    """Return the cube to use for each period of a year: columns of `Scope.cubes`.

    Months where there are any; otherwise a period that is the whole year. The cube has all of
    `needs`, and codes of at least `digits`; of several, the one with the largest total (it leaves
    out least), of equals that with the fewest dimensions and the longest codes. Months are put
    together only of cubes that tell goods apart alike, and partners: where for some months only
    one chapter was queried, these months are no part of a year of totals.
    """
    cubes = asked.cubes
    wanted = set(needs)
    fits = cubes["dims"].map(lambda dims: wanted <= set(dims.split(";")))
    held = cubes[cubes["flow"].eq(flow) & fits & cubes["digits"].ge(digits)]
    months = held[held["period"].str.fullmatch(rf"{year}-\d\d")]
    held = months if len(months) else held[held["period"].eq(year)]
    named = [held["dims"].str.contains(name) for name in ("commodity", "partner")]
    kinds = named[0].astype(int) + 2 * named[1].astype(int)
    if kinds.nunique() > 1:
        # the largest cube of each month, summed over the year
        largest = held.groupby([kinds.rename("kind"), "period"])["total"].max()
        held = held[kinds == largest.groupby("kind").sum().idxmax()]
    order = held.assign(size=held["dims"].str.count(";"))
    order = order.sort_values(
        ["period", "total", "size", "digits"], ascending=[True, False, True, False]
    )
    return order.drop_duplicates("period").drop(columns="size").reset_index(drop=True)


def amounts(
    asked: Scope, cubes: pd.DataFrame, by: tuple[str, ...], digits: int = 0
) -> pd.DataFrame:
    """Return sums over the given cubes: the columns `by`, ``value`` and ``number``, largest first.

    `digits` cuts commodity codes; ``number`` counts the rows that have a value.
    """
    if cubes.empty:
        return pd.DataFrame(columns=[*by, "value", "number"])
    return _amounts(asked, kinds(cubes), by, digits)


@remembered
def _amounts(
    asked: Scope, cubes: tuple[Cube, ...], by: tuple[str, ...], digits: int
) -> pd.DataFrame:
    codes = [code_column(name, digits) for name in by]
    # ties in the order of their codes, whatever the engine
    order = [exp.Literal.number(number + 1) for number in range(len(by))]
    found = asked.engine.ask(
        select(*(exp.alias_(code, name) for code, name in zip(codes, by, strict=True)))
        .select("sum(value) AS value", "count(value) AS number")
        .from_("own")
        .where(within(cubes), copy=False)
        .group_by(*codes)
        .having("sum(value) IS NOT NULL")
        .order_by("value DESC", *order)
    )
    return found.astype({"value": float})


def code_column(dimension: str, digits: int) -> exp.Expr:
    """Return the expression for the codes of a dimension, commodities cut to `digits`."""
    codes = exp.column(dimension)
    return exp.func("left", codes, digits) if dimension == "commodity" and digits else codes


def kinds(cubes: pd.DataFrame) -> tuple[Cube, ...]:
    """Return which cubes a frame like `Scope.cubes` has."""
    return tuple(cubes[KIND].itertuples(index=False, name=None))


def within(cubes: Iterable[Cube]) -> exp.Condition:
    """Return the condition that a row of ``own`` is of one of the cubes."""
    periods: dict[tuple[str, str, int], list[str]] = {}
    for flow, period, dims, digits in cubes:
        periods.setdefault((flow, dims, digits), []).append(period)
    return exp.or_(
        *(
            exp.and_(
                exp.column("flow").eq(flow),
                exp.column("dims").eq(dims),
                exp.column("digits").eq(digits),
                exp.column("period").isin(*found),
                copy=False,
            )
            for (flow, dims, digits), found in periods.items()
        ),
        copy=False,
    )


def same_months(now: pd.DataFrame, before: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cubes of two years for the months that both have."""
    ends = [frame["period"].str[4:] for frame in (now, before)]
    return now[ends[0].isin(ends[1])], before[ends[1].isin(ends[0])]


def total(asked: Scope, flow: str, year: str) -> float:
    """Return the sum of a year's detail; NaN if there is none."""
    cubes = chosen(asked, flow, year)
    return float(cubes["total"].sum()) if len(cubes) else float("nan")


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


def names(asked: Scope, dimension: str) -> dict[str, str]:
    """Return names by code: the book's own list first, then what the files said last."""
    said = asked.engine.labels(dimension)
    lists = {"partner": "partners", "regime": "trade_regimes"}
    if dimension not in lists:
        return said
    own = asked.book.names(lists[dimension], "code")
    return said | {str(code): name for code, name in own.items()}


def change_zh(percent: float) -> str:
    """Return a change as an analyst writes it: 增长2.0%, 下降2.5%, 持平."""
    if abs(percent) < 0.05:
        return "持平"
    return f"{'增长' if percent > 0 else '下降'}{abs(percent):.1f}%"
