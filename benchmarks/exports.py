"""What it takes to make every figure of the book in every format: time and size of each format.

Run from the book's root after ``make book``: ``python benchmarks/exports.py``. The baseline is what
the page itself needs: its four SVG pictures, drawn in the same run. Fails if a figure fails.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path

from tqdm import tqdm

from cqbook import execution, figures, theme
from cqbook.exports import FORMATS, Exhibit, made

ROOT = Path(__file__).resolve().parents[1]


def exhibits() -> list[Exhibit]:
    """Return the figures of the built chapters that are drawn."""
    found = []
    for path in sorted((ROOT / "_build" / "editions" / "latest" / "notebooks").glob("*.ipynb")):
        notebook = execution.Executed(path.read_bytes()).notebook
        for output in figures.outputs(notebook):
            spec = output["data"].get(figures.FIGURE_MIME)
            if spec:
                page = f"chapters/{path.stem}"
                found.append(Exhibit(spec["usermeta"], spec, page, "benchmark"))
    return found


def main() -> None:
    """Make all and print a line a format."""
    shown = exhibits()
    assert shown, "run `make book` first"
    seconds: dict[str, float] = defaultdict(float)
    size: dict[str, int] = defaultdict(int)
    theme.svg(shown[0].spec)  # the renderer starts once
    for item in tqdm(shown, unit="fig"):
        start = time.perf_counter()
        for spec in figures.static_specs(item.spec).values():
            size["page"] += len(theme.svg(spec).encode())
        seconds["page"] += time.perf_counter() - start
        for form in FORMATS:
            start = time.perf_counter()
            size[form] += len(made(item, form))
            seconds[form] += time.perf_counter() - start
    print(f"{len(shown)} figures; ratio to the four pictures of the page")
    for form in ("page", *FORMATS):
        ratio = seconds[form] / seconds["page"]
        print(f"{form:8s} {seconds[form]:6.2f} s  {ratio:5.2f}  {size[form] / 1e6:6.2f} MB")
    forms = sum(seconds[form] for form in FORMATS)
    weight = sum(size[form] for form in FORMATS) / 1e6
    print(f"{'all six':8s} {forms:6.2f} s  {forms / seconds['page']:5.2f}  {weight:6.2f} MB")


if __name__ == "__main__":
    main()
