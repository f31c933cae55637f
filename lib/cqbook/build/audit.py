"""Whether an edition's files are those that were made, and whether it can be made again.

First each file against `SUMS`. Then the edition is built again from its own data, in an empty
folder, by the code that its manifest names, and every file is compared. Nothing of the edition is
believed: its numbers, pictures and pages are made anew.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from cqbook.build.manifest import book_hashes
from cqbook.build.pages import DRAFT
from cqbook.changes import comparison
from cqbook.data.customs_store import CUSTOMS
from cqbook.disk.checksums import SUMS, digest, file_digest, format_sums, tree_hashes
from cqbook.disk.installed import PACKAGE, REPOSITORY, TOOLS
from cqbook.disk.locks import locked
from cqbook.editions.paths import HOME_VARIABLE, built_folder, released_folder, site_folder
from cqbook.editions.publish import front, served_sums
from cqbook.editions.records import Manifest
from cqbook.editions.signing import SIGNATURE, SIGNERS, Signature, signature_of
from cqbook.editions.store import (
    ADDED,
    LATEST,
    RELEASE,
    UNLISTED,
    checked_release,
    editions_in,
    find,
    is_altered,
    is_released,
    manifest_of,
    release_of,
    sums_of,
)
from cqbook.errors import DataError
from cqbook.execution.fingerprint import code_digest, package_digest
from cqbook.execution.notebooks import read_notebook
from cqbook.figures.figure import figures_of, glued, tables_of

#: Of a commit: what its code is and what installs it; and what of the book is no data.
CODE = ("lib/cqbook", "pyproject.toml", "Makefile")
BOOK_FILES = ("_config.yml", "_toc.yml", "requirements.txt", "chapters")
#: Files named of each kind of finding; of more, how many there are.
FILES_SHOWN = 20


class IrreproducibleError(Exception):
    """An edition can't be made again, and why, in Chinese and English."""


@dataclass
class Report:
    """What was found: lines for people, and whether all is as it should be."""

    lines: list[str] = field(default_factory=list)
    good: bool = True

    def say(self, text: str) -> None:
        """Add what is as it should be."""
        self.lines.append(text)

    def complain(self, title: str, details: list[str]) -> None:
        """Add what is not, if there is anything."""
        if details:
            self.good = False
            self.lines.append(f"{title}（{len(details)}）")
            said = "\n".join(details[:FILES_SHOWN]).split("\n")
            self.lines += [f"  {line}" for line in said]
            if len(details) > FILES_SHOWN:
                self.lines.append(f"  …… 另有{len(details) - FILES_SHOWN}项 | and more")


def audit(root: Path, name: str, say: Callable[[str], None]) -> Report:
    """Check an edition's files, make it again, and compare.

    Parameters
    ----------
    root : Path
        The book.
    name : str
        ``latest``, a released edition or one that was built.
    say : callable
        Told of progress.
    """
    edition = find(root, name)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="cqbook-audit-") as folder:
        own = Path(folder)
        # no build takes it away while it is read
        with (
            nullcontext() if edition.parent == released_folder(root) else locked(built_folder(root))
        ):
            shutil.copytree(edition, own / "edition", symlinks=True)
        say("1/3 核对文件 | the files")
        released = edition.parent == released_folder(root)
        compare_sums(own / "edition", report, released=edition.name if released else "")
        if released:
            compare_outside(root, own / "edition", edition.name, report)
        compare_served(root, own / "edition", edition.name, report)
        say("2/3 用它自己的数据重新生成 | making it again from its own data")
        try:
            with remade(root, own / "edition", own / "again", report, say) as again:
                say("3/3 逐个比较 | comparing")
                compare(own / "edition", again, report)
        except (IrreproducibleError, DataError) as error:
            report.complain("不能复现 | can't be reproduced", [str(error)])
    return report


def compare_sums(folder: Path, report: Report, *, released: str = "") -> None:
    """Compare the files of an edition with what its `SUMS` lists; and with the record of release.

    Parameters
    ----------
    folder : Path
        The edition.
    report : Report
    released : str
        The name that it was released under, if it was.
    """
    if not (folder / SUMS).exists():
        report.complain("无从核对 | can't be checked", [f"没有 {SUMS} | there is none"])
        return
    try:
        listed, there = sums_of(folder), tree_hashes(folder, UNLISTED)
        facts = release_of(folder) if released else None
    except DataError as error:
        report.complain("无从核对 | can't be checked", [str(error)])
        return
    if facts is not None and RELEASE not in listed:
        report.say(f"{SUMS} 不含 {RELEASE}（较早的版本） | not listed (an earlier version)")
        there.pop(RELEASE, None)
    report.say(f"{SUMS} 列出{len(listed)}个文件 | files listed: {len(listed)}")
    _compare_files(listed, there, report)
    if facts is not None and (facts.edition != released or is_altered(folder, facts.tree)):
        report.complain("被改动 | altered", [f"{SUMS}（与 {RELEASE} 不符 | not as released）"])


