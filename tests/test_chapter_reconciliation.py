"""The page 数据核对: each claim follows from rows, and falls with them."""

from __future__ import annotations

from decimal import Decimal as D

import pandas as pd
import pytest

import cqbook as cq
from cqbook.data.catalog import Catalog
from cqbook.quantities.about import HAPPENED

check = cq.reconciliation


def relation(title, ids, *, verdict="不一致", known=True, explanation="缘由", rule="甲"):
    return {
        "rule": rule,
        "title": title,
        "printed": f"{title}印",
        "computed": f"{title}算",
        "verdict": verdict,
        "explanation": explanation,
        "known": known,
        "derived": False,
        "source_id": "a;b",
        "observation_id": ids,
    }


def table(*rows):
    return pd.DataFrame(list(rows))


def test_a_figure_that_breaks_several_relations_is_one_row(book):
    """q is in three of them: it goes first, and what somebody explained speaks for all three."""
    found = check.apart(
        book,
        table(
            relation("甲", "p;q", known=False, explanation="程序所说"),
            relation("乙", "q;r"),
            relation("丙", "s;q", known=False, explanation="程序所说"),
            relation("丁", "t;u", explanation="另一缘由"),
            relation("戊", "v;w", verdict="一致", explanation=""),
        ).assign(observation_id=lambda frame: frame["observation_id"].map(real)),
    )
    assert list(found["title"]) == ["乙", "丁"]
    assert list(found["count"]) == [3, 1]
    assert found["why"][0] == "不一致（3条）：缘由"
    assert list(found["verdict"]) == ["不一致", "不一致"]
    assert found["why"][1] == "不一致：另一缘由"


#: Rows of the book whose ids stand for letters: a doubtful one is in no test that wants none.
NAMES = {
    "p": "trade-2022.private",
    "q": "trade-2022.total",
    "r": "trade-2022.foreign",
    "s": "trade-2022.general",
    "t": "trade-2022.asean",
    "u": "trade-2022.eu",
    "v": "trade-2022.us",
    "w": "trade-2022.auto",
    "x": "os-20240110-ap-kesq.r540-auto-exports",
}


def real(letters):
    return ";".join(NAMES[letter] for letter in letters.split(";"))


def test_of_figures_in_as_many_relations_the_doubtful_one_is_told(book):
    rows = table(
        relation("甲", real("p;q"), explanation="一"),
        relation("乙", real("q;x"), explanation="二"),
        relation("丙", real("x;r"), explanation="三"),
    )
    assert list(check.apart(book, rows)["title"]) == ["乙", "甲"]


def test_what_differs_in_rounding_alone_can_be_used_together(book):
    rows = table(
        relation("甲", real("p;q"), verdict="不可判定", explanation="一"),
        relation("乙", real("r;s"), verdict="同一数，取整不同", explanation="二"),
        relation("丙", real("t;u"), explanation="三"),
        relation("丁", real("v;w"), verdict="口径不同", explanation="三"),
        # that it is of another scope explains no contradiction
        relation("戊", real("w;x"), explanation="五"),
    )
    found = check.apart(book, rows)
    # what is open contradicts nothing
    assert list(found["title"]) == ["戊", "丙", "丁"]
    assert list(found["verdict"]) == ["不一致", "不一致", "口径不同"]


def test_what_can_hardly_fail_proves_nothing():
    rows = table(
        *(relation("", "", rule=check.PARTS_WITHIN, verdict="一致") for _ in range(3)),
        relation("", "", verdict="一致"),
        relation("", "", verdict="不一致"),
    )
    assert check.telling(rows) == {"telling": "2条", "telling_held": "1条"}


def test_a_growth_without_a_floor_says_its_ceiling_alone(book):
    rows = check.relations_table(book).set_index("title")
    # a base of more than 50 leaves a growth between nothing at all and 90.7 %
    assert rows.loc["2024年重庆新能源汽车产量增速与上年公布值", "computed"] == "至多90.7%"


def test_what_is_explained_alike_is_one_row_with_all_sources(book):
    rows = table(*(relation(title, real(ids)) for title, ids in (("甲", "p;q"), ("乙", "r;s"))))
    found = check.apart(book, rows)
    assert list(found["title"]) == ["甲等2项"]
    assert list(found["count"]) == [2]
    assert list(found["printed"]) == ["甲印"]
    assert found["observation_id"][0] == real("p;q;r;s")


