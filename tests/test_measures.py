"""Measures: published values come out, and inputs that make no sense are refused.

`golden_values.csv` holds numbers in → numbers out from publications and other packages' tests;
`mexico.csv` is the example data of pysal (libpysal, BSD 3-clause), regional income per head.
"""

import csv
import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cqbook import measures

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1] / "shared" / "reference" / "golden_values.csv"

# The same examples in every run: a test must not fail by chance.
steady = settings(derandomize=True, deadline=None)


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


GOLDEN = read_csv(HERE / "golden_values.csv")


# --- published values -----------------------------------------------------------------------


def _argument(value):
    if isinstance(value, list):
        return pd.Series(value)
    if isinstance(value, str):
        file, column = value.split(":")
        return pd.read_csv(HERE / file)[column]
    return value


def _computed(case):
    inputs = json.loads(case["inputs"])
    if case["function"] == "rca_matrix":
        # The published test runs on trade data that we do not have; its claims are of shape.
        size = (inputs["exporters"], inputs["products"])
        exports = pd.DataFrame(np.random.default_rng(20).lognormal(sigma=2, size=size))
        specialised = (measures.rca_matrix(exports) >= 1).astype(int)
        low, high = specialised.min(axis=None), specialised.max(axis=None)
        return {"shape": list(specialised.shape), "min": low, "max": high}
    function = getattr(measures, case["function"])
    return function(**{name: _argument(value) for name, value in inputs.items()})


@pytest.mark.parametrize(
    "case", GOLDEN, ids=[f"{row['reference_row']}-{row['function']}" for row in GOLDEN]
)
def test_a_published_value_comes_out(case):
    expected, tolerance = json.loads(case["expected"]), float(case["tolerance"])
    computed = _computed(case)
    if isinstance(expected, dict):
        for name, value in expected.items():
            found = getattr(computed, name) if isinstance(computed, tuple) else computed[name]
            found = found.sum() if isinstance(found, pd.Series) and np.isscalar(value) else found
            assert list(np.atleast_1d(found)) == pytest.approx(np.atleast_1d(value), abs=tolerance)
    else:
        assert list(np.atleast_1d(computed)) == pytest.approx(
            np.atleast_1d(expected), abs=tolerance
        )


def _numbers(text):
    return {float(number) for number in re.findall(r"-?\d*\.?\d+", text)}


def test_no_published_value_was_left_out():
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE} is not here: the copy is not compared with it")
    for number, row in enumerate(read_csv(REFERENCE), start=1):
        cases = [case for case in GOLDEN if case["reference_row"] == str(number)]
        assert {case["indicator"] for case in cases} == {row["indicator"]}, row
        covered = set().union(*(_numbers(case["expected"]) for case in cases))
        # 226x785 is a shape: the x between two numbers is not part of them.
        assert _numbers(row["expected"].replace("x", " ")) <= covered, row


def test_the_example_data_is_the_reference():
    original = REFERENCE.with_name("mexico.csv")
    if not original.exists():
        pytest.skip(f"{original} is not here: the copy is not compared with it")
    assert (HERE / "mexico.csv").read_bytes() == original.read_bytes()


# --- what the formulas promise --------------------------------------------------------------

PARTS = pd.Series([500.0, 350.0, 150.0], index=["消费", "投资", "出口"])
BEFORE = pd.Series([450.0, 300.0, 150.0], index=["消费", "投资", "出口"])


def test_share_of_the_sum_of_a_whole_and_of_a_whole_for_each_label():
    assert measures.share(PARTS).tolist() == [50, 35, 15]
    assert measures.share(PARTS, 2000).tolist() == [25, 17.5, 7.5]
    assert measures.share(PARTS, 2 * PARTS).tolist() == [50, 50, 50]


def test_growth_implied_previous_and_cagr():
    assert measures.growth(120, 100) == pytest.approx(20)
    assert measures.growth(PARTS, BEFORE).tolist() == pytest.approx([100 / 9, 50 / 3, 0])
    assert measures.implied_previous(120, 20) == pytest.approx(100)
    assert measures.cagr(100, 121, 2) == pytest.approx(10)
    assert measures.cagr(BEFORE, PARTS, 1).tolist() == pytest.approx([100 / 9, 50 / 3, 0])


