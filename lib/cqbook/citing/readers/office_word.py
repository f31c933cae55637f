"""What Word has of its own: numbers between bookmarks, tables below captions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree

from cqbook.citing.alike import shown_around, surroundings
from cqbook.citing.cited import Cited
from cqbook.citing.marks import MARK_PATTERN, TABLE
from cqbook.citing.readers.office_parts import FEW, WP, W
from cqbook.citing.readers.office_slides import beside

#: Elements that a number takes, however often a word processor splits it.
NUMBER_NODES = 100
#: Half points below which a letter is a speck, and how XML says no.
SPECK, _NO = 8, ("0", "false", "off")
#: The name of the bookmark around a number: which one, a count, what stood around it.
BOOKMARK = re.compile(r"(?P<number>cq_[0-9a-f]{20})(?:_\d+(?:_(?P<beside>[0-9a-f]{6}))?)?")
#: How the caption of a table says the numbers of which figure it has.
ANNEXED = re.compile(r"图\s?(?P<figure>\d{1,3})\s?的数值(?P<more>.*)", re.S)
#: How the caption of a table of the book begins.
_TABLED = re.compile(r"\s{0,4}表\s?\d{1,3}[\s　]")
_TABLE_BOOKMARK = re.compile(r"cqt_[0-9a-f]{20}")
_DRAWN = f"{WP}docPr"


def tables(
    tree: etree._Element, edition: str, around: Mapping[etree._Element, tuple[str, ...]]
) -> Iterator[Cited]:
    """Yield the tables of a Word document, each as of the figure that its description names.

    Else as of the one whose bookmark or mark was last before it; `edition` is that of the document,
    `around` what is said beside tables.
    Which of these are the book's is for who knows the figure: a heading may have been renamed.
    """
    last, named, caption = None, "", ""
    for node, text in _in_order(tree):
        if node is None:
            caption = text if ANNEXED.search(text) or _TABLED.match(text) else caption
            named = text if _TABLE_BOOKMARK.fullmatch(text) else named
            last = MARK_PATTERN.search(text) or last
            continue
        heads, *rows = _grid(node)
        own = _described(node)
        held: dict[str, Any] = {"heads": heads, "rows": tuple(rows), "caption": caption}
        held["around"] = around.get(node, ())
        bookmarked, named, caption = named, "", ""
        if bookmarked and own is None:
            yield Cited("table", bookmarked, edition, text=bookmarked, **held)
            continue
        mark = own or last
        if mark is not None:
            said = own[0] if own else ""
            yield Cited("table", mark["id"], mark["edition"], mark["data"], text=said, **held)
        elif "数值" in heads and set(heads) <= set(TABLE.values()):
            why = "像是本书的数据表，表前没有图注，不知是哪张图的"
            yield Cited("table", "", "", lost=why, **held)


def nameless_tables(
    tree: etree._Element, around: Mapping[etree._Element, tuple[str, ...]]
) -> Iterator[Cited]:
    """Yield the tables of Word that do not say what they are."""
    named = False
    for node, text in _in_order(tree):
        if node is None:
            named = named or _TABLE_BOOKMARK.fullmatch(text) is not None
        elif _described(node) is None and not named:
            heads, *rows = _grid(node)
            held = around.get(node, ())
            yield Cited("table", "", "", heads=heads, rows=tuple(rows), around=held)
        else:
            named = False


def _grid(table: etree._Element) -> list[tuple[str, ...]]:
    """Return the cells of a table, row by row: of one without any, an empty row."""
    return [_cells(line) for line in own_parts(table, "tr") if not is_deleted(line)] or [()]


def _described(table: etree._Element) -> re.Match[str] | None:
    """Return the mark in the description that a table has in its properties."""
    for facts in table.iterchildren(f"{W}tblPr"):
        for node in facts.iterchildren(f"{W}tblDescription"):
            return MARK_PATTERN.search(node.get(f"{W}val") or "")
    return None


def own_parts(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield the rows of a table, or the cells of a row, not those of tables inside it.

    They may lie in a content control or a tracked change.
    """
    for child in node.iterchildren(etree.Element):
        if child.tag == f"{W}{tag}":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml"):
            yield from own_parts(child, tag)


def is_deleted(row: etree._Element) -> bool:
    """Return whether a row is there only until somebody accepts that it is not."""
    return any(
        True for facts in row.iterchildren(f"{W}trPr") for _ in facts.iterchildren(f"{W}del")
    )


def _cells(row: etree._Element) -> tuple[str, ...]:
    return tuple(_words(cell) for cell in own_parts(row, "tc"))


