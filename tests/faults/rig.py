"""A book of one page, commands on it with a fault, and what must hold after every fault."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from conftest import ROOT

SHIM = Path(__file__).resolve().parent / "shim"
#: Seconds after which a command hangs; a hundred times what one takes on a machine of its own.
PATIENCE = 900
CHAPTER = """import cqbook as cq
book = cq.open_data(data_dir)
item = cq.fact(book, unit="100M CNY", indicator="trade_value", entity="CN-50",
                     period="2022", flow="total")
new = cq.fact(book, unit="100M CNY", indicator="trade_value", entity="CN-50",
                    period="2021-01/2021-05", flow="total")
cq.glue(total=item, new=new)"""
DRAW = """rows = cq.points([("总值", item)], unit="100M CNY")
words = {"title": "总值", "subtitle": "2022年，亿元", "unit": "亿元"}
words |= {"english": ("Total", "2022, CNY bn")}
cq.figure(book, "fig-small", cq.charts.bars(rows), **words)"""
TEXT = "# 外贸\n\n:::{english} Trade\n:::\n\n进出口总值{glue:text}`total`，{glue:text}`new`。\n"
CONTENTS = """format: jb-book
root: chapters/index
parts:
  - caption: 外贸
    chapters:
      - file: chapters/trade
"""
#: A figure that the book does not have.
ROW = {
    "source_id": "customs-2021-05",
    "locator": "¶1",
    "indicator": "trade_value",
    "entity": "CN-50",
    "period": "2021-01/2021-05",
    "flow": "total",
    "status": "actual",
    "as_printed": "3000.5亿元",
}
SOURCE = {"source_id": "customs-2021-05", "title": "1—5月外贸", "outlet": "重庆海关"}


@dataclass
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str


def small_book(root: Path) -> Path:
    """Make a book of one chapter with one figure, accepted; not yet built."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("customs", ".*"))
    shutil.copy(ROOT / "requirements.txt", root)
    shutil.copy(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text(CONTENTS, encoding="utf-8")
    (root / "chapters").mkdir()
    (root / "chapters" / "index.md").write_text(
        "# 概览\n\n:::{english} Overview\n:::\n\n一页的书。\n", encoding="utf-8"
    )
    write_chapter(root, [CHAPTER, DRAW])
    good(root, "accept")
    return root


def write_chapter(root: Path, sources: list[str], name: str = "trade") -> None:
    cells = [nbformat.v4.new_markdown_cell(TEXT), nbformat.v4.new_code_cell('data_dir = ""')]
    cells[1].metadata["tags"] = ["parameters"]
    cells += [nbformat.v4.new_code_cell(text) for text in sources]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "chapters" / f"{name}.ipynb")


def environment(**changes: str | None) -> dict[str, str]:
    found = {key: text for key, text in os.environ.items() if not key.startswith("CQBOOK_")}
    found |= {key: text for key, text in changes.items() if text is not None}
    return {key: text for key, text in found.items() if changes.get(key, "") is not None}


def start(root: Path, *words: str, before=None, **changes: str | None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cqbook.cli", "--root", str(root), *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="backslashreplace",
        env=environment(**changes),
        preexec_fn=before,
    )


def run(root: Path, *words: str, before=None, **changes: str | None) -> Done:
    return ended(start(root, *words, before=before, **changes))


def ended(process: subprocess.Popen[str]) -> Done:
    """Wait for a command; one that hangs is ended, and fails the test."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return Done(process.returncode, out, err)


def good(root: Path, *words: str, **changes: str | None) -> Done:
    done = run(root, *words, **changes)
    assert done.code == 0, done.err
    return done


def refused(done: Done, *words: str) -> None:
    """Check that a command was refused in words, in both languages, with these among them."""
    assert done.code == 1, done.out + done.err
    assert "Traceback" not in done.err, done.err
    assert " | " in done.err, done.err
    for word in words:
        assert word in done.err, done.err


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, locks and what they hold for others left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".cqbook-lock"
    }


def changes(root: Path, log: Path, *words: str) -> list[tuple[str, str]]:
    """Run a command well; return the changes that it makes below the root: what, and where."""
    log.unlink(missing_ok=True)
    fault = json.dumps({"root": str(root), "log": str(log)})
    good(root, *words, CQBOOK_FAULT=fault, PYTHONPATH=str(SHIM))
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [(line[2], line[3]) for line in lines if line[0] == "change"]


def killed(root: Path, at: int, log: Path, *words: str, power: bool = False) -> bool:
    """Run a command that is killed before its n-th change; return whether it came so far.

    With `power`, what was not flushed to the disk by then is lost: files that were written are
    there and empty, as a file system that orders names but not contents leaves them.
    """
    log.unlink(missing_ok=True)
    fault = json.dumps({"root": str(root), "log": str(log), "do": "kill", "at": at})
    since = time.time_ns()
    done = run(root, *words, CQBOOK_FAULT=fault, PYTHONPATH=str(SHIM))
    assert done.code in (0, -signal.SIGKILL), done.err
    if power:
        cut(root, log, since)
    return done.code != 0


def cut(root: Path, log: Path, since: int) -> None:
    """Empty the files that changed since then and were not flushed."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    flushed = {line[1]: (line[2], line[3]) for line in lines if line[0] == "fsync"}
    settled = max([line[1] for line in lines if line[0] == "settle"], default=0)
    for path in [item for item in root.rglob("*") if item.is_file() and not item.is_symlink()]:
        facts = path.stat()
        # copies keep the time of what they were copied from; the change of the inode is ours
        if max(facts.st_mtime_ns, facts.st_ctime_ns) < since:
            continue
        if flushed.get(facts.st_ino) == (facts.st_mtime_ns, facts.st_size):
            continue
        if max(facts.st_mtime_ns, facts.st_ctime_ns) <= settled:
            continue
        with path.open("r+b") as file:
            file.truncate(0)


def figures_csv(path: Path, **other: str) -> Path:
    """Write a table of one press figure, of a source that the book has."""
    import csv

    row = ROW | {"source_id": "trade-2022"} | other
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(row))
        writer.writeheader()
        writer.writerow(row)
    return path


@functools.cache
def prepared() -> Path:
    """Return a book with a released edition, a draft and the latest; to be copied, not changed."""
    home = Path(tempfile.mkdtemp(prefix="cqbook-faults-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    root = small_book(home / "book")
    good(root, "build")
    good(root, "release")
    good(
        root,
        "build",
        "--edition",
        "draft-a",
    )
    return root


def copy_of_prepared(target: Path) -> Path:
    shutil.copytree(prepared(), target)
    return target


def site(root: Path) -> dict[str, bytes]:
    return tree(root / "_build" / "html")
