"""Charts that Office draws itself, from a figure's specification and data."""

from __future__ import annotations

import datetime
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from cqbook.citing.briefing import ems
from cqbook.citing.entries import EntryRow, FigureEntry
from cqbook.citing.marks import mark
from cqbook.figures import theme
from cqbook.figures.identity import Spec
from cqbook.quantities.quantity import DERIVED, NOT_FOUND, UNOBSERVED

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from pptx.chart.chart import Chart
    from pptx.chart.point import Point
    from pptx.chart.series import BarSeries, LineSeries
    from pptx.oxml.shapes.shared import CT_NonVisualDrawingProps
    from pptx.slide import Slide

#: Charts of Office that show what figures show; ``""``: none does.
OfficeForm = Literal["bar", "column", "line", "slope", "stacked", "waterfall", ""]
_FORMS: dict[tuple[str, str | None, str | None], OfficeForm] = {
    ("bar", "value", "label"): "bar",
    ("bar", "label", "value"): "column",
    ("line", "date", "value"): "line",
    ("line", "label", "value"): "slope",
}
#: The same of bars that begin elsewhere than at zero, by what they are coloured by.
_CUT: dict[tuple[str | None, bool], OfficeForm] = {
    ("group", False): "stacked",
    ("tone", True): "waterfall",
}
#: Series of a waterfall that nobody sees: what the bars stand on.
UNSEEN = "（底）"
#: Another that nobody sees: its labels stand to the right of the bars.
BESIDE_BARS = "（标）"
#: How charts of before 2026-12 printed their numbers: 24.44 where 24.41%以上 was published.
NUMBERS_BEFORE = "#,##0.##"
#: A number with nothing but its unit behind it, and words behind one that make it another.
_PLAIN = re.compile(r"([-−]?)(\d{1,15}(?:\.(\d{1,6}))?)([^\d—\"]{0,8})")
_QUALIFIED = re.compile("以上|以下|左右|上下|多|余|至|级|（|）")
#: Points of the letters of a chart.
LETTERS, SMALLEST = 14, 9
CHINESE_LETTERS = "微软雅黑"


def label_format(row: EntryRow) -> str:
    """Return the code by which Office prints a number as it was published; ``""``: none can."""
    found = _PLAIN.fullmatch(row.full or "")
    if found is None or row.value is None or _QUALIFIED.search(found[4]):
        return ""
    if float(found[2]) != abs(row.value) or (row.value < 0) != bool(found[1]):
        return ""
    digits = "0" + ("." + "0" * len(found[3]) if found[3] else "")
    code = f'{digits}"{found[4]}"' if found[4] else digits
    return f'{code};"{found[1]}"{code}' if found[1] else code


def series_format(rows: Iterable[EntryRow]) -> str:
    """Return the code by which Office prints most numbers of a series; the others are text."""
    codes = Counter(filter(None, map(label_format, rows)))
    return max(codes, key=lambda code: (codes[code], code), default="General")


