"""What a document cites of the book, whatever its format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: A figure, the table of its data, a number in the text, a line that cites a figure; ``text``: all
#: that is printed, as passages.
CitedKind = Literal["figure", "table", "number", "citation", "text"]
#: Things of the book that one document is asked for.
CITED_MOST = 2000


#: The number of a caption.
CAPTION_NUMBER = re.compile(r"\s*附?[图表]\s?(\d{1,3}(?:[-–—.]\d{1,3})?)(?![\d年月.])[\s:：、.．]*")


@dataclass(frozen=True)
class ShownSeries:
    """A series of a native chart, by the places of its points.

    ``formats``: how Office is told to print the numbers; ``labels``: those that are words;
    ``unseen``: those drawn without fill or line, -1 where that is all of it.
    """

    name: str
    categories: tuple[tuple[int, str], ...]
    values: tuple[tuple[int, float], ...]
    labels: tuple[tuple[int, str], ...] = ()
    formats: tuple[str, ...] = ()
    unseen: tuple[int, ...] = ()


@dataclass(frozen=True)
class Chart:
    """What a native chart shows, and the rows of the sheet that is opened to edit it.

    ``scaled``: limits of its axes that change how long things look, ``scaled_across`` those of the
    axis that its points stand along; ``forms``: of its plots; ``titles``: words of somebody's own
    in it; ``added``: what else is drawn in it; ``blanks``: what is drawn where a number is missing.
    """

    series: tuple[ShownSeries, ...]
    sheet: tuple[tuple[object, ...], ...] = ()
    scaled: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    scaled_across: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    blanks: str = ""


#: A figure by its name and edition; a picture that does not say what it is has neither.
FigureKey = tuple[str, str]
STRANGER: FigureKey = ("", "")
#: ``item``: of a list; ``contents``: a line of a table of contents, which stands elsewhere again.
PassageRole = Literal["text", "heading", "item", "contents"]


@dataclass(frozen=True)
class Passage:
    """A paragraph of a document, and the figures that it stands beside.

    ``near``: the one above it, and one below that is not further away, or the nearest on its slide;
    ``sides``: those before and behind it, or all of its slide; of a heading, those below it;
    ``at``: of the book, and no other picture or table is as near. ``renumbered``: what the number
    of a caption becomes when Word counts again; ``typed``: numbers of figures that it never counts.
    """

    text: str
    near: tuple[FigureKey, ...] = ()
    sides: tuple[FigureKey, ...] = ()
    role: PassageRole = "text"
    at: tuple[FigureKey, ...] = ()
    renumbered: str = ""
    typed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cited:
    """Something that a document took from the book.

    ``data``: the beginning of the hash of the figure's data; ``text``: the number, the line, or the
    alternative text, as it stands there, and of a table the mark that it has itself;
    ``picture``: the bytes of the picture, where it is one
    that can be compared; ``drawing``: the end of the name (``svg``, ``pdf``) and the bytes of
    another file of a figure;
    ``heads`` and ``rows``: of a table; ``changed``: what was done to it that can be seen without
    the book; ``lost``: why it, or a part of it, can't be compared; ``listed``: the line of
    the list at the end that says it, not the text; ``caption``: what stands above a table,
    ``around``: what is said of its numbers beside it; ``within``: the paragraph of a number;
    ``passages``: of all that is printed.
    """

    kind: CitedKind
    name: str
    edition: str
    data: str = ""
    text: str = ""
    picture: bytes = b""
    drawing: tuple[str, bytes] = ("", b"")
    chart: Chart | None = None
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    changed: str = ""
    lost: str = ""
    listed: bool = False
    caption: str = ""
    around: tuple[str, ...] = ()
    within: str = ""
    passages: tuple[Passage, ...] = ()


def identified(
    text: str, picture: bytes = b"", drawing: tuple[str, bytes] = ("", b"")
) -> Iterator[Cited]:
    """Yield the figure whose identity a file carries.

    Raises
    ------
    ValueError, KeyError
        If it is no identity of ours.
    """
    facts = json.loads(text)
    known = [facts[key] for key in ("id", "edition", "data")]
    if not all(isinstance(fact, str) for fact in known):
        msg = "identity"
        raise ValueError(msg)
    yield Cited("figure", known[0], known[1], known[2][:16], picture=picture, drawing=drawing)
