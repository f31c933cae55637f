"""What a document cites of the book: figures, tables, numbers.

A further format is a module of `citing.readers` and a line in `DOCUMENT_READERS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from cqbook.citing.cited import CITED_MOST, Cited
from cqbook.citing.readers.office import read_office
from cqbook.citing.readers.pdf import read_pdf
from cqbook.citing.readers.png import read_png
from cqbook.citing.readers.svg import read_svg
from cqbook.disk.untrusted import size_checked, whole
from cqbook.errors import DataError

#: By the end of a file's name: what yields, from its content and name, what it cites.
DOCUMENT_READERS: dict[str, Callable[[bytes, str], Iterator[Cited]]] = {
    ".docx": read_office,
    ".pptx": read_office,
    ".png": read_png,
    ".svg": read_svg,
    ".pdf": read_pdf,
}


#: Documents of other programs, and what they save theirs as for others.
_SAVED_AS = {
    **dict.fromkeys((".doc", ".odt", ".rtf", ".wps", ".docm", ".dotx"), ".docx"),
    **dict.fromkeys((".ppt", ".odp", ".dps", ".pptm", ".potx"), ".pptx"),
}


def other_format(name: str, known: Collection[str]) -> str:
    """Return that a file is of no format that is read, and as which one to save it."""
    listed = " ".join(known)
    end = _SAVED_AS.get(Path(name).suffix.lower(), "")
    zh, en = (f"，请另存为 {end} 再用", f"; save it as {end}") if end else ("", "")
    return f"{name}：应为 {listed} 之一{zh} | {name}: expected one of {listed}{en}"


def cited(content: bytes, name: str) -> list[Cited]:
    """Return what a file took from the book, in its order.

    Raises
    ------
    DataError
        If the file is of no known format, or broken.
    """
    read = DOCUMENT_READERS.get(Path(name).suffix.lower())
    if read is None:
        raise DataError(other_format(name, DOCUMENT_READERS))
    size_checked(content, name)
    with whole(name):
        return list(dict.fromkeys(itertools.islice(read(content, name), CITED_MOST)))
