"""Structure of trade in customs detail: by commodity, partner, regime; its concentration."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import fsum
from types import MappingProxyType

import pandas as pd

from cqbook.analysis import indices
from cqbook.analysis.customs import disclosure
from cqbook.analysis.customs.cubes import (
    ABSENT,
    LEVEL,
    Amount,
    Cubes,
    Scope,
    amounts,
    change_zh,
    chosen,
    counted,
    first_of_chapters,
    money_point,
    names,
    part_zh,
    remembered,
    same_months,
    total,
    when_zh,
)
from cqbook.analysis.customs.disclosure import HELD
from cqbook.analysis.customs.suppression import silent, values, withheld_codes
from cqbook.data.customs_store import CUSTOMS
from cqbook.data.vocabulary import AUTO_HEADINGS, DIRECTIONS_ZH
from cqbook.quantities.quantity import DERIVED, Quantity
from cqbook.quantities.verdict import Verdict

TOP = 10
#: So few partners, headings or chapters were asked for one by one; and are named.
FEW_CODES = 3
#: So many make a figure.
ENOUGH_TO_LEAD = 3
#: A share above which one thing is the other: customs revises, the press rounds.
WHOLE = 99.5
#: Steps of a waterfall, and parts of a bar of 100 %, before the rest.
STEPS = 6
SHARES = 4


def structure(asked: Scope, flow: str, dimension: str) -> pd.DataFrame:
    """Return the point frame of the largest codes of a dimension and the rest, with their shares.

    ``detail`` has the share and the change against the same months of the year before; empty frame
    where the dimension was not given. Codes that are held back are part of the rest.
    """
    digits = _digits(dimension)
    now = chosen(asked, flow, asked.year, (dimension,), digits)
    found = amounts(asked, now, dimension, digits)
    if not found or silent(asked, flow, asked.year):
        return pd.DataFrame()
    same, earlier = alike(asked, flow, (dimension,), digits)
    # a change over a year shows what there was before
    was, now_same = (_told(asked, cubes, dimension, digits) for cubes in (earlier, same))
    hidden = withheld_codes(asked, now, dimension, digits)
    shown = [code for code in found if code not in hidden][:TOP]
    labels = _chapters(asked, now) if digits else names(asked, dimension)
    whole = added_up(found)
    rows = []
    for code in shown:
        amount = found[code].value
        parts = [f"占{100 * amount / whole:.1f}%"]
        if was.get(code) and code in now_same:
            parts.append(change_zh(100 * (now_same[code] / was[code] - 1)))
        rows.append(money_point(asked, labels.get(code, code), amount, detail="，".join(parts)))
    more = len(found) - len(shown)
    if more:
        rest = whole - fsum(found[code].value for code in shown)
        share = f"占{100 * rest / whole:.1f}%"
        label = f"其余{more}项" + (f"（{len(hidden)}项{HELD}）" if hidden else "")
        rows.append(money_point(asked, label, rest, detail=share, status=DERIVED))
    return pd.DataFrame(rows)


def added_up(sums: Mapping[str, Amount]) -> float:
    """Return the sum over all codes."""
    return fsum(amount.value for amount in sums.values())


def _told(asked: Scope, cubes: Cubes, dimension: str, digits: int) -> dict[str, float]:
    """Return the amounts over the cubes by code, without those that are held back."""
    found = amounts(asked, cubes, dimension, digits)
    hidden = withheld_codes(asked, cubes, dimension, digits)
    return {code: amount.value for code, amount in found.items() if code not in hidden}


@remembered
def _chapters(asked: Scope, cubes: Cubes) -> Mapping[str, str]:
    """Return a label by HS chapter: its number and what in it weighs most, by the files' names."""
    said = names(asked, "commodity")
    labels = {}
    for chapter, code in first_of_chapters(asked, cubes).items():
        name = said.get(code, "")
        words = f"（{name[:14]}{'…' if len(name) > 14 else ''}）" if name else ""
        labels[chapter] = f"第{chapter}章{words}"
    return MappingProxyType(labels)


