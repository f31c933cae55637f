"""What the page 修订 shows: changes since the edition before, and the vintages in the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import pandas as pd

from cqbook.changes.records import (
    CHANGES_ZH,
    Comparison,
    FigureChange,
    ObservationChanges,
    OneSided,
    RowChange,
    TableChange,
    read_comparison,
)
from cqbook.data import selection
from cqbook.data.catalog import Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.figures import figure
from cqbook.figures.charts import dots
from cqbook.figures.english import unit_words
from cqbook.quantities.quantity import quantity_of

#: Charts of what moved that the page draws; a reader of more takes the table.
FIGURES_DRAWN = 24
#: From this many points on a chart says more than a line of a table.
POINTS = 2
NONE = "无"
FIGURES = {"where": "页与编号", "title": "图", "change": "变化", "rows": "改动的点"}
OBSERVATIONS = {"what": "什么", "old": "原为", "old_source": "原出处", "new": "现为"} | {
    "new_source": "现出处",
    "how": "怎样改的",
}
NEW_FIGURES = {"what": "什么", "text": "数值", "source": "出处"}
GLUED = {"where": "页", "name": "名称", "old": "原为", "new": "现为"}
TURNED = {"where": "页与论断", "sentence": "句子", "old": "原为", "new": "现为", "margin": "差多少"}
RELATIONS = {"title": "核对什么", "old": "原结论", "new": "现结论"}
VINTAGES = {"what": "什么", "text": "数值", "source": "出处", "since": "自哪一版", "state": "现状"}


def comparison_words() -> dict[str, str]:
    """Return the words that the page begins with, for glueing: what was compared, and how much."""
    found = read_comparison()
    if found.old is None:
        return {
            "compared": "此前没有同一组参数的已发布版次",
            "counted": "没有可比较的",
        }
    figures = {
        change: sum(item.change == change for item in found.figures) for change in CHANGES_ZH
    }
    observations = found.observations or ObservationChanges()
    parts = [
        f"图变动{figures['changed']}张，新增{figures['added']}张，不再有{figures['gone']}张",
        f"正文中的数变动{len(found.glued)}个",
        f"论断变动{len(found.claims)}条",
        f"观测值修订{len(observations.revised)}个，新增{_count(observations.added)}，"
        f"不再有{_count(observations.gone)}",
        f"核对结论翻转{len(found.relations or ())}条",
    ]
    return {"compared": f"与版次{found.old}相比", "counted": "；".join(parts)}


def _count(rows: Iterable[OneSided]) -> str:
    """Return how many figures only one side has; a long series counts as one, with its size."""
    sizes = [row.count for row in rows]
    long = [size for size in sizes if size > 1]
    return _counted(len(sizes) - len(long), len(long), sum(long))


def _counted(single: int, tables: int, within: int) -> str:
    series = f"{tables}个长序列（{within}个数）"
    if not tables:
        return f"{single}个"
    return f"{single}个和{series}" if single else series


def counts(book: Catalog) -> dict[str, str]:
    """Return how many figures the data hold, are new in this edition, and were corrected.

    What was entered one by one is counted so, a long series as one.
    """
    frame = book.observations()
    frame = frame.assign(long=selection.in_series(book, frame))
    corrected = int(frame["superseded"].sum())
    return {
        "all": _in(frame),
        "new": _in(frame[frame["edition_added"].eq(book.edition)]),
        "kept": f"{corrected}个" if corrected else NONE,
    }


def _in(frame: pd.DataFrame) -> str:
    tables = selection.prefixes(frame.loc[frame["long"], "observation_id"])
    return _counted(len(frame) - len(tables), tables.nunique(), len(tables))


def _moves(rows: Sequence[RowChange], most: int = 3) -> str:
    shown = [f"{row.name}：{row.old or NONE}→{row.new or NONE}" for row in rows]
    more = f"；另有{len(shown) - most}个" if len(shown) > most else ""
    return "；".join(shown[:most]) + more


def _frame(rows: Iterable[Mapping[str, object]], columns: Iterable[str]) -> pd.DataFrame:
    """Return rows as a frame that always has `columns`, and no others."""
    return pd.DataFrame(list(rows), columns=list(columns)).fillna("")


def figure_rows() -> pd.DataFrame:
    """Return the figures and tables that changed: columns of `FIGURES`."""
    found = read_comparison()
    told: list[tuple[FigureChange | TableChange, str]] = [
        *((item, _moves(item.rows)) for item in found.figures),
        *((item, item.rows_zh) for item in found.tables),
    ]
    return _frame(
        (
            {
                "where": f"{item.page} {item.id}",
                "title": item.title,
                "change": CHANGES_ZH[item.change],
                "rows": rows,
            }
            for item, rows in told
        ),
        FIGURES,
    )


def glued_rows() -> pd.DataFrame:
    """Return the numbers in the text that changed: columns of `GLUED`."""
    return _frame((asdict(item) | {"where": item.page} for item in read_comparison().glued), GLUED)


def claim_rows() -> pd.DataFrame:
    """Return the claims that turned, came or went: columns of `TURNED`."""
    return _frame(
        (
            asdict(item)
            | {
                "where": f"{item.page} {item.name}",
                "old": item.old or NONE,
                "new": item.new or NONE,
            }
            for item in read_comparison().claims
        ),
        TURNED,
    )


def observation_rows(book: Catalog) -> pd.DataFrame:
    """Return the observations that were revised: columns of `OBSERVATIONS`, and ``source_id``."""
    found = read_comparison().observations or ObservationChanges()
    known = set(book.table("sources")["source_id"])
    rows = (
        # a source that only the older edition had is named, but is nothing to link to
        asdict(item) | {"source_id": ";".join(key for key in item.source_ids if key in known)}
        for item in found.revised
    )
    return _frame(rows, [*OBSERVATIONS, "source_id"])


def added_rows() -> pd.DataFrame:
    """Return the figures that are new: columns of `NEW_FIGURES`, and the ids of source and row."""
    found = read_comparison().observations or ObservationChanges()
    return _frame(map(asdict, found.added), [*NEW_FIGURES, "source_id", "observation_id"])


def relation_rows() -> pd.DataFrame:
    """Return the relations whose verdict turned: columns of `RELATIONS`."""
    return _frame(map(asdict, read_comparison().relations or ()), RELATIONS)


def vintages(book: Catalog) -> pd.DataFrame:
    """Return every figure that was corrected and what corrects it, old before new.

    Returns
    -------
    pandas.DataFrame
        Columns of `VINTAGES`, ``source_id`` and ``observation_id``.
    """
    frame = book.observations()
    rows = []
    by_id = {row["observation_id"]: row for row in rows_of(frame)}
    for row in by_id.values():
        if not row["supersedes"] or row["superseded"]:
            continue
        chain = [row]
        while chain[-1]["supersedes"]:
            chain.append(by_id[chain[-1]["supersedes"]])
        rows += [_vintage(book, item, current=item is row) for item in reversed(chain)]
    columns = [*VINTAGES, "source_id", "observation_id"]
    return pd.DataFrame(rows, columns=columns)


def _vintage(book: Catalog, row: TableRow, *, current: bool) -> dict[str, str]:
    return {
        "what": selection.what(book, row),
        "text": quantity_of(row).zh,
        "source": book.source_label(row["source_id"]),
        "since": row["edition_added"],
        "state": "现用" if current else "已更正，保留",
        "source_id": row["source_id"],
        "observation_id": row["observation_id"],
    }


def moved(book: Catalog) -> list[figure.Figure | figure.Absent]:
    """Return a small chart for each figure of which more than one point moved, most moved first.

    Each shows the value in both editions; points that only one edition has are in the table.
    """
    found = read_comparison()
    drawn = [item for item in found.figures if len(item.moved) >= POINTS]
    drawn.sort(key=lambda item: -len(item.moved))
    return [_moved(book, found, item) for item in drawn[:FIGURES_DRAWN]]


def _moved(book: Catalog, found: Comparison, item: FigureChange) -> figure.Figure | figure.Absent:
    rows = []
    for row, values in item.moved:
        for edition, value, text in (
            (found.old, values[0], row.old),
            (found.new, values[1], row.new),
        ):
            rows.append(
                {
                    "label": row.name,
                    "group": f"版次{edition}",
                    "value": value,
                    "lower": value,
                    "upper": value,
                    "text": text,
                    "full": text,
                    "range": "",
                    "status": "",
                    "source_id": "",
                    "observation_id": "",
                }
            )
    frame = pd.DataFrame(rows)
    return figure.figure(
        book,
        f"fig-revised-{item.id.removeprefix('fig-')}",
        dots(frame),
        title=f"{item.title}：{len(item.moved)}个点有变",
        subtitle=f"{item.unit}，版次{found.old}与版次{found.new}",
        unit=item.unit,
        english=(
            f"What changed in {item.id}",
            f"{unit_words(item.unit)}, edition {found.old} against edition {found.new}".lstrip(
                ", "
            ),
            f"The id of the figure is {item.id}; its sources stand below it.",
        ),
        note=f"原图编号{item.id}，数据来源见原图。",
    )


def show_moved(book: Catalog) -> None:
    """Display the charts of `moved` one after the other: how many there are depends on the data."""
    from IPython.display import display

    for item in moved(book):
        display(item)
