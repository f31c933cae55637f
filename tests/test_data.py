"""The data package itself: valid for the Frictionless tool, true to its sources."""

from __future__ import annotations

import csv
import re
from collections import Counter

import passages
from conftest import ROOT


def test_valid_for_the_frictionless_tool():
    from frictionless import Package

    report = Package(str(ROOT / "data" / "datapackage.json")).validate()
    errors = report.flatten(["type", "fieldName", "rowNumber", "note"])
    assert report.valid, errors[:10]


def test_the_frictionless_tool_refuses_an_unknown_source(plain):
    from frictionless import Package

    row = plain.find("observations.csv", "observation_id", "trade-2022.total")
    plain.set("observations.csv", row, "source_id", "no-such-source")
    report = Package(str(plain.path / "datapackage.json")).validate()
    assert "foreign-key" in {item[0] for item in report.flatten(["type"])}


def test_each_printed_form_stands_in_its_passage(book):
    """Each was found in the paragraph, or the row of a table, that its row names."""
    kept = passages.kept()
    checked: Counter[str] = Counter()
    wrong = []
    for row, document, place in passages.places(book):
        checked[document if document in passages.OFFICIAL else "sources"] += 1
        if (document, place, passages.hashed(row["as_printed"])) not in kept:
            wrong.append(f"{row['observation_id']}: {row['as_printed']!r} in {document} {place}")
    assert not wrong, (wrong[:10], "not seen in the source: python tests/passages.py FOLDER")
    assert checked["sources"] > 300
    assert checked["official_series"] > 500
    assert checked["official_series_2"] > 240


def test_a_form_that_is_not_in_its_passage_is_named(book, tmp_path):
    """What writes the kept hashes looks into the sources."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "reference").mkdir()
    rows = list(passages.places(book))
    seen: dict[str, dict[int, str]] = {}
    for row, document, place in rows:
        seen.setdefault(document, {}).setdefault(place, "")
        seen[document][place] += f"{row['as_printed']}。"
    changed, document, place = next(item for item in rows if item[1] not in passages.OFFICIAL)
    for name, texts in seen.items():
        lines = [texts.get(number, "x") for number in range(1, max(texts) + 1)]
        if name in passages.OFFICIAL:
            with (tmp_path / "reference" / f"{name}.csv").open("w", encoding="utf-8") as out:
                writer = csv.writer(out)
                writer.writerow(["as_printed", "note", "source_title"])
                writer.writerows([line, "", ""] for line in lines)
        else:
            (tmp_path / "sources" / name).write_text("\n".join(lines), encoding="utf-8")
    lines, wrong = passages.found(tmp_path, book)
    assert wrong == []
    assert {(line[0], line[1], line[3]) for line in lines} == passages.kept()
    path = tmp_path / "sources" / document
    path.write_text(
        path.read_text(encoding="utf-8").replace(changed["as_printed"], "别的"), "utf-8"
    )
    _, wrong = passages.found(tmp_path, book)
    assert any(line.startswith(f"{changed['observation_id']}: ") for line in wrong)


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


#: How the sources say in languages of the Latin and Cyrillic alphabets that a number is not exact.
INEXACT = re.compile(
    "over|more than|exceed|excess|surpass|nearly|almost|about|around|approximately|at least|under"
    "|less than|up to|unchanged|circa|oltre|meno di|über|rund|cerca de|casi|quase|prawie|ponad"
    "|более|свыше|около|почти|supera|más de|mais de",
    re.IGNORECASE,
)


def test_a_printed_form_says_what_its_number_is_said_with(book):
    """Over 148,000 is not read out of a form 148,000; a note says what is from elsewhere."""
    frame = book.table("observations")
    forms = frame["as_printed"]
    latin = forms.ne("") & ~forms.str.contains("[\u3000-\u9fff\uac00-\ud7af]")
    qualified = frame[latin & ~frame["qualifier"].isin(["", "as_rounded"])]
    assert len(qualified) > 60
    bare = qualified[~qualified["as_printed"].str.contains(INEXACT)]
    assert not bare.loc[bare["note"].eq(""), "observation_id"].tolist()
