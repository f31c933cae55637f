"""Word and PowerPoint: marks in alternative texts, captions, names of boxes, bookmarks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from cqbook.citing.cited import CITED_MOST, Cited, Series
from cqbook.citing.marks import EDITION_PATTERN, MARK_PATTERN, NUMBER_PATTERN, bookmark
from cqbook.citing.readers.office_parts import A, C, Parts, R, W
from cqbook.citing.readers.office_slides import boxed_numbers
from cqbook.citing.readers.office_word import bookmarked_numbers, tables
from cqbook.disk.untrusted import opened, safe_parser


def read_office(content: bytes, name: str) -> Iterator[Cited]:
    """Yield what stands in a Word or PowerPoint file."""
    with opened(content, name) as archive:
        parts = Parts(archive)
        names = [part for part in parts.names if re.match(r"(word|ppt)/.*\.xml$", part)]
        # the core properties may be left out, and an edition lost by who saved it again
        core = "docProps/core.xml"
        said = parts.read(core).decode("utf-8") if core in parts.names else ""
        edition = EDITION_PATTERN.search(said)
        seen: dict[tuple[str, str, bytes, Series, bool], Cited] = {}
        numbers: list[Cited] = []
        listed: dict[str, str] = {}
        for part in sorted(names):
            tree = etree.fromstring(parts.read(part), safe_parser())
            for item in itertools.islice(_figures(parts, part, tree), CITED_MOST):
                # the same figure twice is asked twice where it shows different things
                key = (item.name, item.edition, item.picture, item.series, item.lost)
                seen[key] = item
            of = edition["edition"] if edition else ""
            numbers += itertools.islice(bookmarked_numbers(tree, of), CITED_MOST)
            numbers += itertools.islice(boxed_numbers(tree), CITED_MOST)
            numbers += itertools.islice(tables(tree), CITED_MOST)
            listed |= dict(itertools.islice(_listed(tree), CITED_MOST))
            if max(len(seen), len(numbers)) >= CITED_MOST:
                break
    shown = {(item.name, item.edition) for item in seen.values() if item.picture or item.series}
    drawn = shown | {(item.name, item.edition) for item in seen.values() if item.lost}
    for item in seen.values():
        # a caption says nothing that its picture does not; one that is gone may stand elsewhere
        others = shown if item.lost else drawn
        if item.picture or item.series or (item.name, item.edition) not in others:
            yield item
    for item in numbers:
        # the list at the end of a document says the edition too, where its properties are gone
        of = listed.get(item.name, "") if item.kind == "number" else ""
        yield item if item.edition or not of else replace(item, edition=of)
    # who rewrites a sentence often deletes the bookmark with it
    found = {item.name for item in numbers}
    for name in [name for name in listed if name not in found]:
        yield Cited("number", name, listed[name], lost=True)


def _listed(tree: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield bookmark and edition of the numbers that a document says at its end to hold."""
    for text in _paragraphs(tree):
        for found in NUMBER_PATTERN.finditer(text):
            yield bookmark(found["name"]), found["edition"]


def _figures(parts: Parts, name: str, tree: etree._Element) -> Iterator[Cited]:
    for node in tree.iter(etree.Element):
        found = MARK_PATTERN.search(node.get("descr") or "")
        if found:
            picture, series = _picture(parts, name, node), _series(parts, name, node)
            yield Cited(
                "figure", found["id"], found["edition"], found["data"],
                picture=picture, series=series, lost=not picture and not series,
            )  # fmt: skip
    for text in _paragraphs(tree):
        for found in MARK_PATTERN.finditer(text):
            yield Cited("figure", found["id"], found["edition"], found["data"])


def _paragraphs(tree: etree._Element) -> Iterator[str]:
    """Yield the text of each paragraph; of one inside another only once."""
    tags = [f"{space}{tag}" for space in (W, A) for tag in "pt"]
    texts: list[list[str]] = [[]]
    for event, node in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        if node.tag[-1] == "t":
            if event == "start":
                texts[-1].append(node.text or "")
        elif event == "start":
            texts.append([])
        else:
            yield "".join(texts.pop())


def _series(
    parts: Parts,
    name: str,
    node: etree._Element,
) -> Series:
    """Return the values that a native chart shows, by series; nothing where it is no chart."""
    frame = next(
        (up for up in _above(node) if str(up.tag).endswith("}graphicFrame")),
        None,
    )
    place = None if frame is None else parts.first(frame, f"{C}chart")
    target = "" if place is None else parts.relation(name, place.get(f"{R}id") or "")
    return parts.series(target) if target else ()


def _picture(parts: Parts, name: str, node: etree._Element) -> bytes:
    """Return the bytes of the picture that a drawing's properties belong to."""
    found = (parts.first(holder, f"{A}blip") for holder in _above(node))
    blip = next((blip for blip in found if blip is not None), None)
    target = "" if blip is None else parts.relation(name, blip.get(f"{R}embed") or "")
    return parts.read(target) if target else b""


def _above(node: etree._Element) -> Iterator[etree._Element]:
    """Yield what a drawing's properties lie in, as near as formats put them to the drawing."""
    return itertools.islice(node.iterancestors(), 3)
