"""Where editions stand; known without reading any."""

from __future__ import annotations

import os
from pathlib import Path

PASSAGES = "_static/passages.js"
HOME_VARIABLE = "CQBOOK_EDITIONS"


def built_folder(root: Path) -> Path:
    """Return the folder of the editions built last, by name."""
    return root / "_build" / "editions"


def released_folder(root: Path) -> Path:
    """Return the folder of the released editions, by name."""
    place = os.environ.get(HOME_VARIABLE, "")
    return Path(place).resolve() if place else root / "editions"


def site_folder(root: Path) -> Path:
    """Return the folder of the site."""
    return root / "_build" / "html"
