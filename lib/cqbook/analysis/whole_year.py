"""A year of foreign trade whole: what it was made of, how it went, what grew and what shrank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from cqbook.analysis.composition import Part, composition
from cqbook.analysis.frames import points, quantities_of, short
from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.data.selection import fact, usable
from cqbook.data.vocabulary import FLOWS_ZH
from cqbook.quantities.quantity import (
    DERIVED,
    DERIVED_COLUMN,
    NOT_FOUND,
    NOT_PRINTED,
    Quantity,
    Reported,
    derive,
    difference,
    growth,
    missing,
    previous,
    sum_of,
    year_before,
)
from cqbook.quantities.verdict import Verdict, every

UNIT = "100M CNY"


@dataclass(frozen=True)
class Cut:
    """One way to cut a year's trade: its name, the breakdown, the parts, and whose they are."""

    label: str
    dimension: str
    codes: tuple[str, ...]
    flow: str = "total"


CUTS = (
    Cut("企业性质", "enterprise", ("foreign", "private", "soe")),
    Cut("贸易方式", "regime", ("processing", "general", "bonded_logistics")),
    Cut("贸易伙伴", "partner", ("asean", "eu", "us")),
    Cut("监管区域", "zone", ("comprehensive_bonded",)),
    Cut("产业", "sector", ("electronics",)),
    Cut("出口的商品", "product", ("laptop",), "export"),
    Cut("进口的商品", "product", ("integrated_circuit",), "import"),
)
REGIMES = CUTS[1]
AUTO_INDUSTRY = "汽车制造业"


def _asked(area: str, period: str, flow: str = "total") -> dict[str, str]:
    return {"indicator": "trade_value", "entity": area, "period": period, "flow": flow}


def totals(book: Catalog, area: str, years: range) -> dict[str, Quantity]:
    """Return the published value of a year's trade, by year."""
    return {str(year): level(book, area, str(year)) for year in years}


def dollars(book: Catalog, area: str, year: str) -> Quantity:
    """Return the growth of a year's trade in dollars, by where the traders sit."""
    asked = {"indicator": "trade_value", "entity": area, "flow": "total", "basis": "traders_seat"}
    found = [
        fact(book, unit="100M USD", period=each, **asked) for each in (year, year_before(year))
    ]
    return growth(*found)


def first_known(found: Mapping[str, Quantity]) -> str:
    """Return the first of some years of which there is a number."""
    return min((year for year, item in found.items() if item.known), default=NOT_FOUND)


def of_the_west(book: Catalog, area: str, year: str) -> Quantity:
    """Return the share in the trade of the twelve western regions."""
    return fact(book, unit="percent", measure="share", **_asked(area, year))


def rank(book: Catalog, indicator: str, entity: str, year: str, part: str = "") -> Quantity:
    """Return a published rank."""
    return fact(
        book, unit="rank", measure="rank", indicator=indicator, entity=entity, period=year,
        breakdown=part,
    )  # fmt: skip


def level(book: Catalog, area: str, period: str, flow: str = "total", part: str = "") -> Quantity:
    """Return the published value of trade, or of the part that a breakdown names."""
    return fact(book, unit=UNIT, breakdown=part, **_asked(area, period, flow))


def rate(book: Catalog, area: str, period: str, flow: str = "total", part: str = "") -> Quantity:
    """Return the published growth of the same."""
    asked = _asked(area, period, flow)
    return fact(book, unit="percent", measure="yoy", breakdown=part, **asked)


def _parts(book: Catalog, area: str, year: str, cut: Cut) -> dict[str, Part]:
    made = composition(
        book, _asked(area, year, cut.flow), dimension=cut.dimension, unit=UNIT, exclusive=False,
        codes=cut.codes,
    )  # fmt: skip
    return {part.label: part for part in made.parts}


