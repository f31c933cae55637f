"""Ranges and dates stay on one line: 1—10月, 5%—40%, 2023-01-14.

A browser may end a line on either side of a dash or hyphen, and then a line begins with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

#: Class of a text that a cell has glued.
PASTED = "pasted-text"
#: Class of what stays on one line; the style sheet says so.
UNBROKEN = "cq-one"
#: Characters up to which a glued text is a number with its unit, and no list.
SHORT = 11
_NUMBER = r"[−+]?\d[\d.,]*"
_UNIT = r"(?:[%年月日天倍个]|[万亿]?(?:亿元|亿|辆|元|标箱|美元)?)"
_WHOLE = re.compile(rf"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b|{_NUMBER}{_UNIT}[—至]{_NUMBER}{_UNIT}")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a text in pieces, each with whether it has to stay on one line.

    Parameters
    ----------
    text : str

    Yields
    ------
    tuple of str and bool
        None of the texts is empty; together they are the text.
    """
    place = 0
    for found in _WHOLE.finditer(text):
        if found.start() > place:
            yield text[place : found.start()], False
        yield found[0], True
        place = found.end()
    if place < len(text):
        yield text[place:], False


def keep_whole(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Mark ranges and dates of the prose, and what code has put there if it is short."""
    for inline in doctree.findall(nodes.inline):
        if PASTED in inline["classes"] and len(inline.astext()) <= SHORT:
            inline["classes"].append(UNBROKEN)
    for text in list(doctree.findall(nodes.Text)):
        held = text.parent
        if isinstance(held, nodes.literal | nodes.literal_block | nodes.raw | nodes.title):
            continue
        if isinstance(held, nodes.inline) and UNBROKEN in held["classes"]:
            continue
        found = list(pieces(text.astext()))
        if any(one for _, one in found):
            held.replace(
                text,
                [
                    nodes.inline("", part, classes=[UNBROKEN]) if one else nodes.Text(part)
                    for part, one in found
                ],
            )


def setup(app: Sphinx) -> None:
    """Register the event: after all that looks at texts."""
    app.connect("doctree-resolved", keep_whole, priority=950)
