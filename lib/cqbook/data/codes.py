"""Codes that a chapter asks for: what no list of the book has is refused, not “unpublished”.

``indicator="trade_values"`` selects no row, and a page without its figure says nothing of why. So
what chapters call (`cqbook.PUBLIC`) looks at the codes again where nothing was found. Analyses
of the package ask without it: the firms and parks that they name are of one place, and a book about
another goes without them.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from cqbook.data.catalog import OBSERVATION_TABLE, Catalog, Wanted
from cqbook.data.descriptor import enumerated
from cqbook.data.selection import fact, series
from cqbook.data.vocabulary import BASES_ZH
from cqbook.errors import DataError, visible
from cqbook.quantities.periods import EXAMPLES, Period
from cqbook.quantities.quantity import Quantity
from cqbook.quantities.units import ZH, Unit

Selected = TypeVar("Selected")
#: Columns whose codes are of a place: a chapter of another book may name one that this one lacks,
#: so that only what is nearly a code here is refused.
OF_A_PLACE = frozenset({"entity", "source_id"})
#: Values shown in an error: enough to choose from, few enough to read.
VALUES_SHOWN = 40
#: How near a word is to another that it is taken for it misspelt (`difflib`).
ALIKE = 0.5
#: The same of codes of a place: a letter of five, since ``org-byd`` is not ``org-gac`` misspelt.
NEARLY = 0.8


def check_codes(book: Catalog, asked: Mapping[str, Wanted]) -> None:
    """Refuse values that no list of codes of ``observations`` has.

    Parameters
    ----------
    book : Catalog
    asked : mapping
        By column, as for `Catalog.observations`.

    Raises
    ------
    DataError
        With column, value, the nearest code, and the codes there are.
    """
    for column, wanted in asked.items():
        for value in [wanted] if isinstance(wanted, str) else wanted or ():
            if column == "period":
                _check_period(value)
            elif column == "unit":
                _check_unit(value)
            elif column == "breakdown":
                _check_breakdown(book, value)
            else:
                _check(column, value, _codes(book, column))


def _check(column: str, value: str, known: Mapping[str, str]) -> None:
    """Refuse a value that is none of the codes, given with a name of each."""
    codes = set(known.values())
    if not value or not codes or value in codes:
        return
    of_a_place = column in OF_A_PLACE
    near = meant(value, sorted(codes), known, NEARLY if of_a_place else ALIKE)
    if of_a_place and not near:
        return
    hint, hint_en = did_you_mean(near)
    msg = (
        f"{column}={visible(value)}：没有这个代码{hint} 应为下列之一"
        f" | {column}={visible(value)}: no such code{hint_en} expected one of:"
        f" {choices(value, sorted(codes))}"
    )
    raise DataError(msg)


def _check_breakdown(book: Catalog, value: str) -> None:
    rows = book.text("breakdowns")
    for part in filter(None, value.split(";")):
        dimension, _, code = part.partition("=")
        _check("breakdown", dimension, {text: text for text in rows["dimension"]})
        of_it = rows[rows["dimension"].eq(dimension)]
        names = dict(zip(of_it["name_zh"], of_it["code"], strict=True))
        _check(f"breakdown {dimension}", code, names | {text: text for text in of_it["code"]})
    ordered = ";".join(sorted(value.split(";")))
    if value != ordered:
        msg = (
            f"breakdown={visible(value)}：各部分按键排序；是不是 {ordered}？"
            f" | breakdown={visible(value)}: parts are sorted by key; did you mean {ordered}?"
        )
        raise DataError(msg)


def _check_unit(text: str) -> None:
    known = {name: code for code, name in ZH.items()} | {code: code for code in ZH}
    for part in Unit.parse(text).name.split("/"):
        _check("unit", part, known)


def _check_period(text: str) -> None:
    try:
        Period.parse(text)
    except ValueError as error:
        msg = (
            f"period={visible(text)}：不是时期，应如 {'、'.join(EXAMPLES)}"
            f" | period={visible(text)}: no period, expected such as {', '.join(EXAMPLES)}"
        )
        raise DataError(msg) from error


def _codes(book: Catalog, column: str) -> dict[str, str]:
    """Return the codes of a column by name; codes without one by themselves. Empty: it has any."""
    if column == "basis":
        return {name: code for code, name in BASES_ZH.items()} | {code: code for code in BASES_ZH}
    if column == "source_id":
        return {code: code for code in [*book.text("sources")[column], *book.series]}
    for field in book.fields(OBSERVATION_TABLE):
        if field["name"] == column:
            listed = {code: code for code in enumerated(field)}
            table = {"indicator": "indicators", "entity": "entities"}.get(column)
            return listed or (code_names(book, table, column) if table else {})
    return {}


def code_names(book: Catalog, table: str, key: str) -> dict[str, str]:
    """Return the codes of a table by their names: Chinese, English, GB/T 2260."""
    frame = book.text(table)
    columns = [column for column in frame if str(column).startswith("name")]
    found = {
        name: code
        for column in columns
        for name, code in zip(frame[column], frame[key], strict=True)
        if name
    }
    if table == "entities" and "provinces" in book.resources:
        provinces = book.text("provinces")
        codes = zip(provinces["code"], provinces["entity"], strict=True)
        found |= {f"{code}0000": entity for code, entity in codes}
    return found


def choices(value: str, valid: list[str]) -> str:
    """Return what may stand in the place of `value` in a line, the nearest first, cut."""
    first = difflib.get_close_matches(value, valid, n=10, cutoff=0.6)
    # years before spans of months
    listed = first + sorted((text for text in valid if text not in first), key=len)
    more = f" …（共{len(valid)}个）" if len(valid) > VALUES_SHOWN else ""
    return f"{' '.join(listed[:VALUES_SHOWN])}{more}"


def did_you_mean(*near: str) -> tuple[str, str]:
    """Return what to ask of who wrote something else, Chinese and English; nothing without any."""
    known = [word for word in near if word]
    if not known:
        return "", ""
    return f"；是不是 {'、'.join(known)}？", f"; did you mean {', '.join(known)}?"


def nearest(word: str, known: Iterable[str], near: float = ALIKE) -> str:
    """Return the known word nearest to `word`; empty if none is near."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=near)), "")


