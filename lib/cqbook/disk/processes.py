"""Processes that end with the one that started them."""

from __future__ import annotations

import ctypes
import signal

_PR_SET_PDEATHSIG = 1


def dies_with_parent() -> None:
    """Let this process be killed when its parent dies (Linux); for ``preexec_fn``.

    A build that is killed must not leave a renderer behind that goes on writing.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
