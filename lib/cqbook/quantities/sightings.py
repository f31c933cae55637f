"""Figures in prose: where each stands, how it reads, and what looks like a figure and is none.

What a figure says is read by `printed.read_printed` and by nothing else; here it is found, cut out
with the words that decide, and doubted where two readings exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cqbook.quantities.clauses import FALLS, RISES, Direction, direction
from cqbook.quantities.named_periods import NamedPeriod
from cqbook.quantities.numerals import (
    DECIMALS,
    LIMITING,
    MANY_PARTS,
    NO_LIMIT,
    SCALES,
    SPELLED_DIGIT,
    any_of,
    open_limit,
    scale_of_parts,
    word_list,
)
from cqbook.quantities.printed import (
    ANNUAL_AVERAGE,
    DEEPER,
    DONE,
    Printed,
    deepens,
    read_either,
    read_printed,
)
from cqbook.quantities.qualifiers import QUALIFIERS
from cqbook.quantities.units import SCALE_ZH, SPOKEN, ZH, Unit

#: What 环比 compares with where nothing else is said; of a quarter, the quarter before.
BY_MONTH = "上月"
#: What a figure is compared with that is ahead of what was planned.
OF_PLANS = "计划"
#: Why a figure is in doubt; who reads on asks for these.
NO_UNIT, LIMIT_WORD = "没有单位", "限定词"
#: ``read``; ``unsure``: two readings, or words that decide are missing; ``none``: no figure.
Certainty = Literal["read", "unsure", "none"]


@dataclass(frozen=True)
class Sighting:
    """What was seen in a passage, from ``start`` to ``end``, as printed with its deciding words.

    ``core``: where its digits begin. ``units``: what its unit can be; none where the printed word
    has no unit in the tables. ``measure``: empty where no word says it. ``reasons``: why it was
    read so, or is no figure. ``base``: what it is compared with, as printed.
    """

    start: int
    end: int
    core: int
    text: str
    certainty: Certainty
    figure: Printed | None = None
    units: tuple[str, ...] = ()
    measure: str = ""
    base: str = ""
    reasons: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


#: Words behind a number that make it a figure, but for which the tables have no unit.
_FOREIGN = word_list(
    "港元 港币 欧元 英镑 日元 韩元 卢布 澳元 立方米 公顷 升 桶 公斤 千克 克 斤 英里 海里 米/秒 "
    "兆瓦 兆瓦时 吉瓦 度 瓦 座 所 艘 架次 架 班次 班 批次 批 票 份 只 头 羽 株 双 匹 卷 支 张 "
    "本 部 车次 航次 组 对 口 眼 处 人份 剂 粒 册 篇 笔 股 户次 家次 课时 分 场次 层 摄氏度 ℃ "
    "毫米 厘米 兆 比特 宗 件次 点位 幢 栋楼 片 标方 起 页"
)
_NATIVE = {word for code, word in ZH.items() if word and code not in ("vehicle", "month", "rank")}
_NATIVE |= set(SPOKEN) | {"位", "个多月"}
_PER = "吨|辆|台|人|亩|月|平方米|平方公里|千瓦时|度|公斤|箱|个标箱|标箱|套|件|公里|户|年|天|日"
#: Words of units that begin other words: 个产业园, 个点位.
_GUARDED = {"个产业": "园|集群|链", "个点": "位|击|赞|子"}
_WORD = "|".join(
    (
        *(f"{word}(?!{behind})" for word, behind in _GUARDED.items()),
        any_of((_NATIVE | set(_FOREIGN)) - set(_GUARDED)),
    )
)
_WORD = rf"(?:{_WORD})(?:/(?:{_PER}))?"
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]{1,15})?|[0-9]{1,15}(?:\.[0-9]{1,15})?)"
_BEFORE = rf"{NO_LIMIT}(?:{LIMITING}|上|(?<![超不通经跨迈越跃高难])过)"
#: 8千亿元, 3千余万元: a thousand that belongs to the number, not to what it counts.
_TENS = "(?:[十百千](?=[余多]?(?:万亿|亿|万)))?"
#: 比2022年的8158.4亿元多151.6亿元: 多 compares what stands on either side of it.
_BEHIND = "以上|以下|左右|级|有余|余|多(?![了出]?(?:近|约|超过?|逾)?[0-9一二两三四五六七八九])"
_DIGITAL = re.compile(
    rf"(?<![0-9.A-Za-z_])(?P<sign>[-−+])?(?P<low>{MANY_PARTS}|{_NUMBER}{_TENS})"
    rf"(?:\s?(?P<first>(?:{SCALES})?(?:{_WORD})?)\s?(?P<dash>[-—–~～至到]{{1,2}})\s?(?P<high>{_NUMBER}))?"
    rf"(?:\s?(?P<more>[余多]|来(?=[万亿])))?(?:\s?(?P<scale>{SCALES}))?(?P<more_behind>[余多])?"
    rf"(?:\s?(?P<word>{_WORD}))?(?P<money>人民币)?(?P<behind>{_BEHIND})?"
)
_SPELLED = re.compile(
    # 三点五吨: no 五吨
    rf"(?<![第零〇一二两三四五六七八九十百千万亿0-9.])(?<!{SPELLED_DIGIT}点)(?P<half>半|上)?"
    rf"(?P<low>{SPELLED_DIGIT}+(?:{DECIMALS}|[到至]{SPELLED_DIGIT}+)?)?(?P<more>[余多])?"
    rf"(?P<scale>万亿|亿|万)?(?P<more_behind>[余多])?(?P<middle>个半)?"
    rf"(?P<word>{_WORD}|月)?(?P<behind>{_BEHIND})?"
)
_TENTHS = re.compile(
    r"[一二两三四五六七八九1-9]成(?:半|[一二三四五六七八九]|[1-9](?=[,，。；、）)提升降至到以左]|$))?(?:以上|左右|有余|余|多)?"
    r"(?![立为都本功交员渝长就果熟品绩效人分型套天份])|[过近超]半(?:数)?(?=[,，。；、）]|$)"
    rf"|百分之(?:{SPELLED_DIGIT}+(?:点[零〇一二三四五六七八九]+)?|[0-9]+(?:\.[0-9]+)?)(?:以上|左右|多)?(?![到至—])"
    # 四分之一, 占一半以上; 一半 of a sentence is no figure
    r"|(?<![百千万零〇一二三四五六七八九十])[二三四五六七八九十]分之[一二两三四五六七八九](?![十百点])(?:以上|左右|多)?"
    r"|(?<=[占近超约逾达为的了])[1-9]/(?:[2-9]|10)(?![0-9./月日])"
    r"|(?<=[占的近超约逾达减少降跌滑水增加至到了过])一半(?:以上|左右|多)?(?=[,，。；、）]|$)"
)
_DOUBLED = re.compile(
    r"(?:增长|实现|比[^,，。]{0,8})?翻(?:了)?(?:近|约|超过?|逾)?[一两二三]?[番倍](?!译)(?:以上|多|有余)?"
)
_SAME = re.compile(r"(?:同比|与(?:上年|去年|[0-9]{4}年)(?:同期)?)?(?:大体|基本)?持平")
_UNCHANGED = next(iter(QUALIFIERS["unchanged"].words))
_ORDER = "[一二三四五六七八九十]{1,3}|[0-9]{1,3}"
_RANK = re.compile(
    rf"(?P<lead>(?:居|位居|位列|列|排名|排在|排|保持|跃居|稳居|分列|稳列|跻身|升至|位次|总量|规模|增幅|增速|"
    rf"总额|成为|继续|(?<=位)[至到])[^,，。；、0-9]{{0,14}}?)?(?P<where>全国|全市|全省|全区|全球|世界|中西部|西部|中部|"
    rf"东部|东北|长三角|珠三角|同类城市|沿海|亚洲|国内|各省区市|省内|市内|行业|首)?"
    rf"(?P<order>第(?:{_ORDER})|首位|榜首|首)(?P<word>位|名)?(?![0-9])"
)
#: 较上年后退1位: by so many places, of which the book keeps none.
_RANK_MOVED = re.compile(
    r"(?:前移|后移|前进|后退|上升|下降|提升|跃升|提高|进|退|升|降)(?:了)?"
    r"(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})(?:个)?(?:位(?![于置居列])(?:次)?|名次)"
)
_PHONE = re.compile(
    r"(?<![0-9])(?:0[0-9]{2,3}[-—]?[0-9]{7,8}|1[3-9][0-9]{9}|400[-—]?[0-9]{3}[-—]?[0-9]{4}"
    r"|[0-9]{7,12}(?=[)）]?转))(?![0-9.])"
)
_CLICK = "阅读|浏览|点击|点赞|评论|转发|收藏|播放|订阅|粉丝|围观|热度"
#: What a page counts of itself: 阅读 10万+, 356评论.
_CLICKS = re.compile(
    rf"(?:{_CLICK})(?:量|数|次数|人数)?\s?[:：(（]?\s?[0-9][0-9.,]*\s?[万亿wW]?\+?"
    r"(?![0-9.]*\s?(?:家|个|户|元|辆|吨|件|台|%|％))"
    rf"|[0-9][0-9.,]*\s?[万亿wW]?\+?\s?(?:次|人)?(?:{_CLICK})(?!者|会|区|员|机)"
    r"|(?<![0-9.])[0-9][0-9.]*[万亿wW]\+(?![0-9])"
)
_CALLED = re.compile(r"(?:电话|热线|传真|邮编|编号|QQ|微信)[^,，。；]{0,8}?[0-9][-0-9—]{2,}")
_ORDINAL = re.compile(
    rf"第(?:{_ORDER})(?:个|届|批|次|期|条|季|年|版|款|位|名|产业|书记|轮|代|条|章|节|大|家|台|辆|号|场|座|一)?"
)
_LETTERED = re.compile(
    r"[A-Za-z][A-Za-z]*[-—]?\s?[0-9]{1,15}(?:\.[0-9]{1,15})?[A-Za-z]*(?![0-9.]*[%亿万])"
    r"|(?<![0-9])[0-9]{1,15}(?:\.[0-9]{1,15})?\s?(?![kK]?[WwmM]|TEU)[A-Za-z]+"
)
_TAGGED = re.compile(
    # 如图2所示, 见表3, 版次 2026-11
    r"(?<![地版构绘意试填报])[图表]\s?[0-9]{1,3}(?:[-—.][0-9]{1,3})?(?:所示|所列)?(?![0-9.]*[万亿%‰])|版次\s?[0-9A-Za-z.-]+|"
    r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|(?<![0-9])[0-9]{1,15}(?:强|号|国道|省道|英寸|寸|岁|版|环路|院|所高校|社区|街道|楼(?!宇)|栋[0-9]|路|弄|室|后)"
    r"|[〔\[(（][0-9]{4}[)）\]〕]|[0-9]{1,15}\s?[xX×*+＋:：][0-9N]+(?:[+＋×][0-9N]+)*|[0-9]{1,15}[+＋][N0-9]"
)
_QUOTED = re.compile(r"[“\"「『‘]([^”\"」』’]{1,16})[”\"」』’]")
#: How many of several: nobody says how many.
_VAGUE = re.compile(
    r"[百千万亿]把(?=[元块个家人斤])|(?:数|几)(?:十|百|千|万|亿)+[余多]?(?:亿|万)?(?:[家个人名元吨项辆台])?|十几|几十|上百(?=[家个种])"
)

_UP = rf"(?<!新)(?:{any_of(RISES)})|(?<!最)(?:快|高)"
_DOWN = rf"(?<!由)(?<![加裁])(?:{any_of(FALLS)})|(?<!最)(?:慢|低|少)"
_WAY = re.compile(
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:幅度?|速度?)?[了]?(?P<to>至|到)?(?:（下同）|\(下同\))?"
    rf"(?:达到|达|为|是|约为)?\s?(?:{_BEFORE})?\s?$"
)
_LIST = re.compile(r"个?(?:、|和|及|与|以及|,|，|；)\s?(?:分别)?(?:达到|达|为)?$")


def sightings(plain: str, named: Sequence[NamedPeriod]) -> list[Sighting]:
    """Return the figures of a passage, and what looks like figures, in order.

    Parameters
    ----------
    plain : str
        One paragraph, simplified, with digits in half width.
    named : sequence of NamedPeriod
        What it names of time: none of that is a figure.
    """
    taken = [(item.start, item.end) for item in named]
    found: list[Sighting] = [
        Sighting(item.start, item.end, item.start, plain[item.start : item.end], "none",
                 reasons=("时间",))
        for item in named
        if re.search(r"[0-9]", plain[item.start : item.end])
    ]  # fmt: skip
    cored: list[Sighting] = []
    for made in (*_no_figures(plain), *_figures(plain)):
        begin = made.core if made.certainty != "none" else made.start
        if any(begin < end and start < made.end for start, end in taken):
            continue
        if made.text != made.text.rstrip():
            shorter = made.text.rstrip()
            made = replace(made, text=shorter, end=made.start + len(shorter))
        taken.append((begin, made.end))
        (found if made.certainty == "none" else cored).append(made)
    cored.sort(key=lambda item: item.core)
    return sorted([*found, *_with_words(plain, cored)], key=lambda item: item.start)


def _no_figures(plain: str) -> Iterator[Sighting]:
    """Yield what has digits and is no figure, with the reason."""

    def none(match: re.Match[str], reason: str, group: int = 0) -> Sighting:
        start, end = match.span(group)
        return Sighting(start, end, start, plain[start:end], "none", reasons=(reason,))

    for pattern, reason in (
        (_CLICKS, "网页上的计数"),
        (_PHONE, "电话"),
        (_CALLED, "电话、编号"),
        (_LETTERED, "型号、代码"),
        (_TAGGED, "编号、规格、名称"),
    ):
        yield from (none(match, reason) for match in pattern.finditer(plain))
    ranks = [made for match in _RANK.finditer(plain) if (made := _rank(plain, match))]
    yield from (*ranks, *_ranks_on(plain, ranks))
    yield from (none(match, "位次的变动") for match in _RANK_MOVED.finditer(plain))
    yield from (none(match, "序数") for match in _ORDINAL.finditer(plain))
    yield from (none(match, "数目不定") for match in _VAGUE.finditer(plain))
    for match in _QUOTED.finditer(plain):
        inside = match[1]
        if (re.search("[0-9]", inside) and not re.search("[,，、。0-9].*[个家%亿万]", inside)) or (
            re.search("[一二三四五六七八九十]", inside) and not re.search("[亿万成倍]", inside)
        ):
            yield none(match, "引号中的名称", 1)


def _ranks_on(plain: str, found: list[Sighting]) -> Iterator[Sighting]:
    """Yield what stands in a list behind a place in an order: 分列第四位、第九位."""
    for first in found:
        end = first.end
        while match := re.match(rf"(?:、|和|及|,|，)(第(?:{_ORDER}))[位名]", plain[end:]):
            start, end = end + match.start(1), end + match.end()
            figure = Printed(read_printed(match[1]).value, "", "rank", "as_rounded", "rank")
            yield replace(
                first, start=start, end=end, core=start, text=plain[start:end], figure=figure
            )


def _rank(plain: str, match: re.Match[str]) -> Sighting | None:
    """Return a place in an order; 第十届 and 第一产业 are none, nor is 第一 with a noun behind."""
    order, behind = match["order"], plain[match.end() : match.end() + 1]
    ends = not behind or behind in ",，。；、;!！）)”》 和及\n"
    if order == "首" or not (match["word"] or order in ("首位", "榜首") or ends):
        return None
    if not match["lead"] and not match["where"]:
        return None
    start = match.start("where") if match["where"] else match.start("order")
    text = plain[match.start() : match.end()]
    place = "1" if order in ("首位", "榜首") else read_printed(order).value
    figure = Printed(place, "", "rank", "as_rounded", "rank")
    return Sighting(
        match.start(), match.end(), start, text, "read", figure, ("rank",), "rank",
        match["where"] or "", (f"位次：{order}",),
    )  # fmt: skip


def _figures(plain: str) -> Iterator[Sighting]:
    for pattern in (_TENTHS, _DOUBLED, _SAME):
        for match in pattern.finditer(plain):
            yield from _worded(plain, match)
    place = 0
    while found := _DIGITAL.search(plain, place):
        made = _digital(plain, found)
        yield made
        # 下跌4.6%至13.8万元: behind the first of two figures is the second
        place = max(made.end, found.start() + 1)
    for match in _SPELLED.finditer(plain):
        if match[0] and (match["word"] or match["scale"]):
            yield from _spelled(plain, match)


def _worded(plain: str, match: re.Match[str]) -> Iterator[Sighting]:
    start, end = match.span()
    text = plain[start:end]
    before = re.search(rf"(?:{_BEFORE})$", plain[:start])
    text = f"{before[0] if before else ''}{text}"
    start -= len(before[0]) if before else 0
    core = match.start() + max(0, match[0].find(_UNCHANGED), match[0].find("翻"))
    if match[0].endswith("持平") and "基本" not in match[0]:
        core = match.end() - 2
    try:
        figure = read_printed(re.sub("^(?:实现|与[^持基]*|比.*?(?=翻))", "", text))
    except ValueError:
        yield Sighting(start, end, core, text, "unsure", reasons=("读不出",))
        return
    certain: Certainty = "unsure" if "翻" in text else "read"
    if re.search("百分之[^,，。；]{1,6}[到至—~～-]$", plain[:start]):
        # 百分之五到百分之六
        certain = "unsure"
    year = re.search("[与比]([0-9]{4}年)", text)
    bare = text.endswith("持平") and not re.search("同比|年", text)
    if bare and not re.search("同比|上年|去年|[0-9]年", plain[max(0, start - 12) : start]):
        # 成本基本持平: with what, only the passage knows
        certain = "unsure"
    if re.search("[均都]$", plain[:start].removesuffix("与上年").removesuffix("与去年")):
        # 均与上年持平: the figures before it too
        certain = "unsure"
    alternatives = ("增长100%", "为原来的2倍") if "翻" in text else ()
    yield Sighting(
        start, end, core, text, certain, figure, (figure.unit,), figure.measure,
        year[1] if year else "", alternatives=alternatives,
    )  # fmt: skip


def _units(word: str, scale: str) -> tuple[str, ...]:
    """Return what a printed word can be as a unit of the tables, with its scale."""
    try:
        size = next((number for number, zh in SCALE_ZH.items() if zh == scale), 1)
        word, _, per = word.partition("/")
        codes = [code for code, zh in ZH.items() if zh == word and code not in ("vehicle", "month")]
        codes += [code for zh, code in SPOKEN.items() if zh == word and code not in codes]
        codes = {"位": ["persons"], "个多月": ["months"]}.get(word, codes)
        if per:
            names = [code for code, zh in ZH.items() if zh in (per, f"个{per}")]
            codes = [f"{code}/{names[0].removesuffix('s')}" for code in codes if names]
        return tuple(str(Unit(size, code)) for code in codes)
    except ValueError:
        return ()


def _digital(plain: str, match: re.Match[str]) -> Sighting:
    """Return a figure in digits; without a unit it is none."""
    start, end = match.span()
    word, scale, first = match["word"] or "", match["scale"] or "", match["first"] or ""
    scale = scale or scale_of_parts(match["low"])
    changed = match["dash"] in ("至", "到") and re.search("[由从]$", plain[:start].rstrip())
    # 2万—3万辆: the unit stands once
    alike = first in (f"{scale}{word}", scale)
    if match["dash"] and first and (not alike or changed):
        # 由34.6%到35.4元: two figures, of which this is the first
        end = match.end("first")
        taken = re.fullmatch(rf"(?P<scale>{SCALES})?(?P<word>{_WORD})?", first)
        kept = "" if taken and taken["word"] else word if scale == first else ""
        scale, word = (taken["scale"] or "", taken["word"] or kept) if taken else ("", "")
    shared = _unit_ahead(plain, match) if word in ("", "个") and not scale else ""
    if shared:
        # 高于全国、西部8.2个和4.6个百分点
        end = match.end("low")
        return Sighting(start, end, start, plain[start:end], "read", units=(shared,))
    text, behind = plain[start:end], plain[end : end + 1]
    why = ""
    units = _units(word, scale)
    if not word and not scale:
        why = NO_UNIT
    elif (word == "年" and not _lasting(plain, start, end)) or (
        word in ("天", "个月", "个多月", "周", "小时", "分钟") and behind in tuple("前后内来")
    ):
        why = "时间"
    elif word == "位" and behind == "数":
        why = "位数"
    elif word == "个" and not scale and "." in match["low"]:
        # 高于全国8.2个、6.1个和3.3个百分点: no thing is counted in tenths
        why = NO_UNIT
    if why:
        return Sighting(start, end, start, text, "none", reasons=(why,))
    if not word and "亿" in scale:
        return Sighting(
            start,
            end,
            start,
            text,
            "unsure",
            units=_units("元", scale),
            reasons=("没有单位，按元",),
        )
    return Sighting(start, end, start, text, "read", units=units)


#: The rest of a list whose last number alone has the unit: 8.2个、6.1个和3.3个百分点.
_LIST_AHEAD = re.compile(
    rf"个?(?:(?:、|和|及|与|以及)(?:同比|分别|提高|下降|上升|回落|增长|减少|提升|降低|加快|放缓|收窄|扩大|高|低|快|慢|升|降|[了约近超逾]){{0,3}}"
    rf"{_NUMBER}个?)+?(?P<unit>百分点|个点|%)"
)


def _unit_ahead(plain: str, match: re.Match[str]) -> str:
    """Return the unit of the list in which a number stands that has none; nothing without one."""
    if match["dash"] or match["more"] or match["behind"]:
        return ""
    found = _LIST_AHEAD.match(plain, match.end("low"))
    if not found or (found["unit"] == "%" and ("." not in match["low"] or match["word"])):
        return ""
    return "percent" if found["unit"] == "%" else "percentage points"


def _lasting(plain: str, start: int, end: int) -> bool:
    """Return whether years are how long something lasted, and not when it was."""
    before, behind = plain[max(0, start - 8) : start], plain[end : end + 3]
    if behind.startswith(("来", "前", "后", "间", "以来", "内", "级", "期", "代", "度")):
        return False
    return bool(
        re.search("连续|历时|经过|用时|长达|已有|持续|运行|缩短|延长", before)
    ) or behind.startswith("时间")


#: What makes a number in words a figure, before and behind it.
_SAYS = re.compile(
    rf"(?:{_BEFORE}|只需|仅需|需要|需|仅|短短|只能装|可以装|能装|达到|达|为|至|到|是|用时|花|共|总计|累计)$"
)
_COUNTABLE = frozenset(word_list("家 条 套 台 辆 列 届 吨 公里 亩 类 款 栋 户 座 艘 区县"))
#: 高出一倍, 是上年的两倍: so many times, and no manner of speech.
_TIMES_MORE = re.compile(
    "(?:增长|增加|增|提高|提升|上升|高出?|多出?|扩大|是[^,，。；]{1,14}的)(?:了|到|至)?(?:近|约|超过?|逾)?$"
)
#: What 四个 counts where it is a figure and no manner of speech.
_THINGS = re.compile(
    "(?:重点|重大|行动|产业|国家级?|市级|省级|省区|主要)?(?:项目|企业|园区|行动计划|工厂|平台|国家|市场"
    "|品类|基地|车间|港口|口岸|城市|泊位|航线)"
)


#: 三千二百, 六七十: no manner of speech.
_COMPOUND = re.compile(
    "[一二两三四五六七八九][百千][零一二三四五六七八九]|[一二三四五六七八][二三四五六七八九][十百千]|点"
)


def _spelled(plain: str, match: re.Match[str]) -> Iterator[Sighting]:
    """Yield a figure in Chinese numerals, where more says so than that 一个 is printed."""
    start, end = match.span()
    text, before = plain[start:end], plain[max(0, start - 6) : start]
    low, word, behind = match["low"] or "", match["word"] or "", match["behind"] or ""
    scaled = bool(match["scale"])
    says = re.search(rf"(?:{_BEFORE})$", before)
    big = match["scale"] == "万亿" or behind == "级" or word == "亩"
    if not low and not (match["half"] or (scaled and (says or big))):
        return
    if word == "月" and not re.fullmatch("[一二三四五六七八九][两二三四五六七八九]|[一二]?两", low):
        return
    if match["half"] == "半" and word not in ("个月", "年", "天", "小时"):
        return
    if match["half"] == "上" and not (scaled or low[:1] in "百千"):
        return
    lone = low in ("一", "二", "百", "千") or low == ""
    qualified = bool(says or match["more"] or match["more_behind"] or behind or match["middle"])
    timed = word in ("天", "个月", "周", "年", "小时", "分钟", "月") or bool(match["half"] == "半")
    if timed:
        tail = plain[end : end + 2]
        if tail[:1] in ("前", "内", "来") or tail in ("以来", "之后", "之前") or word == "年":
            return
        sure = bool(_SAYS.search(before)) or bool(match["middle"]) or "后" in before[-1:]
        if not (sure or qualified):
            return
    elif scaled:
        if not (qualified or word or match["half"] == "上" or "亿" in match["scale"]):
            return
    elif word == "倍" and _TIMES_MORE.search(plain[:start]):
        qualified = True
    elif not (qualified or _COMPOUND.search(low)) and (
        lone or (word not in _COUNTABLE and not _noun_counts(plain, match))
    ):
        return
    if low in ("十",) and word == "个" and not qualified:
        return
    # 有两家、建成三条: what is counted in small words may be a manner of speech
    compound = _COMPOUND.search(low)
    certain: Certainty = "read" if qualified or (scaled and low) or timed or compound else "unsure"
    reasons = () if certain == "read" else ("汉字数目，可能只是泛指",)
    scale = match["scale"] or ""
    units = _units("个月" if word == "月" else word, scale)
    if not word and "亿" in (match["scale"] or ""):
        units, certain = _units("元", match["scale"]), "unsure"
        reasons = ("没有单位，按元",)
    yield Sighting(start, end, start, text, certain, units=units, reasons=reasons)


def _noun_counts(plain: str, match: re.Match[str]) -> bool:
    """Return whether a counted word with 个 stands where counts do: 泊位两个, 四个行动计划."""
    if match["word"] != "个":
        return False
    behind, before = plain[match.end() : match.end() + 1], plain[match.start() - 1 : match.start()]
    listed = behind in tuple(",，。、；") and before not in tuple("这那每的")
    return listed or bool(_THINGS.match(plain, match.end()))


def _with_words(plain: str, cored: list[Sighting]) -> Iterator[Sighting]:
    """Yield each figure with the words around it that decide what it says."""
    previous: Sighting | None = None
    for item in cored:
        floor = previous.end if previous else 0
        ranked = previous is not None and previous.measure == "rank"
        as_before = ranked and _SAME_RANK.fullmatch(plain, floor, item.end)
        if as_before or (item.text.endswith("持平") and _OF_PLACES.search(plain[: item.core])):
            # 居第八位，与上年持平: the place is the same
            yield replace(item, certainty="none", figure=None, reasons=("位次的变动",))
            continue
        if item.figure is None:
            item = _read(plain, item, floor, previous)
        elif not item.measure:
            clause = max(floor, *(plain.rfind(sign, 0, item.core) + 1 for sign in ",，。；;"))
            limit = open_limit(plain[clause : item.core])
            if limit:
                told = (*item.alternatives, f"{LIMIT_WORD}：“{limit}”")
                item = replace(item, certainty="unsure", alternatives=told)
            item = _measured(plain, item, clause, _WAY.search(plain[clause : item.core]), None)
        yield item
        previous = item


#: 位次与上年持平: no amount is as it was.
_OF_PLACES = re.compile("(?:位次|排名|名次|排位|座次)[^,，。；、0-9]{0,10}$")
_SAME_RANK = re.compile(
    "[,，]?(?:均|都)?(?:与|和|同)?(?:上年|去年|上月|[0-9]{4}年)?(?:同期)?(?:大体|基本)?持平"
)


def _sentence_start(plain: str, place: int) -> int:
    return max(plain.rfind(sign, 0, place) + 1 for sign in "。；;！!？\n")


def _read(plain: str, item: Sighting, floor: int, previous: Sighting | None) -> Sighting:
    """Return a figure read: its sign, qualifier and measure by the words of its clause."""
    core = item.core
    begin = max(floor, _sentence_start(plain, core))
    if "," in plain[begin:core] or "，" in plain[begin:core]:
        clause = max(plain.rfind(sign, begin, core) + 1 for sign in ",，")
    else:
        clause = begin
    left = plain[clause:core]
    way = _WAY.search(left)
    before = re.search(rf"(?:{_BEFORE}|(?:至少|起码)(?:需要?|要|有|花|用))(?:人民币)?\s?$", left)
    chained = bool(previous and _LIST.fullmatch(plain[previous.end : core].strip() or "x"))
    start = core
    if way and way.start() >= 0:
        start = clause + way.start()
        head = re.search("同比$", plain[clause:start])
        start -= 2 if head else 0
    elif before:
        start = clause + before.start()
    head = re.search("(?:同比|占比|年均|占)(?:达到|达|为|约)?$", plain[clause:start])
    if head:
        start = clause + head.start()
    unit = item.units[0] if item.units else ""
    figure, printed_start = None, core
    for place in dict.fromkeys((start, clause + before.start() if before else core, core)):
        figure = _figure(plain[place : item.end], unit)
        if figure:
            printed_start = place
            break
    twice = re.search("(?:至少|最多|至多|不超过|最低|最高)[^,，、]{0,4}$", left)
    two_floors = twice and re.search("[多余]", plain[core : item.end])
    if figure and twice and (figure.qualifier != "at_least" or two_floors):
        item = replace(
            item, certainty="unsure", alternatives=(f"“{twice[0]}”：下限或上限", "所印的数"),
        )  # fmt: skip
    if figure is None:
        return replace(
            item, certainty="unsure", reasons=(*item.reasons, "读不出数和单位"), figure=None
        )
    limit = open_limit(plain[clause:core], plain[item.end : item.end + 2])
    if not limit and chained and previous and previous.figure and not before:
        # 突破7000亿元、8000亿元: of both, or of the first
        limit = previous.figure.qualifier if re.match(f"(?:{_BEFORE})", previous.text) else ""
        limit = QUALIFIERS[limit].ours if limit in QUALIFIERS else ""
    if limit:
        item = replace(
            item, certainty="unsure", alternatives=(*item.alternatives, f"{LIMIT_WORD}：“{limit}”")
        )
    item = replace(item, start=printed_start, text=plain[printed_start : item.end], figure=figure)
    shared = _SHARED_UNIT.search(plain[:core])
    if shared and shared[1].endswith("个") and not re.match("[0-9.]+个", plain[core : item.end]):
        # 承接项目200个、到位资金500亿元
        shared = None
    points = previous is not None and "percentage points" in previous.units
    if shared and points and previous and previous.core == shared.start(1):
        shared = None
    if shared and figure.value and not chained:
        why = f"“{shared[1]}”：与此数同一单位，是另一个数"
        item = replace(item, certainty="unsure", alternatives=(*item.alternatives, why))
    listed = previous if chained else None
    if previous and way and way["to"] and not re.search("[,，、]", plain[previous.end : core]):
        # 由34.6%提高至35.4%: of the same thing
        listed = previous
    return _measured(plain, item, clause, way, listed, previous if floor >= begin else None)


#: 快于全国13.8和25.1个点: the first has no unit of its own.
_SHARED_UNIT = re.compile(
    r"(?<![0-9.年月第])([0-9]+(?:\.[0-9]+)?个?)(?:和|、|及|与)[^,，。；0-9]{0,8}$"
)


def _figure(text: str, unit: str) -> Printed | None:
    figure = read_either(text, unit)
    if figure or unit:
        return figure
    # a unit that the tables do not have: the number is read all the same
    number = re.sub(
        rf"(?<=[0-9余多亿万千百十])(?:{any_of(_FOREIGN)})(?:/(?:{_PER}))?(?=$|{_BEHIND})", "", text
    )
    named = re.fullmatch(rf"(.*?)({_BEHIND})?", number)
    try:
        made = read_printed(f"{named[1]}元{named[2] or ''}") if named else None
    except ValueError:
        return None
    return replace(made, unit="") if made else None


def _measured(
    plain: str,
    item: Sighting,
    clause: int,
    way: re.Match[str] | None,
    listed: Sighting | None,
    before: Sighting | None = None,
) -> Sighting:
    """Return a figure with its measure, by the words of its clause; doubt where they are open.

    ``listed``: the figure before, where this one stands in a list with it; ``before``: that of its
    sentence.
    """
    figure, left = item.figure, plain[clause : item.core]
    if figure is None:
        return item
    right = re.split("[,，。；;]", plain[item.end : item.end + 24])[0]
    name = Unit.parse(figure.unit).name if figure.unit else ""
    if name == "percentage points":
        return _points(plain, item, figure, left, listed, before)
    if name not in ("percent", "times"):
        return _amount(plain, item, figure, left, way, listed)
    return _rate(plain, item, figure, left, right, way, listed, before)


def _amount(
    plain: str,
    item: Sighting,
    figure: Printed,
    left: str,
    way: re.Match[str] | None,
    listed: Sighting | None,
) -> Sighting:
    """Return an amount with its measure: a level, or by how much it differs."""
    if listed and listed.figure and listed.measure == "difference" and not way:
        beside = re.fullmatch("[、,，]?(?:和|及|与|以及)?", plain[listed.end : item.core])
        if beside:
            # 较2024年底分别增加3个、26个
            return _difference_beside(plain, item, figure, listed)
    name = Unit.parse(figure.unit).name if figure.unit else ""
    to = bool(way and way["to"])
    if way and not to and figure.measure == "difference":
        moved = direction(left)
        item = _from_its_words(item, left, moved)
        return _difference(item, _with_sign(figure, moved), left)
    increment = _INCREMENT.search(left)
    if increment:
        # 增量达400亿元; 减少额40亿元 has no sign that could be copied
        why = (f"“{increment['what']}”：增减的数额",)
        sure = item.certainty if not increment["less"] else "unsure"
        return replace(item, measure="difference", figure=figure, reasons=why, certainty=sure)
    narrower = _NARROWER.search(left)
    if narrower:
        return replace(
            item, measure="difference", certainty="unsure", figure=replace(figure, measure=""),
            reasons=(f"“{narrower['what']}”：是相差的数额，升还是降没有写在数旁",),
        )  # fmt: skip
    if _BEYOND.search(left):
        return replace(
            item, measure="", certainty="unsure", figure=replace(figure, measure=""),
            reasons=("超出多少：与什么比，看前文",),
        )  # fmt: skip
    than = _MORE_THAN.search(left)
    if than and not (than["over"] and _THE_PLAN.match(plain, item.end)):
        ways = ("way", "plan", "done", "more", "over", "lack")
        way_of = next(name for name in ways if than[name])
        word = than[way_of]
        fewer = word in ("少", "低", "短", "欠") or way_of == "lack"
        place = item.core - len(left) + than.start(way_of) if fewer else item.start
        item = replace(item, start=place, text=plain[place : item.end])
        signed = _with_sign(figure, Direction(-1 if fewer else 1, word, 0))
        return _difference(item, signed, left)
    if name in ("CNY", "USD") and plain[: item.core].endswith("每"):
        return replace(item, certainty="none", figure=None, reasons=("每…中有：比例的底数",))
    if name in ("CNY", "USD") and (part := _OF_EACH.search(plain[: item.core])):
        # 每100元中有41元: a share
        return replace(
            item, measure="", certainty="unsure", figure=replace(figure, measure=""),
            reasons=(*item.reasons, f"“{part[0]}”：是比例，不是金额"),
        )  # fmt: skip
    if name in ("CNY", "USD") and _OF_A_SIZE.match(plain, item.end):
        # 20亿元以上项目3个: of which size, and no amount
        return replace(
            item, measure="level", certainty="unsure", figure=replace(figure, measure=""),
            reasons=(*item.reasons, "可能只是所数的有多大"),
        )  # fmt: skip
    framed = re.search("每[^,，。；的]{0,6}$", left) or re.search(
        "每[^,，。；]{2,20}就?有(?:近|约)?$", plain[: item.core]
    )
    if framed and name not in ("CNY", "USD"):
        # 每3台笔电就有1台: of a saying, and no amount
        return replace(
            item, measure="level", certainty="unsure", figure=replace(figure, measure=""),
            reasons=(*item.reasons, f"“{framed[0]}”：可能只是比方"),
        )  # fmt: skip
    return replace(item, measure="level", figure=replace(figure, measure=""))


#: Behind so much or more: what is so large.
_OF_A_SIZE = re.compile("(?<=以上)的?[一-鿿]{0,4}(?:项目|企业|工程|产业集群|园区)")


def _difference_beside(plain: str, item: Sighting, figure: Printed, listed: Sighting) -> Sighting:
    """Return an amount as a difference, where it stands in a list behind one."""
    less = listed.figure is not None and listed.figure.value.startswith("-")
    start = listed.start if less else item.start
    return replace(
        item, start=start, text=plain[start : item.end], measure="difference", base=listed.base,
        certainty=listed.certainty, alternatives=listed.alternatives,
        figure=_with_sign(figure, Direction(-1 if less else 1, "", 0)),
        reasons=(f"与前一数“{listed.text}”并列",),
    )  # fmt: skip


def _rate(
    plain: str,
    item: Sighting,
    figure: Printed,
    left: str,
    right: str,
    way: re.Match[str] | None,
    listed: Sighting | None,
    before: Sighting | None,
) -> Sighting:
    """Return a percentage or a multiple with its measure: growth, a share, a plan's completion."""
    name = Unit.parse(figure.unit).name
    to = bool(way and way["to"])
    growth = way and not to
    if re.search("贡献率", left):
        return replace(item, measure="contribution_rate", reasons=("贡献率",), start=item.start)
    if re.search("年均|年平均|平均每年|每年平均|复合增|(?<![国省市区业体])平均增", left):
        sign = direction(left, right)
        figure = _with_sign(figure, sign)
        return replace(item, figure=figure, measure=ANNUAL_AVERAGE, base="",
                       reasons=("年均增长：跨几年",))  # fmt: skip
    if _AHEAD_OF_PLAN.search(left) and float(figure.value or 0) < _ALL_OF_IT:
        return replace(
            item, measure="", certainty="unsure", figure=replace(figure, measure=""),
            reasons=("超额完成：超出计划百分之几，还是完成了百分之几",),
        )  # fmt: skip
    if _OF_A_PLAN.search(left):
        return replace(item, measure="completion", reasons=("完成计划的比例",))
    share = re.search("占(?![地领用据])|比重|占比|份额|比例", left)
    if share and not growth:
        base = re.search(
            "占(?!比)(?:同期|到|了)?(.{2,24}?)(?:比重|比例)?的?(?:达到?|为|约|超过?|近)?$", left
        )
        whole = re.split("的?(?:比重|比例|份额)", base[1])[0] if base else ""
        item = replace(item, measure="share", base=whole.removesuffix("的"),
                       reasons=(f"占比：有“{share[0]}”",))  # fmt: skip
        if _OF_INCREMENT.search(left) or _is_change(before, left):
            # 增量占全市的三成, 净增156亿元，占全市的三成: of the increase
            item = replace(item, certainty="unsure", alternatives=("是增量所占，不是总量",))
        return item
    if re.search(
        "完成[^,，]{0,10}(?:计划|目标|任务|预算)的?|完成率|投资进度|进度"
        "|(?:计划|目标|任务)(?:已|总体)?完成(?:[了约近超逾]|超过)*$",
        left,
    ):
        return replace(item, measure="completion", reasons=("完成计划的比例",))
    # 出口萎缩3.1%; a share that was reached (降至31%) goes no way
    moved = direction(left, right)
    beside = moved and not re.search("率|比例|便宜|优惠", left[moved.at :]) and not to
    if growth or beside or re.search("同比|增速|增幅|降幅|增长率", left):
        made = _growth(item, figure, left, right)
        that = _THAN_THAT_YEAR.search(plain[: before.start]) if before else None
        if that and made.reasons == (BY_DEFAULT,) and not re.search("[,，、]", left):
            # 较2023年同期的5763亿元增长9.8%
            return replace(made, base=that["base"], reasons=(f"与{that['base']}比",))
        said = plain[_sentence_start(plain, item.core) : item.core]
        against = _AGAINST_LAST.search(said)
        if made.reasons == (BY_DEFAULT,) and against:
            return replace(
                made, measure="pct_change", base=against["base"], reasons=(f"“{against[0]}”",)
            )
        since = _GREW_FROM.search(said)
        if made.reasons == (BY_DEFAULT,) and since and before:
            # 从2021年的15.5万辆增长到58.3万辆，增长2.8倍; behind other words of another thing, too
            bare = _AND_SO.fullmatch(plain, before.end, item.core)
            return replace(
                made, base=since["base"], certainty=made.certainty if bare else "unsure",
                alternatives=made.alternatives if bare else ("同比",),
                reasons=(f"与{since['base']}比",),
            )  # fmt: skip
        if made.reasons == (BY_DEFAULT,) and _SAID_BY_MONTH.search(said):
            # 环比一降一升：出口下降3.2%，进口增长5.1%
            return replace(
                made, measure="pct_change", base=BY_MONTH, certainty="unsure",
                alternatives=("同比",), reasons=("环比，前面说过",),
            )  # fmt: skip
        return made
    if listed and listed.figure and listed.figure.unit == figure.unit and listed.measure:
        value = figure.value
        reasons: tuple[str, ...] = (f"与前一数“{listed.text}”并列",)
        if listed.base == "同比、环比":
            return replace(item, measure="pct_change", base=BY_MONTH, reasons=("环比，与同比并列",))
        # 由-3%升至8%: a sign of its own is no word that both share
        signed = re.search("[-−] ?[0-9]", listed.text)
        if listed.figure.value.startswith("-") and not (value.startswith("-") or signed):
            value = f"-{value}"
            item = replace(item, start=listed.start, text=plain[listed.start : item.end])
        return replace(
            item, measure=listed.measure, base=listed.base, reasons=reasons,
            figure=replace(figure, value=value, measure=listed.measure),
        )  # fmt: skip
    grew = listed and listed.measure == "yoy" and listed.units == ("percent",)
    if (
        name == "times"
        and listed
        and grew
        and plain[listed.end : item.core] in ("、", "和", "及", "与", "以及")
    ):
        # 分别增长56%、32%和1.2倍
        return replace(
            item, measure="yoy", base=listed.base, figure=replace(figure, measure="yoy"),
            reasons=(f"与前一数“{listed.text}”并列",),
        )  # fmt: skip
    if name == "times":
        of = _TIMES_OF.search(left)
        said = of["base"] if of else ""
        return replace(item, measure="multiple", base=said, reasons=("是…的倍数",))
    rate = re.search(
        r"[^\s,，]{0,6}(?:率|强度|覆盖|比率|指标)(?:为|达到|达|均?实现|约|超过?|至|到)?$", left
    )
    if rate or re.search("^(?:的|自动化|以上的)", right):
        return replace(item, measure="share", certainty="read" if rate else "unsure",
                       reasons=("比率",))  # fmt: skip
    if re.search("便宜|优惠|折扣|利率", left):
        return replace(item, measure="difference", certainty="unsure", reasons=("相差的比例",))
    if item.text[0] in "+-−":
        # 东盟：1402.6亿元，+14%
        figure = replace(figure, measure="yoy")
        return replace(
            item, measure="yoy", certainty="unsure", figure=figure,
            reasons=("只有正负号，按同比",),
        )  # fmt: skip
    return replace(item, measure="", certainty="unsure", reasons=("没有说是什么的百分数",))


