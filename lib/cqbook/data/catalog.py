"""Open a data directory and load its tables: the only place that reads data files.

Every query is recorded (what was asked, and a hash of what came back), so that it can be known
which rows a chapter depends on, and whether they are still the same.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cqbook.data.customs_store import CUSTOMS
from cqbook.data.descriptor import Descriptor, Field, Resource, descriptor_of
from cqbook.data.publication import Publication, publication_of
from cqbook.data.series import as_observations, may_hold
from cqbook.disk.checksums import digest, file_digest, json_digest
from cqbook.disk.installed import REPOSITORY, book_around
from cqbook.disk.regular import regular_content
from cqbook.errors import DataError, library_words

if TYPE_CHECKING:
    from cqbook.data.customs_store import Detail


DESCRIPTOR = "datapackage.json"
#: The table of figures that were entered one by one; series are added to it (`cqbook.data.series`).
OBSERVATION_TABLE = "observations"
#: The data that ``data_dir=""`` means, where it is not the repository's (a build sets it, so that
#: no path stands in a notebook).
DATA_VARIABLE = "CQBOOK_DATA"
#: A file to which each query is appended as a line of JSON (an execution that is observed sets it).
TRACE_VARIABLE = "CQBOOK_TRACE"
#: The observations of their own file: a query of the table that asks for no series.
WITHOUT_SERIES: Mapping[str, Sequence[str]] = {"": ()}
#: What a column is asked for: a value, values of which one must match, or nothing.
Wanted = str | list[str] | None
_NONE = np.array([], dtype=int)


@dataclass(frozen=True)
class Query:
    """One recorded query: the table, the values asked for by column, SHA-256 of what came back.

    No filters: the whole table; among them `WITHOUT_SERIES`: its file without the series. Filter
    ``""`` with names: these columns of all its rows. Table ``""``, filter ``edition``: the
    package's version.
    """

    table: str
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    digest: str

    def to_json(self) -> str:
        """Return the query as one line of JSON."""
        content = {"table": self.table, "filters": dict(self.filters), "digest": self.digest}
        return json.dumps(content, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Query:
        """Read what `to_json` wrote."""
        content = json.loads(line)
        filters = tuple((key, tuple(value)) for key, value in sorted(content["filters"].items()))
        return cls(content["table"], filters, content["digest"])


# a package is opened again and again, and most of its tables are as they were
@functools.lru_cache(maxsize=64)
def _read_csv(content: bytes) -> tuple[pd.DataFrame, tuple[str, str] | None]:
    """Return a table as text, and what is wrong with it (None: nothing)."""
    lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    rows = [row for row in csv.reader(lines, strict=True) if row]
    problem = _ragged(rows)
    frame = pd.DataFrame() if problem else pd.DataFrame(rows[1:], columns=rows[0], dtype=str)
    return frame, problem


def _ragged(rows: list[list[str]]) -> tuple[str, str] | None:
    """Return what keeps rows from being a table; a guess at it would move cells."""
    if not rows:
        return "空的", "empty"
    if len(set(rows[0])) < len(rows[0]):
        return "表头重复", "a heading stands twice"
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            return (
                f"第{number - 1}行有{len(row)}格，应为{len(rows[0])}格",
                f"row {number - 1}: {len(row)} cells, expected {len(rows[0])}",
            )
    return None


def _with_types(frame: pd.DataFrame, fields: Sequence[Field]) -> pd.DataFrame:
    """Give the columns of a table the types that its fields declare."""
    for field in fields:
        column = field["name"]
        if column not in frame:
            continue
        if field["type"] == "number":
            # the printed digits are kept beside the float: precision is information
            frame[f"{column}_text"] = frame[column]
            frame[column] = pd.to_numeric(frame[column].replace("", None))
        elif field["type"] == "integer":
            frame[column] = pd.to_numeric(frame[column].replace("", None)).astype("Int64")
        elif field["type"] == "boolean":
            frame[column] = frame[column].eq("true")
    return frame


def _joined(frame: pd.DataFrame) -> np.ndarray:
    """Return each row of a table of text as one text."""
    lines = np.empty(len(frame), dtype=object)
    lines[:] = ["\x1f".join(row) for row in frame.values.tolist()]
    return lines


def _labels(sources: pd.DataFrame) -> dict[str, str]:
    """Return the label of each row of ``sources`` by its id; articles of one day have letters."""
    cells = (sources[name].tolist() for name in ("source_id", "outlet", "relay", "published"))
    found = {
        key: f"{outlet}{'（转引）' if relay else ''}，{published or '日期不详'}"
        for key, outlet, relay, published in zip(*cells, strict=True)
    }
    together: dict[str, list[str]] = {}
    for key, label in found.items():
        together.setdefault(label, []).append(key)
    for label, keys in together.items():
        if len(keys) > 1:
            # in the order of the table, which grows at its end: a letter stays with its article
            found |= {key: f"{label}（{_letters(n)}）" for n, key in enumerate(keys)}
    return found


def _letters(number: int) -> str:
    """Return the letters of a number from 0: a, b, … z, aa."""
    before, last = divmod(number, 26)
    return (_letters(before - 1) if before else "") + chr(ord("a") + last)


def find_data(data_dir: str | os.PathLike[str] = "") -> Path:
    """Return the absolute data directory that a `data_dir` parameter means.

    Parameters
    ----------
    data_dir : str or path
        Empty: the directory that ``CQBOOK_DATA`` names, or else ``data/`` of the book that the
        current directory is part of, or else that of the package's own repository.
        Otherwise a directory; a relative one counts from the current directory.

    Raises
    ------
    DataError
        If the directory has no ``datapackage.json``.
    """
    chosen = str(data_dir) or os.environ.get(DATA_VARIABLE, "")
    around = None if chosen else book_around(Path.cwd())
    path = Path(chosen).resolve() if chosen else (around or REPOSITORY) / "data"
    if not (chosen or around) and not (path / DESCRIPTOR).is_file():
        # the package is installed, not worked on: it has no data of its own
        msg = (
            f"{Path.cwd()} 及其上各级没有书；到书的文件夹里运行，或写明数据目录："
            "cq.open_data(目录)、CQBOOK_DATA"
            f" | there is no book in {Path.cwd()} or above it: run this in the book's folder, or"
            " name its data: cq.open_data(FOLDER), CQBOOK_DATA"
        )
        raise DataError(msg)
    if not (path / DESCRIPTOR).is_file():
        msg = (
            f"数据目录 {path} 中没有 {DESCRIPTOR}；请指定一个数据包目录。"
            f" | No {DESCRIPTOR} in {path}: expected a directory that holds a data package."
        )
        raise DataError(msg)
    return path


class Catalog:
    """The tables of one data package, read once each, as text where the package says string.

    Parameters
    ----------
    data_dir : str or path
        See `find_data`.

    Examples
    --------
    >>> book = Catalog()
    >>> book.observations(indicator="trade_value", entity="CN-50", period="2022").empty
    False
    """

    def __init__(self, data_dir: str | os.PathLike[str] = "") -> None:
        self.path = find_data(data_dir)
        self.queries: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], Query] = {}
        self._tables: dict[str, pd.DataFrame] = {}
        self._found: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], pd.DataFrame] = {}
        self._cells: dict[tuple[str, tuple[tuple[str, str], ...], str], str | None] = {}
        self._labels: dict[str, str] = {}
        self._series: dict[str, pd.DataFrame] = {}
        self._lines: dict[str, np.ndarray] = {}
        self._schemas: dict[str, str] = {}
        self._places: dict[tuple[str, str], dict[Hashable, np.ndarray]] = {}
        self._trace = os.environ.get(TRACE_VARIABLE, "")
        if _OPENED:
            self._take_over(*_OPENED[-1])

    def _take_over(self, of: str, opened: Catalog) -> None:
        """Take the tables as they were read by `keep_open`, if they are the same; no queries."""
        try:
            if self.files_digest() != of:
                return
        except DataError:
            # who reads it is told what is wrong
            return
        # nobody changes what is shared: what is handed out is a copy
        self._tables |= opened._tables
        self._series |= opened._series
        self._lines |= opened._lines
        self._places |= opened._places

    @cached_property
    def descriptor(self) -> Descriptor:
        """The Frictionless descriptor, parsed."""
        try:
            return descriptor_of(
                json.loads(regular_content(self.path / DESCRIPTOR).decode("utf-8"))
            )
        except (ValueError, RecursionError) as error:
            # a ValueError of our own names the place in it
            own = type(error) is ValueError
            zh, en = (f"{error}", f"{error}") if own else library_words(error)
            msg = (
                f"{DESCRIPTOR} 已损坏：不是数据包的描述（{zh}）；git checkout 恢复它再运行"
                f" | {DESCRIPTOR} is damaged: no descriptor of a data package ({en});"
                " restore it"
            )
            raise DataError(msg) from error

    @cached_property
    def publication(self) -> Publication:
        """What the book is called, by whom it is, about which place."""
        return publication_of(self.descriptor)

    @property
    def place(self) -> str:
        """The entity that the book is about."""
        return self.publication.place

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Resource descriptors by table name."""
        return {item["name"]: item for item in self.descriptor["resources"]}

    @cached_property
    def series(self) -> dict[str, Resource]:
        """Resource descriptors of the long series, by table name."""
        return {name: item for name, item in self.resources.items() if "observations" in item}

    def fields(self, name: str) -> list[Field]:
        """Return the field descriptors of table `name`."""
        return self._resource(name)["schema"]["fields"]

    def file(self, name: str) -> Path:
        """Return the path of the file that holds table `name`.

        Raises
        ------
        DataError
            If it lies outside the data directory, as by ``..`` or a link.
        """
        given = self._resource(name)["path"]
        path = self.path / given
        if not path.resolve().is_relative_to(self.path):
            msg = (
                f"{DESCRIPTOR}：表 {name} 的 path“{given}”应在数据目录之内"
                f" | {DESCRIPTOR}: path {given!r} of table {name}: expected inside the directory"
            )
            raise DataError(msg)
        return path

    def digests(self) -> dict[str, str]:
        """Return the hash of each table's file as it is on disk, by its name.

        Of the descriptor by ``""``, of the index of customs detail by its folder's name. A table
        that lacks its file has a hash too, ``""``: who reads it refuses it.
        """
        files = {"": self.path / DESCRIPTOR, CUSTOMS: self.path / CUSTOMS / "store.json"}
        files |= {name: self.file(name) for name in self.resources}
        return {name: file_digest(path) if path.is_file() else "" for name, path in files.items()}

    def files_digest(self) -> str:
        """Return one hash of the package as it is on disk: of all `digests`."""
        return json_digest(self.digests())

    def _resource(self, name: str) -> Resource:
        try:
            return self.resources[name]
        except KeyError:
            known = sorted(self.resources)
            msg = f"数据包中没有表 {name} | no table {name!r}: expected one of {known}"
            raise DataError(msg) from None

    def text(self, name: str) -> pd.DataFrame:
        """Return table `name` with every cell as the text in the file (empty: ``""``)."""
        path = self.file(name)
        try:
            frame, problem = _read_csv(regular_content(path))
        except FileNotFoundError:
            msg = f"缺少数据文件 {path} | missing data file {path}"
            raise DataError(msg) from None
        except (csv.Error, UnicodeDecodeError) as error:
            problem = library_words(error)
        if problem:
            zh, en = problem
            msg = (
                f"{path.name}：不能作为 UTF-8 的 CSV 读取（{zh}）"
                f" | {path.name}: cannot be read as CSV in UTF-8 ({en})"
            )
            raise DataError(msg)
        # callers may change it: pandas copies what is changed
        return frame.copy(deep=False)

    def table(self, name: str) -> pd.DataFrame:
        """Return table `name`; columns typed number become floats, integer ``Int64``.

        Codes stay text, with their leading zeros. The frame is a copy: callers may change it.
        """
        frame = self._typed(name)
        self._record(name, WITHOUT_SERIES if name == OBSERVATION_TABLE else None)
        return frame.copy()

    def columns(self, name: str, *columns: str) -> pd.DataFrame:
        """Return columns of all rows of a table as `table` does; what the others say is not read.

        Raises
        ------
        DataError
            If the table has no such column.
        """
        frame = self._typed(name)
        unknown = sorted(set(columns) - set(frame.columns))
        if unknown:
            raise DataError(_no_column(name, unknown))
        found = frame[list(columns)].copy()
        schema = json.dumps(self._resource(name)["schema"], sort_keys=True)
        cells = "\x1e".join("\x1d".join(map(str, found[column])) for column in columns)
        self._record(name, {"": columns}, content=f"{schema}\x1e{cells}")
        return found

    def _typed(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            frame = self.text(name)
            # the rows as they stand in the file: what a query's digest is made of
            if name == OBSERVATION_TABLE:
                # a row that a query does not return can correct one that it does
                frame["superseded"] = frame["observation_id"].isin(frame["supersedes"])
                marked = frame.assign(superseded=frame["superseded"].map(str))
            else:
                marked = frame
            self._lines[name] = _joined(marked)
            self._tables[name] = _with_types(frame, self.fields(name))
        return self._tables[name]

    def _served(self, name: str) -> pd.DataFrame:
        """Return a series as typed rows of ``observations``."""
        if name not in self._series:
            own = self.text(name)
            frame = self.as_observations(name, own)
            # a figure that was entered by hand can correct one of a series
            frame["superseded"] = frame["observation_id"].isin(
                self._typed(OBSERVATION_TABLE)["supersedes"]
            )
            marked = own.assign(superseded=frame["superseded"].map(str))
            self._lines[name] = _joined(marked)
            self._series[name] = _with_types(frame, self.fields(OBSERVATION_TABLE))
        return self._series[name]

    def as_observations(self, name: str, own: pd.DataFrame) -> pd.DataFrame:
        """Return series `name`, given as text, as rows of ``observations``, all text."""
        columns = [field["name"] for field in self.fields(OBSERVATION_TABLE)]
        return as_observations(self.series[name], own, columns)

    def observations(self, **filters: Wanted) -> pd.DataFrame:
        """Return the observations whose columns equal the filters, in file order; then the series.

        Parameters
        ----------
        **filters
            Column name → value, or list of values of which one must match.

        Returns
        -------
        pandas.DataFrame
            The columns of ``observations`` and ``superseded``: whether another row corrects this
            one. Empty if nothing matches.
        """
        asked = {
            column: [wanted] if isinstance(wanted, str) else list(wanted)
            for column, wanted in filters.items()
            if wanted is not None
        }
        return self._select(OBSERVATION_TABLE, asked).reset_index(drop=True)

    def own_rows(self, name: str, asked: Mapping[str, str | Iterable[str]]) -> pd.DataFrame:
        """Return the rows of a table's own file, without the series, with these values by column.

        A value, or values of which one must match. Only these rows count as read.
        """
        wanted = {
            column: [value] if isinstance(value, str) else list(value)
            for column, value in asked.items()
        }
        return self._select(name, {**WITHOUT_SERIES, **wanted})

    def file_and_row(self, observation_id: str) -> tuple[str, int]:
        """Return the file that an observation stands in, and its row, from 1 below the header.

        Raises
        ------
        DataError
            If there is no such observation.
        """
        # an id of a series begins with its table's name
        table = observation_id.partition(".")[0]
        name = table if table in self.series else OBSERVATION_TABLE
        frame = self._served(name) if name in self.series else self._typed(name)
        found = self._where(name, frame, "observation_id", [observation_id])
        if not len(found):
            msg = f"没有这个数：{observation_id} | no such observation: {observation_id}"
            raise DataError(msg)
        return self.resources[name]["path"], int(found[0]) + 1

    def _select(self, name: str, asked: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        """Return the rows of which each asked column has one of its values; record the query."""
        key = (name, tuple(sorted((column, tuple(values)) for column, values in asked.items())))
        if key in self._found:
            # a name is looked up a hundred times on a page
            return self._found[key].copy(deep=False)
        found = self._places_of(name, asked)
        self._record(name, asked, found)
        tables = {name: self._typed(name)} | {
            table: self._served(table) for table in found if table != name
        }
        parts = [tables[table].iloc[at] for table, at in found.items() if len(at)]
        parts = parts or [tables[name].iloc[:0]]
        self._found[key] = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        return self._found[key].copy(deep=False)

    def _places_of(self, name: str, asked: Mapping[str, Sequence[str]]) -> dict[str, np.ndarray]:
        """Return the places of the rows that answer a query, by table: its own, then series."""
        columns = {key: values for key, values in asked.items() if key not in WITHOUT_SERIES}
        found = {name: self._fitting(name, self._typed(name), columns)}
        if name == OBSERVATION_TABLE and not WITHOUT_SERIES.keys() <= asked.keys():
            for series, resource in self.series.items():
                if may_hold(resource, asked):
                    at = self._fitting(series, self._served(series), asked)
                    found |= {series: at} if len(at) else {}
        return found

    def _fitting(
        self, name: str, frame: pd.DataFrame, asked: Mapping[str, Sequence[str]]
    ) -> np.ndarray:
        """Return the places of the rows of which each asked column has one of its values."""
        unknown = sorted(asked.keys() - set(frame.columns))
        if unknown:
            raise DataError(_no_column(name, unknown))
        fits = np.zeros(len(frame), dtype=np.int8)
        for column, values in asked.items():
            fits[self._where(name, frame, column, values)] += 1
        return np.flatnonzero(fits == len(asked))

    def _where(
        self, name: str, frame: pd.DataFrame, column: str, values: Sequence[str]
    ) -> np.ndarray:
        """Return the places of the rows of which `column` has one of `values`."""
        key = (name, column)
        if key not in self._places:
            grouped = frame.groupby(column, sort=False).indices
            self._places[key] = {value: np.asarray(at) for value, at in grouped.items()}
        places = self._places[key]
        return np.concatenate([_NONE, *(places[value] for value in set(values) if value in places)])

    def _record(
        self,
        name: str,
        asked: Mapping[str, Sequence[str]] | None = None,
        rows: Mapping[str, np.ndarray] | None = None,
        content: str = "",
    ) -> Query:
        filters = tuple(sorted((key, tuple(values)) for key, values in (asked or {}).items()))
        known = self.queries.get((name, filters))
        if known:
            return known
        if name in self._lines and not content:
            asked_of = rows or {name: np.arange(len(self._lines[name]))}
            content = "\x1d".join(self._answer(table, of) for table, of in asked_of.items())
        query = Query(name, filters, digest(content.encode()))
        self.queries[name, filters] = query
        if self._trace:
            # as it happens: an execution that dies leaves what it asked until then
            with Path(self._trace).open("a", encoding="utf-8") as trace:
                trace.write(query.to_json() + "\n")
        return query

    def _answer(self, name: str, rows: np.ndarray) -> str:
        """Return rows of a table by their places, as they stand in its file, and how it is read."""
        if name not in self._schemas:
            resource = self._resource(name)
            # another type, or another fixed unit, is another answer
            schema = json.dumps(resource["schema"], sort_keys=True)
            if name in self.series:
                schema += json.dumps(resource["observations"], sort_keys=True)
            self._schemas[name] = schema
        return "\x1e".join([self._schemas[name], *self._lines[name][rows]])

    def again(self, query: Query) -> Query:
        """Ask a recorded query again and return it with the digest of what comes back now.

        Raises
        ------
        DataError
            If the table or a column is no longer there.
        """
        known = self.queries.get((query.table, query.filters))
        if known:
            return known
        filters = dict(query.filters)
        if query.table == "" and "english" in filters:
            _ = self.english_names
        elif query.table == "":
            _ = self.edition
        elif query.table == CUSTOMS:
            _ = self.customs_digest
        elif filters.keys() == WITHOUT_SERIES.keys() and filters != WITHOUT_SERIES:
            self.columns(query.table, *filters[""])
        elif filters == WITHOUT_SERIES or (not filters and query.table != OBSERVATION_TABLE):
            self.table(query.table)
        else:
            # the rows themselves nobody asks for
            self._record(query.table, filters, self._places_of(query.table, filters))
        return self.queries[query.table, query.filters]

    def asks(self, query: Query) -> set[str]:
        """Return the names, as in `digests`, of the files that a recorded query's answer is of."""
        if query.table == CUSTOMS:
            return {CUSTOMS}
        if query.table == "":
            # English names are those of all tables; the edition is the descriptor's
            return {"", *(self.resources if "english" in dict(query.filters) else ())}
        # a row of one's own can correct one of a series
        series = self.series if query.table == OBSERVATION_TABLE else ()
        return {"", query.table, *series}

    @property
    def edition(self) -> str:
        """Name of the edition that the data are made for (``2026-11``)."""
        name = self.descriptor["version"].replace(".", "-")
        self._record("", {"edition": []}, content=name)
        return name

    @property
    def english_names(self) -> list[tuple[str, str]]:
        """Chinese and English of all that has both, the phrases last; they count as read as one.

        Which of them a page says, its code and data decide: one that changed is another answer.
        """
        pairs: list[tuple[str, str]] = []
        for name in sorted(self.resources, key=lambda item: item == "english"):
            if {"name_zh", "name_en"} <= {field["name"] for field in self.fields(name)}:
                rows = self.text(name)
                pairs += zip(rows["name_zh"], rows["name_en"], strict=True)
        self._record("", {"english": []}, content="\x1e".join(map("\x1d".join, pairs)))
        return pairs

    @property
    def customs_digest(self) -> str:
        """SHA-256 of the index of the customs detail; empty where there is none."""
        index = self.path / CUSTOMS / "store.json"
        found = file_digest(index) if index.exists() else ""
        self._record(CUSTOMS, content=found)
        return found

    @cached_property
    def detail(self) -> Detail:
        """The customs detail; it may be empty. To read it is to depend on all of it."""
        from cqbook.data.customs_store import Detail

        _ = self.customs_digest
        return Detail(self.path / CUSTOMS)

    def lookup(self, name: str, key: str, code: str, column: str = "name_zh") -> str | None:
        """Return one cell of table `name`: `column` of the row whose `key` is `code`, or None.

        Only that row counts as read: a chapter does not depend on sources that it does not cite.
        """
        return self._cell(name, ((key, code),), column)

    def _cell(self, name: str, keys: tuple[tuple[str, str], ...], column: str) -> str | None:
        """Return a cell of the one row that has these keys, or None; a page asks again and again.

        Only the first time is a query: the others would be the same.
        """
        place = (name, keys, column)
        if place not in self._cells:
            frame = self._typed(name)
            asked = {key: [code] for key, code in keys}
            # all columns of a row, for one cell, take ten times as long
            rows = self._fitting(name, frame, asked)
            self._record(name, asked, {name: rows})
            self._cells[place] = next(iter(frame[column].iloc[rows[:1]].tolist()), None)
        return self._cells[place]

    def names(self, name: str, key: str) -> pd.Series:
        """Return the Chinese names of table `name`, indexed by its column `key`."""
        return self.table(name).set_index(key)["name_zh"]

    def name(self, entity: str) -> str:
        """Return the Chinese name of an entity; the code itself where it has none."""
        return self.lookup("entities", "entity", entity) or entity

    def breakdown_name(self, breakdown: str) -> str:
        """Return the Chinese name of a breakdown (``partner=asean`` → 东盟)."""
        if not breakdown:
            return "合计"
        return "·".join(self._part_name(part) for part in breakdown.split(";"))

    def _part_name(self, part: str) -> str:
        dimension, _, code = part.rpartition("=")
        found = self._cell("breakdowns", (("dimension", dimension), ("code", code)), "name_zh")
        return code if found is None else found

    def source_label(self, source_id: str) -> str:
        """Return the short label of a source: outlet, whether at second hand, and date if known.

        Of several from one outlet and day each has a letter.
        """
        if source_id == CUSTOMS:
            return f"海关统计数据在线查询平台，{len(self.detail.files)}个文件"
        if source_id not in self._labels:
            own = self._select("sources", {"source_id": [source_id]})
            among = {name: own[name].tolist() for name in ("outlet", "published")}
            alike = self._select("sources", among) if len(own) else own
            self._labels[source_id] = _labels(alike).get(source_id, source_id)
        return self._labels[source_id]

    def sources_of(self, rows: Iterable[str]) -> dict[str, str]:
        """Return the source of each of these observations, by its id; only they count as read.

        One that the book does not have has none.
        """
        found = self.observations(observation_id=sorted(set(rows)))
        return dict(zip(found["observation_id"], found["source_id"], strict=True))

    def source_labels(self) -> dict[str, str]:
        """Return the `source_label` of each source of the table, by its id; all count as read."""
        return _labels(self.table("sources"))


def _no_column(name: str, unknown: Sequence[str]) -> str:
    return f"{name} 没有列 {unknown} | no such column in {name}: {unknown}"


#: What `keep_open` read: the hash of its files, and the package.
_OPENED: list[tuple[str, Catalog]] = []


def keep_open(data_dir: str | os.PathLike[str]) -> None:
    """Read all tables of a package now, for this process and those that are forked from it.

    Each package that is opened afterwards, wherever it lies, and has just these tables, need not
    read them again. One that is damaged is left to who reads it.
    """
    try:
        book = Catalog(data_dir)
        before = book.files_digest()
        for name in book.resources:
            book._typed(name)
        for name in book.series:
            book._served(name)
        if book.files_digest() == before:
            _OPENED.append((before, book))
    except DataError:
        return
