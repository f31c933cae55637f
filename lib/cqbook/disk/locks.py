"""Folders that one process changes at a time, and folders of a run's own."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cqbook.disk.atomic import JOURNAL, recover

try:
    import fcntl
except ImportError:  # Windows: reading editions (cite, verify) needs no lock
    fcntl = None
LOCK = ".cqbook-lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the exclusive lock of `folder`; wait for it if another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Read `folder` as it is between two changes: with its lock, unless it may only be read.

    Who may not write there may not lock it either; what nobody writes needs no lock.
    """
    try:
        handle = (folder / LOCK).open("w")
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        if (folder / JOURNAL).exists():
            # half of a change: to be finished by somebody who may
            raise
        yield
        return
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        recover(folder)
        yield


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Make a folder of this process's own below `parent`; remove it, and those of dead processes.

    Two builds at once work in two folders. A folder whose lock is free belongs to nobody any more.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with locked(parent):
        for old in [item for item in parent.iterdir() if item.is_dir()]:
            if _abandoned(old):
                shutil.rmtree(old, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix="run-"))
        handle = (folder / LOCK).open("w")
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        handle.close()


def _abandoned(folder: Path) -> bool:
    try:
        with (folder / LOCK).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
