"""Customs detail: a partitioned Parquet store, read by DuckDB.

The store's index says which files count, with their hashes. Batches are only ever added (see
`cqbook.intake.customs_batch`): a value that changed is a later row for the same key, so that the
earlier one stays as a vintage. Which rows were replaced is written with the batch that replaces
them, so that to read the current ones nobody has to compare all rows. So are the sums that are
asked for most, of each flow and year that a batch has rows of: they hold until another has.
"""

from __future__ import annotations

import json
import tempfile
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
import numpy as np
import pandas as pd
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from cqbook.data.customs_parts import Connection, Promise, VerifiedParts, verified_parts
from cqbook.data.embedded import database, listed_files
from cqbook.data.vocabulary import AUTO_HEADINGS
from cqbook.disk.checksums import file_digest
from cqbook.disk.regular import regular_content
from cqbook.errors import DataError, library_words, visible
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
#: Vehicles are kept by their whole codes.
VEHICLE, VEHICLE_UNIT = "vehicle", "辆"
#: What is added up: of each cube all rows (``""``), and those of each code by each dimension.
SUM_OF = ("", *DETAIL_DIMENSIONS, VEHICLE)
#: Goods are added up by codes of so many digits, or of fewer.
HEADING = 4
#: What is the same in all rows of a cube; ``digits`` is the length of the commodity codes.
CUBE_COLUMNS = ("entity", "currency", "flow", "period", "dims", "digits")
SUM_COLUMNS = {
    **dict.fromkeys(CUBE_COLUMNS, "VARCHAR"),
    "digits": "INTEGER",
    **dict.fromkeys(("dimension", "code"), "VARCHAR"),
    "value": "DOUBLE",
    **dict.fromkeys(("number", "valued"), "INTEGER"),
    # how many vehicles there are in it, and what those are worth that were counted
    **dict.fromkeys(("vehicles", "counted"), "DOUBLE"),
}
#: The view over the parts of each kind, and its columns.
VIEWS = {
    "rows": ("vintages", TYPES | ROW),
    "replaced": ("replaced", ROW),
    "labels": ("labelled", dict.fromkeys(LABEL_COLUMNS, "VARCHAR")),
    "sums": ("sums", SUM_COLUMNS),
}
#: Kinds whose parts are of one flow and year each.
PARTITIONED = ("rows", "sums")
#: What is replaced in a store whose batches did not list it yet: all but the last row of a key.
REPLACED = (
    "SELECT batch, seq FROM (SELECT batch, seq, row_number() OVER"
    f" (PARTITION BY {', '.join(ROW_KEY)} ORDER BY batch DESC, seq DESC) AS n"
    " FROM vintages) AS all_ WHERE n > 1"
)
#: The number of vehicles of a row, wherever the file has it.
VEHICLES_OF_ROW = (
    "CASE "
    + "".join(f"WHEN unit_{order} = '{VEHICLE_UNIT}' THEN quantity_{order} " for order in (1, 2))
    + "END"
)


def _summed_by(dimension: str) -> str:
    code = {
        "": "''",
        "commodity": f"left(commodity, {HEADING})",
        VEHICLE: "commodity",
    }.get(dimension, dimension)
    alike = "entity, currency, flow, period, dims, length(commodity)"
    worth, where = ("NULL", "NULL"), ""
    if dimension == VEHICLE:
        headings = ", ".join(f"'{heading}'" for heading in AUTO_HEADINGS)
        where = f" WHERE left(commodity, {HEADING}) IN ({headings})"
        worth = (
            f"sum({VEHICLES_OF_ROW})",
            f"sum(CASE WHEN {VEHICLES_OF_ROW} IS NOT NULL THEN value END)",
        )
    return (
        "SELECT entity, currency, flow, period, dims, CAST(length(commodity) AS INTEGER) AS digits,"
        f" '{dimension}' AS dimension, {code} AS code, sum(value) AS value,"
        " CAST(count(*) AS INTEGER) AS number, CAST(count(value) AS INTEGER) AS valued,"
        f" CAST({worth[0]} AS DOUBLE) AS vehicles, CAST({worth[1]} AS DOUBLE) AS counted"
        f" FROM detail{where} GROUP BY {f'{alike}, {code}' if dimension else alike}"
    )


#: The sums of a store that has not all of them.
SUMS_IN_SQL = " UNION ALL ".join(map(_summed_by, SUM_OF))
#: What queries may hold in memory; a national decade is larger than most machines.
QUERY_MEMORY = "512MB"
#: The platform gives no more rows than this in a file, and does not say that there are more.
ROWS_LIMIT = 10_000
#: Where the parts of a store stand in it, and nowhere else.
_PLACE = r"^((sums/)?flow=[a-z]{1,20}/year=[0-9]{4}|replaced|labels)/batch-[0-9]{4,9}\.parquet$"
_Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
#: Numbers of batches and rows stand in columns of such integers.
_Number = Annotated[int, Field(ge=0, lt=2**31)]


