"""What an edition says of its figures and numbers, as far as briefings and verdicts need it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cqbook.disk.regular import regular_content
from cqbook.editions.records import unread
from cqbook.editions.store import catalogue, figure_entry, manifest_of
from cqbook.errors import DataError
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


class FigureEntry(_Part):
    """A figure of an edition; ``data``: hash of the rows drawn; ``files`` and citations by form."""

    id: str
    title: str
    subtitle: str
    unit: str
    alt: str
    note: str = ""
    data: str
    sources: tuple[EntrySource, ...]
    files: dict[str, EntryFile]
    rows: tuple[EntryRow, ...]
    citations: dict[str, str]

    @property
    def sources_zh(self) -> str:
        """The sources in a line; empty where the caption names them."""
        return "；".join(item.label for item in self.sources)


def _entry(content: Mapping[str, Any], edition: Path) -> FigureEntry:
    try:
        return FigureEntry.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        name = content.get("id", "")
        msg = (
            f"版次 {edition.name} 的 figures.json 中，图 {name} 的 {place} 不对"
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
    return _entry(figure_entry(edition, identifier), edition)


def entries_of(edition: Path) -> dict[str, FigureEntry]:
    """Return what an edition says of its figures, by id."""
    return {name: _entry(content, edition) for name, content in catalogue(edition).items()}


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
