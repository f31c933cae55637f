"""Files made once for what they are made of."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path


class Undrawn(Exception):
    """A picture that the cache has not, where none may be drawn."""


def kept(path: Path, make: Callable[[], bytes], *, draws: bool = True) -> bytes:
    """Return what the cache has under a name, or make it if this process draws.

    An entry carries the hash of its content: one that a power cut emptied, or a disk altered, would
    otherwise be published by every build to come.
    """
    try:
        proof, _, content = path.read_bytes().partition(b"\n")
        if proof == hashlib.sha256(content).hexdigest().encode():
            return content
    except FileNotFoundError:
        pass
    if not draws:
        raise Undrawn(path.name)
    content = make()
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    part.replace(path)
    return content
