"""The form of the chapters, and what their committed outputs say."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from conftest import ROOT, Spoiled

from cqbook import cli
from cqbook.build import build
from cqbook.build.chapter_lint import (
    check_chapters,
    check_glued,
    notebook_faults,
    texts_asked_for,
)
from cqbook.editions.store import tree_digest
from cqbook.errors import ChapterError
from cqbook.execution import notebooks
from cqbook.execution.page import Executed
from cqbook.figures import figure
from cqbook.figures.claims import cell_blocks

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
PARAMETRISED = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@PARAMETRISED
def test_committed_as_executed(path):
    """nbval compares nothing in an unexecuted notebook: every cell must have run, in order."""
    counts = [cell.execution_count for cell in code(read(path))]
    assert counts == list(range(1, len(counts) + 1))


@PARAMETRISED
def test_bytes_are_normalised(path):
    notebook = read(path)
    assert path.read_bytes() == notebooks.to_bytes(notebooks.normalise(notebook))
    assert not notebooks.complaints(notebook)


def test_no_chapter_breaks_the_rules_for_authors():
    """As `cqbook accept` and `build` ask; also of a page without code."""
    check_chapters(ROOT)


def small(*cells, tags=("parameters",), parameters='data_dir = ""'):
    made = [nbformat.v4.new_code_cell(parameters, metadata={"tags": list(tags)}), *cells]
    return nbformat.v4.new_notebook(cells=made)


def faults(notebook):
    return [str(item) for item in notebook_faults("chapters/x.ipynb", notebook)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("\n".join(f"a{n} = {n}" for n in range(13)), "at most 12 lines, not 13"),
        ("a = 1\ndef f():\n    return 1", "'def f():': expected no function"),
        ("class A:\n    pass", "no function or class"),
        ("for a in []:\n    a", "'for a in []:': expected no loop"),
        ("while False:\n    pass", "no loop"),
        ("rows = pd.read_csv(name)", "'pd.read_csv': expected no file and no path"),
        ("rows = open(name)", "no file and no path"),
        ('name = "../data/observations.csv"', "no file and no path"),
        ('colour = "#c00000"', "'#c00000': expected no colour"),
        ("%matplotlib inline", "Python, without % or ! commands"),
    ],
)
def test_code_that_says_how_is_told_with_its_cell(source, expected):
    (fault,) = faults(small(nbformat.v4.new_code_cell(source)))
    assert fault.startswith("chapters/x.ipynb：第2个单元，")
    assert " | chapters/x.ipynb: cell 2, " in fault
    assert expected in fault


@pytest.mark.parametrize(
    "source",
    [
        "\n".join(f"a{n} = {n}" for n in range(12)),
        "book = cq.open_data(data_dir)\nrows = [row for row in book.rows]",
        "cq.figure(\n    english=(\n" + '        "Mu (1/15 hectare)",\n' * 12 + "    ),\n)",
        'subtitle="元/吨；横线为区间"',
    ],
)
def test_code_that_says_what_is_let_pass(source):
    assert faults(small(nbformat.v4.new_code_cell(source))) == []


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("升上去的，大半退了回来。", "expected a comparison ('大半') on a claim"),
        (
            "# 出口高于进口\n\n:::{english} Exports and imports\n:::",
            "expected a comparison ('高于') on a claim",
        ),
        (
            "## 出口\n\n出口。",
            "'## 出口': expected its English below the heading: :::{english} Title",
        ),
        ("# 出口\n\n:::{english}\nWords.\n:::", "'# 出口': expected its English below the heading"),
        (
            "# 出口\n\n## 进口\n\n:::{english} Imports\n:::",
            "'# 出口': expected its English below the heading",
        ),
        (":::{english} Record exports\nWords.\n:::", "a comparison ('Record') on a claim"),
        (
            ":::{english} Exports of 500 cars\nWords.\n:::",
            "'orts of 500 cars Wo': expected a number",
        ),
        (
            ":::{english}\n# Exports\n\nWords.\n:::",
            "'# Exports': expected no heading in it: the title stands behind :::{english}",
        ),
    ],
)
def test_prose_that_says_too_much_is_told_with_the_word(prose, expected):
    (fault,) = faults(small(nbformat.v4.new_markdown_cell(prose)))
    assert expected in fault


@pytest.mark.parametrize(
    "prose",
    [
        ":::{english} Exports in 2025\nWords.\n:::",
        "# 标题\n\n:::{english} Title\nWords.\n:::",
        "::::{given} fig-x\n## 标题\n\n:::{english} {glue:text}`title`\n:::\n::::",
        "```markdown\n# 标题\n```",
    ],
)
def test_an_english_title_is_let_pass(prose):
    assert faults(small(nbformat.v4.new_markdown_cell(prose))) == []


def test_a_chapter_without_its_data_directory_is_told():
    (fault,) = faults(small(parameters='period = "2022"'))
    assert "cell 1, 'period': expected a parameter data_dir" in fault
    (fault,) = faults(small(tags=()))
    assert "expected one cell with the tag parameters" in fault


TYPED = nbformat.v4.new_markdown_cell("合计约5000亿元。")
LONG = nbformat.v4.new_code_cell("\n".join(f"a{n} = {n}" for n in range(13)))


@pytest.fixture
def copy(tmp_path):
    """The book, in which nothing may be executed or rendered."""
    for name in ("_config.yml", "_toc.yml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("chapters", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("customs"))
    # nothing is executed, and to check the long series takes as long as all the rest
    Spoiled(tmp_path / "data").without_series()
    return tmp_path


def executed(*_, **__):
    msg = "a chapter was executed"
    raise AssertionError(msg)


#: What is wrong, and what is said of it.
WRONG = {
    "typed by hand": (lambda cells: cells.append(TYPED), "“合计约5000亿元。”：应为由代码给出的数"),
    "too long": (lambda cells: cells.append(LONG), "at most 12 lines, not 13"),
    "no data": (lambda cells: cells[1].update(source='area = ""'), "expected a parameter data_dir"),
}
ASKED = [("build", wrong) for wrong in WRONG]
ASKED += [
    (words, "typed by hand") for words in ("accept", "accept trade", "run trade", "pages table.csv")
]


@pytest.mark.parametrize(("command", "wrong"), ASKED)
def test_an_author_is_told_before_anything_is_executed(copy, command, wrong, monkeypatch, capsys):
    change, expected = WRONG[wrong]
    path = copy / "chapters" / "trade.ipynb"
    notebook = read(path)
    change(notebook.cells)
    nbformat.write(notebook, path)
    table = copy / "table.csv"
    table.write_text("page,notebook\none,trade\n", encoding="utf-8")
    before = tree_digest(copy / "chapters")
    monkeypatch.setattr(build, "execute_all", executed)
    words = [str(table) if word == table.name else word for word in command.split()]
    assert cli.main(["--root", str(copy), *words]) == 1
    told = capsys.readouterr().err
    assert "chapters/trade.ipynb" in told
    assert expected in told
    assert tree_digest(copy / "chapters") == before
    assert not (copy / "_build" / "html").exists()


@pytest.mark.parametrize("command", ["accept trade", "build", "run trade"])
def test_a_text_that_nothing_has_glued_is_a_hole_and_is_refused(copy, command, monkeypatch, capsys):
    def executed_with_a_slip(chapters, todo, *_, **__):
        done = {page.name: Executed(committed("index").read_bytes()) for page in todo}
        slip = read(committed("trade"))
        slip.cells[0].source += "\n\n共{glue:text}`tripz`列。"
        return done | {"trade": Executed(nbformat.writes(slip).encode())}, {}

    def committed(name):
        return copy / "chapters" / f"{name}.ipynb"

    before = tree_digest(copy / "chapters")
    monkeypatch.setattr(build, "execute_all", executed_with_a_slip)
    assert cli.main(["--root", str(copy), *command.split()]) == 1
    told = capsys.readouterr().err
    assert "chapters/trade" in told
    assert "tripz" in told
    assert told.count("expected a name that cq.glue was given") == 1
    assert tree_digest(copy / "chapters") == before


def test_a_name_that_is_glued_twice_is_refused():
    """jupyter-book stops at it, late; which of the two a sentence would show is nobody's choice."""
    notebook = read(ROOT / "chapters" / "trade.ipynb")
    cell = next(item for item in notebook.cells if figure.glued_names(item))
    again = next(item for item in cell.outputs if "scrapbook" in item.get("metadata", {}))
    cell.outputs.append(again)
    name = again["metadata"]["scrapbook"]["name"]
    with pytest.raises(ChapterError) as caught:
        check_glued({"trade": notebook})
    assert f"cq.glue({name}=…)" in str(caught.value)
    assert str(caught.value).count("expected each name once") == 1


