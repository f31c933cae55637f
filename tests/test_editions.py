"""Executing, judging, rendering and publishing: what makes a build stop, and what it leaves."""

from __future__ import annotations

import functools
import io
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import nbformat
import pytest
import yaml
from conftest import ROOT, Spoiled, elsewhere, with_pictures

from cqbook import cli
from cqbook.build import build, judge, manifest, order, pages, staging
from cqbook.build.pages import DRAFT, staged_contents, wanted
from cqbook.build.sbom import SBOM
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import CUSTOMS
from cqbook.disk import atomic, checksums
from cqbook.disk.checksums import SUMS
from cqbook.editions.feed import NEWS
from cqbook.editions.paths import built_folder
from cqbook.editions.store import MANIFEST, manifest_of
from cqbook.errors import DataError, ParameterError
from cqbook.execution import executor, fingerprint, kernels, notebooks
from cqbook.execution.memory import Memory
from cqbook.execution.page import Executed, ExecutionError, Page
from cqbook.figures import drawing, figure, identity
from cqbook.figures.english import dictionary
from cqbook.figures.exhibit import exhibits_of

DATA = ROOT / "data"


def copy_of_the_book(target):
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, target)
    shutil.copytree(ROOT / "chapters", target / "chapters")
    shutil.copytree(ROOT / "data", target / "data")
    return target


def silent(_: str) -> None:
    pass


def page(name, **parameters):
    return Page(name, name, parameters)


@functools.cache
def run(name, data=DATA, **parameters):
    source = ROOT / "chapters" / f"{name}.ipynb"
    return executor.execute(source, page(name, **parameters), data=data)


def all_pages():
    # the default book, also where somebody has taken customs detail in
    return wanted(ROOT, pages.pages(ROOT, Catalog(DATA)), ROOT / "nowhere")


def execute_all(pages, folder, data=DATA):
    """Execute pages with a memory of their own."""
    memory = Memory(folder / "memory", data, "code")
    results, failures = executor.execute_all(
        ROOT / "chapters", pages, memory, lambda *_: None, failed=folder / "failed"
    )
    assert failures == {}, "\n".join(map(str, failures.values()))
    return results


PAGES = """
import pathlib, sys
from cqbook.build.judge import stale
from cqbook.build.pages import pages, wanted
from cqbook.data.catalog import Catalog
from cqbook.execution.executor import execute_all
from cqbook.execution.memory import Memory
root, folder, *names = map(pathlib.Path, sys.argv[1:])
data = root / "data"
names = set(map(str, names))
chosen = [page for page in pages(root, Catalog(data)) if page.name in names]
memory = Memory(folder / "memory", data, "code")
results, failures = execute_all(
    root / "chapters", chosen, memory, lambda *_: None, failed=folder / "failed"
)
assert not failures, failures
print(len(results), *stale(root, results))
"""


