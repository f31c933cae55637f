"""Files that were damaged on disk: what is only a copy is made anew, the rest is named."""

from __future__ import annotations

import csv

import pytest
from rig import copy_of_prepared, good, refused, run, site

from cqbook.editions import publish

pytestmark = pytest.mark.thorough


def halved(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def emptied(path):
    path.write_bytes(b"")


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


def zeroed(path):
    path.write_bytes(bytes(path.stat().st_size))


def other(path):
    path.write_text("{}\n", encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    return copy_of_prepared(tmp_path / "book")


ALL = (halved, emptied, flipped, zeroed, other)


def test_a_damaged_cache_is_made_anew(root):
    """Pictures, the Vega bundle, executed pages: none of them is published damaged."""
    before = site(root)
    entries = [path for path in (root / "_build" / "cache").rglob("*.*") if path.stat().st_size]
    assert {path.suffix for path in entries} >= {".svg", ".png", ".js", ".json"}
    for number, path in enumerate(entries):
        # each kind of file gets each kind of damage, one file one
        ALL[number % len(ALL)](path)
    good(root, "build")
    good(root, "build", "--edition", "draft-a")
    assert site(root) == before


@pytest.mark.parametrize(
    "name",
    [
        "_build/editions/draft-a/manifest.json",
        "editions/2026-11/manifest.json",
        "editions/2026-11/release.json",
        "editions/2026-11/SHA256SUMS",
        "editions/2026-11/notebooks/trade.ipynb",
        "editions/2026-11/site/chapters/trade.html",
    ],
)
def test_a_damaged_edition_is_named_and_the_site_stays(root, name):
    before = site(root)
    path = root / name
    whole = path.read_bytes()
    for damage in ALL:
        damage(path)
        if name.endswith("manifest.json") and damage is flipped:
            # one letter of a title: no command can know it, unless the edition was released
            path.write_bytes(whole[:-9])
        # what a draft's manifest says is asked by a comparison, not by the build of another
        words = ["diff", "draft-a", "latest"] if "draft-a" in name else ["build", "--edition", "b"]
        done = run(root, *words)
        refused(done, "draft-a" if "draft-a" in name else "2026-11")
        assert site(root) == before
        path.write_bytes(whole)
    good(root, "build", "--edition", "draft-b")
    now = site(root)
    # the new edition is listed, and nothing else is another
    assert {name for name in before if now[name] != before[name]} <= {
        "editions.js",
        "v/editions.js",
    }


def test_a_number_altered_in_an_edition_is_told_by_an_audit(root):
    """The data altered, outputs and sums as if nothing had been: only a new execution can know."""
    folder = root / "_build" / "editions" / "draft-a"
    path = folder / "data" / "observations.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    (row,) = [row for row in rows if row[0] == "trade-2022.total"]
    row[rows[0].index("value")], row[rows[0].index("as_printed")] = "8258.4", "8258.4亿元"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    publish.seal(folder)
    done = run(root, "audit", "draft-a")
    assert done.code == 1, done.err
    assert "数 trade total：8158.4亿元 → 8258.4亿元" in done.out
    assert "numbers in the text：1/2" in done.out
    assert "  site/chapters/trade.html\n" in done.out


def test_what_a_briefing_reads_is_damaged(root, tmp_path):
    edition = root / "_build" / "editions" / "latest"
    target = tmp_path / "brief.docx"
    for damage in (halved, emptied, zeroed, other):
        for path in (edition / "site" / "figures.json", edition / "manifest.json"):
            whole = path.read_bytes()
            damage(path)
            done = run(root, "brief", "fig-small", "-o", str(target), "--edition", "latest")
            refused(done, path.name)
            assert not target.exists()
            path.write_bytes(whole)
    good(root, "brief", "fig-small", "-o", str(target))


@pytest.mark.parametrize(
    "name", ["chapters/trade.ipynb", "data/datapackage.json", "data/observations.csv"]
)
def test_a_damaged_source_is_named_and_the_site_stays(root, name):
    before = site(root)
    path = root / name
    whole = path.read_bytes()
    table = root.parent / "more.csv"
    table.write_text("source_id,status\ntrade-2022,actual\n", encoding="utf-8")
    for damage in (halved, emptied, zeroed, other):
        damage(path)
        refused(run(root, "build"), path.name)
        if name.startswith("data"):
            refused(run(root, "check"), path.name)
            refused(run(root, "add", str(table)))
        assert site(root) == before
    path.write_bytes(whole)
    good(root, "build")
    assert site(root) == before


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml"])
def test_a_damaged_configuration_is_named_with_its_line_and_the_site_stays(root, name):
    before = site(root)
    path = root / name
    whole = path.read_bytes()
    for damage in (emptied, zeroed, other):
        damage(path)
        for words in (["build"], ["build", "--edition", "b"], ["run", "trade"]):
            refused(run(root, *words), f"{name}：第1行", "git checkout")
        assert site(root) == before
    path.write_bytes(whole)
    good(root, "build")
    assert site(root) == before


def test_a_damaged_journal_is_named_and_nothing_is_guessed(root):
    journal = root / "data" / ".cqbook-journal.json"
    journal.write_bytes(b'["observ')
    waiting = root / "data" / "observations.csv.cqbook-new"
    waiting.write_bytes(b"new")
    refused(run(root, "check"), ".cqbook-journal.json", ".cqbook-new")
    assert waiting.read_bytes() == b"new"
    journal.unlink()
    good(root, "check")
