"""The audit of an edition: what it finds altered, what it makes again, what it can't, and why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from conftest import ELSEWHERE, ROOT, elsewhere, plain_data, with_bundle
from faults.rig import CHAPTER, CONTENTS, DRAW, write_chapter

from cqbook import cli
from cqbook.build import audit, manifest
from cqbook.build.audit import IrreproducibleError, Report
from cqbook.disk.checksums import SUMS, digest, format_sums, hashes
from cqbook.editions import publish
from cqbook.editions.paths import built_folder
from cqbook.editions.records import Manifest
from cqbook.execution import fingerprint

PAGE = "site/chapters/trade.html"
PICTURE = "site/_figures/fig-small.png"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A book of one chapter, built under a name."""
    root = tmp_path_factory.mktemp("book")
    plain_data(root / "data")
    for name in ("requirements.txt", "_config.yml"):
        shutil.copy(ROOT / name, root)
    (root / "_toc.yml").write_text(CONTENTS, encoding="utf-8")
    (root / "chapters").mkdir()
    (root / "chapters" / "index.md").write_text(
        "# 概览\n\n:::{english} Overview\n:::\n\n一页的书。\n", encoding="utf-8"
    )
    write_chapter(root, [CHAPTER, DRAW])
    with_bundle(root / "_build" / "cache")
    # by a renderer that was forked; the audit makes it again by a new process
    assert cli.main(["--root", str(root), "build", "--edition", "small"]) == 0
    return root


@pytest.fixture(scope="module")
def again(root, tmp_path_factory):
    """The edition, made again by the audit: by another user, elsewhere, on another day."""
    folder = tmp_path_factory.mktemp("另一处 audit")
    report, real = Report(), audit._run

    def run_elsewhere(words, place, variables):
        ways = f"{variables['PYTHONPATH']}{os.pathsep}{ELSEWHERE}"
        return real(words, place, variables | there | {"PYTHONPATH": ways})

    with (
        elsewhere(folder / "home") as there,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(audit, "_run", run_elsewhere)
        with audit.remade(
            root, built_folder(root) / "small", folder / "again", report, print
        ) as path:
            assert report.good
            return path


@pytest.fixture
def edition(root, tmp_path):
    """A copy of the edition that a test may spoil."""
    return shutil.copytree(built_folder(root) / "small", tmp_path / "small")


def checked(folder):
    report = Report()
    audit.compare_sums(folder, report)
    return report


def compared(edition, again):
    report = Report()
    audit.compare(edition, again, report)
    return report


@pytest.mark.slow
def test_what_nobody_altered_is_reproduced_whole(edition, again):
    report = checked(edition)
    assert report.good
    audit.compare(edition, again, report)
    text = "\n".join(report.lines)
    assert report.good, text
    for words in ("笔记本 | notebooks：1/1", "numbers in the text：2/2", "figures：1/1"):
        assert words in text
    files = len(hashes(edition, (SUMS, f"site/{SUMS}")))
    counts = [line.split("：")[1].split(" ")[0] for line in report.lines if "逐字节" in line]
    assert sum(int(item.split("/")[0]) for item in counts) == files
    assert (again / SUMS).read_bytes() == (edition / SUMS).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("place", [PAGE, PICTURE, "data/observations.csv", "notebooks/trade.ipynb"])
def test_a_changed_file_is_found_also_when_the_sums_were_made_to_fit(edition, again, place):
    with (edition / place).open("ab") as file:
        file.write(b" ")
    report = checked(edition)
    assert not report.good
    assert f"  {place}" in report.lines
    publish.seal(edition)
    assert checked(edition).good, "the forger wrote new sums"
    report = compared(edition, again)
    assert not report.good
    assert f"  {place}" in report.lines


@pytest.mark.slow
def test_a_file_that_is_gone_and_one_that_is_new(edition, again):
    (edition / PICTURE).unlink()
    (edition / "site" / "new.html").write_text("new", encoding="utf-8")
    text = "\n".join(checked(edition).lines)
    assert f"missing（1）\n  {PICTURE}" in text
    assert "added（1）\n  site/new.html" in text
    publish.seal(edition)
    assert checked(edition).good
    report = compared(edition, again)
    assert f"  {PICTURE}（只在重新生成的中 | only when made again）" in report.lines
    assert "  site/new.html（只在版次中 | only in the edition）" in report.lines


@pytest.mark.parametrize("good", [True, False])
def test_the_command_says_it_by_its_exit_code(tmp_path, monkeypatch, capsys, good):
    report = Report()
    report.complain("被改动 | altered", [] if good else [PAGE])
    monkeypatch.setattr(audit, "audit", lambda *_: report)
    assert cli.main(["--root", str(tmp_path), "audit", "2022"]) == (0 if good else 1)
    out = capsys.readouterr().out
    assert ("all of it is reproduced" in out) == good
    assert (PAGE in out) != good


def test_of_many_findings_some_are_named():
    report = Report()
    report.complain("多出 | added", [f"{number}.html" for number in range(audit.FILES_SHOWN + 5)])
    assert report.lines[0] == f"多出 | added（{audit.FILES_SHOWN + 5}）"
    assert len(report.lines) == audit.FILES_SHOWN + 2
    assert "5项" in report.lines[-1]


def small(tmp_path, **facts):
    """An edition of nothing but a manifest, in a book that has only a configuration."""
    root = tmp_path / "root"
    (root / "chapters").mkdir(parents=True)
    (root / "_config.yml").write_text("title: 书\n", encoding="utf-8")
    (root / "data").mkdir()
    folder = tmp_path / "edition"
    (folder / "data").mkdir(parents=True)
    content = {
        "edition": "2022",
        "given": {},
        "pages": {},
        "compared_with": "",
        "code": "",
        "package": fingerprint.package_digest(),
        "book": manifest.book_hashes(root),
        "data": {},
        "versions": {"python": "3.11"},
    }
    kept = {key: value for key, value in (content | facts).items() if value is not None}
    (folder / "manifest.json").write_text(json.dumps(kept), encoding="utf-8")
    return root, folder


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"package": None}, "does not say by which code"),
        ({"package": "0" * 64}, "in no commit"),
        ({"book": {"_config.yml": "0" * 64}}, r"_config\.yml.*in no commit"),
        ({"compared_with": "2021"}, "2021, which is not at hand"),
        ({"versions": {"python": "2.6"}}, "none here"),
    ],
)
def test_what_it_was_made_by_is_not_at_hand(tmp_path, monkeypatch, facts, why):
    monkeypatch.setattr(audit, "_commits", lambda *_: iter([("c0ffee", {"lib/cqbook/x": "0"})]))
    root, folder = small(tmp_path, **facts)
    with (
        pytest.raises(IrreproducibleError, match=f"(?s){why}"),
        audit.remade(root, folder, tmp_path / "again", Report(), print),
    ):
        pass


