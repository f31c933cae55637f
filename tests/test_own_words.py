"""What somebody writes beside what was quoted of the book: other numbers, boasts, roundings."""

from __future__ import annotations

import re

import docx
import pptx
import pytest
from lxml import etree
from test_brief import built, edition, first, second

from cqbook import cli
from cqbook.citing import briefing, powerpoint, verify
from cqbook.citing.alike import bare, surroundings
from cqbook.citing.cited import Passage
from cqbook.citing.marks import NumberMark, number_mark
from cqbook.citing.own_words import in_own_words, unasked_lines
from cqbook.citing.readers.office_parts import A
from cqbook.citing.readers.office_slides import in_order
from cqbook.citing.rounded import is_rounded
from cqbook.citing.updating.numbers import number_boxes
from cqbook.citing.word import to_docx
from cqbook.editions import store

__all__ = ["built", "edition", "first", "second"]

QUOTED = "# 月报\n\n2025年，全市进出口{{ trade.total }}。民营企业占进出口的{{ trade.share }}。\n\n"


def told(capsys, built, folder, sentence, form="docx"):
    """What `verify` says of a briefing with a sentence of one's own, and its exit code."""
    blocks = briefing.blocks_of_markdown(f"{QUOTED}{sentence}\n")
    write = {"docx": to_docx, "pptx": powerpoint.to_pptx}[form]
    path = folder / f"month.{form}"
    path.write_bytes(write(blocks, store.find(built, "2026-11")))
    return asked(capsys, built, path)


def asked(capsys, built, path):
    code = cli.main(["--root", str(built), "verify", str(path), "--against", "2026-11"])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_a_briefing_that_nobody_touched_stands(capsys, built, tmp_path, form):
    # two sentences in one paragraph: on slides each number was said to stand among other words
    code, out = told(capsys, built, tmp_path, "", form)
    assert (code, out.count("仍然成立")) == (0, 2)
    assert "自己的话" not in out


@pytest.mark.parametrize(
    ("sentence", "number", "of_the_book"),
    [
        ("2025年重庆进出口达到8506.8亿元。", "8506.8亿元", "8006.8亿元"),
        ("2025年，重庆进出口同比增长15%。", "同比增长15%", "12%"),
        ("2025年，重庆出口2419.5亿元。", "2419.5亿元", "5587.3亿元"),
        ("- 2025年，重庆进出口总值同比下降12%。", "同比下降12%", "12%"),
    ],
)
def test_a_number_of_ones_own_that_the_book_has_otherwise_is_told(
    capsys, built, tmp_path, sentence, number, of_the_book
):
    code, out = told(capsys, built, tmp_path, sentence)
    (line,) = [line for line in out.splitlines() if "与书中的数不同" in line]
    assert code == 1
    assert line.startswith(f"没有比对　自己的话　“{number}”")
    assert of_the_book in line


HEADS = ("指标", "2025年", "同比")
TRADE, EXPORT = ("进出口", "8006.8亿元", "增长12%"), ("出口", "5587.3亿元", "10.2%")


def with_table(rows, form):
    """A document with a table of one's own at its end."""

    def change(path):
        if form == "docx":
            opened = docx.Document(str(path))
            table = opened.add_table(len(rows), len(rows[0]))
        else:
            opened = pptx.Presentation(str(path))
            shapes = opened.slides[len(opened.slides) - 1].shapes
            table = shapes.add_table(len(rows), len(rows[0]), 0, 0, 10**6, 10**6).table
        for place, row in enumerate(rows):
            for at, text in enumerate(row):
                table.cell(place, at).text = text
        opened.save(str(path))

    return change


@pytest.mark.parametrize("form", ["docx", "pptx"])
@pytest.mark.parametrize(
    ("rows", "wrong", "unread"),
    [
        ((HEADS, TRADE, EXPORT), [], ""),
        ((HEADS, EXPORT, TRADE), [], ""),
        ((HEADS, ("进出口", "8506.8亿元", "增长12%"), EXPORT), ["进出口：8506.8亿元"], ""),
        ((HEADS, ("进口", "5587.3亿元", "10.2%"), EXPORT), ["进口：5587.3亿元", "进口：10.2%"], ""),
        # how much of what is said nowhere
        ((HEADS[:2], ("进出口", "8506.8"), EXPORT[:2]), [], "8506.8"),
    ],
)
def test_a_table_of_ones_own_is_asked_cell_by_cell(
    capsys, built, tmp_path, form, rows, wrong, unread
):
    told(capsys, built, tmp_path, "", form)
    path = tmp_path / f"month.{form}"
    with_table(rows, form)(path)
    code, out = asked(capsys, built, path)
    assert re.findall("自己的话　“(.+?)”与书中的数不同", out) == wrong
    assert code == (1 if wrong else 0)
    assert re.findall("自己的表里的数.+?没有核对：“(.+?)”", out) == [unread] * bool(unread)


