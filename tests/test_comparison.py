"""What changed between two editions, in notebooks and in data."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import nbformat
import pytest
from pydantic import ValidationError

import cqbook as cq
from cqbook.changes import comparison, revisions
from cqbook.changes.records import (
    COMPARISON_VARIABLE,
    ClaimChange,
    Comparison,
    FigureChange,
    ObservationChanges,
    OneSided,
    RowChange,
    TableChange,
    TextChange,
    comparison_json,
    read_comparison,
)
from cqbook.data.catalog import Catalog
from cqbook.figures import figure
from cqbook.figures.figure import GLUE_PREFIX

COLUMNS = ("label", "group", "value", "text", "range", "status", "source_id", "observation_id")


def page(book, numbers, *, glued="1亿元", identifier="fig-x", title="图"):
    """A notebook with one figure, one table and one glued number."""
    quantities = [(name, number) for name, number in numbers.items()]
    rows = cq.points([(name, cq.missing("100M CNY")) for name, _ in quantities], unit="100M CNY")
    rows["value"] = [number for _, number in quantities]
    rows["lower"] = rows["upper"] = rows["value"]
    rows["text"] = rows["full"] = [f"{number}亿元" for _, number in quantities]
    drawn = figure.figure(
        book,
        identifier,
        cq.charts.bars(rows),
        title=title,
        subtitle="亿元",
        unit="亿元",
        english=("t", "CNY bn"),
    )
    listed = figure.table(book, "tab-x", rows, columns={"label": "项目", "full": "数"}, title="表")
    prefix = GLUE_PREFIX
    outputs = [
        nbformat.v4.new_output("display_data", data=drawn._repr_mimebundle_()),
        nbformat.v4.new_output("display_data", data=listed._repr_mimebundle_()),
        nbformat.v4.new_output(
            "display_data",
            data={f"{prefix}text/plain": repr(glued)},
            metadata={"scrapbook": {"name": "total", "mime_prefix": prefix}},
        ),
    ]
    cell = nbformat.v4.new_code_cell("", outputs=outputs)
    return nbformat.from_dict(json.loads(nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))))


def test_what_moved_in_figures_tables_and_text(book):
    old = {"trade": page(book, {"甲": 1, "乙": 2, "丙": 3})}
    new = {"trade": page(book, {"甲": 1, "乙": 5, "丁": 4}, glued="2亿元")}
    found = comparison.compare_notebooks(old, new)
    (figure,) = found.figures
    assert figure.change == "changed"
    assert figure.rows == (
        RowChange("乙", "2亿元", "5亿元", (2.0, 5.0)),
        RowChange("丁", "", "4亿元"),
        RowChange("丙", "3亿元", ""),
    )
    (table,) = found.tables
    assert (table.rows_new, table.rows_gone) == (2, 2)
    assert found.glued == (TextChange("trade", "total", "1亿元", "2亿元"),)
    lines = "\n".join(comparison.comparison_lines(found))
    assert "乙：2亿元 → 5亿元" in lines
    assert "数 trade total：1亿元 → 2亿元" in lines


def test_the_same_is_no_change(book):
    pages = {"trade": page(book, {"甲": 1})}
    found = comparison.compare_notebooks(pages, pages)
    assert found == Comparison()


def test_figures_and_pages_come_and_go(book):
    old = {"a": page(book, {"甲": 1}), "b": page(book, {"甲": 1}, identifier="fig-y")}
    new = {"a": page(book, {"甲": 1}, identifier="fig-z")}
    found = comparison.compare_notebooks(old, new)
    changes = {(item.page, item.id): item.change for item in found.figures}
    assert changes == {("a", "fig-z"): "added", ("a", "fig-x"): "gone", ("b", "fig-y"): "gone"}


def test_another_title_is_a_change(book):
    old, new = ({"a": page(book, {"甲": 1}, title=title)} for title in ("图", "另一图"))
    (item,) = comparison.compare_notebooks(old, new).figures
    assert item.title_before == "图"


@pytest.fixture
def two(tmp_path, plain):
    """The book's data, and a copy in which figures can be corrected."""
    shutil.copytree(plain.path, tmp_path / "old")
    return Catalog(tmp_path / "old"), plain


