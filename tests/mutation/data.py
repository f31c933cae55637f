"""How many wrong cells of the data the contracts and the committed outputs catch.

Some rows of ``observations.csv`` in turn get: their value one more and one less in the last printed
digit, another scale of the unit, the other flow, the period a year before. A mutant is stopped by a
contract; or a relation that held no longer does, which `cqbook check` and `cqbook add` tell; or no
chapter shows the row, and nothing published changes; or a chapter shows it, and then an execution
must differ from the committed output, which nbval and every build compare. Of these some are
executed: all would take hours.

    python tests/mutation/data.py

Where an execution gives what is committed nothing published changed: a chapter that does not ask
for the flow, say. The exit code is 1 if that is so of a value, which is always printed.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from cqbook.build.judge import stale
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.data.plausibility import doubts
from cqbook.data.relations import INCONSISTENT, REVISION, judgements
from cqbook.errors import ContractError
from cqbook.execution.executor import execute
from cqbook.execution.page import ExecutionError, Page
from cqbook.quantities.periods import Period
from cqbook.quantities.units import SCALES, Unit

ROOT = Path(__file__).resolve().parents[2]
#: Every so many rows; a prime, so that all kinds of rows come up.
STEP = 17
#: How many of those that pass the contracts and are shown are executed.
EXECUTED = 8
FLOWS = {"export": "import", "import": "export", "total": "export"}


class Changed(Catalog):
    """A data package of which one cell is another."""

    row, column, value = 0, "", ""
    texts: dict[str, pd.DataFrame] = {}

    def text(self, name: str) -> pd.DataFrame:
        """Return the table with the one cell changed; each file is read once for all mutants."""
        if name not in self.texts:
            self.texts[name] = super().text(name)
        frame = self.texts[name].copy()
        if name == "observations":
            frame.loc[self.row, self.column] = self.value
        return frame


def mutants(row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is changed in a row: the kind of change, the column, the new text."""
    for column in ("value", "value_upper"):
        try:
            number = Decimal(row[column])
        except InvalidOperation:
            continue
        step = Decimal(1).scaleb(number.as_tuple().exponent)
        yield f"{column} + 1", column, f"{number + step:f}"
        yield f"{column} - 1", column, f"{number - step:f}"
    unit = Unit.parse(row["unit"]) if row["unit"] else None
    if unit is not None and unit.scale != 1:
        other = "10k" if unit.scale != SCALES["10k"] else "100M"
        yield "unit", "unit", f"{other} {unit.name}"
    if row["flow"] in FLOWS:
        yield "flow", "flow", FLOWS[row["flow"]]
    try:
        yield "period", "period", str(Period.parse(row["period"]).year_before())
    except ValueError:
        return


def main() -> int:
    """Try the mutants; return the exit code."""
    data = ROOT / "data"
    rows = Catalog(data).text("observations").to_dict("records")
    shown = shown_by_chapters(rows)
    known = broken(Catalog(data))
    outcome: dict[str, Counter[str]] = {}
    passed = []
    for number in range(0, len(rows), STEP):
        row = rows[number]
        for kind, column, value in mutants(row):
            verdict = "stopped by a contract"
            if not stopped(data, rows, number, column, value):
                verdict = "not shown"
                if broken(mutated(data, number, column, value)) - known:
                    verdict = "told by a relation"
                elif row["observation_id"] in shown:
                    verdict = "left to nbval"
                    passed.append((number, kind, column, value))
                print(f"  {row['observation_id']} {kind} -> {value}: {verdict}", flush=True)
            outcome.setdefault(kind, Counter())[verdict] += 1
    for kind, counts in outcome.items():
        print(f"{kind}: {dict(counts)}", flush=True)
    missed = 0
    for number, kind, column, value in passed[:: max(1, len(passed) // EXECUTED)]:
        name = rows[number]["observation_id"]
        seen = differs(data, number, column, value, shown[name])
        missed += not seen and column == "value"
        told = "seen" if seen else "nothing published changed"
        print(f"  {name} {kind} -> {value}: {told} in {shown[name]}")
    return int(bool(missed))


def mutated(data: Path, number: int, column: str, value: str) -> Changed:
    """Return the data with one cell changed."""
    book = Changed(data)
    book.row, book.column, book.value = number, column, value
    return book


def broken(book: Catalog) -> set[tuple[object, str]]:
    """Return the relations that do not hold, each with its verdict."""
    return {
        (item.relation, item.verdict)
        for item in judgements(book)
        if item.verdict in (INCONSISTENT, REVISION)
    }


def stopped(data: Path, rows: list[dict[str, str]], number: int, column: str, value: str) -> bool:
    """Return whether a contract stops a changed cell: first the one that costs least is asked."""
    book = mutated(data, number, column, value)
    names, published = (
        dict(zip(frame[key], frame[column], strict=True))
        for frame, key, column in (
            (book.text("indicators"), "indicator", "name_zh"),
            (book.text("sources"), "source_id", "published"),
        )
    )
    changed = [*rows[:number], rows[number] | {column: value}, *rows[number + 1 :]]
    if next(doubts(changed, names, published), None) is not None:
        return True
    try:
        check_package(book)
    except ContractError:
        return True
    return False


def shown_by_chapters(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the first chapter whose committed output names an observation, by observation."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        named = set(re.findall(r"[a-z0-9][a-z0-9.-]+", path.read_text(encoding="utf-8")))
        for row in rows:
            if row["observation_id"] in named:
                found.setdefault(row["observation_id"], path.stem)
    return found


def differs(data: Path, number: int, column: str, value: str, chapter: str) -> bool:
    """Return whether a chapter on the changed data gives another output than the committed one."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        shutil.copytree(data, copy, ignore=shutil.ignore_patterns("customs", ".*"))
        book = mutated(data, number, column, value)
        book.text("observations").to_csv(copy / "observations.csv", index=False)
        source = ROOT / "chapters" / f"{chapter}.ipynb"
        try:
            result = execute(source, Page(chapter, chapter), data=copy)
        except ExecutionError:
            # a chapter that fails is published by nobody
            return True
        return bool(stale(ROOT, {chapter: result}))


if __name__ == "__main__":
    sys.exit(main())