@pytest.mark.parametrize("form", ["docx", "pptx"])
@pytest.mark.parametrize(
    "sentence",
    ["2024年，重庆进出口8006.8亿元。", "2025年，四川进出口8006.8亿元。",
     "2025年前三季度，重庆进出口8006.8亿元。", "预计2026年，重庆进出口8006.8亿元。"],
)  # fmt: skip
def test_a_number_that_is_quoted_elsewhere_is_asked_all_the_same(
    capsys, built, tmp_path, form, sentence
):
    code, out = told(capsys, built, tmp_path, sentence, form)
    assert code == 1
    assert re.findall("自己的话　“(.+?)”与书中的数不同", out) == ["8006.8亿元"]


def test_a_limit_is_no_other_number_of_the_book(capsys, built, tmp_path):
    # 41.2 % of 2020 is more than a third too
    code, out = told(capsys, built, tmp_path, "2025年重庆笔记本电脑出口占出口总值三分之一以上。")
    assert (code, "与书中的数不同" in out) == (0, False)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        # the year is said nowhere
        ("重庆进出口8060.8亿元。", "自己的话里的数，书中没有或读不准，没有核对：“8060.8亿元”"),
        ("全市外贸创历史新高，稳居西部前列。", "书不能核对：“全市外贸创历史新高”；“稳居西部前列”"),
        ("五年间出口翻了两番。", "书不能核对：“五年间出口翻了两番”"),
    ],
)
def test_what_the_book_can_not_be_asked_is_named_and_fails_nothing(
    capsys, built, tmp_path, sentence, line
):
    code, out = told(capsys, built, tmp_path, sentence)
    assert line in out
    assert code == 0


@pytest.mark.parametrize(
    "sentence",
    ["2025年重庆出口5587.3亿元，同比增长10.2%。", "第一季度的数还没有公布。", "以下先说总体。"],
)
def test_right_numbers_and_plain_words_are_passed_over(capsys, built, tmp_path, sentence):
    code, out = told(capsys, built, tmp_path, sentence)
    assert code == 0
    assert "自己的话" not in out


PRINTED = "重庆进出口里，民营企业的份额从2019年的约33.1%升到2025年的48%，其间2024年比2022年低"
AT = (("fig-trade-who", "2026-11"),)


@pytest.mark.parametrize(
    ("text", "role", "kind"),
    [
        # words of the book's title were struck, and none added
        ("图2　民营企业份额升到48%", "text", "the book's"),
        ("民营企业的份额从约33.1%升到2025年的48%", "heading", "the book's"),
        ("图2　民营企业份额升到84%", "text", "a title"),
        ("图2　民营企业份额降到48%", "text", "a title"),
        ("图2　外资企业份额升到48%", "text", "a title"),
        ("民营企业的份额从48%升到约33.1%", "heading", "a title"),
        # part of a number is none
        ("图2　民营企业份额升到8%", "text", "a title"),
        ("民营企业的份额升到84%，值得注意。", "text", "own"),
    ],
)
def test_a_title_of_ones_own_is_asked_for_every_number(text, role, kind):
    words = in_own_words([Passage(text, AT, AT, role, AT)], [PRINTED], [], [("48%", "")])
    assert bool(words.own) is (kind != "the book's")
    assert bool(words.titles) is (kind == "a title")
    # what a paragraph has as the book's mark has it is asked there
    assert words.says_itself(1, "升到48%") is (kind == "a title")
    assert words.says_itself(1, "84%") is (kind != "the book's")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Private firms’ share rose to 48% in 2025", True),
        ("图2　Private firms: from 33.1% to 48%", True),
        ("Private firms’ share rose to 84% in 2025", False),
        ("图2　Private firms’ share: 8%", False),
        ("Who trades", True),
    ],
)
def test_a_title_of_ones_own_without_a_number_is_listed():
    """It stood over a chart that says the contrary, and no line said so."""
    text = "图3　汽车出口的增量主要在上半年"
    words = in_own_words([Passage(text, AT, AT, "text", AT)], [PRINTED], [], [])
    assert list(unasked_lines(words, [], [])) == [
        f"自己的图题，书里没有，没有核对：“{text}” | titles of your own: 1"
    ]


