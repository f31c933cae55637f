"""Attach an identity to a chart or a table, show it deterministically, read it back.

A `Figure` is a Vega-Lite chart whose ``usermeta`` is its `Identity`: stable id, title, subtitle,
note, alternative text, unit, status, sources and the rows drawn, each with its observation. A
`Table` is the same for rows shown as a table. Both display one MIME bundle with the same bytes each
time, and are read back from the outputs of a notebook.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pandas as pd
from markupsafe import Markup

from cqbook.data.catalog import Catalog
from cqbook.disk.checksums import to_json
from cqbook.figures import rules, theme
from cqbook.figures.identity import (
    FIGURE_MIME,
    LATER_VARIABLE,
    SVG_MIME,
    DrawnRows,
    EnglishWords,
    Identity,
    SourceLabel,
    Spec,
    read_record,
    stands_on,
)
from cqbook.figures.keys import english_note, with_keys, with_reasons
from cqbook.figures.phone import for_a_phone
from cqbook.quantities.about import ids_in
from cqbook.quantities.quantity import (
    COMPUTED,
    DERIVED,
    DERIVED_COLUMN,
    NOT_FOUND,
    NOT_PRINTED,
)

if TYPE_CHECKING:
    # who only reads figures that are made waits for no altair
    from cqbook.figures.charts.form import Drawing

#: What stands in the notebook for a figure or table that has nothing to show; no page has it.
ABSENT_MIME = "application/vnd.cqbook.absent+json"
TABLE_MIME = "application/vnd.cqbook.table+json"
GLUE_PREFIX = "application/papermill.record/"
#: In the metadata of a glued text: the ids of the observations that it was printed in, or made of.
PRINTED_KEY, MADE_KEY = "cqbook_printed_in", "cqbook_made_of"
#: Ids are addresses: they name the content and are never reused or renumbered.
ID_PATTERN = re.compile(r"(fig|tab)-[a-z0-9]+(-[a-z0-9]+)*")
#: What the ids of tables begin with.
TABLE_PREFIX = "tab-"
#: Longest line of a title in a notebook, in full-width characters.
TITLE_LINE = 40
GLUE_PATTERN = re.compile(r"[a-z][a-z0-9_]*")


def _check_id(identifier: str, prefix: str) -> None:
    if not ID_PATTERN.fullmatch(identifier) or not identifier.startswith(prefix):
        msg = (
            f"图表编号 {identifier!r} 不合规则：应以 {prefix} 开头，小写字母、数字、连字符"
            f" | id {identifier!r}: expected {prefix}… of lower-case letters, digits and hyphens"
        )
        raise ValueError(msg)


def source_list(book: Catalog, rows: pd.DataFrame) -> tuple[SourceLabel, ...]:
    """Return the sources of `rows` in order of first use."""
    if "source_id" not in rows:
        return ()
    ids = ids_in(map(str, rows["source_id"].dropna()))
    return tuple(SourceLabel(key, book.source_label(key)) for key in ids)


def status_of(rows: pd.DataFrame) -> str:
    """Return what the rows are, a key of `cqbook.figures.identity.SOURCES_ARE`."""
    if "status" not in rows or rows.empty:
        return "reported"
    # a gap is no figure
    known = rows["status"][rows["status"].ne(NOT_FOUND)]
    if known.eq(DERIVED).any():
        return "derived" if known.eq(DERIVED).all() else "mixed"
    return "computed" if known.eq(COMPUTED).any() else "reported"


_SHOWN = {
    "group": "系列",
    "label": "项目",
    "full": "数值",
    "range": "区间",
    "detail": "附注",
    "status": "性质",
    "source_id": "来源",
    "observation_id": "数据编号",
}


def data_table(rows: pd.DataFrame) -> DrawnRows:
    """Return the rows drawn as text, empty columns left out."""
    names = [key for key in _SHOWN if key in rows and rows[key].fillna("").astype(str).ne("").any()]
    cells = rows[names].fillna("").astype(str).replace("\n", "", regex=True)
    return DrawnRows(tuple(_SHOWN[name] for name in names), tuple(names), _cells(cells))


def _cells(frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    return tuple(frame.itertuples(index=False, name=None))


@dataclass(frozen=True)
class Figure:
    """A numbered, citable chart; made by `figure`.

    Read back from a notebook, its specification has the title and the identity in it.
    """

    identity: Identity
    spec: Spec

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        own = self.identity
        plain = f"{own.title}｜{own.id}｜{own.unit}"
        title = {"text": own.title, "subtitle": own.subtitle}
        spec = json.loads(to_json(self.spec | {"usermeta": own, "title": title}))
        picture = {} if LATER_VARIABLE in os.environ else {SVG_MIME: theme.draw_svg(titled(spec))}
        return {FIGURE_MIME: spec, **picture, "text/plain": plain}


def titled(spec: Spec) -> Spec:
    """Return the picture of a figure for a notebook: it has nothing around it that says its title.

    Parameters
    ----------
    spec : dict
        As a notebook holds it, identity and all.
    """
    title = {
        name: theme.wrap_small_print(spec["title"][name], TITLE_LINE) for name in spec["title"]
    }
    bare = {key: value for key, value in spec.items() if key != "usermeta"}
    # its own ground: a program may be dark
    own = {"title": title, "background": theme.colour("page")}
    return theme.with_width(bare | own, theme.PICTURE_WIDTH)


@dataclass(frozen=True)
class Table:
    """A numbered, citable table; made by `table`.

    ``columns`` are the headings of the ``keys``, in the order shown; ``numeric`` are the keys of
    numbers of one unit, set flush right; ``searchable`` says whether a box filters the rows.
    ``status`` is ``mixed`` where a column or a cell is derived: its heading or its text says so.
    ``records`` are the observations and projects that the rows tell of, in the order of their ids.
    """

    id: str
    title: str
    subtitle: str
    caption: str
    sources: tuple[SourceLabel, ...]
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    numeric: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    searchable: bool
    claims: tuple[str, ...] = ()
    status: str = "reported"
    records: tuple[str, ...] = ()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        plain = f"{self.title}｜{self.id}｜{len(self.rows)}行"
        frame = pd.DataFrame(list(self.rows), columns=list(self.columns))
        heading = Markup("<p><b>{}</b></p>").format(self.title)
        shown = str(heading) + frame.to_html(index=False, border=0)
        return {TABLE_MIME: json.loads(to_json(self)), "text/html": shown, "text/plain": plain}


def table_identity(shown: Table, english: EnglishWords | None = None) -> Identity:
    """Return who a table is, as a figure says who it is: it is cited and taken away alike.

    Parameters
    ----------
    shown : Table
    english : EnglishWords, optional
        Title and subtitle for English readers, where the book has English of them.
    """
    return Identity(
        id=shown.id,
        title=shown.title,
        subtitle=shown.subtitle,
        caption=shown.caption,
        alt=f"{shown.title}。{'、'.join(shown.columns)}，{len(shown.rows)}行。",
        english=english or EnglishWords("", ""),
        unit="",
        status=shown.status,
        sources=shown.sources,
        table=DrawnRows(shown.columns, shown.keys, shown.rows),
        claims=shown.claims,
    )


@dataclass(frozen=True)
class Absent:
    """A figure or table that has nothing to show: it is not on the page and takes no number."""

    id: str
    title: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        plain = f"{self.title}｜{self.id}｜没有数据，不在页上"
        return {ABSENT_MIME: json.loads(to_json(self)), "text/plain": plain}


def figure(
    book: Catalog,
    identifier: str,
    drawing: Drawing | None,
    *,
    title: str,
    subtitle: str,
    unit: str,
    english: tuple[str, str] | tuple[str, str, str],
    note: str = "",
) -> Figure | Absent:
    """Give a drawing its identity.

    Parameters
    ----------
    book : Catalog
        Where source labels come from.
    identifier : str
        ``fig-…``; stable for good.
    drawing : Drawing or None
        None: nothing is published to draw, and the page goes without the figure.
    title, subtitle : str
        What it shows; unit and period.
    unit : str
        Unit of the values, in Chinese.
    english : tuple of str
        For English readers title and subtitle, and the note where there is one. The unit is that of
        the English labels (`cqbook.figures.english.unit_words`): CNY bn of 亿元.
    note : str
        How to read it; what is left out.

    Raises
    ------
    ValueError
        If the id has another form, or the drawing would mislead (see `cqbook.figures.rules`).
    """
    _check_id(identifier, "fig-")
    if drawing is None:
        return Absent(identifier, title)
    rows = drawing.rows
    said, caption, *rest = english
    noted = with_keys((caption, *rest) if rest else (caption, ""), drawing, english=True)
    identity = Identity(
        id=identifier,
        title=title,
        subtitle=subtitle,
        caption=with_reasons(with_keys((subtitle, note), drawing), rows),
        alt=f"{title}。{drawing.alt}",
        english=EnglishWords(said, caption, english_note(book, noted, note, rows)),
        unit=unit,
        status=status_of(rows),
        sources=source_list(book, rows),
        table=data_table(rows),
        claims=stands_on(title, subtitle, note, *english),
    )
    rules.check_drawing(drawing.spec, identity)
    return Figure(identity, drawing.spec)


def table(
    book: Catalog,
    identifier: str,
    rows: pd.DataFrame,
    *,
    columns: dict[str, str],
    title: str,
    subtitle: str = "",
    note: str = "",
    derived: tuple[str, ...] = (),
    searchable: bool = False,
) -> Table | Absent:
    """Give rows the identity of a numbered table; without a row the page goes without it.

    Parameters
    ----------
    columns : dict of str to str
        Column of `rows` → heading, in the order shown. A cell ``""`` is shown as an em dash.
    derived : tuple of str
        Columns that this book has reckoned: their headings say so, and the source line.
    searchable : bool
        Add a box that filters the rows in the browser.
    """
    _check_id(identifier, TABLE_PREFIX)
    if rows.empty:
        return Absent(identifier, title)
    cells = rows[list(columns)].fillna("").astype(str)
    return Table(
        id=identifier,
        title=title,
        subtitle=subtitle,
        caption=with_reasons(note, rows),
        sources=source_list(book, rows),
        columns=tuple(
            f"{heading}{DERIVED_COLUMN}" if key in derived else heading
            for key, heading in columns.items()
        ),
        keys=tuple(columns),
        numeric=tuple(name for name in list(columns)[1:] if _are_compared(list(cells[name]))),
        rows=_cells(cells),
        searchable=searchable,
        claims=stands_on(title, subtitle, note),
        status="mixed" if derived or cells.map(_says_derived).any(axis=None) else "reported",
        records=_records(rows),
    )


#: A number of a table with its unit: 约204.4亿元（推算）, 43.1%—44.3%, 3.43%以下.
_NUMBER = re.compile(
    r"[约超近]?[−+]?\d[\d.,]*(?P<unit>[^\d—，（]{0,4}?)"
    r"(?:—[−+]?\d[\d.,]*(?P=unit))?(?:以上|以下)?(?:（推算）)?"
)
#: The part of a column's cells that are numbers of one unit where it is set flush right.
_MOST = 2 / 3


def _are_compared(cells: list[str]) -> bool:
    """Return whether what is below one another is to be compared: most are numbers of one unit."""
    filled = [cell for cell in cells if cell]
    units = [found["unit"] for cell in filled if (found := _NUMBER.fullmatch(cell))]
    return bool(units) and max(map(units.count, units)) >= _MOST * len(filled)


def _says_derived(cell: str) -> bool:
    return cell.endswith(DERIVED_COLUMN)


def _records(rows: pd.DataFrame) -> tuple[str, ...]:
    held = [rows[name].fillna("") for name in ("observation_id", "project") if name in rows]
    return tuple(sorted(ids_in(cell for column in held for cell in column)))


#: How Python prints a number that is none.
NOT_A_NUMBER = re.compile("(?<![A-Za-z])(?:nan|inf)(?![A-Za-z])")


def glue(**values: object) -> None:
    """Publish named texts for the prose: ``{glue:text}`name``` shows them.

    A value is a string, or an object whose ``zh`` is the text; a reason that its numbers needed to
    be put together (``regardless``) follows in brackets. The observations that it knows itself to
    be of (``observation_id``) go with it, for the page to link to. Same wire form as scrapbook and
    myst-nb; not their function, which imports all of Sphinx into the kernel.

    Raises
    ------
    ValueError
        If a name is not ``[a-z][a-z0-9_]*``, or a text is empty, or has a number that is none.
    """
    from IPython.display import publish_display_data

    for name, value in values.items():
        text = value if isinstance(value, str) else getattr(value, "zh", None)
        reason = getattr(value, "regardless", "")
        text = f"{text}（{reason}）" if reason else text
        if isinstance(text, str) and NOT_A_NUMBER.search(text):
            msg = (
                f"glue: {name}={text!r}：不是数；没有查到的数用 rounded、approximately 写成文字"
                " | no number: write one that may be unknown by `rounded` or `approximately`"
            )
            raise ValueError(msg)
        if not GLUE_PATTERN.fullmatch(name) or not isinstance(text, str) or not text:
            msg = f"glue: {name}={value!r}：应为小写名字和文字 | expected a lower-case name, a text"
            raise ValueError(msg)
        rows = list(ids_in([getattr(value, "observation_id", "")]))
        made = getattr(value, "status", "") in NOT_PRINTED
        publish_display_data(
            {f"{GLUE_PREFIX}text/plain": repr(text)},
            metadata={"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}}
            | ({MADE_KEY if made else PRINTED_KEY: rows} if rows else {}),
        )


def display_outputs(notebook: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    """Yield the display outputs of an executed notebook, in order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                yield output


