"""PDF: the identity in the properties, the marks in the text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

from cqbook.citing.cited import Cited, identified
from cqbook.citing.marks import MARK_PATTERN, NUMBER_PATTERN, bookmark
from cqbook.figures.formats import METADATA_KEY

#: What the process may take that reads a PDF: memory, seconds of a processor, seconds on the wall
#: (of a machine that does something else), and the characters of its text.
PDF_BYTES, PDF_SECONDS, PDF_WAIT, PDF_TEXT = 1 << 30, 5, 120, 2_000_000


def read(content: bytes, _: str) -> Iterator[Cited]:
    """Yield what the properties and the text of a PDF name."""
    packed, text = _read_pdf(content)
    if packed:
        yield from identified(packed)
    # a line of a page may end anywhere in a mark
    plain = re.sub(r"\s+", "", text)
    for found in re.finditer(MARK_PATTERN.pattern.replace(" ", ""), plain):
        yield Cited("figure", found["id"], found["edition"], found["data"])
    for found in re.finditer(NUMBER_PATTERN.pattern.replace(" ", ""), plain):
        # once in the list at the end: the text itself must say it too
        first = plain.find(found["text"])
        again = plain.find(found["text"], first + 1)
        kept = found["text"] if again >= 0 else ""
        name = bookmark(found["name"])
        yield Cited("number", name, found["edition"], text=kept)


def _read_pdf(content: bytes) -> tuple[str, str]:
    """Return the identity in a PDF and its text, read in a process of its own.

    A PDF is a program of sorts, and what it costs to read is not known before: the process has a
    limit of memory and of time (where the system knows limits; elsewhere, of time).

    Raises
    ------
    ValueError
        If it can't be read within them.
    """
    long = (
        f"{PDF_SECONDS}秒内读不完；只留有图的几页再核对 | takes longer than {PDF_SECONDS} s to read"
    )
    try:
        run = subprocess.run(
            [sys.executable, "-c", _PDF_READER, f"/{METADATA_KEY}", str(PDF_TEXT)],
            input=content,
            capture_output=True,
            timeout=PDF_WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(long) from error
    if run.returncode < 0:
        raise ValueError(long)
    if run.returncode:
        msg = run.stderr.decode("utf-8", errors="replace").strip().rpartition("\n")[2]
        raise ValueError(msg)
    packed, text = json.loads(run.stdout)
    return packed, text


_PDF_READER = f"""
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({PDF_BYTES}, {PDF_BYTES}))
    resource.setrlimit(resource.RLIMIT_CPU, ({PDF_SECONDS}, {PDF_SECONDS}))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
import io, json, logging, sys
from pypdf import PdfReader
logging.disable(logging.CRITICAL)
made = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
packed = str((made.metadata or {{}}).get(sys.argv[1]) or "")
texts, room = [], int(sys.argv[2])
for page in made.pages:
    texts.append(page.extract_text())
    room -= len(texts[-1])
    if room < len(packed):
        sys.exit(f"more than {{sys.argv[2]}} characters")
sys.stdout.write(json.dumps([packed, "".join(texts)]))
"""