def test_a_title_in_english_has_no_number_that_the_book_does_not_print(text, known):
    words = in_own_words([Passage(text, AT, AT, "heading", AT)], [PRINTED], [], [])
    assert words.foreign == (() if known else (text,))


def test_a_caption_that_says_what_the_figure_does_not_fails(capsys, built, first, tmp_path):
    blocks = briefing.blocks_of_figures([first.id])
    path = tmp_path / "month.docx"
    path.write_bytes(to_docx(blocks, store.find(built, "2026-11")))
    assert asked(capsys, built, path)[0] == 0
    opened = docx.Document(path)
    (caption,) = [item for item in opened.paragraphs if item.text.startswith("图")]
    caption.runs[-1].text = "　民营企业的份额升到84%"
    opened.save(path)
    code, out = asked(capsys, built, path)
    assert code == 1
    assert "没有比对　自己的话　“升到84%”在图题里" in out
    caption.runs[-1].text = "　Private firms: 84%"
    opened.save(path)
    code, out = asked(capsys, built, path)
    assert code == 1
    assert "Private firms: 84%”在图题里" in out


@pytest.mark.parametrize(
    ("said", "held", "is_one"),
    [
        ("8007亿元", "8006.8亿元", True),
        ("约8000亿元", "8006.8亿元", True),
        ("0.80万亿元", "8006.8亿元", True),
        ("超8000亿元", "8006.8亿元", True),
        ("近一半", "48%", True),
        ("约48%", "48%", True),
        ("增长一成二", "增长12%", True),
        ("增长百分之十二", "增长12%", True),
        ("8006亿元", "8006.8亿元", False),
        ("约8100亿元", "8006.8亿元", False),
        ("约8400亿元", "8400.1亿美元", False),
        ("0.81万亿元", "8006.8亿元", False),
        # true, and nobody says it of that
        ("超80亿元", "8006.8亿元", False),
        ("近8000亿元", "8006.8亿元", False),
        ("8006.8万元", "8006.8亿元", False),
        ("超48%", "48%", False),
        ("下降12%", "增长12%", False),
        ("增长12个百分点", "增长12%", False),
        # finer than the book knows
        ("92.4%", "约92.4%", False),
        ("1100亿元", "超1100亿元", False),
        ("民营企业占一半", "48%", False),
        ("80068000万元", "8006.8亿元", True),
        ("17300亿元", "1.73万亿元", True),
        ("80069000万元", "8006.8亿元", False),
        ("32.77万TEU", "32.77万标箱", True),
        ("1522亿元", "1521.5亿元", True),
        ("1521亿元", "1521.5亿元", False),
        ("12.0%", "12%", False),
    ],
)
def test_what_is_a_rounding(said, held, is_one):
    assert is_rounded(said, held) is is_one


def test_a_rounded_number_stands_and_says_what_of(capsys, built, tmp_path):
    told(capsys, built, tmp_path, "")
    opened = docx.Document(tmp_path / "month.docx")
    (run,) = [
        run for item in opened.paragraphs for run in item.runs
        if run.text == "8006.8亿元" and item.text.startswith("2025年，")
    ]  # fmt: skip
    run.text = "约8000亿元"
    opened.save(tmp_path / "month.docx")
    code, out = asked(capsys, built, tmp_path / "month.docx")
    assert code == 0
    assert "“约8000亿元”是“8006.8亿元”的取整" in out


@pytest.mark.parametrize(
    "text",
    [
        "2025年，进出口8006.8亿元，增长12%。民营企业占48%；外资占三成！",
        "共8,006.8亿元　增长12%。其中：出口 5587.3 亿元。",
        "In 2025, trade was 8,006.8. Exports rose 10.2%.",
    ],
)
def test_what_stands_around_a_number_is_the_same_in_a_bare_text(text):
    numbers = [found.span() for found in re.finditer(r"\d+(?:[,.]\d+)*%?", text)]
    plain = bare(text)
    there = [found.span() for found in re.finditer(r"\d+(?:\.\d+)?%?", plain)]
    assert len(numbers) == len(there) > 2
    for one, other in zip(numbers, there, strict=True):
        assert surroundings(text, *one, numbers) == surroundings(plain, *other, there)


@pytest.mark.parametrize(
    "when",
    ["2025年上半年", "2025年一季度", "2025年前三个季度", "2025年首季", "2025年头十个月",
     "2025年前五月", "2025年以来", "2025年末", "2025年当月", "自2025年起每年", "2025年春节期间",
     "2025年累计"],
)  # fmt: skip
def test_of_how_much_of_a_year_a_number_is_is_told(when):
    """All of these passed: only years and months in digits were looked at."""
    text, changed = "2025年，全市进出口8006.8亿元。", f"{when}，全市进出口8006.8亿元。"
    one, other = (surroundings(it, it.index("8006"), it.index("。")) for it in (text, changed))
    assert one != other


