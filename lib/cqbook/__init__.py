"""Analytical report book on Chongqing's open economy: what the chapters import.

>>> import cqbook as cq
>>> book = cq.open_data()

What is named here is loaded when it is first used: a command that only compares files waits for
neither pandas nor altair.
"""

from pkgutil import resolve_name
from typing import Any

#: Where each public name comes from.
PUBLIC = {
    "autos": "cqbook.autos",
    "charts": "cqbook.charts",
    "composition": "cqbook.structure:composition",
    "composition_columns": "cqbook.structure:TABLE_COLUMNS",
    "corridors": "cqbook.corridors",
    "customs": "cqbook.customs_analysis",
    "district": "cqbook.profile",
    "ends": "cqbook.facts:ends",
    "errata": "cqbook.errata",
    "fact": "cqbook.facts:fact",
    "figure": "cqbook.figures:figure",
    "glue": "cqbook.figures:glue",
    "growth": "cqbook.facts:growth",
    "in_english": "cqbook.english:in_english",
    "industry": "cqbook.industry",
    "missing": "cqbook.facts:missing",
    "open_data": "cqbook.catalog:Catalog",
    "overview": "cqbook.headline",
    "parks": "cqbook.parks",
    "period_zh": "cqbook.facts:period_zh",
    "pick": "cqbook.facts:pick",
    "points": "cqbook.facts:points",
    "previous": "cqbook.facts:previous",
    "published": "cqbook.facts:published",
    "reconciliation": "cqbook.reconcile",
    "revisions": "cqbook.revisions",
    "share": "cqbook.facts:share",
    "table": "cqbook.figures:table",
    "trade": "cqbook.trade",
}
__all__ = list(PUBLIC)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - modules and functions
    if name not in PUBLIC:
        msg = f"module 'cqbook' has no attribute {name!r}"
        raise AttributeError(msg)
    found = globals()[name] = resolve_name(PUBLIC[name])
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *PUBLIC])