def test_counts_by_rule_and_verdict():
    rows = table(
        *(relation("", "", rule="少", verdict=word) for word in ("一致", "不可判定")),
        *(
            relation("", "", rule="多", verdict=word)
            for word in ("一致", "合不上，差得少", "不一致")
        ),
    )
    assert check.tally(rows) == {
        "consistent": "2条",
        "revised": "1条",
        "rounded": "0条",
        "undecidable": "1条",
        "scope": "0条",
        "inconsistent": "1条",
        "unreconciled": "2条",
        "relations": "5条",
    }
    assert check.relations_tally(rows).values.tolist() == [
        ["多", "1", "1", "", "1", "", ""],
        ["少", "1", "", "", "", "", "1"],
        ["合计", "2", "1", "", "1", "", "1"],
    ]


def test_the_page_is_one_that_a_reader_finishes(book):
    """Thousands of relations, no more than thirty rows, every broken one in them."""
    rows = check.relations_table(book)
    found = check.apart(book, rows)
    assert len(rows) > 4000
    assert len(found) <= 30
    assert found["explanation"].str.len().max() <= 90
    broken = rows[rows["verdict"].isin(["不一致", "口径不同"])]["observation_id"].str.split(";")
    # what the title counts is what the rows add up to
    assert found["count"].sum() == len(broken)
    told = set(";".join(found["observation_id"]).split(";"))
    assert all(told & set(ids) for ids in broken)
    # what is printed is told from what this book reckoned
    assert found["computed"].str.endswith("（推算）").tolist() == found["derived"].tolist()
    wide = rows[rows["title"].str.startswith("2023年一季度日本")]
    assert list(wide["computed"]) == ["约104.7万辆"], "another source's figure is told as printed"


def test_a_growth_at_constant_prices_is_not_compared_with_levels(book):
    titles = check.relations_table(book)
    growths = titles[titles["rule"].eq("增速与上年公布值")]
    assert not growths["title"].str.contains("地区生产总值").any()


# --- what the claims of the page stand on


def test_customs_counts_more_by_no_fixed_rate(book):
    rows = check.basis_table(book).set_index("label")
    # 522.1 against 491 (as printed in whole 万): 522.05 / 491.5 to 522.15 / 490.5
    assert list(rows.loc["2023年"])[:3] == ["522.1万辆", "491万辆", "6.21%—6.46%"]
    # a number that says little stands with what it is read as: half the last digit, or a tenth
    assert rows.loc["2017年8月", "customs"] == "10万辆（读作9.5万辆—10.5万辆）"
    assert rows.loc["2022年", "customs"] == "约320万辆（读作288万辆—352万辆）"
    # about 320 against 311.1 leaves open who counts more
    assert rows.loc["2022年", "gap"] == "看不出"
    assert "2022年" in check.basis_open(book)
    assert list(rows.index) == [
        "2017年8月", "2022年", "2023年1—3月", "2023年", "新能源汽车，2023年1—10月",
    ]  # fmt: skip
    # of each that is not open the claim of the page asks
    assert [item.outcome for item in check.basis_over(book)] == ["holds"] * 4


def test_estimates_are_said_when_a_year_ends_and_targets_before(book):
    expected = check.outcomes(book, "CN-50", ["estimate"])
    aimed = check.outcomes(book, "CN-50", ["plan", "target"])
    assert check.said_at_the_end(book, expected).outcome == "holds"
    assert check.said_before_the_end(book, aimed).outcome == "holds"
    assert check.said_at_the_end(book, [*expected, aimed[0]]).outcome == "fails"
    assert check.said_at_the_end(book, []).outcome == "open"


def test_a_cumulative_figure_rose_beyond_the_month(book):
    # 99.5 less 82.5 less 12.4: three numbers, each within 0.05
    nev = check.jump(book, "2023-10", "vehicle=nev", source_id="caam-marklines")
    assert nev.point == pytest.approx(4.6)
    assert nev.interval.width == D("0.3")
    assert nev.roughly == "约4.6万辆"
    june = check.jump(book, "2023-06", "vehicle=nev", source_id="caam-marklines")
    assert june.interval.contains(D(0))
    assert not check.jump(book, "1999-10", "", source_id="caam-marklines").known


