"""One book: from nothing, after a small change, unchanged; and where the time goes.

Run from the book's root after ``make book``: ``python benchmarks/book.py [RUNS]``. The baseline is
what a user of the same packages does: papermill on the command line for each page in turn, then
``jupyter-book build --all``; also ``jupyter-book build`` with ``execute_notebooks: cache``. All
sides draw the static pictures; the files to take away (PNG, PDF, XLSX …) are timed apart.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import yaml
from harness import BIN, ROOT, Result, command, keep, result, seconds

from cqbook.build import pages, staging
from cqbook.build.chapter_lint import LONGEST_CELL
from cqbook.data.catalog import Catalog
from cqbook.execution import fingerprint, notebooks
from cqbook.execution.page import Page
from cqbook.figures import drawing, figure
from cqbook.figures.english import dictionary
from cqbook.figures.exhibit import Exhibit, exhibits_of

SLOW = "papermill for each page, then jupyter-book"
CACHED = "jupyter-book, execute_notebooks: cache"
TARGETS = {"cold": 0.20, "cell": 0.05, "row": 0.08, "nothing": 0.02, "page": 0.06}


def copy(target: Path) -> Path:
    """Copy what is committed of the book, and what is about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).exists() and not name.startswith(("lib/", "tests/")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def exports_only(target: Path) -> Path:
    """Copy the cache of pictures without the pictures of the pages: the exports are timed apart."""
    cache = ROOT / "_build" / "cache"
    drawn = {drawing.key(spec) for item in exhibits() for spec in specs_of(item)}
    target.mkdir(parents=True)
    for path in cache.glob("*.*"):
        if path.stem not in drawn and path.suffix not in (".drawn", ".log") and path.is_file():
            shutil.copy(path, target)
    return target


def exhibits() -> list[Exhibit]:
    """Return the figures of the book as it was built last."""
    found = []
    catalog = Catalog(ROOT / "data")
    for path in sorted((ROOT / "_build" / "editions" / "latest" / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        found += exhibits_of(
            notebook, f"chapters/{path.stem}", catalog.edition, catalog.publication
        )
    assert found, "run `make book` first"
    return found


def specs_of(item: Exhibit) -> list[dict]:
    """Return the specifications of a figure's pictures in all its languages."""
    known = dictionary(Catalog(ROOT / "data"))
    return [
        spec
        for shown in drawing.languages(item, known)
        for spec in figure.static_specs(shown.spec).values()
    ]


def staged(folder: Path, *, prepared: bool) -> tuple[Path, list[Page]]:
    """Lay the book out as jupyter-book wants it, not executed; parameters set if `prepared`."""
    chosen = pages.wanted(ROOT, pages.pages(ROOT, Catalog(ROOT / "data")), ROOT / "data")
    place = folder / "staged"
    edition = Catalog(ROOT / "data").edition
    staging.stage(ROOT, chosen, {}, place, data=ROOT / "data", edition=edition)
    for page in chosen:
        notebook = nbformat.read(ROOT / "chapters" / f"{page.notebook}.ipynb", as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, place / "chapters" / f"{page.name}.ipynb")
        if prepared:
            execute(place, page, "--prepare-only")
    return place, chosen


def execute(place: Path, page: Page, *more: str) -> None:
    """Execute a page in place by papermill's command."""
    path = place / "chapters" / f"{page.name}.ipynb"
    given = yaml.safe_dump(page.parameters, allow_unicode=True) if page.parameters else ""
    parameters = ["-y", given] if given else []
    command(BIN / "papermill", path, path, "--no-progress-bar", *parameters, *more)


def slow(folder: Path, cache: Path) -> None:
    """Do what the baseline does."""
    place, chosen = staged(folder, prepared=False)
    for page in chosen:
        execute(place, page)
    books = ["build", place, "--all", "--path-output", folder / "out"]
    command(BIN / "jupyter-book", *books, CQBOOK_CACHE=str(cache))


def cached(folder: Path, cache: Path, place: Path) -> None:
    """Let jupyter-book execute."""
    config = yaml.safe_load((place / "_config.yml").read_text(encoding="utf-8"))
    config["execute"] = {"execute_notebooks": "cache", "timeout": 300}
    (place / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True))
    books = ["build", place, "--all", "--path-output", folder / "out"]
    command(BIN / "jupyter-book", *books, CQBOOK_CACHE=str(cache))


def build(root: Path) -> None:
    """Do what `make book` does."""
    command(BIN / "cqbook", "--root", root, "build")


def change_a_cell(root: Path) -> None:
    path = root / "chapters" / "corridors.ipynb"
    notebook = nbformat.read(path, as_version=4)
    code = [item for item in notebook.cells if item.cell_type == "code"]
    # a longer one would break the rules for chapters
    cell = [item for item in code if len(item.source.splitlines()) < LONGEST_CELL][-1]
    cell.source += "\n# changed by the benchmark"
    path.write_bytes(notebooks.to_bytes(notebook))


def change_a_row(root: Path) -> None:
    """Change a remark that chapters read and none shows: what is judged stays as it was."""
    path = root / "data" / "projects.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows[0]["note"] += "changed by the benchmark"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def measure(runs: int) -> list[Result]:
    """Return the results, each run in turn with its baseline."""
    own: dict[str, list[float]] = {name: [] for name in TARGETS}
    base: list[float] = []
    other: list[float] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            exports = exports_only(folder / "exports")
            one = shutil.copytree(exports, folder / "cache-one")
            base.append(seconds(lambda: slow(folder / "one", one)))  # noqa: B023
            two = shutil.copytree(exports, folder / "cache-two")
            (folder / "two").mkdir()
            place, _ = staged(folder / "two", prepared=True)
            other.append(seconds(lambda: cached(folder / "two", two, place)))  # noqa: B023
            root = copy(folder / "root")
            shutil.copytree(exports, root / "_build" / "cache")
            own["cold"].append(seconds(lambda: build(root)))  # noqa: B023
            change_a_cell(root)
            own["cell"].append(seconds(lambda: build(root)))  # noqa: B023
            change_a_row(root)
            own["row"].append(seconds(lambda: build(root)))  # noqa: B023
            own["nothing"].append(seconds(lambda: build(root)))  # noqa: B023
            page = ["run", "district", "-p", "district=500113"]
            own["page"].append(seconds(lambda: command(BIN / "cqbook", "--root", root, *page)))  # noqa: B023
    titles = {
        "cold": "cold build",
        "cell": "one cell of one chapter changed",
        "row": "one row of one table changed",
        "nothing": "nothing changed",
        "page": "cqbook run of a chapter, new parameter",
    }
    found = [
        result(title, "book", own[name], SLOW, base, TARGETS[name])
        for name, title in titles.items()
    ]
    return [*found, result("cold build", "book", own["cold"], CACHED, other, None)]


# --- where the time goes: each stage alone, beside its limit


def _python(code: str, **variables: str) -> float:
    return seconds(lambda: command(sys.executable, "-c", code, **variables))


def stages() -> list[Result]:
    """Return what each stage of a cold build takes beside the least that it could."""
    modules = ", ".join(fingerprint.module_name(path) for path in fingerprint.modules())
    empty = _python("pass")
    load = _python(f"import altair, duckdb, papermill, IPython, {modules}")
    found = [
        result("imports of the fork server", "stages", [load], "an empty Python", [empty], None)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code = "import stages; stages.{}()"
        here = {"PYTHONPATH": str(ROOT / "benchmarks"), "STAGES": str(folder)}
        command(sys.executable, "-c", code.format("cells"), **here)
        command(sys.executable, "-c", code.format("drawing"), **here)
        command(sys.executable, "-c", code.format("rendering"), **here)
        said = json.loads((folder / "stages.json").read_text(encoding="utf-8"))
    for title, (own, baseline, base) in said.items():
        found.append(result(title, "stages", [own], baseline, [base], None))
    return found


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    keep(measure(count))
    keep(stages())
