"""Compositions: a whole in its published parts, and what they leave."""

from __future__ import annotations

from decimal import Decimal as D

from cqbook.analysis.composition import REST, composition

AREA = "CN-50"


def of(period, **more):
    return {"indicator": "trade_value", "entity": AREA, "period": period, "flow": "total", **more}


def test_composition_of_2022_by_enterprise(book):
    made = composition(book, of("2022"), dimension="enterprise")
    private, rest = made.named("民营企业"), made.named(REST)
    # 8158.4 − 3741.1 − 3823, with half a unit of each: ±0.05 ±0.05 ±0.5
    assert (rest.level.interval.lower, rest.level.interval.upper) == (D("593.70"), D("594.90"))
    # 3741.1 / 1.071 = 3493.1: the base that 7.1 % implies
    assert private.previous.interval.contains(D("3493.1"))
    # (3741.1 − 3493.1) / 7998.4 of a year before: some 3.1 points
    assert private.points.interval.contains(D("3.1"))
    assert private.rate.zh == "156%"
    assert made.named("国有企业").level.zh == "没有查到"


def test_a_share_of_something_else_is_no_share_of_the_total(book):
    """30.2 % of the nation's laptop exports is not the share in Chongqing's exports."""
    made = composition(book, of("2025") | {"flow": "export"}, dimension="product", exclusive=False)
    laptop = made.named("笔记本电脑")
    assert laptop.share.status == "计算"
    assert laptop.share.interval.contains(D("27.2314"))  # 1521.5 / 5587.3


def test_a_breakdown_nobody_published_gives_no_parts(book):
    made = composition(book, of("2025"), dimension="regime")
    assert made.parts == ()
    assert made.rest is None
    assert made.points("level", unit="100M CNY").empty
