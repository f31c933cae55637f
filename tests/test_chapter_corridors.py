"""开放通道: what the chapter computes, worked out by hand from rows; data that turn a claim."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

import cqbook as cq
from cqbook.analysis import corridors
from cqbook.data.catalog import Catalog

AREA = "CN-50"


def box(book, period="2025"):
    return corridors.value_per_box(book, AREA, period)


# --- boxes ----------------------------------------------------------------------------------


def test_a_year_without_boxes_follows_from_the_next(book):
    found = corridors.containers(book, AREA, range(2021, 2026))
    assert [item.status for item in found.values()] == ["公布", "公布", "推算", "公布", "公布"]
    # 25.18万 / 1.41; 25.18万 is a floor
    assert found["2023"].point == pytest.approx(25.18 / 1.41)
    assert found["2023"].interval.upper is None


def test_a_cumulative_figure_is_no_year(book):
    found = corridors.containers(book, AREA, range(2017, 2021))
    assert [year for year, item in found.items() if item.known] == ["2017"]
    # 54.6万 since 2017 and 906.5亿元 are asked for by their own period
    boxes, worth = corridors.sent(book, AREA, "../2023-09")
    assert (boxes.zh, worth.zh) == ("54.6万标箱", "906.5亿元")


def test_a_box_grew_by_both_rates(book):
    # 1.67 / 1.41 and 1.25 / 1.30
    assert corridors.change_per_box(book, AREA, "2024").interval.contains(D("18.4"))
    assert corridors.change_per_box(book, AREA, "2025").interval.contains(D("-3.85"))
    assert not corridors.change_per_box(book, AREA, "2023-01/2023-09").known


def test_a_bound_is_rounded_to_the_safe_side(book):
    # 583.1亿元 and more in 32.77万 boxes: 17.794万元 and more
    assert box(book).zh == "17.79万元以上"
    # 251.2亿元 in 14.8万 boxes and more: 16.977万元 and less
    assert box(book, "2022").zh == "16.98万元以下"
    assert box(book, "2025-01/2025-08").interval.contains(D(3929100) / D(215800))
    assert not corridors.value_per_box(book, "500231", "2025").known


def test_growth_stands_where_boxes_and_value_both_have_it(book):
    rows = corridors.growth_columns(book, AREA, ["2022", "2023", "2024", "2025"])
    # the gap of 2023 is seen, and so are the six numbers
    assert list(rows["label"].unique()) == ["2022年", "2023年", "2024年", "2025年"]
    assert rows.loc[rows["label"].eq("2023年"), "value"].isna().all()
    assert list(cq.published(rows)["text"]) == ["32%", "34%", "41%", "67%", "30%", "25%"]
    assert corridors.growth_columns(book, "500231", ["2025"]).empty


# --- days and costs -------------------------------------------------------------------------


def test_the_days_saved_by_cars(book):
    printed, computed = corridors.days_saved(book)
    assert (printed.zh, corridors.car_days_saved(book).zh) == ("10—20天", "12天")
    assert computed.interval.contains(D(12))


def test_the_days_saved_by_wheels(book):
    # 一两月 less 半个月: 30 − 15 and 60 − 15
    assert [item.zh for item in corridors.wheel_days_saved(book)] == ["15天", "45天"]
    slow, fast = corridors.wheel_days(book)
    assert (slow.zh, fast.zh, (fast < slow).outcome) == ("一两月", "半个月", "holds")


def test_loading_three_or_four_cars(book):
    printed, implied = corridors.loading(book)
    # 2/3 − 1 and 2/4 − 1
    assert implied.interval.contains(D(-50))
    assert float(implied.interval.upper) == pytest.approx(-100 / 3)
    assert (printed > implied).outcome == "holds"


def test_a_case_and_the_average(book):
    found = corridors.cost_changes(book)
    assert found["stone"].interval.contains(D(-52))  # 120 / 250
    assert found["corridor"].zh == "−3.5%"


# --- what the days saved must be worth ------------------------------------------------------


def test_the_rate_at_which_days_pay(book):
    extra, (least, most) = corridors.extra_cost(book), corridors.wheel_days_saved(book)
    then = box(book, "2023-01/2023-09")
    # 193.3亿元 in 12.6万 boxes; 200 × 365 / (153,413 × 15) = 3.17 %, a third of it for 45 days
    found = [corridors.break_even_rate(extra, then, item) for item in (least, most)]
    assert [item.zh for item in found] == ["约3.2%", "约1.1%"]
    assert found[0].interval.contains(D("3.172"))
    # 200 × 365 / (177,937 × 12) = 3.42 %; the value is a floor, the rate has a ceiling
    late = corridors.break_even_rate(extra, box(book), corridors.car_days_saved(book))
    assert (late.zh, late.interval.contains(D("3.41")), late.interval.lower) == (
        "3.42%以下",
        True,
        0,
    )


def test_each_value_of_a_box_has_its_rates(book):
    extra, days = corridors.extra_cost(book), corridors.wheel_days_saved(book)
    boxes = {"then": box(book, "2023-01/2023-09"), "now": box(book)}
    rows = corridors.break_even_table(extra, days, boxes)
    # the value of 2025 is a floor, the rate has a ceiling: 2.74 and 0.912 are rounded up
    assert rows["then"].tolist() == ["约3.2%", "约1.1%"]
    assert rows["now"].tolist() == ["2.74%以下", "0.92%以下"]


def test_what_nobody_published_has_no_rate(book):
    extra, days = corridors.extra_cost(book), corridors.wheel_days_saved(book)
    nothing = {"then": cq.missing("10k CNY")}
    assert corridors.break_even_table(cq.missing("CNY/TEU"), days, nothing).empty
    assert not corridors.break_even_rate(extra, nothing["then"], days[0]).known


# --- data that turn a claim -----------------------------------------------------------------


def spoilt(spoiled, row, value):
    spoiled.set(
        "observations.csv", spoiled.find("observations.csv", "observation_id", row), "value", value
    )
    return Catalog(spoiled.path)


def test_faster_goods_turn_the_claim(spoiled):
    data = spoilt(spoiled, "ilstc-2025-08.value-yoy", "40")
    boxes, worth = corridors.growth_rates(data, AREA, "2025-01/2025-08")
    assert (boxes > worth).outcome == "fails"


def test_a_deeper_cut_turns_the_claim(spoiled):
    printed, implied = corridors.loading(
        spoilt(spoiled, "shapingba-nev-2024.logistics-cost-cut", "-60")
    )
    assert (printed > implied).outcome == "fails"
