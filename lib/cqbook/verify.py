"""Ask a document whether the figures and numbers that it took from the book still stand.

Figures are known by the mark in their alternative text or caption, pictures by the identity inside
the file, numbers by the bookmarks around them: what survives editing, renaming and saving
elsewhere.
"""

from __future__ import annotations

import functools
import html
import io
import itertools
import json
import math
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from cqbook.brief import EDITION_PATTERN, MARK_PATTERN, NUMBER_PATTERN, TABLE, bookmark
from cqbook.catalog import Catalog, DataError
from cqbook.comparison import compare_observations
from cqbook.containers import opened, plain, sized, whole
from cqbook.exports import KEY
from cqbook.publication import exhibits, find, manifest_of

STANDS, REVISED, UNKNOWN, ALTERED = "仍然成立", "已修订", "版次不详", "图或数被改动"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOOKMARK = re.compile(r"(cq_[0-9a-f]{20})(?:_\d+)?")
#: Blur in pixels, and the difference in brightness up to which a picture of another size is the
#: same, resampled. Measured on figures at four to nine tenths of their size, saved as JPEG of
#: quality 60 to 85: the same picture stays below 18, one altered digit goes beyond 30.
BLUR, RESAMPLED = 1.0, 24
#: Formats that word processors keep pictures in, and the largest that is compared: ten times ours.
PICTURES, PIXELS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"), 30_000_000
#: Things of the book that one document is asked for.
MOST = 2000
#: What the process may take that reads a PDF.
PDF_BYTES, PDF_SECONDS = 1 << 30, 30


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


@dataclass(frozen=True)
class Verdict:
    """What became of something cited: kind, name, edition, verdict, and why, in words."""

    kind: str
    name: str
    edition: str
    verdict: str
    detail: str = ""


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
    sized(content, name)
    with whole(name):
        return list(dict.fromkeys(itertools.islice(reader(content, name), MOST)))


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
    packed = picture.info.get(KEY)
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
    limit of memory and of time.
    """
    limits = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({PDF_BYTES}, {PDF_BYTES}))"
    run = subprocess.run(
        [sys.executable, "-c", f"{limits}\n{_PDF_READER}", f"/{KEY}"],
        input=content,
        capture_output=True,
        timeout=PDF_SECONDS,
        check=False,
    )
    if run.returncode:
        msg = run.stderr.decode("utf-8", errors="replace").strip().rpartition("\n")[2]
        raise ValueError(msg)
    packed, text = json.loads(run.stdout)
    return packed, text


_PDF_READER = """
import io, json, logging, sys
from pypdf import PdfReader
logging.disable(logging.CRITICAL)
made = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
packed = (made.metadata or {}).get(sys.argv[1]) or ""
text = "".join(page.extract_text() for page in made.pages)
sys.stdout.write(json.dumps([str(packed), text]))
"""


def _office(content: bytes, name: str) -> Iterator[Cited]:
    """Yield what stands in a Word or PowerPoint file."""
    with opened(content, name) as parts:
        names = [part for part in parts.namelist() if re.match(r"(word|ppt)/.*\.xml$", part)]
        core = parts.read("docProps/core.xml").decode("utf-8")
        edition = EDITION_PATTERN.search(core)
        seen: dict[tuple[str, str], Cited] = {}
        numbers = []
        for part in sorted(names):
            tree = etree.fromstring(parts.read(part), _safe())
            for item in _figures(parts, part, tree):
                # the same figure twice is asked twice where it shows different things
                key = (item.name, item.edition, item.picture, item.series)
                seen[key] = item
            if edition:
                numbers += _numbers(tree, edition["edition"])
            numbers += [*_marked_numbers(tree), *_tables(tree)]
    shown = {(item.name, item.edition) for item in seen.values() if item.picture or item.series}
    for item in seen.values():
        # a caption says nothing that its picture does not
        if item.picture or item.series or (item.name, item.edition) not in shown:
            yield item
    yield from numbers


def _figures(parts: zipfile.ZipFile, name: str, tree: Any) -> Iterator[Cited]:  # noqa: ANN401
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
    parts: zipfile.ZipFile,
    name: str,
    node: Any,  # noqa: ANN401 - an element
) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return the values that a native chart shows, by series; nothing where it is no chart."""
    frame = next(
        (up for up in _above(node) if str(up.tag).endswith("}graphicFrame")),
        None,
    )
    place = None if frame is None else next(frame.iter(f"{C}chart"), None)
    if place is None:
        return ()
    target = _relation(parts, name, place.get(f"{R}id") or "")
    if target not in parts.namelist():
        return ()
    found = []
    for series in etree.fromstring(parts.read(target), _safe()).iter(f"{C}ser"):
        words = [node.text or "" for tx in series.iter(f"{C}tx") for node in tx.iter(f"{C}v")]
        values = [
            node.text or "nan" for val in series.iter(f"{C}val") for node in val.iter(f"{C}v")
        ]
        found.append((words[0] if words else "", tuple(map(float, values))))
    return tuple(found)


