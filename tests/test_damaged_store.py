"""A store of customs detail that is damaged, or that somebody else made: refused, and bounded.

What is resealed here has the hash that the index gives: the hash says that nothing changed since,
not that it was right then.
"""

from __future__ import annotations

import json
import os
import re
import shutil

import customs_files as files
import duckdb
import pytest

from cqbook.data import customs_parts
from cqbook.data.customs_parts import Connection, VerifiedParts
from cqbook.data.customs_store import Detail
from cqbook.data.embedded import database, listed_files
from cqbook.disk.checksums import file_digest
from cqbook.errors import DataError
from cqbook.intake import customs_batch, customs_csv, customs_format


@pytest.fixture(scope="module")
def codes(book):
    return customs_format.known_codes(book)


def export(folder, codes, seed):
    path = files.write(folder, f"出口{seed}.csv", files.rows(seed=seed, count=30))
    return customs_csv.read_file(path, codes)


def filled(folder, codes, *seeds):
    """Return a store of some batches, of which the second replaces a row of the first."""
    store = Detail(folder / "customs")
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        planned = customs_batch.plan_batch(store, [export(folder, codes, seed)])
        customs_batch.write_batch(store, planned)
    return store


@pytest.fixture(scope="module")
def good(tmp_path_factory, codes):
    return filled(tmp_path_factory.mktemp("good"), codes, 1, 3)


@pytest.fixture
def store(tmp_path, good):
    shutil.copytree(good.folder, tmp_path / "customs")
    return Detail(tmp_path / "customs")


def asked(store):
    """Ask for all that a store holds; return how many rows there are."""
    with store.connect() as link:
        link.execute("SELECT * FROM labels").fetchall()
        link.execute("SELECT * FROM sums").fetchall()
        return len(link.execute("SELECT * FROM detail").df())


def part(store, kind, number=0):
    return (
        store.folder
        / [item for item in store.index["parts"] if item["kind"] == kind][number]["path"]
    )


def written(store, change):
    content = json.loads((store.folder / "store.json").read_text(encoding="utf-8"))
    change(content)
    (store.folder / "store.json").write_text(json.dumps(content), encoding="utf-8")


def reseal(store):
    def change(content):
        for item in content["parts"]:
            item["sha256"] = file_digest(store.folder / item["path"])

    written(store, change)


def refused(store, *words):
    with pytest.raises(DataError) as caught:
        asked(store)
    said = str(caught.value)
    assert " | " in said
    assert not re.search("Error|Exception|0x|magic|duckdb", said), said
    for word in words:
        assert word in said
    return said


@pytest.mark.parametrize("kept", [0, 0.1, 0.5, 0.99], ids=["none", "head", "half", "most"])
@pytest.mark.parametrize("kind", ["rows", "labels", "replaced", "sums"])
def test_a_part_of_which_some_is_missing(store, kind, kept):
    path = part(store, kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    refused(store, "被改动过", path.name)
    reseal(store)
    refused(store, path.name, "已损坏")


def test_bits_that_turned(store):
    """As it is, every one is told; resealed, none ends in a traceback, a wait or a crash."""
    path = part(store, "rows")
    content = path.read_bytes()
    said = []
    for number in range(9):
        spoiled = bytearray(content)
        # most of them where the file says what it holds: its end
        place = -1 - number * 61 if number % 4 else number * 97
        spoiled[place] ^= 1 << number % 8
        path.write_bytes(spoiled)
        if number < 3:
            refused(store, "被改动过")
        reseal(store)
        try:
            asked(store)
        except DataError as error:
            said.append(str(error))
    assert len(said) > 1
    assert all("customs/" in text for text in said)


OTHER = {
    "a column less": "SELECT * EXCLUDE (value) FROM {}",
    "a column more": "SELECT *, 1 AS more FROM {}",
    "another type": "SELECT * REPLACE ('x' AS value) FROM {}",
    "a list": "SELECT * REPLACE ([value] AS value) FROM {}",
    "a record": "SELECT * REPLACE ({{'a': value}} AS value) FROM {}",
    "another name": "SELECT * RENAME (value AS Value) FROM {}",
    "rows for a minute": "SELECT * EXCLUDE (n) FROM {}, range(2000) AS more(n)",
}


@pytest.mark.parametrize("name", OTHER)
def test_a_part_that_is_no_such_table(store, name):
    path = part(store, "rows")
    source = f"read_parquet({listed_files([path])}, hive_partitioning = false)"
    with duckdb.connect() as link:
        made = path.with_suffix(".new")
        link.execute(f"COPY ({OTHER[name].format(source)}) TO '{made}' (FORMAT parquet)")
        made.replace(path)
    reseal(store)
    refused(store, path.name, "已损坏")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(
            (("parts", "path"), path)
            for path in (
                "/etc/passwd",
                "../../etc/passwd",
                "flow=export/year=2024/../../x.parquet",
                "flow=*/year=2024/batch-0001.parquet",
                "x",
            )
        ),
        (("parts", "kind"), "labels"),
        (("parts", "sha256"), "x"),
        (("files", "periods"), "2024-13"),
        (("files", "rows"), 10**30),
        (("files", "rows"), 10_000),
        (("files", "batch"), -1),
        (("batch",), 2**40),
    ],
)
def test_an_index_that_says_what_none_says(store, place, value):
    def change(content):
        *above, last = place
        target = content[above[0]][0] if above else content
        target[last] = value

    written(store, change)
    refused(store, "customs/store.json", ".0" if len(place) > 1 else "batch")


