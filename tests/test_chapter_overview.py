"""The overview: its numbers worked out by hand from the rows, and claims that turn with them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

import cqbook as cq
from cqbook.analysis import overview
from cqbook.figures import english
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import exact, missing, quantity_of

AREA = "CN-50"


def number(value, unit="100M CNY", qualifier="as_rounded", **about):
    row = {
        **dict.fromkeys(("entity", "accumulation", "breakdown", "basis", "base", "flow"), ""),
        "observation_id": f"t.{value}", "source_id": "t", "value_text": value,
        "value_upper_text": "", "unit": unit, "qualifier": qualifier, "status": "actual",
        "measure": "level", "indicator": "trade_value", "period": "2025",
    }  # fmt: skip
    return quantity_of(row | about)


@pytest.fixture(scope="module")
def trade(book):
    return overview.flows(book, AREA, "2025")


def test_what_is_not_printed_follows_from_what_is(trade):
    exports, imports = trade["exports"], trade["imports"]
    # 5587.3 grew by 10.2 %: 5070; with 7154.2 in all, imports are what is left; 2019 by 12.8 %
    assert exports["2024"].point == pytest.approx(5587.3 / 1.102, abs=0.1)
    assert imports["2024"].point == pytest.approx(7154.2 - 5587.3 / 1.102, abs=0.1)
    assert exports["2019"].point == pytest.approx(4187.5 / 1.128, abs=0.1)
    assert {exports["2024"].status, imports["2024"].status} == {"推算"}
    # a floor leaves nothing to subtract
    assert exports["2023"].zh == "超4700亿元"
    assert not imports["2023"].known


def test_trade_against_its_record(trade):
    total = trade["total"]
    assert overview.peak(total, "2025") == "2022"
    assert overview.peak(total, "2022") == "2021"
    assert overview.peak(total, "2018") == ""
    assert overview.trough(total, "2022", "2025") == "2023"
    assert overview.trough(total, "2022", "2023") == overview.trough(total, "", "2025") == ""
    # 8158.4 − 7137.4 and 8006.8 − 7137.4
    assert cq.difference(total["2022"], total["2023"]).point == pytest.approx(1021.0, abs=0.01)
    assert cq.difference(total["2025"], total["2023"]).point == pytest.approx(869.4, abs=0.01)


def test_cars_fill_what_laptops_left_but_not_from_the_peak(book):
    laptops, cars = overview.laptops(book, AREA, "2025"), overview.cars(book, AREA, "2025")
    up = cq.difference(cars["2025"], cars["2022"])
    down = cq.difference(laptops["2022"], laptops["2025"])
    # 530.3 − 331.7/1.519; 1774.7 − 1521.5; 2001 − 1521.5
    assert up.point == pytest.approx(530.3 - 331.7 / 1.519, abs=0.1)
    assert down.point == pytest.approx(253.2, abs=0.01)
    assert (up > down).outcome == "holds"
    assert overview.peak(laptops, "2025") == "2021"
    fallen = cq.difference(laptops["2021"], laptops["2025"])
    assert fallen.point == pytest.approx(479.5, abs=0.01)
    assert (fallen > down).outcome == "holds"
    # the page says that what cars did from that year on is not known: once it is, that is to go
    assert not overview.at(cars, "2021").known
    # a datum that turns the claim
    cars["2025"] = number("460", indicator="auto_exports_value", flow="export", basis="customs")
    assert (cq.difference(cars["2025"], cars["2022"]) > down).outcome == "fails"


def test_exports_grew_by_other_goods_than_cars_and_laptops(book):
    rows = overview.export_change(book, AREA, "2022", "2025")
    # 5587.3 − 5245.3 = 342.0; 530.3 − 218.37 = 311.9; 1521.5 − 1774.7 = −253.2; the rest 283.3
    assert list(rows["label"]) == ["汽车", "笔记本电脑", "其余商品", "全部出口"]
    assert list(rows["text"]) == ["312亿元", "−253亿元", "283亿元", "+342亿元"]
    found = cq.autos.increase_by_product(book, AREA, "2022", "2025")
    part = cq.share(found["其余"], found["全部出口"])
    assert part.interval.contains(D("82.83"))
    assert (part > 80).outcome == (part < 90).outcome == "holds"
    assert overview.export_change(book, AREA, "2021", "2022").empty
    assert overview.export_change(book, AREA, "", "2025").empty


def test_the_corridor_by_year(book):
    boxes = overview.boxes(book, AREA, "2025")
    assert overview.first(boxes) == "2021"
    rows = overview.year_columns(boxes, "10k TEU")
    # 25.18 grew by 41 %: 25.18 / 1.415 = 17.795 at least, since 25.18 is a floor; it need
    # not be over 17.8
    assert list(rows["text"]) == ["11.2", "超14.8", "超17.79", "超25.18", "32.77"]
    assert list(rows["upper"].isna()) == [False, True, True, True, False]
    assert rows["value"].tolist()[2] == pytest.approx(25.18 / 1.415, abs=1e-4)
    # 32.77 / 11.2; the floor of 2022 has no upper end to round to
    assert overview.in_times(cq.autos.times_of(boxes["2025"], boxes["2021"])) == "约2.9倍"
    assert overview.in_times(cq.autos.times_of(boxes["2022"], boxes["2021"])) != "约1.3倍"
    cargo = overview.cargo(book, AREA, "2025")
    assert (cargo["2022"].zh, cargo["2025"].zh) == ("251.2亿元", "超583.1亿元")
    assert (cargo["2025"] > cargo["2022"]).outcome == "holds"


def test_what_growth_of_imports_is_derived_from_is_told_where_it_is(book):
    """A sentence said that it was, of years for which it was published too."""
    told = {}
    for year in ("2022", "2024", "2025"):
        then, rate = overview.headline_numbers(book, AREA, year)[2].growth(book)
        told[year] = overview.total_behind(overview.flows(book, AREA, year), then, rate)
    assert told["2025"].zh == "7154.2亿元"
    assert not told["2022"].known, "growth was published"
    assert not told["2024"].known, "imports of 2022 were published"


def test_headline_numbers_say_how_they_changed_and_what_they_fit(book):
    found = overview.headline_numbers(book, AREA, "2025")
    rows = overview.headline_table(book, found, "2022").set_index("label")
    assert rows[["level", "year", "since"]].T.to_dict("list") == {
        # 8006.8 / 8158.4
        "进出口": ["8006.8亿元", "增长12%", "下降1.9%"],
        "出口": ["5587.3亿元", "增长10.2%", "增长6.5%"],
        # 2419.5 against 7154.2 − 5587.3/1.102, and against 2913.1
        "进口": ["2419.5亿元", "增长约16.1%（推算）", "下降16.9%"],
        "汽车出口额": ["530.3亿元", "增长23%", "增长143%"],
        # of 2022 a floor alone was told
        "经陆海新通道的箱量": ["32.77万标箱", "增长30%", ""],
        # 1521.5 against 1774.7: the years between are not known
        "笔记本电脑出口额": ["1521.5亿元", "", "下降14.3%"],
    }
    # the sum of exports and imports by two sources, the share of private firms, the year's growth
    assert rows.loc["进出口", "sure"] == "公布，4处核对相符"
    # its growth is from a floor
    assert rows.loc["经陆海新通道的箱量", "sure"] == "公布，未能核对"
    known = english.dictionary(book)
    for text in {*rows.index, *rows[["level", "year", "since", "sure"]].to_numpy().ravel()} - {""}:
        assert english.english(text, known)


def test_an_earlier_year_knows_nothing_of_later_ones(book):
    found = overview.headline_numbers(book, AREA, "2022")
    assert all(set(item.known) <= {str(year) for year in range(2018, 2023)} for item in found)
    assert set(overview.headline_table(book, found, "2022")["since"]) == {""}
    assert overview.pledged(book, AREA, "2022") == {}
    assert overview.by_industry(book, AREA, "2022") == ("", {})
    assert overview.cargo(book, AREA, "2022")["2022"].known


def test_the_fair_whose_industries_were_told(book):
    day, found = overview.by_industry(book, AREA, "2025")
    assert (day, found["equipment"].zh, found["auto"].zh) == ("2023-11-20", "52个", "24个")
    assert sum(item.point for item in found.values()) == 120
    assert cq.highest(found["equipment"], found.values()).outcome == "holds"
    assert cq.highest(found["auto"], found.values()).outcome == "fails"
    signed, pledged = overview.signed(book, AREA, "2025"), overview.pledged(book, AREA, "2025")
    assert max(signed) == max(pledged) == "2025-11-25"
    assert [item.zh for item in pledged.values()] == ["2012.2亿元", "超1100亿元"]
    # more projects, and money of which only a floor was told
    assert (signed["2025-11-25"] > signed[day]).outcome == "holds"
    assert cq.growth(pledged["2025-11-25"], pledged[day]).interval.contains(0)


def test_a_growth_in_words():
    rate = cq.growth(number("2419.5"), number("2084", "100M CNY", period="2024"))
    assert overview.in_direction(rate) == "增长16.1%"
    fall = cq.growth(number("2084"), number("2419.5", period="2024"))
    assert overview.in_direction(fall) == "下降约13.9%"
    assert overview.in_direction(cq.missing("percent")) == "没有查到"


def test_an_amount_beside_whole_ones_has_no_decimals(book):
    rise = cq.autos.increase_by_product(book, AREA, "2024", "2025")
    assert overview.in_whole(rise["汽车"]) == "约99亿元"
    assert overview.in_whole(cq.missing("100M CNY")) == "没有查到"


def test_how_sure(book):
    counted = overview.certainty(book)
    whole, *parts = (
        int(counted[name].removesuffix("条"))
        for name in (
            *("telling", "telling_held", "revised", "rounded"),
            *("undecidable", "scope", "inconsistent"),
        )
    )  # fmt: skip
    assert whole == sum(parts)
    assert min(parts) > 0


def test_a_place_without_figures_has_no_headlines(book):
    found = overview.headline_numbers(book, "500231", "2025")
    assert len(overview.headline_table(book, found, "2022")) < 3


@pytest.mark.parametrize("text", ["2.457", "2.449", "2.5", "2.41"])
def test_a_number_of_times_does_not_contradict_its_own_rounding(text):
    """Of 2.43 the book says 约2.4倍; a correction by one per cent makes 约2.5倍 of 2.457."""
    item = replace(exact(D(text), "times"), interval=Interval(D(text) - D("0.009"), D(text)))
    assert overview.told_in_times(item).outcome == "holds"


def test_a_number_of_times_known_to_less_than_its_digit_is_not_told():
    item = replace(exact(D("2.44"), "times"), interval=Interval(D("2.2"), D("2.7")))
    assert overview.told_in_times(item).outcome == "open"
    assert overview.told_in_times(missing("times")).outcome == "open"
