"""Ask a document whether the figures and numbers that it took from the book still stand.

Figures are known by the mark in their alternative text or caption, or by the identity inside the
file, numbers by the bookmarks around them, what is printed of a figure by its likeness: what
survives editing, renaming and saving elsewhere. What came from the book and can't be compared is
said to be so, with the reason, and nothing drops out.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from cqbook.changes.comparison import compare_observations
from cqbook.changes.records import Revision
from cqbook.citing.alike import bare
from cqbook.citing.book_tables import (
    all_of_table,
    altered_table,
    columns_shown,
    is_rounded_row,
    other_heads,
    parts_left_out,
    texts_of_table,
    why_table_revised,
)
from cqbook.citing.briefing import (
    ALL_ROWS,
    ANNEX,
    RECKONED,
    PrintedKind,
    all_of_figure,
    caption,
    dated,
    is_known,
    numbers_table,
    printed_kinds,
)
from cqbook.citing.chart_values import altered_chart, unlike_chart
from cqbook.citing.cited import CAPTION_NUMBER, Cited, CitedKind, FigureKey, Passage
from cqbook.citing.claims_said import SaidClaim
from cqbook.citing.documents import cited
from cqbook.citing.entries import (
    CLAIM,
    EntryRow,
    FigureEntry,
    TableEntry,
    entries_of,
    is_table,
    numbers_of,
    spec_of,
    tables_of_edition,
)
from cqbook.citing.marks import TABLE, abridged, bookmark, table_bookmark
from cqbook.citing.own_words import OwnWords, in_own_words
from cqbook.citing.pictures import compared_drawing, is_altered_picture, refuse_too_many
from cqbook.citing.readers.office_word import ANNEXED
from cqbook.citing.remarks import said_back, strange_back, strange_remark
from cqbook.citing.rounded import is_rounded
from cqbook.citing.sentences import (
    TextFault,
    altered_sentences,
    caption_numbers,
    loose_references,
    strange_remarks,
)
from cqbook.data.catalog import Catalog
from cqbook.editions.store import find
from cqbook.errors import DataError

#: Said of what is of an edition that is neither built nor kept here.
NOT_AT_HAND = "手边没有这个版次，无从核对"
STANDS, REVISED, UNKNOWN, ALTERED = "仍然成立", "已修订", "版次不详", "图或数被改动"
#: Nothing of the book drops out in silence.
LOST = "没有比对"
#: ``own``: what somebody says beside what was quoted.
StandingKind = CitedKind | Literal["own"]
KINDS_ZH: dict[StandingKind, str] = {
    "figure": "图",
    "table": "图的数据表",
    "number": "数",
    "citation": "引用的图",
    "text": "图的文字",
    "own": "自己的话",
}
#: Of what is no figure's, by kind.
_TABLES_ZH: dict[StandingKind, str] = {"table": "表", "citation": "引用的表", "text": "表的文字"}


def kind_zh(kind: StandingKind, name: str) -> str:
    """Return what something cited is called: tables of the book are no figure's data."""
    if name.startswith(CLAIM):
        return "论断"
    return _TABLES_ZH.get(kind, KINDS_ZH[kind]) if is_table(name) else KINDS_ZH[kind]


@dataclass(frozen=True)
class Standing:
    """What became of something cited: kind, name, edition, verdict, and why, in words.

    ``kind`` is ``text`` for a title, caption, source line or sentence of a figure.
    """

    kind: StandingKind
    name: str
    edition: str
    verdict: str
    detail: str = ""


def verify(
    root: Path,
    content: bytes,
    name: str,
    against: str = "latest",
    held: KnownEditions | None = None,
) -> list[Standing]:
    """Return for each thing that a document took from the book whether it still stands.

    See `asked_of`.
    """
    return asked_of(root, content, name, against, held).standings


