"""Tables of an article: a number is of the headings that stand over it and beside it, or marked."""

from __future__ import annotations

import io
import re

import docx
import pptx
import pytest
from conftest import ROOT
from pptx.util import Inches

from cqbook.data.catalog import Catalog
from cqbook.errors import DataError
from cqbook.intake.article import read_article
from cqbook.intake.article_text import TEXT_MOST, article_text

#: A table of the customs: two rows of headings, of which the upper one spans.
HEADS = [
    [("地区", 1, 2), ("进出口总值", 2, 1), ("出口总值", 2, 1)],
    [("1—9月", 1, 1), ("同比（%）", 1, 1), ("1—9月", 1, 1), ("同比（%）", 1, 1)],
]
ROWS = [["重庆市", "6328.7", "12.4", "4416.2", "9.8"], ["渝北区", "1358.2", "10.5", "810.7", "-3"]]
TITLE, UNIT = "2026年1—9月重庆市进出口总值表", "单位：亿元人民币"
READ = [
    "trade_value CN-50 total level 6328.7 100M CNY 2026-01/2026-09",
    "trade_value CN-50 total yoy 12.4 percent 2026-01/2026-09",
    "trade_value CN-50 export level 4416.2 100M CNY 2026-01/2026-09",
    "trade_value CN-50 export yoy 9.8 percent 2026-01/2026-09",
    "trade_value 500112 total level 1358.2 100M CNY 2026-01/2026-09",
    "trade_value 500112 total yoy 10.5 percent 2026-01/2026-09",
    "trade_value 500112 export level 810.7 100M CNY 2026-01/2026-09",
    "trade_value 500112 export yoy -3 percent 2026-01/2026-09",
]


@pytest.fixture(scope="module")
def book():
    return Catalog(ROOT / "data")


def told(book, content, name="a.txt"):
    """Return the figures of a file in a line each, with what is marked."""
    found = []
    for figure in read_article(article_text(content, name, "2026-11-20"), book).figures:
        row = figure.row
        said = [row[key] or "-" for key in ("indicator", "entity")]
        said += [row[key] for key in ("flow", "breakdown", "measure")]
        said += [row["value"] or row["qualifier"], row["unit"], row["period"]]
        said += [f"?{column}" for column in sorted(figure.doubts)]
        found.append(" ".join(filter(None, said)))
    return found


def a_page(rows, before=f"<h1>{TITLE}</h1><p>{UNIT}</p>"):
    """Return a page with a table; a cell: its text, or its text and what it covers."""
    lines = ""
    for row in rows:
        cells = (cell if isinstance(cell, tuple) else (cell, 1, 1) for cell in row)
        lines += "<tr>" + "".join(
            f"<td colspan={wide} rowspan={high}><p>{text}</p></td>" for text, wide, high in cells
        )
    return f"<html><body>{before}<table>{lines}</table></body></html>".encode()


def a_document():
    """Return the table of the customs as Word has it, with its cells merged."""
    made, stream = docx.Document(), io.BytesIO()
    made.add_paragraph(TITLE)
    made.add_paragraph(UNIT)
    table = made.add_table(rows=4, cols=5)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "地区"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "进出口总值"
    table.cell(0, 3).merge(table.cell(0, 4)).text = "出口总值"
    _fill(table)
    made.save(stream)
    return stream.getvalue()


def slides():
    """Return the same table on a slide."""
    made, stream = pptx.Presentation(), io.BytesIO()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = TITLE
    slide.placeholders[1].text = UNIT
    size = [Inches(number) for number in (1, 1, 8, 4)]
    table = slide.shapes.add_table(4, 5, *size).table
    for first, last, text in (
        ((0, 0), (1, 0), "地区"), ((0, 1), (0, 2), "进出口总值"), ((0, 3), (0, 4), "出口总值"),
    ):  # fmt: skip
        table.cell(*first).merge(table.cell(*last))
        table.cell(*first).text = text
    _fill(table)
    made.save(stream)
    return stream.getvalue()


def _fill(table):
    for at, (text, *_) in enumerate(HEADS[1], start=1):
        table.cell(1, at).text = text
    for down, row in enumerate(ROWS, start=2):
        for at, text in enumerate(row):
            table.cell(down, at).text = text


