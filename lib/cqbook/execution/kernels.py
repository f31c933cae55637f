"""Kernels that begin warm: each page in a process of its own, forked from one that has imported.

Nine tenths of the time of a short notebook are the start of its kernel and its imports. A fork
server, which has executed nothing, imports once what the chapters import; every page gets a fork of
it, and in it papermill executes the cells by an engine of ours. A page sees nothing of another.
What renders is another fork of it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver, util
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cqbook.disk.processes import dies_with_parent
from cqbook.execution.fingerprint import module_name, modules

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

    from cqbook.execution.parameters import Value


Result = TypeVar("Result")
#: Name of the engine with papermill.
ENGINE = "cqbook-forked"
#: What an execution does not load, but every chapter or papermill does.
IMPORTED = ("IPython.core.interactiveshell", "altair", "duckdb", "nbformat", "papermill")
#: What stops to look for garbage meanwhile.
LOADING = "cqbook.execution.loading"
#: What reads the data that pages read, and by which variable it is told where they are.
OPENED, OPENED_VARIABLE = "cqbook.execution.opened", "CQBOOK_OPENED"
#: A page that takes longer than this (s) hangs.
PAGE_SECONDS = 300.0
#: Memory (bytes) and output (characters) that no page needs: more is a loop gone wild, and is
#: stopped before it takes the machine with it.
PAGE_MEMORY = 6 << 30
OUTPUT = 2_000_000
#: Bytes of one file that a page writes, such as what DuckDB puts aside.
FILE = 1 << 30
#: Bytes of a folder of temporary files in which a socket can be: its own name has at most 107.
SOCKET_FOLDER_BYTES = 50
_STARTED: set[int] = set()


class FloodError(Exception):
    """A page that writes without end."""


class KernelError(Exception):
    """A kernel that died or did not answer."""


def socket_folder() -> str:
    """Return the folder of temporary files, or ``/tmp`` where its name is too long for a socket."""
    folder = tempfile.gettempdir()
    return folder if len(os.fsencode(folder)) <= SOCKET_FOLDER_BYTES else "/tmp"


def warm(data: Path | None = None) -> None:
    """Start the fork server and return at once; once a process.

    It loads what chapters import and read; something else can be done meanwhile.

    Parameters
    ----------
    data : pathlib.Path, optional
        The data directory of the pages to come, read once for all of them.
    """
    if os.getpid() in _STARTED:
        return
    _STARTED.add(os.getpid())
    kept, tempfile.tempdir = tempfile.tempdir, socket_folder()
    # the folder of the server's socket, made once
    util.get_temp_dir()
    tempfile.tempdir = kept
    own = ("cqbook.execution.kernels", "cqbook.execution.compiled", OPENED)
    context().set_forkserver_preload([LOADING, *IMPORTED, *map(module_name, modules()), *own])
    # what is rendered there depends on no terminal, and comes out again in another run
    variables = {"PYTHONUTF8": "1", "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0")}
    variables[OPENED_VARIABLE] = str(data.resolve()) if data else ""
    with _environment(variables), _uninterrupted():
        forkserver.ensure_running()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: they end with who started them."""
    if threading.current_thread() is not threading.main_thread():
        # a worker of a cluster: nothing can be set there, and no keyboard is near
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, text in before.items():
            os.environ.pop(name)
            if text is not None:
                os.environ[name] = text


def context() -> ForkServerContext:
    """Return the context in which kernels are forked."""
    return multiprocessing.get_context("forkserver")


def fork(process: ForkServerProcess) -> None:
    """Start a process of `context`.

    Raises
    ------
    KernelError
        If the fork server is not there.
    """
    try:
        process.start()
    except (EOFError, ConnectionError) as error:
        msg = "不能启动内核的进程 | the process that forks kernels does not start"
        raise KernelError(msg) from error


def call(function: Callable[..., Result], *arguments: object) -> Result:
    """Return what `function` gives in a fork of its own.

    Raises
    ------
    KernelError
        If the process dies, or has not answered after `PAGE_SECONDS`.
    """
    receiver, sender = context().Pipe(duplex=False)
    process = context().Process(target=_answer, args=(sender, function, arguments), daemon=True)
    fork(process)
    sender.close()
    try:
        if not receiver.poll(PAGE_SECONDS):
            msg = f"{PAGE_SECONDS:.0f}秒没有结果 | no result within {PAGE_SECONDS:.0f} s"
            raise KernelError(msg)
        result: Result = receiver.recv()
    except EOFError:
        process.join()
        msg = f"内核中途退出（{process.exitcode}）| the kernel died ({process.exitcode})"
        raise KernelError(msg) from None
    finally:
        process.kill()
        process.join()
        receiver.close()
    return result


