"""What the tables must satisfy, and errors that name file, row, column, value and expectation.

Types, required cells, allowed values, patterns, keys and foreign keys are declared once, in
``datapackage.json`` (Frictionless). What a descriptor can't say (a period that exists, a unit that
has a Chinese name, a qualifier that fits its number, parts that point at a whole) is checked too.

Both are checked here, and not by the Frictionless tool, which a test asks as an independent reader
of the package. Of the rules of the descriptor alone, measured on the book's data: 0.6 s of
processor time here, 1.2 s and 0.3 s of imports there (and twenty packages); of 13 kinds of faults
it sees seven, all of which are seen here. It takes ``1e3`` and ``NaN`` for numbers and passes
hidden characters and formulas; it tells neither the value nor, of keys, the column, and nothing in
Chinese; and it matches patterns with a matcher that one cell can keep busy for years.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import duckdb
import pandas as pd
from annotated_types import Len
from pydantic import AfterValidator, BaseModel, ValidationError

from cqbook.data.catalog import DESCRIPTOR, OBSERVATION_TABLE, Catalog
from cqbook.data.embedded import database
from cqbook.data.plausibility import doubts
from cqbook.data.relation_rules import RULES, overruns, parents_of
from cqbook.data.relations import impossible
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.series import MADE
from cqbook.errors import HIDDEN, Breach, ContractError, visible
from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import SIGNED_MEASURES, from_printed
from cqbook.quantities.quantity import Reported, period_zh
from cqbook.quantities.units import Unit, unit_zh

NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
INTEGER = re.compile(r"-?[0-9]+")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)?")
#: What a spreadsheet that opens the published tables would calculate; ``-13.2%为环比`` is none.
FORMULA = re.compile(r"\s*(?:[=@＝＠]|[-+＋－](?!$|[0-9][^-=!|()<>+*/^&]*$)).*", re.S)
#: Units that a measure can be printed in; levels take any.
MEASURE_UNITS = {
    "yoy": {"percent", "times"},
    "annual_average": {"percent"},
    "share": {"percent"},
    "contribution_rate": {"percent"},
    "contribution_points": {"percentage points"},
    "pp_change": {"percentage points"},
    "multiple": {"times"},
    "completion": {"percent"},
    "rank": {"rank"},
}


#: What the checks of single rows of ``observations`` read.
CHECKED = [
    *("observation_id", "source_id", "period", "unit", "measure", "value", "value_upper"),
    *("qualifier", "part_of", "supersedes", "breakdown"),
]


class Rules(BaseModel, frozen=True, strict=True):
    """What the cells of a column must satisfy."""

    required: bool = False
    enum: list[str] | None = None
    pattern: Annotated[str, AfterValidator(lambda pattern: _compiled(pattern))] = ""


_Columns = str | Annotated[list[str], Len(min_length=1)]


class _Reference(BaseModel, frozen=True, strict=True):
    resource: str
    fields: _Columns


class _ForeignKey(BaseModel, frozen=True, strict=True):
    fields: _Columns
    reference: _Reference


@dataclass(frozen=True)
class Link:
    """A column of which each cell, or each part of it, is one of another column's."""

    column: str
    table: str
    of: str


@dataclass(frozen=True)
class Contract:
    """What one table must satisfy: rules by column, its key, links of cells and of their parts."""

    rules: dict[str, Rules]
    key: list[str]
    links: list[Link]
    lists: list[Link]


