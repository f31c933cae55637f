"""The pages of a book: its notebooks, those of its table of pages, their contents list."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from cqbook.build import configuration
from cqbook.data.catalog import Catalog
from cqbook.data.codes import did_you_mean
from cqbook.data.customs_store import CUSTOMS
from cqbook.disk.checksums import json_digest
from cqbook.disk.text import decode
from cqbook.disk.untrusted import content_of
from cqbook.errors import Breach, ContractError, ParameterError, broken_csv, visible
from cqbook.execution import parameters
from cqbook.execution.notebooks import nearest_page, notebooks
from cqbook.execution.page import Page

#: The page that tells what changed since the edition before; executed when all others are known.
REVISIONS = "revisions"
#: What a page is called: it is the name of a file, and part of addresses.
PAGE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: What does not stand in the name of a folder that every system takes, and how long that is.
_NO_NAME = re.compile(r"[^0-9A-Za-z=_.~-]")
_LONGEST_NAME = 100
#: Name of an edition that was given data or parameters of its own, but no name.
DRAFT = "draft"


def _rows(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table of pages; each has all columns, and ``page`` and ``notebook``."""
    text, _ = decode(content_of(table), table.name)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise broken_csv(table.name, error) from error
    header = lines[0] if lines else []
    if not {"page", "notebook"} <= set(header) or len(set(header)) < len(header):
        listed = ",".join(header)
        expected = "columns page, notebook, and each parameter once"
        raise ContractError(
            [Breach(table.name, 0, "*", listed, "列 page、notebook 和各参数，各一列", expected)]
        )
    breaches = [
        Breach(
            table.name, number, "*", f"{len(line)}列", f"{len(header)}列", f"{len(header)} cells"
        )
        for number, line in enumerate(lines[1:], start=1)
        if len(line) != len(header)
    ]
    if breaches:
        raise ContractError(breaches)
    return [dict(zip(header, line, strict=True)) for line in lines[1:]]


def pages(
    root: Path,
    book: Catalog,
    given: Mapping[str, Mapping[str, Any]] | None = None,
    table: Path | None = None,
) -> list[Page]:
    """Return all pages of the book: see `each_page`.

    Raises
    ------
    ParameterError
        As there; also for two pages of one name.
    """
    found = list(each_page(root, book, given, table))
    names = [page.name for page in found]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        msg = f"页名重复：{'、'.join(doubled)} | page names used twice: {', '.join(doubled)}"
        raise ParameterError(msg)
    return found


def each_page(
    root: Path,
    book: Catalog,
    given: Mapping[str, Mapping[str, Any]] | None = None,
    table: Path | None = None,
) -> Iterator[Page]:
    """Yield the pages of the book: each notebook, then those of the table of pages.

    Who wants one of them is not held up by a parameter that another one can't have.

    Parameters
    ----------
    root : Path
        The book.
    book : Catalog
        The data that must hold the values of the parameters.
    given : mapping, optional
        Parameters by page and name. What is given to a notebook of the table holds for its pages,
        unless the table has that parameter.
    table : Path, optional
        Instead of ``chapters/pages.csv``: columns ``page``, ``notebook`` and the parameters.

    Raises
    ------
    ParameterError
        See `parameters.checked`; also for an unknown page.
    """
    given = given or {}
    held = notebooks(root)
    known = {name: parameters.read_parameters(notebook) for name, notebook in held.items()}
    path = table or root / "chapters" / "pages.csv"
    rows = _rows(path) if path.exists() else []
    names = [*known, *(row["page"] for row in rows)]
    for name in given:
        if name not in names:
            near = nearest_page(name, held, names)
            hint, hint_en = did_you_mean(near)
            msg = (
                f"没有页面 {name}{hint} 有：{'、'.join(known)}"
                f" | no page {name!r}{hint_en or ';'} expected one of {', '.join(known)}"
            )
            raise ParameterError(msg)
    for name, items in known.items():
        yield Page(name, name, parameters.checked(name, items, given.get(name, {}), book))
    columns = {item.name for row in rows for item in known.get(row.get("notebook", ""), ())}
    for number, row in enumerate(rows, start=2):
        notebook = row["notebook"]
        if not PAGE_NAME.fullmatch(row["page"]):
            msg = (
                f"{path.name}：第{number}行，列 page，值“{visible(row['page'])}”："
                "应为小写字母、数字、连字符，如 district-500106"
                f" | {path.name}: line {number}, column page, value {row['page']!r}: expected"
                " lower-case letters, digits and hyphens, such as district-500106"
            )
            raise ParameterError(msg)
        if notebook not in known:
            msg = (
                f"{path.name}：第{number}行，列 notebook，值“{notebook}”：应为一个章节"
                f" | {path.name}: line {number}, column notebook: expected one of {sorted(known)}"
            )
            raise ParameterError(msg)
        own = {key: text for key, text in row.items() if key not in ("page", "notebook")}
        # an empty cell is the notebook's own value, or a parameter of other notebooks of the table
        own = {key: text for key, text in own.items() if text or key not in columns}
        own = {**given.get(notebook, {}), **own, **given.get(row["page"], {})}
        typed = parameters.checked(row["page"], known[notebook], own, book)
        yield Page(row["page"], notebook, typed)


