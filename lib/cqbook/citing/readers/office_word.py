"""What Word has of its own: numbers between bookmarks, tables below captions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from lxml import etree

from cqbook.citing.cited import Cited
from cqbook.citing.marks import MARK_PATTERN, TABLE
from cqbook.citing.readers.office_parts import FEW, W

_BOOKMARK = re.compile(r"(cq_[0-9a-f]{20})(?:_\d+)?")


def tables(tree: etree._Element) -> Iterator[Cited]:
    """Yield the data tables of a Word document: those that follow the caption of a figure."""
    mark = None
    for node, text in _in_order(tree):
        if node is None:
            mark = MARK_PATTERN.search(text) or mark
            continue
        if mark is None:
            continue
        # rows and cells of its own, not those of tables inside it
        lines = node.iterchildren(f"{W}tr")
        first = next(lines, None)
        heads = [] if first is None else [_words(cell) for cell in first.iterchildren(f"{W}tc")]
        if "数值" not in heads or not set(heads) <= set(TABLE.values()):
            continue
        rows = tuple(
            tuple(zip(heads, (_words(cell) for cell in row.iterchildren(f"{W}tc")), strict=False))
            for row in lines
        )
        yield Cited("table", mark["id"], mark["edition"], mark["data"], rows=rows)
        mark = None


def _in_order(tree: etree._Element) -> Iterator[tuple[etree._Element | None, str]]:
    """Yield the tables of Word, and the texts of its paragraphs as (None, text), in order."""
    tags = [f"{W}p", f"{W}t", f"{W}tbl"]
    texts: list[list[str]] = [[]]
    for event, node in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        if node.tag == f"{W}tbl":
            if event == "start":
                yield node, ""
        elif node.tag == f"{W}t":
            if event == "start":
                texts[-1].append(node.text or "")
        elif event == "start":
            texts.append([])
        else:
            yield None, "".join(texts.pop())


def _words(node: etree._Element) -> str:
    """Return the text of a cell; of one that is none of ours, its beginning."""
    return "".join(part.text or "" for part in itertools.islice(node.iter(f"{W}t"), FEW))


def bookmarked_numbers(tree: etree._Element, edition: str) -> Iterator[Cited]:
    """Yield the numbers between bookmarks; `edition` is that of the whole document."""
    for start in tree.iter(f"{W}bookmarkStart"):
        found = _BOOKMARK.fullmatch(start.get(f"{W}name") or "")
        if found:
            yield Cited("number", found[1], edition, text=_marked(start))


def _marked(start: etree._Element) -> str:
    """Return the text from the start of a bookmark to its end, or for as long as a number is."""
    text, looked = "", 0
    for node in start.itersiblings():
        if node.tag == f"{W}bookmarkEnd" and node.get(f"{W}id") == start.get(f"{W}id"):
            break
        for part in node.iter():
            text += (part.text or "") if part.tag == f"{W}t" else ""
            looked += 1
            if looked > FEW:
                return text
    return text
