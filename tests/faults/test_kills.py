"""kill -9 and power cuts at the changes that each command makes on disk, one after the other.

Of each command every change can be the last; of the long ones some, spread from first to last.
"""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import pytest
from rig import changes, figures_csv, good, killed, small_book, tree
from write_kills import some

from cqbook.editions import paths

pytestmark = pytest.mark.thorough
#: How many of a command's changes are tried.
TRIED = {"add": 40, "accept": 8, "build": 10, "release": 10, "brief": 12, "run": 4}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """A built and released book, and one that has taken in a figure since and is not yet built."""
    root = small_book(tmp_path_factory.mktemp("books") / "old")
    good(root, "build")
    good(root, "release")
    good(root, "add", figures_csv(root.parent / "more.csv"), "--edition", "2026-12")
    added = copied(root, root.parent / "added")
    good(added, "accept")
    built = copied(added, root.parent / "built")
    good(built, "build")
    return {"added": root, "accepted": added, "built": built}


def copied(root: Path, target: Path) -> Path:
    shutil.copytree(root, target)
    return target


def words_of(command: str, root: Path) -> tuple[str, list[str]]:
    """Return which book a command is tried on, and its words."""
    if command == "add":
        table = figures_csv(root.parent / f"{root.name}.csv", period="2021-01/2021-06")
        return "built", ["add", str(table), "--edition", "2026-12"]
    return {
        "accept": ("added", ["accept"]),
        "build": ("accepted", ["build"]),
        "release": ("built", ["release"]),
        "brief": ("built", ["brief", "fig-small", "-o", str(root / "brief.docx")]),
        "run": ("built", ["run", "trade"]),
    }[command]


def state(root: Path) -> dict[str, dict[str, bytes]]:
    """Return all that counts: the data, the chapters, the site, the editions, the briefing."""
    parts = ("data", "chapters", "_build/html", "_build/editions", "_build/pages", "editions")
    found = {part: tree(root / part) for part in parts}
    found["."] = {path.name: path.read_bytes() for path in root.glob("*.docx")}
    return found


@pytest.fixture(scope="module")
def reference(books, tmp_path_factory):
    """Return what a command changes, and what it leads to, where nothing hinders it."""

    @functools.cache
    def found(command: str):
        root = tmp_path_factory.mktemp(command) / "book"
        which, words = words_of(command, root)
        shutil.copytree(books[which], root)
        before = state(root)
        made = changes(root, root.parent / "log", *words)
        return before, len(made), state(root)

    return found


def whole(now: dict[str, bytes], *wholes: dict[str, bytes]) -> bool:
    """Return whether a folder is one of these, but for files whose name says that they wait."""
    kept = {name: content for name, content in now.items() if "cqbook-" not in Path(name).name}
    return any(kept == item for item in wholes)


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power cut"])
@pytest.mark.parametrize("command", TRIED)
def test_a_command_killed_at_any_change(books, reference, tmp_path, command, power):
    before, count, after = reference(command)
    which, _ = words_of(command, tmp_path / "book")
    assert count > 3
    for at in some(count, TRIED[command]):
        root = copied(books[which], tmp_path / f"book{at}")
        _, words = words_of(command, root)
        # threads write in another order each time: a later change may not come
        hit = killed(root, at, tmp_path / "log", *words, power=power)
        assert hit or at > count - 5, f"change {at} of {count} did not come"
        now = state(root)
        for part in before:
            where = f"{part} after change {at} of {count}"
            if part == "editions":
                # one that is released is whole, one under way has a name with a dot
                for edition in (item for item in now[part] if not item.startswith(".")):
                    assert now[part][edition] == after[part][edition], where
                for edition in before[part]:
                    assert edition in now[part], where
            elif part in ("data", "chapters"):
                # a change whose journal stands is finished by the next command
                journal = ".cqbook-journal.json" in now[part]
                assert journal or whole(now[part], before[part], after[part]), where
            else:
                served = {k: v for k, v in now[part].items() if not k.startswith((".", "tmp"))}
                assert served in (before[part], after[part]), where
        good(root, "check")
        now = state(root)
        assert whole(now["data"], before["data"], after["data"])
        assert whole(now["chapters"], before["chapters"], after["chapters"])
        good(root, *words)
        finished = state(root)
        for part in after:
            named = {k: v for k, v in finished[part].items() if not k.endswith(".cqbook-new")}
            assert named == after[part], f"{part}, run again after change {at} of {count}"
        for path in paths.released_folder(root).iterdir() if command == "release" else ():
            assert path.name.startswith((".cqbook-lock", "20")), "nothing is left under way"
        shutil.rmtree(root)
