"""What the data holds of one district: what it sells and makes, and what came to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from cqbook.analysis.frames import figures_zh, points, quantities_of, short
from cqbook.data.catalog import Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.selection import fact as fact_of
from cqbook.data.selection import measured, usable
from cqbook.data.vocabulary import BASES_ZH, DOMAINS, STAGES
from cqbook.errors import DataError
from cqbook.quantities.about import HAPPENED, ids_in
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import (
    NOT_FOUND,
    InWords,
    Quantity,
    compared,
    difference,
    exact,
    growth,
    missing,
    quantity_of,
    ratio,
    share,
)
from cqbook.quantities.units import MINUS
from cqbook.quantities.verdict import Verdict, looked_up, ordered


def district(book: Catalog, code: str) -> TableRow:
    """Return the row of ``districts`` with this code.

    Raises
    ------
    DataError
        If there is no such district; the message lists those there are.
    """
    found = book.own_rows("districts", {"adcode": str(code)})
    if found.empty:
        frame = book.table("districts")
        known = "、".join(frame["adcode"] + frame["name_zh"])
        msg = f"没有区县 {code}；可选：{known} | no district {code!r}; expected one of {known}"
        raise DataError(msg)
    return rows_of(found)[0]


def _listed(cells: pd.Series, code: str) -> pd.Series:
    """Return whether `code` stands in each cell of codes separated by semicolons."""
    return cells.map(lambda cell: code in cell.split(";"))


#: Tables of what lies in a district, and their keys.
KEYED = {"parks": "park", "organisations": "organisation", "projects": "project"}


def entities_within(book: Catalog, code: str) -> list[str]:
    """Return the entities in a district: itself, its parks, firms, projects, routes, their parts.

    What lies in several districts is of none of them: a zone of seven is not the district.
    """
    found = [code]
    for table, key in KEYED.items():
        found += list(book.own_rows(table, {"district": code})[key])
    new = found
    while True:
        below = book.own_rows("entities", {"parent": new})["entity"]
        new = [entity for entity in below if entity not in found]
        if not new:
            return list(dict.fromkeys(found))
        found += new


#: Regional product is known of most districts from a compilation of no known date alone: a page
#: says how large a part of the city it is (`size`), and nothing else of it.
NOT_TOLD = ("gdp",)
#: Of the compilation of regional products a year and the last; that of 2019 mixes revised numbers
#: with others.
SIZED = ("2020", "2022")


def figures(book: Catalog, code: str, year: str = "") -> pd.DataFrame:
    """Return the figures of a district and what lies in it, newest first within each domain.

    Parameters
    ----------
    year : str
        Only figures whose period lies in, or reaches into, this year; empty: all.

    Returns
    -------
    pandas.DataFrame
        The columns of ``observations`` and, in words, ``domain``, ``who``, ``what``, ``when``,
        ``text`` (the figure) and ``nature`` (公布, 计划 …); ``own``: the district's own figure.
    """
    frame = usable(book.observations(entity=entities_within(book, code)))
    frame = frame[~frame["indicator"].isin(NOT_TOLD)].reset_index(drop=True)
    if year:
        touches = frame["period"].map(lambda text: int(year) in Period.parse(text).years)
        frame = frame[touches.astype(bool)].copy()
    indicators = book.own_rows("indicators", {"indicator": sorted(set(frame["indicator"]))})
    indicators = indicators.set_index("indicator")
    quantities = quantities_of(frame)
    frame["domain"] = frame["indicator"].map(indicators["domain"]).map(DOMAINS)
    frame["who"] = frame["entity"].map(book.name)
    frame["own"] = frame["entity"].eq(code)
    frame["what"] = [measured(book, row) for row in rows_of(frame)]
    frame["when"] = frame["period"].map(lambda text: Period.parse(text).zh())
    frame["text"] = figures_zh(quantities)
    frame["nature"] = [item.status for item in quantities]
    frame["_end"] = frame["period"].map(Period.parse)
    order = {name: number for number, name in enumerate(DOMAINS.values())}
    frame["_domain"] = frame["domain"].map(order)
    frame["_hoped"] = ~frame["status"].isin(HAPPENED)
    frame = frame.sort_values(
        ["_domain", "own", "_hoped", "_end"], ascending=[True, False, True, False], kind="stable"
    )
    return frame.drop(columns=["_domain", "_hoped"]).reset_index(drop=True)


#: What makes two rows figures of one thing.
_THING = ["entity", "indicator", "breakdown", "flow", "period", "status"]


class Asked(NamedTuple):
    """What a page asks of a district: of the figures that fit, the newest."""

    indicator: str
    breakdown: str | None = ""
    flow: str = ""
    measure: str = "level"
    statuses: tuple[str, ...] = HAPPENED
    #: Whether the district's own, or that of something in it.
    own: bool = True
    #: The oldest in place of the newest.
    first: bool = False
    #: Which of its words the page uses: those of `words`.
    say: str = "level"


#: In a breakdown: the product of which the district's exports are known.
PRODUCT = "product=?"
PLANNED = ("plan", "target")
EXPECTED = ("estimate",)
_KEY = "kind=key_project;level="
ASKED = {
    "cars": Asked("auto_exports", flow="export", say="level when"),
    "cars_nev": Asked("auto_exports", "vehicle=nev", "export"),
    "trade": Asked("trade_value", flow="total", say="level when change"),
    "exports": Asked("trade_value", flow="export", say="level when change"),
    "imports": Asked("trade_value", flow="import", say="level change"),
    "trade_target": Asked("trade_value", flow="total", statuses=PLANNED),
    "corridor_boxes": Asked("ilstc_containers", measure="yoy"),
    "categories": Asked("export_product_categories", flow="export"),
    "product_volume": Asked("export_volume", PRODUCT, "export", say="level when change of"),
    "product_value": Asked("trade_value", PRODUCT, "export", say="level change"),
    "product_markets": Asked("export_markets", PRODUCT, "export", say="level of"),
    "procurement": Asked("trade_value", "regime=market_procurement", "export", say="level when of"),
    "procurement_boxes": Asked("shipments_containers", "regime=market_procurement", "export"),
    "trips": Asked("train_trips", own=False, say="level when who"),
    "trips_rank": Asked("train_trips", measure="rank", own=False),
    "trips_target": Asked("train_trips", statuses=PLANNED, own=False, say="level when"),
    "trips_first": Asked("train_trips", own=False, first=True, say="level when"),
    "route_boxes": Asked("ilstc_containers", own=False, say="level who"),
    "route_value": Asked("shipment_value", own=False),
    "box_before": Asked("container_load", "vehicle=nev", "export", own=False, first=True),
    "box_now": Asked("container_load", "vehicle=nev", "export", own=False, say="level who"),
    "box_cost": Asked("logistics_cost", "vehicle=nev", "export", "pct_change", own=False),
    "output": Asked("output_value", None, statuses=EXPECTED, say="level when change of"),
    "output_plan": Asked("output_value", None, statuses=PLANNED, say="level when of"),
    "contribution": Asked(
        "industrial_value_added", None, measure="contribution_rate", statuses=EXPECTED, say="level"
    ),
    "plant_output": Asked(
        "output_value", None, statuses=EXPECTED, own=False, say="level who due undated said"
    ),
    "capacity": Asked("parts_capacity", None, own=False, say="level of who"),
    "capacity_plan": Asked("parts_capacity", None, statuses=PLANNED, own=False, say="level of who"),
    "parts_firms": Asked("firms", "kind=nev_parts", say="level when of"),
    "aftermarket_firms": Asked("firms", "kind=auto_aftermarket", say="level when of"),
    "workshops": Asked("digital_workshops", None, say="level when of"),
    "factories": Asked("smart_factories", None),
    "upgrade_target": Asked(
        "tech_upgrade_investment", measure="yoy", statuses=PLANNED, say="level when"
    ),
    "cameras": Asked("cameras_per_dazu_camera", None),
    "connected": Asked("connected_firms", own=False, say="level when who"),
    "contracts": Asked("contract_value", "kind=investment_promotion"),
    "funds": Asked("funds_in_place", "kind=investment_promotion"),
    "investment": Asked("investment_planned", None, statuses=PLANNED, own=False, say="level who"),
    "orders": Asked("parts_orders", "product=battery_case", own=False, say="level who when of"),
    "research": Asked("rd_intensity", measure="share", say="level when"),
    "research_rise": Asked("rd_intensity", measure="pp_change"),
    "hitech_added": Asked("firms_added", "kind=hitech"),
    "tech_added": Asked("firms_added", "kind=technology"),
    "above_added": Asked("firms_added", "kind=above_scale_industrial", say="level when"),
    "srdi_added": Asked("firms_added", "kind=specialised_new"),
    "foreign_firms": Asked("recruited_firms", "enterprise=foreign", say="level when"),
    "trade_firms": Asked("cultivated_firms", "kind=foreign_trade"),
    "deals": Asked("projects_count", "kind=investment_promotion", say="level when"),
    "deals_signed": Asked(
        "projects_count", "kind=investment_promotion;stage=signed", say="level when"
    ),
    "deals_started": Asked("projects_count", "kind=investment_promotion;stage=started"),
    "new_jobs": Asked("urban_new_jobs", say="level when"),
    "rehired": Asked("unemployed_reemployed"),
    "hard_to_employ": Asked("hard_to_employ_employed"),
    "city_projects": Asked("projects_count", f"{_KEY}municipal", say="level when"),
    "city_started": Asked("projects_count", f"{_KEY}municipal;stage=started"),
    "city_invested": Asked(
        "investment_rate", f"{_KEY}municipal", measure="completion", say="level when"
    ),
    "city_money": Asked("investment_completed", f"{_KEY}municipal"),
    "local_money": Asked("investment_completed", f"{_KEY}district"),
    "local_projects": Asked("projects_count", f"{_KEY}district"),
    "local_started": Asked("projects_count", f"{_KEY}district;stage=started"),
    "local_invested": Asked("investment_rate", f"{_KEY}district", measure="completion"),
    "fixed": Asked("fixed_investment", measure="yoy", say="level when"),
    "base_plan": Asked("industry_scale", None, statuses=PLANNED),
    "firm_markets": Asked("export_markets", own=False, say="level who when"),
}


@dataclass(frozen=True)
class Fact:
    """A figure of a page: the number, its change on the year before, of what, whose, when."""

    level: Quantity
    change: Quantity
    of: str = ""
    who: str = ""
    #: When the source was published that has it; empty if unknown.
    published: str = ""

    @property
    def words(self) -> dict[str, str]:
        """The texts of it: ``level``, ``change``, ``of``, ``who``, ``when``; 没有查到 if unknown.

        ``due`` is when it is to be reached; ``undated``, whose it is, where that is not said;
        ``said`` when it was reported.
        """
        period = self.level.about.period
        when = Period.parse(period).zh() if period else NOT_FOUND
        undated = period.endswith("..")
        return {
            "level": self.level.in_words(figures_zh([self.level])[0]),
            "change": self.change.in_words(figures_zh([self.change])[0]),
            "of": self.of or NOT_FOUND,
            "who": self.who or NOT_FOUND,
            "when": when,
            "due": NOT_FOUND if undated else when,
            "undated": self.who if undated else NOT_FOUND,
            "said": Period.parse(self.published).zh() if self.published else NOT_FOUND,
        }


def _after(period: str) -> str:
    """Return in words the time behind a period: 2023年起 behind all of 2022."""
    last = period.split("/")[-1]
    if last in ("", ".."):
        return NOT_FOUND
    return f"{int(last) + 1}年起" if len(last) == _YEAR else f"{Period.parse(last).zh()}以后"


#: Characters of a period that is a year.
_YEAR = 4

NO_FACT = Fact(missing("percent"), missing("percent"))


def facts(book: Catalog, found: pd.DataFrame) -> dict[str, Fact]:
    """Return what a page says of a district, of its `figures`: `ASKED`, missing where unknown."""
    volumes = found[found["indicator"].eq("export_volume") & found["own"]]
    products = volumes.loc[volumes["breakdown"].str.fullmatch(r"product=\w+"), "breakdown"]
    product = next(iter(products), PRODUCT)
    return {name: _fact(book, found, asked, product) for name, asked in ASKED.items()}


def _fact(book: Catalog, found: pd.DataFrame, asked: Asked, product: str) -> Fact:
    frame = found[
        found["indicator"].eq(asked.indicator)
        & found["measure"].eq(asked.measure)
        & found["status"].isin(asked.statuses)
        & found["own"].eq(asked.own)
    ]
    if asked.flow:
        frame = frame[frame["flow"].eq(asked.flow)]
    if asked.breakdown is not None:
        wanted = product if asked.breakdown == PRODUCT else asked.breakdown
        frame = frame[frame["breakdown"].eq(wanted)]
    if frame.empty:
        return NO_FACT
    row = rows_of(frame.sort_values("_end", ascending=asked.first, kind="stable"))[0]
    same = found[[*_THING]].eq([row[name] for name in _THING]).all(axis=1)
    moves = quantities_of(found[same & found["measure"].isin(["yoy", "pp_change"])])
    return Fact(
        quantity_of(row),
        moves[0] if moves else missing("percent"),
        book.breakdown_name(row["breakdown"]) if row["breakdown"] else "",
        row["who"],
        book.lookup("sources", "source_id", row["source_id"], "published") or "",
    )


def words(found: Mapping[str, Fact]) -> dict[str, str]:
    """Return the texts of facts that a page says: ``cars``, ``cars_when`` and so on."""
    return {
        name if which == "level" else f"{name}_{which}": text
        for name, fact in found.items()
        for which, text in fact.words.items()
        if which in ASKED[name].say.split()
    }


def rows_told(
    book: Catalog,
    code: str,
    found: Mapping[str, Fact],
    others: Iterable[Quantity] = (),
) -> list[str]:
    """Return the observations that the figures of a page stand on, derived ones too."""
    told = [fact.level for fact in found.values()]
    trains = book.observations(indicator="train_load", entity="route-crexpress")
    items = [*told, *others, *_beside_the_page(book, code)]
    held = [item.observation_id for item in items if item.known]
    held += list(trains["observation_id"][:1]) if code in STATIONS else []
    return list(ids_in(held))


def _beside_the_page(book: Catalog, code: str) -> list[Quantity]:
    return [_trade_of_unplaced(book, code)] if code in UNPLACED else []


def sourced(book: Catalog, rows: Iterable[str]) -> Verdict:
    """Return whether each of these observations has a source that the book names; they with it."""
    held = tuple(rows)
    source_of = book.sources_of(held)
    known = set(
        book.own_rows("sources", {"source_id": sorted(set(source_of.values()))})["source_id"]
    )
    if not held:
        return ordered([], "")
    sources = {source_of[row] for row in held}
    return looked_up(sources <= known, f"正文所据的{len(held)}个公布数都有来源", held)


def listed_sources(
    book: Catalog, came: pd.DataFrame, code: str, headings: Mapping[str, str]
) -> list[str]:
    """Return the sources of the projects and lists that sentences name, which are no figures.

    Parameters
    ----------
    headings : mapping of str to str
        Those of `parts`: lists stand in the part of what came, and only there.
    """
    public = came["industry"].isin(PUBLIC_WORKS)
    said = came[came["stage"].ne("") & ~public]
    lists = book.own_rows("park_designations", {"entity": entities_within(book, code)})
    ids = [*said["source_id"], *(lists["source_id"] if headings["came"] != NOT_FOUND else [])]
    return list(dict.fromkeys(ids))


def told_by(book: Catalog, rows: Iterable[str], others: Iterable[str] = ()) -> str:
    """Return the sources of observations, and others, in words."""
    held = tuple(rows)
    source_of = book.sources_of(held)
    ids = dict.fromkeys([*(source_of[row] for row in held), *others])
    return "；".join(dict.fromkeys(book.source_label(key) for key in ids)) or NOT_FOUND


def part(found: Mapping[str, Fact], one: str, whole: str) -> Quantity:
    """Return the share of one fact in another; missing unless both are of one period."""
    top, bottom = found[one].level, found[whole].level
    if not top.known or top.about.period != bottom.about.period:
        return missing("percent")
    return share(top, bottom)


def size(book: Catalog, code: str, year: str = "") -> dict[str, Quantity]:
    """Return the product of a district, ``gdp``, and its part of the city's, ``gdp_share``.

    ``gdp_share_then`` is that of the first year of `SIZED`. A page of one year has its own alone.
    ``gdp_rank``, ``gdp_rank_then``: its place among the districts of which the year is known;
    ``gdp_known`` how many these are, ``gdp_all`` of how many districts that there were then.
    """
    asked = {"indicator": "gdp", "breakdown": "vintage=compiled", "unit": "100M CNY"}
    found: dict[str, Quantity] = {}
    for name, when in zip(("_then", ""), SIZED, strict=True):
        own, whole = (
            fact_of(book, entity=entity, period=when, **asked)
            if year in ("", SIZED[-1])
            else missing("100M CNY")
            for entity in (code, book.place)
        )
        found |= {"gdp": own, f"gdp_share{name}": short(share(own, whole))}
        others = book.observations(indicator="gdp", breakdown="vintage=compiled", period=when)
        others = others[others["entity"].ne(book.place)]
        larger = sum(item.point > own.point for item in quantities_of(others))
        found[f"gdp_rank{name}"] = exact(larger + 1, "rank") if own.known else missing("rank")
        counts = {"gdp_known": len(others), "gdp_all": _districts_in(book, when)}
        found |= {
            key: exact(number, "zones") if own.known else missing("zones")
            for key, number in counts.items()
        }
    return found


def _districts_in(book: Catalog, year: str) -> int:
    """Return how many districts there were in a year."""
    table = book.table("districts")
    begun, ended = table["valid_from"].str[:4].le(year), table["valid_to"].str[:4]
    return int((begun & (ended.eq("") | ended.gt(year))).sum())


def of_city(book: Catalog, fact: Fact) -> Quantity:
    """Return the same figure for all of the city; missing where there is none."""
    about = fact.level.about
    if not fact.level.known:
        return fact.level
    asked = {"breakdown": about.breakdown, "period": about.period, "flow": about.flow}
    unit = str(fact.level.unit)
    return fact_of(book, unit=unit, indicator=about.indicator, entity=book.place, **asked)


def counted_by(item: Quantity) -> str:
    """Return who counted a figure, in words; 没有查到 where nobody says."""
    return BASES_ZH.get(item.about.basis, NOT_FOUND)


def city_change(book: Catalog, fact: Fact) -> Quantity:
    """Return how the same figure of all of the city changed in those months; percent."""
    about = fact.level.about
    if not (fact.level.known and fact.change.known):
        return missing("percent")
    asked = {"breakdown": about.breakdown, "period": about.period, "flow": about.flow}
    wanted = {"indicator": about.indicator, "measure": "yoy", "unit": "percent"}
    return fact_of(book, entity=book.place, **wanted, **asked)


#: What a page says in each of its parts.
SELLING = (
    *("cars", "exports", "corridor_boxes", "product_markets", "procurement", "trips"),
    "firm_markets",
)
#: The heading of a part that has one thing only to tell.
ALONE = {
    "cars": "的汽车出口",
    "exports": "的进出口",
    "corridor_boxes": "的进出口",
    "product_markets": "的出口",
    "procurement": "的市场采购出口",
    "trips": "的班列",
    "firm_markets": "一家企业的出口",
    "capacity_plan": "计划做什么",
    "research": "的研发和科技企业",
    "aftermarket_firms": "的汽车后市场企业",
    "new_jobs": "的就业",
}
MAKING = (
    *("output", "parts_firms", "capacity", "capacity_plan", "plant_output"),
    *("cameras", "connected", "workshops", "upgrade_target", "aftermarket_firms"),
    *("orders", "research", "above_added", "new_jobs"),
)
OF_A_FIRM = ("capacity", "capacity_plan", "plant_output", "orders")
COMING = (
    "trading_alone",
    "trading_only",
    "trading_too",
    "deals_signed",
    "coming",
    "building",
    "city_invested",
    "fixed",
)


def parts(texts: Mapping[str, str], came: pd.DataFrame, name: str) -> dict[str, str]:
    """Return the heading of each part that has something to say.

    Of several projects there is a table, even where no sentence says more than the main points. A
    part with one thing to tell is called by it.
    """
    sold, makes = ([key for key in keys if texts[key] != NOT_FOUND] for keys in (SELLING, MAKING))
    came_some = len(followed(came)) >= ROWS or any(texts[key] != NOT_FOUND for key in COMING)
    lists = "和称号" if texts["schemes"] != NOT_FOUND else ""
    # what single firms make is not what a district makes
    doing = "做什么"
    if set(makes) <= set(OF_A_FIRM):
        doing = "见报的企业做什么" if len(_firms(makes, texts, came)) > 1 else "一家企业做什么"
    alone = dict(ALONE)
    alone["plant_output"] = "一家企业" if texts["plant_output_due"] != NOT_FOUND else "一个项目"
    alone["plant_output"] += "的预期产值"
    return {
        "sells": name + _called(sold, alone, "卖什么，怎么运") if sold else NOT_FOUND,
        "makes": name + _called(makes, alone, doing) if makes else NOT_FOUND,
        "came": f"{name}的项目{lists}" if came_some else NOT_FOUND,
    }


def _firms(makes: Iterable[str], texts: Mapping[str, str], came: pd.DataFrame) -> set[str]:
    """Return the firms that make what is told: of a project, its firm."""
    firms = [re.sub(r"（[^（）]*）$", "", who) for who in came["who"]]
    of_project = dict(zip(came["name_zh"], firms, strict=True))
    return {of_project.get(texts[f"{key}_who"], texts[f"{key}_who"]) for key in makes}


def _called(told: list[str], alone: Mapping[str, str], several: str) -> str:
    return alone.get(told[0], several) if len(told) == 1 else several


#: What a page lacks beside what it says: the text that must be known, and the words.
LACKING = {
    "cars": "区内车企{cars_after}出口了多少辆",
    "trips_target": "班列的箱子里装的是什么，{trips_when}运了多少箱、货值多少",
    "deals": "这些招商项目有多少开了工、到位多少",
    "deals_signed": "签下的项目属哪些行业、是哪些企业的",
    "trade": "{trade_after}的进出口",
    "product_value": "全区的进出口额",
    "procurement": "别的贸易方式出口了多少",
    "base_plan": "规划的产值后来做到了多少",
    "merged_plan": "规划的产值后来做到了多少",
}
#: Of what else must be known, for a page to say so.
_ALSO = {"trips_target": "route_boxes", "deals": "contracts"}


def lacking(found: Mapping[str, Fact], texts: Mapping[str, str], came: pd.DataFrame) -> str:
    """Return in words what a reader would ask next of what a page says; 没有查到 if nothing.

    Of projects that were not built when last heard of, long ago, what became of them.
    """
    after = {f"{key}_after": _after(fact.level.about.period) for key, fact in found.items()}
    asked = [
        words.format_map({**texts, **after})
        for key, words in LACKING.items()
        if texts[key] != NOT_FOUND and texts[_ALSO.get(key, key)] != NOT_FOUND
    ]
    rows = came[came["old"] & ~came["industry"].isin(PUBLIC_WORKS)]
    rows = rows[~rows["project"].isin(_wholes(came))]
    rows = rows[~rows["parent"].isin(rows["project"])]
    names = "、".join(rows["name_zh"])
    asked += [f"{names}后来建成没有"] if names else []
    return "；".join(dict.fromkeys(asked)) or NOT_FOUND


#: Districts that have since become part of another: in which they lie on today's map.
TODAY = {"dist-shuangqiao": "500111"}


def merged_plan(book: Catalog, code: str) -> tuple[dict[str, str], Quantity]:
    """Return the output planned in 2011 for a district that has since become part of this one.

    Returns
    -------
    dict of str to str
        ``merged``, its name, and ``merged_plan``, in words; 没有查到 where there is none.
    Quantity
        The plan.
    """
    was = next((entity for entity, today in TODAY.items() if today == code), "")
    if not was:
        return dict.fromkeys(("merged", "merged_plan"), NOT_FOUND), missing("100M CNY")
    plan = fact_of(
        book,
        unit="100M CNY",
        indicator="industry_scale",
        entity=was,
        breakdown="kind=transfer_base",
    )
    name = book.name(was).partition("（")[0]
    return {"merged": name, "merged_plan": figures_zh([plan])[0]}, plan


def beside_the_city(book: Catalog, found: Mapping[str, Fact]) -> dict[str, Quantity]:
    """Return what a route's boxes are of the city's by the same corridor in the same months.

    ``boxes_share`` and ``value_share`` in percent; ``city_boxes``, ``city_value`` and
    ``city_box``, the value of a box: the city's.
    """
    boxes, value = found["route_boxes"].level, found["route_value"].level
    if not (boxes.known and value.known and boxes.about.period == value.about.period):
        lacking = {"boxes_share": missing("percent"), "value_share": missing("percent")}
        lacking |= {"city_boxes": missing("TEU"), "city_value": missing("100M CNY")}
        return lacking | {"city_box": missing("10k CNY")}
    asked = {"entity": book.place, "period": boxes.about.period}
    every = fact_of(book, unit="TEU", indicator="ilstc_containers", **asked)
    worth = fact_of(
        book, unit="100M CNY", indicator="shipment_value", breakdown="route=ilstc", **asked
    )
    why = "班列的箱子是全市经通道箱子的一部分"
    return {
        "boxes_share": share(boxes, every, regardless=why),
        "value_share": share(value, worth, regardless=why),
        "city_boxes": every,
        "city_value": worth,
        "city_box": ratio(worth, every, unit="10k CNY", per="TEU"),
    }


def box_values(found: Mapping[str, Fact], beside: Mapping[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of the value of a box: of a route, all of the city, and the rest."""
    boxes, value = found["route_boxes"].level, found["route_value"].level
    if not beside["city_box"].known:
        return points([], unit="10k CNY")
    why = "班列的箱子是全市经通道箱子的一部分"
    others = ratio(
        difference(beside["city_value"], value, regardless=why),
        difference(beside["city_boxes"].to("TEU"), boxes, regardless=why),
        unit="10k CNY",
        per="TEU",
    )
    items = [
        (
            found["route_boxes"].who.removeprefix("西部陆海新通道"),
            per_box(found, "route_value", "route_boxes"),
        ),
        ("全市", beside["city_box"]),
        ("全市其余", others),
    ]
    rows = points(items, unit="10k CNY")
    return rows.assign(text=[short(item).zh for _, item in items])


