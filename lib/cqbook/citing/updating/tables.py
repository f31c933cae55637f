"""The data tables of figures in a Word document, row by row as the newer edition has them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.entries import EntryRow, FigureEntry
from cqbook.citing.marks import MARK_PATTERN, TABLE
from cqbook.citing.readers.office_parts import W
from cqbook.citing.readers.office_word import is_deleted
from cqbook.citing.updating.lines import Rewrite, lines_of
from cqbook.citing.updating.tracked import TrackingHand

_INSIDE = tuple(f"{W}{tag}" for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml"))


@dataclass(frozen=True)
class HeldTable:
    """A table behind something that bears the mark of a figure."""

    node: etree._Element
    name: str
    edition: str


def held_tables(tree: etree._Element) -> Iterator[HeldTable]:
    """Yield the tables of a document, each with the figure whose mark was last before it."""
    mark, open_tables = None, 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        if node.tag == f"{W}tbl":
            if event == "start" and mark is not None and not open_tables:
                yield HeldTable(node, mark["id"], mark["edition"])
            open_tables += 1 if event == "start" else -1
        elif event == "end" and node.tag == f"{W}p":
            mark = MARK_PATTERN.search("".join(t.text or "" for t in node.iter(f"{W}t"))) or mark
        elif event == "start" and isinstance(node.tag, str):
            mark = MARK_PATTERN.search(node.get("descr") or "") or mark


@dataclass(frozen=True)
class _Row:
    node: etree._Element
    cells: tuple[etree._Element, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple("".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in self.cells)


def _rows(table: etree._Element) -> list[_Row]:
    return [
        _Row(node, tuple(_own(node, "tc"))) for node in _own(table, "tr") if not is_deleted(node)
    ]


def _own(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    for child in node.iterchildren(etree.Element):
        if child.tag == f"{W}{tag}":
            yield child
        elif child.tag in _INSIDE:
            yield from _own(child, tag)


def refresh_table(
    held: HeldTable, old: FigureEntry, new: FigureEntry, hand: TrackingHand
) -> tuple[tuple[str, str], ...]:
    """Write the rows of the newer edition into a table; return what changed, old and new.

    Rows that somebody left out stay out, rows that the edition before did not have come in where
    they stand in the figure. A table with a row that is none of the book's is somebody's own.
    """
    heads, *rows = _rows(held.node) or [_Row(held.node, ())]
    fields = _fields(heads)
    by_cells = {_cells(row, fields): row for row in old.rows}
    known = [(row, by_cells.get(tuple(map(bare, row.texts)))) for row in rows]
    if not fields or not rows or any(entry is None for _, entry in known):
        return ()
    is_now = {row.name: row for row in new.rows}
    was = {row.name for row in old.rows}
    changes: list[tuple[str, str]] = []
    there: dict[str, _Row] = {}
    for row, entry in known:
        fresh = is_now.get(entry.name) if entry else None
        if entry is None or fresh is None:
            changes.append(("，".join(filter(None, row.texts)), "无"))
            _take_out(row, hand)
            continue
        there[fresh.name] = row
        pairs = zip(row.cells, row.texts, _printed(fresh, fields), strict=True)
        for cell, before, after in pairs:
            if bare(before) != bare(after) and _fill(cell, before, after, hand):
                changes.append((f"{fresh.name}：{before or '无'}", after or "无"))
    changes += _come_in(held, rows, there, [row for row in new.rows if row.name not in was],
                        (new, fields, hand))  # fmt: skip
    return tuple(changes)


def _fields(heads: _Row) -> tuple[str, ...]:
    """Return which field of a figure's rows each column has; none if the headings are others."""
    keys = {bare(title): key for key, title in TABLE.items()}
    found = tuple(keys.get(bare(text), "") for text in heads.texts)
    return found if "full" in found and all(found) else ()


def _printed(row: EntryRow, fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(getattr(row, field) or "" for field in fields)


def _cells(row: EntryRow, fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(bare, _printed(row, fields)))


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


def _come_in(
    held: HeldTable,
    rows: list[_Row],
    there: Mapping[str, _Row],
    added: list[EntryRow],
    how: tuple[FigureEntry, tuple[str, ...], TrackingHand],
) -> list[tuple[str, str]]:
    """Insert rows that are new, each behind the row that the figure has before it."""
    new, fields, hand = how
    order = [row.name for row in new.rows]
    placed = {name: row.node for name, row in there.items()}
    changes = []
    for entry in added:
        before = next(
            (placed[name] for name in order[: order.index(entry.name)][::-1] if name in placed),
            None,
        )
        model = before if before is not None else rows[0].node
        made = _like(model, _printed(entry, fields), hand)
        if before is not None:
            before.addnext(made)
        else:
            model.addprevious(made)
        placed[entry.name] = made
        changes.append(("无", "，".join(filter(None, _printed(entry, fields)))))
    return changes


def _like(model: etree._Element, texts: tuple[str, ...], hand: TrackingHand) -> etree._Element:
    """Return an inserted row of other texts in the looks of a row."""
    made = copy.deepcopy(model)
    facts = _facts(made)
    for node in list(facts):
        if node.tag in (f"{W}ins", f"{W}del", f"{W}tblHeader"):
            facts.remove(node)
    facts.append(etree.Element(f"{W}ins", hand.facts()))
    for cell, text in zip(_own(made, "tc"), texts, strict=True):
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
