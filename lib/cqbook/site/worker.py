"""jupyter-book's own command, with the cores that its command line has no option for.

To import this module is to load all that it needs; then it waits for books, each rendered in a
fork: a second one finds all loaded, and nothing of the first. ``words`` are jupyter-book's,
``staged`` and ``out`` the folders among them, ``before`` the site that may be gone on from, or
empty. Without words the next book will be asked for: that site is laid out for it. Each is
answered: its exit code, and how much had been said before.
"""

from __future__ import annotations

import functools
import gc
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import jupyter_book.sphinx
import sphinx.builders
from jupyter_book.cli.main import main
from myst_nb.core.render import load_mime_renders, load_renderer
from sphinx.application import builtin_extensions

from cqbook.disk.installed import installed_digest
from cqbook.disk.processes import dies_with_parent
from cqbook.site.kept import go_on, lay_out_before
from cqbook.site.markup import ENVIRONMENT, Compiled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

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
PAGES_TOGETHER = 3
# all of it stays: who looks for garbage meanwhile finds none
gc.disable()
for name in (*builtin_extensions, *LOADED):
    importlib.import_module(name)
# what is looked up once a process, all installed packages for most of it: not in each fork
load_renderer("default")
load_mime_renders()
if place := os.environ.get("CQBOOK_CACHE"):
    ENVIRONMENT.bytecode_cache = Compiled(Path(place) / "templates")
for name in ENVIRONMENT.list_templates():
    ENVIRONMENT.get_template(name)
installed_digest()
gc.freeze()
gc.enable()


def _render(words: list[str], staged: str, out: str, before: str) -> NoReturn:
    """Render a book, all anew where it is not gone on from the one before; leaves with its code."""
    cache = Path(os.environ["CQBOOK_CACHE"])
    if not words:
        lay_out_before(Path(out), Path(before), cache)
        raise SystemExit
    goes_on = before and go_on(Path(staged), Path(out), Path(before), cache)
    if goes_on:
        # a few pages: to look for garbage takes longer than what is found is worth
        gc.disable()
    # it leaves by SystemExit
    main(words if goes_on else [*words, "--all"])
    raise SystemExit


def portions(names: Sequence[str], _: int) -> list[Sequence[str]]:
    """Return which pages are read or written together: not half of the book, nor neighbours.

    The longest pages begin early, and no processor waits for one that has them all.
    """
    count = -(-len(names) // PAGES_TOGETHER)
    return [names[place::count] for place in range(count)]


def serve(asked: Connection, answered: Connection) -> None:
    """Render the books that are `asked` for until nobody is there any more who could ask."""
    # one more: of those that write Sphinx counts itself, who has soon done what is to be done first
    jupyter_book.sphinx.build_sphinx = functools.partial(
        jupyter_book.sphinx.build_sphinx, jobs=(os.cpu_count() or 1) + 1
    )
    vars(sphinx.builders)["make_chunks"] = portions
    while True:
        try:
            book = asked.recv()
        except EOFError:
            return
        said = os.fstat(2).st_size
        process = os.fork()
        if not process:
            dies_with_parent()
            _render(**book)
        status = os.waitpid(process, 0)[1]
        answered.send((os.waitstatus_to_exitcode(status), said))
