"""Customs detail in a few words, for the head of its chapter."""

from __future__ import annotations

from cqbook.analysis.customs.autos import VehicleKind, withheld_vehicles
from cqbook.analysis.customs.cubes import (
    ABSENT,
    Scope,
    added,
    change_zh,
    chosen,
    counted,
    part_zh,
    total,
    when_zh,
)
from cqbook.analysis.customs.dimensions import alike, subject
from cqbook.analysis.customs.suppression import silent, withheld_codes, withheld_months
from cqbook.data.vocabulary import CURRENCIES, DIRECTIONS_ZH
from cqbook.quantities.periods import periods_zh
from cqbook.quantities.quantity import Quantity


def detail_words(asked: Scope) -> dict[str, str]:
    """Return what the chapter says first, in words.

    Of each flow what was queried (``export_of``: 汽车出口), its amount, when, and its change on the
    same months of the year before; ``export_alone`` is the amount where there is no such year.
    ``flow_of`` is what was queried of the direction that is shown, with its months before it where
    they are no whole year, and ``flow_when`` are these months.
    """
    words = {
        "files": f"{len(asked.book.detail.index['files'])}个",
        "where": asked.book.name(asked.area),
        "money": CURRENCIES[asked.currency],
        "flow_zh": DIRECTIONS_ZH[asked.flow],
        "least": f"{asked.least}条",
    }
    for flow, name in DIRECTIONS_ZH.items():
        cubes = chosen(asked, flow, asked.year)
        amount = total(asked, flow, asked.year)
        told = amount == amount and not silent(asked, flow, asked.year)
        change = yoy_words(asked, flow) if told else ABSENT
        words |= {
            flow: asked.money(amount) if told else ABSENT,
            f"{flow}_of": f"{subject(asked, cubes)}{name}",
            f"{flow}_when": when_zh(cubes),
            f"{flow}_change": change,
            f"{flow}_alone": asked.money(amount) if told and change == ABSENT else ABSENT,
        }
    shown = chosen(asked, asked.flow, asked.year)
    return words | {
        "flow_when": when_zh(shown) if shown else f"{asked.year}年",
        "flow_of": f"{part_zh(shown)}{words[f'{asked.flow}_of']}",
    }


def years_compared(asked: Scope, flow: str) -> tuple[Quantity, Quantity]:
    """Return what the months that both years have make in this year, and in the one before."""
    years = (asked.year, asked.before)
    if any(silent(asked, flow, year) or withheld_months(asked, flow, year) for year in years):
        return counted(asked, None, flow), counted(asked, None, flow)
    now, before = alike(asked, flow)
    sides = [
        counted(asked, added(side) if now else None, flow, [cube.period for cube in side], year)
        for side, year in zip((now, before), years, strict=True)
    ]
    return sides[0], sides[1]


def yoy_words(asked: Scope, flow: str) -> str:
    """Return the change on the year before: 同比增长3.2%, 其中1—9月同比增长3.2%; else 没有查到."""
    now, before = years_compared(asked, flow)
    if not (now.known and before.known and before.point > 0):
        return ABSENT
    same, _ = alike(asked, flow)
    whole = len(same) == len(chosen(asked, flow, asked.year))
    when = "" if whole else f"其中{periods_zh([cube.period for cube in same])}"
    return f"{when}同比{change_zh(100 * (now.point / before.point - 1))}"


def held_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return what the gate held back, in words, as ``held``; 没有查到 where it is open."""
    if not asked.least:
        return {"held": ABSENT}
    if silent(asked, flow, asked.year):
        return {"held": "全部"}
    found = {
        "伙伴": len(
            withheld_codes(asked, chosen(asked, flow, asked.year, ("partner",)), "partner")
        ),
        "贸易方式": len(
            withheld_codes(asked, chosen(asked, flow, asked.year, ("regime",)), "regime")
        ),
        "商品章": len(
            withheld_codes(
                asked, chosen(asked, flow, asked.year, ("commodity",), 2), "commodity", 2
            )
        ),
        "汽车的品目": sum(
            len(key) == len(VehicleKind._fields) for key in withheld_vehicles(asked, flow)
        ),
        "月份": len(withheld_months(asked, flow, asked.year)),
    }
    told = "、".join(f"{name}{count}个" for name, count in found.items() if count)
    return {"held": told or "没有"}
