"""Intervals in words, to the digits that they support."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from cqbook.quantities.interval import DOWNWARD, Interval
from cqbook.quantities.qualifiers import from_printed
from cqbook.quantities.units import UNSCALED, Unit, format_zh

# --- from an interval to print --------------------------------------------------------------

#: What is said of a reckoning that leaves every number possible.
UNDETERMINED = "无法确定"


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
    fits = -width.adjusted() if width else decimals_of(middle)
    for decimals in range(min(finest, fits), -1, -1):
        rounded = _rounded(middle, decimals, ROUND_HALF_UP)
        if interval.is_subset(from_printed(rounded)):
            return rounded
    return None


def interval_zh(interval: Interval, unit: Unit, *, max_decimals: int = 2) -> str:
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
            return UNDETERMINED
        return f"{_bound(lower, max_decimals, ROUND_FLOOR, unit)}以上"
    if lower is None:
        return f"{_bound(upper, max_decimals, ROUND_CEILING, unit)}以下"
    digits = supported_digits(interval, max_decimals=max_decimals)
    if digits is not None and _says_enough(digits, upper - lower, max_decimals):
        return format_zh(digits, unit)
    return range_zh(interval, unit)


def gives_ends(text: str) -> bool:
    """Return whether words of `interval_zh` give an interval by its ends, not by one number."""
    return "—" in text or "至−" in text or text.endswith(("以上", "以下"))


#: Decimals of an end; what is known more finely is a number.
FINEST = 6
#: The part of itself by which an end may be moved without a reader's seeing it.
UNNOTICED = 500


def range_zh(interval: Interval, unit: Unit, *, finer: int = 0) -> str:
    """Write both ends of an interval, rounded outwards: the one rule by which ends are rounded.

    Parameters
    ----------
    interval : Interval
        Bounded, and more than a number.
    unit : Unit
        Of the interval's numbers.
    finer : int
        Decimals more than the rule has: for what lies close to another number.
    """
    lower, upper = _outward(interval, finer)
    # a dash before a minus would be read as a longer dash
    joint = "至" if upper < 0 else "—"
    return joint.join(format_zh(end, unit) for end in (lower, upper))


def outward(interval: Interval, *, finer: int = 0) -> Interval:
    """Return a bounded interval with its ends as `range_zh` prints them."""
    return Interval(*_outward(interval, finer), True, True)


def _outward(interval: Interval, finer: int = 0) -> tuple[Decimal, Decimal]:
    lower, upper = interval.lower, interval.upper
    assert lower is not None
    assert upper is not None
    decimals = next((each for each in range(FINEST) if _coarse_enough(lower, upper, each)), FINEST)
    return _ends(lower, upper, min(FINEST, decimals + finer))


def _ends(lower: Decimal, upper: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    return _rounded(lower, decimals, ROUND_FLOOR), _rounded(upper, decimals, ROUND_CEILING)


def _coarse_enough(lower: Decimal, upper: Decimal, decimals: int) -> bool:
    """Whether ends of so many decimals are those that a reader would reckon.

    Rounding outwards may widen the interval by a tenth, or move each end by a five-hundredth of
    itself, which is less than its third digit shows: 9.4 to 18.1 is not 9 to 19. Two steps of the
    last decimal must fit in, or both ends would be mere rounding.
    """
    width, ends = upper - lower, _ends(lower, upper, decimals)
    moved = lower - ends[0], ends[1] - upper
    if 10 * sum(moved) <= width:
        return True
    fits = 2 * Decimal(1).scaleb(-decimals) <= width
    return fits and all(
        UNNOTICED * by <= abs(end) for by, end in zip(moved, (lower, upper), strict=True)
    )


def roughly_zh(interval: Interval, unit: Unit, *, digits: int = 3) -> str:
    """Write one number for a narrow interval: 约29.0%, or 46.5万辆 where it is narrower than that.

    Parameters
    ----------
    interval : Interval
        Not empty.
    unit : Unit
        Of the interval's numbers.
    digits : int
        Of the number, at most.

    Returns
    -------
    str
        Empty where one number would not do: an end is absent, zero or a tenth of it lies between.
    """
    middle, width = interval.midpoint, interval.width
    if middle is None or width is None or interval.contains(0) or 10 * width > abs(middle):
        return ""
    if unit.scale == 1 and unit.name not in UNSCALED and abs(middle) >= ROUGH_COUNT:
        return roughly_zh(interval / ROUGH_COUNT, Unit(ROUGH_COUNT, unit.name), digits=digits)
    fine = digits - 1 - middle.adjusted()
    # a step at least a quarter as wide as what is open
    known = -(width / 4).adjusted() - 1 if width else fine
    if unit.name in ("percent", "percentage points"):
        # a second decimal of a rate is news to nobody, unless there is nothing before it
        fine = min(fine, 1 if abs(middle) >= 1 else 2)
    rounded = rounded_within(interval, middle, max(0, min(fine, known)), most=max(0, fine))
    word = "" if known > fine or interval.is_subset(from_printed(rounded)) else "约"
    return word + format_zh(rounded, unit)


def rounded_within(interval: Interval, middle: Decimal, decimals: int, *, most: int) -> Decimal:
    """Round the middle of an interval to so many decimals, or one more where that leaves it.

    21.49 of 21.04 to 21.94 is about 21.5, for 21 is none of what it can be. What all of the
    interval rounds to stays, and so does what has the most decimals that are wanted.
    """
    rounded = _rounded(middle, decimals, ROUND_HALF_UP)
    held = interval.contains(rounded) or interval.is_subset(from_printed(rounded))
    if held or decimals >= most:
        return rounded
    return _rounded(middle, decimals + 1, ROUND_HALF_UP)


#: From here on a sentence says a bare count in 万.
ROUGH_COUNT = 10**4


def direction_zh(interval: Interval, unit: Unit, up: str, down: str) -> str:
    """Write a change with its direction: 增长3%—5%, 下降超3%, 可能增长201%，也可能下降60%.

    Parameters
    ----------
    interval : Interval
        Not empty.
    unit : Unit
        Of the interval's numbers.
    up, down : str
        What a change for more and for less is called.
    """
    lower, upper = interval.lower, interval.upper
    if lower is not None and lower >= 0:
        return "持平" if upper == 0 else up + interval_zh(interval, unit)
    if upper is not None and upper <= 0:
        return down + interval_zh(-interval, unit)
    if lower is None and upper is None:
        return interval_zh(interval, unit)
    if lower is not None and upper is not None:
        fall, rise = (format_zh(abs(end), unit) for end in _outward(interval))
    else:
        fall = "" if lower is None else _bound(-lower, 2, ROUND_CEILING, unit)
        rise = "" if upper is None else _bound(upper, 2, ROUND_CEILING, unit)
    return f"可能{up}{rise}，也可能{down}{fall}"


def counted_zh(number: Decimal, unit: Unit, digits: int, *, max_decimals: int = 2) -> str:
    """Write what follows from single things counted, to as many digits as were counted.

    137 firms more than 118 are 116 % more, not 116.10 %: nothing was rounded, but who knows 118
    firms does not speak of a hundredth of a per cent.
    """
    decimals = max(0, min(max_decimals, digits - 1 - number.adjusted())) if number else 0
    rounded = _rounded(number, min(decimals, decimals_of(number)), ROUND_HALF_UP)
    return format_zh(rounded, unit)


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
    return format_zh(_rounded(at, min(max_decimals, decimals_of(at)), rounding), unit)


def decimals_of(number: Decimal) -> int:
    """Decimals that the number needs, without trailing zeros."""
    return max(0, _places(number.normalize(DOWNWARD)))


def _rounded(number: Decimal, decimals: int, rounding: str) -> Decimal:
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding, DOWNWARD)
    return rounded.copy_abs() if rounded.is_zero() else rounded
