"""The Sphinx extension: figures and tables, static pictures, catalogues, assets."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from cqbook.site import abstracts, catalogues, glossary, linked, pages, pictures, register, search
from cqbook.site.nodes import (
    Abstract,
    ChartFigure,
    DataTable,
    depart_abstract,
    skip,
    title_of,
    visit_abstract,
    visit_figure,
    visit_table,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register nodes, directives and events with Sphinx."""
    nothing: Any = (skip, None)
    app.add_enumerable_node(
        ChartFigure, "figure", title_of, html=(visit_figure, None), latex=nothing, text=nothing
    )
    app.add_enumerable_node(
        DataTable, "table", title_of, html=(visit_table, None), latex=nothing, text=nothing
    )
    app.add_node(Abstract, html=(visit_abstract, depart_abstract), latex=nothing, text=nothing)
    app.add_config_value("cqbook_edition", "", "html", types=[str])
    # jupyter-book sets it whether or not sphinx-comments, which this book has no use for, is there
    app.add_config_value("comments_config", {}, "", types=[dict])
    register.setup(app)
    pictures.setup(app)
    catalogues.setup(app)
    linked.setup(app)
    search.setup(app)
    pages.setup(app)
    abstracts.setup(app)
    glossary.setup(app)
    # vl-convert must not run before a fork: pages are written in one process
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
