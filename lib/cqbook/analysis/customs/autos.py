"""Vehicles in customs detail: headings, powertrains, numbers, values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import fsum
from typing import NamedTuple

import pandas as pd
from sqlglot import exp, parse_one

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    ABSENT,
    Cubes,
    Scope,
    amounts,
    change_zh,
    chosen,
    code_column,
    counted,
    money_point,
    month,
    of_months,
    of_own,
    part_zh,
    percentage,
    remembered,
    summed,
    when_zh,
    within,
)
from cqbook.analysis.customs.cubes import names as names_by_code
from cqbook.analysis.customs.dimensions import TOP, alike, goods_zh, share_point, subject
from cqbook.analysis.customs.disclosure import HELD
from cqbook.analysis.customs.suppression import countable, records_behind, silent
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import VEHICLE, VEHICLE_UNIT, VEHICLES_OF_ROW
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.vocabulary import AUTO_HEADINGS, DIRECTIONS_ZH
from cqbook.quantities.quantity import DERIVED, Quantity
from cqbook.quantities.units import Unit, rescale_zh

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
#: Columns of the sums: how many vehicles, and what those are worth that were counted.
NUMBERS = ("vehicles", "counted")
AUTOS = {"heading": "品目", "powertrain": "动力", "value": "金额", "share": "占三个品目"} | {
    "quantity": "数量",
    "unit_value": "单位金额",
}


class VehicleKind(NamedTuple):
    """What a vehicle is: ``plug_in`` is ``true``, ``false``, or empty where it is not known."""

    plug_in: str
    powertrain: str
    heading: str


class Vehicle(NamedTuple):
    """The trade of one code.

    ``counted`` is the value of the rows that have a number in 辆: what a unit value may be made of.
    ``units`` are the records, None where they can't be counted; a code that was queried without
    partner and regime is one.
    """

    code: str
    kind: VehicleKind
    value: float
    quantity: float
    counted: float
    units: int | None


Vehicles = tuple[Vehicle, ...]


def classified(book: Catalog, codes: Iterable[str], year: str) -> dict[str, VehicleKind]:
    """Return what vehicles HS codes of the three headings are.

    By the code of that year where the list has it; else by six digits, where these tell the
    powertrain apart since `SPLIT`; else 未归类.
    """
    number = int(year)
    exact: dict[str, TableRow] = {}
    six: dict[str, TableRow] = {}
    for listed in rows_of(book.table("hs_auto")):
        if int(listed["year_from"]) <= number <= int(listed["year_to"]):
            exact[listed["hs_code"]] = listed
        if len(listed["hs_code"]) == 6:
            six.setdefault(listed["hs_code"], listed)
    found = {}
    for code in codes:
        heading = code[:4]
        row: TableRow | None = exact.get(code)
        if row is None and number >= SPLIT[heading]:
            row = six.get(code[:6])
        plug = str(row["plug_in"]).lower() if row else ""
        found[code] = VehicleKind(
            plug if plug in ("true", "false") else "", row["powertrain"] if row else "", heading
        )
    return found


def _of_vehicles(asked: Scope, cubes: Cubes) -> exp.Condition:
    """Return the condition that a row of ``own`` is of vehicles, in one of the cubes."""
    code = exp.column("commodity")
    last = max(AUTO_HEADINGS)
    return exp.and_(
        # in sorted files it says which parts of them are not read at all
        code >= min(AUTO_HEADINGS),
        code < f"{int(last) + 1:04d}",
        code_column("commodity", 4).isin(*AUTO_HEADINGS),
        within(asked, cubes),
    )


@remembered
def vehicles(asked: Scope, flow: str, year: str, months: tuple[str, ...] | None = None) -> Vehicles:
    """Return the trade of vehicles by code; of the `months` (``-01``) alone, where given."""
    cubes = chosen(asked, flow, year, ("commodity",), 4)
    if months is not None:
        cubes = of_months(cubes, months)
    if not cubes:
        return ()
    code = exp.column("code")
    found = asked.ask_sums(
        of_own(code, *(summed(exp.column(name)) for name in ("value", "valued", *NUMBERS)))
        .where(exp.column("dimension").eq(VEHICLE), within(asked, cubes), copy=False)
        .group_by(code, copy=False)
        .having(summed().is_(exp.null()).not_(), copy=False)
        .order_by(code, copy=False)
    )
    units: dict[str, int] = {}
    if countable(asked, cubes, "commodity", 0):
        units = records_behind(asked, cubes, {row[0]: row[2] for row in found}, "commodity")
    kinds = classified(asked.book, (row[0] for row in found), year)
    return tuple(
        Vehicle(key, kinds[key], value, quantity or 0.0, of_numbered or 0.0, units.get(key))
        for key, value, _, quantity, of_numbered in found
    )


def _worth(found: Iterable[Vehicle]) -> float:
    return fsum(vehicle.value for vehicle in found)


def _count(found: Iterable[Vehicle]) -> float:
    return fsum(vehicle.quantity for vehicle in found)


def _counted(found: Iterable[Vehicle]) -> float:
    return fsum(vehicle.counted for vehicle in found)


@remembered
def withheld_vehicles(asked: Scope, flow: str) -> frozenset[disclosure.Key]:
    """Return the sums of vehicles that are not published: keys of the levels of `VehicleKind`."""
    if not asked.least:
        return frozenset()
    found = vehicles(asked, flow, asked.year)
    if silent(asked, flow, asked.year):
        leaves = [disclosure.Leaf(vehicle.kind, vehicle.value, 0) for vehicle in found]
        return disclosure.withheld_tree(leaves, 1)
    if any(vehicle.units is None for vehicle in found):
        return frozenset()
    leaves = [disclosure.Leaf(vehicle.kind, vehicle.value, vehicle.units or 0) for vehicle in found]
    return disclosure.withheld_tree(leaves, asked.least)


def autos_table(asked: Scope, flow: str) -> pd.DataFrame:
    """Return vehicles by heading and powertrain in words: columns of `AUTOS`."""
    found = vehicles(asked, flow, asked.year)
    hidden = withheld_vehicles(asked, flow)
    whole = _worth(found)
    groups: dict[VehicleKind, list[Vehicle]] = {}
    for vehicle in found:
        groups.setdefault(vehicle.kind, []).append(vehicle)
    rows = []
    # by heading first
    for kind in sorted(groups, key=lambda kind: kind[::-1]):
        group = groups[kind]
        amount, count = _worth(group), _count(group)
        named = {
            "heading": f"{kind.heading} {AUTO_HEADINGS[kind.heading]}",
            "powertrain": POWERTRAINS[kind.powertrain],
        }
        if kind in hidden:
            rows.append(dict.fromkeys(AUTOS, HELD) | named)
            continue
        rows.append(
            named
            | {
                "value": asked.money(amount),
                "share": f"{100 * amount / whole:.1f}%" if whole else "",
                "quantity": _vehicles(count) if count else ABSENT,
                "unit_value": _unit_value(asked, _counted(group), count),
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
    return f"{money}/{VEHICLE_UNIT}"


def auto_points(asked: Scope, flow: str) -> pd.DataFrame:
    """Return the point frame of vehicles by powertrain, largest first."""
    found = vehicles(asked, flow, asked.year)
    hidden = withheld_vehicles(asked, flow)
    if () in hidden:
        return pd.DataFrame()
    sums: dict[tuple[str, str], float] = {}
    for vehicle in found:
        key = (vehicle.kind.plug_in, vehicle.kind.powertrain)
        sums[key] = sums.get(key, 0.0) + vehicle.value
    rows = [
        money_point(asked, POWERTRAINS[key[1]], sums[key])
        for key in sorted(sums, key=lambda key: (-sums[key], key))
        if key not in hidden
    ]
    held = [amount for key, amount in sums.items() if key in hidden]
    if held:
        rows.append(money_point(asked, f"其余动力，{HELD}", fsum(held), status=DERIVED))
    return pd.DataFrame(rows)


def auto_split(asked: Scope, flow: str) -> pd.DataFrame:
    """Return the shares of powertrains in the vehicles' value in both years, as bars of 100 %."""
    months = _same_months(asked, flow)
    if not months:
        return pd.DataFrame()
    rows = []
    for year in (asked.before, asked.year):
        found = vehicles(asked, flow, year, months)
        whole = _worth(found)
        if not whole > 0:
            return pd.DataFrame()
        sums = {
            name: _worth(vehicle for vehicle in found if vehicle.kind.powertrain == name)
            for name in POWERTRAINS
        }
        rows += [
            share_point(f"{year}年", word, 100 * sums[name] / whole)
            for name, word in POWERTRAINS.items()
            if sums[name] > 0
        ]
    return pd.DataFrame(rows)