class Tables(Mapping[str, pd.DataFrame]):
    """The tables of a package as text, read when they are asked for.

    Parameters
    ----------
    book : Catalog

    Attributes
    ----------
    asked : set of str
        Names of the tables that were asked for, there or not.
    """

    def __init__(self, book: Catalog) -> None:
        self.book = book
        self.asked: set[str] = set()
        self._served: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table."""
        self.asked.add(name)
        if name not in self.book.resources:
            raise KeyError(name)
        return self.book.text(name)

    def __iter__(self) -> Iterator[str]:
        """Return the names of the tables; to know them is to have read none."""
        return iter(self.book.resources)

    def __len__(self) -> int:
        """Return how many tables there are."""
        return len(self.book.resources)

    def served(self, name: str) -> pd.DataFrame:
        """Return a series as rows of ``observations``, all text."""
        frame = self[name]
        if name not in self._served:
            self._served[name] = self.book.as_observations(name, frame)
        return self._served[name]

    def ids(self) -> set[str]:
        """Return the ids of all observations."""
        own = self[OBSERVATION_TABLE]["observation_id"]
        series = (self.served(name)["observation_id"].tolist() for name in self.book.series)
        return set(own.tolist()).union(*series)


#: A check of some tables.
TableCheck = Callable[[Tables], Iterable[Breach]]


def _each_time(_name: str, part: TableCheck, tables: Tables) -> list[Breach]:
    return list(part(tables))


def check_package(
    book: Catalog, ask: Callable[[str, TableCheck, Tables], list[Breach]] = _each_time
) -> dict[str, int]:
    """Check every table of a data package.

    Parameters
    ----------
    book : Catalog
    ask : callable, optional
        Asked for the breaches of each part of the check, by its name: one that found none in the
        tables that it asks for, and would find them as they were, finds none again.

    Returns
    -------
    dict of str to int
        Number of rows by table.

    Raises
    ------
    ContractError
        With every breach that was found.
    """
    breaches: list[Breach] = []
    contracts = _contracts(book, breaches)
    if breaches:
        raise ContractError(breaches)
    tables = Tables(book)
    for name, contract in contracts.items():
        # a table that lacks columns can't be looked at any further
        breaches += ask(f"{name}: cells", functools.partial(_schema, name, contract), tables)
    if not any(breach.row == 0 for breach in breaches):
        for name, contract in contracts.items():
            breaches += ask(f"{name}: keys", functools.partial(_keys, name, contract), tables)
        breaches += ask("rows", _entered, tables)
        for name in book.series:
            part = functools.partial(_served, name, contracts[OBSERVATION_TABLE])
            breaches += ask(f"{name}: rows", part, tables)
        if not breaches:
            breaches += ask("relations", _impossible, tables)
    if breaches:
        raise ContractError(breaches)
    return {name: len(tables[name]) for name in tables}


def _contracts(book: Catalog, breaches: list[Breach]) -> dict[str, Contract]:
    """Return the contract of each table; what of the descriptor can't be applied is a breach."""

    def refuse(name: str, value: object, zh_text: str, text: str) -> None:
        breaches.append(Breach(DESCRIPTOR, 0, name, str(value), zh_text, text))

    columns = {name: {item["name"] for item in book.fields(name)} for name in book.resources}
    if OBSERVATION_TABLE not in columns:
        refuse("resources", "", "有表 observations", "a table observations")
    found = {}
    for name, resource in book.resources.items():
        rules, lists = {}, []
        for item in book.fields(name):
            place, given = f"{name}.{item['name']}", item.get("constraints", {})
            try:
                rules[item["name"]] = Rules.model_validate(given)
            except ValidationError as error:
                refuse(place, *_misruled(given, error))
            listed = str(item.get("listOf", ""))
            link = Link(item["name"], *listed.split(".")) if listed.count(".") == 1 else None
            if link and link.of in columns.get(link.table, ()):
                lists.append(link)
            elif listed:
                refuse(place, item["listOf"], "表.列", "an existing table.column")
        schema = resource["schema"]
        key = schema.get("primaryKey", [])
        parts = [key] if isinstance(key, str) else key
        if not isinstance(parts, list) or not columns[name].issuperset(map(str, parts)):
            refuse(f"{name}.primaryKey", key, "本表的列", "columns of the table")
            parts = []
        links = []
        given = schema.get("foreignKeys", [])
        for end in given if isinstance(given, list) else [given]:
            link = _link(end, name) if isinstance(given, list) else None
            if link and link.column in columns[name] and link.of in columns.get(link.table, ()):
                links.append(link)
            else:
                refuse(f"{name}.foreignKeys", end, "已有的表和列", "existing columns")
        for part in parts:
            # keys become addresses of pages and names of objects: ../x and __proto__ are none
            if part in rules and not (rules[part].pattern or rules[part].enum):
                zh_text = "主键的 pattern 或 enum"
                refuse(f"{name}.{part}", "", zh_text, "a pattern or an enum: it is a key")
        found[name] = Contract(rules, parts, links, lists)
    for name in book.series if not breaches else ():
        breaches += _declared(book, name, found[OBSERVATION_TABLE].rules)
    return found


