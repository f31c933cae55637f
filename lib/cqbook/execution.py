"""Execute pages with papermill, and remember what came out for as long as it still holds.

A page's result depends on its cells, its parameters, the rows that its queries returned, the
modules that ``import cqbook`` loads and the locked packages: on these, and on nothing else. A
remembered result is used again exactly when all of them are the same; the queries are asked again
to know.
"""

from __future__ import annotations

import ast
import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from cqbook import PUBLIC, kernels
from cqbook.catalog import DATA_VARIABLE, REPOSITORY, TRACE_VARIABLE, Catalog, DataError, Query
from cqbook.parameters import sound
from cqbook.sums import as_text, digest, hashes
from cqbook.unchanged import packages

INJECTED = "injected-parameters"
PACKAGE = Path(__file__).resolve().parent
#: Results kept of one page: enough to go back and forth between a few editions.
KEPT = 12


class ExecutionError(Exception):
    """A page that could not be executed; `notebook` is where its executed part was kept."""

    def __init__(self, page: str, text: str, notebook: Path | None = None) -> None:
        self.page, self.text, self.notebook = page, text, notebook
        kept = f"\n执行到出错处的笔记本 | executed so far: {notebook}" if notebook else ""
        super().__init__(f"{page}：{text}{kept}")

    def __reduce__(self) -> tuple[type, tuple[str, str, Path | None]]:
        """Let it travel between processes."""
        return type(self), (self.page, self.text, self.notebook)


