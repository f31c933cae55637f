"""Customs detail in a few words, for the head of its chapter."""

from __future__ import annotations

from cqbook.analysis.customs.autos import TREE, withheld_vehicles
from cqbook.analysis.customs.cubes import ABSENT, Scope, chosen, total
from cqbook.analysis.customs.disclosure import HELD
from cqbook.analysis.customs.suppression import silent, withheld_codes, withheld_months
from cqbook.data.vocabulary import CURRENCIES, DIRECTIONS_ZH
from cqbook.quantities.periods import Period, months_span, periods_zh


def detail_words(asked: Scope) -> dict[str, str]:
    """Return what the chapter says first, in words."""
    files = asked.book.detail.files
    words = {}
    for flow in DIRECTIONS_ZH:
        amount = total(asked, flow, asked.year)
        words[flow] = asked.money(amount) if amount == amount else ABSENT
        if silent(asked, flow, asked.year):
            words[flow] = HELD
    held = {flow: list(chosen(asked, flow, asked.year)["period"]) for flow in DIRECTIONS_ZH}
    when = {
        f"{flow}_when": Period.parse(months_span(periods, asked.year)).zh()
        if months_span(periods, asked.year)
        else periods_zh(periods) or ABSENT
        for flow, periods in held.items()
    }
    return (
        words
        | when
        | {
            "files": f"{len(files)}个",
            "where": asked.book.name(asked.area),
            "money": CURRENCIES[asked.currency],
            "year_zh": f"{asked.year}年",
        }
    )


def held_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return what the gate held back, in words: ``held`` and ``least``."""
    if silent(asked, flow, asked.year):
        return {"held": "全部", "least": f"{asked.least}条"}
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
        "汽车的品目": sum(len(key) == len(TREE) for key in withheld_vehicles(asked, flow)),
        "月份": len(withheld_months(asked, flow, asked.year)),
    }
    told = "、".join(f"{name}{count}个" for name, count in found.items() if count)
    return {"held": told or "无", "least": f"{asked.least}条"}
