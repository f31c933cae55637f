"""Built editions, released editions, and the site that is put together from both.

``_build/editions/`` holds what was built last under each name, ``editions/`` (place set by
``CQBOOK_EDITIONS``) what was released and never changes again. The site is put together beside the
old one and takes its place in one step.
"""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from cqbook.disk.atomic import exchange, restore, settle
from cqbook.disk.checksums import SUMS, digest, format_sums, hashes
from cqbook.disk.locks import locked
from cqbook.editions.feed import FEED, feed_xml, news_in, told_in
from cqbook.editions.paths import built_folder, released_folder, site_folder
from cqbook.editions.records import Manifest, Release
from cqbook.editions.store import (
    LATEST,
    PERMALINK,
    RELEASE,
    built_as,
    editions_in,
    is_altered,
    manifest_of,
    release_of,
    sums_of,
)
from cqbook.errors import DataError

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


def seal(edition: Path) -> None:
    """Write the hashes of an edition's files: of its site, as it is served, and of all."""
    within = f"site/{SUMS}"
    found = hashes(edition, (SUMS, within))
    served = {
        name.removeprefix("site/"): value
        for name, value in found.items()
        if name.startswith("site/")
    }
    text = format_sums(served)
    _write(edition / within, text)
    _write(edition / SUMS, format_sums(found | {within: digest(text.encode())}))


def keep(root: Path, edition: Path, name: str) -> None:
    """Put a built edition's folder in its place, in one step; with the hashes of its files."""
    seal(edition)
    home = built_folder(root)
    with locked(home):
        restore(home / name)
        settle(edition)
        exchange(edition, home / name)


def release(root: Path, name: str) -> Path:
    """Freeze an edition as it was built last; return its folder.

    Releasing the same again changes nothing.

    Raises
    ------
    DataError
        If it was not built, has no proper name, or another one was released under that name.
    """
    _freeze(root, released_folder(root), name, built_as(root, name))
    # also if it was released already: the publication may have been killed
    publish_site(root)
    return released_folder(root) / name


def _freeze(root: Path, home: Path, name: str, edition: Path) -> None:
    with locked(home):
        for left in home.glob(".*.part-*"):
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(dir=home, prefix=f".{name}.part-"))
        try:
            # the lock of the folder of built editions: none is exchanged while it is copied
            with locked(built_folder(root)):
                shutil.copytree(edition, part / "edition")
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
            today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
            facts = Release(edition=name, released=today, tree=tree)
            (frozen / RELEASE).write_text(facts.to_json(), encoding="utf-8")
            settle(home)
            exchange(frozen, home / name)
            # what was said to be released must still be so after a power cut
            settle(home)
        finally:
            shutil.rmtree(part, ignore_errors=True)


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
            _assemble(root, new)
            new.chmod(0o755)
            settle(new)
            exchange(new, target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return target


def _assemble(root: Path, target: Path) -> None:
    with locked(built_folder(root)):
        fresh = editions_in(built_folder(root))
        for name, path in fresh.items():
            place = target / LATEST if name == LATEST else target / "v" / name
            shutil.copytree(path / "site", place)
    frozen = editions_in(released_folder(root))
    for name, path in frozen.items():
        if is_altered(path, release_of(path).tree):
            msg = (
                f"已发布的版次 {name} 被改动过（{path}）；请恢复它，或移走后重新发布"
                f" | released edition {name} has been altered: restore it ({path})"
            )
            raise DataError(msg)
        shutil.rmtree(target / "v" / name, ignore_errors=True)
        shutil.copytree(path / "site", target / "v" / name)
    if LATEST in fresh and manifest_of(fresh[LATEST]).edition in frozen:
        _lead_to_frozen(target / LATEST, manifest_of(fresh[LATEST]).edition)
    (target / "v").mkdir(exist_ok=True)
    drafts = [name for name in fresh if name != LATEST and name not in frozen]
    front = LATEST if LATEST in fresh else f"v/{[*frozen, *drafts][-1]}"
    _write(target / "index.html", leading_to(f"{front}/index.html"))
    # the same relative link leads to the latest edition from latest/ and from v/<edition>/
    _write(target / "v" / LATEST / "index.html", leading_to("../../index.html"))
    known = {
        "latest": manifest_of(fresh[LATEST]).edition if LATEST in fresh else "",
        "released": {name: release_of(path).released for name, path in frozen.items()},
        "drafts": drafts,
        "numbered": with_numbers(target / "v", frozen),
        "pages": sorted(manifest_of(fresh[LATEST]).pages) if LATEST in fresh else [],
        "figures": _hashes(manifest_of(fresh[LATEST])) if LATEST in fresh else {},
    }
    script = editions_script(known)
    days = {name: (release_of(path).released, path / "site") for name, path in frozen.items()}
    told, latest = told_in(days), news_in(target / LATEST)
    for place, inside in ((target, False), (target / "v", True)):
        _write(place / "editions.js", script)
        (place / FEED).write_bytes(feed_xml(told, latest, inside=inside))


def with_numbers(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the editions of a folder that have a page of their numbers; older ones have none."""
    return [name for name in names if (folder / name / "chapters" / "numbers.html").is_file()]


def editions_script(known: Mapping[str, object]) -> str:
    """Return the script that tells pages, also frozen ones, which editions there are."""
    return f"window.cqbookEditions={json.dumps(known, sort_keys=True)};\n"


def _lead_to_frozen(site: Path, name: str) -> None:
    """Make the permalinks of the latest site plain links into the frozen edition that it is."""
    # built before editions had it: of the files as they are
    sums = sums_of(site) if (site / SUMS).exists() else hashes(site)
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        inside = page.relative_to(site)
        way = "../" * len(inside.parts) + f"v/{name}/{inside.as_posix()}"
        found = text.replace(f"{PERMALINK}#", f"{PERMALINK}{way}#")
        if found != text:
            page.write_text(found, encoding="utf-8")
            sums[inside.as_posix()] = digest(found.encode())
    _write(site / SUMS, format_sums(sums))


def _hashes(manifest: Manifest) -> dict[str, str]:
    """Return the hash of the data of each figure, as short as the pages carry it."""
    return {
        name: entry.data[:16] for page in manifest.figures.values() for name, entry in page.items()
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
