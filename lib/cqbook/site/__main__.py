"""jupyter-book's own command, with the cores that its command line has no option for.

It loads all that it needs, then waits for its arguments: a JSON list in a line on its input.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys

import jupyter_book.sphinx
from jupyter_book.cli.main import main
from sphinx.application import builtin_extensions

#: What Sphinx would load by name.
LOADED = (
    "babel.core",
    "jupyter_book.config",
    "myst_nb",
    "pygments.lexers.python",
    "sphinx_external_toc",
    "sphinx_multitoc_numbering",
    "yaml",
)
for name in (*builtin_extensions, *LOADED):
    importlib.import_module(name)
if __name__ == "__main__":
    words = sys.stdin.readline()
    # nothing to build after all
    if words:
        jupyter_book.sphinx.build_sphinx = functools.partial(
            jupyter_book.sphinx.build_sphinx, jobs=os.cpu_count() or 1
        )
        main(json.loads(words))
