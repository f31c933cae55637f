"""Customs detail for the chapter: what was given, structure, months, autos, margins, advantage.

Rows with different dimensions are different cubes of the same trade and are never added together.
For each question and period one cube is taken: of those that have the dimensions asked for, the one
that holds most. A missing value is counted and said; it is not 0.

What would show the trade of a few records only is not published: see `cqbook.disclosure`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from cqbook import disclosure, engines, measures, reported
from cqbook.catalog import CUSTOMS, Catalog, DataError
from cqbook.disclosure import HELD
from cqbook.engines import Engine
from cqbook.facts import DERIVED, UNPUBLISHED, Quantity, fact
from cqbook.periods import Period
from cqbook.reported import Interval
from cqbook.units import Unit, rescale_zh

ABSENT = "未提供"
LEVEL = "海关明细"
FLOWS = {"export": "出口", "import": "进口"}
CURRENCIES = {"USD": "美元", "CNY": "人民币"}
TOP = 10
#: A share of the published total above which the detail counts as complete: the platform revises,
#: the press rounds.
WHOLE = 99.5
HEADINGS = {"8702": "客车（10座及以上）", "8703": "小轿车等载人车", "8704": "货车"}
POWERTRAINS = {
    "ice": "燃油",
    "hev": "混合动力，不能外接充电",
    "phev": "插电式混合动力",
    "bev": "纯电动",
    "hybrid": "混合动力，是否外接充电未分",
    "unstated": "未分动力",
    "": "未归类",
}
#: Since when six digits tell the powertrain apart (Harmonized System 2017 and 2022 amendments).
SPLIT = {"8702": 2017, "8703": 2017, "8704": 2022}
VEHICLE = "辆"

GIVEN = {"flow": "进出口", "dims": "维度", "months": "时期", "gaps": "缺的月份"} | {
    "rows": "行数",
    "missing": "缺数的行",
}
COVERAGE = {"flow": "进出口", "when": "时期", "detail": "明细合计", "published": "公布的总值"} | {
    "share": "明细占公布",
    "verdict": "结论",
    "source_id": "来源",
}
YTD = {"month": "累计到", "now": "本年累计", "before": "上年同期", "growth": "同比"}
AUTOS = {"heading": "品目", "powertrain": "动力", "value": "金额", "share": "占三个品目"} | {
    "quantity": "数量",
    "unit_value": "单位金额",
}
DIMENSIONS_ZH = {"commodity": "商品", "partner": "伙伴", "regime": "方式"}


def _remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of a scope that is worked out once for each scope and arguments.

    A page asks dozens of times which cubes to use. Frames are copied, as callers may change them.
    """

    @functools.wraps(function)
    def asks(asked: Scope, *words: Hashable) -> Any:  # noqa: ANN401 - what the function returns
        key = (function.__name__, words)
        if key not in asked.answers:
            asked.answers[key] = function(asked, *words)
        found = asked.answers[key]
        return found.copy() if isinstance(found, pd.DataFrame) else found

    return asks


@dataclass(frozen=True)
class Scope:
    """What a chapter asks: the data, whose trade, in which currency, about which year.

    Only that year and the one before are ever read. Cells on fewer than `least` records are not
    published.
    """

    book: Catalog
    area: str
    currency: str
    year: str
    least: int

    @cached_property
    def engine(self) -> Engine:
        """What the questions are asked of: the rows of this area, currency and two years."""
        return engines.of(self)

    @cached_property
    def answers(self) -> dict[object, Any]:
        """What was asked already, by what asked: see `_remembered`."""
        return {}

    @_remembered
    def select(self, query: str) -> pd.DataFrame:
        """Return the result of a query over ``own``: the rows of this area, currency, two years.

        It holds only what every engine understands alike: see `cqbook.engines`. What was asked
        before is not read again.
        """
        return self.engine.ask(query)

    @cached_property
    def cubes(self) -> pd.DataFrame:
        """One row a cube: flow, period, dims, digits (of the codes), total, number, missing."""
        return self.select(
            "SELECT flow, period, dims, digits, coalesce(sum(value), 0) AS total,"
            " count(*) AS number, count(*) - count(value) AS missing"
            " FROM own GROUP BY flow, period, dims, digits ORDER BY flow, period, dims, digits"
        )

    @property
    def unit(self) -> str:
        """Unit of the charts."""
        return f"100M {self.currency}"

    @property
    def before(self) -> str:
        """The year before."""
        return str(int(self.year) - 1)

    def money(self, amount: float) -> str:
        """Return an amount in the currency as an analyst writes it."""
        return rescale_zh(Decimal(str(amount)), Unit(1, self.currency), decimals=2)


