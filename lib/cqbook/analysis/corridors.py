"""Corridors: time, cost and loading, volumes and their value, and what saves enough to pay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pandas as pd

from cqbook.analysis.frames import points, quantities_of, round_sum
from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.data.selection import fact, preferred, series
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import (
    Quantity,
    derive,
    exact,
    missing,
    period_zh,
    previous,
    quantity_of,
    ratio,
)
from cqbook.quantities.units import Unit, format_zh

RIVER_SEA, LAND_SEA = "route-river-sea", "route-ilstc"
HUB = "park-logistics-hub"
DAYS_A_YEAR = 365


# --- time -----------------------------------------------------------------------------------


def _days(book: Catalog, route: str, product: str) -> Quantity:
    frame = preferred(book.observations(indicator="transit_days", entity=route))
    frame = frame[frame["breakdown"].str.contains(f"product={product}")]
    if frame.empty:
        return missing("days")
    item, row = quantities_of(frame)[0], rows_of(frame)[0]
    if item.unit.name != "months":
        return item
    # 半个月 and 一两月 are said, not measured: a month is thirty days, a range ends where it says
    low, high = (30 * Decimal(row[name] or row["value_text"]) for name in ("value_text", _UPPER))
    unit = Unit.parse("days")
    return replace(
        item, interval=Interval(low, high, True, True), unit=unit, value=None, zh=row["as_printed"]
    )


_UPPER = "value_upper_text"


def _ends(item: Quantity) -> list[Quantity]:
    """Return the least and the most of a time in words; what is printed as a number twice."""
    held = item.interval
    if re.search(r"\d", item.zh) or held is None or held.lower is None or held.upper is None:
        return [item, item]
    return [
        replace(item, interval=Interval.exactly(end), zh=f"{end:.0f}天")
        for end in (held.lower, held.upper)
    ]


def car_days(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return the days of cars to Indonesia down the river, and over the corridor."""
    return _days(book, RIVER_SEA, "auto"), _days(book, LAND_SEA, "auto")


