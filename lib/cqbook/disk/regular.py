"""Files that somebody names, opened only if they are files: no pipe, no device, nothing that waits.

Opening a pipe waits for who writes into it, some entries of the system wait for what happens, and a
device never ends. A link to a regular file is one.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

#: Not all systems have all of these.
_AT_ONCE = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _AT_ONCE |= getattr(os, _name, 0)


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading; never wait for it.

    Raises
    ------
    OSError
        If there is none, or it is something else.
    """
    try:
        handle = os.open(path, _AT_ONCE)
    except PermissionError:
        # so says Windows of a folder
        if path.is_dir():
            raise _no_file(path) from None
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _no_file(path)
    return os.fdopen(handle, "rb")


def _no_file(path: Path) -> OSError:
    msg = "不是普通文件（是文件夹、管道、设备等） | no regular file: a folder, pipe, device …"
    return OSError(errno.EINVAL, msg, str(path))


def hard_linked(path: Path, other: Path) -> bool:
    """Give a file a second name; return whether it has it: not all file systems have such names."""
    try:
        os.link(path, other)
    except OSError:
        return False
    return True


def regular_content(path: Path, most: int | None = None) -> bytes:
    """Return the content of a regular file, or the first ``most + 1`` bytes of a larger one.

    Raises
    ------
    OSError
        If there is none, it is something else, or it is changed while it is read.
    """
    with open_regular(path) as handle:
        before = os.fstat(handle.fileno())
        # nothing, where there would be something to wait for
        content = handle.read(-1 if most is None else most + 1) or b""
        after = os.fstat(handle.fileno())
    if content and not before.st_size:
        # what the system makes up while it is read (/proc) has no size
        raise _no_file(path)
    size = before.st_size if most is None else min(before.st_size, most + 1)
    if len(content) != size or before.st_mtime_ns != after.st_mtime_ns:
        raise _changing(path)
    return content


def _changing(path: Path) -> OSError:
    msg = "读的时候文件正在改变；等它写完再运行 | it changes while it is read: run this again later"
    return OSError(errno.EBUSY, msg, str(path))
