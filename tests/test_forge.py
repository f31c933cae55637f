"""All released editions stay published: as archives, in a folder that is served, on a forge.

The steps of the forge's workflow are those of `.github/editions.sh`; here they run against a forge
that is a folder, asked by a ``gh`` that knows what they ask.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT
from test_publication import made

from cqbook.disk.checksums import SUMS, hashes
from cqbook.editions import archive, paths, publish, served
from cqbook.errors import DataError

GH = """#!/bin/sh
# release list | download TAG --dir DIR … | create TAG --title … --notes … FILE…
case "$2" in
list) ls "$FORGE" ;;
download) cp "$FORGE/$3/"* "$5" ;;
create) mkdir "$FORGE/$3" && shift 7 && cp "$@" "$FORGE/$tag" ;;
esac
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    return released(tmp_path / "here", "2026-10", "2026-11")


def released(root, *names):
    for name in names:
        made(root, name, f"of {name}", place="latest")
        publish.release(root, name)
    return root


def text(*steps):
    return steps[0].joinpath(*steps[1:]).read_text(encoding="utf-8")


def test_an_archive_is_the_same_each_time_and_comes_back(root, tmp_path):
    one = archive.archive_of(root, "2026-11", tmp_path / "one")
    two = archive.archive_of(root, "2026-11", tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()
    there = tmp_path / "there"
    for _ in range(2):
        assert archive.bring_back(there, one) == "2026-11"
    assert hashes(there / "editions" / "2026-11") == hashes(root / "editions" / "2026-11")
    assert sorted(path.name for path in (there / "editions").iterdir() if path.is_dir()) == [
        "2026-11"
    ]


def spoil_sum(path):
    path.with_name(path.name + ".sha256").unlink()


def spoil_byte(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def put_in(name, content):
    def change(path):
        with zipfile.ZipFile(path, "a") as packed:
            packed.writestr(name, content)
        sums = f"{archive.file_digest(path)}  {path.name}\n"
        path.with_name(path.name + ".sha256").write_text(sums, encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_sum, "没有它的校验和"),
        (spoil_byte, "与旁边的校验和不符"),
        (put_in("2026-11/site/more.html", "x"), "不是发布时的样子"),
        (put_in("2026-11/../../outside", "x"), "不该有的路径"),
        (put_in("other/release.json", "{}"), "应恰有一个"),
    ],
)
def test_what_is_not_as_released_does_not_come_back(root, tmp_path, spoil, said):
    path = archive.archive_of(root, "2026-11", tmp_path / "one")
    spoil(path)
    with pytest.raises(DataError, match=said):
        archive.bring_back(tmp_path / "there", path)
    assert not (tmp_path / "there" / "editions" / "2026-11").exists()
    assert not (tmp_path / "outside").exists()


def test_another_edition_of_the_same_name_is_refused(root, tmp_path):
    path = archive.archive_of(root, "2026-11", tmp_path / "one")
    other = tmp_path / "other"
    made(other, "2026-11", "other", place="latest")
    publish.release(other, "2026-11")
    with pytest.raises(DataError, match="内容不同"):
        archive.bring_back(other, path)


def test_only_what_was_released_is_archived(root, tmp_path):
    with pytest.raises(DataError, match=r"没有发布过版次 2027-01.*2026-10、2026-11"):
        archive.archive_of(root, "2027-01", tmp_path)
    (root / "editions" / "2026-11" / "site" / "index.html").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match="被改动过"):
        archive.archive_of(root, "2026-11", tmp_path)


def test_a_served_folder_keeps_editions_that_are_not_here(root, tmp_path):
    place = tmp_path / "served"
    made(root, "2022", "a draft")
    assert served.publish_to(root, place) == ["2026-10", "2026-11"]
    assert not (place / "v" / "2022").exists(), "what may go again has no address"
    shutil.rmtree(root / "editions" / "2026-10")
    made(root, "2026-12", "of 2026-12", place="latest")
    for _ in range(2):
        assert served.publish_to(root, place) == ["2026-10", "2026-11"]
    assert text(place, "v", "2026-10", "index.html") == "of 2026-10"
    assert text(place, "latest", "index.html") == "of 2026-12"
    known = publish.known_editions(place)
    assert (known["latest"], list(known["released"])) == ("2026-12", ["2026-10", "2026-11"])
    assert known["numbered"] == []
    assert text(place, "v", "editions.js") == text(place, "editions.js")
    assert "latest/index.html" in text(place, "index.html")
    assert not list(place.rglob("*.part"))


