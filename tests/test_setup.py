"""What a fresh machine is told and given: Pythons, locks, dependencies."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from conftest import ROOT, tree_of
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from cqbook.build.sbom import lock_changes
from cqbook.citing import book_pdf
from cqbook.disk import installed
from cqbook.errors import DataError

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PYTHONS = re.search(r"^PYTHONS := (.*)$", MAKEFILE, re.MULTILINE)[1].split()


def imported(tree: ast.Module) -> set[str]:
    """Return the top-level names that a module's text imports, of packages that Python has not."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {item.name.partition(".")[0] for item in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"cqbook"}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def locked(name: str) -> dict[str, set[str]]:
    """Return the versions that a lock has of each package; some have two, for two Pythons."""
    versions: dict[str, set[str]] = {}
    text = (ROOT / name).read_text(encoding="utf-8")
    for package, version in re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE):
        versions.setdefault(package, set()).add(version)
    return versions


def test_all_that_the_package_imports_is_declared():
    declared = names(PROJECT["dependencies"])
    declared = declared.union(*map(names, PROJECT["optional-dependencies"].values()))
    distributions = importlib.metadata.packages_distributions()
    for path in sorted((ROOT / "lib").rglob("*.py")):
        for name in imported(tree_of(path)):
            # one that is not installed (pyspark) is called as it is imported
            of = {canonicalize_name(item) for item in distributions.get(name, [name])}
            assert of & declared, f"{path.relative_to(ROOT)} imports {name}"


def test_the_book_has_a_lock_and_tests_and_tools_another():
    book, tools = locked("requirements.txt"), locked("requirements-dev.txt")
    assert names(PROJECT["dependencies"]) <= set(book)
    assert not {"pytest", "playwright", "ruff", "mypy"} & set(book)
    for name in set(book) & set(tools):
        assert tools[name] <= book[name], name
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in entry for entry in entries)


def test_tools_make_no_part_of_a_book(tmp_path, monkeypatch):
    """`make test` after `make book` finds the book as it was; another pandas is another book."""
    for name in ("pandas-3.1.1", "pandas_stubs-3.1.0", "PyYAML-6.0.3", "pytest-9.2.0", "mine-1"):
        (tmp_path / f"{name}.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert installed.packages() == ["PyYAML-6.0.3", "mine-1", "pandas-3.1.1"]


def test_printing_without_the_tools_says_how_to_get_them(book, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(DataError, match=r"运行 make pdf.*run `make pdf`"):
        book_pdf.printed(tmp_path, "2026-11", book.publication)


def test_the_same_pythons_are_named_everywhere():
    said = [line.rpartition(" :: ")[2] for line in PROJECT["classifiers"] if ":: 3." in line]
    assert said == PYTHONS
    known = [f"3.{minor}" for minor in range(30)]
    assert list(SpecifierSet(PROJECT["requires-python"]).filter(known)) == PYTHONS
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
    assert re.findall(r'"(3\.\d+)"', re.search(r"python: \[.*\]", workflow)[0]) == PYTHONS
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("2.7", "Python 2.7 太旧.*Python 2.7 is too old: 3.11 to 3.14 is needed"),
        ("3.10", "Python 3.10 太旧.*Python 3.10 is too old"),
        ("3.15", "Python 3.15 太新.*Python 3.15 is too new"),
        ("", "没有找到 Python.*no Python found"),
        # Debian's without python3-venv
        ("3.13", "Python 3.13 没有 venv.*install python3.13-venv first"),
    ],
)
def test_a_python_that_can_not_make_the_book_gets_one_sentence(tmp_path, version, words):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$2" in *venv*) exit 1 ;; esac\necho {version}\n', encoding="utf-8"
    )
    python.chmod(0o755)
    made = subprocess.run(
        ["make", "book", f"PYTHON={python}"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert made.returncode
    said = [line for line in made.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert re.search(words, said[0])
    assert not (tmp_path / ".venv").exists()


def test_a_usable_python_is_chosen(tmp_path):
    """Of those on the path the first that runs, in the order that the Makefile lists them."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "show.mk").write_text("include Makefile\nshow:\n\t@echo $(PYTHON)\n", "utf-8")
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "echo", "make"):
        (folder / name).symlink_to(shutil.which(name))

    def chosen(**found: str) -> str:
        for name, script in found.items():
            path = folder / name.replace("_", ".")
            path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            path.chmod(0o755)
        done = subprocess.run(
            ["make", "-s", "-f", "show.mk", "show"],
            cwd=tmp_path,
            env={"PATH": str(folder)},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout.strip()

    assert chosen() == "python3"
    assert chosen(python3="echo 3.10") == "python3"
    assert chosen(python3_14="echo 3.14") == "python3.14"
    # a shim of a version that is not installed
    assert chosen(python3_12="exit 127") == "python3.14"
    assert chosen(python3_13="echo 3.13") == "python3.13"


def test_actions_are_named_by_digest():
    """A tag can be moved to other code; the comment says which version the digest was."""
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    used = [
        line
        for path in workflows
        for line in re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))
    ]
    assert used
    for line in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_everything_is_installed_by_hash():
    installing = re.findall(r"^(?!#).*pip install.*|^.*\$\(INSTALL\).*", MAKEFILE, re.MULTILINE)
    assert len(installing) > 3
    for line in installing:
        own = "--no-index" in line or line.startswith("INSTALL :=")
        assert own or ("--require-hashes" in line and "--only-binary :all:" in line), line


def test_what_an_update_of_the_lock_changes_is_listed():
    old = "a==1 \\\n    --hash=sha256:0\nb==1 \\\n    --hash=sha256:0\n"
    new = "a==2 \\\n    --hash=sha256:1\nc==1 \\\n    --hash=sha256:0\n"
    assert lock_changes(old, new) == ["a  1 → 2", "b  1 → 无 | none", "c  无 | none → 1"]
    assert lock_changes(old, old) == []