def _with_sign(figure: Printed, way: Direction | None) -> Printed:
    """Return a change with the sign that the words around it say."""
    if way is None or not figure.value or figure.value.startswith("-") or way.sign > 0:
        return figure
    if figure.value_upper:
        return replace(figure, value=f"-{figure.value_upper}", value_upper=f"-{figure.value}")
    return replace(figure, value=f"-{figure.value}")


def _from_its_words(item: Sighting, left: str, way: Direction | None) -> Sighting:
    """Return a figure with the word before it that gives its sign, so that both are copied."""
    place = item.core - len(left) + way.at if way and way.sign < 0 else item.start
    if not way or way.at >= len(left) or place >= item.start:
        return item
    return replace(item, start=place, text=left[way.at :] + item.text[item.core - item.start :])


def _growth(item: Sighting, figure: Printed, left: str, right: str) -> Sighting:
    """Return a rate of growth: year on year unless its words say another base."""
    way = direction(left, right)
    figure, item = _with_sign(figure, way), _from_its_words(item, left, way)
    figure = replace(figure, measure="yoy")
    item = replace(item, figure=figure)
    both = re.search("(同比|环比)(?:、|和|,|，)(?:同比|环比)(?:均|都)?分别", left)
    if both and both[1] == "同比":
        return replace(
            item, measure="yoy", base="同比、环比", reasons=("“同比、环比分别”的前一个",)
        )
    if "环比" in left or re.search("[比较]上(?:月|季)", left):
        base = "上季度" if "季" in left else BY_MONTH
        return replace(item, measure="pct_change", base=base, reasons=("环比",))
    if re.search("[比较](?:年初|上年末|去年末|去年底|上年底)", left):
        return replace(item, measure="pct_change", base="年初", reasons=("比年初",))
    other = _THAN_PERIOD.search(left)
    if other:
        # 四季度比去年四季度 is year on year: only the figure's own period knows
        return replace(
            item, measure="pct_change", base=other["base"], certainty="unsure",
            alternatives=("同比",), reasons=(f"与{other['base']}比",),
        )  # fmt: skip
    another = _THAN_ANOTHER.search(left)
    if another:
        return replace(
            item, measure="difference", base=another["base"], certainty="unsure",
            figure=replace(figure, measure="difference"), alternatives=("同比",),
            reasons=(f"与“{another['base']}”比",),
        )  # fmt: skip
    based = _THAN_YEAR.search(left)
    if based:
        return replace(item, measure="yoy", base=based["base"], reasons=(f"与{based['base']}比",))
    time = _THAN_TIME.search(left)
    if time:
        return replace(
            item, measure="pct_change", base=time["base"], reasons=(f"与{time['base']}比",)
        )
    if _OVER_YEARS.search(left):
        # 五年增长43%: no year on year
        return replace(
            item, measure="pct_change", certainty="unsure", alternatives=("同比",),
            reasons=("几年一共的增长，与哪一年比没有写",),
        )  # fmt: skip
    if re.search("[比较与]前年", left):
        return replace(item, measure="yoy", base="前年", reasons=("与前年比",))
    if "同比" in left or re.search("[比较](?:上年|去年)", left):
        return replace(item, measure="yoy", reasons=("同比",))
    if re.search("提升|降低|提高|缩短|节约|缩减|压缩", left):
        return replace(
            item, measure="pct_change", certainty="unsure", alternatives=("同比",),
            reasons=("未写与何时、与何事比",),
        )  # fmt: skip
    return replace(item, measure="yoy", reasons=(BY_DEFAULT,))


