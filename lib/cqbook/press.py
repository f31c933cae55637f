"""Figures of press releases, typed into a table: the template, and reading it back.

What a spreadsheet makes of typed text (dates of fractions, numbers without their last zero,
fractions of percents) is undone where it is certain and refused, with the address of the cell,
where it is not.
"""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cqbook import theme
from cqbook.catalog import Catalog
from cqbook.comparison import FLOWS_ZH
from cqbook.containers import opened, whole
from cqbook.contracts import ID, Breach, ContractError, visible
from cqbook.customs import decode
from cqbook.exports import undated
from cqbook.facts import STATUS_ZH
from cqbook.periods import Period
from cqbook.printed import Printed, halfwidth, read_printed
from cqbook.units import SCALE_ZH, ZH, Unit, zh

OBSERVATIONS, SOURCES = "observations", "sources"
#: Sheets for people: how to fill, one example, the codes.
HELP, EXAMPLE, CODES = "说明", "示例", "代码"
#: What a row can't do without; the rest has a default or is read from ``as_printed``.
NEEDED = ("source_id", "locator", "indicator", "entity", "period", "status", "as_printed")
#: Columns of a new source that a CSV may have beside those of the figure.
BESIDE = ("title", "outlet", "published", "url")
LISTS = {"indicator": "indicators", "entity": "entities", "source_id": "sources"}
ROWS = 500
#: Rows and columns of a table that is read: ten times what the template has.
MOST, WIDE = 5000, 100
#: Words that are as good as the codes.
WORDS = {
    "status": {word: code for code, word in STATUS_ZH.items()} | {"实际": "actual"},
    "flow": {word: code for code, word in FLOWS_ZH.items()},
    "measure": {"同比": "yoy", "占比": "share", "贡献率": "contribution_rate", "位次": "rank"},
}
_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4", **{str(n): str(n) for n in range(1, 5)}}
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class CellBreach(Breach):
    """A cell that can't be right, by its address in the sheet (``B7``)."""

    sheet: str = ""
    address: str = ""

    def __str__(self) -> str:
        """Return the breach in Chinese and English."""
        sheet_zh = f"表 {self.sheet} " if self.sheet else ""
        sheet = f"sheet {self.sheet}, " if self.sheet else ""
        file, column, value = (visible(text) for text in (self.file, self.column, self.value))
        return (
            f"{file}：{sheet_zh}单元格 {self.address}（第{self.row}行，列 {column}），"
            f"值“{value}”：应为{self.expected_zh}"
            f" | {file}: {sheet}cell {self.address} (row {self.row}, column {column}),"
            f" value {value!r}: expected {self.expected}"
        )


