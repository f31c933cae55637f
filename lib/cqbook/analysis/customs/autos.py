"""Vehicles in customs detail: headings, powertrains, numbers, values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pandas as pd
from sqlglot import exp, select

from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    ABSENT,
    Scope,
    amounts,
    change_zh,
    chosen,
    code_column,
    counted,
    kinds,
    money_point,
    percentage,
    remembered,
    within,
)
from cqbook.analysis.customs.cubes import names as names_by_code
from cqbook.analysis.customs.dimensions import TOP, alike, goods_zh, share_point, subject
from cqbook.analysis.customs.disclosure import HELD
from cqbook.analysis.customs.suppression import records_behind, silent
from cqbook.data.catalog import Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.vocabulary import AUTO_HEADINGS, DIRECTIONS_ZH
from cqbook.quantities.periods import Period, months_span, periods_zh
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


def _of_vehicles(cubes: pd.DataFrame) -> exp.Condition:
    """Return the condition that a row of ``own`` is of vehicles, in one of the cubes."""
    return exp.and_(code_column("commodity", 4).isin(*AUTO_HEADINGS), within(kinds(cubes)))


#: The number of vehicles of a row, wherever the file has it.
_NUMBER = (
    exp.case()
    .when(exp.column("unit_1").eq(VEHICLE), exp.column("quantity_1"))
    .when(exp.column("unit_2").eq(VEHICLE), exp.column("quantity_2"))
)


@remembered
def vehicles(
    asked: Scope, flow: str, year: str, months: tuple[str, ...] | None = None
) -> pd.DataFrame:
    """Return value and number of vehicles by code, its class, and how many records are behind it.

    Of the `months` alone (``-01``), where they are given.

    ``counted`` is the value of the rows that have a number in 辆: what a unit value may be made of.
    ``units`` are the records; a code that was queried without partner and regime is one.
    """
    cubes = chosen(asked, flow, year, ("commodity",), 4)
    if months is not None:
        cubes = cubes[cubes["period"].str[4:].isin(months)]
    if cubes.empty:
        columns = ["commodity", "value", "number", "quantity", "counted", "units"]
        return pd.DataFrame(columns=[*columns, "heading", "powertrain", "plug_in"])
    with_number = exp.case().when(_NUMBER.is_(exp.null()).not_(), exp.column("value"))
    found = asked.answer(
        select("commodity", "sum(value) AS value", "count(value) AS number")
        .select(
            exp.func("sum", _NUMBER).as_("quantity"), exp.func("sum", with_number).as_("counted")
        )
        .from_("own")
        .where(_of_vehicles(cubes))
        .group_by("commodity")
        .having("sum(value) IS NOT NULL")
        .order_by("commodity")
    )
    units = records_behind(asked, cubes, "commodity", 0, found.set_index("commodity")["number"])
    found["units"] = found["commodity"].map(units)
    return found.merge(classified(asked.book, found["commodity"], year), on="commodity")


#: What vehicles are added up to, from above: whether they are NEV, their powertrain, their heading.
TREE = ("plug_in", "powertrain", "heading")


@remembered
def withheld_vehicles(asked: Scope, flow: str) -> frozenset[disclosure.Key]:
    """Return the sums of vehicles that are not published: keys of `TREE`."""
    if not asked.least:
        return frozenset()
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
            "heading": f"{heading} {AUTO_HEADINGS[str(heading)]}",
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


def auto_split(asked: Scope, flow: str) -> pd.DataFrame:
    """Return the shares of powertrains in the vehicles' value in both years, as bars of 100 %."""
    months = _same_months(asked, flow)
    if not months:
        return pd.DataFrame()
    rows = []
    for year in (asked.before, asked.year):
        found = vehicles(asked, flow, year, months)
        sums = found.groupby("powertrain")["value"].sum()
        if not sums.sum() > 0:
            return pd.DataFrame()
        rows += [
            share_point(f"{year}年", word, 100 * sums[name] / sums.sum())
            for name, word in POWERTRAINS.items()
            if sums.get(name, 0.0) > 0
        ]
    return pd.DataFrame(rows)


def auto_words(asked: Scope, flow: str) -> dict[str, str]:
    """Return vehicles in words: value, number, value of one, the NEV among them, how all changed.

    What is not known to be plugged in leaves an interval open. 未见公布 where nothing is known, or
    it is held back.
    """
    names = ("value", "number", "unit_value", "value_change", "number_change", "unit_change")
    words = dict.fromkeys([*(f"auto_{name}" for name in names), "nev_value"], ABSENT)
    words["auto_of"] = f"{_asked_for(asked, flow)}{DIRECTIONS_ZH[flow]}"
    words |= {
        "nev_share": nev_share(asked, flow).zh,
        "nev_before": nev_share_before(asked, flow).zh,
    }
    found = vehicles(asked, flow, asked.year)
    whole = found["value"].sum()
    hidden = withheld_vehicles(asked, flow)
    if found.empty or not whole or () in hidden:
        return words
    count = found["quantity"].sum()
    words["auto_value"] = asked.money(whole)
    if count:
        words["auto_number"] = _vehicles(count)
        words["auto_unit_value"] = _unit_value(asked, found["counted"].sum(), count)
    words |= _auto_changes(asked, flow)
    if not any(len(key) == 1 for key in hidden):
        sure = found.loc[found["plug_in"].eq("true"), "value"].sum()
        same = "—" not in words["nev_share"]
        words["nev_value"] = asked.money(sure) + ("" if same else "以上")
    return words


