"""Take new data in: recognise, check, show what was understood, and only then write.

Nothing is overwritten. A figure that the book has with another value from the same source is kept
as a vintage, and the new row says which one it supersedes; another source's value stands beside it.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cqbook.data import vocabulary
from cqbook.data.catalog import DESCRIPTOR, Catalog
from cqbook.data.contracts import check_package
from cqbook.data.customs_store import CUSTOMS
from cqbook.data.selection import OBSERVATION_KEY, what, with_key
from cqbook.disk.atomic import recover, replace_files
from cqbook.disk.checksums import digest
from cqbook.disk.locks import locked
from cqbook.disk.processes import dies_with_parent
from cqbook.disk.untrusted import content_of
from cqbook.editions.store import is_released
from cqbook.errors import Breach, ContractError, DataError
from cqbook.intake import customs_batch, customs_csv, customs_format, press, press_cells
from cqbook.intake.customs_format import Export, Said
from cqbook.intake.press import Press
from cqbook.intake.press_cells import CellBreach
from cqbook.quantities.quantity import quantity_of
from cqbook.quantities.units import Unit, unit_zh

OBSERVATIONS_TABLE, SOURCES_TABLE = press_cells.OBSERVATIONS_TABLE, press_cells.SOURCES_TABLE
#: Rows of each kind that are listed; the counts are of all.
LISTED = 12
#: From so many files on, to start processes takes less time than they save.
MANY = 8
_EDITION = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Figures:
    """What taking the press figures in would do.

    ``rows``: to be added to ``observations``, ``sources``: to ``sources``. ``same``: how many the
    book has already. ``revised``: pairs of the row superseded and its new row; ``beside``: pairs of
    a row that the book has with another value and keeps, and the new row. ``origins``: file and
    cell of each row.
    """

    rows: pd.DataFrame
    sources: pd.DataFrame
    same: int
    revised: tuple[tuple[dict[str, str], dict[str, str]], ...]
    beside: tuple[tuple[dict[str, str], dict[str, str]], ...]
    origins: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class IntakePlan:
    """All that one command would take in."""

    edition: str
    exports: tuple[Export, ...]
    detail: customs_batch.BatchPlan | None
    presses: tuple[tuple[str, Press], ...]
    figures: Figures | None
    #: Digest of the files that the figures change, as they were planned on.
    base: str = ""


def edition_for(root: Path, book: Catalog, wanted: str) -> str:
    """Return the edition that new rows belong to: the one wanted, or the one under way.

    Raises
    ------
    DataError
        If it was released already, or is no year and month.
    """
    name = wanted or book.edition
    if not _EDITION.fullmatch(name):
        msg = f"版次“{name}”应为年—月，如 2026-12 | edition {name!r}: expected such as 2026-12"
        raise DataError(msg)
    if is_released(root, name):
        msg = (
            f"版次 {name} 已经发布，新数据属于下一版；请用 --edition 给出它的名字，如 2026-12"
            f" | edition {name} is released: name the next one by --edition"
        )
        raise DataError(msg)
    return name


def plan_intake(
    root: Path, data: Path, files: Iterable[Path], said: Said, edition: str = ""
) -> IntakePlan:
    """Read the files and return what taking them in would do; nothing is written.

    Raises
    ------
    ContractError
        With everything in any of the files that can't be right.
    DataError
        If a file is of no known format, or the edition is released.
    """
    # before anything is read: data that change meanwhile are others than those planned on
    base = _base(data)
    book = Catalog(data)
    # what is told of each file, in the order given
    told: dict[Path, list[Breach]] = {}
    queried: list[Path] = []
    presses: list[tuple[str, Press]] = []
    for path in files:
        told.setdefault(path, [])
        content = content_of(path)
        try:
            if press.is_press_table(content, path.name):
                presses.append((path.name, press.read_press(content, path.name, book)))
            elif customs_csv.is_customs_query(content) or path.suffix.lower() == ".csv":
                queried.append(path)
            else:
                told[path].append(
                    Breach(
                        path.name,
                        0,
                        "*",
                        path.suffix,
                        "海关在线查询的 CSV，或由 cqbook template 填写的 XLSX、CSV",
                        "a CSV of the customs query, or a filled template (XLSX, CSV)",
                    )
                )
        except ContractError as error:
            told[path] += error.breaches
    exports: list[Export] = []
    found = _exports(queried, customs_format.known_codes(book), said)
    for path, read in zip(queried, found, strict=True):
        if isinstance(read, Export):
            exports.append(read)
        else:
            told[path] += read
    breaches = [breach for listed in told.values() for breach in listed]
    if breaches:
        raise ContractError(breaches)
    name = edition_for(root, book, edition) if presses else book.edition
    detail = customs_batch.plan_batch(book.detail, exports) if exports else None
    figures = _figures(book, presses, name) if presses else None
    made = IntakePlan(name, tuple(exports), detail, tuple(presses), figures, base)
    if figures is not None:
        _check(data, made)
    return made


def _exports(
    paths: list[Path], codes: customs_format.Codes, said: Said
) -> Iterable[Export | list[Breach]]:
    """Return each file as read, or what can't be right in it; many are read on all cores."""
    read = partial(_export, codes=codes, said=said)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(paths) < MANY or cores == 1:
        return map(read, paths)
    # forked: what is loaded need not be loaded again
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(cores, context, initializer=dies_with_parent) as pool:
        return list(pool.map(read, paths, chunksize=4))


