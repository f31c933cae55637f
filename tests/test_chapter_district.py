"""The chapter of the districts: what it finds of one, worked out by hand from rows of the data."""

from decimal import Decimal as D

import pytest

from cqbook.analysis import district
from cqbook.errors import DataError
from cqbook.quantities.quantity import UNPUBLISHED, growth

SHAPINGBA, JIANGJIN, DIANJIANG, TONGNAN, RONGCHANG = (
    *("500106", "500116", "500231", "500152", "500153"),
)


def facts(book, code, year=""):
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
    assert said["trade"] == UNPUBLISHED


def test_what_was_expected_of_an_industry(book):
    said = words(book, SHAPINGBA)
    assert (said["output"], said["contribution"]) == ("超200亿元", "超80%")
    assert district.differ(said["output_of"], said["output_plan_of"]) == "智能网联汽车产业"
    assert district.differ("铝", "铝") == district.differ("铝", UNPUBLISHED) == UNPUBLISHED


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
    assert set(district.departures(book, JIANGJIN).values()) == {UNPUBLISHED}
    assert district.unplaced(book, SHAPINGBA)["unplaced"] == "西永综合保税区"
    assert district.unplaced(book, JIANGJIN)["unplaced"] == UNPUBLISHED
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


def test_product_is_not_compared_across_vintages(book):
    found = district.products(book, SHAPINGBA)
    assert {year for levels in found.levels.values() for year in levels} == {
        *("2019", "2020", "2021", "2022")
    }
    ids = {item.observation_id for levels in found.levels.values() for item in levels.values()}
    assert all(key.startswith("district-gdp.") for key in ids), "no first prints among them"


def test_ranks_and_who_passed(book):
    found = district.products(book, SHAPINGBA)
    # 2019: 永川 955.67 and 万州 920.91 below 976.80; 2022: 1202.84 and 1118.43 above 1106.73
    assert [found.rank(year).zh for year in ("2019", "2022")] == ["第7位", "第9位"]
    assert found.said(found.passers) == "永川、万州"
    assert found.overtaken.outcome == "holds"
    assert found.count.zh == "22个"
    assert district.percent_zh(found.grown(SHAPINGBA)) == "13.3%"  # 1106.73 / 976.80
    assert district.percent_zh(found.grown(found.city)) == "23.4%"  # 29129.03 / 23605.77


def test_changed_figures_turn_the_claims(book, monkeypatch):
    found = district.products(book, SHAPINGBA)
    assert (found.grown(SHAPINGBA) < found.grown(found.city)).outcome == "holds"
    more = {code: dict(levels) for code, levels in found.levels.items()}
    own = more[SHAPINGBA]
    # as much as 渝北 has: it stands before those that passed it, and grew by 135%
    own["2022"] = more["500112"]["2022"]
    turned = district.Products(SHAPINGBA, "CN-50", found.names, found.groups, more)
    assert turned.overtaken.outcome == "open", "nobody to name"
    rate = growth(own["2022"], own["2019"], regardless="换成渝北的数")
    assert (rate < found.grown(found.city)).outcome == "fails"


def test_nobody_passed_the_first(book):
    found = district.products(book, "500112")
    assert found.overtaken.outcome == "open", "nobody to name"
    assert district.places(found)["rank_kept"].zh == "第1位"
    assert len(district.product_lines(found)["group"].unique()) == 3


def test_growth_against_the_city_and_its_part_of_it(book):
    here = district.products(book, SHAPINGBA)
    assert (here.pace, here.against_city.outcome) == ("慢于", "holds")
    # of the central districts compiled 13.3%; next 巴南 14.3%
    assert (here.end, here.at_an_end.outcome) == ("最慢", "holds")
    said = district.growth_words(here)
    assert (said["peers_of"], said["peers"].zh, said["growth_rank"].zh) == (
        *("中心城区", "8个", "第20位"),
    )
    jiangjin = district.products(book, JIANGJIN)  # 28.3%
    assert (jiangjin.pace, jiangjin.against_city.outcome) == ("快于", "holds")
    assert (jiangjin.end, jiangjin.at_an_end.outcome) == (UNPUBLISHED, "open")
    assert district.products(book, "500120").end == "最快"  # 璧山 35.2%
    # 渝东北 has three: none is called its slowest
    assert district.products(book, "500101").end == UNPUBLISHED


def test_of_a_district_without_product_nothing_is_claimed(book):
    found = district.products(book, DIANJIANG)
    verdicts = (found.overtaken, found.against_city, found.at_an_end)
    assert {verdict.outcome for verdict in verdicts} == {"open"}
    assert district.growth_words(found)["pace"] == UNPUBLISHED


def test_a_road_is_no_project_that_runs(book):
    came = district.projects(book, JIANGJIN)
    assert came["name_zh"].str.contains("高速公路").any()
    assert "高速公路" not in district.named(came)["running"]
    assert not district.followed(came)["name_zh"].str.contains("高速公路").any()


def test_where_there_is_a_table_sentences_do_not_repeat_it(book):
    came = district.projects(book, SHAPINGBA)
    assert len(district.followed(came)) == 5
    said = district.named(came)
    assert said["coming"] == said["building"] == UNPUBLISHED


