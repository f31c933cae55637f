"""Built editions, released editions, and the site that is put together from both.

``_build/editions/`` holds what was built last under each name, ``editions/`` (place set by
``CQBOOK_EDITIONS``) what was released and never changes again. The site is put together beside the
old one and takes its place in one step.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cqbook.catalog import DataError
from cqbook.places import built, published, released
from cqbook.sums import SUMS, as_text, digest, hashes, read
from cqbook.transaction import exchange, locked, restore, settle

LATEST = "latest"
RELEASE = "release.json"
#: A name is a folder of the site and part of addresses that people cite.
NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
#: Names that the site uses for itself, and that of an edition without one.
RESERVED = (LATEST, "draft")

#: How a figure's permalink begins; on its own page it goes on with the anchor.
PERMALINK = '<a class="cq-permalink" href="'

REDIRECT = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'">
<title>重庆开放型经济分析</title>
<meta http-equiv="refresh" content="0; url={target}"></head>
<body><p><a href="{target}">重庆开放型经济分析</a></p></body></html>
"""


def leading_to(target: str) -> str:
    """Return a page that only leads to another one."""
    return REDIRECT.format(target=target)


def _editions(folder: Path) -> dict[str, Path]:
    found = sorted(folder.glob("*/manifest.json")) if folder.exists() else []
    # a name with a leading dot is a release under way, or one that a kill left behind
    return {path.parent.name: path.parent for path in found if path.parent.name[0] != "."}


def _content(path: Path, *needed: str) -> dict[str, Any]:
    """Return the content of a JSON file of an edition, which has at least what is `needed`.

    Raises
    ------
    DataError
        If it is no longer what was written.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        _ = [found[name] for name in needed]
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    # one that was built can be built again; one that was released only its owner has
    where = next((item for item in path.parents if item.parent.name == "editions"), path.parent)
    return DataError(
        f"版次文件 {path} 已损坏或不可读（{error}）；"
        f"生成的版次：删去文件夹 {where} 再 cqbook build；发布过的版次：从备份恢复"
        f" | {path} of an edition is damaged: delete the folder {where} and run"
        " `cqbook build`, or, of a released edition, restore it from a copy"
    )


def manifest_of(edition: Path) -> dict[str, Any]:
    """Return the manifest of an edition's folder."""
    return _content(edition / "manifest.json", "edition", "given", "pages")


def release_of(edition: Path) -> dict[str, Any]:
    """Return what is known of a release: ``edition``, ``released`` (date), ``tree`` (of `SUMS`)."""
    return _content(edition / RELEASE, "edition", "released", "tree")


def find(root: Path, name: str) -> Path:
    """Return the folder of an edition: ``latest``, a released one, or one built under that name.

    Raises
    ------
    DataError
        If there is none.
    """
    frozen, fresh = _editions(released(root)), _editions(built(root))
    if name in frozen:
        return frozen[name]
    if name in fresh:
        return fresh[name]
    if LATEST in fresh and manifest_of(fresh[LATEST])["edition"] == name:
        return fresh[LATEST]
    known = "、".join([*fresh, *(item for item in frozen if item not in fresh)]) or "（无）"
    msg = f"没有版次 {name}；有：{known} | no edition {name!r}; there are: {known}"
    raise DataError(msg)


def exhibits(edition: Path, identifier: str) -> dict[str, Any]:
    """Return what an edition's ``figures.json`` says of a figure.

    Raises
    ------
    DataError
        If the edition has no such figure; the message names the nearest.
    """
    path = edition / "site" / "figures.json"
    known = {item["id"]: item for item in _content(path, "figures")["figures"]}
    if identifier not in known:
        near = "、".join(difflib.get_close_matches(identifier, known, n=3, cutoff=0.4)) or "无"
        msg = (
            f"版次中没有图 {identifier}；相近的：{near}"
            f" | no figure {identifier!r} in this edition; near ones: {near}"
        )
        raise DataError(msg)
    return known[identifier]


