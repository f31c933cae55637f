"""Industrial-transfer parks: who belongs to what, what lands where, what a plan asks for."""

from __future__ import annotations

import re

import pandas as pd

from cqbook.analysis.district import short_name
from cqbook.analysis.frames import points, published, quantities_of, rows_of
from cqbook.data.catalog import Catalog
from cqbook.data.selection import fact, preferred
from cqbook.data.vocabulary import STAGES
from cqbook.quantities.quantity import Quantity, derive, missing, quantity_of

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
    "": "未印",
}
#: Industries that transfer parks are about; roads, towns, farms, laboratories and what is printed
#: without an industry are listed, not drawn.
MANUFACTURING = (
    "auto",
    "nev",
    "motorcycle",
    "battery",
    "electronics",
    "equipment",
    "materials",
    "consumer",
    "pharma",
)
DEMONSTRATION, ZONE_2025, ZONE_2011 = (
    "cq-transfer-demo-park",
    "yangtze-transfer-zone",
    "yangtze-transfer-zone-2011",
)
COOPERATION, VEIN = "cy-coop-park-1", "vein-alliance"


def named_projects(book: Catalog) -> pd.DataFrame:
    """Return all named projects in words, with the codes beside them."""
    frame = book.table("projects")
    names = book.table("districts").set_index("adcode")["name_zh"]
    frame["industry_zh"] = frame["industry"].map(INDUSTRIES)
    frame["stage_zh"] = frame["stage"].map(STAGES)
    frame["who"] = frame["organisation"].map(lambda key: book.name(key) if key else "")
    frame["where"] = frame["district"].map(
        lambda cell: "、".join(names[code] for code in cell.split(";")) if cell else ""
    )
    return frame.sort_values(["industry_zh", "where", "project"]).reset_index(drop=True)


PROJECT_COLUMNS = {
    "name_zh": "项目",
    "industry_zh": "行业",
    "where": "区县",
    "who": "企业",
    "origin": "来自",
    "chain_link": "环节",
    "stage_zh": "阶段",
    "source_id": "来源",
}


def counted(book: Catalog, industries: tuple[str, ...] = MANUFACTURING) -> pd.DataFrame:
    """Return the projects of some industries that are counted: each once, and none abroad.

    A phase of another project is part of it; a plant abroad receives nothing that moves to here.
    """
    frame = named_projects(book)
    frame = frame[frame["industry"].isin(industries) & frame["country"].eq("")]
    return frame[~frame["parent"].isin(frame["project"])].reset_index(drop=True)


def landed(book: Catalog) -> pd.DataFrame:
    """Return industry × district counts of manufacturing projects whose district is printed.

    Returns
    -------
    pandas.DataFrame
        A frame for `cqbook.figures.charts.matrix`: ``label`` district, ``group`` industry,
        ``value``.
    """
    frame = counted(book)
    frame = frame[frame["district"].ne("")]
    names = book.table("districts").set_index("adcode")["name_zh"]
    frame = frame.assign(code=frame["district"].str.split(";")).explode("code")
    frame["label"] = frame["code"].map(names).map(short_name)
    frame["group"] = frame["industry_zh"]
    sums = frame.groupby(["label", "group"]).agg(
        value=("project", "size"),
        source_id=("source_id", lambda cells: ";".join(dict.fromkeys(cells))),
    )
    rows = sums.reset_index()
    rows["text"] = rows["value"].astype(str)
    rows["value"] = rows["value"].astype(float)
    rows["status"] = "公布"
    total = rows.groupby("label")["value"].transform("sum")
    order = {INDUSTRIES[code]: number for number, code in enumerate(MANUFACTURING)}
    rows["_total"], rows["_order"] = -total, rows["group"].map(order)
    rows = rows.sort_values(["_total", "label", "_order"]).drop(columns=["_total", "_order"])
    return rows.reset_index(drop=True)


