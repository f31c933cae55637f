"""Industrial-transfer parks: what was planned, signed, paid in, started; who comes, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import pandas as pd

from cqbook.analysis.district import (
    INDUSTRIES,
    MANUFACTURING,
    TODAY,
    made,
    outdated,
    place_in_chain,
    short_name,
    stage_zh,
)
from cqbook.analysis.frames import points, quantities_of, round_sum
from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.data.selection import fact, preferred
from cqbook.data.vocabulary import STAGES
from cqbook.quantities.about import ids_in
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import (
    NOT_FOUND,
    Quantity,
    derive,
    exact,
    missing,
    period_zh,
    quantity_of,
    share,
    sum_of,
)
from cqbook.quantities.verdict import Verdict, looked_up

#: What became of a project, in the order in which it happens.
_ADVANCED = {
    "in_production": "built",
    "operating": "built",
    "completed": "built",
    "trial_production": "built",
    "under_construction": "building",
    "signed": "signed",
    "planned": "signed",
    "": "untold",
}
#: How far those have come whose stage is told.
_TOLD = ("built", "building", "signed")
ZONE_2025, ZONE_2011 = "yangtze-transfer-zone", "yangtze-transfer-zone-2011"

# --- the plan of 2011 -----------------------------------------------------------------------


def members(book: Catalog, scheme: str) -> list[str]:
    """Return the entities that belong to a scheme, as far as named."""
    return list(book.own_rows("park_designations", {"scheme": scheme})["entity"])


def zone_names(book: Catalog) -> str:
    """Return the names of the districts that are in the riverside zone now, in words."""
    return "、".join(short_name(book.name(code)) for code in members(book, ZONE_2025))


def base_plans(book: Catalog) -> dict[str, Quantity]:
    """Return the output that the plan of 2011 asks of each of the zone's bases, by its seat."""
    frame = preferred(
        book.observations(
            indicator="industry_scale",
            breakdown="kind=transfer_base",
            measure="level",
            status="plan",
            entity=members(book, ZONE_2011),
        )
    )
    return {row["entity"]: quantity_of(row).to("100M CNY") for row in rows_of(frame)}


def total(items: Iterable[Quantity]) -> Quantity:
    """Return what classes (3000亿级) add up to at least, 万亿元; missing where fewer than two.

    How far below its next class each stays is no part of the plan.
    """
    found = [item.to("1T CNY") for item in items]
    if len(found) < 2:
        return missing("1T CNY")
    whole = sum_of(*found)
    return derive(
        lambda box: Interval(box.lower, None, box.lower_closed),
        whole,
        unit="1T CNY",
        about=whole.about,
    )


def plan_words(book: Catalog) -> str:
    """Return which bases have which class of output in the plan of 2011, the largest first.

    A base of a district that has since become part of another says which.
    """
    districts = book.columns("districts", "adcode", "name_zh").set_index("adcode")
    names = districts["name_zh"].map(short_name)
    found: dict[str, list[str]] = {}
    plans = base_plans(book)
    for code in sorted(plans, key=lambda code: -plans[code].point):
        base = short_name(book.name(code).partition("（")[0])
        base += f"（今{names[TODAY[code]]}）" if code in TODAY else ""
        found.setdefault(plans[code].zh, []).append(base)
    said = [
        f"{'、'.join(bases)}{'各' if len(bases) > 1 else ''}{size}" for size, bases in found.items()
    ]
    return "，".join(said) or NOT_FOUND


# --- signed and paid in ---------------------------------------------------------------------

PROMOTED = "kind=investment_promotion"
PAYING = {"contract_value": "合同额", "funds_in_place": "到位资金"}


def promotion(
    book: Catalog, area: str, period: str, *, sector: str = "", status: str = "actual"
) -> dict[str, Quantity]:
    """Return what a place signed in a period, what was paid in, and that as a share; 亿元, percent.

    What was paid in belongs to contracts of earlier years too: the share is no rate of success.
    """
    asked = {"entity": area, "period": period, "status": status, "unit": "100M CNY"}
    asked["breakdown"] = f"{PROMOTED};sector={sector}" if sector else PROMOTED
    signed, paid = (fact(book, indicator=name, **asked) for name in PAYING)
    return {"signed": signed, "paid": paid, "paid_share": share(paid, signed)}


