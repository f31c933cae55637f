"""What an edition says of its figures, tables and numbers, as briefings and verdicts need it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from cqbook.disk.regular import regular_content
from cqbook.editions.records import unread
from cqbook.editions.store import catalogue, exhibit_entry, manifest_of, table_catalogue
from cqbook.errors import DataError
from cqbook.figures.figure import TABLE_PREFIX
from cqbook.figures.identity import Spec
from cqbook.quantities.verdict import OUTCOMES_ZH, reasoned


class _Part(BaseModel):
    # what else an edition says, older or newer than this code, is not asked here
    model_config = ConfigDict(frozen=True, extra="ignore")


class EntryRow(_Part):
    """A row that a figure draws; ``full``: its number as published."""

    label: str
    group: str | None = None
    value: float | None = None
    full: str | None = None
    status: str | None = None
    observation_id: str | None = None

    @property
    def name(self) -> str:
        """Series and label."""
        return f"{self.group or ''}·{self.label}".strip("·")


class EntrySource(_Part):
    """A source of a figure, as the source line has it."""

    label: str


class EntryFile(_Part):
    """A file of a figure; ``path`` from the root of the site."""

    path: str


class ExhibitEntry(_Part):
    """What figures and tables have in common; ``data``: hash of the rows; citations by form."""

    id: str
    title: str
    subtitle: str
    note: str = ""
    data: str
    sources: tuple[EntrySource, ...]
    files: dict[str, EntryFile]
    citations: dict[str, str]

    @property
    def sources_zh(self) -> str:
        """The sources in a line; empty where the caption names them."""
        return "；".join(item.label for item in self.sources)


class FigureEntry(ExhibitEntry):
    """A figure of an edition."""

    unit: str
    alt: str
    rows: tuple[EntryRow, ...]


class TableEntry(ExhibitEntry):
    """A table of an edition; ``columns``: its headings; ``rows``: its cells as printed."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def is_table(identifier: str) -> bool:
    """Return whether an id is that of a table of the book."""
    return identifier.startswith(TABLE_PREFIX)


EntryKind = TypeVar("EntryKind", bound=ExhibitEntry)


def _entry(kind: type[EntryKind], content: Mapping[str, Any], edition: Path) -> EntryKind:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        name = content.get("id", "")
        msg = (
            f"版次 {edition.name} 的 figures.json 中，{'表' if is_table(name) else '图'} {name}"
            f" 的 {place} 不对"
            f" | figures.json of edition {edition.name}: {name}.{place} is wrong"
        )
        raise DataError(msg) from error


def entry_of(edition: Path, identifier: str) -> FigureEntry:
    """Return what an edition says of a figure.

    Raises
    ------
    DataError
        If it has no such figure; the message names the nearest.
    """
    return _entry(FigureEntry, exhibit_entry(edition, identifier), edition)


def table_entry_of(edition: Path, identifier: str) -> TableEntry:
    """Return what an edition says of a table.

    Raises
    ------
    DataError
        If it has no such table; the message names the nearest.
    """
    return _entry(TableEntry, exhibit_entry(edition, identifier), edition)


def entries_of(edition: Path) -> dict[str, FigureEntry]:
    """Return what an edition says of its figures, by id."""
    listed = catalogue(edition).items()
    return {name: _entry(FigureEntry, content, edition) for name, content in listed}


def tables_of_edition(edition: Path) -> dict[str, TableEntry]:
    """Return what an edition says of its tables, by id."""
    listed = table_catalogue(edition).items()
    return {name: _entry(TableEntry, content, edition) for name, content in listed}


def file_of(edition: Path, file: EntryFile) -> bytes:
    """Return a file of a figure as the edition has it."""
    path = edition / "site" / file.path
    try:
        return regular_content(path)
    except OSError as error:
        raise unread(path, error) from error


def spec_of(edition: Path, entry: FigureEntry) -> Spec:
    """Return the specification of a figure that is drawn."""
    spec: Spec = json.loads(file_of(edition, entry.files["vl.json"]))
    return spec


#: What the name of a quoted sentence begins with.
CLAIM = "claim:"


@dataclass(frozen=True)
class Numbers:
    """The numbers in the text of an edition, by page and key (``trade.total``).

    A sentence that stands on a claim is quoted like a number (``claim:trade.below-record``);
    ``turned`` says of the claims that do not hold why they have no sentence.
    """

    edition: str
    texts: Mapping[str, str]
    turned: Mapping[str, str]


def numbers_of(edition: Path) -> Numbers:
    """Return the numbers in the text of an edition, and the sentences that stand on claims."""
    manifest = manifest_of(edition)
    texts = {
        f"{page}.{key}": text
        for page, items in manifest.glued.items()
        for key, text in items.items()
    }
    turned: dict[str, str] = {}
    for page, made in manifest.claims.items():
        for name, item in made.items():
            key = f"{CLAIM}{page}.{name}"
            if item.outcome == "holds" and item.sentence:
                texts[key] = item.sentence
            elif item.outcome != "holds":
                why = reasoned(item.condition, item.margin)
                turned[key] = f"论断{OUTCOMES_ZH[item.outcome]}：{why}"
    return Numbers(manifest.edition, texts, turned)
