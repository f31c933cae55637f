"""Titles, captions, source lines and sentences that a briefing prints of a figure, asked again.

They stand in a document without a mark of their own. A paragraph that is nearly one of them and not
the same was one of them, and somebody changed it, or added to it; one that is the same stands at
its figure; a paragraph that is like none is somebody's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cqbook.citing.alike import bare, pairs_of
from cqbook.citing.briefing import PrintedKind
from cqbook.citing.cited import CAPTION_NUMBER, STRANGER, FigureKey, Passage
from cqbook.citing.claims_said import STOPS, TAKEN, ClaimFault, SaidClaim, without_claims
from cqbook.citing.entries import EntryRow
from cqbook.citing.marks import citations_in
from cqbook.citing.remarks import Remark, said_back, strange_back, strange_remark
from cqbook.citing.retold import captioned_otherwise, mistold, names_a_figure
from cqbook.errors import DataError

#: The part of a text of ours that a paragraph must share to have been made of it, and the same of
#: one that is short: a title shares a word with other titles.
LIKE, LIKE_SHORT, SHORT = 0.7, 0.6, 20
#: The part of a paragraph from which on a text of ours in it is what it says.
MOSTLY = 0.5
#: Pairs of a paragraph and a text of ours that are compared for one document.
PAIRS = 1_500_000
#: Where a summary says which figure shows what it says.
_REFERENCE = re.compile(r"\(图(\d{1,3})\)\.?")
#: The number of a heading; a slide that goes on says so.
_NUMBERED = re.compile(
    r"\s*(?:第?[一二三四五六七八九十]{1,3}[、.．章节]|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,2}(?:\.\d{1,2})*(?:[.．、](?!\d)|[\s　]))[\s　]*"
)
_GOES_ON = re.compile(r"[(（]续[)）]$")
#: What a note or a line of sources begins with.
_LEAD = re.compile(r"\s*(?:注|(?:数据|资料)来源(?:[（(][^（）()]{1,20}[）)])?)[:：]")
#: Signs that say nothing, and those that a sentence ends with.
_SIGNS = f" .,;:!?、·｜|()-/{TAKEN}\"'“”"
#: Words that say what a sentence before them means.
_RESCOPING = re.compile(
    "以上|上述|前述|此处|这里|上面|单位|口径|换算|美元|人民币|应为|有误|并非|不是"
)


@dataclass(frozen=True)
class TextFault:
    """A text of a figure that does not stand as the book has it: where, and why not.

    ``misplaced``: it is whole, and beside another figure, or beside a picture nobody knows.
    """

    figure: FigureKey
    text: str
    wanted: str
    misplaced: str = ""
    unknown: bool = False


@dataclass(frozen=True)
class _Ours:
    figure: FigureKey
    text: str
    plain: str
    kind: PrintedKind


PrintedByFigure = Mapping[FigureKey, Mapping[str, PrintedKind]]


def altered_sentences(
    passages: Sequence[Passage], known: PrintedByFigure, claims: Sequence[SaidClaim], name: str
) -> Iterator[TextFault]:
    """Yield the texts of figures that were altered, or stand beside another figure.

    And sentences of claims that were altered; whole, they stand anywhere.

    Parameters
    ----------
    passages : sequence of Passage
    known : mapping of FigureKey to mapping of str to PrintedKind
        What is printed of each figure.
    claims : sequence of SaidClaim
        The sentences of the editions that the document is of.
    name : str
        Of the document, for what is told.

    Raises
    ------
    DataError
        If there is more to compare than anybody waits for.
    """
    ours = [
        _Ours(figure, text, plain, kind)
        for figure, texts in known.items()
        for text, kind in texts.items()
        if (plain := bare(text))
    ]
    whole: dict[str, list[_Ours]] = {}
    for item in ours:
        whole.setdefault(item.plain.rstrip(STOPS), []).append(item)
    texts = len(ours) + len(claims)
    left = [passage for passage in dict.fromkeys(passages) if passage.role != "contents" and texts]
    unlike = sum(1 for passage in left if bare(passage.text).rstrip(STOPS) not in whole)
    if unlike * texts > PAIRS:
        msg = f"{name}：文字过多，不能一次比较；分成几份再核对 | {name}: too much text: split it"
        raise DataError(msg)
    pairs = {item.plain: pairs_of(item.plain) for item in ours}
    numbers = caption_numbers(left)
    seen: set[str] = set()
    anywhere = {claim.plain for claim in claims}
    for passage in left:
        core, bound = core_of(passage.text)
        same = whole.get(core.rstrip(STOPS)) or whole.get(bare(passage.text).rstrip(STOPS))
        if not same and (lacking := _shortened(passage, ours)):
            yield lacking
            continue
        if not same and (parts := _parts(core, ours)):
            # a number by itself is of no figure alone
            same = [item for item in parts if len(core) >= min(SHORT, MOSTLY * len(item.plain))]
            if not same:
                continue
        if core.rstrip(STOPS) in anywhere and _is_running(passage):
            continue
        if same:
            told = _misplaced(passage, bound, same, numbers)
            # of an edition that nobody has, that is said of the figure
            if told and not any(
                key[0] == told.figure[0] and key not in known for key in passage.sides
            ):
                yield told
            continue
        if passage.text in seen:
            continue
        seen.add(passage.text)
        said = without_claims(passage.text, claims)
        yield from _altered_claims(said.faults, ours, pairs)
        if said.taken:
            core, bound = core_of(said.rest)
            passage = replace(passage, text=said.rest)
        told = _added(passage, core, bound, ours)
        if told:
            yield told
        if told or _goes_on(core, ours):
            continue
        found = _nearest(core, pairs_of(core), ours, pairs)
        if found:
            yield TextFault(found.figure, passage.text, found.text)


def _altered_claims(
    faults: Iterable[ClaimFault], ours: Sequence[_Ours], pairs: Mapping[str, frozenset[str]]
) -> Iterator[TextFault]:
    """Yield the sentences of claims that say another thing; what is nearer to a figure's is its."""
    for fault in faults:
        own = pairs_of(fault.text)
        near = _nearest(fault.text, own, ours, pairs)
        if near and len(pairs[near.plain] & own) > fault.share * len(pairs[near.plain]):
            continue
        why = f"与论断的原句“{fault.claim.text}”字词不同，没有比较" if fault.words else ""
        yield TextFault(fault.claim.key, fault.text, fault.claim.text, why, unknown=fault.words)


