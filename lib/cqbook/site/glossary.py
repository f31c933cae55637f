"""The terms of the book: a page of definitions, and on each page the first use explains itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.figures.english import said_or_kept
from cqbook.site.markup import markup
from cqbook.site.nodes import (
    Abstract,
    ChartFigure,
    DataTable,
    Listing,
    open_whole,
    written_since,
)
from cqbook.site.settings import asked, known_words

GLOSSARY_PAGE = "chapters/glossary"
#: Text inside these is not prose, or is a link already.
CLOSED = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.raw,
    nodes.table,
    nodes.definition_list,
    Abstract,
    ChartFigure,
    DataTable,
)


@asked
def terms(book: Catalog) -> dict[str, dict[str, str]]:
    """Return the terms of the glossary with their rows, longest first."""
    rows = rows_of(book.text("glossary"))
    return {row["term"]: row for row in sorted(rows, key=lambda row: -len(row["term"]))}


def anchor(app: Sphinx, term: str) -> str:
    """Return the anchor of a term: by its English name, which addresses can spell."""
    name = re.sub(r"[^a-z0-9]+", "-", terms(app)[term]["name_en"].lower()).strip("-")
    return f"term-{name}"


def defined(app: Sphinx, page: str, term: str, english: str) -> tuple[str, str]:
    """Return a term as it stands outside the prose, in both languages, each with its definition.

    Parameters
    ----------
    page : str
        Where it stands.
    term, english : str
        The English may be said in another form than in the list.
    """
    row = terms(app).get(term)
    if row is None or GLOSSARY_PAGE not in app.env.found_docs:
        return term, english
    way = f"{app.builder.get_relative_uri(page, GLOSSARY_PAGE)}#{anchor(app, term)}"
    known = known_words(app)
    told = (row["definition"], said_or_kept(row["definition"], known))
    chinese, other = (
        markup("term.html", way=way, definition=definition, term=word)
        for word, definition in zip((term, english), told, strict=True)
    )
    return chinese, other


class Term(nodes.Inline, nodes.TextElement):
    """The first use of a term: ``way`` to its definition, and the ``definition`` itself."""


def depart_term(self: HTML5Translator, node: nodes.Element) -> None:
    """Write the link to a definition."""
    term = written_since(self, node)
    link = markup("term.html", way=node["way"], definition=node["definition"], term=term)
    self.body.append(link)


class Glossary(SphinxDirective):
    """``{glossary-list}``: every term with its English name and its definition."""

    def run(self) -> list[nodes.Node]:
        """Return one definition list."""
        app = self.env.app
        rows = sorted(terms(app).values(), key=lambda row: row["name_en"].lower())
        known = known_words(app)
        listed = [
            row
            | {
                "anchor": anchor(app, row["term"]),
                "definition_en": said_or_kept(row["definition"], known),
            }
            for row in rows
        ]
        # for the search: each term a heading of its own, with its place
        hidden = [
            nodes.paragraph("", text, classes=["cq-hidden"], place=row["anchor"], weight=weight)
            for row in listed
            for text, weight in (
                (f"{row['term']} {row['name_en']}", 3),
                (f"{row['term']}：{row['definition']}", 1),
            )
        ]
        items = [(row["term"], f"#{row['anchor']}", _told(row)) for row in listed]
        html = nodes.raw("", markup("glossary.html", terms=listed), format="html")
        return [html, Listing(head="", items=items), *hidden]


def _told(row: Mapping[str, str]) -> str:
    return f"{row['name_en']}：{row['definition']}"


def explain(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the first use of each term in the prose of a page to its definition."""
    if docname == GLOSSARY_PAGE or GLOSSARY_PAGE not in app.env.found_docs:
        return
    way = app.builder.get_relative_uri(docname, GLOSSARY_PAGE)
    left = dict(terms(app))
    for text in list(doctree.findall(nodes.Text)):
        if not left or _closed(text):
            continue
        pattern = re.compile("|".join(map(re.escape, left)))
        pieces: list[nodes.Node] = []
        place = 0
        for found in pattern.finditer(str(text)):
            term = found[0]
            if term not in left:
                continue
            row = left.pop(term)
            pieces.append(nodes.Text(str(text)[place : found.start()]))
            link = Term("", term, way=f"{way}#{anchor(app, term)}", definition=row["definition"])
            pieces.append(link)
            place = found.end()
        if pieces:
            pieces.append(nodes.Text(str(text)[place:]))
            text.parent.replace(text, [piece for piece in pieces if piece.astext()])


def _closed(node: nodes.Node) -> bool:
    parent: nodes.Node | None = node.parent
    within = False
    while parent is not None:
        if isinstance(parent, CLOSED):
            return True
        within = within or isinstance(parent, nodes.paragraph | nodes.list_item)
        parent = parent.parent
    return not within


def setup(app: Sphinx) -> None:
    """Register the page and the links."""
    app.add_directive("glossary-list", Glossary)
    app.add_node(Term, html=(open_whole, depart_term))
    # after the texts are glued and the references resolved
    app.connect("doctree-resolved", explain, priority=900)
