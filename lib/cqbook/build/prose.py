"""What of Markdown is prose: what a reader reads, and where among it something stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: What no reader reads as it stands: comments, roles, code, the addresses of links.
UNREAD = (
    re.compile(r"(?s)<!--.*?-->"),
    re.compile(r"\{[a-z:]+\}`[^`]*`"),
    re.compile(r"`[^`]*`"),
    re.compile(r"\]\([^)]*\)"),
)
#: Characters shown on either side of what is found: enough to find it by.
_CONTEXT = 8


class Found(NamedTuple):
    """What a pattern found in a text: where, the words, and a little around them."""

    start: int
    words: str
    context: str


def found(
    text: str, wanted: Iterable[re.Pattern[str]], hidden: Iterable[re.Pattern[str]]
) -> Iterator[Found]:
    """Yield what patterns find in Markdown `text` where no hidden one lies."""
    plain = text
    for pattern in hidden:
        plain = pattern.sub(lambda match: blank(match[0]), plain)
    for pattern in wanted:
        for match in pattern.finditer(plain):
            start, end = max(0, match.start() - _CONTEXT), match.end() + _CONTEXT
            context = text[start:end].replace("\n", " ").strip()
            yield Found(match.start(), match[0], context)


def blank(text: str) -> str:
    """Return spaces in the place of a text that is no prose; lines stay lines."""
    return re.sub(r"[^\n]", " ", text)
