"""Other machines: full and read-only disks, odd paths, no home, another language, no Chromium."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from rig import copy_of_prepared, figures_csv, good, refused, run, site, tree

pytestmark = pytest.mark.thorough


@pytest.fixture
def disk(tmp_path):
    """A file system of its own, of 64 MB; to be filled up, or made read-only."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place, *, leave):
    """Write a file that leaves only so many bytes of a file system."""
    facts = os.statvfs(place)
    free = facts.f_bavail * facts.f_frsize
    with (place / "filler").open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, max(free - leave, 1))


COMMANDS = {
    "add": ["add", "MORE", "--edition", "2026-12"],
    "accept": ["accept"],
    "build": ["build"],
    "release": ["release", "draft-a"],
    "brief": ["brief", "fig-small", "-o", "OUT"],
    "run": ["run", "trade"],
}


def words_of(command, root):
    places = {"MORE": str(root.parent / "more.csv"), "OUT": str(root / "brief.docx")}
    return [places.get(word, word) for word in COMMANDS[command]]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk(disk, command):
    """With nothing left, with some, with nearly enough: refused, unchanged, and then it works."""
    root = copy_of_prepared(disk / "book")
    figures_csv(disk / "more.csv")
    if command in ("accept", "build", "run"):
        good(root, "add", str(disk / "more.csv"), "--edition", "2026-12")
    if command in ("build", "run"):
        good(root, "accept")
    parts = ("data", "chapters", "editions", "_build/html", "_build/editions")
    before = {part: tree(root / part) for part in parts}
    # temporary files are on the same disk, as they mostly are
    temporary = {"TMPDIR": str(disk)}
    hit = 0
    for leave in (0, 8 << 10, 200 << 10, 600 << 10, 2 << 20):
        fill(disk, leave=leave)
        done = run(root, *words_of(command, root), **temporary)
        (disk / "filler").unlink()
        if done.code == 0:
            break
        hit += 1
        refused(done)
        assert "磁盘已满" in done.err or "No space left" in done.err, done.err
        now = {part: tree(root / part) for part in parts}
        if command == "release":
            # frozen whole, and not yet on the site: the next run puts it there
            held = now.pop("editions")
            assert before["editions"].items() <= held.items()
            assert not any(name.startswith(".") for name in held)
        assert now.items() <= before.items()
        assert not (root / "brief.docx").exists()
    assert hit, "the disk was never full"
    if done.code:
        good(root, *words_of(command, root), **temporary)
    good(root, "check")


def test_a_read_only_folder(disk):
    """What only reads works; what writes is refused and says so."""
    root = copy_of_prepared(disk / "book")
    figures_csv(disk / "more.csv")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    good(root, "check")
    good(root, "cite", "fig-small")
    good(root, "add", str(disk / "more.csv"), "--edition", "2026-12", "--dry-run")
    for command in COMMANDS:
        refused(run(root, *words_of(command, root)), "只读")
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    good(root, "build")


def test_data_that_may_only_be_read(disk, tmp_path):
    """An edition from somebody else's data package: nothing is written there."""
    root = copy_of_prepared(tmp_path / "book")
    shutil.copytree(root / "data", disk / "data")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    good(root, "build", "--data", str(disk / "data"), "--edition", "theirs")


def test_files_that_may_not_grow(tmp_path):
    """The limit that a queue sets a job: the same as a full disk, but for one file."""
    root = copy_of_prepared(tmp_path / "book")
    figures_csv(tmp_path / "more.csv")
    before = tree(root / "data")

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    refused(run(root, *words_of("add", root), before=limited), "文件超过允许的大小")
    assert tree(root / "data") == before
    good(root, *words_of("add", root))


NAMES = ["with space", "重庆 开放", 'it\'s "quoted"', "a" * 200, "#hash%20[x]{y}&$HOME;"]


@pytest.mark.parametrize("name", NAMES, ids=["space", "Chinese", "quotes", "200", "signs"])
def test_a_path_with(tmp_path, name):
    (tmp_path / name).mkdir()
    root = copy_of_prepared(tmp_path / name / "book")
    before = site(root)
    table = figures_csv(tmp_path / name / "more.csv", period="2021-01/2021-06")
    temporary = {"TMPDIR": str(tmp_path / name)}
    shutil.rmtree(root / "_build" / "cache")
    good(root, "build", **temporary)
    assert site(root) == before
    good(root, "brief", "fig-small", "-o", str(tmp_path / name / "brief.docx"), **temporary)
    good(root, "verify", str(tmp_path / name / "brief.docx"), **temporary)
    good(root, "add", str(table), "--edition", "2026-12", **temporary)
    good(root, "accept", **temporary)
    good(root, "build", **temporary)


LOCALES = {
    "C": {"LC_ALL": "C", "PYTHONUTF8": None, "PYTHONCOERCECLOCALE": "0"},
    "POSIX without UTF-8 mode": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ASCII terminal": {"PYTHONIOENCODING": "ascii"},
    "GB18030 terminal": {"PYTHONIOENCODING": "gb18030"},
    "time zone before": {"TZ": "Pacific/Kiritimati"},
    "time zone after": {"TZ": "Etc/GMT+12"},
}


