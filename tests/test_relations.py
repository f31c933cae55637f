"""Relations that the rows make by rule, their verdicts, and where they are told."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest
from conftest import ROOT

from cqbook import cli
from cqbook.analysis.reconciliation import VERDICT_COLUMNS, relations_table, relations_tally
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.data.relation_rules import RULES, Relation, leaps, overruns, related
from cqbook.data.relations import (
    CONSISTENT,
    INCONSISTENT,
    RELATION_KINDS,
    REVISION,
    ROUNDING,
    SCOPE,
    UNDECIDABLE,
    impossible,
    judged,
    judgements,
    relation_lines,
)
from cqbook.errors import ContractError, DataError
from cqbook.quantities.qualifiers import from_printed

#: A figure of which only what a test says is another: exports and imports of a year, 100 亿元.
PLAIN = {
    "indicator": "trade_value",
    "entity": "CN-50",
    "period": "2021",
    "accumulation": "period",
    "breakdown": "",
    "flow": "total",
    "measure": "level",
    "base": "",
    "value_text": "100",
    "value_upper_text": "",
    "unit": "100M CNY",
    "qualifier": "as_rounded",
    "status": "actual",
    "basis": "customs",
    "confidence": 3,
    "supersedes": "",
    "source_id": "a",
}


def figure(name, value="100", **cells):
    return PLAIN | {"observation_id": name, "value_text": value} | cells


def verdicts(rows, parents=None):
    """Return rule and verdict of each relation, by the target and the inputs."""
    known = {row["observation_id"]: row for row in rows}
    return {
        (relation.rule, relation.target, *relation.inputs): judged(relation, known).verdict
        for relation in related(rows, parents or {})
    }


def month(number, name, value, **cells):
    return figure(name, value, period=f"2021-{number:02d}", **cells)


def so_far(number, name, value, **cells):
    return figure(name, value, period=f"2021-01/2021-{number:02d}", accumulation="ytd", **cells)


SIDES = [figure("x", "70.2", flow="export"), figure("m", "30.3", flow="import")]
ENTERPRISES = [
    figure("p", "60", breakdown="enterprise=private"),
    figure("f", "30", breakdown="enterprise=foreign"),
]
CARS = {"indicator": "auto_exports", "flow": "export", "unit": "10k vehicles", "basis": "caam"}
KINDS = [
    figure("pc", "80", breakdown="vehicle=passenger", **CARS),
    figure("cv", "20", breakdown="vehicle=commercial", **CARS),
]
MONTHS = [month(1, "m1", "10.0"), month(2, "m2", "20.0")]
YEARS = [figure("now", "110.0"), figure("was", "100.0", period="2020")]


@pytest.mark.parametrize(
    ("rows", "relation", "right", "wrong"),
    [
        (SIDES, ("flows", "t", "x", "m"), {"value": "100.5"}, {"value": "105.0"}),
        (
            [so_far(3, "c3", "60.0"), so_far(2, "c2", "40.0")],
            ("cumulative", "t", "c3", "c2"),
            {"value": "20.0", "period": "2021-03"},
            # so much is no revision
            {"value": "30.0", "period": "2021-03"},
        ),
        (
            MONTHS,
            ("months", "t", "m1", "m2"),
            {"value": "30.0", "period": "2021-01/2021-02", "accumulation": "ytd"},
            {"value": "33.0", "period": "2021-01/2021-02", "accumulation": "ytd"},
        ),
        (KINDS, ("whole", "t", "pc", "cv"), {"value": "100"} | CARS, {"value": "104"} | CARS),
        (ENTERPRISES, ("within", "t", "p", "f"), {"value": "95"}, {"value": "85"}),
        (ENTERPRISES, ("within", "t", "p"), {"value": "95"}, {"value": "55"}),
        (
            [*ENTERPRISES, figure("w", "100")],
            ("share", "t", "p", "w"),
            {"value": "60", "unit": "percent", "measure": "share", "base": "total"}
            | {"breakdown": "enterprise=private"},
            {"value": "50", "unit": "percent", "measure": "share", "base": "total"}
            | {"breakdown": "enterprise=private"},
        ),
        (
            YEARS,
            ("growth", "t", "now", "was"),
            {"value": "10.0", "unit": "percent", "measure": "yoy"},
            # a tenth of it: no base was revised by as much
            {"value": "1.0", "unit": "percent", "measure": "yoy"},
        ),
        (
            # 增长1.2倍 is 120 %, not 1.2 %
            [figure("now", "220.0"), figure("was", "100.0", period="2020")],
            ("growth", "t", "now", "was"),
            {"value": "1.2", "unit": "times", "measure": "yoy"},
            {"value": "2.2", "unit": "times", "measure": "yoy"},
        ),
        (
            [figure("other", "100.2", source_id="b", confidence=3)],
            ("same", "t", "other"),
            {"value": "100", "confidence": 2},
            {"value": "99", "confidence": 2},
        ),
    ],
    ids=[
        *("flows", "cumulative", "months", "whole", "together", "alone"),
        *("share", "growth", "times", "same"),
    ],
)
def test_a_rule_binds_a_figure_to_those_it_belongs_to(rows, relation, right, wrong):
    assert verdicts([*rows, figure("t", **right)])[relation] == CONSISTENT
    assert verdicts([*rows, figure("t", **wrong)])[relation] == INCONSISTENT


def test_a_place_is_no_more_than_what_it_is_part_of():
    rows = [figure("d", "90", entity="500106"), figure("w", "100")]
    relation = ("within", "w", "d")
    assert verdicts(rows, {"500106": "CN-50"})[relation] == CONSISTENT
    rows[0]["value_text"] = "110"
    assert verdicts(rows, {"500106": "CN-50"})[relation] == INCONSISTENT
    assert not verdicts(rows), "a district of which nobody says where it is"


def growth_of(base, rate="37.5", level="5395.0"):
    rows = [
        figure("now", level, period="2021-01/2021-08", accumulation="ytd"),
        figure("was", base, period="2020-01/2020-08", accumulation="ytd"),
        figure("t", rate, period="2021-01/2021-08", measure="yoy", unit="percent"),
    ]
    known = {row["observation_id"]: row for row in rows}
    return judged(Relation("growth", "growth", "t", ("now", "was")), known)


def test_a_base_that_was_revised_is_no_contradiction_and_says_so():
    found = growth_of("3983.6")
    assert found.verdict == REVISION
    # the base that growth and level imply, and the one that was published
    assert "3922亿元—3926亿元" in found.explanation
    assert "3983.6亿元" in found.explanation
    assert "修订" in found.explanation
    assert growth_of("3923.6").verdict == CONSISTENT


@pytest.mark.parametrize("base", ["39836", "398.36", "4200.0", "3700.0"])
def test_a_digit_lost_is_no_revision(base):
    assert growth_of(base).verdict == INCONSISTENT


def test_a_floor_as_base_says_no_more_than_it_can():
    rows = [*YEARS, figure("t", "9.0", measure="yoy", unit="percent")]
    rows[1] = rows[1] | {"qualifier": "over"}
    assert verdicts(rows)["growth", "t", "now", "was"] == UNDECIDABLE


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        # 105.7, of which one source has left out the end
        ({"value_text": "105"}, {"value_text": "106"}, ROUNDING),
        ({"value_text": "278"}, {"value_text": "278.8"}, ROUNDING),
        ({"value_text": "278.8"}, {"value_text": "278"}, ROUNDING),
        ({"value_text": "27.8", "unit": "1B CNY"}, {"value_text": "278.8"}, ROUNDING),
        # 0.84 more is more than the last digit of either
        ({"value_text": "138.3"}, {"value_text": "137.46"}, INCONSISTENT),
        ({"value_text": "278.8"}, {"value_text": "280"}, INCONSISTENT),
        # a word leaves more open, and nobody rounds what he counts
        ({"value_text": "105", "qualifier": "over"}, {"value_text": "104"}, INCONSISTENT),
        ({"value_text": "105", "unit": "projects"}, {"value_text": "106", "unit": "projects"},
         INCONSISTENT),
        ({"value_text": "278.8"}, {"value_text": "278.8"}, CONSISTENT),
    ],
)  # fmt: skip
def test_a_number_cut_and_the_same_rounded_are_told_as_one(one, other, told):
    rows = {"p": figure("p", **one), "q": figure("q", source_id="b", **other)}
    found = judged(Relation("same", "same", "p", ("q",)), rows)
    assert found.verdict == told
    if told == ROUNDING:
        assert found.explanation == "像是同一个数，一处四舍五入，一处截去尾数。"


SHARE = {"measure": "share", "unit": "percent"}
PARTS = [figure("p", "60", breakdown="size=10m_cny_up"), figure("w", "100")]


@pytest.mark.parametrize(
    ("kind", "rows", "alike"),
    [
        # two that say who counted, and two who did
        ("same", [figure("t", "491"), figure("i", "522", basis="caam")], {"basis": "customs"}),
        # what was expected, and what came of it
        ("same", [figure("t", "36.9", status="estimate"), figure("i", "36.5")],
         {"status": "estimate"}),
        # the share says of which whole it is: of large projects
        ("share", [figure("t", "75.5", base="CN-34 size=10m_cny_up", **SHARE), *PARTS],
         {"breakdown": "size=10m_cny_up"}),
        # a share of a whole year, and one of eleven months
        ("share_grown",
         [figure("t", "35.4", period="2022-01/2022-11", **SHARE),
          figure("s", "34.6", period="2021", **SHARE),
          figure("g", "14.9", unit="percent"), figure("d", "4.8", unit="percentage points"),
          figure("b", "34.6", period="2021-01/2021-11", **SHARE)], None),
    ],
)  # fmt: skip
def test_figures_that_are_not_of_one_thing_contradict_nobody(kind, rows, alike):
    known = {row["observation_id"]: row for row in rows}
    target, *inputs = known
    inputs = inputs[:3]
    found = judged(Relation("listed", kind, target, tuple(inputs)), known)
    assert found.verdict == SCOPE
    assert found.explanation.endswith("不是互相矛盾。")
    # were they of one, somebody would be wrong
    if alike is None:
        inputs[0] = "b"
    else:
        known[inputs[-1]] |= alike
    assert judged(Relation("listed", kind, target, tuple(inputs)), known).verdict == INCONSISTENT


@pytest.mark.parametrize(
    ("target", "inputs", "told"),
    [
        # 410 of 491 are passenger cars, and nobody says that 410 is less
        (figure("t", "410"), ("w", "now"), SCOPE),
        (figure("t", "63.7", measure="yoy", unit="percent"), ("r", "now", "was"), SCOPE),
        (figure("t", "420"), ("w", "now"), INCONSISTENT),
        (figure("t", "410"), ("w",), INCONSISTENT),
        (figure("t", "491"), ("w", "now"), CONSISTENT),
    ],
)
def test_a_figure_without_a_scope_can_be_that_of_a_part(target, inputs, told):
    rows = [
        target,
        figure("w", "491"),
        figure("r", "57.9", measure="yoy", unit="percent"),
        figure("now", "410"),
        figure("was", "250.5", period="2020"),
    ]
    known = {row["observation_id"]: row for row in rows}
    found = judged(Relation("same", "same", "t", inputs), known)
    assert found.verdict == told
    # beside it stands what it was compared with, not the part
    assert found.computed.observation_id == inputs[0]


FORETOLD = figure("f", "36.9", status="estimate", source_id="c")


@pytest.mark.parametrize(
    ("rows", "told", "behind"),
    [
        # a report has the estimate's number as if it had happened, another has what came of it
        ([FORETOLD], SCOPE, ("f",)),
        ([FORETOLD | {"value_text": "3.69", "unit": "1B CNY"}], SCOPE, ("f",)),
        # two that count contradict each other
        ([], INCONSISTENT, ()),
        ([FORETOLD | {"value_text": "36.8"}], INCONSISTENT, ()),
        ([FORETOLD | {"period": "2020"}], INCONSISTENT, ()),
        ([FORETOLD | {"status": "target"}], INCONSISTENT, ()),
    ],
)
def test_an_estimate_told_again_contradicts_no_outcome(rows, told, behind):
    rows = [figure("t", "36.9"), figure("i", "36.5", source_id="b"), *rows]
    (relation,) = [item for item in related(rows, {}) if item.rule == "same"]
    assert relation.inputs[1:] == behind
    found = judged(relation, {row["observation_id"]: row for row in rows})
    assert found.verdict == told
    if told == SCOPE:
        assert found.explanation.startswith("一处与先前的预计是同一个数")


def test_what_somebody_listed_is_told_by_the_rule_to_repeat_an_estimate(book):
    """The pair of growths of 2022: 142.5 % is January's estimate, told again in July."""
    (found,) = [
        item for item in judgements(book) if item.title == "2022年重庆新能源汽车产量增速：两处来源"
    ]
    assert found.relation.inputs[-1] == "industry-2022.nev-output-yoy"
    assert found.verdict == SCOPE


