"""What the tables must satisfy, and errors that name file, row, column, value and expectation.

Types, required cells, allowed values, patterns, keys and foreign keys are declared once, in
``datapackage.json`` (Frictionless); the Frictionless tool reads the same descriptor and must agree.
What a descriptor can't say (a period that exists, a unit that has a Chinese name, a qualifier that
fits its number, parts that point at a whole) is checked here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cqbook.data.catalog import DESCRIPTOR, Catalog
from cqbook.data.plausibility import doubts
from cqbook.errors import HIDDEN, Breach, ContractError, visible
from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import SIGNED_MEASURES, from_printed
from cqbook.quantities.quantity import Reported
from cqbook.quantities.units import Unit, unit_zh

NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)?")
#: What a spreadsheet that opens the published tables would calculate; ``-13.2%为环比`` is none.
FORMULA = re.compile(r"\s*(?:[=@＝＠]|[-+＋－](?!$|[0-9][^-=!|()<>+*/^&]*$)).*", re.S)
#: Units that a measure can be printed in; levels take any.
MEASURE_UNITS = {
    "yoy": {"percent", "times"},
    "share": {"percent", "per mille"},
    "contribution_rate": {"percent"},
    "contribution_points": {"percentage points"},
    "pp_change": {"percentage points"},
    "multiple": {"times"},
    "completion": {"percent"},
    "rank": {"rank"},
}


def check_package(book: Catalog) -> dict[str, int]:
    """Check every table of a data package.

    Returns
    -------
    dict of str to int
        Number of rows by table.

    Raises
    ------
    ContractError
        With every breach that was found.
    """
    breaches: list[Breach] = list(_rules(book))
    if breaches:
        raise ContractError(breaches)
    tables: dict[str, pd.DataFrame] = {}
    for name in book.resources:
        frame = book.text(name)
        tables[name] = frame
        found = list(_schema(book, name, frame))
        # a table that lacks columns can't be looked at any further
        breaches += found
    if not any(breach.row == 0 for breach in breaches):
        for name in book.resources:
            breaches += _foreign_keys(book, name, tables)
            breaches += _listed_keys(book, name, tables)
        file = book.file("observations").name
        rows = tables["observations"].to_dict("records")
        breaches += _observations(rows, file)
        breaches += _attested(rows, tables, file)
    if breaches:
        raise ContractError(breaches)
    return {name: len(frame) for name, frame in tables.items()}


def _rules(book: Catalog) -> Iterator[Breach]:
    """Check that the descriptor's own rules can be applied."""

    def breach(name: str, value: object, zh_text: str, text: str) -> Breach:
        return Breach(DESCRIPTOR, 0, name, str(value), zh_text, text)

    columns = {name: {item["name"] for item in book.fields(name)} for name in book.resources}
    if "observations" not in columns:
        yield breach("resources", "", "有表 observations", "a table observations")
    for name, resource in book.resources.items():
        for item in book.fields(name):
            place = f"{name}.{item['name']}"
            rules = item.get("constraints", {})
            listed = rules.get("enum", []) if isinstance(rules, dict) else None
            if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
                yield breach(
                    place, rules, "constraints：enum 为文字的列表", "enum: a list of texts"
                )
                continue
            problem = _tried(lambda: _compiled(rules.get("pattern", "")))  # noqa: B023
            if problem:
                value = rules["pattern"]
                zh_text = "正则表达式（RE2：没有前后查看和反向引用，重复至多1000次）"
                text = f"a regular expression as RE2 has them ({visible(problem)})"
                yield breach(place, value, zh_text, text)
            known = str(item.get("listOf", "")).split(".")
            if known != [""] and (len(known) != 2 or known[1] not in columns.get(known[0], ())):
                yield breach(place, item["listOf"], "表.列", "an existing table.column")
        schema = resource["schema"]
        key = schema.get("primaryKey", [])
        parts = [key] if isinstance(key, str) else key
        if not isinstance(parts, list) or not columns[name].issuperset(map(str, parts)):
            yield breach(f"{name}.primaryKey", key, "本表的列", "columns of the table")
        links = schema.get("foreignKeys", [])
        for link in links if isinstance(links, list) else [links]:
            if not isinstance(links, list) or not _leads(link, name, columns):
                yield breach(f"{name}.foreignKeys", link, "已有的表和列", "existing columns")


