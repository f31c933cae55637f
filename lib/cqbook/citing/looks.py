"""How a Word document looks: as official documents do (GB/T 9704—2012), or as a template says.

The styles of a template are found by name, Chinese or English, by alias, or by their outline level;
one that it does not have is added in the plainest form, in the template's own fonts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lxml import etree

from cqbook.citing.readers.office_parts import W

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

StyleRole = Literal[
    "title", "dated", "heading1", "heading2", "heading3", "heading4", "body", "item", "quote",
    "picture", "caption", "source", "cell", "reference",
]  # fmt: skip


class _Form(NamedTuple):
    """A style: its names (the first is given to a new one), and what a house style is made of."""

    names: tuple[str, ...]
    font: str
    #: half points
    size: int
    align: str = "both"
    #: letters that the first line is set in by
    indent: int = 2
    keep: bool = False
    bold: bool = False
    before: int = 0
    after: int = 0
    #: twips between lines, 0: as high as what stands there
    line: int = 579
    outline: int = -1


_SONG, _FANG, _HEI, _KAI = "方正小标宋简体", "仿宋", "黑体", "楷体"
#: GB/T 9704—2012, 7.3: title 小标宋 二号, text 仿宋 三号, headings 黑体, 楷体, 仿宋; 22 lines.
#: What it is silent on (captions, tables, notes) is set smaller, as the ministries' briefings do.
_FORMS: dict[StyleRole, _Form] = {
    "title": _Form(
        ("Title", "标题", "文档标题"), _SONG, 44, "center", 0, True, line=700, after=290
    ),
    "dated": _Form(("Dated", "日期", "Date"), _KAI, 32, "center", 0, after=579),
    "heading1": _Form(("heading 1", "标题 1", "标题1"), _HEI, 32, keep=True, outline=0),
    "heading2": _Form(("heading 2", "标题 2", "标题2"), _KAI, 32, keep=True, outline=1),
    "heading3": _Form(("heading 3", "标题 3", "标题3"), _FANG, 32, keep=True, bold=True, outline=2),
    "heading4": _Form(("heading 4", "标题 4", "标题4"), _FANG, 32, keep=True, outline=3),
    "body": _Form(("Body of briefing", "正文", "Normal"), _FANG, 32),
    "item": _Form(("List Paragraph", "列表段落", "列出段落"), _FANG, 32, indent=0),
    "quote": _Form(("Quote", "引用", "引文"), _KAI, 32),
    "picture": _Form(("Picture of briefing",), _FANG, 24, "center", 0, True, before=160, line=0),
    "caption": _Form(("caption", "题注", "图题"), _HEI, 24, "center", 0, True, before=80, line=0),
    "source": _Form(("Source of briefing",), _FANG, 18, "left", 0, line=0, after=120),
    "cell": _Form(("Cell of briefing",), _FANG, 21, "left", 0, line=0),
    "reference": _Form(("Reference of briefing",), _FANG, 18, "left", 0, line=0, after=60),
}
#: Fonts that stand in where one is not installed, by the names that systems give them.
_INSTEAD = {
    _SONG: "宋体",
    _FANG: "仿宋_GB2312,FangSong,华文仿宋,Noto Serif CJK SC",
    _KAI: "楷体_GB2312,KaiTi,华文楷体,Noto Serif CJK SC",
    _HEI: "SimHei,华文黑体,Noto Sans CJK SC",
}
LATIN = "Times New Roman"
#: Margins in mm, above, below, left and right: the type area is 156 × 225 mm.
MARGINS_MM = (37, 35, 28, 26)
TYPE_AREA_CM = (15.6, 22.5)
#: How headings are numbered, by their level: the form of the number, and what stands around it.
_NUMBERS = (
    ("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."),
    ("decimal", "（%4）"),
)  # fmt: skip
#: How an item of a list is numbered, and marked, by its level.
_COUNTED = (("decimal", "%1."), ("decimal", "（%2）"), ("lowerLetter", "%3."))
_BULLETS = "•–·"
#: A heading that has a number of its own.
_OWN_NUMBER = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十\d]{1,3}）|\d{1,2}[.．、])"
)


def element(tag: str, **facts: object) -> etree._Element:
    """Return an element of a Word document with attributes."""
    made = etree.Element(f"{W}{tag}", nsmap={"w": W[1:-1]})
    for name, value in facts.items():
        made.set(f"{W}{name}", str(value))
    return made


def _inside(parent: etree._Element, tag: str, **facts: object) -> etree._Element:
    made = element(tag, **facts)
    parent.append(made)
    return made


@dataclass
class Looks:
    """The styles, lists and pages of a document under way; ``house``: without a template."""

    made: Document
    house: bool
    _styles: dict[StyleRole, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.house:
            _page(self.made)
            _fonts(self.made)

    def dress(self, paragraph: Paragraph, role: StyleRole) -> None:
        """Give a paragraph the style of its role."""
        facts = paragraph._p.get_or_add_pPr()
        for old in facts.findall(f"{W}pStyle"):
            facts.remove(old)
        facts.insert(0, element("pStyle", val=self.style(role)))
        if not self.house and _FORMS[role].keep:
            paragraph.paragraph_format.keep_with_next = True

    def style(self, role: StyleRole) -> str:
        """Return the id of the style of a role; it is added where there is none."""
        if role not in self._styles:
            found = self._found(role) if not self.house or role not in ("body", "dated") else None
            if self.house and found is not None:
                self._root.remove(found)
                found = None
            self._styles[role] = self._added(role) if found is None else _id(found)
        return self._styles[role]

    @cached_property
    def _root(self) -> etree._Element:
        root: etree._Element = self.made.styles.element
        return root

    def _found(self, role: StyleRole) -> etree._Element | None:
        form = _FORMS[role]
        wanted = [name.casefold() for name in form.names]
        styles = [node for node in self._root.iter(f"{W}style") if _is_of_paragraphs(node)]
        if role == "body":
            return next((node for node in styles if node.get(f"{W}default") in ("1", "true")), None)
        named = {name: node for node in reversed(styles) for name in _names(node)}
        found = next((named[name] for name in wanted if name in named), None)
        if found is None and form.outline >= 0:
            found = next((node for node in styles if _outline(node) == form.outline), None)
        return found

    def _added(self, role: StyleRole) -> str:
        """Add the style of a role: in a template without fonts, which are the template's."""
        form = _FORMS[role]
        taken = {_id(node) for node in self._root.iter(f"{W}style")}
        key = next(
            name
            for number in range(len(taken) + 1)
            if (name := f"cq{role.capitalize()}{number or ''}") not in taken
        )
        made = _inside(self._root, "style", type="paragraph", styleId=key)
        names = {name for node in self._root.iter(f"{W}style") for name in _names(node)}
        name = form.names[0] if form.names[0].casefold() not in names else key
        _inside(made, "name", val=name)
        base = next(
            (
                node
                for node in self._root.iter(f"{W}style")
                if _is_of_paragraphs(node) and node.get(f"{W}default") in ("1", "true")
            ),
            None,
        )
        if base is not None:
            _inside(made, "basedOn", val=_id(base))
        _inside(made, "qFormat")
        facts = _inside(made, "pPr")
        if form.keep:
            _inside(facts, "keepNext")
            _inside(facts, "keepLines")
        if self.house and not form.line:
            _inside(facts, "snapToGrid", val="0")
        exact = self.house and form.line > 0
        _inside(
            facts, "spacing", before=form.before, after=form.after,
            line=form.line if exact else 240, lineRule="exact" if exact else "auto",
        )  # fmt: skip
        twips = form.indent * form.size * 10 if self.house else 0
        _inside(facts, "ind", firstLineChars=form.indent * 100 if twips else 0, firstLine=twips)
        _inside(facts, "jc", val=form.align)
        if form.outline >= 0:
            _inside(facts, "outlineLvl", val=form.outline)
        letters = _inside(made, "rPr")
        if self.house:
            _inside(letters, "rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=form.font, cs=LATIN)
        if form.bold or (not self.house and (form.outline >= 0 or role == "title")):
            _inside(letters, "b")
        if self.house:
            _inside(letters, "color", val="000000")
        if self.house or form.line == 0 or role == "title":
            _inside(letters, "sz", val=form.size)
            _inside(letters, "szCs", val=form.size)
        return key

    # --- lists

    def number_headings(self, texts: list[str]) -> None:
        """Give headings of the house their numbers, 一、（一）1.（1）, unless somebody did."""
        if not self.house or any(map(_OWN_NUMBER.match, texts)):
            return
        number = self._list(_NUMBERS, indented=False)
        for level in range(len(_NUMBERS)):
            key = self.style(f"heading{level + 1}")  # type: ignore[arg-type]
            style = next(node for node in self._root.iter(f"{W}style") if _id(node) == key)
            facts = style.find(f"{W}pPr")
            assert facts is not None
            numbered = element("numPr")
            _inside(numbered, "ilvl", val=level)
            _inside(numbered, "numId", val=number)
            place = sum(1 for node in facts if node.tag in (f"{W}keepNext", f"{W}keepLines"))
            facts.insert(place, numbered)

    def unnumbered(self, paragraph: Paragraph) -> None:
        """Take the number of a heading away; in the house it stays where it stands."""
        from docx.shared import Pt

        self._listed(paragraph, 0, 0)
        if not self.house:
            return
        facts = paragraph._p.get_or_add_pPr()
        if facts.find(f"{W}ind") is None:
            paragraph.paragraph_format.first_line_indent = Pt(32)
            facts.find(f"{W}ind").set(f"{W}firstLineChars", "200")  # type: ignore[union-attr]

    @cached_property
    def bullets(self) -> int:
        """The list of all items with a bullet."""
        return self._list([("bullet", mark) for mark in _BULLETS])

    def counted(self, start: int) -> int:
        """Return a new list of numbers."""
        return self._list(_COUNTED, start=start)

    def put_into(self, paragraph: Paragraph, number: int, level: int) -> None:
        """Make a paragraph an item of a list."""
        self._listed(paragraph, number, level)

    @staticmethod
    def _listed(paragraph: Paragraph, number: int, level: int) -> None:
        facts: Any = paragraph._p.get_or_add_pPr()
        numbered = facts.get_or_add_numPr()
        for old in list(numbered):
            numbered.remove(old)
        numbered.append(element("ilvl", val=level))
        numbered.append(element("numId", val=number))

    def _list(
        self, levels: tuple[tuple[str, str], ...] | list[tuple[str, str]], *,
        indented: bool = True, start: int = 1,
    ) -> int:  # fmt: skip
        root = _numbering(self.made)
        number = 1 + max(
            (
                int(node.get(f"{W}{key}") or 0)
                for tag, key in (("abstractNum", "abstractNumId"), ("num", "numId"))
                for node in root.iter(f"{W}{tag}")
            ),
            default=0,
        )
        form = element("abstractNum", abstractNumId=number)
        _inside(form, "multiLevelType", val="multilevel")
        for place, (kind, text) in enumerate(levels):
            level = _inside(form, "lvl", ilvl=place)
            _inside(level, "start", val=start if place == 0 else 1)
            _inside(level, "numFmt", val=kind)
            _inside(level, "suff", val="tab" if indented else "nothing")
            _inside(level, "lvlText", val=text)
            _inside(level, "lvlJc", val="left")
            if indented:
                left = 640 + 560 * place + 480
                _inside(_inside(level, "pPr"), "ind", left=left, hanging=480)
        # forms stand before the lists that are made of them
        first = next(iter(root.iter(f"{W}num")), None)
        if first is None:
            root.append(form)
        else:
            first.addprevious(form)
        made = _inside(root, "num", numId=number)
        _inside(made, "abstractNumId", val=number)
        return number


def _id(style: etree._Element) -> str:
    return style.get(f"{W}styleId") or ""


def _names(style: etree._Element) -> Iterator[str]:
    """Yield the names of a style, in small letters: its own, and its aliases."""
    for node in style.iterchildren(f"{W}name", f"{W}aliases"):
        for name in (node.get(f"{W}val") or "").split(","):
            yield name.strip().casefold()


def _is_of_paragraphs(style: etree._Element) -> bool:
    return style.get(f"{W}type") == "paragraph"


def _outline(style: etree._Element) -> int:
    found = next(style.iter(f"{W}outlineLvl"), None)
    text = "" if found is None else found.get(f"{W}val") or ""
    return int(text) if text.isdecimal() else -1


def _numbering(made: Document) -> etree._Element:
    """Return the lists of a document; a template may have none."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.parts.numbering import NumberingPart

    known = [
        item.target_part
        for item in made.part.rels.values()
        if item.reltype == RELATIONSHIP_TYPE.NUMBERING
    ]
    if not known:
        from docx.oxml.parser import parse_xml

        root = parse_xml(f'<w:numbering xmlns:w="{W[1:-1]}"/>')
        part = NumberingPart(
            PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING, root, made.part.package
        )
        made.part.relate_to(part, RELATIONSHIP_TYPE.NUMBERING)
        known = [part]
    found: etree._Element = known[0].element
    return found


def _page(made: Document) -> None:
    """Set A4, the type area, and numbers of pages: ``— 1 —``, on the outer side."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(MARGINS_MM[0]), Mm(MARGINS_MM[1])
    section.left_margin, section.right_margin = Mm(MARGINS_MM[2]), Mm(MARGINS_MM[3])
    # the number stands 7 mm below the type area
    section.header_distance, section.footer_distance = Mm(15), Mm(MARGINS_MM[1] - 12)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is not None:
        section._sectPr.remove(grid)
    made.settings.odd_and_even_pages_header_footer = True
    for band, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        band.is_linked_to_previous = False
        paragraph = band.paragraphs[0]
        facts = paragraph._p.get_or_add_pPr()
        facts.append(element("ind", **{f"{side}Chars": 100, side: 280}))
        facts.append(element("jc", val=side))
        for text in ("— ", "", " —"):
            run = paragraph.add_run(text)
            run.font.size, run.font.name = Pt(14), LATIN
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
            if not text:
                run.text = "1"
                counter = element("fldSimple", instr=" PAGE ")
                run._r.addprevious(counter)
                counter.append(run._r)


def _fonts(made: Document) -> None:
    """Set the language and the fonts of all that has no style, and what stands in for them."""
    from docx.oxml.ns import qn

    # which Chinese: else the stops are set as in Taiwan
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    normal = made.styles["Normal"]
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{place}"), None)
    for place, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", _FANG)):
        fonts.set(qn(f"w:{place}"), name)
    for part in made.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            tree = etree.fromstring(part.blob)
            for name, instead in _INSTEAD.items():
                font = _inside(tree, "font", name=name)
                _inside(font, "altName", val=instead)
            part._blob = etree.tostring(
                tree, xml_declaration=True, encoding="UTF-8", standalone=True
            )
