"""The chapter of the districts: what it finds of one, worked out by hand from rows of the data."""

import functools
from decimal import Decimal as D
from pathlib import Path

import pytest

import cqbook as cq
from cqbook.analysis import district
from cqbook.data.catalog import Catalog
from cqbook.errors import DataError
from cqbook.quantities.quantity import NOT_FOUND, share

SHAPINGBA, JIANGJIN, DIANJIANG, TONGNAN, RONGCHANG = (
    *("500106", "500116", "500231", "500152", "500153"),
)


@functools.cache
def facts(book, code, year=""):
    """All that the data say of a district, found once for all tests."""
    return district.facts(book, district.figures(book, code, year))


def words(book, code):
    return district.words(facts(book, code))


def test_an_unknown_district_is_refused_with_the_known_ones(book):
    with pytest.raises(DataError, match=r"599999.*500120璧山区"):
        district.standing_since(book, "599999")


def test_firms_projects_and_routes_of_a_district_are_its_own(book):
    ids = set(district.figures(book, SHAPINGBA)["observation_id"])
    assert {"shapingba-nev-2024.auto-exports", "shapingba-nev-2024.tuopu-chassis-capacity"} <= ids
    assert not any(key.startswith("dianjiang") for key in ids)
    said = words(book, JIANGJIN)
    assert said["trips"] == "1804列"
    assert said["trips_rank"] == "第1位"
    assert (said["trips_target"], said["trips_target_when"]) == ("1000列", "2023年")


def test_what_lies_in_seven_districts_is_of_none(book):
    assert "zone-yangtze-transfer" not in district.entities_within(book, "500102")
    assert "沿江承接产业转移示范区" in district.schemes(book, "500102")


def test_a_target_and_an_expected_figure_are_no_results(book):
    tongliang = words(book, "500151")
    assert tongliang["upgrade_target"] == "增长15%"
    for code in book.table("districts")["adcode"]:
        found = facts(book, code)
        for name, fact in found.items():
            wanted = district.ASKED[name].statuses
            assert not fact.level.known or fact.level.about.status in wanted, name
    assert found["output"].level.about.status != "actual"


def test_exports_are_no_total(book):
    said = words(book, TONGNAN)
    assert [said[f"product_volume{end}"] for end in ("", "_change", "_of")] == [
        *("6200吨", "增长7.9%", "柠檬")
    ]
    assert said["trade"] == NOT_FOUND


def test_what_is_signed_and_how_large_a_district_is(book):
    found = facts(book, "500110")
    assert district.per_deal(found).interval.contains(D("1.84986"))  # 264.53 / 143
    assert not district.per_deal(facts(book, DIANJIANG)).known
    size = district.size(book, "500110")
    years = book.observations(indicator="gdp", breakdown="vintage=compiled", period="2022")
    larger = years[years["value"].gt(770.79) & years["entity"].ne("CN-50")]
    assert (size["gdp_rank"].point, size["gdp_known"].zh) == (len(larger) + 1, "22个")
    assert not district.size(book, "500156")["gdp_rank"].known
    # of 38 that there were in 2022; there are 37 since two became one
    assert size["gdp_all"].zh == "38个"


def test_what_was_expected_of_an_industry(book):
    said = words(book, SHAPINGBA)
    assert (said["output"], said["contribution"]) == ("超200亿元", "超80%")


def test_a_route_beside_all_of_the_city(book):
    found = district.beside_the_city(book, facts(book, JIANGJIN))
    assert found["boxes_share"].interval.contains(D("24.59"))  # 5164 of 21000
    assert found["value_share"].interval.contains(D("6.948"))  # 2.54 of 36.56
    assert found["city_box"].interval.contains(D("17.41"))  # 365600 / 21000 in 万元
    assert not any(
        item.known for item in district.beside_the_city(book, facts(book, TONGNAN)).values()
    )


def test_a_station_and_a_park_of_one_district_only(book):
    assert district.departures(book, SHAPINGBA)["train_load"] == "110辆"
    assert set(district.departures(book, JIANGJIN).values()) == {NOT_FOUND}
    assert district.unplaced(book, SHAPINGBA)["unplaced"] == "西永综合保税区"
    assert district.unplaced(book, JIANGJIN)["unplaced"] == NOT_FOUND
    # once a source says where it lies, it belongs to a district and is no more told of here
    parks = book.table("parks").set_index("park")
    assert parks.loc["park-xiyong-cbz", "district"] == ""


