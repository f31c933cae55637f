"""What an edition was made of: nothing that differs from machine to machine."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cqbook.build.order import Order
from cqbook.disk.checksums import digest, json_digest
from cqbook.execution import parameters
from cqbook.execution.fingerprint import package_digest
from cqbook.execution.page import Executed, Page
from cqbook.figures.figure import figures_of, glued, tables_of

#: What makes and draws the pages; all packages are in the hash of the code.
VERSIONS = (
    *("altair", "duckdb", "jupyter-book", "myst-nb", "pandas", "papermill", "sphinx"),
    *("sphinx-book-theme", "vl-convert-python"),
)


def manifest(
    root: Path,
    asked: Order,
    chosen: Iterable[Page],
    results: Mapping[str, Executed],
    *,
    code: str,
    before: str,
) -> dict[str, Any]:
    """Return what an edition was made of: nothing that differs from machine to machine.

    Returns
    -------
    dict
        ``edition``, ``compared_with``, ``code`` (one hash of all that executes), ``package`` (one
        of all files of this package), ``versions``, ``data`` and ``book``
        (SHA-256 by file), ``given`` (parameters that were asked for), ``pages`` (by name: notebook,
        parameters, sha256, queries), ``figures`` and ``tables`` (by page and id: title, unit,
        sources, hash of the data drawn), ``glued`` (texts by page and name).
    """
    content: dict[str, Any] = {
        "edition": asked.edition,
        "compared_with": before,
        "code": code,
        "package": package_digest(),
        "versions": {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            **{name: importlib.metadata.version(name) for name in VERSIONS},
        },
        "data": _hashes(asked.data, sorted(asked.data.rglob("*"))),
        "book": book_hashes(root),
        "given": asked.own,
        "pages": {},
        "figures": {},
        "tables": {},
        "glued": {},
    }
    for page in chosen:
        result = results[page.name]
        notebook = result.notebook
        defaults = {item.name: item.default for item in parameters.read_parameters(notebook)}
        defaults.pop(parameters.DATA_DIR, None)
        content["pages"][page.name] = {
            "notebook": page.notebook,
            "parameters": defaults | page.parameters,
            "sha256": digest(result.content),
            "queries": digest("\n".join(query.to_json() for query in result.queries).encode()),
        }
        content["figures"][page.name] = {
            shown.identity.id: {
                "title": shown.identity.title,
                "unit": shown.identity.unit,
                "status": shown.identity.status,
                "sources": [item.id for item in shown.identity.sources],
                "data": json_digest(shown.identity.table),
            }
            for shown in figures_of(notebook)
        }
        content["tables"][page.name] = {
            shown.id: {"title": shown.title, "data": json_digest(shown.rows)}
            for shown in tables_of(notebook)
        }
        content["glued"][page.name] = glued(notebook)
    return content


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
