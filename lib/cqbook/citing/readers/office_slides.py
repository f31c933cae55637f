"""What PowerPoint has of its own: text boxes whose names say which numbers they hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from lxml import etree

from cqbook.citing.alike import bare, surroundings
from cqbook.citing.cited import Cited
from cqbook.citing.marks import LEFT_OUT, NumberMark, bookmark, number_marks
from cqbook.citing.readers.office_parts import A

#: Said of a number beside which somebody typed another year or unit.
BESIDE = "前面的词，或旁边的年份、单位、数、升降超近的词改过；书只保证数本身，请人核对"


def boxed_numbers(tree: etree._Element) -> Iterator[Cited]:
    """Yield the numbers that a slide's text box says it holds; one that is gone has no text.

    They stand there in the order of the marks: of two that were exchanged one is gone.
    """
    last, lines = None, list[str]()
    for node in tree.iter(etree.Element):
        marks = list(number_marks(node.get("name") or ""))
        if not marks:
            continue
        # the box is two levels above the element that has the name
        holder = next(itertools.islice(node.iterancestors(), 1, 2), None)
        if holder is None:
            msg = "a mark outside of a box"
            raise ValueError(msg)
        # names without end in one box: it is looked through once
        if holder is not last:
            last, lines = holder, [_text(item) for item in holder.iter(f"{A}p")]
        yield from in_order(marks, lines)


def _text(paragraph: etree._Element) -> str:
    return "".join(part.text or "" for part in paragraph.iter(f"{A}t"))


def in_order(marks: list[NumberMark], paragraphs: list[str]) -> Iterator[Cited]:
    """Yield the numbers of marks as they stand in paragraphs, one behind the other."""
    lines = [bare(text) for text in paragraphs]
    placed: list[tuple[int, int, int] | None] = []
    line, place = 0, 0
    for mark in marks:
        found = next(
            (
                (number, *spot)
                for number in range(line, len(lines))
                if (spot := _spot(lines[number], mark.text, place if number == line else 0))
            ),
            None,
        )
        if found:
            line, place = found[0], found[2]
        placed.append(found)
    for mark, where in zip(marks, placed, strict=True):
        name = bookmark(mark.name)
        if where is None:
            yield Cited("number", name, mark.edition)
            continue
        line, at, place = where
        others = [(other[1], other[2]) for other in placed if other and other[0] == line]
        around = surroundings(lines[line], at, place, others)
        moved = mark.beside and around != mark.beside
        text = lines[line][at:place] if LEFT_OUT in mark.text else mark.text
        yield Cited("number", name, mark.edition, text=text, lost=BESIDE if moved else "")


def _spot(text: str, wanted: str, start: int) -> tuple[int, int] | None:
    """Return where a number begins and ends that is no part of a longer one.

    A sentence is looked for by its beginning and its end where no more of it is listed.
    """
    named = ".{0,400}?".join(re.escape(bare(part)) for part in wanted.split(LEFT_OUT))
    found = re.compile(rf"(?<![0-9.]){named}(?![0-9]|\.[0-9])").search(text, start)
    return found.span() if found else None
