"""How well `cqbook verify --text` tells true sentences from altered ones.

True sentences are made of the rows of the book (whose thing, period, number, as newspapers write
it), each in one of a few forms; mutants alter one thing of a sentence, so that it is false. Run::

    python tests/text_corpus.py [EVERY [FOLDER]]

It reads every so many rows (default 1: all) and prints the table of docs/verify-text.md; with
the FOLDER of tests/articles.py also what is said to the passages that the book's own rows are from,
and to every fourth of those that stand with a digit altered.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from articles import found_for, readings, rows_of

from cqbook.data.catalog import Catalog
from cqbook.data.selection import measured, usable
from cqbook.intake.article import read_article
from cqbook.intake.article_names import Names
from cqbook.intake.article_text import article_text
from cqbook.intake.text_standing import FAILS, HOLDS, OTHERWISE, Judge, judge_article
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import printed_zh, quantity_of

ROOT = Path(__file__).parents[1]
DAY = "2026-11"
#: Rows of these are said in sentences: of a place or the nation, of one year or part of it.
PLACES = ("province", "district", "country")
MEASURES = ("level", "yoy", "share")


@dataclass(frozen=True)
class Sentence:
    """A sentence of the corpus: its text, the row it was made of, and what was altered."""

    text: str
    row: str
    altered: str = ""


def _forms(row: dict[str, str], book: Catalog) -> Iterator[str]:
    """Yield a row in the forms of sentences."""
    place, when = book.name(row["entity"]), Period.parse(row["period"]).zh()
    name = measured(book, row).partition("·")[0]
    part = book.breakdown_name(row["breakdown"]) if row["breakdown"] else ""
    # 环保（生态环保）领域, 东盟·摩托车: nobody prints the brackets and dots of our names
    part = re.sub("[（）·]", "", part)
    name = re.sub("[（）]", "", name)
    thing = f"{part}{name}" if part else name
    number = printed_zh(row)
    if row["measure"] == "level":
        yield f"{when}，{place}{thing}{number}。"
        yield f"{place}{when}{thing}达到{number}，为经济平稳运行提供支撑。"
        yield f"据介绍，{when}{place}实现{thing}{number}。"
    elif row["measure"] == "yoy":
        rate = quantity_of(row).growth
        if rate.startswith(("增长", "下降")):
            yield f"{when}，{place}{thing}同比{rate}。"
            yield f"{when}，{place}{thing}{rate}，走势总体平稳。"
    elif part and row["measure"] == "share":
        yield f"{when}，{part}占{place}{name}的比重为{number}。"


def true_sentences(book: Catalog, every: int = 1) -> Iterator[Sentence]:
    """Yield sentences of the book's own rows, the forms in turn."""
    kinds = dict(zip(*(book.table("entities")[key] for key in ("entity", "kind")), strict=True))
    rows = usable(book.own_rows("observations", {})).to_dict("records")
    said = [
        row
        for row in rows
        if row["measure"] in MEASURES
        and row["status"] == "actual"
        and row["qualifier"] != "unchanged"
        and kinds.get(row["entity"]) in PLACES
        and re.fullmatch(r"\d{4}(-\d\d|-Q\d)?|(\d{4})-01/\2-\d\d", row["period"])
    ]
    for place, row in enumerate(said[::every]):
        forms = list(_forms(row, book))
        if forms:
            yield Sentence(forms[place % len(forms)], row["observation_id"])


def _digit(text: str) -> str:
    """Another digit, the first of the number that is no year."""
    found = re.search(
        r"(?<![0-9])(?!(?:19|20)[0-9]{2}年)[0-9](?=[0-9]*(?:\.[0-9]+)?[^0-9.年月季—])", text
    )
    if not found:
        return text
    other = str((int(found[0]) + 3) % 9 + 1)
    return text[: found.start()] + other + text[found.end() :]


def _exchange(one: str, other: str) -> dict[str, str]:
    return {one: other, other: one}


def _scale(text: str) -> str:
    words = _exchange("万", "亿")
    return re.sub("(?<=[0-9多余])[万亿](?!人民)", lambda found: words[found[0]], text, count=1)


def _way(text: str) -> str:
    words = _exchange("增长", "下降")
    return re.sub("增长(?=[0-9超近约])|下降(?=[0-9超近约])", lambda found: words[found[0]], text)


def _limit(text: str) -> str:
    words = _exchange("超", "近")
    return re.sub("[超近](?=[0-9])", lambda found: words[found[0]], text, count=1)


