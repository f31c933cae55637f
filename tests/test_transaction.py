"""Whole or not at all: files, journals, folders, locks; over failures and kills."""

from __future__ import annotations

import ast
import ctypes
import errno
import functools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from conftest import ROOT, tree_of

from cqbook.disk import atomic, cache, checksums, locks
from cqbook.disk.temporary import sweep, temporary_files

OLD = {"a.csv": b"old a", "b.csv": b"old b"}
NEW = {"a.csv": b"new a", "b.csv": b"new b", "c.csv": b"new c"}


@pytest.fixture
def folder(tmp_path):
    for name, content in OLD.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".csv"}


def test_several_files_change_together(folder):
    atomic.replace_files(folder, NEW)
    assert contents(folder) == NEW
    assert sorted(path.name for path in folder.iterdir()) == sorted(NEW)


@pytest.mark.parametrize("step", range(1, 5))
def test_a_full_disk_changes_nothing(folder, monkeypatch, step):
    """Three contents and the journal are written; each write may be the one that fails."""
    real, calls = atomic._flushed, []

    def full(path, content):
        calls.append(path)
        if len(calls) == step:
            path.write_bytes(content[:2])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        real(path, content)

    monkeypatch.setattr(atomic, "_flushed", full)
    with pytest.raises(OSError, match="No space left"):
        atomic.replace_files(folder, NEW)
    assert contents(folder) == OLD
    assert sorted(path.name for path in folder.iterdir()) == sorted(OLD)


class Killed(BaseException):
    """Stands for a kill: nothing that catches errors catches it."""


@pytest.mark.parametrize("step", range(1, 9))
def test_a_kill_between_any_two_steps_leaves_old_or_new(folder, monkeypatch, step):
    count = 0

    def counted(real):
        def call(*arguments, **named):
            nonlocal count
            count += 1
            if count == step:
                raise Killed
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(atomic, "_flushed", counted(atomic._flushed))
        # three contents, the journal and its rename, three renames: eight steps
        with pytest.raises(Killed):
            atomic.replace_files(folder, NEW)
    atomic.recover(folder)
    assert contents(folder) in (OLD, NEW)
    assert {path.name for path in folder.iterdir()} in (set(OLD), set(NEW))
    atomic.replace_files(folder, NEW)
    assert contents(folder) == NEW


def test_the_kill_test_sees_both_outcomes(folder, monkeypatch):
    """Killed before the journal stands: old. After it: new."""
    real = atomic.replace_file

    def before(path, content):
        raise Killed

    monkeypatch.setattr(atomic, "replace_file", before)
    with pytest.raises(Killed):
        atomic.replace_files(folder, NEW)
    atomic.recover(folder)
    assert contents(folder) == OLD

    def after(path, content):
        real(path, content)
        raise Killed

    monkeypatch.setattr(atomic, "replace_file", after)
    with pytest.raises(Killed):
        atomic.replace_files(folder, NEW)
    atomic.recover(folder)
    assert contents(folder) == NEW


def trees(tmp_path):
    new, target = tmp_path / "new", tmp_path / "target"
    for path, text in ((new, "new"), (target, "old")):
        path.mkdir()
        (path / "page").write_text(text, encoding="utf-8")
    return new, target


def test_folders_change_places_in_one_step(tmp_path):
    new, target = trees(tmp_path)
    atomic.exchange(new, target)
    assert (target / "page").read_text(encoding="utf-8") == "new"
    assert (new / "page").read_text(encoding="utf-8") == "old"


def test_while_folders_change_places_one_is_always_there(tmp_path):
    new, target = trees(tmp_path)
    missing, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            try:
                (target / "page").read_text(encoding="utf-8")
            except FileNotFoundError as error:
                missing.append(error)

    looker = threading.Thread(target=look)
    looker.start()
    for _ in range(300):
        atomic.exchange(new, target)
    stop.set()
    looker.join()
    assert missing == []


