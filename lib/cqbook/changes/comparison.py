"""What changed between two editions: figures, tables, numbers in the text, observations, verdicts.

A comparison is plain JSON, so that it can be printed, published and read by a chapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import nbformat
import pandas as pd

from cqbook.analysis.reconciliation import reconcile
from cqbook.data.catalog import Catalog
from cqbook.data.selection import OBSERVATION_KEY, preferred, what, with_key
from cqbook.figures import figure
from cqbook.figures.identity import Identity
from cqbook.quantities.quantity import quantity_of

Comparison = dict[str, Any]
CHANGES_ZH = {"changed": "变动", "added": "新增", "gone": "不再有"}
#: The key of a row's number in the table of a figure, and what is compared when it is the same.
NUMBER_FIELD, COMPARED_BESIDE = "full", ("range", "status", "detail")


def _by_name(identity: Identity) -> dict[str, dict[str, str]]:
    """Return the rows of a figure's table by series and label (numbered where these repeat)."""
    found: dict[str, dict[str, str]] = {}
    for row in identity.table.records():
        name = "·".join(part for part in (row.get("group"), row.get("label")) if part)
        while name in found:
            name += "′"
        found[name] = row
    return found


def _values(spec: Mapping[str, Any] | None) -> dict[str, float]:
    """Return the numbers drawn by series and label; empty for a chart that has no such rows."""
    found: dict[str, float] = {}
    for rows in (spec or {}).get("datasets", {}).values():
        for row in rows:
            if isinstance(row.get("value"), int | float) and "label" in row:
                label = str(row["label"]).replace("\n", "")
                name = "·".join(part for part in (row.get("group"), label) if part)
                found.setdefault(name, float(row["value"]))
    return found


def _drawn(notebook: nbformat.NotebookNode) -> dict[str, figure.Figure]:
    """Return each figure by id."""
    return {item.identity.id: item for item in figure.figures_of(notebook)}


def _figure_changes(
    page: str, old: nbformat.NotebookNode | None, new: nbformat.NotebookNode | None
) -> list[dict[str, Any]]:
    was, now = (_drawn(item) if item else {} for item in (old, new))
    found = []
    for key in dict.fromkeys([*now, *was]):
        shown = (now.get(key) or was[key]).identity
        entry = {"page": page, "id": key, "title": shown.title, "unit": shown.unit}
        if key not in was or key not in now:
            found.append(entry | {"change": "added" if key in now else "gone", "rows": []})
            continue
        rows = _row_changes(was[key], now[key])
        renamed = was[key].identity.title != shown.title
        if rows or renamed:
            before = {"title_before": was[key].identity.title} if renamed else {}
            found.append(entry | {"change": "changed", "rows": rows} | before)
    return found


def _row_changes(old: figure.Figure, new: figure.Figure) -> list[dict[str, Any]]:
    was, now = _by_name(old.identity), _by_name(new.identity)
    values_was, values_now = _values(old.spec), _values(new.spec)
    found = []
    for name in dict.fromkeys([*now, *was]):
        before, after = was.get(name, {}), now.get(name, {})
        if before.get(NUMBER_FIELD) == after.get(NUMBER_FIELD):
            beside = [key for key in COMPARED_BESIDE if before.get(key, "") != after.get(key, "")]
            if not beside:
                continue
            texts = [" ".join(row.get(key, "") for key in beside) for row in (before, after)]
        else:
            texts = [row.get(NUMBER_FIELD, "") for row in (before, after)]
        entry: dict[str, Any] = {"name": name, "old": texts[0], "new": texts[1]}
        if name in values_was and name in values_now and values_was[name] != values_now[name]:
            entry["values"] = [values_was[name], values_now[name]]
        found.append(entry)
    return found


