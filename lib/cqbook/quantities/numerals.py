"""Numbers that Chinese prints in words, as digits: 近三成, 过半, 翻一番, 逾七千亿元, 百分之三.

And the words that limit a number (跨过, 站上, 将近, 起码), as the one word of each meaning that
the table of qualifiers has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from cqbook.quantities.qualifiers import words_at
from cqbook.quantities.units import SCALE_ZH, SPOKEN, ZH


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of some words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def word_list(listed: str) -> tuple[str, ...]:
    """Return the words of a text: a list of many words would take a line for each."""
    return tuple(listed.split())


#: Names that only stand behind a stroke (元/辆): never what a figure counts.
_DIVISORS = ("vehicle", "month")
#: Each word of a unit with its code: one word can have several.
UNIT_WORDS = [(code, word) for code, word in ZH.items() if word and code not in _DIVISORS]
UNIT_WORDS += [(code, word) for word, code in SPOKEN.items()]
COUNTS = any_of({word for _, word in UNIT_WORDS})
SCALES = any_of(filter(None, SCALE_ZH.values()))
NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
WORDS_BEFORE, WORDS_BETWEEN, WORDS_BEHIND = (
    words_at("before"),
    words_at("between"),
    words_at("behind"),
)

#: Full-width forms, whose meaning is that of the half-width ones. Not all of Unicode's
#: compatibility: that makes 8158.41 of 8158.4 with the footnote mark ¹.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_HALF |= {0xFE63: 0x2D, 0xFE62: 0x2B}
_DIGITS = {word: n for n, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
SPELLED_DIGIT = "[零〇一二两三四五六七八九十百千]"
#: What a limiting word stands before.
_AHEAD = r"(?=(?:人民币)?(?:[0-9]|[一二两三四五六七八九十百千]+[成倍万亿个]|[千百]?(?:万|亿)))"
#: Further words that limit a number from below or above, by the one that has their meaning.
LIMITS = {
    "超过": (
        *("超过了", "突破了", "超出了", "超出", "首破", "首超", "跨过", "跨过了"),
        *("迈过", "迈过了", "冲破", "冲破了", "越过", "越过了", "超越", "超越了", "跃过", "多于"),
        *("大于", "高过", "攻破", "跨入"),
    ),
    "不少于": word_list(
        "站上 站上了 迈上 迈上了 跨上 跨上了 跃上 登上 迈入 重上 重上了 重返 重回 重新站上 再次站上"
        " 至少 不低于 起码"
    ),
    "不到": ("少于", "小于", "未满", "未到", "不满"),
    "近": ("接近", "将近", "逼近", "接近于"),
    "约": ("大约", "大致", "约为", "约合", "约达", "大约为", "约在"),
}
#: What limits a number, and has no qualifier of ours: a person says what is meant.
_OPEN_BEFORE = (
    *("不超过", "不高于", "不多于", "不大于", "不突破", "至多", "最多", "最高", "最低", "最少"),
    *("顶多", "控制在", "介于", "向"),
)
_OPEN_BEHIND = ("以内", "之内", "封顶", "上限", "下限", "内")
_NOT = "未能|未曾|尚未|没有|没能|难以|不会|未|没"
#: 节约, 签约159个, 附近10个: letters with which 约 and 近 are words of their own.
NO_LIMIT = "(?<![节签续履契违解邀预条公盟附就临邻])"
LIMITING = any_of((*WORDS_BEFORE, *(word for words in LIMITS.values() for word in words)))
_OPEN = re.compile(
    rf"(?:{any_of(_OPEN_BEFORE)})[^,，、。；0-9]{{0,4}}$"
    rf"|(?:{_NOT})(?:{LIMITING}|达到?)$"
    # 不足上年的九成: the word stands apart from the number
    rf"|(?:不足|不到|超过|超|逾|突破|{NO_LIMIT}约(?=占))(?=[^,，、。；0-9]{{1,10}}的$)"
)
_OPEN_RIGHT = re.compile(any_of(_OPEN_BEHIND))
_LIMITED = [
    (re.compile(rf"(?<!不)(?:{any_of(words)}){_AHEAD}"), same) for same, words in LIMITS.items()
]
#: Words that mean what another says: which qualifiers there are is listed in one place.
_SAME = (
    *_LIMITED,
    # 破7000亿元, 过百万辆; not 打破, 通过
    (re.compile(rf"(?<![突冲打攻首识])破{_AHEAD}"), "超过"),
    (re.compile(rf"(?<![超不通经跨迈越跃高])过{_AHEAD}"), "超过"),
    # 跨越1300公里 is a way, no limit
    (re.compile(rf"跨越了?{_AHEAD}(?=[0-9.,]*[千百]?[万亿])"), "超过"),
    (re.compile(r"(?<!不)高于(?=[0-9][0-9.,]*(?!个?百分点|[0-9.,]))"), "超过"),
    (re.compile(r"(?<!不)低于(?=[0-9][0-9.,]*(?!个?百分点|[0-9.,]))"), "不到"),
    (re.compile("上(?=[百千万亿])"), "不少于"),
    # 过亿元, 逾千万元: the scale is its own number
    (re.compile("(?<![超不通经跨迈越跃高难])过(?=[百千]?[万亿])"), "超过"),
    # 800来万元
    (re.compile(rf"({NUMBER})来(?=[万亿])"), r"约\1"),
    (re.compile("约占(?=[0-9一二两三四五六七八九])"), "占约"),
    (re.compile("(?<=[0-9一二两三四五六七八九十百千万亿元%成倍辆台吨家个人])上下"), "左右"),
    # 两成有余, 6384亿元有余: as 两成多, 6384余亿元
    (re.compile("(?<=成)有余"), "多"),
    (re.compile(r"(?<=[0-9])([万亿]{0,2}(?:%|[^\W\d_余多]{0,4}))有余"), r"余\1"),
    (re.compile("翻(?:了)?(?:倍|番)"), "翻一番"),
    (re.compile("(?<=[0-9一二两三四五六七八九十])(年|天|周|倍)多"), r"多\1"),
    (re.compile("(?:至少|起码)(?:需要?|要|有|花|用)(?=[0-9一二两三四五六七八九十])"), "不少于"),
    (re.compile("(?<=[0-9一二两三四五六])个多(?=月|小时)"), "多个"),
    (re.compile("(?<=[元辆吨])(?:大关|关口|台阶|门槛)"), ""),
    (re.compile("[多高]达(?=[0-9])"), "达"),
    (re.compile(r"(?<=元)[(（]人民币[)）]"), ""),
    (re.compile("(?<=[万亿])人民币"), "元"),
)
_HALF_OF = re.compile(
    "过半(?:数)?|(?P<near>近)半(?:数)?(?![年个天月日小导])|超半(?:数)?(?![年个天月日小导])"
)
_A_HALF = re.compile("一半|(?<![过近超])半数")
_PER_HUNDRED = re.compile(
    rf"百分之(?P<whole>{SPELLED_DIGIT}+|[0-9]+(?:\.[0-9]+)?)(?:点(?P<part>[零〇一二三四五六七八九]+))?"
)
#: 八千一百点四亿: what stands behind the whole of a number in words.
DECIMALS = "点(?:[零〇一二三四五六七八九]+)(?=万亿|亿|万|倍|个?百分点)"
_POINTED = re.compile(
    rf"(?<![0-9.零〇一二两三四五六七八九十百千])(?P<whole>{SPELLED_DIGIT}+)(?={DECIMALS})点(?P<part>[零〇一二三四五六七八九]+)"
)
#: A number in several parts, in digits, in words or in both: 二十万零三千, 47万7231, 3千8百, 2万5,
#: 1亿2000万, 一万二千亿. Behind 万 no part begins with a bare 千: 50万千瓦.
_PART = (
    rf"(?:[0-9]{{1,4}}(?:\.[0-9]{{1,4}})?|{SPELLED_DIGIT})"
    rf"(?:[0-9]{{1,2}}|{SPELLED_DIGIT}(?![瓦克米伏分]))*"
)
_PART_BEHIND = (
    r"(?:[零〇]?[0-9]{1,4}(?![.,]?[0-9]|[A-Za-z])|[零〇]?[一二两三四五六七八九])"
    rf"(?:[零〇]?[0-9]{{1,2}}(?![.,]?[0-9]|[A-Za-z])|{SPELLED_DIGIT}(?![瓦克米伏分]))*"
)
MANY_PARTS = (
    rf"(?<![0-9.,第零〇一二两三四五六七八九十百千万亿])(?:{_PART}(?:万亿|亿|万)(?:{_PART_BEHIND}(?:万亿|亿|万))*{_PART_BEHIND}(?:万亿|亿|万)?"
    r"|[0-9]{1,3}[千百](?:[零〇]?[0-9一二三四五六七八九][百十]?)+)"
)
_MANY_PARTS = re.compile(f"(?P<figure>{MANY_PARTS})")
#: 8千亿元, 3百万辆, 3千余万元.
_TENS_OF = re.compile(rf"(?<![0-9.])(?P<whole>{NUMBER})(?P<tens>[十百千])(?=[余多]?(?:万亿|亿|万))")
#: 六七十元, 三四百家, 两三万辆: one of two, or between them.
_EITHER = re.compile(
    "(?<![0-9零〇一二两三四五六七八九十百千])"
    "(?P<low>[一二两三四五六七八])(?P<high>[二两三四五六七八九])(?P<tens>[十百千]?)"
    "(?=[余多]?(?:万亿|亿|万)|(?<=[十百千])(?![一二三四五六七八九]))"
)
#: A numeral before a scale; what a unit counts (一个百分点) is left: 一 is often no number there.
_COUNTED = re.compile(rf"(?<![0-9.])(?P<figure>{SPELLED_DIGIT}+)(?=[余多]?(?:万亿|亿|万))")
#: A scale that is its own number: 超万亿元, 万亿元级.
_BARE_SCALE = re.compile(
    rf"(?:{any_of(WORDS_BEFORE)})(?=万亿|亿|万)|(?<![0-9.余多几数十百千万亿])(?=(?:万亿|亿|万)\w{{0,3}}级)"
)
_TENTHS = re.compile(
    rf"(?P<tenths>[0-9](?:\.[0-9])?|{SPELLED_DIGIT})成(?P<half>半|[一二三四五六七八九]|[1-9](?![0-9.]))?(?P<more>[多余])?"
)
_DOUBLED = re.compile(
    r"(?P<lead>接近|近|约|超过|超|逾)?(?P<way>增长)?(?:了)?翻(?:了)?(?P<before>近|约|超过?|逾)?(?P<times>[一二两三1-3])番"
    "(?P<more>多|有余)?(?P<behind>以上)?"
)
#: 四分之一, 近三分之二.
_FRACTION = re.compile(
    "(?<![0-9百千万零〇一二三四五六七八九十])(?P<of>[二三四五六七八九十]|[2-9]|10)分之"
    "(?P<part>[一二两三四五六七八九]|[1-9])(?![0-9十百点.])"
    r"|(?<![0-9./])(?P<upper>[1-9])/(?P<lower>[2-9]|10)(?![0-9./])"
)
#: 10天至20天, 75%—80%: a range whose unit is printed twice.
_TWICE = re.compile(
    rf"(?<![0-9.])(?P<low>{NUMBER})(?P<unit>(?:{SCALES})?(?:{COUNTS}|))"
    rf"(?P<dash>[-—–~至到])(?=(?:{NUMBER})(?P=unit)(?![0-9]))"
)
#: What is counted in words, where a figure is what is read; in prose 一家 is no number.
_SAID = re.compile(rf"(?<![0-9.第])(?P<figure>{SPELLED_DIGIT}+)(?=[余多]?(?:{COUNTS}|$))")
_SAID_RANGE = re.compile(r"(?P<low>[一二两三四五六七八九])[到至](?P<high>[二两三四五六七八九十])")


def halfwidth(text: str) -> str:
    """Return a text with its full-width forms in half width, without white space at its ends."""
    return text.translate(_HALF).strip()


def open_limit(left: str, right: str = "") -> str:
    """Return the words that limit a number and have no reading here; empty if there are none.

    Parameters
    ----------
    left, right : str
        What stands before the number in its clause, and behind its unit.
    """
    before, behind = _OPEN.search(left), _OPEN_RIGHT.match(right)
    return before[0] if before else behind[0] if behind else ""


def numbered(text: str) -> str:
    """Return a text with what is said in words as numbers: 近三成 → 近30%, 七千亿元 → 7000亿元.

    Words are rounder than digits: where none says how, 约 is put before them.
    """
    made = _HALF_OF.sub(lambda found: "近50%" if found["near"] else "超50%", text)
    for words, same in _SAME:
        made = words.sub(same, made)
    made = _A_HALF.sub(lambda found: _rounded(found, "50%"), made)
    made = _PER_HUNDRED.sub(lambda found: f"{_pointed(found)}%", made)
    made = _POINTED.sub(_pointed, made)
    made = _MANY_PARTS.sub(_of_parts, made)
    made = _TENS_OF.sub(_tens_of, made)
    made = _EITHER.sub(_either, made)
    made = _TWICE.sub(lambda found: f"{found['low']}{found['dash']}", made)
    made = _DOUBLED.sub(_doubled, made)
    made = _FRACTION.sub(_part_of, made)
    made = _TENTHS.sub(_tenths, made)
    made = _COUNTED.sub(lambda found: _rounded(found, str(numeral(found["figure"]))), made)
    return _BARE_SCALE.sub(lambda found: f"{found[0]}1", made)


def in_digits(text: str) -> str:
    """Return a figure of its own with its words in digits: 两台, 三到四台, 十余个."""
    made = re.sub("^半(?=个?月|年|天|小时)", "0.5", text)
    made = re.sub(
        "([一二两三四五六七八九十])个半月", lambda half: f"{numeral(half[1])}.5个月", made
    )
    made = re.sub("(?<=[0-9一二两三四五])月$", "个月", made)
    made = re.sub("^万(?=亿元?级|元?级|亩)|^亿(?=元?级)", lambda scale: f"1{scale[0]}", made)
    made = re.sub("^([一二三四五六七八])([二两三四五六七八九])(?=个|月|天|年|周)", r"\1到\2", made)
    made = _SAID_RANGE.sub(lambda found: f"{numeral(found['low'])}至{numeral(found['high'])}", made)
    return _SAID.sub(lambda found: str(numeral(found["figure"])), made)


def numeral(word: str) -> int:
    """Return a Chinese numeral below ten thousand: 七千 → 7000, 两千三百 → 2300, 百 → 100."""
    if len(word) > 1 and not _TENS.keys() & set(word):
        # 二〇: digit by digit
        return int("".join(str(_DIGITS[letter]) for letter in word))
    total, digit = 0, None
    for letter in word:
        if letter in _TENS:
            total += (1 if digit is None else digit) * _TENS[letter]
            digit = None
        else:
            digit = _DIGITS[letter]
    spoken = word[-2:-1] in ("百", "千")  # 三千二
    return total + (digit or 0) * (_TENS[word[-2]] // 10 if spoken else 1)


def _rounded(found: re.Match[str], number: str) -> str:
    before, behind = found.string[: found.start()], found.string[found.end() :]
    said = before.endswith(tuple(WORDS_BEFORE)) or behind.lstrip("万亿元").startswith(
        tuple(WORDS_BETWEEN | WORDS_BEHIND)
    )
    return number if said else f"约{number}"


def _tens_of(found: re.Match[str]) -> str:
    """Return digits with a spelled ten, hundred or thousand as one number: 8千 → 约8000."""
    number = float(found["whole"].replace(",", "")) * _TENS[found["tens"]]
    return _rounded(found, f"{number:.10g}")


def _either(found: re.Match[str]) -> str:
    """Return two numbers in a row as a range: 六七十 → 60至70; 二四十 is left."""
    low, high = _DIGITS[found["low"]], _DIGITS[found["high"]]
    size = _TENS.get(found["tens"], 1)
    return f"{low * size}至{high * size}" if high == low + 1 else found[0]


def _digit(text: str) -> int:
    return int(text) if text.isascii() else _DIGITS[text]


def _pointed(found: re.Match[str]) -> str:
    """Return a number said with its decimals: 四十六点五 → 46.5."""
    whole = found["whole"]
    number = whole if whole[0].isascii() else str(numeral(whole))
    part = "".join(str(_DIGITS[letter]) for letter in found["part"] or "")
    return f"{number}.{part}" if part else number


def scale_of_parts(figure: str) -> str:
    """Return the scale in which a number in several parts is written as one: 12万5千 → 万.

    Empty where it has but one part.
    """
    size = 0 if figure.isascii() else _sum_of_parts(figure) or 0
    return next((word for least, word in _WRITTEN_IN if size >= least), "")


#: From which size on a number in several parts is written in which scale.
_WRITTEN_IN = ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"), (10**3, "千"))
_STEP = re.compile(r"[0-9.]+|.")


def _sum_of_parts(figure: str) -> Decimal | None:
    """Return a number in several parts: 二十万零三千 → 203000; as it is spoken, 两万五 → 25000.

    None where it is none: 二五万三.
    """
    total, section, part = Decimal(0), Decimal(0), Decimal(0)
    pending: Decimal | None = None
    last = Decimal(0)
    for step in _STEP.findall(figure):
        if step in _TENS:
            part += (1 if pending is None else pending) * _TENS[step]
            pending, last = None, Decimal(_TENS[step])
        elif step in ("万", "亿"):
            size = Decimal(10**4 if step == "万" else 10**8)
            if step == "万" and section and not part:
                # 三万五万: two numbers
                return None
            section = (section + part + (pending or 0)) * size
            pending, part, last = None, Decimal(0), size
            if step == "亿":
                total, section = total + section, Decimal(0)
        elif step in "零〇":
            pending, last = None if pending is None else pending * 10, Decimal(0)
        elif pending is not None:
            return None
        else:
            pending = Decimal(step if step[0].isascii() else _DIGITS[step])
    if pending is not None and pending < 10 and last > 10:
        # 两万五, 三千二: as it is spoken
        pending *= last / 10
    return total + section + part + (pending or 0)


def _of_parts(found: re.Match[str]) -> str:
    """Return a number in several parts as one: 1亿2000万 → 1.2亿, 12万5千 → 12.5万."""
    size = _sum_of_parts(found["figure"])
    scale = scale_of_parts(found["figure"])
    if size is None or not scale:
        return found[0]
    if re.match("[余多]?[万亿]", found.string[found.end() :]):
        # 7千1百54亿
        return f"{size:f}" if size % 10 else _rounded(found, f"{size:f}")
    least = next(least for least, word in _WRITTEN_IN if word == scale)
    return f"{(size / least).normalize():f}{scale}"


def _doubled(found: re.Match[str]) -> str:
    """Return 翻一番 as growth: of 100 %, 翻两番 of 300 %."""
    number = str(100 * (2 ** _digit(found["times"]) - 1))
    lead = (found["lead"] or "").removeprefix("接")
    if found["more"]:
        return f"增长{found['before'] or lead}{number}余%"
    said = found["before"] or lead or ("" if found["behind"] else "约")
    return f"增长{said}{number}%{found['behind'] or ''}"


def _part_of(found: re.Match[str]) -> str:
    """Return a fraction in hundredths: 四分之一 → 约25%."""
    upper, lower = found["part"] or found["upper"], found["of"] or found["lower"]
    share = 100 * _digit(upper) / (int(lower) if lower.isascii() else numeral(lower))
    return _rounded(found, f"{share:.3g}%")


def _tenths(found: re.Match[str]) -> str:
    tenths, half = found["tenths"], found["half"]
    tens = float(tenths) if tenths[0].isascii() else numeral(tenths)
    number = f"{10 * tens + (0 if not half else 5 if half == '半' else _digit(half)):g}"
    return f"{number}{found['more']}%" if found["more"] else _rounded(found, f"{number}%")