def _asked_for(asked: Scope, flow: str) -> str:
    """Return which vehicles were asked for: 汽车, 对美国汽车; 货车, where nothing else was."""
    cubes = chosen(asked, flow, asked.year, ("commodity",), 4)
    said = subject(asked, cubes)
    goods = goods_zh(amounts(asked, cubes, ("commodity",), 4)["commodity"].tolist())
    partners = said.removesuffix(goods)
    return said if goods in AUTO_HEADINGS.values() else f"{partners}汽车"


def _same_months(asked: Scope, flow: str) -> tuple[str, ...]:
    now, before = alike(asked, flow, ("commodity",), 4)
    return tuple(now["period"].str[4:]) if len(before) and not asked.least else ()


def _auto_changes(asked: Scope, flow: str) -> dict[str, str]:
    months = _same_months(asked, flow)
    if not months:
        return {}
    now, before = (vehicles(asked, flow, year, months) for year in (asked.year, asked.before))
    sums = [frame[["value", "quantity", "counted"]].sum() for frame in (now, before)]
    if not sums[1]["value"]:
        return {}
    words = {"auto_value_change": change_zh(100 * (sums[0]["value"] / sums[1]["value"] - 1))}
    if sums[0]["quantity"] and sums[1]["quantity"]:
        each = [part["counted"] / part["quantity"] for part in sums]
        number = 100 * (sums[0]["quantity"] / sums[1]["quantity"] - 1)
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
    whole = tuple(chosen(asked, flow, asked.year, ("commodity",), 4)["period"].str[4:])
    months = _same_months(asked, flow)
    if not months or months != whole:
        return percentage(None)
    return _plugged(vehicles(asked, flow, asked.before, months))


def _plugged(found: pd.DataFrame) -> Quantity:
    whole = found["value"].sum()
    if found.empty or not whole:
        return percentage(None)
    sure = found.loc[found["plug_in"].eq("true"), "value"].sum()
    perhaps = found.loc[found["plug_in"].eq(""), "value"].sum()
    return percentage(100 * sure / whole, 100 * (sure + perhaps) / whole)


# --- where the vehicles go


def destinations(asked: Scope) -> list[tuple[str, Quantity]]:
    """Return exports of vehicles by partner, most first; empty where no query tells them apart."""
    now = _to_partners(asked, asked.year)
    return [(str(name), counted(asked, value, "export")) for name, value in now["value"].items()]


def destination_points(asked: Scope) -> pd.DataFrame:
    """Return the point frame of the largest partners and the rest: value, vehicles, change."""
    now = _to_partners(asked, asked.year)
    if now.empty:
        return pd.DataFrame()
    now_same, before = (side["value"].to_dict() for side in _to_partners_alike(asked))
    rows = []
    for name, value, quantity in now.head(TOP).itertuples():
        parts = [_vehicles(quantity)] if quantity > 0 else []
        if name in before and name in now_same:
            parts.append(change_zh(100 * (now_same[name] / before[name] - 1)))
        rows.append(money_point(asked, name, value, detail="，".join(parts)))
    rest = now.iloc[TOP:]
    if len(rest):
        detail = _vehicles(rest["quantity"].sum()) if rest["quantity"].sum() > 0 else ""
        label = f"其余{len(rest)}个"
        rows.append(money_point(asked, label, rest["value"].sum(), detail=detail, status=DERIVED))
    return pd.DataFrame(rows)


def destination_words(asked: Scope) -> dict[str, str]:
    """Return where the vehicles go in words: ``cars_`` with ``first``, ``when`` and so on."""
    now = _to_partners(asked, asked.year)
    names = ("value", "number", "partners", "first", "first_share", "first_five", "when")
    words = dict.fromkeys((f"cars_{name}" for name in names), ABSENT)
    whole = now["value"].sum()
    if now.empty or whole <= 0:
        return words
    periods = list(_partner_cubes(asked, asked.year)["period"])
    span = months_span(periods, asked.year)
    words |= {
        "cars_value": asked.money(whole),
        "cars_partners": f"{len(now)}个",
        "cars_first": str(now.index[0]),
        "cars_first_share": f"{100 * now['value'].iloc[0] / whole:.1f}%",
        "cars_first_five": f"{100 * now['value'].head(5).sum() / whole:.1f}%",
        "cars_when": Period.parse(span).zh() if span else periods_zh(periods),
    }
    if now["quantity"].sum() > 0:
        words["cars_number"] = _vehicles(now["quantity"].sum())
    return words


def _partner_cubes(asked: Scope, year: str) -> pd.DataFrame:
    return chosen(asked, "export", year, ("commodity", "partner"), 4)


@remembered
def _to_partners(asked: Scope, year: str, months: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return value and number of vehicles by name of the partner, most first."""
    cubes = _partner_cubes(asked, year)
    if months is not None:
        cubes = cubes[cubes["period"].str[4:].isin(months)]
    if cubes.empty or asked.least:
        # under the gate no cell of few records is shown: this is of few by its kind
        return pd.DataFrame(columns=["value", "quantity"], dtype=float)
    found = asked.answer(
        select("partner", "sum(value) AS value", exp.func("sum", _NUMBER).as_("quantity"))
        .from_("own")
        .where(_of_vehicles(cubes))
        .group_by("partner")
        .having("sum(value) > 0")
        .order_by("value DESC", "partner")
    ).fillna({"quantity": 0.0})
    known = names_by_code(asked, "partner")
    labels = pd.Index([known.get(code, code) for code in found["partner"]], dtype=str)
    return found.set_index(labels)[["value", "quantity"]].astype(float)


def _to_partners_alike(asked: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    now, before = alike(asked, "export", ("commodity", "partner"), 4)
    months = tuple(now["period"].str[4:]) if len(before) else ()
    return _to_partners(asked, asked.year, months), _to_partners(asked, asked.before, months)
