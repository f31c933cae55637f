"""How new the numbers of a page are: up to when they tell of things, and when that was told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd
from docutils import nodes

from cqbook.data.catalog import Catalog
from cqbook.quantities.about import HAPPENED
from cqbook.quantities.periods import Period
from cqbook.site.figure_index import observations_in
from cqbook.site.nodes import ChartFigure, DataTable
from cqbook.site.number_links import NumberLink
from cqbook.site.unbroken import PASTED


@dataclass(frozen=True)
class UpTo:
    """Up to when there are numbers, and the day on which that was published.

    ``until`` is a month (``2026-06``), or a year that is told of as a whole (``2025``);
    ``published`` as the sources have it. Empty: there are none, the day is not known.
    """

    until: str = ""
    published: str = ""


@dataclass(frozen=True)
class Newest:
    """The newest of a page: of a place, and of what else it tells of where that is newer."""

    place: str
    place_en: str
    own: UpTo
    other: UpTo


def rows_of_page(doctree: nodes.document) -> set[str]:
    """Return what figures, tables and numbers in sentences of a page are made of.

    Observations, and of tables the projects too. A number counts whether it leads to its rows or,
    made of too many, leads nowhere.
    """
    found = {
        row for node in doctree.findall(nodes.Element) if _is_number(node) for row in node["rows"]
    }
    found.update(
        row for node in doctree.findall(DataTable) for row in node["meta"].get("records", ())
    )
    for node in doctree.findall(ChartFigure):
        found.update(observations_in(node["meta"]))
    return found


def _is_number(node: nodes.Element) -> bool:
    if isinstance(node, NumberLink):
        return True
    return isinstance(node, nodes.inline) and PASTED in node["classes"] and "rows" in node


def newest(book: Catalog, rows: Collection[str], place: str) -> Newest:
    """Return the newest of what happened that some rows tell of: no plan, no estimate.

    A district counts as the place that it lies in, and so does what a project there has come to.

    Parameters
    ----------
    rows : collection of str
        Ids of observations and projects.
    """
    found = book.observations(observation_id=sorted(rows), status=list(HAPPENED))
    found = pd.concat([found[_TOLD], _projects(book, rows, place)], ignore_index=True)
    periods = found["period"].map(Period.parse)
    found = found.assign(
        end=periods.map(lambda period: period.end),
        year=periods.map(lambda period: period.kind == "year"),
    ).dropna(subset="end")
    known = book.text("entities").set_index("entity")
    own = found["entity"].isin({place, *known.index[known["parent"].eq(place)]})
    ours, others = found[own], found[~own]
    if len(ours):
        others = others[others["end"] > ours["end"].max()]
    names = known["name_en"].get(place, place)
    return Newest(book.name(place), names, _last(book, ours), _last(book, others))


#: What is asked of a row: of what, of when, and who tells it.
_TOLD = ["entity", "period", "source_id"]


def _projects(book: Catalog, rows: Collection[str], place: str) -> pd.DataFrame:
    """Return what projects of this country had come to, as rows of `_TOLD`: of the book's place."""
    known = book.text("projects")
    found = known[known["project"].isin(rows) & known["stage_as_of"].ne("")]
    here = found["country"].eq("")
    return pd.DataFrame(
        {
            "entity": found["country"].where(~here, place),
            "period": found["stage_as_of"],
            "source_id": found["source_id"],
        }
    )


def _last(book: Catalog, rows: pd.DataFrame) -> UpTo:
    if rows.empty:
        return UpTo()
    end = rows["end"].max()
    last = rows[rows["end"].eq(end)]
    sources = book.table("sources")
    days = sources.loc[sources["source_id"].isin(last["source_id"]), "published"].dropna()
    until = f"{end:%Y}" if last["year"].any() else f"{end:%Y-%m}"
    return UpTo(until, max(days, default=""))
