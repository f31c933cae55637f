"""The rows of a figure or table, as CSV with its description.

The CSV has a byte-order mark, or Excel takes UTF-8 for the code page of its country; pandas, R and
LibreOffice pass over it (``encoding="utf-8-sig"`` where a program does not). What it is stands in a
file beside it, where CSV on the Web (W3C, 2015) looks for it: lines of comment within would be rows
to a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from cqbook.figures.exhibit import Exhibit

#: Columns of the CSV and of the workbook: key → heading in Chinese and in English.
SHEET_COLUMNS = {
    "group": ("系列", "Series"),
    "label": ("项目", "Item"),
    "value": ("数值", "Value"),
    "lower": ("下限", "Lower bound"),
    "upper": ("上限", "Upper bound"),
    "unit": ("单位", "Unit"),
    "full": ("印作", "As printed"),
    "status": ("性质", "Status"),
    "detail": ("附注", "Note"),
    "source_id": ("来源", "Source"),
    "observation_id": ("数据编号", "Observation"),
}
NUMERIC_FIELDS = ("value", "lower", "upper")
#: What a spreadsheet takes for the beginning of a formula, also in full width and after spaces.
FORMULA_START = re.compile(r"\s*[-=+@＝＋－＠]|[\t\r\n]")
#: A cell that is a number and nothing else.
PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
#: A cell of the rows drawn.
FileCell = str | float | None


def file_columns(exhibit: Exhibit) -> dict[str, tuple[str, ...]]:
    """Return the columns of a file by key, their headings in the languages that they have.

    Of a table those of the book, whose cells stand as they are printed.
    """
    if not exhibit.is_table:
        return dict(SHEET_COLUMNS)
    shown = exhibit.identity.table
    return {key: (heading,) for key, heading in zip(shown.keys, shown.columns, strict=True)}


def numeric_columns(exhibit: Exhibit) -> frozenset[str]:
    """Return the keys of the columns that hold numbers only."""
    if not exhibit.is_table:
        return frozenset(NUMERIC_FIELDS)
    found = exhibit.identity.table.records()
    return frozenset(
        key
        for key in exhibit.identity.table.keys
        if all(PLAIN_NUMBER.fullmatch(row[key]) for row in found if row[key])
        and any(row[key] for row in found)
    )


def rows(exhibit: Exhibit) -> list[dict[str, FileCell]]:
    """Return the rows, numbers as numbers: the keys of `file_columns`, None where empty."""
    if exhibit.is_table:
        return _rows_of_table(exhibit)
    drawn: dict[tuple[str, str], dict[str, Any]] = {}
    for items in exhibit.spec.get("datasets", {}).values():
        for item in items:
            if "label" in item:
                label = str(item["label"]).replace("\n", "")
                drawn.setdefault((str(item.get("group") or ""), label), item)
    found = []
    for cells in exhibit.identity.table.records():
        row: dict[str, FileCell] = dict.fromkeys(SHEET_COLUMNS) | cells
        mark = drawn.get((cells.get("group", ""), cells.get("label", "")), {})
        for name in NUMERIC_FIELDS:
            number = mark.get(name)
            row[name] = float(number) if isinstance(number, int | float) else None
        found.append({name: row[name] for name in SHEET_COLUMNS} | {"unit": exhibit.identity.unit})
    return found


def _rows_of_table(exhibit: Exhibit) -> list[dict[str, FileCell]]:
    numeric = numeric_columns(exhibit)
    return [
        {key: float(text) if text and key in numeric else text or None for key, text in row.items()}
        for row in exhibit.identity.table.records()
    ]


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA_START.match(text) else text


def _cell(cell: FileCell, *, as_it_is: bool) -> str | float:
    if isinstance(cell, str):
        return cell if as_it_is else safe(cell)
    return "" if cell is None else cell


def as_csv(exhibit: Exhibit) -> bytes:
    """Return the rows as CSV for spreadsheets: UTF-8 with BOM, numbers as numbers."""
    columns = file_columns(exhibit)
    # of a table the cells as they are printed: 8.0 is no 8
    found = exhibit.identity.table.records() if exhibit.is_table else rows(exhibit)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(headings[0]) for headings in columns.values()])
    numeric = numeric_columns(exhibit)
    for row in found:
        writer.writerow([_cell(row[name], as_it_is=name in numeric) for name in columns])
    return out.getvalue().encode("utf-8-sig")


def csv_description(exhibit: Exhibit) -> bytes:
    """Return what the CSV is: title, id, edition, source, columns, as CSV on the Web has them."""
    own = exhibit.identity
    said = {
        "dc:title": own.title,
        "dc:description": " ".join(text for text in (own.subtitle, own.caption) if text),
        "dc:identifier": own.id,
        "dc:creator": exhibit.book.author,
        "dc:isPartOf": exhibit.book.title,
        "schema:version": exhibit.edition,
        "schema:unitText": own.unit,
        "dc:source": [item.label for item in own.sources] or exhibit.source,
        "dc:provenance": exhibit.source,
        "schema:sha256": exhibit.data_hash,
        "schema:url": exhibit.permalink if exhibit.book.address else "",
    }
    numeric = numeric_columns(exhibit)
    columns = [
        {
            "name": name,
            "titles": dict(zip(("zh", "en"), headings, strict=False)),
            "datatype": "number" if name in numeric else "string",
        }
        for name, headings in file_columns(exhibit).items()
    ]
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": f"{own.id}.csv",
        **{name: text for name, text in said.items() if text},
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {"columns": columns},
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()


def json_of_table(exhibit: Exhibit) -> bytes:
    """Return a table for programs: who it is, its columns, and its rows as they are printed."""
    own, numeric = exhibit.identity, numeric_columns(exhibit)
    content = exhibit.stamp | {
        "subtitle": own.subtitle,
        "note": own.caption,
        "source": exhibit.source,
        "sources": [{"id": item.id, "label": item.label} for item in own.sources],
        "columns": [
            {"name": key, "title": heading, "type": "number" if key in numeric else "string"}
            for key, (heading,) in file_columns(exhibit).items()
        ],
        "rows": own.table.records(),
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()
