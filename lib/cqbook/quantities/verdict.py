"""Whether a comparison of quantities holds, and by how much.

Two reported figures are two intervals. ``a > b`` *holds* where the whole of `a` lies above the
whole of `b`, *fails* where none of it does, and is *open* where they overlap: what was printed does
not decide it. What nobody published decides nothing either.

A verdict is not a truth value: it has three outcomes, and ``if`` would take one for another. It
goes to `cqbook.claim`, or into another verdict with ``&``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NoReturn

from cqbook.quantities.interval import Interval
from cqbook.quantities.units import Unit, format_zh, rescale_zh, unit_zh

Sign = Literal["<", "≤", ">", "≥"]
VerdictOutcome = Literal["holds", "fails", "open"]
#: What an outcome is called.
OUTCOMES_ZH: Mapping[str, str] = {"holds": "成立", "fails": "不成立", "open": "不能判断"}
OVERLAP = "区间重叠"
NO_DATA = "缺少数据"
#: Digits of a margin: it says whether a sentence stands by much or by little.
MARGIN_DIGITS = 3
#: Part of a margin by which what is printed may differ from it before its two ends are named.
UNTOLD_PART = Decimal("0.1")
#: Units whose numbers differ by percentage points, and the decimals of a margin of such.
IN_POINTS = ("percent", "percentage points")
POINT_DECIMALS = 2
#: Decimals of its ends, at most.
MOST_DECIMALS = 8


@dataclass(frozen=True)
class Room:
    """How far a comparison is from turning.

    Attributes
    ----------
    unit : str
        Name of the unit; empty: there is no margin.
    gap : Decimal
        In that unit, of scale 1.
    relative : Decimal or None
        As a share of the larger of the two numbers; None where both are zero.
    limit : str
        What it was compared with, as a sentence would say it, where that is no figure but a
        number that somebody chose (28%, within 1%); empty: a figure, or nought (more, less).
    """

    unit: str = ""
    gap: Decimal = Decimal(0)
    relative: Decimal | None = None
    limit: str = ""


NOWHERE = Room()


@dataclass(frozen=True)
class Verdict:
    """What became of a comparison.

    Attributes
    ----------
    outcome : {"holds", "fails", "open"}
    condition : str
        What was compared, in words.
    margin : str
        By how much a number would have to move for the outcome to turn; or why it is open.
    room : Room
        The same as numbers.
    nearest : str
        Of several comparisons the one that turns first, in words.
    rows : tuple of str
        The observations that it rests on.
    regardless : str
        Why figures that differ in kind were compared all the same; empty: they do not.
    """

    outcome: VerdictOutcome
    condition: str
    margin: str = ""
    room: Room = NOWHERE
    rows: tuple[str, ...] = ()
    regardless: str = ""
    nearest: str = ""

    def __bool__(self) -> NoReturn:
        """Refuse: an open verdict is neither true nor false."""
        msg = (
            "比较的结果有三种，不能当真假用：交给 cq.claim，或用 & 连接"
            " | a verdict has three outcomes: give it to cq.claim, or join it with &"
        )
        raise TypeError(msg)

    def named(self, whose: str) -> Verdict:
        """Return the same, saying whose numbers are compared."""
        return replace(
            self, condition=f"{whose}：{self.condition}", nearest=f"{whose}：{self.nearest}"
        )

    def __and__(self, other: Verdict) -> Verdict:
        """Return whether both hold; the margin is the narrower one."""
        return every(self, other)


def reasoned(condition: str, margin: str) -> str:
    """Return what was compared, with the margin in brackets where there is one."""
    return f"{condition}（{margin}）" if margin else condition


def every(*verdicts: Verdict) -> Verdict:
    """Return whether all hold: it fails if one fails, and is open if one is.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not verdicts:
        msg = "没有比较可言 | no verdict was given"
        raise ValueError(msg)
    outcomes = [item.outcome for item in verdicts]
    outcome: VerdictOutcome = (
        "fails" if "fails" in outcomes else "open" if "open" in outcomes else "holds"
    )
    decisive = _narrowest(_comparisons([item for item in verdicts if item.outcome == outcome]))
    rows = dict.fromkeys(row for item in verdicts for row in item.rows)
    words = dict.fromkeys(item.condition for item in _comparisons(verdicts))
    reasons = dict.fromkeys(item.regardless for item in verdicts if item.regardless)
    return replace(
        decisive,
        condition="；".join(words),
        rows=tuple(rows),
        regardless="；".join(reasons),
    )


def looked_up(found: bool, words: str, rows: Sequence[str] = ()) -> Verdict:
    """Return whether things are as a sentence has them that no two numbers say: who, when, all of.

    It has no margin: among comparisons it says nothing, and a list of comparisons goes without it.
    """
    return Verdict("holds" if found else "fails", words, rows=tuple(rows))


