"""A chart that would mislead is refused when it is drawn first, with no output to compare with."""

from __future__ import annotations

import copy
import json

import altair as alt
import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cqbook.analysis.frames import points
from cqbook.data.selection import fact
from cqbook.figures import english, figure, formats, identity, rules, sheets
from cqbook.figures.charts import bars, columns, dots, lines
from cqbook.figures.charts.form import (
    DRAWN,
    LAYERS,
    Drawing,
    draws,
    finish,
    inline,
    listing,
    tooltip,
)
from cqbook.figures.english import unit_words
from cqbook.figures.exhibit import exhibits_of, translated
from cqbook.figures.identity import EnglishWords, Identity, read_record
from cqbook.figures.rules import UnsoundError

TRADE = {"indicator": "trade_value", "entity": "CN-50", "period": "2022", "flow": "total"}


def made(book, drawing, **changes):
    words = {
        "title": "标题",
        "subtitle": "亿元，2022年",
        "unit": "亿元",
        "english": ("t", "CNY bn"),
    }
    return figure.figure(book, "fig-test-one", drawing, **(words | changes))


@pytest.fixture
def rows(book):
    total = fact(book, unit="100M CNY", **TRADE)
    parts = [
        fact(book, unit="100M CNY", breakdown=f"enterprise={name}", **TRADE)
        for name in ("private", "foreign")
    ]
    items = zip(("总值", "民营企业", "外商投资企业"), (total, *parts), strict=True)
    return points(items, unit="100M CNY")


def series():
    """Two series over three years, one year of one of them derived."""
    frame = pd.DataFrame(
        {
            "label": ["2020", "2020", "2021", "2021", "2022", "2022"],
            "group": ["出口", "进口"] * 3,
            "value": [40.0, 20.0, 50.0, 30.0, 45.0, None],
            "date": ["2020-01-01"] * 2 + ["2021-01-01"] * 2 + ["2022-01-01"] * 2,
            "status": ["公布", "推算", "公布", "公布", "公布", "没有查到"],
        }
    )
    frame["text"] = [f"{value:g}" if value == value else "" for value in frame["value"]]
    frame["full"] = [f"{text}亿元" if text else "没有查到" for text in frame["text"]]
    frame["lower"], frame["upper"] = frame["value"] - 0.5, frame["value"] + 0.5
    return frame


def judged(drawing, change, **meta):
    """Judge a drawing to which one thing was done."""
    spec = copy.deepcopy(drawing.spec)
    change(spec)
    words = {
        "id": "fig-test",
        "title": "标题",
        "subtitle": "亿元",
        "unit": "亿元",
        "status": "mixed",
    }
    told = EnglishWords("Title", unit_words(meta.get("unit", "亿元")))
    words |= {"caption": "", "alt": "", "english": told, "sources": ()}
    rules.check_drawing(spec, Identity(**words | {"table": figure.data_table(drawing.rows)} | meta))


def test_every_figure_of_the_book_is_sound():
    count = 0
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for output in figure.display_outputs(nbformat.read(path, as_version=4)):
            spec = output["data"].get(identity.FIGURE_MIME)
            if spec is not None:
                rules.check_drawing(spec, read_record(Identity, spec["usermeta"]))
                count += 1
    assert count >= 20


def stems(rows):
    """A form that the package does not have, as its module would define it."""
    base = alt.Chart(inline(rows, DRAWN))
    places = {
        "x": alt.X("label", type="nominal", sort=list(rows["label"]), title=None),
        "y": alt.Y("value", type="quantitative", title=None),
    }
    dot = base.mark_point().encode(**places, tooltip=tooltip(rows))
    number = base.mark_text(dy=-9).encode(**places, text=alt.Text("text:N"))
    return Drawing(finish([dot, number], 200), rows, f"点图：{listing(rows)}。")


def test_a_form_is_defined_in_one_place(book, rows, monkeypatch):
    """What it states by `draws` is enough: rules, files and English need not know it."""
    with pytest.raises(UnsoundError, match="不该在此"):
        made(book, stems(rows))
    for mark in ("point", "text"):
        monkeypatch.setitem(LAYERS, mark, [*LAYERS[mark]])
    place = {"x": "label", "y": "value"}
    form = draws(("point", place), ("text", place | {"text": "text"}))(stems)
    shown = made(book, form(rows))
    notebook = new_notebook(
        cells=[new_code_cell(outputs=[new_output("display_data", shown._repr_mimebundle_())])]
    )
    (exhibit,) = exhibits_of(notebook, "chapters/x", "2026-11", book.publication)
    assert exhibit.identity == shown.identity
    known = english.dictionary(book) | {"总值": "Total", "外商投资企业": "Foreign-invested"}
    in_english = translated(exhibit, known)
    for item in (exhibit, in_english):
        assert "8,158" in formats.card(item) or "8158.4" in formats.card(item)
    assert [row["value"] for row in sheets.rows(exhibit)] == list(rows["value"])