def test_a_folder_is_one_whatever_signs_its_name_has(tmp_path, codes, good):
    """`a*` was all folders that begin with a: their rows were added up."""
    for name in ("ab", "a*", "[a]?", "it's"):
        (tmp_path / name).mkdir()
        shutil.copytree(good.folder, tmp_path / name / "customs")
        assert asked(Detail(tmp_path / name / "customs")) == asked(good), name
    assert asked(filled(tmp_path / "a?", codes, 1)) == 30


def test_a_part_that_is_another_file_by_the_time_it_is_read(store, good):
    """A query opens its files when it runs: between the hash and that there is time."""
    path = part(store, "rows")
    others = part(good, "rows", 1).read_bytes()
    with store.connect() as link:
        assert link.execute("SELECT count(*) FROM vintages").fetchall()
        new = path.with_suffix(".new")
        new.write_bytes(others)
        new.replace(path)
        with pytest.raises(DataError, match=r"batch-0001\.parquet.*changed while"):
            link.execute("SELECT count(*) FROM vintages").fetchall()
    with Detail(shutil.copytree(good.folder, store.folder.with_name("two"))).connect() as link:
        part(Detail(store.folder.with_name("two")), "rows").write_bytes(b"")
        with pytest.raises(DataError, match=r"changed while"):
            link.execute("SELECT count(*) FROM vintages").fetchall()


def test_what_is_remembered_of_a_store_is_of_it_alone(store):
    """The memory of what was verified is a cache: damaged, unreadable or no file, it is none."""
    count = asked(store)
    memory = store.folder / customs_parts.VERIFIED
    for spoil in (lambda: memory.write_bytes(b"x"), lambda: os.mkfifo(memory), memory.mkdir):
        memory.unlink(missing_ok=True)
        spoil()
        assert asked(store) == count
    path = part(store, "rows")
    path.write_bytes(path.read_bytes()[:-1])
    refused(store, "被改动过")


def test_a_query_fetches_nothing():
    with database() as link:
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
            assert link.execute(f"SELECT current_setting('{setting}')").fetchall() == [(False,)]


def test_a_temporary_folder_that_is_full_is_no_damage(tmp_path):
    link = database(memory_limit="20MB", temp_directory="/proc/nope/x", threads=1)
    asked = "SELECT range AS r, hash(range) AS h FROM range(8000000) ORDER BY h"
    with Connection(link, VerifiedParts(tmp_path, {})) as store, pytest.raises(DataError) as said:
        store.execute(asked).fetchall()
    assert "临时文件夹" in str(said.value)
    assert "删去" not in str(said.value)
