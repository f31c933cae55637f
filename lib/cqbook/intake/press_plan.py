"""Figures of the press beside those that the book has: new, the same, corrected, another value."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from cqbook.data.catalog import DESCRIPTOR, Catalog
from cqbook.data.contracts import check_package
from cqbook.data.customs_store import CUSTOMS
from cqbook.data.rows import rows_of
from cqbook.data.selection import keys_of
from cqbook.errors import Breach, ContractError, DataError
from cqbook.intake.press import Press
from cqbook.intake.press_cells import OBSERVATIONS_TABLE, SOURCES_TABLE, CellBreach
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import Quantity, quantity_of
from cqbook.quantities.units import Unit, convert

#: A row of ``observations`` as text.
ObservationRow = dict[str, str]
_VALUE = ("value", "value_upper", "unit", "qualifier", "status")


class Pair(NamedTuple):
    """A row that the book has, and a new one for the same thing with another value."""

    old: ObservationRow
    new: ObservationRow


class Origin(NamedTuple):
    """Where a new row was typed: file, the first cell of its row, and the sheet if it is told."""

    file: str
    address: str
    sheet: str = ""


@dataclass(frozen=True)
class Figures:
    """What taking the press figures in would do.

    ``rows``: to be added to ``observations``, ``sources``: to ``sources``. ``same``: how many the
    book has already. ``revised``: rows superseded by new ones; ``beside``: rows that the book has
    with another value and keeps. ``origins``: of each new row, ``sources_from``: of each source.
    """

    rows: pd.DataFrame
    sources: pd.DataFrame
    same: int
    revised: tuple[Pair, ...]
    beside: tuple[Pair, ...]
    origins: tuple[Origin, ...]
    sources_from: tuple[Origin, ...]


def _alike(one: ObservationRow, other: ObservationRow) -> bool:
    return all(one[column] == other[column] for column in _VALUE)


def _compatible(one: ObservationRow, other: ObservationRow) -> bool:
    """Return whether two prints of a thing can both be true."""
    first, second = (
        quantity_of(row | {"value_text": row["value"], "value_upper_text": row["value_upper"]})
        for row in (one, other)
    )
    return _printed(first).overlaps(_printed(second.to(str(first.unit))))


def _equal(one: ObservationRow, other: ObservationRow) -> bool:
    """Return whether two prints are one number by one basis, in whatever scale."""
    if (one["basis"], one["qualifier"]) != (other["basis"], other["qualifier"]):
        return False
    first, second = (Unit.parse(row["unit"]) for row in (one, other))
    if first.name != second.name or not (one["value"] and other["value"]):
        return False
    return convert(Decimal(one["value"]), first, second) == Decimal(other["value"])


def _in_series(
    book: Catalog, presses: Iterable[Press], own: set[str]
) -> dict[tuple[str, ...], list[ObservationRow]]:
    """Return what the long series hold of the things that were read, by key."""
    asked = {
        column: sorted({text for read in presses for text in read.observations[column]})
        for column in ("indicator", "entity", "period")
    }
    frame = book.observations(**asked)
    frame = frame[~frame["observation_id"].isin(own)]
    if frame.empty:
        return {}
    # as it is printed, not as it is calculated with
    texts = frame.assign(value=frame["value_text"], value_upper=frame["value_upper_text"])
    found: dict[tuple[str, ...], list[ObservationRow]] = {}
    for key, row in zip(keys_of(texts), rows_of(texts), strict=True):
        found.setdefault(key, []).append(row)
    return found


def _printed(quantity: Quantity) -> Interval:
    # what is printed leaves some interval open: `quantity_of` refuses a row without a number
    assert quantity.interval is not None
    return quantity.interval


def plan_figures(book: Catalog, presses: Iterable[Press], edition: str) -> Figures:
    """Return what taking in what was read would do to the figures that the book has.

    Raises
    ------
    ContractError
        If two rows that are read have one thing of one source with two values.
    """
    presses = list(presses)
    known = book.text(OBSERVATIONS_TABLE)
    records = rows_of(known)
    series = _in_series(book, presses, set(known["observation_id"].tolist()))
    superseded = set(known["supersedes"].tolist())
    by_id = {row["observation_id"]: row for row in records}
    in_series = {row["observation_id"]: row for held in series.values() for row in held}
    by_key: dict[tuple[str, ...], list[ObservationRow]] = {}
    for key, row in zip(keys_of(known), records, strict=True):
        if row["observation_id"] not in superseded:
            by_key.setdefault(key, []).append(row)
    rows: list[ObservationRow] = []
    revised: list[Pair] = []
    beside: list[Pair] = []
    origins: list[Origin] = []
    sources = []
    same = 0
    taken = set(by_id)
    twice: list[Breach] = []
    typed_at: dict[str, Origin] = {}
    for read in presses:
        sources.append(read.sources)
        typed = zip(
            keys_of(read.observations), rows_of(read.observations), read.addresses, strict=True
        )
        for key, row, address in typed:
            row["edition_added"] = edition
            old = by_id.get(row["supersedes"]) or in_series.get(row["supersedes"])
            old = old or by_id.get(row["observation_id"])
            held = by_key.setdefault(key, [])
            if old is None:
                if any(_equal(item, row) for item in series.get(key, ())):
                    same += 1
                    continue
                # another basis is another count, of which a source can print both
                own = [
                    item
                    for item in held
                    if (item["source_id"], item["basis"]) == (row["source_id"], row["basis"])
                ]
                if any(_alike(item, row) for item in own):
                    same += 1
                    continue
                # 超8000亿元 beside 8158.4亿元 is the same figure printed twice, no correction
                old = next((item for item in own if not _compatible(item, row)), None)
            if old is not None and _alike(old, row):
                same += 1
                continue
            before = typed_at.get(old["observation_id"]) if old is not None else None
            if old is not None and before and row["supersedes"] != old["observation_id"]:
                twice.append(_typed_twice(old, before, row, Origin(read.name, address)))
                continue
            if old is not None:
                row["supersedes"] = old["observation_id"]
                revised.append(Pair(old, row))
            else:
                others = [item for item in held if not _alike(item, row)]
                beside += [Pair(item, row) for item in others[:1]]
            row["observation_id"] = _free(row["observation_id"], row["source_id"], taken)
            taken.add(row["observation_id"])
            by_id[row["observation_id"]] = row
            by_key[key] = [item for item in held if item is not old] + [row]
            rows.append(row)
            origins.append(Origin(read.name, address))
            typed_at[row["observation_id"]] = origins[-1]
    if twice:
        raise ContractError(twice)
    new = pd.concat(sources, ignore_index=True).drop_duplicates()
    new = new[~new["source_id"].isin(book.text(SOURCES_TABLE)["source_id"])]
    given = [
        Origin(read.name, address, sheet) for read in presses for sheet, address in read.sources_at
    ]
    return Figures(
        pd.DataFrame(rows, columns=list(known.columns)),
        new,
        same,
        tuple(revised),
        tuple(beside),
        tuple(origins),
        tuple(given[number] for number in new.index),
    )


def _typed_twice(
    one: ObservationRow, at: Origin, other: ObservationRow, origin: Origin
) -> CellBreach:
    """Return what is to be told of a second value of one thing: neither corrects the other."""
    there = f"{at.file} " if at.file != origin.file else ""
    value, name = one["as_printed"], one["observation_id"]
    zh = (
        f"{there}第{_line(at)}行的 {value}，或另一件事：两行是同一来源的同一件事，只有一个值；"
        f"是更正的，在 supersedes 写 {name}"
    )
    en = (
        f"{value} as in {there}row {_line(at)}, or another thing: both rows are one thing of one"
        f" source; a correction says supersedes {name}"
    )
    row, where = _line(origin), f"第{_line(origin)}行"
    return CellBreach(origin.file, row, "as_printed", other["as_printed"], zh, en, "", where)


def _line(origin: Origin) -> int:
    return int(re.sub(r"\D", "", origin.address) or 0)


def _free(identifier: str, source_id: str, taken: set[str]) -> str:
    """Return an identifier of the source's that nothing has: the wanted one, or a next revision."""
    stem = identifier if identifier.startswith(f"{source_id}.") else (
        f"{source_id}.{identifier.partition('.')[2]}"
    )  # fmt: skip
    found, count = stem, 1
    while found in taken:
        count += 1
        found = f"{stem}-r{count}"
    return found


