"""Analytical report book on Chongqing's open economy: what the chapters import.

>>> import cqbook as cq
>>> book = cq.open_data()
"""

from cqbook import (
    autos,
    charts,
    corridors,
    customs_analysis,
    facts,
    headline,
    industry,
    measures,
    parks,
    profile,
    reconcile,
    reported,
    revisions,
    trade,
)
from cqbook.catalog import Catalog as open_data
from cqbook.composition import TABLE_COLUMNS as composition_columns
from cqbook.composition import composition
from cqbook.english import in_english
from cqbook.figures import figure, glue, table

__all__ = [
    "autos",
    "charts",
    "composition",
    "composition_columns",
    "corridors",
    "customs_analysis",
    "facts",
    "figure",
    "glue",
    "headline",
    "in_english",
    "industry",
    "measures",
    "open_data",
    "parks",
    "profile",
    "reconcile",
    "reported",
    "revisions",
    "table",
    "trade",
]
