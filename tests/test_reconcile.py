"""The reconciliation: verdicts, and the real relations."""

from __future__ import annotations

import dataclasses
from decimal import Decimal as D

import pytest

from cqbook.catalog import Catalog, DataError
from cqbook.reconcile import (
    CONSISTENT,
    INCONSISTENT,
    KINDS,
    UNDECIDABLE,
    conflicts,
    reconcile,
    tally,
    verdict,
)
from cqbook.reported import Interval, from_printed


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
    assert KINDS["sum"](two, three) == Interval.exactly(5)
    assert KINDS["difference"](three, two) == Interval.exactly(1)
    assert KINDS["product"](two, three) == Interval.exactly(6)
    assert KINDS["grown"](two, Interval.exactly(50)) == three
    assert KINDS["share_of"](Interval.exactly(50), two) == Interval.exactly(1)
    assert KINDS["at_least"](two, three).upper is None


def test_the_real_relations_are_at_least_thirty_and_explained(book):
    findings = reconcile(book)
    assert len(findings) >= 30
    assert {item.verdict for item in findings} == {CONSISTENT, INCONSISTENT, UNDECIDABLE}
    unexplained = [
        item.relation for item in findings if item.verdict != CONSISTENT and not item.explanation
    ]
    assert not unexplained


def by_name(book, name):
    return next(item for item in reconcile(book) if item.relation == name)


def test_private_contribution_of_156_percent_cannot_be_decided(book):
    finding = by_name(book, "private-contribution-2022")
    assert finding.verdict == UNDECIDABLE
    assert finding.computed.interval.contains(D(156))
    assert finding.computed.interval.width > 50


def test_a_changed_figure_changes_the_verdict(spoiled):
    row = spoiled.find("observations.csv", "observation_id", "trade-2022.private-share")
    spoiled.set("observations.csv", row, "value", "54.9")
    finding = by_name(Catalog(spoiled.path), "private-share-2022")
    assert finding.verdict == INCONSISTENT


def test_an_unknown_figure_is_named(spoiled):
    spoiled.set("relations.csv", 1, "inputs", "trade-2022.nothing")
    with pytest.raises(DataError, match=r"relations\.csv.*1.*trade-2022\.nothing"):
        reconcile(Catalog(spoiled.path))


def test_sources_that_contradict_each_other_are_listed(book):
    frame = conflicts(book)
    assert frame["thing"].nunique() >= 3
    assert frame.groupby("thing").size().min() >= 2


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
        # 4 grew by 25 % to 5, the whole by 10 % from 20 to 22: 1 of 2
        ("contribution_rate", (5, 25, 22, 10), 50),
    ],
)
def test_each_kind_on_exact_numbers(kind, inputs, expected):
    found = KINDS[kind](*(exactly(number) for number in inputs))
    assert found.contains(D(str(expected)))
    assert found.width < D("1e-20")


def test_the_kinds_are_those_that_are_tested():
    assert set(KINDS) == {
        *("same", "sum", "at_least", "difference", "share", "rate", "quotient", "product"),
        *("growth", "grown", "contribution_rate", "share_grown", "share_contribution"),
        *("share_of", "whole_of"),
    }


def test_a_whole_is_no_smaller_than_its_parts_and_knows_no_end():
    found = KINDS["at_least"](from_printed("2"), from_printed("3"))
    assert (found.lower, found.lower_closed) == (D("4.0"), True)
    assert (found.upper, found.upper_closed) == (None, False)
    over = KINDS["at_least"](from_printed("2", "over"), from_printed("3", "over"))
    assert (over.lower, over.lower_closed) == (D(5), False)
    below = KINDS["at_least"](Interval(None, D(5), False, True), exactly(1))
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


def test_what_a_consistent_relation_is_worth_is_counted(book):
    """A part that is no more than the whole, and figures of one source, confirm little."""
    findings = reconcile(book)
    some = next(item for item in findings if item.verdict == CONSISTENT)
    printed = dataclasses.replace(some.printed, source_id="a")
    one, two = (dataclasses.replace(some.computed, source_id=text) for text in ("a", "a;b"))
    made = [
        dataclasses.replace(some, kind=kind, printed=printed, computed=computed)
        for kind, computed in (("sum", one), ("at_least", one), ("growth", two), ("at_least", two))
    ]
    made.append(dataclasses.replace(made[1], verdict=UNDECIDABLE))
    words = tally(made)
    assert (words["consistent"], words["one_sided"], words["across"]) == ("4条", "2条", "2条")
