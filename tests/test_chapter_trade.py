"""外贸结构: its numbers, each worked out by hand from the printed ones, and what a datum turns."""

from __future__ import annotations

import math
from decimal import Decimal as D

import pytest

import cqbook as cq
from cqbook.analysis import reconciliation, trade
from cqbook.analysis.frames import short
from cqbook.analysis.supposed import SUPPOSED_REVISION, stands
from cqbook.data.catalog import Catalog
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import NOT_FOUND, compared, derive, difference, exact

AREA = "CN-50"


def within(item, low, high):
    return D(low) <= item.interval.lower and item.interval.upper <= D(high)


def test_the_totals_are_printed_for_every_year(book):
    totals = trade.flows(book, AREA, "2025")["total"]
    printed = ["5222.6", "5792.8", "6513.4", "8000.6", "8158.4", "7137.4", "7154.2", "8006.8"]
    assert [item.zh for item in totals.values()] == [f"{text}亿元" for text in printed]
    assert list(totals) == [str(year) for year in range(2018, 2026)]
    assert {item.status for item in totals.values()} == {"公布"}


def test_a_year_that_is_published_is_not_derived_from_the_next(book):
    # 8158.4 up 2 % would be 7959 to 8038; 8000.6 was printed
    assert trade.flows(book, AREA, "2022")["total"]["2021"].zh == "8000.6亿元"


def test_a_year_between_is_what_the_next_implies(book):
    found = trade.flows(book, AREA, "2025")
    # 5587.3 / 1.102 = 5070.1; 7154.2 less that = 2084.1
    assert within(found["export"]["2024"], "5067", "5073")
    assert within(found["import"]["2024"], "2081", "2087")
    assert found["import"]["2024"].about.flow == "import"
    # 超4700 has one end: nothing is left over that could be drawn
    assert found["export"]["2023"].zh == "超4700亿元"
    assert not found["import"]["2023"].known


def test_the_peak_is_told_from_four_years_on(book):
    made = trade.sizes(trade.flows(book, AREA, "2025"), "2025")
    assert made["total_peak_year"] == "2022年"
    assert made["total_gap"].zh == "152亿元"  # 8158.4 − 8006.8 = 151.6
    few = trade.sizes(trade.flows(book, AREA, "2021-01/2021-11"), "2021-01/2021-11")
    assert not few["total_peak"].known  # one January to November before it


def test_a_new_peak_turns_the_claim(spoiled):
    row = spoiled.find("observations.csv", "observation_id", "os-20260126-163-com.r001-trade-value")
    spoiled.set("observations.csv", row, "value", "8206.8")
    made = trade.sizes(trade.flows(Catalog(spoiled.path), AREA, "2025"), "2025")
    assert (made["total"] < made["total_peak"]).outcome == "fails"


def test_a_base_that_was_revised_is_the_base(book):
    found = trade.base_change(book, AREA, "2021-01/2021-11")
    # 7204.9 up 24 % is 5810; 5894 was printed a year before
    assert found["then"].zh == "5894亿元"
    assert (found["then"] > found["now"]).outcome == "holds"
    history = trade.History.of(book, AREA)
    assert history.before("2021-01/2021-11").status == "推算"
    # 8006.8 up 12 % is 7117 to 7182: 7154.2, as printed, is among them
    assert history.before("2025").zh == "7154.2亿元"


def test_a_growth_in_times_is_no_percent(book):
    hong_kong = trade.History.of(book, AREA, breakdown="partner=hk")
    # 252.6 up 1.2 times (1.15 to 1.25) is 2.2 times what it was: 114.8
    assert within(hong_kong.before("2020-01/2020-09"), "112", "118")


def test_shares_are_of_the_longest_stretch_of_each_year(book):
    found = trade.shares(book, AREA, "2025", "partner=us", least=11)
    assert found["2018"].zh == "20.4%"
    # 1078.9 / 7204.9
    assert within(found["2021-01/2021-11"], "14.96", "14.99")
    assert list(found)[-1] == "2022"
    early = trade.shares(book, AREA, "2021-01/2021-10", "partner=us")
    assert list(early)[-1] == "2021-01/2021-10"


