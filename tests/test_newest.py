"""A page's head says how new its numbers are: the place's own first, and when they came out."""

from types import SimpleNamespace

import pandas as pd
from docutils import nodes
from docutils.utils import new_document

from cqbook.figures.figure import table
from cqbook.site.glossary import GLOSSARY_PAGE, defined
from cqbook.site.layout import provenance
from cqbook.site.newest import Newest, UpTo, newest, rows_of_page
from cqbook.site.nodes import ChartFigure, DataTable
from cqbook.site.number_links import NumberLink
from cqbook.site.unbroken import PASTED

PLACE = "CN-50"
YEAR = "os-20260126-163-com.r001-trade-value"
NATION = "nev-exports-2026.org-byd-2026-01-2026-06-level"


def test_the_year_of_the_place_comes_before_what_is_newer_elsewhere(book):
    found = newest(book, {YEAR, NATION, "trade-2022.total"}, PLACE)
    assert (found.place, found.place_en) == ("重庆市", "Chongqing")
    assert found.own == UpTo("2025", "2026-01-26")
    assert found.other.until == "2026-06"
    # what is older elsewhere says nothing
    assert newest(book, {YEAR, "caam-exports.2023-01-2023-03-ytd"}, PLACE).other == UpTo()


def test_what_is_planned_or_expected_has_not_come(book):
    rows = book.observations(entity=PLACE)
    ahead = rows[~rows["status"].isin(["actual", "preliminary"])]
    assert newest(book, set(ahead["observation_id"]), PLACE).own == UpTo()


def test_a_district_is_of_the_place_it_lies_in(book):
    rows = book.observations(entity="500106")
    found = newest(book, set(rows["observation_id"]), PLACE)
    assert found.own.until
    assert found.other == UpTo()


def page():
    made = new_document("")
    made += NumberLink(rows=[YEAR], made=False)
    table = {"keys": ("label", "observation_id"), "rows": (("a", f"{NATION};b.c"),)}
    source = {"id": "trade-2022", "label": "重庆日报，2023-01-17"}
    made += ChartFigure(meta={"sources": [source], "status": "derived", "table": table})
    return made


def test_rows_are_those_of_figures_and_sentences():
    assert rows_of_page(page()) == {YEAR, NATION, "b.c"}


def test_rows_are_those_of_tables_and_of_numbers_without_a_link_too(book):
    made = page()
    rows = pd.DataFrame({"label": ["a", "b"], "observation_id": ["d.e;f.g", "d.e"]})
    shown = table(book, "tab-one", rows, columns={"label": "项目"}, title="标题")
    made += DataTable(meta={"id": shown.id, "records": shown.records})
    # of too many rows to be looked up, and a word that is no number
    made += nodes.inline(classes=[PASTED], rows=["h.i"])
    made += nodes.inline(classes=[PASTED])
    assert rows_of_page(made) == {YEAR, NATION, "b.c", "d.e", "f.g", "h.i"}


def test_what_a_project_has_come_to_is_as_new_as_its_report(book):
    rows = book.text("projects").query("project == 'proj-byd-battery-bishan'")
    shown = table(book, "tab-one", rows, columns={"name_zh": "项目"}, title="标题")
    found = newest(book, {YEAR, *shown.records}, PLACE)
    assert found.own == UpTo("2025", "2026-01-26")
    assert newest(book, set(shown.records), PLACE).own.until == "2025-11"
    abroad = newest(book, {"proj-changan-thailand"}, PLACE)
    assert abroad.own == UpTo()
    assert abroad.other.until == "2023-05"


def test_the_head_says_it_in_both_languages():
    found = Newest("重庆市", "Chongqing", UpTo("2025", "2026-01-26"), UpTo("2026-06"))
    line = provenance(page(), {}, {}, "", "sources.html", found)
    assert "重庆市的数据截至2025年（2026年1月26日公布），其余截至2026年6月｜" in line
    assert "Chongqing: data to 2025 (published 26 Jan 2026), others to Jun 2026 |" in line
    # the day of the newest source, where that is another
    assert "最近一个发表于2023年1月17日" in line
    found = Newest("重庆市", "Chongqing", UpTo(), UpTo("2022-10", "2023-01-17"))
    line = provenance(page(), {}, {}, "", "sources.html", found)
    assert "数据截至2022年10月（2023年1月17日公布）｜" in line
    assert "最近" not in line


def test_what_the_book_made_is_defined_where_it_is_counted(book):
    env = SimpleNamespace(found_docs={GLOSSARY_PAGE})
    builder = SimpleNamespace(get_relative_uri=lambda _, to: f"../{to}.html")
    app = SimpleNamespace(cqbook_data=book, env=env, builder=builder)
    words = {"derived": defined(app, "chapters/trade", "本书推算", "derived by this book")}
    line = provenance(page(), {}, {}, "", "sources.html", None, words | {"computed": ("", "")})
    assert 'href="../chapters/glossary.html#term-derived-by-this-book"' in line
    assert "由公布的数算出" in line
    assert "Worked out from published figures" in line
    # a book that does not define it says it all the same
    assert defined(app, "chapters/trade", "没有的词", "no such word") == (
        "没有的词",
        "no such word",
    )
