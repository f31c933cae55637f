"""Each chart form draws, keeps its labels apart at both widths, and refuses what it can't draw."""

from __future__ import annotations

import functools
import io
import re
from itertools import pairwise
from xml.etree import ElementTree

import pandas as pd
import pytest
import test_brief
from lxml import html
from test_brief import edition, slides, verdicts
from test_exports import spec_of
from test_update import cheap

from cqbook.citing import native_charts, verify
from cqbook.editions import paths
from cqbook.figures import charts, english, figure, formats, sheets, theme
from cqbook.figures.charts.form import listing, wrap
from cqbook.figures.exhibit import Exhibit, translated
from cqbook.figures.expressions import expressible
from cqbook.figures.identity import rows_drawn
from cqbook.figures.placing import Box, spread
from cqbook.figures.rules import UnsoundError

NAMES = {"合计": "Total", "甲": "Alpha", "乙": "Beta", "丙": "Gamma", "丁": "Delta", "单位": "Unit"}


def frame(*items, unit="亿元"):
    """A point frame of (label, group, value)."""
    rows = [
        {"label": label, "group": group, "value": float(value), "text": f"{value:g}{unit}"}
        for label, group, value in items
    ]
    made = pd.DataFrame(rows).assign(status="公布", source_id="", observation_id="")
    return made.assign(full=made["text"])


def over_years(unit="亿元", **series):
    """Lines over years from 2019, a keyword a series; None: no row."""
    items = [
        (f"{2019 + place}年", group, value)
        for group, values in series.items()
        for place, value in enumerate(values)
        if value is not None
    ]
    made = frame(*items, unit=unit)
    return made.assign(date=made["label"].str[:4] + "-01-01")