def test_the_months_of_a_year_leave_some_over(book):
    left = check.left_over(book, "2023", "vehicle=nev", source_id="caam-marklines")
    # 99.5 less 8.3 + 8.7 + 7.8 + 10 + 10.8 + 7.8 + 10.1 + 9 + 9.6 + 12.4
    assert left["2023-10"].point == pytest.approx(5.0)
    assert left["2023-10"].interval.width == D("1.1"), "eleven numbers, each within 0.1"
    assert left["2023-09"].interval.contains(D(0))
    nothing = check.left_over(book, "1999", "vehicle=nev", source_id="caam-marklines")
    assert len(nothing) == 11
    assert not any(item.known for item in nothing.values())


def test_the_base_of_a_growth_was_lowered_and_that_of_the_year_was_not(book, spoiled):
    quarter = check.base(book, "CN-50", "2021-01/2021-09")
    # 5770 over 1.265 to 1.275, against 4613.9
    assert quarter.lowered.outcome == "holds"
    assert check.base(book, "CN-50", "2021").lowered.outcome == "open"
    row = spoiled.find("observations.csv", "observation_id", "cq-trade-2021-09.total-yoy")
    spoiled.set("observations.csv", row, "value", "25")
    changed = Catalog(spoiled.path)
    assert check.base(changed, "CN-50", "2021-01/2021-09").lowered.outcome != "holds"
    assert check.base(book, "CN-50", "1999").lowered.outcome == "open"


def test_a_revision_within_rounding_is_drawn_as_none(book):
    frame = check.base_points(check.bases(book, "CN-50", "2021")).set_index("label")
    assert frame.loc["全年", "text"] == "0.0%"
    assert frame.loc["1—6月", "upper"] < 0
    # the middle of −1.92 and −1.13, not the range rounded outward
    assert frame.loc["1—9月", "text"] == "−1.5%"


def test_the_place_depends_on_who_counts(book):
    assert check.place(book, "CN-50", "2024", "traders_seat").zh == "第14位"
    assert check.place(book, "CN-50", "2024", "origin_destination").zh == "第16位"
    assert not check.place(book, "CN-50", "1999", "traders_seat").known


def test_a_contribution_is_open_as_long_as_the_growth_is_printed_in_whole_percent(book, spoiled):
    found = check.contribution(book, "2022")
    assert found.undecided.outcome == "holds"
    row = spoiled.find("observations.csv", "observation_id", "trade-2022.total-yoy")
    spoiled.set("observations.csv", row, "value", "2.00")
    spoiled.set("observations.csv", row, "as_printed", "2.00%")
    assert check.contribution(Catalog(spoiled.path), "2022").undecided.outcome == "fails"
    assert check.contribution(book, "1999").undecided.outcome == "open"


def test_what_was_expected_against_what_came_of_it(book):
    expected = check.outcomes(book, "CN-50", ["estimate"])
    aimed = check.outcomes(book, "CN-50", ["plan", "target"])
    # 230 against 232 万, each rounded to a whole: up to 3.3 % apart; 95.32 of 100 is 4.68 % less
    assert check.within(expected, 4).outcome == "holds"
    assert check.within(aimed, 4).outcome == "fails"
    low, high = check.extremes(aimed)
    # 7154.2 of 10000, 3600 of 3200
    assert low.change.point == pytest.approx(-28.458)
    assert high.change.point == pytest.approx(12.5)
    assert low.words == "2024年进出口额（目标超1万亿元）"
    # it was to be over that: how much less it came out than was meant has no upper end
    assert check.shortfall(low) == "至少少28.4%"
    changes = check.outcome_table([low, high])["change"]
    assert list(changes) == ["−28.4%以下", "+12.5%"]
    # “more than 500,000” of 500,000 leaves open whether it was more
    assert not any("50万辆" in item.words for item in expected)
    assert check.within([], 5).outcome == "open"
    assert not check.extremes([])[0].change.known
    assert all(item.after.about.status in HAPPENED for item in [*expected, *aimed])


def test_a_change_without_its_sign(book):
    low, high = check.extremes(check.outcomes(book, "CN-50", ["target"]))
    assert check.size(low.change).zh == "28.46%"
    assert check.size(high.change) == high.change


def test_each_row_says_when_and_of_what_place(book):
    """The table can be filtered: whoever reads one row has to know what it is about."""
    titles = check.apart(book, check.relations_table(book))["title"]
    places = "中国|重庆|日本|德国|安徽"
    untold = titles[~(titles.str.contains(r"(?:19|20)\d\d年") & titles.str.contains(places))]
    assert untold.empty, "\n".join(untold)
