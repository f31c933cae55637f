"""What the page of 2022 says: numbers worked out by hand, and claims that can turn."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

import cqbook as cq
from cqbook.analysis import industry, whole_year
from cqbook.data.catalog import Catalog

AREA, YEAR = "CN-50", "2022"


def holds(number, quantity):
    return quantity.interval.contains(D(number))


# --- trade


def test_each_bar_is_a_whole_cut_into_what_was_printed(book):
    found = whole_year.shares(book, AREA, YEAR)
    assert list(found) == [cut.label for cut in whole_year.CUTS]
    # printed
    assert whole_year.of(found, "监管区域", "综合保税区").zh == "65.7%"
    assert whole_year.of(found, "产业", "汽车制造业").zh == "3.9%"
    # 1266.3, 1134.8, 3540 of 8158.4; 1774.7 of 5245.3 of exports
    assert holds("15.521", whole_year.of(found, "贸易伙伴", "东盟"))
    assert holds("13.909", whole_year.of(found, "贸易伙伴", "美国"))
    assert holds("43.391", whole_year.of(found, "贸易方式", "加工贸易"))
    assert holds("33.834", whole_year.of(found, "出口的商品", "笔记本电脑"))
    assert not whole_year.of(found, "贸易伙伴", "日本").known


def test_every_figure_of_the_article_is_in_the_table_once(book):
    rows = book.observations(source_id="trade-2022")
    table = whole_year.article(book, AREA, "trade-2022")
    assert whole_year.count(table) == len(rows) == 35
    words = "　".join(table[["level", "yoy", "share", "place"]].to_numpy().ravel())
    for printed in (
        *("8158.4", "3741.1", "3823", "2928.2", "1659.1", "3540", "1266.3", "1247.6", "1134.8"),
        *("5358.2", "4951.2", "5545.3万台", "1774.7", "1222.9", "321.1"),
        *("21.1%", "45.9%", "46.9%", "65.7%", "60.7%", "42%", "3.9%", "156%", "基本持平"),
        *("增长2%", "增长7.1%", "增长9%", "增长0.4%", "下降2.5%", "增长0.7%"),
        *("第2位", "第4位", "第9位", "第1位"),
    ):
        assert printed in words, printed
    assert words.count("第1位") == 2, "quantity and value"
    assert table["label"].is_unique


def test_a_doubtful_figure_is_not_in_the_table(spoiled):
    row = spoiled.find("observations.csv", "observation_id", "trade-2022.auto")
    spoiled.set("observations.csv", row, "confidence", "1")
    table = whole_year.article(Catalog(spoiled.path), AREA, "trade-2022")
    assert whole_year.count(table) == 34
    assert "321.1" not in "".join(table["level"])


def test_exports_fell_from_august_on(book, spoiled):
    found = whole_year.pieces(book, AREA, YEAR, "export")
    assert list(found) == [(1, 3), (4, 4), (5, 7), *((month, month) for month in range(8, 13))]
    # as published; May alone is printed as nearly 226.2 billion, which tells nothing
    assert (found[1, 3].zh, found[4, 4].zh) == ("14%", "36.6%")
    # 3653.7 − 3244.8 = 408.9 against 3653.7 / 1.142 − 3244.8 / 1.175 = 437.9
    assert holds("-6.62", found[8, 8])
    # 374.7 against 4870.7 / 1.052 − 4496 / 1.093 = 516.5; 374.6 against 537.9
    assert holds("-27.45", found[11, 11])
    assert holds("-30.35", found[12, 12])
    assert whole_year.fell_from(found, 8).outcome == "holds"
    # of July alone nothing is known
    assert whole_year.fell_from(found, 7).outcome == "open"
    rows = whole_year.piece_points(found)
    assert list(rows["label"])[:4] == ["1—3月", "4月", "5—7月", "8月"]
    assert list(rows["text"])[:4] == ["14%", "36.6%", "14.4%", "−6.6%"]
    name = "os-20220924-urdupoint-xinhua.r488-trade-value-yoy"
    row = spoiled.find("observations.csv", "observation_id", name)
    spoiled.set("observations.csv", row, "value", "17.2")
    changed = whole_year.pieces(Catalog(spoiled.path), AREA, YEAR, "export")
    assert whole_year.fell_from(changed, 8).outcome == "fails"


def test_the_last_two_months_together(book):
    # 749.3 against 5245.3 / 1.015 − 4496 / 1.093 = 1054.3
    end = whole_year.stretch(book, AREA, YEAR, 10, 12, "export")
    assert holds("-28.93", end)
    assert whole_year.fall(end).roughly == "29%"


def test_imports_fell_in_november_and_rose_in_december(book):
    november, december = (
        whole_year.stretch(book, AREA, YEAR, month - 1, month, "import") for month in (11, 12)
    )
    # 218.2 against 2617.2 / 1.017 − 2399 / 1.034 = 253.3; 295.9 against 2913.1 / 1.029 − 2573.5
    assert holds("-13.87", november)
    assert holds("14.9", december)
    both = whole_year.stretch(book, AREA, YEAR, 10, 12, "import")
    assert (both < 2).outcome == (both > -2).outcome == "holds"


def test_a_share_of_imports_is_no_share_of_trade(book):
    table = whole_year.article(book, AREA, "trade-2022").set_index("label")
    assert table.loc["集成电路进口额", ["share", "place"]].tolist() == ["", "占进口42%"]
    columns = ["level", "yoy", "share", "place"]
    said = ["3741.1亿元", "增长7.1%", "45.9%", "对增长的贡献率156%"]
    assert table.loc["民营企业", columns].tolist() == said
    assert table.loc["西永综合保税区", columns].tolist() == ["", "", "", "全国综合保税区第4位"]


def test_in_dollars_the_record_was_a_year_before(book):
    # 1203.5 / 1222.7 − 1, by where the traders sit
    fallen = whole_year.dollars(book, AREA, YEAR)
    assert fallen.interval.contains(D("-1.57"))
    assert (fallen < 0).outcome == "holds"


def test_the_table_of_the_article_has_a_share_of_each_part(book):
    table = whole_year.article(book, AREA, "trade-2022")
    shares = whole_year.shares(book, AREA, YEAR)
    parts = whole_year.by_part(table, shares).set_index("label")
    assert list(parts.index[:2]) == ["进出口总值", "民营企业"]
    assert len(parts) == 12
    assert parts["level"].str.fullmatch(r"[\d.]+亿元").all()
    # as printed, else from 2928.2 of 8158.4; the whole is no part
    assert parts.loc["综合保税区", "share"] == "65.7%"
    assert parts.loc["一般贸易", "share"] == "35.9%（推算）"
    assert list(parts.index[parts["share"].eq("")]) == ["进出口总值"]
    assert whole_year.by_part(table.head(0), shares).empty


def test_april_did_not_grow_from_a_low_month(book):
    found = whole_year.base_of_month(book, AREA, YEAR, 4, "export")
    # 557.6 / 1.366; (1834.6 / 1.2 − 408.2) / 3
    assert holds("408.2", found["then"])
    assert holds("373.5", found["average"])
    assert (found["then"] > found["average"]).outcome == "holds"
    assert not whole_year.base_of_month(book, AREA, "2019", 4, "export")["average"].known


def test_general_trade_grew_by_more_than_the_whole(book):
    gains = whole_year.gains_by_regime(book, AREA, YEAR)
    assert list(gains) == ["一般贸易", "保税物流", "加工贸易", "合计"]
    # 2928.2 − 2928.2 / 1.09 = 241.8; 3540 − 3540 / 0.975 = −90.8; 8158.4 − 8000.6 = 157.8
    assert holds("241.8", gains["一般贸易"])
    assert holds("-90.8", gains["加工贸易"])
    assert holds("157.8", gains["合计"])
    rows = whole_year.gain_points(gains)
    assert list(rows["text"]) == ["242", "7", "−91", "+158"]
    assert whole_year.gains_by_regime(book, AREA, "2019") == {}


def test_the_printed_contribution_follows_from_two_years(book):
    found = whole_year.private_gain(book, AREA, YEAR)
    # (3741.1 − 3494) / (8158.4 − 8000.6) = 247.1 / 157.8
    assert holds("247.1", found["gain"])
    assert holds("156.59", found["reckoned"])
    assert cq.near(found["reckoned"], found["printed"], 1).outcome == "holds"
    # the others lost 247.1 − 157.8 = 89.3, foreign firms about nothing of 3823: within 1 %
    assert holds("89.3", found["rest_loss"])
    assert (found["rest_loss"] > 0).outcome == "holds"


def test_laptops_were_fewer_though_first(book):
    laptops = whole_year.change(book, AREA, YEAR, "export", "product=laptop")
    # 2001 − 1774.7
    assert holds("226.3", laptops["loss"])
    assert holds("-11.31", laptops["growth"])
    first = whole_year.rank(book, "trade_value", AREA, YEAR, "product=laptop")
    assert (first <= 1).outcome == "holds"


def test_a_changed_year_turns_the_record(spoiled, book):
    def record(of):
        totals = whole_year.totals(of, AREA, range(2018, 2026))
        return cq.highest(totals[YEAR], totals.values()).outcome

    assert record(book) == "holds"
    for name in ("trade-2022.total", "os-20230120-ichongqing.r045-trade-value"):
        row = spoiled.find("observations.csv", "observation_id", name)
        spoiled.set("observations.csv", row, "value", "7900" if "2022." in name else "790.0")
    assert record(Catalog(spoiled.path)) == "fails"


# --- industry


def test_what_is_left_of_investment_is_a_ceiling(book):
    found = industry.investment(book, AREA, YEAR)
    # 4103.9 − 43.5 − 2440.2 − 154.3 − 292.4 = 1173.5, less more than 1000
    assert found["其余"].interval.upper == pytest.approx(D("173.75"))
    assert found["其余"].zh.endswith("以下")
    assert industry.ceiling(found["其余"]).zh == "174亿元"
    assert industry.investment_points(found)["label"].iloc[-1] == "其余至多"
    assert industry.investment(book, AREA, "2019") == {}


def test_the_whole_is_behind_every_field_whose_progress_is_published(book, spoiled):
    found = industry.progress(book, AREA, YEAR)
    assert [item.zh for item in found.values()] == ["143.9%", "136.1%", "134.1%", "122.8%", "114%"]
    assert cq.lowest(found["全部重大项目"], found.values()).outcome == "holds"
    row = spoiled.find("observations.csv", "observation_id", "major-projects-2022.total-vs-plan")
    spoiled.set("observations.csv", row, "value", "30")
    found = industry.progress(Catalog(spoiled.path), AREA, YEAR)
    assert cq.lowest(found["全部重大项目"], found.values()).outcome == "fails"
    assert industry.progress(book, AREA, "2019") == {}


def test_fewer_than_half_of_urban_projects_beat_their_plan(book):
    every, ahead = industry.urban_projects(book, AREA, YEAR)
    assert (every.point, ahead.point) == (391, 183)
    assert (cq.share(ahead, every) < 50).outcome == "holds"


def test_output_has_two_later_figures_and_one_year_before(book):
    found = industry.nev_output(book, AREA, YEAR)
    assert (found["expected"].zh, found["expected"].status) == ("36.9万辆", "预计")
    assert (found["earlier"].zh, found["later"].zh) == ("近36.9万辆", "36.5万辆")
    # 36.9 / 2.425 and 36.5 / 2.4
    assert holds("15.216", found["expected_before"])
    assert holds("15.208", found["later_before"])
    assert cq.near(found["later_before"], found["expected_before"], 1).outcome == "holds"


def test_expected_figures_are_counted(book):
    found = industry.natures(book, "industry-2022")
    rows = book.observations(source_id="industry-2022")
    # one row is doubtful, and counts for nothing
    assert found["figures"].point == rows["confidence"].ge(2).sum() == 57
    assert found["expected"].point == 9
    # output of new-energy vehicles and its growth
    assert found["checked"].point == 2
    assert not industry.natures(book, "no-such-source")["figures"].known


def test_the_ten_highlights_are_listed_with_all_figures(book):
    found = industry.highlights(book, "industry-2022").set_index("label")
    # and what stands before them
    assert len(found) == 11
    counts = found[["count", "expected"]].apply(lambda column: column.str.extract(r"(\d+)")[0])
    assert list(counts.astype(float).sum()) == [57, 9]
    assert list(found.loc["高位推动软件信息服务业“满天星”计划", ["count", "expected"]]) == [
        "10项",
        "6项",
    ]
    assert industry.highlights(book, "no-such-source").empty


def test_months_of_industry_are_those_printed(book):
    found = industry.months(book, AREA, YEAR)
    assert {name: item.zh for name, item in found.items()} == {
        "3月": "9.5%",
        "6月": "6.1%",
        "9月": "13.1%",
        "10月": "8.2%",
    }


def test_each_expected_figure_has_words_of_its_own(book, spoiled):
    found = industry.expected_by_highlight(book, "industry-2022")
    # floor space is two figures: what was acquired, and what of it is used
    assert {key: len(words) for key, words in found.items()} == {
        "nev": 2,
        "software": 6,
        "strategic": 1,
    }
    assert len(set(found["software"])) == 6
    assert (
        sum(map(len, found.values())) == industry.natures(book, "industry-2022")["expected"].point
    )
    # another figure that is expected has no words, and the claim that all are named falls
    row = spoiled.find("observations.csv", "observation_id", "industry-2022.tech-upgrade-yoy")
    spoiled.set("observations.csv", row, "status", "estimate")
    other = Catalog(spoiled.path)
    told = sum(map(len, industry.expected_by_highlight(other, "industry-2022").values()))
    assert told < industry.natures(other, "industry-2022")["expected"].point


def test_the_share_a_year_before_is_told(book):
    found = industry.tech_upgrade(book, AREA, YEAR)
    assert (found["upgrade_share_before"].zh, found["upgrade_share"].zh) == ("34.6%", "35.4%")
