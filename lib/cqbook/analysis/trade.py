"""Foreign trade of a place: record or not, what grew, who trades how and with whom, hidden months.

A chapter stands at a period and looks back: everything here uses what is published up to its end.
What a year's figures leave out the next year's growth may imply; such a number is derived, and on
the base of that next year, which customs may have revised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from cqbook.analysis.composition import Composition, composition
from cqbook.analysis.frames import points, quantities_of, short, timeline
from cqbook.analysis.supposed import revised_growth
from cqbook.data.catalog import Catalog
from cqbook.data.selection import fact, in_unit, preferred, series
from cqbook.data.vocabulary import FLOWS_ZH
from cqbook.quantities import formulas
from cqbook.quantities.about import About, ids_in
from cqbook.quantities.comparison import highest
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import (
    DERIVED,
    DERIVED_COLUMN,
    NOT_FOUND,
    NOT_PRINTED,
    Quantity,
    derive,
    difference,
    exact,
    growth,
    missing,
    previous,
    remainder,
    share,
    sum_of,
)
from cqbook.quantities.verdict import Verdict, every

UNIT = "100M CNY"
#: Only figures that are said to be of customs: they are compared with one another.
BASIS = "customs"
#: Groups of partners that contain other partners of the list: no parts beside them.
OVERLAPPING = ("bri", "rcep")
#: How far back a chapter looks, in years.
YEARS = 14
#: Months from which on a part of a year may stand for the year in a share.
SHARE_MONTHS = 8
#: Provinces whose figures make up the nation's.
ALL_PROVINCES = 31
#: Goods whose exports are followed, and how the breakdown calls them.
GOODS = {"phone": "手机", "laptop": "笔记本电脑", "motorcycle": "摩托车"}
AUTOS = "汽车"


def value_filters(area: str, period: str, flow: str = "total") -> dict[str, str]:
    """Return the filters that name a trade value as customs count it."""
    return {
        "indicator": "trade_value",
        "entity": area,
        "period": period,
        "flow": flow,
        "basis": BASIS,
    }


def level(book: Catalog, area: str, period: str, flow: str = "total") -> Quantity:
    """Return the published value of trade."""
    return fact(book, unit=UNIT, **value_filters(area, period, flow))


def rate(book: Catalog, area: str, period: str, flow: str = "total") -> Quantity:
    """Return the published growth of trade."""
    return fact(book, unit="percent", measure="yoy", **value_filters(area, period, flow))


def parts(book: Catalog, area: str, period: str, dimension: str) -> Composition:
    """Return the composition of trade along `dimension`; overlapping groups are left out."""
    filters = value_filters(area, period)
    rows = book.observations(**filters)
    codes = rows["breakdown"].str.extract(rf"^{dimension}=([^;=]+)$")[0].dropna().unique()
    kept = [code for code in codes if code not in OVERLAPPING]
    return composition(book, filters, dimension=dimension, codes=kept)


# --- one thing over time


def shifted(period: str, years: int) -> str:
    """Return the same stretch of another year: ``2021-01/2021-08`` → ``2022-01/2022-08``."""
    return re.sub(r"\d{4}", lambda year: str(int(year[0]) + years), period)


def before_zh(period: str) -> str:
    """Return the year before a period in Chinese (``2025`` → 2024年)."""
    return Period.parse(shifted(period, -1)).zh()


@dataclass(frozen=True)
class History:
    """What is published of one thing: levels, growth and shares by period."""

    levels: Mapping[str, Quantity]
    rates: Mapping[str, Quantity]
    shares: Mapping[str, Quantity]

    @classmethod
    def of(
        cls,
        book: Catalog,
        area: str,
        *,
        flow: str = "total",
        breakdown: str = "",
        indicator: str = "trade_value",
    ) -> History:
        """Read all periods of one thing; by default of trade in both directions."""
        asked = {
            "indicator": indicator,
            "flow": flow,
            "breakdown": breakdown,
            "basis": BASIS,
            "entity": area,
        }
        levels = series(book, unit=UNIT, years=None, **asked)
        # 增长1.2倍 is a growth as well, in another unit
        grown = preferred(book.observations(measure="yoy", **asked))
        rates = zip(grown["period"], quantities_of(grown), strict=True)
        named = preferred(book.observations(measure="share", **asked))
        # a share of the nation's trade is no share of this one's
        named = named[~named["base"].str.fullmatch(r"CN|grp-.*")]
        shares = zip(named["period"], quantities_of(named), strict=True)
        return cls(levels, dict(rates), dict(shares))

    def now(self, period: str) -> Quantity:
        """Return the level that was published."""
        return self.levels.get(period, missing(UNIT))

    def rate(self, period: str) -> Quantity:
        """Return the growth that was published."""
        return self.rates.get(period, missing("percent"))

    def implied(self, period: str) -> Quantity:
        """Return the level a year earlier that this period's growth implies."""
        return previous(self.now(period), self.rate(period))

    def before(self, period: str) -> Quantity:
        """Return the level a year earlier that this period is to be compared with.

        As it was published, unless the growth says that it has been revised since.
        """
        published, implied = self.now(shifted(period, -1)), self.implied(period)
        if published.bounded and _agrees(published, implied):
            return published
        return implied

    def change(self, period: str) -> Quantity:
        """Return what this period has more than the year before."""
        return difference(self.now(period), self.before(period))

    def at(self, period: str) -> Quantity:
        """Return the level: as published, or as the next year's growth implies it."""
        found = self.now(period)
        return found if found.known else self.implied(shifted(period, 1))


