"""Bring a document that somebody has worked on to a newer edition, in place.

What of the book stands in it is found as `verify` finds it; each thing that is still what the book
said is written as the newer edition says it, at the place, in the size and in the looks that
somebody gave it. What somebody altered is left alone. In Word the changes of text are tracked, with
the reasons as comments. At the end the result is asked by `verify`: what does not stand then is
what could not be brought up to date, and nothing drops out in silence.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.cited import CITED_MOST, CitedKind, FigureKey
from cqbook.citing.documents import cited, other_format
from cqbook.citing.entries import CLAIM, ExhibitEntry, is_table
from cqbook.citing.marks import (
    CITATION_PATTERN,
    EDITION_PATTERN,
    MARK_PATTERN,
    bookmark,
    keywords,
    mark,
    table_bookmark,
)
from cqbook.citing.pictures import refuse_too_many
from cqbook.citing.readers.office import MAIN, PRINTED, REMARKS, text_first
from cqbook.citing.readers.office_parts import A, Parts, W
from cqbook.citing.readers.passages import passages_of
from cqbook.citing.sentences import PAIRS, SHORT
from cqbook.citing.updating.figures import (
    HeldFigure,
    fitted,
    held_figures,
    refreshed,
)
from cqbook.citing.updating.lines import Hand, Line, Rewrite, SlideHand, lines_of
from cqbook.citing.updating.newer import NewerEdition, Restated, TableSides
from cqbook.citing.updating.numbers import (
    BookmarkedNumber,
    NumberBox,
    Placed,
    bookmarked,
    number_boxes,
)
from cqbook.citing.updating.package import Package
from cqbook.citing.updating.tables import (
    GridHand,
    SlideGrid,
    WordGrid,
    held_tables,
    refresh_book_table,
    refresh_table,
    slide_tables_held,
)
from cqbook.citing.updating.texts import PrintedPairs, listed_numbers, masked, relisted
from cqbook.citing.updating.tracked import TrackingHand, first_number, write_comments
from cqbook.citing.verify import STANDS, AskedDocument, Standing, asked_of, kind_zh
from cqbook.data.catalog import Catalog
from cqbook.disk.untrusted import opened, whole
from cqbook.editions.store import LATEST, find, is_released, manifest_of, release_of
from cqbook.errors import DataError

#: Documents that are brought up to date, by the end of their name.
UPDATED = (".docx", ".pptx")
CORE = "docProps/core.xml"
#: Paragraphs times texts that are looked for in them.
LOOKED = 10 * PAIRS
_MONTH = re.compile(r"(20\d\d)[.-](0[1-9]|1[0-2])")
_NO_DAY = "2000-01-01"


@dataclass(frozen=True)
class Replaced:
    """Something of the book that is another now: what it was, what it is, and why."""

    kind: CitedKind
    name: str
    old: str
    new: str
    why: str = ""


#: Lines that are others in each edition: sources, citations, the month below a title.
_OF_AN_EDITION = re.compile(r"版次|来源[（(:：]|^[（(]?\d{4}年\d{1,2}月[）)]?$")


@dataclass(frozen=True)
class Updated:
    """A document of a newer edition.

    ``replaced``: what changed in it; ``turned``: sentences whose claims do not hold any more, which
    stand as they were; ``left``: what does not stand, with the reason; ``gone``: what its
    properties still listed and nobody finds in it; ``dropped``: what was not carried on because it
    runs or leads elsewhere; ``asked``: the new document, as `verify` asks it.
    """

    content: bytes
    edition: str
    replaced: tuple[Replaced, ...]
    turned: tuple[Replaced, ...]
    left: tuple[Standing, ...]
    gone: tuple[str, ...]
    dropped: tuple[str, ...]
    asked: AskedDocument


def updated(root: Path, content: bytes, name: str, edition: str = LATEST) -> Updated:
    """Return a document with what the book says in a newer edition; the same input, the same bytes.

    Parameters
    ----------
    root : Path
        The book, whose built and released editions are known.
    content, name
        The document.
    edition : str
        The edition that it gets.

    Raises
    ------
    DataError
        If it is no Word file or presentation, is broken or too large, has nothing of the book, or
        the edition is none.
    """
    if Path(name).suffix.lower() not in UPDATED:
        raise DataError(other_format(name, UPDATED))
    newer = NewerEdition(root, find(root, edition))
    found = [item for item in cited(content, name) if item.kind != "text"]
    refuse_too_many(found, name)
    if not found:
        msg = f"{name}：没有找到出自本书的图和数 | {name}: nothing of the book was found"
        raise DataError(msg)
    with opened(content, name) as archive, whole(name):
        package = Package(archive)
        work = _Update(package, Parts(archive), newer, _hand(root, newer.folder, package))
        work.run()
        made = package.content() if package.is_changed else content
    # what the newer edition does not say, and why not
    asked = asked_of(root, made, name, edition, newer.held)
    left = [item for item in asked.standings if item.verdict != STANDS]
    return Updated(
        made,
        newer.name,
        tuple(work.replaced),
        tuple(work.turned.values()),
        tuple(left),
        tuple(work.gone),
        tuple(sorted(package.dropped)),
        asked,
    )


def _printed_parts(package: Package) -> list[str]:
    return sorted(part for part in package.parts if PRINTED.match(part) and part != REMARKS)


def _hand(root: Path, edition: Path, package: Package) -> Hand:
    """Return what writes into a document: in Word it tracks, as of the edition and its day."""
    parts = _printed_parts(package)
    if MAIN not in parts:
        return SlideHand()
    remarks = [REMARKS] if REMARKS in package.parts else []
    number = first_number(map(package.tree, [*parts, *remarks]))
    author = Catalog(edition / "data").publication.author
    return TrackingHand(author, f"{edition_day(root, edition)}T00:00:00Z", number)


@dataclass(frozen=True)
class _Survey:
    """What of the book a part holds in words; ``places``: numbers where they stand."""

    lines: tuple[Line, ...]
    numbers: tuple[BookmarkedNumber, ...]
    boxes: tuple[NumberBox, ...]
    places: tuple[tuple[Placed, str], ...]

    @cached_property
    def _by_line(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        for placed, _ in self.places:
            found.setdefault(id(placed.line.node), []).append((placed.start, placed.end))
        return found

    def taken(self, line: Line) -> list[tuple[int, int]]:
        """Return where numbers stand in a line."""
        return list(self._by_line.get(id(line.node), ()))


@dataclass
class _BookTable:
    """A table of the book in a document: its parts, and what bears its mark, with its name there.

    ``texts``: its rows, where it stands on slides.
    """

    parts: list[str]
    name: str
    edition: str
    data: str
    nodes: list[etree._Element]
    facts: list[tuple[etree._Element, str]]
    texts: set[tuple[str, ...]] = field(default_factory=set)


@dataclass
class _Update:
    """One document on its way; what happened to it is in the fields below."""

    package: Package
    parts: Parts
    newer: NewerEdition
    hand: Hand
    replaced: list[Replaced] = field(default_factory=list)
    turned: dict[str, Replaced] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    #: Why a figure could not be exchanged, by figure and edition; ``""``: it was.
    figures: dict[tuple[str, str], str] = field(default_factory=dict)
    #: The same by what shows it, which may do so in many places.
    shown: dict[tuple[str, str, str], str] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)
    pairs: PrintedPairs = field(default_factory=lambda: PrintedPairs((), SHORT))

    def __post_init__(self) -> None:
        self.core = self.package.parts.get(CORE, b"").decode("utf-8", "replace")
        self.stated = EDITION_PATTERN.search(self.core)
        self.trees = {part: self.package.tree(part) for part in _printed_parts(self.package)}
        self.drawings = {
            part: list(held_figures(self.parts, part, tree)) for part, tree in self.trees.items()
        }

    @cached_property
    def beside(self) -> dict[etree._Element, tuple[FigureKey, ...]]:
        """The figures that paragraphs stand beside, the nearest first."""
        found: dict[etree._Element, tuple[FigureKey, ...]] = {}
        shown: dict[str, dict[etree._Element, FigureKey]] = {
            part: {
                # a drawing beside a picture is where the picture is
                next(item.node.iterancestors(f"{A}blip"), item.node): (item.name, item.edition)
                for item in drawings
            }
            for part, drawings in self.drawings.items()
        }
        for part in sorted(self.trees, key=text_first):
            for node, passage in passages_of(self.parts, part, self.trees[part], shown):
                found[node] = (*passage.near, *passage.sides)
        return found

    def run(self) -> None:
        """Find, plan and write, in this order."""
        for drawing in [item for found in self.drawings.values() for item in found]:
            self._exchange(drawing)
        self._write_book_tables()
        self._find_citations()
        for part, tree in self.trees.items():
            self._write_tables(part, tree)
        edition = self._edition_of_numbers()
        found = {part: self._surveyed(tree, edition) for part, tree in self.trees.items()}
        editions = {edition, *(of for _, of in self.figures)}
        editions |= {of for survey in found.values() for _, of in survey.places}
        known = sorted(editions - {self.newer.name, ""})
        done = sorted(key for key, why in self.figures.items() if not why)
        self.pairs = PrintedPairs(self.newer.pairs(done, known), SHORT)
        self._refuse_too_much(found.values())
        said = self.newer.all_said(known)
        lost = self._lost_numbers(found, said, edition)
        for part, survey in found.items():
            if isinstance(self.hand, TrackingHand):
                self.hand.commenting = part == MAIN
            self._explain(part)
            self._write(part, survey, said, lost)
        if isinstance(self.hand, TrackingHand):
            write_comments(self.package, self.hand)
        self.gone += sorted(lost)
        self._state(lost.total())

    # --- figures

    def _exchange(self, drawing: HeldFigure) -> None:
        key = (drawing.name, drawing.edition)
        if drawing.edition == self.newer.name:
            return
        sides = self.newer.sides(*key, drawing.data)
        if isinstance(sides, str):
            self.figures[key] = sides
            return
        medium = (drawing.target, *key)
        if medium not in self.shown:
            self.shown[medium] = refreshed(self.package, self.parts, drawing, sides)
        why = self.shown[medium]
        if not why:
            fitted(self.package, drawing, sides)
        if not why and key not in self.told:
            self.told.add(key)
            told = self.newer.why_figure(sides)
            self.replaced.append(Replaced("figure", drawing.name, sides.was, sides.name, told))
        self.figures[key] = self.figures.get(key, "") or why

    def _find_citations(self) -> None:
        """Note the figures that only words name: captions without a picture, citations."""
        for text in [line.text for tree in self.trees.values() for line in lines_of(tree)]:
            named = [(found["id"], found["edition"]) for found in MARK_PATTERN.finditer(text)]
            named += [_cited(found)[:2] for found in CITATION_PATTERN.finditer(text)]
            for key in named:
                if key not in self.figures and key[1] != self.newer.name:
                    self.figures[key] = self.newer.why_not(*key)

    def _exchanged(self, exhibit: str, edition: str) -> ExhibitEntry | None:
        """Return what the newer edition says of what was exchanged wherever it stands; else None.

        ``exhibit``: a figure, or a table of the book.
        """
        if edition == self.newer.name or self.figures.get((exhibit, edition), "?"):
            return None
        return self.newer.entry(exhibit)

    def _write_book_tables(self) -> None:
        """Write the rows of the newer edition into the tables of the book."""
        for held in self._book_tables():
            key = (held.name, held.edition)
            sides = self.newer.table_sides(*key, held.data)
            if held.edition == self.newer.name or isinstance(sides, str):
                if isinstance(sides, str):
                    self.figures[key] = sides
                continue
            changes = refresh_book_table(
                held.nodes, sides.old, sides.new, self._grid, self._noted_cell(sides)
            )
            self.figures[key] = self.figures.get(key, "") or changes.why
            if changes.why:
                continue
            for facts, name in held.facts:
                said = MARK_PATTERN.sub(mark(sides.new, self.newer.name), facts.get(name, ""))
                facts.set(name, said.replace(sides.old.title, sides.new.title))
            for part in held.parts:
                self.package.touch(part)
            if key not in self.told:
                self.told.add(key)
                told = self.newer.why_table(sides)
                self.replaced.append(Replaced("table", held.name, sides.was, sides.name, told))
            self.replaced += [Replaced("table", held.name, *change) for change in changes.made]

    @property
    def _grid(self) -> GridHand:
        hand = self.hand
        return WordGrid(hand) if isinstance(hand, TrackingHand) else SlideGrid(SlideHand())

    def _noted_cell(self, sides: TableSides) -> Callable[[str, str], str]:
        def noted(old: str, new: str) -> str:
            why = self.newer.why_number(sides.then, old, new)
            return f"{self._way(sides.was)}：{old} → {new}。原因：{why}"

        return noted

    def _book_tables(self) -> Iterator[_BookTable]:
        """Yield the tables of the book; on slides one may go on from frame to frame."""
        if isinstance(self.hand, TrackingHand):
            for part, tree in self.trees.items():
                for item in held_tables(tree, self._captions):
                    if is_table(item.name):
                        own = item.described
                        bearing = [] if own is None else [(own, f"{W}val")]
                        yield _BookTable([part], item.name, item.edition, "", [item.node], bearing)
            return
        found: dict[tuple[str, ...], _BookTable] = {}
        for part, tree in sorted(self.trees.items(), key=lambda item: (len(item[0]), item[0])):
            for shown in slide_tables_held(tree):
                names = [(shown.facts, name) for name in ("descr", "name")]
                facts = [(node, name) for node, name in names if node.get(name)]
                heads, *rows = [row.texts for row in self._grid.rows(shown.node)] or [()]
                key = (shown.name, shown.edition, *heads)
                made = found.get(key)
                if made is not None and made.texts.isdisjoint(rows):
                    made.parts.append(part)
                    made.nodes.append(shown.node)
                    made.facts += facts
                    made.texts.update(rows)
                    continue
                if made is not None:
                    yield made
                known = (shown.name, shown.edition, shown.data)
                found[key] = _BookTable([part], *known, [shown.node], facts, set(rows))
        yield from found.values()

    def _write_tables(self, part: str, tree: etree._Element) -> None:
        hand = self.hand
        if not isinstance(hand, TrackingHand):
            return
        for table in list(held_tables(tree, self._captions)):
            if is_table(table.name):
                continue
            sides = self.newer.sides(table.name, table.edition)
            if isinstance(sides, str) or not self._exchanged(table.name, table.edition):
                continue
            changes = refresh_table(table, sides.old, sides.new, WordGrid(hand))
            if table.described is not None:
                table.described.set(f"{W}val", mark(sides.new, self.newer.name))
            self.package.touch(part)
            self.replaced += [Replaced("table", table.name, was, now) for was, now in changes]

    @cached_property
    def _captions(self) -> dict[str, tuple[str, str]]:
        """Figure and edition by the bookmark of the caption of its table."""
        edition = self._edition_of_numbers()
        then = self.newer.held.find(edition)
        held = self.newer.held
        names = [*held.figures(then), *held.tables(then)] if then else []
        return {table_bookmark(name): (name, edition) for name in names}

    def _explain(self, part: str) -> None:
        """Let drawings bear the new mark, and in Word the reason as a comment."""
        for item in self.drawings[part]:
            sides = self.newer.sides(item.name, item.edition)
            why = self.shown.get((item.target, item.name, item.edition), "?")
            if isinstance(sides, str) or why:
                continue
            for facts in item.facts:
                for key in [key for key in ("descr", "name", "title") if key in facts.attrib]:
                    said = MARK_PATTERN.sub(mark(sides.new, self.newer.name), facts.get(key, ""))
                    facts.set(key, said.replace(sides.old.alt, sides.new.alt))
                self.package.touch(part)
            if isinstance(self.hand, TrackingHand) and sides.old.data != sides.new.data:
                why = self.newer.why_figure(sides)
                self.hand.remark([item.node], f"{self._way(item.edition)}：{why}")
                self.package.touch(part)

    def _way(self, edition: str) -> str:
        return f"版次 {edition} → {self.newer.name}"

    # --- numbers and words

    def _refuse_too_much(self, found: Iterable[_Survey]) -> None:
        surveys = list(found)
        lines = sum(len(survey.lines) for survey in surveys)
        places = sum(len(survey.places) for survey in surveys)
        if places > CITED_MOST or lines * len(self.pairs.parts) > LOOKED:
            msg = "文字过多，不能一次更新；分成几份 | too much text to update at once: split it"
            raise DataError(msg)

    def _edition_of_numbers(self) -> str:
        """Return the edition whose numbers a document holds, by its properties or its list."""
        if self.stated:
            return self.stated["edition"]
        for text in [line.text for tree in self.trees.values() for line in lines_of(tree)]:
            for item in listed_numbers(text):
                return item.edition
        return ""

    def _surveyed(self, tree: etree._Element, edition: str) -> _Survey:
        lines = tuple(lines_of(tree))
        if isinstance(self.hand, TrackingHand):
            numbers = tuple(itertools.islice(bookmarked(tree, lines), CITED_MOST + 1))
            places = tuple((number.placed, edition) for number in numbers)
            return _Survey(lines, numbers, (), places)
        held = tuple(itertools.islice(number_boxes(tree), CITED_MOST + 1))
        boxed = tuple(
            (placed, found["edition"])
            for box in held
            for placed, found in zip(box.placed, box.marks, strict=True)
            if placed
        )
        return _Survey(lines, (), held, boxed)

    def _lost_numbers(
        self, found: dict[str, _Survey], said: dict[str, Restated], edition: str
    ) -> Counter[str]:
        """Return how often the document promises numbers that somebody deleted, by name.

        One whose text still stands somewhere was not deleted: only its mark is gone.
        """
        if not self.stated or edition == self.newer.name:
            return Counter()
        there = Counter(placed.key for survey in found.values() for placed, _ in survey.places)
        listed, loose = list[str](), list[str]()
        for part, survey in found.items():
            tables = {table.node for table in held_tables(self.trees[part], self._captions)}
            for line in survey.lines:
                names = [item.name for item in listed_numbers(line.text)]
                listed += names
                if not names and tables.isdisjoint(line.node.iterancestors(f"{W}tbl")):
                    spans = survey.taken(line)
                    spans += [item[:2] for item in self.pairs.exchanged(line.text)]
                    loose.append(bare(masked(line.text, spans)))
        missing = Counter(listed)
        for name in missing:
            missing[name] -= there[bookmark(name)]
        missing = +missing
        if missing.total() != int(self.stated["numbers"] or 0) - there.total():
            return Counter()
        old = {item.name: bare(item.old) for item in said.values()}
        gone = {name for name in missing if not any(old.get(name, "") in text for text in loose)}
        return Counter({name: count for name, count in missing.items() if name in gone})

    def _write(
        self, part: str, survey: _Survey, said: dict[str, Restated], lost: Counter[str]
    ) -> None:
        """Write the numbers of a part, and what the book prints of its figures."""
        planned: dict[int, list[Rewrite]] = {id(line.node): [] for line in survey.lines}
        for placed, edition in survey.places:
            planned[id(placed.line.node)] += self._rewritten(placed, edition)
        for box in survey.boxes:
            if box.rename(self._in_box(box), self.newer.name):
                self.package.touch(part)
        new = {item.name: item.new for item in said.values() if item.new}
        for line in survey.lines:
            own = planned[id(line.node)]
            taken = survey.taken(line)
            exchanged = self.pairs.exchanged(line.text, self.beside.get(line.node, ()))
            more = [
                *relisted(line.text, new, lost, self.newer.name),
                *self._turned_here(line.text, said),
                *exchanged,
                *self._marks(line.text),
            ]
            for item in more:
                if not any(start < item.end and item.start < end for start, end in taken):
                    taken.append((item.start, item.end))
                    own.append(item)
                    if item in exchanged:
                        self._tell_text(line.text[item.start : item.end], item.text)
            own = [
                item for item in own if item.note or line.text[item.start : item.end] != item.text
            ]
            if own:
                self.hand.write(line, own)
                self.package.touch(part)
        for number in survey.numbers:
            if number.rename():
                self.package.touch(part)

    def _tell_text(self, old: str, new: str) -> None:
        """Tell of a title, note or sentence that says another thing; of sources and months none."""
        if not _OF_AN_EDITION.search(old):
            self.replaced.append(Replaced("text", "", old.strip(), new.strip()))

    def _in_box(self, box: NumberBox) -> list[str]:
        """Return what each number of a text box will be; ``""`` for one that stays."""
        texts = []
        for found, placed in zip(box.marks, box.placed, strict=True):
            item = self.newer.said(bookmark(found["name"]), found["edition"])
            stays = item is None or placed is None or bare(item.old) != bare(found["text"])
            texts.append("" if stays or item is None else item.new)
        return texts

    def _rewritten(self, placed: Placed, edition: str) -> Iterator[Rewrite]:
        """Yield the new text of a number, or the note that it stays, and why."""
        item = self.newer.said(placed.key, edition)
        if item is None or bare(placed.text) != bare(item.old) or item.new == item.old:
            return
        span = (placed.start, placed.end)
        if item.new:
            self.replaced.append(Replaced("number", item.name, item.old, item.new, item.why))
            note = f"{self._way(edition)}：{item.old} → {item.new}。原因：{item.why}"
            yield Rewrite(*span, item.new, note)
            return
        self._turn(item)
        yield Rewrite(*span, placed.text, f"{self._way(edition)}：没有更新。{item.why}")

    def _turn(self, item: Restated) -> None:
        if item.turned:
            self.turned[item.name] = Replaced("number", item.name, item.old, "", item.why)

    def _turned_here(self, text: str, said: dict[str, Restated]) -> Iterator[Rewrite]:
        """Yield a note on each sentence of the book that stands there as text and is false now."""
        for item in said.values():
            place = text.find(item.old) if item.turned and item.name.startswith(CLAIM) else -1
            if place >= 0:
                self._turn(item)
                yield Rewrite(place, place + len(item.old), item.old, f"没有更新。{item.why}")

    def _marks(self, text: str) -> Iterator[Rewrite]:
        """Yield the marks and editions in a text that name what was exchanged."""
        for found in MARK_PATTERN.finditer(text):
            entry = self._exchanged(found["id"], found["edition"])
            if entry:
                yield Rewrite(*found.span(), mark(entry, self.newer.name))
        for found in CITATION_PATTERN.finditer(text):
            figure, edition, group = _cited(found)
            # the sentence of a claim is restated wherever it stands
            claimed = figure.startswith(CLAIM) and not self.figures.get((figure, edition), "?")
            if claimed or self._exchanged(figure, edition):
                yield Rewrite(*found.span(group), self.newer.name)

    # --- the properties

    def _state(self, lost: int) -> None:
        """Say in the properties which edition the document is of, and what is in it."""
        stated = self.stated
        if not stated or stated["edition"] == self.newer.name:
            return
        if self.newer.held.find(stated["edition"]) is None:
            return
        there = {item.name for found in self.drawings.values() for item in found}
        there |= {figure for figure, _ in self.figures}
        promised = stated["figures"].split()
        missing = [figure for figure in promised if figure not in there]
        unknown = sum(
            1
            for part, tree in self.trees.items()
            for shown in [{item.node for item in self.drawings[part]}]
            for node in tree.iter(f"{A}blip")
            if node not in shown
        )
        if not unknown:
            # no picture is left that could be one of them
            self.gone += missing
            promised = [figure for figure in promised if figure in there]
        said = keywords(self.newer.name, promised, int(stated["numbers"] or 0) - lost)
        made = f"{self.core[: stated.start()]}{said}{self.core[stated.end() :]}"
        self.package.put(CORE, made.encode())


def _cited(found: re.Match[str]) -> tuple[str, str, str]:
    """Return figure and edition of a line that cites one, and which group has the edition."""
    group = next(key for key in ("edition", "of", "at") if found[key])
    return found["id"] or found["apa"] or found["there"], found[group], group


def edition_day(root: Path, edition: Path) -> str:
    """Return the day that stands for an edition: of its release, else the first of its month."""
    name = manifest_of(edition).edition
    if is_released(root, name):
        return release_of(find(root, name)).released
    found = _MONTH.match(name)
    return f"{found[1]}-{found[2]}-01" if found else _NO_DAY


def report_lines(
    made: Updated, ending: str, left: Iterable[Standing], own: Iterable[Standing] = ()
) -> Iterator[str]:
    """Yield what happened to a document, a line each.

    ``left``: what of it does not stand; ``own``: what it says itself, and the newer edition does
    not.
    """
    for item in dict.fromkeys(made.replaced):
        why = f"　{item.why}" if item.why else ""
        named = f"{kind_zh(item.kind, item.name)} {item.name}".rstrip()
        yield f"已更新　{named}：{item.old} → {item.new}{why}"
    if made.replaced and ending == ".pptx":
        yield "幻灯片没有修订标记，改动都列在这里 | slides track no changes: all are listed here"
    for item in made.turned:
        yield f"不能再说　论断 {item.name}：“{item.old}”　{item.why}"
    for name in made.gone:
        yield f"已不在文中　{name}"
    for said in left:
        where = f"{said.name or '（不详）'}（版次 {said.edition or '不详'}）"
        kind = kind_zh(said.kind, said.name)
        yield f"没有更新　{kind} {where}　{said.verdict}：{said.detail}"
    for said in own:
        yield f"没有更新　{kind_zh(said.kind, said.name)}　{said.detail}"
    if made.dropped:
        listed = "；".join(made.dropped)
        yield f"会运行或指向别处的没有带过来 | left out, for it runs or leads elsewhere: {listed}"
    if not made.replaced:
        yield f"已是版次 {made.edition}，或没有可更新的 | nothing to update to {made.edition}"
