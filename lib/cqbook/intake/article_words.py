"""The words of one figure of an article: its sentence, its own words, what stands before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cqbook.intake.article_choices import RATIOS, without_bases
from cqbook.intake.article_figure import ArticleFigure
from cqbook.intake.article_lists import SENTENCE, sentence_of
from cqbook.quantities.sightings import Sighting
from cqbook.quantities.units import Unit

#: 东盟连续5年: how long.
_LASTING = re.compile("(?:连续|已连续|持续|历时)$")


@dataclass(frozen=True)
class FigureWords:
    """Where a figure stands in a paragraph.

    ``begin``, ``end``: of its sentence. ``floor``: where its own words begin, from the head of the
    sentence. ``previous``: the figure before it in the paragraph; ``same``: in the sentence.
    """

    plain: str
    item: Sighting
    begin: int
    end: int
    floor: int
    previous: ArticleFigure | None
    same: ArticleFigure | None

    @cached_property
    def sentence(self) -> str:
        """Its sentence."""
        return self.plain[self.begin : self.end]

    @cached_property
    def blank(self) -> str:
        """Its sentence without what is compared with: 占…的 is not what a figure is of."""
        return without_bases(self.sentence)

    @property
    def core(self) -> int:
        """Where its digits begin in the sentence."""
        return self.item.core - self.begin

    @property
    def past(self) -> int:
        """Where it ends in the sentence."""
        return self.item.end - self.begin

    @property
    def segment(self) -> str:
        """Its own words before it, without what is compared with."""
        return self.blank[self.floor : self.core]

    @property
    def said(self) -> str:
        """Its own words before it, as printed."""
        return self.sentence[self.floor : self.core]

    @property
    def behind(self) -> str:
        """What follows it in its clause."""
        return re.split("[,，。；;、（(]", self.blank[self.past : self.past + 14])[0]

    @property
    def counted(self) -> bool:
        """Whether it is an amount, which a noun behind it may name."""
        units = self.item.units
        return bool(units) and Unit.parse(units[0]).name not in RATIOS

    @property
    def own(self) -> str:
        """Its own words on both sides."""
        return self.segment + ("　" + self.behind if self.counted else "")


def figure_words(plain: str, item: Sighting, made: Sequence[ArticleFigure]) -> FigureWords:
    """Return the words of a figure.

    Parameters
    ----------
    plain : str
        Its paragraph.
    item : Sighting
    made : sequence of ArticleFigure
        The figures before it in the paragraph.
    """
    begin = sentence_of(plain, item.core)
    stop = SENTENCE.search(plain, item.end)
    previous = made[-1] if made else None
    same = previous if previous and previous.seen.core >= begin else None
    # 东盟连续5年为最大贸易伙伴，贸易额…: how long takes no words from what follows
    last = same
    while last and _LASTING.search(plain[begin : last.seen.core]):
        earlier = [one for one in made if begin <= one.seen.core < last.seen.core]
        last = earlier[-1] if earlier else None
    floor = (last.seen.end if last else begin) - begin
    end = stop.start() if stop else len(plain)
    return FigureWords(plain, item, begin, end, floor, previous, same)
