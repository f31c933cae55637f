"""Doctree nodes of the book, and how they become HTML."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from docutils import nodes
from docutils.nodes import Element
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxTranslator
from sphinx.util.osutil import relative_uri

from cqbook.data.customs_store import CUSTOMS
from cqbook.disk.checksums import json_digest
from cqbook.editions.store import PERMALINK
from cqbook.figures import drawing
from cqbook.figures.english import Untranslated
from cqbook.figures.formats import ENGLISH, FORMATS, Exhibit, citations, translated
from cqbook.figures.identity import Identity, read_record
from cqbook.site import pictures
from cqbook.site.pictures import FIGURES_FOLDER
from cqbook.site.settings import known_words

log = logging.getLogger(__name__)
SOURCES_PAGE = "chapters/sources"
#: What a page that is part of no edition says instead of its name.
NO_EDITION = "draft"
#: Digits of the hash of a figure's data that a page carries: enough to see a change.
SHOWN_HASH = 16


class ChartFigure(nodes.General, nodes.Element):
    """A numbered figure: ``meta`` (identity) and ``spec`` (Vega-Lite, or None for a gap)."""


class Abstract(nodes.General, nodes.Element):
    """What a page says, in English; its glued texts are translated."""


class DataTable(nodes.General, nodes.Element):
    """A numbered table: ``meta`` (content of `cqbook.figures.figure.Table`)."""


#: What only English readers see; what they don't is marked ``data-zh``.
EN = 'data-en="" lang="en"'


def both(chinese: str, english: str) -> str:
    """Return a text in both languages, of which one is shown."""
    return f'<span data-zh="">{chinese}</span><span {EN}>{english}</span>'


def title_of(node: Element) -> str:
    """Return the caption that references show for `node`."""
    return node["meta"]["title"]


def _root(translator: SphinxTranslator) -> str:
    """Return the way from the page being written to the root of the site (``../``)."""
    builder = translator.builder
    page = builder.get_target_uri(builder.current_docname)
    return relative_uri(page, "x")[:-1]


def _heading(translator: SphinxTranslator, node: Element) -> None:
    meta = node["meta"]
    translator.body.append('<p class="cq-title">')
    said = meta.get("english", {})
    mark = ' data-zh=""' if said else ""
    place = len(translator.body)
    translator.add_fignumber(node)
    if said:
        number = "".join(translator.body[place:])
        translator.body[place:] = [
            number.replace("<span ", f"<span{mark} ", 1),
            number.replace("<span ", f"<span {EN} ", 1).replace("图", "Figure"),
        ]
    translator.body.append(f'<span class="cq-title-text"{mark}>{escape(meta["title"])}</span>')
    if said:
        translator.body.append(f"<span {EN}>{escape(said['title'])}</span>")
    translator.add_permalink_ref(node, "此处的链接")
    translator.body.append("</p>")
    if meta["subtitle"]:
        words = escape(meta["subtitle"])
        translator.body.append(f'<p class="cq-subtitle"{mark}>{words}</p>')
    if said:
        translator.body.append(f'<p class="cq-subtitle" {EN}>{escape(said["caption"])}</p>')


def _sources(translator: SphinxTranslator, meta: dict[str, Any]) -> str:
    if not meta["sources"]:
        return ""
    page = translator.builder.get_relative_uri(translator.builder.current_docname, SOURCES_PAGE)
    links = [_source_link(page, item["id"], item["label"]) for item in meta["sources"]]
    if len(links) <= 3:
        listed = "；".join(links)
    else:
        listed = "；".join(links[:2]) + (
            f'；<details class="cq-more"><summary>另有{len(links) - 2}个来源</summary>'
            f"{'；'.join(links[2:])}</details>"
        )
    head = {
        "derived": both("数据来源（本书推算）：", "Source (derived): "),
        "mixed": both("数据来源（部分为本书推算）：", "Source (partly derived): "),
        "reported": both("数据来源：", "Source: "),
    }.get(meta.get("status", ""), "数据来源：")
    return f'<div class="cq-source">{head}{listed}</div>'


def _source_link(page: str, source_id: str, label: str) -> str:
    # customs detail is the analyst's own file, no source of the data package
    if source_id == CUSTOMS:
        return escape(label)
    return f'<a href="{page}#{quote(source_anchor(source_id))}">{escape(label)}</a>'


def source_anchor(source_id: str) -> str:
    """Return the anchor of a source on the page of sources."""
    return f"src-{source_id}".replace(".", "-").replace("_", "-").lower()


def _cell(translator: SphinxTranslator, key: str, text: str, labels: dict[str, str]) -> str:
    if key == "source_id" and text:
        page = translator.builder.get_relative_uri(translator.builder.current_docname, SOURCES_PAGE)
        parts = text.split(";")
        return "；".join(_source_link(page, part, labels.get(part, part)) for part in parts)
    if key == "rests":
        # what of this is drawn nowhere has no label
        return "、".join(labels[part] for part in text.split(";") if part in labels) or "没有图用它"
    if key == "observation_id":
        return "<br>".join(f"<code>{escape(part)}</code>" for part in text.split(";"))
    return escape(text) if text else "—"


def _rows(
    translator: SphinxTranslator,
    content: dict[str, Any],
    sources: list[dict[str, str]],
    numeric: tuple[str, ...] = (),
) -> str:
    keys = content["keys"]
    labels = {item["id"]: item["label"] for item in sources} | content.get("links", {})
    head = "".join(
        f'<th scope="col"{_class(key in numeric)}>{escape(name)}</th>'
        for key, name in zip(keys, content["columns"], strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td{_class(key in numeric, cell)} data-label="{escape(name)}">'
            f"<span>{_cell(translator, key, cell, labels)}</span></td>"
            for key, name, cell in zip(keys, content["columns"], row, strict=True)
        )
        + "</tr>"
        for row in content["rows"]
    )
    return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"


#: Tables of this many columns are set as cards on a phone.
CARDS_FROM = 5


def _table(rows: str, columns: int) -> str:
    wide = " cq-wide" if columns >= CARDS_FROM else ""
    return f'<table class="cq-table{wide}">{rows}</table>'


#: Cells up to this many characters stay on one line; Chinese text would otherwise stand upright.
ONE_LINE = 7
#: Cells from this many characters on need room, or they stand as a narrow tower.
LONG = 30


def _class(numeric: bool, text: str = "") -> str:
    if numeric:
        return ' class="cq-number"'
    if len(text) >= LONG and ";" not in text:
        return ' class="cq-long"'
    return ' class="cq-short"' if 0 < len(text) <= ONE_LINE else ""


def picture(
    root: str, identifier: str, alts: dict[str, str], sizes: dict[str, dict[str, list[int]]]
) -> str:
    """Return the static pictures of a figure: by language, width of the page, light and dark."""
    parts = []
    for language, alt in alts.items():
        base = f"{root}{FIGURES_FOLDER}/{drawing.stem(identifier, language)}"
        wide, narrow = sizes[language]["wide"], sizes[language]["narrow"]
        # without a translation the Chinese picture serves both
        whose = EN if language == "en" else 'data-zh=""' if len(alts) > 1 else ""
        for mode, suffix in (("light", ""), ("dark", "-dark")):
            # the dark twin says nothing new: one alternative text is enough
            text = escape(alt) if mode == "light" else ""
            parts.append(
                f'<picture class="cq-{mode}" {whose}>'
                f'<source media="(max-width: 640px)" srcset="{base}.narrow{suffix}.svg" '
                f'width="{narrow[0]}" height="{narrow[1]}">'
                f'<img src="{base}.wide{suffix}.svg" alt="{text}" loading="lazy" '
                f'width="{wide[0]}" height="{wide[1]}"></picture>'
            )
    return "".join(parts)


def exhibit_of(node: Element, docname: str, edition: str) -> Exhibit:
    """Return what can be taken away of a figure's node."""
    identity = read_record(Identity, node["meta"])
    return Exhibit(identity, node["spec"] or {}, docname, edition or NO_EDITION)


