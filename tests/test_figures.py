"""A chart is an object: identity, deterministic bytes, nothing it should not show."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import nbformat
import pandas as pd
import pytest

from cqbook.analysis.frames import points
from cqbook.data.selection import fact
from cqbook.errors import DataError
from cqbook.figures import figure, identity, theme
from cqbook.figures.charts import bars, columns, dots, lines, waterfall
from cqbook.figures.charts._notes import ended
from cqbook.figures.charts.form import Drawing, without_unit
from cqbook.figures.expressions import IS_HOLLOW
from cqbook.figures.identity import Identity, read_record, rows_drawn
from cqbook.figures.keys import with_keys
from cqbook.figures.rules import UnsoundError
from cqbook.quantities.quantity import exact, missing
from cqbook.site.inline_scripts import script_text


@pytest.fixture
def rows(book):
    filters = {"indicator": "trade_value", "entity": "CN-50", "period": "2022", "flow": "total"}
    total = fact(book, unit="100M CNY", **filters)
    private = fact(book, unit="100M CNY", breakdown="enterprise=private", **filters)
    return points([("总值", total), ("民营企业", private)], unit="100M CNY")


def made(book, rows, **changes):
    words = {"title": "标题", "subtitle": "亿元，2022年", "unit": "亿元"}
    words |= {"english": ("Title", "CNY bn", "Note")} | changes
    return figure.figure(book, "fig-test-one", bars(rows), **words)


def test_identity_travels_with_the_chart(book, rows):
    bundle = made(book, rows)._repr_mimebundle_()
    meta = bundle[identity.FIGURE_MIME]["usermeta"]
    assert meta["id"] == "fig-test-one"
    assert [item["id"] for item in meta["sources"]] == ["trade-2022"]
    assert "8158.4亿元" in meta["alt"]
    assert ["trade-2022.total" in row for row in meta["table"]["rows"]] == [True, False]


def test_a_figure_and_a_table_are_read_back_as_they_were_made(book, rows):
    drawn = made(book, rows)
    listing = figure.table(book, "tab-x", rows, columns={"label": "项目", "text": "数"}, title="表")
    bundles = [item._repr_mimebundle_() for item in (drawn, listing)]
    outputs = [nbformat.v4.new_output("display_data", data=bundle) for bundle in bundles]
    cell = nbformat.v4.new_code_cell("x", outputs=outputs)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    found = figure.figures_of(notebook)
    assert [item.identity for item in found] == [drawn.identity]
    assert figure.tables_of(notebook) == [listing]
    again = [*found, *figure.tables_of(notebook)]
    assert [json.dumps(item._repr_mimebundle_()) for item in again] == list(
        map(json.dumps, bundles)
    )


def test_a_record_that_is_not_whole_is_named(book, rows):
    content = made(book, rows)._repr_mimebundle_()[identity.FIGURE_MIME]["usermeta"]
    with pytest.raises(DataError, match=r"fig-test-one.*sources\.label"):
        read_record(Identity, content | {"sources": [{"id": "x"}]})
    with pytest.raises(DataError, match=r"fig-test-one.*unit"):
        read_record(Identity, content | {"unit": 1})


def test_the_same_chart_has_the_same_bytes(book, rows):
    one, two = (json.dumps(made(book, rows)._repr_mimebundle_()) for _ in range(2))
    assert one == two


def test_nbformat_accepts_the_bundles(book, rows):
    gap = figure.figure(
        book, "fig-gap", None, title="缺", subtitle="", unit="亿元", english=("t", "c")
    )
    listing = figure.table(book, "tab-x", rows, columns={"label": "项目"}, title="表")
    for item in (made(book, rows), gap, listing):
        output = nbformat.v4.new_output("display_data", data=item._repr_mimebundle_())
        cell = nbformat.v4.new_code_cell("x", outputs=[output], execution_count=1)
        nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


@pytest.mark.parametrize("identifier", ["Fig-x", "fig_x", "tab-x", "fig-", "fig-x--y", "fig-图"])
def test_ids_follow_one_form(book, rows, identifier):
    with pytest.raises(ValueError, match="fig-"):
        figure.figure(book, identifier, None, title="x", subtitle="", unit="", english=("t", "c"))


def test_what_has_nothing_to_show_is_no_figure_and_no_table(book, rows):
    gap = figure.figure(
        book, "fig-gap", None, title="标题", subtitle="", unit="亿元", english=("t", "c")
    )
    empty = figure.table(book, "tab-x", rows.iloc[:0], columns={"label": "项目"}, title="表")
    bundles = [item._repr_mimebundle_() for item in (gap, empty)]
    outputs = [nbformat.v4.new_output("display_data", data=bundle) for bundle in bundles]
    cell = nbformat.v4.new_code_cell("x", outputs=outputs)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert [bundle[figure.ABSENT_MIME]["id"] for bundle in bundles] == ["fig-gap", "tab-x"]
    assert not figure.figures_of(notebook)
    assert not figure.tables_of(notebook)


def test_bars_start_at_zero(rows):
    spec = bars(rows).spec
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"][0] == 0


def test_a_missing_year_is_a_gap_not_a_zero():
    frame = points([("2021", missing("10k vehicles"))], unit="10k vehicles")
    drawing = columns(pd.concat([frame, frame.assign(label="2022", value=3.0, text="3")]))
    (records,) = drawing.spec["datasets"].values()
    values = [record["value"] for record in records]
    assert values == [None, 3.0]


def test_the_dark_picture_is_that_of_a_specification_in_dark_colours(rows):
    spec = figure.static_specs(bars(rows).spec)["wide"]
    partners = dict(theme.PALETTE.values())
    drawn = theme.dark(theme.draw_svg(spec))
    pale, dim = theme.PALE
    recoloured = re.sub("#[0-9a-f]{6}", lambda found: partners[found[0]], json.dumps(spec))
    recoloured = recoloured.replace(f'"value": {pale}', f'"value": {dim}')
    assert drawn == theme.draw_svg(json.loads(recoloured))
    for light in partners:
        assert light not in drawn


def test_pictures_are_deterministic_and_name_the_font(rows):
    spec = figure.static_specs(bars(rows).spec)["narrow"]
    one = theme.draw_svg(spec)
    assert one == theme.draw_svg(spec)
    assert "CQBook Sans SC" in one
    assert "民营企业" in one


def test_specifications_stand_safely_in_scripts():
    text = script_text({"a": "</script><script>alert(1)</script>&\u2028"})
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text)["a"].startswith("</script>")


def test_glue_refuses_what_is_no_text():
    with pytest.raises(ValueError, match="glue"):
        figure.glue(total=None)
    with pytest.raises(ValueError, match="glue"):
        figure.glue(Total="x")
    with pytest.raises(ValueError, match=r"rounded.*approximately"):
        figure.glue(total=f"约{missing('times').point:.1f}倍")


def test_a_number_that_is_not_known_is_said_to_be_none():
    """A page for a period of which nothing is known said 约nan倍."""
    assert missing("times").approximately(1) == missing("times").rounded(1) == "没有查到"
    times = exact(Decimal("2.84"), "times")
    assert (times.approximately(1), times.rounded(1)) == ("约2.8倍", "2.8倍")


@pytest.mark.parametrize(
    ("light", "page"),
    [
        (pair[mode], theme.PALETTE["page"][mode])
        for mode in (0, 1)
        for pair in [
            theme.PALETTE["ink"],
            theme.PALETTE["muted"],
            *(theme.PALETTE[role] for role in theme.SERIES),
        ]
    ],
)
def test_colours_have_contrast(light, page):
    """WCAG 2.2: text 4.5:1 (ink, muted), marks 3:1."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, faint = sorted((luminance(light), luminance(page)), reverse=True)
    strict = light in (*theme.PALETTE["ink"], *theme.PALETTE["muted"])
    assert (bright + 0.05) / (faint + 0.05) >= (4.5 if strict else 3.0)


