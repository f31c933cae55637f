"""Take new data in: recognise, check, show what was understood, and only then write.

Nothing is overwritten. A figure that the book has with another value from the same source is kept
as a vintage, and the new row says which one it supersedes; another source's value stands beside it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cqbook.data.catalog import DESCRIPTOR, Catalog
from cqbook.data.customs_store import CUSTOMS
from cqbook.disk.atomic import recover, replace_files
from cqbook.disk.locks import locked
from cqbook.errors import DataError
from cqbook.intake import customs_batch
from cqbook.intake.customs_format import Export, Said
from cqbook.intake.press import Press
from cqbook.intake.press_cells import OBSERVATIONS_TABLE, SOURCES_TABLE
from cqbook.intake.press_plan import Figures, changed_files, check_figures, plan_figures
from cqbook.intake.readers import read_given

_EDITION = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class IntakePlan:
    """All that one command would take in.

    ``edition``: of the figures. ``base``: digest of the files that the figures change, as they
    were planned on.
    """

    edition: str
    exports: tuple[Export, ...]
    detail: customs_batch.BatchPlan | None
    presses: tuple[Press, ...]
    figures: Figures | None
    base: str


def edition_for(book: Catalog, wanted: str, is_released: Callable[[str], bool]) -> str:
    """Return the edition that new rows belong to: the one wanted, or the one under way.

    Raises
    ------
    DataError
        If it was released already, or is no year and month.
    """
    name = wanted or book.edition
    if not _EDITION.fullmatch(name):
        msg = f"版次“{name}”应为年—月，如 2026-12 | edition {name!r}: expected such as 2026-12"
        raise DataError(msg)
    if is_released(name):
        msg = (
            f"版次 {name} 已经发布，新数据属于下一版；请用 --edition 给出它的名字，如 2026-12"
            f" | edition {name} is released: name the next one by --edition"
        )
        raise DataError(msg)
    return name


def plan_intake(
    data: Path,
    files: Iterable[Path],
    said: Said,
    edition: str,
    is_released: Callable[[str], bool],
) -> IntakePlan:
    """Read the files and return what taking them in would do; nothing is written.

    Parameters
    ----------
    data : Path
        The data directory.
    files : iterable of Path
    said : Said
        What is said of customs files that do not say it themselves.
    edition : str
        Edition of new figures; ``""``: that of the data.
    is_released : callable
        Whether an edition of a name is released: what is frozen takes no new figures.

    Raises
    ------
    ContractError
        With everything in any of the files that can't be right.
    DataError
        If a file is of no known format, or the edition is released.
    """
    # before anything is read: data that change meanwhile are others than those planned on
    base = _base(data)
    book = Catalog(data)
    read = read_given(files, book, said)
    exports = tuple(item for item in read if isinstance(item, Export))
    presses = tuple(item for item in read if isinstance(item, Press))
    name = edition_for(book, edition, is_released) if presses else book.edition
    detail = customs_batch.plan_batch(book.detail, exports) if exports else None
    figures = plan_figures(book, presses, name) if presses else None
    if figures is not None:
        check_figures(book, figures, name)
    return IntakePlan(name, exports, detail, presses, figures, base)


def _base(data: Path) -> str:
    book = Catalog(data)
    paths = [data / DESCRIPTOR, book.file(OBSERVATIONS_TABLE), book.file(SOURCES_TABLE)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def write_plan(data: Path, made: IntakePlan) -> list[str]:
    """Take in what was planned; return the files that changed.

    Raises
    ------
    DataError
        If the data were changed since the plan.
    OSError
        If the disk is full; then nothing has changed, or, of files of both kinds, one kind whole.
    """
    changed: list[str] = []
    if made.figures is not None and len(made.figures.rows):
        with locked(data):
            recover(data)
            if _base(data) != made.base:
                # what another command has just taken in may be what this one would add again
                msg = "数据刚被别的命令改动，请再运行一次 | the data just changed: run it again"
                raise DataError(msg)
            contents = changed_files(Catalog(data), made.figures, made.edition)
            replace_files(data, contents)
            changed += sorted(contents)
    if made.detail is not None and customs_batch.write_batch(Catalog(data).detail, made.detail):
        changed.append(CUSTOMS)
    return changed
