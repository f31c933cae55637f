"""One year of industry: investment and its plan, highlights expected and counted, power."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING

import pandas as pd

from cqbook.analysis.frames import points, published
from cqbook.data.catalog import Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.selection import fact, usable
from cqbook.quantities import formulas
from cqbook.quantities.about import HAPPENED
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import (
    Quantity,
    derive,
    exact,
    missing,
    previous,
    quantity_of,
    year_before,
)
from cqbook.quantities.verdict import Verdict, looked_up

FIELDS = {
    "urban_construction": "城市建设",
    "industry": "产业",
    "livelihood": "民生",
    "ecology": "生态环保",
    "sci_tech": "科技创新",
}


def months(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return the growth of industry in the single months of which it was published."""
    found = {}
    for month in range(1, 13):
        item = fact(
            book, unit="percent", measure="yoy", indicator="industrial_value_added",
            entity=area, period=f"{year}-{month:02d}", breakdown="scale=above_designated",
        )  # fmt: skip
        if item.known:
            found[f"{month}月"] = item
    return found


def investment(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return what was invested in major projects, by named field, and the rest at last.

    The rest is the total less the named fields; a field of which only a floor is printed makes it
    a ceiling.
    """
    asked = {
        "unit": "100M CNY",
        "indicator": "investment_completed",
        "entity": area,
        "period": period,
    }
    total = fact(book, breakdown="kind=municipal_major", **asked)
    items = {
        name: fact(book, breakdown=f"field={code};kind=municipal_major", **asked)
        for code, name in FIELDS.items()
    }
    items = {name: item for name, item in items.items() if item.known}
    if not items:
        return {}
    nothing = Interval.exactly(0)
    rest = derive(
        lambda whole, *parts: formulas.remainder(whole, parts).intersection(
            Interval(nothing.lower, None, True, False)
        ),
        total, *items.values(),
        unit="100M CNY",
    )  # fmt: skip
    return {**items, REST: rest}


#: What the named fields leave of the total.
REST = "其余"


def ceiling(item: Quantity) -> Quantity:
    """Return the upper end of an amount, rounded up to whole units: so much at the most."""
    return derive(
        lambda held: Interval.exactly(held.upper.to_integral(ROUND_CEILING))
        if held.upper is not None
        else held,
        item, unit=str(item.unit),
    )  # fmt: skip


def investment_points(found: Mapping[str, Quantity]) -> pd.DataFrame:
    """Return the point frame of `investment`; the rest is drawn at its ceiling."""
    items = [
        (f"{name}至多", ceiling(item)) if name == REST else (name, item)
        for name, item in found.items()
    ]
    return published(points(items, unit="100M CNY"))


def total_investment(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return the total of major projects, by how much it beat the plan, and the implied plan."""
    asked = {
        "indicator": "investment_completed",
        "entity": area,
        "period": period,
        "breakdown": "kind=municipal_major",
    }
    total = fact(book, unit="100M CNY", **asked)
    beyond = fact(book, unit="percentage points", measure="vs_plan", **asked)
    plan = derive(lambda done, over: 100 * done / (100 + over), total, beyond, unit="100M CNY")
    return {"major": total, "beyond": beyond, "plan": plan}


def progress(book: Catalog, area: str, period: str) -> dict[str, Quantity]:
    """Return how much of the year's plan was completed, by field or branch, all projects last.

    “超年初计划14个百分点” is read as 114 % of the plan.
    """
    rows = usable(
        book.observations(
            indicator="investment_rate", entity=area, period=period, measure="completion"
        )
    )
    found = {}
    for row in rows_of(rows[rows["breakdown"].str.contains("kind=municipal_major")]):
        parts = dict(pair.split("=") for pair in row["breakdown"].split(";"))
        part = next(key for key in ("sector", "field") if key in parts)
        name = book.breakdown_name(f"{part}={parts[part]}")
        found[PROJECTS_ZH.get(name, name)] = quantity_of(row)
    found = dict(sorted(found.items(), key=lambda item: -item[1].point))
    beyond = total_investment(book, area, period)["beyond"]
    whole = derive(
        lambda over: over + 100, beyond, unit="percent",
        about=replace(beyond.about, measure="completion"),
    )  # fmt: skip
    return {**found, ALL_PROJECTS: whole} if found and whole.known else {}


#: What the projects of a field are called beside the others.
PROJECTS_ZH = {
    # as the source of the projects has it: without software
    "电子信息产业": "电子信息制造业",
    "环保（生态环保）领域": "生态环保",
}
ALL_PROJECTS = "全部重大项目"


def tech_upgrade(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return what is printed of technical-upgrade investment, and industrial growth implied."""
    asked = {
        "indicator": "tech_upgrade_investment",
        "entity": area,
        "period": f"{year}-01/{year}-11",
    }
    growth = fact(book, unit="percent", measure="yoy", **asked)
    lead = fact(book, unit="percentage points", measure="difference", **asked)
    share = fact(book, unit="percent", measure="share", **asked)
    earlier = fact(book, unit="percent", measure="share", **asked | {"period": year_before(year)})
    rate = fact(book, unit="percent", measure="contribution_rate", **asked)
    return {
        "upgrade_growth": growth,
        "lead": lead,
        "upgrade_share": share,
        "upgrade_share_before": earlier,
        "upgrade_rate": rate,
        "industrial_growth": derive(
            lambda fast, points_: fast - points_, growth, lead, unit="percent", measure="yoy"
        ),
    }


def nev_output(book: Catalog, area: str, year: str) -> dict[str, Quantity]:
    """Return what was expected of new-energy output, and what was published of it later.

    ``expected``; ``earlier`` and ``later`` of two reports; each with ``_growth``, and with
    ``_before``: the year before that both imply.
    """
    found = {}
    rows = usable(
        book.observations(
            indicator="auto_output", entity=area, period=year, breakdown="vehicle=nev"
        )
    )
    dates = book.columns("sources", "source_id", "published").set_index("source_id")["published"]
    rows = rows.assign(published=rows["source_id"].map(dates)).sort_values("published")
    for name, status, place in (
        ("expected", "estimate", 0), ("earlier", "actual", 0), ("later", "actual", -1),
    ):  # fmt: skip
        ours = rows[rows["status"].eq(status)]
        for key, measure in (("", "level"), ("_growth", "yoy")):
            told = rows_of(ours[ours["measure"].eq(measure)])
            unit = "percent" if key else "10k vehicles"
            found[f"{name}{key}"] = quantity_of(told[place]).to(unit) if told else missing(unit)
        before = previous(found[name], found[f"{name}_growth"])
        # the year before had happened, whatever was only expected of this one
        found[f"{name}_before"] = replace(before, about=replace(before.about, status="actual"))
    return found


def urban_projects(book: Catalog, area: str, period: str) -> tuple[Quantity, Quantity]:
    """Return the major projects of urban construction, and those that beat the year's plan."""
    asked = {"unit": "projects", "indicator": "projects_count", "entity": area, "period": period}
    kind = "field=urban_construction;kind=municipal_major"
    every = fact(book, breakdown=kind, **asked)
    return every, fact(book, breakdown=f"{kind};stage=plan_exceeded", **asked)


#: What is expected of software, as one would say it: indicator, measure, stage.
SOFTWARE = {
    ("software_revenue", "level"): "收入",
    ("software_revenue", "yoy"): "收入增速",
    ("floor_area", "level", "acquired"): "收储的楼宇面积",
    ("floor_area", "level", "in_use"): "已使用的楼宇面积",
    ("firms", "level", "new"): "新增企业",
    ("jobs", "level", "new"): "新增从业人员",
}
_STRATEGIC = "sector=strategic_manufacturing"


def expected_by_highlight(book: Catalog, source: str) -> dict[str, list[str]]:
    """Return what one article expects, each figure in words: ``nev``, ``software``, ``strategic``.

    A figure that has no words is in none of them: the three then fall short of `natures`.
    """
    rows = usable(book.observations(source_id=source))
    found: dict[str, list[str]] = {"nev": [], "software": [], "strategic": []}
    for row in rows_of(rows[rows["status"].eq("estimate")]):
        stage = row["breakdown"].partition("stage=")[2]
        software = SOFTWARE.get((row["indicator"], row["measure"], *filter(None, [stage])))
        if software:
            found["software"].append(software)
        elif row["breakdown"] == "vehicle=nev":
            found["nev"].append({"level": "产量", "yoy": "产量增速"}[row["measure"]])
        elif row["breakdown"] == _STRATEGIC:
            found["strategic"].append("增加值增速")
    return found


def all_named(said: Mapping[str, Sequence[str]], expected: Quantity) -> Verdict:
    """Return whether `expected_by_highlight` has words for each of so many figures."""
    count = sum(len(words) for words in said.values())
    return looked_up(expected.known and count == expected.point, f"{count}项预计都写出了是什么")


#: Where a figure of a highlight stands, and what the article calls that one.
_HIGHLIGHT = re.compile(r"亮点\d+ (.+?) ¶")
#: What the article says before it comes to them.
BEFORE_THEM = "（十条以前）"


def highlights(book: Catalog, source: str) -> pd.DataFrame:
    """Return the highlights that an article lists, in its order, with how many figures each has.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``count``, ``expected`` (empty: none is), ``source_id``, ``observation_id``; all
        figures of `natures` are in one of the rows.
    """
    found: dict[str, list[TableRow]] = {}
    for row in rows_of(usable(book.observations(source_id=source))):
        place = _HIGHLIGHT.match(row["locator"])
        found.setdefault(place[1] if place else BEFORE_THEM, []).append(row)
    lines = [
        {
            "label": label,
            "count": f"{len(rows)}项",
            "expected": f"{expected}项" if expected else "",
            "source_id": source,
            "observation_id": ";".join(row["observation_id"] for row in rows),
        }
        for label, rows in found.items()
        for expected in [sum(row["status"] == "estimate" for row in rows)]
    ]
    names = ["label", "count", "expected", "source_id", "observation_id"]
    return pd.DataFrame(lines, columns=names)


def natures(book: Catalog, source: str) -> dict[str, Quantity]:
    """Return how many figures one article has, and how many are expected.

    ``checked``: for how many of these what happened was published by others.
    """
    rows = usable(book.observations(source_id=source))
    if rows.empty:
        return dict.fromkeys(("figures", "expected", "checked"), missing("items"))
    expected = rows[rows["status"].eq("estimate")]
    key = ["indicator", "entity", "period", "accumulation", "breakdown", "flow", "measure"]
    foretold = sorted(set(expected["indicator"]))
    happened = usable(book.observations(status=list(HAPPENED), indicator=foretold))
    checked = expected.merge(happened[key].drop_duplicates(), on=key)
    numbers = {"figures": len(rows), "expected": len(expected), "checked": len(checked)}
    return {name: exact(number, "items") for name, number in numbers.items()}
