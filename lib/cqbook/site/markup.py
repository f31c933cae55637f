"""The book's HTML: it is written by templates, which escape every text that is put into them.

A template is a file of ``templates/``. Its name ends in ``.html`` or ``.xml``, and what it makes is
`markupsafe.Markup`: HTML, which another template takes as it is. Any other text is escaped wherever
it comes from, so that to forget it is impossible; that nothing else in this room puts HTML together
is a test.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from cqbook.disk.cache import recall, retain
from cqbook.disk.installed import installed_digest
from cqbook.figures.identity import SOURCES_ARE
from cqbook.site.unbroken import split_english, split_line

TEMPLATES = Path(__file__).resolve().with_name("templates")


class Joined(Extension):
    r"""Lines of a template are joined: breaks and indentation are for who reads the template.

    The HTML of a figure has none. Where a line of the page ends, the template says ``{{ "\n" }}``.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template, its text without line breaks."""
        for token in stream:
            if token.type == "data":
                text = re.sub(r"\s*\n\s*", "", token.value)
                yield Token(token.lineno, token.type, text)
            else:
                yield token


def _escaped(value: object) -> str:
    """Return a value as HTML: as Python's library escapes it, whose bytes are published."""
    return value if isinstance(value, Markup) else escape(str(value))


class _EscapedOnce(CodeGenerator):
    """Writes a template's code so that what `_escaped` has escaped is not looked at again.

    Pages put hundreds of thousands of texts out: to ask of each a second time takes as long as the
    first.
    """

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401 - a private type
        # the bracket is closed by what comes after a child
        self.write(f"({finalize.src}")


class _Templates(Environment):
    code_generator_class = _EscapedOnce
    # each text of a page asks for the macros that it is set by
    get_template = functools.cache(Environment.get_template)


#: The only one of the room. What a template names and is not given is an error.
ENVIRONMENT = _Templates(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_escaped,
    extensions=[Joined],
    auto_reload=False,
)
ENVIRONMENT.globals["sources_are"] = SOURCES_ARE
ENVIRONMENT.filters["split_line"] = split_line
ENVIRONMENT.filters["split_english"] = split_english


class Compiled(BytecodeCache):
    """The templates as they were compiled last, by the same package.

    Parameters
    ----------
    folder : pathlib.Path
        Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the name: one of a kind is kept."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what is kept; it is asked whether it is of this source."""
        by, _, content = (recall(self.folder / bucket.key) or b"").partition(b"\n")
        if by == installed_digest().encode():
            bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        by = installed_digest().encode()
        retain(self.folder / bucket.key, by + b"\n" + bucket.bytecode_to_string())


def markup(template: str, /, **content: object) -> Markup:
    """Return what a template makes of `content`: HTML, for its texts are escaped."""
    return Markup(ENVIRONMENT.get_template(template).render(content))
