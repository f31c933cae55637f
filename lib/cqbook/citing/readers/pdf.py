"""PDF: the identity in the properties, the marks and citations in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cqbook.citing.cited import Cited, CitedKind, identified
from cqbook.citing.entries import is_table
from cqbook.citing.marks import (
    EDITION_PATTERN,
    MARK_PATTERN,
    citations_in,
    number_marks,
)
from cqbook.citing.readers.office_slides import in_order
from cqbook.disk.pdf import properties_and_text
from cqbook.figures.formats import METADATA_KEY

UNSEEN = "PDF 里的画面和图旁文字没有比较；比较得了的是 Word、PowerPoint 和图的原文件"

_ITEM = re.compile(r"(?m)^\s{0,9}\d{1,3}\.(?=\s)")


def read_pdf(content: bytes, _: str) -> Iterator[Cited]:
    """Yield what the properties and the text of a PDF name."""
    (packed, keywords), text = properties_and_text(content, f"/{METADATA_KEY}", "/Keywords")
    known: set[str] = set()
    if packed:
        for item in identified(packed, drawing=("pdf", content)):
            known.add(item.name)
            yield item
    # a line of a page may end anywhere in a mark
    plain = re.sub(r"\s+", "", text)
    for found in re.finditer(MARK_PATTERN.pattern.replace(" ", ""), plain):
        if found["id"] not in known:
            known.add(found["id"])
            kind: CitedKind = "table" if is_table(found["id"]) else "figure"
            yield Cited(kind, found["id"], found["edition"], found["data"], lost=UNSEEN)
    for name, edition in (*citations_in(text), *citations_in(plain)):
        if name not in known:
            known.add(name)
            yield Cited("citation", name, edition, lost=UNSEEN)
    # the number of an item is none of the number that it begins with
    unlisted = re.sub(r"\s+", "", _ITEM.sub("·", text))
    marks = list(number_marks(unlisted))
    # the list at the end repeats them: the text before it must say them too
    yield from in_order(marks, [unlisted[: marks[0].start]] if marks else [])
    edition_of = EDITION_PATTERN.search("" if packed else keywords)
    short = int(edition_of["numbers"] or 0) - len(marks) if edition_of else 0
    if edition_of and short > 0:
        why = f"文件属性说有{edition_of['numbers']}处数，PDF 里{short}处没有标记可认"
        yield Cited("number", "", edition_of["edition"], lost=why)
