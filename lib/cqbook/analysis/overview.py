"""The book in one minute: headlines with their history, and what links trade, cars, road, parks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cqbook.analysis.frames import points, timeline
from cqbook.analysis.reconciliation import relations_table
from cqbook.data.catalog import Catalog, Wanted
from cqbook.data.relations import CONSISTENT, INCONSISTENT
from cqbook.data.selection import fact, series
from cqbook.quantities.comparable import check_comparable
from cqbook.quantities.quantity import (
    DERIVED,
    Quantity,
    derive,
    difference,
    growth,
    missing,
    previous,
)
from cqbook.quantities.units import MINUS

UNIT = "100M CNY"
#: First year of the history: the first with trade in yuan.
SINCE = 2018
#: The fair at which the city signs projects that move to here, and the industries told of it.
FAIR = "event=transfer_matchmaking"
SECTORS = {
    "equipment": "装备制造",
    "auto": "汽车",
    "electronics": "电子信息",
    "consumer_goods": "消费品",
    "pharma": "医药",
    "materials": "材料",
}
Years = dict[str, Quantity]


def levels(book: Catalog, area: str, until: str, unit: str = UNIT, **filters: Wanted) -> Years:
    """Return a thing by year from `SINCE`; where only the next year's growth tells it, derived."""
    asked: dict[str, Wanted] = {"entity": area, "accumulation": "period", **filters}
    # the year after the last one tells it too
    found = series(book, unit=unit, years=range(SINCE, int(until) + 2), **asked)
    for year, item in found.items():
        after = str(int(year) + 1)
        if not item.known and after in found and found[after].known:
            rate = fact(book, unit="percent", measure="yoy", period=after, **asked)
            found[year] = previous(found[after], rate)
    return {year: found[year] for year in map(str, range(SINCE, int(until) + 1))}


def flows(book: Catalog, area: str, until: str) -> dict[str, Years]:
    """Return total, exports and imports by year.

    Of a year whose total and one direction are known, the other one is what is left.
    """
    total, exports, imports = (
        levels(book, area, until, indicator="trade_value", flow=flow)
        for flow in ("total", "export", "import")
    )
    for year in total:
        for one, other in ((exports, imports), (imports, exports)):
            if not one[year].known and _closed(other[year]):
                one[year] = difference(total[year], other[year])
    return {"total": total, "exports": exports, "imports": imports}


def laptops(book: Catalog, area: str, until: str) -> Years:
    """Return the exports of laptops by year."""
    made = {"indicator": "trade_value", "flow": "export", "breakdown": "product=laptop"}
    return levels(book, area, until, **made)


def autos(book: Catalog, area: str, until: str) -> Years:
    """Return the exports of automobiles by year."""
    return levels(book, area, until, indicator="auto_exports_value", flow="export")


def boxes(book: Catalog, area: str, until: str) -> Years:
    """Return the boxes that went by the Land-Sea Corridor by year."""
    return levels(book, area, until, "10k TEU", indicator="ilstc_containers")


def cargo(book: Catalog, area: str, until: str) -> Years:
    """Return the value of what went by the Land-Sea Corridor by year."""
    return levels(book, area, until, indicator="shipment_value", breakdown="route=ilstc")


def _closed(item: Quantity) -> bool:
    """Return whether a number has two ends: a floor is no place for a mark."""
    return item.known and item.interval is not None and item.interval.width is not None


def at(found: Mapping[str, Quantity], year: str, unit: str = UNIT) -> Quantity:
    """Return the figure of a year; missing if there is none."""
    return found.get(year, missing(unit))


def first(found: Mapping[str, Quantity]) -> str:
    """Return the first year known; empty if there is none."""
    return next((year for year, item in found.items() if item.known), "")


def peak(found: Mapping[str, Quantity], before: str) -> str:
    """Return the year with the most up to the one before `before`; empty if none is known."""
    known = {year: item.point for year, item in found.items() if item.known and year < before}
    return max(known, key=lambda year: known[year]) if known else ""


