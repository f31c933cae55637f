"""The form of the chapters, and what their committed outputs say."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest
from conftest import ROOT

from cqbook.execution import notebooks
from cqbook.figures import figure

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
PARAMETRISED = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@PARAMETRISED
def test_committed_as_executed(path):
    """nbval compares nothing in an unexecuted notebook: every cell must have run, in order."""
    counts = [cell.execution_count for cell in code(read(path))]
    assert counts == list(range(1, len(counts) + 1))


@PARAMETRISED
def test_bytes_are_normalised(path):
    notebook = read(path)
    assert path.read_bytes() == notebooks.to_bytes(notebooks.normalise(notebook))
    assert not notebooks.complaints(notebook)


@PARAMETRISED
def test_cells_say_what_and_not_how(path):
    for cell in code(read(path)):
        # the words in English are no code
        lines = re.sub(r"    english=\(.*?\n    \),\n", "", cell.source, flags=re.S).splitlines()
        assert len(lines) <= 12, cell.source
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            assert not isinstance(node, ast.FunctionDef | ast.For | ast.While), cell.source
        assert "read_csv" not in cell.source
        assert not re.search(r"#[0-9a-fA-F]{6}\b", cell.source), "no colour in a chapter"


@PARAMETRISED
def test_parameters_are_typed_literals(path):
    tagged = [cell for cell in code(read(path)) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    for statement in ast.parse(tagged[0].source).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)
    names = [target.id for line in ast.parse(tagged[0].source).body for target in line.targets]
    assert "data_dir" in names


@PARAMETRISED
def test_every_glued_key_is_published_and_used(path):
    notebook = read(path)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    wanted = set(re.findall(r"\{glue:text\}`([^`]+)`", prose))
    assert wanted == set(figure.glued(notebook))


def test_figure_ids_are_unique():
    ids = [
        shown.id
        for path in CHAPTERS
        for shown in [
            *(item.identity for item in figure.figures_of(read(path))),
            *figure.tables_of(read(path)),
        ]
    ]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 30


@PARAMETRISED
def test_every_figure_says_where_it_comes_from(path):
    for item in figure.figures_of(read(path)):
        shown = item.identity
        assert shown.title
        assert shown.subtitle
        if shown.table.rows:
            assert len(shown.alt) > 15
        else:
            assert shown.alt == f"{shown.title}：未见公布。"
        # drawn from the book's own tables, not from a published figure: where a district lies, how
        # many relations hold
        own = shown.unit in ("区县", "条")
        if shown.table.rows and not own:
            assert shown.sources, shown.id


def test_all_chapters_are_in_the_contents():
    import yaml

    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = {contents["root"]}
    for part in contents["parts"]:
        listed |= {chapter["file"] for chapter in part["chapters"]}
    files = {
        f"chapters/{path.stem}"
        for path in (ROOT / "chapters").iterdir()
        if path.suffix in (".md", ".ipynb")
    }
    # a chapter that needs data that the default book does not have says where it would stand
    apart = {
        f"chapters/{path.stem}"
        for path in CHAPTERS
        if read(path).metadata.get("cqbook", {}).get("needs")
    }
    assert apart == {"chapters/customs-detail"}
    assert files - apart == listed
