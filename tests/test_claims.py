"""Claims: verdicts of comparisons, blocks that stand on them, a build that stops for one."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import nbformat
import pytest
from conftest import ROOT
from docutils.utils import new_document

import cqbook as cq
from cqbook.build.chapter_lint import notebook_faults
from cqbook.build.claims import ClaimError, check_claims, check_references
from cqbook.build.comparing import comparing, comparing_titles
from cqbook.changes.comparison import compare_notebooks, comparison_lines
from cqbook.data.catalog import Catalog
from cqbook.errors import ChapterError, DataError
from cqbook.figures import english
from cqbook.figures.claims import Claim, Known, PlacedText, StatedClaim, claims_of, said_of, shown
from cqbook.figures.figure import GLUE_PREFIX
from cqbook.figures.identity import stands_on
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import derive, missing, quantity_of
from cqbook.quantities.verdict import every, looked_up
from cqbook.site import claims as claims_page
from cqbook.site.layout import provenance
from cqbook.site.nodes import ChartFigure, DataTable


def reported(value, qualifier="as_rounded", unit="100M CNY", measure="level"):
    return quantity_of(
        {
            "observation_id": f"s.{value}",
            "source_id": "s",
            "value_text": value,
            "value_upper_text": "",
            "unit": unit,
            "qualifier": qualifier,
            "status": "actual",
            "measure": measure,
            **dict.fromkeys(
                ("indicator", "entity", "period", "accumulation", "breakdown", "flow"), ""
            ),
            **dict.fromkeys(("basis", "base"), ""),
        }
    )


# --- verdicts -------------------------------------------------------------------------------

#: More than 9 is 9 or more; what is printed as 8.9 is 8.95 at most.
OVER_NINE = "余地500万元（0.556%；9亿元与8.95亿元之差）"


@pytest.mark.parametrize(
    ("verdict", "outcome", "margin"),
    [
        (lambda: reported("8006.8") < reported("8158.4"), "holds", "余地152亿元（1.86%）"),
        (lambda: reported("8158.4") < reported("8006.8"), "fails", "余地152亿元（1.86%）"),
        # a rounded number and one that it could stand for
        (lambda: reported("9") > reported("9.2"), "open", "区间重叠"),
        # a floor that was passed lies above what is no more than it, and may be anything
        (lambda: reported("9", "over") > reported("8.9"), "holds", OVER_NINE),
        (lambda: reported("9", "over") > reported("12"), "open", "区间重叠"),
        (lambda: reported("9", "over") > 9, "holds", "余地0亿元（0%）"),
        (lambda: reported("9") >= cq.exact(9, "100M CNY"), "open", "区间重叠"),
        (lambda: missing("100M CNY") > reported("1"), "open", "缺少数据"),
        # another scale of the same unit
        (
            lambda: reported("0.9", unit="1T CNY") > reported("8158.4"),
            "holds",
            "余地342亿元（3.8%；8500亿元与8158亿元之差）",
        ),
        (lambda: cq.exact(14, "rank") > cq.exact(11, "rank"), "holds", "余地3位"),
        (
            lambda: reported("-2.5", unit="percent", measure="yoy") < 0,
            "holds",
            "余地2.45个百分点",
        ),
    ],
)
def test_a_comparison_is_as_sure_as_its_numbers(verdict, outcome, margin):
    found = verdict()
    assert (found.outcome, found.margin) == (outcome, margin)


def test_two_intervals_that_only_meet_are_apart_if_one_end_is_open():
    below_nine, nine = reported("9", "nearly"), cq.exact(9, "100M CNY")
    assert (below_nine < nine).outcome == "holds"
    assert (below_nine >= nine).outcome == "fails"
    assert (nine <= nine).outcome == "holds"
    assert (nine < nine).outcome == "fails"


def test_a_verdict_is_no_truth_value():
    with pytest.raises(TypeError, match="三种"):
        bool(reported("1") < reported("2"))
    with pytest.raises(TypeError):
        sorted([reported("1"), reported("2")])


def test_several_hold_only_together_and_the_narrowest_counts():
    wide, narrow = reported("9") > reported("1"), reported("9") > reported("7")
    both = wide & narrow
    assert (both.outcome, both.margin) == ("holds", narrow.margin)
    assert set(both.rows) == {"s.9", "s.1", "s.7"}
    assert (both & (reported("1") > reported("9"))).outcome == "fails"
    assert (both & (reported("9") > reported("9.1"))).outcome == "open"
    with pytest.raises(ValueError, match="no verdict"):
        every()


def test_what_code_looked_up_is_no_comparison():
    """“9 and 9 within 1 %” tells no reader anything: it has no margin, and is not listed."""
    both = looked_up(True, "都写明了", ["s.0"])
    assert (both.outcome, both.condition, both.margin) == ("holds", "都写明了", "")
    compared = reported("9") > reported("7")
    for found in (both & compared, compared & both):
        assert (found.outcome, found.condition) == ("holds", compared.condition)
        assert (found.margin, found.room) == (compared.margin, compared.room)
        assert set(found.rows) == {"s.0", "s.9", "s.7"}
    assert (looked_up(False, "不都写明") & compared).outcome == "fails"


def test_the_margin_of_several_is_the_least():
    """Nearest in the unit that readers see, and its share is of the larger number."""
    shares = [cq.exact(Decimal(number), "percent") for number in ("9.49", "4.16", "27.23", "33.8")]
    both = (shares[0] > shares[1]) & (shares[2] < shares[3])
    assert both.margin == "余地5.33个百分点"
    half = reported("50", "at_least") > reported("16.9")
    assert half.margin == "余地33.1亿元（66.1%）"


def test_points_and_shares_are_narrow_on_one_scale():
    # 0.1 of 16.9 points is less room than 152 of 8158.4
    level = reported("8006.8") < reported("8158.4")
    rate = cq.exact(17, "percent") > reported("16.9", unit="percent", measure="yoy")
    assert (level & rate).margin == rate.margin == "余地0.05个百分点（17%与16.95%之差）"


def test_a_margin_that_what_is_printed_does_not_give_names_its_two_ends():
    """48.7 less 48.5 is 2000万元, and holds by 3080."""
    electric, cars = (
        derive(lambda _, found=found: found, reported("1"), unit="100M CNY")
        for found in (ends("48.704", "48.906"), ends("47.906", "48.396"))
    )
    found = electric > cars
    assert found.condition == "48.7亿元—49.0亿元 > 47.9亿元—48.4亿元"
    # 48.7 − 48.4 is 3000万元, near enough
    assert found.margin == "余地3080万元（0.631%）"
    far = electric > derive(lambda _: ends("46.1", "48.34"), reported("1"), unit="100M CNY")
    assert far.condition == "48.7亿元—49.0亿元 > 46.1亿元—48.4亿元"
    assert far.margin == "余地3640万元（0.746%；48.704亿元与48.34亿元之差）"
    part = derive(lambda _: ends("156.14", "157.04"), reported("1"), unit="percent")
    about = cq.near(part, reported("156", unit="percent"), 1)
    # 155.5 × 1.01 stands on no page
    assert about.margin == "余地0.02个百分点（157.06%与157.04%之差）"


def ends(lower, upper):
    return Interval(Decimal(lower), Decimal(upper), True, True)


def test_the_margin_of_about_the_same_is_up_to_where_it_is_not():
    close = cq.near(reported("8006.8"), reported("8158.4"), 2)
    assert (close.outcome, close.margin) == ("holds", "余地11.5亿元（0.143%）")
    assert cq.near(reported("8006.8"), reported("8158.4"), 1).outcome == "fails"
    down = [reported(text, unit="percent", measure="yoy") for text in ("-9.9", "-10.0")]
    assert cq.near(*down, 3).outcome == "holds"
    assert cq.near(*down, 1).outcome == "open"


def test_what_is_said_of_several():
    years = [reported(text) for text in ("5222.6", "5792.8", "8158.4", "8006.8")]
    assert cq.highest(years[2], years).outcome == "holds"
    assert cq.highest(years[3], years).outcome == "fails"
    assert cq.lowest(years[0], [*years, missing("100M CNY")]).outcome == "holds"
    assert cq.rising(years[:3]).outcome == "holds"
    assert cq.rising(years).outcome == "fails"
    assert cq.falling(years[2:]).outcome == "holds"
    assert cq.rising([years[0], missing("100M CNY"), years[2]]).outcome == "open"
    assert cq.near(years[3], years[2], 2).outcome == "holds"
    assert cq.near(years[3], years[2], 1).outcome == "fails"
    assert cq.highest(years[0], [years[0]]).outcome == "open"


def test_no_number_lost_its_digits():
    with pytest.raises(TypeError):
        _ = reported("1") > 0.1  # the float is not the printed digits
    assert (reported("1") > Decimal("0.1")).outcome == "holds"


# --- blocks ---------------------------------------------------------------------------------


def output(data, metadata=None):
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata or {})


def glue(name, text):
    mark = {"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}}
    return output({f"{GLUE_PREFIX}text/plain": repr(text)}, mark)


def rendered(cells):
    """What of cells is rendered, where the text called ``a`` is glued."""
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.cells.append(nbformat.v4.new_code_cell("", outputs=[glue("a", "1")]))
    return nbformat.reads(shown(nbformat.writes(notebook).encode()).decode(), as_version=4)


def page(text, *claims, **texts):
    outputs = [output(item._repr_mimebundle_()) for item in claims]
    outputs += [glue(name, value) for name, value in texts.items()]
    cells = [nbformat.v4.new_code_cell("", outputs=outputs), nbformat.v4.new_markdown_cell(text)]
    return nbformat.v4.new_notebook(cells=cells)


def made(name, outcome):
    return Claim(name, outcome, "1亿元 > 0亿元", "余地1亿元", ("s.1",))


TEXT = """一句。

