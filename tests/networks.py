"""The test that runs inside the network made by ``networks.sh``; nothing else collects it."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from test_distributed import book, two_workers

__all__ = ["book"]


def kill_the_second() -> None:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            # dask names its processes anew, where it can: by what they do and their address
            words = process.read_bytes()
            if b"dask" in words and b"worker" in words and b"10.77.2.2" in words:
                os.kill(int(process.parent.name), signal.SIGKILL)


def test_inside(book):
    two_workers(book, "tcp://127.0.0.1:18786", kill_the_second)
