"""What an ordinary user may not read or write: said as that, and nothing is taken for missing.

The tests run as root too, who may do everything: a thread gives that up for a while.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from contextlib import contextmanager

import pytest
from conftest import ROOT
from test_publication import made

from cqbook import cli
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import CUSTOMS, Detail
from cqbook.disk import atomic, cache, checksums
from cqbook.disk.untrusted import content_of
from cqbook.editions import publish
from cqbook.editions.paths import HOME_VARIABLE
from cqbook.editions.store import editions_in, find, is_released, manifest_of, sums_of
from cqbook.errors import DataError, system_error_words

#: The third version of the system's sets of privileges, two words each.
_VERSION = 0x20080522


class _Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


@contextmanager
def ordinary():
    """Be the owner of one's files and no more: what they forbid to their owner is forbidden."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, held = (ctypes.c_uint32 * 2)(_VERSION, 0), (_Sets * 2)()
    if not hasattr(libc, "capset") or libc.capget(header, held):
        if os.getuid() == 0:
            pytest.skip("root, and no way to be less for a while")
        yield
        return
    less = (_Sets * 2)(*(_Sets(0, item.permitted, item.inheritable) for item in held))
    assert libc.capset(header, less) == 0
    try:
        yield
    finally:
        assert libc.capset(header, held) == 0


@contextmanager
def forbidden(path, mode=0):
    """Forbid a file or folder to its owner, for a while."""
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        with ordinary():
            yield path
    finally:
        if path.exists():
            path.chmod(before)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A book with two released editions, built and published."""
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    for name in ("2026-10", "2026-11"):
        made(tmp_path, name, f"of {name}", place="latest")
        publish.release(tmp_path, name)
    return tmp_path


def told(call, *arguments):
    """What is said of a refusal, in which no permission is told, and nothing to be deleted."""
    with pytest.raises((OSError, DataError)) as caught:
        call(*arguments)
    error = caught.value
    said = system_error_words(error) if isinstance(error, OSError) else str(error)
    assert "没有权限" in said, said
    assert "no permission" in said
    assert "删去" not in said
    return said


def test_the_tests_are_of_an_ordinary_user(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with forbidden(tmp_path / "file") as path, pytest.raises(PermissionError):
        path.read_bytes()
    with forbidden(tmp_path, 0o500), pytest.raises(PermissionError):
        (tmp_path / "other").write_text("x", encoding="utf-8")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_a_released_edition_that_may_not_be_read_is_not_left_out(root):
    """The site was published without it, and figures were taken into it: it was not seen."""
    site = checksums.hashes(root / "_build" / "html")
    with forbidden(root / "editions" / "2026-10") as edition:
        assert "2026-10" in told(publish.publish_site, root)
        assert "2026-10" in told(is_released, root, "2026-10")
        assert "2026-10" in told(find, root, "2026-10")
        assert str(edition) in told(publish.release, root, "2026-11")
    assert checksums.hashes(root / "_build" / "html") == site
    with forbidden(root / "editions"):
        told(publish.publish_site, root)
    assert checksums.hashes(root / "_build" / "html") == site
    publish.publish_site(root)


def test_a_released_edition_without_its_manifest_is_not_left_out(root):
    (root / "editions" / "2026-10" / "manifest.json").unlink()
    assert list(editions_in(root / "editions")) == ["2026-10", "2026-11"]
    with pytest.raises(DataError, match=r"manifest\.json"):
        publish.publish_site(root)
    # what is in the folder beside editions is none of them
    (root / "editions" / "notes").mkdir()
    assert "notes" not in editions_in(root / "editions")


def test_what_may_not_be_read_is_not_called_damaged(root):
    edition = root / "editions" / "2026-11"
    with forbidden(edition / "manifest.json") as path:
        assert str(path) in told(manifest_of, edition)
    with forbidden(edition / "SHA256SUMS") as path:
        assert str(path) in told(sums_of, edition)
    with forbidden(edition / "site"):
        assert "site" in told(checksums.tree_hashes, edition)


def test_what_could_not_be_copied_is_named_by_where_it_is(root, tmp_path):
    def copy():
        shutil.copytree(root / "editions" / "2026-11", tmp_path / "copy")

    with forbidden(root / "editions" / "2026-11" / "site") as folder:
        assert str(folder) in told(copy)
    shutil.rmtree(tmp_path / "copy")
    (tmp_path / "copy").mkdir()
    with forbidden(tmp_path / "copy", 0o500) as folder:
        said = told(lambda: shutil.copytree(root / "editions", folder, dirs_exist_ok=True))
        assert str(folder) in said


@pytest.mark.parametrize("words", [["check"], ["claims"], ["add", "x.csv"]])
@pytest.mark.parametrize("name", ["data", "chapters"])
def test_a_folder_of_the_book(tmp_path, capsys, words, name):
    for folder in ("data", "chapters"):
        (tmp_path / folder).mkdir()
    with forbidden(tmp_path / name):
        assert cli.main(["--root", str(tmp_path), *words]) == 1
    said = capsys.readouterr().err
    assert f"{tmp_path / name}" in said
    assert "没有权限" in said
    assert said.count("\n") == 1


def test_data_of_somebody_else_are_not_changed(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"old")
    with forbidden(tmp_path, 0o500):
        told(atomic.replace_files, tmp_path, {"a.csv": b"new", "b.csv": b"new"})
    # one of the new contents is somebody else's, left by a kill
    (tmp_path / f"b.csv{atomic.WAITING}").write_bytes(b"")
    with forbidden(tmp_path / f"b.csv{atomic.WAITING}", 0o400):
        atomic.replace_files(tmp_path, {"a.csv": b"new", "b.csv": b"new"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a.csv": b"new",
        "b.csv": b"new",
    }


def test_a_file_that_is_given_or_belongs_to_the_data(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("x", encoding="utf-8")
    with forbidden(path):
        assert str(path) in told(content_of, path)
    shutil.copy(ROOT / "data" / "datapackage.json", tmp_path)
    shutil.copy(ROOT / "data" / "indicators.csv", tmp_path)
    with forbidden(tmp_path / "indicators.csv"):
        assert "indicators.csv" in told(lambda: Catalog(tmp_path).text("indicators"))
    (tmp_path / CUSTOMS).mkdir()
    (tmp_path / CUSTOMS / "store.json").write_text("{}", encoding="utf-8")
    with forbidden(tmp_path / CUSTOMS):
        told(lambda: Detail(tmp_path / CUSTOMS).index)


def test_a_cache_that_may_not_be_read_is_none(tmp_path):
    path = tmp_path / "entry"
    assert cache.kept(path, lambda: b"made") == b"made"
    with forbidden(path):
        assert cache.kept(path, lambda: b"again") == b"again"
    assert cache.kept(path, lambda: pytest.fail("made again")) == b"again"
    with forbidden(tmp_path, 0o500):
        told(cache.retain, tmp_path / "new", b"x")
