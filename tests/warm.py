"""jupyter-book forked from the server that forks kernels: to load it takes three seconds each time.

A process of its own nevertheless, with the environment that `Renderer` gives to a new one; only the
imports are done before. What starts a whole command in a process of its own starts a new renderer.
"""

from __future__ import annotations

import io
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from cqbook.build import rendering
from cqbook.execution import executor, kernels

NEW = rendering.renderer_process


class Forked:
    """As much of `subprocess.Popen` as `Renderer` asks for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        executor.warm()
        self._folder = tempfile.TemporaryDirectory(prefix="cqbook-renderer-")
        receiver, self._given = kernels.context().Pipe(duplex=False)
        words = (receiver, self._folder.name, dict(variables))
        self._process = kernels.context().Process(target=_render, args=words)
        self._process.start()
        receiver.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def communicate(self, text: str = "") -> tuple[str, str]:
        if text:
            self._given.send(text)
        self._given.close()
        self._process.join()
        paths = [Path(self._folder.name) / name for name in ("out", "err")]
        told = [path.read_text("utf-8", "replace") if path.exists() else "" for path in paths]
        self._folder.cleanup()
        return told[0], told[1]


def _render(receiver: Connection, folder: str, variables: Mapping[str, str]) -> None:
    # as a process that starts here would find them
    os.environ.clear()
    os.environ.update(variables)
    for stream, name in ((1, "out"), (2, "err")):
        file = os.open(Path(folder) / name, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, stream)
    try:
        sys.stdin = io.StringIO(receiver.recv())
    except EOFError:
        return
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
