"""Pages that would come out as they were are not read and not written again.

What a page shows depends on its source, on what is the same for all pages (configuration, contents,
this package, what any of them asks of the data) and on what the other pages tell of themselves:
titles, numbers, labels, figures. Where only sources changed, Sphinx goes on from what it had read
for the site before; and where their pages tell what they told then, it writes these alone, into a
copy of that site. A page that lists data changes with them. In any other case all is read, or all
is written, as if nothing had been kept.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.environment import BuildEnvironment

from cqbook.data.catalog import Catalog
from cqbook.disk.checksums import digest, file_digest, json_digest, to_json
from cqbook.disk.installed import installed_digest
from cqbook.disk.regular import regular_content
from cqbook.editions.rendered import FACTS, Rendered, rendered_before
from cqbook.figures.claims import CLAIMS
from cqbook.site.claims import LISTS_CLAIMS, claims_in, sources_of_rows
from cqbook.site.figure_index import forget_notes, forget_notes_of
from cqbook.site.settings import ASKED_BY_PAGES, LISTS_DATA, listable, once

#: Folders of a staged book: the sources of the pages, the data.
CHAPTERS, DATA = "chapters", "data"
#: Where jupyter-book puts what Sphinx has read, and the site.
DOCTREES, SITE = Path("_build", ".doctrees"), Path("_build", "html")
#: Among what Sphinx has read: what is gone on from; beside it: that its site is laid out.
_START, _LAID_OUT = "start.json", "laid-out"
#: So many pages this process writes by itself.
WRITTEN_ALONE = 6
#: In Sphinx's environment: where the book was that it was moved to.
_PLACE = "cqbook_place"
#: What of Sphinx's environment is a page's own, the same for all pages, or made of the rest.
_NOT_TOLD = {
    _PLACE,
    "all_docs",
    "app",
    "config",
    "config_status",
    "config_status_extra",
    "cqbook_contents",
    "dependencies",
    "doctreedir",
    "domains",
    "events",
    "external_site_map",
    "included",
    "myst_config",
    "mystnb_config",
    "nb_metadata",
    "nb_new_exec_data",
    "project",
    "ref_context",
    "settings",
    "srcdir",
    "temp_data",
    "titles_old",
    "toc_fignumbers",
    "toc_secnumbers",
    "version",
}
#: With the application: what `data_stand` returns.
_STAND = "cqbook_data_stand"
#: A time after all others, in Sphinx's measure: what was read then has not changed since.
_UNCHANGED = 1 << 62


def _made_of(staged: Path) -> dict[str, Any]:
    """Return of what the pages of a staged book are made, as hashes; fields of `Rendered`.

    That is what renders (``by``), what is the same for all of them (``of``); the source of each,
    with what it claims (``sources``); all claims, and the data that some pages list.
    """
    book = Catalog(staged / DATA)
    said = claims_in(staged)
    cited = sources_of_rows(book, said)
    same = {
        path.relative_to(staged).as_posix(): file_digest(path)
        for path in sorted(staged.rglob("*"))
        if path.is_file()
        and path.name != CLAIMS
        and not {CHAPTERS, DATA}.intersection(path.relative_to(staged).parts)
    }
    asked = [_plain(make(book)) for make in ASKED_BY_PAGES]
    sources = {}
    for page in sorted((staged / CHAPTERS).iterdir()):
        own = [item for item in said if item.page == page.stem]
        rows = {row: cited.get(row) for item in own for row in item.claim.rows}
        made = [page.name, file_digest(page), to_json(own), rows]
        sources[f"{CHAPTERS}/{page.stem}"] = json_digest(made)
    return {
        "by": installed_digest(),
        "of": json_digest([same, asked]),
        "sources": sources,
        "claims": json_digest(to_json(said)),
        "data": listable(book),
    }


def lay_out_before(out: Path, before: Path, cache: Path) -> None:
    """Lay out in `out` the site `before`, which may be gone on from: while chapters are executed.

    Parameters
    ----------
    out, before, cache : Path
        See `go_on`, which is asked next.
    """
    known = rendered_before(before, cache)
    if (
        known is not None
        and known.by == installed_digest()
        and _copied(known.site, before, out / SITE)
    ):
        _write(out / _LAID_OUT, json_digest(known.site).encode())


def _laid_out(known: Rendered, out: Path, before: Path) -> bool:
    """Return whether the site that was rendered before lies in `out`, each file as it was built."""
    mark = out / _LAID_OUT
    if mark.exists() and mark.read_text() == json_digest(known.site):
        return True
    shutil.rmtree(out / SITE, ignore_errors=True)
    return _copied(known.site, before, out / SITE)


def go_on(staged: Path, out: Path, before: Path, cache: Path) -> bool:
    """Lay out in `out` the site `before` and what was read for it, if Sphinx may go on from it.

    Parameters
    ----------
    staged : Path
        The book to render.
    out : Path
        Where jupyter-book puts the site and what it has read: an empty folder, or none.
    before : Path
        The site that was built before.
    cache : Path

    Returns
    -------
    bool
        Whether it may: what that site was rendered of is known, it stands as it was built, and what
        differs is the sources of pages.
    """
    doctrees = out / DOCTREES
    known = rendered_before(before, cache)
    made = _made_of(staged)
    sources = made["sources"]
    if (
        known is None
        or (known.by, known.of, {*known.sources}) != (made["by"], made["of"], {*sources})
        or not _laid_out(known, out, before)
    ):
        shutil.rmtree(out / SITE, ignore_errors=True)
        return False
    for name, content in known.files.items():
        _write(doctrees / name, content)
    other = {name for name, value in known.data.items() if made["data"].get(name) != value}
    listing = [page for page, what in known.listing.items() if not other.isdisjoint(what)]
    changed = sorted(
        {*(name for name in sources if sources[name] != known.sources[name]), *listing}
    )
    forget_notes_of(doctrees, changed)
    _move(doctrees / ENV_PICKLE_FILENAME, staged, changed)
    start = {
        "changed": changed,
        "other": sorted(other),
        "told": known.told,
        "claims": known.claims,
        "made": made,
    }
    _write(doctrees / _START, json.dumps(start).encode())
    return True


def _copied(sums: Mapping[str, str], before: Path, site: Path) -> bool:
    """Copy a site; return whether each file is what it was: nobody has altered or replaced it."""
    for name, value in sums.items():
        try:
            content = regular_content(before / name)
        except OSError:
            return False
        if digest(content) != value:
            return False
        _write(site / name, content)
    return True


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _move(path: Path, staged: Path, changed: Iterable[str]) -> None:
    """Tell what Sphinx has read where the book is now, and which pages are others."""
    env: BuildEnvironment = pickle.loads(path.read_bytes())
    # where Sphinx read nothing since, it is as it was moved
    was = os.fspath(env.srcdir) or vars(env)[_PLACE]
    for name, value in vars(env.config).items():
        if isinstance(value, str) and value.startswith(was):
            vars(env.config)[name] = os.fspath(staged) + value.removeprefix(was)
    # empty: the place is that of the book that is read
    vars(env)["srcdir"], vars(env)[_PLACE] = "", os.fspath(staged)
    env.all_docs = dict.fromkeys(env.all_docs, _UNCHANGED) | dict.fromkeys(changed, 0)
    path.write_bytes(pickle.dumps(env, pickle.HIGHEST_PROTOCOL))


def start_of(app: Sphinx) -> dict[str, Any]:
    """Return what is gone on from; empty if all is read anew."""

    def read() -> dict[str, Any]:
        path = Path(app.doctreedir) / _START
        found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return found

    return once(app, "cqbook_start", read)


def begin(app: Sphinx) -> None:
    """Let Sphinx write what it reads; where nothing was kept, it writes all."""
    start = start_of(app)
    if not start:
        forget_notes(app)
        return
    # a method is put in the place of a method: it would compare the times of files; without any
    # page Sphinx would leave, and the files of the data be those of before
    pages = start["changed"] or [app.config.root_doc]
    vars(app.builder)["get_outdated_docs"] = lambda: list(pages)


def to_write(app: Sphinx, env: BuildEnvironment) -> Collection[str]:
    """Note what the pages are made of and tell; return which are to be written beside those read.

    Where one of them tells something else than before, all are written.
    """
    start = start_of(app)
    if app.config.cqbook_edition:
        facts = (start.get("made") or _made_of(Path(app.srcdir))) | {
            "told": told_of(env),
            "listing": {
                name: env.metadata[name][LISTS_DATA]
                for name in env.found_docs
                if LISTS_DATA in env.metadata[name]
            },
        }
        (Path(app.doctreedir) / FACTS).write_text(json.dumps(facts), encoding="utf-8")
        if start and facts["told"] == start["told"]:
            vars(app)[_STAND] = not start["other"]
            same = facts["claims"] == start["claims"]
            more = () if same else [n for n in env.found_docs if LISTS_CLAIMS in env.metadata[n]]
            if len({*start["changed"], *more}) <= WRITTEN_ALONE:
                # each process that writes is a copy of this one, and takes longer than some pages
                app.parallel = 1
            return more
    if start:
        # what they wrote then may be more than what they write now
        shutil.rmtree(app.outdir)
        Path(app.outdir).mkdir()
    return sorted(env.found_docs)


def data_stand(app: Sphinx) -> bool:
    """Return whether files of the site that are made of the data stand as they would be made.

    That is of the data and of what pages tell of themselves. Known when all pages are read.
    """
    return bool(vars(app).get(_STAND))


def told_of(env: BuildEnvironment) -> str:
    """Return one hash of what the pages tell of themselves, each for the others."""
    state = {
        name: value
        for name, value in vars(env).items()
        if name not in _NOT_TOLD and not name.startswith(("_", "versioning"))
    }
    return json_digest(_plain(state))


def _plain(value: object) -> object:
    """Return what Sphinx notes as JSON; what is unknown as Python shows it."""
    if isinstance(value, Mapping):
        return sorted([repr(key), _plain(item)] for key, item in value.items())
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, nodes.Element):
        return value.pformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | None) else repr(value)


def setup(app: Sphinx) -> None:
    """Connect it: before pages are noted, after all is read."""
    app.connect("builder-inited", begin, priority=100)
    app.connect("env-updated", to_write, priority=900)
