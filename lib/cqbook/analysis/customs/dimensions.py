"""Structure of trade in customs detail: by commodity, partner, regime; its concentration."""

from __future__ import annotations

import pandas as pd

from cqbook.analysis import indices
from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    ABSENT,
    Scope,
    amounts,
    change_zh,
    chosen,
    money_point,
    names,
    same_months,
)
from cqbook.analysis.customs.disclosure import HELD
from cqbook.analysis.customs.suppression import silent, withheld_codes
from cqbook.data.rows import rows_of
from cqbook.quantities.quantity import DERIVED

TOP = 10


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
    was, now_same = (_told(asked, cubes, dimension, digits) for cubes in (earlier, same))
    hidden = withheld_codes(asked, now, dimension, digits)
    shown = found[~found[dimension].isin(hidden)].head(TOP)
    labels = _chapters(asked, now) if digits else names(asked, dimension)
    whole = found["value"].sum()
    rows = []
    for row in rows_of(shown):
        code, amount = str(row[dimension]), row["value"]
        parts = [f"占{100 * amount / whole:.1f}%"]
        if was.get(code) and code in now_same:
            parts.append(change_zh(100 * (now_same[code] / was[code] - 1)))
        rows.append(money_point(asked, labels.get(code, code), amount, detail="，".join(parts)))
    more = len(found) - len(shown)
    if more:
        rest = whole - shown["value"].sum()
        share = f"占{100 * rest / whole:.1f}%"
        label = f"其余{more}项" + (f"（{len(hidden)}项{HELD}）" if hidden else "")
        rows.append(money_point(asked, label, rest, detail=share, status=DERIVED))
    return pd.DataFrame(rows)


def _told(asked: Scope, cubes: pd.DataFrame, dimension: str, digits: int) -> dict[str, float]:
    """Return the amounts over the cubes by code, without those that are held back."""
    found = amounts(asked, cubes, (dimension,), digits)
    hidden = withheld_codes(asked, cubes, dimension, digits)
    pairs = zip(found[dimension], found["value"], strict=True)
    return {code: amount for code, amount in pairs if code not in hidden}


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


def concentration_words(asked: Scope, flow: str, dimension: str) -> dict[str, str]:
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
    largest = rows_of(found.head(1))[0]
    code, share = str(largest[dimension]), 100 * largest["value"] / found["value"].sum()
    hidden = withheld_codes(asked, now, dimension, digits)
    words = dict.fromkeys(key.values(), HELD)
    if not disclosure.solvable(len(hidden)):
        words[key["hhi"]] = f"{10_000 * indices.hhi(found['value']):.0f}（最高10000）"
        words[key["equivalent"]] = f"{indices.equivalent_number(found['value']):.1f}个"
    if code not in hidden:
        words[key["first"]] = f"{labels.get(code, code)}，占{share:.1f}%"
    return words


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
    index = indices.rca(
        own.reindex(whole.index).fillna(0.0), float(own.sum()), whole, float(whole.sum())
    )
    labels = _chapters(asked, own_cubes)
    rows = []
    # who knows the nation's share of a chapter gets the chapter from the index
    hidden = withheld_codes(asked, own_cubes, "commodity", 2)
    hidden |= withheld_codes(
        asked, chosen(asked, "export", asked.year, ("commodity",), 2), "commodity", 2
    )
    index = index.drop(list(hidden & set(index.index)))
    for key, value in index.sort_values(ascending=False).head(TOP).items():
        if value <= 0:
            continue
        code, text = str(key), f"{value:.2f}"
        point = money_point(asked, labels.get(code, f"第{code}章"), 0.0, status=DERIVED)
        rows.append(
            point
            | {"value": value, "lower": value, "upper": value}
            | dict.fromkeys(("text", "full"), text)
        )
    return pd.DataFrame(rows)
