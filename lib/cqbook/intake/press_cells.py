"""Cells of a table that a person filled in."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cqbook.disk.text import decode
from cqbook.disk.untrusted import opened, whole
from cqbook.errors import Breach, ContractError, broken_csv, visible
from cqbook.intake.workbooks import filled_range, shown_number

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

OBSERVATIONS_TABLE, SOURCES_TABLE = "observations", "sources"
#: Sheets for people: how to fill, one example, the codes.
FOR_PEOPLE = HELP, EXAMPLE, CODES = "说明", "示例", "代码"
#: Headings that only a sheet of figures has.
_HEADINGS = {"indicator", "period"}
TEMPLATE_ROWS = 500
#: Rows and columns of a table that is read: ten times what the template has.
ROWS_MOST, COLUMNS_MOST = 5000, 100
#: Hidden rows that are named.
_HIDDEN_SHOWN = 10


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
class Cell:
    """One cell as text, and where it stands."""

    text: str
    column: str
    row: int
    address: str


Sheet = list[dict[str, Cell]]


def cell_letter(number: int) -> str:
    """Return the letters of a column by its number: 1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_csv_sheet(content: bytes, name: str) -> Sheet:
    """Return the rows of a CSV that are not empty, by their headings.

    Raises
    ------
    ContractError
        If it is no table: broken, too large, a heading twice, rows of other lengths.
    """
    text, _ = decode(content, name)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        # no more than is needed to know that it is too much
        lines = list(itertools.islice(reader, ROWS_MOST + 1))
    except csv.Error as error:
        raise broken_csv(name, error) from error
    if not lines:
        raise ContractError([Breach(name, 0, "*", "", "有表头的表", "a table with a heading")])
    titled = _title_above(name, "", lines)
    if titled:
        raise ContractError([titled])
    header = [cell.strip() for cell in lines[0]]
    if len(lines) > ROWS_MOST or len(header) > COLUMNS_MOST:
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
            column: Cell(text.strip(), column, number, f"{cell_letter(place)}{number}")
            for place, (column, text) in enumerate(zip(header, line, strict=False), start=1)
            if column or text.strip()
        }
        if any(cell.text for cell in cells.values()):
            rows.append(cells)
    return rows


#: By which a row is known to be the headings, and in how many rows they are looked for.
_KNOWN_COLUMNS = frozenset({"source_id", "indicator", "entity", "period", "as_printed", "locator"})
_LOOKED_AT = 6


def headings_at(rows: Iterable[Sequence[object]]) -> int:
    """Return in which of the first rows of a table its headings stand, from 1; 0 if in none."""
    for number, row in enumerate(itertools.islice(rows, _LOOKED_AT), start=1):
        if len(_KNOWN_COLUMNS & {str(cell).strip() for cell in row}) > 1:
            return number
    return 0


def _title_above(name: str, sheet: str, rows: Sequence[Sequence[object]]) -> Breach | None:
    """Return what to tell of a table whose headings stand below a title."""
    number = headings_at(rows)
    if number < 2:
        return None
    title = next((str(cell).strip() for cell in rows[0] if cell), "")
    cell = Cell(title, "*", 1, "A1")
    zh = f"表头：它在第{number}行，上面像是标题，请删去上面的{number - 1}行"
    en = f"the headings: they stand in row {number}; delete the {number - 1} above, a title"
    return cell_breach(name, sheet, cell, zh, en)


def _too_many(name: str, rows: int, columns: int) -> Breach:
    value = f"{rows}×{columns}"
    return Breach(
        name,
        0,
        "*",
        value,
        f"至多{ROWS_MOST}行、{COLUMNS_MOST}列",
        f"at most {ROWS_MOST} rows, {COLUMNS_MOST} columns",
    )


def _doubled(name: str, sheet: str, header: list[str]) -> Iterator[Breach]:
    """Yield the headings that stand twice: of two columns one would be lost without a word."""
    for place, column in enumerate(header, start=1):
        if column and column in header[: place - 1]:
            cell = Cell(column, column, 1, f"{cell_letter(place)}1")
            yield cell_breach(name, sheet, cell, "只有一列", "one such column only")


