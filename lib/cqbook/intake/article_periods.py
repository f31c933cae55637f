"""When a figure of an article is: by its clause, its sentence, its paragraph, its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cqbook.intake.article_status import FigurePlace
from cqbook.quantities.named_periods import NamedPeriod, TextDate
from cqbook.quantities.periods import Period

_SINCE = re.compile("累计|年累")
#: Until this month nobody has figures of the year.
_HARDLY_BEGUN = 3
#: What will be once something stands.
_LATER = re.compile("投产后|建成后|达产|投用后|竣工后")
#: 去年同期出口711.7亿元, 由去年同期的301万辆, 去年同期，重庆…; 是去年同期的3.6倍 and 较去年同期提升
#: are of this year.
_THEN = re.compile(
    "(?P<against>[较比与同和跟于占是为]|相当)?(?P<year>去年|上年|上一年|前一年|(?:19|20)[0-9]{2}年)的?"
    "(?:同期|同月|同季度?)(?!相比|相当|持平|[高低]?基数|[的之]?水平)(?P<rest>[,，]?[^,，。；;]*)$"
)
#: 较去年同期的711.7亿元, 高于去年同期的下降3.1%: what it is compared with.
_ITSELF = re.compile("的(?:约|近|超过?|逾)?(?:增长|下降|增幅|降幅)?")
#: 上年为7154亿元: of a figure and of what it was before.
_IT_WAS = re.compile(
    "(?:^|[,，、；;（(])(?:而)?(?P<year>去年|上年|上一年|前一年|(?:19|20)[0-9]{2}年)(?:全年|累计)?(?:数|值)?"
    "(?:[仅只则也])?(?:为|是|达到?|[:：])?(?:约|近|超过?|逾)?$"
)
_LAST_YEAR = ("去年", "上年")
_IT_WAS_THEN = re.compile("(?:数|值)?[仅只则也]?(?:为|是|达到?)?(?:约|近|超过?|逾)?")
#: 上月为471.5亿元: the one before that of which was spoken.
_LAST = re.compile(
    "(?<![较比与同和跟于占])(?:上一?个?|前一个?)(?P<what>月|季度)(?!末|底|相比)[^,，。；;]*$"
)
#: From where something changed: 由36小时压缩至22小时, 从80人增加到1200人.
_CHANGED_FROM = re.compile("(?:由|从)(?:原来|最初|过去|以前|原先)?的?(?:约|近)?$")
#: 去年3月开工的基地: when something else was.
_OF_A_THING = re.compile("[^,，。；]{0,4}(?:开工|投产|成立|举办|举行|召开|签约|发布|建成|落户)的")
#: Of a time that nobody names.
_UNNAMED = re.compile(
    "近年来|近些年来?|近几年来?|多年来|历年|往年|以往|以前|此前|从前|过去(?![的一两三四五六七八九十0-9])"
)
#: What happened on some day; what is and stays (占地, 拥有) may be said of the day of the text.
_HAPPENED = re.compile(
    "(?:签约|签下|签订|招聘|解决|化解|新增|新建|引进|引入|招引|实施|开工|投入|推动|购买|采购|销售|卖出?|培育|获评|获批"
    "|突破|入选|帮助|协助|提供|举办|发放|捐赠|受理|办理|回归|落户|转化|带动|争取|成交|发运|发出|收到|下单|发布后)(?!的)"
)
#: What is done on one day.
_ON_A_DAY = re.compile(
    "签约|签下|签订|招聘|开工|投产|发放|成交|发运|发出|收到|下单|开行|开通|首发|开业|举办|启动|开幕|抵达|驶"
)
#: What can be done in any year: 年产, 年发电量.
_A_YEAR = re.compile("(?:^|[,，、；可])年(?:产|发电|处理|供|加工|吞吐|通过|设计)")
#: What is so on the day of the text, though months were spoken of before.
_IS_BY_NOW = re.compile(
    "已经?(?:有|覆盖|拥有|建成|形成|集聚|聚集|遍布|拓展到|投产|连接)|现有|共有|拥有"
)
#: What is there, on the day on which somebody tells of it.
_STANDS = re.compile("占地|面积|总投资|坐落|位于|在册|在岗|年产|[有设]$")
_IN_ALL = re.compile("(?:总数|总量|保有量|存量)已?(?:达|为|增至|升至|超|突破|有)")
_REACHED = re.compile("[由从].*[至到](?:约|近)?$")
_GATHERED = re.compile("集聚|聚集|拥有|形成|建成|达到?")
#: What goes on from the sentence before: 其中, 同比.
_GOES_ON = re.compile("其中|同比|环比|较|比|当月|分|增|降")
#: One month among others: 从月度走势看，12月份…
_MONTHLY = re.compile("(?:从|分|按)(?:各)?月(?:度|份)?[^,，。；]{0,6}看[,，]?$")
#: Behind a cumulative figure: how it compares with the year before, so that it is of one year.
_COMPARED = re.compile("[^。；;]{0,14}?(?:同比|比上年|比去年|较上年|较去年)")
_MONTH = re.compile("[0-9]{4}-[0-9]{2}")
#: What adds up through a year: 截至11月底完成61亿元 is of all months until then.
_ADDS_UP = re.compile("完成|实现|到位|开行|签约|引进|新增|出口|进口|销[量售]|产量|交付|发运|运输")
_OF_YEAR = re.compile("(?:今年|年内)(?:以来)?(?:已)?累计")


@dataclass(frozen=True)
class When:
    """A period, why it was taken, and whether the words of the figure's sentence say it.

    ``passing``: of this figure alone, and of none behind it (较2020年的20.9万辆). ``offered``: what
    else it may be.
    """

    period: str
    why: str
    sure: bool
    passing: bool = False
    offered: tuple[str, ...] = ()


def period_of(
    spot: FigurePlace,
    named: Sequence[NamedPeriod],
    same: When | None,
    carried: When | None,
    written: TextDate | None,
    status: str,
) -> When:
    """Return the period of a figure.

    Parameters
    ----------
    spot : FigurePlace
    named : sequence of NamedPeriod
        What the paragraph names of time.
    same : When or None
        The period of the figure before in its sentence.
    carried : When or None
        The period of what stands before; of the lead, where the article is about one.
    written : TextDate or None
        When the article was written.
    status : str
        ``plan`` and ``target`` begin with the day of the text where nothing else is said.
    """
    named = [item for item in named if not _is_aside(item, spot)]
    own = [item for item in named if spot.start <= item.start < spot.core]
    then = _then(spot)
    if then:
        said = same if same and same.period else _of_sentence(spot, own, [], written, status)
        now = said or _of_context(spot, named, carried, written)
        return _of_then(spot, then, now, sure=bool(said and said.sure))
    last = _LAST.search(spot.own) if same and spot.others else None
    if last and same and (before := _one_before(same.period, last["what"])):
        return When(before, f"时期：“上{last['what']}”", sure=False, passing=True)
    beside = _beside(spot, own, written)
    if beside:
        return beside
    says = any(
        item.role not in ("base", "news") and item.start >= spot.last and item.text != "同期"
        for item in own
    )
    planned = status in ("plan", "target") or bool(_LATER.search(spot.before))
    named_since = any(item.start >= spot.last for item in own)
    if written and status == "target" and spot.of_a_size and not named_since:
        return _planned(written)
    if written and _A_YEAR.search(spot.own) and not planned:
        return When(written.month_text, "时期：每年的能力，按文章之月", sure=False)
    if same and not says and not (planned and written):
        going_on = _of_the_one_before(spot, same, written)
        if going_on:
            return going_on
    said = _of_sentence(spot, own, _behind(spot, named), written, status)
    ahead = written and carried and is_ahead(carried.period, written)
    if written and carried and ahead and said == _planned(written):
        # 2026年主要预期目标: what is planned below it is of that year
        return replace(carried, sure=False)
    again = [item for item in own if item.start >= spot.last][-1:]
    spoken = [item.period for item in own if item.start < spot.last and item.role == "is"]
    if said and same and said.period in spoken and again and again[0].text[:2] in _LAST_YEAR:
        # 2025年三季度1500亿元，去年三季度为1400亿元: of the year before the one that is spoken of
        before = months_a_year_before(said.period)
        return replace(said, period=before, sure=False, passing=True, offered=(said.period,))
    was = _IT_WAS.search(spot.plain[spot.start : spot.core])
    if said and was and same and _last_month_within(same.period) and len(said.period) == 4:
        # 1—9月6328.7亿元，上年为5763亿元: of the year, or of its months
        months = _in_year(same.period, int(said.period))
        return replace(said, sure=False, passing=True, offered=(months,) if months else ())
    return said or _of_context(spot, named, carried, written)


#: Brackets that say something: （2025年） is the period of what is before and behind it.
_ASIDE = re.compile("[(（][^()（）]*[)）]")
_SAYS_LITTLE = 4


def _is_aside(item: NamedPeriod, spot: FigurePlace) -> bool:
    """Return whether a period stands in brackets before the figure, that say a thing of their own.

    （2023年只查到下限）
    """
    return any(
        found.start() < item.start
        and item.end < found.end()
        and len(found[0]) - len("（）") - len(item.text) >= _SAYS_LITTLE
        for found in _ASIDE.finditer(spot.plain, 0, spot.core)
    )


def _of_the_one_before(spot: FigurePlace, same: When, written: TextDate | None) -> When | None:
    """Return the period of the figure before in a sentence, as it is of one; None if it is not."""
    doubted = _behind_then(spot, same)
    if doubted:
        return doubted
    # 拥有3条生产线，新增5家: what happened is of no day
    stands = written and same.period == written.month_text and not same.sure
    if not (stands and _HAPPENED.search(spot.own)) and not _IN_ALL.search(spot.own):
        so_far = same.period and _SINCE.search(spot.own)
        if so_far and _MONTH.fullmatch(same.period):
            # 12月销量5万辆，累计53万辆: of the year, or of all time
            of_year, ever = year_to(same.period), _until(same.period)
            year = "年累" in spot.own or _COMPARED.match(spot.plain, spot.end)
            first, other = (of_year, ever) if year else (ever, of_year)
            why = "时期：“累计”，今年的还是历来的"
            return When(first, why, sure=False, offered=(other,))
        period = _until(same.period) if so_far else same.period
        if spot.measure in ("yoy", "pct_change"):
            # 累计达到127个，效率提升58.9%: nothing grows since ever
            period = period.removeprefix("../")
        return replace(same, period=period, why="时期：承同句前一数" if period else same.why)
    return None


def _then(spot: FigurePlace) -> re.Match[str] | None:
    """Return the words that make a figure one of the same months of a year before."""
    found = _THEN.search(spot.plain[max(spot.start, spot.last) : spot.core])
    if not found or (spot.unit == "percentage points" and found["against"]):
        return None
    if not found["against"]:
        # 恢复到去年同期的98%: a part of what was then, now
        part = spot.unit == "percent" and re.fullmatch("的(?:约|近|超过?|逾)?", found["rest"])
        return (
            None
            if part
            and not re.search("[由从](?:去年|上年|上一年|前一年|[0-9]{4}年)同期的", spot.before)
            else found
        )
    so_much = (
        found["against"] in tuple("是为占") or found["against"] == "相当" or spot.unit == "times"
    )
    return found if _ITSELF.fullmatch(found["rest"]) and not so_much else None


def _of_then(spot: FigurePlace, then: re.Match[str], now: When, *, sure: bool) -> When:
    """Return the same months of the year before, or of the year that is named."""
    named = then["year"].removesuffix("年")
    period = months_a_year_before(now.period)
    if named.isdecimal():
        period = _in_year(now.period, int(named))
    # 去年同期提高1.3个百分点: then, or since then
    sure = sure and bool(period) and spot.unit != "percentage points"
    return When(period, f"时期：“{then['year']}同期”", sure=sure, passing=True)


def _in_year(period: str, year: int) -> str:
    """Return the same months of an earlier year; nothing where it is none."""
    while period and int(period[:4] if period[:4].isdecimal() else 0) > year:
        period = months_a_year_before(period)
    return period if period.startswith(str(year)) else ""


def _one_before(period: str, what: str) -> str:
    """Return the month or quarter before another; nothing of another period."""
    found = re.fullmatch("([0-9]{4})-([0-9]{2})" if what == "月" else "([0-9]{4})-Q([1-4])", period)
    if not found:
        return ""
    year, place, most = int(found[1]), int(found[2]) - 1, 12 if what == "月" else 4
    year, place = (year, place) if place else (year - 1, most)
    return f"{year}-{place:02d}" if what == "月" else f"{year}-Q{place}"


def _behind_then(spot: FigurePlace, same: When) -> When | None:
    """Return the period of a figure behind one of the year before: of which year, nobody says.

    去年同期出口711.7亿元，进口300亿元: of then; 去年同期为711.7亿元，增长8.4%: of now.
    """
    earlier, ended = spot.plain[spot.start : spot.last], spot.plain[spot.last : spot.core]
    closed = "）" in ended or ")" in ended
    rate = spot.measure == "difference" or spot.unit in ("percent", "percentage points", "times")
    then, was = _THEN.search(earlier), _IT_WAS.search(earlier)
    alone = then and not any(spot.start <= place < spot.last for place in spot.others)
    bare = then and not alone and _IT_WAS_THEN.fullmatch(then["rest"])
    if bare and rate and ("同比" in ended or closed):
        # 11月销量55203辆，上年同期36842辆，同比增长49.84%
        return None
    of_it = then and (then["against"] or _ITSELF.fullmatch(then["rest"]))
    if then and not (of_it or closed) and not earlier[: then.start()].endswith(("由", "从")):
        before = months_a_year_before(same.period)
        first, other = (same.period, before) if rate and not alone else (before, same.period)
        why = f"时期：可能也是“{then['year']}同期”的"
        return When(first, why, sure=False, offered=(other,))
    begun = next((place for place in spot.others if spot.start <= place), spot.last)
    if was and rate and begun < spot.last and re.fullmatch("[0-9]{4}", same.period):
        # 8006.8亿元，上年为7154亿元，增长11.9%
        after = str(int(same.period) + 1)
        why = f"时期：可能是“{was['year']}”的"
        return When(after, why, sure=False, offered=(same.period,))
    return None


def is_ahead(period: str, written: TextDate | None) -> bool:
    """Return whether a period has not begun when a text is written, or hardly: its own year."""
    if not written or not period:
        return False
    if period == f"{written.month_text}/..":
        return True
    if period.startswith("/"):
        # 到2027年达到1000亿元
        ends = Period.parse(period).end
        return ends is not None and ends > written.last_day
    if period == str(written.year):
        return 0 < written.month <= _HARDLY_BEGUN
    begins = Period.parse(period).start
    return begins is not None and begins > written.last_day


def is_over(period: str, written: TextDate | None) -> bool:
    """Return whether a period has ended when a text is written, or ends with its month."""
    ends = Period.parse(period).end if period else None
    return bool(written and ends and ends <= written.last_day)


def months_a_year_before(period: str) -> str:
    """Return the same months of the year before; nothing of a period that is open."""
    known = period and ".." not in period and not period.startswith("/")
    return str(Period.parse(period).year_before()) if known else ""


#: 比2022年的高点8158.4亿元: the amount of that year.
_ITS_HEIGHT = re.compile("^的?(?:历史)?(?:高点|低点|峰值|最高值?|最低值?|纪录|水平|规模)")


#: Before a year whose amount follows: 比, 距, 恢复到.
_TO_ITS = re.compile(
    "[比较由从离距]$|距离$|接近$|逼近$|[回恢][到复][到至]?$|[高低多少快慢]于$|超过$"
)


def _beside(spot: FigurePlace, own: Sequence[NamedPeriod], written: TextDate | None) -> When | None:
    """Return the period that stands at the figure itself, which may be another than its sentence's.

    较2020年的20.9万辆, 由2021年的34.6%, 由目前的2小时; what changed from 36小时 did so before.
    """
    for item in own[-1:]:
        between = _ITS_HEIGHT.sub("的", spot.plain[item.end : spot.core])
        close = re.fullmatch("的?(?:约|近|超过?|逾)?", between)
        compared = _TO_ITS.search(spot.plain[: item.start])
        if close and item.role == "now" and f"{item.text}{between}".endswith("的"):
            return replace(_now(spot, written, item.text), passing=True)
        of_it = f"{item.text}{between}".endswith(("的", "约", "近", "超", "超过", "逾"))
        if close and compared and of_it and item.period and spot.unit != "times":
            # 环比上月的44678辆: the month before the one that is spoken of, or before the text
            sure = not (item.text.startswith("上") and (item.alone or "月" in item.text))
            return When(item.period, f"时期：“{item.text}”", sure=sure, passing=True)
    if _CHANGED_FROM.search(spot.before):
        first = next((item for item in own if item.role in ("is", "near") and item.period), None)
        if first and "/" not in first.period and first is not own[-1]:
            return When(first.period, f"时期：同句的“{first.text}”", sure=False, passing=True)
        return When("", "变化之前的数：是什么时候没有写", sure=False, passing=True)
    return None


def _behind(spot: FigurePlace, named: Sequence[NamedPeriod]) -> list[NamedPeriod]:
    """Return the period that a figure's own clause names behind it: 300万千瓦基地已于去年底并网."""
    until = spot.end + len(spot.behind)
    follows = min((place for place in spot.others if place > spot.core), default=until)
    return [
        item
        for item in named
        if spot.end <= item.start < min(until, follows)
        and item.role in ("is", "near")
        and item.period
        and spot.plain[item.start - 1] == "于"
    ][:1]


