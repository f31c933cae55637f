"""Read CSV files of the China Customs online query, whatever was ticked, in whatever encoding.

A file says neither whether it is exports or imports nor, without the column 注册地, whose trade it
is: that comes from the caller, a sidecar (``<file>.json``) or, for the flow, an unmistakable file
name, and is never guessed. All that can't be right in a file is reported at once.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cqbook import quoted
from cqbook.catalog import Catalog
from cqbook.containers import content_of, sized
from cqbook.contracts import HIDDEN, Breach, ContractError
from cqbook.detail import COLUMNS, DIMENSIONS, KEY, LABEL_COLUMNS, NUMBERS, key_numbers
from cqbook.periods import Period

#: Column headings of the platform, Chinese and English; the English misspelling is the platform's.
HEADINGS = {
    "数据年月": "month",
    "商品编码": "commodity",
    "商品名称": "commodity_name",
    "贸易伙伴编码": "partner",
    "贸易伙伴名称": "partner_name",
    "贸易方式编码": "regime",
    "贸易方式名称": "regime_name",
    "注册地编码": "province",
    "注册地名称": "province_name",
    "第一数量": "quantity_1",
    "第一计量单位": "unit_1",
    "第二数量": "quantity_2",
    "第二计量单位": "unit_2",
    "美元": "USD",
    "人民币": "CNY",
    "Date of data": "month",
    "Commodity code": "commodity",
    "Commodity": "commodity_name",
    "Trading partner code": "partner",
    "Trading partner": "partner_name",
    "Customs Regime code": "regime",
    "Customs Regime": "regime_name",
    "Locations of importers and exporters code": "province",
    "Locations of importers and exporters": "province_name",
    "Quantity": "quantity_1",
    "Unit": "unit_1",
    "Supplimentary Quantity": "quantity_2",
    "Supplementary Quantity": "quantity_2",
    "Supplimentary Unit": "unit_2",
    "Supplementary Unit": "unit_2",
    "US dollar": "USD",
    "Renminbi Yuan": "CNY",
}
CURRENCIES = ("USD", "CNY")
FLOWS = ("export", "import")
FLOWS_ZH = {"export": "出口", "import": "进口"}
QUANTITIES = ("quantity_1", "quantity_2")
TEXTS = tuple(name for name in COLUMNS if name not in NUMBERS)
#: The platform gives no more rows than this, and does not say that there are more.
LIMIT = 10_000
#: Columns of a file: twice as many as the platform has.
WIDE = 40
#: Digits of a number that can be kept exactly.
EXACT = 15
MISSING = ("?", "？", "-", "")
# [0-9], not \d: \d also matches full-width digits, which make codes that join with nothing
_NUMBER = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[0-9]+(\.[0-9]+)?")
_MONTH = re.compile(r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])")
_TOTALS = ("合计", "总计", "总值", "total")
_WORDS = {
    "export": re.compile(r"出口|(?<![a-z])exports?(?![a-z])"),
    "import": re.compile(r"进口|(?<![a-z])imports?(?![a-z])"),
}
#: 进出口, 进、出口: both flows, though 进口 does not stand in it.
_BOTH = re.compile(r"进.?出口|出.?进口")
#: What browsers call a download of anything says nothing of trade.
_DOWNLOAD = re.compile(r"(ex|im)ports?[ _-]?(\(?\d*\)?)\.csv")
SIDECAR = ("flow", "entity", "period", "retrieved")


@dataclass(frozen=True)
class Codes:
    """The code lists that a file is checked against; ``provinces`` leads to entity codes."""

    partners: frozenset[str]
    regimes: frozenset[str]
    provinces: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """What is said of a file that the file does not say itself; empty: nothing is said."""

    flow: str = ""
    entity: str = ""
    period: str = ""
    retrieved: str = ""


@dataclass(frozen=True)
class Export:
    """One file, understood.

    ``frame`` has `detail.COLUMNS`, texts as categories; ``labels`` has ``dimension, code, name,
    period``. ``rows``: data rows of the file. ``warnings`` are bilingual.
    """

    name: str
    sha256: str
    encoding: str
    language: str
    currency: str
    flow: str
    dims: str
    rows: int
    retrieved: str
    frame: pd.DataFrame
    labels: pd.DataFrame
    warnings: tuple[str, ...]

    @property
    def entities(self) -> list[str]:
        """Whose trade it is, sorted."""
        return sorted(self.frame["entity"].unique())

    @property
    def periods(self) -> list[str]:
        """The periods, sorted."""
        return sorted(self.frame["period"].unique())


def known_codes(book: Catalog) -> Codes:
    """Return the code lists of a data package."""
    provinces = book.table("provinces")
    return Codes(
        frozenset(book.table("partners")["code"]),
        frozenset(book.table("trade_regimes")["code"]),
        dict(zip(provinces["code"], provinces["entity"], strict=True)),
    )


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Return the text of a file and its encoding (``utf-8-sig``, ``utf-8`` or ``gb18030``).

    GB18030 contains GBK; a Chinese text in it is not valid UTF-8, so that UTF-8 is tried first.

    Raises
    ------
    ContractError
        If it is neither.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        tried = ("utf-8-sig",)
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ("utf-16",)
    else:
        tried = ("utf-8", "gb18030")
    for encoding in tried:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            place = error.start
        if encoding == "utf-8" and _damaged(content):
            break
    row = content[:place].count(b"\n")
    value = content[place : place + 4].hex(" ")
    raise ContractError(
        [Breach(name, row, "*", value, "UTF-8 或 GB18030 的文字", "text in UTF-8 or GB18030")]
    )


def _damaged(content: bytes) -> bool:
    """Return whether bytes are UTF-8 but for a few: as another encoding they would be misread."""
    text = content.decode("utf-8", errors="replace")
    lost = text.count("\ufffd")
    held = len(text) - len(text.encode("ascii", errors="ignore")) - lost
    return 10 * lost < held


def recognises(content: bytes) -> bool:
    """Return whether the first line has headings of the platform, in any encoding."""
    first = content[:4000]
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        # any line end: a lone CR inside a line is an error to csv
        lines = first.decode(encoding, errors="ignore").lstrip().splitlines()
        cells = [cell.strip() for cell in next(csv.reader(lines[:1]), [])]
        if sum(cell in HEADINGS for cell in cells) >= 2:
            return True
    return False


def flow_of_name(name: str) -> str:
    """Return the flow that a file name says unmistakably, or ``""``."""
    found = [flow for flow, pattern in _WORDS.items() if pattern.search(name.lower())]
    if len(found) != 1 or _BOTH.search(name) or _DOWNLOAD.fullmatch(name.lower()):
        return ""
    return found[0]


def sidecar(path: Path) -> Said:
    """Return what ``<file>.json`` beside a file says of it.

    Raises
    ------
    ContractError
        If it is no JSON object of the texts `SIDECAR`.
    """
    beside = path.with_name(f"{path.name}.json")
    if not beside.exists():
        return Said()
    listed = "、".join(SIDECAR)
    try:
        content = json.loads(content_of(beside).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        value = str(error)
        expected = f"a JSON object with {', '.join(SIDECAR)}"
        raise ContractError(
            [Breach(beside.name, 0, "*", value, f"JSON 对象，键为 {listed}", expected)]
        ) from error
    if not isinstance(content, dict):
        raise ContractError(
            [Breach(beside.name, 0, "*", str(content), "JSON 对象", "a JSON object")]
        )
    bad = [
        Breach(beside.name, 0, key, str(value), f"{listed} 之一，值为文字", "a known key, a text")
        for key, value in content.items()
        if key not in SIDECAR or not isinstance(value, str)
    ]
    if bad:
        raise ContractError(bad)
    return Said(**content)


def read_file(path: Path, codes: Codes, said: Said | None = None) -> Export:
    """Read one file, and its sidecar where there is one; see `read`."""
    return read(path.read_bytes(), path.name, codes, said or Said(), sidecar(path))


def read(content: bytes, name: str, codes: Codes, said: Said, beside: Said | None = None) -> Export:
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
    regular = _regular(content, name, codes, said, beside or Said())
    return regular or _by_cell(content, name, codes, said, beside or Said())


def _regular(content: bytes, name: str, codes: Codes, said: Said, beside: Said) -> Export | None:
    """Read a file that is as the platform writes them and has nothing to tell of; else None.

    What is wrong, repeated or only unusual is left to `_by_cell`, which knows the row and the
    words; what this returns is what that would.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    body = content.removeprefix(b"\xef\xbb\xbf")
    encoding = "utf-8-sig" if len(body) < len(content) else _encoding(content)
    if encoding == "gb18030" and _damaged(content):
        return None
    cells = quoted.cells(body)
    if cells is None or not 0 < cells.rows < LIMIT:
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
    dims = ";".join(item for item in DIMENSIONS if item in held)
    frame = _frame(held, given, codes, currency, dims, cells.rows)
    numbers = np.sort(key_numbers(frame))
    if (numbers[1:] == numbers[:-1]).any():
        return None
    sha256 = hashlib.sha256(content).hexdigest()
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
_DIGITS["province"] = (2,)


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
        **{dimension: words(dimension) for dimension in DIMENSIONS},
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
    for dimension in DIMENSIONS:
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


