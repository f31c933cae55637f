"""Quantities that cannot be confused: each kind of mistake that stood on a page, refused."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from cqbook.analysis import autos
from cqbook.analysis.frames import points
from cqbook.data.contracts import MEASURE_UNITS
from cqbook.data.selection import fact
from cqbook.errors import IncomparableError
from cqbook.figures.figure import with_reasons
from cqbook.quantities.about import REAL_GROWTH, UNTOLD, About
from cqbook.quantities.comparable import COUNTED_BY_SEVERAL, STATUS_KINDS, check_comparable
from cqbook.quantities.quantity import (
    contribution_points,
    contribution_rate,
    derive,
    difference,
    growth,
    growth_percent,
    missing,
    previous,
    quantity_of,
    ratio,
    remainder,
    share,
    sum_of,
    year_before,
)


def reported(value="100", unit="100M CNY", **columns):
    """Return a row of ``observations`` as a quantity; all that is not said is alike."""
    row = {
        "value_text": value,
        "value_upper_text": "",
        "unit": unit,
        "qualifier": "as_rounded",
        "measure": "level",
        "status": "actual",
        "source_id": "s",
        "observation_id": "s.x",
        "indicator": "trade_value",
        "entity": "CN-50",
        "period": "2024",
        "accumulation": "period",
        "breakdown": "",
        "flow": "total",
        "basis": "customs",
        "base": "",
    }
    return quantity_of(row | columns)


BEFORE = {"period": "2023"}
#: Each pair differs in one thing that must not be passed over.
CONFUSED = {
    "basis": ({"basis": "customs"}, {"basis": "traders_seat"}),
    "basis unsaid": ({"basis": "customs"}, {"basis": ""}),
    "status": ({"status": "actual"}, {"status": "target"}),
    "estimate": ({"status": "estimate"}, {"status": "preliminary"}),
    "flow": ({"flow": "export"}, {"flow": "import"}),
    "currency": ({}, {"unit": "100M USD"}),
    "unit": ({}, {"unit": "10k vehicles"}),
    "length": ({"period": "2024-01/2024-08", "accumulation": "ytd"}, {}),
    "moment": ({"accumulation": "stock"}, {}),
    "measure": ({"measure": "share", "unit": "percent"}, {"measure": "yoy", "unit": "percent"}),
}
ATTRIBUTES = {
    "basis unsaid": "basis",
    "estimate": "status",
    "length": "length of period",
    "moment": "length of period",
}


@pytest.mark.parametrize("kind", CONFUSED)
def test_what_differs_in_kind_is_not_compared(kind):
    one, other = (reported(**columns) for columns in CONFUSED[kind])
    with pytest.raises(IncomparableError) as caught:
        check_comparable(one, other)
    assert caught.value.attribute == ATTRIBUTES.get(kind, kind)
    zh, _, en = str(caught.value).partition(" | ")
    assert re.search("[\u4e00-\u9fff]", zh)
    # both figures and their rows stand in both languages
    for part in (one.zh, other.zh, one.observation_id):
        assert part in zh
        assert part in en


@pytest.mark.parametrize("kind", ["basis", "status", "flow", "length", "measure"])
def test_a_reason_lets_it_pass_and_is_kept(kind):
    one, other = (reported(**columns) for columns in CONFUSED[kind])
    assert check_comparable(one, other, regardless="因为") == "因为"
    assert check_comparable(one, one, regardless="因为") == ""


@pytest.mark.parametrize("kind", ["currency", "unit"])
def test_no_reason_turns_yuan_into_dollars(kind):
    one, other = (reported(**columns) for columns in CONFUSED[kind])
    with pytest.raises(IncomparableError):
        check_comparable(one, other, regardless="因为")


FORMULAS = {
    "growth": growth,
    "share": share,
    "difference": difference,
    "sum": sum_of,
    "remainder": lambda part, whole, **why: remainder(whole, [part], **why),
    "ratio": lambda one, other, **why: ratio(
        one, other, unit=str(one.unit), per=str(other.unit), **why
    ),
}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("kind", ["basis", "basis unsaid", "status"])
def test_every_formula_asks(formula, kind):
    one, other = (reported(**columns) for columns in CONFUSED[kind])
    with pytest.raises(IncomparableError):
        FORMULAS[formula](one, other)
    made = FORMULAS[formula](one, other, regardless="两个数各有来历")
    assert made.regardless == "两个数各有来历"
    # it lives on in what is made of it
    assert derive(lambda only: only, made, unit=str(made.unit)).regardless == made.regardless


def test_a_month_is_no_part_of_another_month():
    may, year = reported(period="2024-05"), reported()
    for formula in (share, growth, difference):
        with pytest.raises(IncomparableError):
            formula(may, year)


def test_cumulative_figures_leave_a_month():
    nine = reported("900", period="2024-01/2024-09", accumulation="ytd")
    eight = reported("800", period="2024-01/2024-08", accumulation="ytd")
    assert difference(nine, eight).interval.contains(100)
    with pytest.raises(IncomparableError):
        growth(nine, eight)


def test_exports_are_a_part_of_the_total_and_not_the_total():
    exports, imports, whole = (reported("60", flow=flow) for flow in ("export", "import", "total"))
    assert share(exports, whole).known
    assert difference(exports, imports).known
    assert remainder(whole, [exports]).known
    with pytest.raises(IncomparableError):
        share(exports, imports)
    with pytest.raises(IncomparableError):
        share(whole, exports)
    with pytest.raises(IncomparableError):
        growth(whole, reported(flow="export", **BEFORE))
    with pytest.raises(IncomparableError):
        previous(exports, reported("2", "percent", measure="yoy", flow="total"))


def test_a_level_takes_only_its_own_growth():
    level = reported(breakdown="enterprise=private")
    rate = {"value": "2", "unit": "percent", "measure": "yoy"}
    with pytest.raises(IncomparableError, match="对象不同"):
        previous(level, reported(**rate))
    found = previous(level, reported(**rate, breakdown="enterprise=private"))
    assert found.about.period == "2023"
    assert found.about.breakdown == "enterprise=private"
    assert found.about.basis == "customs"


def test_real_growth_gives_no_nominal_level():
    level = reported(indicator="gdp", flow="", basis="")
    real = reported("5", "percent", indicator="gdp", flow="", basis="", measure="yoy")
    assert (level.about.price, real.about.price) == ("current", "constant")
    with pytest.raises(IncomparableError, match="价格不同"):
        previous(level, real)
    nominal = growth(level, reported("90", indicator="gdp", flow="", basis="", **BEFORE))
    with pytest.raises(IncomparableError, match="价格不同"):
        check_comparable(nominal, real)


def test_without_a_basis_only_from_one_source():
    one, other = reported(basis=""), reported(basis="", source_id="t", **BEFORE)
    with pytest.raises(IncomparableError):
        growth(one, other)
    assert growth(one, reported("90", basis="", **BEFORE)).known
    # what one body alone counts has no basis to name
    output = {"indicator": "auto_output", "basis": "", "flow": "", "unit": "10k vehicles"}
    assert growth(reported(**output), reported("90", source_id="t", **output | BEFORE)).known


def test_what_is_missing_is_not_refused():
    assert not share(missing("percent"), reported()).known
    assert not growth(reported(), missing("100M USD")).known


def test_a_derived_figure_keeps_what_its_inputs_share():
    now, then = reported(), reported("90", **BEFORE)
    made = growth(now, then)
    assert made.about.measure == made.measure == "yoy"
    assert (made.about.entity, made.about.flow, made.about.basis) == ("CN-50", "total", "customs")
    assert (made.about.period, made.about.base) == ("2024", "2023")
    assert growth(now, reported("90", period="2022")).measure == "pct_change"
    both = derive(lambda one, other: one + other, now, then, unit="100M CNY")
    assert (both.about.basis, both.about.period) == ("customs", "")
    assert derive(lambda one: one, missing("CNY"), unit="CNY").about == UNTOLD


def test_an_assumption_takes_nothing_away():
    rate = reported().about
    assert share(reported("1"), reported()).about.replaced(measure="level").basis == rate.basis
    assert About() == UNTOLD


def test_the_reason_reaches_the_reader(capsys):
    made = share(reported("10", basis=""), reported(), regardless="口径没有写明")
    rows = points([("占比", made), ("占比", made)], unit="percent")
    assert with_reasons("说明。", rows) == "说明。口径没有写明。"
    assert with_reasons("说明。", points([("值", reported())], unit="100M CNY")) == "说明。"
    assert with_reasons("", pd.DataFrame({"x": [1]})) == ""


def test_every_indicator_with_several_bases_is_known(book):
    frame = book.observations()
    named = frame[frame["basis"].ne("")].groupby("indicator")["basis"].nunique()
    assert set(named.index[named > 1]) == COUNTED_BY_SEVERAL
    assert set(frame["status"]) <= set(STATUS_KINDS)
    assert set(frame["indicator"]) >= REAL_GROWTH


def test_a_share_of_the_nation_is_taken_on_one_basis(book):
    found = autos.share_of_nation(book, "CN-50", "2023")
    assert found.about.basis == "customs"
    assert found.interval.contains(Decimal("7.05"))
    assert not found.interval.contains(Decimal("7.47"))


# --- growth in 倍, in percent, in points ------------------------------------------------------


def rate(value, unit="percent", measure="yoy", **columns):
    return reported(value, unit, measure=measure, **columns)


#: 增长1.2倍, 增长120%, 是上年的2.2倍: one growth, printed in each way that a measure allows.
SAME_GROWTH = [
    rate("1.2", "times"),
    rate("120"),
    rate("2.2", "times", "multiple"),
    rate("1.2", "times", "pct_change"),
]
IDS = [f"{item.measure}-{item.unit}" for item in SAME_GROWTH]


@pytest.mark.parametrize("yoy", SAME_GROWTH, ids=IDS)
def test_growth_in_times_is_a_hundred_times_percent(yoy):
    level = reported("444")
    before = previous(level, yoy)
    # 444 grown by 1.2倍 from 201.8, not from 438.7
    assert before.interval.contains(Decimal(444) / Decimal("2.2"))
    assert before.interval.upper < 210
    assert float(before.value) == pytest.approx(444 / 2.2)
    assert growth_percent(yoy).interval.contains(120)
    assert growth(level, before).interval.contains(120)


@pytest.mark.parametrize("yoy", SAME_GROWTH, ids=IDS)
def test_contributions_of_growth_in_times(yoy):
    whole, whole_yoy = reported("1000"), rate("10")
    part = reported("220", breakdown="partner=hk")
    own = replace(yoy, about=part.about.replaced(measure=yoy.measure))
    # the part grew by 120, the whole by 90.9 from 909.1
    points_ = contribution_points(part, own, whole, whole_yoy)
    assert points_.interval.contains(Decimal("13.2"))
    assert points_.interval.width < 2
    percent = contribution_rate(part, own, whole, whole_yoy)
    assert percent.interval.contains(Decimal("132"))
    assert percent.measure == "contribution_rate"
    rest = remainder(previous(whole, whole_yoy), [previous(part, own)])
    assert rest.interval.contains(Decimal("809.1"))


@pytest.mark.parametrize(
    ("unit", "measure"),
    [
        ("percent", "share"),
        ("percent", "contribution_rate"),
        ("percent", "completion"),
        ("percentage points", "contribution_points"),
        ("percentage points", "pp_change"),
        ("percentage points", "difference"),
        ("rank", "rank"),
    ],
)
def test_what_is_no_growth_is_not_taken_for_one(unit, measure):
    other = rate("10", unit, measure)
    with pytest.raises(IncomparableError):
        previous(reported(), other)
    with pytest.raises(IncomparableError):
        contribution_points(reported(), other, reported(), rate("5"))


def test_every_unit_that_a_measure_allows_is_tried():
    tried = {(item.measure, str(item.unit)) for item in SAME_GROWTH}
    for measure in ("yoy", "multiple"):
        assert {unit for kind, unit in tried if kind == measure} == MEASURE_UNITS[measure]


def test_rates_differ_by_points():
    apart = difference(rate("1.2", "times"), rate("20"))
    assert str(apart.unit) == "percentage points"
    assert apart.interval.contains(100)


def test_growth_in_times_is_found_where_percent_is_asked(book):
    hong_kong = {
        "indicator": "trade_value", "entity": "CN-50", "period": "2020-01/2020-09",
        "flow": "total", "breakdown": "partner=hk",
    }  # fmt: skip
    found = fact(book, unit="percent", measure="yoy", **hong_kong)
    assert (found.zh, found.growth, found.point) == ("1.2倍", "增长1.2倍", 120)


def test_the_year_before_january_to_august_is_january_to_august():
    assert year_before("2021-01/2021-08") == "2020-01/2020-08"
    level = reported(period="2021-01/2021-08", accumulation="ytd")
    yoy = rate("2", period="2021-01/2021-08", accumulation="ytd")
    assert previous(level, yoy).about.period == "2020-01/2020-08"
