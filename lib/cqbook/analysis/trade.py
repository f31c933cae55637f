"""Foreign trade of a place: years, hidden months, revisions, concentration, peers."""

from __future__ import annotations

import pandas as pd

from cqbook.analysis.composition import Composition, composition, growth_or_gap
from cqbook.analysis.frames import points, published, timeline
from cqbook.data.catalog import Catalog
from cqbook.data.selection import fact, series, usable
from cqbook.data.vocabulary import BASES_ZH, DIRECTIONS_ZH, FLOWS_ZH
from cqbook.quantities.quantity import (
    DERIVED,
    UNPUBLISHED,
    Quantity,
    contribution_rate,
    derive,
    difference,
    growth,
    missing,
    previous,
    share,
    year_before,
)

UNIT = "100M CNY"
#: Breakdowns of the total that exclude each other, in the order the chapter shows them.
DIMENSIONS = {"enterprise": "企业性质", "regime": "贸易方式", "partner": "贸易伙伴"}
#: Groups of partners that contain other partners of the list: no parts beside them.
OVERLAPPING = ("bri", "rcep")


def value_filters(area: str, period: str, flow: str = "total") -> dict[str, str]:
    """Return the filters that name a trade value in yuan."""
    return {"indicator": "trade_value", "entity": area, "period": period, "flow": flow}


def level(book: Catalog, area: str, period: str, flow: str = "total") -> Quantity:
    """Return the published value of trade."""
    return fact(book, unit=UNIT, **value_filters(area, period, flow))


def rate(book: Catalog, area: str, period: str, flow: str = "total") -> Quantity:
    """Return the published growth of trade."""
    return fact(book, unit="percent", measure="yoy", **value_filters(area, period, flow))


def yearly(book: Catalog, area: str, flow: str, years: range) -> dict[str, Quantity]:
    """Return the value of each year; one that only the next year's growth implies is derived."""
    found = series(
        book, unit=UNIT, years=years, indicator="trade_value", entity=area, flow=flow,
        accumulation="period",
    )  # fmt: skip
    for year, item in found.items():
        following = str(int(year) + 1)
        if not item.known and following in found and found[following].known:
            found[year] = previous(found[following], rate(book, area, following, flow))
    return found


def annual_flows(book: Catalog, area: str, years: range) -> pd.DataFrame:
    """Return the point frame of exports and imports by year, gaps included."""
    frames = [
        timeline(yearly(book, area, flow, years), unit=UNIT, group=FLOWS_ZH[flow], short=True)
        for flow in DIRECTIONS_ZH
    ]
    # columns of one year stand side by side: the number alone, the unit is in the subtitle
    rows = pd.concat(frames, ignore_index=True)
    rows["text"] = rows["value"].map(lambda value: f"{value:.0f}" if value == value else "")
    return rows.sort_values("period", kind="stable").reset_index(drop=True)


def parts(book: Catalog, area: str, period: str, dimension: str) -> Composition:
    """Return the composition of trade along `dimension`; overlapping groups are left out."""
    filters = value_filters(area, period)
    rows = book.observations(**filters)
    codes = rows["breakdown"].str.extract(rf"^{dimension}=([^;=]+)$")[0].dropna().unique()
    kept = [code for code in codes if code not in OVERLAPPING]
    made = composition(book, filters, dimension=dimension, codes=kept)
    ordered = sorted(made.parts, key=lambda part: -part.level.point if part.level.known else 0)
    return Composition(made.total, made.total_yoy, tuple(ordered), made.rest)


def composition_table(book: Catalog, area: str, period: str) -> pd.DataFrame:
    """Return all parts along all dimensions in words, with the dimension in ``group``."""
    frames = [
        parts(book, area, period, dimension).table().assign(group=name)
        for dimension, name in DIMENSIONS.items()
    ]
    frames = [frame for frame in frames if len(frame)]
    columns = ["group", "label", "level", "share", "yoy", "previous", "points", "rate", "source_id"]
    columns += ["regardless"]
    return pd.concat(frames)[columns] if frames else pd.DataFrame(columns=columns)


