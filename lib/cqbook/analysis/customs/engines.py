"""Where the questions about customs detail are answered: DuckDB in this process, or Spark.

A question is an expression of SQLGlot, which quotes what is in it and writes it for either: no text
of a parameter or a file is put into a query by hand. ``detail`` has the current rows of two years,
``sums`` their sums.

DuckDB is the default. Where the data live on a cluster, ``CQBOOK_ENGINE=spark://host:7077`` (or
any master that Spark knows) names it, and the same questions go there; the data folder must then
be where every executor sees it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Protocol

from sqlglot import exp
from sqlglot.dialects import duckdb as _  # noqa: F401 - else it is loaded with the first question

from cqbook.data.customs_store import REPLACED, SUMS_IN_SQL, Detail, part_kind, unsummed
from cqbook.data.vocabulary import DIRECTIONS_ZH

VARIABLE = "CQBOOK_ENGINE"
#: What is answered, row by row.
Rows = list[tuple[Any, ...]]


class Engine(Protocol):
    """Answers questions about the detail of some years."""

    def ask(self, question: exp.Select) -> Rows:
        """Return the answer to a question over ``detail`` or ``sums``."""

    def labels(self, dimension: str) -> dict[str, str]:
        """Return the last name of each code of a dimension."""


def engine_for(detail: Detail, years: Iterable[str]) -> Engine:
    """Return the engine that the environment names, for the rows of some years."""
    concerned = {(flow, year) for flow in DIRECTIONS_ZH for year in years}
    master = os.environ.get(VARIABLE, "")
    return Spark(detail, concerned, master) if master else Embedded(detail, concerned)


class Embedded:
    """DuckDB in this process."""

    def __init__(self, detail: Detail, concerned: set[tuple[str, str]]) -> None:
        self._link = detail.connect(concerned)

    def ask(self, question: exp.Select) -> Rows:
        """Return the answer to a question over ``detail`` or ``sums``."""
        return self._link.execute(question.sql("duckdb")).fetchall()

    def labels(self, dimension: str) -> dict[str, str]:
        """Return the last name of each code of a dimension."""
        query = "SELECT code, name FROM labels WHERE dimension = ?"
        return dict(self._link.execute(query, [dimension]).fetchall())


class Spark:
    """A Spark cluster; ``pyspark`` is wanted only where it is asked for."""

    def __init__(self, detail: Detail, concerned: set[tuple[str, str]], master: str) -> None:
        from pyspark.sql import SparkSession

        self._detail = detail
        self._session = (
            SparkSession.builder.master(master)
            .appName("cqbook")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.ansi.enabled", "true")
            .getOrCreate()
        )
        self._parts = detail.verified(concerned)
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
        if unsummed(places):
            self._session.sql(SUMS_IN_SQL).createOrReplaceTempView("sums")
        else:
            self._view("sums", [place for place in places if part_kind(place) == "sums"])

    def _view(self, name: str, paths: list[str]) -> None:
        places = [str((self._detail.folder / path).resolve()) for path in paths]
        self._session.read.parquet(*places).createOrReplaceTempView(name)

    def ask(self, question: exp.Select) -> Rows:
        """Return the answer to a question over ``detail`` or ``sums``."""
        rows = [tuple(row) for row in self._session.sql(question.sql("spark")).collect()]
        self._parts.refuse_changed()
        return rows

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
