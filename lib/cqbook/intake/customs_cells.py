"""The customs query's files: each text of a column is read and judged once, wherever it stands.

A file of 10,000 rows has some hundred partners and a few regimes. Python's own reader of CSV says
which texts there are; codes, numbers and names are judged by them, and rows are looked up only
where one is wrong, to tell of it by its cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd

from cqbook.data.customs_store import (
    DETAIL_DIMENSIONS,
    LABEL_COLUMNS,
    ROW_KEY,
    ROWS_LIMIT,
    key_numbers,
)
from cqbook.data.vocabulary import CURRENCIES
from cqbook.disk.checksums import digest
from cqbook.disk.text import decode
from cqbook.disk.untrusted import size_checked
from cqbook.errors import HIDDEN, Breach, ContractError, broken_csv, visible
from cqbook.intake.customs_format import (
    COLUMNS_LIMIT,
    EXACT,
    MISSING,
    MONTH_FORM,
    NUMBER_FORM,
    QUANTITIES,
    TITLES,
    TOTAL_WORDS,
    Codes,
    Export,
    Said,
    absent_columns,
    columns_of,
    flow_of_name,
    given_for,
    is_heading,
    unknown_codes,
)

_DIGITS = re.compile("[0-9]+")
_NO_NUMBERS = dict.fromkeys(MISSING, "nan")


@dataclass(frozen=True)
class _Column:
    """A column of a file; which different texts it has is looked up when it is asked."""

    cells: Sequence[str]

    @cached_property
    def _found(self) -> tuple[list[str], np.ndarray]:
        which, found = pd.factorize(np.array(self.cells, dtype=object))
        texts = found.tolist()
        # of all at once first: numbers are many, and hardly ever have a space
        if _is_plain("".join(texts)):
            return texts, which
        plain = list(map(_plain, texts))
        if plain == texts:
            return texts, which
        again, merged = pd.factorize(np.array(plain, dtype=object))
        return merged.tolist(), again[which]

    @property
    def texts(self) -> list[str]:
        """The different texts."""
        return self._found[0]

    @property
    def which(self) -> np.ndarray:
        """The place in `texts` of each row's."""
        return self._found[1]

    def rows(self, wrong: Callable[[str], bool]) -> np.ndarray:
        """Return the rows, from 0, whose text is wrong."""
        found = [number for number, text in enumerate(self.texts) if wrong(text)]
        return np.flatnonzero(np.isin(self.which, found)) if found else np.empty(0, np.intp)

    def at(self, row: int) -> str:
        """Return the text of a row, from 0."""
        return _plain(self.cells[row])

    @cached_property
    def words(self) -> pd.Categorical[str]:
        """The rows as categories in the order of their letters."""
        return self.replaced(self.texts)

    def replaced(self, texts: Sequence[str]) -> pd.Categorical[str]:
        """Return the rows as categories, each text replaced by the one at its place in `texts`."""
        kinds = sorted(set(texts))
        place = {text: number for number, text in enumerate(kinds)}
        rank = np.array([place[text] for text in texts], dtype=np.intp)
        return pd.Categorical.from_codes(rank[self.which], pd.Index(kinds, dtype=object))

    @property
    def numbers(self) -> np.ndarray:
        """The rows as numbers, NaN where one is missing; what is no number has been refused."""
        # all at once: numbers are many
        plain = "\n".join(map(_NO_NUMBERS.get, self.texts, self.texts)).replace(",", "")
        found: np.ndarray = np.array(plain.split("\n"), dtype=float)[self.which]
        return found


def _plain(text: str) -> str:
    """Return a cell as it is kept: names may hold line breaks, which are spaces."""
    return text if _is_plain(text) else " ".join(text.split())


def _is_plain(text: str) -> bool:
    return " " not in text and text.isprintable()