def test_a_gap_stays_a_gap():
    now, before = pd.Series([1.0, math.nan]), pd.Series([2.0, 4.0])
    for result in (
        measures.growth(now, before),
        measures.share(now, before),
        measures.grubel_lloyd(now, before),
        measures.implied_previous(now, before),
    ):
        assert result.isna().tolist() == [False, True]


def test_contribution_points_sum_to_the_growth_of_the_whole():
    points = measures.contribution_points(PARTS, BEFORE)
    assert points.sum() == pytest.approx(measures.growth(1000, 900))
    rates = measures.contribution_rate(PARTS, BEFORE)
    assert rates.sum() == pytest.approx(100)
    assert (rates * points.sum() / 100).tolist() == pytest.approx(points.tolist())


def test_contributions_to_a_whole_that_has_more_parts():
    rates = measures.contribution_rate(PARTS, BEFORE, whole_current=1200, whole_previous=1000)
    assert rates.tolist() == pytest.approx([25, 25, 0])


def test_normalised_trade_balance_has_a_sign():
    assert measures.normalised_trade_balance(300, 100) == 0.5
    assert measures.normalised_trade_balance(0, 100) == -1
    assert measures.grubel_lloyd(0, 100) == 0


def test_rca_of_one_exporter_is_a_row_of_the_matrix():
    exports = pd.DataFrame({"车": [30.0, 10.0], "机": [10.0, 50.0]}, index=["渝", "他"])
    one = measures.rca(exports.loc["渝"], 40, exports.sum(), 100)
    assert measures.rca_matrix(exports).loc["渝"].tolist() == pytest.approx(one.tolist())


def test_the_integer_and_nullable_types_of_pandas_work():
    assert measures.hhi(pd.Series([20, 50, 20, 10], dtype="int64")) == pytest.approx(0.34)
    assert measures.hhi(pd.Series([20, 50, 20, 10], dtype="Int64")) == pytest.approx(0.34)
    assert measures.gini(pd.Series([20, 50, 20, 10], dtype="float32")) == pytest.approx(0.3)


def test_inputs_are_left_as_they_are():
    values, before = PARTS.copy(), BEFORE.copy()
    for compute in (measures.gini, measures.hhi, measures.theil_t, measures.share):
        compute(values)
    measures.shift_share(values, before, values, before)
    pd.testing.assert_series_equal(values, PARTS)
    pd.testing.assert_series_equal(before, BEFORE)


def test_a_theil_decomposition_by_names_with_repeated_labels():
    values = pd.Series([1.0, 2.0, 3.0, 6.0], index=["a", "a", "b", "b"])
    groups = pd.Series(["西部", "西部", "东部", "东部"], index=values.index)
    total, between, within = measures.theil_t_decomposition(values, groups)
    assert total == pytest.approx(measures.theil_t(values))
    assert total == pytest.approx(between + within)
    assert between > 0
    assert within > 0


amounts = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=30).map(pd.Series)


@steady
@given(amounts, st.floats(0.01, 1000))
def test_concentration_and_inequality_stay_in_their_bounds_at_any_scale(values, factor):
    count = len(values)
    close = {"rel": 1e-9, "abs": 1e-9}
    for measure, low, high in (
        (measures.hhi, 1 / count, 1),
        (measures.hhi_normalised, 0, 1),
        (measures.equivalent_number, 1, count),
        (measures.gini, 0, 1 - 1 / count),
        (measures.gini_normalised, 0, 1),
        (measures.theil_t, 0, math.log(count)),
        (measures.theil_l, 0, math.inf),
    ):
        found = measure(values)
        assert low - 1e-9 <= found <= high + 1e-9
        assert measure(values * factor) == pytest.approx(found, **close)
        assert measure(values[::-1]) == pytest.approx(found, **close)


@steady
@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 3)), min_size=1, max_size=30))
def test_the_theil_index_is_its_parts(rows):
    values, groups = (pd.Series(column) for column in zip(*rows, strict=True))
    if values.sum() < 1e-6:
        return
    total, between, within = measures.theil_t_decomposition(values, groups)
    assert total == pytest.approx(between + within, abs=1e-9)
    assert between >= -1e-9
    assert within >= -1e-9


