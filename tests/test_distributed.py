"""Pages on two workers in network namespaces of their own, one of them killed in the middle."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from cqbook.errors import DataError
from cqbook.execution import cluster, executor
from cqbook.execution.executor import execute_all
from cqbook.execution.memory import Memory
from cqbook.execution.page import ExecutionError, Page

PORT = "18786"
#: Lets the processes below run in a network of their own, in which they may make more of them.
APART = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
CELL = """\
import os, time
with open(os.environ["CQBOOK_DATA"] + "/runs.txt", "a") as file:
    file.write(f"{number} {os.environ.get('WORKER', '')}\\n")
time.sleep(0.25)
assert number != 5, "the fifth page fails"
print(number)
"""
#: A scheduler, and two workers that each see nothing but a cable to it.
NETWORK = f"""
set -e
ip link set lo up
{{dask}} scheduler --host 0.0.0.0 --port {PORT} --no-dashboard --no-show &
for n in 1 2; do
  unshare --net sleep 1000 & HOLDER=$!
  sleep 0.3
  ip link add "host$n" type veth peer name "work$n"
  ip link set "work$n" netns $HOLDER
  ip addr add "10.77.$n.1/24" dev "host$n"; ip link set "host$n" up
  nsenter -t $HOLDER -n ip link set lo up
  nsenter -t $HOLDER -n ip addr add "10.77.$n.2/24" dev "work$n"
  nsenter -t $HOLDER -n ip link set "work$n" up
  WORKER=$n nsenter -t $HOLDER -n {{dask}} worker "tcp://10.77.$n.1:{PORT}" --no-nanny \\
    --nthreads 1 --no-dashboard --host "10.77.$n.2" --name "$n" &
done
exec {{python}} -m pytest -p no:cacheprovider {{test}} -k inside
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
    pages = [Page(f"page-{number}", "page", {"number": number}) for number in range(20)]
    memory = Memory(book / kept, book / "data", "code")
    return execute_all(
        book / "chapters", pages, memory, lambda *_: None, failed=book / "failed", runner=runner
    )


@contextlib.contextmanager
def killed(name: str, runs: Path) -> Iterator[None]:
    """Kill the worker of that name in the middle of its first batch."""

    def kill() -> None:
        while f" {name}\n" not in (runs.read_text() if runs.exists() else ""):
            time.sleep(0.05)
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = process.read_bytes().split(b"\0")
                if b"worker" in words and b"--name" in words and name.encode() in words:
                    os.kill(int(process.parent.name), signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()
    yield


@pytest.mark.skipif("CQBOOK_APART" not in os.environ, reason="runs inside the network made below")
def test_inside(book):
    runner = cluster.runner(f"tcp://127.0.0.1:{PORT}")
    with killed("2", book / "data" / "runs.txt"):
        results, failures = run(book, runner, "far")
    assert list(failures) == ["page-5"]
    assert "the fifth page fails" in str(failures["page-5"])
    assert failures["page-5"].notebook.exists()
    assert len(results) == 19
    runs = (book / "data" / "runs.txt").read_text().splitlines()
    assert {line.split()[1] for line in runs} == {"1", "2"}, "both workers worked"
    numbers = [line.split()[0] for line in runs]
    assert len(numbers) > len(set(numbers)) == 20, "what the dead worker had begun is done again"
    # where a page was made does not show
    nearby, _ = run(book, executor.here, "near")
    assert {name: one.content for name, one in nearby.items()} == {
        name: one.content for name, one in results.items()
    }
    # what is done stays done: nobody is asked for it again
    before = (book / "data" / "runs.txt").read_text()
    again, _ = run(book, _only_the_failed, "far")
    assert all(one.remembered for one in again.values())
    assert len(again) == 19
    assert (book / "data" / "runs.txt").read_text() == before


def _only_the_failed(chapters, pages, data, failed):
    assert [page.name for page in pages] == ["page-5"]
    yield pages[0], ExecutionError("page-5", "not again")


def test_two_workers_one_of_which_is_killed(tmp_path):
    try:
        subprocess.run([*APART, "ip", "link"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no network of one's own here (needs unshare and ip, as root)")
    place = Path(sys.executable).parent
    script = NETWORK.format(dask=place / "dask", python=sys.executable, test=__file__)
    environment = os.environ | {"CQBOOK_APART": "1", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*APART, "sh", "-c", script], env=environment, capture_output=True, text=True, timeout=180
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
        cluster.batch("other", tmp_path, [], tmp_path, tmp_path)