def subject(asked: Scope, cubes: Cubes) -> str:
    """Return what cubes were narrowed to, before the word for the flow: 对美国, 汽车, 第87章商品.

    A query that was asked for a few chapters or partners only is not the trade of the area. What it
    was narrowed to without being told apart, nobody can know.
    """
    said = []
    for flow in sorted({cube.flow for cube in cubes}):
        part = tuple(cube for cube in cubes if cube.flow == flow)
        if all(cube.tells("partner") for cube in part):
            found = amounts(asked, part, "partner")
            known = names(asked, "partner")
            listed = "、".join(known.get(code, code) for code in sorted(found))
            word = "对" if flow == "export" else "自"
            said.append(f"{word}{listed}" if len(found) <= FEW_CODES else "")
        if all(cube.tells("commodity") for cube in part):
            said.append(goods_zh(amounts(asked, part, "commodity", 4)))
    return "".join(said)


def goods_zh(headings: Collection[str]) -> str:
    """Return what few goods are called: 汽车, 品目8711, 第87章商品; empty where they are many."""
    if set(headings) == set(AUTO_HEADINGS):
        return "汽车"
    if len(headings) <= FEW_CODES and all(len(code) == 4 for code in headings):
        return "、".join(AUTO_HEADINGS.get(code, f"品目{code}") for code in sorted(headings))
    chapters = sorted({code[:2] for code in headings})
    return f"第{'、'.join(chapters)}章商品" if len(chapters) <= FEW_CODES else ""


def alike(
    asked: Scope, flow: str, needs: tuple[str, ...] = (), digits: int = 0
) -> tuple[Cubes, Cubes]:
    """Return the cubes of the months that both years have, where both were asked for the same."""
    years = (asked.year, asked.before)
    now, before = same_months(*(chosen(asked, flow, year, needs, digits) for year in years))
    same = _same_query((asked, now), (asked, before))
    return (now, before) if same else ((), ())


def _same_query(one: tuple[Scope, Cubes], other: tuple[Scope, Cubes]) -> bool:
    """Return whether two queries seem to have asked for the same partners and chapters."""
    return all(
        _same_codes(*(_codes(*side, dimension) for side in (one, other)))
        for dimension in ("partner", "commodity")
    )


def _codes(asked: Scope, cubes: Cubes, dimension: str) -> set[str] | None:
    """Return the partners or chapters in cubes; None where these were not told apart."""
    if not cubes or not all(cube.tells(dimension) for cube in cubes):
        return None
    return set(amounts(asked, cubes, dimension, _digits(dimension)))


def _same_codes(one: set[str] | None, other: set[str] | None) -> bool:
    if one is None or other is None:
        # what was not told apart is all of them
        return all(codes is None or len(codes) > FEW_CODES for codes in (one, other))
    if min(len(one), len(other)) > FEW_CODES:
        return True
    # of a few that were asked for one may have had no trade in a year
    return bool(one & other) and max(len(one), len(other)) <= 3 * FEW_CODES


def _labels(asked: Scope, dimension: str, cubes: Cubes) -> Mapping[str, str]:
    return _chapters(asked, cubes) if dimension == "commodity" else names(asked, dimension)


def _digits(dimension: str) -> int:
    return 2 if dimension == "commodity" else 0


def ranked(asked: Scope, flow: str, dimension: str) -> list[tuple[str, Quantity]]:
    """Return the codes of a dimension with their amounts, most first; none if the first is held."""
    digits = _digits(dimension)
    now = chosen(asked, flow, asked.year, (dimension,), digits)
    found = amounts(asked, now, dimension, digits)
    hidden = withheld_codes(asked, now, dimension, digits)
    if not found or silent(asked, flow, asked.year) or next(iter(found)) in hidden:
        return []
    labels = _labels(asked, dimension, now)
    return [
        (labels.get(code, code), counted(asked, amount.value, flow))
        for code, amount in found.items()
        if code not in hidden
    ]


def first_of(asked: Scope, flow: str, dimension: str) -> list[Verdict]:
    """Return the comparisons that the first of a dimension rests on."""
    return leads(asked, flow, ranked(asked, flow, dimension))


