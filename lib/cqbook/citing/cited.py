"""What a document cites of the book, whatever its format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: A figure, the table of its data, or a number in the text.
CitedKind = Literal["figure", "table", "number"]
#: The values of a native chart by the name of the series.
Series = tuple[tuple[str, tuple[float, ...]], ...]
#: Things of the book that one document is asked for.
CITED_MOST = 2000


@dataclass(frozen=True)
class Cited:
    """Something that a document took from the book.

    ``data``: the beginning of the hash of the figure's data; ``text``: the number as it stands
    there; ``picture``: the bytes of the picture, where it is one that can be compared; ``rows``: of
    a table, heading and text; ``lost``: the document says that it has it, and it can't be found.
    """

    kind: CitedKind
    name: str
    edition: str
    data: str = ""
    text: str = ""
    picture: bytes = b""
    series: Series = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    lost: bool = False


def identified(text: str, picture: bytes = b"") -> Iterator[Cited]:
    """Yield the figure whose identity a file carries.

    Raises
    ------
    ValueError, KeyError
        If it is no identity of ours.
    """
    facts = json.loads(text)
    known = [facts[key] for key in ("id", "edition", "data")]
    if not all(isinstance(fact, str) for fact in known):
        msg = "identity"
        raise ValueError(msg)
    yield Cited("figure", known[0], known[1], known[2][:16], picture=picture)
