"""Where a document shows figures of the book, and their pictures and charts of a newer edition."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from cqbook.citing.chart_values import altered_chart
from cqbook.citing.cited import Cited
from cqbook.citing.entries import FigureEntry, file_of, spec_of
from cqbook.citing.native_charts import chart_form
from cqbook.citing.pictures import compared_drawing, is_altered_picture
from cqbook.citing.readers.office import STRETCHED, SVG_BLIP, mark_of
from cqbook.citing.readers.office_charts import chart_of, identity_of_chart
from cqbook.citing.readers.office_parts import A, C, Parts, R
from cqbook.citing.readers.png import read_png
from cqbook.citing.readers.svg import read_svg
from cqbook.citing.updating.charts import drawn_chart, merged_chart, own_cells
from cqbook.citing.updating.newer import Sides
from cqbook.citing.updating.package import Package, rels_of
from cqbook.disk.raster import raster

#: What an ending is called as a type, where it is another word.
_MEDIA_TYPES = {"svg": "svg+xml"}
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
#: The highest that a picture in the text of Word becomes: 22 cm, in EMU.
HIGHEST = 7_920_000


@dataclass(frozen=True)
class HeldFigure:
    """A place of a document that shows a figure.

    ``node``: what shows it (a picture, a drawing beside it, a chart); ``facts``: what bears its
    mark, twice where LibreOffice saved it; ``target``: the part that is shown.
    """

    part: str
    node: etree._Element
    facts: tuple[etree._Element, ...]
    name: str
    edition: str
    data: str
    target: str

    @property
    def is_chart(self) -> bool:
        """Whether Office draws it."""
        return bool(self.node.tag == f"{C}chart")


def held_figures(parts: Parts, part: str, tree: etree._Element) -> Iterator[HeldFigure]:
    """Yield the figures that a part shows: by their mark, else by what the medium says."""
    shown = list(tree.iter(f"{A}blip", f"{C}chart", SVG_BLIP))
    marked: dict[etree._Element, tuple[str, str, str]] = {}
    bearing: dict[etree._Element, list[etree._Element]] = {}
    for facts in tree.iter(etree.Element):
        found = mark_of(facts)
        if not found:
            continue
        for node in _shown_by(parts, facts):
            marked[node] = (found["id"], found["edition"], found["data"])
            bearing.setdefault(node, []).append(facts)
    for node in shown:
        target = parts.relation(part, node.get(f"{R}{_key(node)}") or "")
        if not target:
            continue
        if node in marked:
            yield HeldFigure(part, node, tuple(bearing[node]), *marked[node], target)
            continue
        said = _by_itself(parts, node, target)
        if said is not None:
            yield HeldFigure(part, node, (), said.name, said.edition, said.data, target)


def _shown_by(parts: Parts, facts: etree._Element) -> list[etree._Element]:
    """Return the picture, the drawing beside it or the chart that an element has the name of."""
    for up in itertools.islice(facts.iterancestors(), 2):
        found = [parts.first(up, tag) for tag in (f"{A}blip", f"{C}chart", SVG_BLIP)]
        if any(node is not None for node in found):
            return [node for node in found if node is not None]
    return []


def _key(node: etree._Element) -> str:
    return "id" if node.tag == f"{C}chart" else "embed"


def _by_itself(parts: Parts, node: etree._Element, target: str) -> Cited | None:
    if node.tag == f"{C}chart":
        found = identity_of_chart(parts, target)
        return found and Cited("figure", found["id"], found["edition"], found["data"])
    content = parts.read(target)
    if content.startswith(b"\x89PNG"):
        return next(read_png(content, target), None)
    return next(read_svg(content, target), None) if node.tag == SVG_BLIP else None


def refreshed(package: Package, parts: Parts, drawing: HeldFigure, sides: Sides) -> str:
    """Show a figure as the newer edition draws it; return why not, in words, if it can't be.

    What somebody painted over, or typed into, is left as it is.
    """
    if drawing.is_chart:
        return _refresh_chart(package, parts, drawing, sides)
    content = parts.read(drawing.target)
    if drawing.node.tag == SVG_BLIP:
        altered, _ = compared_drawing("svg", content, sides.then, sides.old)
        form = "svg"
    else:
        is_altered = is_altered_picture(content, sides.then, sides.old)
        altered = "画面与该版次的图不同" if is_altered else ""
        form = "" if is_altered else _form_of(content, sides)
    if altered:
        return f"{altered}，没有更换"
    if form not in sides.new.files:
        return f"版次 {sides.name} 没有这张图的 {form}"
    new = sides.new.files
    _put_medium(package, drawing.target, file_of(sides.now, new[form]), form)
    beside = _beside(parts, drawing) if form == "svg" else ""
    if beside and "png" in new:
        _put_medium(package, beside, file_of(sides.now, new["png"]), "png")
    return ""


def _beside(parts: Parts, drawing: HeldFigure) -> str:
    """Return the part with the picture that older programs show instead of a drawing."""
    blip = next(drawing.node.iterancestors(f"{A}blip"), None)
    target = "" if blip is None else parts.relation(drawing.part, blip.get(f"{R}embed") or "")
    # one that says what it is is exchanged by itself
    return "" if blip is None or not target or _by_itself(parts, blip, target) else target


def fitted(package: Package, drawing: HeldFigure, sides: Sides) -> None:
    """Let the frame of an exchanged picture have its proportions, unless somebody set others."""
    if drawing.is_chart or not {"png"} <= sides.old.files.keys() & sides.new.files.keys():
        return
    sizes = [
        raster(file_of(edition, entry.files["png"])).size
        for edition, entry in ((sides.then, sides.old), (sides.now, sides.new))
    ]
    _fit(package, drawing, *sizes)


def _form_of(content: bytes, sides: Sides) -> str:
    """Return which of a figure's pictures one is: the Chinese or the English."""
    if "en.png" not in sides.old.files:
        return "png"
    chinese = {form: item for form, item in sides.old.files.items() if form != "en.png"}
    alone = sides.old.model_copy(update={"files": chinese})
    return "en.png" if is_altered_picture(content, sides.then, alone) else "png"


