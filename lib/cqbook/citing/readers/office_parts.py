"""The parts of a Word or PowerPoint file, and how they refer to each other."""

from __future__ import annotations

import functools
import itertools
import zipfile
from collections.abc import Callable
from typing import Any, TypeVar

from lxml import etree

from cqbook.disk.untrusted import safe_parser

Made = TypeVar("Made")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
#: Elements in which the text of a number, and of a cell, is looked for: they hold a few runs.
FEW = 400


class Parts:
    """The parts of a Word or PowerPoint file; each is unpacked, parsed and looked through once.

    A part may be named a thousand times, and a thousand drawings may stand below one element.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.names = frozenset(archive.namelist())
        self.read = functools.cache(archive.read)
        self.relations = functools.cache(self._relations)
        self._made: dict[str, Any] = {}
        # what was read of a tree
        self.texts: dict[etree._Element, Any] = {}
        self.boxes: dict[etree._Element, tuple[int, int, int, int] | None] = {}
        # by element and tag; the elements are kept, so that they stay the same ones
        self.first = functools.cache(_first)

    def _relations(self, name: str) -> dict[str, str]:
        """Return the targets of a part's relations by their ids."""
        folder, _, file = name.rpartition("/")
        rels = f"{folder}/_rels/{file}.rels"
        if rels not in self.names:
            return {}
        tree = etree.fromstring(self.read(rels), safe_parser())
        return {node.get("Id", ""): node.get("Target", "") for node in tree.iter(etree.Element)}

    def relation(self, name: str, identifier: str) -> str:
        """Return the name of the part that a relation leads to; ``""`` if to none of the file."""
        target = self.relations(name).get(identifier, "")
        folder = name.rpartition("/")[0]
        steps = (
            target.split("/")
            if target.startswith("/")
            else [*folder.split("/"), *target.split("/")]
        )
        found: list[str] = []
        for step in steps if target else ():
            found = found[:-1] if step == ".." else [*found, step]
        path = "/".join(found).lstrip("/")
        return path if path in self.names else ""

    def once(self, part: str, read: Callable[[Parts, str], Made]) -> Made:
        """Return what a part is read as; each is read once, however often it is named."""
        if part not in self._made:
            self._made[part] = read(self, part)
        found: Made = self._made[part]
        return found


def _first(node: etree._Element, tag: str) -> etree._Element | None:
    return next(node.iter(tag), None)


#: Groups of shapes inside each other that are looked through.
_GROUPS = 8


def box_of(parts: Parts, shape: etree._Element | None) -> tuple[int, int, int, int] | None:
    """Return where a shape lies on its slide, in EMU: left, top, right, bottom.

    A group has a measure of its own for what is in it.
    """
    if shape is None:
        return None
    if shape not in parts.boxes:
        parts.boxes[shape] = _box(parts, shape)
    return parts.boxes[shape]


def _box(parts: Parts, shape: etree._Element) -> tuple[int, int, int, int] | None:
    found = _placed(parts, shape, "off", "ext")
    if found is None:
        return None
    left, top, wide, high = found
    for group in itertools.islice(shape.iterancestors(f"{P}grpSp"), _GROUPS):
        facts = next(group.iterchildren(f"{P}grpSpPr"), None)
        outer = None if facts is None else _placed(parts, facts, "off", "ext")
        inner = None if facts is None else _placed(parts, facts, "chOff", "chExt")
        if outer and inner and inner[2] and inner[3]:
            across, down = outer[2] / inner[2], outer[3] / inner[3]
            left, top = outer[0] + (left - inner[0]) * across, outer[1] + (top - inner[1]) * down
            wide, high = wide * across, high * down
    return round(left), round(top), round(left + wide), round(top + high)


def _placed(
    parts: Parts, shape: etree._Element, place: str, size: str
) -> tuple[float, float, float, float] | None:
    # extensions of names are called as sizes are
    frames = (parts.first(shape, f"{space}xfrm") for space in (P, A))
    frame = next((node for node in frames if node is not None), None)
    if frame is None:
        return None
    off, ext = (next(frame.iterchildren(f"{A}{tag}"), None) for tag in (place, size))
    if off is None or ext is None:
        return None
    wide, high = int(ext.get("cx") or 0), int(ext.get("cy") or 0)
    # a line has no height
    if wide < 0 or high < 0 or not wide + high:
        return None
    return int(off.get("x") or 0), int(off.get("y") or 0), wide, high


_PRESENTATION = "ppt/presentation.xml"


def slide_size(parts: Parts) -> tuple[int, int] | None:
    """Return width and height of the slides, in EMU."""
    return parts.once(_PRESENTATION, _page) if _PRESENTATION in parts.names else None


def _page(parts: Parts, part: str) -> tuple[int, int] | None:
    tree = etree.fromstring(parts.read(part), safe_parser())
    for size in tree.iterchildren(f"{P}sldSz"):
        return int(size.get("cx") or 0), int(size.get("cy") or 0)
    return None
