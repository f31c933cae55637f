"""Workbooks and files that call themselves something else: what one is, before anything is read.

A sheet is read as what it shows: rows of texts, as far as it is filled.
"""

from __future__ import annotations

import functools
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

from cqbook.disk.text import decode
from cqbook.disk.untrusted import opened, whole
from cqbook.errors import Breach, ContractError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
#: A stream of a protected workbook, as its folder names it.
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
#: How the first file in OpenDocument's archive says what it is (OpenDocument 1.3, part 2, 3.3).
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
#: What a table of Apple's Numbers has, and each workbook of Excel (ECMA-376, part 2, 10.1.2).
_NUMBERS, _PARTS = b"Index/Document.iwa", b"[Content_Types].xml"
#: Lines that are looked at to know what separates cells.
_LOOKED_AT = 5
#: Bytes of a workbook's table of contents.
_CONTENTS = 1 << 20


class SheetText(NamedTuple):
    """A sheet as texts: its title, and its rows from the first on, each as far as it is filled."""

    title: str
    rows: list[list[str]]


def foreign(content: bytes, name: str) -> Breach | None:
    """Return in one sentence why a file that calls itself a table can't be read as it is, if so."""

    def said(value: str, zh: str, en: str) -> Breach:
        return Breach(name, 0, "*", value, zh, en)

    suffix = name.lower().rpartition(".")[2]
    if content[:4] == _OLE and _PROTECTED in content:
        return said(
            "有密码的工作簿", "没有密码的 .xlsx：在 Excel 中去掉密码后另存",
            "a workbook without a password: remove it and save again",
        )  # fmt: skip
    archive, other = content[:4] == _ZIP, ""
    if archive and _OPEN_DOCUMENT in content[:200]:
        other = "OpenDocument 的 .ods"
    elif archive and _NUMBERS in content and _PARTS not in content:
        other = "Numbers 的 .numbers"
    if other or content[:4] == _OLE:
        return said(
            other or "旧格式 .xls",
            "另存为 .xlsx 或 CSV 的表（改文件名不行）",
            "a table saved as .xlsx or CSV: to rename it does not do",
        )  # fmt: skip
    if archive and suffix not in ("xlsx", "xlsm"):
        return said(
            f".{suffix}，内容却是 .xlsx 一类的压缩包", "名字照旧为 .xlsx 的工作簿，或另存为 CSV",
            "a workbook named .xlsx, or saved as CSV: this one was renamed",
        )  # fmt: skip
    if suffix in ("xls", "xlsx") and content.lstrip()[:1] == b"<":
        return said(
            "网页", "另存为 .xlsx 的工作簿：这是存成 .xls 的网页，用 Excel 打开后另存",
            "a workbook: this is a web page named as one; open it in Excel and save it",
        )  # fmt: skip
    if suffix == "csv":
        mark, word, en = _separator(content, name)
        if mark:
            return said(
                f"用{word}分隔", "用逗号分隔的 CSV：在 Excel 中另存为“CSV UTF-8（逗号分隔）”",
                f"cells separated by commas, not {en}: save as CSV UTF-8",
            )  # fmt: skip
    return None


def _separator(content: bytes, name: str) -> tuple[str, str, str]:
    """Return what separates the cells of a text where that is no comma, and its names."""
    try:
        text, _ = decode(content[:4000].rpartition(b"\n")[0] or content[:4000], name)
    except ContractError:
        return "", "", ""
    lines = [line for line in text.splitlines()[:_LOOKED_AT] if line.strip()]
    for mark, word, en in (("\t", "制表符", "tabs"), (";", "分号", "semicolons")):
        counts = {line.count(mark) for line in lines}
        # a comma may stand inside a cell: 1,5
        if counts and min(counts) >= 2 and "," not in lines[0]:
            return mark, word, en
    return "", "", ""


def is_workbook(content: bytes, name: str) -> bool:
    """Return whether a file is a workbook by its name and its first bytes."""
    return name.lower().endswith((".xlsx", ".xlsm")) and content[:4] == _ZIP


def sheet_names(content: bytes) -> list[str]:
    """Return what the sheets of a workbook are called, of its table of contents alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts, parts.open("xl/workbook.xml") as listed:
            text = listed.read(_CONTENTS).decode("utf-8", errors="replace")
    except (zipfile.BadZipFile, KeyError, zlib.error, OSError, RuntimeError, NotImplementedError):
        # who reads it says what is broken
        return []
    return re.findall(r'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"', text)


@functools.lru_cache(maxsize=4)
def grids(content: bytes, name: str) -> tuple[SheetText, ...]:
    """Return the sheets of a workbook as texts; formulas and dates as nothing.

    Raises
    ------
    ContractError
        If it is no workbook that is safe to read.
    """
    import openpyxl

    opened(content, name).close()
    with whole(name):
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
        return tuple(SheetText(sheet.title, _texts(sheet)) for sheet in book.worksheets)


def filled_range(sheet: Worksheet) -> tuple[int, int]:
    """Return how many rows and columns of a sheet are filled, whatever else is formatted."""
    # what is formatted has a cell too; to walk over all rows would make one for each
    held = [place for place, cell in sheet._cells.items() if cell.value not in (None, "")]
    return max((row for row, _ in held), default=0), max((column for _, column in held), default=0)


def _texts(sheet: Worksheet) -> list[list[str]]:
    rows, columns = filled_range(sheet)
    made = [[""] * columns for _ in range(rows)]
    for (row, column), cell in sheet._cells.items():
        if row <= rows and column <= columns:
            made[row - 1][column - 1] = _shown(cell)
    return made


def _shown(cell: Cell | MergedCell) -> str:
    value = cell.value
    if value is None or cell.data_type in ("f", "e", "b", "d"):
        return ""
    if isinstance(value, int | float):
        try:
            return shown_number(value, str(cell.number_format))
        except ValueError:
            return f"{value:.15g}"
    return re.sub(r"\s+", " ", str(value)).strip()


def shown_number(value: float, form: str) -> str:
    """Return a number as its cell shows it: with the zeros of its format, as a percent.

    Raises
    ------
    ValueError
        If a percentage is stored more finely than it is shown.
    """
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