#: Stations of the trains to Europe, by their district.
STATIONS = {"500106": "port-tuanjiecun"}
#: Parks that readers look for in a district, though no source that the tables have says it lies
#: there.
UNPLACED = {"500106": "park-xiyong-cbz"}


def departures(book: Catalog, code: str) -> dict[str, str]:
    """Return the station of a district from which trains go to Europe, and one train with cars."""
    frame = book.observations(indicator="train_load", entity="route-crexpress")
    rows = rows_of(frame) if code in STATIONS else []
    if not rows:
        return dict.fromkeys(("station", "train_load", "train_when"), NOT_FOUND)
    load = quantity_of(rows[0])
    return {
        "station": book.name(STATIONS[code]),
        "train_load": load.in_words(load.zh),
        "train_when": Period.parse(rows[0]["period"]).zh(),
    }


def unplaced(book: Catalog, code: str) -> dict[str, str]:
    """Return a park that is looked for on a district's page, its trade of 2021, and who says so."""
    park = UNPLACED.get(code, "")
    trade = _trade_of_unplaced(book, code)
    return {
        "unplaced": book.name(park) if park else NOT_FOUND,
        "unplaced_trade": trade.in_words(trade.zh),
        "unplaced_by": told_by(book, [trade.observation_id] if trade.known else []),
    }


