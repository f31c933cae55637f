"""What a chapter may hold: its prose no figure typed by hand, its code only what and no how.

A figure is a run of digits (half or full width) or a Chinese numeral before a unit, in the text of
a Markdown cell or page. Not figures, and so allowed:

- what stands in code, a role (``{glue:text}`…` ``, ``{numref}`…` ``), a link's address, a label, an
  HTML comment or a directive's options;
- a year that names something: four digits, 19xx or 20xx, followed by 年 or standing in a title
  (``2022：有全貌的一年``); a range of such years;
- names that carry digits: those of `NAMES`.

A sentence or title that compares stands on a claim (see `comparing`).

A code cell has no function, class or loop, opens no file, names no colour, and is short. One cell
holds the parameters, the data directory among them.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import nbformat

from cqbook.build.comparing import comparing, comparing_titles
from cqbook.build.prose import UNREAD, Found, blank, found
from cqbook.errors import ChapterError, Fault, library_words
from cqbook.execution.notebooks import known_notebook
from cqbook.execution.parameters import CHECK, DATA_DIR, TAG, read_parameters
from cqbook.figures.claims import GLUED_ROLE
from cqbook.figures.figure import glued, glued_names

#: Names with digits in them: standards, codes, programmes, products.
NAMES = (
    "GB/T 7714—2015",
    "GB/T 2260",
    "GB/T 15835—2011",
    "ISO 8601",
    "33618",
    "Vega-Lite 6",
    "HS 8703",
    "WCAG 2.2",
    "SERES 5",
    "A4",
)
_NAME = re.compile("|".join(map(re.escape, NAMES)))
_HIDDEN = (
    re.compile(r"(?ms)^(```+|:::+).*?^\1\s*$"),  # fenced blocks and directives
    *UNREAD,
    re.compile(r"(?m)^\([a-z0-9-]+\)=$"),  # labels
    re.compile(r"\{#[a-z0-9-]+\}"),
    re.compile(r"(?m)^[^\S\n]*\d+\.\s"),  # numbered lists
)
_YEAR = re.compile(r"(?<![\d.])(19|20)\d{2}(—(19|20)\d{2})?(?=年|：|年度)")
#: Directives that hold prose. What names a month or, in English, a year is no figure in them.
_PROSE_BLOCK = re.compile(
    r"(?ms)^(?P<fence>:::+)\{(?:claim|unless|given|english)\}.*?^(?P=fence)[^\S\n]*$"
)
_FENCED = re.compile(r"(?ms)^(```+).*?^\1\s*$")
_HIDDEN_IN_BLOCK = (
    _FENCED,
    re.compile(r"(?m)^:::+(?:\{english\}|.*$)"),  # behind it stands a title
    re.compile(r"(?<!\d)\d{1,2}(—\d{1,2})?月"),
    re.compile(r"\b(19|20)\d{2}\b"),
)
_ENGLISH_BLOCK = re.compile(
    r"(?ms)^(?P<fence>:::+)\{english\}[^\n]*\n(?P<body>.*?)^(?P=fence)[^\S\n]*$"
)
_HEADING = re.compile(r"(?m)^#+ .*$")
#: The title of a section for English readers.
_ENGLISH_TITLE = re.compile(r"(?m)^:::+\{english\}[^\S\n]+\S")
_DIGITS = re.compile(r"[\d０-９]+(?:[.．,，][\d０-９]+)*")
_CHINESE = re.compile(
    r"(?:百分之[零一二三四五六七八九十百]+|[一二三四五六七八九十百千两几]+(?:成|倍|个百分点|亿|万))"
)
#: Lines of a code cell: more says how.
LONGEST_CELL = 12
#: The words of a figure in English are no code, and do not count.
_ENGLISH = re.compile(r"    english=\(.*?\n    \),\n", re.S)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
#: What opens a file, or says where one is: the data come from `cqbook.open_data` alone.
_OPENING = frozenset({"open", "Path", "read_csv", "read_excel", "read_parquet", "read_text"})
_FILE = re.compile(r"[\w.~/\\:-]+\.(?:csv|json|xlsx?|parquet|txt|py|ipynb|md)", re.I)
_PREVIEW = re.compile(r"(?m)^[^#\n]*\bcq\.preview\(")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def check_chapters(root: Path, names: Iterable[str] | None = None) -> None:
    """Refuse chapters that break the rules for their authors.

    Parameters
    ----------
    root : Path
        The book.
    names : iterable of str, optional
        Of the notebooks that are looked at; if left out, all and the pages without code.

    Raises
    ------
    ChapterError
        With file, cell or line, text, and what is expected.
    """
    found = [fault for path in chapter_files(root, names) for fault in chapter_faults(path)]
    if found:
        raise ChapterError(found)


def chapter_files(root: Path, names: Iterable[str] | None = None) -> list[Path]:
    """Return the notebooks with these names; all, and the pages without code, if left out."""
    folder = root / "chapters"
    if names is not None:
        wanted = set(names)
        return [path for path in sorted(folder.glob("*.ipynb")) if path.stem in wanted]
    return [*sorted(folder.glob("*.ipynb")), *sorted(folder.glob("*.md"))]


def chapter_faults(path: Path) -> list[Fault]:
    """Return what breaks the rules in a notebook, or in a page without code."""
    if path.suffix == ".ipynb":
        return list(notebook_faults(f"chapters/{path.name}", known_notebook(path)))
    # a page that is not read as text is told by who stages it
    text = path.read_text(encoding="utf-8", errors="replace")
    return list(page_faults(f"chapters/{path.name}", text))


def notebook_faults(file: str, notebook: nbformat.NotebookNode) -> Iterator[Fault]:
    """Yield what breaks the rules in a notebook: its parameters, then the rest cell by cell."""
    yield from _parameter_faults(file, notebook)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            for typed in typed_figures(cell.source):
                yield _typed(file, f"第{number}个单元", f"cell {number}", typed.context)
            for word in comparing(cell.source):
                yield _unclaimed(file, number, word)
            for _, text in untitled_headings(cell.source):
                yield _untitled(file, f"第{number}个单元", f"cell {number}", text)
            for block in _ENGLISH_BLOCK.finditer(cell.source):
                for text in _HEADING.findall(block["body"]):
                    zh = "没有标题行：英文标题写在 :::{english} 之后"
                    expected = "no heading in it: the title stands behind :::{english}"
                    yield Fault(file, f"第{number}个单元", f"cell {number}", text, zh, expected)
        elif cell.cell_type == "code":
            for word in comparing_titles(cell.source):
                yield _unclaimed(file, number, word)
            if shows_a_preview(cell):
                zh = "没有 cq.preview()：它是写的时候看的，审定前删去"
                expected = (
                    "no cq.preview(): it is for writing, to be deleted before `cqbook accept`"
                )
                text = cell.source.strip().partition("\n")[0]
                yield Fault(file, f"第{number}个单元", f"cell {number}", text, zh, expected)
                continue
            for text, zh, expected in _code_faults(cell.source):
                yield Fault(file, f"第{number}个单元", f"cell {number}", text, zh, expected)


def shows_a_preview(cell: nbformat.NotebookNode) -> bool:
    """Return whether a cell calls ``cq.preview``, which authors do while they write."""
    return cell.cell_type == "code" and bool(_PREVIEW.search(cell.source))


def check_glued(executed: Mapping[str, nbformat.NotebookNode]) -> None:
    """Refuse executed pages, by name, whose prose asks for a text that no cell has glued.

    jupyter-book only warns, and the page has a hole in the middle of a sentence.

    Raises
    ------
    ChapterError
        With page, cell and the name that is asked for.
    """
    found = [fault for name, item in executed.items() for fault in glue_faults(name, item)]
    if found:
        raise ChapterError(found)


def glue_faults(page: str, notebook: nbformat.NotebookNode) -> Iterator[Fault]:
    """Yield what an executed page asks for and no cell gives, and what is given twice."""
    known = glued(notebook)
    yield from _twice(page, notebook)
    for number, name in texts_asked_for(notebook):
        if name not in known:
            zh, text = "cq.glue 给出的名字", "a name that cq.glue was given"
            place = (f"第{number}个单元", f"cell {number}")
            yield Fault(f"chapters/{page}", *place, f"{{glue:text}}`{name}`", zh, text)


def _twice(page: str, notebook: nbformat.NotebookNode) -> Iterator[Fault]:
    """Yield the names that are glued again: the page would show either, and jupyter-book stops."""
    known: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        for name in glued_names(cell):
            if name in known:
                where = (f"第{number}个单元", f"cell {number}")
                words = ("每个名字只给一次", "each name once")
                yield Fault(f"chapters/{page}", *where, f"cq.glue({name}=…)", *words)
            known.add(name)


def texts_asked_for(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield the names of the glued texts that the prose asks for, each with its cell's number."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            for name in GLUED_ROLE.findall(cell.source):
                yield number, name


def page_faults(file: str, text: str) -> Iterator[Fault]:
    """Yield what breaks the rules in a page of Markdown."""
    for typed in typed_figures(text):
        line = text.count("\n", 0, typed.start) + 1
        yield _typed(file, f"第{line}行", f"line {line}", typed.context)
    for start, heading in untitled_headings(text):
        line = text.count("\n", 0, start) + 1
        yield _untitled(file, f"第{line}行", f"line {line}", heading)


def untitled_headings(text: str) -> Iterator[tuple[int, str]]:
    """Yield the headings of Markdown that have no English below them, each with its place."""
    hidden = _FENCED.sub(lambda match: blank(match[0]), text)
    plain = _ENGLISH_BLOCK.sub(_opening, hidden)
    places = [heading.start() for heading in _HEADING.finditer(plain)]
    for start, end in itertools.pairwise([*places, len(plain)]):
        if not _ENGLISH_TITLE.search(plain, start, end):
            yield start, plain[start:end].partition("\n")[0]


def typed_figures(text: str) -> Iterator[Found]:
    """Yield the figures typed by hand in Markdown `text`."""
    wanted = (_DIGITS, _CHINESE)
    yield from found(text, wanted, (_NAME, *_HIDDEN, _YEAR))
    hidden = (_NAME, *_HIDDEN_IN_BLOCK, *_HIDDEN[1:], _YEAR)
    yield from found(_in_blocks(text), wanted, hidden)


def _in_blocks(text: str) -> str:
    """Return Markdown of which only the blocks that hold prose are left, at their places."""
    kept = [match.span() for match in _PROSE_BLOCK.finditer(text)]
    parts, end = [], 0
    for start, stop in kept:
        parts += [blank(text[end:start]), text[start:stop]]
        end = stop
    return "".join([*parts, blank(text[end:])])


def _typed(file: str, place_zh: str, place: str, text: str) -> Fault:
    zh = "由代码给出的数，写作 {glue:text}`名字`"
    return Fault(file, place_zh, place, text, zh, "a number glued from code: {glue:text}`name`")


def _opening(block: re.Match[str]) -> str:
    """Return a block of which only the first line is left, at its place."""
    first, end, rest = block[0].partition("\n")
    return first + end + blank(rest)


def _untitled(file: str, place_zh: str, place: str, heading: str) -> Fault:
    zh = "标题之下有它的英文：:::{english} Title"
    expected = "its English below the heading: :::{english} Title"
    return Fault(file, place_zh, place, heading, zh, expected)


def _unclaimed(file: str, number: int, word: Found) -> Fault:
    zh = f"比较（“{word.words}”）立在论断上：:::{{claim}} 名字 的块，或 论断.says(…) 给出的标题"
    expected = (
        f"a comparison ({word.words!r}) on a claim: a block :::{{claim}} name,"
        " or a title by claim.says(…)"
    )
    return Fault(file, f"第{number}个单元", f"cell {number}", word.context, zh, expected)


def _parameter_faults(file: str, notebook: nbformat.NotebookNode) -> Iterator[Fault]:
    tagged = [
        number
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "code" and TAG in cell.metadata.get("tags", [])
    ]
    if len(tagged) != 1:
        said = f"{len(tagged)}个 {TAG}"
        zh = f"恰有一个标签为 {TAG} 的单元，其中有 {DATA_DIR}"
        expected = f"one cell with the tag {TAG}, and {DATA_DIR} in it"
        yield Fault(file, "整个笔记本", "whole notebook", said, zh, expected)
        return
    place_zh, place = f"第{tagged[0]}个单元", f"cell {tagged[0]}"
    items = read_parameters(notebook)
    names = [item.name for item in items]
    if DATA_DIR not in names:
        text = "、".join(names)
        zh, expected = f'参数中有 {DATA_DIR} = ""', f'a parameter {DATA_DIR} = ""'
        yield Fault(file, place_zh, place, text, zh, expected)
        return
    for item in items:
        if item.kind is str and item.name != DATA_DIR and item.allowed is None:
            call = f'cq.{CHECK}(book, {item.name}=({item.name}, "…"))'
            zh = f"由 {call} 核对：写明可取的值在哪张表"
            expected = f"checked by {call}, which says where its values stand"
            yield Fault(file, place_zh, place, item.name, zh, expected)


def _code_faults(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield text and what is expected, in Chinese and English, for what breaks the rules."""
    lines = _ENGLISH.sub("", source).splitlines()
    if len(lines) > LONGEST_CELL:
        zh = f"不超过{LONGEST_CELL}行（现有{len(lines)}行）；分成几个单元，或写进 cqbook"
        yield lines[0], zh, f"at most {LONGEST_CELL} lines, not {len(lines)}: split it"
    for colour in _COLOUR.findall(source):
        yield colour, "没有颜色：颜色由主题定", "no colour: the theme has them"
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError) as error:
        yield library_words(error)[0], "Python，不用 % 或 ! 命令", "Python, without % or ! commands"
        return
    for node in nodes:
        wrong = _misplaced(node)
        if wrong:
            # asked of what is wrong alone: it goes through the whole text
            yield _first_line(source, node), *wrong


def _first_line(source: str, node: ast.AST) -> str:
    return (ast.get_source_segment(source, node) or "").partition("\n")[0]


def _misplaced(node: ast.AST) -> tuple[str, str] | None:
    """Return what is expected instead of a part of a cell, if anything is."""
    if isinstance(node, _DEFINITIONS):
        return "没有函数和类：写进 cqbook", "no function or class: cqbook has them"
    if isinstance(node, _LOOPS):
        return "没有循环：写进 cqbook", "no loop: cqbook has them"
    if _opens(node):
        zh = f"不打开文件：数据由 cq.open_data({DATA_DIR}) 给出"
        return zh, f"no file and no path: cq.open_data({DATA_DIR}) has the data"
    return None


def _opens(node: ast.AST) -> bool:
    """Return whether a part of a cell opens a file, or is the path of one."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(_FILE.fullmatch(node.value))
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in _OPENING
