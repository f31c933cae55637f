"""An edition is parameters × data × code: executed, judged, rendered, published, released.

papermill executes, the committed outputs judge (for other editions a second execution),
jupyter-book renders what was judged. A build works in a folder of its own; only `accept` writes to
``chapters/``.
"""

from __future__ import annotations

import csv
import importlib.metadata
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat

from cqbook import comparison, configuration, parameters
from cqbook.catalog import COMPARISON_VARIABLE, CUSTOMS, Catalog, DataError
from cqbook.components import SBOM, kept_bill
from cqbook.containers import sized
from cqbook.contracts import Breach, ContractError, visible
from cqbook.customs import decode
from cqbook.execution import (
    Executed,
    ExecutionError,
    Memory,
    Page,
    code_digest,
    execute,
    execute_all,
    here,
    package_digest,
    warm,
)
from cqbook.exports import hashed
from cqbook.figures import figures_of, glued, tables_of
from cqbook.publication import (
    find,
    is_released,
    keep,
    manifest_of,
    predecessor,
    proper,
    publish,
)
from cqbook.rendering import BuildError, Renderer
from cqbook.sums import digest
from cqbook.transaction import (
    exchange,
    locked,
    replace_files,
    scratch,
    settle,
    undisturbed,
)

Say = Callable[[str], None]
#: The page that tells what changed since the edition before; executed when all others are known.
REVISIONS = "revisions"
#: What a page is called: it is the name of a file, and part of addresses.
PAGE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Name of an edition that was given data or parameters of its own, but no name.
DRAFT = "draft"
#: What makes and draws the pages; all packages are in the hash of the code.
VERSIONS = (
    *("altair", "duckdb", "jupyter-book", "myst-nb", "pandas", "papermill", "sphinx"),
    *("sphinx-book-theme", "vl-convert-python"),
)
#: A query that found no customs detail has the digest of nothing.
NOTHING = digest(b"")


class StaleError(Exception):
    """Committed outputs differ from what the chapters give now."""


def notebooks(root: Path) -> dict[str, nbformat.NotebookNode]:
    """Return the committed notebooks of the book by name, sorted."""
    paths = sorted((root / "chapters").glob("*.ipynb"))
    return {path.stem: read_notebook(path) for path in paths}


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a notebook of the book or of an edition.

    Raises
    ------
    DataError
        If it is no whole notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        # nbformat's own errors are ValueErrors; JSON that is no notebook lacks keys
        msg = (
            f"笔记本 {path} 已损坏；恢复它（章节：git checkout；发布过的版次：备份）再运行"
            f" | the notebook {path} is damaged: restore it, run it again ({str(error)[:80]})"
        )
        raise DataError(msg) from error


