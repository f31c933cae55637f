"""What `cqbook read` makes: the prefilled press table, and a page for each article to confirm by.

Nothing is written into the data: a person looks at the rows, fills what is open, and gives the
table to `cqbook add`.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cqbook.data import vocabulary
from cqbook.data.catalog import Catalog
from cqbook.disk.atomic import replace_file
from cqbook.disk.untrusted import content_of
from cqbook.errors import Breach, ContractError, DataError, visible
from cqbook.intake.article import read_article
from cqbook.intake.article_figure import OPEN, Article, ArticleFigure
from cqbook.intake.article_names import Names
from cqbook.intake.article_text import ArticleText, article_text, checked_day
from cqbook.intake.customs_csv import is_customs_query
from cqbook.intake.press import is_press_table
from cqbook.intake.press_template import Row, filled
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.quantity import period_zh
from cqbook.quantities.units import Unit, unit_zh

#: How the columns are called on the page.
COLUMNS_ZH = {
    "indicator": "指标",
    "entity": "主体",
    "period": "时期",
    "breakdown": "细分",
    "flow": "流向",
    "measure": "量度",
    "unit": "单位",
    "value": "数",
    "status": "性质",
}
CERTAINTY_ZH = {"read": "读出", "unsure": "待核", "none": "不是数字"}


def read_articles(paths: Sequence[Path], book: Catalog, day: str) -> list[Article]:
    """Return articles as read.

    Raises
    ------
    DataError
        If a file can't be read, or the day is none.
    """
    checked_day(day)
    # all files first: one that can't be read is said before the tables are opened
    texts = [_text_of(path, day) for path in dict.fromkeys(paths)]
    names = Names(book)
    return [read_article(text, book, names) for text in texts]


def _text_of(path: Path, day: str) -> ArticleText:
    """Return the text of a file; a table that `cqbook add` takes as it is, is told of."""
    content = content_of(path)
    if path.suffix.lower() == ".csv" and (is_press_table(content, "") or is_customs_query(content)):
        zh, en = "交给 cqbook add：这个文件它直接收", "cqbook add takes this file as it is"
        raise ContractError([Breach(path.name, 0, "*", "", zh, en)])
    return article_text(content, path.name, day)


def write_reading(book: Catalog, articles: Sequence[Article], output: Path) -> Iterator[str]:
    """Write the table and, beside it, a page for each article; yield what to tell of them.

    Raises
    ------
    DataError
        If one of the files is there already: somebody may have worked in it.
    """
    if output.suffix.lower() != ".xlsx":
        msg = f"-o {output}：应以 .xlsx 结尾 | expected a name that ends in .xlsx"
        raise DataError(msg)
    contents = {output: table_of(book, articles)}
    taken: set[str] = set()
    for article in articles:
        page = output.with_name(_page_name(Path(article.text.name), taken))
        contents[page] = page_of(book, article).encode()
    for path in contents:
        if path.exists():
            msg = f"{path} 已存在，不覆盖 | {path} is there already and is not overwritten"
            raise DataError(msg)
    for path, content in contents.items():
        replace_file(path.resolve(), content)
    for article in articles:
        doubtful = sum(bool(figure.doubts) for figure in article.figures)
        empty = sum(any(not figure.row[name] for name in OPEN) for figure in article.figures)
        day = "" if article.text.published else "；没有日期，用 --date 给出 | no date: give --date"
        yield (
            f"{article.text.name}：{len(article.figures)}个数，待核{doubtful}个，其中有空格的{empty}个；"
            f"不是数字的{len(article.left)}处{day}"
            f" | {len(article.figures)} figures, {doubtful} to look at, {empty} with cells to fill"
        )
    yield from map(str, contents)
    yield f"核对、补全后 | when confirmed: cqbook add --dry-run {output}"


def _page_name(name: Path, taken: set[str]) -> str:
    """Return a name for the page of an article that is neither its own nor `taken`, and take it.

    Windows and macOS have one file for ``A.html`` and ``a.html``, macOS one for both ways to
    write an accent.
    """
    plain = () if name.suffix.lower() in (".html", ".htm") else (f"{name.stem}.html",)
    again = (f"{name.name}.{number}.read.html" for number in itertools.count(2))
    names = itertools.chain(plain, (f"{name.name}.read.html",), again)
    page = next(item for item in names if _on_disk(item) not in taken)
    taken.add(_on_disk(page))
    return page


def _on_disk(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def table_of(book: Catalog, articles: Sequence[Article]) -> bytes:
    """Return the press table with the figures of the articles typed in."""
    rows = [_row(book, figure) for article in articles for figure in article.figures]
    sources = [
        Row(
            article.source,
            {
                column: "请填 | to fill"
                for column in ("outlet", "published")
                if not article.source[column]
            },
            {},
        )
        for article in articles
    ]
    return filled(book, rows, sources)


def _row(book: Catalog, figure: ArticleFigure) -> Row:
    """Return a figure for the table: what was doubted as comments, with what else it may be."""
    doubts = dict(figure.doubts)
    if "measure" in doubts and figure.seen.alternatives:
        doubts["measure"] += f"（{'、'.join(figure.seen.alternatives)}）"
    for column, codes in figure.offered.items():
        if column in doubts:
            listed = "、".join(f"{code} {_name(book, column, code)}" for code in codes)
            doubts[column] += f"；也可能是 {listed}"
    notes = {column: why for column, why in figure.why.items() if column not in doubts}
    return Row(figure.row, doubts, notes)


def _name(book: Catalog, column: str, code: str) -> str:
    """Return a code of a column in Chinese."""
    if not code:
        return ""
    if column == "indicator":
        return book.lookup("indicators", "indicator", code) or code
    if column == "entity":
        return book.name(code)
    if column == "breakdown":
        return book.breakdown_name(code)
    if column == "unit":
        return unit_zh(Unit.parse(code))
    if column == "period":
        return period_zh(code)
    words = {
        "flow": vocabulary.FLOWS_ZH,
        "measure": {**vocabulary.MEASURES, "level": "数额"},
        "status": STATUS_ZH,
    }
    return words.get(column, {}).get(code, code)


@dataclass(frozen=True)
class Piece:
    """A piece of a paragraph on the page; ``kind`` is empty for what is only text."""

    text: str
    kind: str = ""
    number: int = 0
    why: str = ""


def page_of(book: Catalog, article: Article) -> str:
    """Return the page to confirm by: the article with its figures marked, and the rows."""
    numbered = list(enumerate(article.figures, start=1))
    rows = [
        {
            "number": number,
            "paragraph": figure.paragraph,
            "printed": figure.row["as_printed"],
            "certainty": CERTAINTY_ZH["unsure" if figure.doubts else "read"],
            "value": _value(figure),
            "cells": {
                column: _name(book, column, figure.row[column])
                for column in COLUMNS_ZH
                if column not in ("value", "unit")
            },
            "doubts": {COLUMNS_ZH.get(key, key): text for key, text in figure.doubts.items()},
            "offered": {
                COLUMNS_ZH[key]: [_name(book, key, code) for code in codes]
                for key, codes in figure.offered.items()
            },
            "why": "；".join(figure.why.values()),
        }
        for number, figure in numbered
    ]
    paragraphs = [
        list(_pieces(article, place, text, numbered))
        for place, text in enumerate(article.text.paragraphs, start=1)
    ]
    return _templates().get_template("article.html").render(
        title=article.text.title,
        # the name of a file may be no text
        name=visible(article.text.name),
        published=article.text.published,
        paragraphs=paragraphs,
        rows=rows,
        columns={key: zh for key, zh in COLUMNS_ZH.items() if key not in ("value", "unit")},
        left=len(article.left),
    )  # fmt: skip


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def _value(figure: ArticleFigure) -> str:
    row = figure.row
    upper = f"—{row['value_upper']}" if row["value_upper"] else ""
    unit = unit_zh(Unit.parse(row["unit"])) if row["unit"] else ""
    return f"{row['value']}{upper}{unit}"


def _pieces(
    article: Article, place: int, text: str, numbered: Sequence[tuple[int, ArticleFigure]]
) -> Iterator[Piece]:
    """Yield a paragraph in pieces, each figure and each that is none as one of its own."""
    marks = [
        (figure.seen.core, figure.seen.end, "unsure" if figure.doubts else "read", number,
         "；".join([*figure.doubts.values()] or [*figure.why.values()]))
        for number, figure in numbered
        if figure.paragraph == place
    ]  # fmt: skip
    marks += [
        (item.start, item.end, "none", 0, "；".join(item.reasons))
        for paragraph, item in article.left
        if paragraph == place
    ]
    at = 0
    for start, end, kind, number, why in sorted(marks):
        if start < at:
            continue
        yield Piece(text[at:start])
        yield Piece(text[start:end], kind, number, why)
        at = end
    yield Piece(text[at:])