def test_what_has_no_result_is_undecidable():
    nothing = figure("was", "0", period="2020", unit="vehicles")
    now = figure("now", "5", unit="vehicles")
    for rate in ("10", "-100"):
        rows = [nothing, now, figure("t", rate, measure="yoy", unit="percent")]
        assert verdicts(rows)["growth", "t", "now", "was"] == UNDECIDABLE
    # a fall by all of it, from something to something
    rows = [nothing | {"value_text": "9"}, now]
    rows += [figure("t", "-100", qualifier="over", measure="yoy", unit="percent")]
    assert verdicts(rows)["growth", "t", "now", "was"] == INCONSISTENT


def test_months_that_were_revised_since_are_told_as_that():
    rows = [so_far(11, "c11", "7204.9"), so_far(10, "c10", "6435.2"), month(11, "t", "769.5")]
    assert verdicts(rows)["cumulative", "t", "c11", "c10"] == REVISION
    rows = [*MONTHS, so_far(2, "t", "30.4")]
    assert verdicts(rows)["months", "t", "m1", "m2"] == REVISION
    known = {row["observation_id"]: row for row in rows}
    found = judged(Relation("months", "sum", "t", ("m1", "m2")), known)
    assert "累计数是30.4亿元，各月公布时的数相加是29.9亿元—30.1亿元" in found.explanation


