"""SHA-256 of contents, of files, and of folders in the form that ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from cqbook.disk.regular import open_regular
from cqbook.errors import DataError, visible

#: The file that lists them: of all files of its folder and below, but itself.
SUMS = "SHA256SUMS"
#: sha256sum escapes these in a name and puts a backslash before the line.
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of a content, which may be given in parts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, which may be larger than the memory."""
    with open_regular(path) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def json_digest(value: object) -> str:
    """Return the SHA-256 of a JSON value in its one byte form."""
    return digest(to_json(value).encode())


def to_json(value: object) -> str:
    """Return the one JSON form of a value, in which records may stand."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_fields)


def _fields(record: object) -> dict[str, Any]:
    if not is_dataclass(record):
        msg = f"no JSON: {type(record).__name__}"
        raise TypeError(msg)
    return {field.name: getattr(record, field.name) for field in fields(record)}


def hashes(folder: Path, but: Iterable[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of all files below `folder` by their path in it, without those `but`.

    What Python compiled is no content.
    """
    found = {}
    left_out = set(but)
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if name.as_posix() not in left_out and "__pycache__" not in name.parts and path.is_file():
            found[name.as_posix()] = file_digest(path)
    return dict(sorted(found.items()))


def tree_hashes(folder: Path, but: Iterable[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of all files below `folder`, as `hashes`, of whatever name they are.

    Raises
    ------
    DataError
        If something there is no regular file: what a link leads to is not what is there.
    OSError
        If a folder may not be read: what is in it would be left out without a word.
    """
    found = {}
    left_out = set(but)
    for place, folders, names in os.walk(folder, onerror=_refuse):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for path in (Path(place, name) for name in (*links, *names)):
            name = path.relative_to(folder).as_posix()
            if not stat.S_ISREG(path.lstat().st_mode):
                shown_name = visible(name)
                msg = (
                    f"{folder} 中的 {shown_name} 是链接，或不是普通文件"
                    f" | {shown_name} in {folder} is a link, or no regular file"
                )
                raise DataError(msg)
            if name not in left_out:
                found[name] = file_digest(path)
    return dict(sorted(found.items()))


def _refuse(error: OSError) -> None:
    raise error


def format_sums(found: Mapping[str, str]) -> str:
    """Return hashes by path as `SUMS` holds them, sorted by path."""
    return "".join(_line(name, found[name]) for name in sorted(found))


def _line(name: str, value: str) -> str:
    escaped = name.translate(_ESCAPES)
    return f"{chr(92) if escaped != name else ''}{value}  {escaped}\n"


def parse_sums(text: str) -> dict[str, str]:
    """Return the hashes by path of what `as_text` wrote.

    Raises
    ------
    ValueError
        If a line has no such form.
    """
    found = {}
    for line in text.removesuffix("\n").split("\n"):
        value, sign, name = line.removeprefix("\\").partition("  ")
        if len(value) != 64 or not sign or not name:
            msg = f"{line[:80]!r}"
            raise ValueError(msg)
        if line[0] == "\\":
            # a NUL stands in no name
            name = name.replace("\\\\", "\0").replace("\\n", "\n").replace("\\r", "\r")
            name = name.replace("\0", "\\")
        found[name] = value
    return found
