"""A reported figure as an interval: what its printed digits and its words leave open.

`8158.4亿元` is not a number but every number that a desk would have rounded to 8158.4;
`近10倍` is less than ten. `from_printed` turns a printed figure into an `Interval` by the one
table `QUALIFIERS`, and the arithmetic below carries that interval through whatever is derived
from it, so that a share or a contribution rate is never stated to more digits than the printed
figures support.

The readings in `QUALIFIERS` are ours. No standard says how much 近 or 约 leaves open; each
reading is the one that a careful reader can defend, and stands with its reason.

All arithmetic is `Decimal` and rounds outwards: lower ends down, upper ends up. A result thus
always contains the true value if the inputs did. Sums, differences and products of figures are
exact; a quotient is kept to 50 digits.

Interval arithmetic takes each operand for an independent unknown. Where a formula names the
same unknown twice (x/(x+y)) evaluating it as written gives an interval that is right but too
wide. Every helper below is therefore written so that each unknown occurs once, which makes its
result the tightest there is, up to the 50th digit (Moore 1966, *Interval Analysis*; Moore,
Kearfott & Cloud 2009, *Introduction to Interval Analysis*).
"""

from __future__ import annotations

from collections.abc import Iterable

from cqbook.quantities.interval import HUNDRED, ZERO, Interval

# --- derived figures ------------------------------------------------------------------------


def share(part: Interval, whole: Interval) -> Interval:
    """Share of a part in its whole, both reported: 100 · part / whole.

    Parameters
    ----------
    part, whole : Interval
        In the same unit, of the same period; neither can be negative.

    Returns
    -------
    Interval
        Percent, within [0, 100] since the whole contains the part: the quotient cut to that
        range is the tightest interval. `EMPTY` if even so the part exceeds the whole, that is,
        if the two figures contradict each other.

    Raises
    ------
    ZeroDivisionError
        If the whole is exactly 0.
    """
    return (100 * part / whole).intersection(Interval(ZERO, HUNDRED, True, True))


def growth(current: Interval, previous: Interval) -> Interval:
    """Growth against the previous value: 100 · current / previous − 100.

    Parameters
    ----------
    current, previous : Interval
        In the same unit; `previous` positive for the rate to mean anything.

    Returns
    -------
    Interval
        Percent.

    Raises
    ------
    ZeroDivisionError
        If `previous` is exactly 0.
    """
    return 100 * current / previous - 100


def previous_from_growth(current: Interval, yoy_percent: Interval) -> Interval:
    """Value a year before that a reported value and its growth imply: 100 · current / (100 + g).

    Parameters
    ----------
    current : Interval
        A level, positive in both years.
    yoy_percent : Interval
        Growth in percent. What it holds of −100 and below is left out: a positive level cannot
        fall by all of itself.

    Returns
    -------
    Interval
        In the unit of `current`.

    Raises
    ------
    ValueError
        If the growth is −100 % or less throughout.
    """
    return 100 * current / _index(yoy_percent)


def contribution_rate(
    part_now: Interval, part_growth: Interval, whole_now: Interval, whole_growth: Interval
) -> Interval:
    """Return the 贡献率, the part's share in the growth of the whole, from values and growth rates.

    With values p, w and growth rates g, h (percent) the changes are p·φ(g) and w·φ(h), where
    φ(g) = g/(100 + g) = 1 − 100/(100 + g), and the rate is 100 · p·φ(g) / (w·φ(h)). In this form
    each of the four unknowns occurs once, so the result is the exact range. It equals the
    enumeration of corners: φ rises with g above −100, so the rate is monotone in each unknown
    as long as the change of the whole keeps its sign.

    Parameters
    ----------
    part_now, whole_now : Interval
        Levels, in the same unit and of the same period.
    part_growth, whole_growth : Interval
        Their growth against the same base, in percent; see `previous_from_growth`.

    Returns
    -------
    Interval
        Percent of the growth of the whole; above 100 or negative where other parts shrank or
        this one did. `UNBOUNDED` if the whole may have grown as well as shrunk, unbounded on one
        side if it may just not have changed.

    Raises
    ------
    ValueError
        If a growth is −100 % or less throughout.
    ZeroDivisionError
        If the whole certainly did not change.

    Notes
    -----
    The four figures are taken as independent. That the whole contains the part could only
    narrow the result.
    """
    return 100 * _change(part_now, part_growth) / _change(whole_now, whole_growth)


def contribution_points(
    part_now: Interval, part_growth: Interval, whole_now: Interval, whole_growth: Interval
) -> Interval:
    """Return the 拉动, the percentage points that a part adds to the growth of the whole.

    100 · Δpart / whole of the year before = p·φ(g)·(100 + h) / w, with φ as in
    `contribution_rate`; each unknown occurs once, so the result is the exact range.

    Parameters
    ----------
    part_now, whole_now : Interval
        Levels, in the same unit and of the same period.
    part_growth, whole_growth : Interval
        Their growth against the same base, in percent; see `previous_from_growth`.

    Returns
    -------
    Interval
        Percentage points.

    Raises
    ------
    ValueError
        If a growth is −100 % or less throughout.
    ZeroDivisionError
        If the whole is exactly 0.
    """
    return _change(part_now, part_growth) * _index(whole_growth) / whole_now


def remainder(whole: Interval, parts: Iterable[Interval]) -> Interval:
    """Return what the reported parts leave of the whole: whole − Σ parts.

    Parameters
    ----------
    whole : Interval
    parts : iterable of Interval
        In the unit of `whole`, not overlapping each other.

    Returns
    -------
    Interval
        Not cut at 0: a remainder that is negative throughout says that the figures contradict
        each other.
    """
    return whole - sum(parts, Interval.exactly(0))


def _index(growth_percent: Interval) -> Interval:
    """Index of growth, the year before = 100; positive."""
    index = (100 + growth_percent).intersection(Interval(ZERO, None))
    if index.is_empty and not growth_percent.is_empty:
        msg = (
            f"增速应高于 -100%，现为 {growth_percent}"
            f" | growth must exceed -100 percent, got {growth_percent}"
        )
        raise ValueError(msg)
    return index


def _change(now: Interval, growth_percent: Interval) -> Interval:
    return now * (1 - 100 / _index(growth_percent))
