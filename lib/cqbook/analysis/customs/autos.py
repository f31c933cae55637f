"""Vehicles in customs detail: headings, powertrains, numbers, values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pandas as pd

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import ABSENT, Scope, chosen, money_point, remembered, within
from cqbook.analysis.customs.disclosure import HELD
from cqbook.analysis.customs.suppression import records_behind, silent
from cqbook.data.catalog import Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.quantities.quantity import DERIVED
from cqbook.quantities.units import Unit, rescale_zh

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
AUTOS = {"heading": "品目", "powertrain": "动力", "value": "金额", "share": "占三个品目"} | {
    "quantity": "数量",
    "unit_value": "单位金额",
}


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
    exact = {row["hs_code"]: row for row in rows_of(in_force)}
    coarse = listed[listed["hs_code"].str.len().eq(6)].drop_duplicates("hs_code")
    six = {row["hs_code"]: row for row in rows_of(coarse)}
    rows = []
    for code in codes:
        heading = code[:4]
        row: TableRow = {"powertrain": "", "plug_in": ""}
        if code in exact:
            row = exact[code]
        elif code[:6] in six and number >= SPLIT[heading]:
            row = six[code[:6]]
        plug = str(row["plug_in"]).lower()
        rows.append((code, heading, row["powertrain"], plug if plug in ("true", "false") else ""))
    return pd.DataFrame(rows, columns=["commodity", "heading", "powertrain", "plug_in"])


@remembered
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
        f" WHERE left(commodity, 4) IN ('8702', '8703', '8704') AND ({within(cubes)})"
        " GROUP BY commodity HAVING sum(value) IS NOT NULL ORDER BY commodity"
    )
    units = records_behind(asked, cubes, "commodity", 0, found.set_index("commodity")["number"])
    found["units"] = found["commodity"].map(units)
    return found.merge(classified(asked.book, found["commodity"], year), on="commodity")


#: What vehicles are added up to, from above: whether they are NEV, their powertrain, their heading.
TREE = ("plug_in", "powertrain", "heading")


@remembered
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
        named = {
            "heading": f"{heading} {HEADINGS[str(heading)]}",
            "powertrain": POWERTRAINS[str(powertrain)],
        }
        if (plug_in, powertrain, heading) in hidden:
            rows.append(dict.fromkeys(AUTOS, HELD) | named)
            continue
        rows.append(
            named
            | {
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
        money_point(asked, POWERTRAINS[row["powertrain"]], row["value"])
        for row in rows_of(sums[~held].reset_index())
    ]
    if held.any():
        rows.append(money_point(asked, f"其余动力，{HELD}", sums[held].sum(), status=DERIVED))
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
