"""Reported figures as quantities: select them, derive from them, lay them out for charts and prose.

A `Quantity` is a number with its unit, the interval that printing leaves open, what it is (公布,
预计, 推算 …) and where it comes from. What is not published is a quantity too, and says so.
"""

from __future__ import annotations

import pandas as pd

from cqbook.data.catalog import Catalog, Wanted
from cqbook.data.vocabulary import FLOWS_ZH, MEASURES
from cqbook.errors import DataError
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import Quantity, Reported, missing, quantity_of
from cqbook.quantities.units import Unit


def what(book: Catalog, row: Reported) -> str:
    """Return in Chinese what a row of ``observations`` measures: whose, what, when."""
    name = book.lookup("indicators", "indicator", row["indicator"]) or row["indicator"]
    parts = [
        book.name(row["entity"]),
        Period.parse(row["period"]).zh(),
        name,
        FLOWS_ZH.get(row["flow"], "") if row["indicator"] == "trade_value" else "",
        book.breakdown_name(row["breakdown"]) if row["breakdown"] else "",
        MEASURES[row["measure"]],
    ]
    return "·".join(part for part in parts if part)


#: Of several figures for one thing, the one used: first what happened (`STATUS_ZH` has the order),
#: however well the rest is attested, then by confidence, then by how it was counted, then the
#: document before the relayed figure. The reconciliation page shows those not used.
BASIS_ORDER = ("customs", "caam", "traders_seat", "")
#: Below this confidence a figure is kept and listed, but neither drawn nor quoted.
DRAWN_FROM = 2
OBSERVATION_KEY = [
    *("indicator", "entity", "period", "accumulation", "breakdown", "flow", "measure"),
    *("against", "counted"),
]
#: Measures that say nothing without what they are measured against; for the others the base is
#: worded differently from source to source while the thing is the same.
AGAINST = ("rank", "difference", "multiple", "pct_change")


def with_key(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of ``observations`` with the columns that complete `KEY`.

    ``against``: the base, for the measures that need one; ``counted``: the unit without its scale,
    since yuan and dollars of one trade are two things.
    """
    return frame.assign(
        against=frame["base"].where(frame["measure"].isin(AGAINST), ""),
        counted=frame["unit"].map(lambda text: Unit.parse(text).name),
    )


def in_unit(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the rows of ``observations`` that can be converted to `unit`."""
    name = Unit.parse(unit).name
    return frame[frame["unit"].map(lambda text: Unit.parse(text).name).eq(name)]


def in_series(book: Catalog, frame: pd.DataFrame) -> pd.Series:
    """Return which rows of ``observations`` are of long series, not entered one by one."""
    return frame["observation_id"].str.partition(".")[0].isin(list(book.series))


def preferred(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each thing measured, by the rule of `BASIS_ORDER`, in file order.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of ``observations``. Those below `DRAWN_FROM` and those superseded are left out.
    """
    frame = frame[frame["confidence"].ge(DRAWN_FROM) & ~frame["superseded"]]
    if len(frame) < 2:
        # nothing to prefer: so it is for nine queries of ten
        return frame.reset_index(drop=True)
    rank = frame["basis"].map({basis: i for i, basis in enumerate(BASIS_ORDER)}).fillna(9)
    relayed = frame["source_id"].str.startswith("os-")
    sort = {"_status": True, "confidence": False, "_basis": True, "_relayed": True, "_row": True}
    order = with_key(frame).assign(
        _basis=rank,
        _relayed=relayed,
        _row=range(len(frame)),
        _status=frame["status"].map({status: i for i, status in enumerate(STATUS_ZH)}),
    )
    order = order.sort_values(list(sort), ascending=list(sort.values()))
    chosen = order.drop_duplicates(OBSERVATION_KEY).sort_values("_row")
    return chosen.drop(
        columns=["_basis", "_relayed", "_row", "_status", "against", "counted"]
    ).reset_index(drop=True)


def fact(book: Catalog, *, unit: str, measure: str = "level", **filters: Wanted) -> Quantity:
    """Return the one published figure that the filters name; a missing quantity if there is none.

    Parameters
    ----------
    book : Catalog
    unit : str
        Unit wanted (``100M CNY``); the printed words keep the printed unit.
    measure : str
    **filters
        Columns of ``observations``. `breakdown` counts as empty unless given.

    Raises
    ------
    DataError
        If the filters fit figures of several different things.
    """
    asked: dict[str, Wanted] = {"breakdown": "", **filters}
    frame = preferred(in_unit(book.observations(measure=measure, **asked), unit))
    if frame.empty:
        return missing(unit)
    if len(frame) > 1:
        ids = ", ".join(frame["observation_id"])
        msg = f"条件不唯一：{filters} → {ids} | ambiguous filters {filters}: {ids}"
        raise DataError(msg)
    return quantity_of(frame.iloc[0].to_dict()).to(unit)


def series(
    book: Catalog,
    *,
    unit: str,
    years: range | None = None,
    **filters: Wanted,
) -> dict[str, Quantity]:
    """Return the published figures of one thing over time, by period, oldest first.

    Parameters
    ----------
    unit : str
        Unit of the values.
    years : range, optional
        Only whole years, each of these; a year nobody published is a missing quantity.
    **filters
        As for `fact`, without the period.
    """
    asked: dict[str, Wanted] = {"breakdown": "", "measure": "level", **filters}
    frame = preferred(in_unit(book.observations(**asked), unit))
    found = {row["period"]: quantity_of(row).to(unit) for row in frame.to_dict("records")}
    if years is not None:
        return {str(year): found.get(str(year), missing(unit)) for year in years}
    return dict(sorted(found.items(), key=lambda item: Period.parse(item[0])))
