"""What a document lends to a briefing: how it looks. What runs or leads elsewhere stays.

Of a Word file: styles, numbering, theme, page, and the plain text of headers and footers with page
numbers. Of slides: masters, layouts, themes, and the PNG and JPEG pictures inside them. A new file
is made of these, element by element of the namespaces that draw; nothing else is copied into it.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lxml import etree

from cqbook.citing.readers.office_parts import A, R, W
from cqbook.disk.untrusted import CONTENT_TYPES, content_of, opened, safe_parser, whole
from cqbook.errors import visible

_XML = "{http://www.w3.org/XML/1998/namespace}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_OFFICE = R[1:-1]
_TYPE = "application/vnd.openxmlformats-officedocument."
#: Parts that run or hold what was made elsewhere, by their names.
_RUNS = re.compile(r"vba|activex|embeddings|oleobject|customui|externallinks|\.bin$", re.I)
#: Elements that act, move, or hold what is none of Office.
_ACTS = frozenset(
    f"{space}{name}"
    for space, names in {
        W: "numPicBullet lvlPicBulletId fldSimple fldChar instrText hyperlink object pict drawing"
        " altChunk subDoc control",
        A: "hlinkClick hlinkMouseOver hlinkHover snd wavAudioFile audioCd audioFile videoFile"
        " quickTimeFile extLst buBlip objectDefaults",
        P: "graphicFrame contentPart controls custDataLst timing transition extLst oleObj"
        " legacyDrawing",
    }.items()
    for name in names.split()
)
#: Numbers of pages, the only fields that a header keeps; they are written anew.
_PAGES = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES)\b", re.I)
_PICTURES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg"}


@dataclass(frozen=True)
class Template:
    """A new file with what a document lends, and what of it was not taken that acts, in words.

    ``kind``: of the briefings that it is a template of, ``docx`` or ``pptx``.
    """

    content: bytes
    left: tuple[str, ...]
    kind: str


def template_of(path: Path) -> Template:
    """Return what a document lends.

    Raises
    ------
    DataError
        If it is no intact Word file or presentation.
    """
    content = content_of(path)
    with opened(content, path.name) as archive, whole(path.name):
        return _Lender(archive).lent()


@dataclass(frozen=True)
class _Relation:
    kind: str
    target: str
    outside: bool


@dataclass
class _Lender:
    """A document that lends; ``parts``, ``types``: of the new file; ``left``: what stays."""

    archive: zipfile.ZipFile
    parts: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    left: dict[str, None] = field(default_factory=dict)

    def lent(self) -> Template:
        for name in self.archive.namelist():
            if _RUNS.search(name):
                self.left[f"{visible(name)}"] = None
            if name.endswith(".rels"):
                for item in self._read_relations(name).values():
                    if item.outside:
                        self.left[f"{item.kind} → {visible(item.target)}"] = None
        main = next(
            item.target
            for item in self.relations("").values()
            if item.kind == "officeDocument" and not item.outside
        )
        kind = "docx" if self.tree(main).tag == f"{W}document" else "pptx"
        if kind == "docx":
            self._word(main)
        else:
            self._slides(main)
        self._types()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in self.parts.items():
                made.writestr(name, content)
        return Template(out.getvalue(), tuple(sorted(self.left)), kind)

    # --- reading

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self.archive.namelist())

    def tree(self, part: str) -> etree._Element:
        return etree.fromstring(self.archive.read(part), safe_parser())

    def relations(self, part: str) -> dict[str, _Relation]:
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        return self._read_relations(rels) if rels in self.names else {}

    def _read_relations(self, rels: str) -> dict[str, _Relation]:
        folder = posixpath.dirname(posixpath.dirname(rels))
        found = {}
        for node in self.tree(rels).iter(f"{_RELATIONS}Relationship"):
            target, kind = node.get("Target", ""), node.get("Type", "").rpartition("/")[2]
            outside = node.get("TargetMode", "").lower() == "external"
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[node.get("Id", "")] = _Relation(visible(kind), target, outside)
        return found

    def _inside(self, part: str, kind: str) -> Iterator[tuple[str, str]]:
        """Yield id and target of a part's relations of a kind that lead to a part of the file."""
        for key, item in self.relations(part).items():
            if item.kind == kind and not item.outside and item.target in self.names:
                yield key, item.target

    # --- writing

    def _put(self, part: str, tree: etree._Element, kind: str) -> None:
        self.parts[part] = etree.tostring(
            tree, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        self.types[f"/{part}"] = f"{_TYPE}{kind}+xml"

    def _relate(self, part: str, related: Iterable[tuple[str, str, str]]) -> None:
        """Write the relations of a part: id, kind, target; each once."""
        made = etree.Element(f"{_RELATIONS}Relationships")
        for key, kind, target in dict.fromkeys(related):
            facts = {"Id": key, "Type": f"{_OFFICE}/{kind}", "Target": f"/{target}"}
            etree.SubElement(made, f"{_RELATIONS}Relationship", facts)
        folder, name = posixpath.split(part)
        self.parts[posixpath.join(folder, "_rels", f"{name}.rels")] = etree.tostring(made)

    def _types(self) -> None:
        made = etree.Element(f"{_CONTENT_TYPES}Types")
        rels = "application/vnd.openxmlformats-package.relationships+xml"
        defaults = {"rels": rels, "png": "image/png", "jpeg": "image/jpeg"}
        for ending, kind in defaults.items():
            etree.SubElement(
                made, f"{_CONTENT_TYPES}Default", {"Extension": ending, "ContentType": kind}
            )
        for name, kind in self.types.items():
            etree.SubElement(
                made, f"{_CONTENT_TYPES}Override", {"PartName": name, "ContentType": kind}
            )
        self.parts = {CONTENT_TYPES: etree.tostring(made)} | self.parts

    def _cleaned(self, tree: etree._Element, known: Iterable[str] = ()) -> etree._Element:
        """Return a tree without elements that act, and relations other than those `known`."""
        for node in list(tree.iter()):
            tag = str(node.tag)
            if node is not tree and (not tag.startswith((W, A, P)) or tag in _ACTS):
                self._drop(node)
                continue
            for name in map(str, list(node.attrib)):
                own = not name.startswith("{") or name.startswith((W, _XML))
                if not own and not (name.startswith(R) and str(node.attrib[name]) in known):
                    del node.attrib[name]
        for blip in [node for node in tree.iter(f"{A}blip") if node.get(f"{R}embed") is None]:
            self._drop_picture(blip)
        return tree

    def _drop(self, node: etree._Element) -> None:
        if str(node.tag) in _ACTS and not str(node.tag).endswith(("extLst", "objectDefaults")):
            self.left[etree.QName(node).localname] = None
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)

    def _drop_picture(self, blip: etree._Element) -> None:
        """Take a picture away that is none of the file's, and what can't be without it."""
        fill = blip.getparent()
        holder = None if fill is None else fill.getparent()
        if fill is None or holder is None:
            return
        self.left["picture"] = None
        if holder.tag == f"{P}pic":
            self._drop(holder)
        else:
            holder.replace(fill, etree.Element(f"{A}noFill"))

    def _themes(self, part: str) -> Iterator[tuple[str, str, str]]:
        for key, target in self._inside(part, "theme"):
            self._put(target, self._cleaned(self.tree(target)), "theme")
            yield key, "theme", target

    # --- Word

    def _word(self, main: str) -> None:
        related = list(self._themes(main))
        for kind in ("styles", "numbering"):
            for key, target in self._inside(main, kind):
                self._put(target, self._cleaned(self.tree(target)), f"wordprocessingml.{kind}")
                related.append((key, kind, target))
        made = etree.Element(f"{W}document", nsmap={"w": W[1:-1], "r": _OFFICE})
        body = etree.SubElement(made, f"{W}body")
        old = self.tree(main)
        fields(old, self.left)
        page = next(iter(old.findall(f"{W}body/{W}sectPr")[::-1]), None)
        page = etree.Element(f"{W}sectPr") if page is None else page
        bands = {
            f"{W}{kind}Reference": dict(self._inside(main, kind)) for kind in ("header", "footer")
        }
        known = []
        for node in list(page):
            key = node.get(f"{R}id", "")
            band = bands.get(str(node.tag), {}).get(key)
            if band is not None:
                kind = etree.QName(node).localname.removesuffix("Reference")
                known.append(key)
                self._put(band, self._band(band), f"wordprocessingml.{kind}")
                related.append((key, kind, band))
            elif str(node.tag) in bands:
                page.remove(node)
        body.append(self._cleaned(page, known))
        self._put("word/document.xml", made, "wordprocessingml.document.main")
        self._relate("word/document.xml", related)
        self._relate("", [("rId1", "officeDocument", "word/document.xml")])

    def _band(self, part: str) -> etree._Element:
        """Return a header or footer with the text of its paragraphs and its page numbers."""
        old = self.tree(part)
        fields(old, self.left)
        made = etree.Element(old.tag, nsmap={"w": W[1:-1]})
        for paragraph in _paragraphs(old):
            new = etree.SubElement(made, f"{W}p")
            for facts in paragraph.findall(f"{W}pPr")[:1]:
                new.append(self._cleaned(deepcopy(facts)))
            for piece in _runs(paragraph):
                new.append(self._cleaned(piece) if piece.tag == f"{W}r" else piece)
        if any(True for _ in old.iter(f"{W}drawing", f"{W}pict", f"{W}object")):
            self.left[f"{etree.QName(old).localname}: picture"] = None
        if not len(made):
            etree.SubElement(made, f"{W}p")
        return made

    # --- slides

    def _slides(self, main: str) -> None:
        old = self.tree(main)
        made = etree.Element(f"{P}presentation", nsmap={"p": P[1:-1], "a": A[1:-1], "r": _OFFICE})
        related = list(self._themes(main))
        listed = etree.SubElement(made, f"{P}sldMasterIdLst")
        for key, target in self._inside(main, "slideMaster"):
            for node in old.iter(f"{P}sldMasterId"):
                if node.get(f"{R}id") == key:
                    listed.append(deepcopy(node))
            self._master(target)
            related.append((key, "slideMaster", target))
        for name in ("sldSz", "notesSz", "defaultTextStyle"):
            for node in old.findall(f"{P}{name}")[:1]:
                made.append(self._cleaned(node))
        self._put("ppt/presentation.xml", made, "presentationml.presentation.main")
        self._relate("ppt/presentation.xml", related)
        self._relate("", [("rId1", "officeDocument", "ppt/presentation.xml")])

    def _master(self, part: str) -> None:
        related = list(self._themes(part))
        layouts = []
        for key, target in self._inside(part, "slideLayout"):
            back = [(name, "slideMaster", part) for name, _ in self._inside(target, "slideMaster")]
            self._drawn(target, "slideLayout", back[:1])
            layouts.append((key, "slideLayout", target))
        self._drawn(part, "slideMaster", related + layouts)

    def _drawn(self, part: str, kind: str, related: list[tuple[str, str, str]]) -> None:
        """Take a master or a layout over, with its pictures."""
        related = related + [(key, "image", target) for key, target in self._pictures(part)]
        known = [key for key, _, _ in related]
        tree = self._cleaned(self.tree(part), known)
        self._put(part, tree, f"presentationml.{kind}")
        self._relate(part, related)

    def _pictures(self, part: str) -> Iterator[tuple[str, str]]:
        """Put the pictures of a part there that are only pictures; yield id and name of each."""
        for key, target in self._inside(part, "image"):
            content = self.archive.read(target)
            form = next((_PICTURES[sign] for sign in _PICTURES if content.startswith(sign)), None)
            if form:
                name = f"{posixpath.splitext(target)[0]}.{form}"
                self.parts[name] = content
                yield key, name


