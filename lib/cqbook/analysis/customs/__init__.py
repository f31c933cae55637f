"""Customs detail: what was given, structure, months, vehicles, margins, advantage.

What would show the trade of a few records only is not published: see `suppression`.
"""

from cqbook.analysis.customs.autos import (
    AUTOS,
    auto_points,
    auto_words,
    autos_table,
    classified,
    vehicles,
)
from cqbook.analysis.customs.coverage import COVERAGE, GIVEN, coverage_table, given_table
from cqbook.analysis.customs.cubes import ABSENT, Scope, chosen, scope, total
from cqbook.analysis.customs.decomposition import margin_points, margin_words, margins
from cqbook.analysis.customs.dimensions import advantage, concentration_words, structure
from cqbook.analysis.customs.months import YTD, monthly, ytd_table
from cqbook.analysis.customs.overview import detail_words, held_words
from cqbook.analysis.customs.suppression import withheld_codes, withheld_months
from cqbook.data.vocabulary import CURRENCIES
from cqbook.data.vocabulary import DIRECTIONS_ZH as FLOWS

__all__ = [
    "ABSENT",
    "AUTOS",
    "COVERAGE",
    "CURRENCIES",
    "FLOWS",
    "GIVEN",
    "YTD",
    "Scope",
    "advantage",
    "auto_points",
    "auto_words",
    "autos_table",
    "chosen",
    "classified",
    "concentration_words",
    "coverage_table",
    "detail_words",
    "given_table",
    "held_words",
    "margin_points",
    "margin_words",
    "margins",
    "monthly",
    "scope",
    "structure",
    "total",
    "vehicles",
    "withheld_codes",
    "withheld_months",
    "ytd_table",
]