@pytest.mark.slow
def test_an_execution_elsewhere_gives_the_same_bytes_as_committed(tmp_path):
    """With another hash seed, by another user, in another zone, on another day.

    That the committed bytes come out here is what each build judges. Chapters are judged there by
    nbval, whose kernels are elsewhere (``warm.py``): here it is the pages of the table.
    """
    names = [item.name for item in all_pages() if item.name != item.notebook]
    with elsewhere(tmp_path / "home") as there:
        run = subprocess.run(
            [sys.executable, "-c", PAGES, str(ROOT), str(tmp_path), *names],
            env=os.environ | there | {"PYTHONHASHSEED": "7"},
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    assert len(names) > 5
    assert run.stdout.split() == [str(len(names))], run.stdout + run.stderr[-3000:]


@pytest.mark.slow
def test_a_changed_number_makes_the_committed_output_stale(spoiled):
    row = spoiled.find("observations.csv", "observation_id", "trade-2022.total")
    spoiled.set("observations.csv", row, "value", "8258.4")
    changed = run("trade", spoiled.path, period=2022)
    was = figure.glued(run("trade", period=2022).notebook)
    now = figure.glued(changed.notebook)
    assert "8158.4亿元" in was.values()
    assert "8258.4亿元" in now.values()
    assert judge.stale(ROOT, {"trade": changed}) == ["trade"]


@pytest.mark.slow
def test_a_failing_cell_stops_the_build(tmp_path):
    book = copy_of_the_book(tmp_path)
    path = book / "chapters" / "trade.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(notebook, path)
    with pytest.raises(ExecutionError, match="ZeroDivisionError") as caught:
        executor.execute(path, page("trade"), data=DATA, failed=tmp_path / "failed")
    kept = nbformat.read(caught.value.notebook, as_version=4)
    assert any(
        output.output_type == "error" for cell in kept.cells for output in cell.get("outputs", [])
    )


@pytest.mark.slow
def test_a_warning_on_stderr_stops_the_build(tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import sys; print('x', file=sys.stderr)")]
    )
    path = tmp_path / "loud.ipynb"
    nbformat.write(notebook, path)
    with pytest.raises(ExecutionError, match="stderr"):
        executor.execute(path, page("loud"), data=DATA)


@pytest.mark.slow
def test_bad_data_stops_before_anything_is_published(tmp_path, capsys):
    book = copy_of_the_book(tmp_path)
    published = book / "_build" / "html"
    published.mkdir(parents=True)
    (published / "index.html").write_text("the last good site", encoding="utf-8")
    path = book / "data" / "observations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("100M CNY", "100M yuan", 1), encoding="utf-8")
    assert cli.main(["--root", str(book), "build"]) == 1
    said = capsys.readouterr().err
    assert "observations.csv" in said
    assert "100M yuan" in said
    assert (published / "index.html").read_text(encoding="utf-8") == "the last good site"
    # that chapters are within the rules is remembered; nothing was executed or drawn
    assert [path.name for path in (book / "_build" / "cache").iterdir()] == ["checked"]


def test_pages_of_the_table_come_after_the_chapters():
    names = [item.name for item in all_pages()]
    assert len(names) == len(set(names))
    assert set(judge.read_lock(ROOT)) == {
        item.name for item in all_pages() if item.name != item.notebook
    }


def test_staged_contents_place_the_pages_below_their_notebook():
    text = staged_contents(ROOT, all_pages())
    for item in all_pages():
        assert f"chapters/{item.name}" in text


def contents_of(chosen):
    """Return file → its place (files above it) in the staged contents."""
    found = {}

    def walk(entries, above):
        for entry in entries:
            name = entry["file"].removeprefix("chapters/")
            found[name] = above
            walk(entry.get("sections", []), (*above, name))

    for part in yaml.safe_load(staged_contents(ROOT, chosen))["parts"]:
        walk(part["chapters"], ())
    return found


def test_years_of_a_district_come_below_the_district(tmp_path, book):
    table = tmp_path / "years.csv"
    table.write_text(
        "page,notebook,district,year\n"
        "a,district,500106,\na-2023,district,500106,2023\na-2024,district,500106,2024\n"
        "b,district,500102,\nb-2022,district,500102,2022\n",
        encoding="utf-8",
    )
    places = contents_of(pages.pages(ROOT, book, table=table))
    assert places["a"] == places["b"] == ("district",)
    assert places["a-2023"] == places["a-2024"] == ("district", "a")
    assert places["b-2022"] == ("district", "b")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a,distrikt,500106,", ["第2行", "distrikt", "district"]),
        ("a,district,999999,", ["a.district=999999", "500106"]),
        ("a,district,500106,1890", ["a.year=1890", "2023"]),
        ("trade,district,500106,", ["页名重复", "trade"]),
    ],
)
def test_a_wrong_row_of_the_table_is_told_before_a_kernel_starts(tmp_path, book, line, words):
    table = tmp_path / "pages.csv"
    table.write_text(f"page,notebook,district,year\n{line}\n", encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        pages.pages(ROOT, book, table=table)
    for word in words:
        assert word in str(caught.value)


def test_customs_detail_is_a_chapter_where_there_is_some(spoiled):
    """The default book has none, and no such page."""
    names = [item.name for item in all_pages()]
    assert "customs-detail" not in names
    assert "customs-detail" not in contents_of(all_pages())
    store = spoiled.path / "customs" / "store.json"
    store.parent.mkdir()
    store.write_text('{"batch": 0, "files": [], "parts": []}', encoding="utf-8")
    chosen = wanted(ROOT, pages.pages(ROOT, Catalog(spoiled.path)), spoiled.path)
    places = list(contents_of(chosen))
    assert places.index("customs-detail") == places.index("trade") + 1


def test_a_build_reads_the_data_as_they_were_when_it_began(tmp_path, spoiled):
    """What is taken in meanwhile belongs to the next; what a kill left half done is finished."""
    (spoiled.path / "customs").mkdir()
    (spoiled.path / "customs" / "part.parquet").write_bytes(b"rows")
    waiting = spoiled.path / f"parks.csv{atomic.WAITING}"
    waiting.write_bytes((spoiled.path / "parks.csv").read_bytes() + b"\n")
    (spoiled.path / atomic.JOURNAL).write_text('["parks.csv"]', encoding="utf-8")
    copy = staging.snapshot(spoiled.path, tmp_path / "copy")
    assert (copy / "parks.csv").read_bytes().endswith(b"\n\n"), "the journal was rolled forward"
    assert not list(copy.rglob(".*"))
    atomic.replace_file(spoiled.path / "parks.csv", b"later")
    assert (copy / "parks.csv").read_bytes() != b"later"
    assert (copy / "customs" / "part.parquet").read_bytes() == b"rows"
    plain = staging.snapshot(spoiled.path, tmp_path / "plain", detail=False)
    assert not (plain / "customs").exists()
    with pytest.raises(DataError, match=r"datapackage\.json"):
        staging.snapshot(tmp_path, tmp_path / "none")


def test_what_a_build_is_asked_for(tmp_path):
    assert order.order(ROOT).latest
    assert order.order(ROOT).edition == Catalog(DATA).edition
    given = {"trade": {"period": "2022"}}
    assert order.order(ROOT, given=given).edition == DRAFT
    assert not order.order(ROOT, edition="2022", given=given).latest
    with pytest.raises(DataError, match="no name"):
        order.order(ROOT, edition="latest")


@pytest.mark.slow
def test_a_chapter_runs_on_data_that_hold_next_to_nothing(tmp_path, spoiled):
    """A missing breakdown is said to be missing; no chapter breaks or draws an empty chart."""
    rows = spoiled.rows("observations.csv")
    kept = [row for row in rows[1:] if row[1] == "os-20260118-ichongqing"]
    spoiled.write("observations.csv", [rows[0], *kept])
    spoiled.write("relations.csv", spoiled.rows("relations.csv")[:1])
    pages = [item for item in all_pages() if item.name == item.notebook]
    results = execute_all(pages, tmp_path, spoiled.path)
    book = Catalog(spoiled.path)
    drawn = 0
    for name, result in results.items():
        for shown in figure.figures_of(result.notebook):
            rows = shown.identity.table.records()
            # a row of which nothing was found has none, one that is derived has several
            cells = [row.get("observation_id", "").split(";") for row in rows]
            ids = [part for parts in cells for part in parts if part]
            # the long series are tables of their own, and are whole here
            own = [item for item in ids if item.split(".")[0] not in book.series]
            assert all(item.startswith("os-20260118-ichongqing.") for item in own), (name, shown)
            drawn += len(ids)
    assert drawn, "what there is, is drawn"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["index", "trade", "auto-exports", "corridors"])
