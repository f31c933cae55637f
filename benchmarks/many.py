"""Many pages: 38 districts × 12 years × 3 notebooks, executed and built.

Run from the book's root: ``python benchmarks/many.py [quick|full]``. The baseline of executing is
papermill in a shell loop, two at once, on 18 or 120 pages; that of building is jupyter-book as it
ships, with its own theme and none of ours. Pictures are drawn once for both, and timed apart.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import many_rows
import nbformat
import stages
import yaml
from harness import BIN, ROOT, Result, command, keep, result, seconds

from cqbook.build import pages, staging
from cqbook.build.rendering import Renderer
from cqbook.data.catalog import DATA_VARIABLE, Catalog
from cqbook.execution import cluster, executor, kernels
from cqbook.execution.memory import Memory
from cqbook.execution.page import Executed, Page
from cqbook.figures import figure, identity
from cqbook.figures.identity import LATER_VARIABLE

LOOPS = {"quick": 18, "full": 120}
#: Pages of the sites that are built: to see how time grows.
SIZES = {"quick": (54, 108), "full": (171, 342, 1368)}
SHIPPED = {"quick": (54,), "full": (171, 342)}
#: Names under which a quick run builds each page: there only their number matters.
COPIES = 6
#: How often one worker and two are asked in turn.
TURNS = {"quick": 1, "full": 3}
#: Of papermill's time for the same pages, and MiB.
EXECUTED, MEMORY = 0.12, 154


def tabled(data: Path, table: Path) -> list[Page]:
    """Return the pages of a table."""
    found = pages.pages(ROOT, Catalog(data), table=table)
    return [page for page in found if page.name != page.notebook]


def loop(folder: Path, data: Path, some: list[Page]) -> None:
    """Execute pages by papermill, two at once."""
    folder.mkdir()
    lines = []
    for page in some:
        given = " ".join(f"-r {name} '{value}'" for name, value in page.parameters.items())
        source = ROOT / "chapters" / f"{page.notebook}.ipynb"
        lines.append(f"{BIN / 'papermill'} {source} {folder / page.name}.ipynb {given}")
    script = "\n".join(lines)
    subprocess.run(
        ["xargs", "-P2", "-d", "\n", "-I{}", "sh", "-c", "{} --no-progress-bar"],
        input=script,
        text=True,
        check=True,
        env=os.environ | {"CQBOOK_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def ours(
    folder: Path, data: Path, some: list[Page], runner: executor.Runner = executor.here
) -> dict[str, Executed]:
    """Execute pages as `cqbook pages` does."""
    memory = Memory(folder, data, "benchmark")
    done, failures = executor.execute_all(
        ROOT / "chapters", some, memory, lambda *_: None, failed=folder, runner=runner
    )
    assert not failures, next(iter(failures.values()))
    return done


@contextlib.contextmanager
def dask_cluster(workers: int) -> Iterator[str]:
    """Start a dask cluster of processes here; yield its address."""
    from distributed import Client

    address = "tcp://127.0.0.1:18787"
    commands = [["scheduler", "--host", "127.0.0.1", "--port", "18787", "--no-show"]]
    commands += [["worker", address, "--no-nanny", "--nthreads", "1"]] * workers
    # what is made there must be what would be made here: strings hash alike
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    with contextlib.ExitStack() as stack:
        for words in commands:
            process = subprocess.Popen(
                [BIN / "dask", *words, "--no-dashboard"],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        with Client(address, timeout=30) as client:
            client.wait_for_workers(workers, timeout=30)
        yield address


def spread(folder: Path, data: Path, some: list[Page], turns: int) -> Result:
    """Return how long two workers take, as a part of half of what one takes."""
    times: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(turns):
        for workers in times:
            with dask_cluster(workers) as address:
                there = cluster.runner(address)
                kept = folder / f"cluster-{turn}-{workers}"
                times[workers].append(seconds(lambda: ours(kept, data, some, there)))  # noqa: B023
    halves = [one / 2 for one in times[1]]
    name = f"{len(some)} pages on two workers"
    return result(name, "many", times[2], "half of one worker's time", halves, 1 / 0.85)


def memory_of(data: Path, page: Page) -> dict[str, float]:
    """Return the peak of memory (MiB) of the process of a page, and what of it is its own."""
    notebook = nbformat.read(ROOT / "chapters" / f"{page.notebook}.ipynb", as_version=4)
    kernels.warm()
    with tempfile.TemporaryDirectory() as name:
        variables = {DATA_VARIABLE: str(data), LATER_VARIABLE: "1"}
        found = kernels.call(stages.memory, notebook, page.parameters, Path(name), variables)
    titles = "memory of a page's process", "and what it does not share with the others"
    return dict(zip(titles, found, strict=True))


def staged(place: Path, data: Path, some: list[Page], done: dict[str, Executed]) -> Path:
    """Lay out a site of some pages."""
    shutil.rmtree(place, ignore_errors=True)
    staging.stage(ROOT, some, {page.name: done[page.name] for page in some}, place, data=data)
    first, *rest = [f"chapters/{page.name}" for page in some]
    contents = {"format": "jb-book", "root": first, "chapters": [{"file": name} for name in rest]}
    (place / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    return place


def build(place: Path, out: Path, cache: Path) -> None:
    """Render as the book is rendered."""
    shutil.rmtree(out, ignore_errors=True)
    with Renderer(cache) as renderer:
        renderer.render(place, out, lambda _: None, alone=True)


def shipped(place: Path, out: Path) -> None:
    """Render by jupyter-book as it ships: its theme, its search, figures as it finds them."""
    shutil.rmtree(out, ignore_errors=True)
    for path in (place / "chapters").glob("*.ipynb"):
        # our figures and tables are for our renderer
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                for kind in (identity.FIGURE_MIME, figure.ABSENT_MIME, figure.TABLE_MIME):
                    output.get("data", {}).pop(kind, None)
        nbformat.write(notebook, path)
    config = {"title": "x", "execute": {"execute_notebooks": "off"}, "only_build_toc_files": True}
    (place / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command(BIN / "jupyter-book", "build", place, "--all", "--path-output", out, "-q")


#: Words that a reader would look for.
QUERIES = (
    "进出口总值",
    "巴南 2019",
    "民营企业",
    "增长",
    "工业增加值",
    "新能源汽车",
    "trade",
    "没有的词",
)


def searching(site: Path, first: Page) -> float:
    """Return the slowest answer (ms) of the search page, each query five times."""
    from playwright.sync_api import sync_playwright

    from cqbook.citing.book_pdf import chromium

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((site / "search.html").as_uri())
        assert page.evaluate("cqbook.pagesOf().length") > 1, first.name
        ask = "q => { const t = performance.now(); cqbook.search(q); return performance.now() - t }"
        times = [sorted(page.evaluate(ask, query) for _ in range(5))[2] for query in QUERIES]
        browser.close()
    return max(times)


def measure(size: str) -> list[Result]:
    """Return the results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = many_rows.grow(folder / "data")
        few = tabled(data, many_rows.table(folder / "few.csv", data, LOOPS[size]))
        base = seconds(lambda: loop(folder / "loop", data, few))
        own = seconds(lambda: ours(folder / "few", data, few))
        title = f"{len(few)} pages executed"
        found = [result(title, "many", [own], "papermill, two at once", [base], EXECUTED)]
        found.append(spread(folder, data, few, TURNS[size]))
        everything = few
        if size == "full":
            everything = tabled(data, many_rows.table(folder / "all.csv", data))
        done: dict[str, Executed] = {}
        whole = seconds(lambda: done.update(ours(folder / "few", data, everything)))
        if size == "full":
            part = [base * len(everything) / len(few)]
            title = f"{len(everything)} pages executed"
            found.append(
                result(title, "many", [whole], "papermill, from 120 pages", part, EXECUTED)
            )
        for title, memory in memory_of(data, few[0]).items():
            wanted = f"{MEMORY} MiB"
            found.append(result(title, "many", [memory], wanted, [MEMORY], 1.0, unit="MiB"))
        if size == "quick":
            everything = [
                Page(f"{p.name}-{n}", p.notebook, p.parameters) for n in range(COPIES) for p in few
            ]
            done = {f"{name}-{n}": one for n in range(COPIES) for name, one in done.items()}
        cache = folder / "cache"
        book = Catalog(data)
        drawn = seconds(lambda: staging.draw_figures(done, "draft", book, cache, lambda _: None))
        found.append(
            result("pictures and files drawn", "many", [drawn], "executing", [whole], None)
        )
        times, bases, weights, slowest = {}, {}, {}, 0.0
        site = folder / "ours" / "_build" / "html"
        for count in SIZES[size]:
            place = staged(folder / "stage", data, everything[:count], done)
            times[count] = seconds(lambda: build(place, folder / "ours", cache))  # noqa: B023
            if count in SHIPPED[size]:
                bases[count] = seconds(lambda: shipped(place, folder / "theirs"))  # noqa: B023
                title = f"{count} pages built"
                found.append(
                    result(
                        title,
                        "many",
                        [times[count]],
                        "jupyter-book as shipped",
                        [bases[count]],
                        None,
                    )
                )
            weights[count] = (
                site / "chapters" / f"{everything[0].name}.html"
            ).stat().st_size / 1000
            slowest = searching(site, everything[0])
        small, *_, large = times
        grown = max(weights[large] - weights[small], 0.001)
        title = f"a page's growth from {small} to {large} pages"
        found.append(result(title, "many", [grown], "5 kB", [5], 1.0, unit="kB"))
        title = f"search among {large} pages"
        found.append(result(title, "many", [slowest], "100 ms", [100], 1.0, unit="ms"))
        a, b = times[small] / small, times[large] / large
        title = f"a page of {large} to one of {small}"
        found.append(result(title, "many", [b], f"a page of {small}", [a], 1.3))
    # of few pages no target was set: they show that it runs, and displace no run of many
    return found if size == "full" else [{**item, "group": "few", "target": None} for item in found]


if __name__ == "__main__":
    keep(measure(sys.argv[1] if len(sys.argv) > 1 else "quick"))