def test_what_is_refused_is_not_shown(book, rows):
    drawing = bars(rows)
    made(book, drawing)
    drawing.spec["layer"][0]["encoding"]["x"]["scale"]["domain"] = [500, 9000]
    with pytest.raises(UnsoundError, match=r"fig-test-one：x 轴不含零.*has no zero"):
        made(book, drawing)


def bar(spec, channel):
    return spec["layer"][0]["encoding"][channel]


BARS = {
    "another field": (lambda s: bar(s, "x").update(field="lower"), "不该在此"),
    "no such field": (lambda s: bar(s, "x").update(field="vlaue"), "no field 'vlaue'"),
    "number of another field": (
        lambda s: s["layer"][-1]["encoding"]["text"].update(field="label"),
        "不该在此",
    ),
    "tooltip": (lambda s: bar(s, "tooltip").pop(1), "tooltip that says no number"),
    "average": (lambda s: bar(s, "x").update(aggregate="mean"), "x reckons"),
    "logarithm": (lambda s: bar(s, "x")["scale"].update(type="log"), "plain linear scale"),
    "reversed": (lambda s: bar(s, "x")["scale"].update(reverse=True), "plain linear scale"),
    "ends": (lambda s: bar(s, "x")["scale"]["range"].reverse(), "runs backwards"),
    "domain": (lambda s: bar(s, "x")["scale"]["domain"].reverse(), "two ascending ends"),
    "cut off": (lambda s: bar(s, "x")["scale"].update(domain=[0, 8000]), "cuts off data"),
    "too wide": (lambda s: bar(s, "x")["scale"].update(domain=[0, 80000]), "far wider"),
    "scale of another layer": (
        lambda s: s["layer"][1]["encoding"]["x"].update(scale={"domain": [0, 100]}),
        "cuts off data",
    ),
    "by the alphabet": (lambda s: bar(s, "y").update(sort="ascending"), "another order"),
    "by default": (lambda s: bar(s, "y").pop("sort"), "another order"),
    "filtered": (lambda s: s["layer"][0].update(transform=[{"filter": "true"}]), "left out"),
    "reckoned": (
        lambda s: s["layer"][1].update(transform=[{"calculate": "1", "as": "end"}]),
        "changed or left out",
    ),
    "no numbers": (lambda s: s["layer"].pop(), "beside the marks"),
    "numbers at the wrong end": (
        lambda s: s["layer"][-1]["encoding"]["x"].update(field="reach_low"),
        "datum.value < 0",
    ),
    "numbers of the others": (lambda s: s["layer"][-1].pop("transform"), "datum.value >= 0"),
    "number as a name": (lambda s: bar(s, "x").update(type="nominal"), "of a wrong type"),
}


@pytest.mark.parametrize(("change", "message"), BARS.values(), ids=BARS)
def test_wrong_bars_are_refused(rows, change, message):
    drawing = bars(rows)
    judged(drawing, lambda _: None)
    with pytest.raises(UnsoundError, match=message):
        judged(drawing, change)


DATA = {
    "row left out": (lambda rows: rows.pop(), "lacking"),
    "row twice": (lambda rows: rows.append(rows[0]), "more than one mark"),
    "label": (lambda rows: rows[0].update(label="净值"), "extra"),
    "last digit": (lambda rows: rows[0].update(value=8158.5), "is drawn at 8158.5"),
    "in another scale": (
        lambda rows: rows[0].update(value=81584, lower=81583.5, upper=81584.5),
        "is drawn at 81584",
    ),
    "interval": (lambda rows: rows[0].update(upper=8258.45), "8158.35亿元—8158.45"),
    "no value": (lambda rows: rows[0].update(value=None), "is drawn at None"),
    "printed beside": (lambda rows: rows[0].update(text="8158.5亿元"), "8158.5"),
    "another range beside": (lambda rows: rows[0].update(text="8158亿元—8159亿元"), "8159"),
    "status": (lambda rows: rows[0].update(status="预计"), "is drawn at"),
}


@pytest.mark.parametrize(("change", "message"), DATA.values(), ids=DATA)
def test_marks_that_are_not_those_of_the_table_are_refused(rows, change, message):
    def spoil(spec):
        (records,) = spec["datasets"].values()
        change(records)

    with pytest.raises(UnsoundError, match=message):
        judged(bars(rows), spoil)


