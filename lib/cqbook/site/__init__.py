"""The Sphinx extension: figures and tables, static pictures, catalogues, assets."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from cqbook.site import catalogues, linked, pictures, search
from cqbook.site.nodes import ChartFigure, DataTable, skip, title_of, visit_figure, visit_table

ASSETS = Path(__file__).resolve().parent / "assets"


def add_assets(app: Sphinx) -> None:
    """Offer the style sheet and the small script; Vega itself is loaded by the script on demand."""
    app.config.html_static_path.append(str(ASSETS))


#: Scripts of the theme's extensions that this book has no use for: live code, icon painting.
UNUSED_SCRIPTS = ("thebe", "fontawesome", "copybutton")


def drop_unused(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Leave out scripts that nobody needs; one of them even declares a constant twice."""

    def used(script: object) -> bool:
        name = str(getattr(script, "filename", script) or "")
        body = str(getattr(script, "attributes", {}).get("body") or "")
        return not any(word in (name + body).lower() for word in UNUSED_SCRIPTS)

    context["script_files"] = [item for item in context.get("script_files", []) if used(item)]


def show_edition(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Say at the foot of a page which edition it is of, with a plain link to the latest one.

    The link is the same in ``latest/`` and in ``v/<edition>/``: a frozen page never changes.
    """
    name = app.config.cqbook_edition
    if not name:
        return
    root = "../" * page.count("/")
    context["theme_extra_footer"] = (
        f'<p class="cq-edition" data-edition="{escape(name)}" data-root="{root}"'
        f' data-page="{escape(page)}">版次 {escape(name)}｜'
        f'<a href="{root}../latest/index.html">最新版</a></p>'
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
    app.connect("builder-inited", add_assets)
    app.add_config_value("cqbook_edition", "", "html", types=[str])
    app.connect("html-page-context", drop_unused, priority=900)
    app.connect("html-page-context", show_edition, priority=900)
    app.add_css_file("cqbook.css")
    app.add_js_file("cqbook.js", loading_method="defer")
    app.add_search_language(search.ChinesePairs)
    pictures.setup(app)
    catalogues.setup(app)
    linked.setup(app)
    # vl-convert must not run before a fork: pages are written in one process
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
