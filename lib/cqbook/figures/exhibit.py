"""A figure or table of an edition: what files of it are made from, and what each carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from cqbook.data.publication import Publication
from cqbook.disk.checksums import json_digest, to_json
from cqbook.figures import english
from cqbook.figures.figure import TABLE_PREFIX, figures_of
from cqbook.figures.identity import SOURCES_ARE, Identity, Spec

#: Sources that the line below a table names, where it rests on more.
SOURCES_NAMED = 6


@dataclass(frozen=True)
class Exhibit:
    """One figure of one edition: identity, specification, the page it stands on, the book.

    A table is one without a specification.
    """

    identity: Identity
    spec: Spec
    page: str
    edition: str
    book: Publication
    language: str = "zh"

    @property
    def id(self) -> str:
        """The figure's id."""
        return self.identity.id

    @property
    def is_table(self) -> bool:
        """Whether it is a table."""
        return self.id.startswith(TABLE_PREFIX)

    @property
    def data_hash(self) -> str:
        """SHA-256 of the rows that were drawn, of a table with its headings."""
        return json_digest(self.identity.table)

    @property
    def permalink(self) -> str:
        """Address in the frozen edition; the way inside the site where its address is not known."""
        return self.book.whole(f"v/{self.edition}/{self.page}.html#{self.id}")

    @property
    def stamp(self) -> dict[str, str]:
        """What every file of the figure carries."""
        return {
            "id": self.id,
            "edition": self.edition,
            "data": self.data_hash,
            "title": self.identity.title,
            "permalink": self.permalink,
        }

    @property
    def packed(self) -> str:
        """The stamp as one text."""
        return to_json(self.stamp)

    @property
    def _labels(self) -> list[str]:
        """How the sources are called, each once: two of one outlet may be undated."""
        return list(dict.fromkeys(item.label for item in self.identity.sources))

    @property
    def source(self) -> str:
        """The source line, as under the figure."""
        english, named = self.language == "en", self._labels
        more = len(named) - SOURCES_NAMED if self.is_table else 0
        # a list of figures that disagree rests on forty; all of them are in its files
        told = named[:SOURCES_NAMED] if more > 0 else named
        made = SOURCES_ARE[self.identity.status][english]
        if english:
            unsourced = "see caption" if self.identity.caption or not self.is_table else "this book"
            names = "; ".join(told) or unsourced
            return f"Source{made}: {names}{f' and {more} more' if more > 0 else ''}"
        names = "；".join(told) or self._unsourced
        return f"数据来源{made}：{names}{f'等{len(named)}个来源' if more > 0 else ''}"

    @property
    def _unsourced(self) -> str:
        """Where numbers come from that name no source."""
        if not self.is_table:
            return "见图注"
        return "见表注" if self.identity.caption else "本书"

    @property
    def imprint(self) -> str:
        """Book, edition and id: the last line of every picture."""
        if self.language == "en":
            return f"{self.book.title_en}, edition {self.edition} | {self.id}"
        return f"《{self.book.title}》版次 {self.edition}｜{self.id}"


def translated(exhibit: Exhibit, known: Mapping[str, str]) -> Exhibit:
    """Return the figure for English readers: same id, same data, same hash.

    Raises
    ------
    cqbook.figures.english.Untranslated
        If a text of the chart has no English.
    """
    identity = replace(
        exhibit.identity,
        title=exhibit.identity.english.title,
        subtitle=exhibit.identity.english.caption,
        caption=exhibit.identity.english.note,
        alt=english.described(exhibit.identity, known),
    )
    identity = sources_in_english(identity, known)
    spec = english.chart(exhibit.spec, known, exhibit.identity.unit)
    return replace(exhibit, identity=identity, spec=spec, language="en")


def sources_in_english(identity: Identity, known: Mapping[str, str]) -> Identity:
    """Return a figure's identity whose sources are called as English readers call them."""
    sources = (
        replace(item, label=english.said_or_kept(item.label, known)) for item in identity.sources
    )
    return replace(identity, sources=tuple(sources))


def exhibits_of(
    notebook: NotebookNode, page: str, edition: str, book: Publication
) -> list[Exhibit]:
    """Return the figures of an executed notebook that are drawn."""
    return [Exhibit(item.identity, item.spec, page, edition, book) for item in figures_of(notebook)]