@steady
@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.1, 1e6), st.floats(0, 1e6)),
        min_size=1,
        max_size=20,
    )
)
def test_the_three_effects_of_shift_share_sum_to_the_change(rows):
    start, end, before, after = (pd.Series(column) for column in zip(*rows, strict=True))
    result = measures.shift_share(start, end, before, after)
    effects = result["national"] + result["composition"] + result["differential"]
    scale = 1 + start.max() * (1 + (after / before).max())
    assert ((effects - result["total"]).abs() <= 1e-9 * scale).all()


@steady
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_advantages_average_to_one_by_weight(exporters, products, seed):
    exports = pd.DataFrame(np.random.default_rng(seed).uniform(1, 9, size=(exporters, products)))
    weights = exports.sum() / exports.to_numpy().sum()
    assert (measures.rca_matrix(exports) * weights).sum(axis=1).tolist() == pytest.approx(
        [1] * exporters
    )


# --- what is refused ------------------------------------------------------------------------

NEGATIVE = pd.Series([3.0, -1.0], index=["出口", "进口"])
EMPTY = pd.Series([], dtype=float)
TEXT = pd.Series(["1", "2"])
GAP = pd.Series([3.0, math.nan], index=["出口", "进口"])
ONE_VALUE = [
    measures.share,
    measures.hhi,
    measures.hhi_normalised,
    measures.equivalent_number,
    measures.theil_t,
    measures.theil_l,
    measures.gini,
    measures.gini_normalised,
]
TWO_VALUES = [
    measures.growth,
    measures.contribution_rate,
    measures.contribution_points,
    measures.grubel_lloyd,
    measures.normalised_trade_balance,
]


@pytest.mark.parametrize("measure", ONE_VALUE)
def test_one_column_is_checked(measure):
    with pytest.raises(ValueError, match=r"must not be negative: got \[-1.0\] at \['进口'\]"):
        measure(NEGATIVE)
    with pytest.raises(ValueError, match="is empty"):
        measure(EMPTY)
    with pytest.raises(ValueError, match="must be numeric, got str"):
        measure(TEXT)
    with pytest.raises(ValueError, match="must be numeric, got bool"):
        measure(pd.Series([True, False]))
    with pytest.raises(ValueError, match=r"must have no gaps.*进口"):
        measure(GAP)
    with pytest.raises(ValueError, match=r"sum to 0|must be positive"):
        measure(pd.Series([0.0, 0.0]))


@pytest.mark.parametrize("measure", TWO_VALUES)
def test_two_columns_are_checked(measure):
    fine = pd.Series([1.0, 2.0], index=["出口", "进口"])
    for pair in ((NEGATIVE, fine), (fine, NEGATIVE)):
        with pytest.raises(ValueError, match=r"must (not be negative|be positive).*进口"):
            measure(*pair)
    for pair in ((EMPTY, fine), (fine, EMPTY)):
        with pytest.raises(ValueError, match="is empty"):
            measure(*pair)
    with pytest.raises(ValueError, match=r"labels differ: \['出口', '增速'\]"):
        measure(fine, fine.rename({"出口": "增速"}))
    with pytest.raises(ValueError, match="another order"):
        measure(fine, fine[::-1])


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda: measures.growth(5, 0), "previous must be positive: got 0"),
        (lambda: measures.growth("5", 1), "must be numeric, got '5'"),
        (lambda: measures.implied_previous(5, -100), "must be positive"),
        (lambda: measures.cagr(1, 2, 0), "years must be positive"),
        (lambda: measures.share(PARTS, 0), "whole must be positive"),
        (lambda: measures.contribution_rate(PARTS, PARTS), "did not change"),
        (
            lambda: measures.contribution_rate(PARTS, BEFORE, whole_current=1),
            "both periods or of neither",
        ),
        (lambda: measures.contribution_rate(GAP, GAP), "no gaps"),
        (lambda: measures.contribution_points(PARTS, 0 * PARTS), "previous whole must be positive"),
        (lambda: measures.hhi_normalised(pd.Series([3.0])), "needs two"),
        (lambda: measures.gini_normalised(pd.Series([3.0])), "needs two"),
        (lambda: measures.theil_l(pd.Series([3.0, 0.0])), "must be positive"),
        (lambda: measures.location_quotient(1, 0, 1, 1), "local_total must be positive"),
        (lambda: measures.location_quotient(1, 1, 0, 1), "reference must be positive"),
        (lambda: measures.grubel_lloyd(0, 0), "must be positive"),
        (lambda: measures.shift_share(PARTS, PARTS, 0 * PARTS, PARTS), "nation_start must be"),
        (
            lambda: measures.theil_t_decomposition(PARTS, PARTS.where(PARTS > 200)),
            r"no group for \['出口'\]",
        ),
        (lambda: measures.rca_matrix(pd.DataFrame()), "empty"),
        (lambda: measures.rca_matrix(pd.DataFrame({"车": [1.0, 2.0], "机": [0.0, 0.0]})), "'机'"),
        (lambda: measures.rca_matrix(pd.DataFrame({"车": [1.0, -2.0]})), r"exports\['车'\]"),
        (lambda: measures.rca_matrix(pd.DataFrame({"车": [1.0, 0.0]})), "by exporter"),
    ],
)
def test_what_has_no_meaning_is_refused(compute, message):
    with pytest.raises(ValueError, match=message):
        compute()


