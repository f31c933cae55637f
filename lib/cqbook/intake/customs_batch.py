"""Take files of the customs query into the store: plan first, then write, whole or not at all.

The index of the store is replaced in one step: before it the store is as it was, after it the batch
is in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from cqbook.data.customs_store import (
    DETAIL_COLUMNS,
    INDEX,
    LABEL_COLUMNS,
    NUMBER_COLUMNS,
    ROW_KEY,
    SUM_COLUMNS,
    TYPES,
    Detail,
    StoreIndex,
    StorePart,
    TakenIn,
    key_numbers,
    partition,
    unsummed,
)
from cqbook.data.embedded import database
from cqbook.disk.atomic import flush, recover, replace_file
from cqbook.disk.checksums import file_digest
from cqbook.disk.locks import locked
from cqbook.errors import DataError
from cqbook.intake.customs_format import Export

_KEY = ", ".join(ROW_KEY)
UNIT_COLUMNS = ("unit_1", "unit_2")
#: A quantity that a file lacks, for want of the column or of a figure, says nothing against the one
#: that is known: it is no revision.
_SAME = (
    "value IS NOT DISTINCT FROM old_value"
    + "".join(
        f" AND ({name} IS NULL OR {name} IS NOT DISTINCT FROM old_{name})"
        for name in NUMBER_COLUMNS
        if name != "value"
    )
    + "".join(
        # the same number in another unit is another quantity
        f" AND ({name} = '' OR old_{name} = '' OR {name} = old_{name})"
        for name in UNIT_COLUMNS
    )
)
UNITS_AND_NUMBERS = (*NUMBER_COLUMNS, *UNIT_COLUMNS)
#: Rows in a group of a file of sums. They are sorted by dimension and area, and a question about
#: one place reads the groups that it is in: of a nation's a sixth of the rows at this size, nearly
#: half at DuckDB's own.
SUMS_IN_A_GROUP = 16_384
_PAIRS = [item for name in UNITS_AND_NUMBERS for item in (f"old_{name}", name)]


@dataclass(frozen=True)
class BatchPlan:
    """What taking some files in would do.

    ``write``: rows to be added, in order. ``new``, ``same``: how many keys are new, how many rows
    say what is known. ``revised``: one row a changed value: the key, each number and unit with
    its ``old_``, ``old_file``, ``file``. ``replaced``: ``batch`` (0: this one) and ``seq`` of each
    row that is no longer the current one. ``known``: files that are in the store already.
    ``base``: digest of the store that this was planned on.
    """

    exports: tuple[Export, ...]
    write: pd.DataFrame
    new: int
    same: int
    revised: pd.DataFrame
    replaced: pd.DataFrame
    known: tuple[str, ...]
    base: str


def plan_batch(detail: Detail, exports: Iterable[Export]) -> BatchPlan:
    """Return what taking in `exports` would do; nothing is written.

    Files are taken in the order of their retrieval where all of them say it, else as given: of
    two that contradict each other, the later one holds.
    """
    # before anything is read: a store that changes meanwhile is another than the one planned on
    base = detail.digest
    found = list(exports)
    if all(export.retrieved for export in found):
        found.sort(key=lambda export: export.retrieved)
    held: dict[str, TakenIn] = {row["sha256"]: row for row in detail.index["files"]}
    fresh: dict[str, Export] = {}
    known = []
    for export in found:
        first = held.setdefault(export.sha256, _facts(export, 0))
        _refuse_other_reading(export, first)
        if first["batch"] or export.sha256 in fresh:
            known.append(export.name)
        else:
            fresh[export.sha256] = export
    incoming = _joined([export.frame for export in fresh.values()])
    change = _compared(detail, incoming)
    _refuse_older(detail, fresh.values(), change.revised)
    rows = incoming.iloc[change.written - 1].assign(seq=change.written)
    same = len(incoming) - len(rows)
    new = len(rows) - len(change.revised)
    return BatchPlan(
        tuple(fresh.values()), rows, new, same, change.revised, change.replaced, tuple(known), base
    )


@dataclass(frozen=True)
class _Change:
    """What of the rows that come in is written, by their numbers from 1, and what that changes."""

    written: np.ndarray
    revised: pd.DataFrame
    replaced: pd.DataFrame


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all frames in order; text as categories in the order of their letters."""
    columns: dict[str, object] = {}
    for name in DETAIL_COLUMNS:
        parts = [frame[name] for frame in frames]
        if name in NUMBER_COLUMNS:
            columns[name] = np.concatenate([*parts, np.empty(0)]).astype(float)
        elif parts:
            coded = [part.astype("category") for part in parts]
            columns[name] = union_categoricals(coded, sort_categories=True)
        else:
            columns[name] = pd.Categorical([])
    return pd.DataFrame(columns)


