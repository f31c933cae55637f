"""The chapters in a real JupyterLab: every figure is drawn, a save changes nothing.

Needs what ``make lab`` installs; ``make test-lab`` runs it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import sync_playwright

from cqbook.execution.notebooks import judged_digest, read_notebook
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


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_of_a_chapter_is_drawn(lab, tab, name):
    address, folder = lab
    path = folder / "chapters" / f"{name}.ipynb"
    before = read_notebook(path)
    wanted = sum(FIGURE_MIME in output["data"] for output in display_outputs(before))
    tab.goto(f"{address}/lab/tree/{name}.ipynb?reset")
    tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=1000 * START)
    # cells come when the page has time
    tab.wait_for_function(
        "count => document.querySelectorAll('.jp-Cell').length === count",
        arg=len(before.cells),
        timeout=1000 * START,
    )
    tab.wait_for_timeout(1000)
    assert tab.locator(DRAWN).count() == wanted, "as it was opened"
    tab.set_default_timeout(1000 * RUN)
    tab.evaluate(
        "async () => { const c = window.jupyterapp.commands;"
        " await c.execute('notebook:run-all-cells'); await c.execute('docmanager:save'); }"
    )
    tab.wait_for_timeout(500)
    assert tab.locator(".jp-OutputArea-output[data-mime-type$='.error']").count() == 0
    assert tab.locator(DRAWN).count() == wanted, "after Run All"
    assert judged_digest(read_notebook(path)) == judged_digest(before), "a save after Run All"
    pictures = os.environ.get("CQBOOK_LAB_PICTURES")
    if pictures:
        first = tab.locator(DRAWN).first
        if wanted:
            first.scroll_into_view_if_needed()
        tab.screenshot(path=f"{pictures}/{name}.png")


def test_a_chapter_is_read_without_the_book():
    """nbconvert knows nothing of the book: pictures and tables are there all the same."""
    from nbconvert import HTMLExporter

    notebook = read_notebook(ROOT / "chapters" / "auto-exports.ipynb")
    html, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    figures = sum(FIGURE_MIME in item["data"] for item in display_outputs(notebook))
    assert figures > 3
    assert html.count("<svg") + html.count("data:image/svg") >= figures
    assert html.count('class="dataframe"') >= 1