def asked_of(
    root: Path,
    content: bytes,
    name: str,
    against: str = "latest",
    held: KnownEditions | None = None,
) -> AskedDocument:
    """Return a document, read, with what the book can say of it.

    Parameters
    ----------
    root : Path
        The book, whose built and released editions are known.
    content, name
        The document.
    against : str
        The edition that has the last word.
    held : KnownEditions, optional
        What was read of editions already.

    Raises
    ------
    DataError
        If the document can't be read, or `against` is no edition.
    """
    now = find(root, against)
    found = cited(content, name)
    refuse_too_many(found, name)
    return AskedDocument(held or KnownEditions(root), now, name, found, content)


@dataclass(frozen=True)
class AskedDocument:
    """A document as it was read, once for all that is asked of it."""

    held: KnownEditions
    now: Path
    name: str
    found: Sequence[Cited]
    content: bytes

    @functools.cached_property
    def standings(self) -> list[Standing]:
        """What became of each thing that it took from the book."""
        return _standings(self)

    @functools.cached_property
    def own(self) -> OwnWords:
        """What it says that the book did not print, beside what it took from it."""
        texts = (*self.printed.whole.values(), *self.printed.known.values())
        # what was made of a text of the book is told as that
        altered = [told.text for told in self.faults if not told.misplaced]
        numbers = [(item.text, item.within) for item in self.found if item.kind == "number"]
        placed = {text for text, within in numbers if within}
        # of figures of an edition that nobody has, no title can be said to be another
        passages = [
            replace(item, at=tuple(key for key in item.at if key in self.printed.known))
            for item in self.passages
        ]
        return in_own_words(
            passages,
            [*altered, *(text for printed in texts for text in printed)],
            self.claims,
            # the list at the end says of no paragraph
            [pair for pair in numbers if pair[1] or pair[0] not in placed],
        )

    @functools.cached_property
    def printed(self) -> _PrintedThere:
        """What the book prints of what is in it."""
        return _printed_there(self.held, self.found)

    @functools.cached_property
    def passages(self) -> list[Passage]:
        """Its paragraphs."""
        return [passage for item in self.found for passage in item.passages]

    @functools.cached_property
    def asked(self) -> list[Cited]:
        """What is asked of it, without what the book itself prints beside that."""
        return [_without_printed(item, self.printed) for item in self.found if item.kind != "text"]

    @functools.cached_property
    def claims(self) -> list[SaidClaim]:
        """The sentences that stand on claims, of the editions that it is of."""
        return list(_claims_said(self.held, self.found)) if self.passages else []

    @functools.cached_property
    def faults(self) -> list[TextFault]:
        """What of the book's texts in it was altered, or stands elsewhere."""
        return list(_faults(self))

    @functools.cached_property
    def judged(self) -> list[tuple[Cited, Standing]]:
        """What became of each figure, table and number, the claims aside."""
        numbers = caption_numbers(self.passages)
        return [
            (item, made)
            for item in self.asked
            if not _is_claim(item) and (made := _judge(self.held, self.now, item, numbers))
        ]

    @functools.cached_property
    def tables(self) -> TablesThere:
        """Which rows of tables in it are the book's."""
        ours = {key for item, made in self.judged if not _is_own(item, made) for key in _keys(item)}
        perhaps = {made: _keys(item) for item, made in self.judged if _is_own(item, made)}
        return TablesThere(frozenset(ours), perhaps)


@dataclass(frozen=True)
class TablesThere:
    """The rows of the tables of a document, each as its cells stand one behind the other, bare.

    ``ours``: of tables that the book printed; ``perhaps``: of each that has numbers of the book and
    headings of somebody's own, by what is said of it.
    """

    ours: frozenset[str]
    perhaps: Mapping[Standing, frozenset[str]]

    def settled(self, holding: Iterable[tuple[str, bool]]) -> dict[Standing, Standing]:
        """Return what is said of a table of somebody's own instead, where all in it holds.

        ``holding``: of each number in the tables the key of its row, and whether the book says it.
        """
        held = list(holding)
        made: dict[Standing, Standing] = {}
        for said, keys in self.perhaps.items():
            of = [holds for key, holds in held if key in keys]
            if of and all(of):
                detail = f"自己做的表，其中{len(of)}个数书中也是"
                made[said] = replace(said, verdict=STANDS, detail=detail)
        return made


