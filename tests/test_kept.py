"""Pages that would come out as they were are taken from the site before, the same in each byte."""

from __future__ import annotations

import json
import os
import re
import shutil

import nbformat
import pytest
from conftest import ROOT, with_bundle

from cqbook.build import staging
from cqbook.build.rendering import Renderer
from cqbook.disk.checksums import SUMS, format_sums, hashes, to_json
from cqbook.execution.notebooks import read_notebook, to_bytes
from cqbook.execution.page import Executed, Page
from cqbook.figures.claims import CLAIMS, said_of
from cqbook.figures.figure import TABLE_MIME

PAGES = ("index", "one", "claims", "figures", "sources", "glossary")
CONTENTS = {"format": "jb-book", "root": "chapters/index"}
CONTENTS["chapters"] = [{"file": f"chapters/{name}"} for name in PAGES[1:]]


def notebook(title, *outputs):
    """Return a notebook of a title, a paragraph, and a cell with outputs."""
    text = f"# {title}\n\n:::{{english}} Title\n:::\n\n文字。"
    cells = [
        nbformat.v4.new_markdown_cell(text),
        nbformat.v4.new_code_cell("show", outputs=list(outputs)),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number}"
    return to_bytes(nbformat.v4.new_notebook(cells=cells))


def table():
    """Return the output that shows a table of the book."""
    outputs = [
        output
        for cell in read_notebook(ROOT / "chapters" / "parks.ipynb").cells
        for output in cell.get("outputs", [])
        if TABLE_MIME in output.get("data", {})
    ]
    return outputs[0]


class Book:
    """A small book, rendered again and again; `read`, `written`: what of it was the last time."""

    def __init__(self, folder, data, renderer):
        self.folder, self.data, self.renderer = folder, data, renderer
        self.pages = {"index": notebook("书"), "one": notebook("一", table())}
        source = read_notebook(ROOT / "chapters" / "corridors.ipynb")
        self.claims = json.loads(to_json(said_of("index", source)))
        self.site, self.count = folder / "none", 0

    def render(self):
        """Render it as it is now; return the hashes of the site."""
        self.count += 1
        place = self.folder / str(self.count)
        # what was laid out ahead may turn out to be of no use
        if self.count % 2:
            self.renderer.prepare(place / "out", self.site)
        results = {name: Executed(content) for name, content in self.pages.items()}
        chosen = [Page(name, name) for name in results]
        staged = place / "stage"
        staging.stage(ROOT, chosen, results, staged, data=self.data, edition="2026-11")
        (staged / "_toc.yml").write_text(json.dumps(CONTENTS), encoding="utf-8")
        (staged / CLAIMS).write_text(to_json(self.claims), encoding="utf-8")
        for path in (staged / "chapters").glob("*.md"):
            if path.stem not in PAGES:
                path.unlink()
        start = os.fstat(self.renderer.said.fileno()).st_size
        site = self.renderer.render(staged, place / "out", print, alone=True, before=self.site)
        end = os.fstat(self.renderer.said.fileno()).st_size
        said = os.pread(self.renderer.said.fileno(), end - start, start).decode()
        self.read = sum(map(int, re.findall(r"(\d+) (?:added|changed)", said)))
        found = hashes(site)
        # what was not written is a copy of before Sphinx had read all
        first = (place / "out/_build/.doctrees/environment.pickle").stat().st_mtime_ns
        pages = (site / "chapters").glob("*.html")
        self.written = {path.stem for path in pages if path.stat().st_mtime_ns >= first}
        # as a build does it: the site stands elsewhere when the next one is rendered
        self.site = place / "site"
        shutil.move(site, self.site)
        (self.site / SUMS).write_text(format_sums(found), encoding="utf-8")
        self.renderer.remember(place / "out", format_sums(found))
        return found


@pytest.mark.slow
def test_what_differs_is_rendered_and_all_is_as_if_rendered_anew(tmp_path, plain):
    """The changes follow each other: what one of them left as it was would be seen at the end."""
    with Renderer(with_bundle(tmp_path / "cache")) as renderer:
        book = Book(tmp_path, plain.path, renderer)
        book.render()
        assert book.read == len(PAGES)
        rows = list(enumerate(plain.rows("observations.csv")))
        claimed = {row for item in book.claims for row in item["claim"]["rows"]}
        book.pages["one"] = book.pages["one"].replace("文字".encode(), "别的文字".encode())
        book.render()
        assert book.read == 1
        # and the first page, which Sphinx always writes
        assert book.written == {"one", "index"}
        book.claims[0]["claim"]["margin"] = "余地变了"
        book.render()
        assert book.read == 1
        assert book.written == {"index", "claims"}
        output = table()
        output["data"][TABLE_MIME]["title"] = "另一个标题"
        book.pages["one"] = notebook("一", output)
        kept = book.render()
        assert book.read == 1
        assert book.written == set(PAGES)
        # what no page asked for
        plain.set("projects.csv", 1, "note", "另一个注")
        book.render()
        assert book.read == 0
        assert book.written == {"index"}
        assert "另一个注" in (book.site / "data" / "projects.csv").read_text(encoding="utf-8")
        # of a row that no page asked for, only the page that counts rows would tell
        plain.set("observations.csv", 1, "note", "另一个注")
        book.render()
        assert book.read == 1
        assert book.written == {"index", "sources"}
        # a sentence's source, which its page names
        row = next(place for place, cells in rows if cells[0] in claimed)
        plain.set("observations.csv", row, "source_id", plain.rows("sources.csv")[-1][0])
        book.render()
        assert book.read == 2
        assert book.written == {"index", "sources"}
        # what no page is about any more would have its file still
        plain.set("observations.csv", 1, "indicator", "gdp")
        book.render()
        assert book.read == len(PAGES)
        # what any page may ask: the name of a source
        plain.set("sources.csv", 1, "published", "2020-02-02")
        kept = book.render()
        assert book.read == len(PAGES)
        # who has altered a file of the site has another one made
        (book.site / "chapters" / "sources.html").write_text("altered", encoding="utf-8")
        assert book.render() == kept
        assert book.read == len(PAGES)
