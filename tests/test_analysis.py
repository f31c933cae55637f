"""What the chapters compute: each on the real data, with numbers worked out by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from cqbook.analysis.composition import REST, composition
from cqbook.errors import DataError

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




def test_actual_output_goes_before_the_estimate(book):
    assert autos.made(book, AREA, "2022")["nev_output"].zh == "36.5万辆"




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


def test_headlines_say_which_year_they_are_of(book):
    frame = overview.headline_table(book, AREA, "2025").set_index("label")
    assert frame.loc["进出口总值", "text"] == "8006.8亿元"
    assert frame.loc["汽车出口量", "when"] == "2024年"
    assert frame.loc["汽车出口量", "text"] == "47.7万辆"
    earlier = overview.headline_table(book, AREA, "2022").set_index("label")
    assert earlier.loc["进出口总值", "text"] == "8158.4亿元"