@lru_cache(maxsize=1000)
def _periods(text: str) -> str:
    # a thousand files are of a dozen months
    for item in text.split(";"):
        Period.parse(item)
    return text


def _of_its_kind(part: StorePart) -> StorePart:
    if part["kind"] != part_kind(part["path"]):
        msg = "a part in the folder of another kind"
        raise ValueError(msg)
    return part


def _summed_once(parts: list[StorePart]) -> list[StorePart]:
    found = [partition(part["path"]) for part in parts if part["kind"] == "sums"]
    if len(set(found)) < len(found):
        msg = "sums of the same rows twice"
        raise ValueError(msg)
    return parts


@with_config(ConfigDict(extra="allow"))
class StorePart(TypedDict):
    """A file of the store: what it holds (`VIEWS`), and the hash of its content."""

    path: Annotated[str, Field(pattern=_PLACE)]
    kind: str
    sha256: _Hash


@with_config(ConfigDict(extra="allow"))
class TakenIn(TypedDict):
    """A file that was taken in, and the batch with which it was; lists are joined by ``;``."""

    name: str
    sha256: _Hash
    flow: str
    entities: str
    periods: Annotated[str, AfterValidator(_periods)]
    dims: str
    currency: str
    rows: Annotated[int, Field(ge=0, lt=ROWS_LIMIT)]
    encoding: str
    retrieved: str
    batch: _Number


class StoreIndex(TypedDict):
    """The index: the last batch, what was taken in, and the parts that count.

    ``lists_replaced``: whether its parts list what was replaced; those of 2026.11 did not.
    """

    batch: _Number
    files: list[TakenIn]
    parts: Annotated[
        list[Annotated[StorePart, AfterValidator(_of_its_kind)]], AfterValidator(_summed_once)
    ]
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
        self._understood: tuple[bytes, StoreIndex] | None = None

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
            content = regular_content(path)
            # a page asks for it several times, and it names each file that was ever taken in
            if self._understood is None or self._understood[0] != content:
                stated = {"lists_replaced": False, **json.loads(content.decode("utf-8"))}
                self._understood = content, _INDEX.validate_python(stated)
            return self._understood[1]
        except (ValueError, TypeError, RecursionError) as error:
            place = f"{CUSTOMS}/{INDEX}"
            zh, en = library_words(error)
            if isinstance(error, ValidationError):
                where = ".".join(map(str, error.errors()[0]["loc"]))
                zh, en = f"{visible(where)} 不是应有的", f"{visible(where)} is not what it must be"
            msg = f"海关明细的索引 {place} 已损坏（{zh}） | the index {place} is damaged ({en})"
            raise DataError(msg) from error

    @property
    def files(self) -> pd.DataFrame:
        """The files taken in, one row each: `FILE_COLUMNS`."""
        return pd.DataFrame(self.index["files"], columns=FILE_COLUMNS)

    @property
    def holdings(self) -> set[Holding]:
        """What the files taken in are about; their rows are not read."""
        told = {
            (item["entities"], item["periods"], item["flow"], item["currency"])
            for item in self.index["files"]
        }
        return {
            Holding(entity, str(year), flow, currency)
            for entities, periods, flow, currency in told
            for entity in entities.split(";")
            for text in periods.split(";")
            for year in Period.parse(text).years
        }

    def connect(
        self,
        concerned: Collection[tuple[str, str]] | None = None,
        index: StoreIndex | None = None,
    ) -> Connection:
        """Return a connection with the views ``detail`` (current), ``vintages`` (all), ``labels``.

        ``sums`` has the sums of ``detail`` (`SUM_COLUMNS`), read or, where the store lacks some,
        made of it.

        Memory is bounded by `QUERY_MEMORY`; what needs more goes to a folder that DuckDB makes and
        removes.

        Parameters
        ----------
        concerned : collection of (str, str), optional
            Flow and year of the partitions that count; without it, all do.
        index : StoreIndex, optional
            What counts; without it, what the store's own index says.

        Raises
        ------
        DataError
            If a file of the store is missing or not what was written.
        """
        index = index or self.index
        spill = Path(tempfile.gettempdir()) / f"cqbook-{uuid.uuid4().hex}"
        made = database(memory_limit=QUERY_MEMORY, temp_directory=str(spill))
        # footers are read once, not with each question; of a file that changed, again
        made.execute("SET parquet_metadata_cache = true")
        parts = self._verified(made, index, concerned)
        link = Connection(made, parts)
        for kind, (view, columns) in VIEWS.items():
            places = [place for place in parts.states if part_kind(place) == kind]
            _view(link, view, columns, self.folder, places)
        # most batches replace nothing: then there is nothing to look up
        replaced = any(part_kind(place) == "replaced" for place in parts.states)
        if not index["lists_replaced"]:
            # all rows are compared, once: the next batch lists them
            link.execute("DROP VIEW replaced")
            link.execute(f"CREATE TABLE replaced AS {REPLACED}")
            replaced = True
        current = " ANTI JOIN replaced USING (batch, seq)" if replaced else ""
        link.execute(f"CREATE VIEW detail AS SELECT * FROM vintages{current}")
        if unsummed(parts.states):
            link.execute("DROP VIEW sums")
            link.execute(f"CREATE VIEW sums AS {SUMS_IN_SQL}")
        # names drift between years: the last one heard stands for the code; of two heard for the
        # same period always the same one
        link.execute(
            "CREATE VIEW labels AS SELECT dimension, code, arg_max(name, (period, name)) AS name"
            " FROM labelled GROUP BY dimension, code"
        )
        return link

    def verified(self, concerned: Collection[tuple[str, str]] | None = None) -> VerifiedParts:
        """Return the parts of the index, of rows and sums those `concerned`; each as written.

        Raises
        ------
        DataError
            If one is missing or was altered.
        """
        with database(threads=1) as link:
            return self._verified(link, self.index, concerned)

    def _verified(
        self,
        link: duckdb.DuckDBPyConnection,
        index: StoreIndex,
        concerned: Collection[tuple[str, str]] | None,
    ) -> VerifiedParts:
        taken: Counter[int] = Counter()
        for item in index["files"]:
            taken[item["batch"]] += item["rows"]
        most = {
            "rows": taken,
            "replaced": Counter(dict.fromkeys(taken, taken.total())),
            "labels": Counter({n: count * len(DETAIL_DIMENSIONS) for n, count in taken.items()}),
            "sums": Counter(dict.fromkeys(taken, taken.total() * len(SUM_OF))),
        }
        return verified_parts(
            link,
            self.folder,
            [
                Promise(
                    part["path"],
                    part["sha256"],
                    VIEWS[part["kind"]][1],
                    most[part["kind"]][part_batch(part["path"])],
                )
                for part in index["parts"]
                if part["kind"] not in PARTITIONED
                or concerned is None
                or partition(part["path"]) in concerned
            ],
        )