def test_a_share_of_few_months_stands_for_no_year(book):
    found = trade.shares(book, AREA, "2025", "partner=asean", least=11)
    assert list(found) == ["2018", "2019", "2020", "2021-01/2021-11", "2022", "2024", "2025"]


def test_the_newer_markets_together(book):
    # (691.9 + 353.9 + 98.2) / 8006.8
    assert within(trade.newer_share(book, AREA, "2025"), "14.28", "14.30")
    assert not trade.newer_share(book, AREA, "2022").known


def test_regimes_stand_where_all_three_are_known(book):
    found = trade.regimes(book, AREA, "2025")
    assert list(found["加工贸易"]) == ["2019-01/2019-09", "2020-01/2020-09", "2021", "2022"]
    assert within(found["加工贸易"]["2022"], "43.38", "43.40")  # 3540 / 8158.4
    # of whole years processing is followed longer, and by itself
    yearly = trade.shares(book, AREA, "2025", "regime=processing", least=12)
    assert list(yearly) == ["2019", "2020", "2021", "2022"]
    assert cq.falling(list(yearly.values())).outcome == "holds"


def test_the_change_by_goods_adds_up(book):
    rows = trade.growth_by_goods(book, AREA, "2025").set_index("label")
    assert rows["value"].iloc[:-1].sum() == pytest.approx(rows["value"].iloc[-1])
    # 567 − 567 / 1.354 = 148.2; 1898.6 − 1898.6 / 1.245 = 373.6; 8006.8 − 7154.2
    assert rows.loc["机电：手机出口", "value"] == pytest.approx(148.24, abs=0.01)
    assert rows.loc["机电：进口", "value"] == pytest.approx(373.62, abs=0.01)
    assert rows.loc["进出口增量", "value"] == pytest.approx(852.6)


def test_machines_make_most_of_the_change(book):
    found = trade.sources_of_growth(book, AREA, "2025")
    assert (found["machines_sold"] > found["machines_bought"]).outcome == "holds"
    assert within(found["machines_bought"], "372.8", "374.5")
    # the exports that are named, and the rest of the machines sold, of the waterfall
    rows = trade.growth_by_goods(book, AREA, "2025").set_index("label")["value"]
    sold = rows[[f"机电：{name}出口" for name in ("手机", "汽车", "摩托车", "其余")]].sum()
    assert float(found["machines_sold"].point) == pytest.approx(sold, abs=0.5)
    share = 100 * (sold + rows["机电：进口"]) / rows["进出口增量"]
    assert float(found["machines_rate"].point) == pytest.approx(share, abs=0.5)
    assert (found["goods_rate"] > 50).outcome == "holds"
    assert trade.other_imports(book, AREA, "2025").point < 0


def test_a_floor_is_not_drawn_but_told(book):
    found = trade.flows(book, AREA, "2025")
    rows = trade.flow_lines(found)
    exports = rows[rows["group"].eq("出口")].set_index("period")["value"]
    assert exports["2023"] != exports["2023"]
    assert exports["2025"] == 5587.3
    assert trade.floors(found) == "2023年"


def test_one_breakdown_of_the_change_is_shown(book):
    for period, shown in (("2025", "goods"), ("2022", "regime"), ("2021-01/2021-10", "enterprise")):
        frames = trade.growth_frames(book, AREA, period)
        assert [name for name, rows in frames.items() if len(rows)] == [shown]
    assert not any(map(len, trade.growth_frames(book, AREA, "2024").values()))


def test_one_good_over_another(book):
    found = trade.goods(book, AREA, "2025")
    assert (found["手机"]["2025"] > found["汽车"]["2025"]).outcome == "holds"  # 567 and 530.3
    # 2001 − 1521.5
    less = difference(found["笔记本电脑"]["2021"], found["笔记本电脑"]["2025"])
    assert within(less, "478.9", "480.1")


