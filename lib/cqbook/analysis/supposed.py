"""What a revision of the year before would do to the growth of the last months of a year.

What is worked out by subtracting cumulative figures holds rounding alone in its range, and a
cumulative figure that moves a little moves what is left of it much.
"""

from __future__ import annotations

from decimal import Decimal

from cqbook.analysis.frames import short
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import NOT_FOUND, Quantity, derive, exact, growth
from cqbook.quantities.verdict import Verdict

#: A revision, in percent, of which one says what it would do: the whole number that is above all
#: of a cumulative figure that the book has measured (``fig-reconciliation-revised-base``).
SUPPOSED_REVISION = Decimal(2)
_UP_OR_DOWN = Interval(-SUPPOSED_REVISION / 100, SUPPOSED_REVISION / 100)


def revised_growth(now: Quantity, before: Quantity, until: Quantity) -> Quantity:
    """Return the growth of some months, were the year before off by `SUPPOSED_REVISION`.

    Parameters
    ----------
    now, before : Quantity
        Those months, and the same of a year before, as what two cumulative figures leave.
    until : Quantity
        The cumulative figure of the year before that ends with them: what is revised.
    """
    return growth(now, revised_base(before, until))


def revised_base(before: Quantity, until: Quantity) -> Quantity:
    """Return some months of the year before, were a cumulative figure that they follow from off.

    Parameters
    ----------
    before, until : Quantity
        As in `revised_growth`; which end of the months the cumulative figure is does not matter.
    """
    unit = str(before.unit)
    return derive(
        lambda part, whole: part + whole * _UP_OR_DOWN,
        before,
        until.to(unit) if until.known else until,
        unit=unit,
        about=before.about,
    )


def if_revised(months: str, growing: Quantity, revised: Quantity) -> str:
    """Return a growth and what it would be, were all of the year before revised, as a clause.

    Parameters
    ----------
    months : str
        The last months of the year: 四季度, 10—12月.
    growing, revised : Quantity
        The growth, and `revised_growth`; where one is not known, 没有查到.
    """
    if not (growing.known and revised.known):
        return NOT_FOUND
    by = exact(SUPPOSED_REVISION, "percent").zh
    trial = f"试算：上年全年的数若改过{by}，在{revised.range_zh}之间"
    return f"{months}增长{short(growing).zh}（{trial}）"


def stands(eased: Verdict) -> str:
    """Return what is left of a slowdown, were the year before revised, as a clause."""
    return "仍是回落" if eased.outcome == "holds" else "有重叠，不能断定回落"
