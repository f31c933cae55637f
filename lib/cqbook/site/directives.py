"""Directives that generate the appendices from the data and from the figures of the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from cqbook.data.catalog import OBSERVATION_TABLE, Catalog
from cqbook.data.rows import rows_of
from cqbook.data.vocabulary import DOMAINS
from cqbook.figures.drawing import stem
from cqbook.figures.english import said_or_kept
from cqbook.site.figure_index import exhibits
from cqbook.site.markup import markup
from cqbook.site.nodes import (
    SOURCES_PAGE,
    ChartFigure,
    DataTable,
    Listing,
    TextPair,
    number_in_english,
    number_of,
    source_anchor,
    text_pair,
)
from cqbook.site.pictures import FIGURES_FOLDER
from cqbook.site.settings import book_listed, book_of, known_words, root_of, rows_in

#: Class of the tables that are made here.
GRID = "cq-grid"

#: Where the data package is, below the root of the site.
DATA_FOLDER = "data"


class FigureCatalogue(nodes.General, nodes.Element):
    """Place of the list of all figures; filled when pages are resolved."""


def _paragraph(*children: nodes.Node) -> nodes.paragraph:
    paragraph = nodes.paragraph()
    paragraph.extend(children)
    return paragraph


def _grid(heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[nodes.Node]]) -> nodes.table:
    """Return a plain docutils table of `rows` under `heads`, which are said in both languages."""
    group = nodes.tgroup(cols=len(heads))
    group.extend(nodes.colspec(colwidth=1) for _ in heads)
    head, body = nodes.thead(), nodes.tbody()

    def row(cells: Sequence[nodes.Node]) -> nodes.row:
        line = nodes.row()
        for cell in cells:
            line += nodes.entry("", cell)
        return line

    head += row([_both(*texts) for texts in heads])
    body.extend(row(cells) for cells in rows)
    group.extend([head, body])
    return nodes.table("", group, classes=[GRID])


def _text(text: str) -> nodes.paragraph:
    return _paragraph(nodes.Text(text or "—"))


class Bilingual(nodes.Inline, nodes.TextElement):
    """A text in Chinese, with what English readers see in its place: ``english``."""


def visit_said(self: HTML5Translator, node: nodes.Element) -> None:
    """Write both texts, of which one is shown."""
    self.body.append(markup("both.html", chinese=node.astext(), english=node["english"]))
    raise nodes.SkipNode


def _both(chinese: str, english: str) -> nodes.paragraph:
    return _paragraph(Bilingual("", chinese, english=english))


def _titled(chinese: str, english: str, anchor: str) -> nodes.section:
    """Return a section with its heading in both languages."""
    title = nodes.title("", "", Bilingual("", chinese, english=english))
    return nodes.section("", title, ids=[anchor], names=[anchor])


class Quoted(nodes.Inline, nodes.TextElement):
    """A name or title of a source: it stays Chinese for English readers, and says so."""


def visit_quoted(self: HTML5Translator, node: nodes.Element) -> None:
    """Write the text with its language."""
    self.body.append(markup("said.html", text=TextPair(node.astext(), "")))
    raise nodes.SkipNode


def _told(text: str, known: Mapping[str, str]) -> nodes.paragraph:
    """Return a cell in both languages; in Chinese, and saying so, where it has no English."""
    found = text_pair(text, known)
    if not text or found.english == text:
        return _text(text)
    return _both(text, found.english) if found.english else _paragraph(Quoted("", text))


class SourceList(SphinxDirective):
    """``{source-list}``: every source, with its anchor, its figures' number, and its link."""

    def run(self) -> list[nodes.Node]:
        """Return one definition a source."""
        book = book_listed(self.env, OBSERVATION_TABLE, "sources")
        counts = book.observations()["source_id"].value_counts()
        found: list[nodes.Node] = []
        sources = book.table("sources").sort_values(["document", "published", "source_id"])
        labels = book.source_labels()
        for kind, frame in sources.groupby(sources["document"].ne(""), sort=False):
            if kind:
                titles = ("五份报纸文档", "The five newspaper documents")
            else:
                titles = ("其他已公布来源", "Other published sources")
            section = _titled(*titles, "source-documents" if kind else "source-others")
            for row in rows_of(frame.sort_values("published")):
                # with the letter by which figures tell two articles of one day apart
                date = labels[row["source_id"]].rpartition("，")[2]
                section += self._entry(row, date, int(counts.get(row["source_id"], 0)))
            found.insert(0 if kind else len(found), section)
        return found

    def _entry(self, row: dict[str, Any], date: str, count: int) -> nodes.Node:
        entry = nodes.container(ids=[source_anchor(row["source_id"])], classes=["cq-source-entry"])
        by = f"（{row['relay']}转）" if row["relay"] else ""
        known = known_words(self.env.app)
        outlet, relay = (said_or_kept(row[name], known) for name in ("outlet", "relay"))
        by_en = f" (relayed by {relay})" if relay else ""
        entry += _paragraph(
            nodes.strong("", "", Quoted("", row["title"])),
            nodes.Text(" "),
            Bilingual(
                "",
                f"{row['outlet']}{by}，{date}。",
                english=f"{outlet}{by_en}, {said_or_kept(date, known)}.",
            ),
        )
        facts = [f"收入{count}个数字", f"可信度{row['confidence']}"]
        facts_en = [f"{count} numbers taken in", f"confidence {row['confidence']}"]
        if row["date_basis"] and row["date_basis"] != "printed":
            facts.append(f"日期：{row['date_basis']}")
            facts_en.append(f"date: {text_pair(row['date_basis'], known).english or 'inferred'}")
        if row["note"]:
            facts.append(row["note"])
        detail = _paragraph(
            nodes.literal("", row["source_id"]),
            Bilingual("", "　" + "；".join(facts) + "。", english=f" {'; '.join(facts_en)}. "),
        )
        if row["url"].startswith(("http://", "https://")):
            link = Bilingual("", "原文", english="source")
            detail += nodes.reference("", "", link, refuri=row["url"], internal=False)
        entry += detail
        entry += Users(source=row["source_id"])
        return entry


