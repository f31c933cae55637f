"""What is said beside a figure of its numbers, and whether the book says so."""

from __future__ import annotations

import pytest

from cqbook.citing.remarks import said_back, strange_back, strange_remark

#: What the book prints of a figure.
PRINTED = (
    "2025年民营企业进出口",
    "亿元,海关口径",
    "数据来源:重庆海关,2026-01.单位:亿元.",
    "3841.9亿元",
)
WRONG, DOUBTED = True, False
SAID = {
    "单位：万元": WRONG,
    "（单位：亿美元）": WRONG,
    "计量单位：万辆": WRONG,
    "单位：亿元、%": WRONG,
    "单位：亿元": None,
    "单位：人民币亿元": None,
    "（亿美元，按年）": WRONG,
    "按美元计价": WRONG,
    "图中数据均按美元计算。": WRONG,
    "本图以万元为单位。": WRONG,
    "图1　我市民企进出口（万元）": WRONG,
    "图1　我市民企进出口（亿元）": None,
    "注：按美元计价。": WRONG,
    "注：数据为估计数。": DOUBTED,
    "注：民营企业含个体工商户。": None,
    "上图为2024年数据。": DOUBTED,
    "上图为2025年数据。": None,
    "图中数据为全国数。": DOUBTED,
    "上图数据不含加工贸易。": DOUBTED,
    "图中数据有误。": DOUBTED,
    "数据来源：重庆市统计局": DOUBTED,
    "数据来源：重庆海关": None,
    # of a table, and of nothing
    "表中为美元值。": None,
    "由上图可知，民企占比高。": None,
    "图中可以看出，民营企业是主力。": None,
    "人民币升值，对出口是压力。": None,
}
BACK = {
    "以上均为美元值。": WRONG,
    "上述金额单位均为万元。": WRONG,
    "前述数据为2024年数。": DOUBTED,
    "以上数据均为初步估计。": DOUBTED,
    "以上均为海关口径。": None,
    "以上数据由重庆海关公布，是公开数据。": None,
    "民企占大头。以上均为美元值。": WRONG,
    "以上，特此报告。": None,
}


def certainty(remark):
    return remark and remark.certain


@pytest.mark.parametrize(("text", "certain"), SAID.items(), ids=SAID)
def test_what_is_said_at_a_figure(text, certain):
    assert certainty(strange_remark(text, PRINTED)) is certain


@pytest.mark.parametrize(("text", "certain"), BACK.items(), ids=BACK)
def test_what_is_said_of_what_stands_before(text, certain):
    assert certainty(strange_back(said_back(text)[0], PRINTED)) is certain


def test_numbers_before_it_in_its_paragraph_are_what_it_is_of():
    assert said_back("我区出口780亿美元。以上均为美元值。") == (
        "以上均为美元值.",
        "我区出口780亿美元.",
    )