def _tables(tree: Any) -> Iterator[Cited]:  # noqa: ANN401 - a part of a document
    """Yield the data tables of a Word document: those that follow the caption of a figure."""
    mark = None
    for node in tree.iter(f"{W}p", f"{W}tbl"):
        if node.tag == f"{W}p":
            mark = MARK_PATTERN.search(_words(node)) or mark
            continue
        if mark is None:
            continue
        first = next(node.iter(f"{W}tr"), None)
        heads = [] if first is None else [_words(cell) for cell in first.iter(f"{W}tc")]
        if "数值" not in heads or not set(heads) <= set(TABLE.values()):
            continue
        lines = [[_words(cell) for cell in row.iter(f"{W}tc")] for row in node.iter(f"{W}tr")]
        rows = tuple(tuple(zip(heads, line, strict=False)) for line in lines[1:])
        yield Cited("table", mark["id"], mark["edition"], mark["data"], rows=rows)
        mark = None


def _words(node: Any) -> str:  # noqa: ANN401 - an element
    return "".join(part.text or "" for part in node.iter(f"{W}t"))


def _picture(parts: zipfile.ZipFile, name: str, node: Any) -> bytes:  # noqa: ANN401
    """Return the bytes of the picture that a drawing's properties belong to."""
    found = (next(holder.iter(f"{A}blip"), None) for holder in _above(node))
    blip = next((blip for blip in found if blip is not None), None)
    if blip is None:
        return b""
    target = _relation(parts, name, blip.get(f"{R}embed") or "")
    return parts.read(target) if target in parts.namelist() else b""


def _above(node: Any) -> Iterator[Any]:  # noqa: ANN401 - an element
    """Yield what a drawing's properties lie in, as near as formats put them to the drawing."""
    return itertools.islice(node.iterancestors(), 3)


def _safe() -> Any:  # noqa: ANN401 - a parser
    """Return a parser that fetches and expands nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


@functools.lru_cache(maxsize=1)
def _relations(parts: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Return the targets of a part's relations by their ids; kept for the part that is read."""
    folder, _, file = name.rpartition("/")
    rels = f"{folder}/_rels/{file}.rels"
    if rels not in parts.namelist():
        return {}
    tree = etree.fromstring(parts.read(rels), _safe())
    return {node.get("Id", ""): node.get("Target", "") for node in tree.iter(etree.Element)}


def _relation(parts: zipfile.ZipFile, name: str, identifier: str) -> str:
    """Return the name of the part that a relation leads to; ``""`` if it leads nowhere."""
    target = _relations(parts, name).get(identifier, "")
    folder = name.rpartition("/")[0]
    steps = (
        target.split("/") if target.startswith("/") else [*folder.split("/"), *target.split("/")]
    )
    found: list[str] = []
    for step in steps if target else ():
        found = found[:-1] if step == ".." else [*found, step]
    return "/".join(found).lstrip("/")