class Area(NamedTuple):
    """A part of a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int


def _identified(sheet: bytes, entry: FigureEntry, name: str) -> bytes:
    """Return the data sheet of a native chart with a second one that says what it is and whence."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(sheet))
    about = book.create_sheet("说明")
    for row in (
        ("图题", entry.title),
        ("单位", entry.unit),
        ("来源", entry.sources_zh),
        ("编号", mark(entry, name)),
        ("引用", entry.citations["gbt7714"]),
    ):
        about.append(row)
    _as_texts(book)
    book.properties.description = mark(entry, name)
    book.properties.creator = "cqbook"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _as_texts(book: Workbook) -> None:
    """Make texts of what a library took for formulas (labels that begin with =)."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"


def chart_form(spec: Spec, entry: FigureEntry) -> OfficeForm:
    """Return the native chart that shows the same as the figure, or ``""``: keep the picture.

    ``bar`` of labels, ``column`` of periods (with series), ``line`` over time, ``slope`` of two
    periods, ``stacked`` bars of 100 %, ``waterfall`` on a base that is not seen; each label once a
    series. Dots with their intervals, matrices and maps have no equal in Office, and small
    multiples, strips, ranks, arrows and curves lose there what they say, and so do periods as level
    lines.
    """
    layers = spec.get("layer") or [spec]
    first = layers[0]
    drawn = first.get("mark")
    kind = drawn.get("type") if isinstance(drawn, dict) else drawn
    if kind not in ("bar", "line") or any(
        layer["encoding"].get("x2", {}).get("field") == "until" for layer in layers
    ):
        return ""
    places = {axis: (first.get("encoding", {}).get(axis) or {}).get("field") for axis in ("x", "y")}
    keys = [(row.group, row.label) for row in entry.rows]
    if len(set(keys)) != len(keys) or not any(row.value is not None for row in entry.rows):
        return ""
    if (kind, places["x"]) == ("bar", "start"):
        coloured = first["encoding"].get("color", {}).get("field")
        stepped = any(layer["encoding"].get("x", {}).get("field") == "far" for layer in layers)
        below_zero = any(min(ends) < 0 for ends in _ends(spec).values())
        return "" if below_zero else _CUT.get((coloured, stepped), "")
    return _FORMS.get((kind, places["x"], places["y"]), "")


def _ends(spec: Spec) -> dict[str, tuple[float, float]]:
    """Return where the bar of each label of a waterfall begins and ends."""
    drawn = [row for rows in spec.get("datasets", {}).values() for row in rows if "stop" in row]
    return {row["label"].replace("\n", ""): (row["start"], row["stop"]) for row in drawn}


def begins_at_zero(spec: Spec) -> bool:
    """Return whether the value axis of a figure is made to begin at zero."""
    first = (spec.get("layer") or [spec])[0]
    return bool(first["encoding"]["y"].get("scale", {}).get("zero", True))


def dates_of(spec: Spec) -> dict[str, datetime.date]:
    """Return the day that each label of a line chart stands at, in time order; breaks by theirs."""
    drawn = [row for rows in spec.get("datasets", {}).values() for row in rows if "date" in row]
    found = {
        row.get("label", row["date"]): datetime.date.fromisoformat(row["date"]) for row in drawn
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))


def add_chart(
    slide: Slide, entry: FigureEntry, spec: Spec, form: OfficeForm, area: Area, edition: str
) -> CT_NonVisualDrawingProps:
    """Add a chart with its data sheet, in the colours of the house; return its name and texts."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import (
        XL_CHART_TYPE,
        XL_LABEL_POSITION,
        XL_LEGEND_POSITION,
        XL_TICK_LABEL_POSITION,
    )
    from pptx.util import Pt

    rows, dates = entry.rows, dates_of(spec)
    months = 0
    groups = list(dict.fromkeys(row.group or entry.unit for row in rows))
    labels = list(dates) if form == "line" else list(dict.fromkeys(row.label for row in rows))
    if form in ("bar", "stacked", "waterfall"):
        # Office draws the first category at the bottom
        labels.reverse()
    by_key = {(row.group or entry.unit, row.label): row for row in rows}
    values = {key: row.value for key, row in by_key.items()}
    data = CategoryChartData(number_format="General")
    if form == "line":
        data.categories = list(dates.values())
        months = _within_months(dates)
        data.categories.number_format = r"yyyy\年m\月" if months else "yyyy"
    else:
        # a gap is published as a gap; in a line the break says so
        known = {label for (_, label), value in values.items() if value is not None}
        data.categories = [
            label if label in known else f"{label}（{NOT_FOUND}）" for label in labels
        ]
    if form == "waterfall":
        ends = _ends(spec)
        data.add_series(UNSEEN, [min(ends[label]) for label in labels])
        # what was taken away is as long as what was added; its colour and its words say which
        values = {key: value and abs(value) for key, value in values.items()}
        room = max(max(ends[label]) for label in labels) * _ROOM_BESIDE
    for group in groups:
        data.add_series(group, [values.get((group, label)) for label in labels])
    if form == "waterfall":
        data.add_series(BESIDE_BARS, [room] * len(labels))
    kinds = {
        "slope": XL_CHART_TYPE.LINE_MARKERS,
        "stacked": XL_CHART_TYPE.BAR_STACKED_100,
        "waterfall": XL_CHART_TYPE.BAR_STACKED,
        "bar": XL_CHART_TYPE.BAR_CLUSTERED,
        "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
        "line": XL_CHART_TYPE.LINE_MARKERS,
    }
    shape = slide.shapes.add_chart(kinds[form], *area, data)
    chart = shape.chart
    roles = _roles(spec, groups)
    # the others are drawn in one grey: no legend tells them apart
    named = form in ("line", "slope") and len(set(roles.values())) < len(groups)
    chart.has_legend = len(groups) > 1 and not named
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    chart.has_title = False
    chart.font.size = Pt(LETTERS)
    _in_chinese(chart)
    plot = chart.plots[0]
    chart.value_axis.visible = form == "line"
    chart.value_axis.has_major_gridlines = form == "line"
    if form == "line":
        _grid(chart, months)
    elif form != "slope":
        plot.gap_width = 60
    if form in ("stacked", "waterfall"):
        plot.overlap = 100
    if form not in ("line", "slope") or (form == "line" and begins_at_zero(spec)):
        # bars begin at zero, lines where the figure's do
        lowest = min(v for v in values.values() if v is not None)
        if lowest >= 0:
            chart.value_axis.minimum_scale = 0.0
        elif form != "line":
            # a number stands beyond the end of its bar, and leaves room to the names
            chart.value_axis.minimum_scale = float(f"{lowest * _ROOM_BELOW:.1g}")
            # beside the plot: at the zero they would lie on the bars
            chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _upright(
        chart, labels, area.width, 1 if form in ("bar", "stacked", "waterfall") else len(labels)
    )
    shown = list(plot.series)
    if form == "waterfall":
        shown.pop(0).format.fill.background()
        beside = shown.pop()
        beside.format.fill.background()
        for index, label in enumerate(labels):
            row = by_key[(groups[0], label)]
            if row.full:
                _worded(beside, index, row.full, XL_LABEL_POSITION.INSIDE_BASE)
    for group, series in zip(groups, shown, strict=True):
        role = roles[group]
        drawn = [by_key.get((group, label)) for label in labels]
        others = [
            [by_key.get((other, label)) for label in labels] for other in groups if other != group
        ]
        near = _crowded(drawn, others)
        _dressed(series, form, theme.colour(role), drawn, near, named=named)
    if form == "column":
        # a column's number stays over its column
        slot = area.width / 12700 / max(1, len(labels) * len(groups))
        longest = max((ems(row.full or "") for row in rows if row.value is not None), default=1)
        for series in shown:
            series.data_labels.font.size = Pt(_fitting(slot, longest))
    sheet = chart.part.chart_workbook.xlsx_part
    sheet._blob = _identified(sheet.blob, entry, edition)
    facts: CT_NonVisualDrawingProps = shape._element.nvGraphicFramePr.cNvPr
    return facts


