"""What pages hold for who reads them: nothing empty, nothing cut, no row taller than its text."""

from __future__ import annotations

import pytest
from test_site import DESK, LATEST, PHONE, browser, opened, pages, pytestmark, tab, window

__all__ = ["browser", "pytestmark", "tab", "window"]

#: Lines of a table's row that a reader takes for a row.
LINES = 9
#: Pages that judge what is published and what is not, and lists of all there is.
LISTS = {"reconciliation", "claims", "data", "sources", "methods", "figures", "glossary", "citing"}
CHAPTERS = [name for name in pages() if name.split("/")[-1].removesuffix(".html") not in LISTS]

#: Of each table that is seen: where it stands, its rows, how far it is cut, its tallest row in
#: lines.
TABLES = """() => [...document.querySelectorAll('table.cq-table, table.cq-grid')]
  .filter(table => table.offsetParent)
  .map(table => {
    const line = parseFloat(getComputedStyle(table).lineHeight);
    const rows = [...table.tBodies].flatMap(body => [...body.rows]).filter(row => !row.hidden);
    return [
      table.closest('[id]').id, rows.length, table.scrollWidth - table.parentElement.clientWidth,
      Math.max(...rows.map(row => row.getBoundingClientRect().height / line)),
    ];
  })"""
OPEN = "document.querySelectorAll('details.cq-data').forEach(node => { node.open = true; })"


@pytest.mark.parametrize("name", CHAPTERS)
def test_nothing_on_a_page_is_empty(tab, name):
    """Three marks in a figure, two rows in a table; what nobody published is said twice at most."""
    opened(tab, name)
    assert tab.inner_text("article").count("未见公布") <= 2
    tab.evaluate(OPEN)
    for place, rows, _, _ in tab.evaluate(TABLES):
        assert rows >= (3 if place.startswith("fig-") else 2), place
    headings = tab.evaluate(
        """() => [...document.querySelectorAll('article section')]
          .filter(part => part.innerText.trim() === part.firstElementChild.innerText.trim())
          .map(part => part.innerText)"""
    )
    assert headings == []


@pytest.mark.parametrize(
    ("size", "lines"), [(DESK, LINES), (PHONE, 2 * LINES)], ids=["1280", "390"]
)
def test_no_table_is_cut_or_a_tower(tab, size, lines):
    """All columns are in sight, those of the data below a figure too; cards on a phone."""
    tab.set_viewport_size(size)
    # a card has a line a cell
    lines = 2 * LINES if size == PHONE else LINES
    found = []
    for name in CHAPTERS:
        opened(tab, name)
        tab.evaluate(OPEN)
        found += [
            (name, place, cut, tall)
            for place, _, cut, tall in tab.evaluate(TABLES)
            if cut > 1 or tall > lines
        ]
    assert found == []


def test_labels_of_cards_stand_beside_their_values(tab):
    """A label that may not break would lie over the value beside it."""
    tab.set_viewport_size(PHONE)
    for name in CHAPTERS:
        opened(tab, name)
        tab.evaluate(OPEN)
        lying = tab.evaluate(
            """() => [...document.querySelectorAll('table.cq-wide td')]
              .filter(cell => cell.offsetParent)
              .filter(cell => getComputedStyle(cell).whiteSpace !== 'normal')
              .map(cell => cell.dataset.label)"""
        )
        assert lying == [], name
        empty = tab.evaluate(
            """() => [...document.querySelectorAll('table.cq-wide td')]
              .filter(cell => cell.offsetParent && cell.innerText.trim() === '—').length"""
        )
        assert empty == 0, f"{name}: a card says of what is not there that it is not there"


def test_no_table_is_cut_on_paper(tab):
    """A4 less its margins is 680 px wide."""
    tab.set_viewport_size({"width": 680, "height": 960})
    tab.emulate_media(media="print")
    found = []
    for name in CHAPTERS:
        opened(tab, name)
        found += [(name, place, cut) for place, _, cut, _ in tab.evaluate(TABLES) if cut > 1]
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
