"""Analytical report book on Chongqing's open economy: what the chapters import.

>>> import cqbook as cq
>>> book = cq.open_data()
"""

from cqbook import charts, facts, measures, profile, reconcile, reported
from cqbook.catalog import Catalog as open_data
from cqbook.composition import composition
from cqbook.figures import figure, glue, table

__all__ = [
    "charts",
    "composition",
    "facts",
    "figure",
    "glue",
    "measures",
    "open_data",
    "profile",
    "reconcile",
    "reported",
    "table",
]