def test_a_chapter_that_is_not_accepted_may_be_under_way(copy, monkeypatch):
    path = copy / "chapters" / "trade.ipynb"
    notebook = read(path)
    notebook.cells.append(TYPED)
    nbformat.write(notebook, path)
    monkeypatch.setattr(build, "execute_all", executed)
    with pytest.raises(AssertionError, match="executed"):
        build.accept(copy, print, ["corridors"])


@PARAMETRISED
def test_every_glued_key_is_published_and_used(path):
    notebook = read(path)
    asked, published = {name for _, name in texts_asked_for(notebook)}, set(figure.glued(notebook))
    assert asked <= published
    # a text may only say whether a block stands
    given = {name for _, block in cell_blocks(notebook) for name in block.names}
    assert published <= asked | given


def test_figure_ids_are_unique():
    ids = [
        shown.id
        for path in CHAPTERS
        for shown in [
            *(item.identity for item in figure.figures_of(read(path))),
            *figure.tables_of(read(path)),
        ]
    ]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 30


@PARAMETRISED
def test_every_figure_says_where_it_comes_from(path):
    for item in figure.figures_of(read(path)):
        shown = item.identity
        assert shown.title
        assert shown.subtitle
        assert len(shown.alt) > 15
        # drawn from the book's own tables, not from a published figure: where a district lies, how
        # many relations hold
        own = shown.unit in ("区县", "条")
        if shown.table.rows and not own:
            assert shown.sources, shown.id


def test_all_chapters_are_in_the_contents():
    import yaml

    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = {contents["root"]}
    for part in contents["parts"]:
        listed |= {chapter["file"] for chapter in part["chapters"]}
    files = {
        f"chapters/{path.stem}"
        for path in (ROOT / "chapters").iterdir()
        if path.suffix in (".md", ".ipynb")
    }
    # a chapter that needs data that the default book does not have says where it would stand
    apart = {
        f"chapters/{path.stem}"
        for path in CHAPTERS
        if read(path).metadata.get("cqbook", {}).get("needs")
    }
    assert apart == {"chapters/customs-detail"}
    assert files - apart == listed
