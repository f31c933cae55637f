"""Ask a document whether the figures and numbers that it took from the book still stand.

Figures are known by the mark in their alternative text or caption, pictures by the identity inside
the file, numbers by the bookmarks around them: what survives editing, renaming and saving
elsewhere.
"""

from __future__ import annotations

import html
import io
import json
import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cqbook.brief import EDITION_PATTERN, MARK_PATTERN, NUMBER_PATTERN, TABLE, bookmark
from cqbook.catalog import Catalog, DataError
from cqbook.comparison import compare_observations
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
    try:
        found = list(reader(content))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        msg = f"{name}：文件不完整（{error}） | {name} is broken: {error}"
        raise DataError(msg) from error
    return list(dict.fromkeys(found))


def _identity(text: str, picture: bytes = b"") -> Iterator[Cited]:
    facts = json.loads(text)
    yield Cited("figure", facts["id"], facts["edition"], facts["data"][:16], picture=picture)


def _png(content: bytes) -> Iterator[Cited]:
    from PIL import Image

    packed = Image.open(io.BytesIO(content)).info.get(KEY)
    if packed:
        yield from _identity(packed, content)


def _svg(content: bytes) -> Iterator[Cited]:
    found = re.search(r"<metadata>(\{.*?\})</metadata>", content.decode("utf-8"), re.S)
    if found:
        yield from _identity(html.unescape(found[1]))


def _pdf(content: bytes) -> Iterator[Cited]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        made = PdfReader(io.BytesIO(content))
        packed = (made.metadata or {}).get(f"/{KEY}")
        text = "".join(page.extract_text() for page in made.pages)
    except PyPdfError as error:
        raise ValueError(str(error)) from error
    if packed:
        yield from _identity(packed)
    # a line of a page may end anywhere in a mark
    plain = re.sub(r"\s+", "", text)
    for found in re.finditer(MARK_PATTERN.pattern.replace(" ", ""), plain):
        yield Cited("figure", found["id"], found["edition"], found["data"])
    for found in re.finditer(NUMBER_PATTERN.pattern.replace(" ", ""), plain):
        # once in the list at the end: the text itself must say it too
        kept = found["text"] if plain.count(found["text"]) > 1 else ""
        name = bookmark(found["page"], found["key"])
        yield Cited("number", name, found["edition"], text=kept)


def _office(content: bytes) -> Iterator[Cited]:
    """Yield what stands in a Word or PowerPoint file."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [name for name in parts.namelist() if re.match(r"(word|ppt)/.*\.xml$", name)]
        core = parts.read("docProps/core.xml").decode("utf-8")
        edition = EDITION_PATTERN.search(core)
        seen: dict[tuple[str, str], Cited] = {}
        numbers = []
        safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        for name in sorted(names):
            tree = etree.fromstring(parts.read(name), safe)
            for item in _figures(parts, name, tree):
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
    for node in tree.iter():
        found = MARK_PATTERN.search(node.get("descr") or "")
        if found:
            picture, series = _picture(parts, name, node), _series(parts, name, node)
            yield Cited(
                "figure", found["id"], found["edition"], found["data"],
                picture=picture, series=series,
            )  # fmt: skip
    for paragraph in [*tree.iter(f"{W}p"), *tree.iter(f"{A}p")]:
        text = "".join(
            node.text or "" for node in paragraph.iter() if node.tag in (f"{W}t", f"{A}t")
        )
        for found in MARK_PATTERN.finditer(text):
            yield Cited("figure", found["id"], found["edition"], found["data"])


def _series(
    parts: zipfile.ZipFile,
    name: str,
    node: Any,  # noqa: ANN401 - an element
) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return the values that a native chart shows, by series; nothing where it is no chart."""
    from lxml import etree

    frame = node.getparent()
    while frame is not None and not frame.tag.endswith("}graphicFrame"):
        frame = frame.getparent()
    place = None if frame is None else next(frame.iter(f"{C}chart"), None)
    if place is None:
        return ()
    target = _relation(parts, name, place.get(f"{R}id") or "")
    if target not in parts.namelist():
        return ()
    safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    found = []
    for series in etree.fromstring(parts.read(target), safe).iter(f"{C}ser"):
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
        lines = [[_words(cell) for cell in row.iter(f"{W}tc")] for row in node.iter(f"{W}tr")]
        heads = lines[0] if lines else []
        if mark is None or "数值" not in heads or not set(heads) <= set(TABLE.values()):
            continue
        rows = tuple(tuple(zip(heads, line, strict=False)) for line in lines[1:])
        yield Cited("table", mark["id"], mark["edition"], mark["data"], rows=rows)
        mark = None


def _words(node: Any) -> str:  # noqa: ANN401 - an element
    return "".join(part.text or "" for part in node.iter(f"{W}t"))


def _picture(parts: zipfile.ZipFile, name: str, node: Any) -> bytes:  # noqa: ANN401
    """Return the bytes of the picture that a drawing's properties belong to."""
    holder = node
    while holder is not None:
        blips = list(holder.iter(f"{A}blip"))
        if blips:
            break
        holder = holder.getparent()
    if holder is None or not blips:
        return b""
    target = _relation(parts, name, blips[0].get(f"{R}embed") or "")
    return parts.read(target) if target in parts.namelist() else b""


def _relation(parts: zipfile.ZipFile, name: str, identifier: str) -> str:
    folder, _, file = name.rpartition("/")
    rels = f"{folder}/_rels/{file}.rels"
    if rels not in parts.namelist():
        return ""
    text = parts.read(rels).decode("utf-8")
    for relation in re.findall(r"<Relationship [^>]*>", text):
        if f'Id="{identifier}"' in relation:
            target = re.search(r'Target="([^"]+)"', relation)[1]
            steps = target.lstrip("/").split("/") if target[0] == "/" else [
                *folder.split("/"), *target.split("/"),
            ]  # fmt: skip
            found: list[str] = []
            for step in steps:
                found = found[:-1] if step == ".." else [*found, step]
            return "/".join(found)
    return ""


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
    for node in tree.iter():
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
    from PIL import Image, UnidentifiedImageError

    try:
        found = Image.open(io.BytesIO(picture)).convert("RGB")
    except UnidentifiedImageError:
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