def asked_beside(root: Path, page: Page) -> dict[str, parameters.Value]:
    """Return the parameters of a page that are not those that it has when none are given."""
    if not page.parameters:
        return {}
    own = {item.name: item.default for item in _parameters(root, page)}
    path = root / "chapters" / "pages.csv"
    rows = {row["page"]: row for row in _rows(path)} if path.exists() else {}
    # in the table all is text, and an empty cell is the notebook's own value
    own |= {name: text for name, text in rows.get(page.name, {}).items() if text}
    return {name: value for name, value in page.parameters.items() if value != own[name]}


def question_of(root: Path, page: Page) -> dict[str, Any]:
    """Return what `cqbook.site.asked` reads; empty: a page as it is when nothing is asked."""
    given = asked_beside(root, page)
    items = [item for item in _parameters(root, page) if item.allowed] if given else []
    values = {item.name: str(page.parameters.get(item.name, item.default)) for item in items}
    rules = {item.name: str(item.allowed) for item in items}
    return {"given": sorted(given), "rules": rules, "values": values} if rules else {}


def _parameters(root: Path, page: Page) -> list[parameters.Parameter]:
    return parameters.read_parameters(notebooks(root)[page.notebook])


def own_folder(page: str, asked: Mapping[str, parameters.Value]) -> str:
    """Return the name of a page's folder: of other parameters it is another one, and has them.

    ``trade_area=CN-51_period=2019-01~2019-09``; what a name can't have is told apart by a hash.
    """
    said = "_".join([page, *(f"{name}={value}" for name, value in sorted(asked.items()))])
    plain = _NO_NAME.sub("-", said.replace("/", "~"))
    if len(plain) <= _LONGEST_NAME and plain.replace("~", "/") == said:
        return plain
    return f"{plain[:_LONGEST_NAME]}_{json_digest(said)[:8]}"


def wanted(root: Path, all_pages: Iterable[Page], data: Path) -> list[Page]:
    """Return the pages that are part of an edition on `data`.

    A notebook that says ``needs: customs`` in its metadata is part of one that has customs detail.
    """
    held = notebooks(root)
    lacking = {
        name for name, item in held.items() if _needs(item) == CUSTOMS and not _has_detail(data)
    }
    return [page for page in all_pages if page.notebook not in lacking]


def _needs(notebook: nbformat.NotebookNode) -> str:
    return str(notebook.metadata.get("cqbook", {}).get("needs", ""))


def _has_detail(data: Path) -> bool:
    return (data / CUSTOMS / "store.json").exists()


def staged_contents(root: Path, chosen: Iterable[Page]) -> str:
    """Return ``_toc.yml`` with the pages of the table below the notebook they come from.

    A page whose parameters are those of another and one more lies below that other (a district's
    years below the district). A notebook that the contents do not list, and that says in its
    metadata ``after`` which one it follows, comes after that one.
    """
    import yaml

    listed = configuration.read_contents(root)
    chosen = list(chosen)
    parts = listed.get("parts", [listed])
    held = notebooks(root)
    for page in chosen:
        after = held[page.name].metadata.get("cqbook", {}).get("after") if page.name in held else ""
        for part in parts:
            files = [entry["file"] for entry in part["chapters"]]
            file = f"chapters/{page.name}"
            if after in files and file not in files:
                part["chapters"].insert(files.index(after) + 1, {"file": file})
    below = pages_below(page for page in chosen if page.name != page.notebook)
    for part in parts:
        for chapter in part.get("chapters", []):
            chapter.update(contents_entry(chapter["file"].removeprefix("chapters/"), below))
    return yaml.safe_dump(listed, allow_unicode=True, sort_keys=False)


def pages_below(tabled: Iterable[Page]) -> dict[str, list[str]]:
    """Return the names of the pages that lie below each page or notebook."""
    found: dict[str, list[str]] = {}
    listed = list(tabled)
    for page in listed:
        found.setdefault(parent_page(page, listed), []).append(page.name)
    return found


def contents_entry(name: str, below: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a page's entry in the contents, with what lies below it."""
    found: dict[str, Any] = {"file": f"chapters/{name}"}
    if name in below:
        found["sections"] = [contents_entry(other, below) for other in below[name]]
    return found


def parent_page(page: Page, others: Iterable[Page]) -> str:
    """Return the page or notebook that a page of the table lies below: the nearest of them."""
    mine = page.parameters.items()
    above = [
        other
        for other in others
        if other.notebook == page.notebook and other.parameters.items() < mine
    ]
    nearest = max(above, key=lambda other: len(other.parameters), default=None)
    return nearest.name if nearest else page.notebook