def text_of(*rows):
    return "\n".join([TITLE, UNIT, *rows]).encode()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (a_page(HEADS + ROWS), "a.html"),
        (a_document(), "a.docx"),
        (slides(), "a.pptx"),
        # copied out of a workbook, and out of Markdown: the upper headings leave cells empty
        (text_of("地区\t进出口总值\t\t出口总值", "\t1—9月\t同比（%）\t1—9月\t同比（%）",
                 *map("\t".join, ROWS)), "a.txt"),
        (text_of("|地区|进出口总值||出口总值||", "|---|---|---|---|---|",
                 "||1—9月|同比（%）|1—9月|同比（%）|", *map("|".join, ROWS)), "a.md"),
    ],
)  # fmt: skip
def test_headings_that_span_stand_over_each_of_their_columns(book, content, name):
    """They were put one beside the other: each number was read as that of its neighbour."""
    assert told(book, content, name) == READ


def test_an_empty_first_heading_is_a_heading(book):
    rows = [["", "进出口", "同比（%）"], ["渝北区", "1358.2", "持平"]]
    wanted = [
        "trade_value 500112 total level 1358.2 100M CNY 2026-01/2026-09",
        "trade_value 500112 total yoy unchanged percent 2026-01/2026-09 ?indicator",
    ]
    assert told(book, a_page(rows), "a.html") == wanted
    assert told(book, text_of(*map("\t".join, rows))) == wanted


@pytest.mark.parametrize(
    "rows",
    [
        # copied from a page without its empty cells: four headings over five columns
        ["地区\t进出口总值\t出口总值", "1—9月\t同比（%）\t1—9月\t同比（%）", *map("\t".join, ROWS)],
        ["进出口总值\t同比（%）\t出口总值\t同比（%）", *map("\t".join, ROWS)],
    ],
)
def test_columns_that_match_no_heading_are_left_open(book, rows):
    found = told(book, text_of(*rows))
    assert len(found) == 8
    for line in found:
        assert line.startswith("- ")
        assert line.endswith("?indicator ?measure ?period ?unit")


def test_a_row_that_lacks_a_cell_is_left_open(book):
    found = told(
        book,
        text_of("序号\t地区\t进出口\t出口", "1\t渝北区\t1358.2\t810.7", "合计\t6328.7\t4416"),
    )
    assert found[0] == "trade_value 500112 total level 1358.2 100M CNY 2026-01/2026-09"
    assert all(line.startswith("- CN-50 ") and "?measure" in line for line in found[2:])


def test_the_number_of_several_rows_is_none_of_theirs(book):
    heads = ["地区", "进出口", "位次"]
    rows = [heads, ["渝北区", ("1358.2", 1, 2), "3"], ["江津区", "4"], ["重庆市", "6328.7", "1"]]
    assert [line for line in told(book, a_page(rows), "a.html") if "level" in line] == [
        "trade_value CN-50 total level 6328.7 100M CNY 2026-01/2026-09"
    ]


def test_what_stands_over_rows_is_said_of_them(book):
    page = a_page([
        ["项目", "金额", "同比（%）"], [("一、出口", 3, 1)], ["一般贸易", "2103.7", "14.2"],
        [("进口", 1, 2), "一般贸易", "1021.6"], ["机电产品", "12.0"],
    ])  # fmt: skip
    assert told(book, page, "a.html")[:2] == [
        "trade_value CN-50 export regime=general level 2103.7 100M CNY 2026-01/2026-09",
        "trade_value CN-50 export regime=general yoy 14.2 percent 2026-01/2026-09",
    ]
    rows = [["流向", "方式", "金额"], [("进口", 1, 2), "一般贸易", "1021.6"], ["机电产品", "12.0"]]
    assert told(book, a_page(rows), "a.html") == [
        "trade_value CN-50 import regime=general level 1021.6 100M CNY 2026-01/2026-09",
        "trade_value CN-50 import product=electromechanical level 12.0 100M CNY 2026-01/2026-09",
    ]