def days_saved(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return the days saved as printed, and as the difference of the two printed times."""
    printed = fact(
        book, unit="days", measure="difference", indicator="transit_days_saved", entity=LAND_SEA
    )
    computed = derive(lambda slow, fast: slow - fast, *car_days(book), unit="days")
    return printed, computed


def car_days_saved(book: Catalog) -> Quantity:
    """Return how many days cars to Indonesia save, by both times that their maker names: 12天."""
    _, computed = days_saved(book)
    if not computed.known:
        return missing("days")
    return _whole_days(computed, Decimal(round(computed.point)))


def wheel_days(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return the days of motorcycle wheels down the river, and over the corridor, in words."""
    return _days(book, RIVER_SEA, "motorcycle_wheel"), _days(book, LAND_SEA, "motorcycle_wheel")


def wheel_days_saved(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return the fewest and the most days that the wheels save: 一两月 less 半个月."""
    saved = derive(lambda river, rail: river - rail, *wheel_days(book), unit="days")
    held = saved.interval
    if held is None or held.lower is None or held.upper is None:
        return missing("days"), missing("days")
    return _whole_days(saved, held.lower), _whole_days(saved, held.upper)


def _whole_days(item: Quantity, days: Decimal) -> Quantity:
    """Return one end of a range of days, with the row it is from."""
    found = exact(int(days), "days")
    return replace(found, source_id=item.source_id, observation_id=item.observation_id)


# --- cost -----------------------------------------------------------------------------------


def cost_changes(book: Catalog) -> dict[str, Quantity]:
    """Return by how much costs changed: ``stone`` a tonne, ``corridor`` on average.

    The first is a case, ``before`` and ``after`` a firm changed its route; the other is the whole
    corridor, a year against the year before.
    """
    stone = {"indicator": "unit_cost", "entity": "org-xinhua-materials", "unit": "CNY/tonne"}
    before = fact(book, breakdown="product=dolomite", **stone)
    after = fact(book, breakdown="mode=land_sea;product=dolomite", **stone)
    change = derive(
        lambda new, old: 100 * new / old - 100, after, before, unit="percent", measure="pct_change"
    )
    corridor = fact(
        book, unit="percent", measure="yoy", indicator="logistics_cost", entity=LAND_SEA,
        period="2023",
    )  # fmt: skip
    return {"stone": change, "corridor": corridor, "before": before, "after": after}


def extra_cost(book: Catalog) -> Quantity:
    """Return what a box cost more over the corridor than down the river, before subsidies."""
    found = fact(
        book, unit="CNY/TEU", measure="difference", indicator="logistics_cost", entity=LAND_SEA,
        breakdown="product=motorcycle_wheel", period="2023-10",
    )  # fmt: skip
    return round_sum(found)


def _car_cost(book: Catalog) -> Quantity:
    return fact(
        book, unit="percent", measure="pct_change", indicator="logistics_cost", entity=HUB,
        breakdown="vehicle=nev",
    )  # fmt: skip


def loads(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return how many cars a container took before, and takes now."""
    frame = preferred(book.observations(indicator="container_load", entity=HUB))
    items = {row["period"].startswith(".."): quantity_of(row) for row in rows_of(frame)}
    nothing = missing("units")
    return items.get(True, nothing), items.get(False, nothing)


def loading(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return the change in cost a car as printed, and that which the loading implies.

    If a container's cost is unchanged, the cost a car changes by before/after − 1.
    """
    implied = derive(
        lambda old, new: 100 * old / new - 100, *loads(book), unit="percent", measure="pct_change"
    )
    return _car_cost(book), implied


# --- volumes --------------------------------------------------------------------------------


def containers(book: Catalog, area: str, years: range) -> dict[str, Quantity]:
    """Return the boxes a place sent by the Land-Sea Corridor, by year.

    A year that only the next year's growth implies is derived.
    """
    found = series(
        book, unit="10k TEU", years=years, indicator="ilstc_containers", entity=area,
        accumulation="period",
    )  # fmt: skip
    for year, item in found.items():
        following = str(int(year) + 1)
        if not item.known and following in found and found[following].known:
            found[year] = previous(found[following], growth_rates(book, area, following)[0])
    return found


def sent(book: Catalog, area: str, period: str) -> tuple[Quantity, Quantity]:
    """Return the boxes that a place sent by the corridor in a period, and what was in them."""
    asked = {"entity": area, "period": period}
    boxes = fact(book, unit="10k TEU", indicator="ilstc_containers", **asked)
    worth = fact(book, unit="100M CNY", indicator="shipment_value", breakdown=_ROUTE, **asked)
    return boxes, worth


def floors_zh(book: Catalog, area: str, periods: Iterable[str]) -> str:
    """Return of which periods the boxes, or their value, are known from below only; or empty."""
    pairs = {text: sent(book, area, text) for text in dict.fromkeys(periods)}
    return "、".join(
        f"{period_zh(text)}的{name}"
        for text, pair in pairs.items()
        for name, item in zip(("箱量", "货值"), pair, strict=True)
        if item.known and not item.bounded
    )


_ROUTE = "route=ilstc"


def growth_rates(book: Catalog, area: str, period: str) -> tuple[Quantity, Quantity]:
    """Return the printed growth of boxes, and of value."""
    asked = {"unit": "percent", "measure": "yoy", "entity": area, "period": period}
    boxes = fact(book, indicator="ilstc_containers", **asked)
    worth = fact(book, indicator="shipment_value", breakdown=_ROUTE, **asked)
    return boxes, worth


def change_per_box(book: Catalog, area: str, period: str) -> Quantity:
    """Return the change of value a box that the growth of value and of boxes implies."""
    boxes, worth = growth_rates(book, area, period)
    return derive(
        lambda value, count: 100 * (100 + value) / (100 + count) - 100,
        worth,
        boxes,
        unit="percent",
        measure="yoy",
    )


def times(now: Quantity, then: Quantity) -> Quantity:
    """Return how many times as much one figure is as another."""
    found = derive(lambda much, little: much / little, now, then.to(str(now.unit)), unit="times")
    return _short_bound(found, digits=2)


def value_per_box(book: Catalog, area: str, period: str) -> Quantity:
    """Return what was in a box on average, in 万元 a TEU; derived."""
    boxes, worth = sent(book, area, period)
    # four digits, so that what follows from the box can be worked out from what is printed
    return _short_bound(ratio(worth, boxes, unit="10k CNY", per="TEU"), digits=4)


def _short_bound(item: Quantity, digits: int) -> Quantity:
    """Return a figure of which one end is known in a few digits, rounded to the safe side."""
    held = item.interval
    if not item.known or held is None or (held.width is not None and held.lower != 0):
        return item
    bound, word, way = held.lower, "以上", ROUND_FLOOR
    if held.upper is not None:
        bound, word, way = held.upper, "以下", ROUND_CEILING
    if not bound:
        return item
    step = Decimal(1).scaleb(min(0, bound.adjusted() - digits + 1))
    return replace(item, zh=f"{format_zh(bound.quantize(step, way), item.unit)}{word}")


def growth_columns(book: Catalog, area: str, periods: Iterable[str]) -> pd.DataFrame:
    """Return the point frame of the printed growth of boxes and of value.

    A period between others of which not both are known stays, as a gap.
    """
    found = {period_zh(text): growth_rates(book, area, text) for text in periods}
    whole = [when for when, pair in found.items() if all(item.known for item in pair)]
    if not whole:
        return points([], unit="percent")
    every = list(found)
    drawn = every[every.index(whole[0]) : every.index(whole[-1]) + 1]
    gap = (missing("percent"), missing("percent"))
    frames = [
        points([(when, item)], unit="percent", group=name)
        for when in drawn
        for name, item in zip(
            ("标箱数", "货值"), found[when] if when in whole else gap, strict=True
        )
    ]
    return pd.concat(frames, ignore_index=True)


# --- what the days saved must be worth


def break_even_rate(extra: Quantity, box: Quantity, days: Quantity) -> Quantity:
    """Return the cost of capital, percent a year, from which on the time pays the extra cost.

    extra = value × rate / 365 × days, solved for the rate: no rate is assumed.
    """
    found = derive(
        lambda cost, worth, count: 100 * DAYS_A_YEAR * cost / (worth * count),
        extra,
        box.to("CNY") if box.known else box,
        days,
        unit="percent",
    )
    if found.known and found.interval is not None and found.interval.lower == 0:
        # of a value that is a floor only the ceiling is known, and a ceiling is not rounded down
        top = found.interval.upper
        assert top is not None
        return replace(found, zh=f"{top.quantize(Decimal('0.01'), ROUND_CEILING)}%以下")
    # a threshold for a decision, of a value and a cost that are rounded: a tenth says enough
    return replace(found, zh=f"约{found.point:.1f}%") if found.known else found


def break_even_table(
    extra: Quantity, days: Iterable[Quantity], boxes: Mapping[str, Quantity]
) -> pd.DataFrame:
    """Return the break-even rate for each of `days`, a row each, and for each value of a box."""
    rows = []
    for item in days:
        rates = {name: break_even_rate(extra, box, item) for name, box in boxes.items()}
        told = [rate for rate in rates.values() if rate.known]
        if not told:
            continue
        ids = {
            name: ";".join(dict.fromkeys(getattr(rate, name) for rate in told))
            for name in ("source_id", "observation_id")
        }
        rows.append({"days": item.zh} | {name: rate.zh for name, rate in rates.items()} | ids)
    return pd.DataFrame(rows, columns=["days", *boxes, "source_id", "observation_id"])