def _shortened(passage: Passage, ours: Sequence[_Ours]) -> TextFault | None:
    """Return what the note or the sources beside a figure lack: a condition, one of its sources.

    Whether its numbers want it there is for who reads the document: not compared, and said.
    """
    said = _items(passage.text)
    if not said:
        return None
    beside = {*passage.near, *passage.sides}
    for item in ours:
        wanted = _items(item.text) if item.kind == "line" and item.figure in beside else {}
        if said.keys() < wanted.keys():
            lacks = "；".join(wanted[key] for key in wanted if key not in said)
            why = f"少了“{lacks}”，没有比较"
            return TextFault(item.figure, passage.text, item.text, why, unknown=True)
    return None


def _items(text: str) -> dict[str, str]:
    """Return the sentences of a note, or the sources of a line of sources: bare, and as they are.

    Without the unit, which may stand elsewhere; with what the line begins with, which says whether
    its numbers are derived.
    """
    lead = _LEAD.match(text)
    if not lead:
        return {}
    pieces = [piece.strip() for piece in re.split("[。；;]", text[lead.end() :])]
    left = [piece for piece in pieces if piece and not piece.startswith(("单位", "图：", "图:"))]
    return {f"{bare(lead[0])}{bare(piece).rstrip(STOPS)}": piece for piece in left}


def _is_running(passage: Passage) -> bool:
    """Return whether a paragraph is neither the title nor the caption of anything."""
    return passage.role != "heading" and not CAPTION_NUMBER.match(passage.text)


def caption_numbers(passages: Sequence[Passage]) -> dict[FigureKey, set[str]]:
    """Return by which numbers captions beside a figure call it."""
    found: dict[FigureKey, set[str]] = {}
    for passage in passages:
        number = _caption_number(passage)
        if number:
            for figure in passage.near:
                found.setdefault(figure, set()).add(number)
    found.pop(STRANGER, None)
    return found


def core_of(text: str) -> tuple[str, str]:
    """Return a paragraph without its number, and the number of the figure that it refers to."""
    lead = CAPTION_NUMBER.match(text) or _NUMBERED.match(text)
    plain = bare(_GOES_ON.sub("", text[lead.end() :] if lead else text))
    refers = _REFERENCE.search(plain)
    if refers and refers.end() == len(plain):
        return plain[: refers.start()], refers[1]
    return plain, ""


