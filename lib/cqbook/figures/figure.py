"""Attach an identity to a chart or a table, show it deterministically, read it back.

A `Figure` is a Vega-Lite chart whose ``usermeta`` says who it is: stable id, title, subtitle, note,
alternative text, unit, status, sources and the rows drawn, each with its observation. A `Table` is
the same for rows shown as a table. Both display one MIME bundle with the same bytes each time.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nbformat
import pandas as pd

from cqbook.data.catalog import Catalog
from cqbook.figures import rules, theme
from cqbook.figures.charts.form import Drawing
from cqbook.quantities.quantity import DERIVED, UNPUBLISHED

FIGURE_MIME = "application/vnd.vegalite.v6+json"
GAP_MIME = "application/vnd.cqbook.gap+json"
TABLE_MIME = "application/vnd.cqbook.table+json"
GLUE_PREFIX = "application/papermill.record/"
#: Ids are addresses: they name the content and are never reused or renumbered.
ID_PATTERN = re.compile(r"(fig|tab)-[a-z0-9]+(-[a-z0-9]+)*")
GLUE_PATTERN = re.compile(r"[a-z][a-z0-9_]*")


def _sorted(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(json.dumps(value, sort_keys=True, ensure_ascii=False))


def _check_id(identifier: str, prefix: str) -> None:
    if not ID_PATTERN.fullmatch(identifier) or not identifier.startswith(prefix):
        msg = (
            f"图表编号 {identifier!r} 不合规则：应以 {prefix} 开头，小写字母、数字、连字符"
            f" | id {identifier!r}: expected {prefix}… of lower-case letters, digits and hyphens"
        )
        raise ValueError(msg)


def source_list(book: Catalog, rows: pd.DataFrame) -> list[dict[str, str]]:
    """Return the sources of `rows` in order of first use: ``[{"id": …, "label": …}]``."""
    if "source_id" not in rows:
        return []
    ids: dict[str, None] = {}
    for cell in rows["source_id"].dropna():
        ids.update(dict.fromkeys(part for part in str(cell).split(";") if part))
    return [{"id": key, "label": book.source_label(key)} for key in ids]


def status_of(rows: pd.DataFrame) -> str:
    """Return what the rows are: ``reported``, ``derived`` or ``mixed``."""
    if "status" not in rows or rows.empty:
        return "reported"
    derived = rows["status"].eq(DERIVED)
    return "derived" if derived.all() else "mixed" if derived.any() else "reported"


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


def data_table(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the rows drawn as ``{"columns": […], "rows": [[…]]}``, empty columns left out."""
    names = [key for key in _SHOWN if key in rows and rows[key].fillna("").astype(str).ne("").any()]
    cells = rows[names].fillna("").astype(str).replace("\n", "", regex=True)
    return {
        "columns": [_SHOWN[name] for name in names],
        "keys": names,
        "rows": cells.values.tolist(),
    }


@dataclass(frozen=True)
class Figure:
    """A numbered, citable chart; made by `figure`."""

    usermeta: dict[str, Any]
    spec: dict[str, Any] | None

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        plain = "｜".join(self.usermeta[key] for key in ("title", "id", "unit"))
        if self.spec is None:
            return {GAP_MIME: _sorted({"usermeta": self.usermeta}), "text/plain": plain}
        title = {"text": self.usermeta["title"], "subtitle": self.usermeta["subtitle"]}
        spec = self.spec | {"usermeta": self.usermeta, "title": title}
        return {FIGURE_MIME: _sorted(spec), "text/plain": plain}


@dataclass(frozen=True)
class Table:
    """A numbered, citable table; made by `table`."""

    content: dict[str, Any]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        plain = f"{self.content['title']}｜{self.content['id']}｜{len(self.content['rows'])}行"
        return {TABLE_MIME: _sorted(self.content), "text/plain": plain}