def _declared(book: Catalog, name: str, rules: Mapping[str, Rules]) -> Iterator[Breach]:
    """Check that a series declares all that a row of ``observations`` needs, once each."""
    series = book.series[name]["observations"]
    own = {field["name"] for field in book.fields(name)}
    dimensions = set(series.get("breakdown", []))
    place = f"{name}.observations"

    def breach(column: str, value: str, zh_text: str, text: str) -> Breach:
        return Breach(DESCRIPTOR, 0, f"{place}.{column}", value, zh_text, text)

    for column, value in series["fixed"].items():
        if column in own:
            yield breach(column, value, "各行不同的列不在 fixed 中", "no column of the table")
        elif column not in rules and column not in dimensions:
            yield breach(column, value, "observations 的列，或细分的键", "a column of observations")
    for column in dimensions - own - set(series["fixed"]):
        zh_text = "本表的列，或在 fixed 中"
        yield breach("breakdown", column, zh_text, "a column of the table, or fixed")
    for column, rule in rules.items():
        lacking = column not in own and column not in series["fixed"] and column not in MADE
        if rule.required and lacking:
            yield breach(column, "", "是本表的列，或在 fixed 中", "a column of the table, or fixed")
    if not book.resources[name]["schema"].get("primaryKey"):
        yield breach("primaryKey", "", "有主键", "a primary key, of which ids are made")


def _misruled(given: object, error: ValidationError) -> tuple[object, str, str]:
    """Return what of a column's constraints can't be applied, and what was expected."""
    first = error.errors()[0]
    if first["loc"][:1] == ("pattern",) and isinstance(given, dict):
        return (
            given["pattern"],
            "正则表达式（RE2：没有前后查看和反向引用，重复至多1000次）",
            "a regular expression as RE2 has them: no looking around, no back references",
        )
    if first["loc"][:1] == ("required",):
        return given, "constraints：required 为 true 或 false", "required: true or false"
    return given, "constraints：enum 为文字的列表", "enum: a list of texts"


def _link(end: object, name: str) -> Link | None:
    """Return a foreign key of table `name`, None if it is none."""
    try:
        known = _ForeignKey.model_validate(end)
    except ValidationError:
        return None
    own, other = (
        columns if isinstance(columns, str) else columns[0]
        for columns in (known.fields, known.reference.fields)
    )
    return Link(own, known.reference.resource or name, other)


# who takes something in has the same columns looked at before and after it
@functools.lru_cache(maxsize=256)
def _matches(pattern: str, cells: tuple[str, ...]) -> list[bool]:
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
    return database(threads=1)


