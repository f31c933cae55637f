"""What a newer edition says of what a document took from an older one, and why it is another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cqbook.citing.alike import begins_with
from cqbook.citing.book_tables import GOES_ON, texts_of_table, why_table_revised
from cqbook.citing.briefing import printed_texts
from cqbook.citing.entries import (
    CLAIM,
    ExhibitEntry,
    FigureEntry,
    TableEntry,
    is_table,
    numbers_of,
)
from cqbook.citing.marks import bookmark
from cqbook.citing.updating.texts import PrintedPair, dated_pairs, paired
from cqbook.citing.verify import UNEXPLAINED, KnownEditions, why_revised
from cqbook.editions.store import manifest_of


@dataclass(frozen=True)
class Sides:
    """A figure in the edition that a document has it of, and in the one that it gets."""

    then: Path
    now: Path
    old: FigureEntry
    new: FigureEntry
    was: str
    name: str


@dataclass(frozen=True)
class TableSides:
    """A table of the book in the edition that a document has it of, and in the one that it gets."""

    then: Path
    now: Path
    old: TableEntry
    new: TableEntry
    was: str
    name: str


@dataclass(frozen=True)
class Restated:
    """A number or sentence: its name, what it was, and what it is.

    ``new`` is empty where the newer edition does not say it; ``why`` says then why not, and else
    why it is another.
    """

    name: str
    old: str
    new: str
    why: str = ""
    turned: bool = False


class NewerEdition:
    """An edition that documents are brought to; ``name``: what it is called."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.held = KnownEditions(root)
        self.folder = folder
        self.name = manifest_of(folder).edition

    def sides(self, figure: str, edition: str, data: str = "") -> Sides | str:
        """Return a figure in both editions, or why it can't be compared."""
        then = self.held.find(edition)
        if then is None:
            return "手边没有这个版次"
        old, new = (self.held.figures(side).get(figure) for side in (then, self.folder))
        if old is None or not old.data.startswith(data):
            return "该版次没有这张图，或数据指纹不符"
        if new is None:
            return f"版次 {self.name} 没有这张图"
        return Sides(then, self.folder, old, new, edition, self.name)

    def table_sides(self, table: str, edition: str, data: str = "") -> TableSides | str:
        """Return a table of the book in both editions, or why it can't be compared."""
        then = self.held.find(edition)
        if then is None:
            return "手边没有这个版次"
        old, new = (self.held.tables(side).get(table) for side in (then, self.folder))
        if old is None or not old.data.startswith(data):
            return "该版次没有这张表，或数据指纹不符"
        if new is None:
            return f"版次 {self.name} 没有这张表"
        return TableSides(then, self.folder, old, new, edition, self.name)

    def why_not(self, exhibit: str, edition: str) -> str:
        """Return why the newer edition has no such figure, table or claim; ``""`` if it has."""
        if exhibit.startswith(CLAIM):
            restated = self.said(bookmark(exhibit), edition)
            if restated is None:
                return "该版次没有这个论断"
            return "" if restated.new else restated.why
        asked = self.table_sides if is_table(exhibit) else self.sides
        found = asked(exhibit, edition)
        return found if isinstance(found, str) else ""

    def entry(self, exhibit: str) -> ExhibitEntry | None:
        """Return what the newer edition says of a figure or table."""
        if is_table(exhibit):
            return self.held.tables(self.folder).get(exhibit)
        return self.held.figures(self.folder).get(exhibit)

    def why_table(self, sides: TableSides) -> str:
        """Return which cells of a table changed, and what the data say of the reason."""
        if sides.old.data == sides.new.data:
            return "数据未变"
        revised = self.held.revised(sides.then, sides.now)
        return why_table_revised(revised, sides.old, sides.new, UNEXPLAINED)

    def why_figure(self, sides: Sides) -> str:
        """Return which rows of a figure changed, and what the data say of the reason."""
        if sides.old.data == sides.new.data:
            return "数据未变"
        return why_revised(self.held.revised(sides.then, sides.now), sides.old, sides.new)

    def said(self, key: str, edition: str) -> Restated | None:
        """Return what became of a number of an edition, by its bookmark; None if it has none."""
        then = self.held.find(edition)
        name, old = self.held.numbers(then).get(key, ("", "")) if then else ("", "")
        if not name or then is None or edition == self.name:
            return None
        new = self.held.numbers(self.folder).get(key, ("", ""))[1]
        turned = self.held.turned(self.folder).get(name, "")
        if turned or not new:
            return Restated(name, old, "", turned or f"版次 {self.name} 没有这个数", bool(turned))
        return Restated(name, old, new, "" if old == new else self.why_number(then, old, new))

    def why_number(self, then: Path, old: str, new: str) -> str:
        """Return what the data say of why a number is another."""
        for item in self.held.revised(then, self.folder):
            if begins_with(item.old, old) and begins_with(item.new, new):
                return f"{item.what}{item.how}（{item.old_source} → {item.new_source}）"
        return UNEXPLAINED

    def all_said(self, editions: Iterable[str]) -> dict[str, Restated]:
        """Return what became of the numbers of editions, by their bookmark."""
        found: dict[str, Restated] = {}
        for edition in editions:
            then = self.held.find(edition)
            for key in self.held.numbers(then) if then else ():
                item = self.said(key, edition)
                if item:
                    found[key] = item
        return found

    def pairs(
        self, figures: Iterable[tuple[str, str]], editions: Iterable[str]
    ) -> list[PrintedPair]:
        """Return what briefings printed of figures and claims of editions, and print now."""
        found: list[PrintedPair] = []
        for edition in editions:
            then = self.held.find(edition)
            was, now = (numbers_of(side).texts if side else {} for side in (then, self.folder))
            same = {was[name]: now[name] for name in was.keys() & now.keys() if CLAIM in name}
            moved = {**dated_pairs(edition, self.name), **same}
            found += [PrintedPair(old, new) for old, new in moved.items()]
        for key in figures:
            if is_table(key[0]):
                found += self._table_pairs(*key)
                continue
            sides = self.sides(*key)
            if not isinstance(sides, str):
                old = printed_texts(sides.old, key[1])
                moved = paired(old, printed_texts(sides.new, self.name))
                shown = (key[0], self.name)
                found += [PrintedPair(old, new, (key, shown)) for old, new in moved.items()]
        return sorted(found)

    def _table_pairs(self, table: str, edition: str) -> list[PrintedPair]:
        """Return what is printed of a table of the book in both editions."""
        sides = self.table_sides(table, edition)
        if isinstance(sides, str):
            return []
        old = texts_of_table(sides.old, edition)
        moved = paired(old, texts_of_table(sides.new, self.name))
        # on slides it may go on
        moved[f"{sides.old.title}{GOES_ON}"] = f"{sides.new.title}{GOES_ON}"
        return [PrintedPair(old, new) for old, new in moved.items()]
