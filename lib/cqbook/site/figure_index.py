"""What each page shows, known without its doctree, and code that is highlighted once.

Sphinx unpickles the whole doctree of a page for each reference to a figure on it, and highlights
the same code on each of a hundred pages that come from one notebook.
"""

from __future__ import annotations

import functools
import json
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment

from cqbook.site.nodes import ChartFigure, DataTable

#: What of a figure's identity lists and references of other pages need.
IDENTITY_KEPT = ("id", "title", "sources")


def _observations(meta: dict[str, Any]) -> list[str]:
    """Return the ids of the observations that a figure names in its table."""
    table = meta.get("table", {"keys": []})
    if "observation_id" not in table["keys"]:
        return []
    place = table["keys"].index("observation_id")
    return sorted({part for row in table["rows"] for part in row[place].split(";") if part})


def _light(tree: nodes.document) -> list[nodes.Element]:
    found = []
    for node in tree.findall(lambda item: isinstance(item, ChartFigure | DataTable)):
        meta = {name: node["meta"][name] for name in IDENTITY_KEPT if name in node["meta"]}
        meta["observations"] = _observations(node["meta"])
        drawn = isinstance(node, ChartFigure) and node["spec"] is not None
        found.append(type(node)(ids=node["ids"], meta=meta, drawn=drawn))
    return found


def _notes(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "notes"


def note_page(app: Sphinx, kind: str, page: str, content: Any) -> None:  # noqa: ANN401 - any JSON
    """Note something of a page that is written: on disk, its process ends with its pages."""
    path = _notes(app) / kind / f"{page}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def noted(app: Sphinx, kind: str, page: str, otherwise: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what was noted of a page."""
    path = _notes(app) / kind / f"{page}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise


def begin(app: Sphinx) -> None:
    """Forget the notes of an earlier build; highlight each code once."""
    shutil.rmtree(_notes(app), ignore_errors=True)
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


def _pages(env: BuildEnvironment) -> dict[str, list[nodes.Element]]:
    if not hasattr(env, "cqbook_exhibits"):
        env.cqbook_exhibits = {}
    return env.cqbook_exhibits


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Note what a page shows when it has been read."""
    _pages(app.env)[app.env.docname] = _light(doctree)


def merge(app: Sphinx, env: BuildEnvironment, names: list[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    _pages(env).update((name, _pages(other)[name]) for name in names)


def exhibits(env: BuildEnvironment, docname: str) -> list[nodes.Element]:
    """Return the figures and tables of a page, in order: ``ids``, ``drawn``, ``meta``.

    Of their identity what is `KEPT`, and ``observations``: the ids of the figures drawn.
    """
    return _pages(env)[docname]


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
        for node in exhibits(self.env, self.docname):
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
    app.connect("env-merge-info", merge)
    app.add_domain(Labels, override=True)