#: Links that the sources themselves name of each chain: what a complete chain would show.
CHAINS = {
    "新能源汽车": ("整车", "动力电池", "电驱动", "底盘", "车身结构件", "智能驾驶", "芯片", "软件"),
    "电子信息": ("晶圆", "封测", "线路板", "Micro LED", "手机摄像头", "特色工艺线"),
    "医药": ("生物制药", "化学药", "现代中药", "医疗器械", "医药中间体", "原料药"),
}
#: How a project's own words name a link, where they are others; no part of another word counts
#: (整车声学套组 is no vehicle, nor is 摩托车整车 a car).
_LINK_WORDS = {
    "整车": ("整车", "整车组装"),
    "电驱动": ("电驱动系统",),
    "底盘": ("轻量化底盘",),
    "车身结构件": ("一体化车身结构件",),
    "智能驾驶": ("智能驾驶系统",),
    "芯片": ("车规级芯片",),
}
_CHAIN_INDUSTRIES = {
    "新能源汽车": ("auto", "nev", "battery", "software", "research"),
    "电子信息": ("electronics", "research"),
    "医药": ("pharma", "research"),
}


def chain_links(book: Catalog) -> pd.DataFrame:
    """Return, for each chain, which links have a named project here and which have none."""
    rows = []
    for chain, links in CHAINS.items():
        own = counted(book, _CHAIN_INDUSTRIES[chain])
        made = own["chain_link"].str.split("、").map(set)
        for link in links:
            hits = own[~made.map(set(_LINK_WORDS.get(link, (link,))).isdisjoint)]
            rows.append(
                {
                    "chain": chain,
                    "link": link,
                    "state": f"{len(hits)}个项目" if len(hits) else "没有点名的项目",
                    "names": "、".join(hits["name_zh"]),
                    "source_id": ";".join(dict.fromkeys(hits["source_id"])),
                }
            )
    return pd.DataFrame(rows)


def absent(links: pd.DataFrame) -> str:
    """Return the links without a named project, in words."""
    frame = links[links["state"].eq("没有点名的项目")]
    return "、".join(f"{row.chain}的{row.link}" for row in frame.itertuples()) or "（无）"


def origins(book: Catalog) -> dict[str, str]:
    """Return how many projects say where they come from, in words."""
    frame = counted(book)
    known = frame[frame["origin"].ne("")]
    return {
        "projects": f"{len(frame)}个",
        "with_origin": f"{len(known)}个",
        "origin_list": "、".join(dict.fromkeys(known["origin"])) or "（无）",
    }


def members(book: Catalog, scheme: str) -> list[str]:
    """Return the entities that belong to a scheme, as far as named."""
    frame = book.table("park_designations")
    return list(frame.loc[frame["scheme"].eq(scheme), "entity"])


def membership(book: Catalog) -> pd.DataFrame:
    """Return the members of the transfer zone in 2011 and 2025 side by side."""
    then, now = members(book, ZONE_2011), members(book, ZONE_2025)
    frame = book.table("park_designations")
    sources = frame.groupby("scheme")["source_id"].first()
    rows = [
        {
            "who": book.name(code),
            "then": "是" if code in then else "",
            "now": "是" if code in now else "",
            "source_id": ";".join(
                sources[scheme]
                for scheme, inside in ((ZONE_2011, code in then), (ZONE_2025, code in now))
                if inside
            ),
        }
        for code in dict.fromkeys([*then, *now])
    ]
    return pd.DataFrame(rows, columns=["who", "then", "now", "source_id"])


def scheme_table(book: Catalog, *schemes: str) -> pd.DataFrame:
    """Return the named members of the schemes, in words."""
    frame = book.table("park_designations")
    frame = frame[frame["scheme"].isin(schemes)].copy()
    frame["what"] = frame["scheme"].map(book.names("schemes", "scheme"))
    frame["who"] = frame["entity"].map(book.name)
    return frame.reset_index(drop=True)


def _district_of(book: Catalog, entity: str) -> list[str]:
    if re.fullmatch(r"500\d{3}", entity):
        return [entity]
    frame = book.table("parks").set_index("park")["district"]
    return [code for code in frame.get(entity, "").split(";") if code]


def tile_map(book: Catalog) -> pd.DataFrame:
    """Return the tiles of current districts: in the zone, with a named demonstration park, both."""
    zone = set(members(book, ZONE_2025))
    parks = {code for park in members(book, DEMONSTRATION) for code in _district_of(book, park)}
    frame = book.table("districts")
    frame = frame[frame["valid_to"].eq("")].copy()
    in_zone, has_park = frame["adcode"].isin(zone), frame["adcode"].isin(parks)
    frame["label"] = frame["name_zh"].map(short_name)
    frame["kind"] = "没有点名"
    frame.loc[in_zone, "kind"] = "沿江示范区"
    frame.loc[has_park, "kind"] = "有点名的市级园区"
    frame.loc[in_zone & has_park, "kind"] = "两者都是"
    symbols = {"沿江示范区": "沿江", "有点名的市级园区": "园区", "两者都是": "两者"}
    frame["symbol"] = frame["kind"].map(symbols).fillna("")
    frame["value"] = (in_zone | has_park).astype(float)
    frame["text"] = frame["kind"]
    frame["group"] = ""
    frame["status"] = ""
    designations = book.table("park_designations")
    used = designations[designations["scheme"].isin([ZONE_2025, DEMONSTRATION])]
    # the map's source is that of the lists it shows, not of single tiles
    frame["source_id"] = ";".join(dict.fromkeys(used["source_id"]))
    return frame.reset_index(drop=True)