def row_key(cells: Iterable[str]) -> str:
    """Return by what a row of a table is known, whichever reader read it."""
    return bare("".join(cells))


def _keys(item: Cited) -> frozenset[str]:
    rows = (item.heads, *item.rows) if item.kind == "table" else ()
    return frozenset(map(row_key, rows)) - {""}


def _is_own(item: Cited, made: Standing) -> bool:
    """Return whether a table has numbers of the book below headings of somebody's own."""
    return item.kind == "table" and made.verdict == LOST and made.detail == _unheaded(item)


def _unheaded(item: Cited) -> str:
    return f"表中有这张{'表' if is_table(item.name) else '图'}的数，{other_heads(item)}"


def _is_claim(item: Cited) -> bool:
    return item.kind == "citation" and item.name.startswith(CLAIM)


def _standings(document: AskedDocument) -> list[Standing]:
    held, now = document.held, document.now
    found, passages, asked = document.found, document.passages, document.asked
    stated = next((item.edition for item in found if item.kind == "text"), "")
    claimed = [item for item in asked if _is_claim(item)]
    said = bare("\n".join(passage.text for passage in passages)) if claimed else ""
    judged = list(document.judged)
    # a sentence that stands between marks is asked there
    marked = {
        (made.name, made.edition)
        for item, made in judged
        if item.kind == "number" and made.verdict in (ALTERED, LOST)
    }
    texts = [
        told
        for told in _judge_sentences(document.faults)
        if (told.name, told.edition) not in marked
    ]
    altered = {(item.name, item.edition) for item in texts}
    for item in claimed:
        made = _judge_claim(held, now, item, said)
        # what became of its sentence is told there
        if made.verdict != LOST or (item.name, item.edition) not in altered:
            judged.append((item, made))
    return [
        *_with_their_tables(list(_each_table_once(judged))),
        *texts,
        *_judge_frame(asked, passages, stated),
    ]


def of_own_words(printed: str, detail: str, *, in_title: bool = False) -> Standing:
    """Return what is told of a number that somebody typed, and the book does not say so.

    Parameters
    ----------
    printed : str
        As it stands there.
    detail : str
        What the book says.
    in_title : bool
        Whether it stands in the title of a figure of the book.
    """
    told = f"与书中的数不同，请人核对：{detail}"
    if in_title:
        told = "在图题里，这个题目书里没有，请人核对"
    return Standing("own", "", "", LOST, f"“{printed}”{told}")


_YEAR = re.compile("(?:19|20)[0-9]{2}年?")
#: What is said of a table that may be of any of several exhibits, the best first.
_RANK = (STANDS, REVISED, ALTERED, LOST, UNKNOWN)


def _each_table_once(
    judged: Sequence[tuple[Cited, Standing]],
) -> Iterator[tuple[Cited, Standing]]:
    """Yield what was judged, and of a table that does not say what it is only what fits best."""
    ranks: dict[tuple[object, ...], list[tuple[int, bool, int]]] = {}
    for place, (item, made) in enumerate(judged):
        if made.kind == "table" and item.rows and not item.text:
            rank = (_RANK.index(made.verdict), not made.name, place)
            ranks.setdefault((item.heads, item.rows), []).append(rank)
    worse = {place for found in ranks.values() for *_, place in sorted(found)[1:]}
    yield from (pair for place, pair in enumerate(judged) if place not in worse)


def _with_their_tables(judged: Sequence[tuple[Cited, Standing]]) -> Iterator[Standing]:
    """Yield what was judged; what cites or promises a table of the book is not missed where it is.

    It may stand there without a mark, and be known by its headings.
    """
    there = {
        made.name: made.verdict
        for item, made in sorted(judged, key=lambda pair: pair[1].verdict != LOST)
        if made.kind == "table" and is_table(made.name) and item.rows
    }
    for item, made in judged:
        if made.verdict == LOST and there.get(made.name, LOST) != LOST and not item.rows:
            if made.kind == "citation":
                yield replace(made, verdict=STANDS, detail="")
            elif item.text:
                yield made
        else:
            yield made