def test_who_passed_chongqing(book):
    found = trade.provincial_rank(book, AREA, "2025")
    assert (found.best.zh, found.rank.zh, found.best_year) == ("第11位", "第14位", "2022年")
    assert found.passers == "安徽、辽宁、广西"
    assert found.passed.outcome == "holds"
    rows = trade.rank_lines(book, AREA, "2025")
    own = rows[rows["group"].eq("重庆")]
    assert list(own["value"]) == [11, 12, 12, 11, 12, 11, 11, 13, 14]
    # no other line is drawn: 四川 and 河南 passed it before its best year
    assert list(dict.fromkeys(rows["group"])) == ["重庆", "安徽", "辽宁", "广西"]
    assert trade.provincial_rank(book, AREA, "2022").passers == "没有查到"


def test_months_between_cumulative_figures(book):
    found = {item.label: item for item in trade.stretches(book, AREA, "2022")}
    # 7487.9 − 6895 = 592.9, a year before 7204.9 − 6435.2 = 769.7
    assert within(found["11月"].growth, "-23.1", "-22.8")
    assert found["4月"].growth.zh == "19.8%"  # as printed
    assert "1—3月" in found  # 2754.5 less April
    late = trade.hidden(book, AREA, "2025")
    assert [item.label for item in late.months] == ["1—6月", "7月", "8—9月", "10—12月"]
    assert late.fast.label == "8—9月"
    # 2024 has its whole year alone: the last one with months is 2022
    assert trade.hidden(book, AREA, "2024").when == "2022年"


def test_what_a_revision_of_the_year_before_would_do_to_its_months(book):
    late = trade.hidden(book, AREA, "2025")
    last = late.months[-1]
    # 2186.7 / (1972 ± 2 % of 7154.2) and 1475.2 / (1200 ± 2 % of 5182)
    assert within(last.revised, "3", "20")
    assert last.revised.interval.contains(D("19.5"))
    assert within(late.fast.revised, "12", "37")
    assert late.fast.revised.interval.contains(D("13.3"))
    # a month that was published is what no cumulative figure leaves
    assert not late.months[1].revised.known


def test_what_is_supposed_is_above_each_revision_that_was_measured(book):
    """A slowdown was said to stand at 1 %, where the book had measured 1.5, and up to 1.9."""
    ends = [
        abs(end)
        for item in reconciliation.bases(book, AREA, "2021").values()
        for end in (item.change.interval.lower, item.change.interval.upper)
    ]
    assert math.ceil(max(ends)) == SUPPOSED_REVISION
    overlap = compared(exact(5, "percent"), "<", exact(5, "percent"))
    assert stands(overlap) == "有重叠，不能断定回落"
    assert stands(compared(exact(5, "percent"), "<", exact(6, "percent"))) == "仍是回落"


def test_a_month_on_average(book):
    found = {item.label: item for item in trade.hidden(book, AREA, "2025").months}
    fast, last = (trade.monthly(found[label]) for label in ("8—9月", "10—12月"))
    # 1475 / 2 and 2187 / 3; a year before a growth of 22.9 % and of 10.9 % less
    assert within(fast[0], "735", "740")
    assert within(last[0], "727", "731")
    assert within(fast[1], "595", "605")
    assert within(last[1], "654", "661")


def test_what_is_sparse_stands_in_a_table(book):
    found = trade.goods(book, AREA, "2025")
    rows = trade.side_by_side(found)
    # every year of which one good is known; the largest of the last year comes first
    assert list(rows["period"]) == [f"{year}年" for year in range(2018, 2026)]
    assert list(trade.headings(rows)) == ["period", "笔记本电脑", "手机", "汽车", "摩托车"]
    told = rows.set_index("period")
    # what is printed keeps its digits; what is derived says so
    assert list(told.loc[["2020年", "2024年", "2025年"], "手机"]) == [
        "200.4亿元", "419亿元（推算）", "567亿元",
    ]  # fmt: skip
    assert told.loc["2024年"].isna().to_dict() == {
        "手机": False, "笔记本电脑": True, "摩托车": False, "汽车": False,
        "source_id": False, "observation_id": False,
    }  # fmt: skip
    assert "os-20250209-ichongqing" in told.loc["2024年", "source_id"].split(";")
    assert (trade.before_last(found["手机"]) < trade.before_last(found["汽车"])).outcome == "holds"
    # one period compares nothing with another
    assert trade.side_by_side({"手机": {"2025": found["手机"]["2025"]}}).empty
    assert trade.side_by_side({"手机": {}}).empty