def _of_sentence(
    spot: FigurePlace,
    own: Sequence[NamedPeriod],
    behind: Sequence[NamedPeriod],
    written: TextDate | None,
    status: str,
) -> When | None:
    """Return the period that the figure's sentence says; None where it says none."""
    plain, core = spot.plain, spot.core
    speaking = [
        item
        for item in own
        if item.role in ("is", "near") and item.period and not _from(plain, item, spot.others, core)
    ]
    now = [item for item in own if item.role == "now"]
    last = _finest(plain, speaking) if speaking else None
    planned = status in ("plan", "target")
    if last and written and _LATER.search(plain[last.end : core]):
        return _planned(written)
    # 去年引进18个，目前已有11个投产; of 今年以来，截至目前 the day is the end
    until_now = last and written and last.period.endswith(f"/{written.until}")
    if last and now and now[-1].start > last.start and not (planned or until_now):
        return _now(spot, written, now[-1].text)
    if last:
        return _named(spot, last, own, written, status)
    open_ones = [item for item in own if item.role in ("is", "near") and not item.period]
    if open_ones:
        return When("", f"“{open_ones[-1].text}”须知文章的日期", sure=False)
    within = re.search("[0-9一二两三四五六七八九十]+年内", spot.before)
    if within:
        return When("", f"“{within[0]}”：到哪一年没有写", sure=False)
    later = planned or _LATER.search(spot.before)
    days = [item for item in own if item.role == "other" and len(item.period) == _OF_A_DAY]
    if days and not _LATER.search(plain[days[-1].end : core]):
        return _on_a_day(spot, days[-1])
    for item in behind:
        return When(item.period, f"时期：同句的“{item.text}”", sure=False, passing=True)
    if later and written:
        return _planned(written)
    return _now(spot, written, now[-1].text) if now else None


