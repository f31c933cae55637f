"""Read a figure as Chinese prints it: ``约8158.4亿元``, ``下降3.1%``, ``20余万件``, ``1.3倍``.

Understood wholly or refused: no character is dropped and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cqbook.quantities.clauses import FALLS, RISES, Direction, direction
from cqbook.quantities.named_periods import named_periods
from cqbook.quantities.numerals import (
    COUNTS,
    NO_LIMIT,
    NUMBER,
    SCALES,
    UNIT_WORDS,
    WORDS_BEFORE,
    WORDS_BEHIND,
    WORDS_BETWEEN,
    any_of,
    halfwidth,
    in_digits,
    numbered,
    open_limit,
)
from cqbook.quantities.periods import Period
from cqbook.quantities.units import GENERAL_COUNTS, SCALE_ZH, ZH, Unit, unit_zh

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
        plain = plain.replace("○", "〇")
        so_far = plain.removesuffix("累计")
        known = _period(so_far) or _named(so_far)
        # 10月累计 may be of that month or of ten
        if known and (so_far == plain or "/" in known):
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
    # 1—10月, and behind a point or a slash 1-10: no day of a month stands so
    span = re.fullmatch(
        r"([0-9]{1,2})月?[-—–~至到]([0-9]{1,2})月(?:份)?|[./]([0-9]{1,2})[-—–~至到]([0-9]{1,2})",
        rest,
    )
    if span:
        start, end = (int(month) for month in span.groups() if month)
        return f"{year[1]}-{start:02d}/{year[1]}-{end:02d}"
    first = re.fullmatch(r"前([0-9]{1,2})个?月", rest)
    if first:
        return f"{year[1]}-01/{year[1]}-{int(first[1]):02d}"
    # 202103, 2021-3, 2021年3月; not 20213, of which nobody knows what is missing
    month = re.fullmatch(r"([0-9]{2})|[-/.]([0-9]{1,2})|([0-9]{1,2})月(?:份)?", rest)
    return f"{year[1]}-{int(month[1] or month[2] or month[3]):02d}" if month else ""


def _named(plain: str) -> str:
    """Return the period that a text names as a sentence does, where it is all of it: 前十个月."""
    found = named_periods(plain, None)
    whole = len(found) == 1 and found[0].text == plain and found[0].role == "is"
    return found[0].period if whole else ""


_DAY = re.compile(
    r"([0-9]{4})(?:[年/.-]([0-9]{1,2})(?:[月/.-]([0-9]{1,2})日?|月)?|年|([0-9]{2})([0-9]{2}))?"
)


def read_day(text: str) -> str:
    """Return a day, month or year as the tables have it: 2026/11/18, 2026年11月18日, 2026.11.

    Raises
    ------
    ValueError
        If it is none, or no such day exists.
    """
    found = _DAY.fullmatch("".join(halfwidth(text).split()))
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        return str(Period.parse("-".join(f"{part:02d}" for part in parts)))
    except ValueError as error:
        msg = (
            "存在的日子、月份或年份，如 2026-11-18、2026年11月18日、2026-11"
            " | a day, month or year that exists, such as 2026-11-18 or 2026-11"
        )
        raise ValueError(msg) from error


#: Growth a year over several, which is no growth of one.
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
#: What a rate is measured against, where it is not the year before.
_AVERAGED = (
    r"(?:[0-9一二两三四五六七八九十]+年|年)(?:均|平均)(?:复合)?|平均每年|每年平均|年?复合(?=增)"
)
_AGAINST = (
    r"环比|[比较](?:上个?月|上个?季度?|年初|[上去]年[末底]|(?:19|20)[0-9]{2}年(?:同期|同月)?)"
)
#: All but the unit: in a text of its own it may be any word, in a passage it is one that is known.
_PARTS = (
    rf"(?P<head>同比|占比|占|(?P<averaged>{_AVERAGED})|(?P<against>{_AGAINST})|新增|累计)?"
    # 增至, 下降到: a level was reached, by whatever way; 达, 为, 了 say nothing
    # 新增: so many new ones, no growth
    # 涨跌幅, 增减: which of the two is not said
    rf"(?P<way>(?<!新)(?:{any_of(RISES)})(?![跌降减])|(?<![涨升增])(?:{any_of(FALLS)}))?(?P<to>[至到])?(?:达到|达|为|了)?"
    rf"(?P<before>{NO_LIMIT}(?:{any_of(WORDS_BEFORE)}))?(?:人民币)?"
    rf"(?P<sign>[-−])?(?P<low>{NUMBER})(?:[-—–~至到](?P<high>{NUMBER}))?"
    rf"(?P<more>{any_of(WORDS_BETWEEN)})?(?P<scale>{SCALES})?(?P<more_behind>{any_of(WORDS_BETWEEN)})?"
    r"(?P<name>%s)(?:人民币)?"
    rf"(?P<behind>{any_of(WORDS_BEHIND)})?"
)
_FIGURE = re.compile(_PARTS.replace("%s", r"[^\d,.]{0,40}?"))
_SPAN = re.compile(_PARTS.replace("%s", f"{COUNTS}|"))
_RANK = re.compile(
    r"[^0-9第,，。、]{0,16}(?:第(?P<place>[一二三四五六七八九十]|[0-9]{1,3})[位名]?|(?P<top>首位|榜首))"
)
_PLACES = {word: str(number) for number, word in enumerate("一二三四五六七八九十", start=1)}
#: Letters of Taiwan's and Hong Kong's papers in the words of figures.
_SIMPLIFIED = str.maketrans("億萬輛個點達長減約過幣標餘幾兩漲", "亿万辆个点达长减约过币标余几两涨")
_UNCHANGED = re.compile(
    r"(?:同比|[与同较比](?:上年|去年|(?:19|20)[0-9]{2}年)(?:同期|同月)?)?(?:大体|基本)?持平"
)
#: Words before a figure that say nothing of it, or what 同比 says.
_ALSO = (
    (re.compile("^(?:实现|首次|首度|再次|再度|已经?|将?折合)(?=.)"), ""),
    (re.compile("^[比较与同](?:上年|去年)(?:同期|同月)?(?:相比)?(?=.)"), "同比"),
    (re.compile("^[是为](?:上年|去年)(?:同期)?的(?=[0-9])"), "为"),
    (re.compile("^(同比)?[↑⬆⇧]"), r"\1升"),
    (re.compile("^(同比)?[↓⬇⇩]"), r"\1降"),
    (re.compile("^占(?:全[国市省区球]|总[值量额]|比重)的?"), "占"),
)
#: What is done more or less often than before: 多开, 少运.
DONE = "开运卖产销发跑签引建投装收缴买进出用"
#: Longer than any figure that is printed.
_LONGEST = 80


#: 降幅比四川深, 增幅较全国小: how the height of two changes compares.
DEEPER = re.compile(
    "(?P<of>[增涨升降跌减]幅)?[比较](?P<base>[^0-9,，。；]{1,14}?)"
    "(?P<way>(?<!加)深|(?<!扩)大|浅|(?<!缩)小|(?<!收)窄)(?=[近约超逾]?(?:[0-9]|$))"
)


def deepens(found: re.Match[str]) -> int:
    """Return whether a rate is the higher of two (1) or the lower (-1): a deeper fall is lower."""
    of, way = found["of"] or "", found["way"]
    falls = way in "深浅" or of[:1] in ("降", "跌", "减")
    return 1 if (way in "深大") != falls else -1


def _plainly(text: str) -> str:
    """Return a figure in the words that are read: 快近两个百分点 → 增近两个百分点, +3.2% → 3.2%."""
    text = text.removesuffix("(下同)").removeprefix("+")
    for words, same in _ALSO:
        text = words.sub(same, text)
    points = re.search("百分点|[0-9余多]个点", text)
    # 低于5%: a ceiling; 低于全国5个百分点: a difference
    # and so is 低于预期目标3个百分点, 拖累外贸3个百分点: of what stands in the base
    than = "(?:于[^0-9,，。；]{0,14}?(?=[近约超逾]?[0-9])|出)?" if points else "出?(?!于)"
    if points:
        text = DEEPER.sub(lambda found: "增" if deepens(found) > 0 else "降", text)
        text = re.sub("^(?:拖累|下拉|拉低)[^0-9,，。；]{0,14}?(?=[近约超逾]?[0-9])", "降", text)
    text = re.sub(f"^(同比)?(?:快|高(?!达)){than}", r"\1增", text)
    # 少开20列, 差10万标箱
    text = re.sub(f"^(同比)?少(?:[出进]口|[{DONE}])[行出进了]?(?=[约近0-9])", r"\1降", text)
    text = re.sub("^(?:[还尚仅只相])?差(?=[约近0-9])", "降", text)
    text = re.sub(f"^(同比)?[慢低少](?!增){than}", r"\1降", text)
    text = re.sub("(增速|增幅|降幅|涨幅|跌幅)是", r"\1为", text)
    return re.sub("(?<=[0-9余多])位$", "名", text)


def _tried(match: re.Match[str], unit: str) -> Printed | None:
    try:
        return _made(match[0], match, unit)
    except ValueError:
        return None


@dataclass(frozen=True)
class Span:
    """A figure in a passage: its digits, and what it says; None where its words contradict.

    ``upper``: the digits of its upper end, of a range. ``way``: which way it goes, by the words of
    its clause. ``limit``: words that limit it and are not read (不超过, 以内).
    """

    digits: str
    figure: Printed | None
    upper: str = ""
    way: Direction | None = None
    limit: str = ""


def spans(passage: str, unit: str = "", *, small: bool = False) -> list[Span]:
    """Return the figures of a passage that have a unit, in order, each with the words that decide.

    Parameters
    ----------
    passage : str
        As printed, words around the figures and all.
    unit : str
        What a word of several meanings (个, 套) is, as for `read_printed`.
    small : bool
        Whether small numbers in words (两台汽车) and scales without a unit (万亿级产业集群) count,
        which in prose are mostly no figures.

    Returns
    -------
    list of Span
    """
    plain = numbered("".join(halfwidth(passage).split()).translate(_SIMPLIFIED))
    plain = in_digits(plain) if small else plain
    found: list[Span] = []
    before = None
    for match in _SPAN.finditer(plain):
        if match["name"] or (small and match["scale"]):
            figure = _tried(match, unit) or _tried(match, "")
            begin = max(before.end() if before else 0, _clause(plain, match.start("low")))
            left = plain[begin : match.start("low")]
            right = re.split("[,，。；;]", plain[match.end() : match.end() + 12])[0]
            points = bool(figure and figure.unit == "percentage points")
            way, limit = direction(left, right, points=points), _limit(plain, match, right)
            if figure and way and not match["sign"]:
                figure = _directed(figure, way, left)
            if before and figure and not match["way"] and _in_list(plain, before, match):
                # 分别下降3.1%和2.5%: the words stand once
                first = found[-1]
                figure = _with_words_of(first.figure, figure)
                way = way or first.way
                if before["before"] and not match["before"]:
                    limit = limit or before["before"]
            digits, upper = (
                (match[part] or "").replace(",", "").lstrip("-") for part in ("low", "high")
            )
            found.append(Span(digits, figure, upper, way, limit))
            before = match
    return found


def _clause(plain: str, place: int) -> int:
    return max(plain.rfind(sign, 0, place) + 1 for sign in ",，。；;！？!?")


def _limit(plain: str, match: re.Match[str], right: str) -> str:
    """Return words that limit a figure of a passage and are not read."""
    if match["before"]:
        # 未突破7000亿元; 不足上年的约90%, where the second word is ours
        begin, end = match.span("before")
        return open_limit(plain[max(0, end - 12) : end]) or open_limit(
            plain[max(_clause(plain, begin), begin - 12) : begin]
        )
    place = match.start("low")
    return open_limit(plain[max(_clause(plain, place), place - 12) : place], right)


def _directed(figure: Printed, way: Direction, left: str) -> Printed:
    """Return a rate with the sign that its clause says: 降幅收窄至3.1% is a fall."""
    rate = figure.unit in ("percent", "percentage points", "times")
    if not rate or figure.measure == "share" or not figure.value:
        return figure
    if re.search("占|比重|份额|[^速幅长]率", left[way.at :]):
        return figure
    low, high = (figure.value.lstrip("-"), figure.value_upper.lstrip("-"))
    if high and figure.value.startswith("-"):
        low, high = high, low
    if way.sign < 0:
        low, high = (f"-{high}", f"-{low}") if high else (f"-{low}", "")
    return replace(figure, value=low, value_upper=high)


def _in_list(plain: str, before: re.Match[str], match: re.Match[str]) -> bool:
    return plain[before.end() : match.start()] in ("、", "和", "及", "与") and not match["head"]


def _with_words_of(first: Printed | None, figure: Printed) -> Printed:
    if (
        not first
        or first.unit != figure.unit
        or first.measure not in ("yoy", "pp_change", "difference")
    ):
        return figure
    sign = "-" if first.value.startswith("-") and not figure.value.startswith("-") else ""
    return replace(figure, value=sign + figure.value, measure=first.measure)


def _refuse(text: str, why_zh: str, why: str) -> ValueError:
    return ValueError(f"“{text}”读不懂：{why_zh} | cannot read {text!r}: {why}")


def _units(name: str) -> list[str]:
    """Return the units that a printed word can be; of 元/吨, by both of its parts."""
    first, stroke, per = name.partition("/")
    found = [code for code, word in UNIT_WORDS if word == first]
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
    plain = in_digits(numbered(_plainly(plain.translate(_SIMPLIFIED))))
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


def read_either(text: str, unit: str) -> Printed | None:
    """Return a printed figure read with the given unit, or else with its own; None for neither."""
    for given in dict.fromkeys((unit, "")):
        try:
            return read_printed(text, given)
        except ValueError:
            continue
    return None


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
            ("before", WORDS_BEFORE),
            ("more", WORDS_BETWEEN),
            ("more_behind", WORDS_BETWEEN),
            ("behind", WORDS_BEHIND),
        )
        if found[part]
    ]
    if found["before"] and found["behind"] == "级":
        # 突破50万辆级: a threshold that was passed, whatever its size is called
        qualifiers.pop()
    if set(qualifiers) == {"at_least", "more_than"}:
        # 至少1个多月: both are floors, and 至少 says that there is no other limit
        qualifiers = ["at_least"]
    if len(qualifiers) > 1:
        raise _refuse(text, "限定词不止一个", "more than one qualifier")
    made = _unit(text, found, unit)
    low, high = (found[part].replace(",", "") if found[part] else "" for part in ("low", "high"))
    falls = found["way"] in FALLS and not found["to"]
    if falls or found["sign"]:
        if falls and found["sign"]:
            raise _refuse(text, "下降又带负号", "a fall with a minus sign")
        low = f"-{low}"
        if high:
            low, high = f"-{high}", low
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
    if found["averaged"]:
        return ANNUAL_AVERAGE
    if name == "percentage points":
        return "pp_change"
    if found["against"]:
        return "pct_change" if name in ("percent", "times") else "difference"
    if way or head == "同比":
        return "yoy" if name in ("percent", "times") else "difference"
    return "multiple" if name == "times" else ""
