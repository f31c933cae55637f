"""What stands around a page's text: contents, sections, provenance, edition, description.

The contents are worked out once a build; each page only sets the ways and opens its own branch, so
that a page costs the same however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx_external_toc.api import SiteMap

from cqbook.disk.checksums import file_digest
from cqbook.editions.feed import FEED
from cqbook.figures.english import period
from cqbook.site.abstracts import CHINESE_ONLY, titles_of
from cqbook.site.asked import PageQuestion, told_of
from cqbook.site.claims import sources_named, sources_said
from cqbook.site.directives import Bilingual
from cqbook.site.figure_index import exhibits
from cqbook.site.glossary import defined
from cqbook.site.inline_scripts import script_hash
from cqbook.site.markup import markup
from cqbook.site.newest import Newest, UpTo, newest, rows_of_page
from cqbook.site.nodes import OWN_PAGES, ChartFigure, exhibit_nodes, has_cards
from cqbook.site.numbers_page import NUMBERS_PAGE
from cqbook.site.pictures import CARDS_FOLDER
from cqbook.site.settings import base_of, book_of, known_words, publication, root_of

THEME = Path(__file__).resolve().parent / "theme"
#: Pages below one page that the contents show at once; of more, those around the reader's own.
PAGES_SHOWN = 16
#: Before the first paint: without it a dark page would flash in light. ``?lang=en`` asks for
#: English: in somebody else's page a figure doesn't know what the reader chose here.
MODE_SCRIPT = (
    "(function(d){try{var m=localStorage.getItem('cq-mode'),l=localStorage.getItem('cq-lang')}"
    "catch(e){}l=(/[?&]lang=(en|zh)(&|$)/.exec(location.search)||[0,l])[1];"
    "if(l==='en')d.dataset.lang=d.lang='en';"
    "d.dataset.theme=m==='dark'||m==='light'?m:"
    "matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'})"
    "(document.documentElement)"
)
#: What a page may load and run, the same from a folder and from a server: its own files, and of
#: inline scripts only the one above. Nothing is evaluated (Vega interprets its expressions), sent
#: or styled inline; a text that got into a page as markup would still not run.
POLICY = "; ".join(
    [
        "default-src 'none'",
        f"script-src 'self' '{script_hash(MODE_SCRIPT)}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
    ]
)


@dataclass
class Entry:
    """A page in the contents, with the pages below it; ``english`` may be its Chinese title."""

    name: str
    title: str
    english: str
    below: list[Entry] = field(default_factory=list)

    def holds(self, name: str) -> bool:
        """Return whether a page is this one or lies below it."""
        return name == self.name or any(entry.holds(name) for entry in self.below)


def contents(app: Sphinx) -> list[tuple[str, list[Entry]]]:
    """Return the parts of the book with their pages, in order; kept for the build."""
    kept = vars(app.env)
    if "cqbook_contents" not in kept:
        sites: SiteMap = kept["external_site_map"]

        def entry(name: str) -> Entry:
            found = Entry(name, *titles_of(app, name))
            for tree in sites[name].subtrees if name in sites else ():
                found.below += [entry(str(item)) for item in tree.items]
            return found

        trees = sites[app.config.root_doc].subtrees
        kept["cqbook_contents"] = [
            (tree.caption or "", [grouped(entry(str(item))) for item in tree.items])
            for tree in trees
        ]
    found: list[tuple[str, list[Entry]]] = kept["cqbook_contents"]
    return found


#: What parts the name of a group from that of a page of it, in Chinese and English.
GROUP_SIGNS = ("：", ": ")


def grouped(entry: Entry) -> Entry:
    """Return an entry with its pages side by side, if their titles say that they are of one kind.

    The pages of other districts come from the notebook of one: 区县画像：沙坪坝区 is none of which
    they are parts. The group has the name that their titles begin with, and the way to the first.
    """
    pages = [entry, *entry.below]
    parts = [[page.title.partition(GROUP_SIGNS[0]) for page in pages]]
    parts.append([page.english.partition(GROUP_SIGNS[1]) for page in pages])
    names = [{name for name, _, _ in some} for some in parts]
    if not entry.below or not all(
        len(name) == 1 and all(rest for _, _, rest in some)
        for name, some in zip(names, parts, strict=True)
    ):
        return entry
    # the first is a page of the group like the others, which may have pages of their own
    below = [[], *(page.below for page in entry.below)]
    listed = [
        Entry(page.name, chinese, english, held)
        for page, (_, _, chinese), (_, _, english), held in zip(pages, *parts, below, strict=True)
    ]
    return Entry(entry.name, names[0].pop(), names[1].pop(), listed)


def _near(entries: list[Entry], name: str) -> tuple[list[Entry], bool]:
    """Return at most `SHOWN` entries around the one that holds `name`, and whether some are out."""
    if len(entries) <= PAGES_SHOWN:
        return entries, False
    place = next((n for n, entry in enumerate(entries) if entry.holds(name)), 0)
    start = min(max(0, place - PAGES_SHOWN // 2), len(entries) - PAGES_SHOWN)
    return entries[start : start + PAGES_SHOWN], True


@dataclass(frozen=True)
class Branch:
    """Pages of the contents that are shown; ``of`` how many, where some are left out."""

    shown: list[Item]
    of: int


@dataclass(frozen=True)
class Item:
    """A page in the contents as seen from a page, with the pages below it if it is open."""

    way: str
    title: str
    english: str
    here: bool
    below: Branch | None


def _branch(app: Sphinx, entries: list[Entry], here: str) -> Branch:
    shown, capped = _near(entries, here)
    items = [
        Item(
            app.builder.get_relative_uri(here, entry.name),
            entry.title,
            entry.english,
            # a group and its first page have one way
            entry.name == here and all(other.name != here for other in entry.below),
            _branch(app, entry.below, here) if entry.below and entry.holds(here) else None,
        )
        for entry in shown
    ]
    return Branch(items, len(entries) if capped else 0)


def contents_html(app: Sphinx, here: str) -> Markup:
    """Return the contents of the book as seen from a page."""
    root = app.config.root_doc
    first = [("", [Entry(root, *titles_of(app, root))])]
    known = known_words(app)
    parts = [
        (caption, known.get(caption, caption), _branch(app, some, here))
        for caption, some in first + contents(app)
    ]
    return markup("contents.html", parts=parts)


def sections_html(doctree: nodes.document | None) -> Markup:
    """Return links to the sections of a page, if it has several."""
    top = None if doctree is None else next(iter(doctree.findall(nodes.section)), None)
    found = [] if top is None else [n for n in top.children if isinstance(n, nodes.section)]
    sections = [(node["ids"][0], *_titles(node), CHINESE_ONLY in node["classes"]) for node in found]
    return markup("sections.html", sections=sections) if len(sections) > 1 else Markup()


def _titles(section: nodes.section) -> tuple[str, str]:
    """Return the title of a section, which docutils makes none without, in both languages."""
    title = next(iter(section.findall(nodes.title)))
    said = next(iter(title.findall(Bilingual)), None)
    return title.astext(), said["english"] if said else title.astext()


#: What numbers are called that this book made, by the status of their figure.
WORDS = {
    "derived": ("本书推算", "derived by this book"),
    "computed": ("本书计算", "ratios worked out by this book"),
}


def provenance(
    doctree: nodes.document | None,
    said: Mapping[str, str],
    named: Mapping[str, str],
    edition: str,
    way: str,
    newest: Newest | None = None,
    words: Mapping[str, tuple[str, str]] = WORDS,
) -> Markup:
    """Return one line below the heading: which book and edition, on what the page rests, how new.

    Parameters
    ----------
    said : mapping of str to str
        Labels, by id, of the sources that its sentences stand on, beside those of its figures.
    named : mapping of str to str
        Labels, by id, of those that its text names: they count where no other has their label.
    newest : Newest, optional
        Of its numbers; the day of the newest source is told beside it where it is another.
    words : mapping of str to tuple of str, optional
        What a figure's numbers are called by its status, in Chinese and English.
    """
    if doctree is None:
        return Markup()
    shown = list(exhibit_nodes(doctree))
    metas = [node["meta"] for node in shown]
    drawn = {item["id"]: item["label"] for meta in metas for item in meta["sources"]}
    sources = {**said, **drawn}
    if not sources:
        return Markup()
    told = set(sources.values())
    sources |= {key: label for key, label in named.items() if label not in told}
    figures = [node["meta"] for node in shown if isinstance(node, ChartFigure)]
    derived = sum(meta["status"] in ("mixed", "derived") for meta in figures)
    days = sorted(re.findall(r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b", " ".join(sources.values())))
    return markup(
        "provenance.html",
        way=way,
        sources=len(sources),
        day=_day(days[-1] if days else ""),
        newest=newest,
        told=_told,
        published=[_day(item.published)[0] for item in (newest.own, newest.other)]
        if newest
        else [],
        words=words,
        figures=len(figures),
        derived=derived,
        computed=sum(meta["status"] == "computed" for meta in figures),
        tables=len(shown) - len(figures),
        edition=edition,
    )


def _told(found: UpTo) -> tuple[str, str]:
    """Return up to when there are numbers, with the day of it, in Chinese and English."""
    said, day = _day(found.until), _day(found.published)
    return (
        said[0] + (f"（{day[0]}公布）" if day[0] else ""),
        said[1] + (f" (published {day[1]})" if day[1] else ""),
    )


def _day(text: str) -> tuple[str, str]:
    """Return a day, month or year in Chinese and English; empty of none."""
    units = zip(text.split("-") if text else (), "年月日", strict=False)
    said = "".join(f"{int(number)}{unit}" for number, unit in units)
    return said, period(said) if said else ""


def first_paragraph(doctree: nodes.document | None) -> str:
    """Return the first paragraph of a page, for search engines and previews."""
    if doctree is None:
        return ""
    for node in doctree.findall(nodes.paragraph):
        if isinstance(node.parent, nodes.section):
            return re.sub(r"\s+", "", node.astext())[:160]
    return ""


@dataclass(frozen=True)
class Address:
    """A page's whole address, and those of its card, if it has a figure to draw it from."""

    way: str
    card: str = ""
    alt: str = ""


