"""Units as the tables write them (`100M CNY`, `10k vehicles`), exact conversion, Chinese names.

Everything is `Decimal`: 万 and 亿 are powers of ten, so no conversion ever needs to round.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow

SCALES: dict[str, int] = {
    "1k": 10**3,
    "10k": 10**4,
    "1M": 10**6,
    "10M": 10**7,
    "100M": 10**8,
    "1B": 10**9,
    "1T": 10**12,
}
SCALE_ZH: dict[int, str] = {
    1: "",
    10**3: "千",
    10**4: "万",
    10**6: "百万",
    10**7: "千万",
    10**8: "亿",
    10**9: "十亿",
    10**12: "万亿",
}
# Ratios and places in an order: no 万 or 亿 stands before them.
UNSCALED = frozenset({"percent", "percentage points", "times", "rank"})
# The counting word or name that follows the number. Where Chinese has no word of its own for
# the unit (plants, zones …) it is 个; what is counted stands in the indicator's name.
ZH: dict[str, str] = {
    "models": "款",
    "provinces": "个省市",
    "vehicle": "辆",
    "industries": "个产业",
    "chains": "条",
    "clusters": "个",
    "index": "点",
    # ratios and ranks
    "percent": "%",
    "percentage points": "个百分点",
    "times": "倍",
    "rank": "位",
    # money
    "CNY": "元",
    "USD": "美元",
    # goods and vehicles
    "vehicles": "辆",
    "units": "台",
    "sets": "套",
    "pieces": "件",
    # transport
    "TEU": "标箱",
    "containers": "箱",
    "trains": "列",
    # mass, length, area
    "tonnes": "吨",
    "km": "公里",
    "m": "米",
    "m2": "平方米",
    "km2": "平方公里",
    "mu": "亩",
    # power and energy
    "kW": "千瓦",
    "kWh": "千瓦时",
    # time; as a divisor (元/月) it drops the 个
    "years": "年",
    "months": "个月",
    "month": "月",
    "weeks": "周",
    "days": "天",
    "hours": "小时",
    "minutes": "分钟",
    # counts
    "persons": "人",
    "households": "户",
    "enterprises": "家",
    "projects": "个",
    "plants": "个",
    "workshops": "个",
    "zones": "个",
    "parks": "个",
    "districts": "个",
    "countries": "个",
    "markets": "个",
    "platforms": "个",
    "teams": "个",
    "neighbourhoods": "个",
    "buildings": "栋",
    "flats": "套",
    "rooms": "间",
    "spaces": "个",
    "berths": "个",
    "piles": "个",
    "lines": "条",
    "systems": "个",
    "assemblies": "个",
    "components": "个",
    "categories": "类",
    "items": "项",
    "patents": "项",
    "orders": "单",
    "visits": "次",
    "events": "场",
    "contacts": "次",
    "person-times": "人次",
    "editions": "届",
}
#: Further words for units, as newspapers have them.
SPOKEN: dict[str, str] = {
    "名": "persons",
    "颗": "pieces",
    "枚": "pieces",
    "百分点": "percentage points",
    "个点": "percentage points",
    "TEU": "TEU",
    "标准箱": "TEU",
    "标准集装箱": "TEU",
    "个标准集装箱": "TEU",
    "国际标准箱": "TEU",
    "个标箱": "TEU",
    "个标准箱": "TEU",
    "个集装箱": "containers",
    "美金": "USD",
    "区县": "districts",
    "平方千米": "km2",
    "千米": "km",
}
#: Words that only count: of what kind the things are, they don't say.
GENERAL_COUNTS = frozenset({"个", "家", "项", "类"})
#: Units of what is measured; everything else is counted, and a bare count was not rounded.
MEASURED = frozenset(
    {
        *("CNY", "USD", "percent", "percentage points", "times"),
        *("tonnes", "mu", "km", "km2", "m2"),
        *("hours", "minutes", "days", "weeks", "months", "years", "kW", "kWh"),
    }
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ /-][A-Za-z][A-Za-z0-9]*)*")
# Wide enough for any figure; should one not fit, it fails instead of rounding.
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True)
class Unit:
    """A power of ten and the thing counted: 亿元 is `Unit(100_000_000, "CNY")`.

    Attributes
    ----------
    scale : int
        1 or one of `SCALES`.
    name : str
        The unit without its scale: `CNY`, `vehicles`, `percentage points`, `CNY/tonne`.

    Raises
    ------
    ValueError
        If the scale is none of ours, the name is malformed, or a ratio is scaled.
    """

    scale: int
    name: str

    def __post_init__(self) -> None:
        """Refuse a scale or a name that no table can hold."""
        if self.scale not in SCALE_ZH:
            raise _broken(self, f"数量级 {self.scale} 不在表内", f"unknown scale {self.scale}")
        if not _NAME.fullmatch(self.name):
            raise _broken(self, "单位名应为英文名", "malformed name")
        if self.scale != 1 and self.name in UNSCALED:
            raise _broken(self, "此单位不带数量级", "takes no scale")

    @classmethod
    def parse(cls, text: str) -> Unit:
        """Read a unit such as `100M CNY`, `percent` or `CNY/tonne`.

        Parameters
        ----------
        text : str
            `[scale ]name`; the scales are those of `SCALES`.

        Returns
        -------
        Unit

        Raises
        ------
        ValueError
            If it has another form; the message names the value and what was expected.
        """
        if not isinstance(text, str):
            raise _broken(text, f"是 {type(text).__name__}，不是文字", "not text")
        return _read(text)

    def __str__(self) -> str:
        """Return the text that `parse` read."""
        prefix = next((f"{word} " for word, scale in SCALES.items() if scale == self.scale), "")
        return f"{prefix}{self.name}"


# long series say the same again and again
@functools.lru_cache(maxsize=4096)
def _read(text: str) -> Unit:
    first, _, rest = text.partition(" ")
    if first in SCALES:
        return Unit(SCALES[first], rest)
    if first[:1].isdigit():
        raise _broken(text, f"数量级“{first}”不在表内", f"unknown scale {first!r}")
    return Unit(1, text)


def is_count(unit: Unit) -> bool:
    """Return whether `unit` counts single things: 家, 个, 辆; not 万辆, 元, 吨 or 元/吨."""
    return unit.scale == 1 and "/" not in unit.name and unit.name not in MEASURED


def same_kind(one: Unit, other: Unit) -> bool:
    """Return whether numbers in one unit can be written in the other: 亿元 and 万元, 倍 and %."""
    return kind_of(one) == kind_of(other)


#: Ratios as powers of ten of one: 1 倍 is 100 %.
_RATIOS = {"percent": -2, "times": 0}


def kind_of(unit: Unit) -> str:
    """Return what all units have in common that convert into one another."""
    return "ratio" if unit.name in _RATIOS else unit.name


def _broken(value: object, why_zh: str, why_en: str) -> ValueError:
    scales = " ".join(SCALES)
    return ValueError(
        f"单位“{value}”不合规范：{why_zh}；应为“[数量级 ]单位名”，数量级为 {scales} 之一"
        f" | not a unit: '{value}': {why_en}; expected '[scale ]name', scale one of {scales}"
    )


def convert(value: Decimal | int, from_unit: Unit, to_unit: Unit) -> Decimal:
    """Convert a number between two scales of one unit, exactly.

    Parameters
    ----------
    value : Decimal or int
        In `from_unit`. A float is refused: it no longer has the printed digits.
    from_unit, to_unit : Unit
        Must have the same name, or both be ratios: 1.2 倍 is 120 %.

    Returns
    -------
    Decimal
        In `to_unit`, without an exponent (`310000000`, not `3.1E+8`).

    Raises
    ------
    ValueError
        If the units measure different things (percent and percentage points do), or the value
        is not finite.
    TypeError
        If the value is a float.
    """
    if not same_kind(from_unit, to_unit):
        msg = (
            f"单位不同，不能换算：{from_unit} → {to_unit}"
            f" | cannot convert {str(from_unit)!r} to {str(to_unit)!r}: different units"
        )
        raise ValueError(msg)
    number = _finite(value)
    shift = _power_of_ten(from_unit) - _power_of_ten(to_unit)
    return Decimal(f"{_EXACT.scaleb(number, shift):f}")


def unit_zh(unit: Unit) -> str:
    """Return the Chinese name of a unit: `亿元`, `万辆`, `个百分点`, `元/吨`.

    Parameters
    ----------
    unit : Unit

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a part of the name is not in `ZH`.
    """
    return SCALE_ZH[unit.scale] + "/".join(_name_zh(part) for part in unit.name.split("/"))


#: The sign of a negative number in prose; a hyphen would be read as a dash.
MINUS = "−"


def format_zh(value: Decimal | int, unit: Unit) -> str:
    """Write a number with its unit as a Chinese text does: `8158.4亿元`, `4.8个百分点`, `第4位`.

    Parameters
    ----------
    value : Decimal or int
        In `unit`. Its digits are kept, trailing zeros too; no thousands separators.
    unit : Unit

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the value is not finite or the unit has no Chinese name.
    """
    number = _finite(value)
    # A rounded-off loss must not print as -0.0.
    digits = f"{abs(number):f}"
    if number < 0:
        digits = f"{MINUS}{digits}"
    return f"第{digits}{unit_zh(unit)}" if unit.name == "rank" else f"{digits}{unit_zh(unit)}"


def rescale_zh(value: Decimal | int, unit: Unit, *, decimals: int | None = None) -> str:
    """Write a computed number at the scale an analyst would choose: 1 ≤ |x| < 10000.

    The scales are none, 万, 亿 and 万亿; ratios and ranks keep theirs. Below 1 there is no
    smaller scale to go to.

    Parameters
    ----------
    value : Decimal or int
        In `unit`.
    unit : Unit
    decimals : int, optional
        Decimals to round to, half away from zero. All digits are kept, without trailing zeros,
        if not given.

    Returns
    -------
    str
        For example `8158.4亿元` for 815840000000 CNY, `1.2万亿元` for 12000 亿元.

    Raises
    ------
    ValueError
        If the value is not finite or the unit has no Chinese name.
    """
    if unit.name in UNSCALED:
        return format_zh(_rounded(_finite(value), decimals), unit)
    for scale in (1, 10**4, 10**8, 10**12):
        target = Unit(scale, unit.name)
        # Rounding comes first: 9999.96万 to one decimal is 1.0亿, not 10000.0万.
        number = _rounded(convert(value, unit, target), decimals)
        if abs(number) < 10**4:
            break
    return format_zh(number, target)


def _rounded(number: Decimal, decimals: int | None) -> Decimal:
    if decimals is None:
        return Decimal(f"{number.normalize(_EXACT):f}")
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(prec=200))


def _finite(value: Decimal | int) -> Decimal:
    if not isinstance(value, Decimal | int):
        msg = (
            f"数值“{value}”应为 Decimal：浮点数已失去原印数位"
            f" | expected a Decimal, got {type(value).__name__} {value!r}: printed digits are lost"
        )
        raise TypeError(msg)
    number = Decimal(value)
    if not number.is_finite():
        msg = f"数值“{value}”不是有限数 | not a finite number: {value}"
        raise ValueError(msg)
    return number


def _power_of_ten(unit: Unit) -> int:
    return len(str(unit.scale)) - 1 + _RATIOS.get(unit.name, 0)


def _name_zh(part: str) -> str:
    # A divisor stands in the singular: CNY/tonne.
    name = ZH.get(part) or ZH.get(f"{part}s")
    if name is None:
        msg = (
            f"单位“{part}”没有中文名：请补入 cqbook.quantities.units.ZH"
            f" | unit {part!r} has no Chinese name: add it to cqbook.quantities.units.ZH"
        )
        raise ValueError(msg)
    return name
