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

from collections.abc import Hashable, Mapping, Sequence
from math import fsum
from typing import NamedTuple, TypeVar

#: What a cell is called that is not published.
HELD = "不单列"
#: From so many unknown cells on, an index over all of them (a sum of squares) gives none away.
UNSOLVED = 3
Key = tuple[str, ...]
_Cell = TypeVar("_Cell", bound=Hashable)


class Leaf(NamedTuple):
    """A cell of a tree: the names on the way to it, what would be published, the units behind it.

    No unit is behind two leaves.
    """

    key: Key
    value: float
    units: int


def withheld_cells(
    values: Mapping[_Cell, float], units: Mapping[_Cell, int], least: int, *, disjoint: bool = True
) -> frozenset[_Cell]:
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
    units = {cell: count for cell, count in units.items() if count > 0}
    found = [cell for cell, count in units.items() if count < least]
    if not found:
        return frozenset()
    rest = [cell for cell, count in units.items() if count >= least]
    for cell in sorted(rest, key=lambda cell: abs(values[cell])):
        counts = [units[item] for item in found]
        together = sum(counts) if disjoint else max(counts)
        if len(found) > 1 and together >= least:
            break
        found.append(cell)
    return frozenset(found)


def withheld_tree(leaves: Sequence[Leaf], least: int) -> frozenset[Key]:
    """Return what is to be held back of sums that are published at each level of a tree.

    Parameters
    ----------
    leaves
        Their keys have one name a level, from the top.
    least
        The threshold; 0 holds nothing back.

    Returns
    -------
    frozenset of tuple
        The keys of nodes, of one name a level; ``()`` is the total. Below a node that is held back
        all are.
    """
    if not leaves:
        return frozenset()
    whole = sum(leaf.units for leaf in leaves)
    return frozenset(_below(sorted(leaves), least, (), held=whole < least))


def _below(leaves: Sequence[Leaf], least: int, key: Key, *, held: bool) -> set[Key]:
    found = {key} if held else set()
    if len(key) == len(leaves[0].key):
        return found
    parts: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        parts.setdefault(leaf.key[len(key)], []).append(leaf)
    values = {name: fsum(leaf.value for leaf in part) for name, part in parts.items()}
    units = {name: sum(leaf.units for leaf in part) for name, part in parts.items()}
    some = withheld_cells(values, units, least)
    for name, part in parts.items():
        found |= _below(part, least, (*key, name), held=held or name in some)
    return found


def withheld_running(order: Sequence[_Cell], held: frozenset[_Cell]) -> frozenset[_Cell]:
    """Return the cells up to which no running sum is published, as its steps would show `held`.

    From the first cell held back until the last of them is in the sum.
    """
    places = [place for place, cell in enumerate(order) if cell in held]
    return frozenset(order[places[0] : places[-1]]) if places else frozenset()


def solvable(held: int) -> bool:
    """Return whether an index over all cells gives away some of so many that are held back."""
    return 0 < held < UNSOLVED
