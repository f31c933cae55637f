"""The parts of a Word or PowerPoint file, and how they refer to each other."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Callable
from typing import Any, TypeVar

from lxml import etree

from cqbook.disk.untrusted import safe_parser

Made = TypeVar("Made")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
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