def _trade_of_unplaced(book: Catalog, code: str) -> Quantity:
    if code not in UNPLACED:
        return missing("100M CNY")
    asked = {"entity": UNPLACED[code], "period": "2021", "flow": "total"}
    return fact_of(book, unit="100M CNY", indicator="trade_value", **asked)


def per_box(found: Mapping[str, Fact], value: str, boxes: str) -> Quantity:
    """Return the value of a box of goods, in 万元; missing unless both are of one period."""
    top, bottom = found[value].level, found[boxes].level
    if not top.known or top.about.period != bottom.about.period:
        return missing("10k CNY")
    return ratio(top, bottom, unit="10k CNY", per=bottom.unit.name)


def per_deal(found: Mapping[str, Fact]) -> Quantity:
    """Return what a project that was signed is worth on average; missing unless of one period."""
    top, bottom = found["contracts"].level, found["deals_signed"].level
    if not top.known or top.about.period != bottom.about.period:
        return missing("100M CNY")
    return ratio(top, bottom, unit="100M CNY", per=bottom.unit.name)


def cost_a_car(found: Mapping[str, Fact]) -> str:
    """Return what more cars in a box do to the cost of a car, were a box to cost the same."""
    before, now = found["box_before"].level, found["box_now"].level
    held = now.interval
    if not before.known or held is None or not held.lower or not held.upper:
        return NOT_FOUND
    falls = [100 * (1 - before.point / float(cars)) for cars in (held.lower, held.upper)]
    return "下降" + "—".join(f"{fall:.0f}%" for fall in dict.fromkeys(falls))


