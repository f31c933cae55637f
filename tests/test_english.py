"""English of names, numbers and periods: the digits that were printed, nothing left in Chinese."""

from __future__ import annotations

import ast
import json
import pickle
import re
from decimal import Decimal

import pytest
import vl_convert
from conftest import ROOT
from hypothesis import example, given
from hypothesis import strategies as st

from cqbook.data.catalog import Catalog
from cqbook.execution.notebooks import read_notebook
from cqbook.figures import english
from cqbook.figures.figure import figures_of, tables_of
from cqbook.quantities import quantity
from cqbook.quantities.interval import Interval


@pytest.fixture(scope="module")
def known():
    return english.dictionary(Catalog(ROOT / "data"))


@pytest.mark.parametrize(
    ("chinese", "said"),
    [
        ("8006.8亿元", "CNY 800.68 bn"),
        ("超4700亿元", "over CNY 470 bn"),
        ("约320万辆", "about 3.2 m vehicles"),
        ("320万辆", "3.20 m vehicles"),
        ("约40.0亿元", "about CNY 4.00 bn"),
        ("-38亿元", "−CNY 3.8 bn"),
        ("+60亿元", "+CNY 6 bn"),
        ("3000亿元级", "CNY 300 bn class"),
        ("民营2019年、2024年；外资2017年", "Private 2019 and 2024; Foreign 2017"),
        ("2019、2024年的出口、进口", "exports and imports of 2019 and 2024"),
        ("万标箱", "thousand TEU"),
        ("66.6万辆", "666k vehicles"),
        ("491万辆", "4.91 m vehicles"),
        ("10万辆", "100k vehicles"),
        ("不到3000标箱", "under 3,000 TEU"),
        ("2856万千瓦", "28.56 GW"),
        ("24.41%以上", "24.41% or more"),
        ("8.48个百分点—8.60个百分点", "8.48–8.60 pp"),
        ("增长18.9%", "up 18.9%"),
        ("下降3%", "down 3%"),
        ("第4", "no. 4"),
        ("2025年10月", "Oct 2025"),
        ("2023年一季度", "Q1 2023"),
        ("2025年1—9月", "Jan–Sep 2025"),
        ("2022年上半年", "H1 2022"),
        ("汽车（出口）", "Vehicles (Exports)"),
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


@pytest.mark.parametrize(
    ("chinese", "said"),
    [
        ("98.9万辆—100.1万辆", "0.989–1.001 m vehicles"),
        ("16.9万辆—17.1万辆", "169k–171k vehicles"),
        ("522.5亿元—522.6亿元", "CNY 52.25–52.26 bn"),
        ("7.68万元—7.72万元", "CNY 76.8k–77.2k"),
        ("16天—20天", "16–20 days"),
        # each end says its own where units, words or signs differ
        ("9000辆—1.1万辆", "9,000 vehicles–11k vehicles"),
        ("约3亿元—4亿元", "about CNY 0.3 bn–CNY 0.4 bn"),
    ],
)
def test_a_range_has_one_scale_and_says_its_unit_once(known, chinese, said):
    assert english.english(chinese, known) == said


#: Words for what goes by road: one for all, and another for those that carry passengers alone.
CARS = re.compile(r"(?<!passenger )(?<!passenger-)\bcars?\b|\bautomobiles?\b", re.I)


def test_a_vehicle_is_called_one_thing(book):
    """China's exports of vehicles are not of cars: the same page tells the two apart."""
    names = ("China Association of Automobile Manufacturers", "New car registrations")
    found = [
        text
        for text in said_in_english(book)
        if CARS.search(text) and not any(name in text for name in names)
    ]
    assert not found, "\n".join(found)


#: Second names for what has one, and the one.
SECOND_NAMES = {
    r"\benterprises?\b": "firms",
    r"\bauto(?:motive)? industry\b|\bautos\b": "vehicle industry, vehicles",
    r"\bseats? of\b": "location of the firm",
    r"\bNew Land-Sea\b|(?-i:land-sea corridor)": "Land-Sea Corridor",
}


def test_what_has_a_name_has_no_second_one(book):
    told = said_in_english(book) | figures_in_english()
    for second, name in SECOND_NAMES.items():
        found = [text for text in told if re.search(second, text, re.I)]
        assert not found, f"{name}: {found}"


#: Rows of which a chapter puts the Chinese together of more than one word.
PUT_TOGETHER = {"一家企业的预期产值", "一个项目的预期产值", "的项目和称号"}


def test_each_row_of_words_says_what_the_book_has(book):
    """早到10天打平 stayed long after its figure had gone."""
    own = {"english.csv", "claim_sentences.csv"}
    paths = [
        path
        for folder in ("lib/cqbook", "chapters", "data")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in (".py", ".html", ".md", ".csv", ".json", ".ipynb")
        and path.name not in own
    ]
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "_toc.yml", *paths)]
    # each line once, without drawings; a quotation mark in JSON
    lines = {line for text in texts for line in text.splitlines() if "<svg" not in line}
    there = "\n".join(line for line in lines if english.CHINESE.search(line)).replace('\\"', '"')
    rows = book.text("english")["name_zh"]
    lacking = {
        piece
        for text in rows
        for piece in re.split(r"\{\}|（|）", text)
        if piece and piece not in there
    }
    assert lacking == PUT_TOGETHER