def contributions(book: Catalog, area: str, period: str) -> pd.DataFrame:
    """Return the point frame of what each part adds to growth, in percentage points."""
    frames = [
        parts(book, area, period, dimension).points("points", unit="percentage points")
        for dimension in DIMENSIONS
    ]
    rows = pd.concat(frames, ignore_index=True)
    return rows[rows["value"].notna()].reset_index(drop=True)


def private_rate(book: Catalog, area: str, period: str) -> pd.DataFrame:
    """Return the point frame of the private sector's contribution rate, printed and computed."""
    private = composition(
        book, value_filters(area, period), dimension="enterprise", codes=["private"]
    )
    part = private.named("民营企业")
    computed = contribution_rate(part.level, part.yoy, private.total, private.total_yoy)
    items = [("所印的贡献率", part.rate)] if part.rate.status != DERIVED else []
    rows = points([*items, ("由所印数字推算", computed)], unit="percent")
    return published(rows)


# --- what the prose says where a figure is not published: a sentence, not a word in its place


def rest_words(parts: Composition) -> str:
    """Return what is left beside the named kinds of enterprise."""
    if parts.rest is not None and parts.rest.level.known:
        return f"列名的各类之外，其余为{parts.rest.level.zh}"
    known = [part for part in parts.parts if part.level.known]
    if len(known) != 1 or not parts.total.known:
        return "各类企业的金额没有找齐，其余有多大拆不出来"
    left = difference(parts.total, known[0].level)
    return f"{known[0].label}之外的各类合计{left.zh}，其中各占多少未见公布"


def rate_words(rates: pd.DataFrame) -> dict[str, str]:
    """Return ``rate_words`` and ``rate_point``: a contribution rate as printed and as derived.

    Parameters
    ----------
    rates : pandas.DataFrame
        See `private_rate`.
    """
    words = dict(zip(rates["label"], rates["text"], strict=True))
    printed, computed = words.get("所印的贡献率"), words.get("由所印数字推算")
    if printed and computed:
        over = (rates["value"] > 100).all()
        beyond = "。贡献率超过100%并不神秘，它只说明其他部分合计是减少的" if over else ""
        return {
            "rate_words": f"所印{printed}，推算{computed}：区间的宽度来自增速的舍入，"
            f"宽到既不能证实、也不能否定所印的数{beyond}",
            "rate_point": f"所印的{printed}背后可以是{computed}",
        }
    if computed:
        return {
            "rate_words": f"这一时期没有印出贡献率；由所印的金额和增速只能推算到{computed}，"
            "区间的宽度来自增速的舍入",
            "rate_point": f"没有印出的，只能推算到{computed}",
        }
    if printed:
        return {
            "rate_words": f"所印{printed}；推算它所需的数没有找齐",
            "rate_point": f"所印{printed}，无从核对",
        }
    return {
        "rate_words": "这一时期既没有印出贡献率，也没有足够的数来推算",
        "rate_point": "这一时期没有可用的数",
    }


def industry_words(value: Quantity, share: Quantity) -> str:
    """Return the trade of the automobile industry beside the exports of automobiles."""
    if not value.known:
        return "按“汽车制造业”口径的进出口，这一时期未见公布"
    return (
        f"按“汽车制造业”口径的进出口为{value.zh}，占进出口{share.zh}。两个口径一个只算出口商品，"
        "一个算产业的进出口，不能相减得到“汽车进口”"
    )


def west_words(share: Quantity, when: str) -> str:
    """Return the share in the trade of the western regions."""
    if not share.known:
        return f"占西部地区外贸的比重，{when}未见公布"
    return f"占西部地区外贸的比重，{when}为{share.zh}"


