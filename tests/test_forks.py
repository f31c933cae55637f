"""A page in a fork is the page in a kernel of its own, byte for byte; no page sees another."""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT

from cqbook.execution import executor, kernels
from cqbook.execution.notebooks import judged_digest, read_notebook
from cqbook.execution.page import ExecutionError, Page

#: All that a cell can give: streams, rich output, a result, what is shown later, several of each.
CELLS = [
    "place = 'x'",
    "print('one'); print('two', end=''); print()",
    "from IPython.display import HTML, display, publish_display_data\n"
    "print('before'); display(HTML('<b>富</b>')); print('after')\n"
    "publish_display_data({'a/b': 'c'}, metadata={'k': {'n': 1}})",
    "place * 2",
    "handle = display('first', display_id='shown'); print(place)",
    "handle.update('second')",
    "import pandas as pd\npd.DataFrame({'数': [1.5, None]})",
    "[display(n) for n in range(2)];",
    "_ = None\nif place: place",
    "x = !echo shell\nx",
]


@pytest.fixture
def chapters(tmp_path):
    folder = tmp_path / "chapters"
    folder.mkdir()

    def write(name, sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        cells[0].metadata["tags"] = ["parameters"]
        for number, cell in enumerate(cells):
            cell["id"] = f"cell-{number}"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")

    write("kinds", CELLS)
    write("leaves", ["place = ''", "import builtins, os\nbuiltins.left = os.environ['LEFT'] = 'x'"])
    write(
        "finds",
        ["place = ''", "import builtins, os\nhasattr(builtins, 'left'), 'LEFT' in os.environ"],
    )
    return folder


@pytest.mark.slow
def test_a_fork_gives_what_a_kernel_gives(chapters, tmp_path):
    source = chapters / "kinds.ipynb"
    page = Page("kinds", "kinds", {"place": "引号'\"、{花括号}、%s"})
    forked = executor.execute(source, page, data=ROOT / "data")
    kernel = executor.execute(source, page, data=ROOT / "data", fresh=True)
    assert forked.content.decode() == kernel.content.decode()


@pytest.mark.slow
def test_a_chapter_gives_the_same_queries_and_bytes_either_way():
    source = ROOT / "chapters" / "corridors.ipynb"
    page = Page("corridors", "corridors")
    forked = executor.execute(source, page, data=ROOT / "data")
    kernel = executor.execute(source, page, data=ROOT / "data", fresh=True)
    assert forked == kernel
    assert judged_digest(forked.notebook) == judged_digest(read_notebook(source))


def test_a_page_leaves_nothing_to_the_next(chapters):
    for name in ("leaves", "finds"):
        page = Page(name, name)
        done = executor.execute(chapters / f"{name}.ipynb", page, data=ROOT / "data")
    assert "(False, False)" in done.content.decode()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import os; os._exit(3)", "3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "-11"),
        ("import sys; print('odd', file=sys.stderr)", "odd"),
        ("import os; os.write(2, b'past the streams')", "past the streams"),
        ("input()", "EOF"),
    ],
)
def test_what_goes_wrong_is_told(chapters, source, told):
    cells = [nbformat.v4.new_code_cell(source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), chapters / "bad.ipynb")
    with pytest.raises(ExecutionError, match=told):
        executor.execute(chapters / "bad.ipynb", Page("bad", "bad"), data=ROOT / "data")


def test_what_the_tests_fork_has_another_seed_than_the_book():
    kernels.warm()
    asked = [sys.executable, "-c", "print(hash('页'))"]
    seeded = os.environ | {"PYTHONHASHSEED": "7"}
    said = subprocess.run(asked, env=seeded, capture_output=True, check=True).stdout
    assert kernels.call(hash, "页") == int(said)