def _numbers(tree: Any, edition: str) -> Iterator[Cited]:  # noqa: ANN401
    for start in tree.iter(f"{W}bookmarkStart"):
        found = _BOOKMARK.fullmatch(start.get(f"{W}name") or "")
        if not found:
            continue
        text, node = "", start.getnext()
        while node is not None and not (
            node.tag == f"{W}bookmarkEnd" and node.get(f"{W}id") == start.get(f"{W}id")
        ):
            text += "".join(part.text or "" for part in node.iter(f"{W}t"))
            node = node.getnext()
        yield Cited("number", found[1], edition, text=text)


def _marked_numbers(tree: Any) -> Iterator[Cited]:  # noqa: ANN401
    """Yield the numbers that a slide's text box says it holds; one that is gone has no text."""
    for node in tree.iter(etree.Element):
        marks = list(NUMBER_PATTERN.finditer(node.get("name") or ""))
        if not marks:
            continue
        holder = node.getparent().getparent()
        text = "".join(part.text or "" for part in holder.iter(f"{A}t"))
        for found in marks:
            name = bookmark(found["page"], found["key"])
            kept = found["text"] if found["text"] in text else ""
            yield Cited("number", name, found["edition"], text=kept)


# --- verdicts


def verify(root: Path, content: bytes, name: str, against: str = "latest") -> list[Verdict]:
    """Return for each thing that a document took from the book whether it still stands.

    Parameters
    ----------
    root : Path
        The book, whose built and released editions are known.
    content, name
        The document.
    against : str
        The edition that has the last word.

    Raises
    ------
    DataError
        If the document can't be read, or `against` is no edition.
    """
    now = find(root, against)
    return [_judge(root, now, item) for item in cited(content, name)]


def _judge(root: Path, now: Path, item: Cited) -> Verdict:
    try:
        then = find(root, item.edition)
    except DataError:
        return Verdict(item.kind, item.name, item.edition, UNKNOWN, "手边没有这个版次，无从核对")
    if item.kind == "number":
        return _judge_number(then, now, item)
    return _judge_figure(then, now, item)


def _keys(edition: Path) -> dict[str, tuple[str, str]]:
    """Return name and text of each number of an edition by its bookmark."""
    return {
        bookmark(page, key): (f"{page}.{key}", text)
        for page, items in manifest_of(edition)["glued"].items()
        for key, text in items.items()
    }


def _judge_number(then: Path, now: Path, item: Cited) -> Verdict:
    name, text = _keys(then).get(item.name, ("", ""))
    if not name:
        return Verdict("number", item.name, item.edition, UNKNOWN, "该版次没有这个数")
    # a page of a PDF knows no spaces
    if re.sub(r"\s", "", item.text) != re.sub(r"\s", "", text):
        detail = f"文中为“{item.text}”，版次 {item.edition} 为“{text}”"
        return Verdict("number", name, item.edition, ALTERED, detail)
    _, new = _keys(now).get(item.name, ("", ""))
    if new == text:
        return Verdict("number", name, item.edition, STANDS, text)
    return Verdict("number", name, item.edition, REVISED, f"{text} → {new or '不再有'}")


def _judge_figure(then: Path, now: Path, item: Cited) -> Verdict:
    try:
        old = exhibits(then, item.name)
    except DataError:
        return Verdict(item.kind, item.name, item.edition, UNKNOWN, "该版次没有这张图")
    if not old["data"].startswith(item.data):
        return Verdict(item.kind, item.name, item.edition, UNKNOWN, "数据指纹与该版次不符")
    kind = item.kind
    if item.picture and _altered(item.picture, then, old):
        return Verdict(kind, item.name, item.edition, ALTERED, "画面与该版次的图不同")
    if item.series and not _same_values(item.series, old):
        return Verdict(kind, item.name, item.edition, ALTERED, "图中的数值与该版次不同")
    strange = _strange_rows(item, old)
    if strange:
        detail = f"数据表中有该版次没有的行：{strange}"
        return Verdict(kind, item.name, item.edition, ALTERED, detail)
    try:
        new = exhibits(now, item.name)
    except DataError:
        return Verdict(item.kind, item.name, item.edition, REVISED, "最新版次没有这张图")
    if new["data"] == old["data"]:
        return Verdict(item.kind, item.name, item.edition, STANDS, old["title"])
    return Verdict(item.kind, item.name, item.edition, REVISED, _why(then, now, old, new))


