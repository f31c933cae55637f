"""HTML of the site comes from templates that escape: no text gets into a page in another way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from types import SimpleNamespace

import jinja2
import pytest
from conftest import ROOT
from markupsafe import Markup
from sphinx.jinja2glue import BuiltinTemplateLoader

from cqbook.site import layout, markup
from cqbook.site.nodes import SourceLink

ROOM = ROOT / "lib" / "cqbook" / "site"
MODULES = sorted(ROOM.rglob("*.py"))
TEMPLATES = sorted(path for path in ROOM.rglob("*") if path.suffix in (".html", ".xml"))
TAG = re.compile(r"</?[a-zA-Z!?]")
HOSTILE = "<b>&\"'"


def ways_around(source: str, *, home: bool = False) -> Iterator[str]:
    """Yield what in a module puts HTML together, or escapes, by other means than a template.

    ``home``: the module of the environment, which is the only one, and escapes.
    """
    tree = ast.parse(source)
    spared = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        called = ""
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            # to find a tag puts nothing together
            spared |= {id(item) for item in node.args} if called == "partition" else set()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if TAG.search(node.value) and id(node) not in spared:
                yield f"{node.lineno}: a tag in a string"
        elif called == "Markup":
            # what is HTML already is called so; what is put together is not
            if any(isinstance(item, ast.JoinedStr | ast.BinOp) for item in node.args):
                yield f"{node.lineno}: {called}"
        elif called in ("Environment", "Template", "from_string") and not home:
            yield f"{node.lineno}: {called}"
        elif called in ("escape", "quoteattr") and not home:
            # an expression to search for is escaped too
            if ast.unparse(node.func) != "re.escape":
                yield f"{node.lineno}: {called}"
        elif isinstance(node, ast.ImportFrom | ast.Import) and not home:
            names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
            if names & {"html", "escape", "jinja2", "xml.sax.saxutils"}:
                yield f"{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_html_is_put_together_by_templates_only(path):
    home = path.name == "markup.py"
    assert not list(ways_around(path.read_text(encoding="utf-8"), home=home))


@pytest.mark.parametrize(
    "line",
    [
        'made = f"<b>{text}</b>"',
        'made = "<b>" + text',
        'made = "<b>%s</b>" % text',
        'made = "</li>".join(texts)',
        "made = Markup(f'{text}')",
        "made = Markup(start + text)",
        "made = escape(text)",
        "made = html.escape(text)",
        "from html import escape as safe",
        "from markupsafe import escape as safe",
        "import html",
        "from jinja2 import Environment as Other",
        "made = jinja2.Environment(autoescape=False)",
        "made = jinja2.Template(text)",
        "made = ENVIRONMENT.from_string(text)",
    ],
)
def test_a_way_around_the_templates_would_be_seen(line):
    assert list(ways_around(f'"""A page is <b>."""\n{line}\n'))


#: What in a template lets a text through.
TRUSTING = re.compile(r"\|\s*(?:safe|forceescape|e\b)|autoescape|\bMarkup\b")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_trusts_a_text(path):
    assert len(TEMPLATES) > 15
    assert not TRUSTING.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ["{{ x|safe }}", "{{ x | safe }}", "{% autoescape false %}"])
def test_a_trusting_template_would_be_seen(text):
    assert TRUSTING.search(text)


def test_a_text_is_escaped_and_html_is_not():
    made = markup.markup("both.html", chinese=HOSTILE, english=Markup("<code>x</code>"))
    assert made == (
        "<span data-zh>&lt;b&gt;&amp;&quot;&#x27;</span><span data-en><code>x</code></span>"
    )
    assert isinstance(made, Markup)


@pytest.mark.parametrize(
    "way",
    [
        "{{ x }}",
        "{% set a %}{{ x }}{% endset %}{{ a }}",
        "{% macro m(y) %}{{ y }}{% endmacro %}{{ m(x) }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ x }}{% endcall %}",
        "{% for y in [x] %}{{ y }}{% endfor %}",
        "{{ x ~ '' }}",
        "{{ x if x }}",
        "{% filter trim %}{{ x }}{% endfilter %}",
    ],
)
def test_a_text_is_escaped_once_whatever_way_it_takes(way):
    made = markup.ENVIRONMENT.from_string(way).render(x="<b>&")
    assert made == "&lt;b&gt;&amp;"
    assert markup.ENVIRONMENT.from_string(way).render(x=Markup("<b>&amp;")) == "<b>&amp;"


def test_the_templates_of_the_theme_escape_too():
    templates = BuiltinTemplateLoader()
    templates.environment = jinja2.Environment()
    assert templates.render_string("{{ text }}", {"text": HOSTILE}) == HOSTILE
    layout.escape_texts(SimpleNamespace(builder=SimpleNamespace(templates=templates)))
    assert "<" not in templates.render_string("{{ text }}", {"text": HOSTILE})


def test_what_a_template_is_not_given_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="english"):
        markup.markup("both.html", chinese="x")


def test_lines_of_a_template_are_joined():
    links = [SourceLink("#id1", "甲 乙", ""), SourceLink("", "丙", "C")]
    assert markup.markup("links.html", links=links) == (
        '<a href="#id1"><span lang="zh-CN">甲 乙</span></a>'
        "<span data-zh>；</span><span data-en>; </span>"
        "<span data-zh>丙</span><span data-en>C</span>"
    )


def test_a_template_is_compiled_once_for_the_same_source_and_package(tmp_path, monkeypatch):
    (tmp_path / "t.html").write_text("{{ x }}!", encoding="utf-8")
    compiled = []

    class Environment(jinja2.Environment):
        def compile(self, source, *rest, **named):
            compiled.append(source)
            return super().compile(source, *rest, **named)

    def made():
        loader = jinja2.FileSystemLoader(tmp_path)
        kept = markup.Compiled(tmp_path / "kept")
        return Environment(loader=loader, bytecode_cache=kept).get_template("t.html").render(x=1)

    assert [made(), made()] == ["1!", "1!"]
    assert len(compiled) == 1
    (tmp_path / "t.html").write_text("{{ x }}?", encoding="utf-8")
    assert made() == "1?"
    # what compiles is part of the package
    monkeypatch.setattr(markup, "installed_digest", lambda: "another")
    assert made() == "1?"
    assert len(compiled) == 3
    kept = tmp_path / "kept" / "t.html"
    kept.write_bytes(kept.read_bytes()[:-9])
    assert made() == "1?"
    assert len(compiled) == 4
