"""PDF: the identity in the properties, the marks in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cqbook.citing.cited import Cited, identified
from cqbook.citing.marks import MARK_PATTERN, NUMBER_PATTERN, bookmark
from cqbook.disk.pdf import property_and_text
from cqbook.figures.formats import METADATA_KEY


def read_pdf(content: bytes, _: str) -> Iterator[Cited]:
    """Yield what the properties and the text of a PDF name."""
    packed, text = property_and_text(content, f"/{METADATA_KEY}")
    if packed:
        yield from identified(packed)
    # a line of a page may end anywhere in a mark
    plain = re.sub(r"\s+", "", text)
    for found in re.finditer(MARK_PATTERN.pattern.replace(" ", ""), plain):
        yield Cited("figure", found["id"], found["edition"], found["data"])
    for found in re.finditer(NUMBER_PATTERN.pattern.replace(" ", ""), plain):
        # once in the list at the end: the text itself must say it too
        first = plain.find(found["text"])
        again = plain.find(found["text"], first + 1)
        kept = found["text"] if again >= 0 else ""
        name = bookmark(found["name"])
        yield Cited("number", name, found["edition"], text=kept)