def _compiled(pattern: str) -> str:
    """Return a pattern that both can apply: this module, and the Frictionless tool.

    Raises
    ------
    ValueError
        If one of them can't.
    """
    try:
        if pattern:
            _matches(pattern, ("",))
            re.compile(pattern)
    except (duckdb.Error, re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return pattern


def _schema(name: str, contract: Contract, tables: Tables) -> Iterator[Breach]:
    frame, file = tables[name], tables.book.file(name).name
    fields = tables.book.fields(name)
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
        yield from _cells(file, frame[field["name"]], field["type"], contract.rules[field["name"]])
    key = contract.key
    if key:
        for index in frame.index[frame.duplicated(key, keep="first")]:
            value = "/".join(frame.loc[index, key])
            column = "+".join(key)
            yield Breach(file, index + 1, column, value, "不重复的主键", "a unique primary key")


def _cells(file: str, column: pd.Series, kind: str, rules: Rules) -> Iterator[Breach]:
    # what a cell may be does not depend on its row: each text is looked at once
    texts = list(dict.fromkeys(column.tolist()))
    filled = [text for text in texts if text]
    tests: list[tuple[set[str], str, str]] = []

    def forbid(wrong: Iterable[str], zh_text: str, text: str) -> None:
        tests.append((set(wrong), zh_text, text))

    if rules.required:
        forbid({""}, "非空", "a value")
    if kind == "number":
        forbid((text for text in filled if not NUMERAL.fullmatch(text)), "数字", "a number")
    if kind == "integer":
        forbid((text for text in filled if not INTEGER.fullmatch(text)), "整数", "an integer")
    if kind == "boolean":
        forbid({*filled} - {"true", "false"}, "true 或 false", "true or false")
    if rules.enum is not None:
        listed = "、".join(rules.enum)
        forbid({*filled} - {*rules.enum}, f"{listed} 之一", f"one of {listed}")
    if "pattern" in rules.model_fields_set:
        found = zip(filled, _matches(rules.pattern, tuple(filled)), strict=True)
        shown = visible(rules.pattern)
        unmatched = (text for text, matched in found if not matched)
        forbid(unmatched, f"符合 {shown}", f"a match of {shown}")
    edged = (text for text in texts if text != text.strip())
    forbid(edged, "首尾没有空白", "no white space at its ends")
    hidden = (text for text in texts if HIDDEN.search(text))
    forbid(hidden, "没有控制字符和看不见的字符", "no control characters, none that are not seen")
    if kind == "string":
        formulas = (text for text in texts if FORMULA.fullmatch(text))
        forbid(
            formulas, "不是表格软件会计算的公式", "no formula that a spreadsheet would calculate"
        )
    for wrong, zh_text, text in tests:
        for index in column.index[column.isin(wrong)] if not wrong.isdisjoint(texts) else ():
            yield Breach(file, index + 1, str(column.name), column[index], zh_text, text)


def _keys(name: str, contract: Contract, tables: Tables) -> Iterator[Breach]:
    file = tables.book.file(name).name
    yield from _foreign_keys(file, tables[name], contract.links, tables)
    yield from _listed_keys(file, tables[name], contract.lists, tables)


def _foreign_keys(
    file: str, table: pd.DataFrame, links: list[Link], tables: Mapping[str, pd.DataFrame]
) -> Iterator[Breach]:
    for link in links:
        cells = table[link.column]
        for index in cells.index[cells.ne("") & ~cells.isin(tables[link.table][link.of])]:
            yield _astray(file, index, link, cells[index])


def _listed_keys(
    file: str, table: pd.DataFrame, lists: list[Link], tables: Tables
) -> Iterator[Breach]:
    """Check cells that hold several keys; a plain descriptor has no word for them (``listOf``).

    Nor for the ids of series, which are observations as well.
    """
    for link in lists:
        of_rows = (link.table, link.of) == (OBSERVATION_TABLE, "observation_id")
        known = tables.ids() if of_rows else set(tables[link.table][link.of].tolist())
        for index, cell in enumerate(table[link.column].tolist()):
            for part in cell.split(";") if cell else []:
                if part not in known:
                    yield _astray(file, index, link, part)


def _astray(file: str, index: int, link: Link, value: str) -> Breach:
    zh_text, text = f"表 {link.table} 中已有的 {link.of}", f"a {link.of} of table {link.table}"
    return Breach(file, index + 1, link.column, value, zh_text, text)


def _tried(read: Callable[[], object]) -> str:
    try:
        read()
    except (ValueError, TypeError, ArithmeticError) as error:
        return str(error)
    return ""


# long series say the same again and again


@functools.lru_cache(maxsize=4096)
def _no_period(text: str) -> str:
    return _tried(lambda: Period.parse(text))


@functools.lru_cache(maxsize=4096)
def _no_unit(text: str) -> str:
    return _tried(lambda: unit_zh(Unit.parse(text)))


@functools.lru_cache(maxsize=16384)
def _no_figure(value: str, qualifier: str, upper: str, measure: str) -> str:
    signed = measure in SIGNED_MEASURES
    return _tried(lambda: from_printed(value, qualifier, upper, signed=signed))


def _entered(tables: Tables) -> Iterator[Breach]:
    """Check the rows of ``observations`` that were entered one by one."""
    rows, file = rows_of(tables[OBSERVATION_TABLE]), tables.book.file(OBSERVATION_TABLE).name
    yield from _observations(rows, file, tables)
    yield from _attested(rows, tables, file, _corrected(rows, tables))
    yield from _days(tables)


def _corrected(rows: Sequence[Reported], tables: Tables) -> list[TableRow]:
    """Return the rows of series that rows entered one by one correct."""
    asked = {row["supersedes"] for row in rows} - {row["observation_id"] for row in rows} - {""}
    found: list[TableRow] = []
    for name in tables.book.series if asked else ():
        frame = tables.served(name)
        found += rows_of(frame[frame["observation_id"].isin(asked)])
    return found


def _days(tables: Tables) -> Iterator[Breach]:
    """Check that the days on which sources came out exist."""
    if "sources" in tables:
        file = tables.book.file("sources").name
        for index, day in enumerate(tables["sources"]["published"].tolist(), start=1):
            if day and _no_period(day):
                yield Breach(file, index, "published", day, "存在的日子", "a day that exists")


def _served(name: str, contract: Contract, tables: Tables) -> Iterator[Breach]:
    """Check the rows that a series is served as; what is fixed in it is told of the descriptor."""
    book, frame = tables.book, tables.served(name)
    own, file = set(tables[name].columns), book.file(name).name
    given = book.series[name]["observations"]
    fixed: list[Breach] = []
    found: list[Breach] = []
    for field in book.fields(OBSERVATION_TABLE):
        column, kind = field["name"], field["type"]
        rules = contract.rules[column]
        if column in given["fixed"]:
            fixed += _cells(DESCRIPTOR, frame[column].head(1), kind, rules)
        elif column in own and (rules.model_fields_set or kind != "string"):
            # its own schema may allow more
            found += _cells(file, frame[column].drop_duplicates(), kind, rules)
    for link in contract.links:
        if link.column in given["fixed"]:
            fixed += _foreign_keys(DESCRIPTOR, frame.head(1), [link], tables)
        else:
            found += _foreign_keys(file, frame, [link], tables)
    yield from (replace(each, row=0, column=f"{name}.{each.column}") for each in fixed)
    codes = tables["breakdowns"]
    known = set(zip(codes["dimension"], codes["code"], strict=True))
    for dimension in given.get("breakdown", []):
        for index, code in enumerate(tables[name].get(dimension, ())):
            if code and (dimension, code) not in known:
                expected = f"a code of {dimension} in table breakdowns"
                zh_text = f"表 breakdowns 中 {dimension} 已有的代码"
                yield Breach(file, index + 1, dimension, code, zh_text, expected)
    for index in frame.index[frame.duplicated("observation_id")]:
        value = str(frame.loc[index, "observation_id"])
        zh_text = "与其他行不同的编号（由主键而来）"
        yield Breach(file, index + 1, "observation_id", value, zh_text, "an id of its own")
    if not fixed and not found:
        found += _observations(rows_of(frame[CHECKED]), file, tables, owner=name)
        # without a printed form of their own, rows of one period and source are as good as one
        every = frame.columns.tolist()
        same = every if "as_printed" in own else ["indicator", "flow", "period", "source_id"]
        asked = frame.drop_duplicates(same)
        for each in _attested(rows_of(asked), tables, file):
            found.append(replace(each, row=int(asked.index[each.row - 1]) + 1))
    yield from found


def _observations(
    rows: Sequence[Reported], file: str, tables: Tables, owner: str = ""
) -> Iterator[Breach]:
    """Check what the descriptor can't say of ``observations``.

    Parameters
    ----------
    tables : Tables
        Asked where a row points at one of another table.
    owner : str
        The series whose name begins the ids; of rows entered one by one it is their source's.
    """
    ids = {row["observation_id"] for row in rows}
    for index, row in enumerate(rows, start=1):

        def breach(column: str, zh_text: str, text: str) -> Breach:
            return Breach(file, index, column, row[column], zh_text, text)  # noqa: B023

        problem = _no_period(row["period"])
        if problem:
            yield breach("period", "一个时期", f"a period ({problem})")
        problem = _no_unit(row["unit"])
        if problem:
            yield breach("unit", "有中文名的单位", f"a unit with a Chinese name ({problem})")
        allowed = MEASURE_UNITS.get(row["measure"])
        if allowed and row["unit"] not in allowed:
            listed = "、".join(sorted(allowed))
            yield breach("unit", f"{row['measure']} 的单位 {listed}", f"{listed} for this measure")
        problem = _no_figure(row["value"], row["qualifier"], row["value_upper"], row["measure"])
        if problem:
            yield breach("value", "与限定词相配的数值", f"a value that fits ({problem})")
        if not ID.fullmatch(row["observation_id"]) or not row["observation_id"].startswith(
            f"{owner or row['source_id']}."
        ):
            yield breach("observation_id", "source_id.名字", "source_id.name in lower case")
        for column in ("part_of", "supersedes"):
            other = row[column]
            known = other in ids or not other or other in tables.ids()
            if other and (not known or other == row["observation_id"]):
                yield breach(column, "另一行的 observation_id", "another row's observation_id")
        parts = row["breakdown"].split(";") if row["breakdown"] else []
        if parts != sorted(parts) or any(part.count("=") != 1 for part in parts):
            yield breach("breakdown", "按键排序的 键=值", "key=value pairs sorted by key")


def _attested(
    rows: Sequence[Reported],
    tables: Mapping[str, pd.DataFrame],
    file: str,
    corrected: Sequence[Reported] = (),
) -> Iterator[Breach]:
    """Check ``observations`` against what was printed, where indicators and sources are tables."""
    names, published = (
        dict(zip(*(tables[table][name].tolist() for name in (key, column)), strict=True))
        if table in tables
        else {}
        for table, key, column in (
            ("indicators", "indicator", "name_zh"),
            ("sources", "source_id", "published"),
        )
    )
    for doubt in doubts(rows, names, published, corrected):
        value = rows[doubt.row][doubt.column]
        yield Breach(file, doubt.row + 1, doubt.column, value, doubt.expected_zh, doubt.expected)


def _impossible(tables: Tables) -> Iterator[Breach]:
    """Check what figures of one source can't all be, at the row that was entered last."""
    rows, file = rows_of(tables[OBSERVATION_TABLE]), tables.book.file(OBSERVATION_TABLE).name
    places = {row["observation_id"]: index for index, row in enumerate(rows)}
    typed = [
        {**row, "value_text": row["value"], "value_upper_text": row["value_upper"]} for row in rows
    ]
    entities, explained = (
        rows_of(tables[name]) if name in tables else [] for name in ("entities", "relations")
    )
    for found in impossible(typed, parents_of(entities), explained):
        last = max(places[key] for key in found.observation_ids)
        rule_zh, rule = RULES[found.relation.rule]
        others = "、".join(key for key in found.observation_ids if places[key] != last)
        yield Breach(
            file,
            last + 1,
            "value",
            rows[last]["value"],
            f"{rule_zh}：{found.printed.zh} 与 {found.computed.range_zh}（{others}）"
            "；来源就这样印的，把 confidence 写作 1，或在 relations 中说明",
            f"what {others} leave: {rule}; if the source prints it so, confidence 1, or a row of"
            " relations with an explanation",
        )
    yield from _shrunk(typed, file)


def _shrunk(rows: Sequence[Reported], file: str) -> Iterator[Breach]:
    """Check that no source has less of a stretch of a year than of a shorter one within it."""
    places = {row["observation_id"]: index for index, row in enumerate(rows, start=1)}
    for longer, shorter in overruns(rows):
        if longer["source_id"] != shorter["source_id"]:
            continue
        other, last = sorted((longer, shorter), key=lambda row: places[row["observation_id"]])
        name, value = other["observation_id"], other["as_printed"]
        zh, en = ("不小于", "no less than") if last is longer else ("不大于", "no more than")
        yield Breach(
            file,
            places[last["observation_id"]],
            "value",
            last["value"],
            f"{zh} {name}（{period_zh(other['period'])} {value}）：{period_zh(longer['period'])}"
            f"含有{period_zh(shorter['period'])}；来源就这样印的，把 confidence 写作 1",
            f"{en} {name} ({value}): {longer['period']} holds {shorter['period']}; if the source"
            " prints it so, confidence 1",
        )