def test_value_of_a_box(book):
    # 2.54亿元 / 5164 = 4.919万元, the ends 2.535 and 2.545
    found = district.per_box(facts(book, JIANGJIN), "route_value", "route_boxes")
    assert found.interval.contains(D("4.9187"))
    assert found.roughly == "约4.92万元"
    # 13.87亿元 / 5283 = 26.25万元
    dazu = facts(book, "500111")
    assert district.per_box(dazu, "procurement", "procurement_boxes").interval.contains(D("26.254"))


def test_shares_are_of_one_period(book):
    found = facts(book, SHAPINGBA)
    share = district.part(found, "cars_nev", "cars")  # 4127 / 19719
    assert district.percent_zh(share) == "20.9%"
    assert not district.part(found, "cars_nev", "capacity").known
    assert (
        district.percent_zh(district.part(facts(book, "500110"), "funds", "contracts")) == "27.7%"
    )


def test_a_year_leaves_the_others_out(book):
    assert facts(book, JIANGJIN, "2023")["trips"].level.zh == "122列"
    assert facts(book, SHAPINGBA, "2027")["output_plan"].level.zh == "1000亿元"
    assert not facts(book, SHAPINGBA, "2027")["cars"].level.known
    # a district of which nothing usable is known in a year
    assert list(district.figures(book, "500154", "2022")["text"]) == []


def test_of_a_project_in_phases_the_phases_are_told(book):
    rows = district.followed(district.projects(book, "500102"))
    assert list(rows["project"]) == [
        *("proj-kasu-phase1", "proj-kasu-innovation-centre", "proj-kasu-phase2")
    ]


def test_a_road_is_no_project_that_runs(book):
    came = district.projects(book, JIANGJIN)
    assert came["name_zh"].str.contains("高速公路").any()
    assert "高速公路" not in district.named(came)["running"]
    assert not district.followed(came)["name_zh"].str.contains("高速公路").any()


def test_where_there_is_a_table_sentences_do_not_repeat_it(book):
    came = district.projects(book, SHAPINGBA)
    assert len(district.followed(came)) == 5
    said = district.named(came)
    assert said["coming"] == said["building"] == said["trading_too"] == NOT_FOUND


def test_a_park_is_what_it_is_called_and_a_member_belongs(book):
    assert district.schemes(book, JIANGJIN) == (
        "重庆江津工业园区是成渝地区双城经济圈产业合作示范园区（2021年1月起）"
    )
    # listed twice, as approved in 2011 and as printed in 2025: told once
    assert district.schemes(book, "500102") == "涪陵区属重庆沿江承接产业转移示范区（2011年2月起）"
    own = district.schemes(book, RONGCHANG).split("；")[-1]
    assert own == "荣昌区是中国西部陶瓷之都，属重庆沿江承接产业转移示范区（2011年2月起）"
    assert district.schemes(book, DIANJIANG) == NOT_FOUND
    # 深入推进…建设: it is not one yet
    assert "，在建中国（重庆）自由贸易试验区联动创新区，属" in district.schemes(book, "500111")


def test_a_project_without_a_link_is_told_by_its_industry(book):
    rows = district.projects(book, SHAPINGBA).set_index("project")
    assert rows.loc["proj-seres-phoenix", "link"] == "整车"
    # 产业链企业: whether it makes parts is not printed
    assert rows.loc["proj-bojun-shapingba", "link"] == "新能源汽车产业链"
    dazu = district.projects(book, "500111").set_index("project")
    assert dazu.loc["proj-dazu-hardware-brain", "link"] == "报道没写行业"


def test_projects_by_what_they_have_come_to(book):
    found = district.projects(book, RONGCHANG)
    said = district.named(found)
    assert said["running"] == NOT_FOUND
    assert said["only_building"].startswith("江西光速电子高精密度线路板项目")
    assert "江西光速电子（江西）" in set(found["who"])
    assert found["stage_zh"].iloc[-1] == "", "a stage that is not printed is left empty"


def test_a_district_founded_in_2025_says_what_it_was_made_of(book):
    said = district.standing_since(book, "500157")
    assert (said["began"], said["made_of"]) == ("2025年11月", "江北区、渝北区")
    assert district.standing_since(book, "500109")["made_of"] == NOT_FOUND
    assert district.standing_since(book, "500112")["heirs"] == "北碚区、两江新区"