#: 为年度计划的112%, 占全年目标的81.7%.
_OF_A_PLAN = re.compile(
    "(?:完成|占|为|达到?|相当于)(?:了)?[^,，。；0-9]{0,6}(?:计划|目标|任务|预算)(?:任务|目标|数|值)?的(?:约|近|超过?|逾)?$"
)
#: 是陕西的1.5倍: of what it is so many times.
_TIMES_OF = re.compile("(?:是|为|相当于)(?P<base>[^,，。；]{1,14}?)的(?:约|近|超过?|逾)?$")
BY_DEFAULT = "“增长、下降”未写与何时比，按同比"
#: 与上月相比，发运量下降8.2%: said in a clause of its own.
_AGAINST_LAST = re.compile(
    "[与同和跟](?P<base>上月|上个月|上季度?|上个季度|年初|上年末|去年底)相比[,，][^。；]*$"
)
#: 从2021年的15.5万辆增长到58.3万辆: what it grew from.
_GREW_FROM = re.compile(
    "[从由](?P<base>20[0-9]{2}年)(?:同期|全年|底|末)?的?[^,，。；0-9]{0,8}[0-9][^,，。；]*?[至到为][^。；]*$"
)
#: Between what it grew to and by how much.
_AND_SO = re.compile(
    "[,，、]?(?:累计|总共|共|总体|整体|大幅|实现|净)*(?:增长?|上升|提高|提升|扩大|下降|减少)(?:了|近|约|超过?|逾|达)*"
)
#: Month on month was said, and year on year not since.
_SAID_BY_MONTH = re.compile("环比(?!.*(?:同比|[比较](?:上年|去年)))")
#: What is one of a hundred: a saying, or a share.
_OF_EACH = re.compile(
    "每(?:[0-9]+|[一二两三四五六七八九十百千万]+)[万亿]?元[^,，。；]{0,16}?有(?:近|约|超过?|逾)?$"
)


