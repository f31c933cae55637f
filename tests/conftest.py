"""Shared fixtures: the repository's data, and copies of it that a test may spoil."""

from __future__ import annotations

import ast
import atexit
import csv
import functools
import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from cqbook.data.catalog import Catalog

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# how fast a machine is proves nothing of an example
settings.register_profile("book", deadline=None)
settings.load_profile("book")
# what is loaded until all tests are known stays, and there is nothing to collect
gc.disable()
if hasattr(os, "fork"):
    # where nothing forks, no pages are executed, and none of this is there
    import warm

    warm.with_another_seed()
    warm.renderers()
    warm.painters()
ROOT = Path(__file__).resolve().parents[1]
#: What is beside the checkout where the project is worked on, and is not ours to publish.
SHARED = ROOT.parent / "shared"


def lacking(what: str) -> NoReturn:
    """Skip a test for what it lacks here; where all was to be installed, fail."""
    if "CQBOOK_NOTHING_LACKS" in os.environ:
        pytest.fail(what)
    pytest.skip(what)


#: Start of a script that kills itself at the n-th call (its first argument) of what it counts.
KILLED_AT = """
import os, signal, sys
from pathlib import Path
count, step = 0, int(sys.argv.pop(1))
def counted(real):
    def call(*arguments, **named):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    return call
"""


#: A start of Python on another day, which sees one processor.
ELSEWHERE = warm.ELSEWHERE


