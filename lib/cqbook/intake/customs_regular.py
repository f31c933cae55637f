"""The customs query's files in their regular form, read fast."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqbook.data.customs_store import DETAIL_DIMENSIONS, LABEL_COLUMNS, key_numbers
from cqbook.disk.text import is_damaged_utf8
from cqbook.errors import HIDDEN
from cqbook.intake import customs_bytes
from cqbook.intake.customs_format import (
    CURRENCY_CODES,
    MONTH_FORM,
    QUANTITIES,
    ROWS_LIMIT,
    TOTAL_WORDS,
    Codes,
    Export,
    Said,
    absent_columns,
    columns_of,
    given_for,
    unknown_codes,
)


def read_regular(
    content: bytes, name: str, codes: Codes, said: Said, beside: Said
) -> Export | None:
    """Read a file that is as the platform writes them and has nothing to tell of; else None.

    What is wrong, repeated or only unusual is left to `customs_cells`, which knows the row and the
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
    columns, breaches = columns_of(header, name)
    if breaches:
        return None
    held = _held(cells, columns, encoding)
    if held is None:
        return None
    given, breaches = given_for(columns, name, said, beside, codes)
    if breaches or not _codes_hold(held.words, codes):
        return None
    currency = next(item for item in CURRENCY_CODES if item in columns)
    dims = ";".join(item for item in DETAIL_DIMENSIONS if item in columns)
    frame = _frame(held, given, codes, currency, dims, cells.rows)
    keys = np.sort(key_numbers(frame))
    if (keys[1:] == keys[:-1]).any():
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    frame["file"] = _always(sha256[:12], cells.rows)
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
        _labels_of(held.words, frame["period"].array),
        (*unknown_codes(held.words, name, codes), *absent_columns(columns, name)),
    )


#: How many digits the codes of a column have.
_DIGITS = {
    "month": (6,),
    "commodity": (2, 4, 6, 8),
    "partner": (3,),
    "regime": (2,),
    "province": (2,),
}


@dataclass(frozen=True)
class _Held:
    """The columns of a file: words as categories in the order of their letters, numbers."""

    words: Mapping[str, pd.Categorical[str]]
    numbers: Mapping[str, np.ndarray]


def _held(cells: customs_bytes.Cells, columns: list[str], encoding: str) -> _Held | None:
    """Return the columns; None if one is not what it should be."""
    words: dict[str, pd.Categorical[str]] = {}
    numbers: dict[str, np.ndarray] = {}
    for place, column in enumerate(columns):
        if column in (*CURRENCY_CODES, *QUANTITIES):
            read = cells.numbers(place)
            if read is None:
                return None
            numbers[column] = read
            continue
        if column in _DIGITS:
            coded = _coded(cells.codes(place, _DIGITS[column]))
        else:
            coded = _worded(cells.texts(place, encoding), column)
        if coded is None:
            return None
        words[column] = coded
    return _Held(words, numbers)


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _coded(numbers: np.ndarray | None) -> pd.Categorical[str] | None:
    """Return codes as categories; `numbers` have a 1 before the first digit."""
    if numbers is None:
        return None
    found, which = np.unique(numbers, return_inverse=True)
    return _categories([str(number)[1:] for number in found.tolist()], which)


def _categories(texts: list[str], which: np.ndarray) -> pd.Categorical[str]:
    """Return rows of `texts` as categories in the order of their letters."""
    order = sorted(range(len(texts)), key=texts.__getitem__)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return pd.Categorical.from_codes(rank[which], pd.Index([texts[number] for number in order]))


def _always(text: str, rows: int) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), pd.Index([text]))


def _worded(found: tuple[list[str], np.ndarray] | None, column: str) -> pd.Categorical[str] | None:
    """Return words as categories; None if any is not as it would be kept, or tells of a total."""
    if found is None:
        return None
    texts, which = found
    odd = any(
        text != " ".join(text.split()) or text.lower() in TOTAL_WORDS or HIDDEN.search(text)
        for text in texts
    )
    nameless = column.endswith("_name") and "" in texts
    if odd or nameless or len(set(texts)) < len(texts):
        return None
    return _categories(texts, which)


def _codes_hold(words: Mapping[str, pd.Categorical[str]], codes: Codes) -> bool:
    months = words["month"].categories.tolist() if "month" in words else []
    places = words["province"].categories.tolist() if "province" in words else []
    return all(map(MONTH_FORM.fullmatch, months)) and all(
        place in codes.provinces for place in places
    )


def _frame(
    held: _Held, given: Said, codes: Codes, currency: str, dims: str, rows: int
) -> pd.DataFrame:
    """Return the rows with `DETAIL_COLUMNS` but ``file``, as `customs_cells` does."""

    def always(text: str) -> pd.Categorical[str]:
        return _always(text, rows)

    def words(column: str) -> pd.Categorical[str]:
        return held.words[column] if column in held.words else always("")

    def number(column: str) -> np.ndarray:
        return held.numbers[column] if column in held.numbers else np.full(rows, np.nan)

    period, entity = always(given.period), always(given.entity)
    if "month" in held.words:
        months = held.words["month"]
        period = _categories([f"{text[:4]}-{text[4:]}" for text in months.categories], months.codes)
    if "province" in held.words:
        places = held.words["province"]
        entity = _categories([codes.provinces[code] for code in places.categories], places.codes)
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


def _labels_of(words: Mapping[str, pd.Categorical[str]], periods: pd.Categorical) -> pd.DataFrame:
    """Return the last name of each code, as `customs_cells` does."""
    parts = []
    latest = np.argsort(periods.codes, kind="stable")[::-1]
    for dimension in DETAIL_DIMENSIONS:
        if f"{dimension}_name" not in words:
            continue
        code, word = words[dimension], words[f"{dimension}_name"]
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
