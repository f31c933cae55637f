"""Static pictures of the figures, their specifications as scripts, and the local Vega bundle."""

from __future__ import annotations

import functools
import hashlib
import json
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING

from cqbook import theme
from cqbook.english import Untranslated
from cqbook.exports import ENGLISH, FORMATS, Exhibit, hashed, in_english, made
from cqbook.figures import static_specs
from cqbook.site.scripts import script_text
from cqbook.transaction import dies_with_parent

if TYPE_CHECKING:
    # a process that only draws need not load Sphinx
    from sphinx.application import Sphinx

#: Files of the figures, below the root of the site.
FIGURES = "_figures"
VEGA_BUNDLE = "vega/vega.js"
#: Part of every cache key: pictures change with the renderer, the font and this version of ours.
RENDERER = "vl-convert 1.9.0.post1, Vega-Lite 6.4, CQBook Sans SC 3"
_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')


def cache_directory(app: Sphinx) -> Path:
    """Return where rendered pictures are kept between builds (content-addressed)."""
    place = os.environ.get("CQBOOK_CACHE") or str(Path(app.outdir).parent / "pictures")
    path = Path(place)
    path.mkdir(parents=True, exist_ok=True)
    return path


def key(spec: dict) -> str:
    """Return the name of the picture of `spec` in the cache."""
    return hashlib.sha256((RENDERER + json.dumps(spec, sort_keys=True)).encode()).hexdigest()


class Undrawn(Exception):
    """A picture that the cache has not, where none may be drawn."""


def rendered(spec: dict, cache: Path, *, draws: bool = True) -> str:
    """Return the SVG of `spec`, from the cache if it was ever drawn."""
    return kept(cache / f"{key(spec)}.svg", lambda: theme.svg(spec).encode(), draws=draws).decode()


def kept(path: Path, make: Callable[[], bytes], *, draws: bool = True) -> bytes:
    """Return what the cache has under a name, or make it if this process draws.

    An entry carries the hash of its content: one that a power cut emptied, or a disk altered, would
    otherwise be published by every build to come.
    """
    try:
        proof, _, content = path.read_bytes().partition(b"\n")
        if proof == hashlib.sha256(content).hexdigest().encode():
            return content
    except FileNotFoundError:
        pass
    if not draws:
        raise Undrawn(path.name)
    content = make()
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    part.replace(path)
    return content


def size_of(svg: str) -> list[int]:
    """Return width and height of an SVG in px."""
    match = _SIZE.search(svg)
    if not match:
        msg = "SVG without width and height"
        raise ValueError(msg)
    return [round(float(match[1])), round(float(match[2]))]


def exported(exhibit: Exhibit, form: str, cache: Path, *, draws: bool = True) -> bytes:
    """Return the figure as a file to take away, from the cache if it was ever made."""
    content = [RENDERER, form, exhibit.page, exhibit.edition, exhibit.meta, exhibit.spec]
    content.append(exhibit.language)
    return kept(cache / f"{hashed(content)}.{form}", lambda: made(exhibit, form), draws=draws)


def languages(exhibit: Exhibit, known: Mapping[str, str]) -> list[Exhibit]:
    """Return the figure in Chinese, and in English unless a word of it has none."""
    try:
        return [exhibit, in_english(exhibit, known)]
    except Untranslated:
        return [exhibit]


def draw(exhibit: Exhibit, known: Mapping[str, str], cache: Path) -> None:
    """Make all pictures and files of a figure, into the cache."""
    for shown in languages(exhibit, known):
        for spec in static_specs(shown.spec).values():
            rendered(spec, cache)
        for form in forms(shown):
            exported(shown, form, cache)


def forms(exhibit: Exhibit) -> tuple[str, ...]:
    """Return the formats that a figure can be taken away in, in its language."""
    return tuple(FORMATS) if exhibit.language == "zh" else ENGLISH


def draw_all(exhibits: Iterable[Exhibit], known: Mapping[str, str], cache: Path) -> int:
    """Draw the figures that the cache has not, as many at once as there are cores.

    The renderer is one thread in each process, and must not be forked: the processes are new ones.

    Returns
    -------
    int
        How many figures were drawn.
    """
    cache.mkdir(parents=True, exist_ok=True)
    said = hashed(dict(known))
    wanted = {}
    for item in exhibits:
        # a mark a figure: asking for each of its pictures would read every specification again
        mark = hashed([RENDERER, said, item.page, item.edition, item.meta, item.spec])
        if not (cache / f"{mark}.drawn").exists():
            wanted[mark] = item
    workers = min(os.cpu_count() or 1, len(wanted))
    if workers:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, initializer=dies_with_parent) as pool:
            tasks = {mark: pool.submit(draw, item, known, cache) for mark, item in wanted.items()}
            for mark, task in tasks.items():
                task.result()
                (cache / f"{mark}.drawn").touch()
    return len(wanted)


def publish(
    app: Sphinx, exhibit: Exhibit, english: Exhibit | None
) -> dict[str, dict[str, list[int]]]:
    """Write the pictures, the files to take away and the specifications of one figure.

    Returns
    -------
    dict
        By language ``zh`` and ``en``, by ``wide`` and ``narrow``: width and height in px.
    """
    try:
        return _published(app, exhibit, english)
    except Undrawn:
        # another process draws: Sphinx forks, and a renderer that has run must not be forked
        # nodes imports this module
        from cqbook.site.nodes import known_words

        known = dict(known_words(app))
        _painter(os.getpid()).submit(draw, exhibit, known, cache_directory(app)).result()
        return _published(app, exhibit, english)


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
    app: Sphinx, exhibit: Exhibit, english: Exhibit | None
) -> dict[str, dict[str, list[int]]]:
    identifier = exhibit.id
    cache = cache_directory(app)
    target = Path(app.outdir) / FIGURES
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
        for form in forms(shown):
            (target / f"{name}.{form}").write_bytes(exported(shown, form, cache, draws=False))
    specs = ",".join(script_text(_plain(shown.spec)) for shown in known)
    call = f"cqbook.show({script_text(identifier)},{specs});\n"
    (target / f"{identifier}.js").write_text(call, encoding="utf-8")
    return sizes


def stem(identifier: str, language: str) -> str:
    """Return how the files of a figure begin: ``fig-…`` or ``fig-….en``."""
    return identifier if language == "zh" else f"{identifier}.{language}"


def _plain(spec: dict) -> dict:
    return {
        key: value
        for key, value in theme.untitled(spec).items()
        if key not in ("usermeta", "width")
    }


def bundle() -> bytes:
    """Return Vega, Vega-Lite and Vega-Embed as one classic script."""
    import vl_convert

    made = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=theme.VEGA_LITE)
    return f"(function(){{{made}}})();\n".encode()


def kept_bundle(cache: Path) -> bytes:
    """Return the `bundle`, from the cache if it was ever made."""
    return kept(cache / f"vega-{theme.VEGA_LITE}.js", bundle)


def write_vega(app: Sphinx, exception: Exception | None) -> None:
    """Write the one local Vega bundle of the site, wrapped so that it works as a classic script."""
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / VEGA_BUNDLE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kept_bundle(cache_directory(app)))
    dark = dict(theme.PALETTE.values())
    (target.parent / "palette.js").write_text(
        f"cqbook.dark={script_text(dark)};\n", encoding="utf-8"
    )


def setup(app: Sphinx) -> None:
    """Connect the Vega bundle to the end of the build."""
    app.connect("build-finished", write_vega)