def rise(book: Catalog, area: str, year: str) -> Years:
    """Return by how much exports rose in a year: all, and those of goods of which it is printed."""
    goods = {
        "phones": {"indicator": "trade_value", "breakdown": "product=phone"},
        "autos": {"indicator": "auto_exports_value"},
        "motorcycles": {"indicator": "trade_value", "breakdown": "product=motorcycle"},
        "all": {"indicator": "trade_value"},
    }
    found = {}
    for name, filters in goods.items():
        by_year = levels(book, area, year, flow="export", **filters)
        found[name] = difference(by_year[year], at(by_year, str(int(year) - 1)))
    return found


def signed(book: Catalog, area: str, until: str) -> Years:
    """Return the projects signed at the fairs of industrial transfer up to a year, by day."""
    days = series(
        book, unit="projects", indicator="projects_count", entity=area,
        breakdown=f"{FAIR};stage=signed", accumulation="period",
    )  # fmt: skip
    return {day: item for day, item in days.items() if day[:4] <= until}


def by_industry(book: Catalog, area: str, until: str) -> tuple[str, Years]:
    """Return the day of the last fair whose industries were told, and their projects, most first.

    Both are empty if there is none up to the year.
    """
    for day in reversed(signed(book, area, until)):
        found = {
            name: fact(
                book, unit="projects", indicator="projects_count", entity=area, period=day,
                breakdown=f"{FAIR};sector={code};stage=signed",
            )
            for code, name in SECTORS.items()
        }  # fmt: skip
        if all(item.known for item in found.values()):
            return day, dict(sorted(found.items(), key=lambda item: -item[1].point))
    return "", {}


def promised_and_paid(book: Catalog, area: str, until: str) -> tuple[str, Quantity, Quantity]:
    """Return the last year up to `until` with contracts signed and money paid in, and both."""
    for year in range(int(until), SINCE - 1, -1):
        asked = {"entity": area, "period": str(year), "breakdown": "kind=investment_promotion"}
        both = [
            fact(book, unit=UNIT, indicator=name, status="actual", **asked)
            for name in ("contract_value", "funds_in_place")
        ]
        if all(item.known for item in both):
            return str(year), both[0], both[1]
    return until, missing(UNIT), missing(UNIT)


def times(now: Quantity, then: Quantity) -> Quantity:
    """Return how many times what it was then; derived."""
    why = check_comparable(now, then, relation="compared")
    return derive(
        lambda a, b: a / b, now, then, unit="times", measure="multiple", regardless=why
    )


# --- point frames


def over_time(
    found: Mapping[str, Quantity], group: str, unit: str = UNIT, *, floors: bool = False
) -> pd.DataFrame:
    """Return the point frame of years under a name.

    Parameters
    ----------
    floors : bool
        Whether a number of which only the lower end is known is a point; else it is a gap.
    """
    kept = {
        year: item if floors or _closed(item) else missing(unit) for year, item in found.items()
    }
    rows = timeline(kept, unit=unit, group=group)
    rows["text"] = [said(item) for item in kept.values()]
    return rows


def together(found: Mapping[str, Years], names: Mapping[str, str]) -> pd.DataFrame:
    """Return the point frame of several things over time, each under its name."""
    frames = [over_time(found[key], name) for key, name in names.items()]
    return pd.concat(frames, ignore_index=True)


def said(item: Quantity) -> str:
    """Return a figure as printed, and what is derived as one number."""
    return item.roughly if item.status == DERIVED else item.zh


def columns(found: Mapping[str, Quantity], unit: str) -> pd.DataFrame:
    """Return the point frame of the years known without a gap up to the last one."""
    kept = {}
    for year in reversed(found):
        if not found[year].known:
            break
        kept[year] = found[year]
    rows = timeline(dict(reversed(kept.items())), unit=unit, short=True)
    about = rows["status"].eq(DERIVED).map({True: "约", False: ""})
    rows["text"] = [
        f"{word}{value:.3g}" if word else f"{value:.4g}"
        for word, value in zip(about, rows["value"], strict=True)
    ]
    return rows


