"""What the book is made with: the locked packages, the scripts of its pages, and their licences.

The list is a CycloneDX bill of materials, the same bytes for the same lock, and made once for it.

cyclonedx-python-lib writes it, license-expression reads expressions of licences. What is own is the
way from a lock to both. Tried in its place, on 2026-11-28: pip-licenses lists what is installed
(tools too) and not what is locked, leaves two unknown, and its list of allowed licences compares
words: `Apache License` is not Apache-2.0, `MIT AND PSF-2.0` neither of the two. The environment
parser of cyclonedx-bom has no hashes of the lock, and names 48 of 191 by their trove classifier.
Of either, the words below and the rule of what is allowed would stay.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclonedx.model.component import Component
    from license_expression import Licensing


SBOM = "sbom.cdx.json"
#: All that `make lock` writes: for the book, for tests and tools, for JupyterLab, for benchmarks.
LOCKS = (
    Path("requirements.txt"),
    Path("requirements-dev.txt"),
    Path("requirements-lab.txt"),
    Path("benchmarks/requirements.txt"),
)
#: Licences under which the book may be used, changed and handed on with what it is made with.
ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0"),
        *("ISC", "MIT", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Unlicense", "Zlib"),
        # what many say without saying which of the two
        "BSD License",
        "public domain",
    }
)
#: Words of packages' descriptions for what SPDX has a name for.
_WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD License",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD License",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
#: Read in the licence files of those whose description says nothing, or not all.
_READ = {
    # axe.min.js is Mozilla's
    "axe-playwright-python": "MIT AND MPL-2.0",
    # most files; the others are under BSD licences (the GPL is of files that no wheel has)
    "docutils": "public domain",
    # of PDFium and what is built into it: FreeType, libtiff, OpenJPEG, others that ask for no more
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}


@dataclass(frozen=True)
class Locked:
    """One line of the lock that holds for this Python and system."""

    name: str
    version: str
    hashes: tuple[str, ...]


def locked_packages(lock: str) -> Iterator[Locked]:
    """Yield what a lock's text names for this Python and system, in its order."""
    from packaging.requirements import Requirement

    for line in re.sub(r"\\\n", " ", lock).splitlines():
        if line and line[0] not in "# ":
            words, *options = line.split(" --hash=sha256:")
            needed = Requirement(words)
            if needed.marker is None or needed.marker.evaluate():
                version = next(iter(needed.specifier)).version
                yield Locked(needed.name, version, tuple(item.strip() for item in options))


def licence_of(name: str) -> str:
    """Return the licence of an installed package as SPDX has it; ``""`` if none is known."""
    if name in _READ:
        return _READ[name]
    from cyclonedx.spdx import is_expression, is_supported_id

    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    words = list(said.get_all("License-Expression", []))
    words += "".join(said.get_all("License", [])).strip().splitlines()[:1]
    words += [
        text.rpartition(" :: ")[2]
        for text in said.get_all("Classifier", [])
        if text.startswith("License ::")
    ]
    words = [_WORDS.get(text, text) for text in words if text]
    known = (
        text for text in words if text in ALLOWED or is_supported_id(text) or is_expression(text)
    )
    # a word that nobody knows is told as it is, and is not allowed
    return next(known, words[0] if words else "")


@functools.cache
def _licensing() -> Licensing:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def is_allowed(licence: str) -> bool:
    """Return whether a licence, or an expression of licences, is one of those `ALLOWED`."""
    from license_expression import ExpressionError

    if licence in ALLOWED:
        return True
    licensing = _licensing()

    def within(node: object) -> bool:
        if isinstance(node, licensing.OR):
            return any(map(within, node.args))
        if isinstance(node, licensing.AND):
            return all(map(within, node.args))
        return str(node) in ALLOWED

    try:
        return bool(licence) and within(licensing.parse(licence))
    except ExpressionError:
        return False


def scripts(bundle: bytes) -> dict[str, str]:
    """Return the versions of what the Vega bundle of the pages holds, by npm's names."""
    import vl_convert

    from cqbook.figures.theme import VEGA_LITE

    exact = re.search(rf'"({re.escape(VEGA_LITE)}\.\d+)"', bundle.decode())
    return {
        "vega": vl_convert.get_vega_version(),
        "vega-embed": vl_convert.get_vega_embed_version(),
        "vega-lite": exact[1] if exact else VEGA_LITE,
        "vega-themes": vl_convert.get_vega_themes_version(),
    }


