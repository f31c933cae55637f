"""What was entered must be what was printed: values, units, flows and periods against the row."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.data.plausibility import doubts, numbers
from cqbook.errors import ContractError

ROW = {
    "observation_id": "trade-2022.total",
    "source_id": "trade-2022",
    "indicator": "trade_value",
    "entity": "CN-50",
    "period": "2022",
    "accumulation": "period",
    "breakdown": "",
    "flow": "total",
    "measure": "level",
    "base": "",
    "value": "8158.4",
    "value_upper": "",
    "unit": "100M CNY",
    "qualifier": "as_rounded",
    "status": "actual",
    "basis": "customs",
    "part_of": "",
    "supersedes": "",
    "as_printed": "8158.4亿元",
}
GROWTH = ROW | {
    "observation_id": "trade-2022.total-yoy",
    "measure": "yoy",
    "value": "2",
    "unit": "percent",
    "as_printed": "增长2%",
}


def found(*rows, names=None, published=""):
    """Return row and column of each doubt."""
    days = {"trade-2022": published}
    return [(item.row, item.column) for item in doubts(rows, names or {}, days)]


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        ("8158.4", "100M CNY", "8158.4亿元"),
        ("-2.5", "percent", "下降2.5%"),
        ("3500", "enterprises", "3500余家"),
        ("20", "10k pieces", "20余万件"),
        ("20", "10k pieces", "20万余件"),
        ("66.6", "10k vehicles", "666,000 units"),
        ("99.5", "10k vehicles", "995.000"),
        ("1.32", "1M vehicles", "1,32 milioni"),
        ("132", "10k vehicles", "1,32 milioni"),
        ("113.28", "1B CNY", "113,28 Milliarden Yuan"),
        ("589.4", "1B CNY", "589,4 млрд юаней"),
        ("713.74", "1B CNY", "713,74 bilhões de yuans"),
        ("1.2", "1T CNY", "1.2万亿元"),
        ("1.85", "1T CNY", "1.85萬億元"),
        ("2.4", "1M vehicles", "2.4mn"),
        ("97.25", "1B CNY", "97.25 +37.3% (billion yuan)"),
        ("252.07", "1B CNY", "252.07"),
        ("4", "1T CNY", "4兆元"),
        ("1759.9", "100M CNY", "1759億9000万元"),
        ("32100", "100M CNY", "3兆2100億元"),
        ("1114.6", "100M CNY", "1114억 6000만위안"),
        ("1,359".replace(",", ""), "trains", "1,359 trips"),
        ("3", "units", "三到四台汽车"),
        ("4", "units", "三到四台汽车"),
        ("1", "1T CNY", "万亿级产业集群"),
        ("100", "10k CNY", "上百万元"),
        ("2.5", "months", "两个半月"),
        ("80", "percent", "贡献率超过八成"),
        ("70", "percent", "增长超7成"),
        ("2", "times", "二期翻倍"),
        ("6", "times", "more than six times"),
        ("1", "rank", "seven-year high"),
        # no numeral at all: nothing speaks against it
        ("1", "times", "已超去年全年总和"),
        ("9.3", "percent", "grows 9.3 pct in Q1"),
        ("110", "100M USD", "近110亿美元（约合700亿元）"),
        ("47.7", "10k vehicles", "47万7000台"),
        ("16.9", "100M CNY", "16억9천만 위안"),
        ("1.6", "10k trains", "prawie 16 tys. pociągów"),
    ],
)
def test_what_is_printed_is_believed(value, unit, printed):
    assert found(ROW | {"value": value, "unit": unit, "as_printed": printed}) == []


@pytest.mark.parametrize(
    ("value", "unit", "printed", "column"),
    [
        ("8158.5", "100M CNY", "8158.4亿元", "value"),
        ("8158.3", "100M CNY", "8158.4亿元", "value"),
        ("8158.4", "10k CNY", "8158.4亿元", "unit"),
        ("8158.4", "1B CNY", "8158.4亿元", "unit"),
        ("8158.4", "100M USD", "8158.4亿元", "unit"),
        ("8158.4", "100M CNY", "8158.4亿美元", "unit"),
        ("20", "1k pieces", "20余万件", "unit"),
        ("1.32", "10k vehicles", "1,32 milioni", "unit"),
        ("113.28", "1M CNY", "113,28 Milliarden Yuan", "unit"),
        ("589.4", "1M CNY", "589,4 млрд юаней", "unit"),
        ("713.74", "1M CNY", "713,74 bilhões de yuans", "unit"),
        ("4.71", "1B CNY", "4,71 млрд долл", "unit"),
        ("109", "100M USD", "109억위안", "unit"),
        ("1759", "100M CNY", "1759億9000万元", "value"),
        ("32100", "10k CNY", "3兆2100億元", "value"),
        ("97.25", "1M CNY", "97.25 +37.3% (billion yuan)", "unit"),
        # 1.234 may be 1234 or one and a bit, and nothing else
        ("12.34", "vehicles", "1.234 units", "value"),
        ("47", "10k vehicles", "47万7000台", "value"),
        ("7000", "vehicles", "47万7000台", "value"),
        ("5", "units", "三到四台汽车", "value"),
        ("1", "1B CNY", "万亿级产业集群", "value"),
        ("8", "percent", "贡献率超过八成", "value"),
        ("7", "percent", "增长超7成", "unit"),
        ("2", "months", "两个半月", "value"),
        ("5", "times", "more than six times", "value"),
        ("3", "rank", "ranked fourth", "value"),
    ],
)
def test_what_is_not_printed_is_doubted(value, unit, printed, column):
    assert found(ROW | {"value": value, "unit": unit, "as_printed": printed}) == [(0, column)]


def test_both_ends_of_a_range_are_printed():
    row = ROW | {"value": "3", "value_upper": "4", "unit": "10k units", "as_printed": "3—4万台"}
    assert found(row) == []
    assert found(row | {"value": "2"}) == [(0, "value")]
    assert found(row | {"value_upper": "5"}) == [(0, "value_upper")]
    assert found(row | {"unit": "1k units"}) == [(0, "unit"), (0, "unit")]


def test_a_bare_number_has_the_unit_that_its_source_prints():
    other = ROW | {"observation_id": "trade-2022.part", "breakdown": "regime=general"}
    bare = other | {"value": "252.07", "as_printed": "252.07"}
    assert found(ROW, bare) == []
    assert found(ROW, bare | {"unit": "1B CNY"}) == [(1, "unit")]
    # another source says nothing of it
    assert found(ROW, bare | {"unit": "1B CNY", "source_id": "another"}) == []


@pytest.mark.parametrize(
    ("printed", "flow", "good"),
    [
        ("出口5亿元", "export", True),
        ("出口5亿元", "import", False),
        ("出口5亿元", "total", False),
        ("进口5亿元", "export", False),
        ("进出口5亿元", "total", True),
        ("进出口5亿元", "export", False),
        ("进出口总值9亿元，其中出口5亿元", "export", True),
        ("5亿元", "import", True),
    ],
)
def test_the_flow_is_that_of_the_printed_words(printed, flow, good):
    row = ROW | {"value": "5", "flow": flow, "as_printed": printed}
    assert found(row) == ([] if good else [(0, "flow")])


def test_an_indicator_of_exports_has_no_imports():
    row = ROW | {"indicator": "auto_exports_value", "flow": "export"}
    names = {"auto_exports_value": "汽车出口额", "trade_value": "进出口额"}
    assert found(row, names=names) == []
    assert found(row | {"flow": "import"}, names=names) == [(0, "flow")]
    # imports and exports: each of them is one
    for flow in ("total", "export", "import"):
        assert found(ROW | {"flow": flow}, names=names) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("indicator", "trade_quantity"),
        ("entity", "CN"),
        ("period", "2021"),
        ("accumulation", "ytd"),
        ("breakdown", "partner=asean"),
        ("flow", "export"),
        ("basis", ""),
    ],
)
def test_a_growth_is_of_the_figure_beside_it(column, value):
    assert found(ROW, GROWTH) == []
    assert (1, column) in found(ROW, GROWTH | {column: value})
    assert (1, column) in found(ROW | {column: value}, GROWTH)


def test_a_growth_that_stands_alone_is_compared_with_nothing():
    assert found(GROWTH) == []
    assert found(ROW, GROWTH | {"observation_id": "trade-2022.else-yoy", "period": "2021"}) == []


def test_one_source_prints_one_number_for_one_thing():
    again = ROW | {"observation_id": "trade-2022.again", "value": "9", "as_printed": "9亿元"}
    assert found(ROW, again) == [(1, "period")]
    assert found(ROW, again | {"supersedes": "trade-2022.total"}) == []
    assert found(ROW, again | {"value": "8158.4", "as_printed": "8158.4亿元"}) == [(1, "period")]
    about = {"value": "8000", "as_printed": "超8000亿元", "qualifier": "over"}
    assert found(ROW, again | about) == [], "the headline and the text below it"
    for column, value in (
        ("source_id", "another"),
        ("period", "2021"),
        ("flow", "export"),
        ("base", "2019"),
        ("status", "plan"),
        ("basis", "caam"),
        ("unit", "100M USD"),
    ):
        printed = {"as_printed": "9亿美元"} if column == "unit" else {}
        assert found(ROW, again | printed | {column: value}) == [], column


@pytest.mark.parametrize(
    ("column", "value"), [("flow", ""), ("basis", ""), ("accumulation", "ytd")]
)
def test_what_is_left_empty_makes_no_other_thing(column, value):
    # no flow is read as the total, no basis as whichever; the year so far is the year
    again = ROW | {"observation_id": "trade-2022.again", "value": "9", "as_printed": "9亿元"}
    (doubt,) = doubts([ROW, again | {column: value}], {}, {})
    assert (doubt.row, doubt.column) == (1, column)
    assert "trade-2022.total（8158.4亿元）" in doubt.expected_zh
    assert f"那里是“{ROW[column]}”" in doubt.expected_zh
    assert found(again | {column: value}, ROW) == [(1, column)], "whichever comes first"


@pytest.mark.parametrize(("printed", "good"), [("69.9", True), ("100", True), ("169.9", False)])
def test_no_share_is_more_than_all(printed, good):
    share = GROWTH | {"observation_id": "trade-2022.share", "measure": "share", "value": printed}
    told = found(share | {"as_printed": f"占{printed}%"})
    assert told == ([] if good else [(0, "value")])
    # what is completed can be
    done = {"measure": "completion", "as_printed": f"完成{printed}%"}
    assert found(share | done) == []


@pytest.mark.parametrize(
    ("column", "value", "good"),
    [
        ("flow", "export", False),
        ("flow", "", True),
        ("entity", "CN-51", False),
        ("period", "2021", False),
        ("period", "2022-01/2022-12", True),
        ("indicator", "auto_exports_value", False),
        ("measure", "share", False),
        ("breakdown", "product=laptop", False),
        ("basis", "media", True),
    ],
)
def test_a_correction_is_of_the_same_thing(column, value, good):
    new = ROW | {"observation_id": "b.total", "source_id": "b", "supersedes": "trade-2022.total"}
    new |= {"value": "8258.4", "as_printed": "8258.4亿元"}
    told = list(doubts([ROW, new | {column: value}], {}, {}))
    assert [(item.row, item.column) for item in told] == ([] if good else [(1, "supersedes")])
    for item in told:
        assert "trade-2022.total 是 8158.4亿元" in item.expected_zh
        assert f"{column} 那里是“{ROW[column]}”" in item.expected_zh
        assert "这一行是 8258.4亿元" in item.expected_zh


def test_a_growth_unlike_its_level_is_told_what_is_expected():
    (doubt,) = doubts([ROW, GROWTH | {"basis": ""}], {}, {})
    assert "“customs”（与 trade-2022.total 相同" in doubt.expected_zh
    (doubt,) = doubts([ROW | {"basis": ""}, GROWTH], {}, {})
    assert "留空（与 trade-2022.total 相同" in doubt.expected_zh


@pytest.mark.parametrize(
    ("period", "status", "published", "good"),
    [
        ("2023", "actual", "2022-12-31", False),
        ("2023-05", "preliminary", "2023-04", False),
        ("2023-05", "actual", "2023", True),
        ("2030", "target", "2022-12-31", True),
        ("2023", "actual", "", True),
        # what has ended, or may have: of a year alone nobody knows the day
        ("2022", "actual", "2023-01-02", True),
        ("2022", "actual", "2022", True),
        ("2026-01/2026-10", "actual", "2026-11-18", True),
        ("2023-05", "actual", "2023-05-25", True),
        # what had begun and would not end for months
        ("2026", "actual", "2026-11-18", False),
        ("2026", "estimate", "2026-11-18", True),
        ("2026", "plan", "2026-11-18", True),
        ("2026-Q4", "actual", "2026-11-18", False),
        ("2026-07/2026-12", "preliminary", "2026-11-18", False),
        ("2026-01/2026-12", "actual", "2026-11", False),
        ("../2022", "actual", "2021", False),
    ],
)
def test_what_had_not_ended_was_no_fact(period, status, published, good):
    row = ROW | {"period": period, "status": status}
    assert found(row, published=published) == ([] if good else [(0, "period")])


@pytest.mark.parametrize(
    ("name", "period", "base", "good"),
    [
        ("trade-2022.yoy-2022-03", "2022-03", "", True),
        ("trade-2022.yoy-2022-03", "2021-03", "", False),
        ("trade-2022.share-2021", "2021", "", True),
        ("trade-2022.vs-2019", "2022", "2019", True),
        ("trade-2022.share-2021", "2020", "", False),
        # the year of the source is not that of the row, and 19719 is none
        ("trade-2022.share", "2020", "", True),
        ("trade-2022.cars-19719", "2020", "", True),
    ],
)
def test_a_name_with_a_year_is_of_that_year(name, period, base, good):
    row = ROW | {"observation_id": name, "period": period, "base": base}
    assert found(row) == ([] if good else [(0, "period")])


@pytest.mark.parametrize(
    ("period", "whole", "good"),
    [
        ("2022", "2022", True),
        ("2022", "../2022", True),
        ("2021", "2022", False),
        ("2021", "../2022", False),
        ("2022-12", "2022", True),
        # an end that is not known can't differ
        ("2023-05/..", "2023-05-26", True),
    ],
)
def test_a_part_ends_with_its_whole(period, whole, good):
    part = ROW | {"observation_id": "trade-2022.part", "breakdown": "regime=general"}
    part |= {"part_of": "trade-2022.total", "period": period}
    assert found(ROW | {"period": whole}, part) == ([] if good else [(1, "period")])


def test_a_number_in_several_languages():
    assert numbers("1,234.5 and 1.234,5") == [({D("1234.5")}, None), ({D("1234.5")}, None)]
    assert numbers("4.4m units") == [({D("4.4")}, 10**6)]
    # a word that begins like a scale is none: 5 months, 3 mu
    assert numbers("5 months, 3 mu") == [({D(5)}, None), ({D(3)}, None)]
    assert numbers("8158.4") == [({D("8158.4")}, None)]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("trade-2022.total", "value", "8158.5"),
        ("trade-2022.total", "unit", "10k CNY"),
        ("trade-2022.total-yoy", "period", "2021"),
        ("shapingba-nev-2024.nev-exports", "flow", "import"),
    ],
)
def test_the_contract_names_the_cell(plain, name, column, value):
    row = plain.find("observations.csv", "observation_id", name)
    plain.set("observations.csv", row, column, value)
    with pytest.raises(ContractError) as caught:
        check_package(Catalog(plain.path))
    cells = [(item.file, item.row, item.column, item.value) for item in caught.value.breaches]
    assert ("observations.csv", row, column, value) in cells
