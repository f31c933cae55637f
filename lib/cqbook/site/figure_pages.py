"""A page of its own for each figure, a variant to embed, and the notebook that it comes from.

Who is sent to a figure finds it alone: the finding, the chart, where the numbers are from, the
rows, the files, the code of the cell that draws it. Written in the process that writes the page
which the figure stands on, of the same parts.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from cqbook.editions.store import PERMALINK
from cqbook.figures import theme
from cqbook.figures.citations import RECORDS
from cqbook.figures.exhibit import Exhibit
from cqbook.figures.formats import ALL_IN_ONE, COMPANIONS
from cqbook.site.abstracts import titles_of
from cqbook.site.layout import (
    MODE_SCRIPT,
    POLICY,
    Address,
    edition_line,
    short_hash,
)
from cqbook.site.markup import markup
from cqbook.site.metadata import dataset, machine_tags
from cqbook.site.nodes import (
    OWN_PAGES,
    SOURCES_PAGE,
    ChartFigure,
    FigureParts,
    exhibit_of,
    figure_parts,
)
from cqbook.site.pictures import CARDS_FOLDER
from cqbook.site.settings import base_of

#: Folder of the notebooks that figures come from, below the root of the site.
NOTEBOOKS = "notebooks"
#: The way from a figure's page to the root of the site.
ROOT = "../"
#: What the name of a page to embed ends in.
EMBEDDED = ".embed.html"
#: Asks for a page in English, whatever the reader's browser keeps.
IN_ENGLISH = "?lang=en"
#: Asks the script of a page to show its code.
SHOW_CODE = "?code"
#: Of an embedded figure, in px: a line of its texts, what is around them and the chart, full-width
#: characters in a line of its width and on a phone.
_LINE, _AROUND, _CHARACTERS, _CHARACTERS_NARROW = 26, 97, 44, 21


@dataclass(frozen=True)
class HomePage:
    """Where a figure stands: its page, the title of that in both languages, and the way there."""

    page: str
    titles: tuple[str, str]
    way: str


def publish(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the own pages of the figures of a page, and its notebook."""
    if doctree is None or not app.config.cqbook_files:
        return
    found = list(doctree.findall(ChartFigure))
    if not found:
        return
    source = Path(app.env.doc2path(page))
    target = Path(app.outdir) / NOTEBOOKS / source.name
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)
    way = ROOT + app.builder.get_target_uri(page)
    place = HomePage(page, titles_of(app, page), way)
    folder = Path(app.outdir) / OWN_PAGES
    folder.mkdir(exist_ok=True)
    sources = ROOT + app.builder.get_target_uri(SOURCES_PAGE)
    for node in found:
        shown = exhibit_of(app, node, page)
        parts = figure_parts(app, node, page, root=ROOT, sources=sources)
        own = _own_page(app, shown, parts, place, code_of(node))
        (folder / f"{shown.id}.html").write_text(own, encoding="utf-8")
        embedded = _embedded(app, shown, parts)
        (folder / f"{shown.id}{EMBEDDED}").write_text(embedded, encoding="utf-8")


def code_of(node: nodes.Element) -> str:
    """Return the code of the cell that a figure is an output of; empty where it has none."""
    cell: nodes.Node | None = node
    while isinstance(cell, nodes.Element) and "cell" not in cell.get("classes", ()):
        cell = cell.parent
    if not isinstance(cell, nodes.Element):
        return ""
    for part in cell.findall(nodes.container):
        if "cell_input" in part["classes"]:
            return next((block.astext() for block in part.findall(nodes.literal_block)), "")
    return ""


