"""Tables in a document, of the book and of figures' data, row by row as an edition has them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.book_tables import bare_cells, columns_shown, named_rows
from cqbook.citing.briefing import ALL_ROWS, NO_CELL, numbers_table
from cqbook.citing.entries import FigureEntry, TableEntry
from cqbook.citing.marks import MARK_PATTERN, TABLE
from cqbook.citing.readers.office_parts import A, W
from cqbook.citing.readers.office_slides import table_mark, table_of_mark
from cqbook.citing.readers.office_word import is_deleted, own_parts
from cqbook.citing.updating.lines import Line, Rewrite, SlideHand, lines_of
from cqbook.citing.updating.tracked import TrackingHand


@dataclass(frozen=True)
class HeldTable:
    """A table, and the figure that it, or what stands before it, says to be of.

    ``described``: the element in its properties that says so, if one does.
    """

    node: etree._Element
    name: str
    edition: str
    described: etree._Element | None = None


def held_tables(
    tree: etree._Element, captions: Mapping[str, tuple[str, str]]
) -> Iterator[HeldTable]:
    """Yield the tables of a document that say what they are, or stand behind a figure's mark.

    ``captions``: figure and edition by the bookmark of a table's caption (`marks.table_bookmark`).
    """
    mark, named, within = None, None, 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        if node.tag == f"{W}tbl":
            own = _description(node)
            said = mark if own is None else MARK_PATTERN.search(own.get(f"{W}val") or "")
            of = (said["id"], said["edition"]) if said else None
            if named and own is None:
                of = named
            if event == "start" and of is not None and not within:
                yield HeldTable(node, *of, own)
            named = None
            within += 1 if event == "start" else -1
        elif event == "end" and node.tag == f"{W}p":
            mark = MARK_PATTERN.search("".join(t.text or "" for t in node.iter(f"{W}t"))) or mark
        elif event == "start" and node.tag == f"{W}bookmarkStart":
            named = captions.get(node.get(f"{W}name") or "", named)
        elif event == "start" and isinstance(node.tag, str):
            mark = MARK_PATTERN.search(node.get("descr") or "") or mark


def _description(table: etree._Element) -> etree._Element | None:
    facts = table.find(f"{W}tblPr")
    found = None if facts is None else facts.find(f"{W}tblDescription")
    marked = found is not None and MARK_PATTERN.search(found.get(f"{W}val") or "")
    return found if marked else None


#: The rows of a table by what they are of, in order, each with its cells as printed.
CellsByName = Mapping[str, tuple[str, ...]]


def grid_of(entry: FigureEntry, heads: Sequence[str]) -> CellsByName | None:
    """Return the numbers of a figure as a table with some headings has them; None if none has."""
    laid = numbers_table(entry, ALL_ROWS)
    wanted = list(map(bare, heads))
    if list(map(bare, laid.heads)) == wanted:
        if TABLE["full"] in laid.heads:
            return {row.name: cells for row, cells in zip(entry.rows, laid.rows, strict=True)}
        # series side by side, by what their rows are of
        return {cells[0]: cells for cells in laid.rows}
    # a column left out, or series one below the other as briefings of before had them
    keys = {bare(title): key for key, title in TABLE.items()}
    fields = [keys.get(text, "") for text in wanted]
    if "full" not in fields or not all(fields):
        return None
    return {row.name: tuple(getattr(row, key) or "" for key in fields) for row in entry.rows}


@dataclass(frozen=True)
class SlideTable:
    """A table of the book on a slide: what bears its mark, and its grid."""

    facts: etree._Element
    node: etree._Element
    name: str
    edition: str
    data: str


def slide_tables_held(tree: etree._Element) -> Iterator[SlideTable]:
    """Yield the tables of the book that a slide shows."""
    for facts in tree.iter(etree.Element):
        found = table_mark(facts)
        node = table_of_mark(facts) if found else None
        if found and node is not None:
            yield SlideTable(facts, node, found["id"], found["edition"], found["data"])


def book_grids(
    old: TableEntry, new: TableEntry, heads: Sequence[str]
) -> tuple[CellsByName, CellsByName] | None:
    """Return the rows of a table of the book in two editions, in the columns of a document.

    None if one of the editions has no such columns.
    """
    places = [columns_shown(heads, side) for side in (old, new)]
    if not all(places):
        return None
    was, now = (
        {name: tuple(row[place] or NO_CELL for place in shown) for name, row in rows.items()}
        for rows, shown in zip(named_rows(old, new), places, strict=True)
    )
    return was, now


@dataclass(frozen=True)
class GridRow:
    """A row of a table in a document: its element, its cells and what these say."""

    node: etree._Element
    cells: tuple[etree._Element, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in the cells, with tracked changes accepted."""
        return tuple(
            "".join(text.text or "" for text in cell.iter(f"{W}t", f"{A}t")) for cell in self.cells
        )


