"""Python as it is on Windows, as far as Linux can: imported at its start from PYTHONPATH.

What only other systems have is gone from the standard library, and what Windows refuses is refused
as it does it: a folder that is opened, a file replaced or removed while somebody has it open, names
of devices, names with ``?`` or a dot at their end, links. Texts without an encoding are in that of
Chinese Windows. `sys.platform` and `os.name` stay: libraries would ask for what is not here, and
ours ask what there is (`test_nothing_asks_for_the_system`).
"""

import asyncio
import builtins
import ctypes
import errno
import io
import logging
import multiprocessing
import multiprocessing.context
import multiprocessing.util
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types

from filelock import _unix

#: They were loaded before what they take from the system goes.
LOADED = (asyncio, logging, multiprocessing.util, random, tempfile)
# it has locks of its own for Windows
_unix.os = types.SimpleNamespace(**vars(os))
DENIED, IN_USE, NO_NAME, NO_RIGHT = 5, 32, 123, 1314
NAMES = re.compile(
    r'(con|prn|aux|nul|com\d|lpt\d)( *\..*)?|.*[<>:"|?*\x00-\x1f].*|.*[. ]', re.I | re.S
)
_scandir, _readlink, _isdir = os.scandir, os.readlink, os.path.isdir
_real = {name: getattr(os, name) for name in ("open", "fsync", "replace", "rename", "remove")}
_real_open, _real_mkdir = io.open, os.mkdir


def refused(kind, number, code, *paths):
    error = kind(number, os.strerror(number), *map(os.fspath, paths[:1]))
    error.winerror = code
    return error


def is_open(path):
    whole = os.path.realpath(path)
    handles = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    for handle in handles:
        try:
            if _readlink(handle) == whole:
                return True
        except OSError:
            pass
    return False


def checked(path):
    if isinstance(path, (str, bytes, os.PathLike)):
        name = os.path.basename(os.fsdecode(path))
        if NAMES.fullmatch(name) and name not in (".", ".."):
            raise refused(OSError, errno.EINVAL, NO_NAME, path)


def low_open(path, flags, *rest, **named):
    checked(path)
    if _isdir(path):
        # by the C library, which knows no numbers of Windows
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
    return _real["open"](path, flags, *rest, **named)


def high_open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, **named):
    checked(file)
    if "b" not in mode:
        encoding = "gbk" if encoding in (None, "locale") else encoding
        newline = "\r\n" if newline is None and "r" not in mode else newline
    return _real_open(file, mode, buffering, encoding, errors, newline, **named)


def fsync(handle):
    with _real_open(f"/proc/self/fdinfo/{handle}") as facts:
        flags = int(re.search(r"flags:\s*(\d+)", facts.read())[1], 8)
    if not flags & (os.O_WRONLY | os.O_RDWR):
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    _real["fsync"](handle)


def replace(source, target, **named):
    checked(target)
    if is_open(source):
        raise refused(PermissionError, errno.EACCES, IN_USE, source)
    if os.path.exists(target) and (is_open(target) or not os.stat(target).st_mode & 0o200):
        raise refused(PermissionError, errno.EACCES, DENIED, source)
    _real["replace"](source, target, **named)


def rename(source, target, **named):
    checked(target)
    if os.path.exists(target):
        raise refused(FileExistsError, errno.EEXIST, 183, source)
    replace(source, target, **named)


def remove(path, **named):
    if is_open(path):
        raise refused(PermissionError, errno.EACCES, IN_USE, path)
    _real["remove"](path, **named)


def mkdir(path, *rest, **named):
    checked(path)
    _real_mkdir(path, *rest, **named)


def symlink(source, target, *rest, **named):
    raise refused(OSError, errno.EINVAL, NO_RIGHT, source)


class Library(ctypes.CDLL):
    def __init__(self, name, *rest, **named):
        if name is None:
            msg = "argument of type 'NoneType' is not iterable"
            raise TypeError(msg)
        super().__init__(name, *rest, **named)


class Process(subprocess.Popen):
    def __init__(self, *words, **named):
        if named.get("preexec_fn"):
            msg = "preexec_fn is not supported on Windows platforms"
            raise ValueError(msg)
        super().__init__(*words, **named)


def context(self, method=None):
    if method not in (None, "spawn"):
        msg = f"cannot find context for {method!r}"
        raise ValueError(msg)
    return multiprocessing.context.DefaultContext.get_context(self, "spawn")


os.open, os.fsync, os.mkdir, os.symlink = low_open, fsync, mkdir, symlink
os.replace, os.rename, os.remove, os.unlink = replace, rename, remove, remove
io.open = builtins.open = high_open
ctypes.CDLL, subprocess.Popen = Library, Process
multiprocessing.get_context = context.__get__(multiprocessing.context._default_context)
# one without a name is not there
tempfile.TemporaryFile = tempfile.NamedTemporaryFile
# of folders Windows has no handles
shutil._use_fd_functions = shutil._USE_CP_SENDFILE = False
os.supports_dir_fd.clear()

for _name in (
    *("O_CLOEXEC", "O_DIRECT", "O_DIRECTORY", "O_NOATIME", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK"),
    *("O_SYNC", "O_DSYNC", "chown", "chroot", "confstr", "ctermid", "eventfd", "fchdir", "fchmod"),
    *("fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups", "getloadavg"),
    *("getpgid", "getpgrp", "getpriority", "getresgid", "getresuid", "getsid", "getuid"),
    *("initgroups", "killpg", "lchown", "lockf", "major", "minor", "mkfifo", "mknod", "nice"),
    *("openpty", "pathconf", "pidfd_open", "posix_fadvise", "posix_fallocate", "posix_spawn"),
    *("pread", "pwrite", "readv", "register_at_fork", "sched_getaffinity", "sched_setaffinity"),
    *("sched_yield", "sendfile", "setegid", "seteuid", "setgid", "setgroups", "setpgid"),
    *("setpriority", "setsid", "setuid", "splice", "statvfs", "sync", "sysconf", "tcgetpgrp"),
    *("truncate", "ttyname", "wait", "wait3", "wait4", "waitid", "writev"),
):
    if hasattr(os, _name):
        delattr(os, _name)
for _name in ("tzset", "clock_settime", "pthread_getcpuclockid"):
    if hasattr(time, _name):
        delattr(time, _name)
for _name in [name for name in dir(signal) if name.startswith(("SIG", "ITIMER_"))]:
    if _name not in (
        *("SIGABRT", "SIGBREAK", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM"),
        *("SIG_DFL", "SIG_IGN"),
    ):
        delattr(signal, _name)
for _name in ("alarm", "getitimer", "pause", "pthread_kill", "pthread_sigmask", "setitimer"):
    delattr(signal, _name)
for _name in ("crypt", "curses", "fcntl", "grp", "nis", "pty", "pwd", "readline"):
    sys.modules[_name] = None
for _name in ("resource", "spwd", "syslog", "termios", "tty"):
    sys.modules[_name] = None