@pytest.mark.parametrize(
    "caption",
    [
        "100 million yuan",
        "CNY 100 million",
        "in hundred million yuan",
        "2022",
        "10,000 TEU, CNY bn",
    ],
)
def test_an_english_subtitle_in_another_unit_than_the_labels_is_refused(book, rows, caption):
    with pytest.raises(UnsoundError, match="English"):
        made(book, rows, english=("Title", caption))


def test_a_note_without_english_is_refused(book, rows):
    """English readers once met gaps and squares that only the Chinese note explained."""
    with pytest.raises(UnsoundError, match="the note has no English"):
        made(book, rows, note="各项有重叠。", english=("Title", "CNY bn"))
    whole = made(book, rows, note="各项有重叠。", english=("Title", "CNY bn", "Items overlap."))
    assert whole.identity.english.note == "Items overlap."


def test_the_key_to_gaps_and_pale_marks_is_in_both_languages(book):
    spec = {
        "datasets": {"a": [{"value": 1}, {"value": None}]},
        "layer": [
            {"mark": {"type": "line"}, "data": {"name": "a"}, "encoding": {"y": {"field": "value"}}}
        ],
    }
    gap = Drawing(spec, pd.DataFrame({"label": ["a", "b"]}), "")
    assert with_keys(("亿元", "说明。"), gap) == "说明。线断开处没有查到。"
    assert with_keys(("亿元，断开处没有查到", "说明。"), gap) == "说明。"
    said = with_keys(("CNY bn", "Note."), gap, english=True)
    assert said == "Note. Lines break where this book has no figure."
    hollow = {"layer": [{"mark": "bar", "test": IS_HOLLOW, "encoding": {"tooltip": []}}]}
    some = Drawing(hollow, pd.DataFrame({"status": ["", "推算"], "value": [1, 2]}), "")
    assert with_keys(("亿元", ""), some) == "带框的是推算。"
    assert with_keys(("CNY bn", ""), some, english=True) == "Outlined: derived."
    every = Drawing(hollow, pd.DataFrame({"status": ["推算", "推算"], "value": [1, 2]}), "")
    assert with_keys(("亿元", ""), every) == "各数都是推算的。"
    assert with_keys(("CNY bn", ""), every, english=True) == "All figures are derived."


