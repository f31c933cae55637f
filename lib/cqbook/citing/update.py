"""Bring a document that somebody has worked on to a newer edition, in place.

What of the book stands in it is found as `verify` finds it; each thing that is still what the book
said is written as the newer edition says it, at the place, in the size and in the looks that
somebody gave it. What somebody altered is left alone. In Word the changes of text are tracked, with
the reasons as comments. At the end the result is asked by `verify`: what does not stand then is
what could not be brought up to date, and nothing drops out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.briefing import printed_texts
from cqbook.citing.cited import CitedKind
from cqbook.citing.documents import cited
from cqbook.citing.entries import CLAIM, FigureEntry, numbers_of
from cqbook.citing.marks import (
    CITATION_PATTERN,
    EDITION_PATTERN,
    MARK_PATTERN,
    NUMBER_PATTERN,
    bookmark,
    keywords,
    mark,
    number_mark,
)
from cqbook.citing.pictures import refuse_too_many
from cqbook.citing.readers.office import PRINTED, REMARKS
from cqbook.citing.readers.office_parts import Parts
from cqbook.citing.sentences import SHORT
from cqbook.citing.updating.figures import (
    Drawing,
    Sides,
    drawings_of,
    refreshed,
    strangers_in,
)
from cqbook.citing.updating.lines import (
    Hand,
    Rewrite,
    SlideHand,
    exchanged,
    lines_of,
)
from cqbook.citing.updating.numbers import Box, Placed, bookmarked, boxes
from cqbook.citing.updating.package import Package
from cqbook.citing.updating.tables import refresh_table, tables_of
from cqbook.citing.updating.tracked import MAIN, TrackingHand, first_number, write_comments
from cqbook.citing.verify import KINDS_ZH, STANDS, KnownEditions, Standing, verify, why_revised
from cqbook.data.catalog import Catalog
from cqbook.disk.untrusted import opened, whole
from cqbook.editions.store import LATEST, find, is_released, manifest_of, release_of
from cqbook.errors import DataError

#: Documents that are brought up to date, by the end of their name.
UPDATED = (".docx", ".pptx")
CORE = "docProps/core.xml"
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


@dataclass(frozen=True)
class Updated:
    """A document of a newer edition.

    ``replaced``: what changed in it; ``turned``: sentences whose claims do not hold any more, which
    stand as they were; ``left``: what does not stand, with the reason; ``gone``: what its
    properties still listed and nobody finds in it; ``dropped``: what was not carried on because it
    runs or leads elsewhere.
    """

    content: bytes
    edition: str
    replaced: tuple[Replaced, ...]
    turned: tuple[Replaced, ...]
    left: tuple[Standing, ...]
    gone: tuple[str, ...]
    dropped: tuple[str, ...]


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
        listed = " ".join(UPDATED)
        msg = f"{name}：应为 {listed} 之一 | {name}: expected one of {listed}"
        raise DataError(msg)
    now = find(root, edition)
    found = [item for item in cited(content, name) if item.kind != "text"]
    refuse_too_many(found, name)
    if not found:
        msg = f"{name}：没有找到出自本书的图和数 | {name}: nothing of the book was found"
        raise DataError(msg)
    with opened(content, name) as archive, whole(name):
        work = _Update(root, now, Package(archive), Parts(archive))
        work.run()
        package = work.package
        made = package.content() if package.is_changed else content
    # what the new edition does not say, and why not
    left = [item for item in verify(root, made, name, edition) if item.verdict != STANDS]
    return Updated(
        made,
        manifest_of(now).edition,
        tuple(work.replaced),
        tuple(work.turned),
        tuple(left),
        tuple(work.gone),
        tuple(sorted(package.dropped)),
    )


@dataclass
class _Update:
    """One document on its way; what happened to it is in the fields below."""

    root: Path
    now: Path
    package: Package
    parts: Parts
    replaced: list[Replaced] = field(default_factory=list)
    turned: list[Replaced] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    #: Why a figure could not be exchanged, by figure and edition; ``""``: it was.
    figures: dict[tuple[str, str], str] = field(default_factory=dict)
    charts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.held = KnownEditions(self.root)
        self.name = manifest_of(self.now).edition
        self.printed = sorted(
            part for part in self.package.parts if PRINTED.match(part) and part != REMARKS
        )
        self.core = self.package.parts.get(CORE, b"").decode("utf-8", "replace")
        self.said = EDITION_PATTERN.search(self.core)
        self.is_word = any(part.startswith("word/") for part in self.printed)

    def run(self) -> None:
        trees = {part: self.package.tree(part) for part in self.printed}
        drawings = {part: list(drawings_of(self.parts, part, tree)) for part, tree in trees.items()}
        for drawing in [item for found in drawings.values() for item in found]:
            self._exchange(drawing)
        self._name_citations(trees)
        edition = self._edition_of_numbers(trees)
        hand = self._hand(trees)
        for part, tree in trees.items():
            if isinstance(hand, TrackingHand):
                hand.commenting = part == MAIN
                self._write_tables(part, tree, hand)
            self._explain(drawings[part], hand)
            self._write(part, tree, edition, hand)
        if isinstance(hand, TrackingHand):
            write_comments(self.package, hand)
        self._properties(trees, drawings, edition)

    # --- finding

    def _sides(self, name: str, edition: str, data: str = "") -> Sides | str:
        """Return a figure in both editions, or why it can't be compared."""
        then = self.held.find(edition)
        if then is None:
            return "手边没有这个版次"
        old, new = (self.held.figures(side).get(name) for side in (then, self.now))
        if old is None or not old.data.startswith(data):
            return "该版次没有这张图，或数据指纹不符"
        if new is None:
            return f"版次 {self.name} 没有这张图"
        return Sides(then, self.now, old, new, edition, self.name)

    def _exchange(self, drawing: Drawing) -> None:
        key = (drawing.name, drawing.edition)
        sides = self._sides(*key, drawing.data)
        if isinstance(sides, str):
            self.figures[key] = sides
        elif drawing.edition != self.name:
            if drawing.target not in self.charts:
                why = refreshed(self.package, self.parts, drawing, sides)
                if drawing.is_chart:
                    # one chart may stand on several slides
                    self.charts[drawing.target] = why
            else:
                why = self.charts[drawing.target]
            known = key in self.figures
            self.figures[key] = self.figures.get(key, "") or why
            if not known and not why:
                self._tell_figure(sides)

    def _tell_figure(self, sides: Sides) -> None:
        old, new = sides.old, sides.new
        why = "数据未变" if old.data == new.data else self._why(sides)
        self.replaced.append(Replaced("figure", new.id, sides.was, sides.name, why))

    def _why(self, sides: Sides) -> str:
        return why_revised(self.held.revised(sides.then, sides.now), sides.old, sides.new)

    def _name_citations(self, trees: Mapping[str, etree._Element]) -> None:
        """Note the figures that only words name: captions without picture, citations."""
        for tree in trees.values():
            for line in lines_of(tree):
                text = line.text
                for found in MARK_PATTERN.finditer(text):
                    self._cite(found["id"], found["edition"])
                for found in CITATION_PATTERN.finditer(text):
                    name = found["id"] or found["apa"] or found["there"]
                    self._cite(name, found["edition"] or found["of"] or found["at"])

    def _cite(self, name: str, edition: str) -> None:
        if (name, edition) not in self.figures and edition != self.name:
            sides = self._sides(name, edition)
            self.figures[name, edition] = sides if isinstance(sides, str) else ""

    def _edition_of_numbers(self, trees: Mapping[str, etree._Element]) -> str:
        """Return the edition whose numbers a Word file holds, by its properties or its list."""
        if self.said:
            return self.said["edition"]
        for tree in trees.values():
            for line in lines_of(tree):
                found = NUMBER_PATTERN.search(line.text)
                if found:
                    return found["edition"]
        return ""

    # --- planning

    def _pairs(self, edition: str) -> dict[str, str]:
        """Return what the book printed of the figures that were exchanged, and prints now."""
        found: dict[str, str] = {}
        for (name, was), why in self.figures.items():
            sides = self._sides(name, was)
            if why or was == self.name or isinstance(sides, str):
                continue
            printed = printed_texts(sides.old, was), printed_texts(sides.new, self.name)
            found |= dict(pair for pair in zip(*printed, strict=True) if pair[0] != pair[1])
        editions = {edition, *(was for _, was in self.figures)} - {self.name, ""}
        for was in sorted(editions):
            then = self.held.find(was)
            for name, text in numbers_of(then).texts.items() if then else ():
                said = numbers_of(self.now).texts.get(name, "")
                if name.startswith(CLAIM) and said not in ("", text):
                    found[text] = said
        return found

    def _figure_changed(self, name: str, edition: str) -> FigureEntry | None:
        """Return a figure of the newer edition, if its places in the document were exchanged."""
        if edition == self.name or self.figures.get((name, edition), "?"):
            return None
        return self.held.figures(self.now).get(name)

    def _number(self, key: str, edition: str) -> tuple[str, str, str]:
        """Return name of a number, what it was, and what it is: ``""`` where it is none any more.

        A sentence that its claim does not bear any more is noted.
        """
        then = self.held.find(edition)
        name, old = self.held.numbers(then).get(key, ("", "")) if then else ("", "")
        if not name or edition == self.name:
            return "", "", ""
        turned = self.held.turned(self.now).get(name, "")
        if turned:
            item = Replaced("number", name, old, "", turned)
            if item not in self.turned:
                self.turned.append(item)
            return name, old, ""
        return name, old, self.held.numbers(self.now).get(key, ("", ""))[1]

    def _why_number(self, edition: str, old: str, new: str) -> str:
        then = self.held.find(edition)
        for item in self.held.revised(then, self.now) if then else ():
            if bare(item.old).startswith(bare(old)) and bare(item.new).startswith(bare(new)):
                return f"{item.what}：{item.how}（{item.old_source} → {item.new_source}）"
        return "参数、选用的数或算法不同"

    # --- writing

    def _hand(self, trees: Mapping[str, etree._Element]) -> Hand:
        if not self.is_word:
            return SlideHand()
        author = Catalog(self.now / "data").publication.author
        others = [REMARKS] if REMARKS in self.package.parts else []
        number = first_number([*trees.values(), *map(self.package.tree, others)])
        return TrackingHand(author, f"{edition_day(self.root, self.now)}T00:00:00Z", number)

    def _explain(self, drawings: list[Drawing], hand: Hand) -> None:
        """Let the drawings bear the new mark, and in Word the reason as a comment."""
        for item in drawings:
            new = self._figure_changed(item.name, item.edition)
            sides = self._sides(item.name, item.edition)
            if new is None or isinstance(sides, str):
                continue
            if item.facts is not None:
                said = item.facts.get("descr") or ""
                said = MARK_PATTERN.sub(mark(sides.new, self.name), said)
                item.facts.set("descr", said.replace(sides.old.alt, sides.new.alt))
                self.package.touch(item.part)
            if isinstance(hand, TrackingHand) and sides.old.data != sides.new.data:
                hand.remark([item.node], f"{self._from_to(item.edition)}：{self._why(sides)}")
                self.package.touch(item.part)

    def _from_to(self, edition: str) -> str:
        return f"版次 {edition} → {self.name}"

    def _write(self, part: str, tree: etree._Element, edition: str, hand: Hand) -> None:
        """Write the numbers of a part, and what the book prints of its figures."""
        lines = list(lines_of(tree))
        planned: dict[int, list[Rewrite]] = {id(line.node): [] for line in lines}
        numbers = list(bookmarked(tree, lines)) if self.is_word else []
        places = [(number.placed, edition) for number in numbers]
        for box in () if self.is_word else boxes(tree):
            places += self._rename_box(part, box)
        for place, of in places:
            planned[id(place.line.node)] += self._rewritten(place, of)
        pairs = self._pairs(edition)
        for line in lines:
            own = planned[id(line.node)]
            for item in [*exchanged(line.text, pairs, SHORT), *self._marks(line.text)]:
                if not any(other.start < item.end and item.start < other.end for other in own):
                    own.append(item)
            if own:
                hand.write(line, own)
                self.package.touch(part)
        for number in numbers:
            if number.rename():
                self.package.touch(part)

    def _rename_box(self, part: str, box: Box) -> Iterator[tuple[Placed, str]]:
        """Let a text box say which numbers it will hold; yield where they stand, of which edition.

        It says so before they are written: afterwards they can't be found by what they were.
        """
        texts = []
        for found, placed in zip(box.marks, box.placed, strict=True):
            _, old, new = self._number(bookmark(found["name"]), found["edition"])
            texts.append(new if placed and bare(old) == bare(found["text"]) else "")
            if placed:
                yield placed, found["edition"]
        if any(texts):
            box.rename(texts, self.name)
            self.package.touch(part)

    def _rewritten(self, placed: Placed, edition: str) -> Iterator[Rewrite]:
        """Yield the new text of a number, or the note that it stays, and why."""
        name, old, new = self._number(placed.key, edition)
        if not name or new == old or bare(placed.text) != bare(old):
            return
        said, why = new, self._why_number(edition, old, new)
        note = f"{self._from_to(edition)}：{old} → {new}。原因：{why}"
        if new:
            self.replaced.append(Replaced("number", name, old, new, why))
        else:
            turned = next((item.why for item in self.turned if item.name == name), "")
            said = placed.text
            note = f"{self._from_to(edition)}：没有更新。{turned or '新版次没有这个数'}"
        yield Rewrite(placed.start, placed.end, said, note)

    def _marks(self, text: str) -> Iterator[Rewrite]:
        """Yield the marks and editions in a text that name what was exchanged."""
        for found in MARK_PATTERN.finditer(text):
            entry = self._figure_changed(found["id"], found["edition"])
            if entry:
                yield Rewrite(*found.span(), mark(entry, self.name))
        for found in CITATION_PATTERN.finditer(text):
            name = found["id"] or found["apa"] or found["there"]
            group = next(key for key in ("edition", "of", "at") if found[key])
            if self._figure_changed(name, found[group]):
                yield Rewrite(*found.span(group), self.name)
        for found in NUMBER_PATTERN.finditer(text):
            name, old, new = self._number(bookmark(found["name"]), found["edition"])
            if name and new and bare(found["text"]) == bare(old):
                said = number_mark(name, new, self.name, found["beside"] or "")
                yield Rewrite(*found.span(), said)

    def _write_tables(self, part: str, tree: etree._Element, hand: TrackingHand) -> None:
        for table in list(tables_of(tree)):
            sides = self._sides(table.name, table.edition)
            if isinstance(sides, str) or not self._figure_changed(table.name, table.edition):
                continue
            for was, now in refresh_table(table, sides.old, sides.new, hand):
                self.replaced.append(Replaced("table", table.name, was, now))
                self.package.touch(part)

    # --- the properties

    def _properties(
        self,
        trees: Mapping[str, etree._Element],
        drawings: Mapping[str, list[Drawing]],
        edition: str,
    ) -> None:
        """Say in the properties which edition the document is of, and what is in it."""
        if not self.said or self.said["edition"] == self.name or self.held.find(edition) is None:
            return
        there = {item.name for found in drawings.values() for item in found}
        there |= {name for name, _ in self.figures}
        promised = self.said["figures"].split()
        missing = [name for name in promised if name not in there]
        strangers = sum(strangers_in(self.parts, part, tree) for part, tree in trees.items())
        if not strangers:
            # no picture is left that could be one of them
            self.gone += missing
            promised = [name for name in promised if name in there]
        said = keywords(self.name, promised, int(self.said["numbers"] or 0))
        made = f"{self.core[: self.said.start()]}{said}{self.core[self.said.end() :]}"
        self.package.put(CORE, made.encode())


