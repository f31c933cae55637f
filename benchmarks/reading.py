"""How fast a page is to read on a slow phone, beside the page that jupyter-book would make.

Run from the book's root after ``make book``: ``python benchmarks/reading.py``. Chromium is slowed
down to a quarter of this machine's speed and to 1.6 Mbit/s with 150 ms a round trip; the server
compresses text with gzip, level 6, and speaks HTTP/1.1. The baseline is the same chapter with
jupyter-book's own theme and Altair's own output; the scripts that it takes from other servers come
from this one, so that it can be measured without a network.
"""

from __future__ import annotations

import gzip
import http.server
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import vl_convert
from harness import ROOT, Result, keep, result
from playwright.sync_api import Browser, sync_playwright

from cqbook.citing.book_pdf import chromium
from cqbook.figures.figure import GLUE_PREFIX
from cqbook.figures.identity import FIGURE_MIME

LATEST = ROOT / "_build" / "html" / "latest"
NOTEBOOKS = ROOT / "_build" / "editions" / "latest" / "notebooks"
CHAPTER = "trade"
RUNS = 3
#: What is wanted of each page, and the unit; layout shift has none.
WANTED = {
    "first paint": (1800, "ms"),
    "largest paint": (1800, "ms"),
    "layout shift": (0.02, ""),
    "blocked time": (150, "ms"),
    "critical path": (150, "kB"),
    "weight before interaction": (300, "kB"),
}
TEXT = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
TEXT |= {".svg": "image/svg+xml", ".json": "application/json"}
#: What stays fixed: latency in ms, bytes a second, slowness of the processor.
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000}
NETWORK |= {"uploadThroughput": 200_000}
SLOWER = 4
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
}
OBSERVE = """
window.seen = {lcp: 0, shift: 0, blocked: 0};
function watch(type, each) {
  new PerformanceObserver(l => l.getEntries().forEach(each)).observe({type, buffered: true});
}
watch('largest-contentful-paint', e => seen.lcp = e.startTime);
watch('layout-shift', e => { if (!e.hadRecentInput) seen.shift += e.value });
watch('longtask', e => seen.blocked += Math.max(0, e.duration - 50));
"""
#: Bytes of the page itself and of what it waits for before the first paint.
BLOCKING = """
performance.getEntriesByType('resource').filter(e => e.renderBlockingStatus === 'blocking')
  .concat(performance.getEntriesByType('navigation')).reduce((sum, e) => sum + e.encodedBodySize, 0)
"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder with gzip; yield its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = folder / urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            content, kind = path.read_bytes(), TEXT.get(path.suffix)
            self.send_response(200)
            if kind:
                content = gzip.compress(content, 6)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", kind or "application/octet-stream")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def default_book(folder: Path) -> Path:
    """Build the chapter as jupyter-book and Altair do by themselves; return the site."""
    from altair.utils.html import spec_to_html

    notebook = nbformat.read(NOTEBOOKS / f"{CHAPTER}.ipynb", 4)
    drawn = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if FIGURE_MIME in data:
                drawn += 1
                html = spec_to_html(
                    {key: value for key, value in data[FIGURE_MIME].items() if key != "usermeta"},
                    mode="vega-lite", vega_version="6", vegaembed_version="7",
                    vegalite_version="6", base_url="/cdn", output_div=f"altair-viz-{drawn}",
                    template="standard", fullhtml=False,
                )  # fmt: skip
                output["data"] = {"text/html": html}
            elif not any(key.startswith(GLUE_PREFIX) for key in data):
                output["data"] = {"text/plain": data.get("text/plain", "")}
    book = folder / "book"
    book.mkdir()
    nbformat.write(notebook, book / "index.ipynb")
    (book / "_config.yml").write_text("title: book\nexecute: {execute_notebooks: 'off'}\n")
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(book)]
    subprocess.run(command, check=True, capture_output=True)
    site = book / "_build" / "html"
    parts = {
        "vega@6": vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version="6.4"),
        "vega-lite@6": "",
        "vega-embed@7": "",
    }
    for name, text in parts.items():
        (site / "cdn").mkdir(exist_ok=True)
        (site / "cdn" / name).write_text(f"(function(){{{text}}})();", encoding="utf-8")
    return site


def visit(browser: Browser, address: str) -> dict[str, float]:
    """Load a page as a slow phone; return ms, shift, and kB before anything is touched."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.add_init_script(OBSERVE)
    tap = context.new_cdp_session(page)
    tap.send("Network.enable")
    tap.send("Network.emulateNetworkConditions", NETWORK)
    tap.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    size: dict[str, float] = {}
    tap.on(
        "Network.loadingFinished", lambda e: size.update({e["requestId"]: e["encodedDataLength"]})
    )
    base = address.split("/", 3)[2]
    # what is on other servers can't be reached here, and would only fail more slowly
    page.route(lambda url: base not in url, lambda route: route.abort())
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_timeout(2500)
    seen = page.evaluate("seen")
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    blocking = page.evaluate(BLOCKING)
    context.close()
    return {
        "first paint": first or 0.0,
        "largest paint": seen["lcp"],
        "layout shift": seen["shift"],
        "blocked time": seen["blocked"],
        "critical path": blocking / 1000,
        "weight before interaction": sum(size.values()) / 1000,
    }


def measure() -> list[Result]:
    """Visit pages of the book and the default page in turn; return the results."""
    pages = ["chapters/index.html", f"chapters/{CHAPTER}.html", "chapters/figures.html"]
    pages += ["chapters/sources.html", "chapters/parks.html"]
    with (
        tempfile.TemporaryDirectory() as folder,
        served(LATEST) as ours,
        sync_playwright() as playwright,
        served(default_book(Path(folder))) as theirs,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        addresses = {"default": f"{theirs}/index.html"}
        addresses |= {page: f"{ours}/{page}" for page in pages}
        seen: dict[str, list[dict[str, float]]] = {name: [] for name in addresses}
        for _ in range(RUNS):
            for name, address in addresses.items():
                seen[name].append(visit(browser, address))
        browser.close()
    return compared(seen)


def compared(seen: dict[str, list[dict[str, float]]]) -> list[Result]:
    """Return the same chapter beside the default page, and the worst page beside what is wanted."""
    found = []
    for key, (wanted, unit) in WANTED.items():
        visits = {name: [run[key] for run in runs] for name, runs in seen.items()}
        same = visits[f"chapters/{CHAPTER}.html"]
        if all(visits["default"]):
            title = f"{key} of {CHAPTER}"
            found.append(
                result(title, "reading", same, "default page", visits["default"], None, unit=unit)
            )
        own = {name: runs for name, runs in visits.items() if name != "default"}
        worst = max(own.values(), key=statistics.median)
        title = f"{key} of the worst of {len(own)} pages"
        base = [wanted] * len(worst)
        found.append(result(title, "reading", worst, "what is wanted", base, 1.0, unit=unit))
    return found


if __name__ == "__main__":
    keep(measure())