def cost_fell_less(found: Mapping[str, Fact]) -> Verdict:
    """Return whether the cost of a car fell by less than more cars in a box alone would have it."""
    spread = growth(
        found["box_before"].level, found["box_now"].level, regardless="同一个箱子装的车数"
    )
    return compared(spread, "<", found["box_cost"].level, regardless="都按每辆车算")


# --- what came ------------------------------------------------------------------------------------

#: What a project has come to, by stage.
COME_TO = {
    "running": ("in_production", "trial_production", "completed", "operating"),
    "building": ("under_construction",),
    "coming": ("signed", "planned"),
}
#: Industries of projects that bring no producer: roads and stations, public buildings.
PUBLIC_WORKS = ("logistics", "construction")
#: Industries that make things; laboratories, shops, farms and towns are none.
MANUFACTURING = (
    *("auto", "nev", "motorcycle", "battery", "electronics", "equipment", "materials"),
    *("consumer", "pharma"),
)
#: What an industry is called in a table of projects.
INDUSTRIES = {
    "auto": "汽车及零部件",
    "nev": "新能源汽车",
    "motorcycle": "摩托车",
    "battery": "动力电池",
    "electronics": "电子信息",
    "equipment": "装备制造",
    "materials": "新材料",
    "consumer": "消费品",
    "pharma": "医药",
    "software": "软件",
    "energy": "能源",
    "agriculture": "农业",
    "circular": "循环经济",
    "logistics": "物流",
    "construction": "城建",
    "trade": "商贸",
    "research": "研发",
    "other": "其他",
    "": "报道没写行业",
}
#: What says, in the name of a project whose industry is not printed, that it makes things.
_MAKES = "生产|工厂"


