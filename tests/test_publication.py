"""Built and released editions, and the site put together from both."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading

import pytest
import time_machine
from conftest import KILLED_AT, ROOT
from kills import ended

from cqbook import cli
from cqbook.build import audit
from cqbook.build.uptodate import outputs_digest
from cqbook.disk.checksums import SUMS, file_digest, format_sums, hashes, parse_sums
from cqbook.editions import days, paths, publish, signing, store
from cqbook.editions.paths import built_folder
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


def test_what_is_served_and_the_same_is_not_written_again(root):
    publish.publish_site(root)
    page = root / "_build" / "html" / "latest" / "index.html"
    before = page.stat()
    publish.publish_site(root)
    assert page.stat().st_ino == before.st_ino
    assert page.stat().st_mtime_ns == before.st_mtime_ns
    page.write_text("forged", encoding="utf-8")
    publish.publish_site(root)
    assert page.read_text(encoding="utf-8") == "first"
    copy = root / "copy.html"
    copy.write_text("first", encoding="utf-8")
    page.unlink()
    page.symlink_to(copy)
    publish.publish_site(root)
    assert not page.is_symlink()
    # where a file has no second name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError()))
        publish.publish_site(root)
    assert page.read_text(encoding="utf-8") == "first"


def test_what_is_led_elsewhere_is_another_file_than_was_served(root):
    """Who reads the old page while the new one is written reads the old one."""
    figure = f'{store.PERMALINK}#fig-a">链接</a>'
    made(root, "2026-11", figure, place="latest")
    publish.publish_site(root)
    os.link(root / "_build" / "html" / "latest" / "index.html", root / "read.html")
    publish.release(root, "2026-11")
    assert "../v/2026-11" in text(root, "latest", "index.html")
    assert (root / "read.html").read_text(encoding="utf-8") == figure


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
        assert set(listed) == there - {SUMS}
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
    def full(source, target, **_):
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
from cqbook.editions import publish
publish.shutil.copytree = counted(publish.shutil.copytree)
publish.exchange = counted(publish.exchange)
publish.is_altered = counted(publish.is_altered)
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


# --- what others do to an edition


def pages_by(folder):
    return folder / "site" / "index.html"


def resealed(folder, text="forged"):
    """Alter a release and make all its sums and its record anew, as whoever may write there can."""
    pages_by(folder).write_text(text, encoding="utf-8")
    facts = store.release_of(folder)
    for name in (SUMS, "release.json"):
        (folder / name).unlink()
    kept = {path: path.read_bytes() for path in folder.rglob("*.sig")}
    for path in kept:
        path.unlink()
    publish.seal(folder)
    tree = file_digest(folder / SUMS)
    made_anew = facts.model_copy(update={"tree": tree}).to_json()
    (folder / "release.json").write_text(made_anew, encoding="utf-8")
    for path, content in kept.items():
        path.write_bytes(content)
    publish._seal_release(folder, None)


def elsewhere_to(folder, place):
    (folder.parent / "outside").mkdir()
    (folder.parent / "outside" / "x.js").write_text("fired", encoding="utf-8")
    (folder / place).symlink_to(folder.parent / "outside")


TAMPERED = {
    "the record": lambda folder: (folder / "release.json").write_text(
        (folder / "release.json")
        .read_text(encoding="utf-8")
        .replace('"released": "2', '"released": "1')
    ),
    "the record's end": lambda folder: (folder / "release.json").open("a").write(" "),
    "no record": lambda folder: (folder / "release.json").unlink(),
    "compiled": lambda folder: (
        (folder / "site" / "__pycache__").mkdir(),
        (folder / "site" / "__pycache__" / "x.js").write_text("fired"),
    ),
    "a link to a folder": lambda folder: elsewhere_to(folder, "site/_more"),
    "a link to a file": lambda folder: ((folder / "site" / "x.html").symlink_to(pages_by(folder)),),
    "a link in place of a file": lambda folder: (
        pages_by(folder).rename(folder.parent / "kept"),
        pages_by(folder).symlink_to(folder.parent / "kept"),
    ),
    "a pipe": lambda folder: os.mkfifo(folder / "site" / "pipe"),
    "another name": lambda folder: folder.rename(folder.with_name("2026-10")),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_release_is_just_what_its_sums_list(root, what):
    folder = publish.release(root, "2026-11")
    TAMPERED[what](folder)
    with pytest.raises(DataError, match=r"altered|link|damaged"):
        publish.publish_site(root)
    assert not [path for path in (root / "_build" / "html").rglob("*") if "fired" in path.name]
    if what != "another name":
        report = audit.Report()
        audit.compare_sums(folder, report, released="2026-11")
        assert not report.good


@pytest.mark.parametrize("what", ["compiled", "a link to a folder", "a link in place of a file"])
def test_a_built_edition_is_just_what_its_sums_list(root, what):
    TAMPERED[what](root / "_build" / "editions" / "latest")
    for command in (publish.publish_site, lambda root: publish.release(root, "2026-11")):
        with pytest.raises(DataError, match=r"altered|link"):
            command(root)


SERVED = ["editions.js", "v/editions.js", "index.html", "v/latest/index.html", "latest/index.html"]


@pytest.mark.parametrize("place", [*SERVED, "v/2026-11/index.html", "latest/new.js"])
def test_what_is_served_is_compared_with_what_it_serves(root, place):
    """Also where sums beside it, size and time were made to fit."""
    made(root, "2026-11", f'{store.PERMALINK}#fig-a">链接</a>', place="latest")
    folder = publish.release(root, "2026-11")
    latest, before = built_folder(root) / "latest", outputs_digest(root)
    for edition in (latest, folder):
        report = audit.Report()
        audit.compare_served(root, edition, edition.name, report)
        assert report.good, report.lines
    path = root / "_build" / "html" / place
    times = path.stat() if path.exists() else None
    old = path.read_text(encoding="utf-8") if times else "a"
    path.write_text(old[:-1] + "!", encoding="utf-8")
    if times:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    publish.seal(path.parent) if (path.parent / SUMS).exists() else None
    assert outputs_digest(root) != before, "a build sees that it does not stand any more"
    edition = folder if "2026" in place else latest
    report = audit.Report()
    audit.compare_served(root, edition, edition.name, report)
    assert place.rpartition("/")[2] in "\n".join(report.lines)
    assert not report.good


@pytest.fixture
def key(tmp_path_factory):
    """A key of a publisher, and the line that names it."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not there")
    path = tmp_path_factory.mktemp("key") / "id"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True
    )
    return path


