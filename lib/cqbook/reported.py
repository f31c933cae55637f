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

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import NamedTuple

from cqbook.units import Unit, format_zh

_TRAPS = [DivisionByZero, InvalidOperation, Overflow]
_QUOTIENT_DOWN = Context(prec=50, rounding=ROUND_FLOOR, traps=_TRAPS)
_QUOTIENT_UP = Context(prec=50, rounding=ROUND_CEILING, traps=_TRAPS)
# Wide enough that sums and products of figures never round; should one ever, then outwards.
_DOWN = Context(prec=1000, rounding=ROUND_FLOOR, traps=_TRAPS)
_UP = Context(prec=1000, rounding=ROUND_CEILING, traps=_TRAPS)

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
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
        number = _decimal(value)
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
        return _UP.subtract(self.upper, self.lower)

    @property
    def midpoint(self) -> Decimal | None:
        """Point half-way between the ends; None if unbounded."""
        if self.lower is None or self.upper is None:
            return None
        return _DOWN.multiply(_DOWN.add(self.lower, self.upper), Decimal("0.5"))

    def contains(self, value: Decimal | int) -> bool:
        """Whether a number is in the interval."""
        return Interval.exactly(value).is_subset(self)

    def is_subset(self, other: Interval) -> bool:
        """Whether every number of this interval is in the other one; true for an empty one."""
        return self.is_empty or self.intersection(other) == self

    def overlaps(self, other: Interval) -> bool:
        """Whether the two have a number in common."""
        return not self.intersection(other).is_empty

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
        return _between(_End(_DOWN.add(a, b), c and d), _End(_UP.add(e, f), g and h))

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
            [_product(x, y, _DOWN) for x in _ends(self) for y in _ends(them)],
            [_product(x, y, _UP) for x in _ends(self) for y in _ends(them)],
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


EMPTY = Interval(_ZERO, _ZERO)
UNBOUNDED = Interval(None, None)


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
        return _End(_ZERO, attained_zero)
    return _End(context.multiply(x.at, y.at), x.closed and y.closed)


def _quotient(x: _End, y: _End, divisor_sign: int, context: Context) -> _End:
    """Quotient at one corner of the box; monotone in each operand, as the divisor keeps its sign.

    A zero end of the divisor is approached from inside, so the quotient grows beyond bounds.
    The undetermined corners 0/0 and ∞/∞ count as 0, not attained: 0 is always a limit of the
    quotients there (0/y or x/∞), and the other corners give the bounds.
    """
    if x.at.is_zero():
        return _End(_ZERO, x.closed)
    if y.at.is_infinite():
        return _End(_ZERO, False)
    if y.at.is_zero():
        return _End(_INFINITE.copy_sign(x.at * divisor_sign), False)
    return _End(context.divide(x.at, y.at), x.closed and y.closed)


def _decimal(value: Decimal | int) -> Decimal:
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


# --- from a printed figure to an interval ---------------------------------------------------


class _Printed(NamedTuple):
    """A printed magnitude (never negative) and how fine it was printed."""

    value: Decimal
    half_unit: Decimal
    """Half of the last printed decimal: 0.05 for 8158.4, 0.5 for 3500."""
    significant_unit: Decimal
    """The last printed significant digit: 0.1 for 4.2, 100 for 3500."""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """One way of qualifying a printed figure, and the interval that we read it as.

    Attributes
    ----------
    words : tuple of str
        The Chinese words that carry it; empty for a bare number.
    english : str
    rule : str
        The interval for a printed v ≥ 0.
    why : str
        Why we read it so.
    read : callable
        From the printed magnitude and whether the measure may be negative, to the interval.
    """

    words: tuple[str, ...]
    english: str
    rule: str
    why: str
    read: Callable[[_Printed, bool], Interval]


def _as_rounded(printed: _Printed, _signed: bool) -> Interval:
    value, half, _ = printed
    # Rounding half away from zero sends both −half and +half away from a printed 0.
    return Interval(value - half, value + half, value > 0, False)


