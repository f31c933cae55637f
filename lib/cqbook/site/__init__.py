"""The Sphinx extension: figures and tables, static pictures, catalogues, assets."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from cqbook.site import (
    abstracts,
    claims,
    directives,
    figure_index,
    figure_pages,
    glossary,
    kept,
    layout,
    machines,
    markdown,
    metadata,
    number_links,
    numbers_page,
    pictures,
    search,
    unbroken,
)
from cqbook.site.nodes import (
    Abstract,
    ChartFigure,
    DataTable,
    Listing,
    depart_abstract,
    open_whole,
    skip,
    title_of,
    visit_figure,
    visit_table,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register nodes, directives and events with Sphinx."""
    # what is skipped is not departed from, nor what writes itself whole
    nothing = (skip, skip)
    app.add_enumerable_node(
        ChartFigure, "figure", title_of, html=(visit_figure, skip), latex=nothing, text=nothing
    )
    app.add_enumerable_node(
        DataTable, "table", title_of, html=(visit_table, skip), latex=nothing, text=nothing
    )
    app.add_node(Abstract, html=(open_whole, depart_abstract), latex=nothing, text=nothing)
    app.add_node(Listing, html=nothing, latex=nothing, text=nothing)
    app.add_config_value("cqbook_edition", "", "html", types=[str])
    app.add_config_value("cqbook_files", True, "html", types=[bool])
    app.add_config_value("cqbook_asked", {}, "html", types=[dict])
    # jupyter-book sets it whether or not sphinx-comments, which this book has no use for, is there
    app.add_config_value("comments_config", {}, "", types=[dict])
    kept.setup(app)
    figure_index.setup(app)
    pictures.setup(app)
    directives.setup(app)
    metadata.setup(app)
    search.setup(app)
    layout.setup(app)
    abstracts.setup(app)
    glossary.setup(app)
    claims.setup(app)
    numbers_page.setup(app)
    unbroken.setup(app)
    figure_pages.setup(app)
    number_links.setup(app)
    markdown.setup(app)
    machines.setup(app)
    # loaded by the extension of the contents, and does not say so: it numbers sections after all
    # pages are read, and here none
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True
    # what pages leave for the whole book is merged or noted on disk; their pictures are drawn
    # before, for vl-convert must not run before a fork
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