def test_a_number_is_no_column():
    with pytest.raises(TypeError, match="must be a Series"):
        measures.hhi(3.0)


# --- each argument is named, each pair of labels compared ------------------------------------

GOOD = pd.Series([4.0, 6.0], index=["a", "b"])
OTHER = pd.Series([4.0, 6.0], index=["a", "c"])
BAD = pd.Series([-1.0, 6.0], index=["a", "b"])
#: Function, its arguments that are Series, and how each is called in a message.
NAMED = [
    (measures.share, {"values": "values"}),
    (measures.share, {"values": "values", "whole": "whole"}),
    (measures.growth, {"current": "current", "previous": "previous"}),
    (measures.implied_previous, {"current": "current"}),
    (measures.cagr, {"first": "first", "last": "last"}),
    (measures.contribution_points, {"current": "current", "previous": "previous"}),
    (measures.hhi, {"values": "values"}),
    (measures.location_quotient, {"local": "local", "reference": "reference"}),
    (measures.grubel_lloyd, {"exports": "exports", "imports": "imports"}),
    (
        measures.shift_share,
        {name: name for name in ("region_start", "region_end", "nation_start", "nation_end")},
    ),
    (measures.theil_t, {"values": "values"}),
    (measures.theil_t_decomposition, {"values": "values"}),
    (measures.theil_l, {"values": "values"}),
    (measures.gini, {"values": "values"}),
]
FURTHER = {
    measures.implied_previous: {"growth_percent": 5.0},
    measures.cagr: {"years": 2},
    measures.location_quotient: {"local_total": 10.0, "reference_total": 10.0},
    measures.theil_t_decomposition: {"groups": pd.Series(["x", "y"], index=["a", "b"])},
}
ARGUMENTS = [
    pytest.param(function, names, name, id=f"{function.__name__}-{'-'.join(names)}-{name}")
    for function, names in NAMED
    for name in names
]


@pytest.mark.parametrize(("function", "names", "name"), ARGUMENTS)
def test_the_argument_that_is_wrong_is_named(function, names, name):
    given = dict.fromkeys(names, GOOD) | FURTHER.get(function, {})
    function(**given)
    for wrong in (BAD, pd.Series([True, False], index=["a", "b"]), pd.Series([], dtype=float)):
        with pytest.raises(ValueError, match=rf"\| {names[name]} (must|is)"):
            function(**given | {name: wrong})


@pytest.mark.parametrize(("function", "names", "name"), ARGUMENTS)
def test_labels_that_differ_are_refused_whichever_argument_has_them(function, names, name):
    if len(names) == 1 and function is not measures.theil_t_decomposition:
        pytest.skip("one argument with labels")
    given = dict.fromkeys(names, GOOD) | FURTHER.get(function, {})
    with pytest.raises(ValueError, match=r"labels differ: \['b', 'c'\]"):
        function(**given | {name: OTHER})
    turned = GOOD[["b", "a"]]
    with pytest.raises(ValueError, match=r"labels differ: 顺序不同 \(another order\)$"):
        function(**given | {name: turned})


