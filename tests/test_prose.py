"""What counts as a figure typed by hand. That no chapter has one: see `test_chapters`."""

from __future__ import annotations

import pytest

from cqbook.build.chapter_lint import page_faults, typed_figures


@pytest.mark.parametrize(
    "text",
    [
        "进出口8158.4亿元。",
        "增长２％。",
        "占四成以上。",
        "增长近十倍。",
        "百分之四十二。",
        "共17个园区。",
        "提高4.8个百分点",
        "2022年增长2%",
    ],
)
def test_typed_figures_are_found(text):
    assert list(typed_figures(text))


@pytest.mark.parametrize(
    "text",
    [
        "{glue:text}`total`，{glue:text}`total_yoy`，见{numref}`fig-trade-2022`。",
        "# 2022：有全貌的一年\n\n2022年的十大亮点。",
        "2012—2025年",
        "按 GB/T 7714—2015 引用。",
        "`-p period 2022`",
        "[链接](page-2.html#x1)",
        "(label-2)=\n## 标题",
        "```{figure-catalogue}\n:width: 3\n```",
        "一般贸易、三个方面、两江新区、十大亮点",
    ],
)
def test_names_years_and_roles_are_no_figures(text):
    assert not list(typed_figures(text))


@pytest.mark.parametrize(
    "text",
    [
        ":::{claim} up\n出口多了12%。\n:::",
        ":::{unless} up\n少了三成。\n:::",
        "::::{given} fig-x-2022\n## 一节\n:::{claim} up\n合计约5000亿元。\n:::\n::::",
        ":::{english}\nExports rose 12 per cent.\n:::",
        "一句。\n\n:::{claim} up\n多了{glue:text}`more`。\n:::\n:::{claim} up\n多了两倍。\n:::",
    ],
)
def test_a_figure_in_a_sentence_that_stands_on_a_claim_is_found(text):
    (found,) = typed_figures(text)
    assert text[found[0]] in "1三5两"


@pytest.mark.parametrize(
    "text",
    [
        ":::{claim} more-than-2021\n2025年1—10月比上年同期多{glue:text}`more`。\n:::",
        "::::{english}\n:::{claim} up\nMore than in 2022.\n:::\n::::",
        ":::{note}\n3个\n:::",
    ],
)
def test_names_of_claims_months_and_other_directives_are_no_figures(text):
    assert not list(typed_figures(text))


def test_a_figure_is_told_with_its_line_and_as_it_stands():
    text = "# 标题\n\n按 GB/T 7714—2015 引用。<!-- 1\n2 -->\n\n2022年合计约5000亿元。\n"
    fault, untitled = page_faults("chapters/data.md", text)
    assert "chapters/data.md: line 1, '# 标题': expected its English" in str(untitled)
    assert str(fault).startswith("chapters/data.md：第6行，“2022年合计约5000亿元。”：应为由代码")
    assert "chapters/data.md: line 6, '2022年合计约5000亿元。': expected a number glued" in str(
        fault
    )
