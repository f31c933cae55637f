"""What a document that quotes the book says in somebody's own words, and who is to look at it.

The numbers of such paragraphs are asked one by one elsewhere, as those of any text. A comparison
without a number (创历史新高) nobody can ask: it is listed, so that it does not pass for the book's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cqbook.citing.alike import SENTENCE_END, bare
from cqbook.citing.cited import CAPTION_NUMBER, Passage
from cqbook.citing.claims_said import STOPS, TAKEN, SaidClaim, without_claims
from cqbook.citing.marks import citations_in
from cqbook.citing.retold import LOUD_WORDS
from cqbook.citing.sentences import core_of

#: Han letters from which on a paragraph says something: a cell of a table does not.
_SAYS = 6
_HAN = re.compile("[一-鿿]")
#: A number of the book in the list at the end of a briefing.
_LISTED = re.compile(r"〔[\w.:-]{3,120}〕")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
#: A number is struck as a whole.
_TOKEN = re.compile(f"{_NUMBER.pattern}|.")
_CLAUSE = re.compile(f"[,:{TAKEN}]|{SENTENCE_END.pattern}")
#: Ranks, records and what is said of a whole, without a number.
_BOASTS = re.compile(
    f"{LOUD_WORDS.pattern}|新[高低]|历史性|纪录|谷底|第[一二三](?![产季期批章步个次类部、季])|首位|榜首"
    "|前[三五十]|领[跑先]|跃居|稳居|[成数]倍|最[高低大小多少快慢](?!的?是)|绝对|全面|全线"
)


@dataclass(frozen=True)
class OwnWords:
    """All paragraphs of a document, which of them the book did not print, and the numbers quoted.

    ``own``: their places, from 1; ``titles``: of those, captions and titles of the book's figures;
    ``quoted``: bare, the numbers that the book's marks hold, each with the paragraph that it stands
    in, where the document says it; ``foreign``: titles in another language with a number that the
    book does not print of what is there.
    """

    paragraphs: tuple[str, ...]
    own: frozenset[int]
    titles: frozenset[int]
    quoted: frozenset[tuple[str, str]]
    foreign: tuple[str, ...] = ()

    def says_itself(self, paragraph: int, printed: str) -> bool:
        """Return whether somebody's own words have a number that is none of those quoted in them.

        A title says of what its figure shows: there each is asked.
        """
        if paragraph in self.titles:
            return True
        plain, around = bare(printed), bare(self.paragraphs[paragraph - 1])
        known = any(
            (number in plain or plain in number) and (not place or place == around)
            for number, place in self.quoted
        )
        return paragraph in self.own and not known


def in_own_words(
    passages: Sequence[Passage],
    printed: Collection[str],
    claims: Sequence[SaidClaim],
    quoted: Iterable[tuple[str, str]],
) -> OwnWords:
    """Return what of a document's paragraphs the book did not print.

    Parameters
    ----------
    passages : sequence of Passage
        Of the document.
    printed : collection of str
        What the book prints of its figures and tables.
    claims : sequence of SaidClaim
        Of the editions that the document is of.
    quoted : iterable of (str, str)
        The numbers that the book's marks hold, and the paragraph of each.
    """
    ours = {bare(text).rstrip(STOPS) for text in printed}
    own = frozenset(
        place
        for place, passage in enumerate(passages, start=1)
        if passage.role != "contents" and _is_own(passage.text, ours, claims)
    )
    titles = frozenset(place for place in own if _is_title(passages[place - 1]))
    shortened = {place for place in titles if _is_shortened(passages[place - 1].text, ours)}
    plain = frozenset((text, bare(place)) for number, place in quoted if (text := bare(number)))
    texts = tuple(passage.text for passage in passages)
    known = {number for text in ours for number in _NUMBER.findall(text)}
    foreign = tuple(
        passage.text
        for passage in passages
        if _is_title(passage)
        and len(_HAN.findall(passage.text)) < _SAYS
        and not known.issuperset(_NUMBER.findall(core_of(passage.text)[0]))
    )
    return OwnWords(texts, own - shortened, titles - shortened, plain, foreign)


def _is_title(passage: Passage) -> bool:
    """Return whether a paragraph stands as the title of a figure of the book, or as its caption."""
    called = passage.role == "heading" or CAPTION_NUMBER.match(passage.text)
    return bool(called and passage.at)


def _is_shortened(text: str, ours: Collection[str]) -> bool:
    """Return whether a title is one of the book's of which words were struck, and none added."""
    left = _TOKEN.findall(core_of(text)[0].rstrip(STOPS))
    for whole in ours:
        tokens = iter(_TOKEN.findall(whole))
        if all(token in tokens for token in left):
            return True
    return False


def _is_own(text: str, ours: Collection[str], claims: Sequence[SaidClaim]) -> bool:
    if len(_HAN.findall(text)) < _SAYS or _LISTED.search(text) or any(citations_in(text)):
        return False
    if core_of(text)[0].rstrip(STOPS) in ours:
        return False
    made = without_claims(text, claims)
    # what was made of a sentence of the book is told as that
    return not made.faults and bool(made.rest.strip(f"{TAKEN}{STOPS}"))


#: What is named of numbers and boasts; of the others it is said how many.
_NAMED = 5


def unasked_lines(words: OwnWords, numbers: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    """Yield what to tell of one's own words that the book can't be asked about.

    Parameters
    ----------
    words : OwnWords
    numbers, cells : sequence of str
        Those of one's own, as printed, in sentences and in tables, that the book has not, or that
        can't be read.
    """
    unread = "书中没有或读不准，没有核对"
    for found, told, english in (
        (numbers, f"自己的话里的数，{unread}", "numbers of your own, not compared"),
        (cells, f"自己的表里的数，{unread}", "numbers in tables of your own, not compared"),
        (list(boasts(words)), "自己的话里没有数的比较，书不能核对", "comparisons without a number"),
        (titles_without_number(words), "自己的图题，书里没有，没有核对", "titles of your own"),
    ):
        once = list(dict.fromkeys(found))
        named = "；".join(f"“{item}”" for item in once[:_NAMED])
        more = f"等{len(once)}处" if len(once) > _NAMED else ""
        if once:
            yield f"{told}：{named}{more} | {english}: {len(once)}"


def titles_without_number(words: OwnWords) -> list[str]:
    """Return the titles of one's own above figures of the book that say no number."""
    said = (words.paragraphs[place - 1] for place in sorted(words.titles))
    return [text for text in said if not _NUMBER.search(core_of(text)[0])]


def boasts(words: OwnWords) -> Iterator[str]:
    """Yield the clauses of one's own that rank or surpass and say no number."""
    for place in sorted(words.own):
        for clause in _CLAUSE.split(bare(words.paragraphs[place - 1])):
            if _BOASTS.search(clause) and not re.search(r"\d[^年]", clause):
                yield clause