def _by_cell(content: bytes, name: str, codes: Codes, said: Said, beside: Said) -> Export:
    """Read any file, cell by cell, and tell of everything in it that can't be right."""
    text, encoding = decode(sized(content, name), name)
    header, rows = _table(text, name)
    columns, breaches = _columns(header, name)
    if breaches:
        raise ContractError(breaches)
    if not rows:
        raise ContractError([Breach(name, 0, "*", "", "至少一行数据", "at least one row of data")])
    if len(rows) >= LIMIT:
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
    given, breaches = _given(frame, name, said, beside, codes)
    breaches += _bad_cells(frame, name, headings, codes, currency)
    if breaches:
        raise ContractError(breaches)
    dims = ";".join(item for item in DIMENSIONS if item in frame)
    made = _typed(frame, given, codes, currency, dims)
    sha256 = hashlib.sha256(content).hexdigest()
    made["file"] = sha256[:12]
    once, doubled = _once(made, frame, name, headings, currency)
    warnings = [*_unknown(frame, name, codes), *_totals(frame, name)]
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


def _table(text: str, name: str) -> tuple[list[str], list[list[str]]]:
    """Return the heading and the data rows; the empty column of a trailing comma is dropped."""
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
        rows = []
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(row) > WIDE:
                expected = f"at most {WIDE} columns"
                raise ContractError(
                    [Breach(name, 0, "*", f"{len(row)}列", f"至多{WIDE}列", expected)]
                )
            # what is beyond the limit is only counted
            if any(cell.strip() for cell in row):
                rows.append(row if len(rows) <= LIMIT else [])
    except csv.Error as error:
        raise ContractError(
            [Breach(name, 0, "*", str(error), "引号成对的 CSV", "CSV with paired quotes")]
        ) from error
    if not rows:
        raise ContractError([Breach(name, 0, "*", "", "有表头的 CSV", "CSV with a heading")])
    header = [cell.strip() for cell in rows[0]]
    body = rows[1:]
    width = len(header)
    if header[-1] == "":
        header = header[:-1]
    elif body and all(len(row) == width + 1 and row[-1] == "" for row in body):
        width += 1
    if width > len(header):
        body = [row[:-1] if len(row) == width and row[-1].strip() == "" else row for row in body]
    return header, body