def read_customs(
    content: bytes, name: str, codes: Codes, said: Said, beside: Said | None = None
) -> Export:
    """Read one export of the platform.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages; it may say the flow.
    codes : Codes
        Known codes. An unknown partner or regime is kept, with a warning.
    said : Said
        What the user says of the file.
    beside : Said, optional
        What its sidecar says.

    Returns
    -------
    Export

    Raises
    ------
    ContractError
        With everything in the file that can't be right.
    """
    text, encoding = decode(size_checked(content, name), name)
    title, header, columns, rows = _table(text, name)
    beside = beside or Said()
    if title and not (said.flow or beside.flow or flow_of_name(name)):
        beside = replace(beside, flow=flow_of_name(title))
    _check_rows(rows, len(header), name)
    # all are of one width: a slice of all cells is a column
    every = list(chain.from_iterable(rows))
    cells = {name: _Column(every[at :: len(columns)]) for at, name in enumerate(columns)}
    headings = dict(zip(columns, header, strict=True))
    currency = next(item for item in CURRENCIES if item in cells)
    given, breaches = given_for(cells, name, said, beside, codes)
    breaches += _bad_cells(cells, name, headings, codes, currency)
    breaches += _after_retrieval(cells, name, headings, given.retrieved)
    if breaches:
        raise ContractError(breaches)
    dims = ";".join(item for item in DETAIL_DIMENSIONS if item in cells)
    sha256 = digest(content)
    made = _frame(cells, given, codes, currency, dims, sha256[:12])
    once = _once(made, cells, name, headings, currency)
    held = {column: cells[column].texts for column in DETAIL_DIMENSIONS if column in cells}
    warnings = [
        *(
            (f"{name}：表头以上的“{visible(title)}”没有收入 | the title is left out",)
            if title
            else ()
        ),
        *unknown_codes(held, name, codes),
        *absent_columns(cells, name),
        *_without_number(cells, name, headings, currency),
    ]
    doubled = len(made) - len(once)
    if doubled:
        warnings.append(
            f"{name}：{doubled}行与另一行相同，只取一行 | {doubled} rows repeated, kept once"
        )
    return Export(
        name,
        sha256,
        encoding,
        "en" if any(cell.isascii() for cell in header) else "zh",
        currency,
        given.flow,
        dims,
        len(rows),
        given.retrieved,
        once,
        _labels(cells, made["period"].array),
        tuple(warnings),
    )


def _without_number(
    cells: Mapping[str, _Column], name: str, headings: Mapping[str, str], currency: str
) -> Iterator[str]:
    """Yield how many rows have no value, or no number of things, and what they are taken for."""
    for column in (currency, QUANTITIES[0]):
        rows = cells[column].rows(lambda text: text in MISSING) if column in cells else ()
        if len(rows):
            said = sorted({cells[column].at(row) for row in rows})
            shown = "、".join(f"“{text}”" if text else "空白" for text in said)
            yield (
                f"{name}：“{headings[column]}”有{len(rows)}行是{shown}，作为缺数收入，不当作零"
                f" | {len(rows)} rows without a number of {headings[column]}: taken as missing,"
                " not as zero"
            )