#: 增量达400亿元, 减少额40亿元.
_INCREMENT = re.compile(
    "(?P<what>增量|(?:净?增加?长?|增收)额|(?P<less>减量|(?:减少?|下降|减收)额))"
    "(?:[达为约近超逾共是]|达到|高达|超过|合计)*$"
)
_OF_INCREMENT = re.compile("增量|(?:增加?长?|增收|减少|下降)额|新增|净增")
#: 逆差缩小20亿元.
_NARROWER = re.compile("(?P<what>缩小|收窄|缩窄|收缩|拉大)(?:[了约近超逾]|超过)*$")
#: 提前完成全年目标，超出206亿元.
_BEYOND = re.compile("(?:^|[,，])(?:还|并|已)?(?:超出|超额|多出|高出)(?:了|近|约|逾)*$")
#: 超额完成500亿元目标: the plan itself.
_THE_PLAN = re.compile("的?[^,，。；、]{0,6}(?:目标|任务|计划)")
_AHEAD_OF_PLAN = re.compile(
    "超(?:额|出|过)?(?:完成)?[^,，。；0-9]{0,8}(?:计划|目标|任务|预算)|超额完成"
)
#: Percent of a plan that was carried out.
_ALL_OF_IT = 100


def _is_change(before: Sighting | None, left: str) -> bool:
    """Return whether a share is of an amount by which something changed."""
    changed = before is not None and before.measure == "difference"
    return changed and bool(re.match("[,，]?(?:约|共)?占", left))


