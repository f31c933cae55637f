"""An edition is parameters × data × code: executed, judged, rendered, published, released.

papermill executes, the committed outputs judge (for other editions a second execution),
jupyter-book renders what was judged. A build works in a folder of its own; only `accept` writes to
``chapters/``.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cqbook.build import configuration
from cqbook.build.alone import put_in_place, render_alone
from cqbook.build.chapter_lint import check_chapters, check_glued
from cqbook.build.checked import check_chapters_once, check_package_once
from cqbook.build.claims import check_claims, check_references
from cqbook.build.diff import compare_edition
from cqbook.build.judge import accepted_output, judge_pages, read_lock, stale
from cqbook.build.order import Order, Say, failed_folder, order, page_memory
from cqbook.build.pages import (
    REVISIONS,
    asked_beside,
    each_page,
    own_folder,
    pages,
    wanted,
)
from cqbook.build.rendering import BuildError, Renderer
from cqbook.build.showing import showing_lines
from cqbook.build.staging import add_site, draw_figures, lay_out, snapshot, stage
from cqbook.changes import comparison
from cqbook.changes.news import news_of
from cqbook.changes.records import COMPARISON_VARIABLE, Comparison, comparison_json
from cqbook.data.catalog import Catalog
from cqbook.data.codes import did_you_mean
from cqbook.disk.atomic import replace_files
from cqbook.disk.checksums import digest
from cqbook.disk.locks import locked, scratch
from cqbook.editions.paths import built_folder
from cqbook.editions.publish import keep, publish_site
from cqbook.editions.store import LATEST, predecessor
from cqbook.errors import ChapterError, DataError, ParameterError
from cqbook.execution import kernels
from cqbook.execution.executor import Runner, execute_all, here
from cqbook.execution.memory import Memory
from cqbook.execution.notebooks import changed_cells, nearest_page, notebooks, to_bytes
from cqbook.execution.page import Executed, ExecutionError, Page
from cqbook.figures.claims import said_of


def _teller(say: Say, count: int) -> Callable[[Page, Executed | ExecutionError], None]:
    done: list[str] = []

    def told(page: Page, outcome: Executed | ExecutionError) -> None:
        done.append(page.name)
        word = "执行"
        if isinstance(outcome, ExecutionError):
            word = "失败"
        elif outcome.remembered:
            word = "未变"
        say(f"  {word} {len(done)}/{count}  {page.name}")

    return told


def _all_or_none(
    root: Path, todo: list[Page], memory: Memory, say: Say, *, default: bool, rendered: bool = True
) -> dict[str, Executed]:
    """Return the results of all pages; in the default edition each claim must hold."""
    tell = _teller(say, len(todo))

    def told(page: Page, outcome: Executed | ExecutionError) -> None:
        tell(page, outcome)
        if rendered and isinstance(outcome, Executed):
            # while others are executed: it is kept, and asked for when all are there
            _ = outcome.shown

    results, failures = execute_all(
        root / "chapters", todo, memory, told, failed=failed_folder(root)
    )
    if failures:
        raise BuildError("\n\n".join(str(error) for error in failures.values()))
    executed = {name: result.notebook for name, result in results.items()}
    check_glued(executed)
    own = [page.name for page in todo if default and page.name == page.notebook]
    check_claims(executed, own)
    return results


@dataclass(frozen=True)
class Accepted:
    """The pages that changed, what in them, and those whose old output is not at hand.

    ``cells``: by page the numbers of the cells that differ, where the old ones are at hand.
    ``showing``: where new figures stand, see `cqbook.build.showing`.
    """

    pages: list[str]
    changes: Comparison
    unknown: list[str]
    cells: Mapping[str, list[int]]
    showing: list[str]


def accept(root: Path, say: Say, only: Iterable[str] = ()) -> Accepted:
    """Execute the chapters and write the results as the new judged outputs.

    Raises
    ------
    ContractError, ChapterError, ParameterError, BuildError
        As for `build`; nothing is written.
    """
    from cqbook.data.contracts import check_package

    data = root / "data"
    book = Catalog(data)
    check_package(book)
    chosen = set(only)
    everything = pages(root, book)
    strange = chosen - {page.name for page in everything}
    if strange:
        held = notebooks(root)
        hint, hint_en = did_you_mean(*(nearest_page(name, held) for name in sorted(strange)))
        msg = (
            f"没有页面 {'、'.join(sorted(strange))}{hint}"
            f" | no such page: {', '.join(sorted(strange))}{hint_en}"
        )
        raise ParameterError(msg)
    todo = [page for page in everything if not chosen or page.name in chosen]
    check_chapters(root, {page.notebook for page in todo} if chosen else None)
    with scratch(root / "_build" / "run") as run:
        # what is committed must not rest on what is not: customs detail stays out
        plain = snapshot(data, run / "data", detail=False)
        memory = page_memory(root, plain)
        results = _all_or_none(root, todo, memory, say, default=True, rendered=False)
    if not chosen:
        check_references({name: result.notebook for name, result in results.items()})
    changed = stale(root, results)
    lock = read_lock(root)
    old, new = {}, {}
    contents = _illustrated(root, todo, results)
    for page in todo:
        if page.name not in changed:
            continue
        new[page.name] = results[page.name].notebook
        before = accepted_output(root, memory, page, lock)
        if before is not None:
            old[page.name] = before
        if page.name != page.notebook:
            lock[page.name] = digest(results[page.name].content)
            # so that the next one finds it by its hash: its prose may be newer than what is kept
            source = root / "chapters" / f"{page.notebook}.ipynb"
            memory.keep(source, page, results[page.name])
    names = {page.name for page in everything if page.name != page.notebook}
    lines = [f"{value}  {name}\n" for name, value in sorted(lock.items()) if name in names]
    if lines:
        contents["pages.lock"] = "".join(lines).encode()
    with locked(root / "chapters"):
        # all or none: what changed is told once, of all pages
        replace_files(root / "chapters", contents)
    # a page of the table whose accepted result is remembered nowhere can only be said to differ
    told = comparison.compare_notebooks(old, {name: new[name] for name in old})
    unknown = [name for name in new if name not in old]
    cells = {name: changed_cells(old[name], new[name]) for name in old}
    # of some pages nobody knows what stands on the others
    showing = [] if chosen else showing_lines(root, book, results)
    return Accepted(changed, told, unknown, cells, showing)


def _illustrated(root: Path, todo: list[Page], results: Mapping[str, Executed]) -> dict[str, bytes]:
    """Return the notebooks that differ from their files, with pictures for Jupyter's programs."""
    from cqbook.figures.drawing import draw_titled, illustrated

    cache = root / "_build" / "cache"
    own = {page.name: results[page.name] for page in todo if page.name == page.notebook}
    draw_titled((result.notebook for result in own.values()), cache, kernels.context())
    contents = {}
    for name, result in own.items():
        content = to_bytes(illustrated(copy.deepcopy(result.notebook), cache))
        path = root / "chapters" / f"{name}.ipynb"
        if path.read_bytes() != content:
            contents[path.name] = content
    return contents