def part_kind(place: str) -> str:
    """Return what a part of the store holds, by its path: a name of `VIEWS`."""
    folder = place.partition("/")[0]
    return folder if folder in VIEWS else "rows"


def part_batch(place: str) -> int:
    """Return with which batch a part of the store was written."""
    return int(place.rpartition("-")[2].removesuffix(".parquet"))


def partition(place: str) -> tuple[str, str]:
    """Return flow and year of a part of rows or sums: ``flow=export/year=2024/…``."""
    flow, year = place.split("/")[-3:-1]
    return flow.partition("=")[2], year.partition("=")[2]


def unsummed(places: Iterable[str]) -> set[tuple[str, str]]:
    """Return the partitions of rows that there are no sums of, or older ones than the rows."""
    latest: dict[str, dict[tuple[str, str], int]] = {kind: {} for kind in PARTITIONED}
    for place in places:
        if (kind := part_kind(place)) in PARTITIONED:
            where, batch = partition(place), part_batch(place)
            latest[kind][where] = max(batch, latest[kind].get(where, batch))
    rows, sums = (latest[kind] for kind in PARTITIONED)
    return {where for where, batch in rows.items() if sums.get(where, -1) < batch}


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
    link: Connection, name: str, columns: dict[str, str], folder: Path, places: list[str]
) -> None:
    by_flow: dict[str, list[Path]] = {}
    for place in places:
        flow = partition(place)[0] if part_kind(place) in PARTITIONED else ""
        by_flow.setdefault(flow, []).append(folder / place)
    if by_flow:
        selects = (_select(columns, flow, paths) for flow, paths in by_flow.items())
        link.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(selects)}")
        return
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in columns.items())
    link.execute(f"CREATE VIEW {name} AS SELECT {nothing} WHERE false")


def _select(columns: Iterable[str], flow: str, paths: Iterable[Path]) -> str:
    """Return the query for the columns of files, which are all of one flow, or of none."""
    # said and not read: a question on the other flow does not open these files
    told = {"flow": f"'{flow}' AS flow"} if flow else {}
    listed = ", ".join(told.get(column, column) for column in columns)
    return f"SELECT {listed} FROM read_parquet({listed_files(paths)}, hive_partitioning = false)"
