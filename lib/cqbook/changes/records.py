"""What two editions differ in, as records, and as the file that a build hands to the page 修订.

The file is plain JSON: what a record has nothing to say of (None) is not in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

#: The file with the comparison with the edition before, where a build made one.
COMPARISON_VARIABLE = "CQBOOK_COMPARISON"
CHANGES_ZH = {"changed": "变动", "added": "新增", "gone": "不再有"}
Change = Literal["changed", "added", "gone"]


@dataclass(frozen=True)
class RowChange:
    """A row of a figure's table, in words; `values`: as drawn, where both editions draw it."""

    name: str
    old: str
    new: str
    values: tuple[float, float] | None = None


@dataclass(frozen=True)
class FigureChange:
    """A figure that only one edition has, or of which rows or the title differ."""

    page: str
    id: str
    title: str
    unit: str
    change: Change
    rows: tuple[RowChange, ...] = ()
    title_before: str | None = None

    @property
    def moved(self) -> list[tuple[RowChange, tuple[float, float]]]:
        """The rows whose numbers both editions draw, with the numbers."""
        return [(row, row.values) for row in self.rows if row.values is not None]


@dataclass(frozen=True)
class TableChange:
    """A table that only one edition has, or of which `rows_new` came and `rows_gone` went."""

    page: str
    id: str
    title: str
    change: Change
    rows_new: int | None = None
    rows_gone: int | None = None

    @property
    def rows_zh(self) -> str:
        """How many rows came and went, in words; empty for a table of one edition only."""
        return "" if self.rows_new is None else f"新{self.rows_new}行，去{self.rows_gone}行"


@dataclass(frozen=True)
class TextChange:
    """A number in the text, or a parameter, of a page; empty where an edition has none."""

    page: str
    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Revision:
    """A figure for the same thing that is another now.

    `how`: 更正 (it supersedes the old one), 改用 (another source is preferred now), 改行 (the row
    was edited).
    """

    what: str
    old: str
    new: str
    old_source: str
    new_source: str
    old_id: str
    new_id: str
    source_ids: tuple[str, str]
    how: Literal["更正", "改用", "改行"]


@dataclass(frozen=True)
class OneSided:
    """A thing that only one data package has a figure for; or a long series of so many.

    A long series has no ``source``: its figures have theirs.
    """

    what: str
    text: str
    count: int = 1
    source: str = ""
    source_id: str = ""
    observation_id: str = ""


@dataclass(frozen=True)
class ObservationChanges:
    """What two data packages say of the same things."""

    revised: tuple[Revision, ...] = ()
    added: tuple[OneSided, ...] = ()
    gone: tuple[OneSided, ...] = ()


@dataclass(frozen=True)
class VerdictChange:
    """A relation whose verdict is another, or that only one package has."""

    relation: str
    title: str
    old: str
    new: str


@dataclass(frozen=True)
class ClaimChange:
    """A claim that turned, or that only one edition makes: outcomes (empty: none), sentence."""

    page: str
    name: str
    old: str
    new: str
    sentence: str
    margin: str


@dataclass(frozen=True)
class Comparison:
    """What changed from edition `old` to `new`; None: was not compared."""

    __pydantic_config__ = {"extra": "forbid"}

    figures: tuple[FigureChange, ...] = ()
    tables: tuple[TableChange, ...] = ()
    glued: tuple[TextChange, ...] = ()
    claims: tuple[ClaimChange, ...] = ()
    observations: ObservationChanges | None = None
    relations: tuple[VerdictChange, ...] | None = None
    parameters: tuple[TextChange, ...] | None = None
    old: str | None = None
    new: str | None = None


#: What the editions are called in the file.
KEYS = {"old": "from", "new": "to"}


def _said(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {key: value for key, value in pairs if value is not None}


def comparison_json(found: Comparison) -> str:
    """Return a comparison as the text of its file."""
    content = asdict(found, dict_factory=_said)
    named = {KEYS.get(key, key): value for key, value in content.items()}
    return json.dumps(named, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def read_comparison() -> Comparison:
    """Return the comparison with the edition before that the build made; an empty one if none.

    It is no part of the data: an execution that reads it says so in the page's files, not in the
    queries.
    """
    path = os.environ.get(COMPARISON_VARIABLE, "")
    if not path:
        return Comparison()
    # only where there is a file to read: who writes one does not wait for the import
    from pydantic import TypeAdapter

    fields = {key: name for name, key in KEYS.items()}
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    named = {fields.get(key, key): value for key, value in content.items()}
    return TypeAdapter(Comparison).validate_python(named)