def _agrees(published: Quantity, implied: Quantity) -> bool:
    """Return whether a published number is among those that a growth implies, if there is one."""
    if published.interval is None or implied.interval is None:
        return True
    return published.interval.overlaps(implied.interval)


def histories(book: Catalog, area: str, breakdown: str = "") -> dict[str, History]:
    """Return the history of trade, exports and imports."""
    return {flow: History.of(book, area, flow=flow, breakdown=breakdown) for flow in FLOWS_ZH}


def _rest_flow(found: Mapping[str, History], period: str, flow: str) -> Quantity:
    """Return one direction as what the other leaves of the total, both on one base."""
    other, late = found["export" if flow == "import" else "import"], shifted(period, 1)
    whole, part = found["total"].at(period), other.now(period)
    if not part.bounded:
        whole, part = found["total"].before(late), other.before(late)
    if not (whole.bounded and part.bounded):
        return missing(UNIT)
    left = remainder(whole, [part])
    return replace(left, about=replace(left.about, flow=flow))


def flows(book: Catalog, area: str, period: str) -> dict[str, dict[str, Quantity]]:
    """Return trade, exports and imports of the same stretch of each year, from the first known."""
    found = histories(book, area)
    stretches = [shifted(period, -back) for back in range(YEARS, -1, -1)]
    totals = {text: found["total"].now(text) for text in stretches}
    first = next((text for text, item in totals.items() if item.known), period)
    kept = stretches[stretches.index(first) :]
    made = {}
    for flow in FLOWS_ZH:
        made[flow] = {text: found[flow].at(text) for text in kept}
        for text, item in made[flow].items():
            if not item.known and flow != "total":
                made[flow][text] = _rest_flow(found, text, flow)
    return made


def flow_lines(found: Mapping[str, Mapping[str, Quantity]]) -> pd.DataFrame:
    """Return the point frame of `flows`, a group a flow; empty if three totals are not known."""
    if sum(item.known for item in found["total"].values()) < 3:
        return points([], unit=UNIT)
    frames = [
        timeline(
            # a floor is no place for a mark
            {text: item if item.bounded else missing(UNIT) for text, item in items.items()},
            unit=UNIT, group=FLOWS_ZH[flow],
        )
        for flow, items in found.items()
    ]  # fmt: skip
    rows = pd.concat(frames, ignore_index=True)
    return _as_printed(rows, "亿元", 0)


def _rounded(rows: pd.DataFrame, unit: str, decimals: int) -> pd.DataFrame:
    """Return rows whose marks carry so many decimals; the data keep all of them."""
    words = rows["value"].map(lambda value: f"{value:.{decimals}f}{unit}" if value == value else "")
    return rows.assign(text=words.str.replace("-", "−"))


def _as_printed(rows: pd.DataFrame, unit: str, decimals: int) -> pd.DataFrame:
    """Return rows whose marks say what is published as it is, the derived with so many decimals."""
    made = rows["status"].isin(NOT_PRINTED)
    return rows.assign(text=_rounded(rows, unit, decimals)["text"].where(made, rows["text"]))


def told(rows: pd.DataFrame, status: str) -> str:
    """Return the periods of the rows that are so and so (推算, say), in Chinese; empty if none."""
    if rows.empty:
        return ""
    found = rows[rows["status"].eq(status) & rows["value"].notna()]
    return "、".join(Period.parse(text).zh() for text in sorted(set(found["period"])))


def floors(found: Mapping[str, Mapping[str, Quantity]]) -> str:
    """Return the periods of which only a lower end was printed, in Chinese; empty if none."""
    texts = {
        text
        for items in found.values()
        for text, item in items.items()
        if item.known and not item.bounded
    }
    return "、".join(Period.parse(text).zh() for text in sorted(texts))


