"""The data package itself: valid for the Frictionless tool, true to its sources."""

from __future__ import annotations

import csv

import pytest
from conftest import ROOT, SHARED

from cqbook.data.catalog import Catalog


def test_valid_for_the_frictionless_tool():
    from frictionless import Package

    report = Package(str(ROOT / "data" / "datapackage.json")).validate()
    errors = report.flatten(["type", "fieldName", "rowNumber", "note"])
    assert report.valid, errors[:10]


def test_the_frictionless_tool_refuses_an_unknown_source(spoiled):
    from frictionless import Package

    row = spoiled.find("observations.csv", "observation_id", "trade-2022.total")
    spoiled.set("observations.csv", row, "source_id", "no-such-source")
    report = Package(str(spoiled.path / "datapackage.json")).validate()
    assert "foreign-key" in {item[0] for item in report.flatten(["type"])}


def document_lines(book: Catalog) -> dict[str, list[str]]:
    names = {name for name in book.table("sources")["document"] if name}
    return {
        name: [
            line.rstrip("\n")
            for line in (SHARED / "sources" / name).read_text(encoding="utf-8").split("\n")
            if line.strip()
        ]
        for name in names
    }


@pytest.mark.skipif(not (SHARED / "sources").is_dir(), reason="../shared/sources is not here")
def test_each_printed_form_stands_in_its_paragraph(book):
    lines = document_lines(book)
    documents = book.table("sources").set_index("source_id")["document"]
    checked, wrong = 0, []
    for row in book.table("observations").to_dict("records"):
        document = documents[row["source_id"]]
        if not document:
            continue
        number = int(row["locator"].rsplit("¶", 1)[1])
        checked += 1
        if row["as_printed"] not in lines[document][number - 1]:
            wrong.append(f"{row['observation_id']}: {row['as_printed']!r} not in ¶{number}")
    assert not wrong, wrong[:10]
    assert checked > 300


OFFICIAL = SHARED / "reference" / "official_series.csv"


@pytest.mark.skipif(not OFFICIAL.is_file(), reason="../shared/reference is not here")
def test_each_official_figure_stands_in_its_row(book):
    with OFFICIAL.open(encoding="utf-8-sig", newline="") as lines:
        printed = list(csv.DictReader(lines))
    frame = book.table("observations")
    frame = frame[frame["locator"].str.startswith("official_series row ")]
    wrong, used = [], set()
    for row in frame.to_dict("records"):
        number = int(row["locator"].rsplit(" ", 1)[1])
        used.add(number)
        original = printed[number - 1]
        # what the compiler converted or added has no passage; its note says so
        stated = "converted by the compiler" in row["note"] or "as compiled" in row["note"]
        passage = "|".join(original[name] for name in ("as_printed", "note", "source_title"))
        if row["as_printed"] not in passage and not stated:
            wrong.append(f"{row['observation_id']}: {row['as_printed']!r} not in row {number}")
    assert not wrong, wrong[:20]
    assert len(used) > 500


def test_every_entity_and_indicator_is_used_or_described(book):
    used = set(book.table("observations")["indicator"])
    assert used <= set(book.table("indicators")["indicator"])
    names = book.table("entities").set_index("entity")["name_zh"]
    assert names.str.len().gt(0).all()


def test_codes_keep_their_zeros(book):
    frame = book.table("districts")
    assert frame["adcode"].str.fullmatch(r"500\d{3}").all()


def test_tiles_of_current_districts_do_not_overlap(book):
    frame = book.table("districts")
    frame = frame[frame["valid_to"].eq("")]
    assert not frame.duplicated(["tile_row", "tile_col"]).any()
    assert len(frame) == 37


def test_two_units_called_liangjiang_are_kept_apart(book):
    assert book.name("zone-liangjiang") != book.name("500157")
    figures = book.observations(entity="500157")
    assert figures.empty, "no source speaks of the district founded in 2025"
    assert not book.observations(entity="zone-liangjiang").empty


def test_a_part_is_no_greater_than_its_whole_in_the_same_unit(book):
    """Parts are marked so that nobody adds them; the exceptions are printed so and explained."""
    frame = book.table("observations").set_index("observation_id")
    parts = frame[frame["part_of"].ne("") & frame["measure"].eq("level")]
    wrong = []
    for key, row in parts.iterrows():
        whole = frame.loc[row["part_of"]]
        comparable = whole["unit"] == row["unit"] and whole["measure"] == "level"
        if comparable and row["value"] > whole["value"] and not row["note"]:
            wrong.append(key)
    assert not wrong
