"""Notebooks in the programs of analysts: what they show, and what a save there does not change."""

from __future__ import annotations

import base64
import copy
import io
import json
import re
import tomllib
import warnings
from pkgutil import resolve_name

import nbformat
import pytest
from conftest import ROOT
from PIL import Image

from cqbook.build.judge import stale
from cqbook.execution.notebooks import (
    changed_cells,
    judged_digest,
    normalise,
    read_notebook,
    to_bytes,
)
from cqbook.execution.page import Executed
from cqbook.figures.claims import CLAIM_MIME, said_of
from cqbook.figures.figure import GLUE_PREFIX, TABLE_MIME, display_outputs
from cqbook.figures.identity import FIGURE_MIME, PNG_MIME, SVG_MIME
from cqbook.figures.plain_prose import with_numbers
from cqbook.quantities.quantity import NO_NUMBER

EXTENSION = ROOT / "lib" / "labextension" / "cqbook-sentences"
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def opened_in_lab(notebook):
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.3"}
    state = {"state": {}, "version_major": 2, "version_minor": 0}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}


def timed(notebook):
    for cell in code(notebook):
        cell.metadata["execution"] = {"iopub.status.busy": "2026-11-28T09:00:00.000000Z"}
        cell.metadata["editable"] = True
        cell.metadata["slideshow"] = {"slide_type": ""}


def in_conda(notebook):
    notebook.metadata["kernelspec"] = {
        "display_name": "重庆分析 (conda)",
        "language": "python",
        "name": "conda-env-cq-py",
    }


def run_twice(notebook):
    for cell in code(notebook):
        cell.execution_count = (cell.execution_count or 0) + 17
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = cell.execution_count


def without_ids(notebook):
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.pop("id", None)


def with_an_empty_cell(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell(""))


def warned(notebook):
    said = nbformat.v4.new_output("stream", name="stderr", text="x.py:1: FutureWarning: y\n")
    code(notebook)[2].outputs.insert(0, said)


def without_pictures(notebook):
    for output in display_outputs(notebook):
        for mime in (SVG_MIME, PNG_MIME):
            output["data"].pop(mime, None)


def by_javascript(notebook):
    """JupyterLab reads and writes JSON in JavaScript: 12.0 becomes 12."""

    def again(value):
        if isinstance(value, list):
            return [again(item) for item in value]
        if isinstance(value, dict):
            return {name: again(item) for name, item in value.items()}
        return int(value) if isinstance(value, float) and value.is_integer() else value

    for output in display_outputs(notebook):
        output["data"] = again(output["data"])


SAVES = [
    *(opened_in_lab, timed, in_conda, run_twice, without_ids, with_an_empty_cell, warned),
    *(without_pictures, by_javascript),
]


@pytest.fixture
def saved(tmp_path):
    """A folder with one chapter, as some program saved it, and what its execution gave."""
    source = ROOT / "chapters" / "corridors.ipynb"
    (tmp_path / "chapters").mkdir()
    path = tmp_path / "chapters" / "corridors.ipynb"
    given = normalise(read_notebook(source))
    without_pictures(given)
    executed = {"corridors": Executed(to_bytes(given), ())}

    def changed(change):
        notebook = read_notebook(source)
        change(notebook)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        return stale(tmp_path, executed)

    return changed


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)
def test_a_save_elsewhere_changes_nothing(saved, save):
    assert saved(save) == []


def another_number(notebook):
    (output,) = [item for item in display_outputs(notebook) if FIGURE_MIME in item["data"]][:1]
    table = output["data"][FIGURE_MIME]["usermeta"]["table"]
    table["rows"][0][0] = "改过"


def another_sentence(notebook):
    prose = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
    prose.source += "另有一句。"


def an_output_less(notebook):
    next(cell for cell in code(notebook) if cell.outputs).outputs.pop()


@pytest.mark.parametrize("change", [another_number, another_sentence, an_output_less])
def test_what_is_judged_is_cells_and_outputs(saved, change):
    assert saved(change) == ["corridors"]


#: What all of the programs of docs/notebooks.md show.
SHOWN_ANYWHERE = {"image/png", "image/svg+xml", "text/html", "text/plain"}
#: What a site that shows notebooks of strangers takes out of HTML and SVG; and ids, which would be
#: another figure's where several stand in one page.
ACTIVE = re.compile(
    r"\sid\s*=|url\(|<\s*(script|iframe|object|embed|foreignObject|animate|link|style)\b|\son\w+\s*=|javascript:"
    r"|(?:href|src)\s*=",
    re.I,
)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_outputs_hold_to_what_every_program_shows(path):
    for output in display_outputs(read_notebook(path)):
        data = output["data"]
        shown = data.keys() & SHOWN_ANYWHERE
        # a glued text and a claim are read with the prose
        aside = "scrapbook" in output.get("metadata", {}) or CLAIM_MIME in data
        assert aside or "text/plain" in shown
        assert "application/javascript" not in data
        for mime in shown & {"image/svg+xml", "text/html"}:
            found = ACTIVE.search(data[mime])
            assert not found, found and data[mime][found.start() : found.end() + 40]


