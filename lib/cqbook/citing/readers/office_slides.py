"""What PowerPoint has of its own: text boxes whose names say which numbers they hold."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from cqbook.citing.alike import bare, shown_around, surroundings
from cqbook.citing.cited import Cited
from cqbook.citing.entries import is_table
from cqbook.citing.marks import LEFT_OUT, MARK_PATTERN, NumberMark, bookmark, number_marks
from cqbook.citing.readers.office_parts import FEW, A
from cqbook.citing.remarks import is_remark

#: Said of the mark of a table that stands on something else.
NO_TABLE = "文件里有这张表的标记，没有表：删去了，或换成了图片"


def beside(sentence: str) -> str:
    """Return what is said of a number beside which somebody typed another year, word or unit."""
    if not sentence:
        return "这一段删去了，或只在修订里"
    what = "前面的词，或旁边的年份、单位、数、升降超近的词改过"
    return f"{what}：“{sentence}”；书只保证数本身，请人核对"


def slide_tables(tree: etree._Element) -> Iterator[Cited]:
    """Yield the tables of the book that a slide says it shows, with their cells."""
    around: tuple[str, ...] | None = None
    for node in tree.iter(etree.Element):
        found = table_mark(node)
        if found is None:
            continue
        known = found["id"], found["edition"], found["data"]
        shown = table_of_mark(node)
        if shown is None:
            yield Cited("table", *known, text=found[0], lost=NO_TABLE)
            continue
        heads, *rows = [row_texts(row) for row in shown.iter(f"{A}tr")] or [()]
        if around is None:
            around = _remarks(tree)
        yield Cited("table", *known, text=found[0], heads=heads, rows=tuple(rows), around=around)


def _remarks(slide: etree._Element) -> tuple[str, ...]:
    """Return what is said on a slide of the numbers of the table or figure there."""
    texts = (_text(node) for node in itertools.islice(slide.iter(f"{A}p"), FEW))
    return tuple(text for text in texts if is_remark(text))


def joined(tables: list[Cited]) -> list[Cited]:
    """Return tables, those that go on from slide to slide as one."""
    made: dict[Cited, list[tuple[str, ...]]] = {}
    said: dict[Cited, dict[str, None]] = {}
    for item in tables:
        of = replace(item, rows=(), around=())
        said.setdefault(of, {}).update(dict.fromkeys(item.around))
        if of in made and set(made[of]).isdisjoint(item.rows):
            made[of] += item.rows
        elif of in made:
            # shown twice: each is asked for itself
            made[item] = []
        else:
            made[of] = list(item.rows)
    return [
        replace(item, rows=(*item.rows, *rows), around=tuple(said.get(item, item.around)))
        for item, rows in made.items()
    ]


def table_mark(node: etree._Element) -> re.Match[str] | None:
    """Return the mark of a table of the book that a shape bears, in its name or description."""
    for key in ("descr", "name"):
        found = MARK_PATTERN.search(node.get(key) or "")
        if found and is_table(found["id"]):
            return found
    return None


def table_of_mark(node: etree._Element) -> etree._Element | None:
    """Return the table of the shape that bears a mark; None where it is none any more."""
    # the mark is two levels below the shape
    shape = next(itertools.islice(node.iterancestors(), 1, 2), None)
    return None if shape is None else next(shape.iter(f"{A}tbl"), None)


def row_texts(row: etree._Element) -> tuple[str, ...]:
    """Return the texts of the cells of a row; of one that is none of ours, their beginnings."""
    return tuple(
        "".join(part.text or "" for part in itertools.islice(cell.iter(f"{A}t"), FEW))
        for cell in row.iterchildren(f"{A}tc")
    )


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
    placed = _with_rewritten(
        one_behind_another([list(_spots(lines, mark.text)) for mark in marks]), lines
    )
    for mark, where in zip(marks, placed, strict=True):
        name = bookmark(mark.name)
        if where is None:
            yield Cited("number", name, mark.edition)
            continue
        line, at, place = where
        others = [(other[1], other[2]) for other in placed if other and other[0] == line]
        around = surroundings(lines[line], at, place, others)
        moved = mark.beside and around != mark.beside
        found = lines[line][at:place]
        text = mark.text if bare(mark.text) == found else found
        lost = beside(shown_around(lines[line], at, place)) if moved else ""
        yield Cited("number", name, mark.edition, text=text, lost=lost, within=lines[line])


#: A number where it stands: its line, and from where to where in it.
NumberSpot = tuple[int, int, int]
#: Places of one number that are looked at: a table says 48% in many.
SPOTS_MOST = 512
#: A number that somebody wrote in the place of one, with the words that belong to it.
_WRITTEN = re.compile(
    r"(?:超过|不到|不足|[约近超逾]|增长|下降|提高|降低)*[0-9][0-9.]*[万亿千百]*"
    "(?:个?百分点|美元|标箱|[元吨辆台家个户箱倍成项位%‰])?"
)


def _spots(lines: list[str], wanted: str) -> Iterator[NumberSpot]:
    found = ((number, spot) for number, line in enumerate(lines) for spot in _found(line, wanted))
    for number, (start, end) in itertools.islice(found, SPOTS_MOST):
        yield number, start, end


def one_behind_another(places: Sequence[Sequence[NumberSpot]]) -> list[NumberSpot | None]:
    """Return where each of several numbers stands, so that as many as can follow one another.

    The longest chain of ascending places with at most one of each: of a number that was rewritten
    and stands again further down, that other place takes none from those behind it.

    Parameters
    ----------
    places : sequence of sequence of NumberSpot
        Where each may stand, ascending.
    """
    # by length: where the chain that ends first ends, and its last link
    ends: list[tuple[int, int]] = []
    last: list[int] = []
    #: Of which number, where, and the link before.
    links: list[tuple[int, NumberSpot, int | None]] = []
    for mark, spots in enumerate(places):
        # the last first: no two of one number can follow each other
        for spot in reversed(spots):
            line, start, end = spot
            length = bisect.bisect_right(ends, (line, start))
            links.append((mark, spot, last[length - 1] if length else None))
            if length == len(ends):
                ends.append((line, end))
                last.append(len(links) - 1)
            elif (line, end) < ends[length]:
                ends[length], last[length] = (line, end), len(links) - 1
    placed: list[NumberSpot | None] = [None] * len(places)
    link = last[-1] if last else None
    while link is not None:
        mark, placed[links[link][0]], link = links[link]
    return placed


def _with_rewritten(placed: list[NumberSpot | None], lines: list[str]) -> list[NumberSpot | None]:
    """Return places, those too of numbers that somebody wrote otherwise between two that stand.

    Known where there are as many numbers between these as are missing.
    """
    made = list(placed)
    gone = [number for number, where in enumerate(placed) if where is None]
    for _, group in itertools.groupby(enumerate(gone), lambda pair: pair[1] - pair[0]):
        missing = [number for _, number in group]
        before = placed[missing[0] - 1] if missing[0] else None
        behind = placed[missing[-1] + 1] if missing[-1] + 1 < len(placed) else None
        line = before[0] if before else behind[0] if behind else None
        if line is None or (before and behind and before[0] != behind[0]):
            continue
        start, end = before[2] if before else 0, behind[1] if behind else len(lines[line])
        written = [found.span() for found in _WRITTEN.finditer(lines[line], start, end)]
        # 2025年 is none of them
        written = [span for span in written if not lines[line].startswith("年", span[1])]
        if len(written) == len(missing):
            for number, span in zip(missing, written, strict=True):
                made[number] = (line, *span)
    return made


def _found(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Yield where a number begins and ends that is no part of a longer one.

    A sentence is looked for by its beginning and its end where no more of it is listed.
    """
    named = ".{0,400}?".join(re.escape(bare(part)) for part in wanted.split(LEFT_OUT))
    for found in re.finditer(rf"(?<![0-9.]){named}(?![0-9]|\.[0-9])", text):
        yield found.span()
