"""The kinds of files that are taken in: a further one is a module of this room and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cqbook.data.catalog import Catalog
from cqbook.disk.untrusted import content_of
from cqbook.errors import Breach, ContractError
from cqbook.intake import customs_csv, customs_xlsx, press, published_tables
from cqbook.intake.customs_format import Export, Said
from cqbook.intake.press import Press
from cqbook.intake.workbooks import foreign


@dataclass(frozen=True)
class Reader:
    """How files of one kind are known, and read.

    ``zh``, ``en``: what they are, for a file that is of no kind. ``recognises``: whether a file's
    content and name are of the kind. ``read``: each of some files as rows of customs detail, or as
    figures, or else all that can't be right in it.
    """

    zh: str
    en: str
    recognises: Callable[[bytes, str], bool]
    read: Callable[[Sequence[Path], Catalog, Said], Iterable[Export | Press | list[Breach]]]


def _each(
    read: Callable[[Path, Catalog, Said], Export | Press],
) -> Callable[[Sequence[Path], Catalog, Said], Iterable[Export | Press | list[Breach]]]:
    """Return what reads files one by one: each as read, or what can't be right in it."""

    def tried(
        paths: Sequence[Path], book: Catalog, said: Said
    ) -> Iterator[Export | Press | list[Breach]]:
        for path in paths:
            try:
                yield read(path, book, said)
            except ContractError as error:
                yield error.breaches

    return tried


#: In the order in which they are asked; the last takes any CSV that is nobody else's.
READERS = (
    Reader(
        "海关总署的省区市总值表、国家统计局的分省面板（XLSX、CSV）",
        "the customs' table of provinces, the statistical office's panel (XLSX, CSV)",
        published_tables.is_published_table,
        _each(published_tables.read_table_file),
    ),
    Reader(
        "海关在线查询的行（XLSX）",
        "rows of the customs query (XLSX)",
        customs_xlsx.is_customs_workbook,
        _each(customs_xlsx.read_workbook_file),
    ),
    Reader(
        "由 cqbook template 填写的 XLSX、CSV",
        "a filled template (XLSX, CSV)",
        press.is_press_table,
        _each(press.read_press_file),
    ),
    Reader(
        "海关在线查询的 CSV",
        "a CSV of the customs query",
        customs_csv.is_customs_query,
        customs_csv.read_exports,
    ),
)


def read_given(files: Iterable[Path], book: Catalog, said: Said) -> list[Export | Press]:
    """Return what the files hold, those of one kind in the order given.

    Raises
    ------
    ContractError
        With everything in any of the files that can't be right, file by file as given.
    """
    told: dict[Path, list[Breach]] = {}
    kinds: dict[Reader, list[Path]] = {reader: [] for reader in READERS}
    for path in files:
        told.setdefault(path, [])
        content = content_of(path)
        strange = foreign(content, path.name)
        if strange:
            told[path].append(strange)
            continue
        reader = next((item for item in READERS if item.recognises(content, path.name)), None)
        if reader is None:
            told[path].append(_of_no_kind(path))
        else:
            kinds[reader].append(path)
    read: list[Export | Press] = []
    for reader, paths in kinds.items():
        for path, found in zip(paths, reader.read(paths, book, said), strict=True):
            if isinstance(found, list):
                told[path] += found
            else:
                read.append(found)
    breaches = [breach for listed in told.values() for breach in listed]
    if breaches:
        raise ContractError(breaches)
    return read


def _of_no_kind(path: Path) -> Breach:
    # what anybody can download comes before what is typed
    zh = "，或".join(reader.zh for reader in reversed(READERS))
    en = ", or ".join(reader.en for reader in reversed(READERS))
    return Breach(path.name, 0, "*", path.suffix, zh, en)
