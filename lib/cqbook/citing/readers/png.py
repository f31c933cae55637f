"""Pictures: the identity in a text chunk."""

from __future__ import annotations

import io
from collections.abc import Iterator

from cqbook.citing.cited import Cited, identified
from cqbook.figures.formats import METADATA_KEY


def read(content: bytes, _: str) -> Iterator[Cited]:
    """Yield the figure that a picture says it is, with the picture."""
    from PIL import Image

    picture = Image.open(io.BytesIO(content), formats=["PNG"])
    packed = picture.info.get(METADATA_KEY)
    if packed:
        yield from identified(packed, content)
