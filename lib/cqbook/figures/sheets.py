"""The rows that a figure draws, as CSV with its description.

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
#: A cell of the rows drawn.
FileCell = str | float | None


def rows(exhibit: Exhibit) -> list[dict[str, FileCell]]:
    """Return the rows drawn, numbers as numbers: the keys of `SHEET_COLUMNS`, None where empty."""
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


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA_START.match(text) else text


def _cell(cell: FileCell) -> str | float:
    return safe(cell) if isinstance(cell, str) else "" if cell is None else cell


def as_csv(exhibit: Exhibit) -> bytes:
    """Return the rows drawn as CSV for spreadsheets: UTF-8 with BOM, numbers as numbers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading for heading, _ in SHEET_COLUMNS.values()])
    for row in rows(exhibit):
        writer.writerow([_cell(row[name]) for name in SHEET_COLUMNS])
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
    columns = [
        {
            "name": name,
            "titles": {"zh": chinese, "en": english},
            "datatype": "number" if name in NUMERIC_FIELDS else "string",
        }
        for name, (chinese, english) in SHEET_COLUMNS.items()
    ]
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": f"{own.id}.csv",
        **{name: text for name, text in said.items() if text},
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {"columns": columns},
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()