def test_another_year_given_as_the_command_line_gives_it(name):
    """papermill's command line makes an integer of `-p period 2022`."""
    words = figure.glued(run(name, period=2022).notebook)
    assert "2022年" in words.values()
    if name in ("index", "trade"):
        assert words["total"] == "8158.4亿元"


@pytest.mark.slow
def test_the_year_of_the_customs_article_fills_every_section():
    notebook = run("trade", period=2022).notebook
    empty = [
        shown.identity.id for shown in figure.figures_of(notebook) if not shown.identity.table.rows
    ]
    assert empty == []


@pytest.mark.slow
def test_a_stale_notebook_is_not_published(tmp_path):
    book = copy_of_the_book(tmp_path)
    for path in (book / "chapters").iterdir():
        if path.name != "corridors.ipynb":
            path.unlink()
    contents = "format: jb-book\nroot: chapters/index\nchapters:\n  - file: chapters/corridors\n"
    (book / "_toc.yml").write_text(contents, encoding="utf-8")
    (book / "chapters" / "index.md").write_text(
        "# 概览\n\n:::{english} Overview\n:::\n", encoding="utf-8"
    )
    chapter = book / "chapters" / "corridors.ipynb"
    text = chapter.read_text(encoding="utf-8")
    assert "32.77万标箱" in text
    chapter.write_text(text.replace("32.77万标箱", "32.78万标箱"), encoding="utf-8")
    with pytest.raises(judge.StaleError, match="corridors"):
        build.build(book, silent)
    assert not (book / "_build" / "html").exists()


