"""What the page 修订 shows: changes since the edition before, and the vintages in the data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from cqbook.changes import comparison
from cqbook.changes.comparison import Comparison
from cqbook.data import selection
from cqbook.data.catalog import Catalog
from cqbook.figures import figure
from cqbook.figures.charts import dots
from cqbook.quantities.quantity import quantity_of

#: Charts of what moved that the page draws; a reader of more takes the table.
DRAWN = 24
#: From this many points on a chart says more than a line of a table.
POINTS = 2
NONE = "无"
FIGURES = {"where": "页与编号", "title": "图", "change": "变化", "rows": "改动的点"}
OBSERVATIONS = {"what": "什么", "old": "原为", "old_source": "原出处", "new": "现为"} | {
    "new_source": "现出处",
    "how": "怎样改的",
}
GLUED = {"where": "页", "name": "名称", "old": "原为", "new": "现为"}
RELATIONS = {"title": "核对什么", "old": "原结论", "new": "现结论"}
VINTAGES = {"what": "什么", "text": "数值", "source": "出处", "since": "自哪一版", "state": "现状"}


def summary(book: Catalog) -> dict[str, str]:
    """Return the words that the page begins with, for glueing: what was compared, and how much."""
    found = book.comparison
    if found is None:
        return {
            "compared": "此前没有同一组参数的已发布版次",
            "counted": "没有可比较的",
        }
    counts = comparison.count_changes(found)
    parts = [
        f"图变动{counts['figures_changed']}张，新增{counts['figures_added']}张，"
        f"不再有{counts['figures_gone']}张",
        f"正文中的数变动{counts['glued']}个",
        f"观测值修订{counts['revised']}个，新增{counts['added']}个，不再有{counts['gone']}个",
        f"核对结论翻转{counts['relations']}条",
    ]
    return {"compared": f"与版次{found['from']}相比", "counted": "；".join(parts)}


def counts(book: Catalog) -> dict[str, str]:
    """Return how many figures the data hold, are new in this edition, and were corrected."""
    frame = book.observations()
    corrected = int(frame["superseded"].sum())
    new = frame["edition_added"].eq(book.edition)
    return {
        "all": f"{len(frame)}个",
        "new": f"{int(new.sum())}个",
        "kept": f"{corrected}个" if corrected else NONE,
    }


def _moves(rows: Iterable[dict[str, str]], most: int = 3) -> str:
    shown = [f"{row['name']}：{row['old'] or NONE}→{row['new'] or NONE}" for row in rows]
    more = f"；另有{len(shown) - most}个" if len(shown) > most else ""
    return "；".join(shown[:most]) + more


def figure_rows(book: Catalog) -> pd.DataFrame:
    """Return the figures and tables that changed: columns of `FIGURES`."""
    found = book.comparison or {"figures": [], "tables": []}
    rows = [
        {
            "where": f"{item['page']} {item['id']}",
            "title": item["title"],
            "change": comparison.CHANGES_ZH[item["change"]],
            "rows": _moves(item["rows"]),
        }
        for item in found["figures"]
    ]
    rows += [
        {
            "where": f"{item['page']} {item['id']}",
            "title": item["title"],
            "change": comparison.CHANGES_ZH[item["change"]],
            "rows": f"新{item['rows_new']}行，去{item['rows_gone']}行"
            if "rows_new" in item
            else "",
        }
        for item in found["tables"]
    ]
    return comparison.frame(rows, list(FIGURES))


def glued_rows(book: Catalog) -> pd.DataFrame:
    """Return the numbers in the text that changed: columns of `GLUED`."""
    found: Comparison = book.comparison or {"glued": []}
    rows = [item | {"where": item["page"]} for item in found["glued"]]
    return comparison.frame(rows, list(GLUED))


def observation_rows(book: Catalog) -> pd.DataFrame:
    """Return the observations that were revised: columns of `OBSERVATIONS`, and ``source_id``."""
    found: Comparison = book.comparison or {"observations": {"revised": []}}
    known = set(book.table("sources")["source_id"])
    rows = [
        # a source that only the older edition had is named, but is nothing to link to
        item | {"source_id": ";".join(key for key in item["source_ids"] if key in known)}
        for item in found["observations"]["revised"]
    ]
    return comparison.frame(rows, [*OBSERVATIONS, "source_id"])


def relation_rows(book: Catalog) -> pd.DataFrame:
    """Return the relations whose verdict turned: columns of `RELATIONS`."""
    found: Comparison = book.comparison or {"relations": []}
    return comparison.frame(found["relations"], list(RELATIONS))


def vintages(book: Catalog) -> pd.DataFrame:
    """Return every figure that was corrected and what corrects it, old before new.

    Returns
    -------
    pandas.DataFrame
        Columns of `VINTAGES`, ``source_id`` and ``observation_id``.
    """
    frame = book.observations()
    rows = []
    by_id = {row["observation_id"]: row for row in frame.to_dict("records")}
    for row in by_id.values():
        if not row["supersedes"] or row["superseded"]:
            continue
        chain = [row]
        while chain[-1]["supersedes"]:
            chain.append(by_id[chain[-1]["supersedes"]])
        rows += [_vintage(book, item, current=item is row) for item in reversed(chain)]
    columns = [*VINTAGES, "source_id", "observation_id"]
    return pd.DataFrame(rows, columns=columns)


def _vintage(book: Catalog, row: dict[str, Any], *, current: bool) -> dict[str, str]:
    return {
        "what": selection.what(book, row),
        "text": quantity_of(row).zh,
        "source": book.source_label(row["source_id"]),
        "since": row["edition_added"],
        "state": "现用" if current else "已更正，保留",
        "source_id": row["source_id"],
        "observation_id": row["observation_id"],
    }


def moved(book: Catalog) -> list[figure.Figure]:
    """Return a small chart for each figure of which more than one point moved, most moved first.

    Each shows the value in both editions; points that only one edition has are in the table.
    """
    found = book.comparison or {"figures": [], "from": "", "to": ""}
    drawn = [item for item in found["figures"] if len(_paired(item)) >= POINTS]
    drawn.sort(key=lambda item: -len(_paired(item)))
    return [_moved(book, item, found["from"], found["to"]) for item in drawn[:DRAWN]]


def _paired(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in item["rows"] if "values" in row]


def _moved(book: Catalog, item: dict[str, Any], old: str, new: str) -> figure.Figure:
    rows = []
    for row in _paired(item):
        for place, edition in enumerate((old, new)):
            value, text = row["values"][place], row["new" if place else "old"]
            rows.append(
                {
                    "label": row["name"],
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
        f"fig-revised-{item['id'].removeprefix('fig-')}",
        dots(frame),
        title=f"{item['title']}：{len(_paired(item))}个点有变",
        subtitle=f"{item['unit']}，版次{old}与版次{new}",
        unit=item["unit"],
        english=(f"What changed in {item['id']}", f"Edition {old} against edition {new}."),
        note=f"原图编号{item['id']}，数据来源见原图。",
    )


def show_moved(book: Catalog) -> None:
    """Display the charts of `moved` one after the other: how many there are depends on the data."""
    from IPython.display import display

    for item in moved(book):
        display(item)
