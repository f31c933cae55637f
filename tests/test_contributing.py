"""The examples of CONTRIBUTING.md are run as they stand there."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys

import nbformat
import pytest
from conftest import ROOT

import cqbook as cq
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.execution import executor
from cqbook.execution.page import Page
from cqbook.figures import charts, figure

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(heading):
    """The fenced blocks below a heading: language, what stands behind it, content."""
    section = re.search(rf"(?ms)^## {heading}\n(.*?)(?=^## |\Z)", TEXT).group(1)
    return re.findall(r"(?ms)^```(\w+) ?([^\n]*)\n(.*?)^```$", section)


def test_a_chapter(tmp_path):
    cells = []
    for language, _, content in blocks("A chapter"):
        new = {"markdown": nbformat.v4.new_markdown_cell, "python": nbformat.v4.new_code_cell}
        cells.append(new[language](content.rstrip("\n")))
    first = next(cell for cell in cells if cell.cell_type == "code")
    first.metadata["tags"] = ["parameters"]
    source = tmp_path / "example.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source)
    done = executor.execute(source, Page("example", "example"), data=ROOT / "data").notebook
    assert [meta["id"] for meta in figure.figures_of(done)] == ["fig-example-years"]
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert set(re.findall(r"\{glue:text\}`([^`]+)`", prose)) == set(figure.glued(done))
    assert figure.glued(done)["total"].endswith("亿元")


@pytest.fixture
def strip(tmp_path):
    """The chart form of the example, as a module of its own."""
    (content,) = [item for _, _, item in blocks("A chart form")]
    path = tmp_path / "strip.py"
    path.write_text(content, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("strip", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["strip"] = module
    spec.loader.exec_module(module)
    yield module.strip
    del sys.modules["strip"]


def test_a_chart_form(book, strip):
    rows = charts_rows(book)
    made = cq.figure(
        book,
        "fig-example-strip",
        strip(rows),
        title="例",
        subtitle="亿元",
        unit="亿元",
        english=("Example", "100 million yuan"),
    )
    assert made.spec["layer"][0]["mark"]["type"] == "tick"
    assert "刻度图" in strip(rows).alt


def charts_rows(book):
    rows = cq.trade.annual_flows(book, "CN-50", range(2022, 2026))
    return cq.published(rows[rows["group"].eq("出口")])


def test_every_form_is_a_function_of_the_name_of_its_module():
    folder = ROOT / "lib" / "cqbook" / "figures" / "charts"
    forms = {path.stem for path in folder.glob("[a-z]*.py")} - {"form"}
    assert forms == set(charts.__all__) - {"Drawing"}
    for name in forms:
        assert callable(getattr(charts, name))


def test_an_indicator_and_a_place(spoiled):
    asked = ""
    for language, place, content in blocks("An indicator, a place, a breakdown"):
        if language == "python":
            asked = content
            continue
        name = place.removeprefix("data/")
        rows = spoiled.rows(name)
        new = list(csv.reader(content.splitlines()))
        assert all(len(row) == len(rows[0]) for row in new), name
        spoiled.write(name, [rows[0], *sorted([*rows[1:], *new], key=lambda row: row[0])])
    book = Catalog(spoiled.path)
    check_package(book)
    assert eval(asked, {"cq": cq, "book": book}) == "120套"
