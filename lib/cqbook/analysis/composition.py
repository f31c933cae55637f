"""What a total is made of: level, share, growth and contribution of each published part.

A part may be published with its level only, or with level and growth; what can be computed from
what is printed is computed, with its interval, and what can't stays 没有查到.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cqbook.analysis import frames
from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.data.selection import fact, in_unit, preferred
from cqbook.quantities import quantity
from cqbook.quantities.quantity import (
    Quantity,
    missing,
    previous,
    quantity_of,
    remainder,
    share,
)

REST = "其余（未列名）"


@dataclass(frozen=True)
class Part:
    """One part of a total, published and derived."""

    label: str
    level: Quantity
    yoy: Quantity
    share: Quantity
    previous: Quantity
    points: Quantity
    rate: Quantity


@dataclass(frozen=True)
class Composition:
    """A total and its published parts; `rest` is what they leave."""

    total: Quantity
    total_yoy: Quantity
    parts: tuple[Part, ...]
    rest: Part | None

    @property
    def all(self) -> tuple[Part, ...]:
        """The parts, and the rest if the parts exclude each other."""
        return (*self.parts, *([self.rest] if self.rest else []))

    def named(self, label: str) -> Part:
        """Return the part called `label`; one without figures if nothing is published of it."""
        for part in self.all:
            if part.label == label:
                return part
        none = missing(str(self.total.unit))
        rates = (missing("percent"), missing("percent"), none)
        return Part(label, none, *rates, missing("percentage points"), missing("percent"))

    def points(self, column: str, *, unit: str) -> pd.DataFrame:
        """Return a point frame of one column (``level``, ``share``, ``yoy``, ``points`` …).

        Parts without that figure are left out.
        """
        shown = [part for part in self.all if getattr(part, column).known]
        return frames.points(((part.label, getattr(part, column)) for part in shown), unit=unit)


def composition(
    book: Catalog,
    filters: Mapping[str, str],
    *,
    dimension: str,
    unit: str = "100M CNY",
    exclusive: bool = True,
    codes: Iterable[str] = (),
) -> Composition:
    """Return the published parts of a total along one breakdown.

    Parameters
    ----------
    book : Catalog
    filters : mapping of str to str
        Columns of ``observations`` that name the total: indicator, entity, period, flow …
    dimension : str
        Key of the breakdown (``enterprise``, ``regime``, ``partner``, ``product`` …).
    unit : str
        Unit of the levels.
    exclusive : bool
        Whether the parts exclude each other, so that a rest can be computed.
    codes : iterable of str
        Only these values of the dimension, in this order; otherwise all, largest first.
    """
    # the flow of a part may differ from the total's (exports of laptops in the trade chapter)
    total = fact(book, unit=unit, **filters)
    total_yoy = fact(book, unit="percent", measure="yoy", **filters)
    rows = preferred(book.observations(**filters))
    rows = rows[rows["breakdown"].str.fullmatch(rf"{dimension}=[^;=]+")]
    # a part in dollars is none of a total in yuan
    rows = rows[rows["measure"].ne("level") | rows.index.isin(in_unit(rows, unit).index)]
    # a share of something else (laptops in the nation's exports of laptops) is no share of this
    own = rows["base"].isin(["", "total", total.observation_id])
    own |= rows["base"].str.startswith(f"{filters.get('entity', '')} ")
    rows = rows[rows["measure"].ne("share") | own]
    by_key = {
        (row["breakdown"].split("=")[1], row["measure"]): quantity_of(row) for row in rows_of(rows)
    }
    wanted = list(codes) or list(dict.fromkeys(code for code, _ in by_key))
    parts = [
        _part(
            book.breakdown_name(f"{dimension}={code}"),
            {measure: item for (key, measure), item in by_key.items() if key == code},
            total,
            total_yoy,
            unit,
        )
        for code in wanted
    ]
    parts = [part for part in parts if part.level.known or part.share.known or part.yoy.known]
    if not codes:
        parts.sort(key=lambda part: -part.level.point if part.level.known else 0)
    levels = [part.level for part in parts if part.level.known]
    rest = None
    if exclusive and total.known and len(levels) > 1:
        rest = _rest(total, total_yoy, parts)
    return Composition(total, total_yoy, tuple(parts), rest)


def _part(
    label: str, found: dict[str, Quantity], total: Quantity, total_yoy: Quantity, unit: str
) -> Part:
    level = found["level"].to(unit) if "level" in found else missing(unit)
    yoy = found.get("yoy", missing("percent"))
    share = found.get("share") or quantity.share(level, total)
    points = quantity.contribution_points(level, yoy, total, total_yoy)
    rate = found.get("contribution_rate") or quantity.contribution_rate(
        level, yoy, total, total_yoy
    )
    return Part(label, level, yoy, share, previous(level, yoy), points, rate)


def _rest(total: Quantity, total_yoy: Quantity, parts: list[Part]) -> Part:
    unit = str(total.unit)
    # its own growth would be a difference of roundings: from −60 % to +201 %
    level = remainder(total, [part.level for part in parts])
    known = all(part.previous.known for part in parts) and total_yoy.known
    before = (
        remainder(previous(total, total_yoy), [part.previous for part in parts])
        if known
        else missing(unit)
    )
    none = missing("percent")
    return Part(REST, level, none, share(level, total), before, missing("percentage points"), none)
