"""Periods as prose names them: 今年1—8月, 前三季度, 8月当月, 去年, “十四五”以来.

What is named by its place to a day (去年, 上月, a month without its year) needs the day of the
text; where that is not known it has no period here, and nobody guesses one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from cqbook.quantities.numerals import numeral
from cqbook.quantities.periods import Period

#: ``is``: what a figure is about. ``base``: what it is compared with. ``now``: the day of the text.
#: ``near``: counted from that day or from the year before (一年来, 三年前, 当年): another may be
#: meant. ``news``: the day on which somebody tells of it (1月15日讯, 日前获悉). ``other``: a
#: stretch of time or a day that says of no figure when it is.
Role = Literal["is", "base", "now", "near", "news", "other"]

_NUMBER = "(?:[0-9]{1,2}|[一二三四五六七八九]?十?[一二三四五六七八九十])"
_YEAR = "(?<![0-9])(?:(?:19|20)[0-9]{2}|[一二][〇零九][〇零一二三四五六七八九]{2})"
_RELATIVE = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "上一年": -1, "前年": -2, "明年": 1}
_YEAR_BEFORE = ("上年", "上一年")
_DASH = "[-—–~～至到]{1,2}"
#: Behind a day: what is told on it, before any figure; a year and what is counted in its name are
#: none.
_TELLS = (
    "(?:日?[讯电](?![子动力器信网商])|(?:[^0-9。；;！!？?]|(?:19|20)[0-9]{2}年|第[0-9]+){0,40}?"
    "(?:发布|获悉|通报|介绍|公布|公告|表示|称[,，:：“]|报道|消息|了解|透露|采访|新闻|记者|通气会|披露|数据|显示))"
)
#: 2025年（1—11月）, as headings of columns have it: of those months, and not of the year.
_IN_BRACKETS = (
    "(?<=年)[（(](?=(?:全年|[上下]半年|[前首第]?[一二三四1-4]?个?季度"
    rf"|[前首]?(?:{_NUMBER}月?份?{_DASH})?{_NUMBER}个?月份?)[^（()）]{{0,8}}[)）])"
)
_MENTION = re.compile(
    rf"(?P<span>(?P<from>{_YEAR})年?{_DASH}(?P<until>{_YEAR})年)"
    rf"|(?P<plan>[“\"]?十(?P<number>[一二三四五])五[”\"]?(?:规划)?(?P<plan_until>前[一二三四]年)?"
    r"(?P<plan_since>以来|时期以来|期间以来)?)"
    # 2023、2024年: each is a year
    rf"|(?:(?P<year>{_YEAR})(?:年(?:度)?|(?=(?:、{_YEAR}){{0,6}}(?:、|和|及|与){_YEAR}年))|(?P<relative>今年|本年度?|去年|上年|上一年|前年|明年)"
    rf"(?!初|同期|级))?(?:的|{_IN_BRACKETS})?"
    r"(?:(?P<whole>全年)|(?P<half>[上下]半年)"
    r"|前(?P<quarters>[一二三1-3])个?季度|(?P<one_quarter>首季度?)"
    rf"|第?(?P<first_quarter>[一二三1-3])(?:季度)?{_DASH}第?(?P<last_quarter>[二三四2-4])季度"
    # 一、二、三、四季度: each is a quarter
    r"|第?(?P<quarter>(?<![0-9.])[1-4]|[一二三四])(?:季度|(?=(?:[、和及与]第?[一二三四1-4]){1,3}季度))"
    rf"|(?P<first>{_NUMBER})月?份?{_DASH}(?P<last>{_NUMBER})月份?"
    rf"|[前首](?P<months>{_NUMBER})个?月"
    rf"|(?<![0-9.第])(?P<month>{_NUMBER})(?:月份?(?!亮)|(?=(?:[、和及与]{_NUMBER}){{1,10}}月))(?:(?P<day>[0-9]{{1,2}})[日号])?(?:当月)?)?"
    r"(?P<since>以来|至今(?!年)|起(?![来点步于飞草伏到])|开始以来)?"
    r"|(?P<this_month>本月|当月)|(?P<last_month>上个?月)(?!末|底)"
    r"|(?P<year_alone>全年)"
    rf"|(?P<told>昨[日天]|今[日天](?!头条)|日前|近日|近期)(?={_TELLS})"
    r"|(?P<now>截至目前|目前|当前|如今|迄今|日前|近日|近期|当下|眼下|时下|截至(?:记者)?发稿"
    r"|(?<![体出表实呈展浮发])现[在有已])"
    r"|(?P<new_year>新年第一天|元旦(?:当[天日])?)|(?P<that_year>当年|同年(?!级))"
    r"|(?P<this_year>(?:到|至)年[底末]|年底前|(?<![近几多半0-9一二三四五六七八九十两])年内)"
    rf"|(?<!前)(?P<stretch>(?P<lead>最?近(?=.{{1,3}}年)|过去的?|这)?(?P<count>{_NUMBER}|两)"
    r"(?P<length>年|个月)(?(lead)(?:以?来|间)?|(?:以?来|间|(?P<ago>前))))(?!多|半|级|内|后|期)"
    r"|(?P<other>(?:近|过去|前|这|未来|此后)[0-9一二两三四五六七八九十几多]+年"
    r"|[0-9一二两三四五六七八九十几]+多?(?:年|个月|天|周)(?:来|间|前|后|以来|之后|之前|时间里)"
    r"|[0-9]{1,2}[日号](?![产均])|[0-9]{1,2}[时点:][0-9]{0,2}分?(?=[，,、。许左])"
    r"|同期|年初|年末|年底|次年|翌年)"
)
_BASE_BEFORE = re.compile(
    "(?:拉动|带动|比|较|与|同|跟|相比|相较于?|对比|占|超过?|和|受|因"
    "|[高低多少快慢大小优强弱好逊]于|不及|不如|赶上|追平|持平于|相当于|离|距离?|接近|逼近|[回恢][到复][到至]?|回升[到至])$"
)
#: 较疫情前的2019年, 与“十三五”末的2020年相比.
_BASE_FURTHER = re.compile(
    '[比较与同](?:疫情(?:之?前|发生前)|[“"]?十[一二三四五]五[”"]?[^,，。；0-9]{0,3})的?$'
)
_BASE_BEHIND = re.compile(" ?(?:同期|同月|相比|末|底|初)")
#: 创2018年以来的新高: since when it is the highest, and no period of what follows.
_RECORD_BEHIND = re.compile(
    "(?:以来)?的?(?:历年|同期|单月|年度)?(?:新[高低]|最[高低快慢大小多少好]|次高)"
)
_TELLS_OF = re.compile(_TELLS)
#: 是2018年的7倍, 相当于“十一五”时期的三成: of what it is so much.
_IS_OF = re.compile("(?:是|为|相当于)$")
_TIMES_IT = re.compile(
    r"(?:时期|期间|全年)?的?(?:近|约|超|逾)?(?:[0-9.]+|[一二两三四五六七八九十]+)[余多]?(?:倍|成|%)"
)
#: 历时近三年, 连续两年: how long something lasted.
_LASTED = re.compile("(?:历时|经过|用了?|长达|持续|连续|耗时|花了?|第)$")
#: In so many months of a year the years that are counted back from it are those that have ended.
_LOOKING_BACK = 3


@dataclass(frozen=True)
class TextDate:
    """When a text was written: its year, and month and day where they are known."""

    year: int
    month: int = 0
    day: int = 0

    @classmethod
    def parse(cls, text: str) -> TextDate | None:
        """Read ``2026-11-20``, ``2026-11`` or ``2026``; nothing of nothing.

        Raises
        ------
        ValueError
            If it is none of them.
        """
        if not text:
            return None
        if Period.parse(text).kind not in ("year", "month", "day"):
            msg = f"日期“{text}”应如 2026-11-20、2026-11 | not a day, month or year: {text}"
            raise ValueError(msg)
        return cls(*map(int, text.split("-")))

    @property
    def last_day(self) -> date:
        """The last day that the text can be of."""
        end = Period.parse(self.month_text).end
        return end or date.max

    @property
    def month_text(self) -> str:
        """The month as a period, or else the year."""
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)

    @property
    def until(self) -> str:
        """The last month that may have ended, as a period: on the first of one, that before it."""
        if self.day == 1 and self.month > 1:
            return f"{self.year}-{self.month - 1:02d}"
        return self.month_text


@dataclass(frozen=True)
class NamedPeriod:
    """A period that a passage names: where, as what, and which it is (empty: not known).

    ``year``: the year that it settles for what follows; 0 if none. ``alone``: without a year of its
    own, so that another year may be meant.
    """

    start: int
    end: int
    text: str
    role: Role
    period: str
    year: int
    alone: bool = False


def named_periods(plain: str, written: TextDate | None, year: int = 0) -> list[NamedPeriod]:
    """Return what a passage names of time, in order.

    Parameters
    ----------
    plain : str
        Simplified, with digits in half width.
    written : TextDate or None
        When the text was written.
    year : int
        The year that the text was speaking of before; 0 if it was not.

    Returns
    -------
    list of NamedPeriod
    """
    found: list[NamedPeriod] = []
    told_until = 0
    ahead: NamedPeriod | None = None
    for match in _MENTION.finditer(plain):
        if match[0].strip("的（(") in ("", "起"):
            continue
        if match[0] in ("以来", "至今"):
            _since(plain, match, written, found)
            continue
        planned = ahead if ahead and _is_planned(plain, match) else None
        made = _named(plain, match, written, planned.year if planned else year)
        if written and made.year > written.year and made.role != "base" and not made.alone:
            # 到2027年达到1000亿元。1月，出口4.9万辆: of no year that is to come
            ahead = made
            found.append(made)
            continue
        if ahead and made.alone and made.role == "is":
            of_it = planned is not None and not re.search(
                "[。；;！？]", plain[ahead.end : made.start]
            )
            sure = of_it or _is_over(plain, match, ahead)
            made = made if sure else replace(made, role="near")
        if found and (whole := _stretch(plain, found[-1], made)):
            found[-1], year = whole, made.year
            continue
        if found and _goes_on_list(plain, found[-1], made):
            made = replace(made, role=found[-1].role)
        begun = re.search("[由从]$", plain[: made.start])
        if year and match["relative"] in _YEAR_BEFORE:
            begun = match
        if made.year and made.role != "base" and not made.alone and not begun:
            year, told_until = made.year, made.end if match["relative"] else 0
        elif made.alone and told_until and re.search("[。；;]", plain[told_until : made.start]):
            # 去年8006亿元。一季度2000亿元: of which year
            latest = _likely(match, written, 0)
            made = replace(made, role="near") if made.role == "is" and latest != year else made
        found.append(made)
    return list(_joined(found))


def _stretch(plain: str, first: NamedPeriod, last: NamedPeriod) -> NamedPeriod | None:
    """Return the time from a month of one year to one of another: 2023年10月—2024年1月."""
    months = all(re.fullmatch("[0-9]{4}-[0-9]{2}", item.period) for item in (first, last))
    joined = re.fullmatch(_DASH, plain[first.end : last.start])
    if not (months and joined and first.role in ("is", "near") and first.period < last.period):
        return None
    text, period = plain[first.start : last.end], f"{first.period}/{last.period}"
    return replace(first, end=last.end, text=text, period=period)


_PLANNED = re.compile("计划|力争|预计|预期|目标|确保|有望|安排|[将拟]")


def _sentence_of(plain: str, match: re.Match[str]) -> tuple[int, str]:
    """Return the sentence in which a period stands, behind where it begins."""
    begin = max(plain.rfind(sign, 0, match.start()) + 1 for sign in "。；;！？")
    return begin, re.split("[。；;！？]", plain[begin:])[0]


def _is_planned(plain: str, match: re.Match[str]) -> bool:
    """Return whether the sentence of a month without a year tells of what is to be."""
    return bool(_PLANNED.search(_sentence_of(plain, match)[1]))


def _is_over(plain: str, match: re.Match[str], ahead: NamedPeriod) -> bool:
    """Return whether a month without a year, behind one that is to come, is compared as past."""
    begin, said = _sentence_of(plain, match)
    return begin >= ahead.end and "同比" in said and not _PLANNED.search(said)


def _goes_on_list(plain: str, last: NamedPeriod, made: NamedPeriod) -> bool:
    """Return whether a period is the next of a list: 前三季度和全年分别, not 与2024年相比.

    比上半年、前三季度: with both is compared.
    """
    between = plain[last.end : made.start]
    if last.role == "base" and made.role == "is":
        return between in ("、", "和", "及", "以及") and bool(
            re.search("[比较]$", plain[: last.start])
        )
    beside = between in ("和", "与", "及", "以及")
    compared = re.match(
        "[^,，。；]{0,4}?(?:相比|比较|持平|相当|比)", plain[made.end : made.end + 6]
    )
    return beside and last.role == "is" and made.role == "base" and not compared


def _since(
    plain: str, match: re.Match[str], written: TextDate | None, found: list[NamedPeriod]
) -> None:
    """Open the period before, as 自2014年投产以来 does, in the same clause."""
    last = found[-1] if found else None
    if not last or not last.period or "/" in last.period or last.role != "is":
        return
    between = plain[last.end : match.start()]
    begun = re.search("(?:自从?|从)$", plain[: last.start])
    if re.search(r"[,，。；;]", between) or len(between) > (40 if begun else 12):
        return
    period = _open_from(last.period, written)
    if period:
        text = plain[last.start : match.end()]
        # what stands between is read on: its figures are no part of a name
        end = match.end() if len(between) <= 12 else last.end
        found[-1] = replace(last, end=end, text=text, period=period)


def _open_from(period: str, written: TextDate | None) -> str:
    """Return the time from the beginning of a period until the text; open where that is earlier."""
    if not written:
        return f"{period}/.."
    begun, until = Period.parse(period), written.until
    now = Period.parse(until)
    if begun.start is None or now.start is None or begun.start > now.start:
        return f"{period}/.."
    if begun.end is not None and now.start <= begun.end:
        # of this year: its first month
        period = f"{begun.start:%Y-%m}" if "-" in until else period
    elif begun.kind == "quarter":
        period = f"{begun.start:%Y-%m}"
    return period if period == until else f"{period}/{until}"


def _joined(found: list[NamedPeriod]) -> Iterator[NamedPeriod]:
    """Give a single month in a list (3月、6月) and 当月 the year of what stands before it."""
    for place, item in enumerate(found):
        before = found[place - 1] if place else None
        if item.text in ("当月", "本月") and before and before.period and before.role == "is":
            end = Period.parse(before.period).end
            if end and len(before.period) > 4:
                yield NamedPeriod(item.start, item.end, item.text, "is", f"{end:%Y-%m}", end.year)
                continue
        yield item


def _named(plain: str, match: re.Match[str], written: TextDate | None, year: int) -> NamedPeriod:
    start, end = match.span()
    start += len(match[0]) - len(match[0].lstrip("的（("))
    before, behind = plain[max(0, start - 4) : start], plain[end : end + 3]
    role: Role = "is"
    if match["now"]:
        role = "now"
    elif match["told"] or _is_of_the_news(plain, match, written):
        role = "news"
    elif _near(plain, match):
        role = "near"
    elif (
        match["other"]
        or match["new_year"]
        or match["stretch"]
        or match["day"]
        or (
            match["plan"]
            and not match["plan_since"]
            and not match["plan_until"]
            and not behind.startswith(("期间", "时期", "末"))
        )
    ):
        role = "other"
    if match[0] == "全年" and re.match("(?:任务|目标|计划|预算|指标)", behind):
        # 完成全年任务的11%; 全年计划开行500列 is of the year
        part = re.search("[完达占]成?到?了?$", before) or re.match(
            "总?[量数额]?的|[^,，。；0-9]{0,4}(?:完成(?:率|进度)|进度)", plain[end + 2 :]
        )
        role = "base" if part else role
    if _IS_OF.search(before) and _TIMES_IT.match(plain[end - match[0].endswith("的") :]):
        role = "base"
    further = _BASE_FURTHER.search(plain[max(0, start - 14) : start])
    if role == "is" and (_BASE_BEHIND.match(behind) or _BASE_BEFORE.search(before) or further):
        role = "base"
        if re.match(" ?[末底]", behind) and not _BASE_BEFORE.search(before):
            role = "is"
    if role in ("is", "near") and _RECORD_BEHIND.match(plain, end):
        role = "base"
    text = plain[start:end]
    period, settled, alone = "", 0, False
    if match["span"]:
        period, settled = f"{match['from']}/{match['until']}", 0
    elif match["plan"]:
        first = {"一": 2006, "二": 2011, "三": 2016, "四": 2021, "五": 2026}[match["number"]]
        if match["plan_until"]:
            last = first + "一二三四".index(match["plan_until"][1])
            period = f"{first}/{last}" if last > first else str(first)
        elif match["plan_since"]:
            period = f"{first}/.."
        elif behind.startswith("末"):
            period = str(first + 4)
        else:
            period = f"{first}/{first + 4}"
    elif match["now"]:
        period = written.month_text if written else ""
    elif match["new_year"]:
        period = f"{written.year}-01-01" if written else ""
    elif match["that_year"]:
        period = str(year) if year and role == "near" else ""
    elif match["this_year"]:
        period = str(written.year) if written else ""
    elif match["stretch"]:
        period = _counted_back(match, written) if role == "near" else ""
    elif match["last_month"] or match["this_month"]:
        if written and written.month:
            month = written.month - (1 if match["last_month"] else 0)
            period = f"{written.year}-{month:02d}" if month else f"{written.year - 1}-12"
    elif not match["other"]:
        named = _year(match, written, year)
        # 上年 is the year before one that nobody has named
        alone = named is None or (not year and match["relative"] in _YEAR_BEFORE)
        settled = named or _likely(match, written, year)
        if settled:
            period = _within(settled, match, written)
        if role == "news" or (match["day"] and written and period[:7] == written.month_text):
            # the year of the day on which it is told is not the year that is told of
            settled = 0
    return NamedPeriod(start, end, text, role, period, settled, alone)


def _is_of_the_news(plain: str, match: re.Match[str], written: TextDate | None) -> bool:
    """Return whether a day, or the month of the text, is when somebody tells of something."""
    bounded = re.search("(?:截[至止]|[到至])$", plain[: match.start()])
    if bounded or not match["month"] or match["since"] or not _TELLS_OF.match(plain, match.end()):
        return False
    if match["day"]:
        return True
    year = _year(match, written, 0)
    now = written and (written.year, written.month) == (year, _number(match["month"]))
    return bool(now) and match["first"] is None


def _near(plain: str, match: re.Match[str]) -> bool:
    """Return whether a period is counted from the day of the text, or from the year before it."""
    if match["stretch"]:
        return not _LASTED.search(plain[: match.start()])
    # 1月至12月中旬: not of all that month
    bounded = match["last"] or re.search("截[至止]$", plain[: match.start()])
    if bounded and re.match("[上中下]旬", plain[match.end() :]):
        return True
    return bool(match["this_year"]) or match["that_year"] is not None


def _counted_back(match: re.Match[str], written: TextDate | None) -> str:
    """Return what 一年来, 近三年 and 三年前 are on the day of a text; nothing without its month."""
    count = _number(match["count"])
    if not written or not written.month or not count:
        return ""
    if match["length"] == "年":
        if match["ago"]:
            return str(written.year - count)
        if written.month <= _LOOKING_BACK:
            first, last = written.year - count, written.year - 1
            return f"{first}/{last}" if first < last else str(last)
    months = count * (12 if match["length"] == "年" else 1)
    years, month = divmod(12 * written.year + written.month - 1 - months, 12)
    begun = f"{years}-{month + 1:02d}"
    return begun if match["ago"] else f"{begun}/{written.month_text}"


def _year(match: re.Match[str], written: TextDate | None, year: int) -> int | None:
    """Return the year that is named; 0 where it can't be known, None where none is.

    去年 is said from the day of the text; 上年 from the year that the text speaks of.
    """
    if match["year"]:
        text = match["year"]
        digits = text if text.isascii() else "".join(str(numeral(letter)) for letter in text)
        return int(digits)
    if match["relative"]:
        word = match["relative"].removesuffix("度")
        if year and word in _YEAR_BEFORE:
            return year - 1
        return written.year + _RELATIVE[word] if written else 0
    return None


def _likely(match: re.Match[str], written: TextDate | None, year: int) -> int:
    """Return the year of a month or quarter without one: the one spoken of, or the latest."""
    if year:
        return year
    if written is None:
        return 0
    told = re.search("(?:预计|预测|预期|力争|有望|计划|将)[,，]?$", match.string[: match.start()])
    ahead = told or re.match(
        "[将拟]|计划|目标|预计|预期|力争|有望|任务", match.string[match.end() :]
    )
    if (match["whole"] or match["year_alone"]) and not ahead:
        return written.year - 1 if 0 < written.month <= _LOOKING_BACK else written.year
    last = _last_month(match)
    if told:
        # 预计，一季度可达9万标箱: the one that goes on
        return written.year
    return written.year - 1 if written.month and last > written.month else written.year


def _number(text: str) -> int:
    return int(text) if text.isascii() else numeral(text)


def _last_month(match: re.Match[str]) -> int:
    if match["half"]:
        return 6 if match["half"][0] == "上" else 12
    if match["quarters"] or match["one_quarter"]:
        return 3 * (_number(match["quarters"]) if match["quarters"] else 1)
    for part in ("quarter", "last_quarter"):
        if match[part]:
            return 3 * _number(match[part])
    for part in ("last", "months", "month"):
        if match[part]:
            return _number(match[part])
    return 0


def _within(year: int, match: re.Match[str], written: TextDate | None) -> str:
    """Return the period within a year, or nothing where it is none."""
    last = _last_month(match)
    if last > 12:
        return ""
    text = str(year)
    if match["half"]:
        text = f"{year}-01/{year}-06" if last == 6 else f"{year}-07/{year}-12"
    elif match["quarter"] or match["one_quarter"]:
        text = f"{year}-Q{last // 3}"
    elif match["quarters"] or match["months"]:
        text = f"{year}-01/{year}-{last:02d}" if last > 1 else f"{year}-01"
    elif match["last"] or match["last_quarter"]:
        quarter = match["first_quarter"]
        first = 3 * _number(quarter) - 2 if quarter else _number(match["first"])
        if not 0 < first < last:
            return ""
        text = f"{year}-{first:02d}/{year}-{last:02d}" if (first, last) != (1, 12) else str(year)
    elif match["day"]:
        text = f"{year}-{last:02d}-{int(match['day']):02d}"
    elif match["month"]:
        text = f"{year}-{last:02d}"
    try:
        period = str(Period.parse(text))
        if _opens(match) and "/" not in period:
            # 2023年以来: from its first month
            begun = written and written.month and len(period) == 4 and year <= written.year
            period += "-01" if begun else ""
            return str(Period.parse(_open_from(period, written))) if written else ""
    except ValueError:
        return ""
    return period


def _opens(match: re.Match[str]) -> bool:
    """Return whether time goes on from here: 今年以来, 自2014年起."""
    since = match["since"]
    if since == "起":
        before = match.string[max(0, match.start() - 2) : match.start()]
        return bool(re.search("[自从]$", before))
    return bool(since)
