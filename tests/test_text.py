"""Any Chinese text against the book's data: what holds, what does not, what can't be told."""

from __future__ import annotations

import io

import docx
import pptx
import pytest
from conftest import ROOT
from text_corpus import mutants, true_sentences, verdict_of

from cqbook import cli
from cqbook.data.catalog import Catalog
from cqbook.errors import DataError
from cqbook.intake import article_text
from cqbook.intake.article_names import Names
from cqbook.intake.text_standing import (
    FAILS,
    HOLDS,
    NOT_IN_BOOK,
    NOT_READ,
    OTHERWISE,
    check_text,
    verdicts_zh,
)

#: A row of the book that tests stand on: total trade of the place in 2025, its growth and flows.
TRUE = "2025年，重庆进出口总值8006.8亿元，增长12%，其中出口5587.3亿元，进口2419.5亿元。"


@pytest.fixture(scope="module")
def names():
    return Names(Catalog(ROOT / "data"))


def verdicts(text, names, name="x.txt"):
    content = text.encode() if isinstance(text, str) else text
    return [item.verdict for item in check_text(content, name, names, "2026-11")]


#: A sentence, and what is said to each of its figures.
SAID = {
    TRUE: [HOLDS] * 4,
    TRUE.replace("8006.8", "9006.8"): [FAILS, HOLDS, HOLDS, HOLDS],
    TRUE.replace("8006.8亿", "8006.8万"): [FAILS, HOLDS, HOLDS, HOLDS],
    TRUE.replace("增长", "下降"): [HOLDS, FAILS, HOLDS, HOLDS],
    # 12% may have been 11.9%
    TRUE.replace("增长", "增长近"): [HOLDS, NOT_READ, HOLDS, HOLDS],
    TRUE.replace("增长", "增长近1"): [HOLDS, FAILS, HOLDS, HOLDS],
    TRUE.replace("12%", "12倍"): [HOLDS, FAILS, HOLDS, HOLDS],
    TRUE.replace("8006.8", "超8000"): [HOLDS] * 4,
    TRUE.replace("8006.8", "近8000"): [FAILS, HOLDS, HOLDS, HOLDS],
    # true, and nobody says it of eight hundred thousand million
    TRUE.replace("8006.8", "超80"): [FAILS, HOLDS, HOLDS, HOLDS],
    TRUE.replace("出口5587.3亿元，进口2419.5", "进口5587.3亿元，出口2419.5"): [
        *(HOLDS, HOLDS, FAILS, FAILS)
    ],
    TRUE.replace("8006.8", "８，００６．８"): [HOLDS] * 4,
    "2025年，重庆汽车产量129.6万辆。": [OTHERWISE],
    "2022年涪陵区审批办理时间不到1周。": [HOLDS],
    "2022年涪陵区审批办理时间不到5周。": [FAILS],
    "2025年，四川进出口总值8006.8亿元。": [OTHERWISE],
    "2019年，重庆市笔记本电脑进口数量5194.4万台。": [OTHERWISE],
    "机电产品占重庆2025年出口额的比重为88.8%。": [HOLDS],
    "重庆2031年进出口总值1234.5亿元。": [NOT_IN_BOOK],
    "全市种树35株，用工44。": [NOT_READ, NOT_READ],
    "第12章 今年天气不错。": [],
    "1. 重庆2025年进出口总值8006.8亿元。": [HOLDS],
}


@pytest.mark.parametrize(("text", "told"), SAID.items(), ids=[text[:24] for text in SAID])
def test_what_is_said_to_a_sentence(names, text, told):
    assert verdicts(text, names) == told


@pytest.mark.parametrize(
    "said",
    ["中国（重庆）自贸试验区进出口", "重庆口岸进出口", "重庆保税区进出口", "重庆主城区进出口",
     "重庆渝东北片区进出口", "重庆开放平台进出口", "重庆规上企业进出口", "重庆边境贸易进出口",
     "重庆进出口货运量", "重庆进出口税收", "重庆进出口企业", "重庆进出口未达到", "重庆进出口距",
     "重庆月均进出口"],
)  # fmt: skip
def test_what_is_not_understood_does_not_hold(names, said):
    """The city's number was said to hold for each of them."""
    assert HOLDS not in verdicts(f"2025年，{said}8006.8亿元。", names)


@pytest.mark.parametrize(
    "said",
    ["2025年重庆对美出口5587.3亿元", "2025年，重庆服务外包出口5587.3亿元",
     "2025年，重庆劳动密集型产品出口5587.3亿元", "2025年，重庆经长江水道运输32.77万标箱"],
)  # fmt: skip
def test_another_thing_does_not_hold(names, said):
    assert HOLDS not in verdicts(f"{said}。", names)


@pytest.mark.parametrize(
    "when", ["2025年末", "2025年初", "2025年春节期间", "2025年以前", "2025年当月"]
)
def test_another_time_does_not_hold(names, when):
    assert verdicts(f"{when}，重庆进出口8006.8亿元。", names) != [HOLDS]


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ("2022年，重庆进出口8158.4亿元，2023年升至7137.4亿元。", False),
        ("2022年，重庆进出口8158.4亿元，2023年降至7137.4亿元。", True),
        ("重庆进出口由2022年的8158.4亿元增长到2023年的7137.4亿元。", False),
        ("2024年重庆进出口7154.2亿元，2025年回落到8006.8亿元。", False),
        ("2024年重庆进出口7154.2亿元，2025年回升到8006.8亿元。", True),
    ],
)
def test_a_fall_is_no_rise(names, told, holds):
    assert verdicts(told, names) == [HOLDS, HOLDS if holds else FAILS]


