"""The command line of the book: take data in, execute, judge, publish, compare."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cqbook.errors import BookError, ContractError, message_lines, one_line

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cqbook.build.preview import Previewer
    from cqbook.citing.own_words import OwnWords
    from cqbook.citing.verify import AskedDocument, Standing
    from cqbook.intake.article_names import Names

# Chapters, data and configuration are read below the book's folder: see `_book`.


#: What runs a command, from the folder of the book and the words given; returns the exit code.
Run = Callable[[Path, argparse.Namespace], int]


def _tell(text: object) -> None:
    """Print one line; nothing else prints. What it names may come from a file of anybody's."""
    print(one_line(str(text)), flush=True)


def _tell_json(text: str) -> None:
    """Print JSON: in UTF-8, or in letters that are the same in what else the output is in."""
    if not (sys.stdout.encoding or "").lower().startswith("utf"):
        text = json.dumps(json.loads(text), indent=1)
    for line in text.split("\n"):
        _tell(line)


def _matching(paths: Iterable[Path]) -> list[Path]:
    """Return files, those of a pattern in its place, as no shell of Windows puts them.

    Office's marks of what is open in it are none.
    """
    from cqbook.disk.untrusted import OWNED

    found = []
    for path in paths:
        matched = [path]
        if {"*", "?"} & set(path.name) and not path.exists():
            named = path.parent.glob(path.name)
            matched = sorted(item for item in named if not item.name.startswith(OWNED)) or matched
        found += matched
    return found


def _say_from(start: float) -> Callable[[str], None]:
    def say(text: str) -> None:
        for line in message_lines(text):
            _tell(f"[{time.monotonic() - start:6.1f} s] {line}")

    return say


def _tell_page(page: Path) -> None:
    _tell(page)
    _tell(page.as_uri())


def _refuse(message: str) -> None:
    """Print a refusal."""
    for line in message_lines(f"cqbook: {message}"):
        print(line, file=sys.stderr)


def _assignments(words: list[str], *, chapter: str = "") -> dict[str, dict[str, Any]]:
    """Return ``chapter.name=value`` words as parameters by chapter and name."""
    from cqbook.errors import ParameterError

    found: dict[str, dict[str, Any]] = {}
    form = "名字=值 | name=value" if chapter else "章节.名字=值 | chapter.name=value"
    for word in words:
        target, sign, value = word.partition("=")
        page, dot, name = (chapter, ".", target) if chapter else target.rpartition(".")
        if not sign or not dot or not page or not name:
            msg = f"-p {word}：应为 {form}"
            raise ParameterError(msg)
        if name in found.setdefault(page, {}):
            msg = (
                f"-p {target} 给了两次：{found[page][name]} 和 {value}；只给一次"
                f" | -p {target} is given twice: {found[page][name]} and {value}; give it once"
            )
            raise ParameterError(msg)
        found[page][name] = value
    return found


