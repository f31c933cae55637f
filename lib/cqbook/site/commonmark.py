"""Texts as CommonMark, whatever is in them: escaped, as code, as links, as rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

#: What it would read as a sign; an underscore within a word is none, nor is a mark within a line.
_SIGNS = re.compile(r"[\\`*\[\]<|~]|\b_+|_+\b|&(?=#?\w+;)")
_FIRST = re.compile(r"(?m)^([ \t]*)(?:([-+>#=])|(\d+)([.)]))(?=\s|$|[-+>#=])")


def escaped(text: str) -> str:
    """Return Markdown that reads as `text`, whatever is in it."""
    text = _SIGNS.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)
    return _FIRST.sub(lambda found: f"{found[1]}{found[3] or ''}\\{found[2] or found[4]}", text)


def linked(words: str, way: str) -> str:
    """Return a link, its words already Markdown."""
    return f"[{words}]({quote(way, safe=_KEPT)})"


#: Of an address all but what would end a link.
_KEPT = "/:?#[]@!$&'*+,;=%~"


def coded(text: str) -> str:
    """Return text as code, whatever is in it."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; its cells are Markdown, their line breaks spaces."""
    lines = [[re.sub(r"\s*\n\s*", " ", cell) for cell in row] for row in (heads, *rows)]
    first, *others = [f"| {' | '.join(row)} |" for row in lines]
    return "\n".join([first, "|" + " --- |" * len(lines[0]), *others])