def corrected(plain, old_id, value, *, source="trade-2022", name="total-corrected"):
    rows = plain.rows("observations.csv")
    at = {column: place for place, column in enumerate(rows[0])}
    new = list(rows[plain.find("observations.csv", "observation_id", old_id)])
    new[at["observation_id"]] = f"{source}.{name}"
    new[at["source_id"]] = source
    new[at["value"]] = value
    new[at["supersedes"]] = old_id
    new[at["edition_added"]] = "2026-12"
    plain.write("observations.csv", [*rows, new])


def test_a_correction_is_a_revision_with_both_values_and_sources(two):
    old, plain = two
    corrected(plain, "trade-2022.total", "8258.4", source="auto-export-2023", name="total")
    new = Catalog(plain.path)
    found = comparison.compare_observations(old, new)
    (item,) = found.revised
    assert item.how == "更正"
    assert "8158.4亿元" in item.old
    assert "8258.4亿元" in item.new
    assert item.old_id == "trade-2022.total"
    assert item.old_source != item.new_source
    assert found.added == found.gone == ()
    rows = revisions.vintages(new)
    assert list(rows["text"]) == ["8158.4亿元", "8258.4亿元"]
    assert list(rows["since"]) == ["2026-11", "2026-12"]
    assert list(rows["state"]) == ["已更正，保留", "现用"]


def test_an_edited_row_is_called_so(two):
    old, plain = two
    row = plain.find("observations.csv", "observation_id", "trade-2022.total")
    plain.set("observations.csv", row, "value", "8158.5")
    (item,) = comparison.compare_observations(old, Catalog(plain.path)).revised
    assert item.how == "改行"


def test_a_figure_that_only_one_side_has(two):
    old, plain = two
    rows = plain.rows("observations.csv")
    plain.write("observations.csv", [row for row in rows if row[0] != "trade-2022.total"])
    plain.write("relations.csv", plain.rows("relations.csv")[:1])
    new = Catalog(plain.path)
    gone = comparison.compare_observations(old, new)
    back = comparison.compare_observations(new, old)
    # another source has the same total, so it is used instead, or else it is gone
    assert len(gone.gone) + len(gone.revised) <= 1
    assert len(back.added) == len(gone.gone)
    assert all(item.source and item.source_id for item in gone.gone if item.count == 1)


def test_relations_follow_corrections_and_their_verdicts_turn(two):
    old, plain = two
    relation = next(
        item
        for item in cq.reconciliation.reconcile(old)
        if item.verdict == cq.reconciliation.CONSISTENT
    )
    target = relation.printed.observation_id
    source = target.split(".")[0]
    corrected(plain, target, "1", source=source, name="corrected")
    turned = comparison.compare_relations(old, Catalog(plain.path))
    assert turned[0].relation == relation.relation
    assert turned[0].old == cq.reconciliation.CONSISTENT
    assert turned[0].new == cq.reconciliation.INCONSISTENT


def test_parameters_that_differ():
    old, new = {"trade": {"period": "2022"}}, {"trade": {"period": "2025"}, "parks": {"area": "x"}}
    assert comparison.parameter_changes(old, new) == (
        TextChange("trade", "period", "2022", "2025"),
        TextChange("parks", "area", "", "x"),
    )


def test_the_page_draws_what_moved_in_more_than_one_point(book, tmp_path, monkeypatch):
    old = {
        "a": page(book, {"甲": 1, "乙": 2}),
        "b": page(book, {"甲": 1, "乙": 2}, identifier="fig-y"),
    }
    new = {
        "a": page(book, {"甲": 2, "乙": 3}),
        "b": page(book, {"甲": 1, "乙": 3}, identifier="fig-y"),
    }
    nothing = {"observations": ObservationChanges(), "relations": ()}
    found = replace(comparison.compare_notebooks(old, new), old="1", new="2", **nothing)
    path = tmp_path / "comparison.json"
    path.write_text(comparison_json(found), encoding="utf-8")
    assert revisions.moved(book) == []
    monkeypatch.setenv(COMPARISON_VARIABLE, str(path))
    (drawn,) = revisions.moved(book)
    assert drawn.identity.id == "fig-revised-x"
    assert [row[1] for row in drawn.identity.table.rows] == ["甲", "甲", "乙", "乙"]
    assert "图变动2张" in revisions.comparison_words()["counted"]
    assert list(revisions.figure_rows()["rows"]) == [
        "甲：1亿元→2亿元；乙：2亿元→3亿元",
        "乙：2亿元→3亿元",
        "新2行，去2行",
        "新1行，去1行",
    ]