@pytest.mark.parametrize(
    ("text", "changed"),
    [("进出口同比增长12%。", "进出口比上年增长12%。"), ("进出口增长12%。", "进出口也仅增长12%。"),
     ("出口8006.8亿元，同比增长12%。", "出口8006.8亿元，较去年同期增长12%。")],
)  # fmt: skip
def test_words_for_one_thing_are_no_change(text, changed):
    one, other = (surroundings(it, it.index("增长12"), it.index("。")) for it in (text, changed))
    assert one == other


@pytest.mark.parametrize(
    ("ahead", "same"),
    [("全国，", False), ("四川省方面，", False), ("民营企业中，", False), ("对东盟，", False),
     ("据预测，", False), ("其中，", True), ("据海关统计，", True), ("此外，", True)],
)  # fmt: skip
def test_a_clause_before_a_number_may_say_of_what_it_is(ahead, same):
    text, changed = "增长12%。出口5587.3亿元。", f"增长12%。{ahead}出口5587.3亿元。"
    one, other = (surroundings(it, at := it.index("5587"), at + 8) for it in (text, changed))
    assert (one == other) is same


@pytest.mark.parametrize(
    ("behind", "same"),
    [
        ("（见图1）", True),
        ("（图12所示）", True),
        ("（表3）", True),
        ("（按美元计）", False),
        ("（初步核算数）", False),
        ("（占图1的三成）", False),
    ],
)
def test_where_to_look_is_nothing_of_a_number(behind, same):
    text, changed = "进出口8006.8亿元，增长12%。", f"进出口8006.8亿元{behind}，增长12%。"
    assert (surroundings(text, 3, 10) == surroundings(changed, 3, 10)) is same


CLAIM = "今年8006.8亿元，离高点还差152亿元。"
MARKS = [NumberMark(name, text, "2026-11", "", 0) for name, text in (
    ("trade.total", "8006.8亿元"), ("trade.growth", "增长12%"), ("claim:trade.below", CLAIM)
)]  # fmt: skip


def test_a_number_that_was_rewritten_and_stands_again_below_moves_no_other():
    # its copy in the sentence below was taken for it, and what is between was not found
    found = list(in_order(MARKS, ["进出口约8007亿元，增长12%。", CLAIM]))
    assert [bare(item.text) for item in found] == ["约8007亿元", "增长12%", bare(CLAIM)]
    # of two that were exchanged one is none
    found = list(in_order(MARKS, ["增长12%，进出口8006.8亿元。", CLAIM]))
    assert sum(bool(item.text) for item in found) == 2


def test_an_update_writes_each_number_where_it_stands():
    box = etree.fromstring(
        f"""<p:sp xmlns:p="x" xmlns:a="{A[1:-1]}"><p:nv><p:c/></p:nv><p:txBody>
        <a:p><a:r><a:t>进出口约8007亿元，增长12%。</a:t></a:r></a:p>
        <a:p><a:r><a:t>{CLAIM}</a:t></a:r></a:p></p:txBody></p:sp>"""
    )
    marks = "；".join(number_mark(item.name, item.text, item.edition) for item in MARKS)
    box[0][0].set("name", marks)
    (found,) = number_boxes(box)
    assert [item and item.text for item in found.placed] == [None, "增长12%", CLAIM]


def test_the_numbers_of_a_page_are_listed_by_name(capsys, built):
    words = ["--root", str(built), "cite", "trade", "--edition", "2026-11"]
    assert cli.main(words) == 0
    assert capsys.readouterr().out == "{{ trade.total }}　8006.8亿元\n{{ trade.share }}　48%\n"
    words[3] = "trade.share"
    assert cli.main(words) == 0
    assert capsys.readouterr().out == "{{ trade.share }}　48%\n"
    words[3] = "trad"
    assert cli.main(words) == 1


def test_an_edition_that_is_not_at_hand_is_told_once():
    here = verify.Standing("number", "trade.total", "2026-11", verify.STANDS, "8006.8亿元")
    gone = [
        verify.Standing(kind, f"x{place}", "2025-01", verify.UNKNOWN, verify.NOT_AT_HAND)
        for place, kind in enumerate(("number", "figure", "table"))
    ]
    assert list(verify.report([gone[0], here, *gone[1:]])) == [
        "仍然成立　数 trade.total（版次 2026-11）　8006.8亿元",
        "版次不详　3处（版次 2025-01）　手边没有这个版次，无从核对",
    ]
