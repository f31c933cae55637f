"""Long series are tables of their own and the same quantities, selected and refused alike."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from cqbook.changes.comparison import compare_observations
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.data.selection import fact, series
from cqbook.data.series import may_hold
from cqbook.errors import ContractError, DataError

#: A figure of each table: what is asked, its unit, its interval, its source, its id.
FIGURES = [
    (
        {"indicator": "auto_exports", "entity": "CN", "period": "2023-10"},
        {"breakdown": "vehicle=nev", "unit": "10k vehicles"},
        ("12.35", "12.45"),
        ("caam-marklines", "caam-exports.2023-10-period-nev"),
    ),
    (
        {"indicator": "auto_output", "entity": "CN", "period": "2023-05"},
        {"breakdown": "vehicle=phev", "unit": "10k vehicles"},
        ("19.45", "19.55"),
        ("caam-marklines", "caam-powertrains.auto-output-2023-05-period-phev"),
    ),
    (
        {"indicator": "auto_sales", "entity": "CN", "period": "2023"},
        {"breakdown": "", "unit": "10k vehicles"},
        ("3009.35", "3009.45"),
        ("caam-marklines", "caam-output-sales.auto-sales-2023-period"),
    ),
    (
        {"indicator": "auto_sales", "entity": "CN", "period": "2024", "measure": "share"},
        {"breakdown": "origin=cn;vehicle=passenger", "unit": "percent"},
        ("65.05", "65.15"),
        ("caam-marklines", "caam-passenger-origin.2024-period-cn-share"),
    ),
    (
        {"indicator": "auto_sales", "entity": "org-changan", "period": "2023-10"},
        {"breakdown": "vehicle=passenger", "unit": "10k vehicles"},
        ("13.75", "13.85"),
        ("cpca-marklines", "cpca-top-makers.org-changan-2023-10"),
    ),
    (
        {"indicator": "auto_exports", "entity": "CN", "period": "2026-06"},
        {"breakdown": "vehicle=nev", "unit": "10k vehicles"},
        ("52.25", "52.35"),
        ("cnevpost-market", "nev-market.auto-exports-2026-06-nev"),
    ),
    (
        {"indicator": "auto_sales", "entity": "org-hima", "period": "2025-12"},
        {"breakdown": "vehicle=nev", "unit": "vehicles"},
        ("89611", "89611"),
        ("cnevpost-makers", "maker-nev-sales.org-hima-2025-12"),
    ),
    (
        {"indicator": "auto_exports", "entity": "CN", "period": "2025"},
        {"breakdown": "partner=mx", "unit": "10k vehicles"},
        ("62.515", "62.525"),
        ("sinobtd-exports-2025", "export-destinations.2025-mx-sinobtd-exports-2025"),
    ),
    (
        {"indicator": "auto_exports", "entity": "org-changan", "period": "2026-01/2026-06"},
        {"breakdown": "vehicle=nev_passenger", "unit": "vehicles"},
        ("53282", "53282"),
        (
            "cnevpost-nev-exports-2026-06",
            "nev-exports-2026.org-changan-2026-01-2026-06-level",
        ),
    ),
    (
        {"indicator": "car_registrations", "entity": "DE", "period": "2026-05"},
        {"breakdown": "brand=byd", "unit": "vehicles"},
        ("6168", "6168"),
        ("open-ev-charts", "registrations-brands.de-2026-05-byd"),
    ),
    (
        {"indicator": "car_registrations", "entity": "DE", "period": "2026-05"},
        {"breakdown": "origin=cn", "unit": "vehicles"},
        ("11637", None),
        ("open-ev-charts", "registrations-markets.de-2026-05-cn"),
    ),
    (
        {"indicator": "trade_value", "entity": "CN-33", "period": "2021", "basis": "traders_seat"},
        {"breakdown": "", "unit": "100M USD"},
        ("6407.25", "6407.35"),
        ("os-undated-nbs-provinces", "nbs-provinces.cn-33-2021-traders-seat"),
    ),
    (
        {"indicator": "gdp", "entity": "500112", "period": "2019"},
        {"breakdown": "vintage=compiled", "unit": "100M CNY"},
        ("1908.735", "1908.745"),
        ("maigoo-district-gdp", "district-gdp.500112-2019"),
    ),
]


@pytest.mark.parametrize(
    ("asked", "how", "ends", "where"), FIGURES, ids=[row[3][1].partition(".")[0] for row in FIGURES]
)
def test_a_figure_of_each_series_is_a_quantity_like_any_other(book, asked, how, ends, where):
    found = fact(book, **asked, **how)
    assert found.interval is not None
    low, high = found.interval.lower, found.interval.upper
    assert (low, high) == (Decimal(ends[0]), None if ends[1] is None else Decimal(ends[1]))
    assert (found.source_id, found.observation_id) == where


def test_every_series_has_a_figure_above(book):
    assert {row[3][1].partition(".")[0] for row in FIGURES} == set(book.series)


def test_rounded_years_keep_the_precision_of_print(book):
    """Printed in thousand dollars, some years rounded to 0.1亿美元: the intervals say so."""
    widths = {
        period: fact(
            book, unit="1k USD", indicator="trade_value", entity="CN-31", period=period,
            flow="total", basis="traders_seat",
        ).interval.width
        for period in ("2016", "2020", "2021")
    }  # fmt: skip
    assert widths == {"2016": 1, "2020": Decimal("0.001"), "2021": 10_000}


RANKS = {
    "traders_seat": [11, 12, 12, 11, 12, 11, 11, 13, 14],
    "origin_destination": [12, 13, 13, 13, 13, 13, 15, 15, 16],
}


@pytest.mark.parametrize("basis", RANKS)
def test_the_rank_of_chongqing_among_all_provinces(book, basis):
    found = []
    for year in range(2016, 2025):
        frame = book.observations(
            indicator="trade_value", basis=basis, period=str(year), flow="total",
            source_id="os-undated-nbs-provinces",
        )  # fmt: skip
        frame = frame[frame["observation_id"].str.startswith("nbs-provinces.")]
        assert len(frame) == 31
        order = frame.sort_values("value", ascending=False)["entity"].tolist()
        found.append(order.index("CN-50") + 1)
    assert found == RANKS[basis]


def test_what_was_entered_by_hand_says_the_same_as_the_panel(book):
    """Six provinces were in the book before, converted: every figure overlaps the panel's."""
    frame = book.observations(indicator="trade_value", basis=list(RANKS), flow="total")
    frame = frame[frame["measure"].eq("level") & frame["unit"].eq("100M USD")]
    pairs = 0
    for _, group in frame.groupby(["entity", "period", "basis"]):
        if len(group) > 1:
            pairs += 1
            assert group["value"].max() - group["value"].min() < 0.0001
    assert pairs > 100


