"""The grid of a table: a cell that spans stands in each column and row that it covers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Between the cells of a row of a table, in its paragraph.
CELL = "\t"
#: Columns of a table that is read: what is wider is none of an article.
_COLUMNS_MOST = 60
#: A number, with its unit or without; years head columns, and are said of all below them.
_NUMBER = re.compile(
    r"(?!(?:19|20)[0-9]{2}$)[-−+]?[0-9][0-9,]*(?:\.[0-9]+)?"
    "(?:[%％]|[百千万亿]{0,3}(?:美?元|吨|辆|台|件|标?箱|倍|个百分点)?)"
)


@dataclass
class Spanned:
    """A cell as it is written: its text, and how many columns and rows it covers."""

    text: str
    columns: int = 1
    rows: int = 1

    @property
    def told(self) -> str:
        """Its text; of a number that covers several, which is none of theirs, that it does."""
        several = self.columns > 1 or self.rows > 1
        return f"{self.text}（合并）" if several and _NUMBER.fullmatch(self.text) else self.text


def laid_out(rows: Iterable[list[Spanned]]) -> Iterator[str]:
    """Yield the rows of a table as lines, each cell in all the columns and rows that it covers.

    A row that is one cell throughout is a line of text: a title, a note, the head of what is below.
    """
    held: dict[int, tuple[str, int]] = {}
    for cells in rows:
        row: list[str] = []
        left = iter(cells)
        while (at := len(row)) < _COLUMNS_MOST:
            if at in held:
                text, more = held.pop(at)
                row.append(text)
                if more > 1:
                    held[at] = text, more - 1
                continue
            cell = next(left, None)
            if cell is None and at >= max(held, default=0):
                break
            cell = cell or Spanned("")
            until = min(at + cell.columns, _COLUMNS_MOST)
            row += [cell.told] * (until - at)
            if cell.rows > 1:
                held |= dict.fromkeys(range(at, until), (cell.told, cell.rows - 1))
        yield row[0] if len(cells) == 1 and len(set(row)) == 1 else CELL.join(row)
