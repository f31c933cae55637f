"""Doctree nodes of the book, and how they become HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any
from urllib.parse import quote

from docutils import nodes
from docutils.nodes import Element
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging
from sphinx.util.docutils import SphinxTranslator
from sphinx.writers.html5 import HTML5Translator

from cqbook.data.customs_store import CUSTOMS
from cqbook.disk.checksums import json_digest
from cqbook.editions.store import PERMALINK
from cqbook.figures import drawing
from cqbook.figures.citations import READ_BY_PEOPLE, citations, style_of
from cqbook.figures.english import CHINESE, Untranslated, english
from cqbook.figures.exhibit import Exhibit, sources_in_english, translated
from cqbook.figures.figure import Table, table_identity
from cqbook.figures.formats import ENGLISH, FORMATS, TABLE_FORMATS
from cqbook.figures.identity import EnglishWords, Identity, read_record
from cqbook.site import pictures
from cqbook.site.markup import markup
from cqbook.site.phone_tables import CARDS, PhoneColumn, become_cards, is_brief, whole_lines
from cqbook.site.pictures import FIGURES_FOLDER
from cqbook.site.settings import base_of, known_words, publication, root_of

log = logging.getLogger(__name__)
SOURCES_PAGE = "chapters/sources"
#: Folder of the figures' own pages, below the root of the site.
OWN_PAGES = "figures"
#: What a page that is part of no edition says instead of its name.
NO_EDITION = "draft"
#: Digits of the hash of a figure's data that a page carries: enough to see a change.
SHOWN_HASH = 16


class ChartFigure(nodes.General, nodes.Element):
    """A numbered figure: ``meta`` (identity) and ``spec`` (Vega-Lite)."""


class Abstract(nodes.General, nodes.Element):
    """What a page says, in English; its glued texts are translated."""


class DataTable(nodes.General, nodes.Element):
    """A numbered table: ``meta`` (content of `cqbook.figures.figure.Table`)."""


class Listing(nodes.General, nodes.Element):
    """What HTML has a template of its own for, as a list that only the page's Markdown has.

    ``head``: what stands above, or may be empty; ``items``: of each its words, its way (empty: no
    link), what follows. They are no nodes: what looks through the texts of a page finds them once.
    """


@dataclass(frozen=True)
class TextPair:
    """A text of the book with its English, which is empty where there is none."""

    chinese: str
    english: str


@dataclass(frozen=True)
class Heading:
    """What stands above a figure or table; ``sign`` is that of the link to it."""

    anchor: str
    number: str
    number_en: str
    title: str
    subtitle: str
    english: dict[str, str] | None
    sign: str


@dataclass(frozen=True)
class SourceLink:
    """A link; without a way, its label alone. Its English is empty where there is none."""

    way: str
    label: str
    english: str


@dataclass(frozen=True)
class Grid:
    """A table to set out: names and classes of its heads, and those with the content of its cells.

    ``phone`` is its class there: `cqbook.site.phone_tables`.
    """

    heads: list[tuple[TextPair, str]]
    rows: list[list[tuple[TextPair, str, str]]]
    phone: str


@dataclass(frozen=True)
class Picture:
    """The static pictures of a figure in a language: ``base`` of their names, sizes in px."""

    language: str
    alt: str
    base: str
    wide: list[int]
    narrow: list[int]


@dataclass(frozen=True)
class Drawn:
    """A figure that is drawn, and what can be taken away of it.

    ``files`` begins the names of its files, ``english`` are the formats that have an English one,
    ``citations`` the texts by language, each with its style.
    """

    pictures: list[Picture]
    files: str
    english: tuple[str, ...]
    citations: dict[str, list[tuple[str, str]]]


#: Pages whose content is all said in both languages, but for how it is introduced.
SAID_WHOLE = frozenset(f"chapters/{name}" for name in ("claims", "numbers", "figures", "sources"))


def title_of(node: nodes.Node) -> str:
    """Return the caption that references show for a figure or table."""
    assert isinstance(node, ChartFigure | DataTable)
    title: str = node["meta"]["title"]
    return title


def exhibit_nodes(tree: nodes.document) -> Iterator[ChartFigure | DataTable]:
    """Yield the figures and tables of a page in order."""
    for node in tree.findall():
        if isinstance(node, ChartFigure | DataTable):
            yield node


def number_of(app: Sphinx, docname: str, node: Element) -> str:
    """Return the number of a figure or table, as it is called (``图 3``); empty without one."""
    kind = "figure" if isinstance(node, ChartFigure) else "table"
    number = app.env.toc_fignumbers.get(docname, {}).get(kind, {}).get(node["ids"][0], ())
    called: str = app.config.numfig_format[kind]
    return called % ".".join(map(str, number)) if number else ""


def number_in_english(number: str) -> str:
    """Return the number of a figure or table as English readers call it."""
    return number.replace("图", "Figure").replace("表", "Table")


def text_pair(text: str, known: Mapping[str, str]) -> TextPair:
    """Return a text with its English, where it has some."""
    try:
        return TextPair(text, english(text, known))
    except KeyError:
        return TextPair(text, "")


def _page(translator: HTML5Translator) -> str:
    """Return the page that is written; only a builder of a site has one at a time."""
    builder = translator.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    return builder.current_docname


def _root(translator: HTML5Translator) -> str:
    """Return the way from the page being written to the root of the site (``../``)."""
    return root_of(_page(translator))


def _heading(app: Sphinx, node: Element, docname: str) -> Heading:
    meta = node["meta"]
    number = number_of(app, docname, node)
    return Heading(
        node["ids"][0],
        number,
        number_in_english(number),
        meta["title"],
        meta["subtitle"],
        meta.get("english") or table_in_english(meta, known_words(app)),
        app.config.html_permalinks_icon,
    )


def table_in_english(meta: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str] | None:
    """Return title and caption of a table as a figure has them; None where the title has none.

    A table has its English from the book's words, as its cells have; a figure brings its own.
    """
    title, caption = (text_pair(meta[name], known).english for name in ("title", "subtitle"))
    return {"title": title, "caption": caption} if title else None


def _sources_page(translator: HTML5Translator) -> str:
    return translator.builder.get_relative_uri(_page(translator), SOURCES_PAGE)


def _source_links(
    page: str, sources: Iterable[dict[str, str]], known: Mapping[str, str]
) -> list[SourceLink]:
    """Return links to sources; of those that are called the same, the second on have a number."""
    met: Counter[str] = Counter()
    found = []
    for item in sources:
        met[item["label"]] += 1
        link, number = source_link(page, item["id"], item["label"], known), met[item["label"]]
        if number > 1:
            said = f"{link.english} ({number})" if link.english else ""
            link = SourceLink(link.way, f"{link.label}（{number}）", said)
        found.append(link)
    return found


def nearest_node(node: nodes.Node | None, *kinds: type) -> nodes.Node | None:
    """Return a node, or what it stands in, that is of some kinds; None where nothing is."""
    while node is not None and not isinstance(node, kinds):
        node = node.parent
    return node


def source_link(page: str, source_id: str, label: str, known: Mapping[str, str]) -> SourceLink:
    """Return the link to a source's entry on the page of sources."""
    label_en = text_pair(label, known).english
    # customs detail is the analyst's own file, no source of the data package
    if source_id == CUSTOMS:
        return SourceLink("", label, label_en)
    return SourceLink(f"{page}#{quote(source_anchor(source_id))}", label, label_en)