def test_months_and_cumulative_figures_are_kept_as_printed(book):
    """The association revised: the months of 2023 sum to 485.4万, the year is 491.0万."""
    found = series(
        book, unit="1k vehicles", indicator="auto_exports", entity="CN", accumulation="period",
        source_id="caam-marklines",
    )  # fmt: skip
    months = [found[f"2023-{month:02d}"].value for month in range(1, 13)]
    assert sum(months) == 4854
    assert found["2023"].value == 4910


def test_a_correction_can_be_entered_by_hand(spoiled):
    rows = spoiled.rows("observations.csv")
    old = "caam-exports.2023-10-period-nev"
    row = dict(zip(rows[0], rows[1], strict=True)) | {
        "observation_id": "trade-2022.corrected",
        "source_id": "trade-2022",
        "entity": "CN",
        "period": "2023-10",
        "accumulation": "period",
        "breakdown": "vehicle=nev",
        "measure": "level",
        "base": "",
        "value": "12.5",
        "unit": "10k vehicles",
        "basis": "caam",
        "supersedes": old,
        "as_printed": "12.5万辆",
        "note": "",
    }
    spoiled.write("observations.csv", [*rows, list(row.values())])
    book = Catalog(spoiled.path)
    assert book.observations(observation_id=old)["superseded"].tolist() == [True]
    asked = {"indicator": "auto_exports", "entity": "CN", "period": "2023-10"}
    found = fact(book, unit="10k vehicles", breakdown="vehicle=nev", **asked)
    assert found.observation_id == "trade-2022.corrected"


# --- read only when asked for, and recorded


def test_a_series_that_cannot_answer_is_not_read(book):
    fresh = Catalog(book.path)
    fresh.observations(indicator="train_trips")
    fresh.observations(indicator="auto_exports", entity="CN-50")
    assert fresh._series == {}
    fresh.observations(indicator="trade_value", entity="CN-50", period="2022")
    assert list(fresh._series) == ["nbs-provinces"]


def test_the_file_of_observations_alone_is_an_answer_of_its_own(spoiled):
    book = Catalog(spoiled.path)
    book.table("observations")
    assert book._series == {}
    book.observations()
    alone, both = book.queries.values()
    file = "series/caam-exports.csv"
    spoiled.set(file, 3, "locator", "elsewhere")
    after = Catalog(spoiled.path)
    assert after.again(alone) == alone
    assert after.again(both).digest != both.digest


def test_no_row_is_lost_by_not_reading(book):
    """What `may_hold` leaves out has no row: asked of each value of each column."""
    everything = book.observations()
    for column in ("indicator", "entity", "breakdown", "basis", "measure", "source_id", "unit"):
        for name, resource in book.series.items():
            own = everything[everything["observation_id"].str.startswith(f"{name}.")]
            held = set(own[column])
            for value in set(everything[column]):
                assert may_hold(resource, {column: [value]}) or value not in held, (name, column)


