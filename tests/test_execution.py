"""Never stale, never in vain: a page is executed again exactly when what it depends on changed."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT
from kills import ended

from cqbook.data.catalog import CUSTOMS, DESCRIPTOR, Catalog
from cqbook.disk import installed
from cqbook.execution import executor, fingerprint
from cqbook.execution.memory import RESULTS_KEPT, Memory
from cqbook.execution.page import Executed, ExecutionError, Page
from cqbook.figures.english import in_english

SOURCE = """import cqbook as cq
book = cq.open_data()
item = cq.fact(book, unit="100M CNY", indicator="trade_value", entity="CN-50",
                     period="2022", flow="total")
projects = len(book.table("projects"))
cq.glue(total=item, source=book.source_label("trade-2022"), projects=f"{projects}个")"""


@pytest.fixture
def chapters(tmp_path):
    """A chapter that reads some observations, one source and one whole table."""
    folder = tmp_path / "chapters"
    folder.mkdir()
    cells = [nbformat.v4.new_code_cell('place = "x"'), nbformat.v4.new_code_cell(SOURCE)]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "small.ipynb")
    return folder


PAGE = Page("small", "small", {"place": "y"})


@pytest.fixture
def executed(chapters, tmp_path, spoiled):
    """The chapter executed once, and remembered."""
    memory = Memory(tmp_path / "memory", spoiled.path, "code")
    results, failures = executor.execute_all(
        chapters, [PAGE], memory, lambda *_: None, failed=tmp_path / "failed"
    )
    assert not failures
    return results["small"]


def recalled(chapters, tmp_path, spoiled, *, code="code", page=PAGE):
    """Ask a memory that has seen nothing yet (another run)."""
    memory = Memory(tmp_path / "memory", spoiled.path, code)
    return memory.recall(chapters / "small.ipynb", page)


def set_value(spoiled, file, key, code, column, value):
    spoiled.set(file, spoiled.find(file, key, code), column, value)


@pytest.mark.slow
def test_what_the_memory_depends_on(chapters, tmp_path, spoiled, executed):
    def now(**named):
        return recalled(chapters, tmp_path, spoiled, **named)

    assert executed.queries
    assert now().content == executed.content

    # touched files are not changed files
    for path in [*spoiled.path.glob("*.csv"), chapters / "small.ipynb"]:
        os.utime(path)
    assert now()

    # outputs that were committed say nothing about the cells
    notebook = nbformat.read(chapters / "small.ipynb", as_version=4)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")]
    nbformat.write(notebook, chapters / "small.ipynb")
    assert now()

    # rows and tables that it did not read
    set_value(spoiled, "parks.csv", "park", spoiled.rows("parks.csv")[1][0], "name_zh", "别的")
    other = spoiled.rows("observations.csv")[1][0]
    assert not other.startswith("trade-2022.")
    set_value(spoiled, "observations.csv", "observation_id", other, "note", "another note")
    unread = next(row[0] for row in spoiled.rows("sources.csv")[1:] if row[0] != "trade-2022")
    set_value(spoiled, "sources.csv", "source_id", unread, "outlet", "别的报")
    assert now()

    # rows that it did read: each change is seen, and its undoing too
    for file, key, code, column in (
        ("observations.csv", "observation_id", "trade-2022.total", "value"),
        ("sources.csv", "source_id", "trade-2022", "outlet"),
        ("projects.csv", "project", spoiled.rows("projects.csv")[1][0], "name_zh"),
    ):
        row = spoiled.find(file, key, code)
        old = spoiled.set(file, row, column, "1")
        assert now() is None, file
        spoiled.set(file, row, column, old)
        assert now(), file

    # a new row that one of its queries would return
    rows = spoiled.rows("observations.csv")
    new = list(rows[spoiled.find("observations.csv", "observation_id", "trade-2022.total")])
    new[0] = "trade-2022.total-again"
    spoiled.write("observations.csv", [*rows, new])
    assert now() is None
    spoiled.write("observations.csv", rows)
    assert now()

    # code, parameters, cells
    assert now(code="other code") is None
    assert now(page=Page("small", "small", {"place": "z"})) is None
    notebook.cells[1].source += "\n"
    nbformat.write(notebook, chapters / "small.ipynb")
    assert now() is None


@pytest.mark.slow
def test_new_sentences_are_no_new_execution(chapters, tmp_path, spoiled, executed):
    path = chapters / "small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    said = nbformat.v4.new_markdown_cell("进出口{glue:text}`total`。", id="said")
    for place in (0, 1, 2):
        changed = nbformat.from_dict(notebook)
        changed.cells = [*notebook.cells[:place], said, *notebook.cells[place:]]
        nbformat.write(changed, path)
        found = recalled(chapters, tmp_path, spoiled)
        again = executor.execute(path, PAGE, data=spoiled.path)
        assert found.content == again.content != executed.content, place


@pytest.mark.slow
def test_an_entry_that_a_kill_left_half_written_does_not_count(
    chapters, tmp_path, spoiled, executed
):
    (entry,) = (tmp_path / "memory" / "small").glob("*.json")
    whole = entry.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], whole.replace(b"8158.4", b"9999.9")):
        entry.write_bytes(broken)
        assert recalled(chapters, tmp_path, spoiled) is None
    entry.unlink()
    entry.with_suffix(".part").write_bytes(whole)
    assert recalled(chapters, tmp_path, spoiled) is None
    entry.write_bytes(whole)
    assert recalled(chapters, tmp_path, spoiled).content == executed.content


KILLED = """
import os, signal, sys
from pathlib import Path
from cqbook.execution.memory import Memory
from cqbook.execution.page import Executed, Page
memory = Memory(Path(sys.argv[1]) / "memory", Path(sys.argv[2]), "code")
page = Page("small", "small", {"place": "y"})
real = Path.replace
def kill(self, target):
    os.kill(os.getpid(), signal.SIGKILL)
