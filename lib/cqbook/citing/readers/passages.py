"""The paragraphs of a document, and the figures that each of them stands beside.

What is printed of a figure says something of the figure beside it: below another one it is wrong,
though every letter is right.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from cqbook.citing.cited import STRANGER, FigureKey, Passage, PassageRole
from cqbook.citing.readers.office_parts import A, C, P, Parts, W, box_of
from cqbook.citing.remarks import is_remark, named_in, said_back
from cqbook.disk.untrusted import safe_parser

#: Names of styles: of headings, with their level, of titles, and of tables of contents.
_HEADING = re.compile(r"(?:heading|标题)\s?([1-9])", re.I)
_TITLE = re.compile(r"title|文档标题|标题", re.I)
_CONTENTS = re.compile(r"(?:toc|table of figures|contents|目录|图表目录)", re.I)
#: How far from a figure what stands at it may be on a slide: 8 mm, in EMU.
TOUCHING = 300_000
#: How far the level of a heading is looked for in what a style is made from.
_BASES = 8
#: How far above a paragraph its table is, and above a picture the one that it is set in.
_DEEP = 12
#: Figures below a heading that are looked at.
_HELD = 60
_VML = "{urn:schemas-microsoft-com:vml}imagedata"
_TEXT: PassageRole = "text"
#: What shows a picture.
SHOWING = (f"{A}blip", f"{C}chart", _VML)
_STYLES = "word/styles.xml"
#: The parts with slides, and with what is said to them.
SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
NOTES = re.compile(r"ppt/notesSlides/notesSlide\d+\.xml")


#: A passage, and the element that it is in a document.
PlacedPassage = tuple[etree._Element, Passage]


@dataclass(frozen=True)
class _Line:
    """A paragraph, by how many figures stand before it; ``level``: of a heading, else -1.

    ``place``: how many paragraphs outside of tables stand before it; -1 of one inside.
    """

    node: etree._Element
    text: str
    before: int
    role: PassageRole
    level: int = -1
    place: int = -1
    renumbered: str = ""


@dataclass(frozen=True)
class _Block:
    """A picture or a table, by how many paragraphs outside of tables stand before it."""

    place: int
    node: etree._Element
    key: FigureKey | None = None


@dataclass(frozen=True)
class _Text:
    """A part of Word in order: its paragraphs, figures, and figures and tables as blocks."""

    lines: list[_Line]
    figures: list[tuple[int, FigureKey]]
    blocks: list[_Block]


def paragraphs_of(tree: etree._Element) -> Iterator[str]:
    """Yield the text of each paragraph; of one inside another only once."""
    for node, text in _read(tree, ()):
        if node.tag[-2:] == "}p":
            yield text


def _read(tree: etree._Element, more: Sequence[str]) -> Iterator[tuple[etree._Element, str]]:
    """Yield paragraphs with their texts at their ends, and other elements where they begin."""
    tags = [f"{space}{tag}" for space in (W, A) for tag in "pt"] + [f"{W}moveFrom", *more]
    texts: list[list[str]] = [[]]
    gone = 0
    for event, node in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        if node.tag == f"{W}moveFrom":
            # it stands elsewhere now
            gone += 1 if event == "start" else -1
        elif node.tag[-2:] == "}t":
            if event == "start" and not gone:
                texts[-1].append(node.text or "")
        elif node.tag[-2:] != "}p":
            if event == "start":
                yield node, ""
        elif event == "start":
            texts.append([])
        else:
            yield node, "".join(texts.pop())


# --- Word


def _heading_levels(parts: Parts, part: str) -> Mapping[str, int]:
    """Return the level of each style that is one of headings, by its id; -1: of contents."""
    if part not in parts.names:
        return {}
    tree = etree.fromstring(parts.read(part), safe_parser())
    styles = {node.get(f"{W}styleId") or "": node for node in tree.iter(f"{W}style")}
    found: dict[str, int] = {}
    for key, first in styles.items():
        node: etree._Element | None = first
        for _ in range(_BASES):
            level = None if node is None else _level(node)
            if level is not None:
                found[key] = level
                break
            base = None if node is None else next(node.iterchildren(f"{W}basedOn"), None)
            node = None if base is None else styles.get(base.get(f"{W}val") or "")
    return found


def _level(style: etree._Element) -> int | None:
    names = [node.get(f"{W}val") or "" for node in style.iterchildren(f"{W}name")]
    for name in names:
        numbered = _HEADING.fullmatch(name.strip())
        if _CONTENTS.match(name.strip()):
            return -1
        if numbered:
            return int(numbered[1])
        if _TITLE.fullmatch(name.strip()):
            return 0
    for facts in style.iterchildren(f"{W}pPr"):
        return _outlined(facts)
    return None


def _outlined(facts: etree._Element) -> int | None:
    for node in facts.iterchildren(f"{W}outlineLvl"):
        text = node.get(f"{W}val") or ""
        return int(text) + 1 if text in tuple("012345678") else None
    return None


def _word_passages(text: _Text) -> Iterator[PlacedPassage]:
    """Yield the paragraphs of a part of Word with the figures beside them."""
    at = {
        line.node: [block.key or STRANGER for block in blocks] for line, blocks in _at_blocks(text)
    }
    for (node, made), line in zip(_beside(text.lines, text.figures), text.lines, strict=True):
        typed = typed_numbers(node, made.text)
        keys = tuple(dict.fromkeys(at.get(node, ())))
        found = () if STRANGER in keys else keys
        yield node, replace(made, at=found, renumbered=line.renumbered, typed=typed)


def _word_text(
    parts: Parts, tree: etree._Element, shown: Mapping[etree._Element, FigureKey]
) -> _Text:
    """Return a part of Word in order; it is asked for its passages, and for its tables.

    ``shown``: what shows figures of the book: pictures and charts.
    """
    if tree not in parts.texts:
        levels = parts.once(_STYLES, _heading_levels)
        parts.texts[tree] = _word_text_of(tree, shown, levels)
    made: _Text = parts.texts[tree]
    return made


def _word_text_of(
    tree: etree._Element, shown: Mapping[etree._Element, FigureKey], levels: Mapping[str, int]
) -> _Text:
    made = _Text([], [], [])
    # one that sets pictures side by side is no table of numbers
    setting = {
        up
        for node in tree.iter(*SHOWING)
        for up in itertools.islice(node.iterancestors(), _DEEP)
        if up.tag == f"{W}tbl"
    }
    tables: set[etree._Element] = set()
    counted: dict[str, int] = {}
    place = 0
    for node, text in _read(tree, (*SHOWING, f"{W}tbl")):
        if node.tag == f"{W}tbl":
            if node not in setting:
                made.blocks.append(_Block(place, node))
                tables.add(node)
        elif node.tag[-2:] != "}p":
            key = shown.get(node, STRANGER)
            made.figures.append((len(made.lines), key))
            made.blocks.append(_Block(place, node, key))
        elif text.strip():
            role, level = _role(node, levels)
            inside = any(up in tables for up in itertools.islice(node.iterancestors(), _DEEP))
            renumbered = counted_anew(node, counted) if _COUNTED.match(text) else ""
            made.lines.append(
                _Line(
                    node, text, len(made.figures), role, level, -1 if inside else place, renumbered
                )
            )
            place += not inside
    return made


def _at_blocks(text: _Text) -> Iterator[tuple[_Line, tuple[_Block, ...]]]:
    """Yield paragraphs outside of tables with the pictures and tables that are nearest to each.

    Below the same heading; of one between two all of both. What says 上图 is of pictures
    alone, and of those above it where there are any.
    """
    kinds = {
        "": text.blocks,
        "图": [block for block in text.blocks if block.key] or text.blocks,
        "表": [block for block in text.blocks if not block.key] or text.blocks,
    }
    places_of = {noun: [block.place for block in found] for noun, found in kinds.items()}
    lines = [line for line in text.lines if line.place >= 0]
    heads = [line.place for line in lines if line.role == "heading"]
    for line in lines:
        noun, side = named_in(line.text)
        blocks, places = kinds[noun], places_of[noun]
        at = bisect.bisect_left(heads, line.place)
        first = heads[at - 1] + 1 if at else 0
        last = heads[at] if at < len(heads) else len(lines)
        low, middle = (bisect.bisect_left(places, place) for place in (first, line.place + 1))
        high = bisect.bisect_right(places, last)
        headed = line.role == "heading"
        above = places[middle - 1] if middle > low and not headed else None
        below = places[middle] if high > middle else None
        if side == "上" and above is not None:
            below = None
        elif side == "下" and below is not None:
            above = None
        apart = {
            place: line.place - place if place == above else place - line.place - 1
            for place in (below, above)
            if place is not None
        }
        if headed and min(apart.values(), default=1):
            # of a heading only what stands right below it
            continue
        nearest = [place for place, far in apart.items() if far == min(apart.values())]
        found = (
            blocks[number]
            for place in nearest
            for number in range(
                bisect.bisect_left(places, place), bisect.bisect_right(places, place)
            )
        )
        yield line, tuple(itertools.islice(found, _HELD))


def said_of_tables(
    parts: Parts, tree: etree._Element, shown: Mapping[etree._Element, FigureKey]
) -> dict[etree._Element, tuple[str, ...]]:
    """Return what paragraphs say of the numbers of the tables of Word that they stand at."""
    if next(tree.iter(f"{W}tbl"), None) is None:
        return {}
    found: dict[etree._Element, list[str]] = {}
    text = _word_text(parts, tree, shown)
    before: _Line | None = None
    for line, blocks in _at_blocks(text):
        tables = [block for block in blocks if block.key is None]
        # between two tables it is of the one below it, as a caption is
        follows = any(block.place == line.place for block in tables)
        own = before and not follows and _OWN_NUMBERS.match(before.text)
        before = line
        if not tables or not is_remark(line.text) or (own and said_back(line.text)[0]):
            continue
        found.setdefault(tables[0].node, []).append(line.text)
    return {node: tuple(texts[:_HELD]) for node, texts in found.items()}


#: A paragraph with numbers of somebody's own, and no line of a table.
_OWN_NUMBERS = re.compile(r"(?!\s*[（(]?(?:注|资料来源|数据来源|来源|表|单位)).*\d", re.S)
#: A paragraph that begins as captions do, and a figure's number elsewhere.
_COUNTED = re.compile(r"\s{0,4}(?:图|Figure)")
_TYPED = re.compile(r"(?<!附)图\s?(\d{1,3}(?:[-–—.]\d{1,3})?)(?![\d年月日万亿%％])")
_SEQUENCE = re.compile(r'\bSEQ\s+"?(?P<label>[^\s"\\]+)"?(?:.*?\\r\s*(?P<reset>\d{1,3}))?')


def _fields(paragraph: etree._Element) -> Iterator[tuple[str, etree._Element | None]]:
    """Yield the letters of a paragraph with the field that they are of, and None at its end."""
    open_: list[str] = []
    tags = [f"{W}{tag}" for tag in ("t", "instrText", "fldChar", "fldSimple")]
    for event, node in etree.iterwalk(paragraph, events=("start", "end"), tag=tags):
        kind = node.get(f"{W}fldCharType")
        begins = kind == "begin" or (node.tag == f"{W}fldSimple" and event == "start")
        ends = kind == "end" or (node.tag == f"{W}fldSimple" and event == "end")
        if begins and event == "start":
            open_.append(node.get(f"{W}instr") or "")
        elif ends and open_ and (event == "end"):
            yield open_.pop(), None
        elif node.tag == f"{W}instrText" and event == "start" and open_:
            open_[-1] += node.text or ""
        elif node.tag == f"{W}t" and event == "start":
            yield "".join(open_), node


def counted_anew(paragraph: etree._Element, counted: dict[str, int]) -> str:
    """Return the number that Word gives a caption when it counts its captions again.

    ``counted``: by label, those before it; this one is added.
    """
    for asked, node in _fields(paragraph):
        found = _SEQUENCE.search(asked) if node is None else None
        if found:
            label = found["label"]
            counted[label] = int(found["reset"]) if found["reset"] else counted.get(label, 0) + 1
            return str(counted[label])
    return ""


def typed_numbers(paragraph: etree._Element, text: str) -> tuple[str, ...]:
    """Return the numbers of figures that a paragraph names, and that are no field of Word's."""
    if not _TYPED.search(text):
        return ()
    letters = "".join(
        (node.text or "") if not asked.strip() else "〓"
        for asked, node in _fields(paragraph)
        if node is not None
    )
    return tuple(_TYPED.findall(letters))