def _about(printed: _Printed, _signed: bool) -> Interval:
    margin = max(printed.value / 10, printed.half_unit)
    return Interval(printed.value - margin, printed.value + margin, True, True)


def _nearly(printed: _Printed, _signed: bool) -> Interval:
    return Interval(printed.value * 9 / 10, printed.value, True, False)


def _over(printed: _Printed, _signed: bool) -> Interval:
    return Interval(printed.value, None)


def _more_than(printed: _Printed, _signed: bool) -> Interval:
    return Interval(printed.value, printed.value + printed.significant_unit, True, False)


def _at_least(printed: _Printed, _signed: bool) -> Interval:
    return Interval(printed.value, None, True, False)


def _under(printed: _Printed, signed: bool) -> Interval:
    return Interval(None if signed else _ZERO, printed.value, not signed, False)


_UNCHANGED = Interval(Decimal(-1), Decimal(1), True, True)

QUALIFIERS: dict[str, Qualifier] = {
    "as_rounded": Qualifier(
        (),
        "bare number",
        "[v − h, v + h), h = half of the last printed decimal",
        "A bare number was rounded half away from zero to the decimals that are printed. "
        "Zeros before the point are taken for exact: 3500 is 3499.5 to 3500.5.",
        _as_rounded,
    ),
    "about": Qualifier(
        ("约", "左右", "大概"),
        "about",
        "[v − m, v + m], m = the larger of 10 % of v and h",
        "约 says that the last digits are not meant; a tenth is the most that a reader would "
        "still let pass as 约.",
        _about,
    ),
    "nearly": Qualifier(
        ("近",),
        "nearly",
        "[0.9 v, v)",
        "近 promises that v was not reached; more than a tenth short, the next lower round "
        "number would have been printed.",
        _nearly,
    ),
    "over": Qualifier(
        ("超", "超过", "逾", "突破"),
        "over",
        "(v, ∞)",
        "A floor that was passed. How far is not said: 突破 marks the day of passing, 超 a "
        "threshold of a plan, so that any ceiling would be invented.",
        _over,
    ),
    "more_than": Qualifier(
        ("余", "多"),
        "and some more",
        "[v, v + u), u = one unit of the last printed significant digit",
        "余 and 多 stand for the digits that were cut off: 4.2万余 is 4.2 to 4.3, 3500余 is 3500 "
        "to 3600, 20余万 is 20 to 30. The last significant digit is the last non-zero one, or, "
        "where decimals are printed, the last decimal.",
        _more_than,
    ),
    "at_least": Qualifier(
        ("以上", "不少于"),
        "at least",
        "[v, ∞)",
        "以上 includes the number itself (Civil Code of the PRC, article 1259).",
        _at_least,
    ),
    "under": Qualifier(
        ("不到", "不足", "以下"),
        "less than",
        "[0, v), or (−∞, v) where the measure may be negative",
        "A ceiling that was not reached. Levels, shares and counts cannot fall below 0; growth "
        "and differences can.",
        _under,
    ),
    "unchanged": Qualifier(
        ("基本持平",),
        "practically unchanged",
        "[−1, 1], in percent against the base",
        "No number is printed. Statistical releases print rates beyond ±1 % as growth or "
        "decline; within it they speak of 持平.",
        lambda _printed, _signed: _UNCHANGED,
    ),
}