def test_the_shares_of_a_table_are_of_every_period_that_one_has(book):
    rows = trade.side_by_side(trade.partner_shares(book, AREA, "2025")).set_index("period")
    shares = rows[["东盟", "欧盟", "美国"]].fillna("")
    assert list(shares.index) == [f"{year}年" for year in (*range(2017, 2023), 2024, 2025)]
    assert list(shares.loc["2022年"]) == ["15.5%", "15.3%", "13.9%"]
    assert list(shares.loc["2024年"]) == ["16.5%（推算）", "13.7%（推算）", ""]
    regimes = trade.side_by_side(trade.regimes(book, AREA, "2025"))
    assert not regimes.isna().any(axis=None)
    assert regimes["period"][0] == "2019年1—9月"


def test_what_is_derived_is_said_to_be_and_nothing_else(book):
    found = trade.shares(book, AREA, "2025", "partner=us", least=11)
    assert {text: item.status == "推算" for text, item in found.items()} == {
        "2017": True, "2018": False, "2019-01/2019-11": True, "2020": False,
        "2021-01/2021-11": False, "2022": False,
    }  # fmt: skip


def test_a_share_has_a_column_a_year_and_a_gap_where_none_is_known(book):
    rows = trade.share_columns(trade.shares(book, AREA, "2025", "enterprise=private", least=12))
    assert dict(zip(rows["label"], rows["text"], strict=True)) == {
        "2019年": "约33.1%", "2020年": "38.3%", "2021年": "43.7%", "2022年": "45.9%",
        "2023年": "没有查到", "2024年": "约45.2%", "2025年": "48%",
    }  # fmt: skip
    assert not rows["apart"].any()
    # ten months are set beside no year
    part = trade.shares(book, AREA, "2021-01/2021-10", "enterprise=private", least=12)
    assert list(trade.share_columns(part)["apart"]) == [False, False, True]
    assert trade.share_columns({}).empty


def test_partners_are_of_whole_years_and_of_one_membership(book):
    found = trade.partner_shares(book, AREA, "2025")
    assert list(found["欧盟"]) == ["2020", "2021", "2022", "2024", "2025"]
    assert not [text for items in found.values() for text in items if len(text) > 4]


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        ("372.9", "374.4", "100M CNY", "约374亿元"),
        ("71.4", "71.9", "percent", "约71.7%"),  # 72 is none of what it can be
        ("15.926", "15.932", "percent", "15.9%"),
        ("-23.06", "-22.88", "percent", "约−23.0%"),
    ],
)
def test_a_number_for_running_text(low, high, unit, words):
    ends = Interval(D(low), D(high))
    assert short(derive(lambda _: ends, exact(1, unit), unit=unit)).zh == words


def test_a_printed_number_stays_as_printed(book):
    assert short(trade.level(book, AREA, "2025")).zh == "8006.8亿元"


def test_the_last_of_a_series_is_of_the_time_that_is_asked():
    year, part = (exact(share, "percent") for share in (34, 28))
    found = {"2022": year, "2025-01/2025-09": part}
    # the share of nine months was told as that of a year
    held = trade.ends_of(found, "laptop", "percent", at="2022")
    assert (held["laptop_last"], held["laptop_last_when"]) == (year, "2022年")
    assert trade.ends_of(found, "laptop", "percent")["laptop_last"] == part
    nothing = trade.ends_of({"2021": year}, "laptop", "percent", at="2022")
    assert not nothing["laptop_last"].known
    assert nothing["laptop_last_when"] == NOT_FOUND