def _matches(pattern: str, cells: list[str]) -> list[bool]:
    """Return which cells are wholly a match of a pattern.

    Asked of RE2, which takes time in proportion to a cell's length: Python's own matcher takes
    years for ``(a+)+`` and forty letters, and a package comes from whoever made it.
    """
    question = "SELECT regexp_full_match(cell, ?) FROM unnest(?::VARCHAR[]) AS asked(cell)"
    found = _matcher().cursor().execute(question, [pattern, cells])
    return [matched for (matched,) in found.fetchall()]


@functools.cache
def _matcher() -> duckdb.DuckDBPyConnection:
    """Return a database without data: to open one for each pattern takes half of a check."""
    return duckdb.connect(config={"threads": 1})


def _compiled(pattern: object) -> None:
    """Compile a pattern as both read it who apply it: this module, and the Frictionless tool.

    Raises
    ------
    ValueError
        If one of them can't.
    """
    if not isinstance(pattern, str):
        msg = f"{type(pattern).__name__}, not a text"
        raise ValueError(msg)
    if not pattern:
        return
    try:
        _matches(pattern, [""])
        re.compile(pattern)
    except (duckdb.Error, re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _leads(link: Any, name: str, columns: dict[str, set[str]]) -> bool:  # noqa: ANN401
    """Return whether a foreign key leads from a column of table `name` to one that exists."""
    try:
        target = link["reference"]["resource"] or name
        ends = [link["fields"], link["reference"]["fields"]]
        own, other = (end if isinstance(end, str) else end[0] for end in ends)
        return own in columns[name] and other in columns[target]
    except (KeyError, TypeError, IndexError):
        return False


def _schema(book: Catalog, name: str, frame: pd.DataFrame) -> Iterator[Breach]:
    file = book.file(name).name
    fields = book.fields(name)
    wanted = [field["name"] for field in fields]
    if list(frame.columns) != wanted:
        lacking = [column for column in wanted if column not in frame.columns]
        extra = [column for column in frame.columns if column not in wanted]
        if lacking or extra:
            for column in lacking:
                yield Breach(file, 0, column, "", "有这一列", "this column to be there")
            for column in extra:
                yield Breach(file, 0, column, column, "没有这一列", "no such column")
        else:
            listed = ",".join(wanted)
            order = ",".join(frame.columns)
            yield Breach(file, 0, "*", order, f"列的顺序 {listed}", f"columns in order {listed}")
        return
    for field in fields:
        yield from _cells(file, frame[field["name"]], field)
    key = book.resources[name]["schema"].get("primaryKey")
    if key:
        columns = [key] if isinstance(key, str) else key
        for index in frame.index[frame.duplicated(columns, keep="first")]:
            value = "/".join(frame.loc[index, columns])
            column = "+".join(columns)
            yield Breach(file, index + 1, column, value, "不重复的主键", "a unique primary key")


def _cells(file: str, column: pd.Series, field: dict[str, Any]) -> Iterator[Breach]:
    rules = field.get("constraints", {})
    name, kind = field["name"], field.get("type", "string")
    filled = column.ne("")
    tests: list[tuple[pd.Series, str, str]] = []
    if rules.get("required"):
        tests.append((~filled, "非空", "a value"))
    if kind == "number":
        tests.append((filled & ~column.str.fullmatch(NUMERAL), "数字", "a number"))
    if kind == "integer":
        tests.append((filled & ~column.str.fullmatch(r"-?[0-9]+"), "整数", "an integer"))
    if kind == "boolean":
        tests.append((filled & ~column.isin(["true", "false"]), "true 或 false", "true or false"))
    if "enum" in rules:
        listed = "、".join(rules["enum"])
        tests.append((filled & ~column.isin(rules["enum"]), f"{listed} 之一", f"one of {listed}"))
    if "pattern" in rules:
        pattern = rules["pattern"]
        matched = pd.Series(_matches(pattern, column.tolist()), index=column.index, dtype=bool)
        shown = visible(pattern)
        tests.append((filled & ~matched, f"符合 {shown}", f"a match of {shown}"))
    edged = column.ne(column.str.strip())
    tests.append((edged, "首尾没有空白", "no white space at its ends"))
    hidden = column.map(lambda text: bool(HIDDEN.search(text)))
    tests.append(
        (hidden, "没有控制字符和看不见的字符", "no control characters, none that are not seen")
    )
    if kind == "string":
        formula = column.map(lambda text: bool(FORMULA.fullmatch(text)))
        tests.append(
            (formula, "不是表格软件会计算的公式", "no formula that a spreadsheet would calculate")
        )
    for failed, zh_text, text in tests:
        for index in column.index[failed]:
            yield Breach(file, index + 1, name, column[index], zh_text, text)


def _foreign_keys(book: Catalog, name: str, tables: dict[str, pd.DataFrame]) -> Iterator[Breach]:
    file = book.file(name).name
    for key in book.resources[name]["schema"].get("foreignKeys", []):
        column = key["fields"] if isinstance(key["fields"], str) else key["fields"][0]
        target = key["reference"]["resource"] or name
        field = key["reference"]["fields"]
        known = set(tables[target][field if isinstance(field, str) else field[0]])
        cells = tables[name][column]
        for index in cells.index[cells.ne("") & ~cells.isin(known)]:
            yield Breach(
                file,
                index + 1,
                column,
                cells[index],
                f"表 {target} 中已有的 {field}",
                f"a {field} of table {target}",
            )


def _listed_keys(book: Catalog, name: str, tables: dict[str, pd.DataFrame]) -> Iterator[Breach]:
    """Check cells that hold several keys; a plain descriptor has no word for them (``listOf``)."""
    file = book.file(name).name
    for field in book.fields(name):
        if "listOf" not in field:
            continue
        target, _, column = field["listOf"].partition(".")
        known = set(tables[target][column])
        for index, cell in tables[name][field["name"]].items():
            for part in cell.split(";") if cell else []:
                if part not in known:
                    yield Breach(
                        file,
                        index + 1,
                        field["name"],
                        part,
                        f"表 {target} 中已有的 {column}",
                        f"a {column} of table {target}",
                    )


def _tried(read: Callable[[], object]) -> str:
    try:
        read()
    except (ValueError, TypeError, ArithmeticError) as error:
        return str(error)
    return ""


def _observations(rows: Sequence[Reported], file: str) -> Iterator[Breach]:
    """Check what the descriptor can't say of ``observations``."""
    ids = {row["observation_id"] for row in rows}
    for index, row in enumerate(rows, start=1):

        def breach(column: str, zh_text: str, text: str) -> Breach:
            return Breach(file, index, column, row[column], zh_text, text)  # noqa: B023

        problem = _tried(lambda: Period.parse(row["period"]))  # noqa: B023
        if problem:
            yield breach("period", "一个时期", f"a period ({problem})")
        problem = _tried(lambda: unit_zh(Unit.parse(row["unit"])))  # noqa: B023
        if problem:
            yield breach("unit", "有中文名的单位", f"a unit with a Chinese name ({problem})")
        allowed = MEASURE_UNITS.get(row["measure"])
        if allowed and row["unit"] not in allowed:
            listed = "、".join(sorted(allowed))
            yield breach("unit", f"{row['measure']} 的单位 {listed}", f"{listed} for this measure")
        problem = _tried(
            lambda: from_printed(
                row["value"],  # noqa: B023
                row["qualifier"],  # noqa: B023
                row["value_upper"],  # noqa: B023
                signed=row["measure"] in SIGNED_MEASURES,  # noqa: B023
            )
        )
        if problem:
            yield breach("value", "与限定词相配的数值", f"a value that fits ({problem})")
        if not ID.fullmatch(row["observation_id"]) or not row["observation_id"].startswith(
            f"{row['source_id']}."
        ):
            yield breach("observation_id", "source_id.名字", "source_id.name in lower case")
        for column in ("part_of", "supersedes"):
            if row[column] and (row[column] not in ids or row[column] == row["observation_id"]):
                yield breach(column, "另一行的 observation_id", "another row's observation_id")
        parts = row["breakdown"].split(";") if row["breakdown"] else []
        if parts != sorted(parts) or any(part.count("=") != 1 for part in parts):
            yield breach("breakdown", "按键排序的 键=值", "key=value pairs sorted by key")


def _attested(
    rows: Sequence[Reported], tables: Mapping[str, pd.DataFrame], file: str
) -> Iterator[Breach]:
    """Check ``observations`` against what was printed, where indicators and sources are tables."""
    names, published = (
        dict(zip(tables[table][key], tables[table][column], strict=True)) if table in tables else {}
        for table, key, column in (
            ("indicators", "indicator", "name_zh"),
            ("sources", "source_id", "published"),
        )
    )
    for doubt in doubts(rows, names, published):
        value = rows[doubt.row][doubt.column]
        yield Breach(file, doubt.row + 1, doubt.column, value, doubt.expected_zh, doubt.expected)