def _columns(header: list[str], name: str) -> tuple[list[str], list[Breach]]:
    breaches = []
    columns = [HEADINGS.get(cell, "") for cell in header]
    for cell, column in zip(header, columns, strict=True):
        if not column:
            near = difflib.get_close_matches(cell, HEADINGS, n=1, cutoff=0.4)
            hint = f"平台的列名{f'（是不是 {near[0]}？）' if near else ''}"
            breaches.append(Breach(name, 0, cell, cell, hint, "a heading of the platform"))
        elif columns.count(column) > 1:
            breaches.append(Breach(name, 0, cell, cell, "只有一列", "one such column only"))
    held = [item for item in CURRENCIES if item in columns]
    if len(held) != 1:
        listed = "、".join(held) or "（无）"
        breaches.append(
            Breach(name, 0, "美元/人民币", listed, "恰好一列金额", "exactly one column of values")
        )
    for dimension in (*DIMENSIONS, "province"):
        if f"{dimension}_name" in columns and dimension not in columns:
            cell = header[columns.index(f"{dimension}_name")]
            breaches.append(
                Breach(
                    name,
                    0,
                    cell,
                    "",
                    "同时有编码列：名称逐年变动，只能按编码连接",
                    "the column of codes beside it: names drift from year to year",
                )
            )
    return columns, breaches


