"""The rows that a figure draws as XLSX: numbers printed as in the book, a chart, what it all is.

Each sheet prints on A4, as wide as one page; few rows on one page altogether.
"""

from __future__ import annotations

import datetime
import io
import re
from typing import TYPE_CHECKING, Any

from cqbook.disk import archives
from cqbook.disk.archives import undated
from cqbook.figures import theme
from cqbook.figures.citations import citations
from cqbook.figures.exhibit import Exhibit
from cqbook.figures.identity import Spec
from cqbook.figures.sheets import SHEET_COLUMNS, FileCell, file_columns, rows, safe

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

#: Rows that are still read when they are printed on one page.
ONE_PAGE = 40
A4 = 9
#: Widths of a column, in Latin characters: of numbers, and what a text may have before it folds.
NUMBER_WIDTH, MOST_WIDE = 10, 34
#: Longest header and footer that Excel opens; a mark more for what is doubled.
FURNITURE = 200
#: Points whose numbers are said above them.
LABELLED = 24
#: Charts of Excel that show the same as a figure, by what its first layer draws.
_KINDS = {
    ("bar", "value", "label"): "bar",
    ("bar", "label", "value"): "column",
    ("line", "date", "value"): "line",
}
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


def number_format(value: float, printed: str) -> str:
    """Return the format in which a spreadsheet prints a number as the book does.

    Words are part of it (``0.00"%以上"``); where the number printed is another, as of an interval,
    it is ``General``.
    """
    found = _DIGITS.findall(printed)
    if len(found) != 1 or '"' in printed:
        return "General"
    places = len(found[0].partition(".")[2])
    if float(found[0].replace(",", "")) != round(abs(value), places):
        return "General"
    before, _, behind = printed.partition(found[0])
    digits = ("#,##0" if "," in found[0] else "0") + ("." + "0" * places if places else "")
    worded = f"{_quoted(before)}{digits}{_quoted(behind)}"
    # of two sections the second is for what is below zero, and has no sign of its own
    return f"General;{worded}" if value < 0 else worded


def _quoted(text: str) -> str:
    return f'"{text}"' if text else ""


def chart_kind(spec: Spec, drawn: list[dict[str, FileCell]]) -> str:
    """Return ``bar``, ``column`` or ``line`` where Excel's chart says what the figure says.

    Empty for all others: intervals, waterfalls, ranks and small multiples have no equal there.
    """
    layer = (spec.get("layer") or [spec])[0]
    mark = layer.get("mark")
    across, along = (
        str((layer.get("encoding", {}).get(axis) or {}).get("field")) for axis in ("x", "y")
    )
    kind = str(mark.get("type") if isinstance(mark, dict) else mark)
    keys = {(row["group"], row["label"]) for row in drawn}
    if len(keys) < len(drawn) or not any(row["value"] is not None for row in drawn):
        return ""
    return _KINDS.get((kind, across, along), "")


def xlsx(exhibit: Exhibit) -> bytes:
    """Return the rows, a chart where Excel has one that says the same, and what they are."""
    import xlsxwriter

    out = io.BytesIO()
    # nothing that begins with = becomes a formula, nothing that looks like an address a link
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(
        {
            "title": exhibit.identity.title,
            "author": exhibit.book.author,
            "keywords": f"{exhibit.id} {exhibit.edition}",
            "comments": exhibit.packed,
            "created": archives.EPOCH,
        }
    )
    drawn = rows(exhibit)
    _data_sheet(book, exhibit, drawn)
    kind = "" if exhibit.is_table else chart_kind(exhibit.spec, drawn)
    if kind:
        _chart_sheet(book, exhibit, drawn, kind)
    _about_sheet(book, exhibit)
    book.close()
    return undated(out.getvalue())


