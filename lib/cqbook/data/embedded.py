"""DuckDB in this process: it asks nothing of the network, and is told of files by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

#: Some files would have it fetch what reads them: such a file is one that can't be read.
_FETCHES_NOTHING = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
#: What means other names than the one given, where DuckDB is told of a file.
_PATTERN = re.compile(r"[*?\[]")


def database(**settings: str | int) -> duckdb.DuckDBPyConnection:
    """Return a database in memory, with these settings of DuckDB's."""
    return duckdb.connect(config={**_FETCHES_NOTHING, **settings})


def listed_files(paths: Iterable[Path]) -> str:
    """Return files as SQL lists them for ``read_parquet``: these, whatever signs their names have.

    A folder called ``a*b`` is one, and not all that begin with a.
    """
    names = (_PATTERN.sub(r"[\g<0>]", str(path)).replace("'", "''") for path in paths)
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"