def _auto_industry(book: Catalog, area: str, year: str) -> Quantity:
    asked = {"indicator": "auto_trade_value", "entity": area, "period": year, "flow": "total"}
    return fact(book, unit="percent", measure="share", **asked)


def shares(book: Catalog, area: str, year: str) -> dict[str, dict[str, Quantity]]:
    """Return by cut the share of each part: as printed, else from its value."""
    found = {}
    for cut in CUTS:
        parts = _parts(book, area, year, cut).items()
        named = {name: part.share for name, part in parts if part.share.known}
        if cut.dimension == "sector" and (auto := _auto_industry(book, area, year)).known:
            named[AUTO_INDUSTRY] = auto
        if named:
            found[cut.label] = named
    return found


def of(found: Mapping[str, Mapping[str, Quantity]], cut: str, part: str) -> Quantity:
    """Return one of the `shares`; missing where there is none."""
    return found.get(cut, {}).get(part, missing("percent"))


# --- how the year went


def _until(year: str, month: int) -> str:
    return year if month == 12 else f"{year}-01/{year}-{month:02d}"


def stretch(book: Catalog, area: str, year: str, after: int, last: int, flow: str) -> Quantity:
    """Return the growth of the months behind `after` up to `last`.

    What two cumulative values leave, against what these and their growths leave of a year before:
    values that were published a year before may have been revised since.
    """
    levels = [level(book, area, _until(year, month), flow) for month in (last, after)]
    rates = [rate(book, area, _until(year, month), flow) for month in (last, after)]
    return growth(difference(*levels), difference(*map(previous, levels, rates)))


def against_first(
    book: Catalog, area: str, year: str, after: int, last: int, flow: str
) -> Quantity:
    """Return the growth of a `stretch` against what was published of these months at the time."""
    levels, bases = (
        [level(book, area, _until(each, month), flow) for month in (last, after)]
        for each in (year, year_before(year))
    )
    return growth(difference(*levels), difference(*bases))


def year_end_unrevised(book: Catalog, area: str, year: str) -> Verdict:
    """Return whether November and December grew alike against either base, within `TOLD`."""
    apart = [
        difference(
            against_first(book, area, year, month - 1, month, flow),
            stretch(book, area, year, month - 1, month, flow),
        )
        for flow in ("export", "import")
        for month in (11, 12)
    ]
    return every(*(verdict for item in apart for verdict in (item < TOLD, item > -TOLD)))


#: Up to how many percentage points rounding may leave open where a growth is told.
TOLD = 3


def pieces(book: Catalog, area: str, year: str, flow: str) -> dict[tuple[int, int], Quantity]:
    """Return the growth of a year in pieces, by first and last month, as short as can be told.

    The first from January on; then a month as it was published, else a `stretch`. Where rounding
    leaves more than `TOLD` open, the piece goes on to a later month.
    """
    found: dict[tuple[int, int], Quantity] = {}
    after = 0
    for month in range(1, 13):
        item = rate(book, area, f"{year}-{month:02d}", flow)
        if after == 0:
            item = rate(book, area, _until(year, month), flow)
        elif month > after + 1 or not item.known:
            item = stretch(book, area, year, after, month, flow)
        width = item.interval.width if item.interval is not None else None
        if width is not None and width <= TOLD:
            found[after + 1, month] = item
            after = month
    return found


def piece_points(found: Mapping[tuple[int, int], Quantity]) -> pd.DataFrame:
    """Return the point frame of `pieces`, derived ones with their middle as text."""
    items = [
        (f"{first}月" if first == last else f"{first}—{last}月", item)
        for (first, last), item in found.items()
    ]
    rows = points(items, unit="percent")
    middle = rows["value"].map("{:.1f}%".format).str.replace("-", "−")
    return rows.assign(text=middle.where(rows["status"].isin(NOT_PRINTED), rows["text"]))


def fell_from(found: Mapping[tuple[int, int], Quantity], month: int) -> Verdict:
    """Return whether each month from one on was less than a year before; open if one is lacking."""
    single = {first: item for (first, last), item in found.items() if first == last}
    return every(*(single.get(each, missing("percent")) < 0 for each in range(month, 13)))


