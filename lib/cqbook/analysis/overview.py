"""The book in one minute: headlines with their history, and what links trade, cars, road, parks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

import pandas as pd

from cqbook.analysis import autos, parks
from cqbook.analysis.frames import points, timeline
from cqbook.analysis.reconciliation import tally, telling, verdicts
from cqbook.data.catalog import Catalog
from cqbook.data.relation_rules import RULES
from cqbook.data.relations import CONSISTENT, judgements
from cqbook.data.selection import fact, series
from cqbook.data.vocabulary import FLOWS_ZH
from cqbook.quantities.about import HAPPENED
from cqbook.quantities.quantity import (
    DERIVED_COLUMN,
    NOT_FOUND,
    NOT_PRINTED,
    Quantity,
    difference,
    exact,
    growth,
    missing,
    period_zh,
)
from cqbook.quantities.units import MINUS
from cqbook.quantities.verdict import Verdict, ordered

UNIT, BOXES = "100M CNY", "10k TEU"
#: First year of the history: the first with trade in yuan.
SINCE = 2018
Years = dict[str, Quantity]
#: The row of the boxes: of Chongqing's, not of all that the corridor carries.
ROAD = "经陆海新通道的箱量"


def years(until: str) -> range:
    """Return the years of the history up to one."""
    return range(SINCE, int(until) + 1)


def flows(book: Catalog, area: str, until: str) -> dict[str, Years]:
    """Return total, exports and imports by year.

    Of a year whose total and one direction are known, the other one is what is left.
    """
    total, exports, imports = (
        autos.by_year(book, "trade_value", UNIT, area, years(until), flow=flow)
        for flow in ("total", "export", "import")
    )
    for year in total:
        for one, other in ((exports, imports), (imports, exports)):
            if not one[year].known and other[year].bounded:
                one[year] = difference(total[year], other[year])
    return {"total": total, "exports": exports, "imports": imports}


def laptops(book: Catalog, area: str, until: str) -> Years:
    """Return the exports of laptops by year."""
    asked = {"flow": "export", "breakdown": autos.GOODS["笔记本电脑"]}
    return autos.by_year(book, "trade_value", UNIT, area, years(until), **asked)


def cars(book: Catalog, area: str, until: str) -> Years:
    """Return the exports of automobiles by year."""
    return autos.export_values(book, area, years(until))


def boxes(book: Catalog, area: str, until: str) -> Years:
    """Return the boxes that went by the Land-Sea Corridor by year."""
    return autos.by_year(book, "ilstc_containers", BOXES, area, years(until))


def cargo(book: Catalog, area: str, until: str) -> Years:
    """Return the value of what went by the Land-Sea Corridor by year."""
    asked = {"breakdown": "route=ilstc"}
    return autos.by_year(book, "shipment_value", UNIT, area, years(until), **asked)


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


def trough(found: Mapping[str, Quantity], after: str, before: str) -> str:
    """Return the year with the least between two; empty if none between them is known."""
    between = {year: it.point for year, it in found.items() if after < year < before and it.known}
    return min(between, key=lambda year: between[year]) if after and between else ""


def signed(book: Catalog, area: str, until: str) -> Years:
    """Return the projects signed at the fairs of industrial transfer up to a year, by day."""
    days = series(
        book, unit="projects", indicator="projects_count", entity=area,
        breakdown=f"{parks.MATCHMAKING};stage=signed", accumulation="period",
    )  # fmt: skip
    return {day: item for day, item in days.items() if day[:4] <= until}


def pledged(book: Catalog, area: str, until: str) -> Years:
    """Return the money signed at the fairs of industrial transfer up to a year, by day."""
    days = series(
        book, unit=UNIT, indicator="contract_value", entity=area,
        breakdown=parks.MATCHMAKING, accumulation="period",
    )  # fmt: skip
    return {day: item for day, item in days.items() if day[:4] <= until}


def by_industry(book: Catalog, area: str, until: str) -> tuple[str, Years]:
    """Return the day of the last fair whose industries were told, and their projects, most first.

    Both are empty if there is none up to the year.
    """
    for day in reversed(signed(book, area, until)):
        found = parks.matchmaking_sectors(book, area, day)
        if found:
            return day, found
    return "", {}


# --- point frames


def export_change(book: Catalog, area: str, since: str, year: str) -> pd.DataFrame:
    """Return the point frame of what goods added to exports between two years, for a waterfall.

    What is left comes last, before the whole; empty unless two goods are known in both years.
    """
    found = autos.increase_by_product(book, area, since, year) if since else {}
    if len(found) < 4:
        return points([], unit=UNIT)
    rest, whole = found.pop("其余"), found.pop("全部出口")
    rows = points([*found.items(), ("其余商品", rest), ("全部出口", whole)], unit=UNIT)
    # the chart gives its sign to a part, not to the whole
    signed = [f"{value:.0f}亿元".replace("-", MINUS) for value in rows["value"]]
    signed[-1] = f"+{signed[-1]}" if rows["value"].iloc[-1] > 0 else signed[-1]
    return rows.assign(text=signed)


def said(item: Quantity) -> str:
    """Return a figure as printed, and what is derived as one number."""
    return item.roughly if item.status in NOT_PRINTED else item.in_words(item.zh)


def in_times(item: Quantity) -> str:
    """Return a number of times with one decimal, 约2.9倍, as all pages say it; a floor in words."""
    return item.approximately(1) if item.bounded else item.roughly


def told_in_times(item: Quantity) -> Verdict:
    """Return whether a number of times is what `in_times` says, to the digit that it says.

    A tenth and not a part of it: of 2.457, which it says as 约2.5倍, a correction of one per cent
    must not make the book contradict its own rounding.
    """
    if not item.bounded:
        # of a floor nobody knows how far above it the number lies
        return ordered([], item.zh)
    said = Decimal(f"{item.point:.1f}")
    least, most = (exact(said + by, "times") for by in (-_TENTH, _TENTH))
    words = f"{item.zh} 与 {exact(said, 'times').zh} 相差不到{_TENTH}倍"
    found = ordered([item > least, item < most], words)
    return replace(found, room=replace(found.room, limit=f"{_TENTH}倍"), nearest=words)


_TENTH = Decimal("0.1")


def in_whole(item: Quantity) -> str:
    """Return a derived amount without decimals, beside others that have none: 约99亿元."""
    return item.in_words(f"约{item.point:.0f}亿元" if item.bounded else item.zh)


def as_found(item: Quantity) -> str:
    """Return an amount as it is printed; one that this book made of others as 约218亿元."""
    return in_whole(item) if item.status in NOT_PRINTED else item.in_words(item.zh)


def year_columns(found: Years, unit: str) -> pd.DataFrame:
    """Return the point frame of the years known without a gap up to the last one."""
    kept = {}
    for year in reversed(found):
        if not found[year].known:
            break
        kept[year] = found[year]
    rows = timeline(dict(reversed(kept.items())), unit=unit, short=True)
    pairs = zip(rows["value"], reversed(kept.values()), strict=True)
    return rows.assign(text=[_over(value, item) for value, item in pairs])


def _over(value: float, item: Quantity) -> str:
    """Return what stands at a column: 超25.18 of a floor, 约17.9 of what is derived."""
    if item.bounded:
        return f"约{value:.3g}" if item.status in NOT_PRINTED else f"{value:.4g}"
    number = Decimal(repr(value))
    # rounded up, it would be more than what is known
    floor = number.quantize(Decimal(1).scaleb(number.adjusted() - 3), ROUND_FLOOR)
    return f"超{float(floor):g}"


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
        return {when: it for when, it in kept if (it.known if self.floors else it.bounded)}

    def growth(self, book: Catalog) -> tuple[str, Quantity]:
        """Return the period that the last number is compared with, and its growth.

        As printed; else against the number before it.
        """
        *earlier, last = self.known or [""]
        if last and self.asked:
            printed = fact(book, unit="percent", measure="yoy", period=last, **self.asked)
            if printed.known:
                return str(int(last) - 1), printed
        if not earlier:
            return "", missing("percent")
        return earlier[-1], growth(self.known[last], self.known[earlier[-1]])


def headline_numbers(book: Catalog, area: str, until: str) -> list[Headline]:
    """Return the headline numbers up to a year, in the order of their rows."""
    trade = flows(book, area, until)
    asked = {"entity": area, "indicator": "trade_value"}
    autos_asked = {"entity": area, "indicator": "auto_exports_value", "flow": "export"}
    road = {"entity": area, "indicator": "ilstc_containers"}
    carried = boxes(book, area, until)
    return [
        Headline(FLOWS_ZH["total"], UNIT, trade["total"], asked | {"flow": "total"}),
        Headline(FLOWS_ZH["export"], UNIT, trade["exports"], asked | {"flow": "export"}),
        Headline(FLOWS_ZH["import"], UNIT, trade["imports"], asked | {"flow": "import"}),
        Headline("汽车出口额", UNIT, cars(book, area, until), autos_asked),
        Headline(ROAD, BOXES, carried, road, floors=True),
        Headline("笔记本电脑出口额", UNIT, laptops(book, area, until), {}),
    ]


def total_behind(trade: Mapping[str, Years], year: str, rate: Quantity) -> Quantity:
    """Return the trade of a year that its imports, and their growth since, were derived from.

    Missing where either was published.
    """
    found = (rate, at(trade["imports"], year))
    derived = all(item.known and item.status in NOT_PRINTED for item in found)
    return at(trade["total"], year) if derived else missing(UNIT)


def headline_table(book: Catalog, found: Sequence[Headline], since: str) -> pd.DataFrame:
    """Return headline numbers, how they changed in a year and since another, and how sure they are.

    Returns
    -------
    pandas.DataFrame
        A row each: ``label``, ``level``, ``year`` and ``since`` (growth; empty where the year that
        is compared with has no exact number), ``sure``, ``source_id``, ``observation_id``.
    """
    held = Counter(
        key
        for item in judgements(book)
        if item.verdict == CONSISTENT and item.relation.rule in PROVING
        for key in set(item.observation_ids)
    )
    rows = []
    for headline in found:
        known = headline.known
        if not known:
            continue
        last, item = list(known.items())[-1]
        before, rate = headline.growth(book)
        then = headline.history.get(since, missing(headline.unit))
        whole = growth(item, then) if then.bounded and since < last else missing("percent")
        rows.append(
            {
                "label": headline.label,
                "level": said(item),
                "year": _told(rate) if before == str(int(last) - 1) else "",
                "since": in_direction(whole) if whole.known else "",
                "sure": _sure(item, held[item.observation_id]),
                "source_id": item.source_id,
                "observation_id": item.observation_id,
            }
        )
    names = ["label", "level", "year", "since", "sure", "source_id", "observation_id"]
    return pd.DataFrame(rows, columns=names)


#: Rules that a wrong number would break: that a part is no more than its whole hardly ever is.
PROVING = frozenset(RULES) - {"within"}


def _told(rate: Quantity) -> str:
    """Return a growth with its direction; one that is derived says so."""
    return f"{in_direction(rate)}{DERIVED_COLUMN if rate.status in NOT_PRINTED else ''}"


def _sure(item: Quantity, relations: int) -> str:
    """Return whether a number was published, and how many others it fits, in words."""
    fits = f"{relations}处核对相符" if relations else "未能核对"
    return f"{item.status}，{fits}"


def in_direction(rate: Quantity) -> str:
    """Return a growth with its direction, one that is derived as one number: 增长约16.1%."""
    printed = rate.status not in NOT_PRINTED
    if printed or not rate.known or rate.interval is None or rate.interval.contains(0):
        return rate.growth
    return f"{'增长' if rate.point > 0 else '下降'}{rate.roughly.replace(MINUS, '')}"


def year_without(book: Catalog, area: str, period: str) -> str:
    """Return the year after one in words, where the book knows of it, but no trade of the place."""
    year = str(int(period) + 1)
    held = book.observations(status=list(HAPPENED))
    held = held[held["period"].str.contains(year)]
    trade = held["indicator"].eq("trade_value") & held["entity"].eq(area)
    return period_zh(year) if len(held) and not trade.any() else NOT_FOUND


# --- how sure


NEARLY_SURE = ("relations", "consistent")


def certainty(book: Catalog) -> dict[str, str]:
    """Return how many relations could well have failed, and how many of each verdict, in words.

    As the page 数据核对 counts them.
    """
    table = verdicts(book)
    counted = tally(table) | telling(table)
    # those that could hardly fail are in these two
    return {name: text for name, text in counted.items() if name not in NEARLY_SURE}