def bill(lock: str, bundle: bytes) -> bytes:
    """Return the bill of materials of a lock's text and the pages' bundle: CycloneDX 1.6 in JSON.

    Packages have all hashes that the lock accepts, one for each archive of a version: they stand
    with the distribution, not as hashes of one file.
    """
    from cyclonedx.contrib.hash.factories import HashTypeFactory
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from packageurl import PackageURL

    from cqbook.disk.checksums import digest

    licences, sha = LicenseFactory(), HashTypeFactory().from_composite_str

    def component(
        kind: str, name: str, version: str, licence: str, archives: Iterable[ExternalReference] = ()
    ) -> Component:
        address = PackageURL(kind, name=name, version=version)
        return Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=version,
            purl=address,
            bom_ref=str(address),
            licenses=[licences.make_from_string(licence)] if licence else [],
            external_references=archives,
        )

    found = {}
    for item in locked_packages(lock):
        archives = ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(f"pkg:pypi/{item.name}@{item.version}"),
            hashes=[sha(f"sha256:{value}") for value in item.hashes],
        )
        licence = licence_of(item.name)
        found[item.name] = component("pypi", item.name, item.version, licence, [archives])
    font = Component(
        type=ComponentType.FILE,
        name="Noto Sans CJK SC (subset)",
        bom_ref="font",
        licenses=[licences.make_from_string("OFL-1.1")],
    )
    pages = [
        component("npm", name, version, "BSD-3-Clause") for name, version in scripts(bundle).items()
    ]
    book = component("pypi", "cqbook", importlib.metadata.version("cqbook"), "")
    book.type = ComponentType.APPLICATION
    made = Bom(
        components=[*found.values(), *pages, font],
        # of the content, not of the hour: the same list is the same file
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, digest(lock.encode())),
    )
    made.metadata.component = book
    # the library would write the hour: the same list is the same file, and the format allows it
    made.metadata.timestamp = None  # type: ignore[assignment]
    made.register_dependency(book, [*found.values(), *pages, font])
    for name, package in found.items():
        made.register_dependency(package, [found[other] for other in _needs(name, found)])
    text = make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    return f"{text}\n".encode()


def _needs(name: str, known: dict[str, Component]) -> list[str]:
    """Return which of the `known` packages a package says it needs here."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    try:
        needed = map(Requirement, importlib.metadata.requires(name) or ())
    except importlib.metadata.PackageNotFoundError:
        return []
    names = {
        canonicalize_name(item.name)
        for item in needed
        if item.marker is None or item.marker.evaluate({"extra": ""})
    }
    return sorted(names & set(known))


def kept_bill(lock: Path, cache: Path) -> bytes:
    """Return the bill of materials of a lock, made only where the cache has none of it."""
    from cqbook.disk.cache import kept
    from cqbook.disk.checksums import digest
    from cqbook.disk.installed import packages
    from cqbook.figures.drawing import kept_bundle

    text = lock.read_text(encoding="utf-8") if lock.exists() else ""
    bundle = kept_bundle(cache)
    made_by = [digest(item) for item in (bundle, Path(__file__).read_bytes())]
    made_of = "\n".join([text, *packages(), sys.version, *made_by])
    path = cache / f"{digest(made_of.encode())}.{SBOM}"
    return kept(path, lambda: bill(text, bundle))


def print_licences(*locks: Path) -> int:
    """Print package, version and licence of all that is locked; return 1 if one is not allowed."""
    from cqbook.figures.drawing import bundle

    found = {
        (item.name, item.version) for lock in locks for item in locked_packages(lock.read_text())
    }
    rows = [(name, version, licence_of(name)) for name, version in sorted(found)]
    rows += [
        (f"npm:{name}", version, "BSD-3-Clause") for name, version in scripts(bundle()).items()
    ]
    bad = {name for name, _, licence in rows if not is_allowed(licence)}
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, version, licence in rows:
        sign = "  ← 不在允许之列 | not allowed" if name in bad else ""
        line = f"{name:{wide[0]}}  {version:{wide[1]}}  {licence or '?'}{sign}\n"
        sys.stdout.write(line)
    sys.stdout.write(
        f"{len(rows)}个，不允许的{len(bad)}个 | {len(bad)} of {len(rows)} not allowed\n"
    )
    return 1 if bad else 0


def lock_changes(old: str, new: str) -> list[str]:
    """Return what is locked otherwise in another lock, a line a package: old → new version."""
    was, now = ({item.name: item.version for item in locked_packages(text)} for text in (old, new))
    return [
        f"{name}  {was.get(name, '无 | none')} → {now.get(name, '无 | none')}"
        for name in sorted(was | now)
        if was.get(name) != now.get(name)
    ]


def print_changes(*locks: Path) -> int:
    """Print what the locks hold otherwise than those that are committed."""
    for lock in locks:
        words = ["git", "show", f"HEAD:./{lock.as_posix()}"]
        old = subprocess.run(words, capture_output=True, encoding="utf-8", check=True).stdout
        for line in lock_changes(old, lock.read_text(encoding="utf-8")):
            sys.stdout.write(f"{lock}: {line}\n")
    return 0


if __name__ == "__main__":
    # of what only JupyterLab and the benchmarks want, nothing need be installed here
    changed = sys.argv[1:] == ["changed"]
    sys.exit(print_changes(*LOCKS) if changed else print_licences(*LOCKS[:2]))