# What may be negative: for these `under` has no floor at 0.
SIGNED_MEASURES = frozenset(
    {
        "yoy",
        "contribution_rate",
        "contribution_points",
        "pp_change",
        "difference",
        "pct_change",
        "vs_plan",
    }
)

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def from_printed(
    value: str | Decimal | int | None,
    qualifier: str = "as_rounded",
    value_upper: str | Decimal | int | None = None,
    *,
    signed: bool = False,
) -> Interval:
    """Read a printed figure as the interval of what may have stood behind it.

    Parameters
    ----------
    value : str, Decimal, int or None
        The number as printed, with its trailing zeros: `2.0` is finer than `2`. None or empty
        for `unchanged`, and only there.
    qualifier : str
        A key of `QUALIFIERS`.
    value_upper : str, Decimal, int or None
        The upper end of a printed range (3—4台). The result reaches from the lower end of the
        one reading to the upper end of the other: [2.5, 4.5).
    signed : bool
        Whether the measure may be negative (`SIGNED_MEASURES`); matters to `under` only.

    Returns
    -------
    Interval
        In the unit of the printed number. A negative number is read by its magnitude and
        mirrored: 下降超5% is a fall of more than 5, (−∞, −5). `unchanged` gives percent against
        the base, whatever the unit that the row has.

    Raises
    ------
    ValueError
        If the qualifier is unknown, the number malformed, missing or superfluous, the range
        backwards or `more_than` applied to 0.
    TypeError
        If a number is a float, which no longer has the printed digits.
    """
    if qualifier not in QUALIFIERS:
        msg = (
            f"限定词“{qualifier}”不在表内 | unknown qualifier {qualifier!r};"
            f" expected one of {', '.join(QUALIFIERS)}"
        )
        raise ValueError(msg)
    text, text_upper = _plain(value), _plain(value_upper)
    if qualifier == "unchanged":
        if text or text_upper:
            msg = (
                f"“基本持平”不应带数值“{text or text_upper}”"
                f" | 'unchanged' takes no value, got {text or text_upper!r}"
            )
            raise ValueError(msg)
        return _UNCHANGED
    low = _read(text, qualifier, signed)
    if not text_upper:
        return low
    if Decimal(text_upper) < Decimal(text):
        msg = f"数值范围颠倒：{text}—{text_upper} | range runs backwards: {text}—{text_upper}"
        raise ValueError(msg)
    return low.union(_read(text_upper, qualifier, signed))


