"""Numbers of the prose lead to their rows in 数字库: that which was printed, those it was made of.

A cell that glues a quantity says which observations it knows (`cqbook.figures.figure.glue`). Where
all of them are published, and few enough to be looked through, the number is a link.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.roles import PasteTextRole
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from cqbook.figures.figure import MADE_KEY, PRINTED_KEY
from cqbook.site.glossary import Term
from cqbook.site.markup import markup
from cqbook.site.nodes import Abstract, nearest_node, open_whole, written_since
from cqbook.site.numbers_page import NUMBERS_PAGE, obs_anchor, published_ids
from cqbook.site.unbroken import PASTED

#: A number of more rows than this is no number that one looks up, but a list.
MOST_OBSERVATIONS = 8


class NumberLink(nodes.Inline, nodes.TextElement):
    """A number with the ``way`` to its ``rows``; ``made``: by the book, of what these say.

    ``english``: it stands where English readers see it.
    """


def glued_text(
    name: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: Inliner,
    options: object = None,
    content: object = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """``{glue:text}`name```: the text as myst-nb makes it, which knows its observations."""
    found, messages = PasteTextRole()(name, rawtext, text, lineno, inliner, options, content)
    try:
        metadata = retrieve_glue_data(inliner.document, text).metadata
    except RetrievalError:
        # what is not glued, myst-nb has told of
        return found, messages
    for node in found:
        for key in (PRINTED_KEY, MADE_KEY):
            if isinstance(node, nodes.Element) and key in metadata:
                node["rows"], node["made"] = list(metadata[key]), key == MADE_KEY
    return found, messages


def rows_way(page: str, rows: Sequence[str]) -> str:
    """Return the way to one row, or to several by themselves.

    Parameters
    ----------
    page : str
        The way to the page of numbers.
    rows : sequence of str
        Ids of observations: what they are spelt with may stand in an address.
    """
    if len(rows) == 1:
        return f"{page}#{obs_anchor(rows[0])}"
    return f"{page}?of={','.join(rows)}"


def link_numbers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a link around each number of the prose whose rows are published."""
    known = published_ids(app)
    if not known or docname == NUMBERS_PAGE:
        return
    page = app.builder.get_relative_uri(docname, NUMBERS_PAGE)
    for node in list(doctree.findall(nodes.inline)):
        rows = node.get("rows", ()) if PASTED in node["classes"] else ()
        if not 0 < len(rows) <= MOST_OBSERVATIONS or not known.issuperset(rows):
            continue
        # a link holds no other, and a heading none at all
        if nearest_node(node, *CLOSED) is not None or any(True for _ in node.findall(Term)):
            continue
        way, english = rows_way(page, rows), nearest_node(node, Abstract) is not None
        link = NumberLink(way=way, rows=rows, made=node["made"], english=english)
        node.replace_self(link)
        link += node


#: What no link stands in.
CLOSED = (nodes.title, nodes.reference)


def depart_number(self: HTML5Translator, node: NumberLink) -> None:
    """Write the link; its name says what it opens."""
    html = markup(
        "number.html",
        way=node["way"],
        text=node.astext(),
        count=len(node["rows"]) if node["made"] else 0,
        english=node["english"],
        number=written_since(self, node),
    )
    self.body.append(html)


def setup(app: Sphinx) -> None:
    """Register the role in the place of myst-nb's, and the links: after all texts are made."""
    app.add_node(NumberLink, html=(open_whole, depart_number))
    app.add_role_to_domain("glue", "text", glued_text, override=True)
    app.connect("doctree-resolved", link_numbers, priority=960)
