"""``datapackage.json``, as far as it has to be right for anything to be read.

What a column must satisfy (``constraints``, keys) may be wrong in ways that concern one column:
`cqbook.data.contracts` reads that, and names the column.
"""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

_Name = Annotated[str, StringConstraints(pattern=r"^[^\x00]+$")]
_AS_WRITTEN = ConfigDict(extra="allow", strict=True)


@with_config(_AS_WRITTEN)
class Field(TypedDict):
    """A column."""

    name: str
    type: str
    description: NotRequired[str]
    constraints: NotRequired[object]
    listOf: NotRequired[object]


@with_config(_AS_WRITTEN)
class Schema(TypedDict):
    """The columns of a table, and its keys."""

    fields: list[Field]
    primaryKey: NotRequired[object]
    foreignKeys: NotRequired[object]


@with_config(_AS_WRITTEN)
class Declaration(TypedDict):
    """How rows of a long series become rows of ``observations``: see `cqbook.data.series`."""

    fixed: dict[str, str]
    breakdown: NotRequired[list[str]]


@with_config(_AS_WRITTEN)
class Resource(TypedDict):
    """A table."""

    name: _Name
    path: _Name
    title: NotRequired[str]
    description: NotRequired[str]
    observations: NotRequired[Declaration]
    schema: Schema


@with_config(_AS_WRITTEN)
class Descriptor(TypedDict):
    """The package."""

    version: str
    resources: list[Resource]


_DESCRIPTOR = TypeAdapter(Descriptor)


def descriptor_of(content: object) -> Descriptor:
    """Return JSON as the description of a package.

    Raises
    ------
    ValueError
        With the place of what it lacks: ``resources[2].schema.fields``.
    """
    try:
        found = _DESCRIPTOR.validate_python(content)
    except ValidationError as error:
        steps = error.errors()[0]["loc"]
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        raise ValueError(place.removeprefix(".") or "{}") from error
    names = [item["name"] for item in found["resources"]]
    if len(set(names)) < len(names):
        msg = "resources[].name"
        raise ValueError(msg)
    return found


def enumerated(field: Field) -> list[str]:
    """Return the codes that a column may hold; empty where it may hold any text."""
    rules = field.get("constraints")
    codes = rules.get("enum", []) if isinstance(rules, dict) else []
    return list(map(str, codes))