class KnownEditions:
    """What editions say, each read once for a document."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.find = functools.cache(self._find)
        self.figures = functools.cache(entries_of)
        self.tables = functools.cache(tables_of_edition)
        self.numbers = functools.cache(_by_bookmark)
        self.turned = functools.cache(_turned)
        self.revised = functools.cache(_revised)

    def table_name(self, edition: Path, item: Cited) -> str:
        """Return the id of the table of the book that something is, or cites; else nothing."""
        if is_table(item.name):
            return item.name
        # known by the bookmark of its caption
        marked = {table_bookmark(name): name for name in self.tables(edition)}
        return marked.get(item.name, "") if item.kind == "table" else ""

    def _find(self, name: str) -> Path | None:
        try:
            return find(self.root, name)
        except DataError:
            return None


#: Letters of a number by which it is known in a text.
_SURE = 4


@dataclass(frozen=True)
class _PrintedThere:
    """What the book prints of the figures and tables of a document, and all it says of figures."""

    known: dict[FigureKey, dict[str, PrintedKind]]
    whole: dict[FigureKey, tuple[str, ...]]
    rows: dict[FigureKey, tuple[EntryRow, ...]]


def _printed_there(held: KnownEditions, found: Iterable[Cited]) -> _PrintedThere:
    made = _PrintedThere({}, {}, {})
    for item in found:
        then = held.find(item.edition) if item.kind in ("figure", "table", "citation") else None
        table = held.table_name(then, item) if then else ""
        shown = held.tables(then).get(table) if then and table else None
        if shown:
            printed = texts_of_table(shown, item.edition)
            made.known[table, item.edition] = dict.fromkeys(printed, "table")
        entry = held.figures(then).get(item.name) if then and item.kind != "table" else None
        if entry:
            made.known[item.name, item.edition] = printed_kinds(entry, item.edition)
            made.whole[item.name, item.edition] = all_of_figure(entry, item.edition)
            made.rows[item.name, item.edition] = tuple(entry.rows)
    return made


def _without_printed(item: Cited, printed: _PrintedThere) -> Cited:
    """Return a table without what the book itself says of the figure or table beside it."""
    if not item.around:
        return item
    ours = {bare(text) for texts in printed.known.values() for text in texts}
    return replace(item, around=tuple(text for text in item.around if bare(text) not in ours))


def _faults(document: AskedDocument) -> Iterator[TextFault]:
    """Yield what somebody altered of the titles, captions, sources and sentences of figures.

    Or put beside another figure, or remarked of one.
    """
    held, passages, printed = document.held, document.passages, document.printed
    numbers = {
        bare(item.text): (held.numbers(then).get(item.name, ("", ""))[0], item.edition)
        for item in document.asked
        if item.kind == "number" and len(item.text) >= _SURE and (then := held.find(item.edition))
    }
    yield from altered_sentences(passages, printed.known, document.claims, document.name)
    yield from strange_remarks(
        passages, printed.known, printed.whole, document.claims, numbers, printed.rows
    )
    yield from loose_references(passages, printed.known)


def _judge_sentences(faults: Iterable[TextFault]) -> Iterator[Standing]:
    """Yield what is told of texts of figures, of several that are misplaced alike once."""
    moved: dict[tuple[FigureKey, str, bool], list[str]] = {}
    for told in faults:
        if told.misplaced:
            moved.setdefault((told.figure, told.misplaced, told.unknown), []).append(told.text)
            continue
        detail = f"文中为“{told.text}”，版次 {told.figure[1]} 为“{told.wanted}”"
        yield Standing("text", *told.figure, ALTERED, detail)
    for (figure, why, unknown), texts in moved.items():
        more = f"等{len(texts)}处文字" if len(texts) > 1 else ""
        detail = f"“{texts[0]}”{more}{why}"
        yield Standing("text", *figure, LOST if unknown else ALTERED, detail)


def _claims_said(held: KnownEditions, found: Iterable[Cited]) -> Iterator[SaidClaim]:
    """Yield the sentences that stand on claims, of the editions that a document is of."""
    asked: dict[str, set[str]] = {}
    for item in found:
        asked.setdefault(item.edition, set()).add(item.name)
    for edition, names in asked.items():
        then = held.find(edition) if edition else None
        for mark, (name, text) in held.numbers(then).items() if then else ():
            if name.startswith(CLAIM):
                yield SaidClaim((name, edition), text, not names.isdisjoint((name, mark)))


#: The line below a title that says the month of an edition.
_DATED = re.compile(r"[（(]?\d{4}年\d{1,2}月[）)]?")
#: Words that say what numbers are counted in.
_MEASURED = re.compile("[元美万亿吨%]|单位|口径")
#: Paragraphs among which it stands.
_FIRST = 8


def _judge_frame(
    found: Iterable[Cited], passages: Sequence[Passage], stated: str
) -> Iterator[Standing]:
    """Yield what is none of the book's in the month below a title, and in a briefing's headings."""
    if not stated:
        return
    allowed = {bare(dated(name)).strip("()") for name in {stated, *(x.edition for x in found)}}
    for passage in itertools.islice(passages, _FIRST):
        said = bare(passage.text).strip("()")
        if _DATED.fullmatch(said) and said not in allowed:
            detail = f"题下写着“{passage.text}”，版次 {stated} 的简报写“{dated(stated)}”"
            yield Standing("text", "", stated, ALTERED, detail)
    for passage in passages:
        begun, _, more = passage.text.strip().partition(ANNEX)
        if passage.role == "heading" and not begun and _MEASURED.search(more):
            detail = f"文中为“{passage.text}”，简报写“{ANNEX}”"
            yield Standing("text", "", stated, ALTERED, detail)


def _judge(
    held: KnownEditions, now: Path, item: Cited, numbers: Mapping[FigureKey, set[str]]
) -> Standing | None:
    if item.kind == "table" and not item.name:
        return Standing("table", "", "", LOST, item.lost)
    then = held.find(item.edition)
    if then is None:
        return Standing(item.kind, item.name, item.edition, UNKNOWN, NOT_AT_HAND)
    if item.kind == "number":
        return _judge_number(held, then, now, item)
    table = held.table_name(then, item)
    if table:
        return _judge_table(held, then, now, replace(item, name=table))
    return _judge_figure(held, then, now, item, numbers)


def _judge_claim(held: KnownEditions, now: Path, item: Cited, said: str) -> Standing:
    """Return what became of a sentence that a document cites by its claim, and has in its text.

    ``said``: that text, bare.
    """
    then = held.find(item.edition)
    if then is None:
        return Standing(item.kind, item.name, item.edition, UNKNOWN, NOT_AT_HAND)
    key = bookmark(item.name)
    _, old = held.numbers(then).get(key, ("", ""))
    if not old:
        return Standing(item.kind, item.name, item.edition, UNKNOWN, "该版次没有这个论断，或不成立")
    if not SaidClaim((item.name, item.edition), old).stands_in(said):
        why = item.lost or f"文中没有它的原句“{old}”，改写过的没有比较"
        return Standing(item.kind, item.name, item.edition, LOST, why)
    _, new = held.numbers(now).get(key, ("", ""))
    turned = held.turned(now).get(item.name, "")
    if turned or new != old:
        why = turned or f"{old} → {new or '不再有'}"
        return Standing(item.kind, item.name, item.edition, REVISED, why)
    return Standing(item.kind, item.name, item.edition, STANDS, old)


def _by_bookmark(edition: Path) -> dict[str, tuple[str, str]]:
    """Return name and text of each number of an edition by its bookmark."""
    return {bookmark(name): (name, text) for name, text in numbers_of(edition).texts.items()}


def _turned(edition: Path) -> Mapping[str, str]:
    """Return why sentences of an edition can't be said any more, by the name of their claim."""
    return numbers_of(edition).turned


