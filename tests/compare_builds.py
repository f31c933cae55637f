"""Whether two builds made the same pages: ``python tests/compare_builds.py OLD NEW``.

OLD and NEW are editions as they are published (``_build/html/latest``, say). Every file is compared
byte for byte. What says by which code and versions an edition was made may differ: a change of the
package that changes no page changes that, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from cqbook.disk.checksums import SUMS, hashes

#: Of ``manifest.json``: what is said of the code.
OF_CODE = ("code", "package", "versions")
MANIFEST = "manifest.json"
#: What holds the hash of the manifest, or of the lock.
FOLLOWS = (SUMS, MANIFEST, "sbom.cdx.json")


def differing(old: Path, new: Path) -> list[str]:
    """Return the paths of the files that are not the same in both, with what is missing."""
    was, now = hashes(old, FOLLOWS), hashes(new, FOLLOWS)
    found = [name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name)]
    before, after = (json.loads((folder / MANIFEST).read_text("utf-8")) for folder in (old, new))
    keys = sorted((before.keys() | after.keys()) - set(OF_CODE))
    return found + [f"{MANIFEST}: {key}" for key in keys if before.get(key) != after.get(key)]


def main() -> int:
    """Print what differs; 0 if nothing does."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    asked = parser.parse_args()
    found = differing(asked.old, asked.new)
    count = len(hashes(asked.new))
    print("\n".join(found) or f"{count} files are the same, code hash and versions apart")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
