"""What pages hold for who reads them: nothing empty, nothing cut, no row taller than its text."""

from __future__ import annotations

import pytest
from test_site import (
    CHAPTERS,
    DESK,
    LATEST,
    PHONE,
    TABLES,
    pytestmark,
    served,
    tab,
    visited,
    window,
)

__all__ = ["pytestmark", "served", "tab", "visited", "window"]

#: Lines of a table's row that a reader takes for a row.
LINES = 9


@pytest.mark.parametrize("name", CHAPTERS)
def test_nothing_on_a_page_is_empty(visited, name):
    """Three marks in a figure, two rows in a table; a number that was not found leaves two gaps."""
    visit = visited(name, DESK)
    # in the place of a number; sentences say what of
    assert visit.words.splitlines().count("没有查到") <= 2
    for place, rows, _, _ in visit.tables:
        assert rows >= (3 if place.startswith("fig-") else 2), place
    assert visit.bare == []


@pytest.mark.parametrize(
    ("size", "lines"), [(DESK, LINES), (PHONE, 2 * LINES)], ids=["1280", "390"]
)
def test_no_table_is_cut_or_a_tower(visited, size, lines):
    """All columns are in sight, those of the data below a figure too; cards on a phone."""
    # a card has a line a cell
    found = [
        (name, place, cut, tall)
        for name in CHAPTERS
        for place, _, cut, tall in visited(name, size).tables
        if cut > 1 or tall > lines
    ]
    assert found == []


def test_labels_of_cards_stand_beside_their_values(visited):
    """A label that may not break would lie over the value beside it."""
    for name in CHAPTERS:
        visit = visited(name, PHONE)
        assert visit.lying == [], name
        assert visit.empty == 0, f"{name}: a card says of what is not there that it is not there"


def test_no_table_is_cut_on_paper(visited):
    seen = {name: visited(name, DESK).on_paper for name in CHAPTERS}
    assert any(seen.values())
    found = [(name, place, cut) for name in CHAPTERS for place, _, cut, _ in seen[name] if cut > 1]
    assert found == []


def test_a_cut_table_and_a_tower_would_be_seen(tab, tmp_path):
    page = tmp_path / "page.html"
    cell = f"<td>{'字<br>' * 20}</td>"
    page.write_text(
        f"<div id='fig-x' style='width:50px'><table class='cq-table' style='width:90px'>"
        f"<tbody><tr>{cell}</tr></tbody></table></div>",
        encoding="utf-8",
    )
    tab.goto(page.as_uri())
    tab.evaluate("document.querySelector('table').style.lineHeight = '20px'")
    ((place, rows, cut, tall),) = tab.evaluate(TABLES)
    assert (place, rows) == ("fig-x", 1)
    assert cut >= 40
    assert tall >= 20


def test_there_are_pages():
    assert len(CHAPTERS) > 15, LATEST