#: Four series whose last numbers lie within a hair of one another.
CLOSE = over_years(甲=[10, 40, 50], 乙=[20, 41, 50.1], 丙=[30, 42, 50.2], 丁=[45, 43, 50.3])
#: Years, and a number of two of them together.
LEVELS = pd.concat(
    [
        over_years(甲=[10, 20, 30]).assign(since="", until="", apart=False),
        frame(("合计", "乙", 15)).assign(
            date="2019-07-02", since="2019-01-01", until="2020-01-01", apart=True
        ),
    ],
    ignore_index=True,
)
NOTES = [("2020年", "这一年：40亿元", "That year: CNY 4 bn"), ("2021年", "末年", "The last")]
TWO = frame(
    *(
        (year, group, value)
        for group, value in zip("甲乙丙丁", (50, 50.1, 50.2, 90), strict=True)
        for year in ("2019年", "2025年")
    )
)
SHARES = frame(
    *(("2019年", "甲", 60), ("2019年", "乙", 30), ("2025年", "甲", 3), ("2025年", "乙", 97)),
    unit="%",
)
STEPS = frame(
    ("2019年", "", 100), ("甲", "", 30), ("乙", "", -50), ("丙", "", 5), ("2025年", "", 85)
)
RANKS = over_years("", 甲=[1, 2, 3], 乙=[2, 1, 1], 丙=[3, 3, 2])
RANKS["text"] = RANKS["full"] = "第" + RANKS["text"]
POINTS = frame(
    *((f"{name}{place}", name, 10 + place // 3) for name in "甲乙" for place in range(9))
)
CURVE = frame(
    ("1", "甲", 0), ("2", "甲", 10), ("3", "甲", 20), ("1", "乙", 10), ("3", "乙", 10)
).assign(parameter=[1.0, 2.0, 3.0, 1.0, 3.0])

DRAWN = {
    "lines": (lambda: charts.lines(CLOSE, notes=NOTES), "亿元"),
    "lines-one": (lambda: charts.lines(CLOSE, highlight="乙"), "亿元"),
    "lines-level": (lambda: charts.lines(LEVELS, notes=[("合计", "乙\n15亿元", "Beta")]), "亿元"),
    "slope": (lambda: charts.slope(TWO, highlight="丙"), "亿元"),
    "ranks": (lambda: charts.ranks(RANKS, highlight="甲"), "名"),
    "stacked": (lambda: charts.stacked(SHARES), "%"),
    "stacked-own": (
        lambda: charts.stacked(
            frame(("甲", "乙", 60), ("甲", "丙", 30), ("单位", "丁", 96), unit="%")
        ),
        "%",
    ),
    "waterfall": (lambda: charts.waterfall(STEPS), "亿元"),
    "arrows": (
        lambda: charts.arrows(
            frame(("甲", "丙", 30), ("甲", "丁", 18), ("乙", "丙", 5), ("乙", "丁", 9), unit="天")
        ),
        "天",
    ),
    "multiples": (lambda: charts.multiples(CLOSE, highlight="丁"), "亿元"),
    "multiples-bars": (lambda: charts.multiples(CLOSE, bars=True), "亿元"),
    "strip": (lambda: charts.strip(POINTS, named=["甲8", "乙0"]), "亿元"),
    "curve": (
        lambda: charts.curve(CURVE, across="单位", notes=[("2", "在此相交：10亿元", "They meet")]),
        "亿元",
    ),
}


@functools.cache
def shown(book, name):
    """A figure of each form, made once."""
    return made_anew(book, name)


def made_anew(book, name):
    make, unit = DRAWN[name]
    made = figure.figure(
        book, f"fig-test-{name}", make(), title="标题", subtitle=unit, unit=unit,
        english=("Title", english.unit_words(unit) or "Caption"),
    )  # fmt: skip
    return Exhibit(made.identity, spec_of(made), "trade", "2026-12", book.publication)


def known(book, exhibit):
    """The dictionary, and names of this test's things."""
    labels = {
        label: NAMES[label[0]] + label[1:]
        for label in (row["label"] for row in exhibit.identity.table.records())
        if label[0] in NAMES
    }
    return english.dictionary(book) | NAMES | labels


def texts(svg):
    """The boxes of the texts of a picture, with their words and sizes."""
    found = []

    def walk(node, x, y):
        moved = re.match(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", node.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        # the ground of a text is no second one
        if node.tag.endswith("}text") and node.get("stroke") != theme.colour("page"):
            size = float(node.get("font-size", "12").removesuffix("px"))
            spans = list(node) or [node]
            for place, span in enumerate(spans):
                words = "".join(span.itertext())
                if not words.strip():
                    continue
                wide = theme.line_width(words, 0.55) * size
                shift = {"middle": wide / 2, "end": wide}.get(node.get("text-anchor"), 0)
                line = y + place * 14
                found.append(
                    (
                        Box(x - shift, line - 0.72 * size, x - shift + wide, line + 0.1 * size),
                        words,
                        size,
                    )
                )
            return
        for child in node:
            walk(child, x, y)

    walk(ElementTree.fromstring(svg), 0.0, 0.0)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_texts_are_large_enough_apart_and_within_the_picture(book, name, language):
    exhibit = shown(book, name)
    if language == "en":
        exhibit = translated(exhibit, known(book, exhibit))
    for width, spec in figure.static_specs(exhibit.spec).items():
        svg = theme.draw_svg(spec)
        wide, high = theme.svg_size(svg)
        assert wide <= {"wide": theme.PICTURE_WIDTH, "narrow": theme.NARROW}[width] + 1
        found = texts(svg)
        assert len(found) >= 3
        for number, (box, words, size) in enumerate(found):
            assert size >= 11, words
            assert box.left >= -2, words
            assert box.right <= wide + 2, words
            assert box.top >= -2, words
            assert box.bottom <= high + 2, words
            for other, others, _ in found[number + 1 :]:
                assert not box.overlaps(other), (width, words, others)


@pytest.mark.parametrize("name", DRAWN)
def test_a_form_has_all_its_files(book, name):
    exhibit = shown(book, name)
    again = made_anew(book, name)
    # what makes pictures of its drawing knows no form: `test_exports.py` makes them twice
    for form in ("csv", "xlsx", "vl.json"):
        assert formats.to_format(exhibit, form) == formats.to_format(again, form)
    rows = sheets.rows(exhibit)
    assert len(rows) >= 3
    assert all(isinstance(row["value"], float) for row in rows)
    assert "<text" in formats.card(exhibit)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("lines", "line"),
        ("lines-level", ""),
        ("slope", "slope"),
        ("stacked", "stacked"),
        ("waterfall", "waterfall"),
        ("stacked-own", ""),
        ("ranks", ""),
        ("arrows", ""),
        ("multiples", ""),
        ("multiples-bars", ""),
        ("strip", ""),
        ("curve", ""),
    ],
)
def test_office_draws_what_it_can(book, tmp_path, monkeypatch, name, form):
    import pptx

    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    # which picture it is that is not a chart of Office does not count
    monkeypatch.setattr(test_brief, "picture", cheap)
    exhibit = shown(book, name)
    edition(tmp_path, "2026-12", [exhibit], {"total": "1", "share": "1"})
    content = slides(tmp_path, exhibit, name="2026-12")
    deck = pptx.Presentation(io.BytesIO(content))
    slide = deck.slides[len(deck.slides) - 1]
    found = [shape.chart for shape in slide.shapes if shape.has_chart]
    assert bool(found) == bool(form)
    assert verdicts(tmp_path, content, "x.pptx", "2026-12")[exhibit.id] == verify.STANDS
    if form == "waterfall":
        base, drawn, beside = found[0].plots[0].series
        assert (base.name, beside.name) == (native_charts.UNSEEN, native_charts.BESIDE_BARS)
        labels = list(found[0].plots[0].categories)
        assert labels == ["2025年", "丙", "乙", "甲", "2019年"]
        assert list(base.values) == [0, 80, 80, 100, 0]
        assert list(drawn.values) == [85, 5, 50, 30, 100]
        beside.points[1].data_label.text_frame.text = "9亿元"
        out = io.BytesIO()
        deck.save(out)
        told = verdicts(tmp_path, out.getvalue(), "x.pptx", "2026-12")
        assert told[exhibit.id] == verify.ALTERED
    if form == "stacked":
        parts = {series.name: list(series.values) for series in found[0].plots[0].series}
        assert parts == {"甲": [3, 60], "乙": [97, 30], "其余": [None, 10]}


WRONG = {
    "no date": (lambda: charts.lines(CLOSE.drop(columns="date")), "缺少列.*lacking columns.*date"),
    "nobody": (lambda: charts.lines(CLOSE, highlight="戊"), "no series '戊'"),
    "a note on nothing": (
        lambda: charts.lines(CLOSE, notes=[("1999年", "无", "x")]),
        "no number at",
    ),
    "three periods": (lambda: charts.slope(CLOSE), "expected two periods"),
    "half a rank": (lambda: charts.ranks(RANKS.assign(value=1.5)), "whole numbers"),
    "shared rank": (lambda: charts.ranks(RANKS.assign(value=1.0)), "two series are no. 1"),
    "more than all": (lambda: charts.stacked(SHARES.assign(value=60.0)), "add up to 120"),
    "less than none": (
        lambda: charts.stacked(SHARES.assign(value=[-1.0, 2, 3, 4])),
        "not negative",
    ),
    "no value": (lambda: charts.stacked(SHARES.assign(value=[None, 1, 2, 3])), "has no value"),
    "a sum that is none": (lambda: charts.waterfall(STEPS.drop(index=1)), r"多|少.*differs by -30"),
    "one end": (lambda: charts.arrows(TWO.head(5)), "two numbers of every label"),
    "one panel": (lambda: charts.multiples(CLOSE[CLOSE["group"].eq("甲")]), "several series"),
    "no such point": (lambda: charts.strip(POINTS, named=["戊"]), "no row is called"),
    "no name": (lambda: charts.curve(CURVE, across=""), "no name"),
}


def test_two_numbers_make_no_figure():
    assert charts.lines(CLOSE.head(2)) is None
    assert charts.lines(CLOSE.head(3)) is not None
    # where nothing was published the frame may lack its columns too
    assert all(form(CLOSE[:0][[]]) is None for form in (charts.bars, charts.lines, charts.strip))


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_frame_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_number_of_a_whole_period_is_a_level_line_that_nothing_joins():
    spec = charts.lines(LEVELS, notes=[("合计", "乙", "Beta")]).spec
    level = [item["encoding"] for item in spec["layer"] if "since" in str(item["encoding"]["x"])]
    assert [item["x2"]["field"] for item in level] == ["until"]
    joined = rows_drawn(spec["layer"][0], spec)
    assert [row["group"] for row in joined if row["value"] is not None].count("乙") == 1


def test_beside_a_level_line_a_name_is_that_of_a_line_and_of_no_lone_point():
    holed = over_years(甲=[10, 20, 30, None, 50]).assign(since="", until="", apart=False)
    spec = charts.lines(pd.concat([holed, LEVELS.tail(1)]), notes=[("合计", "乙", "Beta")]).spec
    texts = [item for item in spec["layer"] if item["encoding"].get("text", {}).get("field")]
    ends = [row for item in texts for row in rows_drawn(item, spec) if row.get("end")]
    assert {(row["label"], row["end"]) for row in ends} == {("2021年", "甲")}


def test_a_missing_period_breaks_the_line():
    whole, holed = ([1, 2, 3, 4, 5], [1, 2, None, 4, 5])
    for values, breaks in ((whole, 0), (holed, 1)):
        spec = charts.lines(over_years(甲=values)).spec
        drawn = spec["datasets"][spec["layer"][0]["data"]["name"]]
        assert sum(row["value"] is None for row in drawn) == breaks


#: 超10: what a source says of no upper end, and nothing that was rounded.
OPEN = frame(("2019年", "甲", 10), ("2020年", "甲", 20), ("2021年", "甲", 30)).assign(
    lower=[10.0, 20.0, 30.0], upper=[float("nan"), 20.0, 30.0], date=["2019", "2020", "2021"]
)
OPEN["date"] += "-01-01"


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("汽车产量·新能源汽车（2022年，预计）", "汽车产量·新能源\n汽车\n（2022年，预计）"),
        ("一二三四五六七八九十", "一二三四五六七八\n九十"),
        ("一二三四五六七八九，", "一二三四五六七\n八九，"),
        ("一二三四五六七八九", "一二三四五六七八九"),
        ("一二三四五六七八九十一", "一二三四五六七八九\n十一"),
    ],
)
def test_no_line_of_a_label_is_a_single_character(label, lines):
    assert wrap(label) == lines