@pytest.mark.parametrize("step", ["重上", "重返", "跨上", "迈上", "重新站上"])
def test_a_step_that_was_reached_is_a_limit(names, step):
    assert verdicts(f"2025年，重庆进出口{step}8000亿元台阶。", names) == [HOLDS]
    assert verdicts(f"2025年，重庆进出口{step}9000亿元台阶。", names) == [FAILS]


def test_the_amount_of_a_year_that_another_is_short_of(names):
    said = "2025年重庆进出口8006.8亿元，距2022年的8158.4亿元仅一步之遥。"
    assert FAILS not in verdicts(said, names)


@pytest.mark.parametrize("how", ["按美元计", "扣除价格因素"])
def test_a_rate_on_another_basis_does_not_hold(names, how):
    assert verdicts(f"2025年，重庆进出口8006.8亿元，{how}增长12%。", names) == [HOLDS, NOT_READ]


@pytest.mark.parametrize(
    "said",
    ["2025年，重庆外贸进出口总值达到", "2025年，全市货物贸易进出口总额首次达到",
     "2025年全年，我市实现进出口", "据重庆海关统计，2025年重庆市进出口总值为",
     "记者获悉，2025年重庆进出口规模已达", "2025年度重庆市外贸进出口额共计"],
)  # fmt: skip
def test_words_that_limit_nothing_are_no_doubt(names, said):
    assert verdicts(f"重庆。{said}8006.8亿元。", names) == [HOLDS]


def test_what_the_book_has_is_told_with_its_source(names):
    (found, *_) = check_text(TRUE.replace("8006.8", "9006.8").encode(), "x.txt", names)
    assert "8006.8亿元" in found.detail
    assert "据" in found.detail
    assert found.rows
    (moved,) = check_text("2025年四川进出口总值8006.8亿元。".encode(), "x.txt", names)
    assert moved.detail.startswith("主体不同")
    assert "重庆市" in moved.detail


def in_word():
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph(TRUE)
    made.save(out)
    return out.getvalue()


def in_slides():
    made, out = pptx.Presentation(), io.BytesIO()
    slide = made.slides.add_slide(made.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, 9, 9).text_frame.text = TRUE
    table = slide.shapes.add_table(2, 2, 0, 0, 9, 9).table
    cells = ("指标", "2025年（亿元）", "重庆进出口总值", "8006.8")
    for cell, text in zip(table.iter_cells(), cells, strict=True):
        cell.text = text
    made.save(out)
    return out.getvalue()


def test_documents_of_all_kinds_are_read(names):
    assert verdicts(in_word(), names, "x.docx") == [HOLDS] * 4
    assert verdicts(in_slides(), names, "x.pptx") == [HOLDS] * 5
    assert verdicts(f"# 月报\n\n**{TRUE}**", names, "x.md") == [HOLDS] * 4
    with pytest.raises(DataError, match=r"x\.png"):
        check_text(b"", "x.png", names)
    with pytest.raises(DataError, match="--date"):
        check_text(TRUE.encode(), "x.txt", names, "yesterday")


def test_rows_of_a_page_without_their_headings_are_not_read(names, monkeypatch):
    """A PDF has the words of a table and not its columns; and spaces around numbers."""
    page = "\n".join(
        [
            "2025 年，重庆进出口总值 8006.8 亿元；出口",
            "·2025 年：5587.3 亿元。",
            "项目 进出口 出口 进口",
            "2025 年 8006.8 亿元 2419.5 亿元 5587.3 亿元",
            "这一行比别的都长，页面上的文字到这里才满一行，于是下一行接着它，读的时候连在一起。",
        ]
    )
    monkeypatch.setattr(article_text, "properties_and_text", lambda _: ([], page))
    assert verdicts(b"", names, "x.pdf") == [HOLDS] * 2 + [NOT_READ] * 3


def test_nothing_found_is_never_a_pass(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    path = tmp_path / "x.md"
    for text, code in ((TRUE, 0), (TRUE.replace("12%", "13%"), 1), ("今天天气很好。", 1)):
        path.write_text(text, encoding="utf-8")
        assert cli.main(["verify", "--text", str(path)]) == code
    assert "没有读出数" in capsys.readouterr().out
    assert verdicts_zh([]).startswith("没有读出数")


def test_true_sentences_hold_and_altered_ones_do_not(names):
    """A part of the corpus; all of it is measured by `tests/text_corpus.py`."""
    sentences = list(true_sentences(names.book, 80))
    held = [verdict_of(item.text, names) == HOLDS for item in sentences]
    assert sum(held) >= 0.95 * len(held)
    altered = [
        found[place % len(found)]
        for place, sentence in enumerate(sentences)
        if (found := list(mutants(sentence)))
    ]
    assert len({item.altered for item in altered}) >= 5
    passed = [item.text for item in altered if verdict_of(item.text, names) == HOLDS]
    assert len(passed) <= len(altered) / 50, passed