Path.replace = kill
memory.keep(Path(sys.argv[1]) / "chapters" / "small.ipynb", page,
            Executed(b"{}"))
"""


def test_a_killed_run_leaves_no_entry(chapters, tmp_path, spoiled):
    assert ended(KILLED, tmp_path, spoiled.path) == -signal.SIGKILL
    assert list((tmp_path / "memory" / "small").iterdir())
    assert recalled(chapters, tmp_path, spoiled) is None


def test_only_so_many_results_are_kept(chapters, tmp_path, spoiled):
    memory = Memory(tmp_path / "memory", spoiled.path, "code")
    for number in range(RESULTS_KEPT + 3):
        page = Page("small", "small", {"place": str(number)})
        memory.keep(chapters / "small.ipynb", page, Executed(str(number).encode()))
    assert len(list((tmp_path / "memory" / "small").glob("*.json"))) == RESULTS_KEPT


@pytest.mark.slow
def test_a_changed_row_of_a_table_concerns_just_the_chapters_that_read_it(tmp_path, spoiled):
    memory = Memory(tmp_path / "memory", spoiled.path, "code")
    pages = [Page(name, name) for name in ("corridors", "parks")]
    results, failures = executor.execute_all(
        ROOT / "chapters", pages, memory, lambda *_: None, failed=tmp_path
    )
    assert not failures
    reads = {
        name
        for name, result in results.items()
        if any(query.table == "projects" for query in result.queries)
    }
    assert reads == {"parks"}
    spoiled.set("projects.csv", 1, "note", "another note")
    told = {}
    executor.execute_all(
        ROOT / "chapters",
        pages,
        Memory(tmp_path / "memory", spoiled.path, "code"),
        lambda page, result: told.update({page.name: result.remembered}),
        failed=tmp_path,
    )
    assert told == {"corridors": True, "parks": False}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package and the lock, whose modules can be changed."""
    shutil.copytree(installed.PACKAGE, tmp_path / "cqbook")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    monkeypatch.setattr(fingerprint, "PACKAGE", tmp_path / "cqbook")
    return tmp_path


