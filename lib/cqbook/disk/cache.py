"""What was made once is kept for what it is made of.

An entry carries the hash of its content: one that a kill or a power cut left half written, or that
a disk altered, is none.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cqbook.disk.atomic import replace_file
from cqbook.disk.checksums import digest
from cqbook.disk.regular import regular_content


class Undrawn(Exception):
    """A picture that the cache has not, where none may be drawn."""


def recall(path: Path) -> bytes | None:
    """Return what was remembered under a name, or None."""
    try:
        proof, _, content = regular_content(path).partition(b"\n")
    except OSError:
        # one that may not be read, or is no file, is as good as none: it is made anew
        return None
    return content if proof == digest(content).encode() else None


def retain(path: Path, content: bytes) -> None:
    """Keep `content` under a name, in a folder that is made for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, digest(content).encode() + b"\n" + content, durable=False)


def kept(path: Path, make: Callable[[], bytes], *, draws: bool = True) -> bytes:
    """Return what the cache has under a name, or make it if this process draws."""
    content = recall(path)
    if content is None:
        if not draws:
            raise Undrawn(path.name)
        content = make()
        retain(path, content)
    return content
