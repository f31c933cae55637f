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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree, html
from markupsafe import Markup

from cqbook.data.publication import Publication
from cqbook.disk import archives
from cqbook.editions.paths import PASSAGES
from cqbook.errors import DataError

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    undefined=StrictUndefined,
)


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
        # what is there for English readers is not seen on paper, nor may the contents name it
        gone = ".//script | .//*[contains(@class, 'cq-dark')] | .//*[@data-en]"
        for node in article.xpath(gone):
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
        # a figure that is tagged has an alternative text; that of its picture describes it
        for node in article.xpath(".//figure[.//*[contains(@class, 'cq-title-text')]]"):
            (title,) = node.xpath(".//*[contains(@class, 'cq-title-text')]")[:1]
            node.set("aria-label", "".join(map(str, title.itertext())))
        # on paper a number opens nothing
        for node in article.xpath(".//a[@class='cq-row']"):
            node.drop_tag()
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


@dataclass(frozen=True)
class _Leaf:
    """A line of the contents: a chapter (``part``) or a section, where it stands, on which page."""

    part: bool
    anchor: str
    title: str
    page: int | None


def _leaves(made: Iterable[html.HtmlElement], numbers: Mapping[str, int]) -> Iterator[_Leaf]:
    for article in made:
        for head in article.iter("h1", "h2"):
            part = head.tag == "h1"
            holder = article if part else head.getparent()
            anchor = "" if holder is None else holder.get("id", "")
            title = "".join(map(str, head.itertext())).rstrip("#").strip()
            yield _Leaf(part, anchor, title, numbers.get(anchor))


def joined(site: Path, edition: str, book: Publication, numbers: Mapping[str, int]) -> str:
    """Return the book as one document, its contents with the page `numbers` of anchors."""
    made = list(articles(site, reading_pages(site)))
    return _TEMPLATES.get_template("book_pdf.html").render(
        title=book.title,
        author=book.author,
        edition=edition,
        # made here, not from a cell: the book's own style, and articles that are HTML already
        style=Markup((site / "_static" / "cqbook.css").read_text(encoding="utf-8")),
        articles=[Markup(etree.tostring(item, encoding="unicode", method="html")) for item in made],
        leaves=list(_leaves(made, numbers)),
    )


def printed(site: Path, edition: str, book: Publication) -> bytes:
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
                " CQBOOK_CHROMIUM"
            )
            raise DataError(msg) from error
        numbers: dict[str, int] = {}
        # bookmarks and tags are for the reader: where a heading stands is told without them
        for read in (False, True):
            path = Path(folder) / "book.html"
            path.write_text(joined(site, edition, book, numbers), encoding="utf-8")
            page = browser.new_page()
            page.goto(path.as_uri(), wait_until="load", timeout=120_000)
            content = page.pdf(prefer_css_page_size=True, outline=read, tagged=read)
            page.close()
            found = PdfReader(io.BytesIO(content))
            pages = {
                name.lstrip("/"): found.get_destination_page_number(place)
                for name, place in found.named_destinations.items()
            }
            numbers = {name: page + 1 for name, page in pages.items() if page is not None}
        browser.close()
    made = PdfWriter(clone_from=found)
    made.add_metadata(
        {
            "/Title": f"{book.title}（版次 {edition}）",
            "/Author": book.author,
            "/Creator": "cqbook",
            "/CreationDate": f"D:{archives.EPOCH:%Y%m%d%H%M%S}Z",
            "/ModDate": f"D:{archives.EPOCH:%Y%m%d%H%M%S}Z",
        }
    )
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()
