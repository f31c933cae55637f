"""One folder for all temporary files of a command, so that a killed one leaves nothing for good.

Libraries make theirs (sockets, sheets that are written, what a query spills) wherever the system
says, and a killed process removes none of them. A command has them all in one folder that bears its
process; the next command removes those of processes that are gone.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import util
from pathlib import Path

#: How the folder of a process is called; `mkdtemp` ends it.
_NAME = re.compile(r"cqbook-(\d+)-[a-z0-9_]{8}")
#: multiprocessing removes its own folder at -100; the lower, the later.
_AFTER_SOCKETS = -200
#: A process that is unknown here may be one of another container: its folder is left for an hour.
UNKNOWN_SECONDS = 3600


@contextmanager
def temporary_files() -> Iterator[Path]:
    """Put the temporary files of this process, and of those that it starts, into one folder."""
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    place = Path(tempfile.gettempdir())
    sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=f"cqbook-{os.getpid()}-", dir=place))
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        if variable is None:
            os.environ.pop("TMPDIR", None)
        else:
            os.environ["TMPDIR"] = variable
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the folder of a command; with the sockets of its process when that ends.

    Servers that the process has started answer there, also the commands that follow in it.
    """
    if any(folder.glob("pymp-*")):
        # after multiprocessing's own, which fails if its folder is gone
        util.Finalize(None, shutil.rmtree, (folder, True), exitpriority=_AFTER_SOCKETS)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path, unknown: float = UNKNOWN_SECONDS) -> None:
    """Remove the folders of this user's processes that are gone."""
    if not hasattr(os, "getuid"):
        # Windows, which asks processes in another way
        return
    now = time.time()
    for item in os.scandir(place):
        found = _NAME.fullmatch(item.name)
        if found and item.is_dir(follow_symlinks=False):
            facts = item.stat(follow_symlinks=False)
            old = now - facts.st_mtime > unknown
            if facts.st_uid == os.getuid() and old and not _lives(int(found[1])):
                shutil.rmtree(item.path, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OverflowError, PermissionError):
        return True
    return True
