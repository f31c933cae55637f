"""Where the questions about customs detail are answered: DuckDB in this process, or Spark.

A question is an expression of SQLGlot, which quotes what is in it and writes it for either: no text
of a parameter or a file is put into a query by hand. ``own`` has the current rows of one area and
currency in two years, and ``digits``, the length of the code.

DuckDB is the default. Where the data live on a cluster, ``CQBOOK_ENGINE=spark://host:7077`` (or
any master that Spark knows) names it, and the same questions go there; the data folder must then
be where every executor sees it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd
from sqlglot import exp, select

from cqbook.data.customs_store import REPLACED, Detail, part_kind
from cqbook.data.vocabulary import DIRECTIONS_ZH

VARIABLE = "CQBOOK_ENGINE"


@dataclass(frozen=True)
class Slice:
    """What is read of the detail: an area's trade (empty: all's) in one currency, in two years."""

    detail: Detail
    area: str
    currency: str
    year: str

    @property
    def before(self) -> str:
        """The year before."""
        return str(int(self.year) - 1)


class Engine(Protocol):
    """Answers questions about one slice."""

    def ask(self, question: exp.Select) -> pd.DataFrame:
        """Return the answer to a question over ``own``."""

    def labels(self, dimension: str) -> dict[str, str]:
        """Return the last name of each code of a dimension."""


def engine_for(asked: Slice) -> Engine:
    """Return the engine that the environment names, for the rows of a slice."""
    master = os.environ.get(VARIABLE, "")
    return Spark(asked, master) if master else Embedded(asked)


def _own(asked: Slice) -> exp.Select:
    period = exp.column("period")
    # by period too: in sorted files it says which parts of them are not read at all
    own = (
        select("*", "length(commodity) AS digits")
        .from_("detail")
        .where(
            exp.column("currency").eq(asked.currency),
            period >= asked.before,
            period < str(int(asked.year) + 1),
        )
    )
    return own.where(exp.column("entity").eq(asked.area)) if asked.area else own


def _concerned(asked: Slice) -> set[tuple[str, str]]:
    return {(flow, year) for flow in DIRECTIONS_ZH for year in (asked.before, asked.year)}


class Embedded:
    """DuckDB in this process."""

    def __init__(self, asked: Slice) -> None:
        self._link = asked.detail.connect(_concerned(asked))
        self._link.execute(f"CREATE VIEW own AS {_own(asked).sql('duckdb')}")

    def ask(self, question: exp.Select) -> pd.DataFrame:
        """Return the answer to a question over ``own``."""
        return self._link.execute(question.sql("duckdb")).df()

    def labels(self, dimension: str) -> dict[str, str]:
        """Return the last name of each code of a dimension."""
        query = "SELECT code, name FROM labels WHERE dimension = ?"
        return dict(self._link.execute(query, [dimension]).fetchall())


class Spark:
    """A Spark cluster; ``pyspark`` is wanted only where it is asked for."""

    def __init__(self, asked: Slice, master: str) -> None:
        from pyspark.sql import SparkSession

        self._detail: Detail = asked.detail
        self._session = (
            SparkSession.builder.master(master)
            .appName("cqbook")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.ansi.enabled", "true")
            .getOrCreate()
        )
        self._parts = self._detail.verified(_concerned(asked))
        places = self._parts.states
        self._view("vintages", [place for place in places if part_kind(place) == "rows"])
        replaced = [place for place in places if part_kind(place) == "replaced"]
        if not self._detail.index["lists_replaced"]:
            self._session.sql(REPLACED).createOrReplaceTempView("replaced")
        elif replaced:
            self._view("replaced", replaced)
        else:
            self._session.sql("SELECT 0 AS batch, 0 AS seq").createOrReplaceTempView("replaced")
        current = " ANTI JOIN replaced USING (batch, seq)"
        self._session.sql(f"SELECT * FROM vintages{current}").createOrReplaceTempView("detail")
        self._session.sql(_own(asked).sql("spark")).createOrReplaceTempView("own")

    def _view(self, name: str, paths: list[str]) -> None:
        places = [str((self._detail.folder / path).resolve()) for path in paths]
        self._session.read.parquet(*places).createOrReplaceTempView(name)

    def ask(self, question: exp.Select) -> pd.DataFrame:
        """Return the answer to a question over ``own``."""
        found = self._session.sql(question.sql("spark"))
        rows = [tuple(row) for row in found.collect()]
        self._parts.refuse_changed()
        return pd.DataFrame(rows, columns=found.columns)

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        with self._detail.connect(()) as link:
            found = link.execute("SELECT dimension, code, name FROM labels").fetchall()
        by: dict[str, dict[str, str]] = {}
        for dimension, code, name in found:
            by.setdefault(dimension, {})[code] = name
        return by

    def labels(self, dimension: str) -> dict[str, str]:
        """Return the last name of each code of a dimension; names are few, and read here."""
        return self._labels.get(dimension, {})
