"""Pictures of others: of what a file holds, only what draws, so that opening it costs little.

Pillow reads every chunk of a PNG and every segment of a JPEG in Python, and believes what tables of
tags inside them (Exif) say of sizes: ten megabytes of empty chunks took seconds, and tags that all
name the same bytes take any memory. What does not draw is left out before Pillow sees it.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

#: Chunks, segments and odd bytes of one picture; programs write some hundreds.
PIECES = 20_000
#: Scans of a JPEG, each of which may be as large as the picture.
SCANS = 100
_PNG = b"\x89PNG\r\n\x1a\n"
_DRAWS = frozenset([b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"])
_TEXTS = frozenset([b"tEXt", b"zTXt", b"iTXt"])


def raster(content: bytes, key: str = "") -> Image.Image:
    """Return a PNG, JPEG, BMP or WebP, of which nothing is decoded yet.

    Other formats hold tables that can't be known to be small; no word processor makes them of ours.

    Parameters
    ----------
    content : bytes
    key : str, optional
        Of the texts of a PNG, the one that is kept.

    Raises
    ------
    ValueError
        If it is none, is broken, or has more than `PIECES` or `SCANS`.
    OSError
        If Pillow can't read it.
    """
    from PIL import Image

    if content.startswith(_PNG):
        return Image.open(io.BytesIO(_png(content, key.encode("latin-1"))), formats=["PNG"])
    if content.startswith(b"\xff\xd8"):
        return Image.open(io.BytesIO(_jpeg(content)), formats=["JPEG"])
    return Image.open(io.BytesIO(content), formats=["BMP", "WEBP"])


def _too_many() -> ValueError:
    return ValueError(f"超过{PIECES}段 | more than {PIECES} pieces")


def _png(content: bytes, key: bytes) -> bytes:
    kept = [_PNG]
    at = len(_PNG)
    for _ in range(PIECES):
        if at + 12 > len(content):
            break
        length, kind = struct.unpack_from(">L4s", content, at)
        end = at + 12 + length
        text = kind in _TEXTS and key and content.startswith(key + b"\0", at + 8)
        if kind in _DRAWS or text:
            kept.append(content[at:end])
        at = end
        if kind == b"IEND":
            break
    else:
        raise _too_many()
    return b"".join(kept)


def _jpeg(content: bytes) -> bytes:
    kept = [content[:2]]
    at = 2
    for _ in range(PIECES):
        marker = content[at : at + 2]
        if len(marker) < 2:
            break
        if marker[0] != 0xFF or marker[1] in (0x00, 0xFF):
            # junk between segments, which Pillow passes over byte by byte
            at += 1
            continue
        if marker[1] == 0xDA:
            if content.count(b"\xff\xda", at) > SCANS:
                raise _too_many()
            return b"".join([*kept, content[at:]])
        if marker[1] == 0x01 or 0xD0 <= marker[1] <= 0xD9:
            at += 2
            continue
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        # of what programs add, only what says how colours are stored
        if not (0xE1 <= marker[1] <= 0xED or marker[1] in (0xEF, 0xFE)):
            kept.append(content[at:end])
        at = end
    else:
        raise _too_many()
    msg = "图片没有画面 | a picture without a scan"
    raise ValueError(msg)
