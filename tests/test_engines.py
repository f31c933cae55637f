"""The questions about customs detail, answered by Spark on two executors as by DuckDB."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import customs_files as files
import pytest
from conftest import ROOT, lacking

from cqbook.analysis.customs import (
    autos,
    coverage,
    cubes,
    decomposition,
    dimensions,
    engines,
    months,
    overview,
)
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import INDEX, unsummed
from cqbook.data.embedded import database
from cqbook.data.vocabulary import DIRECTIONS_ZH
from cqbook.disk.checksums import file_digest
from cqbook.errors import DataError
from cqbook.intake import customs_batch, customs_csv, customs_format
from cqbook.intake.customs_format import Said

MONTHS = ("202301", "202302", "202401", "202402", "202403")


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    if importlib.util.find_spec("pyspark") is None:
        lacking("no pyspark: make test-cluster installs it")
    if shutil.which("java") is None:
        lacking("no Java, which Spark wants: make test-cluster installs it where it may")
    import pyspark

    # executors are started by the scripts beside the package
    monkeypatch.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))
    # two executors have no use for the two hundred tasks of a large cluster
    (tmp_path / "spark-defaults.conf").write_text("spark.sql.shuffle.partitions 2\n")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    yield "local-cluster[2,1,1024]"
    from pyspark.sql import SparkSession

    SparkSession.builder.getOrCreate().stop()


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """The data with two years of two flows, values missing and replaced: taken in once."""
    folder = tmp_path_factory.mktemp("engines")
    data = shutil.copytree(ROOT / "data", folder / "data")
    made = files.rows(months=MONTHS, count=300)
    later = [dict(row) for row in made[::7]]
    for row in later:
        row["USD"] = "4,321"
    made[5] = made[5] | {"USD": "?"}
    codes = customs_format.known_codes(Catalog(data))
    for name, rows in (("出口1", made), ("进口1", made[:90]), ("出口2", later)):
        path = files.write(folder, f"{name}.csv", rows)
        detail = Catalog(data).detail
        read = customs_csv.read_file(path, codes, Said())
        customs_batch.write_batch(detail, customs_batch.plan_batch(detail, [read]))
    return data


@pytest.fixture
def book(taken_in, tmp_path):
    """A copy of them that a test may spoil."""
    return Catalog(shutil.copytree(taken_in, tmp_path / "data"))


def answers(book):
    """All that the chapter asks, and whose engine it was."""
    asked = cubes.scope(book, "CN-50", "USD", "2024", 3)
    found = [
        overview.detail_words(asked),
        coverage.given_table(asked),
        coverage.coverage_table(asked),
        months.monthly(asked),
    ]
    for flow in DIRECTIONS_ZH:
        margins = decomposition.margins(asked, flow)
        found += [
            *(dimensions.structure(asked, flow, name) for name in files.ZH if name in DIMS),
            *(dimensions.structure_words(asked, flow, name) for name in DIMS),
            months.ytd_table(asked, flow),
            autos.auto_words(asked, flow),
            autos.autos_table(asked, flow),
            autos.auto_points(asked, flow),
            margins,
        ]
    return asked.engine, [item.to_csv() if hasattr(item, "to_csv") else item for item in found]


DIMS = ("commodity", "partner", "regime")


@pytest.mark.slow
def test_spark_gives_the_same_numbers(book, cluster, monkeypatch):
    here, expected = answers(book)
    assert isinstance(here, engines.Embedded)
    monkeypatch.setenv(engines.VARIABLE, cluster)
    there, found = answers(book)
    assert isinstance(there, engines.Spark)
    assert found == expected


def test_an_answer_is_asked_for_once(book, monkeypatch):
    asked = cubes.scope(book, "CN-50", "USD", "2024", 3)
    queries = []
    real = engines.Embedded.ask
    monkeypatch.setattr(
        engines.Embedded, "ask", lambda self, query: queries.append(query) or real(self, query)
    )
    first = dimensions.structure(asked, "export", "partner")
    first["value"] = 0.0
    again = dimensions.structure(asked, "export", "partner")
    assert again["value"].gt(0).all(), "what a caller does to an answer stays with the caller"
    assert len(queries) == len(set(queries))


def test_the_rows_are_read_once_for_all_dimensions(book, monkeypatch):
    asked = cubes.scope(book, "CN-50", "USD", "2024")
    given = asked.cubes
    queries = []
    real = engines.Embedded.ask
    monkeypatch.setattr(
        engines.Embedded, "ask", lambda self, query: queries.append(query) or real(self, query)
    )
    shown = [dimensions.structure(asked, "export", name) for name in DIMS]
    assert all(len(frame) > 2 for frame in shown)
    # of two years, of months that both have or not
    assert len(queries) <= 4 < len(given)
    before = len(queries)
    for digits in (2, 4):
        assert cubes.amounts(asked, cubes.chosen(asked, "export", "2024"), "commodity", digits)
    assert len(queries) == before


def test_other_years_are_not_read(book):
    asked = cubes.scope(book, "CN-50", "USD", "2025", 3)
    assert {cube.period[:4] for cube in asked.cubes} == {"2024"}
    assert cubes.total(asked, "export", "2024") > 0
    for path in book.detail.folder.glob("flow=*/year=2023/*.parquet"):
        path.unlink()
    later = cubes.scope(Catalog(book.path), "CN-50", "USD", "2025", 3)
    assert later.cubes == asked.cubes


def resealed(book, change, *places):
    """Return the data with parts of the store changed, whose names begin so, as if written so."""
    folder = book.detail.folder
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    for part in index["parts"]:
        if part["path"].startswith(places):
            path = folder / part["path"]
            with database() as link:
                read = f"read_parquet('{path}', hive_partitioning = false)"
                link.execute(f"CREATE TABLE rows AS FROM {read}")
                link.execute(f"UPDATE rows SET {change}")
                link.execute(f"COPY rows TO '{path}' (FORMAT parquet)")
            part["sha256"] = file_digest(path)
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    return Catalog(book.path)


def unkept(book, which):
    """Return the data without some of the sums that its store keeps."""
    index = book.detail.index
    sums = [part for part in index["parts"] if part["kind"] == "sums"]
    lost = which(sums)
    index["parts"] = [part for part in index["parts"] if part not in lost]
    (book.detail.folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    return Catalog(book.path)


@pytest.mark.parametrize("which", [lambda sums: sums, lambda sums: sums[:1]], ids=["all", "one"])
def test_a_store_that_keeps_no_sums_gives_the_same_numbers(book, which):
    """Those of before did not; what one kept for some years only says nothing of the others."""
    _, expected = answers(book)
    _, found = answers(unkept(book, which))
    assert found == expected


def test_sums_are_read_where_they_are_kept(book):
    """Of rows that nobody would sell for so much: the sums were not made of them."""
    other = resealed(book, "value = 1e12 WHERE value IS NOT NULL", "flow=export/year=2024")
    asked = cubes.scope(other, "CN-50", "USD", "2024")
    assert cubes.total(asked, "export", "2024") < 1e12
    made = cubes.scope(unkept(other, lambda sums: sums), "CN-50", "USD", "2024")
    assert cubes.total(made, "export", "2024") > 1e12


def test_sums_that_are_older_than_the_rows_are_not_believed(book):
    index = book.detail.index
    places = [part["path"] for part in index["parts"]]
    assert not unsummed(places)
    later = [place for place in places if place.startswith("sums/flow=export/year=2024")]
    assert unsummed([*places, later[0].removeprefix("sums/").replace("0003", "0004")]) == {
        ("export", "2024")
    }


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ("partner = NULL WHERE seq % 2 = 0", False),
        ("commodity = NULL WHERE seq % 2 = 0", False),
        ("code = NULL WHERE dimension = 'partner'", True),
        ("digits = NULL", True),
    ],
)
def test_rows_that_lack_a_code_are_refused(book, change, kept):
    """No file has them: what is told apart has a code, and else the code is empty."""
    spoilt = resealed(book, change, f"{'sums/' if kept else ''}flow=export/year=2024")
    asked = cubes.scope(
        spoilt if kept else unkept(spoilt, lambda sums: sums), "CN-50", "USD", "2024"
    )
    with pytest.raises(DataError, match="缺编码"):
        dimensions.structure(asked, "export", "partner")
