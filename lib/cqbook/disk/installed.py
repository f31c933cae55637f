"""Where this package stands, and what is installed beside it."""

from __future__ import annotations

import functools
import os
import re
import sys
from pathlib import Path

from cqbook.disk.checksums import hashes, json_digest

#: The folder of the package.
PACKAGE = Path(__file__).resolve().parents[1]
#: The repository, found from the package's place in it.
REPOSITORY = PACKAGE.parents[1]
#: The two files that make a folder a book.
CONFIG, CONTENTS = "_config.yml", "_toc.yml"
#: The lock of what tests and tools want.
TOOLS = "requirements-dev.txt"
_DIST = ".dist-info"


def book_around(folder: Path) -> Path | None:
    """Return the book that a folder is, or lies in; None if there is none."""
    return next(
        (
            place
            for place in (folder, *folder.parents)
            if (place / CONFIG).is_file() and (place / CONTENTS).is_file()
        ),
        None,
    )


def _locked(lock: Path) -> set[str]:
    text = lock.read_text(encoding="utf-8") if lock.exists() else ""
    return set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


@functools.cache
def installed_digest() -> str:
    """Return one hash of what makes all that is made: this package, those beside it, Python.

    What a process has loaded stays what it is: it is told once.
    """
    return json_digest([hashes(PACKAGE), packages(), sys.version])


def packages() -> list[str]:
    """Return the installed distributions as ``name-version``, sorted, by the names of folders.

    What only tests and tools want makes no part of a book, and is left out: a book that `make book`
    made is the same after `make test` has installed them.
    """
    tools = _locked(REPOSITORY / TOOLS) - _locked(REPOSITORY / "requirements.txt")
    found = set()
    for place in sys.path:
        if place and Path(place).is_dir():
            names = (item.name for item in os.scandir(place))
            found |= {name.removesuffix(_DIST) for name in names if name.endswith(_DIST)}
    # a folder spells a name with underscores where a lock has hyphens
    spelt = {name: re.sub(r"[-_.]+", "-", name.rpartition("-")[0]).lower() for name in found}
    return sorted(name for name in found if spelt[name] not in tools)
