"""Printed figures are read wholly or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cqbook.quantities.printed import read_printed, spans
from cqbook.quantities.quantity import printed_zh
from cqbook.quantities.units import Unit, convert

READ = {
    "8158.4亿元": ("8158.4", "", "100M CNY", "as_rounded", ""),
    "8158.40亿元": ("8158.40", "", "100M CNY", "as_rounded", ""),
    "１，２３４．５万美元": ("1234.5", "", "10k USD", "as_rounded", ""),
    "1,234,567元": ("1234567", "", "CNY", "as_rounded", ""),
    "12.3 亿美元": ("12.3", "", "100M USD", "as_rounded", ""),
    "增长2.5%": ("2.5", "", "percent", "as_rounded", "yoy"),
    "同比增长2.5％": ("2.5", "", "percent", "as_rounded", "yoy"),
    "下降3.1%": ("-3.1", "", "percent", "as_rounded", "yoy"),
    "下降超5%": ("-5", "", "percent", "over", "yoy"),
    "增长1.3倍": ("1.3", "", "times", "as_rounded", "yoy"),
    "1.3倍": ("1.3", "", "times", "as_rounded", "multiple"),
    "近10倍": ("10", "", "times", "nearly", "multiple"),
    "约3万辆": ("3", "", "10k vehicles", "about", ""),
    "3万辆左右": ("3", "", "10k vehicles", "about", ""),
    "超过9万辆": ("9", "", "10k vehicles", "over", ""),
    "突破9万辆": ("9", "", "10k vehicles", "over", ""),
    "4.2万多辆": ("4.2", "", "10k vehicles", "more_than", ""),
    "20余万件": ("20", "", "10k pieces", "more_than", ""),
    "3500多家": ("3500", "", "enterprises", "more_than", ""),
    "10%以上": ("10", "", "percent", "at_least", ""),
    "不到5%": ("5", "", "percent", "under", ""),
    "3—4台": ("3", "4", "units", "as_rounded", ""),
    "3-4台": ("3", "4", "units", "as_rounded", ""),
    "基本持平": ("", "", "percent", "unchanged", "yoy"),
    "提高0.8个百分点": ("0.8", "", "percentage points", "as_rounded", "pp_change"),
    "占36.2%": ("36.2", "", "percent", "as_rounded", "share"),
    "增长200亿元": ("200", "", "100M CNY", "as_rounded", "difference"),
    # what newspapers print every day
    "近三成": ("30", "", "percent", "nearly", ""),
    "超7成": ("70", "", "percent", "over", ""),
    "占比超九成": ("90", "", "percent", "over", "share"),
    "占比过半": ("50", "", "percent", "over", "share"),
    "三成五": ("35", "", "percent", "about", ""),
    "同比增长近三成": ("30", "", "percent", "nearly", "yoy"),
    "逾七千亿元": ("7000", "", "100M CNY", "over", ""),
    "七千多亿元": ("7000", "", "100M CNY", "more_than", ""),
    "两千三百亿元": ("2300", "", "100M CNY", "about", ""),
    "超百亿元": ("100", "", "100M CNY", "over", ""),
    "突破万亿元": ("1", "", "1T CNY", "over", ""),
    "翻一番": ("100", "", "percent", "about", "yoy"),
    "翻了两番": ("300", "", "percent", "about", "yoy"),
    "同比持平": ("", "", "percent", "unchanged", "yoy"),
    "4138.2亿元人民币": ("4138.2", "", "100M CNY", "as_rounded", ""),
    "人民币3亿元": ("3", "", "100M CNY", "as_rounded", ""),
    "2100.5億元": ("2100.5", "", "100M CNY", "as_rounded", ""),
    "占比46.5%": ("46.5", "", "percent", "as_rounded", "share"),
    "增3.1%": ("3.1", "", "percent", "as_rounded", "yoy"),
    "降3.1%": ("-3.1", "", "percent", "as_rounded", "yoy"),
    "降幅达3.1%": ("-3.1", "", "percent", "as_rounded", "yoy"),
    "减少约3.1个百分点": ("-3.1", "", "percentage points", "about", "pp_change"),
    "下降3%—5%": ("-5", "-3", "percent", "as_rounded", "yoy"),
    "萎缩3.1%": ("-3.1", "", "percent", "as_rounded", "yoy"),
    "负增长3.1%": ("-3.1", "", "percent", "as_rounded", "yoy"),
    "下降幅度为3.1%": ("-3.1", "", "percent", "as_rounded", "yoy"),
    "较上年同期少3.1%": ("-3.1", "", "percent", "as_rounded", "yoy"),
    "比上年增长近三成": ("30", "", "percent", "nearly", "yoy"),
    "环比增长4.8%": ("4.8", "", "percent", "as_rounded", "pct_change"),
    "比年初增长4.8%": ("4.8", "", "percent", "as_rounded", "pct_change"),
    "两年平均增长4.8%": ("4.8", "", "percent", "as_rounded", "annual_average"),
    "占比超过一半": ("50", "", "percent", "over", "share"),
    "近半": ("50", "", "percent", "nearly", ""),
    "五成多": ("50", "", "percent", "more_than", ""),
    "百分之四十六点五": ("46.5", "", "percent", "as_rounded", ""),
    "一点二万亿元": ("1.2", "", "1T CNY", "as_rounded", ""),
    "1万3千辆": ("1.3", "", "10k vehicles", "as_rounded", ""),
    "4138.2亿人民币": ("4138.2", "", "100M CNY", "as_rounded", ""),
    "4138.2亿元（人民币）": ("4138.2", "", "100M CNY", "as_rounded", ""),
    "首次突破万亿元": ("1", "", "1T CNY", "over", ""),
    "迈上万亿元台阶": ("1", "", "1T CNY", "at_least", ""),
    "首破7000亿元": ("7000", "", "100M CNY", "over", ""),
    "低于5%": ("5", "", "percent", "under", ""),
    "不低于6%": ("6", "", "percent", "at_least", ""),
    "少于100家": ("100", "", "enterprises", "under", ""),
    "约合582.5亿美元": ("582.5", "", "100M USD", "about", ""),
    "是上年同期的2.3倍": ("2.3", "", "times", "as_rounded", "multiple"),
    "与2021年基本持平": ("", "", "percent", "unchanged", "yoy"),
    # a level that was reached, by whatever way
    "达3.1%": ("3.1", "", "percent", "as_rounded", ""),
    "增至2100.5亿元": ("2100.5", "", "100M CNY", "as_rounded", ""),
    "下降到31%": ("31", "", "percent", "as_rounded", ""),
    "年均增长6.5%": ("6.5", "", "percent", "as_rounded", "annual_average"),
    "万亿元级": ("1", "", "1T CNY", "magnitude", ""),
    "3000亿元级": ("3000", "", "100M CNY", "magnitude", ""),
    "第四": ("4", "", "rank", "as_rounded", "rank"),
    "第12位": ("12", "", "rank", "as_rounded", "rank"),
}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text):
    found = read_printed(text)
    assert (
        found.value,
        found.value_upper,
        found.unit,
        found.qualifier,
        found.measure,
    ) == READ[text]


@pytest.mark.parametrize(
    ("text", "unit", "word"),
    [
        ("1,23亿元", "", "读不懂"),
        ("由负转正", "", "读不懂"),
        ("不超过5%", "", "读不懂"),
        ("降幅收窄3.1个百分点", "", "读不懂"),
        ("成", "", "读不懂"),
        ("几千亿元", "", "读不懂"),
        ("几万亿元级", "", "读不懂"),
        ("3000亿级", "", "没有单位"),
        ("3000亿级", "10k CNY", "所给单位"),
        ("8158.4", "", "没有单位"),
        ("12个", "", "projects"),
        ("12个", "vehicles", "所给单位"),
        ("3万辆", "vehicles", "所给单位"),
        ("8158.4亿吨位", "", "不认识的单位"),
        ("约3万辆左右", "", "限定词不止一个"),
        ("下降-3%", "", "负号"),
        ("占3万辆", "", "百分比"),
        ("", "", "读不懂"),
        ("2022年8158.4亿元", "", "读不懂"),
    ],
)
def test_what_is_refused(text, unit, word):
    with pytest.raises(ValueError, match=word):
        read_printed(text, unit)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("3000亿级", "100M CNY", "3000"), ("千亿级", "100M CNY", "1000"), ("万亿级", "1T CNY", "1")],
)
def test_a_class_without_a_unit_has_the_given_one(text, unit, value):
    found = read_printed(text, unit)
    assert (found.value, found.unit, found.qualifier) == (value, unit, "magnitude")


@pytest.mark.parametrize(
    ("passage", "found"),
    [
        ("下降3.1%，降幅收窄", [("-3.1", "as_rounded", "yoy")]),
        ("总值增长超过30%，创新高", [("30", "over", "yoy")]),
        ("总值已逾7000亿元大关", [("7000", "over", "")]),
        ("进出口8158.4亿元，增2%", [("8158.4", "as_rounded", ""), ("2", "as_rounded", "yoy")]),
        ("一季度出口近三成", [("30", "nearly", "")]),
        # dates, names and ordinals have no unit
        ("5月17日，“33618”集群的第二批签约", []),
    ],
)
def test_figures_of_a_passage_keep_their_words(passage, found):
    read = [item.figure for item in spans(passage)]
    assert [(item.value, item.qualifier, item.measure) for item in read] == found


@pytest.mark.parametrize(
    ("passage", "value"),
    [
        ("降幅收窄至3.1%", "-3.1"),
        ("降幅扩大3.1个百分点", "-3.1"),
        ("降幅收窄3.1个百分点", "3.1"),
        ("增幅比上月收窄3.1个百分点", "-3.1"),
        ("增速回升3.1个百分点", "3.1"),
        ("降幅最大的是钢材，下降3.1%", "-3.1"),
        ("出口增长放缓至3.1%", "3.1"),
        ("由增转降，降幅3.1%", "-3.1"),
        ("止跌回升3.1%", "3.1"),
        ("同比（下降）3.1%", "-3.1"),
        ("3.1%的降幅", "-3.1"),
        ("低于全国3.1个百分点", "-3.1"),
        ("工业增加值占31%", "31"),
        ("降至31%", "31"),
        ("拖累外贸3.1个百分点", "-3.1"),
    ],
)
def test_the_words_of_a_clause_say_which_way_a_figure_goes(passage, value):
    (seen,) = spans(passage)
    assert seen.figure.value == value


def test_a_figure_whose_words_contradict_is_not_passed_over():
    (contradicting,) = spans("约3万辆左右")
    assert (contradicting.digits, contradicting.figure) == ("3", None)


def test_a_word_with_several_meanings_takes_the_unit_given():
    assert read_printed("12个", "projects").unit == "projects"
    assert read_printed("8158.4", "100M CNY").unit == "100M CNY"


def test_the_figures_of_the_book_are_never_misread(book):
    """Each figure as the book itself prints it reads back to itself, or is refused."""
    read = refused = 0
    for row in book.observations().to_dict("records"):
        text = printed_zh(row)
        try:
            found = read_printed(text)
        except ValueError:
            try:
                found = read_printed(text, row["unit"])
            except ValueError:
                refused += 1
                continue
        read += 1
        assert found.qualifier == row["qualifier"], text
        if found.value:
            units = [Unit.parse(unit) for unit in (found.unit, row["unit"])]
            assert units[0].name == units[1].name
            amounts = [
                convert(Decimal(value), unit, Unit(1, unit.name))
                for value, unit in zip((found.value, row["value_text"]), units, strict=True)
            ]
            assert amounts[0] == amounts[1], text
    assert read > 20 * refused, (read, refused)