class Users(nodes.General, nodes.Element):
    """Place of the figures and tables that rest on a source; filled when pages are resolved."""


class DataCatalogue(SphinxDirective):
    """``{data-catalogue}``: every table, its fields and units, and the file to download."""

    def run(self) -> list[nodes.Node]:
        """Return one section a table of the package."""
        rows = [rows_in(name) for name in book_of(self.env.app).resources]
        # where the series are from, and for programs which years there are
        book = book_listed(self.env, "sources", OBSERVATION_TABLE, *rows)
        known = known_words(self.env.app)
        found: list[nodes.Node] = []
        for name, resource in book.resources.items():
            title, about = resource["title"], resource["description"]
            section = _titled(
                f"{title}（{name}）",
                said_or_kept(f"{title}（{name}）", known),
                f"table-{name.replace('_', '-')}",
            )
            count = len(book.text(name))
            section += _both(
                f"{about} 共{count}行。", f"{said_or_kept(about, known)} {count} rows."
            )
            if name in book.series:
                lead = Bilingual("", "来源：", english="Source: ")
                section += _paragraph(lead, *self._sources(book, name))
            lead = Bilingual("", "下载：", english="Download: ")
            section += _paragraph(lead, self._download(resource["path"]))
            cells = [
                [
                    _paragraph(nodes.literal("", field["name"])),
                    _text(field.get("type", "string")),
                    _told(field.get("description", ""), known),
                ]
                for field in resource["schema"]["fields"]
            ]
            heads = [("字段", "Field"), ("类型", "Type"), ("含义", "Meaning")]
            section += _grid(heads, cells)
            found.append(section)
        return found

    def _download(self, path: str) -> nodes.Node:
        """Return a link to the file of a table; as text while a page is written, without files."""
        shown = nodes.literal("", path)
        if not self.env.app.config.cqbook_edition:
            return shown
        root = root_of(self.env.docname)
        return nodes.reference("", "", shown, refuri=f"{root}{DATA_FOLDER}/{path}")

    def _sources(self, book: Catalog, name: str) -> Iterator[nodes.Node]:
        """Yield the sources of a long series, each linked to its entry."""
        page = self.env.app.builder.get_relative_uri(self.env.docname, SOURCES_PAGE)
        known = known_words(self.env.app)
        frame = book.as_observations(name, book.text(name))
        for number, key in enumerate(frame["source_id"].unique()):
            if number:
                yield Bilingual("", "；", english="; ")
            label = book.source_label(key)
            shown = Bilingual("", label, english=said_or_kept(label, known))
            way = f"{page}#{source_anchor(key)}"
            yield nodes.reference("", "", shown, refuri=way, internal=False)


