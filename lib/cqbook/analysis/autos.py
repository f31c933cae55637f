"""Auto exports: how much, how fast, by whom and with what, where to, against what target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from cqbook.analysis.frames import level_over, points, timeline
from cqbook.analysis.supposed import revised_base, revised_growth
from cqbook.data.catalog import Catalog, Wanted
from cqbook.data.rows import rows_of
from cqbook.data.selection import fact, preferred, series
from cqbook.quantities.about import HAPPENED
from cqbook.quantities.comparable import check_comparable
from cqbook.quantities.interval import HUNDRED, Interval
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import (
    NOT_FOUND,
    Quantity,
    derive,
    difference,
    growth,
    missing,
    period_zh,
    pick,
    previous,
    quantity_of,
    ratio,
    remainder,
    share,
    sum_of,
    year_before,
)
from cqbook.quantities.units import MINUS
from cqbook.quantities.verdict import Verdict

NATION = "CN"
VOLUME, VALUE = "10k vehicles", "100M CNY"
NEV, EV, CARS = "vehicle=nev", "vehicle=ev", "vehicle=ev_passenger"
#: National volumes are taken on the association's basis throughout (see the methods page).
VOLUME_BASIS = "caam"


# --- how much


def by_year(
    book: Catalog, indicator: str, unit: str, area: str, years: range, **filters: Wanted
) -> dict[str, Quantity]:
    """Return a figure of a place by year; derived where only the next year's growth implies it."""
    asked: dict[str, Wanted] = {"indicator": indicator, "entity": area, **filters}
    asked |= {"status": list(HAPPENED)}
    reach = range(years.start, years.stop + 1)
    found = series(book, unit=unit, years=reach, accumulation="period", **asked)
    for year in years:
        after = found[str(year + 1)]
        if not found[str(year)].known and after.known:
            rate = fact(book, unit="percent", measure="yoy", period=str(year + 1), **asked)
            found[str(year)] = previous(after, rate)
    return {str(year): found[str(year)] for year in years}


def export_values(
    book: Catalog, area: str, years: range, breakdown: str = ""
) -> dict[str, Quantity]:
    """Return the value of a place's exports of automobiles by year."""
    return by_year(book, "auto_exports_value", VALUE, area, years, breakdown=breakdown)


def export_volumes(book: Catalog, area: str, years: range) -> dict[str, Quantity]:
    """Return the number of automobiles that a place exports by year."""
    return by_year(book, "auto_exports", VOLUME, area, years)


def unit_values(
    values: Mapping[str, Quantity], volumes: Mapping[str, Quantity]
) -> dict[str, Quantity]:
    """Return the value of a vehicle in 万元 by year; missing where value or volume is."""
    return {
        year: ratio(value, volumes[year], unit="10k CNY", per="vehicles")
        if value.known and volumes[year].known
        else missing("10k CNY")
        for year, value in values.items()
    }


def unit_value(book: Catalog, area: str, period: str, breakdown: str = "") -> Quantity:
    """Return the value of an exported vehicle of a kind in 万元."""
    asked = {"entity": area, "period": period, "breakdown": breakdown}
    value = fact(book, unit=VALUE, indicator="auto_exports_value", **asked)
    volume = fact(book, unit=VOLUME, indicator="auto_exports", **asked)
    return ratio(value, volume, unit="10k CNY", per="vehicles")


def at(found: Mapping[str, Quantity], year: str) -> Quantity:
    """Return a year of a series; missing, in the unit of the others, where it has none."""
    unit = str(next(iter(found.values())).unit) if found else VALUE
    return found.get(year, missing(unit))


def index(found: Mapping[str, Quantity], group: str) -> pd.DataFrame:
    """Return the point frame of a series by year with its first year as 100."""
    base = next(iter(found.values()), missing(VALUE))
    made = {year: _index(item, base) for year, item in found.items() if item.known and base.known}
    rows = timeline(made, unit="percent", group=group, short=True)
    rows["text"] = [f"{item.point:.0f}" for item in made.values()]
    return rows


def years_rising(values: Mapping[str, Quantity]) -> dict[str, str]:
    """Return what a sentence on growth from year to year names, as texts.

    ``rising_from``: the year from which on each is more than the one before, where there are two
    such years; ``only_before``: the year before, where there is one.
    """
    years = list(values)
    many = len(years) > 2
    return {
        "rising_from": f"{years[1]}年" if many else NOT_FOUND,
        "only_before": f"{years[0]}年" if len(years) == 2 else NOT_FOUND,
    }