def _compared(detail: Detail, incoming: pd.DataFrame) -> _Change:
    """Compare what comes in with itself and with the rows of the store that have its keys.

    Only the partitions that it falls into are read, and of them only these keys are kept: a file of
    one month costs the same whatever else the store holds.
    """
    keys = np.sort(key_numbers(incoming))
    concerned = {(flow, year) for flow, year, _ in _partitions(incoming)}
    held = any(
        part["kind"] == "rows" and partition(part["path"]) in concerned
        for part in detail.index["parts"]
    )
    if not held and not (keys[1:] == keys[:-1]).any():
        return _Change(
            np.arange(1, len(incoming) + 1),
            pd.DataFrame(columns=[*ROW_KEY, *_PAIRS, "old_file", "file"]),
            pd.DataFrame(columns=["batch", "seq"]),
        )
    typed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in TYPES.items())
    before = ", ".join(f"lag({name}) OVER w AS old_{name}" for name in (*UNITS_AND_NUMBERS, "file"))
    listed = ", ".join(DETAIL_COLUMNS)
    with detail.connect(concerned) as link:
        link.register("given", incoming.assign(number=range(1, len(incoming) + 1)))
        link.execute(f"CREATE TABLE incoming AS SELECT {typed}, number FROM given")
        link.execute(
            f"CREATE TABLE compared AS SELECT *, row_number() OVER w AS n, {before} FROM ("
            f" SELECT {listed}, batch, seq, 0 AS number"
            f" FROM detail SEMI JOIN incoming USING ({_KEY})"
            f" UNION ALL SELECT {listed}, 0 AS batch, number AS seq, number FROM incoming)"
            f" WINDOW w AS (PARTITION BY {_KEY} ORDER BY number)"
        )
        link.execute(
            f"CREATE VIEW said AS SELECT *, n > 1 AND NOT ({_SAME}) AS revises FROM compared"
            f" WHERE number = 0 OR n = 1 OR NOT ({_SAME})"
        )
        written = link.execute("SELECT number FROM said WHERE number > 0 ORDER BY number")
        numbers = written.df()["number"].to_numpy()
        revised = link.execute(
            f"SELECT {_KEY}, {', '.join(_PAIRS)}, old_file, file FROM said"
            " WHERE number > 0 AND revises ORDER BY number"
        ).df()
        replaced = link.execute(
            "SELECT batch, seq FROM said"
            f" QUALIFY number < max(number) OVER (PARTITION BY {_KEY}) ORDER BY batch, seq"
        ).df()
    return _Change(numbers, revised, replaced)


