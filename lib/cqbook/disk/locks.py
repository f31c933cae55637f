"""Folders that one process changes at a time, and folders of a run's own.

The locks are the system's, by filelock: a killed process holds none, nor does what it forked.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cqbook.disk.atomic import JOURNAL, recover

LOCK = ".cqbook-lock"


def _lock(folder: Path) -> FileLock:
    # where the file system has no locks, that is said: a file that a kill leaves behind is none
    return FileLock(folder / LOCK, fallback_to_soft=False)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the exclusive lock of `folder`; wait for it if another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder):
        yield


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Read `folder` as it is between two changes: with its lock, unless it may only be read.

    Who may not write there may not lock it either; what nobody writes needs no lock.
    """
    try:
        held = _lock(folder).acquire()
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        if (folder / JOURNAL).exists():
            # half of a change: to be finished by somebody who may
            raise
        yield
        return
    with held:
        recover(folder)
        yield


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Make a folder of this process's own below `parent`; remove it, and those of dead processes.

    Two builds at once work in two folders. A folder whose lock is free belongs to nobody any more.
    """
    with locked(parent):
        for old in [item for item in parent.iterdir() if item.is_dir()]:
            if _abandoned(old):
                shutil.rmtree(old, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix="run-"))
        lock = _lock(folder)
        lock.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _abandoned(folder: Path) -> bool:
    try:
        with _lock(folder).acquire(blocking=False):
            return True
    except Timeout:
        return False
