"""Data that stands in a script, and the hash by which a page allows an inline one."""

from __future__ import annotations

import base64
import json

from cqbook.disk.checksums import digest


def script_text(value: object) -> str:
    """Return `value` as JSON that may stand in a script: no ``<``, no line separators."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def script_hash(script: str) -> str:
    """Return the name of an inline script in a Content-Security-Policy (``sha256-…``)."""
    return "sha256-" + base64.b64encode(bytes.fromhex(digest(script.encode()))).decode()
