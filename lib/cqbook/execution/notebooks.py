"""Notebooks of the book: read, normalised, written."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat

from cqbook.data.codes import nearest
from cqbook.disk.checksums import json_digest
from cqbook.disk.regular import regular_content
from cqbook.errors import DataError, library_words
from cqbook.figures.identity import PNG_MIME, SVG_MIME

INJECTED = "injected-parameters"


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


def with_outputs(
    notebook: nbformat.NotebookNode, executed: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    """Give a notebook, in place, what an execution of the same code cells gave; return it.

    The cell that papermill has injected into `executed` comes too, behind the same code cell.
    """
    done = [cell for cell in executed.cells if cell.cell_type == "code"]
    cells: list[nbformat.NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            own = done.pop(0)
            cell.outputs, cell.execution_count = own.outputs, own.execution_count
        cells.append(cell)
        if cell.cell_type == "code" and done and INJECTED in done[0].metadata.get("tags", []):
            cells.append(done.pop(0))
    notebook.cells = cells
    return notebook


def judged_digest(notebook: nbformat.NotebookNode) -> str:
    """Return the digest of what is judged of a notebook: its cells and their outputs.

    What JupyterLab, VS Code and others write when they only open and save a file is left out:
    kernel and language, ids, counts, times, the state of widgets, an empty cell at the end, what
    another environment had to say on stderr.
    """
    return json_digest(_judged(notebook))


def changed_cells(old: nbformat.NotebookNode, new: nbformat.NotebookNode) -> list[int]:
    """Return the numbers, from 1, of the cells of `new` that `old` does not have.

    What is compared is what is judged.
    """
    before = {json_digest(cell) for cell in _judged(old)}
    numbers = [n for n, cell in enumerate(new.cells, start=1) if cell.source.strip()]
    judged = zip(numbers, _judged(new), strict=True)
    return [number for number, cell in judged if json_digest(cell) not in before]


def _judged(notebook: nbformat.NotebookNode) -> list[list[object]]:
    return [
        [
            cell.cell_type,
            cell.source,
            [tag for tag in cell.metadata.get("tags", []) if tag != "remove-cell"],
            [_shown(output) for output in cell.get("outputs", []) if not _aside(output)],
        ]
        for cell in notebook.cells
        if cell.source.strip()
    ]


def _shown(output: nbformat.NotebookNode) -> dict[str, object]:
    kept = {name: output[name] for name in output if name not in ("execution_count", "metadata")}
    if "data" in kept:
        # pictures are drawn from the specification, which is judged
        drawn = (SVG_MIME, PNG_MIME)
        kept["data"] = {
            mime: _numbers(value) for mime, value in kept["data"].items() if mime not in drawn
        }
    return kept


def _numbers(value: object) -> object:
    """Return JSON as JavaScript writes it again, which knows no 12.0 beside 12."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _aside(output: nbformat.NotebookNode) -> bool:
    return output.output_type == "stream" and output.get("name") == "stderr"


def to_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """Return the one byte form of a normalised notebook."""
    text: str = nbformat.writes(notebook, version=4)
    return text.encode("utf-8").rstrip(b"\n") + b"\n"


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what an executed notebook printed to stderr (a chapter must print nothing there)."""
    return [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if _aside(output)
    ]


def notebooks(root: Path) -> dict[str, nbformat.NotebookNode]:
    """Return the committed notebooks of the book by name, sorted; not to be changed."""
    paths = sorted((root / "chapters").glob("*.ipynb"))
    return {path.stem: known_notebook(path) for path in paths}


def known_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a notebook as `read_notebook`, parsed once as long as it stays; not to be changed."""
    return _parsed(path, regular_content(path))


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a notebook of the book or of an edition; cells that came without an id have one.

    Raises
    ------
    DataError
        If it is no whole notebook.
    """
    return _parsed.__wrapped__(path, regular_content(path))


# a build asks for each of its chapters five times
@functools.lru_cache(maxsize=64)
def _parsed(path: Path, content: bytes) -> nbformat.NotebookNode:
    try:
        text = _with_ids(content.decode("utf-8"))
        notebook: nbformat.NotebookNode = nbformat.reads(text, as_version=4)
    except (
        *(ValueError, AttributeError, KeyError, TypeError, RecursionError),
        nbformat.ValidationError,
    ) as error:
        # nbformat's own errors are ValueErrors; JSON that is no notebook lacks keys
        cause = error.__cause__ or error.__context__ or error
        known = isinstance(cause, ValueError | RecursionError)
        zh, en = library_words(cause if known else error)
        msg = (
            f"笔记本 {path} 已损坏（{zh}）；恢复它（章节：git checkout；发布过的版次：备份）再运行"
            f" | the notebook {path} is damaged ({en}): restore it, run it again"
        )
        raise DataError(msg) from error
    return notebook


def _with_ids(text: str) -> str:
    """Return a notebook's JSON with ids for cells that lack one; nbformat warns, and draws lots."""
    content = json.loads(text)
    cells = content["cells"] if (content["nbformat"], content["nbformat_minor"]) >= (4, 5) else []
    without = [(number, cell) for number, cell in enumerate(cells, start=1) if "id" not in cell]
    for number, cell in without:
        cell["id"] = f"cell-{number}"
    return json.dumps(content, ensure_ascii=False) if without else text


def nearest_page(
    name: str, known: Mapping[str, nbformat.NotebookNode], others: Iterable[str] = ()
) -> str:
    """Return the page that is nearly called `name`, or whose title is it (外贸结构); or empty."""
    titles = {title: page for page, item in known.items() if (title := _title(item))}
    return titles.get(name) or nearest(name, [*known, *others])


def _title(notebook: nbformat.NotebookNode) -> str:
    """Return the heading that a notebook begins with."""
    sources = [cell.source for cell in notebook.cells[:1] if cell.cell_type == "markdown"]
    first = sources[0].lstrip().splitlines()[:1] if sources else []
    return first[0].removeprefix("# ").strip() if first else ""