def made(found: pd.DataFrame, industries: Iterable[str] = MANUFACTURING) -> pd.Series:
    """Return which projects are of some industries, and which of no printed one are plants.

    The one rule by which this book counts projects of manufacturing.
    """
    plant = found["industry"].eq("") & found["name_zh"].str.contains(_MAKES)
    return found["industry"].isin(list(industries)) | plant


#: Of fewer projects there is no table.
ROWS = 3
#: Columns of the table of projects; those with nothing in them are left out.
_COLUMNS = {"name_zh": "项目", "who": "企业", "link": "环节或行业", "stage_zh": "到哪一步"}


def project_columns(rows: pd.DataFrame) -> dict[str, str]:
    """Return the columns of a table of projects that have something in them."""
    names = _COLUMNS | ({"who": "企业或来处"} if rows["origin"].ne("").any() else {})
    return {key: name for key, name in names.items() if rows[key].ne("").any() or key == "name_zh"}


def one_day(rows: pd.DataFrame) -> str:
    """Return until when the stages of projects were told; empty if not all at one time."""
    days = list(dict.fromkeys(rows["stage_as_of"]))
    return f"截至{Period.parse(days[0]).zh()}" if len(days) == 1 and days[0] else ""


def stage_zh(stage: str, when: str, *, old: bool = False) -> str:
    """Return what a project had come to, and by when: 已投产（截至2025年4月）.

    The time is that of the report, which is not when it began. Of an old report of what was not
    yet built it is said that no later one was found.
    """
    if not stage:
        return ""
    ran = "已" if stage in COME_TO["running"] else ""
    return ran + STAGES[stage] + _until(when, old=old)