def test_where_no_exchange_is_known_two_renames_do(tmp_path, monkeypatch):
    class Old:
        renameat2 = None

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Old())
    new, target = trees(tmp_path)
    atomic.exchange(new, target)
    assert (target / "page").read_text(encoding="utf-8") == "new"
    # killed between the two renames: the folder is away, and comes back
    target.rename(atomic.away(target))
    atomic.restore(target)
    assert (target / "page").read_text(encoding="utf-8") == "new"


HOLD = """
import sys, time
from pathlib import Path
from cqbook.disk import locks
with locks.{what}(Path(sys.argv[1])) as got:
    print(got or "held", flush=True)
    time.sleep(60)
"""


def holding(what, folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(what=what), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().strip()


def test_a_killed_process_holds_no_lock(tmp_path):
    process, _ = holding("locked", tmp_path)
    waited = threading.Event()

    def wait():
        with locks.locked(tmp_path):
            waited.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.3)
    assert not waited.is_set()
    os.kill(process.pid, signal.SIGKILL)
    waiter.join(10)
    assert waited.is_set()
    process.wait()


def test_scratch_folders_of_the_living_stay_and_of_the_dead_go(tmp_path):
    alive, folder_alive = holding("scratch", tmp_path)
    dead, folder_dead = holding("scratch", tmp_path)
    dead.kill()
    dead.wait()
    try:
        with locks.scratch(tmp_path) as own:
            assert own.exists()
            assert Path(folder_alive).exists()
            assert not Path(folder_dead).exists()
        assert not own.exists()
    finally:
        alive.kill()
        alive.wait()


FORKED = """
import os, sys, time
from pathlib import Path
from cqbook.disk import locks
with locks.locked(Path(sys.argv[1])):
    if os.fork() == 0:
        # the fork says so: what it lets go of is let go of by now
        print("held", flush=True)
        time.sleep(60)
        os._exit(0)
    time.sleep(60)
"""