def test_only_a_district_of_which_nothing_is_known_is_silent(book):
    def silent(code):
        found = district.figures(book, code), district.projects(book, code)
        return district.silent(*found, book.name(code))

    assert silent("500156") == "武隆区"
    assert silent("500104") == silent("500110") == NOT_FOUND
    assert silent("500109") == "北碚区", "a product that is told nowhere is nothing known"


def test_how_large_a_part_of_the_city_a_district_is(book):
    # 920.95 of 29129.03 in 2022; 747.1 of 25041.43 in 2020
    found = district.size(book, "500120")
    assert [found[key].zh for key in ("gdp", "gdp_share", "gdp_share_then")] == [
        "920.95亿元", "3.2%", "3.0%",
    ]  # fmt: skip
    # the compilation has 22 of 38; a page of one year says nothing of others
    assert not district.size(book, "500231")["gdp_share"].known
    assert not district.size(book, "500120", "2024")["gdp_share"].known


def test_what_a_district_has_is_told_in_english_too(book):
    say = cq.in_english(book)
    told = district.named(district.projects(book, TONGNAN), district.names_in_english(say))
    assert told["coming"].startswith("Beisiyuan–Ghana vehicle export agreement (as of Feb 2025); ")
    old = district.named(district.projects(book, DIANJIANG), district.names_in_english(say))
    assert "(as of May 2023, nothing found since)" in old["coming"]
    assert told["runs"] == NOT_FOUND
    assert district.schemes_in_english(book, TONGNAN, say) == (
        "Tongnan Hi-Tech Zone: Chengdu–Chongqing industrial cooperation parks (since Jan 2021); "
        "Tongnan: Municipal auto after-market base"
    )
    assert "innovation zone, being built" in district.schemes_in_english(book, "500111", say)
    assert district.schemes_in_english(book, "500156", say) == NOT_FOUND


def test_a_part_of_the_page_that_says_nothing_has_no_heading(book):
    def headed(code):
        came = district.projects(book, code)
        texts = words(book, code) | district.named(came)
        texts["schemes"] = district.schemes(book, code)
        found = district.parts(texts, came, "区")
        return {key: text for key, text in found.items() if text != NOT_FOUND}

    assert headed(SHAPINGBA) == {
        "sells": "区的汽车出口",
        "makes": "区做什么",
        "came": "区的项目",
    }
    assert headed(JIANGJIN) == {"sells": "区的班列", "came": "区的项目和称号"}
    # a heading promises no more than stands below it
    assert headed("500118")["sells"] == "区一家企业的出口"
    assert headed("500113")["sells"] == "区的进出口"
    assert headed(TONGNAN)["sells"] == "区的出口"
    assert headed(TONGNAN)["makes"] == "区的汽车后市场企业"
    assert headed("500111")["sells"] == "区的市场采购出口"
    assert headed("500102")["makes"] == "区一家企业做什么", "an order, and a plan"
    assert headed("500118")["makes"] == "区的研发和科技企业"
    assert headed("500120")["makes"] == "区一家企业的预期产值"
    assert headed(DIANJIANG)["makes"] == "区一个项目的预期产值"
    assert headed("500104") == {"came": "区的项目"}, "one that is being built"
    assert headed("500156") == {}


def test_the_sources_of_a_page_are_all_named(book):
    found = facts(book, JIANGJIN)
    rows = district.rows_told(book, JIANGJIN, found)
    said = district.told_by(book, rows)
    for outlet in ("江津区融媒体中心", "重庆日报"):
        assert outlet in said, outlet
    for relay in ("区域数据论坛", "买购网"):
        assert relay not in said, "regional product of no known date"
    assert district.sourced(book, rows).outcome == "holds"
    assert district.sourced(book, rows).rows == tuple(rows)
    assert district.sourced(book, []).outcome == "open"


def test_lists_are_a_source_only_where_they_are_said(book):
    came = district.projects(book, JIANGJIN)
    assert district.listed_sources(book, came, JIANGJIN, {"came": NOT_FOUND}) == [
        "western8-2025-jiangjin"
    ]
    assert "os-20210108-ppfocus" in district.listed_sources(
        book, came, JIANGJIN, {"came": "的项目和称号"}
    )