def regime_words(rows: pd.DataFrame) -> str:
    """Return where the regimes are shown, or that they are not published."""
    return "贸易方式另有一图" if len(rows) else "贸易方式的数，这一时期未见公布"


def revision_words(rows: pd.DataFrame) -> str:
    """Return what the comparison of the year before comes to."""
    if rows.empty:
        return "上年当时公布的数没有查到，这一时期无法比较"
    return "两个区间相交，就看不出修订；不相交，说明分母改过或口径不同"


def products(book: Catalog, area: str, period: str) -> pd.DataFrame:
    """Return the point frame of published products, exports and imports, autos included."""
    frames = []
    for flow in DIRECTIONS_ZH:
        filters = value_filters(area, period, flow)
        made = composition(book, filters, dimension="product", exclusive=False)
        items = [
            (f"{part.label}（{FLOWS_ZH[flow]}）", part) for part in made.parts if part.level.known
        ]
        if flow == "export":
            auto = auto_exports(book, area, period)
            if auto.known:
                yoy = auto_exports(book, area, period, measure="yoy", unit="percent")
                frames.append(
                    points([("汽车（出口）", auto)], unit=UNIT, detail=[growth_or_gap(yoy)])
                )
        frames.append(
            points(
                ((label, part.level) for label, part in items),
                unit=UNIT,
                detail=[growth_or_gap(part.yoy) for _, part in items],
            )
        )
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return points([], unit=UNIT)
    return pd.concat(frames).sort_values("value", ascending=False).reset_index(drop=True)


def auto_exports(
    book: Catalog, area: str, period: str, *, measure: str = "level", unit: str = UNIT
) -> Quantity:
    """Return the published value (or growth) of vehicle exports."""
    return fact(
        book, unit=unit, measure=measure, indicator="auto_exports_value", entity=area,
        period=period, flow="export",
    )  # fmt: skip


def shares_over_time(book: Catalog, area: str, years: range, breakdown: str) -> pd.DataFrame:
    """Return the point frame of a part's share by year: as printed, else derived, else a gap."""
    found = {}
    for year in map(str, years):
        filters = value_filters(area, year) | {"breakdown": breakdown}
        printed = fact(book, unit="percent", measure="share", **filters)
        whole = level(book, area, year)
        part = fact(book, unit=UNIT, **filters)
        found[year] = printed if printed.known else share(part, whole)
    return timeline(found, unit="percent", short=True)


def revisions(book: Catalog, area: str, period: str) -> pd.DataFrame:
    """Compare last year as implied by this year's growth with what was published of it then.

    Returns
    -------
    pandas.DataFrame
        A point frame, two rows a thing: ``group`` 当时公布 and 由今年增速推算.
    """
    before = year_before(period)
    things: dict[str, dict[str, str]] = {
        "进出口": {},
        "出口": {"flow": "export"},
        "进口": {"flow": "import"},
        "民营企业": {"breakdown": "enterprise=private"},
    }
    frames = []
    for label, extra in things.items():
        now = value_filters(area, period) | extra
        then = value_filters(area, before) | extra
        implied = previous(
            fact(book, unit=UNIT, **now), fact(book, unit="percent", measure="yoy", **now)
        )
        printed = fact(book, unit=UNIT, **then)
        if implied.known and printed.known:
            frames.append(points([(label, printed)], unit=UNIT, group="当时公布"))
            frames.append(points([(label, implied)], unit=UNIT, group="由下一年增速推算"))
    return pd.concat(frames, ignore_index=True) if frames else points([], unit=UNIT)


