"""The rule that no figure in prose is typed by hand, as a check on chapters.

A figure is a run of digits (half or full width) or a Chinese numeral before a unit, in the text of
a Markdown cell or page. Not figures, and so allowed:

- what stands in code, a role (``{glue:text}`…` ``, ``{numref}`…` ``), a link's address, a label, an
  HTML comment or a directive's options;
- a year that names something: four digits, 19xx or 20xx, followed by 年 or standing in a title
  (``2022工业经济``); a range of such years;
- names that carry digits: those of `NAMES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat

#: Names with digits in them: standards, codes, programmes, products.
NAMES = (
    "GB/T 7714—2015",
    "GB/T 2260",
    "GB/T 15835—2011",
    "ISO 8601",
    "33618",
    "Vega-Lite 6",
    "HS 8703",
    "WCAG 2.2",
    "SERES 5",
    "A4",
)
_HIDDEN = (
    re.compile(r"(?ms)^(```+|:::+).*?^\1\s*$"),  # fenced blocks and directives
    re.compile(r"(?s)<!--.*?-->"),
    re.compile(r"\{[a-z:]+\}`[^`]*`"),  # roles
    re.compile(r"`[^`]*`"),  # code
    re.compile(r"\]\([^)]*\)"),  # addresses of links
    re.compile(r"(?m)^\([a-z0-9-]+\)=$"),  # labels
    re.compile(r"\{#[a-z0-9-]+\}"),
    re.compile(r"(?m)^\s*\d+\.\s"),  # numbered lists
)
_YEAR = re.compile(r"(?<![\d.])(19|20)\d{2}(—(19|20)\d{2})?(?=年|工业经济|年度)")
_DIGITS = re.compile(r"[\d０-９]+(?:[.．,，][\d０-９]+)*")
_CHINESE = re.compile(
    r"(?:百分之[零一二三四五六七八九十百]+|[一二三四五六七八九十百千两几]+(?:成|倍|个百分点|亿|万))"
)


def typed_figures(text: str) -> Iterator[str]:
    """Yield the figures typed by hand in Markdown `text`, each with a little context."""
    for name in NAMES:
        text = text.replace(name, "")
    for pattern in _HIDDEN:
        text = pattern.sub(" ", text)
    text = _YEAR.sub("", text)
    for pattern in (_DIGITS, _CHINESE):
        for match in pattern.finditer(text):
            start, end = max(0, match.start() - 8), match.end() + 8
            yield text[start:end].replace("\n", " ").strip()


def typed_figures_of(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """Yield the figures typed by hand in the Markdown cells of a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from typed_figures(cell.source)
