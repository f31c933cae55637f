"""Pictures: the identity in a text chunk."""

from __future__ import annotations

from collections.abc import Iterator

from cqbook.citing.cited import Cited, identified
from cqbook.disk.raster import raster
from cqbook.figures.formats import METADATA_KEY


def read_png(content: bytes, _: str) -> Iterator[Cited]:
    """Yield the figure that a picture says it is, with the picture."""
    packed = raster(content, METADATA_KEY).info.get(METADATA_KEY)
    if packed:
        yield from identified(packed, content)
