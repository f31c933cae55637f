"""What an edition was made of: nothing that differs from machine to machine."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import nbformat

from cqbook.build.order import Order
from cqbook.disk.checksums import digest, json_digest
from cqbook.editions.records import ClaimMade, FigureMade, Manifest, PageMade, TableMade
from cqbook.execution import parameters
from cqbook.execution.fingerprint import package_digest
from cqbook.execution.page import Executed, Page
from cqbook.figures.claims import said_of
from cqbook.figures.figure import figures_of, glued, tables_of

#: What makes and draws the pages; all packages are in the hash of the code.
VERSIONS = (
    *("altair", "duckdb", "jupyter-book", "myst-nb", "pandas", "papermill", "sphinx"),
    *("sphinx-book-theme", "vl-convert-python"),
)


def manifest(
    root: Path,
    asked: Order,
    chosen: Collection[Page],
    results: Mapping[str, Executed],
    *,
    code: str,
    before: str,
) -> Manifest:
    """Return what an edition was made of."""
    made = {page.name: results[page.name].notebook for page in chosen}
    return Manifest(
        edition=asked.edition,
        compared_with=before,
        code=code,
        package=package_digest(),
        versions={
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            **{name: importlib.metadata.version(name) for name in VERSIONS},
        },
        data=_hashes(asked.data, sorted(asked.data.rglob("*"))),
        book=book_hashes(root),
        given=asked.own,
        pages={page.name: _page(page, results[page.name], made[page.name]) for page in chosen},
        figures={name: _figures(notebook) for name, notebook in made.items()},
        tables={name: _tables(notebook) for name, notebook in made.items()},
        glued={name: glued(notebook) for name, notebook in made.items()},
        claims={name: _claims(name, notebook) for name, notebook in made.items()},
    )


def _page(page: Page, result: Executed, notebook: nbformat.NotebookNode) -> PageMade:
    defaults = {item.name: item.default for item in parameters.read_parameters(notebook)}
    defaults.pop(parameters.DATA_DIR, None)
    return PageMade(
        notebook=page.notebook,
        parameters=defaults | page.parameters,
        sha256=digest(result.content),
        queries=digest("\n".join(query.to_json() for query in result.queries).encode()),
    )


def _figures(notebook: nbformat.NotebookNode) -> dict[str, FigureMade]:
    return {
        shown.identity.id: FigureMade(
            title=shown.identity.title,
            unit=shown.identity.unit,
            status=shown.identity.status,
            sources=tuple(item.id for item in shown.identity.sources),
            data=json_digest(shown.identity.table),
        )
        for shown in figures_of(notebook)
    }


def _tables(notebook: nbformat.NotebookNode) -> dict[str, TableMade]:
    return {
        shown.id: TableMade(title=shown.title, data=json_digest(shown.rows))
        for shown in tables_of(notebook)
    }


def _claims(page: str, notebook: nbformat.NotebookNode) -> dict[str, ClaimMade]:
    return {
        item.claim.name: ClaimMade(
            outcome=item.claim.outcome,
            condition=item.claim.condition,
            margin=item.claim.margin,
            sentence=item.sentence,
        )
        for item in said_of(page, notebook)
    }


def book_hashes(root: Path) -> dict[str, str]:
    """Return the SHA-256 of what a book is made of besides its data, by path."""
    paths = [root / name for name in ("_config.yml", "_toc.yml", "requirements.txt")]
    return _hashes(root, [*paths, *sorted((root / "chapters").glob("*.*"))])


def _hashes(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of files by their path below `folder`; hidden ones are no inputs."""
    return {
        path.relative_to(folder).as_posix(): digest(path.read_bytes())
        for path in paths
        if path.is_file() and not any(part[0] == "." for part in path.relative_to(folder).parts)
    }