def _revised(then: Path, now: Path) -> tuple[Revision, ...]:
    return compare_observations(Catalog(then / "data"), Catalog(now / "data")).revised


def _judge_number(held: KnownEditions, then: Path, now: Path, item: Cited) -> Standing | None:
    name, text = held.numbers(then).get(item.name, ("", ""))
    if item.listed and bare(item.text) in (bare(text), bare(abridged(text))):
        # what the list says right is said of the text
        return None
    if not item.name:
        return Standing("number", "", item.edition, LOST, item.lost)
    if not name:
        return Standing("number", item.name, item.edition, UNKNOWN, "该版次没有这个数")
    if item.lost and not item.text:
        return Standing("number", name, item.edition, LOST, item.lost)
    rounded = bare(item.text) != bare(text) and is_rounded(item.text, text)
    if bare(item.text) != bare(text) and not rounded:
        detail = f"文中为“{item.text}”，版次 {item.edition} 为“{text}”"
        if not item.text:
            detail = f"文中这一处找不到“{text}”：改过、删去了，或与别的数换了位置"
        return Standing("number", name, item.edition, ALTERED, detail)
    _, new = held.numbers(now).get(item.name, ("", ""))
    turned = held.turned(now).get(name)
    if turned:
        return Standing("number", name, item.edition, REVISED, turned)
    if new != text:
        return Standing("number", name, item.edition, REVISED, f"{text} → {new or '不再有'}")
    verdict = LOST if item.lost else STANDS
    detail = f"“{item.text}”是“{text}”的取整" if rounded else text
    return Standing("number", name, item.edition, verdict, item.lost or detail)


