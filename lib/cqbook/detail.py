"""Customs detail: a partitioned Parquet store, read by DuckDB.

The store's index says which files count, with their hashes. Batches are only ever added (see
`cqbook.batches`): a value that changed is a later row for the same key, so that the earlier one
stays as a vintage.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cqbook.catalog import CUSTOMS, DataError

INDEX = "store.json"
DIMENSIONS = ("commodity", "partner", "regime")
#: What identifies a row of the detail.
KEY = ("flow", "period", "entity", "dims", *DIMENSIONS, "currency")
COLUMNS = (*KEY, "value", "quantity_1", "unit_1", "quantity_2", "unit_2", "file")
NUMBERS = ("value", "quantity_1", "quantity_2")
#: SQL type by column.
TYPES = {name: "DOUBLE" if name in NUMBERS else "VARCHAR" for name in COLUMNS}
FILE_COLUMNS = [
    *("name", "sha256", "flow", "entities", "periods", "dims", "currency", "rows", "encoding"),
    *("retrieved", "batch"),
]
LABEL_COLUMNS = ["dimension", "code", "name", "period"]


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
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""

    @property
    def index(self) -> dict[str, Any]:
        """The index: ``batch`` (the last), ``files`` taken in, ``parts`` (path, kind, sha256)."""
        path = self.folder / INDEX
        if not path.exists():
            return {"batch": 0, "files": [], "parts": []}
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            place = f"{CUSTOMS}/{INDEX}"
            msg = f"海关明细的索引 {place} 已损坏 | the index {place} is damaged ({error})"
            raise DataError(msg) from error

    @property
    def files(self) -> pd.DataFrame:
        """The files taken in, one row each: `FILE_COLUMNS`."""
        return pd.DataFrame(self.index["files"], columns=FILE_COLUMNS)

    def _parts(self, kind: str) -> list[str]:
        """Return the paths of the Parquet files of a kind, each checked against the index."""
        found = []
        for part in self.index["parts"]:
            if part["kind"] != kind:
                continue
            path = self.folder / part["path"]
            place = f"{CUSTOMS}/{part['path']}"
            if not path.exists():
                msg = f"海关明细缺少文件 {place} | customs detail lacks the file {place}"
                raise DataError(msg)
            if digest_of(path) != part["sha256"]:
                msg = f"海关明细的文件 {place} 被改动过 | the file {place} has been altered"
                raise DataError(msg)
            found.append(str(path))
        return found

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection with the views ``detail`` (current), ``vintages`` (all), ``labels``.

        Raises
        ------
        DataError
            If a file of the store is missing or not what was written.
        """
        link = duckdb.connect()
        columns = {**TYPES, "batch": "INTEGER", "seq": "INTEGER"}
        _view(link, "vintages", columns, self._parts("rows"))
        _view(link, "labelled", dict.fromkeys(LABEL_COLUMNS, "VARCHAR"), self._parts("labels"))
        link.execute(
            f"CREATE VIEW detail AS SELECT * FROM vintages QUALIFY row_number() OVER"
            f" (PARTITION BY {', '.join(KEY)} ORDER BY batch DESC, seq DESC) = 1"
        )
        # names drift between years: the last one heard stands for the code; of two heard for the
        # same period always the same one
        link.execute(
            "CREATE VIEW labels AS SELECT dimension, code, arg_max(name, (period, name)) AS name"
            " FROM labelled GROUP BY dimension, code"
        )
        return link


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
