"""Corridors: time, cost, loading, volumes by route, and what a day saved is worth."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from cqbook.analysis import frames
from cqbook.analysis.frames import points, published, quantities_of, rows_of
from cqbook.data.catalog import Catalog
from cqbook.data.selection import fact, preferred, series
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import (
    UNPUBLISHED,
    Quantity,
    derive,
    missing,
    period_zh,
    quantity_of,
    ratio,
)
from cqbook.quantities.units import Unit, format_zh

RIVER_SEA, LAND_SEA = "route-river-sea", "route-ilstc"
DAYS_A_YEAR = 365


def _days(book: Catalog, route: str, product: str) -> Quantity:
    frame = preferred(book.observations(indicator="transit_days", entity=route))
    frame = frame[frame["breakdown"].str.contains(f"product={product}")]
    if frame.empty:
        return missing("days")
    item = quantities_of(frame)[0]
    if item.unit.name != "months" or item.interval is None:
        return item
    # half a month and 一两月 are no exact number of days: 30 days a month, kept as printed in words
    days = Unit.parse("days")
    return replace(item, interval=item.interval * 30, unit=days, value=None)


def transit(book: Catalog) -> pd.DataFrame:
    """Return the point frame of days by route, for the two cargoes that were told of."""
    cargoes = {"auto": "整车到印尼", "motorcycle_wheel": "摩托车轮毂到印尼"}
    routes = {RIVER_SEA: "江海联运", LAND_SEA: "西部陆海新通道"}
    frames = [
        points([(cargo, _days(book, route, product))], unit="days", group=name)
        for product, cargo in cargoes.items()
        for route, name in routes.items()
    ]
    return published(pd.concat(frames, ignore_index=True))


def days_saved(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return the days saved as printed, and as the difference of the two printed times."""
    printed = fact(
        book, unit="days", measure="difference", indicator="transit_days_saved", entity=LAND_SEA
    )
    computed = derive(
        lambda slow, fast: slow - fast,
        _days(book, RIVER_SEA, "auto"),
        _days(book, LAND_SEA, "auto"),
        unit="days",
    )
    return printed, computed


def loading(book: Catalog, place: str = "park-logistics-hub") -> pd.DataFrame:
    """Return the change in cost a car that the loading implies beside the printed one.

    If a container's cost is unchanged, the cost a car changes by before/after − 1.
    """
    before, after = _loads(book, place)
    printed = fact(
        book, unit="percent", measure="pct_change", indicator="logistics_cost", entity=place,
        breakdown="vehicle=nev",
    )  # fmt: skip
    implied = derive(
        lambda old, new: 100 * old / new - 100, before, after, unit="percent", measure="pct_change"
    )
    return published(
        points([("所印的变动", printed), ("整箱成本不变时的推算", implied)], unit="percent")
    )


def _loads(book: Catalog, place: str) -> tuple[Quantity, Quantity]:
    frame = preferred(book.observations(indicator="container_load", entity=place))
    items = {row["period"].startswith(".."): quantity_of(row) for row in rows_of(frame)}
    nothing = missing("units")
    return items.get(True, nothing), items.get(False, nothing)


def container_cost(book: Catalog, place: str = "park-logistics-hub") -> Quantity:
    """Return by how much a container's cost would have risen if each car's fell as printed."""
    before, after = _loads(book, place)
    printed = fact(
        book, unit="percent", measure="pct_change", indicator="logistics_cost", entity=place,
        breakdown="vehicle=nev",
    )  # fmt: skip
    return derive(
        lambda old, new, change: new / old * (100 + change) - 100,
        before, after, printed,
        unit="percent",
    )  # fmt: skip


def containers(book: Catalog, area: str, years: range) -> dict[str, Quantity]:
    """Return the boxes that a place sent by the Land-Sea Corridor, by year."""
    return series(
        book, unit="10k TEU", years=years, indicator="ilstc_containers", entity=area,
        accumulation="period",
    )  # fmt: skip