@pytest.mark.parametrize(
    "text",
    [
        '<svg><clipPath id="clip0"/></svg>',
        '<svg><g clip-path="url(#clip0)"/></svg>',
        "<svg><style>text {}</style></svg>",
        "<table onclick='x()'></table>",
        "<p><a href='https://example.org'>x</a></p>",
        "<ScRiPt>",
    ],
)
def test_what_a_program_would_take_out_is_found(text):
    assert ACTIVE.search(text)


def test_the_docs_name_what_every_program_shows():
    text = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
    (line,) = (row for row in text.splitlines() if row.startswith("| **all of them**"))
    assert set(re.findall(r"`([a-z+]+/[a-z+]+)`", line)) == SHOWN_ANYWHERE


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_committed_notebook_shows_all_its_figures_anywhere(path):
    """GitHub, VS Code, nbviewer, nbconvert and JupyterLab show SVG; the rest they pass over."""
    notebook = read_notebook(path)
    for output in display_outputs(notebook):
        data = output["data"]
        if FIGURE_MIME in data:
            title = data[FIGURE_MIME]["title"]["text"]
            assert data[SVG_MIME].lstrip().startswith("<svg")
            # the title may be broken into lines
            assert title[:8] in data[SVG_MIME]
            # a notebook that is not trusted yet shows no SVG
            picture = Image.open(io.BytesIO(base64.b64decode(data[PNG_MIME])))
            assert picture.width > 900
            assert len(data[PNG_MIME]) < 40_000
        if "application/vnd.cqbook.table+json" in data:
            assert "<table" in data["text/html"]


def test_the_judged_form_is_that_of_the_file_and_of_what_is_executed():
    notebook = read_notebook(ROOT / "chapters" / "corridors.ipynb")
    plain = normalise(copy.deepcopy(notebook))
    without_pictures(plain)
    assert judged_digest(notebook) == judged_digest(plain)


def test_a_cell_without_an_id_is_read_without_a_warning_and_twice_the_same(tmp_path):
    notebook = json.loads((ROOT / "chapters" / "corridors.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        del cell["id"]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = read_notebook(path), read_notebook(path)
    assert first == second
    assert len({cell.id for cell in first.cells}) == len(notebook["cells"])


def test_an_acceptance_says_which_cells_changed():
    old = read_notebook(ROOT / "chapters" / "corridors.ipynb")
    new = copy.deepcopy(old)
    opened_in_lab(new)
    run_twice(new)
    assert changed_cells(old, new) == []
    another_sentence(new)
    an_output_less(new)
    numbers = [n for n, cell in enumerate(new.cells, start=1) if cell.source.strip()]
    prose = next(n for n in numbers if new.cells[n - 1].cell_type == "markdown")
    shown = next(n for n in numbers if old.cells[n - 1].get("outputs"))
    assert changed_cells(old, new) == sorted([prose, shown])


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_notebook_is_read_in_sentences(path):
    notebook = read_notebook(path)
    before = to_bytes(notebook)
    shown, _ = with_numbers(notebook, {})
    assert to_bytes(notebook) == before
    assert [cell.cell_type for cell in shown.cells] == [cell.cell_type for cell in notebook.cells]
    prose = "\n".join(cell.source for cell in shown.cells if cell.cell_type == "markdown")
    assert not re.search(r"\{(?:glue:text|claimed|numref|doc|ref|term)\}`", prose)
    assert not re.search(r"(?m)^:{3,}\{(?:claim|unless|given|english)\}", prose)
    said = [item for item in said_of(path.stem, notebook) if item.place.startswith("claim-")]
    there = [item.sentence[:10] in prose for item in said if item.claim.holds]
    assert sum(there) >= len(there) * 0.8


def test_a_notebook_that_has_not_run_or_is_not_ours_stays_as_it_is():
    notebook = read_notebook(ROOT / "chapters" / "corridors.ipynb")
    for cell in code(notebook):
        cell.outputs = []
    assert with_numbers(notebook, {}) == (notebook, {})


def test_what_is_installed_for_jupyter_is_there():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert all((ROOT / place).is_dir() for place in shared)
    text = (ROOT / "lib" / "jupyter-config" / "jupyter_nbconvert_config.json").read_text(
        encoding="utf-8"
    )
    for exporter in json.loads(text).values():
        assert [resolve_name(name) for name in exporter["preprocessors"]] == [with_numbers]


def test_the_extension_knows_the_words_of_the_package():
    """What it shows in JupyterLab stands on the same types, kinds of block and missing numbers."""
    text = (EXTENSION / "static" / "sentences.js").read_text(encoding="utf-8")
    described = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    assert (EXTENSION / described["jupyterlab"]["_build"]["load"]).name == "sentences.js"
    assert f'_JUPYTERLAB["{described["name"]}"]' in text
    (numberless,) = re.findall(r"NO_NUMBER = (\[.*?\]);", text)
    assert set(json.loads(numberless)) == NO_NUMBER
    for mime in (FIGURE_MIME, TABLE_MIME, CLAIM_MIME, f"{GLUE_PREFIX}text/plain"):
        assert f'"{mime}"' in text
    # it shows, and writes nowhere
    assert not re.search(r"setSource|\.value\s*=|innerHTML|fetch\(|eval\(", text)
