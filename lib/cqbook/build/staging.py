"""A folder for jupyter-book, and the folder of an edition, laid out from executed pages."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path

from cqbook.build import configuration
from cqbook.build.manifest import manifest
from cqbook.build.order import Order, Say
from cqbook.build.pages import question_of, staged_contents
from cqbook.build.rendering import BuildError
from cqbook.build.sbom import SBOM, kept_bill
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import CUSTOMS
from cqbook.disk.checksums import to_json
from cqbook.disk.locks import undisturbed
from cqbook.disk.regular import hard_linked
from cqbook.editions.feed import NEWS, News
from cqbook.editions.store import MANIFEST
from cqbook.execution import kernels
from cqbook.execution.page import Executed, Page
from cqbook.figures.claims import CLAIMS, said_of


def stage(
    root: Path,
    chosen: Iterable[Page],
    results: Mapping[str, Executed],
    target: Path,
    *,
    data: Path,
    edition: str = "",
    files: bool = True,
    contents: str = "",
) -> None:
    """Lay out the book to render in `target`: configuration, contents, data, executed pages.

    Without `files` the pages have no files to take away. `contents`, where given, stand in the
    place of the book's own ``_toc.yml``.
    """
    import yaml

    (target / "chapters").mkdir(parents=True)
    config = configuration.settings(root)
    chosen = list(chosen)
    asked = {page.name: found for page in chosen if (found := question_of(root, page))}
    config["sphinx"]["config"] |= {
        "cqbook_edition": edition,
        "cqbook_files": files,
        "cqbook_asked": asked,
    }
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (target / "_config.yml").write_text(text, encoding="utf-8")
    listed = contents or staged_contents(root, chosen)
    (target / "_toc.yml").write_text(listed, encoding="utf-8")
    # customs detail is the analyst's own copy: what the platform gives is not ours to hand on
    shutil.copytree(data, target / "data", ignore=shutil.ignore_patterns(CUSTOMS, ".*"))
    for path in sorted((root / "chapters").glob("*.md")):
        shutil.copy(path, target / "chapters")
    for name, result in results.items():
        (target / "chapters" / f"{name}.ipynb").write_bytes(result.shown)
    said = [item for name, result in results.items() for item in said_of(name, result.notebook)]
    (target / CLAIMS).write_text(to_json(said), encoding="utf-8")


def draw_figures(
    results: Mapping[str, Executed],
    edition: str,
    book: Catalog,
    cache: Path,
    say: Say,
    *,
    files: bool = True,
    pool: ProcessPoolExecutor | None = None,
) -> None:
    """Draw the figures of all pages before they are rendered, on all cores."""
    from cqbook.figures.drawing import draw_all
    from cqbook.figures.english import dictionary
    from cqbook.figures.exhibit import exhibits_of

    exhibits = [
        item
        for name, result in results.items()
        for item in exhibits_of(result.notebook, f"chapters/{name}", edition, book.publication)
    ]
    try:
        drawn = draw_all(
            exhibits, dictionary(book), cache, kernels.context(), files=files, pool=pool
        )
    except BrokenExecutor as error:
        msg = (
            "画图的进程中途退出（内存不足？），未发布；再运行一次会接着画"
            " | a process that draws has died (out of memory?): run it again, it goes on from there"
        )
        raise BuildError(msg) from error
    if drawn:
        say(f"  画图 {drawn}张")


def snapshot(data: Path, target: Path, *, detail: bool = True) -> Path:
    """Copy a data directory as it is between two changes; return the copy.

    A build reads its data for as long as it runs, and what is taken in meanwhile belongs to the
    next one. The files of the customs detail never change and are linked.

    Parameters
    ----------
    detail : bool
        With the customs detail.
    """
    Catalog(data)
    with undisturbed(data):
        ignored = shutil.ignore_patterns(CUSTOMS, ".*")
        shutil.copytree(data, target, ignore=ignored)
        if detail and (data / CUSTOMS).exists():
            hidden = shutil.ignore_patterns(".*")
            shutil.copytree(
                data / CUSTOMS, target / CUSTOMS, ignore=hidden, copy_function=_linked_or_copied
            )
    return target


def _linked_or_copied(source: str, target: str) -> None:
    if not hard_linked(Path(source), Path(target)):
        shutil.copy2(source, target)


def lay_out(
    root: Path,
    edition: Path,
    asked: Order,
    chosen: Collection[Page],
    results: Mapping[str, Executed],
    *,
    code: str,
    before: str,
) -> None:
    """Write an edition's folder, to which its site is added: notebooks, data, manifest."""
    (edition / "notebooks").mkdir(parents=True)
    for page in chosen:
        (edition / "notebooks" / f"{page.name}.ipynb").write_bytes(results[page.name].content)
    ignored = shutil.ignore_patterns(CUSTOMS, ".*")
    shutil.copytree(asked.data, edition / "data", ignore=ignored)
    text = manifest(root, asked, chosen, results, code=code, before=before).to_json()
    (edition / MANIFEST).write_text(text, encoding="utf-8")


def add_site(root: Path, edition: Path, site: Path, news: News) -> None:
    """Move a site into its edition's folder; add what it hands on of the edition."""
    shutil.move(site, edition / "site")
    bill = kept_bill(root / "requirements.txt", root / "_build" / "cache")
    (edition / "site" / SBOM).write_bytes(bill)
    shutil.copyfile(edition / MANIFEST, edition / "site" / MANIFEST)
    (edition / "site" / NEWS).write_text(news.to_json(), encoding="utf-8")
