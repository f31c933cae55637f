"""One year of industry: highlights counted alike, investment by field, power, months."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cqbook.analysis.frames import (
    figures_zh,
    points,
    published,
    quantities_of,
    rows_of,
    timeline,
)
from cqbook.data.catalog import Catalog
from cqbook.data.selection import fact, measured, usable
from cqbook.quantities import formulas, quantity
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import Quantity, derive, missing, period_zh, quantity_of, share

FIELDS = {
    "urban_construction": "城市建设",
    "industry": "产业",
    "livelihood": "民生",
    "ecology": "生态环保",
    "sci_tech": "科技创新",
}


def growth_by_month(book: Catalog, area: str, year: str) -> pd.DataFrame:
    """Return growth of industrial value added by month; months nobody published are gaps."""
    found = {}
    for month in range(1, 13):
        period = f"{year}-{month:02d}"
        found[period] = fact(
            book, unit="percent", measure="yoy", indicator="industrial_value_added",
            entity=area, period=period, breakdown="scale=above_designated",
        )  # fmt: skip
    rows = timeline(found, unit="percent")
    rows["label"] = [f"{month}月" for month in range(1, 13)]
    return rows


def investment(book: Catalog, area: str, period: str) -> tuple[pd.DataFrame, Quantity]:
    """Return the point frame of major-project investment by field, and the unnamed rest.

    The rest is the total less the named fields; a field of which only a floor is printed makes it
    a ceiling.
    """
    asked = {
        "unit": "100M CNY",
        "indicator": "investment_completed",
        "entity": area,
        "period": period,
    }
    total = fact(book, breakdown="kind=municipal_major", **asked)
    items = []
    for code, name in FIELDS.items():
        item = fact(book, breakdown=f"field={code};kind=municipal_major", **asked)
        if item.known:
            items.append((name, item))
    nothing = Interval.exactly(0)
    rest = derive(
        lambda whole, *parts: formulas.remainder(whole, parts).intersection(
            Interval(nothing.lower, None, True, False)
        ),
        total, *[item for _, item in items],
        unit="100M CNY",
    )  # fmt: skip
    if not items:
        return points([], unit="100M CNY"), missing("100M CNY")
    return points([*items, ("其余（上限）", rest)], unit="100M CNY"), rest


def total_investment(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return the total of major projects, by how much it beat the plan, and the implied plan."""
    asked = {
        "indicator": "investment_completed",
        "entity": area,
        "period": period,
        "breakdown": "kind=municipal_major",
    }
    total = fact(book, unit="100M CNY", **asked)
    beyond = fact(book, unit="percentage points", measure="vs_plan", **asked)
    plan = derive(lambda done, over: 100 * done / (100 + over), total, beyond, unit="100M CNY")
    return {"major": total, "beyond": beyond, "plan": plan}