@contextmanager
def elsewhere(home: Path) -> Iterator[dict[str, str]]:
    """Let processes that start within be another user's, in another zone, on another day.

    Yields what of their environment differs from here.
    """
    home.mkdir(parents=True, exist_ok=True)
    changed = {"HOME": str(home), "USER": "other", "LOGNAME": "other", "TZ": "Pacific/Auckland"}
    ways = [str(ELSEWHERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    changed |= {"LC_ALL": "C", "PYTHONPATH": os.pathsep.join(ways)}
    kept = {key: os.environ.get(key) for key in (*changed, "SOURCE_DATE_EPOCH")}
    mask, processors = os.umask(0o077), os.sched_getaffinity(0)
    os.environ.update(changed)
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    os.sched_setaffinity(0, {min(processors)})
    try:
        yield changed
    finally:
        os.umask(mask)
        os.sched_setaffinity(0, processors)
        for key, text in kept.items():
            os.environ.pop(key, None)
            if text is not None:
                os.environ[key] = text


if hasattr(os, "fork"):
    warm.kernels_of_nbval(elsewhere)


def linked(source: str, target: str) -> None:
    """Copy a file as another name of it, where that can be: what is kept is never changed."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def with_pictures(cache: Path) -> Path:
    """Give a cache all that `make book` has drawn."""
    if (ROOT / "_build" / "cache").exists():
        shutil.copytree(ROOT / "_build" / "cache", cache, copy_function=linked)
    return cache


def with_bundle(cache: Path) -> Path:
    """Give a cache the bundle of Vega, where `make book` has made it: it is the same in each book.

    To make it takes three seconds of a processor.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for path in (ROOT / "_build" / "cache").glob("vega-*.js"):
        shutil.copy(path, cache)
    return cache


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Return a module as it is parsed: several tests look through all of the package."""
    return ast.parse(path.read_text(encoding="utf-8"))


def pytest_collection_finish() -> None:
    """Let the collector pass over all that was loaded, which stays: it took a twentieth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_sessionfinish() -> None:
    """Look for garbage once: pytest looks five times then, two seconds each."""
    gc.collect()
    gc.freeze()


# all is given back in the end: what is never collected, libraries report as leaked
atexit.register(gc.unfreeze)


@pytest.fixture(scope="session")
def book() -> Catalog:
    return Catalog(ROOT / "data")


class Spoiled:
    """A copy of the data package in which single cells can be changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, name: str) -> list[list[str]]:
        with (self.path / name).open(encoding="utf-8", newline="") as lines:
            return list(csv.reader(lines))

    def write(self, name: str, rows: list[list[str]]) -> None:
        with (self.path / name).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(rows)

    def set(self, name: str, row: int, column: str, value: str) -> str:
        """Set a cell (row 1 is the first below the header); return what stood there."""
        rows = self.rows(name)
        index = rows[0].index(column)
        old, rows[row][index] = rows[row][index], value
        self.write(name, rows)
        return old

    def find(self, name: str, column: str, value: str) -> int:
        """Return the number of the first row whose `column` is `value`."""
        rows = self.rows(name)
        index = rows[0].index(column)
        return next(n for n, row in enumerate(rows) if n and row[index] == value)

    def without_series(self, but: tuple[str, ...] = ()) -> None:
        """Take the long series out, so that what stands in ``observations.csv`` is all.

        `but`: those that stay.
        """
        path = self.path / "datapackage.json"
        whole = json.loads(path.read_text(encoding="utf-8"))
        tables = whole["resources"]
        series = [item for item in tables if "observations" in item and item["name"] not in but]
        whole["resources"] = [item for item in tables if item not in series]
        for item in series:
            (self.path / item["path"]).unlink()
        path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
        # no relation may name what is gone
        gone = tuple(f"{item['name']}." for item in series)
        head, *rows = self.rows("relations.csv")
        named = [f"{row[head.index('target')]};{row[head.index('inputs')]}" for row in rows]
        kept = [
            row
            for row, ids in zip(rows, named, strict=True)
            if not any(key.startswith(gone) for key in ids.split(";"))
        ]
        self.write("relations.csv", [head, *kept])


def plain_data(target: Path) -> Path:
    """Copy the data without the long series: to read, check and render them takes half of a build.

    `make book` has all of them, and what is compared with what it made.
    """
    shutil.copytree(ROOT / "data", target, ignore=shutil.ignore_patterns("customs", ".*"))
    Spoiled(target).without_series()
    return target


@pytest.fixture
def spoiled(tmp_path: Path) -> Spoiled:
    """Return a copy of the data, all of them."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return Spoiled(tmp_path / "data")


@pytest.fixture
def plain(spoiled: Spoiled) -> Spoiled:
    """Return a copy of the data without the long series: to check it takes half of the time.

    How rows of series are checked, and that others are checked beside them, is in
    ``test_series.py``, ``test_relations.py`` and ``test_intake.py``.
    """
    spoiled.without_series()
    return spoiled


#: Tests that share what is dear to make: the beginnings of their ids, by what they share. The first
#: that fits counts.
TOGETHER = {
    # the same figures in documents, each drawn once
    "tests/test_brief.py": "documents",
    "tests/test_edits.py": "documents",
    "tests/test_exports.py": "documents",
    "tests/test_own_words.py": "documents",
    "tests/test_update.py": "documents",
    # 外贸结构 of 2022, executed once
    "tests/test_editions.py::test_a_changed_number": "2022",
    "tests/test_editions.py::test_another_year": "2022",
    "tests/test_editions.py::test_the_year_of_the_customs": "2022",
    # customs detail taken in once
    "tests/test_engines.py": "engines",
    "tests/test_forms.py": "forms",
    "tests/test_builds.py": "builds",
    "tests/test_chapter_district.py": "districts",
    "tests/test_hostile.py": "hostile",
    "tests/test_portable.py": "desk",
    "tests/test_preview.py": "preview",
    "tests/test_site.py::test_the_printed_book": "the printed book",
    # one browser for all, and a page is visited once
    "tests/test_site.py": "pages",
    "tests/test_pages.py": "pages",
    "tests/test_pictures.py": "pages",
    "tests/test_policy.py": "pages",
}


def shared_by(nodeid: str) -> str:
    """Return what a test shares with others; its own id if it shares nothing."""
    path = nodeid.partition("::")[0]
    if path.endswith(".ipynb"):
        # its cells run in one kernel
        return path
    return next((TOGETHER[start] for start in TOGETHER if nodeid.startswith(start)), nodeid)


NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: What closes the browser that is open.
OPEN = ExitStack()


@pytest.fixture(scope="session")
def browsers() -> Callable[[], Browser]:
    """Return what opens the one browser of this worker, or gives the one that is open."""
    opened: list[Browser] = []

    def browser() -> Browser:
        from playwright.sync_api import sync_playwright

        if not opened:
            playwright = OPEN.enter_context(sync_playwright())
            opened.append(playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS))
            OPEN.callback(opened.clear)
            OPEN.callback(opened[0].close)
        return opened[0]

    return browser


@pytest.fixture(scope="module")
def browser(browsers: Callable[[], Browser]) -> Browser:
    """A real Chromium; to start one takes longer than most of what is asked of it."""
    return browsers()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Close the browser behind the last test that shares it: it keeps a loop of events running."""
    if nextitem is None or (
        nextitem.path != item.path and shared_by(nextitem.nodeid) != shared_by(item.nodeid)
    ):
        OPEN.close()


class Together(LoadScopeScheduling):
    """Gives a free worker the next test, but keeps together on one what belongs together.

    Those come first, the most tests before the others. xdist's own groups do not: with pytest 9.2
    their marks are passed over in silence.
    """

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)
