"""Whether a native chart in a document still shows, and holds behind it, what the book drew."""

from __future__ import annotations

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cqbook.citing.alike import bare
from cqbook.citing.cited import Chart, ShownSeries
from cqbook.citing.entries import EntryRow, FigureEntry
from cqbook.citing.native_charts import (
    BESIDE_BARS,
    NUMBERS_BEFORE,
    UNSEEN,
    begins_at_zero,
    chart_form,
    dates_of,
    series_format,
)
from cqbook.figures.identity import Spec
from cqbook.quantities.quantity import NOT_FOUND

#: How Office may print the numbers of our charts beside the form of each series; anything else can
#: turn 4454 into 44 or 4454万.
NUMBER_FORMATS = frozenset({"", "General", "Standard", NUMBERS_BEFORE, "yyyy", "YYYY"})
#: What Office draws each of our forms as.
PLOTS = {
    "bar": "barChart:bar:clustered",
    "column": "barChart:col:clustered",
    "line": "lineChart::standard",
    "slope": "lineChart::standard",
    "stacked": "barChart:bar:percentStacked",
    "waterfall": "barChart:bar:stacked",
}
_DAY_ZERO = datetime.date(1899, 12, 30)


def altered_chart(chart: Chart, entry: FigureEntry, spec: Spec) -> str:
    """Return where a chart says something else than the figure, in words; ``""`` if nowhere."""
    return next(_differences(chart, entry, spec), "")


def unlike_chart(chart: Chart, entry: FigureEntry, spec: Spec) -> str:
    """Return what makes a chart of the same values look otherwise, in words; ``""`` if nothing."""
    for series in chart.series:
        rows = [row for row in entry.rows if (row.group or entry.unit) == series.name]
        formats = set(map(_quoted, series.formats)) - NUMBER_FORMATS - {series_format(rows)}
        if formats:
            return f"数字格式改过（{'、'.join(sorted(formats))[:60]}），印出的数没有比较"
        unlike = _printed_before(series, rows)
        if unlike:
            return unlike
    if chart.titles:
        return f"图上加了字（{'、'.join(chart.titles)[:80]}），没有比较"
    form = chart_form(spec, entry)
    if chart.forms != (PLOTS.get(form, ""),):
        return f"图的形式改过（{'、'.join(chart.forms)[:80]}），画面没有比较"
    if chart.added:
        return f"图上加了别的（{'、'.join(chart.added)[:80]}），没有比较"
    if chart.blanks not in _GAPS and any(row.value is None for row in entry.rows):
        return f"缺数的地方改画成了别的（{chart.blanks}），画面没有比较"
    return next(_rescaled(chart, form, spec), "")


#: How a chart is told to draw nothing where a number is missing.
_GAPS = ("gap", "")


def _rescaled(chart: Chart, form: str, spec: Spec) -> Iterator[str]:
    """Yield which setting of an axis makes things look longer or shorter, or cuts them off."""
    shown = [
        value
        for series in chart.series
        if series.name != BESIDE_BARS
        for _, value in series.values
        if not math.isnan(value)
    ]
    lowest, highest = min(shown, default=0.0), max(shown, default=0.0)
    barred = form not in ("line", "slope")
    if barred or (form == "line" and begins_at_zero(spec)):
        lowest = min(lowest, 0.0)
    # from zero is honest; so far below it that nothing is seen any more is not
    least = min(lowest, 0.0) - max(highest - min(lowest, 0.0), 0.0)
    for said in chart.scaled:
        name, _, value = said.partition("=")
        harmless = (name == "orientation" and value == "minMax") or (
            name == "min" and least <= float(value) <= lowest
        )
        if not harmless:
            yield f"坐标轴改过（{said}），长短没有比较"
    for said in chart.scaled_across:
        name, _, value = said.partition("=")
        based = name == "crosses" and value != "max"
        based = based or (name == "crossesAt" and float(value) <= lowest)
        if not (said == "orientation=minMax" or based or (name[:7] == "crosses" and not barred)):
            yield f"坐标轴改过（{said}），画面没有比较"


def _quoted(code: str) -> str:
    r"""Return a number format as we write it: LibreOffice writes ``"%"`` as ``\%``."""
    return re.sub(r"\\(.)", r'"\1"', code).replace('""', "")


def _printed_before(series: ShownSeries, rows: Iterable[EntryRow]) -> str:
    """Return the first number that a chart of before prints otherwise than the book, in words."""
    if NUMBERS_BEFORE not in series.formats:
        return ""
    worded = {text for _, text in series.labels}
    for row in rows:
        if row.value is None or not row.full or row.full in worded:
            continue
        shown = f"{row.value:,.2f}".rstrip("0").rstrip(".")
        if not bare(row.full).startswith(bare(shown)):
            return f"旧版简报的图上印着 {shown}，书中为“{row.full}”；重新生成"
    return ""


