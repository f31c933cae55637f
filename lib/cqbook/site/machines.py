"""What an edition publishes for programs, and the list of it on a page.

The data package, SDMX, catalogues of them (DCAT-AP, schema.org, Croissant), ``llms.txt``; each is
written with the edition, so that its sums cover it and a release freezes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from cqbook.editions.store import LISTING, MANIFEST
from cqbook.site.claims import said_in
from cqbook.site.commonmark import escaped, linked
from cqbook.site.descriptions import (
    CROISSANT,
    DATA_PAGE,
    DCAT,
    FRICTIONLESS,
    croissant,
    dataset,
    dcat,
)
from cqbook.site.directives import Bilingual, reading_order
from cqbook.site.inline_scripts import script_text
from cqbook.site.kept import data_stand
from cqbook.site.markdown import PageWriter
from cqbook.site.markup import markup
from cqbook.site.metadata import CATALOGUE, SCHEMA
from cqbook.site.numbers_page import NUMBERS_PAGE, library, plain_bodies, published_ids
from cqbook.site.offered import measured_files, offers_of, sdmx_texts, write_data
from cqbook.site.sdmx import SDMX_DATA, SDMX_STRUCTURE
from cqbook.site.search import LISTING_PAGES
from cqbook.site.settings import make_ahead, publication, root_of

#: What there is, in the order in which it is listed: file, what it is in Chinese and English.
FILES = {
    SDMX_DATA: ("全部已公布的数字，SDMX-CSV 2.0", "all published figures, SDMX-CSV 2.0"),
    SDMX_STRUCTURE: ("它的维度与代码表，SDMX-JSON 2.0", "its dimensions and codelists"),
    FRICTIONLESS: ("数据包的描述，Frictionless", "the data package, Frictionless"),
    CROISSANT: ("同一数据包的描述，Croissant 1.0", "the same as Croissant 1.0"),
    DCAT: ("各份数据的目录，DCAT-AP 3（JSON-LD）", "the catalogue of the data, DCAT-AP 3"),
    CATALOGUE: ("每张图的数据、来源、文件、引用", "each figure's data, sources, files, citations"),
    SCHEMA.name: ("上一项的 JSON Schema", "the JSON Schema of that"),
    MANIFEST: ("这一版由什么生成", "what the edition was made of"),
    LISTING: ("给语言模型的目录；各页另有 Markdown", "for language models; each page as Markdown"),
}


class MachineFiles(SphinxDirective):
    """``{machine-files}``: what there is for programs, linked; and that pages are Markdown too."""

    def run(self) -> list[nodes.Node]:
        """Return a list; without an edition, a page that is being written, there are no files."""
        if not self.env.app.config.cqbook_edition:
            return []
        root = root_of(self.env.docname)
        found = nodes.bullet_list()
        for path, (words, words_en) in FILES.items():
            link = nodes.reference("", "", nodes.literal("", path), refuri=root + path)
            both = Bilingual("", f"：{words}", english=f": {words_en}")
            said = nodes.paragraph("", "", link, both)
            found += nodes.list_item("", said)
        return [found]


def describe_data(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the data package as a schema.org ``Dataset`` to the page that lists its tables."""
    if page == DATA_PAGE and doctree is not None and app.config.cqbook_edition:
        # JSON made to stand in a script
        made = markup("machines.html", core={}, sets=Markup(script_text(dataset(offers_of(app)))))
        context["metatags"] = Markup(context.get("metatags", "")) + made


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def write_machine_files(app: Sphinx, exception: Exception | None) -> None:
    """Write the data and what describes them."""
    if exception or app.builder.format != "html" or not app.config.cqbook_edition:
        return
    out = Path(app.outdir)
    if not data_stand(app):
        write_data(app)
    # the register of figures, whose sums they give, may be another one
    offers = offers_of(app)
    files = measured_files(out, offers)
    for path, content in ((DCAT, dcat(offers, files)), (CROISSANT, croissant(offers, files))):
        (out / path).write_text(_json(content), encoding="utf-8")
    (out / LISTING).write_text(llms_text(app), encoding="utf-8")


#: What a reader of `LISTING` has to know of the numbers, and of citing them.
LLMS_HEAD = """\
> {title_en}, edition {edition}. A book in Chinese; its numbers come from published figures, each
> with its source; what the book derived is marked 推算.

Numbers in the text link to their rows; figures are given as title, data and source. Cite a figure
by its id and the edition. 超, 近, 约, 以上 belong to a number: keep them. Numbers on different
bases (口径) are not one series."""


def llms_text(app: Sphinx) -> str:
    """Return ``llms.txt`` (llmstxt.org): what the book is, its pages as Markdown, its data."""
    book, edition = publication(app), app.config.cqbook_edition
    writer = PageWriter(app, "llms")
    claims: dict[str, str] = {}
    for item in said_in(app):
        if item.place and item.claim.holds:
            claims.setdefault(f"chapters/{item.page}", item.sentence)
    parts: dict[bool, list[str]] = {False: [], True: []}
    for name in reading_order(app):
        link = linked(escaped(app.env.titles[name].astext()), writer.way(f"{name}.md"))
        said = f": {escaped(claims[name])}" if name in claims else ""
        parts[name.rpartition("/")[2] in LISTING_PAGES].append(f"- {link}{said}")
    data = [
        f"- {linked(_said(path), writer.way(path))}: {english}"
        for path, (_, english) in FILES.items()
        if path != LISTING
    ]
    blocks = [
        f"# {escaped(book.title)}",
        LLMS_HEAD.format(title_en=escaped(book.title_en), edition=edition),
        *("## 各章 | Chapters", "\n".join(parts[False])),
        *("## 数据 | Data", "\n".join(data)),
        *("## Optional", "\n".join(parts[True])),
    ]
    return "\n\n".join(blocks) + "\n"


def _said(path: str) -> str:
    return escaped(path.rpartition("/")[2])


def prepare_rows(app: Sphinx, env: BuildEnvironment) -> None:
    """Make rows and ids before pages are written in other processes, so that these have them.

    What is made of the rows alone is begun.
    """
    if app.builder.format == "html" and app.parallel > 1:
        published_ids(app)
        if NUMBERS_PAGE in env.found_docs and not data_stand(app):
            library(app)
            edition = [sdmx_texts] if app.config.cqbook_edition else []
            make_ahead(app, plain_bodies, *edition)


def setup(app: Sphinx) -> None:
    """Register the list, and what writes the files: after ``figures.json``."""
    app.add_directive("machine-files", MachineFiles)
    # when it is known whether other processes write
    app.connect("env-updated", prepare_rows, priority=950)
    app.connect("html-page-context", describe_data)
    app.connect("build-finished", write_machine_files, priority=600)