def source_anchor(source_id: str) -> str:
    """Return the anchor of a source on the page of sources."""
    return f"src-{source_id}".replace(".", "-").replace("_", "-").lower()


def _cell(
    page: str,
    key: str,
    text: str,
    labels: Mapping[str, str],
    known: Mapping[str, str],
    *,
    numeric: bool = False,
) -> str:
    """Return the content of a cell: its text, or links and codes as HTML."""
    if key == "source_id" and text:
        links = [source_link(page, part, labels.get(part, part), known) for part in text.split(";")]
        return markup("links.html", links=links)
    if key == "rests":
        # what of this is drawn nowhere has no label; labels are links, made by a template
        found = [labels[part] for part in text.split(";") if part in labels]
        comma = markup("said.html", text=TextPair("、", ", "))
        return comma.join(found) or markup("said.html", text=TextPair("没有图用它", "no figure"))
    if key == "observation_id":
        return markup("codes.html", codes=text.split(";"))
    return _set_out(text, known, number=numeric) if _differs(text) else text or NO_VALUE


def _differs(text: str) -> bool:
    """Return whether English says it otherwise: words, and the dash of a range (5.62%—5.68%)."""
    return bool(CHINESE.search(text)) or "—" in text


def _set_out(text: str, known: Mapping[str, str], *, number: bool = False) -> Markup:
    pair = text_pair(text, known)
    if number:
        return markup("said.html", text=_whole(pair))
    return markup("cell.html", text=TextPair(pair.chinese, capitalized(pair.english)))


