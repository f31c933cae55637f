"""A page of parameters of which the book has almost nothing says so at its head."""

from __future__ import annotations

import pytest
from conftest import ROOT

from cqbook.build.pages import pages, question_of
from cqbook.errors import ParameterError
from cqbook.execution.page import Page
from cqbook.site.asked import PageQuestion, told_of

OF_2022 = "trade-2022.total"


def asked(notebook, **given):
    return PageQuestion.read(question_of(ROOT, Page(notebook, notebook, given)))


def test_a_page_as_it_is_asks_nothing():
    assert question_of(ROOT, Page("trade", "trade", {})) == {}
    assert question_of(ROOT, Page("trade", "trade", {"period": "2025"})) == {}
    own = Page("district-500120", "district", {"district": "500120"})
    assert question_of(ROOT, own) == {}


def test_a_period_without_a_figure_is_told_with_those_that_have_some(book):
    zh, en = told_of(book, [], asked("trade", period="2014"))
    assert "重庆市2014年" in zh
    assert "Chongqing, 2014" in en
    assert "2022年" in zh
    assert "2014年、" not in zh
    zh, en = told_of(book, [OF_2022], asked("trade", period="2014"))
    assert "1个数里，没有一个是它的" in zh
    assert "none is of it" in en


def test_a_period_with_figures_is_not_told(book):
    rows = book.observations(entity="CN-50", period="2022")["observation_id"]
    assert told_of(book, set(rows), asked("trade", period="2022")) == ("", "")
    assert told_of(book, set(rows), asked("trade", period="2019"))[0]


def test_a_place_that_a_chapter_does_not_tell_of_is_told(book):
    """The fairs of Chongqing stand on the page whoever's are asked for."""
    rows = set(book.observations(entity="CN-50")["observation_id"])
    zh, en = told_of(book, rows, asked("parks", area="CN-51"))
    assert "所问的是四川省" in zh
    assert "多数是重庆市" in zh
    assert "Most are of Chongqing" in en
    own = set(book.observations(entity="CN-51")["observation_id"])
    assert told_of(book, own, asked("parks", area="CN-51")) == ("", "")


def test_a_month_of_a_page_of_years_is_refused(book):
    with pytest.raises(ParameterError, match="2025-07"):
        pages(ROOT, book, {"auto-exports": {"period": "2025-07"}})