def _on_a_day(spot: FigurePlace, day: NamedPeriod) -> When:
    """Return the day that a sentence names; what adds up until it began in its year, or before."""
    why = f"时期：同句的“{day.text}”"
    bounded = re.search("截[至止]$", spot.plain[: day.start])
    if bounded and _SINCE.search(spot.plain[day.end : spot.core]):
        of_year = _OF_YEAR.search(spot.before) or _COMPARED.match(spot.plain, spot.end)
        ever, this_year = f"../{day.period}", year_to(_bound_of(day.period))
        first, other = (this_year, ever) if of_year else (ever, this_year)
        return When(first, why, sure=False, offered=(other,))
    happened = bounded or _ON_A_DAY.search(spot.own)
    return When(day.period, why, sure=bool(happened))


def _planned(written: TextDate) -> When:
    return When(f"{written.month_text}/..", "时期：计划，自文章之日起", sure=False)


def _named(
    spot: FigurePlace,
    item: NamedPeriod,
    own: Sequence[NamedPeriod],
    written: TextDate | None,
    status: str,
) -> When:
    """Return the period that a sentence names, with what its words make of it."""
    period = _bounded(spot, item, own, written, status)
    why, between = f"时期：同句的“{item.text}”", spot.plain[item.end : spot.core]
    bounded = re.search("截[至止](?!目前|今|现在)", spot.plain[spot.start : spot.core])
    running = written and status == "actual" and period == str(written.year) and not bounded
    if written and running and (_SINCE.search(between) or "已" in between):
        return _so_far(item, own, written)
    if re.fullmatch("[0-9]{4}/[0-9]{4}", period) and _REACHED.search(between):
        # 过去五年，由520亿元增加到1041亿元: at the end of them
        return When(period[5:], f"时期：“{item.text}”之末", sure=False, passing=True)
    up_to = re.search("截[至止]$", spot.plain[max(0, item.start - 3) : item.start])
    if up_to and _MONTH.fullmatch(period) and _ADDS_UP.search(spot.own):
        # 截至11月底完成61亿元: since the head of the year, where nothing else is said
        return When(year_to(period), why, sure=False, offered=(period,))
    if written and _open_since(item) and period.endswith(written.until):
        if _IN_ALL.search(spot.own):
            # 今年以来，新开通8条，总数达到72条
            return _now(spot, written, "总数")
        if _GATHERED.search(spot.own):
            # 去年以来，集聚了30余家: so many came, or there are so many
            return When(period, why, sure=False, offered=(written.month_text,))
    # 一、二季度共3759亿元: of both, where no 分别 pairs them
    listed = any(
        part.role == "is" and spot.plain[part.end : item.start] in ("、", "和", "及", "与")
        for part in own
    )
    part = _PART_OF_IT.match(spot.plain, item.end)
    if part:
        why = f"{why}后有“{part[0]}”"
    return When(period, why, sure=item.role == "is" and not (listed or part))


