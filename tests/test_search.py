"""The search of the built site, asked without a browser: its own scripts, in playwright's node."""

from __future__ import annotations

import csv
import json
import shutil
import statistics
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT
from test_site import LATEST

playwright = pytest.importorskip("playwright")
NODE = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")
TABLES = {
    name: list(csv.DictReader((ROOT / "tests" / f"{name}.csv").open(encoding="utf-8")))
    for name in ("search_queries", "search_first")
}
pytestmark = [
    pytest.mark.site,
    pytest.mark.skipif(not (LATEST / "index.html").exists(), reason="no site: run `make book`"),
]


def asked(queries, site=LATEST):
    """What the search answers to each query."""
    made = subprocess.run(
        [NODE, ROOT / "tests" / "search_answers.js", site],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return {answer["query"]: answer for answer in json.loads(made.stdout)}


@pytest.fixture(scope="module")
def answers():
    return asked([row["query"] for some in TABLES.values() for row in some])


def test_search_ranks_what_readers_ask_for(answers):
    """Thirty-seven queries with the pages that should come first."""
    first, slow = 0, []
    for row in TABLES["search_queries"]:
        found = answers[row["query"]]["pages"]
        slow.append(answers[row["query"]]["time"])
        expected = [page for page in row["expected"].split(";") if page]
        if not expected:
            assert not found, row["query"]
            first += 1
            continue
        assert set(found[:3]) & set(expected), (row["query"], found[:5])
        first += found[0] in expected
    assert first >= 33
    assert statistics.median(slow) < 150


def test_the_answer_itself_stands_first(answers):
    """Forty-five queries as people type, each with its claim, figure, number or page."""
    rows = TABLES["search_first"]
    assert len(rows) >= 40
    wrong = [
        (row["query"], answers[row["query"]]["first"])
        for row in rows
        if answers[row["query"]]["first"] != row["first"]
    ]
    assert not wrong


def test_words_that_run_together_are_cut_where_names_end(answers):
    assert answers["对美国出口"]["terms"] == ["美国", "出口"]
    assert answers["2022年进出口"]["terms"] == ["2022年", "进出口"]