@dataclass(frozen=True)
class Press:
    """What was read: rows of ``observations`` and of ``sources`` as text, and what to tell.

    ``edition_added`` is left empty: who takes the rows in knows it. ``addresses`` has the first
    cell of each observation's row.
    """

    observations: pd.DataFrame
    sources: pd.DataFrame
    warnings: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One cell as text, and where it stands."""

    text: str
    column: str
    row: int
    address: str


Sheet = list[dict[str, Cell]]


def recognises(content: bytes, name: str) -> bool:
    """Return whether a file is a table of press figures (XLSX, or CSV with our columns)."""
    if name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        return True
    first = content[:2000]
    for encoding in ("utf-8-sig", "gb18030"):
        # any line end: a lone CR inside a line is an error to csv
        lines = first.decode(encoding, errors="ignore").lstrip().splitlines()
        cells = {cell.strip() for cell in next(csv.reader(lines[:1]), [])}
        if {"indicator", "period"} <= cells or {"indicator", "as_printed"} <= cells:
            return True
    return False


def read(content: bytes, name: str, book: Catalog) -> Press:
    """Read a filled template, or a CSV with its columns.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages; ``.xlsx`` or ``.csv``.
    book : Catalog
        Known sources, indicators, entities and breakdowns.

    Raises
    ------
    ContractError
        With every cell that is not understood, by its address.
    """
    found: list[Breach] = []
    warnings: list[str] = []
    if name.lower().endswith((".xlsx", ".xlsm")):
        sheets = _workbook(content, name, found, warnings)
    elif name.lower().endswith(".xls") or content[:4] == b"PK\x03\x04":
        raise ContractError(
            [
                Breach(
                    name,
                    0,
                    "*",
                    name[-5:],
                    "另存为 .xlsx 或 CSV 的表",
                    "a table saved as .xlsx or CSV",
                )
            ]
        )
    else:
        sheets = {OBSERVATIONS: _csv(content, name)}
    rows, listed = sheets.get(OBSERVATIONS, []), sheets.get(SOURCES, [])
    sheet = OBSERVATIONS if SOURCES in sheets else ""
    _headings(book, name, sheet, rows, found)
    sources = [_source(book, name, SOURCES, row, found) for row in listed]
    sources += [_source(book, name, sheet, row, found) for row in rows if _has_source(row)]
    known = {row["source_id"] for row in sources}
    reader = _Reader(book, name, sheet, known, found)
    observations = [reader.row(row) for row in rows]
    if not rows and not found:
        found.append(Breach(name, 0, "*", "", "至少一行数字", "at least one figure"))
    if found:
        raise ContractError(found)
    columns = [field["name"] for field in book.fields(OBSERVATIONS)]
    source_columns = [field["name"] for field in book.fields(SOURCES)]
    frame = pd.DataFrame(observations, columns=columns, dtype=str).fillna("")
    new = pd.DataFrame(sources, columns=source_columns, dtype=str).fillna("")
    addresses = tuple(next(iter(row.values())).address for row in rows)
    return Press(frame, new.drop_duplicates(), tuple(warnings), addresses)


# --- cells


def _letter(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _csv(content: bytes, name: str) -> Sheet:
    text, _ = decode(content, name)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        # no more than is needed to know that it is too much
        lines = list(itertools.islice(reader, MOST + 1))
    except csv.Error as error:
        raise ContractError(
            [Breach(name, 0, "*", str(error), "引号成对的 CSV", "CSV with paired quotes")]
        ) from error
    if not lines:
        raise ContractError([Breach(name, 0, "*", "", "有表头的表", "a table with a heading")])
    header = [cell.strip() for cell in lines[0]]
    if len(lines) > MOST or len(header) > WIDE:
        raise ContractError([_too_many(name, len(lines), len(header))])
    breaches = [*_doubled(name, "", header)]
    # a cell too many is a comma that was not quoted: 8,158.4亿元 would be read as 8
    breaches += [
        Breach(name, number - 1, "*", f"{len(line)}列", f"{len(header)}列", f"{len(header)} cells")
        for number, line in enumerate(lines[1:], start=2)
        if any(line) and (len(line) < len(header) or any(map(str.strip, line[len(header) :])))
    ]
    if breaches:
        raise ContractError(breaches)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = {
            column: Cell(text.strip(), column, number, f"{_letter(place)}{number}")
            for place, (column, text) in enumerate(zip(header, line, strict=False), start=1)
            if column or text.strip()
        }
        if any(cell.text for cell in cells.values()):
            rows.append(cells)
    return rows


def _too_many(name: str, rows: int, columns: int) -> Breach:
    value = f"{rows}×{columns}"
    return Breach(
        name, 0, "*", value, f"至多{MOST}行、{WIDE}列", f"at most {MOST} rows, {WIDE} columns"
    )


def _doubled(name: str, sheet: str, header: list[str]) -> Iterator[Breach]:
    """Yield the headings that stand twice: of two columns one would be lost without a word."""
    for place, column in enumerate(header, start=1):
        if column and column in header[: place - 1]:
            cell = Cell(column, column, 1, f"{_letter(place)}1")
            yield _breach(name, sheet, cell, "只有一列", "one such column only")


def _workbook(
    content: bytes, name: str, found: list[Breach], warnings: list[str]
) -> dict[str, Sheet]:
    import openpyxl

    opened(content, name).close()
    with whole(name):
        # formulas as they are: their stored results are anybody's, and none is taken
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    if OBSERVATIONS not in book.sheetnames:
        value = "、".join(book.sheetnames)
        raise ContractError(
            [Breach(name, 0, "*", value, f"名为 {OBSERVATIONS} 的表", f"a sheet {OBSERVATIONS}")]
        )
    sheets = {}
    for title in (OBSERVATIONS, SOURCES):
        if title in book.sheetnames:
            with whole(name):
                sheets[title] = _sheet(name, book[title], found, warnings)
    return sheets


def _sheet(
    name: str,
    shown: Any,  # noqa: ANN401 - openpyxl's worksheet
    found: list[Breach],
    warnings: list[str],
) -> Sheet:
    if shown.max_row > MOST or shown.max_column > WIDE:
        raise ContractError([_too_many(name, shown.max_row, shown.max_column)])
    for area in shown.merged_cells.ranges:
        found.append(
            CellBreach(
                name, area.min_row, "*", str(area), "不合并的单元格", "cells that are not merged",
                shown.title, str(area),
            )
        )  # fmt: skip
    header = [str(cell.value or "").strip() for cell in shown[1]]
    found += _doubled(name, shown.title, header)
    rows = []
    for number in range(2, shown.max_row + 1):
        cells: dict[str, Cell] = {}
        for place, column in enumerate(header, start=1):
            cell = shown.cell(number, place)
            try:
                text = _text(cell, column)
            except ValueError as error:
                zh_text, _, text_en = str(error).partition(" | ")
                value = getattr(cell.value, "text", cell.value)
                found.append(
                    CellBreach(
                        name, number, column, str(value), zh_text, text_en, shown.title,
                        cell.coordinate,
                    )
                )  # fmt: skip
                text = ""
            if column or text:
                cells[column] = Cell(text, column, number, cell.coordinate)
        if any(cell.text for cell in cells.values()):
            rows.append(cells)
            if shown.row_dimensions[number].hidden:
                warnings.append(
                    f"{name}：表 {shown.title} 第{number}行是隐藏的，照收"
                    f" | hidden row {number} is taken"
                )
    return rows


def _text(cell: Any, column: str) -> str:  # noqa: ANN401 - openpyxl's cell
    """Return what a cell says, as text, or say by a ValueError what it should be."""
    value, form = cell.value, str(cell.number_format)
    if cell.data_type == "f":
        msg = (
            "文字或数值，不是公式（在 Excel 中选择性粘贴为数值）"
            " | text or a number, no formula (paste it as a value)"
        )
        raise ValueError(msg)
    if cell.data_type == "e":
        msg = "数值，不是错误 | a value, not an error"
        raise ValueError(msg)
    if value is None:
        return ""
    if isinstance(value, bool):
        msg = "文字或数值 | text or a number"
        raise ValueError(msg)
    if isinstance(value, datetime.datetime | datetime.date):
        return _date(value, form, column)
    if isinstance(value, datetime.time | datetime.timedelta):
        msg = "文字或数值；Excel 把它变成了时刻 | text or a number; Excel made a time of it"
        raise ValueError(msg)
    if isinstance(value, int | float):
        return _number(value, form)
    return str(value).strip()


def _date(value: datetime.date, form: str, column: str) -> str:
    parts = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.lower())
    if column == "period" and "d" not in parts:
        return f"{value:%Y-%m}" if "m" in parts else f"{value:%Y}"
    if column == "published":
        return f"{value:%Y-%m-%d}"
    msg = (
        "文字；Excel 把它变成了日期，请把单元格设为文本后重新输入（如 2022-03、3—4台）"
        " | text; Excel made a date of it: format the cell as text and type it again"
    )
    raise ValueError(msg)


def _number(value: float, form: str) -> str:
    if isinstance(value, int):
        text = str(value)
    else:
        # what a spreadsheet shows has 15 digits; the rest is noise of binary fractions
        text = f"{value:.15g}"
        if "e" in text:
            text = f"{value:f}"
    places = re.fullmatch(r"#?,?#*0(?:\.(0+))?(%?)", form)
    if "%" in form:
        decimals = len(places[1] or "") if places else None
        percent = float(f"{100 * value:.13g}")
        text = f"{percent:.{decimals}f}" if decimals is not None else f"{percent:.15g}"
        if float(text) != percent:
            msg = "所示与所存相同的百分数 | a percentage stored as it is shown"
            raise ValueError(msg)
        return f"{text}%"
    if places and places[1]:
        shown = f"{value:.{len(places[1])}f}"
        # 8158.40 is stored as 8158.4; the format has kept the zero
        if float(shown) == float(text):
            return shown
    return text


# --- rows


def _breach(name: str, sheet: str, cell: Cell, zh_text: str, text: str) -> CellBreach:
    return CellBreach(name, cell.row, cell.column, cell.text, zh_text, text, sheet, cell.address)


def _headings(book: Catalog, name: str, sheet: str, rows: Sheet, found: list[Breach]) -> None:
    if not rows:
        return
    columns = [field["name"] for field in book.fields(OBSERVATIONS)]
    allowed = [*columns, *(BESIDE if not sheet else ())]
    # also what stands below no heading, in whatever row
    strange = [row[""] for row in rows[1:] if "" in row and row[""].text]
    for column, cell in [*rows[0].items(), *(("", cell) for cell in strange)]:
        if column not in allowed:
            near = difflib.get_close_matches(column, columns, n=1, cutoff=0.5)
            hint = f"；是不是 {near[0]}？" if near else ""
            head = replace(cell, text=column, row=1, address=re.sub(r"\d+", "1", cell.address))
            found.append(_breach(name, sheet, head, f"已有的列名{hint}", "a known column"))
    for column in NEEDED:
        if column not in rows[0]:
            found.append(Breach(name, 0, column, "", "有这一列", "this column to be there"))


def _has_source(row: Mapping[str, Cell]) -> bool:
    return any(row[column].text for column in ("title", "outlet") if column in row)


def _source(
    book: Catalog, name: str, sheet: str, row: Mapping[str, Cell], found: list[Breach]
) -> dict[str, str]:
    """Return a row of ``sources``; what is not said gets the careful value."""
    made = {field["name"]: "" for field in book.fields(SOURCES)}
    made |= {column: cell.text for column, cell in row.items() if column in made}
    for column in ("source_id", "title", "outlet"):
        if not made[column]:
            cell = row.get(column) or replace(next(iter(row.values())), column=column, text="")
            found.append(_breach(name, sheet, cell, "非空：新的来源", "a value: a new source"))
    size = {10: "day", 7: "month", 4: "year"}
    precision = size.get(len(made["published"]), "unknown")
    defaults = {"date_precision": precision, "date_basis": "printed", "confidence": "2"}
    if _has_source(row) and "indicator" in row:
        # in a row of a figure these columns are the figure's
        made |= {"confidence": "", "note": ""}
    defaults |= {"language": "zh"}
    return {column: text or defaults.get(column, "") for column, text in made.items()}


@dataclass
class _Reader:
    """Reads the rows of one file."""

    book: Catalog
    name: str
    sheet: str
    new_sources: set[str]
    found: list[Breach]

    def __post_init__(self) -> None:
        self.columns = [field["name"] for field in self.book.fields(OBSERVATIONS)]
        self.enums = {
            field["name"]: field["constraints"]["enum"]
            for field in self.book.fields(OBSERVATIONS)
            if "enum" in field.get("constraints", {})
        }
        self.codes = {column: self.book.table(table) for column, table in LISTS.items()}
        self.taken = set(self.book.table(OBSERVATIONS)["observation_id"])
        self.breakdowns = self.book.table("breakdowns")

    def refuse(self, cell: Cell, zh_text: str, text: str) -> str:
        self.found.append(_breach(self.name, self.sheet, cell, zh_text, text))
        return ""

    def row(self, cells: Mapping[str, Cell]) -> dict[str, str]:
        anywhere = next(iter(cells.values()))

        def cell(column: str) -> Cell:
            return cells.get(column) or replace(
                anywhere, column=column, text="", address=f"第{anywhere.row}行"
            )

        made = {column: cell(column).text for column in self.columns}
        for column in NEEDED:
            if not made[column] and not (column == "as_printed" and made["value"]):
                self.refuse(cell(column), "非空", "a value")
        made |= {column: self._coded(cell(column)) for column in LISTS if made[column]}
        made["breakdown"] = self._breakdown(cell("breakdown"))
        for column, words in WORDS.items():
            made[column] = words.get(made[column], made[column])
        for column, allowed in self.enums.items():
            if made[column] and made[column] not in allowed:
                listed = "、".join(allowed)
                self.refuse(cell(column), f"{listed} 之一", f"one of {', '.join(allowed)}")
        made["period"] = self._tried(cell("period"), read_period) if made["period"] else ""
        self._figure(made, cell)
        made["confidence"] = made["confidence"] or "2"
        made["accumulation"] = made["accumulation"] or self._accumulation(made, cell)
        made["observation_id"] = made["observation_id"] or self._identifier(made)
        if not ID.fullmatch(made["observation_id"]):
            self.refuse(
                cell("observation_id"), "source_id.名字，小写", "source_id.name, lower case"
            )
        made["edition_added"] = ""
        return made

    def _tried(self, cell: Cell, reader: Callable[[str], str]) -> str:
        try:
            return reader(cell.text)
        except ValueError as error:
            zh_text, _, text = str(error).partition(" | ")
            return self.refuse(cell, zh_text, text)

    def _coded(self, cell: Cell) -> str:
        """Return the code that a cell gives by code or by its exact Chinese name."""
        frame = self.codes[cell.column]
        key = cell.column
        known = set(frame[key]) | (self.new_sources if key == "source_id" else set())
        if cell.text in known:
            return cell.text
        if "name_zh" in frame:
            named = list(frame.loc[frame["name_zh"].eq(cell.text), key])
            if len(named) == 1:
                return named[0]
        near = difflib.get_close_matches(cell.text, sorted(known), n=3, cutoff=0.4)
        listed = "、".join(near) or "见“代码”表"
        table = LISTS[cell.column]
        return self.refuse(
            cell, f"表 {table} 中的代码或中文名（相近的：{listed}）", f"a code of {table}"
        )

    def _breakdown(self, cell: Cell) -> str:
        parts = []
        for part in re.split(r"[;；]", cell.text) if cell.text else []:
            frame = self.breakdowns
            dimension, sign, code = (text.strip() for text in part.partition("="))
            held = frame[frame["dimension"].eq(dimension) & frame["code"].eq(code)]
            if not sign:
                held = frame[frame["name_zh"].eq(part.strip())]
            if len(held) != 1:
                return self.refuse(cell, "表 breakdowns 中的 键=值 或中文名", "a known key=value")
            parts.append(f"{held.iloc[0]['dimension']}={held.iloc[0]['code']}")
        return ";".join(sorted(parts))

    def _figure(self, made: dict[str, str], cell: Callable[[str], Cell]) -> None:
        """Read the number from ``as_printed`` or ``value``, and check one against the other."""
        unit = self._unit(cell("unit")) if made["unit"] else ""
        typed = self._read(cell("value"), unit) if made["value"] else None
        made["as_printed"] = made["as_printed"] or made["value"]
        printed = None
        if typed is None:
            printed = self._read(cell("as_printed"), unit) if made["as_printed"] else None
        else:
            printed = _readable(made["as_printed"], unit)
            if printed is None and not _stands_in(typed, made["as_printed"]):
                self.refuse(
                    cell("value"),
                    f"与 as_printed（{made['as_printed']}）一致的数和单位",
                    "the number and unit that as_printed has",
                )
        if typed and printed and not _agree(typed, printed):
            self.refuse(
                cell("value"),
                f"与 as_printed（{made['as_printed']}）一致的数",
                "the number of as_printed",
            )
        known = printed or typed
        if known is None:
            return
        said = [item.measure for item in (printed, typed) if item and item.measure]
        if made["measure"] == "yoy" and known.unit == "times" and "yoy" not in said:
            self.refuse(
                cell("as_printed"),
                "“增长…倍”或“为…倍”：两者差一倍",
                "增长…倍 or 为…倍: they differ by one",
            )
        elif made["measure"] and said and not _fits(made["measure"], said[0], known.unit):
            self.refuse(cell("measure"), f"{said[0]}（照 as_printed）", f"{said[0]}, as printed")
        # a spreadsheet drops the zero of 8158.40; what is printed has it
        made["value"], made["value_upper"] = known.value, made["value_upper"] or known.value_upper
        made["unit"] = known.unit
        made["measure"] = made["measure"] or (said[0] if said else "level")
        made["qualifier"] = made["qualifier"] or known.qualifier
        if made["measure"] == "level" and known.unit == "percent":
            self.refuse(
                cell("measure"),
                "yoy、share 等：百分数是什么的百分数",
                "yoy, share …: percent of what",
            )

    def _unit(self, cell: Cell) -> str:
        """Return a unit given by its code, or by its Chinese word where that has one meaning."""
        try:
            return str(Unit.parse(cell.text)) if zh(Unit.parse(cell.text)) else ""
        except ValueError:
            pass
        return self._tried(cell, lambda text: read_printed(f"1{text}").unit)

    def _read(self, cell: Cell, unit: str) -> Printed | None:
        try:
            return read_printed(cell.text, unit)
        except ValueError as error:
            zh_text, _, text = str(error).partition(" | ")
            self.refuse(cell, f"读得懂的数（{zh_text}）", f"a figure ({text})")
            return None

    def _accumulation(self, made: Mapping[str, str], cell: Callable[[str], Cell]) -> str:
        """Return the accumulation that a period leaves no doubt about."""
        if not made["period"]:
            return ""
        period = Period.parse(made["period"])
        certain = ""
        if period.kind in ("year", "month"):
            certain = "period"
        elif period.is_ytd:
            certain = "ytd"
        frame = self.book.observations(indicator=made["indicator"])
        usual = set(frame["accumulation"])
        if certain and (not usual or certain in usual):
            return certain
        listed = "、".join(self.enums["accumulation"])
        return self.refuse(
            cell("accumulation"), f"{listed} 之一：时期 {made['period']} 看不出来", "one of these"
        )

    def _identifier(self, made: Mapping[str, str]) -> str:
        parts = [made[key] for key in ("indicator", "period", "breakdown", "flow", "measure")]
        parts = [part for part in parts if part not in ("", "level", "total")]
        if made["entity"] not in ("", "CN-50"):
            parts.insert(1, made["entity"])
        slug = _SLUG.sub("-", "-".join(parts).lower()).strip("-")
        first = made["source_id"] or "source"
        made_id, count = f"{first}.{slug}", 1
        while made_id in self.taken:
            count += 1
            made_id = f"{first}.{slug}-{count}"
        self.taken.add(made_id)
        return made_id


def _readable(text: str, unit: str) -> Printed | None:
    """Return a printed figure read with the given unit, or else with its own; None for neither."""
    for given in dict.fromkeys((unit, "")):
        try:
            return read_printed(text, given)
        except ValueError:
            continue
    return None


def _stands_in(typed: Printed, passage: str) -> bool:
    """Return whether a passage has the number, with the same scale and currency behind it."""
    plain = halfwidth(passage).replace(",", "")
    unit = Unit.parse(typed.unit)
    scales, money = "|".join(filter(None, SCALE_ZH.values())), (ZH["CNY"], ZH["USD"])
    digits = re.escape(typed.value.lstrip("-"))
    pattern = rf"(?<!\d)(?<!\d\.){digits}(?![\d.]*\d)[余多]?({scales})?[余多]?({'|'.join(money)})?"
    for found in re.finditer(pattern, plain):
        scale, name = found[1] or "", found[2]
        # words that are not Chinese (200.1 billion yuan) say nothing that is read here
        chinese = bool(scale or name)
        if not chinese or (
            scale == SCALE_ZH[unit.scale] and (name is None or name == ZH.get(unit.name))
        ):
            return True
    return not typed.value


def _agree(typed: Printed, printed: Printed) -> bool:
    same = float(typed.value or "nan") == float(printed.value or "nan")
    return (same or typed.value == printed.value) and typed.unit == printed.unit


def _fits(measure: str, said: str, unit: str) -> bool:
    """Return whether a measure can be meant where the words say `said`."""
    if measure == said:
        return True
    # 增长5% is also how a change against another base is printed; 1.3倍 how growth is not
    return said == "yoy" and measure in ("pct_change", "vs_plan") and unit != "times"


def read_period(text: str) -> str:
    """Return a period as the tables have it from what is typed: 2022年1—9月, 前三季度, 202203.

    Raises
    ------
    ValueError
        If it is none.
    """
    plain = "".join(halfwidth(text).split())
    try:
        return str(Period.parse(plain))
    except ValueError as error:
        known = _period(plain)
        if known:
            return str(Period.parse(known))
        msg = (
            "时期，如 2022、2022-03、2022-01/2022-09、2022年1—9月、2022年前三季度"
            " | a period such as 2022, 2022-03, 2022-01/2022-09"
        )
        raise ValueError(msg) from error


def _period(plain: str) -> str:
    year = re.match(r"((?:19|20)[0-9]{2})", plain)
    if not year:
        return ""
    rest = plain[4:].removeprefix("年")
    if rest in ("", "全年"):
        return year[1]
    halves = {"上半年": "06", "前三季度": "09", "前3季度": "09"}
    if rest in halves:
        return f"{year[1]}-01/{year[1]}-{halves[rest]}"
    quarter = re.fullmatch(r"第?([一二三四1-4])季度|[qQ]([1-4])", rest)
    if quarter:
        return f"{year[1]}-Q{_QUARTERS[quarter[1] or quarter[2]]}"
    span = re.fullmatch(r"([0-9]{1,2})月?[-—–~至到]([0-9]{1,2})月(?:份)?", rest)
    if span:
        return f"{year[1]}-{int(span[1]):02d}/{year[1]}-{int(span[2]):02d}"
    first = re.fullmatch(r"前([0-9]{1,2})个?月", rest)
    if first:
        return f"{year[1]}-01/{year[1]}-{int(first[1]):02d}"
    # 202103, 2021-3, 2021年3月; not 20213, of which nobody knows what is missing
    month = re.fullmatch(r"([0-9]{2})|[-/.]([0-9]{1,2})|([0-9]{1,2})月(?:份)?", rest)
    return f"{year[1]}-{int(month[1] or month[2] or month[3]):02d}" if month else ""


# --- the template


GUIDE = (
    ("用途", "把新闻稿、公报里的数字一行一个录入“observations”表，存盘后运行 cqbook add 文件名。"),
    (
        "照录",
        "as_printed 照原文录入（8158.4亿元、下降3.1%、约3万辆）；"
        "value、unit、qualifier 可以留空，由它读出。",
    ),
    ("必填", "、".join(NEEDED)),
    ("来源", "新的来源在“sources”表中加一行：source_id 自定（小写字母、数字、连字符）。"),
    ("位置", "locator 写小标题和第几个非空行，如“一、总体情况 ¶2”。"),
    ("性质", "status：actual 已发生；estimate 预计；plan 计划（将、规划）；target 目标（力争）。"),
    ("时期", "2022、2022-03、2022-01/2022-09；也可写 2022年1—9月、2022年前三季度。"),
    ("细分", "breakdown 写 partner=asean，或“代码”表中的中文名；总计留空。"),
    ("更正", "改正书中已有的数：supersedes 写原来的 observation_id；旧数保留。"),
    ("留空", "observation_id、edition_added 由程序填写；confidence 留空为2。"),
)


def _lists(book: Catalog) -> dict[str, list[tuple[str, str]]]:
    """Return the codes and names to choose from, by column."""
    found = {
        column: list(zip(frame[key], frame[label], strict=True))
        for column, (frame, key, label) in {
            "indicator": (book.table("indicators"), "indicator", "name_zh"),
            "entity": (book.table("entities"), "entity", "name_zh"),
            "source_id": (book.table("sources"), "source_id", "title"),
        }.items()
    }
    units = sorted(book.table(OBSERVATIONS)["unit"].unique())
    found["unit"] = [(unit, zh(Unit.parse(unit))) for unit in units]
    bases = sorted(set(book.table(OBSERVATIONS)["basis"]) - {""})
    found["basis"] = [(basis, "") for basis in bases]
    parts = book.table("breakdowns")
    found["breakdown"] = list(
        zip(parts["dimension"] + "=" + parts["code"], parts["name_zh"], strict=True)
    )
    for field in book.fields(OBSERVATIONS):
        for code in field.get("constraints", {}).get("enum", []):
            found.setdefault(field["name"], []).append((code, ""))
    return found


def template(book: Catalog) -> bytes:
    """Return the XLSX to type press figures into; the same data give the same bytes.

    Sheets: ``observations`` and ``sources`` to fill, 说明, 示例 (a row of the book itself), 代码.
    """
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    made = openpyxl.Workbook()
    made.properties.created = made.properties.modified = theme.EPOCH
    made.properties.creator = "cqbook"
    bold, tint = Font(bold=True), PatternFill("solid", fgColor="FFF2CC")
    lists = _lists(book)
    places = {column: number for number, column in enumerate(lists, start=1)}
    for title in (OBSERVATIONS, SOURCES, EXAMPLE):
        sheet = made.active if title == OBSERVATIONS else made.create_sheet(title)
        sheet.title = title
        fields = book.fields(SOURCES if title == SOURCES else OBSERVATIONS)
        for number, field in enumerate(fields, start=1):
            head = sheet.cell(1, number, field["name"])
            head.font = bold
            head.comment = Comment(field.get("description", ""), "cqbook")
            letter = get_column_letter(number)
            sheet.column_dimensions[letter].width = 16
            if title == EXAMPLE:
                continue
            needed = NEEDED if title == OBSERVATIONS else ("source_id", "title", "outlet")
            if field["name"] in needed:
                head.fill = tint
            for line in range(2, ROWS + 2):
                # text: a spreadsheet makes dates of 3-4 and 2022-03, and drops zeros
                sheet.cell(line, number).number_format = "@"
            if title == OBSERVATIONS and field["name"] in places:
                column = get_column_letter(2 * places[field["name"]] - 1)
                last = len(lists[field["name"]]) + 1
                # names in Chinese are understood too, so that other text is no error here
                rule = DataValidation("list", f"{CODES}!${column}$2:${column}${last}")
                rule.showErrorMessage = False
                rule.add(f"{letter}2:{letter}{ROWS + 1}")
                sheet.add_data_validation(rule)
        sheet.freeze_panes = "A2"
    example = book.text(OBSERVATIONS)
    plain = example["as_printed"].str.fullmatch(r"[0-9.]+亿元")
    # the first that is easily read; in data that have none, any
    for row in (example[plain] if plain.any() else example).head(1).values.tolist():
        for number, text in enumerate(row, start=1):
            made[EXAMPLE].cell(2, number, text).number_format = "@"
    guide = made.create_sheet(HELP)
    for row in GUIDE:
        guide.append(row)
    guide.column_dimensions["B"].width = 100
    codes = made.create_sheet(CODES)
    for column, number in places.items():
        for line, pair in enumerate([(column, "中文名"), *lists[column]], start=1):
            for offset, text in enumerate(pair):
                codes.cell(line, 2 * number - 1 + offset, text).number_format = "@"
    for sheet in made:
        for row in sheet.iter_rows():
            for cell in row:
                # openpyxl makes a formula of a text that begins with =
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())
