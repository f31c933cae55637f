"""How a printed figure is read: 约, 近, 超, 余 …, each as an interval."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal, NamedTuple

from cqbook.quantities.interval import DOWNWARD, ZERO, Interval, to_decimal

# --- from a printed figure to an interval ---------------------------------------------------


class _Printed(NamedTuple):
    """A printed magnitude (never negative) and how fine it was printed."""

    value: Decimal
    half_unit: Decimal
    """Half of the last printed decimal: 0.05 for 8158.4, 0.5 for 3500."""
    significant_unit: Decimal
    """The last printed significant digit: 0.1 for 4.2, 100 for 3500."""


#: Where a word stands: before the number, between it and its unit, behind both, or alone.
Place = Literal["before", "between", "behind", "alone"]


@dataclass(frozen=True, slots=True)
class Qualifier:
    """One way of qualifying a printed figure, and the interval that we read it as.

    Attributes
    ----------
    places : mapping of str to Place
        Where each Chinese word that carries it stands; empty for a bare number.
    ours : str
        The word with which the book prints it.
    read : callable
        From the printed magnitude and whether the measure may be negative, to the interval.
    """

    places: Mapping[str, Place]
    ours: str
    read: Callable[[_Printed, bool], Interval]

    @property
    def words(self) -> tuple[str, ...]:
        """The Chinese words that carry it."""
        return tuple(self.places)


def _as_rounded(printed: _Printed, _signed: bool) -> Interval:
    """Return [v − h, v + h), h = half of the last printed decimal.

    A bare number was rounded half away from zero to the decimals that are printed. Zeros before the
    point are taken for exact: 3500 is 3499.5 to 3500.5.
    """
    value, half, _ = printed
    # Rounding half away from zero sends both −half and +half away from a printed 0.
    return Interval(value - half, value + half, value > 0, False)


#: From so many significant digits on, 约 says no more than that the number was rounded.
ROUNDED_FROM = 3


def _about(printed: _Printed, _signed: bool) -> Interval:
    """Return [v − m, v + m], m = the larger of 10 % of v and h; from three digits on m = u/2.

    约 says that the last digits are not meant; a tenth is the most that a reader would still let
    pass as 约. Who prints three significant digits (zeros at the end do not count) means them: 约
    104.7万 is a rounded number, and 约 only says so. u is a unit of the last of them.
    """
    digits = f"{printed.value.normalize():f}".replace(".", "").strip("0")
    if len(digits) >= ROUNDED_FROM:
        margin = printed.significant_unit / 2
    else:
        margin = max(printed.value / 10, printed.half_unit)
    return Interval(printed.value - margin, printed.value + margin, True, True)


def _nearly(printed: _Printed, _signed: bool) -> Interval:
    """Return [0.9 v, v).

    近 promises that v was not reached; more than a tenth short, the next lower round number would
    have been printed.
    """
    return Interval(printed.value * 9 / 10, printed.value, True, False)


def _over(printed: _Printed, _signed: bool) -> Interval:
    """Return (v, ∞).

    A floor that was passed. How far is not said: 突破 marks the day of passing, 超 a threshold of a
    plan, so that any ceiling would be invented.
    """
    return Interval(printed.value, None)


def _more_than(printed: _Printed, _signed: bool) -> Interval:
    """Return [v, v + u), u = one unit of the last printed significant digit.

    余 and 多 stand for the digits that were cut off: 4.2万余 is 4.2 to 4.3, 3500余 is 3500 to 3600,
    20余万 is 20 to 30. The last significant digit is the last non-zero one, or, where decimals are
    printed, the last decimal.
    """
    return Interval(printed.value, printed.value + printed.significant_unit, True, False)


def _at_least(printed: _Printed, _signed: bool) -> Interval:
    """Return [v, ∞): 以上 includes the number itself (Civil Code of the PRC, article 1259)."""
    return Interval(printed.value, None, True, False)


def _under(printed: _Printed, signed: bool) -> Interval:
    """Return [0, v), or (−∞, v) where the measure may be negative.

    A ceiling that was not reached. Levels, shares and counts cannot fall below 0; growth and
    differences can.
    """
    return Interval(None if signed else ZERO, printed.value, not signed, False)


def _magnitude(printed: _Printed, _signed: bool) -> Interval:
    """Return [v, v + d), d = the way to the next class: 9 v from a power of ten, else u.

    级 names a class, not a number: what has reached it and not the next. 百亿级 and 万亿级 are
    orders of magnitude; 3000亿级 stands beside 2000亿级 and 4000亿级, which it is not, so that u is
    one unit of the last printed significant digit. 1000亿级 can be either; it is read as the wider,
    千亿级.
    """
    power_of_ten = printed.value.normalize().as_tuple().digits == (1,)
    step = printed.value * 9 if power_of_ten else printed.significant_unit
    return Interval(printed.value, printed.value + step, True, False)


def _unchanged(_printed: _Printed | None, _signed: bool) -> Interval:
    """Return [−1, 1], in percent against the base.

    No number is printed. Statistical releases print rates beyond ±1 % as growth or decline; within
    it they speak of 持平.
    """
    return Interval(Decimal(-1), Decimal(1), True, True)


#: The one place of words and readings. The table that readers see (``data/codelists``) says rules
#: and reasons in Chinese; a test holds it to what is read here.
QUALIFIERS: dict[str, Qualifier] = {
    "as_rounded": Qualifier({}, "", _as_rounded),
    "about": Qualifier({"约": "before", "左右": "behind", "大概": "before"}, "约", _about),
    "nearly": Qualifier({"近": "before"}, "近", _nearly),
    "over": Qualifier(dict.fromkeys(("超", "超过", "逾", "突破"), "before"), "超", _over),
    "more_than": Qualifier({"余": "between", "多": "between"}, "多", _more_than),
    "at_least": Qualifier({"以上": "behind", "不少于": "before"}, "以上", _at_least),
    "under": Qualifier({"不到": "before", "不足": "before", "以下": "behind"}, "不到", _under),
    "magnitude": Qualifier({"级": "behind"}, "级", _magnitude),
    "unchanged": Qualifier({"基本持平": "alone"}, "基本持平", _unchanged),
}


def words_at(*places: Place) -> dict[str, str]:
    """Return the qualifier of each word that stands at one of `places`."""
    return {
        word: name
        for name, qualifier in QUALIFIERS.items()
        for word, place in qualifier.places.items()
        if place in places
    }


#: What may be negative: for these `under` has no floor at 0.
SIGNED_MEASURES = frozenset(
    {
        "yoy",
        "annual_average",
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
        return _unchanged(None, signed)
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
    text = value if isinstance(value, str) else f"{to_decimal(value):f}"
    if text and not _NUMBER.fullmatch(text):
        msg = (
            f"数值“{value}”不合规范：应为 8158.4、-2 一类的数字"
            f" | not a printed number: {value!r}; expected digits such as 8158.4 or -2"
        )
        raise ValueError(msg)
    return text


# relations read the same figures again and again
@functools.lru_cache(maxsize=16384)
def _read(text: str, qualifier: str, signed: bool) -> Interval:
    if not text:
        msg = (
            f"缺少数值：只有“基本持平”可以没有数值"
            f" | qualifier {qualifier!r} needs a value; only 'unchanged' has none"
        )
        raise ValueError(msg)
    magnitude = text.removeprefix("-")
    # The readings compute in plain operators: here they are exact whatever context is current.
    with localcontext(DOWNWARD):
        reading = QUALIFIERS[qualifier].read(_printed(magnitude, qualifier), signed)
    return -reading if text.startswith("-") else reading


def _printed(magnitude: str, qualifier: str) -> _Printed:
    decimals = len(magnitude.partition(".")[2])
    zeros = 0 if decimals else len(magnitude) - len(magnitude.rstrip("0"))
    if qualifier in ("more_than", "magnitude") and not magnitude.strip("0."):
        word = "”“".join(QUALIFIERS[qualifier].words)
        msg = f"“{word}”不能用于 0 | {qualifier!r} needs a digit other than 0, got {magnitude!r}"
        raise ValueError(msg)
    last = Decimal(1).scaleb(-decimals)
    return _Printed(Decimal(magnitude), last / 2, last.scaleb(zeros))


#: How many times what 超… says a number may be: 超4700万元 is not said of 4700亿元.
FAR = 2


def is_far(said: Interval, held: Interval) -> bool:
    """Return whether a limit is so far from a number that nobody says it of that."""
    if said.upper is None:
        return (
            said.lower is not None and held.lower is not None and 0 < FAR * said.lower < held.lower
        )
    # 不到5周 is not said of one
    return not said.lower and held.upper is not None and 0 < FAR * held.upper < said.upper