def predecessor(root: Path, edition: str, given: Mapping[str, Any] | None) -> Path | None:
    """Return the edition that one of this name and these parameters is compared with.

    The one released last before it, of those that asked the same questions (the same parameters);
    of all, where `given` is None.
    """
    found = [
        (release_of(path)["released"], name, path)
        for name, path in _editions(released(root)).items()
        if name != edition and (given is None or manifest_of(path)["given"] == given)
    ]
    own = _editions(released(root)).get(edition)
    if own is not None:
        # released already: what came later is not before it
        mine = (release_of(own)["released"], edition)
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
        return read((folder / SUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(folder / SUMS, error) from error


def tree_digest(folder: Path) -> str:
    """Return one SHA-256 over the names and contents of all files below `folder`.

    It is the SHA-256 of `SUMS` in the folder of an edition.
    """
    return digest(as_text(hashes(folder, (SUMS, RELEASE))).encode())


def seal(edition: Path) -> None:
    """Write the hashes of an edition's files: of its site, as it is served, and of all."""
    within = f"site/{SUMS}"
    found = hashes(edition, (SUMS, within))
    served = {
        name.removeprefix("site/"): value
        for name, value in found.items()
        if name.startswith("site/")
    }
    text = as_text(served)
    _write(edition / within, text)
    _write(edition / SUMS, as_text(found | {within: digest(text.encode())}))


def is_altered(edition: Path, tree: str) -> bool:
    """Return whether an edition's files are other than those of which `tree` is the digest."""
    if not (edition / SUMS).exists():
        return _tree_of_old(edition) != tree
    return {tree_digest(edition), digest((edition / SUMS).read_bytes())} != {tree}


def _tree_of_old(folder: Path) -> str:
    """Return the digest of an edition that was released before editions had `SUMS`."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != RELEASE:
            total.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def keep(root: Path, edition: Path, name: str) -> None:
    """Put a built edition's folder in its place, in one step; with the hashes of its files."""
    seal(edition)
    home = built(root)
    with locked(home):
        restore(home / name)
        settle(edition)
        exchange(edition, home / name)


def proper(name: str) -> str:
    """Return `name` if an edition can have it.

    Raises
    ------
    DataError
        If it can't.
    """
    if name in RESERVED or not NAME.fullmatch(name):
        taken = "、".join(RESERVED)
        msg = (
            f"版次名“{name}”不合规则：应为小写字母、数字、连字符，如 2026-11，且不是 {taken}"
            f" | {name!r} is no name for an edition: expected one such as 2026-11"
        )
        raise DataError(msg)
    return name


def is_released(root: Path, name: str) -> bool:
    """Return whether an edition of that name was released."""
    return name in _editions(released(root))


def release(root: Path, name: str) -> Path:
    """Freeze an edition as it was built last; return its folder.

    Releasing the same again changes nothing.

    Raises
    ------
    DataError
        If it was not built, has no proper name, or another one was released under that name.
    """
    _freeze(root, released(root), name, built_as(root, name))
    # also if it was released already: the publication may have been killed
    publish(root)
    return released(root) / name


def built_as(root: Path, name: str) -> Path:
    """Return the folder of an edition as it was built last.

    Raises
    ------
    DataError
        If it was not, or can't have that name.
    """
    proper(name)
    fresh = _editions(built(root))
    named = [
        path
        for key, path in fresh.items()
        if key == name or (key == LATEST and manifest_of(path)["edition"] == name)
    ]
    if not named:
        msg = f"版次 {name} 还没有生成；先 cqbook build | edition {name} has not been built yet"
        raise DataError(msg)
    return named[-1]


def _freeze(root: Path, home: Path, name: str, edition: Path) -> None:
    with locked(home):
        for left in home.glob(".*.part-*"):
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(dir=home, prefix=f".{name}.part-"))
        try:
            # the lock of the folder of built editions: none is exchanged while it is copied
            with locked(built(root)):
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
                if release_of(home / name)["tree"] == tree:
                    return
                msg = (
                    f"版次 {name} 已经发布，内容不同；发布过的版次不再改变，请换一个名字"
                    f" | edition {name} is already released with other content: choose another name"
                )
                raise DataError(msg)
            facts = {
                "edition": name,
                "released": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
                "tree": tree,
            }
            text = json.dumps(facts, indent=1, sort_keys=True) + "\n"
            (frozen / RELEASE).write_text(text, encoding="utf-8")
            settle(home)
            frozen.rename(home / name)
            # what was said to be released must still be so after a power cut
            settle(home)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def publish(root: Path) -> Path:
    """Put the site together from the built and the released editions; return ``_build/html``.

    Raises
    ------
    DataError
        If a released edition is no longer what was released; the old site stays.
    """
    work = root / "_build"
    target = published(root)
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
    with locked(built(root)):
        fresh = _editions(built(root))
        for name, path in fresh.items():
            place = target / LATEST if name == LATEST else target / "v" / name
            shutil.copytree(path / "site", place)
    frozen = _editions(released(root))
    for name, path in frozen.items():
        facts = release_of(path)
        if is_altered(path, facts["tree"]):
            msg = (
                f"已发布的版次 {name} 被改动过（{path}）；请恢复它，或移走后重新发布"
                f" | released edition {name} has been altered: restore it ({path})"
            )
            raise DataError(msg)
        shutil.rmtree(target / "v" / name, ignore_errors=True)
        shutil.copytree(path / "site", target / "v" / name)
    if LATEST in fresh and manifest_of(fresh[LATEST])["edition"] in frozen:
        _lead_to_frozen(target / LATEST, manifest_of(fresh[LATEST])["edition"])
    (target / "v").mkdir(exist_ok=True)
    drafts = [name for name in fresh if name != LATEST and name not in frozen]
    front = LATEST if LATEST in fresh else f"v/{[*frozen, *drafts][-1]}"
    _write(target / "index.html", leading_to(f"{front}/index.html"))
    # the same relative link leads to the latest edition from latest/ and from v/<edition>/
    _write(target / "v" / LATEST / "index.html", leading_to("../../index.html"))
    known = {
        "latest": manifest_of(fresh[LATEST])["edition"] if LATEST in fresh else "",
        "released": {name: release_of(path)["released"] for name, path in frozen.items()},
        "drafts": drafts,
        "pages": sorted(manifest_of(fresh[LATEST])["pages"]) if LATEST in fresh else [],
        "figures": _hashes(manifest_of(fresh[LATEST])) if LATEST in fresh else {},
    }
    script = f"window.cqbookEditions={json.dumps(known, sort_keys=True)};\n"
    for place in (target, target / "v"):
        _write(place / "editions.js", script)


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
    _write(site / SUMS, as_text(sums))


def _hashes(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the hash of the data of each figure, as short as the pages carry it."""
    return {
        name: entry["data"][:16]
        for page in manifest.get("figures", {}).values()
        for name, entry in page.items()
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
