"""A page as one text that needs no other file, to be shown inside another page.

It has no scripts, so that nothing of it runs there, and no policy, which would not let it have its
style within. Charts are the pictures that every page has.
"""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import etree, html

#: What is shown of a page: not what leads to others, which are not there.
_LEFT_OUT = (
    "//script",
    "//meta[@http-equiv]",
    "//link",
    "//header",
    "//nav",
    "//*[contains(concat(' ', @class, ' '), ' cq-dark ')]",
)


def embedded(page: Path) -> str:
    """Return a rendered page with its style and pictures within."""
    tree = html.parse(str(page), html.HTMLParser(encoding="utf-8"))
    sheets = [
        _file(page, link.get("href")).read_text(encoding="utf-8")
        for link in tree.xpath("//link[@rel='stylesheet']")
    ]
    for way in _LEFT_OUT:
        for node in tree.xpath(way):
            node.drop_tree()
    for narrow in tree.xpath("//source"):
        # the parser knows no elements without an end: the picture is inside
        narrow.drop_tag()
    for picture in tree.xpath("//img[@src]"):
        picture.attrib.pop("loading", None)
        content = base64.b64encode(_file(page, picture.get("src")).read_bytes()).decode()
        picture.set("src", f"data:image/svg+xml;base64,{content}")
    (head,) = tree.xpath("//head")
    style = etree.SubElement(head, "style")
    style.text = "\n".join(sheets)
    # links within the page lead within it, all others nowhere
    base = etree.SubElement(head, "base")
    base.set("href", "about:srcdoc")
    text: str = html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
    return text


def _file(page: Path, way: str) -> Path:
    return (page.parent / unquote(urlsplit(way).path)).resolve()