STYLES = {"line": "简报一行", "gbt7714": "GB/T 7714—2015", "apa": "APA", "bibtex": "BibTeX"}


def translation(app: Sphinx, exhibit: Exhibit) -> Exhibit | None:
    """Return the figure in English; None where a word of it has none, which the log names."""
    try:
        return translated(exhibit, known_words(app))
    except Untranslated as error:
        log.info("%s：%s", exhibit.id, error)
        return None


def toolbar(exhibit: Exhibit, root: str, forms: tuple[str, ...] = ENGLISH) -> str:
    """Return the figure's tools: plain links and texts, that serve without scripts too.

    Parameters
    ----------
    exhibit : Exhibit
    root : str
        The way to the root of the site.
    forms : tuple of str
        Formats that are there in English too.
    """
    place = f"{root}{FIGURES_FOLDER}/{exhibit.id}"
    links = "".join(
        f'<a href="{place}.{form}" download{" data-zh" if form in forms else ""}>{name}</a>'
        for form, name in FORMATS.items()
    ) + "".join(f'<a href="{place}.en.{form}" download {EN}>{FORMATS[form]}</a>' for form in forms)
    texts = "".join(
        f"<dt>{STYLES[style]}</dt><dd>{escape(text)}</dd>"
        for style, text in citations(exhibit).items()
    )
    return (
        f'<div class="cq-tools" role="group" aria-label="取用：{escape(exhibit.identity.title)}">'
        f'{PERMALINK}#{exhibit.id}">{both("链接", "Link")}</a>{links}'
        f'<details class="cq-cite"><summary>{both("引用", "Cite")}</summary>'
        f"<dl>{texts}</dl></details></div>"
    )


