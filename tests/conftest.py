"""Shared fixtures: the repository's data, and copies of it that a test may spoil."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from cqbook.catalog import Catalog

ROOT = Path(__file__).resolve().parents[1]
#: The sources as scanned; beside the checkout where the project is worked on, absent elsewhere.
SHARED = ROOT.parent / "shared"

#: Start of a script that kills itself at the n-th call (its first argument) of what it counts.
KILLED_AT = """
import os, signal, sys
from pathlib import Path
count, step = 0, int(sys.argv.pop(1))
def counted(real):
    def call(*arguments, **named):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    return call
"""


@pytest.fixture(scope="session")
def book() -> Catalog:
    return Catalog(ROOT / "data")


class Spoiled:
    """A copy of the data package in which single cells can be changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, name: str) -> list[list[str]]:
        with (self.path / name).open(encoding="utf-8", newline="") as lines:
            return list(csv.reader(lines))

    def write(self, name: str, rows: list[list[str]]) -> None:
        with (self.path / name).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(rows)

    def set(self, name: str, row: int, column: str, value: str) -> str:
        """Set a cell (row 1 is the first below the header); return what stood there."""
        rows = self.rows(name)
        index = rows[0].index(column)
        old, rows[row][index] = rows[row][index], value
        self.write(name, rows)
        return old

    def find(self, name: str, column: str, value: str) -> int:
        """Return the number of the first row whose `column` is `value`."""
        rows = self.rows(name)
        index = rows[0].index(column)
        return next(n for n, row in enumerate(rows) if n and row[index] == value)


@pytest.fixture
def spoiled(tmp_path: Path) -> Spoiled:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return Spoiled(tmp_path / "data")