#: 2025年春节期间, 2025年以前: no whole year.
_PART_OF_IT = re.compile(
    "的?(?:春节|国庆|五一|清明|端午|中秋|元旦|暑期|假期|黄金周)(?:假期|期间|长假)*|以前|之前|前夕"
)


def _so_far(item: NamedPeriod, own: Sequence[NamedPeriod], written: TextDate) -> When:
    """Return the months of a year that has not ended: up to that which was spoken of.

    2026年11月，销量28.1万辆，今年累计266.2万辆.
    """
    year, why = str(written.year), f"时期：同句的“{item.text}”累计"
    months = [
        part.period
        for part in own
        if part.end <= item.start
        and part.role != "now"
        and _MONTH.fullmatch(part.period)
        and part.period[:4] == year
    ]
    if months:
        return When(year_to(months[-1]), why, sure=item.role == "is")
    last = _one_before(written.month_text, "月") if written.month > 1 else ""
    return When(year_to(last) if last else "", why, sure=False, offered=(year,))


def _bounded(
    spot: FigurePlace,
    item: NamedPeriod,
    own: Sequence[NamedPeriod],
    written: TextDate | None,
    status: str,
) -> str:
    """Return the period that a sentence names, as its words bound it: 截至, 累计, 到2025年."""
    plain, core = spot.plain, spot.core
    before = plain[max(spot.start, item.start - 3) : item.start]
    up_to = [
        part
        for part in own
        if re.search("截[至止]", plain[max(0, part.start - 3) : part.start])
        or (len(part.period) == _OF_A_DAY and re.search("[到至]$", plain[: part.start]))
    ]
    ends = _bound_of(up_to[0].period) if up_to else ""
    if ends and _open_since(item):
        # 截至9月30日，自2016年开通以来
        return f"{item.period.partition('/')[0]}/{ends}"
    if ends and (_OF_YEAR.search(spot.before) or item.period == ends[:4]):
        # 截至9月30日，今年累计: of the months of this year
        return year_to(ends)
    so_far = _SINCE.search(plain[item.end : core])
    if up_to and item is up_to[-1] and (so_far or "已" in plain[item.end : core]):
        compared = spot.measure == "yoy" or _COMPARED.match(plain, spot.end)
        return year_to(ends) if ends and so_far and compared else _until(item.period)
    if _SINCE.search(spot.own) and any(item.end < place < core for place in spot.others):
        # 全年新增137家，累计达到255家: the second is of all years
        return _until(item.period)
    ahead = Period.parse(item.period).start if status == "actual" and written else None
    future = status in ("plan", "target") or (written and ahead and ahead > written.last_day)
    by_then = re.search("[到至]$", before) or item.text[0] in "到至"
    by_then = by_then or (item.text[-1] == "”" and plain[item.end : item.end + 1] == "末")
    return f"/{item.period}" if future and by_then and len(item.period) == 4 else item.period


