"""What the book is called, by whom it is, and about which place: said by its own data package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cqbook.errors import DataError

#: What the title of a package has behind that of its book.
PACKAGE_ZH = " 数据包"


@dataclass(frozen=True)
class Publication:
    """A book: its title in Chinese and English, its author, the entity that it is about.

    ``address``: where its site is published, ``https://…`` without a slash at its end; empty: not
    known, and citations have none.
    """

    title: str
    title_en: str
    author: str
    place: str
    address: str = ""
    author_en: str = ""

    def whole(self, way: str) -> str:
        """Return the whole address of a way inside the site; the way itself without an address."""
        return f"{self.address}/{way}" if self.address else way


def publication_of(descriptor: Mapping[str, object]) -> Publication:
    """Return what ``book`` of a descriptor says; an edition of 2026.11 has none, and its title.

    ``{"title": …, "title_en": …, "author": …, "author_en": …, "place": "CN-50", "address":
    "https://…"}``, all of them texts.

    Raises
    ------
    DataError
        If the address is none of the web.
    """
    found = descriptor.get("book")
    said = {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    title = said.get("title") or str(descriptor.get("title", "")).removesuffix(PACKAGE_ZH)
    author = said.get("author") or f"{title}编写组"
    address = said.get("address", "").rstrip("/")
    if address and not re.fullmatch(r"https?://[^\s\"'<>?#]+", address):
        msg = (
            f"datapackage.json：book.address“{address}”应为站点的网址，如 https://example.org/book"
            f" | datapackage.json: book.address {address!r}: expected the site's address, such as"
            " https://example.org/book"
        )
        raise DataError(msg)
    title_en = said.get("title_en") or title
    author_en = said.get("author_en") or author
    return Publication(title, title_en, author, said.get("place", ""), address, author_en)
