"""Claims: comparisons that sentences and titles of a page stand on, and the blocks that hold them.

A chapter makes a claim in code and says it in prose::

    below = cq.claim("below-record", total["2025"] < total["2022"])

    :::{claim} below-record
    2025年的进出口仍比2022年的纪录少{glue:text}`gap`。
    :::

The verdict is an output of the notebook, judged like any other. Where it does not hold, the block
is not on the page; ``:::{unless} below-record`` holds what to say instead. ``:::{given} fig-…``
holds what is only said where a figure is drawn, or a text is published. A title that is a finding
takes its words from the claim: ``title=below.says("出口创了新高", "出口")``.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import nbformat

from cqbook.disk.checksums import to_json
from cqbook.errors import DataError
from cqbook.figures.figure import display_outputs, figures_of, glued, tables_of
from cqbook.figures.identity import FindingTitle, read_record, stands_on
from cqbook.quantities.quantity import NO_NUMBER, NOT_FOUND
from cqbook.quantities.verdict import OUTCOMES_ZH, Verdict, every, reasoned, rounded

CLAIM_MIME = "application/vnd.cqbook.claim+json"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: The claims of a book with their sentences, beside its pages where they are rendered.
CLAIMS = "claims.json"
_BLOCK = re.compile(
    r"^(?P<fence>:{3,})\{(?P<kind>claim|unless|given)\}[^\S\n]*(?P<names>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)[^\S\n]*(?:\n|\Z)",
    re.M | re.S,
)
GLUED_ROLE = re.compile(r"\{glue:text\}`([^`]*)`")
#: The place of a claim's sentence, as the appendix links to it.
CLAIMED_ROLE = "{{claimed}}`{name}`"
#: Blocks that stand on lines of their own are sentences of one paragraph: HTML would put a space
#: where the line ends, Chinese has none.
_BETWEEN_SENTENCES = re.compile(
    r"(?<=[。；：！？，）])\n(?=\{(?:claimed|glue:text)\}`|[\u4e00-\u9fff“（]|\d(?!\d*\.\s))"
)
#: The place of a claim in what is rendered, as `CLAIMED_ROLE` writes it.
CLAIMED = re.compile(r"\{claimed\}`[^`]*`")
_CHINESE_LETTER = re.compile("[\u3400-\u9fff]")
_BRACKET = re.compile("（([^（）]*)）")
_REFERENCE = re.compile(r"\{(?:numref|doc|ref)\}`")
#: A heading, with its address if it has one.
_HEADING = re.compile(r"^(?:\([^()\n]+\)=\s*\n)?(#+)\s+\S[^\n]*$", re.M)
_LIST_MARK = re.compile(r"\s*(?:[-*]|\d+\.)\s+|\s*")


@dataclass(frozen=True)
class Claim:
    """A named verdict; made by `claim`, read back by `claims_of`.

    ``relative``: the margin as a share of the larger number compared (``0.0063``); empty where
    there is none, as of ranks. ``limit``: see `cqbook.quantities.verdict.Room`. ``nearest``: of
    several comparisons the one that turns first.
    """

    name: str
    outcome: str
    condition: str
    margin: str
    rows: tuple[str, ...] = ()
    regardless: str = ""
    relative: str = ""
    limit: str = ""
    nearest: str = ""

    @property
    def holds(self) -> bool:
        """Whether sentences may say it."""
        return self.outcome == "holds"

    @property
    def compares(self) -> bool:
        """Whether it compares: what code looked up has no margin."""
        return bool(self.margin)

    @property
    def outcome_zh(self) -> str:
        """The outcome in words."""
        return OUTCOMES_ZH[self.outcome]

    def says(self, finding: str, otherwise: str) -> FindingTitle:
        """Return a title: the finding where the claim holds, else what the chart shows.

        Either may be what another claim says: then it stands on both.
        """
        said = finding if self.holds else otherwise
        return FindingTitle(said, self.name, *stands_on(said))

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        plain = f"论断｜{self.name}｜{self.outcome_zh}｜{self.condition}｜{self.margin}"
        return {CLAIM_MIME: json.loads(to_json(self)), "text/plain": plain}


def claim(name: str, *verdicts: Verdict) -> Claim:
    """Show and return a claim: it holds where all of its verdicts do.

    Parameters
    ----------
    name : str
        Lower-case letters, digits, hyphens: what it says. An address, not to be used again.
    *verdicts : Verdict
        What comparisons of quantities give.

    Raises
    ------
    ValueError
        If the name has another form, or there is no verdict.
    """
    from IPython.display import publish_display_data

    if not NAME.fullmatch(name):
        msg = (
            f"论断名 {name!r} 应为小写字母、数字、连字符"
            f" | name of a claim {name!r}: expected lower-case letters, digits, hyphens"
        )
        raise ValueError(msg)
    found = every(*verdicts)
    share = "" if found.room.relative is None else rounded(found.room.relative)
    made = Claim(
        name,
        found.outcome,
        found.condition,
        found.margin,
        found.rows,
        found.regardless,
        "" if found.room.unit == "rank" else share,
        found.room.limit,
        found.nearest,
    )
    publish_display_data(made._repr_mimebundle_())
    return _Shown(**vars(made))


class _Shown(Claim):
    """A claim that has been shown: as the last line of a cell it is not shown again."""

    def _ipython_display_(self) -> None:
        """Show nothing."""


def claims_of(notebook: nbformat.NotebookNode) -> dict[str, Claim]:
    """Return the claims of an executed notebook by name.

    Raises
    ------
    DataError
        If two have one name.
    """
    found: dict[str, Claim] = {}
    for output in display_outputs(notebook):
        content = output["data"].get(CLAIM_MIME)
        if content is None:
            continue
        made = read_record(Claim, content)
        if made.name in found:
            msg = f"两个论断同名：{made.name} | two claims are called {made.name!r}"
            raise DataError(msg)
        found[made.name] = made
    return found


@dataclass(frozen=True)
class Conditional:
    """A part of a cell that stands on conditions: its kind, their names, its text."""

    kind: str
    names: tuple[str, ...]
    body: str

    def asked(self) -> list[str]:
        """Return the names of the glued texts in it, those of blocks in it left out."""
        return GLUED_ROLE.findall(_BLOCK.sub("", self.body))


def blocks(text: str) -> Iterator[Conditional]:
    """Yield the conditional blocks of Markdown `text`, outer before inner."""
    for match in _BLOCK.finditer(text):
        block = _block(match)
        yield block
        yield from blocks(block.body)


def _block(match: re.Match[str]) -> Conditional:
    return Conditional(match["kind"], tuple(match["names"].split()), match["body"])


@dataclass(frozen=True)
class Known:
    """What the cells of a page gave: claims, glued texts, ids of figures and tables shown."""

    claims: Mapping[str, Claim]
    texts: Mapping[str, str]
    shown: Collection[str]

    @classmethod
    def of(cls, notebook: nbformat.NotebookNode) -> Known:
        """Return what an executed notebook gave."""
        drawn = {item.identity.id for item in figures_of(notebook)}
        listed = {item.id for item in tables_of(notebook)}
        return cls(claims_of(notebook), glued(notebook), drawn | listed)

    def stands(self, block: Conditional) -> bool:
        """Return whether a block is on the page.

        One that says a number is not where there is no such number, whatever else it stands on.

        Raises
        ------
        KeyError
            For the name of a claim that no cell makes.
        """
        if any(self.texts.get(name) in NO_NUMBER for name in block.asked()):
            return False
        if block.kind == "given":
            return all(
                name in self.shown or self.texts.get(name, NOT_FOUND) not in NO_NUMBER
                for name in block.names
            )
        held = all(self.claims[name].holds for name in block.names)
        return held if block.kind == "claim" else not held

    def resolved(self, text: str) -> str:
        """Return Markdown with the blocks that stand, without their fences and the others."""

        def chosen(match: re.Match[str]) -> str:
            block = _block(match)
            if not self.stands(block):
                return ""
            body = self.stated(block)
            return _marked(body, block.names) if block.kind == "claim" else body

        return _BLOCK.sub(chosen, text)

    def stated(self, block: Conditional) -> str:
        """Return the text of a block, with the reasons for which its figures were compared.

        Wherever it is quoted, the reasons go with it: 前者按金额，后者按辆.
        """
        body = self.resolved(block.body)
        if block.kind != "claim":
            return body
        return _reasoned(body, [self.claims[name].regardless for name in block.names])


def _reasoned(body: str, reasons: Iterable[str]) -> str:
    """Return a sentence with the reasons for which its figures were compared, before its end.

    The reasons are Chinese: an English sentence goes without.
    """
    said = "；".join(dict.fromkeys(reason for reason in reasons if reason))
    if not said or not _CHINESE_LETTER.search(body):
        return body
    text = body.rstrip()
    stop = text[-1] if text[-1] in "。！？；" else ""
    text = text.removesuffix(stop)
    # two brackets in a row are one
    start = f"{text[:-1]}；" if text.endswith("）") else f"{text}（"
    return f"{start}{said}）{stop}\n"


def _marked(body: str, names: tuple[str, ...]) -> str:
    """Return a sentence with the places of its claims before its first word."""
    if not body.strip() or body.lstrip().startswith(("#", "(", ":", "`", "|")):
        return body
    start = _LIST_MARK.match(body)
    at = start.end() if start else 0
    return body[:at] + "".join(CLAIMED_ROLE.format(name=name) for name in names) + body[at:]


def sentence(body: str, texts: Mapping[str, str]) -> str:
    """Return the text of a block in one line, its numbers in their places, roles and marks gone."""
    filled = GLUED_ROLE.sub(lambda match: texts.get(match[1], match[1]), body)
    plain = CLAIMED.sub("", filled)
    # a reference in brackets is no part of the sentence; one within it is named by what it is
    plain = _BRACKET.sub(_without_references, plain)
    plain = re.sub(r"\{(numref|doc|ref|term)\}`([^`]*)`", _named, plain)
    plain = re.sub(r"(?m)^\s*(?:[-*]|\d+\.)\s+|[*`]|^#+\s*", "", plain)
    return " ".join(plain.split())


def _without_references(match: re.Match[str]) -> str:
    """Return a bracket without what refers elsewhere; a condition beside it is kept."""
    parts = re.split("([；，])", match[1])
    kept = [
        (before, part)
        for before, part in zip(["", *parts[1::2]], parts[::2], strict=True)
        if not _REFERENCE.search(part)
    ]
    said = "".join(before + part for before, part in kept).lstrip("；，")
    return f"（{said}）" if said else ""


def _named(match: re.Match[str]) -> str:
    """Return what stands for a reference where nobody can follow it."""
    kind, text = match[1], match[2]
    if kind == "numref":
        return "图表"
    return text.partition("<")[0].strip() if kind == "term" or "<" in text else "另一页"


def cell_blocks(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, Conditional]]:
    """Yield the conditional blocks of a notebook with the number of their cell, from 1."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            for block in blocks(cell.source):
                yield number, block