def started(book: Catalog, place: str, period: str) -> dict[str, Quantity]:
    """Return how many projects a place signed in a period, and how many were begun in it.

    ``signed`` and ``begun``: these need not be of those, and no share is made of them.
    """
    begun, signed = (
        fact(
            book,
            unit="projects",
            indicator="projects_count",
            entity=place,
            period=period,
            breakdown=f"{PROMOTED};stage={stage}",
        )
        for stage in ("started", "signed")
    )
    return {"signed": signed, "begun": begun}


# --- fairs ----------------------------------------------------------------------------------

FAIR = "event-wcifit"
#: The same fair a year apart: sessions of one event, dated by day and by month.
_SESSIONS = {"2024": "2024-05-23", "2025": "2025-05"}
#: What is followed from session to session: its part of the breakdown.
FAIR_PARTS = {"all": "", "made": "sector=manufacturing", "foreign": "investor_origin=foreign"}


def fair(book: Catalog, part: str, year: str) -> dict[str, Quantity]:
    """Return projects and money that a session of the fair signed, of a part.

    Of 2024 the money is said to be of formal contracts, of 2025 nothing is said: the two are not
    compared.
    """
    which = FAIR_PARTS[part]
    asked = {"entity": FAIR, "period": _SESSIONS[year], "status": "actual"}
    stage = ";".join(filter(None, (which, "stage=signed")))
    projects = fact(book, unit="projects", indicator="projects_count", breakdown=stage, **asked)
    money = (
        fact(book, unit="100M CNY", indicator="contract_value", breakdown=which, **asked)
        if which
        else missing("100M CNY")
    )
    return {"projects": projects, "money": money}


def fair_table(book: Catalog) -> pd.DataFrame:
    """Return what was signed at the fair, all and of manufacturing and foreign firms, by session.

    ``projects`` and ``money`` in words; a session whose projects are not known has no row.
    """
    rows = []
    for part, name in (("all", "全部"), ("made", "制造业"), ("foreign", "外资")):
        for year in _SESSIONS:
            found = fair(book, part, year)
            told = {key: item.zh for key, item in found.items() if item.known}
            if found["projects"].known:
                ids = {
                    key: ";".join(ids_in(getattr(found[each], key) for each in told))
                    for key in ("source_id", "observation_id")
                }
                rows.append({"label": f"{name}，{year}年", **told, **ids})
    return pd.DataFrame(rows, columns=_FAIR_COLUMNS)


_FAIR_COLUMNS = ("label", "projects", "money", "source_id", "observation_id")


def fair_from_the_east(book: Catalog, year: str = "2025") -> Quantity:
    """Return how many projects that a session of the fair signed came from eastern provinces."""
    return fact(
        book,
        unit="projects",
        indicator="projects_count",
        entity=FAIR,
        period=_SESSIONS[year],
        breakdown="investor_origin=east;stage=signed",
    )


MATCHMAKING = "event=transfer_matchmaking"


