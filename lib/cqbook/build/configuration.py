"""The two YAML files that say what the book is, read before anything is executed.

jupyter-book reads ``_config.yml`` and ``_toc.yml`` last of all, and tells of neither file nor line.
Here what it could not take is told at once, with the place and the way out.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from cqbook.data.catalog import Catalog
from cqbook.disk.installed import CONFIG, CONTENTS
from cqbook.disk.regular import regular_content
from cqbook.errors import DataError, library_words, visible
from cqbook.figures.english import CHINESE, dictionary


class _File:
    """A YAML file, parsed: its value, and the line at which each part of it begins."""

    def __init__(self, path: Path) -> None:
        import yaml

        self.name = path.name
        content = regular_content(path)
        self.lines: list[str] = content.decode("utf-8", errors="replace").splitlines()
        try:
            loader = yaml.SafeLoader(content.decode("utf-8-sig"))
            self.root = loader.get_single_node()
            if self.root is not None:
                self._look_for_doubles()
            self.value: object = self.root and loader.construct_document(self.root)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start)
            raise self.wrong(line, "UTF-8 文字", "text in UTF-8") from error
        except yaml.reader.ReaderError as error:
            line = content.decode("utf-8-sig").count("\n", 0, error.position)
            raise self.wrong(
                line, "没有控制字符的文字", "text without control characters"
            ) from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = min(mark.line, max(len(self.lines) - 1, 0)) if mark else 0
            raise self.wrong(line, "YAML", "YAML") from error
        except (RecursionError, ValueError, OverflowError) as error:
            # nested without end; a date or a number that is none
            zh, en = library_words(error)
            raise self.wrong(0, f"YAML（{zh}）", f"YAML ({en})") from error

    def wrong(self, line: int, zh: str, text: str) -> DataError:
        """Return the error for a line (from 0) that is not what is expected."""
        value = visible(self.lines[line].strip()) if line < len(self.lines) else ""
        return DataError(
            f"{self.name}：第{line + 1}行，“{value}”：应为{zh}；改正它，或用 git checkout 恢复"
            f" | {self.name}: line {line + 1}, {value!r}: expected {visible(text)};"
            " correct it, or restore it by git checkout"
        )

    def line(self, steps: Iterable[str | int]) -> int:
        """Return the line (from 0) of the part that `steps` lead to, or of the nearest above it."""
        import yaml

        node, line = self.root, 0
        for step in steps:
            found = None
            if isinstance(node, yaml.MappingNode):
                found = next((pair for pair in node.value if pair[0].value == str(step)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                found = (node.value[step], node.value[step]) if step < len(node.value) else None
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        return line

    def refuse(self, steps: Iterable[str | int], zh: str, text: str) -> NoReturn:
        """Raise the error for the part that `steps` lead to."""
        raise self.wrong(self.line(steps), zh, text)

    def _look_for_doubles(self) -> None:
        """Refuse a key that stands twice: YAML silently takes the last."""
        import yaml

        todo, seen = [self.root], set()
        while todo:
            node = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, yaml.SequenceNode):
                todo += node.value
            elif isinstance(node, yaml.MappingNode):
                keys: set[str] = set()
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode) and key.value in keys:
                        line = key.start_mark.line
                        raise self.wrong(line, "只出现一次的键", f"the key {key.value} only once")
                    keys |= {key.value} if isinstance(key, yaml.ScalarNode) else set()
                    todo.append(value)


def check_configuration(root: Path) -> None:
    """Check both files; see `settings` and `read_contents`.

    Raises
    ------
    DataError
        Also if the contents have a part without English.
    """
    settings(root)
    parts = read_contents(root).get("parts", [])
    captions = [part.get("caption") or "" for part in parts]
    known = dictionary(Catalog(root / "data")) if any(captions) else {}
    for number, caption in enumerate(captions):
        if CHINESE.search(str(caption)) and caption not in known:
            _File(root / CONTENTS).refuse(
                ["parts", number, "caption"],
                "在 data/codelists/english.csv 中有英文的名字",
                "a caption that has its English in data/codelists/english.csv",
            )


def settings(root: Path) -> dict[str, Any]:
    """Return ``_config.yml``.

    Raises
    ------
    DataError
        If it is no YAML, or not what jupyter-book's own schema says, or lets jupyter-book execute.
    """
    import jsonschema

    file = _File(root / CONFIG)
    if not isinstance(file.value, dict):
        file.refuse([], "“键: 值”的列表", "a mapping of keys to values")
    schema = json.loads(_schema().read_text(encoding="utf-8"))
    for error in jsonschema.Draft7Validator(schema).iter_errors(file.value):
        place = ".".join(map(str, error.absolute_path))
        file.refuse(
            error.absolute_path, f"jupyter-book 认得的 {place}", f"{place}: {error.message}"
        )
    inner = file.value.get("sphinx")
    if not isinstance(inner, dict) or not isinstance(inner.get("config"), dict):
        file.refuse(["sphinx", "config"], "其中的一节 sphinx: config:", "a section sphinx: config:")
    executing = file.value.get("execute", {}).get("execute_notebooks")
    if executing not in ("off", False):
        # papermill executes; what a second executor gave, nobody has judged
        file.refuse(["execute", "execute_notebooks"], "execute_notebooks: 'off'", "'off'")
    return file.value


def _schema() -> Path:
    """Return jupyter-book's own schema, without the seconds that loading jupyter-book takes."""
    package = importlib.util.find_spec("jupyter_book")
    if package is None or package.origin is None:
        msg = "没有安装 jupyter-book；先 make book | jupyter-book is not installed: run `make book`"
        raise DataError(msg)
    return Path(package.origin).with_name("config_schema.json")


