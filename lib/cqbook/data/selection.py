"""Reported figures as quantities: select them, derive from them, lay them out for charts and prose.

A `Quantity` is a number with its unit, the interval that printing leaves open, what it is (公布,
预计, 推算 …) and where it comes from. What is not published is a quantity too, and says so.
"""

from __future__ import annotations

import pandas as pd

from cqbook.data.catalog import Catalog, Wanted
from cqbook.data.rows import rows_of
from cqbook.data.vocabulary import FLOWS_ZH, MEASURES
from cqbook.errors import DataError
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import Quantity, Reported, missing, quantity_of
from cqbook.quantities.units import Unit, kind_of


def what(book: Catalog, row: Reported) -> str:
    """Return in Chinese what a row of ``observations`` measures: whose, what, when."""
    whose = [book.name(row["entity"]), Period.parse(row["period"]).zh()]
    return "·".join([*whose, measured(book, row)])


def measured(book: Catalog, row: Reported) -> str:
    """Return in Chinese what a row measures, by all its columns: 出口额·柠檬, 产量·同比.

    The one place where an indicator gets its label: which way goods went, of which part, and
    against what stand in the row, never in the indicator alone.
    """
    name = book.lookup("indicators", "indicator", row["indicator"]) or row["indicator"]
    both = FLOWS_ZH["total"]
    if row["flow"] in FLOWS_ZH:
        name = name.replace(both, FLOWS_ZH[row["flow"]])
    part = book.breakdown_name(row["breakdown"]) if row["breakdown"] else ""
    return "·".join(text for text in (name, part, measure_zh(book, row)) if text)


#: Measures whose number says nothing without what it is measured against.
_AGAINST_ZH = {
    "share": "占{}的比重",
    "contribution_rate": "对{}的贡献率",
    "multiple": "与{}之比",
    "pct_change": "比{}的变动",
    "difference": "与{}之差",
    "rank": "位次（{}）",
    "vs_plan": "与{}相比",
}
#: Words in which the column ``base`` is written beside codes and periods.
_BASE_WORDS = {
    "yoy": "同比",
    "growth": "增长",
    "share": "占比",
    "total": "",
    "annual": "年度",
    "plan": "计划",
}


def measure_zh(book: Catalog, row: Reported) -> str:
    """Return in Chinese what is measured of the thing, and against what: 与2022年之比."""
    form, base = _AGAINST_ZH.get(row["measure"]), base_zh(book, row.get("base") or "")
    return form.format(base) if form and base else MEASURES[row["measure"]]


def base_zh(book: Catalog, base: str) -> str:
    """Return in Chinese what something is measured against; empty where it can't be said."""
    found = [_base_word(book, word) for word in base.split()]
    return "" if None in found else "".join(filter(None, found))


def _base_word(book: Catalog, word: str) -> str | None:
    if word in _BASE_WORDS:
        return _BASE_WORDS[word]
    if not word.isascii():
        return word
    if "." in word:
        rows = book.observations(observation_id=word)
        return None if rows.empty else measured(book, rows.iloc[0].to_dict()).replace("·", "")
    if "=" in word:
        return book.breakdown_name(word)
    indicator = book.lookup("indicators", "indicator", word)
    if indicator or book.lookup("entities", "entity", word):
        return indicator or book.name(word)
    try:
        return Period.parse(word).zh()
    except ValueError:
        return None


#: Of several figures for one thing, the one used: first what happened (`STATUS_ZH` has the order),
#: however well the rest is attested, then by confidence, then by how it was counted, then the
#: document before the relayed figure. The reconciliation page shows those not used.
BASIS_ORDER = ("customs", "caam", "traders_seat", "")
#: Below this confidence a figure is kept and listed, but neither drawn nor quoted.
DRAWN_FROM = 2
_THING = ("indicator", "entity", "period", "accumulation", "breakdown", "flow", "measure")
OBSERVATION_KEY = [*_THING, "against", "counted"]
#: Measures that say nothing without what they are measured against; for the others the base is
#: worded differently from source to source while the thing is the same.
AGAINST = ("rank", "difference", "multiple", "pct_change")


def _against(measure: str, base: str) -> str:
    return base if measure in AGAINST else ""


def with_key(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of ``observations`` with the columns that complete `KEY`.

    ``against``: the base, for the measures that need one; ``counted``: what the unit counts, since
    yuan and dollars of one trade are two things, and 1.2倍 and 120% are one.
    """
    return frame.assign(
        against=frame["base"].where(frame["measure"].isin(AGAINST), ""),
        counted=frame["unit"].map(lambda text: kind_of(Unit.parse(text))),
    )


def keys_of(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what each row of ``observations`` measures: its `OBSERVATION_KEY`."""
    complete = with_key(frame)
    return list(zip(*(complete[column].tolist() for column in OBSERVATION_KEY), strict=True))


def in_unit(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the rows of ``observations`` that can be converted to `unit`."""
    wanted = kind_of(Unit.parse(unit))
    kept = [kind_of(Unit.parse(text)) == wanted for text in frame["unit"].tolist()]
    return frame if all(kept) else frame.loc[kept]


def usable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a page may show: neither doubtful (`DRAWN_FROM`) nor superseded.

    What shows rows of ``observations`` without `preferred` asks this; only the page that compares
    sources does not.
    """
    return frame[frame["confidence"].ge(DRAWN_FROM) & ~frame["superseded"]]


def in_series(book: Catalog, frame: pd.DataFrame) -> pd.Series:
    """Return which rows of ``observations`` are of long series, not entered one by one."""
    return prefixes(frame["observation_id"]).isin(list(book.series))


def prefixes(ids: pd.Series) -> pd.Series:
    """Return what stands before the first dot of each id: its source, or its long series.

    Also of no ids: as a table of parts they would have no columns.
    """
    return ids.str.split(".", n=1).str[0]


def preferred(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each thing measured, by the rule of `BASIS_ORDER`, in file order.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of ``observations``. Those below `DRAWN_FROM` and those superseded are left out.
    """
    asked = ["confidence", "superseded", "status", "basis", "source_id", "unit", "base"]
    cells = (frame[name].tolist() for name in (*asked, *_THING))
    # pandas takes twenty times as long for the few rows that a query finds
    best: dict[tuple[str, ...], tuple[int, int, int, bool, int]] = {}
    for place, (confidence, superseded, status, basis, source, unit, base, *thing) in enumerate(
        zip(*cells, strict=True)
    ):
        if superseded or confidence < DRAWN_FROM:
            continue
        key = (*thing, _against(thing[-1], base), kind_of(Unit.parse(unit)))
        by = BASIS_ORDER.index(basis) if basis in BASIS_ORDER else len(BASIS_ORDER)
        order = (_STATUS_ORDER[status], -confidence, by, source.startswith("os-"), place)
        best[key] = min(best.get(key, order), order)
    chosen = sorted(order[-1] for order in best.values())
    return frame.iloc[chosen].reset_index(drop=True)


_STATUS_ORDER = {status: place for place, status in enumerate(STATUS_ZH)}


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
    found = {row["period"]: quantity_of(row).to(unit) for row in rows_of(frame)}
    if years is not None:
        return {str(year): found.get(str(year), missing(unit)) for year in years}
    return dict(sorted(found.items(), key=lambda item: Period.parse(item[0])))
