"""Chart forms, a module each. A new one is its module and a line here: nothing else names them.

A form is a function of the name of its module. It

- takes a point frame (see `cqbook.analysis.frames`): one row a mark, in the order to be shown, with
  ``label``, ``value``, ``text``, ``full`` and what else it needs. It draws each row once and leaves
  none out; what has no value stays empty and says so;
- states by `draws` which field stands at which channel of its marks: `cqbook.figures.rules` refuses
  what no form states, before a figure is made;
- gives one layer a `tooltip`: its marks are what the rows stand for. The number of each stands
  beside it, in ``text``, ``end`` or ``top``;
- refuses by `require` a frame that lacks a column, or has fewer than three numbers;
- draws hollow what `IS_HOLLOW`: it did not happen, or was not published;
- takes colours from `theme` by role, and breaks labels by `wrap`, so that they fit on a phone;
- returns what `finish` makes of its layers, the rows, and an alternative text that says what
  picture it is and lists what it shows, in a `Drawing`.

Figures, their files, their English and their pages read the specification only. A chart of Office
(`cqbook.citing.native_charts`) is made where it is of bars, columns, lines over time, slopes,
stacks or waterfalls, whatever form drew it; of others the picture is shown. Where labels have room
is reckoned by `cqbook.figures.placing`; what is written into lines is in ``_notes``.
"""

from cqbook.figures.charts.arrows import arrows
from cqbook.figures.charts.bars import bars
from cqbook.figures.charts.columns import columns
from cqbook.figures.charts.curve import curve
from cqbook.figures.charts.dots import dots
from cqbook.figures.charts.form import LAYERS, Drawing, draws
from cqbook.figures.charts.lines import lines
from cqbook.figures.charts.matrix import matrix
from cqbook.figures.charts.multiples import multiples
from cqbook.figures.charts.ranks import ranks
from cqbook.figures.charts.slope import slope
from cqbook.figures.charts.stacked import stacked
from cqbook.figures.charts.strip import strip
from cqbook.figures.charts.tiles import tiles
from cqbook.figures.charts.waterfall import waterfall

__all__ = [
    "LAYERS",
    "Drawing",
    "arrows",
    "bars",
    "columns",
    "curve",
    "dots",
    "draws",
    "lines",
    "matrix",
    "multiples",
    "ranks",
    "slope",
    "stacked",
    "strip",
    "tiles",
    "waterfall",
]
