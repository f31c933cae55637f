"""What the page 勘误 shows: figures that were wrong in a released edition, and what rests on them.

A figure that its source corrected is a new row with ``supersedes``; both are kept. What the book
itself had wrong is said in the table ``errata``, and an edition is not released before it is.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from cqbook.changes.comparison import SAME
from cqbook.data.catalog import Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.selection import what
from cqbook.errors import DataError
from cqbook.quantities.quantity import quantity_of

#: Corrections below it are left to 修订: percent of a level, percentage points of a rate or share.
THRESHOLD = Decimal(1)
ERRATUM_KINDS = {
    "source": "来源更正",
    "entry": "本书抄录有误",
    "method": "本书算法有误",
    "withdrawn": "撤下",
}
ERRATA_COLUMNS = {
    "what": "什么",
    "old": "原为",
    "new": "现为",
    "wrong": "错在哪里",
    "editions": "错在哪些版次",
    "rests": "影响的图",
}
WITHDRAWN = "撤下"
#: What a figure's size can't be given for: a unit, a status or words that changed.
OTHER = "差的不是数值"


def _size(old: TableRow, new: TableRow) -> Decimal | None:
    """Return how far two rows are apart, as `THRESHOLD` is stated; None where that is no number."""
    before, after = quantity_of(old), quantity_of(new)
    if old["status"] != new["status"] or not (before.known and after.known):
        return None
    if before.unit.name != after.unit.name:
        return None
    values = [Decimal(str(item.to(str(after.unit)).point)) for item in (before, after)]
    if after.unit.name == "percent":
        return abs(values[1] - values[0])
    if values[0] == 0:
        return None
    return abs(values[1] / values[0] - 1) * 100


def _size_zh(size: Decimal | None, row: TableRow) -> str:
    if size is None:
        return OTHER
    points = quantity_of(row).unit.name == "percent"
    return f"相差{size:.1f}个百分点" if points else f"相差{size:.1f}%"


def _wrong(kind: str, text: str) -> str:
    return f"{ERRATUM_KINDS[kind]}：{text}"


def _editions(since: str, mended: str) -> str:
    return f"自{since}，至{mended}更正"


def _matters(size: Decimal | None) -> bool:
    return size is None or size >= THRESHOLD


def corrections(book: Catalog) -> pd.DataFrame:
    """Return all corrections, the newest first, whatever their size.

    Returns
    -------
    pandas.DataFrame
        Columns of `ERRATA_COLUMNS`; ``mended``: the edition with the right figure; ``matters``:
        whether the correction reaches `THRESHOLD`, or is none of a number; ``source_id``.
    """
    by_id = {row["observation_id"]: row for row in rows_of(book.observations())}
    newer = [key for key, row in by_id.items() if row["supersedes"]]
    errata = rows_of(book.table("errata"))
    told = {row["observation_id"]: row for row in errata}
    rows = []
    for key in newer:
        row = by_id[key]
        old, said = by_id[row["supersedes"]], told.get(key, {})
        size = _size(old, row)
        rows.append(
            {
                "what": what(book, row),
                "old": quantity_of(old).zh,
                "new": f"{quantity_of(row).zh}（{_size_zh(size, row)}）",
                "wrong": _wrong(
                    said.get("kind", "source"),
                    said.get("wrong_zh", f"{book.source_label(row['source_id'])}给出新数"),
                ),
                "editions": _editions(old["edition_added"], row["edition_added"]),
                "mended": row["edition_added"],
                "rests": key,
                "matters": _matters(size),
                "source_id": f"{old['source_id']};{row['source_id']}",
            }
        )
    for said in errata:
        key = said["observation_id"]
        if key in newer:
            continue
        drawn = by_id.get(key)
        rows.append(
            {
                "what": what(book, drawn) if drawn else said["what_zh"],
                "old": said["old_zh"],
                "new": said["new_zh"] or WITHDRAWN,
                "wrong": _wrong(said["kind"], said["wrong_zh"]),
                "editions": _editions(said["edition_from"], said["edition_to"]),
                "mended": said["edition_to"],
                "rests": ";".join(part for part in (key, said["exhibits"]) if part),
                # what somebody wrote down is worth saying
                "matters": True,
                "source_id": drawn["source_id"] if drawn else "",
            }
        )
    found = pd.DataFrame(rows, columns=[*ERRATA_COLUMNS, "mended", "matters", "source_id"])
    return found.sort_values("mended", ascending=False, kind="stable", ignore_index=True)


def corrections_table(book: Catalog) -> pd.DataFrame:
    """Return the corrections that matter: columns of `ERRATA_COLUMNS` and ``source_id``."""
    found = corrections(book)
    found = found[found["matters"].astype(bool)].reset_index(drop=True)
    return found[[*ERRATA_COLUMNS, "source_id"]]


def counts_in_words(book: Catalog) -> dict[str, str]:
    """Return counts and threshold in words: ``listed``, ``below``, ``limit``, ``points``."""
    found = corrections(book)
    listed = int(found["matters"].astype(bool).sum())
    below = len(found) - listed
    return {
        "listed": f"{listed}处" if listed else "没有",
        "below": f"另有{below}处低于此限，见“修订”" if below else "低于此限的也没有",
        "limit": f"{THRESHOLD}%",
        "points": f"{THRESHOLD}个百分点",
    }


def undeclared(old: Catalog, new: Catalog) -> list[str]:
    """Return what a released edition said and this one no longer does, without an erratum.

    Rows that were edited in place by `THRESHOLD` or more, or taken out. A row that another one
    supersedes is a correction already.
    """
    told = set(new.table("errata")["observation_id"])
    now = {row["observation_id"]: row for row in rows_of(new.observations())}
    found = []
    for row in rows_of(old.observations()):
        key = row["observation_id"]
        after = now.get(key)
        if key in told:
            continue
        if after is None:
            found.append(f"{key}：{quantity_of(row).zh} → {WITHDRAWN}")
        elif any(row[column] != after[column] for column in SAME) and _matters(_size(row, after)):
            found.append(f"{key}：{quantity_of(row).zh} → {quantity_of(after).zh}")
    return found


def declare(old: Catalog, new: Catalog) -> None:
    """Refuse data that silently say something else than a released edition.

    Raises
    ------
    DataError
        If there is such a row: it names them.
    """
    found = undeclared(old, new)
    if found:
        listed = "\n".join(f"  {line}" for line in found)
        msg = (
            f"errata.csv：这些已发布的数改了而没有写勘误（observation_id、kind、wrong_zh、old_zh、"
            f"new_zh、edition_from、edition_to），未发布：\n{listed}\n"
            " | these released figures changed without an erratum in errata.csv; not released"
        )
        raise DataError(msg)
