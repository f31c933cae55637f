"""Long regular series in tables of their own, read as rows of ``observations``.

A table whose resource in ``datapackage.json`` has the property ``observations`` is a series: a
value a row. Columns that bear the name of a column of ``observations`` are that column; the
declaration says what is the same in all rows (``fixed``), and which columns make up the breakdown
(``breakdown``: dimensions, each a column of codes or fixed). An id is the table's name and its
primary key: ``caam-exports.2023-10-period-nev``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from cqbook.data.descriptor import Declaration, Resource, enumerated

#: Made of other columns where a series has no column of its own for it.
MADE = ("observation_id", "breakdown", "as_printed")
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def primary_key(resource: Resource) -> list[str]:
    """Return the columns of a table's key."""
    key = resource["schema"].get("primaryKey", [])
    return [key] if isinstance(key, str) else list(key) if isinstance(key, list) else []


def may_hold(resource: Resource, asked: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a series can have rows of which each asked column has one of its values.

    Of the declaration and the lists of codes alone: a series that a chapter does not ask for is
    not read.
    """
    series = resource["observations"]
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    for column, values in asked.items():
        if column == "observation_id":
            possible = any(value.startswith(f"{resource['name']}.") for value in values)
        elif column == "breakdown":
            always = [name for name in series.get("breakdown", []) if _always(resource, name)]
            possible = any(all(f"{name}=" in value for name in always) for value in values)
        elif column in series["fixed"]:
            possible = series["fixed"][column] in values
        elif column in fields:
            codes = enumerated(fields[column])
            possible = not codes or not set(codes).isdisjoint(values)
        else:
            possible = column in MADE or "" in values
        if not possible:
            return False
    return True


def _always(resource: Resource, dimension: str) -> bool:
    """Return whether every row of a series has a code of a dimension."""
    if dimension in resource["observations"]["fixed"]:
        return True
    for field in resource["schema"]["fields"]:
        if field["name"] == dimension:
            rules = field.get("constraints")
            return isinstance(rules, dict) and rules.get("required") is True
    return False


def as_observations(
    resource: Resource, frame: pd.DataFrame, columns: Sequence[str]
) -> pd.DataFrame:
    """Return a series as rows of ``observations``, text by text.

    Parameters
    ----------
    resource : Resource
        With the property ``observations``.
    frame : pandas.DataFrame
        The table as text.
    columns : sequence of str
        Those of ``observations``.
    """
    fixed = resource["observations"]["fixed"]
    made: dict[str, pd.Series | list[str] | str] = {
        "observation_id": _identifiers(resource, frame),
        "breakdown": _breakdowns(resource["observations"], frame),
    }
    if "value" in frame:
        made["as_printed"] = frame["value"]
    made |= {column: frame[column] for column in columns if column in frame}
    cells = {column: made.get(column, fixed.get(column, "")) for column in columns}
    return pd.DataFrame(cells, index=frame.index).astype(str)


def _identifiers(resource: Resource, frame: pd.DataFrame) -> list[str]:
    keys = frame[primary_key(resource)].values.tolist()
    slugs = (_NO_SLUG.sub("-", "-".join(filter(None, key)).lower()).strip("-") for key in keys)
    return [f"{resource['name']}.{slug}" for slug in slugs]


def _breakdowns(series: Declaration, frame: pd.DataFrame) -> list[str]:
    found = [""] * len(frame)
    for dimension in sorted(series.get("breakdown", [])):
        fixed = [series["fixed"].get(dimension, "")] * len(frame)
        codes = frame[dimension].tolist() if dimension in frame else fixed
        for place, code in enumerate(codes):
            if code:
                found[place] += f"{';' if found[place] else ''}{dimension}={code}"
    return found