def scope(book: Catalog, area: str, currency: str, year: str, least: int) -> Scope:
    """Return the scope of a chapter.

    Raises
    ------
    DataError
        If the year is none, the currency not one of `CURRENCIES`, or the threshold below 0.
    """
    if not re.fullmatch(r"(19|20)\d{2}", year):
        msg = f"period={year}：应为一年，如 2024 | expected a year such as 2024"
        raise DataError(msg)
    if currency not in CURRENCIES:
        listed = "、".join(CURRENCIES)
        msg = f"currency={currency}：应为 {listed} 之一 | expected one of {listed}"
        raise DataError(msg)
    if least < 0:
        msg = f"least={least}：应为 0 或以上的整数 | expected 0 or more"
        raise DataError(msg)
    return Scope(book, area, currency, year, least)


@_remembered
def chosen(
    asked: Scope, flow: str, year: str, needs: tuple[str, ...] = (), digits: int = 0
) -> pd.DataFrame:
    """Return the cube to use for each period of a year: columns of `Scope.cubes`.

    Months where there are any; otherwise a period that is the whole year. The cube has all of
    `needs`, and codes of at least `digits`; of several, the one with the largest total (it leaves
    out least), of equals that with the fewest dimensions and the longest codes.
    """
    cubes = asked.cubes
    wanted = set(needs)
    fits = cubes["dims"].map(lambda dims: wanted <= set(dims.split(";")))
    held = cubes[cubes["flow"].eq(flow) & fits & cubes["digits"].ge(digits)]
    months = held[held["period"].str.fullmatch(rf"{year}-\d\d")]
    held = months if len(months) else held[held["period"].eq(year)]
    order = held.assign(size=held["dims"].str.count(";"))
    order = order.sort_values(
        ["period", "total", "size", "digits"], ascending=[True, False, True, False]
    )
    return order.drop_duplicates("period").drop(columns="size").reset_index(drop=True)


def amounts(
    asked: Scope, cubes: pd.DataFrame, by: tuple[str, ...], digits: int = 0
) -> pd.DataFrame:
    """Return sums over the given cubes: the columns `by`, ``value`` and ``number``, largest first.

    `digits` cuts commodity codes; ``number`` counts the rows that have a value.
    """
    if cubes.empty:
        return pd.DataFrame(columns=[*by, "value", "number"])
    codes = {name: _code(name, digits) for name in by}
    listed = ", ".join(f"{code} AS {name}" for name, code in codes.items())
    grouped = ", ".join(codes.values())
    # ties in the order of their codes, whatever the engine
    order = ", ".join(str(number + 1) for number in range(len(codes)))
    found = asked.select(
        f"SELECT {listed}, sum(value) AS value, count(value) AS number"
        f" FROM own WHERE {_within(cubes)}"
        f" GROUP BY {grouped} HAVING sum(value) IS NOT NULL ORDER BY value DESC, {order}"
    )
    return found.astype({"value": float})


def _code(dimension: str, digits: int) -> str:
    return f"left(commodity, {digits})" if dimension == "commodity" and digits else dimension


def _within(cubes: pd.DataFrame) -> str:
    """Return the condition that a row of ``own`` is of one of the cubes."""
    kinds = []
    for (flow, dims, digits), group in cubes.groupby(["flow", "dims", "digits"]):
        periods = ", ".join(f"'{period}'" for period in group["period"])
        kinds.append(
            f"flow = '{flow}' AND dims = '{dims}' AND digits = {digits} AND period IN ({periods})"
        )
    return "(" + ") OR (".join(kinds) + ")"