@dataclass(frozen=True)
class PlacedText:
    """A glued text of a sentence, by its name."""

    name: str
    text: str


@dataclass(frozen=True)
class StatedClaim:
    """A claim with what its page says on it: the sentence of its first block, or a title.

    ``place``: the anchor of the sentence, or the id of the figure whose title it is. ``form``: the
    sentence with ``{name}`` in the places of its glued ``texts``, by which its English is known;
    ``title_en``: the title of such a figure in English.
    """

    page: str
    claim: Claim
    sentence: str
    place: str
    form: str = ""
    texts: tuple[PlacedText, ...] = ()
    title_en: str = ""

    @property
    def line(self) -> str:
        """The claim in a line: verdict, address, sentence, condition, margin."""
        said = f"“{self.sentence}”" if self.sentence else "（没有句子）"
        name = f"{self.page}.{self.claim.name}"
        why = reasoned(self.claim.condition, self.claim.margin)
        return f"{self.claim.outcome_zh}　{name}　{said}　{why}"


def said_of(page: str, notebook: nbformat.NotebookNode) -> list[StatedClaim]:
    """Return the claims of a page in order, each with its sentence; none of one not executed."""
    if not any(True for _ in display_outputs(notebook)):
        return []
    known = Known.of(notebook)
    said: dict[str, dict[str, Any]] = {}
    # what is on the page; of a claim that does not hold, what would be
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    places = [_standing(known, text) for text in prose]
    places += [[block] for _, block in cell_blocks(notebook)]
    for block in itertools.chain.from_iterable(places):
        words = sentence(known.stated(block), known.texts)
        if block.kind == "claim" and _CHINESE_LETTER.search(words):
            form, texts = _form(known.resolved(block.body), known.texts)
            for name in block.names:
                found = {"sentence": words, "place": f"claim-{name}", "form": form, "texts": texts}
                said.setdefault(name, found)
    said = {name: vars(found) for name, found in _titles(notebook).items()} | said
    none = {"sentence": "", "place": ""}
    return [StatedClaim(page, item, **said.get(name, none)) for name, item in known.claims.items()]


