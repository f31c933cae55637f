"""Paragraphs as text, and another text at a place in them, with the looks of what stood there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.readers.office_parts import A, W

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
#: Letters of a text that is replaced as a whole; of a longer one the words that differ.
WHOLE = 12
_WORD = re.compile(r"[0-9A-Za-z]+(?:[.,-][0-9A-Za-z]+)*|.", re.S)
#: What a text of the book ends at, or begins behind, within a paragraph of somebody's own.
_BOUND = "。；;，,｜|：:.（）()“” 　\n"


@dataclass(frozen=True)
class Line:
    """A paragraph of Word or of a slide: the elements that hold its text, in order."""

    node: etree._Element
    texts: tuple[etree._Element, ...]

    @property
    def text(self) -> str:
        """What it says, with tracked changes accepted."""
        return "".join(node.text or "" for node in self.texts)

    def at(self, node: etree._Element) -> int:
        """Return how much of the text stands before an element of the paragraph."""
        own, count = set(self.texts), 0
        for item in self.node.iter(node.tag, f"{W}t", f"{A}t"):
            if item is node:
                break
            count += len(item.text or "") if item in own else 0
        return count

    def pieces(self, start: int, end: int) -> Iterator[tuple[etree._Element, int, int]]:
        """Yield the elements that hold a part of the text, and which part of each."""
        place = 0
        for node in self.texts:
            size = len(node.text or "")
            first, last = max(start - place, 0), min(end - place, size)
            if first < last:
                yield node, first, last
            place += size


def lines_of(tree: etree._Element) -> Iterator[Line]:
    """Yield the paragraphs, of one inside another each its own text; what is moved away is gone."""
    tags = [f"{space}{tag}" for space in (W, A) for tag in "pt"] + [f"{W}moveFrom"]
    texts: list[list[etree._Element]] = [[]]
    gone = 0
    for event, node in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        if node.tag == f"{W}moveFrom":
            gone += 1 if event == "start" else -1
        elif node.tag[-1] == "t":
            if event == "start" and not gone:
                texts[-1].append(node)
        elif event == "start":
            texts.append([])
        else:
            yield Line(node, tuple(texts.pop()))


class Rewrite(NamedTuple):
    """Another text for a part of a paragraph; ``note``: why, for who reads it."""

    start: int
    end: int
    text: str
    note: str = ""


class Hand(Protocol):
    """Writes into paragraphs of a kind of document."""

    def write(self, line: Line, rewrites: Iterable[Rewrite]) -> None:
        """Put other texts into a paragraph; they do not overlap."""


class SlideHand:
    """Writes into paragraphs of slides, which know no tracked changes."""

    def write(self, line: Line, rewrites: Iterable[Rewrite]) -> None:
        """Put other texts into a paragraph."""
        for item in sorted(rewrites, reverse=True):
            for start, end, text in reversed(differing(line.text[item.start : item.end], item)):
                put(line, start, end, text)


def put(line: Line, start: int, end: int, text: str) -> None:
    """Put a text in the place of another, in the looks of where that begins."""
    for number, (node, first, last) in enumerate(list(line.pieces(start, end))):
        old = node.text or ""
        node.text = f"{old[:first]}{'' if number else text}{old[last:]}"
        if node.tag == f"{W}t":
            node.set(_XML_SPACE, "preserve")


def differing(old: str, item: Rewrite) -> list[tuple[int, int, str]]:
    """Return what of a part of a paragraph is to be replaced: where it begins, ends, by what."""
    if old == item.text:
        return []
    if max(len(old), len(item.text)) <= WHOLE:
        return [(item.start, item.end, item.text)]
    was, now = _WORD.findall(old), _WORD.findall(item.text)
    places = [0]
    for word in was:
        places.append(places[-1] + len(word))
    found: list[tuple[int, int, str]] = []
    matched = difflib.SequenceMatcher(None, was, now, autojunk=False)
    for kind, first, last, begin, stop in matched.get_opcodes():
        if kind == "equal":
            continue
        # what only comes in is written with the word beside it: it needs a place, and looks
        if first == last:
            first, begin = (first - 1, begin - 1) if first else (first, begin)
            last, stop = (last, stop) if first < last else (last + 1, stop + 1)
        made = (item.start + places[first], item.start + places[last], "".join(now[begin:stop]))
        if found and found[-1][1] > made[0]:
            return [(item.start, item.end, item.text)]
        found.append(made)
    return found


def loosely(text: str) -> re.Pattern[str]:
    """Return a pattern of a text however another hand writes it: see `alike.bare`."""
    signs = {"-": "-−—–－", ".": ".。．", ",": ",，"}
    parts = []
    for letter in bare(text):
        wide = chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else ""
        parts.append(f"[{re.escape(signs.get(letter, letter + wide))}]")
    return re.compile(r"[\s,，]{0,3}".join(parts))


def number_at(text: str, wanted: str, start: int) -> tuple[int, int] | None:
    """Return where a number stands behind a place, as no part of a longer one."""
    for found in loosely(wanted).finditer(text, start):
        before, behind = bare(text[: found.start()])[-1:], bare(text[found.end() :])[:2]
        longer = before.isdecimal() or before == "." or re.match(r"[0-9]|\.[0-9]", behind)
        if bare(found[0]) == bare(wanted) and not longer:
            return found.span()
    return None


def exchanged(text: str, pairs: Mapping[str, str], short: int) -> list[Rewrite]:
    """Return where a paragraph says texts of the book, and what they are now; the longest first.

    A text shorter than `short` is one only where it is all of the paragraph.
    """
    found: list[Rewrite] = []
    whole = bare(text)
    for old in sorted(pairs, key=len, reverse=True):
        if old and whole == bare(old):
            return [Rewrite(0, len(text), pairs[old])] if pairs[old] != text else []
        place = text.find(old) if len(old) >= short else -1
        while place >= 0:
            end = place + len(old)
            alone = (
                (place == 0 or old[0] in _BOUND or text[place - 1] in _BOUND)
                and (end == len(text) or old[-1] in _BOUND or text[end] in _BOUND)
            )  # fmt: skip
            if alone and not any(item.start < end and place < item.end for item in found):
                found.append(Rewrite(place, end, pairs[old]))
            place = text.find(old, end)
    return sorted(found)
