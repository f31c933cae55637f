"""When a figure of an article is: by its clause, its sentence, its paragraph, its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cqbook.quantities.named_periods import NamedPeriod, TextDate

_PLANS = re.compile("将|计划|拟|规划|力争|目标|争取|有望|奋力|预期")
_SINCE = re.compile("累计")


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
    """
    start, _ = sentence
    own = [item for item in named if start <= item.start < core]
    speaking = [item for item in own if item.role == "is" and item.period]
    if speaking:
        item = speaking[-1]
        period, why = item.period, f"时期：同句的“{item.text}”"
        before = plain[max(start, item.start - 3) : item.start]
        if re.search("截至|截止", before):
            period = f"../{item.period}" if _SINCE.search(plain[start:core]) else item.period
        elif re.search("[到至]$", before) and status in ("plan", "target"):
            period = f"/{item.period}" if len(item.period) == 4 else item.period
        return When(period, why, sure=True)
    open_ones = [item for item in own if item.role == "is"]
    if open_ones:
        return When("", f"“{open_ones[-1].text}”须知文章的日期", sure=False)
    now = [item for item in own if item.role == "now"]
    if status in ("plan", "target") and written:
        return When(f"{written.month_text}/..", "时期：计划，自文章之日起", sure=False)
    if now or (_SINCE.search(plain[start:core]) and not carried):
        return _now(plain[start:core], written, now[-1].text if now else "累计")
    if carried and carried.period:
        return When(carried.period, carried.why, sure=False)
    if written:
        return When(written.month_text, "时期：文中未写，按文章之月", sure=False)
    return When("", "时期：文中未写，文章的日期也不知道", sure=False)


def _now(before: str, written: TextDate | None, word: str) -> When:
    if not written:
        return When("", f"“{word}”须知文章的日期", sure=False)
    period = written.month_text
    if "累计" in before:
        period = f"../{period}"
    return When(period, f"时期：“{word}”，按文章之月", sure=False)


def is_about(named: Sequence[NamedPeriod]) -> When | None:
    """Return the period that a lead or a heading is about: a month or more, no day, no comparison."""
    for item in named:
        if item.role == "is" and item.period and len(item.period) != 10:
            return When(item.period, f"时期：前文的“{item.text}”", sure=False)
    return None


def status_of(before: str) -> tuple[str, str]:
    """Return whether a figure is actual, an estimate, planned or a target, and the word for it."""
    found = [
        (match.start(), code, match[0])
        for pattern, code in (
            ("预计|预期|估计|有望|预测", "estimate"),
            (
                "计划(?!目标|的|投资进度|总投资)(?![”》])|将(?!.{0,14}作为)|拟(?!合)|规划建设|规划实施"
                "|投产后|建成后|明确",
                "plan",
            ),
            ("力争|目标|争取|努力实现|奋力|打造", "target"),
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
