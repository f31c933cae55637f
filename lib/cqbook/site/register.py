"""What each page shows, known without its doctree, and code that is highlighted once.

Sphinx unpickles the whole doctree of a page for each reference to a figure on it, and highlights
the same code on each of a hundred pages that come from one notebook.
"""

from __future__ import annotations

import functools
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment

from cqbook.site.nodes import ChartFigure, DataTable

#: What of a figure's identity lists and references of other pages need.
KEPT = ("id", "title", "sources")


def _light(tree: nodes.document) -> list[nodes.Element]:
    found = []
    for node in tree.findall(lambda item: isinstance(item, ChartFigure | DataTable)):
        meta = {name: node["meta"][name] for name in KEPT if name in node["meta"]}
        drawn = isinstance(node, ChartFigure) and node["spec"] is not None
        found.append(type(node)(ids=node["ids"], meta=meta, drawn=drawn))
    return found


def begin(app: Sphinx) -> None:
    """Forget the pages of an earlier build; highlight each code once."""
    app.cqbook_exhibits = {}
    highlighter = getattr(app.builder, "highlighter", None)
    if highlighter is not None:
        highlighter.highlight_block = _once(highlighter.highlight_block)


def _once(highlight: Any) -> Any:  # noqa: ANN401 - a method of Sphinx
    @functools.lru_cache(maxsize=4096)
    def made(source: str, language: str, rest: tuple[tuple[str, Any], ...]) -> str:
        return highlight(source, language, **dict(rest))

    def call(source: str, language: str, **words: Any) -> str:  # noqa: ANN401
        # where it stands is only for warnings; options are unhashable, and none for cells
        words.pop("location", None)
        if words.get("opts"):
            return highlight(source, language, **words)
        words.pop("opts", None)
        return made(source, language, tuple(sorted(words.items())))

    return call


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Note what a page shows when it has been read."""
    app.cqbook_exhibits[app.env.docname] = _light(doctree)


def exhibits(app: Sphinx, docname: str) -> list[nodes.Element]:
    """Return the figures and tables of a page, in order: ``ids``, ``meta`` (`KEPT`), ``drawn``."""
    if docname not in app.cqbook_exhibits:
        # read by an earlier process
        app.cqbook_exhibits[docname] = _light(app.env.get_doctree(docname))
    return app.cqbook_exhibits[docname]


class _Known:
    """The environment, whose doctrees hold figures and tables only, as long as these are asked."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - anything of Sphinx's
        return getattr(self._env, name)

    def get_doctree(self, docname: str) -> _Tree:
        return _Tree(self._env, docname)


class _Tree:
    """What a reference asks of a doctree."""

    def __init__(self, env: BuildEnvironment, docname: str) -> None:
        self.env, self.docname = env, docname

    @property
    def ids(self) -> _Tree:
        return self

    def get(self, name: str) -> nodes.Element | None:
        """Return the node of an id."""
        for node in exhibits(self.env.app, self.docname):
            if name in node["ids"]:
                return node
        return self.env.get_doctree(self.docname).ids.get(name)


class Labels(StandardDomain):
    """Sphinx's own domain of labels; it finds the number of a figure in the register."""

    def resolve_xref(self, env: BuildEnvironment, *rest: Any) -> nodes.Element | None:  # noqa: ANN401
        """Return the reference, as Sphinx makes it."""
        return super().resolve_xref(_Known(env), *rest)


def setup(app: Sphinx) -> None:
    """Connect the register."""
    app.connect("builder-inited", begin)
    app.connect("doctree-read", remember)
    app.add_domain(Labels, override=True)
