"""Each page as Markdown, beside its HTML, for who feeds a language model or reads a text.

It is made of the page as it is resolved: numbers in their places, claims as the sentences that
stand, figures as their title, data and source. Sphinx's own extensions that write Markdown, and
what turns HTML back into it, know no figure of ours; here all is still known as what it is. What
HTML has a template for has a `Listing` beside it.

Links lead to the pages as people see them, with their anchors: absolute where the book knows its
address, for a text that is fed to a program has no place of its own; else from this page. Where the
rows are that numbers link to stands at the end, once each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx import addnodes
from sphinx.application import Sphinx

from cqbook.figures.formats import FORMATS, TABLE_FORMATS
from cqbook.figures.identity import SOURCES_ARE
from cqbook.site.claims import ClaimPlace
from cqbook.site.commonmark import coded, escaped, grid, linked
from cqbook.site.directives import Bilingual
from cqbook.site.nodes import (
    SOURCES_PAGE,
    Abstract,
    ChartFigure,
    DataTable,
    Listing,
    exhibit_of,
    number_of,
    source_link,
)
from cqbook.site.number_links import NumberLink
from cqbook.site.numbers_page import NumberBrowser, plain_links
from cqbook.site.pictures import FIGURES_FOLDER
from cqbook.site.settings import publication


@dataclass
class PageWriter:
    """Writes one page: its application, its name; ``rows``: where the numbers lead, by label."""

    app: Sphinx
    page: str
    rows: dict[str, str] = field(default_factory=dict)

    def way(self, uri: str) -> str:
        """Return where a link of the page's HTML leads from its Markdown."""
        path, sign, anchor = uri.partition("#")
        if re.match(r"[a-z][a-z0-9+.-]*:", path):
            return uri
        book = publication(self.app)
        path = path or f"{self.page.rpartition('/')[2]}.html"
        if book.address:
            inside = normpath(join(dirname(self.page), path))
            path = book.whole(f"v/{self.app.config.cqbook_edition}/{inside}")
        return f"{path}{sign}{anchor}"

    def root(self, way: str) -> str:
        """Return where something of the site is, from the page's Markdown."""
        return self.way(relpath(way, dirname(self.page) or "."))

    def label(self, node: NumberLink) -> str:
        """Return by what name the text links to the rows of a number, and note where they are."""
        way = self.way(node["way"])
        same = next((label for label, other in self.rows.items() if other == way), "")
        several = f"n{sum(label[0] == 'n' and label[1:].isdigit() for label in self.rows) + 1}"
        label = same or (node["rows"][0] if len(node["rows"]) == 1 else several)
        self.rows[label] = way
        return label

    # --- text

    def inline(self, node: nodes.Node) -> str:
        """Return what stands in a line."""
        if isinstance(node, nodes.Text):
            return escaped(node.astext())
        if isinstance(node, nodes.literal):
            return coded(node.astext())
        if isinstance(node, Bilingual):
            chinese, english = escaped(node.astext()), escaped(node["english"])
            # names have both; what joins them, and sentences, are read in Chinese
            is_name = isinstance(node.parent, nodes.title) or _within_cell(node)
            return f"{chinese}（{english}）" if english and is_name else chinese
        inside = "".join(map(self.inline, node.children))
        if isinstance(node, NumberLink):
            return f"[{inside}][{self.label(node)}]"
        if isinstance(node, nodes.reference) and inside:
            uri = node.get("refuri") or f"#{node.get('refid', '')}"
            return linked(inside, self.way(uri))
        for kind, mark in ((nodes.strong, "**"), (nodes.emphasis, "*")):
            if isinstance(node, kind) and inside:
                return f"{mark}{inside}{mark}"
        return inside

    def cell(self, node: nodes.Node) -> str:
        """Return a cell of a table in a line."""
        return "；".join(filter(None, map(self.inline, node.children)))

    # --- blocks

    def blocks(self, node: nodes.Node, depth: int = 1) -> list[str]:
        """Return the blocks of a part of the page; ``depth`` is that of its headings."""
        found = []
        for child in node.children:
            found += self.block(child, depth)
        return found

    def block(self, node: nodes.Node, depth: int) -> list[str]:
        """Return the blocks that a node makes."""
        for kinds, make in BLOCKS:
            if isinstance(node, kinds):
                return [text for text in make(self, node, depth) if text]
        return self.blocks(node, depth) if isinstance(node, nodes.Element) else []

    def table(self, meta: dict[str, Any]) -> str:
        """Return the rows of a figure or a table of ours."""
        if not meta["rows"]:
            return ""
        labels = {item["id"]: item["label"] for item in meta.get("sources", ())}
        # of its links the words alone: numbers of figures
        labels |= {key: Markup(link).striptags() for key, link in meta.get("links", {}).items()}

        def cell(key: str, text: str) -> str:
            if key in ("source_id", "rests"):
                # what is drawn nowhere has no label
                unnamed = key == "source_id"
                parts = [labels.get(part, part * unnamed) for part in text.split(";")]
                return escaped("；".join(filter(None, parts)))
            if key == "observation_id":
                return " ".join(map(coded, filter(None, text.split(";"))))
            return escaped(text)

        rows = (map(cell, meta["keys"], row) for row in meta["rows"])
        return grid(map(escaped, meta["columns"]), rows)

    def sources(self, meta: dict[str, Any]) -> str:
        """Return the source line of a figure or a table."""
        page = self.root(f"{SOURCES_PAGE}.html")
        found = (source_link(page, item["id"], item["label"], {}) for item in meta["sources"])
        links = [
            linked(escaped(link.label), link.way) if link.way else escaped(link.label)
            for link in found
        ]
        said, _ = SOURCES_ARE[meta["status"]]
        return f"数据来源{said}：{'；'.join(links)}" if links else ""


