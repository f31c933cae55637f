"""The parameters of a chapter: what they are called, of which type, and which values the data hold.

They are read from the notebook's ``parameters`` cell, one literal a line with a comment. A comment
may end in where the values come from: ``[observations.period with indicator x, entity $area]``
are the periods of the rows of ``observations`` with that indicator, and as entity the value of the
parameter ``area`` (no equals sign: papermill can't read a comment that has one). papermill only
warns of a name that it does not know; here it is an error, before a kernel starts.
"""

from __future__ import annotations

import ast
import difflib
import io
import json
import math
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

import nbformat

from cqbook.data.catalog import Catalog
from cqbook.errors import DataError
from cqbook.quantities.periods import Period

TAG = "parameters"
#: Where the data are is no matter of the chapter: the command line has ``--data`` for it.
DATA_DIR = "data_dir"
#: Valid values shown in an error: enough to choose from, few enough to read.
VALUES_SHOWN = 40
#: A column that no table has: the years that the periods of its rows touch.
YEAR = "year"
#: What a parameter is called: papermill writes names into the cell as they are.
PARAMETER_NAME = re.compile(r"[a-z_][a-z0-9_]*")
#: What is read as a number: no full-width digits, no ``1_000``, no ``nan``, no leading zeros (they
#: belong to codes, and codes are text).
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", re.A)
#: Levels of a list: enough for a table.
_DEPTH = 4
_CHOICES = re.compile(r"\s*\[(?P<table>\w+)\.(?P<column>\w+)(?: with (?P<filters>[^\]]+))?\]$")
#: What a parameter can be: a JSON scalar, or a list of such.
Value = str | int | float | bool | list["Value"] | None
_KIND_ZH: dict[type, str] = {
    str: "文字",
    int: "整数",
    float: "数",
    bool: "true 或 false",
    list: "列表",
}


class ParameterError(DataError):
    """A parameter that the chapter does not have, or a value that it can't take."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, its default (whose type is its type), what it means.

    ``table`` and ``column``, where given, say where its values come from; ``filters`` which rows
    (a value ``$name`` stands for the value of another parameter).
    """

    name: str
    default: Value
    comment: str = ""
    table: str = ""
    column: str = ""
    filters: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> type:
        """Type of the values."""
        return type(self.default)

    def choices(self, book: Catalog, values: Mapping[str, Value]) -> list[str]:
        """Return the values that the data hold, given the `values` of the other parameters."""
        frame = book.table(self.table)
        for column, wanted in self.filters.items():
            chosen = str(values[wanted[1:]]) if wanted.startswith("$") else wanted
            frame = frame[frame[column].eq(chosen)]
        if self.column == YEAR:
            touched = {
                year for text in frame["period"].unique() for year in Period.parse(text).years
            }
            return sorted(map(str, touched))
        return sorted(frame[self.column].unique())


def read_parameters(notebook: nbformat.NotebookNode) -> list[Parameter]:
    """Return the parameters of a notebook, in the order of its ``parameters`` cell.

    Raises
    ------
    ParameterError
        If the cell holds anything but ``name = literal`` lines.
    """
    for cell in notebook.cells:
        if TAG in cell.metadata.get("tags", []):
            return _read(cell.source)
    return []