def structure_words(asked: Scope, flow: str, dimension: str) -> dict[str, str]:
    """Return the structure over a dimension in words, keys with its name before them.

    ``of`` (what was queried: 汽车出口, with its months before it where they are no whole year),
    ``when`` (its months), ``first``, ``share``, ``equivalent`` (how many codes of one
    size would be as concentrated), ``part`` (the share of these rows in all detail, where they are
    less). Where few codes are held back the index would give them away, and is held back too.
    """
    digits = _digits(dimension)
    now = chosen(asked, flow, asked.year, (dimension,), digits)
    found = amounts(asked, now, dimension, digits)
    words = dict.fromkeys(("first", "share", "equivalent", "part"), ABSENT)
    words["of"] = f"{part_zh(now)}{subject(asked, now)}{DIRECTIONS_ZH[flow]}"
    words["when"] = when_zh(now)
    whole = added_up(found)
    first = next(iter(found), "")
    hidden = withheld_codes(asked, now, dimension, digits)
    if whole > 0 and first not in hidden and not silent(asked, flow, asked.year):
        words["first"] = _labels(asked, dimension, now).get(first, first)
        words["share"] = f"{100 * found[first].value / whole:.1f}%"
        if not disclosure.solvable(len(hidden)) and len(found) > FEW_CODES:
            words["equivalent"] = f"{indices.equivalent_number(pd.Series(values(found))):.1f}个"
        every = total(asked, flow, asked.year)
        if 100 * whole / every < WHOLE:
            words["part"] = f"{100 * whole / every:.1f}%"
    return {f"{dimension}_{name}": text for name, text in words.items()}


def changes(asked: Scope, flow: str, dimension: str) -> list[tuple[str, Quantity]]:
    """Return by how much each code of a dimension changed on the year before, most first.

    Of the months that both years have; empty where the years were queried for other things, or
    anything of them is held back.
    """
    digits = _digits(dimension)
    now, before = alike(asked, flow, (dimension,), digits)
    if not now or any(silent(asked, flow, year) for year in (asked.year, asked.before)):
        return []
    if any(withheld_codes(asked, cubes, dimension, digits) for cubes in (now, before)):
        return []
    new, old = (values(amounts(asked, cubes, dimension, digits)) for cubes in (now, before))
    more = {code: new.get(code, 0.0) - old.get(code, 0.0) for code in sorted({*new, *old})}
    labels = {**_labels(asked, dimension, before), **_labels(asked, dimension, now)}
    return [
        (labels.get(code, code), counted(asked, more[code], flow))
        for code in sorted(more, key=lambda code: -more[code])
    ]


def leads(asked: Scope, flow: str, found: list[tuple[str, Quantity]]) -> list[Verdict]:
    """Return the comparisons that a list, most first, has its first from: with its second.

    They are open where there are fewer than `ENOUGH_TO_LEAD`: among two no one leads.
    """
    held = _compared(asked, flow, found)
    return [held[0] > 0, *(held[0] > item for item in held[1:2])]


def lags(asked: Scope, flow: str, found: list[tuple[str, Quantity]]) -> list[Verdict]:
    """Return the comparisons that a list, most first, has its last from: it fell, and most."""
    held = _compared(asked, flow, found)
    return [held[-1] < 0, *(held[-1] < item for item in held[-2:-1])]


def _compared(asked: Scope, flow: str, found: list[tuple[str, Quantity]]) -> list[Quantity]:
    """Return the amounts of a list, or one that is not known where they are too few."""
    few = len(found) < ENOUGH_TO_LEAD
    return [counted(asked, None, flow)] if few else [item for _, item in found]


def change_points(asked: Scope, found: list[tuple[str, Quantity]]) -> pd.DataFrame:
    """Return the steps of a waterfall: the largest changes, the rest, their sum."""
    largest = sorted(found, key=lambda item: -abs(item[1].point))[:STEPS]
    steps = [item for item in found if item in largest]
    rest = [item for item in found if item not in largest]
    every = sum(item.point for _, item in found)
    rows = [money_point(asked, label, item.point, status=DERIVED) for label, item in steps]
    if rest:
        amount = every - sum(item.point for _, item in steps)
        rows.append(money_point(asked, f"其余{len(rest)}个", amount, status=DERIVED))
    if len(found) < 2:
        return pd.DataFrame()
    return pd.DataFrame([*rows, money_point(asked, "合计", every, status=DERIVED)])


