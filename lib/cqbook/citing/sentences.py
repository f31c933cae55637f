"""Titles, captions, source lines and sentences that a briefing prints of a figure, asked again.

They stand in a document without a mark of their own. A paragraph that is nearly one of them and not
the same was one of them, and somebody changed it; a paragraph that is like none is somebody's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cqbook.citing.alike import bare
from cqbook.errors import DataError

#: The part of a text of ours that a paragraph must share to have been made of it, and the same of
#: one that is short: a title shares a word with other titles.
LIKE, LIKE_SHORT, SHORT = 0.7, 0.6, 20
#: Pairs of a paragraph and a text of ours that are compared for one document.
PAIRS = 1_500_000
#: Where a summary says which figure shows what it says.
_REFERENCE = re.compile(r"\(图\d{1,3}\)\.?$")


def altered_sentences(
    paragraphs: Sequence[str], known: Mapping[str, Sequence[str]], name: str
) -> Iterator[tuple[str, str, str]]:
    """Yield whose text was altered, how it stands in the document, and how it should.

    Parameters
    ----------
    paragraphs : sequence of str
    known : mapping of str to sequence of str
        What is printed of each figure.
    name : str
        Of the document, for what is told.

    Raises
    ------
    DataError
        If there is more to compare than anybody waits for.
    """
    ours = [(owner, text, bare(text)) for owner, texts in known.items() for text in texts]
    whole = {text for _, _, text in ours}
    left = [
        (text, plain)
        for text in dict.fromkeys(paragraphs)
        if (plain := _REFERENCE.sub("", bare(text))) and plain not in whole
    ]
    if len(left) * len(ours) > PAIRS:
        msg = f"{name}：文字过多，不能一次比较；分成几份再核对 | {name}: too much text: split it"
        raise DataError(msg)
    pairs = {text: _pairs(text) for text in whole}
    for text, plain in left:
        found = _nearest(plain, _pairs(plain), ours, pairs)
        if found:
            yield found[0], text, found[1]


def _pairs(text: str) -> frozenset[str]:
    """Return the letters of a text two by two."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _nearest(
    plain: str,
    own: frozenset[str],
    ours: Sequence[tuple[str, str, str]],
    pairs: Mapping[str, frozenset[str]],
) -> tuple[str, str] | None:
    """Return the text of ours that a paragraph was made of and is not; nothing if it holds one."""
    # words of one's own around a text of ours are none of it; unless what is around it was, too
    held = max((wanted for _, _, wanted in ours if wanted in plain), key=len, default="")
    best, found = 0.0, None
    for owner, text, wanted in ours:
        if _is_part(plain, wanted):
            return None
        if held and (held not in wanted or held == wanted):
            continue
        short = len(wanted) < SHORT
        if len(plain) > (1.5 if short else 4) * len(wanted) or len(plain) * 2.5 < len(wanted):
            continue
        shared = len(own & pairs[wanted]) / max(1, len(pairs[wanted]))
        if shared >= (LIKE_SHORT if short else LIKE) and shared > best:
            best, found = shared, (owner, text)
    return found


def _is_part(plain: str, wanted: str) -> bool:
    """Return whether a paragraph is a text of ours of which whole sentences were left out."""
    begin = wanted.find(plain)
    if begin < 0 or len(plain) < 4:
        return False
    end = begin + len(plain)
    ends = ".;,:｜"
    return (begin == 0 or wanted[begin - 1] in ends) and (
        end == len(wanted) or wanted[end] in ends or plain[-1] in ends
    )