def _answer(
    sender: Connection, function: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    # the fork server ends when the process that started it does
    dies_with_parent()
    # what it imported stays: who looks for garbage there looks in vain, and copies all of it
    gc.freeze()
    sender.send(function(*arguments))
    sender.close()
    # no clean-up of what the fork server imported: the process is done
    os._exit(0)


def run_cells(
    notebook: NotebookNode, parameters: Mapping[str, Value], folder: Path, variables: dict[str, str]
) -> tuple[NotebookNode, str]:
    """Execute a notebook in this process; return it, and what went wrong (``""``: nothing).

    The process is of no use for anything else afterwards: for `call`.

    Parameters
    ----------
    notebook : NotebookNode
    parameters : mapping
        papermill's parameters.
    folder : pathlib.Path
        Working directory.
    variables : dict of str to str
        Environment.
    """
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    # the room of a page is limited: past it, an exception in its cell
    resource.setrlimit(resource.RLIMIT_DATA, (PAGE_MEMORY, PAGE_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
    os.chdir(folder)
    os.environ.update(variables)
    # where there is no home to write to, IPython would complain on stderr
    os.environ["IPYTHONDIR"] = str(folder)
    printed = Path(folder) / "printed.txt"
    # what writes past Python's streams would otherwise land on the console of the build
    with printed.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    executed: list[NotebookNode] = []
    papermill_engines.register(ENGINE, _engine(executed))
    # without a path papermill makes JSON of the whole notebook all the same, for nobody
    vars(papermill.execute)["write_ipynb"] = lambda *_: None
    try:
        done = papermill.execute_notebook(
            notebook,
            None,
            parameters=parameters,
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
        )
    except PapermillExecutionError as error:
        return executed[-1], str(error)
    sys.stdout.flush()
    with printed.open(encoding="utf-8", errors="replace") as file:
        rest = file.read(10_000)
    return done, f"绕过 Python 写了内容 | wrote past Python's streams:\n{rest}" if rest else ""


def _engine(executed: list[NotebookNode]) -> type:
    """Return papermill's engine, which puts what it executes into a list.

    Made this late: papermill takes long to import.
    """
    from papermill.engines import Engine

    class ForkedEngine(Engine):  # type: ignore[misc]  # papermill has no types
        """Runs the cells in IPython in this process, in order, up to the first that fails."""

        @classmethod
        def execute_managed_notebook(
            cls, manager: NotebookExecutionManager, kernel_name: str, **_: object
        ) -> None:
            executed.append(manager.nb)
            run = _shell()
            for index, cell in enumerate(manager.nb.cells):
                manager.cell_start(cell, index)
                try:
                    if cell.cell_type == "code" and not run(cell):
                        manager.cell_exception(cell, cell_index=index)
                        break
                finally:
                    manager.cell_complete(cell, cell_index=index)

    return ForkedEngine


def _shell() -> Callable[[NotebookNode], bool]:
    """Return what runs a code cell in IPython: outputs as a kernel would give them; True if well.

    Only IPython itself: no sockets, no threads, no history on disk.
    """
    from ipykernel.jsonutil import encode_images, json_clean
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from nbformat import from_dict
    from nbformat.v4 import new_output
    from traitlets import Type
    from traitlets.config import Config

    from cqbook.execution.compiled import judged_output

    outputs: list[NotebookNode] = []
    shown: dict[str, list[NotebookNode]] = {}
    count = written = 0

    def more(size: int) -> None:
        nonlocal written
        written += size
        if written > OUTPUT:
            # once: what tells of it must be written too
            written = 0
            msg = f"输出过多，超过{OUTPUT}字 | more than {OUTPUT} characters of output"
            raise FloodError(msg)

    class Stream:
        """A text stream into the outputs; what follows on the same stream is joined to it."""

        encoding, errors = "utf-8", "strict"

        def __init__(self, name: str) -> None:
            self.name = name

        def write(self, text: str) -> int:
            if not isinstance(text, str):
                msg = f"write() argument must be str, not {type(text)}"
                raise TypeError(msg)
            more(len(text))
            last = outputs[-1] if outputs else None
            if last is not None and last.output_type == "stream" and last.name == self.name:
                last.text += text
            elif text:
                outputs.append(new_output("stream", name=self.name, text=text))
            return len(text)

        def writelines(self, lines: list[str]) -> None:
            for line in lines:
                self.write(line)

        def flush(self) -> None:
            """Nothing waits."""

        def isatty(self) -> bool:
            return False

    class Publisher(DisplayPublisher):
        def publish(
            self,
            data: dict[str, Any],
            metadata: dict[str, Any] | None = None,
            source: object = None,
            *,
            transient: dict[str, Any] | None = None,
            update: bool = False,
            **_: object,
        ) -> None:
            content = {"data": json_clean(encode_images(data)), "metadata": metadata or {}}
            more(sum(len(str(item)) for item in data.values()))
            key = (transient or {}).get("display_id", "")
            if update:
                for output in shown.get(key, []):
                    output.update(content)
                return
            made: NotebookNode = from_dict(
                judged_output({"output_type": "display_data", **content})
            )
            outputs.append(made)
            if key:
                shown.setdefault(key, []).append(made)

        def clear_output(self, wait: bool = False) -> None:
            outputs.clear()

    class Hook(DisplayHook):
        def write_output_prompt(self) -> None:
            """No prompt: the count is part of the output."""

        def write_format_data(
            self, data: dict[str, Any], md_dict: dict[str, Any] | None = None
        ) -> None:
            content = {"data": json_clean(encode_images(data)), "metadata": md_dict or {}}
            content |= {"output_type": "execute_result", "execution_count": count}
            outputs.append(from_dict(judged_output(content)))

        def finish_displayhook(self) -> None:
            """No line break on the console."""

    class Shell(InteractiveShell):
        display_pub_class = Type(Publisher)
        displayhook_class = Type(Hook)

        def _showtraceback(self, etype: type, evalue: Exception, stb: list[str]) -> None:
            outputs.append(
                new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)
            )

    settings = Config()
    settings.HistoryManager.enabled = False
    shell: InteractiveShell = Shell.instance(config=settings)
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")

    def run(cell: NotebookNode) -> bool:
        # IPython counts on before it shows a result
        nonlocal count
        count = shell.execution_count
        result = shell.run_cell(cell.source, store_history=True)
        cell.execution_count = count
        cell.outputs = list(outputs)
        outputs.clear()
        well: bool = result.success
        return well

    return run