def meant(value: str, valid: list[str], names: Mapping[str, str], near: float = ALIKE) -> str:
    """Return the code that is nearly `value`, or whose name is, with that name; empty if none."""
    known = {name: code for name, code in names.items() if code in valid}
    part = [name for name in known if len(value) > 1 and (value in name or name in value)]
    name = value if value in known else next(iter(sorted(part, key=len)), "")
    name = name or nearest(value, known, near)
    if name:
        return known[name] if name == known[name] else f"{known[name]}（{name}）"
    if value.rstrip("年") in valid:
        return value.rstrip("年")
    # of two years none is nearly the other
    return "" if value.isdigit() else nearest(value, valid, near)


def spelt(ask: Callable[..., Selected]) -> Callable[..., Selected]:
    """Let a function that selects figures refuse a code that there is not, where it finds none."""

    @functools.wraps(ask)
    def asked(book: Catalog, **filters: Any) -> Selected:  # noqa: ANN401 - as given
        found = ask(book, **filters)
        items = [found] if isinstance(found, Quantity) else [*getattr(found, "values", list)()]
        # of several codes one may be wrong where the others found something
        several = any(isinstance(value, list) for value in filters.values())
        if several or not any(item.known for item in items):
            # what is no column is an argument of the function
            columns = {field["name"] for field in book.fields(OBSERVATION_TABLE)}
            check_codes(book, {name: filters[name] for name in filters if name in columns})
        return found

    return asked


#: `cq.fact` and `cq.series`.
fact_spelt = spelt(fact)
series_spelt = spelt(series)