def test_all_provinces_make_the_nation():
    names = [f"CN-{number}" for number in range(31)]
    rows = [figure(name.lower(), "2.00", entity=name) for name in names]
    rows += [figure("t", "62.0", entity="CN"), figure("u", "63.0", entity="CN", source_id="b")]
    found = verdicts(rows, dict.fromkeys(names, "CN"))
    whole = {target: told for (rule, target, *_), told in found.items() if rule == "whole"}
    assert whole == {"t": CONSISTENT, "u": INCONSISTENT}
    fewer = verdicts(rows[1:], dict.fromkeys(names, "CN"))
    assert {rule for rule, *_ in fewer} == {"within", "same"}


@pytest.mark.parametrize(
    "cells",
    [
        {"status": "target"},
        {"status": "estimate"},
        {"confidence": 1},
        {"basis": "traders_seat"},
        {"unit": "100M USD"},
        {"period": "2020"},
        {"entity": "CN"},
        {"breakdown": "partner=asean"},
    ],
)
def test_what_is_of_another_kind_is_not_put_together(cells):
    assert not verdicts([*SIDES, figure("t", "105.0", **cells)])


def test_what_was_corrected_binds_nobody():
    rows = [*SIDES, figure("t", "105.0"), figure("n", "100.5", supersedes="t")]
    assert verdicts(rows) == {("flows", "n", "x", "m"): CONSISTENT}


