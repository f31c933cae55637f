"""Pages on two workers that are processes of their own, one of them killed in the middle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, lacking

from cqbook.errors import DataError
from cqbook.execution import cluster, executor
from cqbook.execution.cluster import batch
from cqbook.execution.executor import execute_all
from cqbook.execution.memory import Memory
from cqbook.execution.page import ExecutionError, Page

#: Three batches: one is done again.
PAGES = 12
DASK = Path(sys.executable).parent / "dask"
CELL = """\
import os, time
with open(os.environ["CQBOOK_DATA"] + "/runs.txt", "a") as file:
    file.write(f"{number} {os.environ.get('WORKER', '')}\\n")
# the second is killed in it, however slow the machine is
time.sleep({"1": 0.25, "2": 5}.get(os.environ.get("WORKER"), 0))
assert number != 5, "the fifth page fails"
print(number)
"""


@pytest.fixture
def book(tmp_path, monkeypatch) -> Path:
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    cells = [
        nbformat.v4.new_code_cell("number = 0", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(CELL),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), chapters / "page.ipynb")
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("customs"))
    monkeypatch.setattr(cluster, "BATCH", 4)
    return tmp_path


def run(book: Path, runner: executor.Runner, kept: str):
    pages = [Page(f"page-{number}", "page", {"number": number}) for number in range(PAGES)]
    memory = Memory(book / kept, book / "data", "code")
    return execute_all(
        book / "chapters", pages, memory, lambda *_: None, failed=book / "failed", runner=runner
    )


def two_workers(book: Path, address: str, kill: Callable[[], None]) -> None:
    """Have pages made on two workers, the second of which is killed in the middle of a batch."""
    runs = book / "data" / "runs.txt"

    def watch() -> None:
        while " 2\n" not in (runs.read_text() if runs.exists() else ""):
            time.sleep(0.05)
        kill()

    threading.Thread(target=watch, daemon=True).start()
    results, failures = run(book, cluster.runner(address), "far")
    assert list(failures) == ["page-5"]
    assert "the fifth page fails" in str(failures["page-5"])
    assert failures["page-5"].notebook.exists()
    assert len(results) == PAGES - 1
    lines = runs.read_text().splitlines()
    assert {line.split()[1] for line in lines} == {"1", "2"}, "both workers worked"
    numbers = [line.split()[0] for line in lines]
    assert len(numbers) > len(set(numbers)) == PAGES, "what the dead worker had begun is done again"
    # where a page was made does not show
    nearby, _ = run(book, executor.here, "near")
    assert {name: one.content for name, one in nearby.items()} == {
        name: one.content for name, one in results.items()
    }
    # what is done stays done: nobody is asked for it again
    before = runs.read_text()
    again, _ = run(book, _only_the_failed, "far")
    assert all(one.remembered for one in again.values())
    assert len(again) == PAGES - 1
    assert runs.read_text() == before


def _only_the_failed(chapters, pages, data, failed):
    assert [page.name for page in pages] == ["page-5"]
    yield pages[0], ExecutionError("page-5", "not again")


@pytest.fixture
def workers(tmp_path) -> Iterator[tuple[str, subprocess.Popen]]:
    """A scheduler and two workers: its address, and the second of them."""
    place = tmp_path / "scheduler.json"
    words = ["--no-dashboard", "--scheduler-file", str(place)]
    local = ["--host", "127.0.0.1"]
    there = [subprocess.Popen([DASK, "scheduler", *local, "--port", "0", "--no-show", *words])]
    for name in ("1", "2"):
        own = ["--no-nanny", "--nthreads", "1", "--name", name]
        environment = os.environ | {"WORKER": name}
        there.append(subprocess.Popen([DASK, "worker", *local, *own, *words], env=environment))
    try:
        from distributed import Client

        with Client(scheduler_file=str(place), timeout=60) as client:
            client.wait_for_workers(2, timeout=120)
            address = client.scheduler.address
        yield address, there[2]
    finally:
        for process in there:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_two_workers_one_of_which_is_killed(book, workers):
    address, second = workers
    two_workers(book, address, second.kill)
    assert second.poll() is not None


#: Lets the processes below run in a network of their own, in which they may make more of them.
APART = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


@pytest.mark.thorough
def test_two_workers_that_each_see_nothing_but_a_cable(tmp_path):
    try:
        subprocess.run([*APART, "ip", "link"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        lacking("no network of one's own here (needs unshare and ip, as root)")
    script = ROOT / "tests" / "networks.sh"
    done = subprocess.run(
        [*APART, "sh", str(script), str(DASK), sys.executable],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "1 passed" in done.stdout, done.stdout


def test_a_cluster_that_is_not_there_is_said(book, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    runner = cluster.runner("tcp://127.0.0.1:9")
    with pytest.raises(DataError, match="连不上集群"):
        run(book, runner, "far")


def test_a_worker_with_other_code_is_refused(tmp_path):
    with pytest.raises(DataError, match="代码或依赖"):
        batch("other", tmp_path, [], tmp_path, tmp_path)