def said_in_english(book):
    """What English readers read of claims, tables and abstracts, without names of organisations."""
    told = {
        *book.text("claim_sentences")["sentence_en"].str.replace(r"\{\w+\}", "", regex=True),
        *english.dictionary(book).values(),
        *book.text("indicators")["name_en"],
        *book.text("breakdowns")["name_en"],
    }
    told -= set(book.text("entities")["name_en"])
    for text in cells_of("markdown"):
        # names of claims and glued texts are no words
        said = (re.sub(r"`[^`]*`|:{3}\{.*", "", body) for _, body in ABSTRACT.findall(text))
        told.update(said)
    return told


def figures_in_english():
    """What chapters' code says in several English words."""
    strings = (
        node.value
        for code in cells_of("code")
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in strings if " " in text and text.isascii()}


def cells_of(kind):
    for path in sorted(ROOT.glob("chapters/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == kind)


#: What English readers read of a cell.
ABSTRACT = re.compile(r"(?ms)^(?P<fence>:{3,})\{english\}(.*?)^(?P=fence)\s*$")


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


@given(
    lower=ENDS, upper=ENDS, unit=st.sampled_from(UNITS), measure=st.sampled_from(("level", "yoy"))
)
# a rate of hundreds of thousands of per cent: no 万%
@example(lower=Decimal("332564.13"), upper=Decimal("354463.68"), unit="percent", measure="level")
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
    wanted = 0 if places == 0 and shown % 10 == 0 else places + 1
    assert len(digits) == wanted, "a billion shows one digit more; a round number stays round"


@pytest.mark.parametrize(
    ("unit", "bare", "said"),
    [
        ("亿元", "8006.8", "800.68"),
        ("亿元", "约114", "about 11.4"),
        ("亿元", "+20", "+2"),
        ("万标箱", "超14.8", "over 148"),
        ("万辆", "5.6", "56"),
        ("亿美元", "27—43", "2.7–4.3"),
        ("%", "14.3", "14.3"),
        ("2022年=100", "168", "168"),
    ],
)
def test_labels_and_axes_count_in_the_unit_that_the_subtitle_says(known, unit, bare, said):
    """Once a subtitle said CNY 100 million and an axis 8,000, beside labels in billions."""
    axis = {"type": "quantitative", "field": "value", "axis": {"grid": True}}
    spec = {
        "datasets": {"a": [{"label": "出口", "text": bare, "end": f"出口\n{bare}"}]},
        "layer": [{"mark": "line", "encoding": {"y": axis}}],
        "height": 100,
    }
    made = english.chart(spec, known, unit)
    (row,) = made["datasets"]["a"]
    assert (row["text"], row["end"]) == (said, f"Exports\n{said}")
    places = english.ENGLISH_UNITS.get(unit, (0, ""))[0]
    shown = made["layer"][0]["encoding"]["y"]["axis"].get("labelExpr", "")
    sign = {-1: "format(datum.value / 10, ',')", 1: "format(datum.value * 10, ',')"}
    assert shown == sign.get(places, "")
    assert "labelExpr" not in axis["axis"], "the Chinese chart stays"


def test_an_axis_may_have_a_unit_of_its_own(known):
    axis = {
        "type": "quantitative",
        "field": "parameter",
        "title": "货值（万元）",
        "axis": {},
    }
    made = english._axis_in({"encoding": {"x": axis | {"axis": {"grid": False}}}}, "%")
    assert made["encoding"]["x"]["axis"]["labelExpr"] == "format(datum.value * 10, ',')"
    assert english.english(axis["title"], known) == "Value of goods shipped (CNY thousand)"


def test_an_amount_of_money_stands_on_one_line():
    assert english.wrapped("High: CNY 815.84 bn", 16) == "High:\nCNY 815.84 bn"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        # counted to one digit in Chinese, and so in English
        (("+148亿元", "+60亿元", "−38亿元"), ["+CNY 14.8 bn", "+CNY 6.0 bn", "−CNY 3.8 bn"]),
        # classes of round numbers were not counted
        (("3000亿元级", "1000亿元级"), ["CNY 300 bn class", "CNY 100 bn class"]),
        (("530.3亿元", "60亿元"), ["CNY 53.03 bn", "CNY 6 bn"]),
    ],
)
def test_amounts_beside_each_other_have_the_same_decimals(known, printed, said):
    spec = {
        "data": {"name": "a"},
        "datasets": {"a": [{"label": "出口", "end": text} for text in printed]},
        "layer": [{"mark": "bar", "encoding": {"y": {"field": "label", "type": "nominal"}}}],
        "height": 60,
    }
    assert [row["end"] for row in english.chart(spec, known)["datasets"]["a"]] == said


