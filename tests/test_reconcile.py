"""The reconciliation: verdicts, and the real relations."""

from __future__ import annotations

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
