"""The files of the customs store, opened as what was written, and as nothing else.

The hash in the index says that a file is the one that was written. That it was written as a part of
such a store, is said by nothing but itself: what its footer promises is looked at before a query
believes it. A query opens its files when it runs; that they are still the ones that were looked at
is looked at again behind it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import duckdb
import pandas as pd

from cqbook.data.embedded import listed_files
from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import file_digest
from cqbook.errors import DataError

VERIFIED = ".verified.json"
#: How long, in ns, a file must be unchanged for its time of change to be told apart from the next.
SETTLED = 2_000_000_000
#: What of the system's facts tells that a file is another: it takes no reading.
_State = list[int]


@dataclass(frozen=True)
class Promise:
    """What a part of the store must be: its hash, its columns with their types, its most rows."""

    place: str
    sha256: str
    columns: Mapping[str, str]
    rows: int


@dataclass(frozen=True)
class VerifiedParts:
    """Files that were found to be what was promised, and how they were then."""

    folder: Path
    states: Mapping[str, _State]

    def refuse_changed(self) -> None:
        """Refuse what was read of files that are no longer those that were looked at.

        Raises
        ------
        DataError
        """
        for place, before in self.states.items():
            try:
                now = _state(self.folder / place)
            except OSError:
                now = []
            if now != before:
                msg = (
                    f"海关明细的文件 {_shown(place)} 在读的时候变了；请再运行一次"
                    f" | the file {_shown(place)} changed while it was read: run this again"
                )
                raise DataError(msg)


def verified_parts(
    link: duckdb.DuckDBPyConnection, folder: Path, promises: Sequence[Promise]
) -> VerifiedParts:
    """Return the files of a store that keep what was promised.

    A file that was verified before is the same as long as its size, time of change and inode
    are. The memory of that is this folder's own: a build's snapshot has none, and reads all.

    Parameters
    ----------
    link : duckdb.DuckDBPyConnection
        Reads what they say of themselves.
    folder : Path
    promises : sequence of Promise

    Raises
    ------
    DataError
        If one is missing, was altered, or is no such part.
    """
    memory = folder / VERIFIED
    kept = recall(memory)
    known: dict[str, list[object]] = json.loads(kept) if kept is not None else {}
    found, states = dict(known), {}
    fresh = []
    for part in promises:
        path = folder / part.place
        try:
            state = states[part.place] = _state(path)
        except FileNotFoundError:
            place = _shown(part.place)
            msg = f"海关明细缺少文件 {place} | customs detail lacks the file {place}"
            raise DataError(msg) from None
        seen = [part.sha256, *state]
        if known.get(part.place) == seen:
            continue
        if file_digest(path) != part.sha256:
            place = _shown(part.place)
            msg = f"海关明细的文件 {place} 被改动过 | the file {place} has been altered"
            raise DataError(msg)
        fresh.append(part)
        # a file changed just now may change again without its time of change telling
        if time.time_ns() - state[1] > SETTLED:
            found[part.place] = seen
    _look_at(link, folder, fresh)
    if found != known:
        # a store that can't be written to is verified each time
        with suppress(OSError):
            retain(memory, json.dumps(found, sort_keys=True).encode())
    return VerifiedParts(folder, states)


def _state(path: Path) -> _State:
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns, facts.st_ino]


def _shown(place: str) -> str:
    return f"customs/{place}"


def _look_at(link: duckdb.DuckDBPyConnection, folder: Path, parts: Sequence[Promise]) -> None:
    """Refuse parts whose footer promises other columns, or more rows, than they can have."""
    if not parts:
        return
    rows, columns = _footers(link, folder, parts)
    for part in parts:
        path = str(folder / part.place)
        if columns.get(path) != dict(part.columns) or not 0 <= rows[path] <= part.rows:
            raise _no_part(part.place)


def _footers(
    link: duckdb.DuckDBPyConnection, folder: Path, parts: Sequence[Promise]
) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
    """Return how many rows each file says that it has, and its columns with their types."""
    files = listed_files(folder / part.place for part in parts)
    try:
        counted = link.execute(f"SELECT file_name, num_rows FROM parquet_file_metadata({files})")
        rows = dict(counted.fetchall())
        columns: dict[str, dict[str, str]] = {}
        told = link.execute(
            "SELECT file_name, name, duckdb_type, num_children, repetition_type"
            f" FROM parquet_schema({files})"
        )
        for path, name, kind, children, repeated in told.fetchall():
            if children is None:
                single = repeated in ("OPTIONAL", "REQUIRED")
                columns.setdefault(path, {})[name] = kind if single else ""
    except duckdb.Error as error:
        if len(parts) == 1:
            raise _no_part(parts[0].place) from error
        # which of them it is
        for part in parts:
            _footers(link, folder, [part])
        raise
    return rows, columns


def _no_part(place: str) -> DataError:
    msg = (
        f"海关明细的文件 {_shown(place)} 已损坏，或不是海关明细；用备份恢复，或删去后重新收入"
        f" | the file {_shown(place)} is damaged, or no customs detail: restore it, or remove"
        " the store and add the files again"
    )
    return DataError(msg)


_Answer = TypeVar("_Answer")
#: What a query of our own does wrong; all else is of the files, or of the machine.
_OUR_FAULTS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


class Connection:
    """A connection to a store whose answers are of the files that were looked at."""

    def __init__(self, link: duckdb.DuckDBPyConnection, parts: VerifiedParts) -> None:
        self._link, self._parts = link, parts

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close it."""
        self._link.close()

    def register(self, name: str, frame: pd.DataFrame) -> None:
        """Let queries call a frame by a name."""
        self._link.register(name, frame)

    def execute(self, query: str, parameters: Iterable[object] = ()) -> Self:
        """Ask, or make a table; what is answered is then fetched.

        Raises
        ------
        DataError
            If a file is damaged, is too large for the memory, or changes meanwhile.
        """
        self._guarded(self._link.execute, query, list(parameters))
        return self

    def df(self) -> pd.DataFrame:
        """Return the answer as a frame."""
        found: pd.DataFrame = self._guarded(self._link.df)
        return found

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows of the answer."""
        found: list[tuple[Any, ...]] = self._guarded(self._link.fetchall)
        return found

    def _guarded(self, call: Callable[..., _Answer], *words: object) -> _Answer:
        try:
            found = call(*words)
        except _OUR_FAULTS:
            raise
        except duckdb.OutOfMemoryException as error:
            msg = "查询海关明细时内存不够 | out of memory in a query of customs detail"
            raise DataError(msg) from error
        except duckdb.Error as error:
            self._parts.refuse_changed()
            # the file is named where DuckDB names it
            named = next((place for place in self._parts.states if place in str(error)), "")
            if isinstance(error, duckdb.IOException) and not named:
                msg = (
                    "查询海关明细时用不了临时文件夹：已满，或不能写"
                    " | a query of customs detail can't use its temporary folder: it is full, or"
                    " can't be written to"
                )
                raise DataError(msg) from error
            raise _no_part(named) from error
        self._parts.refuse_changed()
        return found
