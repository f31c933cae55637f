"""Commands at the same time: two adds, a build during an add. Two builds are in test_builds.py."""

from __future__ import annotations

import csv

import pytest
from rig import copy_of_prepared, ended, figures_csv, good, refused, site, start, tree

from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.errors import DataError
from cqbook.intake import plan
from cqbook.intake.customs_format import Said

pytestmark = pytest.mark.thorough


@pytest.fixture
def root(tmp_path):
    return copy_of_prepared(tmp_path / "book")


def rows(root):
    with (root / "data" / "observations.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def test_two_adds_at_once_lose_nothing(root, tmp_path):
    """Either both are in, or the second is told to run again, and then it is."""
    before = rows(root)
    tables = [
        figures_csv(tmp_path / f"{month}.csv", period=f"2021-01/2021-{month}")
        for month in ("05", "06", "07")
    ]
    words = ("--edition", "2026-12")
    both = [start(root, "add", str(table), *words) for table in tables]
    for process, table in zip(both, tables, strict=True):
        done = ended(process)
        if done.code:
            refused(done, "再运行一次")
            good(root, "add", str(table), *words)
    now = rows(root)
    assert now[: len(before)] == before
    assert len(now) == len(before) + 3
    check_package(Catalog(root / "data"))


def test_what_was_planned_on_other_data_is_not_written(root, tmp_path):
    """The same figure from two hands: the second would supersede what is superseded already."""
    table = figures_csv(tmp_path / "more.csv")
    data = root / "data"
    plans = [plan.plan_intake(data, [table], Said(), "2026-12", lambda _: False) for _ in range(2)]
    assert plan.write_plan(data, plans[0])
    once = tree(data)
    with pytest.raises(DataError, match="再运行一次"):
        plan.write_plan(data, plans[1])
    assert tree(data) == once


def test_a_build_during_an_add(root, tmp_path):
    before = site(root)
    builder = start(root, "build", "--edition", "draft-b")
    table = figures_csv(tmp_path / "more.csv", period="2021-01/2021-08")
    good(root, "add", str(table), "--edition", "2026-12")
    done = ended(builder)
    assert done.code == 0, done.err
    now = site(root)
    kept = {name for name in before if name.startswith(("latest/", "v/2026-11/", "v/draft-a/"))}
    assert {name: now[name] for name in kept} == {name: before[name] for name in kept}
    check_package(Catalog(root / "data"))