def _judge_table(held: KnownEditions, then: Path, now: Path, item: Cited) -> Standing | None:
    """Return what became of a table of the book, or a line that cites one; nothing if it is none.

    One that does not say what it is, in a document that cites one, is it by its headings.
    """
    kind = item.kind
    old = held.tables(then).get(item.name)
    if old is None:
        return Standing(kind, item.name, item.edition, UNKNOWN, "该版次没有这张表")
    if not old.data.startswith(item.data):
        return Standing(kind, item.name, item.edition, UNKNOWN, "数据指纹与该版次不符")
    unmarked = kind == "table" and not item.text and not item.lost
    if unmarked and not columns_shown(item.heads, old):
        cells = (cell for row in old.rows for cell in row)
        if _numbers_shared(item, cells) < _TAKEN_FROM:
            return None
        return Standing(kind, item.name, item.edition, LOST, _unheaded(item))
    shown = kind == "table" and not item.lost
    altered, lost = altered_table(item, old) if shown else ("", item.lost)
    altered = altered or _captioned_as_another(item, held.tables(then).values())
    if shown and not altered:
        altered, doubt = _said_around(item, all_of_table(old, item.edition))
        lost = lost or doubt
    if altered:
        return Standing(kind, item.name, item.edition, ALTERED, altered)
    new = held.tables(now).get(item.name)
    if new is None:
        return Standing(kind, item.name, item.edition, REVISED, "最新版次没有这张表")
    if new.data != old.data:
        why = why_table_revised(held.revised(then, now), old, new, UNEXPLAINED)
        return Standing(kind, item.name, item.edition, REVISED, why)
    said = f"{old.title}{parts_left_out(item, old) if shown else ''}"
    return Standing(kind, item.name, item.edition, LOST if lost else STANDS, lost or said)


def _said_around(item: Cited, printed: Collection[str]) -> tuple[str, str]:
    """Return what is said beside a table against the book, and what the book does not say of it."""
    told = [
        remark
        for text in item.around
        if (
            remark := strange_remark(text, printed, "表")
            or strange_back(said_back(text)[0], printed)
        )
    ]
    said = {remark.certain: f"表旁写着“{remark.said}”，书里不是" for remark in reversed(told)}
    return said.get(True, ""), said.get(False, "")


