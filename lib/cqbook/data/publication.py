"""What the book is called, by whom it is, and about which place: said by its own data package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: What the title of a package has behind that of its book.
PACKAGE_ZH = " 数据包"


@dataclass(frozen=True)
class Publication:
    """A book: its title in Chinese and English, its author, the entity that it is about."""

    title: str
    title_en: str
    author: str
    place: str


def publication_of(descriptor: Mapping[str, object]) -> Publication:
    """Return what ``book`` of a descriptor says; an edition of 2026.11 has none, and its title.

    ``{"title": …, "title_en": …, "author": …, "place": "CN-50"}``, all of them texts.
    """
    found = descriptor.get("book")
    said = {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    title = said.get("title") or str(descriptor.get("title", "")).removesuffix(PACKAGE_ZH)
    author = said.get("author") or f"{title}编写组"
    return Publication(title, said.get("title_en") or title, author, said.get("place", ""))