class IndicatorList(SphinxDirective):
    """``{indicator-list}``: every indicator by domain, with its definition."""

    def run(self) -> list[nodes.Node]:
        """Return one table a domain."""
        book, known = (
            book_listed(self.env, OBSERVATION_TABLE, "indicators"),
            known_words(self.env.app),
        )
        counts = book.observations()["indicator"].value_counts()
        found: list[nodes.Node] = []
        indicators = book.table("indicators")
        for domain, title in DOMAINS.items():
            frame = indicators[indicators["domain"].eq(domain)].sort_values("indicator")
            if frame.empty:
                continue
            title_en = text_pair(title, known).english or domain.replace("_", " ")
            section = _titled(title, title_en, f"indicators-{domain}")
            rows = [
                [
                    _paragraph(nodes.literal("", row["indicator"])),
                    _both(row["name_zh"], row["name_en"]),
                    _both(row["definition_zh"], row["definition_en"]),
                    _text(str(counts.get(row["indicator"], 0))),
                ]
                for row in rows_of(frame)
            ]
            heads = [("代码", "Code"), ("名称", "Name"), ("定义", "Definition")]
            section += _grid([*heads, ("数字个数", "Numbers")], rows)
            found.append(section)
        return found


class TableListing(SphinxDirective):
    """``{listing} table``: a small table of the package as it is, under its own headings."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table's columns but the first (its code), headed by their descriptions."""
        book, known = book_listed(self.env, self.arguments[0]), known_words(self.env.app)
        name = self.arguments[0]
        fields = book.fields(name)[1:]
        frame = book.text(name)
        rows = [[_told(row[field["name"]], known) for field in fields] for row in rows_of(frame)]
        heads = [field["description"] for field in fields]
        return [_grid([(head, said_or_kept(head, known)) for head in heads], rows)]


