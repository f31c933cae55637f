"""English of names, numbers and periods: the digits that were printed, nothing left in Chinese."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest
import vl_convert
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from cqbook.data.catalog import Catalog
from cqbook.figures import english
from cqbook.quantities import quantity
from cqbook.quantities.interval import Interval


@pytest.fixture(scope="module")
def known():
    return english.dictionary(Catalog(ROOT / "data"))


@pytest.mark.parametrize(
    ("chinese", "said"),
    [
        ("8006.8亿元", "CNY 800.68 bn"),
        ("超4700亿元", "over CNY 470.0 bn"),
        ("66.6万辆", "666k vehicles"),
        ("491万辆", "4.91 m vehicles"),
        ("10万辆", "100k vehicles"),
        ("不到3000标箱", "under 3,000 TEU"),
        ("2856万千瓦", "28.56 GW"),
        ("24.41%以上", "24.41% or more"),
        ("8.48个百分点—8.60个百分点", "8.48 pp–8.60 pp"),
        ("增长18.9%", "up 18.9%"),
        ("下降3%", "down 3%"),
        ("第4", "no. 4"),
        ("2025年10月", "Oct 2025"),
        ("2023年一季度", "Q1 2023"),
        ("2025年1—9月", "Jan–Sep 2025"),
        ("2022年上半年", "H1 2022"),
        ("汽车（出口）", "Automobiles (Exports)"),
        ("沙坪坝", "Shapingba"),
        ("3841.9亿元\n增长18.9%", "CNY 384.19 bn\nup 18.9%"),
        ("-50%—-33%", "-50%–-33%"),
        ("2022年6月23日", "23 Jun 2022"),
        ("2023年1月1日—10月19日", "1 Jan 2023–19 Oct"),
        ("截至2022年12月30日", "as of 30 Dec 2022"),
        (
            "在建（截至2022年，以后没有查到）",
            "under construction (as of 2022, nothing found since)",
        ),
        (
            "9.09万元 > 9万元；余地375元（0.412%；9.09万元与9.05万元之差）",
            "CNY 90.9k > CNY 90k; margin CNY 375 (0.412%; CNY 90.9k against CNY 90.5k)",
        ),
        ("重庆日报（转引），2023-01-17", "Chongqing Daily (quoted), 2023-01-17"),
        ("iChongqing，2023-01-20", "iChongqing, 2023-01-20"),
    ],
)
def test_what_is_said(known, chinese, said):
    assert english.english(chinese, known) == said


@pytest.mark.parametrize("text", ["某某县", "8亿里拉", "很多", "截至某时", "在建（某某）"])
def test_what_is_not_known_is_not_guessed(known, text):
    with pytest.raises(KeyError):
        english.english(text, known)


def test_what_stands_in_the_places_of_a_phrase_is_said_by_itself():
    """The longest phrase that fits; places may change their order; the words go to processes."""
    words = {"东盟": "ASEAN", "出口": "exports", "{}到{}": "{} to {}", "对{}的{}": "{1} to {0}"}
    known = pickle.loads(pickle.dumps(english.Phrasebook(words | {"对{}的": "to {}"})))
    assert english.english("对东盟的出口", known) == "exports to ASEAN"
    assert english.english("东盟到出口", known) == "ASEAN to exports"
    with pytest.raises(KeyError):
        english.english("对某地的出口", known)


ENDS = st.one_of(st.none(), st.decimals(min_value=-1000, max_value=10**6, places=2))
UNITS = ("percent", "percentage points", "100M CNY", "100M USD", "10k vehicles", "TEU", "times")


@given(ENDS, ENDS, st.sampled_from(UNITS), st.sampled_from(("level", "yoy")))
def test_whatever_a_reckoning_says_has_english(known, lower, upper, unit, measure):
    """A datum that contradicts the others (its reckoning is empty) once stopped a whole chapter."""
    ends = [end for end in (lower, upper) if end is not None]
    held = Interval(*sorted(ends)) if len(ends) == 2 else Interval(lower, upper)
    made = quantity.derive(lambda _: held, quantity.exact(3, unit), unit=unit, measure=measure)
    for text in (made.zh, made.roughly, made.growth):
        assert english.english(text, known)


@given(st.decimals(min_value=0, max_value=10**6, places=2), st.sampled_from([0, 1, 2]))
def test_no_digit_is_lost_and_none_is_added(number, places):
    shown = number.quantize(Decimal(1).scaleb(-places))
    said = english.english_quantity(f"{shown}亿元")
    assert Decimal(said.removeprefix("CNY ").removesuffix(" bn").replace(",", "")) * 10 == shown
    digits = said.split(" ")[1].partition(".")[2]
    assert len(digits) == places + 1, "a billion shows one digit more than a hundred million"


def test_a_chart_with_a_word_that_has_no_english_says_which(known):
    spec = {"datasets": {"a": [{"label": "不明之物", "text": "3亿元"}]}}
    with pytest.raises(english.Untranslated, match="不明之物"):
        english.chart(spec, known)


def test_expressions_and_the_words_they_ask_for_change_together(known):
    spec = {
        "datasets": {"a": [{"label": "重庆", "status": "推算"}]},
        "test": "indexof(['推算', '预计'], datum.status) >= 0",
    }
    made = english.chart(spec, known)
    assert made["datasets"]["a"][0] == {"label": "Chongqing", "status": "derived"}
    assert made["test"] == "indexof(['derived', 'expected'], datum.status) >= 0"


def test_the_heading_of_a_tooltip_is_text_in_the_expression_made_of_it():
    """Vega-Lite escapes the quotes of a heading, and not the backslash that would end it."""
    title = '\\"+datum.constructor'
    spec = {"encoding": {"tooltip": [{"field": "value", "title": "数值"}], "x": {"title": "数值"}}}
    made = english.chart(spec, {"数值": title})
    (item,) = made["encoding"]["tooltip"]
    assert item["title"] == '\\\\"+datum.constructor'
    # what it shows stands with the axis
    assert made["encoding"]["x"]["axis"]["title"] == title
    shown = vl_convert.vegalite_to_vega(
        {"data": {"values": [{"value": 1}]}, "mark": "point"} | made, vl_version="6.4"
    )
    assert (
        r'"\\\"+datum.constructor": ' in shown["marks"][0]["encode"]["update"]["tooltip"]["signal"]
    )
