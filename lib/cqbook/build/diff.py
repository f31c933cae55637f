"""What changed between two editions, asked by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import nbformat

from cqbook.build.pages import REVISIONS
from cqbook.changes import comparison
from cqbook.changes.records import Comparison
from cqbook.data.catalog import Catalog
from cqbook.editions.store import find, manifest_of
from cqbook.execution.notebooks import read_notebook


def compare_edition(
    before: Path, new: Mapping[str, nbformat.NotebookNode], book: Catalog, name: str
) -> Comparison:
    """Compare an edition's folder with executed notebooks and their data.

    The page 修订 itself is left out: that it differs says nothing.
    """
    paths = sorted((before / "notebooks").glob("*.ipynb"))
    old = {path.stem: read_notebook(path) for path in paths}
    for side in (old, new := dict(new)):
        side.pop(REVISIONS, None)
    was = manifest_of(before)
    old_book = Catalog(before / "data")
    return replace(
        comparison.compare_notebooks(old, new),
        old=was.edition,
        new=name,
        observations=comparison.compare_observations(old_book, book),
        relations=comparison.compare_relations(old_book, book),
    )


def diff(root: Path, old: str, new: str) -> Comparison:
    """Compare two editions by name (``latest``, a released or a built one).

    Raises
    ------
    DataError
        If there is no such edition; the message lists those there are.
    """
    before, after = find(root, old), find(root, new)
    paths = sorted((after / "notebooks").glob("*.ipynb"))
    notebooks_new = {path.stem: read_notebook(path) for path in paths}
    was, now = (manifest_of(folder) for folder in (before, after))
    found = compare_edition(before, notebooks_new, Catalog(after / "data"), now.edition)
    sides = ({page: entry.parameters for page, entry in side.pages.items()} for side in (was, now))
    return replace(found, parameters=comparison.parameter_changes(*sides))
