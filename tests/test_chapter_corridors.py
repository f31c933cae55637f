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
    rows = corridors.by_year(found, "10k TEU")
    assert list(rows["text"]) == ["11.2", "超14.8", "17.9", "超25.18", "32.77"]


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


# --- days and costs -------------------------------------------------------------------------


def test_the_ends_of_the_days_saved_are_as_printed(book):
    assert [item.zh for item in corridors.saved_ends(book)] == ["10天", "20天"]
    printed, computed = corridors.days_saved(book)
    assert printed.zh == "10—20天"
    assert computed.interval.contains(D(12))


def test_months_in_words_stay_in_words(book):
    rows = corridors.transit(book).set_index(["label", "group"])
    assert rows.loc[("轮毂", "陆海新通道"), "text"] == "半个月"
    assert rows.loc[("轮毂", "江海联运"), "value"] == 45
    assert rows.loc[("整车", "陆海新通道"), "text"] == "约18天"


def test_loading_three_or_four_cars(book):
    printed, implied = corridors.loading(book)
    # 2/3 − 1 and 2/4 − 1
    assert implied.interval.contains(D(-50))
    assert float(implied.interval.upper) == pytest.approx(-100 / 3)
    assert (printed > implied).outcome == "holds"
    rows = corridors.loading_points(book)
    assert list(rows["text"]) == ["−33%", "−50%", "−30%"]
    # 30 % off with three to four cars means a box 1.05 (0.7 × 3/2) to 1.4 times as dear
    cost = corridors.container_cost(book)
    assert cost.zh == "5%—40%"


def test_cases_and_the_average(book):
    found = corridors.cost_changes(book)
    assert found["stone"].interval.contains(D(-52))  # 120 / 250
    assert (found["car"].zh, found["corridor"].zh) == ("−30%", "−3.5%")
    assert list(corridors.cost_points(book)["text"]) == ["−52%", "−30%", "−3.5%"]


# --- what a day is worth --------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "worth"), [(4.35, 212.06), (8.7, 424.12)])
def test_time_is_worth_value_times_rate(book, rate, worth):
    ten, twenty = corridors.saved_ends(book)
    found = corridors.time_value(box(book), ten, rate)
    # 177,937元 × rate / 365 × 10
    assert float(found.interval.lower) == pytest.approx(worth, abs=0.01)
    assert found.interval.upper is None
    both = corridors.time_value(box(book), twenty, rate)
    assert float(both.interval.lower) == pytest.approx(2 * worth, abs=0.02)


def test_where_time_pays(book):
    extra = corridors.extra_cost(book)
    ten, twenty = corridors.saved_ends(book)
    # 200 × 365 / (4.35 % × 10) = 167,816元
    assert corridors.break_even_value(extra, ten, 4.35).interval.contains(D("16.7816"))
    assert corridors.break_even_value(extra, twenty, 4.35).roughly == "8.4万元"
    # 200 × 365 / (177,937 × 10) = 4.10 %; the value is a floor, the rate has a ceiling
    found = corridors.break_even_rate(extra, box(book), ten)
    assert (found.zh, found.interval.contains(D("4.10"))) == ("约4.1%", True)


def test_the_curve_meets_the_extra_cost_where_it_says(book):
    extra, ends = corridors.extra_cost(book), corridors.saved_ends(book)
    rows = corridors.break_even_points(extra, ends, 4.35, [("重庆平均", box(book))])
    rows = rows.set_index(["group", "label"])
    assert rows.loc[("早到10天", "早到10天打平"), "value"] == pytest.approx(200)
    assert rows.loc[("早到10天", "早到10天打平"), "parameter"] == pytest.approx(16.78, abs=0.01)
    assert rows.loc[("早到10天", "重庆平均"), "value"] == pytest.approx(212.06, abs=0.01)
    assert set(rows.loc["多付的运费", "value"]) == {200}
    # at 1 % no box that is drawn pays: there is no point to mark
    low = corridors.break_even_points(extra, ends, 1, [])
    assert not low["label"].str.contains("打平").any()


def test_what_nobody_published_has_no_curve(book):
    extra, ends = corridors.extra_cost(book), corridors.saved_ends(book)
    assert corridors.break_even_points(cq.missing("CNY/TEU"), ends, 4.35, []).empty
    unknown = cq.missing("10k CNY")
    assert not corridors.time_value(unknown, ends[0], 4.35).known
    assert not corridors.break_even_rate(extra, unknown, ends[0]).known


# --- routes ---------------------------------------------------------------------------------


def test_dearer_goods_take_the_train(book):
    train = corridors.train_value_per_box(book)
    # over 2000亿元 in nearly 40万 boxes; 187亿元 in 11.2万; 187.12亿元 in 16.99万
    assert (train.interval.lower, train.interval.upper) == (D(50), None)
    assert box(book, "2021").interval.contains(D(187) / D("11.2"))
    assert corridors.platform_value_per_box(book).zh == "11.0万元"
    assert (train > box(book, "2021")).outcome == "holds"


def test_only_whole_years_of_trains_are_listed(book):
    rows = corridors.trains(book)
    assert not rows["period"].str.contains(r"[./]", regex=True).any()
    assert not rows.duplicated(["who", "when"]).any()
    assert set(rows["status"]) == {"actual"}


# --- data that turn a claim -----------------------------------------------------------------


def spoilt(spoiled, row, value):
    spoiled.set(
        "observations.csv", spoiled.find("observations.csv", "observation_id", row), "value", value
    )
    return Catalog(spoiled.path)


def test_a_cheaper_box_turns_the_claim(book, spoiled):
    def pays(data):
        ten, _ = corridors.saved_ends(data)
        worth = corridors.time_value(box(data, "2025-01/2025-08"), ten, 4.35)
        return cq.compared(worth, ">", corridors.extra_cost(data), regardless="时段不同").outcome

    assert pays(book) == "holds"  # 217元
    assert pays(spoilt(spoiled, "ilstc-2025-08.value", "300")) == "fails"  # 166元


def test_a_deeper_cut_turns_the_claim(spoiled):
    printed, implied = corridors.loading(
        spoilt(spoiled, "shapingba-nev-2024.logistics-cost-cut", "-60")
    )
    assert (printed > implied).outcome == "fails"
