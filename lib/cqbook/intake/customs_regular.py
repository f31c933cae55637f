"""The customs query's files in their regular form, read fast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cqbook.data.customs_store import DETAIL_DIMENSIONS, LABEL_COLUMNS, key_numbers
from cqbook.data.vocabulary import CURRENCIES
from cqbook.disk.checksums import digest
from cqbook.disk.text import is_damaged_utf8
from cqbook.errors import HIDDEN
from cqbook.intake import customs_bytes
from cqbook.intake.customs_format import (
    _MONTH,
    _TOTALS,
    QUANTITIES,
    ROWS_LIMIT,
    Codes,
    Export,
    Said,
    _columns,
    _given,
    _totals,
    _unknown,
)


def _regular(content: bytes, name: str, codes: Codes, said: Said, beside: Said) -> Export | None:
    """Read a file that is as the platform writes them and has nothing to tell of; else None.

    What is wrong, repeated or only unusual is left to `_by_cell`, which knows the row and the
    words; what this returns is what that would.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    body = content.removeprefix(b"\xef\xbb\xbf")
    encoding = "utf-8-sig" if len(body) < len(content) else _encoding(content)
    if encoding == "gb18030" and is_damaged_utf8(content):
        return None
    cells = customs_bytes.cells(body)
    if cells is None or not 0 < cells.rows < ROWS_LIMIT:
        return None
    try:
        header = [cell.decode(encoding).strip() for cell in cells.header]
    except UnicodeDecodeError:
        return None
    columns, breaches = _columns(header, name)
    if breaches:
        return None
    place = {column: number for number, column in enumerate(columns)}
    held: dict[str, pd.Categorical | np.ndarray | None] = {}
    for column, number in place.items():
        if column in (*CURRENCIES, *QUANTITIES):
            held[column] = cells.numbers(number)
        elif column in _DIGITS:
            held[column] = _coded(cells.codes(number, _DIGITS[column]))
        else:
            held[column] = _worded(cells.texts(number, encoding), column)
    if any(column is None for column in held.values()):
        return None
    given, breaches = _given(held, name, said, beside, codes)
    if breaches or not _codes_hold(held, codes):
        return None
    currency = next(item for item in CURRENCIES if item in held)
    dims = ";".join(item for item in DETAIL_DIMENSIONS if item in held)
    frame = _frame(held, given, codes, currency, dims, cells.rows)
    numbers = np.sort(key_numbers(frame))
    if (numbers[1:] == numbers[:-1]).any():
        return None
    sha256 = digest(content)
    frame["file"] = pd.Categorical.from_codes(np.zeros(cells.rows, dtype=np.int8), [sha256[:12]])
    return Export(
        name,
        sha256,
        encoding,
        "en" if any(cell.isascii() for cell in header) else "zh",
        currency,
        given.flow,
        dims,
        cells.rows,
        given.retrieved,
        frame,
        _labels_of(held, frame["period"].array),
        (*_unknown(held, name, codes), *_totals(held, name)),
    )


#: How many digits the codes of a column have.
_DIGITS = {"month": (6,), "commodity": (2, 4, 6, 8), "partner": (3,), "regime": (2,)}


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _coded(numbers: np.ndarray | None) -> pd.Categorical | None:
    """Return codes as categories; `numbers` have a 1 before the first digit."""
    if numbers is None:
        return None
    found, which = np.unique(numbers, return_inverse=True)
    return _categories([str(number)[1:] for number in found.tolist()], which)


def _categories(texts: list[str], which: np.ndarray) -> pd.Categorical:
    """Return rows of `texts` as categories in the order of their letters."""
    order = sorted(range(len(texts)), key=texts.__getitem__)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return pd.Categorical.from_codes(rank[which], [texts[number] for number in order])


def _worded(found: tuple[list[str], np.ndarray] | None, column: str) -> pd.Categorical | None:
    """Return words as categories; None if any is not as it would be kept, or tells of a total."""
    if found is None:
        return None
    texts, which = found
    odd = any(
        text != " ".join(text.split()) or text.lower() in _TOTALS or HIDDEN.search(text)
        for text in texts
    )
    nameless = column.endswith("_name") and "" in texts
    if odd or nameless or len(set(texts)) < len(texts):
        return None
    return _categories(texts, which)


def _codes_hold(held: Mapping[str, pd.Categorical], codes: Codes) -> bool:
    months = held["month"].categories if "month" in held else []
    places = held["province"].categories if "province" in held else []
    return all(map(_MONTH.fullmatch, months)) and all(place in codes.provinces for place in places)


def _frame(
    held: Mapping[str, pd.Categorical | np.ndarray],
    given: Said,
    codes: Codes,
    currency: str,
    dims: str,
    rows: int,
) -> pd.DataFrame:
    """Return the rows with `detail.COLUMNS` but ``file``; see `_typed`."""

    def always(text: str) -> pd.Categorical:
        return pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), [text])

    def words(column: str) -> pd.Categorical:
        return held[column] if column in held else always("")

    def number(column: str) -> np.ndarray:
        return held[column] if column in held else np.full(rows, np.nan)

    def renamed(column: str, texts: list[str]) -> pd.Categorical:
        return _categories(texts, held[column].codes)

    period = always(given.period)
    if "month" in held:
        period = renamed("month", [f"{text[:4]}-{text[4:]}" for text in held["month"].categories])
    entity = always(given.entity)
    if "province" in held:
        places = held["province"].categories
        entity = renamed("province", [codes.provinces[code] for code in places])
    made = {
        "flow": always(given.flow),
        "period": period,
        "entity": entity,
        "dims": always(dims),
        **{dimension: words(dimension) for dimension in DETAIL_DIMENSIONS},
        "currency": always(currency),
        "value": number(currency),
        "quantity_1": number("quantity_1"),
        "unit_1": words("unit_1"),
        "quantity_2": number("quantity_2"),
        "unit_2": words("unit_2"),
    }
    return pd.DataFrame(made, copy=False)


def _labels_of(held: Mapping[str, pd.Categorical], periods: pd.Categorical) -> pd.DataFrame:
    """Return the last name of each code, as `_labels` does."""
    parts = []
    latest = np.argsort(periods.codes, kind="stable")[::-1]
    for dimension in DETAIL_DIMENSIONS:
        if f"{dimension}_name" not in held:
            continue
        code, word = held[dimension], held[f"{dimension}_name"]
        _, first = np.unique(code.codes[latest], return_index=True)
        rows = np.sort(latest[first])
        parts.append(
            pd.DataFrame(
                {
                    "dimension": dimension,
                    "code": code.categories.to_numpy(object)[code.codes[rows]],
                    "name": word.categories.to_numpy(object)[word.codes[rows]],
                    "period": periods.categories.to_numpy(object)[periods.codes[rows]],
                },
                dtype=str,
            )
        )
    if not parts:
        return pd.DataFrame(columns=LABEL_COLUMNS, dtype=str)
    return pd.concat(parts, ignore_index=True).sort_values("period", kind="stable")
