"""The gate before cells that would show few records: nobody can work out what it holds back."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cqbook.analysis.customs import disclosure

LEAF = st.tuples(
    st.sampled_from("ab"), st.sampled_from("pqr"), st.sampled_from("xyz"),
    st.integers(0, 900), st.integers(0, 6),
)  # fmt: skip
LEAVES = st.lists(LEAF, min_size=1, max_size=14, unique_by=lambda leaf: leaf[:3])


def determined(published: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether a sum of cells follows from published sums, by any linear reckoning."""
    if not len(published):
        return False
    rank = np.linalg.matrix_rank
    return rank(np.vstack([published, wanted])) == rank(published)


def disclosed(published: np.ndarray, units: np.ndarray, least: int) -> list[tuple[int, ...]]:
    """Return the sets of cells on fewer than `least` units whose sum follows from what is out."""
    few = [place for place, count in enumerate(units) if 0 < count < least]
    found = []
    for size in range(1, least):
        for some in itertools.combinations(few, size):
            wanted = np.zeros(len(units))
            wanted[list(some)] = 1
            if units[list(some)].sum() < least and determined(published, wanted):
                found.append(some)
    return found


@given(LEAVES, st.integers(0, 4))
def test_no_reckoning_gives_away_what_is_held_in_a_tree(leaves, least):
    # an empty cell is known to be empty, and hides nothing
    cells = [
        disclosure.Leaf(tuple(key), value, units) for *key, value, units in leaves if units > 0
    ]
    held = disclosure.withheld_tree(cells, least)
    published = []
    for depth in range(4):
        names = [leaf.key[:depth] for leaf in cells]
        for name in sorted(set(names) - held):
            published.append([float(item == name) for item in names])
    assert not disclosed(np.array(published), np.array([leaf.units for leaf in cells]), least)
    if least == 0:
        assert not held


@given(LEAVES)
def test_the_attack_finds_what_no_gate_holds_back(leaves):
    """The attack itself: every cell of few units is seen where all is published."""
    units = np.array([leaf[-1] for leaf in leaves])
    few = sum(0 < count < 3 for count in units)
    assert len([some for some in disclosed(np.eye(len(units)), units, 3) if len(some) == 1]) == few


def test_primary_without_its_complement_is_given_away():
    """One cell held alone is the total less the others: the smallest of these goes with it."""
    values = {"a": 500.0, "b": 40.0, "c": 7.0, "d": 300.0}
    units = {"a": 9, "b": 5, "c": 1, "d": 8}
    assert disclosure.withheld_cells(values, units, 3) == {"c", "b"}
    assert disclosure.withheld_cells(values, units, 1) == frozenset()
    # two cells of one unit each: who has one of them knows the other
    assert disclosure.withheld_cells(values, units | {"b": 1}, 3) == {"b", "c", "d"}


def test_enough_cells_of_few_units_hide_each_other():
    values = {"a": 500.0, "b": 4.0, "c": 7.0, "d": 3.0}
    units = {"a": 9, "b": 1, "c": 1, "d": 1}
    assert disclosure.withheld_cells(values, units, 3) == {"b", "c", "d"}


def test_an_empty_cell_hides_nothing():
    values = {"a": 5.0, "b": 0.0, "c": 7.0}
    units = {"a": 1, "b": 0, "c": 8}
    assert disclosure.withheld_cells(values, units, 3) == {"a", "c"}


def test_what_units_share_does_not_add_up():
    """Months of the same two records are still of two records together."""
    values = {"01": 5.0, "02": 6.0, "03": 70.0}
    units = {"01": 2, "02": 2, "03": 4}
    assert disclosure.withheld_cells(values, units, 3, disjoint=False) == {"01", "02", "03"}
    assert disclosure.withheld_cells(values, units, 3) == {"01", "02"}


def test_running_sums_stop_where_their_steps_would_show_a_cell():
    months = [f"{number:02d}" for number in range(1, 7)]
    held = frozenset({"02", "05"})
    hidden = disclosure.withheld_running(months, held)
    assert hidden == {"02", "03", "04"}
    published = [
        [float(place == m) for place in range(6)] for m in range(6) if months[m] not in held
    ]
    published += [
        [float(place <= m) for place in range(6)] for m in range(6) if months[m] not in hidden
    ]
    units = np.array([9, 2, 9, 9, 2, 9])
    assert not disclosed(np.array(published), units, 3)
    assert disclosed(np.array([*published, [1, 1, 1, 0, 0, 0]]), units, 3), (
        "as with one more of them"
    )