def auto_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return vehicles in words: value, number, value of one, the NEV among them, how all changed.

    ``auto_when`` are the months; ``auto_change_when`` those that are compared, and ``auto_same``
    the word before a change: 同比, or 其中2025年1—7月同比 where these are fewer.
    What is not known to be plugged in leaves an interval open. 没有查到 where nothing is known, or
    it is held back.
    """
    names = ("value", "number", "unit_value", "value_change", "number_change", "unit_change")
    words = dict.fromkeys([*(f"auto_{name}" for name in names), "nev_value"], ABSENT)
    cubes = chosen(asked, flow, asked.year, ("commodity",), 4)
    compared = of_months(cubes, _same_months(asked, flow))
    fewer = 0 < len(compared) < len(cubes)
    words |= {
        "auto_of": f"{part_zh(cubes)}{_asked_for(asked, flow)}{DIRECTIONS_ZH[flow]}",
        "auto_when": when_zh(cubes),
        "auto_change_when": when_zh(compared),
        "auto_same": f"其中{when_zh(compared)}同比" if fewer else "同比",
    }
    words |= {
        "nev_share": nev_share(asked, flow).zh,
        "nev_before": nev_share_before(asked, flow).zh,
    }
    found = vehicles(asked, flow, asked.year)
    whole = _worth(found)
    hidden = withheld_vehicles(asked, flow)
    if not found or not whole or () in hidden:
        return words
    count = _count(found)
    words["auto_value"] = asked.money(whole)
    if count:
        words["auto_number"] = _vehicles(count)
        words["auto_unit_value"] = _unit_value(asked, _counted(found), count)
    words |= _auto_changes(asked, flow)
    if not any(len(key) == 1 for key in hidden):
        sure = _plugged_in(found, "true")
        same = "—" not in words["nev_share"]
        words["nev_value"] = asked.money(sure) + ("" if same else "以上")
    return words


def _asked_for(asked: Scope, flow: str) -> str:
    """Return which vehicles were asked for: 汽车, 对美国汽车; 货车, where nothing else was."""
    cubes = chosen(asked, flow, asked.year, ("commodity",), 4)
    said = subject(asked, cubes)
    goods = goods_zh(amounts(asked, cubes, "commodity", 4))
    partners = said.removesuffix(goods)
    return said if goods in AUTO_HEADINGS.values() else f"{partners}汽车"


def _same_months(asked: Scope, flow: str) -> tuple[str, ...]:
    now, before = alike(asked, flow, ("commodity",), 4)
    return tuple(map(month, now)) if before and not asked.least else ()


def _auto_changes(asked: Scope, flow: str) -> dict[str, str]:
    months = _same_months(asked, flow)
    if not months:
        return {}
    now, before = (vehicles(asked, flow, year, months) for year in (asked.year, asked.before))
    if not _worth(before):
        return {}
    words = {"auto_value_change": change_zh(100 * (_worth(now) / _worth(before) - 1))}
    if _count(now) and _count(before):
        each = [_counted(part) / _count(part) for part in (now, before)]
        number = 100 * (_count(now) / _count(before) - 1)
        words["auto_number_change"] = change_zh(number)
        words["auto_unit_change"] = change_zh(100 * (each[0] / each[1] - 1))
    return words


def nev_share(asked: Scope, flow: str) -> Quantity:
    """Return what share of the vehicles' value can be plugged in; missing where it is held back."""
    hidden = withheld_vehicles(asked, flow)
    if any(len(key) <= 1 for key in hidden):
        return percentage(None)
    return _plugged(vehicles(asked, flow, asked.year))