def _form(body: str, texts: Mapping[str, str]) -> tuple[str, tuple[PlacedText, ...]]:
    """Return a sentence with the names of its glued texts in their places, and these."""
    names = dict.fromkeys(GLUED_ROLE.findall(body))
    form = sentence(body, {name: f"{{{name}}}" for name in names})
    return form, tuple(PlacedText(name, texts[name]) for name in names if name in texts)


def _standing(known: Known, text: str) -> list[Conditional]:
    """Return the blocks of Markdown that are on the page."""
    found = []
    for match in _BLOCK.finditer(text):
        block = _block(match)
        if known.stands(block):
            found += [block, *_standing(known, block.body)]
    return found


@dataclass(frozen=True)
class _Title:
    """The title of a figure or table that stands on a claim; a table's has no English here."""

    sentence: str
    place: str
    title_en: str = ""


def _titles(notebook: nbformat.NotebookNode) -> dict[str, _Title]:
    """Return title and id of the first figure or table that stands on a claim, by claim."""
    shown = [
        (own.claims, _Title(own.title, own.id, own.english.title))
        for own in (item.identity for item in figures_of(notebook))
    ]
    shown += [(item.claims, _Title(item.title, item.id)) for item in tables_of(notebook)]
    found: dict[str, _Title] = {}
    for names, title in shown:
        for name in names:
            found.setdefault(name, title)
    return found


