"""Read CSV in which every cell is quoted, and that is otherwise regular, by its bytes.

The customs query writes nothing else. Such a file is a table of places in the bytes: where it is
not, `cells` says so, and the caller reads it by `csv`, cell by cell. No delimiter is ever part of a
character of several bytes, neither in UTF-8 nor in GB18030, so that nothing need be decoded first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

_QUOTE, _COMMA, _ZERO = 34, 44, 48
_ENDS = (b",\r\n", b"\r\n", b",\n", b"\n")
#: Zeros behind the last byte: words are read beyond the end of a cell.
_MARGIN = bytes(16)
#: What of the eight bytes of a word is kept, by the number of bytes that are the cell's.
_KEPT = np.array([256**size - 1 for size in range(9)], dtype=np.uint64)
#: Whole numbers of so many digits are exact as floats.
_EXACT = 15


@dataclass(frozen=True)
class Cells:
    """The cells of a regular file: the heading, then `rows` rows.

    ``content``: its bytes, and a margin; ``data``: the same as numbers. ``start``, ``size``: place
    and number of bytes of each cell, shape (columns, rows).
    """

    content: bytes
    data: np.ndarray
    header: tuple[bytes, ...]
    start: np.ndarray
    size: np.ndarray

    @property
    def rows(self) -> int:
        """Number of rows below the heading."""
        return int(self.start.shape[1])

    @cached_property
    def _words(self) -> np.ndarray:
        """The eight bytes from each place on, as a number."""
        count = len(self.data) - 7
        return np.ndarray((count,), dtype="<u8", buffer=self.data, strides=(1,))

    def codes(self, column: int, sizes: tuple[int, ...]) -> np.ndarray | None:
        """Return a column of digits as numbers, with a 1 before the first digit; None if it is not.

        The 1 keeps leading zeros: 0101 is 10101, and 101 is 1101. ``sizes``: how many digits there
        may be.
        """
        start, size = self.start[column], self.size[column]
        found = np.empty(self.rows, dtype=np.int64)
        different = np.unique(size).tolist()
        if not set(different) <= set(sizes):
            return None
        for count in different:
            rows = np.flatnonzero(size == count)
            digits = self._digits(start[rows] + count, np.arange(count), None)
            if digits is None:
                return None
            found[rows] = digits + 10**count
        return found

    def _digits(
        self, end: np.ndarray, places: np.ndarray, size: np.ndarray | None
    ) -> np.ndarray | None:
        """Return the numbers that end before `end`; None if one has anything but digits.

        ``places``: of the digits, from the end, 0 the last. ``size``: the numbers have no places
        from there on; None: all have all of them.
        """
        digit = self.data[end - 1 - places[:, None]] - np.uint8(_ZERO)
        if size is not None:
            digit[places[:, None] >= size] = 0
        if (digit > 9).any():
            return None
        numbers: np.ndarray = 10.0 ** np.arange(len(places)) @ digit
        return numbers

    def numbers(self, column: int) -> np.ndarray | None:
        """Return a column of whole numbers (thousands may be separated), NaN where it is missing.

        None if a cell is anything else. Missing is an empty cell, ``?`` or ``-``.
        """
        start, size = self.start[column], self.size[column]
        first = self.data[start]
        missing = (size == 0) | ((size == 1) & ((first == ord("?")) | (first == ord("-"))))
        # by its last byte but three a number of more than three digits tells how it is written
        grouped = (size > 4) & (self.data[start + size - 4] == _COMMA)
        found = np.full(self.rows, np.nan)
        for rows, separated in (
            (np.flatnonzero(~missing & ~grouped), False),
            (np.flatnonzero(grouped), True),
        ):
            length = size[rows]
            places = np.arange(length.max(initial=0))
            end = start[rows] + length
            if separated:
                commas, places = places[places % 4 == 3], places[places % 4 != 3]
                within = commas[:, None] < length
                # what stands before the first comma has one to three digits
                if (length % 4 == 0).any() or (
                    within & (self.data[end - 1 - commas[:, None]] != _COMMA)
                ).any():
                    return None
            digits = self._digits(end, places, length) if len(places) <= _EXACT else None
            if digits is None:
                return None
            found[rows] = digits
        return found

    def texts(self, column: int, encoding: str) -> tuple[list[str], np.ndarray] | None:
        """Return the different texts of a column, and for each row which of them it has.

        None if one has a line break, or is not in the encoding. Cells are told apart by 64 bits
        made of all their bytes and their size.
        """
        start, size = self.start[column], self.size[column]
        mixed = size.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        for place in range(0, int(size.max(initial=0)), 8):
            # a cell that has ended adds nothing; of the last word only what is the cell's
            keep = _KEPT[np.clip(size - place, 0, 8)]
            word = self._words[np.minimum(start + place, len(self._words) - 1)] & keep
            mixed = (mixed ^ word) * np.uint64(0xFF51AFD7ED558CCD)
            mixed ^= mixed >> np.uint64(32)
        _, rows, which = np.unique(mixed, return_index=True, return_inverse=True)
        found = b"\n".join(
            self.content[a:b]
            for a, b in zip(start[rows].tolist(), (start + size)[rows].tolist(), strict=True)
        )
        try:
            texts = found.decode(encoding).split("\n")
        except UnicodeDecodeError:
            return None
        return (texts, which) if len(texts) == len(rows) else None


def cells(content: bytes) -> Cells | None:
    """Return the cells of a file whose every cell is quoted, or None where it is not regular.

    Regular: all rows have as many cells as the heading, no quote stands within a cell, all lines
    end in the same way (with or without a comma behind the last cell).
    """
    wide = content + _MARGIN
    data = np.frombuffer(wide, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    line = content.find(b"\n")
    width = int(np.searchsorted(quotes, line))
    if line < 0 or width < 2 or width % 2 or len(quotes) % width or quotes[0] != 0:
        return None
    places = quotes.reshape(-1, width)
    opening, closing = places[:, 0::2], places[:, 1::2]
    end = content[closing[0, -1] + 1 : line + 1]
    last = content[closing[-1, -1] + 1 :]
    if end not in _ENDS or last not in (end, end.rstrip(b"\r\n")):
        return None
    if (opening[:, 1:] != closing[:, :-1] + 2).any() or (data[closing[:, :-1] + 1] != _COMMA).any():
        return None
    if (opening[1:, 0] != closing[:-1, -1] + 1 + len(end)).any():
        return None
    for place, byte in enumerate(end, start=1):
        if (data[closing[:-1, -1] + place] != byte).any():
            return None
    start = np.ascontiguousarray(opening[1:].T) + 1
    size = np.ascontiguousarray(closing[1:].T) - start
    heads = zip(opening[0] + 1, closing[0], strict=True)
    return Cells(wide, data, tuple(content[a:b] for a, b in heads), start, size)
