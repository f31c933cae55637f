"""What an edition says of itself: the JSON files of its folder, as typed records.

What a later version of the book wrote into them besides is kept: a released edition never changes.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from cqbook.disk.regular import regular_content
from cqbook.errors import DataError, refusal_of


class Record(BaseModel):
    """A JSON file of an edition, or a part of one."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what a file holds.

        Raises
        ------
        DataError
            If it is no longer what was written.
        OSError
            If the machine does not let it be read.
        """
        try:
            return cls.model_validate_json(regular_content(path))
        except ValidationError as error:
            place = ".".join(map(str, error.errors(include_url=False)[0]["loc"]))
            raise damaged(path, place or "不是 JSON") from error
        except OSError as error:
            raise unread(path, error) from error

    def to_json(self) -> str:
        """Return the text of the file: the same for the same content."""
        content = self.model_dump(mode="json")
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


class PageMade(Record):
    """One page of an edition: where it comes from, and the hashes of result and queries."""

    notebook: str
    parameters: Mapping[str, object]
    sha256: str
    queries: str


class FigureMade(Record):
    """One figure of an edition; `data` is the hash of the rows that were drawn."""

    title: str
    unit: str
    status: str
    sources: tuple[str, ...]
    data: str


class TableMade(Record):
    """One table of an edition; `data` is the hash of its rows."""

    title: str
    data: str


class ClaimMade(Record):
    """One claim of an edition: its outcome, what was compared, by how much, the sentence."""

    outcome: str
    condition: str
    margin: str
    sentence: str


class Manifest(Record):
    """What an edition was made of: nothing that differs from machine to machine.

    Attributes
    ----------
    given : dict
        The parameters that were asked for, by page and name.
    pages : dict
        By name.
    compared_with : str
        The edition that 修订 compares with; empty: none.
    code, package : str
        One hash of all that executes, one of all files of this package; empty in editions built
        before it was noted.
    versions, data, book : dict
        Versions of software; SHA-256 by file of the data and of the rest of the book.
    figures, tables : dict
        By page and id.
    glued : dict
        Texts by page and name.
    claims : dict
        By page and name; none in editions built before there were claims.
    """

    edition: str
    given: dict[str, dict[str, JsonValue]]
    pages: dict[str, PageMade]
    compared_with: str = ""
    code: str = ""
    package: str = ""
    versions: dict[str, str] = {}
    data: dict[str, str] = {}
    book: dict[str, str] = {}
    figures: dict[str, dict[str, FigureMade]] = {}
    tables: dict[str, dict[str, TableMade]] = {}
    glued: dict[str, dict[str, str]] = {}
    claims: dict[str, dict[str, ClaimMade]] = {}


class Release(Record):
    """What is known of a release: the day of it, and the digest of its `SUMS`."""

    edition: str
    released: str
    tree: str


class FiguresFile(Record):
    """The site's ``figures.json``: what is said of each figure and table, as its schema has it.

    Editions of before 2026-12 say nothing of tables.
    """

    edition: str
    figures: list[dict[str, Any]]
    tables: list[dict[str, Any]] = []


#: What says nothing of the file: it may not be read, or not now.
_OF_THE_MACHINE = frozenset(
    {errno.EACCES, errno.EPERM, errno.EBUSY, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)


def unread(path: Path, error: OSError) -> Exception:
    """Return the error for a file of an edition that can't be read.

    Who may not read it is told so, and not to delete what is whole.
    """
    return error if error.errno in _OF_THE_MACHINE else damaged(path, refusal_of(error)[0])


def damaged(path: Path, why: str) -> DataError:
    """Return the error for a file of an edition that is no longer what was written."""
    # one that was built can be built again; one that was released only its owner has
    where = next((item for item in path.parents if item.parent.name == "editions"), path.parent)
    return DataError(
        f"版次文件 {path} 已损坏或不可读（{why}）；"
        f"生成的版次：删去文件夹 {where} 再 cqbook build；发布过的版次：从备份恢复"
        f" | {path} of an edition is damaged: delete the folder {where} and run"
        " `cqbook build`, or, of a released edition, restore it from a copy"
    )
