"""A chapter's page while it is written: shown at each save, with what is wrong with it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import redirect_stderr, redirect_stdout

import nbformat
import pytest
from conftest import ROOT, plain_data, with_bundle

import cqbook as cq
from cqbook import cli
from cqbook.build.chapter_lint import check_chapters
from cqbook.build.embedding import embedded
from cqbook.build.new_chapter import new_chapter
from cqbook.build.preview import Previewer
from cqbook.build.serving import Stage, serving
from cqbook.build.watching import turned_claims
from cqbook.errors import ChapterError
from cqbook.execution import executor
from cqbook.execution.notebooks import read_notebook
from cqbook.execution.page import ExecutionError
from cqbook.execution.page_preview import SESSION_VARIABLE, page_preview
from cqbook.figures.identity import LATER_VARIABLE


def changed(path, cell, old, new):
    """Save the notebook with another text in a cell (counted from 0)."""
    notebook = read_notebook(path)
    assert old in notebook.cells[cell].source
    notebook.cells[cell].source = notebook.cells[cell].source.replace(old, new)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A book of one small chapter."""
    folder = tmp_path_factory.mktemp("book")
    plain_data(folder / "data")
    (folder / "chapters").mkdir()
    for name in ("_config.yml", "requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    contents = "format: jb-book\nroot: chapters/index\nchapters:\n  - file: chapters/errata\n"
    (folder / "_toc.yml").write_text(contents, encoding="utf-8")
    new_chapter(folder, "steel", "钢材出口")
    with_bundle(folder / "_build" / "cache")
    return folder


@pytest.fixture(scope="module")
def previewer(root):
    with Previewer(root, "steel", {}) as made:
        made.show(lambda _: None)
        yield made


@pytest.fixture
def chapter(previewer):
    """The notebook of the chapter, as it was when the test is over."""
    kept = previewer.source.read_bytes()
    yield previewer.source
    previewer.source.write_bytes(kept)


def text_of(shown):
    return re.sub(r"<[^>]+>", "", shown.page.read_text(encoding="utf-8"))


def test_the_page_has_sentences_with_their_numbers(previewer, monkeypatch):
    def never(*_, **__):
        raise AssertionError

    # nothing has changed: nothing is executed
    monkeypatch.setattr(executor, "execute", never)
    shown = previewer.show(lambda _: None)
    assert "2025年进出口8006.8亿元，多于一年前的" in text_of(shown)
    assert [(item.claim.name, item.claim.holds) for item in shown.said] == [
        ("more-than-before", True)
    ]
    assert shown.lines == []


def test_a_new_sentence_is_shown_without_an_execution(previewer, chapter, monkeypatch):
    monkeypatch.setattr(executor, "execute", None)
    changed(chapter, 0, "出口与进口几年的变化", "再看{glue:text}`total`是怎么来的")
    assert "再看8006.8亿元是怎么来的" in text_of(previewer.show(lambda _: None))


def test_what_is_wrong_is_told_beside_the_page(previewer, chapter):
    changed(chapter, 0, "出口与进口几年的变化", "约五成，{glue:text}`nothing`")
    shown = previewer.show(lambda _: None)
    typed, hole = map(str, shown.faults)
    assert "第1个单元，“" in typed
    assert "expected a number glued from code" in typed
    assert "`nothing`" in hole
    assert shown.lines == [typed, hole]
    assert shown.page.exists()


def test_a_block_of_no_claim_makes_no_page(previewer, chapter):
    changed(chapter, 0, ":::{claim} more-than-before\n- ", ":::{claim} never-made\n- 约五成，")
    with pytest.raises(ChapterError, match="never-made") as found:
        previewer.show(lambda _: None)
    # nor is the rest lost
    assert "约五成" in str(found.value)


def test_an_error_is_told_with_cell_and_message_and_the_next_save_is_shown(previewer, chapter):
    changed(chapter, 3, "before = ", "x = {}['没有']\nbefore = ")
    with pytest.raises(ExecutionError) as found:
        previewer.show(lambda _: None)
    first, *_ = str(found.value).splitlines()
    assert first == (
        "steel：第4个单元第2行出错：KeyError: '没有' | cell 4, line 2 failed: KeyError: '没有'"
    )
    assert "Traceback" not in str(found.value)
    changed(chapter, 3, "x = {}['没有']\n", "x = 1\n")
    assert previewer.show(lambda _: None).faults == ()


def test_a_claim_that_turned_is_told(previewer, chapter):
    before = previewer.show(lambda _: None)
    known = {item.claim.name: item.claim.outcome for item in before.said}
    assert turned_claims(known, before.said) == []
    changed(chapter, 3, "total > before", "total < before")
    shown = previewer.show(lambda _: None)
    (line,) = turned_claims(known, shown.said)
    assert "(holds → does not hold)" in line
    assert "steel.more-than-before" in line
    assert len(shown.lines) == 1
    assert "8006.8亿元，多于一年前" not in text_of(shown)


def test_a_preview_in_the_notebook_is_neither_shown_nor_accepted(previewer, chapter, root):
    notebook = read_notebook(chapter)
    notebook.cells.append(nbformat.v4.new_code_cell("cq.preview()"))
    nbformat.write(notebook, chapter)
    shown = previewer.show(lambda _: None)
    assert shown.lines == []
    assert "preview" not in text_of(shown)
    with pytest.raises(ChapterError) as found:
        check_chapters(root, ["steel"])
    (fault,) = found.value.faults
    assert str(fault).startswith(
        "chapters/steel.ipynb：第6个单元，“cq.preview()”：应为没有 cq.prev"
    )


def test_the_page_as_one_text_needs_nothing_else(previewer):
    text = embedded(previewer.show(lambda _: None).page)
    ways = re.findall(r"(?:src|srcset|href)=[\"']([^\"']+)", text)
    assert any(way.startswith("data:image/svg+xml;base64,") for way in ways)
    assert not [way for way in ways if way.startswith(("..", "_", "http:"))]
    assert "<script" not in text
    assert "Content-Security-Policy" not in text
    assert ".cq-figure" in text
    assert "8006.8亿元" in text


def in_this_process(words, **_):
    """Run a command of ours as `subprocess.run` would."""
    assert words[:3] == [sys.executable, "-m", "cqbook.cli"]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main(words[3:])
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def test_in_the_notebook_the_page_is_shown(previewer, monkeypatch):
    published = []
    # that it is a command: `test_a_watcher_goes_on_until_ctrl_c`
    monkeypatch.setattr(subprocess, "run", in_this_process)
    monkeypatch.setattr("IPython.display.publish_display_data", published.append)
    monkeypatch.setenv(SESSION_VARIABLE, str(previewer.source))
    monkeypatch.setenv(LATER_VARIABLE, "1")
    # where the book executes it
    cq.preview()
    assert published == []
    monkeypatch.delenv(LATER_VARIABLE)
    page_preview()
    page_preview(period="1901")
    shown, refused = published
    assert "srcdoc=" in shown["text/html"]
    assert "8006.8亿元" in shown["text/html"]
    assert 'sandbox=""' in shown["text/html"]
    assert "as saved at" in shown["text/plain"]
    assert "1901" in refused["text/plain"]
    assert "<iframe" not in refused["text/html"]
    monkeypatch.delenv(SESSION_VARIABLE)
    page_preview("no-such")
    assert "chapter not found" in published[-1]["text/plain"]


def asked(address, **headers):
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode(), answer.headers


def test_the_frame_waits_for_the_next_turn(tmp_path):
    (tmp_path / "page.html").write_text("一页", encoding="utf-8")
    stage = Stage()
    with serving(tmp_path, stage) as address:
        frame, headers = asked(address)
        assert "<iframe" in frame
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert asked(f"{address}page.html")[0] == "一页"
        waiting = threading.Timer(0.2, stage.show, ("page.html", "好", ["一句"]))
        waiting.start()
        turn = json.loads(asked(f"{address}turn?after=0")[0])
        assert turn == {
            "turn": 1,
            "page": "page.html",
            "summary": "好",
            "lines": ["一句"],
            "wrong": False,
        }
        stage.show("", "坏", [], wrong=True)
        assert json.loads(asked(f"{address}turn?after=1")[0])["page"] == "page.html"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            asked(address, Host="elsewhere.example")


@pytest.mark.slow
def test_a_watcher_goes_on_until_ctrl_c(root, chapter):
    words = [sys.executable, "-u", "-m", "cqbook.cli", "--root", root, "preview", "steel"]
    own = os.environ | {"PYTHONUTF8": "1"}
    watcher = subprocess.Popen(
        [*words, "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=own,
        start_new_session=True,
        # a runner in the background may have it ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )

    def until(words):
        told = []
        for line in watcher.stdout:
            told.append(line)
            if words in line:
                return "".join(told)
        raise AssertionError(told)

    try:
        assert "http://127.0.0.1:" in until("the page is new")
        changed(chapter, 2, "import cqbook as cq", "import cqbook as cq\n1 / 0")
        assert "cell 3, line 2 failed: ZeroDivisionError" in until("executed so far")
        changed(chapter, 2, "\n1 / 0", "")
        until("the page is new")
        os.killpg(watcher.pid, signal.SIGINT)
        rest = watcher.stdout.read()
        assert watcher.wait(20) == 130
        assert (
            rest
            == "预览已结束，章节没有变 | the preview has ended; the chapter is as it was saved\n"
        )
    finally:
        if watcher.poll() is None:
            os.killpg(watcher.pid, signal.SIGKILL)
            watcher.wait()
