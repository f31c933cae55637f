"""cite, brief, verify, read, add --dry-run on Windows and macOS, as far as Linux can tell.

The forge runs this module, and those of the commands themselves, on both systems (`book.yml`).
Here they run in a Python from which went what Windows has not (`like_windows`).
"""

from __future__ import annotations

import errno
import importlib.metadata
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT, linked
from customs_examples import totals_alone
from packaging.utils import canonicalize_name
from test_brief import edition
from test_exports import exhibit

from cqbook import cli, errors
from cqbook.disk import atomic, pdf
from cqbook.disk.checksums import SUMS, parse_sums
from cqbook.disk.installed import CONFIG, CONTENTS
from cqbook.editions import archive, paths, publish, store
from cqbook.editions.paths import HOME_VARIABLE
from cqbook.errors import DataError
from cqbook.intake.article_files import _page_name

FOLDER = Path(__file__).resolve().parent
#: Where files that are open are replaced, and `?` stands in names; elsewhere all is as on Windows.
LIKE_MACOS = sys.platform == "darwin"
#: What the commands may not need, which is large; what Windows has not is not in `like_windows`.
NOT_NEEDED = {"IPython", "distributed", "ipykernel", "jupyter_book", "nbclient", "papermill"} | {
    *("playwright", "sphinx"),
}
#: What some library of the desk uses where it is there.
MAY_BE_THERE = {"defusedxml", "idna", "linkify-it-py"}
#: Runs commands one after the other, of which ``hold`` opens a file for good.
DRIVER = """
import json, sys, traceback
from cqbook.cli import main
held, before, codes = [], set(sys.modules), []
for words in json.load(open(sys.argv[1], encoding="utf-8")):
    print(">", *words, flush=True)
    print(">", *words, flush=True, file=sys.stderr)
    if words[0] == "hold":
        held.append(open(words[1], "rb"))
        continue
    try:
        codes.append(main(words))
    except SystemExit as end:
        codes.append(end.code)
    except Exception:
        traceback.print_exc()
        codes.append("raised")
loaded = {name for name in set(sys.modules) - before if sys.modules[name]}
print(json.dumps({"codes": codes, "loaded": sorted(loaded)}))
"""
#: Commands in the folder of a book, what they return, and a word of what they print or refuse.
COMMANDS = [
    (["data", "--help"], 0, "笔记本电脑"),
    (["cite", "fig-test-enterprise"], 0, "  author = {{重庆开放型经济分析编写组}},"),
    (["brief", "MONTH.MD", "-o", "a.docx"], 0, "a.docx"),
    (["brief", "lf.md", "-o", "lf.docx"], 0, "lf.docx"),
    (["brief", "fig-test-enterprise", "-o", "a.pptx"], 0, "a.pptx"),
    (["verify", "a.docx"], 0, "仍然成立　数 trade.total"),
    (["verify", "a.pptx", "--json"], 0, '"verdict": "\\u4ecd\\u7136\\u6210\\u7acb"'),
    (["verify", "chart.pdf"], 0, "仍然成立　图 fig-test-enterprise"),
    (["brief", "--update", "a.docx"], 0, "a.updated.docx"),
    (["verify", "--text", "note.txt"], 0, "成立　第1段 8006.8亿元"),
    (["read", "articles/*.txt", "-o", "figures.xlsx"], 0, "10个数"),
    (["add", "--dry-run", "customs/*.csv"], 0, "只看不写"),
    (["add", "customs/*.csv"], 0, "已写入"),
    (["restore", "given/*.zip"], 0, "版次 2026-11 已放回"),
    (["verify", "a.docx", "--against", "2026-11"], 0, "仍然成立"),
    *(
        []
        if LIKE_MACOS
        else [(["preview", "trade", "--watch"], 1, "这个命令不能在 Windows 上运行")]
    ),
    (["verify", "~$a.docx"], 1, "~$a.docx 是 Office 打开文件时留的记号"),
    (["verify", "articles"], 1, "不是普通文件"),
    (["verify", "missing.docx"], 1, "没有此文件"),
    (["brief", "fig-none", "-o", "b.docx"], 1, "fig-none"),
    *(
        [
            (["hold", "a.docx"], None, ""),
            (["brief", "MONTH.MD", "-o", "a.docx"], 1, "正在别的程序（如 Word）中打开"),
            (["brief", "MONTH.MD", "-o", "what?.docx"], 1, "在 Windows 上不能作文件名"),
        ]
        if not LIKE_MACOS
        else []
    ),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A book on somebody's desk: an edition, and files as Windows' programs write them."""
    root = tmp_path_factory.mktemp("desk")
    for name in (CONFIG, CONTENTS):
        (root / name).touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(HOME_VARIABLE, raising=False)
        shown, glued = exhibit(place=1), {"total": "8006.8亿元"}
        edition(root, "2026-11", [shown], glued, place="latest")
        publish.release(root, "2026-11")
        archive.archive_of(root, "2026-11", root / "given")
    # as it comes to the desk
    shutil.rmtree(root / "editions")
    built = root / "_build" / "editions" / "latest"
    shutil.copytree(built / "data", root / "data", copy_function=linked)
    chart = built / "site" / "_figures" / f"{shown.id}.pdf"
    (root / "chart.pdf").write_bytes(chart.read_bytes())
    text = "# 月报\r\n\r\n进出口{{ trade.total }}。\r\n\r\n{{ fig-test-enterprise }}\r\n"
    (root / "MONTH.MD").write_bytes(text.encode("gb18030"))
    (root / "lf.md").write_bytes(text.replace("\r\n", "\n").encode())
    # as the Notepad of old saves it
    (root / "note.txt").write_bytes("2025年，重庆市进出口8006.8亿元。\r\n".encode("utf-16"))
    (root / "articles").mkdir()
    article = (FOLDER / "articles" / "fujian-2026-11.txt").read_bytes()
    (root / "articles" / "lf.txt").write_bytes(article)
    (root / "articles" / "crlf.txt").write_bytes(article.replace(b"\n", b"\r\n"))
    (root / "articles" / "~$lf.txt").write_bytes(b"\x04User")
    (root / "~$a.docx").write_bytes(b"\x04User")
    (root / "customs").mkdir()
    totals_alone(root / "customs")
    return root


@pytest.fixture(scope="module")
def ran(desk):
    """What the commands returned and printed, all in one process: to load takes a second."""
    commands = desk / "commands.json"
    commands.write_text(json.dumps([words for words, _, _ in COMMANDS]), encoding="utf-8")
    ways = [str(FOLDER / "like_windows")] if sys.platform == "linux" else []
    ways += [str(ROOT / "lib"), *filter(None, [os.environ.get("PYTHONPATH")])]
    there = {key: text for key, text in os.environ.items() if key != HOME_VARIABLE}
    # Chinese Windows, of which the output goes into a file
    there |= {"PYTHONPATH": os.pathsep.join(ways), "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    run = [sys.executable, "-c", DRIVER, commands]
    done = subprocess.run(run, cwd=desk, env=there, capture_output=True, check=False)
    said = [stream.decode("gbk").replace("\r\n", "\n") for stream in (done.stdout, done.stderr)]
    assert "Error in sitecustomize" not in said[1], said[1]
    assert done.returncode == 0, said[1]
    return said


def of(ran, place):
    """What one of the commands printed, and refused."""
    return [re.split(r"^> .*\n", stream, flags=re.MULTILINE)[place + 1] for stream in ran]


@pytest.mark.parametrize(
    "place", [n for n, (words, _, _) in enumerate(COMMANDS) if words[0] != "hold"]
)
def test_the_commands_run_where_much_is_not(ran, place):
    _, code, said = COMMANDS[place]
    codes = json.loads(ran[0].splitlines()[-1])["codes"]
    told, refused = of(ran, place)
    number = sum(words[0] != "hold" for words, _, _ in COMMANDS[:place])
    assert codes[number] == code, told + refused
    assert said in (refused if code else told)
    assert "Traceback" not in refused
    assert bool(refused) == bool(code)


def test_the_commands_need_little(ran):
    loaded = json.loads(ran[0].splitlines()[-1])["loaded"]
    assert "pandas" in loaded
    assert {name for name in loaded if name.partition(".")[0] in NOT_NEEDED} == set()


def test_what_is_written_does_not_depend_on_line_ends_and_encoding(ran, desk):
    assert (desk / "lf.docx").read_bytes() == (desk / "a.docx").read_bytes()
    of_lf = (desk / "lf.html").read_bytes().replace(b"lf.txt", b"crlf.txt")
    assert of_lf == (desk / "crlf.html").read_bytes()
    assert [path.name for path in desk.rglob(f"*{atomic.WAITING}")] == []


def as_on_windows(code, winerror):
    error = PermissionError(code, os.strerror(code))
    error.winerror = winerror
    return error


@pytest.mark.parametrize("times", [1, 10])
def test_a_file_that_is_held_for_a_moment_is_waited_for(tmp_path, monkeypatch, times):
    """What looks for viruses opens each new file, and lets it go."""
    path, pauses = tmp_path / "a.docx", []
    path.write_bytes(b"old")
    real, left = Path.replace, [as_on_windows(errno.EACCES, 32)] * times

    def held(self, target):
        if left:
            raise left.pop()
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr(atomic.time, "sleep", pauses.append)
    if times == 1:
        atomic.replace_file(path, b"new")
        assert (path.read_bytes(), len(pauses)) == (b"new", 1)
        return
    with pytest.raises(OSError, match="open in another program, such as Word"):
        atomic.replace_file(path, b"new")
    assert (path.read_bytes(), len(pauses)) == (b"old", 3)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_may_not_be_written_is_not_open_in_word(tmp_path, monkeypatch):
    def denied(self, target):
        raise as_on_windows(errno.EACCES, 5)

    monkeypatch.setattr(Path, "replace", denied)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError) as caught:
        atomic.replace_file(tmp_path / "a.docx", b"new")
    monkeypatch.setattr(errors, "_TELLS_HELD_APART", True)
    assert errors.refusal_of(caught.value)[0].startswith("没有权限；")
    # of a file that is read, Windows tells neither from the other
    monkeypatch.setattr(errors, "_TELLS_HELD_APART", False)
    assert "正在别的程序（如 Word）中打开" in errors.system_error_words(caught.value)


@pytest.mark.parametrize(
    ("name", "none"),
    [
        *((name, True) for name in ("con", "CON.docx", "Aux.tar.gz", "com1.txt", "lpt9", "nul .x")),
        *((name, True) for name in ("a.", "a ", "a:b.docx", "why?.md", 'a"b', "a|b", "a\tb")),
        *((name, False) for name in ("console.md", "com10", "报告（1）.docx", ".venv", "a b.c")),
    ],
)  # fmt: skip
def test_names_that_windows_has_not(name, none):
    assert atomic.is_no_name(name) is none


def test_all_of_the_book_can_be_there(book):
    """No name that Windows has not, none that differs from another by the case only, none long."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout.decode().split("\0")  # fmt: skip
    sums = ROOT / "_build" / "editions" / "latest" / SUMS
    edition_names = parse_sums(sums.read_text(encoding="utf-8")) if sums.exists() else {}
    for names in (list(filter(None, listed)), list(edition_names)):
        assert len({name.casefold() for name in names}) == len(names)
        assert [name for name in names if any(map(atomic.is_no_name, name.split("/")))] == []
        # 260 are allowed, with the folder of the book and that of the edition
        assert [name for name in names if len(name) > 120] == []


def test_articles_have_pages_of_their_own_where_case_is_none():
    taken = set()
    given = (
        "A.txt",
        "a.docx",
        "news.html",
        "x/a.txt",
        "y/a.txt",
        "z/A.TXT",
        "re\u0301.md",
        "r\u00e9.md",
    )
    pages = [_page_name(Path(name), taken) for name in given]
    assert pages == [
        *("A.html", "a.docx.read.html", "news.html.read.html", "a.txt.read.html"),
        *("a.txt.2.read.html", "A.TXT.3.read.html", "re\u0301.html", "r\u00e9.md.read.html"),
    ]


def test_a_pattern_means_what_it_does_in_a_shell(tmp_path):
    for name in ("b.csv", "a.csv", "~$a.csv", "c[1].csv", "d.txt"):
        (tmp_path / name).touch()
    found = cli._matching([tmp_path / "*.csv", tmp_path / "c[1].csv", tmp_path / "none*.csv"])
    assert [path.name for path in found] == ["a.csv", "b.csv", "c[1].csv", "c[1].csv", "none*.csv"]


def test_a_pdf_is_read_where_no_limit_of_memory_is_taken(monkeypatch):
    """As macOS, which knows its name and refuses it."""
    refuse = "import resource\ndef no(*_): raise ValueError('exceeds')\nresource.setrlimit = no\n"
    monkeypatch.setattr(pdf, "_LIMITS", refuse + pdf._LIMITS)
    monkeypatch.setattr(pdf, "_PDF_READER", "import json\nprint(json.dumps([sys.argv[4:], '']))")
    assert pdf.properties_and_text(b"", "/Title") == (["/Title"], "")


def test_help_is_printed_where_output_has_no_chinese(monkeypatch):
    """As on a Windows that speaks English, into a file."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    with pytest.raises(SystemExit, match="0"):
        cli.main(["data", "--help"])
    out.flush()
    assert b"\\u7b14\\u8bb0\\u672c\\u7535\\u8111, laptop" in out.buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resource", "does not run on Windows: use WSL"),
        ("yaml.nodes", "yaml is not installed: this command needs all of requirements.txt"),
        ("cqbook.site", None),
    ],
)
def test_a_command_for_which_something_is_not_here_says_so(
    tmp_path, monkeypatch, capsys, name, said
):
    def run(*_):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(cli, "_check", run)
    words = ["--root", str(tmp_path), "check"]
    if said is None:
        # a fault of our own
        with pytest.raises(ModuleNotFoundError):
            cli.main(words)
        return
    assert cli.main(words) == 1
    assert said in capsys.readouterr().err


def test_the_forge_installs_as_a_reader_is_told():
    told = (ROOT / "docs" / "windows.md").read_text(encoding="utf-8")
    commands = re.search(r"```powershell\n(.*?)```", told, re.DOTALL)[1].splitlines()
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
    steps = re.sub(r"- run: (?:>-\s+)?", "\n", workflow.partition("\n  desk:")[2])
    steps = re.sub(r"\s*\n {10}", " ", steps).replace("${{ matrix.programs }}/", ".venv\\Scripts\\")
    assert len(commands) == 4
    assert [line for line in commands if f"\n{line}\n" not in steps] == []
    assert f"tests/{Path(__file__).name}" in steps


def test_the_lock_of_a_desk_is_part_of_that_of_the_book(ran):
    """It has the same versions, and all that the commands load."""
    book, desk = (
        dict(re.findall(r"^([a-z0-9-]+==\S+).*\\\n((?: +--hash.*\n)+)", text, re.MULTILINE))
        for text in (
            (ROOT / name).read_text(encoding="utf-8")
            for name in ("requirements.txt", "requirements-desk.txt")
        )
    )
    assert len(desk) > 40
    assert desk.items() <= book.items()
    names = {entry.partition("==")[0] for entry in desk}
    tops = {name.partition(".")[0] for name in json.loads(ran[0].splitlines()[-1])["loaded"]}
    of_module = importlib.metadata.packages_distributions()
    wanted = {canonicalize_name(item) for top in tops for item in of_module.get(top, ())}
    # what was installed beside the book, for JupyterLab say, is asked for and not needed
    of_the_book = {entry.partition("==")[0] for entry in book}
    assert len(wanted & names) > 20
    assert (wanted & of_the_book) - names <= MAY_BE_THERE


def test_a_draft_that_is_later_than_the_latest_is_named(tmp_path, monkeypatch):
    """Who verifies next month's document would take the old edition's word for the new one's."""
    held = {paths.released_folder(tmp_path): {"2026-11": tmp_path / "2026-11"}}
    fresh = {"latest": tmp_path / "2026-11", "2026-12": tmp_path / "2026-12"}
    held[paths.built_folder(tmp_path)] = fresh
    monkeypatch.setattr(store, "editions_in", lambda folder: held.get(folder, {}))
    monkeypatch.setattr(store, "manifest_of", lambda path: SimpleNamespace(edition=path.name))
    first, draft = store.last_word_lines(tmp_path, "latest")
    assert first.startswith("以版次 2026-11 为准")
    assert "加 --against 2026-12" in draft
    assert len(list(store.last_word_lines(tmp_path, "2026-12"))) == 1


def test_the_latest_is_the_last_release_where_nothing_was_built(tmp_path, monkeypatch):
    days = {"2026-11": "2026-11-30", "2026-10": "2026-12-01", "2026-09": "2026-10-02"}
    held = {paths.released_folder(tmp_path): {name: tmp_path / name for name in days}}
    monkeypatch.setattr(store, "editions_in", lambda folder: held.get(folder, {}))
    monkeypatch.setattr(store, "release_of", lambda path: SimpleNamespace(released=days[path.name]))
    assert store.find(tmp_path, "latest").name == "2026-10"
    held.clear()
    with pytest.raises(DataError, match="没有版次 latest"):
        store.find(tmp_path, "latest")


#: What asks for the system's name, and why it must: nobody else does, so that what is tried here in
#: `like_windows` is what runs there.
ASKED = {"errors.py": "one word", "cli.py": "a closed pipe has another number"}


def test_nothing_asks_for_the_system():
    package = ROOT / "lib" / "cqbook"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\b(os\.name|sys\.platform|platform\.system)\b", path.read_text("utf-8"))
    }
    assert found == set(ASKED)