def build(root: Path, say: Say, asked: Order | None = None) -> Path:
    """Check the data, execute, judge, render and publish an edition.

    Parameters
    ----------
    root : Path
        The book.
    say : callable
        Told of progress.
    asked : Order, optional
        See `order`; the default edition if left out.

    Returns
    -------
    pathlib.Path
        The edition's folder in the published ``_build/html``.

    Raises
    ------
    cqbook.errors.ContractError
        If the data breaks its contract; before anything is executed.
    cqbook.errors.ChapterError
        If a chapter breaks the rules for its authors; likewise.
    ClaimError
        If a claim of the default edition does not hold.
    ParameterError
        If a parameter is unknown or has a value that the data don't hold; likewise.
    StaleError
        If committed outputs are not what the chapters give now, or two executions differ.
    DataError
        If ``_config.yml`` or ``_toc.yml`` is not what jupyter-book takes; likewise.
    BuildError
        If a chapter or the rendering fails. Nothing is published in any of these cases.
    """
    asked = asked or order(root)
    configuration.check_configuration(root)
    work = root / "_build"
    kernels.warm(asked.data)
    with scratch(work / "run") as run:
        asked = replace(asked, data=snapshot(asked.data, run / "data"))
        say(f"1/5 检查数据（版次 {asked.edition}）")
        book = Catalog(asked.data)
        # while the server that forks all the rest loads what they need
        check_chapters_once(root)
        counts = check_package_once(root, book)
        say("  " + "，".join(f"{name} {count}行" for name, count in counts.items()))
        chosen = wanted(root, pages(root, book, asked.given), asked.data)
        memory = page_memory(root, asked.data)
        with Renderer(work / "cache") as renderer:
            latest = built_folder(root) / LATEST / "site" if asked.latest else None
            if latest:
                renderer.prepare(run / "out", latest)
            say("2/5 执行各章")
            others = [page for page in chosen if page.name != REVISIONS]
            results = _all_or_none(root, others, memory, say, default=asked.latest)
            chosen, found = _revisions(root, asked, chosen, results, run)
            last = [page for page in chosen if page.name == REVISIONS]
            results |= _all_or_none(root, last, memory, say, default=asked.latest)
            check_references({name: result.notebook for name, result in results.items()})
            say("3/5 核对输出")
            judge_pages(root, asked, chosen, results, memory, say)
            say("4/5 生成页面")
            staged = run / "stage"
            stage(root, chosen, results, staged, data=asked.data, edition=asked.edition)
            draw_figures(results, asked.edition, book, work / "cache", say)
            renderer.begin(staged, run / "out", before=latest)
            # meanwhile
            edition = run / "edition"
            before = found.old or "" if found else ""
            lay_out(root, edition, asked, chosen, results, code=memory.code, before=before)
            news = news_of(found, book, asked.edition)
            add_site(root, edition, renderer.finish(say), news)
            say("5/5 发布")
            sums = keep(root, edition, LATEST if asked.latest else asked.edition)
            if latest:
                renderer.remember(run / "out", sums)
        # what stood there before is taken away meanwhile
        with ThreadPoolExecutor(1) as other:
            other.submit(shutil.rmtree, edition, ignore_errors=True)
            target = publish_site(root)
    return target / ("latest" if asked.latest else f"v/{asked.edition}")