def test_more_cars_in_a_box_make_each_cheaper(book):
    # two, then three to four: 1 - 2/3, 1 - 2/4
    assert district.cost_a_car(facts(book, SHAPINGBA)) == "下降33%—50%"
    assert district.cost_a_car(facts(book, JIANGJIN)) == NOT_FOUND


def test_the_cost_of_a_car_fell_by_less_than_the_box_would_have_it(book, spoiled):
    assert district.cost_fell_less(facts(book, SHAPINGBA)).outcome == "holds", "30 % against 33"
    assert district.cost_fell_less(facts(book, JIANGJIN)).outcome == "open"
    row = spoiled.find(
        "observations.csv", "observation_id", "shapingba-nev-2024.logistics-cost-cut"
    )
    spoiled.set("observations.csv", row, "value", "-45")
    assert district.cost_fell_less(facts(Catalog(spoiled.path), SHAPINGBA)).outcome != "holds"


def test_who_counted_the_cars_of_the_city_is_said(book):
    cars = facts(book, SHAPINGBA)["cars"]
    assert district.counted_by(district.of_city(book, cars)) == "海关"
    assert district.counted_by(facts(book, JIANGJIN)["cars"].level) == NOT_FOUND


def test_boxes_of_jiangjin_are_worth_less(book):
    beside = district.beside_the_city(book, facts(book, JIANGJIN))
    # 5164 of 21000, 2.54 of 36.56
    assert beside["boxes_share"].interval.contains(D("24.59"))
    assert (beside["value_share"] < beside["boxes_share"]).outcome == "holds"
    assert (beside["city_boxes"].zh, beside["city_value"].zh) == ("2.1万标箱", "36.56亿元")


def test_a_time_that_all_projects_have_stands_in_the_title(book):
    rows = district.followed(district.projects(book, SHAPINGBA))
    assert district.one_day(rows) == "截至2024年1月"
    assert rows["stage_zh"].iloc[0] == "已投产"
    assert district.project_columns(rows)["who"] == "企业"
    rows = district.followed(district.projects(book, "500120"))
    assert district.one_day(rows) == ""
    rows = district.followed(district.projects(book, DIANJIANG))
    assert district.project_columns(rows)["who"] == "企业或来处"


def test_a_project_that_runs_says_how_and_until_when(book):
    tongliang = district.named(district.projects(book, "500151"))
    assert tongliang["running_as"] == "投产、运营"
    assert tongliang["on_trial"] == NOT_FOUND != tongliang["runs"]
    fuling = district.named(district.projects(book, "500102"))
    assert fuling["runs"] == NOT_FOUND != fuling["on_trial"], "what is tried out does not run"
    assert tongliang["running"] == (
        "重庆南雁实业集团智能化生产线技改（截至2025年4月）、重庆庆安实业智能工厂（截至2024年）"
    )
    # a hall of wares makes nothing
    jiangjin = district.named(district.projects(book, JIANGJIN))
    assert jiangjin["running"] == NOT_FOUND
    assert jiangjin["trading_alone"] == "重庆江津“一带一路”商品展销中心（截至2025年4月）"
    assert jiangjin["trading_too"] == NOT_FOUND
    yongchuan = district.named(district.projects(book, "500118"))
    assert yongchuan["trading_alone"] == NOT_FOUND, "a plant runs there too"
    assert yongchuan["trading_too"] == "永川科技片场（截至2025年4月）"


def test_a_project_of_no_named_firm_is_told_outside_the_table(book):
    came = district.projects(book, "500111")
    assert list(district.followed(came)["project"]) == ["proj-shengtai-dazu"]
    said = district.named(came)
    assert said["trading_too"] == "五金产业大脑（截至2025年4月）"
    assert "大足高新区无人机生产" in said["running"]
    # where projects make things, but none of them runs, nothing runs 还
    dianjiang = district.named(district.projects(book, DIANJIANG))
    assert dianjiang["trading_only"] == "渝东国际外贸城、渝东国际汽贸城（截至2024年1月）"
    assert dianjiang["trading_too"] == dianjiang["trading_alone"] == NOT_FOUND
    # beside a table, sentences tell what it has not
    shapingba = district.projects(book, SHAPINGBA)
    nobody = shapingba["project"].eq("proj-bojun-shapingba")
    shapingba.loc[nobody, "who"] = ""
    assert "博俊科技" in district.named(shapingba)["coming"]


