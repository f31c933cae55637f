"""Changes in Word that somebody can accept or reject, with the reason as a comment.

An insertion that nobody has accepted yet is no text of before: there the text is replaced, and the
deletion of what stood before it stays as it is.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from cqbook.citing.readers.office import MAIN, REMARKS
from cqbook.citing.readers.office_parts import W
from cqbook.citing.updating.lines import Line, Rewrite, differing, put
from cqbook.citing.updating.package import Package

_XML = "{http://www.w3.org/XML/1998/namespace}"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
#: The part of a Word file whose text may bear comments: headers and footers may not.
COMMENTS = REMARKS


@dataclass
class TrackingHand:
    """Writes tracked changes into a document; ``notes``: the comments, by number.

    ``by``, ``day``: whose the changes are, and of when (``2026-12-01T00:00:00Z``).
    """

    by: str
    day: str
    first: int
    notes: dict[int, str] = field(default_factory=dict)
    commenting: bool = True

    def __post_init__(self) -> None:
        self._numbers = itertools.count(self.first)

    def facts(self) -> dict[str, str]:
        """Return the number, the author and the date of a change."""
        number = str(next(self._numbers))
        return {f"{W}id": number, f"{W}author": self.by, f"{W}date": self.day}

    def write(self, line: Line, rewrites: Iterable[Rewrite]) -> None:
        """Put other texts into a paragraph, and comments beside them."""
        for item in sorted(rewrites, reverse=True):
            old = line.text[item.start : item.end]
            around = [node for node, _, _ in line.pieces(item.start, item.end)]
            touched: list[etree._Element] = []
            for start, end, text in reversed(differing(old, item)):
                touched = [*self._replace(line, start, end, text), *touched]
            if item.note:
                self.remark(touched or around, item.note)

    def _replace(self, line: Line, start: int, end: int, text: str) -> list[etree._Element]:
        pieces = list(line.pieces(start, end))
        pending = [next(node.iterancestors(f"{W}ins"), None) for node, _, _ in pieces]
        if all(item is not None for item in pending):
            put(line, start, end, text)
            return [node for node, _, _ in pieces]
        touched: list[etree._Element] = []
        looks: etree._Element | None = None
        for number, (node, first, last) in reversed(list(enumerate(pieces))):
            run = _alone(node, first, last)
            looks = run.find(f"{W}rPr")
            touched.insert(0, self.delete(run))
            if not number and text:
                made = self.inserted(text, looks)
                touched[0].addnext(made)
                touched.insert(1, made)
        return touched

    def delete(self, run: etree._Element) -> etree._Element:
        """Mark a run as deleted; return the change."""
        made = etree.Element(f"{W}del", self.facts())
        run.addprevious(made)
        made.append(run)
        for node in run.iter(f"{W}t"):
            node.tag = f"{W}delText"
        return made

    def inserted(self, text: str, looks: etree._Element | None) -> etree._Element:
        """Return an insertion in the looks of another run."""
        made = etree.Element(f"{W}ins", self.facts())
        run = etree.SubElement(made, f"{W}r")
        if looks is not None:
            run.append(copy.deepcopy(looks))
        etree.SubElement(run, f"{W}t", {f"{_XML}space": "preserve"}).text = text
        return made

    def remark(self, nodes: Iterable[etree._Element], note: str) -> None:
        """Comment on elements of a paragraph."""
        tops = [top for node in nodes if (top := _top(node)) is not None]
        if not tops or not self.commenting:
            return
        number = next(self._numbers)
        self.notes[number] = note
        said = {f"{W}id": str(number)}
        tops[0].addprevious(etree.Element(f"{W}commentRangeStart", said))
        end = etree.Element(f"{W}commentRangeEnd", said)
        tops[-1].addnext(end)
        run = etree.Element(f"{W}r")
        etree.SubElement(run, f"{W}commentReference", said)
        end.addnext(run)


def _top(node: etree._Element) -> etree._Element | None:
    """Return what an element lies in that is a child of its paragraph."""
    for item in (node, *node.iterancestors()):
        parent = item.getparent()
        if parent is not None and parent.tag == f"{W}p":
            return item
    return None


def _alone(text: etree._Element, first: int, last: int) -> etree._Element:
    """Return a run of its own with a part of a text; what was before it keeps its element."""
    whole, run = text.text or "", text.getparent()
    if run is None:
        msg = "a text outside of a run"
        raise ValueError(msg)
    behind = list(text.itersiblings())
    looks = run.find(f"{W}rPr")
    before = [node for node in run if node is not looks and node is not text and node not in behind]
    if last < len(whole) or behind:
        rest = _like(run, looks)
        if last < len(whole):
            etree.SubElement(rest, f"{W}t", {f"{_XML}space": "preserve"}).text = whole[last:]
        rest.extend(behind)
        run.addnext(rest)
    text.text = whole[:last]
    if not first and not before:
        text.set(f"{_XML}space", "preserve")
        return run
    made = _like(run, looks)
    etree.SubElement(made, f"{W}t", {f"{_XML}space": "preserve"}).text = whole[first:last]
    run.addnext(made)
    if first:
        text.text = whole[:first]
        text.set(f"{_XML}space", "preserve")
    else:
        run.remove(text)
    return made


def _like(run: etree._Element, looks: etree._Element | None) -> etree._Element:
    made = etree.Element(run.tag)
    if looks is not None:
        made.append(copy.deepcopy(looks))
    return made


def first_number(trees: Iterable[etree._Element]) -> int:
    """Return the number behind those that changes, comments and bookmarks of a document have."""
    return 1 + max((number for tree in trees for number in _numbers(tree)), default=0)


def _numbers(tree: etree._Element) -> Iterator[int]:
    tags = ("ins", "del", "comment", "bookmarkStart", "moveFrom", "moveTo", "rPrChange")
    for node in tree.iter([f"{W}{tag}" for tag in tags]):
        text = node.get(f"{W}id") or ""
        if text.isdecimal():
            yield int(text)


def write_comments(package: Package, hand: TrackingHand) -> None:
    """Write the comments of a hand into a file."""
    if not hand.notes:
        return
    if COMMENTS not in package.parts:
        package.put(COMMENTS, etree.tostring(etree.Element(f"{W}comments", nsmap={"w": W[1:-1]})))
        package.typed("Override", "PartName", f"/{COMMENTS}", _TYPE)
        package.relate(MAIN, "comments", COMMENTS)
    tree = package.tree(COMMENTS)
    package.touch(COMMENTS)
    for number, note in sorted(hand.notes.items()):
        facts = {f"{W}id": str(number), f"{W}author": hand.by, f"{W}date": hand.day}
        made = etree.SubElement(tree, f"{W}comment", facts | {f"{W}initials": hand.by[:1]})
        for text in note.split("\n"):
            run = etree.SubElement(etree.SubElement(made, f"{W}p"), f"{W}r")
            etree.SubElement(run, f"{W}t", {f"{_XML}space": "preserve"}).text = text
