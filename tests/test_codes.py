"""A code that there is not is refused where a chapter asks for it, with the nearest one."""

from __future__ import annotations

import pytest

import cqbook as cq
from cqbook import cli
from cqbook.data.catalog import Catalog
from cqbook.data.finding import held_on
from cqbook.data.selection import fact
from cqbook.errors import DataError

ASKED = {"unit": "100M CNY", "indicator": "trade_value", "entity": "CN-50", "flow": "total"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"indicator": "trade_values"}, ["indicator=trade_values", "did you mean trade_value（"]),
        ({"entity": "重庆"}, ["entity=重庆", "是不是 CN-50（重庆市）？", "did you mean CN-50"]),
        ({"flow": "exports"}, ["did you mean export?", "expected one of: export import total"]),
        ({"breakdown": "product=laptops"}, ["breakdown product=laptops", "did you mean laptop?"]),
        ({"breakdown": "product=笔记本电脑"}, ["did you mean laptop（笔记本电脑）?"]),
        ({"breakdown": "produkt=laptop"}, ["breakdown=produkt", "did you mean product?"]),
        (
            {"breakdown": "product=laptop;partner=asean"},
            ["sorted by key; did you mean partner=asean;product=laptop?"],
        ),
        ({"basis": "custom"}, ["basis=custom", "did you mean customs?"]),
        ({"basis": ["customs", "caan"]}, ["basis=caan", "did you mean caam?"]),
        ({"status": "actuall"}, ["did you mean actual?"]),
        ({"measure": "levels"}, ["did you mean level?"]),
        ({"unit": "100M CNYY"}, ["unit=CNYY", "did you mean CNY"]),
        ({"source_id": "auto-export-2032"}, ["did you mean auto-export-2023?"]),
    ],
)
@pytest.mark.parametrize("ask", [cq.fact, cq.series], ids=["fact", "series"])
def test_a_misspelt_code_is_refused_with_the_nearest(book, ask, asked, words):
    with pytest.raises(DataError) as caught:
        ask(book, **ASKED | ({"period": "2022"} if ask is cq.fact else {}) | asked)
    for word in words:
        assert word in str(caught.value)
    assert " | " in str(caught.value)


def test_a_period_of_another_form_is_refused(book):
    with pytest.raises(DataError, match=r"period=2022年.*expected such as 2022, 2023-Q1"):
        cq.fact(book, **ASKED, period="2022年")


def test_what_nobody_has_published_is_unpublished_still(book):
    assert not cq.fact(book, **ASKED, period="1999").known
    rare = ASKED | {"breakdown": "product=lemon", "basis": "vda"}
    assert not any(item.known for item in cq.series(book, years=range(1990, 1992), **rare).values())


def test_analyses_ask_for_firms_and_parks_that_another_book_lacks(book):
    """A chapter may be copied to another place; only what is nearly a code here is misspelt."""
    assert not cq.fact(book, **ASKED | {"entity": "org-of-elsewhere"}).known
    assert not fact(book, **ASKED | {"entity": "CN-5O"}).known
    with pytest.raises(DataError, match="did you mean CN-"):
        cq.fact(book, **ASKED | {"entity": "CN-5O"})


def test_points_without_dates_say_what_gives_them(book):
    one = cq.fact(book, **ASKED, period="2022")
    with pytest.raises(ValueError, match=r"cq\.timeline 给出 \| .*cq\.timeline gives"):
        cq.charts.lines(cq.points([("2022年", one)], unit="100M CNY"))
    many = cq.series(book, **ASKED, years=range(2019, 2023), basis="customs")
    drawn = cq.charts.lines(cq.timeline(many, unit="100M CNY", group="进出口"))
    assert list(drawn.rows["date"]) == ["2019-01-01", "2020-01-01", "2021-01-01", "2022-01-01"]


@pytest.mark.parametrize("arguments", [("重庆市",), (Catalog, "重庆市")])
def test_english_words_asked_for_the_wrong_way(book, arguments):
    given = [book if item is Catalog else item for item in arguments]
    with pytest.raises(DataError, match=r"say = cq\.in_english\(book\); say\(text\)"):
        cq.in_english(*given)
    assert cq.in_english(book)("重庆市") == "Chongqing"
    with pytest.raises(DataError, match=r"no English for '不明之物'.*english\.csv"):
        cq.in_english(book)("不明之物")
    assert cq.in_english(book, kept=True)("不明之物") == "不明之物"


def test_a_rule_for_a_parameter_with_a_misspelt_code_is_refused(book):
    rule = "observations.period with indicator trade_values, entity $area"
    with pytest.raises(DataError, match=r"indicator=trade_values.*did you mean trade_value（"):
        cq.check_parameters(book, period=("2022", rule), area=("CN-50", "entities.entity"))


def test_the_figures_on_a_subject_are_listed_with_their_filters(book, capsys):
    assert cli.main(["data", "笔记本电脑", "yoy"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    for line in lines:
        asked = eval(f"dict({line.rpartition('　')[2]})")
        assert asked["measure"] == "yoy"
        # as they stand there they give it
        assert any(item.known for item in cq.series(book, **asked).values()), line
    assert cli.main(["data", "laptop computors"]) == 1
    assert "did you mean Laptop computers?" in capsys.readouterr().err


def test_words_that_no_figure_has_together(book):
    with pytest.raises(DataError, match="no figure that has all of these words"):
        held_on(book, ["笔记本电脑", "柠檬"])
