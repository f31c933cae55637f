"""Ranges, dates, numbers with their units stay on one line: 1—10月, 5%—40%, 2023-01-14, 99.4万辆.

A browser may end a line on either side of a dash or hyphen, and then a line begins with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

#: A letter or sign of Chinese text, its dash among them.
_CHINESE = re.compile("[\u2014\u3000-\u9fff\uff00-\uffef]")
#: Class of a text that a cell has glued.
PASTED = "pasted-text"
#: Class of what stays on one line; the style sheet says so.
UNBROKEN = "cq-one"
#: The number that a glued text ends in, with its unit: of 约9.01万元 or 下降28.8% no more, for a
#: line would be half empty without the word before it.
_LAST = re.compile(r"[−+]?\d[\d.,]*(?:%|[^\d\W]{0,4})$")
#: The same in English: about CNY 31.2 bn, 66,000 vehicles; a short text stays whole.
_ENGLISH = re.compile(
    r"[−+]?(?:(?:CNY|USD) )?\d[\d.,]*(?:%|k\b)?(?: (?:bn|m|trillion|times|pp|TEU)\b)?"
)
WHOLE_ENGLISH = 24
_NUMBER = r"[−+]?\d[\d.,]*"
_UNIT = r"(?:[%年月日天倍个]|[万亿]?(?:亿元|亿|辆|元|标箱|美元)?)"
_WHOLE = re.compile(
    rf"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b|{_NUMBER}{_UNIT}[—至]{_NUMBER}{_UNIT}"
    rf"|{_NUMBER}[万亿]*(?:[万亿项家条台吨箱列]|元|美元|辆|标箱|个百分点|个)"
)


def split_line(text: str) -> Iterator[tuple[str, bool]]:
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


def split_english(text: str) -> list[tuple[str, bool]]:
    """Return an English text in pieces, as `split_line` a Chinese one: its numbers stay whole."""
    parts, place = [], 0
    for found in _ENGLISH.finditer(text):
        parts += [(text[place : found.start()], False), (found[0], True)]
        place = found.end()
    return [(part, one) for part, one in [*parts, (text[place:], False)] if part]


def keep_whole(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Mark ranges and dates of the prose, and the number with its unit in what code put there."""
    for text in list(doctree.findall(nodes.Text)):
        held = text.parent
        if isinstance(held, nodes.literal | nodes.literal_block | nodes.raw | nodes.title):
            continue
        said = text.astext()
        glued = isinstance(held, nodes.inline) and PASTED in held["classes"]
        in_english = glued and not _CHINESE.search(said)
        found = list(split_line(said))
        if in_english:
            found = [(said, True)] if len(said) <= WHOLE_ENGLISH else split_english(said)
        # what is whole already stays so: 36.03%—36.18% broke behind its dash
        number = _LAST.search(said) if glued and found == [(said, False)] else None
        if number and number.start() == 0:
            held["classes"].append(UNBROKEN)
        elif number:
            found = [(said[: number.start()], False), (number[0], True)]
        if any(one for _, one in found) and UNBROKEN not in held.get("classes", ()):
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