def _whole(pair: TextPair) -> TextPair:
    """Return a number or a head of a table with the places where its line may end."""
    return TextPair(
        *(said and markup("whole_lines.html", lines=whole_lines(said)) for said in astuple(pair))
    )


def capitalized(text: str) -> str:
    """Return an English text of a cell with a capital, as cells begin; a name like iPhone stays."""
    first = re.match(r"[a-z]+(?=$|[ ,;-])", text)
    return text[:1].upper() + text[1:] if first else text


def _grid_of(
    page: str,
    content: dict[str, Any],
    labels: Mapping[str, str],
    numeric: Container[str],
    known: Mapping[str, str],
) -> Grid:
    """Return the rows of a figure or table, as they are set out."""
    names = [text_pair(name, known) for name in content["columns"]]
    columns = list(zip(content["keys"], names, strict=True))
    # sources and kinds are the same in most rows
    cells: dict[tuple[str, str], str] = {}
    for key, text in {
        pair for row in content["rows"] for pair in zip(content["keys"], row, strict=True)
    }:
        cells[key, text] = _cell(page, key, text, labels, known, numeric=key in numeric)
    return Grid(
        [
            (_whole(name) if re.search(r"\d", name.chinese) else name, _kind(key, key in numeric))
            for key, name in columns
        ],
        [
            [
                (name, _kind(key, key in numeric, cell), cells[key, cell])
                for (key, name), cell in zip(columns, row, strict=True)
            ]
            for row in content["rows"]
        ],
        _on_phone(_columns(content, numeric, labels), known),
    )