def _records(
    asked: Scope, cubes: pd.DataFrame, dimension: str, digits: int, number: pd.Series
) -> pd.Series:
    """Return how many records are behind each code of a dimension, exactly where they are few.

    `number` has the rows by code. A record comes once a month: where there are many rows, what
    they are divided by the months is enough to know. Empty where there is nothing to count,
    because what was queried is no finer than the codes.
    """
    finer = cubes["dims"].ne(dimension)
    if digits:
        finer |= cubes["digits"].gt(digits)
    if cubes.empty or not asked.least or not finer.all():
        return pd.Series(dtype=float)
    months = len(cubes)
    found = -(-number // months)
    few = sorted(number.index[number <= months * (asked.least - 1)])
    if few:
        code = _code(dimension, digits)
        listed = ", ".join(f"'{name}'" for name in few)
        rows = asked.select(
            f"SELECT DISTINCT {code} AS code, commodity, partner, regime FROM own"
            f" WHERE value IS NOT NULL AND {code} IN ({listed}) AND ({_within(cubes)})"
        )
        found.update(rows.groupby("code").size())
    return found


def withheld(
    asked: Scope, cubes: pd.DataFrame, dimension: str, digits: int = 0
) -> frozenset[Hashable]:
    """Return the codes of a dimension whose sums over the cubes are not published."""
    sums = amounts(asked, cubes, (dimension,), digits).set_index(dimension)
    units = _records(asked, cubes, dimension, digits, sums["number"])
    return disclosure.withheld(sums["value"], units, asked.least)


@_remembered
def _units_of_months(asked: Scope, flow: str, year: str) -> pd.DataFrame:
    """Return total and records by period of a year, of the periods whose records can be counted."""
    cubes = chosen(asked, flow, year).set_index("period")
    cubes = cubes[cubes["dims"].ne("")]
    return cubes.assign(units=cubes["number"] - cubes["missing"])[["total", "units"]]


@_remembered
def withheld_months(asked: Scope, flow: str, year: str) -> frozenset[Hashable]:
    """Return the periods of a year whose totals are not published."""
    months = _units_of_months(asked, flow, year)
    return disclosure.withheld(months["total"], months["units"], asked.least, disjoint=False)


@_remembered
def silent(asked: Scope, flow: str, year: str) -> bool:
    """Return whether so few records are behind a year that nothing of it is published.

    The year has as many records as its fullest month, at least.
    """
    months = _units_of_months(asked, flow, year)
    return bool(0 < months["units"].max() < asked.least)


def same_months(now: pd.DataFrame, before: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cubes of two years for the months that both have."""
    ends = [frame["period"].str[4:] for frame in (now, before)]
    return now[ends[0].isin(ends[1])], before[ends[1].isin(ends[0])]


def total(asked: Scope, flow: str, year: str) -> float:
    """Return the sum of a year's detail; NaN if there is none."""
    cubes = chosen(asked, flow, year)
    return float(cubes["total"].sum()) if len(cubes) else float("nan")


def _periods_zh(periods: Iterable[str]) -> str:
    """Return periods in Chinese; months in a row as one stretch (2024年1—10月、2024年12月)."""
    runs: list[list[str]] = []
    for text in periods:
        follows = runs and len(text) == 7 and text == _next_month(runs[-1][-1])
        if follows:
            runs[-1].append(text)
        else:
            runs.append([text])
    ends = (run[0] if len(run) == 1 else f"{run[0]}/{run[-1]}" for run in runs)
    return "、".join(Period.parse(text).zh() for text in ends)


def _next_month(text: str) -> str:
    """Return the month after `text` in the same year; ``""`` if there is none."""
    number = int(text[5:]) if len(text) == 7 else 12
    return f"{text[:4]}-{number + 1:02d}" if number < 12 else ""


def _span(periods: list[str], year: str) -> str:
    """Return the period that months 1…k of a year make, as a published total has it, or ``""``."""
    if periods == [year]:
        return year
    months = [f"{year}-{number:02d}" for number in range(1, len(periods) + 1)]
    if not periods or periods != months:
        return ""
    return year if len(months) == 12 else f"{months[0]}/{months[-1]}" if months[1:] else months[0]


def given_table(asked: Scope) -> pd.DataFrame:
    """Return what was given for the year and the one before, one row a cube: columns of `GIVEN`."""
    rows = []
    cubes = asked.cubes[asked.cubes["period"].str[:4].isin([asked.year, asked.before])]
    for (flow, dims, digits), group in cubes.groupby(["flow", "dims", "digits"]):
        for year, part in group.groupby(group["period"].str[:4]):
            months = {f"{year}-{number:02d}" for number in range(1, 13)}
            held = set(part["period"])
            gaps = sorted(months - held) if held & months else []
            names = [DIMENSIONS_ZH[name] for name in dims.split(";") if name]
            if digits:
                names = [f"{name}（{digits}位）" if name == "商品" else name for name in names]
            rows.append(
                {
                    "flow": FLOWS[flow],
                    "dims": "×".join(names) or "合计",
                    "months": f"{year}年{len(held & months)}个月" if held & months else year,
                    "gaps": _periods_zh(gaps) or "无",
                    "rows": str(int(part["number"].sum())),
                    "missing": str(int(part["missing"].sum())),
                }
            )
    return pd.DataFrame(rows, columns=list(GIVEN))


def coverage_table(asked: Scope) -> pd.DataFrame:
    """Return the detail against the published totals, by flow: columns of `COVERAGE`."""
    rows = []
    for flow, name in FLOWS.items():
        cubes = chosen(asked, flow, asked.year)
        when = _span(list(cubes["period"]), asked.year)
        if cubes.empty or silent(asked, flow, asked.year):
            continue
        amount = float(cubes["total"].sum())
        printed = _published(asked, flow, when) if when else None
        known = printed is not None and printed.known
        covered = _covered(amount, printed, asked.unit) if known else None
        rows.append(
            {
                "flow": name,
                "when": Period.parse(when).zh() if when else _periods_zh(cubes["period"]),
                "detail": asked.money(amount),
                "published": printed.zh if known else UNPUBLISHED,
                "share": reported.zh(covered, Unit.parse("percent")) if known else "",
                "verdict": _verdict(covered),
                "source_id": printed.source_id if known else "",
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


def _covered(amount: float, printed: Quantity, unit: str) -> Interval:
    whole = printed.to(unit).interval
    part = Interval.exactly(Decimal(str(amount)) / 10**8 * 100)
    return part / whole


def _verdict(covered: Interval | None) -> str:
    if covered is None:
        return "没有可比的公布数"
    if covered.lower is not None and covered.lower > Decimal("100.5"):
        return "明细多于公布，请查重复或口径"
    if covered.upper is not None and covered.upper < Decimal(str(WHOLE)):
        return "明细只是一部分"
    return "相符"


def _point(asked: Scope, label: str, amount: float, **more: str) -> dict[str, object]:
    text = asked.money(amount)
    return {
        "label": label,
        "group": "",
        "value": amount / 1e8,
        "lower": amount / 1e8,
        "upper": amount / 1e8,
        "text": text,
        "full": text,
        "range": "",
        "status": LEVEL,
        "source_id": CUSTOMS,
        "observation_id": "",
    } | more


def names(asked: Scope, dimension: str) -> dict[str, str]:
    """Return names by code: the book's own list first, then what the files said last."""
    said = asked.engine.labels(dimension)
    lists = {"partner": "partners", "regime": "trade_regimes"}
    own = asked.book.names(lists[dimension], "code").to_dict() if dimension in lists else {}
    return said | own


def structure(asked: Scope, flow: str, dimension: str) -> pd.DataFrame:
    """Return the point frame of the largest codes of a dimension and the rest, with their shares.

    ``detail`` has the share and the change against the same months of the year before; empty frame
    where the dimension was not given. Codes that are held back are part of the rest.
    """
    digits = 2 if dimension == "commodity" else 0
    now = chosen(asked, flow, asked.year, (dimension,), digits)
    found = amounts(asked, now, (dimension,), digits)
    if found.empty or silent(asked, flow, asked.year):
        return pd.DataFrame()
    same, earlier = same_months(now, chosen(asked, flow, asked.before, (dimension,), digits))
    # a change over a year shows what there was before
    was, now_same = (
        amounts(asked, cubes, (dimension,), digits)
        .set_index(dimension)["value"]
        .drop(list(withheld(asked, cubes, dimension, digits)))
        for cubes in (earlier, same)
    )
    hidden = withheld(asked, now, dimension, digits)
    shown = found[~found[dimension].isin(hidden)].head(TOP)
    labels = _chapters(asked, now) if digits else names(asked, dimension)
    whole = found["value"].sum()
    rows = []
    for row in shown.to_dict("records"):
        code, amount = row[dimension], row["value"]
        parts = [f"占{100 * amount / whole:.1f}%"]
        if was.get(code) and code in now_same:
            parts.append(_change(100 * (now_same[code] / was[code] - 1)))
        rows.append(_point(asked, labels.get(code, code), amount, detail="，".join(parts)))
    more = len(found) - len(shown)
    if more:
        rest = whole - shown["value"].sum()
        share = f"占{100 * rest / whole:.1f}%"
        label = f"其余{more}项" + (f"（{len(hidden)}项{HELD}）" if hidden else "")
        rows.append(_point(asked, label, rest, detail=share, status=DERIVED))
    return pd.DataFrame(rows)


def _chapters(asked: Scope, cubes: pd.DataFrame) -> dict[str, str]:
    """Return a label by HS chapter: its number and what in it weighs most, by the files' names."""
    said = names(asked, "commodity")
    found = amounts(asked, cubes, ("commodity",))
    labels: dict[str, str] = {}
    for code in found["commodity"]:
        name = said.get(code, "")
        words = f"（{name[:14]}{'…' if len(name) > 14 else ''}）" if name else ""
        labels.setdefault(code[:2], f"第{code[:2]}章{words}")
    return labels


def _change(percent: float) -> str:
    if abs(percent) < 0.05:
        return "持平"
    return f"{'增长' if percent > 0 else '下降'}{abs(percent):.1f}%"


def concentration(asked: Scope, flow: str, dimension: str) -> dict[str, str]:
    """Return the concentration over a dimension in words: ``hhi``, ``equivalent``, ``first``.

    Where few codes are held back the index would give them away, and is held back with them.
    """
    digits = 2 if dimension == "commodity" else 0
    now = chosen(asked, flow, asked.year, (dimension,), digits)
    found = amounts(asked, now, (dimension,), digits)
    key = {name: f"{dimension}_{name}" for name in ("hhi", "equivalent", "first")}
    if found.empty or found["value"].sum() <= 0:
        return dict.fromkeys(key.values(), ABSENT)
    if silent(asked, flow, asked.year):
        return dict.fromkeys(key.values(), HELD)
    labels = _chapters(asked, now) if digits else names(asked, dimension)
    code, amount = found.loc[0, dimension], found.loc[0, "value"]
    share = 100 * amount / found["value"].sum()
    hidden = withheld(asked, now, dimension, digits)
    words = dict.fromkeys(key.values(), HELD)
    if not disclosure.solvable(len(hidden)):
        words[key["hhi"]] = f"{10_000 * measures.hhi(found['value']):.0f}（最高10000）"
        words[key["equivalent"]] = f"{measures.equivalent_number(found['value']):.1f}个"
    if code not in hidden:
        words[key["first"]] = f"{labels.get(code, code)}，占{share:.1f}%"
    return words


def monthly(asked: Scope) -> pd.DataFrame:
    """Return the point frame of the months of both years, by flow, as lines over ``date``."""
    rows = []
    for flow, name in FLOWS.items():
        for year in (asked.before, asked.year):
            hidden = withheld_months(asked, flow, year)
            for cube in chosen(asked, flow, year).to_dict("records"):
                if cube["period"] == year or cube["period"] in hidden:
                    continue
                label = Period.parse(cube["period"]).zh()
                start = f"{cube['period']}-01"
                point = _point(asked, label, cube["total"], group=name)
                rows.append(point | {"date": start, "period": cube["period"]})
    return pd.DataFrame(rows)


def ytd_table(asked: Scope, flow: str) -> pd.DataFrame:
    """Return the year to date by month against the same months a year before: columns of `YTD`."""
    now, before = (chosen(asked, flow, year) for year in (asked.year, asked.before))
    sums = [
        dict(zip(frame["period"].str[5:], frame["total"], strict=True)) for frame in (now, before)
    ]
    hidden = [
        {str(period)[5:] for period in disclosure.withheld_running(list(frame["period"]), held)}
        for frame, held in (
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
                "growth": _change(100 * (running[0] / running[1] - 1))
                if whole and all(told)
                else "",
            }
        )
    return pd.DataFrame(rows, columns=list(YTD))


def classified(book: Catalog, codes: Iterable[str], year: str) -> pd.DataFrame:
    """Return heading, powertrain and plug-in of HS codes of the three vehicle headings.

    By the code of that year where the list has it; else by six digits, where these tell the
    powertrain apart since `SPLIT`; else 未归类.

    Returns
    -------
    pandas.DataFrame
        ``commodity, heading, powertrain, plug_in`` (``true``, ``false`` or empty: not known).
    """
    listed = book.table("hs_auto")
    number = int(year)
    in_force = listed[
        listed["year_from"].astype(int).le(number) & listed["year_to"].astype(int).ge(number)
    ]
    exact = in_force.set_index("hs_code")
    six = listed[listed["hs_code"].str.len().eq(6)].drop_duplicates("hs_code").set_index("hs_code")
    rows = []
    for code in codes:
        heading = code[:4]
        row: Mapping[str, str] = {"powertrain": "", "plug_in": ""}
        if code in exact.index:
            row = exact.loc[code]
        elif code[:6] in six.index and number >= SPLIT[heading]:
            row = six.loc[code[:6]]
        plug = str(row["plug_in"]).lower()
        rows.append((code, heading, row["powertrain"], plug if plug in ("true", "false") else ""))
    return pd.DataFrame(rows, columns=["commodity", "heading", "powertrain", "plug_in"])


@_remembered
def vehicles(asked: Scope, flow: str, year: str) -> pd.DataFrame:
    """Return value and number of vehicles by code, its class, and how many records are behind it.

    ``counted`` is the value of the rows that have a number in 辆: what a unit value may be made of.
    ``units`` are the records; a code that was queried without partner and regime is one.
    """
    cubes = chosen(asked, flow, year, ("commodity",), 4)
    if cubes.empty:
        columns = ["commodity", "value", "number", "quantity", "counted", "units"]
        return pd.DataFrame(columns=[*columns, "heading", "powertrain", "plug_in"])
    number = (
        f"CASE WHEN unit_1 = '{VEHICLE}' THEN quantity_1"
        f" WHEN unit_2 = '{VEHICLE}' THEN quantity_2 END"
    )
    found = asked.select(
        f"SELECT commodity, sum(value) AS value, count(value) AS number,"
        f" sum({number}) AS quantity,"
        f" sum(CASE WHEN {number} IS NOT NULL THEN value END) AS counted FROM own"
        f" WHERE left(commodity, 4) IN ('8702', '8703', '8704') AND ({_within(cubes)})"
        " GROUP BY commodity HAVING sum(value) IS NOT NULL ORDER BY commodity"
    )
    units = _records(asked, cubes, "commodity", 0, found.set_index("commodity")["number"])
    found["units"] = found["commodity"].map(units)
    return found.merge(classified(asked.book, found["commodity"], year), on="commodity")


#: What vehicles are added up to, from above: whether they are NEV, their powertrain, their heading.
TREE = ("plug_in", "powertrain", "heading")


@_remembered
def withheld_vehicles(asked: Scope, flow: str) -> frozenset[disclosure.Key]:
    """Return the sums of vehicles that are not published: keys of `TREE`."""
    found = vehicles(asked, flow, asked.year)
    if silent(asked, flow, asked.year):
        return disclosure.withheld_tree(found.assign(units=0), TREE, 1)
    if found["units"].isna().any():
        return frozenset()
    return disclosure.withheld_tree(found, TREE, asked.least)


def autos_table(asked: Scope, flow: str) -> pd.DataFrame:
    """Return vehicles by heading and powertrain in words: columns of `AUTOS`."""
    found = vehicles(asked, flow, asked.year)
    hidden = withheld_vehicles(asked, flow)
    whole = found["value"].sum()
    rows = []
    groups = found.groupby(["heading", "powertrain", "plug_in"], sort=True)
    for (heading, powertrain, plug_in), group in groups:
        amount = group["value"].sum()
        count = group["quantity"].sum()
        if (plug_in, powertrain, heading) in hidden:
            held = dict.fromkeys(AUTOS, HELD)
            name = f"{heading} {HEADINGS[heading]}"
            rows.append(held | {"heading": name, "powertrain": POWERTRAINS[powertrain]})
            continue
        rows.append(
            {
                "heading": f"{heading} {HEADINGS[heading]}",
                "powertrain": POWERTRAINS[powertrain],
                "value": asked.money(amount),
                "share": f"{100 * amount / whole:.1f}%" if whole else "",
                "quantity": _vehicles(count) if count else ABSENT,
                "unit_value": _unit_value(asked, group["counted"].sum(), count),
            }
        )
    return pd.DataFrame(rows, columns=list(AUTOS))


def _vehicles(count: float) -> str:
    # single vehicles are not counted in hundredths
    decimals = 2 if count >= 10_000 else 0
    return rescale_zh(Decimal(str(count)), Unit(1, "vehicles"), decimals=decimals)


def _unit_value(asked: Scope, amount: float, count: float) -> str:
    if not count:
        return ABSENT
    value = Decimal(str(amount / count))
    money = rescale_zh(value, Unit(1, asked.currency), decimals=2)
    return f"{money}/{VEHICLE}"


def auto_points(asked: Scope, flow: str) -> pd.DataFrame:
    """Return the point frame of vehicles by powertrain, largest first."""
    found = vehicles(asked, flow, asked.year)
    hidden = withheld_vehicles(asked, flow)
    if () in hidden:
        return pd.DataFrame()
    keys = ["plug_in", "powertrain"]
    sums = found.groupby(keys)["value"].sum().sort_values(ascending=False)
    held = sums.index.isin([key for key in hidden if len(key) == len(keys)])
    rows = [
        _point(asked, POWERTRAINS[powertrain], amount)
        for (_, powertrain), amount in sums[~held].items()
    ]
    if held.any():
        rows.append(_point(asked, f"其余动力，{HELD}", sums[held].sum(), status=DERIVED))
    return pd.DataFrame(rows)


def auto_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return vehicles and what of them is NEV: ``auto_value``, ``nev_value``, ``nev_share``.

    What is not known to be plugged in leaves an interval open.
    """
    found = vehicles(asked, flow, asked.year)
    whole = found["value"].sum()
    if found.empty or not whole:
        return dict.fromkeys(["auto_value", "nev_value", "nev_share"], ABSENT)
    hidden = withheld_vehicles(asked, flow)
    if () in hidden:
        return dict.fromkeys(["auto_value", "nev_value", "nev_share"], HELD)
    if any(len(key) == 1 for key in hidden):
        held = dict.fromkeys(["nev_value", "nev_share"], HELD)
        return {"auto_value": asked.money(whole)} | held
    sure = found.loc[found["plug_in"].eq("true"), "value"].sum()
    perhaps = found.loc[found["plug_in"].eq(""), "value"].sum()
    low, high = 100 * sure / whole, 100 * (sure + perhaps) / whole
    same = f"{high - low:.1f}" == "0.0"
    return {
        "auto_value": asked.money(whole),
        "nev_value": asked.money(sure) + ("" if same else "以上"),
        "nev_share": f"{low:.1f}%" if same else f"{low:.1f}%—{high:.1f}%",
    }


@dataclass(frozen=True)
class Margins:
    """Growth over pairs of product and market, between the same months of two years."""

    entering: float
    leaving: float
    continuing: float
    before: float
    pairs: tuple[int, int, int]
    months: tuple[str, ...]


def margins(asked: Scope, flow: str) -> Margins | None:
    """Return the extensive and the intensive margin of growth, or None without two years of pairs.

    growth = entering − leaving + change of the continuing pairs, each in the currency. A pair is a
    commodity code with a partner; only months that both years have are compared, and only if both
    years' codes have the same number of digits (a code that was split would seem lost and new).

    References
    ----------
    Besedeš, T., & Prusa, T. J. (2011). The role of extensive and intensive margins and export
    growth. *Journal of Development Economics* 96(2), 371–379.
    """
    needs = ("commodity", "partner")
    now, before = same_months(
        chosen(asked, flow, asked.year, needs), chosen(asked, flow, asked.before, needs)
    )
    if now.empty or set(now["digits"]) != set(before["digits"]):
        return None
    if any(silent(asked, flow, year) for year in (asked.year, asked.before)):
        return None
    # eight digits change from year to year; six are the same within an edition of the HS
    digits = min(6, int(now["digits"].min()))
    sides = [
        amounts(asked, cubes, needs, digits).set_index(list(needs))["value"]
        for cubes in (now, before)
    ]
    sides = [side[side > 0] for side in sides]
    both = sides[0].index.intersection(sides[1].index)
    new, lost = sides[0].index.difference(both), sides[1].index.difference(both)
    return Margins(
        float(sides[0][new].sum()),
        float(sides[1][lost].sum()),
        float(sides[0][both].sum() - sides[1][both].sum()),
        float(sides[1].sum()),
        (len(new), len(lost), len(both)),
        tuple(now["period"].str[5:]),
    )


def margin_points(asked: Scope, found: Margins | None) -> pd.DataFrame:
    """Return the point frame of the three parts of growth."""
    if found is None:
        return pd.DataFrame()
    parts = {
        f"新增的{found.pairs[0]}对": found.entering,
        f"消失的{found.pairs[1]}对": -found.leaving,
        f"延续的{found.pairs[2]}对": found.continuing,
    }
    # a pair is one record at least; their sum, the growth of all, is published with the totals
    pairs = pd.Series(found.pairs, index=list(parts))
    hidden = disclosure.withheld(pd.Series(parts), pairs, asked.least)
    return pd.DataFrame(
        [
            _point(asked, label, amount, status=DERIVED)
            for label, amount in parts.items()
            if label not in hidden
        ]
    )


def margin_words(asked: Scope, found: Margins | None) -> dict[str, str]:
    """Return the margins in words: ``pairs_`` with ``new``, ``lost``, ``growth`` and ``when``."""
    if found is None:
        return dict.fromkeys(["pairs_new", "pairs_lost", "pairs_growth", "pairs_when"], ABSENT)
    change = found.entering - found.leaving + found.continuing
    months = [int(text.lstrip("-")) for text in found.months if text.lstrip("-")]
    whole = len(months) == 12 or not months
    return {
        "pairs_new": f"{found.pairs[0]}对",
        "pairs_lost": f"{found.pairs[1]}对",
        "pairs_growth": _change(100 * change / found.before) if found.before else ABSENT,
        "pairs_when": "全年" if whole else f"{'、'.join(map(str, months))}月",
    }


def advantage(asked: Scope) -> pd.DataFrame:
    """Return the point frame of revealed comparative advantage by HS chapter, against the nation.

    Exports of the same months; chapters that the nation exports. Empty where the nation's detail is
    not there.
    """
    nation = Scope(asked.book, "CN", asked.currency, asked.year, asked.least)
    sides = [chosen(place, "export", asked.year, ("commodity",), 2) for place in (asked, nation)]
    alone = asked.area == "CN" or any(side.empty for side in sides)
    if alone or silent(asked, "export", asked.year):
        return pd.DataFrame()
    own_cubes, all_cubes = same_months(*sides)
    own, whole = (
        amounts(place, cubes, ("commodity",), 2).set_index("commodity")["value"]
        for place, cubes in ((asked, own_cubes), (nation, all_cubes))
    )
    whole = whole[whole > 0]
    if own.sum() <= 0 or whole.empty:
        return pd.DataFrame()
    index = measures.rca(
        own.reindex(whole.index).fillna(0.0), float(own.sum()), whole, float(whole.sum())
    )
    labels = _chapters(asked, own_cubes)
    rows = []
    # who knows the nation's share of a chapter gets the chapter from the index
    hidden = withheld(asked, own_cubes, "commodity", 2)
    hidden |= withheld(
        asked, chosen(asked, "export", asked.year, ("commodity",), 2), "commodity", 2
    )
    index = index.drop(list(hidden & set(index.index)))
    for code, value in index.sort_values(ascending=False).head(TOP).items():
        if value <= 0:
            continue
        text = f"{value:.2f}"
        point = _point(asked, labels.get(code, f"第{code}章"), 0.0, status=DERIVED)
        rows.append(
            point
            | {"value": value, "lower": value, "upper": value}
            | dict.fromkeys(("text", "full"), text)
        )
    return pd.DataFrame(rows)


def summary(asked: Scope) -> dict[str, str]:
    """Return what the chapter says first, in words."""
    files = asked.book.detail.files
    words = {}
    for flow in FLOWS:
        amount = total(asked, flow, asked.year)
        words[flow] = asked.money(amount) if amount == amount else ABSENT
        if silent(asked, flow, asked.year):
            words[flow] = HELD
    held = {flow: list(chosen(asked, flow, asked.year)["period"]) for flow in FLOWS}
    when = {
        f"{flow}_when": Period.parse(_span(periods, asked.year)).zh()
        if _span(periods, asked.year)
        else _periods_zh(periods) or ABSENT
        for flow, periods in held.items()
    }
    return (
        words
        | when
        | {
            "files": f"{len(files)}个",
            "where": asked.book.name(asked.area),
            "money": CURRENCIES[asked.currency],
            "year_zh": f"{asked.year}年",
        }
    )


def held_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return what the gate held back, in words: ``held`` and ``least``."""
    if silent(asked, flow, asked.year):
        return {"held": "全部", "least": f"{asked.least}条"}
    found = {
        "伙伴": len(withheld(asked, chosen(asked, flow, asked.year, ("partner",)), "partner")),
        "贸易方式": len(withheld(asked, chosen(asked, flow, asked.year, ("regime",)), "regime")),
        "商品章": len(
            withheld(asked, chosen(asked, flow, asked.year, ("commodity",), 2), "commodity", 2)
        ),
        "汽车的品目": sum(len(key) == len(TREE) for key in withheld_vehicles(asked, flow)),
        "月份": len(withheld_months(asked, flow, asked.year)),
    }
    told = "、".join(f"{name}{count}个" for name, count in found.items() if count)
    return {"held": told or "无", "least": f"{asked.least}条"}
