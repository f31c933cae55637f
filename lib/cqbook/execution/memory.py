"""Executed pages remembered by what they depend on.

What a page's cells give depends on its code, not on its prose: of a page whose sentences alone
changed the outputs are remembered, and are put into the notebook as it is now.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import nbformat

from cqbook.data.catalog import Catalog, Query
from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import digest, file_digest, json_digest
from cqbook.errors import DataError
from cqbook.execution.notebooks import INJECTED, normalise, to_bytes, with_outputs
from cqbook.execution.page import Executed, Page

#: Results kept of one page: enough to go back and forth between a few editions.
RESULTS_KEPT = 12
#: Ending of what says with which data an entry held last.
HELD_ENDING = ".held"


class Memory:
    """Executed pages in a folder, found again by what they depend on.

    An entry is one of `disk.cache`: a killed run leaves none that lies.

    Parameters
    ----------
    folder : Path
    data : Path
        The data directory that queries are asked of.
    code : str
        See `cqbook.execution.fingerprint.code_digest`.
    """

    def __init__(self, folder: Path, data: Path, code: str) -> None:
        self.folder, self.code = folder, code
        self.book = Catalog(data)
        self._opened: dict[str, str] = {}
        self._notebooks: dict[Path, tuple[bytes, nbformat.NotebookNode]] = {}

    def key(self, source: Path, page: Page) -> str:
        """Return the hash of what is known before: code cells, parameters, code, files."""
        files = {name: file_digest(path) for name, path in page.files.items()}
        cells = [
            [cell.metadata.get("tags", []), cell.source]
            for cell in self._notebook(source).cells
            if cell.cell_type == "code"
        ]
        return json_digest([page.name, page.parameters, cells, files, self.code])

    def _notebook(self, source: Path) -> nbformat.NotebookNode:
        """Return a notebook, parsed once for the many pages that it makes; not to be changed."""
        content = source.read_bytes()
        known = self._notebooks.get(source)
        if known is None or known[0] != content:
            parsed = nbformat.reads(content.decode("utf-8"), as_version=4)
            known = self._notebooks[source] = (content, parsed)
        return known[1]

    def recall(self, source: Path, page: Page) -> Executed | None:
        """Return the remembered result that still holds, or None."""
        start = self.key(source, page)[:40]
        found = (self.folder / page.name).glob(f"{start}-*.json")
        # that which held last first: each is a whole notebook
        for path in sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True):
            entry = self._read(path)
            if entry and self._holds(path, entry.queries):
                os.utime(path)
                return self._as_it_is_now(source, entry)
        return None

    def _as_it_is_now(self, source: Path, entry: Executed) -> Executed:
        """Return a result with the prose that its notebook has now."""
        now = self._notebook(source)
        if _prose(now) == _prose(entry.notebook):
            return entry
        made = normalise(with_outputs(copy.deepcopy(now), entry.notebook))
        return replace(entry, content=to_bytes(made))

    def entries(self, page: Page) -> Iterator[Executed]:
        """Yield what is remembered of a page, whether it still holds or not."""
        for path in sorted((self.folder / page.name).glob("*.json")):
            entry = self._read(path)
            if entry:
                yield entry

    def keep(
        self,
        source: Path,
        page: Page,
        executed: Executed,
        data: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Remember a result; forget the oldest beyond `RESULTS_KEPT`.

        Parameters
        ----------
        source : Path
        page : Page
        executed : Executed
        data : mapping of str to str, optional
            `Catalog.digests` of before it was executed: if they are as then, the result holds for
            them, and nobody need ask its queries again.
        """
        queries = [query.to_json() for query in executed.queries]
        content = {
            "agreed": executed.agreed,
            "notebook": executed.content.decode("utf-8"),
            "queries": queries,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        folder = self.folder / page.name
        asked = digest("\n".join(queries).encode())[:24]
        made = digest(executed.content)[:16]
        path = folder / f"{self.key(source, page)[:40]}-{asked}-{made}.json"
        retain(path, text.encode())
        if data and self.book.digests() == data:
            retain(path.with_suffix(HELD_ENDING), json.dumps(dict(data)).encode())
        entries = sorted(folder.glob("*.json"), key=lambda item: item.stat().st_mtime)
        for old in entries[:-RESULTS_KEPT]:
            for gone in (old, old.with_suffix(HELD_ENDING)):
                gone.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> Executed | None:
        kept = recall(path)
        if kept is None:
            return None
        content = json.loads(kept)
        queries = tuple(Query.from_json(line) for line in content["queries"])
        return Executed(content["notebook"].encode("utf-8"), queries, content["agreed"], True)

    def _holds(self, path: Path, queries: Iterable[Query]) -> bool:
        """Return whether the queries of an entry are answered now as they were.

        Of files that are as they were when they last were, none need be asked again.
        """
        mark = path.with_suffix(HELD_ENDING)
        try:
            now = self.book.digests()
            if now != self._opened:
                # what a package has read once it does not read again
                self.book, self._opened = Catalog(self.book.path), now
            before = json.loads(recall(mark) or "{}")
            changed = {name for name in {*now, *before} if now.get(name) != before.get(name)}
            if not changed:
                return True
            held = all(
                self.book.again(query) == query
                for query in queries
                if not changed.isdisjoint(self.book.asks(query))
            )
        except DataError:
            # a table or a column that is gone: certainly another answer
            return False
        # what was changed meanwhile is not what was asked
        if held and self.book.digests() == now:
            retain(mark, json.dumps(now).encode())
        return held


def _prose(notebook: nbformat.NotebookNode) -> list[object]:
    """Return what of a notebook is not code, and where the code is."""
    return [
        None
        if cell.cell_type == "code"
        else [cell.cell_type, cell.source, cell.metadata.get("tags", []), cell.get("attachments")]
        for cell in notebook.cells
        if INJECTED not in cell.metadata.get("tags", [])
    ]
