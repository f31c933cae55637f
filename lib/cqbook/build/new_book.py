"""An empty book about another place, which builds and passes its tests as it is written.

What holds anywhere comes from the book that the command is run in: contracts, indicators,
breakdowns, the codelists of the nation, the pages that list what the data hold. What is about that
book's place stays behind: its figures, sources, districts, parks, firms, projects.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from cqbook.build.build import accept
from cqbook.build.new_chapter import APPENDIX_ZH
from cqbook.data.allowed import Allowed, check_parameters, names_of
from cqbook.data.catalog import DESCRIPTOR, Catalog
from cqbook.data.publication import PACKAGE_ZH, Publication
from cqbook.disk.installed import CONFIG, CONTENTS
from cqbook.errors import DataError
from cqbook.execution.notebooks import normalise, to_bytes

#: Tables of which a new book has all rows, beside the codelists.
KEPT = frozenset({"indicators", "breakdowns"})
#: Kinds of entities that are the same for any place.
KINDS = frozenset({"country", "province"})
#: A codelist of the place's own districts.
DISTRICTS_BEFORE = "districts_history"
#: Pages without code that list what the data hold.
LISTS = ("claims", "numbers", "figures", "data", "sources", "glossary")
_INDEX = """# {title}

:::{{english}} {title_en}
:::

本书分析{{glue:text}}`where`的开放型经济，现收入关于{{glue:text}}`where`的{{glue:text}}`held`。"""
_PARAMETERS = """area = "{place}"  # the place that the book is about
data_dir = ""  # empty: the book's own data"""
_CHECK = """import cqbook as cq

book = cq.open_data(data_dir)
cq.check_parameters(book, area=(area, "entities.entity"))"""
_TEXTS = """held = len(book.observations(entity=area))
cq.glue(where=book.name(area), held=f"{held}个数字")"""
_TOC = f"""format: jb-book
root: chapters/index
parts:
  - caption: {APPENDIX_ZH}
    chapters:
"""
_README = """# {title}

A Jupyter book about {name_en}, made by the package `cqbook`. `data/` holds the data package, its
contracts in `data/{descriptor}`; `chapters/` a notebook a chapter. Commands are run here or in any
folder below.

```sh
make install FROM=../checkout   # once: .venv with the locked packages, and cqbook from a checkout
make book                       # check, execute, judge, build: open _build/html/index.html
make test                       # contracts, rules for chapters, nbval over chapters/
```

Where `cqbook` is installed already, `make book CQBOOK=cqbook` uses that one. No file here names a
folder of a machine.

1. `cqbook template` writes `figures.xlsx`; figures of a press release are typed into it as printed.
2. `cqbook add figures.xlsx` takes them in (`--dry-run` first: what was understood).
3. `cqbook new chapter NAME --title 标题` writes a chapter to be written over.
4. `cqbook accept && cqbook build` after each change.

A place, a park, a firm that the figures name needs its row in `data/entities.csv` first.
"""
_MAKEFILE = """# {title}
VENV := .venv
# the command; `make CQBOOK=cqbook PYTHON=python3` for one that is installed elsewhere
CQBOOK ?= $(VENV)/bin/cqbook
PYTHON ?= $(VENV)/bin/python
export PYTHONHASHSEED := 0
export PYTHONUTF8 := 1

.PHONY: install book test

# FROM: a checkout of the package, where its lock is too
install:
\tpython3 -m venv $(VENV)
\t$(VENV)/bin/python -m pip install --only-binary :all: --require-hashes \\
\t  -r requirements.txt -r "$(FROM)/requirements-dev.txt"
\t$(VENV)/bin/python -m pip install --no-deps --no-build-isolation "$(FROM)"

book:
\t$(CQBOOK) build

test:
\t$(PYTHON) -m pytest -q -p no:cacheprovider --nbval --nbval-current-env tests chapters
"""
_TEST = '''"""The book's own tests: the data keep their contracts, the chapters their rules."""

from pathlib import Path

from cqbook.build.chapter_lint import check_chapters
from cqbook.build.configuration import check_configuration
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package

ROOT = Path(__file__).resolve().parents[1]


def test_the_data_keep_their_contracts():
    book = Catalog(ROOT / "data")
    check_package(book)
    assert book.lookup("entities", "entity", book.place)


def test_the_chapters_keep_the_rules():
    check_chapters(ROOT)
    check_configuration(ROOT)
'''


