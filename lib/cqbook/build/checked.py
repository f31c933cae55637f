"""What passed its checks is not checked again before it, or what checks it, is another.

To check all tables and chapters takes seconds, and most of them are as they were at the last build.
Only what passed is remembered: a fault is found, and told, each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cqbook.build.chapter_lint import chapter_faults, chapter_files
from cqbook.data.catalog import Catalog
from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import file_digest, json_digest
from cqbook.disk.installed import installed_digest
from cqbook.errors import Breach, ChapterError

if TYPE_CHECKING:
    from cqbook.data.contracts import TableCheck, Tables


def _mark(root: Path, content: object) -> Path:
    return root / "_build" / "cache" / "checked" / json_digest([installed_digest(), content])


#: The hashes of the tables that a part of the check asked for, when it found nothing.
_Passed = dict[str, dict[str, str]]


def check_package_once(root: Path, book: Catalog) -> dict[str, int]:
    """Check the tables of a data package, each part unless the tables it asks for passed it before.

    Returns
    -------
    dict of str to int
        Number of rows by table.

    Raises
    ------
    ContractError
        See `cqbook.data.contracts.check_package`.
    """
    from cqbook.data.contracts import check_package

    now = book.digests()
    mark = _mark(root, "data")
    known = json.loads(recall(mark) or "{}")
    if known.get("of") == now:
        counts: dict[str, int] = known["counts"]
        return counts
    before: _Passed = known.get("passed", {})
    passed: _Passed = {}

    def ask(name: str, part: TableCheck, tables: Tables) -> list[Breach]:
        held = before.get(name)
        if not held or any(now.get(table, "") != value for table, value in held.items()):
            tables.asked = set()
            found = list(part(tables))
            if found:
                return found
            # each part is of the descriptor too
            held = {table: now.get(table, "") for table in {"", *tables.asked}}
        passed[name] = held
        return []

    counts = check_package(book, ask)
    # what was changed while it was checked is not what passed
    if book.digests() == now:
        content = {"of": now, "passed": passed, "counts": counts}
        retain(mark, json.dumps(content, ensure_ascii=False).encode())
    return counts


def check_chapters_once(root: Path, names: Iterable[str] | None = None) -> None:
    """Refuse chapters that break the rules for their authors, unless as they are they passed.

    Raises
    ------
    ChapterError
        See `cqbook.build.chapter_lint.check_chapters`.
    """
    faults = []
    for path in chapter_files(root, names):
        content = file_digest(path)
        mark = _mark(root, [path.name, content])
        if recall(mark) is not None:
            continue
        found = chapter_faults(path)
        if not found and file_digest(path) == content:
            retain(mark, b"")
        faults += found
    if faults:
        raise ChapterError(faults)