def _partitions(rows: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield flow and year of each partition that rows fall into, and which rows these are."""
    periods, flows = rows["period"].cat, rows["flow"].cat
    years, of_period = np.unique(np.array([text[:4] for text in periods.categories], dtype=str),
                                 return_inverse=True)  # fmt: skip
    if rows.empty:
        return
    number = flows.codes.to_numpy(np.int64) * len(years) + of_period[periods.codes]
    for place in np.unique(number):
        flow, year = divmod(int(place), len(years))
        yield flows.categories[flow], str(years[year]), np.flatnonzero(number == place)


def _refuse_other_reading(export: Export, first: TakenIn) -> None:
    """Refuse a file that was taken in before as something else (exports, now imports)."""
    now = _facts(export, 0)
    for one, other in (
        (first["flow"], now["flow"]),
        (first["entities"], now["entities"]),
        (first["periods"], now["periods"]),
    ):
        if one != other:
            msg = (
                f"{export.name} 与 {first['name']} 内容相同，却一个说是 {one}，"
                f"一个说是 {other} | {export.name} is the same file as {first['name']},"
                f" which was said to be {one}, not {other}"
            )
            raise DataError(msg)


def _refuse_older(detail: Detail, exports: Iterable[Export], revised: pd.DataFrame) -> None:
    """Refuse files that were retrieved before those whose values they would replace."""
    files = {row["sha256"][:12]: (row["name"], row["retrieved"]) for row in detail.index["files"]}
    files |= {item.sha256[:12]: (item.name, item.retrieved) for item in exports}
    for pair in revised[["old_file", "file"]].drop_duplicates().itertuples(index=False):
        (old, before), (new, after) = files[str(pair.old_file)], files[str(pair.file)]
        if before and after and after < before:
            msg = (
                f"{new} 是{after}查询的，早于已收入的 {old}（{before}），不能用它改后来的数"
                f" | {new} was retrieved on {after}, before {old} ({before}) whose values it would"
                " replace"
            )
            raise DataError(msg)


def write_batch(detail: Detail, planned: BatchPlan) -> int:
    """Take the planned files in; return the number of the batch (0: there was nothing to do).

    Raises
    ------
    DataError
        If the store is not the one that was planned on: another process has written.
    OSError
        If the disk is full; the store is as it was.
    """
    if not planned.exports:
        return 0
    with locked(detail.folder):
        if detail.digest != planned.base:
            msg = "海关明细刚被别的命令改动，请再运行一次 | the store was changed: run it again"
            raise DataError(msg)
        index = detail.index
        batch = int(index["batch"]) + 1
        _clean(detail)
        parts = [*_write_rows(detail.folder, planned.write, batch)]
        parts += [*_write_replaced(detail, planned.replaced, batch)]
        parts += [*_write_labels(detail.folder, planned.exports, batch)]
        files = [_facts(export, batch) for export in planned.exports]
        content: StoreIndex = {
            "batch": batch,
            "files": [*index["files"], *files],
            "parts": [*index["parts"], *parts],
            "lists_replaced": True,
        }
        content["parts"] = with_sums(detail, content)
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        replace_file(detail.folder / INDEX, text.encode())
    return batch


def _clean(detail: Detail) -> None:
    """Remove what a killed write left, and sums of before: files that the index does not name."""
    named = {detail.folder / part["path"] for part in detail.index["parts"]}
    for path in detail.folder.rglob("*.parquet*"):
        if path not in named:
            path.unlink()
    recover(detail.folder)


def with_sums(detail: Detail, index: StoreIndex) -> list[StorePart]:
    """Write the sums that an index lacks; return its parts with them, without those they replace.

    Raises
    ------
    DataError
        If a file of the store is missing or not what was written.
    OSError
        If the disk is full.
    """
    lacking = unsummed(part["path"] for part in index["parts"])
    kept = [
        part
        for part in index["parts"]
        if part["kind"] != "sums" or partition(part["path"]) not in lacking
    ]
    listed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in SUM_COLUMNS.items())
    for flow, year in sorted(lacking):
        place = f"sums/flow={flow}/year={year}/batch-{index['batch']:04d}.parquet"
        with detail.connect([(flow, year)], {**index, "parts": kept}) as link:
            rows = link.execute("SELECT * FROM sums").df()
        with database() as link:
            link.register("rows", rows)
            select = f"SELECT {listed} FROM rows ORDER BY dimension, {', '.join(SUM_COLUMNS)}"
            kept.append(write_part(link, detail.folder, "sums", place, select))
    return kept


def write_part(
    link: duckdb.DuckDBPyConnection, folder: Path, kind: str, place: str, select: str
) -> StorePart:
    """Write what a query gives as one file of the store, on disk; return what the index says of it.

    Raises
    ------
    OSError
        If the disk is full; then there is no such file.
    """
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    target = str(path).replace("'", "''")
    try:
        # one thread: the same rows give the same bytes
        link.execute("SET threads = 1")
        groups = f", ROW_GROUP_SIZE {SUMS_IN_A_GROUP}" if kind == "sums" else ""
        link.execute(f"COPY ({select}) TO '{target}' (FORMAT parquet, COMPRESSION zstd{groups})")
    except duckdb.Error as error:
        path.unlink(missing_ok=True)
        raise OSError(str(error)) from error
    # on disk before the index names it, with the folders that lead to it
    for item in (path, *path.parents[: len(Path(place).parts)]):
        flush(item)
    return {"kind": kind, "path": place, "sha256": file_digest(path)}


def _write_rows(folder: Path, rows: pd.DataFrame, batch: int) -> Iterator[StorePart]:
    typed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in TYPES.items())
    select = (
        f"SELECT {typed}, CAST({batch} AS INTEGER) AS batch, CAST(seq AS INTEGER) AS seq FROM rows"
    )

    def one(place: tuple[str, str, np.ndarray]) -> StorePart:
        flow, year, among = place
        group = rows.iloc[among]
        # sorted, a query of one month or place reads only the row groups that can have it
        group = group.iloc[np.argsort(key_numbers(group), kind="stable")]
        with database() as link:
            link.register("rows", group)
            name = f"flow={flow}/year={year}/batch-{batch:04d}.parquet"
            return write_part(link, folder, "rows", name, select)

    # each file is written by one thread, two files at once
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(one, _partitions(rows))


def _write_replaced(detail: Detail, replaced: pd.DataFrame, batch: int) -> Iterator[StorePart]:
    """Write which rows are no longer current; of a store that did not list them, all there are."""
    rows = replaced.assign(batch=replaced["batch"].replace(0, batch))
    if not detail.index["lists_replaced"]:
        with detail.connect() as link:
            rows = pd.concat([link.execute("SELECT batch, seq FROM replaced").df(), rows])
    if rows.empty:
        return
    select = "SELECT batch::INTEGER AS batch, seq::INTEGER AS seq FROM rows ORDER BY ALL"
    place = f"replaced/batch-{batch:04d}.parquet"
    with database() as link:
        link.register("rows", rows)
        yield write_part(link, detail.folder, "replaced", place, select)


def _write_labels(folder: Path, exports: Iterable[Export], batch: int) -> Iterator[StorePart]:
    labels = pd.concat([export.labels for export in exports], ignore_index=True)
    if labels.empty:
        return
    select = f"SELECT DISTINCT {', '.join(LABEL_COLUMNS)} FROM rows ORDER BY ALL"
    place = f"labels/batch-{batch:04d}.parquet"
    with database() as link:
        link.register("rows", labels)
        yield write_part(link, folder, "labels", place, select)


def _facts(export: Export, batch: int) -> TakenIn:
    return {
        "name": export.name,
        "sha256": export.sha256,
        "flow": export.flow,
        "entities": ";".join(export.entities),
        "periods": ";".join(export.periods),
        "dims": export.dims,
        "currency": export.currency,
        "rows": export.rows,
        "encoding": export.encoding,
        "retrieved": export.retrieved,
        "batch": batch,
    }
