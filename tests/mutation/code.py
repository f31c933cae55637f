"""How many mutants of the modules that reckon the suite catches.

Each mutant runs in a fork of one process that has collected the tests, and there only the tests
that pass through its line, the quickest first, until one fails.

    python tests/mutation/code.py [MODULE[:PART/PARTS] …]

A module in parts (``reported:2/4``) may be tried by several processes; their counts add up.
Survivors are listed; those that can't matter are in ``survivors.txt``, each with its reason. The
exit code is 1 if fewer than 95 % of a module's mutants are caught or explained away.
"""

from __future__ import annotations

import ast
import decimal
import gc
import importlib.util
import os
import pickle
import re
import resource
import signal
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import pytest  # noqa: E402
from hypothesis import Phase, settings  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402

MODULES = ("periods", "units", "measures", "reconcile", "reported")
WANTED = 0.95
#: Seconds of the processor, not of the clock (the machine may be busy), beyond three times what the
#: tests take unmutated: an endless loop is caught by them.
PATIENCE = 5
MEMORY = 4 << 30
#: Mutants from one word on how far it is to the next.
TOLD = 50
EXAMPLES = 30
CAUGHT, SURVIVED, TIMEOUT = "caught", "survived", "timeout"


class Judge:
    """Plugin that runs the mutants instead of the tests."""

    def __init__(self, module: str, part: int = 1, parts: int = 1) -> None:
        self.module, self.part, self.parts = module, part, parts
        self.path = ROOT / "lib" / "cqbook" / f"{module}.py"
        self.verdicts: list[tuple[Mutant, str]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure the tests once, then try each mutant on those that it may fail."""
        self.items = session.items
        _fewer(self.items)
        self.passed = self.measured()
        spoiled = sorted(name for name, (ok, _, _) in self.passed.items() if not ok)
        if spoiled:
            sys.exit(f"these fail without any mutant: {spoiled}")
        self.functions = self.found()
        # a fork copies what it touches: nothing of the parent is looked at again
        gc.collect()
        gc.freeze()
        gc.disable()
        source = self.path.read_text(encoding="utf-8")
        self.tree = ast.parse(source)
        original = list(_codes(compile(self.tree, str(self.path), "exec")))
        everything = list(mutants(source))[self.part - 1 :: self.parts]
        for number, mutant in enumerate(everything, start=1):
            verdict = self.tried(mutant, original)
            self.verdicts.append((mutant, verdict))
            if verdict == SURVIVED and f"{self.module} | {mutant.place}" not in explained():
                print(f"  {self.module}:{mutant.line} {mutant.place}", flush=True)
            # an hour is long: what is found is told as it is found
            if number % TOLD == 0:
                left = sum(verdict == SURVIVED for _, verdict in self.verdicts)
                told = f"{number} of {len(everything)} tried, {left} survived"
                print(f"  {self.module}: {told}", flush=True)
        return True

    def found(self) -> dict[tuple[str, int], list[types.FunctionType]]:
        """Return the functions of the module, wherever they are held, by name and line."""
        found: dict[tuple[str, int], list[types.FunctionType]] = {}
        for item in gc.get_objects():
            if type(item) is types.FunctionType and item.__code__.co_filename == str(self.path):
                key = (item.__code__.co_qualname, item.__code__.co_firstlineno)
                found.setdefault(key, []).append(item)
        return found

    def measured(self) -> dict[str, tuple[bool, float, frozenset[int]]]:
        """Return of each test whether it passes, its seconds, and the lines that it ran."""
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            _quiet()
            found = {}
            for item in self.items:
                lines: set[int] = set()
                sys.settrace(self.tracer(lines))
                start = time.process_time()
                ok = self.run(item)
                sys.settrace(None)
                found[item.nodeid] = (ok, time.process_time() - start, frozenset(lines))
            with os.fdopen(write, "wb") as out:
                pickle.dump(found, out)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as source:
            found = pickle.load(source)
        os.waitpid(child, 0)
        return found

    def tracer(self, lines: set[int]):
        """Return a trace function that notes the lines of the module."""
        name = str(self.path)

        def inside(frame: types.FrameType, event: str, _: object):
            if event == "line":
                lines.add(frame.f_lineno)
            return inside

        def trace(frame: types.FrameType, _: str, __: object):
            if frame.f_code.co_filename != name:
                return None
            # a statement of several lines reports but some of them
            lines.add(frame.f_code.co_firstlineno)
            return inside

        return trace

    def tried(self, mutant: Mutant, original: list[types.CodeType]) -> str:
        """Return what becomes of a mutant."""
        new = list(_codes(compile(mutant.tree, str(self.path), "exec")))
        inside = _swaps(original, new)
        names = sorted(self.passed, key=lambda name: self.passed[name][1])
        if inside is not None:
            # all tests that enter the function: its lines are too fine for statements of several
            entered = {old.co_firstlineno for old, _ in inside}
            names = [name for name in names if entered & self.passed[name][2]]
        if not names:
            return SURVIVED
        patience = PATIENCE + 3 * sum(self.passed[name][1] for name in names)
        child = os.fork()
        if not child:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, patience)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            _quiet()
            try:
                if inside is not None:
                    good = self.runs(names, inside)
                elif self.patched(mutant):
                    good = self.runs(names, [])
                else:
                    good = self.fresh(mutant, names)
            except BaseException:
                good = False
            os._exit(0 if good else 1)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return TIMEOUT
        return CAUGHT if os.WEXITSTATUS(status) else SURVIVED

    def runs(self, names: list[str], inside: list) -> bool:
        """Return whether all these tests pass with the functions that were swapped."""
        for old, new in inside:
            for function in self.functions.get((old.co_qualname, old.co_firstlineno), []):
                function.__code__ = new
        by_name = {item.nodeid: item for item in self.items}
        return all(self.run(by_name[name]) for name in names)

    def patched(self, mutant: Mutant) -> bool:
        """Put the changed constants of a mutant where the old ones were, if they are plain data.

        Importing all anew costs a second, and most mutants of a module's own level are of tables.
        """
        module = sys.modules[f"cqbook.{self.module}"]
        statements = zip(self.tree.body, mutant.tree.body, strict=True)
        differ = [new for old, new in statements if ast.dump(old) != ast.dump(new)]
        if any(not isinstance(item, ast.Assign | ast.AnnAssign) for item in differ):
            return False
        named = {
            node.id for item in differ for node in ast.walk(item) if isinstance(node, ast.Name)
        }
        space = types.ModuleType(module.__name__)
        space.__file__ = str(self.path)
        # dataclasses look their module up by its name
        sys.modules[module.__name__] = space
        try:
            exec(compile(mutant.tree, str(self.path), "exec"), space.__dict__)
        finally:
            sys.modules[module.__name__] = module
        changed = {
            name: new
            for name, new in vars(space).items()
            if not name.startswith("__")
            and not isinstance(new, types.FunctionType | types.ModuleType | type)
            and (name in named or (_is_plain(new) and new != getattr(module, name)))
        }
        if not all(_is_plain(new) for new in changed.values()):
            return False
        for name, new in changed.items():
            old = getattr(module, name)
            for holder in list(sys.modules.values()):
                if holder.__name__.startswith(("cqbook", "test_", "conftest")):
                    for key, value in list(vars(holder).items()):
                        # small numbers and short texts are one object for everybody
                        if value is old and key == name:
                            setattr(holder, key, new)
        return True

    def fresh(self, mutant: Mutant, names: list[str]) -> bool:
        """Return whether all tests pass where the whole module is imported mutated."""
        for name in list(sys.modules):
            if name.split(".")[0] in ("cqbook", "conftest") or name.startswith("test_"):
                del sys.modules[name]
        sys.meta_path.insert(0, Mutated(f"cqbook.{self.module}", self.path, mutant.tree))
        return pytest.main(_words(self.module), plugins=[Order(names)]) == 0

    @staticmethod
    def run(item: pytest.Item) -> bool:
        """Return whether one test passes (or is skipped, as it was unmutated)."""
        from _pytest.runner import runtestprotocol

        reports = runtestprotocol(item, log=False, nextitem=None)
        return not any(report.failed for report in reports)


class Order:
    """Plugin: the quickest tests first."""

    def __init__(self, names: list[str]) -> None:
        self.place = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort the tests."""
        _fewer(items)
        items.sort(key=lambda item: self.place.get(item.nodeid, 0))


class Mutated:
    """Finder and loader of one mutated module."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, *_: object):
        """Return how to import the module."""
        if name != self.name:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self.path))

    def create_module(self, _: object) -> None:
        """Let Python make the module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the mutated source."""
        module.__file__ = str(self.path)
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType):
            yield from _codes(item)


def _swaps(
    original: list[types.CodeType], new: list[types.CodeType]
) -> list[tuple[types.CodeType, types.CodeType]] | None:
    """Return functions before and after; None if more than functions changed."""
    if len(original) != len(new):
        return None
    pairs = list(zip(original, new, strict=True))
    changed = [(old, now) for old, now in pairs if old != now]
    # what encloses a changed function differs too, by its constants; its own code must not
    own = [(old, now) for old, now in changed if _bare(old) != _bare(now)]
    outer = [old for old, _ in own if old.co_name == "<module>" or not _is_function(old)]
    if outer or not own:
        return None
    lambdas = [old.co_firstlineno for old in original if old.co_name == "<lambda>"]
    tops = [
        (old, now)
        for old, now in changed
        if _is_function(old) and "<locals>" not in old.co_qualname
    ]
    doubled = any(lambdas.count(old.co_firstlineno) > 1 for old, _ in tops)
    if doubled or any(old.co_freevars != now.co_freevars for old, now in tops):
        return None
    return tops


def _is_plain(value: object) -> bool:
    """Whether a value is data, of no class that a module of ours defines."""
    if isinstance(value, dict):
        return all(map(_is_plain, [*value, *value.values()]))
    if isinstance(value, set | frozenset | tuple | list):
        return type(value).__module__ == "builtins" and all(map(_is_plain, value))
    plain = (int, float, str, type(None), decimal.Decimal, decimal.Context, re.Pattern)
    return isinstance(value, plain)


def _bare(code: types.CodeType) -> tuple:
    constants = [item for item in code.co_consts if not isinstance(item, types.CodeType)]
    return code.co_code, [(type(item), item) for item in constants], code.co_names


def _is_function(code: types.CodeType) -> bool:
    return bool(code.co_flags & 2)  # CO_NEWLOCALS


def _fewer(items: list[pytest.Item]) -> None:
    """Let a property be tried on few examples: a mutant that needs many counts as survived."""
    for item in items:
        function = item.obj
        own = getattr(function, "_hypothesis_internal_use_settings", None)
        if own is not None and own.max_examples > EXAMPLES:
            function._hypothesis_internal_use_settings = settings(own, max_examples=EXAMPLES)


def _quiet() -> None:
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)


def _words(module: str) -> list[str]:
    return [
        *("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--capture=no"),
        str(ROOT / "tests" / f"test_{module}.py"),
    ]


def explained() -> dict[str, str]:
    """Return the survivors that can't matter, with the reason of each."""
    found: dict[str, str] = {}
    reason = ""
    for line in (HERE / "survivors.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            reason = line.lstrip("# ")
        elif line.strip():
            found[line.strip()] = reason
    return found


def main(modules: list[str]) -> int:
    """Try all mutants of these modules; return the exit code."""
    # no shrinking, no memory of earlier runs: only whether a test fails, and the same every time
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        "mutation", derandomize=True, database=None, deadline=None, phases=phases
    )
    settings.load_profile("mutation")
    known = explained()
    bad = False
    for name in modules or MODULES:
        module, _, part = name.partition(":")
        start = time.monotonic()
        judge = Judge(module, *map(int, (part or "1/1").split("/")))
        pytest.main(_words(module), plugins=[judge])
        left = [item for item, verdict in judge.verdicts if verdict == SURVIVED]
        new = [item for item in left if f"{module} | {item.place}" not in known]
        count = len(judge.verdicts)
        late = sum(verdict == TIMEOUT for _, verdict in judge.verdicts)
        share = 1 - len(new) / count
        bad |= share < WANTED
        print(
            f"{name}: {count} mutants, {count - len(left)} caught ({late} by time or memory),"
            f" {len(left)} survived, {len(left) - len(new)} of them explained: {share:.1%}"
            f" ({time.monotonic() - start:.0f} s)",
            flush=True,
        )
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