def test_customs_detail_that_is_not_at_hand_is_told(tmp_path):
    root, folder = small(tmp_path, data={"customs/a.parquet": "0" * 64}, compared_with="none")
    report = Report()
    with (
        pytest.raises(IrreproducibleError),
        audit.remade(root, folder, tmp_path / "again", report, print),
    ):
        pass
    assert not report.good
    assert "  customs/a.parquet" in report.lines


def made_by(package):
    return Manifest(edition="2022", given={}, pages={}, package=package)


def git(folder, *words):
    names = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    subprocess.run(["git", "-C", folder, *names, *words], check=True, capture_output=True)


def test_the_commit_of_which_the_code_was_is_found_and_taken_out(tmp_path, monkeypatch):
    if shutil.which("git") is None:
        pytest.skip("没有 git | no git")
    repository = tmp_path / "repository"
    package = repository / "lib" / "cqbook"
    package.mkdir(parents=True)
    for name in audit.CODE[1:]:
        (repository / name).write_text(name, encoding="utf-8")
    git(repository, "init", "-q")
    digests = []
    for version in ("one", "two", "three"):
        (package / "book.py").write_text(version, encoding="utf-8")
        (package / "图.txt").write_text("same", encoding="utf-8")
        digests.append(digest(format_sums(hashes(package)).encode()))
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", version)
    monkeypatch.setattr(audit, "REPOSITORY", repository)
    said = []
    place = tmp_path / "place"
    place.mkdir()
    assert audit._lay_out_code(place, made_by(digests[1]), said.append)
    assert (place / "lib" / "cqbook" / "book.py").read_text(encoding="utf-8") == "two"
    assert (place / "Makefile").exists()
    assert "not the code that is here" in said[0]
    with pytest.raises(IrreproducibleError, match="no commit"):
        audit._lay_out_code(place, made_by("0" * 64), said.append)


def test_without_sums_nothing_is_believed(tmp_path):
    (tmp_path / "page.html").write_text("x", encoding="utf-8")
    report = checked(tmp_path)
    assert not report.good
    assert "can't be checked" in report.lines[0]