def _role(paragraph: etree._Element, levels: Mapping[str, int]) -> tuple[PassageRole, int]:
    facts = next(paragraph.iterchildren(f"{W}pPr"), None)
    linked = itertools.islice(paragraph.iterchildren(f"{W}hyperlink"), 1)
    if any((link.get(f"{W}anchor") or "").startswith("_Toc") for link in linked):
        return "contents", -1
    if facts is None:
        return "text", -1
    own = _outlined(facts)
    for node in facts.iterchildren(f"{W}pStyle"):
        level = levels.get(node.get(f"{W}val") or "")
        if level == -1:
            return "contents", -1
        own = level if own is None else own
    if own is not None:
        return "heading", own
    listed = next(facts.iterchildren(f"{W}numPr"), None)
    return ("text" if listed is None else "item"), -1


def _beside(lines: list[_Line], figures: list[tuple[int, FigureKey]]) -> Iterator[PlacedPassage]:
    """Yield lines with the figures below their heading that are nearest."""
    ends = _ends(lines)
    sections = [place for place, line in enumerate(lines) if line.level >= 0]
    # how many lines stand before each figure
    places = [place for place, _ in figures]
    for number, line in enumerate(lines):
        if line.role == "heading":
            last = bisect.bisect_right(places, ends[number])
            below = tuple(key for _, key in figures[line.before : min(last, line.before + _HELD)])
            yield line.node, Passage(line.text, _known(below), _known(below), "heading")
            continue
        at = bisect.bisect_right(sections, number)
        first = sections[at - 1] if at else -1
        stop = sections[at] if at < len(sections) else len(lines)
        # those in the section, before and behind the line
        low = bisect.bisect_right(places, first)
        high = bisect.bisect_right(places, stop)
        above = _run(figures, range(line.before - 1, low - 1, -1))
        below_it = _run(figures, range(line.before, high))
        made = Passage(line.text, (), (), line.role)
        yield line.node, _nearest(made, number, above, below_it)


