"""A page to execute, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat

from cqbook.data.catalog import Query
from cqbook.errors import BookError
from cqbook.execution.parameters import Value
from cqbook.figures.claims import shown


class ExecutionError(BookError):
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
    parameters: dict[str, Value] = field(default_factory=dict)
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

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The notebook, parsed once: nobody changes it."""
        # it was judged when it was made
        parsed: nbformat.NotebookNode = nbformat.v4.reads_json(self.content.decode("utf-8"))
        return parsed

    @cached_property
    def shown(self) -> bytes:
        """The notebook as it is rendered, with those of its sentences that stand."""
        return shown(self.content)
