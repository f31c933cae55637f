"""jupyter-book in a process of its own, which loads Sphinx while the chapters are executed.

The process stays for as many books as are asked for: who writes a chapter waits for none to load.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Self

from cqbook.disk.processes import dies_with_parent
from cqbook.editions.publish import leading_to
from cqbook.editions.rendered import keep_rendered
from cqbook.errors import BookError


class BuildError(BookError):
    """The book could not be built; nothing was published."""


#: What renders; it waits for its arguments.
PROGRAM = "cqbook.site"


def renderer_process(variables: Mapping[str, str], said: IO[bytes]) -> subprocess.Popen[str]:
    """Start the process that renders, in this environment; `said` takes its stderr."""
    return subprocess.Popen(
        [sys.executable, "-m", PROGRAM],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
        encoding="utf-8",
        errors="replace",
        preexec_fn=dies_with_parent,
    )


class Renderer:
    """Renders staged books, one after the other; to be used in a ``with`` statement.

    Parameters
    ----------
    cache : pathlib.Path
        Where drawn pictures are, and the log of a failure goes.
    """

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        variables = {"CQBOOK_CACHE": str(cache), "PYTHONHASHSEED": "0"}
        # what it says is read here, whatever the terminal of this command can show
        variables |= {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - `__exit__` closes it
        self.process = renderer_process(os.environ | variables, self.said)
        self._asked = 0

    def __enter__(self) -> Self:
        """Return the renderer."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whether or not it was needed."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.said.close()

    def prepare(self, out: Path, before: Path) -> None:
        """Have the site that was built before laid out in `out`, while nothing waits for it.

        To be asked once, and then to `render` there what may go on from it.
        """
        asked = {"words": [], "staged": "", "out": _named(out), "before": _named(before)}
        self._ask(json.dumps(asked))

    def render(
        self,
        staged: Path,
        out: Path,
        say: Callable[[str], None],
        *,
        alone: bool = False,
        before: Path | None = None,
    ) -> Path:
        """Render the staged book with jupyter-book; return the folder of the site.

        Parameters
        ----------
        alone : bool
            Part of a book: references to pages that are not there are no error.
        before : pathlib.Path, optional
            The site that was built before: where it is known of what it was rendered
            (`remember`), what would come out the same is taken from it.

        Raises
        ------
        BuildError
            If Sphinx warns or fails: warnings are errors, references are checked.
        """
        import yaml

        strict = [] if alone else ["-n", "-W", "--keep-going"]
        asked = {
            "words": ["build", _named(staged), "--path-output", _named(out), *strict],
            "staged": _named(staged),
            "out": _named(out),
            "before": _named(before) if before else "",
        }
        told = self._told(json.dumps(asked))
        if told is not None:
            log = self.cache / "build.log"
            self.cache.mkdir(parents=True, exist_ok=True)
            log.write_text(told, encoding="utf-8")
            lines = told.splitlines()
            bad = [line for line in lines if _is_complaint(line)]
            msg = "jupyter-book 报错，未发布 | jupyter-book failed, nothing published:\n"
            raise BuildError(msg + "\n".join(bad[:40] or lines[-20:]) + f"\n{log}")
        say("  页面已生成")
        site = out / "_build" / "html"
        # jupyter-book's own page that leads to the first one has no head, and so no policy
        contents = yaml.safe_load((staged / "_toc.yml").read_text(encoding="utf-8"))
        (site / "index.html").write_text(leading_to(f"{contents['root']}.html"), encoding="utf-8")
        return site

    def remember(self, out: Path, sums: str) -> None:
        """Keep of what the site with these `SUMS` was rendered in `out`, for the next one."""
        keep_rendered(out / "_build" / ".doctrees", sums, self.cache)

    def _told(self, words: str) -> str | None:
        """Return what jupyter-book said if it failed; None: it did not."""
        assert self.process.stdout is not None
        start = os.fstat(self.said.fileno()).st_size
        # it died before, and said why
        code = ""
        if self._ask(words):
            for _ in range(self._asked):
                # what was prepared in vain is made when it is needed
                code = self.process.stdout.readline()
            self._asked = 0
        if code == "0\n":
            return None
        # pread: where the file is read is also where the process writes on
        size = os.fstat(self.said.fileno()).st_size
        start = start if code else 0
        return os.pread(self.said.fileno(), size - start, start).decode("utf-8", errors="replace")

    def _ask(self, words: str) -> bool:
        """Ask for something; return whether anybody is there who hears it."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{words}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return False
        self._asked += 1
        return True


def _named(path: Path) -> str:
    """Return a path as the renderer will read it: this process may have no UTF-8, that has."""
    return os.fsencode(path).decode("utf-8", errors="surrogateescape")


def _is_complaint(line: str) -> bool:
    return any(word in line for word in ("WARNING", "ERROR", "Error", "Exception"))