def recorded(path, **asked):
    book = Catalog(path)
    book.observations(**asked)
    return next(iter(book.queries.values()))


NEV = {"indicator": "auto_exports", "entity": "CN", "breakdown": "vehicle=nev"}


def test_a_changed_row_changes_the_answers_that_had_it_and_no_other(spoiled):
    file = "series/caam-exports.csv"
    other = {"indicator": "auto_exports", "entity": "CN", "breakdown": "vehicle=commercial"}
    before = recorded(spoiled.path, **NEV), recorded(spoiled.path, **other)
    spoiled.set(file, spoiled.find(file, "vehicle", "nev"), "value", "99.9")
    book = Catalog(spoiled.path)
    after = book.again(before[0]), book.again(before[1])
    assert before[0].digest != after[0].digest
    assert before[1].digest == after[1].digest


def test_another_declaration_is_another_answer(spoiled):
    before = recorded(spoiled.path, **NEV)
    change(spoiled, "caam-exports", lambda item: item["observations"]["fixed"].update(issuer="x"))
    assert Catalog(spoiled.path).again(before).digest != before.digest


# --- what can't be is refused, with its place


def change(spoiled, name, make):
    path = spoiled.path / "datapackage.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    (item,) = [item for item in whole["resources"] if item["name"] == name]
    make(item)
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def breaches(spoiled):
    with pytest.raises(ContractError) as caught:
        check_package(Catalog(spoiled.path))
    text = str(caught.value)
    assert "应为" in text
    assert "expected" in text
    return {(item.file, item.row, item.column, item.value) for item in caught.value.breaches}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("caam-exports", "value", "12,4"),
        ("caam-exports", "value", "12.5"),  # against what is printed
        ("caam-exports", "period", "2023-13"),
        ("caam-exports", "vehicle", "bus"),
        ("nbs-provinces", "entity", "CN-99"),
        ("nbs-provinces", "basis", "customs"),
        ("registrations-brands", "value", ""),
        ("export-destinations", "source_id", "no-such-source"),
        ("nev-market", "unit", "100M CNY"),
    ],
)
def test_a_bad_cell_is_refused(spoiled, table, column, value):
    spoiled.without_series(but=(table,))
    spoiled.set(f"series/{table}.csv", 7, column, value)
    assert (f"{table}.csv", 7, column, value) in breaches(spoiled)


def test_two_figures_for_one_thing_are_refused(spoiled):
    spoiled.without_series(but=("nbs-provinces",))
    rows = spoiled.rows("series/nbs-provinces.csv")
    spoiled.write("series/nbs-provinces.csv", [*rows, rows[1]])
    found = breaches(spoiled)
    assert any(row == len(rows) and "entity" in column for _, row, column, _ in found)


@pytest.mark.parametrize(
    ("make", "column"),
    [
        (lambda fixed: fixed.update(indicator="no_such"), "caam-exports.indicator"),
        (lambda fixed: fixed.update(status="guess"), "caam-exports.status"),
        (lambda fixed: fixed.update(period="2022"), "caam-exports.observations.period"),
        (lambda fixed: fixed.update(colour="red"), "caam-exports.observations.colour"),
        (lambda fixed: fixed.pop("unit"), "caam-exports.observations.unit"),
    ],
)
def test_a_bad_declaration_is_refused(spoiled, make, column):
    spoiled.without_series(but=("caam-exports",))
    change(spoiled, "caam-exports", lambda item: make(item["observations"]["fixed"]))
    assert ("datapackage.json", 0, column) in {place[:3] for place in breaches(spoiled)}


def test_a_breakdown_that_has_no_name_is_refused(spoiled):
    rows = spoiled.rows("breakdowns.csv")
    spoiled.write("breakdowns.csv", [row for row in rows if row[:2] != ["origin", "kr"]])
    found = breaches(spoiled)
    assert {value for file, _, _, value in found if file == "caam-passenger-origin.csv"} == {"kr"}


def test_a_declaration_that_is_none_is_refused(spoiled):
    change(spoiled, "caam-exports", lambda item: item.update(observations={"fixed": "x"}))
    with pytest.raises(DataError):
        check_package(Catalog(spoiled.path))


def test_a_series_that_an_edition_did_not_have_is_one_line(book, spoiled):
    spoiled.without_series()
    changes = compare_observations(Catalog(spoiled.path), book)
    added = {item.what: item.count for item in changes.added}
    assert changes.gone == ()
    # of two figures for one thing the better one is used, and said
    assert {item.how for item in changes.revised} == {"改用"}
    assert len(added) == len(book.series)
    # a month that a newspaper printed as well is not new, and counts once
    assert added["中国品牌新车注册（16国，逐月）"] == 3184
