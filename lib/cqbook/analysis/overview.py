"""The figures that open the book: each found in the data, with where to read on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cqbook.analysis import trade
from cqbook.analysis.frames import points
from cqbook.data.catalog import Catalog
from cqbook.data.selection import fact
from cqbook.quantities.quantity import Quantity, clause, missing, period_zh, share


@dataclass(frozen=True)
class Headline:
    """A figure that an official asks for first; `filters` name it, without place and period."""

    label: str
    unit: str
    chapter: str
    filters: Mapping[str, str]


#: Years come from the data.
HEADLINES = (
    Headline("进出口总值", "100M CNY", "外贸结构", {"indicator": "trade_value", "flow": "total"}),
    Headline("出口", "100M CNY", "外贸结构", {"indicator": "trade_value", "flow": "export"}),
    Headline(
        "民营企业进出口", "100M CNY", "外贸结构",
        {"indicator": "trade_value", "flow": "total", "breakdown": "enterprise=private"},
    ),
    Headline(
        "汽车出口额", "100M CNY", "汽车出口",
        {"indicator": "auto_exports_value", "flow": "export"},
    ),
    Headline(
        "汽车出口量", "10k vehicles", "汽车出口", {"indicator": "auto_exports", "flow": "export"}
    ),
    Headline("汽车产量", "10k vehicles", "汽车出口", {"indicator": "auto_output"}),
    Headline(
        "新能源汽车产量", "10k vehicles", "汽车出口",
        {"indicator": "auto_output", "breakdown": "vehicle=nev"},
    ),
    Headline("陆海新通道箱量", "10k TEU", "开放通道", {"indicator": "ilstc_containers"}),
    Headline(
        "陆海新通道货值", "100M CNY", "开放通道",
        {"indicator": "shipment_value", "breakdown": "route=ilstc"},
    ),
)  # fmt: skip
HEADLINE_COLUMNS = {
    "label": "指标",
    "when": "时期",
    "text": "数值",
    "growth": "同比",
    "chapter": "接着读",
    "source_id": "来源",
}


def latest_figure(
    book: Catalog, area: str, headline: Headline, until: str
) -> tuple[str, Quantity, Quantity]:
    """Return the last whole year up to `until` with a figure, the figure, and its growth."""
    unit = headline.unit
    for year in range(int(until), int(until) - 12, -1):
        asked = {"entity": area, "period": str(year), "accumulation": "period"}
        asked |= headline.filters
        found = fact(book, unit=unit, **asked)
        if found.known:
            return str(year), found, fact(book, unit="percent", measure="yoy", **asked)
    return until, missing(unit), missing("percent")


def headline_table(book: Catalog, area: str, until: str) -> pd.DataFrame:
    """Return one row a headline figure, in words, at its latest year up to `until`."""
    rows = []
    for headline in HEADLINES:
        year, found, yoy = latest_figure(book, area, headline, until)
        rows.append(
            {
                "label": headline.label,
                "when": period_zh(year) if found.known else "—",
                "text": found.zh,
                "growth": yoy.growth,
                "chapter": headline.chapter,
                "status": found.status,
                "source_id": found.source_id,
                "observation_id": found.observation_id,
            }
        )
    return pd.DataFrame(rows)


def growth_points(book: Catalog, area: str, until: str) -> pd.DataFrame:
    """Return the point frame of the growth of each headline figure that has one."""
    items = []
    for headline in HEADLINES:
        year, _, yoy = latest_figure(book, area, headline, until)
        if yoy.known:
            items.append((f"{headline.label}（{year}年）", yoy))
    rows = points(items, unit="percent")
    return rows.sort_values("value", ascending=False).reset_index(drop=True)


def inside(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return what the headline figures add up to: shares of one in another; derived."""
    total = trade.level(book, area, period)
    exports = trade.level(book, area, period, "export")
    auto = trade.auto_exports(book, area, period)
    output = {"indicator": "auto_output", "entity": area, "period": period}
    made = fact(book, unit="10k vehicles", **output)
    nev = fact(book, unit="10k vehicles", breakdown="vehicle=nev", **output)
    return {
        "export_share": share(exports, total),
        "auto_in_exports": share(auto, exports),
        "nev_in_output": share(nev, made),
        "balance": trade.balance(book, area, period),
    }


def clauses(book: Catalog, area: str, period: str) -> dict[str, str]:
    """Return what the overview says of autos, as clauses that hold whatever is published."""
    found = inside(book, area, period)
    auto = trade.auto_exports(book, area, period)
    share = clause("，占全部出口的{share}", "", share=found["auto_in_exports"])
    return {
        "auto": clause("汽车出口{auto}", "汽车出口额未见公布", auto=auto) + share,
        "nev": clause(
            "汽车产量里{nev}是新能源汽车",
            "新能源汽车占汽车产量多少未见公布",
            nev=found["nev_in_output"],
        ),
    }


def years_without(book: Catalog, area: str, years: range) -> str:
    """Return the years whose total trade nobody published in yuan, in words."""
    missing_years = [f"{year}年" for year in years if not trade.level(book, area, str(year)).known]
    return "、".join(missing_years) or "没有哪一年"
