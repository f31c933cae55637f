"""Built editions, released editions, and the site that is put together from both.

``_build/editions/`` holds what was built last under each name, ``editions/`` (place set by
``CQBOOK_EDITIONS``) what was released and never changes again. The site is put together beside the
old one and takes its place in one step.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cqbook.disk.atomic import exchange, restore, settle
from cqbook.disk.checksums import SUMS, digest, file_digest, format_sums, hashes, tree_hashes
from cqbook.disk.locks import locked
from cqbook.disk.regular import hard_linked, regular_content
from cqbook.editions.days import release_day
from cqbook.editions.feed import FEED, News, feed_xml, news_in, told_in
from cqbook.editions.paths import built_folder, released_folder, site_folder
from cqbook.editions.records import Manifest, Release
from cqbook.editions.signing import sign
from cqbook.editions.store import (
    ADDED,
    LATEST,
    LISTING,
    PERMALINK,
    RELEASE,
    UNLISTED,
    built_as,
    checked_release,
    editions_in,
    is_altered,
    manifest_of,
    proper,
    release_of,
    sums_of,
)
from cqbook.errors import DataError

#: The script that tells pages which editions there are, and what stands around its content.
EDITIONS_SCRIPT = "editions.js"
_BEGINS, _ENDS = "window.cqbookEditions=", ";\n"
REDIRECT = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'">
<title>转到本书</title>
<meta http-equiv="refresh" content="0; url={target}"></head>
<body><p><a href="{target}">转到本书</a></p></body></html>
"""


def leading_to(target: str) -> str:
    """Return a page that only leads to another one."""
    return REDIRECT.format(target=target)


def seal(edition: Path) -> str:
    """Write the hashes of an edition's files: of its site, as it is served, and of all.

    Returns
    -------
    str
        Those of the site.
    """
    within = f"site/{SUMS}"
    found = tree_hashes(edition, (SUMS, within))
    served = {
        name.removeprefix("site/"): value
        for name, value in found.items()
        if name.startswith("site/")
    }
    text = format_sums(served)
    _write(edition / within, text)
    _write(edition / SUMS, format_sums(found | {within: digest(text.encode())}))
    return text


def keep(root: Path, edition: Path, name: str) -> str:
    """Put a built edition's folder in its place, in one step; with the hashes of its files.

    Returns
    -------
    str
        Those of its site.
    """
    sums = seal(edition)
    home = built_folder(root)
    with locked(home):
        restore(home / name)
        settle(edition)
        exchange(edition, home / name)
    return sums


def release(root: Path, name: str, key: Path | None = None, known: Iterable[str] = ()) -> Path:
    """Freeze an edition as it was built last; return its folder.

    Releasing the same again changes nothing.

    Parameters
    ----------
    root : Path
        The book.
    name : str
        Of the edition.
    key : Path, optional
        A key of OpenSSH that signs it.
    known : iterable of str
        Days that were before the release: those of its sources.

    Raises
    ------
    DataError
        If it was not built, has no proper name, or another one was released under that name; if
        the key does not sign; or if the clock is wrong.
    """
    _freeze(root, released_folder(root), name, built_as(root, name), key, known)
    # also if it was released already: the publication may have been killed
    publish_site(root)
    return released_folder(root) / name


def _freeze(
    root: Path, home: Path, name: str, edition: Path, key: Path | None, known: Iterable[str]
) -> None:
    with locked(home):
        for left in home.glob(".*.part-*"):
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(dir=home, prefix=f".{name}.part-"))
        try:
            # the lock of the folder of built editions: none is exchanged while it is copied
            with locked(built_folder(root)):
                shutil.copytree(edition, part / "edition", symlinks=True)
            frozen = part / "edition"
            tree = digest((frozen / SUMS).read_bytes()) if (frozen / SUMS).exists() else ""
            if is_altered(frozen, tree):
                msg = (
                    f"版次 {name} 生成之后被改动过（{edition}）；先 cqbook build"
                    f" | edition {name} was altered after it was built: run `cqbook build` first"
                )
                raise DataError(msg)
            if (home / name).exists():
                if release_of(home / name).tree == tree:
                    return
                msg = (
                    f"版次 {name} 已经发布，内容不同；发布过的版次不再改变，请换一个名字"
                    f" | edition {name} is already released with other content: choose another name"
                )
                raise DataError(msg)
            days = [*known, *(release_of(path).released for path in editions_in(home).values())]
            facts = Release(edition=name, released=release_day(days), tree=tree)
            _write(frozen / RELEASE, facts.to_json())
            _seal_release(frozen, key)
            settle(home)
            exchange(frozen, home / name)
            # what was said to be released must still be so after a power cut
            settle(home)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _seal_release(edition: Path, key: Path | None) -> None:
    """Put what a release adds into the sums, and sign those of the site and of all."""
    if key is not None:
        sign(edition / "site" / SUMS, key)
    added = {name: file_digest(edition / name) for name in ADDED if (edition / name).exists()}
    _write(edition / SUMS, format_sums(sums_of(edition) | added))
    if key is not None:
        sign(edition / SUMS, key)


