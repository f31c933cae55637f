"""What was given of the customs detail, and how much of the published totals it covers."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

import pandas as pd

from cqbook.analysis.customs.cubes import (
    DIMENSIONS_ZH,
    Cube,
    Scope,
    added,
    chosen,
    percentage,
    when_zh,
)
from cqbook.analysis.customs.dimensions import WHOLE
from cqbook.analysis.customs.suppression import silent
from cqbook.data.selection import fact
from cqbook.data.vocabulary import DIRECTIONS_ZH
from cqbook.quantities import wording
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import months_span, periods_zh
from cqbook.quantities.quantity import Quantity, missing
from cqbook.quantities.units import Unit

GIVEN = {"flow": "进出口", "dims": "维度", "months": "时期", "gaps": "缺的月份"} | {
    "rows": "行数",
    "missing": "缺数的行",
}
PERCENT = Unit.parse("percent")
COVERAGE = {"flow": "进出口", "when": "时期", "detail": "明细合计", "published": "公布的总值"} | {
    "share": "明细占公布",
    "verdict": "结论",
    "source_id": "来源",
}


def given_table(asked: Scope) -> pd.DataFrame:
    """Return what was given for the year and the one before, one row a cube: columns of `GIVEN`."""

    def alike(cube: Cube) -> tuple[str, str, int, str]:
        return cube.flow, cube.dims, cube.digits, cube.period[:4]

    rows = []
    cubes = [cube for cube in asked.cubes if cube.period[:4] in (asked.year, asked.before)]
    for (flow, dims, digits, year), group in groupby(sorted(cubes, key=alike), alike):
        part = list(group)
        months = {f"{year}-{number:02d}" for number in range(1, 13)}
        held = {cube.period for cube in part}
        gaps = sorted(months - held) if held & months else []
        names = [DIMENSIONS_ZH[name] for name in dims.split(";") if name]
        if digits:
            names = [f"{name}（{digits}位）" if name == "商品" else name for name in names]
        rows.append(
            {
                "flow": DIRECTIONS_ZH[flow],
                "dims": "×".join(names) or "合计",
                "months": f"{year}年{len(held & months)}个月" if held & months else year,
                "gaps": periods_zh(gaps) or "无",
                "rows": str(sum(cube.number for cube in part)),
                "missing": str(sum(cube.missing for cube in part)),
            }
        )
    return pd.DataFrame(rows, columns=list(GIVEN))


def coverage_table(asked: Scope) -> pd.DataFrame:
    """Return the detail against the published totals that there are: columns of `COVERAGE`."""
    rows = []
    for flow, name in DIRECTIONS_ZH.items():
        cubes = chosen(asked, flow, asked.year)
        when = months_span([cube.period for cube in cubes], asked.year)
        if not cubes or silent(asked, flow, asked.year):
            continue
        amount = added(cubes)
        printed = _published(asked, flow, when) if when else missing(asked.unit)
        part = _covered(amount, printed)
        if part is None:
            continue
        rows.append(
            {
                "flow": name,
                "when": when_zh(cubes),
                "detail": asked.money(amount),
                "published": printed.zh,
                "share": wording.interval_zh(part, PERCENT),
                "verdict": _verdict(part),
                "source_id": printed.source_id,
            }
        )
    return pd.DataFrame(rows, columns=list(COVERAGE))


def _published(asked: Scope, flow: str, when: str) -> Quantity:
    return fact(
        asked.book,
        unit=asked.unit,
        indicator="trade_value",
        entity=asked.area,
        period=when,
        flow=flow,
    )


def _covered(amount: float, printed: Quantity) -> Interval | None:
    whole = printed.interval
    if whole is None:
        return None
    part = Interval.exactly(Decimal(str(amount)) / 10**8 * 100)
    return part / whole


def covered(asked: Scope, flow: str) -> Quantity:
    """Return what share of the published total the detail is, for a claim; see `counted`."""
    cubes = chosen(asked, flow, asked.year)
    when = months_span([cube.period for cube in cubes], asked.year)
    if not cubes or not when or silent(asked, flow, asked.year):
        return percentage(None)
    part = _covered(added(cubes), _published(asked, flow, when))
    if part is None or part.lower is None or part.upper is None:
        return percentage(None)
    return percentage(float(part.lower), float(part.upper))


def _verdict(covered: Interval) -> str:
    if covered.lower is not None and covered.lower > Decimal("100.5"):
        return "明细多于公布，请查重复或口径"
    if covered.upper is not None and covered.upper < Decimal(str(WHOLE)):
        return "明细只是一部分"
    return "相符"