def _ends(lines: Sequence[_Line]) -> list[int]:
    """Return for each heading before which line its part ends."""
    ends = [len(lines)] * len(lines)
    open_: list[int] = []
    for number, line in enumerate(lines):
        while line.level >= 0 and open_ and lines[open_[-1]].level >= line.level:
            ends[open_.pop()] = number
        if line.level >= 0:
            open_.append(number)
    return ends


_Run = tuple[int, tuple[FigureKey, ...]]


def _run(figures: Sequence[tuple[int, FigureKey]], order: range) -> _Run | None:
    """Return the nearest figures of the book between which no text stands, and where they do.

    Where there are none, the nearest pictures that do not say what they are.
    """
    stranger: _Run | None = None
    place, found = -1, list[FigureKey]()
    for number in order[:_HELD]:
        at, key = figures[number]
        if key == STRANGER:
            stranger = stranger or (at, (STRANGER,))
        elif not found or at == place:
            place = at
            found.append(key)
        else:
            break
    return (place, tuple(found)) if found else stranger


def _nearest(made: Passage, number: int, above: _Run | None, below: _Run | None) -> Passage:
    """Return a passage beside the figure above it, and the one below that is not further away.

    The source of a figure may stand between it and the next one.
    """
    sides = [run for run in (above, below) if run]
    known = [run for run in sides if STRANGER not in run[1]] or sides
    near = [
        run
        for run in known
        if run is above
        or above is None
        or above not in known
        or run[0] - number - 1 <= number - above[0]
    ]
    beside, sided = (tuple(key for run in runs for key in run[1]) for runs in (near, known))
    return replace(made, near=beside, sides=sided)


