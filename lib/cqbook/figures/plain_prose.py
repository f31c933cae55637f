"""The prose of a notebook as it is read: numbers in their places, blocks that stand, no roles.

For programs that know Markdown alone. nbconvert takes `with_numbers` as a preprocessor: the package
installs a ``jupyter_nbconvert_config.json`` that names it, so that ``jupyter nbconvert --to html``
of a chapter has sentences. JupyterLab has them by ``lib/labextension``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping

import nbformat

from cqbook.figures.claims import CLAIMED, GLUED_ROLE, Known
from cqbook.figures.figure import figures_of, tables_of

_ENGLISH = re.compile(
    r"^(?P<fence>:{3,})\{english\}[^\S\n]*(?P<title>[^\n]*)\n(?P<body>.*?)"
    r"^(?P=fence)[^\S\n]*(?:\n|\Z)",
    re.M | re.S,
)
_ROLE = re.compile(r"\{(?P<kind>numref|doc|ref|term)\}`(?P<words>[^`<]*)(?:<(?P<place>[^`]*)>)?`")
#: Signs that Markdown would read; a text is text, whatever is in it.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def with_numbers(
    notebook: nbformat.NotebookNode, resources: object
) -> tuple[nbformat.NotebookNode, object]:
    """Return a notebook with its prose as it is read, and `resources`, as nbconvert wants it.

    A notebook without glued texts is returned as it is: it is none of ours, or has not run.
    """
    known, made = Known.of(notebook), copy.deepcopy(notebook)
    titles = {own.id: own.title for own in (item.identity for item in figures_of(notebook))}
    titles |= {item.id: item.title for item in tables_of(notebook)}
    for cell in made.cells if known.texts else ():
        if cell.cell_type == "markdown":
            cell.source = _read(_standing(known, cell.source), known.texts, titles)
    return made, resources


def _standing(known: Known, text: str) -> str:
    """Return the blocks that stand; all, where the cell of a claim has not run."""
    try:
        return known.resolved(text)
    except KeyError:
        return text


def _read(text: str, texts: Mapping[str, str], titles: Mapping[str, str]) -> str:
    def plain(words: str) -> str:
        return _SIGNS.sub(r"\\\1", words)

    def words(match: re.Match[str]) -> str:
        if match["kind"] == "numref":
            place = match["place"] or match["words"]
            return f"“{plain(titles.get(place, place))}”"
        return match["words"].strip()

    text = _ENGLISH.sub(lambda match: f"*{match['title'] or 'English'}*\n\n{match['body']}", text)
    text = GLUED_ROLE.sub(lambda match: plain(texts.get(match[1], match[1])), text)
    return _ROLE.sub(words, CLAIMED.sub("", text))