def matchmaking(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return projects and money that a place signed at a fair of industrial transfer."""
    asked = {"entity": area, "period": period}
    signed = f"{MATCHMAKING};stage=signed"
    return {
        "projects": fact(
            book, unit="projects", indicator="projects_count", breakdown=signed, **asked
        ),
        "money": fact(
            book, unit="100M CNY", indicator="contract_value", breakdown=MATCHMAKING, **asked
        ),
    }


_SECTOR_FIRST = f"{MATCHMAKING};sector="
_SECTOR_LAST = ";stage=signed"


def matchmaking_sectors(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return how many projects of each industry were signed there, most first."""
    frame = preferred(
        book.observations(indicator="projects_count", entity=area, period=period, measure="level")
    )
    texts = frame["breakdown"].str
    frame = frame[texts.startswith(_SECTOR_FIRST) & texts.endswith(_SECTOR_LAST)]
    codes = frame["breakdown"].str.slice(len(_SECTOR_FIRST), -len(_SECTOR_LAST))
    found = dict(zip(codes, quantities_of(frame), strict=True))
    return dict(sorted(found.items(), key=lambda item: -item[1].point))


SECTORS = {
    "equipment": "装备制造",
    "auto": "汽车",
    "electronics": "电子信息",
    "consumer_goods": "消费品",
    "pharma": "医药",
    "materials": "材料",
}


def sector_points(book: Catalog, found: dict[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of `matchmaking_sectors`."""
    items = [
        (SECTORS.get(code) or book.breakdown_name(f"sector={code}"), item)
        for code, item in found.items()
    ]
    return points(items, unit="projects")


# --- where they come from -------------------------------------------------------------------


def from_the_east(book: Catalog, area: str, period: str) -> tuple[Quantity, Quantity]:
    """Return projects that came from the east to a place in a period, and their investment."""
    asked = {"entity": area, "period": period}
    east = "investor_origin=east"
    return (
        fact(
            book,
            unit="projects",
            indicator="projects_count",
            breakdown=f"{east};kind=transferred",
            **asked,
        ),
        fact(book, unit="100M CNY", indicator="transfer_investment", breakdown=east, **asked),
    )


def origins_elsewhere(book: Catalog) -> dict[str, Quantity]:
    """Return which share of other provinces' capital came from one region of the coast; percent."""
    large = "size=100m_cny_up;stage=under_construction"
    capital = {"indicator": "domestic_capital_used", "entity": "CN-34", "period": "2021"}
    anhui, delta = (
        fact(book, unit="100M CNY", breakdown=which, **capital)
        for which in (large, f"investor_origin=sh_js_zj;{large}")
    )
    share_of = {"unit": "percent", "measure": "share"}
    return {
        "anhui": share(delta, anhui),
        "guangxi": fact(
            book,
            indicator="funds_in_place",
            entity="CN-45",
            period="2018",
            breakdown="investor_origin=gba",
            **share_of,
        ),
        "shaanxi": fact(
            book,
            indicator="domestic_capital_used",
            entity="CN-61",
            period="2021",
            breakdown="investor_origin=yrd",
            **share_of,
        ),
    }


# --- named projects -------------------------------------------------------------------------


def named_projects(book: Catalog) -> pd.DataFrame:
    """Return all named projects in words, with the codes beside them."""
    frame = book.table("projects")
    names = book.columns("districts", "adcode", "name_zh").set_index("adcode")["name_zh"]
    frame["industry_zh"] = frame["industry"].map(INDUSTRIES)
    frame["stage_zh"] = frame["stage"].map(STAGES | {"": ""})
    frame["who"] = frame["organisation"].map(lambda key: book.name(key) if key else "")
    frame["where"] = frame["district"].map(
        lambda cell: "、".join(short_name(names[code]) for code in cell.split(";")) if cell else ""
    )
    frame["advance"] = frame["stage"].map(_ADVANCED)
    frame.loc[frame["industry"].eq("research"), "advance"] = "research"
    return frame.sort_values(["industry_zh", "where", "project"]).reset_index(drop=True)


PROJECT_COLUMNS = {
    "link": "环节或行业",
    "name_zh": "项目",
    "where": "区县",
    "stage_zh": "到哪一步",
}


def counted(book: Catalog, industries: tuple[str, ...] = MANUFACTURING) -> pd.DataFrame:
    """Return the projects of some industries that are counted: each once, and none abroad.

    Only those whose firm is named: a park, or 一批企业, is no project that can be followed. A phase
    of another project is part of it; a plant abroad receives nothing that moves to here.
    """
    frame = named_projects(book)
    frame = frame[made(frame, industries) & frame["country"].eq("")]
    frame = frame[frame["organisation"].ne("")]
    return frame[~frame["parent"].isin(frame["project"])].reset_index(drop=True)


def untold(book: Catalog) -> str:
    """Return the names of the counted projects of which no report says how far they have come."""
    frame = counted(book)
    return "、".join(frame.loc[frame["advance"].eq("untold"), "name_zh"]) or NOT_FOUND


def tally(book: Catalog) -> dict[str, Quantity]:
    """Return how many manufacturing projects of named firms there are, and what is told of them.

    ``origin``: where they come from; ``built``, ``building``, ``signed``, ``untold``: how far. Of
    those whose stage is told (``told``; `followed`), ``placed``: their district; ``zone``: a
    district of the riverside zone; ``shapingba``, ``tongliang``: those districts.
    """
    frame = counted(book)
    placed = frame[frame["district"].ne("") & frame["advance"].isin(_TOLD)]
    inside = placed["district"].str.split(";").map(set(members(book, ZONE_2025)).issuperset)
    counts = {
        "projects": len(frame),
        "origin": frame["origin"].ne("").sum(),
        "told": frame["advance"].isin(_TOLD).sum(),
        "placed": len(placed),
        "zone": inside.sum(),
        "shapingba": placed["district"].eq("500106").sum(),
        "tongliang": placed["district"].eq("500151").sum(),
        **{
            key: frame["advance"].eq(key).sum() for key in ("built", "building", "signed", "untold")
        },
    }
    return {key: exact(int(number), "projects") for key, number in counts.items()}


#: Links of the chain of new-energy vehicles that the sources name, and how projects word them; no
#: part of another word counts (整车声学套组 is no vehicle, nor is 摩托车整车 a car).
LINKS = {
    "整车": ("整车",),
    "动力电池": ("动力电池",),
    "底盘与制动": ("轻量化底盘", "制动", "转向", "悬架"),
    "车身": ("一体化车身结构件",),
    "电驱动": ("电驱动系统",),
    "氢能部件": ("氢能源商用车核心部件",),
    "智能驾驶": ("智能驾驶系统",),
    "车规级芯片": ("车规级芯片",),
}
_CHAIN_INDUSTRIES = ("auto", "nev", "battery", "software", "research")


def nev_chain(book: Catalog) -> pd.DataFrame:
    """Return the named projects of each link of the chain: ``label``, and their rows."""
    own = counted(book, _CHAIN_INDUSTRIES)
    links = own["chain_link"].str.split("、").map(set)
    found = [
        own[~links.map(set(words).isdisjoint)].assign(label=link) for link, words in LINKS.items()
    ]
    return pd.concat(found, ignore_index=True)


def plants(book: Catalog, *links: str, advance: str) -> Quantity:
    """Return how many projects of the links have come so far: built, building, research."""
    frame = nev_chain(book)
    frame = frame[frame["label"].isin(links) & frame["advance"].eq(advance)]
    return exact(frame["project"].nunique(), "projects")


def all_at(book: Catalog, links: Sequence[str], advance: str) -> Verdict:
    """Return whether each of these links has a project that has come so far."""
    found = all(plants(book, link, advance=advance).point for link in links)
    return looked_up(found, f"{'、'.join(links)}都有项目到了这一步（{advance}）")


def none_at(book: Catalog, links: Sequence[str], *advances: str) -> Verdict:
    """Return whether no project of these links has come to one of these stages."""
    found = any(plants(book, *links, advance=advance).point for advance in advances)
    return looked_up(not found, f"{'、'.join(links)}没有项目到这一步（{'、'.join(advances)}）")


def seen(book: Catalog, link: str, advance: str) -> str:
    """Return when projects of a link were last said to have come so far, in words."""
    frame = nev_chain(book)
    frame = frame[frame["label"].eq(link) & frame["advance"].eq(advance)]
    days = sorted(frame["stage_as_of"])
    return period_zh(days[-1]) if days else NOT_FOUND


def followed(book: Catalog) -> pd.DataFrame:
    """Return the projects of named firms whose stage is told, a row each, those of cars first.

    They stand in the order of `LINKS`.
    """
    frame = counted(book)
    links = nev_chain(book).groupby("project")["label"].first()
    order = {name: number for number, name in enumerate(LINKS)}
    frame = frame[frame["advance"].isin(_TOLD)].copy()
    frame["link"] = place_in_chain(frame)
    first = frame["project"].map(links).map(order)
    frame["_order"] = first.fillna(len(order) + frame["industry"].ne("nev"))
    every = book.table("projects")
    frame["old"] = outdated(frame, max(every["stage_as_of"]))
    frame["stage_zh"] = [
        stage_zh(row["stage"], row["stage_as_of"], old=row["old"]) for row in rows_of(frame)
    ]
    phases = {
        parent: _phases(rows, max(every["stage_as_of"]))
        for parent, rows in every[every["name_zh"].str.endswith("期")].groupby("parent")
    }
    frame["stage_zh"] = frame["project"].map(phases).fillna(frame["stage_zh"])
    frame = frame.sort_values(["_order", "link", "project"], kind="stable")
    return frame.drop(columns="_order").reset_index(drop=True)


def reported_between(rows: pd.DataFrame) -> tuple[str, str]:
    """Return between which times it was told how far the projects of `followed` had come."""
    days = sorted(rows["stage_as_of"])
    return (period_zh(days[0]), period_zh(days[-1])) if days else (NOT_FOUND, NOT_FOUND)


def _phases(rows: pd.DataFrame, newest: str) -> str:
    """Return how far each phase of a project has come: 一期已试产，二期计划（截至2023年1月）.

    Each with its own time where these differ.
    """
    told = rows[rows["stage"].ne("")]
    if told.empty:
        return ""
    days, old = list(told["stage_as_of"]), list(outdated(told, newest))
    if len(set(days)) == 1:
        days, old = [*[""] * (len(days) - 1), days[-1]], [*[False] * (len(old) - 1), any(old)]
    names = [name[-2:] for name in told["name_zh"]]
    return "，".join(
        name + stage_zh(stage, day, old=bool(late))
        for name, stage, day, late in zip(names, told["stage"], days, old, strict=True)
    )


#: Tiers of core parts that the city says are covered.
_TIERS = {"systems": "system", "assemblies": "assembly", "components": "component"}


def coverage(book: Catalog, area: str) -> dict[str, Quantity]:
    """Return how many systems, assemblies and components of such vehicles are said to be made."""
    return {
        unit: fact(
            book,
            unit=unit,
            indicator="nev_core_parts_covered",
            entity=area,
            breakdown=f"field=nev;tier={tier}",
        )
        for unit, tier in _TIERS.items()
    }


# --- the valve base -------------------------------------------------------------------------

BASE = "proj-dianjiang-valve-base"
#: A square kilometre in mu.
MU = Decimal(1500)


def base_area(book: Catalog) -> Quantity:
    """Return the area of the valve base as the sum of its printed areas; derived."""
    frame = preferred(book.observations(indicator="land_area", entity=BASE))
    # what is part of another area must not be added to it
    items = quantities_of(frame[frame["part_of"].eq("")])
    return sum_of(*items) if len(items) > 1 else missing("mu")


def valve_base(book: Catalog) -> dict[str, Quantity]:
    """Return the planned output and jobs of the base, and what they are a job."""
    asked = {"entity": BASE}
    output = round_sum(fact(book, unit="100M CNY", indicator="output_value", **asked))
    jobs = fact(book, unit="10k persons", indicator="jobs", **asked)
    each = derive(lambda a, b: a / b, output.to("10k CNY"), jobs.to("persons"), unit="10k CNY")
    return {"area": base_area(book), "output": output, "jobs": jobs, "output_job": each}


def land_target(book: Catalog) -> Quantity:
    """Return the output a square kilometre that the western districts want of their parks."""
    return fact(
        book,
        unit="100M CNY/km2",
        indicator="land_output_intensity",
        entity="grp-cq-west8",
        breakdown="use=park_industrial_land",
    )


def _dense(output: Quantity, area: Quantity) -> Quantity:
    """Return output a mu in 万元; `area` in mu."""
    return derive(lambda money, mu: money / mu, output.to("10k CNY"), area, unit="10k CNY")


def density(book: Catalog) -> dict[str, Quantity]:
    """Return output a mu, 万元: of the base's plan, and of a target of the west."""
    base = valve_base(book)
    return {
        "target": derive(lambda item: item * 10**4 / MU, land_target(book), unit="10k CNY"),
        "base": _dense(base["output"], base["area"]),
    }
