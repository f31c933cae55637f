"""Parameters × data → executed notebooks → site.

papermill executes, the committed outputs judge, jupyter-book renders what was judged. A build works
in ``_build/stage``; only `accept` writes to ``chapters/``.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

Say = Callable[[str], None]
INJECTED = "injected-parameters"


class StaleError(Exception):
    """Committed outputs differ from what the chapters give now."""


class BuildError(Exception):
    """The book could not be built; nothing was published."""


@dataclass(frozen=True)
class Page:
    """One page to execute: its name, the notebook it comes from, its parameters."""

    name: str
    notebook: str
    parameters: dict[str, Any] = field(default_factory=dict)


def pages(root: Path) -> list[Page]:
    """Return all pages of the book in `root`: each notebook, then those of ``pages.csv``."""
    found = [Page(path.stem, path.stem) for path in sorted((root / "chapters").glob("*.ipynb"))]
    table = root / "chapters" / "pages.csv"
    if table.exists():
        with table.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                parameters = {
                    key: value for key, value in row.items() if key not in ("page", "notebook")
                }
                found.append(Page(row["page"], row["notebook"], parameters))
    return found


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return `notebook` without what differs from run to run: times, versions, random ids.

    papermill writes durations, paths and a random cell id; the kernel its patch version. None of
    it says anything about the result.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    for index, cell in enumerate(notebook.cells):
        for name in ("papermill", "execution", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        tags = cell.metadata.get("tags", [])
        if INJECTED in tags:
            # what a reader should not see: the parameters cell above shows the same names
            cell.metadata["tags"] = [INJECTED, "remove-cell"]
            cell["id"] = f"injected-{index}"
        elif "tags" in cell.metadata and not tags:
            cell.metadata.pop("tags")
    return notebook


def to_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """Return the one byte form of a normalised notebook."""
    return nbformat.writes(notebook, version=4).encode("utf-8").rstrip(b"\n") + b"\n"


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what an executed notebook printed to stderr (a chapter must print nothing there)."""
    return [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.get("name") == "stderr"
    ]


def execute(source: Path, page: Page, cwd: Path) -> bytes:
    """Execute `page` of the notebook at `source` with papermill; return its normalised bytes.

    Raises
    ------
    BuildError
        If a cell fails or writes to stderr.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    work = cwd / f".{page.name}.ipynb"
    nbformat.write(notebook, work)
    # local sockets, in a folder of this kernel's own: nobody else can listen, two kernels that
    # start together don't take the same names, and a socket's name stays below 107 bytes
    sockets = tempfile.TemporaryDirectory(prefix="cqbook-")
    transport = {"transport": "ipc", "ip": f"{sockets.name}/k"}
    try:
        done = papermill.execute_notebook(
            work,
            None,
            parameters=page.parameters,
            kernel_name="python3",
            cwd=cwd,
            progress_bar=False,
            log_output=False,
            start_timeout=120,
            execution_timeout=300,
            config=Config({"KernelManager": transport}),
            # being told to stop is no error worth a line on the console
            extra_arguments=["--log-level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        msg = f"{page.name}：执行失败 | execution failed\n{error}"
        raise BuildError(msg) from error
    finally:
        work.unlink(missing_ok=True)
        sockets.cleanup()
    printed = complaints(done)
    if printed:
        msg = f"{page.name}：向标准错误输出写了内容 | wrote to stderr:\n{''.join(printed)}"
        raise BuildError(msg)
    return to_bytes(normalise(done))


def execute_all(root: Path, wanted: Iterable[Page], cwd: Path, say: Say) -> dict[str, bytes]:
    """Execute `wanted` pages, two at a time; return the normalised bytes by page name."""
    cwd.mkdir(parents=True, exist_ok=True)
    todo = list(wanted)
    results: dict[str, bytes] = {}

    def one(page: Page) -> tuple[str, bytes]:
        return page.name, execute(root / "chapters" / f"{page.notebook}.ipynb", page, cwd)

    # the kernels are processes of their own: threads only wait for them
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for count, (name, content) in enumerate(pool.map(one, todo), start=1):
            results[name] = content
            say(f"  执行 {count}/{len(todo)}  {name}")
    return results


def digest(content: bytes) -> str:
    """Return the SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def read_lock(root: Path) -> dict[str, str]:
    """Return the accepted hashes of the pages of ``pages.csv``, by page name."""
    lock = root / "chapters" / "pages.lock"
    if not lock.exists():
        return {}
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {name: value for value, name in (line.split("  ", 1) for line in lines if line)}


def stale(root: Path, results: dict[str, bytes]) -> list[str]:
    """Return the names of the pages whose result differs from what is committed."""
    lock = read_lock(root)
    names = []
    for name, content in results.items():
        path = root / "chapters" / f"{name}.ipynb"
        accepted = digest(path.read_bytes()) if path.exists() else lock.get(name)
        if digest(content) != accepted:
            names.append(name)
    return names


