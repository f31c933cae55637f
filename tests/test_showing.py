"""Where figures stand that were taken in: on which page, or on none."""

from __future__ import annotations

import csv
import shutil

import nbformat
import pytest
from conftest import ROOT

from cqbook.build.showing import rows_on, showing_lines
from cqbook.data.catalog import Catalog
from cqbook.editions.paths import built_folder
from cqbook.editions.store import LATEST
from cqbook.execution.page import Executed

NEW = "trade-2022.total"


@pytest.fixture
def accepted():
    """The pages as they are committed."""
    paths = sorted((ROOT / "chapters").glob("*.ipynb"))
    return {path.stem: Executed(path.read_bytes()) for path in paths}


def test_what_stands_on_a_page_is_of_its_figures_tables_and_sentences(accepted, book):
    known = set(book.observations()["observation_id"])
    shown = rows_on(accepted["trade"]) & known
    assert "os-20260126-163-com.r010-auto-exports-value" in shown
    assert not rows_on(accepted["errata"]) & known


def test_a_number_that_no_sentence_says_does_not_stand_on_the_page():
    mark = {"scrapbook": {"name": "total", "mime_prefix": "application/papermill.record/"}}
    output = nbformat.v4.new_output(
        "display_data",
        data={"application/papermill.record/text/plain": "'1'"},
        metadata=mark | {"cqbook_printed_in": [NEW]},
    )
    code = nbformat.v4.new_code_cell("x", outputs=[output])
    for text, ids in (("{glue:text}`total`", {NEW}), ("{glue:text}`other`", set())):
        cells = [nbformat.v4.new_markdown_cell(text), code]
        notebook = nbformat.v4.new_notebook(cells=cells)
        assert rows_on(Executed(nbformat.writes(notebook).encode())) == ids


def test_figures_that_came_are_told_with_their_pages(accepted, spoiled, tmp_path):
    """The book built last lacks two rows: one that a page shows, and one that none does."""
    before = built_folder(tmp_path) / LATEST / "data"
    assert showing_lines(tmp_path, Catalog(spoiled.path), accepted) == []
    shutil.copytree(spoiled.path, before)
    assert showing_lines(tmp_path, Catalog(spoiled.path), accepted) == []
    anywhere = set().union(*map(rows_on, accepted.values()))
    rows = spoiled.rows("observations.csv")
    shown = next(row for row in rows[1:] if row[0] in rows_on(accepted["trade"]))
    lost = next(row for row in rows[1:] if row[0] not in anywhere)
    new = Catalog(spoiled.path)
    spoiled_before = [row for row in rows if row not in (shown, lost)]
    with (before / "observations.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(spoiled_before)
    lines = showing_lines(tmp_path, new, accepted)
    assert lines[0].endswith(": 2")
    assert any(line.startswith("  用在 | on trade:") for line in lines)
    assert "哪一页都没有用到" in lines[-1]