def figure(
    book: Catalog,
    identifier: str,
    drawing: Drawing | None,
    *,
    title: str,
    subtitle: str,
    unit: str,
    english: tuple[str, str],
    note: str = "",
) -> Figure:
    """Give a drawing its identity.

    Parameters
    ----------
    book : Catalog
        Where source labels come from.
    identifier : str
        ``fig-…``; stable for good.
    drawing : Drawing or None
        None: nothing is published to draw, and the figure says so.
    title, subtitle : str
        What it shows; unit and period.
    unit : str
        Unit of the values, in Chinese.
    english : tuple of str
        Title, and caption with unit, period and how to read it, for English readers.
    note : str
        How to read it; what is left out.

    Raises
    ------
    ValueError
        If the id has another form, or the drawing would mislead (see `cqbook.figures.rules`).
    """
    _check_id(identifier, "fig-")
    rows = drawing.rows if drawing is not None else pd.DataFrame()
    meta = {
        "id": identifier,
        "title": title,
        "subtitle": subtitle,
        "caption": note,
        "alt": f"{title}。{drawing.alt}" if drawing is not None else f"{title}：{UNPUBLISHED}。",
        "english": {"title": english[0], "caption": english[1]},
        "unit": unit,
        "status": status_of(rows),
        "sources": source_list(book, rows),
        "table": data_table(rows)
        if drawing is not None
        else {"columns": [], "keys": [], "rows": []},
    }
    if drawing is None:
        return Figure(meta, None)
    rules.check_drawing(drawing.spec, meta)
    return Figure(meta, drawing.spec)


def table(
    book: Catalog,
    identifier: str,
    rows: pd.DataFrame,
    *,
    columns: dict[str, str],
    title: str,
    subtitle: str = "",
    note: str = "",
    numeric: tuple[str, ...] = (),
    searchable: bool = False,
) -> Table:
    """Give rows the identity of a numbered table.

    Parameters
    ----------
    columns : dict of str to str
        Column of `rows` → heading, in the order shown. A cell ``""`` is shown as an em dash.
    numeric : tuple of str
        Columns set flush right.
    searchable : bool
        Add a box that filters the rows in the browser.
    """
    _check_id(identifier, "tab-")
    cells = rows[list(columns)].fillna("").astype(str)
    return Table(
        {
            "id": identifier,
            "title": title,
            "subtitle": subtitle,
            "caption": note,
            "sources": source_list(book, rows),
            "columns": list(columns.values()),
            "keys": list(columns),
            "numeric": [name for name in columns if name in numeric],
            "rows": cells.values.tolist(),
            "searchable": searchable,
        }
    )


def glue(**values: object) -> None:
    """Publish named texts for the prose: ``{glue:text}`name``` shows them.

    A value is a string, or an object whose ``zh`` is the text. Same wire form as scrapbook and
    myst-nb; not their function, which imports all of Sphinx into the kernel.

    Raises
    ------
    ValueError
        If a name is not ``[a-z][a-z0-9_]*``, or a text is empty.
    """
    from IPython.display import publish_display_data

    for name, value in values.items():
        text = value if isinstance(value, str) else getattr(value, "zh", None)
        if not GLUE_PATTERN.fullmatch(name) or not isinstance(text, str) or not text:
            msg = f"glue: {name}={value!r}：应为小写名字和文字 | expected a lower-case name, a text"
            raise ValueError(msg)
        publish_display_data(
            {f"{GLUE_PREFIX}text/plain": repr(text)},
            metadata={"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}},
        )


def display_outputs(notebook: nbformat.NotebookNode) -> Iterator[dict[str, Any]]:
    """Yield the display outputs of an executed notebook, in order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                yield output


def figures_of(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """Return the identity (``usermeta``) of each figure in an executed notebook."""
    found = []
    for output in display_outputs(notebook):
        for mime in (FIGURE_MIME, GAP_MIME):
            if mime in output["data"]:
                found.append(output["data"][mime]["usermeta"])
    return found


def tables_of(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """Return the content of each `Table` in an executed notebook."""
    return [
        out["data"][TABLE_MIME] for out in display_outputs(notebook) if TABLE_MIME in out["data"]
    ]


def glued(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return the glued texts of an executed notebook by name."""
    texts = {}
    for output in display_outputs(notebook):
        mark = output.get("metadata", {}).get("scrapbook")
        if mark:
            # as the pages read it: a text may have quotes and backslashes of its own
            texts[mark["name"]] = ast.literal_eval(output["data"][f"{GLUE_PREFIX}text/plain"])
    return texts


def static_specs(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the two pictures of a figure, wide and narrow, for light pages."""
    plain = theme.untitled({key: value for key, value in spec.items() if key != "usermeta"})
    return {
        "wide": theme.with_width(plain, theme.PICTURE_WIDTH),
        "narrow": theme.with_width(plain, theme.NARROW),
    }
