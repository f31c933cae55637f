"""The parameters of a chapter: what they are called, of which type, and which values the data hold.

They are read from the notebook's ``parameters`` cell, one literal a line with a comment, and from
its call of ``cq.check_parameters``, which says where the values stand (`cqbook.data.allowed`).
papermill only warns of a name that it does not know; here it is an error, before a kernel starts.
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

import nbformat

from cqbook.data.allowed import Allowed, refuse_unheld
from cqbook.data.catalog import Catalog
from cqbook.data.codes import nearest
from cqbook.errors import ParameterError, library_words

TAG = "parameters"
#: Where the data are is no matter of the chapter: the command line has ``--data`` for it.
DATA_DIR = "data_dir"
#: The function by which a chapter checks them itself.
CHECK = "check_parameters"
#: What a parameter is called: papermill writes names into the cell as they are.
PARAMETER_NAME = re.compile(r"[a-z_][a-z0-9_]*")
#: What is read as a number: no full-width digits, no ``1_000``, no ``nan``, no leading zeros (they
#: belong to codes, and codes are text).
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", re.A)
#: Levels of a list: enough for a table.
_DEPTH = 4
#: What a parameter can be: a JSON scalar, or a list of such.
Value = str | int | float | bool | list["Value"] | None
_KIND_ZH: dict[type, str] = {
    str: "文字",
    int: "整数",
    float: "数",
    bool: "true 或 false",
    list: "列表",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, its default (whose type is its type), what it means.

    ``allowed``: which values it may have, where the chapter says it.
    """

    name: str
    default: Value
    comment: str = ""
    allowed: Allowed | None = None

    @property
    def kind(self) -> type:
        """Type of the values."""
        return type(self.default)


def read_parameters(notebook: nbformat.NotebookNode) -> list[Parameter]:
    """Return the parameters of a notebook, in the order of its ``parameters`` cell.

    Raises
    ------
    ParameterError
        If the cell holds anything but ``name = literal`` lines, or the check of them another form.
    """
    for cell in notebook.cells:
        if TAG in cell.metadata.get("tags", []):
            rules = _rules(notebook)
            return [replace(item, allowed=rules.get(item.name)) for item in _read(cell.source)]
    return []


def _rules(notebook: nbformat.NotebookNode) -> dict[str, Allowed]:
    """Return which values the chapter's own check lets pass, by parameter."""
    found: dict[str, Allowed] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or CHECK not in cell.source:
            continue
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            # told by the lint, with its cell
            continue
        for node in nodes:
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == CHECK:
                found |= {str(word.arg): _rule(word) for word in node.keywords}
    return found


def _rule(word: ast.keyword) -> Allowed:
    """Read ``name=(name, "table.column with …")``."""
    match word.value:
        case ast.Tuple(elts=[ast.Name(id=name), ast.Constant(value=str(text))]) if name == word.arg:
            return Allowed.read(text)
    msg = (
        f'{CHECK} 的 {word.arg}：应为 {word.arg}=({word.arg}, "表.列 with …")'
        f" | {CHECK}, {word.arg}: expected {word.arg}=({word.arg}, 'table.column with …')"
    )
    raise ParameterError(msg)


def _read(source: str) -> list[Parameter]:
    try:
        comments = {
            token.start[0]: token.string.lstrip("# ")
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
        statements = ast.parse(source).body
    except (SyntaxError, tokenize.TokenError, ValueError, RecursionError, MemoryError) as error:
        zh, en = library_words(error)
        msg = f"parameters 单元不是 Python：{zh} | the parameters cell is no Python: {en}"
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
        found.append(Parameter(name, default, comment))
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
    for name, item in known.items() if typed else ():
        # what was not given can be wrong too, beside what was: another year of another place
        if item.allowed:
            refuse_unheld(book, name, item.allowed, values, chapter, given=name in typed)
    return typed