def _peak(found: Mapping[str, Quantity], period: str) -> tuple[str, Quantity]:
    """Return the earlier period with the highest level, and the level; none of fewer than three."""
    earlier = {text: item for text, item in found.items() if text != period and item.known}
    if len(earlier) < 3:
        return period, missing(UNIT)
    best = max(earlier, key=lambda text: earlier[text].point)
    return best, earlier[best]


def sizes(found: Mapping[str, Mapping[str, Quantity]], period: str) -> dict[str, Quantity | str]:
    """Return each flow at `period`, its peak before, how far apart they are; keys bear the flow.

    ``total``, ``total_peak``, ``total_peak_year``, ``total_gap``.
    """
    made: dict[str, Quantity | str] = {}
    for flow, items in found.items():
        year, best = _peak(items, period)
        now = items[period]
        made[flow] = now
        made[f"{flow}_peak"] = best
        made[f"{flow}_peak_year"] = Period.parse(year).zh()
        more, less = (best, now) if best.point > now.point else (now, best)
        made[f"{flow}_gap"] = difference(more, less)
    made["first_year"] = Period.parse(min(found["total"])).zh()
    return made


def earlier_known(found: Mapping[str, Quantity], period: str) -> list[Quantity]:
    """Return the other periods' levels that are numbers, not floors."""
    return [item for text, item in found.items() if text != period and item.bounded]


def peaks_before(found: Mapping[str, Mapping[str, Quantity]], period: str) -> list[Verdict]:
    """Return whether the peaks of exports and imports that `sizes` has are above all others."""
    return [
        highest(_peak(found[flow], period)[1], earlier_known(found[flow], period))
        for flow in ("export", "import")
    ]


def growths(
    book: Catalog, area: str, period: str, found: Mapping[str, Mapping[str, Quantity]]
) -> dict[str, Quantity]:
    """Return the growth of each flow: as published, or of the levels of the two years."""
    made = {}
    for flow, items in found.items():
        printed = rate(book, area, period, flow)
        before = items.get(shifted(period, -1), missing(UNIT))
        both = before.bounded and items[period].bounded
        derived = growth(items[period], before) if both else missing("percent")
        made[flow] = printed if printed.known else derived
    return made


