"""数字库: every published figure has an address, its plain page, and weighs little."""

from __future__ import annotations

import gzip
import json
import re
from html import unescape

import pytest
from test_site import LATEST

from cqbook.data.selection import DRAWN_FROM
from cqbook.figures.english import dictionary
from cqbook.site import numbers_page

#: Of the page before anybody asks for anything, gzipped, in bytes.
MOST = 150_000
BUILT = pytest.mark.skipif(not (LATEST / "index.html").exists(), reason="no site: run `make book`")


@pytest.fixture(scope="module")
def rows(book):
    return numbers_page.published_rows(book)


@pytest.fixture(scope="module")
def known(book):
    return dictionary(book)


@pytest.fixture(scope="module")
def words(book, rows, known):
    return numbers_page.words_of(book, rows, known)


def test_all_are_there_but_doubtful_readings(book, rows):
    frame = book.observations()
    kept = frame.loc[frame["confidence"].ge(DRAWN_FROM), "observation_id"]
    assert 0 < len(kept) < len(frame)
    assert rows["observation_id"].tolist() == kept.tolist()
    assert rows["observation_id"].is_unique


def test_the_printed_form_is_said_where_it_differs_from_the_value(rows):
    own = rows.set_index("observation_id")
    assert own.loc["trade-2022.total", ["value", "as_printed"]].tolist() == ["8158.4", "8158.4亿元"]
    assert not rows["as_printed"].eq(rows["value"]).any()


def test_a_column_is_packed_where_that_is_shorter():
    assert numbers_page.packed(["a", "b"]) == ["a", "b"]
    assert numbers_page.packed(["a", "b", "a", "a"]) == {"of": ["a", "b"], "at": [0, 1, 0, 0]}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1B CNY", ("亿元", "100M CNY", "1")),
        ("1M vehicles", ("万辆", "10k vehicles", "2")),
        ("100M USD", ("亿美元", "100M USD", "")),
        ("percent", ("%", "percent", "")),
    ],
)
def test_a_unit_is_said_at_a_scale_that_has_a_word(code, said):
    assert numbers_page.said_unit(code) == said


def test_a_choice_leaves_as_many_rows_as_it_says(rows, words):
    found = numbers_page.facets(rows, words)
    assert found["indicator"]["gdp"] == rows["indicator"].eq("gdp").sum()
    assert sum(found["topic"].values()) == len(rows)
    # a range stands in each of its years
    assert found["year"]["2022"] > rows["period"].str.fullmatch("2022").sum()


def test_a_plain_page_has_each_figure_once(rows, words, known):
    some = rows[rows["indicator"].eq("auto_exports")]
    plain, lines = numbers_page.plain_rows(some, words, "sources.html", known)
    anchors = [row.anchor for row in plain]
    anchors += [anchor for line in lines for anchor, _, _ in line.points]
    assert sorted(anchors) == sorted("obs-" + some["observation_id"])
    (row,) = [row for row in plain if row.anchor == "obs-shapingba-nev-2024.auto-exports"]
    assert (row.value.chinese, row.value.english) == ("19719辆", "19,719 vehicles")
    # what a source has printed is in no other language
    assert (row.printed.chinese, row.printed.english) == ("出口车辆19719辆", "")
    assert row.period.english == "2023"
    assert row.source.way.startswith("sources.html#src-")


def test_names_of_codes_are_those_by_which_people_speak(book):
    also = numbers_page.also_called(book)
    assert {"笔电", "笔记本电脑"} <= set(also["breakdowns", "product=laptop"])
    assert {"赛力斯", "赛里斯"} <= set(also["entities", "org-seres"])
    assert "荣昌高新区" in also["entities", "park-rongchang-hitech"]


def script(name, call):
    text = (LATEST / name).read_text(encoding="utf-8")
    return json.loads(text.removeprefix(f"cqbook.{call}(").removesuffix(");\n"))


def unpacked(column):
    if isinstance(column, list):
        return column
    return [column["of"][place] for place in column["at"]]


@BUILT
def test_the_page_has_all_rows_and_weighs_little_before_one_asks(rows):
    about = script(numbers_page.OWN_ROWS, "numbersOf")
    more = script(numbers_page.MORE_ROWS, "moreNumbers")
    found = [unpacked(part["columns"]["observation_id"]) for part in (about["rows"], more["rows"])]
    is_own = rows["series"].eq("")
    assert found == [rows.loc[some, "observation_id"].tolist() for some in (is_own, ~is_own)]
    assert len(more["notes"]) == about["rows"]["count"]
    # what draws a figure is said of it
    place = found[0].index("trade-2022.total")
    charts = unpacked(about["rows"]["columns"]["charts"])[place]
    assert any("chapters" not in about["charts"][int(n)][0] for n in charts.split(";"))
    page = (LATEST / "chapters" / "numbers.html").read_text(encoding="utf-8")
    files = [re.sub(r"[?#].*", "", way) for way in re.findall(r'(?:src|href)="([^"]*)"', page)]
    loaded = {way for way in files if way.endswith((".js", ".css"))}
    paths = [LATEST / "chapters" / way for way in loaded] + [LATEST / "chapters" / "numbers.html"]
    assert LATEST / "chapters" / ".." / numbers_page.OWN_ROWS in paths
    assert not any(path.name == "numbers-more.js" for path in paths)
    assert sum(len(gzip.compress(path.read_bytes())) for path in paths) < MOST


@BUILT
def test_each_figure_has_its_address_without_scripts(rows):
    found = {}
    for path in (LATEST / numbers_page.PLAIN_FOLDER).glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for anchor in re.findall(r' id="obs-([^"]+)"', text):
            found.setdefault(unescape(anchor), []).append(path.stem)
    assert set(found) == set(rows["observation_id"])
    assert all(len(pages) == 1 for pages in found.values())
    assert found["trade-2022.total"] == ["trade-value"]


@pytest.mark.parametrize(
    ("qualifier", "unit", "said"),
    [
        # 148,000 TEU, of which the source has "over", stood there as a number that is exact
        ("over", "10k TEU", "超14.8万标箱"),
        ("at_least", "100M CNY", "14.8亿元以上"),
        ("more_than", "10k vehicles", "14.8万多辆"),
        ("as_rounded", "percent", "14.8%"),
    ],
)
def test_a_figure_is_said_with_its_qualifier(rows, words, qualifier, unit, said):
    of = rows[rows["qualifier"].eq(qualifier) & rows["unit"].eq(unit) & rows["series"].eq("")]
    row = of.iloc[0].to_dict() | {"value": "14.8", "value_upper": ""}
    assert numbers_page._in_unit(row, words) == said


def test_every_qualifier_has_its_words(rows, words, known):
    assert words["qualifier"].keys() == set(rows["qualifier"]) - {"as_rounded"}
    # the lines of the plain pages too: of a series some are floors
    some = rows[rows["series"].ne("") & rows["qualifier"].eq("at_least")].head(1)
    _, (line,) = numbers_page.plain_rows(some, words, "sources.html", known)
    assert line.points[0][2].chinese == f"{some.iloc[0]['value']}以上"
    assert line.points[0][2].english.endswith("or more")
    # a line says the unit in which its numbers stand
    scaled = {code for code, said in words["unit"].items() if said[2]}
    assert not scaled & set(rows.loc[rows["series"].ne(""), "unit"])
