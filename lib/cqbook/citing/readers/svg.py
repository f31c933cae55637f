"""Drawings: the identity in their metadata."""

from __future__ import annotations

import html
from collections.abc import Iterator

from cqbook.citing.cited import Cited, identified
from cqbook.disk.untrusted import plain


def read_svg(content: bytes, name: str) -> Iterator[Cited]:
    """Yield the figure that a drawing says it is, with the drawing."""
    # looked for, not matched: a pattern would begin again at each of a million openings
    _, begin, rest = plain(content, name).decode("utf-8").partition("<metadata>{")
    packed, end, _ = rest.partition("}</metadata>")
    if begin and end:
        yield from identified(html.unescape(f"{{{packed}}}"), drawing=("svg", content))
