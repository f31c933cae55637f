"""What a document cites of the book: figures, tables, numbers.

A further format is a module of `citing.readers` and a line in `DOCUMENT_READERS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from cqbook.citing.cited import CITED_MOST, Cited
from cqbook.citing.readers import office, pdf, png, svg
from cqbook.disk.untrusted import size_checked, whole
from cqbook.errors import DataError

#: By the end of a file's name: what yields, from its content and name, what it cites.
DOCUMENT_READERS: dict[str, Callable[[bytes, str], Iterator[Cited]]] = {
    ".docx": office.read,
    ".pptx": office.read,
    ".png": png.read,
    ".svg": svg.read,
    ".pdf": pdf.read,
}


def cited(content: bytes, name: str) -> list[Cited]:
    """Return what a file took from the book, in its order.

    Raises
    ------
    DataError
        If the file is of no known format, or broken.
    """
    read = DOCUMENT_READERS.get(Path(name).suffix.lower())
    if read is None:
        listed = " ".join(DOCUMENT_READERS)
        msg = f"{name}：应为 {listed} 之一 | expected one of {listed}"
        raise DataError(msg)
    size_checked(content, name)
    with whole(name):
        return list(dict.fromkeys(itertools.islice(read(content, name), CITED_MOST)))