def named(key):
    return f"publisher@book {key.with_suffix('.pub').read_text(encoding='utf-8')}"


def test_a_signed_release_is_known_by_its_key(root, key):
    folder = publish.release(root, "2026-11", key)
    publish.publish_site(root)
    assert not list(store.signature_lines(root, ["2026-11"])), "no keys count yet"
    (root / "signers").write_text(named(key), encoding="utf-8")
    assert signing.signature_of(folder, root / "signers").signer == "publisher@book"
    (line,) = store.signature_lines(root, ["2026-11", "2030", "latest"])
    assert "publisher@book" in line
    report = audit.Report()
    audit.compare_outside(root, folder, "2026-11", report)
    audit.compare_sums(folder, report, released="2026-11")
    audit.compare_served(root, folder, "2026-11", report)
    assert report.good, report.lines
    # the line of docs/editions.md, for who has only what is served
    words = re.search(
        r"^ssh-keygen -Y verify.*$", (ROOT / "docs" / "editions.md").read_text(), re.M
    )[0]
    words = words.replace("NAME", "publisher@book").replace("signers", str(root / "signers"))
    served = root / "_build" / "html" / "v" / "2026-11"
    assert subprocess.run(["sh", "-c", words], cwd=served, check=False).returncode == 0
    pages_by(folder.parent / "2026-11").write_text("forged")
    (served / "index.html").write_text("forged", encoding="utf-8")
    assert subprocess.run(
        ["sh", "-c", words], cwd=served, check=False, capture_output=True
    ).returncode


def test_who_reseals_a_release_has_not_the_key(root, key):
    folder = publish.release(root, "2026-11", key)
    (root / "signers").write_text(named(key), encoding="utf-8")
    resealed(folder)
    publish.publish_site(root)
    assert text(root, "v", "2026-11", "index.html") == "forged", "its own sums prove nothing"
    report = audit.Report()
    audit.compare_outside(root, folder, "2026-11", report)
    assert not report.good
    with pytest.raises(DataError, match="not of this content"):
        list(store.signature_lines(root, ["2026-11"]))