def figures_of(notebook: nbformat.NotebookNode) -> list[Figure]:
    """Return each figure in an executed notebook."""
    found = []
    for output in display_outputs(notebook):
        content = output["data"].get(FIGURE_MIME)
        if content is not None:
            found.append(Figure(read_record(Identity, content["usermeta"]), content))
    return found


def tables_of(notebook: nbformat.NotebookNode) -> list[Table]:
    """Return each table in an executed notebook."""
    contents = [output["data"].get(TABLE_MIME) for output in display_outputs(notebook)]
    return [read_record(Table, content) for content in contents if content is not None]


def glued(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return the glued texts of an executed notebook by name."""
    texts = {}
    for output in display_outputs(notebook):
        mark = output.get("metadata", {}).get("scrapbook")
        if mark:
            # as the pages read it: a text may have quotes and backslashes of its own
            texts[mark["name"]] = ast.literal_eval(output["data"][f"{GLUE_PREFIX}text/plain"])
    return texts


def glued_names(cell: nbformat.NotebookNode) -> list[str]:
    """Return the names under which a cell glued texts, in order, each as often as it did."""
    marks = (output.get("metadata", {}).get("scrapbook") for output in cell.get("outputs", []))
    return [mark["name"] for mark in marks if mark]


def static_specs(spec: Spec) -> dict[str, Spec]:
    """Return the two pictures of a figure, wide and narrow, for light pages."""
    plain = theme.untitled({key: value for key, value in spec.items() if key != "usermeta"})
    return {
        "wide": theme.with_width(plain, theme.PICTURE_WIDTH),
        "narrow": theme.with_width(for_a_phone(plain), theme.NARROW),
    }
