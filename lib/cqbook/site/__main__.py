"""jupyter-book's own command, with the cores that its command line has no option for.

It loads all that it needs, then waits for lines of JSON on its input. Each is a book, rendered in a
fork: a second one finds all loaded, and nothing of the first. ``words`` are jupyter-book's,
``staged`` and ``out`` the folders among them, ``before`` the site that may be gone on from, or
empty. Without words the next book will be asked for: that site is laid out for it. What
jupyter-book says goes to stderr; an exit code in a line on stdout ends each.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

import jupyter_book.sphinx
from jupyter_book.cli.main import main
from sphinx.application import builtin_extensions

from cqbook.disk.processes import dies_with_parent
from cqbook.site.kept import go_on, lay_out_before

#: What Sphinx would load by name, and what is loaded when it is first used.
LOADED = (
    "babel.core",
    "cqbook.site",
    "cqbook.site.search",
    "duckdb",
    "IPython.core.interactiveshell",
    "jupyter_book.config",
    "linkify_it",
    "myst_nb.sphinx_ext",
    "opencc",
    "pygments.lexers.python",
    "sphinx_external_toc",
    "sphinx_multitoc_numbering",
    "yaml",
)
# all of it stays: who looks for garbage meanwhile finds none
gc.disable()
for name in (*builtin_extensions, *LOADED):
    importlib.import_module(name)
gc.freeze()
gc.enable()


def _render(words: list[str], staged: str, out: str, before: str) -> NoReturn:
    """Render a book, all anew where it is not gone on from the one before; leaves with its code."""
    cache = Path(os.environ["CQBOOK_CACHE"])
    if not words:
        lay_out_before(Path(out), Path(before), cache)
        raise SystemExit
    goes_on = before and go_on(Path(staged), Path(out), Path(before), cache)
    # it leaves by SystemExit
    main(words if goes_on else [*words, "--all"])
    raise SystemExit


if __name__ == "__main__":
    jupyter_book.sphinx.build_sphinx = functools.partial(
        jupyter_book.sphinx.build_sphinx, jobs=os.cpu_count() or 1
    )
    for line in sys.stdin:
        process = os.fork()
        if not process:
            dies_with_parent()
            os.dup2(2, 1)
            _render(**json.loads(line))
        status = os.waitpid(process, 0)[1]
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