def without_repeats(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return rows of a figure without a column of ranges that all repeat the values."""
    keys = list(content["keys"])
    if not {"full", "range"} <= set(keys):
        return dict(content)
    value, ends = keys.index("full"), keys.index("range")
    if any(row[ends] not in ("", row[value]) for row in content["rows"]):
        return dict(content)
    rows = [[*row[:ends], *row[ends + 1 :]] for row in content["rows"]]
    columns = [*content["columns"][:ends], *content["columns"][ends + 1 :]]
    return {"keys": [*keys[:ends], *keys[ends + 1 :]], "columns": columns, "rows": rows}


def matrix_of(content: Mapping[str, Any], known: Mapping[str, str]) -> Grid | None:
    """Return the numbers of a figure, a column a series; None where that says less than a list.

    A number that is not as the others of the figure are says so: 8158.4亿元（推算）.
    """
    rows = [dict(zip(content["keys"], row, strict=True)) for row in content["rows"]]
    series = list(dict.fromkeys(row.get("group", "") for row in rows))
    items = list(dict.fromkeys(row.get("label", "") for row in rows))
    cells = {(row.get("label", ""), row.get("group", "")): row for row in rows}
    filled = len(rows) >= len(series) * len(items) * MATRIX_FILLED
    if not 1 < len(series) <= MATRIX_SERIES or len(items) < MATRIX_ROWS or not filled:
        return None
    if len(cells) < len(rows):
        return None
    statuses = [row["status"] for row in rows if row.get("status")]
    usual = max(dict.fromkeys(statuses), key=statuses.count, default="")

    def said(item: str, name: str) -> Markup | str:
        row = cells.get((item, name))
        if row is None or not row["full"]:
            return NO_VALUE
        apart = row.get("status", usual)
        text = row["full"]
        if apart not in (usual, text):
            text = f"{text}（{apart}）"
        return _set_out(text, known, number=True) if _differs(text) else text

    year = all(re.fullmatch(r"(?:19|20)\d\d年?", item) for item in items)
    label = dict(zip(content["keys"], content["columns"], strict=True))["label"]
    first = TextPair("年份", "Year") if year else text_pair(label, known)
    heads = [first, *(text_pair(name, known) for name in series)]
    kinds = ["cq-short", *["cq-number"] * len(series)]
    table = [
        [
            (head, kind, _set_out(item, known) if place == 0 else said(item, series[place - 1]))
            for place, (head, kind) in enumerate(zip(heads, kinds, strict=True))
        ]
        for item in items
    ]
    columns = [(first.chinese, items, False)] + [
        (name, [row["full"] for row in rows if row.get("group") == name], True) for name in series
    ]
    return Grid(list(zip(heads, kinds, strict=True)), table, _on_phone(columns, known))


#: Most columns of a matrix, fewest rows, and the part of its cells that must be filled.
MATRIX_SERIES, MATRIX_ROWS, MATRIX_FILLED = 7, 3, 0.6
#: What a cell without a number shows; the template leaves it out of cards.
NO_VALUE = "—"


#: Head and cells of a column, and whether these are numbers.
Texts = tuple[str, Iterable[str], bool]


def _columns(
    content: Mapping[str, Any], numeric: Container[str], labels: Mapping[str, str]
) -> list[Texts]:
    cells = zip(*content["rows"], strict=True)
    return [
        (
            name,
            [" ".join(labels.get(part, part) for part in text.split(";")) for text in column],
            key in numeric,
        )
        for key, name, column in zip(content["keys"], content["columns"], cells, strict=True)
    ]


def _on_phone(columns: Iterable[Texts], known: Mapping[str, str]) -> str:
    """Return the classes of a table for a phone: of each language in which it is cards there."""
    pairs = [
        (text_pair(head, known), [text_pair(text, known) for text in texts], numeric)
        for head, texts, numeric in columns
    ]
    said = {
        "zh": [PhoneColumn(h.chinese, [t.chinese for t in texts], n) for h, texts, n in pairs],
        "en": [
            PhoneColumn(h.english or h.chinese, [t.english or t.chinese for t in texts], n)
            for h, texts, n in pairs
        ],
    }
    return " ".join(CARDS[language] for language, table in said.items() if become_cards(table))


#: Cells up to this many characters stay on one line; Chinese text would otherwise stand upright.
ONE_LINE = 7
#: Cells from this many characters on need room, or they stand as a narrow tower.
LONG = 30


def _kind(key: str, numeric: bool, text: str = "") -> str:
    """Return the class of a cell, empty for most."""
    if numeric:
        # two numbers with their units are too wide for one line of a table
        return "cq-range" if key == "range" else "cq-number"
    if len(text) >= LONG and ";" not in text:
        return "cq-long"
    names = ("cq-short" if 0 < len(text) <= ONE_LINE else "", "cq-brief" if is_brief(text) else "")
    return " ".join(name for name in names if name)


def exhibit_of(app: Sphinx, node: Element, docname: str) -> Exhibit:
    """Return what can be taken away of a figure's node."""
    identity = read_record(Identity, node["meta"])
    edition = app.config.cqbook_edition or NO_EDITION
    return Exhibit(identity, node["spec"] or {}, docname, edition, publication(app))


def exhibited_table(app: Sphinx, node: Element, docname: str) -> Exhibit:
    """Return what can be taken away of a table's node."""
    found = table_in_english(node["meta"], known_words(app))
    english = EnglishWords(found["title"], found["caption"]) if found else None
    identity = table_identity(read_record(Table, node["meta"]), english)
    edition = app.config.cqbook_edition or NO_EDITION
    return Exhibit(identity, {}, docname, edition, publication(app))


def _cited_table(app: Sphinx, shown: Exhibit) -> dict[str, list[tuple[str, str]]]:
    """Return by language how a table is cited, each text with its style."""
    own, found = shown.identity, {"zh": citations(shown)}
    if own.english.title:
        said = replace(own, title=own.english.title, subtitle=own.english.caption)
        english = sources_in_english(said, known_words(app))
        found["en"] = citations(replace(shown, identity=english, language="en"))
    return {
        language: [(style_of(style, language), texts[style]) for style in READ_BY_PEOPLE]
        for language, texts in found.items()
    }


def has_cards(app: Sphinx) -> bool:
    """Return whether figures have cards: networks only follow whole addresses."""
    return bool(app.config.cqbook_files and base_of(app))


def translation(app: Sphinx, exhibit: Exhibit) -> Exhibit | None:
    """Return the figure in English; None where a word of it has none, which the log names."""
    try:
        return translated(exhibit, known_words(app))
    except Untranslated as error:
        log.info("%s：%s", exhibit.id, error)
        return None


@dataclass(frozen=True)
class FigureParts:
    """What a page shows of a figure.

    ``root`` leads from it to the root of the site, ``own`` to the figure's own page; ``matrix``:
    its numbers side by side, where it has several series.
    """

    meta: dict[str, Any]
    head: Heading
    root: str
    hash: str
    drawn: Drawn
    links: list[SourceLink]
    grid: Grid
    matrix: Grid | None
    formats: list[tuple[str, str]]
    own: str


def figure_parts(
    app: Sphinx, node: Element, docname: str, *, root: str, sources: str
) -> FigureParts:
    """Return what is shown of a figure of the page `docname`, which has been written.

    Parameters
    ----------
    root, sources : str
        The ways to the root of the site and to the page of sources.
    """
    meta, shown = node["meta"], exhibit_of(app, node, docname)
    labels = {item["id"]: item["label"] for item in meta["sources"]}
    sizes, alts = node["sizes"], {"zh": meta["alt"], "en": node["alt_en"]}
    place = f"{root}{FIGURES_FOLDER}/"
    known, foreign = known_words(app), node["citations_en"]
    said = {"zh": citations(shown)} | ({"en": foreign} if foreign else {})
    return FigureParts(
        meta=meta,
        head=_heading(app, node, docname),
        root=root,
        hash=json_digest(meta["table"])[:SHOWN_HASH],
        drawn=Drawn(
            [
                Picture(name, alts[name], place + drawing.stem(shown.id, name), **sizes[name])
                for name in sizes
            ],
            place + shown.id,
            ENGLISH if "en" in sizes else (),
            {
                language: [(style_of(style, language), found[style]) for style in READ_BY_PEOPLE]
                for language, found in said.items()
            },
        ),
        links=_source_links(sources, meta["sources"], known),
        grid=_grid_of(sources, without_repeats(meta["table"]), labels, ("full", "range"), known),
        matrix=matrix_of(meta["table"], known),
        formats=list(FORMATS.items()) if app.config.cqbook_files else [],
        own=f"{root}{OWN_PAGES}/{shown.id}.html" if app.config.cqbook_files else "",
    )


def visit_figure(self: HTML5Translator, node: Element) -> None:
    """Write a figure whole: title, pictures, note, source line, data, tools; and its files."""
    app, page = self.builder.app, _page(self)
    shown = exhibit_of(app, node, page)
    foreign = translation(app, shown)
    # its own page needs them after this one is written
    node["sizes"] = pictures.publish_figure(app, shown, foreign, card=has_cards(app))
    node["alt_en"] = foreign.identity.alt if foreign else ""
    node["citations_en"] = citations(foreign) if foreign else {}
    parts = figure_parts(app, node, page, root=_root(self), sources=_sources_page(self))
    # the beginning of a link, by which a release finds it: ours, and no text
    self.body.append(markup("figure.html", permalink=Markup(PERMALINK), **vars(parts)))
    raise nodes.SkipNode


def visit_table(self: HTML5Translator, node: Element) -> None:
    """Write a table whole: title, rows, note, source line, tools; and its files."""
    meta, app = node["meta"], self.builder.app
    page, known = _sources_page(self), known_words(app)
    shown = exhibited_table(app, node, _page(self))
    pictures.publish_table(app, shown)
    labels = {item["id"]: item["label"] for item in meta["sources"]} | meta.get("links", {})
    made = markup(
        "table.html",
        meta=meta,
        head=_heading(app, node, _page(self)),
        # no picture: what is taken away are its files
        drawn=Drawn([], f"{_root(self)}{FIGURES_FOLDER}/{shown.id}", (), _cited_table(app, shown)),
        formats=list(TABLE_FORMATS.items()) if app.config.cqbook_files else [],
        permalink=Markup(PERMALINK),
        note_en=text_pair(meta["caption"], known).english,
        links=_source_links(page, meta["sources"], known),
        grid=_grid_of(page, meta, labels, meta["numeric"], known),
    )
    self.body.append(made)
    raise nodes.SkipNode


def open_whole(self: HTML5Translator, node: Element) -> None:
    """Note where the content of a node begins, which `written_since` takes."""
    node["begins"] = len(self.body)


def written_since(self: HTML5Translator, node: Element) -> Markup:
    """Take back what was written of a node: HTML, for Sphinx has written it, escaping its texts."""
    written = self.body[node["begins"] :]
    del self.body[node["begins"] :]
    return Markup("".join(written))


def depart_abstract(self: HTML5Translator, node: Element) -> None:
    """Write an abstract; only English readers see it."""
    # what a list says is there in English
    abridged = _page(self) not in SAID_WHOLE
    self.body.append(markup("abstract.html", text=written_since(self, node), abridged=abridged))


def skip(self: SphinxTranslator, node: Element) -> None:
    """Leave the node out of builders that can't show it."""
    raise nodes.SkipNode