def fields(tree: etree._Element, left: dict[str, None]) -> None:
    """Note the fields of a document that are asked of other files, programs or the user."""
    asked = [node.text or "" for node in tree.iter(f"{W}instrText")]
    asked += [node.get(f"{W}instr", "") for node in tree.iter(f"{W}fldSimple")]
    for text in asked:
        word = text.split()[:1]
        if word and not _PAGES.match(text):
            left[visible(word[0])] = None


def _paragraphs(node: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs of a part and of its tables, not those within drawings."""
    for child in node:
        if child.tag == f"{W}p":
            yield child
        elif child.tag in [
            f"{W}{name}" for name in ("tbl", "tr", "tc", "sdt", "sdtContent", "ins")
        ]:
            yield from _paragraphs(child)


def _runs(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Yield the text of a paragraph as plain runs, and its page numbers as fields of our own."""
    # of a field: what it asks for, then what it shows; one may stand in another
    asked: list[str] = []
    shows = True
    for node in _flat(paragraph):
        if node.tag == f"{W}fldSimple":
            found = _PAGES.match(node.get(f"{W}instr", ""))
            if found:
                yield _page_number(found[1])
            else:
                yield from _runs(node)
            continue
        for part in node.iterchildren(f"{W}fldChar", f"{W}instrText"):
            kind = part.get(f"{W}fldCharType")
            if kind == "begin":
                asked.append("")
                shows = False
            elif part.tag == f"{W}instrText" and asked:
                asked[-1] += part.text or ""
            elif kind == "separate" and asked:
                shows = not _PAGES.match(asked[-1])
            elif kind == "end" and asked:
                found = _PAGES.match(asked.pop())
                shows = True
                if found:
                    yield _page_number(found[1])
        plain = _plain_run(node) if shows else None
        if plain is not None:
            yield plain


def _flat(node: etree._Element) -> Iterator[etree._Element]:
    """Yield the runs and simple fields of a paragraph, also of links and changes within."""
    inner = [f"{W}{name}" for name in ("hyperlink", "ins", "smartTag", "sdt", "sdtContent")]
    for child in node:
        if child.tag in (f"{W}r", f"{W}fldSimple"):
            yield child
        elif child.tag in inner:
            yield from _flat(child)


def _plain_run(run: etree._Element) -> etree._Element | None:
    made = etree.Element(f"{W}r")
    for child in run.iterchildren(f"{W}rPr", f"{W}t", f"{W}tab", f"{W}br"):
        made.append(deepcopy(child))
    return made if any(child.tag != f"{W}rPr" for child in made) else None


def _page_number(word: str) -> etree._Element:
    made = etree.Element(f"{W}fldSimple", {f"{W}instr": f" {word.upper()} "})
    etree.SubElement(etree.SubElement(made, f"{W}r"), f"{W}t").text = "1"
    return made