def _comparisons(verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """Return those that compare; all where none that holds or fails does."""
    return [item for item in verdicts if item.margin] or verdicts


def _narrowest(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the one that is nearest to turning: of one unit by the gap, else by its share."""
    units = {item.room.unit for item in verdicts}
    if len(units) == 1:
        return min(verdicts, key=lambda item: item.room.gap)

    def share(item: Verdict) -> tuple[bool, Decimal]:
        return item.room.relative is None, item.room.relative or Decimal(0)

    return min(verdicts, key=share)


@dataclass(frozen=True)
class Side:
    """One of two things compared: the interval that it is known by, and the one that is printed."""

    held: Interval
    printed: Interval

    def meets(self, below: Side) -> bool:
        """Return whether what is printed of this does not lie above what is printed of another."""
        gap = _gap(self.printed, below.printed)
        return gap is not None and gap <= 0


def decide(
    left: Side | None, sign: Sign, right: Side | None, unit: Unit
) -> tuple[VerdictOutcome, str, Room]:
    """Return outcome of a comparison, its margin in words, and in numbers.

    Parameters
    ----------
    left, right : Side or None
        In `unit`; None: nothing is known.
    """
    if left is None or right is None:
        return "open", NO_DATA, NOWHERE
    above, below = (left, right) if sign in (">", "≥") else (right, left)
    strict = sign in ("<", ">")
    gap = _gap(above.held, below.held)
    if gap is not None and (
        gap > 0 or (gap == 0 and (not strict or _apart(above.held, below.held)))
    ):
        return "holds", *_margin(gap, above, below, unit)
    back = _gap(below.held, above.held)
    if back is not None and (
        back > 0 or (back == 0 and (strict or _apart(below.held, above.held)))
    ):
        return "fails", *_margin(back, below, above, unit)
    return "open", OVERLAP, NOWHERE


def _gap(above: Interval, below: Interval) -> Decimal | None:
    """Return how far all of one interval lies above all of another; None where one is unbounded."""
    if above.lower is None or below.upper is None:
        return None
    return above.lower - below.upper


def _apart(above: Interval, below: Interval) -> bool:
    """Return whether two intervals that meet at an end have no number in common."""
    return not (above.lower_closed and below.upper_closed)


def _margin(gap: Decimal, above: Side, below: Side, unit: Unit) -> tuple[str, Room]:
    # of which number the gap is a share may not depend on which of them is named first
    size = max(_size(side.held) for side in (above, below))
    relative = gap / size if size else None
    room = Room(unit.name, gap * unit.scale, relative)
    said = []
    # growth and shares differ by points, ranks by places: no reader asks what share that is
    if relative is not None and unit.name not in (*IN_POINTS, "rank"):
        said.append(f"{rounded(100 * relative)}%")
    shown = _gap(above.printed, below.printed)
    if shown is not None and abs(shown - gap) > UNTOLD_PART * gap:
        said.append(_ends_zh(gap, above.held, below.held, unit))
    words = f"余地{in_words(gap, unit)}"
    return (f"{words}（{'；'.join(said)}）" if said else words), room


def _ends_zh(gap: Decimal, above: Interval, below: Interval, unit: Unit) -> str:
    """Return the two numbers whose difference a margin is, where the page prints others."""
    assert above.lower is not None
    assert below.upper is not None
    ends = (above.lower, below.upper)
    told, decimals = _told(gap, unit), _decimals(gap)
    if unit.name in IN_POINTS:
        decimals = min(decimals, POINT_DECIMALS)
    while decimals < MOST_DECIMALS and _told(_apart_by(ends, decimals), unit) != told:
        decimals += 1
    return "与".join(_scaled(_to(end, decimals), unit) for end in ends) + "之差"


def _apart_by(ends: tuple[Decimal, Decimal], decimals: int) -> Decimal:
    return _to(ends[0], decimals) - _to(ends[1], decimals)


def _to(number: Decimal, decimals: int) -> Decimal:
    text = f"{number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _size(side: Interval) -> Decimal:
    """Return how large a number is; of one that is known from one side, that end."""
    ends = (side.midpoint, side.lower, side.upper)
    return abs(next((end for end in ends if end is not None), Decimal(0)))


def in_words(gap: Decimal, unit: Unit) -> str:
    """Return a difference in words: 151亿元, 0.8个百分点, 3位."""
    number = _told(gap, unit)
    if unit.name == "percent":
        return format_zh(number, Unit(1, "percentage points"))
    return f"{number}{unit_zh(unit)}" if unit.name == "rank" else _scaled(number, unit)


def _told(gap: Decimal, unit: Unit) -> Decimal:
    """Return a margin to the digits that it is told in: of points, no more decimals than two."""
    number = Decimal(rounded(gap))
    if unit.name not in IN_POINTS:
        return number
    # one digit is left of a margin that is smaller
    return _to(number, min(_decimals(number), max(POINT_DECIMALS, -number.adjusted())))


def _scaled(number: Decimal, unit: Unit) -> str:
    """Return a number with its unit, money at the scale that it has a word for."""
    if number and unit.name in ("CNY", "USD"):
        # 342亿元, not 0.0342万亿元
        return rescale_zh(number, unit)
    return format_zh(number, unit)


def rounded(number: Decimal) -> str:
    """Return a number with `MARGIN_DIGITS` digits; digits before the point are all kept."""
    return f"{_to(number, _decimals(number)):f}"


def _decimals(number: Decimal) -> int:
    """Return how many decimals `MARGIN_DIGITS` digits of a number leave."""
    return max(0, MARGIN_DIGITS - 1 - number.adjusted()) if number else 0


def ordered(verdicts: Sequence[Verdict], condition: str) -> Verdict:
    """Return `every` of the verdicts under one condition in words; open if there is none."""
    if not verdicts:
        return Verdict("open", condition, NO_DATA)
    return replace(every(*verdicts), condition=condition)
