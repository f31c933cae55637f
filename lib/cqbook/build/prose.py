"""What of Markdown is prose: what a reader reads, and where among it something stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: What no reader reads as it stands: comments, roles, code, the addresses of links.
UNREAD = (
    re.compile(r"(?s)<!--.*?-->"),
    re.compile(r"\{[a-z:]+\}`[^`]*`"),
    re.compile(r"`[^`]*`"),
    re.compile(r"\]\([^)]*\)"),
)
#: Characters shown on either side of what is found: enough to find it by.
_CONTEXT = 8


def found(
    text: str, wanted: Iterable[re.Pattern[str]], hidden: Iterable[re.Pattern[str]]
) -> Iterator[tuple[int, str]]:
    """Yield what patterns find in Markdown `text` where no hidden one lies: where, with context."""
    plain = text
    for pattern in hidden:
        plain = pattern.sub(lambda match: blank(match[0]), plain)
    for pattern in wanted:
        for match in pattern.finditer(plain):
            start, end = max(0, match.start() - _CONTEXT), match.end() + _CONTEXT
            yield match.start(), text[start:end].replace("\n", " ").strip()


def blank(text: str) -> str:
    """Return spaces in the place of a text that is no prose; lines stay lines."""
    return re.sub(r"[^\n]", " ", text)
