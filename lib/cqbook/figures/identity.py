"""Who a figure or a table is: the record that stands in the outputs of a notebook.

A figure's is the ``usermeta`` of its Vega-Lite specification, a table's the whole of its output.
Both are read with `read_record`, and written as JSON by `to_json`: nobody else needs to know their
keys.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from cqbook.errors import DataError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

#: A Vega-Lite specification: JSON whose shape is Vega-Lite's, not ours.
Spec = dict[str, Any]
Record = TypeVar("Record")


@dataclass(frozen=True)
class SourceLabel:
    """A source that the rows come from, and how it is called below a figure."""

    id: str
    label: str


@dataclass(frozen=True)
class EnglishWords:
    """What English readers are told: title, and caption with unit, period and how to read it."""

    title: str
    caption: str


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

    ``status`` is ``reported``, ``derived`` or ``mixed``; ``caption`` says how to read it, ``alt``
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


def read_record(kind: type[Record], content: object) -> Record:
    """Return a record from the JSON of an output; keys that it does not know are left out.

    Raises
    ------
    DataError
        If a key is missing or holds something else.
    """
    # as late as this: a chapter makes records and reads none
    from pydantic import TypeAdapter, ValidationError

    adapter = _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))
    try:
        record: Record = adapter.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or kind.__name__
        who = content.get("id", "") if isinstance(content, dict) else ""
        msg = (
            f"图表 {who} 的记录不对：{where}（{first['msg']}）；重新执行这一章"
            f" | the record of {who!r} can't be read, at {where}: execute the chapter again"
        )
        raise DataError(msg) from error
    return record


#: What reads each kind of record; made once.
_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def to_json(value: object) -> str:
    """Return the one JSON form of a value, in which records may stand."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_fields)


def _fields(record: object) -> dict[str, Any]:
    if not is_dataclass(record):
        msg = f"no JSON: {type(record).__name__}"
        raise TypeError(msg)
    return {field.name: getattr(record, field.name) for field in fields(record)}
