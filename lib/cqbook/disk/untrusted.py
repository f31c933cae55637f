"""Files that others made, opened only when it is known what opening them costs.

An XLSX, DOCX or PPTX is a ZIP of XML: a few kilobytes can hold gigabytes, and XML can name files
and addresses to fetch. All that is looked at before a library sees any of it: each part is unpacked
once, up to the size that the directory declares, so that a library which believes the directory is
not lied to. What a library then still fails on is a broken file, and is said so.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from cqbook.disk.regular import regular_content
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
#: Attributes of all XML together, and of one element: a tree holds each as two nodes.
ATTRIBUTES, ATTRIBUTES_OF_ONE = 1_200_000, 1000
DEPTH = 200
#: How the file begins that Office puts beside one that is open in it.
OWNED = "~$"
#: Bytes that are unpacked at a time.
_PIECE = 1 << 20
#: The part that says of what type the others are.
CONTENT_TYPES = "[Content_Types].xml"
#: Names of parts that libraries parse whatever their type is said to be.
_NAMED_XML = re.compile(r"\.(xml|rels|vml)$", re.I)
#: How text begins that a parser takes for XML: UTF-8, UTF-16, UTF-32, EBCDIC; or begins not yet.
_MARKUP = re.compile(
    rb"(\xef\xbb\xbf)?\s*<[!?:A-Z_a-z\x80-\xff]|(\xff\xfe)?(\s\0)*<\0.|(\xfe\xff)?(\0\s)*\0<"
    rb"|\0\0\0<\0\0\0|<\0\0\0|\x4c\x6f\xa7\x94|[\s\0]+\Z",
    re.S,
)
#: How files of Office begin that are no ZIP: old ones, and any with a password.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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
        If it is too large, no regular file, or can't be opened; or a mark of Office's.
    """
    if path.name.startswith(OWNED):
        msg = (
            f"{path} 是 Office 打开文件时留的记号，不是文件；在 Office 中存盘、关掉后再运行"
            f" | {path} is Office's mark of a file that is open: save it and close it there, then"
            " run this again"
        )
        raise DataError(msg)
    try:
        return size_checked(regular_content(path, LARGEST), path.name)
    except OSError as error:
        zh, en = refusal_of(error)
        msg = f"打不开文件 {path}：{zh} | cannot open {path}: {en}"
        raise DataError(msg) from error


def opened(content: bytes, name: str) -> zipfile.ZipFile:
    """Return a ZIP of XML parts that is safe to read, also for a library that is given its bytes.

    Raises
    ------
    ContractError
        If it is no intact ZIP, or unpacks to more than `UNPACKED`, or has parts that are links, are
        encrypted, are not of the size that is declared, have a name that leads elsewhere or is used
        twice, or has XML that is broken or declares a document type (entities, external parts).
    """
    if content.startswith(_COMPOUND):
        raise _compound(content, name)
    try:
        parts = zipfile.ZipFile(io.BytesIO(size_checked(content, name)))
        _directory(parts, name)
        _documents(content, parts, name)
    except (
        *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, struct.error),
        *(EOFError, OSError, ValueError),
    ) as error:
        zh, en = library_words(error)
        raise _refused(name, f"不是完好的文件（{zh}）", f"broken: {en}") from error
    return parts