def _read(source: str) -> list[Parameter]:
    try:
        comments = {
            token.start[0]: token.string.lstrip("# ")
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
        statements = ast.parse(source).body
    except (SyntaxError, tokenize.TokenError, ValueError, RecursionError, MemoryError) as error:
        msg = f"parameters 单元不是 Python：{error} | the parameters cell is no Python: {error}"
        raise ParameterError(msg) from error
    found = []
    for statement in statements:
        try:
            name, default = _assigned(statement)
        except (ValueError, TypeError, RecursionError, MemoryError) as error:
            msg = (
                f"parameters 单元第{statement.lineno}行应为“名字 = 字面值”"
                f" | line {statement.lineno} of the parameters cell: expected name = literal"
            )
            raise ParameterError(msg) from error
        if (
            not PARAMETER_NAME.fullmatch(name)
            or type(default) not in _KIND_ZH
            or not _plain(default)
        ):
            msg = (
                f"parameters 单元第{statement.lineno}行应为小写的名字（字母、数字、下划线）"
                "和文字、数、true/false 或列表"
                f" | line {statement.lineno} of the parameters cell: expected a lower-case name,"
                " and a text, number, boolean or list"
            )
            raise ParameterError(msg)
        comment = comments.get(statement.end_lineno or statement.lineno, "")
        held = _CHOICES.search(comment)
        if not held:
            found.append(Parameter(name, default, comment))
            continue
        pairs = [pair.split(maxsplit=1) for pair in (held["filters"] or "").split(", ") if pair]
        filters = {column.strip(): value.strip() for column, value in pairs}
        plain = comment[: held.start()]
        found.append(Parameter(name, default, plain, held["table"], held["column"], filters))
    return found


def _assigned(statement: ast.stmt) -> tuple[str, Value]:
    """Return name and value of a statement ``name = literal``; a ValueError if it is another."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=expression):
            return name, ast.literal_eval(expression)
    msg = "no assignment to a name"
    raise ValueError(msg)


def _plain(value: object, depth: int = 0) -> TypeGuard[Value]:
    """Return whether a value is a JSON scalar or a list of such, and the same wherever it goes."""
    if isinstance(value, str):
        # half a character can't be written to a file
        return not any("\ud800" <= char <= "\udfff" for char in value)
    if type(value) is list:
        return depth < _DEPTH and all(_plain(item, depth + 1) for item in value)
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, int)


def sound(values: Mapping[str, object]) -> None:
    """Refuse parameters that papermill would write into a cell as something else than values.

    It writes names as they are, and what is neither a JSON scalar nor a list without its quotes
    escaped: both would run.

    Raises
    ------
    ParameterError
        If a name is not as `PARAMETER_NAME` wants it, or a value neither a JSON scalar nor a list.
    """
    for name, value in values.items():
        if not isinstance(name, str) or not PARAMETER_NAME.fullmatch(name) or not _plain(value):
            msg = (
                f"参数 {name!r}={value!r}：应为小写的名字，和文字、数、true/false 或列表"
                f" | parameter {name!r}={value!r}: expected a lower-case name, and a text, number,"
                " boolean or list"
            )
            raise ParameterError(msg)


def _typed(chapter: str, parameter: Parameter, value: object) -> Value:
    """Return `value` (text from a command line or a table, or a value) in the parameter's type.

    Not by pydantic, whose strict reading of JSON would take numbers with spaces around them, NaN in
    a list, objects, lists of any depth and halves of characters, so that all that stands here
    would still be asked, after 0.3 s of import.
    """
    kind = parameter.kind
    # a year may come as a number; 2024.10 as one has lost its zero
    if kind is str and type(value) is int:
        return str(value)
    read = value if kind is str or not isinstance(value, str) else _read_value(value, kind)
    if kind is float and isinstance(read, int) and not isinstance(read, bool):
        read = _as_float(read)
    if type(read) is kind and _plain(read):
        return read
    name = f"{chapter}.{parameter.name}"
    msg = (
        f"{name}={value}：应为{_KIND_ZH[kind]}，如 {json.dumps(parameter.default)}"
        f" | {name}={value}: expected {kind.__name__}, such as {json.dumps(parameter.default)}"
    )
    raise ParameterError(msg)


def _as_float(number: int) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None


def _read_value(text: str, kind: type) -> Value:
    """Return what a text says in JSON; None if it is not wholly understood."""
    if kind in (int, float) and not _NUMBER.fullmatch(text):
        return None
    try:
        value: Value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word nearest to `word`; empty if none is near."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)), "")


def checked(
    chapter: str, parameters: Iterable[Parameter], given: Mapping[str, object], book: Catalog
) -> dict[str, Value]:
    """Return the given values in the types of the chapter's parameters.

    Parameters
    ----------
    chapter : str
        Its name, for messages.
    parameters : iterable of Parameter
        See `read_parameters`.
    given : mapping
        Values by name; text where they come from a command line or a CSV file.
    book : Catalog
        The data that must hold the values.

    Returns
    -------
    dict
        Only what was given.

    Raises
    ------
    ParameterError
        Unknown name (with the nearest there is), wrong type, or a value that the data don't hold
        (with those that they do).
    """
    known = {item.name: item for item in parameters if item.name != DATA_DIR}
    for name in given:
        if name == DATA_DIR:
            msg = f"{chapter}.{DATA_DIR}：请用 --data 指定数据目录 | choose the data by --data"
            raise ParameterError(msg)
        if name not in known:
            near = nearest(name, known)
            hint = f"；是不是 {near}" if near else ""
            hint_en = f"; did you mean {near}" if near else ""
            names = "、".join(known) or "（无）"
            msg = (
                f"{chapter} 没有参数 {name}{hint}？它的参数：{names}"
                f" | {chapter} has no parameter {name!r}{hint_en}; it has: {', '.join(known)}"
            )
            raise ParameterError(msg)
    values = {name: item.default for name, item in known.items()}
    typed = {name: _typed(chapter, known[name], value) for name, value in given.items()}
    values |= typed
    for name, value in typed.items():
        item = known[name]
        # an empty text means “not this one”; a chapter that allows it has it as the default
        if not item.table or value == item.default:
            continue
        valid = item.choices(book, values)
        if str(value) not in valid:
            first = difflib.get_close_matches(str(value), valid, n=VALUES_SHOWN, cutoff=0.6)
            listed = first + [text for text in valid if text not in first]
            more = f" …（共{len(valid)}个）" if len(valid) > VALUES_SHOWN else ""
            shown = " ".join(listed[:VALUES_SHOWN]) + more or "（无）"
            msg = (
                f"{chapter}.{name}={value}：数据中没有；可选：{shown}"
                f" | {chapter}.{name}={value}: not in the data; expected one of those listed"
            )
            raise ParameterError(msg)
    return typed
