"""A briefing written as Markdown, read into blocks: what can be set is, the rest is refused.

CommonMark with tables, by markdown-it. Headings, paragraphs, bold, italics, links, lists, quotes
and tables are set; what Word and slides would print raw (pictures, HTML, code, rules, stars that
make no bold) is refused with its line, so that nobody hands in a page with ``**`` on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NoReturn

from cqbook.citing.entries import is_table
from cqbook.errors import DataError, visible

if TYPE_CHECKING:
    from markdown_it.token import Token

FIGURE = re.compile(r"\{\{\s{0,9}((?:fig|tab)-[a-z0-9-]{1,80})\s{0,9}\}\}")
QUOTED_NUMBER = re.compile(
    r"\{\{\s{0,9}([a-z0-9-]{1,80}\.[a-z][a-z0-9_]{0,80}"
    r"|claim:[a-z0-9-]{1,80}\.[a-z][a-z0-9-]{0,80})\s{0,9}\}\}"
)
_ANY = re.compile(r"\{\{(.{0,200}?)\}\}|\{\{")
#: Characters that no XML can hold. Patterns here have bounds: what they are tried on is anybody's.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\U000f0000-\U0010ffff]"
)
#: Where characters stand, for the parser, that it takes for Western punctuation, and what stands in
#: double braces: next to a letter, stars beside a bracket or a Chinese stop make no bold.
_HELD, _STOPS = 0xF0000, 0x100000
_CHINESE_STOP = re.compile("[\u2010-\u2027\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff65]")
_AWAY = re.compile("[\U000f0000-\U0010ffff]")
#: Lines as an editor counts them: not at every separator that Unicode has.
_LINE = re.compile(r"\r\n|\r|\n")
#: What stands at the beginning of a line, or in a text, and was meant to be set.
_MEANT_AT_START = re.compile(r"\d{1,4}[.)](?=\s|\D)|[-+*•·](?=[^\s\d])|#{1,6}(?=\S)|\|")
_MEANT = re.compile(r"\*\*|~~|`|\]\(|\[\^")
#: What a link may lead to.
_LINK = re.compile(r"(?:https?://|mailto:)[^\s]{1,2000}", re.I)
#: How deep lists and headings go.
DEEPEST_LIST, DEEPEST_HEADING = 3, 4

BlockKind = Literal[
    "title", "heading", "text", "item", "quote", "table", "figure", "book_table"
]  # fmt: skip
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class TextRun:
    """A piece of a paragraph that looks the same; ``link``: the address that it leads to."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


TextRuns = tuple[TextRun, ...]


#: Letters and blocks of a briefing: ten times what anybody reads.
LETTERS_MOST, BLOCKS_MOST = 200_000, 2000


@dataclass(frozen=True)
class Block:
    """A piece of a briefing; ``table``: one of somebody's own, ``book_table``: one of the book.

    ``level``: of a heading, or how deep an item stands (1 …); of a figure or a
    table of the book 1 where it has a heading of its own, 0 where it illustrates somebody's text.
    ``ordered``: which list of numbers an item belongs to, 0 where it has a bullet; ``start``: that
    list's first number.
    ``rows``: of a table, the headings first; ``aligns``: of its columns.
    """

    kind: BlockKind
    runs: TextRuns = ()
    level: int = 0
    ordered: int = 0
    start: int = 1
    rows: tuple[tuple[TextRuns, ...], ...] = ()
    aligns: tuple[Align, ...] = ()

    @property
    def text(self) -> str:
        """The words of it, with the places of its numbers."""
        return "".join(run.text for run in self.runs)


def exhibit_block(name: str, *, own_heading: bool = False) -> Block:
    """Return the block of a figure, or of a table of the book."""
    kind: BlockKind = "book_table" if is_table(name) else "figure"
    return Block(kind, (TextRun(name),), level=int(own_heading))


def read_manuscript(text: str) -> list[Block]:
    """Read a briefing written as Markdown.

    The first heading is the title where it is the only one of its level; the others are counted
    from the level below.

    Raises
    ------
    DataError
        If something can't be set, or something in double braces is neither a figure nor a number;
        with its line. If it is too long.
    """
    from markdown_it import MarkdownIt

    _refuse_long("字", "letters", len(text), LETTERS_MOST)
    lines = _LINE.split(text)
    for number, line in enumerate(lines, start=1):
        _checked(line, number)
    markdown = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table").disable("text_join")
    held: list[str] = []
    tokens = markdown.parse(_put_away("\n".join(lines), held))
    found = _titled(list(_Reader(tokens, held).blocks()))
    _refuse_long("段", "blocks", len(found), BLOCKS_MOST)
    return found


def _refuse_long(zh: str, en: str, count: int, most: int) -> None:
    if count > most:
        msg = (
            f"简报过长：至多{most}{zh}；分成几份"
            f" | too long for a briefing: at most {most} {en}; split it"
        )
        raise DataError(msg)


