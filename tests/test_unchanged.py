"""A build of what stands already loads nothing; anything else is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from cqbook.build import uptodate
from cqbook.editions import paths

COPIED = ("_config.yml", "_toc.yml", "requirements.txt", "chapters", "data")


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A book that was built: its note stands."""
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("customs"))
        else:
            shutil.copy(ROOT / name, tmp_path)
    for place in ("_build/html/latest/index.html", "_build/editions/latest/manifest.json"):
        path = tmp_path / place
        path.parent.mkdir(parents=True)
        path.write_text("made", encoding="utf-8")
    uptodate.note_build(tmp_path, made_of(tmp_path), tmp_path / "_build/html/latest/index.html")
    return tmp_path


def made_of(root: Path, edition: str = "") -> str:
    return uptodate.inputs_digest(root, root / "data", [edition, False, []])


def standing(root: Path) -> Path | None:
    return uptodate.standing(root, root / "data", made_of(root))


def test_nothing_is_loaded_where_nothing_changed(root):
    command = [sys.executable, "-X", "importtime", "-m", "cqbook.cli", "--root", root, "build"]
    variables = {key: text for key, text in os.environ.items() if key != paths.HOME_VARIABLE}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=variables)
    assert "什么都没有变" in done.stdout
    assert str(root / "_build" / "html" / "latest" / "index.html") in done.stdout
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert not loaded & {"pandas", "numpy", "altair", "sphinx", "nbformat", "papermill", "duckdb"}


def test_it_stands_as_long_as_nothing_changed(root):
    assert standing(root) == root / "_build" / "html" / "latest" / "index.html"
    assert uptodate.standing(root, root / "data", made_of(root, "2022")) is None


@pytest.mark.parametrize(
    "name",
    [
        *("data/observations.csv", "data/datapackage.json", "chapters/trade.ipynb", "_toc.yml"),
        *("chapters/methods.md", "chapters/pages.csv", "_config.yml", "requirements.txt"),
        *("_build/html/latest/index.html", "_build/editions/latest/manifest.json"),
        *("_build/html/new.html", "editions/2026-10/release.json", "data/.cqbook-journal.json"),
        *("_build/.html-left/x", "_build/run/run-left/x", "chapters/new.md"),
    ],
)
def test_any_change_is_seen(root, name):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{path.read_text() if path.exists() else ''}\n", encoding="utf-8")
    assert standing(root) is None


def test_what_is_gone_is_seen(root):
    (root / "_build/html/latest/index.html").unlink()
    assert standing(root) is None


def test_another_package_is_seen(root, monkeypatch, tmp_path_factory):
    place = tmp_path_factory.mktemp("site")
    (place / "other-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(place)])
    assert standing(root) is None


def test_a_note_that_was_cut_short_says_nothing(root):
    note = root / "_build" / "cache" / "built"
    note.write_bytes(note.read_bytes()[:-1])
    assert standing(root) is None