def _misplaced(
    passage: Passage, refers: str, same: Sequence[_Ours], numbers: Mapping[FigureKey, set[str]]
) -> TextFault | None:
    """Return the text of the book that stands whole, beside another figure than its own."""
    owners = {item.figure for item in same}
    first = same[0]
    if refers:
        called = set().union(*(numbers.get(figure, ()) for figure in owners))
        others = {figure for figure, of in numbers.items() if refers in of} - owners
        if (called and refers not in called) or (not called and others):
            why = f"写着见图{refers}，那不是它的图"
            return TextFault(first.figure, passage.text, first.text, why)
        return None
    # what a table has is asked for with the table: it stands beside figures too
    if passage.role == "item" or any(item.kind in ("citation", "table") for item in same):
        return None
    kinds = {item.kind for item in same}
    beside = passage.sides if kinds == {"sentence"} else passage.near
    if not beside or owners & set(beside):
        return None
    if set(beside) == {STRANGER}:
        # a finding may be said above a picture of one's own
        if "line" not in kinds and not CAPTION_NUMBER.match(passage.text):
            return None
        why = "旁边的图不说自己是什么"
        return TextFault(first.figure, passage.text, first.text, why, unknown=True)
    name, edition = next(figure for figure in beside if figure != STRANGER)
    why = f"站在图 {name}（版次 {edition}）旁边"
    return TextFault(first.figure, passage.text, first.text, why)


def strange_remarks(
    passages: Sequence[Passage],
    known: PrintedByFigure,
    whole: Mapping[FigureKey, Sequence[str]],
    claims: Sequence[SaidClaim],
    numbers: Mapping[str, FigureKey],
    rows: Mapping[FigureKey, Sequence[EntryRow]],
) -> Iterator[TextFault]:
    """Yield what somebody says of numbers of the book, and the book does not: 以上均为美元值.

    And what somebody tells of a figure by its name, otherwise than it is.

    Parameters
    ----------
    passages : sequence of Passage
    known : mapping of FigureKey to mapping of str to PrintedKind
        What is printed of each figure.
    whole : mapping of FigureKey to sequence of str
        All that the book says of each, bare.
    claims : sequence of SaidClaim
    numbers : mapping of str to FigureKey
        The numbers of the book in the text, bare, with their names and editions.
    rows : mapping of FigureKey to sequence of EntryRow
        Those of each figure.
    """
    called = caption_numbers(passages)
    ours = {bare(text) for texts in known.values() for text in texts}

    def spoken_of(text: str) -> tuple[FigureKey, str] | None:
        """Return what of the book stands in a text of somebody's own."""
        plain = bare(text)
        said = next((claim.key for claim in claims if claim.stands_in(plain)), None)
        marked = (key for number, key in numbers.items() if number in plain)
        key = said or next(marked, None)
        return (key, text) if key else None

    # what 以上 is of: a sentence, or else the figure; of numbers of somebody's own it is none
    before: tuple[FigureKey, str] | None = None
    own = False
    for passage in passages:
        core, _ = core_of(passage.text)
        asked = [figure for figure in passage.at if figure in whole]
        if core in ours or bare(passage.text) in ours:
            before, own = None, False
            continue
        if any(True for _ in citations_in(passage.text)):
            continue
        back, led = said_back(passage.text)
        of = spoken_of(led) if re.search(r"\d", led) else before
        remark: Remark | None = None
        figure = STRANGER
        if back and of:
            figure, remark = of[0], strange_back(back, [of[1]])
        elif back and not own and not re.search(r"\d", led):
            figure, remark = _of_all(asked, [strange_back(back, whole[item]) for item in asked])
        if remark is None:
            found = [strange_remark(passage.text, whole[item]) for item in asked]
            figure, remark = _of_all(asked, found)
        if remark is None and CAPTION_NUMBER.match(passage.text):
            found = [captioned_otherwise(passage.text, whole[item]) for item in asked]
            figure, remark = _of_all(asked, found)
        if remark is None and names_a_figure(passage.text):
            typed = set(passage.typed)
            meant = [key for key, of in called.items() if key in whole and typed & of] or asked
            found = [mistold(passage.text, rows.get(item, ()), whole[item]) for item in meant]
            figure, remark = _of_all(meant, found)
        if remark:
            why = remark.why or f"书里{'不是这样' if remark.certain else '没有这样说'}"
            yield TextFault(figure, passage.text, "", why, unknown=not remark.certain)
        elif re.search(r"\d", core) and not _caption_number(passage):
            before, own = spoken_of(passage.text), True
        elif passage.role == "heading":
            before, own = None, False


def _of_all(
    figures: Sequence[FigureKey], remarks: Sequence[Remark | None]
) -> tuple[FigureKey, Remark | None]:
    """Return the remark that is strange of each figure; one that is true of either is of that."""
    if remarks and all(remarks):
        return figures[0], remarks[0]
    return STRANGER, None