def test_parts_below_a_part_are_of_the_same_whole_and_marked(book):
    """其中：一般贸易, and below it 机电产品 was read as a count of 产品, and of all trade."""
    text = text_of(
        "指标\t金额\t比上年增长（%）", "出口额\t5382.4\t8.5", "其中：一般贸易\t2103.7\t14.2",
        "机电产品\t2712.5\t-1.8", "进口额\t2624.4\t19.6",
    )  # fmt: skip
    parts = told(book, text)[2:]
    assert parts == [
        "trade_value CN-50 export regime=general level 2103.7 100M CNY 2026-01/2026-09 ?indicator",
        "trade_value CN-50 export regime=general yoy 14.2 percent 2026-01/2026-09 ?indicator",
        "trade_value CN-50 export product=electromechanical level 2712.5 100M CNY"
        " 2026-01/2026-09 ?flow ?indicator",
        "trade_value CN-50 export product=electromechanical yoy -1.8 percent"
        " 2026-01/2026-09 ?flow ?indicator",
        "trade_value CN-50 import level 2624.4 100M CNY 2026-01/2026-09",
        "trade_value CN-50 import yoy 19.6 percent 2026-01/2026-09",
    ]


@pytest.mark.parametrize(
    ("label", "column"),
    [("阿富汗", "breakdown"), ("汽车零配件", "breakdown"), ("江津综保区", "entity"),
     ("自行车出口", "breakdown")],
)  # fmt: skip
def test_what_the_heading_of_a_row_names_is_read_or_marked(book, label, column):
    unit = "（万辆）" if label.startswith("自行") else ""
    (line,) = told(book, text_of(f"项目\t进出口{unit}", f"{label}\t33.1"))
    assert f"?{column}" in line


@pytest.mark.parametrize("word", ["持平", "基本持平"])
def test_a_rate_that_is_no_change_is_a_rate(book, word):
    found = told(book, text_of("区县\t进出口\t进出口同比（%）", f"渝北区\t持平\t{word}"))
    assert found == ["trade_value 500112 total yoy unchanged percent 2026-01/2026-09"]


OWN_UNITS = ("项目\t2026年1—9月\t同比", "进出口总额\t6506.8亿元\t增长12%")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # cells that say their units were headings, and all of the table was lost
        ("进口\t约2419.5亿元\t下降3.5%",
         ["import level 2419.5 100M CNY", "import yoy -3.5 percent"]),
        ("出口\t3980亿元—3985亿元*\t↓0.2%",
         ["export level 3980 100M CNY", "export yoy -0.2 percent"]),
        ("出口\t5587.3亿元（推算）\t10.2%",
         ["export level 5587.3 100M CNY", "export yoy 10.2 percent"]),
        # merged over both columns: of neither
        ("出口\t5587.3亿元（合并）\t5587.3亿元（合并）", []),
    ],
)  # fmt: skip
def test_a_cell_may_say_its_own_unit(book, row, expected):
    total = ["total level 6506.8 100M CNY", "total yoy 12 percent"]
    lines = [f"trade_value CN-50 {line} 2026-01/2026-09" for line in (*total, *expected)]
    assert told(book, text_of("重庆外贸", *OWN_UNITS, row)) == lines


@pytest.mark.parametrize("heads", ["10亿元以上\t5亿元以下", "2025年\t12月", "27国\t一季度"])
def test_what_heads_a_column_is_no_number_with_a_unit(book, heads):
    found = told(book, text_of("重庆外贸", f"指标\t{heads}", "出口（亿元）\t3100.5\t2100.2"))
    assert [line.split()[4] for line in found] == ["3100.5", "2100.2"]


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        # what stands behind a number made that of no number, and the row one of headings
        ("5587.3①", "10.2↑", ["level 5587.3", "yoy 10.2"]),
        ("5,587.3 [1]", "↓10.2", ["level 5587.3", "yoy -10.2"]),
        ("5 587.3*", "- 10.2", ["level 5587.3", "yoy -10.2"]),
        ("5587.3（初步）", "约10.2", ["level 5587.3", "yoy 10.2"]),
        ("＞5587.3", "10.2注", ["level 5587.3", "yoy 10.2"]),
        # two numbers: the first is of the column, the other somebody must look at
        ("5587.3（+10.2%）", "3", ["level 5587.3", "10.2 ?measure", "yoy 3"]),
        ("5,587.3 / 10.2%", "3", ["level 5587.3", "10.2 ?measure", "yoy 3"]),
        ("5587.3亿元，增长10.2%", "3", ["level 5587.3", "yoy 10.2 ?value", "yoy 3"]),
        ("3/38", "3", ["level 3 ?value", "level 38 ?value", "yoy 3"]),
        # of another time than the column; up or down by somebody's habits
        ("5587.3（1月）", "3", ["level 5587.3 ?value", "yoy 3"]),
        # an estimate, and no note
        ("5587.3 (e)", "3", ["level 5587.3 ?value", "yoy 3"]),
        ("5587.3 (a)", "3", ["level 5587.3", "yoy 3"]),
        ("5587.3", "▲10.2", ["level 5587.3", "yoy 10.2 ?value"]),
        ("5587.3", "（10.2）", ["level 5587.3", "yoy 10.2 ?value"]),
    ],
)  # fmt: skip
def test_a_cell_has_more_than_its_number(book, amount, rate, expected):
    text = text_of("重庆外贸", "项目\t金额\t同比（%）", f"出口\t{amount}\t{rate}")
    known = re.compile("trade_value CN-50 export | (?:100M CNY|percent|2026-01/2026-09)")
    assert [known.sub("", line) for line in told(book, text)] == expected


