"""Built and released editions, and the site put together from both."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading

import pytest
from conftest import KILLED_AT
from kills import ended

from cqbook.disk.checksums import SUMS, format_sums, hashes, parse_sums
from cqbook.editions import paths, publish, store
from cqbook.errors import DataError


def made(root, name, text="page", *, place="", given=None):
    """Put a small built edition in its place."""
    folder = root / "_build" / f"making-{name}"
    (folder / "site" / "chapters").mkdir(parents=True)
    (folder / "site" / "index.html").write_text(text, encoding="utf-8")
    page = {"notebook": "trade", "parameters": {}, "sha256": "", "queries": ""}
    manifest = {"edition": name, "given": given or {}, "pages": {"trade": page}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    publish.keep(root, folder, place or name)
    shutil.rmtree(folder, ignore_errors=True)


def text(root, *parts):
    return root.joinpath("_build", "html", *parts).read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    made(tmp_path, "2026-11", "first", place="latest")
    return tmp_path


def test_the_site_holds_latest_drafts_and_released(root):
    made(root, "2022", "of 2022")
    publish.release(root, "2026-11")
    made(root, "2026-12", "second", place="latest")
    publish.publish_site(root)
    assert text(root, "latest", "index.html") == "second"
    assert text(root, "v", "2026-11", "index.html") == "first"
    assert text(root, "v", "2022", "index.html") == "of 2022"
    assert "latest/index.html" in text(root, "index.html")
    assert "../../index.html" in text(root, "v", "latest", "index.html")
    known = json.loads(text(root, "editions.js").split("=", 1)[1].rstrip(";\n"))
    assert known["latest"] == "2026-12"
    assert list(known["released"]) == ["2026-11"]
    assert known["drafts"] == ["2022"]
    assert text(root, "v", "editions.js") == text(root, "editions.js")
    left = [path.name for path in (root / "_build").iterdir()]
    assert sorted(left) == [".cqbook-lock", "editions", "html"]


def test_permalinks_lead_from_the_latest_pages_to_the_frozen_ones(root):
    figure = f'{store.PERMALINK}#fig-a">链接</a>'
    made(root, "2026-11", figure, place="latest")
    for name in ("index.html", "chapters/trade.html"):
        place = root / "_build" / "editions" / "latest" / "site" / name
        place.write_text(figure, encoding="utf-8")
    publish.seal(root / "_build" / "editions" / "latest")
    publish.publish_site(root)
    assert text(root, "latest", "index.html") == figure, "a draft has no frozen page yet"
    publish.release(root, "2026-11")
    for name, way in (
        ("index.html", "../v/2026-11/index.html"),
        ("chapters/trade.html", "../../v/2026-11/chapters/trade.html"),
    ):
        assert f'href="{way}#fig-a"' in text(root, "latest", name)
        assert (root / "_build" / "html" / "latest" / name).parent.joinpath(way).exists()
        assert text(root, "v", "2026-11", name) == figure, "a frozen page never changes"


def checked(*words, folder):
    """What sha256sum itself says in a folder."""
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not there")
    variables = os.environ | {"LC_ALL": "C"}
    return subprocess.run(
        ["sha256sum", "--check", *words],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_sha256sum_alone_checks_an_edition_as_it_is_served(root):
    figure = f'{store.PERMALINK}#fig-a">链接</a>'
    made(root, "2026-11", figure, place="latest")
    publish.release(root, "2026-11")
    assert text(root, "latest", "index.html") != figure, "altered for publication"
    html = root / "_build" / "html"
    for place in (html / "latest", html / "v" / "2026-11", root / "editions" / "2026-11"):
        done = checked("--strict", "SHA256SUMS", folder=place)
        assert done.returncode == 0, done.stdout + done.stderr
        listed = parse_sums((place / SUMS).read_text(encoding="utf-8"))
        there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
        assert set(listed) == there - {SUMS, store.RELEASE}
        assert list(listed) == sorted(listed)
    page = html / "v" / "2026-11" / "index.html"
    page.write_text(figure + " ", encoding="utf-8")
    done = checked("SHA256SUMS", folder=page.parent)
    assert done.returncode == 1
    assert "index.html: FAILED" in done.stdout


def test_names_that_sha256sum_escapes(tmp_path):
    names = ["a b.csv", "两 行\n.csv", "back\\slash", "\\n", "cr\r", "ls\u2028"]
    for name in names:
        (tmp_path / name).write_text(name, encoding="utf-8")
    found = hashes(tmp_path)
    assert list(found) == sorted(names)
    assert parse_sums(format_sums(found)) == found
    (tmp_path / SUMS).write_text(format_sums(found), encoding="utf-8", newline="")
    done = checked("--strict", SUMS, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("line", ["x", "0" * 64 + " one", "0" * 63 + "  short", "0" * 64 + "  "])
def test_a_line_of_no_such_form_is_refused(line):
    with pytest.raises(ValueError, match=line[:10]):
        parse_sums(line + "\n")


def test_an_edition_altered_after_it_was_built_is_not_released(root):
    page = root / "_build" / "editions" / "latest" / "site" / "index.html"
    page.write_text("forged", encoding="utf-8")
    with pytest.raises(DataError, match="altered after it was built"):
        publish.release(root, "2026-11")
    assert not (root / "editions" / "2026-11").exists()


@pytest.mark.parametrize("place", ["site/index.html", "site/SHA256SUMS", "SHA256SUMS", "new"])
def test_whatever_changes_in_a_release_is_seen(root, place):
    folder = publish.release(root, "2026-11")
    with (folder / place).open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  other\n")
    with pytest.raises(DataError, match="altered"):
        publish.publish_site(root)


def test_an_edition_released_before_there_were_sums_still_stands(root):
    folder = publish.release(root, "2026-11")
    for path in (folder / SUMS, folder / "site" / SUMS):
        path.unlink()
    facts = store.release_of(folder)
    # the digest as it was made then, of these two files
    tree = "96a9803ea5856b180717e5640d1f378da139e68bd05b7c2d96423face27c3bdf"
    text_then = facts.model_copy(update={"tree": tree}).to_json()
    (folder / "release.json").write_text(text_then, encoding="utf-8")
    publish.publish_site(root)
    (folder / "site" / "index.html").write_text("forged", encoding="utf-8")
    with pytest.raises(DataError, match="altered"):
        publish.publish_site(root)


def test_without_a_latest_edition_the_door_leads_to_what_there_is(tmp_path):
    made(tmp_path, "2022", "of 2022")
    publish.publish_site(tmp_path)
    assert "v/2022/index.html" in text(tmp_path, "index.html")


def test_a_released_edition_never_changes(root):
    folder = publish.release(root, "2026-11")
    tree = store.tree_digest(folder)
    assert publish.release(root, "2026-11") == folder, "the same again is nothing new"
    made(root, "2026-11", "other", place="latest")
    with pytest.raises(DataError, match="already released with other content"):
        publish.release(root, "2026-11")
    publish.publish_site(root)
    assert store.tree_digest(folder) == tree
    assert text(root, "v", "2026-11", "index.html") == "first"


def test_an_altered_release_is_not_published(root):
    folder = publish.release(root, "2026-11")
    (folder / "site" / "index.html").write_text("forged", encoding="utf-8")
    with pytest.raises(DataError, match="altered"):
        publish.publish_site(root)
    assert text(root, "v", "2026-11", "index.html") == "first"


@pytest.mark.parametrize("name", ["latest", "draft", "../x", "A", "", "2022/..", ".x"])
def test_a_name_that_is_no_name_is_refused(root, name):
    with pytest.raises(DataError, match="no name"):
        publish.release(root, name)


def test_what_was_not_built_is_not_released(root):
    with pytest.raises(DataError, match="has not been built"):
        publish.release(root, "2030")
    with pytest.raises(DataError, match=r"2030.*latest"):
        store.find(root, "2030")


def test_releases_live_where_the_environment_says(root, tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
    assert publish.release(root, "2026-11") == home / "2026-11"
    assert not (root / "editions").exists()


def test_an_edition_is_compared_with_the_last_that_asked_the_same(root):
    publish.release(root, "2026-11")
    assert store.predecessor(root, "2026-12", {}).name == "2026-11"
    assert store.predecessor(root, "2026-11", {}) is None
    asked = {"trade": {"period": "2022"}}
    assert store.predecessor(root, "2022", asked) is None
    made(root, "2022", given=asked)
    publish.release(root, "2022")
    assert store.predecessor(root, "2022-b", asked).name == "2022"
    assert store.predecessor(root, "2026-12", {}).name == "2026-11"


def test_a_full_disk_releases_nothing(root, monkeypatch):
    def full(source, target):
        target.mkdir()
        (target / "half").write_text("", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish.shutil, "copytree", full)
    with pytest.raises(OSError, match="No space"):
        publish.release(root, "2026-11")
    monkeypatch.undo()
    assert [path.name for path in (root / "editions").iterdir()] == [".cqbook-lock"]
    assert publish.release(root, "2026-11").exists()


KILL = """
from cqbook.editions import publish, store
publish.shutil.copytree = counted(publish.shutil.copytree)
publish.exchange = counted(publish.exchange)
store.tree_digest = counted(store.tree_digest)
Path.rename = counted(Path.rename)
publish.release(Path(sys.argv[1]), "2026-11")
"""


@pytest.mark.parametrize("step", range(1, 8))
def test_a_kill_in_the_middle_of_a_release(root, step):
    """Every step of release and publication: the next command works, nothing is lost."""
    publish.publish_site(root)
    code = ended(KILLED_AT + KILL, step, root)
    assert code in (-signal.SIGKILL, 0)
    assert code == -signal.SIGKILL or step > 6, "each step is one that can be killed"
    assert text(root, "latest", "index.html") == "first", "the site that was there is still there"
    publish.release(root, "2026-11")
    assert text(root, "v", "2026-11", "index.html") == "first"
    names = sorted(path.name for path in (root / "editions").iterdir())
    assert names == [".cqbook-lock", "2026-11"]
    names = sorted(path.name for path in (root / "_build").iterdir())
    assert names == [".cqbook-lock", "editions", "html"]


def test_publishing_at_once_does_no_harm(root):
    made(root, "2022", "of 2022")
    threads = [threading.Thread(target=publish.publish_site, args=(root,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert text(root, "latest", "index.html") == "first"
    assert text(root, "v", "2022", "index.html") == "of 2022"
    assert not [path for path in (root / "_build").iterdir() if path.name.startswith(".html-")]
    assert os.access(root / "_build" / "html", os.R_OK | os.X_OK)
