"""The number lint: what counts as a figure typed by hand."""

from __future__ import annotations

import nbformat
import pytest
from conftest import ROOT

from cqbook.build.prose_lint import typed_figures, typed_figures_of


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
        "# 2022工业经济\n\n2022年的十大亮点。",
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


@pytest.mark.parametrize("path", sorted((ROOT / "chapters").glob("*.ipynb")), ids=lambda p: p.stem)
def test_no_typed_figure_in_a_chapter(path):
    assert list(typed_figures_of(nbformat.read(path, as_version=4))) == []


@pytest.mark.parametrize("path", sorted((ROOT / "chapters").glob("*.md")), ids=lambda p: p.stem)
def test_no_typed_figure_in_a_page(path):
    assert list(typed_figures(path.read_text(encoding="utf-8"))) == []
