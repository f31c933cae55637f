"""The reconciliation: verdicts, and the real relations."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from cqbook.analysis.reconciliation import reconcile
from cqbook.data.catalog import Catalog
from cqbook.data.relations import (
    CONSISTENT,
    INCONSISTENT,
    RELATION_KINDS,
    ROUNDING,
    SCOPE,
    UNDECIDABLE,
    as_corrected,
    verdict,
)
from cqbook.errors import DataError
from cqbook.quantities.interval import Interval
from cqbook.quantities.qualifiers import from_printed
from cqbook.quantities.units import Unit


@pytest.mark.parametrize(
    ("printed", "computed", "expected"),
    [
        (from_printed("45.9"), Interval(D("45.855"), D("45.858")), CONSISTENT),
        (from_printed("45.9"), Interval(D("45.80"), D("45.86")), CONSISTENT),
        (from_printed("45.9"), Interval(D("45.7"), D("45.8")), INCONSISTENT),
        # open and closed ends that only touch share no number
        (from_printed("2"), Interval(D("2.5"), D("3"), True, True), INCONSISTENT),
        (from_printed("156"), Interval(D(124), D(207)), UNDECIDABLE),
        (from_printed("10"), Interval(D("8.4"), None), UNDECIDABLE),
        (from_printed("9", "over"), Interval(D(10), D(11)), CONSISTENT),
        (from_printed("9", "over"), Interval(D(7), D(8)), INCONSISTENT),
        (from_printed("9", "over"), Interval(D(8), D(11)), UNDECIDABLE),
    ],
)
def test_verdicts(printed, computed, expected):
    assert verdict(printed, computed) == expected


def test_kinds_compute_what_they_say():
    two, three = Interval.exactly(2), Interval.exactly(3)
    assert RELATION_KINDS["sum"](two, three) == Interval.exactly(5)
    assert RELATION_KINDS["difference"](three, two) == Interval.exactly(1)
    assert RELATION_KINDS["product"](two, three) == Interval.exactly(6)
    assert RELATION_KINDS["grown"](two, Interval.exactly(50)) == three
    assert RELATION_KINDS["share_of"](Interval.exactly(50), two) == Interval.exactly(1)
    assert RELATION_KINDS["at_least"](two, three).upper is None


def test_the_real_relations_are_at_least_thirty_and_explained(book):
    findings = reconcile(book)
    assert len(findings) >= 30
    kinds = {CONSISTENT, INCONSISTENT, ROUNDING, SCOPE, UNDECIDABLE}
    assert {item.verdict for item in findings} == kinds
    unexplained = [
        item.relation for item in findings if item.verdict != CONSISTENT and not item.explanation
    ]
    assert not unexplained


def by_name(book, name):
    return next(item for item in reconcile(book) if item.relation == name)


def test_private_contribution_of_156_percent_agrees_with_the_amounts_of_both_years(book):
    """From growth in whole percent it is open (`contribution`): the relation takes the amounts."""
    finding = by_name(book, "private-contribution-2022")
    assert finding.verdict == CONSISTENT
    # 3741.1 less 3494, of 8158.4 less 8000.6
    assert float(finding.computed.point) == pytest.approx(156.6, abs=0.1)


def test_a_changed_figure_changes_the_verdict(plain):
    row = plain.find("observations.csv", "observation_id", "trade-2022.private-share")
    plain.set("observations.csv", row, "value", "54.9")
    finding = by_name(Catalog(plain.path), "private-share-2022")
    assert finding.verdict == INCONSISTENT


def test_an_unknown_figure_is_named(plain):
    plain.set("relations.csv", 1, "inputs", "trade-2022.nothing")
    with pytest.raises(DataError, match=r"relations\.csv.*1.*trade-2022\.nothing"):
        reconcile(Catalog(plain.path))


def exactly(number):
    return Interval.exactly(D(str(number)))


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        # 20 % grew by 10 % while the whole grew by 5 %: 20 * 110 / 105
        ("share_grown", (21, 10, 5), 22),
        # 22 % now, grown by 10 %, 5 points faster: 22 * 105 / 110 * 10 / 5
        ("share_contribution", (22, 10, 5), 42),
        ("rate", (6, 5), 120),
        ("share", (1, 4), 25),
        ("quotient", (6, 5), "1.2"),
        ("whole_of", (12, 40), 30),
        ("growth", (6, 5), 20),
        ("difference", (10, 3, 2), 5),
        ("sum", (10, 3, 2), 15),
        ("same", (7,), 7),
        ("grown", (200, 5), 210),
        ("share_of", (40, 30), 12),
        ("product", (4, 5), 20),
        # 4 grew to 5, the whole from 20 to 22: 1 of 2
        ("contribution", (5, 4, 22, 20), 50),
    ],
)
def test_each_kind_on_exact_numbers(kind, inputs, expected):
    found = RELATION_KINDS[kind](*(exactly(number) for number in inputs))
    assert found.contains(D(str(expected)))
    assert found.width < D("1e-20")


def test_the_kinds_are_those_that_are_tested():
    assert set(RELATION_KINDS) == {
        *("same", "sum", "at_least", "difference", "share", "rate", "quotient", "product"),
        *("growth", "grown", "contribution", "share_grown", "share_contribution"),
        *("share_of", "whole_of"),
    }


def test_a_whole_is_no_smaller_than_its_parts_and_knows_no_end():
    found = RELATION_KINDS["at_least"](from_printed("2"), from_printed("3"))
    assert (found.lower, found.lower_closed) == (D("4.0"), True)
    assert (found.upper, found.upper_closed) == (None, False)
    over = RELATION_KINDS["at_least"](from_printed("2", "over"), from_printed("3", "over"))
    assert (over.lower, over.lower_closed) == (D(5), False)
    below = RELATION_KINDS["at_least"](Interval(None, D(5), False, True), exactly(1))
    assert (below.lower, below.lower_closed, below.upper) == (None, False, None)


def test_ten_times_as_wide_confirms_and_wider_does_not():
    printed = Interval(D(10), D(11))
    assert verdict(printed, Interval(D("10.5"), D("20.5"))) == CONSISTENT
    assert verdict(printed, Interval(D("10.5"), D("20.51"))) == UNDECIDABLE
    # ends that are not known: nothing is confirmed
    assert verdict(Interval(D(10), None), Interval(D(9), D(20))) == UNDECIDABLE


def test_a_bound_is_confirmed_where_the_figure_lies_within_it():
    bound = Interval(D(10), None)
    assert verdict(exactly(12), bound, one_sided=True) == CONSISTENT
    assert verdict(Interval(D(9), D(12)), bound, one_sided=True) == UNDECIDABLE
    assert verdict(exactly(9), bound, one_sided=True) == INCONSISTENT


def test_the_verdicts_are_these_words():
    assert (CONSISTENT, INCONSISTENT, UNDECIDABLE) == ("一致", "不一致", "不可判定")


# --- few figures, so that what is said of them can be told by hand -------------------------------

FIRST = {
    "observation_id": "trade-2022.a",
    "source_id": "trade-2022",
    "indicator": "trade_value",
    "entity": "CN-50",
    "period": "2022",
    "flow": "total",
    "breakdown": "",
    "measure": "level",
    "value": "10",
    "unit": "100M CNY",
    "qualifier": "as_rounded",
    "status": "actual",
    "basis": "",
    "confidence": "3",
    "supersedes": "",
    "as_printed": "10亿元",
}


@pytest.fixture
def of(plain):
    """Make a book of these figures alone, each the first one but for what is given."""

    def made(*changes):
        header = plain.rows("observations.csv")[0]
        rest = {"accumulation": "period", "edition_added": "2026-11"}
        names = (f"trade-2022.{letter}" for letter in "abcdefgh")
        rows = [
            FIRST | rest | {"observation_id": name} | change
            for name, change in zip(names, changes, strict=False)
        ]
        cells = [[row.get(name, "") for name in header] for row in rows]
        plain.write("observations.csv", [header, *cells])
        return Catalog(plain.path)

    return made


def test_a_relation_holds_for_the_last_correction(of):
    book = of({}, {"value": "20", "supersedes": "trade-2022.a"}, {"supersedes": "trade-2022.b"})
    rows = as_corrected(book.observations().to_dict("records"))
    assert {key: row["observation_id"][-1] for key, row in rows.items()} == {
        "trade-2022.a": "c",
        "trade-2022.b": "c",
        "trade-2022.c": "c",
    }


def related(plain, kind, target, inputs):
    header = plain.rows("relations.csv")[0]
    row = {"relation": "r", "kind": kind, "target": target, "inputs": inputs, "title_zh": "题"}
    row["explanation_zh"] = "缘由"
    plain.write("relations.csv", [header, [row.get(name, "") for name in header]])


def test_a_relation_is_reckoned_in_the_scale_of_what_is_printed(of, plain):
    thousand = {"value": "100000", "unit": "10k CNY", "period": "2021"}
    related(plain, "same", "trade-2022.a", "trade-2022.b")
    (found,) = reconcile(of({}, thousand))
    assert (found.relation, found.kind, found.title, found.explanation) == (
        *("r", "same", "题", "缘由"),
    )
    assert found.verdict == CONSISTENT
    assert found.computed.unit == Unit.parse("100M CNY")
    assert found.computed.interval.contains(D(10))
    assert found.printed.zh == "10亿元"


def test_the_scales_of_a_ratio_cancel(of, plain):
    """5亿元 of 100000万元 is a half, whatever the words they are printed with."""
    related(plain, "share", "trade-2022.a", "trade-2022.b;trade-2022.c")
    share = {"measure": "share", "value": "50", "unit": "percent"}
    part = {"value": "5.0", "period": "2021"}
    whole = {"value": "100000", "unit": "10k CNY", "period": "2020"}
    (found,) = reconcile(of(share, part, whole))
    assert found.verdict == CONSISTENT
    assert found.computed.interval.contains(D(50))
    # thousands are a scale like any other, and a bare unit needs none
    single = {"value": "1000000000", "unit": "CNY", "period": "2020"}
    (found,) = reconcile(of(share, part, single))
    assert found.computed.interval.contains(D(50))


def test_a_bound_is_judged_as_one(of, plain):
    related(plain, "at_least", "trade-2022.a", "trade-2022.b;trade-2022.c")
    parts = [{"value": "3", "period": "2021"}, {"value": "4", "period": "2020"}]
    (found,) = reconcile(of({}, *parts))
    assert found.verdict == CONSISTENT
    (found,) = reconcile(of({"value": "6"}, *parts))
    assert found.verdict == UNDECIDABLE
    (found,) = reconcile(of({"value": "5"}, *parts))
    assert found.verdict == INCONSISTENT


def test_every_figure_that_is_not_known_is_named_with_its_line(of, plain):
    related(plain, "sum", "trade-2022.x", "trade-2022.a;trade-2022.y")
    with pytest.raises(DataError, match=r"第1行：未知的 trade-2022\.y、trade-2022\.x "):
        reconcile(of({}))
    related(plain, "guess", "trade-2022.a", "trade-2022.a")
    with pytest.raises(DataError, match=r"row 1: unknown guess; kinds: same, sum"):
        reconcile(of({}))