def test_elsewhere_is_another_place_and_day(tmp_path):
    script = (
        "import datetime, os, pathlib, sys, time; os.write(1, repr((pathlib.Path.home().name,"
        " datetime.date.today().year, time.localtime().tm_zone, os.umask(0), os.cpu_count(),"
        " len(os.sched_getaffinity(0)))).encode())"
    )
    with elsewhere(tmp_path / "home"):
        there = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert there.stdout.decode() == repr(("home", 2031, "NZDT", 0o077, 1, 1))


#: The kind of a mark, in a specification.
MARK = r'"mark": \{[^}]*?"type": "(\w+)"'


def one_of_each_form():
    """Return a figure of the chapters for each list of marks that is drawn."""
    found = {}
    for item in all_pages():
        if item.name == item.notebook:
            result = Executed((ROOT / "chapters" / f"{item.name}.ipynb").read_bytes())
            for shown in exhibits_of(
                result.notebook,
                f"chapters/{item.name}",
                "2026-11",
                Catalog(ROOT / "data").publication,
            ):
                marks = re.findall(MARK, json.dumps(shown.spec))
                found.setdefault(tuple(marks), shown)
    return list(found.values())


def with_each_mark(shown):
    """Return the ids of some of the figures that together have all kinds of marks."""
    marks = {item.id: set(re.findall(MARK, json.dumps(item.spec))) for item in shown}
    left, chosen = set().union(*marks.values()), []
    while left:
        chosen.append(max(marks, key=lambda name: len(marks[name] & left)))
        left -= marks[chosen[-1]]
    return chosen


DRAW_ANEW = """
import pathlib, pickle, sys
from cqbook.figures import drawing
folder = pathlib.Path(sys.argv[1])
known, shown, whole = pickle.loads((folder / "shown").read_bytes())
(folder / "there").mkdir()
for item in shown:
    drawing.draw(item, known, folder / "there", files=item.id in whole)
"""


@pytest.mark.slow
def test_each_form_of_figures_is_drawn_elsewhere_to_the_same_bytes(tmp_path, book):
    """For another user, in another zone, on another day, on one processor; and here, or before.

    Of those that have all kinds of marks the files to take away too: what makes them knows no form.
    """
    known, shown = dictionary(book), one_of_each_form()
    assert len(shown) > 5
    whole = with_each_mark(shown)
    (tmp_path / "shown").write_bytes(pickle.dumps((known, shown, whole)))
    with elsewhere(tmp_path / "家") as there:
        run = [sys.executable, "-c", DRAW_ANEW, str(tmp_path)]
        subprocess.run(run, env=os.environ | there, check=True)
    # what `make book` drew in other processes, on all cores
    with_pictures(tmp_path / "here")
    kernels.warm()
    drawing.draw_all(shown, known, tmp_path / "here", kernels.context())
    made = sorted((tmp_path / "there").iterdir())
    assert len(made) > 3 * len(shown) + 9 * len(whole)
    different = [
        path.name
        for path in made
        if path.read_bytes() != (tmp_path / "here" / path.name).read_bytes()
    ]
    assert different == []


#: What a build adds to the site that was rendered.
ADDED = (MANIFEST, SBOM, NEWS, SUMS)


def built_here() -> Path | None:
    """Return the default edition that `make book` built, if of what is here now."""
    folder = built_folder(ROOT) / "latest"
    if not (folder / MANIFEST).exists():
        return None
    made = manifest_of(folder)
    of = fingerprint.package_digest(), manifest.book_hashes(ROOT)
    data = {
        name: sha
        for name, sha in checksums.hashes(DATA).items()
        if not name.startswith((f"{CUSTOMS}/", "."))
    }
    same = (made.package, made.book) == of and checksums.hashes(folder / "data") == data
    return folder if same else None


#: Renders a staged book in its folder.
RENDERS = """
import sys
from pathlib import Path
from cqbook.build.rendering import Renderer
place = Path(sys.argv[1])
with Renderer(place / "cache") as renderer:
    renderer.render(place / "stage", place / "out", print)
"""


def rendered(place, chosen, results):
    """Render pages in a new process, with the pictures that `make book` drew; return the site."""
    with_pictures(place / "cache")
    edition = Catalog(DATA).edition
    staging.stage(ROOT, chosen, results, place / "stage", data=DATA, edition=edition)
    subprocess.run([sys.executable, "-c", RENDERS, place], check=True)
    return place / "out" / "_build" / "html"