def test_a_cell_that_is_not_read_is_said_to_be_there(book):
    text = text_of("重庆外贸", "项目\t金额\t同比（%）", "出口\t5587.3\t1.2 pct")
    left = read_article(article_text(text, "a.txt", "2026-11-20"), book).left
    assert [(item.text, item.reasons) for _, item in left][-1] == ("1.2 pct", ("这一格读不懂",))


@pytest.mark.parametrize(
    ("head", "period"),
    [("2025年（1—11月）", "2025-01/2025-11"), ("2025年（1—11月，亿元）", "2025-01/2025-11"),
     ("2025年（前三季度）", "2025-01/2025-09"), ("2025年(上半年)", "2025-01/2025-06"),
     ("2025年（11月）", "2025-11"), ("2025年（全年）", "2025"), ("2025年（含市级）", "2025")],
)  # fmt: skip
def test_a_year_with_its_months_in_brackets_is_of_those(book, head, period):
    """2025年（1—11月） was the year, and its cells so many months."""
    assert told(book, text_of(f"项目\t{head}", "出口\t5587.3")) == [
        f"trade_value CN-50 export level 5587.3 100M CNY {period}"
    ]


def test_a_percentage_in_a_column_of_money_is_marked(book):
    found = told(book, text_of("重庆外贸", "指标\t占比", "出口\t310.5亿元"))
    assert len(found) == 1
    assert "?" in found[0]


def test_a_row_without_numbers_is_no_row_of_headings(book):
    found = told(book, text_of("区县\t进出口\t同比（%）", "渝北区\t—\t持平", "江津区\t187.4\t16.9"))
    assert found[-1].startswith("trade_value 500116 total yoy 16.9 percent")


def test_what_sets_out_a_page_is_no_table_of_it(book):
    text = "2026年前三季度，重庆市进出口6328.7亿元，同比增长12.4%。" + "以上为初步统计。" * 20
    page = f"<table><tr><td>导航</td><td><p>{text}</p></td></tr></table>".encode()
    assert told(book, page, "a.html")[0].startswith("trade_value CN-50 total level 6328.7")


def test_cells_that_span_do_not_make_a_file_large():
    cell = f"<td colspan=1000 rowspan=65534>{'字' * 100}</td>"
    table = f"<table><tr>{cell}<td>1</td></tr>{'<tr></tr>' * 50}</table>"
    with pytest.raises(DataError, match=str(TEXT_MOST)):
        article_text((table * 200).encode(), "a.html")


def test_years_and_units_over_columns_are_headings(book):
    found = told(
        book,
        text_of("指标\t2024\t2025\t同比", "计量单位\t亿元\t亿元\t%", "进出口\t7154\t8006\t11.9"),
    )
    assert found == [
        "trade_value CN-50 total level 7154 100M CNY 2024",
        "trade_value CN-50 total level 8006 100M CNY 2025",
        "trade_value CN-50 total yoy 11.9 percent 2025",
    ]


@pytest.mark.parametrize("label", ["服务贸易进出口", "进出口差额", "贸易顺差", "民间投资"])
def test_a_row_of_another_thing_is_left_open(book, label):
    (line,) = told(book, text_of("项目\t金额", f"{label}\t33.1"))
    assert line.startswith("- CN-50 level 33.1")
    assert "?indicator" in line


def test_what_only_the_title_says_is_marked(book):
    """Goods in rows, amounts in columns: that they are exports stands above the table."""
    text = "2026年1—9月重庆市出口主要商品\n单位：亿元\n商品\t金额\n笔记本电脑\t988.3".encode()
    assert told(book, text) == [
        "trade_value CN-50 export product=laptop level 988.3 100M CNY"
        " 2026-01/2026-09 ?flow ?indicator"
    ]