def _compare_files(
    listed: Mapping[str, str], there: Mapping[str, str], report: Report, of: str = ""
) -> None:
    altered = [name for name in listed if name in there and there[name] != listed[name]]
    report.complain(f"{of}被改动 | altered", altered)
    report.complain(f"{of}缺少 | missing", [name for name in listed if name not in there])
    report.complain(f"{of}多出 | added", [name for name in there if name not in listed])


def compare_served(root: Path, edition: Path, name: str, report: Report) -> None:
    """Compare the site as published with the edition that it serves, and its front pages.

    Nothing of what is published is believed, its own `SUMS` neither.
    """
    site = site_folder(root)
    served = site / (LATEST if name == LATEST else f"v/{name}")
    if not served.exists() or not (edition / "site" / SUMS).exists():
        return
    of = "已发布的网页 | the site as published："
    try:
        wanted = served_sums(root, edition, latest=name == LATEST)
        sums = format_sums(wanted).encode()
        there = tree_hashes(served, (SIGNATURE,))
        fronts = front(editions_in(built_folder(root)), editions_in(released_folder(root)))
        held = {place: file_digest(site / place) for place in fronts if (site / place).exists()}
    except (DataError, OSError) as error:
        report.complain(f"{of}无从核对 | can't be checked", [str(error)])
        return
    report.say(f"{of}{len(there)}个文件 | files")
    _compare_files(wanted | {SUMS: digest(sums)}, there, report, of)
    made = {place: digest(content.encode()) for place, content in fronts.items()}
    _compare_files(made, held, report, of)


def compare_outside(root: Path, edition: Path, name: str, report: Report) -> None:
    """Compare a release with what is outside of it: the publisher's key, a tag of the repository.

    Its own sums prove nothing against who makes them anew.
    """
    try:
        found = signature_of(edition, root / SIGNERS)
    except DataError as error:
        zh, _, en = str(error).partition(" | ")
        found = Signature(zh=zh, en=en)
    try:
        tags = _git(root, "tag", "--list", "--format=%(contents)", f"edition/{name}").decode()
    except IrreproducibleError:
        # a book that is in no repository
        tags = ""
    if found.signer:
        report.say(f"签名有效：{found.signer} | signed by {found.signer}")
    elif (root / SIGNERS).exists():
        report.complain("签名 | signature", [f"{found.zh} | {found.en}"])
    else:
        report.say(f"{found.zh} | {found.en}")
    tree = digest((edition / SUMS).read_bytes())
    said = re.findall("[0-9a-f]{64}", tags)
    if said:
        report.say(f"标签 edition/{name} 记下了它的摘要 | its digest is in that tag")
        if tree not in said:
            report.complain("与标签所记的不符 | not as the tag says", [f"{tree} ≠ {said[0]}"])


@contextmanager
def remade(
    root: Path, edition: Path, place: Path, report: Report, say: Callable[[str], None]
) -> Iterator[Path]:
    """Build an edition again in a new folder; the edition's folder in it.

    Raises
    ------
    IrreproducibleError
        If what it was made by is not at hand, or the build fails.
    """
    manifest = manifest_of(edition)
    if not manifest.package:
        msg = (
            "它的 manifest.json 没有记下代码（生成于较早的版本）"
            " | its manifest does not say by which code it was built (an earlier version)"
        )
        raise IrreproducibleError(msg)
    place.mkdir()
    commit = _lay_out_code(place, manifest, say)
    _lay_out_book(root, place, manifest, say)
    shutil.copytree(edition / "data", place / "data")
    _lay_out_detail(root, place, manifest, report)
    _lay_out_predecessor(root, place, manifest.compared_with)
    python = sys.executable
    if commit or code_digest(root) != manifest.code:
        python = _environment(place, manifest.versions["python"], say)
    yield _built_again(place, manifest, python)


def _lay_out_code(place: Path, manifest: Manifest, say: Callable[[str], None]) -> str:
    """Put the package there; return the commit that it is from (``""``: as it is here)."""
    if package_digest() == manifest.package:
        shutil.copytree(
            PACKAGE, place / "lib" / "cqbook", ignore=shutil.ignore_patterns("__pycache__")
        )
        # this Python may have the tools too: they are told from the book's packages there as here
        for name in (*CODE[1:], TOOLS):
            if (REPOSITORY / name).exists():
                shutil.copy(REPOSITORY / name, place)
        return ""
    for commit, files in _commits(REPOSITORY, CODE[0]):
        package = {path.removeprefix(f"{CODE[0]}/"): value for path, value in files.items()}
        if digest(format_sums(package).encode()) == manifest.package:
            say(f"  代码取自提交 {commit[:12]} | not the code that is here but a commit")
            _extract(REPOSITORY, commit, CODE, place)
            return commit
    msg = (
        f"生成它的代码（{manifest.package[:16]}）不是现在的，git 历史中也没有"
        " | the code that built it is not that here, and is in no commit at hand"
    )
    raise IrreproducibleError(msg)