def shown(content: bytes) -> bytes:
    """Return an executed notebook as it is rendered: of its blocks those that stand.

    A section of which nothing stands has no heading.
    """
    # it was judged when it was made
    notebook = nbformat.v4.reads_json(content.decode("utf-8"))
    if not any(True for _ in cell_blocks(notebook)):
        return content
    known = Known.of(notebook)
    placed: set[str] = set()

    def once(match: re.Match[str]) -> str:
        first = match[0] not in placed
        placed.add(match[0])
        return match[0] if first else ""

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = known.resolved(cell.source)
            cell.source = _BETWEEN_SENTENCES.sub("", CLAIMED.sub(once, text))
    _drop_empty_sections(notebook)
    written: str = nbformat.v4.writes_json(notebook)
    return written.encode("utf-8")


def _drop_empty_sections(notebook: nbformat.NotebookNode) -> None:
    """Take out the headings under which there is no text, figure or table."""
    # from the end: whether there is something to read below, and before a heading of which level
    full, below = False, 0
    for cell in reversed(notebook.cells):
        if cell.cell_type != "markdown":
            # not made by nbformat, which would judge it once more
            alone = nbformat.NotebookNode(cells=[cell])
            full = full or bool(figures_of(alone) or tables_of(alone))
            continue
        kept = []
        for part in reversed(_sections(cell.source)):
            mark = _HEADING.match(part)
            said = part[mark.end() if mark else 0 :].strip()
            level = len(mark[1]) if mark else 0
            full = full or bool(said) or 0 < level < below
            if not mark or full or level == 1:
                kept.append(part)
                below = level or below
            full = full and not mark
        cell.source = "".join(reversed(kept))


def _sections(text: str) -> list[str]:
    """Split Markdown before its headings."""
    starts = [0, *(match.start() for match in _HEADING.finditer(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(starts)]
