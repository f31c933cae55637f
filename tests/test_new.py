"""A new chapter passes every check as it is written."""

from __future__ import annotations

import shutil

import pytest
import yaml
from conftest import ROOT

from cqbook import cli
from cqbook.build.build import accept
from cqbook.build.chapter_lint import check_chapters
from cqbook.build.new_chapter import new_chapter
from cqbook.errors import DataError
from cqbook.execution.notebooks import read_notebook
from cqbook.figures.claims import said_of
from cqbook.figures.figure import figures_of, glued


@pytest.fixture
def root(tmp_path):
    """A book of one small chapter on all data."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("customs"))
    (tmp_path / "chapters").mkdir()
    for name in ("_config.yml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    contents = (
        "format: jb-book\nroot: chapters/index\nparts:\n"
        "  - caption: 一\n    chapters:\n      - file: chapters/errata\n"
        "  - caption: 二\n    chapters:\n      - file: chapters/other\n"
    )
    (tmp_path / "_toc.yml").write_text(contents, encoding="utf-8")
    shutil.copy(ROOT / "chapters" / "errata.ipynb", tmp_path / "chapters")
    return tmp_path


def test_a_new_chapter_is_accepted_as_it_is(root):
    path = new_chapter(root, "steel", "钢材出口")
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    first, second = (part["chapters"] for part in contents["parts"])
    assert first == [{"file": "chapters/errata"}, {"file": "chapters/steel"}]
    assert second == [{"file": "chapters/other"}]
    check_chapters(root, ["steel"])
    assert accept(root, lambda _: None, ["steel"]).pages == ["steel"]
    made = read_notebook(path)
    (figure,) = figures_of(made)
    assert figure.identity.id == "fig-steel-years"
    assert figure.identity.english.title == "Trade grew on the year before"
    (said,) = said_of("steel", made)
    assert said.claim.holds
    assert said.sentence.startswith("2025年进出口8006.8亿元，多于上年的")
    assert glued(made)["total"] == "8006.8亿元"
    # accepted, it is not stale
    assert accept(root, lambda _: None, ["steel"]).pages == []


@pytest.mark.parametrize("name", ["Steel", "钢材", "../steel", "steel_1", "errata", ""])
def test_a_name_that_is_no_address_or_taken_is_refused(root, name):
    before = (root / "_toc.yml").read_bytes()
    with pytest.raises(DataError, match=r"\|"):
        new_chapter(root, name, "钢材")
    assert (root / "_toc.yml").read_bytes() == before
    assert [path.name for path in (root / "chapters").iterdir()] == ["errata.ipynb"]


def test_the_command_says_what_to_do_next(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    assert cli.main(["new", "chapter", "steel", "--title", "钢材"]) == 0
    assert "cqbook run steel" in capsys.readouterr().out
    assert cli.main(["new", "chapter", "steel"]) != 0
