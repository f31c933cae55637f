"""The Atom feed of a site: its released editions and what each has to tell, the newest first.

It is a file, made of what lies in the editions; who subscribes asks for the file. Only releases
have a day, so only they are told of.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Tree

from cqbook.editions.records import Record

NEWS, FEED = "news.json", "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
#: The time of a feed without entries, which Atom wants too.
_NO_DAY = "2000-01-01"


class NewsItem(Record):
    """A revision, an erratum or a claim that turned; ``way``: its page inside the edition."""

    kind: str
    key: str
    title: str
    text: str
    way: str


class News(Record):
    """What an edition has to tell; in its site as `NEWS`."""

    book: str = ""
    author: str = ""
    address: str = ""
    summary: str = ""
    items: list[NewsItem] = []


@dataclass(frozen=True)
class EditionNews:
    """A released edition in the feed: its name, the day of its release, its news."""

    name: str
    day: str
    news: News


def news_in(site: Path) -> News:
    """Return what the edition of a site has to tell; one from before editions had news has none."""
    return News.read(site / NEWS) if (site / NEWS).exists() else News()


def told_in(sites: Mapping[str, tuple[str, Path]]) -> list[EditionNews]:
    """Return what editions have to tell, the newest first.

    Parameters
    ----------
    sites : mapping
        Day of release and folder of the site, by name of the edition.
    """
    found = [EditionNews(name, day, news_in(site)) for name, (day, site) in sites.items()]
    return sorted(found, key=lambda item: (item.day, item.name), reverse=True)


def feed_xml(editions: list[EditionNews], latest: News, *, inside: bool = False) -> bytes:
    """Return the feed.

    Parameters
    ----------
    editions : list of EditionNews
        The newest first.
    latest : News
        Of the latest edition, released or not: it says what the book is called, and where it is.
    inside : bool
        Whether the feed lies in ``v/``, beside the editions; else at the root of the site.
    """
    before = f"{latest.address}/v/" if latest.address else "" if inside else "v/"
    Tree.register_namespace("", ATOM)
    feed = Tree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN"})
    _add(feed, "id", _urn(latest.book, "feed"))
    _add(feed, "title", f"{latest.book or '本书'}：版次、修订、勘误、翻转的论断")
    _add(feed, "updated", _time(editions[0].day if editions else _NO_DAY))
    author = Tree.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", latest.author or latest.book or "编写组")
    if latest.address:
        link = {"rel": "self", "href": f"{latest.address}/{FEED}"}
        Tree.SubElement(feed, f"{{{ATOM}}}link", link)
    for edition in editions:
        for key, title, text, way, kind in _entries(edition):
            entry = Tree.SubElement(feed, f"{{{ATOM}}}entry")
            _add(entry, "id", _urn(latest.book, edition.name, kind, key))
            _add(entry, "title", title)
            _add(entry, "updated", _time(edition.day))
            Tree.SubElement(entry, f"{{{ATOM}}}category", {"term": kind})
            Tree.SubElement(entry, f"{{{ATOM}}}link", {"href": f"{before}{edition.name}/{way}"})
            _add(entry, "summary", text)
    Tree.indent(feed, " ")
    content: bytes = Tree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _entries(edition: EditionNews) -> Iterator[tuple[str, str, str, str, str]]:
    summary = edition.news.summary or f"版次{edition.name}已发布。"
    yield "", f"版次{edition.name}", summary, "index.html", "edition"
    for item in edition.news.items:
        yield item.key, item.title, item.text, item.way, item.kind


def _urn(*parts: str) -> str:
    """Return an id that is the same wherever the site is published."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "cqbook:" + "\n".join(parts)).urn


def _time(day: str) -> str:
    return f"{day}T00:00:00Z"


def _add(parent: Tree.Element, name: str, text: str) -> None:
    Tree.SubElement(parent, f"{{{ATOM}}}{name}").text = text
