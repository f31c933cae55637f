"""A Word or PowerPoint file whose parts are exchanged one by one, and the rest left as it is.

What runs, or leads elsewhere without a click, is taken out first: a file that the book wrote does
not carry it on. Links that somebody clicks stay, where they lead to the web or to an address.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from cqbook.citing.readers.office_parts import A, R, W
from cqbook.disk.untrusted import CONTENT_TYPES, safe_parser
from cqbook.errors import visible

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_OFFICE = R[1:-1]
#: Parts that run, that a program fetches for, or that sign what is no longer the same.
_RUNS = re.compile(
    r"vba|activex|customui|macrosheet|oleobject|webextension|_xmlsignatures|afchunk"
    r"|(?<!/printerSettings\d)(?<!/printerSettings)\.bin$"
    r"|\.(docm|dotm|xlsm|xlsb|xltm|xlam|pptm|potm|ppam|ppsm)$",
    re.I,
)
#: Addresses to which a link that is clicked may lead.
_CLICKED = re.compile(r"(https?://|mailto:)", re.I)
#: Fields that run a program, or take in another file.
_ASKING = re.compile(r"\b(DDE|DDEAUTO|LINK|IMPORT|INCLUDE\w*|MACROBUTTON|DATABASE|RD)\b", re.I)
_ACTION = re.compile(r"ppaction://(?!hlinksldjump|hlinkshowjump|customshow|noaction|media)", re.I)


class Package:
    """The parts of a file by name; ``dropped``: what was taken out, in words."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        self.parts = {name: archive.read(name) for name in names}
        self.dropped: dict[str, None] = {}
        self._trees: dict[str, etree._Element] = {}
        self._touched: dict[str, None] = {}
        self._harmless()

    @property
    def is_changed(self) -> bool:
        """Whether any part is another than in the file that was opened."""
        return bool(self._touched)

    def tree(self, part: str) -> etree._Element:
        """Return a part as XML; who changes it says so (`touch`)."""
        if part not in self._trees:
            self._trees[part] = etree.fromstring(self.parts[part], safe_parser())
        return self._trees[part]

    def touch(self, part: str) -> None:
        """Note that the XML of a part was changed."""
        self._touched[part] = None

    def put(self, part: str, content: bytes) -> None:
        """Exchange a part, or add one, if it is another."""
        if self.parts.get(part) != content:
            self.parts[part] = content
            self._trees.pop(part, None)
            self._touched[part] = None

    def drop(self, part: str) -> None:
        """Take out a part that nothing names any more."""
        if self.parts.pop(part, None) is not None:
            self._touched[part] = None

    def content(self) -> bytes:
        """Return the file; the same parts give the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in self.parts.items():
                if name in self._touched and name in self._trees:
                    content = etree.tostring(
                        self._trees[name], xml_declaration=True, encoding="UTF-8", standalone=True
                    )
                item = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                made.writestr(item, content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    # --- relations and types

    def relations(self, part: str) -> Iterator[tuple[etree._Element, str]]:
        """Yield the relations of a part, with the name of the part that each leads to."""
        rels = rels_of(part)
        if rels not in self.parts:
            return
        for node in list(self.tree(rels).iter(f"{_RELATIONS}Relationship")):
            outside = node.get("TargetMode", "").lower() == "external"
            target = posixpath.join("/", posixpath.dirname(part), node.get("Target", ""))
            yield node, "" if outside else posixpath.normpath(target).lstrip("/")

    def relate(self, part: str, kind: str, target: str) -> None:
        """Add a relation of a part."""
        rels = rels_of(part)
        if rels not in self.parts:
            self.parts[rels] = etree.tostring(etree.Element(f"{_RELATIONS}Relationships"))
        tree = self.tree(rels)
        known = {node.get("Id") for node in tree}
        number = next(n for n in range(1, len(known) + 2) if f"cqId{n}" not in known)
        facts = {"Id": f"cqId{number}", "Type": f"{_OFFICE}/{kind}", "Target": f"/{target}"}
        etree.SubElement(tree, f"{_RELATIONS}Relationship", facts)
        self.touch(rels)

    def typed(self, tag: str, key: str, value: str, kind: str) -> None:
        """Say of what type a part is (``Override``), or the parts of an ending (``Default``)."""
        tree = self.tree(CONTENT_TYPES)
        if not any((node.get(key) or "").lower() == value.lower() for node in tree):
            # endings come before names
            node = etree.Element(f"{_TYPES}{tag}", {key: value, "ContentType": kind})
            tree.insert(0 if tag == "Default" else len(tree), node)
            self.touch(CONTENT_TYPES)

    # --- what is not carried on

    def _harmless(self) -> None:
        for name in [name for name in self.parts if _RUNS.search(name)]:
            self.dropped[visible(name)] = None
            for part in (name, rels_of(name)):
                self.parts.pop(part, None)
        if self.dropped:
            tree = self.tree(CONTENT_TYPES)
            for node in list(tree):
                if _RUNS.search(node.get("PartName") or ""):
                    tree.remove(node)
            self.touch(CONTENT_TYPES)
        self._plain_type()
        for rels in [name for name in self.parts if name.endswith(".rels")]:
            self._inside(rels)
        for name in [name for name in self.parts if name.endswith(".xml")]:
            if re.search(rb"instr|action|altChunk", self.parts[name]):
                self._asking(name)

    def _plain_type(self) -> None:
        """Say of a file for macros that it is one without."""
        for node in self.tree(CONTENT_TYPES):
            kind = node.get("ContentType") or ""
            if "macroEnabled" in kind:
                family = "wordprocessingml.document" if "word" in kind else ""
                family = family or "presentationml.presentation"
                kind = f"application/vnd.openxmlformats-officedocument.{family}.main+xml"
                node.set("ContentType", kind)
                self.touch(CONTENT_TYPES)

    def _inside(self, rels: str) -> None:
        """Take out the relations of a part that lead elsewhere, or to what was taken out."""
        folder, name = posixpath.split(rels)
        part = posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))
        gone = set()
        for node, target in self.relations(part):
            kind = (node.get("Type") or "").rpartition("/")[2]
            address = node.get("Target") or ""
            if target:
                if not _RUNS.search(target):
                    continue
            elif kind == "hyperlink" and _CLICKED.match(address):
                continue
            else:
                self.dropped[f"{visible(kind)} → {visible(address)}"] = None
            gone.add(node.get("Id"))
            self.tree(rels).remove(node)
            self.touch(rels)
        if gone and part in self.parts and part.endswith(".xml"):
            self._unlinked(part, gone)

    def _unlinked(self, part: str, gone: set[str | None]) -> None:
        """Take out what names a relation that is no longer there."""
        for node in list(self.tree(part).iter(etree.Element)):
            for key in [key for key in node.attrib if str(key).startswith(R)]:
                if node.get(key) in gone:
                    self.touch(part)
                    del node.attrib[key]
                    # a link without its address is text; a picture without its file is none
                    parent = node.getparent()
                    if node.tag not in (f"{W}hyperlink", f"{A}blip") and parent is not None:
                        parent.remove(node)

    def _asking(self, part: str) -> None:
        """Take out fields and actions that run a program or take in another file."""
        for node in list(self.tree(part).iter(etree.Element)):
            parent = node.getparent()
            if node.tag == f"{W}altChunk" or _ACTION.match(node.get("action") or ""):
                self.dropped[etree.QName(node).localname] = None
                if parent is not None:
                    parent.remove(node)
                    self.touch(part)
        for texts in _instructions(self.tree(part)):
            asked = "".join(
                node.get(f"{W}instr") or "" if node.tag == f"{W}fldSimple" else node.text or ""
                for node in texts
            )
            found = _ASKING.search(asked)
            if found:
                self.dropped[visible(found[0])] = None
                self.touch(part)
                for node in texts:
                    # what it showed last stays
                    if node.tag == f"{W}fldSimple":
                        node.set(f"{W}instr", "")
                    else:
                        node.text = ""


def _instructions(tree: etree._Element) -> Iterator[list[etree._Element]]:
    """Yield what each field asks for: a program may write one instruction in many pieces.

    One that stands in another is asked with it.
    """
    depth, pieces = 0, list[etree._Element]()
    for node in tree.iter(f"{W}fldSimple", f"{W}fldChar", f"{W}instrText"):
        if node.tag == f"{W}fldSimple":
            yield [node]
        elif node.tag == f"{W}instrText":
            pieces.append(node)
        elif node.get(f"{W}fldCharType") == "begin":
            depth += 1
        elif node.get(f"{W}fldCharType") == "end":
            depth -= 1
            if depth <= 0:
                yield pieces
                depth, pieces = 0, []
    if pieces:
        yield pieces


def rels_of(part: str) -> str:
    """Return the name of the part with a part's relations."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
