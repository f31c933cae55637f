"""What the extension is told by the build: cache, words, the book."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from sphinx.application import Sphinx

from cqbook.data.catalog import Catalog
from cqbook.data.publication import Publication
from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import hashes, json_digest
from cqbook.disk.installed import PACKAGE, packages
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


def made_of_data(app: Sphinx, name: str, make: Callable[[], str]) -> str:
    """Return a text that is made of nothing but the data: as it was made last, if they are as then.

    Of each name the last text is kept, with what it was made of and by: data, this package, the
    packages beside it, Python.
    """

    def made_of() -> str:
        by = [hashes(PACKAGE), packages(), sys.version]
        return json_digest([by, book_of(app).files_digest()])

    proof = once(app, "cqbook_made_of", made_of).encode()
    path = cache_directory(app) / "of-data" / name
    before, _, text = (recall(path) or b"").partition(b"\n")
    if before == proof:
        return text.decode()
    made = make()
    retain(path, proof + b"\n" + made.encode())
    return made


def known_words(app: Sphinx) -> Mapping[str, str]:
    """Return the English that the book knows; read once a build."""
    return once(app, "cqbook_words", lambda: dictionary(book_of(app)))


def publication(app: Sphinx) -> Publication:
    """Return what the book is called, by whom it is; read once a build."""
    return once(app, "cqbook_publication", lambda: book_of(app).publication)


def base_of(app: Sphinx) -> str:
    """Return the address of the latest edition's pages; empty where it is not known."""
    given: str = app.config.html_baseurl.rstrip("/")
    book = publication(app)
    return given or (book.whole(LATEST) if book.address else "")


def book_of(app: Sphinx) -> Catalog:
    """Return the data of the edition that is rendered; read once a build."""
    return once(app, "cqbook_data", lambda: Catalog(Path(app.srcdir) / app.config.cqbook_data_dir))
