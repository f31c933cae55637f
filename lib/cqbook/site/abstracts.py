"""English abstracts: written by hand, their numbers glued like those of the Chinese prose."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from cqbook.english import english
from cqbook.site.nodes import Abstract, known_words

PASTED = "pasted-text"
log = logging.getLogger(__name__)


class EnglishAbstract(SphinxDirective):
    """``:::{english}``: three sentences for English readers; ``{glue:text}`` as in the prose."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the abstract."""
        node = Abstract()
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def translate(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the glued texts of the abstracts into English; without English it is a warning."""
    known = known_words(app)
    for abstract in doctree.findall(Abstract):
        for pasted in abstract.findall(nodes.inline):
            if PASTED not in pasted.get("classes", ()):
                continue
            text = pasted.astext()
            try:
                pasted.children = [nodes.Text(english(text, known))]
            except KeyError:
                log.warning("没有英文 | no English for %r", text, location=docname)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("english", EnglishAbstract)
    app.connect("doctree-resolved", translate)
