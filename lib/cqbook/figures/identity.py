"""Who a figure or a table is: the record that stands in the outputs of a notebook.

A figure's is the ``usermeta`` of its Vega-Lite specification, a table's the whole of its output.
Both are read with `read_record`, and written as JSON by `to_json`: nobody else needs to know their
keys. A field that is added later has a default: editions released before it stay readable.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from cqbook.errors import DataError

#: A Vega-Lite specification: JSON whose shape is Vega-Lite's, not ours.
Spec = dict[str, Any]
RecordKind = TypeVar("RecordKind")

FIGURE_MIME = "application/vnd.vegalite.v6+json"
#: What every program shows that opens a notebook; JupyterLab 4.6 draws Vega-Lite up to version 5.
SVG_MIME = "image/svg+xml"
#: What JupyterLab shows of a notebook that it does not trust yet: no SVG, which may hold scripts.
PNG_MIME = "image/png"
#: Set where pictures are drawn after the execution, and kept: the renderer takes a second to start,
#: and a process that has used it must not fork.
LATER_VARIABLE = "CQBOOK_PICTURES_LATER"


#: What source lines say of a figure's numbers, in Chinese and in English, by its status: all are
#: published; some are divided by this book, as firm as those; some are derived; all are derived.
SOURCES_ARE = {
    "reported": ("", ""),
    "computed": ("（含本书计算）", " (with ratios worked out by this book)"),
    "mixed": ("（部分为本书推算）", " (partly derived)"),
    "derived": ("（本书推算）", " (derived)"),
}


def mark_kind(layer: Mapping[str, Any]) -> str:
    """Return the kind of mark that a layer of a specification draws."""
    mark: str | dict[str, str] = layer["mark"]
    return mark if isinstance(mark, str) else mark["type"]


def rows_drawn(layer: Mapping[str, Any], spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that a layer of a specification draws."""
    data = layer.get("data") or spec.get("data") or {}
    rows: list[dict[str, Any]] = data.get(
        "values", spec.get("datasets", {}).get(data.get("name"), [])
    )
    return rows


@dataclass(frozen=True)
class SourceLabel:
    """A source that the rows come from, and how it is called below a figure."""

    id: str
    label: str


@dataclass(frozen=True)
class EnglishWords:
    """What English readers are told: title; caption with unit and period; how to read it."""

    title: str
    caption: str
    note: str = ""


@dataclass(frozen=True)
class DrawnRows:
    """The rows of a figure as text: headings, the columns that they stand for, cells."""

    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def records(self) -> list[dict[str, str]]:
        """Return the rows by key."""
        return [dict(zip(self.keys, cells, strict=True)) for cells in self.rows]


@dataclass(frozen=True)
class Identity:
    """Who a figure is.

    ``status`` is a key of `SOURCES_ARE`; ``caption`` says how to read it, ``alt``
    what the picture shows.
    """

    id: str
    title: str
    subtitle: str
    caption: str
    alt: str
    english: EnglishWords
    unit: str
    status: str
    sources: tuple[SourceLabel, ...]
    table: DrawnRows
    #: Names of the claims that title and note stand on.
    claims: tuple[str, ...] = ()


class FindingTitle(str):
    """A title that is a finding: the text, and the names of the claims that it stands on."""

    claims: tuple[str, ...]

    def __new__(cls, text: str, *claims: str) -> FindingTitle:
        """Make it."""
        made = super().__new__(cls, text)
        made.claims = claims
        return made


def stands_on(*texts: str) -> tuple[str, ...]:
    """Return the claims that some of the texts stand on, each once."""
    found = (text.claims for text in texts if isinstance(text, FindingTitle))
    return tuple(dict.fromkeys(itertools.chain.from_iterable(found)))


def read_record(kind: type[RecordKind], content: object) -> RecordKind:
    """Return a record from the JSON of an output; keys that it does not know are left out.

    Not by pydantic, which would do the same: each build reads all figures, and one that finds
    nothing changed would import it for nothing else (0.1 s, 0.3 s on a busy machine).

    Raises
    ------
    DataError
        If a key is missing or holds something else.
    """
    try:
        record = _record(kind, content)
    except _NotRecordError as error:
        who = content.get("id", "") if isinstance(content, dict) else ""
        msg = (
            f"图表 {who} 的记录不对：{error}；重新执行这一章"
            f" | the record of {who!r} can't be read, at {error}: execute the chapter again"
        )
        raise DataError(msg) from error
    assert isinstance(record, kind)
    return record


class _NotRecordError(Exception):
    """JSON that is not the record wanted; says where."""


def _record(kind: type, content: object, place: str = "") -> object:
    if not isinstance(content, dict):
        raise _NotRecordError(place or kind.__name__)
    made: dict[str, object] = {}
    for name, (wanted, needed) in _fields_of(kind).items():
        where = f"{place}.{name}".lstrip(".")
        if name in content:
            made[name] = _value(wanted, content[name], where)
        elif needed:
            raise _NotRecordError(where)
    return kind(**made)


def _value(wanted: object, content: object, place: str) -> object:
    """Return a text, a flag, a record, or a tuple of such."""
    if isinstance(wanted, type):
        if is_dataclass(wanted):
            return _record(wanted, content, place)
        if isinstance(content, wanted):
            return content
    elif isinstance(content, list | tuple):
        item = get_args(wanted)[0]
        return tuple(_value(item, part, place) for part in content)
    raise _NotRecordError(place)


@functools.cache
def _fields_of(kind: type) -> dict[str, tuple[object, bool]]:
    """Return the type of each field of a record, and whether it has no default."""
    hints = get_type_hints(kind)
    known = fields(kind) if is_dataclass(kind) else ()
    return {field.name: (hints[field.name], field.default is MISSING) for field in known}
