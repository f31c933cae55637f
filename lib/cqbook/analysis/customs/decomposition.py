"""Extensive and intensive margins of trade, and revealed advantage, from customs detail."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlglot import exp, select

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    ABSENT,
    Cubes,
    Scope,
    change_zh,
    code_column,
    counted,
    money_point,
    of_own,
    part_zh,
    summed,
    when_zh,
    within,
)
from cqbook.analysis.customs.dimensions import alike
from cqbook.analysis.customs.suppression import silent
from cqbook.quantities.quantity import DERIVED, Quantity


@dataclass(frozen=True)
class Margins:
    """Growth over pairs of product and market, between the same months of two years."""

    entering: float
    leaving: float
    continuing: float
    before: float
    pairs: tuple[int, int, int]
    months: Cubes


def margins(asked: Scope, flow: str) -> Margins | None:
    """Return the extensive and the intensive margin of growth; None without two years of pairs.

    None too where no pair is new or lost.

    growth = entering − leaving + change of the continuing pairs, each in the currency. A pair is a
    commodity code with a partner; only months that both years have are compared, and only if both
    years' codes have the same number of digits (a code that was split would seem lost and new).

    References
    ----------
    Besedeš, T., & Prusa, T. J. (2011). The role of extensive and intensive margins and export
    growth. *Journal of Development Economics* 96(2), 371–379.
    """
    now, before = alike(asked, flow, ("commodity", "partner"))
    lengths = [{cube.digits for cube in side} for side in (now, before)]
    if not now or lengths[0] != lengths[1]:
        return None
    if any(silent(asked, flow, year) for year in (asked.year, asked.before)):
        return None
    # eight digits change from year to year; six are the same within an edition of the HS
    (found,) = asked.ask(_of_pairs(asked, now, before, min(6, *lengths[0])))
    new, lost, both, entering, leaving, continuing, earlier = (item or 0 for item in found)
    if not new and not lost:
        return None
    return Margins(
        float(entering),
        float(leaving),
        float(continuing),
        float(earlier),
        (int(new), int(lost), int(both)),
        now,
    )


def _of_pairs(asked: Scope, now: Cubes, before: Cubes, digits: int) -> exp.Select:
    """Return the question for the pairs that are new, lost, and in both years.

    Its answer is one row: how many there are of each; the value of the new and of the lost, the
    change of the others; and what all pairs of the year before were worth.
    """
    goods = code_column("commodity", digits)
    nothing = exp.Literal.number(0)

    def side(cubes: Cubes, name: str) -> exp.Expr:
        value = exp.case().when(within(asked, cubes), exp.column("value"))
        return exp.func("coalesce", summed(value), nothing).as_(name)

    pairs = (
        of_own(goods.as_("goods"), exp.column("partner"), side(now, "now"), side(before, "before"))
        .where(within(asked, (*now, *before)))
        .group_by(goods, exp.column("partner"))
    )
    sold, was = exp.column("now") > nothing, exp.column("before") > nothing
    change = exp.column("now") - exp.column("before")
    ways = (sold.and_(was.not_()), was.and_(sold.not_()), sold.and_(was))
    amounts = (exp.column("now"), exp.column("before"), change)
    return select(
        *(summed(exp.case().when(way, exp.Literal.number(1))) for way in ways),
        *(summed(exp.case().when(way, amount)) for way, amount in zip(ways, amounts, strict=True)),
        summed(exp.case().when(was, exp.column("before"))),
    ).from_(pairs.subquery("pairs"))


def margin_points(asked: Scope, found: Margins | None) -> pd.DataFrame:
    """Return the point frame of the three parts of growth."""
    if found is None:
        return pd.DataFrame()
    parts = {
        f"新增的{found.pairs[0]}对": found.entering,
        f"消失的{found.pairs[1]}对": -found.leaving,
        f"延续的{found.pairs[2]}对": found.continuing,
    }
    # a pair is one record at least; their sum, the growth of all, is published with the totals
    pairs = dict(zip(parts, found.pairs, strict=True))
    hidden = disclosure.withheld_cells(parts, pairs, asked.least)
    return pd.DataFrame(
        [
            money_point(asked, label, amount, status=DERIVED)
            for label, amount in parts.items()
            if label not in hidden
        ]
    )


def margin_parts(asked: Scope, flow: str, found: Margins | None) -> tuple[Quantity, Quantity]:
    """Return what continuing pairs added, and what new pairs did less the lost, for a claim."""
    if found is None:
        return counted(asked, None, flow), counted(asked, None, flow)
    new = found.entering - found.leaving
    return counted(asked, found.continuing, flow), counted(asked, new, flow)


def margin_words(asked: Scope, found: Margins | None) -> dict[str, str]:
    """Return the margins in words: ``pairs_`` with ``new``, ``lost``, ``growth`` and ``when``.

    ``part`` are the months where they are no whole year; else it is empty.
    """
    if found is None:
        names = ("new", "lost", "growth", "when")
        return dict.fromkeys((f"pairs_{name}" for name in names), ABSENT) | {"pairs_part": ""}
    change = found.entering - found.leaving + found.continuing
    return {
        "pairs_new": f"{found.pairs[0]}对",
        "pairs_lost": f"{found.pairs[1]}对",
        "pairs_growth": change_zh(100 * change / found.before) if found.before else ABSENT,
        "pairs_when": when_zh(found.months),
        "pairs_part": part_zh(found.months),
    }
