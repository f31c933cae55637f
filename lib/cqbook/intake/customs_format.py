"""The form of the customs query's files: headings, codes, units, what a file says of itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import DETAIL_DIMENSIONS
from cqbook.data.vocabulary import CURRENCIES, DIRECTIONS_ZH
from cqbook.errors import Breach
from cqbook.quantities.periods import Period

#: Column headings of the platform, Chinese and English; the English misspelling is the platform's.
COLUMN_HEADINGS = {
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
QUANTITIES = ("quantity_1", "quantity_2")
#: A heading stands below at most so many lines of title.
TITLES = 5
#: Columns of a file: twice as many as the platform has.
COLUMNS_LIMIT = 40
#: Digits of a number that can be kept exactly.
EXACT = 15
MISSING = ("?", "？", "-", "")
# [0-9], not \d: \d also matches full-width digits, which make codes that join with nothing
NUMBER_FORM = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[0-9]+(\.[0-9]+)?")
MONTH_FORM = re.compile(r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])")
TOTAL_WORDS = ("合计", "总计", "总值", "total")
_WORDS = {
    "export": re.compile(r"出口|(?<![a-z])exports?(?![a-z])"),
    "import": re.compile(r"进口|(?<![a-z])imports?(?![a-z])"),
}
#: 进出口, 进、出口: both flows, though 进口 does not stand in it.
_BOTH = re.compile(r"进.?出口|出.?进口")
#: What browsers call a download of anything says nothing of trade.
_DOWNLOAD = re.compile(r"(ex|im)ports?[ _-]?(\(?\d*\)?)\.csv")


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


def flow_of_name(name: str) -> str:
    """Return the flow that a file name says unmistakably, or ``""``."""
    found = [flow for flow, pattern in _WORDS.items() if pattern.search(name.lower())]
    if len(found) != 1 or _BOTH.search(name) or _DOWNLOAD.fullmatch(name.lower()):
        return ""
    return found[0]


def is_heading(row: Sequence[str]) -> bool:
    """Return whether a line is the platform's heading: two of its names, or none but its names."""
    cells = [cell.strip() for cell in row if cell.strip()]
    known = sum(cell in COLUMN_HEADINGS for cell in cells)
    return known >= 2 or 0 < known == len(cells)


def columns_of(header: list[str], name: str) -> tuple[list[str], list[Breach]]:
    """Return the column that each heading means, and the headings that mean none, or one twice."""
    breaches = []
    columns = [COLUMN_HEADINGS.get(cell, "") for cell in header]
    for cell, column in zip(header, columns, strict=True):
        if not column:
            near = difflib.get_close_matches(cell, COLUMN_HEADINGS, n=1, cutoff=0.4)
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
    for dimension in (*DETAIL_DIMENSIONS, "province"):
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


def given_for(
    columns: Container[str], name: str, said: Said, beside: Said, codes: Codes
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

    words = {word: code for code, word in DIRECTIONS_ZH.items()}
    claimed = (words.get(text, text) for text in (said.flow, beside.flow, flow_of_name(name)))
    flow = one("flow", *claimed)
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
    elif flow not in DIRECTIONS_ZH:
        zh = "export 或 import（可写出口、进口）"
        breaches.append(Breach(name, 0, "flow", flow, zh, "export or import"))
    period = one("period", said.period, beside.period)
    if "month" in columns and period:
        breaches.append(
            Breach(name, 0, "period", period, "空：文件自己有数据年月", "none: the file has months")
        )
    if "month" not in columns:
        breaches += _bad_period(name, period)
    entity = one("entity", said.entity, beside.entity)
    known = {*codes.provinces.values(), "CN"}
    if "province" in columns and entity:
        breaches.append(
            Breach(name, 0, "entity", entity, "空：文件自己有注册地", "none: the file has 注册地")
        )
    elif "province" not in columns and entity not in known:
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


def unknown_codes(held: Mapping[str, Iterable[str]], name: str, codes: Codes) -> Iterator[str]:
    """Yield what to tell of codes of partners and regimes that the book does not know."""
    for column, known, word in (
        ("partner", codes.partners, "贸易伙伴"),
        ("regime", codes.regimes, "贸易方式"),
    ):
        new = sorted(set(held.get(column, ())) - known)
        if new:
            listed = "、".join(new)
            yield (
                f"{name}：代码表中没有的{word}编码，照收：{listed}"
                f" | unknown {column} codes, kept: {listed}"
            )


def absent_columns(columns: Container[str], name: str) -> Iterator[str]:
    """Yield what to tell of a file that was queried without some dimensions."""
    absent = [
        word
        for column, word in (("partner", "贸易伙伴"), ("regime", "贸易方式"), ("commodity", "商品"))
        if column not in columns
    ]
    if absent:
        listed = "、".join(absent)
        yield (
            f"{name}：没有{listed}列，每行视为查询范围内的合计"
            f" | no column for {listed}: each row is taken as the total of what was queried"
        )
