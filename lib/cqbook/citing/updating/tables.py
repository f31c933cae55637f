"""The data tables of figures in a Word document, row by row as the newer edition has them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.briefing import ALL_ROWS, numbers_table
from cqbook.citing.entries import FigureEntry
from cqbook.citing.marks import MARK_PATTERN, TABLE
from cqbook.citing.readers.office_parts import W
from cqbook.citing.readers.office_word import is_deleted, own_parts
from cqbook.citing.updating.lines import Rewrite, lines_of
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
class _Row:
    node: etree._Element
    cells: tuple[etree._Element, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple("".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in self.cells)


def _rows(table: etree._Element) -> list[_Row]:
    return [
        _Row(node, tuple(own_parts(node, "tc")))
        for node in own_parts(table, "tr")
        if not is_deleted(node)
    ]


def refresh_table(
    held: HeldTable, old: FigureEntry, new: FigureEntry, hand: TrackingHand
) -> tuple[tuple[str, str], ...]:
    """Write the rows of the newer edition into a table; return what changed, old and new.

    Rows that somebody left out stay out, rows that the edition before did not have come in where
    they stand in the figure. A table with a row that is none of the book's is somebody's own.
    """
    heads, *rows = _rows(held.node) or [_Row(held.node, ())]
    was, now = (grid_of(entry, heads.texts) for entry in (old, new))
    names = _names(rows, was or {})
    if not rows or was is None or now is None or not all(names):
        return ()
    changes: list[tuple[str, str]] = []
    there: dict[str, etree._Element] = {}
    for row, name in zip(rows, names, strict=True):
        fresh = now.get(name)
        if fresh is None:
            changes.append((_joined(row.texts), "无"))
            _take_out(row, hand)
            continue
        there[name] = row.node
        for cell, before, after in zip(row.cells, row.texts, fresh, strict=True):
            if bare(before) != bare(after) and _fill(cell, before, after, hand):
                changes.append((f"{name}：{before or '无'}", after or "无"))
    order = list(now)
    for place, name in enumerate(order):
        if name in was:
            continue
        above = next((there[up] for up in reversed(order[:place]) if up in there), None)
        made = _like(rows[0].node if above is None else above, now[name], hand)
        if above is None:
            rows[0].node.addprevious(made)
        else:
            above.addnext(made)
        there[name] = made
        changes.append(("无", _joined(now[name])))
    return tuple(changes)


def _names(rows: Iterable[_Row], grid: CellsByName) -> list[str]:
    """Return which row of the book each row of a table is; ``""`` for none, or one of several."""
    known: dict[tuple[str, ...], list[str]] = {}
    for name, cells in grid.items():
        known.setdefault(tuple(map(bare, cells)), []).append(name)
    found = [known.get(tuple(map(bare, row.texts)), []) for row in rows]
    return [names[0] if len(names) == 1 else "" for names in found]


def _joined(texts: Iterable[str]) -> str:
    return "，".join(filter(None, texts))


def _fill(cell: etree._Element, old: str, new: str, hand: TrackingHand) -> bool:
    lines = [line for line in lines_of(cell) if line.texts or not old]
    line = next((item for item in lines if bare(item.text) == bare(old)), None)
    if line is None:
        return False
    if line.text:
        hand.write(line, [Rewrite(0, len(line.text), new)])
    else:
        line.node.append(hand.inserted(new, None))
    return True


def _take_out(row: _Row, hand: TrackingHand) -> None:
    """Mark a row as deleted."""
    facts = _facts(row.node)
    for node in list(facts.iterchildren(f"{W}ins")):
        # nobody accepted it yet
        facts.remove(node)
    facts.append(etree.Element(f"{W}del", hand.facts()))
    for run in list(row.node.iter(f"{W}r")):
        if next(run.iterancestors(f"{W}del"), None) is None:
            hand.delete(run)


def _facts(row: etree._Element) -> etree._Element:
    """Return the properties of a row; they stand behind exceptions, and before cells."""
    found = row.find(f"{W}trPr")
    if found is None:
        found = etree.Element(f"{W}trPr")
        exceptions = row.find(f"{W}tblPrEx")
        row.insert(0 if exceptions is None else row.index(exceptions) + 1, found)
    return found


def _like(model: etree._Element, texts: tuple[str, ...], hand: TrackingHand) -> etree._Element:
    """Return an inserted row of other texts in the looks of a row."""
    made = copy.deepcopy(model)
    facts = _facts(made)
    for node in list(facts):
        if node.tag in (f"{W}ins", f"{W}del", f"{W}tblHeader"):
            facts.remove(node)
    facts.append(etree.Element(f"{W}ins", hand.facts()))
    for cell, text in zip(own_parts(made, "tc"), texts, strict=True):
        lines = list(lines_of(cell))
        run = next(cell.iter(f"{W}r"), None)
        looks = None if run is None else run.find(f"{W}rPr")
        for line in lines:
            for node in list(line.node):
                if node.tag != f"{W}pPr":
                    line.node.remove(node)
        if text and lines:
            lines[0].node.append(hand.inserted(text, looks))
    return made
