"""Changes on disk that happen whole or not at all, also when the process is killed.

One file is replaced by a rename; several files by a journal that is rolled forward; a directory by
an exchange of two names. Locks are the kernel's, so that a killed process holds none.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: reading editions (cite, verify) needs no lock
    fcntl = None

JOURNAL = ".cqbook-journal.json"
#: Suffix of new contents that wait for the journal.
WAITING = ".cqbook-new"
LOCK = ".cqbook-lock"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_PR_SET_PDEATHSIG = 1


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


def _synced(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


#: What to do about a failure of the system, in Chinese and English.
_WAYS = {
    errno.ENOSPC: ("磁盘已满；腾出空间后再运行", "the disk is full: free some space, run it again"),
    errno.EDQUOT: ("磁盘配额已满；腾出空间后再运行", "the quota is used up: free some space"),
    errno.EFBIG: ("文件超过允许的大小；放宽限制后再运行", "a file may not be that large"),
    errno.EROFS: (
        "此处只读；换到可写的文件夹再运行",
        "it is read-only: run it where it may be written",
    ),
    errno.EACCES: ("没有权限；取得读写权限后再运行", "no permission: get it, run it again"),
    errno.EPERM: ("没有权限；取得读写权限后再运行", "no permission: get it, run it again"),
    errno.ENOENT: ("没有此文件或文件夹", "there is no such file or folder"),
    errno.EMFILE: (
        "打开的文件过多；放宽 ulimit -n 后再运行",
        "too many files: raise ulimit -n",
    ),
    errno.ENOMEM: ("内存不足；关掉别的程序后再运行", "out of memory: close other programs"),
}


def in_words(error: OSError) -> str:
    """Return what the system refused, where, and the way out, in Chinese and English."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        # many files of a tree: the first says it; of it only the words are left
        source, target, why = error.args[0][0][:3]
        number = next((code for code in _WAYS if f"[Errno {code}]" in str(why)), 0)
        error = OSError(number, str(why), str(target if number != errno.ENOENT else source))
    place = error.filename2 or error.filename
    zh, en = _WAYS.get(error.errno, ("系统报错", "the system failed"))
    where = f"（{place}）" if place else ""
    return f"{zh}{where}；此前的内容没有变 | {en}; what was there is unchanged: {error}"


def settle(folder: Path) -> None:
    """Wait until all that was written to the file system of `folder` is on its disk.

    A rename may reach the disk before what was renamed: after a power cut a tree that was put in
    place without this has its files, and they are empty.
    """
    syncfs = getattr(ctypes.CDLL(None), "syncfs", None)
    if syncfs is None:
        os.sync()
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(handle):
            os.sync()
    finally:
        os.close(handle)


def replace_file(path: Path, content: bytes) -> None:
    """Replace one file; at every moment it has its old or its new content."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=WAITING, delete=False) as part:
        name = Path(part.name)
    try:
        _synced(name, content)
        # a temporary file is its owner's alone; what it replaces may be read by others
        name.chmod(0o644)
        name.replace(path)
    except OSError:
        name.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def replace_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Replace several files of `folder`: all or none, also over a kill or a full disk.

    The new contents are written beside the old ones; the journal that names them is the moment of
    the change: before it the old ones stand, after it `recover` can always finish.

    Parameters
    ----------
    folder : Path
        The caller holds its lock.
    contents : mapping of str to bytes
        By file name.

    Raises
    ------
    OSError
        If the new contents can't be written; then nothing has changed.
    """
    recover(folder)
    try:
        for name, content in contents.items():
            _synced(folder / f"{name}{WAITING}", content)
        replace_file(folder / JOURNAL, json.dumps(sorted(contents)).encode())
    except OSError:
        if not (folder / JOURNAL).exists():
            for name in contents:
                (folder / f"{name}{WAITING}").unlink(missing_ok=True)
        raise
    recover(folder)


def recover(folder: Path) -> None:
    """Finish a change whose journal stands; remove what one without a journal left behind."""
    journal = folder / JOURNAL
    if journal.exists():
        for name in _named(journal):
            waiting = folder / f"{name}{WAITING}"
            if waiting.exists():
                waiting.replace(folder / name)
        _sync_folder(folder)
        journal.unlink()
    for left in folder.glob(f"*{WAITING}"):
        left.unlink(missing_ok=True)


def _named(journal: Path) -> list[str]:
    try:
        return json.loads(journal.read_text(encoding="utf-8"))
    except ValueError as error:
        # it was flushed before it stood: the disk has altered it, and nothing is guessed
        zh = f"日志已损坏；旁边的 *{WAITING} 是各文件的新内容：逐个改名或删去，再删去日志"
        en = f"damaged; each *{WAITING} beside it is new content: rename or delete it, then this"
        raise OSError(errno.EIO, f"{zh} | {en}", str(journal)) from error


def dies_with_parent() -> None:
    """Let this process be killed when its parent dies (Linux); for ``preexec_fn``.

    A build that is killed must not leave a renderer behind that goes on writing.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def exchange(new: Path, target: Path) -> None:
    """Put the directory `new` in the place of `target`, and what was there in the place of `new`.

    One atomic step where the system can exchange two names (Linux, most file systems); elsewhere
    two renames, between which `target` is away for a moment (`restore` brings it back).
    """
    if not target.exists():
        new.rename(target)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    rename = getattr(libc, "renameat2", None)
    if rename is not None:
        names = (_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(target))
        if rename(*names, _RENAME_EXCHANGE) == 0:
            return
        if ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.EXDEV, errno.ENOTSUP):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(target))
    old = away(target)
    target.rename(old)
    new.rename(target)
    old.rename(new)


def away(target: Path) -> Path:
    """Return the name under which `target` waits during an exchange in two steps."""
    return target.with_name(f".{target.name}.away")


def restore(target: Path) -> None:
    """Bring back a `target` that a killed exchange in two steps left away."""
    old = away(target)
    if old.exists():
        if target.exists():
            shutil.rmtree(old)
        else:
            old.rename(target)
