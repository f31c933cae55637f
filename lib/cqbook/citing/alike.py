"""When two texts say the same, whoever typed them, and what around a number makes it another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from cqbook.disk.checksums import digest

#: Signs that word processors and people write for one another.
_ALIKE = str.maketrans({"−": "-", "—": "-", "–": "-", "。": "."})
#: Where a sentence ends in a bare text, in which 。 is a full stop too.
SENTENCE_END = re.compile(r"[;!?]|(?<![0-9])\.|\.(?![0-9])")
#: （见图1）: where to look, and nothing of the number.
_SEE = re.compile(r"\((?:详?见|参见|如)?附?[图表]\d{1,3}(?:所示)?\)")
#: Words for a rate against the year before.
_SAME_RATE = re.compile("[比较](?:上|去)年(?:同期)?(?=[增下减升降提回])")
#: Words that say nothing of what a number is: 同比仅增长, 出口也.
_FILLING = re.compile("[仅也又还则已共再均都]|首次|继续")
#: Years and other numbers with what follows them, the unit right behind the number (§), and words
#: of direction and of limits.
_TELLING = re.compile(
    r"[0-9][0-9.,]*(?:[万亿]{0,2}[一-鿿%‰])?|§[万亿千百十]{0,3}(?:[元吨辆台家个户箱倍成项%‰]|美元)?"
    "|进出口|出口|进口|[增升涨扩]|[降减跌缩]|[超逾过]|[近约]|不足|以上|以下|同比|环比|没有|[未不非]|预计|预期|计划|力争|目标|有望"
    # of how much of a year, and whether of all of it so far
    "|[一二三四五六七八九十首前末]{0,2}个?季度?|[上下]半年|[当本]月|[前头首]?[一二三四五六七八九十]{1,3}个?月"
    "|以来|[末底]|累计|截[至止]|期间|每[年月日]|[年月日]均|平均"
    # as what money, at which prices, how sure
    "|美元|人民币|[欧日港]元|不变价|现价|可比价|初步|快报|估[计算]|口径"
)


def bare(text: str) -> str:
    """Return a text without what another hand may write otherwise and mean the same.

    Full-width letters, separators of thousands, dashes, and spaces, of which a page of a PDF has
    none.
    """
    text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return re.sub(r"\s|(?<=\d),(?=\d{3}(?!\d))", "", text)


def pairs_of(text: str) -> frozenset[str]:
    """Return the letters of a text two by two."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def surroundings(text: str, start: int, end: int, others: Iterable[tuple[int, int]] = ()) -> str:
    """Return a hash of what in a sentence decides what a number in it says, six digits long.

    The words of its clause before it, and of short ones before that (全国, 民营企业中), years,
    units, other numbers, flows and words of direction: the rest may be written otherwise, and words
    without any of these may be added. Of a text and of the same made `bare` it is one: a reader of
    slides has the one, who wrote them the other.

    Parameters
    ----------
    text : str
        The paragraph.
    start, end : int
        Where the number stands in it.
    others : iterable of (int, int)
        Where other numbers of the book stand: each is asked for itself.
    """
    for first, last in others:
        if (first, last) != (start, end):
            # as many as the bare text has; blanks keep what is behind in its place
            hidden = "※" * len(bare(text[first:last]))
            text = f"{text[:first]}{hidden:　<{last - first}}{text[last:]}"
    ahead, after = text[:start].rpartition("\n")[2], text[end:].partition("\n")[0]
    before, behind = (_SAME_RATE.sub("同比", _SEE.sub("", bare(text))) for text in (ahead, after))
    before, behind = SENTENCE_END.split(before)[-1], SENTENCE_END.split(behind)[0]
    told = _TELLING.findall(f"{before}§{behind}")
    return digest("|".join([_subject(before), *told]).encode())[:6]


#: Letters of a clause that only says of what the next one is: 全国, 四川省方面, 民营企业中.
_SHORT = 8
#: Clauses that say from whom it is, or lead from one sentence to the next.
_LEADS = re.compile(
    "据.{0,6}(?:统计|介绍|悉|了解|获悉|显示|海关|数据)|此外|另外|同时|总[的体]看|总体来看|其中|具体看"
)


def _subject(before: str) -> str:
    """Return the clause of a number, with short ones before it that say of what it is."""
    *earlier, subject = re.split("[,、:]", before)
    for clause in reversed(earlier):
        if not clause or len(clause) > _SHORT or re.search("[0-9※]", clause):
            break
        if not _LEADS.fullmatch(clause):
            subject = f"{clause},{subject}"
    return _FILLING.sub("", subject)


#: Letters of a sentence that are shown on either side of a number.
_SHOWN = 40
_ENDS = re.compile(r"[。；;！!？?\n]")


def shown_around(text: str, start: int, end: int) -> str:
    """Return the sentence that a number stands in, as somebody finds it again in a document."""
    before, behind = _ENDS.split(text[:start])[-1], _ENDS.split(text[end:])[0]
    head = "…" if len(before) > _SHOWN else ""
    tail = "…" if len(behind) > _SHOWN else ""
    return f"{head}{before[-_SHOWN:]}{text[start:end]}{behind[:_SHOWN]}{tail}".strip()


def begins_with(text: str, number: str) -> bool:
    """Return whether a text begins with a number, and not with a longer one."""
    wanted = re.escape(bare(number))
    return re.match(rf"{wanted}(?![0-9]|\.[0-9])", bare(text)) is not None
