"""Whether a build would make what stands there already: known from the files alone.

A build that went through notes what it was made of and what it made. The next one compares, and
loads nothing where both are as they were.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cqbook.disk.atomic import JOURNAL
from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import digest, file_digest, json_digest
from cqbook.disk.installed import PACKAGE, packages
from cqbook.editions.paths import built_folder, released_folder, site_folder

#: What of the root a build reads; ``data`` may be another folder.
READ = ("_config.yml", "_toc.yml", "requirements.txt", "chapters")


def _files(*places: Path) -> Iterator[Path]:
    """Yield the files at and below `places`, in order; no caches of Python."""
    for place in places:
        if place.is_dir():
            for folder, folders, names in os.walk(place):
                folders[:] = sorted(name for name in folders if name != "__pycache__")
                yield from (Path(folder, name) for name in sorted(names))
        elif place.exists():
            yield place


def _stat(path: Path) -> bytes:
    facts = path.stat()
    # a name as the system has it: in a locale without UTF-8 it is no text
    return os.fsencode(path) + f" {facts.st_size} {facts.st_mtime_ns}".encode()


def _stat_changed(path: Path) -> bytes:
    """Return what tells that a file was written, also by who set its time back afterwards."""
    facts = path.lstat()
    return _stat(path) + f" {facts.st_ctime_ns} {facts.st_ino} {facts.st_mode}".encode()


def inputs_digest(root: Path, data: Path, asked: Sequence[object]) -> str:
    """Return one hash of all that a build is made of; `asked`: JSON values.

    Contents are read; of Parquet files and released editions, which may be large and never change,
    sizes and times of change stand for them.
    """
    parts = [f"{line}\n".encode() for line in (sys.version, *packages())]
    for path in _files(data, *(root / name for name in READ), PACKAGE):
        if path.suffix == ".parquet":
            parts.append(_stat(path))
        elif path.name[0] != ".":
            parts.append(os.fsencode(path) + f"\n{file_digest(path)}\n".encode())
    parts += [_stat_changed(path) for path in _files(released_folder(root))]
    return digest(json_digest([asked, str(data)]).encode(), *parts)


def outputs_digest(root: Path) -> str:
    """Return one hash of what stands: names, sizes and times of the built and published files."""
    files = _files(built_folder(root), site_folder(root))
    return digest(*(_stat_changed(path) for path in files if path.name[0] != "."))


def _note(root: Path) -> Path:
    return root / "_build" / "cache" / "built"


def standing(root: Path, data: Path, made_of: str) -> Path | None:
    """Return the first page of the last build if it was of just this and stands as it was left.

    What a killed command left behind is for a build to clear away: then it does not stand.
    """
    work = root / "_build"
    left = [data / JOURNAL, *work.glob(".html-*"), *work.glob("run/run-*")]
    if any(path.exists() for path in left):
        return None
    noted = recall(_note(root))
    if noted is None:
        return None
    inputs, outputs, page = json.loads(noted)
    return root / page if (inputs, outputs) == (made_of, outputs_digest(root)) else None


def note_build(root: Path, made_of: str, page: Path) -> None:
    """Note of what the last build was made, and its first page."""
    content = [made_of, outputs_digest(root), page.relative_to(root).as_posix()]
    retain(_note(root), json.dumps(content).encode())