class GridHand(Protocol):
    """Changes tables of a kind of document."""

    def rows(self, table: etree._Element) -> list[GridRow]:
        """Return the rows that are there."""

    def fill(self, cell: etree._Element, old: str, new: str, note: str) -> bool:
        """Put another text into a cell, and say why; return whether it could be done."""

    def take_out(self, row: GridRow) -> None:
        """Take a row out."""

    def like(self, model: etree._Element, texts: Sequence[str]) -> etree._Element:
        """Return a row of other texts in the looks of a row."""


@dataclass(frozen=True)
class WordGrid:
    """Changes tables of Word, tracked."""

    hand: TrackingHand

    def rows(self, table: etree._Element) -> list[GridRow]:
        """Return the rows that nobody has deleted."""
        return [
            GridRow(node, tuple(own_parts(node, "tc")))
            for node in own_parts(table, "tr")
            if not is_deleted(node)
        ]

    def fill(self, cell: etree._Element, old: str, new: str, note: str) -> bool:
        """Put another text into a cell; the reason is a comment."""
        line = _line_in(cell, old)
        if line is None:
            return False
        if line.text:
            self.hand.write(line, [Rewrite(0, len(line.text), new, note)])
        else:
            line.node.append(self.hand.inserted(new, None))
        return True

    def take_out(self, row: GridRow) -> None:
        """Mark a row as deleted."""
        facts = _facts(row.node)
        for node in list(facts.iterchildren(f"{W}ins")):
            # nobody accepted it yet
            facts.remove(node)
        facts.append(etree.Element(f"{W}del", self.hand.facts()))
        for run in list(row.node.iter(f"{W}r")):
            if next(run.iterancestors(f"{W}del"), None) is None:
                self.hand.delete(run)

    def like(self, model: etree._Element, texts: Sequence[str]) -> etree._Element:
        """Return an inserted row of other texts in the looks of a row."""
        made = copy.deepcopy(model)
        facts = _facts(made)
        for node in list(facts):
            if node.tag in (f"{W}ins", f"{W}del", f"{W}tblHeader"):
                facts.remove(node)
        facts.append(etree.Element(f"{W}ins", self.hand.facts()))
        for cell, text in zip(own_parts(made, "tc"), texts, strict=True):
            lines = list(lines_of(cell))
            run = next(cell.iter(f"{W}r"), None)
            looks = None if run is None else run.find(f"{W}rPr")
            for line in lines:
                for node in list(line.node):
                    if node.tag != f"{W}pPr":
                        line.node.remove(node)
            if text and lines:
                lines[0].node.append(self.hand.inserted(text, looks))
        return made


@dataclass(frozen=True)
class SlideGrid:
    """Changes tables on slides, which track nothing."""

    hand: SlideHand

    def rows(self, table: etree._Element) -> list[GridRow]:
        """Return the rows."""
        return [
            GridRow(node, tuple(node.iterchildren(f"{A}tc")))
            for node in table.iterchildren(f"{A}tr")
        ]

    def fill(self, cell: etree._Element, old: str, new: str, note: str) -> bool:
        """Put another text into a cell; there is no place for a reason."""
        line = _line_in(cell, old)
        if line is None:
            return False
        if line.text:
            self.hand.write(line, [Rewrite(0, len(line.text), new, note)])
        else:
            run = etree.Element(f"{A}r")
            etree.SubElement(run, f"{A}t").text = new
            ends = line.node.find(f"{A}endParaRPr")
            line.node.insert(len(line.node) if ends is None else line.node.index(ends), run)
        return True

    def take_out(self, row: GridRow) -> None:
        """Take a row out."""
        table = row.node.getparent()
        if table is not None:
            table.remove(row.node)

    def like(self, model: etree._Element, texts: Sequence[str]) -> etree._Element:
        """Return a row of other texts in the looks of a row."""
        made = copy.deepcopy(model)
        for cell, text in zip(made.iterchildren(f"{A}tc"), texts, strict=True):
            for line in list(lines_of(cell)):
                for node in line.texts[1:]:
                    node.text = ""
                if line.texts:
                    line.texts[0].text, text = text, ""
        return made