def _data_sheet(book: Workbook, exhibit: Exhibit, drawn: list[dict[str, FileCell]]) -> None:
    sheet = book.add_worksheet("数据")
    bold = book.add_format({"bold": True, "bottom": 1})
    folded = book.add_format({"text_wrap": True, "valign": "top"})
    formats: dict[str, Format] = {}
    columns = file_columns(exhibit)
    sheet.write_row(0, 0, [headings[0] for headings in columns.values()], bold)
    texts = exhibit.identity.table.records()
    for number, (row, said) in enumerate(zip(drawn, texts, strict=True), start=1):
        for place, name in enumerate(columns):
            cell = row[name]
            if isinstance(cell, float):
                shown = said[name] if exhibit.is_table else row.get("full")
                printed = str(shown or "") if exhibit.is_table or name == "value" else ""
                sheet.write_number(number, place, cell, _format(book, formats, cell, printed))
            elif cell:
                sheet.write_string(number, place, cell, folded)
    for place, (name, headings) in enumerate(columns.items()):
        sheet.set_column(place, place, _width(headings[0], [row[name] for row in drawn]))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, len(drawn), len(columns) - 1)
    _on_paper(sheet, exhibit, landscape=True, pages=1 if len(drawn) <= ONE_PAGE else 0)


def _format(book: Workbook, kept: dict[str, Format], value: float, printed: str) -> Format:
    code = number_format(value, printed)
    if code not in kept:
        kept[code] = book.add_format({"num_format": code, "valign": "top"})
    return kept[code]


def _width(heading: str, cells: list[FileCell]) -> float:
    texts = [heading, *(str(cell) for cell in cells if isinstance(cell, str))]
    longest = max(theme.line_width(text, 0.55) for text in texts) * 2
    least = NUMBER_WIDTH if any(isinstance(cell, float) for cell in cells) else 0
    return max(least, min(longest + 2, MOST_WIDE))


def _on_paper(sheet: Worksheet, exhibit: Exhibit, *, landscape: bool, pages: int = 1) -> None:
    """Set a sheet on A4, one page wide and `pages` long (0: as many as it takes)."""
    sheet.set_paper(A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, pages)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
    title, imprint = (
        text[:FURNITURE].replace("&", "&&") for text in (exhibit.identity.title, exhibit.imprint)
    )
    sheet.set_header(f"&L{title}")
    sheet.set_footer(f"&L{imprint}&R&P/&N")


def _chart_sheet(
    book: Workbook, exhibit: Exhibit, drawn: list[dict[str, FileCell]], kind: str
) -> None:
    """Add the values a series a column, and the chart that is drawn of them."""
    sheet = book.add_worksheet("图")
    own = exhibit.identity
    groups = list(dict.fromkeys(str(row["group"] or own.unit) for row in drawn))
    days = _days(exhibit.spec) if kind == "line" else {}
    labels = list(days) or list(dict.fromkeys(str(row["label"]) for row in drawn))
    by_key = {(str(row["group"] or own.unit), str(row["label"])): row for row in drawn}
    bold = book.add_format({"bold": True, "bottom": 1})
    # a year where all are the first of one; months else
    yearly = all((day.month, day.day) == (1, 1) for day in days.values())
    dated = book.add_format({"num_format": "yyyy" if yearly else "yyyy-mm", "align": "left"})
    sheet.write_string(0, 0, SHEET_COLUMNS["label"][0], bold)
    formats: dict[str, Format] = {}
    for number, label in enumerate(labels, start=1):
        if label in days:
            sheet.write_datetime(number, 0, days[label], dated)
        else:
            sheet.write_string(number, 0, label)
        for place, group in enumerate(groups, start=1):
            row = by_key.get((group, label))
            if row and isinstance(row["value"], float):
                form = _format(book, formats, row["value"], str(row["full"] or ""))
                sheet.write_number(number, place, row["value"], form)
    for place, group in enumerate(groups, start=1):
        sheet.write_string(0, place, group, bold)
    sheet.set_column(0, 0, _width("", list(labels)))
    sheet.set_column(1, len(groups), 2 * NUMBER_WIDTH)
    chart = book.add_chart({"type": kind})
    for place, (group, role) in enumerate(zip(groups, _roles(exhibit.spec, groups), strict=True)):
        shown = [by_key.get((group, label)) for label in labels]
        chart.add_series(_series(len(labels), place + 1, kind, theme.colour(role), shown))
    lowest = min(row["value"] for row in drawn if isinstance(row["value"], float))
    _dress(chart, exhibit, kind, len(groups), lowest)
    height = max(360, 28 * len(labels) * len(groups) + 120) if kind == "bar" else 400
    chart.set_size({"width": theme.PICTURE_WIDTH, "height": min(height, 900)})
    sheet.insert_chart(0, len(groups) + 2, chart, {"description": own.alt})
    _on_paper(sheet, exhibit, landscape=True)