def _given(
    frame: pd.DataFrame, name: str, said: Said, beside: Said, codes: Codes
) -> tuple[Said, list[Breach]]:
    """Return flow, entity, period and retrieval that hold for the file, and what contradicts."""
    breaches: list[Breach] = []

    def one(column: str, *claims: str) -> str:
        found = list(dict.fromkeys(claim for claim in claims if claim))
        if len(found) > 1:
            value = "、".join(found)
            breaches.append(
                Breach(
                    name, 0, column, value, "说法一致", "one answer; these contradict each other"
                )
            )
        return found[0] if found else ""

    flow = one("flow", said.flow, beside.flow, flow_of_name(name))
    if not flow:
        breaches.append(
            Breach(
                name,
                0,
                "flow",
                "",
                "export 或 import（是出口还是进口）：用 --flow，或旁边的 .json 里的 flow，"
                "或文件名里只写“出口”或“进口”",
                "export or import: by --flow, by flow in a .json beside the file, or by a file"
                " name that says only one of the two",
            )
        )
    elif flow not in FLOWS:
        breaches.append(Breach(name, 0, "flow", flow, "export 或 import", "export or import"))
    period = one("period", said.period, beside.period)
    if "month" in frame and period:
        breaches.append(
            Breach(name, 0, "period", period, "空：文件自己有数据年月", "none: the file has months")
        )
    if "month" not in frame:
        breaches += _bad_period(name, period)
    entity = one("entity", said.entity, beside.entity)
    known = {*codes.provinces.values(), "CN"}
    if "province" in frame and entity:
        breaches.append(
            Breach(name, 0, "entity", entity, "空：文件自己有注册地", "none: the file has 注册地")
        )
    elif "province" not in frame and entity not in known:
        breaches.append(
            Breach(
                name,
                0,
                "entity",
                entity,
                "CN、CN-50 等（是谁的进出口）：文件没有注册地列，可能是全国，也可能只查了一个省市；"
                "用 --entity，或旁边的 .json 里的 entity",
                "whose trade it is (CN, CN-50 …): without the column 注册地 it can be the nation's"
                " or one province's; by --entity or by entity in a .json beside the file",
            )
        )
    retrieved = one("retrieved", said.retrieved, beside.retrieved)
    if retrieved and _kind(retrieved) not in ("day", "month"):
        # files are put in order by it
        breaches.append(
            Breach(
                name, 0, "retrieved", retrieved, "日期，如 2025-02-01", "a date such as 2025-02-01"
            )
        )
    return Said(flow, entity, period, retrieved), breaches


def _bad_period(name: str, period: str) -> Iterator[Breach]:
    if _kind(period) not in ("", "open"):
        return
    yield Breach(
        name,
        0,
        "period",
        period,
        "2024、2024-01/2024-09 等（是哪个时期）：文件没有数据年月列；"
        "用 --period，或旁边的 .json 里的 period",
        "which period (2024, 2024-01/2024-09): the file has no months; by --period or by period in"
        " a .json beside the file",
    )


def _kind(text: str) -> str:
    """Return the kind of a period; ``""`` where the text is none."""
    try:
        return Period.parse(text).kind
    except ValueError:
        return ""


def _bad_cells(
    frame: pd.DataFrame, name: str, headings: Mapping[str, str], codes: Codes, currency: str
) -> Iterator[Breach]:
    def where(column: str, failed: pd.Series, zh: str, en: str) -> Iterator[Breach]:
        for index in frame.index[failed]:
            yield Breach(name, index + 1, headings[column], frame.at[index, column], zh, en)

    totals = pd.Series(False, index=frame.index)
    for column in headings:
        # each such row once, by the first cell that says so
        said = ~totals & frame[column].str.lower().isin(_TOTALS)
        yield from where(column, said, "明细行；请去掉合计行", "a detail row; remove totals")
        totals |= said
    if "month" in frame:
        bad = ~totals & ~frame["month"].str.fullmatch(_MONTH)
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
            bad = filled & ~frame[column].str.fullmatch(_NUMBER)
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

    months = frame["month"].str.replace(_MONTH, r"\1-\2", regex=True) if "month" in frame else None
    made = {
        "flow": given.flow,
        "period": given.period if months is None else months,
        "entity": frame["province"].map(codes.provinces) if "province" in frame else given.entity,
        "dims": dims,
        **{dimension: words(dimension) for dimension in DIMENSIONS},
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
    key = list(KEY)
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


def _unknown(frame: pd.DataFrame, name: str, codes: Codes) -> Iterator[str]:
    for column, known, word in (
        ("partner", codes.partners, "贸易伙伴"),
        ("regime", codes.regimes, "贸易方式"),
    ):
        if column in frame:
            new = sorted(set(frame[column]) - known)
            if new:
                listed = "、".join(new)
                yield (
                    f"{name}：代码表中没有的{word}编码，照收：{listed}"
                    f" | unknown {column} codes, kept: {listed}"
                )


def _totals(frame: pd.DataFrame, name: str) -> Iterator[str]:
    absent = [
        word
        for column, word in (("partner", "贸易伙伴"), ("regime", "贸易方式"), ("commodity", "商品"))
        if column not in frame
    ]
    if absent:
        listed = "、".join(absent)
        yield (
            f"{name}：没有{listed}列，每行视为查询范围内的合计"
            f" | no column for {listed}: each row is taken as the total of what was queried"
        )


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
        for dimension in DIMENSIONS
        if f"{dimension}_name" in frame
    ]
    if not found:
        return pd.DataFrame(columns=LABEL_COLUMNS, dtype=str)
    labels = pd.concat(found, ignore_index=True)
    named = labels[labels["name"].ne("")].sort_values("period", kind="stable")
    return named.drop_duplicates(["dimension", "code"], keep="last")
