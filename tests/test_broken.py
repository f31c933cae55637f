"""Broken files of every format that the book reads, and commands outside the book.

What a library said of a file it could not read names classes, addresses and, in one language, the
letters of a grammar: nobody who types figures can use it, and it is in no message.
"""

from __future__ import annotations

import ast
import io
import json
import os
import pathlib
import re
import shutil
import signal
from types import SimpleNamespace

import nbformat
import pytest
from conftest import ROOT, tree_of
from test_intake import TOTAL, workbook

from cqbook import cli
from cqbook.build.chapter_lint import notebook_faults
from cqbook.build.configuration import check_configuration
from cqbook.build.pages import pages
from cqbook.citing import own_words, verify
from cqbook.citing.documents import DOCUMENT_READERS, cited
from cqbook.citing.template import template_of
from cqbook.citing.verify import Standing
from cqbook.citing.writers import blocks_of
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.data.customs_store import CUSTOMS
from cqbook.disk import regular, untrusted
from cqbook.disk.atomic import JOURNAL, recover
from cqbook.disk.checksums import file_digest
from cqbook.disk.untrusted import content_of
from cqbook.editions import store
from cqbook.editions.store import MANIFEST, SUMS, manifest_of, sums_of
from cqbook.errors import DataError, library_words, system_error_words
from cqbook.execution.notebooks import read_notebook
from cqbook.intake.article_files import read_articles
from cqbook.intake.customs_csv import sidecar
from cqbook.intake.customs_format import Said
from cqbook.intake.plan import plan_intake
from cqbook.quantities.periods import Period

