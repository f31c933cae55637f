"""Cells of customs detail on too few records, held back with what would tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlglot import exp

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    Amount,
    Cubes,
    Scope,
    amounts,
    chosen,
    code_column,
    of_own,
    remembered,
    within,
)


def countable(asked: Scope, cubes: Cubes, dimension: str, digits: int) -> bool:
    """Return whether records are to be counted, and can be: what was queried is finer."""
    return bool(
        asked.least
        and cubes
        and all(cube.dims != dimension or (digits > 0 and cube.digits > digits) for cube in cubes)
    )


def records_behind(
    asked: Scope, cubes: Cubes, number: Mapping[str, int], dimension: str, digits: int = 0
) -> dict[str, int]:
    """Return how many records are behind each code of a dimension, exactly where they are few.

    `number` has the rows with a value by code. A record comes once a month: where there are many
    rows, what they are divided by the months is enough to know.
    """
    enough = len(cubes) * (asked.least - 1)
    few = sorted(code for code, count in number.items() if count <= enough)
    counts: Counter[str] = Counter()
    if few:
        code = code_column(dimension, digits)
        rows = asked.ask(
            of_own(code, *map(exp.column, ("commodity", "partner", "regime")))
            .distinct()
            .where(
                exp.column("value").is_(exp.null()).not_(), code.isin(*few), within(asked, cubes)
            )
        )
        counts.update(code for code, *_ in rows)
    return {
        code: counts[code] if count <= enough else -(-count // len(cubes))
        for code, count in number.items()
    }


@remembered
def withheld_codes(asked: Scope, cubes: Cubes, dimension: str, digits: int = 0) -> frozenset[str]:
    """Return the codes of a dimension whose sums over the cubes are not published."""
    if not countable(asked, cubes, dimension, digits):
        return frozenset()
    sums = amounts(asked, cubes, dimension, digits)
    number = {code: amount.number for code, amount in sums.items()}
    units = records_behind(asked, cubes, number, dimension, digits)
    return disclosure.withheld_cells(values(sums), units, asked.least)


def values(sums: Mapping[str, Amount]) -> dict[str, float]:
    """Return the sums by code, without what is in them."""
    return {code: amount.value for code, amount in sums.items()}


def _units_of_months(asked: Scope, flow: str, year: str) -> dict[str, int]:
    """Return the records by period of a year, of the periods whose records can be counted.

    A query by one dimension alone has a row for each code that was asked for, two for two: how
    many traded them it does not say.
    """
    cubes = chosen(asked, flow, year)
    return {cube.period: cube.number - cube.missing for cube in cubes if ";" in cube.dims}


@remembered
def withheld_months(asked: Scope, flow: str, year: str) -> frozenset[str]:
    """Return the periods of a year whose totals are not published."""
    totals = {cube.period: cube.total for cube in chosen(asked, flow, year)}
    units = _units_of_months(asked, flow, year)
    return disclosure.withheld_cells(totals, units, asked.least, disjoint=False)


@remembered
def silent(asked: Scope, flow: str, year: str) -> bool:
    """Return whether so few records are behind a year that nothing of it is published.

    The year has as many records as its fullest month, at least.
    """
    return 0 < max(_units_of_months(asked, flow, year).values(), default=0) < asked.least