def test_whoever_does_not_say_how_he_counted_is_compared_with_customs():
    rows = [*SIDES, figure("t", "105.0", basis="", source_id="b")]
    assert verdicts(rows)["flows", "t", "x", "m"] == INCONSISTENT


def test_each_source_is_held_to_its_own_figures_first():
    rows = [*SIDES, figure("t", "100.5"), figure("u", "103.0", source_id="b")]
    rows += [figure("y", "72.0", flow="export", source_id="b")]
    found = verdicts(rows)
    assert found["flows", "t", "x", "m"] == CONSISTENT
    # imports, which the other does not print, are taken from whoever does
    assert found["flows", "u", "y", "m"] == INCONSISTENT


def test_only_one_source_is_told_that_its_figures_are_impossible():
    typed = [*SIDES, figure("t", "105.0")]
    (found,) = impossible(typed, {}, [])
    assert found.relation == Relation("flows", "sum", "t", ("x", "m"))
    said = {"kind": "sum", "target": "t", "inputs": "m;x", "explanation_zh": ""}
    assert list(impossible(typed, {}, [said])), "a relation without an explanation explains nothing"
    assert not list(impossible(typed, {}, [said | {"explanation_zh": "来源就这样印的。"}]))
    typed[2] = typed[2] | {"source_id": "b"}
    assert not list(impossible(typed, {}, [])), "two sources may contradict each other"
    # a base that was revised, or is wrong: not for us to say
    assert not list(impossible([*YEARS, figure("g", "1", measure="yoy", unit="percent")], {}, []))


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        ("32008", "100M CNY", True),
        ("3200.8", "10k CNY", True),
        ("320.08", "100M CNY", True),
        ("3200.8", "100M CNY", False),
        ("320.08", "1B CNY", False),
    ],
)
def test_another_order_of_magnitude_than_a_year_before_is_told(value, unit, told):
    rows = [figure("was", "2900.0", period="2020"), figure("t", value, unit=unit)]
    found = list(leaps(rows, {"t"}))
    assert bool(found) == told
    assert [item.row["period"] for item in found] == (["2020"] if told else [])
    assert not list(leaps(rows, {"other"}))


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        ("2700.2", "100M CNY", []),
        ("2700.2", "10k CNY", ["was", "all"]),
        ("27002", "100M CNY", ["was"]),
        ("230.02", "100M CNY", ["was", "all"]),
    ],
)
def test_another_order_than_the_nearest_stretch_and_than_its_whole_is_told(value, unit, told):
    # ten months with no such ten months a year before: of a year, by the day
    rows = [
        figure("was", "2900.0", period="2020", flow="export"),
        figure("all", "3500.0", period="2021-01/2021-10", accumulation="ytd"),
        figure("t", value, unit=unit, period="2021-01/2021-10", accumulation="ytd", flow="export"),
    ]
    assert [item.other.observation_id for item in leaps(rows, {"t"})] == told


