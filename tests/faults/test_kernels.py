"""Pages whose code misbehaves: each is told as that page's failure, and the next page executes."""

from __future__ import annotations

import subprocess
import sys
import time

import nbformat
import pytest
from rig import environment

from cqbook.execution import executor, kernels
from cqbook.execution.page import ExecutionError, Page

pytestmark = pytest.mark.thorough
PAGE = Page("page", "page")


def executed(folder, source, data):
    path = folder / "page.ipynb"
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path, version=4
    )
    return executor.execute(path, PAGE, data=data, failed=folder / "failed")


FAULTS = {
    "killed": ("import os; os.kill(os.getpid(), 9)", "内核中途退出"),
    "left": ("import os; os._exit(3)", "内核中途退出"),
    "crashed": ("import ctypes; ctypes.string_at(0)", "内核中途退出"),
    "exits": ("import sys; sys.exit(0)", "SystemExit|stderr"),
    "asks": ("input('?')", "Error"),
    "hangs": ("import time; time.sleep(1000)", "秒没有结果"),
    "loops, deaf to signals": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: pass",
        "秒没有结果",
    ),
    "a child that outlives it": (
        "import os\nif os.fork() == 0:\n    import time; time.sleep(4); os._exit(0)\nos._exit(3)",
        "",
    ),
    "prints without end": ("while True: print('x' * 1000)", "输出过多"),
    "shows without end": ("while True: display({'text/plain': 'x' * 1000}, raw=True)", "输出过多"),
    "writes past Python": (
        "import os\nwhile True: os.write(1, b'x' * 1_000_000)",
        "File too large",
    ),
    "eats memory": ("kept = []\nwhile True: kept.append(bytearray(50_000_000))", "MemoryError"),
    "recurses": ("def f(): return f()\nf()", "RecursionError"),
    "spoils its streams": ("import sys; sys.stdout.close(); sys.stdout = None; 1 / 0", "Error"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_page_that(tmp_path, spoiled, monkeypatch, name):
    source, word = FAULTS[name]
    if word == "秒没有结果":
        monkeypatch.setattr(kernels, "PAGE_SECONDS", 15.0)
    start = time.monotonic()
    with pytest.raises(ExecutionError, match=word) as caught:
        executed(tmp_path, source, spoiled.path)
    assert time.monotonic() - start < kernels.PAGE_SECONDS + 100
    assert str(caught.value).startswith("page：")
    assert " | " in str(caught.value)
    assert len(str(caught.value)) < 100_000
    assert executed(tmp_path, "print('well')", spoiled.path).notebook.cells[0].outputs


ELSEWHERE = """
import sys, tempfile
from pathlib import Path
from cqbook.execution.executor import execute
from cqbook.execution.page import Page
folder, data = map(Path, sys.argv[1:])
assert tempfile.gettempdir() == str(folder)
source = folder / "page.ipynb"
for fresh in (False, True):
    done = execute(source, Page("page", "page"), data=data, fresh=fresh)
    print(done.notebook.cells[0].outputs[0].text)
assert tempfile.gettempdir() == str(folder)
print(sorted(path.name for path in folder.iterdir()))
"""


NAMES = {"200": "a" * 200, "Chinese": "临时文件" * 10, "signs": "a b'c\"d{e}"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_temporary_files_in_a_folder_with_any_name(tmp_path, spoiled, name):
    """A socket's own name has 107 bytes: neither kernel may put one where that is too little."""
    folder = tmp_path / name
    folder.mkdir()
    cells = [nbformat.v4.new_code_cell("print('well')")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "page.ipynb", version=4)
    words = [sys.executable, "-c", ELSEWHERE, str(folder), str(spoiled.path)]
    run = subprocess.run(
        words, capture_output=True, text=True, timeout=900, env=environment(TMPDIR=str(folder))
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["well", "well", "['page.ipynb']"]
