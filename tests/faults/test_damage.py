"""Files that were damaged on disk: what is only a copy is made anew, the rest is named."""

from __future__ import annotations

import pytest
from harness import copy_of_prepared, good, refused, run, site

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


@pytest.mark.parametrize("damage", [halved, emptied, flipped, zeroed])
def test_a_damaged_cache_is_made_anew(root, damage):
    """Pictures, the Vega bundle, executed pages: none of them is published damaged."""
    before = site(root)
    entries = [path for path in (root / "_build" / "cache").rglob("*.*") if path.stat().st_size]
    assert {path.suffix for path in entries} >= {".svg", ".png", ".js", ".json"}
    for path in entries:
        damage(path)
    good(root, "build")
    good(root, "build", "--edition", "draft-a")
    assert site(root) == before


@pytest.mark.parametrize("damage", [halved, emptied, flipped, zeroed, other])
@pytest.mark.parametrize(
    "name",
    [
        "_build/editions/draft-a/manifest.json",
        "editions/2026-11/manifest.json",
        "editions/2026-11/release.json",
        "editions/2026-11/notebooks/trade.ipynb",
        "editions/2026-11/site/chapters/trade.html",
    ],
)
def test_a_damaged_edition_is_named_and_the_site_stays(root, name, damage):
    before = site(root)
    path = root / name
    whole = path.read_bytes()
    damage(path)
    done = run(root, "build", "--edition", "draft-b")
    if name == "_build/editions/draft-a/manifest.json" and done.code == 0:
        pytest.fail("a draft that can't be read is published")
    refused(done, "draft-a" if "draft-a" in name else "2026-11")
    assert site(root) == before
    path.write_bytes(whole)
    good(root, "build", "--edition", "draft-b")
    assert {name: text for name, text in site(root).items() if "draft-b" not in text.decode(
        "utf-8", "replace")}.items() <= before.items()  # fmt: skip


@pytest.mark.parametrize("damage", [halved, emptied, zeroed, other])
@pytest.mark.parametrize("name", ["figures.json", "manifest.json"])
def test_what_a_briefing_reads_is_damaged(root, tmp_path, name, damage):
    edition = root / "_build" / "editions" / "latest"
    damage(edition / "site" / name if name == "figures.json" else edition / name)
    target = tmp_path / "brief.docx"
    refused(run(root, "brief", "fig-small", "-o", str(target), "--edition", "latest"), name)
    assert not target.exists()
    good(root, "build")
    good(root, "brief", "fig-small", "-o", str(target))


@pytest.mark.parametrize("damage", [halved, emptied, zeroed, other])
@pytest.mark.parametrize("name", ["chapters/trade.ipynb", "data/datapackage.json"])
def test_a_damaged_source_is_named_and_the_site_stays(root, name, damage):
    before = site(root)
    path = root / name
    whole = path.read_bytes()
    damage(path)
    refused(run(root, "build"), path.name)
    if name.startswith("data"):
        refused(run(root, "check"), path.name)
        table = root / "more.csv"
        table.write_text("source_id,status\n", encoding="utf-8")
        refused(run(root, "add", str(table)))
    assert site(root) == before
    path.write_bytes(whole)
    good(root, "build")
    assert site(root) == before


@pytest.mark.parametrize("damage", [halved, emptied, zeroed])
def test_a_damaged_table_is_named_and_the_site_stays(root, damage):
    before = site(root)
    path = root / "data" / "observations.csv"
    whole = path.read_bytes()
    damage(path)
    refused(run(root, "build"), "observations.csv")
    assert site(root) == before
    path.write_bytes(whole)
    good(root, "build")


def test_a_damaged_journal_is_named_and_nothing_is_guessed(root):
    journal = root / "data" / ".cqbook-journal.json"
    journal.write_bytes(b'["observ')
    waiting = root / "data" / "observations.csv.cqbook-new"
    waiting.write_bytes(b"new")
    refused(run(root, "check"), ".cqbook-journal.json", ".cqbook-new")
    assert waiting.read_bytes() == b"new"
    journal.unlink()
    good(root, "check")
