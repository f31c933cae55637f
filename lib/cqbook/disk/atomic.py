"""Changes on disk that happen whole or not at all, also when the process is killed.

One file is replaced by a rename; several files by a journal that is rolled forward; a directory by
an exchange of two names. Locks are the kernel's, so that a killed process holds none.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cqbook.disk.regular import regular_content

JOURNAL = ".cqbook-journal.json"
#: Suffix of new contents that wait for the journal.
WAITING = ".cqbook-new"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
#: What Windows says of a file that a program has open: access denied, sharing violation, locked.
_IN_USE = (5, 32, 33)
#: Seconds to wait for one that has it open for a moment, as what looks for viruses does.
_PATIENCE = (0.1, 0.2, 0.4)
#: What Windows takes for a device, whatever its ending; and what none of its names has.
_NO_NAME = re.compile(
    r"(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?: *\..*)?|.*[<>:\"|?*\x00-\x1f].*|.*[. ]",
    re.I | re.S,
)


@contextmanager
def _descriptor(place: Path) -> Iterator[int]:
    handle = os.open(place, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def flush(place: Path) -> None:
    """Wait until a file's content, or the names in a folder, are on its disk, where that can be."""
    try:
        with _descriptor(place) as handle:
            os.fsync(handle)
    except OSError as error:
        # Windows opens no folder, and flushes no file that is open for reading
        if error.errno not in (errno.EACCES, errno.EBADF):
            raise


def _system_library() -> ctypes.CDLL | None:
    """Return the library that all processes have; Windows has none."""
    try:
        return ctypes.CDLL(None, use_errno=True)
    except (TypeError, OSError):
        return None


def _flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def settle(folder: Path) -> None:
    """Wait until all that was written to the file system of `folder` is on its disk.

    A rename may reach the disk before what was renamed: after a power cut a tree that was put in
    place without this has its files, and they are empty.
    """
    sync = getattr(os, "sync", None)
    if sync is None:
        # Windows flushes one file at a time; what a power cut took, the sums of an edition tell
        return
    syncfs = getattr(_system_library(), "syncfs", None)
    if syncfs is None:
        sync()
        return
    with _descriptor(folder) as handle:
        if syncfs(handle):
            sync()


def replace_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace one file; at every moment it has its old or its new content.

    Parameters
    ----------
    durable : bool
        Whether that holds over a power cut too. It takes a hundred times as long (12 ms on ext4): a
        cache, whose entries prove that they are whole, can do without.

    Raises
    ------
    OSError
        If it can't be: another program has it open (Windows), its name is none there, or any other
        reason of the system's.
    """
    # not by `tempfile`: where a folder may not be written, on Windows it tries names for hours
    name = path.with_name(f"tmp{secrets.token_hex(8)}{WAITING}")
    try:
        name.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        # the name that was asked for
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        if durable:
            _flushed(name, content)
        else:
            name.write_bytes(content)
        # a temporary file is its owner's alone; what it replaces may be read by others
        name.chmod(0o644)
        _put(name, path)
    except OSError:
        name.unlink(missing_ok=True)
        raise
    if durable:
        flush(path.parent)


def _put(new: Path, path: Path) -> None:
    """Rename a new file to what it replaces; say what is in the way on Windows."""
    for pause in (*_PATIENCE, None):
        try:
            new.replace(path)
        except OSError as error:
            if getattr(error, "winerror", None) in _IN_USE and os.access(path, os.W_OK):
                if pause is not None:
                    time.sleep(pause)
                    continue
                zh = "正在别的程序（如 Word）中打开；在那里关掉它，再运行"
                en = "open in another program, such as Word: close it there, run this again"
                raise OSError(errno.EBUSY, f"{zh} | {en}", str(path)) from error
            if hasattr(error, "winerror") and is_no_name(path.name):
                zh = f"“{path.name}”在 Windows 上不能作文件名；换一个名字"
                en = f"{path.name!r} is no name of a file on Windows: take another"
                raise OSError(errno.EINVAL, f"{zh} | {en}", str(path)) from error
            raise
        return


def is_no_name(name: str) -> bool:
    """Return whether Windows, or one of its versions, has no file of that name."""
    return _NO_NAME.fullmatch(name) is not None


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
            _flushed(folder / f"{name}{WAITING}", content)
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
                _put(waiting, folder / name)
        flush(folder)
        journal.unlink()
    for left in folder.glob(f"*{WAITING}"):
        left.unlink(missing_ok=True)


def _named(journal: Path) -> list[str]:
    try:
        names = json.loads(regular_content(journal).decode("utf-8"))
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            msg = "no list of names"
            raise ValueError(msg)
    except ValueError as error:
        # it was flushed before it stood: the disk has altered it, and nothing is guessed
        zh = f"日志已损坏；旁边的 *{WAITING} 是各文件的新内容：逐个改名或删去，再删去日志"
        en = f"damaged; each *{WAITING} beside it is new content: rename or delete it, then this"
        raise OSError(errno.EIO, f"{zh} | {en}", str(journal)) from error
    return names


def exchange(new: Path, target: Path) -> None:
    """Put the directory `new` in the place of `target`, and what was there in the place of `new`.

    One atomic step where the system can exchange two names (Linux, most file systems); elsewhere
    two renames, between which `target` is away for a moment (`restore` brings it back).
    """
    if not target.exists():
        new.rename(target)
        return
    rename = getattr(_system_library(), "renameat2", None)
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