@pytest.mark.slow
def test_two_builds_give_the_same_site(tmp_path):
    """What `make book` made comes out again for another user, in another zone, on another day, on
    one processor, by a new process. Where it made none of this the chapters are rendered here.
    """
    made, chosen = built_here(), all_pages()
    if made is None:
        chosen = [item for item in chosen if item.name == item.notebook]
    folder = made / "notebooks" if made else ROOT / "chapters"
    results = {item.name: Executed((folder / f"{item.name}.ipynb").read_bytes()) for item in chosen}
    site = made / "site" if made else rendered(tmp_path / "one", chosen, results)
    with elsewhere(tmp_path / "家"):
        again = rendered(tmp_path / "另一处 two", chosen, results)
    here, there = checksums.hashes(site, ADDED), checksums.hashes(again, ADDED)
    assert len(here) > 500
    different = [name for name in here if here[name] != there.get(name)]
    assert different == []
    assert set(here) == set(there)


NBVAL = ["--nbval", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]


def judged(folder) -> tuple[int, str]:
    """Have nbval judge the notebooks of a folder; return its exit code and what it says."""
    said = io.StringIO()
    with redirect_stdout(said):
        code = pytest.main([*NBVAL, *map(str, sorted(folder.glob("*.ipynb")))])
    return int(code), said.getvalue()


@pytest.fixture
def small_chapter(tmp_path, plain):
    """A chapter of one figure and one glued number on a copy of the data, executed once."""
    source = f"""import cqbook as cq
book = cq.open_data({str(plain.path)!r})
item = cq.fact(book, unit="100M CNY", indicator="trade_value", entity="CN-50",
                     period="2022", flow="total")"""
    glue = "cq.glue(total=item)"
    draw = """rows = cq.points([("总值", item)], unit="100M CNY")
words = {"title": "总值", "subtitle": "2022年，亿元", "unit": "亿元"}
words |= {"english": ("Total", "2022, CNY bn")}
cq.figure(book, "fig-small", cq.charts.bars(rows), **words)"""
    cells = [nbformat.v4.new_code_cell(text) for text in (source, glue, draw)]
    path = tmp_path / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    done = executor.execute(path, page("small"), data=DATA).notebook
    # as it is accepted: with the picture that a kernel of nbval draws too
    path.write_bytes(notebooks.to_bytes(drawing.illustrated(done, tmp_path / "pictures")))
    return path, plain


#: A cell that passes only where nbval's kernels are: see ``warm.py``.
THERE = nbformat.v4.new_code_cell(
    "import datetime, os, time\n"
    "print(datetime.date.today().year, time.localtime().tm_zone, os.environ['USER'],"
    " os.cpu_count(), len(os.sched_getaffinity(0)))",
    execution_count=4,
    outputs=[nbformat.v4.new_output("stream", name="stdout", text="2031 NZDT other 1 1\n")],
)


@pytest.mark.slow
def test_nbval_passes_what_was_executed_and_fails_when_an_output_or_the_data_were_altered(
    small_chapter,
):
    """A glued number, the data of a chart: just the cell that shows it fails; a number in the data:
    each cell that shows it.
    """
    path, plain = small_chapter
    whole = path.read_text(encoding="utf-8")
    data = Spoiled(shutil.copytree(plain.path, path.parent / "other"))
    row = data.find("observations.csv", "observation_id", "trade-2022.total")
    data.set("observations.csv", row, "value", "8158.5")
    for cell, name in ((1, "glued"), (2, "chart"), (0, "other")):
        notebook = nbformat.reads(whole, as_version=4)
        if name == "other":
            code = notebook.cells[0]
            code.source = code.source.replace(repr(str(plain.path)), repr(str(data.path)))
        else:
            output = notebook.cells[cell].outputs[0]["data"]
            for mime, value in output.items():
                if cell == 1:
                    output[mime] = value.replace("8158.4", "8158.3")
                elif mime == identity.FIGURE_MIME:
                    value["usermeta"]["table"]["rows"][0][1] = "8158.3亿元"
        notebook.cells.append(THERE)
        nbformat.write(notebook, path.with_name(f"{name}.ipynb"))
    code, said = judged(path.parent)
    assert code == 1
    failed = re.findall(r"^FAILED (?:\S*/)?(\w+)\.ipynb::.*Cell (\d)", said, re.M)
    assert sorted(failed) == [("chart", "2"), ("glued", "1"), ("other", "1"), ("other", "2")], said
    assert said.count("8158.3") >= 2
    assert "8158.5" in said