def change_words(
    asked: Scope, flow: str, found: list[tuple[str, Quantity]], dimension: str
) -> dict[str, str]:
    """Return the largest changes in words: ``gainer``, ``gain``, ``loser``, ``loss``, ``more``.

    ``change_of`` is what is compared, with its months before it where they are no whole year, and
    ``change_when`` are these months.
    """
    words = dict.fromkeys(("gainer", "gain", "loser", "loss", "more"), ABSENT)
    same, _ = alike(asked, flow, (dimension,), _digits(dimension))
    words["change_of"] = f"{part_zh(same)}{subject(asked, same)}{DIRECTIONS_ZH[flow]}"
    words["change_when"] = when_zh(same)
    if found:
        every = sum(item.point for _, item in found)
        words["more"] = f"{'多' if every > 0 else '少'}{asked.money(abs(every))}"
        (gainer, gain), (loser, loss) = found[0], found[-1]
        if gain.point > 0:
            words |= {"gainer": gainer, "gain": asked.money(gain.point)}
        if loss.point < 0:
            words |= {"loser": loser, "loss": asked.money(-loss.point)}
    return {f"{dimension}_{name}": text for name, text in words.items()}


def split(asked: Scope, flow: str, dimension: str) -> pd.DataFrame:
    """Return the shares of the codes of a dimension in both years, in percent, as bars of 100 %.

    The largest of this year and the rest; empty frame without two years to compare.
    """
    digits = _digits(dimension)
    now, before = alike(asked, flow, (dimension,), digits)
    if not now or not changes(asked, flow, dimension):
        return pd.DataFrame()
    labels = _labels(asked, dimension, now)
    rows = []
    shown = list(amounts(asked, now, dimension, digits))[:SHARES]
    for year, cubes in ((asked.before, before), (asked.year, now)):
        found = amounts(asked, cubes, dimension, digits)
        whole = added_up(found)
        rows += [
            share_point(f"{year}年", labels.get(code, code), 100 * found[code].value / whole)
            if code in found
            else share_point(f"{year}年", labels.get(code, code), 0.0)
            for code in shown
        ]
    return pd.DataFrame(rows)


def share_point(label: str, group: str, percent: float) -> dict[str, object]:
    """Return a share of the detail as a row of a point frame."""
    text = f"{percent:.1f}%"
    return {
        **dict.fromkeys(("range", "observation_id"), ""),
        **dict.fromkeys(("value", "lower", "upper"), percent),
        **dict.fromkeys(("text", "full"), text),
        "label": label,
        "group": group,
        "status": LEVEL,
        "source_id": CUSTOMS,
    }


def _beside_nation(asked: Scope) -> tuple[Cubes, Cubes]:
    """Return the cubes of exports by chapter of the area and the nation, of the months of both."""
    nation = asked.elsewhere("CN")
    sides = [chosen(place, "export", asked.year, ("commodity",), 2) for place in (asked, nation)]
    alone = asked.area == "CN" or not all(sides)
    if alone or silent(asked, "export", asked.year):
        return (), ()
    own, every = same_months(*sides)
    return (own, every) if _same_query((asked, own), (nation, every)) else ((), ())


def advantage_when(asked: Scope) -> str:
    """Return the months that the comparative advantage is of; see `advantage`."""
    return when_zh(_beside_nation(asked)[0])


def advantage(asked: Scope) -> pd.DataFrame:
    """Return the point frame of revealed comparative advantage by HS chapter, against the nation.

    Exports of the same months; chapters that the nation exports. Empty where the nation's detail is
    not there.
    """
    nation = asked.elsewhere("CN")
    own_cubes, all_cubes = _beside_nation(asked)
    if not own_cubes:
        return pd.DataFrame()
    own, whole = (
        pd.Series(values(amounts(place, cubes, "commodity", 2)), dtype=float)
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
