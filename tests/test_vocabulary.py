"""Words that code and tables share stand once: the tables allow what the code knows, no more."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from conftest import ROOT, tree_of

from cqbook.analysis import customs
from cqbook.changes.errata import ERRATUM_KINDS
from cqbook.data import plausibility, selection, vocabulary
from cqbook.data.contracts import MEASURE_UNITS
from cqbook.data.selection import fact
from cqbook.figures import english, expressions
from cqbook.quantities import qualifiers, quantity
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.interval import Interval
from cqbook.quantities.printed import read_printed
from cqbook.quantities.qualifiers import QUALIFIERS, SIGNED_MEASURES, from_printed, words_at
from cqbook.quantities.quantity import DERIVED, UNOBSERVED
from cqbook.quantities.units import Unit

#: The code's table of each column that may hold certain codes only.
TABLES = {
    ("observations", "accumulation"): vocabulary.ACCUMULATIONS,
    ("observations", "flow"): vocabulary.FLOWS_ZH,
    ("observations", "measure"): vocabulary.MEASURES,
    ("observations", "qualifier"): QUALIFIERS,
    ("observations", "status"): STATUS_ZH,
    ("indicators", "domain"): vocabulary.DOMAINS,
    ("projects", "stage"): [stage for stage in vocabulary.STAGES if stage],
    ("errata", "kind"): ERRATUM_KINDS,
}
#: Columns whose codes no code has words for: the descriptor is their one place.
DESCRIBED = {
    ("observations", "confidence"),
    *(("sources", "date_precision"), ("sources", "confidence")),
    *(("entities", "kind"), ("projects", "industry"), ("synonyms", "resource")),
}


def enums() -> dict[tuple[str, str], list[str]]:
    content = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return {
        (resource["name"], field["name"]): field["constraints"]["enum"]
        for resource in content["resources"]
        for field in resource["schema"]["fields"]
        if "enum" in field.get("constraints", {})
    }


def lists_of_series(book) -> set[tuple[str, str]]:
    """Return the lists of long series: a part of what ``observations`` or another table allows."""
    return {place for place in enums() if place[0] in book.series}


def test_a_series_allows_no_more_than_observations_do(book):
    allowed = {
        column: codes for (table, column), codes in enums().items() if table == "observations"
    }
    for table, column in lists_of_series(book):
        codes = set(enums()[table, column])
        if column in allowed:
            assert codes <= set(allowed[column]), (table, column)
        if column == "basis":
            assert codes <= set(vocabulary.BASES_ZH), table


def test_every_list_of_codes_is_of_the_code_or_of_the_descriptor(book):
    """A new list is put into one of the two above by whoever makes it."""
    assert set(enums()) - lists_of_series(book) == TABLES.keys() | DESCRIBED


@pytest.mark.parametrize("place", TABLES, ids=".".join)
def test_the_tables_allow_what_the_code_knows(place):
    assert sorted(enums()[place]) == sorted(TABLES[place])


def test_every_basis_and_currency_of_a_figure_has_a_word(book):
    rows = book.observations()
    assert set(rows["basis"]) <= {"", *vocabulary.BASES_ZH}
    # a money is the unit's name, or the part of it before a stroke: CNY/tonne
    names = {Unit.parse(unit).name.partition("/")[0] for unit in rows["unit"]}
    money = {name for name in names if re.fullmatch(r"[A-Z]{3}", name)} - {"TEU"}
    assert money == set(vocabulary.CURRENCIES)


def test_words_that_follow_from_others():
    assert vocabulary.DIRECTIONS_ZH == {"export": "出口", "import": "进口"}
    assert customs.FLOWS is vocabulary.DIRECTIONS_ZH
    assert customs.CURRENCIES is vocabulary.CURRENCIES
    assert plausibility._CURRENCIES.keys() == vocabulary.CURRENCIES.keys()
    assert set(selection.BASIS_ORDER) <= {"", *vocabulary.BASES_ZH}
    assert vocabulary.MEASURES.keys() >= SIGNED_MEASURES | MEASURE_UNITS.keys()
    assert UNOBSERVED == (DERIVED, "预计", "计划", "目标")
    assert english.STATUS.keys() <= {DERIVED, *STATUS_ZH.values()}
    assert english.STATUS.keys() >= set(UNOBSERVED)
    # the text of a specification: a drawn picture is found again by it
    assert expressions.IS_HOLLOW == "indexof(['推算', '预计', '计划', '目标'], datum.status) >= 0"


# Words of which a second list would drift: as a whole literal, in one module each.
ONCE = {
    "进出口": "data/vocabulary.py",
    "人民币": "data/vocabulary.py",
    "中汽协": "data/vocabulary.py",
    "经营单位所在地": "data/vocabulary.py",
    "预计": "quantities/about.py",
    "推算": "quantities/quantity.py",
    "基本持平": "quantities/qualifiers.py",
}
#: Where the word is another thing: a heading of the platform, a column of a page, English of it.
OTHERWISE = {
    ("人民币", "intake/customs_format.py"),
    ("进出口", "analysis/customs/coverage.py"),
}


def literals(path) -> list[str]:
    return [
        node.value
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_shared_words_stand_in_one_module():
    package = ROOT / "lib" / "cqbook"
    found = {
        (word, path.relative_to(package).as_posix())
        for path in package.rglob("*.py")
        for word in set(literals(path)) & ONCE.keys()
    }
    assert found - OTHERWISE == set(ONCE.items())
    assert found >= OTHERWISE


# --- 指标与方法: “换一种读法，只需改一处代码，全书随之重算”

ENDS = {"v": Decimal(1), "0.9v": Decimal("0.9")}
#: Printed numbers of every kind: round, with decimals, with zeros at the end, powers of ten, 0.
NUMBERS = ("3500", "8158.4", "4.2", "20", "7", "2.0", "0.5", "0", "1000", "1")


def end(text: str, value: str, units: dict[str, Decimal]) -> Decimal | None:
    """Return the end of an interval that a rule names: ``v − m``, ``0.9v``, ``−1%``, ``∞``."""
    plain = text.replace("−", "-").replace(" ", "").removesuffix("%")
    if plain.endswith("∞"):
        return None
    found = re.fullmatch(r"(0\.9v|v)(?:([-+])([hmud]))?", plain)
    if not found:
        return Decimal(plain)
    base = ENDS[found[1]] * Decimal(value)
    return base + Decimal(f"{found[2]}1") * units[found[3]] if found[2] else base


def ruled(rule: str, value: str) -> Interval:
    """Return the interval that a rule of the published table gives for a printed number."""
    opening, low, high, closing = re.fullmatch(r"([\[(])(.+), (.+)([\])])", rule).groups()
    decimals = len(value.partition(".")[2])
    last = Decimal(1).scaleb(-decimals)
    zeros = 0 if decimals else len(value) - len(value.rstrip("0"))
    half = last / 2
    # from three significant digits on, 约 says that the number was rounded
    rounded = len(value.replace(".", "").strip("0")) >= 3
    margin = last.scaleb(zeros) / 2 if rounded else max(Decimal(value) / 10, half)
    # from one power of ten the next class is the next power
    power = value.strip("0.") == "1"
    step = Decimal(value) * 9 if power else last.scaleb(zeros)
    units = {"h": half, "m": margin, "u": last.scaleb(zeros), "d": step}
    return Interval(
        *(end(text, value, units) for text in (low, high)), opening == "[", closing == "]"
    )


def differences(rows: list[dict[str, str]]) -> list[str]:
    """Return where the published table says another thing than the code does."""
    found = [] if [row["qualifier"] for row in rows] == list(QUALIFIERS) else ["codes"]
    for row in rows:
        name = row["qualifier"]
        words = "、".join(QUALIFIERS[name].words) or "（无限定词）"
        if row["words"] != words:
            found.append(f"{name}: {row['words']} / {words}")
        rules = re.findall(r"[\[(][^\[\])]*[\])]", row["rule"])
        for signed, rule in ((False, rules[0]), (True, rules[-1])):
            for value in NUMBERS:
                if value == "0" and name in ("as_rounded", "more_than", "magnitude"):
                    # ±h around 0 is open at both ends; 余 and 级 of 0 say nothing
                    continue
                read = from_printed("" if name == "unchanged" else value, name, signed=signed)
                if read != ruled(rule, value):
                    found.append(f"{name} of {value}: {rule} / {read}")
    return found


def test_the_published_readings_are_those_of_the_code(book):
    rows = book.table("qualifiers").to_dict("records")
    assert differences(rows) == []


@pytest.mark.parametrize(
    ("column", "of", "text"),
    [
        ("rule", "about", "[v − h, v + h]"),
        ("rule", "nearly", "[0.9v, v]"),
        ("rule", "under", "[0, v)；可为负的比率为 [0, v)"),
        ("rule", "magnitude", "[v, v + u)"),
        ("words", "over", "超、超过、逾"),
        ("qualifier", "over", "above"),
    ],
)
def test_a_table_that_says_another_thing_is_found(book, column, of, text):
    rows = book.table("qualifiers").to_dict("records")
    for row in rows:
        if row["qualifier"] == of and column != "qualifier":
            row[column] = text
    if column == "qualifier":
        rows = rows[1:]
    assert differences(rows)


def test_another_reading_is_one_change_that_all_figures_follow(book, monkeypatch):
    """It is made in `QUALIFIERS`; intake, quantities and whatever is drawn follow."""
    rows = book.observations(qualifier="over", measure="level", unit="100M CNY")
    row = rows.iloc[0]
    asked = {name: row[name] for name in ("indicator", "entity", "period", "flow", "breakdown")}
    before = fact(book, unit="100M CNY", accumulation=row["accumulation"], **asked)
    assert before.interval.upper is None
    twice = replace(
        QUALIFIERS["over"], read=lambda printed, _: Interval(printed.value, 2 * printed.value)
    )
    # what was read is kept: a change of the table is a change of the package, and a new process
    forgotten = (qualifiers._read.cache_clear, quantity._quantity.cache_clear)
    with monkeypatch.context() as patch:
        patch.setitem(QUALIFIERS, "over", twice)
        for forget in forgotten:
            forget()
        after = fact(book, unit="100M CNY", accumulation=row["accumulation"], **asked)
        assert after.interval.upper == 2 * before.interval.lower
        assert differences(book.table("qualifiers").to_dict("records"))
    for forget in forgotten:
        forget()


def test_each_word_is_read_where_it_stands():
    places = {"before": "{}3万辆", "between": "3{}万辆", "behind": "3万辆{}"}
    for place, form_ in places.items():
        for word, name in words_at(place).items():
            assert read_printed(form_.format(word)).qualifier == name
