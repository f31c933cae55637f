"""What changed between two editions: exhibits, numbers in the text, observations, verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import nbformat

from cqbook.analysis.reconciliation import reconcile
from cqbook.changes.records import (
    CHANGES_ZH,
    ClaimChange,
    Comparison,
    FigureChange,
    ObservationChanges,
    OneSided,
    Revision,
    RowChange,
    TableChange,
    TextChange,
    VerdictChange,
)
from cqbook.data.catalog import Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.selection import keys_of, preferred, what
from cqbook.figures import figure
from cqbook.figures.claims import StatedClaim, claims_of, said_of
from cqbook.figures.identity import Identity
from cqbook.quantities.quantity import quantity_of

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


def _drawn(notebook: nbformat.NotebookNode | None) -> dict[str, figure.Figure]:
    """Return each figure by id."""
    shown = figure.figures_of(notebook) if notebook else ()
    return {item.identity.id: item for item in shown}


def _figure_changes(
    page: str, old: nbformat.NotebookNode | None, new: nbformat.NotebookNode | None
) -> list[FigureChange]:
    was, now = _drawn(old), _drawn(new)
    found = []
    for key in dict.fromkeys([*now, *was]):
        shown = (now.get(key) or was[key]).identity
        title, unit = shown.title, shown.unit
        if key not in was or key not in now:
            found.append(FigureChange(page, key, title, unit, "added" if key in now else "gone"))
            continue
        rows = tuple(_row_changes(was[key], now[key]))
        before = was[key].identity.title
        renamed = before != title
        if rows or renamed:
            entry = FigureChange(page, key, title, unit, "changed", rows)
            found.append(replace(entry, title_before=before) if renamed else entry)
    return found


def _row_changes(old: figure.Figure, new: figure.Figure) -> list[RowChange]:
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
        moved = None
        if name in values_was and name in values_now and values_was[name] != values_now[name]:
            moved = (values_was[name], values_now[name])
        found.append(RowChange(name, texts[0], texts[1], moved))
    return found


def _table_changes(
    page: str, old: nbformat.NotebookNode | None, new: nbformat.NotebookNode | None
) -> list[TableChange]:
    was, now = (
        {item.id: item for item in figure.tables_of(notebook)} if notebook else {}
        for notebook in (old, new)
    )
    found = []
    for key in dict.fromkeys([*now, *was]):
        title = (now.get(key) or was[key]).title
        if key not in was or key not in now:
            found.append(TableChange(page, key, title, "added" if key in now else "gone"))
            continue
        before, after = (item[key].rows for item in (was, now))
        came = sum(row not in before for row in after)
        went = sum(row not in after for row in before)
        if came or went:
            found.append(TableChange(page, key, title, "changed", came, went))
    return found


def compare_notebooks(
    old: Mapping[str, nbformat.NotebookNode], new: Mapping[str, nbformat.NotebookNode]
) -> Comparison:
    """Compare executed notebooks by page: figures, tables, numbers in the text."""
    figures: list[FigureChange] = []
    tables: list[TableChange] = []
    texts: list[TextChange] = []
    claims: list[ClaimChange] = []
    for page in dict.fromkeys([*new, *old]):
        before, after = old.get(page), new.get(page)
        figures += _figure_changes(page, before, after)
        tables += _table_changes(page, before, after)
        was, now = (figure.glued(item) if item else {} for item in (before, after))
        texts += [
            TextChange(page, name, was.get(name, ""), now.get(name, ""))
            for name in dict.fromkeys([*now, *was])
            if was.get(name) != now.get(name)
        ]
        claims += _claim_changes(page, before, after)
    return Comparison(tuple(figures), tuple(tables), tuple(texts), tuple(claims))


def _claim_changes(
    page: str, old: nbformat.NotebookNode | None, new: nbformat.NotebookNode | None
) -> list[ClaimChange]:
    """Return the claims that turned, came or went; the sentence is the newer edition's."""
    was, now = (_said(page, notebook) if notebook else {} for notebook in (old, new))
    found = []
    for name in dict.fromkeys([*now, *was]):
        before, after = (side[name].claim.outcome_zh if name in side else "" for side in (was, now))
        if before != after:
            last = now.get(name) or was[name]
            words = (last.sentence, last.claim.margin)
            found.append(ClaimChange(page, name, before, after, *words))
    return found


def _said(page: str, notebook: nbformat.NotebookNode) -> dict[str, StatedClaim]:
    try:
        return {item.claim.name: item for item in said_of(page, notebook)}
    except KeyError:
        # prose that was edited over outputs from before: its claims are not made yet
        made = claims_of(notebook).items()
        return {name: StatedClaim(page, item, "", "") for name, item in made}


def _chosen(book: Catalog) -> dict[tuple[str, ...], TableRow]:
    """Return the row that the book uses for each thing measured, by `OBSERVATION_KEY`."""
    frame = preferred(book.observations())
    return dict(zip(keys_of(frame), rows_of(frame), strict=True))


#: What of a row is its figure.
SAME = ("value_text", "value_upper_text", "unit", "qualifier", "status")