BASE = "proj-dianjiang-valve-base"


def base_area(book: Catalog) -> Quantity:
    """Return the area of the valve base as the sum of its printed areas; derived."""
    frame = preferred(book.observations(indicator="land_area", entity=BASE))
    # what is part of another area must not be added to it
    frame = frame[frame["part_of"].eq("")]
    items = quantities_of(frame)
    if not items:
        return missing("mu")
    return derive(lambda first, *rest: sum(rest, first), *items, unit="mu")


def areas(book: Catalog) -> pd.DataFrame:
    """Return the point frame of the base's printed areas."""
    frame = preferred(book.observations(indicator="land_area", entity=BASE))
    items = [(book.breakdown_name(row["breakdown"]), quantity_of(row)) for row in rows_of(frame)]
    return points(items, unit="mu")


def per_mu(book: Catalog) -> dict[str, Quantity]:
    """Return the planned output, tax and jobs of the base, a mu and a firm; derived."""
    area = base_area(book)
    firms = fact(
        book,
        unit="enterprises",
        indicator="firms",
        entity=BASE,
        breakdown="kind=valve;stage=signed",
    )
    asked = {"entity": BASE}
    output = fact(book, unit="10k CNY", indicator="output_value", **asked)
    tax = fact(book, unit="10k CNY", indicator="tax", **asked)
    jobs = fact(book, unit="persons", indicator="jobs", **asked)

    def ratio(top: Quantity, bottom: Quantity, unit: str) -> Quantity:
        return derive(lambda a, b: a / b, top, bottom, unit=unit)

    return {
        "area": area,
        "output": fact(book, unit="100M CNY", indicator="output_value", **asked),
        "tax": fact(book, unit="100M CNY", indicator="tax", **asked),
        "jobs": fact(book, unit="10k persons", indicator="jobs", **asked),
        "firms": firms,
        "output_mu": ratio(output, area, "10k CNY"),
        "tax_mu": ratio(tax, area, "10k CNY"),
        "jobs_mu": ratio(jobs, area, "persons"),
        "output_firm": ratio(output.to("100M CNY"), firms, "100M CNY"),
        "tax_rate": derive(lambda a, b: 100 * a / b, tax, output, unit="percent"),
        "output_job": ratio(output, jobs, "10k CNY"),
    }


RONGCHANG = "500153"
LEVELS = {"municipal": "市级重点项目", "district": "区级重点项目"}


def key_projects(book: Catalog, district: str = RONGCHANG, period: str = "2025-Q1") -> pd.DataFrame:
    """Return the point frame of start rate and investment rate of key projects, by level."""
    frames = []
    for level, name in LEVELS.items():
        asked = {
            "entity": district,
            "period": period,
            "breakdown": f"kind=key_project;level={level}",
            "unit": "percent",
        }
        start = fact(book, measure="share", indicator="start_rate", **asked)
        money = fact(book, measure="completion", indicator="investment_rate", **asked)
        frames.append(points([(name, start)], unit="percent", group="开工率"))
        frames.append(points([(name, money)], unit="percent", group="投资完成率"))
    return published(pd.concat(frames, ignore_index=True))


def implied_plan(
    book: Catalog, level: str, district: str = RONGCHANG, period: str = "2025-Q1"
) -> Quantity:
    """Return the yearly plan that investment done and its rate imply; derived."""
    asked = {
        "entity": district,
        "period": period,
        "breakdown": f"kind=key_project;level={level}",
    }
    done = fact(book, unit="100M CNY", indicator="investment_completed", **asked)
    rate = fact(book, unit="percent", measure="completion", indicator="investment_rate", **asked)
    return derive(lambda money, share: 100 * money / share, done, rate, unit="100M CNY")
