"""What `docs/` says is what was measured."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT

NEWEST = max((ROOT / "benchmarks" / "results").glob("*.json"))


@pytest.fixture
def publish(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import publish

    return publish


@pytest.fixture
def content():
    return json.loads(NEWEST.read_text(encoding="utf-8"))


def test_the_page_on_performance_is_of_the_newest_results(publish, content):
    written = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert written == publish.page(NEWEST.name, content)


def test_every_result_is_on_the_page(publish, content):
    rows = [line for line in publish.page(NEWEST.name, content).splitlines() if line[0:1] == "|"]
    # two tables, each with a head and a rule
    assert len(rows) == len(content["results"]) + 4


def test_what_misses_its_target_is_named(publish, content):
    missed = "## What is missed\n\n"
    cold = next(item for item in content["results"] if item["name"] == "cold build")
    for item in content["results"]:
        item["target"] = None
    assert publish.page("x.json", content).endswith(f"{missed}Nothing.\n")
    cold["target"] = cold["ratio"]
    reached = publish.page("x.json", content)
    assert reached.endswith(f"{missed}Nothing.\n")
    assert "Targets: 1; met: 1." in reached
    cold["target"] = cold["ratio"] * 0.99
    page = publish.page("x.json", content)
    assert "Targets: 1; met: 0." in page
    assert page.count("| **no** |") == 1
    # one of an earlier day than the newest results is named with it
    day = f" (on {cold['measured']})" if "measured" in cold else ""
    assert f"{missed}- cold build{day}: " in page