def _table_changes(
    page: str, old: nbformat.NotebookNode | None, new: nbformat.NotebookNode | None
) -> list[dict[str, Any]]:
    was, now = (
        {item.id: item for item in figure.tables_of(notebook)} if notebook else {}
        for notebook in (old, new)
    )
    found = []
    for key in dict.fromkeys([*now, *was]):
        entry = {"page": page, "id": key, "title": (now.get(key) or was[key]).title}
        if key not in was or key not in now:
            found.append(entry | {"change": "added" if key in now else "gone"})
            continue
        before, after = (item[key].rows for item in (was, now))
        entry["rows_new"] = sum(row not in before for row in after)
        entry["rows_gone"] = sum(row not in after for row in before)
        if entry["rows_new"] or entry["rows_gone"]:
            found.append(entry | {"change": "changed"})
    return found


def compare_notebooks(
    old: Mapping[str, nbformat.NotebookNode], new: Mapping[str, nbformat.NotebookNode]
) -> Comparison:
    """Compare executed notebooks by page.

    Returns
    -------
    dict
        ``figures``: page, id, title, unit, change, rows (name, old, new, values); ``tables``: page,
        id, title, change, rows_new, rows_gone; ``glued``: page, name, old, new.
    """
    found: Comparison = {"figures": [], "tables": [], "glued": []}
    for page in dict.fromkeys([*new, *old]):
        before, after = old.get(page), new.get(page)
        found["figures"] += _figure_changes(page, before, after)
        found["tables"] += _table_changes(page, before, after)
        was, now = (figure.glued(item) if item else {} for item in (before, after))
        found["glued"] += [
            {"page": page, "name": name, "old": was.get(name, ""), "new": now.get(name, "")}
            for name in dict.fromkeys([*now, *was])
            if was.get(name) != now.get(name)
        ]
    return found


