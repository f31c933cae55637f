"""The analysis of customs detail, on rows whose answers were worked out by hand."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from cqbook.analysis.customs import (
    autos,
    coverage,
    cubes,
    decomposition,
    dimensions,
    overview,
    suppression,
)
from cqbook.analysis.customs.cubes import ABSENT, chosen, total
from cqbook.analysis.customs.months import monthly, ytd_table
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import DETAIL_COLUMNS
from cqbook.errors import DataError
from cqbook.intake import customs_batch
from cqbook.intake.customs_format import Export
from cqbook.quantities.verdict import every

#: HS codes of the vehicle list: petrol car, battery-electric car (six digits are enough for both).
PETROL, ELECTRIC = "87032361", "87038000"


def rows(*items, entity="CN-50", flow="export", currency="USD", unit="辆"):
    """Rows from (period, commodity, partner, value, quantity)."""
    found = []
    for period, commodity, partner, value, quantity in items:
        dims = ";".join(
            name for name, code in (("commodity", commodity), ("partner", partner)) if code
        )
        found.append(
            dict.fromkeys(DETAIL_COLUMNS, "")
            | {
                "flow": flow,
                "period": period,
                "entity": entity,
                "dims": dims,
                "commodity": commodity,
                "partner": partner,
                "currency": currency,
                "value": value,
                "quantity_1": quantity,
                "unit_1": unit,
                "quantity_2": float("nan"),
                "file": "0" * 12,
            }
        )
    return pd.DataFrame(found, columns=list(DETAIL_COLUMNS))


@pytest.fixture
def scope(spoiled):
    """Return a function: rows → scope about 2024, on data that have them as customs detail."""

    numbers = itertools.count()

    def make(*frames, currency="USD", least=0):
        book = Catalog(spoiled.path)
        labels = pd.DataFrame(columns=["dimension", "code", "name", "period"], dtype=str)
        exports = [
            Export(
                f"{number}.csv", f"{next(numbers):064x}", "utf-8", "zh", currency,
                frame["flow"].iloc[0], "", len(frame), "", frame, labels, (),
            )
            for number, frame in enumerate(frames)
        ]  # fmt: skip
        customs_batch.write_batch(book.detail, customs_batch.plan_batch(book.detail, exports))
        return cubes.scope(Catalog(spoiled.path), "CN-50", currency, "2024", least, "export")

    return make


YEAR = [f"2024-{number:02d}" for number in range(1, 13)]


def test_cubes_are_never_added_together(scope):
    """The same trade by commodity and by partner is one trade."""
    asked = scope(
        rows(("2024-01", PETROL, "", 100.0, 1), ("2024-01", "01012100", "", 50.0, 1)),
        rows(("2024-01", "", "502", 150.0, 1)),
    )
    assert total(asked, "export", "2024") == 150
    partners = dimensions.structure(asked, "export", "partner")
    assert list(partners["value"] * 1e8) == [150]
    chapters = dimensions.structure(asked, "export", "commodity")
    assert [round(value * 1e8) for value in chapters["value"]] == [100, 50]
    assert chapters["detail"].tolist() == ["占66.7%", "占33.3%"]


def test_codes_of_two_lengths_are_two_cubes(scope):
    asked = scope(
        rows(("2024-01", "87", "", 100.0, 1), ("2024-01", "01", "", 60.0, 1)),
        rows(("2024-01", PETROL, "", 90.0, 1)),
    )
    assert total(asked, "export", "2024") == 160, "the one that leaves out least"
    assert [vehicle.value for vehicle in autos.vehicles(asked, "export", "2024")] == [90]


def test_a_whole_year_is_not_added_to_its_months(scope):
    asked = scope(rows(("2024", "87", "", 500.0, 1), ("2024-01", "87", "", 40.0, 1)))
    assert total(asked, "export", "2024") == 40
    asked = scope(rows(("2023", "87", "", 500.0, 1)))
    assert total(asked, "export", "2023") == 500


def test_a_year_of_one_chapter_is_not_compared_with_one_of_totals(scope):
    asked = scope(rows(("2023-01", "", "", 900.0, 1), ("2024-01", PETROL, "", 100.0, 1)))
    words = overview.detail_words(asked)
    assert (words["export_of"], words["export_change"]) == ("小轿车等载人车出口", ABSENT)


def test_two_years_of_one_chapter_are_compared(scope):
    asked = scope(rows(("2023-01", PETROL, "", 80.0, 1), ("2024-01", PETROL, "", 100.0, 1)))
    assert overview.detail_words(asked)["export_change"] == "同比增长25.0%"


def test_months_of_one_chapter_are_no_part_of_a_year_of_totals(scope):
    asked = scope(rows(("2024-01", "", "", 900.0, 1), ("2024-02", PETROL, "", 100.0, 1)))
    assert [cube.period for cube in chosen(asked, "export", "2024")] == ["2024-01"]
    assert autos.auto_words(asked, "export")["auto_value"] == "100.00美元"


def test_missing_values_are_counted_and_not_zero(scope):
    asked = scope(
        rows(("2024-01", PETROL, "", float("nan"), 1), ("2024-01", "01012100", "", 5.0, 1))
    )
    (row,) = coverage.given_table(asked).to_dict("records")
    assert row["missing"] == "1"
    assert total(asked, "export", "2024") == 5
    assert len(dimensions.structure(asked, "export", "commodity")) == 1


def test_months_that_lack_are_told(scope):
    asked = scope(rows(*((month, "87", "", 10.0, 1) for month in YEAR if month != "2024-05")))
    (row,) = coverage.given_table(asked).to_dict("records")
    assert row["gaps"] == "2024年5月"
    assert row["months"] == "2024年11个月"
    ytd = ytd_table(asked, "export")
    assert list(ytd["month"]) == ["1月", "2月", "3月", "4月"], "no cumulative figure over a gap"
    words = overview.detail_words(asked)
    assert words["export_when"] == "2024年1—4月、2024年6—12月"


def test_the_detail_is_checked_against_the_published_total(scope):
    """2022: exports of 5245.3亿元 were published; the detail has a half, all, and too much."""
    printed = 5245.3e8
    verdicts = []
    for factor in (0.5, 1.0, 1.5):
        frame = rows(*((f"2022-{n:02d}", "87", "", factor * printed / 12, 1) for n in range(1, 13)),
                     currency="CNY")  # fmt: skip
        made = scope(frame, currency="CNY")
        asked = cubes.scope(made.book, "CN-50", "CNY", "2022", 0)
        table = coverage.coverage_table(asked)
        verdicts.append(table.loc[0, "verdict"])
        assert table.loc[0, "published"] == "5245.3亿元"
        made.book.detail.folder.joinpath("store.json").unlink()
    assert verdicts == ["明细只是一部分", "相符", "明细多于公布，请查重复或口径"]


def test_growth_compares_only_months_that_both_years_have(scope):
    asked = scope(
        rows(
            ("2023-01", "", "502", 100.0, 1),
            ("2024-01", "", "502", 110.0, 1),
            ("2024-02", "", "502", 999.0, 1),
        )
    )
    (row,) = dimensions.structure(asked, "export", "partner").to_dict("records")
    assert row["detail"] == "占100.0%，增长10.0%"


def test_concentration(scope):
    """Three of 50, 25, 25 of 100, and a fourth of none: H = 0.375, like 2.7 equal ones."""
    made = [("502", 50.0), ("110", 25.0), ("116", 25.0), ("601", 0.0)]
    asked = scope(rows(*(("2024-01", "", code, value, 1) for code, value in made)))
    words = dimensions.structure_words(asked, "export", "partner")
    assert words["partner_equivalent"] == "2.7个"
    assert (words["partner_first"], words["partner_share"]) == ("美国", "50.0%")
    assert every(*dimensions.first_of(asked, "export", "partner")).outcome == "holds"


def test_among_few_or_equal_ones_none_is_first(scope):
    two = scope(rows(("2024-01", "", "502", 75.0, 1), ("2024-01", "", "110", 25.0, 1)))
    assert every(*dimensions.first_of(two, "export", "partner")).outcome == "open"
    codes = ("502", "110", "116")
    alike = scope(rows(*(("2024-01", "", code, 25.0, 1) for code in codes)))
    assert every(*dimensions.first_of(alike, "export", "partner")).outcome == "fails"


def test_vehicles_by_powertrain_and_unit_value(scope):
    asked = scope(
        rows(
            ("2024-01", PETROL, "", 300_000.0, 20),
            ("2024-01", ELECTRIC, "", 100_000.0, 5),
            ("2024-01", "87041000", "", 0.0, 0),
        ),
        rows(("2024-02", ELECTRIC, "", 50_000.0, 700), unit="千克"),
    )
    table = autos.autos_table(asked, "export").set_index("powertrain")
    assert table.loc["纯电动", "quantity"] == "5辆"
    assert table.loc["纯电动", "unit_value"] == "2.00万美元/辆", "only what was counted in 辆"
    assert table.loc["纯电动", "value"] == "15.00万美元"
    assert table.loc["燃油", "share"] == "66.7%"
    words = autos.auto_words(asked, "export")
    assert words["nev_share"] == "33.3%"


def test_a_code_is_classified_by_its_year(book):
    found = autos.classified(book, [PETROL, ELECTRIC, "87034010", "87036000"], "2022")
    assert [kind.powertrain for kind in found.values()] == ["ice", "bev", "hev", "phev"]
    assert [kind.plug_in for kind in found.values()] == ["false", "true", "false", "true"]
    later = autos.classified(book, [ELECTRIC, "87038099"], "2025")
    assert {kind.powertrain for kind in later.values()} == {"bev"}, (
        "by six digits where the year has no list"
    )
    before = autos.classified(book, ["87038000"], "2016")
    assert before["87038000"].plug_in == "", "six digits did not tell before the HS of 2017"
    trucks = autos.classified(book, ["87046000"], "2021")
    assert trucks["87046000"].plug_in == ""


def test_what_is_not_known_leaves_the_share_open(scope):
    asked = scope(rows(("2024-01", ELECTRIC, "", 25.0, 1), ("2024-01", "87039000", "", 75.0, 1)))
    words = autos.auto_words(asked, "export")
    assert words["nev_share"] == "25.0%—100.0%"
    assert words["nev_value"].endswith("以上")


def test_growth_is_entering_less_leaving_plus_continuing(scope):
    """Before: A 100, B 40. Now: A 130, C 30. 160 − 140 = 30 − 40 + 30."""
    asked = scope(
        rows(
            ("2023-01", PETROL, "502", 100.0, 1),
            ("2023-01", "01012100", "502", 40.0, 1),
            ("2024-01", PETROL, "502", 130.0, 1),
            ("2024-01", PETROL, "110", 30.0, 1),
            ("2024-03", "01012100", "110", 999.0, 1),
        )
    )
    found = decomposition.margins(asked, "export")
    assert (found.entering, found.leaving, found.continuing) == (30, 40, 30)
    assert found.pairs == (1, 1, 1)
    words = decomposition.margin_words(asked, found)
    assert words["pairs_growth"] == "增长14.3%"
    assert words["pairs_when"] == words["pairs_part"] == "2024年1月"
    points = decomposition.margin_points(asked, found)
    assert [round(value * 1e8) for value in points["value"]] == [30, -40, 30]


def test_years_of_codes_of_two_lengths_are_not_compared(scope):
    asked = scope(rows(("2023-01", "8703", "502", 1.0, 1), ("2024-01", PETROL, "502", 1.0, 1)))
    assert decomposition.margins(asked, "export") is None


def test_advantage_against_the_nation(scope):
    """Own: 87 80, 01 20. Nation: 87 400, 01 600. 87: 0.8 / 0.4 = 2; 01: 0.2 / 0.6 = 0.33."""
    asked = scope(
        rows(("2024-01", PETROL, "", 80.0, 1), ("2024-01", "01012100", "", 20.0, 1)),
        rows(("2024-01", "87", "", 400.0, 1), ("2024-01", "01", "", 600.0, 1), entity="CN"),
    )
    found = dimensions.advantage(asked)
    assert list(found["text"]) == ["2.00", "0.33"]
    assert found.loc[0, "label"].startswith("第87章")
    assert dimensions.advantage(scope(rows(("2025-01", "87", "", 1.0, 1)))) is not None


def test_without_the_nation_there_is_no_advantage(scope):
    asked = scope(rows(("2024-01", PETROL, "", 80.0, 1)))
    assert dimensions.advantage(asked).empty


@pytest.mark.parametrize(
    ("currency", "year", "word"), [("EUR", "2024", "USD、CNY"), ("USD", "2024-01", "应为一年")]
)
def test_a_scope_that_is_none_is_refused(book, currency, year, word):
    with pytest.raises(DataError, match=word):
        cubes.scope(book, "CN-50", currency, year, 0)


def test_nothing_given_gives_no_words(book):
    asked = cubes.scope(book, "CN-50", "USD", "2024", 0)
    for words in (
        overview.detail_words(asked),
        autos.auto_words(asked, "export"),
        dimensions.structure_words(asked, "export", "partner"),
        decomposition.margin_words(asked, decomposition.margins(asked, "export")),
    ):
        assert ABSENT in words.values()
    assert coverage.given_table(asked).empty
    assert monthly(asked).empty
    assert autos.auto_points(asked, "export").empty


# --- what is held back: three partners, of which one has a single record

SPARSE = [
    ("2024-01", code, partner, value, 10)
    for partner, codes in {
        "502": [PETROL, ELECTRIC, "01012100", "84713000"],
        "116": [PETROL, ELECTRIC, "01012100"],
        "601": ["84713000"],
    }.items()
    for code, value in ((code, 100.0 + 7 * int(partner[0])) for code in codes)
]


def test_a_partner_of_one_record_is_part_of_the_rest(scope):
    """And so is the next smallest, as the total less the other two would be the one."""
    asked = scope(rows(*SPARSE), least=3)
    found = dimensions.structure(asked, "export", "partner")
    assert list(found["label"].str.contains("不单列")) == [False, True]
    assert found["label"].iloc[1] == "其余2项（2项不单列）"
    assert sum(found["value"] * 1e8) == pytest.approx(total(asked, "export", "2024"))
    open_ = dimensions.structure(scope(rows(*SPARSE), least=0), "export", "partner")
    assert len(open_) == 3, "as without the gate"
    words = dimensions.structure_words(asked, "export", "partner")
    assert words["partner_equivalent"] == ABSENT, "two unknowns, a sum and a sum of squares"
    assert overview.held_words(asked, "export")["held"].startswith("伙伴2个")


def test_growth_does_not_tell_what_was_held_back_a_year_before(scope):
    before = [("2023-01", "01012100", "502", 40.0, 1), ("2023-01", PETROL, "116", 90.0, 1)]
    before += [("2023-01", code, "116", 90.0, 1) for code in (ELECTRIC, "84713000")]
    before += [("2023-01", code, "601", 50.0, 1) for code in (PETROL, ELECTRIC, "84713000")]
    now = [item for item in SPARSE if item[2] != "601"]
    now += [("2024-01", code, "601", 9.0, 1) for code in (PETROL, ELECTRIC, "01012100")]
    details = {}
    for least in (0, 3):
        found = dimensions.structure(scope(rows(*before, *now), least=least), "export", "partner")
        details[least] = ["增长" in text or "下降" in text for text in found["detail"]]
    assert details == {0: [True, True, True], 3: [False, True, False]}


def test_vehicles_of_few_records_are_held_with_what_would_show_them(scope):
    """One electric record: not the NEV, nor the others, which are the total less the NEV."""
    cars = [("2024-01", PETROL, partner, 100.0, 1) for partner in ("502", "116", "601", "110")]
    electric = [("2024-01", ELECTRIC, "502", 30.0, 1)]
    asked = scope(rows(*cars, *electric), least=3)
    words = autos.auto_words(asked, "export")
    assert words["auto_value"] == "430.00美元"
    assert (words["nev_value"], words["nev_share"]) == (ABSENT, ABSENT)
    table = autos.autos_table(asked, "export")
    assert set(table["value"]) == set(table["unit_value"]) == {"不单列"}
    drawn = autos.auto_points(asked, "export")
    assert drawn["label"].tolist() == ["其余动力，不单列"]
    enough = [("2024-01", ELECTRIC, partner, 30.0, 1) for partner in ("502", "116", "601")]
    asked = scope(rows(*cars, *enough), least=3)
    assert autos.auto_words(asked, "export")["nev_value"] == "90.00美元"


def test_a_month_of_few_records_breaks_the_running_sum(scope):
    several = [PETROL, ELECTRIC, "01012100"]
    items = [(month, code, "502", 10.0, 1) for month in YEAR[:6] for code in several]
    items = [item for item in items if item[0] != "2024-03" or item[1] == PETROL]
    asked = scope(rows(*items), least=3)
    hidden = suppression.withheld_months(asked, "export", "2024")
    assert hidden == {"2024-01", "2024-03"}, "with the first of the equal ones"
    assert "2024年3月" not in set(monthly(asked)["label"])
    told = ytd_table(asked, "export")["now"].tolist()
    assert told == ["不单列", "不单列", *(f"{amount}.00美元" for amount in (70, 100, 130, 160))]


def test_an_area_of_few_records_says_nothing_at_all(scope):
    asked = scope(rows(("2024-01", PETROL, "502", 100.0, 1), ("2024-01", PETROL, "116", 9.0, 1)),
                  least=3)  # fmt: skip
    assert overview.detail_words(asked)["export"] == ABSENT
    assert coverage.coverage_table(asked).empty
    assert monthly(asked).empty
    assert ytd_table(asked, "export").empty
    assert dimensions.structure(asked, "export", "partner").empty
    assert dimensions.advantage(asked).empty
    assert autos.auto_points(asked, "export").empty
    assert autos.auto_words(asked, "export")["auto_value"] == ABSENT
    assert set(autos.autos_table(asked, "export")["value"]) == {"不单列"}


def test_a_query_of_two_codes_is_no_disclosure_of_two_firms(scope):
    """Two rows a month by construction: how many traded them nobody knows, and nothing is held."""
    items = [(month, code, "", 10.0, 1) for month in YEAR for code in (PETROL, ELECTRIC)]
    asked = scope(rows(*items), least=3)
    assert overview.detail_words(asked)["export"] == "240.00美元"
    assert len(monthly(asked)) == 12


def test_where_the_query_is_no_finer_than_the_cell_nothing_is_counted(scope):
    asked = scope(rows(("2024-01", "", "502", 100.0, 1), ("2024-01", "", "116", 9.0, 1),
                       ("2024-01", "", "601", 9.0, 1)), least=3)  # fmt: skip
    assert len(dimensions.structure(asked, "export", "partner")) == 3


def test_records_that_come_each_month_are_counted_once(scope):
    months = [(month, PETROL, "502", 10.0, 1) for month in YEAR]
    more = [(YEAR[0], code, "116", 10.0, 1) for code in (PETROL, ELECTRIC, "84713000")]
    more += [(YEAR[0], code, "601", 20.0, 1) for code in (PETROL, ELECTRIC, "84713000")]
    asked = scope(rows(*months, *more), least=3)
    cubes = chosen(asked, "export", "2024", ("partner",))
    assert "502" in suppression.withheld_codes(asked, cubes, "partner"), "twelve rows, one record"


def test_a_threshold_below_nothing_is_refused(book):
    with pytest.raises(DataError, match="least=-1"):
        cubes.scope(book, "CN-50", "USD", "2024", -1)
