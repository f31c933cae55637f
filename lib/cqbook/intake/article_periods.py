"""When a figure of an article is: by its clause, its sentence, its paragraph, its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cqbook.quantities.named_periods import NamedPeriod, TextDate
from cqbook.quantities.periods import Period

_SINCE = re.compile("累计")
#: A day behind which these stand is that of the news, not of the figure.
_PUBLISHED = re.compile("发布|获悉|数据|消息|通报|介绍|公布|表示|报道")


@dataclass(frozen=True)
class When:
    """A period, why it was taken, and whether the words of the figure's sentence say it."""

    period: str
    why: str
    sure: bool


def period_of(
    sentence: tuple[int, int],
    plain: str,
    core: int,
    named: Sequence[NamedPeriod],
    carried: When | None,
    written: TextDate | None,
    status: str,
    seen: Sequence[int],
) -> When:
    """Return the period of a figure.

    Parameters
    ----------
    sentence : (int, int)
        Where its sentence begins and ends in the paragraph.
    plain : str
        The paragraph.
    core : int
        Where its digits begin.
    named : sequence of NamedPeriod
        What the paragraph names of time.
    carried : When or None
        The period of what stands before; of the lead, where the article is about one.
    written : TextDate or None
        When the article was written.
    status : str
        ``plan`` and ``target`` begin with the day of the text where nothing else is said.
    seen : sequence of int
        Where the digits of the paragraph's figures begin.
    """
    start, _ = sentence
    own = [item for item in named if start <= item.start < core]
    clause = max(start, *(plain.rfind(sign, start, core) + 1 for sign in ",，；;"))
    last = max((place for place in seen if place < core), default=start)
    so_far = _SINCE.search(plain[max(clause, last) : core])
    speaking = [
        item
        for item in own
        if item.role == "is" and item.period and not _from(plain, item, seen, core)
    ]
    if speaking:
        item = _finest(speaking)
        period, why = item.period, f"时期：同句的“{item.text}”"
        before = plain[max(start, item.start - 3) : item.start]
        if re.search("截至|截止", before) and re.search("累计|已", plain[item.end : core]):
            period = _until(period)
        elif so_far and any(item.end < place < core for place in seen):
            # 全年新增137家，累计达到255家: the second is of all years
            period = _until(period)
        elif re.search("[到至]$", before) and status in ("plan", "target"):
            period = f"/{item.period}" if len(item.period) == 4 else item.period
        return When(period, why, sure=True)
    # 是去年同期的3.6倍 is of this year; 较去年同期提升, too
    if re.search("(?<![较比与同是为])(?:去年|上年)同期的?[^,，]{0,4}$", plain[start:core]):
        return When("", "“去年同期”：前文时期的上一年", sure=False)
    open_ones = [item for item in own if item.role == "is" and not item.period]
    if open_ones:
        return When("", f"“{open_ones[-1].text}”须知文章的日期", sure=False)
    now = [item for item in own if item.role == "now"]
    days = [item for item in own if item.role == "other" and len(item.period) == 10]
    if days and not _PUBLISHED.search(plain[days[-1].end : core]):
        return When(days[-1].period, f"时期：同句的“{days[-1].text}”", sure=True)
    later = status in ("plan", "target") or re.search("投产后|建成后|达产", plain[start:core])
    if later and written:
        return When(f"{written.month_text}/..", "时期：计划，自文章之日起", sure=False)
    if now:
        return _now(plain[start:core], written, now[-1].text)
    earlier = [item for item in named if item.start < start and _carries(plain, item, seen, core)]
    follows = any(start <= place < core for place in seen)
    throughout = carried and "/" in carried.period
    if not earlier and so_far and not follows and not throughout:
        return _now(plain[start:core], written, "累计")
    said = (
        When(earlier[-1].period, f"时期：同段的“{earlier[-1].text}”", sure=False)
        if earlier
        else carried
    )
    if said and said.period:
        return When(_until(said.period) if so_far else said.period, said.why, sure=said.sure)
    if written:
        return When(written.month_text, "时期：文中未写，按文章之月", sure=False)
    return When("", "时期：文中未写，文章的日期也不知道", sure=False)


def _carries(plain: str, item: NamedPeriod, seen: Sequence[int], core: int) -> bool:
    """Return whether what follows in a paragraph may be of this period too."""
    if item.role == "is":
        return bool(item.period) and not _from(plain, item, seen, core)
    day = item.role == "other" and len(item.period) == 10
    return day and not _PUBLISHED.search(plain[item.end : item.end + 40])


def _finest(speaking: Sequence[NamedPeriod]) -> NamedPeriod:
    """Return the period named last; of 今年4月…2023年大会 the month: the year repeats it."""
    last = speaking[-1]
    if len(speaking) > 1 and len(last.period) == 4:
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


def _now(before: str, written: TextDate | None, word: str) -> When:
    if not written:
        return When("", f"“{word}”须知文章的日期", sure=False)
    period = written.month_text
    if "累计" in before:
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
        if period and len(Period.parse(period).years) + period.endswith("..") > 1:
            return When(period, f"时期：“{item.text}”", sure=True) if item else when
    return When("", "年均增长：是哪几年，同句没有写", sure=False)


def is_about(named: Sequence[NamedPeriod]) -> When | None:
    """Return the period that a lead or a heading is about: no day, no comparison."""
    for item in named:
        heading = item.text in ("当月", "本月")
        if item.role == "is" and item.period and len(item.period) != 10 and not heading:
            return When(item.period, f"时期：前文的“{item.text}”", sure=False)
    return None


def status_said(before: str) -> tuple[str, str]:
    """Return whether a figure is actual, an estimate, planned or a target, and the word for it."""
    found = [
        (match.start(), code, match[0])
        for pattern, code in (
            ("预计|预期|估计|有望|预测", "estimate"),
            (
                "(?<![”》年初度])计划(?!目标|的|投资进度|总投资)(?![”》])|将(?!.{0,14}作为)|拟(?!合)|规划建设"
                "|投产后|建成后|明确",
                "plan",
            ),
            ("力争|目标(?!任务)|争取|努力实现|致力于|推动.{0,12}迈向|向.{0,12}迈进", "target"),
        )
        for match in re.finditer(pattern, before)
    ]
    words = [item for item in found if item[2] != "明确"]
    if not words:
        return "actual", ""
    # 预计…将达: an estimate, whatever else is said; a target is stronger than a plan
    for wanted in ("estimate", "target", "plan"):
        for _, code, word in words:
            if code == wanted:
                return code, f"性质：“{word}”"
    return "actual", ""