def _until(when: str, *, old: bool) -> str:
    said = [f"截至{Period.parse(when).zh()}"] if when else []
    said += [NOT_HEARD_OF] if old else []
    return f"（{'，'.join(said)}）" if said else ""


NOT_HEARD_OF = "以后没有查到"
#: In so many years what was being built may well stand.
_OLD = 2


def outdated(frame: pd.DataFrame, newest: str) -> pd.Series:
    """Return which projects were not built when last heard of, years before the newest report."""
    years = pd.to_numeric(frame["stage_as_of"].str[:4], errors="coerce")
    open_ = frame["stage"].isin([*COME_TO["building"], *COME_TO["coming"]])
    return open_ & years.le(int(newest[:4]) - _OLD)


def place_in_chain(rows: pd.DataFrame) -> pd.Series:
    """Return the link of a chain that each project is on, as printed, else its industry.

    Wherever a project is listed, it is called so. Of a firm said to be on the chain of new-energy
    vehicles no more is known than that.
    """
    industry = rows["industry"].map(INDUSTRIES | {"nev": "新能源汽车产业链"})
    return rows["chain_link"].where(rows["chain_link"].ne(""), industry)


def names_in_english(say: Callable[[str], str]) -> Callable[[pd.DataFrame], str]:
    """Return the function that names projects in English, as `names_by_day` does in Chinese."""

    def tell(rows: pd.DataFrame) -> str:
        parts = []
        for (when, old), of_one_time in rows.groupby(["stage_as_of", "old"], sort=False):
            said = [f"截至{Period.parse(str(when)).zh()}"] if when else []
            said += [NOT_HEARD_OF] if old else []
            until = f" ({say('，'.join(said))})" if said else ""
            # names have commas of their own
            parts.append("; ".join(map(say, of_one_time["name_zh"])) + until)
        return "; ".join(parts) or NOT_FOUND

    return tell