COLUMNS = {
    "no zero": (lambda s: bar(s, "y")["scale"].update(zero=False), "without a zero"),
    "one on another": (
        lambda s: bar(s, "xOffset") and s["layer"][0]["encoding"].pop("xOffset"),
        "more than one mark",
    ),
    "one colour": (lambda s: bar(s, "color")["scale"].update(range=["#000", "#000"]), "one colour"),
    "colour of none": (
        lambda s: bar(s, "color")["scale"].update(domain=["出口"]),
        "without a colour",
    ),
    "no colours": (lambda s: s["layer"][0]["encoding"].update(color={"value": "#000"}), "tell"),
    "no legend": (lambda s: bar(s, "color").update(legend=None), "neither a legend"),
    "as if published": (
        lambda s: bar(s, "fillOpacity").pop("condition"),
        "looks like what is published",
    ),
    "a frame that nobody sees": (
        lambda s: bar(s, "strokeOpacity")["condition"].update(value=0.01),
        "looks like what is published",
    ),
    "numbers on one another": (
        lambda s: s["layer"][1]["encoding"].pop("xOffset"),
        "more than one mark",
    ),
    "the other way round": (lambda s: bar(s, "x")["sort"].reverse(), "another order"),
}


@pytest.mark.parametrize(("change", "message"), COLUMNS.values(), ids=COLUMNS)
def test_wrong_columns_are_refused(change, message):
    drawing = columns(series())
    judged(drawing, lambda _: None)
    with pytest.raises(UnsoundError, match=message):
        judged(drawing, change)


def test_a_gap_says_that_nothing_was_published():
    frame = series()[lambda frame: frame["group"].eq("进口")]

    def silent(spec):
        spec["layer"] = spec["layer"][:1]
        for records in spec["datasets"].values():
            for record in records:
                record["top"] = ""

    with pytest.raises(UnsoundError, match="a gap that does not say"):
        judged(columns(frame), silent)


def ends_of(spec):
    return next(rows for rows in spec["datasets"].values() if "end" in rows[0])


def test_lines_keep_to_their_series():
    drawing = lines(series())
    judged(drawing, lambda _: None)

    def unnamed(spec):
        ends = ends_of(spec)
        ends[0]["end"] = ends[0]["text"]

    with pytest.raises(UnsoundError, match="nor names at the series"):
        judged(drawing, unnamed)
    with pytest.raises(UnsoundError, match="no row of the table"):
        judged(drawing, lambda s: ends_of(s)[0].update(label="2023"))
    with pytest.raises(UnsoundError, match="expected"):
        judged(drawing, lambda s: s["layer"][0]["encoding"].pop("color"))
    with pytest.raises(UnsoundError, match="cuts off"):
        judged(drawing, lambda s: bar(s, "y")["scale"].update(domain=[25, 60]))
    with pytest.raises(UnsoundError, match="differs from layer to layer"):
        judged(drawing, lambda s: bar(s, "y").update(type="ordinal"))


def test_points_need_no_zero_but_an_axis_that_promises_one_has_it():
    frame = series().dropna()[lambda frame: frame["group"].eq("出口")]

    def promise(spec):
        for layer in spec["layer"]:
            if "scale" in layer["encoding"]["x"]:
                layer["encoding"]["x"]["scale"]["zero"] = True

    judged(dots(frame), lambda _: None)
    with pytest.raises(UnsoundError, match="has no zero"):
        judged(dots(frame), promise)


def test_layers_that_share_an_axis_agree_on_it():
    frame = series().dropna()[lambda frame: frame["group"].eq("出口")]
    with pytest.raises(UnsoundError, match="layers disagree"):
        judged(
            dots(frame),
            lambda s: s["layer"][2]["encoding"]["x"]["scale"].update(zero=True),
        )


def test_the_bars_of_dots_have_the_colours_of_their_series():
    drawing = dots(series().dropna().assign(upper=lambda frame: frame["upper"]))
    judged(drawing, lambda _: None)
    for layer in range(3):
        with pytest.raises(UnsoundError, match="tell the series apart"):
            judged(
                drawing,
                lambda s, n=layer: s["layer"][n]["encoding"].update(color={"value": "#00f"}),
            )
    with pytest.raises(UnsoundError, match=r"layers disagree on yOffset|more than one"):
        judged(drawing, lambda s: s["layer"][0]["encoding"].pop("yOffset"))
    with pytest.raises(UnsoundError, match=r"datum\.arrow"):
        judged(drawing, lambda s: s["layer"][1].pop("transform"))
    with pytest.raises(UnsoundError, match="elsewhere than at its value"):
        judged(drawing, lambda s: s["layer"][2]["encoding"]["x"].update(field="upper"))