def test_a_signature_of_another_key_or_for_something_else_counts_not(root, key, tmp_path):
    other = tmp_path / "other"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(other)]
    subprocess.run(words, check=True)
    folder = publish.release(root, "2026-11", key)
    signers = root / "signers"
    signers.write_text(named(other), encoding="utf-8")
    assert "no key" in signing.signature_of(folder, signers).en
    signers.write_text(named(key), encoding="utf-8")
    (folder / signing.SIGNATURE).unlink()
    words = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "file", str(folder / SUMS)]
    subprocess.run(words, check=True, capture_output=True)
    assert not signing.signature_of(folder, signers).signer
    (folder / signing.SIGNATURE).unlink()
    assert signing.signature_of(folder, signers).en == "not signed"
    with pytest.raises(DataError, match="cannot sign"):
        publish.release(root, "2026-11", tmp_path / "nowhere") and publish.sign(
            folder / SUMS, tmp_path / "nowhere"
        )


def test_a_tag_of_the_repository_holds_the_digest(root):
    folder = publish.release(root, "2026-11")
    git = ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@x"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    tree = file_digest(folder / SUMS)
    subprocess.run([*git, "tag", "-a", "edition/2026-11", "-m", tree], check=True)
    for good in (True, False):
        report = audit.Report()
        audit.compare_outside(root, folder, "2026-11", report)
        assert report.good == good, report.lines
        resealed(folder)


# --- the day of a release


@pytest.mark.parametrize(
    ("clock", "known", "day"),
    [
        ("2026-11-29", ["2026-07-10", "unknown", "2026-11", "2026"], "2026-11-29"),
        ("2026-11-29", [], "2026-11-29"),
        ("1970-01-01", ["2026-07-10"], ""),
        ("2026-07-09", ["2026-07-10"], ""),
        ("2026-06-30", ["2026-07"], ""),
        ("2025-12-31", ["2026", "2019"], ""),
        ("2038-01-20", ["2026-07-10"], ""),
        ("2100-01-01", ["2026-07-10"], ""),
        ("2030-01-01", ["2026-07-10"], "2030-01-01"),
    ],
)
def test_a_clock_that_is_wrong_dates_no_release(clock, known, day):
    with time_machine.travel(f"{clock}T12:00:00+00:00", tick=False):
        if day:
            assert days.release_day(known) == day
            return
        with pytest.raises(DataError, match=f"{clock}.*{max(known)}"):
            days.release_day(known)


def test_a_day_begins_where_the_sources_have_theirs():
    with time_machine.travel("2026-07-09T17:00:00+00:00", tick=False):
        assert days.release_day(["2026-07-10"]) == "2026-07-10"


def test_the_day_of_a_release_may_be_said(monkeypatch):
    monkeypatch.setenv(days.DAY_VARIABLE, "4102444800")
    assert days.release_day(["2026"]) == "2100-01-01"
    monkeypatch.setenv(days.DAY_VARIABLE, "0")
    with pytest.raises(DataError, match="1970-01-01"):
        days.release_day(["2026"])
    for said in ("tomorrow", "9" * 30, "-1e9"):
        monkeypatch.setenv(days.DAY_VARIABLE, said)
        with pytest.raises(DataError, match="1970"):
            days.release_day([])


def test_no_release_is_before_the_one_before(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    made(tmp_path, "2026-10", "old", place="latest")
    with time_machine.travel("2026-11-29T12:00:00+00:00"):
        publish.release(tmp_path, "2026-10")
    made(tmp_path, "2026-11", "new", place="latest")
    for clock, known in (("2026-11-28", []), ("2026-12-01", ["2026-12-02"])):
        with time_machine.travel(f"{clock}T12:00:00+00:00"), pytest.raises(DataError, match=clock):
            publish.release(tmp_path, "2026-11", known=known)
    assert [path.name for path in (tmp_path / "editions").iterdir() if path.is_dir()] == ["2026-10"]


def test_a_clock_that_was_never_set(tmp_path, capsys):
    with time_machine.travel("1970-01-01T00:01:00+00:00"):
        assert cli.main(["--root", str(tmp_path), "template", str(tmp_path / "x.xlsx")]) == 1
    assert "1970年" in capsys.readouterr().err


def test_the_list_for_language_models_stands_at_the_root_of_the_site(tmp_path):
    """llmstxt.org looks for it there; its links lead into the edition, whole addresses stay."""
    assert publish.listing_at_root(tmp_path, "latest") == {}, "an old edition has none"
    words = (
        "# 书\n\n- [总览](chapters/index.md): 句。\n- [外贸](https://e.org/v/1/chapters/trade.md)\n"
    )
    (tmp_path / store.LISTING).write_text(words, encoding="utf-8")
    (text,) = publish.listing_at_root(tmp_path, "latest").values()
    assert "[总览](latest/chapters/index.md): 句。" in text
    assert "[外贸](https://e.org/v/1/chapters/trade.md)" in text