def compare_observations(old: Catalog, new: Catalog) -> ObservationChanges:
    """Compare the figures that two data packages give for the same things."""
    was, now = _chosen(old), _chosen(new)
    corrected = {
        row["observation_id"]: row["supersedes"]
        for row in rows_of(new.observations())
        if row["supersedes"]
    }
    revised, added = [], []
    for key, row in now.items():
        if key not in was:
            added.append(row)
            continue
        before = was[key]
        if all(row[column] == before[column] for column in SAME):
            continue
        ids = (before["observation_id"], row["observation_id"])
        how: Literal["更正", "改用", "改行"] = "改用"
        if ids[0] == ids[1]:
            how = "改行"
        elif _leads_to(corrected, ids[1], ids[0]):
            how = "更正"
        revised.append(
            Revision(
                what=what(new, row),
                old=f"{quantity_of(before).zh}（{quantity_of(before).status}）",
                new=f"{quantity_of(row).zh}（{quantity_of(row).status}）",
                old_source=old.source_label(before["source_id"]),
                new_source=new.source_label(row["source_id"]),
                old_id=ids[0],
                new_id=ids[1],
                source_ids=(before["source_id"], row["source_id"]),
                how=how,
            )
        )
    gone = [row for key, row in was.items() if key not in now]
    return ObservationChanges(
        tuple(revised), _one_sided(new, old, added), _one_sided(old, new, gone)
    )


def _one_sided(book: Catalog, other: Catalog, rows: Sequence[TableRow]) -> tuple[OneSided, ...]:
    """Return what only `book` has; of a long series that the other has not, how many figures."""
    whole = book.series.keys() - other.series.keys()
    tables = [row["observation_id"].partition(".")[0] for row in rows]
    single = [
        OneSided(
            what(book, row),
            quantity_of(row).zh,
            source=book.source_label(row["source_id"]),
            source_id=row["source_id"],
            observation_id=row["observation_id"],
        )
        for row, table in zip(rows, tables, strict=True)
        if table not in whole
    ]
    counted = Counter(table for table in tables if table in whole)
    series = [
        OneSided(book.resources[name].get("title", name), f"{count}个数", count)
        for name, count in counted.items()
    ]
    return (*single, *series)


def _leads_to(corrected: Mapping[str, str], start: str, end: str) -> bool:
    """Return whether `start` corrects `end`, over any number of corrections."""
    while start in corrected:
        start = corrected[start]
        if start == end:
            return True
    return False


def compare_relations(old: Catalog, new: Catalog) -> tuple[VerdictChange, ...]:
    """Return the relations whose verdict is another, or that only one package has."""
    was = {item.relation: item for item in reconcile(old)}
    now = {item.relation: item for item in reconcile(new)}
    return tuple(
        VerdictChange(
            name,
            (now.get(name) or was[name]).title,
            was[name].verdict if name in was else "",
            now[name].verdict if name in now else "",
        )
        for name in dict.fromkeys([*now, *was])
        if name not in was or name not in now or was[name].verdict != now[name].verdict
    )


def parameter_changes(
    old: Mapping[str, Mapping[str, object]], new: Mapping[str, Mapping[str, object]]
) -> tuple[TextChange, ...]:
    """Return the parameters (by page and name) that two manifests give other values."""
    names = dict.fromkeys(
        (page, name) for side in (new, old) for page in side for name in side[page]
    )
    found = []
    for page, name in names:
        before, after = (str(side.get(page, {}).get(name, "")) for side in (old, new))
        if before != after:
            found.append(TextChange(page, name, before, after))
    return tuple(found)


#: Added figures that a terminal lists; the page and the data have them all.
ADDED_SHOWN = 20


def comparison_lines(found: Comparison) -> list[str]:
    """Return a comparison as lines of text, figures and glued numbers old → new."""
    lines: list[str] = []
    for drawn in found.figures:
        lines.append(f"图 {drawn.page} {drawn.id}：{CHANGES_ZH[drawn.change]}｜{drawn.title}")
        lines += [f"    {row.name}：{row.old or '无'} → {row.new or '无'}" for row in drawn.rows]
    for listed in found.tables:
        rows = f"（{listed.rows_zh}）" if listed.rows_zh else ""
        change = CHANGES_ZH[listed.change]
        lines.append(f"表 {listed.page} {listed.id}：{change}{rows}｜{listed.title}")
    lines += [
        f"数 {item.page} {item.name}：{item.old or '无'} → {item.new or '无'}"
        for item in found.glued
    ]
    lines += [
        f"论断 {item.page}.{item.name}：{item.old or '无'} → {item.new or '无'}｜{item.sentence}"
        for item in found.claims
    ]
    if found.observations is not None:
        lines += _observation_lines(found.observations)
    lines += [
        f"核对 {item.title}：{item.old or '无'} → {item.new or '无'}"
        for item in found.relations or ()
    ]
    lines += [
        f"参数 {item.page}.{item.name}：{item.old} → {item.new}" for item in found.parameters or ()
    ]
    return lines


def _observation_lines(found: ObservationChanges) -> list[str]:
    lines = [
        f"观测值{item.how} {item.what}：{item.old}，{item.old_source}"
        f" → {item.new}，{item.new_source}"
        for item in found.revised
    ]
    for word, rows in (("新增", found.added), ("不再有", found.gone)):
        if rows:
            lines.append(f"观测值{word}：{sum(row.count for row in rows)}个")
            lines += [f"    {item.what}：{item.text}" for item in rows[:ADDED_SHOWN]]
            if len(rows) > ADDED_SHOWN:
                lines.append(f"    ……另有{len(rows) - ADDED_SHOWN}个")
    return lines
