"""Files that others made, opened only when it is known what opening them costs.

An XLSX, DOCX or PPTX is a ZIP of XML: a few kilobytes can hold gigabytes, and XML can name files
and addresses to fetch. All that is looked at before a library sees any of it. What a library then
still fails on is a broken file, and is said so.
"""

from __future__ import annotations

import io
import re
import stat
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from cqbook.errors import Breach, ContractError, DataError, library_words, refusal_of

#: The largest file that is read at all, and all of its parts together when unpacked.
LARGEST, UNPACKED = 64 << 20, 256 << 20
#: All XML of a container together; a cell or a paragraph costs many times its size in memory.
XML = 24 << 20
PARTS = 4000
#: Elements of all XML together: what makes the trees and cells that libraries build.
ELEMENTS = 600_000
#: Cells of a workbook, with those of merged or linked areas: openpyxl makes each of them.
CELLS = 120_000
DEPTH = 200
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


def _refused(name: str, zh: str, text: str) -> ContractError:
    return ContractError(
        [
            Breach(
                name, 0, "*", zh, "完好的、不过大的文件", f"an intact file, not too large ({text})"
            )
        ]
    )


def size_checked(content: bytes, name: str) -> bytes:
    """Return a file's content if it is not too large to be read.

    Raises
    ------
    ContractError
        If it is.
    """
    if len(content) > LARGEST:
        raise _refused(
            name,
            f"文件有{len(content)}字节，至多{LARGEST}字节",
            f"{len(content)} bytes: expected at most {LARGEST}",
        )
    return content


def content_of(path: Path) -> bytes:
    """Return the content of a file if it is not too large to be read.

    Raises
    ------
    DataError
        If it is too large, or can't be opened.
    """
    try:
        with path.open("rb") as handle:
            # not the size that the folder tells: a device has none
            return size_checked(handle.read(LARGEST + 1), path.name)
    except OSError as error:
        zh, en = refusal_of(error)
        msg = f"打不开文件 {path}：{zh} | cannot open {path}: {en}"
        raise DataError(msg) from error


def opened(content: bytes, name: str) -> zipfile.ZipFile:
    """Return a ZIP of XML parts that is safe to read.

    Raises
    ------
    ContractError
        If it is no intact ZIP, or unpacks to more than `UNPACKED`, or has parts that are links, are
        encrypted, have a name that leads elsewhere or is used twice, or has XML that is broken or
        declares a document type (entities, external parts).
    """
    try:
        parts = zipfile.ZipFile(io.BytesIO(size_checked(content, name)))
        _directory(parts, name)
        _documents(parts, name)
    except (
        *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
        *(EOFError, OSError, ValueError),
    ) as error:
        zh, en = library_words(error)
        raise _refused(name, f"不是完好的文件（{zh}）", f"broken: {en}") from error
    return parts


def _directory(parts: zipfile.ZipFile, name: str) -> None:
    """Refuse a table of contents that promises what no document needs."""
    members = parts.infolist()
    if len(members) > PARTS:
        raise _refused(
            name,
            f"压缩包有{len(members)}个部分，至多{PARTS}个",
            f"{len(members)} parts: expected at most {PARTS}",
        )
    # Python's reader stops at the size that is declared, so that it can be trusted as a limit
    total = sum(item.file_size for item in members)
    if total > UNPACKED:
        raise _refused(
            name,
            f"解压后有{total}字节，至多{UNPACKED}字节",
            f"unpacks to {total} bytes: expected at most {UNPACKED}",
        )
    seen: set[str] = set()
    for item in members:
        path = item.orig_filename
        steps = re.split(r"[/\\]", path)
        if ".." in steps or steps[0] == "" or ":" in steps[0] or "\\" in path or "\0" in path:
            raise _refused(
                name,
                f"压缩包中的路径 {path!r} 指向别处",
                f"path {path!r} in the archive leads elsewhere",
            )
        if stat.S_ISLNK(item.external_attr >> 16):
            raise _refused(name, f"压缩包中的 {path!r} 是链接", f"part {path!r} is a link")
        if item.flag_bits & 0x1:
            raise _refused(name, f"压缩包中的 {path!r} 已加密", f"part {path!r} is encrypted")
        if item.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(
                name,
                f"压缩包中的 {path!r} 用了别的压缩方法",
                f"part {path!r} is compressed in another way than deflate",
            )
        if path.lower() in seen:
            raise _refused(name, f"压缩包中有两个 {path!r}", f"part {path!r} is there twice")
        seen.add(path.lower())