def _compound(content: bytes, name: str) -> ContractError:
    """Return the refusal of a file with a password, or of an old format of Office."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        expected = ("没有密码的文件（在 Office 中取消密码后另存）", "a file without a password")
        return ContractError([Breach(name, 0, "*", "文件有密码 | encrypted", *expected)])
    expected = ("XLSX、DOCX 或 PPTX（在 Office 中另存）", "XLSX, DOCX or PPTX: save it as such")
    return ContractError([Breach(name, 0, "*", "旧格式 | an old format", *expected)])


def _directory(parts: zipfile.ZipFile, name: str) -> None:
    """Refuse a table of contents that promises what no document needs."""
    members = parts.infolist()
    if len(members) > PARTS:
        raise _refused(
            name,
            f"压缩包有{len(members)}个部分，至多{PARTS}个",
            f"{len(members)} parts: expected at most {PARTS}",
        )
    # what is declared is a promise, and is held against what there is: `_unpacked`
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


def _documents(content: bytes, parts: zipfile.ZipFile, name: str) -> None:
    """Unpack all parts once and read all XML, building nothing; refuse what would not stay small.

    XML is what ``[Content_Types].xml`` says is XML, what has the name of it, and what begins as it:
    a relation leads a library to any part, whatever its name and type.
    """
    counted = {"bytes": 0, "elements": 0, "attributes": 0, "cells": 0}
    items = parts.infolist()
    # the types first: they say what the others are
    items.sort(key=lambda item: item.filename != CONTENT_TYPES)
    types: dict[str, str] = {}
    for item in items:
        kind = types.get(f"/{item.filename}".lower()) or types.get(_ending(item.filename), "")
        xml = bool(_NAMED_XML.search(item.filename)) or kind.endswith(("xml", "vmldrawing"))
        read = _part(content, item, name, counted, xml=xml)
        if read:
            # a drawing that nothing here parses: its document type is as programs write it
            picture = kind == "image/svg+xml" and "/media/" in item.filename
            plain(read, f"{name}!{item.filename}", counted, typed=picture)
        if item.filename == CONTENT_TYPES:
            types = _types(read)


def _ending(part: str) -> str:
    return f".{part.rpartition('.')[2]}".lower()


def _types(content: bytes) -> dict[str, str]:
    """Return the types of parts by ``/name``, and by ``.ending`` of names; all in small letters."""
    found = {}
    for node in etree.fromstring(content, safe_parser()).iter(etree.Element):
        key = node.get("PartName") or f".{node.get('Extension', '')}"
        # a type may have parameters
        found[key.lower()] = (node.get("ContentType") or "").partition(";")[0].strip().lower()
    return found


def _part(
    content: bytes, item: zipfile.ZipInfo, name: str, counted: dict[str, int], *, xml: bool
) -> bytes:
    """Unpack a part, and return it if it is XML or looks like it.

    Raises
    ------
    ContractError
        If it is not of the size that is declared, or all XML is more than `XML`.
    """
    size, sum_ = 0, 0
    kept: list[bytes] = []
    for piece in _unpacked(content, item):
        if not size and piece:
            xml = xml or _MARKUP.match(piece) is not None
        size, sum_ = size + len(piece), zlib.crc32(piece, sum_)
        if size > item.file_size:
            break
        if xml:
            counted["bytes"] += len(piece)
            if counted["bytes"] > XML:
                raise _refused(
                    name,
                    f"文字部分解压后超过{XML}字节",
                    f"its XML unpacks to more than {XML} bytes",
                )
            kept.append(piece)
    if (size, sum_) != (item.file_size, item.CRC):
        raise _refused(
            name,
            f"压缩包中的 {item.filename!r} 与目录所写的大小或校验和不符",
            f"part {item.filename!r} is not of the size or checksum that is declared",
        )
    return b"".join(kept)


def _unpacked(content: bytes, item: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part of a ZIP in pieces, up to where its data end, whatever size is declared."""
    sign, lengths = struct.unpack_from("<4s22x4s", content, item.header_offset)
    if sign != b"PK\x03\x04":
        msg = "no part where the directory says"
        raise zipfile.BadZipFile(msg)
    start = item.header_offset + 30 + sum(struct.unpack("<HH", lengths))
    packed = memoryview(content)[start : start + item.compress_size]
    if item.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _PIECE]) for at in range(0, len(packed), _PIECE))
        return
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _PIECE):
        rest: bytes = bytes(packed[at : at + _PIECE])
        while rest and not reader.eof:
            piece = reader.decompress(rest, _PIECE)
            rest = reader.unconsumed_tail
            if piece:
                yield piece
    yield reader.flush()


def safe_parser() -> etree.XMLParser:
    """Return a parser that fetches and expands nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def plain(
    content: bytes, name: str, counted: dict[str, int] | None = None, *, typed: bool = False
) -> bytes:
    """Return XML that is well-formed and declares no document type.

    Parameters
    ----------
    content : bytes
    name : str
        For messages.
    counted : dict, optional
        ``elements``, ``attributes`` and ``cells`` so far, of the parts of one container.
    typed : bool
        Whether it may declare one all the same.

    Raises
    ------
    ContractError
        If it is not so, or has more elements than `ELEMENTS`, or cells than `CELLS`.
    """
    counted = counted if counted is not None else {"elements": 0, "attributes": 0, "cells": 0}
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
        counted["attributes"] += len(attributes)
        tag = tag.rpartition(":")[2]
        if tag == "c":
            counted["cells"] += 1
        elif tag in ("mergeCell", "hyperlink") and "ref" in attributes:
            counted["cells"] += _area(attributes["ref"])
        if (
            depth > DEPTH
            or counted["elements"] > ELEMENTS
            or counted["cells"] > CELLS
            or counted["attributes"] > ATTRIBUTES
            or len(attributes) > ATTRIBUTES_OF_ONE
        ):
            raise _refused(
                name,
                f"XML 过大：至多{ELEMENTS}个元素、{CELLS}个单元格、{DEPTH}层",
                f"XML too large: at most {ELEMENTS} elements, {CELLS} cells, {DEPTH} levels",
            )

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    reader = expat.ParserCreate()
    if not typed:
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
