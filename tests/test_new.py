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
from cqbook.build.new_district import new_district
from cqbook.build.pages import pages
from cqbook.data.catalog import Catalog
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


# --- a district


@pytest.fixture
def districts(root):
    for name in ("district.ipynb", "pages.csv"):
        shutil.copy(ROOT / "chapters" / name, root / "chapters")
    return root


@pytest.mark.parametrize("given", ["500110", "綦江区"])
def test_a_district_gets_its_page(districts, given):
    assert new_district(districts, given) == "district-500110"
    (page,) = (
        item
        for item in pages(districts, Catalog(districts / "data"))
        if item.name == "district-500110"
    )
    assert page.parameters == {"district": "500110"}
    table = (districts / "chapters" / "pages.csv").read_text(encoding="utf-8")
    assert table.endswith("\ndistrict-500110,district,500110\n")
    assert table.startswith((ROOT / "chapters" / "pages.csv").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            "500119",
            ["南川区", "还没有数字、园区和项目", "no figure, park or project", "cqbook add"],
        ),
        ("500102", ["涪陵区（500102）已有一页"]),
        ("璧山", ["district=璧山", "是不是 500120（璧山区）"]),
        ("999999", ["district=999999", "500101"]),
    ],
)
def test_a_district_of_which_there_is_nothing_to_say_is_refused(districts, given, words, capsys):
    before = (districts / "chapters" / "pages.csv").read_bytes()
    assert cli.main(["--root", str(districts), "new", "district", given]) == 1
    told = capsys.readouterr().err
    for word in words:
        assert word in told
    assert (districts / "chapters" / "pages.csv").read_bytes() == before


def test_a_table_of_pages_is_begun_where_there_is_none(districts, capsys):
    (districts / "chapters" / "pages.csv").unlink()
    assert cli.main(["--root", str(districts), "new", "district", "荣昌区"]) == 0
    assert "cqbook accept district-500153" in capsys.readouterr().out
    (districts / "chapters" / "district.ipynb").unlink()
    (districts / "chapters" / "pages.csv").unlink()
    with pytest.raises(DataError, match=r"district\.ipynb"):
        new_district(districts, "500110")


@pytest.mark.slow
def test_the_new_page_is_accepted(districts):
    new_district(districts, "500110")
    assert accept(districts, lambda _: None, ["district-500110"]).pages == ["district-500110"]