def nev_share_before(asked: Scope, flow: str) -> Quantity:
    """Return the same of the year before, where the same months of both are known."""
    whole = tuple(map(month, chosen(asked, flow, asked.year, ("commodity",), 4)))
    months = _same_months(asked, flow)
    if not months or months != whole:
        return percentage(None)
    return _plugged(vehicles(asked, flow, asked.before, months))


def _plugged(found: Vehicles) -> Quantity:
    whole = _worth(found)
    if not whole:
        return percentage(None)
    sure, perhaps = _plugged_in(found, "true"), _plugged_in(found, "")
    return percentage(100 * sure / whole, 100 * (sure + perhaps) / whole)


def _plugged_in(found: Vehicles, plug_in: str) -> float:
    return _worth(vehicle for vehicle in found if vehicle.kind.plug_in == plug_in)


# --- where the vehicles go


class Market(NamedTuple):
    """What vehicles went to a partner: its name, their value, how many."""

    name: str
    value: float
    quantity: float


def destinations(asked: Scope) -> list[tuple[str, Quantity]]:
    """Return exports of vehicles by partner, most first; empty where no query tells them apart."""
    now = _to_partners(asked, asked.year)
    return [(market.name, counted(asked, market.value, "export")) for market in now]


def destination_points(asked: Scope) -> pd.DataFrame:
    """Return the point frame of the largest partners and the rest: value, vehicles, change."""
    now = _to_partners(asked, asked.year)
    if not now:
        return pd.DataFrame()
    now_same, before = (
        {market.name: market.value for market in side} for side in _to_partners_alike(asked)
    )
    rows = []
    for name, value, quantity in now[:TOP]:
        parts = [_vehicles(quantity)] if quantity > 0 else []
        if name in before and name in now_same:
            parts.append(change_zh(100 * (now_same[name] / before[name] - 1)))
        rows.append(money_point(asked, name, value, detail="，".join(parts)))
    rest = now[TOP:]
    if rest:
        quantity = fsum(market.quantity for market in rest)
        detail = _vehicles(quantity) if quantity > 0 else ""
        value = fsum(market.value for market in rest)
        label = f"其余{len(rest)}个"
        rows.append(money_point(asked, label, value, detail=detail, status=DERIVED))
    return pd.DataFrame(rows)


