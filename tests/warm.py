"""jupyter-book, nbval's kernels and what draws, forked from the server that forks kernels of pages.

To load them takes seconds each time. Each is a process of its own nevertheless, with the
environment that it would be started with; only the imports are done before. What starts a whole
command in a process of its own has a new server; `make nbval` starts new kernels.

The server has another seed of hashes than `make book`, and kernels of nbval are another user's, in
another zone, on another day, on one processor: what the chapters commit must come out there too.
"""

from __future__ import annotations

import os
import runpy
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from cqbook.build import preview, rendering
from cqbook.disk.processes import dies_with_parent
from cqbook.execution import kernels
from cqbook.figures import drawing

#: What is imported on another day; and the home there, for as long as tests run.
ELSEWHERE = Path(__file__).resolve().parent / "elsewhere"
HOME = tempfile.TemporaryDirectory(prefix="cqbook-home-")


class ForkedKernel:
    """As much of `subprocess.Popen` as Jupyter asks of a kernel's process."""

    stdin = stdout = stderr = None

    def __init__(self, words: Sequence[str], folder: str | None, variables: Mapping[str, str]):
        kernels.warm()
        context = kernels.context()
        ready, leads = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_serve, args=(list(words), folder, dict(variables), leads)
        )
        self._process.start()
        leads.close()
        # who stops a kernel stops its group: it must have one of its own before it is asked for
        ready.recv()
        ready.close()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _serve(
    words: list[str], folder: str | None, variables: Mapping[str, str], leads: Connection
) -> None:
    dies_with_parent()
    os.setsid()
    leads.send(os.getpid())
    leads.close()
    os.environ.clear()
    os.environ.update(variables)
    _elsewhere()
    os.chdir(folder or os.curdir)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=words)


def _elsewhere() -> None:
    """Let this process, whose environment says so, be in another zone, on another day."""
    time.tzset()
    os.umask(0o077)
    # not the same one for the kernels of all workers
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[os.getpid() % len(processors)]})
    runpy.run_path(str(ELSEWHERE / "sitecustomize.py"))


def _kernel_of(command: list[str], *, cwd: str | None = None, env: Mapping[str, str], **_: object):
    # python -m ipykernel_launcher -f …
    return ForkedKernel(command[command.index("ipykernel_launcher") + 1 :], cwd, env)


def with_another_seed() -> None:
    """Let the server that forks have another seed of hashes than `make book`."""
    warm = kernels.warm

    def warmed(*given: object, **named: object) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONHASHSEED", "7")
            warm(*given, **named)

    kernels.warm = warmed


def kernels_of_nbval(elsewhere: Callable[[Path], AbstractContextManager[object]]) -> None:
    """Let nbval's kernels be forked ones in this process.

    Parameters
    ----------
    elsewhere : callable
        Changes the environment that they get.
    """
    from jupyter_client.provisioning import local_provisioner
    from nbval import kernel

    start = kernel.start_new_kernel

    def started(*given: object, **named: object):
        # only here: what asks for a fresh kernel gets one
        with elsewhere(Path(HOME.name) / "home"), pytest.MonkeyPatch.context() as patch:
            patch.setattr(local_provisioner, "launch_kernel", _kernel_of)
            return start(*given, **named)

    kernels.IMPORTED += ("ipykernel.kernelapp",)
    kernel.start_new_kernel = started


class Staying(ProcessPoolExecutor):
    """Processes that draw, for as long as this one is there."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Stay: to load the renderer takes longer than to draw."""


#: The processes that draw, once there are some.
DRAWING: list[Staying] = []


def _painters(context: BaseContext, _: int = 0) -> ProcessPoolExecutor:
    try:
        DRAWING[0].submit(int)
    except (IndexError, BrokenExecutor):
        DRAWING[:] = [Staying(os.cpu_count(), context, initializer=dies_with_parent)]
    return DRAWING[0]


def painters() -> None:
    """Let figures of all builds in this process be drawn by the same processes."""
    drawing.painters = preview.painters = _painters


def renderers() -> None:
    """Let all renderers of this process find Sphinx loaded."""
    kernels.IMPORTED += (rendering.WORKER,)
