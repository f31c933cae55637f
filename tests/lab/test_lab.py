"""The chapters in a real JupyterLab: figures are drawn, sentences have their numbers, a save
changes nothing, pages are shown.

Needs what ``make lab`` installs; ``make test-lab`` runs it.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from cqbook.execution.notebooks import judged_digest, read_notebook
from cqbook.figures.claims import said_of
from cqbook.figures.figure import display_outputs
from cqbook.figures.identity import FIGURE_MIME

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
#: Seconds for a server to answer, and for a chapter to run.
START, RUN = 60, 240
pytestmark = pytest.mark.thorough
DRAWN = ":is(.jp-RenderedSVG, .jp-RenderedImage).jp-OutputArea-output :is(img, svg)"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server in a copy of the book: its address, and the copy."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("chapters", "data"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, folder / name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={folder / 'chapters'}"]
    # of this checkout, whichever is installed
    command += [f"--LabServerApp.extra_labextensions_path={ROOT / 'lib' / 'labextension'}"]
    own = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder / "c"),
        "JUPYTER_DATA_DIR": str(folder / "d"),
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=own)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(START * 5):
                try:
                    urlopen(f"{address}/api", timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield address, folder
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="module")
def tab():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium.new_page(viewport={"width": 1280, "height": 1000})
        chromium.close()


def opened(tab, address, name, count):
    """Open a chapter, and wait until all of its cells are there: they come when there is time."""
    tab.goto(f"{address}/lab/tree/{name}.ipynb?reset")
    tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=1000 * START)
    tab.wait_for_function(
        "count => document.querySelectorAll('.jp-Cell').length === count",
        arg=count,
        timeout=1000 * START,
    )
    tab.wait_for_timeout(1000)


def run_and_save(tab):
    tab.set_default_timeout(1000 * RUN)
    tab.evaluate(
        "async () => { const c = window.jupyterapp.commands;"
        " await c.execute('notebook:run-all-cells'); await c.execute('docmanager:save'); }"
    )
    tab.wait_for_timeout(500)


def assert_sentences(tab, notebook, name):
    """A reader sees sentences with their numbers, where they are written, and no keys."""
    tab.wait_for_timeout(1000)
    text = tab.evaluate(
        "() => [...document.querySelectorAll('.jp-MarkdownCell .jp-MarkdownOutput')]"
        ".map(shown => shown.textContent).join('\\n')"
    )
    assert "{glue:text}" not in text
    assert ":::{" not in text
    said = [item for item in said_of(name, notebook) if item.place.startswith("claim-")]
    there = [item for item in said if item.claim.holds]
    assert sum(item.sentence[:12] in text for item in there) >= len(there) / 2
    reasons = [item.claim.regardless for item in there if item.claim.regardless]
    assert sum(reason in text for reason in reasons) >= len(reasons) / 2


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_of_a_chapter_is_drawn(lab, tab, name):
    address, folder = lab
    path = folder / "chapters" / f"{name}.ipynb"
    before = read_notebook(path)
    wanted = sum(FIGURE_MIME in output["data"] for output in display_outputs(before))
    opened(tab, address, name, len(before.cells))
    assert tab.locator(DRAWN).count() == wanted, "as it was opened"
    run_and_save(tab)
    assert tab.locator(".jp-OutputArea-output[data-mime-type$='.error']").count() == 0
    assert_sentences(tab, before, name)
    assert tab.locator(DRAWN).count() == wanted, "after Run All"
    assert judged_digest(read_notebook(path)) == judged_digest(before), "a save after Run All"
    pictures = os.environ.get("CQBOOK_LAB_PICTURES")
    if pictures:
        first = tab.locator(DRAWN).first
        if wanted:
            first.scroll_into_view_if_needed()
        tab.screenshot(path=f"{pictures}/{name}.png")


def test_a_page_is_shown_in_the_notebook(lab, tab):
    address, folder = lab
    path = folder / "chapters" / "corridors.ipynb"
    before = read_notebook(path)
    written = copy.deepcopy(before)
    written.cells.append(nbformat.v4.new_code_cell("cq.preview()"))
    nbformat.write(written, path)
    try:
        opened(tab, address, "corridors", len(written.cells))
        run_and_save(tab)
        shown = tab.locator(".jp-OutputArea-output iframe")
        shown.scroll_into_view_if_needed()
        page = tab.frame_locator(".jp-OutputArea-output iframe")
        text = page.locator("article").inner_text()
        assert "{glue" not in text
        said = [item for item in said_of("corridors", before) if item.claim.holds and item.place]
        assert sum(item.sentence[:12] in text for item in said) > len(said) / 2
        figures = sum(FIGURE_MIME in output["data"] for output in display_outputs(before))
        assert page.locator("figure img").count() >= figures > 0
        widths = page.locator("figure img").evaluate_all("all => all.map(i => i.naturalWidth)")
        assert all(widths)
        if pictures := os.environ.get("CQBOOK_LAB_PICTURES"):
            tab.screenshot(path=f"{pictures}/preview.png")
        saved = read_notebook(path)
        assert saved.cells.pop().source == "cq.preview()"
        assert judged_digest(saved) == judged_digest(before)
    finally:
        nbformat.write(before, path)


def test_a_chapter_is_read_without_the_book():
    """nbconvert knows nothing of the book: pictures, tables, sentences are there all the same."""
    from nbconvert import HTMLExporter

    notebook = read_notebook(ROOT / "chapters" / "trade.ipynb")
    given = json.loads(
        (ROOT / "lib" / "jupyter-config" / "jupyter_nbconvert_config.json").read_text()
    )
    exporter = HTMLExporter(template_name="basic", **given["HTMLExporter"])
    html, _ = exporter.from_notebook_node(notebook)
    figures = sum(FIGURE_MIME in item["data"] for item in display_outputs(notebook))
    assert figures > 3
    assert html.count("<svg") + html.count("data:image/svg") >= figures
    assert html.count('class="dataframe"') >= 1
    assert "{glue:text}" not in html
    said = [item for item in said_of("trade", notebook) if item.claim.holds]
    text = re.sub(r"<[^>]+>", "", html)
    assert sum(item.sentence[:12] in text for item in said) > len(said) / 2
