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
    "all_short": "cqbook.analysis.frames:all_short",
    "autos": "cqbook.analysis.autos",
    "charts": "cqbook.figures.charts",
    "check_parameters": "cqbook.data.allowed:check_parameters",
    "claim": "cqbook.figures.claims:claim",
    "compared": "cqbook.quantities.quantity:compared",
    "contribution_points": "cqbook.quantities.quantity:contribution_points",
    "contribution_rate": "cqbook.quantities.quantity:contribution_rate",
    "corridors": "cqbook.analysis.corridors",
    "customs": "cqbook.analysis.customs",
    "difference": "cqbook.quantities.quantity:difference",
    "district": "cqbook.analysis.district",
    "ends": "cqbook.analysis.frames:ends",
    "errata": "cqbook.changes.errata",
    "exact": "cqbook.quantities.quantity:exact",
    "fact": "cqbook.data.codes:fact_spelt",
    "falling": "cqbook.quantities.comparison:falling",
    "figure": "cqbook.figures.figure:figure",
    "glue": "cqbook.figures.figure:glue",
    "growth": "cqbook.quantities.quantity:growth",
    "highest": "cqbook.quantities.comparison:highest",
    "in_english": "cqbook.figures.english:in_english",
    "industry": "cqbook.analysis.industry",
    "lowest": "cqbook.quantities.comparison:lowest",
    "missing": "cqbook.quantities.quantity:missing",
    "near": "cqbook.quantities.comparison:near",
    "open_data": "cqbook.data.catalog:Catalog",
    "overview": "cqbook.analysis.overview",
    "parks": "cqbook.analysis.parks",
    "period_zh": "cqbook.quantities.quantity:period_zh",
    "pick": "cqbook.quantities.quantity:pick",
    "points": "cqbook.analysis.frames:points",
    "preview": "cqbook.execution.page_preview:page_preview",
    "previous": "cqbook.quantities.quantity:previous",
    "published": "cqbook.analysis.frames:published",
    "ratio": "cqbook.quantities.quantity:ratio",
    "reconciliation": "cqbook.analysis.reconciliation",
    "remainder": "cqbook.quantities.quantity:remainder",
    "revisions": "cqbook.changes.revisions",
    "rising": "cqbook.quantities.comparison:rising",
    "series": "cqbook.data.codes:series_spelt",
    "share": "cqbook.quantities.quantity:share",
    "sum_of": "cqbook.quantities.quantity:sum_of",
    "short": "cqbook.analysis.frames:short",
    "supposed": "cqbook.analysis.supposed",
    "table": "cqbook.figures.figure:table",
    "timeline": "cqbook.analysis.frames:timeline",
    "trade": "cqbook.analysis.trade",
    "whole_year": "cqbook.analysis.whole_year",
    "year_before": "cqbook.quantities.quantity:year_before",
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