def _known(keys: tuple[FigureKey, ...]) -> tuple[FigureKey, ...]:
    """Return those of the book, or that there are only others."""
    known = tuple(dict.fromkeys(key for key in keys if key != STRANGER))
    return known or ((STRANGER,) if keys else ())


# --- slides


def _slide_passages(
    parts: Parts, tree: etree._Element, shown: Mapping[etree._Element, FigureKey]
) -> Iterator[PlacedPassage]:
    """Yield the paragraphs of a slide with the figures on it, and those nearest to their shape."""
    held = list(itertools.islice(tree.iter(*SHOWING), _HELD))
    keys = _known(tuple(shown.get(node, STRANGER) for node in held))
    boxes = [
        (shown[node], box)
        for node in held
        if node in shown and (box := box_of(parts, shape_of(node))) is not None
    ]
    # of the only figure on a slide without a table all is said that is said there
    only = len(held) == 1 and STRANGER not in keys and next(tree.iter(f"{A}tbl"), None) is None
    alone = keys if only else ()
    near, role, at = keys, _TEXT, alone
    for node, text in _read(tree, (f"{P}sp", f"{P}graphicFrame")):
        if node.tag[-2:] == "}p":
            if text.strip():
                yield node, Passage(text, near, keys, role, at)
            continue
        box = box_of(parts, node) if boxes else None
        near = keys if box is None else _nearest_boxes(box, boxes)
        touching = box is not None and min(_apart(box, other)[0] for _, other in boxes) <= TOUCHING
        at = near if touching else alone
        role = "heading" if _is_title(node) else _TEXT


