"""What the search page looks through: every passage of the book, as text.

The whole text of the book is smaller than an index of it would be, and the browser reads through it
in a millisecond or two: no words cut in other ways here and there, exact passages to show. What
else things are called is known from the book's tables. It is a script, so that it loads from a
folder too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.editions.paths import PASSAGES
from cqbook.site.abstracts import titles_of
from cqbook.site.claims import said_in
from cqbook.site.directives import reading_order, title_in_english
from cqbook.site.figure_index import Notes, exhibits
from cqbook.site.inline_scripts import script_text
from cqbook.site.nodes import ChartFigure, DataTable, nearest_node
from cqbook.site.numbers_page import also_called
from cqbook.site.settings import book_of

#: Pages that list what others say come after them.
LISTING_PAGES = {
    "figures",
    "numbers",
    "data",
    "sources",
    "methods",
    "glossary",
    "citing",
    "reconciliation",
    "revisions",
    "errata",
}
#: Words that are nobody's name and yet whole (创新高 is not 创新 and 高), each with others for it.
SAID_OF_NUMBERS = (
    ["新高", "最高"],
    ["新低", "最低"],
    ["纪录"],
    ["第一"],
    ["增长", "增加", "多了"],
    ["下降", "减少", "少了", "下滑", "跌"],
)
#: Weight of what stands above a figure or table.
CAPTION = 2
#: Of each page: its passages.
PASSAGES_NOTED = Notes[list[tuple[str, str, int]]]("passages")


def passages(doctree: nodes.document) -> list[tuple[str, str, int]]:
    """Return the passages of a page in order: anchor, text, weight (3 heading, 2 caption, 1)."""
    found: list[tuple[str, str, int]] = []
    section = ""
    for node in doctree.findall():
        if isinstance(node, nodes.section):
            section = node["ids"][0]
        elif isinstance(node, nodes.title):
            found.append((section, node.astext(), 3))
        elif isinstance(node, ChartFigure | DataTable):
            meta, anchor = node["meta"], node["ids"][0]
            head = " ".join(filter(None, [meta["title"], meta["subtitle"], meta["id"]]))
            found.append((anchor, head, CAPTION))
            found.append((anchor, meta["caption"], 1))
            rows = meta["table"] if isinstance(node, ChartFigure) else meta
            found += [(anchor, " ".join(filter(None, row)), 1) for row in _rows(rows)]
        elif isinstance(node, nodes.paragraph) and not nearest_node(node, ChartFigure, DataTable):
            # a paragraph that stands for something else says where and how much it weighs
            found.append((node.get("place", section), node.astext(), node.get("weight", 1)))
    return [
        (anchor, re.sub(r"\s+", " ", text).strip(), weight)
        for anchor, text, weight in found
        if text
    ]


def _rows(table: dict[str, Any]) -> list[list[str]]:
    """Return the rows of a table without the ids of sources and observations."""
    kept = [n for n, key in enumerate(table["keys"]) if key not in ("source_id", "observation_id")]
    return [[row[n] for n in kept] for row in table["rows"]]


@cache
def _traditional() -> tuple[tuple[str, str], ...]:
    """Return traditional characters with their simplified form, after OpenCC."""
    path = files("opencc") / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line)
    return tuple((pair[0], pair[1].split()[0]) for pair in pairs)


def simplified(text: str) -> str:
    """Return the traditional characters whose simplified form occurs in `text`, each before it."""
    known = set(text)
    return "".join(old + new for old, new in _traditional() if new in known and old != new)


def collect(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Note the passages of a page."""
    if doctree is not None:
        PASSAGES_NOTED.leave(app, page, passages(doctree))


def replace_search(app: Sphinx) -> None:
    """Put our search in the place of Sphinx's."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def page_of_search(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Return the page that asks."""
    return [("search", {}, "search.html")]


def write_passages(app: Sphinx, exception: Exception | None) -> None:
    """Write what the search page looks through."""
    if exception or app.builder.format != "html":
        return
    pages: list[tuple[str, str, int, str]] = []
    lines: list[tuple[int | str, ...]] = []
    seen: set[tuple[str, str]] = set()
    for name in reading_order(app):
        number = len(pages)
        rank = 0 if name.rpartition("/")[2] in LISTING_PAGES else 1
        title, title_en = titles_of(app, name)
        pages.append((app.builder.get_target_uri(name), title, rank, title_en))
        titles = {node["ids"][0]: title_in_english(app, node) for node in exhibits(app.env, name)}
        for anchor, text, weight in PASSAGES_NOTED.of(app, name) or []:
            if (name, text) not in seen:
                seen.add((name, text))
                english = titles.get(anchor, "") if weight == CAPTION else ""
                lines.append((number, anchor, text, weight, *filter(None, [english])))
    words = "".join(str(line[2]) for line in lines)
    content = {
        "pages": pages,
        "passages": lines,
        "claims": claimed_on({name: number for number, name in enumerate(reading_order(app))}, app),
        "names": same_names(book_of(app)),
        "simplified": simplified(words),
    }
    path = Path(app.outdir) / PASSAGES
    path.write_text(f"cqbook.look({script_text(content)});\n", encoding="utf-8")


def claimed_on(numbers: Mapping[str, int], app: Sphinx) -> list[tuple[int, str, str]]:
    """Return the sentences that claims stand on, each once: number of the page, anchor, sentence.

    Parameters
    ----------
    numbers : mapping of str to int
        The numbers of the pages by their names.
    """
    found = {
        item.sentence: (numbers[f"chapters/{item.page}"], item.place, item.sentence)
        for item in said_in(app)
        if item.place and item.claim.holds and f"chapters/{item.page}" in numbers
    }
    return list(found.values())


def same_names(book: Catalog) -> list[list[str]]:
    """Return the names of each code that has several, in Chinese and English."""
    found = {key: list(words) for key, words in also_called(book).items()}
    for resource, key in (("indicators", "indicator"), ("entities", "entity")):
        for row in rows_of(book.text(resource)):
            found.setdefault((resource, row[key]), []).append(row["name_en"])
    for row in rows_of(book.text("breakdowns")):
        code = f"{row['dimension']}={row['code']}"
        found.setdefault(("breakdowns", code), []).append(row["name_en"])
    return [*(words for words in found.values() if any(words)), *SAID_OF_NUMBERS]


def setup(app: Sphinx) -> None:
    """Connect the collection, the page and the file."""
    app.connect("builder-inited", replace_search)
    app.connect("html-page-context", collect)
    app.connect("html-collect-pages", page_of_search)
    app.connect("build-finished", write_passages)
