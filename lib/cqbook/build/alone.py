"""Some pages rendered without the rest of the book."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from cqbook.build.order import Say
from cqbook.build.pages import DRAFT, contents_entry, pages_below, parent_page
from cqbook.build.rendering import Renderer
from cqbook.build.staging import draw_figures, stage
from cqbook.data.catalog import Catalog
from cqbook.disk.atomic import exchange, settle
from cqbook.execution.page import Executed, Page


def put_in_place(site: Path, target: Path) -> None:
    """Put a site in its place, and what was there in that of the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    settle(site)
    exchange(site, target)


def render_alone(
    root: Path,
    chosen: list[Page],
    results: Mapping[str, Executed],
    book: Catalog,
    own: Path,
    say: Say,
    renderer: Renderer,
    pool: ProcessPoolExecutor | None = None,
    *,
    files: bool = True,
) -> Path:
    """Render some pages without the rest of the book; return the folder of the site.

    Parameters
    ----------
    root : Path
        The book.
    chosen : list of Page
        Those that have no result are left out.
    results : mapping of str to Executed
    book : Catalog
        The data.
    own : Path
        Folder for what is made.
    say : callable
    renderer : Renderer
    pool : concurrent.futures.ProcessPoolExecutor, optional
        See `cqbook.figures.drawing.painters`.
    files : bool
        With the files of the figures to take away.
    """
    staged = own / "stage"
    done = [page for page in chosen if page.name in results]
    listed = _contents(done)
    stage(root, done, results, staged, data=book.path, files=files, contents=listed)
    cache = root / "_build" / "cache"
    draw_figures(results, DRAFT, book, cache, say, files=files, pool=pool)
    return renderer.render(staged, own / "out", say, alone=True)


def _contents(done: list[Page]) -> str:
    """Return contents that list these pages alone."""
    import yaml

    below = pages_below(done)
    names = {page.name for page in done}
    first, *others = [
        page.name for page in done if parent_page(page, done) not in names - {page.name}
    ]
    contents: dict[str, Any] = {"format": "jb-book", "root": f"chapters/{first}"}
    entries = [
        contents_entry(name, below) for name in [*below.get(first, []), *others] if name != first
    ]
    if entries:
        contents["chapters"] = entries
    text: str = yaml.safe_dump(contents, allow_unicode=True, sort_keys=False)
    return text
