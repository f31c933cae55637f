"""Read a figure as Chinese prints it: ``约8158.4亿元``, ``下降3.1%``, ``20余万件``, ``1.3倍``.

Understood wholly or refused: no character is dropped and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import words_at
from cqbook.quantities.units import GENERAL_COUNTS, SCALE_ZH, SPOKEN, ZH, Unit, unit_zh

_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4", **{str(n): str(n) for n in range(1, 5)}}


def read_period(text: str) -> str:
    """Return a period as the tables have it from what is typed: 2022年1—9月, 前三季度, 202203.

    Raises
    ------
    ValueError
        If it is none.
    """
    plain = "".join(halfwidth(text).split())
    try:
        return str(Period.parse(plain))
    except ValueError as error:
        known = _period(plain)
        if known:
            return str(Period.parse(known))
        msg = (
            "时期，如 2022、2022-03、2022-01/2022-09、2022年1—9月、2022年前三季度"
            " | a period such as 2022, 2022-03, 2022-01/2022-09"
        )
        raise ValueError(msg) from error


def _period(plain: str) -> str:
    year = re.match(r"((?:19|20)[0-9]{2})", plain)
    if not year:
        return ""
    rest = plain[4:].removeprefix("年")
    if rest in ("", "全年"):
        return year[1]
    halves = {"上半年": "06", "前三季度": "09", "前3季度": "09"}
    if rest in halves:
        return f"{year[1]}-01/{year[1]}-{halves[rest]}"
    quarter = re.fullmatch(r"第?([一二三四1-4])季度|[qQ]([1-4])", rest)
    if quarter:
        return f"{year[1]}-Q{_QUARTERS[quarter[1] or quarter[2]]}"
    span = re.fullmatch(r"([0-9]{1,2})月?[-—–~至到]([0-9]{1,2})月(?:份)?", rest)
    if span:
        return f"{year[1]}-{int(span[1]):02d}/{year[1]}-{int(span[2]):02d}"
    first = re.fullmatch(r"前([0-9]{1,2})个?月", rest)
    if first:
        return f"{year[1]}-01/{year[1]}-{int(first[1]):02d}"
    # 202103, 2021-3, 2021年3月; not 20213, of which nobody knows what is missing
    month = re.fullmatch(r"([0-9]{2})|[-/.]([0-9]{1,2})|([0-9]{1,2})月(?:份)?", rest)
    return f"{year[1]}-{int(month[1] or month[2] or month[3]):02d}" if month else ""


#: Growth a year over several: printed often, and no measure of the tables.
ANNUAL_AVERAGE = "annual_average"


@dataclass(frozen=True)
class Printed:
    """A figure as printed: texts as ``observations`` has them; ``measure`` is empty if unsaid."""

    value: str
    value_upper: str
    unit: str
    qualifier: str
    measure: str


_SCALE = {word: scale for scale, word in SCALE_ZH.items() if word}
_UP = (
    *("增长", "增加", "上升", "提高", "上涨", "提升", "攀升", "扩大", "加快", "增幅", "涨幅"),
    *("增速", "增", "升", "涨"),
)
_DOWN = (
    *("下降", "减少", "降低", "回落", "下跌", "下滑", "放缓", "缩减", "缩短", "降幅", "跌幅"),
    *("降", "减", "跌"),
)
_BEFORE, _BETWEEN, _BEHIND = words_at("before"), words_at("between"), words_at("behind")


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


#: Names that only stand behind a stroke (元/辆): never what a figure counts.
_DIVISORS = ("vehicle", "month")
_WORDS = [(code, word) for code, word in ZH.items() if word and code not in _DIVISORS]
_WORDS += [(code, word) for word, code in SPOKEN.items()]
_COUNTS = {word for _, word in _WORDS}
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
#: All but the unit: in a text of its own it may be any word, in a passage it is one that is known.
_PARTS = (
    r"(?P<head>同比|占比|占|年均|年平均|新增|累计)?"
    # 增至, 下降到: a level was reached, by whatever way; 达, 为, 了 say nothing
    # 新增: so many new ones, no growth
    rf"(?P<way>(?<!新)(?:{_any((*_UP, *_DOWN))}))?(?P<to>[至到])?(?:达到|达|为|了)?"
    # 节约 is a word of its own
    rf"(?P<before>(?<!节)(?:{_any(_BEFORE)}))?(?:人民币)?"
    rf"(?P<sign>[-−])?(?P<low>{_NUMBER})(?:[-—–~至到](?P<high>{_NUMBER}))?"
    rf"(?P<more>{_any(_BETWEEN)})?(?P<scale>{_any(_SCALE)})?(?P<more_behind>{_any(_BETWEEN)})?"
    r"(?P<name>%s)(?:人民币)?"
    rf"(?P<behind>{_any(_BEHIND)})?"
)
_FIGURE = re.compile(_PARTS.replace("%s", r"[^\d,.]{0,40}?"))
_SPAN = re.compile(_PARTS.replace("%s", f"{_any(_COUNTS)}|"))
_RANK = re.compile(
    r"[^0-9第,，。、]{0,16}(?:第(?P<place>[一二三四五六七八九十]|[0-9]{1,3})[位名]?|(?P<top>首位|榜首))"
)
_PLACES = {word: str(number) for number, word in enumerate("一二三四五六七八九十", start=1)}
#: Full-width forms, whose meaning is that of the half-width ones. Not all of Unicode's
#: compatibility: that makes 8158.41 of 8158.4 with the footnote mark ¹.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
#: Letters of Taiwan's and Hong Kong's papers in the words of figures.
_SIMPLIFIED = str.maketrans("億萬輛個點達長減約過幣標餘幾兩漲", "亿万辆个点达长减约过币标余几两涨")
_DIGITS = {word: n for n, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = "[零〇一二两三四五六七八九十百千]"
#: A numeral before a scale; what a unit counts (一个百分点) is left: 一 is often no number there.
_COUNTED = re.compile(rf"(?<![0-9.])(?P<figure>{_NUMERAL}+)(?=[余多]?(?:万亿|亿|万))")
#: A scale that is its own number: 超万亿元, 万亿元级.
_BARE_SCALE = re.compile(
    rf"(?:{_any(_BEFORE)})(?=万亿|亿|万)|(?<![0-9.余多几数十百千万亿])(?=(?:万亿|亿|万)\w{{0,3}}级)"
)
_TENTHS = re.compile(
    rf"(?P<tenths>[0-9](?:\.[0-9])?|{_NUMERAL})成(?P<half>半|[一二三四五六七八九])?"
)
_DOUBLED = re.compile(r"(?P<way>增长)?(?:了)?翻(?:了)?(?P<times>[一二两三1-3])番")
#: 10天至20天, 75%—80%: a range whose unit is printed twice.
_TWICE = re.compile(
    rf"(?<![0-9.])(?P<low>{_NUMBER})(?P<unit>(?:{_any(_SCALE)})?(?:{_any(_COUNTS)}|))"
    rf"(?P<dash>[-—–~至到])(?=(?:{_NUMBER})(?P=unit)(?![0-9]))"
)
#: What is counted in words, where a figure is what is read; in prose 一家 is no number.
_SAID = re.compile(rf"(?<![0-9.第])(?P<figure>{_NUMERAL}+)(?=[余多]?(?:{_any(_COUNTS)}|$))")
_SAID_RANGE = re.compile(r"(?P<low>[一二两三四五六七八九])[到至](?P<high>[二两三四五六七八九十])")
#: Words that mean what another says: which qualifiers there are is listed in one place.
_SAME = (
    (re.compile("至少|不低于|起码|上(?=[百千万亿])"), "不少于"),
    (re.compile("接近|将近|逼近"), "近"),
    (re.compile("大约|大致"), "约"),
    (re.compile("(?:未满|未到)(?=[0-9])"), "不到"),
    (re.compile("翻(?:了)?(?:倍|番)"), "翻一番"),
    (re.compile("(?<=[0-9一二两三四五六])(年|天|周)多"), r"多\1"),
    (re.compile("(?<=[0-9一二两三四五六])个多(?=月|小时)"), "多个"),
    (re.compile("(?<=[元辆吨])(?:大关|关口)"), ""),
    (re.compile("[多高]达(?=[0-9])"), "达"),
)
_UNCHANGED = re.compile(r"(?:同比|与(?:上年|去年)(?:同期)?)?(?:大体|基本)?持平")
#: Longer than any figure that is printed.
_LONGEST = 80


def halfwidth(text: str) -> str:
    """Return a text with its full-width forms in half width, without white space at its ends."""
    return text.translate(_HALF).strip()


def _plainly(text: str) -> str:
    """Return a figure in the words that are read: 快近两个百分点 → 增近两个百分点, +3.2% → 3.2%."""
    text = text.removesuffix("(下同)").removeprefix("+")
    text = re.sub(
        "^(同比)?(?:快|高(?!达))[于出]?", r"\1增", re.sub("^(同比)?[慢低]于?", r"\1降", text)
    )
    text = re.sub("(增速|增幅|降幅|涨幅|跌幅)是", r"\1为", text)
    return re.sub("(?<=[0-9余多])位$", "名", text)


def _numbered(text: str) -> str:
    """Return a text with what is said in words as numbers: 近三成 → 近30%, 七千亿元 → 7000亿元.

    Words are rounder than digits: where none says how, 约 is put before them.
    """
    made = re.sub("过半(?:数)?", "超50%", text)
    for words, same in _SAME:
        made = words.sub(same, made)
    made = _TWICE.sub(lambda found: f"{found['low']}{found['dash']}", made)
    made = _DOUBLED.sub(lambda found: f"增长约{100 * (2 ** _digit(found['times']) - 1)}%", made)
    made = _TENTHS.sub(lambda found: _rounded(found, f"{_tenths(found)}%"), made)
    made = _COUNTED.sub(lambda found: _rounded(found, str(_value(found["figure"]))), made)
    return _BARE_SCALE.sub(lambda found: f"{found[0]}1", made)


def _counted(text: str) -> str:
    """Return a figure of its own with its words in digits: 两台, 三到四台, 十余个."""
    made = re.sub("^半(?=个?月|年|天|小时)", "0.5", text)
    made = re.sub("([一二两三四五六七八九十])个半月", lambda half: f"{_value(half[1])}.5个月", made)
    made = re.sub("(?<=[0-9一二两三四五])月$", "个月", made)
    made = re.sub("^万(?=亿元?级|元?级|亩)|^亿(?=元?级)", lambda scale: f"1{scale[0]}", made)
    made = re.sub("^([一二三四五六七八])([二两三四五六七八九])(?=个|月|天|年|周)", r"\1到\2", made)
    made = _SAID_RANGE.sub(lambda found: f"{_value(found['low'])}至{_value(found['high'])}", made)
    return _SAID.sub(lambda found: str(_value(found["figure"])), made)


def _tried(match: re.Match[str], unit: str) -> Printed | None:
    try:
        return _made(match[0], match, unit)
    except ValueError:
        return None


def _rounded(found: re.Match[str], number: str) -> str:
    before, behind = found.string[: found.start()], found.string[found.end() :]
    said = before.endswith(tuple(_BEFORE)) or behind.lstrip("万亿元").startswith(
        tuple(_BETWEEN | _BEHIND)
    )
    return number if said else f"约{number}"


def _digit(text: str) -> int:
    return int(text) if text.isascii() else _DIGITS[text]


def _tenths(found: re.Match[str]) -> str:
    tenths, half = found["tenths"], found["half"]
    tens = float(tenths) if tenths[0].isascii() else _value(tenths)
    return f"{10 * tens + (0 if not half else 5 if half == '半' else _DIGITS[half]):g}"


def _value(numeral: str) -> int:
    """Return a Chinese numeral below ten thousand: 七千 → 7000, 两千三百 → 2300, 百 → 100."""
    total, digit = 0, None
    for letter in numeral:
        if letter in _TENS:
            total += (1 if digit is None else digit) * _TENS[letter]
            digit = None
        else:
            digit = _DIGITS[letter]
    return total + (digit or 0)


@dataclass(frozen=True)
class Span:
    """A figure in a passage: its digits, and what it says; None where its words contradict."""

    digits: str
    figure: Printed | None


def spans(passage: str, unit: str = "") -> list[Span]:
    """Return the figures of a passage that have a unit, in order, each with the words that decide.

    Parameters
    ----------
    passage : str
        As printed, words around the figures and all.
    unit : str
        What a word of several meanings (个, 套) is, as for `read_printed`.

    Returns
    -------
    list of Span
    """
    plain = _numbered("".join(halfwidth(passage).split()).translate(_SIMPLIFIED))
    found: list[Span] = []
    before = None
    for match in _SPAN.finditer(plain):
        if match["name"]:
            figure = _tried(match, unit) or _tried(match, "")
            if before and figure and not match["way"] and _in_list(plain, before, match):
                # 分别下降3.1%和2.5%: the words stand once
                figure = _with_words_of(found[-1].figure, figure)
            found.append(Span(match["low"].replace(",", ""), figure))
            before = match
    return found


def _in_list(plain: str, before: re.Match[str], match: re.Match[str]) -> bool:
    return plain[before.end() : match.start()] in ("、", "和", "及", "与") and not match["head"]


def _with_words_of(first: Printed | None, figure: Printed) -> Printed:
    if not first or first.unit != figure.unit or first.measure not in ("yoy", "pp_change"):
        return figure
    sign = "-" if first.value.startswith("-") and not figure.value.startswith("-") else ""
    return replace(figure, value=sign + figure.value, measure=first.measure)


def _refuse(text: str, why_zh: str, why: str) -> ValueError:
    return ValueError(f"“{text}”读不懂：{why_zh} | cannot read {text!r}: {why}")


def _units(name: str) -> list[str]:
    """Return the units that a printed word can be; of 元/吨, by both of its parts."""
    first, stroke, per = name.partition("/")
    found = [code for code, word in _WORDS if word == first]
    if stroke:
        divisors = [code for code, word in ZH.items() if word in (per, f"个{per}")]
        one = next((code.removesuffix("s") for code in divisors), "")
        return [f"{code}/{one}" for code in found if one]
    return list(dict.fromkeys(found))


def read_printed(text: str, unit: str = "") -> Printed:
    """Read one printed figure.

    Parameters
    ----------
    text : str
        As printed; full-width digits and thousands separators are understood.
    unit : str
        The unit as ``observations`` has it, where the printed word has several meanings (个, 套) or
        none is printed; it must have the word that is printed.

    Raises
    ------
    ValueError
        If any part of it is not understood.

    Examples
    --------
    >>> read_printed("约8158.40亿元")
    Printed(value='8158.40', value_upper='', unit='100M CNY', qualifier='about', measure='')
    >>> read_printed("下降3.1%").value
    '-3.1'
    """
    plain = halfwidth(text)
    if re.search(r"[0-9,.]\s+[0-9,.]", plain):
        raise _refuse(text, "数字之间有空格", "white space between digits")
    plain = "".join(plain.split())
    if len(plain) > _LONGEST:
        raise _refuse(plain[:_LONGEST], "过长", "too long")
    plain = _counted(_numbered(_plainly(plain.translate(_SIMPLIFIED))))
    if _UNCHANGED.fullmatch(plain):
        return Printed("", "", "percent", "unchanged", "yoy")
    rank = _RANK.fullmatch(plain)
    if rank:
        place = rank["place"] or "1"
        return Printed(_PLACES.get(place, place), "", "rank", "as_rounded", "rank")
    found = _FIGURE.fullmatch(plain)
    if not found:
        raise _refuse(text, "应如 8158.4亿元、增长2.5%、约3万辆", "expected such as 8158.4亿元")
    return _made(text, found, unit)


def _made(text: str, found: re.Match[str], unit: str) -> Printed:
    """Return what a match says.

    Raises
    ------
    ValueError
        If its words contradict each other, or the unit.
    """
    qualifiers = [
        table[found[part]]
        for part, table in (
            ("before", _BEFORE),
            ("more", _BETWEEN),
            ("more_behind", _BETWEEN),
            ("behind", _BEHIND),
        )
        if found[part]
    ]
    if found["before"] and found["behind"] == "级":
        # 突破50万辆级: a threshold that was passed, whatever its size is called
        qualifiers.pop()
    if len(qualifiers) > 1:
        raise _refuse(text, "限定词不止一个", "more than one qualifier")
    made = _unit(text, found, unit)
    low, high = (found[part].replace(",", "") if found[part] else "" for part in ("low", "high"))
    falls = found["way"] in _DOWN and not found["to"]
    if falls or found["sign"]:
        if falls and found["sign"]:
            raise _refuse(text, "下降又带负号", "a fall with a minus sign")
        if high:
            raise _refuse(text, "下降的范围", "a range of falls")
        low = f"-{low}"
    qualifier = qualifiers[0] if qualifiers else "as_rounded"
    return Printed(low, high, str(made), qualifier, _measure(text, found, made))


def _unit(text: str, found: re.Match[str], unit: str) -> Unit:
    """Return the unit that is printed, checked against the one that is given."""
    scale, name = _SCALE.get(found["scale"] or "", 1), found["name"]
    given = Unit.parse(unit) if unit else None
    if not name:
        if given is None:
            raise _refuse(text, "没有单位", "no unit")
        if scale == 1:
            return given
    # 3000亿级: yuan are understood, if the given unit says so
    known = _units(name) if name or given is None else [given.name]
    if not known:
        raise _refuse(text, f"不认识的单位“{name}”", f"unknown unit {name!r}")
    if given is None:
        if len(known) > 1:
            listed = "、".join(known)
            why = f"unit {name!r} can be {listed}"
            raise _refuse(text, f"“{name}”可以是 {listed}，请在 unit 列写明", why)
        return Unit(scale, known[0])
    # 250元 where the sentence says 每吨; 工厂4家, which are counted as plants
    per = given.name.partition("/")[0]
    general = name in GENERAL_COUNTS and ZH.get(given.name) in GENERAL_COUNTS
    if given.scale != scale or not (given.name in known or per in known or general):
        word = unit_zh(given)
        raise _refuse(text, f"所给单位 {unit} 是“{word}”", f"the given unit is {unit} ({word})")
    return given


def _measure(text: str, found: re.Match[str], unit: Unit) -> str:
    """Return what the words say is measured; empty where a plain level or rate is printed."""
    head, way, name = found["head"], found["way"] and not found["to"], unit.name
    if head == "占" or (head and head.startswith("占") and not way):
        if way or name != "percent":
            raise _refuse(text, "“占”后应为百分比", "expected a percentage after 占")
        return "share"
    if head in ("年均", "年平均"):
        return ANNUAL_AVERAGE
    if name == "percentage points":
        return "pp_change"
    if way or head == "同比":
        return "yoy" if name in ("percent", "times") else "difference"
    return "multiple" if name == "times" else ""
