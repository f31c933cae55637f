"""A released edition as one file: an asset of the forge's release, from which it comes back.

The archive of an edition is the same bytes each time, and beside it stands its SHA-256 as
``sha256sum -c`` reads it. What comes back is believed only when the archive is that, and the
edition in it what was released.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from cqbook.disk.archives import zipped
from cqbook.disk.atomic import exchange, replace_file, settle
from cqbook.disk.checksums import digest, file_digest, format_sums, hashes, parse_sums
from cqbook.disk.locks import locked
from cqbook.disk.regular import regular_content
from cqbook.editions.paths import released_folder
from cqbook.editions.store import (
    RELEASE,
    checked_release,
    editions_in,
    is_altered,
    proper,
    release_of,
)
from cqbook.errors import DataError, library_words

#: How archives are named, before the edition and behind it.
ARCHIVE, ENDING, SUM_ENDING = "edition-", ".zip", ".sha256"
#: What an archive may hold at most: files, and bytes when unpacked.
MOST_FILES, MOST_BYTES = 200_000, 4 * 2**30


def archive_of(root: Path, name: str, target: Path) -> Path:
    """Write the archive of a released edition into a folder, with its sum; return its path.

    Raises
    ------
    DataError
        If there is no such release, or it is no longer what was released.
    """
    known = editions_in(released_folder(root))
    if name not in known:
        there = "、".join(known) or "（无）"
        msg = (
            f"没有发布过版次 {name}；发布过的：{there}；先 cqbook release"
            f" | edition {name!r} is not released; released are: {there}"
        )
        raise DataError(msg)
    edition = known[name]
    checked_release(edition)
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{ARCHIVE}{name}{ENDING}"
    files = {f"{name}/{inside}": regular_content(edition / inside) for inside in hashes(edition)}
    content = zipped(files)
    sums = format_sums({path.name: digest(content)})
    replace_file(path, content)
    replace_file(path.with_name(path.name + SUM_ENDING), sums.encode())
    return path


def bring_back(root: Path, archive: Path) -> str:
    """Put the edition of an archive among the released ones; return its name.

    One that is there already, the same, stays as it is.

    Raises
    ------
    DataError
        If the archive is not that of its sum, the edition not what was released, or another one
        is there under its name.
    """
    _check_sum(archive)
    home = released_folder(root)
    home.mkdir(parents=True, exist_ok=True)
    with locked(home):
        part = Path(tempfile.mkdtemp(dir=home, prefix=".back.part-"))
        try:
            edition = _unpacked(archive, part)
            name = proper(edition.name)
            tree = release_of(edition).tree
            if release_of(edition).edition != name or is_altered(edition, tree):
                raise _refused(
                    archive, "其中的版次不是发布时的样子", "its edition is not what was released"
                )
            if name in editions_in(home):
                if release_of(home / name).tree != tree:
                    raise _refused(
                        archive,
                        f"版次 {name} 已在，内容不同",
                        f"another edition {name} is there already",
                    )
                return name
            settle(home)
            exchange(edition, home / name)
            settle(home)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return name


def _check_sum(archive: Path) -> None:
    beside = archive.with_name(archive.name + SUM_ENDING)
    try:
        listed = parse_sums(regular_content(beside).decode("utf-8"))
    except FileNotFoundError:
        raise _refused(
            archive, f"旁边没有它的校验和 {beside.name}", f"its sum {beside.name} is missing"
        ) from None
    except (ValueError, UnicodeDecodeError) as error:
        zh, en = library_words(error)
        raise _refused(archive, f"{beside.name} 已损坏（{zh}）", f"damaged sum ({en})") from error
    if not archive.is_file() or listed.get(archive.name) != file_digest(archive):
        raise _refused(archive, "与旁边的校验和不符；重新下载", "not of its sum: fetch it again")


def _unpacked(archive: Path, target: Path) -> Path:
    """Unpack an archive into an empty folder; return the edition's folder in it."""
    try:
        with zipfile.ZipFile(archive) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_FILES or sum(part.file_size for part in parts) > MOST_BYTES:
                raise _refused(archive, "太大", "too large")
            for part in parts:
                steps = PurePosixPath(part.filename).parts
                if part.is_dir() or ".." in steps or part.filename[0] in "/\\" or len(steps) < 2:
                    raise _refused(
                        archive, f"有不该有的路径“{part.filename}”", f"path {part.filename!r}"
                    )
            packed.extractall(target)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        zh, en = library_words(error)
        raise _refused(archive, f"不是完好的 ZIP（{zh}）", f"no sound ZIP ({en})") from error
    found = sorted(target.iterdir())
    if len(found) != 1 or not (found[0] / RELEASE).is_file():
        raise _refused(
            archive, "应恰有一个发布过的版次", "expected one released edition, and nothing else"
        )
    return found[0]


def _refused(archive: Path, zh: str, en: str) -> DataError:
    return DataError(f"{archive.name}：{zh} | {archive.name}: {en}")