class FigureList(SphinxDirective):
    """``{figure-catalogue}``: every figure and table of the book, with thumbnail, id and link."""

    option_spec: ClassVar = {"kind": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return a place that is filled once all pages are read."""
        return [FigureCatalogue(kind=self.options.get("kind", "figure"))]


def fill_catalogue(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each `FigureCatalogue` by the figures of all pages in the book's order."""
    places = list(doctree.findall(FigureCatalogue))
    if not places:
        return
    order = reading_order(app)
    found = [(name, node) for name in order for node in exhibits(app.env, name)]
    for place in places:
        wanted = ChartFigure if place["kind"] == "figure" else DataTable
        entries = [
            _entry(app, docname, name, node) for name, node in found if isinstance(node, wanted)
        ]
        html = nodes.raw("", markup("catalogue.html", entries=entries), format="html")
        items = [(f"{item.number}　{item.title}", item.way, item.id) for item in entries]
        place.replace_self([html, Listing(head="", items=items)])


def fill_users(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Name below each source the figures and tables that rest on it: the way back."""
    places = list(doctree.findall(Users))
    if not places:
        return
    users: dict[str, list[tuple[Markup, tuple[str, str, str]]]] = {}
    for name, node, link in _links(app, docname):
        item = number_of(app, name, node), _way(app, docname, name, node), node["meta"]["title"]
        for source in node["meta"]["sources"]:
            users.setdefault(source["id"], []).append((link, item))
    for place in places:
        found = users.get(place["source"], [])
        html = markup("users.html", links=[link for link, _ in found]) if found else ""
        items = [item for _, item in found]
        told = [Listing(head="用于", items=items)] if items else []
        place.replace_self([nodes.raw("", html, format="html"), *told])


def fill_rests(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give a table of observations (key ``rests``) the links to the figures that draw them."""
    places = [
        node
        for node in doctree.findall(DataTable)
        if "rests" in node["meta"]["keys"] and node["meta"]["rows"]
    ]
    if not places:
        return
    users: dict[str, list[Markup]] = {}
    for _, node, link in _links(app, docname):
        for item in (node["meta"]["id"], *node["meta"]["observations"]):
            users.setdefault(item, []).append(link)
    comma = markup("both.html", chinese="、", english=", ")
    links = {name: comma.join(some) for name, some in users.items()}
    for place in places:
        place["meta"] = place["meta"] | {"links": links}


def _links(app: Sphinx, docname: str) -> Iterator[tuple[str, nodes.Element, Markup]]:
    """Yield the figures and tables of all pages, each with its page and a link from `docname`."""
    for name in reading_order(app):
        for node in exhibits(app.env, name):
            way = _way(app, docname, name, node)
            title, number = node["meta"]["title"], number_of(app, name, node)
            link = markup(
                "user.html",
                way=way,
                title=title,
                title_en=title_in_english(app, node),
                number=number,
                number_en=number_in_english(number),
            )
            yield name, node, link


def _way(app: Sphinx, here: str, docname: str, node: nodes.Element) -> str:
    return f"{app.builder.get_relative_uri(here, docname)}#{node['ids'][0]}"


def reading_order(app: Sphinx) -> list[str]:
    """Return the pages in the order of the contents."""
    order: list[str] = []

    def walk(name: str) -> None:
        order.append(name)
        for child in app.env.toctree_includes.get(name, []):
            walk(child)

    walk(app.config.root_doc)
    return order


@dataclass(frozen=True)
class Listed:
    """A figure or table in the list of all; ``thumbnail`` begins the names of its pictures."""

    id: str
    way: str
    number: str
    number_en: str
    title: str
    title_en: str
    thumbnail: str
    thumbnail_en: str


def _entry(app: Sphinx, here: str, docname: str, node: nodes.Element) -> Listed:
    meta = node["meta"]
    root = root_of(here)
    number = number_of(app, docname, node)
    place = f"{root}{FIGURES_FOLDER}/"
    return Listed(
        meta["id"],
        _way(app, here, docname, node),
        number,
        number_in_english(number),
        meta["title"],
        title_in_english(app, node),
        place + stem(meta["id"], "zh") if node["drawn"] else "",
        place + stem(meta["id"], "en") if node["drawn"] and node["english"] else "",
    )


def title_in_english(app: Sphinx, node: nodes.Element) -> str:
    """Return the title of a figure or table as English readers see it."""
    title: str = node["meta"]["title"]
    if "english" in node["meta"]:
        return str(node["meta"]["english"]["title"])
    return said_or_kept(title, known_words(app))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_config_value("cqbook_data_dir", "", "env", types=[str])
    app.add_node(FigureCatalogue)
    app.add_node(Users)
    app.add_node(Bilingual, html=(visit_said, None))
    app.add_node(Quoted, html=(visit_quoted, None))
    app.add_directive("source-list", SourceList)
    app.add_directive("data-catalogue", DataCatalogue)
    app.add_directive("indicator-list", IndicatorList)
    app.add_directive("listing", TableListing)
    app.add_directive("figure-catalogue", FigureList)
    app.connect("doctree-resolved", fill_catalogue)
    app.connect("doctree-resolved", fill_users)
    app.connect("doctree-resolved", fill_rests)