def shape_of(node: etree._Element) -> etree._Element | None:
    """Return the shape of a slide that a picture or a chart is in."""
    above = itertools.islice(node.iterancestors(), 6)
    return next((up for up in above if up.tag in (f"{P}pic", f"{P}graphicFrame", f"{P}sp")), None)


def _is_title(shape: etree._Element) -> bool:
    for facts in shape.iterchildren(f"{P}nvSpPr"):
        kinds = (node.get("type") for node in itertools.islice(facts.iter(f"{P}ph"), 1))
        return any(kind in ("title", "ctrTitle") for kind in kinds)
    return False


def _nearest_boxes(
    box: tuple[int, int, int, int], boxes: Sequence[tuple[FigureKey, tuple[int, int, int, int]]]
) -> tuple[FigureKey, ...]:
    """Return the figures that no other is nearer than, from edge to edge.

    Of those that are as near, the ones that it stands above, below or beside.
    """
    least = min(_apart(box, other) for _, other in boxes)
    return tuple(dict.fromkeys(key for key, other in boxes if _apart(box, other) == least))


def _apart(box: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> tuple[int, bool]:
    """Return how far boxes are from each other, and whether they are so across and down."""
    across = max(other[0] - box[2], box[0] - other[2])
    down = max(other[1] - box[3], box[1] - other[3])
    return max(0, across) + max(0, down), across >= 0 and down >= 0


def _slide_of(parts: Parts, notes: str) -> str:
    """Return the slide that a page of notes is of; ``""`` if of none."""
    led = (parts.relation(notes, key) for key in parts.relations(notes))
    return next((part for part in led if SLIDE.fullmatch(part)), "")


def passages_of(
    parts: Parts,
    part: str,
    tree: etree._Element,
    shown: Mapping[str, Mapping[etree._Element, FigureKey]],
) -> Iterator[PlacedPassage]:
    """Yield the paragraphs of a part with the figures that they stand beside.

    Parameters
    ----------
    parts : Parts
    part : str
        The name of the part.
    tree : element
    shown : mapping of str to mapping of element to FigureKey
        What shows figures of the book, by part; of slides, before the notes to them.
    """
    if part.startswith("word/"):
        yield from _word_passages(_word_text(parts, tree, shown[part]))
    elif SLIDE.fullmatch(part):
        yield from _slide_passages(parts, tree, shown[part])
    else:
        # what is said to a slide is said of what is on it
        slide = _slide_of(parts, part) if NOTES.fullmatch(part) else ""
        keys = tuple(dict.fromkeys(shown.get(slide, {}).values()))[:_HELD]
        for node, text in _read(tree, ()):
            if node.tag[-2:] == "}p" and text.strip():
                yield node, Passage(text, keys, keys)
