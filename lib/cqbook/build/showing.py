"""Which pages show figures that were taken in: a figure may be on none, and nobody would know.

`cqbook add` executes nothing, so that it tells which pages read the new figures; `cqbook accept`
has executed them, and tells which show which.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import nbformat

from cqbook.build.order import page_memory
from cqbook.build.pages import REVISIONS, pages
from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.data.selection import what
from cqbook.editions.paths import built_folder
from cqbook.editions.store import LATEST
from cqbook.execution.page import Executed
from cqbook.figures.claims import GLUED_ROLE
from cqbook.figures.figure import MADE_KEY, PRINTED_KEY, display_outputs, figures_of, tables_of
from cqbook.quantities.about import ids_in
from cqbook.quantities.quantity import quantity_of

#: New figures of a page that a terminal lists.
SHOWN_OF_PAGE = 10


def unread_since(root: Path, remembered: Collection[str]) -> list[str]:
    """Return the pages whose remembered results no longer hold: they read what is new."""
    now = pages_remembered(root)
    return [name for name in remembered if name not in now]


def pages_remembered(root: Path) -> list[str]:
    """Return the pages whose results are remembered and hold for the data as they are."""
    memory = page_memory(root, root / "data")
    folder = root / "chapters"
    return [
        page.name
        for page in pages(root, memory.book)
        if memory.recall(folder / f"{page.notebook}.ipynb", page)
    ]


def showing_lines(root: Path, book: Catalog, results: Mapping[str, Executed]) -> list[str]:
    """Return where the figures stand that came since the book was built last; nothing if none.

    Parameters
    ----------
    results : mapping of str to Executed
        Of all pages.
    """
    before = built_folder(root) / LATEST / "data"
    if not before.exists():
        return []
    known = set(Catalog(before).observations()["observation_id"])
    new = {
        row["observation_id"]: f"{what(book, row)} {quantity_of(row).zh}"
        for row in rows_of(book.observations())
        if row["observation_id"] not in known
    }
    if not new:
        return []
    # the page of what changed lists them all, whoever uses them
    pages_shown = {name: rows_on(found) for name, found in results.items() if name != REVISIONS}
    lines = [f"上次生成以来的新数 | figures that are new since the last build: {len(new)}"]
    for name, ids in pages_shown.items():
        lines += _listed(f"用在 | on {name}", [new[key] for key in new if key in ids])
    anywhere = set[str]().union(*pages_shown.values())
    nowhere = [new[key] for key in new if key not in anywhere]
    words = "哪一页都没有用到，只在数字库里 | on no page, only among the numbers"
    return [*lines, *_listed(words, nowhere)]


def _listed(words: str, texts: list[str]) -> list[str]:
    if not texts:
        return []
    more = f"……另有{len(texts) - SHOWN_OF_PAGE}个" if len(texts) > SHOWN_OF_PAGE else ""
    return [f"  {words}: {'；'.join(texts[:SHOWN_OF_PAGE])}{more}"]


def rows_on(found: Executed) -> set[str]:
    """Return the observations that stand on a page: in figures, tables, and its sentences."""
    notebook: nbformat.NotebookNode = nbformat.v4.reads_json(found.shown.decode("utf-8"))
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    said = set(GLUED_ROLE.findall("\n".join(cells)))
    ids: set[str] = set()
    for output in display_outputs(notebook):
        metadata = output.get("metadata", {})
        if metadata.get("scrapbook", {}).get("name") in said:
            ids |= {*metadata.get(PRINTED_KEY, ()), *metadata.get(MADE_KEY, ())}
    for item in figures_of(notebook):
        rows = item.identity.table.records()
        ids |= set(ids_in(row.get("observation_id", "") for row in rows))
    for table in tables_of(notebook):
        ids |= set(table.records)
    return ids
