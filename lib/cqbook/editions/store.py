"""Editions by name: built, released, published; what they hold."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cqbook.disk.checksums import (
    SUMS,
    digest,
    file_digest,
    format_sums,
    parse_sums,
    tree_hashes,
)
from cqbook.disk.regular import regular_content
from cqbook.editions.paths import built_folder, released_folder
from cqbook.editions.records import FiguresFile, Manifest, Release, damaged, unread
from cqbook.editions.signing import SIGNATURE, SIGNERS, signature_of
from cqbook.errors import DataError, library_words

LATEST = "latest"
MANIFEST = "manifest.json"
#: The pages and files of an edition, for language models (llmstxt.org).
LISTING = "llms.txt"
RELEASE = "release.json"
#: What no `SUMS` lists: itself, and its signature.
UNLISTED = (SUMS, SIGNATURE)
#: What a release adds to an edition as it was built.
ADDED = (RELEASE, f"site/{SIGNATURE}")
#: A name is a folder of the site and part of addresses that people cite.
EDITION_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
#: Names that the site uses for itself, and that of an edition without one.
RESERVED = (LATEST, "draft")
#: How a figure's permalink begins; on its own page it goes on with the anchor.
PERMALINK = '<a class="cq-permalink" href="'


def editions_in(folder: Path) -> dict[str, Path]:
    """Return the editions of a folder by name: those that have a manifest, or had one.

    Raises
    ------
    OSError
        If one may not be read: a site without it would be published without a word.
    """
    try:
        with os.scandir(folder) as listed:
            # a leading dot: a release under way, or one that a kill left behind
            names = [item.name for item in listed if item.name[0] != "." and item.is_dir()]
    except FileNotFoundError:
        return {}
    places = (folder / name for name in sorted(names))
    return {place.name: place for place in places if _is_edition(place)}


def _is_edition(place: Path) -> bool:
    return not {MANIFEST, SUMS, RELEASE}.isdisjoint(path.name for path in place.iterdir())


def manifest_of(edition: Path) -> Manifest:
    """Return the manifest of an edition's folder."""
    return Manifest.read(edition / MANIFEST)


def release_of(edition: Path) -> Release:
    """Return what is known of a release."""
    return Release.read(edition / RELEASE)


def find(root: Path, name: str) -> Path:
    """Return the folder of an edition: ``latest``, a released one, or one built under that name.

    Where none was built (nothing is on Windows) the latest is the one that was released last.

    Raises
    ------
    DataError
        If there is none.
    """
    frozen, fresh = editions_in(released_folder(root)), editions_in(built_folder(root))
    if name in frozen:
        return frozen[name]
    if name in fresh:
        return fresh[name]
    if LATEST in fresh and manifest_of(fresh[LATEST]).edition == name:
        return fresh[LATEST]
    if name == LATEST and frozen:
        return max((release_of(path).released, key, path) for key, path in frozen.items())[2]
    known = "、".join([*fresh, *(item for item in frozen if item not in fresh)]) or "（无）"
    msg = f"没有版次 {name}；有：{known} | no edition {name!r}; there are: {known}"
    raise DataError(msg)


def last_word_lines(root: Path, name: str) -> Iterator[str]:
    """Yield which edition has the last word where `name` was asked for, and which later ones not.

    ``latest`` is the last one that was published: one that is only built under a name of its own
    (a draft) is none.
    """
    found = manifest_of(find(root, name)).edition
    yield f"以版次 {found} 为准 | compared with edition {found}"
    folders = (released_folder(root), built_folder(root))
    others = {key for folder in folders for key in editions_in(folder)} - {LATEST}
    later = max(others, default="")
    if later > found:
        yield (
            f"另有更新的版次 {later}，没有与它比对；要比，加 --against {later}"
            f" | there is a later edition: add --against {later} to compare with it"
        )


def catalogue(edition: Path) -> dict[str, dict[str, Any]]:
    """Return what an edition's ``figures.json`` says of its figures, by id."""
    listed = FiguresFile.read(edition / "site" / "figures.json").figures
    return {item["id"]: item for item in listed}


def table_catalogue(edition: Path) -> dict[str, dict[str, Any]]:
    """Return what an edition's ``figures.json`` says of its tables, by id."""
    listed = FiguresFile.read(edition / "site" / "figures.json").tables
    return {item["id"]: item for item in listed}


def exhibit_entry(edition: Path, identifier: str) -> dict[str, Any]:
    """Return what an edition's ``figures.json`` says of a figure or table.

    Raises
    ------
    DataError
        If the edition has no such figure; the message names the nearest.
    """
    known = catalogue(edition) | table_catalogue(edition)
    if identifier not in known:
        near = "、".join(difflib.get_close_matches(identifier, known, n=3, cutoff=0.4)) or "无"
        zh, en = ("表", "table") if identifier.startswith("tab-") else ("图", "figure")
        msg = (
            f"版次中没有{zh} {identifier}；相近的：{near}"
            f" | no {en} {identifier!r} in this edition; near ones: {near}"
        )
        raise DataError(msg)
    return known[identifier]


