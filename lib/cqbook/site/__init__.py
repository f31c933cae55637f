"""The Sphinx extension: figures and tables, static pictures, catalogues, assets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cqbook.site import catalogues, pictures
from cqbook.site.nodes import ChartFigure, DataTable, skip, title_of, visit_figure, visit_table
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

ASSETS = Path(__file__).resolve().parent / "assets"


def add_assets(app: Sphinx) -> None:
    """Offer the style sheet and the small script; Vega itself is loaded by the script on demand."""
    app.config.html_static_path.append(str(ASSETS))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register nodes, directives and events with Sphinx."""
    nothing: Any = (skip, None)
    app.add_enumerable_node(
        ChartFigure, "figure", title_of, html=(visit_figure, None), latex=nothing, text=nothing
    )
    app.add_enumerable_node(
        DataTable, "table", title_of, html=(visit_table, None), latex=nothing, text=nothing
    )
    app.connect("builder-inited", add_assets)
    app.add_css_file("cqbook.css")
    app.add_js_file("cqbook.js", loading_method="defer")
    pictures.setup(app)
    catalogues.setup(app)
    # vl-convert must not run before a fork: pages are written in one process
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