def test_a_changed_module_or_lock_changes_the_code(package):
    first = fingerprint.code_digest(package)
    for path in (package / "cqbook").rglob("*.py"):
        os.utime(path)
    assert fingerprint.code_digest(package) == first
    for name, other in (
        ("cqbook/analysis/trade.py", True),
        ("cqbook/data/catalog.py", True),
        ("cqbook/quantities/formulas.py", True),
        ("requirements.txt", True),
        # these never run in a chapter
        ("cqbook/cli.py", False),
        ("cqbook/build/build.py", False),
        ("cqbook/site/nodes.py", False),
    ):
        path = package / name
        old = path.read_bytes()
        path.write_bytes(old + b"\n# changed\n")
        assert (fingerprint.code_digest(package) != first) == other, name
        path.write_bytes(old)
    assert fingerprint.code_digest(package) == first


def test_the_modules_are_those_that_an_import_loads():
    code = "import sys, cqbook; print(*sorted(m for m in sys.modules if m.startswith('cqbook.')))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    found = {fingerprint.module_name(path) for path in fingerprint.modules()}
    assert set(loaded) <= found
    assert not found & {"cqbook.cli", "cqbook.build.build", "cqbook.execution.executor"}


def parsed_imports(text):
    """What of the package a module imports, as Python reads it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cqbook"):
            yield from (node.module, *(f"{node.module}.{item.name}" for item in node.names))
        elif isinstance(node, ast.Import):
            yield from (item.name for item in node.names if item.name.startswith("cqbook."))


def test_imports_are_found_as_python_reads_them():
    for path in fingerprint.modules():
        text = path.read_text(encoding="utf-8")
        assert set(fingerprint.imported(text)) == set(parsed_imports(text)), path
    text = "def x():\n    from cqbook.a import (\n        b,  # c\n        d as e,\n    )\n"
    text += "import cqbook.f.g as h\nfrom cqbook import i, j  # k\n# from cqbook import l\n"
    assert set(fingerprint.imported(text)) == set(parsed_imports(text))


def test_an_entry_that_holds_for_these_data_is_not_asked_again(
    chapters, tmp_path, spoiled, monkeypatch
):
    memory = Memory(tmp_path / "memory", spoiled.path, "code")
    trade = {"indicator": "trade_value", "entity": "CN-50"}
    memory.book.observations(**trade)
    asked = tuple(memory.book.queries.values())
    entry = Executed((chapters / "small.ipynb").read_bytes(), asked)
    memory.keep(chapters / "small.ipynb", PAGE, entry)
    again = []
    real = Catalog.again
    monkeypatch.setattr(Catalog, "again", lambda *args: again.append(1) or real(*args))
    for _ in range(2):
        assert recalled(chapters, tmp_path, spoiled)
    assert len(again) == 1
    # a table that it did not read: not asked; a row: once more; one that it read: each time
    spoiled.set("parks.csv", 1, "name_zh", "别的")
    assert recalled(chapters, tmp_path, spoiled)
    assert len(again) == 1
    spoiled.set("observations.csv", 1, "note", "别的")
    for _ in range(2):
        assert recalled(chapters, tmp_path, spoiled)
    assert len(again) == 2
    set_value(spoiled, "observations.csv", "observation_id", "trade-2022.total", "value", "1")
    for _ in range(2):
        assert recalled(chapters, tmp_path, spoiled) is None
    assert len(again) == 4


def test_a_package_that_changes_between_two_pages_is_read_anew(chapters, tmp_path, spoiled):
    """As under `preview --watch`, or when somebody saves a table while a book is built."""
    memory = Memory(tmp_path / "memory", spoiled.path, "code")
    memory.book.observations(indicator="trade_value", entity="CN-50")
    entry = Executed((chapters / "small.ipynb").read_bytes(), tuple(memory.book.queries.values()))
    memory.keep(chapters / "small.ipynb", PAGE, entry)
    assert memory.recall(chapters / "small.ipynb", PAGE)
    set_value(spoiled, "observations.csv", "observation_id", "trade-2022.total", "value", "1")
    assert memory.recall(chapters / "small.ipynb", PAGE) is None
    # and nobody noted that it holds
    assert recalled(chapters, tmp_path, spoiled) is None


def test_what_changed_while_a_page_was_executed_is_asked_again(chapters, tmp_path, spoiled):
    memory = Memory(tmp_path / "memory", spoiled.path, "code")
    before = memory.book.digests()
    memory.keep(chapters / "small.ipynb", PAGE, Executed(b"{}"), before)
    assert len(list((tmp_path / "memory" / "small").glob("*.held"))) == 1
    spoiled.set("parks.csv", 1, "name_zh", "别的")
    memory.keep(chapters / "small.ipynb", Page("other", "small"), Executed(b"{}"), before)
    assert not list((tmp_path / "memory" / "other").glob("*.held"))


@pytest.mark.slow
def test_a_failing_page_stops_no_other_and_is_kept(chapters, tmp_path, spoiled):
    bad = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(bad, chapters / "bad.ipynb")
    memory = Memory(tmp_path / "memory", spoiled.path, "code")
    results, failures = executor.execute_all(
        chapters, [Page("bad", "bad"), PAGE], memory, lambda *_: None, failed=tmp_path / "failed"
    )
    assert list(results) == ["small"]
    error = failures["bad"]
    assert isinstance(error, ExecutionError)
    assert "ZeroDivisionError" in str(error)
    assert error.notebook == tmp_path / "failed" / "bad.ipynb"
    assert "ZeroDivisionError" in error.notebook.read_text(encoding="utf-8")


def test_a_query_names_the_files_that_its_answer_is_of(spoiled):
    """What a changed file gives another answer to is asked again; most is not."""
    book = Catalog(spoiled.path)
    book.observations(entity="CN-50")
    book.own_rows("observations", {"indicator": ["auto_exports", "trade_value"]})
    book.columns("parks", "park", "name_zh")
    book.own_rows("parks", {"district": "500106"})
    book.table("projects")
    assert book.name("CN-50")
    assert book.edition
    assert book.english_names
    assert not book.customs_digest
    queries = list(book.queries.values())
    assert len(queries) >= 9
    told = set()
    for name in ["", *book.resources]:
        path = spoiled.path / DESCRIPTOR if name == "" else book.file(name)
        before = path.read_bytes()
        if name == "":
            path.write_bytes(before.replace(b'"string"', b'"any"').replace(b"2026", b"2025"))
        else:
            head, _, rows = before.decode("utf-8").partition("\n")
            rows = rows.replace("重庆", "重应").replace("CN-50", "CN-51")
            path.write_text(f"{head}\n{rows}", encoding="utf-8")
        changed = Catalog(spoiled.path)
        for query in queries:
            if changed.again(query) != query:
                assert name in book.asks(query)
                told.add((name, query))
        path.write_bytes(before)
    assert {query for _, query in told} >= {query for query in queries if query.table != CUSTOMS}


def test_queries_are_asked_again(spoiled):
    book = Catalog(spoiled.path)
    book.observations(indicator="trade_value", entity=["CN-50", "CN"])
    book.table("parks")
    assert book.name("CN-50")
    assert book.edition
    assert book.source_label("trade-2022")
    again = Catalog(spoiled.path)
    # of sources two: its own row, and those of one paper and day, by which its label has a letter
    assert len(book.queries) == 6
    assert [again.again(query) for query in book.queries.values()] == list(book.queries.values())
    # an English name is in the outputs of pages that say it
    say = in_english(book)
    assert say("重庆市") == "Chongqing"
    spoiled.set("codelists/english.csv", 1, "name_en", "x")
    changed = Catalog(spoiled.path)
    differ = [query for query in book.queries.values() if changed.again(query) != query]
    assert [query.filters for query in differ] == [(("english", ()),)]
    spoiled.set("parks.csv", 1, "note", "x")
    changed = Catalog(spoiled.path)
    differ = [query for query in book.queries.values() if changed.again(query) != query]
    assert [query.table for query in differ] == ["parks", ""]