def _roles(spec: Spec, groups: list[str]) -> dict[str, str]:
    """Return the colour role of each series, as the figure has it."""
    scale = ((spec.get("layer") or [spec])[0]["encoding"].get("color") or {}).get("scale") or {}
    roles = {light: role for role, (light, _) in theme.PALETTE.items()}
    drawn = zip(scale.get("domain", ()), scale.get("range", ()), strict=True)
    found = {group: roles[shade] for group, shade in drawn if group in groups}
    return {
        group: found.get(group)
        or ("rest" if group.startswith("其余") else theme.SERIES[place % len(theme.SERIES)])
        for place, group in enumerate(groups)
    }


#: Months that are named one by one along an axis, and how many of their names have room.
_FEW_MONTHS, _NAMES = 30, 8


def _within_months(dates: Mapping[str, datetime.date]) -> int:
    """Return every how manieth month is named where a line goes over few; 0 where it is years."""
    days = list(dates.values())
    span = 12 * (days[-1].year - days[0].year) + days[-1].month - days[0].month
    apart = min(
        (12 * (later.year - day.year) + later.month - day.month for day, later in pairwise(days)),
        default=12,
    )
    return -(-span // _NAMES) if 0 < span <= _FEW_MONTHS and apart < _YEAR else 0


_YEAR = 12


def _grid(chart: Chart, months: int) -> None:
    """Set the thin grid of a line chart; ``months``: every how manieth is named, 0: years."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_TICK_LABEL_POSITION
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    line = chart.value_axis.major_gridlines.format.line
    line.color.rgb = RGBColor.from_string(theme.colour("grid")[1:].upper())
    line.width = Pt(0.75)
    chart.value_axis.format.line.fill.background()
    # below the plot also where values are negative
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    # a mark a year: else Office sets one for each month
    axis = chart.category_axis._element
    unit = "months" if months else "years"
    for tag, value in (("majorUnit", str(months or 1)), ("majorTimeUnit", unit)):
        step = axis.makeelement(qn(f"c:{tag}"), {"val": value})
        axis.append(step)


def _dressed(
    series: BarSeries | LineSeries,
    form: OfficeForm,
    colour: str,
    drawn: Sequence[EntryRow | None],
    crowded: Mapping[int, bool],
    *,
    named: bool,
) -> None:
    """Give a series its colour and its numbers the words that they are published with.

    ``crowded``: of the points of a line near to another's, whether theirs is the higher one;
    ``named``: the last number says of which line it is, where a legend could not.
    """
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE
    from pptx.util import Pt

    full = RGBColor.from_string(colour[1:].upper())
    lined = form in ("line", "slope")
    position = XL_LABEL_POSITION.RIGHT if lined else XL_LABEL_POSITION.OUTSIDE_END
    if form == "stacked":
        # beyond the end of a part there is the next one
        position = XL_LABEL_POSITION.CENTER
    known = {
        index: row for index, row in enumerate(drawn) if row is not None and row.value is not None
    }
    code = series_format(known.values())
    if lined:
        series.smooth = False
        series.format.line.color.rgb = full
        series.format.line.width = Pt(2.5)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 6
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = full
        series.marker.format.line.color.rgb = full
    else:
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = full
        series.invert_if_negative = False
    if not lined and form != "waterfall":
        # of the series, not of the plot: a label of a point's own would put out the others
        series.data_labels.show_value = True
        series.data_labels.number_format = code
        series.data_labels.number_format_is_linked = False
        series.data_labels.position = position
    for index, row in known.items():
        lost = form == "waterfall" and (row.value or 0) < 0
        shade = theme.colour("red") if lost else colour
        if row.status in UNOBSERVED:
            _signed(series.points[index], shade, row.status, lined=lined)
        elif lost:
            fill = series.points[index].format.fill
            fill.solid()
            fill.fore_color.rgb = RGBColor.from_string(shade[1:].upper())
        if form == "waterfall":
            continue
        if lined and index != max(known) and not (form == "slope" and index == min(known)):
            # a line says its last number, a slope both of its ends
            continue
        own = label_format(row)
        side = XL_LABEL_POSITION.LEFT if lined and index != max(known) else position
        if lined and index in crowded:
            side = XL_LABEL_POSITION.ABOVE if crowded[index] else XL_LABEL_POSITION.BELOW
        if not row.full or (not lined and own == code):
            continue
        if named and index == max(known):
            _worded(series, index, f"{row.group} {row.full}", side)
            continue
        if lined and own and own == code:
            _numbered(series, index, code, side)
        else:
            # 超4700亿元 is no 4700, and an interval no number
            _worded(series, index, row.full, side)


def _signed(point: Point, colour: str, status: str, *, lined: bool) -> None:
    """Give a mark the sign of what is derived, or of what is expected, as the figures have it."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    mark = point.marker if lined else point
    mark.format.fill.solid()
    shade = theme.colour("page") if lined else f"#{_pale(colour)}"
    mark.format.fill.fore_color.rgb = RGBColor.from_string(shade[1:].upper())
    frame = colour if lined else theme.colour("muted")
    mark.format.line.color.rgb = RGBColor.from_string(frame[1:].upper())
    mark.format.line.width = Pt(1)
    if status != DERIVED and lined:
        mark.style = XL_MARKER_STYLE.DIAMOND
    elif status != DERIVED:
        mark.format.line.dash_style = MSO_LINE.DASH


#: The part of what the values span within which the labels of two lines touch.
_NEAR = 0.06


def _crowded(
    drawn: Sequence[EntryRow | None], others: Sequence[Sequence[EntryRow | None]]
) -> dict[int, bool]:
    """Return which points lie next to one of another line, and whether above it."""
    values = [
        row.value for line in (drawn, *others) for row in line if row and row.value is not None
    ]
    span = max(values) - min(values)
    found: dict[int, bool] = {}
    for index, row in enumerate(drawn):
        beside = [line[index] for line in others]
        near = [
            other.value
            for other in beside
            if row and other and row.value is not None and other.value is not None
            and abs(row.value - other.value) < _NEAR * span
        ]  # fmt: skip
        if near and row and row.value is not None:
            found[index] = row.value > near[0]
    return found


#: How much further than its longest negative bar a chart reaches.
_ROOM_BELOW = 1.35
#: How wide the room is beside the bars of a waterfall, as a part of the longest sum.
_ROOM_BESIDE = 0.22


def _worded(series: BarSeries | LineSeries, index: int, text: str, side: object) -> None:
    """Give a point a label of words."""
    label = series.points[index].data_label
    label.text_frame.text = text
    label.text_frame.word_wrap = False
    label.position = side


def _numbered(series: BarSeries | LineSeries, index: int, code: str, side: object) -> None:
    """Give a point a label that Office prints from its number."""
    from pptx.oxml.ns import qn

    label = series.points[index].data_label
    label.position = side
    made = label._get_or_add_dLbl()
    form = made.makeelement(qn("c:numFmt"), {"formatCode": code, "sourceLinked": "0"})
    made.find(qn("c:idx")).addnext(form)


def _in_chinese(chart: Chart) -> None:
    """Name the Chinese font of a chart: its Latin one has no Chinese letters."""
    from pptx.oxml.ns import qn

    facts = chart.font._rPr
    east = facts.makeelement(qn("a:ea"), {"typeface": CHINESE_LETTERS})
    facts.append(east)


def _upright(chart: Chart, labels: Sequence[str], width: int, across: int) -> None:
    """Set the names along an axis upright, in letters that let each have its place."""
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    letters = chart.category_axis.tick_labels.font
    if across > 1:
        longest = max(map(ems, labels))
        # a name takes up to two lines
        letters.size = Pt(_fitting(width / 12700 / across, longest / 2))
    else:
        letters.size = Pt(LETTERS)
    for facts in chart.category_axis._element.iter(qn("a:bodyPr")):
        facts.set("rot", "0")
        facts.set("vert", "horz")


def _fitting(slot: float, wide: float) -> int:
    """Return the size of letters, in points, by which a text fits in its slot."""
    return int(min(LETTERS, max(SMALLEST, 0.95 * slot / max(wide, 1))))


def _pale(colour: str) -> str:
    """Return a colour mixed with white, as RRGGBB."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "".join(f"{round(0.35 * part + 0.65 * 255):02X}" for part in parts)
