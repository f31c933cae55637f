"""Quantities that cannot be confused: each kind of mistake that stood on a page, refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cqbook.analysis import autos, district
from cqbook.analysis.frames import points
from cqbook.data.contracts import MEASURE_UNITS
from cqbook.data.selection import DRAWN_FROM, fact, measured
from cqbook.data.vocabulary import FLOWS_ZH
from cqbook.errors import IncomparableError
from cqbook.figures.english import english
from cqbook.figures.keys import with_reasons
from cqbook.quantities import wording
from cqbook.quantities.about import REAL_GROWTH, UNTOLD, About
from cqbook.quantities.comparable import COUNTED_BY_SEVERAL, STATUS_KINDS, check_comparable
from cqbook.quantities.interval import Interval
from cqbook.quantities.printed import read_printed
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


def grown(level):
    """Return a growth that is of the same thing, and of the same kind, as a level."""
    return replace(rate("10"), about=replace(level.about, measure="yoy"))


#: What takes a level with its growth: each of the four figures may be the odd one.
WITH_GROWTH = {
    "previous": lambda one, other, **why: previous(one, grown(other), **why),
    **{
        f"{made.__name__}, {odd}": lambda one, other, made=made, at=at, **why: made(
            one, grown(other if at == 0 else one), *levels(one, other, at), **why
        )
        for made in (contribution_points, contribution_rate)
        for at, odd in enumerate(("growth of the part", "whole", "growth of the whole"))
    },
}


def levels(one, other, at):
    """Return a whole with its growth, of which one is of another kind if `at` says so."""
    return (other if at == 1 else one), grown(other if at >= 1 else one)


ASKING = FORMULAS | WITH_GROWTH
KINDS = {
    **{kind: CONFUSED[kind] for kind in ("basis", "basis unsaid", "status", "estimate", "flow")},
    # neither as long as the other nor from the same beginning
    "length": ({"period": "2024-02/2024-09"}, {}),
    "moment": CONFUSED["moment"],
    "price": ({}, {}),
}
#: Exports and imports have a sum and a balance.
FLOWS_APART = {("difference", "flow"), ("sum", "flow")}


def of_kind(kind):
    """Return two levels that differ in one thing only."""
    one, other = (reported(**columns) for columns in KINDS[kind])
    if kind == "price":
        other = replace(other, about=replace(other.about, price="constant"))
    return one, other


@pytest.mark.parametrize("formula", ASKING)
@pytest.mark.parametrize("kind", KINDS)
def test_every_formula_asks(formula, kind):
    one, other = of_kind(kind)
    assert ASKING[formula](one, one).known
    if (formula, kind) in FLOWS_APART:
        assert ASKING[formula](one, other).known
        return
    with pytest.raises(IncomparableError):
        ASKING[formula](one, other)
    made = ASKING[formula](one, other, regardless="两个数各有来历")
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


def test_one_division_of_published_figures_is_computed_any_other_derived():
    """One page called 计算 what another called 推算."""
    part, whole = reported("10"), reported()
    assert share(part, whole).status == ratio(part, whole, unit="CNY", per="CNY").status == "计算"
    difference = derive(lambda a, b: a - b, whole, part, unit="100M CNY")
    assert share(difference, whole).status == "推算"
    assert share(share(part, whole), share(part, whole)).status == "推算"
    assert not share(missing("100M CNY"), whole).known


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
    assert replace(share(reported("1"), reported()).about, measure="level").basis == rate.basis
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
    own = replace(yoy, about=replace(part.about, measure=yoy.measure))
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


def test_every_measure_that_allows_times_is_a_growth_or_is_refused(book):
    allowed = {measure for measure, units in MEASURE_UNITS.items() if "times" in units}
    allowed |= set(book.observations(unit="times")["measure"])
    assert allowed >= {"yoy", "multiple"}
    for measure in allowed - {item.measure for item in SAME_GROWTH}:
        with pytest.raises(IncomparableError):
            growth_percent(rate("1.2", "times", measure))


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("measure", ["yoy", "pct_change"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_growth_in_times_goes_through_every_formula_as_its_percent(formula, measure, turned):
    def made(first):
        pair = (first, rate("20.0", measure=measure))
        if formula == "ratio":
            return ratio(*pair[:: -1 if turned else 1], unit="percent", per="percent")
        found = FORMULAS[formula](*pair[:: -1 if turned else 1])
        return found.to("percent") if found.unit.name == "times" else found

    times, percent = (
        made(rate(*said, measure)) for said in (("1.200", "times"), ("120.0", "percent"))
    )
    assert str(times.unit) == str(percent.unit)
    assert times.interval == percent.interval


@pytest.mark.parametrize("formula", FORMULAS)
def test_how_many_times_is_no_growth_beside_one(formula):
    # 是上年的2.2倍 and 增长120% may be one growth; as they stand they are two measures
    if formula == "ratio":
        return
    with pytest.raises(IncomparableError):
        FORMULAS[formula](rate("2.2", "times", "multiple"), rate("20"))


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


# --- plans, counts, orders of magnitude -------------------------------------------------------


def land(value, **columns):
    return reported(value, "mu", indicator="land_area", flow="", basis="", **columns)


@pytest.mark.parametrize("status", ["plan", "target"])
def test_a_round_plan_is_itself(status):
    assert str(land("2000", status=status).interval) == "[2000, 2000]"
    assert str(land("2000").interval) == "[1999.5, 2000.5)"
    # 约 is not exact, whoever says it
    assert str(land("150", status=status, qualifier="about").interval) == "[135, 165]"
    goal = rate("15", status=status)
    assert (goal.range_zh, goal.growth) == ("15%", "增长15%")


def firms(value):
    return reported(value, "enterprises", indicator="firms", flow="", basis="")


def test_counts_have_no_more_digits_than_were_counted():
    now, new = firms("255"), firms("137")
    before = difference(now, new)
    assert before.zh == "118家"
    assert growth(now, before).zh == "116%"
    assert share(firms("20"), firms("23")).zh == "87%"
    assert share(firms("4127"), firms("19719")).zh == "20.93%"
    assert share(firms("1"), firms("2")).zh == "50%"
    assert "116.10" not in growth(now, before).range_zh


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [("100", "100M CNY", "100亿元级"), ("1", "1T CNY", "1万亿元级")],
)
def test_an_order_of_magnitude_says_so(value, unit, words):
    found = reported(value, unit, qualifier="magnitude")
    assert found.zh == words
    assert found.interval.upper == 10 * Decimal(value)
    assert not found.interval.upper_closed
    assert read_printed(words).qualifier == "magnitude"
    with pytest.raises(ValueError, match="级"):
        reported("0", unit, qualifier="magnitude")


def test_no_class_of_the_data_is_taken_for_a_number(book):
    frame = book.observations()
    classes = frame[frame["as_printed"].str.contains("[百千万亿]元?级", regex=True)]
    assert len(classes) >= 13
    assert set(classes["qualifier"]) == {"magnitude"}
    for row in classes.to_dict("records"):
        found = quantity_of(row)
        # a plan of that class is no exact plan
        assert found.interval.upper > found.interval.lower
        assert found.zh.endswith("级")


# --- a sign is never lost between a row and a sentence ----------------------------------------

NUMBER = r"([\d.]+)[^\d.—，]*"


def read_back(text, up, down):
    """Return the interval that a sentence on a change says, open ends as None."""
    if found := re.fullmatch(rf"可能{up}(?:{NUMBER})?，也可能{down}(?:{NUMBER})?", text):
        rise, fall = (None if end is None else Decimal(end) for end in found.groups())
        return (None if fall is None else -fall), rise
    sign = -1 if text.startswith(down) else 1
    assert text.startswith((up, down)), text
    rest = text.removeprefix(up).removeprefix(down)
    assert not set("-−") & set(rest), text
    numbers = [Decimal(number) for number in re.findall(r"[\d.]+", rest)]
    if rest.endswith("以上"):
        ends = [numbers[0], None]
    elif rest.endswith("以下"):
        ends = [None, numbers[0]]
    elif len(numbers) == 1:
        half = Decimal(1).scaleb(numbers[0].as_tuple().exponent) / 2
        ends = [numbers[0] - half, numbers[0] + half]
    else:
        ends = numbers
    ends = [None if end is None else sign * end for end in ends]
    return tuple(ends[::sign])


NUMBERS = st.decimals(min_value=-500, max_value=500, places=3, allow_nan=False)
ENDS = st.tuples(st.one_of(st.none(), NUMBERS), st.one_of(st.none(), NUMBERS))
WORDED = st.sampled_from([("growth", "增长", "下降"), ("change", "提高", "降低")])


@settings(deadline=None)
@given(ENDS, WORDED)
def test_a_derived_change_is_read_back_with_its_sign(ends, worded):
    low, high = ends
    assume(low is None or high is None or low < high)
    assume(low is not None or high is not None)
    name, up, down = worded
    made = derive(lambda _: Interval(low, high), reported("1", "percent"), unit="percent")
    text = getattr(made, name)
    lower, upper = read_back(text, up, down)
    assert lower is None or (low is not None and lower <= low)
    assert upper is None or (high is not None and upper >= high)
    # zero is on the same side in the sentence as in the numbers
    assert text.startswith(up) == (low is not None and low >= 0)
    assert text.startswith(down) == (high is not None and high <= 0)
    assert made.yoy == made.growth


@settings(deadline=None)
@given(ENDS)
def test_a_derived_range_is_read_back_with_its_signs(ends):
    low, high = ends
    assume(low is None or high is None or low < high)
    made = derive(lambda _: Interval(low, high), reported("1", "percent"), unit="percent")
    for text in (made.zh, made.range_zh):
        assert "-" not in text
        numbers = [Decimal(part) for part in re.findall(r"-?[\d.]+", text.replace("−", "-"))]
        if text.endswith("以上"):
            assert numbers[0] <= low
        elif text.endswith("以下"):
            assert numbers[0] >= high
        elif len(numbers) == 2:
            assert numbers[0] <= low < high <= numbers[1]
        elif numbers:
            step = Decimal(1).scaleb(numbers[0].as_tuple().exponent)
            assert numbers[0] - step <= low < high <= numbers[0] + step


QUALIFIED = st.sampled_from(["as_rounded", "about", "nearly", "over", "at_least", "under"])
PRINTED = st.decimals(min_value=-500, max_value=500, places=1, allow_nan=False)


@settings(deadline=None)
@given(PRINTED, QUALIFIED, st.sampled_from(["yoy", "pct_change"]))
def test_a_printed_change_keeps_its_sign(value, qualifier, measure):
    assume(value != 0)
    found = rate(str(value), measure=measure, qualifier=qualifier)
    assert found.growth.startswith("增长" if value > 0 else "下降")
    assert found.change.startswith("提高" if value > 0 else "降低")
    assert "-" not in found.growth + found.zh + found.range_zh
    assert ("−" in found.zh) == (value < 0)
    assert "−" not in found.growth
    assert re.search(r"[\d.]+", found.growth)[0] == str(abs(value))


def test_an_interval_over_zero_says_both():
    box = Interval(Decimal(-60), Decimal(201))
    made = derive(lambda _: box, reported("1", "percent"), unit="percent")
    assert made.growth == "可能增长201%，也可能下降60%"
    assert made.change == "可能提高201%，也可能降低60%"
    assert made.zh == "−60%—201%"
    assert english(made.growth, {}) == "perhaps up 201%, perhaps down 60%"


def test_the_ends_of_one_interval_are_the_same_everywhere():
    part = reported("2.615", "1M vehicles", indicator="auto_exports", flow="", basis="caam")
    whole = replace(reported("7", "1M vehicles", qualifier="over"), about=part.about)
    made = share(part, whole)
    assert made.zh == made.range_zh == "37.37%以下"
    apart = derive(lambda only: only / 3, reported("1500"), unit="100M CNY")
    assert apart.range_zh == wording.range_zh(apart.interval, apart.unit)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        # 9%—19% would be a number that nobody reckons
        ("9.43", "18.13", "9.4%—18.2%"),
        ("33.4", "50", "33%—50%"),
        ("-0.15", "0.15", "−0.15%—0.15%"),
        # four digits show no more of a narrow interval
        ("3710.61", "3714.06", "3710%—3715%"),
        ("38.34602", "38.34817", "38.346%—38.349%"),
    ],
)
def test_rounded_ends_are_those_that_a_reader_would_reckon(low, high, words):
    box = Interval(Decimal(low), Decimal(high))
    made = derive(lambda _: box, reported("1", "percent"), unit="percent")
    assert made.range_zh == words


def test_a_contradiction_is_not_called_unpublished():
    none = derive(lambda _: Interval(Decimal(0), Decimal(0)), reported(), unit="percent")
    assert none.growth == none.zh == "相互矛盾"


# --- labels come from the row -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        ("industry-2022.tech-upgrade-contribution", "技改投资·对工业投资增长的贡献率"),
        ("auto-export-2023.changan-central-asia-vs-2022", "汽车出口量·中亚·与2022年之比"),
        ("western8-2025-tongnan.lemon-export-value", "出口额·柠檬"),
        ("trade-2022.total", "进出口额"),
        ("trade-2022.private-share", "进出口额·民营企业·占进出口额的比重"),
    ],
)
def test_a_label_says_what_its_row_says(book, observation, words):
    (row,) = book.observations(observation_id=observation).to_dict("records")
    assert measured(book, row) == words


def test_no_label_of_exports_says_total(book):
    for row in book.observations(flow=["export", "import"]).to_dict("records"):
        name = measured(book, row).split("·")[0]
        assert FLOWS_ZH["total"] not in name, row["observation_id"]


# --- doubtful figures are shown where sources are compared, and nowhere else ------------------

COMPARES_SOURCES = {"reconciliation"}


def shown(notebook):
    """Return the ids of the figures that the outputs of a notebook name."""
    text = json.dumps([cell.get("outputs", []) for cell in notebook.cells], ensure_ascii=False)
    return set(re.findall(r"[a-z0-9-]+\.[a-z0-9-]+", text))


def test_doubtful_figures_stand_on_no_page(book):
    frame = book.observations()
    doubtful = set(frame.loc[frame["confidence"].lt(DRAWN_FROM), "observation_id"])
    assert doubtful
    pages = [
        path for path in (ROOT / "chapters").glob("*.ipynb") if path.stem not in COMPARES_SOURCES
    ]
    seen = set()
    for path in pages:
        found = shown(nbformat.read(path, as_version=4))
        seen |= found
        assert not found & doubtful, path.name
    assert len(seen & set(frame["observation_id"])) > 100


def test_doubtful_figures_are_in_no_table_of_words(book):
    frames = [district.figures(book, code) for code in book.table("districts")["adcode"]]
    for rows in frames:
        assert (rows["confidence"] >= DRAWN_FROM).all()
    assert sum(map(len, frames)) > 150
    # there is something to keep out
    codes = book.table("districts")["adcode"]
    names = [name for code in codes for name in district.entities_within(book, code)]
    assert (book.observations(entity=names)["confidence"] < DRAWN_FROM).any()