def _plain(value: str | Decimal | int | None) -> str:
    """Return the printed text of a number, '' if there is none."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else f"{_decimal(value):f}"
    if text and not _NUMBER.fullmatch(text):
        msg = (
            f"数值“{value}”不合规范：应为 8158.4、-2 一类的数字"
            f" | not a printed number: {value!r}; expected digits such as 8158.4 or -2"
        )
        raise ValueError(msg)
    return text


def _read(text: str, qualifier: str, signed: bool) -> Interval:
    if not text:
        msg = (
            f"缺少数值：只有“基本持平”可以没有数值"
            f" | qualifier {qualifier!r} needs a value; only 'unchanged' has none"
        )
        raise ValueError(msg)
    magnitude = text.removeprefix("-")
    # The readings compute in plain operators: here they are exact whatever context is current.
    with localcontext(_DOWN):
        reading = QUALIFIERS[qualifier].read(_printed(magnitude, qualifier), signed)
    return -reading if text.startswith("-") else reading


def _printed(magnitude: str, qualifier: str) -> _Printed:
    decimals = len(magnitude.partition(".")[2])
    zeros = 0 if decimals else len(magnitude) - len(magnitude.rstrip("0"))
    if qualifier == "more_than" and not magnitude.strip("0."):
        msg = f"“余”“多”不能用于 0 | 'more_than' needs a digit other than 0, got {magnitude!r}"
        raise ValueError(msg)
    last = Decimal(1).scaleb(-decimals)
    return _Printed(Decimal(magnitude), last / 2, last.scaleb(zeros))


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
    return (100 * part / whole).intersection(Interval(_ZERO, _HUNDRED, True, True))


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
    index = (100 + growth_percent).intersection(Interval(_ZERO, None))
    if index.is_empty and not growth_percent.is_empty:
        msg = (
            f"增速应高于 -100%，现为 {growth_percent}"
            f" | growth must exceed -100 percent, got {growth_percent}"
        )
        raise ValueError(msg)
    return index


def _change(now: Interval, growth_percent: Interval) -> Interval:
    return now * (1 - 100 / _index(growth_percent))


# --- from an interval to print --------------------------------------------------------------


def supported_digits(interval: Interval, *, max_decimals: int = 6) -> Decimal | None:
    """Return the number that the whole interval rounds to, as fine as it goes.

    That is the finest decimal r of which the interval lies within ``from_printed(r)``: printing
    it claims no more than is known.

    Parameters
    ----------
    interval : Interval
    max_decimals : int
        Decimals to stop at, unless more are needed to show that the number is not 0.

    Returns
    -------
    Decimal or None
        [48.17, 48.24] → 48.2. None if even the units digit is open, or the interval is
        unbounded or empty. (Zeros before the point would look like digits, so nothing coarser
        than units is tried.)
    """
    middle, width = interval.midpoint, interval.width
    if middle is None or width is None or interval.is_empty:
        return None
    finest = max_decimals if interval.contains(0) else max(max_decimals, -middle.adjusted())
    # One step of the last decimal has to hold the interval; a single number holds all its own.
    fits = -width.adjusted() if width else _decimals(middle)
    for decimals in range(min(finest, fits), -1, -1):
        rounded = _rounded(middle, decimals, ROUND_HALF_UP)
        if interval.is_subset(from_printed(rounded)):
            return rounded
    return None


def zh(interval: Interval, unit: Unit, *, max_decimals: int = 2) -> str:
    """Write a derived figure to the digits that are known.

    Parameters
    ----------
    interval : Interval
        Not empty.
    unit : Unit
        Of the interval's numbers.
    max_decimals : int
        Decimals to stop at, for one number and for one-sided bounds.

    Returns
    -------
    str
        `48.2%` if all of the interval rounds to it and that says about as much as is known, else
        both ends rounded outwards, `48.1%—48.4%`. `9万辆以上` or `9万辆以下` where one end is
        absent, whether the other is open or closed, and `无法确定` where both are. The unit stands
        at both ends of a range, as GB/T 15835-2011 asks for % and 万.

    Raises
    ------
    ValueError
        If the interval is empty: contradictory figures have no value to print.
    """
    if interval.is_empty:
        msg = "区间为空：所据数字互相矛盾 | empty interval: the figures contradict each other"
        raise ValueError(msg)
    lower, upper = interval.lower, interval.upper
    if upper is None:
        if lower is None:
            return "无法确定"
        return f"{_bound(lower, max_decimals, ROUND_FLOOR, unit)}以上"
    if lower is None:
        return f"{_bound(upper, max_decimals, ROUND_CEILING, unit)}以下"
    digits = supported_digits(interval, max_decimals=max_decimals)
    if digits is not None and _says_enough(digits, upper - lower, max_decimals):
        return format_zh(digits, unit)
    # The coarsest step of which two fit in: rounding outwards then at most doubles the width.
    decimals = max(0, -((upper - lower) / 2).adjusted())
    ends = (
        _rounded(lower, decimals, ROUND_FLOOR),
        _rounded(upper, decimals, ROUND_CEILING),
    )
    return "—".join(format_zh(end, unit) for end in ends)


def _says_enough(digits: Decimal, width: Decimal, max_decimals: int) -> bool:
    """Whether one number tells nearly as much as the ends of the interval would.

    48.1 to 48.4 all rounds to 48, but 48 could as well be 47.6. It does where the number has
    three digits, as an analyst would print; where more decimals are not wanted; or where it
    stands for a stretch at most twice as wide as the interval.
    """
    step = Decimal(1).scaleb(-_places(digits))
    return (
        len(digits.as_tuple().digits) >= 3
        or _places(digits) >= max_decimals
        or step <= 2 * width
        or not width
    )


def _places(number: Decimal) -> int:
    """Decimals as printed, with trailing zeros."""
    return -int(number.as_tuple().exponent)


def _bound(at: Decimal, max_decimals: int, rounding: str, unit: Unit) -> str:
    return format_zh(_rounded(at, min(max_decimals, _decimals(at)), rounding), unit)


def _decimals(number: Decimal) -> int:
    """Decimals that the number needs, without trailing zeros."""
    return max(0, _places(number.normalize(_DOWN)))


def _rounded(number: Decimal, decimals: int, rounding: str) -> Decimal:
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding, _DOWN)
    return rounded.copy_abs() if rounded.is_zero() else rounded