@pytest.mark.parametrize("sign", [1, -1])
def test_dots_from_zero_show_the_zero_on_either_side(sign):
    """Numbers that are all negative have the zero at the right end."""
    frame = series().dropna()[lambda frame: frame["group"].eq("出口")]
    frame = frame.assign(value=sign * frame["value"], text="约", full="约")
    frame = frame.assign(lower=frame["value"] - 0.5, upper=frame["value"] + 0.5)
    drawing = dots(frame, zero=True)
    judged(drawing, lambda _: None)
    low, high = drawing.spec["layer"][2]["encoding"]["x"]["scale"]["domain"]
    assert 0 in (low, high)
    assert low < frame["lower"].min() or high > frame["upper"].max()


def test_whiskers_end_within_the_axis(rows):
    """约120 may be 132: the bar's interval is drawn whole, its number beyond it."""
    wide = rows.assign(upper=rows["value"] * 1.1, range="", full="约", text="约")
    drawing = bars(wide)
    judged(drawing, lambda _: None)
    assert bar(drawing.spec, "x")["scale"]["domain"][1] == pytest.approx(wide["upper"].max())


@pytest.mark.parametrize(
    ("unit", "subtitle", "good"),
    [
        ("亿元", "亿元，2022年", True),
        ("亿元", "2022年", False),
        ("亿元", "元，2022年", False),
        ("", "2022年", False),
        ("个百分点", "百分点，推算", True),
        ("个", "项目个数", True),
    ],
)
def test_the_subtitle_says_the_unit(book, rows, unit, subtitle, good):
    drawing = bars(rows.assign(text="甲", full="甲", range=""))
    words = {"unit": unit, "subtitle": subtitle, "english": ("t", unit_words(unit))}
    if good:
        assert made(book, drawing, **words).identity.unit == unit
    else:
        with pytest.raises(UnsoundError, match="does not say the unit"):
            made(book, drawing, **words)


@pytest.mark.parametrize(
    ("full", "span", "ends", "value", "good"),
    [
        ("超9万辆", "9万辆以上", (9, None), 9, True),
        ("超9万辆", "9万辆以上", (9, None), 8, False),
        # a floor that was rounded down to be said is drawn where it is
        ("超17.79万辆", "17.79万辆以上", (17.795053, None), 17.795053, True),
        ("不到3000标箱", "不到3000标箱", (0, 0.3), 0.3, True),
        ("9.99万辆以上", "9.99万辆以上", (9.99, None), 10, True),
        ("9.99万辆以上", "9.99万辆以上", (9.99, None), 100, False),
        ("2.29万辆以下", "0—2.288万辆", (0, 2.288), 1.7, True),
        ("2.29万辆以下", "2.29万辆以下", (None, 2.288), 2.2, True),
        ("10.1万辆—11.3万辆", "10.12—11.29万辆", (10.1175, 11.2875), 10.7, True),
        ("10.1万辆—11.3万辆", "10.12—11.29万辆", (10.1175, 11.2875), 12, False),
        ("10.1万辆—11.3万辆", "10.12—11.29万辆", (9.1175, 11.2875), 10.7, False),
        ("36900辆", "36850—36950辆", (3.685, 3.695), 3.69, True),
        ("36900辆", "36850—36950辆", (36850, 36950), 36900, False),
        # a text in another unit says nothing of the axis; its interval does
        ("1—2个月", "15—75万辆", (15, 75), 45, True),
        ("-30%", "", (None, None), -30, True),
    ],
)
def test_a_mark_stands_where_its_printed_number_says(full, span, ends, value, good):
    unit = "万标箱" if "标箱" in full else "%" if "%" in full else "万辆"
    frame = pd.DataFrame(
        [
            {"label": "甲", "value": value, "lower": ends[0], "upper": ends[1], "text": full}
            | {"full": full, "range": span, "status": "公布", "group": ""}
        ]
    )
    drawing = bars(frame)
    if good:
        judged(drawing, lambda _: None, unit=unit, subtitle=unit)
    else:
        with pytest.raises(UnsoundError, match="is drawn at"):
            judged(drawing, lambda _: None, unit=unit, subtitle=unit)


def test_the_message_names_the_figure_and_every_fault(rows):
    def twice(spec):
        bar(spec, "x")["scale"].update(domain=[9000, 10000])
        bar(spec, "x").update(aggregate="mean")

    with pytest.raises(UnsoundError) as caught:
        judged(bars(rows), twice)
    lines = str(caught.value).splitlines()
    assert len(lines) >= 3
    assert all(line.startswith("fig-test：") and " | " in line for line in lines)


def test_a_form_that_is_not_known_says_which_are(rows):
    with pytest.raises(UnsoundError, match=r"\(arc\).*another mark"):
        judged(bars(rows), lambda s: s["layer"][0].update(mark="arc"))


def test_the_specification_is_left_as_it_is(rows):
    drawing = bars(rows)
    before = json.dumps(drawing.spec)
    judged(drawing, lambda _: None)
    assert json.dumps(drawing.spec) == before
