"""The numbers of the book in a document: where they stand, and what they are called afterwards."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from cqbook.citing.alike import bare, surroundings
from cqbook.citing.marks import NUMBER_PATTERN, bookmark, number_mark
from cqbook.citing.readers.office_parts import W
from cqbook.citing.readers.office_slides import SPOTS_MOST, NumberSpot, one_behind_another
from cqbook.citing.readers.office_word import BOOKMARK, marked, surrounded
from cqbook.citing.updating.lines import MOST, Line, lines_of, number_at


@dataclass(frozen=True)
class Placed:
    """A number where it stands: its key (`marks.bookmark`), and from where to where in a line."""

    key: str
    line: Line
    start: int
    end: int

    @property
    def text(self) -> str:
        """How it is written there."""
        return self.line.text[self.start : self.end]


@dataclass(frozen=True)
class BookmarkedNumber:
    """A number of Word; ``is_kept``: what stands around it is what stood there first."""

    placed: Placed
    element: etree._Element
    is_kept: bool

    def rename(self) -> bool:
        """Let the bookmark say what stands around the number now; return whether that is other."""
        name = self.element.get(f"{W}name") or ""
        found = BOOKMARK.fullmatch(name)
        if not self.is_kept or not found or not found["beside"]:
            return False
        beside = surrounded(self.element, marked(self.element))
        self.element.set(f"{W}name", f"{name[: -len(found['beside'])]}{beside}")
        return bool(beside != found["beside"])


def bookmarked(tree: etree._Element, lines: Sequence[Line]) -> Iterator[BookmarkedNumber]:
    """Yield the numbers between bookmarks that begin and end in one paragraph."""
    by_node = {line.node: line for line in lines}
    for start in tree.iter(f"{W}bookmarkStart"):
        found = BOOKMARK.fullmatch(start.get(f"{W}name") or "")
        holder = next(start.iterancestors(f"{W}p"), None)
        line = None if holder is None else by_node.get(holder)
        if not found or line is None:
            continue
        ends = itertools.islice(line.node.iter(f"{W}bookmarkEnd"), MOST)
        end = next((node for node in ends if node.get(f"{W}id") == start.get(f"{W}id")), None)
        if end is None:
            continue
        first, last = line.at(start), line.at(end)
        if first is None or last is None:
            continue
        placed = Placed(found["number"], line, first, last)
        text = marked(start)
        # a part that is hidden or struck is none of the number
        if bare(text) == bare(placed.text):
            kept = found["beside"] == surrounded(start, text)
            yield BookmarkedNumber(placed, start, kept)


@dataclass(frozen=True)
class NumberBox:
    """A text box whose name says which numbers it holds, and where they stand; None: not there."""

    named: etree._Element
    marks: tuple[re.Match[str], ...]
    placed: tuple[Placed | None, ...]

    def rename(self, texts: Sequence[str], edition: str) -> bool:
        """Let the name say of each number what it is now; return whether that is other.

        Before they are written: afterwards they can't be found by what they were. ``""`` is for one
        that stays as it was.
        """
        before = [
            None if item is None else (item.line.text, item.start, item.end) for item in self.placed
        ]
        after = _moved(self.placed, texts)
        name = self.named.get("name") or ""
        for number, mark in reversed(list(enumerate(self.marks))):
            if not texts[number]:
                continue
            beside = mark["beside"] or ""
            if beside == self._beside(number, before):
                # what stood around it first still does
                beside = self._beside(number, after)
            made = number_mark(mark["name"], texts[number], edition, beside)
            name = f"{name[: mark.start()]}{made}{name[mark.end() :]}"
        self.named.set("name", name)
        return any(texts)

    def _beside(self, number: int, spans: Sequence[tuple[str, int, int] | None]) -> str:
        found, own = spans[number], self.placed[number]
        if found is None or own is None:
            return ""
        others = [
            span[1:]
            for item, span in zip(self.placed, spans, strict=True)
            if item is not None and span is not None and item.line is own.line
        ]
        return surroundings(*found, others)


def _moved(
    placed: Sequence[Placed | None], texts: Sequence[str]
) -> list[tuple[str, int, int] | None]:
    """Return where numbers will stand, each with the whole of its line; they are in order."""
    lines: dict[int, str] = {}
    spans: list[tuple[int, int, int] | None] = []
    shift: dict[int, int] = {}
    for item, text in zip(placed, texts, strict=True):
        if item is None:
            spans.append(None)
            continue
        key, new = id(item.line), text or item.text
        start, end = (place + shift.get(key, 0) for place in (item.start, item.end))
        whole = lines.get(key, item.line.text)
        lines[key] = f"{whole[:start]}{new}{whole[end:]}"
        shift[key] = shift.get(key, 0) + len(new) - (end - start)
        spans.append((key, start, start + len(new)))
    return [None if span is None else (lines[span[0]], *span[1:]) for span in spans]


def number_boxes(tree: etree._Element) -> Iterator[NumberBox]:
    """Yield the text boxes that hold numbers; these stand in the order of the box's marks."""
    for node in tree.iter(etree.Element):
        marks = tuple(NUMBER_PATTERN.finditer(node.get("name") or ""))
        parent = node.getparent()
        holder = None if parent is None else parent.getparent()
        if not marks or holder is None:
            continue
        lines = list(lines_of(holder))
        spots = one_behind_another([list(_spots(lines, mark["text"])) for mark in marks])
        placed = (
            None if spot is None else Placed(bookmark(mark["name"]), lines[spot[0]], *spot[1:])
            for mark, spot in zip(marks, spots, strict=True)
        )
        yield NumberBox(node, marks, tuple(placed))


def _spots(lines: Sequence[Line], text: str) -> Iterator[NumberSpot]:
    """Yield where a number stands in lines, each place behind the one before."""
    found = ((number, span) for number, line in enumerate(lines) for span in _spans(line, text))
    for number, (start, end) in itertools.islice(found, SPOTS_MOST):
        yield number, start, end


def _spans(line: Line, text: str) -> Iterator[tuple[int, int]]:
    span = number_at(line, text, 0)
    while span:
        yield span
        span = number_at(line, text, span[1])
