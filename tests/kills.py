"""Scripts that run in a process of their own, forked from one that has loaded the package.

Starting Python and loading pandas takes longer than what most of them do.
"""

from __future__ import annotations

import os
import sys

from cqbook.execution import kernels


def ended(script: str, *words: object) -> int:
    """Run a script with these words as its arguments; return its exit code, -9 if it was killed."""
    kernels.warm()
    process = kernels.context().Process(
        target=_run, args=(script, list(map(str, words)), dict(os.environ))
    )
    process.start()
    process.join()
    return process.exitcode


def _run(script: str, words: list[str], variables: dict[str, str]) -> None:
    # as a process that starts here would find them
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["-c", *words]
    exec(compile(script, "script", "exec"), {"__name__": "__main__"})
