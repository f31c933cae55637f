"""What each page shows, known without its doctree, and code that is highlighted once.

Sphinx unpickles the whole doctree of a page for each reference to a figure on it, and highlights
the same code on each of a hundred pages that come from one notebook.
"""

from __future__ import annotations

import functools
import json
import logging
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.highlighting import logger

from cqbook.disk.cache import recall, retain
from cqbook.disk.checksums import json_digest
from cqbook.disk.installed import packages
from cqbook.quantities.about import ids_in
from cqbook.site.nodes import ChartFigure, exhibit_nodes, exhibit_of, translation
from cqbook.site.settings import cache_directory

#: What of a figure's identity lists and references of other pages need.
IDENTITY_KEPT = ("id", "title", "english", "sources")


def observations_in(meta: dict[str, Any]) -> list[str]:
    """Return the ids of the observations that a figure names in its table."""
    table = meta.get("table", {"keys": []})
    if "observation_id" not in table["keys"]:
        return []
    place = table["keys"].index("observation_id")
    return sorted(ids_in(row[place] for row in table["rows"]))


def _light(app: Sphinx, tree: nodes.document) -> list[nodes.Element]:
    found: list[nodes.Element] = []
    for node in exhibit_nodes(tree):
        meta = {name: node["meta"][name] for name in IDENTITY_KEPT if name in node["meta"]}
        meta["observations"] = observations_in(node["meta"])
        drawn = isinstance(node, ChartFigure)
        # whether there is a picture of it in English
        said = drawn and translation(app, exhibit_of(app, node, app.env.docname)) is not None
        found.append(type(node)(ids=node["ids"], meta=meta, drawn=drawn, english=said))
    return found


def _folder(doctrees: Path) -> Path:
    return doctrees / "notes"


Noted = TypeVar("Noted")


@dataclass(frozen=True)
class Notes(Generic[Noted]):
    """What pages leave for the whole book while they are written: JSON of one kind.

    On disk, for the process that writes a page ends with its pages.
    """

    kind: str

    def leave(self, app: Sphinx, page: str, content: Noted) -> None:
        """Note something of a page."""
        path = self._path(app, page)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    def of(self, app: Sphinx, page: str) -> Noted | None:
        """Return what was noted of a page."""
        path = self._path(app, page)
        if not path.exists():
            return None
        found: Noted = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _path(self, app: Sphinx, page: str) -> Path:
        return _folder(Path(app.doctreedir)) / self.kind / f"{page}.json"


def forget_notes(app: Sphinx) -> None:
    """Forget the notes of an earlier build."""
    shutil.rmtree(_folder(Path(app.doctreedir)), ignore_errors=True)


def forget_notes_of(doctrees: Path, pages: Iterable[str]) -> None:
    """Forget the notes of some pages: they may leave none of a kind this time."""
    for page in pages:
        for kind in _folder(doctrees).iterdir():
            (kind / f"{page}.json").unlink(missing_ok=True)


def highlight_once(app: Sphinx) -> None:
    """Highlight each code once, also in other processes and at other times."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        # a method is put in the place of a method
        vars(app.builder.highlighter)["highlight_block"] = _once(
            app.builder.highlighter.highlight_block,
            cache_directory(app) / "highlighted",
            app.config.pygments_style,
        )


def _once(highlight: Callable[..., str], cache: Path, style: object) -> Callable[..., str]:
    by = [packages(), str(style)]
    warnings: list[logging.LogRecord] = []

    def heard(record: logging.LogRecord) -> bool:
        warnings.append(record)
        return True

    logger.logger.addFilter(heard)

    @functools.lru_cache(maxsize=4096)
    def made(source: str, language: str, rest: tuple[tuple[str, object], ...]) -> str:
        path = cache / json_digest([by, source, language, sorted(map(str, rest))])
        known = recall(path)
        if known is not None:
            return known.decode()
        before = len(warnings)
        found = highlight(source, language, **dict(rest))
        if len(warnings) == before:
            # a build that stops at a warning is to stop the next time too
            retain(path, found.encode())
        return found

    def call(
        source: str,
        language: str,
        opts: dict[str, object] | None = None,
        location: object = None,
        **rest: object,
    ) -> str:
        # options are unhashable, and none for cells; where it stands is only for warnings
        if opts:
            return highlight(source, language, opts=opts, **rest)
        return made(source, language, tuple(sorted(rest.items())))

    return call


def _pages(env: BuildEnvironment) -> dict[str, list[nodes.Element]]:
    # an attribute of the environment, so that it is kept between builds
    pages: dict[str, list[nodes.Element]] = vars(env).setdefault("cqbook_exhibits", {})
    return pages


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Note what a page shows when it has been read."""
    _pages(app.env)[app.env.docname] = _light(app, doctree)


def merge(app: Sphinx, env: BuildEnvironment, names: list[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    _pages(env).update((name, _pages(other)[name]) for name in names)


def exhibits(env: BuildEnvironment, docname: str) -> list[nodes.Element]:
    """Return the figures and tables of a page, in order: ``ids``, ``drawn``, ``meta``.

    Of their identity what is in `IDENTITY_KEPT`, and ``observations``: the ids of those drawn;
    ``english``: whether its picture is there in English.
    """
    return _pages(env)[docname]


class _Known:
    """The environment, whose doctrees hold figures and tables only, as long as these are asked."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env

    def __getattr__(self, name: str) -> object:
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

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.Element | None:
        """Return the reference, as Sphinx makes it."""
        # answers all that an environment is asked, and is none: its state must not be copied
        known: BuildEnvironment = _Known(env)  # type: ignore[assignment]
        return super().resolve_xref(known, fromdocname, builder, typ, target, node, contnode)


def setup(app: Sphinx) -> None:
    """Connect the register."""
    app.connect("builder-inited", highlight_once)
    app.connect("doctree-read", remember)
    app.connect("env-merge-info", merge)
    app.add_domain(Labels, override=True)
