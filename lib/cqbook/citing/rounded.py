"""Whether a number that somebody wrote otherwise is the book's, rounded: 约8000亿元, 0.80万亿元."""

from __future__ import annotations

from decimal import Decimal

from cqbook.quantities.interval import Interval
from cqbook.quantities.printed import Printed, read_printed
from cqbook.quantities.qualifiers import SIGNED_MEASURES, from_printed, is_far
from cqbook.quantities.units import Unit, convert, same_kind

#: The part of a number by which what is said of it as 约 may be off: 约8100亿元 is not 8006.8亿元.
_OFF = Decimal("0.025")


def is_rounded(said: str, held: str) -> bool:
    """Return whether all that a printed number may be lies within what another one says.

    Or it is the same with another scale: 17300亿元 is 1.73万亿元.

    Parameters
    ----------
    said : str
        As somebody wrote it.
    held : str
        As the book prints it.
    """
    try:
        one, other = read_printed(said), read_printed(held)
    except ValueError:
        return False
    units = Unit.parse(one.unit), Unit.parse(other.unit)
    if one.measure != other.measure or not same_kind(*units):
        return False
    if units[0].name == units[1].name and units[0] != units[1] and _same_digits(one, other):
        return convert(Decimal(one.value), *units) == Decimal(other.value)
    allowed = _interval(one)
    number = _interval(other) * convert(Decimal(1), units[1], units[0])
    middle = number.midpoint
    if one.qualifier == "about" and middle is not None:
        told = Decimal(one.value)
        # half of one in the last place that is no nought
        step = Decimal(1).scaleb(int(told.normalize().as_tuple().exponent)) / 2
        return abs(middle - told) <= min(step, abs(told) * _OFF)
    if number.is_subset(allowed):
        return not is_far(allowed, number)
    # 1521.5 is rounded to 1522, though it may be 1521.46
    widths = allowed.width, number.width
    coarser = widths[0] is not None and widths[1] is not None and widths[0] > widths[1]
    plain = one.qualifier == other.qualifier == "as_rounded"
    return plain and coarser and middle is not None and allowed.contains(middle)


def _same_digits(one: Printed, other: Printed) -> bool:
    """Return whether two numbers are printed with the same digits, noughts at the end aside."""
    if not one.value or one.qualifier != other.qualifier or one.value_upper or other.value_upper:
        return False
    digits = [Decimal(it.value).normalize().as_tuple().digits for it in (one, other)]
    return digits[0] == digits[1]


def _interval(number: Printed) -> Interval:
    signed = number.measure in SIGNED_MEASURES
    return from_printed(number.value, number.qualifier, number.value_upper, signed=signed)