def index_points(found: Mapping[str, Mapping[str, Quantity]]) -> pd.DataFrame:
    """Return the point frame of several series, each with its first year as 100.

    Of the years that are known of all: what one of them is explained by ends with the others.
    """
    first = next(iter(found.values()), {})
    both = [
        year for year in first if all(year in one and one[year].known for one in found.values())
    ]
    kept = {name: pick(one, *both) for name, one in found.items()}
    return pd.concat([index(one, name) for name, one in kept.items()], ignore_index=True)


def _index(item: Quantity, base: Quantity) -> Quantity:
    if item == base:
        # the base is 100 whatever it was
        return derive(lambda _: Interval.exactly(HUNDRED), item, unit="percent", measure="share")
    return derive(lambda now, then: now / then * 100, item, base, unit="percent", measure="share")


def times_of(one: Quantity, other: Quantity, *, regardless: str = "") -> Quantity:
    """Return how many times the other one is; derived."""
    why = check_comparable(one, other, regardless=regardless, relation="compared")
    same = other.to(str(one.unit)) if one.known and other.known else other
    return derive(lambda a, b: a / b, one, same, unit="times", measure="multiple", regardless=why)


def quarters(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return the value of the first three quarters and of the fourth, and their growth.

    Returns
    -------
    dict
        ``first``, ``first_before``: January to September of the year and of the one before;
        ``last``, ``last_before``: what the whole year leaves for the fourth quarter;
        ``whole_before``: the year before; ``first_growth`` (as published), ``last_growth``;
        ``first_growth_revised``, ``last_growth_revised`` (`revised_growth`);
        ``first_more``, ``last_more``: by how much more than a year before, ``year_more``: of the
        whole year; ``last_part``: the fourth quarter's part of that, ``last_part_revised``: were
        the first three quarters of the year before off by as much.
    """
    asked = {"indicator": "auto_exports_value", "entity": area}
    period = f"{year}-01/{year}-09"
    first = fact(book, unit=VALUE, period=period, **asked)
    rate = fact(book, unit="percent", measure="yoy", period=period, **asked)
    before = _year_before(book, first, unit=VALUE, **asked)
    whole = export_values(book, area, range(int(year) - 1, int(year) + 1))
    last = difference(whole[year], first)
    whole_before = whole[str(int(year) - 1)]
    last_before = difference(whole_before, before)
    last_more = difference(last, last_before)
    year_more = difference(whole[year], whole_before)
    return {
        "first": first,
        "first_before": before,
        "last": last,
        "last_before": last_before,
        "first_growth": rate,
        "whole_before": whole_before,
        "first_growth_revised": revised_growth(first, before, before),
        "last_growth": growth(last, last_before),
        "last_growth_revised": revised_growth(last, last_before, whole_before),
        "first_more": difference(first, before),
        "last_more": last_more,
        "year_more": year_more,
        "last_part": share(last_more, year_more),
        "last_part_revised": share(difference(last, revised_base(last_before, before)), year_more),
    }


def _year_before(book: Catalog, now: Quantity, *, unit: str, **asked: str) -> Quantity:
    """Return a level a year before: as published, else as the growth of `now` implies it."""
    if not now.known:
        return missing(unit)
    earlier = str(Period.parse(now.about.period).year_before())
    published_then = fact(book, unit=unit, period=earlier, **asked)
    if published_then.known:
        return published_then
    rate = fact(book, unit="percent", measure="yoy", period=now.about.period, **asked)
    return previous(now, rate)


def quarter_points(found: Mapping[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of what parts of a year, and all of it, are more than a year before.

    For a waterfall; empty unless all are known.
    """
    parts = {"前三季度": "first_more", "四季度": "last_more", "全年": "year_more"}
    items = [(label, found[key]) for label, key in parts.items()]
    if not all(item.known for _, item in items):
        return points([], unit=VALUE)
    rows = points(items, unit=VALUE)
    return rows.assign(text=[f"{value:.0f}亿元".replace("-", MINUS) for value in rows["value"]])


def after_september(
    found: Mapping[str, Quantity], power: Mapping[str, Quantity]
) -> tuple[Quantity, Quantity]:
    """Return by how much more October is than a year before, and the rest of the year.

    Parameters
    ----------
    found, power : mapping
        `quarters` and `electric` of a year; both are missing unless the latter ends in October.
    """
    if not power["total"].known or not power["total"].about.period.endswith("-10"):
        return missing(VALUE), missing(VALUE)
    october = difference(power["total_more"], found["first_more"])
    return october, difference(found["last_more"], october)


# --- with what: electric cars


#: A share in tenths, as one says it.
TENTHS = "零一二三四五六七八九十"


def tenths(share_of: Quantity) -> str:
    """Return a share in tenths: 约八成; what nobody published stays so."""
    return f"约{TENTHS[round(share_of.point / 10)]}成" if share_of.known else share_of.zh


def electric(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return how much of a year's growth of exports came with electric cars.

    The period is the longest of the year for which both growths are published: see `electric_in`.
    """
    for period in _cumulative(year):
        found = electric_in(book, area, period)
        if found["total"].known and found["ev"].known:
            break
    return found


def electric_in(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return how much of the growth of exports in a period came with electric cars.

    Returns
    -------
    dict
        ``total``, ``ev``: value of exports; ``total_more``, ``ev_more``: how much more than a year
        before; ``rest_less``: how much less of the other cars; ``share``, ``share_before``:
        electric cars in exports.
    """
    asked = {"indicator": "auto_exports_value", "entity": area}
    total = fact(book, unit=VALUE, period=period, status=list(HAPPENED), **asked)
    ev = fact(book, unit=VALUE, period=period, breakdown=EV, status=list(HAPPENED), **asked)
    total_before = _year_before(book, total, unit=VALUE, **asked)
    ev_before = _year_before(book, ev, unit=VALUE, breakdown=EV, **asked)
    total_more, ev_more = difference(total, total_before), difference(ev, ev_before)
    return {
        "total": total,
        "ev": ev,
        "total_more": total_more,
        "ev_more": ev_more,
        "rest_less": difference(ev_more, total_more),
        "share": share(ev, total),
        "share_before": share(ev_before, total_before),
    }


def _cumulative(year: str, least: int = 9) -> list[str]:
    """Return a year, and what of it begins in January and has `least` months or more."""
    return [year, *(f"{year}-01/{year}-{month:02d}" for month in range(11, least - 1, -1))]


def _share_by_year(
    book: Catalog, years: range, unit: str, breakdown: str, *, least: int = 9, **asked: Wanted
) -> dict[str, Quantity]:
    """Return a part's share by period: the year, or the longest of it for which both are known."""
    found = {}
    for year in years:
        for period in _cumulative(str(year), least):
            both = {"period": period, "status": list(HAPPENED), **asked}
            whole = fact(book, unit=unit, measure="level", **both)
            part = fact(book, unit=unit, measure="level", breakdown=breakdown, **both)
            # a floor of either leaves one end of the share open
            if whole.bounded and part.bounded:
                found[period] = share(part, whole)
                break
    return found


def electric_shares(book: Catalog, area: str, years: range) -> dict[str, dict[str, Quantity]]:
    """Return new-energy or electric cars' share by period: of output, and of exports.

    Returns
    -------
    dict
        ``made``: of the vehicles that the place makes; ``sold``: of the value of those that it
        exports; ``nation``: of the vehicles that the nation exports. What is derived of a year
        before by growth counts as known.
    """
    # of output, whole years: what was published of parts of 2023 does not go with its year
    made = _share_by_year(
        book, years, VOLUME, NEV, least=12, indicator="auto_output", entity=area
    )  # fmt: skip
    nation = _share_by_year(
        book, years, VOLUME, NEV, indicator="auto_exports", entity=NATION, basis=VOLUME_BASIS
    )  # fmt: skip
    whole = export_values(book, area, years)
    part = export_values(book, area, years, EV)
    sold = {
        year: share(part[year], whole[year])
        for year in whole
        if part[year].known and whole[year].known
    }
    later = _share_by_year(
        book, range(years.stop - 1, years.stop) if len(years) else years, VALUE, EV,
        indicator="auto_exports_value", entity=area,
    )  # fmt: skip
    if not set(later) & set(sold):
        sold |= later
    return {"made": made, "nation": nation, "sold": sold}


def electric_share_points(
    sold: Mapping[str, Quantity], now: Quantity, before: Quantity
) -> pd.DataFrame:
    """Return the point frame of electric cars' shares of exports, whole years first.

    Parameters
    ----------
    sold : mapping of str to Quantity
        ``sold`` of `electric_shares`.
    now, before : Quantity
        ``share`` and ``share_before`` of `electric`: where they are of a part of a year, the two
        stand ``apart``, beside each other.
    """
    years = {period: item for period, item in sold.items() if len(period) == len("2025")}
    part = now.about.period
    if now.known and before.known and len(part) > len("2025"):
        years |= {year_before(part): before, part: now}
    rows = timeline(years, unit="percent", short=True)
    rows["apart"] = [len(period) > len("2025") for period in years]
    return rows.assign(text=[item.roughly for item in years.values()])


def latest(found: Mapping[str, Quantity]) -> Quantity:
    """Return the last of a series of shares; missing where it is empty."""
    return list(found.values())[-1] if found else missing("percent")


def when(item: Quantity, say: Callable[[str], str] = str) -> str:
    """Return the period of a quantity in Chinese, or as `say` puts it; else 没有查到."""
    period = item.about.period
    return say(Period.parse(period).zh()) if item.known and period else NOT_FOUND


# --- whose growth


#: Goods of which the yearly exports are followed, as breakdowns of ``trade_value``.
GOODS = {
    "手机": "product=phone",
    "摩托车": "product=motorcycle",
    "笔记本电脑": "product=laptop",
}


def increase_by_product(book: Catalog, area: str, since: str, year: str) -> dict[str, Quantity]:
    """Return what each of the goods added to a place's exports between two years.

    Returns
    -------
    dict
        ``汽车``, those of `GOODS` of which both years are known, ``其余``, ``全部出口``; empty
        where the total is not known.
    """
    span = range(int(since), int(year) + 1)
    if len(span) < 2:
        return {}
    asked: dict[str, Wanted] = {"flow": "export", "basis": "customs"}
    total = by_year(book, "trade_value", VALUE, area, span, **asked)
    parts = {"汽车": export_values(book, area, span)} | {
        name: by_year(book, "trade_value", VALUE, area, span, breakdown=breakdown, **asked)
        for name, breakdown in GOODS.items()
    }
    known = {name: found for name, found in parts.items() if _both(found, since, year)}
    if not _both(total, since, year) or "汽车" not in known:
        return {}
    more = {name: difference(found[year], found[since]) for name, found in known.items()}
    whole = difference(total[year], total[since])
    return {**more, "其余": remainder(whole, more.values()), "全部出口": whole}


def _both(found: Mapping[str, Quantity], since: str, year: str) -> bool:
    return found[since].bounded and found[year].bounded


def share_of_nation(book: Catalog, area: str, period: str) -> Quantity:
    """Return a place's share of the nation's export volume, counted alike; derived."""
    own = fact(book, unit=VOLUME, indicator="auto_exports", entity=area, period=period)
    # customs counts more than the association does: the whole is taken as the part was counted
    whole = fact(
        book, unit=VOLUME, indicator="auto_exports", entity=NATION, period=period,
        basis=own.about.basis,
    )  # fmt: skip
    return share(own, whole)


def _by_maker(book: Catalog, half: str) -> dict[str, Quantity]:
    """Return makers' exports of new-energy cars, most first."""
    asked = {"indicator": "auto_exports", "breakdown": "vehicle=nev_passenger"}
    found = preferred(book.observations(measure="level", period=half, **asked))
    return {
        row["entity"]: quantity_of(row)
        for row in rows_of(found.sort_values("value", ascending=False))
    }


def maker_place(book: Catalog, half: str, maker: str) -> tuple[int, list[Verdict], list[Verdict]]:
    """Return the place of a maker, whether those before it exported more, and the others less."""
    found = _by_maker(book, half)
    if maker not in found:
        return 0, [], []
    place, own = list(found).index(maker), found[maker]
    others = list(found.values())
    return (
        place + 1,
        [item > own for item in others[:place]],
        [item < own for item in others[place + 1 :]],
    )


def makers(book: Catalog, half: str) -> pd.DataFrame:
    """Return the point frame of makers' exports of new-energy cars, most first."""
    best = [(book.name(maker), item) for maker, item in _by_maker(book, half).items()]
    rows = points(best, unit=VOLUME)
    return rows.assign(text=[f"{value:.1f}万辆" for value in rows["value"]])


def registered(book: Catalog, brands: Iterable[str], year: str, months: int) -> dict[str, Quantity]:
    """Return new registrations of brands in the first months of a year by country: what is listed.

    A brand that a country's office counts among the others is not in it: a floor.
    """
    frame = book.observations(
        indicator="car_registrations",
        breakdown=[f"brand={brand}" for brand in brands],
        period=[f"{year}-{month:02d}" for month in range(1, months + 1)],
    )
    return {
        str(country): sum_of(*(quantity_of(row) for row in rows_of(rows)))
        for country, rows in frame.groupby("entity")
    }


def added(found: Mapping[str, Quantity]) -> Quantity:
    """Return what several countries have together; missing where there are none."""
    return sum_of(*found.values()) if found else missing("vehicles")


# --- the nation, and others


def national(book: Catalog, period: str, breakdown: str = "") -> Quantity:
    """Return the nation's exports in a period as its makers' association counts them."""
    return fact(
        book, unit=VOLUME, indicator="auto_exports", entity=NATION, basis=VOLUME_BASIS,
        period=period, breakdown=breakdown,
    )  # fmt: skip


def nev_share_by_month(book: Catalog, first: str, last: str) -> dict[str, Quantity]:
    """Return new-energy vehicles' share of the nation's exports by month, as first published.

    A month of which one of both is not published has none.
    """
    part, whole = (
        series(
            book, unit=VOLUME, indicator="auto_exports", entity=NATION, basis=VOLUME_BASIS,
            breakdown=breakdown, accumulation="period",
        )
        for breakdown in (NEV, "")
    )  # fmt: skip
    months = [str(month) for month in pd.period_range(first, last, freq="M")]
    return {
        month: share(part[month], whole[month])
        if month in part and month in whole
        else missing("percent")
        for month in months
    }


def share_of_found_months(book: Catalog, first: str, last: str) -> Quantity:
    """Return the share of new-energy vehicles in the months that were found, taken together.

    As `nev_share_by_month` finds them.
    """
    asked = {"indicator": "auto_exports", "entity": NATION, "basis": VOLUME_BASIS}
    months = [month for month, item in nev_share_by_month(book, first, last).items() if item.known]
    part, whole = (
        [
            fact(
                book, unit=VOLUME, period=month, breakdown=breakdown, accumulation="period", **asked
            )
            for month in months
        ]
        for breakdown in (NEV, "")
    )
    return share(sum_of(*part), sum_of(*whole)) if months else missing("percent")


def months_and_totals(
    months: Mapping[str, Quantity], totals: Mapping[str, Quantity], say: Callable[[str], str]
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Return the point frame of shares by month and of longer periods, and what names these.

    Parameters
    ----------
    months, totals : mapping of str to Quantity
        By period, in per cent.
    say : callable
        See `cqbook.figures.english.in_english`.
    """
    monthly = timeline(months, unit="percent", group="各月").assign(apart=False)
    known = {period: item for period, item in totals.items() if item.known}
    rows = pd.concat([monthly, level_over(known, unit="percent", group="合计")], ignore_index=True)
    rows["text"] = [item.roughly for item in [*months.values(), *known.values()]]
    notes = [
        (zh, f"{zh}\n合计{item.roughly}", f"{say(zh)}: {say(item.roughly)}")
        for zh, item in ((period_zh(period), item) for period, item in known.items())
    ]
    return rows, notes


def before_and_since(
    found: Mapping[str, Quantity], period: str
) -> tuple[list[Quantity], list[Quantity]]:
    """Return what is known before a period, and from it on."""
    early, late = (
        [item for month, item in found.items() if item.known and (month < period) == first]
        for first in (True, False)
    )
    return early, late


# --- where to


#: Since when the destinations are followed: on one count, so that they can be compared.
DESTINATION_PERIODS = ("2024-01/2024-05", "2025")
DESTINATION_BASIS = "cpca"


def sent_to(book: Catalog, partner: str, period: str) -> Quantity:
    """Return the nation's exports to a country in a period."""
    return fact(
        book, unit=VOLUME, indicator="auto_exports", entity=NATION, period=period,
        basis=DESTINATION_BASIS, breakdown=f"partner={partner}",
    )  # fmt: skip


def monthly_to(book: Catalog, partner: str) -> dict[str, Quantity]:
    """Return the nation's exports to a country per month of each of `DESTINATION_PERIODS`."""
    found = {}
    for period in DESTINATION_PERIODS:
        whole = sent_to(book, partner, period)
        months = Period.parse(period).months or 1
        found[period] = derive(
            partial(_divided, months), whole, unit=VOLUME, about=replace(whole.about, period=""),
        )  # fmt: skip
    return found


def _divided(count: int, total: Interval) -> Interval:
    return total / count


# --- plants abroad


def abroad(book: Catalog) -> dict[str, Quantity]:
    """Return what 长安 sells abroad, plants abroad and targets.

    Returns
    -------
    dict
        ``sales``: of 长安 abroad; ``open``: capacity of its plant in Thailand; ``planned``:
        capacity abroad that it plans.
    """
    asked = {"unit": VOLUME, "indicator": "auto_capacity"}
    return {
        "sales": fact(
            book, unit=VOLUME, indicator="overseas_sales", entity="org-changan",
            period="2025-01/2025-09",
        ),
        "open": fact(book, entity="proj-changan-thailand-phase1", status="actual", **asked),
        "planned": fact(book, entity="org-changan", breakdown="use=overseas", **asked),
    }  # fmt: skip
