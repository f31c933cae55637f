"""Auto exports: whose share, at what price, on what basis, against what target."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pandas as pd

from cqbook.analysis.frames import (
    figures_zh,
    points,
    published,
    quantities_of,
    rows_of,
    timeline,
)
from cqbook.data.catalog import Catalog
from cqbook.data.selection import fact, in_series, measure_zh, preferred, series
from cqbook.data.vocabulary import BASES_ZH
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import (
    Quantity,
    clause,
    derive,
    missing,
    period_zh,
    previous,
    quantity_of,
    ratio,
    share,
)

NATION = "CN"
VOLUME, VALUE = "10k vehicles", "100M CNY"
NEV = "vehicle=nev"
#: Vehicle volumes are taken on the association's basis throughout (see the methods page).
VOLUME_BASIS = "caam"


def national(book: Catalog, years: range, breakdown: str = "") -> dict[str, Quantity]:
    """Return the nation's exports by year on the association's basis, gaps included."""
    return series(
        book, unit=VOLUME, years=years, indicator="auto_exports", entity=NATION,
        basis=VOLUME_BASIS, breakdown=breakdown, accumulation="period",
    )  # fmt: skip


def bare(found: dict[str, Quantity], unit: str, group: str = "") -> pd.DataFrame:
    """Return the point frame of yearly figures whose columns carry the bare number."""
    rows = timeline(found, unit=unit, group=group, short=True)
    rows["text"] = [_bare_number(item, unit) for item in found.values()]
    return rows


def _bare_number(item: Quantity, unit: str) -> str:
    held = item.to(unit)
    if not held.known or held.interval is None:
        return ""
    word = "超" if held.interval.upper is None else ""
    return f"{word}{held.point:.{3 if unit == 'percent' else 5}g}"


def nev_share(book: Catalog, years: range) -> dict[str, Quantity]:
    """Return new-energy vehicles' share of the nation's exports by year; derived."""
    whole, part = national(book, years), national(book, years, NEV)
    return {year: share(part[year], whole[year]) for year in whole}


def exports_by_month(book: Catalog, first: int, last: int) -> pd.DataFrame:
    """Return single months as published, total and new-energy; gaps break the line."""
    frames = []
    for breakdown, name in (("", "全部汽车"), (NEV, "新能源汽车")):
        found = series(
            book, unit=VOLUME, indicator="auto_exports", entity=NATION, basis=VOLUME_BASIS,
            breakdown=breakdown, accumulation="period",
        )  # fmt: skip
        periods = [
            f"{year}-{month:02d}" for year in range(first, last + 1) for month in range(1, 13)
        ]
        every = {period: found.get(period, missing(VOLUME)) for period in periods}
        frames.append(timeline(every, unit=VOLUME, group=name))
    return pd.concat(frames, ignore_index=True)


#: Bases on which vehicles are counted, as a label has room for them.
COUNTED_BY = {basis: BASES_ZH[basis] for basis in ("caam", "customs", "jama", "trade_statistics")}
COUNTED_BY["jama"] = "日本车协"


def by_basis(book: Catalog, places: dict[str, str], periods: list[str]) -> pd.DataFrame:
    """Return the point frame of exports of `places` (code → name) on each basis there is."""
    frames = []
    for code, name in places.items():
        for basis, word in COUNTED_BY.items():
            frame = book.observations(
                indicator="auto_exports", entity=code, basis=basis, period=periods,
                measure="level", breakdown="",
            )  # fmt: skip
            frame = preferred(frame).sort_values("confidence", ascending=False).head(1)
            for row in rows_of(frame):
                items = [(f"{name}（{word}）", quantity_of(row).to(VOLUME))]
                frames.append(points(items, unit=VOLUME, group=name))
    return pd.concat(frames, ignore_index=True) if frames else points([], unit=VOLUME)


def export_values(book: Catalog, area: str, years: range) -> dict[str, Quantity]:
    """Return the value of a place's exports by year; derived where only growth implies it."""
    found = series(
        book, unit=VALUE, years=years, indicator="auto_exports_value", entity=area,
        accumulation="period",
    )  # fmt: skip
    for year, item in found.items():
        after = str(int(year) + 1)
        if not item.known and after in found and found[after].known:
            growth = fact(
                book, unit="percent", measure="yoy", indicator="auto_exports_value",
                entity=area, period=after,
            )  # fmt: skip
            found[year] = previous(found[after], growth)
    return found


