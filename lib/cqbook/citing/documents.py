"""What a document cites of the book: figures, tables, numbers; in Word, slides, PDF, pictures."""

from __future__ import annotations

import functools
import html
import io
import itertools
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from cqbook.citing.marks import EDITION_PATTERN, MARK_PATTERN, NUMBER_PATTERN, TABLE, bookmark
from cqbook.disk.untrusted import opened, plain, size_checked, whole
from cqbook.errors import DataError
from cqbook.figures.formats import METADATA_KEY

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOOKMARK = re.compile(r"(cq_[0-9a-f]{20})(?:_\d+)?")
#: Things of the book that one document is asked for; and the pixels that are compared for it.
CITED_MOST, COMPARED = 2000, 250_000_000
#: Elements in which the text of a number, and of a cell, is looked for: they hold a few runs.
FEW = 400
#: What the process may take that reads a PDF: memory, seconds of a processor, seconds on the wall
#: (of a machine that does something else), and the characters of its text.
PDF_BYTES, PDF_SECONDS, PDF_WAIT, PDF_TEXT = 1 << 30, 5, 120, 2_000_000


@dataclass(frozen=True)
class Cited:
    """Something that a document took from the book: ``figure``, ``table`` (its data) or ``number``.

    ``data``: the beginning of the hash of the figure's data; ``text``: the number as it stands
    there; ``picture``: the bytes of the picture, where it is one that can be compared; ``series``:
    the values of a native chart by the name of the series; ``rows``: of a table, heading and text.
    """

    kind: str
    name: str
    edition: str
    data: str = ""
    text: str = ""
    picture: bytes = b""
    series: tuple[tuple[str, tuple[float, ...]], ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()


def cited(content: bytes, name: str) -> list[Cited]:
    """Return what a file took from the book, in its order.

    Raises
    ------
    DataError
        If the file is of no known format, or broken.
    """
    readers = {
        ".docx": _office,
        ".pptx": _office,
        ".png": _png,
        ".svg": _svg,
        ".pdf": _pdf,
    }
    reader = readers.get(Path(name).suffix.lower())
    if reader is None:
        listed = " ".join(readers)
        msg = f"{name}：应为 {listed} 之一 | expected one of {listed}"
        raise DataError(msg)
    size_checked(content, name)
    with whole(name):
        return list(dict.fromkeys(itertools.islice(reader(content, name), CITED_MOST)))


def _identity(text: str, picture: bytes = b"") -> Iterator[Cited]:
    facts = json.loads(text)
    known = [facts[key] for key in ("id", "edition", "data")]
    if not all(isinstance(fact, str) for fact in known):
        msg = "identity"
        raise ValueError(msg)
    yield Cited("figure", known[0], known[1], known[2][:16], picture=picture)


def _png(content: bytes, name: str) -> Iterator[Cited]:
    from PIL import Image

    picture = Image.open(io.BytesIO(content), formats=["PNG"])
    packed = picture.info.get(METADATA_KEY)
    if packed:
        yield from _identity(packed, content)


def _svg(content: bytes, name: str) -> Iterator[Cited]:
    # looked for, not matched: a pattern would begin again at each of a million openings
    _, begin, rest = plain(content, name).decode("utf-8").partition("<metadata>{")
    packed, end, _ = rest.partition("}</metadata>")
    if begin and end:
        yield from _identity(html.unescape(f"{{{packed}}}"))


def _pdf(content: bytes, name: str) -> Iterator[Cited]:
    packed, text = _read_pdf(content)
    if packed:
        yield from _identity(packed)
    # a line of a page may end anywhere in a mark
    plain = re.sub(r"\s+", "", text)
    for found in re.finditer(MARK_PATTERN.pattern.replace(" ", ""), plain):
        yield Cited("figure", found["id"], found["edition"], found["data"])
    for found in re.finditer(NUMBER_PATTERN.pattern.replace(" ", ""), plain):
        # once in the list at the end: the text itself must say it too
        first = plain.find(found["text"])
        again = plain.find(found["text"], first + 1)
        kept = found["text"] if again >= 0 else ""
        name = bookmark(found["page"], found["key"])
        yield Cited("number", name, found["edition"], text=kept)


def _read_pdf(content: bytes) -> tuple[str, str]:
    """Return the identity in a PDF and its text, read in a process of its own.

    A PDF is a program of sorts, and what it costs to read is not known before: the process has a
    limit of memory and of time (where the system knows limits; elsewhere, of time).

    Raises
    ------
    ValueError
        If it can't be read within them.
    """
    long = (
        f"{PDF_SECONDS}秒内读不完；只留有图的几页再核对 | takes longer than {PDF_SECONDS} s to read"
    )
    limits = (PDF_BYTES, PDF_SECONDS, PDF_TEXT)
    try:
        run = subprocess.run(
            [sys.executable, "-c", _LIMITS + _PDF_READER, *map(str, limits), f"/{METADATA_KEY}"],
            input=content,
            capture_output=True,
            timeout=PDF_WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(long) from error
    if run.returncode < 0:
        raise ValueError(long)
    if run.returncode:
        msg = run.stderr.decode("utf-8", errors="replace").strip().rpartition("\n")[2]
        raise ValueError(msg)
    packed, text = json.loads(run.stdout)
    return packed, text


_LIMITS = """
import sys
most, seconds, characters = map(int, sys.argv[1:4])
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
"""

_PDF_READER = """
import io, json, logging
from pypdf import PdfReader
logging.disable(logging.CRITICAL)
made = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
packed = str((made.metadata or {}).get(sys.argv[4]) or "")
texts, room = [], characters
for page in made.pages:
    texts.append(page.extract_text())
    room -= len(texts[-1])
    if room < len(packed):
        sys.exit(f"more than {characters} characters")
sys.stdout.write(json.dumps([packed, "".join(texts)]))
"""


def _office(content: bytes, name: str) -> Iterator[Cited]:
    """Yield what stands in a Word or PowerPoint file."""
    with opened(content, name) as archive:
        parts = _Parts(archive)
        names = [part for part in parts.names if re.match(r"(word|ppt)/.*\.xml$", part)]
        # the core properties may be left out, and an edition lost by who saved it again
        core = "docProps/core.xml"
        said = parts.read(core).decode("utf-8") if core in parts.names else ""
        edition = EDITION_PATTERN.search(said)
        seen: dict[tuple[str, str], Cited] = {}
        numbers: list[Cited] = []
        for part in sorted(names):
            tree = etree.fromstring(parts.read(part), _safe())
            for item in itertools.islice(_figures(parts, part, tree), CITED_MOST):
                # the same figure twice is asked twice where it shows different things
                key = (item.name, item.edition, item.picture, item.series)
                seen[key] = item
            of = edition["edition"] if edition else ""
            numbers += itertools.islice(_numbers(tree, of), CITED_MOST)
            numbers += itertools.islice(_marked_numbers(tree), CITED_MOST)
            numbers += itertools.islice(_tables(tree), CITED_MOST)
            if max(len(seen), len(numbers)) >= CITED_MOST:
                break
    shown = {(item.name, item.edition) for item in seen.values() if item.picture or item.series}
    for item in seen.values():
        # a caption says nothing that its picture does not
        if item.picture or item.series or (item.name, item.edition) not in shown:
            yield item
    yield from numbers


class _Parts:
    """The parts of a Word or PowerPoint file; each is unpacked, parsed and looked through once.

    A part may be named a thousand times, and a thousand drawings may stand below one element.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.names = frozenset(archive.namelist())
        self.read = functools.cache(archive.read)
        self.relations = functools.cache(self._relations)
        self.series = functools.cache(self._series)
        # by element and tag; the elements are kept, so that they stay the same ones
        self.first = functools.cache(_first)

    def _relations(self, name: str) -> dict[str, str]:
        """Return the targets of a part's relations by their ids."""
        folder, _, file = name.rpartition("/")
        rels = f"{folder}/_rels/{file}.rels"
        if rels not in self.names:
            return {}
        tree = etree.fromstring(self.read(rels), _safe())
        return {node.get("Id", ""): node.get("Target", "") for node in tree.iter(etree.Element)}

    def relation(self, name: str, identifier: str) -> str:
        """Return the name of the part that a relation leads to; ``""`` if to none of the file."""
        target = self.relations(name).get(identifier, "")
        folder = name.rpartition("/")[0]
        steps = (
            target.split("/")
            if target.startswith("/")
            else [*folder.split("/"), *target.split("/")]
        )
        found: list[str] = []
        for step in steps if target else ():
            found = found[:-1] if step == ".." else [*found, step]
        path = "/".join(found).lstrip("/")
        return path if path in self.names else ""

    def _series(self, part: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """Return the values of a native chart, by series."""
        found = []
        for series in etree.fromstring(self.read(part), _safe()).iter(f"{C}ser"):
            words = [node.text or "" for tx in series.iter(f"{C}tx") for node in tx.iter(f"{C}v")]
            values = [
                node.text or "nan" for val in series.iter(f"{C}val") for node in val.iter(f"{C}v")
            ]
            found.append((words[0] if words else "", tuple(map(float, values))))
        return tuple(found)


def _first(node: Any, tag: str) -> Any:  # noqa: ANN401 - an element
    return next(node.iter(tag), None)


def _figures(parts: _Parts, name: str, tree: Any) -> Iterator[Cited]:  # noqa: ANN401
    for node in tree.iter(etree.Element):
        found = MARK_PATTERN.search(node.get("descr") or "")
        if found:
            picture, series = _picture(parts, name, node), _series(parts, name, node)
            yield Cited(
                "figure", found["id"], found["edition"], found["data"],
                picture=picture, series=series,
            )  # fmt: skip
    for text in _paragraphs(tree):
        for found in MARK_PATTERN.finditer(text):
            yield Cited("figure", found["id"], found["edition"], found["data"])


def _paragraphs(tree: Any) -> Iterator[str]:  # noqa: ANN401 - a part of a document
    """Yield the text of each paragraph; of one inside another only once."""
    tags = [f"{space}{tag}" for space in (W, A) for tag in "pt"]
    texts: list[list[str]] = [[]]
    for event, node in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        if node.tag[-1] == "t":
            if event == "start":
                texts[-1].append(node.text or "")
        elif event == "start":
            texts.append([])
        else:
            yield "".join(texts.pop())


def _series(
    parts: _Parts,
    name: str,
    node: Any,  # noqa: ANN401 - an element
) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return the values that a native chart shows, by series; nothing where it is no chart."""
    frame = next(
        (up for up in _above(node) if str(up.tag).endswith("}graphicFrame")),
        None,
    )
    place = None if frame is None else parts.first(frame, f"{C}chart")
    target = "" if place is None else parts.relation(name, place.get(f"{R}id") or "")
    return parts.series(target) if target else ()


def _tables(tree: Any) -> Iterator[Cited]:  # noqa: ANN401 - a part of a document
    """Yield the data tables of a Word document: those that follow the caption of a figure."""
    mark = None
    for node, text in _in_order(tree):
        if node is None:
            mark = MARK_PATTERN.search(text) or mark
            continue
        if mark is None:
            continue
        # rows and cells of its own, not those of tables inside it
        lines = node.iterchildren(f"{W}tr")
        first = next(lines, None)
        heads = [] if first is None else [_words(cell) for cell in first.iterchildren(f"{W}tc")]
        if "数值" not in heads or not set(heads) <= set(TABLE.values()):
            continue
        rows = tuple(
            tuple(zip(heads, (_words(cell) for cell in row.iterchildren(f"{W}tc")), strict=False))
            for row in lines
        )
        yield Cited("table", mark["id"], mark["edition"], mark["data"], rows=rows)
        mark = None


def _in_order(tree: Any) -> Iterator[tuple[Any, str]]:  # noqa: ANN401 - a part of a document
    """Yield the tables of Word, and the texts of its paragraphs as (None, text), in order."""
    tags = [f"{W}p", f"{W}t", f"{W}tbl"]
    texts: list[list[str]] = [[]]
    for event, node in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        if node.tag == f"{W}tbl":
            if event == "start":
                yield node, ""
        elif node.tag == f"{W}t":
            if event == "start":
                texts[-1].append(node.text or "")
        elif event == "start":
            texts.append([])
        else:
            yield None, "".join(texts.pop())


def _words(node: Any) -> str:  # noqa: ANN401 - an element
    """Return the text of a cell; of one that is none of ours, its beginning."""
    return "".join(part.text or "" for part in itertools.islice(node.iter(f"{W}t"), FEW))


def _picture(parts: _Parts, name: str, node: Any) -> bytes:  # noqa: ANN401 - an element
    """Return the bytes of the picture that a drawing's properties belong to."""
    found = (parts.first(holder, f"{A}blip") for holder in _above(node))
    blip = next((blip for blip in found if blip is not None), None)
    target = "" if blip is None else parts.relation(name, blip.get(f"{R}embed") or "")
    return parts.read(target) if target else b""


def _above(node: Any) -> Iterator[Any]:  # noqa: ANN401 - an element
    """Yield what a drawing's properties lie in, as near as formats put them to the drawing."""
    return itertools.islice(node.iterancestors(), 3)


def _safe() -> Any:  # noqa: ANN401 - a parser
    """Return a parser that fetches and expands nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _numbers(tree: Any, edition: str) -> Iterator[Cited]:  # noqa: ANN401
    for start in tree.iter(f"{W}bookmarkStart"):
        found = _BOOKMARK.fullmatch(start.get(f"{W}name") or "")
        if found:
            yield Cited("number", found[1], edition, text=_marked(start))


def _marked(start: Any) -> str:  # noqa: ANN401 - an element
    """Return the text from the start of a bookmark to its end, or for as long as a number is."""
    text, looked = "", 0
    for node in start.itersiblings():
        if node.tag == f"{W}bookmarkEnd" and node.get(f"{W}id") == start.get(f"{W}id"):
            break
        for part in node.iter():
            text += (part.text or "") if part.tag == f"{W}t" else ""
            looked += 1
            if looked > FEW:
                return text
    return text


def _marked_numbers(tree: Any) -> Iterator[Cited]:  # noqa: ANN401
    """Yield the numbers that a slide's text box says it holds; one that is gone has no text."""
    texts: dict[Any, str] = {}
    for node in tree.iter(etree.Element):
        marks = list(NUMBER_PATTERN.finditer(node.get("name") or ""))
        if not marks:
            continue
        holder = node.getparent().getparent()
        if holder not in texts:
            texts[holder] = "".join(part.text or "" for part in holder.iter(f"{A}t"))
        for found in marks:
            name = bookmark(found["page"], found["key"])
            kept = found["text"] if found["text"] in texts[holder] else ""
            yield Cited("number", name, found["edition"], text=kept)
