"""Where this package stands, and what is installed beside it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: The folder of the package.
PACKAGE = Path(__file__).resolve().parents[1]
#: The repository, found from the package's place in it.
REPOSITORY = PACKAGE.parents[1]


def packages() -> list[str]:
    """Return the installed distributions as ``name-version``, sorted, by the names of folders."""
    found = set()
    for place in sys.path:
        if place and Path(place).is_dir():
            found |= {item.name for item in os.scandir(place) if item.name.endswith(".dist-info")}
    return sorted(name.removesuffix(".dist-info") for name in found)