def base_change(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return last year's trade as published then, and as this year's growth implies it now."""
    found = History.of(book, area)
    return {"then": found.now(shifted(period, -1)), "now": found.implied(period)}


# --- shares over time


def _stretches(found: History, year: int, until: Period, least: int = SHARE_MONTHS) -> list[str]:
    """Return the whole year and the long beginnings of it that may be known, longest first."""
    texts = [
        str(year),
        *(f"{year}-01/{year}-{month:02d}" for month in range(11, least - 1, -1)),
    ]
    if str(until)[:4] == str(year) and str(until) not in texts:
        texts.append(str(until))
    return [text for text in texts if _ended(text, until)]


def _ended(text: str, until: Period) -> bool:
    end, last = Period.parse(text).end, until.end
    return end is not None and last is not None and end <= last


def share_in(part: History, whole: History, period: str) -> Quantity:
    """Return the share of a part: as printed, from levels, or as the next year's growth implies."""
    printed = part.shares.get(period)
    if printed is not None:
        return printed
    if part.now(period).known and whole.now(period).known:
        return share(part.now(period), whole.now(period))
    late = shifted(period, 1)
    return share(part.implied(late), whole.before(late))


def shares(
    book: Catalog,
    area: str,
    period: str,
    breakdown: str,
    *,
    flow: str = "total",
    least: int = SHARE_MONTHS,
) -> dict[str, Quantity]:
    """Return the share of a part by year up to `period`: of the longest stretch that is known.

    A stretch of fewer than `least` months stands for no year, unless it is the one asked for.
    """
    until = Period.parse(period)
    whole = History.of(book, area, flow=flow)
    part = History.of(book, area, flow=flow, breakdown=breakdown)
    found = {}
    for year in range(int(period[:4]) - YEARS, int(period[:4]) + 1):
        for text in _stretches(whole, year, until, least):
            item = share_in(part, whole, text)
            if item.bounded:
                found[text] = item
                break
    return found


def share_columns(found: Mapping[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of a share, a column a year; empty without three numbers.

    A year between that is not known is a gap. What is not of a whole year stands ``apart``.
    """
    if len(found) < 3:
        return points([], unit="percent")
    of_year = {text[:4]: text for text in found}
    years = map(str, range(int(min(of_year)), int(max(of_year)) + 1))
    texts = [of_year.get(year, year) for year in years]
    held = {text: found.get(text, missing("percent")) for text in texts}
    rows = timeline(held, unit="percent")
    # as prose and title say them: 约33.1%
    told = [short(item).zh for item in held.values()]
    return rows.assign(apart=[len(text) > 4 for text in texts], text=told)


def side_by_side(found: Mapping[str, Mapping[str, Quantity]]) -> pd.DataFrame:
    """Return what is too sparse for a picture as rows of a table: one a period, a column a thing.

    Of every period of which one of the things is known; empty without two of them. The largest in
    the last one comes first. Each number in words; a derived one says so.
    """
    texts = sorted({text for items in found.values() for text in items})
    if len(texts) < 2:
        texts = []
    names = sorted(
        (name for name, items in found.items() if items),
        key=lambda name: -_size(found[name].get(max(texts, default=""))),
    )
    rows = []
    for text in texts:
        told = {name: found[name][text] for name in names if text in found[name]}
        rows.append({"period": Period.parse(text).zh()})
        rows[-1] |= {name: _cell(item) for name, item in told.items()}
        rows[-1] |= {
            key: ";".join(ids_in(getattr(item, key) for item in told.values())) for key in _IDS
        }
    return pd.DataFrame(rows, columns=["period", *names, *_IDS])


_IDS = ("source_id", "observation_id")


def _size(item: Quantity | None) -> float:
    return item.point if item else 0


def _cell(item: Quantity) -> str:
    if item.status != DERIVED:
        return short(item).zh
    # what is derived is near: 约 would set some cells apart from others
    return short(item).zh.removeprefix("约") + DERIVED_COLUMN


def headings(rows: pd.DataFrame) -> dict[str, str]:
    """Return the headings of `side_by_side`: its periods, and what it has a column of."""
    return {"period": "时期"} | {name: name for name in rows.columns[1 : -len(_IDS)]}


def share_change(found: Mapping[str, Quantity]) -> Quantity:
    """Return by how many percentage points a share changed from its first to its last stretch."""
    if len(found) < 2:
        return missing("percentage points")
    first, *_, last = found.values()
    return derive(
        lambda now, then: now - then, last, first, unit="percentage points", about=About()
    )


def ends_of(
    found: Mapping[str, Quantity], name: str, unit: str, *, at: str | None = None
) -> dict[str, Quantity | str]:
    """Return the first and the last number and their periods, for claims and glueing.

    ``<name>_first``, ``<name>_first_when``, the same with ``last``, and with ``high`` the highest.

    Parameters
    ----------
    found : mapping
        Numbers by period, in order.
    name, unit : str
        What they are called, and the unit of one that is missing.
    at : str, optional
        The period that the last one must be of, where a sentence sets it beside others of then: one
        that is not known then is missing, whatever is known of later or earlier.
    """
    known = [(text, item) for text, item in found.items() if item.known]
    if at is not None:
        # of as long a time
        known = [pair for pair in known if len(pair[0]) == len(at)]
    nothing = ("", missing(unit))
    high = max(known, key=lambda pair: pair[1].point, default=nothing)
    last = known[-1] if known else nothing
    if at is not None and last[0] != at:
        last = nothing
    made: dict[str, Quantity | str] = {}
    for which, (period, item) in (
        ("first", known[0] if known else nothing),
        ("last", last),
        ("high", high),
    ):
        when = Period.parse(period).zh() if period else NOT_FOUND
        made |= {f"{name}_{which}": item, f"{name}_{which}_when": when}
    return made


#: Partners whose shares are followed.
LARGE = {"东盟": "asean", "欧盟": "eu", "美国": "us"}
#: Since when the EU is followed: whether Britain is in it before, the sources do not say.
EU_SINCE = "2020"
#: Partners that are told beside the three large ones.
NEWER = ("latin_america", "africa", "central_asia")


@dataclass(frozen=True)
class Newer:
    """The growth of trade with some partners beside that of all trade, over the same months."""

    when: str
    whole: Quantity
    rates: Mapping[str, Quantity]
    faster: Verdict

    @property
    def words(self) -> str:
        """Each partner with its growth."""
        return "、".join(f"{name}{item.growth}" for name, item in self.rates.items()) or NOT_FOUND


def newer_partners(book: Catalog, area: str, period: str) -> Newer:
    """Return the growth of trade with `NEWER` in the longest stretch of the year that has all."""
    whole, until = History.of(book, area), Period.parse(period)
    held = {
        book.breakdown_name(f"partner={code}"): History.of(book, area, breakdown=f"partner={code}")
        for code in NEWER
    }
    for text in _stretches(whole, int(period[:4]), until):
        rates = {name: item.rate(text) for name, item in held.items()}
        if whole.rate(text).known and all(item.known for item in rates.values()):
            faster = every(*(item > whole.rate(text) for item in rates.values()))
            return Newer(Period.parse(text).zh(), whole.rate(text), rates, faster)
    return Newer(NOT_FOUND, missing("percent"), {}, Verdict("open", "没有这几个伙伴的增速"))


def newer_share(book: Catalog, area: str, period: str) -> Quantity:
    """Return the share of all trade that `NEWER` have together in `period`."""
    levels = [
        fact(book, unit=UNIT, breakdown=f"partner={code}", **value_filters(area, period))
        for code in NEWER
    ]
    return share(sum_of(*levels), level(book, area, period))


def partner_shares(book: Catalog, area: str, period: str) -> dict[str, dict[str, Quantity]]:
    """Return the shares of the large partners by whole year, of one membership each."""
    found = {
        name: shares(book, area, period, f"partner={code}", least=12)
        for name, code in LARGE.items()
    }
    union = found["欧盟"].items()
    return found | {"欧盟": {text: item for text, item in union if text >= EU_SINCE}}


def levels_of(book: Catalog, area: str, period: str, **breakdowns: str) -> dict[str, Quantity]:
    """Return the published levels of parts, ``<name>_level`` each."""
    filters = value_filters(area, period)
    return {
        f"{name}_level": fact(book, unit=UNIT, breakdown=breakdown, **filters)
        for name, breakdown in breakdowns.items()
    }


def regimes(book: Catalog, area: str, period: str) -> dict[str, dict[str, Quantity]]:
    """Return the shares of general, processing and bonded trade by their names and by stretch.

    Where all three are known, one stretch a year.
    """
    until, whole = Period.parse(period), History.of(book, area)
    codes = ("general", "processing", "bonded_logistics")
    held = {
        book.breakdown_name(f"regime={code}"): History.of(book, area, breakdown=f"regime={code}")
        for code in codes
    }
    found: dict[str, dict[str, Quantity]] = {name: {} for name in held}
    for year in range(int(period[:4]) - YEARS, int(period[:4]) + 1):
        for text in _stretches(whole, year, until):
            items = {name: share_in(part, whole, text) for name, part in held.items()}
            if all(item.bounded for item in items.values()):
                for name, item in items.items():
                    found[name][text] = item
                break
    return found


# --- where the growth comes from


def growth_by_goods(book: Catalog, area: str, period: str) -> pd.DataFrame:
    """Return the change of trade by goods, exports before imports, for a waterfall.

    Machines come first, sold and bought, then what is no machine. Empty unless two goods, the
    exports and the imports have a change.
    """
    found = histories(book, area)
    total = found["total"].change(period)
    exports = found["export"].change(period)
    imports = _imports_change(found, period)
    named = sorted(_changes_of_goods(book, area, period), key=lambda item: -item[1].point)
    machines = histories(book, area, "product=electromechanical")
    if len(named) < 2 or not imports.known:
        return points([], unit=UNIT)
    made = machines["export"].change(period)
    inside = [item for _, item in named]
    bought = machines["import"].change(period)
    if made.known and bought.known:
        items = [(f"机电：{name}", item) for name, item in named]
        items.append(("机电：其余出口", remainder(made, inside)))
        items.append(("机电：进口", bought))
        items.append(("机电以外：出口", remainder(exports, [made])))
        items.append(("机电以外：进口", remainder(imports, [bought])))
    else:
        items = [*named, ("其余出口", remainder(exports, inside)), ("进口", imports)]
    return _waterfall(items, total)


def _changes_of_goods(book: Catalog, area: str, period: str) -> list[tuple[str, Quantity]]:
    found = [(AUTOS, _autos(book, area))]
    found += [
        (name, History.of(book, area, flow="export", breakdown=f"product={code}"))
        for code, name in GOODS.items()
    ]
    changes = [(f"{name}出口", item.change(period)) for name, item in found]
    return [(name, item) for name, item in changes if item.bounded]


def named_goods(book: Catalog, area: str, period: str) -> str:
    """Return the names of the goods whose exports have a change."""
    names = [name.removesuffix("出口") for name, _ in _changes_of_goods(book, area, period)]
    return "、".join(names) or NOT_FOUND


def _autos(book: Catalog, area: str) -> History:
    return History.of(book, area, indicator="auto_exports_value", flow="export")


def growth_by_part(book: Catalog, area: str, period: str, dimension: str) -> pd.DataFrame:
    """Return the change of trade by the parts along a breakdown, for a waterfall.

    Empty unless one part at least and the total have a change.
    """
    made = parts(book, area, period, dimension)
    total = History.of(book, area).change(period)
    changes = [(part.label, difference(part.level, part.previous)) for part in made.parts]
    known = sorted(
        ((name, item) for name, item in changes if item.bounded), key=lambda it: -it[1].point
    )
    if not known or not total.bounded:
        return points([], unit=UNIT)
    rest = remainder(total, [item for _, item in known])
    return _waterfall([*known, ("其余", rest)], total)


def _waterfall(items: list[tuple[str, Quantity]], total: Quantity) -> pd.DataFrame:
    rows = points([*items, ("进出口增量", total)], unit=UNIT)
    return _rounded(rows, "亿元", 0)


def growth_frames(book: Catalog, area: str, period: str) -> dict[str, pd.DataFrame]:
    """Return the waterfall by goods, else by regime, else by enterprise; the others are empty."""
    found = {"goods": growth_by_goods(book, area, period)}
    for dimension in ("regime", "enterprise"):
        told = any(len(rows) for rows in found.values())
        nothing = points([], unit=UNIT)
        found[dimension] = nothing if told else growth_by_part(book, area, period, dimension)
    return found


def part_of_growth(part: Quantity, whole: Quantity) -> Quantity:
    """Return how much of a change another change makes, in percent of it."""
    return derive(lambda one, all_of_it: 100 * one / all_of_it, part, whole, unit="percent")


def sources_of_growth(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return the change of trade, and what firms, directions, machines and named goods make of it.

    ``private_rate`` and ``machines_rate`` (sold and bought) are in percent of the whole change,
    ``goods_rate`` of the change of the machines sold.
    """
    found = histories(book, area)
    private = History.of(book, area, breakdown="enterprise=private")
    machines = histories(book, area, "product=electromechanical")
    grown, sold = found["total"].change(period), machines["export"].change(period)
    bought = machines["import"].change(period)
    named = [item for _, item in _changes_of_goods(book, area, period)]
    changes = {
        "private_grown": private.change(period),
        "export_grown": found["export"].change(period),
        "import_grown": _imports_change(found, period),
        "machines_sold": sold,
        "machines_bought": bought,
        "goods_grown": sum_of(*named) if named else missing(UNIT),
    }
    rates = {
        "private_rate": part_of_growth(changes["private_grown"], grown),
        "machines_rate": part_of_growth(_added(sold, bought), grown),
        "goods_rate": part_of_growth(changes["goods_grown"], sold),
    }
    return {"grown": grown} | changes | rates


def _added(one: Quantity, other: Quantity) -> Quantity:
    """Return what was sold and what was bought together."""
    return derive(lambda a, b: a + b, one, other, unit=UNIT)


def regime_changes(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return the change of general and of processing trade."""
    return {
        code: History.of(book, area, breakdown=f"regime={code}").change(period)
        for code in ("general", "processing")
    }


def other_imports(book: Catalog, area: str, period: str) -> Quantity:
    """Return the change of imports that are no machines."""
    found = histories(book, area)
    machines = History.of(book, area, flow="import", breakdown="product=electromechanical")
    return remainder(_imports_change(found, period), [machines.change(period)])


def _imports_change(found: Mapping[str, History], period: str) -> Quantity:
    """Return the change of imports: their own, or what exports leave of the total's."""
    printed = found["import"].change(period)
    exports = found["export"].change(period)
    return printed if printed.known else remainder(found["total"].change(period), [exports])


# --- goods


def goods(book: Catalog, area: str, period: str) -> dict[str, dict[str, Quantity]]:
    """Return the exports of the goods that are followed, by whole year up to `period`."""
    held = {
        name: History.of(book, area, flow="export", breakdown=f"product={code}")
        for code, name in GOODS.items()
    } | {AUTOS: _autos(book, area)}
    last = int(period[:4]) - (len(period) > 4)
    years = [str(year) for year in range(last - YEARS, last + 1)]
    found = {name: {year: item.at(year) for year in years} for name, item in held.items()}
    return {
        name: {year: item for year, item in items.items() if item.bounded}
        for name, items in found.items()
    }


def calendar_year_before(period: str) -> str:
    """Return the year before that of a period."""
    return str(int(period[:4]) - 1)


def before_last(found: Mapping[str, Quantity]) -> Quantity:
    """Return the level a year before the last one of a good's exports."""
    return found.get(calendar_year_before(max(found)), missing(UNIT)) if found else missing(UNIT)


# --- among the provinces


def by_seat(book: Catalog, period: str) -> dict[str, dict[str, Quantity]]:
    """Return the trade of the provinces in dollars by the trader's seat: year → province → value.

    Years up to `period` of which all provinces are known.
    """
    rows = book.observations(
        indicator="trade_value", basis="traders_seat", flow="total", measure="level", breakdown=""
    )
    rows = preferred(in_unit(rows, "100M USD"))
    rows = rows[rows["entity"].str.fullmatch(r"CN-\d\d") & rows["period"].str.fullmatch(r"\d{4}")]
    found: dict[str, dict[str, Quantity]] = {}
    for item in quantities_of(rows):
        found.setdefault(item.about.period, {})[item.about.entity] = item.to("100M USD")
    last = int(period[:4]) - (len(period) > 4)
    return {
        year: items
        for year, items in sorted(found.items())
        if len(items) == ALL_PROVINCES and int(year) <= last
    }


def rank_of(values: Mapping[str, Quantity], code: str) -> Quantity:
    """Return the place of a province among all, with the row that it rests on."""
    own = values[code]
    place = exact(1 + sum(item.point > own.point for item in values.values()), "rank")
    return replace(place, source_id=own.source_id, observation_id=own.observation_id)


def place(rank: Quantity) -> str:
    """Return a rank as a place: 第14."""
    return f"第{rank.point:.0f}" if rank.known else NOT_FOUND


def _best_year(seats: Mapping[str, Mapping[str, Quantity]], code: str) -> str:
    """Return the last of the years in which a province stood highest."""
    return min(sorted(seats, reverse=True), key=lambda year: rank_of(seats[year], code).point)


def _passers(seats: Mapping[str, Mapping[str, Quantity]], code: str) -> list[str]:
    """Return the provinces behind `code` in its best year and before it in the last, in order."""
    then, now = seats[_best_year(seats, code)], seats[max(seats)]
    passed = [
        other
        for other in now
        if other in then
        and then[other].point < then[code].point
        and now[other].point > now[code].point
    ]
    return sorted(passed, key=lambda other: -now[other].point)


def rank_lines(book: Catalog, area: str, period: str) -> pd.DataFrame:
    """Return the ranks by year of `area` and of the provinces that passed it since its best one."""
    seats = by_seat(book, period)
    if len(seats) < 3 or area not in seats[max(seats)]:
        return points([], unit="rank")
    frames = [
        timeline(
            {year: rank_of(values, code) for year, values in seats.items()},
            unit="rank", group=short_name(book, code), short=True,
        )
        for code in [area, *_passers(seats, area)]
    ]  # fmt: skip
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(text=rows["value"].map("第{:.0f}".format))


def short_name(book: Catalog, code: str) -> str:
    """Return the name of a province without what kind of place it is."""
    return re.sub(r"(壮族|回族|维吾尔)?自治区$|[省市]$", "", book.name(code))


@dataclass(frozen=True)
class ProvincialRank:
    """Where a place stands among the provinces: its best year against the last one."""

    best_year: str
    year: str
    best: Quantity
    rank: Quantity
    share_then: Quantity
    share_now: Quantity
    passers: str
    passed: Verdict


def provincial_rank(book: Catalog, area: str, period: str) -> ProvincialRank:
    """Return how `area` stands among the provinces, and who has passed it since its best year."""
    seats = by_seat(book, period)
    if not seats or area not in seats[max(seats)]:
        rank, percent = missing("rank"), missing("percent")
        nothing = Verdict("open", "没有各省的数")
        return ProvincialRank(
            NOT_FOUND, NOT_FOUND, rank, rank, percent, percent, NOT_FOUND, nothing
        )
    last, best = max(seats), _best_year(seats, area)
    then, now = seats[best], seats[last]
    passers = _passers(seats, area)
    pairs = [
        verdict.named(f"{year}年的{short_name(book, code)}")
        for code in passers
        for year, verdict in (
            (best, then[code] < then[area]),
            (last, now[code] > now[area]),
        )
    ]
    return ProvincialRank(
        best_year=f"{best}年",
        year=f"{last}年",
        best=rank_of(then, area),
        rank=rank_of(now, area),
        share_then=share(then[area], sum_of(*then.values())),
        share_now=share(now[area], sum_of(*now.values())),
        passers="、".join(short_name(book, code) for code in passers) or NOT_FOUND,
        passed=every(*pairs) if pairs else Verdict("open", "没有省份超过"),
    )


# --- the months that cumulative figures hide


@dataclass(frozen=True)
class Stretch:
    """Some months of a year: how much trade, and how much more than in those of the year before.

    ``before`` is what those months of the year before had, ``until`` what that year had by their
    end, of which they are what an earlier figure leaves.
    """

    label: str
    level: Quantity
    growth: Quantity
    before: Quantity
    until: Quantity

    @property
    def revised(self) -> Quantity:
        """The growth, were ``until`` another."""
        return revised_growth(self.level, self.before, self.until)


def stretches(book: Catalog, area: str, period: str) -> list[Stretch]:
    """Return the months of a year between the published cumulative figures.

    What lies between two of them, and what a printed month leaves, this year and, by the growth
    that was printed with each, the year before.
    """
    found, year, until = History.of(book, area), period[:4], Period.parse(period)
    ends: dict[int, tuple[Quantity, Quantity]] = {}
    for month in range(2, 13):
        text = year if month == 12 else f"{year}-01/{year}-{month:02d}"
        if _ended(text, until) and found.now(text).bounded and found.before(text).bounded:
            ends[month] = (found.now(text), found.before(text))
    for month in range(12, 1, -1):
        text = f"{year}-{month:02d}"
        pair = (found.now(text), found.before(text))
        if month in ends and month - 1 not in ends and all(item.bounded for item in pair):
            ends[month - 1] = tuple(map(_less, ends[month], pair))  # type: ignore[assignment]
    made, last = [], 0
    for month, (now, before) in sorted(ends.items()):
        earlier = ends.get(last)
        made.append(_stretch(found, year, last, month, now, before, earlier))
        last = month
    return made


def _less(more: Quantity, less: Quantity) -> Quantity:
    return derive(lambda a, b: a - b, more, less, unit=UNIT)


def _stretch(
    found: History,
    year: str,
    last: int,
    month: int,
    now: Quantity,
    before: Quantity,
    earlier: tuple[Quantity, Quantity] | None,
) -> Stretch:
    first = last + 1
    text = f"{year}-{first:02d}" if first == month else f"{year}-{first:02d}/{year}-{month:02d}"
    label = f"{month}月" if first == month else f"{first}—{month}月"
    if found.rate(text).known and found.now(text).known:
        # what was published of the months themselves is what no other figure leaves
        return Stretch(label, found.now(text), found.rate(text), found.before(text), missing(UNIT))
    until = before
    if earlier:
        now, before = _less(now, earlier[0]), _less(before, earlier[1])
    about = replace(now.about, period=text, measure="yoy")
    grown = derive(formulas.growth, now, before, unit="percent", about=about)
    return Stretch(label, now, grown, before, until)


def latest_stretches(book: Catalog, area: str, period: str, least: int = 4) -> list[Stretch]:
    """Return the stretches of the latest year up to `period` that has so many; empty if none."""
    for back in range(YEARS):
        year = str(int(period[:4]) - back)
        found = stretches(book, area, year if back else period)
        if len(found) >= least:
            return found
    return []


@dataclass(frozen=True)
class Hidden:
    """What the months of a year say that its cumulative growth does not."""

    when: str
    whole: Quantity
    months: tuple[Stretch, ...]
    fast: Stretch
    slow: Stretch

    @property
    def turn(self) -> tuple[Stretch, str, Stretch]:
        """The slowest and the fastest as they came, and which way growth went between them."""
        if self.months and self.months.index(self.slow) > self.months.index(self.fast):
            return self.fast, "降到", self.slow
        return self.slow, "升到", self.fast


def hidden(book: Catalog, area: str, period: str) -> Hidden:
    """Return the stretches of the latest year that has four, the fastest and the slowest."""
    found = latest_stretches(book, area, period)
    year = found[0].growth.about.period[:4] if found else period[:4]
    text = period if period.startswith(year) else year
    whole = rate(book, area, text)
    if not found or not whole.known:
        none = missing(UNIT)
        nothing = Stretch(NOT_FOUND, none, missing("percent"), none, none)
        return Hidden(NOT_FOUND, missing("percent"), (), nothing, nothing)
    ordered = sorted(found, key=lambda item: item.growth.point)
    return Hidden(Period.parse(text).zh(), whole, tuple(found), ordered[-1], ordered[0])


def monthly(found: Stretch) -> tuple[Quantity, Quantity]:
    """Return the trade of a month of a stretch on average, and of one a year before."""
    if not found.level.known:
        return missing(UNIT), missing(UNIT)
    many = exact(Period.parse(found.growth.about.period).months or 1, "times")
    both = (found.level, found.before)
    # a month on average has the length of any other
    now, before = (
        derive(lambda a, b: a / b, item, many, unit=UNIT, about=About()) for item in both
    )
    return now, before


def stretch_bars(found: Iterable[Stretch]) -> pd.DataFrame:
    """Return the point frame of the growth of each stretch."""
    held = list(found)
    rows = points(((item.label, item.growth) for item in held), unit="percent")
    # what rounding leaves open of a printed rate is no range that was worked out
    printed = pd.Series([item.growth.status not in NOT_PRINTED for item in held], dtype=bool)
    for end in ("lower", "upper"):
        rows[end] = rows[end].mask(printed, rows["value"])
    rows["range"] = rows["range"].mask(printed, "")
    return rows.assign(text=[short(item.growth).zh for item in held])
