"""How long the chapters take to execute: from nothing, unchanged, with one row changed.

Run from the book's root: ``python benchmarks/rebuild.py``. Prints seconds and ratios against the
execution from nothing measured in the same run.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
import time
from pathlib import Path

from cqbook import editions, execution
from cqbook.catalog import Catalog
from cqbook.execution import Memory, code_digest, execute_all

ROOT = Path(__file__).resolve().parents[1]


def measure(data: Path, memory: Path) -> tuple[float, int]:
    """Return seconds and how many pages were executed."""
    executed = []

    def told(page: execution.Page, result: object) -> None:
        if not getattr(result, "remembered", False):
            executed.append(page.name)

    pages = editions.wanted(ROOT, editions.pages(ROOT, Catalog(data)), data)
    start = time.perf_counter()
    store = Memory(memory, data, code_digest(ROOT))
    _, failures = execute_all(ROOT / "chapters", pages, store, told, failed=memory)
    assert not failures, failures
    return time.perf_counter() - start, len(executed)


def change_a_row(data: Path) -> None:
    path = data / "projects.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    rows[1][rows[0].index("note")] = "changed by the benchmark"
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data, memory = Path(folder) / "data", Path(folder) / "memory"
        shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("customs"))
        base, count = measure(data, memory)
        print(f"from nothing   {base:6.2f} s  {count} pages  1.00")
        again, count = measure(data, memory)
        print(f"unchanged      {again:6.2f} s  {count} pages  {again / base:.2f}")
        change_a_row(data)
        changed, count = measure(data, memory)
        print(f"one row        {changed:6.2f} s  {count} pages  {changed / base:.2f}")


if __name__ == "__main__":
    main()
