"""Which cells of a published table would show what a single firm trades: the gate before it.

It is for detail that is not public: an office's own extract in the form of the query. What the
public query gives anybody may look up, cell by cell; to hold it back protects nobody, so the
chapter's gate is open (``least=0``) unless the analyst closes it. Closed, it holds back cells.

Customs detail names no firms. The smallest unit that it knows is the record: a commodity code, a
partner and a regime, as they were queried. A cell on fewer records than a threshold is held back,
and with it so many others that nobody gets it as the difference of what is published.

References
----------
Hundepool, A., et al. (2012). *Statistical Disclosure Control*. Wiley. Chapter 4: the minimum
frequency rule, and secondary suppression in tables with margins.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import pandas as pd

#: What a cell is called that is not published.
HELD = "不单列"
#: From so many unknown cells on, an index over all of them (a sum of squares) gives none away.
UNSOLVED = 3
Key = tuple[Hashable, ...]


def withheld_cells(
    values: pd.Series, units: pd.Series, least: int, *, disjoint: bool = True
) -> frozenset[Hashable]:
    """Return the cells to be held back of a table whose total is published.

    Those on fewer than `least` units; and as long as these are one alone, or all of them together
    are still on fewer (the total less the others is their sum), the smallest of the rest. A cell
    on no unit is empty: it shows nobody, and hides nobody.

    Parameters
    ----------
    values, units
        By cell: what would be published, and the number of units behind it.
    least
        The threshold; 0 holds nothing back.
    disjoint
        Whether no unit is behind two cells. Where one may be (a record in two months), cells
        together are only known to rest on as many units as the one that has most.
    """
    units = units[units > 0]
    found = list(units.index[units < least])
    if not found:
        return frozenset()
    rest = values[units.index].drop(found).abs().sort_values(kind="stable").index
    for cell in rest:
        together = units[found].sum() if disjoint else units[found].max()
        if len(found) > 1 and together >= least:
            break
        found.append(cell)
    return frozenset(found)


def withheld_tree(cells: pd.DataFrame, levels: Sequence[str], least: int) -> frozenset[Key]:
    """Return what is to be held back of sums that are published at each level of a tree.

    Parameters
    ----------
    cells
        One row a leaf: the columns `levels`, from the top, ``value`` and ``units`` (records, each
        behind one leaf).
    least
        The threshold; 0 holds nothing back.

    Returns
    -------
    frozenset of tuple
        The keys of nodes, of one name a level; ``()`` is the total. Below a node that is held back
        all are.
    """
    if cells.empty:
        return frozenset()
    whole = int(cells["units"].sum())
    return frozenset(_below(cells, levels, least, (), held=whole < least))


def _below(
    cells: pd.DataFrame, levels: Sequence[str], least: int, key: Key, *, held: bool
) -> set[Key]:
    found = {key} if held else set()
    if len(key) == len(levels):
        return found
    level = levels[len(key)]
    sums = cells.groupby(level)[["value", "units"]].sum()
    some = withheld_cells(sums["value"], sums["units"], least)
    for name, part in cells.groupby(level):
        found |= _below(part, levels, least, (*key, name), held=held or name in some)
    return found


def withheld_running(order: Sequence[Hashable], held: frozenset[Hashable]) -> frozenset[Hashable]:
    """Return the cells up to which no running sum is published, as its steps would show `held`.

    From the first cell held back until the last of them is in the sum.
    """
    places = [place for place, cell in enumerate(order) if cell in held]
    return frozenset(order[places[0] : places[-1]]) if places else frozenset()


def solvable(held: int) -> bool:
    """Return whether an index over all cells gives away some of so many that are held back."""
    return 0 < held < UNSOLVED
