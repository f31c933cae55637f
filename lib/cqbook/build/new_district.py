"""The page of one more district: a row of the table of pages, where there is something to say."""

from __future__ import annotations

from pathlib import Path

from cqbook.build.pages import pages
from cqbook.data.allowed import Allowed, check_parameters, names_of
from cqbook.data.catalog import Catalog
from cqbook.disk.atomic import replace_files
from cqbook.errors import DataError

#: The notebook that makes such pages, the parameter that it is told the district by, the table.
MAKER, PARAMETER, PAGE_TABLE = "district", "district", "pages.csv"
#: Where its codes and names stand.
ADCODES = "districts.adcode"
#: What a page is made of: a table, and its column that names districts.
SAID = (
    ("observations", "entity", "数字"),
    ("parks", "district", "园区"),
    ("projects", "district", "项目"),
)


def new_district(root: Path, given: str) -> str:
    """Add the page of a district to ``chapters/pages.csv``; return the page's name.

    Parameters
    ----------
    root : Path
        The book.
    given : str
        GB/T 2260 code, or the name of the district.

    Raises
    ------
    DataError
        If there is no such district, it has its page already, the book has no such notebook, or the
        data hold no figure, park or project of it.
    """
    book = Catalog(root / "data")
    code = names_of(book, Allowed.read(ADCODES)).get(given, given)
    check_parameters(book, district=(code, ADCODES))
    name = str(book.lookup("districts", "adcode", code))
    page = f"{MAKER}-{code}"
    if not (root / "chapters" / f"{MAKER}.ipynb").exists():
        msg = (
            f"书中没有 chapters/{MAKER}.ipynb，区县各页由它生成"
            f" | there is no chapters/{MAKER}.ipynb, which makes the pages of districts"
        )
        raise DataError(msg)
    if any(other.parameters.get(PARAMETER) == code for other in pages(root, book)):
        msg = f"{name}（{code}）已有一页 | {name} ({code}) has its page already"
        raise DataError(msg)
    counts = {words: _count(book, table, column, code) for table, column, words in SAID}
    if not any(counts.values()):
        missing = "、".join(f"{table}.csv 的 {column}" for table, column, _ in SAID)
        listed = ", ".join(f"{column} of {table}.csv" for table, column, _ in SAID)
        msg = (
            f"{name}（{code}）还没有数字、园区和项目：{missing} 中没有 {code}；先用 cqbook add 收入"
            f" | nothing is known of {name}: no figure, park or project names {code} in {listed};"
            " take some in by cqbook add first"
        )
        raise DataError(msg)
    path = root / "chapters" / PAGE_TABLE
    text = path.read_text(encoding="utf-8") if path.exists() else f"page,notebook,{PARAMETER}\n"
    header = text.partition("\n")[0].strip().split(",")
    cells = {"page": page, "notebook": MAKER, PARAMETER: code}
    if not cells.keys() <= set(header):
        msg = (
            f"{PAGE_TABLE} 的表头“{','.join(header)}”：应有 {'、'.join(cells)}"
            f" | {PAGE_TABLE}: heading {','.join(header)!r}: expected {', '.join(cells)} in it"
        )
        raise DataError(msg)
    line = ",".join(cells.get(column, "") for column in header)
    # a last line without its end would run into the new one
    whole = text if text.endswith("\n") else f"{text}\n"
    replace_files(path.parent, {PAGE_TABLE: f"{whole}{line}\n".encode()})
    return page


def _count(book: Catalog, table: str, column: str, code: str) -> int:
    return len(book.own_rows(table, {column: code})) if table in book.resources else 0