def _lay_out_book(root: Path, place: Path, manifest: Manifest, say: Callable[[str], None]) -> None:
    """Put configuration, contents, chapters and lock there, as they were."""
    if book_hashes(root) == manifest.book:
        for name in manifest.book:
            (place / name).parent.mkdir(exist_ok=True)
            shutil.copy(root / name, place / name)
        return
    for commit, files in _commits(REPOSITORY, *BOOK_FILES):
        if {name: files.get(name, "") for name in manifest.book} == manifest.book:
            say(f"  章节取自提交 {commit[:12]} | chapters of commit {commit[:12]}")
            _extract(REPOSITORY, commit, manifest.book, place)
            return
    here = book_hashes(root)
    differing = sorted(
        name for name in here | manifest.book if here.get(name) != manifest.book.get(name)
    )
    msg = (
        f"生成它的章节或配置不是现在的（{'、'.join(differing[:5])}），git 历史中也没有"
        f" | its chapters or configuration are not those here ({', '.join(differing[:5])}),"
        " and are in no commit at hand"
    )
    raise IrreproducibleError(msg)


def _lay_out_detail(root: Path, place: Path, manifest: Manifest, report: Report) -> None:
    """Put the customs detail there that the edition rests on, where it is still at hand."""
    wanted = [name for name in manifest.data if name.startswith(f"{CUSTOMS}/")]
    lacking = []
    for name in wanted:
        path = root / "data" / name
        if path.exists() and digest(path.read_bytes()) == manifest.data[name]:
            (place / "data" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place / "data" / name)
        else:
            lacking.append(name)
    if lacking:
        shutil.rmtree(place / "data" / CUSTOMS, ignore_errors=True)
        report.complain(
            "海关明细不随版次发布，这里也没有：依赖它的页不能复现"
            " | customs detail is no part of an edition and is not at hand: what rests on it"
            " can't be reproduced",
            lacking,
        )


def _lay_out_predecessor(root: Path, place: Path, name: str) -> None:
    """Put the edition there with which 修订 compares; and no other."""
    (place / "editions").mkdir()
    if not name:
        return
    if not is_released(root, name):
        msg = (
            f"它与版次 {name} 比较过，而那个版次不在手边"
            f" | it was compared with the edition {name}, which is not at hand"
        )
        raise IrreproducibleError(msg)
    checked_release(released_folder(root) / name)
    shutil.copytree(released_folder(root) / name, place / "editions" / name, symlinks=True)


def _environment(place: Path, version: str, say: Callable[[str], None]) -> str:
    """Install the lock of `place`, by hash, into an environment of its own; return its Python."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    python = sys.executable if version == here else shutil.which(f"python{version}")
    if not python:
        msg = f"它由 Python {version} 生成，这里没有 | it was built by Python {version}: none here"
        raise IrreproducibleError(msg)
    say("  按它的锁文件安装环境 | installing the packages of its lock, by hash")
    words = ["make", "-C", str(place), ".venv/.ready", f"PYTHON={python}"]
    done = _run(words, place, dict(os.environ))
    if done.returncode:
        msg = f"它的环境装不起来 | its packages can't be installed:\n{done.stderr[-2000:]}"
        raise IrreproducibleError(msg)
    return str(place / ".venv" / "bin" / "python")


def _built_again(place: Path, manifest: Manifest, python: str) -> Path:
    name = manifest.edition
    words = ["--data", str(place / "data")] if name == DRAFT else ["--edition", name]
    for page, given in manifest.given.items():
        for key, value in given.items():
            words += ["-p", f"{page}.{key}={value}"]
    (place / "home").mkdir()
    # nothing of the caller's settings but where programs are
    variables = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(place / "home"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(place / "lib"),
        "PYTHONNOUSERSITE": "1",
        HOME_VARIABLE: str(place / "editions"),
    }
    command = [python, "-m", "cqbook.cli", "--root", str(place), "build", *words]
    done = _run(command, place, variables)
    if done.returncode:
        msg = f"重新生成失败 | building it again failed:\n{done.stderr[-2000:]}"
        raise IrreproducibleError(msg)
    return built_folder(place) / name


def _run(
    words: list[str], place: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words,
            cwd=place,
            env=variables,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        msg = f"没有程序 {words[0]} | no program {words[0]}"
        raise IrreproducibleError(msg) from error


def _git(repository: Path, *words: str, given: bytes | None = None) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *words], input=given, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        msg = "没有 git，取不到那时的代码 | no git to get that code from"
        raise IrreproducibleError(msg) from error
    if done.returncode:
        msg = f"git {words[0]}：{done.stderr.decode(errors='replace').strip()}"
        raise IrreproducibleError(msg)
    return done.stdout


def _commits(repository: Path, *places: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the commits that changed `places`, newest first, with the SHA-256 of files by path."""
    known: dict[str, str] = {}
    for commit in (
        _git(repository, "rev-list", "--all", "--full-history", "--", *places).decode().split()
    ):
        listed = _git(repository, "ls-tree", "-rz", "--full-tree", commit, "--", *places)
        facts = [line.partition("\t") for line in listed.decode().split("\0") if line]
        blobs = {path: words.split()[2] for words, _, path in facts}
        new = sorted({blob for blob in blobs.values() if blob not in known})
        given = "\n".join(new).encode()
        batch = io.BytesIO(_git(repository, "cat-file", "--batch", given=given) if new else b"")
        for blob in new:
            size = int(batch.readline().split()[2])
            known[blob] = digest(batch.read(size))
            batch.read(1)
        yield commit, {path: known[blob] for path, blob in blobs.items()}