def new_book(
    source: Path, target: Path, place: str, titles: tuple[str, str], say: Callable[[str], None]
) -> Path:
    """Write an empty book about a province and execute its one chapter; return its folder.

    Parameters
    ----------
    source : Path
        The book from which it has what holds anywhere.
    target : Path
        Its folder; empty, or not there yet.
    place : str
        GB/T 2260 code of the province (``510000``), or its name or entity.
    titles : (str, str)
        In Chinese and English; empty: made of the place's name.

    Raises
    ------
    DataError
        If the folder holds something, or the place is no province.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        msg = f"{target} 里已有内容，不覆盖 | {target} is not empty, and is not overwritten"
        raise DataError(msg)
    old = Catalog(source / "data")
    entity = names_of(old, Allowed.read("provinces.entity")).get(place, place)
    check_parameters(old, place=(entity, "provinces.entity"))
    code = str(old.lookup("provinces", "entity", entity, "code"))
    name, name_en = old.name(entity), str(old.lookup("entities", "entity", entity, "name_en"))
    title = titles[0] or f"{name}开放型经济分析"
    title_en = titles[1] or f"{name_en}'s Open Economy"
    book = Publication(
        title, title_en, f"{title}编写组", entity, author_en=f"Editors of {title_en}"
    )
    _write_data(old, target / "data", book, code)
    words = {"title": title, "name_en": name_en, "descriptor": DESCRIPTOR}
    listed = "".join(f"      - file: chapters/{page}\n" for page in LISTS)
    config = (source / CONFIG).read_text(encoding="utf-8")
    for key, text in (("title", title), ("author", book.author)):
        line = f"{key}: {json.dumps(text, ensure_ascii=False)}"
        config = re.sub(rf"(?m)^{key}: .*$", line.replace("\\", r"\\"), config)
    for path, text in {
        CONFIG: config,
        CONTENTS: _TOC + listed,
        "README.md": _README.format(**words),
        "Makefile": _MAKEFILE.format(**words),
        ".gitignore": "_build/\n.venv/\ndata/customs/\n",
        "tests/test_book.py": _TEST,
    }.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, encoding="utf-8")
    shutil.copy(source / "requirements.txt", target)
    (target / "chapters").mkdir()
    for page in LISTS:
        shutil.copy(source / "chapters" / f"{page}.md", target / "chapters")
    (target / "chapters" / "index.ipynb").write_bytes(to_bytes(_index(book, entity)))
    accept(target, say)
    return target


def _write_data(old: Catalog, target: Path, book: Publication, code: str) -> None:
    """Write the data package: the same contracts, and of the rows those that hold anywhere."""
    whole: dict[str, Any] = json.loads((old.path / DESCRIPTOR).read_text(encoding="utf-8"))
    whole["resources"] = [item for item in whole["resources"] if "observations" not in item]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    whole |= {
        "name": f"open-economy-{code}",
        "title": f"{book.title}{PACKAGE_ZH}",
        "description": f"Published figures for {book.title_en}; one row a figure, with its source.",
        "book": asdict(book),
        "version": f"{today:%Y.%m}",
    }
    # under what others may use it, its authors say; a table that is a third party's keeps its own
    whole.pop("licenses", None)
    _codes_of(whole["resources"], code)
    target.mkdir(parents=True)
    for item in whole["resources"]:
        path = target / item["path"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(_as_csv(_rows(old, item["name"], item["path"])), encoding="utf-8")
    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    (target / DESCRIPTOR).write_text(text, encoding="utf-8")


def _rows(old: Catalog, name: str, path: str) -> pd.DataFrame:
    """Return the rows of a table that hold for any place."""
    frame = old.text(name)
    if name == "entities":
        return frame[frame["kind"].isin(KINDS)]
    anywhere = name in KEPT or (path.startswith("codelists/") and name != DISTRICTS_BEFORE)
    return frame if anywhere else frame.iloc[:0]


def _codes_of(resources: list[dict[str, Any]], code: str) -> None:
    """Let columns of district codes take those of another province."""
    for resource in resources:
        for field in resource["schema"]["fields"]:
            rules = field.get("constraints", {})
            pattern = rules.get("pattern", "")
            digits = re.fullmatch(r"(\d\d)0(\\d|\[0-9\])\{3\}", pattern)
            if digits:
                rules["pattern"] = f"{code}[0-9]{{4}}"


def _as_csv(frame: pd.DataFrame) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.values.tolist())
    return out.getvalue()


def _index(book: Publication, place: str) -> nbformat.NotebookNode:
    cells = [
        nbformat.v4.new_markdown_cell(_INDEX.format(title=book.title, title_en=book.title_en)),
        nbformat.v4.new_code_cell(_PARAMETERS.format(place=place)),
        nbformat.v4.new_code_cell(_CHECK),
        nbformat.v4.new_code_cell(_TEXTS),
    ]
    for number, cell in enumerate(cells):
        # of a random id there would be no second one like it
        cell["id"] = f"index-{number}"
    cells[1].metadata["tags"] = ["parameters", "hide-input"]
    cells[2].metadata["tags"] = cells[3].metadata["tags"] = ["remove-input"]
    return normalise(nbformat.v4.new_notebook(cells=cells))
