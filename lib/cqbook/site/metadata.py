"""What machines read: ``figures.json`` of figures and tables; Dublin Core, schema.org in pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

from cqbook.disk.checksums import digest
from cqbook.figures.citations import citations, month_of
from cqbook.figures.exhibit import Exhibit
from cqbook.figures.formats import ALL_IN_ONE, COMPANIONS, ENGLISH, FORMATS, TABLE_FORMATS
from cqbook.figures.sheets import rows
from cqbook.site.directives import reading_order
from cqbook.site.figure_index import Notes
from cqbook.site.inline_scripts import script_text
from cqbook.site.markup import markup
from cqbook.site.nodes import NO_EDITION, ChartFigure, DataTable, exhibit_of, exhibited_table
from cqbook.site.pictures import FIGURES_FOLDER
from cqbook.site.settings import publication, root_of

CATALOGUE = "figures.json"
#: Of each page: its figures, as ``figures.schema.json`` describes them.
FIGURES_NOTED = Notes[list[dict[str, Any]]]("figures")
#: And its tables.
TABLES_NOTED = Notes[list[dict[str, Any]]]("tables")
SCHEMA = Path(__file__).resolve().with_name("figures.schema.json")


def _described(app: Sphinx, node: nodes.Element, docname: str) -> dict[str, Any]:
    shown = exhibit_of(app, node, docname)
    meta = node["meta"]
    return {
        "id": shown.id,
        "page": docname,
        "permalink": shown.permalink,
        "title": meta["title"],
        "subtitle": meta["subtitle"],
        "unit": meta["unit"],
        "note": meta["caption"],
        "alt": meta["alt"],
        "english": meta["english"],
        "status": meta["status"],
        "data": shown.data_hash,
        "sources": meta["sources"],
        "files": _files(app, shown, [*FORMATS, *(f"en.{form}" for form in ENGLISH)]),
        "rows": rows(shown),
        "citations": citations(shown),
    }


def described_table(shown: Exhibit, files: dict[str, Any]) -> dict[str, Any]:
    """Return what ``figures.json`` says of a table."""
    own = shown.identity
    return {
        "id": shown.id,
        "page": shown.page,
        "permalink": shown.permalink,
        "title": own.title,
        "subtitle": own.subtitle,
        "note": own.caption,
        "english": {"title": own.english.title, "caption": own.english.caption},
        "data": shown.data_hash,
        "sources": [{"id": item.id, "label": item.label} for item in own.sources],
        "files": files,
        "keys": list(own.table.keys),
        "columns": list(own.table.columns),
        "rows": [list(row) for row in own.table.rows],
        "citations": citations(shown),
    }


def _files(app: Sphinx, shown: Exhibit, forms: list[str]) -> dict[str, Any]:
    out, files = Path(app.outdir), {}
    for form in [*forms, *COMPANIONS, ALL_IN_ONE]:
        path = f"{FIGURES_FOLDER}/{shown.id}.{form}"
        if not (out / path).exists():
            # a word of it has no English
            continue
        content = (out / path).read_bytes()
        files[form] = {
            "path": path,
            "sha256": digest(content),
            "bytes": len(content),
        }
    return files


def write_catalogue(app: Sphinx, exception: Exception | None) -> None:
    """Write ``figures.json`` and its schema at the root of the site."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    edition = app.config.cqbook_edition or NO_EDITION
    order = reading_order(app)
    figures, tables = (
        [entry for docname in order for entry in noted.of(app, docname) or []]
        for noted in (FIGURES_NOTED, TABLES_NOTED)
    )
    content = {"edition": edition, "figures": figures, "tables": tables}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    (out / CATALOGUE).write_text(text, encoding="utf-8")
    shutil.copyfile(SCHEMA, out / SCHEMA.name)


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Note the figures of a page; add Dublin Core and schema.org ``Dataset`` descriptions to it."""
    if doctree is None:
        return
    figures = list(doctree.findall(ChartFigure))
    # the pictures are written with the page, before this
    entries = [_described(app, node, page) for node in figures]
    FIGURES_NOTED.leave(app, page, entries)
    tables = [exhibited_table(app, node, page) for node in doctree.findall(DataTable)]
    listed = [described_table(item, _files(app, item, list(TABLE_FORMATS))) for item in tables]
    TABLES_NOTED.leave(app, page, listed)
    root = root_of(page)
    sets = [dataset(exhibit_of(app, node, page), root) for node in figures]
    # not the context's title: that is HTML, with the mark of a glued text
    made = machine_tags(app, app.env.titles[page].astext(), page, sets)
    # the tags before it are what Sphinx and the layout have written
    context["metatags"] = Markup(context.get("metatags", "")) + made


def dataset(shown: Exhibit, root: str) -> dict[str, Any]:
    """Return what schema.org says of a figure, to a page from which `root` leads to the site's."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "identifier": shown.id,
        "name": shown.identity.title,
        "description": shown.identity.alt,
        "version": shown.edition,
        "creator": {"@type": "Organization", "name": shown.book.author},
        "isBasedOn": [item.label for item in shown.identity.sources],
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{root}{FIGURES_FOLDER}/{shown.id}.{form}",
                "encodingFormat": kind,
            }
            for form, kind in ENCODINGS.items()
        ],
    }


def machine_tags(app: Sphinx, title: str, page: str, sets: list[dict[str, Any]]) -> Markup:
    """Return a page's Dublin Core, what Zotero and Google Scholar read, and its data sets."""
    edition, book = app.config.cqbook_edition or NO_EDITION, publication(app)
    way = f"v/{edition}/{page}.html"
    core = {
        "DC.title": f"{title}｜{book.title}",
        "DC.creator": book.author,
        "DC.language": "zh-CN",
        "DC.identifier": way,
        "citation_title": title,
        "citation_author": book.author,
        "citation_book_title": book.title,
        "citation_inbook_title": book.title,
        "citation_publication_date": "/".join(month_of(edition)),
        "citation_language": "zh-CN",
        "citation_public_url": book.whole(way) if book.address else "",
    }
    given = {name: text for name, text in core.items() if text}
    # JSON made to stand in a script
    return markup("machines.html", core=given, sets=Markup(script_text(sets)) if sets else "")


ENCODINGS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vl.json": "application/vnd.vegalite.v6+json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}


def setup(app: Sphinx) -> None:
    """Connect both."""
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_catalogue)
