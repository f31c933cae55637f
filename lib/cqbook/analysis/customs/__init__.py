"""Customs detail: what was given, months, partners, regimes, goods, vehicles, provinces.

What would show the trade of a few records only is not published where the gate is closed: see
`disclosure`.
"""

from cqbook.analysis.customs.autos import (
    AUTOS,
    auto_points,
    auto_split,
    auto_words,
    autos_table,
    destination_points,
    destination_words,
    destinations,
    nev_share,
    nev_share_before,
)
from cqbook.analysis.customs.coverage import COVERAGE, GIVEN, coverage_table, covered, given_table
from cqbook.analysis.customs.cubes import money_zh, scope
from cqbook.analysis.customs.decomposition import (
    margin_parts,
    margin_points,
    margin_words,
    margins,
)
from cqbook.analysis.customs.dimensions import (
    advantage,
    advantage_when,
    change_points,
    change_words,
    changes,
    first_of,
    lags,
    leads,
    split,
    structure,
    structure_words,
)
from cqbook.analysis.customs.months import YTD, monthly, peaked, season_words, ytd_table
from cqbook.analysis.customs.overview import detail_words, held_words
from cqbook.analysis.customs.places import place_points, place_words, placed
from cqbook.data.vocabulary import CURRENCIES
from cqbook.data.vocabulary import DIRECTIONS_ZH as FLOWS

__all__ = [
    "AUTOS",
    "COVERAGE",
    "CURRENCIES",
    "FLOWS",
    "GIVEN",
    "YTD",
    "advantage",
    "advantage_when",
    "auto_points",
    "auto_split",
    "auto_words",
    "autos_table",
    "change_points",
    "change_words",
    "changes",
    "coverage_table",
    "covered",
    "destination_points",
    "destination_words",
    "destinations",
    "detail_words",
    "first_of",
    "given_table",
    "held_words",
    "lags",
    "leads",
    "margin_parts",
    "margin_points",
    "margin_words",
    "margins",
    "money_zh",
    "monthly",
    "nev_share",
    "nev_share_before",
    "peaked",
    "place_points",
    "place_words",
    "placed",
    "scope",
    "season_words",
    "split",
    "structure",
    "structure_words",
    "ytd_table",
]
