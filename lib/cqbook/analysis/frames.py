"""Point frames: quantities laid out for charts, one row a mark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from cqbook.data.rows import rows_of
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import from_printed
from cqbook.quantities.quantity import (
    GROWTH_MEASURES,
    NOT_FOUND,
    NOT_PRINTED,
    Quantity,
    missing,
    quantity_of,
)
from cqbook.quantities.units import format_zh
from cqbook.quantities.wording import rounded_within


def quantities_of(frame: pd.DataFrame) -> list[Quantity]:
    """Return the rows of ``observations`` as quantities."""
    return [quantity_of(row) for row in rows_of(frame)]


def figures_zh(items: Iterable[Quantity]) -> list[str]:
    """Return figures of any measure in words: a change with its direction, others as printed."""
    return [
        item.growth
        if item.measure in GROWTH_MEASURES
        else item.change
        if item.measure == "pp_change"
        else item.zh
        for item in items
    ]


def points(
    items: Iterable[tuple[str, Quantity]], *, unit: str, group: str = "", detail: Iterable[str] = ()
) -> pd.DataFrame:
    """Return a point frame (see `cqbook.figures.charts.form`) of labelled quantities.

    Parameters
    ----------
    items : iterable of (str, Quantity)
        Label and quantity; all convertible to `unit`.
    unit : str
        Unit of the chart.
    group : str
        Series name for all of them.
    detail : iterable of str
        A text for each, shown behind its number.
    """
    rows = []
    for label, item in items:
        held = item.to(unit) if item.known else missing(unit)
        bounds = held.interval if held.known else None
        lower, upper = (_number(getattr(bounds, end, None)) for end in ("lower", "upper"))
        # what follows from a lower bound is drawn at that bound, whatever is in the middle
        derived_end = held.status in NOT_PRINTED and math.isnan(upper) and not math.isnan(lower)
        rows.append(
            {
                "label": label,
                "group": group,
                "value": lower if derived_end else held.point,
                "lower": lower,
                "upper": upper,
                "text": item.zh,
                "full": item.zh,
                "range": held.range_zh,
                "status": item.status,
                "source_id": item.source_id,
                "observation_id": item.observation_id,
                "regardless": item.regardless,
            }
        )
    frame = pd.DataFrame(rows, columns=[*_POINT])
    details = list(detail)
    if details:
        frame["detail"] = details
    return frame


_POINT = (
    *("label", "group", "value", "lower", "upper", "text", "full", "range"),
    *("status", "source_id", "observation_id", "regardless"),
)


def _number(end: Decimal | None) -> float:
    return float("nan") if end is None else float(end)


def timeline(
    found: Mapping[str, Quantity], *, unit: str, group: str = "", short: bool = False
) -> pd.DataFrame:
    """Return the point frame of a `series`: labels are periods in Chinese, ``date`` their start.

    Parameters
    ----------
    short : bool
        Bare years as labels (``2022``), for axes that are full.
    """
    rows = points(
        ((_period_label(period, short), item) for period, item in found.items()),
        unit=unit,
        group=group,
    )
    starts = [Period.parse(period).span[0] for period in found]
    rows["date"] = [start.isoformat() if start else "" for start in starts]
    rows["period"] = list(found)
    return rows


def level_over(found: Mapping[str, Quantity], *, unit: str, group: str) -> pd.DataFrame:
    """Return the point frame of numbers of whole periods, for lines beside shorter ones.

    Each has ``since`` and ``until``, the days at which its first and its last month stand among
    months, and its point stands in the middle: no line joins them.
    """
    rows = timeline(found, unit=unit, group=group)
    spans = [Period.parse(period).span for period in found]
    ends = [(first, last.replace(day=1)) for first, last in spans if first and last]
    rows["since"] = [first.isoformat() for first, _ in ends]
    rows["until"] = [last.isoformat() for _, last in ends]
    rows["date"] = [(first + (last - first) / 2).isoformat() for first, last in ends]
    return rows.assign(apart=True)


def _period_label(period: str, short: bool) -> str:
    return period if short and len(period) == 4 else Period.parse(period).zh()


def short(item: Quantity) -> Quantity:
    """Return a number for running text: the middle of what rounding leaves open, to its digits.

    372.9亿元—374.4亿元 is 约374亿元, 43.73%—43.91% 约43.8%; what is printed stays as printed. What
    is compared or computed with is the number itself, not this.
    """
    held = item.interval
    if item.status not in NOT_PRINTED or held is None or held.width is None:
        return item
    percent = item.unit.name == "percent"
    if "—" not in item.zh and not percent:
        return item
    step = Decimal(1).scaleb((held.width / 3).adjusted() + 1 if held.width else -1)
    step = min(Decimal(1), max(step, Decimal("0.1") if percent else Decimal(0)))
    middle = rounded_within(held, Decimal(str(item.point)), -step.adjusted(), most=1)
    near = held.is_subset(from_printed(middle))
    words = f"{'' if near else '约'}{format_zh(middle, item.unit)}"
    return replace(item, interval=Interval.exactly(middle), value=middle, zh=words)


def round_sum(item: Quantity) -> Quantity:
    """Return what is said or expected in a round number as this: nobody measured and rounded it."""
    if item.value is None or item.interval is None or item.interval.upper is None:
        return item
    return replace(item, interval=Interval.exactly(item.value))


def all_short(found: Mapping[str, Quantity | str]) -> dict[str, Quantity | str]:
    """Return named numbers in `short`; texts as they are."""
    return {name: item if isinstance(item, str) else short(item) for name, item in found.items()}


def published(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a point frame that have a number."""
    return rows[rows["value"].notna()].reset_index(drop=True)


def ends(rows: pd.DataFrame, name: str, column: str = "text") -> dict[str, str]:
    """Return the first and last figure of a point frame in words, and their periods, for glueing.

    Keys are ``first_<name>``, ``last_<name>`` and the same with ``_period``; 没有查到 where the
    frame has no figure.
    """
    known = rows_of(published(rows))
    words = {}
    for which, place in (("first", 0), ("last", -1)):
        row = known[place] if known else {}
        words[f"{which}_{name}"] = row.get(column) or NOT_FOUND
        words[f"{which}_{name}_period"] = row.get("period") or NOT_FOUND
    return words
