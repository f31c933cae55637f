"""Everything the data holds about one district: its own figures, and those of what lies in it."""

from __future__ import annotations

import pandas as pd

from cqbook.analysis.frames import TableRow, figures_zh, points, published, quantities_of, rows_of
from cqbook.data.catalog import Catalog
from cqbook.data.selection import measured, usable
from cqbook.data.vocabulary import DOMAINS, STAGES
from cqbook.errors import DataError
from cqbook.quantities.about import HAPPENED
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import quantity_of


def district(book: Catalog, code: str) -> TableRow:
    """Return the row of ``districts`` with this code.

    Raises
    ------
    DataError
        If there is no such district; the message lists those there are.
    """
    frame = book.table("districts")
    found = frame[frame["adcode"].eq(str(code))]
    if found.empty:
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
    """Return the entities in a district: itself, its parks, firms and projects, and their parts."""
    found = [code]
    for table, key in KEYED.items():
        frame = book.table(table)
        found += list(frame.loc[_listed(frame["district"], code), key])
    entities = book.table("entities")
    while True:
        below = entities.loc[entities["parent"].isin(found), "entity"]
        new = [entity for entity in below if entity not in found]
        if not new:
            return list(dict.fromkeys(found))
        found += new


def spanning(book: Catalog) -> dict[str, int]:
    """Return the parks, firms and projects that lie in several districts, with how many."""
    found: dict[str, int] = {}
    for table, key in KEYED.items():
        frame = book.table(table)
        counts = frame["district"].str.count(";") + 1
        found |= dict(zip(frame.loc[counts > 1, key], counts[counts > 1], strict=True))
    return found


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
        ``text`` (the figure) and ``nature`` (公布, 计划 …); ``own``: the district's own figure;
        ``across``: that of something which lies in other districts too, and says so in ``who``.
    """
    frame = book.observations(entity=entities_within(book, code))
    frame = usable(frame).reset_index(drop=True)
    if year:
        touches = [int(year) in Period.parse(text).years for text in frame["period"]]
        frame = frame[touches].copy()
    indicators = book.table("indicators").set_index("indicator")
    quantities = quantities_of(frame)
    frame["domain"] = frame["indicator"].map(indicators["domain"]).map(DOMAINS)
    districts = frame["entity"].map(spanning(book))
    frame["across"] = districts.notna()
    frame["who"] = [
        book.name(entity) + (f"（跨{int(count)}个区县）" if count == count else "")
        for entity, count in zip(frame["entity"], districts, strict=True)
    ]
    frame["own"] = frame["entity"].eq(code)
    frame["what"] = [measured(book, row) for row in rows_of(frame)]
    frame["when"] = frame["period"].map(lambda text: Period.parse(text).zh())
    frame["text"] = figures_zh(quantities)
    frame["nature"] = [item.status for item in quantities]
    frame["_end"] = frame["period"].map(Period.parse)
    order = {name: number for number, name in enumerate(DOMAINS.values())}
    frame["_domain"] = frame["domain"].map(order)
    frame = frame.sort_values(["_domain", "own", "_end"], ascending=[True, False, False])
    return frame.drop(columns=["_end", "_domain"]).reset_index(drop=True)


FIGURE_COLUMNS = {
    "domain": "领域",
    "who": "主体",
    "what": "指标",
    "when": "时期",
    "text": "数值",
    "nature": "性质",
    "source_id": "来源",
}


def projects(book: Catalog, code: str) -> pd.DataFrame:
    """Return the projects of a district, stages in Chinese."""
    frame = book.table("projects")
    frame = frame[_listed(frame["district"], code)].copy()
    frame["stage_zh"] = frame["stage"].map(STAGES)
    frame["who"] = frame["organisation"].map(lambda key: book.name(key) if key else "")
    frame["where"] = frame["park"].map(lambda key: book.name(key) if key else "")
    return frame.reset_index(drop=True)


def designations(book: Catalog, code: str) -> pd.DataFrame:
    """Return the schemes that the district or one of its parks belongs to."""
    frame = book.table("park_designations")
    frame = frame[frame["entity"].isin(entities_within(book, code))].copy()
    frame["who"] = frame["entity"].map(book.name)
    frame["what"] = frame["scheme"].map(book.names("schemes", "scheme"))
    return frame.reset_index(drop=True)


def position(book: Catalog, code: str) -> pd.DataFrame:
    """Return the rows of a tile map on which only this district is marked."""
    frame = book.table("districts")
    chosen = district(book, code)
    alive = frame["valid_to"].eq("")
    frame = frame[alive | frame["adcode"].eq(code)].copy()
    # a district that ended keeps its tile; its successor, on the same tile, gives way
    taken = frame["tile_row"].eq(chosen["tile_row"]) & frame["tile_col"].eq(chosen["tile_col"])
    frame = frame[~taken | frame["adcode"].eq(code)]
    frame["label"] = frame["name_zh"].map(short_name)
    frame["value"] = frame["adcode"].eq(code).astype(float)
    frame["text"] = ""
    frame["symbol"] = "●"
    frame["kind"] = frame["adcode"].eq(code).map({True: chosen["name_zh"], False: "其他区县"})
    return frame.reset_index(drop=True)


def short_name(name: str) -> str:
    """Return a district's name as it fits a tile (璧山区 → 璧山, 石柱土家族自治县 → 石柱)."""
    for word in ("土家族苗族自治县", "苗族土家族自治县", "土家族自治县"):
        name = name.removesuffix(word)
    return name[:-1] if len(name) > 2 and name[-1] in "区县" else name


