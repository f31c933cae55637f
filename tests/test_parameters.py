"""Parameters are read from the notebook, typed, and checked before a kernel starts."""

from __future__ import annotations

import nbformat
import pytest
from conftest import ROOT

from cqbook import parameters
from cqbook.parameters import ParameterError, checked, read

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def notebook(source, tag="parameters"):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["tags"] = [tag]
    return nbformat.v4.new_notebook(cells=[cell])


TYPED = read(
    notebook(
        'period = "2025"  # a year [observations.period with indicator trade_value, entity $area]\n'
        'area = "CN-50"  # whose [observations.entity with indicator trade_value]\n'
        "rate = 4.35  # percent\n"
        "count = 3\n"
        "strict = False\n"
        'data_dir = ""  # where\n'
    )
)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_says_what_its_parameters_are(path, book):
    items = read(nbformat.read(path, as_version=4))
    assert items
    defaults = {item.name: item.default for item in items}
    for item in items:
        assert item.comment
        if item.table and item.default:
            assert item.default in item.choices(book, defaults), item


def test_the_cell_gives_names_types_and_meanings():
    assert [(item.name, item.kind) for item in TYPED] == [
        ("period", str),
        ("area", str),
        ("rate", float),
        ("count", int),
        ("strict", bool),
        ("data_dir", str),
    ]
    assert TYPED[0].comment == "a year"
    assert TYPED[0].filters == {"indicator": "trade_value", "entity": "$area"}
    assert read(notebook("x = 1", tag="other")) == []


def test_a_computed_parameter_is_refused():
    with pytest.raises(ParameterError, match="第2行"):
        read(notebook("a = 1\nb = a + 1"))


def test_text_from_the_command_line_takes_the_type_of_the_default(book):
    given = {"period": "2022", "rate": "5", "count": "7", "strict": "true"}
    assert checked("trade", TYPED, given, book) == {
        "period": "2022",
        "rate": 5.0,
        "count": 7,
        "strict": True,
    }
    assert checked("trade", TYPED, {"period": 2022}, book) == {"period": "2022"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"perod": "2022"}, ["perod", "是不是 period", "did you mean period"]),
        ({"xyz": "2022"}, ["xyz", "period、area、rate"]),
        ({"rate": "much"}, ["trade.rate=much", "数", "4.35", "expected float"]),
        ({"count": "2.5"}, ["trade.count=2.5", "整数"]),
        ({"count": "many"}, ["trade.count=many", "整数"]),
        ({"strict": "yes"}, ["trade.strict=yes", "true"]),
        ({"period": "2015"}, ["trade.period=2015", "2014", "2016", "2025"]),
        ({"area": "CN-99"}, ["trade.area=CN-99", "CN-50"]),
        ({"data_dir": "x"}, ["--data"]),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(book, given, words):
    with pytest.raises(ParameterError) as caught:
        checked("trade", TYPED, given, book)
    for word in words:
        assert word in str(caught.value)


def test_valid_values_depend_on_the_other_parameters(book):
    period = TYPED[0]
    assert "2022" in period.choices(book, {"area": "CN-50"})
    few = period.choices(book, {"area": "500231"})
    assert few
    assert "2022" not in few
    with pytest.raises(ParameterError, match=r"trade\.period=2022"):
        checked("trade", TYPED, {"area": "500231", "period": "2022"}, book)


def test_years_are_those_that_the_periods_touch(book):
    item = read(notebook('year = ""  # one year [observations.year with entity 500106]'))[0]
    years = item.choices(book, {})
    assert "2023" in years
    assert all(len(year) == 4 for year in years)
    assert checked("district", [item], {"year": ""}, book) == {"year": ""}


def test_the_nearest_word_is_near():
    assert parameters.nearest("trad", ["trade", "parks"]) == "trade"
    assert parameters.nearest("qqq", ["trade", "parks"]) == ""
