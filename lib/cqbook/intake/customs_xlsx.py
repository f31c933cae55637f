"""Rows of the customs query that somebody saved as a workbook: read by the same path as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from cqbook.data.catalog import Catalog
from cqbook.disk.checksums import digest
from cqbook.disk.untrusted import content_of
from cqbook.errors import Breach, ContractError
from cqbook.intake.customs_cells import read_customs
from cqbook.intake.customs_csv import sidecar
from cqbook.intake.customs_format import (
    TITLES,
    Codes,
    Export,
    Said,
    is_heading,
    known_codes,
)
from cqbook.intake.press_cells import OBSERVATIONS_TABLE
from cqbook.intake.workbooks import SheetText, grids, is_workbook, sheet_names


def is_customs_workbook(content: bytes, name: str) -> bool:
    """Return whether a workbook has a sheet with headings of the platform."""
    try:
        if not is_workbook(content, name) or OBSERVATIONS_TABLE in sheet_names(content):
            return False
        return any(map(_has_heading, grids(content, name)))
    except ContractError:
        return False


def _has_heading(grid: SheetText) -> bool:
    # the heading stands in the line below the titles, at the latest
    return any(map(is_heading, [row for row in grid.rows if any(row)][: TITLES + 1]))


def read_workbook_file(path: Path, book: Catalog, said: Said) -> Export:
    """Read one workbook, and its sidecar where there is one; see `read_workbook_export`."""
    codes = known_codes(book)
    return read_workbook_export(content_of(path), path.name, codes, said, sidecar(path))


def read_workbook_export(
    content: bytes, name: str, codes: Codes, said: Said, beside: Said
) -> Export:
    """Read rows of the platform out of a workbook; a flow that its title says counts.

    Raises
    ------
    ContractError
        With everything in it that can't be right, by the rows of the sheet below its heading.
    """
    found = [grid for grid in grids(content, name) if _has_heading(grid)]
    if len(found) > 1:
        titles = "、".join(grid.title for grid in found)
        zh, en = "只有一个工作表是海关查询的行", "one sheet of rows of the customs query"
        raise ContractError([Breach(name, 0, "*", titles, zh, en)])
    (grid,) = found
    out = io.StringIO(newline="")
    header = next(filter(is_heading, grid.rows))
    width = max(place for place, cell in enumerate(header) if cell) + 1
    rows = [row[:width] for row in grid.rows if any(row)]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    export = read_customs(out.getvalue().encode(), name, codes, said, beside)
    sha256 = digest(content)
    frame = export.frame.assign(file=sha256[:12]).astype({"file": "category"})
    told = (
        f"{name}：工作簿“{grid.title}”，按平台的 CSV 读；Excel 可能改过编码开头的0"
        " | a workbook, read as the CSV; Excel may have dropped leading zeros",
    )
    return replace(
        export, sha256=sha256, encoding="xlsx", frame=frame, warnings=(*told, *export.warnings)
    )
