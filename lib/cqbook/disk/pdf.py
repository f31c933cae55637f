"""PDF of others: a property and the text, read in a process that has limits."""

from __future__ import annotations

import json
import subprocess
import sys

#: What the process may take that reads a PDF: memory, seconds of a processor, seconds on the wall
#: (of a machine that does something else), and the characters of its text.
PDF_BYTES, PDF_SECONDS, PDF_WAIT, PDF_TEXT = 1 << 30, 5, 120, 2_000_000


def properties_and_text(content: bytes, *keys: str) -> tuple[list[str], str]:
    """Return properties of a PDF and its text, read in a process of its own.

    A PDF is a program of sorts, and what it costs to read is not known before: the process has a
    limit of memory and of time (of time on the wall only where the system knows none: Windows; of
    both kinds of time where it takes none of memory: macOS).

    Raises
    ------
    ValueError
        If it can't be read within them.
    """
    long = (
        f"{PDF_SECONDS}秒内读不完；只留要用的几页再试 | takes longer than {PDF_SECONDS} s to read"
    )
    limits = (PDF_BYTES, PDF_SECONDS, PDF_TEXT)
    try:
        run = subprocess.run(
            # what lies in the folder that somebody works in is no module
            [sys.executable, "-P", "-c", _LIMITS + _PDF_READER, *map(str, limits), *keys],
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
    found, text = json.loads(run.stdout)
    return found, text


_LIMITS = """
import sys
most, seconds, characters = map(int, sys.argv[1:4])
try:
    import resource
    limits = {"RLIMIT_AS": most, "RLIMIT_CPU": seconds, "RLIMIT_CORE": 0}
except ImportError:
    limits = {}
for name, limit in limits.items():
    try:
        resource.setrlimit(getattr(resource, name), (limit, limit))
    except ValueError:
        # macOS has the name of a limit of memory, and takes none
        pass
"""

_PDF_READER = """
import io, json, logging
from pypdf import PdfReader
logging.disable(logging.CRITICAL)
made = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
found = [str((made.metadata or {}).get(key) or "") for key in sys.argv[4:]]
texts, room = [], characters
for page in made.pages:
    texts.append(page.extract_text())
    room -= len(texts[-1])
    if room < sum(map(len, found)):
        sys.exit(f"more than {characters} characters")
sys.stdout.write(json.dumps([found, "\\n".join(texts)]))
"""
