"""Bad data is refused, with file, row, column, value and what was expected."""

from __future__ import annotations

import json

import pytest

from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.errors import ContractError, DataError


def refused(plain, **expected) -> ContractError:
    with pytest.raises(ContractError) as caught:
        check_package(Catalog(plain.path))
    breaches = caught.value.breaches
    fitting = [
        breach
        for breach in breaches
        if all(getattr(breach, name) == value for name, value in expected.items())
    ]
    assert fitting, f"no breach like {expected} in {[str(b) for b in breaches[:5]]}"
    text = str(caught.value)
    assert "应为" in text
    assert "expected" in text
    return caught.value


def test_the_repositorys_data_satisfies_its_contracts(book):
    counts = check_package(book)
    assert counts["observations"] > 800
    assert counts["sources"] > 100


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("constraints", {"enum": "a"}, "sources.note"),
        ("constraints", {"enum": [1]}, "sources.note"),
        ("constraints", {"required": "perhaps"}, "sources.note"),
        ("constraints", [], "sources.note"),
        ("listOf", "sources", "sources.note"),
        ("listOf", "sources.no_such", "sources.note"),
        ("listOf", ["sources.note"], "sources.note"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_named(plain, key, value, said):
    path = plain.path / "datapackage.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    (table,) = [item for item in whole["resources"] if item["name"] == "sources"]
    (field,) = [item for item in table["schema"]["fields"] if item["name"] == "note"]
    field[key] = value
    path.write_text(json.dumps(whole), encoding="utf-8")
    refused(plain, file="datapackage.json", row=0, column=said)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("primaryKey", "no_such", "sources.primaryKey"),
        ("primaryKey", {"a": 1}, "sources.primaryKey"),
        ("foreignKeys", {"fields": "note"}, "sources.foreignKeys"),
        ("foreignKeys", [{"fields": [], "reference": {"resource": "", "fields": "note"}}], ""),
        ("foreignKeys", [{"fields": "note", "reference": {"resource": "x", "fields": "y"}}], ""),
        ("foreignKeys", ["note"], ""),
    ],
)
def test_a_key_that_leads_nowhere_is_named(plain, key, value, said):
    path = plain.path / "datapackage.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    (table,) = [item for item in whole["resources"] if item["name"] == "sources"]
    table["schema"][key] = value
    path.write_text(json.dumps(whole), encoding="utf-8")
    refused(plain, file="datapackage.json", row=0, column=said or f"sources.{key}")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda whole: whole.pop("version"), "version"),
        (lambda whole: whole["resources"][1].pop("path"), r"resources\[1\]\.path"),
        (lambda whole: whole["resources"][1].update(name=""), r"resources\[1\]\.name"),
        (lambda whole: whole["resources"][1].update(path="a\0b"), r"resources\[1\]\.path"),
        (
            lambda whole: whole["resources"][1]["schema"]["fields"][2].pop("type"),
            r"resources\[1\]\.schema\.fields\[2\]\.type",
        ),
        (
            lambda whole: whole["resources"][1].update(name=whole["resources"][0]["name"]),
            r"resources\[\]\.name",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_descriptor_that_describes_nothing_is_told_with_its_place(plain, change, place):
    path = plain.path / "datapackage.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    change(whole)
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(DataError, match=f"已损坏.*{place}"):
        check_package(Catalog(plain.path))


def test_a_key_of_another_table_is_named_as_it_is(plain):
    row = plain.find("observations.csv", "observation_id", "trade-2022.total")
    plain.set("observations.csv", row, "source_id", "no-such-source")
    error = refused(plain, file="observations.csv", row=row, column="source_id")
    assert "表 sources 中已有的 source_id | " in str(error)


def test_missing_column(plain):
    rows = plain.rows("observations.csv")
    index = rows[0].index("unit")
    plain.write("observations.csv", [row[:index] + row[index + 1 :] for row in rows])
    refused(plain, file="observations.csv", row=0, column="unit")


def test_columns_in_another_order(plain):
    rows = plain.rows("sources.csv")
    plain.write("sources.csv", [[row[1], row[0], *row[2:]] for row in rows])
    refused(plain, file="sources.csv", row=0, column="*")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("unit", "亿元"),
        ("unit", "100M bananas"),
        ("source_id", "no-such-source"),
        ("indicator", "no_such_indicator"),
        ("entity", "no-such-entity"),
        ("value", "8158.4亿"),
        ("value", "8,158.4"),
        ("period", "2022-13"),
        ("period", "2023-04/2023-01"),
        ("period", "2022Q1"),
        ("measure", "growth"),
        ("status", "真实"),
        ("qualifier", "roughly"),
        ("confidence", "5"),
        ("breakdown", "regime=general;enterprise=private"),
        ("part_of", "trade-2022.no-such-row"),
        ("as_printed", ""),
        ("as_printed", " 8158.4亿元"),
    ],
)
def test_a_spoiled_cell_is_named(plain, column, value):
    row = plain.find("observations.csv", "observation_id", "trade-2022.total")
    plain.set("observations.csv", row, column, value)
    refused(plain, file="observations.csv", row=row, column=column, value=value)


def test_a_source_of_a_day_that_does_not_exist(plain):
    plain.set("sources.csv", 3, "published", "2021-02-30")
    refused(plain, file="sources.csv", row=3, column="published", value="2021-02-30")


def test_a_level_in_percent_growth_in_yuan(plain):
    row = plain.find("observations.csv", "observation_id", "trade-2022.total-yoy")
    plain.set("observations.csv", row, "unit", "100M CNY")
    refused(plain, row=row, column="unit", value="100M CNY")


def test_duplicate_id(plain):
    rows = plain.rows("observations.csv")
    plain.write("observations.csv", [*rows, rows[1]])
    refused(plain, file="observations.csv", row=len(rows), column="observation_id")


def test_unchanged_takes_no_number(plain):
    row = plain.find("observations.csv", "qualifier", "unchanged")
    plain.set("observations.csv", row, "value", "0.1")
    refused(plain, row=row, column="value", value="0.1")


def test_not_utf8(plain):
    path = plain.path / "observations.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(DataError, match=r"observations\.csv.*UTF-8"):
        check_package(Catalog(plain.path))


def test_missing_file(plain):
    (plain.path / "sources.csv").unlink()
    with pytest.raises(DataError, match=r"sources\.csv"):
        check_package(Catalog(plain.path))


def test_no_package(tmp_path):
    with pytest.raises(DataError, match=r"datapackage\.json"):
        Catalog(tmp_path)