def _put_medium(package: Package, target: str, content: bytes, form: str) -> None:
    ending = form.rpartition(".")[2]
    if target.lower().endswith(f".{ending}"):
        package.put(target, content)
        return
    # a word processor made a JPEG of it
    name = f"{target.rpartition('.')[0]}-{ending}.{ending}"
    if name in package.parts:
        return
    package.put(name, content)
    package.typed("Default", "Extension", ending, f"image/{_MEDIA_TYPES.get(ending, ending)}")
    for part in [name for name in package.parts if name.endswith(".xml")]:
        for node, related in package.relations(part):
            if related == target:
                node.set("Target", f"/{name}")
                package.touch(rels_of(part))
    package.drop(target)


def _fit(package: Package, drawing: HeldFigure, was: tuple[int, int], now: tuple[int, int]) -> None:
    """Let a picture of another proportion be as wide as before; none becomes stretched.

    One that is cropped or stretched keeps its frame: somebody wanted it so.
    """
    blip = next(drawing.node.iterancestors(f"{A}blip"), drawing.node)
    fill = blip.getparent()
    holder = None if fill is None else fill.getparent()
    if fill is None or holder is None:
        return
    cropped = any(cut.attrib for cut in fill.iterchildren(f"{A}srcRect"))
    frame = next(holder.iter(f"{A}xfrm"), None)
    size = None if frame is None else frame.find(f"{A}ext")
    if cropped or size is None:
        return
    wide, high = int(size.get("cx") or 0), int(size.get("cy") or 0)
    stretched = abs(wide * was[1] - high * was[0]) > STRETCHED * high * was[0]
    if stretched or was[0] * now[1] == was[1] * now[0]:
        return
    above = [
        up
        for up in itertools.islice(holder.iterancestors(), 4)
        if up.tag in (f"{_WP}inline", f"{_WP}anchor")
    ]
    flows = any(up.tag == f"{_WP}inline" for up in above)
    scale = min(wide / now[0], (HIGHEST if flows else high) / now[1])
    for node in [size, *(extent for up in above for extent in up.iterchildren(f"{_WP}extent"))]:
        node.set("cx", str(int(now[0] * scale)))
        node.set("cy", str(int(now[1] * scale)))
    package.touch(drawing.part)


def _refresh_chart(package: Package, parts: Parts, drawing: HeldFigure, sides: Sides) -> str:
    def form(edition: Path, entry: FigureEntry) -> tuple[str, str]:
        spec = spec_of(edition, entry)
        altered = altered_chart(chart_of(parts, drawing.target), entry, spec)
        return chart_form(spec, entry), altered

    was, altered = form(sides.then, sides.old)
    if altered:
        return f"{altered}，没有更换"
    now, _ = form(sides.now, sides.new)
    if was != now:
        return f"图的形式变了（{was} → {now or '图片'}），请按新版次重做这一页"
    old = drawn_chart(sides.then, sides.old, sides.was)
    sheet = next(
        (target for node, target in package.relations(drawing.target) if target.endswith(".xlsx")),
        "",
    )
    added = own_cells(parts.read(sheet), old) if sheet in parts.names else ""
    if added:
        return f"图背后的数据表里有你自己的内容（{added}），没有更换"
    new = drawn_chart(sides.now, sides.new, sides.name)
    merged_chart(package.tree(drawing.target), old, new)
    package.touch(drawing.target)
    if sheet:
        package.put(sheet, new.workbook)
    return ""
