"""The audit of an edition: what it says, what it can't make again, and why.

What it finds altered, and what it makes again, is asked of an edition in ``test_builds.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from cqbook import cli
from cqbook.build import audit, manifest
from cqbook.build.audit import IrreproducibleError, Report
from cqbook.disk.checksums import digest, format_sums, hashes
from cqbook.editions.records import Manifest
from cqbook.execution import fingerprint

PAGE = "site/chapters/trade.html"


def checked(folder):
    report = Report()
    audit.compare_sums(folder, report)
    return report


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
