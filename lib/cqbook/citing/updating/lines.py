"""Paragraphs as text, and another text at a place in them, with the looks of what stood there."""

from __future__ import annotations

import bisect
import difflib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.readers.office_parts import A, W

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
#: Letters of a text that is replaced as a whole; of a longer one the words that differ.
_WHOLE = 12
#: Elements of a paragraph that are looked through for a place in it.
MOST = 2000
_WORD = re.compile(r"[0-9A-Za-z]+(?:[.,-][0-9A-Za-z]+)*|.", re.S)


@dataclass(frozen=True)
class Line:
    """A paragraph of Word or of a slide: the elements that hold its text, in order."""

    node: etree._Element
    texts: tuple[etree._Element, ...]

    @property
    def text(self) -> str:
        """What it says, with tracked changes accepted."""
        return "".join(node.text or "" for node in self.texts)

    @cached_property
    def plain(self) -> tuple[str, list[int]]:
        """The text as it was first, bare, and where each letter of that stands in it."""
        return bare_places(self.text)

    def at(self, node: etree._Element) -> int | None:
        """Return how much of the text stands before an element of the paragraph.

        None if more stands there than a paragraph has that people write.
        """
        own, count = set(self.texts), 0
        for item in itertools.islice(self.node.iter(node.tag, f"{W}t", f"{A}t"), MOST):
            if item is node:
                return count
            count += len(item.text or "") if item in own else 0
        return None

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
    if max(len(old), len(item.text)) <= _WHOLE:
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


def bare_places(text: str) -> tuple[str, list[int]]:
    """Return a text as `alike.bare` has it, and where each of its letters stands in the text."""
    letters = [(letter, place) for place, raw in enumerate(text) for letter in bare(raw)]
    plain = "".join(letter for letter, _ in letters)
    # separators of thousands are known by what is around them
    gone = {found.start() for found in _THOUSANDS.finditer(plain)}
    kept = [item for number, item in enumerate(letters) if number not in gone]
    return "".join(letter for letter, _ in kept), [place for _, place in kept]


_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def number_at(line: Line, wanted: str, start: int) -> tuple[int, int] | None:
    """Return where a number stands in a line behind a place, as no part of a longer one."""
    plain, places = line.plain
    first = bisect.bisect_left(places, start)
    number = re.compile(rf"(?<![0-9.]){re.escape(bare(wanted))}(?![0-9]|\.[0-9])")
    found = number.search(plain, first) if bare(wanted) else None
    return (places[found.start()], places[found.end() - 1] + 1) if found else None
