"""A figure of an edition: what files of it are made from, and what each of them carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from cqbook.data.publication import Publication
from cqbook.disk.checksums import json_digest, to_json
from cqbook.figures import english
from cqbook.figures.figure import figures_of
from cqbook.figures.identity import Identity, Spec


@dataclass(frozen=True)
class Exhibit:
    """One figure of one edition: identity, specification, the page it stands on, the book."""

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
    def data_hash(self) -> str:
        """SHA-256 of the rows that were drawn."""
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
        if self.language == "en":
            derived = {"derived": " (derived)", "mixed": " (partly derived)"}
            names = "; ".join(self._labels) or "see caption"
            return f"Source{derived.get(self.identity.status, '')}: {names}"
        derived = {"derived": "（本书推算）", "mixed": "（部分为本书推算）"}
        names = "；".join(self._labels) or "见图注"
        return f"数据来源{derived.get(self.identity.status, '')}：{names}"

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
