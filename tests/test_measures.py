"""Measures: published values come out, and inputs that make no sense are refused.

`golden_values.csv` holds numbers in → numbers out from publications and other packages' tests.
"""

import csv
import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cqbook.analysis import indices

HERE = Path(__file__).parent
#: The publications' values in their own words; `golden_values.csv` has them as calls.
REFERENCE = HERE / "published_values.csv"

# The same examples in every run: a test must not fail by chance.
steady = settings(derandomize=True, deadline=None)


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


GOLDEN = read_csv(HERE / "golden_values.csv")


# --- published values -----------------------------------------------------------------------


def _argument(value):
    return pd.Series(value) if isinstance(value, list) else value


@pytest.mark.parametrize(
    "case", GOLDEN, ids=[f"{row['reference_row']}-{row['function']}" for row in GOLDEN]
)
def test_a_published_value_comes_out(case):
    function = getattr(indices, case["function"])
    inputs = json.loads(case["inputs"])
    computed = function(**{name: _argument(value) for name, value in inputs.items()})
    expected, tolerance = json.loads(case["expected"]), float(case["tolerance"])
    assert computed == pytest.approx(expected, abs=tolerance)


def _numbers(text):
    return {float(number) for number in re.findall(r"-?\d*\.?\d+", text)}


def test_no_published_value_was_left_out():
    indicators = {case["indicator"] for case in GOLDEN}
    assert indicators == {"hhi_raw", "hhi_equivalent_number", "rca_balassa"}
    for number, row in enumerate(read_csv(REFERENCE), start=1):
        if row["indicator"] not in indicators:
            continue
        cases = [case for case in GOLDEN if case["reference_row"] == str(number)]
        assert {case["indicator"] for case in cases} == {row["indicator"]}, row
        covered = set().union(*(_numbers(case["expected"]) for case in cases))
        assert _numbers(row["expected"]) <= covered, row


# --- what the formulas promise --------------------------------------------------------------

GOODS = pd.Series([30.0, 10.0], index=["车", "机"])
WORLD = pd.Series([40.0, 60.0], index=["车", "机"])


def test_an_advantage_for_each_product():
    assert indices.rca(GOODS, 40, WORLD, 100).to_dict() == pytest.approx(
        {"车": (30 / 40) / (40 / 100), "机": (10 / 40) / (60 / 100)}
    )


def test_a_gap_stays_a_gap():
    exports, world = pd.Series([1.0, math.nan]), pd.Series([2.0, 4.0])
    assert indices.rca(exports, 3, world, 6).isna().tolist() == [False, True]


def test_the_integer_and_nullable_types_of_pandas_work():
    for dtype in ("int64", "Int64", "float32"):
        assert indices.hhi(pd.Series([20, 50, 20, 10], dtype=dtype)) == pytest.approx(0.34)


def test_inputs_are_left_as_they_are():
    exports, world = GOODS.copy(), WORLD.copy()
    indices.hhi(exports)
    indices.equivalent_number(exports)
    indices.rca(exports, 40, world, 100)
    pd.testing.assert_series_equal(exports, GOODS)
    pd.testing.assert_series_equal(world, WORLD)


amounts = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=30).map(pd.Series)


@steady
@given(amounts, st.floats(0.01, 1000))
def test_concentration_stays_in_its_bounds_at_any_scale(values, factor):
    count = len(values)
    close = {"rel": 1e-9, "abs": 1e-9}
    for measure, low, high in (
        (indices.hhi, 1 / count, 1),
        (indices.equivalent_number, 1, count),
    ):
        found = measure(values)
        assert low - 1e-9 <= found <= high + 1e-9
        assert measure(values * factor) == pytest.approx(found, **close)
        assert measure(values[::-1]) == pytest.approx(found, **close)


@steady
@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.01, 1e6)), min_size=1, max_size=20),
    st.floats(0.01, 1000),
)
def test_advantages_average_to_one_by_weight_at_any_scale(rows, factor):
    exports, world = (pd.Series(column) for column in zip(*rows, strict=True))
    if exports.sum() < 1e-6:
        return
    found = indices.rca(exports, float(exports.sum()), world, float(world.sum()))
    assert (found * world / world.sum()).sum() == pytest.approx(1)
    other = factor * exports
    scaled = indices.rca(other, float(other.sum()), world, float(world.sum()))
    assert scaled.tolist() == pytest.approx(found.tolist())


