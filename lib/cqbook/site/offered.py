"""The data of an edition as files that it publishes: what catalogues say of them.

``data/`` of the site is the data package as it is (Frictionless); beside it all published figures,
those of the long series too, as SDMX.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from cqbook.data.catalog import DESCRIPTOR, Catalog
from cqbook.data.publication import PACKAGE_ZH, Publication
from cqbook.data.rows import rows_of
from cqbook.disk.checksums import digest, file_digest
from cqbook.figures.citations import month_of
from cqbook.site.directives import DATA_FOLDER
from cqbook.site.metadata import CATALOGUE
from cqbook.site.nodes import NO_EDITION
from cqbook.site.numbers_page import joined_rows, library, published_years
from cqbook.site.sdmx import SDMX_DATA, SDMX_STRUCTURE, dataflow_of, sdmx_csv, sdmx_json
from cqbook.site.settings import book_of, made_of, publication


@dataclass(frozen=True)
class Offer:
    """A file with data: its way from the root of the site, what it holds, as what, under what.

    ``licence`` is an address; empty: none is said.
    """

    name: str
    path: str
    title: str
    description: str
    media: str
    licence: str = ""


@dataclass(frozen=True)
class Measured:
    """A file as it was written: its SHA-256 and its size in bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Offers:
    """All that an edition offers, with what is said of it as a whole."""

    book: Publication
    edition: str
    name: str
    description: str
    version: str
    licence: str
    #: The first and the last year that published figures are of.
    years: tuple[int, int]
    #: Whom the book is about, in Chinese and English.
    about: tuple[str, str]
    resources: tuple[Mapping[str, Any], ...]
    tables: tuple[Offer, ...]
    others: tuple[Offer, ...]

    @property
    def month(self) -> str:
        """The month, or the year, that the edition is named after; empty: it has another name."""
        return "-".join(month_of(self.edition))

    @property
    def title(self) -> str:
        """What the data are called."""
        return f"{self.book.title}{PACKAGE_ZH}"

    def address(self, way: str) -> str:
        """Return the address of a way in the edition; the way itself where there is none."""
        return self.book.whole(f"v/{self.edition}/{way}") if self.book.address else way


def named_licence(described: Mapping[str, Any]) -> str:
    """Return the address of the licence that a package, or one of its tables, names first."""
    licences = described.get("licenses")
    first = licences[0] if isinstance(licences, list) and licences else {}
    return str(first.get("path", "")) if isinstance(first, dict) else ""


def _tables(book: Catalog, licence: str) -> Iterator[Offer]:
    for name, resource in book.resources.items():
        said = (str(resource.get("title") or name), str(resource.get("description") or ""))
        path = f"{DATA_FOLDER}/{resource['path']}"
        yield Offer(name, path, *said, "text/csv", named_licence(resource) or licence)


def _about(book: Catalog) -> tuple[str, str]:
    rows = book.text("entities")
    found = rows_of(rows[rows["entity"].eq(book.place)])
    return (found[0]["name_zh"], found[0]["name_en"]) if found else ("", "")


def offers_of(app: Sphinx) -> Offers:
    """Return what an edition offers."""
    book = book_of(app)
    licence = named_licence(book.descriptor)
    figures = ("图中的数据", "每张图的数据行、来源、引用格式和各种格式的文件")
    numbers = (
        "全部已公布的数字（SDMX）",
        "观测值与各长序列，一行一个数字；可信度最低的读数除外",
    )
    return Offers(
        book=publication(app),
        edition=app.config.cqbook_edition or NO_EDITION,
        name=str(book.descriptor.get("name") or "book"),
        description=str(book.descriptor.get("description") or publication(app).title),
        version=book.descriptor["version"],
        licence=licence,
        years=published_years(app),
        about=_about(book),
        resources=tuple(book.descriptor["resources"]),
        tables=tuple(_tables(book, licence)),
        others=(
            Offer("sdmx", SDMX_DATA, *numbers, "application/vnd.sdmx.data+csv", licence),
            Offer("figures", CATALOGUE, *figures, "application/json", licence),
        ),
    )


def measured_files(out: Path, offers: Offers) -> dict[str, Measured]:
    """Return the files that are offered as they were written, by their path."""
    paths = [item.path for item in (*offers.others, *offers.tables)]
    return {path: Measured(file_digest(out / path), (out / path).stat().st_size) for path in paths}


def write_data(app: Sphinx) -> None:
    """Write the data package, and the published figures as SDMX, into the site."""
    out, book = Path(app.outdir), book_of(app)
    target = out / DATA_FOLDER
    shutil.rmtree(target, ignore_errors=True)
    for path in (DESCRIPTOR, *(item["path"] for item in book.descriptor["resources"])):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(book.path / path, target / path)
    for name, text in sdmx_texts(app).items():
        with (out / name).open("w", encoding="utf-8", newline="") as file:
            file.write(text)


def sdmx_texts(app: Sphinx) -> dict[str, str]:
    """Return the published figures as SDMX, and their structure, by the names of the files."""
    frame, words = library(app)
    labels = {code: said[0] for code, said in words["source_id"].items()}
    flow = dataflow_of(book_of(app), frame, labels)
    structure = sdmx_json(flow)
    of = {SDMX_DATA: [structure, digest("\n".join(joined_rows(frame)).encode())]}
    made = made_of(app, "sdmx.json", of, lambda _: sdmx_csv(frame, flow))
    return made | {SDMX_STRUCTURE: structure}