def _differences(chart: Chart, entry: FigureEntry, spec: Spec) -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for label, day in dates_of(spec).items():
        names.setdefault(str((day - _DAY_ZERO).days), []).append(label)
    rows: dict[tuple[str, str], EntryRow] = {
        (row.group or entry.unit, row.label): row for row in entry.rows
    }
    groups = {group for group, _ in rows}
    shown = [series for series in chart.series if series.name not in (UNSEEN, BESIDE_BARS)]
    # the bars of a waterfall are as long as its numbers, up or down
    unsigned = len(shown) < len(chart.series)
    if {series.name for series in shown} != groups or len(shown) != len(groups):
        yield f"图中的系列与该版次不同：{'、'.join(series.name for series in shown)[:80]}"
        return
    for series in shown:
        yield from _series(series, rows, names, unsigned=unsigned)
        called = dict(series.categories)
        for place in series.unseen:
            yield f"图中{series.name}“{called.get(place, '各项')}”画成了看不见的"
    for series in chart.series:
        if series.name == BESIDE_BARS and len(groups) == 1:
            (group,) = groups
            yield from _beside(series, {label: rows[group, label] for _, label in rows})
    if chart.sheet:
        yield from _sheet(chart)


def _series(
    series: ShownSeries,
    rows: Mapping[tuple[str, str], EntryRow],
    names: Mapping[str, Sequence[str]],
    *,
    unsigned: bool,
) -> Iterator[str]:
    values, labels = dict(series.values), dict(series.labels)
    seen: set[str] = set()
    passed: Counter[str] = Counter()
    for place, category in series.categories:
        text = category.removesuffix(f"（{NOT_FOUND}）")
        # a day that two rows stand at (a year, and its first months) comes twice, in their order
        day = text.partition(".")[0]
        here = names.get(day, [text])
        label = here[min(passed[day], len(here) - 1)]
        passed[day] += 1
        row, value = rows.get((series.name, label)), values.get(place)
        if row is None and label not in {name for _, name in rows} and day not in names:
            yield f"图中的项目“{category}”是该版次没有的"
            continue
        seen.add(label)
        wanted = row.value if row else None
        if wanted is not None and unsigned:
            wanted = abs(wanted)
        if not _same(value, wanted):
            yield f"图中的数值与该版次不同：{series.name}·{label} {value}，应为 {wanted}"
        worded = labels.get(place)
        said = (row.full if row else "") or ""
        # where a line says its name beside its last number
        if worded and bare(worded) not in (bare(said), bare(f"{series.name} {said}")):
            yield f"图上写着“{worded}”，该版次为“{said}”"
    gone = [
        label
        for (group, label), row in rows.items()
        if group == series.name and row.value is not None and label not in seen
    ]
    if gone:
        yield f"图中少了该版次的项目：{'、'.join(gone)[:80]}"


def _beside(series: ShownSeries, rows: Mapping[str, EntryRow]) -> Iterator[str]:
    """Yield where what stands beside the bars of a waterfall is none of the book's."""
    labels = dict(series.labels)
    for place, category in series.categories:
        row, worded = rows.get(category), labels.get(place)
        if worded and bare(worded) != bare((row.full if row else "") or ""):
            yield f"图上写着“{worded}”，该版次为“{row.full if row else ''}”"


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one is None and other is None


def _sheet(chart: Chart) -> Iterator[str]:
    """Yield where the sheet that opens for editing holds something else than the chart shows."""
    said = "图背后的数据表与图不同"
    heads = [str(cell) for cell in chart.sheet[0][1:] if cell is not None]
    if heads != [series.name for series in chart.series]:
        yield f"{said}：表头 {'、'.join(heads)[:80]}"
        return
    for column, series in enumerate(chart.series, start=1):
        values = dict(series.values)
        for place, category in series.categories:
            row = chart.sheet[place + 1] if place + 1 < len(chart.sheet) else ()
            cells = [row[at] if at < len(row) else None for at in (0, column)]
            if _named(cells[0]) != category.partition(".")[0] and _named(cells[0]) != category:
                yield f"{said}：{_named(cells[0])[:40]}，图中为 {category}"
            if not _same(cells[1], values.get(place)):
                yield f"{said}：{series.name}·{category} {cells[1]}，图中为 {values.get(place)}"


def _named(cell: object) -> str:
    """Return a category as a chart keeps it: of a day, how many Excel counts."""
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if isinstance(cell, datetime.date):
        return str((cell - _DAY_ZERO).days)
    return "" if cell is None else str(cell)
