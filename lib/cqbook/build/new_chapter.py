"""The next chapter: a notebook that passes every check, to be written over."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import NamedTuple

import nbformat

from cqbook.analysis.trade import level
from cqbook.data.catalog import Catalog
from cqbook.disk.atomic import replace_files
from cqbook.disk.installed import CONTENTS
from cqbook.errors import DataError
from cqbook.execution.notebooks import normalise, to_bytes

#: The part of the contents that lists what the data hold, and the one before it.
APPENDIX_ZH, CHAPTERS_ZH = "附录", "各章"
#: What a page may be called: its address.
PAGE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_PROSE = """# {title}

:::{{claim}} {en}-than-before
- {{glue:text}}`when`进出口{{glue:text}}`total`，{zh}于一年前的{{glue:text}}`before`。
:::

::::{{english}} {title_en}
:::{{claim}} {en}-than-before
{{glue:text}}`where` traded {{glue:text}}`total` in {{glue:text}}`when`, {en} than a year before.
:::
::::

:::{{given}} fig-{name}-years
出口与进口几年的变化见{{numref}}`fig-{name}-years`。
:::"""
_PARAMETERS = """period = "{period}"  # the year, or a part of it
area = "{area}"  # whose trade
data_dir = ""  # empty: the repository's data"""
_CHECK = """import cqbook as cq

book = cq.open_data(data_dir)
cq.check_parameters(
    book,
    period=(period, "observations.period with indicator trade_value, entity $area"),
    area=(area, "observations.entity with indicator trade_value"),
)"""
_NUMBERS = """total = cq.trade.level(book, area, str(period))
before = cq.trade.level(book, area, cq.year_before(str(period)))
changed = cq.claim("{en}-than-before", total {sign} before)
cq.glue(where=book.name(area), when=cq.period_zh(str(period)), total=total, before=before)"""
_FIGURE = """cq.figure(
    book,
    "fig-{name}-years",
    cq.charts.lines(cq.trade.flow_lines(cq.trade.flows(book, area, str(period)))),
    title=changed.says(f"{{book.name(area)}}的进出口{zh}于一年前", f"{{book.name(area)}}的进出口"),
    subtitle="亿元，海关口径",
    unit="亿元",
    english=(
        changed.says("Trade {verb} on the year before", "Trade"),
        "CNY bn, customs",
    ),
)"""


class NewChapter(NamedTuple):
    """A new chapter's notebook, and the part of the contents that it stands at the end of."""

    path: Path
    part: str


def new_chapter(root: Path, name: str, title: str, title_en: str = "") -> NewChapter:
    """Write the notebook of a new chapter, and its line in the contents.

    Parameters
    ----------
    root : Path
        The book.
    name : str
        Of the page: lower-case letters, digits, hyphens.
    title, title_en : str
        In Chinese and English; without an English one the name's words.

    Raises
    ------
    DataError
        If the name has another form or is taken, the contents have no list to go on, or the data
        hold no trade of two years to write about.
    """
    path = root / "chapters" / f"{name}.ipynb"
    if not PAGE_NAME.fullmatch(name):
        msg = (
            f"页名 {name!r} 应为小写字母、数字、连字符"
            f" | name of a page {name!r}: expected lower-case letters, digits, hyphens"
        )
        raise DataError(msg)
    if path.exists() or path.with_suffix(".md").exists():
        msg = f"已有 chapters/{name}，换一个名字 | chapters/{name} is there: take another name"
        raise DataError(msg)
    contents, part = _with_page((root / CONTENTS).read_text(encoding="utf-8"), name)
    titles = title, title_en or name.replace("-", " ").capitalize()
    notebook = _notebook(name, titles, *_said(Catalog(root / "data")))
    replace_files(root / "chapters", {path.name: to_bytes(notebook)})
    replace_files(root, {CONTENTS: contents.encode()})
    return NewChapter(path, part)


def _with_page(contents: str, name: str) -> tuple[str, str]:
    """Return the contents with a page's line at the end of the first part, and that part's name.

    Where the appendix is the first, as in a new book, a part is begun before it.
    """
    first = re.search(r"(?m)^(?P<indent> *)- caption: *(?P<caption>.*?) *\n", contents)
    if first and first["caption"] == APPENDIX_ZH:
        indent = first["indent"]
        part = f"{indent}- caption: {CHAPTERS_ZH}\n{indent}  chapters:\n"
        part += f"{indent}    - file: chapters/{name}\n"
        return contents[: first.start()] + part + contents[first.start() :], CHAPTERS_ZH
    lines = list(re.finditer(r"(?m)^(?P<indent> *)- file: .*\n", contents))
    if not lines:
        msg = f"{CONTENTS} 里没有一行 “- file: …” | {CONTENTS} has no line '- file: …'"
        raise DataError(msg)
    last = _last_of_first_part(contents, lines)
    line = f"{last['indent']}- file: chapters/{name}\n"
    made = contents[: last.end()] + line + contents[last.end() :]
    return made, first["caption"] if first else ""


def _last_of_first_part(contents: str, lines: list[re.Match[str]]) -> re.Match[str]:
    for line, after in itertools.pairwise(lines):
        if contents[line.end() : after.start()].strip():
            return line
    return lines[-1]


def _said(book: Catalog) -> tuple[str, str, bool]:
    """Return the book's place, its newest year of trade after another, and whether trade grew."""
    known = trade_years(book)
    for year in sorted(known, reverse=True):
        before = known.get(str(int(year) - 1))
        if before is not None and known[year] != before:
            return book.place, year, known[year] > before
    msg = (
        f"{book.name(book.place)}（{book.place}）还没有相连两年的进出口（indicator trade_value，"
        "flow total，basis customs）：新的一章由它写成；先 cqbook template、cqbook add 收入"
        f" | there is no trade_value (flow total, basis customs) of {book.place} for two years"
        " in a row, of which a new chapter is made: take figures in by cqbook template and add"
    )
    raise DataError(msg)


def trade_years(book: Catalog) -> dict[str, float]:
    """Return the total of trade of the book's place by year, in 亿元, of the figures preferred."""
    rows = book.own_rows("observations", {"indicator": "trade_value", "entity": book.place})
    years = sorted({text for text in rows["period"] if re.fullmatch(r"\d{4}", text)})
    # as the chapter itself will ask
    found = {year: level(book, book.place, year) for year in years}
    return {year: item.point for year, item in found.items() if item.known}


def _notebook(
    name: str, titles: tuple[str, str], area: str, period: str, grew: bool
) -> nbformat.NotebookNode:
    zh, en, sign, verb = ("多", "more", ">", "grew") if grew else ("少", "less", "<", "fell")
    words = {"name": name, "zh": zh, "en": en, "sign": sign, "verb": verb}
    cells: list[tuple[str, str]] = [
        ("markdown", _PROSE.format(title=titles[0], title_en=titles[1], **words)),
        ("code", _PARAMETERS.format(area=area, period=period)),
        ("code", _CHECK),
        ("code", _NUMBERS.format(**words)),
        ("code", _FIGURE.format(**words)),
    ]
    made: list[dict[str, object]] = [
        # of a random id there would be no second one like it
        {"cell_type": kind, "id": f"{name}-{place}"[:64], "metadata": {}, "source": source}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for place, (kind, source) in enumerate(cells)
    ]
    made[1]["metadata"] = {"tags": ["parameters"]}
    whole = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return normalise(nbformat.reads(json.dumps(whole), as_version=4))
