"""A chapter's page as it would be published, while the chapter is written.

All that costs time stays from one showing to the next: kernels, Sphinx, what draws pictures, what
the cells gave. What a writer of a chapter does wrong is told, and the page is shown all the same;
`cqbook accept` and `cqbook build` are those that refuse.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import nbformat

from cqbook.build import configuration
from cqbook.build.alone import render_alone
from cqbook.build.chapter_lint import glue_faults, notebook_faults, shows_a_preview
from cqbook.build.claims import check_claims
from cqbook.build.order import Say, failed_folder, page_memory
from cqbook.build.rendering import Renderer
from cqbook.disk.atomic import exchange
from cqbook.disk.locks import scratch
from cqbook.errors import ChapterError, Fault, visible
from cqbook.execution import kernels
from cqbook.execution.executor import execute_all
from cqbook.execution.memory import Memory
from cqbook.execution.notebooks import INJECTED, read_notebook, to_bytes
from cqbook.execution.page import Executed, ExecutionError, Page
from cqbook.execution.parameters import Value, checked, read_parameters
from cqbook.figures.claims import StatedClaim, said_of
from cqbook.figures.drawing import painters, ready

#: The line of a cell that failed, in IPython's traceback.
_FAILED_LINE = re.compile(r"-+> (\d+) ")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Preview:
    """What was shown: the page's file, its claims, and what breaks the rules for chapters."""

    page: Path
    said: tuple[StatedClaim, ...]
    faults: tuple[Fault, ...]

    @property
    def lines(self) -> list[str]:
        """What of it an author should know: claims that do not hold, and faults."""
        bad = [f"论断 | claim　{item.line}" for item in self.said if not item.claim.holds]
        return [*bad, *map(str, self.faults)]


class Previewer:
    """Shows a chapter as often as is asked; to be used in a ``with`` statement.

    Parameters
    ----------
    root : Path
        The book.
    chapter : str
        Name of its notebook.
    given : mapping
        Parameters by name.
    data : Path, optional
        Another data directory.
    """

    def __init__(
        self, root: Path, chapter: str, given: Mapping[str, Any], data: Path | None = None
    ) -> None:
        self.root, self.chapter, self.given = root, chapter, given
        self.source = root / "chapters" / f"{chapter}.ipynb"
        self.data = data or root / "data"
        self.target = root / "_build" / "preview" / chapter
        self.count = 0
        self._kept = ExitStack()
        self._memory: tuple[dict[Path, Stamp], Memory] | None = None

    def __enter__(self) -> Self:
        """Start all that takes time to load."""
        configuration.settings(self.root)
        work = self.root / "_build"
        self.own = self._kept.enter_context(scratch(work / "run"))
        kernels.warm(self.data)
        self.renderer = self._kept.enter_context(Renderer(work / "cache"))
        self.painters = self._kept.enter_context(painters(kernels.context()))
        for _ in range(os.cpu_count() or 1):
            self.painters.submit(ready)
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self.painters.shutdown(wait=False, cancel_futures=True)
        self._kept.close()

    def check(self) -> None:
        """Refuse parameters that the chapter does not have, before all that takes time to load.

        Raises
        ------
        ParameterError
        """
        self._typed(read_notebook(self.source))

    def _typed(self, notebook: nbformat.NotebookNode) -> dict[str, Value]:
        return checked(self.chapter, read_parameters(notebook), self.given, self.memory().book)

    def memory(self) -> Memory:
        """Return what is remembered of executed pages; tables are read again when they change."""
        now = stamps(self.data)
        if self._memory is None or self._memory[0] != now:
            self._memory = now, page_memory(self.root, self.data)
        return self._memory[1]

    def show(self, say: Say) -> Preview:
        """Execute the chapter as it is on disk and render its page.

        Raises
        ------
        ExecutionError
            With the number of the cell that fails, and what it says.
        DataError, BuildError
            If there is nothing to show: no notebook, no such parameter, a block of a claim that no
            cell makes.
        """
        notebook = read_notebook(self.source)
        page = Page(self.chapter, self.chapter, self._typed(notebook))
        memory = self.memory()
        result = self._executed(page, memory)
        executed = result.notebook
        faults = [*self._faults(notebook), *glue_faults(self.chapter, executed)]
        try:
            check_claims({self.chapter: executed})
        except ChapterError as error:
            # with them, the other faults would be lost
            raise ChapterError([*error.faults, *faults]) from None
        self.count += 1
        own = self.own / str(self.count)
        own.mkdir()
        site = render_alone(
            self.root,
            [page],
            {self.chapter: without_previews(result)},
            memory.book,
            own,
            say,
            self.renderer,
            self.painters,
            files=False,
        )
        self.target.parent.mkdir(parents=True, exist_ok=True)
        # what a power cut takes is made again: nothing waits for the disk
        exchange(site, self.target)
        shutil.rmtree(own, ignore_errors=True)
        shown = self.target / "chapters" / f"{self.chapter}.html"
        return Preview(shown, tuple(said_of(self.chapter, executed)), tuple(faults))

    def _executed(self, page: Page, memory: Memory) -> Executed:
        results, failures = execute_all(
            self.root / "chapters", [page], memory, lambda *_: None, failed=failed_folder(self.root)
        )
        if page.name in failures:
            raise failure_in_words(failures[page.name])
        return results[page.name]

    def _faults(self, notebook: nbformat.NotebookNode) -> Iterator[Fault]:
        shown = {n for n, cell in enumerate(notebook.cells, 1) if shows_a_preview(cell)}
        for fault in notebook_faults(f"chapters/{self.source.name}", notebook):
            if fault.place not in {f"cell {number}" for number in shown}:
                # what shows the page is there while it is written
                yield fault


#: Time of change, size and number of a file: another editor's save changes one of them.
Stamp = tuple[int, int, int]


def stamps(*places: Path) -> dict[Path, Stamp]:
    """Return what tells a change of the files at and below `places`."""
    found: dict[Path, Stamp] = {}
    for place in places:
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in inside:
            try:
                facts = path.stat()
            except FileNotFoundError:
                # between two steps of an editor
                continue
            hidden = path.name[0] == "." or path.parent.name == "__pycache__"
            if path.is_file() and not hidden:
                found[path] = facts.st_mtime_ns, facts.st_size, facts.st_ino
    return found


def without_previews(executed: Executed) -> Executed:
    """Return a result without the cells that show a preview: the page as it would be published."""
    notebook = nbformat.from_dict(executed.notebook)
    # one that gives something else too stays
    kept = [cell for cell in notebook.cells if not shows_a_preview(cell) or cell.outputs]
    if len(kept) == len(notebook.cells):
        return executed
    notebook.cells = kept
    return replace(executed, content=to_bytes(notebook))


def failure_in_words(error: ExecutionError) -> ExecutionError:
    """Return the failure of a page with cell, line and message, without the traceback."""
    if error.notebook is None:
        return error
    cells = [
        cell
        for cell in read_notebook(error.notebook).cells
        if INJECTED not in cell.metadata.get("tags", [])
        # papermill's own note of where it stopped
        and "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                line = _FAILED_LINE.search(_COLOURS.sub("", "\n".join(output.traceback)))
                zh, en = (f"第{line[1]}行", f", line {line[1]}") if line else ("", "")
                said = visible(f"{output.ename}: {output.evalue}")
                words = f"第{number}个单元{zh}出错：{said} | cell {number}{en} failed: {said}"
                return ExecutionError(error.page, words, error.notebook)
    return error
