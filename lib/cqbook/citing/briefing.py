"""A briefing from figures and numbers of an edition, that can be asked later if it still stands.

A briefing is a list of ids, or a small Markdown file (`citing.manuscript`): a figure or table on a
line of its own (``{{ fig-… }}``, ``{{ tab-… }}``), numbers in the text as keys of the edition
(``{{ trade.total }}``), whole sentences as the claims that they stand on
(``{{ claim:trade.below-record }}``). The same file next month gives the same briefing with new
numbers; a sentence that has become false is refused.
"""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, TypeVar

from cqbook.citing.alike import bare
from cqbook.citing.entries import CLAIM, EntryRow, ExhibitEntry, FigureEntry, Numbers, entry_of
from cqbook.citing.manuscript import (
    QUOTED_NUMBER,
    Block,
    TextRun,
    TextRuns,
    exhibit_block,
    read_manuscript,
)
from cqbook.citing.marks import TABLE, abridged, mark
from cqbook.citing.template import Template
from cqbook.disk.untrusted import whole
from cqbook.errors import DataError
from cqbook.quantities.quantity import NOT_FOUND, UNOBSERVED


def blocks_of_figures(figures: Iterable[str]) -> list[Block]:
    """Return a briefing that is a list of figures and tables."""
    return [exhibit_block(name, own_heading=True) for name in figures]


def blocks_of_markdown(text: str) -> list[Block]:
    """Return a briefing written as Markdown.

    Raises
    ------
    DataError
        If something of it can't be set; with its line.
    """
    return read_manuscript(text)


def number(numbers: Numbers, name: str) -> str:
    """Return a glued text of an edition.

    Raises
    ------
    DataError
        If there is none; the message names the nearest.
    """
    if name in numbers.turned:
        msg = (
            f"版次 {numbers.edition} 的句子 {name} 不能再说：{numbers.turned[name]}"
            f" | {name}: this sentence is not true in edition {numbers.edition}"
        )
        raise DataError(msg)
    if name not in numbers.texts:
        near = "、".join(difflib.get_close_matches(name, numbers.texts, n=3, cutoff=0.4)) or "无"
        msg = (
            f"版次 {numbers.edition} 中没有数 {name}；相近的：{near}"
            f" | no number {name!r} in edition {numbers.edition}; near ones: {near}"
        )
        raise DataError(msg)
    return numbers.texts[name]


@dataclass(frozen=True)
class PrintedPiece:
    """A piece of a paragraph as it is printed; ``name``: of the number that it is, if it is one."""

    text: str
    look: TextRun
    name: str = ""


def pieces_of(runs: TextRuns, numbers: Numbers) -> list[PrintedPiece]:
    """Return the pieces of a paragraph with its numbers in place.

    Raises
    ------
    DataError
        If there is none of a name.
    """
    made: list[PrintedPiece] = []
    for run in runs:
        place = 0
        for found in QUOTED_NUMBER.finditer(run.text):
            made.append(PrintedPiece(run.text[place : found.start()], run))
            made.append(PrintedPiece(number(numbers, found[1]), run, found[1]))
            place = found.end()
        made.append(PrintedPiece(run.text[place:], run))
    return [piece for piece in made if piece.text]


