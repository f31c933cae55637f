"""The committed outputs judge the pages; a second execution what they cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import nbformat

from cqbook.build.order import Order, Say, failed_folder
from cqbook.data.customs_store import CUSTOMS
from cqbook.disk.checksums import digest
from cqbook.errors import BookError
from cqbook.execution.executor import execute
from cqbook.execution.memory import Memory
from cqbook.execution.notebooks import judged_digest, known_notebook, read_notebook
from cqbook.execution.page import Executed, Page

#: A query that found no customs detail has the digest of nothing.
NOTHING = digest(b"")


class StaleError(BookError):
    """Committed outputs differ from what the chapters give now."""


def read_lock(root: Path) -> dict[str, str]:
    """Return the accepted hashes of the pages of ``pages.csv``, by page name."""
    lock = root / "chapters" / "pages.lock"
    if not lock.exists():
        return {}
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {name: value for value, name in (line.split("  ", 1) for line in lines if line)}


def stale(root: Path, results: Mapping[str, Executed]) -> list[str]:
    """Return the names of the pages whose result differs from what is committed."""
    lock = read_lock(root)
    names = []
    for name, result in results.items():
        path = root / "chapters" / f"{name}.ipynb"
        if path.exists():
            same = judged_digest(known_notebook(path)) == judged_digest(result.notebook)
        else:
            same = digest(result.content) == lock.get(name)
        if not same:
            names.append(name)
    return names


def _uncommitted(page: Page, result: Executed) -> bool:
    """Return whether a page rests on what no commit holds: an earlier edition, customs detail."""
    return bool(page.files) or any(
        query.table == CUSTOMS and query.digest != NOTHING for query in result.queries
    )


def accepted_output(
    root: Path, memory: Memory, page: Page, lock: Mapping[str, str]
) -> nbformat.NotebookNode | None:
    """Return the accepted output of a page: the committed notebook, or one that is remembered."""
    path = root / "chapters" / f"{page.name}.ipynb"
    if path.exists():
        return read_notebook(path)
    for entry in memory.entries(page):
        if digest(entry.content) == lock.get(page.name):
            return entry.notebook
    return None


def judge_pages(
    root: Path,
    asked: Order,
    chosen: list[Page],
    results: dict[str, Executed],
    memory: Memory,
    say: Say,
) -> None:
    """Let the committed outputs judge; and a second execution what they can't."""
    differing = set(stale(root, results))
    by_name = {page.name: page for page in chosen}
    if asked.latest:
        bad = [name for name in differing if not _uncommitted(by_name[name], results[name])]
        if bad:
            names = sorted(bad)
            msg = (
                f"这些页的输出与已提交的不同：{'、'.join(names)}。看过差异后运行 cqbook accept。"
                f" | stale committed outputs: {', '.join(names)}."
                " Review, then run `cqbook accept`."
            )
            raise StaleError(msg)
    twice = [page for page in chosen if page.name in differing and results[page.name].agreed < 2]
    for page in twice:
        source = root / "chapters" / f"{page.notebook}.ipynb"
        again = execute(source, page, data=asked.data, failed=failed_folder(root), fresh=True)
        if again.content != results[page.name].content:
            msg = (
                f"{page.name}：两次执行的输出不同，未发布"
                f" | {page.name}: two executions differ, nothing published"
            )
            raise StaleError(msg)
        agreed = replace(results[page.name], agreed=2, remembered=False)
        results[page.name] = agreed
        memory.keep(source, page, agreed)
        say(f"  再次执行，相同  {page.name}")