@pytest.mark.parametrize(
    ("period", "value", "told"),
    [
        ("2021-Q1", "2700.0", True),
        ("2021-Q1", "900.0", False),
        ("2021-Q1", "250.0", True),
        ("2021-01/2021-06", "2700.0", False),
        ("2021-01/2021-06", "4000.0", True),
        ("2021-02", "900.0", False),
        ("2024-Q1", "2700.0", False),
        ("2021", "8700.0", False),
    ],
)
def test_a_quarter_that_has_what_a_year_has_is_told(period, value, told):
    rows = [figure("was", "2900.0", period="2020"), figure("t", value, period=period)]
    assert [item.other.observation_id for item in leaps(rows, {"t"})] == ["was"] * told
    # of what is over some number nobody knows how much there is
    assert not list(leaps([rows[0] | {"qualifier": "over"}, rows[1]], {"t"}))


@pytest.mark.parametrize(
    ("longer", "shorter", "told"),
    [
        ({"value_text": "95"}, {}, True),
        ({"value_text": "95", "period": "2021", "accumulation": "period"}, {}, True),
        ({"value_text": "95", "basis": ""}, {}, True),
        ({"value_text": "95"}, {"period": "2021-08", "accumulation": "period"}, True),
        ({"value_text": "9.5", "unit": "1B CNY"}, {}, True),
        ({"value_text": "100.4"}, {}, False),
        ({"value_text": "95", "qualifier": "over"}, {}, False),
        ({"value_text": "95", "basis": "media"}, {}, False),
        ({"value_text": "95", "flow": "export"}, {}, False),
        ({"value_text": "95", "unit": "100M USD"}, {}, False),
        ({"value_text": "95", "status": "target"}, {}, False),
        ({"value_text": "95", "confidence": 1}, {}, False),
        ({"value_text": "95", "accumulation": "stock"}, {}, False),
        ({"value_text": "95", "unit": "percent"}, {"unit": "percent"}, False),
        ({"value_text": "95", "indicator": "net_profit"}, {"indicator": "net_profit"}, False),
        ({"value_text": "95", "period": "2022-01/2022-10"}, {}, False),
        ({"value_text": "95"}, {"period": "2021-11", "accumulation": "period"}, False),
    ],
)
def test_a_year_has_no_less_as_it_goes_on(longer, shorter, told):
    rows = [so_far(9, "nine", "100.5") | shorter, so_far(10, "ten", "0") | longer]
    found = [(a["observation_id"], b["observation_id"]) for a, b in overruns(rows)]
    assert found == ([("ten", "nine")] if told else [])


