"""What sentences say of several quantities at once: the highest, rising, about the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from cqbook.quantities.quantity import Quantity, derive
from cqbook.quantities.verdict import Verdict, ordered


def highest(one: Quantity, others: Iterable[Quantity]) -> Verdict:
    """Return whether `one` is more than each of the others that are published.

    Parameters
    ----------
    one : Quantity
    others : iterable of Quantity
        `one` itself may be among them; what is not published is left out.
    """
    rest = _known_others(one, others)
    return ordered([one > item for item in rest], f"{one.zh} > {_counted(one, rest)}")


def lowest(one: Quantity, others: Iterable[Quantity]) -> Verdict:
    """Return whether `one` is less than each of the others that are published."""
    rest = _known_others(one, others)
    return ordered([one < item for item in rest], f"{one.zh} < {_counted(one, rest)}")


def _counted(one: Quantity, rest: Sequence[Quantity]) -> str:
    """Return how many the others are, and the first of them; a limit is none of them."""
    how_many = f"其余{len(rest)}个" if one.observation_id else f"{len(rest)}个数"
    return f"{how_many}：{_listed(rest)}"


def _known_others(one: Quantity, others: Iterable[Quantity]) -> list[Quantity]:
    """Return what is published and is not `one`; another one of its size is not `one`."""

    def same(item: Quantity) -> bool:
        # looked up twice: the same row, so that it is the same figure
        return item is one or bool(item.observation_id and item == one)

    return [item for item in others if item.known and not same(item)]


def rising(steps: Sequence[Quantity]) -> Verdict:
    """Return whether each quantity is more than the one before it; a gap leaves it open."""
    found = [later > earlier for earlier, later in itertools.pairwise(steps)]
    return ordered(found, " < ".join(item.zh for item in steps))


def falling(steps: Sequence[Quantity]) -> Verdict:
    """Return whether each quantity is less than the one before it; a gap leaves it open."""
    found = [later < earlier for earlier, later in itertools.pairwise(steps)]
    return ordered(found, " > ".join(item.zh for item in steps))


def near(one: Quantity, other: Quantity, percent: Decimal | int) -> Verdict:
    """Return whether `one` differs from `other` by less than so many percent of it.

    The margin is how far `one` is from where it would differ by that much.
    """
    part = Decimal(percent) / 100
    ends = [
        derive(lambda held, by=by: held * by, other, unit=str(other.unit), about=other.about)
        for by in (1 - part, 1 + part)
    ]
    least, most = ends if other.known and other.point >= 0 else reversed(ends)
    found = ordered([one > least, one < most], f"{one.zh} 与 {other.zh} 的相对差不到{percent}%")
    return replace(found, room=replace(found.room, limit=f"{percent}%"))


def _listed(quantities: Sequence[Quantity], most: int = 3) -> str:
    """Return the words of the first few quantities."""
    words = "、".join(item.zh for item in quantities[:most])
    return f"{words}……" if len(quantities) > most else words