@pytest.mark.parametrize(
    ("draw", "zh", "en"),
    [
        (bars, "细线是取整留下的范围。", "Thin lines: what rounding leaves open."),
        (
            lambda frame: waterfall(frame, start=False),
            "蓝色增加，灰色合计。细线是取整留下的范围。",
            "Blue adds, grey is the sum. Thin lines: what rounding leaves open.",
        ),
        (dots, "横条是取整留下的范围。", "Thick lines: what rounding leaves open."),
        (
            # too short to be seen on a phone
            lambda frame: bars(
                frame.assign(
                    lower=frame["value"] - 0.01,
                    upper=frame["value"] + 0.01,
                    status=["推算", "公布", "公布"],
                )
            ),
            "带框的是推算。取整留下的范围太小，图上画不出。",
            "Outlined: derived. What rounding leaves open is too short to be drawn.",
        ),
        (
            # its label names it
            lambda frame: bars(frame.drop(columns=["lower", "upper"]), highlight="汽车"),
            "",
            "",
        ),
    ],
)
def test_a_form_says_what_its_lines_are_and_not_what_a_label_says(book, draw, zh, en):
    """A whisker was told of in three words, or in none; an orange bar twice."""
    frame = pd.DataFrame(
        {"label": ["汽车", "手机", "出口"], "value": [1.0, 2.0, 3.0], "status": "公布"}
    )
    frame["text"] = frame["full"] = [f"{value:g}亿元" for value in frame["value"]]
    frame["lower"], frame["upper"] = frame["value"] - 0.4, frame["value"] + 0.4
    words = {"title": "标题", "subtitle": "亿元", "unit": "亿元"}
    shown = figure.figure(book, "fig-test-one", draw(frame), **words, english=("T", "CNY bn"))
    assert (shown.identity.caption, shown.identity.english.note) == (zh, en)
    key = re.split("[。，]", zh)[0]
    told = figure.figure(
        book, "fig-test-one", draw(frame), **words, note=zh, english=("T", "CNY bn", en)
    )
    assert told.identity.caption.count(key) == 1