:::{claim} up
- 高了{glue:text}`much`（{numref}`fig-x`）。
:::

:::{unless} up
没有高。
:::

::::{given} much
## 一节
:::{claim} down
低了。
:::
::::
"""


@pytest.mark.parametrize(
    ("up", "down", "much", "left"),
    [
        ("holds", "holds", "1亿元", {"高了", "一节", "低了"}),
        ("fails", "holds", "1亿元", {"没有高", "一节", "低了"}),
        ("open", "fails", "1亿元", {"没有高", "一节"}),
        # a sentence whose number nobody published is not there, whatever it stands on
        ("holds", "holds", "没有查到", set()),
    ],
)
def test_a_block_is_on_the_page_if_it_stands(up, down, much, left):
    notebook = page(TEXT, made("up", up), made("down", down), much=much)
    shown = Known.of(notebook).resolved(TEXT)
    found = {word for word in ("高了", "没有高", "一节", "低了") if word in shown}
    # 没有高 ends like 高了 begins: told apart by its first word
    assert found == left
    assert ":::" not in shown
    assert "一句。" in shown


def test_the_place_of_a_claim_stands_behind_the_mark_of_a_list():
    notebook = page(TEXT, made("up", "holds"), made("down", "holds"), much="1亿元")
    shown = Known.of(notebook).resolved(TEXT)
    assert "- {claimed}`up`高了" in shown
    assert "\n## 一节\n" in shown
    (up, down) = said_of("trade", notebook)
    assert (up.sentence, up.place) == ("高了1亿元。", "claim-up")
    assert down.line == "成立　trade.down　“低了。”　1亿元 > 0亿元（余地1亿元）"


def test_two_claims_of_one_name_are_refused():
    with pytest.raises(DataError, match="同名"):
        claims_of(page("", made("up", "holds"), made("up", "holds")))


def test_a_block_needs_a_claim_that_a_cell_makes():
    notebook = page(":::{claim} upp\n高了。\n:::\n", made("up", "holds"))
    with pytest.raises(ChapterError, match="upp"):
        check_claims({"trade": notebook})
    with pytest.raises(ChapterError, match="带有名字"):
        check_claims({"trade": page(":::{claim}\n高了。\n:::\n")})


# --- the default edition --------------------------------------------------------------------


def test_the_default_edition_stops_for_exactly_the_sentences_that_fell():
    notebook = page(TEXT, made("up", "fails"), made("down", "holds"), much="1亿元")
    check_claims({"trade": notebook})
    with pytest.raises(ClaimError) as caught:
        check_claims({"trade": notebook}, ["trade"])
    assert [item.claim.name for item in caught.value.said] == ["up"]
    assert "trade.up" in str(caught.value)
    assert "高了1亿元" in str(caught.value)
    assert "余地1亿元" in str(caught.value)


def test_a_sentence_that_would_be_silent_is_no_sentence_of_the_default_edition():
    notebook = page(TEXT, made("up", "holds"), made("down", "holds"), much="没有查到")
    check_claims({"trade": notebook})
    with pytest.raises(ChapterError, match="much"):
        check_claims({"trade": notebook}, ["trade"])


@pytest.mark.parametrize(("outcome", "much"), [("fails", "1亿元"), ("open", "没有查到")])
def test_a_claim_on_customs_detail_stops_no_edition(outcome, much):
    """Whoever takes in files of their own gets the sentences that hold, and the book."""
    up = replace(made("up", outcome), rows=("customs",))
    notebook = page(TEXT.replace("::::{given} much", "::::{given} up"), up, made("down", "holds"),
                    much=much)  # fmt: skip
    check_claims({"trade": notebook}, ["trade"])
    assert "高了" not in Known.of(notebook).resolved(TEXT).replace("没有高", "")
    both = page(TEXT, replace(up, rows=()), made("down", "holds"), much="1亿元")
    with pytest.raises(ClaimError):
        check_claims({"trade": both}, ["trade"])


def test_a_comparison_of_editions_names_the_claims_that_turned():
    old, new = (
        {"trade": page(TEXT, made("up", outcome), made("down", "holds"), much="1亿元")}
        for outcome in ("holds", "open")
    )
    found = compare_notebooks(old, new)
    ((turned),) = found.claims
    assert (turned.name, turned.old, turned.new) == ("up", "成立", "不能判断")
    assert "论断 trade.up：成立 → 不能判断｜高了1亿元。" in comparison_lines(found)


def test_no_sentence_points_to_a_figure_that_is_not_there():
    text = ":::{given} much\n见{numref}`fig-x`。\n:::\n"
    with pytest.raises(ChapterError, match="fig-x"):
        check_references({"trade": page(text, much="1亿元")})
    check_references({"trade": page(text, much="没有查到")})


# --- words that compare ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "出口高于进口。",
        "创了新高。",
        "出口补上了进口。",
        "重庆比四川多。",
        "最大的伙伴是东盟。",
        "Exports exceeded imports.",
        "It fell by {glue:text}`x`.",
        "::::{given} x\n出口更快。\n::::",
    ],
)
def test_a_sentence_that_compares_outside_a_claim_is_found(text):
    assert list(comparing(text))


@pytest.mark.parametrize(
    "text",
    [
        "增长从哪里来？",
        "最近一年，最终的数。",
        "第一季度的数。",
        "文件说“创历史新高”。",
        ":::{claim} up\n出口高于进口。\n:::",
        "::::{english}\n:::{claim} up\nExports exceeded imports.\n:::\n::::",
        "{glue:text}`highest`亿元。",
        "最大负荷是{glue:text}`load`。",
        "Marks are lower bounds.",
    ],
)
def test_topics_quotations_and_claims_are_no_comparison(text):
    assert not list(comparing(text))


def test_a_title_that_compares_takes_its_words_from_a_claim():
    typed = 'cq.figure(book, "fig-x", None, title="出口创了新高", english=("a", "b"))'
    said = 'cq.figure(book, "fig-x", None, title=up.says("出口创了新高", "出口"))'
    (found,) = comparing_titles(typed)
    assert (found.words, found.context) == ("创了新高", "出口创了新高")
    assert not list(comparing_titles(said))
    assert list(comparing_titles('cq.table(book, "tab-x", rows, note=f"{a}高于{b}")'))


def test_authors_are_told_where_a_comparison_stands_on_nothing():
    notebook = page("出口高于进口。\n")
    notebook.cells[0].source = 'up = cq.claim("up", a > b)'
    found = [str(item) for item in notebook_faults("chapters/trade.ipynb", notebook)]
    assert any(re.search(r"第2个单元，“出口高于进口", item) for item in found)


def test_a_finding_carries_its_claim(book):
    up = made("up", "holds")
    drawn = cq.table(
        book,
        "tab-x",
        cq.points([("甲", reported("1"))], unit="100M CNY"),
        columns={"label": "项目"},
        title=up.says("出口创了新高", "出口"),
    )
    assert (drawn.title, drawn.claims) == ("出口创了新高", ("up",))
    assert made("up", "open").says("出口创了新高", "出口") == "出口"


def test_a_finding_within_a_finding_stands_on_both_claims():
    """Of a title of two claims the figure named the outer alone: none told when the inner fell."""
    deep = made("deep", "fails").says("都少25%以上", "减少")
    assert (deep, stands_on(deep)) == ("减少", ("deep",))
    both = made("fell", "holds").says(deep, "增速")
    assert (both, stands_on(both)) == ("减少", ("fell", "deep"))
    # what is not said is stood on by nothing
    assert stands_on(made("fell", "open").says(deep, "增速")) == ("fell",)


def test_figures_of_two_kinds_are_compared_for_a_reason_that_readers_see(book):
    total = {"indicator": "auto_exports", "entity": "CN", "period": "2023", "unit": "10k vehicles"}
    caam, customs = (cq.fact(book, basis=basis, **total) for basis in ("caam", "customs"))
    with pytest.raises(DataError, match="口径"):
        _ = customs > caam
    reason = "海关把二手车和底盘也算作汽车"
    verdict = cq.compared(customs, ">", caam, regardless=reason)
    assert (verdict.outcome, verdict.regardless) == ("holds", reason)
    up = Claim("up", verdict.outcome, verdict.condition, verdict.margin, (), verdict.regardless)
    shown = Known.of(page(TEXT, up, made("down", "holds"), much="1亿元")).resolved(TEXT)
    assert f"（{{numref}}`fig-x`；{reason}）。\n" in shown


def test_a_chapter_that_was_not_executed_says_nothing_yet():
    text = ":::{claim} up\n甲高出{glue:text}`much`。\n:::\n"
    assert [item.sentence for item in said_of("trade", page(text, made("up", "holds"), much="1元"))]
    assert said_of("trade", page(text)) == []


def test_a_sentence_is_quoted_with_its_conditions():
    """Whoever quotes from the list of claims quotes what the page says, reasons and brackets."""
    text = (
        ":::{claim} up\n"
        "甲高（{numref}`fig-x`，只有前十个月），乙低（见{doc}`y`；{numref}`fig-z`）。\n"
        ":::\n"
    )
    up = Claim("up", "holds", "2亿元 > 1亿元", "余地1亿元", (), "甲按金额，乙按辆")
    (said,) = said_of("trade", page(text, up))
    assert said.sentence == "甲高（只有前十个月），乙低（甲按金额，乙按辆）。"


def test_the_tightest_sentence_comes_first_with_its_tightest_claim():
    compared = {"nearest": "2亿元 > 1亿元"}
    said = {
        share: StatedClaim(
            "trade", replace(made(f"c{number}", "holds"), relative=share, **compared), "句。", ""
        )
        for number, share in enumerate(("0.5", "0.0001", "", "0.02"))
    }
    first, second, third, fourth = (f"{name}2025年多1亿元" for name in "甲乙丙丁")
    groups = [
        {first: [("#1", said["0.5"]), ("#2", said["0.0001"])], second: [("#3", said[""])]},
        # the fourth says of another page what the first stands on
        {fourth: [("#5", said["0.0001"])], third: [("#4", said["0.02"])]},
    ]
    # 位次 have no share, and are not among them
    found = claims_page.tightest(groups, 3)
    assert [(sentence, way) for sentence, way, _ in found] == [(first, "#2"), (third, "#4")]
    assert claims_page.turning(found[0][2]) == "2亿元 > 1亿元；余地1亿元；占所比的数的0.01%"


@pytest.mark.parametrize(
    ("sentence", "nearest", "listed"),
    [
        ("2022年本书用36.5万辆，比36.9万辆少。", "36.5万辆 < 36.9万辆", True),
        # a number is said as it was rounded
        ("2024年退到约45.2%。", "45.14%—45.19% < 45.9%", True),
        ("2024年退到约45%。", "45.6%—45.7% < 45.9%", False),
        # of what it does not say
        ("2022年分歧不大。", "142.5% > 140%", False),
        ("2021年用了140亿元。", "142.5% > 140%", False),
        # whose numbers they are is enough
        ("2024年被辽宁超过。", "2022年的辽宁：1186.6亿美元 < 1203.5亿美元", True),
        ("2021年各次都偏小。", "2020年1—6月：2735亿元—2739亿元 < 2759.2亿元", False),
        # and what needs the sentence before it
        ("10月增长回落到5%。", "5% < 6%", False),
        ("但2025年只有5%。", "5% < 6%", False),
        ("同一年，2025年只有5%。", "5% < 6%", False),
    ],
)
def test_the_nearest_sentences_say_what_is_compared(sentence, nearest, listed):
    item = StatedClaim(
        "trade", replace(made("c", "holds"), relative="0.1", nearest=nearest), sentence, ""
    )
    assert bool(claims_page.tightest([{sentence: [("#", item)]}], 1)) is listed


def test_what_was_compared_is_said_in_english_too():
    """亿元 stood in the English list where a comparison named whose numbers it was of."""
    known = english.dictionary(Catalog(ROOT / "data"))
    told = [
        text
        for item in stated()
        if item.claim.compares
        for text in (item.claim.nearest, f"{item.claim.condition}；{item.claim.margin}")
    ]
    lacking = [text for text in told if english.CHINESE.search(english.said_or_kept(text, known))]
    assert not lacking


def test_a_sentence_is_ranked_by_limits_that_it_names():
    part = derive(
        lambda _: Interval.exactly(Decimal("60.7")), cq.exact(1, "percent"), unit="percent"
    )
    verdicts = {
        "under": part < 61,
        "near": cq.near(part, cq.exact(60, "percent"), 2),
        "more": part > 0,
    }
    said = [
        ("#", StatedClaim("trade", cq.claim(name, verdict), "", ""))
        for name, verdict in verdicts.items()
    ]
    assert [item.claim.limit for _, item in said] == ["61%", "2%", ""]
    for sentence, names in {
        "2022年占60.7%。": ["more"],
        "2022年占60.7%，不到61%。": ["under", "more"],
        "2022年占60.7%，不到161%。": ["more"],
        "2022年占60.7%，与六成相差不到2%。": ["near", "more"],
    }.items():
        ((_, _, found),) = claims_page.tightest([{sentence: said}], 1)
        assert found.claim.name == names[0]
        if names[0] == "under":
            assert claims_page.turning(found).endswith("；余地0.3个百分点；占所比的数的0.492%")


def test_a_title_that_says_again_what_stands_above_it_is_not_listed():
    said = {
        sentence: [
            ("#", StatedClaim("trade", replace(made("c", "holds"), condition=words), "", ""))
        ]
        for sentence, words in {"甲": "1 > 0；2 > 1", "题": "2 > 1", "乙": "3 > 2；2 > 1"}.items()
    }
    assert list(claims_page.told_once(said)) == ["甲", "乙"]


def test_what_is_compared_shows_that_it_lies_apart():
    ends = Interval(Decimal("48.704"), Decimal("48.906"))
    share = derive(lambda _: ends, cq.exact(1, "percent"), unit="percent")
    # 48.7%—49.0% < 49% would be read as false
    assert (share < 49).condition == "48.70%—48.91% < 49%"
    assert (share < 50).condition == "48.7%—49.0% < 50%"
    limit = cq.exact(50, "percent")
    four = [cq.exact(number, "percent") for number in (20, 49, 30, 40)]
    found = cq.highest(limit, four)
    assert (found.condition, found.nearest) == ("50% > 4个数，最近的是49%", "50% > 49%")
    assert cq.highest(limit, [share, share]).condition.startswith("50% > 2个数：")


def test_sentences_of_one_paragraph_stand_without_a_space_between():
    text = "# 题\n\n:::{claim} up\n甲高。\n:::\n:::{claim} up\n乙高。\n:::\n"
    # a sentence that begins with a number, of a claim that was said before
    text += ":::{claim} up\n{glue:text}`n`高。\n:::\n\n- 丙。\n- 丁。\n"
    written = nbformat.writes(page(text, made("up", "holds"), n="2025年"))
    shown_text = nbformat.reads(shown(written.encode()), as_version=4).cells[-1].source
    assert "{claimed}`up`甲高。乙高。{glue:text}`n`高。" in shown_text
    assert "- 丙。\n- 丁。" in shown_text


def test_a_block_of_which_nothing_is_left_leaves_nothing():
    text = "::::{claim} up\n:::{unless} up\n- 甲。\n:::\n::::\n:::{claim} up\n- 乙。\n:::\n"
    known = Known.of(page(text, made("up", "holds")))
    assert known.resolved(text) == "- {claimed}`up`乙。\n"


def test_a_number_that_an_inner_block_lacks_takes_that_block_alone():
    text = "::::{given} there\n甲。\n:::{claim} up\n乙{glue:text}`gone`。\n:::\n::::\n"
    known = Known.of(page(text, made("up", "holds"), there="1亿元", gone="没有查到"))
    assert known.resolved(text) == "甲。\n"


def test_the_sources_of_a_page_are_those_of_its_sentences_too(book, monkeypatch):
    """A number that no figure draws: December 2023, after all that is drawn."""
    made = Claim("a", "holds", "", "", ("os-20231215-zh.r195-auto-output", "no row of the book"))
    broken = Claim("b", "fails", "", "", ("trade-2022.total",))
    said = [StatedClaim("year", item, "句。", "claim-a") for item in (made, broken)]
    monkeypatch.setattr(claims_page, "said_in", lambda _: said)
    app = SimpleNamespace(cqbook_data=book)
    found = claims_page.sources_said(app, "chapters/year")
    assert list(found) == ["os-20231215-zh"]
    assert claims_page.sources_said(app, "chapters/other") == {}
    page = new_document("")
    drawn = {"id": "trade-2022", "label": "重庆日报，2023-01-17"}
    page += ChartFigure(meta={"sources": [drawn], "status": "reported"})
    line = provenance(page, found, {}, "", "sources.html")
    assert "2个来源" in line
    assert "最近一个发表于2023年12月15日" in line
    # what a list names counts too; what a figure or a claim has does not count again
    told = "出自重庆日报，2023-01-17；重庆市人民政府网，2023-03-20。"
    named = claims_page.sources_named(app, told)
    assert "3个来源" in provenance(page, found, named, "", "sources.html")
    # a table is no figure, whatever is derived in it
    page += DataTable(meta={"sources": [], "status": "mixed"})
    line = provenance(page, found, named, "", "sources.html")
    assert "图1张｜表1张" in line
    assert "1 figure | 1 table" in line
    for status in ("computed", "derived"):
        page += ChartFigure(meta={"sources": [], "status": status})
    line = provenance(page, found, named, "", "sources.html")
    assert "图3张，其中1张含本书推算，另1张含本书计算｜" in line
    assert (
        "3 figures, 1 with numbers derived by this book, 1 with ratios worked out by this book |"
        in line
    )


def test_a_sentence_that_begins_with_a_number_follows_without_a_space():
    text = ":::{given} a\n前句。\n:::\n:::{given} a\n2021年。\n:::\n"
    found = rendered([nbformat.v4.new_markdown_cell(text)])
    assert "前句。2021年。" in found.cells[0].source


def test_a_section_of_which_nothing_stands_has_no_heading():
    prose = [
        "# 页\n\n:::{given} a\n- 甲。\n:::\n",
        "## 空\n\n:::{given} b\n乙。\n:::\n\n",
        "(here)=\n## 有字\n\n:::{given} a\n丙。\n:::\n\n## 空母\n",
        "### 空子\n\n:::{given} b\n丁。\n:::\n",
        "## 母\n",
        "### 子\n戊。\n",
        "## 末尾空\n",
    ]
    # what is glued, last, is nothing to read below a heading
    found = rendered([nbformat.v4.new_markdown_cell(text) for text in prose])
    lines = "\n".join(cell.source for cell in found.cells).splitlines()
    headings = [line for line in lines if line.startswith(("#", "("))]
    assert headings == ["# 页", "(here)=", "## 有字", "## 母", "### 子"]


def test_a_tie_for_first_is_no_first():
    # what was counted, and has no row of its own, was taken for the one itself where it was equal
    one, other = cq.exact(3, "projects"), cq.exact(3, "projects")
    assert cq.highest(one, [one, other]).outcome == "fails"
    assert cq.highest(one, [one, cq.exact(2, "projects")]).outcome == "holds"
    printed = replace(one, observation_id="a")
    assert cq.highest(printed, [replace(printed), cq.exact(2, "projects")]).outcome == "holds"


# --- in English -----------------------------------------------------------------------------

SENTENCES = Catalog(ROOT / "data").text("claim_sentences")


@functools.cache
def holding():
    """The claims of the chapters that hold, as they were accepted."""
    read = [(path.stem, nbformat.read(path, 4)) for path in sorted(ROOT.glob("chapters/*.ipynb"))]
    said = [item for page, notebook in read for item in said_of(page, notebook)]
    return [item for item in said if item.claim.holds]


def stated():
    return [item for item in holding() if item.place]


def test_each_claim_of_the_book_has_a_sentence():
    """One that is only said where another does not hold can't be cited: name both there."""
    assert [f"{item.page}.{item.claim.name}" for item in holding() if not item.sentence] == []


