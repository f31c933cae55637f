"""Execute pages with papermill, and remember what came out for as long as it still holds.

A page's result depends on its cells, its parameters, the rows that its queries returned, the
modules that ``import cqbook`` loads and the locked packages: on these, and on nothing else. A
remembered result is used again exactly when all of them are the same; the queries are asked again
to know.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from cqbook.data.catalog import DATA_VARIABLE, TRACE_VARIABLE, Query
from cqbook.execution import kernels
from cqbook.execution.memory import Memory
from cqbook.execution.notebooks import complaints, normalise, read_notebook, to_bytes
from cqbook.execution.page import Executed, ExecutionError, Page
from cqbook.execution.parameters import Value, sound
from cqbook.figures.identity import LATER_VARIABLE

#: Executes the cells of a notebook, and says what went wrong.
_Way = Callable[..., tuple[NotebookNode, str]]


def execute(
    source: Path, page: Page, *, data: Path, failed: Path | None = None, fresh: bool = False
) -> Executed:
    """Execute `page` of the notebook at `source` with papermill.

    Parameters
    ----------
    source : Path
        The notebook; its outputs are ignored.
    page : Page
    data : Path
        The data directory that ``data_dir=""`` means to the chapter. It is passed by the
        environment of the kernel, so that no path of this machine stands in the notebook.
    failed : Path, optional
        Folder in which the executed part of a page that fails is kept.
    fresh : bool
        In a Jupyter kernel that is started for it and shares nothing with other executions, not
        even the order of sets; about ten times slower than a fork.

    Raises
    ------
    ExecutionError
        If a cell fails or writes to stderr.
    ParameterError
        See `parameters.sound`.
    """
    sound(page.parameters)
    place = kernels.socket_folder() if fresh else None
    with tempfile.TemporaryDirectory(prefix="cqbook-", dir=place) as folder:
        # a folder of this kernel's own: its working directory, its sockets (nobody else can
        # listen, two kernels that start together don't take the same names, a socket's name stays
        # below 107 bytes), and the trace of its queries
        own = Path(folder)
        trace = own / "trace.jsonl"
        variables = {DATA_VARIABLE: str(data.resolve()), TRACE_VARIABLE: str(trace)}
        variables[LATER_VARIABLE] = "1"
        variables |= {name: str(path.resolve()) for name, path in page.files.items()}
        arguments = (source.resolve(), page.parameters, own, variables)
        try:
            if fresh:
                content, wrong = _outcome(_in_kernel, *arguments)
            else:
                kernels.warm(data)
                content, wrong = kernels.call(_outcome, kernels.run_cells, *arguments)
        except (kernels.KernelError, RuntimeError, TimeoutError) as error:
            # a kernel that dies or does not answer
            raise ExecutionError(page.name, f"执行失败 | execution failed\n{error}") from error
        if wrong:
            raise ExecutionError(page.name, wrong, _kept(content, page, failed))
        lines = trace.read_text(encoding="utf-8").splitlines() if trace.exists() else []
    queries = dict.fromkeys(Query.from_json(line) for line in lines)
    return Executed(content, tuple(queries))


def _outcome(run: _Way, source: Path, *rest: object) -> tuple[bytes, str]:
    """Return the executed notebook as bytes, and what is wrong with it (``""``: nothing)."""
    notebook = read_notebook(source)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    done, wrong = run(notebook, *rest)
    if wrong:
        wrong = f"执行失败 | execution failed\n{wrong}"
    elif printed := complaints(done):
        wrong = f"向标准错误输出写了内容 | wrote to stderr:\n{''.join(printed)}"
    return to_bytes(done if wrong else normalise(done)), wrong


def _in_kernel(
    notebook: NotebookNode, given: Mapping[str, Value], own: Path, variables: dict[str, str]
) -> tuple[NotebookNode, str]:
    """Execute as `kernels.execute` does, but in a Jupyter kernel of its own."""
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    result = own / "result.ipynb"
    # papermill puts the parameters into the path too, by str.format
    place = str(result).replace("{", "{{").replace("}", "}}")
    # not papermill's cwd: that changes the directory of this whole process, of all threads
    start = f"import os; os.chdir({str(own)!r}); os.environ.update({variables!r}); del os"
    try:
        done = papermill.execute_notebook(
            notebook,
            place,
            parameters=given,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            start_timeout=120,
            execution_timeout=300,
            config=Config({"KernelManager": {"transport": "ipc", "ip": f"{own}/k"}}),
            extra_arguments=[
                # being told to stop is no error worth a line on the console
                "--log-level=CRITICAL",
                f"--IPKernelApp.exec_lines={start}",
            ],
        )
    except PapermillExecutionError as error:
        return nbformat.read(result, as_version=4), str(error)
    return done, ""


def _kept(content: bytes, page: Page, failed: Path | None) -> Path | None:
    if failed is None:
        return None
    failed.mkdir(parents=True, exist_ok=True)
    path = failed / f"{page.name}.ipynb"
    path.write_bytes(content)
    return path


#: What came of a page.
Outcome = Executed | ExecutionError
Told = Callable[[Page, Outcome], None]
#: Executes pages and yields what came of each as it is done: chapters, pages, data, failed.
Runner = Callable[[Path, list[Page], Path, Path], Iterator[tuple[Page, Outcome]]]


def here(
    chapters: Path, pages: list[Page], data: Path, failed: Path, *, at_once: int = 0
) -> Iterator[tuple[Page, Outcome]]:
    """Execute pages on this machine, as many `at_once` as there are processors or as is said.

    It is begun at once, and goes on while the caller does something else.
    """
    kernels.warm(data)

    def one(page: Page) -> Outcome:
        try:
            return execute(chapters / f"{page.notebook}.ipynb", page, data=data, failed=failed)
        except ExecutionError as error:
            return error

    # the kernels are processes of their own: threads only wait for them
    pool = ThreadPoolExecutor(max_workers=at_once or os.cpu_count() or 2)
    runs = {pool.submit(one, page): page for page in pages}
    pool.shutdown(wait=False)
    return ((runs[run], run.result()) for run in as_completed(runs))


def execute_all(
    chapters: Path,
    wanted: Iterable[Page],
    memory: Memory,
    told: Told,
    *,
    failed: Path,
    runner: Runner = here,
) -> tuple[dict[str, Executed], dict[str, ExecutionError]]:
    """Execute pages; a failing one stops no other, and what is done is remembered at once.

    Parameters
    ----------
    chapters : Path
        Folder of the notebooks.
    wanted : iterable of Page
    memory : Memory
        Where results that still hold are taken from, and new ones go.
    told : callable
        Told of each page as it is done.
    failed : Path
        See `execute`.
    runner : callable
        Where pages are executed.

    Returns
    -------
    results : dict of str to Executed
        By page, in the order of `wanted`.
    failures : dict of str to ExecutionError
    """
    todo = list(wanted)
    found: dict[str, Outcome] = {}

    for page in todo:
        held = memory.recall(chapters / f"{page.notebook}.ipynb", page)
        if held:
            found[page.name] = held
    rest = [page for page in todo if page.name not in found]
    data = memory.book.digests() if rest else {}
    outcomes = runner(chapters, rest, memory.book.path, failed) if rest else ()
    for page in todo:
        if page.name in found:
            told(page, found[page.name])
    for page, outcome in outcomes:
        if isinstance(outcome, Executed):
            memory.keep(chapters / f"{page.notebook}.ipynb", page, outcome, data)
        found[page.name] = outcome
        told(page, outcome)
    results: dict[str, Executed] = {}
    failures: dict[str, ExecutionError] = {}
    for page in todo:
        outcome = found[page.name]
        if isinstance(outcome, Executed):
            results[page.name] = outcome
        else:
            failures[page.name] = outcome
    return results, failures