def _revisions(
    root: Path,
    asked: Order,
    chosen: list[Page],
    results: Mapping[str, Executed],
    run: Path,
) -> tuple[list[Page], Comparison | None]:
    """Return the pages with the comparison that 修订 reads, and the comparison itself."""
    before = predecessor(root, asked.edition, asked.own)
    if before is None:
        return chosen, None
    new = {page.name: results[page.name].notebook for page in chosen if page.name in results}
    found = compare_edition(before, new, Catalog(asked.data), asked.edition)
    path = run / "comparison.json"
    path.write_text(comparison_json(found), encoding="utf-8")
    files = {COMPARISON_VARIABLE: path}
    return [
        replace(page, files=files) if page.name == REVISIONS else page for page in chosen
    ], found


def run(
    root: Path, say: Say, chapter: str, given: Mapping[str, Any], data: Path | None = None
) -> Path:
    """Execute one chapter and render it as a page of its own; return the page.

    Raises
    ------
    ParameterError, BuildError, ContractError, ChapterError
        As for `build`.
    """
    configuration.check_configuration(root)
    data = data or root / "data"
    kernels.warm(data)
    book = Catalog(data)
    work = root / "_build"
    check_chapters_once(root, [chapter])
    check_package_once(root, book)
    found = each_page(root, book, {chapter: given})
    chosen = [next(page for page in found if page.name == chapter)]
    with scratch(work / "run") as own, Renderer(work / "cache") as renderer:
        results = _all_or_none(root, chosen, page_memory(root, data), say, default=False)
        for item in said_of(chapter, results[chapter].notebook):
            if not item.claim.holds:
                say(f"  论断 {item.line}")
        site = render_alone(root, chosen, results, book, own, say, renderer)
        asked = asked_beside(root, chosen[0])
        target = root / "_build" / "pages" / own_folder(chapter, asked)
        put_in_place(site, target)
    return target / "chapters" / f"{chapter}.html"


def make_pages(
    root: Path,
    say: Say,
    told: Callable[[Page, Executed | ExecutionError], None],
    table: Path | None = None,
    data: Path | None = None,
    cluster: str = "",
) -> tuple[Path | None, dict[str, ExecutionError]]:
    """Make all pages of a table from their notebooks; a failing page stops no other.

    Parameters
    ----------
    cluster : str
        Address of the workers that execute the pages; empty: this machine.

    Returns
    -------
    index : pathlib.Path or None
        The first of the pages; None if all failed.
    failures : dict of str to ExecutionError
        By page: a cell failed (what was executed of it is kept), or the prose has a hole.
    """
    configuration.check_configuration(root)
    data = data or root / "data"
    book = Catalog(data)
    chosen = [page for page in pages(root, book, table=table) if page.name != page.notebook]
    if not chosen:
        msg = "页面表是空的 | the table of pages is empty"
        raise DataError(msg)
    check_chapters_once(root, {page.notebook for page in chosen})
    memory = page_memory(root, data)
    runner: Runner = here
    if cluster:
        from cqbook.execution.cluster import runner as on_workers

        runner = on_workers(cluster)
    holes: dict[str, ExecutionError] = {}

    def judged(page: Page, outcome: Executed | ExecutionError) -> None:
        if isinstance(outcome, Executed):
            try:
                check_glued({page.name: outcome.notebook})
            except ChapterError as error:
                outcome = holes[page.name] = ExecutionError(page.name, str(error))
        told(page, outcome)

    executed, failures = execute_all(
        root / "chapters", chosen, memory, judged, failed=failed_folder(root), runner=runner
    )
    results = {name: result for name, result in executed.items() if name not in holes}
    failures |= holes
    if not results:
        return None, failures
    target = root / "_build" / "pages" / (table.stem if table else "pages")
    first = next(page.name for page in chosen if page.name in results)
    work = root / "_build"
    with scratch(work / "run") as own, Renderer(work / "cache") as renderer:
        put_in_place(render_alone(root, chosen, results, book, own, say, renderer), target)
    return target / "chapters" / f"{first}.html", failures