@pytest.mark.parametrize("name", LOCALES)
def test_a_locale_and_a_time_zone_other_than_ours(tmp_path, name):
    root = copy_of_prepared(tmp_path / "书")
    before = site(root)
    shutil.rmtree(root / "_build" / "cache")
    good(root, "build", **LOCALES[name])
    assert site(root) == before
    good(root, "params", "trade", **LOCALES[name])
    table = figures_csv(tmp_path / "数.csv")
    good(root, "add", str(table), "--dry-run", "--edition", "2026-12", **LOCALES[name])
    done = run(root, "build", "--edition", "不行", **LOCALES[name])
    assert done.code == 1
    assert "Traceback" not in done.err


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null", ""])
def test_no_permission_to_write_to_home(tmp_path, home):
    root = copy_of_prepared(tmp_path / "book")
    before = site(root)
    shutil.rmtree(root / "_build" / "cache")
    own = {"HOME": home, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None, "IPYTHONDIR": None}
    good(root, "build", **own)
    assert site(root) == before


def test_no_font_of_the_system(tmp_path):
    """The pictures are drawn with the book's own font: none of the machine's is asked for."""
    root = copy_of_prepared(tmp_path / "book")
    before = site(root)
    shutil.rmtree(root / "_build" / "cache")
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>", encoding="utf-8")
    good(root, "build", FONTCONFIG_FILE=str(nothing))
    assert site(root) == before


def test_no_font_of_the_book(tmp_path):
    """Without it pictures would be drawn with another, and kept: nothing is published."""
    root = copy_of_prepared(tmp_path / "book")
    before = site(root)
    shutil.rmtree(root / "_build" / "cache")
    package = tmp_path / "lib" / "cqbook"
    shutil.copytree(ROOT / "lib" / "cqbook", package)
    font = package / "fonts" / "CQBookSansSC-Bold.otf"
    whole = font.read_bytes()
    for damage in (font.unlink, lambda: font.write_bytes(whole[: len(whole) // 2])):
        damage()
        refused(run(root, "build", PYTHONPATH=str(package.parent)), font.name, "git checkout")
        assert site(root) == before
    font.write_bytes(whole)
    good(root, "build", PYTHONPATH=str(package.parent))
    assert site(root) == before


def test_no_chromium(tmp_path):
    root = copy_of_prepared(tmp_path / "book")
    done = run(root, "pdf", PATH=str(tmp_path), CQBOOK_CHROMIUM="")
    refused(done, "Chromium", "make browser")
    assert not (root / "_build" / "book.pdf").exists()
    # one that does not start
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    done = run(root, "pdf", CQBOOK_CHROMIUM=str(broken))
    refused(done, "Chromium")


#: Shifts the clock of the day of a process, and of those that it starts: after each thirty looks a
#: year on, then ten years back, then right again.
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <sys/time.h>
static long shift(void) {
  static unsigned looks;
  unsigned phase = __sync_fetch_and_add(&looks, 1) / 30 % 3;
  return phase == 1 ? 31536000L : phase == 2 ? -315360000L : 0;
}
int clock_gettime(clockid_t kind, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int done = real(kind, now);
  if (kind == CLOCK_REALTIME || kind == CLOCK_REALTIME_COARSE) now->tv_sec += shift();
  return done;
}
int gettimeofday(struct timeval *now, void *zone) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *place) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (place) *place = exact.tv_sec;
  return exact.tv_sec;
}
"""


@pytest.fixture(scope="module")
def jumping(tmp_path_factory):
    """The environment in which the clock jumps."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(CLOCK, encoding="utf-8")
    words = ["cc", "-shared", "-fPIC", "-O1", "-o", "clock.so", "clock.c", "-ldl"]
    if shutil.which("cc") is None or subprocess.run(words, cwd=folder).returncode:
        pytest.skip("no C compiler to shift the clock with")
    return {"LD_PRELOAD": str(folder / "clock.so")}


def test_the_clock_jumps_in_the_middle_of_a_command(tmp_path, jumping):
    """On by a year, back by ten: the same site, and what is taken in is taken in."""
    script = "import time; print(len({int(time.time()) // 10**7 for _ in range(200)}))"
    seen = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | jumping, capture_output=True, text=True
    )
    assert int(seen.stdout) > 1, "the clock does not jump"
    root = copy_of_prepared(tmp_path / "book")
    before = site(root)
    shutil.rmtree(root / "_build" / "cache")
    good(root, "build", **jumping)
    assert site(root) == before
    good(root, "brief", "fig-small", "-o", str(root / "brief.docx"), **jumping)
    good(root, "verify", str(root / "brief.docx"), **jumping)
    table = figures_csv(tmp_path / "more.csv", period="2021-01/2021-06")
    good(root, "add", str(table), "--edition", "2026-12", **jumping)
    good(root, "accept", **jumping)
    good(root, "build", **jumping)
    # a clock ten years back dates no release
    good(root, "release", "draft-a", SOURCE_DATE_EPOCH="1893456000", **jumping)
    good(root, "check")
    good(root, "build")


def test_the_clock_was_wrong(tmp_path):
    """Files from the future, and from 1970: what was made still holds, and is made again."""
    root = copy_of_prepared(tmp_path / "book")
    before = site(root)
    for moment in (4_000_000_000, 0):
        for path in [root, *root.rglob("*")]:
            os.utime(path, (moment, moment))
        good(root, "build")
        assert site(root) == before
        good(root, "check")
