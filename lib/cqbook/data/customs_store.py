"""Customs detail: a partitioned Parquet store, read by DuckDB.

The store's index says which files count, with their hashes. Batches are only ever added (see
`cqbook.intake.customs_batch`): a value that changed is a later row for the same key, so that the
earlier one stays as a vintage. Which rows were replaced is written with the batch that replaces
them, so that to read the current ones nobody has to compare all rows.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import file_digest
from cqbook.disk.regular import regular_content
from cqbook.errors import DataError, library_words
from cqbook.quantities.periods import Period

#: The folder of the customs detail in a data directory, and the name of its queries.
CUSTOMS = "customs"
INDEX = "store.json"
DETAIL_DIMENSIONS = ("commodity", "partner", "regime")
#: What identifies a row of the detail, in the order in which rows are kept: a chapter asks for one
#: place in all months.
ROW_KEY = ("flow", "entity", "period", "dims", *DETAIL_DIMENSIONS, "currency")
DETAIL_COLUMNS = (
    *("flow", "period", "entity", "dims", *DETAIL_DIMENSIONS, "currency", "value"),
    *("quantity_1", "unit_1", "quantity_2", "unit_2", "file"),
)
NUMBER_COLUMNS = ("value", "quantity_1", "quantity_2")
#: SQL type by column.
TYPES = {name: "DOUBLE" if name in NUMBER_COLUMNS else "VARCHAR" for name in DETAIL_COLUMNS}
FILE_COLUMNS = [
    *("name", "sha256", "flow", "entities", "periods", "dims", "currency", "rows", "encoding"),
    *("retrieved", "batch"),
]
LABEL_COLUMNS = ["dimension", "code", "name", "period"]
#: A row is known by its batch and its number in it.
ROW = {"batch": "INTEGER", "seq": "INTEGER"}
#: The view over the parts of each kind, and its columns.
VIEWS = {
    "rows": ("vintages", TYPES | ROW),
    "replaced": ("replaced", ROW),
    "labels": ("labelled", dict.fromkeys(LABEL_COLUMNS, "VARCHAR")),
}
#: What is replaced in a store whose batches did not list it yet: all but the last row of a key.
REPLACED = (
    "SELECT batch, seq FROM (SELECT batch, seq, row_number() OVER"
    f" (PARTITION BY {', '.join(ROW_KEY)} ORDER BY batch DESC, seq DESC) AS n"
    " FROM vintages) AS all_ WHERE n > 1"
)
#: What queries may hold in memory; a national decade is larger than most machines.
QUERY_MEMORY = "512MB"
VERIFIED = ".verified.json"
#: How long, in ns, a file must be unchanged for its time of change to be told apart from the next.
SETTLED = 2_000_000_000


@with_config(ConfigDict(extra="allow"))
class StorePart(TypedDict):
    """A file of the store: what it holds (`VIEWS`), and the hash of its content."""

    path: str
    kind: str
    sha256: str


@with_config(ConfigDict(extra="allow"))
class TakenIn(TypedDict):
    """A file that was taken in, and the batch with which it was; lists are joined by ``;``."""

    name: str
    sha256: str
    flow: str
    entities: str
    periods: str
    dims: str
    currency: str
    rows: int
    encoding: str
    retrieved: str
    batch: int


class StoreIndex(TypedDict):
    """The index: the last batch, what was taken in, and the parts that count.

    ``lists_replaced``: whether its parts list what was replaced; those of 2026.11 did not.
    """

    batch: int
    files: list[TakenIn]
    parts: list[StorePart]
    lists_replaced: bool


class Holding(NamedTuple):
    """Whose trade, of which year, in which direction and currency there is detail of."""

    entity: str
    year: str
    flow: str
    currency: str


_INDEX = TypeAdapter(StoreIndex)


class Detail:
    """The customs detail of one data directory.

    Parameters
    ----------
    folder : Path
        ``<data>/customs``; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether anything was ever taken in."""
        return (self.folder / INDEX).exists()

    @property
    def digest(self) -> str:
        """SHA-256 of the index, which names every file with its hash; empty without one."""
        path = self.folder / INDEX
        return file_digest(path) if path.exists() else ""

    @property
    def index(self) -> StoreIndex:
        """The index; without one, that of an empty store."""
        path = self.folder / INDEX
        if not path.exists():
            return {"batch": 0, "files": [], "parts": [], "lists_replaced": True}
        try:
            content = json.loads(regular_content(path).decode("utf-8"))
            return _INDEX.validate_python({"lists_replaced": False, **content})
        except (ValueError, TypeError, RecursionError) as error:
            place = f"{CUSTOMS}/{INDEX}"
            zh, en = library_words(error)
            msg = f"海关明细的索引 {place} 已损坏（{zh}） | the index {place} is damaged ({en})"
            raise DataError(msg) from error

    @property
    def files(self) -> pd.DataFrame:
        """The files taken in, one row each: `FILE_COLUMNS`."""
        return pd.DataFrame(self.index["files"], columns=FILE_COLUMNS)

    @property
    def holdings(self) -> set[Holding]:
        """What the files taken in are about; their rows are not read."""
        return {
            Holding(entity, str(year), item["flow"], item["currency"])
            for item in self.index["files"]
            for entity in item["entities"].split(";")
            for text in item["periods"].split(";")
            for year in Period.parse(text).years
        }

    def connect(
        self, concerned: Collection[tuple[str, str]] | None = None
    ) -> duckdb.DuckDBPyConnection:
        """Return a connection with the views ``detail`` (current), ``vintages`` (all), ``labels``.

        Memory is bounded by `MEMORY`; what needs more goes to a folder that DuckDB makes and
        removes.

        Parameters
        ----------
        concerned : collection of (str, str), optional
            Flow and year of the partitions that count; without it, all do.

        Raises
        ------
        DataError
            If a file of the store is missing or not what was written.
        """
        parts = self.verified(concerned)
        spill = Path(tempfile.gettempdir()) / f"cqbook-{uuid.uuid4().hex}"
        link = duckdb.connect(config={"memory_limit": QUERY_MEMORY, "temp_directory": str(spill)})
        for kind, (view, columns) in VIEWS.items():
            paths = [str(self.folder / part["path"]) for part in parts if part["kind"] == kind]
            _view(link, view, columns, paths)
        # most batches replace nothing: then there is nothing to look up
        replaced = any(part["kind"] == "replaced" for part in parts)
        if not self.index["lists_replaced"]:
            # all rows are compared, once: the next batch lists them
            link.execute(f"DROP VIEW replaced; CREATE TABLE replaced AS {REPLACED}")
            replaced = True
        current = " ANTI JOIN replaced USING (batch, seq)" if replaced else ""
        link.execute(f"CREATE VIEW detail AS SELECT * FROM vintages{current}")
        # names drift between years: the last one heard stands for the code; of two heard for the
        # same period always the same one
        link.execute(
            "CREATE VIEW labels AS SELECT dimension, code, arg_max(name, (period, name)) AS name"
            " FROM labelled GROUP BY dimension, code"
        )
        return link

    def verified(self, concerned: Collection[tuple[str, str]] | None = None) -> list[StorePart]:
        """Return the parts of the index, of rows only those `concerned`; each is what was written.

        Raises
        ------
        DataError
            If one is missing or was altered.
        """
        parts = [
            part
            for part in self.index["parts"]
            if part["kind"] != "rows" or concerned is None or partition(part["path"]) in concerned
        ]
        self._verify(parts)
        return parts

    def _verify(self, parts: Iterable[StorePart]) -> None:
        """Refuse parts that are missing or not what was written.

        A file that was verified before is the same as long as its size, time of change and inode
        are. The memory of that is this folder's own: a build's snapshot has none, and reads all.
        """
        memory = self.folder / VERIFIED
        kept = recall(memory)
        known: dict[str, list[object]] = json.loads(kept) if kept is not None else {}
        found = dict(known)
        for part in parts:
            path = self.folder / part["path"]
            place = f"{CUSTOMS}/{part['path']}"
            try:
                state = path.stat()
            except FileNotFoundError:
                msg = f"海关明细缺少文件 {place} | customs detail lacks the file {place}"
                raise DataError(msg) from None
            seen = [part["sha256"], state.st_size, state.st_mtime_ns, state.st_ino]
            if known.get(part["path"]) == seen:
                continue
            if file_digest(path) != part["sha256"]:
                msg = f"海关明细的文件 {place} 被改动过 | the file {place} has been altered"
                raise DataError(msg)
            # a file changed just now may change again without its time of change telling
            if time.time_ns() - state.st_mtime_ns > SETTLED:
                found[part["path"]] = seen
        if found != known:
            # a store that can't be written to is verified each time
            with suppress(OSError):
                retain(memory, json.dumps(found, sort_keys=True).encode())


def partition(place: str) -> tuple[str, str]:
    """Return flow and year of a part of rows: ``flow=export/year=2024/…``."""
    flow, year, _ = place.split("/")
    return flow.partition("=")[2], year.partition("=")[2]


def key_numbers(frame: pd.DataFrame) -> np.ndarray:
    """Return a number for each row: equal for the same `KEY`, and in its order.

    The texts of `frame` are categories in the order of their letters.
    """
    found, size = np.zeros(len(frame), dtype=np.int64), 1
    for name in ROW_KEY:
        column = frame[name].cat
        count = max(len(column.categories), 1)
        if size * count >= 2**62:
            kinds, found = np.unique(found, return_inverse=True)
            size = len(kinds)
        found = found * count + column.codes
        size *= count
    return found


def _view(
    link: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], paths: list[str]
) -> None:
    if paths:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        source = f"read_parquet([{listed}], hive_partitioning = false)"
        link.execute(f"CREATE VIEW {name} AS SELECT * FROM {source}")
        return
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in columns.items())
    link.execute(f"CREATE VIEW {name} AS SELECT {nothing} WHERE false")