@pytest.mark.parametrize(
    ("draw", "zh", "en"),
    [
        (bars, "带框的是推算。虚线框是目标。", "Outlined: derived. Dashed: target."),
        (columns, "带框的是推算。虚线框是目标。", "Outlined: derived. Dashed: target."),
        (lines, "空心点是推算。空心菱形是目标。", "Open dots: derived. Open diamonds: target."),
        (dots, "空心点是推算。空心菱形是目标。", "Open dots: derived. Open diamonds: target."),
    ],
)
def test_what_is_derived_and_what_is_aimed_at_have_one_sign_each(book, draw, zh, en):
    """Squares, frames and plain dots once said the same of different figures, frames two things."""
    frame = pd.DataFrame(
        {
            "label": ["2020年", "2021年", "2022年"],
            "date": [f"{year}-01-01" for year in (2020, 2021, 2022)],
            "value": [1.0, 2.0, 3.0],
            "status": ["公布", "推算", "目标"],
        }
    )
    frame["text"] = frame["full"] = [f"{value:g}亿元" for value in frame["value"]]
    frame["lower"] = frame["upper"] = frame["value"]
    drawing = draw(frame)
    words = {"title": "标题", "subtitle": "亿元", "unit": "亿元", "english": ("T", "CNY bn")}
    shown = figure.figure(book, "fig-test-one", drawing, **words).identity
    assert (shown.caption, shown.english.note) == (zh, en)
    main = next(layer for layer in drawing.spec["layer"] if "tooltip" in layer["encoding"])
    if main["mark"]["type"] == "bar":
        main["encoding"].pop("strokeDash")
        wrong = "what is 目标"
    else:
        page = {"value": theme.colour("page")}
        drawing.spec["layer"] = [
            layer for layer in drawing.spec["layer"] if layer["encoding"].get("color") != page
        ]
        wrong = "what is 推算, 目标"
    with pytest.raises(UnsoundError, match=wrong):
        figure.figure(book, "fig-test-one", drawing, **words)


def test_a_unit_that_all_numbers_have_is_said_once():
    texts = ["约312亿元", "−5亿元", "未见公布"]
    rows = pd.DataFrame({"text": texts, "value": [311.8, -5.0, float("nan")]}).assign(full="")
    assert list(without_unit(rows)["text"]) == ["约312", "−5", "未见公布"]
    # one in 万元 stands along an axis of 亿元
    for texts in (["5亿元", "5万辆"], ["5%", "5%"], ["5亿元以上", "5亿元"], ["50000万元"] * 2):
        frame = pd.DataFrame({"text": texts, "value": [5.0, 5.0]}).assign(full="")
        assert list(without_unit(frame)["text"]) == texts


def test_on_a_phone_long_names_stand_above_their_rows():
    """A column of names once took a third of a phone."""
    frame = pd.DataFrame({"label": ["重庆市市级重大项目", "甲", "乙"], "value": [1.0, 2.0, 3.0]})
    frame = frame.assign(text=["1", "2", "3"], full=["1", "2", "3"])
    shapes = figure.static_specs(bars(frame).spec)
    axes = {
        name: [layer["encoding"]["y"].get("axis", 0) for layer in spec["layer"]]
        for name, spec in shapes.items()
    }
    assert all(axis is None for axis in axes["narrow"])
    assert any(axes["wide"])
    assert shapes["narrow"]["height"] > shapes["wide"]["height"]
    spec = shapes["narrow"]
    names = [row["label"] for row in rows_drawn(spec["layer"][-1], spec)]
    assert names == ["重庆市市级重大项目", "甲", "乙"]
    short = bars(frame.assign(label=["丙", "甲", "乙"])).spec
    assert figure.static_specs(short)["narrow"]["layer"] == short["layer"]