def publish_site(root: Path) -> Path:
    """Put the site together from the built and the released editions; return ``_build/html``.

    Raises
    ------
    DataError
        If a released edition is no longer what was released; the old site stays.
    """
    work = root / "_build"
    target = site_folder(root)
    with locked(work):
        restore(target)
        for left in work.glob(".html-*"):
            shutil.rmtree(left, ignore_errors=True)
        new = Path(tempfile.mkdtemp(dir=work, prefix=".html-"))
        try:
            _assemble(root, new, target)
            new.chmod(0o755)
            settle(new)
            exchange(new, target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return target


def _assemble(root: Path, target: Path, before: Path) -> None:
    with locked(built_folder(root)):
        fresh = editions_in(built_folder(root))
        for name, path in fresh.items():
            inside = LATEST if name == LATEST else f"v/{name}"
            _serve(path, target / inside, before / inside)
    frozen = editions_in(released_folder(root))
    for name, path in frozen.items():
        checked_release(path)
        shutil.rmtree(target / "v" / name, ignore_errors=True)
        _serve(path, target / "v" / name, before / "v" / name)
    if LATEST in fresh and manifest_of(fresh[LATEST]).edition in frozen:
        _lead_to_frozen(target / LATEST, manifest_of(fresh[LATEST]).edition)
    for name, content in front(fresh, frozen).items():
        _write(target / name, content)


def _serve(edition: Path, place: Path, before: Path) -> None:
    """Put the site of an edition in its place: each file is what the edition's sums list.

    What is served already (below `before`) and is the same gets a second name there: neither
    written nor, when the old site goes, freed.
    """
    site = edition / "site"
    there = tree_hashes(site, UNLISTED)
    if (site / SUMS).exists() and sums_of(site) != there:
        raise _altered(edition)
    try:
        served = tree_hashes(before, UNLISTED)
    except (DataError, OSError):
        # somebody's link, or what may not be read
        served = {}
    for name, value in there.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if served.get(name) != value or not hard_linked(before / name, place / name):
            content = regular_content(site / name)
            if digest(content) != value:
                raise _altered(edition)
            (place / name).write_bytes(content)
    for name in UNLISTED:
        if (site / name).exists():
            (place / name).write_bytes(regular_content(site / name))


def _altered(edition: Path) -> DataError:
    return DataError(
        f"{edition} 中的网页生成之后被改动过；先 cqbook build，发布过的版次请恢复"
        f" | the site in {edition} was altered after it was built: run `cqbook build`, or"
        " restore it"
    )


def front(fresh: Mapping[str, Path], frozen: Mapping[str, Path]) -> dict[str, str]:
    """Return the files of the site that belong to no edition, by their path.

    Parameters
    ----------
    fresh, frozen : mapping of str to Path
        The editions that were built, and those that were released.
    """
    drafts = [name for name in fresh if name != LATEST and name not in frozen]
    first = LATEST if LATEST in fresh else f"v/{[*frozen, *drafts][-1]}"
    latest = manifest_of(fresh[LATEST]) if LATEST in fresh else None
    known = {
        "latest": latest.edition if latest else "",
        "released": {name: release_of(path).released for name, path in frozen.items()},
        "drafts": drafts,
        "pages": sorted(latest.pages) if latest else [],
        "figures": _hashes(latest) if latest else {},
    }
    sites = {name: path / "site" for name, path in frozen.items()}
    shown = {**fresh, **frozen}[first.removeprefix("v/")] / "site"
    news = news_in(shown) if latest else News()
    return root_files(first, known, sites, news) | listing_at_root(shown, first)


def listing_at_root(site: Path, first: str) -> dict[str, str]:
    """Return the list for language models where its rules look for it, at the root of the site.

    Parameters
    ----------
    site : Path
        Of an edition; one of before 2026-11 has none.
    first : str
        The folder that it is served in: its links lead there.
    """
    path = site / LISTING
    if not path.exists():
        return {}
    text = regular_content(path).decode("utf-8")
    # a whole address stays
    return {LISTING: re.sub(r"\]\((?![a-z][a-z0-9+.-]*:)", f"]({first}/", text)}


def root_files(
    first: str, known: Mapping[str, Any], sites: Mapping[str, Path], latest: News
) -> dict[str, str]:
    """Return the files at the root of a site, by their path.

    Parameters
    ----------
    first : str
        The folder of the edition that a reader without an address comes to.
    known : mapping
        What pages are told of the editions; ``released``: the days of those that are.
    sites : mapping of str to Path
        The folders of the released editions' sites.
    latest : News
        Of the latest edition.
    """
    script = editions_script({**known, "numbered": editions_with_numbers(sites)})
    told = told_in({name: (known["released"][name], site) for name, site in sites.items()})
    return {
        "index.html": leading_to(f"{first}/index.html"),
        # the same relative link leads to the latest edition from latest/ and from v/<edition>/
        f"v/{LATEST}/index.html": leading_to("../../index.html"),
        EDITIONS_SCRIPT: script,
        f"v/{EDITIONS_SCRIPT}": script,
        FEED: feed_xml(told, latest).decode(),
        f"v/{FEED}": feed_xml(told, latest, inside=True).decode(),
    }


def editions_with_numbers(sites: Mapping[str, Path]) -> list[str]:
    """Return the editions that have a page of their numbers; older ones have none.

    Parameters
    ----------
    sites : mapping of str to Path
        The folders of their sites.
    """
    return [name for name, site in sites.items() if (site / "chapters/numbers.html").is_file()]


def editions_script(known: Mapping[str, object]) -> str:
    """Return the script that tells pages, also frozen ones, which editions there are."""
    return f"{_BEGINS}{json.dumps(known, sort_keys=True)}{_ENDS}"


def known_editions(folder: Path) -> dict[str, Any]:
    """Return what the script of a site says of its editions; nothing where there is none.

    Raises
    ------
    DataError
        If it is no longer what was written.
    """
    path = folder / EDITIONS_SCRIPT
    if not path.exists():
        return {"released": {}}
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        known = json.loads(text.removeprefix(_BEGINS).removesuffix(_ENDS))
        released = known["released"]
        if not all(isinstance(day, str) and proper(name) for name, day in released.items()):
            raise ValueError(EDITIONS_SCRIPT)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{path} 已损坏：不是版次的清单 | {path} is damaged: expected a list of editions"
        raise DataError(msg) from error
    found: dict[str, Any] = known
    return found


def served_sums(root: Path, edition: Path, *, latest: bool) -> dict[str, str]:
    """Return the hashes of an edition's files as they are served: its own, but for permalinks.

    Parameters
    ----------
    root : Path
        The book.
    edition : Path
        The edition's folder.
    latest : bool
        As ``latest/``, whose permalinks lead to the frozen edition that it is.
    """
    sums = sums_of(edition / "site")
    name = manifest_of(edition).edition
    if latest and name in editions_in(released_folder(root)):
        sums |= {inside: digest(page.encode()) for inside, page in _led(edition / "site", name)}
    return sums


def _lead_to_frozen(site: Path, name: str) -> None:
    """Make the permalinks of the latest site plain links into the frozen edition that it is."""
    # built before editions had it: of the files as they are
    sums = sums_of(site) if (site / SUMS).exists() else hashes(site)
    for inside, page in list(_led(site, name)):
        _write(site / inside, page)
        sums[inside] = digest(page.encode())
    _write(site / SUMS, format_sums(sums))


def _led(site: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield the pages whose permalinks lead elsewhere, by their path, with these links."""
    for page in sorted(site.rglob("*.html")):
        text = regular_content(page).decode("utf-8")
        inside = page.relative_to(site)
        way = "../" * len(inside.parts) + f"v/{name}/{inside.as_posix()}"
        found = text.replace(f"{PERMALINK}#", f"{PERMALINK}{way}#")
        if found != text:
            yield inside.as_posix(), found


def _hashes(manifest: Manifest) -> dict[str, str]:
    """Return the hash of the data of each figure, as short as the pages carry it."""
    return {
        name: entry.data[:16] for page in manifest.figures.values() for name, entry in page.items()
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # it may be another name of what is still served
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
