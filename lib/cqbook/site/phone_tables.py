"""How a table stands on a phone: as a table, or as a card a row.

What is compared down a column has to stay in a column. So a table stays one while its columns fit,
and one of numbers that does not moves below its first column; only texts become cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cqbook.figures import theme
from cqbook.site.unbroken import split_english, split_line

#: Class of a table that is cards on a phone, by language; the style sheet sets them out.
CARDS = {"zh": "cq-wide", "en": "cq-wide-en"}

#: Width of a phone's column of text in letters of a table there, and what lies between two columns.
PHONE, COLUMN_AIR = 27.0, 0.8
#: Width of a letter or digit beside a Chinese one.
LATIN_LETTER = 0.53
#: Into how many lines a text is folded, and a head; the widths below which they are towers.
TEXT_LINES, HEAD_LINES = 3, 4
LEAST_TEXT, LEAST_HEAD = 5.2, 2.0
#: Up to which width a number stays whole: 7154.2亿元.
WHOLE_NUMBER = 7.0
_IS_NUMBER = re.compile(r"[约超近]?\d[\d.]*[^\d.]{0,4}$")
#: Where a line of a number or a head may end: 45.4%（推算）, 2019年1—9月, Jan–Sep 2019, and behind
#: the dash of 5.6亿元—5.7亿元 or 5.6–5.7 bn, but not of 1—9月; before the other end of 5 to 6,
#: and around a number with its unit: about CNY 3 bn, 3.2 m vehicles.
_ENDS = re.compile(
    r"(?=（)|(?<=\s)(?=\(|\d{4}|to )|(?<=年)(?=\d)|(?<=[^\d\s][—–])(?=[−\d])|(?<=\d–)(?=\d+\.)"
    r"|(?<=[a-z]{2}\s)(?=(?:CNY|USD)\b)|(?<=[a-z]\s)(?=[a-z]{2})"
)
#: What is not broken: a year, a Chinese character, a word of another script.
_PIECES = re.compile(
    r"(?:19|20)\d\d年|[\u2e80-\u9fff\uff00-\uffef]|[^\u2e80-\u9fff\uff00-\uffef\s]+"
)
_CHINESE = re.compile("[\u2e80-\u9fff]")


@dataclass(frozen=True)
class PhoneColumn:
    """A column as one language has it: its head and its cells, and whether these are numbers."""

    head: str
    cells: Sequence[str]
    numeric: bool

    @property
    def least(self) -> float:
        """The least width at which it can be read, in full-width characters."""
        head = _folded(self.head, HEAD_LINES, LEAST_HEAD)
        if self.numeric:
            parts = [part.strip() for cell in self.cells for part in whole_lines(cell)]
            return max([head, *map(_width, parts)])
        return max([head, *map(_text_width, self.cells)])


def whole_lines(text: str) -> list[str]:
    """Return a number or a head of a table in the pieces that may stand below one another."""
    return _ENDS.split(text)


def is_brief(text: str) -> bool:
    """Return whether a text of a table stays on one line on a phone too; a number may be longer."""
    return 0 < _width(text) <= (WHOLE_NUMBER if _IS_NUMBER.match(text) else LEAST_TEXT)


def _text_width(text: str) -> float:
    return _width(text) if is_brief(text) else _folded(text, TEXT_LINES, LEAST_TEXT)


def _folded(text: str, lines: int, tower: float) -> float:
    """Return the width of a text in so many lines: no word is broken, none is a tower."""
    whole = _width(text)
    longest = max(map(_width, _pieces(text)), default=0.0)
    return max(longest, whole / lines, min(whole, tower))


def _pieces(text: str) -> Iterator[str]:
    """Yield what is not broken; a number is not broken from its unit."""
    for part, one in (split_line if _CHINESE.search(text) else split_english)(text):
        yield from [part] if one else _PIECES.findall(part)


def _width(text: str) -> float:
    return theme.line_width(text, LATIN_LETTER)


def become_cards(columns: Sequence[PhoneColumn]) -> bool:
    """Return whether a table is too wide for a phone, and of texts for the most part."""
    if sum(column.least + COLUMN_AIR for column in columns) <= PHONE:
        return False
    return sum(column.numeric for column in columns) <= len(columns) / 2
