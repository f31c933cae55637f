"""The site in a folder that is served: of a web server, an object store, a forge's pages.

Editions only come: one that is there stays, also where this machine does not have it, and is
checked against its own sums. `publish_site` makes ``_build/html`` anew each time; here people's
citations lead.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from cqbook.disk.atomic import exchange, replace_file, restore, settle
from cqbook.disk.checksums import SUMS, hashes, tree_hashes
from cqbook.disk.locks import locked
from cqbook.editions.feed import news_in
from cqbook.editions.publish import (
    known_editions,
    listing_at_root,
    publish_site,
    root_files,
)
from cqbook.editions.store import LATEST, UNLISTED, sums_of
from cqbook.errors import DataError


def publish_to(root: Path, place: Path) -> list[str]:
    """Publish latest and released editions in a folder that is served; return all that it has.

    Drafts stay at home: what may go again has no address.

    Raises
    ------
    DataError
        If an edition there is not what was released, or there is no latest one. Nothing is changed
        then.
    """
    site = publish_site(root)
    ours = known_editions(site)
    if not (site / LATEST / SUMS).exists():
        msg = "还没有最新版；先 cqbook build | there is no latest edition: run `cqbook build` first"
        raise DataError(msg)
    place.mkdir(parents=True, exist_ok=True)
    with locked(place):
        restore(place / LATEST)
        theirs = known_editions(place)["released"]
        _check_kept(place, theirs, site)
        for name in ours["released"]:
            _put(site / "v" / name, place / "v" / name, anew=False)
        _put(site / LATEST, place / LATEST, anew=True)
        released = dict(sorted((theirs | ours["released"]).items()))
        sites = {name: place / "v" / name for name in released}
        told = ours | {"released": released, "drafts": []}
        (place / "v" / LATEST).mkdir(parents=True, exist_ok=True)
        files = root_files(LATEST, told, sites, news_in(place / LATEST))
        files |= listing_at_root(place / LATEST, LATEST)
        for name, content in files.items():
            replace_file(place / name, content.encode())
            (place / name).chmod(0o644)
    return list(released)


def _check_kept(place: Path, theirs: Mapping[str, str], site: Path) -> None:
    """Refuse where an edition that is served is not whole, or another than ours."""
    for name in theirs:
        there, here = place / "v" / name, site / "v" / name
        if not there.is_dir():
            msg = (
                f"{there} 不见了：它发布过，请恢复"
                f" | {there} is gone, and it was published: restore it"
            )
            raise DataError(msg)
        if here.exists() and _sums(here) != _sums(there):
            msg = (
                f"{there} 与这里发布的版次 {name} 内容不同；发布过的版次不再改变"
                f" | {there} differs from edition {name} as released here"
            )
            raise DataError(msg)
        # what is there and not listed is served too
        found, listed = tree_hashes(there, UNLISTED), _sums(there)
        wrong = sorted(key for key in found | listed if found.get(key) != listed.get(key))
        if wrong:
            msg = (
                f"{there} 被改动过：{wrong[0]} 等{len(wrong)}个文件；请恢复"
                f" | {there} has been altered: {wrong[0]} and others, {len(wrong)} in all"
            )
            raise DataError(msg)


def _sums(edition: Path) -> dict[str, str]:
    """Return the sums of an edition's files; of one from before editions had them, as they are."""
    return sums_of(edition) if (edition / SUMS).exists() else hashes(edition)


def _put(source: Path, target: Path, *, anew: bool) -> None:
    """Copy a folder to its place, where it is whole at once; one that is there stays, or goes."""
    if target.exists() and not anew:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        shutil.copytree(source, part, symlinks=True)
        if tree_hashes(part, UNLISTED) != _sums(part):
            msg = (
                f"{source} 生成之后被改动过；先 cqbook build"
                f" | {source} was altered after it was built: run `cqbook build` first"
            )
            raise DataError(msg)
        settle(part)
        exchange(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
