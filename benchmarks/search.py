"""The book's search beside pagefind: what stands first, and what a reader waits for.

Run from the book's root after ``make book``: ``python benchmarks/search.py``. It is the one
benchmark that needs npm's registry, for pagefind itself (a release is named below). Both are asked
what `tests/search_first.csv` and `tests/search_queries.csv` ask; pagefind indexes the same pages,
of each its article, with the program that knows Chinese words, and is asked in Chromium.
"""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import ROOT
from playwright.sync_api import Browser, sync_playwright
from reading import served

from cqbook.citing.book_pdf import chromium
from cqbook.data.catalog import Catalog
from cqbook.site.numbers_page import plain_name

LATEST = ROOT / "_build" / "html" / "latest"
TESTS = ROOT / "tests"
RELEASE = "1.6.0"
PROGRAM = "@pagefind/linux-x64"
#: What our search loads for a question.
OURS = ("search.js", "passages.js", "numbers.js", "numbers-own.js")
NAMES = (
    "the page that is wanted first stands first",
    "and so does the very place",
    "of pages alone: one that is expected stands first",
)
ASK = """async ([queries]) => {
  const book = await import("/pagefind/pagefind.js");
  await book.init();
  const weight = part => part.weighted_locations.length;
  const found = [];
  for (const query of queries) {
    const began = performance.now(), answer = await book.search(query);
    const first = answer.results.length ? await answer.results[0].data() : null;
    const time = performance.now() - began;
    const [part] = first ? first.sub_results.sort((a, b) => weight(b) - weight(a)) : [];
    found.push({query, time, first: part ? part.url : first ? first.url : ""});
  }
  return found;
}"""


@dataclass(frozen=True)
class First:
    """What stood first: its page, its place there (empty: the page itself); the first of pages."""

    page: str
    place: str
    first_page: str
    time: float


def table(name: str) -> list[dict[str, str]]:
    """Return the queries of a table of the tests."""
    with (TESTS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def pagefind(queries: list[str], work: Path) -> tuple[dict[str, First], tuple[int, int]]:
    """Return what pagefind answers to each query, and the bytes of the first and of all."""
    subprocess.run(
        ["npm", "pack", "--silent", f"{PROGRAM}@{RELEASE}", "--pack-destination", str(work)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (packed,) = work.glob("*.tgz")
    shutil.unpack_archive(packed, work, filter="data")
    site = work / "site"
    shutil.copytree(LATEST, site, ignore=shutil.ignore_patterns("search.html", "*.pdf", "*.xlsx"))
    program = work / "package" / "bin" / "pagefind_extended"
    subprocess.run(
        [program, "--site", str(site), "--root-selector", "article"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    # the page's policy lets no WebAssembly run; one that only loads pagefind has none
    (site / "ask.html").write_text("<!DOCTYPE html><title>ask</title>", encoding="utf-8")
    with served(site) as address, sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium())
        asked = [_asked(browser, address, some) for some in (queries[:1], queries)]
        browser.close()
    found = {}
    for item in asked[1][0]:
        name, _, place = item["first"].lstrip("/").partition("#")
        found[item["query"]] = First(name, place, name, item["time"])
    return found, (asked[0][1], asked[1][1])


def _asked(browser: Browser, address: str, queries: list[str]) -> tuple[list[dict[str, Any]], int]:
    """Return the answers of a page that asks some queries, and how many bytes it loaded for that.

    As the network has it, also what a worker of the page loads.
    """
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/ask.html")
    sizes: list[int] = []
    context.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    answer: list[dict[str, Any]] = page.evaluate(ASK, [queries])
    page.wait_for_timeout(200)
    context.close()
    return answer, sum(sizes)


def ours(queries: list[str]) -> dict[str, First]:
    """Return what the book's own search answers to each query, asked as in the tests."""
    node = shutil.which("node") or sys.exit("node?")
    made = subprocess.run(
        [node, str(TESTS / "search_answers.js"), str(LATEST)],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        check=True,
    )
    known = places()
    found = {}
    for item in json.loads(made.stdout):
        page, place = known.get(item["first"], _place(item["first"]))
        found[item["query"]] = First(page, place, next(iter(item["pages"]), ""), item["time"])
    return found


def _place(first: str) -> tuple[str, str]:
    """Return page and place of ``claim chapters/trade.html#claim-…`` and ``page chapters/…``."""
    page, _, place = first.partition(" ")[2].partition("#")
    return page, place


def places() -> dict[str, tuple[str, str]]:
    """Return page and place of each ``figure …`` and ``number …``."""
    figures = json.loads((LATEST / "figures.json").read_text(encoding="utf-8"))["figures"]
    found = {f"figure {item['id']}": (f"{item['page']}.html", item["id"]) for item in figures}
    rows = Catalog(ROOT / "data").observations()
    for name, indicator in zip(rows["observation_id"], rows["indicator"], strict=True):
        found[f"number {name}"] = (f"{plain_name(indicator)}.html", f"obs-{name}")
    # the browser of numbers itself, for what only long series have
    return found | {"series": ("chapters/numbers.html", "")}


def share(good: Iterable[bool]) -> str:
    """Return how many of how many."""
    all_of = list(good)
    return f"{sum(all_of)} of {len(all_of)}"


def rows_of(answers: Mapping[str, First]) -> list[str]:
    """Return the three shares: page of what tests want first, its very place, one of the pages."""
    known = places()
    first = [
        (row["query"], known.get(row["first"], _place(row["first"])))
        for row in table("search_first")
    ]
    pages = [(row["query"], row["expected"].split(";")) for row in table("search_queries")]
    return [
        share(answers[query].page == page for query, (page, _) in first),
        share((answers[query].page, answers[query].place) == wanted for query, wanted in first),
        share(answers[query].first_page in wanted for query, wanted in pages),
    ]


def main() -> None:
    """Print the comparison as the rows of a table."""
    queries = [row["query"] for name in ("search_first", "search_queries") for row in table(name)]
    own = ours(queries)
    with tempfile.TemporaryDirectory() as folder:
        other, loaded = pagefind(queries, Path(folder))
    static = LATEST / "_static"
    weight = sum(len(gzip.compress((static / name).read_bytes(), 6)) for name in OURS)
    times = [statistics.median(item.time for item in some.values()) for some in (own, other)]
    lines = [
        *zip(NAMES, rows_of(own), rows_of(other), strict=True),
        ("loaded for the first question", *(f"{n / 1000:.0f} kB" for n in (weight, loaded[0]))),
        (f"for all {len(queries)}", *(f"{n / 1000:.0f} kB" for n in (weight, loaded[1]))),
        ("time of a question, median", *(f"{time:.0f} ms" for time in times)),
    ]
    print(f"| | own search | pagefind {RELEASE} |\n| --- | --- | --- |")
    for line in lines:
        print(f"| {' | '.join(line)} |")


if __name__ == "__main__":
    main()
