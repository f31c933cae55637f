"""When two texts say the same, whoever typed them, and what around a number makes it another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from cqbook.disk.checksums import digest

#: Signs that word processors and people write for one another.
_ALIKE = str.maketrans({"−": "-", "—": "-", "–": "-", "。": "."})
_SENTENCE = re.compile("[。；;！!？?\n]")
#: Years and other numbers with what follows them, the unit right behind the number (§), and words
#: of direction and of limits.
_TELLING = re.compile(
    r"[0-9][0-9.,]*(?:[万亿]{0,2}[一-鿿%‰])?|§[万亿千百十]{0,3}(?:[元吨辆台家个户箱倍成项%‰]|美元)?"
    "|进出口|出口|进口|[增升涨扩]|[降减跌缩]|[超逾过]|[近约]|不足|以上|以下|同比|环比|没有|[未不非]"
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

    The words of its clause before it, years, units, other numbers, flows and words of direction:
    the rest may be written otherwise, and words without any of these may be added.

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
            text = f"{text[:first]}{'※' * (last - first)}{text[last:]}"
    before = _SENTENCE.split(text[:start])[-1]
    behind = _SENTENCE.split(text[end:])[0]
    told = _TELLING.findall(f"{bare(before)}§{bare(behind)}")
    subject = re.split("[,，、:：]", bare(before))[-1]
    return digest("|".join([subject, *told]).encode())[:6]