def _chosen(book: Catalog) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the row that the book uses for each thing measured, by `KEY`."""
    frame = preferred(book.observations())
    keys = with_key(frame)[OBSERVATION_KEY].itertuples(index=False, name=None)
    return dict(zip(keys, frame.to_dict("records"), strict=True))


#: What of a row is its figure.
SAME = ("value_text", "value_upper_text", "unit", "qualifier", "status")


def compare_observations(old: Catalog, new: Catalog) -> Comparison:
    """Compare the figures that two data packages give for the same things.

    Returns
    -------
    dict
        ``revised``: what, old, new (in words), old_source, new_source, old_id, new_id, how (更正:
        supersedes; 改用: another source is preferred now; 改行: the row was edited); ``added`` and
        ``gone``: what and text of the things that only one package has a figure for.
    """
    was, now = _chosen(old), _chosen(new)
    corrected = {
        row["observation_id"]: row["supersedes"]
        for row in new.observations().to_dict("records")
        if row["supersedes"]
    }
    found: Comparison = {"revised": [], "added": [], "gone": []}
    for key, row in now.items():
        if key not in was:
            found["added"].append({"what": what(new, row), "text": quantity_of(row).zh})
            continue
        before = was[key]
        if all(row[column] == before[column] for column in SAME):
            continue
        ids = (before["observation_id"], row["observation_id"])
        how = "改用"
        if ids[0] == ids[1]:
            how = "改行"
        elif _leads_to(corrected, ids[1], ids[0]):
            how = "更正"
        found["revised"].append(
            {
                "what": what(new, row),
                "old": f"{quantity_of(before).zh}（{quantity_of(before).status}）",
                "new": f"{quantity_of(row).zh}（{quantity_of(row).status}）",
                "old_source": old.source_label(before["source_id"]),
                "new_source": new.source_label(row["source_id"]),
                "old_id": ids[0],
                "new_id": ids[1],
                "source_ids": [before["source_id"], row["source_id"]],
                "how": how,
            }
        )
    for key, row in was.items():
        if key not in now:
            found["gone"].append({"what": what(old, row), "text": quantity_of(row).zh})
    return found


def _leads_to(corrected: Mapping[str, str], start: str, end: str) -> bool:
    """Return whether `start` corrects `end`, over any number of corrections."""
    while start in corrected:
        start = corrected[start]
        if start == end:
            return True
    return False


def compare_relations(old: Catalog, new: Catalog) -> list[dict[str, str]]:
    """Return the relations whose verdict is another, or that only one package has."""
    was = {item.relation: item for item in reconcile(old)}
    now = {item.relation: item for item in reconcile(new)}
    return [
        {
            "relation": name,
            "title": (now.get(name) or was[name]).title,
            "old": was[name].verdict if name in was else "",
            "new": now[name].verdict if name in now else "",
        }
        for name in dict.fromkeys([*now, *was])
        if name not in was or name not in now or was[name].verdict != now[name].verdict
    ]


def comparison_lines(comparison: Comparison) -> list[str]:
    """Return a comparison as lines of text, figures and glued numbers old → new."""
    lines: list[str] = []
    for item in comparison["figures"]:
        lines.append(
            f"图 {item['page']} {item['id']}：{CHANGES_ZH[item['change']]}｜{item['title']}"
        )
        lines += [
            f"    {row['name']}：{row['old'] or '无'} → {row['new'] or '无'}"
            for row in item["rows"]
        ]
    for item in comparison["tables"]:
        rows = f"（新{item['rows_new']}行，去{item['rows_gone']}行）" if "rows_new" in item else ""
        change = CHANGES_ZH[item["change"]]
        lines.append(f"表 {item['page']} {item['id']}：{change}{rows}｜{item['title']}")
    for item in comparison["glued"]:
        lines.append(
            f"数 {item['page']} {item['name']}：{item['old'] or '无'} → {item['new'] or '无'}"
        )
    observations = comparison.get("observations", {})
    for item in observations.get("revised", []):
        lines.append(
            f"观测值{item['how']} {item['what']}：{item['old']}，{item['old_source']}"
            f" → {item['new']}，{item['new_source']}"
        )
    for key, word in (("added", "新增"), ("gone", "不再有")):
        rows = observations.get(key, [])
        if rows:
            lines.append(f"观测值{word}：{len(rows)}个")
            lines += [f"    {item['what']}：{item['text']}" for item in rows[:ADDED_SHOWN]]
            if len(rows) > ADDED_SHOWN:
                lines.append(f"    ……另有{len(rows) - ADDED_SHOWN}个")
    for item in comparison.get("relations", []):
        lines.append(f"核对 {item['title']}：{item['old'] or '无'} → {item['new'] or '无'}")
    for item in comparison.get("parameters", []):
        lines.append(f"参数 {item['page']}.{item['name']}：{item['old']} → {item['new']}")
    return lines


#: Added figures that a terminal lists; the page and the data have them all.
ADDED_SHOWN = 20


def count_changes(comparison: Comparison) -> dict[str, int]:
    """Return how many of each kind changed."""
    counts = {
        f"figures_{change}": sum(item["change"] == change for item in comparison["figures"])
        for change in CHANGES_ZH
    }
    counts["tables"] = len(comparison["tables"])
    counts["glued"] = len(comparison["glued"])
    for key in ("revised", "added", "gone"):
        counts[key] = len(comparison.get("observations", {}).get(key, []))
    counts["relations"] = len(comparison.get("relations", []))
    return counts


def parameter_changes(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Return the parameters (by page and name) that two manifests give other values."""
    names: Iterable[tuple[str, str]] = dict.fromkeys(
        (page, name) for side in (new, old) for page in side for name in side[page]
    )
    found = []
    for page, name in names:
        texts = [str(side.get(page, {}).get(name, "")) for side in (old, new)]
        if texts[0] != texts[1]:
            found.append({"page": page, "name": name, "old": texts[0], "new": texts[1]})
    return found


def frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Return comparison entries as a frame that always has `columns`."""
    return pd.DataFrame(rows, columns=columns).fillna("")