def _nothing(_writer: PageWriter, _node: nodes.Node, _depth: int) -> list[str]:
    return []


def _within_cell(node: nodes.Node) -> bool:
    return isinstance(node.parent, nodes.paragraph) and isinstance(node.parent.parent, nodes.entry)


def _section(writer: PageWriter, node: nodes.section, depth: int) -> list[str]:
    return writer.blocks(node, depth + 1)


def _title(writer: PageWriter, node: nodes.title, depth: int) -> list[str]:
    return [f"{'#' * max(1, min(depth - 1, 6))} {' '.join(writer.inline(node).split())}"]


def _paragraph(writer: PageWriter, node: nodes.Element, _depth: int) -> list[str]:
    return [] if "cq-hidden" in node.get("classes", ()) else [writer.inline(node).strip()]


def _literal_block(_writer: PageWriter, node: nodes.literal_block, _depth: int) -> list[str]:
    text = node.astext()
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return [f"{fence}\n{text}\n{fence}"]


def _cell_input(writer: PageWriter, node: nodes.container, depth: int) -> list[str]:
    """Leave out the code of a cell; what it gave is on the page."""
    classes = node.get("classes", ())
    return [] if "cell_input" in classes else writer.blocks(node, depth)


def _list(mark: Callable[[int], str]) -> Callable[[PageWriter, nodes.Element, int], list[str]]:
    def make(writer: PageWriter, node: nodes.Element, depth: int) -> list[str]:
        items = []
        for number, item in enumerate(node.children, start=1):
            sign = mark(number)
            text = "\n\n".join(writer.blocks(item, depth))
            items.append(sign + text.replace("\n", "\n" + " " * len(sign)))
        return ["\n".join(items)]

    return make


def _quote(writer: PageWriter, node: nodes.Element, depth: int) -> list[str]:
    return ["> " + "\n\n".join(writer.blocks(node, depth)).replace("\n", "\n> ")]


def _definitions(writer: PageWriter, node: nodes.definition_list, depth: int) -> list[str]:
    found = []
    for item in node.children:
        named = [part for part in item.children if isinstance(part, nodes.term)]
        terms = "、".join(map(writer.inline, named))
        told = [part for part in item.children if isinstance(part, nodes.definition)]
        said = " ".join(block for part in told for block in writer.blocks(part, depth))
        found.append(f"- **{terms}**：{said}")
    return ["\n".join(found)]


