"""What stands around a page's text: contents, sections, provenance, edition, description.

The contents are worked out once a build; each page only sets the ways and opens its own branch, so
that a page costs the same however many there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from cqbook.disk.checksums import file_digest
from cqbook.figures.formats import BOOK_TITLE
from cqbook.site.figure_index import note_page, noted
from cqbook.site.inline_scripts import script_hash
from cqbook.site.nodes import ChartFigure, DataTable

THEME = Path(__file__).resolve().parent / "theme"
#: Pages below one page that the contents show at once; of more, those around the reader's own.
PAGES_SHOWN = 16
#: Before the first paint: without it a dark page would flash in light.
MODE_SCRIPT = (
    "(function(d){try{var m=localStorage.getItem('cq-mode'),l=localStorage.getItem('cq-lang')}"
    "catch(e){}if(l==='en')d.dataset.lang='en';"
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
    """A page in the contents, with the pages below it."""

    name: str
    title: str
    below: list[Entry] = field(default_factory=list)

    def holds(self, name: str) -> bool:
        """Return whether a page is this one or lies below it."""
        return name == self.name or any(entry.holds(name) for entry in self.below)


def contents(app: Sphinx) -> list[tuple[str, list[Entry]]]:
    """Return the parts of the book with their pages, in order; kept for the build."""
    kept = getattr(app.env, "cqbook_contents", None)
    if kept is None:
        sites = app.env.external_site_map

        def entry(name: str) -> Entry:
            found = Entry(name, app.env.titles[name].astext())
            for tree in sites[name].subtrees if name in sites else ():
                found.below += [entry(str(item)) for item in tree.items]
            return found

        trees = sites[app.config.root_doc].subtrees
        kept = [(tree.caption or "", [entry(str(item)) for item in tree.items]) for tree in trees]
        # not part of the pickled environment: titles may change
        app.env.cqbook_contents = kept
    return kept


def _near(entries: list[Entry], name: str) -> tuple[list[Entry], bool]:
    """Return at most `SHOWN` entries around the one that holds `name`, and whether some are out."""
    if len(entries) <= PAGES_SHOWN:
        return entries, False
    place = next((n for n, entry in enumerate(entries) if entry.holds(name)), 0)
    start = min(max(0, place - PAGES_SHOWN // 2), len(entries) - PAGES_SHOWN)
    return entries[start : start + PAGES_SHOWN], True


def _listed(app: Sphinx, entries: list[Entry], here: str) -> str:
    shown, capped = _near(entries, here)
    items = []
    for entry in shown:
        way = app.builder.get_relative_uri(here, entry.name)
        mine = ' aria-current="page"' if entry.name == here else ""
        below = _listed(app, entry.below, here) if entry.below and entry.holds(here) else ""
        items.append(f'<li><a href="{way}"{mine}>{escape(entry.title)}</a>{below}</li>')
    more = f'<li class="cq-rest">共{len(entries)}页，见上一级页面</li>' if capped else ""
    return f"<ul>{''.join(items)}{more}</ul>"


def contents_html(app: Sphinx, here: str) -> str:
    """Return the contents of the book as seen from a page."""
    root = app.config.root_doc
    first = [("", [Entry(root, app.env.titles[root].astext())])]
    parts = [
        (f"<p>{escape(caption)}</p>" if caption else "") + _listed(app, entries, here)
        for caption, entries in first + contents(app)
    ]
    return "".join(parts)


def sections_html(doctree: nodes.document | None) -> str:
    """Return links to the sections of a page, if it has several."""
    if doctree is None:
        return ""
    top = next(iter(doctree.findall(nodes.section)), None)
    found = [] if top is None else [n for n in top.children if isinstance(n, nodes.section)]
    links = [
        f'<li><a href="#{node["ids"][0]}">{escape(node.next_node(nodes.title).astext())}</a></li>'
        for node in found
    ]
    return f"<ol>{''.join(links)}</ol>" if len(links) > 1 else ""


def _drawn(doctree: nodes.document) -> list[dict[str, Any]]:
    return [
        node["meta"] for node in doctree.findall(lambda n: isinstance(n, ChartFigure | DataTable))
    ]


def provenance(doctree: nodes.document | None, edition: str, way: str) -> str:
    """Return one line below the heading: which book and edition, on what the page rests."""
    if doctree is None:
        return ""
    metas = _drawn(doctree)
    sources = {item["id"]: item["label"] for meta in metas for item in meta["sources"]}
    if not sources:
        return ""
    figures = [meta for meta in metas if "status" in meta]
    derived = sum(meta["status"] != "reported" for meta in figures)
    days = sorted(re.findall(r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b", " ".join(sources.values())))
    parts = [
        f'据<a href="{way}">{len(sources)}个来源</a>'
        + (f"，最近一个发表于{_day(days[-1])}" if days else "")
    ]
    if figures:
        parts.append(f"图{len(figures)}张" + (f"，其中{derived}张含本书推算" if derived else ""))
    if edition:
        parts.append(f"版次{escape(edition)}")
    return f'<p class="cq-provenance">{"｜".join(parts)}</p>'


def _day(text: str) -> str:
    year, month, *day = text.split("-")
    return f"{year}年{int(month)}月" + (f"{int(day[0])}日" if day else "")


def first_paragraph(doctree: nodes.document | None) -> str:
    """Return the first paragraph of a page, for search engines and previews."""
    if doctree is None:
        return ""
    for node in doctree.findall(nodes.paragraph):
        if isinstance(node.parent, nodes.section):
            return re.sub(r"\s+", "", node.astext())[:160]
    return ""


#: Size of a card, as the networks ask for it.
CARD = (1200, 630)


def social(app: Sphinx, page: str, doctree: nodes.document) -> str:
    """Return the tags of a page's card, drawn from its first figure, where the address is known.

    Networks only follow whole addresses: without ``html: baseurl`` in ``_config.yml`` there is no
    card, no canonical address and no site map.
    """
    base = app.config.html_baseurl.rstrip("/")
    if not base:
        return ""
    way = f"{base}/{app.builder.get_target_uri(page)}"
    tags = f'<link rel="canonical" href="{escape(way)}">\n'
    tags += f'<meta property="og:url" content="{escape(way)}">\n'
    drawn = [node for node in doctree.findall(ChartFigure) if node["spec"] is not None]
    if drawn:
        name = f"_figures/{drawn[0]['meta']['id']}.png"
        card = f"{page.rpartition('/')[2]}.png"
        note_page(app, "card", page, [name, card])
        tags += f'<meta property="og:image" content="{escape(base)}/_cards/{card}">\n'
        tags += f'<meta property="og:image:alt" content="{escape(drawn[0]["meta"]["alt"])}">\n'
        tags += '<meta name="twitter:card" content="summary_large_image">\n'
    return tags


def write_addresses(app: Sphinx, exception: Exception | None) -> None:
    """Draw the cards and write the site map, where the address of the site is known."""
    base = app.config.html_baseurl.rstrip("/")
    if exception or not base or app.builder.format != "html":
        return
    from PIL import Image

    out = Path(app.outdir)
    for name in sorted(app.env.found_docs):
        source, short = noted(app, "card", name, ["", ""])
        if not source:
            continue
        card = out / "_cards" / short
        picture = Image.open(out / source).convert("RGB")
        picture.thumbnail((CARD[0] - 80, CARD[1] - 60), Image.Resampling.LANCZOS)
        canvas = Image.new("RGB", CARD, "white")
        canvas.paste(picture, ((CARD[0] - picture.width) // 2, (CARD[1] - picture.height) // 2))
        card.parent.mkdir(exist_ok=True)
        canvas.save(card, "PNG", optimize=True)
    urls = "".join(
        f"<url><loc>{escape(base)}/{app.builder.get_target_uri(name)}</loc></url>\n"
        for name in sorted(app.env.found_docs)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
    (Path(app.outdir) / "sitemap.xml").write_text(text, encoding="utf-8")


@cache
def short_hash(name: str) -> str:
    """Return a short hash of a file of the theme: an address changes when its content does."""
    return file_digest(THEME / "static" / name)[:12]


def dress(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the template what stands around the text."""
    edition = app.config.cqbook_edition
    root = "../" * page.count("/")
    body = context.get("body", "")
    if body:
        way = app.builder.get_relative_uri(page, "chapters/sources")
        line = provenance(doctree, edition, way)
        context["body"] = body.replace("</h1>", f"</h1>\n{line}", 1)
    words = first_paragraph(doctree)
    if words:
        title = escape(f"{app.env.titles[page].astext()}｜{BOOK_TITLE}")
        card = social(app, page, doctree)
        context["metatags"] = (
            f'<meta name="description" content="{escape(words)}">\n'
            f'<meta property="og:title" content="{title}">\n'
            f'<meta property="og:description" content="{escape(words)}">\n'
            '<meta property="og:type" content="article">\n'
            f'<meta property="og:locale" content="zh_CN">\n{card}'
        ) + context.get("metatags", "")
    context["cq"] = {
        "book": BOOK_TITLE,
        "coded": 'class="cell ' in body,
        "mode_script": MODE_SCRIPT,
        "policy": POLICY,
        "style": short_hash("cqbook.css"),
        "script": short_hash("cqbook.js"),
        "search": short_hash("search.js"),
        "contents": contents_html(app, page),
        "sections": sections_html(doctree),
        "edition": _edition(page, root, edition),
    }


def _edition(page: str, root: str, edition: str) -> str:
    """Return which edition a page is of, with a plain link to the latest one.

    The link is the same in ``latest/`` and in ``v/<edition>/``: a frozen page never changes.
    """
    if not edition:
        return ""
    name = escape(edition)
    return (
        f'<p class="cq-edition" data-edition="{name}" data-root="{root}"'
        f' data-page="{escape(page)}">'
        f'版次 {name}｜<a href="{root}../latest/index.html">最新版</a></p>'
    )


def forget(app: Sphinx, *_: object) -> None:
    """Work the contents out anew: the environment is kept between builds, titles change."""
    app.env.cqbook_contents = None


def setup(app: Sphinx) -> None:
    """Register the theme and what dresses its pages."""
    app.add_html_theme("cqbook", str(THEME))
    app.connect("build-finished", write_addresses)
    app.connect("env-updated", forget)
    app.connect("html-page-context", dress, priority=900)
