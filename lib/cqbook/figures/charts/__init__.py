"""Chart forms, a module each; each takes a point frame (`cqbook.analysis.frames`).

A form is a function of the name of its module. It returns a `Drawing`.
"""

from cqbook.figures.charts.bars import bars
from cqbook.figures.charts.columns import columns
from cqbook.figures.charts.dots import dots
from cqbook.figures.charts.form import Drawing
from cqbook.figures.charts.lines import lines
from cqbook.figures.charts.matrix import matrix
from cqbook.figures.charts.tiles import tiles

__all__ = ["Drawing", "bars", "columns", "dots", "lines", "matrix", "tiles"]
