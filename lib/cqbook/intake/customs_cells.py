"""The customs query's files read cell by cell, so that all that is wrong is told by its cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

import pandas as pd

from cqbook.data.customs_store import DETAIL_DIMENSIONS, LABEL_COLUMNS, ROW_KEY
from cqbook.data.vocabulary import CURRENCIES
from cqbook.disk.checksums import digest
from cqbook.disk.text import decode
from cqbook.disk.untrusted import size_checked
from cqbook.errors import HIDDEN, Breach, ContractError, broken_csv
from cqbook.intake.customs_format import (
    COLUMNS_LIMIT,
    EXACT,
    MISSING,
    MONTH_FORM,
    NUMBER_FORM,
    QUANTITIES,
    ROWS_LIMIT,
    TEXTS,
    TOTAL_WORDS,
    Codes,
    Export,
    Said,
    absent_columns,
    columns_of,
    given_for,
    unknown_codes,
)


def read_by_cell(content: bytes, name: str, codes: Codes, said: Said, beside: Said) -> Export:
    """Read any file, cell by cell, and tell of everything in it that can't be right."""
    text, encoding = decode(size_checked(content, name), name)
    header, columns, rows = _table(text, name)
    if not rows:
        raise ContractError([Breach(name, 0, "*", "", "至少一行数据", "at least one row of data")])
    if len(rows) >= ROWS_LIMIT:
        raise ContractError(
            [
                Breach(
                    name,
                    0,
                    "*",
                    f"{len(rows)}行",
                    "少于10000行：平台至多给出10000行，多出的被截掉而不说明；"
                    "请按月、按商品章、按进出口分开查询，或少选几个维度",
                    "fewer than 10,000 rows: the platform cuts the rest without a word;"
                    " query by month, by HS chapter, by flow, or with fewer dimensions",
                )
            ]
        )
    breaches = [
        Breach(name, number, "*", f"{len(row)}列", f"{len(header)}列", f"{len(header)} columns")
        for number, row in enumerate(rows, start=1)
        if len(row) != len(header)
    ]
    if breaches:
        raise ContractError(breaches)
    # names may hold line breaks
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    frame = pd.DataFrame(cells, columns=columns, dtype=str)
    headings = dict(zip(columns, header, strict=True))
    currency = next(item for item in CURRENCIES if item in frame)
    given, breaches = given_for(frame, name, said, beside, codes)
    breaches += _bad_cells(frame, name, headings, codes, currency)
    if breaches:
        raise ContractError(breaches)
    dims = ";".join(item for item in DETAIL_DIMENSIONS if item in frame)
    made = _typed(frame, given, codes, currency, dims)
    sha256 = digest(content)
    made["file"] = sha256[:12]
    once, doubled = _once(made, frame, name, headings, currency)
    held = {column: frame[column] for column in DETAIL_DIMENSIONS if column in frame}
    warnings = [*unknown_codes(held, name, codes), *absent_columns(frame, name)]
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
        once.astype(dict.fromkeys(TEXTS, "category")),
        _labels(frame, made["period"]),
        tuple(warnings),
    )


