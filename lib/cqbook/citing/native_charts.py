"""Charts that Office draws itself, from a figure's specification and data."""

from __future__ import annotations

import datetime
import io
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from cqbook.citing.entries import EntryRow, FigureEntry
from cqbook.citing.marks import mark
from cqbook.figures import theme
from cqbook.figures.identity import Spec
from cqbook.quantities.quantity import UNOBSERVED, UNPUBLISHED

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from pptx.chart.chart import Chart
    from pptx.chart.series import BarSeries, LineSeries
    from pptx.oxml.shapes.shared import CT_NonVisualDrawingProps
    from pptx.slide import Slide

#: A Vega-Lite specification.
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
#: How Office prints the numbers that need no word.
NUMBERS = "#,##0.##"


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
    multiples, strips, ranks, arrows and curves lose there what they say.
    """
    layers = spec.get("layer") or [spec]
    first = layers[0]
    drawn = first.get("mark")
    kind = drawn.get("type") if isinstance(drawn, dict) else drawn
    if kind not in ("bar", "line"):
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


def _from_zero(spec: Spec) -> bool:
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
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Pt

    rows, dates = entry.rows, dates_of(spec)
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
        data.categories.number_format = "yyyy"
    else:
        # a gap is published as a gap; in a line the break says so
        known = {label for (_, label), value in values.items() if value is not None}
        data.categories = [
            label if label in known else f"{label}（{UNPUBLISHED}）" for label in labels
        ]
    if form == "waterfall":
        ends = _ends(spec)
        data.add_series(UNSEEN, [min(ends[label]) for label in labels])
        # what was taken away is as long as what was added; its colour and its words say which
        values = {key: value and abs(value) for key, value in values.items()}
    for group in groups:
        data.add_series(group, [values.get((group, label)) for label in labels])
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
    chart.has_legend = len(groups) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    chart.has_title = False
    chart.font.size = Pt(14)
    plot = chart.plots[0]
    chart.value_axis.visible = form == "line"
    chart.value_axis.has_major_gridlines = form == "line"
    if form == "line":
        _grid(chart)
    elif form != "slope":
        plot.gap_width = 60
    if form in ("stacked", "waterfall"):
        plot.overlap = 100
    if form not in ("line", "slope") or (form == "line" and _from_zero(spec)):
        # bars begin at zero, lines where the figure's do
        lowest = min(v for v in values.values() if v is not None)
        chart.value_axis.minimum_scale = min(0.0, lowest)
    shown = list(plot.series)
    if form == "waterfall":
        shown.pop(0).format.fill.background()
    roles = _roles(spec, groups)
    for group, series in zip(groups, shown, strict=True):
        role = roles[group]
        drawn = [by_key.get((group, label)) for label in labels]
        _dressed(series, form, theme.colour(role), drawn)
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


def _grid(chart: Chart) -> None:
    """Set the thin grid of a line chart."""
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
    for tag, value in (("majorUnit", "1"), ("majorTimeUnit", "years")):
        step = axis.makeelement(qn(f"c:{tag}"), {"val": value})
        axis.append(step)


def _dressed(
    series: BarSeries | LineSeries, form: OfficeForm, colour: str, drawn: list[EntryRow | None]
) -> None:
    """Give a series its colour and its numbers the words that they are published with."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE
    from pptx.util import Pt

    full = RGBColor.from_string(colour[1:].upper())
    lined = form in ("line", "slope")
    position = XL_LABEL_POSITION.RIGHT if lined else XL_LABEL_POSITION.OUTSIDE_END
    if form in ("stacked", "waterfall"):
        # beyond the end of a part there is the next one
        position = XL_LABEL_POSITION.CENTER
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
        # of the series, not of the plot: a label of a point's own would put out the others
        series.data_labels.show_value = True
        series.data_labels.number_format = NUMBERS
        series.data_labels.number_format_is_linked = False
        series.data_labels.position = position
    known = {
        index: row for index, row in enumerate(drawn) if row is not None and row.value is not None
    }
    for index, row in known.items():
        if row.status in UNOBSERVED:
            point = series.points[index]
            fill = (point.marker if lined else point).format.fill
            fill.solid()
            fill.fore_color.rgb = RGBColor.from_string(_pale(colour))
        # a line says its last number; 超4700亿元 is no 4700, and an interval no number
        worded = index == max(known) if lined else not PLAIN.fullmatch(row.full or "")
        if form == "waterfall":
            worded = True
            if (row.value or 0) < 0:
                fill = series.points[index].format.fill
                fill.solid()
                fill.fore_color.rgb = RGBColor.from_string(theme.colour("red")[1:].upper())
        if worded and row.full:
            label = series.points[index].data_label
            label.text_frame.text = row.full
            label.position = position


#: A number that a label can show without a word: the rest keeps its words.
PLAIN = re.compile(r"[-−]?[\d.]+[^\d—]*")


def _pale(colour: str) -> str:
    """Return a colour mixed with white, as RRGGBB."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "".join(f"{round(0.35 * part + 0.65 * 255):02X}" for part in parts)
