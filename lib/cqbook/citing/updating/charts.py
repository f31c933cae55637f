"""Native charts with the data of a newer edition, and the looks that somebody gave them.

What a chart shows is replaced: series, categories, values, the sheet behind it, the labels that
are words. All else is the person's: kind of plot, colours, fonts, axes, legend, place and size.
What a library offers for this (python-pptx: ``replace_data``) keeps labels of before beside new
values, and puts colours of single points beside other labels.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from cqbook.citing.alike import bare
from cqbook.citing.entries import FigureEntry, spec_of
from cqbook.citing.native_charts import Area, add_chart, chart_form
from cqbook.citing.readers.office_charts import SHEET_MOST
from cqbook.citing.readers.office_parts import A, C
from cqbook.disk.archives import undated
from cqbook.disk.untrusted import opened, safe_parser
from cqbook.errors import DataError

#: What of a series is its data, in the order in which a chart has it.
_DATA = ("tx", "cat", "val")
_SIZE = Area(0, 0, 9_000_000, 5_000_000)


@dataclass(frozen=True)
class DrawnChart:
    """A chart as the book makes it: its XML and the workbook behind it."""

    tree: etree._Element
    workbook: bytes


def drawn_chart(edition: Path, entry: FigureEntry, name: str) -> DrawnChart:
    """Return the native chart of a figure of an edition.

    Raises
    ------
    DataError
        If the figure has none.
    """
    import pptx as slides

    spec = spec_of(edition, entry)
    form = chart_form(spec, entry)
    if not form:
        msg = (
            f"{entry.id}：版次 {name} 的图没有可编辑的形式，请改用图片"
            f" | {entry.id}: no native chart in edition {name}: use its picture"
        )
        raise DataError(msg)
    made = slides.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    add_chart(slide, entry, spec, form, _SIZE, name)
    chart = slide.shapes[-1].chart
    tree = etree.fromstring(etree.tostring(chart._chartSpace), safe_parser())
    return DrawnChart(tree, undated(chart.part.chart_workbook.xlsx_part.blob))


def own_cells(workbook: bytes, before: DrawnChart) -> str:
    """Return what somebody added to the workbook behind a chart, in words; ``""`` if nothing."""
    import openpyxl

    opened(workbook, "workbook").close()
    ours = openpyxl.load_workbook(io.BytesIO(before.workbook))
    found = openpyxl.load_workbook(io.BytesIO(workbook))
    sheets = [sheet.title for sheet in found.worksheets[1:] if sheet.title not in ours.sheetnames]
    if sheets:
        return f"工作表 {'、'.join(sheets)[:60]}"
    first, sheet = ours.worksheets[0], found.worksheets[0]
    if max(sheet.max_row, sheet.max_column) > SHEET_MOST:
        return f"范围 {sheet.dimensions}"
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        held = row[first.max_column :] if number < first.max_row else row
        if any(value is not None for value in held):
            return f"第{number + 1}行"
    return ""


class _Sides(NamedTuple):
    """One series: as somebody left it, as the book made it before, as it makes it now."""

    held: etree._Element
    old: etree._Element | None
    new: etree._Element


def merged_chart(held: etree._Element, old: DrawnChart, new: DrawnChart) -> None:
    """Put the data of a chart of the book into the one that stands in a document."""
    found, before = _series(held), _series(old.tree)
    last = None
    for name, fresh in _series(new.tree).items():
        twin = found.pop(name, None)
        if twin is None and len(found) == 1 and len(_series(new.tree)) == 1:
            # the only series, of another unit
            twin = found.popitem()[1]
        if twin is None:
            twin = copy.deepcopy(fresh)
        else:
            was = before.get(name) or (next(iter(before.values())) if len(before) == 1 else None)
            _merge(_Sides(twin, was, fresh))
        if last is not None:
            last.addnext(twin)
        elif twin.getparent() is None:
            _first_plot(held).insert(_place(held), twin)
        last = twin
    for gone in found.values():
        parent = gone.getparent()
        if parent is not None:
            parent.remove(gone)
    for number, item in enumerate(held.iter(f"{C}ser")):
        for tag in ("idx", "order"):
            for node in item.iterchildren(f"{C}{tag}"):
                node.set("val", str(number))
    _least(held, old.tree, new.tree)


def _series(tree: etree._Element) -> dict[str, etree._Element]:
    return {
        "".join(
            node.text or "" for tx in item.iterchildren(f"{C}tx") for node in tx.iter(f"{C}v")
        ): item
        for item in tree.iter(f"{C}ser")
    }


def _first_plot(tree: etree._Element) -> etree._Element:
    return next(
        node
        for area in tree.iter(f"{C}plotArea")
        for node in area
        if str(node.tag).endswith("Chart")
    )


def _place(tree: etree._Element) -> int:
    """Return where in a plot the first series stands."""
    plot = _first_plot(tree)
    heads = ("barDir", "grouping", "varyColors", "scatterStyle", "ofPieType", "wireframe")
    return sum(1 for node in plot if etree.QName(node).localname in heads)


def _merge(sides: _Sides) -> None:
    held, new = sides.held, sides.new
    was, now = _labels(held), _labels(new)
    _points(sides, was, now)
    _words(sides, was, now)
    for tag in _DATA:
        fresh = new.find(f"{C}{tag}")
        kept = held.find(f"{C}{tag}")
        if kept is not None and fresh is not None:
            held.replace(kept, copy.deepcopy(fresh))


def _labels(series: etree._Element) -> dict[str, str]:
    """Return the categories of a series by the number of their point."""
    return {
        point.get("idx") or "": "".join(node.text or "" for node in point.iter(f"{C}v"))
        for cat in series.iterchildren(f"{C}cat")
        for point in cat.iter(f"{C}pt")
    }


def _by_label(
    holder: etree._Element | None, tag: str, labels: dict[str, str]
) -> dict[str, etree._Element]:
    """Return the parts of a series that are of one point, by its category."""
    found = {}
    for node in () if holder is None else holder.iterchildren(f"{C}{tag}"):
        index = node.find(f"{C}idx")
        label = None if index is None else labels.get(index.get("val") or "")
        if label is not None:
            found[label] = node
    return found


def _fill(point: etree._Element | None) -> str:
    if point is None:
        return ""
    return ",".join(str(node.get("val")) for node in point.iter(f"{A}srgbClr", f"{A}schemeClr"))


def _points(sides: _Sides, was: dict[str, str], now: dict[str, str]) -> None:
    """Give single points the looks that the book gives them now, unless somebody gave others."""
    held, old, new = sides
    kept = _by_label(held, "dPt", was)
    before = {} if old is None else _by_label(old, "dPt", _labels(old))
    fresh = _by_label(new, "dPt", now)
    for node in list(held.iterchildren(f"{C}dPt")):
        held.remove(node)
    anchor = _before_labels(held)
    for number, label in sorted(now.items(), key=lambda item: int(item[0])):
        own = label in kept and _fill(kept[label]) != _fill(before.get(label))
        chosen = kept.get(label) if own else fresh.get(label)
        if chosen is not None:
            anchor.addprevious(_numbered(copy.deepcopy(chosen), number))


def _before_labels(series: etree._Element) -> etree._Element:
    tags = ("dLbls", "trendline", "errBars", "cat", "val")
    return next(node for node in series if etree.QName(node).localname in tags)


def _numbered(node: etree._Element, number: str) -> etree._Element:
    for index in node.iterchildren(f"{C}idx"):
        index.set("val", number)
    return node


def _words(sides: _Sides, was: dict[str, str], now: dict[str, str]) -> None:
    """Write the labels that are words as the book writes them now, in the looks that they have."""
    held, old, new = sides
    fresh_labels, held_labels = new.find(f"{C}dLbls"), held.find(f"{C}dLbls")
    kept, fresh = _by_label(held_labels, "dLbl", was), _by_label(fresh_labels, "dLbl", now)
    before = {} if old is None else _by_label(old.find(f"{C}dLbls"), "dLbl", _labels(old))
    if held_labels is None:
        # somebody took all of them away, unless there were none
        if fresh_labels is not None and not before:
            _before_labels(held).addprevious(copy.deepcopy(fresh_labels))
        return
    _formatted(held_labels, None if old is None else old.find(f"{C}dLbls"), fresh_labels)
    for node in kept.values():
        held_labels.remove(node)
    model = next((node for node in kept.values() if _text(node)), None)
    for number, label in sorted(now.items(), key=lambda item: -int(item[0])):
        own, wanted = kept.get(label), fresh.get(label)
        if own is not None and not _text(own) and (wanted is None or not _text(wanted)):
            # it has a place of its own, and says the value
            _formatted(own, before.get(label), wanted)
            held_labels.insert(0, _numbered(own, number))
        elif wanted is not None and (own is not None or label not in before):
            made = copy.deepcopy(wanted)
            looks = model if own is None or not _text(own) else own
            if looks is not None and _text(wanted):
                made = copy.deepcopy(looks)
                _say(made, _text(wanted))
            held_labels.insert(0, _numbered(made, number))


def _formatted(
    held: etree._Element, old: etree._Element | None, new: etree._Element | None
) -> None:
    """Let numbers be printed as the book prints them now, unless somebody chose another way."""
    codes = [None if side is None else side.find(f"{C}numFmt") for side in (held, old, new)]
    own, was, wanted = (None if node is None else node.get("formatCode") for node in codes)
    if codes[0] is not None and own == was and wanted is not None:
        codes[0].set("formatCode", wanted)


def _text(label: etree._Element) -> str:
    return "".join(node.text or "" for node in label.iter(f"{A}t"))


def _say(label: etree._Element, text: str) -> None:
    if bare(_text(label)) != bare(text):
        for number, node in enumerate(label.iter(f"{A}t")):
            node.text = "" if number else text


def _least(held: etree._Element, old: etree._Element, new: etree._Element) -> None:
    """Let the axis begin where the book lets it, unless somebody said otherwise."""

    def least(tree: etree._Element) -> Iterator[etree._Element]:
        for axis in tree.iter(f"{C}valAx"):
            yield from axis.iter(f"{C}min")

    kept, was, now = (next(least(tree), None) for tree in (held, old, new))
    if kept is None or was is None or now is None:
        return
    if kept.get("val") == was.get("val"):
        kept.set("val", now.get("val") or "0")
