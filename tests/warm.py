"""jupyter-book forked from the server that forks kernels: to load it takes three seconds each time.

A process of its own nevertheless, with the environment that `Renderer` gives to a new one; only the
imports are done before. What starts a whole command in a process of its own starts a new renderer.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import IO

import pytest

from cqbook.build import rendering
from cqbook.execution import executor, kernels

NEW = rendering.renderer_process
#: Paths need not be text.
ANY = "surrogateescape"


class Forked:
    """As much of `subprocess.Popen` as `Renderer` asks for."""

    def __init__(self, variables: Mapping[str, str], said: IO[bytes]) -> None:
        executor.warm()
        context = kernels.context()
        asked, asking = context.Pipe(duplex=False)
        answers, answered = context.Pipe(duplex=False)
        # a file without a name has this one
        errors = f"/proc/{os.getpid()}/fd/{said.fileno()}"
        words = (asked, answered, errors, dict(variables))
        self._process = context.Process(target=_render, args=words)
        self._process.start()
        asked.close()
        answered.close()
        self.stdin = os.fdopen(os.dup(asking.fileno()), "w", encoding="utf-8", errors=ANY)
        self.stdout = os.fdopen(os.dup(answers.fileno()), encoding="utf-8")
        asking.close()
        answers.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def communicate(self) -> None:
        self.stdin.close()
        self._process.join()
        self.stdout.close()


def _render(asked: Connection, answered: Connection, errors: str, variables: Mapping[str, str]):
    # as a process that starts here would find them
    os.environ.clear()
    os.environ.update(variables)
    os.dup2(asked.fileno(), 0)
    os.dup2(answered.fileno(), 1)
    os.dup2(os.open(errors, os.O_WRONLY | os.O_APPEND), 2)
    asked.close()
    answered.close()
    sys.stdin = os.fdopen(0, encoding="utf-8", errors=ANY, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="replace", closefd=False)
    sys.argv = [rendering.PROGRAM]
    runpy.run_module(rendering.PROGRAM, run_name="__main__")


@contextmanager
def new_renderers() -> Iterator[None]:
    """Let renderers be new processes, as they are outside of tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "renderer_process", NEW)
        yield


def renderers() -> None:
    """Let all renderers of this process be forked ones."""
    kernels.IMPORTED += (f"{rendering.PROGRAM}.__main__",)
    rendering.renderer_process = Forked
