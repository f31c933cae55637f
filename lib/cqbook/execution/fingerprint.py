"""What a page's result depends on besides data: modules, packages, lock."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path

from cqbook import PUBLIC
from cqbook.disk.checksums import digest, format_sums, hashes
from cqbook.disk.installed import PACKAGE, REPOSITORY, packages


def modules() -> list[Path]:
    """Return the files of the package that ``import cqbook`` loads, sorted.

    Found from its public names and the import statements, those inside functions too: what a
    chapter may run. The command line, the site and the taking in of data are not among them.
    """
    places = {place.partition(":")[0] for place in PUBLIC.values()}
    todo = [PACKAGE / "__init__.py", *map(_file, sorted(places))]
    found: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in found or not path.exists():
            continue
        found.add(path)
        todo += map(_file, imported(path.read_text(encoding="utf-8")))
    return sorted(found)


#: An import of the package, in one line or in brackets. To parse all modules takes half a second of
#: every command, and finds the same (a test).
_IMPORT = re.compile(
    r"^[^\S\n]*(?:from (cqbook[\w.]*) import (\([^)]*\)|[^\n(]*)|import (cqbook\.[\w.]+))", re.M
)
_NAME = re.compile(r"(\w+)(?: as \w+)?")


@functools.cache
def imported(text: str) -> tuple[str, ...]:
    """Return what of the package a module's text imports; a build asks several times."""
    found: list[str] = []
    for module, names, alone in _IMPORT.findall(text):
        if alone:
            found.append(alone)
        else:
            bare = re.sub(r"#[^\n]*", "", names)
            found += [module, *(f"{module}.{name}" for name in _NAME.findall(bare))]
    return tuple(found)


def _file(name: str) -> Path:
    place = PACKAGE.joinpath(*name.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def module_name(path: Path) -> str:
    """Return the name of a module of the package by its file."""
    parts = ("cqbook", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def code_digest(root: Path = REPOSITORY) -> str:
    """Return one hash of all that executes a chapter: modules, lock, packages, Python."""
    lock = root / "requirements.txt"
    parts = [f"{path.relative_to(PACKAGE)} {digest(path.read_bytes())}" for path in modules()]
    parts.append(digest(lock.read_bytes()) if lock.exists() else "no lock")
    parts += [*packages(), f"Python {sys.version_info.major}.{sys.version_info.minor}"]
    return digest("\n".join(parts).encode())


def package_digest() -> str:
    """Return one hash of the whole package: what executes, draws and renders."""
    return digest(format_sums(hashes(PACKAGE)).encode())
