"""Cells of customs detail on too few records, held back with what would tell them."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
from sqlglot import exp, select

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    Scope,
    amounts,
    chosen,
    code_column,
    kinds,
    remembered,
    within,
)


def records_behind(
    asked: Scope, cubes: pd.DataFrame, dimension: str, digits: int, number: pd.Series
) -> pd.Series:
    """Return how many records are behind each code of a dimension, exactly where they are few.

    `number` has the rows by code. A record comes once a month: where there are many rows, what
    they are divided by the months is enough to know. Empty where there is nothing to count,
    because what was queried is no finer than the codes.
    """
    finer = cubes["dims"].ne(dimension)
    if digits:
        finer |= cubes["digits"].gt(digits)
    if cubes.empty or not asked.least or not finer.all():
        return pd.Series(dtype=float)
    months = len(cubes)
    found = -(-number // months)
    few = sorted(number.index[number <= months * (asked.least - 1)])
    if few:
        code = code_column(dimension, digits)
        rows = asked.answer(
            select(exp.alias_(code, "code"), "commodity", "partner", "regime")
            .distinct()
            .from_("own")
            .where("value IS NOT NULL", code.isin(*few), within(kinds(cubes)))
        )
        found.update(rows.groupby("code").size())
    return found


def withheld_codes(
    asked: Scope, cubes: pd.DataFrame, dimension: str, digits: int = 0
) -> frozenset[Hashable]:
    """Return the codes of a dimension whose sums over the cubes are not published."""
    sums = amounts(asked, cubes, (dimension,), digits).set_index(dimension)
    units = records_behind(asked, cubes, dimension, digits, sums["number"])
    return disclosure.withheld_cells(sums["value"], units, asked.least)


@remembered
def _units_of_months(asked: Scope, flow: str, year: str) -> pd.DataFrame:
    """Return total and records by period of a year, of the periods whose records can be counted.

    A query by one dimension alone has a row for each code that was asked for, two for two: how
    many traded them it does not say.
    """
    cubes = chosen(asked, flow, year).set_index("period")
    cubes = cubes[cubes["dims"].str.contains(";")]
    return cubes.assign(units=cubes["number"] - cubes["missing"])[["total", "units"]]


@remembered
def withheld_months(asked: Scope, flow: str, year: str) -> frozenset[Hashable]:
    """Return the periods of a year whose totals are not published."""
    months = _units_of_months(asked, flow, year)
    return disclosure.withheld_cells(months["total"], months["units"], asked.least, disjoint=False)


@remembered
def silent(asked: Scope, flow: str, year: str) -> bool:
    """Return whether so few records are behind a year that nothing of it is published.

    The year has as many records as its fullest month, at least.
    """
    months = _units_of_months(asked, flow, year)
    return bool(0 < months["units"].max() < asked.least)
