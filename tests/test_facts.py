"""Selecting, wording and deriving: what a chapter says of a printed figure."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from cqbook.data.catalog import Catalog
from cqbook.data.selection import OBSERVATION_KEY, fact, preferred, series
from cqbook.errors import DataError
from cqbook.quantities import quantity
from cqbook.quantities.quantity import missing, quantity_of

TOTAL = {"indicator": "trade_value", "entity": "CN-50", "period": "2022", "flow": "total"}


def row(value, unit, qualifier="as_rounded", upper="", measure="level"):
    return {
        "value_text": value,
        "value_upper_text": upper,
        "unit": unit,
        "qualifier": qualifier,
        "measure": measure,
        "status": "actual",
        "source_id": "s",
        "observation_id": "s.x",
    }


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (row("8158.4", "100M CNY"), "8158.4亿元"),
        (row("9", "10k vehicles", "over"), "超9万辆"),
        (row("4.2", "10k vehicles", "more_than"), "4.2万多辆"),
        (row("500", "items", "more_than"), "500多项"),
        (row("20", "projects", "at_least"), "20个以上"),
        (row("34", "percent", "about"), "约34%"),
        (row("496.76", "1B CNY"), "4967.6亿元"),
        (row("327700", "TEU"), "32.77万标箱"),
        (row("19719", "vehicles"), "19719辆"),
        (row("3", "vehicles", upper="4"), "3—4辆"),
        (row("4", "rank", measure="rank"), "第4位"),
        (row("", "percent", "unchanged", measure="yoy"), "基本持平"),
    ],
)
def test_words_of_a_printed_figure(record, words):
    assert quantity_of(record).zh == words


@pytest.mark.parametrize(
    ("value", "qualifier", "words"),
    [
        ("2", "as_rounded", "增长2%"),
        ("-2.5", "as_rounded", "下降2.5%"),
        ("", "unchanged", "基本持平"),
        ("0", "as_rounded", "持平"),
    ],
)
def test_words_of_growth(value, qualifier, words):
    assert quantity_of(row(value, "percent", qualifier, measure="yoy")).growth == words


def test_what_nobody_published_says_so():
    nothing = missing("100M CNY")
    assert nothing.zh == "没有查到"
    assert nothing.growth == "没有查到"
    assert not quantity.share(nothing, nothing).known


def test_a_fact_is_found_with_its_address(book):
    found = fact(book, unit="100M CNY", **TOTAL)
    assert (found.zh, found.observation_id) == ("8158.4亿元", "trade-2022.total")
    assert fact(book, unit="100M CNY", **(TOTAL | {"period": "1999"})).zh == "没有查到"


def test_ambiguous_filters_are_an_error(book):
    with pytest.raises(DataError, match="不唯一"):
        fact(book, unit="100M CNY", indicator="trade_value", entity="CN-50", period="2022")


def test_integers_from_the_command_line_are_periods_too(book):
    assert fact(book, unit="100M CNY", **(TOTAL | {"period": str(2022)})).known


def test_derived_figures_carry_sources_and_digits(book):
    whole = fact(book, unit="100M CNY", **TOTAL)
    part = fact(book, unit="100M CNY", breakdown="enterprise=private", **TOTAL)
    share = quantity.share(part, whole)
    assert share.status == "计算"
    assert share.zh == "45.9%"
    assert share.observation_id.split(";") == [part.observation_id, whole.observation_id]
    assert share.interval.contains(Decimal("45.856"))


def frame(**columns):
    base = dict.fromkeys(
        ["observation_id", "source_id", *OBSERVATION_KEY, "base", "basis", "confidence"], ""
    )
    fixed = {"confidence": 3, "unit": "100M CNY", "status": "actual", "superseded": False}
    return pd.DataFrame([base | fixed | row for row in columns["rows"]])


def test_doubtful_figures_are_not_used():
    rows = frame(rows=[{"observation_id": "a", "confidence": 1}])
    assert preferred(rows).empty


def test_a_correction_replaces_what_it_corrects(spoiled):
    rows = spoiled.rows("observations.csv")
    at = {column: place for place, column in enumerate(rows[0])}
    old = rows[spoiled.find("observations.csv", "observation_id", "trade-2022.total")]
    new = list(old)
    new[0], new[at["value"]], new[at["supersedes"]] = "trade-2022.total-2", "8258.4", old[0]
    # the correction is another source's, which the query does not ask for
    new[at["source_id"]] = "auto-export-2023"
    spoiled.write("observations.csv", [*rows, new])
    book = Catalog(spoiled.path)
    asked = {"indicator": "trade_value", "entity": "CN-50", "period": "2022", "flow": "total"}
    assert fact(book, unit="100M CNY", **asked).zh == "8258.4亿元"
    own = book.observations(source_id="trade-2022", observation_id=old[0])
    assert list(own["superseded"]) == [True]
    assert preferred(own).empty


def test_what_happened_goes_before_what_was_hoped_for():
    rows = frame(
        rows=[
            {"observation_id": "a", "status": "target"},
            {"observation_id": "b", "status": "actual", "confidence": 2},
        ]
    )
    assert list(preferred(rows)["observation_id"]) == ["b"]


def test_customs_before_other_bases():
    rows = frame(
        rows=[
            {"observation_id": "a", "basis": "traders_seat"},
            {"observation_id": "b", "basis": "customs"},
        ]
    )
    assert list(preferred(rows)["observation_id"]) == ["b"]


def test_series_keep_their_gaps(book):
    found = series(
        book,
        unit="100M CNY",
        years=range(2019, 2026),
        indicator="trade_value",
        entity="CN-50",
        flow="total",
        accumulation="period",
    )
    assert list(found) == [str(year) for year in range(2019, 2026)]
    assert found["2022"].known