def accept(root: Path, say: Say, only: Iterable[str] = ()) -> list[str]:
    """Execute the chapters and write the results as the new judged outputs.

    Returns
    -------
    list of str
        Names of the pages whose committed outputs changed.
    """
    chosen = set(only)
    wanted = [page for page in pages(root) if not chosen or page.name in chosen]
    results = execute_all(root, wanted, root / "_build" / "work", say)
    changed = stale(root, results)
    lock = read_lock(root)
    for page in wanted:
        if page.name == page.notebook:
            path = root / "chapters" / f"{page.name}.ipynb"
            part = path.with_suffix(".part")
            part.write_bytes(results[page.name])
            part.replace(path)
        else:
            lock[page.name] = digest(results[page.name])
    lines = [f"{value}  {name}\n" for name, value in sorted(lock.items())]
    if lines:
        (root / "chapters" / "pages.lock").write_text("".join(lines), encoding="utf-8")
    return changed


def staged_contents(root: Path) -> str:
    """Return ``_toc.yml`` with the pages of ``pages.csv`` below the notebook they come from."""
    import yaml

    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    extra: dict[str, list[str]] = {}
    for page in pages(root):
        if page.name != page.notebook:
            extra.setdefault(f"chapters/{page.notebook}", []).append(page.name)
    for part in contents.get("parts", [contents]):
        for chapter in part["chapters"]:
            names = extra.get(chapter["file"], [])
            if names:
                chapter["sections"] = [{"file": f"chapters/{name}"} for name in names]
    return yaml.safe_dump(contents, allow_unicode=True, sort_keys=False)


def stage(root: Path, results: dict[str, bytes], target: Path) -> None:
    """Lay out the book to render in `target`: configuration, contents, data, executed pages."""
    if target.exists():
        shutil.rmtree(target)
    (target / "chapters").mkdir(parents=True)
    shutil.copy(root / "_config.yml", target)
    (target / "_toc.yml").write_text(staged_contents(root), encoding="utf-8")
    shutil.copytree(root / "data", target / "data")
    for path in sorted((root / "chapters").glob("*.md")):
        shutil.copy(path, target / "chapters")
    for name, content in results.items():
        (target / "chapters" / f"{name}.ipynb").write_bytes(content)


def render(staged: Path, out: Path, cache: Path, say: Say) -> Path:
    """Render the staged book with jupyter-book; return the folder of the site.

    Raises
    ------
    BuildError
        If Sphinx warns or fails: warnings are errors, references are checked.
    """
    command = [
        *(str(Path(sys.executable).with_name("jupyter-book")), "build", str(staged)),
        *("--path-output", str(out), "-n", "-W", "--keep-going", "--all"),
    ]
    environment = os.environ | {"CQBOOK_CACHE": str(cache), "PYTHONHASHSEED": "0"}
    run = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    log = out / "build.log"
    out.mkdir(parents=True, exist_ok=True)
    log.write_text(run.stdout + run.stderr, encoding="utf-8")
    if run.returncode:
        bad = [line for line in (run.stdout + run.stderr).splitlines() if _is_complaint(line)]
        msg = "jupyter-book 报错，未发布 | jupyter-book failed, nothing published:\n"
        raise BuildError(msg + "\n".join(bad[:40] or run.stderr.splitlines()[-20:]) + f"\n{log}")
    say("  页面已生成")
    return out / "_build" / "html"


def _is_complaint(line: str) -> bool:
    return any(word in line for word in ("WARNING", "ERROR", "Error", "Exception"))


REDIRECT = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>重庆开放型经济分析</title>
<meta http-equiv="refresh" content="0; url=latest/index.html"></head>
<body><p><a href="latest/index.html">重庆开放型经济分析</a></p></body></html>
"""


def publish(site: Path, target: Path) -> None:
    """Put `site` in place as ``latest`` of `target`; the old site stays until the new is whole."""
    new = target.with_name(f".{target.name}.new")
    old = target.with_name(f".{target.name}.old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    shutil.copytree(site, new / "latest")
    (new / "index.html").write_text(REDIRECT, encoding="utf-8")
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def build(root: Path, say: Say) -> Path:
    """Check the data, execute, judge, render and publish the default edition.

    Returns
    -------
    pathlib.Path
        The published ``_build/html``.

    Raises
    ------
    cqbook.contracts.ContractError
        If the data breaks its contract; before anything is executed.
    StaleError
        If committed outputs are not what the chapters give now.
    BuildError
        If a chapter or the rendering fails. Nothing is published in any of these cases.
    """
    from cqbook.catalog import Catalog
    from cqbook.contracts import check

    work = root / "_build"
    say("1/5 检查数据")
    counts = check(Catalog(root / "data"))
    say("  " + "，".join(f"{name} {count}行" for name, count in counts.items()))
    say("2/5 执行各章")
    results = execute_all(root, pages(root), work / "work", say)
    say("3/5 与已审定的输出核对")
    differing = stale(root, results)
    if differing:
        say_stale = "、".join(differing)
        msg = (
            f"这些页的输出与已提交的不同：{say_stale}。看过差异后运行 cqbook accept。"
            f" | stale committed outputs: {', '.join(differing)}. Review, then run `cqbook accept`."
        )
        raise StaleError(msg)
    say("4/5 生成页面")
    staged = work / "stage" / "default"
    stage(root, results, staged)
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    site = render(staged, out, work / "cache", say)
    say("5/5 发布")
    target = work / "html"
    publish(site, target)
    return target