def _rows(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table of pages; each has all columns, and ``page`` and ``notebook``."""
    text, _ = decode(sized(table.read_bytes(), table.name), table.name)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise ContractError(
            [Breach(table.name, 0, "*", str(error), "引号成对的 CSV", "CSV with paired quotes")]
        ) from error
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
    """Return all pages of the book: each notebook, then those of the table of pages.

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
    known = {name: parameters.read(notebook) for name, notebook in notebooks(root).items()}
    path = table or root / "chapters" / "pages.csv"
    rows = _rows(path) if path.exists() else []
    names = [*known, *(row["page"] for row in rows)]
    for name in given:
        if name not in names:
            near = parameters.nearest(name, names)
            hint = f"；是不是 {near}？" if near else ""
            msg = (
                f"没有页面 {name}{hint} 有：{'、'.join(known)}"
                f" | no page {name!r}; expected one of {', '.join(known)}"
            )
            raise parameters.ParameterError(msg)
    found = [
        Page(name, name, parameters.checked(name, items, given.get(name, {}), book))
        for name, items in known.items()
    ]
    columns = {item.name for row in rows for item in known.get(row.get("notebook", ""), ())}
    for number, row in enumerate(rows, start=2):
        notebook = row["notebook"]
        if not PAGE.fullmatch(row["page"]):
            msg = (
                f"{path.name}：第{number}行，列 page，值“{visible(row['page'])}”："
                "应为小写字母、数字、连字符，如 district-500106"
                f" | {path.name}: line {number}, column page, value {row['page']!r}: expected"
                " lower-case letters, digits and hyphens, such as district-500106"
            )
            raise parameters.ParameterError(msg)
        if notebook not in known:
            msg = (
                f"{path.name}：第{number}行，列 notebook，值“{notebook}”：应为一个章节"
                f" | {path.name}: line {number}, column notebook: expected one of {sorted(known)}"
            )
            raise parameters.ParameterError(msg)
        own = {key: text for key, text in row.items() if key not in ("page", "notebook")}
        # an empty cell is the notebook's own value, or a parameter of other notebooks of the table
        own = {key: text for key, text in own.items() if text or key not in columns}
        own = given.get(notebook, {}) | own | given.get(row["page"], {})
        typed = parameters.checked(row["page"], known[notebook], own, book)
        found.append(Page(row["page"], notebook, typed))
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        msg = f"页名重复：{'、'.join(doubled)} | page names used twice: {', '.join(doubled)}"
        raise parameters.ParameterError(msg)
    return found


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
    return notebook.metadata.get("cqbook", {}).get("needs", "")


def _has_detail(data: Path) -> bool:
    return (data / CUSTOMS / "store.json").exists()


def read_lock(root: Path) -> dict[str, str]:
    """Return the accepted hashes of the pages of ``pages.csv``, by page name."""
    lock = root / "chapters" / "pages.lock"
    if not lock.exists():
        return {}
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {name: value for value, name in (line.split("  ", 1) for line in lines if line)}


def stale(root: Path, results: Mapping[str, Executed]) -> list[str]:
    """Return the names of the pages whose result differs from what is committed."""
    lock = read_lock(root)
    names = []
    for name, result in results.items():
        path = root / "chapters" / f"{name}.ipynb"
        accepted = digest(path.read_bytes()) if path.exists() else lock.get(name)
        if digest(result.content) != accepted:
            names.append(name)
    return names


def _uncommitted(page: Page, result: Executed) -> bool:
    """Return whether a page rests on what no commit holds: an earlier edition, customs detail."""
    return bool(page.files) or any(
        query.table == CUSTOMS and query.digest != NOTHING for query in result.queries
    )


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


def _memory(root: Path, data: Path) -> Memory:
    return Memory(root / "_build" / "cache" / "executed", data, code_digest(root))


def _failed(root: Path) -> Path:
    return root / "_build" / "failed"


def _all_or_none(root: Path, todo: list[Page], memory: Memory, say: Say) -> dict[str, Executed]:
    told = _teller(say, len(todo))
    results, failures = execute_all(root / "chapters", todo, memory, told, failed=_failed(root))
    if failures:
        raise BuildError("\n\n".join(str(error) for error in failures.values()))
    return results


def accept(root: Path, say: Say, only: Iterable[str] = ()) -> comparison.Comparison:
    """Execute the chapters and write the results as the new judged outputs.

    Returns
    -------
    dict
        See `comparison.compare_notebooks`; and ``pages``: the names of the pages that changed.
    """
    from cqbook.contracts import check

    data = root / "data"
    book = Catalog(data)
    check(book)
    chosen = set(only)
    everything = pages(root, book)
    unknown = chosen - {page.name for page in everything}
    if unknown:
        msg = f"没有页面 {'、'.join(sorted(unknown))} | no such page: {', '.join(sorted(unknown))}"
        raise parameters.ParameterError(msg)
    todo = [page for page in everything if not chosen or page.name in chosen]
    with scratch(root / "_build" / "run") as run:
        # what is committed must not rest on what is not: customs detail stays out
        plain = snapshot(data, run / "data", detail=False)
        memory = _memory(root, plain)
        results = _all_or_none(root, todo, memory, say)
    changed = stale(root, results)
    lock = read_lock(root)
    old, new = {}, {}
    contents: dict[str, bytes] = {}
    for page in todo:
        if page.name not in changed:
            continue
        new[page.name] = results[page.name].notebook
        before = _accepted(root, memory, page, lock)
        if before is not None:
            old[page.name] = before
        if page.name == page.notebook:
            contents[f"{page.name}.ipynb"] = results[page.name].content
        else:
            lock[page.name] = digest(results[page.name].content)
    names = {page.name for page in everything if page.name != page.notebook}
    lines = [f"{value}  {name}\n" for name, value in sorted(lock.items()) if name in names]
    if lines:
        contents["pages.lock"] = "".join(lines).encode()
    with locked(root / "chapters"):
        # all or none: what changed is told once, of all pages
        replace_files(root / "chapters", contents)
    # a page of the table whose accepted result is remembered nowhere can only be said to differ
    told = comparison.compare_notebooks(old, {name: new[name] for name in old})
    return told | {"pages": changed, "unknown": [name for name in new if name not in old]}


def _accepted(
    root: Path, memory: Memory, page: Page, lock: Mapping[str, str]
) -> nbformat.NotebookNode | None:
    """Return the accepted output of a page: the committed notebook, or one that is remembered."""
    path = root / "chapters" / f"{page.name}.ipynb"
    if path.exists():
        return read_notebook(path)
    for entry in memory.entries(page):
        if digest(entry.content) == lock.get(page.name):
            return entry.notebook
    return None


def staged_contents(root: Path, chosen: Iterable[Page]) -> str:
    """Return ``_toc.yml`` with the pages of the table below the notebook they come from.

    A page whose parameters are those of another and one more lies below that other (a district's
    years below the district). A notebook that the contents do not list, and that says in its
    metadata ``after`` which one it follows, comes after that one.
    """
    import yaml

    listed = configuration.contents(root)
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
    below = _below(page for page in chosen if page.name != page.notebook)
    for part in parts:
        for chapter in part.get("chapters", []):
            chapter.update(_entry(chapter["file"].removeprefix("chapters/"), below))
    return yaml.safe_dump(listed, allow_unicode=True, sort_keys=False)


def _below(tabled: Iterable[Page]) -> dict[str, list[str]]:
    """Return the names of the pages that lie below each page or notebook."""
    found: dict[str, list[str]] = {}
    listed = list(tabled)
    for page in listed:
        found.setdefault(_parent(page, listed), []).append(page.name)
    return found


def _entry(name: str, below: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a page's entry in the contents, with what lies below it."""
    found: dict[str, Any] = {"file": f"chapters/{name}"}
    if name in below:
        found["sections"] = [_entry(other, below) for other in below[name]]
    return found


def _parent(page: Page, others: Iterable[Page]) -> str:
    mine = page.parameters.items()
    above = [
        other
        for other in others
        if other.notebook == page.notebook and other.parameters.items() < mine
    ]
    nearest = max(above, key=lambda other: len(other.parameters), default=None)
    return nearest.name if nearest else page.notebook


def stage(
    root: Path,
    chosen: Iterable[Page],
    results: Mapping[str, Executed],
    target: Path,
    *,
    data: Path,
    edition: str = "",
) -> None:
    """Lay out the book to render in `target`: configuration, contents, data, executed pages."""
    import yaml

    (target / "chapters").mkdir(parents=True)
    config = configuration.settings(root)
    config["sphinx"]["config"]["cqbook_edition"] = edition
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (target / "_config.yml").write_text(text, encoding="utf-8")
    (target / "_toc.yml").write_text(staged_contents(root, chosen), encoding="utf-8")
    # customs detail is the analyst's own copy: what the platform gives is not ours to hand on
    shutil.copytree(data, target / "data", ignore=shutil.ignore_patterns(CUSTOMS, ".*"))
    for path in sorted((root / "chapters").glob("*.md")):
        shutil.copy(path, target / "chapters")
    for name, result in results.items():
        (target / "chapters" / f"{name}.ipynb").write_bytes(result.content)


def _draw(
    results: Mapping[str, Executed], edition: str, book: Catalog, cache: Path, say: Say
) -> None:
    """Draw the figures of all pages before they are rendered, on all cores."""
    from cqbook.english import words
    from cqbook.exports import Exhibit
    from cqbook.figures import FIGURE_MIME, outputs
    from cqbook.site.pictures import draw_all

    exhibits = []
    for name, result in results.items():
        for output in outputs(result.notebook):
            spec = output["data"].get(FIGURE_MIME)
            if spec:
                exhibits.append(Exhibit(spec["usermeta"], spec, f"chapters/{name}", edition))
    try:
        drawn = draw_all(exhibits, words(book), cache)
    except BrokenExecutor as error:
        msg = (
            "画图的进程中途退出（内存不足？），未发布；再运行一次会接着画"
            " | a process that draws has died (out of memory?): run it again, it goes on from there"
        )
        raise BuildError(msg) from error
    if drawn:
        say(f"  画图 {drawn}张")


@dataclass(frozen=True)
class Order:
    """What is asked for: the data, the name of the edition, parameters by page and name."""

    data: Path
    edition: str = ""
    given: Mapping[str, Mapping[str, Any]] | None = None
    latest: bool = True

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """The parameters that were given, sorted; what makes two editions comparable."""
        return {page: dict(sorted(self.given[page].items())) for page in sorted(self.given or {})}


def order(
    root: Path,
    data: Path | None = None,
    edition: str = "",
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> Order:
    """Return what a build is asked for.

    Without anything: the default edition, named by the data, published as ``latest``. With a name,
    data or parameters of its own: an edition beside it.
    """
    if not (data or edition or given):
        return Order(root / "data", proper(Catalog(root / "data").edition))
    if edition and is_released(root, proper(edition)):
        msg = (
            f"版次 {edition} 已经发布，不再改变；请换一个名字"
            f" | edition {edition} is released and does not change: choose another name"
        )
        raise DataError(msg)
    return Order(data or root / "data", edition or DRAFT, given, latest=False)


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
    cqbook.contracts.ContractError
        If the data breaks its contract; before anything is executed.
    ParameterError
        If a parameter is unknown or has a value that the data don't hold; likewise.
    StaleError
        If committed outputs are not what the chapters give now, or two executions differ.
    DataError
        If ``_config.yml`` or ``_toc.yml`` is not what jupyter-book takes; likewise.
    BuildError
        If a chapter or the rendering fails. Nothing is published in any of these cases.
    """
    from cqbook.contracts import check

    asked = asked or order(root)
    configuration.check(root)
    work = root / "_build"
    warm()
    with scratch(work / "run") as run, Renderer(work / "cache") as renderer:
        asked = replace(asked, data=snapshot(asked.data, run / "data"))
        say(f"1/5 检查数据（版次 {asked.edition}）")
        book = Catalog(asked.data)
        counts = check(book)
        say("  " + "，".join(f"{name} {count}行" for name, count in counts.items()))
        chosen = wanted(root, pages(root, book, asked.given), asked.data)
        memory = _memory(root, asked.data)
        say("2/5 执行各章")
        others = [page for page in chosen if page.name != REVISIONS]
        results = _all_or_none(root, others, memory, say)
        chosen, before = _revisions(root, asked, chosen, results, run)
        last = [page for page in chosen if page.name == REVISIONS]
        results |= _all_or_none(root, last, memory, say)
        say("3/5 核对输出")
        _judge(root, asked, chosen, results, memory, say)
        say("4/5 生成页面")
        staged = run / "stage"
        stage(root, chosen, results, staged, data=asked.data, edition=asked.edition)
        _draw(results, asked.edition, book, work / "cache", say)
        site = renderer.render(staged, run / "out", say)
        edition = run / "edition"
        _lay_out(root, edition, site, asked, chosen, results, code=memory.code, before=before)
        say("5/5 发布")
        keep(root, edition, "latest" if asked.latest else asked.edition)
    target = publish(root)
    return target / ("latest" if asked.latest else f"v/{asked.edition}")


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
            shutil.copytree(data / CUSTOMS, target / CUSTOMS, ignore=hidden, copy_function=_linked)
    return target


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # another file system
        shutil.copy2(source, target)


def _revisions(
    root: Path,
    asked: Order,
    chosen: list[Page],
    results: Mapping[str, Executed],
    run: Path,
) -> tuple[list[Page], str]:
    """Return the pages with the comparison that 修订 reads, and the edition compared with."""
    before = predecessor(root, asked.edition, asked.own)
    if before is None:
        return chosen, ""
    new = {page.name: results[page.name].notebook for page in chosen if page.name in results}
    found = compare(before, new, Catalog(asked.data), asked.edition)
    path = run / "comparison.json"
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    files = {COMPARISON_VARIABLE: path}
    return [
        replace(page, files=files) if page.name == REVISIONS else page for page in chosen
    ], before.name


def _judge(
    root: Path,
    asked: Order,
    chosen: list[Page],
    results: dict[str, Executed],
    memory: Memory,
    say: Say,
) -> None:
    """Let the committed outputs judge; and a second execution what they can't."""
    differing = set(stale(root, results))
    by_name = {page.name: page for page in chosen}
    if asked.latest:
        bad = [name for name in differing if not _uncommitted(by_name[name], results[name])]
        if bad:
            names = sorted(bad)
            msg = (
                f"这些页的输出与已提交的不同：{'、'.join(names)}。看过差异后运行 cqbook accept。"
                f" | stale committed outputs: {', '.join(names)}."
                " Review, then run `cqbook accept`."
            )
            raise StaleError(msg)
    twice = [page for page in chosen if page.name in differing and results[page.name].agreed < 2]
    for page in twice:
        source = root / "chapters" / f"{page.notebook}.ipynb"
        again = execute(source, page, data=asked.data, failed=_failed(root), fresh=True)
        if again.content != results[page.name].content:
            msg = (
                f"{page.name}：两次执行的输出不同，未发布"
                f" | {page.name}: two executions differ, nothing published"
            )
            raise StaleError(msg)
        agreed = replace(results[page.name], agreed=2, remembered=False)
        results[page.name] = agreed
        memory.keep(source, page, agreed)
        say(f"  再次执行，相同  {page.name}")


def _lay_out(
    root: Path,
    edition: Path,
    site: Path,
    asked: Order,
    chosen: Iterable[Page],
    results: Mapping[str, Executed],
    *,
    code: str,
    before: str,
) -> None:
    """Write an edition's folder: site, notebooks, data, manifest."""
    edition.mkdir()
    shutil.move(site, edition / "site")
    (edition / "notebooks").mkdir()
    for page in chosen:
        (edition / "notebooks" / f"{page.name}.ipynb").write_bytes(results[page.name].content)
    ignored = shutil.ignore_patterns(CUSTOMS, ".*")
    shutil.copytree(asked.data, edition / "data", ignore=ignored)
    bill = kept_bill(root / "requirements.txt", root / "_build" / "cache")
    (edition / "site" / SBOM).write_bytes(bill)
    content = manifest(root, asked, chosen, results, code=code, before=before)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    for place in (edition, edition / "site"):
        (place / "manifest.json").write_text(text, encoding="utf-8")


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
        defaults = {item.name: item.default for item in parameters.read(notebook)}
        defaults.pop(parameters.DATA_DIR, None)
        content["pages"][page.name] = {
            "notebook": page.notebook,
            "parameters": defaults | page.parameters,
            "sha256": digest(result.content),
            "queries": digest("\n".join(query.to_json() for query in result.queries).encode()),
        }
        content["figures"][page.name] = {
            meta["id"]: {
                "title": meta["title"],
                "unit": meta["unit"],
                "status": meta["status"],
                "sources": [item["id"] for item in meta["sources"]],
                "data": hashed(meta["table"]),
            }
            for meta in figures_of(notebook)
        }
        content["tables"][page.name] = {
            meta["id"]: {"title": meta["title"], "data": hashed(meta["rows"])}
            for meta in tables_of(notebook)
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


def compare(
    before: Path, new: Mapping[str, nbformat.NotebookNode], book: Catalog, name: str
) -> comparison.Comparison:
    """Compare an edition's folder with executed notebooks and their data.

    The page 修订 itself is left out: that it differs says nothing.
    """
    paths = sorted((before / "notebooks").glob("*.ipynb"))
    old = {path.stem: read_notebook(path) for path in paths}
    for side in (old, new := dict(new)):
        side.pop(REVISIONS, None)
    was = manifest_of(before)
    old_book = Catalog(before / "data")
    return {
        "from": was["edition"],
        "to": name,
        **comparison.compare_notebooks(old, new),
        "observations": comparison.compare_observations(old_book, book),
        "relations": comparison.compare_relations(old_book, book),
    }


def diff(root: Path, old: str, new: str) -> comparison.Comparison:
    """Compare two editions by name (``latest``, a released or a built one).

    Raises
    ------
    DataError
        If there is no such edition; the message lists those there are.
    """
    before, after = find(root, old), find(root, new)
    paths = sorted((after / "notebooks").glob("*.ipynb"))
    notebooks_new = {path.stem: read_notebook(path) for path in paths}
    was, now = (manifest_of(folder) for folder in (before, after))
    found = compare(before, notebooks_new, Catalog(after / "data"), now["edition"])
    sides = (
        {page: entry["parameters"] for page, entry in side["pages"].items()} for side in (was, now)
    )
    return found | {"parameters": comparison.parameter_changes(*sides)}


def run(
    root: Path, say: Say, chapter: str, given: Mapping[str, Any], data: Path | None = None
) -> Path:
    """Execute one chapter and render it as a page of its own; return the page.

    Raises
    ------
    ParameterError, BuildError, ContractError
        As for `build`.
    """
    from cqbook.contracts import check

    configuration.check(root)
    warm()
    data = data or root / "data"
    book = Catalog(data)
    target = root / "_build" / "pages" / chapter
    work = root / "_build"
    with scratch(work / "run") as own, Renderer(work / "cache") as renderer:
        check(book)
        chosen = [page for page in pages(root, book, {chapter: given}) if page.name == chapter]
        results = _all_or_none(root, chosen, _memory(root, data), say)
        site = _render_alone(root, chosen, results, data, own, say, renderer)
        _put(site, target)
    return target / "chapters" / f"{chapter}.html"


def _put(site: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    settle(site)
    exchange(site, target)


def _render_alone(
    root: Path,
    chosen: list[Page],
    results: Mapping[str, Executed],
    data: Path,
    own: Path,
    say: Say,
    renderer: Renderer,
) -> Path:
    """Render some pages without the rest of the book."""
    import yaml

    staged = own / "stage"
    done = [page for page in chosen if page.name in results]
    stage(root, done, results, staged, data=data)
    below = _below(done)
    names = {page.name for page in done}
    first, *others = [page.name for page in done if _parent(page, done) not in names - {page.name}]
    contents: dict[str, Any] = {"format": "jb-book", "root": f"chapters/{first}"}
    entries = [_entry(name, below) for name in [*below.get(first, []), *others] if name != first]
    if entries:
        contents["chapters"] = entries
    text = yaml.safe_dump(contents, allow_unicode=True, sort_keys=False)
    (staged / "_toc.yml").write_text(text, encoding="utf-8")
    _draw(results, DRAFT, Catalog(data), root / "_build" / "cache", say)
    return renderer.render(staged, own / "out", say, alone=True)


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
        By page; what was executed of it is kept.
    """
    configuration.check(root)
    data = data or root / "data"
    book = Catalog(data)
    chosen = [page for page in pages(root, book, table=table) if page.name != page.notebook]
    if not chosen:
        msg = "页面表是空的 | the table of pages is empty"
        raise DataError(msg)
    memory = _memory(root, data)
    runner = here
    if cluster:
        from cqbook.distributed import runner as on_workers

        runner = on_workers(cluster)
    results, failures = execute_all(
        root / "chapters", chosen, memory, told, failed=_failed(root), runner=runner
    )
    if not results:
        return None, failures
    target = root / "_build" / "pages" / (table.stem if table else "pages")
    first = next(page.name for page in chosen if page.name in results)
    work = root / "_build"
    with scratch(work / "run") as own, Renderer(work / "cache") as renderer:
        _put(_render_alone(root, chosen, results, data, own, say, renderer), target)
    return target / "chapters" / f"{first}.html", failures
