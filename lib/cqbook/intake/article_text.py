"""The text of an article as paragraphs: plain text, Markdown, HTML, Word, PDF with text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from unicodedata import normalize

from lxml import etree, html

from cqbook.disk.pdf import properties_and_text
from cqbook.disk.text import decode
from cqbook.disk.untrusted import opened, safe_parser, size_checked, whole
from cqbook.errors import HIDDEN, Breach, ContractError, DataError, broken_csv
from cqbook.intake.article_grid import CELL, Spanned, laid_out
from cqbook.quantities.named_periods import TextDate

#: Characters of an article and paragraphs of it: a long report has a tenth of that.
TEXT_MOST, PARAGRAPHS_MOST = 200_000, 5000
#: Letters of a paragraph; what is longer (a page without blocks) is cut behind a sentence, so that
#: reading one costs no more than so much.
LONGEST_PARAGRAPH = 1500
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE = re.compile(r"ppt/(slides|notesSlides)/(?:slide|notesSlide)([0-9]{1,4})\.xml")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "li",
        "dd",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "ul",
        "ol",
        "br",
        "hr",
        "blockquote",
        "figcaption",
        "caption",
        "title",
        "pre",
        "body",
        "html",
        "thead",
        "tbody",
        "tfoot",
        "form",
        "main",
        "aside",
    ]
)
#: What is on a page and no part of its article.
_ASIDE = frozenset(
    ["script", "style", "noscript", "nav", "template", "svg", "head", "iframe", "select", "option"]
)
_DATED = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:年|-|/|\.)(1[0-2]|0?[1-9])(?:月|-|/|\.)(3[01]|[12]\d|0?[1-9])(?!\d)日?"
)
#: A line that is a month: when it was published, if the title names another time.
_MONTH_ALONE = re.compile(r"[（(]?((?:19|20)\d\d)年(1[0-2]|0?[1-9])月[）)]?")
#: Digits, letters and signs in full width. Not the comma, which in half width separates thousands.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，：；！？（）"}
#: Radicals that programs for PDF print for the letters that look alike, of which Unicode has no
#: compatibility mapping: 增⻓ is 增长.
_RADICALS = dict(
    zip(
        "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻢⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "母民西见角贝车长门青韦页风飞马鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)
#: Letters that stand twice in Unicode, and the one of them that everybody types.
_GLYPHS = str.maketrans(
    {
        chr(code): normalize("NFKC", chr(code))
        for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA6E))
    }
    | _RADICALS
)
#: Arrows, as the words that they stand for.
_ARROWS = str.maketrans("↑⬆⇧↓⬇⇩", "升升升降降降")
#: Letters that only traditional Chinese has; where none stands the text is simplified.
_TRADITIONAL = re.compile("[億萬進總長減約過幣標餘幾兩漲個車輛點達區東韓國產業貿較數據]")


@dataclass(frozen=True)
class ArticleText:
    """An article: the name of its file, its paragraphs as printed, and the day that it bears.

    ``simplified`` has the same paragraphs letter for letter, simplified and in half width: what is
    looked for is looked for there, what is shown stands in ``paragraphs``.
    """

    name: str
    paragraphs: tuple[str, ...]
    simplified: tuple[str, ...]
    published: str

    @property
    def title(self) -> str:
        """The first line, without marks of Markdown."""
        return self.paragraphs[0].lstrip("# ").strip() if self.paragraphs else ""


def article_text(content: bytes, name: str, published: str = "") -> ArticleText:
    """Return the text of a file.

    Parameters
    ----------
    content : bytes
    name : str
        Of the file; its end says of what kind it is.
    published : str, optional
        Day, month or year of the article; what the text bears at its head if it is not given.

    Raises
    ------
    ContractError
        If it is of no known kind, broken, too large or has no text.
    """
    reader = ARTICLE_READERS.get(Path(name).suffix.lower())
    if reader is None:
        raise _no_article(
            name, Path(name).suffix, "、".join(ARTICLE_READERS), " ".join(ARTICLE_READERS)
        )
    size_checked(content, name)
    found: list[str] = []
    letters = 0
    with whole(name):
        for line in map(_tidy, reader(content, name)):
            found += _cut(line)
            letters += len(line)
            # cells that span make more of a file than it has: what is too long ends here
            if letters > TEXT_MOST or len(found) > PARAGRAPHS_MOST:
                break
    if letters > TEXT_MOST or len(found) > PARAGRAPHS_MOST:
        raise _no_article(
            name, "过长", f"至多{TEXT_MOST}字、{PARAGRAPHS_MOST}段", f"at most {TEXT_MOST} letters"
        )
    paragraphs = tuple(found)
    if not paragraphs:
        raise _no_article(
            name,
            "没有文字",
            "有文字的文章（扫描件请先识别成文字）",
            "an article with text (a scan has none)",
        )
    text = text_of(name, paragraphs)
    return replace(text, published=published or _day(text.simplified))


def text_of(name: str, paragraphs: Sequence[str]) -> ArticleText:
    """Return the text of paragraphs that were read already; it bears no day."""
    return ArticleText(name, tuple(paragraphs), tuple(map(_simplified, paragraphs)), "")


def checked_day(day: str) -> str:
    """Return the day, month or year of a text as it was given.

    Raises
    ------
    DataError
        If it is none.
    """
    try:
        TextDate.parse(day)
    except ValueError as error:
        msg = f"--date {day}：应如 2026-11-20、2026-11 | expected such as 2026-11-20, 2026-11"
        raise DataError(msg) from error
    return day


def _no_article(name: str, value: str, zh_text: str, text: str) -> ContractError:
    return ContractError([Breach(name, 0, "*", value, zh_text, text)])


def _tidy(line: str) -> str:
    """Return a line without what marks it up and without spaces that print nothing."""
    line = re.sub(r"\*\*|__|\xad", "", line)
    # what is unseen is no text; a cell of the table could not hold it
    line = HIDDEN.sub(lambda found: _seen(found[0]), line)
    line = line.translate(_GLYPHS)
    # a space between Chinese letters or beside a figure is a matter of type
    line = re.sub(r"[^\S\t]+", " ", line)
    if line.count("|") > 1:
        # a table of a plain text; the line below the headings of one in Markdown says nothing
        rule = re.fullmatch(r"[-|: ]+", line)
        line = "" if rule else line.strip().removeprefix("|").rstrip(" |").replace("|", "\t")
    line = re.sub(r" *\t *", CELL, line).rstrip(" \t|").lstrip(" |")
    # the first heading of a table may be empty; a tab alone sets a paragraph in
    return line if line.startswith(CELL) and CELL in line.lstrip(CELL) else line.lstrip(CELL)


def _seen(character: str) -> str:
    return character if character == CELL else " " if character.isspace() else ""


def _cut(line: str) -> Iterator[str]:
    while len(line) > LONGEST_PARAGRAPH:
        end = line.rfind("。", 0, LONGEST_PARAGRAPH) + 1 or LONGEST_PARAGRAPH
        yield line[:end]
        line = line[end:]
    if line:
        yield line


def _simplified(text: str) -> str:
    plain = re.sub("(?<=[０-９])，(?=[０-９]{3})", ",", text).translate(
        _HALF | {0x3000: " ", 0xA0: " "}
    )
    plain = plain.translate(_ARROWS)
    if _TRADITIONAL.search(plain):
        made = _converter()(plain)
        # letter for letter, so that places in one are places in the other
        plain = made if len(made) == len(plain) else "".join(map(_converter(), plain))
    return plain


@cache
def _converter() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


def _day(paragraphs: tuple[str, ...]) -> str:
    """Return the day that stands at the head of an article, alone or in a line of its source."""
    for line in paragraphs[:8]:
        found = _DATED.search(line)
        # a line of its own, or the dateline of a paragraph: 大众日报2025年4月20日讯
        if found and (len(line) <= 60 or re.match("日?[讯电]", line[found.end() - 1 :][:3])):
            try:
                return date(*map(int, found.groups())).isoformat()
            except ValueError:
                continue
    for line in paragraphs[1:4]:
        month = _MONTH_ALONE.fullmatch(line.strip())
        if month and is_dateline(line, paragraphs[0]):
            return f"{month[1]}-{int(month[2]):02d}"
    return ""


def is_dateline(line: str, title: str) -> bool:
    """Return whether a line below a title is when that was published: 2024年…公报, 2025年3月."""
    month = _MONTH_ALONE.fullmatch(line.strip())
    named = re.search(r"(?:19|20)\d\d年(?!\d)", title)
    return bool(month and named and f"{month[1]}年{month[2]}月" not in title)


def _read_text(content: bytes, name: str) -> Iterator[str]:
    text, _ = decode(content, name)
    yield from text.splitlines()


#: What separates the cells of a CSV: WPS and Excel write what the system is set to.
_SEPARATORS = ",\t;"


def _read_csv(content: bytes, name: str) -> Iterator[str]:
    """Yield the rows of a CSV; one of a single cell is a line of text: a title, a unit, a note."""
    text, _ = decode(content, name)
    # the most that a line has outside quotes; of 美国;702,3;-8,1 the sign that headings have too
    lines = ["", *re.sub('"[^"]*"', "", text).splitlines()]
    counts = {sign: [line.count(sign) for line in lines] for sign in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda sign: (max(counts[sign]), sum(counts[sign])))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise broken_csv(name, error) from error
    for row in rows:
        cells = [re.sub(r"\s+", " ", cell).strip() for cell in row]
        said = [cell for cell in cells if cell]
        yield said[0] if len(said) == 1 else CELL.join(cells)


def _read_html(content: bytes, name: str) -> Iterator[str]:
    text, _ = decode(content, name)
    # a declaration of an encoding would be believed, and the text is decoded already
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    tree = html.document_fromstring(text, html.HTMLParser(no_network=True, huge_tree=False))
    yield from "".join(_pieces(tree)).split("\n")


def _pieces(tree: html.HtmlElement) -> Iterator[str]:
    """Yield the text of a page in order, with a line end around every block."""
    hidden = 0
    tables = {table: _rows_of(table) for table in tree.iter("table") if _has_data(table)}
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else "script"
        aside = tag in _ASIDE or node in tables
        if event == "start":
            if node in tables and not hidden:
                yield from (f"\n{row}" for row in laid_out(tables[node]))
            hidden += aside
            if not hidden:
                yield "\n" if tag in _BLOCKS else CELL if tag in ("td", "th") else ""
                yield re.sub(r"\s+", " ", node.text or "")
        else:
            hidden -= aside
            if not hidden:
                yield "\n" if tag in _BLOCKS else ""
                yield re.sub(r"\s+", " ", node.tail or "")


#: Letters of a cell: what has more is a page that is set out by a table.
_CELL_MOST = 120


def _has_data(table: html.HtmlElement) -> bool:
    """Return whether a table has data, and is none by which a page is set out."""
    cells = list(table.iter("td", "th"))
    return len(cells) > 1 and not any(
        next(cell.iter("table", *_ASIDE), None) is not None or len(_words_in(cell)) > _CELL_MOST
        for cell in cells
    )


def _words_in(cell: html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", str(cell.xpath("string()"))).strip()


def _rows_of(table: html.HtmlElement) -> Iterator[list[Spanned]]:
    """Yield the cells of a table, with how many columns and rows each of them covers."""
    for caption in table.iter("caption"):
        yield [Spanned(_words_in(caption), 1, 1)]
    for row in table.iter("tr"):
        yield [
            Spanned(_words_in(cell), _span(cell.get("colspan")), _span(cell.get("rowspan")))
            for cell in row.iter("td", "th")
        ]


def _span(printed: str | None) -> int:
    found = re.match(r"\s*([0-9]{1,5})", printed or "")
    # 0: to the end of the table
    return (int(found[1]) or 99999) if found else 1


def _read_word(content: bytes, name: str) -> Iterator[str]:
    with opened(content, name) as parts:
        tree = etree.fromstring(parts.read("word/document.xml"), safe_parser())
    text, tables = "", 0
    rows: list[list[Spanned]] = []
    above: dict[int, Spanned] = {}
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = str(node.tag).removeprefix(_WORD)
        if tag == "tbl":
            tables += 1 if event == "start" else -1
        if event == "start":
            text += (node.text or "") if tag == "t" else " " if tag in ("tab", "br") else ""
            if tag == "tr" and tables == 1:
                rows.append([Spanned("")] * _number_of(node, "trPr/gridBefore", 0))
        elif tag == "tc" and tables == 1:
            _add_cell(rows[-1], text, node, above)
            text = ""
        elif tag == "tbl" and not tables:
            yield from laid_out(_begun_in(rows))
            rows, above = [], {}
        elif tag == "p" and not tables:
            yield text
            text = ""
    yield text


def _begun_in(rows: list[list[Spanned]]) -> Iterator[list[Spanned]]:
    """Yield of each row the cells that begin in it."""
    begun: set[int] = set()
    for row in rows:
        yield [cell for cell in row if id(cell) not in begun]
        begun.update(map(id, row))


def _number_of(node: etree._Element, path: str, otherwise: int) -> int:
    """Return the number that a property of a part of a table of Word has."""
    found = node.find("/".join(f"{_WORD}{step}" for step in path.split("/")))
    printed = "" if found is None else found.get(f"{_WORD}val", "")
    return min(int(printed), 99) if printed.isdecimal() else otherwise


def _add_cell(
    row: list[Spanned], text: str, node: etree._Element, above: dict[int, Spanned]
) -> None:
    """Add a cell to its row, or to the one above that it goes on.

    ``above``: the last cells that may go on, by column.
    """
    merged = node.find(f"{_WORD}tcPr/{_WORD}vMerge")
    at = sum(cell.columns for cell in row)
    if merged is not None and merged.get(f"{_WORD}val", "continue") == "continue" and at in above:
        row.append(above[at])
        above[at].rows += 1
        return
    made = Spanned(text.strip(), _number_of(node, "tcPr/gridSpan", 1))
    row.append(made)
    above[at] = made


def _read_slides(content: bytes, name: str) -> Iterator[str]:
    """Yield the paragraphs of slides in order, then of their notes; a row of a table a line."""
    with opened(content, name) as parts:
        found = (_SLIDE.fullmatch(part) for part in parts.namelist())
        order = sorted((match[1] != "slides", int(match[2]), match[0]) for match in found if match)
        trees = [etree.fromstring(parts.read(part), safe_parser()) for *_, part in order]
    for tree in trees:
        for node in tree.iter(f"{_DRAWING}p", f"{_DRAWING}tbl"):
            if str(node.tag) == f"{_DRAWING}tbl":
                yield from laid_out(map(_cells_of_slide, node.iter(f"{_DRAWING}tr")))
            elif next(node.iterancestors(f"{_DRAWING}tbl"), None) is None:
                yield _text_of_slide(node)


def _cells_of_slide(row: etree._Element) -> list[Spanned]:
    """Return the cells that begin in a row of a table of a slide."""
    return [
        Spanned(
            "".join(map(_text_of_slide, cell.iter(f"{_DRAWING}p"))),
            _span(cell.get("gridSpan")),
            _span(cell.get("rowSpan")),
        )
        for cell in row.iter(f"{_DRAWING}tc")
        if not {"hMerge", "vMerge"} & set(map(str, cell.attrib))
    ]


def _text_of_slide(node: etree._Element) -> str:
    return "".join(
        " " if str(part.tag) == f"{_DRAWING}br" else part.text or ""
        for part in node.iter(f"{_DRAWING}t", f"{_DRAWING}br")
    )


def _read_pdf(content: bytes, _: str) -> Iterator[str]:
    """Yield the paragraphs of a PDF, whose lines end where the page does."""
    text = _SET_APART.sub("", properties_and_text(content)[1])
    lines = [line.strip() for line in text.splitlines()]
    width = max(map(len, lines), default=0)
    held = ""
    for line, behind in zip(lines, [*lines[1:], ""], strict=True):
        held += line
        # a line that is not full ends a paragraph; so does one whose sentence ends
        short = len(line) < 0.8 * width or line.endswith(("。", "！", "？", "："))
        # no paragraph begins with a sign that goes on
        if short and not behind.startswith(_GOES_ON):
            yield held
            held = ""
    yield held


#: The space that word processors set between a number and its Chinese unit; and with what no
#: paragraph begins.
_SET_APART = re.compile(r"(?<=\d) (?=[年月日季亿万千百元美吨辆台个户家倍位成％%])|(?<=第) (?=\d)")
_GOES_ON = ("，", "。", "；", "：", "、", "·", "）", "％", "%")


#: By the end of a file's name: what yields the lines of its text.
ARTICLE_READERS: dict[str, Callable[[bytes, str], Iterator[str]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".csv": _read_csv,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_word,
    ".pptx": _read_slides,
    ".pdf": _read_pdf,
}