def doubled(rows):
    """The rows, and the same of another series."""
    return pd.concat([rows, rows.assign(group="乙")], ignore_index=True)


OPENS = {
    "bars": (charts.bars, "箭头"),
    "columns": (charts.columns, "箭头"),
    "waterfall": (
        lambda rows: charts.waterfall(rows.assign(value=[10.0, 20.0, 30.0]), start=False),
        "箭头",
    ),
    "lines": (charts.lines, "三角"),
    "multiples": (lambda rows: charts.multiples(doubled(rows)), "三角"),
    "multiples-bars": (lambda rows: charts.multiples(doubled(rows), bars=True), "箭头"),
    "strip": (lambda rows: charts.strip(rows, named=["2020年"]), "三角"),
    "dots": (charts.dots, "横条"),
}


@pytest.mark.parametrize(("draw", "sign"), OPENS.values(), ids=OPENS)
def test_a_number_that_is_but_a_lower_bound_is_not_drawn_as_exact(book, draw, sign):
    """超1000亿元 was once a bar like those of exact numbers, and an arrow in another form only."""
    words = {"title": "标题", "subtitle": "亿元", "unit": "亿元", "english": ("T", "CNY bn")}
    exact, drawing = draw(OPEN.assign(upper=OPEN["lower"])), draw(OPEN)
    assert sign not in figure.figure(book, "fig-test-one", exact, **words).identity.caption
    told = figure.figure(book, "fig-test-one", drawing, **words).identity
    assert sign in told.caption
    if sign == "横条":
        return
    assert "只查到下限" in told.caption
    assert "lower bound" in told.english.note
    for rows in drawing.spec["datasets"].values():
        for row in rows:
            row.pop("open", None)
    with pytest.raises(UnsoundError, match="drawn as if exact"):
        figure.figure(book, "fig-test-one", drawing, **words)


