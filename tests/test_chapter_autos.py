"""汽车出口: what the chapter computes, worked out by hand from rows; data that turn a claim."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

import cqbook as cq
from cqbook.analysis import autos
from cqbook.analysis.supposed import if_revised
from cqbook.data.catalog import Catalog
from cqbook.errors import IncomparableError
from cqbook.quantities import wording
from cqbook.quantities.interval import Interval
from cqbook.quantities.units import Unit

AREA = "CN-50"
YEARS = range(2022, 2026)


@pytest.fixture(scope="module")
def values(book):
    return autos.export_values(book, AREA, YEARS)


@pytest.fixture(scope="module")
def volumes(book):
    return autos.export_volumes(book, AREA, YEARS)


def spoilt(copy, observation, value):
    row = copy.find("observations.csv", "observation_id", observation)
    copy.set("observations.csv", row, "value", value)
    copy.set("observations.csv", row, "as_printed", value)
    return Catalog(copy.path)


def test_a_year_that_only_the_next_one_implies_is_derived(values, volumes):
    # 331.7 / 1.519 = 218.37; 36.8 / 1.298 = 28.35
    assert values["2022"].interval.contains(D("218.37"))
    assert volumes["2022"].interval.contains(D("28.351"))
    assert values["2022"].status == volumes["2022"].status == "推算"
    assert values["2025"].zh == "530.3亿元"
    assert not volumes["2025"].known


def test_price_rose_in_one_year_and_volume_in_the_next(values, volumes):
    prices = autos.unit_values(values, volumes)
    # 331.7 / 36.8 = 9.0136; 431.3 / 47.7 = 9.0419: a third of a per cent
    assert prices["2023"].interval.contains(D("9.0136"))
    assert cq.near(prices["2024"], prices["2023"], 1).outcome == "holds"
    assert (prices["2023"] > prices["2022"]).outcome == "holds"
    assert not prices["2025"].known
    rows = autos.index_points({"金额": values, "辆数": volumes})
    assert rows.groupby("group")["value"].first().tolist() == [100, 100]
    # of 2025 the vehicles were not found: neither line goes there
    assert rows["text"].tolist() == ["100", "152", "198", "100", "130", "168"]


def test_the_fourth_quarter_is_what_nine_months_leave_of_the_year(book):
    found = autos.quarters(book, AREA, "2025")
    # 530.3 − 337.3 = 193.0; 431.3 − 317.0 = 114.3; 193.0 / 114.3 = 1.6885
    assert found["last"].interval.contains(D("193.0"))
    assert found["last_before"].interval.contains(D("114.3"))
    assert found["last_growth"].interval.contains(D("68.85"))
    assert found["first_growth"].zh == "6.4%"
    # 78.7 of the 99.0 that the year is more
    assert found["last_part"].interval.contains(D("79.49"))
    assert (found["last_part"] > 75).outcome == "holds"
    rows = autos.quarter_points(found)
    assert rows["label"].tolist() == ["前三季度", "四季度", "全年"]
    assert rows["text"].tolist() == ["20亿元", "79亿元", "99亿元"]
    none = autos.quarters(book, AREA, "2022")
    assert not none["last"].known
    assert autos.quarter_points(none).empty


def test_a_revision_of_the_year_moves_its_last_quarter_much_more(book):
    found = autos.quarters(book, AREA, "2025")
    revised = found["last_growth_revised"]
    # 193.0 / (431.3 · 1.02 − 317.0) and 193.0 / (431.3 · 0.98 − 317.0)
    assert revised.interval.contains(D("57.0"))
    assert revised.interval.contains(D("82.6"))
    assert not revised.interval.contains(D("56"))
    # what three quarters grew by: 337.3 / (317.0 · 1.02), 337.3 / (317.0 · 0.98)
    until = found["first_growth_revised"]
    assert until.interval.contains(D("4.4"))
    assert until.interval.contains(D("8.5"))
    assert not until.interval.contains(D("9.5"))
    # (193.0 − 114.3 ± 0.02 · 317.0) / 99.0
    part = found["last_part_revised"]
    assert part.interval.contains(D("73.2"))
    assert part.interval.contains(D("85.8"))
    assert not part.interval.contains(D("70"))
    told = if_revised("四季度", found["last_growth"], revised)
    assert told == "四季度增长约69%（试算：上年全年的数若改过2%，在56%—84%之间）"
    none = autos.quarters(book, AREA, "2022")
    assert if_revised("四季度", none["last_growth"], none["last_growth_revised"]) == "没有查到"


def test_october_alone_added_more_than_nine_months(book):
    found, power = autos.quarters(book, AREA, "2025"), autos.electric(book, AREA, "2025")
    october, later = autos.after_september(found, power)
    # 48.15 − 20.30 = 27.85; 99.0 − 48.15 = 50.85
    assert october.interval.contains(D("27.85"))
    assert later.interval.contains(D("50.85"))
    assert (october > found["first_more"]).outcome == "holds"
    whole = {**power, "total": autos.export_values(book, AREA, YEARS)["2025"]}
    assert not any(item.known for item in autos.after_september(found, whole))


def test_another_nine_months_turn_the_claim(spoiled):
    other = spoilt(spoiled, "os-202510-asiacity-news.r025-auto-exports-value", "45.73")
    found = autos.quarters(other, AREA, "2025")
    assert (found["last_growth"] > found["first_growth"]).outcome == "fails"
    assert (found["last_part"] > 75).outcome != "holds"


def test_electric_cars_grew_by_more_than_all_cars(book):
    found = autos.electric(book, AREA, "2025")
    # 402.2 − 402.2 / 1.136 = 48.15; 116.5 − 116.5 / 1.721 = 48.81
    assert found["total_more"].interval.contains(D("48.15"))
    assert found["ev_more"].interval.contains(D("48.81"))
    assert (found["ev_more"] > found["total_more"]).outcome == "holds"
    assert found["rest_less"].interval.contains(D("0.66"))
    assert (found["rest_less"] < 2).outcome == "holds"
    assert found["share"].about.period == "2025-01/2025-10"
    assert not autos.electric(book, AREA, "2022")["ev"].known


def test_a_slower_growth_of_electric_cars_turns_the_claim(spoiled):
    # the figure stands twice: both say it
    for row in ("os-20251212-zh.r034-auto-exports-value-yoy",
                "os-20251212-xinhua-people-s-daily-on.r313-x2-auto-exports-value"):  # fmt: skip
        other = spoilt(spoiled, row, "52.1")
    found = autos.electric(other, AREA, "2025")
    assert (found["ev_more"] > found["total_more"]).outcome == "fails"


def test_fewer_electric_cars_are_exported_than_made(book):
    found = autos.electric_shares(book, AREA, range(2021, 2026))
    made, sold, nation = (autos.latest(found[key]) for key in ("made", "sold", "nation"))
    assert made.interval.contains(D("46.485"))  # 129.6 / 278.8
    assert sold.interval.contains(D("28.966"))  # 116.5 / 402.2
    assert nation.interval.contains(D("35.862"))  # 201.4 / 561.6
    assert list(found["made"]) == ["2024", "2025"], "ten months of 2023 do not go with its year"
    assert list(found["nation"])[-1] == "2025-01/2025-10", "over 7 million leaves one end open"
    with pytest.raises(IncomparableError):
        sold < made  # noqa: B015 - value and vehicles


def test_the_increase_by_product_adds_up(book):
    found = autos.increase_by_product(book, AREA, "2022", "2025")
    # 530.3 − 218.4; 1521.5 − 1774.7; 5587.3 − 5245.3
    assert found["汽车"].interval.contains(D("311.9"))
    assert found["笔记本电脑"].interval.contains(D("-253.2"))
    assert found["全部出口"].interval.contains(D("342.0"))
    assert "手机" not in found, "2022 is not known"
    assert autos.increase_by_product(book, AREA, "2022", "2022") == {}


def test_the_first_quarter_is_the_association_s_own(book):
    own = autos.national(book, "2023-01/2023-03")
    assert own.zh == "99.4万辆"  # not the 107 that newspapers gave as its figure


def test_a_month_without_both_figures_has_no_share(book):
    found = autos.nev_share_by_month(book, "2025-08", "2025-11")
    # 22.4 of 61.1; of September and November all vehicles are not known
    assert found["2025-08"].interval.contains(D("36.66"))
    assert [month for month, item in found.items() if not item.known] == ["2025-09", "2025-11"]
    early, late = autos.before_and_since(found, "2025-09")
    assert (len(early), len(late)) == (1, 1)


def test_a_part_of_a_year_stands_apart_from_whole_years(book):
    shares, power = (
        autos.electric_shares(book, AREA, range(2021, 2026)),
        autos.electric(book, AREA, "2025"),
    )
    rows = autos.electric_share_points(shares["sold"], power["share"], power["share_before"])
    assert dict(zip(rows["label"], rows["apart"], strict=True)) == {
        "2023": False, "2024": False, "2024年1—10月": True, "2025年1—10月": True
    }  # fmt: skip
    whole = autos.electric_share_points({}, cq.missing("percent"), cq.missing("percent"))
    assert whole.empty


def test_destinations_are_compared_by_the_month(book):
    russia, mexico = (list(autos.monthly_to(book, code).values()) for code in ("ru", "mx"))
    # 37.25 / 5 and 58.27 / 12; 62.52 / 12, all of them as the CPCA counts
    assert russia[0].interval.contains(D("7.45"))
    assert mexico[-1].interval.contains(D("5.21"))
    assert (russia[-1] < russia[0]).outcome == "holds"
    assert russia[-1].interval.contains(D("4.8558"))
    assert (mexico[-1] > russia[-1]).outcome == "holds"


def test_the_list_of_2023_that_only_a_copy_has_is_not_used(book):
    assert not any(autos.sent_to(book, code, "2023").known for code in ("ru", "mx"))


def test_registrations_are_added_country_by_country(book):
    found = autos.registered(book, ["changan", "deepal"], "2026", 6)
    assert {code: item.point for code, item in found.items()} == {
        "ES": 1774, "GB": 1579, "IL": 1972, "IT": 79, "NL": 11, "NO": 424,
    }  # fmt: skip
    assert autos.added(found).point == 5839
    assert not autos.added({}).known


def test_makers_stand_in_order(book):
    board = autos.makers(book, "2026-01/2026-06")
    assert list(board["label"]).index("长安汽车") == 8
    assert board.loc[8, "text"] == "5.3万辆"
    # the page says that it is not among the ten
    assert len(board) == 10
    assert not board["label"].str.contains("赛力斯").any()


def test_the_share_of_exports_is_followed_on_one_basis(book):
    found = autos.electric_shares(book, AREA, range(2021, 2026))
    said = {period: item.roughly for period, item in found["sold"].items()}
    assert said == {"2023": "约12.8%", "2024": "19.0%", "2025-01/2025-10": "29.0%"}
    assert autos.latest(found["made"]).roughly == "46.5%"
    assert autos.latest(found["nation"]).roughly == "35.9%"


def test_plans_and_targets_keep_their_status(book):
    found = autos.abroad(book)
    assert [item.status for item in found.values()] == ["公布", "公布", "计划"]
    goal = cq.fact(
        book, unit="100M CNY", indicator="auto_exports_value", entity=AREA, period="2027",
        breakdown="vehicle=icnev",
    )  # fmt: skip
    value = autos.export_values(book, AREA, YEARS)["2025"]
    with pytest.raises(IncomparableError):
        autos.times_of(goal, value)
    assert (autos.times_of(goal, value, regardless="目标与全部汽车的实绩") > 2).outcome == "holds"
    # 1200 / 82.1 = 14.62
    electric = autos.export_values(book, AREA, range(2024, 2025), autos.EV)["2024"]
    assert (autos.times_of(goal, electric, regardless="口径不同") > 14).outcome == "holds"


def test_a_year_that_a_series_has_not_is_missing_in_its_unit(volumes):
    assert str(autos.at(volumes, "2019").unit) == "10k vehicles"
    assert not autos.at({}, "2019").known
    assert autos.when(autos.at({}, "2019")) == "没有查到"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("28.948", "28.983", "29.0%"),
        ("7.685", "7.719", "7.7%"),
        ("77.95", "79.35", "约79%"),
        ("21.04", "21.94", "约21.5%"),  # 21 is none of what it can be
        ("-21.94", "-21.04", "约−21.5%"),
        ("317", "317", "317%"),
        ("0.3", "1.1", ""),
        ("-1", "1", ""),
    ],
)
def test_one_number_is_said_of_a_narrow_interval(low, high, said):
    interval = Interval(D(low), D(high), True, True)
    assert wording.roughly_zh(interval, Unit(1, "percent")) == said


def test_a_share_is_said_in_tenths():
    assert autos.tenths(cq.exact(79, "percent")) == "约八成"
    assert autos.tenths(cq.missing("percent")) == "没有查到"


def test_one_year_of_growth_is_not_a_run_of_years(book):
    # "年年增长" stood on the page of 2023, of one year
    words = autos.years_rising(autos.export_values(book, AREA, range(2022, 2024)))
    assert words == {"rising_from": "没有查到", "only_before": "2022年"}
    words = autos.years_rising(autos.export_values(book, AREA, range(2022, 2025)))
    assert words == {"rising_from": "2023年", "only_before": "没有查到"}