def read_contents(root: Path) -> dict[str, Any]:
    """Return ``_toc.yml``: a root, and maybe parts or chapters, each the ``file`` of a page.

    Raises
    ------
    DataError
        If it is something else, or lists a page twice or one that is not there.
    """
    file = _File(root / CONTENTS)
    found = file.value
    if not isinstance(found, dict):
        file.refuse([], "format、root 和 parts", "format, root and parts")
    if found.get("format") != "jb-book":
        file.refuse(["format"], "format: jb-book", "format: jb-book")
    if "parts" in found and "chapters" in found:
        file.refuse(["parts"], "parts 或 chapters，不能都有", "parts or chapters, not both")
    listed: set[str] = set()
    for steps, name in _listed(file, found):
        if not isinstance(name, str) or not name:
            file.refuse(steps, "file: chapters/名字", "file: chapters/name")
        if name in listed:
            file.refuse(steps, "只列一次的页", f"the page {name} only once")
        listed.add(name)
        if not any((root / f"{name}{ending}").is_file() for ending in (".ipynb", ".md")):
            text = f"a page that is there: {name}.ipynb or {name}.md"
            file.refuse(steps, f"已有的页：{visible(name)}.ipynb 或 .md", text)
    return found


def _listed(file: _File, contents: dict[str, Any]) -> Iterator[tuple[list[str | int], object]]:
    """Yield what is listed as a page, with the steps that lead to it."""
    yield ["root"], contents.get("root")
    holders: list[list[str | int]] = [[]]
    if "parts" in contents:
        parts = contents["parts"]
        if not isinstance(parts, list) or not parts:
            file.refuse(["parts"], "parts 下有一部分", "at least one part")
        holders = [["parts", number] for number in range(len(parts))]
    elif "chapters" not in contents:
        holders = []
    for holder in holders:
        yield from _entries(file, contents, [*holder, "chapters"])


def _entries(
    file: _File, contents: dict[str, Any], steps: list[str | int]
) -> Iterator[tuple[list[str | int], object]]:
    """Yield the files of a list of chapters or sections, and of the sections below them."""
    held: object = contents
    for step in steps:
        # two branches that do the same: each narrows the type
        if isinstance(held, dict) and step in held:  # noqa: SIM114
            held = held[step]
        elif isinstance(held, list) and isinstance(step, int):
            held = held[step]
        else:
            file.refuse(steps, f"其下的 {step}:", f"{step}: below it")
    if not isinstance(held, list) or not held:
        file.refuse(steps, f"{steps[-1]} 下有一页", f"at least one page in {steps[-1]}")
    for number, entry in enumerate(held):
        place = [*steps, number]
        if not isinstance(entry, dict) or "file" not in entry:
            file.refuse(place, "file: chapters/名字", "file: chapters/name")
        yield [*place, "file"], entry["file"]
        if "sections" in entry:
            yield from _entries(file, contents, [*place, "sections"])