def _series(
    count: int, place: int, kind: str, colour: str, shown: list[dict[str, FileCell] | None]
) -> dict[str, Any]:
    """Return a series of a chart; bars say their numbers as printed, words and all."""
    made: dict[str, Any] = {
        "name": ["图", 0, place],
        "categories": ["图", 1, 0, count, 0],
        "values": ["图", 1, place, count, place],
    }
    if kind == "line":
        line = {"color": colour, "width": 2.5}
        mark = {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"none": True}}
        return made | {"line": line, "marker": mark}
    made |= {"fill": {"color": colour}, "gap": 60}
    if count <= LABELLED:
        said = [str(row["full"] or "") if row else "" for row in shown]
        custom = [{"value": safe(text)} if text else {"delete": True} for text in said]
        made["data_labels"] = {"value": True, "custom": custom}
    return made


def _dress(chart: Chart, exhibit: Exhibit, kind: str, series: int, lowest: float) -> None:
    """Set title, legend and axes as the house has them: bars begin at zero and say their numbers.

    The axis that Excel calls x is that of the labels, also of bars that lie.
    """
    own = exhibit.identity
    chart.set_title({"name": safe(own.title), "name_font": {"size": 12}})
    chart.set_legend({"position": "top"} if series > 1 else {"none": True})
    lined = kind == "line"
    grid = {"visible": lined, "line": {"color": theme.colour("grid")}}
    values = {"visible": lined, "major_gridlines": grid, "num_format": "General"}
    if not lined or _from_zero(exhibit.spec):
        values["min"] = min(0.0, lowest)
    chart.set_y_axis(values | {"name": safe(own.unit)} if lined else values)
    # below the plot also where values are negative; bars in the order of the rows
    chart.set_x_axis({"label_position": "low", "date_axis": lined, "reverse": kind == "bar"})


def _from_zero(spec: Spec) -> bool:
    """Return whether the value axis of a line chart begins at zero."""
    first = (spec.get("layer") or [spec])[0]
    return bool(first["encoding"]["y"].get("scale", {}).get("zero", True))


def _days(spec: Spec) -> dict[str, datetime.date]:
    """Return the day that each label of a line chart stands at, in order of time."""
    drawn = [row for found in spec.get("datasets", {}).values() for row in found if "date" in row]
    days = {
        str(row["label"]).replace("\n", ""): datetime.date.fromisoformat(row["date"])
        for row in drawn
        if "label" in row
    }
    return dict(sorted(days.items(), key=lambda item: item[1]))


def _roles(spec: Spec, groups: list[str]) -> list[str]:
    """Return the colour role of each series, as the figure has it."""
    first = (spec.get("layer") or [spec])[0]
    scale = (first["encoding"].get("color") or {}).get("scale") or {}
    roles = {light: role for role, (light, _) in theme.PALETTE.items()}
    drawn = dict(zip(scale.get("domain", ()), scale.get("range", ()), strict=True))
    return [
        roles.get(drawn.get(group, ""), theme.SERIES[place % len(theme.SERIES)])
        for place, group in enumerate(groups)
    ]


def _about_sheet(book: Workbook, exhibit: Exhibit) -> None:
    sheet = book.add_worksheet("说明")
    own = exhibit.identity
    bold = book.add_format({"bold": True, "valign": "top"})
    folded = book.add_format({"text_wrap": True, "valign": "top"})
    kind = "表" if exhibit.is_table else "图"
    facts = [
        (f"{kind}题", own.title),
        ("副题", own.subtitle),
        ("单位", own.unit),
        ("来源", exhibit.source),
        (f"{kind}注", own.caption),
        ("版次", exhibit.edition),
        ("编号", exhibit.id),
        ("数据指纹", exhibit.data_hash),
        *([("地址", exhibit.permalink)] if exhibit.book.address else []),
        ("引用", citations(exhibit)["gbt7714"]),
    ]
    if exhibit.is_table:
        # a table has no unit of its own, and may have no subtitle
        facts = [(name, text) for name, text in facts if text]
    for number, (name, text) in enumerate(facts):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, text, folded)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 76)
    _on_paper(sheet, exhibit, landscape=False)
