"""Mutants of a module's source: one small wrong thing each, as a slip of the hand would make it.

Left alone are texts for people (docstrings, annotations, the words of an error): to change one is
no fault that a test of numbers should catch.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "ROUND_FLOOR": "ROUND_CEILING",
    "ROUND_CEILING": "ROUND_FLOOR",
    "ROUND_HALF_UP": "ROUND_DOWN",
    "ROUND_HALF_EVEN": "ROUND_DOWN",
    "floor": "ceil",
    "ceil": "floor",
    "lower": "upper",
    "upper": "lower",
    "lower_closed": "upper_closed",
    "upper_closed": "lower_closed",
    "start": "end",
    "end": "start",
    "idxmax": "idxmin",
    "idxmin": "idxmax",
}
#: Calls whose arguments are words for people: of an error, or of a table that a page shows.
_WORDS = ("_broken", "_refuse", "_unclear", "Error", "Qualifier")


@dataclass(frozen=True)
class Mutant:
    """One mutated module; `place` names it without line numbers, which every edit shifts."""

    place: str
    line: int
    change: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Yield all mutants of a module, in the order of its lines."""
    tree = ast.parse(source)
    _number(tree)
    seen: dict[str, int] = {}
    for path, node, scope in list(_walk(tree, [], "")):
        for what, change in _changes(node):
            new = copy.deepcopy(tree)
            target = new
            for field, index in path:
                target = getattr(target, field) if index is None else getattr(target, field)[index]
            replaced = change(target)
            if replaced is not None:
                _put(new, path, ast.copy_location(replaced, target))
            ast.fix_missing_locations(new)
            line = source.splitlines()[node.lineno - 1].strip()
            place = f"{scope or '<module>'} | {line} | {what}"
            seen[place] = seen.get(place, 0) + 1
            if seen[place] > 1:
                place += f" #{seen[place]}"
            yield Mutant(place, node.lineno, what, new)


def _number(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        # operators have no place of their own; what is replaced needs one
        if not hasattr(node, "lineno"):
            node.lineno, node.col_offset = 0, 0


def _put(tree: ast.Module, path: list, new: ast.AST) -> None:
    holder = tree
    for field, index in path[:-1]:
        holder = getattr(holder, field) if index is None else getattr(holder, field)[index]
    field, index = path[-1]
    if index is None:
        setattr(holder, field, new)
    else:
        getattr(holder, field)[index] = new


def _walk(node: ast.AST, path: list, scope: str) -> Iterator[tuple[list, ast.AST, str]]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_params", "decorator_list", "pattern"):
            continue
        if isinstance(node, ast.FunctionDef) and field == "args":
            children = [(["args", None], value)]
        elif isinstance(value, list):
            children = [([field, index], item) for index, item in enumerate(value)]
        else:
            children = [([field, None], value)]
        for step, child in children:
            if not isinstance(child, ast.AST) or _is_words(node, child):
                continue
            inner = scope
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{scope}.{child.name}" if scope else child.name
            here = [*path, tuple(step)]
            if getattr(child, "lineno", 0):
                yield here, child, inner
            yield from _walk(child, here, inner)


def _is_words(parent: ast.AST, child: ast.AST) -> bool:
    if isinstance(child, ast.Import | ast.ImportFrom):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.Assign) and getattr(child.targets[0], "id", "") in ("msg", "__all__"):
        return True
    # a kind of value for the type checker, not for the running program
    if isinstance(child, ast.Assign) and _called(child.value) in ("TypeVar", "Literal"):
        return True
    if isinstance(parent, ast.Call) and _called(parent) == "cast" and child is parent.args[0]:
        return True
    texts = isinstance(child, ast.Constant) and isinstance(child.value, str)
    texts = texts or isinstance(child, ast.JoinedStr)
    called = _called(parent)
    return texts and isinstance(parent, ast.Call) and called.endswith(_WORDS)


def _called(node: ast.AST) -> str:
    target = getattr(node, "func", None) or getattr(node, "value", None)
    return getattr(target, "id", None) or getattr(target, "attr", None) or ""


def _changes(node: ast.AST) -> Iterator[tuple]:
    """Yield the words and the maker of each change of one node."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            other = _COMPARE.get(type(operator))
            if other:
                yield _said(operator, other), _set_operator(index, other)
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        other = _ARITHMETIC.get(type(node.op))
        # a path or a text put together is no arithmetic
        if other and not any(_is_text(side) for side in _sides(node)):
            yield _said(node.op, other), _set_field("op", other)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield _said(node.op, other), _set_field("op", other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"{type(node.op).__name__} dropped", lambda target: target.operand
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        if not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield "condition negated", _negate
    elif isinstance(node, ast.comprehension):
        return
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "returns None", _set_value(None)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name in _NAMES and isinstance(node.ctx, ast.Load):
            field = "id" if isinstance(node, ast.Name) else "attr"
            yield f"{name} -> {_NAMES[name]}", _set_text(field, _NAMES[name])
    elif isinstance(node, ast.Continue | ast.Break | ast.Raise):
        yield f"{type(node).__name__.lower()} dropped", lambda target: ast.Pass()
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call dropped", lambda target: ast.Pass()


def _constants(node: ast.Constant) -> Iterator[tuple]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", _set_value(not value)
    elif isinstance(value, int):
        yield f"{value} -> {value + 1}", _set_value(value + 1)
    elif isinstance(value, float):
        yield f"{value} -> {value * 2 + 1}", _set_value(value * 2 + 1)
    elif isinstance(value, str) and " | " not in value:
        other = f"{value}X" if value else "X"
        if value.strip().replace(".", "", 1).isdigit() and value.isascii():
            other = f"{value}1" if "." in value else str(int(value) + 1)
        yield f"{value!r} -> {other!r}", _set_value(other)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _sides(node: ast.BinOp | ast.AugAssign) -> tuple[ast.AST, ast.AST]:
    return (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)


def _said(old: ast.AST, new: type) -> str:
    return f"{type(old).__name__} -> {new.__name__}"


def _set_operator(index: int, other: type):
    def change(target: ast.Compare) -> None:
        target.ops[index] = other()

    return change


def _set_field(field: str, other: type):
    def change(target: ast.AST) -> None:
        setattr(target, field, other())

    return change


def _set_text(field: str, text: str):
    def change(target: ast.AST) -> None:
        setattr(target, field, text)

    return change


def _set_value(value: object):
    def change(target: ast.AST) -> None:
        if isinstance(target, ast.Return):
            target.value = ast.copy_location(ast.Constant(value), target)
        else:
            target.value = value

    return change


def _negate(target: ast.If | ast.IfExp | ast.While) -> None:
    target.test = ast.copy_location(ast.UnaryOp(ast.Not(), target.test), target.test)