def test_pages_know_which_editions_have_a_page_of_numbers(tmp_path):
    for name in ("2026-10", "2026-11"):
        (tmp_path / name / "chapters").mkdir(parents=True)
    (tmp_path / "2026-11" / "chapters" / "numbers.html").touch()
    sites = {name: tmp_path / name for name in ("2026-10", "2026-11", "2027")}
    assert publish.editions_with_numbers(sites) == ["2026-11"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda place: shutil.rmtree(place / "v" / "2026-10"), "不见了"),
        (lambda place: (place / "v/2026-10/index.html").write_text("x"), "被改动过"),
        (lambda place: (place / "v/2026-10" / SUMS).write_text(f"{'0' * 64}  a\n"), "内容不同"),
        (lambda place: (place / "editions.js").write_text("x"), "已损坏"),
        (lambda place: (place / "v/2026-10/new.js").write_text("x"), "被改动过"),
        (lambda place: (place / "v/2026-10/more").symlink_to(place), "链接"),
    ],
)
def test_nothing_is_published_where_an_edition_is_not_whole(root, tmp_path, spoil, said):
    place = tmp_path / "served"
    served.publish_to(root, place)
    spoil(place)
    made(root, "2026-12", "of 2026-12", place="latest")
    with pytest.raises(DataError, match=said):
        served.publish_to(root, place)
    assert text(place, "latest", "index.html") == "of 2026-11"


def test_what_is_put_there_is_what_was_made(root, tmp_path, monkeypatch):
    monkeypatch.setattr(served, "publish_site", lambda root: root / "_build" / "html")
    publish.publish_site(root)
    (root / "_build" / "html" / "latest" / "new.js").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match="altered"):
        served.publish_to(root, tmp_path / "served")
    assert not (tmp_path / "served" / "latest").exists()


@pytest.mark.skipif(os.name == "nt", reason="sh")
def test_the_workflow_keeps_two_releases_and_the_latest(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    forge, tools = tmp_path / "forge", tmp_path / "tools"
    forge.mkdir()
    tools.mkdir()
    gh = tools / "gh"
    gh.write_text(GH.replace("shift 7 && cp", "tag=$3 && shift 7 && cp"), encoding="utf-8")
    gh.chmod(0o755)
    there = os.environ | {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "FORGE": str(forge),
        "CQBOOK": f"{sys.executable} -m cqbook.cli --root .",
        "PYTHONPATH": str(ROOT / "lib"),
    }

    def step(root, *words, code=0):
        root.mkdir(exist_ok=True)
        run = ["sh", ROOT / ".github" / "editions.sh", *words]
        done = subprocess.run(run, cwd=root, env=there, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stderr

    first = tmp_path / "first"
    made(first, "2026-10", "of 2026-10", place="latest")
    # a release is not of a day before its sources
    built = first / "_build" / "editions" / "latest"
    (built / "data").mkdir()
    for name in ("datapackage.json", "sources.csv"):
        shutil.copy(ROOT / "data" / name, built / "data")
    publish.seal(built)
    step(first, "release", "2026-10")
    # a second run would compare the data of both
    archive.archive_of(
        released(tmp_path / "second", "2026-11"), "2026-11", forge / "edition-2026-11"
    )
    last = tmp_path / "runner"
    step(last, "fetch")
    made(last, "2026-12", "of 2026-12", place="latest")
    step(last, "publish", "site")
    for way, said in (
        ("v/2026-10", "of 2026-10"),
        ("v/2026-11", "of 2026-11"),
        ("latest", "of 2026-12"),
    ):
        assert text(last, "site", way, "index.html") == said
    # one that did not come back is missed
    shutil.rmtree(last / "editions" / "2026-10")
    shutil.rmtree(last / "site")
    assert "缺版次 2026-10" in step(last, "publish", "site", code=1)
    # and one that is not what was released stops the run
    spoil_byte(forge / "edition-2026-10" / "edition-2026-10.zip")
    step(tmp_path / "late", "fetch", code=1)
