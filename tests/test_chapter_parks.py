"""产业转移园区: what the chapter computes, worked out by hand from rows; data that turn a claim."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

import cqbook as cq
from cqbook.analysis import district, parks
from cqbook.data.catalog import Catalog
from cqbook.quantities.quantity import NOT_FOUND

AREA = "CN-50"


def end(quantity):
    return quantity.interval.lower, quantity.interval.upper


def test_the_plan_of_2011_is_the_sum_of_seven_bases(book):
    plans = parks.base_plans(book)
    assert len(plans) == 7
    # 3 × 3000 + 2 × 2000 + 2 × 1000 亿元
    assert parks.total(plans.values()).zh == "1.5万亿元以上"
    assert {item.status for item in plans.values()} == {"计划"}, "no outcome"
    assert not parks.total([]).known


def test_a_base_says_what_district_it_is_in_today(book):
    assert parks.plan_words(book) == (
        "涪陵、九龙坡、巴南各3000亿元级，永川、荣昌各2000亿元级，璧山、双桥（今大足）各1000亿元级"
    )


def test_paid_in_is_a_share_of_what_was_signed(book):
    year = parks.promotion(book, AREA, "2021")
    assert (year["signed"].zh, year["paid"].zh) == ("1.73万亿元", "3600亿元")
    # 3600 / 17300 = 20.81 %; 1950 / 7300 = 26.71 %; 3709 / 14546 = 25.50 %
    assert year["paid_share"].interval.contains(D("20.81"))
    works = parks.promotion(book, AREA, "2021", sector="industry")
    assert works["paid_share"].interval.contains(D("26.71"))
    later = parks.promotion(book, AREA, "2023-01/2023-09")
    assert later["paid_share"].interval.contains(D("25.50"))


def test_a_target_is_not_taken_for_what_happened(book):
    assert not parks.promotion(book, AREA, "2022")["signed"].known, "there is a target only"
    goal = parks.promotion(book, AREA, "2022", status="target")
    assert goal["signed"].status == "目标"


def test_projects_signed_and_started(book):
    found = parks.started(book, "500110", "2025-01/2025-09")
    assert {name: item.zh for name, item in found.items()} == {"signed": "143个", "begun": "118个"}


def test_rates_in_sentences_have_no_false_digits(book):
    assert parks.promotion(book, AREA, "2023-01/2023-09")["paid_share"].roughly == "25.5%"
    sizes = parks.fair_table(book).set_index("label")
    assert list(sizes["projects"]) == ["196个", "247个", "124个", "167个", "12个", "10个"]
    assert list(sizes.loc["制造业，2025年"])[:2] == ["167个", "1572.8亿元"]
    assert sizes["money"].isna().sum() == 2  # of all projects the amounts are not known


def test_the_fair_says_how_many_came_from_the_east(book):
    assert parks.fair_from_the_east(book).zh == "110个"
    whole = parks.fair(book, "all", "2025")["projects"]
    assert cq.share(parks.fair_from_the_east(book), whole).point == pytest.approx(11000 / 247)


def test_matchmaking_projects_by_industry_make_the_whole(book):
    sectors = parks.matchmaking_sectors(book, AREA, "2023-11-20")
    assert next(iter(sectors)) == "equipment"
    assert sum(item.point for item in sectors.values()) == 120
    assert parks.matchmaking(book, AREA, "2025-11-25")["money"].interval.upper is None, (
        "超: a floor"
    )


def test_where_capital_came_from_elsewhere(book):
    found = parks.origins_elsewhere(book)
    assert found["anhui"].interval.contains(D("56.6526"))  # 9181.8 / 16207.2
    assert (found["guangxi"].zh, found["shaanxi"].zh) == ("42.5%", "21.95%")


def test_only_projects_here_are_counted_and_each_once(book):
    counted = parks.counted(book).set_index("project")
    named = parks.named_projects(book).set_index("project")
    assert named.loc["proj-changan-thailand", "country"] == "TH"
    assert "proj-changan-thailand" not in counted.index
    assert "proj-kasu" in counted.index
    assert "proj-kasu-phase1" not in counted.index, "a phase of it"
    assert "proj-beisiyuan-ghana-cars" not in counted.index, "exports to Ghana make nothing here"
    assert "proj-qingshan-edrive" not in counted.index, "research makes nothing yet"
    assert not counted["industry"].isin(["research", "trade", "other"]).any()


def test_only_projects_whose_firm_is_named_are_counted(book):
    known = set(parks.counted(book)["project"])
    assert (
        not {
            *("proj-fuling-power-battery", "proj-biocity-banan", "proj-dazu-motorcycle"),
            *("proj-cynortheast-electronics-park", "proj-dianjiang-valve-base"),
        }
        & known
    ), "parks and 一批企业"


def test_what_is_told_of_named_projects(book):
    found = {key: int(item.point) for key, item in parks.tally(book).items()}
    assert found["projects"] == len(parks.counted(book)) == 21
    assert found["origin"] == 2, "江西, 杭州"
    assert (found["built"], found["building"], found["signed"]) == (8, 4, 2)
    assert found["untold"] == 7, "21 - 14"
    assert parks.seen(book, "车身", "building") == "2024年1月"
    assert parks.seen(book, "车身", "built") == NOT_FOUND
    assert (found["placed"], found["zone"], found["shapingba"]) == (14, 7, 5)
    assert found["tongliang"] == 2
    assert parks.zone_names(book) == "涪陵、九龙坡、大足、巴南、永川、璧山、荣昌"


def test_projects_are_counted_as_the_pages_of_districts_count_them(book):
    counted = parks.counted(book)
    built = counted[counted["advance"].eq("built") & counted["district"].ne("")]
    for row in built.to_dict("records"):
        said = district.named(district.projects(book, row["district"]))["running"]
        assert row["name_zh"].removesuffix("）") in said, row["project"]


def test_the_table_lists_what_can_be_followed(book):
    rows = parks.followed(book)
    assert list(rows["link"])[:3] == ["整车", "动力电池", "动力电池、零部件"]
    assert len(rows) == 14, "8 built, 4 being built, 2 signed"
    assert not rows["project"].duplicated().any()
    stages = rows.set_index("project")["stage_zh"]
    assert stages["proj-wencan-shapingba"] == "在建（截至2024年1月）"
    assert stages["proj-byd-battery-bishan"] == "已投产（截至2025年11月）"
    assert "proj-changan-safety-consortium" not in stages, "research"
    # as the page of its district has it, phase by phase
    assert stages["proj-kasu"] == (
        "一期已试产（截至2022年12月30日），二期计划（截至2023年1月，以后没有查到）"
    )
    assert parks.tally(book)["told"].point == len(rows)
    assert rows["where"].ne("").all()
    links = rows.set_index("project")["link"]
    assert links["proj-bojun-shapingba"] == "新能源汽车产业链", "parts are not printed"
    assert links["proj-nanyan-tongliang"] == "报道没写行业"


def test_a_project_is_of_one_link_wherever_it_is_listed(book):
    """威致科技 was 底盘与制动 in one table and 制动、转向、悬架、轻量化 in another."""
    links = parks.followed(book).set_index("project")["link"]
    for code in book.columns("districts", "adcode")["adcode"]:
        own = district.projects(book, code).set_index("project")["link"]
        both = links.index.intersection(own.index)
        assert links[both].tolist() == own[both].tolist()


def test_those_of_which_no_report_says_how_far_they_are_are_named(book):
    assert len(parks.untold(book).split("、")) == parks.tally(book)["untold"].point


def test_a_link_of_a_chain_is_a_whole_word(book):
    chain = parks.nev_chain(book).groupby("label")["name_zh"].agg(list)
    assert chain["整车"] == ["赛力斯凤凰智慧工厂"], "no acoustic set, no motorcycle"
    assert "拓普新能源汽车轻量化底盘生产基地" in chain["底盘与制动"]
    assert parks.plants(book, "电驱动", "智能驾驶", "车规级芯片", advance="built").point == 0
    assert parks.plants(book, "电驱动", advance="research").point == 1, "research is no plant"
    assert parks.plants(book, "动力电池", advance="built").point == 1
    assert parks.plants(book, "车身", advance="built").point == 0, "being built"
    assert parks.plants(book, "车身", advance="building").point == 1


def test_valve_base_area_leaves_out_what_is_part_of_it(book):
    # 200 + 500 + 1000 + 300; the 150 of the surface centre lie within
    assert end(parks.base_area(book)) == (2000, 2000)
    base = parks.valve_base(book)
    assert base["output_job"].zh == "100万元以下"  # 1万人以上 is a floor


def test_a_plan_a_mu_against_a_target_a_square_kilometre(book):
    found = parks.density(book)
    # 100亿元 / 2000亩; 75亿元 / 1500亩
    assert (found["base"].zh, found["target"].zh) == ("500万元", "500万元")


def spoilt(spoiled, row, value):
    spoiled.set(
        "observations.csv", spoiled.find("observations.csv", "observation_id", row), "value", value
    )
    return Catalog(spoiled.path)


def test_money_that_came_turns_the_claim(book, spoiled):
    fifth = cq.exact(20, "percent")
    before = cq.near(parks.promotion(book, AREA, "2021")["paid_share"], fifth, 5)
    assert before.outcome == "holds"
    other = spoilt(spoiled, "os-20220419-021cf.r155-funds-in-place", "4600")
    after = cq.near(parks.promotion(other, AREA, "2021")["paid_share"], fifth, 5)
    assert after.outcome == "fails"


def test_a_plant_turns_the_gap_of_the_chain(spoiled):
    row = spoiled.find("projects.csv", "project", "proj-qingshan-edrive")
    spoiled.set("projects.csv", row, "industry", "nev")
    spoiled.set("projects.csv", row, "stage", "in_production")
    found = parks.plants(Catalog(spoiled.path), "电驱动", advance="built")
    assert (found < 1).outcome == "fails"


def test_two_days_are_as_long_as_one_another(book):
    first, second = (
        parks.matchmaking(book, AREA, day)["projects"] for day in ("2023-11-20", "2025-11-25")
    )
    assert (second > first).outcome == "holds"