def unit_values(book: Catalog, area: str) -> pd.DataFrame:
    """Return value a vehicle for each period with both value and volume; derived, in 万元."""
    found = series(book, unit=VOLUME, indicator="auto_exports", entity=area)
    items = []
    for period, volume in found.items():
        value = fact(book, unit=VALUE, indicator="auto_exports_value", entity=area, period=period)
        counted = volume.interval is not None and volume.interval.width is not None
        if counted and volume.known and value.known:
            each = ratio(value, volume, unit="10k CNY", per="vehicles")
            items.append((period_zh(period), each))
    return points(items, unit="10k CNY")


def share_of_nation(book: Catalog, area: str, period: str) -> Quantity:
    """Return a place's share of the nation's export volume, counted alike; derived."""
    own = fact(book, unit=VOLUME, indicator="auto_exports", entity=area, period=period)
    # customs counts more than the association does: the whole is taken as the part was counted
    whole = fact(
        book, unit=VOLUME, indicator="auto_exports", entity=NATION, period=period,
        basis=own.about.basis,
    )  # fmt: skip
    return share(own, whole)


def tenth(book: Catalog, area: str = "CN-50", maker: str = "org-changan") -> dict[str, Quantity]:
    """Return what the printed share of the nation and the maker's floor imply for each other.

    Returns
    -------
    dict
        ``share`` (printed), ``nation`` (printed), ``implied`` (share × nation), ``maker``
        (printed floor), ``others`` (what is left for all other makers), ``maker_share``.
    """
    printed = fact(
        book, unit="percent", measure="share", indicator="auto_exports", entity=area,
        period="2023-Q1",
    )  # fmt: skip
    nation = fact(
        book, unit=VOLUME, indicator="auto_exports", entity=NATION, period="2023-Q1",
        basis=VOLUME_BASIS,
    )  # fmt: skip
    floor = fact(
        book, unit=VOLUME, indicator="auto_exports", entity=maker, period="2023-01/2023-03"
    )
    implied = derive(
        lambda rate, whole: rate * whole / 100, printed, nation, unit=VOLUME,
        regardless="报道没有说占的是哪个总量，此处按中汽协的辆数",
    )  # fmt: skip
    by_maker = "长安为企业自报，全国为中汽协统计"
    nothing = Interval(Decimal(0), None, True, False)
    others = derive(
        lambda whole, part: (whole - part).intersection(nothing), implied, floor, unit=VOLUME,
        regardless=by_maker,
    )  # fmt: skip
    return {
        "share": printed,
        "nation": nation,
        "implied": implied,
        "maker": floor,
        "others": others,
        "maker_share": share(floor, nation, regardless=by_maker),
    }


def output(book: Catalog, area: str, years: range) -> pd.DataFrame:
    """Return the point frame of output by year, total and new-energy."""
    frames = []
    for breakdown, name in (("", "全部汽车"), (NEV, "新能源汽车")):
        found = series(
            book, unit=VOLUME, years=years, indicator="auto_output", entity=area,
            breakdown=breakdown, accumulation="period",
        )  # fmt: skip
        frames.append(bare(found, VOLUME, name))
    rows = pd.concat(frames, ignore_index=True)
    return rows.sort_values("period", kind="stable").reset_index(drop=True)


#: Why exports may be divided by output, which nobody counts at the border.
EXPORTS_IN_OUTPUT = "出口按海关统计，产量按工业统计，当年出口的不都是当年生产的"


