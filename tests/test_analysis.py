"""What the chapters compute: each on the real data, with numbers worked out by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from cqbook.analysis import autos, corridors, district, industry, trade
from cqbook.analysis.composition import REST, composition
from cqbook.errors import DataError
from cqbook.quantities import quantity

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
    assert made.named("国有企业").level.zh == "未见公布"


def test_a_share_of_something_else_is_no_share_of_the_total(book):
    """30.2 % of the nation's laptop exports is not the share in Chongqing's exports."""
    made = composition(book, of("2025") | {"flow": "export"}, dimension="product", exclusive=False)
    laptop = made.named("笔记本电脑")
    assert laptop.share.status == "推算"
    assert laptop.share.interval.contains(D("27.2314"))  # 1521.5 / 5587.3


def test_a_breakdown_nobody_published_gives_no_parts(book):
    made = composition(book, of("2025"), dimension="regime")
    assert made.parts == ()
    assert made.rest is None
    assert made.points("level", unit="100M CNY").empty


def test_trade_years_show_gaps_and_mark_what_is_derived(book):
    exports = trade.yearly(book, AREA, "export", range(2019, 2026))
    assert exports["2022"].status == "公布"
    assert exports["2019"].status == "推算"  # from 2020's growth
    assert exports["2024"].status == "推算"  # 5587.3 in 2025, up 10.2 %
    assert exports["2024"].interval.contains(D("5070"))
    imports = trade.yearly(book, AREA, "import", range(2019, 2026))
    assert not imports["2024"].known


def test_the_totals_of_trade_are_printed_for_every_year(book):
    totals = trade.yearly(book, AREA, "total", range(2018, 2026))
    assert {year: total.zh for year, total in totals.items()} == {
        "2018": "5222.6亿元",
        "2019": "5792.8亿元",
        "2020": "6513.4亿元",
        "2021": "8000.6亿元",
        "2022": "8158.4亿元",
        "2023": "7137.4亿元",
        "2024": "7154.2亿元",
        "2025": "8006.8亿元",
    }
    assert {total.status for total in totals.values()} == {"公布"}


def test_months_are_differences_of_cumulative_figures(book):
    rows = trade.months_from_cumulative(book, AREA, "2022").set_index("label")
    # 7487.9 − 6895 = 592.9 and 8158.4 − 7487.9 = 670.5
    assert rows.loc["11月", "value"] == pytest.approx(592.9)
    assert rows.loc["12月", "lower"] < 670.5 < rows.loc["12月", "upper"]
    assert "4月" not in rows.index  # the first quarter is printed as a floor
    assert set(rows["status"]) == {"推算"}


def test_concentration_has_two_ends(book):
    made = trade.parts(book, AREA, "2022", "partner")
    low, high = trade.hhi_bounds(made)
    # shares 15.5, 15.3, 13.9 %: squares sum to 668; the rest (55.3 %) adds at most 3055
    assert low.point == pytest.approx(668, abs=1)
    assert high.point == pytest.approx(668 + 55.27**2, abs=3)
    assert all(part.label not in ("共建“一带一路”国家",) for part in made.parts)


def test_peers_differ_by_basis(book):
    places = trade.peer_rank(trade.peers(book, "2024"), "重庆")
    assert places == {"traders_seat": "第4位", "origin_destination": "第5位"}


def test_the_tenth_and_the_floor_limit_each_other(book):
    found = autos.tenth(book)
    # 10 % is 9.5 to 10.5, 107 is 106.5 to 107.5: 10.1 to 11.3; less more than 9 leaves under 2.3
    assert found["implied"].interval.lower == D("9.5") * D("106.5") / 100
    assert found["others"].interval.upper == D("10.5") * D("107.5") / 100 - 9
    assert found["maker_share"].zh.endswith("以上")


def test_unit_value_of_exported_cars(book):
    rows = autos.unit_values(book, AREA).set_index("label")
    # 331.7亿元 / 36.8万辆 = 9.01万元
    assert rows.loc["2023年", "value"] == pytest.approx(9.0136, abs=0.001)


def test_national_exports_are_on_one_basis(book):
    found = autos.national(book, range(2012, 2026))
    assert found["2023"].zh == "491万辆"  # not the customs' 522.1
    assert not found["2015"].known


def test_actual_output_goes_before_the_estimate(book):
    assert autos.made(book, AREA, "2022")["nev_output"].zh == "36.5万辆"


def test_thailand_phase_two_has_two_readings(book):
    together, each = autos.thailand(book)
    assert together.point == 20
    assert each.point == 30


def test_loading_three_or_four_cars(book):
    rows = corridors.loading(book).set_index("label")
    implied = rows.loc["整箱成本不变时的推算"]
    assert implied["lower"] == pytest.approx(-50)
    assert implied["upper"] == pytest.approx(-100 / 3)
    # 30 % off with three to four cars means a box 1.05 (0.7 × 3/2) to 1.4 times as dear
    cost = corridors.container_cost(book)
    assert cost.interval.contains(D(5))
    assert cost.interval.contains(D(40))


@pytest.mark.parametrize(("rate", "day"), [(4.35, 26.2), (8.7, 52.4)])
def test_a_day_is_worth_value_times_rate(book, rate, day):
    found = corridors.worth_of_a_day(book, rate)
    # at most 22万元 a box (20 亿 + 10 % over 1万 boxes)
    assert float(found["box"].interval.upper) == pytest.approx(22)
    assert float(found["day"].interval.upper) == pytest.approx(day, abs=0.1)


def test_a_zone_of_seven_districts_is_not_the_district(book):
    frame = district.figures(book, "500102")
    zone = frame[frame["across"]]
    assert set(zone["who"]) == {"重庆沿江承接产业转移示范区（跨7个区县）"}
    assert "获批次序·位次（全国承接产业转移示范区，按获批先后）" in set(zone["what"])
    words = district.summary(book, "500102")
    parts = [int(words[name].removesuffix("个")) for name in ("own", "inside", "across")]
    assert sum(parts) == len(frame)
    assert parts[2] == len(zone) > 0


def test_power_gap_on_both_readings(book):
    found = industry.power(book, AREA, "2022")
    assert found["gap_inside"].interval.contains(D("16.0"))  # 457 / 2856
    assert found["gap_outside"].interval.contains(D("13.79"))  # 457 / 3313


def test_investment_rest_is_a_ceiling(book):
    _, rest = industry.investment(book, AREA, "2022")
    # 4103.9 − 43.5 − 2440.2 − 154.3 − 292.4 = 1173.5, less more than 1000
    assert rest.interval.upper == pytest.approx(D("173.75"))
    assert rest.zh.endswith("以下")


def test_months_of_2022_are_mostly_unpublished(book):
    rows = industry.growth_by_month(book, AREA, "2022")
    assert len(rows) == 12
    assert rows["value"].notna().sum() == 4


def test_stock_a_year_before(book):
    rows = industry.stocks(book, AREA, "2022").set_index("label")
    assert rows.loc["国家级“小巨人”企业", "before"] == "118家"  # 255 − 137
    assert rows.loc["智能化改造项目", "before"] == "4075个"


def test_a_district_page_holds_its_firms_and_projects(book):
    frame = district.figures(book, "500106")
    assert {"shapingba-nev-2024.auto-exports", "shapingba-nev-2024.tuopu-chassis-capacity"} <= set(
        frame["observation_id"]
    )
    assert not frame["source_id"].str.startswith("dianjiang").any()


def test_an_unknown_district_is_refused_with_the_known_ones(book):
    with pytest.raises(DataError, match=r"599999.*500120璧山区"):
        district.summary(book, "599999")


def test_a_sentence_that_lacks_its_figure_says_so(book):

    full = trade.rate_words(trade.private_rate(book, "CN-50", "2022"))
    assert full["rate_words"].startswith("所印156%，推算")
    assert (
        "没有印出贡献率"
        in trade.rate_words(trade.private_rate(book, "CN-50", "2025"))["rate_words"]
    )
    empty = trade.private_rate(book, "CN-50", "2019")
    assert "既没有印出" in trade.rate_words(empty)["rate_words"]
    missing = quantity.missing("100M CNY")
    alone = trade.parts(book, AREA, "2025", "enterprise")
    # 8006.8 - 3841.9 = 4164.9 ± 0.1: the last digit is not supported
    assert trade.rest_words(alone) == "民营企业之外的各类合计4165亿元，其中各占多少未见公布"
    assert trade.rest_words(trade.parts(book, AREA, "2022", "enterprise")).startswith("列名的各类")
    assert "没有找齐" in trade.rest_words(trade.parts(book, AREA, "1990", "enterprise"))
    said = trade.industry_words(missing, quantity.missing("percent"))
    assert said == "按“汽车制造业”口径的进出口，这一时期未见公布", (
        "a sentence, not a word in its place"
    )
    said = trade.west_words(quantity.missing("percent"), "2025年")
    assert said == "占西部地区外贸的比重，2025年未见公布"
