"""The package as a house: one name has one meaning in all rooms, and all rooms are on the plan."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

from conftest import ROOT, tree_of

PACKAGE = ROOT / "lib" / "cqbook"


def names(path):
    """The public names that a module defines at its top."""
    for node in tree_of(path).body:
        found = [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            found += [item.id for item in ast.walk(target or ast.Pass()) if hasattr(item, "id")]
        yield from (name for name in found if name[0] != "_")


def test_a_name_stands_in_one_room():
    rooms = defaultdict(set)
    paths = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    assert len(paths) > 100
    for path in paths:
        for name in names(path):
            rooms[name].add(path.relative_to(PACKAGE).parts[0])
    assert {name: found for name, found in rooms.items() if len(found) > 1} == {}


def test_the_plan_shows_all_rooms():
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"^\| \d \| `([a-z]+)(?:/|\.py)` \|", plan, re.M))
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert drawn == rooms | {"cli", "errors"}