def edition_day(root: Path, edition: Path) -> str:
    """Return the day that stands for an edition: of its release, else the first of its month."""
    name = manifest_of(edition).edition
    if is_released(root, name):
        return release_of(find(root, name)).released
    found = _MONTH.match(name)
    return f"{found[1]}-{found[2]}-01" if found else _NO_DAY


def report_lines(made: Updated, ending: str) -> Iterator[str]:
    """Yield what happened to a document, a line each."""
    for item in dict.fromkeys(made.replaced):
        why = f"　{item.why}" if item.why else ""
        yield f"已更新　{KINDS_ZH[item.kind]} {item.name}：{item.old} → {item.new}{why}"
    if made.replaced and ending == ".pptx":
        yield "幻灯片没有修订标记，改动都列在这里 | slides track no changes: all are listed here"
    for item in made.turned:
        yield f"不能再说　论断 {item.name}：“{item.old}”　{item.why}"
    for name in made.gone:
        yield f"已不在文中　图 {name}"
    for left in made.left:
        where = f"{left.name or '（不详）'}（版次 {left.edition or '不详'}）"
        yield f"没有更新　{KINDS_ZH[left.kind]} {where}　{left.verdict}：{left.detail}"
    if made.dropped:
        listed = "；".join(made.dropped)
        yield f"会运行或指向别处的没有带过来 | left out, for it runs or leads elsewhere: {listed}"
    if not made.replaced:
        yield f"已是版次 {made.edition}，或没有可更新的 | nothing to update to {made.edition}"