def _same_values(series: Iterable[tuple[str, tuple[float, ...]]], entry: dict[str, Any]) -> bool:
    """Return whether a chart shows the values of a figure, forwards or, as bars are, backwards."""
    wanted: dict[str, list[float]] = {}
    for row in entry["rows"]:
        if row["value"] is not None:
            wanted.setdefault(row.get("group") or entry["unit"], []).append(row["value"])

    def alike(one: Iterable[float], other: Iterable[float]) -> bool:
        pairs = zip(one, other, strict=True)
        return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)

    found = {name: list(values) for name, values in series if values}
    return found.keys() == wanted.keys() and all(
        len(values) == len(wanted[name])
        and (alike(values, wanted[name]) or alike(values, reversed(wanted[name])))
        for name, values in found.items()
    )


def _strange_rows(item: Cited, entry: dict[str, Any]) -> str:
    """Return the first row of a table that the figure does not have; rows may be left out."""
    keys = {title: key for key, title in TABLE.items()}
    for row in item.rows:
        if not any(
            all(str(known.get(keys[head]) or "") == text for head, text in row)
            for known in entry["rows"]
        ):
            return "，".join(text for _, text in row if text)
    return ""


def _why(then: Path, now: Path, old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return which rows changed, old → new, and what the data say of the reason."""

    def named(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {f"{row.get('group') or ''}·{row['label']}".strip("·"): row for row in entry["rows"]}

    was, is_now = named(old), named(new)
    moves, ids = [], set()
    for name in dict.fromkeys([*is_now, *was]):
        texts = [(side.get(name) or {}).get("full") or "无" for side in (was, is_now)]
        if texts[0] != texts[1]:
            moves.append(f"{name}：{texts[0]} → {texts[1]}")
            for side in (was, is_now):
                ids |= set(((side.get(name) or {}).get("observation_id") or "").split(";"))
    revised = compare_observations(Catalog(then / "data"), Catalog(now / "data"))["revised"]
    reasons = [
        f"{item['how']}（{item['new_source']}）"
        for item in revised
        if {item["old_id"], item["new_id"]} & ids
    ]
    why = "、".join(dict.fromkeys(reasons)) or "参数、选用的数或算法不同"
    return f"{'；'.join(moves) or '数值未变，出处或附注有变'}。原因：{why}"


def _altered(picture: bytes, edition: Path, entry: dict[str, Any]) -> bool:
    """Return whether a picture shows something else than the edition's."""
    from PIL import Image

    try:
        with whole("picture"):
            found = Image.open(io.BytesIO(picture), formats=PICTURES)
            if found.width * found.height > PIXELS:
                return True
            found = found.convert("RGB")
    except DataError:
        # a picture that can't be drawn is not the one that was taken
        return True
    drawn = [entry["files"][form] for form in ("png", "en.png") if form in entry["files"]]
    return all(_differs(found, edition / "site" / item["path"]) for item in drawn)


def _differs(found: Any, path: Path) -> bool:  # noqa: ANN401 - a picture
    from PIL import Image, ImageChops, ImageFilter

    wanted = Image.open(path).convert("RGB")
    if found.size == wanted.size:
        return ImageChops.difference(found, wanted).getbbox() is not None
    # compressed by a word processor: the same picture in another size. The worst place counts, not
    # the mean: one digit of a picture is little of it
    size = (min(found.width, wanted.width), min(found.height, wanted.height))
    sharp, blur = Image.Resampling.LANCZOS, ImageFilter.GaussianBlur(BLUR)
    sides = (side.resize(size, sharp).convert("L").filter(blur) for side in (found, wanted))
    return ImageChops.difference(*sides).getextrema()[1] > RESAMPLED


def as_json(verdicts: list[Verdict]) -> str:
    """Return the verdicts as JSON for machines."""
    return json.dumps([asdict(item) for item in verdicts], ensure_ascii=False, indent=1)