def test_what_was_corrected_is_compared_with_nothing():
    rows = [so_far(9, "nine", "100.5"), so_far(9, "new", "90", supersedes="nine")]
    assert not list(overruns([*rows, so_far(10, "ten", "95")]))


def test_one_source_has_no_less_of_a_year_than_of_its_months(spoiled):
    # the total of 2022, below what one article prints of a part of the year
    name = "trade-2022.total"
    row = spoiled.find("observations.csv", "observation_id", name)
    cells = spoiled.rows("observations.csv")
    at = {column: place for place, column in enumerate(cells[0])}
    more = list(cells[row])
    for column, value in {
        "observation_id": "trade-2022.so-far", "period": "2022-01/2022-11", "accumulation": "ytd",
        "value": "8258.4", "as_printed": "8258.4亿元",
    }.items():  # fmt: skip
        more[at[column]] = value
    spoiled.write("observations.csv", [*cells, more])
    with pytest.raises(ContractError) as caught:
        check_package(Catalog(spoiled.path))
    (breach,) = caught.value.breaches
    assert (breach.row, breach.column, breach.value) == (len(cells), "value", "8258.4")
    assert "不大于 trade-2022.total（2022年 8158.4亿元）：2022年含有2022年1—11月" in str(breach)
    more[at["confidence"]] = "1"
    spoiled.write("observations.csv", [*cells, more])
    check_package(Catalog(spoiled.path))


def test_exports_alone_are_no_more_than_the_total():
    total = figure("t", "100.5")
    assert verdicts([total, figure("x", "70.2", flow="export")]) == {("within", "t", "x"): "一致"}
    (found,) = verdicts([total, figure("m", "100.7", flow="import")]).values()
    assert found == "不一致"


# --- the book's own -----------------------------------------------------------------------------