def growth_rates(book: Catalog, code: str, year: str = "") -> pd.DataFrame:
    """Return a point frame of the growth published of the district itself, as it happened.

    What was expected or aimed at is no growth; it stands in the table with its nature.
    """
    frame = figures(book, code, year)
    frame = frame[frame["measure"].eq("yoy") & frame["status"].isin(HAPPENED) & frame["own"]]
    items = [
        (f"{row['what'].removesuffix('·同比')}（{row['when']}）", quantity_of(row))
        for row in rows_of(frame)
    ]
    return published(points(items, unit="percent"))


def page_key(code: str, year: str = "") -> str:
    """Return what the ids of a page's figures carry: the district, and the year if it has one."""
    return f"{code}-{year}" if year else code


def summary(book: Catalog, code: str, year: str = "") -> dict[str, str]:
    """Return what the page says first, in words: counts, span of time, kinds of figures."""
    frame = figures(book, code, year)
    chosen = district(book, code)
    groups = [text for text in (chosen["group_2020"], chosen["subgroup_2020"]) if text]
    planned = int(frame["status"].isin(["plan", "target", "estimate"]).sum())
    rates = growth_rates(book, code, year)
    ended = chosen["valid_to"]
    return {
        "name": chosen["name_zh"] + (f"（{year}年）" if year else ""),
        "code": code,
        "group": "·".join(groups) or "未分组",
        "state": f"已于{Period.parse(ended).zh()}撤销" if ended else "现行区划",
        "count": f"{len(frame)}个",
        "own": f"{int(frame['own'].sum())}个",
        "inside": f"{int((~frame['own'] & ~frame['across']).sum())}个",
        "across": f"{int(frame['across'].sum())}个",
        "planned": f"{planned}个",
        "domains": "、".join(dict.fromkeys(frame["domain"])) or "（无）",
        "sources": f"{frame['source_id'].nunique()}篇",
        "projects": f"{len(projects(book, code))}个",
        "schemes": f"{designations(book, code)['scheme'].nunique()}项",
        "rates": _rates_words(rates),
    }


def _rates_words(rates: pd.DataFrame) -> str:
    listed = "、".join(f"{row.label}{row.text}" for row in rates.itertuples())
    if not listed:
        return "没有找到区县本身已公布的同比增速"
    return (
        f"已公布的同比增速：{listed}。增速的期间、口径各不相同，不能相互比较高低，"
        "只能各自与同类指标的全市数对照"
    )
