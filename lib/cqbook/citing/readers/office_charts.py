"""Native charts: what they show, and what the sheet behind them holds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from cqbook.citing.cited import Chart, ShownSeries
from cqbook.citing.marks import MARK_PATTERN
from cqbook.citing.readers.office_parts import A, C, Parts, R
from cqbook.disk.untrusted import opened, safe_parser

#: Rows and columns of a sheet behind a chart that are read: ours have a dozen.
SHEET_MOST = 400


def chart_of(parts: Parts, part: str) -> Chart:
    """Return what a chart shows, and the cells of the sheet that it was made of."""
    return parts.once(part, _chart)


def _chart(parts: Parts, part: str) -> Chart:
    tree = etree.fromstring(parts.read(part), safe_parser())
    added = [
        str(node.tag).rpartition("}")[2] for node in tree.iter(*(f"{C}{tag}" for tag in _ADDED))
    ]
    blanks = [node.get("val") or "" for node in tree.iter(f"{C}dispBlanksAs")]
    forms = tuple(_form(plot) for area in tree.iter(f"{C}plotArea") for plot in area)
    titles = tuple(
        "".join(part.text or "" for part in title.iter(f"{A}t", f"{C}v"))
        for title in tree.iter(f"{C}title")
    )
    return Chart(
        tuple(map(_shown, tree.iter(f"{C}ser"))),
        _sheet(parts, part),
        tuple(_said(tree, ("valAx",), ("max", "min", "logBase", "orientation", *_UNITS))),
        tuple(filter(None, forms)),
        tuple(filter(None, titles)),
        tuple(_said(tree, ("catAx", "dateAx"), ("max", "min", "orientation", *_CROSSING))),
        tuple(dict.fromkeys(added)),
        blanks[0] if blanks else "",
    )


#: What an axis counts in, and where it crosses the other; what is drawn besides the data.
_UNITS, _CROSSING = ("builtInUnit", "custUnit"), ("crosses", "crossesAt")
_ADDED = ("trendline", "errBars", "upDownBars", "userShapes")


def _said(tree: etree._Element, axes: tuple[str, ...], tags: tuple[str, ...]) -> Iterator[str]:
    """Yield what axes of some kinds say of themselves, as ``min=0``."""
    for axis in tree.iter(*(f"{C}{name}" for name in axes)):
        for node in axis.iter(*(f"{C}{tag}" for tag in tags)):
            yield f"{str(node.tag).rpartition('}')[2]}={node.get('val')}"


def _form(plot: etree._Element) -> str:
    """Return what a plot draws, as ``barChart:col:clustered``; nothing for what is none."""
    name = str(plot.tag).rpartition("}")[2]
    if not name.endswith("Chart"):
        return ""
    said = {str(node.tag).rpartition("}")[2]: node.get("val") or "" for node in plot}
    return f"{name}:{said.get('barDir', '')}:{said.get('grouping', '')}"


def _shown(series: etree._Element) -> ShownSeries:
    names = [node.text or "" for tx in series.iterchildren(f"{C}tx") for node in tx.iter(f"{C}v")]
    values = tuple((place, float(text or "nan")) for place, text in _points(series, "val"))
    labels = tuple(
        (place, "".join(part.text or "" for part in label.iter(f"{A}t")))
        for label in series.iter(f"{C}dLbl")
        for place in _index(label)
        if next(label.iter(f"{A}t"), None) is not None
    )
    formats = tuple(node.get("formatCode") or "" for node in series.iter(f"{C}numFmt"))
    unseen = [-1] if _is_unseen(series) else []
    unseen += [
        place
        for point in series.iterchildren(f"{C}dPt")
        if _is_unseen(point)
        for place in _index(point)
    ]
    categories = tuple(_points(series, "cat"))
    return ShownSeries(
        names[0] if names else "", categories, values, labels, formats, tuple(unseen)
    )


def _is_unseen(node: etree._Element) -> bool:
    """Return whether a series, or a point, is drawn without fill, or without its line."""
    held = [*node.iterchildren(f"{C}spPr")]
    held += [line for looks in held for line in looks.iterchildren(f"{A}ln")]
    lined = any(str(up.tag).endswith("lineChart") for up in node.iterancestors())
    looks = [item for item in held if (item.tag == f"{A}ln") is lined]
    return any(next(item.iterchildren(f"{A}noFill"), None) is not None for item in looks)


def _index(label: etree._Element) -> Iterator[int]:
    for node in label.iterchildren(f"{C}idx"):
        yield int(node.get("val") or 0)


def _points(series: etree._Element, kind: str) -> Iterator[tuple[int, str]]:
    for held in series.iterchildren(f"{C}{kind}"):
        for point in held.iter(f"{C}pt"):
            text = next((node.text or "" for node in point.iter(f"{C}v")), "")
            yield int(point.get("idx") or 0), text


def _embedded(parts: Parts, part: str) -> bytes:
    """Return the workbook of a chart, as far as it is in the file."""
    tree = etree.fromstring(parts.read(part), safe_parser())
    for node in tree.iter(f"{C}externalData"):
        target = parts.relation(part, node.get(f"{R}id") or "")
        return parts.read(target) if target else b""
    return b""


def identity_of_chart(parts: Parts, part: str) -> re.Match[str] | None:
    """Return the mark that the workbook of a chart carries in its properties."""
    content = _embedded(parts, part)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return None
    with opened(content, part) as book:
        core = "docProps/core.xml"
        said = book.read(core).decode("utf-8") if core in book.namelist() else ""
    return MARK_PATTERN.search(said)


def _sheet(parts: Parts, part: str) -> tuple[tuple[object, ...], ...]:
    """Return the cells of the first sheet behind a chart."""
    import openpyxl

    content = _embedded(parts, part)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return ()
    opened(content, part).close()
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows = book.worksheets[0].iter_rows(max_row=SHEET_MOST, max_col=SHEET_MOST, values_only=True)
    return tuple(rows)
