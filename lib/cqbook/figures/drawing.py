"""Pictures of figures, drawn once and kept."""

from __future__ import annotations

import base64
import io
import itertools
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from multiprocessing.context import BaseContext
from pathlib import Path

from nbformat import NotebookNode

from cqbook.disk.cache import kept
from cqbook.disk.checksums import json_digest
from cqbook.disk.processes import dies_with_parent
from cqbook.figures import theme
from cqbook.figures.english import Untranslated
from cqbook.figures.exhibit import Exhibit, translated
from cqbook.figures.figure import display_outputs, static_specs, titled
from cqbook.figures.formats import (
    ALL_IN_ONE,
    COMPANIONS,
    ENGLISH,
    FORMATS,
    TABLE_FORMATS,
    all_in_one,
    to_format,
)
from cqbook.figures.identity import FIGURE_MIME, PNG_MIME, SVG_MIME, Spec
from cqbook.figures.social import social_card

#: Part of every cache key: pictures change with the renderer, the font and this version of ours.
RENDERER = "vl-convert 1.9.0.post1, Vega-Lite 6.4, CQBook Sans SC 3, PDFium 5.15, files 3"


def key(spec: Spec) -> str:
    """Return the name of the picture of `spec` in the cache."""
    return json_digest([RENDERER, spec])


def rendered(spec: Spec, cache: Path, *, draws: bool = True) -> str:
    """Return the SVG of `spec`, from the cache if it was ever drawn."""
    return kept(
        cache / f"{key(spec)}.svg", lambda: theme.draw_svg(spec).encode(), draws=draws
    ).decode()


def size_of(svg: str) -> list[int]:
    """Return width and height of an SVG in px."""
    return [round(side) for side in theme.svg_size(svg)]


def exported(exhibit: Exhibit, form: str, cache: Path, *, draws: bool = True) -> bytes:
    """Return the figure as a file to take away, from the cache if it was ever made."""
    if form in COMPANIONS:
        # a few lines of text: to look for them takes as long
        return to_format(exhibit, form)
    path = cache / f"{_name(exhibit, form)}.{form}"
    return kept(path, lambda: to_format(exhibit, form), draws=draws)


def _name(exhibit: Exhibit, form: str) -> str:
    """Return how a file of a figure is called in the cache."""
    content = [RENDERER, form, exhibit.page, exhibit.edition, exhibit.identity, exhibit.spec]
    return json_digest([*content, exhibit.language, exhibit.book])


def files_of(shown: Sequence[Exhibit], cache: Path, *, draws: bool = True) -> dict[str, bytes]:
    """Return the files to take away of a figure by name, the archive of all of them at the end.

    Parameters
    ----------
    shown : sequence of Exhibit
        The figure in Chinese, and in English where it has it.
    """
    files = {
        f"{stem(item.id, item.language)}.{form}": exported(item, form, cache, draws=draws)
        for item in shown
        for form in forms(item)
    }
    path = cache / f"{_name(shown[0], ALL_IN_ONE)}-{len(shown)}.{ALL_IN_ONE}"
    whole = kept(path, lambda: all_in_one(shown[0], files), draws=draws)
    return files | {f"{shown[0].id}.{ALL_IN_ONE}": whole}


def languages(exhibit: Exhibit, known: Mapping[str, str]) -> list[Exhibit]:
    """Return the figure in Chinese, and in English unless a word of it has none."""
    try:
        return [exhibit, translated(exhibit, known)]
    except Untranslated:
        return [exhibit]


def carded(exhibit: Exhibit, cache: Path, *, draws: bool = True) -> bytes:
    """Return the card of a figure that networks show, from the cache if it was ever drawn."""

    def made() -> bytes:
        chart = rendered(static_specs(exhibit.spec)["wide"], cache)
        return social_card(exhibit, chart)

    return kept(cache / f"{_name(exhibit, 'card')}.card.png", made, draws=draws)


def draw(
    exhibit: Exhibit,
    known: Mapping[str, str],
    cache: Path,
    *,
    files: bool = True,
    card: bool | None = None,
) -> None:
    """Make all pictures of a figure, and maybe the files to take away, into the cache.

    Parameters
    ----------
    card : bool, optional
        With the card that networks show; left out: with the files, of a book with an address.
    """
    shown = languages(exhibit, known)
    for item in shown:
        for spec in static_specs(item.spec).values():
            rendered(spec, cache)
    if files:
        files_of(shown, cache)
    if bool(files and exhibit.book.address) if card is None else card:
        carded(exhibit, cache)


def illustrated(notebook: NotebookNode, cache: Path) -> NotebookNode:
    """Give each figure of an executed notebook pictures that Jupyter's programs show; return it.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place.
    cache : Path
        Of pictures.
    """
    for output in display_outputs(notebook):
        spec = output["data"].get(FIGURE_MIME)
        if spec is not None:
            svg, png = _titled(titled(spec), cache)
            output["data"] |= {SVG_MIME: svg, PNG_MIME: base64.b64encode(png).decode()}
    return notebook