def _last_month_within(period: str) -> str:
    """Return the month with which a part of a year ends; empty of a whole year, and of others."""
    part = Period.parse(period) if period else None
    if not part or not part.start or not part.end:
        return ""
    within = part.kind != "year" and part.start.year == part.end.year
    return f"{part.end:%Y-%m}" if within else ""


#: Letters of 2025-12-15.
_OF_A_DAY = 10


def _bound_of(period: str) -> str:
    """Return until when something is said by 截至: a month, or a day within one."""
    month, day = _last_month_within(period), Period.parse(period) if period else None
    within = day and day.kind == "day" and day.end != Period.parse(month).end
    return period if within else month


def _open_since(item: NamedPeriod) -> bool:
    return item.text.endswith(("以来", "至今", "起", "来")) and "/" in item.period


def year_to(month: str) -> str:
    """Return the months of a year up to one; its days, up to a day."""
    begun = f"{month[:4]}-01"
    if len(month) == _OF_A_DAY:
        return month if month == f"{begun}-01" else f"{begun}-01/{month}"
    if month.endswith("-12"):
        return month[:4]
    return month if month == begun else f"{begun}/{month}"


def _of_context(
    spot: FigurePlace,
    named: Sequence[NamedPeriod],
    carried: When | None,
    written: TextDate | None,
) -> When:
    """Return the period of a figure whose sentence names none: of what stands before, or open."""
    plain, core = spot.plain, spot.core
    so_far = _SINCE.search(spot.own)
    by_now = _IS_BY_NOW.search(plain[spot.clause : core])
    day = written.month_text if written else ""
    maybe = (day, f"../{day}") if day else ()
    unnamed = _UNNAMED.search(spot.before)
    if unnamed:
        return When("", f"“{unnamed[0]}”：没有写是什么时候", sure=False, offered=maybe)
    earlier = [item for item in named if item.start < spot.start and _carries(plain, item, spot)]
    follows = any(spot.start <= place < core for place in spot.others)
    throughout = carried and "/" in carried.period
    if written and by_now and (earlier or carried) and not so_far:
        return _now(spot, written, by_now[0])
    if not earlier and so_far and not follows and not throughout:
        return _now(spot, written, "累计")
    said = _earlier(spot, earlier, carried) if earlier else carried
    if said and said.period:
        period = _until(said.period) if so_far else said.period
        return When(period, said.why, sure=said.sure, offered=maybe[:1])
    happened = _HAPPENED.search(plain[spot.clause : core] + "　" + spot.behind)
    if happened:
        return When("", f"“{happened[0]}”：没有写是什么时候", sure=False, offered=maybe)
    told = [item for item in named if item.role == "news" and item.start < core]
    if told and not by_now and not _STANDS.search(spot.own):
        why = f"“{told[-1].text}”是说这件事的日子，数是什么时候的没有写"
        return When("", why, sure=False, offered=_told_of(written))
    if written:
        return When(written.month_text, "时期：文中未写，按文章之月", sure=False)
    return When("", "时期：文中未写，文章的日期也不知道", sure=False)