def _put_away(text: str, held: list[str]) -> str:
    """Return a text in which letters stand for what a parser takes for punctuation."""

    def hold(found: re.Match[str]) -> str:
        held.append(found[0])
        return chr(_HELD + len(held) - 1)

    text = _ANY.sub(hold, text)
    return _CHINESE_STOP.sub(lambda found: chr(_STOPS + ord(found[0])), text)


def _put_back(text: str, held: Sequence[str]) -> str:
    def back(found: re.Match[str]) -> str:
        code = ord(found[0])
        return chr(code - _STOPS) if code >= _STOPS else held[code - _HELD]

    return _AWAY.sub(back, text)


def _refuse(line: int, zh: str, en: str) -> NoReturn:
    msg = f"第{line}行：{zh} | line {line}: {en}"
    raise DataError(msg)


def _checked(line: str, number: int) -> None:
    bad = _UNPRINTABLE.search(line)
    if bad:
        code = f"U+{ord(bad[0]):04X}"
        _refuse(number, f"有控制字符 {code}", f"control character {code}")
    for inner in _ANY.finditer(line):
        if not FIGURE.fullmatch(inner[0]) and not QUOTED_NUMBER.fullmatch(inner[0]):
            _refuse(
                number,
                f"{visible(inner[0])} 应为 {{{{ fig-… }}}}、{{{{ tab-… }}}} 或 {{{{ 页.名 }}}}",
                f"{visible(inner[0])} is neither a figure or table nor page.key",
            )


def _titled(blocks: list[Block]) -> list[Block]:
    """Return blocks whose first heading is the title where it stands above all others."""
    tops = [place for place, block in enumerate(blocks) if block.kind == "heading"]
    highest = [place for place in tops if blocks[place].level == 1]
    if highest != [0]:
        return blocks
    return [
        replace(block, kind="title", level=0)
        if place == 0
        else replace(block, level=block.level - 1)
        if block.kind == "heading"
        else block
        for place, block in enumerate(blocks)
    ]


#: What is refused, by the kind of its token: in words.
_REFUSED = {
    "fence": ("代码排不进简报", "code can't be set"),
    "code_block": ("行首空了四格，会成代码；去掉空格", "four spaces begin code: take them away"),
    "code_inline": ("代码（`…`）排不进简报", "code can't be set"),
    "html_block": ("HTML 排不进简报", "HTML can't be set"),
    "html_inline": ("HTML 排不进简报", "HTML can't be set"),
    "hr": ("分隔线排不进简报；分节用标题", "a rule can't be set: use a heading"),
    "image": (
        "图片排不进简报；书中的图写 {{ fig-… }}",
        "a picture can't be set; a figure of the book is {{ fig-… }}",
    ),
}


