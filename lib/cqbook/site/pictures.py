"""Static pictures of the figures, their specifications as scripts, and the local Vega bundle."""

from __future__ import annotations

import functools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING

from cqbook.disk.cache import Undrawn
from cqbook.disk.processes import dies_with_parent
from cqbook.figures import theme
from cqbook.figures.drawing import carded, draw, files_of, kept_bundle, rendered, size_of, stem
from cqbook.figures.exhibit import Exhibit
from cqbook.figures.figure import static_specs
from cqbook.figures.formats import taken_away
from cqbook.figures.identity import Spec
from cqbook.site.inline_scripts import script_text
from cqbook.site.settings import cache_directory, known_words

if TYPE_CHECKING:
    from sphinx.application import Sphinx


#: Files of the figures, below the root of the site.
FIGURES_FOLDER = "_figures"
#: The cards that networks show of them.
CARDS_FOLDER = "_cards"
VEGA_BUNDLE = "vega/vega.js"


def publish_figure(
    app: Sphinx, exhibit: Exhibit, english: Exhibit | None, *, card: bool
) -> dict[str, dict[str, list[int]]]:
    """Write the pictures, the files to take away and the specifications of one figure.

    Parameters
    ----------
    card : bool
        With the card that networks show.

    Returns
    -------
    dict
        By language ``zh`` and ``en``, by ``wide`` and ``narrow``: width and height in px.
    """
    try:
        return _published(app, exhibit, english, card=card)
    except Undrawn:
        # another process draws: Sphinx forks, and a renderer that has run must not be forked
        task = _painter(os.getpid()).submit(
            draw, exhibit, known_words(app), cache_directory(app), card=card
        )
        task.result()
        return _published(app, exhibit, english, card=card)


@functools.cache
def _painter(process: int) -> ProcessPoolExecutor:
    """Return the process that draws for `process`; a fork of that needs one of its own."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, context, initializer=dies_with_parent)
    # at its end a fork waits for its children; before that, and before the queue to them is closed,
    # they must be told
    util.Finalize(None, pool.shutdown, exitpriority=100)
    return pool


def _published(
    app: Sphinx, exhibit: Exhibit, english: Exhibit | None, *, card: bool
) -> dict[str, dict[str, list[int]]]:
    identifier = exhibit.id
    cache = cache_directory(app)
    target = Path(app.outdir) / FIGURES_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    sizes: dict[str, dict[str, list[int]]] = {}
    known = [shown for shown in (exhibit, english) if shown]
    for shown in known:
        name = stem(identifier, shown.language)
        size = sizes.setdefault(shown.language, {})
        for shape, spec in static_specs(shown.spec).items():
            text = rendered(spec, cache, draws=False)
            (target / f"{name}.{shape}.svg").write_text(text, encoding="utf-8")
            (target / f"{name}.{shape}-dark.svg").write_text(theme.dark(text), encoding="utf-8")
            size[shape] = size_of(text)
    files = files_of(known, cache, draws=False) if app.config.cqbook_files else {}
    for name, content in files.items():
        (target / name).write_bytes(content)
    if card:
        path = Path(app.outdir) / CARDS_FOLDER / f"{identifier}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(carded(exhibit, cache, draws=False))
    # with the title that a picture of it has; the page, whose text says it, takes it off
    specs = ",".join(script_text(_shown(item)) for item in known)
    call = f"cqbook.show({script_text(identifier)},{specs});\n"
    (target / f"{identifier}.js").write_text(call, encoding="utf-8")
    return sizes


def _shown(exhibit: Exhibit) -> Spec:
    return {key: value for key, value in taken_away(exhibit).items() if key not in NOT_SHOWN}


#: What a page says otherwise than a specification.
NOT_SHOWN = ("usermeta", "width")


def publish_table(app: Sphinx, exhibit: Exhibit) -> None:
    """Write the files to take away of a table."""
    if not app.config.cqbook_files:
        return
    target = Path(app.outdir) / FIGURES_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files_of([exhibit], cache_directory(app)).items():
        (target / name).write_bytes(content)


def write_vega(app: Sphinx, exception: Exception | None) -> None:
    """Write the one local Vega bundle of the site, wrapped so that it works as a classic script."""
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / VEGA_BUNDLE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kept_bundle(cache_directory(app)))
    light, dim = theme.PALE
    dark = dict(theme.PALETTE.values()) | {f"{light:g}": dim}
    (target.parent / "palette.js").write_text(
        f"cqbook.dark={script_text(dark)};\n", encoding="utf-8"
    )


def setup(app: Sphinx) -> None:
    """Connect the Vega bundle to the end of the build."""
    app.connect("build-finished", write_vega)
