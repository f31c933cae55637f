"""jupyter-book's own command, with the cores that its command line has no option for."""

from __future__ import annotations

import functools
import os

import jupyter_book.sphinx
from jupyter_book.cli.main import main

if __name__ == "__main__":
    jupyter_book.sphinx.build_sphinx = functools.partial(
        jupyter_book.sphinx.build_sphinx, jobs=os.cpu_count() or 1
    )
    main()