def destination_words(asked: Scope) -> dict[str, str]:
    """Return where the vehicles go in words: ``cars_`` with ``first``, ``when`` and so on."""
    now = _to_partners(asked, asked.year)
    names = ("value", "number", "partners", "first", "first_share", "first_five", "when")
    words = dict.fromkeys((f"cars_{name}" for name in names), ABSENT)
    whole = fsum(market.value for market in now)
    if whole <= 0:
        return words
    words |= {
        "cars_value": asked.money(whole),
        "cars_partners": f"{len(now)}个",
        "cars_first": now[0].name,
        "cars_first_share": f"{100 * now[0].value / whole:.1f}%",
        "cars_first_five": f"{100 * fsum(market.value for market in now[:5]) / whole:.1f}%",
        "cars_when": when_zh(_partner_cubes(asked, asked.year)),
    }
    quantity = fsum(market.quantity for market in now)
    if quantity > 0:
        words["cars_number"] = _vehicles(quantity)
    return words


def _partner_cubes(asked: Scope, year: str) -> Cubes:
    return chosen(asked, "export", year, ("commodity", "partner"), 4)


@remembered
def _to_partners(
    asked: Scope, year: str, months: tuple[str, ...] | None = None
) -> tuple[Market, ...]:
    """Return value and number of vehicles by partner, most first."""
    cubes = _partner_cubes(asked, year)
    if months is not None:
        cubes = of_months(cubes, months)
    if not cubes or asked.least:
        # under the gate no cell of few records is shown: this is of few by its kind
        return ()
    found = asked.ask(
        of_own(exp.column("partner"), summed(), summed(parse_one(VEHICLES_OF_ROW)))
        .where(_of_vehicles(asked, cubes))
        .group_by(exp.column("partner"))
        .having(summed() > exp.Literal.number(0))
    )
    known = names_by_code(asked, "partner")
    return tuple(
        Market(known.get(code, code), value, quantity or 0.0)
        for code, value, quantity in sorted(found, key=lambda row: (-row[1], row[0]))
    )


def _to_partners_alike(asked: Scope) -> tuple[tuple[Market, ...], tuple[Market, ...]]:
    now, before = alike(asked, "export", ("commodity", "partner"), 4)
    months = tuple(map(month, now)) if before else ()
    return _to_partners(asked, asked.year, months), _to_partners(asked, asked.before, months)
