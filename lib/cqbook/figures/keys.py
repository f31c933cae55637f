"""What a figure's note adds of itself: what outlined marks and gaps are, why unlike numbers meet.

An author says it better, and then nothing is added. Said in Chinese and English by the same rule,
so that no reader meets a mark without a key.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pandas as pd

from cqbook.data.catalog import Catalog
from cqbook.figures.english import STATUS, dictionary, said_or_kept
from cqbook.figures.expressions import IS_HOLLOW
from cqbook.figures.identity import Spec, mark_kind, rows_drawn
from cqbook.quantities.quantity import NOT_FOUND, UNOBSERVED

if TYPE_CHECKING:
    from cqbook.figures.charts.form import Drawing


def reasons_in(rows: pd.DataFrame) -> list[str]:
    """Return why numbers of different kinds stand in one figure or table, each once."""
    if "regardless" not in rows:
        return []
    reasons = dict.fromkeys(str(cell) for cell in rows["regardless"].fillna("") if cell)
    return [text.rstrip("。") for text in reasons]


def with_reasons(note: str, rows: pd.DataFrame) -> str:
    """Return a note followed by the `reasons_in` rows that it does not say."""
    return note + "".join(f"{text}。" for text in reasons_in(rows) if text not in note)


def english_note(book: Catalog, note: str, given: str, rows: pd.DataFrame) -> str:
    """Return a note for English readers, followed by the reasons that `with_reasons` adds.

    Parameters
    ----------
    book : Catalog
        Where the English of reasons stands; one without any stays as it is.
    note : str
        In English.
    given : str
        The same in Chinese: a reason that stands in it stands in `note` too.
    rows : pandas.DataFrame
    """
    added = [text for text in reasons_in(rows) if text not in given]
    known = dictionary(book) if added else {}
    said = (said_or_kept(text, known) for text in added)
    return _sentences(note, *(f"{text[:1].upper()}{text[1:]}." for text in said))


def _sentences(*texts: str) -> str:
    return " ".join(text for text in texts if text)


def with_keys(said: tuple[str, ...], drawing: Drawing, english: bool = False) -> str:
    """Return the last of the texts with a key to outlined marks, squares, gaps, if none says it.

    Parameters
    ----------
    said : tuple of str
        Texts of the figure that may say it: subtitle and note; the last is returned.
    drawing : Drawing
    english : bool
    """
    found, whole = said[-1], " ".join(said).lower()
    if has_gaps(drawing.spec) and not re.search("gap|break|broken" if english else "断", whole):
        gap = "Lines break where this book has no figure." if english else "线断开处没有查到。"
        found = f"{found} {gap}".lstrip() if english else found + gap
    if ("outlined" if english else "带框") not in whole:
        outlined = outline_key(drawing, english=english)
        found = f"{found} {outlined}".strip() if english else found + outlined
    if ("square" if english else "方点") not in whole:
        square = square_key(drawing.spec, english=english)
        found = f"{found} {square}".strip() if english else found + square
    return found


def square_key(spec: Spec, *, english: bool) -> str:
    """Return what squares are, where one word says it of all; empty else: an author has to."""
    drawn = (row for layer in spec["layer"] for row in rows_drawn(layer, spec))
    found = {str(row.get("status")) for row in drawn if row.get("square")}
    if len(found) != 1 or not found <= set(UNOBSERVED):
        return ""
    (status,) = found
    return f"Squares are {STATUS[status]}." if english else f"方点是{status}的。"


def outline_key(drawing: Drawing, *, english: bool) -> str:
    """Return what outlined marks are; empty where there are none.

    The outline tells them, not the shade: it is lighter than others on paper, darker in dark mode.
    """
    if "status" not in drawing.rows:
        return ""
    shown = drawing.rows["status"].where(drawing.rows["status"].ne(NOT_FOUND)).dropna()
    found = [status for status in UNOBSERVED if shown.eq(status).any()]
    if not found or IS_HOLLOW not in json.dumps(drawing.spec, ensure_ascii=False):
        return ""
    # a shade that all marks have tells none from another
    every = len(found) == 1 and bool(shown.eq(found[0]).all())
    if english:
        words = ", ".join(STATUS[status] for status in found)
        return f"All figures are {words}." if every else f"Outlined: {words}."
    return f"各数都是{found[0]}的。" if every else f"带框的是{'、'.join(found)}。"


def has_gaps(spec: Spec) -> bool:
    """Return whether a line of a specification is broken."""
    return any(
        row.get(layer["encoding"]["y"].get("field")) is None
        for layer in spec["layer"]
        if mark_kind(layer) == "line"
        for row in rows_drawn(layer, spec)
    )
