"""`add` killed before each change that it makes on disk: what was there, or what was to be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import customs_files
import pytest
import write_kills
from conftest import ROOT, Spoiled
from test_intake import TOTAL, workbook

from cqbook.data.catalog import Catalog
from cqbook.execution import kernels
from cqbook.intake.customs_format import Said
from cqbook.intake.plan import plan_intake, write_plan

SOURCE = {"source_id": "customs-2021-05", "title": "1—5月外贸", "outlet": "重庆海关"}


@pytest.fixture
def home(tmp_path):
    """Data with some customs detail."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("customs"))
    return tmp_path


def given(home):
    """Take a first file in; return the files that are to be added: figures, and both flows.

    Among their rows is one that is there already with another value, so that all kinds of files of
    the store are written.
    """
    first, *others = customs_files.rows(count=30)
    table = customs_files.write(home, "出口1.csv", [first, *others[:9]])
    data = home / "data"
    write_plan(data, plan_intake(data, [table], Said(), "", lambda _: False))
    figures = home / "figures.xlsx"
    row = TOTAL | {"source_id": SOURCE["source_id"]}
    figures.write_bytes(workbook([row], sources=[SOURCE]))
    changed = first | {"USD": "12,345"}
    return [
        customs_files.write(home, "出口2.csv", [changed, *others[9:]]),
        customs_files.write(home, "进口2.csv", others),
        figures,
    ]


def assert_whole(home, *, least):
    found = json.loads((home / "outcomes.json").read_text(encoding="utf-8"))
    outcomes = found["outcomes"]
    assert found["count"] >= least
    before, after = found["rows"]
    assert before < after
    for outcome in outcomes:
        where = f"before change {outcome['step']} of {found['count']}"
        assert outcome["killed"], where
        # the figures whole or not, and the detail whole or not; the figures come first
        states = (outcome["tables"], outcome["index"])
        assert states in (("old", "old"), ("new", "old"), ("new", "new")), where
        assert outcome["rows"] == (after if outcome["index"] == "new" else before), where
        assert outcome["again"], where
        assert outcome["left"] == [], where
    tables = [outcome["tables"] for outcome in outcomes]
    assert tables == sorted(tables, reverse=True), "what was there, until the journal stands"
    assert {"old", "new"} == set(tables)


def test_killed_where_python_changes_something(home):
    Spoiled(home / "data").without_series()
    files = given(home)
    kernels.warm()
    words = (str(home), list(map(str, files)), 11)
    process = kernels.context().Process(target=write_kills.run_told, args=words)
    process.start()
    process.join()
    assert process.exitcode == 0
    # three tables, the journal, the store's parts and its index; some of them each time
    assert_whole(home, least=40)
    data = home / "killed" / "data"
    assert len(Catalog(data).observations(source_id=SOURCE["source_id"])) == 1
    assert (data / "customs" / "replaced" / "batch-0002.parquet").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["before it", "in its middle"])
def test_killed_where_the_system_is_asked_for_a_change(home, how):
    """On the whole data, also what DuckDB writes; a write may be half done."""
    library = home / "changes.so"
    words = ["cc", "-shared", "-fPIC", "-O1", "-o", library, "tests/faults/changes.c", "-ldl"]
    if shutil.which("cc") is None or subprocess.run(words, cwd=ROOT).returncode:
        pytest.skip("no C compiler")
    words = [sys.executable, write_kills.__file__, library, "torn" if "middle" in how else "whole"]
    subprocess.run(
        [*words, home, *given(home)], env=os.environ | {"LD_PRELOAD": str(library)}, check=True
    )
    assert_whole(home, least=60)
