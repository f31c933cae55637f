"""The table to fill in: headings, lists to choose from, an example, a guide."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cqbook.data import vocabulary
from cqbook.data.catalog import Catalog
from cqbook.data.descriptor import enumerated
from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.intake.press import NEEDED
from cqbook.intake.press_cells import (
    CODES,
    EXAMPLE,
    HELP,
    OBSERVATIONS_TABLE,
    SOURCES_TABLE,
    TEMPLATE_ROWS,
)
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.qualifiers import QUALIFIERS
from cqbook.quantities.units import Unit, unit_zh

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: Colours of cells that were guessed, and that are open.
GUESSED, MISSING = "FFEB9C", "FFC7CE"
#: In Chinese each code of the columns that hold certain codes only.
_NAMES: dict[str, dict[str, str]] = {
    "accumulation": vocabulary.ACCUMULATIONS,
    "flow": vocabulary.FLOWS_ZH,
    "measure": vocabulary.MEASURES
    | {"level": "数额", "pp_change": "变动（百分点）", "pct_change": "变动（%），如环比"},
    "qualifier": {code: item.ours or "照印" for code, item in QUALIFIERS.items()},
    "status": STATUS_ZH,
    "confidence": {"3": "读自来源", "2": "转述或约数", "1": "存疑"},
}
GUIDE = (
    ("用途", "把新闻稿、公报里的数字一行一个录入“observations”表，存盘后运行 cqbook add 文件名。"),
    (
        "照录",
        "as_printed 照原文录入（8158.4亿元、下降3.1%、约3万辆）；"
        "value、unit、qualifier 可以留空，由它读出。",
    ),
    ("必填", "、".join(NEEDED)),
    (
        "来源",
        "新的来源在“sources”表中加一行：source_id 自定（小写字母、数字、连字符）；"
        "published 如 2022-10-18、2022/10/18、2022年10月18日。",
    ),
    ("位置", "locator 写小标题和第几个非空行，如“一、总体情况 ¶2”。"),
    ("性质", "status：actual 已发生；estimate 预计；plan 计划（将、规划）；target 目标（力争）。"),
    (
        "时期",
        "2022、2022-03、2022-01/2022-09；"
        "也可写 2022年1—9月、2022年前九个月、2022年前三季度、2022.1-9。",
    ),
    (
        "流向",
        "flow 写 total（进出口）、export（出口）或 import（进口）；"
        "书中写明流向的指标不能留空，没有流向之分的留空。",
    ),
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
    units = sorted(book.table(OBSERVATIONS_TABLE)["unit"].unique())
    found["unit"] = [(unit, unit_zh(Unit.parse(unit))) for unit in units]
    bases = sorted(set(book.table(OBSERVATIONS_TABLE)["basis"]) - {""})
    found["basis"] = [(basis, vocabulary.BASES_ZH.get(basis, "")) for basis in bases]
    parts = book.table("breakdowns")
    found["breakdown"] = list(
        zip(parts["dimension"] + "=" + parts["code"], parts["name_zh"], strict=True)
    )
    for field in book.fields(OBSERVATIONS_TABLE):
        for code in enumerated(field):
            found.setdefault(field["name"], []).append((code, _NAMES[field["name"]][code]))
    return found


def template(book: Catalog) -> bytes:
    """Return the XLSX to type press figures into; the same data give the same bytes.

    Sheets: ``observations`` and ``sources`` to fill, 说明, 示例 (a row of the book itself), 代码.
    """
    return filled(book, (), ())


def filled(book: Catalog, rows: Sequence[Row], sources: Sequence[Row]) -> bytes:
    """Return the template with rows of its two tables typed in, each cell with what is to be told.

    Parameters
    ----------
    book : Catalog
    rows, sources : sequence of Row
        Of ``observations`` and of ``sources``.
    """
    made = _blank(book)
    for title, typed in ((OBSERVATIONS_TABLE, rows), (SOURCES_TABLE, sources)):
        sheet = made[title]
        places = {str(cell.value): int(cell.column or 0) for cell in sheet[1]}
        for line, row in enumerate(typed, start=2):
            _type(sheet, line, places, row)
    return _saved(made)


@dataclass(frozen=True)
class Row:
    """A row to type in: its cells, and what is to be told of some of them.

    ``doubts``: of cells that somebody must look at; ``notes``: of others. Both become comments.
    """

    cells: Mapping[str, str]
    doubts: Mapping[str, str]
    notes: Mapping[str, str]


def _type(sheet: Worksheet, line: int, places: Mapping[str, int], row: Row) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    for column, place in places.items():
        cell = sheet.cell(line, place)
        cell.number_format = "@"
        text = row.cells.get(column, "")
        if text:
            cell.value = text
        told = row.doubts.get(column) or row.notes.get(column)
        if told:
            cell.comment = Comment(told, "cqbook")
        if column in row.doubts:
            cell.fill = PatternFill("solid", fgColor=GUESSED if text else MISSING)


def _blank(book: Catalog) -> Workbook:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    made.properties.created = made.properties.modified = archives.EPOCH
    made.properties.creator = "cqbook"
    bold, tint = Font(bold=True), PatternFill("solid", fgColor="FFF2CC")
    lists = _lists(book)
    places = {column: number for number, column in enumerate(lists, start=1)}
    for title in (OBSERVATIONS_TABLE, SOURCES_TABLE, EXAMPLE):
        sheet = made.create_sheet(title)
        fields = book.fields(SOURCES_TABLE if title == SOURCES_TABLE else OBSERVATIONS_TABLE)
        for number, field in enumerate(fields, start=1):
            head = sheet.cell(1, number, field["name"])
            head.font = bold
            head.comment = Comment(field.get("description", ""), "cqbook")
            letter = get_column_letter(number)
            sheet.column_dimensions[letter].width = 16
            if title == EXAMPLE:
                continue
            needed = NEEDED if title == OBSERVATIONS_TABLE else ("source_id", "title", "outlet")
            if field["name"] in needed:
                head.fill = tint
            for line in range(2, TEMPLATE_ROWS + 2):
                # text: a spreadsheet makes dates of 3-4 and 2022-03, and drops zeros
                sheet.cell(line, number).number_format = "@"
            if title == OBSERVATIONS_TABLE and field["name"] in places:
                column = get_column_letter(2 * places[field["name"]] - 1)
                last = len(lists[field["name"]]) + 1
                # names in Chinese are understood too, so that other text is no error here
                rule = DataValidation("list", f"{CODES}!${column}$2:${column}${last}")
                rule.showErrorMessage = False
                rule.add(f"{letter}2:{letter}{TEMPLATE_ROWS + 1}")
                sheet.add_data_validation(rule)
        sheet.freeze_panes = "A2"
    example = book.text(OBSERVATIONS_TABLE)
    plain = example["as_printed"].str.fullmatch(r"[0-9.]+亿元")
    # the first that is easily read; in data that have none, any
    for row in (example[plain] if plain.any() else example).head(1).values.tolist():
        for number, text in enumerate(row, start=1):
            made[EXAMPLE].cell(2, number, text).number_format = "@"
    guide = made.create_sheet(HELP)
    for words in GUIDE:
        guide.append(words)
    guide.column_dimensions["B"].width = 100
    codes = made.create_sheet(CODES)
    for column, number in places.items():
        for line, pair in enumerate([(column, "中文名"), *lists[column]], start=1):
            for offset, text in enumerate(pair):
                codes.cell(line, 2 * number - 1 + offset, text).number_format = "@"
    return made


def _saved(made: Workbook) -> bytes:
    for sheet in made:
        for cells in sheet.iter_rows():
            for cell in cells:
                # openpyxl makes a formula of a text that begins with =
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type
    out = io.BytesIO()
    made.save(out)
    return undated(out.getvalue())
