"""The place of an area among the provinces that were queried alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import fsum
from types import MappingProxyType

import pandas as pd
from sqlglot import exp

from cqbook.analysis.customs.cubes import (
    ABSENT,
    KIND,
    Scope,
    chosen,
    counted,
    money_point,
    of_cubes,
    of_own,
    remembered,
)
from cqbook.quantities.quantity import DERIVED
from cqbook.quantities.verdict import Verdict

#: Provinces shown; the area itself stands among them, or after them.
SHOWN = 10
#: So many provinces are a comparison.
ENOUGH = 3


@remembered
def provinces(asked: Scope, flow: str) -> Mapping[str, float]:
    """Return what each province had in the year, most first, by the cubes that the area's are.

    Only provinces of which the same months were taken in; empty without `ENOUGH` of them.
    """
    nothing: Mapping[str, float] = MappingProxyType({})
    if asked.least or not re.fullmatch(r"CN-\d\d", asked.area) or not asked.book.detail.exists:
        return nothing
    kind = ("entity", *KIND)
    found = asked.elsewhere("").ask_sums(
        of_own(*map(exp.column, (*kind, "value"))).where(of_cubes())
    )
    own = {cube[: len(KIND)] for cube in chosen(asked, flow, asked.year)}
    parts: dict[str, list[float]] = {}
    for entity, *held, value in found:
        if re.fullmatch(r"CN-\d\d", entity or "") and tuple(held) in own:
            parts.setdefault(entity, []).append(value or 0.0)
    sums = {
        entity: fsum(parts[entity]) for entity in sorted(parts) if len(parts[entity]) == len(own)
    }
    order = sorted(sums, key=lambda entity: -sums[entity])
    return (
        MappingProxyType({entity: sums[entity] for entity in order})
        if len(sums) >= ENOUGH
        else nothing
    )


def place_points(asked: Scope, flow: str) -> pd.DataFrame:
    """Return the point frame of the first provinces, and the area where it is none of them."""
    found = provinces(asked, flow)
    shown = list(found)[:SHOWN]
    if found and asked.area not in shown:
        shown.append(asked.area)
    return pd.DataFrame(
        [money_point(asked, asked.book.name(name), found[name], status=DERIVED) for name in shown]
    )


def placed(asked: Scope, flow: str) -> list[Verdict]:
    """Return the comparisons that the place rests on: with the province before, and that after."""
    found = provinces(asked, flow)
    at = list(found).index(asked.area) if asked.area in found else -1
    sums = [counted(asked, amount, flow) for amount in found.values()]
    own = sums[at] if at >= 0 else counted(asked, None, flow)
    before, after = (sums[max(at - 1, 0) : at], sums[at + 1 : at + 2]) if sums else ([], [])
    return [own > 0, *(item > own for item in before), *(own > item for item in after)]


def place_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return the place in words: ``place`` (第9), ``place_among``, ``place_share``."""
    found = provinces(asked, flow)
    if asked.area not in found:
        return dict.fromkeys(("place", "place_among", "place_share"), ABSENT)
    return {
        "place": f"第{list(found).index(asked.area) + 1}",
        "place_among": f"{len(found)}个",
        "place_share": f"{100 * found[asked.area] / fsum(found.values()):.1f}%",
    }