def test_the_books_rows_are_bound_and_each_that_is_broken_is_explained(book):
    found = judgements(book)
    assert len(found) > 350
    assert {item.relation.rule for item in found} == {*RULES, "listed"}
    assert not [item.title for item in found if item.verdict != CONSISTENT and not item.explanation]
    # what customs revised is called that, and not a contradiction of sources
    open_ = [item for item in found if item.verdict == UNDECIDABLE]
    assert not [item.title for item in open_ if "一致" in item.explanation], "then it is decided"
    revised = [item for item in found if item.verdict == REVISION]
    assert {item.relation.rule for item in revised} == {"growth", "cumulative", "months"}


def test_what_is_written_by_hand_and_made_by_rule_is_told_once_with_its_explanation(book):
    found = [
        item for item in judgements(book) if "r128-trade-value" in item.relation.target
    ]  # November 2021, explained by hand
    (once,) = [item for item in found if item.relation.kind == "difference"]
    assert once.known
    assert once.relation.rule == "cumulative"
    assert once.verdict == REVISION
    assert once.title == "2021年11月重庆进出口等于两个累计数之差"


@pytest.mark.parametrize("kind", ["share_grown", "share_contribution"])
def test_what_a_share_implies_is_no_wider_than_its_corners(kind):
    """Growth taken for two unknowns made 49.2%—50.9% of what is 49.7%—50.4%."""
    exact = {
        "share_grown": lambda s, g, d: s * (100 + g) / (100 + g - d),
        "share_contribution": lambda s, g, d: s * (100 + g - d) / (100 + g) * g / (g - d),
    }[kind]
    for words in (("35.4", "14.9", "4.8"), ("10", "30", "2.5"), ("62.1", "3.25", "3.1")):
        inputs = [from_printed(word) for word in words]
        ends = itertools.product(*((item.lower, item.upper) for item in inputs))
        corners = [exact(*corner) for corner in ends]
        found = RELATION_KINDS[kind](*inputs)
        assert float(found.lower) == pytest.approx(float(min(corners)))
        assert float(found.upper) == pytest.approx(float(max(corners)))


def test_the_table_has_a_row_a_relation(book):
    table = relations_table(book)
    assert len(table) == len(judgements(book))
    words = table.drop(columns=["known", "derived"])
    assert words.map(lambda cell: isinstance(cell, str)).all(axis=None)
    counts = relations_tally(table)
    assert list(counts) == ["rule", *VERDICT_COLUMNS]
    for column, verdict in VERDICT_COLUMNS.items():
        *rules, total = (int(cell or 0) for cell in counts[column])
        assert sum(rules) == total == table["verdict"].eq(verdict).sum()


def changed(spoiled, name, **cells):
    row = spoiled.find("observations.csv", "observation_id", name)
    for column, value in cells.items():
        spoiled.set("observations.csv", row, column, value)
    return row


#: Exports, imports and total of 2025 in one source; the imports with another digit.
IMPORTS_2025 = "os-20260126-163-com.r003-trade-value"
WRONG = {"value": "2491.5", "as_printed": "2491.5亿元"}


def test_a_total_that_its_own_parts_do_not_make_is_refused(spoiled):
    row = changed(spoiled, IMPORTS_2025, **WRONG)
    with pytest.raises(ContractError) as caught:
        check_package(Catalog(spoiled.path))
    (breach,) = caught.value.breaches
    assert (breach.file, breach.row, breach.column) == ("observations.csv", row, "value")
    assert "进出口等于出口加进口" in breach.expected_zh
    assert "exports plus imports" in breach.expected
    # the source prints it so, and the reader of the row says that he doubts it
    changed(spoiled, IMPORTS_2025, confidence="1")
    check_package(Catalog(spoiled.path))


def test_what_relations_explain_is_not_refused(spoiled):
    changed(spoiled, IMPORTS_2025, **WRONG)
    row = spoiled.find("relations.csv", "relation", "total-2025")
    spoiled.set("relations.csv", row, "explanation_zh", "来源就这样印的。")
    check_package(Catalog(spoiled.path))