def _docutils_table(writer: PageWriter, node: nodes.table, _depth: int) -> list[str]:
    rows = [[writer.cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
    return [grid(rows[0], rows[1:])] if rows else []


def _listing(writer: PageWriter, node: Listing, _depth: int) -> list[str]:
    lines = []
    for words, way, more in node["items"]:
        said = linked(escaped(words), writer.way(way)) if way else escaped(words)
        lines.append(f"- {said}" + (f"：{escaped(more)}" if more else ""))
    return [f"**{escaped(node['head'])}**" * bool(node["head"]), "\n".join(lines)]


def _abstract(writer: PageWriter, node: Abstract, depth: int) -> list[str]:
    return ["**English abstract**", *writer.blocks(node, depth)]


def _headed(writer: PageWriter, node: nodes.Element) -> list[str]:
    meta = node["meta"]
    title = f"{number_of(writer.app, writer.page, node)}　{meta['title']}".strip()
    return [f"**{escaped(title)}**", escaped(meta["subtitle"])]


def _own(writer: PageWriter, identifier: str) -> str:
    """Return the id of a figure or table, as a link to it."""
    return linked(coded(identifier), writer.way(f"#{identifier}"))


def _figure(writer: PageWriter, node: ChartFigure, _depth: int) -> list[str]:
    meta, shown = node["meta"], exhibit_of(writer.app, node, writer.page)
    return [
        *_headed(writer, node),
        writer.table(meta["table"] | {"sources": meta["sources"]}),
        escaped(meta["caption"]),
        writer.sources(meta),
        _taken_away(writer, shown.id, FORMATS),
    ]


def _taken_away(writer: PageWriter, identifier: str, forms: Mapping[str, str]) -> str:
    place = f"{FIGURES_FOLDER}/{identifier}"
    files = "、".join(linked(forms[form], writer.root(f"{place}.{form}")) for form in forms)
    return f"编号 {_own(writer, identifier)}；文件：{files}"


def _table(writer: PageWriter, node: DataTable, _depth: int) -> list[str]:
    meta = node["meta"]
    return [
        *_headed(writer, node),
        writer.table(meta),
        escaped(meta["caption"]),
        writer.sources(meta),
        _taken_away(writer, meta["id"], TABLE_FORMATS),
    ]


def _browser(writer: PageWriter, _node: NumberBrowser, _depth: int) -> list[str]:
    """Return the plain pages of the indicators, which have all numbers."""
    found = []
    for topic, links in plain_links(writer.app, writer.page):
        found.append(f"**{escaped(topic[0])}**")
        lines = (
            f"- {linked(escaped(link.name), writer.way(link.way))}（{link.count}）"
            for link in links
        )
        found.append("\n".join(lines))
    return found


#: What makes the blocks of a node; the first kind that fits.
BLOCKS: tuple[tuple[Any, Callable[[PageWriter, Any, int], list[str]]], ...] = (
    ((nodes.comment, nodes.raw, nodes.target, nodes.system_message, ClaimPlace), _nothing),
    ((addnodes.toctree, addnodes.index), _nothing),
    (ChartFigure, _figure),
    (DataTable, _table),
    (Abstract, _abstract),
    (NumberBrowser, _browser),
    (nodes.section, _section),
    (nodes.title, _title),
    (Listing, _listing),
    (nodes.literal_block, _literal_block),
    (nodes.bullet_list, _list(lambda _number: "- ")),
    (nodes.enumerated_list, _list(lambda number: f"{number}. ")),
    (nodes.definition_list, _definitions),
    (nodes.table, _docutils_table),
    (nodes.block_quote, _quote),
    (nodes.container, _cell_input),
    ((nodes.paragraph, nodes.rubric, nodes.line), _paragraph),
)


def page_markdown(app: Sphinx, page: str, doctree: nodes.document) -> str:
    """Return a page, resolved, as Markdown."""
    writer = PageWriter(app, page)
    blocks = writer.blocks(doctree)
    rows = "\n".join(f"[{label}]: {way}" for label, way in sorted(writer.rows.items()))
    return "\n\n".join([*blocks, *filter(None, [rows])]) + "\n"


def write_markdown(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the Markdown of a page beside it; of an edition only, not while it is being written."""
    if doctree is not None and app.config.cqbook_edition:
        path = Path(app.outdir) / f"{page}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page_markdown(app, page, doctree), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect what writes it."""
    app.connect("html-page-context", write_markdown)
