"""The two YAML files of the book: what breaks them is told with file and line, before a build."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cqbook import cli
from cqbook.build import configuration
from cqbook.errors import DataError

CONFIG = (ROOT / "_config.yml").read_text(encoding="utf-8")
CONTENTS = (ROOT / "_toc.yml").read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "chapters").mkdir()
    for path in [*(ROOT / "chapters").glob("*.md"), *(ROOT / "chapters").glob("*.ipynb")]:
        (tmp_path / "chapters" / path.name).touch()
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, tmp_path)
    # the parts of the contents have their English there
    (tmp_path / "data").symlink_to(ROOT / "data")
    return tmp_path


def number(text: str, part: str) -> int:
    """Return the line of a text, from 1, in which a part begins."""
    return text[: text.index(part)].count("\n") + 1


def test_the_book_s_own_are_what_they_were(root):
    assert configuration.settings(root) == yaml.safe_load(CONFIG)
    assert configuration.read_contents(root) == yaml.safe_load(CONTENTS)
    configuration.check_configuration(root)


def test_contents_without_parts_and_with_sections_are_read(root):
    text = "format: jb-book\nroot: chapters/index\nchapters:\n- file: chapters/trade\n"
    text += "  sections:\n  - file: chapters/parks\n  - file: chapters/data\n"
    (root / "_toc.yml").write_text(text, encoding="utf-8")
    assert configuration.read_contents(root)["chapters"][0]["sections"][1] == {
        "file": "chapters/data"
    }


#: File, what stands there, what is put in its place, the line that is told (a part of it).
BROKEN = {
    "a tab": ("_config.yml", "title: ", "\ttitle: ", "\ttitle"),
    "an open bracket": ("_config.yml", "html_theme_options: {}", "a: {", ""),
    "an open quote": ("_config.yml", "title: ", "title: '", ""),
    "a key twice": ("_config.yml", "author: ", "title: x\nauthor: ", "title: x"),
    "a title that is none": ("_config.yml", "title: 重庆", "title: [1] # ", "title: ["),
    "an inner type": ("_config.yml", "use_multitoc_numbering: false", "baseurl: 5", "baseurl"),
    "no sphinx": ("_config.yml", "sphinx:", "sphinks:", ""),
    "no inner config": ("_config.yml", "  config:", "  konfig:", "sphinx:"),
    "another executor": ("_config.yml", "'off'", "auto", "execute_notebooks"),
    "a date that is none": ("_config.yml", "author: ", "day: 2026-13-45\nauthor: ", "# jupyter"),
    "a tag": ("_config.yml", "author: ", "a: !!python/name:os.system\nauthor: ", "a: !!"),
    "a control character": ("_config.yml", "author: ", "author: \x01", "author"),
    "a word alone": ("_toc.yml", CONTENTS, "chapters\n", "chapters"),
    "nothing": ("_toc.yml", CONTENTS, "", ""),
    "another format": ("_toc.yml", "jb-book", "jb-article", "format"),
    "no root": ("_toc.yml", "root:", "roots:", "format"),
    "a root that is none": ("_toc.yml", "chapters/index", "[a]", "root"),
    "parts and chapters": ("_toc.yml", "parts:", "chapters: []\nparts:", "parts:"),
    "no part": ("_toc.yml", CONTENTS[CONTENTS.index("parts:") :], "parts: []\n", "parts"),
    "a part of no keys": ("_toc.yml", "- caption: 附录\n    chapters:", "-", "- file: chapters/cl"),
    "no chapters": ("_toc.yml", "chapters:\n      - file: chapters/trade", "chapters: []", ""),
    "a page that is none": ("_toc.yml", "file: chapters/trade", "flie: chapters/trade", "- flie"),
    "a page with no name": ("_toc.yml", "file: chapters/trade", "file: 2022", "file: 2022"),
    "a page that is not there": ("_toc.yml", "chapters/trade", "chapters/tarde", "chapters/ta"),
    "a page twice": ("_toc.yml", "chapters/parks", "chapters/trade", ""),
    "an indent": ("_toc.yml", "      - file: chapters/trade", "     - file: a\n      - x", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_named_with_its_line(root, what):
    name, old, new, told = BROKEN[what]
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        configuration.check_configuration(root)
    found = re.match(
        rf"{name}：第(\d+)行.* \| {name}: line (\d+), .*git checkout", str(caught.value)
    )
    assert found, str(caught.value)
    assert found[1] == found[2]
    if told:
        assert int(found[1]) == number(text, told), str(caught.value)
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", str(caught.value))


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml"])
def test_another_encoding_is_named_with_its_line(root, name):
    (root / name).write_bytes("# x\n# y\ntitle: 重庆\n".encode("gb18030"))
    with pytest.raises(DataError, match=rf"{name}：第3行.*UTF-8"):
        configuration.check_configuration(root)


def test_what_is_nested_without_end_is_refused(root):
    for text in ("[" * 5000, "a: &x\n  b: *x\n", "{" * 5000 + "}" * 5000):
        (root / "_config.yml").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match="_config"):
            configuration.settings(root)
    loop = "format: jb-book\nroot: chapters/index\nchapters: &x\n- file: chapters/trade\n"
    (root / "_toc.yml").write_text(loop + "  sections: *x\n", encoding="utf-8")
    with pytest.raises(DataError, match="只列一次"):
        configuration.read_contents(root)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_damage_is_refused_in_words_or_harmless(root, data):
    """A file of which letters were lost or altered: refused, or still a book of these forms."""
    name, text = data.draw(st.sampled_from([("_config.yml", CONFIG), ("_toc.yml", CONTENTS)]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    middle = data.draw(st.text(alphabet=" \n\t:-[]{}'\"&*!|>%@`#,ab1重\x00\ufeff", max_size=5))
    (root / name).write_text(text[:start] + middle + text[end:], encoding="utf-8")
    said = ""
    try:
        configuration.check_configuration(root)
    except DataError as error:
        said = str(error)
    finally:
        (root / name).write_text(text, encoding="utf-8")
    assert not said or (f"{name}：第" in said and " | " in said)


def test_a_build_stops_before_anything_is_executed(root, capsys):
    (root / "data").unlink()
    for name in ("data", "chapters"):
        ignored = shutil.ignore_patterns("customs")
        shutil.copytree(ROOT / name, root / name, ignore=ignored, dirs_exist_ok=True)
    (root / "_toc.yml").write_text("format: jb-book\nroot: [\n", encoding="utf-8")
    for words in (["build"], ["run", "trade"], ["pages"]):
        assert cli.main(["--root", str(root), *words]) == 1
        said = capsys.readouterr()
        assert "_toc.yml：第" in said.err
        assert "检查数据" not in said.out