def names_by_day(rows: pd.DataFrame) -> str:
    """Return the names of projects, behind those of one time the time: 甲、乙（截至2025年4月）."""
    parts = []
    for (when, old), of_one_time in rows.groupby(["stage_as_of", "old"], sort=False):
        named = "、".join(of_one_time["name_zh"]) + _until(str(when), old=bool(old))
        parts.append(named.replace("）（", "，"))
    return InWords("、".join(parts) or NOT_FOUND, ";".join(rows["project"]))


def projects(book: Catalog, code: str) -> pd.DataFrame:
    """Return the projects of a district, those that run before those that don't."""
    newest = max(book.columns("projects", "stage_as_of")["stage_as_of"])
    places = book.columns("projects", "district")["district"]
    frame = book.own_rows("projects", {"district": sorted(set(places[_listed(places, code)]))})
    frame = frame.assign(old=outdated(frame, newest))
    firms = frame["organisation"].map(lambda key: book.name(key) if key else "")
    frame["who"] = [
        (f"{firm}（{origin}）" if firm else f"来自{origin}") if origin else firm
        for firm, origin in zip(firms, frame["origin"], strict=True)
    ]
    frame["stage_zh"] = [
        stage_zh(row["stage"], row["stage_as_of"], old=row["old"]) for row in rows_of(frame)
    ]
    frame["link"] = place_in_chain(frame)
    order = [stage for stages in COME_TO.values() for stage in stages]
    frame["_stage"] = [order.index(stage) if stage else len(order) for stage in frame["stage"]]
    frame = frame.sort_values("_stage", kind="stable").drop(columns="_stage")
    return frame.reset_index(drop=True)


def followed(found: pd.DataFrame) -> pd.DataFrame:
    """Return the projects of the table: their firm or its home is named, and their stage.

    No public works. Of a project in phases, these alone: the whole is neither built nor being
    built.
    """
    rows = found[found["stage"].ne("") & ~found["industry"].isin(PUBLIC_WORKS)]
    rows = rows[rows["who"].ne("")]
    rows = rows[~rows["project"].isin(_wholes(rows))]
    # a time that all have stands in the title
    if not one_day(rows):
        return rows
    return rows.assign(stage_zh=[stage_zh(stage, "") for stage in rows["stage"]])


def _wholes(rows: pd.DataFrame) -> pd.Series:
    """Return the projects of which these rows have the phases."""
    return rows.loc[rows["name_zh"].str.endswith("期"), "parent"]


def named(
    found: pd.DataFrame, tell: Callable[[pd.DataFrame], str] = names_by_day
) -> dict[str, str]:
    """Return the names of `projects` by what they have come to, with the time of the report.

    ``running``: those that make things (`made`); ``runs``: these without what is on trial;
    ``on_trial``: what is, where nothing else runs; ``trading_too``: others that run, but for roads,
    railways and waterworks; ``trading_alone``: the same where no project makes things;
    ``trading_only`` the same where projects make things, but none of them runs;
    ``only_building``: those that make things and are being built, where none runs yet. Where there
    is a table, sentences tell only of what it has not: projects of no named firm.

    Parameters
    ----------
    found : pandas.DataFrame
    tell : callable
        What names rows of them in a language.
    """
    public = found["industry"].isin(PUBLIC_WORKS)
    makes = made(found)
    at = {name: found["stage"].isin(stages) for name, stages in COME_TO.items()}
    texts = {
        "running": tell(found[at["running"] & makes]),
        "trading_too": tell(found[at["running"] & ~makes & ~public]),
        "trading_alone": NOT_FOUND,
        "trading_only": NOT_FOUND,
        "building": tell(found[at["building"]]),
        "coming": tell(found[at["coming"]]),
    }
    runs = found[at["running"] & makes]
    tried = runs["stage"].eq("trial_production")
    texts["runs"] = tell(runs[~tried])
    texts["on_trial"] = tell(runs[tried]) if tried.all() else NOT_FOUND
    texts["running_as"] = "、".join(dict.fromkeys(runs["stage"].map(STAGES))) or NOT_FOUND
    alone = NOT_FOUND
    if texts["running"] == NOT_FOUND:
        alone = tell(found[at["building"] & makes])
    table = followed(found)
    if len(table) >= ROWS:
        rest = ~(found["project"].isin([*table["project"], *_wholes(table)]) | public)
        texts |= {
            "trading_too": tell(found[at["running"] & ~makes & rest]),
            "building": tell(found[at["building"] & rest]),
            "coming": tell(found[at["coming"] & rest]),
        }
    if texts["running"] == NOT_FOUND:
        which = "trading_only" if makes.any() else "trading_alone"
        texts |= {which: texts["trading_too"], "trading_too": NOT_FOUND}
    return texts | {"only_building": alone}


