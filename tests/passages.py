"""What each figure was read from, as hashes: the sources themselves are not part of the project.

``passages.csv`` has a line for each printed form that was found where its row says: the document,
the place in it, the hash of the passage there and the hash of the printed form. A test holds the
observations against it everywhere. Who enters figures has the sources and writes it anew::

    python tests/passages.py FOLDER

where the folder holds ``sources/`` and the tables of official figures in ``reference/``. A form
that does not stand in its passage is named, and nothing is written.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from cqbook.data.catalog import Catalog

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "passages.csv"
#: The compiled tables of official figures; a row of one is a place: ``official_series_2 row 7``.
OFFICIAL = ("official_series", "official_series_2")
Line = tuple[str, int, str, str]


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def places(book: Catalog) -> Iterator[tuple[dict[str, str], str, int]]:
    """Yield the observations whose printed form stands in a passage: row, document, place."""
    documents = book.table("sources").set_index("source_id")["document"]
    for row in book.table("observations").to_dict("records"):
        table, _, number = row["locator"].rpartition(" row ")
        if table in OFFICIAL:
            # what the compiler converted or added has no passage; its note says so
            if "converted by the compiler" in row["note"] or "as compiled" in row["note"]:
                continue
            yield row, table, int(number)
        elif documents[row["source_id"]]:
            yield row, documents[row["source_id"]], int(row["locator"].rsplit("¶", 1)[1])


def kept() -> set[tuple[str, int, str]]:
    """Return document, place and hash of the printed form of all that was found."""
    with KEPT.open(encoding="utf-8", newline="") as lines:
        return {
            (line["document"], int(line["place"]), line["printed"])
            for line in csv.DictReader(lines)
        }


def passages(folder: Path, document: str) -> list[str]:
    """Return the paragraphs of a document, or the rows of a table of official figures."""
    if document in OFFICIAL:
        path = folder / "reference" / f"{document}.csv"
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return [
                "|".join(row[name] for name in ("as_printed", "note", "source_title"))
                for row in csv.DictReader(lines)
            ]
    text = (folder / "sources" / document).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line.strip()]


def found(folder: Path, book: Catalog) -> tuple[list[Line], list[str]]:
    """Return the lines to keep, and the observations whose printed form is not in its passage."""
    texts: dict[str, list[str]] = {}
    lines, wrong = set(), []
    for row, document, place in places(book):
        if document not in texts:
            texts[document] = passages(folder, document)
        passage, printed = texts[document][place - 1], row["as_printed"]
        if printed in passage:
            lines.add((document, place, hashed(passage), hashed(printed)))
        else:
            wrong.append(f"{row['observation_id']}: {printed!r} not in {document} {place}")
    return sorted(lines), wrong


def main() -> None:
    lines, wrong = found(Path(sys.argv[1]), Catalog(ROOT / "data"))
    if wrong:
        sys.exit("\n".join(wrong))
    with KEPT.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["document", "place", "passage", "printed"])
        writer.writerows(lines)


if __name__ == "__main__":
    main()