def test_notes_stand_clear_of_the_lines(book):
    rows = over_years(甲=[10, 60, 20, 70, 15, 80, 30], 乙=[80, 20, 70, 10, 60, 15, 55])
    note = ("2022年", "一句较长的说明文字", "A somewhat longer remark")
    spec = charts.lines(rows, notes=[note]).spec
    (told,) = (rows for rows in spec["datasets"].values() if "note" in rows[0])
    assert told[0]["note_en"]
    svg = theme.draw_svg(figure.static_specs(spec)["narrow"])
    assert "一句较长的说明" in svg


def test_labels_of_one_column_keep_their_order_and_their_distance():
    placed = spread([10, 11, 12, 90], [20] * 4, 0, 100)
    assert placed == sorted(placed)
    assert all(below - above >= 20 for above, below in pairwise(placed))
    assert placed[0] >= 10
    assert placed[-1] == 90
    assert spread([50], [20], 0, 100) == [50]


def test_a_line_that_only_touches_a_corner_region_is_no_crossing():
    box = Box(0, 0, 10, 10)
    assert box.crossed_by((-5, 5), (15, 5))
    assert box.crossed_by((5, 5), (5, 5))
    assert not box.crossed_by((-5, 8), (3, 16))


def test_an_alternative_text_parts_period_and_number():
    rows = frame(("2022", "", 218), ("2023年", "出口", 219))
    assert listing(rows) == "2022年：218亿元；出口，2023年：219亿元"