#: Of what one is a member, and what is still being built; all else one is.
_MEMBERSHIP, _BEING_BUILT = ("示范区", "联盟"), ("联动创新区",)


#: Lists of which a park's own name says that it is on them.
SELF_NAMED = {"national-hitech-zone": "国家高新", "comprehensive-bonded-zone": "综合保税区"}


def schemes(book: Catalog, code: str) -> str:
    """Return in words what the district and its parks are called, and belong to, park by park.

    Behind a list stands since when, where that is known: 某园区是某示范园区（2021年1月起）.
    """
    said = []
    for entity, rows in _designations(book, code).groupby("entity", sort=False):
        joins, builds = (rows["name"].str.endswith(end) for end in (_MEMBERSHIP, _BEING_BUILT))
        parts = [
            word + "、".join(map(_since, kind["name"], kind["since"]))
            for word, kind in (
                ("是", rows[~joins & ~builds]),
                ("在建", rows[builds]),
                ("属", rows[joins]),
            )
            if len(kind)
        ]
        said.append(book.name(str(entity)) + "，".join(parts))
    return "；".join(said) or NOT_FOUND


def schemes_in_english(book: Catalog, code: str, say: Callable[[str], str]) -> str:
    """Return `schemes` in English, park by park: its lists, and what is being built there."""
    found = _designations(book, code)
    told = [
        re.sub(r"(, first batch| \([^()]*\))$", "", say(row["listed"]))
        + (", being built" if row["name"].endswith(_BEING_BUILT) else "")
        + (f" (since {say(Period.parse(row['since']).zh())})" if row["since"] else "")
        for row in rows_of(found)
    ]
    by_park = found.assign(told=told).groupby("entity", sort=False)["told"].agg(", ".join)
    return "; ".join(f"{say(book.name(str(key)))}: {each}" for key, each in by_park.items()) or (
        NOT_FOUND
    )


def _designations(book: Catalog, code: str) -> pd.DataFrame:
    """Return the lists of the district and its parks, one of each name, its own last."""
    frame = book.own_rows("park_designations", {"entity": entities_within(book, code)})
    said_by_name = [
        scheme in SELF_NAMED and SELF_NAMED[scheme] in book.name(entity)
        for scheme, entity in zip(frame["scheme"], frame["entity"], strict=True)
    ]
    frame = frame[~pd.Series(said_by_name, index=frame.index, dtype=bool)]
    names = frame["scheme"].map(book.names("schemes", "scheme"))
    told = frame.assign(
        name=[re.sub(r"（[^（）]*）$", "", name) for name in names],
        listed=names,
        own=frame["entity"].eq(code),
    )
    # one list of two times is told with the time that is known
    told = told.sort_values(["own", "since"], ascending=[True, False], kind="stable")
    told = told.drop_duplicates(["entity", "name"]).sort_index()
    return told.sort_values("own", kind="stable")


def _since(name: str, day: str) -> str:
    return f"{name}（{Period.parse(day).zh()}起）" if day else name


def standing_since(book: Catalog, code: str) -> dict[str, str]:
    """Return name, end and successors of a district, and what it was made of, in words."""
    row = district(book, code)
    heirs = [book.name(heir) for heir in row["successor"].split(";") if heir]
    ended, began = row["valid_to"], row["valid_from"]
    table = book.table("districts")
    before = table.loc[_listed(table["successor"], code) & table["valid_to"].eq(began), "name_zh"]
    return {
        "name": row["name_zh"],
        "ended": Period.parse(ended).zh() if ended else NOT_FOUND,
        "heirs": "、".join(heirs) if ended and heirs else NOT_FOUND,
        "began": Period.parse(began).zh(),
        "made_of": "、".join(before) or NOT_FOUND,
    }


def short_name(name: str) -> str:
    """Return a district's name as it fits a chart (璧山区 → 璧山, 石柱土家族自治县 → 石柱)."""
    for word in ("土家族苗族自治县", "苗族土家族自治县", "土家族自治县"):
        name = name.removesuffix(word)
    if name.endswith("新区"):
        return name
    return name[:-1] if len(name) > 2 and name[-1] in "区县" else name


def page_key(code: str, year: str = "") -> str:
    """Return what the ids of a page's figures carry: the district, and the year if it has one."""
    return f"{code}-{year}" if year else code


def percent_zh(rate: Quantity) -> str:
    """Return a derived rate with one decimal; its inputs have more digits than a sentence needs."""
    return f"{rate.point:.1f}%".replace("-", MINUS) if rate.known else NOT_FOUND


def told_in_english(texts: Mapping[str, str], english: Callable[[str], str]) -> dict[str, str]:
    """Return texts in English, each under its name with ``_en``.

    What is not known stays 没有查到, so that a block that says it is left out.
    """
    return {
        f"{name}_en": text if text == NOT_FOUND else english(text) for name, text in texts.items()
    }


def silent(found: pd.DataFrame, came: pd.DataFrame, name: str) -> str:
    """Return the name of a district if nothing at all is known of it, else 没有查到."""
    return NOT_FOUND if len(found) or len(came) else name