def _told_of(written: TextDate | None) -> tuple[str, ...]:
    """Return what statistics that are told of on a day may be of: the months that have ended."""
    if not written or not written.month:
        return ()
    year, month = (written.year, written.month - 1) if written.month > 1 else (written.year - 1, 12)
    last = f"{year}-{month:02d}"
    return tuple(dict.fromkeys((year_to(last), last)))


def _earlier(spot: FigurePlace, earlier: Sequence[NamedPeriod], carried: When | None) -> When:
    """Return the period that was named last before a sentence, in its paragraph.

    A month that a sentence names beside a longer time, and does not begin with, is of that sentence
    and of what goes on from it: 上半年…。其中，6月份增长8.3%。产量增长2.1倍.
    """
    last = earlier[-1]
    said = When(last.period, f"时期：同段的“{last.text}”", sure=False)
    month = Period.parse(last.period)
    begun = max(spot.plain.rfind(sign, 0, last.start) + 1 for sign in "。！？!?")
    opens = last.start - begun <= 1 and len(earlier) > 1
    goes_on = spot.plain[spot.start - 1] in ";；" or _GOES_ON.match(spot.plain, spot.start)
    if month.kind != "month" or opens or goes_on:
        return said
    for item in reversed(earlier[:-1]):
        if Period.parse(item.period).kind != "month" and Period.parse(item.period).contains(month):
            return When(item.period, f"时期：同段的“{item.text}”", sure=False)
    wider = carried and carried.period and Period.parse(carried.period).contains(month)
    if carried and wider and _MONTHLY.search(spot.plain[: last.start]):
        return carried
    return said