def test_a_scheme_says_which_park_is_in_it(book):
    assert "（重庆江津工业园区）" in district.schemes(book, JIANGJIN)
    assert "（" not in district.schemes(book, "500102")


def test_a_district_without_product_draws_none(book):
    found = district.products(book, DIANJIANG)
    assert not found.known
    assert district.product_lines(found).empty
    assert district.product_growth(found).empty
    assert district.places(found)["rank_moved"].zh == UNPUBLISHED


def test_growth_is_drawn_of_a_part_of_the_city(book):
    rows = district.product_growth(district.products(book, SHAPINGBA))
    assert len(rows) == 9, "eight central districts and the city"
    assert not rows.duplicated("label").any()
    assert list(rows["label"])[-1] == "沙坪坝"
    assert list(rows["text"])[-1] == "13.3%"
    assert rows["value"].is_monotonic_decreasing


def test_projects_by_what_they_have_come_to(book):
    found = district.projects(book, RONGCHANG)
    said = district.named(found)
    assert said["running"] == UNPUBLISHED
    assert said["only_building"].startswith("江西光速电子高精密度线路板项目")
    assert "江西光速电子（江西）" in set(found["who"])
    assert found["stage_zh"].iloc[-1] == "", "a stage that is not printed is left empty"


def test_a_district_founded_in_2025_says_what_it_was_made_of(book):
    said = district.standing_since(book, "500157")
    assert (said["began"], said["made_of"]) == ("2025年11月", "江北区、渝北区")
    assert district.standing_since(book, "500109")["made_of"] == UNPUBLISHED
    assert district.standing_since(book, "500112")["heirs"] == "北碚区、两江新区"


def test_only_a_district_of_which_nothing_is_known_is_silent(book):
    def silent(code):
        found = district.figures(book, code), district.projects(book, code)
        return district.silent(*found, district.products(book, code), book.name(code))

    assert silent("500156") == "武隆区"
    assert silent("500104") == silent("500109") == UNPUBLISHED


def test_a_part_of_the_page_that_says_nothing_has_no_heading(book):
    def headed(code):
        came = district.projects(book, code)
        texts = words(book, code) | district.named(came)
        texts["schemes"] = district.schemes(book, code)
        found = district.parts(texts, came, "区")
        return {key: text for key, text in found.items() if text != UNPUBLISHED}

    assert headed(SHAPINGBA) == {"sells": "区的汽车出口", "makes": "区", "came": "区来了哪些项目"}
    assert headed(JIANGJIN) == {"sells": "区的班列"}, "one list is no part"
    assert headed(TONGNAN)["sells"] == "区卖什么，怎么运"
    assert headed("500104") == {"came": "区来了哪些项目"}, "one that is being built"
    assert headed("500156") == {}


def test_the_sources_of_a_page_are_all_named(book):
    product = district.products(book, JIANGJIN)
    found = facts(book, JIANGJIN)
    rows = district.rows_told(book, JIANGJIN, found, product)
    said = district.told_by(book, rows)
    for outlet in ("江津区融媒体中心", "重庆日报", "区域数据论坛", "买购网"):
        assert outlet in said, outlet
    assert district.sourced(book, rows).outcome == "holds"
    assert district.sourced(book, rows).rows == tuple(rows)
    assert district.sourced(book, []).outcome == "open"


def test_lists_are_a_source_only_where_they_are_said(book):
    came = district.projects(book, JIANGJIN)
    assert district.listed_sources(book, came, JIANGJIN, {"came": UNPUBLISHED}) == [
        "western8-2025-jiangjin"
    ]
    assert "os-20210108-ppfocus" in district.listed_sources(
        book, came, JIANGJIN, {"came": "来了哪些项目"}
    )


def test_more_cars_in_a_box_make_each_cheaper(book):
    # two, then three to four: 1 - 2/3, 1 - 2/4
    assert district.cost_a_car(facts(book, SHAPINGBA)) == "下降33%—50%"
    assert district.cost_a_car(facts(book, JIANGJIN)) == UNPUBLISHED


def test_boxes_of_jiangjin_are_worth_less(book):
    beside = district.beside_the_city(book, facts(book, JIANGJIN))
    # 5164 of 21000, 2.54 of 36.56
    assert beside["boxes_share"].interval.contains(D("24.59"))
    assert (beside["value_share"] < beside["boxes_share"]).outcome == "holds"
    assert (beside["city_boxes"].zh, beside["city_value"].zh) == ("2.1万标箱", "36.56亿元")


def test_a_time_that_all_projects_have_stands_in_the_title(book):
    rows = district.followed(district.projects(book, SHAPINGBA))
    assert district.one_day(rows) == "（2024年1月）"
    assert rows["stage_zh"].iloc[0] == "投产"
    assert district.project_columns(rows)["who"] == "企业"
    rows = district.followed(district.projects(book, DIANJIANG))
    assert district.one_day(rows) == ""
    assert district.project_columns(rows)["who"] == "企业或来处"


def test_a_project_that_runs_says_how(book):
    assert district.named(district.projects(book, JIANGJIN))["running_as"] == "运营"