# --- what is refused ------------------------------------------------------------------------

NEGATIVE = pd.Series([3.0, -1.0], index=["出口", "进口"])
EMPTY = pd.Series([], dtype=float)
TEXT = pd.Series(["1", "2"])
GAP = pd.Series([3.0, math.nan], index=["出口", "进口"])
FINE = pd.Series([1.0, 2.0], index=["出口", "进口"])


@pytest.mark.parametrize("measure", [indices.hhi, indices.equivalent_number])
def test_one_column_is_checked(measure):
    with pytest.raises(
        ValueError, match=r"\| values must not be negative: got \[-1.0\] at \['进口'\]"
    ):
        measure(NEGATIVE)
    with pytest.raises(ValueError, match=r"\| values is empty"):
        measure(EMPTY)
    with pytest.raises(ValueError, match=r"\| values must be numeric, got str"):
        measure(TEXT)
    with pytest.raises(ValueError, match=r"\| values must be numeric, got bool"):
        measure(pd.Series([True, False]))
    with pytest.raises(ValueError, match=r"\| values must have no gaps.*进口"):
        measure(GAP)
    with pytest.raises(ValueError, match=r"\| values sum to 0"):
        measure(pd.Series([0.0, 0.0]))
    with pytest.raises(TypeError, match=r"\| values must be a Series, got float"):
        measure(3.0)


def test_the_argument_that_is_wrong_is_named():
    for name, wrong in (
        ("exports", (NEGATIVE, FINE)),
        ("world_exports", (FINE, NEGATIVE)),
    ):
        exports, world = wrong
        with pytest.raises(ValueError, match=rf"\| {name} must (not )?be .* at \['进口'\]"):
            indices.rca(exports, 3, world, 3)
    for bad, why in ((EMPTY, "is empty"), (TEXT, "must be numeric"), (FINE > 1, "must be numeric")):
        with pytest.raises(ValueError, match=rf"\| exports {why}"):
            indices.rca(bad, 3, FINE, 3)
        with pytest.raises(ValueError, match=rf"\| world_exports {why}"):
            indices.rca(FINE, 3, bad, 3)


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda: indices.rca(1, 0, 1, 1), "exports_total must be positive: got 0"),
        (lambda: indices.rca(1, 1, 1, 0), "world_total must be positive: got 0"),
        (lambda: indices.rca(1, 1, 0, 1), "world_exports must be positive: got 0"),
        (lambda: indices.rca(-1, 1, 1, 1), r"exports must not be negative: got -1\.0"),
        (lambda: indices.rca("5", 1, 1, 1), "exports must be numeric, got '5'"),
        (lambda: indices.rca(1, True, 1, 1), "exports_total must be numeric, got True"),
    ],
)
def test_what_has_no_meaning_is_refused(compute, message):
    with pytest.raises(ValueError, match=rf"\| {message}"):
        compute()


def test_labels_that_differ_are_refused_whichever_argument_has_them():
    other = FINE.rename({"出口": "增速"})
    for pair in ((FINE, other), (other, FINE)):
        with pytest.raises(ValueError, match=r"labels differ: \['出口', '增速'\]"):
            indices.rca(pair[0], 3, pair[1], 3)
    with pytest.raises(ValueError, match=r"labels differ: 顺序不同 \(another order\)$"):
        indices.rca(FINE, 3, FINE[::-1], 3)


def test_five_wrong_labels_are_listed_and_no_more():
    many = pd.Series([-1.0] * 7, index=list("abcdefg"))
    five = r"\['a', 'b', 'c', 'd', 'e'\]$"
    with pytest.raises(ValueError, match=rf"got \[(-1\.0, ){{4}}-1\.0\] at {five}"):
        indices.hhi(many)
    with pytest.raises(ValueError, match=rf"labels differ: {five}"):
        indices.rca(many.abs(), 7, pd.Series([1.0], index=["z"]), 1)
