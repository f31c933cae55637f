"""Marks by which figures, tables and numbers are known in a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cqbook.citing.entries import ExhibitEntry
from cqbook.disk.checksums import digest

#: What alternative texts, captions and descriptions of tables carry of an identity.
MARK = "{id}｜版次 {edition}｜数据 {data}"
MARK_PATTERN = re.compile(
    r"(?<![a-z0-9-])(?P<id>(?:fig|tab)-[a-z0-9-]{1,80})｜版次 (?P<edition>[\w.-]{1,80})"
    r"｜数据 (?P<data>[0-9a-f]{16})"
)
#: The core property that says which edition the numbers of a document are of, how many there are,
#: and which figures.
EDITION_PATTERN = re.compile(
    r"cqbook edition=(?P<edition>[\w.-]{1,80})(?: numbers=(?P<numbers>\d{1,4}))?"
    r"(?P<figures>(?: (?:fig|tab)-[a-z0-9-]{1,80}){0,60})"
)
#: How lines name a figure, table or claim that are offered for citing, or printed in its pictures:
#: of a briefing, of GB/T 7714, of a picture, of APA, and its address.
CITATION_PATTERN = re.compile(
    r"(?:版次|[Ee]dition) ?(?P<edition>[\w.-]{1,80}?) ?[，,.｜|] ?"
    r"(?P<id>(?:fig|tab)-[a-z0-9-]{1,80}|claim:[a-z0-9-]{1,80}\.[a-z][a-z0-9-]{0,80})"
    r"|\[(?:Figure|Table) (?P<apa>(?:fig|tab)-[a-z0-9-]{1,80})\]\. In .{1,80}?"
    r" \(Edition (?P<of>[\w.-]{1,80})\)"
    r"|v/(?P<at>[\w.-]{1,80})/[\w/.-]{1,120}\.html#(?P<there>(?:fig|tab)-[a-z0-9-]{1,80})"
)
#: How a slide's text box (in its name) and the end of a Word document (in print) say which numbers
#: of the book they hold: paper and PDF lose the bookmarks.
NUMBER_MARK = "数 {name}＝{text}｜版次 {edition}"
NUMBER_PATTERN = re.compile(
    r"数 (?P<name>(?:claim:)?[a-z0-9-]{1,80}\.[a-z][a-z0-9_-]{0,80})＝(?P<text>[^｜＝]{0,400})"
    r"｜版次 (?P<edition>[\w.-]{1,80})(?:｜旁 (?P<beside>[0-9a-f]{6}))?"
)
_UNSPACED = re.compile(NUMBER_PATTERN.pattern.replace(" ", ""))
#: The line at the end of a Word document that lists its numbers, without its spaces: who reads it
#: is told in words, and paper has no bookmarks.
LIST_PATTERN = re.compile(
    r"文中数字取自《[^》]{1,80}》版次(?P<edition>[\w.-]{1,80})，方括号内是各数在书中的编号："
)
_LIST_ITEM = re.compile(
    r"(?P<text>[^〔〕]{1,400}?)〔(?P<name>(?:claim:)?[a-z0-9-]{1,80}\.[a-z][a-z0-9_-]{0,80})〕[；。]"
)
#: How a long sentence is named there: by its beginning and its end.
LEFT_OUT, _NAMED_BY, _LONG = "……", 8, 24
#: Headings of a figure's table in a document, by field of its rows.
TABLE = {"group": "系列", "label": "项目", "full": "数值", "status": "性质"}


@dataclass(frozen=True)
class NumberMark:
    """A number that a document says it holds, and where it says so."""

    name: str
    text: str
    edition: str
    beside: str = ""
    start: int = 0


def number_marks(text: str) -> Iterator[NumberMark]:
    """Yield the numbers that a text says its document holds: marks, and the list at its end.

    Spaces do not count, and ``start`` is without them: a line of a page may end anywhere.
    """
    text = re.sub(r"\s+", "", text)
    for found in _UNSPACED.finditer(text):
        yield NumberMark(
            found["name"], found["text"], found["edition"], found["beside"] or "", found.start()
        )
    for listed in LIST_PATTERN.finditer(text):
        place = listed.end()
        while item := _LIST_ITEM.match(text, place):
            yield NumberMark(item["name"], item["text"], listed["edition"], start=listed.start())
            place = item.end()


def abridged(text: str) -> str:
    """Return a number as a list names it; a long sentence by its beginning and its end."""
    return text if len(text) <= _LONG else f"{text[:_NAMED_BY]}{LEFT_OUT}{text[-_NAMED_BY:]}"


def bookmark(name: str) -> str:
    """Return the name of the bookmark around a number; word processors keep bookmarks."""
    return "cq_" + digest(name.encode())[:20]


def table_bookmark(identifier: str) -> str:
    """Return the name of the bookmark around the number of a table's caption.

    Of a table of the book by its id, of one that has a figure's data by that of the figure.

    LibreOffice drops the descriptions that tables have.
    """
    return "cqt_" + digest(identifier.encode())[:20]


#: Characters that a core property of Office may have.
PROPERTY_MOST = 255


def keywords(edition: str, figures: Iterable[str], numbers: int = 0) -> str:
    """Return what a document's properties say.

    The edition, how many numbers it holds, and of its figures those that fit.
    """
    text = f"cqbook edition={edition} " + (f"numbers={numbers} " if numbers else "")
    found: list[str] = []
    for name in figures:
        if len(text) + len(" ".join([*found, name])) > PROPERTY_MOST:
            break
        found.append(name)
    return text + " ".join(found)


def number_mark(name: str, text: str, edition: str, beside: str = "") -> str:
    """Return the identity of a number as the name of a text box or print carries it.

    ``beside``: what stood around it, see `alike.surroundings`.
    """
    made = NUMBER_MARK.format(name=name, text=text, edition=edition)
    return f"{made}｜旁 {beside}" if beside else made


def mark(entry: ExhibitEntry, edition: str) -> str:
    """Return the identity of a figure or table as alternative texts and captions carry it."""
    return MARK.format(id=entry.id, edition=edition, data=entry.data[:16])


def citations_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield id and edition of the figures, tables and claims that lines of a text cite."""
    for found in CITATION_PATTERN.finditer(text):
        yield (
            found["id"] or found["apa"] or found["there"],
            found["edition"] or found["of"] or found["at"],
        )
