"""Intervals of decimal numbers, open or closed at each end, with exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import NamedTuple

_TRAPS = [DivisionByZero, InvalidOperation, Overflow]
_QUOTIENT_DOWN = Context(prec=50, rounding=ROUND_FLOOR, traps=_TRAPS)
_QUOTIENT_UP = Context(prec=50, rounding=ROUND_CEILING, traps=_TRAPS)
# Wide enough that sums and products of figures never round; should one ever, then outwards.
DOWNWARD = Context(prec=1000, rounding=ROUND_FLOOR, traps=_TRAPS)
UPWARD = Context(prec=1000, rounding=ROUND_CEILING, traps=_TRAPS)
ZERO = Decimal(0)
HUNDRED = Decimal(100)
_INFINITE = Decimal("Infinity")


class _End(NamedTuple):
    """An end of an interval as a point of the extended line, and whether it belongs to it."""

    at: Decimal
    closed: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """The set of numbers between two ends, each open, closed or absent.

    Attributes
    ----------
    lower, upper : Decimal or None
        The ends; None where the interval is unbounded.
    lower_closed, upper_closed : bool
        Whether the end itself belongs to the interval; False for an absent end.

    Raises
    ------
    ValueError
        If the ends are in the wrong order or not finite, or an absent end is called closed.
    TypeError
        If an end is no Decimal: a float no longer has the printed digits.

    Notes
    -----
    ``+ - * /`` take an `Interval`, a Decimal or an int. Open ends stay open: an end of a result
    is closed only if the inputs attain it. Anything computed with an empty interval is empty.

    Division leaves out the divisor 0, which has no quotient: if 0 is an end of the divisor, the
    result is unbounded on that side; if 0 lies inside, nothing is known and the result is
    `UNBOUNDED`; a divisor that is only 0 is an error.

    Examples
    --------
    >>> print(from_printed("8158.4") + from_printed("2"))
    [8159.85, 8160.95)
    """

    lower: Decimal | None
    upper: Decimal | None
    lower_closed: bool = False
    upper_closed: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no interval."""
        for end, closed in ((self.lower, self.lower_closed), (self.upper, self.upper_closed)):
            if end is None:
                if closed:
                    msg = f"无界的一端不能是闭的 | an absent end cannot be closed: {self}"
                    raise ValueError(msg)
            elif not isinstance(end, Decimal):
                msg = f"区间端点应为 Decimal | an end must be a Decimal, got {end!r}"
                raise TypeError(msg)
            elif not end.is_finite():
                msg = f"区间端点应为有限数 | an end must be finite or None, got {end}"
                raise ValueError(msg)
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            msg = f"区间下端大于上端 | lower end {self.lower} is above upper end {self.upper}"
            raise ValueError(msg)

    @classmethod
    def exactly(cls, value: Decimal | int) -> Interval:
        """Return the interval of a single number."""
        number = to_decimal(value)
        return cls(number, number, True, True)

    def __str__(self) -> str:
        """Return the usual notation: `[8158.35, 8158.45)`, `(9, ∞)`."""
        left = f"{'[' if self.lower_closed else '('}{'-∞' if self.lower is None else self.lower}"
        right = f"{'∞' if self.upper is None else self.upper}{']' if self.upper_closed else ')'}"
        return f"{left}, {right}"

    @property
    def is_empty(self) -> bool:
        """Whether no number is in it: both ends are the same and one of them is open."""
        return (
            self.lower is not None
            and self.lower == self.upper
            and not (self.lower_closed and self.upper_closed)
        )

    @property
    def width(self) -> Decimal | None:
        """Distance of the ends; None if unbounded."""
        if self.lower is None or self.upper is None:
            return None
        return UPWARD.subtract(self.upper, self.lower)

    @property
    def midpoint(self) -> Decimal | None:
        """Point half-way between the ends; None if unbounded."""
        if self.lower is None or self.upper is None:
            return None
        return DOWNWARD.multiply(DOWNWARD.add(self.lower, self.upper), Decimal("0.5"))

    def contains(self, value: Decimal | int) -> bool:
        """Whether a number is in the interval."""
        return Interval.exactly(value).is_subset(self)

    def is_subset(self, other: Interval) -> bool:
        """Whether every number of this interval is in the other one; true for an empty one."""
        if self.is_empty:
            return True
        if other.lower is not None:
            if self.lower is None or self.lower < other.lower:
                return False
            if self.lower == other.lower and self.lower_closed and not other.lower_closed:
                return False
        if other.upper is not None:
            if self.upper is None or self.upper > other.upper:
                return False
            if self.upper == other.upper and self.upper_closed and not other.upper_closed:
                return False
        return True

    def overlaps(self, other: Interval) -> bool:
        """Whether the two have a number in common."""
        if self.is_empty or other.is_empty:
            return False
        return _reaches(self, other) and _reaches(other, self)

    def intersection(self, other: Interval) -> Interval:
        """Return what the two have in common; `EMPTY` if nothing."""
        # At one place, the open end is the tighter one: False sorts before True.
        lower = max(_lower(self), _lower(other), key=lambda end: (end.at, not end.closed))
        upper = min(_upper(self), _upper(other), key=lambda end: (end.at, end.closed))
        if lower.at > upper.at or (lower.at == upper.at and not (lower.closed and upper.closed)):
            return EMPTY
        return _between(lower, upper)

    def union(self, other: Interval) -> Interval:
        """Return the smallest interval that contains both; a gap between them is filled."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return _hull([_lower(self), _lower(other)], [_upper(self), _upper(other)])

    def __neg__(self) -> Interval:
        """Mirror at 0."""
        lower, upper = _lower(self), _upper(self)
        return _between(
            _End(upper.at.copy_negate(), upper.closed), _End(lower.at.copy_negate(), lower.closed)
        )

    def __add__(self, other: Interval | Decimal | int) -> Interval:
        """Add; exact."""
        them = _operand(other)
        if them is None:
            return NotImplemented
        if self.is_empty or them.is_empty:
            return EMPTY
        (a, c), (b, d) = _lower(self), _lower(them)
        (e, g), (f, h) = _upper(self), _upper(them)
        return _between(_End(DOWNWARD.add(a, b), c and d), _End(UPWARD.add(e, f), g and h))

    __radd__ = __add__

    def __sub__(self, other: Interval | Decimal | int) -> Interval:
        """Subtract; exact."""
        them = _operand(other)
        return NotImplemented if them is None else self + -them

    def __rsub__(self, other: Decimal | int) -> Interval:
        """Subtract from a number; exact."""
        return -self + other

    def __mul__(self, other: Interval | Decimal | int) -> Interval:
        """Multiply; exact."""
        them = _operand(other)
        if them is None:
            return NotImplemented
        if self.is_empty or them.is_empty:
            return EMPTY
        return _hull(
            [_product(x, y, DOWNWARD) for x in _ends(self) for y in _ends(them)],
            [_product(x, y, UPWARD) for x in _ends(self) for y in _ends(them)],
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Interval | Decimal | int) -> Interval:
        """Divide; see the notes of the class for a divisor that contains 0."""
        them = _operand(other)
        if them is None:
            return NotImplemented
        if self.is_empty or them.is_empty:
            return EMPTY
        if them == Interval.exactly(0):
            msg = f"除数为零 | division of {self} by an interval that is only 0"
            raise ZeroDivisionError(msg)
        low, high = _lower(them).at, _upper(them).at
        if low < 0 < high:
            return UNBOUNDED
        # The sign of the divisor says on which side of 0 a zero end lies.
        sign = 1 if high > 0 else -1
        return _hull(
            [_quotient(x, y, sign, _QUOTIENT_DOWN) for x in _ends(self) for y in _ends(them)],
            [_quotient(x, y, sign, _QUOTIENT_UP) for x in _ends(self) for y in _ends(them)],
        )

    def __rtruediv__(self, other: Decimal | int) -> Interval:
        """Divide a number by the interval."""
        them = _operand(other)
        return NotImplemented if them is None else them / self


EMPTY = Interval(ZERO, ZERO)
UNBOUNDED = Interval(None, None)


def _reaches(one: Interval, other: Interval) -> bool:
    """Return whether `one` begins no later than `other` ends, at a number that is in both."""
    if one.lower is None or other.upper is None or one.lower < other.upper:
        return True
    return one.lower == other.upper and one.lower_closed and other.upper_closed


def _lower(interval: Interval) -> _End:
    at = -_INFINITE if interval.lower is None else interval.lower
    return _End(at, interval.lower_closed)


def _upper(interval: Interval) -> _End:
    at = _INFINITE if interval.upper is None else interval.upper
    return _End(at, interval.upper_closed)


def _ends(interval: Interval) -> tuple[_End, _End]:
    return _lower(interval), _upper(interval)


def _between(lower: _End, upper: _End) -> Interval:
    return Interval(
        _finite(lower.at),
        _finite(upper.at),
        lower.closed and lower.at.is_finite(),
        upper.closed and upper.at.is_finite(),
    )


def _finite(at: Decimal) -> Decimal | None:
    """Return an end without infinity and without the sign that decimal arithmetic gives a 0."""
    if at.is_infinite():
        return None
    return at.copy_abs() if at.is_zero() else at


def _hull(lowers: Iterable[_End], uppers: Iterable[_End]) -> Interval:
    """Smallest interval over candidate ends; where two share a place, a closed one decides."""
    return _between(
        min(lowers, key=lambda end: (end.at, not end.closed)),
        max(uppers, key=lambda end: (end.at, end.closed)),
    )


def _product(x: _End, y: _End, context: Context) -> _End:
    """Product at one corner of the box.

    A product is linear in each factor, so its extremes over a box lie at the corners. An
    attained 0 makes 0 an attained product whatever the other end is, infinity included, since
    every number actually inside the other factor is finite.
    """
    attained_zero = (x.at.is_zero() and x.closed) or (y.at.is_zero() and y.closed)
    if x.at.is_zero() or y.at.is_zero():
        return _End(ZERO, attained_zero)
    return _End(context.multiply(x.at, y.at), x.closed and y.closed)


def _quotient(x: _End, y: _End, divisor_sign: int, context: Context) -> _End:
    """Quotient at one corner of the box; monotone in each operand, as the divisor keeps its sign.

    A zero end of the divisor is approached from inside, so the quotient grows beyond bounds.
    The undetermined corners 0/0 and ∞/∞ count as 0, not attained: 0 is always a limit of the
    quotients there (0/y or x/∞), and the other corners give the bounds.
    """
    if x.at.is_zero():
        return _End(ZERO, x.closed)
    if y.at.is_infinite():
        return _End(ZERO, False)
    if y.at.is_zero():
        return _End(_INFINITE.copy_sign(x.at * divisor_sign), False)
    return _End(context.divide(x.at, y.at), x.closed and y.closed)


def to_decimal(value: Decimal | int) -> Decimal:
    """Return a printed number exactly; a float has lost its digits and is refused."""
    if not isinstance(value, Decimal | int):
        msg = (
            f"数值“{value}”应为 Decimal 或整数：浮点数已失去原印数位"
            f" | expected a Decimal or an int, got {value!r}: printed digits are lost"
        )
        raise TypeError(msg)
    return Decimal(value)


def _operand(value: object) -> Interval | None:
    if isinstance(value, Interval):
        return value
    return Interval.exactly(value) if isinstance(value, Decimal | int) else None