def _documents(parts: zipfile.ZipFile, name: str) -> None:
    """Read all XML once, building nothing, and refuse what would not stay small."""
    documents = [
        item for item in parts.infolist() if re.search(r"\.(xml|rels|vml)$", item.filename, re.I)
    ]
    total = sum(item.file_size for item in documents)
    if total > XML:
        raise _refused(
            name,
            f"文字部分解压后有{total}字节，至多{XML}字节",
            f"its XML unpacks to {total} bytes: expected at most {XML}",
        )
    counted = {"elements": 0, "cells": 0}
    for item in documents:
        plain(parts.read(item), f"{name}!{item.filename}", counted)


def plain(content: bytes, name: str, counted: dict[str, int] | None = None) -> bytes:
    """Return XML that is well-formed and declares no document type.

    Parameters
    ----------
    content : bytes
    name : str
        For messages.
    counted : dict, optional
        ``elements`` and ``cells`` so far, of the parts of one container.

    Raises
    ------
    ContractError
        If it is not so, or has more elements than `ELEMENTS`, or cells than `CELLS`.
    """
    counted = counted if counted is not None else {"elements": 0, "cells": 0}
    depth = 0

    def doctype(*_: object) -> None:
        raise _refused(
            name,
            "XML 中有文档类型声明（实体、外部引用），不接受",
            "a document type (entities, external parts) is declared",
        )

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        counted["elements"] += 1
        tag = tag.rpartition(":")[2]
        if tag == "c":
            counted["cells"] += 1
        elif tag in ("mergeCell", "hyperlink") and "ref" in attributes:
            counted["cells"] += _area(attributes["ref"])
        if depth > DEPTH or counted["elements"] > ELEMENTS or counted["cells"] > CELLS:
            raise _refused(
                name,
                f"XML 过大：至多{ELEMENTS}个元素、{CELLS}个单元格、{DEPTH}层",
                f"XML too large: at most {ELEMENTS} elements, {CELLS} cells, {DEPTH} levels",
            )

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    reader = expat.ParserCreate()
    reader.StartDoctypeDeclHandler = doctype
    reader.StartElementHandler, reader.EndElementHandler = start, end
    try:
        reader.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        zh, en = library_words(error)
        raise _refused(name, f"XML 不完整（{zh}）", f"broken XML: {en}") from error
    return content


def _area(reference: str) -> int:
    """Return how many cells a reference names (``A1:C3``: 9)."""
    found = _AREA.fullmatch(reference.upper())
    if not found:
        return 1
    first, top, last, bottom = found.groups()
    if last is None:
        return 1

    def number(letters: str) -> int:
        value = 0
        for letter in letters:
            value = 26 * value + ord(letter) - 64
        return value

    return (abs(number(last) - number(first)) + 1) * (abs(int(bottom) - int(top)) + 1)


@contextmanager
def whole(name: str) -> Iterator[None]:
    """Say that a file is broken when a library that reads it fails in whatever way.

    What a parser of a foreign format raises on a damaged file is as good as any exception: all of
    them mean that the file can't be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DataError:
        raise
    except Exception as error:
        zh, en = library_words(error)
        raise _refused(name, f"文件不完整（{zh}）", f"broken: {en}") from error
