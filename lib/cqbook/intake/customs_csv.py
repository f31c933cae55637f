"""Read CSV files of the China Customs online query, whatever was ticked, in whatever encoding.

A file says neither whether it is exports or imports nor, without the column 注册地, whose trade it
is: that comes from the caller, a sidecar (``<file>.json``) or, for the flow, an unmistakable file
name, and is never guessed. All that can't be right in a file is reported at once.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from cqbook.data.catalog import Catalog
from cqbook.disk.processes import dies_with_parent
from cqbook.disk.untrusted import content_of
from cqbook.errors import Breach, ContractError, library_words
from cqbook.intake.customs_cells import read_customs
from cqbook.intake.customs_format import COLUMN_HEADINGS, Codes, Export, Said, known_codes

#: From so many files on, to start processes takes less time than they save.
MANY = 8
SIDECAR = ("flow", "entity", "period", "retrieved")


def is_customs_query(content: bytes, name: str = "") -> bool:
    """Return whether the first line has headings of the platform, in any encoding.

    A file that calls itself CSV counts too: what is amiss in its headings is told by who reads it.
    """
    if name.lower().endswith(".csv"):
        return True
    first = content[:4000]
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        # any line end: a lone CR inside a line is an error to csv
        lines = first.decode(encoding, errors="ignore").lstrip().splitlines()
        cells = [cell.strip() for cell in next(csv.reader(lines[:1]), [])]
        if sum(cell in COLUMN_HEADINGS for cell in cells) >= 2:
            return True
    return False


def sidecar(path: Path) -> Said:
    """Return what ``<file>.json`` beside a file says of it.

    Raises
    ------
    ContractError
        If it is no JSON object of the texts `SIDECAR`.
    """
    beside = path.with_name(f"{path.name}.json")
    if not beside.exists():
        return Said()
    listed = "、".join(SIDECAR)
    try:
        content = json.loads(content_of(beside).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        zh, en = library_words(error)
        expected = f"a JSON object with {', '.join(SIDECAR)}; {en}"
        raise ContractError(
            [Breach(beside.name, 0, "*", zh, f"JSON 对象，键为 {listed}", expected)]
        ) from error
    if not isinstance(content, dict):
        raise ContractError(
            [Breach(beside.name, 0, "*", str(content), "JSON 对象", "a JSON object")]
        )
    bad = [
        Breach(beside.name, 0, key, str(value), f"{listed} 之一，值为文字", "a known key, a text")
        for key, value in content.items()
        if key not in SIDECAR or not isinstance(value, str)
    ]
    if bad:
        raise ContractError(bad)
    return Said(**content)


def read_exports(
    paths: Sequence[Path], book: Catalog, said: Said
) -> Iterable[Export | list[Breach]]:
    """Return each file as read, or what can't be right in it; many are read on all cores."""
    read = partial(_tried, codes=known_codes(book), said=said)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(paths) < MANY or cores == 1:
        return map(read, paths)
    # forked: what is loaded need not be loaded again
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(cores, context, initializer=dies_with_parent) as pool:
        return list(pool.map(read, paths, chunksize=4))


def _tried(path: Path, codes: Codes, said: Said) -> Export | list[Breach]:
    try:
        return read_file(path, codes, said)
    except ContractError as error:
        # the breaches, not the error: they can be sent from one process to another
        return error.breaches


def read_file(path: Path, codes: Codes, said: Said | None = None) -> Export:
    """Read one file, and its sidecar where there is one; see `read_customs`."""
    return read_customs(content_of(path), path.name, codes, said or Said(), sidecar(path))