def _in_order(tree: etree._Element) -> Iterator[tuple[etree._Element | None, str]]:
    """Yield the tables of Word, and as (None, text) what marks them, in order.

    That is the texts of paragraphs and of pictures, and the names of bookmarks.
    """
    tags = [f"{W}p", f"{W}t", f"{W}tbl", f"{W}bookmarkStart", _DRAWN]
    texts: list[list[str]] = [[]]
    for event, node in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        if node.tag == f"{W}tbl":
            if event == "start":
                yield node, ""
        elif node.tag in (_DRAWN, f"{W}bookmarkStart"):
            if event == "start":
                yield None, node.get("descr") or node.get(f"{W}name") or ""
        elif node.tag == f"{W}t":
            if event == "start":
                texts[-1].append(node.text or "")
        elif event == "start":
            texts.append([])
        else:
            yield None, "".join(texts.pop())


def _words(node: etree._Element) -> str:
    """Return the text of a cell; of one that is none of ours, its beginning.

    What is struck through or hidden in it is told apart.
    """
    said = ""
    for part in itertools.islice(node.iter(f"{W}t"), FEW):
        text = part.text or ""
        said += f"〔划去或隐藏：{text}〕" if text.strip() and _unseen(part) else text
    return said


def bookmarked_numbers(tree: etree._Element, edition: str) -> Iterator[Cited]:
    """Yield the numbers between bookmarks; `edition` is that of the whole document."""
    holder, paragraph = None, _NO_PARAGRAPH
    for start in tree.iter(f"{W}bookmarkStart"):
        found = BOOKMARK.fullmatch(start.get(f"{W}name") or "")
        if found:
            text, lost = marked(start), ""
            around = _holder(start)
            if around is not holder:
                # once for all numbers in it
                holder, paragraph = around, _paragraph(around)
            whole, begin, spans = paragraph.around(start)
            if found["beside"] and found["beside"] != _surrounded(whole, begin, text, spans):
                lost = beside(shown_around(whole, begin, begin + len(text)))
            yield Cited("number", found["number"], edition, text=text, lost=lost, within=whole)


def surrounded(start: etree._Element, text: str) -> str:
    """Return what stands around a number in its paragraph, as `surroundings` has it."""
    whole, begin, spans = _paragraph(_holder(start)).around(start)
    return _surrounded(whole, begin, text, spans)


def _surrounded(whole: str, begin: int, text: str, spans: list[tuple[int, int]]) -> str:
    return surroundings(whole, begin, begin + len(text), spans) if whole else ""


class _Paragraph(NamedTuple):
    """A paragraph: its text, and where each number of the book begins and ends in it."""

    text: str
    spans: Mapping[etree._Element, tuple[int, int]]

    def around(self, start: etree._Element) -> tuple[str, int, list[tuple[int, int]]]:
        """Return the paragraph of a number, where that begins, and where the others stand."""
        begin, _ = self.spans.get(start, (0, 0))
        return self.text, begin, [span for node, span in self.spans.items() if node is not start]


_NO_PARAGRAPH = _Paragraph("", {})


def _holder(start: etree._Element) -> etree._Element | None:
    return next(start.iterancestors(f"{W}p"), None)


def _paragraph(holder: etree._Element | None) -> _Paragraph:
    if holder is None:
        return _NO_PARAGRAPH
    whole = ""
    begun: dict[str, etree._Element] = {}
    spans: dict[etree._Element, tuple[int, int]] = {}
    tags = [f"{W}{tag}" for tag in ("t", "bookmarkStart", "bookmarkEnd")]
    for node in itertools.islice(holder.iter(tags), FEW):
        identifier = node.get(f"{W}id") or ""
        if node.tag == f"{W}t":
            whole += node.text or ""
        elif node.tag == f"{W}bookmarkEnd" and identifier in begun:
            spans[begun[identifier]] = (spans[begun[identifier]][0], len(whole))
        elif BOOKMARK.fullmatch(node.get(f"{W}name") or ""):
            begun[identifier] = node
            spans[node] = (len(whole), len(whole))
    return _Paragraph(whole, spans)


def _unseen(text: etree._Element) -> bool:
    """Return whether a text stands in the file and is not said: hidden, struck, white, tiny."""
    run = text.getparent()
    # how a run looks stands first in it: a parent of a hundred thousand is not looked through
    looks = None if run is None else next(run.iterchildren(etree.Element), None)
    if looks is None or looks.tag != f"{W}rPr":
        return False
    said = {
        node.tag.removeprefix(W): node.get(f"{W}val", "1")
        for node in looks.iterchildren(etree.Element)
    }
    if any(said.get(tag, "0") not in _NO for tag in ("vanish", "strike", "dstrike")):
        return True
    # white on a ground of its own is seen
    white = said.get("color", "").upper() == "FFFFFF" and not said.keys() & {"shd", "highlight"}
    size = said.get("sz", "")
    return white or (size.isdecimal() and int(size) < SPECK)


def marked(start: etree._Element) -> str:
    """Return the text from the start of a bookmark to its end, or for as long as a number is."""
    text, looked = "", 0
    for node in start.itersiblings():
        if node.tag == f"{W}bookmarkEnd" and node.get(f"{W}id") == start.get(f"{W}id"):
            break
        for part in node.iter():
            text += (part.text or "") if part.tag == f"{W}t" and not _unseen(part) else ""
            looked += 1
            if looked > NUMBER_NODES:
                return text
    return text