def test_the_same_flow_has_the_same_colour_in_every_chart():
    one, other = (
        over_years(进口=[1, 2, 3], 出口=[3, 4, 5]),
        over_years(出口=[3, 4, 5], 总值=[4, 6, 8]),
    )
    for rows in (one, other):
        colour = charts.lines(rows).spec["layer"][0]["encoding"]["color"]["scale"]
        drawn = dict(zip(colour["domain"], colour["range"], strict=True))
        assert drawn["出口"] == theme.colour("blue")


def test_a_part_drawn_longer_than_its_number_is_refused(book):
    drawing = charts.stacked(SHARES)
    for rows in drawing.spec["datasets"].values():
        rows[0]["stop"] += 5
    with pytest.raises(UnsoundError, match="is drawn at"):
        figure.figure(
            book, "fig-test", drawing, title="标题", subtitle="%", unit="%", english=("T", "%")
        )


#: What ends a text of JavaScript, or would be calculated behind its end.
ENDING = [
    'q" + width + "',
    "q\\",
    'q\\" + width + "',
    "q\n",
    "q\r\n",
    "q\u2028",
    "q\u2029",
    "${q}`'",
]


def drawn_titles(title):
    """A picture with a title at each place that shows one, and values that are sorted by."""
    key = {"field": "c", "type": "nominal", "sort": [title, "y"]}
    return {
        "data": {"values": [{"a": 1, "c": title}, {"a": 2, "c": "y"}]},
        "layer": [
            {
                "mark": "point",
                "encoding": {
                    "x": {"field": "a", "type": "quantitative", "title": title},
                    "y": key | {"title": [title, "y"], "axis": None},
                    "color": key | {"title": title, "legend": {"orient": "top"}},
                    "tooltip": [{"field": "c", "title": title}],
                    "opacity": {"condition": {"test": {"field": "c", "equal": title}, "value": 1}},
                },
            }
        ],
    }


@pytest.mark.parametrize("title", ENDING)
def test_a_title_is_text_in_every_expression(title):
    from vl_convert import vegalite_to_svg

    made = expressible(drawn_titles(title))
    assert expressible(made) == made
    picture = html.fromstring(vegalite_to_svg(made, vl_version="6.4").encode())
    wanted = " ".join(title.split())
    # as it is heard, and as it is seen
    heard = [node.get("aria-label") for node in picture.iter() if node.get("aria-label")]
    plain = [" ".join(label.split()).replace(" :", ":").replace(" ,", ",") for label in heard]
    assert any(label.startswith(f"{wanted}: 1; {wanted}, y: ") for label in plain), plain
    seen = {" ".join((node.text_content()).split()) for node in picture.iter("text")}
    assert wanted in seen


def test_a_long_english_heading_draws():
    """“Nature of the published figure” is broken into two lines, and was no picture."""
    from vl_convert import vegalite_to_svg

    heading = "Nature of the published figure"
    made = english.chart(drawn_titles("数据性质"), {"数据性质": heading})
    picture = html.fromstring(vegalite_to_svg(made, vl_version="6.4").encode())
    assert any(heading in (node.get("aria-label") or "") for node in picture.iter())