def _line_in(cell: etree._Element, old: str) -> Line | None:
    """Return the paragraph of a cell that says something."""
    lines = [line for line in lines_of(cell) if line.texts or not old]
    return next((item for item in lines if bare(item.text) == bare(old)), None)


@dataclass(frozen=True)
class TableChanges:
    """What became of a table: changes, old and new; ``why``: why it could not be changed."""

    made: tuple[tuple[str, str], ...] = ()
    why: str = ""


def refresh_table(
    held: HeldTable, old: FigureEntry, new: FigureEntry, grid: GridHand
) -> tuple[tuple[str, str], ...]:
    """Write the rows of the newer edition into the table of a figure's data; return what changed.

    Rows that somebody left out stay out, rows that the edition before did not have come in where
    they stand in the figure. A table with a row that is none of the book's is somebody's own.
    """
    heads, *rows = grid.rows(held.node) or [GridRow(held.node, ())]
    was, now = (grid_of(entry, heads.texts) for entry in (old, new))
    if was is None or now is None:
        return ()
    return _rewritten(rows, was, now, grid, lambda *_: "").made


def refresh_book_table(
    tables: Sequence[etree._Element],
    old: TableEntry,
    new: TableEntry,
    grid: GridHand,
    noted: Callable[[str, str], str],
) -> TableChanges:
    """Write the rows of the newer edition into a table of the book.

    Parameters
    ----------
    tables : sequence of Element
        Its parts, where it goes on from slide to slide.
    old, new : TableEntry
    grid : GridHand
    noted : callable
        What is remarked on a cell, from what it was and what it is.
    """
    rows: list[GridRow] = []
    heads: tuple[str, ...] = ()
    for table in tables:
        first, *more = grid.rows(table) or [GridRow(table, ())]
        heads = first.texts
        rows += more
    found = book_grids(old, new, heads)
    if found is None:
        return TableChanges(why="表头不是书中的，或新版次的列不同")
    return _rewritten(rows, *found, grid, noted)


def _rewritten(
    rows: Sequence[GridRow],
    was: CellsByName,
    now: CellsByName,
    grid: GridHand,
    noted: Callable[[str, str], str],
) -> TableChanges:
    names = _names(rows, was)
    if not rows or not all(names):
        return TableChanges(why="有书中没有的行，或分不清是哪一行" if rows else "表中没有行")
    changes: list[tuple[str, str]] = []
    there: dict[str, etree._Element] = {}
    first = rows[0].node
    gone: list[GridRow] = []
    for row, name in zip(rows, names, strict=True):
        fresh = now.get(name)
        if fresh is None:
            changes.append((_joined(row.texts), "无"))
            gone.append(row)
            continue
        there[name] = row.node
        for cell, before, after in zip(row.cells, row.texts, fresh, strict=True):
            if bare_cells([before]) == bare_cells([after]):
                continue
            if grid.fill(cell, before, after, noted(before, after)):
                changes.append((f"{name}：{before or '无'}", after or "无"))
    order = list(now)
    for place, name in enumerate(order):
        if name in was:
            continue
        above = next((there[up] for up in reversed(order[:place]) if up in there), None)
        made = grid.like(first if above is None else above, now[name])
        if above is None:
            first.addprevious(made)
        else:
            above.addnext(made)
        there[name] = made
        changes.append(("无", _joined(now[name])))
    for row in gone:
        # last: a new row may take its looks from one that goes
        grid.take_out(row)
    return TableChanges(tuple(changes))


def _names(rows: Iterable[GridRow], grid: CellsByName) -> list[str]:
    """Return which row of the book each row of a table is; ``""`` for none, or one of several."""
    known: dict[tuple[str, ...], list[str]] = {}
    for name, cells in grid.items():
        known.setdefault(bare_cells(cells), []).append(name)
    found = [known.get(bare_cells(row.texts), []) for row in rows]
    return [names[0] if len(names) == 1 else "" for names in found]


def _joined(texts: Iterable[str]) -> str:
    return "，".join(filter(None, texts))


def _facts(row: etree._Element) -> etree._Element:
    """Return the properties of a row; they stand behind exceptions, and before cells."""
    found = row.find(f"{W}trPr")
    if found is None:
        found = etree.Element(f"{W}trPr")
        exceptions = row.find(f"{W}tblPrEx")
        row.insert(0 if exceptions is None else row.index(exceptions) + 1, found)
    return found
