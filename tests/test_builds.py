"""Whole builds: two editions and their diff, builds at once, builds killed in the middle."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from cqbook.editions import paths, store

pytestmark = pytest.mark.slow
PERIOD = ["index", "trade", "auto-exports", "corridors"]
OF_2022 = [word for name in PERIOD for word in ("-p", f"{name}.period=2022")]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the book, with what was executed and drawn before where there is some."""
    root = tmp_path_factory.mktemp("book")
    for name in ("_config.yml", "_toc.yml", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    for name in ("chapters", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("customs"))
    if (ROOT / "_build" / "cache").exists():
        shutil.copytree(ROOT / "_build" / "cache", root / "_build" / "cache")
    return root


def environment():
    return {key: text for key, text in os.environ.items() if key != paths.HOME_VARIABLE}


def start(root, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "cqbook.cli", "--root", str(root), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def run(root, *words):
    process = start(root, *words)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def page(root, *parts):
    return root.joinpath("_build", "html", *parts).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def two_editions(book):
    """The default edition, released; and one for 2022 from the same chapters."""
    run(book, "build")
    run(book, "release")
    run(book, "build", "--edition", "2022", *OF_2022)
    return book


def test_an_edition_for_another_year_from_the_same_chapters(two_editions):
    root = two_editions
    old, new = (
        page(root, *place, "chapters", "trade.html") for place in (("v", "2022"), ("latest",))
    )
    assert "2022年，重庆市进出口总值" in text_of(old)
    assert "2025年，重庆市进出口总值" in text_of(new)
    assert "版次 2022" in old
    frozen = page(root, "v", "2026-11", "chapters", "trade.html")
    # but for the permalinks, which lead from the latest page to the frozen one
    assert new.replace("../../v/2026-11/chapters/trade.html#", "#") == frozen
    manifest = json.loads(page(root, "v", "2022", "manifest.json"))
    assert manifest["pages"]["trade"]["parameters"]["period"] == "2022"
    assert manifest["pages"]["parks"]["parameters"] == {"area": "CN-50"}
    assert manifest["given"] == {name: {"period": "2022"} for name in sorted(PERIOD)}
    assert manifest["figures"]["trade"]["fig-trade-by-regime"]["sources"]


def text_of(html):
    return re.sub(r"<[^>]+>", "", html)


def test_their_difference_is_told(two_editions):
    lines = run(two_editions, "diff", "2022", "latest").splitlines()
    assert "参数 trade.period：2022 → 2025" in lines
    assert "数 trade total：8158.4亿元 → 8006.8亿元" in lines
    assert any(line.startswith("图 trade fig-trade-by-enterprise：变动") for line in lines)
    assert "    民营企业：3741.1亿元 → 3841.9亿元" in lines
    assert not any(line.startswith("观测值") for line in lines), "the same data"
    assert run(two_editions, "diff", "2026-11", "latest").strip().endswith("no difference")


def test_a_manifest_says_nothing_of_this_machine(two_editions):
    for place in (("latest",), ("v", "2022")):
        text = page(two_editions, *place, "manifest.json")
        assert str(two_editions) not in text
        assert str(ROOT) not in text
    for path in (two_editions / "_build" / "editions" / "2022" / "notebooks").iterdir():
        assert str(two_editions) not in path.read_text(encoding="utf-8")


def test_the_released_edition_stays_as_it_was(two_editions):
    folder = two_editions / "editions" / "2026-11"
    tree = store.tree_digest(folder)
    assert store.release_of(folder).tree == tree
    again = start(two_editions, "build", "--edition", "2026-11", *OF_2022)
    _, err = again.communicate(timeout=60)
    assert again.returncode == 1
    assert "已经发布" in err
    assert store.tree_digest(folder) == tree


def test_two_builds_at_once_do_no_harm(two_editions):
    latest = page(two_editions, "latest", "chapters", "trade.html")
    both = [
        start(two_editions, "build"),
        start(two_editions, "build", "--edition", "2022", *OF_2022),
    ]
    for process in both:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    assert page(two_editions, "latest", "chapters", "trade.html") == latest
    assert "版次 2022" in page(two_editions, "v", "2022", "index.html") + page(
        two_editions, "v", "2022", "chapters", "index.html"
    )


@pytest.mark.parametrize("seconds", [0.6, 2.0, 4.0, 6.0])
def test_a_build_killed_in_the_middle_leaves_the_last_good_site(two_editions, seconds):
    root = two_editions
    before = store.tree_digest(root / "_build" / "html")
    process = start(root, "build")
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert store.tree_digest(root / "_build" / "html") == before
    assert store.tree_digest(root / "editions" / "2026-11")


def test_after_all_that_the_next_build_works_and_cleans_up(two_editions):
    root = two_editions
    before = store.tree_digest(root / "_build" / "html")
    run(root, "build")
    assert store.tree_digest(root / "_build" / "html") == before
    left = {path.name for path in (root / "_build").iterdir()}
    assert left == {".cqbook-lock", "cache", "editions", "html", "run"}
    assert [path.name for path in (root / "_build" / "run").iterdir()] == [".cqbook-lock"]


def test_one_chapter_to_a_page(two_editions):
    out = run(two_editions, "run", "trade", "-p", "period=2020-01/2020-09")
    assert "trade.html" in out
    made = two_editions / "_build" / "pages" / "trade" / "chapters" / "trade.html"
    assert "4613.9亿元" in made.read_text(encoding="utf-8")


def test_many_pages_from_a_table_one_of_them_failing(two_editions, tmp_path):
    """A page whose notebook fails is told with its traceback and kept; the others are made."""
    import nbformat

    root = two_editions
    source = nbformat.read(root / "chapters" / "district.ipynb", as_version=4)
    bad = nbformat.v4.new_code_cell("1 / 0 if district == '500102' else None")
    source.cells.append(bad)
    copy = root / "chapters" / "failing.ipynb"
    nbformat.write(source, copy)
    table = tmp_path / "some.csv"
    table.write_text(
        "page,notebook,district,year\n"
        "one,failing,500106,\ntwo,failing,500102,\nthree,failing,500106,2023\n",
        encoding="utf-8",
    )
    try:
        process = start(root, "pages", str(table))
        out, err = process.communicate(timeout=300)
    finally:
        copy.unlink()
    assert process.returncode == 1
    assert "ZeroDivisionError" in err
    assert "2页已生成" in out
    assert "ZeroDivisionError" in (root / "_build" / "failed" / "two.ipynb").read_text("utf-8")
    made = root / "_build" / "pages" / "some" / "chapters"
    assert {path.name for path in made.glob("*.html")} >= {"one.html", "three.html"}
    assert not (made / "two.html").exists()


BRIEF = """# 月报

{{ index.when }}，进出口总值{{ trade.total }}，
民营企业{{ trade.private }}，占{{ trade.private_share }}。

{{ fig-trade-by-enterprise }}

{{ fig-trade-by-partner }}

{{ fig-corridors-cost }}
"""


def correct(root, old, value):
    """Correct one figure of the book, as its source would."""
    import csv

    path = root / "data" / "observations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    at = {column: place for place, column in enumerate(rows[0])}
    new = list(next(row for row in rows if row[0] == old))
    new[0], new[at["value"]], new[at["supersedes"]] = f"{old}-r2", value, old
    new[at["as_printed"]], new[at["edition_added"]] = f"{value}亿元", "2026-12"
    with path.open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerow(new)
    package = root / "data" / "datapackage.json"
    package.write_text(package.read_text("utf-8").replace('"2026.11"', '"2026.12"'), "utf-8")


def test_from_an_edition_to_a_briefing_and_back(two_editions, tmp_path):
    """A briefing of 2026-11; one figure corrected; 2026-12: exactly what changed is named."""
    root = two_editions
    figures = json.loads(page(root, "latest", "figures.json"))["figures"]
    corridor = next(item["id"] for item in figures if item["page"] == "chapters/corridors")
    source = tmp_path / "brief.md"
    source.write_text(BRIEF.replace("fig-corridors-cost", corridor), encoding="utf-8")
    for form in ("docx", "pptx"):
        run(
            root,
            "brief",
            str(source),
            "-o",
            str(tmp_path / f"brief.{form}"),
            "--edition",
            "2026-11",
        )
        run(root, "verify", str(tmp_path / f"brief.{form}"))
    observed = [
        row["observation_id"]
        for item in figures
        if item["id"] == "fig-trade-by-enterprise"
        for row in item["rows"]
        if row["label"] == "民营企业"
    ]
    correct(root, observed[0], "3941.9")
    run(root, "accept")
    run(root, "build")
    for form in ("docx", "pptx"):
        process = start(root, "verify", str(tmp_path / f"brief.{form}"), "--json")
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1, err
        found = {item["name"]: item for item in json.loads(out)}
        revised = {name for name, item in found.items() if item["verdict"] == "已修订"}
        # the share is printed by the source, and did not change
        assert revised == {"fig-trade-by-enterprise", "trade.private"}
        detail = found["fig-trade-by-enterprise"]["detail"]
        assert "民营企业：3841.9亿元 → 3941.9亿元" in detail
        assert "更正" in detail
        standing = {name for name, item in found.items() if item["verdict"] == "仍然成立"}
        assert standing == set(found) - revised
        assert "fig-trade-by-partner" in standing
    # the page of the old edition tells it too
    known = json.loads(page(root, "editions.js").split("=", 1)[1].rstrip(";\n"))
    old = page(root, "v", "2026-11", "chapters", "trade.html")
    shown = re.search(r'data-figure="fig-trade-by-enterprise"[^>]*data-hash="(\w+)"', old)[1]
    assert known["figures"]["fig-trade-by-enterprise"] != shown
    same = re.search(r'data-figure="fig-trade-by-partner"[^>]*data-hash="(\w+)"', old)[1]
    assert known["figures"]["fig-trade-by-partner"] == same


def test_where_the_address_is_known_there_are_cards_and_a_site_map(two_editions):
    from PIL import Image

    root = two_editions
    config = root / "_config.yml"
    kept = config.read_text(encoding="utf-8")
    with_address = kept.replace("\nhtml:\n", "\nhtml:\n  baseurl: https://example.org/book\n")
    config.write_text(with_address, encoding="utf-8")
    try:
        run(root, "build", "--edition", "2022", *OF_2022)
    finally:
        config.write_text(kept, encoding="utf-8")
    site = root / "_build" / "html" / "v" / "2022"
    text = page(root, "v", "2022", "chapters", "trade.html")
    address = "https://example.org/book"
    assert f'<link rel="canonical" href="{address}/chapters/trade.html">' in text
    assert f'<meta property="og:image" content="{address}/_cards/trade.png">' in text
    assert Image.open(site / "_cards" / "trade.png").size == (1200, 630)
    listed = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert f"<loc>{address}/chapters/trade.html</loc>" in listed
    latest = page(root, "latest", "chapters", "trade.html")
    assert "og:description" in latest
    assert "og:image" not in latest, "no card without an address"