def _extract(
    repository: Path, commit: str, places: Mapping[str, str] | tuple[str, ...], target: Path
) -> None:
    archive = _git(repository, "archive", "--format=tar", commit, "--", *places)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(target, filter="data")


#: Kinds of an edition's files, by how their paths begin.
FILE_KINDS = {
    "notebooks/": "执行过的笔记本 | notebooks",
    "site/_figures/": "图和图的文件 | pictures and files of figures",
    "site/figures/": "图的单页 | own pages of figures",
    "site/": "网页及其文件 | pages and what they load",
    "data/": "数据 | data",
    "": "清单 | manifest",
}


def compare(edition: Path, again: Path, report: Report) -> None:
    """Compare an edition with what was made again: bytes, and what the numbers are."""
    sums = (f"site/{SUMS}", *UNLISTED, *ADDED)
    try:
        was = tree_hashes(edition, sums)
    except DataError as error:
        report.complain("无从核对 | can't be checked", [str(error)])
        return
    now = tree_hashes(again, sums)
    rest = dict.fromkeys([*was, *now])
    for start, kind in FILE_KINDS.items():
        names = [name for name in rest if name.startswith(start)]
        for name in names:
            del rest[name]
        same = sum(was.get(name) == now.get(name) for name in names)
        report.say(f"{kind}：{same}/{len(names)} 逐字节复现 | the same bytes")
        differing = [
            name
            + ("（只在版次中 | only in the edition）" if name not in now else "")
            + ("（只在重新生成的中 | only when made again）" if name not in was else "")
            for name in names
            if was.get(name) != now.get(name)
        ]
        report.complain("与重新生成的不同 | other than when made again", differing)
    _compare_numbers(edition, again, report)
    _compare_origin(edition, again, report)


def _compare_numbers(edition: Path, again: Path, report: Report) -> None:
    old, new = (
        {path.stem: read_notebook(path) for path in sorted((folder / "notebooks").glob("*.ipynb"))}
        for folder in (edition, again)
    )
    for kind, of in (
        ("行文中的数 | numbers in the text", glued),
        ("图 | figures", lambda item: {one.identity.id: one.identity for one in figures_of(item)}),
        ("表 | tables", lambda item: {one.id: one for one in tables_of(item)}),
    ):
        pairs = [
            (value, of(new[page]).get(name) if page in new else None)
            for page, notebook in old.items()
            for name, value in of(notebook).items()
        ]
        report.say(f"{kind}：{sum(a == b for a, b in pairs)}/{len(pairs)} 推算相同 | the same")
    changes = comparison.comparison_lines(comparison.compare_notebooks(old, new))
    report.complain("版次中的 → 重新推算的 | in the edition → made again", changes)


#: What it means that an entry of the manifest differs.
MEANING = {
    "code": "执行章节的代码、锁文件或已装的包 | code of the chapters, lock or installed packages",
    "data": "数据文件 | files of the data",
    "package": "本书的程序 | the package of the book",
    "versions": "软件版本 | versions of software",
}


def _compare_origin(edition: Path, again: Path, report: Report) -> None:
    """Say what of the manifest differs: by that, why."""
    was, now = (dict(manifest_of(folder)) for folder in (edition, again))
    differing = sorted(key for key in was | now if was.get(key) != now.get(key))
    report.complain(
        "清单中不同的项 | what of the manifest differs",
        [f"{key}：{MEANING[key]}" if key in MEANING else key for key in differing],
    )
