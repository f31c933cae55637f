"""Kills `add` while it writes, before each change that it makes on disk, one after the other.

What is to be written is planned once; each time it is written by a fork, on a copy of the data.
Where a change is, is told by Python (`TOLD`), or by the system's library (``faults/changes.c``),
which sees what DuckDB writes too. Run in a process of its own: it forks, and its forks are killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from cqbook import cli
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import CUSTOMS, INDEX
from cqbook.disk.checksums import digest
from cqbook.intake.customs_format import Said
from cqbook.intake.plan import IntakePlan, plan_intake, write_plan

#: Lets a process be killed before its n-th change below a folder, and says how many there were.
Hook = Callable[[Path, int], Callable[[], int]]
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Of Python's audit events those that change a file system, and the place of the path in each.
TOLD = {"os.rename": 0, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.chmod": 0}
EDITION = "2026-12"


def python_hook(folder: Path, step: int) -> Callable[[], int]:
    count = 0

    def change(path: object) -> None:
        nonlocal count
        if isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(
            str(folder)
        ):
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            if isinstance(arguments[2], int) and arguments[2] & WRITES:
                change(arguments[0])
        elif event in TOLD:
            change(arguments[TOLD[event]])

    real = os.fsync

    def fsync(handle: int) -> None:
        change(Path(f"/proc/self/fd/{handle}").readlink())
        real(handle)

    os.fsync = fsync
    sys.addaudithook(hook)
    return lambda: count


def system_hook(library: Path, *, torn: bool) -> Hook:
    """Return a hook into the library that was preloaded; `torn`: a write does half of it first."""
    loaded = ctypes.CDLL(str(library))

    def hook(folder: Path, step: int) -> Callable[[], int]:
        loaded.arm(str(folder).encode(), step, int(torn))
        return lambda: int(loaded.counted())

    return hook


def written(hook: Hook, data: Path, made: IntakePlan, step: int) -> int:
    """Write a plan in a fork that is killed before its n-th change; return how many it made.

    0: it was killed.
    """
    asking, telling = os.pipe()
    process = os.fork()
    if not process:
        try:
            counted = hook(data, step)
            write_plan(data, made)
            os.write(telling, str(counted()).encode())
        finally:
            os._exit(0)
    os.close(telling)
    with os.fdopen(asking) as told:
        count = told.read()
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return 0
    assert count, "it failed in another way"
    return int(count)


def tree(data: Path) -> dict[str, str]:
    """Return the hashes of what a folder of data holds, but for what waits, is locked or cached."""
    return {
        path.relative_to(data).as_posix(): digest(path.read_bytes())
        for path in sorted(data.rglob("*"))
        if path.is_file() and path.name[0] != "." and not path.name.endswith(".cqbook-new")
    }


def halves(found: dict[str, str]) -> tuple[dict[str, str], str]:
    """Return what counts: the tables, and the index of the customs detail."""
    tables = {name: value for name, value in found.items() if not name.startswith(CUSTOMS)}
    return tables, found[f"{CUSTOMS}/{INDEX}"]


def some(count: int, wanted: int) -> list[int]:
    """Return `wanted` numbers spread over 1 … count, the first and the last among them."""
    if count <= wanted:
        return list(range(1, count + 1))
    return sorted({1 + round(place * (count - 1) / (wanted - 1)) for place in range(wanted)})


def rows(data: Path) -> int:
    """Return how many rows of customs detail there are; each file that counts is what it was."""
    with Catalog(data).detail.connect() as link:
        return len(link.execute("SELECT * FROM detail").fetchall())


def run(home: Path, files: list[Path], hook: Hook, most: int) -> None:
    """Kill at each change, or at so many of them; write what came of it as ``outcomes.json``.

    `home` has the data in ``data``; they hold some customs detail already.
    """
    source, data = home / "data", home / "killed" / "data"
    data.parent.mkdir(exist_ok=True)

    def planned() -> IntakePlan:
        return plan_intake(data, files, Said(), EDITION, lambda _: False)

    shutil.copytree(source, data)
    before = tree(data)
    plans = {str(halves(before)): planned()}
    first = plans[str(halves(before))]
    count = written(hook, data, first, 0)
    after = tree(data)
    kinds = {"old": halves(before), "new": halves(after)}
    outcomes = []
    for step in some(count, most):
        shutil.rmtree(data)
        shutil.copytree(source, data)
        killed = not written(hook, data, first, step)
        # what the next command does, whatever it is
        cli._recover(data)
        tables, index = halves(tree(data))
        said = {
            "step": step,
            "killed": killed,
            "tables": next((name for name, half in kinds.items() if half[0] == tables), "mixed"),
            "index": next((name for name, half in kinds.items() if half[1] == index), "mixed"),
            "rows": rows(data),
        }
        key = str((tables, index))
        if key not in plans:
            plans[key] = planned()
        write_plan(data, plans[key])
        left = [path.name for path in data.rglob("*.cqbook-new")]
        outcomes.append(said | {"again": tree(data) == after, "left": left})
    text = json.dumps({"count": count, "rows": [rows(source), rows(data)], "outcomes": outcomes})
    (home / "outcomes.json").write_text(text, encoding="utf-8")


def run_told(home: str, files: list[str], most: int) -> None:
    """Kill where Python tells of a change."""
    run(Path(home), list(map(Path, files)), python_hook, most)


if __name__ == "__main__":
    library, torn, home, *files = sys.argv[1:]
    run(Path(home), list(map(Path, files)), system_hook(Path(library), torn=torn == "torn"), 10**6)
