"""The whole book as one PDF: contents with page numbers, bookmarks, inner links, for A4.

The pages of the site are joined into one document, so that a link from one chapter to another is a
link inside the PDF and pages are counted through; Chromium prints it twice, since only the first
printing tells on which page a heading stands.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree, html

from cqbook.disk import archives
from cqbook.editions.paths import PASSAGES
from cqbook.errors import DataError
from cqbook.figures.formats import AUTHOR, BOOK_TITLE

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
STYLE = """
.cq-cover { break-after: page; padding-top: 55mm; text-align: center; }
.cq-cover h1 { font-size: 30pt; }
.cq-leaves { break-after: page; } .cq-leaves ol { list-style: none; padding: 0; }
.cq-leaves ol { columns: 2; column-gap: 10mm; }
.cq-leaves li { display: flex; gap: .6em; align-items: baseline; break-inside: avoid; }
.cq-leaves li::before { content: ""; order: 1; flex: 1; border-bottom: 1px dotted #8a95a3; }
.cq-leaves li span { order: 2; } .cq-leaves .cq-part { font-weight: 700; margin-top: .5em; }
.cq-leaves .cq-below { padding-inline-start: 1.6em; font-size: .92em; }
article { break-before: page; }
"""


def chromium() -> str:
    """Return the Chromium to print with: ``CQBOOK_CHROMIUM``, or the system's.

    Raises
    ------
    DataError
        If there is none.
    """
    named = os.environ.get("CQBOOK_CHROMIUM")
    found = next(
        (path for name in (named, *CHROMIUM) if name and (path := shutil.which(name))), None
    )
    if not found:
        msg = "没有找到 Chromium；先运行 make browser | no Chromium found: run `make browser` first"
        raise DataError(msg)
    return found


def reading_pages(site: Path) -> list[str]:
    """Return the pages of a site in the order of the contents."""
    text = (site / PASSAGES).read_text(encoding="utf-8")
    content = json.loads(text.removeprefix("cqbook.look(").removesuffix(");\n"))
    return [page[0] for page in content["pages"]]


def _anchor(page: int, name: str) -> str:
    return f"p{page}-{name}" if name else f"p{page}"


def articles(site: Path, pages: list[str]) -> Iterator[etree._Element]:
    """Yield the article of each page, its ids and links made good for one document."""
    numbers = {(site / name).resolve(): number for number, name in enumerate(pages)}
    for number, name in enumerate(pages):
        folder = (site / name).parent
        tree = html.parse(str(site / name), html.HTMLParser(encoding="utf-8"))
        (article,) = tree.xpath("//article")
        for node in article.xpath(".//script | .//*[contains(@class, 'cq-dark')]"):
            node.drop_tree()
        for node in article.xpath(".//*[@id]"):
            node.set("id", _anchor(number, node.get("id")))
        article.set("id", _anchor(number, ""))
        for node in article.xpath(".//*[@src or @srcset]"):
            for key in ("src", "srcset"):
                if node.get(key):
                    node.set(key, (folder / unquote(node.get(key))).resolve().as_uri())
            # nothing is scrolled into view on paper
            node.attrib.pop("loading", None)
        for node in article.xpath(".//a[@href]"):
            address, fragment = urldefrag(node.get("href"))
            if urlsplit(address).scheme:
                continue
            target = (folder / unquote(address)).resolve() if address else (site / name).resolve()
            if target in numbers:
                node.set("href", "#" + _anchor(numbers[target], unquote(fragment)))
            else:
                # a file beside the book: on paper there is none
                node.attrib.pop("href")
        yield article


def _leaves(made: list[etree._Element], numbers: dict[str, int]) -> str:
    items = []
    for article in made:
        for head in article.xpath(".//h1 | .//h2"):
            holder = head.getparent()
            name = article.get("id") if head.tag == "h1" else holder.get("id")
            title = "".join(head.itertext()).rstrip("#").strip()
            kind = "cq-part" if head.tag == "h1" else "cq-below"
            number = numbers.get(name, "")
            link = f'<a href="#{name}">{escape(title)}</a>'
            items.append(f'<li class="{kind}">{link}<span>{number}</span></li>')
    return f'<nav class="cq-leaves"><h1>目录</h1><ol>{"".join(items)}</ol></nav>'


def joined(site: Path, edition: str, numbers: dict[str, int]) -> str:
    """Return the book as one document, its contents with the page `numbers` of anchors."""
    made = list(articles(site, reading_pages(site)))
    body = "".join(etree.tostring(item, encoding="unicode", method="html") for item in made)
    style = (site / "_static" / "cqbook.css").read_text(encoding="utf-8") + STYLE
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{BOOK_TITLE}</title>'
        f"<style>{style}</style></head><body>"
        f'<div class="cq-cover"><h1>{BOOK_TITLE}</h1><p>版次 {escape(edition)}</p>'
        f"<p>{AUTHOR}</p></div>"
        f"{_leaves(made, numbers)}{body}</body></html>"
    )


def printed(site: Path, edition: str) -> bytes:
    """Return the book as PDF."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        # in the lock of tests and tools: most who make the book never print it
        msg = "这里没有 playwright；运行 make pdf | playwright is not here: run `make pdf`"
        raise DataError(msg) from error
    from pypdf import PdfReader, PdfWriter

    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        program = chromium()
        try:
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--allow-file-access-from-files"]
            )
        except Error as error:
            msg = (
                f"Chromium 启动不了（{program}）；重装，或用 CQBOOK_CHROMIUM 指定另一个"
                f" | Chromium does not start ({program}): install it again, or name another by"
                f" CQBOOK_CHROMIUM: {str(error).splitlines()[0]}"
            )
            raise DataError(msg) from error
        numbers: dict[str, int] = {}
        for _ in range(2):
            path = Path(folder) / "book.html"
            path.write_text(joined(site, edition, numbers), encoding="utf-8")
            page = browser.new_page()
            page.goto(path.as_uri(), wait_until="load", timeout=120_000)
            content = page.pdf(prefer_css_page_size=True, outline=True, tagged=True)
            page.close()
            found = PdfReader(io.BytesIO(content))
            numbers = {
                name.lstrip("/"): found.get_destination_page_number(place) + 1
                for name, place in found.named_destinations.items()
            }
        browser.close()
    made = PdfWriter(clone_from=found)
    made.add_metadata(
        {
            "/Title": f"{BOOK_TITLE}（版次 {edition}）",
            "/Author": AUTHOR,
            "/Creator": "cqbook",
            "/CreationDate": f"D:{archives.EPOCH:%Y%m%d%H%M%S}Z",
            "/ModDate": f"D:{archives.EPOCH:%Y%m%d%H%M%S}Z",
        }
    )
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()