def fall(rate_of: Quantity) -> Quantity:
    """Return a negative growth as the size of the fall."""
    return derive(
        lambda interval: -interval, rate_of, unit="percent",
        about=replace(rate_of.about, measure="yoy"), regardless=rate_of.regardless,
    )  # fmt: skip


def middle(item: Quantity) -> str:
    """Return a growth in words as a chart of `pieces` has it: of a derived one the middle."""
    derived = item.known and item.status == DERIVED
    return item.in_words(f"约{item.point:.1f}%".replace("-", "−") if derived else item.zh)


def base_of_month(
    book: Catalog, area: str, year: str, month: int, flow: str
) -> dict[str, Quantity]:
    """Return what a published month grew from, and the monthly average of the year before until it.

    ``now``, ``rate``: value and growth of the month as published; ``then``, ``average``: implied
    by them and by the cumulative value and its growth. Growth from a low base has the first below
    the second.
    """
    one = f"{year}-{month:02d}"
    now, grown = level(book, area, one, flow), rate(book, area, one, flow)
    then = previous(now, grown)
    until = _until(year, month)
    so_far = previous(level(book, area, until, flow), rate(book, area, until, flow))
    average = derive(
        lambda whole, own: (whole - own) / (month - 1), so_far, then, unit=UNIT, about=then.about
    )
    return {"now": now, "rate": grown, "then": then, "average": average}


# --- what grew and what shrank


def gain(now: Quantity, before: Quantity) -> Quantity:
    """Return by how much a part is more than a year before."""
    return difference(now, before)


