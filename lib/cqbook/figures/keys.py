"""What a figure's note adds of itself: what its signs and gaps are, why unlike numbers meet.

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
from cqbook.quantities.quantity import DERIVED, UNOBSERVED

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
    """Return the last of the texts with a key to each sign of the form, to gaps, if none says it.

    Parameters
    ----------
    said : tuple of str
        Texts of the figure that may say it: subtitle and note; the last is returned.
    drawing : Drawing
    english : bool
    """
    found, whole = said[-1], " ".join(said).lower()
    keys = {
        **sign_keys(drawing, english=english),
        **step_key(drawing.spec, english=english),
        **open_keys(drawing.spec, english=english),
        **whisker_key(drawing.spec, english=english),
    }
    if has_gaps(drawing.spec) and not re.search("gap|break|broken" if english else "断", whole):
        gap = "Lines break where this book has no figure." if english else "线断开处没有查到。"
        keys = {"": gap} | keys
    for sign, key in keys.items():
        # the sign of what is expected has that of what is derived in its name: 虚线框, 框
        if not sign or sign.lower() not in whole:
            found = f"{found} {key}".strip() if english else found + key
    return found


#: The signs of `cqbook.figures.charts.form`, by mark, of what is derived and what is expected: what
#: a note calls them, in Chinese and in English.
_SIGNS = {
    "bar": (("带框", "Outlined"), ("虚线框", "Dashed")),
    "point": (("空心点", "Open dots"), ("空心菱形", "Open diamonds")),
}


def sign_keys(drawing: Drawing, *, english: bool) -> dict[str, str]:
    """Return what hollow marks are, by what they are called; nothing where there are none.

    The outline tells them, not the shade: it is lighter than others on paper, darker in dark mode.
    """
    if "status" not in drawing.rows:
        return {}
    drawn = drawing.rows["status"].where(drawing.rows["value"].notna()).dropna()
    found = [status for status in UNOBSERVED if drawn.eq(status).any()]
    mains = [mark_kind(item) for item in drawing.spec["layer"] if "tooltip" in item["encoding"]]
    told = json.dumps(drawing.spec, ensure_ascii=False)
    if not found or not mains or mains[0] not in _SIGNS or IS_HOLLOW not in told:
        return {}
    signs = _SIGNS[mains[0]]
    if len(found) == 1 and bool(drawn.eq(found[0]).all()):
        # a sign that all marks have tells none from another
        name = signs[found[0] != DERIVED][english]
        return {
            name: f"All figures are {STATUS[found[0]]}." if english else f"各数都是{found[0]}的。"
        }
    keys = {}
    for (zh, en), kind in zip(
        signs, ([DERIVED], [word for word in found if word != DERIVED]), strict=True
    ):
        words = [word for word in kind if word in found]
        if words and english:
            keys[en] = f"{en}: {', '.join(STATUS[word] for word in words)}."
        elif words:
            keys[zh] = (
                f"{zh}的是{'、'.join(words)}。" if zh == "带框" else f"{zh}是{'、'.join(words)}。"
            )
    return keys


def step_key(spec: Spec, *, english: bool) -> dict[str, str]:
    """Return what the colours of a waterfall are, by the word that says it; nothing of others."""
    colour = spec["layer"][0]["encoding"].get("color", {})
    tones = set((colour.get("scale") or {}).get("domain") or ()) & {"up", "down", "total"}
    if colour.get("field") != "tone" or "total" not in tones:
        return {}
    zh = {"up": "蓝色增加", "down": "红色减少", "total": "灰色合计"}
    en = {"up": "Blue adds", "down": "red takes away", "total": "grey is the sum"}
    words = [(en if english else zh)[tone] for tone in ("up", "down", "total") if tone in tones]
    return {"grey": f"{', '.join(words)}."} if english else {"灰色": f"{'，'.join(words)}。"}


#: What is said of a number that is but an end of what is known, by the side that is open.
_ENDS = {
    "more": ("只查到下限，实际更多", "lower bounds, the true numbers are higher"),
    "less": ("只查到上限，实际更少", "upper bounds, the true numbers are lower"),
}


def open_keys(spec: Spec, *, english: bool) -> dict[str, str]:
    """Return what arrows, or triangles, at numbers are that are but an end of what is known."""
    main = _main(spec)
    found = {row.get("open") for row in rows_drawn(main, spec)}
    sides = [_ENDS[side] for side in _ENDS if side in found]
    if not sides:
        return {}
    bars = mark_kind(main) == "bar"
    if english:
        name = "Arrow" if bars else "Triangle"
        return {name: f"{name}s: {'; '.join(text for _, text in sides)}."}
    said = "，或".join(text for text, _ in sides)
    return {"箭头": f"带箭头的{said}。"} if bars else {"三角": f"画三角的{said}。"}


#: Fields of the ends of an interval, and the px from which on its line is a bar.
_INTERVALS = {("lower", "upper"), ("lowest", "highest")}
THICK_FROM = 4


def whisker_key(spec: Spec, *, english: bool) -> dict[str, str]:
    """Return what the line through the end of a bar is, or the bar through a dot.

    Of derived numbers in lying bars it is told too that there is none where it could not be seen.
    """
    ends = [
        (layer, *(layer["encoding"].get(key, {}).get("field") for key in ("x", "x2")))
        for layer in spec["layer"]
        if mark_kind(layer) == "rule"
    ]
    drawn = [
        layer["mark"]["strokeWidth"]
        for layer, low, high in ends
        if (low, high) in _INTERVALS
        and any((row[low] or 0) < (row[high] or 0) for row in rows_drawn(layer, spec))
    ]
    hidden = _whiskers_left_out(spec)
    if not drawn and not hidden:
        return {}
    if not drawn:
        return (
            {"rounding leaves": "What rounding leaves open is too short to be drawn."}
            if english
            else {"取整留下的": "取整留下的范围太小，图上画不出。"}
        )
    thin = drawn[0] < THICK_FROM
    if english:
        name = "Thin lines" if thin else "Thick lines"
        short = ", where it can be seen" * hidden
        return {name.removesuffix("s"): f"{name}: what rounding leaves open{short}."}
    name = "细线" if thin else "横条"
    short = "，太短的没有画" * hidden
    return {f"{name}是": f"{name}是取整留下的范围{short}。"}


def _whiskers_left_out(spec: Spec) -> bool:
    """Return whether lying bars are of derived numbers whose interval is not drawn."""
    main = _main(spec)
    of_bars = mark_kind(main) == "bar" and main["encoding"].get("y", {}).get("field") == "label"
    if not of_bars or main["encoding"].get("color", {}).get("field") == "group":
        return False
    lines = [
        row["label"]
        for layer in spec["layer"]
        if tuple(layer["encoding"].get(key, {}).get("field") for key in ("x", "x2")) in _INTERVALS
        for row in rows_drawn(layer, spec)
    ]
    return any(
        row.get("status") == DERIVED
        and (row.get("lower") or 0) < (row.get("upper") or 0)
        and row["label"] not in lines
        for row in rows_drawn(main, spec)
    )


def _main(spec: Spec) -> Spec:
    """Return the layer whose marks are what the rows stand for."""
    none: Spec = {"mark": "", "encoding": {}}
    return next((layer for layer in spec["layer"] if "tooltip" in layer["encoding"]), none)


def has_gaps(spec: Spec) -> bool:
    """Return whether a line of a specification is broken."""
    return any(
        row.get(layer["encoding"]["y"].get("field")) is None
        for layer in spec["layer"]
        if mark_kind(layer) == "line"
        for row in rows_drawn(layer, spec)
    )