#: 比2019年同期还多3.8万人次, 同比少用1.1亿度, 超收3100万元.
_MORE_THAN = re.compile(
    f"(?:(?:[比较][^,，]{{1,14}}?|同比)[还要又净再]?(?P<way>多|少|高|低)(?:了|出|进?出口|进口|[{DONE}支交付]行?)?"
    "|(?<![提高])(?P<plan>超|短|欠)[收支缴产]"
    # 离2022年的高点还差152亿元
    "|(?:(?:目标|计划|任务|预期)[^,，。；]{0,6}|(?:离|距离?|与)[^,，。；0-9]{0,4}(?:20[0-9]{2}年)?[^,，。；0-9]{1,16})"
    "(?P<lack>(?:还|尚|仅|只|相)?差)"
    f"|(?:^|[,，、年月均各]|分别)(?P<done>多|少)(?:完成|实现|[{DONE}][行出进了]?)"
    # 与去年同期相比，外贸多了近700亿元: said without another in the clause
    "|(?P<more>(?<![减增至缺大很])[多少](?=[了出])|^[多少])[了出]?"
    "|(?P<over>超(?:额|出|过)?(?:完成)?(?:年度|全年|既定|预定|原定|年初|预期)?(?:计划|目标|任务|预算|预期)(?:目标|任务|数)?|超额完成))(?:了|近|约|超过?|逾)?(?:人民币)?$"
)
#: Another quarter or month than the one a year before: 比去年四季度, 比8月.
_THAN_PERIOD = re.compile(
    "[比较与](?P<base>(?:(?:去|上|今)年|20[0-9]{2}年)?(?:第?[一二三四1-4]季度|(?:1[0-2]|[1-9])月份?))(?!同期|末|底)"
)
#: 增速较6月回落, 比前10个月加快: of a change of points, which is else against a year before.
_MONTHS = (
    "(?:(?:(?:去|上|今)年|20[0-9]{2}年)?(?:第?[一二三四1-4]季度|首季|[上下]半年"
    "|(?:(?:1[0-2]|[1-9])月?[-—–~～至到]{1,2})?(?:1[0-2]|[1-9])月份?"
    "|前(?:1[0-2]|[1-9一二两三四五六七八九十])个?(?:月|季度)|(?<=年)全年)|上(?:个)?(?:月|季度))"
)
_THAN_MONTHS = re.compile(
    f"(?<![环同])[比较与](?P<base>{_MONTHS}(?:(?:、|和|及){_MONTHS})*)(?!同期|末|底)"
)
#: 与2021年相比, 较疫情前的2019年, 比“十三五”末的2020年.
_THAN_YEAR = re.compile(
    '[比较与同离距](?:疫情(?:之?前|发生前)|(?P<plan>[“"]?十[一二三四五]五[”"]?[^,，。；0-9]{0,4}))?的?(?P<base>20[0-9]{2}年)'
)
#: 比“十三五”末, 较疫情前, 比五年前, 比开通之初.
_THAN_TIME = re.compile(
    '(?<![环同])[比较与同](?P<base>[“"]?十[一二三四五]五[”"]?(?:规划)?(?:时期|期间|期末|末|初)?|疫情(?:之?前|发生前)|历史同期'
    "|[0-9一二两三四五六七八九十]+年(?:以?前|之前)|[^,，。；0-9]{1,6}(?:之初|初期|以前|之前)|过去|以往|往年)"
)
_THAN_THAT_YEAR = re.compile("[比较](?P<base>20[0-9]{2}年)(?:同期|全年)?的(?:约|近|超过?|逾)?$")
#: 五年增长43%, 三年来累计增长两成.
_OVER_YEARS = re.compile(
    "(?<![0-9第.])(?:[两三四五六七八九十]|[2-9]|1[0-9])年(?:来|间|里|时间)?(?:(?:总量|规模)?(?:共|累计|总共|实现|合计))*"
    "(?:增长?|增加|上升|提高|扩大|下降|减少|降)(?:了|近|约|超过?|逾)*$"
)
#: 比老厂产能高出50%: than another thing; than another time it is a change.
_THAN_ANOTHER = re.compile(
    "(?<![同环])[比较](?!上|去年|前年|年初|同期|以往|以前|往年|此前|原|改造|20[0-9]{2}年|第?[一二三四1-4]季|[0-9]+月)"
    "(?P<base>[^,，。；]{1,12}?)(?:还|要|又)?(?:[高低][出于]?|[多少])(?:了|近|约|超过?|逾)?$"
)
#: 比全国平均高: ahead of another; 比上年提高, 同比提高 are changes.
_THAN = (
    "(?<![同环])[比较](?!重|上年|去年|前年|上月|年初(?!目标|计划|预期)|同期|20[0-9]{2}年|第?[一二三四1-4]季)"
    "[^,，]{1,12}(?<![提降加放减])"
)