def test_what_is_listed_says_something_to_a_reader():
    """Counts held against 0, 1 or themselves are bookkeeping; so is that figures have sources."""
    listed = [item for item in stated() if item.claim.compares]
    assert len(listed) > 130
    told = [item.claim.condition for item in listed]
    count = "(?:个(?!百分点)|[项家条])"
    bare = re.compile(rf"(?:^|[；<> ])[01]{count}|(\d+){count} 与 \1{count}|来源")
    assert not [text for text in told if bare.search(text)]


def test_each_claim_of_the_book_is_stated_in_english():
    known = english.dictionary(Catalog(ROOT / "data"))
    table = dict(zip(SENTENCES["sentence_zh"], SENTENCES["sentence_en"], strict=True))
    said = {item.form or item.sentence: item for item in stated()}
    found = {key: claims_page.english_sentence(item, table, known) for key, item in said.items()}
    assert not [key for key, text in found.items() if not text], "no English sentence"
    assert not [text for text in found.values() if english.CHINESE.search(text)]
    assert not set(table) - set(said), "English of sentences that no page has any more"


def test_numbers_of_an_english_sentence_are_those_of_the_chinese():
    """Put in by code at the same names; a year that is typed is typed in both."""
    place = re.compile(r"\{([^{}]+)\}")
    for both in zip(SENTENCES["sentence_zh"], SENTENCES["sentence_en"], strict=True):
        names = [set(place.findall(text)) for text in both]
        typed = [set(re.findall(r"\d+", place.sub("", text))) for text in both]
        assert names[1] <= names[0], both
        assert typed[1] <= typed[0], both


def test_a_sentence_that_was_changed_has_no_english_until_it_has():
    known = english.Phrasebook({"2亿元": "CNY 0.2 bn"})
    item = StatedClaim(
        "p", made("a", "holds"), "", "claim-a", "甲{n}。", (PlacedText("n", "2亿元"),)
    )
    table = {"甲{n}。": "A, {n}."}
    assert claims_page.english_sentence(item, table, known) == "A, CNY 0.2 bn."
    assert claims_page.english_sentence(replace(item, form="甲有{n}。"), table, known) == ""
    unknown = replace(item, texts=(PlacedText("n", "二亿"),))
    assert claims_page.english_sentence(unknown, table, known) == ""
    # that of a figure brings its own
    title = replace(item, form="", sentence="题", title_en="Title")
    assert claims_page.english_sentence(title, table, known) == "Title"