def _table(text: str, name: str) -> tuple[str, list[str], list[str], list[list[str]]]:
    """Return the title above the heading, the heading, the columns that it names, the data rows.

    The empty column of a trailing comma is dropped. A heading that is not the platform's is refused
    before anything below it is read.
    """
    start = text.lstrip()
    if start[:1] == "<":
        value = start[:40].replace("\n", " ")
        raise ContractError(
            [
                Breach(
                    name,
                    0,
                    "*",
                    value,
                    "CSV；这是网页（平台出错或要求登录时给的页面），请重新查询下载",
                    "CSV; this is a web page, as the platform gives for an error: download again",
                )
            ]
        )
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    titles: list[list[str]] = []
    try:
        # what is beyond the limit is only counted
        for row in reader:
            if len(row) > COLUMNS_LIMIT:
                expected = f"at most {COLUMNS_LIMIT} columns"
                raise ContractError(
                    [Breach(name, 0, "*", f"{len(row)}列", f"至多{COLUMNS_LIMIT}列", expected)]
                )
            if any(row) and (row[0].strip() or "".join(row).strip()):
                if not rows and not is_heading(row):
                    titles.append(row)
                    if len(titles) > TITLES:
                        break
                    continue
                if not rows:
                    header, columns = _heading(row, name)
                rows.append(row if len(rows) <= ROWS_LIMIT else [])
    except csv.Error as error:
        raise broken_csv(name, error) from error
    if not rows and titles:
        # no line is a heading: what is amiss in the first is told
        _heading(titles[0], name)
    if not rows:
        raise ContractError([Breach(name, 0, "*", "", "有表头的 CSV", "CSV with a heading")])
    title = " ".join(filter(None, (cell.strip() for row in titles for cell in row)))
    return title, header, columns, _without_margin(rows, len(header))


def _without_margin(rows: list[list[str]], width: int) -> list[list[str]]:
    """Return the rows below the heading, without the empty cell behind a comma at their end."""
    body = rows[1:]
    wide = len(rows[0])
    if wide == width and all(len(row) == wide + 1 and row[-1] == "" for row in body):
        wide += 1
    if wide > width:
        for row in body:
            if len(row) == wide and not row[-1].strip():
                del row[-1]
    return body


def _heading(row: list[str], name: str) -> tuple[list[str], list[str]]:
    """Return the headings as printed, and the columns that they name."""
    header = [cell.strip() for cell in row]
    header = header[:-1] if header[-1] == "" else header
    columns, breaches = columns_of(header, name)
    if breaches:
        raise ContractError(breaches)
    return header, columns


def _check_rows(rows: list[list[str]], width: int, name: str) -> None:
    """Refuse a file without rows, with more than the platform gives, or with rows of other width.

    Raises
    ------
    ContractError
    """
    if not rows:
        raise ContractError([Breach(name, 0, "*", "", "至少一行数据", "at least one row of data")])
    if len(rows) >= ROWS_LIMIT:
        zh = (
            "少于10000行：平台至多给出10000行，多出的被截掉而不说明；"
            "请按月、按商品章、按进出口分开查询，或少选几个维度"
        )
        en = (
            "fewer than 10,000 rows: the platform cuts the rest without a word; query by month, by"
            " HS chapter, by flow, or with fewer dimensions"
        )
        raise ContractError([Breach(name, 0, "*", f"{len(rows)}行", zh, en)])
    breaches = [
        Breach(name, number, "*", f"{len(row)}列", f"{width}列", f"{width} columns")
        for number, row in enumerate(rows, start=1)
        if len(row) != width
    ]
    if breaches:
        raise ContractError(breaches)


def _bad_cells(
    cells: Mapping[str, _Column],
    name: str,
    headings: Mapping[str, str],
    codes: Codes,
    currency: str,
) -> Iterator[Breach]:
    def where(
        column: str, wrong: Callable[[str], bool], zh: str, en: str, passed: set[int]
    ) -> Iterator[Breach]:
        for row in cells[column].rows(wrong).tolist():
            if row not in passed:
                yield Breach(name, row + 1, headings[column], cells[column].at(row), zh, en)

    numbers = [column for column in (currency, *QUANTITIES) if column in cells]
    bad_numbers = [column for column in numbers if not _all_numbers(cells[column].texts)]
    totals: set[int] = set()
    for column in headings:
        # each such row once, by the first cell that says so
        if column not in numbers or column in bad_numbers:
            zh, en = "明细行；请去掉合计行", "a detail row; remove totals"
            said = list(where(column, lambda text: text.lower() in TOTAL_WORDS, zh, en, totals))
            totals |= {breach.row - 1 for breach in said}
            yield from said
    for column, wrong, zh, en in _code_rules(codes):
        if column in cells:
            yield from where(column, wrong, zh, en, totals)
    for column in bad_numbers:
        zh, en = "数（可有千分位）", "a number, thousands may be separated"
        yield from where(column, _is_no_number, zh, en, set())
        zh, en = f"至多{EXACT}位的数", f"at most {EXACT} digits"
        yield from where(column, _is_long, zh, en, set())
    for column in headings:
        # what is hidden is never printable
        if not "".join(cells[column].texts).isprintable():
            zh, en = "没有控制字符和看不见的字符", "no control characters, none that are not seen"
            yield from where(column, lambda text: bool(HIDDEN.search(text)), zh, en, set())


