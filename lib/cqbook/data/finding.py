"""Which figures there are on a subject: by the names of what is counted, whose, and of which part.

For who writes a chapter: each line ends in the filters by which `cq.fact` and `cq.series` give it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from cqbook.data.catalog import Catalog
from cqbook.data.codes import did_you_mean, nearest
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.selection import measured, usable
from cqbook.data.vocabulary import FLOWS_ZH, MEASURES
from cqbook.errors import DataError, visible
from cqbook.quantities.periods import Period

#: What a thing is known by; the unit is the last printed.
THING = ("indicator", "entity", "breakdown", "flow", "measure")
#: The tables that name codes, and the column of the code.
_NAMING = {"indicators": "indicator", "entities": "entity"}


def held_on(book: Catalog, words: Iterable[str]) -> list[str]:
    """Return a line for each thing that has figures and all of the words in its names.

    Parameters
    ----------
    book : Catalog
    words : iterable of str
        Chinese, English, a synonym, a code, or part of one.

    Raises
    ------
    DataError
        If nothing is called so, with the nearest name; or nothing of that has a figure.
    """
    names = _names(book)
    meant = [_called(word, names) for word in words]
    rows = usable(book.observations())
    for codes in meant:
        rows = rows[[_concerns(row, codes) for row in rows_of(rows)]]
    if rows.empty:
        msg = "数据中没有这些词的数字 | there is no figure that has all of these words"
        raise DataError(msg)
    things = rows.groupby(list(THING), sort=False)
    lines = sorted((-len(rows), _line(book, rows)) for _, rows in things)
    return [line for _, line in lines]


def _called(word: str, names: Mapping[str, set[str]]) -> set[str]:
    """Return the codes that have a word in one of their names."""
    wanted = word.casefold()
    codes = {code for code, said in names.items() if any(wanted in t.casefold() for t in said)}
    if not codes:
        raise DataError(_unknown(word, names))
    return codes


def _names(book: Catalog) -> dict[str, set[str]]:
    """Return what each code is called, itself included: ``product=laptop``, 笔记本电脑, Laptops."""
    found = {code: {code, name} for code, name in {**FLOWS_ZH, **MEASURES}.items() if name}
    for table, column in _NAMING.items():
        for row in rows_of(book.text(table)):
            found[row[column]] = {row[column], row["name_zh"], row["name_en"]}
    for row in rows_of(book.text("breakdowns")):
        part = f"{row['dimension']}={row['code']}"
        found[part] = {part, row["name_zh"], row["name_en"]}
    if "synonyms" in book.resources:
        for row in rows_of(book.text("synonyms")):
            found.setdefault(row["code"], set()).add(row["word"])
    return found


def _concerns(row: TableRow, codes: set[str]) -> bool:
    parts = [*(row[name] for name in THING), *row["breakdown"].split(";")]
    return not codes.isdisjoint(parts)


def _line(book: Catalog, rows: pd.DataFrame) -> str:
    row = rows.iloc[-1].to_dict()
    periods = sorted({Period.parse(text) for text in rows["period"]})
    ends = dict.fromkeys(str(period) for period in (periods[0], periods[-1]))
    filters = [f'{name}="{row[name]}"' for name in (*THING, "unit") if row[name]]
    said = f"{book.name(row['entity'])}·{measured(book, row)}"
    return f"{said}　{len(rows)}个 {' … '.join(ends)}　{', '.join(filters)}"


def _unknown(word: str, names: Mapping[str, set[str]]) -> str:
    known = {text.casefold(): text for said in names.values() for text in said if "=" not in text}
    near = known.get(nearest(word.casefold(), known), "")
    hint, hint_en = did_you_mean(near)
    return (
        f"没有什么叫“{visible(word)}”（指标、主体、细分及其别名）{hint}"
        f" | nothing is called {visible(word)!r} (indicators, entities, breakdowns, synonyms)"
        f"{hint_en}"
    )
