"""What a paragraph of one's own tells of the figure that it names, against what the figure has."""

from __future__ import annotations

import pytest

from cqbook.citing.entries import EntryRow
from cqbook.citing.retold import captioned_otherwise, mistold, names_a_figure

ROWS = [
    EntryRow(label=year, group=group, full=full)
    for group, year, full in (
        ("民营企业", "2019年", "33.10%—33.17%"),
        ("民营企业", "2022年", "45.9%"),
        ("民营企业", "2024年", "45.14%—45.19%"),
        ("民营企业", "2025年", "48%"),
        ("民营企业", "2026年", "没有查到"),
        ("外商投资企业", "2017年", "59%"),
        ("外商投资企业", "2022年", "46.9%"),
    )
]
MONEY = [
    EntryRow(label="2025年", group=group, full=full)
    for group, full in (("出口", "超4700亿元"), ("进口", "3289.1亿元"))
]
PRINTED = ["重庆进出口里，民营企业的份额", "占进出口的%"]
FLOWS = ["重庆的出口、进口和进出口"]


@pytest.mark.parametrize(
    ("text", "why", "certain"),
    [
        ("图1显示，2025年外商投资企业占48%，民营企业占46.9%。", "民营企业·2025年为48%", True),
        ("图1显示，民营企业2024年占46.2%。", "民营企业·2024年为45.14%—45.19%", True),
        ("图1中，民营企业2022年占46.9%", "民营企业·2022年为45.9%", True),
        ("由上图可见，2025年民营企业占全市出口的48%。", "图说的是进出口", False),
        ("图1显示，民营企业份额由2019年的33.1%降到2025年的48%。", "说反了", True),
        ("图1显示，民营企业遥遥领先。", "“遥遥领先”：图里没有这样说", False),
        ("由图1可见，十年间民营企业的份额翻了几番。", "“翻了几番”", False),
        ("如上图，民营企业飙升到2025年的48%。", "“飙升”", False),
        ("以上两张图说明，民营企业2024年占46.2%。", "民营企业·2024年为45.14%—45.19%", True),
        ("图1显示，外商投资企业从59%升至2022年的46.9%。", "说反了", True),
    ],
)
def test_what_is_told_otherwise(text, why, certain):
    found = mistold(text, ROWS, PRINTED)
    assert found is not None
    assert why in found.why
    assert found.certain is certain


@pytest.mark.parametrize(
    "text",
    [
        "图1显示，民营企业份额由2019年的约33.1%升到2025年的48%，高出近15个百分点。",
        "图1中，2022年民营企业占45.9%，外商投资企业占46.9%，两者相差1个百分点。",
        "图1显示，2022年民营企业占46%，2025年占48%。",
        "如图1所示，外商投资企业2017年为59%，2022年46.9%；全市进出口增长12%。",
        "图1显示，民营企业2025年比2022年高2.1个百分点。",
        "图1显示，民营企业2026年的份额尚未公布，我们估计为50%。",
        "图1显示，民企份额在上升。",
    ],
)
def test_what_is_told_as_it_is(text):
    assert mistold(text, ROWS, PRINTED) is None


def test_what_something_changed_by_is_none_of_the_numbers():
    assert mistold("图2显示，2025年进口增加3.1亿元。", MONEY, FLOWS) is None
    assert mistold("图2显示，2025年进口增长3.1%。", MONEY, FLOWS) is None
    found = mistold("图2显示，2025年进口增加到3389.1亿元。", MONEY, FLOWS)
    assert found is not None
    assert found.why == "图中进口·2025年为3289.1亿元"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("图1显示，出口增长。", True),
        ("如上图，出口增长。", True),
        ("由图中可见，出口增长。", True),
        ("出口增长12%（见图1）。", False),
        ("这张地图是自己画的。", False),
    ],
)
def test_to_refer_to_a_figure_tells_nothing_of_it(text, named):
    assert names_a_figure(text) is named


def test_a_caption_of_one_s_own_is_of_the_flow_of_its_figure():
    found = captioned_otherwise("图1 2025年重庆民营企业出口占比", PRINTED)
    assert found is not None
    assert found.why == "图说的是进出口"
    assert captioned_otherwise("图1 民营企业占进出口的份额", PRINTED) is None
    assert captioned_otherwise("图1 出口占比", ["没有方向的图"]) is None
