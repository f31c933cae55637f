"""A briefing from figures and numbers of an edition, that can be asked later if it still stands.

A briefing is a list of figure ids, or a small Markdown file: ``#`` headings, paragraphs, ``-``
items, a figure on a line of its own (``{{ fig-… }}``), and numbers in the text as keys of the
edition (``{{ trade.total }}``), whole sentences as the claims that they stand on
(``{{ claim:trade.below-record }}``). The same file next month gives the same briefing with new
numbers; a sentence that has become false is refused.
"""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Literal, TypeVar

from cqbook.citing.entries import FigureEntry, Numbers
from cqbook.citing.marks import mark
from cqbook.citing.template import Template
from cqbook.disk.untrusted import whole
from cqbook.errors import DataError, visible

FIGURE = re.compile(r"\{\{\s{0,9}(fig-[a-z0-9-]{1,80})\s{0,9}\}\}")
QUOTED_NUMBER = re.compile(
    r"\{\{\s{0,9}([a-z0-9-]{1,80}\.[a-z][a-z0-9_]{0,80}"
    r"|claim:[a-z0-9-]{1,80}\.[a-z][a-z0-9-]{0,80})\s{0,9}\}\}"
)
ANY = re.compile(r"\{\{(.{0,200}?)\}\}|\{\{")
#: Characters that no XML can hold. Patterns here have bounds: what they are tried on is anybody's.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Block:
    """A piece of a briefing: ``heading`` (with level), ``text``, ``item`` or ``figure``."""

    kind: Literal["heading", "text", "item", "figure"]
    text: str
    level: int = 0


def blocks_of_figures(figures: Iterable[str]) -> list[Block]:
    """Return a briefing that is a list of figures."""
    return [Block("figure", name) for name in figures]


def blocks_of_markdown(text: str) -> list[Block]:
    """Read a briefing written as Markdown.

    Raises
    ------
    DataError
        If something in double braces is neither a figure nor a number; with its line.
    """
    found: list[Block] = []
    open_text = False
    # lines as an editor counts them: not at every separator that Unicode has
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        plain = line.strip()
        bad = UNPRINTABLE.search(plain)
        if bad:
            code = f"U+{ord(bad[0]):04X}"
            msg = f"第{number}行：有控制字符 {code} | line {number}: control character {code}"
            raise DataError(msg)
        for inner in ANY.finditer(plain):
            if not FIGURE.fullmatch(inner[0]) and not QUOTED_NUMBER.fullmatch(inner[0]):
                msg = (
                    f"第{number}行：{visible(inner[0])} 应为 {{{{ fig-… }}}} 或 {{{{ 页.名 }}}}"
                    f" | line {number}: {visible(inner[0])} is neither a figure nor page.key"
                )
                raise DataError(msg)
        figure, head = FIGURE.fullmatch(plain), re.match(r"(#{1,4})\s+(.*)", plain)
        if not plain:
            open_text = False
            continue
        if figure:
            found.append(Block("figure", figure[1]))
        elif FIGURE.search(plain):
            msg = f"第{number}行：图应独占一行 | line {number}: a figure has a line of its own"
            raise DataError(msg)
        elif head:
            found.append(Block("heading", head[2], len(head[1])))
        elif plain.startswith("- "):
            found.append(Block("item", plain[2:]))
        elif open_text:
            found[-1] = Block("text", found[-1].text + plain)
            continue
        else:
            found.append(Block("text", plain))
            open_text = True
            continue
        open_text = False
    return found


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


def numbers_put(text: str, numbers: Numbers) -> tuple[str, list[tuple[int, int]]]:
    """Return a text with its numbers in place, and where each begins and ends.

    Raises
    ------
    DataError
        If there is none of a name.
    """
    made, spans, place = "", [], 0
    for found in QUOTED_NUMBER.finditer(text):
        made += text[place : found.start()]
        value = number(numbers, found[1])
        spans.append((len(made), len(made) + len(value)))
        made += value
        place = found.end()
    return made + text[place:], spans


def takeaway(entry: FigureEntry, most: int = 3) -> str:
    """Return a sentence of the first rows of a figure, as they are printed."""
    parts = [
        f"{row.group + '·' if row.group else ''}{row.label}：{row.full}"
        for row in entry.rows
        if row.full
    ]
    more = f"等{len(parts)}项" if len(parts) > most else ""
    return f"{entry.subtitle}。{'；'.join(parts[:most])}{more}。"


def caption(entry: FigureEntry, edition: str) -> str:
    """Return what stands behind the number of a figure's caption in Word."""
    return f"　{entry.title}｜{mark(entry, edition)}"


def source(entry: FigureEntry) -> str:
    """Return the sources of a figure as a line of text has them."""
    return f"数据来源：{entry.sources_zh or '见图注'}"


def source_line(entry: FigureEntry) -> str:
    """Return the line below a figure in Word."""
    return f"{source(entry)}。单位：{entry.unit}。"


def slide_foot(entry: FigureEntry, edition: str) -> str:
    """Return the line below a figure on a slide."""
    return f"单位：{entry.unit}。{source(entry)}。{mark(entry, edition)}"


def printed_texts(entry: FigureEntry, edition: str) -> tuple[str, ...]:
    """Return all that briefings print of a figure, in Word, on slides and below them.

    What changes here is missed in documents of before, and reported as altered: keep the old text
    beside the new one.
    """
    return (
        entry.title,
        takeaway(entry),
        caption(entry, edition),
        source_line(entry),
        slide_foot(entry, edition),
        source(entry),
        entry.citations["gbt7714"],
        entry.citations["line"],
        entry.citations["apa"],
    )


Document = TypeVar("Document")


def begun(new: Callable[[IO[bytes] | None], Document], template: Template | None) -> Document:
    """Return a new document, or one with the looks of a template.

    Raises
    ------
    DataError
        If the template is a document of another kind.
    """
    if not template:
        return new(None)
    with whole("template"):
        return new(io.BytesIO(template.content))