class _Reader:
    """Reads the tokens of a parser, in their order."""

    def __init__(self, tokens: Sequence[Token], held: Sequence[str]) -> None:
        self.tokens = tokens
        self.held = held
        self.line = 1
        #: Of each list that is open: its number, or 0 for bullets, and where it starts.
        self.lists: list[tuple[int, int]] = []
        self.counted = 0
        #: Whether the item that is open has a paragraph already.
        self.begun: list[bool] = []
        self.quoted = 0

    def blocks(self) -> Iterator[Block]:
        rest = iter(self.tokens)
        for token in rest:
            self.line = token.map[0] + 1 if token.map else self.line
            if token.type in _REFUSED:
                _refuse(self.line, *_REFUSED[token.type])
            if token.type == "heading_open":
                yield self._heading(token, next(rest))
            elif token.type == "table_open":
                yield self._table(rest)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                self._list(token)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
            elif token.type == "list_item_open":
                self.begun.append(False)
            elif token.type == "list_item_close":
                self.begun.pop()
            elif token.type == "blockquote_open":
                self.quoted += 1
            elif token.type == "blockquote_close":
                self.quoted -= 1
            elif token.type == "inline":
                yield self._paragraph(token)

    def _heading(self, token: Token, inline: Token) -> Block:
        level = int(token.tag[1:])
        if token.markup in ("-", "="):
            self.line += 1
            _refuse(
                self.line,
                "文字下面的横线会把它变成标题；标题写 #",
                "a line below a text makes a heading of it: write # instead",
            )
        if self.lists or self.quoted:
            _refuse(self.line, "标题不能在列表或引文里", "no heading in a list or a quote")
        if level > DEEPEST_HEADING:
            _refuse(self.line, "标题至多四级", "headings have four levels at most")
        if not inline.content.strip():
            _refuse(self.line, "标题没有字", "an empty heading")
        return Block("heading", self._runs(inline), level)

    def _list(self, token: Token) -> None:
        if len(self.lists) == DEEPEST_LIST or self.quoted:
            _refuse(self.line, "列表至多三层，不在引文里", "lists go three deep, not in a quote")
        if token.type == "bullet_list_open":
            self.lists.append((0, 1))
        else:
            self.counted += 1
            self.lists.append((self.counted, int(token.attrs.get("start", 1))))

    def _paragraph(self, inline: Token) -> Block:
        content = _put_back(inline.content, self.held)
        figure = FIGURE.fullmatch(content.strip())
        if figure and not self.lists and not self.quoted:
            return exhibit_block(figure[1])
        found = FIGURE.search(content)
        if found:
            self.line += content.count("\n", 0, found.start())
            _refuse(
                self.line,
                "图、表应独占一行，上下各空一行",
                "a figure or table has a line of its own, with an empty one above and below",
            )
        runs = self._runs(inline)
        if self.lists:
            if self.begun[-1]:
                _refuse(
                    self.line,
                    "列表的一项只能是一段；另起一项或移到列表外",
                    "an item is one paragraph: begin another item",
                )
            self.begun[-1] = True
            ordered, start = self.lists[-1]
            return Block("item", runs, len(self.lists), ordered, start)
        return Block("quote" if self.quoted else "text", runs)

    def _table(self, rest: Iterator[Token]) -> Block:
        if self.lists or self.quoted:
            _refuse(self.line, "表格不能在列表或引文里", "no table in a list or a quote")
        rows: list[list[TextRuns]] = []
        aligns: list[Align] = []
        for token in rest:
            self.line = token.map[0] + 1 if token.map else self.line
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                style = str(token.attrs.get("style", ""))
                found = re.search("left|center|right", style)
                aligns.append(found[0] if found else "left")  # type: ignore[arg-type]
            elif token.type == "inline":
                if FIGURE.search(_put_back(token.content, self.held)):
                    _refuse(self.line, "图、表不能在表格里", "no figure or table in a table")
                rows[-1].append(self._runs(token))
        return Block("table", rows=tuple(map(tuple, rows)), aligns=tuple(aligns))

    def _runs(self, inline: Token) -> TextRuns:
        """Return the runs of a paragraph; what was meant to be set and is not is refused."""
        found: list[TextRun] = []
        look = TextRun("")
        fresh = True
        for token in inline.children or ():
            if token.type in _REFUSED:
                _refuse(self.line, *_REFUSED[token.type])
            if token.type == "text":
                meant = _MEANT.search(token.content) or (
                    _MEANT_AT_START.match(token.content)
                    if fresh and (found or token.content[:1] in ("#", "|"))
                    else None
                )
                if meant:
                    self._refuse_raw(meant[0])
                found.append(replace(look, text=token.content))
            elif token.type == "text_special":
                # written with a backslash, or as &…;: meant as it is
                found.append(replace(look, text=token.content))
            elif token.type in ("softbreak", "hardbreak"):
                self.line += 1
                found.append(replace(look, text="\n" if token.type == "hardbreak" else ""))
            elif token.type in ("strong_open", "strong_close"):
                look = replace(look, bold=token.type == "strong_open")
            elif token.type in ("em_open", "em_close"):
                look = replace(look, italic=token.type == "em_open")
            elif token.type == "link_open":
                look = replace(look, link=self._address(token))
            elif token.type == "link_close":
                look = replace(look, link="")
            fresh = token.type in ("softbreak", "hardbreak") or not (found and found[-1].text)
        return tuple(replace(run, text=_put_back(run.text, self.held)) for run in _joined(found))

    def _refuse_raw(self, mark: str) -> NoReturn:
        shown = visible(_put_back(mark.strip(), self.held))
        _refuse(
            self.line,
            f"“{shown}”会照原样印出来：编号、符号后要空一格，列表、表格前要空一行，加粗的 **"
            f" 内侧不能是空格或标点；确要印它，前面加反斜杠",
            f"{shown!r} would be printed as it stands: a list needs a space after its mark and an"
            " empty line before it; with a backslash it is meant",
        )

    def _address(self, token: Token) -> str:
        address = str(token.attrs.get("href", ""))
        if not _LINK.fullmatch(address):
            _refuse(
                self.line,
                f"链接 {visible(address)[:80]} 应以 https:// 或 mailto: 开头",
                f"link {visible(address)[:80]}: expected https:// or mailto:",
            )
        return address


#: A letter after which, and before which, a line break of a paragraph is a space.
_SPACED = re.compile(r"[!-~]")


def _joined(found: list[TextRun]) -> TextRuns:
    """Return runs that differ from their neighbours; where a line ended, Latin words stay apart."""
    made: list[TextRun] = []
    for place, run in enumerate(found):
        text = run.text
        if not text:
            before = made[-1].text[-1:] if made else ""
            after = next((other.text[:1] for other in found[place + 1 :] if other.text), "")
            if not (_SPACED.match(before) and _SPACED.match(after)):
                continue
            text = " "
        if made and replace(made[-1], text="") == replace(run, text=""):
            made[-1] = replace(run, text=made[-1].text + text)
        else:
            made.append(replace(run, text=text))
    return tuple(made)