def tech_upgrade(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return what is printed of technical-upgrade investment, and industrial growth implied."""
    asked = {
        "indicator": "tech_upgrade_investment",
        "entity": area,
        "period": f"{year}-01/{year}-11",
    }
    growth = fact(book, unit="percent", measure="yoy", **asked)
    lead = fact(book, unit="percentage points", measure="difference", **asked)
    share = fact(book, unit="percent", measure="share", **asked)
    rate = fact(book, unit="percent", measure="contribution_rate", **asked)
    return {
        "upgrade_growth": growth,
        "lead": lead,
        "upgrade_share": share,
        "upgrade_rate": rate,
        "industrial_growth": derive(
            lambda fast, points_: fast - points_, growth, lead, unit="percent", measure="yoy"
        ),
    }


def upgrade_points(found: dict[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of growth: technical upgrade as printed, all industry as implied."""
    items = [
        ("工业技改投资（公布）", found["upgrade_growth"]),
        ("工业投资（由差额推算）", found["industrial_growth"]),
    ]
    return published(points(items, unit="percent"))


@dataclass(frozen=True)
class Stock:
    """A count printed as “new this year” and “in all”: what stood there a year before follows."""

    label: str
    unit: str
    indicator: str
    new: str
    total: str


#: `new` and `total` are breakdowns.
STOCKS = (
    Stock(
        "国家级“小巨人”企业", "enterprises", "little_giants",
        new="level=national;stage=new", total="level=national",
    ),
    Stock(
        "智能化改造项目", "projects", "projects_count",
        new="kind=intelligent_transformation", total="kind=intelligent_transformation",
    ),
    Stock(
        "市级绿色工厂", "plants", "green_factories",
        new="level=municipal;stage=new", total="level=municipal",
    ),
    Stock(
        "市级绿色园区", "parks", "green_parks",
        new="level=municipal;stage=new", total="level=municipal",
    ),
)  # fmt: skip


def stocks(book: Catalog, area: str, year: str) -> pd.DataFrame:
    """Return new, total, implied stock a year before, and the growth that follows, in words."""
    rows = []
    for kind in STOCKS:
        asked = {"unit": kind.unit, "indicator": kind.indicator, "entity": area}
        fresh = fact(book, period=year, breakdown=kind.new, **asked)
        stock = fact(book, period=f"../{year}", breakdown=kind.total, **asked)
        before = derive(lambda whole, added: whole - added, stock, fresh, unit=kind.unit)
        growth = quantity.growth(stock, before)
        rows.append(
            {
                "label": kind.label,
                "new": fresh.zh,
                "stock": stock.zh,
                "before": before.zh,
                "growth": growth.growth,
                "rate": growth,
                "source_id": stock.source_id,
            }
        )
    return pd.DataFrame(rows)


def stock_growth(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the point frame of the growth of each stock within the year; derived."""
    return published(points(zip(rows["label"], rows["rate"], strict=True), unit="percent"))


def power(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return peak demand and gap, and the gap as a share of it on both readings.

    Inside: the demand of the peak contains the gap. Outside: the gap comes on top of it.
    """
    asked = {"unit": "10k kW", "entity": area, "period": year}
    peak = fact(book, indicator="peak_load", **asked)
    gap = fact(book, indicator="power_gap", **asked)
    return {
        "peak": peak,
        "gap": gap,
        "gap_inside": share(gap, peak),
        "gap_outside": derive(
            lambda more, base: 100 * more / (base + more), gap, peak, unit="percent"
        ),
        "met_inside": derive(lambda all_, less: all_ - less, peak, gap, unit="10k kW"),
    }


def power_points(found: dict[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of peak demand, gap, and what was met if the gap lies inside."""
    items = [
        ("最大负荷需求", found["peak"]),
        ("最大负荷缺口", found["gap"]),
        ("需求减缺口", found["met_inside"]),
    ]
    return published(points(items, unit="10k kW"))


def nev_output(book: Catalog, area: str, year: str) -> pd.DataFrame:
    """Return every published figure of new-energy output in the year, estimate or actual."""
    frame = book.observations(
        indicator="auto_output", entity=area, period=year, breakdown="vehicle=nev",
        measure="level",
    )  # fmt: skip
    frame = usable(frame)
    frame = frame[~frame["status"].isin(["target"])]
    items = []
    for row in rows_of(frame):
        item = quantity_of(row).to("10k vehicles")
        items.append(
            (f"{book.source_label(row['source_id']).split('，')[-1]}发表（{item.status}）", item)
        )
    return points(items, unit="10k vehicles")


HIGHLIGHTS = (
    "auto_output", "software_revenue", "little_giants", "projects_count", "industrial_value_added",
    "enterprise_problems_solved", "enterprise_appeals", "enterprise_appeal_rate",
    "tech_upgrade_investment", "peak_load", "power_gap", "funds_in_place", "revenue",
    "charging_piles", "contract_value", "smart_factories", "digital_workshops",
    "production_efficiency",
)  # fmt: skip


def highlights(book: Catalog, area: str, source: str = "industry-2022") -> pd.DataFrame:
    """Return all figures of the highlights in words: indicator, period, figure, nature."""
    frame = book.observations(source_id=source)
    frame = usable(frame).reset_index(drop=True)
    items = quantities_of(frame)
    frame["what"] = [measured(book, row) for row in rows_of(frame)]
    frame["who"] = frame["entity"].map(book.name)
    frame["when"] = frame["period"].map(period_zh)
    frame["text"] = figures_zh(items)
    frame["nature"] = [item.status for item in items]
    return frame[frame["indicator"].isin(HIGHLIGHTS)].reset_index(drop=True)