#: What amounts do, right before a number; and what a change of points can be of.
_GROWS = re.compile("(?:增长?|增加|下降|下滑|降|减少?)(?:了|约|近|超)?$")
_A_RATE = re.compile("比重|[率度]|占|份额|[增降涨跌]幅|幅度|[增涨]速")


def _points(
    plain: str,
    item: Sighting,
    figure: Printed,
    left: str,
    listed: Sighting | None,
    before: Sighting | None,
) -> Sighting:
    """Return a difference in percentage points: pulled, ahead of, or changed by."""
    value = figure.value.lstrip("-")
    way = direction(left, points=True)
    signed = f"-{value}" if way and way.sign < 0 else value
    item = _from_its_words(item, left, way)
    if re.search("拉动|贡献|拖累|下拉|拉低", left):
        made, value = ("contribution_points", "", "拉动"), signed
    elif re.search("超(?:出|过|额)?[^,，]{0,8}(?:计划|目标|进度)", left):
        made = ("vs_plan", "", "与计划比")
    elif (deeper := _deeper(left)) is not None:
        # 降幅比四川深5.9个百分点: a deeper fall is a lower rate
        made = ("difference", deeper["base"], "与另一数的幅度比")
        place = item.core - len(left) + deeper.start()
        item = replace(
            item, start=place, text=left[deeper.start() :] + item.text[item.core - item.start :]
        )
        value = value if deepens(deeper) > 0 else f"-{value}"
    elif (larger := _LARGER.search(left)) is not None:
        # 降幅大于全市21.4个百分点: a deeper fall is a lower rate
        up = (larger["rate"][0] in "增涨") == (larger["way"] in ("大于", "超过", "深于"))
        made, value = (
            ("difference", larger["base"], "与另一数的幅度比"),
            value if up else f"-{value}",
        )
    elif (raced := _RACED.search(left)) is not None:
        made = ("difference", raced["base"], f"{'落后' if raced['behind'] else '领先'}于另一数")
        value = f"-{value}" if raced["behind"] else value
    elif re.search(f"[高快](?:于|出)|{_THAN}[高快]", left):
        found = re.search("(?:[高快](?:于|出)|[比较])([^,，]{1,14}?)(?:[高快]|$)", left)
        made = ("difference", found[1] if found else "", "高于另一数")
    elif re.search(f"[低慢]于|{_THAN}[低慢]", left):
        found = re.search("(?:[低慢]于|[比较])([^,，]{1,14}?)(?:[低慢]|$)", left)
        made, value = ("difference", found[1] if found else "", "低于另一数"), f"-{value}"
    elif "收窄" in left and (fell := _fell(left, before)) is not None:
        # 下降41.2%，较11月收窄6.8个百分点: the fall that was said before is less of one
        made, value = ("pp_change", "", "变动的百分点"), value if fell else f"-{value}"
    elif "收窄" in left:
        against = _THAN_MONTHS.search(left)
        return replace(
            item, measure="pp_change", certainty="unsure", base=against["base"] if against else "",
            figure=replace(figure, value=signed, measure="pp_change"),
            alternatives=(f"降幅收窄：{value}", f"增幅收窄：-{value}"),
            reasons=("“收窄”：升还是降看是增幅还是降幅",),
        )  # fmt: skip
    elif listed and listed.measure:
        made = (listed.measure, listed.base, "与前一数并列")
        if listed.figure and listed.figure.value.startswith("-"):
            # 分别下降1.3个和4.2个百分点
            value, printed = f"-{value}", plain[listed.start : item.end]
            item = replace(item, start=listed.start, text=printed)
    elif _GROWS.search(left) and not (
        _A_RATE.search(left) or (before and {"percent", "percentage points"} & {*before.units})
    ):
        # 进出口6012亿元，同比增9.8个点: an amount does not grow by points
        return replace(
            item, measure="pp_change", certainty="unsure",
            figure=replace(figure, value=signed, measure="pp_change"),
            reasons=("增长多少个百分点：也可能就是增长百分之几",),
        )  # fmt: skip
    else:
        year = _THAN_YEAR.search(left) or _THAN_TIME.search(left)
        made, value = ("pp_change", year["base"] if year else "", "变动的百分点"), signed
    measure, base, reason = made
    against = _THAN_MONTHS.search(left) if measure == "pp_change" and not base else None
    base = against["base"] if against else base
    beside = before and before.measure == measure == "pp_change" and not base
    if before and beside and re.match("个?(?:、|和|及|与)", plain[before.end : item.core]):
        # 比上半年、前三季度分别提高2.5个、下降2.4个百分点
        base = before.base
    base = re.sub(r"(?:[0-9.]+个?(?:和|、|及|与)[^0-9]{0,8})+$", "", base)
    return replace(
        item, measure=measure, base=base, reasons=(reason,), figure=replace(figure, value=value)
    )


