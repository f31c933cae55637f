"""How a sentence of the book is cited that stands on a claim."""

from __future__ import annotations

from pathlib import Path

from cqbook.citing.briefing import number
from cqbook.citing.entries import CLAIM, numbers_of
from cqbook.data.catalog import Catalog
from cqbook.figures.citations import medium, reached


def claim_citations(edition: Path, name: str) -> dict[str, str]:
    """Return the sentence of a claim, and how it is cited: ``sentence``, ``line``, ``gbt7714``.

    By the line `verify` knows the sentence again, whoever's document it stands in.

    Parameters
    ----------
    edition : Path
        Folder of the edition.
    name : str
        ``claim:page.name``.

    Raises
    ------
    DataError
        If the edition has no such sentence, or it is not true in it.
    """
    numbers = numbers_of(edition)
    sentence = number(numbers, name)
    book = Catalog(edition / "data").publication
    page, _, claim = name.removeprefix(CLAIM).partition(".")
    place = f"v/{numbers.edition}/chapters/{page}.html#claim-{claim}"
    way = book.whole(place) if book.address else ""
    return {
        "sentence": sentence,
        "line": f"论断：《{book.title}》，版次 {numbers.edition}，{name}。",
        "gbt7714": f"{book.author}. {book.title}{medium(way)}. 版次 {numbers.edition}. {name}"
        f"{reached(way, '引用日期')}.",
    }