def test_rows_have_room_for_the_lines_of_their_english_labels(known):
    """Labels of two lines once touched the next one's."""
    rows = [{"label": "按经营单位所在地与按境内目的地和货源地"}, {"label": "出口"}]
    names = known | {rows[0]["label"]: "By seat of the firm and by origin of goods"}
    spec = {
        "data": {"name": "a"},
        "datasets": {"a": rows},
        "layer": [{"mark": "bar", "encoding": {"y": {"field": "label", "type": "nominal"}}}],
        "height": 60,
    }
    made = english.chart(spec, names)
    lines = max(row["label"].count("\n") + 1 for row in made["datasets"]["a"])
    assert lines > 1
    assert made["height"] == 2 * (english.LABEL_LINE * lines + english.LABEL_GAP)


def test_every_figure_and_table_of_the_book_is_whole_in_english(known):
    """Chinese notes once had no English; titles named neither place nor year: they are cited."""
    drawn, listed = [], []
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        notebook = read_notebook(path)
        drawn += [item.identity for item in figures_of(notebook)]
        listed += tables_of(notebook)
    assert len(drawn) > 15
    assert len(listed) > 4
    for item in drawn:
        told = item.english
        said = " ".join((told.title, told.caption, told.note))
        assert not english.CHINESE.search(said), item.id
        assert bool(told.note) == bool(item.caption), item.id
        assert re.search("Chongqing|China", told.title), f"{item.id}: whose?"
        assert re.search(r"\d", said), f"{item.id}: when?"
    for table in listed:
        for text in (table.title, table.subtitle, table.caption):
            assert not english.CHINESE.search(english.english(text, known)), table.id


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