def gains_by_regime(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return by how much each regime's trade changed in a year, and the whole (last).

    What they leave is a change of its own only where it can't be rounding.
    """
    parts = _parts(book, area, year, REGIMES)
    found = {
        name: gain(part.level, part.previous) for name, part in parts.items() if part.previous.known
    }
    whole = gain(level(book, area, year), level(book, area, year_before(year)))
    if len(found) < 2 or not whole.known:
        return {}
    rest = difference(whole, sum_of(*found.values()))
    if rest.interval is not None and not rest.interval.contains(0):
        found["其余"] = rest
    ordered = sorted(found.items(), key=lambda item: -item[1].point)
    return {**dict(ordered), WHOLE: whole}


#: The last row of gains: the whole.
WHOLE = "合计"


def gain_points(found: Mapping[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of gains for a waterfall, numbers without decimals."""
    rows = points(found.items(), unit=UNIT)
    rows["text"] = rows["value"].map("{:.0f}".format).str.replace("-", "−")
    # the chart gives its sign to a part, not to the whole
    grown = rows["label"].eq(WHOLE) & rows["value"].gt(0)
    return rows.assign(text=rows["text"].mask(grown, "+" + rows["text"]))


def private_gain(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return what private firms added, what the others lost, and the contribution both ways.

    ``rest_loss``: what was lost by those that are neither private nor foreign, of which only a
    growth of about none is printed.
    """
    before = year_before(year)
    whole = gain(level(book, area, year), level(book, area, before))
    private = "enterprise=private"
    own = gain(level(book, area, year, part=private), level(book, area, before, part=private))
    printed = fact(
        book, unit="percent", measure="contribution_rate", breakdown=private, **_asked(area, year)
    )
    reckoned = derive(
        # a part may add more than the whole: no share, which ends at 100
        lambda part, all_: 100 * part / all_, own, whole, unit="percent",
        about=replace(own.about, measure="contribution_rate"),
    )  # fmt: skip
    foreign = "enterprise=foreign"
    now = level(book, area, year, part=foreign)
    # with the level once: as what it was less what it is, the range would be wider than it can be
    fallen = derive(
        lambda level_, yoy: level_ * (100 / (100 + yoy) - 1), now,
        rate(book, area, year, part=foreign), unit=UNIT, about=now.about,
    )  # fmt: skip
    others = difference(own, whole)
    return {
        "gain": own,
        "whole": whole,
        "others": others,
        "rest_loss": difference(others, fallen),
        "printed": printed,
        "reckoned": reckoned,
    }


def change(book: Catalog, area: str, year: str, flow: str, part: str = "") -> dict[str, Quantity]:
    """Return by how much a part of exports or imports grew in a year, and how fast."""
    now, before = (level(book, area, each, flow, part) for each in (year, year_before(year)))
    return {"now": now, "gain": gain(now, before), "loss": gain(before, now),
            "growth": growth(now, before)}  # fmt: skip


# --- every figure of one article


def article(book: Catalog, area: str, source: str) -> pd.DataFrame:
    """Return all figures that one article has of trade, a row a thing, by what is said of it."""
    rows = usable(book.observations(source_id=source))
    found: dict[str, dict[str, str]] = {}
    for row, item in zip(rows_of(rows), quantities_of(rows), strict=True):
        line = found.setdefault(
            _thing(book, row, area),
            {"level": "", "yoy": "", "share": "", "place": "", "source_id": source,
             "observation_id": ""},
        )  # fmt: skip
        column, words = _said(book, row, item)
        line[column] = "，".join(filter(None, (line[column], words)))
        line["observation_id"] = ";".join(
            filter(None, (line["observation_id"], row["observation_id"]))
        )
    return pd.DataFrame([{"label": label} | line for label, line in found.items()])


def by_part(found: pd.DataFrame, shares_of: Mapping[str, Mapping[str, Quantity]]) -> pd.DataFrame:
    """Return what an `article` has of the value of all trade and of its parts.

    A share that it does not print is reckoned, if `shares` has it, and says so. What it says of one
    thing alone, as of the West or of exports, is left out.
    """
    if found.empty:
        return found
    ours = found["yoy"].ne("") | found["share"].ne("") | found["place"].eq("")
    kept = found[found["level"].ne("") & ours]
    reckoned = {
        name: f"{short(item).zh}{DERIVED_COLUMN}"
        for parts in shares_of.values()
        for name, item in parts.items()
    }
    share = kept["share"].where(kept["share"].ne(""), kept["label"].map(reckoned).fillna(""))
    return kept.assign(share=share)


def _thing(book: Catalog, row: Reported, area: str) -> str:
    if row["entity"] != area:
        return book.name(row["entity"])
    name = FLOWS_ZH.get(row["flow"], "")
    if row["indicator"] == "auto_trade_value":
        return AUTO_INDUSTRY
    if not row["breakdown"]:
        return f"{name}总值"
    part = book.breakdown_name(row["breakdown"])
    if row["flow"] == "total":
        return part
    counted = "台数" if row["indicator"] == "trade_quantity" else "额"
    return f"{part}{name}{counted}"


def _said(book: Catalog, row: Reported, item: Quantity) -> tuple[str, str]:
    """Return in which column a figure stands, and its words there."""
    base = row["base"]
    if row["measure"] == "yoy":
        return "yoy", item.growth
    if row["measure"] == "share":
        whole = base.split(" ")[0] if base else ""
        if whole.startswith("grp-"):
            return "place", f"占{book.name(whole)}{item.zh}"
        own = row["flow"] in ("", "total")
        return ("share", item.zh) if own else ("place", f"占{FLOWS_ZH[row['flow']]}{item.zh}")
    if row["measure"] == "rank":
        among = book.name(base) if base.startswith("grp-") else base
        return "place", f"{among}{item.zh}"
    if row["measure"] == "contribution_rate":
        return "place", f"对增长的贡献率{item.zh}"
    return "level", item.zh


def count(frame: pd.DataFrame) -> int:
    """Return how many figures an `article` has."""
    return sum(len(cell.split(";")) for cell in frame["observation_id"])