def address_of(app: Sphinx, page: str, doctree: nodes.document) -> Address | None:
    """Return the address of a page and that of its card; None where the site's is not known.

    The card is that of its first figure: what a chapter has found out.

    Networks only follow whole addresses: without ``address`` of the book in its data package (or
    ``html: baseurl`` in ``_config.yml``) there is no card, no canonical address and no site map.
    """
    base = base_of(app)
    if not base:
        return None
    way = f"{base}/{app.builder.get_target_uri(page)}"
    drawn = list(doctree.findall(ChartFigure))
    if not drawn or not has_cards(app):
        return Address(way)
    meta = drawn[0]["meta"]
    return Address(way, f"{base}/{CARDS_FOLDER}/{meta['id']}.png", meta["alt"])


def write_addresses(app: Sphinx, exception: Exception | None) -> None:
    """Write the site map, where the address of the site is known."""
    base = base_of(app)
    if exception or not base or app.builder.format != "html":
        return
    names = sorted(app.env.found_docs)
    addresses = [f"{base}/{app.builder.get_target_uri(name)}" for name in names]
    if app.config.cqbook_files:
        drawn = [node for name in names for node in exhibits(app.env, name) if node["drawn"]]
        addresses += sorted(f"{base}/{OWN_PAGES}/{node['meta']['id']}.html" for node in drawn)
    text = markup("sitemap.xml", addresses=addresses)
    (Path(app.outdir) / "sitemap.xml").write_text(text, encoding="utf-8")


