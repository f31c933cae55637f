"""jupyter-book in a process of its own, which loads Sphinx while the chapters are executed.

The process is a fork of the server that forks kernels: half of what Sphinx wants is loaded there.
It stays for as many books as are asked for: who writes a chapter waits for none to load.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import TYPE_CHECKING, Self

from cqbook.disk.processes import dies_with_parent
from cqbook.editions.publish import leading_to
from cqbook.editions.rendered import keep_rendered
from cqbook.errors import BookError
from cqbook.execution import kernels

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class BuildError(BookError):
    """The book could not be built; nothing was published."""


#: What renders, and loads all that this takes: nothing of it is wanted here.
WORKER = "cqbook.site.worker"


class _Unasked(ModuleType):
    """A module that is imported from, and never asked for anything."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _render_all(
    asked: Connection, answered: Connection, said: str, variables: Mapping[str, str]
) -> None:
    """Render what is asked for, in the forked process; what jupyter-book says goes to a file."""
    # the fork server ends when the process that started it does
    dies_with_parent()
    os.environ.clear()
    os.environ.update(variables)
    handle = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    # whatever the terminal of this command can show: it is read as UTF-8
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="replace", closefd=False)
    # myst_nb loads it, and with it a layer over databases, to execute: here nothing is executed
    sys.modules.setdefault("jupyter_cache.cache.db", _Unasked("jupyter_cache.cache.db"))
    importlib.import_module(WORKER).serve(asked, answered)


class Renderer:
    """Renders staged books, one after the other; to be used in a ``with`` statement.

    Parameters
    ----------
    cache : pathlib.Path
        Where drawn pictures are, and the log of a failure goes.
    """

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.said = tempfile.NamedTemporaryFile(prefix="cqbook-said-")  # noqa: SIM115 - `__exit__`
        kernels.warm()
        context = kernels.context()
        # two, so that each end is closed with the process that has the other
        asked, self._asking = context.Pipe(duplex=False)
        self._answers, answered = context.Pipe(duplex=False)
        variables = os.environ | {"CQBOOK_CACHE": str(cache)}
        given = (asked, answered, self.said.name, variables)
        self.process = context.Process(target=_render_all, args=given)
        self._asked = 0
        self._book: tuple[Path, Path] | None = None
        self._wrong = ""
        # the server answers when it has loaded all that it forks
        self._start = Thread(target=self._started, args=(asked, answered))
        self._start.start()

    def _started(self, *ends: Connection) -> None:
        try:
            kernels.fork(self.process)
        except kernels.KernelError as error:
            self._wrong = str(error)
        finally:
            for end in ends:
                end.close()

    def __enter__(self) -> Self:
        """Return the renderer."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whether or not it was needed."""
        self._start.join()
        if not self._wrong:
            self.process.kill()
            self.process.join()
        self._asking.close()
        self._answers.close()
        self.said.close()

    def prepare(self, out: Path, before: Path) -> None:
        """Have the site that was built before laid out in `out`, while nothing waits for it.

        To be asked once, and then to `render` there what may go on from it.
        """
        asked = {"words": [], "staged": "", "out": _named(out), "before": _named(before)}
        self._ask(asked)

    def render(
        self,
        staged: Path,
        out: Path,
        say: Callable[[str], None],
        *,
        alone: bool = False,
        before: Path | None = None,
    ) -> Path:
        """Render the staged book; see `begin` and `finish`."""
        self.begin(staged, out, alone=alone, before=before)
        return self.finish(say)

    def begin(
        self, staged: Path, out: Path, *, alone: bool = False, before: Path | None = None
    ) -> None:
        """Let jupyter-book render the staged book, and do not wait for it.

        Parameters
        ----------
        staged : pathlib.Path
        out : pathlib.Path
            Where jupyter-book puts the site and what it has read.
        alone : bool
            Part of a book: references to pages that are not there are no error.
        before : pathlib.Path, optional
            The site that was built before: where it is known of what it was rendered
            (`remember`), what would come out the same is taken from it.
        """
        strict = [] if alone else ["-n", "-W", "--keep-going"]
        self._book = staged, out
        self._ask(
            {
                "words": ["build", _named(staged), "--path-output", _named(out), *strict],
                "staged": _named(staged),
                "out": _named(out),
                "before": _named(before) if before else "",
            }
        )

    def finish(self, say: Callable[[str], None]) -> Path:
        """Return the folder of the site of the book that was begun, when it is rendered.

        Raises
        ------
        BuildError
            If Sphinx warns or fails: warnings are errors, references are checked.
        """
        import yaml

        assert self._book is not None
        staged, out = self._book
        told = self._told()
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

    def _told(self) -> str | None:
        """Return what jupyter-book said if it failed; None: it did not."""
        # None: it died before, and said why
        code: int | None = None
        before = 0
        try:
            for _ in range(self._asked):
                # what was prepared in vain is made when it is needed
                code, before = self._answers.recv()
        except EOFError:
            code, before = None, 0
        self._asked = 0
        if code == 0:
            return None
        self._start.join()
        # pread: where the file is read is also where the process writes on
        size = os.fstat(self.said.fileno()).st_size
        said = os.pread(self.said.fileno(), size - before, before)
        return self._wrong or said.decode("utf-8", errors="replace")

    def _ask(self, book: Mapping[str, object]) -> None:
        # where nobody is there who hears it, nobody answers either
        with suppress(BrokenPipeError):
            self._asking.send(book)
        self._asked += 1


def _named(path: Path) -> str:
    """Return a path as the renderer will read it: this process may have no UTF-8, that has."""
    return os.fsencode(path).decode("utf-8", errors="surrogateescape")


def _is_complaint(line: str) -> bool:
    return any(word in line for word in ("WARNING", "ERROR", "Error", "Exception"))