@pytest.mark.parametrize(
    ("function", "name"),
    [
        *((function, "values") for function in (measures.share, measures.hhi, measures.theil_t)),
        *((function, "values") for function in (measures.gini, measures.theil_t_decomposition)),
    ],
)
def test_a_sum_of_nothing_is_named(function, name):
    given = {name: 0 * GOOD} | FURTHER.get(function, {})
    with pytest.raises(ValueError, match=r"\| values sum to 0"):
        function(**given)


def test_numbers_that_are_wrong_are_named():
    with pytest.raises(ValueError, match="growth_percent must be numeric"):
        measures.implied_previous(GOOD, "5")
    with pytest.raises(ValueError, match=r"\| 1 \+ growth/100 must be positive: got -0\.5"):
        measures.implied_previous(3.0, -150.0)
    with pytest.raises(ValueError, match="labels differ"):
        measures.implied_previous(GOOD, OTHER)
    with pytest.raises(ValueError, match="local_total must be positive"):
        measures.location_quotient(GOOD, 0, GOOD, 10)
    with pytest.raises(ValueError, match="reference_total must be positive"):
        measures.location_quotient(GOOD, 10, GOOD, 0)
    with pytest.raises(ValueError, match="years must be positive"):
        measures.cagr(1.0, 2.0, 0)
    for function in (measures.contribution_rate, measures.contribution_points):
        with pytest.raises(ValueError, match="whole_current must not be negative"):
            function(GOOD, GOOD, whole_current=-1.0, whole_previous=10.0)
        with pytest.raises(ValueError, match="whole_previous must not be negative"):
            function(GOOD, GOOD, whole_current=10.0, whole_previous=-1.0)
    with pytest.raises(ValueError, match=r"\| exports \+ imports must be positive"):
        measures.normalised_trade_balance(0 * GOOD, 0 * GOOD)


def test_a_table_of_exports_names_what_is_wrong():
    with pytest.raises(ValueError, match="exports: the table is empty"):
        measures.rca_matrix(pd.DataFrame())
    table = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]}, index=["A", "B"])
    assert measures.rca_matrix(table).loc["A", "x"] == pytest.approx((1 / 4) / (3 / 10))
    with pytest.raises(ValueError, match=r"\| exports\['y'\] must not be negative"):
        measures.rca_matrix(table.assign(y=[-1.0, 4.0]))
    with pytest.raises(ValueError, match=r"\| exports by product must be .* at \['x'\]"):
        measures.rca_matrix(table.assign(x=0.0))
    with pytest.raises(ValueError, match=r"\| exports by exporter must be .* at \['B'\]"):
        measures.rca_matrix(table * pd.Series({"A": 1, "B": 0}).to_numpy()[:, None])


def test_five_wrong_labels_are_listed_and_no_more():
    many = pd.Series([-1.0] * 7, index=list("abcdefg"))
    five = r"\['a', 'b', 'c', 'd', 'e'\]$"
    with pytest.raises(ValueError, match=rf"got \[(-1\.0, ){{4}}-1\.0\] at {five}"):
        measures.share(many)
    with pytest.raises(ValueError, match=rf"labels differ: {five}"):
        measures.growth(many.abs(), pd.Series([1.0], index=["z"]))


def test_one_number_is_no_series():
    for function in (lambda: measures.share(3.0, 2.0), lambda: measures.theil_l(3.0)):
        with pytest.raises(TypeError, match=r"\| values must be a Series, got float"):
            function()
    with pytest.raises(ValueError, match=r"\| values must be positive: got \[0\.0\] at \['a'\]"):
        measures.theil_l(pd.Series([0.0, 1.0], index=["a", "b"]))


def test_a_decomposition_does_not_depend_on_the_unit():
    values, groups = pd.Series([1.0, 2.0, 5.0, 0.0]), pd.Series(["x", "x", "y", "z"])
    large = measures.theil_t_decomposition(values, groups)
    small = measures.theil_t_decomposition(values / 1000, groups)
    assert small == pytest.approx(large)
    assert large.total == pytest.approx(large.between + large.within)
