"""The formats that a briefing is written in: a further one is a module of this room and a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from cqbook.citing.briefing import blocks_of_figures, blocks_of_markdown
from cqbook.citing.manuscript import Block
from cqbook.citing.powerpoint import to_pptx
from cqbook.citing.template import Template
from cqbook.citing.word import to_docx
from cqbook.disk.text import decode
from cqbook.disk.untrusted import content_of
from cqbook.errors import DataError

#: Returns a file's content from blocks, the folder of an edition, and what a document lends.
Writer = Callable[[Iterable[Block], Path, Template | None], bytes]
#: By the end of the file's name.
BRIEFING_WRITERS: dict[str, Writer] = {".docx": to_docx, ".pptx": to_pptx}


def blocks_of(words: list[str]) -> list[Block]:
    """Return the briefing that words of a command ask for: one Markdown file, or ids of figures."""
    if len(words) == 1 and words[0].lower().endswith(".md"):
        path = Path(words[0])
        text, _ = decode(content_of(path), path.name)
        try:
            return blocks_of_markdown(text)
        except DataError as error:
            zh, _, en = str(error).partition(" | ")
            msg = f"{path.name} {zh} | {path.name}, {en}"
            raise DataError(msg) from error
    return blocks_of_figures(words)


def writer_for(target: Path) -> Writer:
    """Return what writes a briefing of the format that a file's name says.

    Raises
    ------
    DataError
        If nothing does.
    """
    found = BRIEFING_WRITERS.get(target.suffix.lower())
    if found is None:
        zh, en = (word.join(BRIEFING_WRITERS) for word in (" 或 ", " or "))
        msg = f"-o {target}：应为 {zh} | expected {en}"
        raise DataError(msg)
    return found
