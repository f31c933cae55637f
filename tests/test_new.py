"""A new chapter passes every check as it is written."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, tree_of, with_bundle
from test_intake import workbook

from cqbook import cli
from cqbook.build.build import accept
from cqbook.build.chapter_lint import check_chapters
from cqbook.build.new_chapter import new_chapter
from cqbook.build.new_district import new_district
from cqbook.build.pages import pages
from cqbook.data import catalog
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
    path, part = new_chapter(root, "steel", "钢材出口", "Steel exports")
    assert part == "一"
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
    assert said.sentence.startswith("2025年进出口8006.8亿元，多于一年前的")
    assert glued(made)["total"] == "8006.8亿元"
    # accepted, it is not stale
    assert accept(root, lambda _: None, ["steel"]).pages == []


def test_the_first_chapter_of_a_book_stands_before_its_appendix(root):
    start = "format: jb-book\nroot: chapters/index\nparts:\n"
    appendix = "  - caption: 附录\n    chapters:\n      - file: chapters/errata\n"
    (root / "_toc.yml").write_text(start + appendix, encoding="utf-8")
    assert new_chapter(root, "steel", "钢材").part == "各章"
    assert new_chapter(root, "tin", "锡").part == "各章"
    parts = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    assert parts == [
        {
            "caption": "各章",
            "chapters": [{"file": f"chapters/{name}"} for name in ("steel", "tin")],
        },
        {"caption": "附录", "chapters": [{"file": "chapters/errata"}]},
    ]


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
    told = capsys.readouterr().out
    assert "cqbook preview steel --watch" in told
    assert "the part 一 of _toc.yml" in told
    assert cli.main(["new", "chapter", "steel"]) != 0


def test_a_chapter_of_a_place_without_figures_says_what_it_needs(root):
    table = root / "data" / "observations.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("trade_value", "trade_x"), "utf-8")
    with pytest.raises(DataError, match="there is no trade_value"):
        new_chapter(root, "steel", "钢材")
    assert not (root / "chapters" / "steel.ipynb").exists()


# --- a district


@pytest.fixture
def districts(root):
    for name in ("district.ipynb", "pages.csv"):
        shutil.copy(ROOT / "chapters" / name, root / "chapters")
    return root


@pytest.mark.parametrize("given", ["500117", "合川区"])
def test_a_district_gets_its_page(districts, given):
    assert new_district(districts, given) == "district-500117"
    (page,) = (
        item
        for item in pages(districts, Catalog(districts / "data"))
        if item.name == "district-500117"
    )
    assert page.parameters == {"district": "500117"}
    table = (districts / "chapters" / "pages.csv").read_text(encoding="utf-8")
    assert table.endswith("\ndistrict-500117,district,500117\n")
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
        new_district(districts, "500117")


@pytest.mark.slow
def test_the_new_page_is_accepted(districts):
    new_district(districts, "500117")
    assert accept(districts, lambda _: None, ["district-500117"]).pages == ["district-500117"]


# --- a book for another place


FIGURES = ("9389.4亿元", "10457.2亿元", "11032.6亿元")


def press_table(path):
    """A filled table: three years of trade by one source."""
    common = {"source_id": "sc-press", "locator": "¶1", "indicator": "trade_value"}
    common |= {"entity": "CN-51", "flow": "total"}
    common |= {"status": "actual", "basis": "customs"}
    rows = [
        common | {"period": str(2023 + place), "as_printed": text}
        for place, text in enumerate(FIGURES)
    ]
    sources = [{"source_id": "sc-press", "title": "四川外贸三年", "outlet": "成都海关"}]
    path.write_bytes(workbook(rows, sources=sources))


@pytest.mark.slow
def test_a_book_for_another_province_is_made_filled_and_built(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "sichuan"
    assert cli.main(["--root", str(ROOT), "new", "book", str(folder), "--place", "510000"]) == 0
    # from here on nothing names the book that it came from: the current folder is all
    monkeypatch.chdir(folder)
    book = Catalog()
    assert book.path == folder / "data"
    assert (book.place, book.name(book.place)) == ("CN-51", "四川省")
    assert book.table("observations").empty
    assert cli.main(["new", "chapter", "trade", "--title", "四川外贸"]) == 1
    assert "还没有相连两年的进出口" in capsys.readouterr().err
    press_table(folder / "figures.xlsx")
    assert cli.main(["add", "figures.xlsx"]) == 0
    words = ["new", "chapter", "trade", "--title", "四川外贸", "--title-en", "Sichuan’s Trade"]
    assert cli.main(words) == 0
    assert cli.main(["accept"]) == 0
    with_bundle(folder / "_build" / "cache")
    assert cli.main(["build"]) == 0
    site = folder / "_build" / "html" / "latest"
    text = shown_text(site / "chapters" / "trade.html")
    assert "2025年进出口11032.6亿元，多于一年前的10457.2亿元" in text
    assert "四川省开放型经济分析" in text
    page = (site / "chapters" / "trade.html").read_text(encoding="utf-8")
    heading = re.search(r"<h1>(.*?)</h1>", page, re.S)[1]
    assert re.search(
        '<span data-zh(?:="")?>四川外贸</span><span data-en[^>]*>Sichuan’s Trade<', heading
    )
    assert "四川省的3个数字" in shown_text(site / "chapters" / "index.html")
    # a book about one place says nothing of another
    for path in [*site.rglob("*.html"), site / "figures.json"]:
        assert "重庆开放型" not in path.read_text(encoding="utf-8"), path
    assert_tests_pass(folder)


def shown_text(path):
    return re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8"))


def assert_tests_pass(folder):
    """Its own tests and nbval over its chapters, as its Makefile runs them, without a network."""
    words = ["-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "tests", "chapters"]
    assert " ".join(words) in (folder / "Makefile").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    ("place", "word"),
    [("", "place="), ("990000", "place=990000"), ("四川", "CN-51（四川省）"), ("CN", "place=CN")],
)
def test_a_place_that_is_no_province_is_refused(tmp_path, place, word, capsys):
    words = ["--root", str(ROOT), "new", "book", str(tmp_path / "x"), "--place", place]
    assert cli.main(words) == 1
    assert word in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_folder_that_holds_something_stays_as_it_is(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    assert cli.main(["--root", str(ROOT), "new", "book", str(tmp_path), "--place", "510000"]) == 1
    assert "不覆盖" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_installed_package_has_no_data_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "REPOSITORY", tmp_path / "lib" / "python")
    monkeypatch.delenv(catalog.DATA_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"there is no book in .*name its data") as caught:
        Catalog()
    assert "lib/python" not in str(caught.value)


def test_nothing_in_the_package_is_tied_to_one_place():
    """How a book is called, and which place it is about, stands in its data; examples may name."""
    for path in (ROOT / "lib" / "cqbook").rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in ("CN-50", "500000"), path
                assert "重庆" not in node.value, path


def test_the_two_places_that_name_the_book_agree(book):
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert settings["title"] == book.publication.title
    assert settings["author"] == book.publication.author
    assert book.name(book.place) == "重庆市"