def _carries(plain: str, item: NamedPeriod, spot: FigurePlace) -> bool:
    """Return whether what follows in a paragraph may be of this period too."""
    if item.role in ("is", "near"):
        return bool(item.period) and not _from(plain, item, spot.others, spot.core)
    return item.role == "other" and len(item.period) == _OF_A_DAY


def _finest(plain: str, speaking: Sequence[NamedPeriod]) -> NamedPeriod:
    """Return the period named last; of 今年4月…2023年大会 the month: the year repeats it.

    三、四季度回升，2025年增长12%: a year that begins a clause is what that is of.
    """
    last = speaking[-1]
    begins = plain[: last.start].endswith(("，", ","))
    if (
        len(speaking) > 1
        and not begins
        and len(last.period) == 4
        and re.match("[12一二]", last.text)
    ):
        before = speaking[-2]
        if before.period.startswith(last.period) and len(before.period) == 7:
            return before
    return last


def _from(plain: str, item: NamedPeriod, seen: Sequence[int], core: int) -> bool:
    """Return whether a period is where a change began: 由2021年的34.6%提高至 what is of another."""
    began = plain[max(0, item.start - 1) : item.start] in ("由", "从")
    return began and any(item.end <= place < core for place in seen)


def _until(period: str) -> str:
    """Return all time until the end of a year, month or day; a stretch is what it is."""
    return period if "/" in period or "-Q" in period else f"../{period}"