def _export(path: Path, codes: customs_format.Codes, said: Said) -> Export | list[Breach]:
    try:
        return customs_csv.read_file(path, codes, said)
    except ContractError as error:
        return error.breaches


def _base(data: Path) -> str:
    book = Catalog(data)
    paths = [data / DESCRIPTOR, book.file(OBSERVATIONS_TABLE), book.file(SOURCES_TABLE)]
    return digest(b"\0".join(path.read_bytes() for path in paths))


def _key(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(with_key(frame)[OBSERVATION_KEY].itertuples(index=False, name=None))


_VALUE = ("value", "value_upper", "unit", "qualifier", "status")


def _alike(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(one[column] == other[column] for column in _VALUE)


def _compatible(one: dict[str, str], other: dict[str, str]) -> bool:
    """Return whether two prints of a thing can both be true."""
    first, second = (
        quantity_of(row | {"value_text": row["value"], "value_upper_text": row["value_upper"]})
        for row in (one, other)
    )
    return first.interval.overlaps(second.to(str(first.unit)).interval)


def _figures(book: Catalog, presses: Iterable[tuple[str, Press]], edition: str) -> Figures:
    known = book.text(OBSERVATIONS_TABLE)
    superseded = set(known["supersedes"])
    by_id = {row["observation_id"]: row for row in known.to_dict("records")}
    by_key: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for key, row in zip(_key(known), known.to_dict("records"), strict=True):
        if row["observation_id"] not in superseded:
            by_key.setdefault(key, []).append(row)
    rows, revised, beside, origins = [], [], [], []
    sources = []
    same = 0
    taken = set(by_id)
    for name, read in presses:
        sources.append(read.sources)
        keys = _key(read.observations)
        records = read.observations.to_dict("records")
        for key, row, address in zip(keys, records, read.addresses, strict=True):
            row["edition_added"] = edition
            old = by_id.get(row["supersedes"]) or by_id.get(row["observation_id"])
            held = by_key.setdefault(key, [])
            if old is None:
                own = [item for item in held if item["source_id"] == row["source_id"]]
                if any(_alike(item, row) for item in own):
                    same += 1
                    continue
                # 超8000亿元 beside 8158.4亿元 is the same figure printed twice, no correction
                old = next((item for item in own if not _compatible(item, row)), None)
            if old is not None and _alike(old, row):
                same += 1
                continue
            if old is not None:
                row["supersedes"] = old["observation_id"]
                revised.append((old, row))
            else:
                others = [item for item in held if not _alike(item, row)]
                beside += [(item, row) for item in others[:1]]
            row["observation_id"] = _free(row["observation_id"], row["source_id"], taken)
            taken.add(row["observation_id"])
            by_id[row["observation_id"]] = row
            by_key[key] = [item for item in held if item is not old] + [row]
            rows.append(row)
            origins.append((name, address))
    columns = list(known.columns)
    new = pd.concat(sources, ignore_index=True).drop_duplicates()
    new = new[~new["source_id"].isin(book.text(SOURCES_TABLE)["source_id"])]
    return Figures(
        pd.DataFrame(rows, columns=columns),
        new,
        same,
        tuple(revised),
        tuple(beside),
        tuple(origins),
    )


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


def _contents(data: Path, made: IntakePlan) -> dict[str, bytes]:
    """Return the new contents of the files that the figures change: rows are only ever added."""
    book = Catalog(data)
    contents = {}
    for name, rows in (
        (OBSERVATIONS_TABLE, made.figures.rows),
        (SOURCES_TABLE, made.figures.sources),
    ):
        if len(rows):
            path = book.file(name)
            out = io.StringIO(newline="")
            csv.writer(out, lineterminator="\n").writerows(rows.values.tolist())
            contents[path.name] = path.read_bytes() + out.getvalue().encode("utf-8")
    if contents and made.edition != book.edition:
        text = (data / DESCRIPTOR).read_text(encoding="utf-8")
        version = made.edition.replace("-", ".")
        text, count = re.subn(r'("version": )"[^"]*"', rf'\1"{version}"', text, count=1)
        if not count:
            msg = f"{DESCRIPTOR} 中没有 version | no version in {DESCRIPTOR}"
            raise DataError(msg)
        contents[DESCRIPTOR] = text.encode("utf-8")
    return contents


def _check(data: Path, made: IntakePlan) -> None:
    """Check the data as they would be; breaches in new rows are told by their cells."""
    old = len(Catalog(data).text(OBSERVATIONS_TABLE))
    with tempfile.TemporaryDirectory(prefix="cqbook-") as folder:
        candidate = Path(folder) / "data"
        shutil.copytree(data, candidate, ignore=shutil.ignore_patterns(CUSTOMS, ".*"))
        for name, content in _contents(data, made).items():
            (candidate / name).write_bytes(content)
        book = Catalog(candidate)
        try:
            check_package(book)
        except ContractError as error:
            file = book.file(OBSERVATIONS_TABLE).name
            raise ContractError(
                [_located(item, file, old, made.figures.origins) for item in error.breaches]
            ) from error


def _located(item: Breach, file: str, old: int, origins: tuple[tuple[str, str], ...]) -> Breach:
    if item.file != file or item.row <= old:
        return item
    name, address = origins[item.row - old - 1]
    row = int(re.sub(r"\D", "", address) or 0)
    return CellBreach(
        name, row, item.column, item.value, item.expected_zh, item.expected, "", f"第{row}行"
    )


def plan_lines(book: Catalog, made: IntakePlan) -> Iterator[str]:
    """Yield what was understood and what would change, line by line."""
    for export in made.exports:
        yield (
            f"{export.name}：海关查询，{export.encoding}，{vocabulary.DIRECTIONS_ZH[export.flow]}，"
            f"{unit_zh(Unit(1, export.currency))}，{'、'.join(map(book.name, export.entities))}，"
            f"{export.periods[0]}{'—' + export.periods[-1] if export.periods[1:] else ''}，"
            f"维度 {export.dims or '（无）'}，{export.rows}行"
        )
        yield from (f"  注意：{text}" for text in export.warnings)
    if made.detail is not None:
        yield (
            f"海关明细：新增{made.detail.new}行，已有且相同{made.detail.same}行，"
            f"修订{len(made.detail.revised)}行；此前收入过的文件{len(made.detail.known)}个"
        )
        rows = made.detail.revised
        for row in rows.head(LISTED).to_dict("records"):
            thing = " ".join(
                row[name] for name in ("flow", "period", "commodity", "partner", "regime")
            )
            yield f"  修订 {' '.join(thing.split())}：{_changes(row)}"
        yield from _more(len(rows))
    for name, read in made.presses:
        periods = sorted(set(read.observations["period"]))
        yield f"{name}：新闻数字，{len(read.observations)}行，时期 {'、'.join(periods)}"
        yield from (f"  注意：{text}" for text in read.warnings)
    if made.figures is not None:
        found = made.figures
        fresh = len(found.rows) - len(found.revised) - len(found.beside)
        yield (
            f"观测值（版次 {made.edition}）：新{fresh}个，已有且相同{found.same}个，"
            f"更正{len(found.revised)}个，另有一值{len(found.beside)}个；"
            f"新来源{len(found.sources)}个"
        )
        yield from _pairs(book, "更正", found.revised)
        yield from _pairs(book, "另有一值", found.beside)
        if found.beside:
            yield "  若是更正，请在 supersedes 列写原来的 observation_id | see supersedes"


def _changes(row: dict[str, Any]) -> str:
    """Return what a revision of customs detail changes, old → new; what is missing says so."""

    def shown(cell: object) -> str:
        if isinstance(cell, str):
            return cell or "缺"
        return "缺" if cell != cell else f"{cell:,.0f}"

    names = {"value": "金额", "quantity_1": "第一数量", "quantity_2": "第二数量"}
    names |= {"unit_1": "第一单位", "unit_2": "第二单位"}
    moves = [
        f"{word} {shown(row[f'old_{name}'])} → {shown(row[name])}"
        for name, word in names.items()
        if shown(row[f"old_{name}"]) != shown(row[name])
    ]
    return "，".join(moves)


def _more(count: int) -> Iterator[str]:
    if count > LISTED:
        yield f"  ……另有{count - LISTED}个"


def _pairs(
    book: Catalog, word: str, pairs: tuple[tuple[dict[str, str], dict[str, str]], ...]
) -> Iterator[str]:
    for old, new in pairs[:LISTED]:
        yield (
            f"  {word} {what(book, new)}：{old['as_printed']}（{old['observation_id']}）"
            f" → {new['as_printed']}（{new['observation_id']}）"
        )
    yield from _more(len(pairs))


def write_plan(data: Path, made: IntakePlan) -> list[str]:
    """Take in what was planned; return the files that changed.

    Raises
    ------
    DataError
        If the data were changed since the plan.
    OSError
        If the disk is full; then nothing has changed, or, of files of both kinds, one kind whole.
    """
    changed: list[str] = []
    if made.figures is not None and len(made.figures.rows):
        with locked(data):
            recover(data)
            if _base(data) != made.base:
                # what another command has just taken in may be what this one would add again
                msg = "数据刚被别的命令改动，请再运行一次 | the data just changed: run it again"
                raise DataError(msg)
            contents = _contents(data, made)
            replace_files(data, contents)
            changed += sorted(contents)
    if made.detail is not None and customs_batch.write_batch(Catalog(data).detail, made.detail):
        changed.append(CUSTOMS)
    return changed