_LARGER = re.compile(
    "(?P<rate>[增降涨跌]幅)(?:要|也)?(?P<way>大于|小于|深于|浅于|超过)(?P<base>[^,，。；0-9]{1,10}?)(?:约|近|超过?|逾)?$"
)


#: 增速跑赢全国4.6个百分点, 落后于广东: so far from another, and no change of its own.
RACED = (
    "(?:(?P<behind>跑输|落后)|跑赢|领[先跑])于?(?P<base>[^,，。；0-9]{1,14}?)"
    "(?:了|约|近|超过?|逾|达)*"
)
_RACED = re.compile(f"{RACED}$")


def _deeper(left: str) -> re.Match[str] | None:
    """Return words that say how much deeper than another a change is, right before a number."""
    return next(
        (found for found in DEEPER.finditer(left) if found.end() == len(left.rstrip("近约超逾"))),
        None,
    )


def _fell(left: str, before: Sighting | None) -> bool | None:
    """Return whether what narrows is a fall, by the rate before it; None where words differ."""
    if before is None or before.measure != "yoy" or before.figure is None:
        return None
    fell = before.figure.value.startswith("-")
    said = re.search("(?:(?P<rise>[增涨升])|[降跌减])幅|(?P<speed>增速)", left)
    return fell if not said or bool(said["rise"] or said["speed"]) != fell else None


def _difference(item: Sighting, figure: Printed, left: str) -> Sighting:
    if re.search("(?:[比较超离距][^,，]{0,6}|的)(?:计划|目标|任务|预算|预期)|超额完成", left):
        return replace(
            item, measure="difference", base=OF_PLANS, figure=figure, reasons=("与计划相差的数额",)
        )
    base = (
        _THAN_PERIOD.search(left)
        or re.search("[比较](上年同期|去年同期|上年末|去年末|年初|上月|上年|去年)", left)
        or _THAN_YEAR.search(left)
        or _THAN_TIME.search(left)
    )
    made = replace(
        item,
        measure="difference",
        base=(base.groupdict().get("base") or base[1]) if base else "",
        figure=figure,
        reasons=("增减的数额",),
    )
    if base or "同比" in left:
        return made
    return replace(made, certainty="unsure", alternatives=("也可能是当期新增的数",))
