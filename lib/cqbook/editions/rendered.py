"""What the site of the latest edition was rendered of, kept for the build after it.

An entry of the cache: what Sphinx has read of the pages, by the name of its file, and the facts
that tell which of the pages would come out the same. It belongs to the site that was built with it,
as this stands among the built editions.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import SUMS, digest, parse_sums
from cqbook.disk.regular import regular_content

#: Among what Sphinx has read: the facts, as the extension has found them.
FACTS = "rendered.json"
#: Name of the entry in the cache.
_ENTRY = "rendered"


@dataclass(frozen=True)
class Rendered:
    """What a site was rendered of.

    Parameters
    ----------
    by : str
        Hash of what renders: this package, those beside it, Python.
    of : str
        Hash of what is the same for all pages: configuration, contents, what any of them asks of
        the data.
    sources : mapping of str to str
        Hash of the source of each page.
    told : str
        Hash of what each page leaves for the others.
    claims : str
        Hash of the claims of all pages.
    data : mapping of str to str
        Hash of what some pages list of the data, by its name.
    listing : mapping of str to list of str
        What each of these pages lists of them.
    files : mapping of str to bytes
        What Sphinx has read.
    site : mapping of str to str
        Hash of each file of the site.
    """

    by: str
    of: str
    sources: Mapping[str, str]
    told: str
    claims: str
    data: Mapping[str, str]
    listing: Mapping[str, Sequence[str]]
    files: Mapping[str, bytes]
    site: Mapping[str, str]


_FACTS = {field.name for field in fields(Rendered)} - {"files", "site"}


def keep_rendered(doctrees: Path, sums: str, cache: Path) -> None:
    """Keep what Sphinx has read of the pages of the site with these `SUMS`."""
    files = {
        path.relative_to(doctrees).as_posix(): base64.b64encode(path.read_bytes()).decode()
        for path in sorted(doctrees.rglob("*"))
        if path.is_file() and path.name != FACTS
    }
    facts = json.loads((doctrees / FACTS).read_text(encoding="utf-8"))
    content = {"facts": facts, "site": digest(sums.encode()), "files": files}
    retain(cache / _ENTRY, json.dumps(content).encode())


def rendered_before(site: Path, cache: Path) -> Rendered | None:
    """Return what `site` was rendered of; None if nothing is known of the one that is there."""
    kept = recall(cache / _ENTRY)
    if kept is None:
        return None
    content = json.loads(kept)
    try:
        sums = regular_content(site / SUMS)
    except OSError:
        return None
    facts = content["facts"]
    # a build of before may have noted others
    if digest(sums) != content["site"] or facts.keys() != _FACTS:
        return None
    files = {name: base64.b64decode(text) for name, text in content["files"].items()}
    return Rendered(**facts, files=files, site=parse_sums(sums.decode("utf-8")))
