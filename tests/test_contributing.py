"""The examples of CONTRIBUTING.md are run as they stand there."""

from __future__ import annotations

import csv
import importlib.util
import re
import shlex

import nbformat
import pytest
from conftest import ROOT

import cqbook as cq
from cqbook import cli
from cqbook.build.chapter_lint import notebook_faults
from cqbook.citing import documents
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.execution import executor
from cqbook.execution.page import Page
from cqbook.figures import charts, figure
from cqbook.figures.claims import said_of

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(heading):
    """The fenced blocks below a heading: language, what stands behind it, content."""
    section = re.search(rf"(?ms)^## {heading}\n(.*?)(?=^## |\Z)", TEXT).group(1)
    return re.findall(r"(?ms)^```(\w+) ?([^\n]*)\n(.*?)^```$", section)


def test_a_chapter(tmp_path):
    cells = []
    for language, _, content in blocks("A chapter"):
        if language == "sh":
            continue
        new = {"markdown": nbformat.v4.new_markdown_cell, "python": nbformat.v4.new_code_cell}
        cells.append(new[language](content.rstrip("\n")))
    first = next(cell for cell in cells if cell.cell_type == "code")
    first.metadata["tags"] = ["parameters"]
    source = tmp_path / "example.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source)
    done = executor.execute(source, Page("example", "example"), data=ROOT / "data").notebook
    assert [shown.identity.id for shown in figure.figures_of(done)] == ["fig-example-years"]
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert set(re.findall(r"\{glue:text\}`([^`]+)`", prose)) == set(figure.glued(done))
    assert figure.glued(done)["total"].endswith("亿元")
    (said,) = said_of("example", done)
    assert said.claim.holds
    assert said.sentence.startswith("比一年前多")
    assert (
        list(notebook_faults("chapters/example.ipynb", nbformat.read(source, as_version=4))) == []
    )


def test_the_commands_of_a_chapter_are_commands():
    parser = cli._parser()
    for language, _, content in blocks("A chapter"):
        for line in content.splitlines() if language == "sh" else ():
            for command in re.split(r"&&|\|", line.partition(" #")[0]):
                words = shlex.split(command)
                if words[0] == "cqbook":
                    assert parser.parse_args(words[1:]).run


def module(tmp_path, heading, name):
    """The module of an example, loaded as one of its own."""
    (content,) = [item for _, _, item in blocks(heading)]
    path = tmp_path / f"{name}.py"
    path.write_text(content, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"example_{name}", path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_a_chart_form(book, tmp_path):
    # what the example states must not let another test's drawing pass
    known = {mark: list(fields) for mark, fields in charts.LAYERS.items()}
    ticks = module(tmp_path, "A chart form", "ticks").ticks
    rows = cq.trade.flow_lines(cq.trade.flows(book, "CN-50", "2020"))
    drawing = ticks(cq.published(rows[rows["group"].eq("出口")]).drop(columns="group"))
    try:
        made = cq.figure(
            book,
            "fig-example-ticks",
            drawing,
            title="例",
            subtitle="亿元",
            unit="亿元",
            english=("Example", "CNY bn"),
        )
    finally:
        charts.LAYERS.clear()
        charts.LAYERS.update(known)
    assert "刻度图，3项" in made.identity.alt
    assert made.spec["layer"][0]["mark"]["type"] == "tick"


def test_a_reader_of_documents(tmp_path, monkeypatch):
    read_text = module(tmp_path, "A reader of files", "text").read_text
    monkeypatch.setitem(documents.DOCUMENT_READERS, ".txt", read_text)
    text = "见 fig-trade-by-enterprise｜版次 2026-11｜数据 0123456789abcdef"
    (found,) = documents.cited(text.encode(), "x.txt")
    assert (found.kind, found.name, found.edition) == (
        "figure",
        "fig-trade-by-enterprise",
        "2026-11",
    )


def test_every_form_is_a_function_of_the_name_of_its_module():
    folder = ROOT / "lib" / "cqbook" / "figures" / "charts"
    forms = {path.stem for path in folder.glob("[a-z]*.py")} - {"form"}
    assert forms == set(charts.__all__) - {"Drawing", "LAYERS", "draws"}
    for name in forms:
        assert callable(getattr(charts, name))


@pytest.mark.parametrize(
    ("heading", "said"),
    [("An indicator, a place, a breakdown", "120套"), ("A long series", "51000辆")],
)
def test_rows_that_are_added(spoiled, heading, said):
    asked = ""
    for language, place, content in blocks(heading):
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
    assert eval(asked, {"cq": cq, "book": book}) == said
