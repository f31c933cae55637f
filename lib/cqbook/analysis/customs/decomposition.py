"""Extensive and intensive margins of trade, and revealed advantage, from customs detail."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    ABSENT,
    Scope,
    amounts,
    change_zh,
    counted,
    money_point,
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
    months: tuple[str, ...]


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
    needs = ("commodity", "partner")
    now, before = alike(asked, flow, needs)
    if now.empty or set(now["digits"]) != set(before["digits"]):
        return None
    if any(silent(asked, flow, year) for year in (asked.year, asked.before)):
        return None
    # eight digits change from year to year; six are the same within an edition of the HS
    digits = min(6, int(now["digits"].min()))
    sides = [
        amounts(asked, cubes, needs, digits).set_index(list(needs))["value"]
        for cubes in (now, before)
    ]
    sides = [side[side > 0] for side in sides]
    both = sides[0].index.intersection(sides[1].index)
    new, lost = sides[0].index.difference(both), sides[1].index.difference(both)
    if new.empty and lost.empty:
        return None
    return Margins(
        float(sides[0][new].sum()),
        float(sides[1][lost].sum()),
        float(sides[0][both].sum() - sides[1][both].sum()),
        float(sides[1].sum()),
        (len(new), len(lost), len(both)),
        tuple(now["period"].str[5:]),
    )


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
    pairs = pd.Series(found.pairs, index=list(parts))
    hidden = disclosure.withheld_cells(pd.Series(parts), pairs, asked.least)
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
    """Return the margins in words: ``pairs_`` with ``new``, ``lost``, ``growth`` and ``when``."""
    if found is None:
        return dict.fromkeys(["pairs_new", "pairs_lost", "pairs_growth", "pairs_when"], ABSENT)
    change = found.entering - found.leaving + found.continuing
    months = [int(text.lstrip("-")) for text in found.months if text.lstrip("-")]
    whole = len(months) == 12 or not months
    return {
        "pairs_new": f"{found.pairs[0]}对",
        "pairs_lost": f"{found.pairs[1]}对",
        "pairs_growth": change_zh(100 * change / found.before) if found.before else ABSENT,
        "pairs_when": "全年" if whole else f"{'、'.join(map(str, months))}月",
    }
