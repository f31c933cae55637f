"""What English readers read: titles and abstracts, written by hand, and none of the Chinese prose.

The numbers of an abstract are glued like those of the prose; its headings, figures, tables and what
lies around the page are said in both languages. What only Chinese readers see has a class.
"""

from __future__ import annotations

from typing import TypeGuard

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from cqbook.figures.english import english
from cqbook.site.directives import GRID, Bilingual, Quoted
from cqbook.site.nodes import Abstract, ChartFigure, DataTable, nearest_node
from cqbook.site.settings import known_words
from cqbook.site.unbroken import PASTED

log = logging.getLogger(__name__)
#: Class of what English readers don't see.
CHINESE_ONLY = "cq-zh"
#: What is prose where it stands in a section. What a directive made is said in both languages.
PROSE = (
    nodes.paragraph,
    nodes.bullet_list,
    nodes.enumerated_list,
    nodes.definition_list,
    nodes.block_quote,
    nodes.Admonition,
    nodes.table,
)


#: Said where a page is of Chinese words alone: it would be blank.
ALL_CHINESE = "What is known is told in the Chinese text alone."


class EnglishAbstract(SphinxDirective):
    """``:::{english} Title``: the title of the section, for English readers, and maybe an abstract.

    ``{glue:text}`` as in the prose; title or abstract may be left out.
    """

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the abstract."""
        title, _ = self.state.inline_text(" ".join("".join(self.arguments).split()), self.lineno)
        node = Abstract(title=title)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def note_titles(app: Sphinx, doctree: nodes.document) -> None:
    """Put the glued texts of the titles into English; keep that of the page for the contents."""
    # what was read of the page before may have had one
    english_titles(app.env).pop(app.env.docname, None)
    known = known_words(app)
    for abstract in doctree.findall(Abstract):
        try:
            abstract["title"] = "".join(
                english(part.astext(), known) if _is_glued(part) else part.astext()
                for part in abstract["title"]
            )
        except KeyError as error:
            _told(app.env.docname, error)
            abstract["title"] = ""
        page = next(iter(doctree.findall(nodes.section)), None)
        if nearest_node(abstract, nodes.section) is page and abstract["title"]:
            english_titles(app.env)[app.env.docname] = abstract["title"]


def english_titles(env: BuildEnvironment) -> dict[str, str]:
    """Return the English titles of the pages that have one; kept with what was read of them."""
    titles: dict[str, str] = vars(env).setdefault("cqbook_english_titles", {})
    return titles


def titles_of(app: Sphinx, name: str) -> tuple[str, str]:
    """Return the title of a page in Chinese and English; in Chinese where it has none in English.

    Only with other parameters or data is there none: the lint refuses a page without.
    """
    chinese = app.env.titles[name].astext()
    return chinese, english_titles(app.env).get(name, chinese)


def merge(app: Sphinx, env: BuildEnvironment, names: list[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    found = english_titles(other)
    english_titles(env).update((name, found[name]) for name in names if name in found)


def translate(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the glued texts of the abstracts into English, and their titles beside the sections'.

    With other parameters or data a text may have none: then the page goes without its abstract, and
    the log says why. The default book has them all, which is tested.
    """
    known = known_words(app)
    for abstract in list(doctree.findall(Abstract)):
        section = nearest_node(abstract, nodes.section)
        heading = section and next(iter(section.findall(nodes.title)), None)
        if abstract["title"] and heading is not None:
            # the contents and the head of the page keep the Chinese one
            heading[:] = [Bilingual("", heading.astext(), english=abstract["title"])]
        pasted = [node for node in abstract.findall(nodes.inline) if _is_glued(node)]
        try:
            said = [english(node.astext(), known) for node in pasted]
        except KeyError as error:
            _told(docname, error)
            abstract.children = []
            pasted, said = [], []
        if not abstract.children:
            abstract.parent.remove(abstract)
            continue
        for node, text in zip(pasted, said, strict=True):
            node[:] = [nodes.Text(text)]


def _is_glued(node: nodes.Node) -> bool:
    return isinstance(node, nodes.inline) and PASTED in node["classes"]


def _told(docname: str, error: KeyError) -> None:
    log.info("%s：没有英文摘要 | no English abstract, for want of %s", docname, error)


def hide_prose(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give the class to the Chinese prose of a page, and to sections that hold nothing else."""
    for section in doctree.children:
        if isinstance(section, nodes.section) and not _hide_in(section):
            section.insert(1, Abstract("", nodes.paragraph("", ALL_CHINESE)))


def _hide_in(section: nodes.section) -> bool:
    """Mark what is prose in a section; return whether something is left for English readers."""
    is_left = False
    for child in section.children:
        if isinstance(child, nodes.section):
            if _hide_in(child):
                is_left = True
            else:
                child["classes"].append(CHINESE_ONLY)
        elif _is_prose(child):
            child["classes"].append(CHINESE_ONLY)
        elif not isinstance(child, nodes.title | nodes.target | nodes.Invisible):
            is_left = is_left or _shows(child)
    return is_left


def _is_prose(node: nodes.Node) -> TypeGuard[nodes.Element]:
    if not isinstance(node, nodes.Element) or not isinstance(node, PROSE):
        return False
    return GRID not in node["classes"] and not any(True for _ in node.findall(_is_said))


def _is_said(node: nodes.Node) -> bool:
    return isinstance(node, Bilingual | Quoted)


def _shows(node: nodes.Node) -> bool:
    """Return whether a block shows something; a cell, whether it has a figure or table."""
    if isinstance(node, nodes.container) and "cell" in node["classes"]:
        return any(isinstance(part, ChartFigure | DataTable) for part in node.findall())
    return True


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("english", EnglishAbstract)
    app.connect("doctree-read", note_titles)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", translate)
    # after terms are explained and lists are filled in
    app.connect("doctree-resolved", hide_prose, priority=940)