def test_an_old_report_of_what_was_not_yet_built_says_that_none_followed(book):
    bishan = district.projects(book, "500120").set_index("project")["stage_zh"]
    assert bishan["proj-byd-battery-hq-bishan"] == "在建（截至2022年，以后没有查到）"
    assert bishan["proj-weizhi-bishan"] == "已投产（截至2025年4月）"
    fuling = district.projects(book, "500102").set_index("project")["stage_zh"]
    assert fuling["proj-kasu-phase1"] == "已试产（截至2022年12月30日）"
    assert fuling["proj-kasu-phase2"] == "计划（截至2023年1月，以后没有查到）"


def test_what_is_lacking_follows_from_what_is_told(book):
    def lacking(code):
        came = district.projects(book, code)
        found = facts(book, code)
        texts = district.words(found) | district.merged_plan(book, code)[0]
        return district.lacking(found, texts, came)

    # the year is told: what lacks begins behind it
    assert lacking("500113") == "2023年起的进出口；规划的产值后来做到了多少"
    assert lacking("500120").endswith("；璧山比亚迪动力电池全球总部后来建成没有")
    assert "2023年11月以后的进出口" in lacking(DIANJIANG)
    assert lacking("500110") == "签下的项目属哪些行业、是哪些企业的"
    assert lacking("500156") == NOT_FOUND


def test_the_plan_of_a_district_that_became_part_of_another_is_told(book):
    said, plan = district.merged_plan(book, "500111")
    assert said == {"merged": "双桥区", "merged_plan": "1000亿元级"}
    assert plan.observation_id == "os-20110206-zh.r203-industry-scale-dist-shuangqiao"
    assert not district.merged_plan(book, SHAPINGBA)[1].known


def test_no_park_is_said_to_be_what_its_name_says(book):
    said = district.schemes(book, "500118")
    assert said.startswith("永川国家高新区是成渝地区双城经济圈产业合作示范园区（2021年1月起）；")
    assert "国家高新技术产业开发区" not in said
    # one list has one name on all pages
    assert "是成渝地区双城经济圈产业合作示范园区；" in district.schemes(book, "500120")


def test_who_expected_an_output_and_when(book):
    said = words(book, "500120")
    assert (said["plant_output_said"], said["plant_output_due"]) == ("2025年4月", "2027年")


def test_one_rule_says_what_makes_things(book):
    frame = book.table("projects").set_index("project")
    makes = district.made(frame)
    for key in ("proj-nanyan-tongliang", "proj-qingan-tongliang", "proj-xintai-yongchuan"):
        assert makes[key], key
    for key in ("proj-jiangjin-bri-expo", "proj-hechuan-stone-city", "proj-qingshan-edrive"):
        assert not makes[key], key


def test_the_value_of_a_box_is_drawn_beside_the_city_and_the_rest(book):
    found = facts(book, JIANGJIN)
    beside = district.beside_the_city(book, found)
    rows = district.box_values(found, beside).set_index("label")
    assert list(rows.index) == ["江津班列", "全市", "全市其余"]
    assert rows["value"].round(2).tolist() == [4.92, 17.41, 21.48]  # 340200 / 15836 in 万元
    part = district.per_box(found, "route_value", "route_boxes")
    assert (share(part, beside["city_box"], regardless="同一通道") < 33).outcome == "holds"
    lemons = facts(book, TONGNAN)
    assert district.box_values(lemons, district.beside_the_city(book, lemons)).empty


def test_the_trade_of_a_district_beside_the_city(book):
    banan = facts(book, "500113")["trade"]
    assert (banan.level.zh, banan.change.growth) == ("123.4亿元", "下降31.9%")
    assert (district.city_change(book, banan) > 0).outcome == "holds"
    assert not district.city_change(book, facts(book, TONGNAN)["trade"]).known


def test_pages_of_districts_say_something(book):
    """A page that has no number of the open economy has three findings at least."""
    table = Path(__file__).parents[1] / "chapters" / "pages.csv"
    codes = [line.split(",")[2] for line in table.read_text("utf-8").split()[1:]]
    assert len(codes) >= 8
    opened = ("cars", "trade", "product_value", "procurement", "route_value", "firm_markets")
    for code in codes:
        found = facts(book, code)
        came = district.followed(district.projects(book, code))
        told = sum(fact.level.known for fact in found.values()) + len(came)
        assert any(found[name].level.known for name in opened) or told >= 3, code
