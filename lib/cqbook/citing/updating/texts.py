"""What the book prints in a document beside its figures and numbers, of one edition and another."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cqbook.citing.alike import bare
from cqbook.citing.briefing import dated
from cqbook.citing.cited import FigureKey
from cqbook.citing.marks import LEFT_OUT, NUMBER_PATTERN, abridged, number_mark
from cqbook.citing.updating.lines import Rewrite

#: The part of its letters that a text shares with what became of it.
_ALIKE = 0.5
#: What a text of the book ends at, or begins behind, within a paragraph of somebody's own.
_BOUND = "。；;，,｜|：:.（）()“” 　\n"
#: What stands around the title of a figure where it is a caption, or a line of a summary.
_CAPTION = re.compile(
    r"(\s{0,4}附?[图表]\s?\d{0,3}[\s：:、]{0,4})?(.*?)((?:（图\d{1,3}）)?[。.]?\s{0,4})", re.S
)


def paired(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """Return what became of each text that is printed of a figure, in the order of printing.

    Where one edition has a text more (a note), by likeness.
    """
    if len(old) == len(new):
        return dict(zip(old, new, strict=True))
    left = [text for text in new if text not in old]
    found = {text: text for text in old if text in new}
    for text in old:
        near = difflib.get_close_matches(text, left, n=1, cutoff=_ALIKE)
        if text not in found and near:
            found[text] = near[0]
    return found


def dated_pairs(old: str, new: str) -> dict[str, str]:
    """Return the lines below a title that say the month of an edition, and those of another."""
    was, now = dated(old), dated(new)
    # slides have them without the brackets
    return {was: now, was.strip("（）"): now.strip("（）")}


class PrintedPair(NamedTuple):
    """What was printed, and what is; ``figures``: of which figure, in both editions."""

    old: str
    new: str
    figures: tuple[FigureKey, ...] = ()


class PrintedPairs:
    """What the book printed in a document, and prints now; a text shorter than `short` is a title.

    Such a one is the book's only where it is all of a paragraph, of a caption, or of a line of a
    summary. What two figures say with the same words is that of the one which it stands beside.
    """

    def __init__(self, pairs: Iterable[PrintedPair], short: int) -> None:
        self.whole: dict[str, list[PrintedPair]] = {}
        by_text: dict[str, list[PrintedPair]] = {}
        for pair in pairs:
            if bare(pair.old):
                self.whole.setdefault(bare(pair.old), []).append(pair)
            if len(pair.old) >= short:
                by_text.setdefault(pair.old, []).append(pair)
        # where nothing of any of them changed there is nothing to look for
        self.parts = sorted(
            ((old, same) for old, same in by_text.items() if any(pair.new != old for pair in same)),
            key=lambda item: -len(item[0]),
        )

    def exchanged(self, text: str, beside: Sequence[FigureKey] = ()) -> list[Rewrite]:
        """Return where a paragraph says texts of the book, and what they are now.

        ``beside``: the figures that it stands beside, the nearest first.
        """
        said = _CAPTION.fullmatch(text)
        for start, end in ((0, len(text)), *([said.span(2)] if said else [])):
            plain = bare(text[start:end])
            if plain in self.whole:
                held = text[start:end]
                lead = held[: len(held) - len(held.lstrip())]
                new = _of(self.whole[plain], beside)
                return (
                    [Rewrite(start, end, lead + new.strip())] if new.strip() != held.strip() else []
                )
            # a title is printed with a stop, and without
            if f"{plain}." in self.whole and plain:
                new = _of(self.whole[f"{plain}."], beside).rstrip("。")
                return [Rewrite(start, end, new)] if new != text[start:end] else []
        found: list[Rewrite] = []
        for old, same in self.parts:
            place = text.find(old)
            while place >= 0:
                end = place + len(old)
                taken = any(item.start < end and place < item.end for item in found)
                new = _of(same, beside)
                if not taken and new != old and _stands_alone(text, place, end):
                    found.append(Rewrite(place, end, new))
                place = text.find(old, end)
        return sorted(found)


def _of(pairs: Sequence[PrintedPair], beside: Sequence[FigureKey]) -> str:
    """Return what a text is now: of the nearest figure of those, else of any that changed."""
    own = (pair.new for figure in beside for pair in pairs if figure in pair.figures)
    moved = (pair.new for pair in pairs if pair.new != pair.old)
    return next(own, "") or next(moved, pairs[0].new)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a part of a text begins and ends where sentences and their parts do."""
    return (start == 0 or text[start] in _BOUND or text[start - 1] in _BOUND) and (
        end == len(text) or text[end - 1] in _BOUND or text[end] in _BOUND
    )


def masked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text without what stands at some places."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}※{text[end:]}"
    return text


@dataclass(frozen=True)
class ListedNumber:
    """A number that a line at the end of a document says it holds: where it says so, and how."""

    start: int
    end: int
    name: str
    text: str
    edition: str


#: The two forms of that line: marks in a row, and words with the names in brackets.
_LIST = re.compile(r"《[^》]{1,80}》版次\s?(?P<edition>[\w.-]{1,80})，方括号内[^：]{1,40}：")
_ITEM = re.compile(
    r"(?P<text>[^〔〕]{1,400}?)〔(?P<name>(?:claim:)?[a-z0-9-]{1,80}\.[a-z][a-z0-9_-]{0,80})〕"
)


def listed_numbers(text: str) -> list[ListedNumber]:
    """Return the numbers that a line lists, if it is such a line."""
    found = [
        ListedNumber(*item.span(), item["name"], item["text"], item["edition"])
        for item in NUMBER_PATTERN.finditer(text)
    ]
    for head in _LIST.finditer(text):
        place = head.end()
        while item := _ITEM.match(text, place):
            words = item["name"], item["text"], head["edition"]
            found.append(ListedNumber(*item.span(), *words))
            place = item.end() + 1
    return found


def relisted(
    text: str, new: Mapping[str, str], gone: Mapping[str, int], name: str
) -> list[Rewrite]:
    """Return how a line that lists numbers says them of another edition.

    Parameters
    ----------
    text : str
    new : mapping of str to str
        The numbers that are another now, or the same, by name.
    gone : mapping of str to int
        How many of a name are no longer in the text.
    name : str
        The edition.
    """
    listed = listed_numbers(text)
    said: list[str] = []
    left = Counter(gone)
    for item in listed:
        whole = text[item.start : item.end]
        fresh = new.get(item.name)
        if left[item.name]:
            left[item.name] -= 1
            continue
        if fresh is not None and whole.endswith("〕"):
            fresh = abridged(fresh) if LEFT_OUT in item.text else fresh
            whole = f"{fresh}〔{item.name}〕"
        elif fresh is not None:
            whole = number_mark(item.name, fresh, name)
        said.append(whole)
    if not listed:
        return []
    heads = [head.span("edition") for head in _LIST.finditer(text)]
    made = [Rewrite(start, end, name) for start, end in heads]
    return [*made, Rewrite(listed[0].start, listed[-1].end, "；".join(said))]