def test_what_a_killed_process_forked_holds_no_lock(tmp_path):
    """A kernel is a fork: one that outlives its build must not stop the next."""
    process = subprocess.Popen(
        [sys.executable, "-c", FORKED, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline().strip() == "held"
    try:
        assert not locks._abandoned(tmp_path), "held by the living"
        process.kill()
        process.wait()
        assert locks._abandoned(tmp_path)
    finally:
        os.killpg(process.pid, signal.SIGKILL)


def test_a_change_waits_for_who_reads(tmp_path):
    process, _ = holding("undisturbed", tmp_path)
    assert not locks._abandoned(tmp_path)
    process.kill()
    process.wait()
    with locks.undisturbed(tmp_path):
        assert not locks._abandoned(tmp_path)
    assert locks._abandoned(tmp_path)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_what_may_only_be_read_is_read_without_a_lock(tmp_path, monkeypatch, code):
    def refuse(*_, **__):
        raise OSError(code, os.strerror(code), str(tmp_path))

    monkeypatch.setattr(locks.FileLock, "_acquire", refuse)
    with locks.undisturbed(tmp_path):
        pass
    (tmp_path / atomic.JOURNAL).write_bytes(b"[]")
    with pytest.raises(OSError, match=os.strerror(code)), locks.undisturbed(tmp_path):
        pass


def test_a_folder_that_its_owner_removes_meanwhile_stops_nobody(tmp_path, monkeypatch):
    """It was listed, and is gone when its lock is tried."""
    gone = tmp_path / "run-gone"
    listed, real = Path.iterdir, Path.is_dir
    monkeypatch.setattr(Path, "iterdir", lambda self: [gone] if self == tmp_path else listed(self))
    monkeypatch.setattr(Path, "is_dir", lambda self: self == gone or real(self))
    with locks.scratch(tmp_path) as own:
        assert own.exists()
    assert not gone.exists()


# --- one way each

#: What may stand in one module of the package only: each is done there, and right.
ONE_PLACE = {
    "hashlib": "disk/checksums.py",
    "fsync": "disk/atomic.py",
    "token_hex": "disk/atomic.py",
    "renameat2": "disk/atomic.py",
}


@functools.cache
def names(path: Path) -> set[str]:
    """Return what a module imports, reads of other things and says as a whole text."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


@pytest.mark.parametrize("name", ONE_PLACE)
def test_one_write_one_digest(name):
    package = ROOT / "lib" / "cqbook"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if name in names(path)
    }
    assert found == {ONE_PLACE[name]}


def test_a_cache_gives_back_what_was_kept_or_nothing(tmp_path):
    path = tmp_path / "new" / "entry"
    assert cache.recall(path) is None
    with pytest.raises(cache.Undrawn):
        cache.kept(path, lambda: b"made", draws=False)
    assert cache.kept(path, lambda: b"made\nof lines") == b"made\nof lines"
    assert cache.kept(path, lambda: pytest.fail("made again")) == b"made\nof lines"
    whole = path.read_bytes()
    for broken in (b"", whole[:-1], whole + b"x", whole.replace(b"made", b"fade"), whole[1:]):
        path.write_bytes(broken)
        assert cache.recall(path) is None, broken
        assert cache.kept(path, lambda: b"again") == b"again"
    assert [item.name for item in path.parent.iterdir()] == ["entry"]


def test_a_cache_flushes_nothing_and_a_replaced_file_does(tmp_path, monkeypatch):
    flushed = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: flushed.append(handle) or real(handle))
    cache.retain(tmp_path / "entry", b"made")
    assert flushed == []
    atomic.replace_file(tmp_path / "file", b"new")
    assert len(flushed) == 2, "the content, and its name in the folder"


def test_a_journal_of_something_else_is_not_guessed_at(folder):
    for content in (b"{}", b'"a.csv"', b"[1]", b"\xff"):
        (folder / atomic.JOURNAL).write_bytes(content)
        with pytest.raises(OSError, match="日志已损坏"):
            atomic.recover(folder)


def test_parts_of_a_content_have_its_digest(tmp_path):
    (tmp_path / "file").write_bytes(b"one two")
    assert checksums.digest(b"one ", b"two") == checksums.digest(b"one two")
    assert checksums.file_digest(tmp_path / "file") == checksums.digest(b"one two")
    assert checksums.json_digest({"b": "二", "a": 1}) == checksums.digest(
        '{"a": 1, "b": "二"}'.encode()
    )


# --- temporary files of a killed command


LEFT = """
import os, signal, tempfile
from cqbook.disk.temporary import temporary_files
with temporary_files():
    tempfile.mkdtemp(prefix="pymp-")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_command_leaves_nothing_for_good(tmp_path):
    variables = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", LEFT], env=variables, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert list(left.iterdir()), "what a library made is in it too"
    sweep(tmp_path)
    assert left.exists(), "its process may be one that is not seen from here"
    own = tmp_path / f"cqbook-{os.getpid()}-abcdefgh"
    kept = [own, tmp_path / "cqbook-reports", tmp_path / "cqbook-1-abcdefgh.txt"]
    for path in kept:
        path.mkdir()
    link = tmp_path / left.name.replace(left.name[-8:], "linklink")
    link.symlink_to(own)
    sweep(tmp_path, unknown=-1)
    assert sorted(tmp_path.iterdir()) == sorted([*kept, link])


def test_a_command_takes_its_temporary_files_along(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("TMPDIR", raising=False)
    with temporary_files() as folder:
        assert Path(tempfile.mkdtemp()).parent == folder
        assert os.environ["TMPDIR"] == str(folder)
    assert "TMPDIR" not in os.environ
    assert tempfile.gettempdir() == str(tmp_path)
    assert not list(tmp_path.iterdir())


SOCKETS = """
import sys
from multiprocessing import util
from pathlib import Path
from cqbook.disk.temporary import temporary_files
with temporary_files() as folder:
    held = util.get_temp_dir()
assert Path(held).parent == folder and Path(held).is_dir(), "a server may answer there"
"""


def test_what_servers_of_a_process_need_lasts_as_long_as_it(tmp_path):
    variables = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SOCKETS], env=variables, check=False, capture_output=True, text=True
    )
    # it ended in a traceback: the folder of multiprocessing was gone before its own clearing
    assert (done.returncode, done.stderr) == (0, "")
    assert not list(tmp_path.iterdir())