def visit_figure(self: SphinxTranslator, node: Element) -> None:
    """Write a figure whole: title, pictures, note, source line, data."""
    meta = node["meta"]
    root = _root(self)
    self.body.append(
        f'<figure class="cq-figure" id="{node["ids"][0]}"'
        f' data-figure="{escape(meta["id"])}" data-root="{root}"'
        f' data-hash="{json_digest(meta["table"])[:SHOWN_HASH]}">'
    )
    _heading(self, node)
    if node["spec"] is None:
        gap = both(
            "没有找到公布的数据可画；留空，不以推测补上。",
            "No published figure was found: left empty.",
        )
        self.body.append(f'<p class="cq-gap">{gap}</p>')
    else:
        shown = exhibit_of(node, self.builder.current_docname, self.config.cqbook_edition)
        translated = translation(self.builder.app, shown)
        sizes = pictures.publish_figure(self.builder.app, shown, translated)
        alts = {"zh": meta["alt"]} | ({"en": translated.identity.alt} if translated else {})
        drawn = picture(root, meta["id"], alts, sizes)
        self.body.append(f'<div class="cq-chart" tabindex="0">{drawn}</div>')
    self.body.append("<figcaption>")
    if meta["caption"]:
        self.body.append(f'<p class="cq-note" data-zh="">{escape(meta["caption"])}</p>')
    self.body.append(_sources(self, meta))
    if meta["table"]["rows"]:
        rows = _rows(self, meta["table"], meta["sources"], ("full", "range"))
        self.body.append(
            f'<details class="cq-data"><summary>{both("图中数据", "Data")}</summary>'
            f'<div class="cq-scroll">{_table(rows, len(meta["table"]["keys"]))}</div></details>'
        )
    if node["spec"] is not None:
        self.body.append(toolbar(shown, root, ENGLISH if translated else ()))
    self.body.append("</figcaption></figure>")
    raise nodes.SkipNode


def visit_table(self: SphinxTranslator, node: Element) -> None:
    """Write a table whole: title, rows, note, source line."""
    meta = node["meta"]
    search = " data-searchable" if meta["searchable"] else ""
    self.body.append(f'<figure class="cq-figure cq-tabular" id="{node["ids"][0]}"{search}>')
    _heading(self, node)
    if meta["rows"]:
        rows = _rows(self, meta, meta["sources"], tuple(meta["numeric"]))
        table = _table(rows, len(meta["keys"]))
        self.body.append(f'<div class="cq-scroll" tabindex="0">{table}</div>')
    else:
        self.body.append('<p class="cq-gap">数据包中没有可列的内容。</p>')
    self.body.append("<figcaption>")
    if meta["caption"]:
        self.body.append(f'<p class="cq-note">{escape(meta["caption"])}</p>')
    self.body.append(_sources(self, meta) + "</figcaption></figure>")
    raise nodes.SkipNode


def visit_abstract(self: SphinxTranslator, node: Element) -> None:
    """Open an abstract; only English readers see it."""
    self.body.append(f'<aside class="cq-abstract" aria-label="English abstract" {EN}>')


def depart_abstract(self: SphinxTranslator, node: Element) -> None:
    """Close an abstract."""
    self.body.append("</aside>")


def skip(self: SphinxTranslator, node: Element) -> None:
    """Leave the node out of builders that can't show it."""
    raise nodes.SkipNode