def _now(spot: FigurePlace, written: TextDate | None, word: str) -> When:
    if not written:
        return When("", f"“{word}”须知文章的日期", sure=False)
    period = written.month_text
    if "累计" in spot.before:
        period = f"../{period}"
    return When(period, f"时期：“{word}”，按文章之月", sure=False)


def last_month(period: str) -> str:
    """Return the month in which a period of months ends; another period as it is."""
    end = period.rpartition("/")[2]
    return end if re.fullmatch("[0-9]{4}-[0-9]{2}", end) else period


def years_of(when: When, own: Sequence[NamedPeriod]) -> When:
    """Return the years that an average over years is of, where its sentence names them."""
    for item in (*reversed(own), None):
        period = item.period if item else when.period
        several = period and len(Period.parse(period).years) + period.endswith("..") > 1
        if several or period.startswith("/"):
            return When(period, f"时期：“{item.text}”", sure=True) if item else when
    return When("", "年均增长：是哪几年，同句没有写", sure=False)


def is_about(plain: str, named: Sequence[NamedPeriod]) -> When | None:
    """Return the period that a lead or a heading is about: no day, no comparison."""
    for item in named:
        heading = item.text in ("当月", "本月") or _OF_A_THING.match(plain, item.end)
        if item.role == "is" and item.period and len(item.period) != 10 and not heading:
            return When(item.period, f"时期：前文的“{item.text}”", sure=False)
    return None