def test_the_page_lists_the_claims_that_turned(tmp_path, monkeypatch):
    turned = ClaimChange("trade", "below-record", "成立", "不成立", "仍比纪录低。", "差3亿元（1%）")
    came = ClaimChange("autos", "first", "", "成立", "第一。", "")
    path = tmp_path / "comparison.json"
    found = Comparison(claims=(turned, came), old="1", new="2")
    path.write_text(comparison_json(found), encoding="utf-8")
    assert revisions.claim_rows().empty
    assert list(revisions.claim_rows()) == list(revisions.TURNED)
    monkeypatch.setenv(COMPARISON_VARIABLE, str(path))
    assert revisions.claim_rows().to_dict("records") == [
        {
            "where": "trade below-record",
            "sentence": "仍比纪录低。",
            "old": "成立",
            "new": "不成立",
            "margin": "差3亿元（1%）",
        },
        {"where": "autos first", "sentence": "第一。", "old": "无", "new": "成立", "margin": ""},
    ]
    assert "论断变动2条" in revisions.comparison_words()["counted"]


def test_a_long_series_is_one_of_what_is_new(book, tmp_path, monkeypatch):
    path = tmp_path / "comparison.json"
    rows = (OneSided("甲", "1亿元"), OneSided("分省", "558个数", 558))
    found = Comparison(observations=ObservationChanges(added=rows), old="1", new="2")
    path.write_text(comparison_json(found), encoding="utf-8")
    monkeypatch.setenv(COMPARISON_VARIABLE, str(path))
    said = revisions.comparison_words()["counted"]
    assert "新增1个和1个长序列（558个数），不再有0个" in said
    frame = book.observations()
    single = len(book.table("observations"))
    whole = revisions.counts(book)["all"]
    assert whole == f"{single}个和{len(book.series)}个长序列（{len(frame) - single}个数）"


def test_the_page_lists_what_it_counts_as_new(book, tmp_path, monkeypatch):
    row = OneSided("重庆市·2026年1—10月·进出口额", "7300.5亿元", 1, "海关", "s", "s.r1")
    found = Comparison(observations=ObservationChanges(added=(row,)), old="1", new="2")
    path = tmp_path / "comparison.json"
    path.write_text(comparison_json(found), encoding="utf-8")
    monkeypatch.setenv(COMPARISON_VARIABLE, str(path))
    assert revisions.added_rows().to_dict("records") == [
        {
            "what": row.what,
            "text": row.text,
            "source": "海关",
            "source_id": "s",
            "observation_id": "s.r1",
        }
    ]
    monkeypatch.delenv(COMPARISON_VARIABLE)
    assert revisions.added_rows().empty


def test_an_edition_in_which_no_long_series_is_new(spoiled, monkeypatch):
    """A figure that somebody typed is most of them; the page died of it."""
    spoiled.set("observations.csv", 1, "edition_added", "2026-12")
    monkeypatch.setattr(Catalog, "edition", "2026-12")
    assert revisions.counts(Catalog(spoiled.path))["new"] == "1个"


def test_the_file_of_a_comparison_says_no_more_than_the_records(tmp_path, monkeypatch):
    row = RowChange("乙", "2亿元", "5亿元", (2.0, 5.0))
    found = Comparison(
        figures=(FigureChange("a", "fig-x", "图", "亿元", "changed", (row,)),),
        tables=(TableChange("a", "tab-x", "表", "gone"),),
        old="1",
        new="2",
    )
    text = comparison_json(found)
    assert json.loads(text) == {
        "from": "1",
        "to": "2",
        "figures": [
            {
                "page": "a",
                "id": "fig-x",
                "title": "图",
                "unit": "亿元",
                "change": "changed",
                "rows": [{"name": "乙", "old": "2亿元", "new": "5亿元", "values": [2.0, 5.0]}],
            }
        ],
        "tables": [{"page": "a", "id": "tab-x", "title": "表", "change": "gone"}],
        "glued": [],
        "claims": [],
    }
    path = tmp_path / "comparison.json"
    monkeypatch.setenv(COMPARISON_VARIABLE, str(path))
    path.write_text(text, encoding="utf-8")
    assert read_comparison() == found
    path.write_text(text.replace('"gone"', '"lost"'), encoding="utf-8")
    with pytest.raises(ValidationError, match=r"tables\.0\.change"):
        read_comparison()
