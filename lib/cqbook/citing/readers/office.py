"""Word and PowerPoint: marks in alternative texts, captions, names of boxes, bookmarks, media."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from lxml import etree

from cqbook.citing.cited import CITED_MOST, Chart, Cited, CitedKind, FigureKey, Passage
from cqbook.citing.entries import CLAIM, is_table
from cqbook.citing.marks import (
    EDITION_PATTERN,
    MARK_PATTERN,
    bookmark,
    citations_in,
    number_marks,
    table_bookmark,
)
from cqbook.citing.readers.office_charts import chart_of, identity_of_chart
from cqbook.citing.readers.office_parts import (
    FEW,
    PIC,
    WP,
    A,
    C,
    P,
    Parts,
    R,
    W,
    box_of,
    slide_size,
)
from cqbook.citing.readers.office_slides import boxed_numbers, joined, slide_tables
from cqbook.citing.readers.office_word import bookmarked_numbers, nameless_tables, tables
from cqbook.citing.readers.passages import (
    NOTES,
    SLIDE,
    paragraphs_of,
    passages_of,
    said_of_tables,
    shape_of,
)
from cqbook.citing.readers.png import read_png
from cqbook.citing.readers.svg import read_svg
from cqbook.disk.raster import raster
from cqbook.disk.untrusted import opened, safe_parser, whole
from cqbook.errors import DataError

SVG_BLIP = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip"
#: What Word and PowerPoint keep of a picture that changes nothing in it but its colours to grey.
_HARMLESS = re.compile(r"\}(?:useLocalDpi|svgBlip|ext|extLst|grayscl)$")

#: The part by which the sides of a picture may be shown in another proportion, and the part of a
#: figure's height that what lies over it may take: both are rounding, and lines that touch.
STRETCHED, TOUCHED = 0.05, 0.03
#: Other fills that are seen, and what has the names of shapes.
_SEEN = (f"{A}gradFill", f"{A}pattFill", f"{A}blipFill", f"{C}chart")
_NAMED = (f"{P}cNvPr", f"{WP}docPr", f"{PIC}cNvPr")
#: Groups of shapes inside each other that are looked through.
_GROUPS = 8
#: The width below which nobody reads a figure: 1.5 cm.
SPECK_EMU = 540_000
#: The part of a figure that may lie outside of its slide.
OUTSIDE = 0.03
#: What is said of a drawing that bears the mark of a figure, and shows nothing.
GONE = "文件里有这张图的标记，没有它的画面：图片删去了，或只是链接"
#: How XML says no.
_OFF = ("0", "false")
#: Parts that hold what is seen; in styles, themes and settings nothing is printed.
PRINTED = re.compile(
    r"word/(?!styles|stylesWithEffects|settings|webSettings|fontTable|numbering|theme/).*\.xml$"
    r"|ppt/(?!theme/|presProps|viewProps|tableStyles).*\.xml$"
)

#: The parts with the comments, and with the text, of a Word file.
REMARKS = "word/comments.xml"
MAIN = "word/document.xml"


def read_office(content: bytes, name: str) -> Iterator[Cited]:
    """Yield what stands in a Word or PowerPoint file."""
    with opened(content, name) as archive:
        parts = Parts(archive)
        names = [part for part in parts.names if PRINTED.match(part)]
        # the core properties may be left out, and an edition lost by who saved it again
        core = "docProps/core.xml"
        said = parts.read(core).decode("utf-8") if core in parts.names else ""
        edition = EDITION_PATTERN.search(said)
        seen: dict[Cited, None] = {}
        numbers: list[Cited] = []
        laid: list[Cited] = []
        nameless: list[Cited] = []
        on_slides: list[Cited] = []
        listed: dict[str, str] = {}
        printed: dict[Cited, None] = {}
        passages: list[Passage] = []
        strangers = 0
        shown: dict[str, dict[etree._Element, FigureKey]] = {}
        for part in sorted(names, key=text_first):
            tree = etree.fromstring(parts.read(part), safe_parser())
            drawn = list(itertools.islice(_figures(parts, part, tree), CITED_MOST))
            figures = [item for _, item in drawn]
            seen |= dict.fromkeys(figures)
            shown[part] = {
                node: (item.name, item.edition) for nodes, item in drawn for node in nodes
            }
            blips = sum(1 for _ in tree.iter(f"{A}blip"))
            strangers += blips - sum(1 for item in figures if item.picture or item.drawing[1])
            of = edition["edition"] if edition else ""
            numbers += itertools.islice(bookmarked_numbers(tree, of), CITED_MOST)
            numbers += itertools.islice(boxed_numbers(tree), CITED_MOST)
            around = said_of_tables(parts, tree, shown[part])
            laid += itertools.islice(tables(tree, of, around), CITED_MOST)
            on_slides += itertools.islice(slide_tables(tree), CITED_MOST)
            nameless += itertools.islice(nameless_tables(tree, around), CITED_MOST)
            for item in itertools.islice(_listed(tree), CITED_MOST):
                listed[item.name] = item.edition
                printed[item] = None
            # what somebody remarks is none of the document's text
            if part != REMARKS:
                passages += (item for _, item in passages_of(parts, part, tree, shown))
            if max(len(seen), len(numbers), len(laid), len(on_slides)) >= CITED_MOST:
                break
    laid += joined(on_slides)
    said_to_be = {item.name for item in laid}
    texts = [passage.text for passage in passages]
    yield from _shown(seen, texts, said_to_be, strangers, len(nameless))
    yield from laid
    of = [pair for text in texts for pair in citations_in(text) if is_table(pair[0])]
    of += [(item.name, item.edition) for item in laid if is_table(item.name)]
    of += [(item.name, item.edition) for item in seen]
    yield from _perhaps_of(of, nameless)
    for item in numbers:
        # the list at the end of a document says the edition too, where its properties are gone
        of = listed.get(item.name, "")
        yield item if item.edition or not of else replace(item, edition=of)
    # who rewrites a sentence often deletes the bookmark with it
    found = Counter(item.name for item in numbers)
    missing = [name for name in listed if name not in found]
    yield from (item for item in printed if item.name in found)
    for name in missing:
        why = "文末列着这个数，正文里找不到它：书签随改写删去了，或整句删去了"
        yield Cited("number", name, listed[name], lost=why)
    if edition:
        named = {item.name for item in seen}
        yield from _promised(edition, named, said_to_be, len(numbers) + len(missing))
    yield Cited("text", "", edition["edition"] if edition else "", passages=tuple(passages))


def text_first(part: str) -> tuple[int, str]:
    """Return what the parts of a document are read by: the text, what is said to it, the rest."""
    main = part == MAIN or SLIDE.fullmatch(part)
    return (0 if main else 1 if NOTES.fullmatch(part) else 2), part


def _perhaps_of(of: Iterable[FigureKey], nameless: list[Cited]) -> Iterator[Cited]:
    """Yield each table that does not say what it is as of each table and figure that is there.

    It may be that, or have its numbers: who knows them tells.
    """
    pairs = itertools.product(dict.fromkeys(of), nameless)
    for (name, edition), item in itertools.islice(pairs, CITED_MOST):
        yield replace(item, name=name, edition=edition)


def _is_held(name: str, held: Container[str]) -> bool:
    """Return whether something in a document says that it is a table, by its mark or bookmark."""
    return name in held or table_bookmark(name) in held


def _promised(
    edition: re.Match[str], drawn: Container[str], tables: Container[str], numbers: int
) -> Iterator[Cited]:
    """Yield what the properties of a document say that it holds, and is not found in it."""
    short = int(edition["numbers"] or 0) - numbers
    if short > 0:
        why = f"文件属性说有{edition['numbers']}处数，{short}处找不到：书签或文本框的名称没有了"
        yield Cited("number", "", edition["edition"], lost=why)
    for name in dict.fromkeys(edition["figures"].split()):
        # a figure is not there because the table of its data is
        if not (_is_held(name, tables) if is_table(name) else name in drawn):
            kind, zh = _KINDS[is_table(name)]
            why = f"文件属性列着这张{zh}，文中找不到它的标记"
            yield Cited(kind, name, edition["edition"], lost=why)


_KINDS: dict[bool, tuple[CitedKind, str]] = {False: ("figure", "图"), True: ("table", "表")}


def _shown(
    seen: dict[Cited, None], texts: list[str], tables: Container[str], strangers: int, nameless: int
) -> Iterator[Cited]:
    """Yield figures with what shows them; one that only words name is not compared.

    ``tables``: what tables say to be; ``strangers``, ``nameless``: how many pictures and tables do
    not say what they are.
    """
    drawn = {(item.name, item.edition) for item in seen if item.picture or item.chart}
    for item in seen:
        if item.picture or item.chart or item.drawing[1]:
            yield item
        elif (item.name, item.edition) not in drawn:
            # a caption says nothing that its picture does not
            drawn.add((item.name, item.edition))
            yield replace(item, lost=item.lost or "图注在，没有认出它的图，画面没有比较")
    known = {item.name for item in seen}
    for text in texts:
        for name, edition in citations_in(text):
            if name not in known and not (is_table(name) and _is_held(name, tables)):
                known.add(name)
                count, kind = (nameless, "表") if is_table(name) else (strangers, "图")
                alone = count > 0 and not name.startswith(CLAIM)
                why = f"文中有{count}张{kind}不说自己是什么，没有比较" if alone else ""
                yield Cited("citation", name, edition, text=text, lost=why)


def _listed(tree: etree._Element) -> Iterator[Cited]:
    """Yield the numbers that a document says at its end to hold, as it says them there."""
    for text in paragraphs_of(tree):
        for found in number_marks(text):
            yield Cited("number", bookmark(found.name), found.edition, text=found.text, listed=True)


def mark_of(node: etree._Element) -> re.Match[str] | None:
    """Return the mark of a figure that a drawing bears, in its alternative text or its name.

    LibreOffice keeps the names of shapes on slides, and drops their alternative texts.
    """
    found = (MARK_PATTERN.search(node.get(key) or "") for key in ("descr", "name"))
    return next((item for item in found if item and not is_table(item["id"])), None)


def _figures(
    parts: Parts, name: str, tree: etree._Element
) -> Iterator[tuple[tuple[etree._Element, ...], Cited]]:
    """Yield the figures of a part, each with the pictures and charts that show it."""
    known: set[etree._Element] = set()
    for node in tree.iter(etree.Element):
        said, found = node.get("descr") or "", mark_of(node)
        if found:
            blip, frame = _blip(parts, node), _chart_frame(parts, node)
            vector = None if blip is None else parts.first(blip, SVG_BLIP)
            nodes = tuple(item for item in (blip, frame, vector) if item is not None)
            known |= set(nodes)
            picture = _target(parts, name, blip, "embed")
            # programs that know the drawing show it, and not the picture beside it
            drawing = _target(parts, name, vector, "embed")
            done = [] if blip is None else [*_done_to(blip), *_reshaped(parts, blip, picture)]
            held = blip if frame is None else frame
            hidden = [] if held is None else [*_hidden(parts, held, tree)]
            yield nodes, Cited(
                "figure", found["id"], found["edition"], found["data"],
                text=said,
                picture=b"" if drawing else picture,
                drawing=("svg", drawing) if drawing else ("", b""),
                chart=_chart(parts, name, frame),
                changed="；".join([*done, *_covered(parts, held)]),
                lost="；".join(hidden) if picture or drawing or frame is not None else GONE,
            )  # fmt: skip
    for node in tree.iter(f"{A}blip", f"{C}chart", SVG_BLIP):
        # what says of itself what it is: pasted into somebody's document, or its text deleted
        if node not in known:
            shows = tuple(node.iterancestors(f"{A}blip"))[:1] or (node,)
            unseen = "；".join(_hidden(parts, node, tree))
            for item in _by_itself(parts, name, node):
                yield shows, replace(item, lost=unseen)
    for text in paragraphs_of(tree):
        for found in MARK_PATTERN.finditer(text):
            if not is_table(found["id"]):
                yield (), Cited("figure", found["id"], found["edition"], found["data"])


def _by_itself(parts: Parts, name: str, node: etree._Element) -> Iterator[Cited]:
    """Yield the figure that a medium says it is, whatever the document says of it."""
    if node.tag == f"{C}chart":
        chart = parts.relation(name, node.get(f"{R}id") or "")
        found = identity_of_chart(parts, chart) if chart else None
        if found:
            yield Cited(
                "figure", found["id"], found["edition"], found["data"],
                chart=chart_of(parts, chart),
            )  # fmt: skip
        return
    content = _target(parts, name, node, "embed")
    done = [*_covered(parts, node)]
    if node.tag == f"{A}blip":
        done += [*_done_to(node), *_reshaped(parts, node, content)]
    if content.startswith(b"\x89PNG"):
        found_in = read_png(content, name)
    elif node.tag == SVG_BLIP:
        found_in = read_svg(content, name)
    else:
        return
    for item in found_in:
        yield replace(item, changed="；".join(done))


def _done_to(blip: etree._Element) -> Iterator[str]:
    """Yield what a document does to a picture that it shows: a part cut off, colours changed."""
    fill = blip.getparent()
    for cut in () if fill is None else fill.iterchildren(f"{A}srcRect"):
        # below nought it is a margin around the picture
        if any(str(value).strip("0")[:1] not in ("", "-") for value in cut.attrib.values()):
            yield "裁去了一部分"
    effects = [
        str(node.tag).rpartition("}")[2]
        for node in blip.iter(etree.Element)
        if node is not blip and not _HARMLESS.search(str(node.tag))
    ]
    if effects:
        yield f"加了效果（{'、'.join(dict.fromkeys(effects))[:80]}）"


def _reshaped(parts: Parts, blip: etree._Element, picture: bytes) -> Iterator[str]:
    """Yield how a picture is shown otherwise than it is: mirrored, turned, stretched."""
    holder = next(itertools.islice(blip.iterancestors(), 1, 2), None)
    frame = None if holder is None else parts.first(holder, f"{A}xfrm")
    if frame is not None:
        if frame.get("flipH", "0") not in _OFF or frame.get("flipV", "0") not in _OFF:
            yield "镜像了"
        if int(frame.get("rot") or 0) % 21_600_000:
            yield "转了方向"
        size = parts.first(frame, f"{A}ext")
        if size is None or not picture:
            return
        wide, high = int(size.get("cx") or 0), int(size.get("cy") or 0)
        # what can't be opened is told of where pictures are compared
        with suppress(DataError), whole("picture"):
            across, down = raster(picture).size
            if abs(wide * down - high * across) > STRETCHED * high * across:
                yield "拉长或压扁了"


def _covered(parts: Parts, node: etree._Element | None) -> Iterator[str]:
    """Yield that another shape of a slide lies over a figure, as a number painted over does.

    Of the shapes above it, and above the groups that it is in, `FEW` are looked at.
    """
    shape = None if node is None else shape_of(node)
    own = box_of(parts, shape)
    if shape is None or own is None:
        return
    groups = itertools.islice(shape.iterancestors(f"{P}grpSp"), _GROUPS)
    above = itertools.chain.from_iterable(up.itersiblings() for up in (shape, *groups))
    for over in itertools.islice(above, FEW):
        box = box_of(parts, over)
        # the line below a figure may touch it
        if box and all(_overlap(own, box, side) for side in (0, 1)) and not _is_empty(over):
            yield "上面盖着别的形状"
            return


def _overlap(own: tuple[int, int, int, int], over: tuple[int, int, int, int], side: int) -> bool:
    """Return whether a shape lies over more than the edge of another, across or down."""
    edge = (own[side + 2] - own[side]) * TOUCHED
    if over[side] == over[side + 2]:
        # a stroke through it is as wide as nothing
        return own[side] + edge < over[side] < own[side + 2] - edge
    return min(own[side + 2], over[side + 2]) - max(own[side], over[side]) > edge


def _is_empty(shape: etree._Element) -> bool:
    """Return whether nothing of a shape is seen: without text, picture, fill and line.

    An automatic shape has the fill and the line of its style where it says nothing else.
    """
    if next(shape.iter(f"{A}t", f"{A}blip", f"{A}solidFill", *_SEEN), None) is not None:
        return False
    for style in shape.iter(f"{P}style"):
        facts = next(style.itersiblings(f"{P}spPr", preceding=True), None)
        own = [] if facts is None else [str(node.tag) for node in facts]
        lines = [] if facts is None else list(facts.iterchildren(f"{A}ln"))
        lined = not any(next(node.iterchildren(f"{A}noFill"), None) is not None for node in lines)
        drawn = [("fillRef", f"{A}noFill" not in own), ("lnRef", lined)]
        for tag, said in drawn:
            for node in style.iterchildren(f"{A}{tag}"):
                if said and node.get("idx", "0") != "0":
                    return False
    return True


def _hidden(parts: Parts, node: etree._Element, tree: etree._Element) -> Iterator[str]:
    """Yield why nobody sees a figure that is in the file."""
    if tree.tag == f"{P}sld" and tree.get("show", "1") in _OFF:
        yield "这一页幻灯片隐藏着，放映时看不见"
    shape = shape_of(node)
    box, page = box_of(parts, shape), slide_size(parts)
    if box and box[2] - box[0] < SPECK_EMU:
        yield "图缩到看不清了"
    if box and page:
        wide = min(box[2], page[0]) - max(box[0], 0)
        high = min(box[3], page[1]) - max(box[1], 0)
        if max(wide, 0) * max(high, 0) < (1 - OUTSIDE) * (box[2] - box[0]) * (box[3] - box[1]):
            yield "图伸到幻灯片之外，看不全"
    for up in itertools.islice(node.iterancestors(), 12):
        if up.tag in (f"{W}del", f"{W}moveFrom"):
            yield "图在修订中删去了"
            return
        # a body may have a hundred thousand children
        held = itertools.islice(up.iterchildren(etree.Element), 8)
        firsts = {node.tag: node for node in held}
        size = firsts.get(f"{WP}extent")
        if size is not None and int(size.get("cx") or SPECK_EMU) < SPECK_EMU:
            yield "图缩到看不清了"
            return
        for facts in firsts.values():
            first = next(facts.iterchildren(etree.Element), None)
            names = next(
                (item for item in (facts, first) if item is not None and item.tag in _NAMED), None
            )
            if names is not None and names.get("hidden", "0") not in _OFF:
                yield "图隐藏着，看不见"
                return
        looks = firsts.get(f"{W}rPr") if up.tag == f"{W}r" else None
        gone = None if looks is None else next(looks.iterchildren(f"{W}vanish"), None)
        if gone is not None and gone.get(f"{W}val", "1") not in _OFF:
            yield "图隐藏着，看不见"
            return


def _chart_frame(parts: Parts, node: etree._Element) -> etree._Element | None:
    """Return the chart that a drawing's properties belong to, if it is one."""
    frame = next(
        (
            up
            for up in _above(node)
            if str(up.tag).endswith(("}graphicFrame", "}inline", "}anchor"))
        ),
        None,
    )
    return None if frame is None else parts.first(frame, f"{C}chart")


def _chart(parts: Parts, name: str, frame: etree._Element | None) -> Chart | None:
    target = "" if frame is None else parts.relation(name, frame.get(f"{R}id") or "")
    return chart_of(parts, target) if target else None


def _blip(parts: Parts, node: etree._Element) -> etree._Element | None:
    """Return the picture that a drawing's properties belong to."""
    found = (parts.first(holder, f"{A}blip") for holder in _above(node))
    return next((blip for blip in found if blip is not None), None)


def _target(parts: Parts, name: str, node: etree._Element | None, kind: str) -> bytes:
    """Return the bytes of what an element embeds."""
    target = "" if node is None else parts.relation(name, node.get(f"{R}{kind}") or "")
    return parts.read(target) if target else b""


def _above(node: etree._Element) -> Iterator[etree._Element]:
    """Yield what a drawing's properties lie in, as near as formats put them to the drawing."""
    # one more would be the slide, with all that is on it
    return itertools.islice(node.iterancestors(), 2)
