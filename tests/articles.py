"""How well `cqbook read` reads the five source documents, against the rows that the book holds.

The sources themselves are not part of the project; who has them runs::

    python tests/articles.py FOLDER

where the folder holds ``sources/``. ``articles.csv`` has, by hashes, what `read` claims beside the
book's rows, judged by hand: a figure that the book does not hold, or none.

Without a folder it reads the passages of ``articles/passages.md`` instead: made up in the style of
other provinces and years, and read by hand before `read` saw them.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from passages import ROOT, hashed, passages

from cqbook.data.catalog import Catalog
from cqbook.intake.article import read_article
from cqbook.intake.article_figure import Article, ArticleFigure
from cqbook.intake.article_text import article_text
from cqbook.quantities.qualifiers import QUALIFIERS

JUDGED = ROOT / "tests" / "articles.csv"
MADE_UP = ROOT / "tests" / "articles" / "passages.md"
#: The months of the five documents; a document has several articles, of one month each.
MONTHS = {
    "000_11e132da7457dfc7.txt": "2023-05",
    "001_4b8f4403c86ef7df.txt": "2024-01",
    "002_693a61b761b5fe84.txt": "2025-11",
    "003_115a21c0de3ff03d.txt": "2025-04",
    "004_26dc157339b3257f.txt": "2023-01",
}
READING = ("value", "value_upper", "unit", "qualifier")
COLUMNS = ("period", "measure", "flow", "indicator", "entity", "breakdown", "status")
Row = dict[str, str]


def readings(folder: Path, book: Catalog) -> dict[str, Article]:
    """Return the documents as read."""
    found = {}
    for name, month in MONTHS.items():
        text = article_text((folder / "sources" / name).read_bytes(), name, month)
        assert len(text.paragraphs) == len(passages(folder, name)), name
        found[name] = read_article(text, book)
    return found


def rows_of(book: Catalog) -> Iterator[tuple[str, int, Row]]:
    """Yield the rows of the five documents: document, paragraph, row."""
    documents = book.table("sources").set_index("source_id")["document"]
    for row in book.text("observations").to_dict("records"):
        document = documents[row["source_id"]]
        if document:
            yield document, int(row["locator"].rsplit("¶", 1)[1]), row


def found_for(article: Article, place: int, row: Row) -> ArticleFigure | None:
    """Return the figure that was read where a row says it stands; the one of its value, if any."""
    passage = article.text.paragraphs[place - 1]
    start = passage.find(row["as_printed"])
    end = start + len(row["as_printed"])
    overlapping = [
        figure
        for figure in article.figures
        if figure.paragraph == place and start <= figure.seen.core < end
    ]
    same = [figure for figure in overlapping if figure.row["value"] == row["value"]]
    closer = [figure for figure in same if figure.row["unit"] == row["unit"]]
    return next(iter(closer or same or overlapping), None)


def same_reading(row: Row, figure: ArticleFigure) -> str:
    """Return how value, upper value, unit and qualifier were read: right, open, doubted, wrong."""
    columns = READING
    if all(row[name] == figure.row[name] for name in columns):
        return "right"
    if not figure.row["unit"] and row["value"] == figure.row["value"]:
        return "open"
    return "doubted" if {"value", "unit", "measure"} & set(figure.doubts) else "wrong"


def agreement(row: Row, figure: ArticleFigure, column: str) -> str:
    """Return how a column was read: right, offered, open, doubted or wrong without a doubt."""
    said = figure.row[column]
    if said == row[column]:
        return "right"
    if row[column] in figure.offered.get(column, ()):
        return "offered"
    if not said:
        return "open"
    return "doubted" if figure.doubts else "wrong"


def judged() -> dict[tuple[str, int, str], str]:
    """Return what was claimed beside the rows, judged by hand."""
    with JUDGED.open(encoding="utf-8", newline="") as lines:
        return {
            (line["document"], int(line["place"]), line["printed"]): line["verdict"]
            for line in csv.DictReader(lines)
        }


def measured(folder: Path, book: Catalog, *, listing: bool = False) -> Iterator[str]:
    """Yield the table of the measure; what is wrong before it if asked."""
    articles = readings(folder, book)
    counts: Counter[tuple[str, str]] = Counter()
    used = set()
    for document, place, row in rows_of(book):
        figure = found_for(articles[document], place, row)
        counts["rows", ""] += 1
        if figure is None:
            counts["found", "missed"] += 1
            if listing:
                yield f"MISSED {document[:3]} ¶{place} {row['as_printed']}"
            continue
        used.add((document, place, figure.seen.core))
        counts["found", "right"] += 1
        verdict = same_reading(row, figure)
        counts["value", verdict] += 1
        if verdict != "right" and listing:
            said = [figure.row[name] for name in READING]
            wanted = [row[name] for name in READING]
            where = f"{document[:3]} ¶{place} {row['as_printed']}"
            yield f"VALUE {verdict} {where}: {said} for {wanted}"
        for column in COLUMNS:
            verdict = agreement(row, figure, column)
            counts[column, verdict] += 1
            if verdict != "right" and listing:
                yield (
                    f"{column} {verdict} {document[:3]} ¶{place} {row['as_printed']}:"
                    f" {figure.row[column]!r} for {row[column]!r}"
                )
    known = judged() if JUDGED.exists() else {}
    for document, article in articles.items():
        for figure in article.figures:
            if (document, figure.paragraph, figure.seen.core) in used:
                continue
            key = (document, figure.paragraph, hashed(figure.row["as_printed"]))
            verdict = known.get(key, "unjudged")
            counts["beside", verdict] += 1
            if verdict == "unjudged" and listing:
                text = article.text.paragraphs[figure.paragraph - 1]
                near = text[max(0, figure.seen.core - 8) : figure.seen.end + 8]
                yield f"UNJUDGED {','.join(map(str, key))} {figure.row['as_printed']} … {near}"
    yield from (shares(name, counts) for name in ("found", "value", *COLUMNS))
    claimed = sum(len(article.figures) for article in articles.values())
    beside = {verdict: count for (key, verdict), count in counts.items() if key == "beside"}
    yield f"claimed: {claimed}, beside the rows: {beside}"


@dataclass(frozen=True)
class Passage:
    """A made-up passage and how somebody read it: ``rows``, with the columns that they judged."""

    name: str
    published: str
    text: str
    rows: tuple[Row, ...]


def made_up() -> list[Passage]:
    """Return the passages of ``passages.md``."""
    found = []
    for block in MADE_UP.read_text(encoding="utf-8").split("\n## ")[1:]:
        head, *lines = block.splitlines()
        name, _, published = head.rpartition(", ")
        text = "\n".join(line for line in lines if line and not line.startswith(">"))
        rows = tuple(_judged_row(line) for line in lines if line.startswith(">"))
        found.append(Passage(name, published, text, rows))
    return found


def _judged_row(line: str) -> Row:
    """Return a line as columns; ``*`` and what is not written was not judged."""
    printed, reading, measure, period, *names = (part.strip() for part in line[1:].split("|"))
    words = reading.split()
    qualifier = words.pop() if words[-1] in QUALIFIERS else "as_rounded"
    row = {"as_printed": printed, "value": words[0], "qualifier": qualifier}
    row |= {"unit": " ".join(words[1:]), "measure": measure, "period": period}
    row |= dict(zip(("flow", "indicator"), names[0].split() if names else (), strict=False))
    row["period"] = row["period"].replace("open", "")
    return {column: value for column, value in row.items() if value != "*"}


def compared(passage: Passage, book: Catalog) -> Iterator[tuple[Row, ArticleFigure | None]]:
    """Yield each row that was judged with the figure that was read there; None if none was."""
    text = article_text(passage.text.encode(), "a.txt", passage.published)
    figures = list(read_article(text, book).figures)
    for row in passage.rows:
        digits = re.search("[0-9][0-9.,]*", row["as_printed"])
        at = next(
            (
                place
                for place, figure in enumerate(figures)
                if (digits[0] if digits else row["as_printed"]) in figure.row["as_printed"]
            ),
            None,
        )
        yield row, None if at is None else figures[at]
        figures = figures if at is None else figures[at + 1 :]


def verdicts(row: Row, figure: ArticleFigure) -> Iterator[tuple[str, str]]:
    """Yield how the columns that were judged were read: right, offered, open, doubted, wrong."""
    reading = [name for name in READING if name in row]
    same = all(figure.row[name] == row[name] for name in reading)
    yield "value", "right" if same else "doubted" if figure.doubts else "wrong"
    for column in ("period", "measure", "flow", "indicator"):
        if column in row:
            said = agreement(row, figure, column)
            yield column, said


def read_passages(book: Catalog, *, listing: bool = False) -> Iterator[str]:
    """Yield how well the made-up passages are read; what is wrong before it if asked."""
    counts: Counter[tuple[str, str]] = Counter()
    for passage in made_up():
        for row, figure in compared(passage, book):
            counts["found", "missed" if figure is None else "right"] += 1
            if figure is None:
                if listing:
                    yield f"MISSED {passage.name} {row['as_printed']}"
                continue
            for column, said in verdicts(row, figure):
                counts[column, said] += 1
                if said != "right" and listing:
                    given = {name: figure.row[name] for name in READING}
                    given = given if column == "value" else {column: figure.row[column]}
                    why = figure.why.get(column, "")
                    yield f"{column} {said} {passage.name} {row['as_printed']}: {given} {why}"
    for name in ("found", "value", "period", "measure", "flow", "indicator"):
        yield shares(name, counts)


def shares(name: str, counts: Counter[tuple[str, str]]) -> str:
    """Return how a column was read, in words."""
    of = {verdict: count for (key, verdict), count in counts.items() if key == name}
    total, right = sum(of.values()), of.get("right", 0)
    told = ", ".join(f"{key} {count}" for key, count in sorted(of.items()) if key != "right")
    return f"{name}: {right} of {total}, {100 * right / total:.1f} % ({told})"


def main() -> None:
    listing, book = "--list" in sys.argv, Catalog(ROOT / "data")
    folder = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    said = (
        measured(Path(folder), book, listing=listing)
        if folder
        else read_passages(book, listing=listing)
    )
    for line in said:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