def _table(text: str, name: str) -> tuple[list[str], list[str], list[list[str]]]:
    """Return the heading, the columns that it names, and the data rows.

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
    try:
        rows: list[list[str]] = []
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(row) > COLUMNS_LIMIT:
                expected = f"at most {COLUMNS_LIMIT} columns"
                raise ContractError(
                    [Breach(name, 0, "*", f"{len(row)}列", f"至多{COLUMNS_LIMIT}列", expected)]
                )
            # what is beyond the limit is only counted
            if "".join(row).strip():
                if not rows:
                    header, columns = _heading(row, name)
                rows.append(row if len(rows) <= ROWS_LIMIT else [])
    except csv.Error as error:
        raise broken_csv(name, error) from error
    if not rows:
        raise ContractError([Breach(name, 0, "*", "", "有表头的 CSV", "CSV with a heading")])
    body = rows[1:]
    width = len(rows[0])
    if (
        width == len(header)
        and body
        and all(len(row) == width + 1 and row[-1] == "" for row in body)
    ):
        width += 1
    if width > len(header):
        body = [row[:-1] if len(row) == width and row[-1].strip() == "" else row for row in body]
    return header, columns, body


def _heading(row: list[str], name: str) -> tuple[list[str], list[str]]:
    """Return the headings as printed, and the columns that they name."""
    header = [cell.strip() for cell in row]
    header = header[:-1] if header[-1] == "" else header
    columns, breaches = columns_of(header, name)
    if breaches:
        raise ContractError(breaches)
    return header, columns


def _bad_cells(
    frame: pd.DataFrame, name: str, headings: Mapping[str, str], codes: Codes, currency: str
) -> Iterator[Breach]:
    def where(column: str, failed: pd.Series, zh: str, en: str) -> Iterator[Breach]:
        for index in frame.index[failed]:
            yield Breach(name, index + 1, headings[column], str(frame.at[index, column]), zh, en)

    totals = pd.Series(False, index=frame.index)
    for column in headings:
        # each such row once, by the first cell that says so
        said = ~totals & frame[column].str.lower().isin(TOTAL_WORDS)
        yield from where(column, said, "明细行；请去掉合计行", "a detail row; remove totals")
        totals |= said
    if "month" in frame:
        bad = ~totals & ~frame["month"].str.fullmatch(MONTH_FORM)
        yield from where("month", bad, "年月，如 202401", "a month such as 202401")
    if "commodity" in frame:
        digits = frame["commodity"].str.fullmatch("[0-9]+")
        size = frame["commodity"].str.len()
        short = ~totals & digits & size.isin([1, 3, 5, 7])
        yield from where(
            "commodity",
            short,
            "2、4、6或8位编码；位数为奇数，多半是 Excel 去掉了开头的0，请用平台下载的原文件",
            "a code of 2, 4, 6 or 8 digits; Excel seems to have dropped a leading zero: take the"
            " file as it was downloaded",
        )
        bad = ~totals & ~short & ~(digits & size.isin([2, 4, 6, 8]))
        yield from where("commodity", bad, "2、4、6或8位编码", "a code of 2, 4, 6 or 8 digits")
    for column, form in (("partner", "[0-9]{3}"), ("regime", "[0-9]{2}")):
        if column in frame:
            bad = ~totals & ~frame[column].str.fullmatch(form)
            places = form[-2]
            yield from where(column, bad, f"{places}位编码", f"a code of {places} digits")
    if "province" in frame:
        bad = ~totals & ~frame["province"].isin(codes.provinces)
        yield from where("province", bad, "已知的注册地编码", "a known code of 注册地")
    for column in (currency, *QUANTITIES):
        if column in frame:
            filled = ~frame[column].isin(MISSING)
            bad = filled & ~frame[column].str.fullmatch(NUMBER_FORM)
            yield from where(
                column, bad, "数（可有千分位）", "a number, thousands may be separated"
            )
            long = filled & ~bad & frame[column].str.count("[0-9]").gt(EXACT)
            yield from where(column, long, f"至多{EXACT}位的数", f"at most {EXACT} digits")
    for column in headings:
        hidden = frame[column].map(lambda text: bool(HIDDEN.search(text)))
        zh, en = "没有控制字符和看不见的字符", "no control characters, none that are not seen"
        yield from where(column, hidden, zh, en)


def _typed(
    frame: pd.DataFrame, given: Said, codes: Codes, currency: str, dims: str
) -> pd.DataFrame:
    def number(column: str) -> pd.Series:
        if column not in frame:
            return pd.Series(float("nan"), index=frame.index)
        plain = frame[column].str.replace(",", "", regex=False)
        return pd.to_numeric(plain.where(~frame[column].isin(MISSING), None)).astype(float)

    def words(column: str) -> pd.Series | str:
        return frame.get(column, "")

    months: pd.Series | str = given.period
    if "month" in frame:
        months = frame["month"].str.replace(MONTH_FORM, r"\1-\2", regex=True)
    made = {
        "flow": given.flow,
        "period": months,
        "entity": frame["province"].map(codes.provinces) if "province" in frame else given.entity,
        "dims": dims,
        **{dimension: words(dimension) for dimension in DETAIL_DIMENSIONS},
        "currency": currency,
        "value": number(currency),
        "quantity_1": number("quantity_1"),
        "unit_1": words("unit_1"),
        "quantity_2": number("quantity_2"),
        "unit_2": words("unit_2"),
    }
    return pd.DataFrame(made, index=frame.index)


def _once(
    made: pd.DataFrame, frame: pd.DataFrame, name: str, headings: Mapping[str, str], currency: str
) -> tuple[pd.DataFrame, int]:
    """Return the rows with repeated ones once; refuse the same key with another value.

    The refusal names both rows, and the cells in which they differ, as printed in `frame`.
    """
    key = list(ROW_KEY)
    unique = made.drop_duplicates()
    again = unique.index[unique.duplicated(key)]
    if len(again):
        rows = pd.Series(unique.index, index=unique.index)
        firsts = rows.groupby([unique[column] for column in key]).transform("first")
        columns = {"value": currency} | {item: item for item in ("unit_1", "unit_2", *QUANTITIES)}
        # as lists: a cell of a frame takes longer to find than the rest together
        printed = {held: frame[held].tolist() for held in columns.values() if held in frame}
        values = {column: made[column].tolist() for column in columns}
        parts = made.loc[again, key].itertuples(index=False, name=None)
        breaches = []
        for index, part in zip(again.tolist(), parts, strict=True):
            first = int(firsts[index])
            what = "/".join(text for text in part if text)
            for column, held in columns.items():
                if held not in printed or _equal(values[column][index], values[column][first]):
                    continue
                value = printed[held][first]
                zh = f"与第{first + 1}行的“{value}”相同（同一项只有一个值：{what}）"
                en = f"{value!r} as in row {first + 1} (one value for one thing: {what})"
                breaches.append(
                    Breach(name, index + 1, headings[held], printed[held][index], zh, en)
                )
        raise ContractError(breaches)
    return unique.reset_index(drop=True), len(made) - len(unique)


def _equal(one: str | float, other: str | float) -> bool:
    return one == other or (pd.isna(one) and pd.isna(other))


def _labels(frame: pd.DataFrame, periods: pd.Series) -> pd.DataFrame:
    found = [
        pd.DataFrame(
            {
                "dimension": dimension,
                "code": frame[dimension],
                "name": frame[f"{dimension}_name"],
                "period": periods,
            }
        )
        for dimension in DETAIL_DIMENSIONS
        if f"{dimension}_name" in frame
    ]
    if not found:
        return pd.DataFrame(columns=LABEL_COLUMNS, dtype=str)
    labels = pd.concat(found, ignore_index=True)
    named = labels[labels["name"].ne("")].sort_values("period", kind="stable")
    return named.drop_duplicates(["dimension", "code"], keep="last")