@dataclass(frozen=True)
class Headline:
    """A number that is asked for first: its name, its history, its last growth."""

    label: str
    unit: str
    history: Years
    #: The same as `fact` is asked for it; empty: no growth of it is printed.
    asked: Mapping[str, str]
    floors: bool = False

    @property
    def known(self) -> Years:
        """The history without gaps."""
        kept = self.history.items()
        return {when: it for when, it in kept if (it.known if self.floors else _closed(it))}

    def growth(self, book: Catalog) -> tuple[str, Quantity]:
        """Return the period that the last number is compared with, and its growth.

        As printed; else against the number before it, the last fair's against the fair before.
        """
        *earlier, last = self.known or [""]
        if last and self.asked:
            printed = fact(book, unit="percent", measure="yoy", period=last, **self.asked)
            if printed.known:
                return str(int(last) - 1), printed
        if not earlier:
            return "", missing("percent")
        return earlier[-1], growth(self.known[last], self.known[earlier[-1]])


def headlines(book: Catalog, area: str, until: str) -> list[Headline]:
    """Return the headline numbers up to a year, in the order of their tiles."""
    trade = flows(book, area, until)
    asked = {"entity": area, "indicator": "trade_value"}
    cars = {"entity": area, "indicator": "auto_exports_value", "flow": "export"}
    road = {"entity": area, "indicator": "ilstc_containers"}
    return [
        Headline("进出口总值", UNIT, trade["total"], asked | {"flow": "total"}),
        Headline("出口", UNIT, trade["exports"], asked | {"flow": "export"}),
        Headline("进口", UNIT, trade["imports"], asked | {"flow": "import"}),
        Headline("汽车出口额", UNIT, autos(book, area, until), cars),
        Headline("陆海新通道箱量", "10k TEU", boxes(book, area, until), road, floors=True),
        Headline("产业转移签约项目", "projects", signed(book, area, until), {}),
    ]


def tiles(book: Catalog, found: list[Headline]) -> pd.DataFrame:
    """Return the point frame of headline numbers and their history, a ``group`` each.

    ``detail`` says of the last number its year and its growth.
    """
    frames = []
    for headline in found:
        known = headline.known
        rows = over_time(known, headline.label, headline.unit, floors=headline.floors)
        rows["label"] = [f"{period[:4]}年" for period in known]
        rows["detail"] = ""
        if len(rows):
            rows.loc[rows.index[-1], "detail"] = _change(list(known)[-1], *headline.growth(book))
        frames.append(rows)
    return pd.concat(frames, ignore_index=True)


def _change(last: str, before: str, rate: Quantity) -> str:
    """Return when a number is of, and how much more it is than the one before."""
    if not rate.known:
        return f"{last[:4]}年"
    against = "" if int(before[:4]) == int(last[:4]) - 1 else f"比{before[:4]}年"
    return f"{last[:4]}年，{against}{in_direction(rate)}"


def in_direction(rate: Quantity) -> str:
    """Return a growth with its direction, one that is derived as one number: 增长约16.1%."""
    printed = rate.status != DERIVED
    if printed or not rate.known or rate.interval is None or rate.interval.contains(0):
        return rate.growth
    return f"{'增长' if rate.point > 0 else '下降'}{rate.roughly.replace(MINUS, '')}"


def industries(found: Mapping[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of `by_industry`."""
    return points(found.items(), unit="projects")


# --- how sure


def certainty(book: Catalog) -> dict[str, str]:
    """Return how many relations between published figures there are, how many hold, how many not."""
    verdicts = relations_table(book)["verdict"]
    return {
        "relations": f"{len(verdicts)}条",
        "consistent": f"{int(verdicts.eq(CONSISTENT).sum())}条",
        "inconsistent": f"{int(verdicts.eq(INCONSISTENT).sum())}条",
    }
