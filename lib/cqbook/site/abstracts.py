"""English abstracts: written by hand, their numbers glued like those of the Chinese prose."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from cqbook.figures.english import english
from cqbook.site.directives import Bilingual
from cqbook.site.nodes import Abstract
from cqbook.site.settings import known_words
from cqbook.site.unbroken import PASTED

log = logging.getLogger(__name__)


class EnglishAbstract(SphinxDirective):
    """``:::{english} Title``: the page's title and three sentences for English readers.

    ``{glue:text}`` as in the prose; the title may be left out.
    """

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the abstract."""
        node = Abstract(title=" ".join("".join(self.arguments).split()))
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def translate(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the glued texts of the abstracts into English, and their titles beside the page's.

    With other parameters or data a text may have none: then the page goes without its abstract, and
    the log says why. The default book has them all, which is tested.
    """
    known = known_words(app)
    for abstract in list(doctree.findall(Abstract)):
        heading = next(iter(doctree.findall(nodes.title)), None)
        if abstract["title"] and heading is not None:
            # the contents and the head of the page keep the Chinese one
            heading.children = [Bilingual("", heading.astext(), english=abstract["title"])]
        pasted = [n for n in abstract.findall(nodes.inline) if PASTED in n.get("classes", ())]
        try:
            said = [english(node.astext(), known) for node in pasted]
        except KeyError as error:
            log.info("%s：没有英文摘要 | no English abstract, for want of %s", docname, error)
            abstract.parent.remove(abstract)
            continue
        for node, text in zip(pasted, said, strict=True):
            node.children = [nodes.Text(text)]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("english", EnglishAbstract)
    app.connect("doctree-resolved", translate)
