"""What sentences say of several quantities at once: the highest, rising, about the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
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
    return ordered([one > item for item in rest], f"{one.zh} > {_counted(one, rest, max)}")


def lowest(one: Quantity, others: Iterable[Quantity]) -> Verdict:
    """Return whether `one` is less than each of the others that are published."""
    rest = _known_others(one, others)
    return ordered([one < item for item in rest], f"{one.zh} < {_counted(one, rest, min)}")


def _counted(one: Quantity, rest: Sequence[Quantity], nearest: Callable[..., Quantity]) -> str:
    """Return how many the others are, and which; of many the nearest. A limit is none of them."""
    count = len(rest)
    if count > NAMED_AT_MOST:
        next_to = nearest(rest, key=lambda item: item.point).zh
        known = one.observation_id
        return f"其余{count}个，最近的是{next_to}" if known else f"{count}个数，最近的是{next_to}"
    words = "、".join(item.zh for item in rest)
    return f"其余{count}个：{words}" if one.observation_id else f"{count}个数：{words}"


#: So many numbers are listed at most.
NAMED_AT_MOST = 3


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
    # the ends that it was held against are said as the limit
    return replace(found, room=replace(found.room, limit=f"{percent}%"), nearest=found.condition)