def read_workbook(
    content: bytes, name: str, found: list[Breach], warnings: list[str]
) -> dict[str, Sheet]:
    """Return the sheets to fill of a workbook; what is wrong in their cells is added to `found`.

    Raises
    ------
    ContractError
        If it is no workbook that is safe to read, or has no sheet of figures.
    """
    import openpyxl

    opened(content, name).close()
    with whole(name):
        # formulas as they are: their stored results are anybody's, and none is taken
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    if OBSERVATIONS_TABLE not in book.sheetnames:
        value = "、".join(book.sheetnames)
        zh = (
            f"名为 {OBSERVATIONS_TABLE} 的表（cqbook template 的），或海关查询的行、"
            "海关总署的省区市总值表、国家统计局的分省面板：这个工作簿哪个也不是"
        )
        en = (
            f"a sheet {OBSERVATIONS_TABLE}, or rows of the customs query, the customs' table of"
            " provinces, the statistical office's panel: it is none of them"
        )
        raise ContractError([Breach(name, 0, "*", value, zh, en)])
    sheets = {}
    for title in (OBSERVATIONS_TABLE, SOURCES_TABLE):
        if title in book.sheetnames:
            with whole(name):
                sheets[title] = _sheet(name, book[title], found, warnings)
    for sheet in book.worksheets:
        if sheet.title not in (*sheets, *FOR_PEOPLE):
            _unread(name, sheet, found, warnings)
    return sheets


def _unread(name: str, sheet: Worksheet, found: list[Breach], warnings: list[str]) -> None:
    """Tell of a sheet that is filled and not read; one of figures is refused."""
    rows, columns = filled_range(sheet)
    header = {
        str(sheet.cell(1, place).value or "").strip()
        for place in range(1, min(columns, COLUMNS_MOST) + 1)
    }
    if rows > 1 and header >= _HEADINGS:
        zh = f"数字都在表 {OBSERVATIONS_TABLE} 中：这张表也有{rows - 1}行，不会读到，移过去或删掉它"
        en = f"all figures in sheet {OBSERVATIONS_TABLE}: {rows - 1} rows of this one are not read"
        found.append(Breach(name, 0, "*", sheet.title, zh, en))
    elif rows:
        warnings.append(
            f"{name}：表“{sheet.title}”（{rows}行）没有读，只读 {OBSERVATIONS_TABLE} 和"
            f" {SOURCES_TABLE} | sheet {sheet.title!r} ({rows} rows) is not read"
        )


def _sheet(name: str, shown: Worksheet, found: list[Breach], warnings: list[str]) -> Sheet:
    last_row, last_column = filled_range(shown)
    if last_row > ROWS_MOST or last_column > COLUMNS_MOST:
        raise ContractError([_too_many(name, last_row, last_column)])
    head = [
        [shown.cell(number, place).value or "" for place in range(1, last_column + 1)]
        for number in range(1, min(last_row, _LOOKED_AT) + 1)
    ]
    titled = _title_above(name, shown.title, head)
    if titled:
        raise ContractError([titled])
    for area in shown.merged_cells.ranges:
        found.append(
            CellBreach(
                name, area.min_row, "*", str(area), "不合并的单元格", "cells that are not merged",
                shown.title, str(area),
            )
        )  # fmt: skip
    header = [str(shown.cell(1, place).value or "").strip() for place in range(1, last_column + 1)]
    found += _doubled(name, shown.title, header)
    rows, hidden = [], []
    for number in range(2, last_row + 1):
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
                hidden.append(number)
    filled = {column for row in rows for column, cell in row.items() if cell.text}
    unseen = [
        column
        for place, column in enumerate(header, start=1)
        if column in filled and _is_hidden(shown, place)
    ]
    warnings += _hidden(name, shown, unseen, hidden)
    return rows


def _is_hidden(shown: Worksheet, column: int) -> bool:
    return any(
        kind.hidden and (kind.min or 0) <= column <= (kind.max or 0)
        for kind in shown.column_dimensions.values()
    )


def _hidden(
    name: str, shown: Worksheet, columns: Sequence[str], rows: Sequence[int]
) -> Iterator[str]:
    """Yield what is taken though nobody sees it who looks at the workbook."""
    place = f"{name}：表 {shown.title}"
    if shown.sheet_state != "visible":
        yield f"{place} 是隐藏的，照收 | hidden sheet {shown.title} is taken"
    if columns:
        yield f"{place} 列 {'、'.join(columns)} 是隐藏的，照收 | hidden columns are taken"
    if rows:
        filtered = "（表上有筛选）" if shown.auto_filter.filterColumn else ""
        more = f"……，共{len(rows)}行" if len(rows) > _HIDDEN_SHOWN else ""
        listed = "、".join(map(str, rows[:_HIDDEN_SHOWN]))
        yield (
            f"{place} 第{listed}行{more}是隐藏的{filtered}，照收"
            f" | hidden rows are taken: {len(rows)}"
        )


def _text(cell: SheetCell | MergedCell, column: str) -> str:
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
        return shown_number(value, form)
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


def cell_breach(name: str, sheet: str, cell: Cell, zh_text: str, text: str) -> CellBreach:
    """Return what is to be told of a cell."""
    return CellBreach(name, cell.row, cell.column, cell.text, zh_text, text, sheet, cell.address)