def columns_of(years, *groups):
    """Columns of several series over years, each with a number of four characters."""
    rows = [
        {"label": f"{year}年", "group": group, "value": 15.0 + place, "text": f"{15 + place}.0%"}
        for place, year in enumerate(years)
        for group in groups
    ]
    return columns(pd.DataFrame(rows).assign(status="公布"))


def test_on_a_phone_columns_that_are_narrower_than_their_numbers_lie():
    """Of eleven columns three once had their number on a phone, and of a title's five two."""
    spec = columns_of(range(2020, 2026), "甲", "乙", "丙").spec
    narrow = figure.static_specs(spec)["narrow"]
    assert narrow["layer"][0]["encoding"]["x"]["field"] == "value"
    drawn = theme.draw_svg(narrow)
    assert all(drawn.count(f">{value}.0%<") == 3 for value in range(15, 21))
    assert all(f">{year}年<" in drawn for year in range(2020, 2026))
    few = columns_of(range(2020, 2023), "甲").spec
    assert figure.static_specs(few)["narrow"]["layer"] == few["layer"]


@pytest.mark.parametrize("last", [2023, 2026, 2028])
def test_on_a_phone_an_axis_names_each_year(last):
    """A title once told of 2018 and 2022 above an axis of 2019, 2021, 2023."""
    years = range(2018, last + 1)
    frame = pd.DataFrame({"label": [f"{year}年" for year in years], "group": "甲", "value": 1.5})
    frame = frame.assign(text="1.5", date=[f"{year}-01-01" for year in years], status="公布")
    drawn = theme.draw_svg(figure.static_specs(lines(frame).spec)["narrow"])
    assert all(re.search(rf">'?(20)?{year % 100}<", drawn) for year in years)


def test_a_piece_of_a_line_that_is_far_from_the_rest_has_its_name():
    """Two grey points of 2017 and 2018 once stood before a gap, and were nobody's."""
    years = {"甲": (2017, 2018, 2021, 2022), "乙": (2019, 2020, 2022)}
    rows = [(f"{year}年", group, f"{year}-01-01") for group in years for year in years[group]]
    frame = pd.DataFrame(rows, columns=["label", "group", "date"])
    frame = frame.assign(value=range(len(rows)), text="1", status="公布").astype({"value": float})
    for width, spec in figure.static_specs(lines(frame).spec).items():
        # a ground and the name itself; a gap of one year needs none
        drawn = theme.draw_svg(spec)
        assert (drawn.count(">甲<"), drawn.count(">乙<")) == (4, 2), width


def test_a_series_that_ends_before_the_others_says_when(book):
    """A number of October 2025 once stood beside one of June 2026, with no date."""
    frame = pd.DataFrame(
        {
            "group": ["甲", "甲", "乙", "乙"],
            "label": ["2021", "2022", "2020", "2021"],
            "date": ["2021-01-01", "2022-01-01", "2020-01-01", "2021-01-01"],
            "value": [1.0, 2.0, 3.0, 4.0],
            "text": ["1", "2", "3", "4"],
        }
    )
    assert list(ended(frame)["end"]) == ["甲\n2", "乙\n4\n2021年"]


def test_a_number_of_the_title_is_qualified_as_it_is_in_the_chart(book, rows):
    assert made(book, rows, title="2022年总值8158.4亿元")
    with pytest.raises(UnsoundError, match="题说“约8158"):
        made(book, rows, title="2022年总值约8158.4亿元")
    # what the chart does not say is the title's own
    assert made(book, rows, title="2022年总值约8158亿元")