def test_the_check_names_what_a_row_contradicts_and_is_content(spoiled, capsys):
    # another source's total of 2022: 8158.4 and 815.84 agree, 855.84 does not
    row = changed(
        spoiled,
        "os-20230120-ichongqing.r045-trade-value",
        value="855.84",
        as_printed="855.84 billion yuan",
        source_id="os-20230120-ichongqing",
        confidence="1",
    )
    assert cli.main(["--root", str(ROOT), "check", "--data", str(spoiled.path)]) == 0
    told = capsys.readouterr().out
    (line,) = [line for line in told.splitlines() if f"第{row}行" in line]
    assert "8558.4亿元" in line
    assert "contradicts: observations.csv rows" in line
    assert "8158.35" in line
    # explained by hand: counted, not listed
    assert "nev-q1-2023-agency" not in told
    assert "r536-auto-exports-yoy" not in told


def test_the_check_names_the_file_and_row_of_a_figure_of_a_series(spoiled):
    file = "series/caam-exports.csv"
    row = spoiled.find(file, "period", "2018-05")
    spoiled.set(file, row, "value", "93.0")
    lines = relation_lines(Catalog(spoiled.path))
    told = [line for line in lines if re.search("2018-05-period[、）]", line)]
    assert told
    for line in told:
        zh, _, en = line.partition(" | ")
        assert re.search(rf"{file}[第行、0-9]*第{row}行", zh)
        assert re.search(rf"{file} rows ([0-9]+, )*{row}\b", en)
        assert "observations.csv" not in line


def test_each_figure_has_its_place(book):
    frame = book.observations()
    for name in ("observations", *book.series):
        rows = book.text(name)
        ids = frame["observation_id"]
        own = ids[ids.str.startswith(f"{name}.")] if name in book.series else ids[: len(rows)]
        at = [book.file_and_row(key) for key in (own.iloc[0], own.iloc[-1])]
        assert at == [(book.resources[name]["path"], 1), (book.resources[name]["path"], len(rows))]
    with pytest.raises(DataError, match=r"no such observation: caam-exports\.never"):
        book.file_and_row("caam-exports.never")


# --- keys ---------------------------------------------------------------------------------------

RESOURCES = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
KEYS = [
    (table["name"], column)
    for table in RESOURCES["resources"]
    for column in [table["schema"]["primaryKey"]]
    for column in ([column] if isinstance(column, str) else column)
    # phrases and sentences of any letters, which lead nowhere
    if table["name"] not in ("english", "claim_sentences")
]


def test_a_key_that_leads_elsewhere_is_refused_in_every_table(spoiled):
    """A row a key, before those that are there."""
    keys = ["../../../../x", "__proto__", "a/b", "<b>", "a\\b", "a b;c"]
    for table in RESOURCES["resources"]:
        header, *rows = spoiled.rows(table["path"])
        wrong = [
            [key if (table["name"], column) in KEYS else "" for column in header] for key in keys
        ]
        spoiled.write(table["path"], [header, *wrong, *rows])
    with pytest.raises(ContractError) as caught:
        check_package(Catalog(spoiled.path))
    refused = {
        (item.file, item.column, item.value)
        for item in caught.value.breaches
        # a key of a long series is one of a list, which is no wider than a pattern
        if item.row <= len(keys)
        and item.value == keys[item.row - 1]
        and re.search("符合|之一$", item.expected_zh)
    }
    paths = {table["name"]: Path(table["path"]).name for table in RESOURCES["resources"]}
    assert refused == {(paths[name], column, key) for name, column in KEYS for key in keys}


def test_a_table_whose_key_may_be_anything_is_refused(spoiled):
    path = spoiled.path / "datapackage.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    (table,) = [item for item in whole["resources"] if item["name"] == "glossary"]
    del table["schema"]["fields"][0]["constraints"]["pattern"]
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        check_package(Catalog(spoiled.path))
    assert [item.column for item in caught.value.breaches] == ["glossary.term"]