def _own_page(
    app: Sphinx, shown: Exhibit, parts: FigureParts, place: HomePage, code: str
) -> Markup:
    book, edition = shown.book, app.config.cqbook_edition
    name = f"{OWN_PAGES}/{shown.id}"
    written = Markup()
    if code:
        assert isinstance(app.builder, StandaloneHTMLBuilder)
        # HTML, for Sphinx has written it
        written = Markup(app.builder.highlighter.highlight_block(code, "ipython3"))
    return markup(
        "figure_page.html",
        **vars(parts),
        top=_top(),
        tags=_described(app, shown)
        + machine_tags(app, shown.identity.title, name, [dataset(shown, ROOT)]),
        book=book.title,
        book_en=book.title_en,
        home=ROOT + app.builder.get_target_uri(app.config.root_doc),
        chapter=f"{place.way}#{shown.id}",
        chapter_titles=(
            "｜".join(filter(None, [parts.head.number, place.titles[0]])),
            " | ".join(filter(None, [parts.head.number_en, place.titles[1]])),
        ),
        permalink=Markup(PERMALINK),
        all_in_one=ALL_IN_ONE,
        records=[(form, COMPANIONS[form]) for form in RECORDS],
        # shown as text
        embed=str(embed_code(shown, parts, shown.identity.title)),
        embed_en=str(embed_code(shown, parts, shown.identity.english.title, IN_ENGLISH)),
        address=book.address,
        sections=_sections(bool(parts.grid.rows), bool(book.address)),
        code=written,
        notebook=f"{ROOT}{NOTEBOOKS}/{Path(app.env.doc2path(place.page)).name}",
        with_code=f"{place.way}{SHOW_CODE}#{shown.id}",
        edition=edition_line(name, ROOT, edition),
    )


def _sections(has_data: bool, has_address: bool) -> list[tuple[str, str, str]]:
    """Return what the page has below the figure: anchor and heading in both languages."""
    listed = [("data", "图中数据", "Data")] if has_data else []
    listed.append(("cite", "引用", "Cite"))
    listed += [("embed", "嵌入", "Embed")] if has_address else []
    return [*listed, ("code", "代码", "Code")]


def _top() -> Markup:
    """Return what the head of a page begins with that the theme does not lay out."""
    return markup(
        "alone_top.html",
        root=ROOT,
        # ours, and no texts
        policy=Markup(POLICY),
        mode_script=Markup(MODE_SCRIPT),
        style=short_hash("cqbook.css"),
        script=short_hash("cqbook.js"),
    )


def _described(app: Sphinx, shown: Exhibit) -> Markup:
    base = base_of(app)
    own = shown.identity
    address = None
    if base:
        way, card = f"{base}/{OWN_PAGES}/{own.id}.html", f"{base}/{CARDS_FOLDER}/{own.id}.png"
        address = Address(way, card, own.alt)
    return markup("description.html", words=own.alt, title=own.title, address=address)


def _embedded(app: Sphinx, shown: Exhibit, parts: FigureParts) -> Markup:
    return markup(
        "figure_embed.html",
        # its number is one of the book's
        **vars(replace(parts, head=replace(parts.head, number=""))),
        top=_top(),
        book=shown.book.title,
        book_en=shown.book.title_en,
        imprint=shown.imprint,
        imprint_en=replace(shown, language="en").imprint,
        edition=app.config.cqbook_edition,
        page=f"{OWN_PAGES}/{shown.id}",
        in_english=IN_ENGLISH,
    )


def embed_code(shown: Exhibit, parts: FigureParts, title: str, asking: str = "") -> Markup:
    """Return the frame that shows a figure in somebody else's page, of the edition that it is of.

    Empty where the book has no address: a frame would find nothing.

    Parameters
    ----------
    asking : str
        What the address asks of the page: `IN_ENGLISH`.
    """
    if not shown.book.address:
        return Markup()
    way = shown.book.whole(f"v/{shown.edition}/{OWN_PAGES}/{shown.id}{EMBEDDED}{asking}")
    return markup(
        "embed_code.html",
        way=way,
        title=title,
        height=frame_height(shown, parts),
        width=theme.PICTURE_WIDTH + 40,
    )


def frame_height(shown: Exhibit, parts: FigureParts) -> int:
    """Return a height in px at which an embedded figure has no bar to scroll, at any width."""
    own, picture = shown.identity, parts.drawn.pictures[0]
    foot = (shown.source, shown.imprint)
    said = [
        (own.title, own.subtitle, own.caption, *foot),
        # names of papers are longer in English: a line more for each line of the foot
        (own.english.title, own.english.caption, own.english.note, *foot, *foot),
    ]
    heights = (
        chart
        + _AROUND
        + _LINE * max(sum(_lines(text, characters) for text in texts) for texts in said)
        for chart, characters in (
            (picture.wide[1], _CHARACTERS),
            (picture.narrow[1], _CHARACTERS_NARROW),
        )
    )
    return math.ceil(max(heights) / 10) * 10


def _lines(text: str, characters: int) -> int:
    return math.ceil(theme.line_width(text, 0.55) / characters)


def setup(app: Sphinx) -> None:
    """Write the pages after each page whose figures they are: the theme has dressed it."""
    app.connect("html-page-context", publish, priority=950)