def _captioned_as_another(item: Cited, known: Iterable[TableEntry]) -> str:
    """Return that the caption of a table is that of another one, in words."""
    said = bare(CAPTION_NUMBER.sub("", item.caption, count=1))
    owners = {
        entry.id: entry
        for entry in known
        if said and said in (bare(entry.title), bare(caption(entry)))
    }
    if not owners or item.name in owners:
        return ""
    return f"题注“{item.caption.strip()}”是表 {next(iter(owners))} 的"


def _judge_figure(
    held: KnownEditions,
    then: Path,
    now: Path,
    item: Cited,
    numbers: Mapping[FigureKey, set[str]],
) -> Standing | None:
    """Return what became of a figure, its table or a line that cites it; nothing if it is none."""
    kind = item.kind
    if kind == "table" and item.name not in held.figures(then):
        # known by the bookmark of its caption
        named = {table_bookmark(name): name for name in held.figures(then)}
        item = replace(item, name=named.get(item.name, item.name))
    old = held.figures(then).get(item.name)
    if old is None:
        return Standing(kind, item.name, item.edition, UNKNOWN, "该版次没有这张图")
    if not old.data.startswith(item.data):
        return Standing(kind, item.name, item.edition, UNKNOWN, "数据指纹与该版次不符")
    if kind == "table" and not item.text:
        shared = _numbers_shared(item, (row.full or "" for row in old.rows if is_known(row)))
        # of the figure whose mark is before it, or of any that is there
        if shared < _TAKEN_FROM if not item.data else not (_is_ours(item, old) or shared):
            return None
    altered, lost = _compared(item, then, old)
    if kind == "table":
        altered = altered or _miscalled(item, numbers)
        if not altered:
            altered, doubt = _said_around(item, all_of_figure(old, item.edition))
            lost = lost or doubt
    if altered:
        return Standing(kind, item.name, item.edition, ALTERED, altered)
    new = held.figures(now).get(item.name)
    if new is None:
        return Standing(kind, item.name, item.edition, REVISED, "最新版次没有这张图")
    if new.data != old.data:
        why = why_revised(held.revised(then, now), old, new)
        return Standing(kind, item.name, item.edition, REVISED, why)
    verdict = LOST if lost else STANDS
    return Standing(kind, item.name, item.edition, verdict, lost or old.title)


def _compared(item: Cited, edition: Path, entry: FigureEntry) -> tuple[str, str]:
    """Return what is other than in the edition, and what can't be compared and why, in words."""
    if item.changed:
        return f"画面{item.changed}", ""
    if item.kind == "figure" and item.text and bare(entry.alt) not in bare(item.text):
        return "替代文字与该版次的不同", ""
    if item.picture and is_altered_picture(item.picture, edition, entry):
        return "画面与该版次的图不同", ""
    if item.drawing[1]:
        return compared_drawing(*item.drawing, edition, entry)
    if item.chart:
        spec = spec_of(edition, entry)
        return altered_chart(item.chart, entry, spec), unlike_chart(item.chart, entry, spec)
    if item.kind == "table":
        if not _is_ours(item, entry):
            return "", _unheaded(item)
        strange = _strange_row(item, entry)
        return (f"数据表中有该版次没有的行：{strange}" if strange else ""), item.lost
    return "", item.lost


def _is_ours(item: Cited, entry: FigureEntry) -> bool:
    """Return whether a table has the headings of the book's."""
    if "数值" in item.heads and set(item.heads) <= set(TABLE.values()):
        return True
    return tuple(map(bare, item.heads)) == tuple(map(bare, numbers_table(entry).heads))


def _miscalled(item: Cited, numbers: Mapping[FigureKey, set[str]]) -> str:
    """Return what the caption of a table says wrongly, in words: of which figure it is, or more."""
    said = ANNEXED.search(item.caption)
    if said is None:
        return ""
    if said["more"].strip(" 　。."):
        return f"题注“{item.caption.strip()}”加了字"
    called = numbers.get((item.name, item.edition), set())
    others = {of for key, of_key in numbers.items() if said["figure"] in of_key for of in key[:1]}
    if said["figure"] in called or not (called or others):
        return ""
    which = "、".join(sorted(called)) or "别的号"
    return f"题注写着图{said['figure']}的数值，这张图是图{which}"