def shipment_values(book: Catalog, area: str, years: range) -> dict[str, Quantity]:
    """Return the value of goods that a place sent by the Land-Sea Corridor, by year."""
    return series(
        book, unit="100M CNY", years=years, indicator="shipment_value", entity=area,
        breakdown="route=ilstc", accumulation="period",
    )  # fmt: skip


def value_per_box(book: Catalog, area: str, years: range) -> dict[str, Quantity]:
    """Return value over volume by year, in 万元 a TEU; derived."""
    boxes, worth = containers(book, area, years), shipment_values(book, area, years)
    return {year: ratio(worth[year], boxes[year], unit="10k CNY", per="TEU") for year in boxes}


def growth_words(book: Catalog, area: str, period: str) -> dict[str, str]:
    """Return the printed growth of boxes and value, and the change a box that follows, in words."""
    asked = {"unit": "percent", "measure": "yoy", "entity": area, "period": period}
    boxes = fact(book, indicator="ilstc_containers", **asked)
    worth = fact(book, indicator="shipment_value", breakdown="route=ilstc", **asked)
    change = derive(
        lambda value, count: 100 * (100 + value) / (100 + count) - 100,
        worth,
        boxes,
        unit="percent",
        measure="yoy",
    )
    return {
        "boxes_yoy": boxes.growth,
        "worth_yoy": worth.growth,
        "per_box_change": change.zh,
    }


def by_year(found: dict[str, Quantity], unit: str) -> pd.DataFrame:
    """Return the point frame of yearly values whose columns carry the bare number."""
    rows = frames.timeline(found, unit=unit, short=True)
    rows["text"] = [_short(item, unit) for item in found.values()]
    rows["range"] = [item.zh if item.known else "" for item in found.values()]
    return rows


def _short(item: Quantity, unit: str) -> str:
    held = item.to(unit)
    if not held.known or held.interval is None:
        return ""
    low, high = held.interval.lower, held.interval.upper
    word = "超" if high is None else "不到" if low == 0 or low is None else ""
    return f"{word}{held.point:.4g}"


def trains(book: Catalog) -> pd.DataFrame:
    """Return every published number of trains as a table in words: who, when, how many."""
    frame = preferred(book.observations(indicator="train_trips", measure="level"))
    frame["who"] = frame["entity"].map(book.name)
    frame["when"] = frame["period"].map(period_zh)
    items = quantities_of(frame)
    frame["text"] = [item.zh for item in items]
    frame["nature"] = [item.status for item in items]
    return frame.sort_values(["who", "period"]).reset_index(drop=True)


def worth_of_a_day(
    book: Catalog, annual_rate: float, organisation: str = "org-seres"
) -> dict[str, Quantity]:
    """Return what a day on the way costs in capital tied up, a container.

    Value a container (published value over published count) × rate / 365.

    Parameters
    ----------
    annual_rate : float
        Cost of capital, percent a year: an assumption, not a published figure.

    Returns
    -------
    dict
        ``box`` value a container, ``day`` cost of a day, ``saved`` cost of the days saved as
        printed; quantities in yuan.
    """
    filters = {"entity": organisation, "breakdown": "product=auto_and_parts;route=ilstc"}
    value = fact(book, unit="CNY", indicator="shipment_value", **filters)
    count = fact(book, unit="containers", indicator="shipments_containers", **filters)
    box = ratio(value, count, unit="CNY", per="containers")
    rate = Interval.exactly(Decimal(str(annual_rate)))
    day = derive(lambda worth: worth * rate / (100 * DAYS_A_YEAR), box, unit="CNY")
    printed, _ = days_saved(book)
    saved = derive(lambda cost, days: cost * days, day, printed, unit="CNY")
    return {"box": box.to("10k CNY"), "day": day, "saved": saved}


def ceiling(item: Quantity) -> str:
    """Return the upper end of a quantity in words: 不超过22万元."""
    if not item.known or item.interval is None or item.interval.upper is None:
        return UNPUBLISHED
    # outward: an upper bound rounded down is none
    return f"不超过{format_zh(math.ceil(item.interval.upper), item.unit)}"