#: What only a library says.
LEAK = re.compile(
    r"object at|0x[0-9a-f]{6}|_io\.|BytesIO|<class|<_|\bErrno\b"
    r"|\b[A-Za-z]+(Error|Exception|Warning)\b|xpected .?'?[,:]|expected after|Expecting"
    r"|delimiter|codec|decode byte|not well-formed|no element"
    r"|not a zip|[Cc]entral directory|CRC|NUL\b.*line|unexpected end|EOF|EOL|Stream has|PdfRead"
    r"|identify image|pydantic|validation error|JSON input|[Ff]ield required|invalid syntax"
    r"|unterminated|was never closed|Error -\d|mapping values|could not find|out of range|day is",
)
XLSX = workbook([TOTAL])
JUNK = {
    "empty": b"",
    "nothing of it": b"\x00\x01\x02\xff\xfe",
    "a bare zip": b"PK\x03\x04" + b"\x00" * 60,
    "half of it": XLSX[: len(XLSX) // 2],
    "bytes are wrong": XLSX[:200] + b"\xff" * 99 + XLSX[299:],
    "quotes": b'a,b\n"1,2\n',
    "quotes within": b'a,b\n"1"2,3\n',
    "nul": b"a,b\n1,\x002\n",
    "json": b'{"a": 1,, "b"',
    "deep": b"[" * 100_000,
    "xml": b"<svg><a></svg>",
    "latin": "é,ü\n".encode("latin-1"),
    "png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 30,
    "pdf": b"%PDF-1.7\n1 0 obj\n<<",
}


def told(call, *arguments):
    """What is said of a broken file; nothing if it was read."""
    try:
        call(*arguments)
    except DataError as error:
        return str(error)
    except OSError as error:
        return system_error_words(error)
    return ""


def two_languages(text):
    return not text or (re.search(r"[\u4e00-\u9fff]", text) and " | " in text)


@pytest.mark.parametrize("ending", [".xlsx", ".csv", *DOCUMENT_READERS])
@pytest.mark.parametrize("kind", JUNK)
def test_a_file_that_somebody_gives(kind, ending, tmp_path):
    path = tmp_path / f"given{ending}"
    path.write_bytes(JUNK[kind])
    said = []
    if ending in (".xlsx", ".csv"):
        said.append(told(plan_intake, ROOT / "data", [path], Said(), "", lambda _: False))
        path.with_name(f"{path.name}.json").write_bytes(JUNK[kind])
        said.append(told(sidecar, path))
    else:
        said += [told(cited, JUNK[kind], path.name), told(untrusted.opened, JUNK[kind], path.name)]
    assert any(said)
    for text in said:
        assert not LEAK.search(text), text
        assert two_languages(text), text


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The files of a book, to be broken one by one."""
    root = tmp_path_factory.mktemp("small")
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("customs"))
    (root / "data" / CUSTOMS).mkdir()
    (root / "chapters").mkdir()
    shutil.copy(ROOT / "chapters" / "errata.ipynb", root / "chapters")
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, root)
    (root / "edition").mkdir()
    return root


OWN = {
    "data/datapackage.json": lambda root: check_package(Catalog(root / "data")),
    "data/indicators.csv": lambda root: Catalog(root / "data").text("indicators"),
    "data/customs/store.json": lambda root: Catalog(root / "data").detail.index,
    "chapters/errata.ipynb": lambda root: read_notebook(root / "chapters" / "errata.ipynb"),
    "chapters/pages.csv": lambda root: pages(root, Catalog(ROOT / "data")),
    "_config.yml": check_configuration,
    "_toc.yml": check_configuration,
    f"edition/{MANIFEST}": lambda root: manifest_of(root / "edition"),
    f"edition/{SUMS}": lambda root: sums_of(root / "edition"),
}


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_the_book(name, small):
    path = small / name
    before = path.read_bytes() if path.exists() else None
    said = set()
    for content in JUNK.values():
        path.write_bytes(content)
        said.add(told(OWN[name], small))
    path.unlink()
    if before is not None:
        path.write_bytes(before)
    said = {text for text in said if " | " in text}
    assert said
    for text in said:
        assert not LEAK.search(text), text


def test_a_part_of_the_contents_without_english(small):
    path = small / "_toc.yml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("caption: 核对", "caption: 某部"), encoding="utf-8")
    for name in re.findall(r"file: (\S+)", before):
        (small / f"{name}.md").touch()
    (small / "chapters" / "index.md").touch()
    said = told(check_configuration, small)
    path.write_text(before, encoding="utf-8")
    assert "_toc.yml: line 16" in said
    assert "某部" in said
    assert "a caption that has its English in data/codelists/english.csv" in said


@pytest.mark.parametrize("source", ["x = (", "x = 'a", "x = 1 +", "\x00", "if x:\nx"])
def test_a_cell_that_is_no_python(source):
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell('data_dir = ""', metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(source),
        ]
    )
    (text,) = map(str, notebook_faults("chapters/x.ipynb", made))
    assert "Python" in text
    assert not LEAK.search(text), text


def test_a_pattern_that_is_none(small):
    path = small / "data" / "datapackage.json"
    before = path.read_text(encoding="utf-8")
    whole = json.loads(before)
    whole["resources"][0]["schema"]["fields"][0]["constraints"] = {"pattern": "(?=a)["}
    path.write_text(json.dumps(whole), encoding="utf-8")
    said = told(check_package, Catalog(small / "data"))
    path.write_text(before, encoding="utf-8")
    assert "RE2" in said
    assert not LEAK.search(said), said


def test_a_day_that_there_is_not():
    with pytest.raises(ValueError, match=r"\|") as caught:
        Period.parse("2025-02-30")
    assert not LEAK.search(str(caught.value))


@pytest.mark.parametrize(
    "text",
    [
        "<_io.BytesIO object at 0x7f3a2c1d>",
        "',' expected after '\"'",
        "File is not a zip file",
        "Expecting value: line 1 column 1 (char 0)",
        "[Errno 2] No such file",
        "not well-formed (invalid token): line 1, column 0",
        "ValueError: x",
    ],
)
def test_what_libraries_say_is_known_for_a_leak(text):
    assert LEAK.search(text)


def test_our_own_words_are_kept_and_no_others():
    assert library_words(ValueError("读不完 | takes longer")) == ("读不完", "takes longer")
    assert library_words(ValueError("a | b")) == ("读不出", "it can't be read")


# --- where the book is


@pytest.mark.parametrize("words", [["template"], ["check"], ["accept"], ["build"], ["params", "x"]])
def test_outside_a_book_a_command_says_how_to_name_it(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--root" in said
    assert str(tmp_path) in said
    assert not list(tmp_path.iterdir())


def test_a_command_finds_the_book_from_below(small, monkeypatch, capsys):
    below = small / "chapters" / "deep"
    below.mkdir(exist_ok=True)
    monkeypatch.chdir(below)
    assert cli.main(["template"]) == 0
    # what a command writes lies where it was asked for
    assert (below / "figures.xlsx").is_file()
    assert cli.main(["params", "errata"]) == 0
    shutil.rmtree(below)


def test_a_command_that_names_its_data_needs_no_book(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["template", "--data", str(ROOT / "data")]) == 0
    assert cli.main(["--root", str(ROOT), "template", "two.xlsx"]) == 0
    assert (tmp_path / "two.xlsx").is_file()


# --- what is no file


OPENING = {
    "added": lambda path, _: plan_intake(ROOT / "data", [path], Said(), "", lambda _: False),
    "beside what is added": lambda path, _: sidecar(
        path.with_name(path.name.removesuffix(".json"))
    ),
    "read": lambda path, _: read_articles([path], None, "2026"),
    "of a briefing": lambda path, _: blocks_of([str(path)]),
    "a template": lambda path, _: template_of(path),
    "a table of pages": lambda path, _: pages(ROOT, Catalog(ROOT / "data"), table=path),
    "the data": lambda path, folder: check_package(Catalog(folder)),
    "a journal": lambda path, folder: recover(folder),
    "hashed": lambda path, _: file_digest(path),
}
NAMES = {"of a briefing": "x.md", "the data": "datapackage.json", "a journal": JOURNAL}


@pytest.mark.skipif(os.name == "nt", reason="no pipes in the file system")
@pytest.mark.parametrize("what", OPENING)
@pytest.mark.parametrize("kind", ["a pipe", "a device", "of the system"])
def test_what_is_no_file_is_not_opened(kind, what, tmp_path):
    """A pipe would be waited for, for ever; a device never ends."""
    path = tmp_path / NAMES.get(what, "x.csv.json" if "beside" in what else "x.txt")
    if kind == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "a device" else "/proc/self/status")
    signal.alarm(20)
    if (kind, what) == ("of the system", "hashed"):
        # its content is no secret, and it ends
        assert len(file_digest(path)) == 64
    else:
        # the descriptor of data is looked for before
        expected = "datapackage" if what == "the data" else "no regular file"
        assert expected in told(OPENING[what], path, tmp_path)
    signal.alarm(0)


class Growing(io.FileIO):
    """A file to which another program writes as soon as it is read."""

    def read(self, size=-1):
        with pathlib.Path(self.name).open("ab") as more:
            more.write(b"b")
        return super().read(size)


def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a" * 100)
    assert regular.regular_content(path, 50) == b"a" * 51
    monkeypatch.setattr(regular, "open_regular", Growing)
    assert "changes" in told(content_of, path)


# --- what is printed


FORGED = "1\n仍然成立　图 fig-b（版次 1）\r\x1b[2J\x9b2J\u202e\u061c\u2028\ufff9\U000e0041"
STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]"
)


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_what_is_said_of_a_document_is_one_line(words, tmp_path, monkeypatch, capsys):
    path = tmp_path / "x.docx"
    path.write_bytes(b"")
    found = [Standing("number", FORGED, FORGED, "图或数被改动", FORGED)]
    own = own_words.OwnWords((FORGED,), frozenset(), frozenset(), frozenset())
    tables = verify.TablesThere(frozenset(), {})
    asked = SimpleNamespace(standings=found, own=own, tables=tables, name="x.svg")
    monkeypatch.setattr(verify, "asked_of", lambda *_: asked)
    monkeypatch.setattr(store, "last_word_lines", lambda *_: ())
    assert cli.main(["--root", str(ROOT), "verify", str(path), *words]) == 1
    said = capsys.readouterr().out
    lines = said.removesuffix("\n").split("\n")
    assert not any(STEERING.search(line) or "\U000e0041" in line for line in lines)
    if words:
        assert json.loads(said)[0]["detail"] == FORGED
    else:
        assert len(lines) == 1


def test_a_refusal_begins_no_line_of_its_own_below(tmp_path, capsys):
    path = tmp_path / FORGED.replace("\n", "\n仍然成立\n", 1)
    for words in (
        ["verify", f"{path}.docx"],
        ["add", f"{path}.csv"],
        ["brief", f"{path}.md", "-o", "x.docx"],
    ):
        assert cli.main(["--root", str(ROOT), *words]) == 1
        first, *others = capsys.readouterr().err.removesuffix("\n").split("\n")
        assert first.startswith("cqbook: ")
        assert all(line.startswith("  ") for line in others)
        assert not any(STEERING.search(line) for line in [first, *others])


def test_one_function_prints():
    """All that is printed goes through what shows control characters and line breaks."""
    found = {
        f"{path.name}:{inner.name}"
        for path in sorted((ROOT / "lib" / "cqbook").rglob("*.py"))
        # to look through the functions of all would take a second
        if "print(" in path.read_text(encoding="utf-8")
        for inner in ast.walk(tree_of(path))
        if isinstance(inner, ast.FunctionDef)
        for node in ast.walk(inner)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    }
    assert found == {"cli.py:_tell", "cli.py:_refuse"}


def test_ctrl_c_is_one_sentence(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_recover", interrupted)
    assert cli.main(["--root", str(ROOT), "check"]) == 130
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert not said.out


def test_a_reader_who_has_seen_enough_is_no_error(monkeypatch, capsys):
    # `cqbook claims | head` ended in “系统报错 32”
    def closed(*_):
        raise BrokenPipeError

    monkeypatch.setattr(cli, "_recover", closed)
    assert cli.main(["--root", str(ROOT), "check"]) == 1
    assert capsys.readouterr() == ("", "")
