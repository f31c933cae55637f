"""What it takes to make every figure of the book in every format: time and size of each format.

Run from the book's root after ``make book``: ``python benchmarks/exports.py``. The baseline is what
the page itself needs: its four SVG pictures, drawn in the same run. Fails if a figure fails.
"""

from __future__ import annotations

import time
from collections import defaultdict

from book import exhibits
from harness import Result, keep, result
from tqdm import tqdm

from cqbook.figures import figure, theme
from cqbook.figures.formats import FORMATS, to_format


def measure() -> list[Result]:
    """Return time and size of each format, as parts of those of the pictures of the pages."""
    shown = exhibits()
    spent: dict[str, float] = defaultdict(float)
    size: dict[str, float] = defaultdict(float)
    theme.draw_svg(shown[0].spec)  # the renderer starts once
    for item in tqdm(shown, unit="fig"):
        start = time.perf_counter()
        for spec in figure.static_specs(item.spec).values():
            size["page"] += len(theme.draw_svg(spec).encode()) / 1e6
        spent["page"] += time.perf_counter() - start
        for form in FORMATS:
            start = time.perf_counter()
            size[form] += len(to_format(item, form)) / 1e6
            spent[form] += time.perf_counter() - start
    base = "pictures of the pages"
    found = []
    for form in FORMATS:
        name = f"{form} of {len(shown)} figures"
        found.append(result(f"{name}, time", "exports", [spent[form]], base, [spent["page"]], None))
        found.append(
            result(f"{name}, size", "exports", [size[form]], base, [size["page"]], None, unit="MB")
        )
    return found


if __name__ == "__main__":
    keep(measure())
