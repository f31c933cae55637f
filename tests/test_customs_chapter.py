"""Four queries as an analyst makes them, and what the chapters say. All values are made up."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

import customs_examples as examples
import nbformat
import pytest
from conftest import ROOT

from cqbook.analysis import customs
from cqbook.analysis.customs.cubes import ABSENT, Scope
from cqbook.data.allowed import check_parameters
from cqbook.data.catalog import Catalog
from cqbook.errors import ParameterError
from cqbook.execution import executor
from cqbook.execution.page import Page
from cqbook.figures import claims, figure
from cqbook.intake import plan
from cqbook.intake.customs_format import Said
from cqbook.intake.preview import preview
from cqbook.quantities.verdict import every

RULES = {
    "area": "customs.entity, or nothing",
    "period": "customs.year with entity $area, or nothing",
    "flow": "customs.flow with entity $area, year $period, or nothing",
    "currency": "customs.currency with entity $area, year $period, flow $flow, or nothing",
}


def copy_of_data(target: Path) -> None:
    """Make a data folder of the same files; none of them is written to here."""
    ignored = shutil.ignore_patterns("customs", ".*")
    shutil.copytree(ROOT / "data", target, ignore=ignored, copy_function=linked)


def linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def stores(tmp_path_factory) -> dict[str, Path]:
    """A data folder a query, with that query taken in; what `add` said of it is beside it."""
    found = {}
    for name, make in examples.QUERIES.items():
        folder = tmp_path_factory.mktemp(name)
        data = folder / "data"
        copy_of_data(data)
        made = plan.plan_intake(data, make(folder), Said(), "", lambda _: False)
        (folder / "said.txt").write_text("\n".join(preview(Catalog(data), made)), encoding="utf-8")
        plan.write_plan(data, made)
        found[name] = data
    return found


def scope_of(stores: dict[str, Path], name: str, least: int = 0) -> Scope:
    return scope_on(stores[name], least)


@functools.cache
def scope_on(data: Path, least: int) -> Scope:
    """Return the scope of a data folder; what it was asked it remembers, for all tests."""
    return customs.scope(Catalog(data), least=least)


def shown(asked: Scope) -> set[str]:
    """Return which sections of the chapter have something."""
    flow = asked.flow
    made = {
        "months": len(customs.monthly(asked)),
        "partners": len(customs.structure(asked, flow, "partner")),
        "changes": len(customs.changes(asked, flow, "partner")),
        "regimes": len(customs.split(asked, flow, "regime")),
        "chapters": len(customs.structure(asked, flow, "commodity")),
        "autos": len(customs.auto_split(asked, flow)),
        "provinces": len(customs.place_points(asked, flow)),
        "pairs": len(customs.margin_points(asked, customs.margins(asked, flow))),
        "advantage": len(customs.advantage(asked)),
    }
    return {name for name, count in made.items() if count > 2}


@pytest.mark.parametrize(
    ("query", "held", "sections"),
    [
        ("national_by_month", ("CN", "2024", "export", "USD"), {"months"}),
        (
            "by_partner",
            ("CN-50", "2024", "export", "USD"),
            {"months", "partners", "changes", "regimes"},
        ),
        (
            "autos_by_partner",
            ("CN-50", "2024", "export", "USD"),
            {"months", "partners", "changes", "autos"},
        ),
        ("totals_alone", ("CN-50", "2024", "export", "CNY"), set()),
    ],
)
def test_what_was_taken_in_is_what_is_asked_and_shown(stores, query, held, sections):
    asked = scope_of(stores, query)
    assert (asked.area, asked.year, asked.flow, asked.currency) == held
    assert shown(asked) == sections


def test_the_head_says_what_was_queried_and_how_it_changed(stores):
    words = customs.detail_words(scope_of(stores, "national_by_month"))
    assert words["where"] == "中国"
    assert (words["export"], words["export_change"]) == ("3.59万亿美元", "同比增长5.8%")
    assert words["import_change"] == "同比增长0.7%"
    words = customs.detail_words(scope_of(stores, "autos_by_partner"))
    assert words["export_of"] == "第87章商品出口", "not the exports of the city"
    assert {words["import"], words["import_change"], words["import_alone"]} == {ABSENT}
    words = customs.detail_words(scope_of(stores, "totals_alone"))
    assert (words["export_alone"], words["import_alone"]) == ("4980.00亿元", "2200.00亿元")
    assert words["export_change"] == ABSENT, "no year before"


def test_the_season_and_the_partners_are_findings(stores):
    asked = scope_of(stores, "national_by_month")
    assert customs.season_words(asked, "export")["peak"] == "2024年12月"
    assert every(*customs.peaked(asked, "export")).outcome == "holds"
    asked = scope_of(stores, "by_partner")
    found = customs.changes(asked, "export", "partner")
    words = customs.change_words(asked, found, "partner")
    assert (words["partner_gainer"], words["partner_loser"]) == ("俄罗斯联邦", "美国")
    assert every(*customs.leads(asked, "export", found)).outcome == "holds"
    assert every(*customs.lags(asked, "export", found)).outcome == "holds"
    steps = customs.change_points(asked, found)["value"]
    assert steps.iloc[:-1].sum() == pytest.approx(steps.iloc[-1])
    # a changed datum turns the claim
    turned = [(name, item if n else found[1][1]) for n, (name, item) in enumerate(found)]
    assert every(*customs.leads(asked, "export", turned)).outcome == "fails"


def test_where_the_cars_go(stores):
    """87 at eight digits by partner: cars without motorcycles and parts, by value and number."""
    asked = scope_of(stores, "autos_by_partner")
    words = customs.destination_words(asked)
    assert (words["cars_first"], words["cars_partners"]) == ("俄罗斯联邦", "7个")
    every_car = customs.auto_words(asked, "export")
    assert (words["cars_value"], words["cars_number"]) == (
        every_car["auto_value"],
        every_car["auto_number"],
    )
    points = customs.destination_points(asked)
    assert points["detail"].iloc[0].startswith("14.37万辆，增长")
    rose = customs.nev_share(asked, "export") > customs.nev_share_before(asked, "export")
    assert rose.outcome == "holds"
    without = scope_of(stores, "by_partner")
    assert customs.destination_points(without).empty
    assert set(customs.destination_words(without).values()) == {ABSENT}


def test_the_gate_is_open_for_public_data_and_closes_cells(stores):
    asked = scope_of(stores, "autos_by_partner")
    assert customs.held_words(asked, "export") == {"held": ABSENT}
    closed = scope_of(stores, "autos_by_partner", least=8)
    assert customs.held_words(closed, "export")["held"].startswith("伙伴")
    assert customs.detail_words(closed)["export"] == customs.detail_words(asked)["export"]
    assert customs.destination_points(closed).empty


def test_a_province_is_placed_among_those_that_were_asked_alike(tmp_path):
    values = {"50": "3,000", "51": "9,000", "52": "1,000", "53": "2,000"}
    rows = [
        {"month": "202401", "province": code, "province_name": "", "USD": value}
        for code, value in values.items()
    ]
    data = tmp_path / "data"
    copy_of_data(data)
    path = examples.write(tmp_path, "出口.csv", rows)
    plan.write_plan(data, plan.plan_intake(data, [path], Said(), "", lambda _: False))
    asked = customs.scope(Catalog(data))
    assert asked.area == "CN-50", "the book's own place first"
    words = customs.place_words(asked, "export")
    assert (words["place"], words["place_among"], words["place_share"]) == ("第2", "4个", "20.0%")
    assert every(*customs.placed(asked, "export")).outcome == "holds"


def test_parameters_are_held_to_the_store(stores):
    book = Catalog(stores["national_by_month"])
    nothing = dict.fromkeys(RULES, "")
    for name, value, expected in (
        ("area", "CN-50", "CN"),
        ("period", "2030", "2024"),
        ("flow", "both", "export"),
        ("currency", "CNY", "USD"),
    ):
        check_parameters(book, **{key: (nothing[key], rule) for key, rule in RULES.items()})
        given = nothing | {name: value}
        with pytest.raises(ParameterError, match=rf"{name}={value}.*{expected}"):
            check_parameters(book, **{key: (given[key], rule) for key, rule in RULES.items()})


def test_add_says_which_pages_it_feeds(stores):
    said = {name: (data.parent / "said.txt").read_text("utf-8") for name, data in stores.items()}
    assert "customs-detail（逐月）" in said["national_by_month"]
    assert "customs-detail（逐月、伙伴、贸易方式）" in said["by_partner"]
    assert "customs-detail（逐月、伙伴、商品）" in said["autos_by_partner"]
    assert "customs-detail（合计）" in said["totals_alone"]
    assert [name for name in said if "auto-exports" in said[name]] == ["autos_by_partner"]


def test_add_names_the_months_that_lack(tmp_path):
    data = tmp_path / "data"
    copy_of_data(data)

    def told(*months: str) -> list[str]:
        rows = [
            {"month": month, "partner": "502", "partner_name": "美国", "USD": "3,000"}
            for month in months
        ]
        paths = [
            examples.write(tmp_path, f"出口{number}.csv", [row]) for number, row in enumerate(rows)
        ]
        made = plan.plan_intake(data, paths, Said(entity="CN-50"), "", lambda _: False)
        return [line for line in preview(Catalog(data), made) if "注意：重庆市出口缺" in line]

    (line,) = told("202411", "202501", "202502", "202504")
    assert "缺2024年12月、2025年3月，有的是2024年11月、2025年1—2月、2025年4月" in line
    assert told("202411", "202412", "202501") == []


@pytest.mark.slow
def test_the_page_has_nothing_empty_and_says_what_is_there(stores):
    """The one execution: chapter 87 by partner and month."""
    source = ROOT / "chapters" / "customs-detail.ipynb"
    page = Page("customs-detail", "customs-detail")
    notebook = executor.execute(source, page, data=stores["autos_by_partner"]).notebook
    drawn = {item.identity.id: item.identity for item in figure.figures_of(notebook)}
    assert set(drawn) == {
        f"fig-customs-{name}" for name in ("months", "partners", "partner-changes", "autos")
    }
    assert all("俄罗斯" in drawn[name].title for name in ("fig-customs-partners",))
    known = claims.Known.of(notebook)
    text = claims.shown(nbformat.writes(notebook).encode()).decode()
    prose = [
        known.resolved(cell.source)
        for cell in nbformat.reads(text, as_version=4).cells
        if cell.cell_type == "markdown"
    ]
    said = "\n".join(prose)
    glued = {known.texts[name] for name in claims.GLUED_ROLE.findall(said)}
    assert ABSENT not in glued
    assert not any(ABSENT in item.title for item in drawn.values())
    headings = [line for line in said.splitlines() if line.startswith("## ")]
    assert headings == [
        "## 逐月",
        "## 伙伴",
        "## 汽车",
        "## 收入了什么，给全了没有",
        "## 还不知道什么",
    ]
