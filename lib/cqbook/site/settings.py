"""What the extension is told by the build: cache, words, the book."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import ParallelTasks

from cqbook.data.catalog import OBSERVATION_TABLE, Catalog
from cqbook.data.publication import Publication
from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import json_digest
from cqbook.disk.installed import installed_digest
from cqbook.editions.store import LATEST
from cqbook.figures.english import dictionary

#: What is made once.
_Made = TypeVar("_Made")


def cache_directory(app: Sphinx) -> Path:
    """Return where rendered pictures are kept between builds (content-addressed)."""
    place = os.environ.get("CQBOOK_CACHE") or str(Path(app.outdir).parent / "pictures")
    path = Path(place)
    path.mkdir(parents=True, exist_ok=True)
    return path


def root_of(page: str) -> str:
    """Return the way from a page of the site to its root (``../``)."""
    return "../" * page.count("/")


def once(app: Sphinx, name: str, make: Callable[[], _Made]) -> _Made:
    """Return what is made once a build; kept with the application by a name."""
    kept = vars(app)
    if name not in kept:
        kept[name] = make()
    made: _Made = kept[name]
    return made


def made_of(
    app: Sphinx, name: str, of: Mapping[str, object], make: Callable[[str], str]
) -> dict[str, str]:
    """Return texts by their keys, each as it was made last if it would be made of the same.

    Parameters
    ----------
    app : Sphinx
    name : str
        Of all of them: the last ones are kept.
    of : mapping of str to object
        By key what its text is made of, as JSON; also of this package, the packages beside it,
        Python.
    make : callable
        Returns the text of a key.
    """
    if ahead := vars(app).pop(_AHEAD, None):
        ahead.join()
    by = once(app, "cqbook_made_by", installed_digest)
    path = cache_directory(app) / "made" / name
    before: dict[str, list[str]] = json.loads(recall(path) or "{}")
    made = {}
    for key, content in of.items():
        proof = json_digest([by, content])
        known = before.get(key)
        made[key] = known if known and known[0] == proof else [proof, make(key)]
    if made != before:
        retain(path, json.dumps(made, ensure_ascii=False).encode())
    return {key: text for key, (_, text) in made.items()}


#: What is being made in another process.
_AHEAD = "cqbook_ahead"


def make_ahead(app: Sphinx, *makes: Callable[[Sphinx], object]) -> None:
    """Have what `made_of` keeps made in another process, while pages are written in this one.

    Where it is asked for, it is waited for.
    """

    def make_all() -> None:
        for make in makes:
            make(app)

    tasks = ParallelTasks(1)
    tasks.add_task(make_all)
    vars(app)[_AHEAD] = tasks


#: What any page may ask of the data: if it differs, all pages do.
ASKED_BY_PAGES: list[Callable[[Catalog], object]] = []


def asked(make: Callable[[Catalog], _Made]) -> Callable[[Sphinx], _Made]:
    """Return what gives a page what is made of the data; once a build, and known of all pages."""
    ASKED_BY_PAGES.append(make)
    return lambda app: once(app, f"cqbook_asked_{make.__name__}", lambda: make(book_of(app)))


#: The English that the book knows.
known_words = asked(dictionary)


@asked
def publication(book: Catalog) -> Publication:
    """Return what the book is called, by whom it is."""
    return book.publication


def base_of(app: Sphinx) -> str:
    """Return the address of the latest edition's pages; empty where it is not known."""
    given: str = app.config.html_baseurl.rstrip("/")
    book = publication(app)
    return given or (book.whole(LATEST) if book.address else "")


#: What Sphinx notes of a page that lists data: names of `listable`.
LISTS_DATA = "cqbook_lists_data"


def listable(book: Catalog) -> dict[str, str]:
    """Return what pages list, as hashes: tables by their names, how many rows by `rows_in`."""
    rows = {rows_in(name): str(len(book.text(name))) for name in book.resources}
    return book.digests() | rows


def rows_in(table: str) -> str:
    """Return the name of how many rows a table has, among what is `listable`."""
    return f"rows in {table}"


def book_listed(env: BuildEnvironment, *what: str) -> Catalog:
    """Return the data for the page that is being read, which changes with these of them.

    Parameters
    ----------
    env : BuildEnvironment
    *what : str
        Names of `listable`; of the observations also those of the series.
    """
    book = book_of(env.app)
    series = book.series if OBSERVATION_TABLE in what else ()
    noted = env.metadata[env.docname].setdefault(LISTS_DATA, [])
    # each listing is of the descriptor too
    noted += sorted({"", *what, *series} - set(noted))
    return book


def book_of(app: Sphinx) -> Catalog:
    """Return the data of the edition that is rendered, for what is always written; read once.

    A page asks by `book_listed` or by what is `asked`: so it is known when it changes.
    """
    return once(app, "cqbook_data", lambda: Catalog(Path(app.srcdir) / app.config.cqbook_data_dir))