def _after_retrieval(
    cells: Mapping[str, _Column], name: str, headings: Mapping[str, str], retrieved: str
) -> Iterator[Breach]:
    """Yield the months that had not been when the file was downloaded."""
    if not retrieved or "month" not in cells:
        return
    held = cells["month"]
    last = retrieved[:7].replace("-", "")

    def is_later(text: str) -> bool:
        found = MONTH_FORM.fullmatch(text)
        return found is not None and "".join(found.groups()) > last

    for row in held.rows(is_later).tolist():
        zh, en = f"不晚于查询之月 {retrieved[:7]}", f"no later than {retrieved[:7]}, of the query"
        yield Breach(name, row + 1, headings["month"], held.at(row), zh, en)


def _code_rules(codes: Codes) -> Iterator[tuple[str, Callable[[str], bool], str, str]]:
    """Yield column, what is wrong in it, and what is expected, in both languages."""
    yield "month", _does_not_match(MONTH_FORM), "年月，如 202401", "a month such as 202401"
    yield (
        "commodity",
        _has_lost_a_zero,
        "2、4、6或8位编码；位数为奇数，多半是 Excel 去掉了开头的0，请用平台下载的原文件",
        "a code of 2, 4, 6 or 8 digits; Excel seems to have dropped a leading zero: take the"
        " file as it was downloaded",
    )
    yield (
        "commodity",
        lambda text: not (_has_lost_a_zero(text) or _is_commodity(text)),
        "2、4、6或8位编码",
        "a code of 2, 4, 6 or 8 digits",
    )
    for column, places in (("partner", 3), ("regime", 2)):
        form = re.compile(f"[0-9]{{{places}}}")
        yield column, _does_not_match(form), f"{places}位编码", f"a code of {places} digits"
    known = codes.provinces
    zh, en = "已知的注册地编码", "a known code of 注册地"
    yield "province", lambda text: text not in known, zh, en


def _does_not_match(form: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: not form.fullmatch(text)


def _is_commodity(text: str) -> bool:
    return len(text) in (2, 4, 6, 8) and bool(_DIGITS.fullmatch(text))


def _has_lost_a_zero(text: str) -> bool:
    return len(text) in (1, 3, 5, 7) and bool(_DIGITS.fullmatch(text))


def _all_numbers(texts: Sequence[str]) -> bool:
    """Return whether all texts are numbers that are kept exactly, or missing."""
    found = set(texts).difference(MISSING)
    short = max(map(len, found), default=0) <= EXACT
    # most are digits alone
    others = (text for text in found if not (text.isascii() and text.isdigit()))
    return short and all(map(NUMBER_FORM.fullmatch, others))


def _is_no_number(text: str) -> bool:
    return text not in MISSING and not NUMBER_FORM.fullmatch(text)


def _is_long(text: str) -> bool:
    long = len(text) > EXACT and bool(NUMBER_FORM.fullmatch(text))
    return long and sum(map(str.isdigit, text)) > EXACT


def _frame(
    cells: Mapping[str, _Column], given: Said, codes: Codes, currency: str, dims: str, file: str
) -> pd.DataFrame:
    """Return the rows with `DETAIL_COLUMNS`, texts as categories."""
    rows = len(cells[currency].which)

    def always(text: str) -> pd.Categorical[str]:
        return pd.Categorical.from_codes(
            np.zeros(rows, dtype=np.int8), pd.Index([text], dtype=object)
        )

    def words(column: str) -> pd.Categorical[str]:
        return cells[column].words if column in cells else always("")

    def number(column: str) -> np.ndarray:
        return cells[column].numbers if column in cells else np.full(rows, np.nan)

    period, entity = always(given.period), always(given.entity)
    if "month" in cells:
        months = cells["month"]
        period = months.replaced([MONTH_FORM.sub(r"\1-\2", text) for text in months.texts])
    if "province" in cells:
        places = cells["province"]
        entity = places.replaced([codes.provinces[code] for code in places.texts])
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
        "file": always(file),
    }
    return pd.DataFrame(made, copy=False)