def loose_references(passages: Sequence[Passage], known: PrintedByFigure) -> Iterator[TextFault]:
    """Yield what names a figure by a number that is typed, and is or becomes that of another one.

    Word counts its captions, and not what somebody typed of them.
    """
    left = [passage for passage in passages if passage.role != "contents"]
    captions = [passage for passage in left if _caption_number(passage)]
    now: dict[str, set[int]] = {}
    later: dict[str, set[int]] = {}
    for place, passage in enumerate(captions):
        number = _caption_number(passage)
        now.setdefault(number, set()).add(place)
        later.setdefault(passage.renumbered or number, set()).add(place)
    of_ours = next((key for item in captions for key in item.near if key in known), None)
    if of_ours is None:
        return
    told: set[str] = set()
    for passage in left:
        # the first of a caption that Word does not count is its own
        own = bool(_caption_number(passage)) and not passage.renumbered
        for number in passage.typed[1:] if own else passage.typed:
            here, then = now.get(number, set()), later.get(number, set())
            if number in told or (here == then and len(here) == 1):
                continue
            told.add(number)
            if not here:
                why = f"写着图{number}，文中没有这个号的图"
            elif len(here) > 1:
                why = f"写着图{number}，文中有{len(here)}张图是这个号"
            else:
                why = f"写着图{number}，是手打的：Word 重排图号以后，那是另一张图"
            near = (key for place in here for key in captions[place].near if key in known)
            yield TextFault(next(near, of_ours), passage.text, "", f"{why}，没有比对", unknown=True)


def _caption_number(passage: Passage) -> str:
    """Return the number of a caption of a figure; empty of any other paragraph, as 图1显示…."""
    found = CAPTION_NUMBER.match(passage.text)
    if not found or "图" not in found[0] or "附" in found[0]:
        return ""
    ends = found[0][-1] in " 　:：、.．\t" or found.end() == len(passage.text)
    return found[1] if passage.renumbered or ends else ""


def _added(passage: Passage, core: str, bound: str, ours: Sequence[_Ours]) -> TextFault | None:
    """Return the text of ours to which words were added that change what it says."""
    within = sorted(
        (item for item in ours if item.plain in core), key=lambda item: -len(item.plain)
    )
    if not within or set(passage.near) == {STRANGER}:
        return None
    held = within[0]
    if held.kind == "citation":
        # a line that cites a figure may stand in any sentence
        return None
    # a title is said, and which figure shows it
    refers = bool(bound or _REFERENCE.search(core))
    rest = _REFERENCE.sub("", core)
    for item in within:
        rest = rest.replace(item.plain, "※")
    added = [piece for piece in rest.split("※") if piece.strip(_SIGNS)]
    if not added:
        return None
    if _goes_on(core, within):
        # a sentence of one's own behind one of the book, unless it says what that means
        return (
            TextFault(held.figure, passage.text, held.text)
            if _RESCOPING.search("".join(added))
            else None
        )
    begins = core.startswith(held.plain)
    captioned = refers or passage.role == "heading" or bool(CAPTION_NUMBER.match(passage.text))
    goes_on = begins and core[len(held.plain)] in ".,;:、(（[-"
    beside = {item.figure for item in within if item.plain == held.plain} & set(passage.near)
    mostly = len(held.plain) >= MOSTLY * len(core)
    if (captioned and goes_on) or (mostly and (captioned or beside or len(held.plain) >= SHORT)):
        return TextFault(held.figure, passage.text, held.text)
    return None


def _goes_on(core: str, ours: Sequence[_Ours]) -> bool:
    """Return whether a paragraph begins with a whole sentence of the book."""
    return any(
        item.kind == "sentence" and item.plain[-1] in STOPS and core.startswith(item.plain)
        for item in ours
    )


def _nearest(
    plain: str, own: Collection[str], ours: Sequence[_Ours], pairs: Mapping[str, frozenset[str]]
) -> _Ours | None:
    """Return the text of ours that a paragraph was made of and is not; nothing if it holds one."""
    # words of one's own around a text of ours are none of it; unless what is around it was, too
    held = max((item.plain for item in ours if item.plain in plain), key=len, default="")
    best, found = 0.0, None
    for item in ours:
        wanted = item.plain
        if held and (held not in wanted or held == wanted):
            continue
        short = len(wanted) < SHORT
        if len(plain) > (1.5 if short else 4) * len(wanted) or len(plain) * 2.5 < len(wanted):
            continue
        shared = len(pairs[wanted].intersection(own)) / max(1, len(pairs[wanted]))
        if shared >= (LIKE_SHORT if short else LIKE) and shared > best:
            best, found = shared, item
    return found


def _parts(plain: str, ours: Sequence[_Ours]) -> list[_Ours]:
    """Return the texts of ours that a paragraph is, with whole sentences left out; no notes."""
    return [item for item in ours if not _LEAD.match(item.text) and _is_part(plain, item.plain)]


def _is_part(plain: str, wanted: str) -> bool:
    plain = plain.rstrip(STOPS)
    begin = wanted.find(plain)
    if begin < 0 or len(plain) < 4:
        return False
    end = begin + len(plain)
    ends = ".;,:｜"
    return (begin == 0 or wanted[begin - 1] in ends) and (end == len(wanted) or wanted[end] in ends)