def _year(text: str) -> str:
    return re.sub("(20[0-9]{2})(?=年)", lambda found: str(int(found[1]) - 1), text, count=1)


def _months(text: str) -> str:
    words = {"1—6月": "1—9月", "1—9月": "1—6月", "一季度": "上半年", "上半年": "一季度"}
    return re.sub("|".join(words), lambda found: words[found[0]], text, count=1)


def _place(text: str) -> str:
    words = {"重庆市": "四川省", "四川省": "重庆市", "中国": "重庆市", "大足区": "垫江县"}
    return re.sub("|".join(words), lambda found: words[found[0]], text, count=1)


def _flow(text: str) -> str:
    words = _exchange("出口", "进口")
    return re.sub("(?<!进)出口|进口(?!岸)", lambda found: words[found[0]], text, count=1)


def _times(text: str) -> str:
    return re.sub("(?<=[0-9])%(?=[，。])", "倍", text, count=1)


#: What is altered, and how; a sentence in which it is nothing has no such mutant.
MUTATIONS = {
    "a digit": _digit,
    "万 ↔ 亿": _scale,
    "增长 ↔ 下降": _way,
    "超 ↔ 近": _limit,
    "the year": _year,
    "the months": _months,
    "the place": _place,
    "出口 ↔ 进口": _flow,
    "% → 倍": _times,
}


def mutants(sentence: Sentence) -> Iterator[Sentence]:
    """Yield a sentence with one thing altered each."""
    for altered, change in MUTATIONS.items():
        text = change(sentence.text)
        if text != sentence.text:
            yield Sentence(text, sentence.row, altered)


def verdict_of(text: str, names: Names) -> str:
    """Return what is said to the one figure of a sentence; empty where none was found."""
    article = read_article(article_text(text.encode(), "x.txt", DAY), names.book, names)
    found = judge_article(article, names)
    return found[0].verdict if found else ""


def measure(book: Catalog, every: int = 1) -> dict[str, Counter[str]]:
    """Return the verdicts on true sentences (``""``) and on mutants, by what was altered."""
    found: dict[str, Counter[str]] = {}
    names = Names(book)
    for sentence in true_sentences(book, every):
        for item in (sentence, *mutants(sentence)):
            found.setdefault(item.altered, Counter())[verdict_of(item.text, names)] += 1
    return found


def measure_prose(book: Catalog, folder: Path) -> dict[str, Counter[str]]:
    """Return the verdicts on the figures of newspapers that the book holds, and on altered ones."""
    names = Names(book)
    read = readings(folder, book)
    found = {"true, newspapers": Counter[str](), "a digit, newspapers": Counter[str]()}
    held = []
    for document, place, row in rows_of(book):
        article = read.get(document)
        figure = found_for(article, place, row) if article else None
        if article and figure:
            verdict = Judge(names).of(article, article.figures.index(figure)).verdict
            found["true, newspapers"][verdict] += 1
            held += [(article, figure)] if verdict == HOLDS else []
    for article, figure in held[::4]:
        core, lines = figure.seen.core, list(article.text.simplified)
        line = lines[figure.paragraph - 1]
        if not line[core].isdigit():
            continue
        lines[figure.paragraph - 1] = f"{line[:core]}{int(line[core]) % 9 + 1}{line[core + 1 :]}"
        text = replace(article.text, simplified=tuple(lines), paragraphs=tuple(lines))
        other = read_article(text, book, names)
        verdicts = [
            Judge(names).of(other, place).verdict
            for place, item in enumerate(other.figures)
            if item.paragraph == figure.paragraph and item.seen.core == core
        ]
        found["a digit, newspapers"][verdicts[0] if verdicts else ""] += 1
    return found


def main() -> None:
    """Print the table."""
    book = Catalog(ROOT / "data")
    lines = [
        "| sentences | number | 成立 | 不成立, 口径不同 | 读不准, 书中没有, not found |",
        "| --- | --- | --- | --- | --- |",
    ]
    found = measure(book, int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    if len(sys.argv) > 2:
        found |= measure_prose(book, Path(sys.argv[2]))
    for altered, counts in found.items():
        total, holds = counts.total(), counts[HOLDS]
        named = counts[FAILS] + counts[OTHERWISE]
        shares = (
            f"{number} ({number / total:.1%})" for number in (holds, named, total - holds - named)
        )
        lines.append(f"| {altered or 'true'} | {total} | {' | '.join(shares)} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