#: Numbers of three digits and more that a table took from the book, and not by chance.
_TAKEN_FROM = 2
_TELLING = re.compile(r"(?:\d.{0,2}){3}")


def _numbers_shared(item: Cited, printed: Iterable[str]) -> int:
    """Return how many numbers a table holds as the book prints them."""
    cells = (cell.removesuffix(RECKONED) for row in (item.heads, *item.rows) for cell in row)
    shared = {bare(text) for text in printed} & {bare(cell) for cell in cells if cell}
    if not item.data:
        # 48% is in many tables, and a year in more
        shared = {text for text in shared if _TELLING.search(text) and not _YEAR.fullmatch(text)}
    return len(shared - {""})


def _strange_row(item: Cited, entry: FigureEntry) -> str:
    """Return the first row of a table that the figure does not have; rows may be left out."""
    laid = numbers_table(entry, ALL_ROWS)
    known = {tuple(map(bare, row)) for row in laid.rows}
    if tuple(map(bare, item.heads)) != tuple(map(bare, laid.heads)):
        # a column left out, or series one below the other as briefings of before had them
        keys = {title: key for key, title in TABLE.items()}
        known = {
            tuple(bare(getattr(row, keys[head]) or "") for head in item.heads) for row in entry.rows
        }
    for row in dict.fromkeys(item.rows):
        plain = tuple(map(bare, row))
        if plain not in known and not any(is_rounded_row(plain, other) for other in known):
            return "，".join(text or "（空）" for text in row) if any(row) else "（空行）"
    return ""


#: Why a number is another, where the data do not say it.
UNEXPLAINED = "参数、选用的数或算法不同"


def why_revised(revised: Iterable[Revision], old: FigureEntry, new: FigureEntry) -> str:
    """Return which rows changed, old → new, and what the data say of the reason."""

    def named(entry: FigureEntry) -> dict[str, EntryRow]:
        return {row.name: row for row in entry.rows}

    was, is_now = named(old), named(new)
    moves: list[str] = []
    changed: list[str] = []
    ids: set[str] = set()
    for name in dict.fromkeys([*is_now, *was]):
        sides = [side.get(name) for side in (was, is_now)]
        texts = [(row.full if row else "") or "无" for row in sides]
        if texts[0] != texts[1]:
            changed.append(name)
            moves.append(f"{name}：{texts[0]} → {texts[1]}")
            ids |= {
                part
                for row in sides
                for part in ((row.observation_id if row else "") or "").split(";")
            }
    reasons = [
        f"{item.how}（{item.new_source}）" for item in revised if {item.old_id, item.new_id} & ids
    ]
    why = "、".join(dict.fromkeys(reasons)) or UNEXPLAINED
    if moves and not reasons and all(name not in was or name not in is_now for name in changed):
        why = "图中列的项目或期次有增减"
    return f"{'；'.join(moves) or '数值未变，出处或附注有变'}。原因：{why}"


def report(verdicts: Sequence[Standing]) -> Iterator[str]:
    """Yield a line for each thing; all of an edition that is not at hand are counted in one."""
    missing: dict[str, int] = {}
    for item in verdicts:
        kind = kind_zh(item.kind, item.name)
        whose = f"{kind} {item.name}（版次 {item.edition}）" if item.edition else kind
        if item.detail == NOT_AT_HAND:
            missing[item.edition] = missing.get(item.edition, 0) + 1
        else:
            yield f"{item.verdict}　{whose}　{item.detail}"
    for edition, count in missing.items():
        yield f"{UNKNOWN}　{count}处（版次 {edition}）　{NOT_AT_HAND}"


def as_json(verdicts: list[Standing]) -> str:
    """Return the verdicts as JSON for machines."""
    return json.dumps([asdict(item) for item in verdicts], ensure_ascii=False, indent=1)
