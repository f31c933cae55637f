"""Tables that offices publish, read as they come: no figure of them is typed.

The customs' monthly table of provinces by the seat of importers and exporters, with its title and
its two rows of headings; the statistical office's panel of provinces and years.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cqbook.data.catalog import Catalog
from cqbook.data.vocabulary import CURRENCIES, FLOWS_ZH
from cqbook.disk.text import decode
from cqbook.disk.untrusted import content_of
from cqbook.errors import Breach, ContractError
from cqbook.intake.customs_format import NUMBER_FORM, Said
from cqbook.intake.press import Press, press_of
from cqbook.intake.press_cells import OBSERVATIONS_TABLE, SOURCES_TABLE, Cell, cell_letter
from cqbook.intake.workbooks import SheetText, grids, is_workbook, sheet_names

#: Rows in which a title, a unit and the headings are looked for.
_HEAD = 12
#: Bytes of a CSV in which they stand.
_SEEN = 20_000
_TITLE = re.compile("收发货人所在地.*总值表|进出口总值表.*收发货人所在地")
_MONTH = re.compile("((?:19|20)[0-9]{2})年([0-9]{1,2})月")
_UNIT = re.compile("单位[:：]?\\s*([千百十万亿]*(?:美元|元人民币|元|人民币))")
_SPAN = re.compile("^(?:1月?[至到—–-]([0-9]{1,2})月|([0-9]{1,2})月)")
_RATE = re.compile("[±%％]|同比|比去年|比上年")
_FLOWS = tuple((word, code) for code, word in FLOWS_ZH.items())
#: The office's codes: flow and basis, in thousands of dollars.
PANEL_CODES = {
    f"A060{table}0{number}": (flow, basis)
    for table, basis in (("1", "traders_seat"), ("2", "origin_destination"))
    for number, flow in enumerate(("total", "export", "import"), start=1)
}
_MISSING = ("", "-", "—", "…", "...", "*")


@dataclass(frozen=True)
class _Column:
    """What a column of the table of provinces holds."""

    flow: str
    period: str
    rate: bool


def is_published_table(content: bytes, name: str) -> bool:
    """Return whether a file is one of the tables that are read here."""
    try:
        seen = _grids(content if is_workbook(content, name) else _first_lines(content), name)
        return any(_is_provinces(grid) or _is_panel(grid) for grid in seen)
    except ContractError:
        return False


def read_table_file(path: Path, book: Catalog, _: Said) -> Press:
    """Read one file; see `read_table`."""
    return read_table(content_of(path), path.name, book)


def read_table(content: bytes, name: str, book: Catalog) -> Press:
    """Return the figures of the first sheet that is a table of one of the two kinds.

    Raises
    ------
    ContractError
        If its headings, unit or month are not understood, or a cell is no number.
    """
    grid = next(item for item in _grids(content, name) if _is_provinces(item) or _is_panel(item))
    if _is_panel(grid):
        return _panel(grid, name, book)
    return _provinces(grid, name, book)


def _first_lines(content: bytes) -> bytes:
    """Return enough of a text to know its headings, to the end of a line."""
    return content if len(content) <= _SEEN else content[: content.rfind(b"\n", 0, _SEEN) + 1]


def _grids(content: bytes, name: str) -> Sequence[SheetText]:
    if is_workbook(content, name):
        return () if OBSERVATIONS_TABLE in sheet_names(content) else grids(content, name)
    if not name.lower().endswith(".csv"):
        return ()
    text, _ = decode(content, name)
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return ()
    return (SheetText("", [[cell.strip() for cell in row] for row in rows]),)


def _is_provinces(grid: SheetText) -> bool:
    return bool(_TITLE.search("".join("".join(row) for row in grid.rows[:_HEAD])))


def _is_panel(grid: SheetText) -> bool:
    header = [cell.lstrip("\ufeff") for cell in grid.rows[0]] if grid.rows else []
    return "region_code" in header and "year" in header


def _refused(name: str, column: str, value: str, zh: str, en: str) -> ContractError:
    return ContractError([Breach(name, 0, column, value, zh, en)])


def _provinces(grid: SheetText, name: str, book: Catalog) -> Press:
    head = [" ".join(filter(None, row)) for row in grid.rows[:_HEAD]]
    title = next(line for line in head if _TITLE.search(line))
    said = " ".join(head)
    month, unit = _MONTH.search(said), _UNIT.search(said)
    if not month:
        raise _refused(
            name, "题名", title, "写明年月，如 2026年10月", "a title with year and month"
        )
    if not unit:
        raise _refused(
            name, "单位", "", "“单位：万元人民币”一类的一行", "a line that says the unit"
        )
    word = unit[1].replace("元人民币", "元").replace(CURRENCIES["CNY"], "元")
    period = f"{month[1]}-{int(month[2]):02d}"
    top, columns = _headings(grid, name, period)
    places = dict(
        zip(*(book.table("provinces")[key] for key in ("name_zh", "entity")), strict=True)
    )
    places |= dict.fromkeys(("总值", "合计", "全国"), "CN")
    source = f"customs-provinces-{period}-{'usd' if '美元' in word else 'cny'}"
    rows, strange = [], []
    for number, row in enumerate(grid.rows[top:], start=top + 1):
        label = re.sub(r"\s", "", row[0]) if row else ""
        if not label or not any(NUMBER_FORM.fullmatch(cell.lstrip("-")) for cell in row[1:]):
            continue
        if label not in places:
            strange.append(label)
            continue
        for place, column in columns.items():
            text = row[place] if place < len(row) else ""
            if text in _MISSING:
                continue
            rows.append(
                _row(
                    number,
                    place,
                    source_id=source,
                    locator=f"{grid.title} {cell_letter(place + 1)}{number}".strip(),
                    indicator="trade_value",
                    entity=places[label],
                    period=column.period,
                    accumulation="period" if "/" not in column.period else "ytd",
                    flow=column.flow,
                    measure="yoy" if column.rate else "level",
                    unit="percent" if column.rate else "",
                    status="actual",
                    basis="traders_seat",
                    issuer="海关总署",
                    as_printed=f"{text}%" if column.rate else f"{text}{word}",
                    value=text if column.rate else "",
                )
            )
    listed = {"source_id": source, "title": re.sub(r"\s+", " ", title), "outlet": "海关总署"}
    warnings = _left_out(name, strange, "行", "rows")
    return press_of(book, name, _sheets(rows, listed), [], warnings)


def _headings(grid: SheetText, name: str, period: str) -> tuple[int, dict[int, _Column]]:
    """Return in which row the figures begin, and what each column holds, by both headings."""
    first = next(
        (
            number
            for number, row in enumerate(grid.rows[:_HEAD])
            if any(re.sub(r"\s", "", cell) == FLOWS_ZH["total"] for cell in row[1:])
        ),
        -1,
    )
    if first < 0:
        raise _refused(
            name, "表头", "", "有“进出口、出口、进口”的两行表头", "two rows of headings with 进出口"
        )
    above: list[str] = []
    for cell in grid.rows[first]:
        # a merged heading stands in its first cell
        above.append(re.sub(r"\s", "", cell) or (above[-1] if above else ""))
    below = [re.sub(r"\s", "", cell) for cell in grid.rows[first + 1]]
    found: dict[int, _Column] = {}
    for place in range(1, len(above)):
        said = (above[place], below[place] if place < len(below) else "")
        column = _column(said, period)
        if column is None and (grid.rows[first][place] or said[1]):
            value = "·".join(filter(None, said))
            raise _refused(name, cell_letter(place + 1), value, "看得懂的列名", "a known heading")
        if column:
            found[place] = column
    return first + 2, found


def _column(said: tuple[str, str], period: str) -> _Column | None:
    both = "".join(said)
    flow = next((code for word, code in _FLOWS if word in both), "")
    rate = bool(_RATE.search(both))
    spans = [found for part in said if (found := _SPAN.match(part))]
    if not flow or not (spans or rate or "当月" in both or "累计" in both):
        return None
    year, month = period.split("-")
    until = f"{year}-01/{period}" if month != "01" else period
    if spans and int(spans[0][1] or spans[0][2]) != int(month):
        return None
    single = "当月" in both or (spans and spans[0][2] and "累计" not in both)
    return _Column(flow, period if single else until, rate)


def _panel(grid: SheetText, name: str, book: Catalog) -> Press:
    header = [cell.lstrip("\ufeff") for cell in grid.rows[0]]
    columns = {
        place: PANEL_CODES[code]
        for place, cell in enumerate(header)
        if (code := cell.removesuffix("_value")) in PANEL_CODES and "source_code" not in cell
    }
    known = ("region_code", "region_name", "year")
    strange = [
        cell
        for place, cell in enumerate(header)
        if place not in columns and cell not in known and "source_code" not in cell
    ]
    if not columns:
        raise _refused(
            name,
            "*",
            "、".join(header),
            f"{'、'.join(PANEL_CODES)} 之一",
            "a column of these codes",
        )
    where, when = header.index("region_code"), header.index("year")
    listed_places = book.table("provinces")
    places = dict(zip(listed_places["code"], listed_places["entity"], strict=True))
    source = "nbs-province-panel"
    rows, unknown = [], []
    for number, row in enumerate(grid.rows[1:], start=2):
        if not any(row):
            continue
        region = re.fullmatch("([0-9]{2})0000(?:\\.0)?", row[where])
        if not region or region[1] not in places:
            unknown.append(row[where])
            continue
        for place, (flow, basis) in columns.items():
            said = header[place].removesuffix("_value")
            text = row[place].removesuffix(".0") if place < len(row) else ""
            if text in _MISSING:
                continue
            rows.append(
                _row(
                    number,
                    place,
                    source_id=source,
                    locator=f"{said} {row[where][:6]} {row[when][:4]}",
                    indicator="trade_value",
                    entity=places[region[1]],
                    period=row[when].removesuffix(".0"),
                    accumulation="period",
                    flow=flow,
                    measure="level",
                    status="actual",
                    basis=basis,
                    issuer="国家统计局",
                    as_printed=f"{text}千美元",
                )
            )
    listed = {
        "source_id": source, "title": "分省年度数据（进出口总额）", "outlet": "国家统计局",
    }  # fmt: skip
    warnings = [
        f"{name}：面板没有印单位，按千美元读 | no unit is printed: thousands of dollars",
        *_left_out(name, strange, "列", "columns"),
        *_left_out(name, unknown, "地区", "regions"),
    ]
    return press_of(book, name, _sheets(rows, listed), [], warnings)


def _row(number: int, place: int, **cells: str) -> dict[str, Cell]:
    address = f"{cell_letter(place + 1)}{number}"
    return {column: Cell(text, column, number, address) for column, text in cells.items()}


def _sheets(
    rows: list[dict[str, Cell]], source: dict[str, str]
) -> dict[str, list[dict[str, Cell]]]:
    listed = {column: Cell(text, column, 1, "A1") for column, text in source.items()}
    return {OBSERVATIONS_TABLE: rows, SOURCES_TABLE: [listed]}


def _left_out(name: str, words: Sequence[str], zh: str, en: str) -> list[str]:
    if not words:
        return []
    shown = "、".join(dict.fromkeys(words))
    return [f"{name}：不认识、没有收入的{zh}：{shown} | {en} that are not known, left out: {shown}"]
