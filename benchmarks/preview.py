"""A save of a chapter: how soon a watcher shows it, as a part of ``cqbook run`` after it.

Run from the book's root after ``make book``: ``python benchmarks/preview.py [CHAPTER] [RUNS]``.
Three kinds of saves, each different every time: a sentence, the words of the last figure, the
first numbers.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
from book import copy
from harness import BIN, ROOT, command, keep, result, seconds

KINDS = ("a sentence", "words of the last figure", "the first numbers")
SLOW = "cqbook run after the same save"
#: Parts of the time of `SLOW` that a watcher may take.
TARGETS = {"a sentence": 0.25, "words of the last figure": 0.5, "the first numbers": 0.6}


def save(path: Path, kind: str, number: int) -> None:
    """Change one thing of a chapter."""
    notebook = nbformat.read(path, as_version=4)
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if kind == "a sentence":
        prose[-1].source += f"\n\n{'又' * number}一句。"
    elif kind == "words of the last figure":
        cell = [cell for cell in code if 'subtitle="' in cell.source][-1]
        cell.source = cell.source.replace('subtitle="', f'subtitle="{"新" * number}', 1)
    else:
        cell = next(cell for cell in code if "cq.open_data" in cell.source)
        cell.source += f"\n_ = {number}"
    nbformat.write(notebook, path)


def main(chapter: str, runs: int) -> None:
    """Save, wait for the watcher; save again in a copy, run there; in turn."""
    with tempfile.TemporaryDirectory() as name:
        books = [copy(Path(name) / side) for side in ("watched", "run")]
        for book in books:
            shutil.copytree(ROOT / "_build" / "cache", book / "_build" / "cache")
        paths = [book / "chapters" / f"{chapter}.ipynb" for book in books]
        words = [str(BIN / "cqbook"), "--root", str(books[0]), "preview", chapter, "--watch"]
        watcher = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )

        def shown(change: Callable[[], None] = lambda: None) -> float:
            assert watcher.stdout is not None
            start = time.perf_counter()
            change()
            for line in watcher.stdout:
                assert "no new page" not in line, line
                if "the page is new" in line:
                    return time.perf_counter() - start
            sys.exit("the watcher has ended")

        shown()
        results = []
        try:
            for kind in KINDS:
                own, base = [], []
                for number in range(1, runs + 1):
                    own.append(shown(partial(save, paths[0], kind, number)))
                    save(paths[1], kind, number)
                    base.append(
                        seconds(lambda: command(BIN / "cqbook", "--root", books[1], "run", chapter))
                    )
                title = f"shown after a save of {kind} ({chapter})"
                results.append(result(title, "preview", own, SLOW, base, TARGETS[kind]))
        finally:
            os.killpg(watcher.pid, signal.SIGINT)
            watcher.wait()
    keep(results)


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else "trade", int(sys.argv[2]) if len(sys.argv) > 2 else 3
    )
