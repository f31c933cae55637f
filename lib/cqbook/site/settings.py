"""What the extension is told by the build: cache, words, the book."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sphinx.application import Sphinx

from cqbook.data.catalog import Catalog
from cqbook.data.publication import Publication
from cqbook.editions.store import LATEST
from cqbook.figures.english import dictionary


def cache_directory(app: Sphinx) -> Path:
    """Return where rendered pictures are kept between builds (content-addressed)."""
    place = os.environ.get("CQBOOK_CACHE") or str(Path(app.outdir).parent / "pictures")
    path = Path(place)
    path.mkdir(parents=True, exist_ok=True)
    return path


def known_words(app: Sphinx) -> Mapping[str, str]:
    """Return the English that the book knows; read once a build."""
    kept = vars(app)
    if "cqbook_words" not in kept:
        kept["cqbook_words"] = dictionary(book_of(app))
    words: Mapping[str, str] = kept["cqbook_words"]
    return words


def publication(app: Sphinx) -> Publication:
    """Return what the book is called, by whom it is; read once a build."""
    kept = vars(app)
    if "cqbook_publication" not in kept:
        kept["cqbook_publication"] = book_of(app).publication
    found: Publication = kept["cqbook_publication"]
    return found


def base_of(app: Sphinx) -> str:
    """Return the address of the latest edition's pages; empty where it is not known."""
    given: str = app.config.html_baseurl.rstrip("/")
    book = publication(app)
    return given or (book.whole(LATEST) if book.address else "")


def book_of(app: Sphinx) -> Catalog:
    """Return the data of the edition that is rendered; read once a build."""
    kept = vars(app)
    if "cqbook_data" not in kept:
        kept["cqbook_data"] = Catalog(Path(app.srcdir) / app.config.cqbook_data_dir)
    found: Catalog = kept["cqbook_data"]
    return found
