"""The stages of a build, each alone: run in a process of its own by ``benchmarks/book.py``.

As a Sphinx extension it says when reading and writing begin and end.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import BIN, ROOT
from harness import command as run


def _said(**more: tuple[float, str, float]) -> None:
    path = Path(os.environ["STAGES"]) / "stages.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(known | more), encoding="utf-8")


def memory(*cells: Any) -> tuple[float, float]:
    """Execute cells in a fork of the kernel; return its peak, and what it shares with none, MiB."""
    from cqbook.execution import kernels

    kernels.run_cells(*cells)
    own = Path("/proc/self")
    peak = re.findall(r"VmHWM:\s*(\d+) kB", (own / "status").read_text("ascii"))
    private = re.findall(r"Private_\w+:\s*(\d+) kB", (own / "smaps_rollup").read_text("ascii"))
    return int(peak[0]) / 1024, sum(map(int, private)) / 1024


def cells() -> None:
    """Execute all pages in forks, and as many empty notebooks."""
    import nbformat

    from cqbook.build import pages
    from cqbook.data.catalog import Catalog
    from cqbook.execution import executor
    from cqbook.execution.page import Executed, Page

    chosen = pages.wanted(ROOT, pages.pages(ROOT, Catalog(ROOT / "data")), ROOT / "data")
    with tempfile.TemporaryDirectory() as name:
        empty = Path(name)
        nbformat.write(nbformat.v4.new_notebook(), empty / "empty.ipynb")

        def executed(chapters: Path, some: list[Page]) -> float:
            start = time.perf_counter()
            for _, outcome in executor.here(chapters, some, ROOT / "data", empty):
                assert isinstance(outcome, Executed), outcome
            return time.perf_counter() - start

        nothing = [Page(page.name, "empty") for page in chosen]
        executed(empty, nothing[:2])  # the fork server starts
        base = executed(empty, nothing)
        own = executed(ROOT / "chapters", chosen)
    _said(**{"kernels and cells of all pages": (own, "as many empty notebooks", base)})


def drawing() -> None:
    """Draw the pictures of the pages, and the files to take away, on all cores."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from book import exhibits, specs_of

    from cqbook.figures import theme
    from cqbook.figures.formats import FORMATS, to_format

    items = exhibits()
    specs = [spec for item in items for spec in specs_of(item)]
    start = time.perf_counter()
    theme.draw_svg(specs[0])
    first = time.perf_counter() - start
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        list(pool.map(theme.draw_svg, specs[:4]))
        start = time.perf_counter()
        list(pool.map(theme.draw_svg, specs, chunksize=4))
        own = time.perf_counter() - start
        start = time.perf_counter()
        work = [pool.submit(to_format, item, form) for item in items for form in FORMATS]
        for one in work:
            one.result()
        files = time.perf_counter() - start
    _said(
        **{
            f"{len(specs)} pictures of the pages": (own, "the first picture", first),
            f"{len(items)} figures in six formats": (files, "the pictures of the pages", own),
        }
    )


def rendering() -> None:
    """Render the book; what jupyter-book needs for an empty page is the limit."""
    folder = Path(os.environ["STAGES"])
    stage = folder / "stage"
    from cqbook.build import pages, staging
    from cqbook.data.catalog import Catalog
    from cqbook.execution.page import Executed

    data, book = ROOT / "data", Catalog(ROOT / "data")
    chosen = pages.wanted(ROOT, pages.pages(ROOT, book), data)
    built = ROOT / "_build" / "editions" / "latest" / "notebooks"
    results = {page.name: Executed((built / f"{page.name}.ipynb").read_bytes()) for page in chosen}
    place = folder / "staged"
    staging.stage(ROOT, chosen, results, place, data=data, edition=book.edition)
    _render(place, folder / "out")
    times = json.loads((folder / "sphinx.json").read_text(encoding="utf-8"))
    stage.mkdir()
    (stage / "_config.yml").write_text("title: x\n", encoding="utf-8")
    (stage / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    (stage / "index.md").write_text("# x\n", encoding="utf-8")
    start = time.perf_counter()
    _render(stage, folder / "out-empty")
    empty = time.perf_counter() - start
    names = {
        "start": "start of Sphinx",
        "read": "Sphinx reads",
        "write": "Sphinx writes",
        "finish": "lists, search and scripts of the site",
    }
    limit = "jupyter-book on one empty page"
    _said(**{title: (times[key], limit, empty) for key, title in names.items()})


def _render(place: Path, out: Path) -> None:
    import yaml

    from cqbook.build.rendering import Renderer

    config = yaml.safe_load((place / "_config.yml").read_text(encoding="utf-8"))
    if "sphinx" not in config:
        run(BIN / "jupyter-book", "build", place, "--all", "--path-output", out)
        return
    config["sphinx"]["config"]["extensions"].append("stages")
    (place / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True))
    os.environ["BEGUN"] = str(time.time())
    with Renderer(ROOT / "_build" / "cache") as renderer:
        renderer.render(place, out, print)


def setup(app: Any) -> dict[str, bool]:
    """Note when reading and writing begin and end."""
    marks: dict[str, float] = {"begun": float(os.environ["BEGUN"])}

    def mark(name: str) -> Any:
        return lambda *_: marks.__setitem__(name, time.time())

    def end(*_: object) -> None:
        now = time.time()
        times = {
            "start": marks["reading"] - marks["begun"],
            "read": marks["writing"] - marks["reading"],
            "write": marks["written"] - marks["writing"],
            "finish": now - marks["written"],
        }
        path = Path(os.environ["STAGES"]) / "sphinx.json"
        path.write_text(json.dumps(times), encoding="utf-8")

    app.connect("env-before-read-docs", mark("reading"))
    app.connect("env-updated", mark("writing"))
    app.connect("build-finished", mark("written"), priority=0)
    app.connect("build-finished", end, priority=10_000)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
