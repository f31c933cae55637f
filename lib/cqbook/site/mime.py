"""MIME renderers for myst-nb: the book's figures and tables as numbered Sphinx nodes."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer

from cqbook.figures.claims import CLAIM_MIME
from cqbook.figures.figure import ABSENT_MIME, TABLE_MIME
from cqbook.figures.identity import FIGURE_MIME
from cqbook.site.nodes import ChartFigure, DataTable


def _targeted(renderer: NbElementRenderer, node: nodes.Element, name: str) -> list[nodes.Element]:
    # an explicit target makes the id a label that {numref} and other pages find
    node["names"].append(name)
    renderer.renderer.document.note_explicit_target(node, node)
    return [node]


def _words(meta: dict[str, Any], more: str = "") -> nodes.paragraph:
    """Return the words of a figure or table for the search index; the writer sets them itself."""
    return nodes.paragraph("", " ".join([meta["title"], meta["subtitle"], meta["id"], more]))


class FigureRenderer:
    """Vega-Lite with the book's identity in ``usermeta``.

    Claims have their sentences elsewhere, and what has nothing to show has no place at all.

    This and the next are ``MimeRenderPlugin`` by what they offer; that is a protocol.
    """

    mime_priority_overrides: ClassVar = [
        ("*", FIGURE_MIME, 1),
        ("*", ABSENT_MIME, 1),
        ("*", CLAIM_MIME, 1),
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the figure's node; None for what is not the book's."""
        if not inline and data.mime_type in (CLAIM_MIME, ABSENT_MIME):
            # something that is not seen: of nothing myst-nb would show the plain text instead
            return [nodes.comment()]
        if inline or data.mime_type != FIGURE_MIME:
            return None
        content: dict[str, Any] = dict(data.content)
        meta = content.get("usermeta")
        if not meta or "id" not in meta:
            return None
        node = ChartFigure("", _words(meta), meta=meta, spec=content)
        return _targeted(renderer, node, meta["id"])


class TableRenderer:
    """The book's numbered tables."""

    mime_priority_overrides: ClassVar = [("*", TABLE_MIME, 1)]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the table's node; None for what is not the book's."""
        if inline or data.mime_type != TABLE_MIME:
            return None
        meta = dict(data.content)
        cells = " ".join(cell for row in meta["rows"] for cell in row)
        node = DataTable("", _words(meta, cells), meta=meta)
        return _targeted(renderer, node, meta["id"])