def whole_text(pieces: Sequence[PrintedPiece]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of a paragraph, and where each of its numbers begins and ends."""
    text, spans = "", []
    for piece in pieces:
        if piece.name:
            spans.append((len(text), len(text) + len(piece.text)))
        text += piece.text
    return text, spans


# --- what is said of the whole briefing

#: How the name of an edition says its month.
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
#: Headings of a summary that somebody wrote; then none is added.
_SUMMARIES = frozenset({"摘要", "要点", "内容提要", "内容摘要", "提要", "概要", "核心观点"})
SUMMARY = "要点"
#: Headings of what stands at the end.
SOURCES, ANNEX = "资料来源", "附：图中数值"


def dated(edition: str) -> str:
    """Return the line below the title: the month that an edition is of, or its name."""
    found = _MONTH.match(edition)
    return f"（{found[1]}年{int(found[2])}月）" if found else f"（版次 {edition}）"


def with_title(blocks: Iterable[Block], book: str) -> list[Block]:
    """Return blocks that begin with a title: that of their only figure, or of the book."""
    made = list(blocks)
    if made and made[0].kind == "title":
        return made
    return [Block("title", (TextRun(f"{book}图表简报"),)), *made]


def findings(blocks: Sequence[Block], edition: Path, *, numbered: bool) -> list[TextRuns]:
    """Return the summary that stands first: the quoted claims and the figures' findings, in order.

    With the numbers of the figures where they have some. Empty where somebody wrote one, or there
    is one finding only.
    """
    if any(block.kind == "heading" and block.text in _SUMMARIES for block in blocks):
        return []
    found: dict[str, TextRuns] = {}
    figures = 0
    for block in blocks:
        if block.kind == "figure":
            figures += 1
            title = bare_end(entry_of(edition, block.text).title)
            found[block.text] = (
                TextRun(f"{title}（图{figures}）。" if numbered else f"{title}。"),
            )
            continue
        for name in QUOTED_NUMBER.findall(block.text):
            if name.startswith(CLAIM):
                found[name] = (TextRun(f"{{{{ {name} }}}}"),)
    return list(found.values()) if len(found) > 1 else []


def number_list(quoted: Sequence[tuple[str, str]], edition: str, book: str) -> str:
    """Return the line at the end that says which numbers of the book a text holds, in order.

    Paper and PDF lose the bookmarks; by this line their numbers are asked.
    """
    listed = "；".join(f"{abridged(text)}〔{name}〕" for name, text in quoted)
    return f"文中数字取自《{book}》版次 {edition}，方括号内是各数在书中的编号：{listed}。"


def ems(text: str) -> float:
    """Return how many letters wide a text is: a Latin one is half as wide as a Chinese one."""
    return sum(1.0 if ord(letter) > _LAST_NARROW else 0.55 for letter in text)


_LAST_NARROW = 0x2000


def column_widths(asked: Sequence[float], room: float) -> list[float]:
    """Return how wide the columns of a table are that fills its room.

    A column that asks for little gets it; those that ask for much share what is left, and fold:
    by the roots of what they ask for, or a long one would leave the others a tower.
    """
    if sum(asked) <= room:
        return [width * room / sum(asked) for width in asked]
    given: dict[int, float] = {}
    while True:
        left = room - sum(given.values())
        open_ones = [place for place in range(len(asked)) if place not in given]
        roots = sum(asked[place] ** 0.5 for place in open_ones)
        shares = {place: left * asked[place] ** 0.5 / roots for place in open_ones}
        fair = left / len(open_ones)
        content = {
            place: asked[place] for place in open_ones if asked[place] <= max(fair, shares[place])
        }
        if not content:
            return [(given | shares)[place] for place in range(len(asked))]
        given |= content


# --- what is printed of a figure


def bare_end(text: str) -> str:
    """Return a text without its last stop."""
    return text.rstrip("。．；;，, ")


def is_known(row: EntryRow) -> bool:
    """Return whether a row has a number in print."""
    return bool(row.full) and row.full != NOT_FOUND


def counted_text(row: EntryRow, unit: str) -> str:
    """Return the number of a row as printed; a matrix and a map have counts and no printed text."""
    if row.full:
        return row.full
    if row.value is None:
        return NOT_FOUND
    return f"{row.value:g}{unit if len(unit) <= _SHORT_UNIT else ''}"


_SHORT_UNIT = 3
#: Rows that a sentence tells, and all of them where they are no more than that.
_TOLD, _ALL_TOLD = 3, 4
_PERIOD = re.compile(r"\d{4}|月|季|年")


def takeaway(entry: FigureEntry) -> str:
    """Return a sentence of the numbers of a figure, as they are printed.

    Of series over periods the last number of each; of others the first ones, with how many there
    are. What is not published is counted, not told.
    """
    known = [row for row in entry.rows if is_known(row)]
    gaps = sum(1 for row in entry.rows if row.full == NOT_FOUND)
    series = list(dict.fromkeys(row.group for row in known if row.group))
    last = {row.group: row for row in known if row.group}
    if len(series) > 1 and all(_PERIOD.search(row.label) for row in known):
        told = list(last.values())[: 2 * _TOLD]
        lead = "各系列最近一项：" if len(series) == len(told) else f"{len(series)}个系列，其中："
        said = lead + "；".join(f"{row.name}：{row.full}" for row in told)
    else:
        told = known if len(known) <= _ALL_TOLD else known[:_TOLD]
        more = f"等{len(known)}项" if len(known) > len(told) else ""
        said = "；".join(f"{row.name}：{row.full}" for row in told) + more
    left = f"；另有{gaps}项{NOT_FOUND}" if gaps and said else ""
    return f"{said}{left}。" if said else f"{bare_end(entry.subtitle)}。"


def caption(entry: ExhibitEntry) -> str:
    """Return what is shown, behind its number, where a heading says what it finds."""
    shown = bare_end(entry.subtitle)
    # a unit by itself names nothing
    return shown if len(shown) >= _NAMING else bare_end(entry.title)


_NAMING = 8


def shown_above(entry: FigureEntry) -> str:
    """Return what stands above a chart on a slide; a unit by itself stands below it."""
    return entry.subtitle if len(entry.subtitle) >= _NAMING else ""


def source(entry: FigureEntry) -> str:
    """Return the sources of a figure as a line of text has them, each once."""
    lead = entry.citations["line"].partition("：")[0]
    lead = lead if lead.startswith("数据来源") and len(lead) < _LEAD else "数据来源"
    listed = "；".join(dict.fromkeys(item.label for item in entry.sources))
    return f"{lead}：{bare_end(listed) or '见图注'}"


_LEAD = 30


def source_line(entry: FigureEntry) -> str:
    """Return the line below a figure in Word."""
    return f"{source(entry)}。{_unit(entry)}"


def _unit(entry: FigureEntry) -> str:
    return "" if entry.unit in ("", "各异") else f"单位：{bare_end(entry.unit)}。"


def note_line(entry: ExhibitEntry) -> str:
    """Return the note of a figure or table, or nothing."""
    return f"注：{bare_end(entry.note)}。" if entry.note else ""


def reference(entry: ExhibitEntry) -> str:
    """Return the entry of a figure or table in a list of references.

    Without the place for a day that nobody filled in, and without an address that leads nowhere
    outside of the book.
    """
    text = entry.citations["gbt7714"].replace("[引用日期]", "")
    return re.sub(r" v/[\w/.-]{1,200}\.html#(?:fig|tab)-[a-z0-9-]{1,80}\.?$", "", text)


def slide_foot(entry: FigureEntry, edition: str) -> str:
    """Return the line below a figure on a slide, by which the figure is known on paper too."""
    of = re.search("图：(《.{1,80}》)", entry.citations["line"])
    return f"{source_line(entry)}图：{of[1] if of else ''}版次 {edition}，{entry.id}。"


@dataclass(frozen=True)
class Laid:
    """A table of a figure's numbers: heads, rows, and what is said below it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: str = ""


#: What stands behind a number that is not as published.
RECKONED = "*"
#: Series that stand side by side, the part of the cells that must be filled then, and rows shown.
#: ALL_ROWS: more than any figure draws.
ALL_ROWS = 1 << 20
_SIDE_BY_SIDE, _FILLED, _MOST_ROWS = 6, 0.5, 24
NO_CELL = "—"


def numbers_table(entry: FigureEntry, most: int = _MOST_ROWS) -> Laid:
    """Return the numbers of a figure as a table: series side by side where they share their rows.

    Of more than `most` rows the last periods, or the first others, are shown; all of them are in
    the files of the figure.
    """
    series = list(dict.fromkeys(row.group for row in entry.rows if row.group))
    labels = list(dict.fromkeys(row.label for row in entry.rows))
    by_key = {(row.group, row.label): row for row in entry.rows}
    known = [row for row in entry.rows if is_known(row)]
    shared = (
        1 < len(series) <= _SIDE_BY_SIDE
        and len(by_key) == len(entry.rows)
        and all(row.group for row in entry.rows)
        and len(known) >= _FILLED * len(series) * len(labels)
        and all(row.full for row in entry.rows)
    )
    if not shared:
        return _listed(entry, most)
    rows = []
    starred = False
    for label in sorted(labels, key=_numbers_in) if all(map(_is_day, labels)) else labels:
        cells = []
        for name in series:
            row = by_key.get((name, label))
            reckoned = row is not None and is_known(row) and row.status in UNOBSERVED
            starred = starred or reckoned
            cells.append((row.full or "" if row else NO_CELL) + (RECKONED if reckoned else ""))
        rows.append((label, *cells))
    below = [f"带{RECKONED}的为推算、计算或预计、计划数，其余为公布数。"] if starred else []
    shown = rows[-most:] if all(map(_is_day, labels)) else rows[:most]
    if len(rows) > len(shown):
        below.append(f"表中列{len(shown)}行，全部{len(rows)}行见数据文件。")
    return Laid(("项目", *map(str, series)), tuple(shown), "".join(below))


def _numbers_in(label: str) -> list[int]:
    """Return the numbers of a period: October stands behind February."""
    return [int(text[:9]) for text in re.findall(r"\d+", label)]


def _is_day(label: str) -> bool:
    return re.match(r"\d{4}年?", label) is not None


def _listed(entry: FigureEntry, most: int) -> Laid:
    """Return the rows of a figure one below the other, as briefings of before had all of them."""
    rows = [
        {"group": row.group, "label": row.label, "full": counted_text(row, entry.unit),
         "status": row.status}
        for row in entry.rows
    ]  # fmt: skip
    columns = [name for name in TABLE if any(row[name] for row in rows)]
    below = ""
    if len(rows) > most:
        below = f"表中列{most}行，全部{len(rows)}行见数据文件。"
    return Laid(
        tuple(TABLE[name] for name in columns),
        tuple(tuple(row[name] or "" for name in columns) for row in rows[:most]),
        below,
    )


def printed_texts(entry: FigureEntry, edition: str) -> tuple[str, ...]:
    """Return all that briefings print of a figure, in Word, on slides and below them.

    What changes here is missed in documents of before, and reported as altered: the old text stays
    beside the new one (`_printed_before`).
    """
    made = (
        entry.title,
        takeaway(entry),
        caption(entry),
        shown_above(entry),
        source_line(entry),
        note_line(entry),
        slide_foot(entry, edition),
        source(entry),
        reference(entry),
        numbers_table(entry).below,
        *_printed_before(entry, edition),
        entry.citations["gbt7714"],
        entry.citations["line"],
        entry.citations["apa"],
    )
    return tuple(text for text in made if text)


#: What is printed of a figure: its title, a sentence of its numbers, a line that cites it, and
#: captions, notes and sources, which stand beside it.
#: ``table``: what is printed of a table of the book.
PrintedKind = Literal["title", "sentence", "citation", "line", "table"]


def printed_kinds(entry: FigureEntry, edition: str) -> dict[str, PrintedKind]:
    """Return of which kind each text is that briefings print of a figure."""
    kinds: dict[str, PrintedKind] = dict.fromkeys(printed_texts(entry, edition), "line")
    cited = (reference(entry), *(entry.citations[key] for key in ("gbt7714", "line", "apa")))
    kinds |= dict.fromkeys(cited, "citation")
    kinds |= {takeaway(entry): "sentence", _printed_before(entry, edition)[0]: "sentence"}
    return kinds | {entry.title: "title"}


def all_of_figure(entry: FigureEntry, edition: str) -> tuple[str, ...]:
    """Return all that the book says of a figure, bare: what is printed, and what it draws."""
    rows = ((row.name, row.full, row.status) for row in entry.rows)
    texts = {*printed_texts(entry, edition), entry.alt, *(text for row in rows for text in row)}
    return tuple(sorted(bare(text) for text in texts if text))


def _printed_before(entry: FigureEntry, edition: str) -> tuple[str, ...]:
    """Return what briefings of before 2026-12 printed of a figure.

    Not their lines of sources where the book says now that its numbers are derived: theirs did not,
    and are told as any line that no longer says so.
    """
    parts = [f"{row.group + '·' if row.group else ''}{row.label}：{row.full}" for row in entry.rows]
    parts = [part for part, row in zip(parts, entry.rows, strict=True) if row.full]
    more = f"等{len(parts)}项" if len(parts) > _TOLD_BEFORE else ""
    listed = f"数据来源：{'；'.join(item.label for item in entry.sources) or '见图注'}"
    known = mark(entry, edition)
    said = (
        f"{entry.subtitle}。{'；'.join(parts[:_TOLD_BEFORE])}{more}。",
        f"　{entry.title}｜{known}",
    )
    if source(entry).partition("：")[0] != "数据来源":
        return said
    return (
        *said,
        f"{listed}。单位：{entry.unit}。",
        f"单位：{entry.unit}。{listed}。{known}",
        listed,
    )


_TOLD_BEFORE = 3

Document = TypeVar("Document")


def begun(
    new: Callable[[IO[bytes] | None], Document], template: Template | None, kind: str
) -> Document:
    """Return a new document, or one with the looks of a template of its `kind`.

    Raises
    ------
    DataError
        If the template is a document of another kind.
    """
    if not template:
        return new(None)
    if template.kind != kind:
        zh = {"docx": "Word", "pptx": "PowerPoint"}
        msg = (
            f"模板是 {zh[template.kind]} 文件，简报是 .{kind}：换一个 {zh[kind]} 的模板"
            f" | the template is a {zh[template.kind]} file: a .{kind} wants one of {zh[kind]}"
        )
        raise DataError(msg)
    with whole("template"):
        return new(io.BytesIO(template.content))