def changed_files(book: Catalog, figures: Figures, edition: str) -> dict[str, bytes]:
    """Return the new contents of the files that the figures change: rows are only ever added."""
    contents = {}
    for name, rows in ((OBSERVATIONS_TABLE, figures.rows), (SOURCES_TABLE, figures.sources)):
        if len(rows):
            path = book.file(name)
            out = io.StringIO(newline="")
            csv.writer(out, lineterminator="\n").writerows(rows.values.tolist())
            contents[path.name] = path.read_bytes() + out.getvalue().encode("utf-8")
    if contents and edition != book.edition:
        text = (book.path / DESCRIPTOR).read_text(encoding="utf-8")
        version = edition.replace("-", ".")
        text, count = re.subn(r'("version": )"[^"]*"', rf'\1"{version}"', text, count=1)
        if not count:
            msg = f"{DESCRIPTOR} 中没有 version | no version in {DESCRIPTOR}"
            raise DataError(msg)
        contents[DESCRIPTOR] = text.encode("utf-8")
    return contents


def check_figures(book: Catalog, figures: Figures, edition: str) -> None:
    """Check the data as they would be; breaches in new rows are told by their cells.

    Raises
    ------
    ContractError
        With all that would break the contracts.
    """
    with tempfile.TemporaryDirectory(prefix="cqbook-") as folder:
        candidate = Path(folder) / "data"
        shutil.copytree(book.path, candidate, ignore=shutil.ignore_patterns(CUSTOMS, ".*"))
        for name, content in changed_files(book, figures, edition).items():
            (candidate / name).write_bytes(content)
        made = Catalog(candidate)
        try:
            check_package(made)
        except ContractError as error:
            typed = {
                made.file(name).name: (len(book.text(name)), origins)
                for name, origins in (
                    (OBSERVATIONS_TABLE, figures.origins),
                    (SOURCES_TABLE, figures.sources_from),
                )
            }
            raise ContractError([_located(item, typed) for item in error.breaches]) from error


def _located(item: Breach, typed: Mapping[str, tuple[int, tuple[Origin, ...]]]) -> Breach:
    """Return what is wrong with a new row where somebody typed it.

    `typed`: file of the book → how many rows it had, and where each new one comes from.
    """
    old, origins = typed.get(item.file, (0, ()))
    if not origins or item.row <= old:
        return item
    origin = origins[item.row - old - 1]
    row, told = _line(origin), (item.expected_zh, item.expected)
    where = f"第{row}行"
    return CellBreach(origin.file, row, item.column, item.value, *told, origin.sheet, where)
