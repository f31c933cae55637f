"""What is remembered of checks and of what data alone make: never stale, and a fault each time."""

from __future__ import annotations

import functools
import logging
import shutil
from types import SimpleNamespace

import nbformat
import pytest
from conftest import ROOT

from cqbook.build import checked
from cqbook.data import catalog, contracts
from cqbook.data.catalog import Catalog
from cqbook.errors import Breach, ChapterError, ContractError
from cqbook.site import figure_index, settings


@pytest.fixture
def counted(monkeypatch):
    """The tables that were checked; all checks of all of them take a second and are other tests."""
    calls = []

    def part(name, tables):
        calls.append(name)
        if name == "projects":
            # what it rests on beside its own rows
            assert "entities" in tables
            yield from [Breach("", 1, "", "", "", "")] * tables[name]["project"].eq("bad").sum()

    def check(book, ask):
        tables = contracts.Tables(book)
        breaches = []
        for name in ("projects", "sources"):
            breaches += ask(name, functools.partial(part, name), tables)
        if breaches:
            raise ContractError(breaches)
        return {"projects": len(tables["projects"])}

    monkeypatch.setattr(contracts, "check_package", check)
    return calls


def test_what_passed_is_checked_when_a_table_that_it_asked_for_changes(tmp_path, spoiled, counted):
    def counts():
        counted.clear()
        return checked.check_package_once(tmp_path, Catalog(spoiled.path))

    first = counts()
    assert counted == ["projects", "sources"]
    assert counts() == first
    assert counted == []
    for table in ("projects.csv", "entities.csv"):
        spoiled.set(table, 1, "name_zh", "别的名字")
        assert counts() == first
        assert counted == ["projects"]
    # the descriptor has the rules of all
    path = spoiled.path / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert counts() == first
    assert counted == ["projects", "sources"]


def test_a_fault_of_the_data_is_told_each_time(tmp_path, spoiled, counted):
    spoiled.set("projects.csv", 1, "project", "bad")
    for _ in range(2):
        with pytest.raises(ContractError):
            checked.check_package_once(tmp_path, Catalog(spoiled.path))
    assert counted == ["projects", "sources"] * 2


def test_what_changes_while_it_is_checked_has_not_passed(tmp_path, spoiled, monkeypatch):
    def check(book, ask):
        spoiled.set("projects.csv", 1, "note", "written meanwhile")
        return {}

    monkeypatch.setattr(contracts, "check_package", check)
    checked.check_package_once(tmp_path, Catalog(spoiled.path))
    assert not list(tmp_path.rglob("checked/*"))


def test_another_package_checks_again(tmp_path, spoiled, counted, monkeypatch):
    checked.check_package_once(tmp_path, Catalog(spoiled.path))
    monkeypatch.setattr(checked, "installed_digest", lambda: "another version")
    checked.check_package_once(tmp_path, Catalog(spoiled.path))
    assert counted == ["projects", "sources"] * 2


def test_a_chapter_that_passed_is_looked_at_when_it_changes(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    for name in ("errata.ipynb", "citing.md"):
        shutil.copy(ROOT / "chapters" / name, tmp_path / "chapters")
    seen = []
    faults = checked.chapter_faults
    monkeypatch.setattr(
        checked, "chapter_faults", lambda path: seen.append(path.name) or faults(path)
    )
    for _ in range(2):
        checked.check_chapters_once(tmp_path)
    assert seen == ["errata.ipynb", "citing.md"]
    path = tmp_path / "chapters" / "errata.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("合计约5000亿元。", id="typed"))
    nbformat.write(notebook, path)
    for _ in range(2):
        with pytest.raises(ChapterError, match="应为由代码给出的数"):
            checked.check_chapters_once(tmp_path)
    assert seen[2:] == ["errata.ipynb", "errata.ipynb"]


def test_a_text_is_made_again_when_what_it_is_made_of_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("CQBOOK_CACHE", str(tmp_path))
    made = []

    def texts(**of):
        made.clear()
        return settings.made_of(
            SimpleNamespace(), "x.json", of, lambda key: made.append(key) or key
        )

    assert texts(甲=["字\r\n"], 乙=[2]) == {"甲": "甲", "乙": "乙"}
    assert made == ["甲", "乙"]
    for of, anew in (
        ({"甲": ["字\r\n"], "乙": [2]}, []),
        ({"甲": ["字\r\n"], "乙": [3]}, ["乙"]),
        ({"乙": [3], "丙": []}, ["丙"]),
        # one of a name is kept, the last
        ({"甲": ["字\r\n"]}, ["甲"]),
    ):
        assert texts(**of) == {key: key for key in of}
        assert made == anew
    monkeypatch.setattr(settings, "installed_digest", lambda: "another")
    assert texts(甲=["字\r\n"]) == {"甲": "甲"}
    assert made == ["甲"]


def test_code_is_highlighted_once_and_warned_of_each_time(tmp_path):
    seen = []

    def highlight(source, language, **_):
        seen.append(source)
        if language == "none such":
            figure_index.logger.warning("no lexer")
        return f"[{source}]"

    def another():
        # another process
        return figure_index._once(highlight, tmp_path, None)

    for language, times in (("python", 1), ("none such", 2)):
        seen.clear()
        assert another()("x = 1", language) == another()("x = 1", language) == "[x = 1]"
        assert len(seen) == times, language
    assert logging.getLogger("sphinx.sphinx.highlighting") is figure_index.logger.logger


def asked(path):
    """What a query of a series and one of a table give, and how they are recorded."""
    book = Catalog(path)
    rows = book.observations(indicator=["trade_value", "gdp"])
    projects = book.table("projects")
    return rows, projects, list(book.queries.values())


def test_a_package_that_was_read_is_not_read_again(spoiled, tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "_OPENED", [])
    before = asked(spoiled.path)
    catalog.keep_open(spoiled.path)
    # as a build has it: elsewhere, the same
    copied = shutil.copytree(spoiled.path, tmp_path / "copied")
    read = []
    monkeypatch.setattr(Catalog, "text", lambda self, name: read.append(name))
    for old, new in zip(before, asked(copied), strict=True):
        assert new == old if isinstance(old, list) else new.equals(old)
    assert not read


def test_a_package_that_is_another_is_read(spoiled, monkeypatch):
    monkeypatch.setattr(catalog, "_OPENED", [])
    catalog.keep_open(spoiled.path)
    spoiled.set("projects.csv", 1, "note", "another note")
    _, projects, queries = asked(spoiled.path)
    assert projects["note"].iloc[0] == "another note"
    monkeypatch.setattr(catalog, "_OPENED", [])
    assert asked(spoiled.path)[2] == queries


def test_who_changes_what_was_read_changes_it_for_nobody_else(spoiled, monkeypatch):
    monkeypatch.setattr(catalog, "_OPENED", [])
    catalog.keep_open(spoiled.path)
    rows, projects, _ = asked(spoiled.path)
    rows["value"], projects["note"] = 0.0, "x"
    rows.loc[:, "unit"] = "x"
    again, once_more, _ = asked(spoiled.path)
    assert not again["value"].eq(0.0).all()
    assert not again["unit"].eq("x").any()
    assert not once_more["note"].eq("x").any()


def test_a_damaged_package_is_left_to_who_reads_it(spoiled, monkeypatch):
    monkeypatch.setattr(catalog, "_OPENED", [])
    (spoiled.path / "projects.csv").write_text("a,a\n", encoding="utf-8")
    catalog.keep_open(spoiled.path)
    assert not catalog._OPENED
