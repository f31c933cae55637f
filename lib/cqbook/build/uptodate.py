"""Whether a build would make what stands there already: known from the files alone.

A build that went through notes what it was made of and what it made. The next one compares, and
loads nothing where both are as they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cqbook.disk.atomic import JOURNAL, replace_file
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


def inputs_digest(root: Path, data: Path, asked: Sequence[object]) -> str:
    """Return one hash of all that a build is made of; `asked`: JSON values.

    Contents are read; of Parquet files and released editions, which may be large and never change,
    sizes and times of change stand for them.
    """
    total = hashlib.sha256(json.dumps([asked, str(data)], sort_keys=True).encode())
    for line in [sys.version, *packages()]:
        total.update(f"{line}\n".encode())
    for path in _files(data, *(root / name for name in READ), PACKAGE):
        if path.suffix == ".parquet":
            total.update(_stat(path))
        elif path.name[0] != ".":
            total.update(os.fsencode(path) + b"\n" + hashlib.sha256(path.read_bytes()).digest())
    for path in _files(released_folder(root)):
        total.update(_stat(path))
    return total.hexdigest()


def outputs_digest(root: Path) -> str:
    """Return one hash of what stands: names, sizes and times of the built and published files."""
    total = hashlib.sha256()
    for path in _files(built_folder(root), site_folder(root)):
        if path.name[0] != ".":
            total.update(_stat(path))
    return total.hexdigest()


def _note(root: Path) -> Path:
    return root / "_build" / "cache" / "built.json"


def standing(root: Path, data: Path, made_of: str) -> Path | None:
    """Return the first page of the last build if it was of just this and stands as it was left.

    What a killed command left behind is for a build to clear away: then it does not stand.
    """
    work = root / "_build"
    left = [data / JOURNAL, *work.glob(".html-*"), *work.glob("run/run-*")]
    if any(path.exists() for path in left):
        return None
    try:
        content = json.loads(_note(root).read_text(encoding="utf-8"))
        page = root / content["page"]
        was = (content["inputs"], content["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        # none, or one that a disk has altered: then a build is due
        return None
    return page if was == (made_of, outputs_digest(root)) else None


def note_build(root: Path, made_of: str, page: Path) -> None:
    """Note of what the last build was made, and its first page."""
    path = _note(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "inputs": made_of,
        "outputs": outputs_digest(root),
        "page": page.relative_to(root).as_posix(),
    }
    replace_file(path, json.dumps(content).encode())