@dataclass(frozen=True)
class Page:
    """One page to execute: its name, the notebook it comes from, its parameters.

    ``files``: further files that the page reads, by the environment variable that names each.
    """

    name: str
    notebook: str
    parameters: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Executed:
    """What an execution gave: the normalised notebook's bytes and the queries that it asked.

    ``agreed``: how many independent executions gave these bytes. ``remembered``: from the memory.
    """

    content: bytes
    queries: tuple[Query, ...] = ()
    agreed: int = 1
    remembered: bool = False

    @property
    def notebook(self) -> nbformat.NotebookNode:
        """The notebook, parsed."""
        return nbformat.reads(self.content.decode("utf-8"), as_version=4)


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return `notebook` without what differs from run to run: times, versions, random ids.

    papermill writes durations, paths and a random cell id; the kernel its patch version. None of
    it says anything about the result.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    for index, cell in enumerate(notebook.cells):
        for name in ("papermill", "execution", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        tags = cell.metadata.get("tags", [])
        if INJECTED in tags:
            # what a reader should not see: the parameters cell above shows the same names
            cell.metadata["tags"] = [INJECTED, "remove-cell"]
            cell["id"] = f"injected-{index}"
        elif "tags" in cell.metadata and not tags:
            cell.metadata.pop("tags")
    return notebook


def to_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """Return the one byte form of a normalised notebook."""
    return nbformat.writes(notebook, version=4).encode("utf-8").rstrip(b"\n") + b"\n"


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what an executed notebook printed to stderr (a chapter must print nothing there)."""
    return [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.get("name") == "stderr"
    ]


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
        variables |= {name: str(path.resolve()) for name, path in page.files.items()}
        arguments = (source.resolve(), page.parameters, own, variables)
        try:
            if fresh:
                content, wrong = _outcome(_in_kernel, *arguments)
            else:
                warm()
                content, wrong = kernels.call(_outcome, kernels.execute, *arguments)
        except (kernels.KernelError, RuntimeError, TimeoutError) as error:
            # a kernel that dies or does not answer
            raise ExecutionError(page.name, f"执行失败 | execution failed\n{error}") from error
        if wrong:
            raise ExecutionError(page.name, wrong, _kept(content, page, failed))
        lines = trace.read_text(encoding="utf-8").splitlines() if trace.exists() else []
    queries = dict.fromkeys(Query.from_json(line) for line in lines)
    return Executed(content, tuple(queries))


def _outcome(run: Callable[..., Any], source: Path, *rest: Any) -> tuple[bytes, str]:  # noqa: ANN401
    """Return the executed notebook as bytes, and what is wrong with it (``""``: nothing)."""
    notebook = nbformat.read(source, as_version=4)
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
    notebook: nbformat.NotebookNode, given: Mapping[str, Any], own: Path, variables: dict[str, str]
) -> tuple[nbformat.NotebookNode, str]:
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


def modules() -> list[Path]:
    """Return the files of the package that ``import cqbook`` loads, sorted.

    Found from its public names and the import statements, those inside functions too: what a
    chapter may run. The command line, the site and the taking in of data are not among them.
    """
    places = {place.partition(":")[0] for place in PUBLIC.values()}
    todo = [PACKAGE / "__init__.py", *map(_file, sorted(places))]
    found: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in found or not path.exists():
            continue
        found.add(path)
        todo += map(_file, _imported(path.read_text(encoding="utf-8")))
    return sorted(found)


@functools.cache
def _imported(text: str) -> tuple[str, ...]:
    """Return what of the package a module's text imports; a build asks several times."""
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cqbook"):
            found += [node.module, *(f"{node.module}.{item.name}" for item in node.names)]
        elif isinstance(node, ast.Import):
            found += [item.name for item in node.names if item.name.startswith("cqbook.")]
    return tuple(found)


def _file(name: str) -> Path:
    return PACKAGE.joinpath(*name.split(".")[1:]).with_suffix(".py")


def _name(path: Path) -> str:
    """Return the name of a module of the package by its file."""
    parts = ("cqbook", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def code_digest(root: Path = REPOSITORY) -> str:
    """Return one hash of all that executes a chapter: modules, lock, packages, Python."""
    lock = root / "requirements.txt"
    parts = [f"{path.relative_to(PACKAGE)} {digest(path.read_bytes())}" for path in modules()]
    parts.append(digest(lock.read_bytes()) if lock.exists() else "no lock")
    parts += [*packages(), f"Python {sys.version_info.major}.{sys.version_info.minor}"]
    return digest("\n".join(parts).encode())


def package_digest() -> str:
    """Return one hash of the whole package: what executes, draws and renders."""
    return digest(as_text(hashes(PACKAGE)).encode())


class Memory:
    """Executed pages in a folder, found again by what they depend on.

    An entry is written under another name and renamed when it is whole, and carries a hash of
    itself: a killed run leaves no entry that lies.

    Parameters
    ----------
    folder : Path
    data : Path
        The data directory that queries are asked of.
    code : str
        See `code_digest`.
    """

    def __init__(self, folder: Path, data: Path, code: str) -> None:
        self.folder, self.code = folder, code
        self.book = Catalog(data)
        self._cells: dict[Path, tuple[bytes, list[Any]]] = {}

    def key(self, source: Path, page: Page) -> str:
        """Return the hash of what is known before execution: cells, parameters, code, files."""
        files = {name: digest(path.read_bytes()) for name, path in page.files.items()}
        content = [page.name, page.parameters, self._cells_of(source), files, self.code]
        return digest(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())

    def _cells_of(self, source: Path) -> list[Any]:
        """Return what of a notebook is executed; parsed once for the many pages that it makes."""
        content = source.read_bytes()
        known = self._cells.get(source)
        if known is None or known[0] != content:
            cells = nbformat.reads(content.decode("utf-8"), as_version=4).cells
            said = [[cell.cell_type, cell.metadata.get("tags", []), cell.source] for cell in cells]
            known = self._cells[source] = (content, said)
        return known[1]

    def recall(self, source: Path, page: Page) -> Executed | None:
        """Return the remembered result that still holds, or None."""
        start = self.key(source, page)[:40]
        for path in sorted((self.folder / page.name).glob(f"{start}-*.json")):
            entry = self._read(path)
            if entry and self._holds(entry.queries):
                os.utime(path)
                return entry
        return None

    def entries(self, page: Page) -> Iterator[Executed]:
        """Yield what is remembered of a page, whether it still holds or not."""
        for path in sorted((self.folder / page.name).glob("*.json")):
            entry = self._read(path)
            if entry:
                yield entry

    def keep(self, source: Path, page: Page, executed: Executed) -> None:
        """Remember a result; forget the oldest beyond `KEPT`."""
        queries = [query.to_json() for query in executed.queries]
        content = {
            "agreed": executed.agreed,
            "notebook": executed.content.decode("utf-8"),
            "queries": queries,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        folder = self.folder / page.name
        folder.mkdir(parents=True, exist_ok=True)
        asked = digest("\n".join(queries).encode())[:24]
        path = folder / f"{self.key(source, page)[:40]}-{asked}.json"
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            part.write(f"{digest(text.encode())}\n{text}".encode())
        Path(part.name).replace(path)
        entries = sorted(folder.glob("*.json"), key=lambda item: item.stat().st_mtime)
        for old in entries[:-KEPT]:
            old.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> Executed | None:
        try:
            proof, _, text = path.read_text(encoding="utf-8").partition("\n")
        except (OSError, UnicodeDecodeError):
            return None
        if proof != digest(text.encode()):
            return None
        content = json.loads(text)
        queries = tuple(Query.from_json(line) for line in content["queries"])
        return Executed(content["notebook"].encode("utf-8"), queries, content["agreed"], True)

    def _holds(self, queries: Iterable[Query]) -> bool:
        try:
            return all(self.book.again(query) == query for query in queries)
        except DataError:
            # a table or a column that is gone: certainly another answer
            return False


Told = Callable[[Page, Executed | ExecutionError], None]
#: Executes pages and yields what came of each as it is done: chapters, pages, data, failed.
Runner = Callable[[Path, list[Page], Path, Path], Iterator[tuple[Page, Executed | ExecutionError]]]


def warm() -> None:
    """Let the fork server load what chapters import; something else can be done meanwhile."""
    kernels.start(lambda: tuple(_name(path) for path in modules()))


def here(
    chapters: Path, pages: list[Page], data: Path, failed: Path, *, at_once: int = 0
) -> Iterator[tuple[Page, Executed | ExecutionError]]:
    """Execute pages on this machine, as many `at_once` as there are processors or as is said."""
    warm()

    def one(page: Page) -> Executed | ExecutionError:
        try:
            return execute(chapters / f"{page.notebook}.ipynb", page, data=data, failed=failed)
        except ExecutionError as error:
            return error

    # the kernels are processes of their own: threads only wait for them
    with ThreadPoolExecutor(max_workers=at_once or os.cpu_count() or 2) as pool:
        runs = {pool.submit(one, page): page for page in pages}
        for run in as_completed(runs):
            yield runs[run], run.result()


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
    found: dict[str, Executed | ExecutionError] = {}

    for page in todo:
        held = memory.recall(chapters / f"{page.notebook}.ipynb", page)
        if held:
            found[page.name] = held
            told(page, held)
    rest = [page for page in todo if page.name not in found]
    for page, outcome in runner(chapters, rest, memory.book.path, failed) if rest else ():
        if isinstance(outcome, Executed):
            memory.keep(chapters / f"{page.notebook}.ipynb", page, outcome)
        found[page.name] = outcome
        told(page, outcome)
    order = [page.name for page in todo]
    results = {name: found[name] for name in order if isinstance(found[name], Executed)}
    failures = {name: found[name] for name in order if isinstance(found[name], ExecutionError)}
    return results, failures
