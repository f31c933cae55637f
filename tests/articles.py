"""How well `cqbook read` reads the five source documents, against the rows that the book holds.

The sources themselves are not part of the project; who has them runs::

    python tests/articles.py FOLDER

where the folder holds ``sources/``. ``articles.csv`` has, by hashes, what `read` claims beside the
book's rows, judged by hand: a figure that the book does not hold, or none.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from passages import ROOT, hashed, passages

from cqbook.data.catalog import Catalog
from cqbook.intake.article import Article, ArticleFigure, read_article
from cqbook.intake.article_text import article_text

JUDGED = ROOT / "tests" / "articles.csv"
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
    total = counts["found", "right"]
    yield f"figures in the rows: {counts['rows', '']}, found: {total}"
    for name in ("value", *COLUMNS):
        of = {verdict: count for (key, verdict), count in counts.items() if key == name}
        right = of.get("right", 0)
        told = ", ".join(f"{key} {count}" for key, count in sorted(of.items()) if key != "right")
        yield f"{name}: {right} of {total}, {100 * right / total:.1f} % ({told})"
    claimed = sum(len(article.figures) for article in articles.values())
    beside = {verdict: count for (key, verdict), count in counts.items() if key == "beside"}
    yield f"claimed: {claimed}, beside the rows: {beside}"


def main() -> None:
    listing = "--list" in sys.argv
    for line in measured(Path(sys.argv[1]), Catalog(ROOT / "data"), listing=listing):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
