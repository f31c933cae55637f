"""Customs detail by month, and cumulated."""

from __future__ import annotations

import pandas as pd

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    ABSENT,
    Scope,
    change_zh,
    chosen,
    counted,
    money_point,
)
from cqbook.analysis.customs.dimensions import leads
from cqbook.analysis.customs.disclosure import HELD
from cqbook.analysis.customs.suppression import silent, withheld_months
from cqbook.data.vocabulary import DIRECTIONS_ZH
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import Quantity
from cqbook.quantities.verdict import Verdict

YTD = {"month": "累计到", "now": "本年累计", "before": "上年同期", "growth": "同比"}


def monthly(asked: Scope) -> pd.DataFrame:
    """Return the point frame of the months of both years, by flow, as lines over ``date``."""
    rows = []
    for flow, name in DIRECTIONS_ZH.items():
        for year in (asked.before, asked.year):
            hidden = withheld_months(asked, flow, year)
            for cube in chosen(asked, flow, year):
                if cube.period == year or cube.period in hidden:
                    continue
                label = Period.parse(cube.period).zh()
                point = money_point(asked, label, cube.total, group=name)
                rows.append(point | {"date": f"{cube.period}-01", "period": cube.period})
    return pd.DataFrame(rows)


def ytd_table(asked: Scope, flow: str) -> pd.DataFrame:
    """Return the year to date by month against the same months a year before: columns of `YTD`."""
    now, before = (chosen(asked, flow, year) for year in (asked.year, asked.before))
    sums = [{cube.period[5:]: cube.total for cube in cubes} for cubes in (now, before)]
    hidden = [
        {
            period[5:]
            for period in disclosure.withheld_running([cube.period for cube in cubes], held)
        }
        for cubes, held in (
            (now, withheld_months(asked, flow, asked.year)),
            (before, withheld_months(asked, flow, asked.before)),
        )
    ]
    if silent(asked, flow, asked.year):
        return pd.DataFrame(columns=list(YTD))
    rows = []
    running = [0.0, 0.0]
    for number in range(1, 13):
        month = f"{number:02d}"
        if month not in sums[0]:
            # a cumulative figure with a month left out would be none
            break
        running[0] += sums[0][month]
        whole = all(f"{earlier:02d}" in sums[1] for earlier in range(1, number + 1))
        running[1] += sums[1].get(month, 0.0)
        told = [month not in some for some in hidden]
        told[1] = told[1] and not silent(asked, flow, asked.before)
        before_zh = (asked.money(running[1]) if told[1] else HELD) if whole else ABSENT
        rows.append(
            {
                "month": f"{number}月",
                "now": asked.money(running[0]) if told[0] else HELD,
                "before": before_zh,
                "growth": change_zh(100 * (running[0] / running[1] - 1))
                if whole and all(told)
                else "",
            }
        )
    return pd.DataFrame(rows, columns=list(YTD))


#: Months from which on a season is spoken of.
SEASON = 6


def months_ranked(asked: Scope, flow: str) -> list[tuple[str, Quantity]]:
    """Return the months of the year with what they had, most first; empty below `SEASON` months."""
    if withheld_months(asked, flow, asked.year):
        return []
    cubes = chosen(asked, flow, asked.year)
    found = [
        (Period.parse(cube.period).zh(), counted(asked, cube.total, flow))
        for cube in sorted(cubes, key=lambda cube: -cube.total)
        if cube.period != asked.year
    ]
    return found if len(found) >= SEASON else []


def peaked(asked: Scope, flow: str) -> list[Verdict]:
    """Return the comparisons that the month with most rests on: with the next."""
    return leads(asked, flow, months_ranked(asked, flow))


def season_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return the month with most and the one with least: ``peak``, ``trough``, ``peak_times``."""
    found = months_ranked(asked, flow)
    if not found or found[-1][1].point <= 0:
        return dict.fromkeys(("peak", "peak_value", "trough", "trough_value", "peak_times"), ABSENT)
    (peak, most), (trough, least) = found[0], found[-1]
    return {
        "peak": peak,
        "peak_value": most.zh,
        "trough": trough,
        "trough_value": least.zh,
        "peak_times": f"{most.point / least.point:.1f}倍",
    }