def made(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return output, new-energy output, its share, and exports as a share of output."""
    asked = {"indicator": "auto_output", "entity": area, "period": period}
    total = fact(book, unit=VOLUME, **asked)
    nev = fact(book, unit=VOLUME, breakdown=NEV, **asked)
    sold = fact(book, unit=VOLUME, indicator="auto_exports", entity=area, period=period)
    return {
        "output": total,
        "nev_output": nev,
        "nev_output_share": share(nev, total),
        "export_rate": share(sold, total, regardless=EXPORTS_IN_OUTPUT),
    }


def made_clause(book: Catalog, area: str, period: str) -> str:
    """Return output and its new-energy part as a clause; what is not published is said once."""
    found = made(book, area, period)
    whole = clause("产量{output}", "产量未见公布", output=found["output"])
    part = clause("，其中新能源汽车{nev}", "", nev=found["nev_output"])
    share = clause("，占{share}", "", share=found["nev_output_share"])
    return f"{whole}{part}{share}"


def overseas(book: Catalog) -> pd.DataFrame:
    """Return today's overseas volume beside planned overseas capacity, each with its status."""
    items = []
    sold = preferred(book.observations(indicator="overseas_sales", measure="level"))
    for row in rows_of(sold):
        own = "自主品牌" if row["breakdown"] else ""
        label = f"{book.name(row['entity'])}{own}海外销量（{period_zh(row['period'])}）"
        items.append((label, quantity_of(row).to(VOLUME)))
    capacity = preferred(
        book.observations(indicator="auto_capacity", status=["plan", "target"], measure="level")
    )
    for row in rows_of(capacity):
        label = f"{book.name(row['entity'])}{'海外' if row['breakdown'] else ''}产能（计划）"
        items.append((label, quantity_of(row).to(VOLUME)))
    return published(points(items, unit=VOLUME))


def thailand(book: Catalog) -> tuple[Quantity, Quantity]:
    """Return both readings of 二期翻倍: the two phases together, phase 2 alone twice phase 1."""
    # as planned: what opened in 2025 is another figure of the same plant
    first = fact(
        book, unit=VOLUME, indicator="auto_capacity", entity="proj-changan-thailand-phase1",
        status="plan",
    )  # fmt: skip
    times = fact(
        book, unit="times", measure="multiple", indicator="auto_capacity",
        entity="proj-changan-thailand-phase2",
    )  # fmt: skip
    together = derive(lambda one, factor: one * factor, first, _exact(times), unit=VOLUME)
    each = derive(lambda one, factor: one * (1 + factor), first, _exact(times), unit=VOLUME)
    return together, each


def _exact(times: Quantity) -> Quantity:
    # 翻倍 means twice, not 1.5 to 2.5 times
    if times.value is None:
        return times
    return replace(times, interval=Interval.exactly(times.value))


MAKER_INDICATORS = {
    "auto_exports": "出口",
    "auto_deliveries": "交付",
    "auto_orders": "订单",
    "auto_sales": "销量",
    "overseas_sales": "海外销量",
    "auto_shipments": "发运",
}


def makers(book: Catalog) -> pd.DataFrame:
    """Return what was published of single makers and districts, in words: a list, not a ranking."""
    frame = book.observations(indicator=list(MAKER_INDICATORS))
    # the months of a long series are no list
    frame = preferred(frame[~in_series(book, frame)])
    kinds = book.table("entities").set_index("entity")["kind"]
    wanted = frame["entity"].map(kinds).isin(["organisation", "district", "model"])
    frame = frame[wanted].copy()
    frame["who"] = frame["entity"].map(book.name)
    # 长安·中亚 超1倍 is a comparison with all of 2022, not what was exported
    frame["kind"] = [
        "·".join(filter(None, (MAKER_INDICATORS[row["indicator"]], measure_zh(book, row))))
        for row in rows_of(frame)
    ]
    frame["detail"] = frame["breakdown"].map(
        lambda text: book.breakdown_name(text) if text else "全部"
    )
    frame["when"] = frame["period"].map(period_zh)
    items = quantities_of(frame)
    frame["text"] = figures_zh(items)
    frame["nature"] = [item.status for item in items]
    return frame.sort_values(["who", "period"]).reset_index(drop=True)


def district_exports(book: Catalog, district: str, period: str) -> tuple[Quantity, Quantity]:
    """Return a district's exports and the new-energy vehicles' share of them."""
    asked = {"indicator": "auto_exports", "entity": district, "period": period}
    total = fact(book, unit="vehicles", **asked)
    return total, share(fact(book, unit="vehicles", breakdown=NEV, **asked), total)


def latest_volume(book: Catalog, area: str, until: str) -> dict[str, str]:
    """Return in words the last whole year with a volume, the volume, and its share of the nation.

    Three clauses for three places: ``volume_now``, ``volume_later``, ``volume_point``.
    """
    for year in range(int(until[:4]), int(until[:4]) - 8, -1):
        volume = fact(book, unit=VOLUME, indicator="auto_exports", entity=area, period=str(year))
        if volume.known:
            share = share_of_nation(book, area, str(year)).zh
            return {
                "volume_now": f"最近一个有公布数的年份是{year}年：{volume.zh}，占全国的{share}",
                "volume_later": f"后来公布的全年数给了答案的一部分：{year}年重庆出口{volume.zh}，"
                f"占全国{share}",
                "volume_point": f"有公布数的{year}年，重庆占全国出口量的{share}",
            }
    none = f"到{until[:4]}年为止未见公布数"
    return {
        "volume_now": none,
        "volume_later": f"重庆全年的出口量，{none}，无从验证",
        "volume_point": f"重庆的出口量{none}",
    }