def _once(
    made: pd.DataFrame,
    cells: Mapping[str, _Column],
    name: str,
    headings: Mapping[str, str],
    currency: str,
) -> pd.DataFrame:
    """Return the rows with repeated ones once; refuse the same key with another value.

    The refusal names both rows, and the cells in which they differ, as printed.
    """
    keys = np.sort(key_numbers(made))
    if not (keys[1:] == keys[:-1]).any():
        return made
    key = list(ROW_KEY)
    unique = made.drop_duplicates()
    again = unique.index[unique.duplicated(key)]
    if not len(again):
        return unique.reset_index(drop=True)
    rows = pd.Series(unique.index, index=unique.index)
    groups = [unique[column] for column in key]
    firsts = rows.groupby(groups, observed=True).transform("first")
    columns = {"value": currency} | {item: item for item in ("unit_1", "unit_2", *QUANTITIES)}
    # as lists: a cell of a frame takes longer to find than the rest together
    values = {column: made[column].tolist() for column in columns}
    parts = made.loc[again, key].itertuples(index=False, name=None)
    breaches = []
    for index, part in zip(again.tolist(), parts, strict=True):
        first = int(firsts[index])
        what = "/".join(text for text in part if text)
        for column, held in columns.items():
            if held not in cells or _equal(values[column][index], values[column][first]):
                continue
            value, other = cells[held].at(first), cells[held].at(index)
            zh = f"与第{first + 1}行的“{value}”相同（同一项只有一个值：{what}）"
            en = f"{value!r} as in row {first + 1} (one value for one thing: {what})"
            breaches.append(Breach(name, index + 1, headings[held], other, zh, en))
    raise ContractError(breaches)


def _equal(one: str | float, other: str | float) -> bool:
    return one == other or (pd.isna(one) and pd.isna(other))


def _labels(cells: Mapping[str, _Column], periods: pd.Categorical) -> pd.DataFrame:
    """Return the last name of each code, with its period."""
    parts = []
    order = np.argsort(periods.codes, kind="stable")
    for dimension in DETAIL_DIMENSIONS:
        if f"{dimension}_name" not in cells:
            continue
        code, name = cells[dimension], cells[f"{dimension}_name"]
        has_one = np.ones(len(order), dtype=bool)
        has_one[name.rows(lambda text: not text)] = False
        named = order[has_one[order]]
        # of several the last counts
        last = np.full(len(code.texts), -1)
        last[code.which[named]] = named
        rows = np.sort(last[last >= 0])
        held = {
            "dimension": dimension,
            "code": [code.texts[place] for place in code.which[rows].tolist()],
            "name": [name.texts[place] for place in name.which[rows].tolist()],
            "period": periods.categories.to_numpy(object)[periods.codes[rows]],
        }
        parts.append(pd.DataFrame(held, dtype=str))
    if not parts:
        return pd.DataFrame(columns=LABEL_COLUMNS, dtype=str)
    return pd.concat(parts, ignore_index=True).sort_values("period", kind="stable")