def months_from_cumulative(book: Catalog, area: str, year: str) -> pd.DataFrame:
    """Return the months between published cumulative figures, as differences with intervals.

    Two cumulative figures of the same basis that are one month apart leave a month; further
    apart, they leave a stretch, which is drawn as such. A floor (超) gives no difference.
    """
    ends: dict[int, Quantity] = {}
    for month in range(1, 13):
        period = f"{year}-01/{year}-{month:02d}" if 1 < month < 12 else year if month == 12 else ""
        if period:
            item = level(book, area, period)
            if item.known and item.interval is not None and item.interval.width is not None:
                ends[month] = item
    rows = []
    for (first, before), (last, after) in zip(
        list(ends.items())[:-1], list(ends.items())[1:], strict=True
    ):
        label = f"{last}月" if last - first == 1 else f"{first + 1}—{last}月"
        rows.append((label, difference(after, before)))
    frame = points(rows, unit=UNIT)
    # on a column the middle is enough; the interval stands in the data below the figure
    frame["text"] = frame["value"].map("约{:.0f}".format)
    return frame


#: The two bases of a province's trade: by the trader's seat, by where the goods come from and go.
PLACED_BY = {basis: BASES_ZH[basis] for basis in ("traders_seat", "origin_destination")}
PEERS = ["CN-50", "CN-51", "CN-61", "CN-45", "CN-34", "CN-42"]


def peers(book: Catalog, year: str) -> pd.DataFrame:
    """Return the point frame of provinces on both bases, in dollars, largest first."""
    frames = []
    for basis, name in PLACED_BY.items():
        items = [
            (
                book.name(code).removesuffix("壮族自治区").removesuffix("省").removesuffix("市"),
                fact(book, unit="100M USD", basis=basis, **value_filters(code, year)),
            )
            for code in PEERS
        ]
        frames.append(points(items, unit="100M USD", group=name))
    rows = published(pd.concat(frames, ignore_index=True))
    rows["text"] = rows["value"].map("{:.0f}亿美元".format)
    order = rows[rows["group"].eq(PLACED_BY["traders_seat"])].sort_values("value", ascending=False)
    rank = {label: number for number, label in enumerate(order["label"])}
    rows["_rank"] = rows["label"].map(rank)
    return rows.sort_values(["_rank", "group"]).drop(columns="_rank").reset_index(drop=True)


def peer_rank(rows: pd.DataFrame, name: str) -> dict[str, str]:
    """Return the place of `name` among the peers drawn, by basis, in words."""
    found = {}
    for basis, label in PLACED_BY.items():
        frame = rows[rows["group"].eq(label)].sort_values("value", ascending=False)
        place = list(frame["label"]).index(name) + 1 if name in set(frame["label"]) else 0
        found[basis] = f"第{place}位" if place else UNPUBLISHED
    return found


def hhi_bounds(made: Composition) -> tuple[Quantity, Quantity]:
    """Return bounds of the Herfindahl–Hirschman index (0–10000) of a composition.

    The named parts are known, the rest is one number: split ever finer it adds nothing (lower
    bound), as one partner it adds its square (upper bound).
    """
    known = [part.share for part in made.parts if part.share.known]
    if not known or made.rest is None:
        return missing("index"), missing("index")
    squares = derive(
        lambda *shares: sum((share * share for share in shares[1:]), shares[0] * shares[0]),
        *known,
        unit="index",
    )
    rest = derive(lambda low, share: low + share * share, squares, made.rest.share, unit="index")
    return squares, rest


def balance(book: Catalog, area: str, period: str) -> Quantity:
    """Return exports less imports."""
    return difference(level(book, area, period, "export"), level(book, area, period, "import"))


def implied_growth(book: Catalog, area: str, period: str, flow: str) -> Quantity:
    """Return the growth printed of a flow; where none is, the one against last year's value."""
    printed = rate(book, area, period, flow)
    if printed.known:
        return printed
    before = year_before(period)
    return growth(level(book, area, period, flow), level(book, area, before, flow))


def latest_peer_year(book: Catalog, period: str) -> str:
    """Return the last year up to `period` for which provinces are published in dollars."""
    frame = usable(book.observations(indicator="trade_value", basis=list(PLACED_BY)))
    years = sorted(year for year in frame["period"].unique() if year <= period[:4])
    return years[-1] if years else period[:4]