@cache
def short_hash(name: str) -> str:
    """Return a short hash of a file of the theme: an address changes when its content does."""
    return file_digest(THEME / "static" / name)[:12]


def _words(app: Sphinx, page: str) -> dict[str, tuple[str, str]]:
    """Return `WORDS`, each with the way to what it means."""
    return {status: defined(app, page, *words) for status, words in WORDS.items()}


def _newest(app: Sphinx, doctree: nodes.document | None) -> Newest | None:
    rows = set() if doctree is None else rows_of_page(doctree)
    # what these rows say stands on the page: where they change, so does its source
    if not rows:
        return None
    return newest(book_of(app), rows, publication(app).place)


def _asked(app: Sphinx, page: str, doctree: nodes.document | None) -> Markup:
    """Return that a page says almost nothing of what it was asked for, where it does."""
    content = app.config.cqbook_asked.get(page.rpartition("/")[2])
    if not content or doctree is None:
        return Markup()
    zh, en = told_of(book_of(app), rows_of_page(doctree), PageQuestion.read(content))
    return markup("asked.html", zh=zh, en=en) if zh else Markup()


def dress(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the template what stands around the text."""
    edition = app.config.cqbook_edition
    root = root_of(page)
    # what Sphinx has written: HTML, its texts escaped
    body = Markup(context.get("body", ""))
    if body:
        way = app.builder.get_relative_uri(page, "chapters/sources")
        named = sources_named(app, "" if doctree is None else doctree.astext())
        cited, defined_here = sources_said(app, page), _words(app, page)
        line = provenance(doctree, cited, named, edition, way, _newest(app, doctree), defined_here)
        line += _asked(app, page, doctree)
        before, end, after = body.partition("</h1>")
        context["body"] = markup("body.html", before=before, end=end, line=line, after=after)
    tags = Markup(context.get("metatags", ""))
    words = first_paragraph(doctree)
    if doctree is not None and words:
        tags = (
            markup(
                "description.html",
                words=words,
                title=f"{app.env.titles[page].astext()}｜{publication(app).title}",
                address=address_of(app, page, doctree),
            )
            + tags
        )
    context["metatags"] = tags
    context["cq"] = {
        "book": publication(app).title,
        "book_en": publication(app).title_en,
        "title_en": titles_of(app, page)[1] if page in app.env.titles else "",
        "turn": _turns(app, page),
        "both": both,
        "attribute": attribute,
        "coded": 'class="cell ' in body,
        # ours, and no texts: a script and what allows it hold quotation marks
        "mode_script": Markup(MODE_SCRIPT),
        "policy": Markup(POLICY),
        "style": short_hash("cqbook.css"),
        "script": short_hash("cqbook.js"),
        "search": short_hash("search.js"),
        "numbers": short_hash("numbers.js"),
        # a book may have no page of its numbers
        "counted": NUMBERS_PAGE in app.env.found_docs,
        "contents": contents_html(app, page),
        "sections": sections_html(doctree),
        "edition": edition_line(page, root, edition),
        # `cqbook.site.markdown` writes it, of the pages of an edition
        "markdown": f"{page.rpartition('/')[2]}.md" if edition and doctree is not None else "",
        # outside the edition's folder, as it tells of those that come later
        "feed": f"{root}../{FEED}" if edition else "",
    }


def both(chinese: str, english: str) -> Markup:
    """Return words of the page in both languages, of which one is shown."""
    return markup("both.html", chinese=chinese, english=english)


def attribute(name: str, chinese: str, english: str) -> Markup:
    """Return an attribute in both languages, with a space before it."""
    return markup("attribute.html", name=name, chinese=chinese, english=english)


def _turns(app: Sphinx, page: str) -> dict[str, tuple[str, str]]:
    """Return the titles of the pages before and after a page in both languages."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    _, before, after = builder.relations.get(page) or (None, None, None)
    return {
        name: titles_of(app, other) for name, other in (("prev", before), ("next", after)) if other
    }


def edition_line(page: str, root: str, edition: str) -> Markup:
    """Return which edition a page is of, with a plain link to the latest one.

    The link is the same in ``latest/`` and in ``v/<edition>/``: a frozen page never changes.
    """
    if not edition:
        return Markup()
    return markup("edition.html", edition=edition, root=root, page=page, feed=FEED)


def escape_texts(app: Sphinx) -> None:
    """Let the templates of the theme escape their texts too, as those of the book do."""
    templates = getattr(app.builder, "templates", None)
    if isinstance(templates, BuiltinTemplateLoader):
        templates.environment.autoescape = True


def forget(app: Sphinx, *_: object) -> None:
    """Work the contents out anew: the environment is kept between builds, titles change."""
    vars(app.env).pop("cqbook_contents", None)


def setup(app: Sphinx) -> None:
    """Register the theme and what dresses its pages."""
    app.add_html_theme("cqbook", str(THEME))
    app.connect("builder-inited", escape_texts)
    app.connect("build-finished", write_addresses)
    app.connect("env-updated", forget)
    app.connect("html-page-context", dress, priority=900)