def _titled(spec: Spec, cache: Path) -> tuple[str, bytes]:
    svg = rendered(spec, cache)
    return svg, kept(cache / f"{key(spec)}.small.png", lambda: _small_png(svg))


def _small_png(svg: str) -> bytes:
    """Return a picture in few colours: a tenth of the bytes, for those who see no SVG."""
    from PIL import Image

    out = io.BytesIO()
    theme.pixels(svg, SMALL_SCALE).quantize(SMALL_COLOURS, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


#: Of the PNG in a notebook: pixels to a px, and colours.
SMALL_SCALE, SMALL_COLOURS = 1.5, 24


def forms(exhibit: Exhibit) -> tuple[str, ...]:
    """Return the formats that a figure or table can be taken away in, in its language."""
    if exhibit.is_table:
        return (*TABLE_FORMATS, *COMPANIONS)
    return (*FORMATS, *COMPANIONS) if exhibit.language == "zh" else ENGLISH


def draw_titled(notebooks: Iterable[NotebookNode], cache: Path, context: BaseContext) -> None:
    """Draw what `illustrated` shows and the cache has not, in processes as `draw_all`."""
    specs = [
        titled(output["data"][FIGURE_MIME])
        for notebook in notebooks
        for output in display_outputs(notebook)
        if FIGURE_MIME in output["data"]
    ]
    wanted = [spec for spec in specs if not (cache / f"{key(spec)}.small.png").exists()]
    cache.mkdir(parents=True, exist_ok=True)
    if wanted:
        with painters(context, len(wanted)) as pool:
            for _ in pool.map(_titled, wanted, itertools.repeat(cache)):
                pass


def painters(context: BaseContext, most: int = sys.maxsize) -> ProcessPoolExecutor:
    """Return processes that draw, as many as there are cores, at `most` as many as are said.

    Parameters
    ----------
    context : BaseContext
        How processes start. The renderer is one thread in each, and must not be forked: they are
        new ones, or forks of a server that has never drawn.
    """
    workers = min(os.cpu_count() or 1, most)
    return ProcessPoolExecutor(workers, context, initializer=dies_with_parent)


def ready() -> None:
    """Draw something in a process of `painters`: the first picture takes a second more."""
    empty = {"data": {"values": [{}]}, "mark": "point"}
    theme.draw_svg(theme.with_width(empty, theme.NARROW))


def draw_all(
    exhibits: Iterable[Exhibit],
    known: Mapping[str, str],
    cache: Path,
    context: BaseContext,
    *,
    files: bool = True,
    pool: ProcessPoolExecutor | None = None,
) -> int:
    """Draw the figures that the cache has not, as many at once as there are cores.

    Parameters
    ----------
    exhibits : iterable of Exhibit
    known : mapping of str to str
        English words of the book.
    cache : Path
    context : BaseContext
        How processes start; see `painters`.
    files : bool
        With the files to take away, which take three times as long as the pictures.
    pool : concurrent.futures.ProcessPoolExecutor, optional
        Of `painters`; new ones if left out, which load the renderer first.

    Returns
    -------
    int
        How many figures were drawn.
    """
    cache.mkdir(parents=True, exist_ok=True)
    said = json_digest(dict(known))
    wanted = {}
    suffix = ".drawn" if files else ".pictured"
    for item in exhibits:
        # a mark a figure: asking for each of its pictures would read every specification again
        mark = _mark(item, said)
        if not any((cache / f"{mark}{end}").exists() for end in {suffix, ".drawn"}):
            wanted[mark] = item
    if wanted:
        with nullcontext(pool) if pool else painters(context, len(wanted)) as hands:
            tasks = {
                mark: hands.submit(draw, item, known, cache, files=files)
                for mark, item in wanted.items()
            }
            for mark, task in tasks.items():
                task.result()
                (cache / f"{mark}{suffix}").touch()
    return len(wanted)


def _mark(item: Exhibit, said: str) -> str:
    """Return the name of the mark that all of a figure is made; `said`: the hash of the English.

    A form that is new is not made yet: the pages would wait for one process that makes it.
    """
    made = [*forms(item), ALL_IN_ONE, *ENGLISH]
    of = [item.page, item.edition, item.book, made]
    return json_digest([RENDERER, said, *of, item.identity, item.spec])


def stem(identifier: str, language: str) -> str:
    """Return how the files of a figure begin: ``fig-…`` or ``fig-….en``."""
    return identifier if language == "zh" else f"{identifier}.{language}"


def bundle() -> bytes:
    """Return Vega, Vega-Lite and Vega-Embed as one classic script."""
    import vl_convert

    made = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=theme.VEGA_LITE)
    return f"(function(){{{made}}})();\n".encode()


def kept_bundle(cache: Path) -> bytes:
    """Return the `bundle`, from the cache if it was ever made."""
    return kept(cache / f"vega-{theme.VEGA_LITE}.js", bundle)