def _check(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.data.catalog import Catalog
    from cqbook.data.contracts import check_package
    from cqbook.data.relations import relation_lines

    book = Catalog(arguments.data or root / "data")
    for name, count in check_package(book).items():
        _tell(f"{name}：{count}行")
    # sources contradict each other, and say so to their readers: that is no fault of the data
    if {"relations", "entities", "indicators"} <= set(book.resources):
        for line in relation_lines(book):
            _tell(line)
    _tell("数据符合约定 | the data satisfies its contracts")
    return 0


def _data(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.data.catalog import Catalog
    from cqbook.data.finding import held_on

    for line in held_on(Catalog(arguments.data or root / "data"), arguments.words):
        _tell(line)
    return 0


def _accept(root: Path, arguments: argparse.Namespace) -> int:
    _warm(root / "data")
    from cqbook.build.build import accept
    from cqbook.changes.comparison import comparison_lines

    found = accept(root, _say_from(time.monotonic()), arguments.chapter)
    _tell("变动的页 | changed: " + ("、".join(found.pages) or "无 | none"))
    for line in comparison_lines(found.changes):
        _tell(line)
    for page, cells in found.cells.items():
        # beside numbers and sentences: the words of a figure, code
        numbers = [str(number) for number in cells]
        _tell(
            f"{page}：变动的单元 | changed cells: {', '.join(numbers) or '删去的 | deleted ones'}"
        )
    for page in found.unknown:
        _tell(
            f"{page}：此前审定的输出不在手边，只知道它变了 | changed; its old output is not at hand"
        )
    for line in found.showing:
        _tell(line)
    return 0


def _add(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.data.catalog import Catalog
    from cqbook.editions.store import is_released
    from cqbook.intake.customs_format import Said
    from cqbook.intake.plan import plan_intake, write_plan
    from cqbook.intake.preview import preview

    data = arguments.data or root / "data"
    said = Said(arguments.flow, arguments.entity, arguments.period, arguments.retrieved)
    released = partial(is_released, root)
    made = plan_intake(data, _matching(arguments.files), said, arguments.edition, released)
    for line in preview(Catalog(data), made):
        _tell(line)
    if arguments.dry_run:
        _tell("只看不写 | nothing was written")
        return 0
    # of a book's own figures: which of its pages read them
    before = _pages_remembered(root) if made.figures and data == root / "data" else []
    changed = write_plan(data, made)
    _tell(f"已写入 | written: {'、'.join(changed) or '无 | nothing'}")
    if before and changed:
        from cqbook.build.showing import unread_since

        found = "、".join(unread_since(root, before)) or "无 | none"
        _tell(f"读到这些数的页 | pages that read them: {found}")
    if made.figures and changed:
        _tell(
            "cqbook accept 会说哪一页用上了哪个数、哪些只在数字库里"
            " | cqbook accept tells which page shows which, and which stand on none"
        )
    return 0


def _pages_remembered(root: Path) -> list[str]:
    """Return the pages that need not be executed; none where a chapter can't be read."""
    from cqbook.build.showing import pages_remembered

    try:
        return pages_remembered(root)
    except BookError:
        # accept tells it; figures are taken in all the same
        return []


def _read(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.data.catalog import Catalog
    from cqbook.intake.article_files import read_articles, write_reading

    book = Catalog(arguments.data or root / "data")
    articles = read_articles(_matching(arguments.files), book, arguments.date)
    for line in write_reading(book, articles, arguments.output):
        _tell(line)
    return 0


def _template(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.data.catalog import Catalog
    from cqbook.disk.atomic import replace_file
    from cqbook.errors import DataError
    from cqbook.intake.press_template import template

    path = arguments.file.resolve()
    if path.exists():
        msg = f"{path} 已存在，不覆盖 | {path} is there already and is not overwritten"
        raise DataError(msg)
    replace_file(path, template(Catalog(arguments.data or root / "data")))
    _tell(path)
    return 0


def _warm(data: Path) -> None:
    """Let the processes load that execute and render, before this one loads what asks them."""
    from cqbook.execution import kernels

    kernels.warm(data)


def _build(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.build.uptodate import inputs_digest, note_build, standing

    say = _say_from(time.monotonic())
    data = (arguments.data or root / "data").resolve()
    words = [arguments.edition, arguments.data is not None, sorted(arguments.p)]
    made_of = inputs_digest(root, data, words)
    page = standing(root, data, made_of)
    if page:
        say("什么都没有变 | nothing has changed")
    else:
        _warm(data)
        from cqbook.build.build import build
        from cqbook.build.order import order

        given = _assignments(arguments.p)
        asked = order(root, arguments.data, arguments.edition, given)
        page = build(root, say, asked) / "index.html"
        if inputs_digest(root, data, words) == made_of:
            # what changed while it was built is for the next one
            note_build(root, made_of, page)
    _tell("")
    _tell(f"书在 {page}，用浏览器打开即可：{page.as_uri()}")
    _tell(f"The book is in {page}; open it in a browser, or run `make serve`.")
    return 0


def _run(root: Path, arguments: argparse.Namespace) -> int:
    _warm(arguments.data or root / "data")
    from cqbook.build.build import run

    given = _assignments(arguments.p, chapter=arguments.chapter).get(arguments.chapter, {})
    say = _say_from(time.monotonic())
    page = run(root, say, arguments.chapter, given, arguments.data)
    _tell_page(page)
    return 0


def _preview(root: Path, arguments: argparse.Namespace) -> int:
    if arguments.watch and WATCHER_VARIABLE not in os.environ:
        return _kept_watching()
    _warm(arguments.data or root / "data")
    from cqbook.build.preview import Previewer

    _notebook_of(root, arguments.chapter)
    given = _assignments(arguments.p, chapter=arguments.chapter).get(arguments.chapter, {})
    say = _say_from(time.monotonic())
    previewer = Previewer(root, arguments.chapter, given, arguments.data)
    if not arguments.watch:
        # who watches is told of it, and may mend it
        previewer.check()
    with previewer:
        if arguments.watch:
            return _watched(previewer, say)
        made = previewer.show(say if not arguments.json else lambda _: None)
        if arguments.json:
            from cqbook.build.embedding import embedded

            content = {"page": str(made.page), "lines": made.lines}
            _tell_json(json.dumps(content | {"html": embedded(made.page)}, ensure_ascii=False))
            return 0
    for line in made.lines:
        _tell(line)
    _tell_page(made.page)
    return 0


def _watched(previewer: Previewer, say: Callable[[str], None]) -> int:
    """Show a chapter at each save, until Ctrl-C or until the package changes."""
    from cqbook.build.serving import Stage, serving
    from cqbook.build.watching import watch

    stage = Stage()
    previewer.target.mkdir(parents=True, exist_ok=True)
    try:
        with serving(previewer.target, stage) as address:
            _tell(f"{address}　每次存盘后自动更新，Ctrl-C 结束 | new at each save; Ctrl-C ends")
            watch(previewer, stage, say)
            say("cqbook 的代码变了，重新开始 | the code of cqbook has changed: starting again")
    except KeyboardInterrupt:
        _tell("预览已结束，章节没有变 | the preview has ended; the chapter is as it was saved")
        return INTERRUPTED
    return CHANGED


def _kept_watching() -> int:
    """Run this command in a process that is started again when the package changes."""
    import signal
    import subprocess

    from cqbook.disk.processes import dies_with_parent

    words = [sys.executable, *sys.orig_argv[1:]]
    own = os.environ | {WATCHER_VARIABLE: "1"}
    while True:
        child = subprocess.Popen(words, env=own, preexec_fn=dies_with_parent)
        # it is the child's to end at Ctrl-C, and to say so
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        code = child.wait()
        signal.signal(signal.SIGINT, before)
        if code != CHANGED:
            return code


def _new(root: Path, arguments: argparse.Namespace) -> int:
    if arguments.what == "district":
        from cqbook.build.new_district import new_district

        page = new_district(root, arguments.name)
        _tell(
            f"{page}：写入 chapters/pages.csv；再 cqbook accept {page}，cqbook build"
            f" | a row of chapters/pages.csv; then: cqbook accept {page}, cqbook build"
        )
        return 0
    if arguments.what == "book":
        from cqbook.build.new_book import new_book

        titles = (arguments.title, arguments.title_en)
        say = _say_from(time.monotonic())
        folder = new_book(root, Path(arguments.name).resolve(), arguments.place, titles, say)
        _tell(
            f"{folder}：在其中运行 cqbook build、cqbook template（见 README.md）"
            f" | go there, and run cqbook build, cqbook template (see its README.md)"
        )
        return 0
    from cqbook.build.new_chapter import new_chapter

    title = arguments.title or arguments.name
    path, part = new_chapter(root, arguments.name, title, arguments.title_en)
    _tell(path)
    _tell(
        f"目录：_toc.yml 中“{part}”的最后一行，可移到别处"
        f" | contents: the last line of the part {part} of _toc.yml, which may be moved"
    )
    _tell(
        f"写时：cqbook preview {path.stem} --watch；写好：cqbook accept {path.stem}、cqbook build"
        f" | while writing: cqbook preview {path.stem} --watch; then: cqbook accept {path.stem},"
        " cqbook build"
    )
    return 0


def _params(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.data.catalog import Catalog
    from cqbook.execution.parameters import DATA_DIR, read_parameters

    notebook = _notebook_of(root, arguments.chapter)
    book = Catalog(arguments.data or root / "data")
    items = [item for item in read_parameters(notebook) if item.name != DATA_DIR]
    defaults = {item.name: item.default for item in items}
    for item in items:
        default = json.dumps(item.default, ensure_ascii=False)
        _tell(f"{item.name} = {default}  {item.kind.__name__}  {item.comment}")
        if item.allowed:
            _tell(f"    {item.allowed}：{' '.join(item.allowed.values(book, defaults))}")
    return 0


def _notebook_of(root: Path, chapter: str) -> NotebookNode:
    """Return a chapter's notebook, or refuse a name that no chapter has, with the nearest."""
    from cqbook.data.codes import did_you_mean
    from cqbook.errors import ParameterError
    from cqbook.execution.notebooks import nearest_page, notebooks

    known = notebooks(root)
    if chapter not in known:
        near = nearest_page(chapter, known)
        hint, hint_en = did_you_mean(near)
        msg = (
            f"没有章节 {chapter}{hint} 有：{'、'.join(known)}"
            f" | no chapter {chapter!r}{hint_en or ';'} expected one of {', '.join(known)}"
        )
        raise ParameterError(msg)
    return known[chapter]


def _pages(root: Path, arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from cqbook.build.build import make_pages
    from cqbook.build.pages import pages
    from cqbook.data.catalog import Catalog
    from cqbook.execution.page import Executed, ExecutionError, Page

    book = Catalog(arguments.data or root / "data")
    count = sum(page.name != page.notebook for page in pages(root, book, table=arguments.table))
    # disable=None: no bar where nobody looks (output to a file)
    with tqdm(total=count, unit="页", disable=None) as bar:

        def told(page: Page, outcome: Executed | ExecutionError) -> None:
            bar.update()
            if isinstance(outcome, ExecutionError):
                bar.write(str(outcome), file=sys.stderr)

        say = _say_from(time.monotonic())
        first, failures = make_pages(
            root, say, told, arguments.table, arguments.data, arguments.cluster
        )
    _tell(f"{count - len(failures)}页已生成 | pages made; {len(failures)}页失败 | failed")
    if first:
        _tell_page(first)
    return 1 if failures else 0


def _release(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.changes.errata import declare
    from cqbook.data.catalog import Catalog
    from cqbook.disk.checksums import SUMS, file_digest
    from cqbook.editions.publish import release
    from cqbook.editions.store import built_as, predecessor

    name = arguments.edition or Catalog(root / "data").edition
    before = predecessor(root, name, None)
    if before is not None:
        declare(Catalog(before / "data"), Catalog(built_as(root, name) / "data"))
    key = arguments.sign or os.environ.get(KEY_VARIABLE, "")
    days = Catalog(built_as(root, name) / "data").table("sources")["published"]
    folder = release(root, name, Path(key) if key else None, days)
    tree = file_digest(folder / SUMS)
    _tell(f"git tag -s edition/{name} -m {tree}　（在外面记下它的摘要 | note its digest outside）")
    _tell(f"版次 {name} 已发布，不再改变：{folder} | released; it does not change any more")
    return 0


def _publish(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.editions.served import publish_to

    names = publish_to(root, arguments.folder)
    listed = "、".join(names) or "（还没有）"
    _tell(f"已发布到 {arguments.folder}；固定版次：{listed} | published, with all editions kept")
    return 0


def _archive(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.editions.archive import archive_of

    path = archive_of(root, arguments.edition, arguments.output)
    _tell(f"{path}，旁边是校验和 | with its sum beside it")
    return 0


def _bring_back(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.editions.archive import bring_back

    for archive in _matching(arguments.archives):
        name = bring_back(root, archive)
        _tell(f"版次 {name} 已放回 | edition {name} is back")
    return 0


def _cite(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.citing.claims_cited import claim_citations
    from cqbook.citing.entries import CLAIM, numbers_of
    from cqbook.editions.store import exhibit_entry, find

    folder = find(root, arguments.edition)
    if arguments.figure.startswith(CLAIM):
        for text in claim_citations(folder, arguments.figure).values():
            _tell(text)
        return 0
    of_page = {
        name: text
        for name, text in numbers_of(folder).texts.items()
        if arguments.figure in (name, name.partition(".")[0])
    }
    if of_page:
        for name, text in of_page.items():
            _tell(f"{{{{ {name} }}}}　{text}")
        return 0
    entry = exhibit_entry(folder, arguments.figure)
    _tell(f"{entry['title']}（{entry['subtitle']}）" if entry["subtitle"] else entry["title"])
    for text in entry["citations"].values():
        _tell("")
        # BibTeX, RIS and CSL are of several lines
        for line in text.split("\n"):
            _tell(line)
    _tell("")
    for item in entry["files"].values():
        _tell(folder / "site" / item["path"])
    return 0


def _brief(root: Path, arguments: argparse.Namespace) -> int:
    if arguments.update:
        return _brief_updated(root, arguments)
    if not arguments.figures or not arguments.output:
        _refuse("brief：写明图或 Markdown，和 -o | brief: name figures or Markdown, and -o")
        return 2
    from cqbook.citing.template import template_of
    from cqbook.citing.writers import blocks_of, writer_for
    from cqbook.disk.atomic import replace_file
    from cqbook.editions.store import find, is_released, manifest_of

    blocks = blocks_of(arguments.figures)
    edition = find(root, arguments.edition)
    writer = writer_for(arguments.output)
    template = template_of(arguments.template) if arguments.template else None
    if template is not None and template.left:
        listed = "；".join(template.left)
        _tell(f"模板中会运行或指向别处的没有取用 | left out of the template: {listed}")
    content = writer(blocks, edition, template)
    replace_file(arguments.output.resolve(), content)
    _tell(arguments.output)
    name = manifest_of(edition).edition
    if not is_released(root, name):
        _tell(f"版次 {name} 尚未发布，重新生成后可能无从核对；先 cqbook release | not released yet")
    return 0


def _brief_updated(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.citing.update import report_lines, updated
    from cqbook.disk.atomic import replace_file
    from cqbook.disk.untrusted import content_of

    path: Path = arguments.update
    if arguments.figures or arguments.template:
        _refuse("--update 不与图、Markdown 或模板同用 | --update takes no figures and no template")
        return 2
    target = arguments.output or path.with_name(f"{path.stem}.updated{path.suffix}")
    if target.suffix.lower() != path.suffix.lower():
        _refuse(f"-o {target}：应为 {path.suffix} | expected {path.suffix}")
        return 2
    existed = target.exists()
    same = existed and target.samefile(path)
    if same or (existed and not arguments.output):
        there, there_en = ("就是原文件", "is the document") if same else ("已存在", "exists")
        _refuse(
            f"{target} {there}，没有写；用 -o 另起名"
            f" | {target} {there_en}, nothing written: name another by -o"
        )
        return 1
    made = updated(root, content_of(path), path.name, arguments.edition)
    replace_file(target.resolve(), made.content)
    own = _own_words(root, arguments.edition, made.asked)
    left = [item for item in made.left if item not in own.settled]
    for line in (*report_lines(made, path.suffix.lower(), left, own.wrong), *own.lines):
        _tell(line)
    _tell(f"{target}（覆盖了原有的 | what was there is replaced）" if existed else target)
    return 1 if left or made.turned or own.wrong else 0


def _pdf(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.citing.book_pdf import printed
    from cqbook.data.catalog import Catalog
    from cqbook.disk.atomic import replace_file
    from cqbook.editions.store import find, manifest_of

    edition = find(root, arguments.edition)
    target = arguments.output or root / "_build" / "book.pdf"
    book = Catalog(edition / "data").publication
    replace_file(target.resolve(), printed(edition / "site", manifest_of(edition).edition, book))
    _tell(target)
    return 0


def _verify_text(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.data.catalog import Catalog
    from cqbook.disk.untrusted import content_of
    from cqbook.editions.store import find
    from cqbook.intake.article_names import Names
    from cqbook.intake.text_standing import HOLDS, check_text, verdicts_zh

    file, against = arguments.file, arguments.against
    # the book as it is, unless an edition is named
    data = root / "data" if against == "latest" else find(root, against) / "data"
    found = check_text(content_of(file), file.name, Names(Catalog(data)), arguments.date)
    if arguments.json:
        _tell_json(json.dumps([asdict(item) for item in found], ensure_ascii=False, indent=1))
    else:
        for item in found:
            _tell(f"{item.verdict}　第{item.paragraph}段 {item.printed}　{item.detail}")
        _tell(f"{file}：{verdicts_zh(found)}")
    return 0 if found and all(item.verdict == HOLDS for item in found) else 1


@dataclass(frozen=True)
class _OwnWords:
    """What a document says itself, beside what it quotes.

    ``wrong``: what the book says otherwise; ``lines``: on what it can't be asked; ``settled``: what
    is said of tables of one's own, by what was said before their numbers were asked.
    """

    wrong: list[Standing]
    lines: list[str]
    settled: Mapping[Standing, Standing]


def _lines_beside_tables(asked: AskedDocument) -> list[str]:
    """Return the paragraphs of a document and the rows of its tables that the book did not print.

    Raises
    ------
    ContractError
        If it is longer than an article.
    """
    from cqbook.citing.update import UPDATED
    from cqbook.citing.verify import row_key
    from cqbook.intake.article_grid import CELL
    from cqbook.intake.article_text import article_text

    # the pages of a PDF have no cells, and pictures no rows
    if not asked.name.lower().endswith(UPDATED):
        return []
    return [
        line
        for line in article_text(asked.content, asked.name).paragraphs
        if CELL not in line or row_key(line.split(CELL)) not in asked.tables.ours
    ]


def _own_words(root: Path, against: str, asked: AskedDocument) -> _OwnWords:
    from cqbook.citing.own_words import unasked_lines
    from cqbook.citing.verify import of_own_words
    from cqbook.data.catalog import Catalog
    from cqbook.editions.store import find
    from cqbook.intake.article_grid import CELL
    from cqbook.intake.article_names import Names

    told: list[str] = []
    try:
        lines = _lines_beside_tables(asked)
    except ContractError as error:
        lines = []
        told = [f"自己的表没有核对：{line}" for line in message_lines(error)]
    titles = [of_own_words(text, "", in_title=True) for text in asked.own.foreign]
    has_table = any(CELL in line for line in lines)
    # to know all names takes longer than to see that there is nothing to ask
    names = Names(Catalog(find(root, against) / "data")) if asked.own.own or has_table else None
    said, left = _own_sentences(asked.own, names) if names and asked.own.own else ([], [])
    shown, cells, holding = _own_tables(lines, names) if names and has_table else ([], [], [])
    told += unasked_lines(asked.own, left, cells)
    return _OwnWords([*titles, *said, *shown], told, asked.tables.settled(holding))


def _own_sentences(words: OwnWords, names: Names) -> tuple[list[Standing], list[str]]:
    """Return what the book says otherwise than one's own sentences, and which can't be asked."""
    from cqbook.citing.verify import of_own_words
    from cqbook.intake.text_standing import FAILS, HOLDS, OTHERWISE, check_paragraphs

    wrong: list[Standing] = []
    left: list[str] = []
    for item in check_paragraphs(words.paragraphs, words.says_itself, names):
        if item.verdict in (FAILS, OTHERWISE):
            wrong.append(of_own_words(item.printed, item.detail))
        elif item.verdict != HOLDS and item.paragraph in words.titles:
            wrong.append(of_own_words(item.printed, item.detail, in_title=True))
        elif item.verdict != HOLDS:
            left.append(item.printed)
    return wrong, left


def _own_tables(
    lines: list[str], names: Names
) -> tuple[list[Standing], list[str], list[tuple[str, bool]]]:
    """Return the same of one's own tables, and of each number whether it holds, by its row."""
    from cqbook.citing.verify import of_own_words, row_key
    from cqbook.intake.article_grid import CELL
    from cqbook.intake.text_standing import FAILS, HOLDS, OTHERWISE, check_rows

    wrong: list[Standing] = []
    left: list[str] = []
    holding: list[tuple[str, bool]] = []
    for item in check_rows(lines, names):
        row = lines[item.paragraph - 1].split(CELL)
        holding.append((row_key(row), item.verdict == HOLDS))
        if item.verdict in (FAILS, OTHERWISE):
            wrong.append(of_own_words(f"{row[0]}：{item.printed}", item.detail))
        elif item.verdict != HOLDS:
            left.append(item.printed)
    return wrong, left, holding


def _verify(root: Path, arguments: argparse.Namespace) -> int:
    if arguments.text:
        return _verify_text(root, arguments)
    from cqbook.citing.verify import STANDS, as_json, asked_of, report
    from cqbook.disk.untrusted import content_of
    from cqbook.editions.store import last_word_lines, signature_lines

    file = arguments.file
    asked = asked_of(root, content_of(file), file.name, arguments.against)
    signatures = signature_lines(root, dict.fromkeys(item.edition for item in asked.standings))
    own = _own_words(root, arguments.against, asked) if asked.standings else _OwnWords([], [], {})
    found = [*(own.settled.get(item, item) for item in asked.standings), *own.wrong]
    if arguments.json:
        _tell_json(as_json(found))
    else:
        for line in (
            *report(found),
            *own.lines,
            *last_word_lines(root, arguments.against),
            *signatures,
        ):
            _tell(line)
        if not found:
            _tell(f"{file}：没有找到出自本书的图和数 | nothing of the book was found")
    return 0 if found and all(item.verdict == STANDS for item in found) else 1


def _diff(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.build.diff import diff
    from cqbook.changes.comparison import comparison_lines

    found = diff(root, arguments.old, arguments.new)
    lines = comparison_lines(found)
    for line in lines or ["两个版次没有不同 | no difference"]:
        _tell(line)
    return 0


def _claims(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.editions.store import find
    from cqbook.execution.notebooks import notebooks, read_notebook
    from cqbook.figures.claims import said_of

    if arguments.edition:
        folder = find(root, arguments.edition) / "notebooks"
        pages = {path.stem: read_notebook(path) for path in sorted(folder.glob("*.ipynb"))}
    else:
        pages = notebooks(root)
    said = [item for page, notebook in pages.items() for item in said_of(page, notebook)]
    for item in said:
        _tell(item.line)
    bad = sum(not item.claim.holds for item in said)
    _tell(f"{len(said)}个论断，{bad}个不成立或不能判断 | claims; do not hold, or open: {bad}")
    return 0


def _audit(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.build.audit import audit

    found = audit(root, arguments.edition, _say_from(time.monotonic()))
    for line in found.lines:
        _tell(line)
    verdict = (
        ("全部复现", "all of it is reproduced")
        if found.good
        else (
            "有不符或不能复现之处，见上",
            "not all of it: see above",
        )
    )
    _tell(f"版次 {arguments.edition}：{verdict[0]} | edition {arguments.edition}: {verdict[1]}")
    return 0 if found.good else 1


#: What executes or renders pages: in forks, which Windows has not.
FORKING = (_build, _run, _preview, _accept, _pages, _audit)
NOT_HERE = (
    "这个命令不能在 Windows 上运行；在 WSL 或 Linux 中运行，见 docs/windows.md"
    " | this command does not run on Windows: use WSL or Linux, see docs/windows.md"
)
NOT_INSTALLED = (
    "没有安装 {0}：这个命令要 requirements.txt 的全部，见 docs/windows.md"
    " | {0} is not installed: this command needs all of requirements.txt, see docs/windows.md"
)
#: What a shell gives a command that Ctrl-C ended.
INTERRUPTED = 130
#: Exit code of a watcher whose package changed; and what tells it that it is one.
CHANGED = 75
#: Names the key that signs what is released.
KEY_VARIABLE = "CQBOOK_SIGNING_KEY"
WATCHER_VARIABLE = "CQBOOK_WATCHER"
ENGINE_HELP = "a Spark master that answers the questions about customs detail; default: here"


def _recover(folder: Path) -> None:
    """Finish a change of a folder that was killed after its journal stood."""
    from cqbook.disk.atomic import JOURNAL, recover
    from cqbook.disk.locks import locked

    try:
        # a folder that may not be read is told as that
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return
    if JOURNAL in names:
        with locked(folder):
            recover(folder)


#: Adds a command: its name, what runs it, its help, and whether it takes other data.
Command = Callable[[str, Run, str, bool], argparse.ArgumentParser]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cqbook", description=__doc__)
    parser.add_argument(
        "--root", type=Path, help="folder of the book; default: the current one or one above it"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Run, help_text: str, data: bool) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_text)
        made.set_defaults(run=run)
        if data:
            made.add_argument("--data", type=Path, help="another data directory")
        return made

    _add_data_commands(command)
    _add_making_commands(command)
    _add_citing_commands(command)
    _add_comparing_commands(command)
    return parser


def _add_data_commands(command: Command) -> None:
    command("check", _check, "check the data against its contracts", True)
    made = command("data", _data, "list the figures there are on a subject", True)
    made.add_argument("words", nargs="+", metavar="WORD", help="of its names: 笔记本电脑, laptop")
    made = command("add", _add, "take in customs files and press figures", True)
    made.add_argument("files", nargs="+", type=Path, metavar="FILE")
    made.add_argument("--flow", default="", help="export or import, where a file does not say it")
    made.add_argument("--entity", default="", help="CN, CN-50 …: whose trade, likewise")
    made.add_argument("--period", default="", help="2024, 2024-01/2024-09: likewise")
    made.add_argument("--retrieved", default="", help="day of the query, such as 2025-02-18")
    made.add_argument("--edition", default="", help="edition of the new figures, such as 2026-12")
    made.add_argument("--dry-run", action="store_true", help="show what was understood, no more")
    made = command("read", _read, "read the figures of articles into a table to confirm", True)
    made.add_argument("files", nargs="+", type=Path, metavar="ARTICLE")
    made.add_argument("-o", "--output", type=Path, default=Path("figures.xlsx"))
    made.add_argument("--date", default="", help="day of the articles, such as 2026-11-20")
    made = command("template", _template, "write the XLSX to type press figures into", True)
    made.add_argument("file", nargs="?", type=Path, default=Path("figures.xlsx"))


def _add_making_commands(command: Command) -> None:
    made = command("build", _build, "check, execute, judge, render, publish an edition", True)
    made.add_argument("--edition", default="", help="its name, such as 2022 or 2026-12")
    made.add_argument("--engine", default="", metavar="spark://HOST", help=ENGINE_HELP)
    made.add_argument(
        "-p", action="append", default=[], metavar="CHAPTER.NAME=VALUE", help="a parameter"
    )
    made = command("run", _run, "execute one chapter and show it as a page", True)
    made.add_argument("--engine", default="", metavar="spark://HOST", help=ENGINE_HELP)
    made.add_argument("chapter")
    made.add_argument("-p", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    made = command("preview", _preview, "show a chapter's page, with claims and faults", True)
    made.add_argument("chapter")
    made.add_argument("-p", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    made.add_argument("--watch", action="store_true", help="show it again at each save")
    made.add_argument("--json", action="store_true", help="for machines")
    made = command(
        "new", _new, "start a chapter that passes every check, or a district's page", False
    )
    made.add_argument("what", choices=["chapter", "district", "book"])
    made.add_argument("name", help="of its page; a district's code or name; a book's folder")
    made.add_argument("--title", default="", help="in Chinese")
    made.add_argument("--title-en", default="", help="of a chapter or a book, in English")
    made.add_argument("--place", default="", help="of a book: its province, such as 510000")
    made = command("params", _params, "list a chapter's parameters and their values", True)
    made.add_argument("chapter")
    made = command("pages", _pages, "make many pages from notebooks and a table", True)
    made.add_argument(
        "table", nargs="?", type=Path, help="CSV: page, notebook, parameters; default: pages.csv"
    )
    made.add_argument("--cluster", default="", help="a dask cluster: tcp://host:8786")
    made = command("accept", _accept, "execute chapters in place as the judged outputs", False)
    made.add_argument("chapter", nargs="*", help="names of chapters; none: all")
    made = command("release", _release, "freeze an edition as built last", False)
    made.add_argument("edition", nargs="?", default="", help="default: the data's own edition")
    made.add_argument("--sign", default="", metavar="KEY", help="a key of OpenSSH that signs it")
    made = command("archive", _archive, "write a released edition as one file with its sum", False)
    made.add_argument("edition", help="its name")
    made.add_argument("-o", dest="output", type=Path, default=Path("archives"), metavar="FOLDER")
    made = command("restore", _bring_back, "put editions back among the released ones", False)
    made.add_argument("archives", nargs="+", type=Path, metavar="edition-….zip")
    made = command("publish", _publish, "publish in a folder that is served; keeps all", False)
    made.add_argument("folder", type=Path, metavar="DIR")


def _add_citing_commands(command: Command) -> None:
    made = command("cite", _cite, "print the citations and files of a figure or table", False)
    made.add_argument(
        "figure", help="its id: fig-…, tab-…, claim:page.name; or a page: the numbers of its text"
    )
    made.add_argument("--edition", default="latest", help="an edition's name; default: latest")
    made = command("brief", _brief, "write a briefing from figures or Markdown", False)
    made.add_argument("figures", nargs="*", help="ids of figures, or one Markdown file")
    made.add_argument("-o", dest="output", type=Path, metavar="FILE.docx|pptx")
    made.add_argument(
        "--update", type=Path, metavar="FILE", help="a document, brought to a newer edition"
    )
    made.add_argument("--edition", default="latest", help="an edition's name; default: latest")
    made.add_argument("--template", type=Path, help="a document whose styles are taken")
    made = command("pdf", _pdf, "print the whole book to one PDF", False)
    made.add_argument("-o", dest="output", type=Path, metavar="FILE.pdf")
    made.add_argument("--edition", default="latest", help="an edition's name; default: latest")
    made = command("verify", _verify, "tell whether a document's figures still stand", False)
    made.add_argument("file", type=Path, help="docx, pptx, pdf, png or svg")
    made.add_argument(
        "--text", action="store_true", help="any text, whoever wrote it: also md, txt, html"
    )
    made.add_argument("--date", default="", help="of the text, as for read: what 去年 is in it")
    made.add_argument("--against", default="latest", help="an edition's name; default: latest")
    made.add_argument("--json", action="store_true", help="for machines")


def _add_comparing_commands(command: Command) -> None:
    made = command("claims", _claims, "list the claims of the chapters, or of an edition", False)
    made.add_argument("--edition", default="", help="an edition's name, or latest")
    made = command("audit", _audit, "check an edition's files and make it again", False)
    made.add_argument("edition", help="its name, or latest")
    made = command("diff", _diff, "tell what changed between two editions", False)
    made.add_argument("old")
    made.add_argument("new")


def _book(chosen: argparse.Namespace) -> Path:
    """Return the folder of the book: the one named, or that of the current folder, as git does.

    Raises
    ------
    DataError
        If there is none; a command that is given data, or makes a book, needs none.
    """
    from cqbook.disk.installed import CONFIG, CONTENTS, book_around
    from cqbook.errors import DataError

    here: Path = (chosen.root or Path()).resolve()
    if chosen.root is not None:
        return here
    found = book_around(here)
    if found is not None:
        return found
    if getattr(chosen, "data", None) is not None:
        return here
    msg = (
        f"{here} 及其上各级没有书（{CONFIG} 和 {CONTENTS}）；"
        "到书的文件夹里运行，或写明：cqbook --root 书的文件夹 …"
        f" | there is no book ({CONFIG} and {CONTENTS}) in {here} or above it: run this in the"
        " book's folder, or name it: cqbook --root FOLDER …"
    )
    raise DataError(msg)


def _refuse_old_clock() -> None:
    """Refuse a clock that was never set: a workbook, as any ZIP, can't be of before 1980.

    Raises
    ------
    DataError
        If this machine's is one.
    """
    from cqbook.errors import DataError

    if time.localtime().tm_year < 1980:
        msg = (
            f"按本机时钟现在是{time.localtime().tm_year}年；校准时钟再运行"
            " | this machine's clock was never set: set it, and run this again"
        )
        raise DataError(msg)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code (0: done, 1: refused, 2: wrong words)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a terminal that has no Chinese gets escapes, not a traceback in mid-command
            stream.reconfigure(errors="backslashreplace")
    chosen = _parser().parse_args(arguments)

    if getattr(chosen, "engine", ""):
        # kernels inherit it
        os.environ["CQBOOK_ENGINE"] = chosen.engine
    try:
        _refuse_old_clock()
        root = _book(chosen)
        _recover(getattr(chosen, "data", None) or root / "data")
        _recover(root / "chapters")
        run: Run = chosen.run
        if run in FORKING and not hasattr(os, "fork"):
            _refuse(NOT_HERE)
            return 1
        return run(root, chosen)
    except BookError as error:
        _refuse(str(error))
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", "cqbook"):
            raise
        _refuse(NOT_HERE if name in sys.stdlib_module_names else NOT_INSTALLED.format(name))
    except KeyboardInterrupt:
        _refuse("已中断；此前的内容没有变 | interrupted; what was there is unchanged")
        return INTERRUPTED
    except OSError as error:
        if isinstance(error, BrokenPipeError) or _is_broken_pipe_of_windows(error):
            # who reads has seen enough, as `head` does; what is held must not be written at exit
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        # a full disk, a folder that may not be written: what was there is still there
        from cqbook.errors import system_error_words

        _refuse(system_error_words(error))
    return 1


def _is_broken_pipe_of_windows(error: OSError) -> bool:
    return os.name == "nt" and error.errno == errno.EINVAL and error.filename is None


def command() -> int:
    """Run the command line as a program: its temporary files are gone with it."""
    from cqbook.disk.temporary import temporary_files

    with temporary_files():
        return main()


if __name__ == "__main__":
    sys.exit(command())
