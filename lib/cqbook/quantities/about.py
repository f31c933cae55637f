"""What a quantity is about: which thing of whom, when, counted by whom, and as what."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from cqbook.quantities.units import Unit

#: What a published figure is; of several for one thing the first that there is counts.
STATUS_ZH = {
    "actual": "公布",
    "preliminary": "初步",
    "estimate": "预计",
    "plan": "计划",
    "target": "目标",
}
#: Of these, what happened; the others were expected, planned or hoped for.
HAPPENED = ("actual", "preliminary")
#: What somebody means to do: the number is what it says, nobody has rounded it.
INTENDED = ("plan", "target")
#: Indicators whose printed growth is at constant prices, while their level is at current ones.
#: So the statistical offices print them (可比价格); trade, investment and revenue grow as their
#: yuan do.
REAL_GROWTH = frozenset({"gdp", "industrial_value_added"})
MONEY = ("CNY", "USD")


@dataclass(frozen=True)
class About:
    """What a number is about; an empty field: not known, not distinguished, or mixed.

    The fields are the columns of ``observations`` of the same name. ``price`` follows from
    indicator, measure and unit (`price_of`): ``current``, ``constant`` or empty.
    """

    indicator: str = ""
    entity: str = ""
    period: str = ""
    accumulation: str = ""
    breakdown: str = ""
    flow: str = ""
    measure: str = "level"
    status: str = ""
    basis: str = ""
    price: str = ""
    base: str = ""


def ids_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in texts of ids joined by semicolons, each once."""
    return tuple(dict.fromkeys(part for text in texts for part in text.split(";") if part))


#: What is known of a number that is about nothing in particular: an assumption, a bound.
UNTOLD = About()


def price_of(indicator: str, measure: str, unit: Unit) -> str:
    """Return at whose prices a figure is: ``current``, ``constant``, or empty where none are."""
    if measure in ("yoy", "pp_change") and indicator in REAL_GROWTH:
        return "constant"
    return "current" if set(unit.name.split("/")) & set(MONEY) else ""


def shared(many: Iterable[About]) -> About:
    """Return what several have in common; where they differ a field is empty.

    A number that is about nothing (an assumption) takes nothing from the others. What is made of
    preliminary and final figures is preliminary. The measure is not inherited: what a formula
    returns is a level unless it says so.
    """
    known = [item for item in many if item != UNTOLD]
    if not known:
        return UNTOLD
    columns = zip(*map(_CELLS, known), strict=True)
    common = {name: _same(cells) for name, cells in zip(_NAMES, columns, strict=True)}
    statuses = {item.status for item in known}
    if statuses == set(HAPPENED):
        common["status"] = "preliminary"
    return About(**common | {"measure": "level"})


_NAMES = tuple(field.name for field in fields(About))
_CELLS = operator.attrgetter(*_NAMES)


def _same(values: Sequence[str]) -> str:
    return values[0] if len(set(values)) == 1 else ""
