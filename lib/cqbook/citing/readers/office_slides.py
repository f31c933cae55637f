"""What PowerPoint has of its own: text boxes whose names say which numbers they hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from lxml import etree

from cqbook.citing.cited import Cited
from cqbook.citing.marks import NUMBER_PATTERN, bookmark
from cqbook.citing.readers.office_parts import A


def boxed_numbers(tree: etree._Element) -> Iterator[Cited]:
    """Yield the numbers that a slide's text box says it holds; one that is gone has no text."""
    texts: dict[etree._Element, str] = {}
    for node in tree.iter(etree.Element):
        marks = list(NUMBER_PATTERN.finditer(node.get("name") or ""))
        if not marks:
            continue
        # the box is two levels above the element that has the name
        holder = next(itertools.islice(node.iterancestors(), 1, 2), None)
        if holder is None:
            msg = "a mark outside of a box"
            raise ValueError(msg)
        if holder not in texts:
            texts[holder] = "".join(part.text or "" for part in holder.iter(f"{A}t"))
        for found in marks:
            name = bookmark(found["name"])
            kept = found["text"] if found["text"] in texts[holder] else ""
            yield Cited("number", name, found["edition"], text=kept)
