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
    allowed = _interval(one)
    number = _interval(other) * convert(Decimal(1), units[1], units[0])
    middle = number.midpoint
    if one.qualifier == "about" and middle is not None:
        told = Decimal(one.value)
        # half of one in the last place that is no nought
        step = Decimal(1).scaleb(int(told.normalize().as_tuple().exponent)) / 2
        return abs(middle - told) <= min(step, abs(told) * _OFF)
    return number.is_subset(allowed) and not is_far(allowed, number)


def _interval(number: Printed) -> Interval:
    signed = number.measure in SIGNED_MEASURES
    return from_printed(number.value, number.qualifier, number.value_upper, signed=signed)