def predecessor(root: Path, edition: str, given: Mapping[str, Any] | None) -> Path | None:
    """Return the edition that one of this name and these parameters is compared with.

    The one released last before it, of those that asked the same questions (the same parameters);
    of all, where `given` is None.
    """
    found = [
        (release_of(path).released, name, path)
        for name, path in editions_in(released_folder(root)).items()
        if name != edition and (given is None or manifest_of(path).given == given)
    ]
    own = editions_in(released_folder(root)).get(edition)
    if own is not None:
        # released already: what came later is not before it
        mine = (release_of(own).released, edition)
        found = [item for item in found if item[:2] < mine]
    return max(found)[2] if found else None


def sums_of(folder: Path) -> dict[str, str]:
    """Return the hashes by path that `SUMS` in a folder lists.

    Raises
    ------
    DataError
        If it is no longer what was written.
    """
    try:
        return parse_sums(regular_content(folder / SUMS).decode("utf-8"))
    except OSError as error:
        raise unread(folder / SUMS, error) from error
    except ValueError as error:
        raise damaged(folder / SUMS, library_words(error)[0]) from error


def tree_digest(folder: Path) -> str:
    """Return one SHA-256 over the names and contents of all files below `folder`.

    Without those that a release adds: it is the SHA-256 of `SUMS` of an edition as it was built.
    """
    return digest(format_sums(_as_built(tree_hashes(folder, UNLISTED))).encode())


def _as_built(sums: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sums.items() if name not in ADDED}


def is_altered(edition: Path, tree: str) -> bool:
    """Return whether an edition's files are other than those of which `tree` is the digest.

    Everything that is there must be in its `SUMS`, of a release the record of it too.

    Raises
    ------
    DataError
        If there is a link, or something else that is no file.
    """
    if not (edition / SUMS).exists():
        return _tree_of_old(edition) != tree
    there = tree_hashes(edition, UNLISTED)
    try:
        listed = sums_of(edition)
    except DataError:
        return True
    if RELEASE not in listed:
        # not released yet, or by a version that did not list it
        there.pop(RELEASE, None)
    written = regular_content(edition / SUMS) == format_sums(listed).encode()
    return there != listed or not written or digest(format_sums(_as_built(listed)).encode()) != tree


def checked_release(edition: Path) -> Release:
    """Return what is known of a released edition, if it is still what was released.

    Raises
    ------
    DataError
        If it is not.
    """
    facts = release_of(edition)
    names = {facts.edition, manifest_of(edition).edition, edition.name}
    if len(names) > 1 or is_altered(edition, facts.tree):
        name = edition.name
        msg = (
            f"已发布的版次 {name} 被改动过（{edition}）；请恢复它，或移走后重新发布"
            f" | released edition {name} has been altered: restore it ({edition})"
        )
        raise DataError(msg)
    return facts


def _tree_of_old(folder: Path) -> str:
    """Return the digest of an edition that was released before editions had `SUMS`."""
    parts = []
    tree_hashes(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != RELEASE:
            parts.append(f"{path.relative_to(folder).as_posix()}\0".encode())
            parts.append(bytes.fromhex(file_digest(path)))
    return digest(*parts)


def proper(name: str) -> str:
    """Return `name` if an edition can have it.

    Raises
    ------
    DataError
        If it can't.
    """
    if name in RESERVED or not EDITION_NAME.fullmatch(name):
        taken = "、".join(RESERVED)
        msg = (
            f"版次名“{name}”不合规则：应为小写字母、数字、连字符，如 2026-11，且不是 {taken}"
            f" | {name!r} is no name for an edition: expected one such as 2026-11"
        )
        raise DataError(msg)
    return name


def is_released(root: Path, name: str) -> bool:
    """Return whether an edition of that name was released."""
    return name in editions_in(released_folder(root))


def signature_lines(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield what is known of the signatures of released editions, a line each.

    Nothing of others, and nothing where the book names no keys whose signatures count.

    Raises
    ------
    DataError
        If an edition is other than what was signed.
    """
    frozen = editions_in(released_folder(root))
    for name in names if (root / SIGNERS).exists() else ():
        if name in frozen:
            found = signature_of(frozen[name], root / SIGNERS)
            if found.signer:
                # of sums: it says something of the files only where they are those
                checked_release(frozen[name])
                yield f"版次 {name}：签名有效（{found.signer}） | edition signed by {found.signer}"
            elif (frozen[name] / SIGNATURE).exists():
                msg = f"版次 {name}：{found.zh} | edition {name}: {found.en}"
                raise DataError(msg)
            else:
                yield f"版次 {name}：{found.zh} | edition {name}: {found.en}"


def built_as(root: Path, name: str) -> Path:
    """Return the folder of an edition as it was built last.

    Raises
    ------
    DataError
        If it was not, or can't have that name.
    """
    proper(name)
    fresh = editions_in(built_folder(root))
    named = [
        path
        for key, path in fresh.items()
        if key == name or (key == LATEST and manifest_of(path).edition == name)
    ]
    if not named:
        msg = f"版次 {name} 还没有生成；先 cqbook build | edition {name} has not been built yet"
        raise DataError(msg)
    return named[-1]
