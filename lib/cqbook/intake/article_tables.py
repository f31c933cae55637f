"""Tables in an article: what a cell has, by the headings of its row and its column."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cqbook.intake.article_choices import RATIOS, fits
from cqbook.intake.article_figure import Subject
from cqbook.intake.article_grid import CELL
from cqbook.intake.article_names import Names, blanked
from cqbook.intake.article_parts import is_of_balance
from cqbook.intake.article_periods import (
    When,
    is_about,
    last_month,
    months_a_year_before,
    year_to,
)
from cqbook.quantities.named_periods import TextDate, named_periods
from cqbook.quantities.printed import Printed, read_printed
from cqbook.quantities.sightings import NO_UNIT, Sighting
from cqbook.quantities.units import Unit


@dataclass(frozen=True)
class Column:
    """What the numbers of a column are.

    ``word``: their unit, where the heading says it by what they are; ``lead``: what is read before
    a number; ``before``: they are of the year before; ``left``: why they are no figures.
    """

    measure: str = "level"
    word: str = ""
    lead: str = ""
    before: bool = False
    left: str = ""


@dataclass(frozen=True)
class Cell:
    """A number of a table, where it stands in its row, and the headings that say what it is.

    ``labels``: the headings of its row; ``section``: what stands over the rows; ``unit``: what a
    column of units says of its row; ``left``: the headings to the left of its own; ``lost``: why
    nobody can say which heading is its own; ``doubt``: what else stands in the cell.
    """

    start: int
    text: str
    labels: tuple[str, ...]
    header: str
    unit: str
    left: tuple[str, ...]
    section: str = ""
    lost: str = ""
    doubt: str = ""

    @property
    def label(self) -> str:
        """The headings of its row."""
        return "".join(self.labels)

    @property
    def headings(self) -> str:
        """The headings of its row and its column."""
        return f"{self.section}{self.label}{self.header}"

    def printed_unit(self, above: str) -> str:
        """Return the unit in the brackets of a heading: of its column, its row, or what is above.

        ``above``: the units that stand above the table. Of several it is that which the column can
        have; nothing where that is not plain.
        """
        found = (
            units_in(match[1])
            for part in (self.header, self.label, self.section)
            for match in reversed(list(re.finditer(r"[（(]([^）)]+)[）)]", part)))
        )
        beside = next((units for units in found if units), ())
        return _one_of(beside or ((self.unit,) if self.unit else units_in(above)), self.header)


#: What of a cell is a word in prose.
_WORDS = {">": "超", "＞": "超", "<": "不足", "＜": "不足", "≥": "不低于", "≤": "不超过"}
#: 1,234.5, 1 234.5, - 1.2, 约3, ＞5; 10.2↑ and ↑10.2, as they are simplified
_NUMBER = re.compile(
    rf"(?:[约近超逾{''.join(_WORDS)}升降]|[-−+])? ?"
    r"(?:[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+|[0-9][0-9,]*)(?:\.[0-9]+)?%?[升降]?"
)
_UNCHANGED = re.compile("(?:大体|基本)?持平")
#: What stands for a number that is not there.
_NOTHING = re.compile(r"[-—–…－/.·\s]+|[（(][^）)]*合并[）)]|.+（合并）")
_YEAR = re.compile("(?:19|20)[0-9]{2}")
#: 序号: the number of a row.
_ORDER = re.compile("[0-9]{1,3}")
_UNITS_HERE = re.compile("(?:计量|金额)?单位")
#: Why somebody must look at a row below one of 其中.
MAYBE_PART = "上一行是“其中”：这一行是不是，没有写"
_PART_OF_ABOVE = re.compile("[#＃]|其中|[ 　]*(?:一|二|三)是")
#: What stands in a column beside amounts: 序号, 单位.
_NO_AMOUNT = re.compile("单位|序号|编号|地区|区县|名称|类别|备注")
_MONTH = re.compile("[0-9]{4}-[0-9]{2}")
_RANK = "位次|排名|名次|排位|位序"
_MOVED = "变化|变动|升降|增减|涨跌|进退|提升"
_SHARE = "占比|比重|份额|比例"
_OF_YEAR_BEFORE = re.compile(
    r"(?:上年|去年|上一年|上年度)(?:同期|同月|全年)?(?:数|值|[（(].*[）)])?"
)


def column_of(header: str) -> Column:
    """Return what a column has.

    Parameters
    ----------
    header : str
        Its heading, simplified.
    """
    plain = re.sub(r"\s", "", header)
    points = re.search("百分点|个点", plain)
    if re.search(_RANK, plain):
        if re.search(_MOVED, plain):
            return Column(left="位次的变动")
        return Column("rank", "位", "第")
    if points or (re.search(_SHARE, plain) and re.search(_MOVED, plain)):
        return Column("pp_change", "个百分点")
    if re.search(_SHARE, plain):
        return Column("share", "%")
    if re.search(
        "(?:目标|计划|任务|预算)[^目计任]{0,2}完成|完成[^率]{0,8}(?:目标|计划|任务|预算)|完成率",
        plain,
    ):
        return Column("completion", "%") if "%" in plain or "率" in plain else Column()
    if is_of_balance(re.sub(r"[（(].*", "", plain)):
        return Column()
    amount = re.search(
        "(?:增减|增加|增长|变动|变化|减少)(?:额|量|数|值)|增量|增额|差额|净增", plain
    )
    if amount and "%" not in plain:
        return Column("difference")
    if re.search("环比", plain):
        return Column(left="环比：与上月还是上季比，没有写")
    if re.search("同比|增长|增速|增幅|±|比上年|比去年|增减|涨跌", plain):
        return Column("yoy", "%")
    return Column(before=bool(_OF_YEAR_BEFORE.fullmatch(plain)))


def has_data(plain: str) -> bool:
    """Return whether a row of a table has numbers, or what stands for them, and no headings."""
    return any(_is_datum(text) for text in plain.split(CELL)[1:] if not _YEAR.fullmatch(text))


def headings_of(plain: str) -> tuple[str, ...]:
    """Return a row of headings: a year in them is one, and no number."""
    return tuple(f"{text}年" if _YEAR.fullmatch(text) else text for text in plain.split(CELL))


#: Behind a number: what refers to a note below the table; (e), (p), (r) say how sure it is.
_NOTE = re.compile(
    r"\s*(?:[*＊†‡①-⑳]+|[（(〔\[［【]\s*(?:注|备注)?\s*[0-9a-d]?\s*[）)〕\]］】]|注[0-9]?)$"
)
#: Behind a number: a mark that refers to a note, or how it was come by.
_NOTED = re.compile(r"[*＊]$|[（(][^（()）0-9]{1,6}[）)]$")
#: 5587.3（+10.2%）, 5587.3/10.2%, 5587.3亿元，增长10.2%: two numbers in a cell.
_SECOND = re.compile(
    r"(?P<first>[^（(/／；;]*?[0-9][^（(/／；;，]*?)\s*(?:(?P<open>[（(])|[/／；;，])\s*"
    r"(?P<second>(?(open)[^（()）]*?|.+))\s*(?(open)[）)])"
)
#: ▲10.2, (10.2): up or down, by the habits of whoever made the table.
_MARKED = re.compile(
    r"(?:(?P<open>[（(])|[▲△▼▽])(?P<number>[0-9](?(open)[0-9.,]*%?|.*))(?(open)[）)])"
)
_A_YEAR = re.compile("[^0-9]*(?:19|20)[0-9]{2}(?:年度?)?[^0-9]*")


def _is_datum(text: str) -> bool:
    return bool(_NOTHING.fullmatch(text.strip())) or bool(_numbers_of(text))


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) or with_unit(text) is not None


def _numbers_of(text: str) -> list[tuple[int, str, str]]:
    """Return the numbers of a cell: where each begins, its text, and what makes it doubtful."""
    start, plain = len(text) - len(text.lstrip()), _NOTE.sub("", text.strip())
    if _NOTHING.fullmatch(plain):
        return []
    whole = plain if _is_number(plain) else _NOTED.sub("", plain)
    if _is_number(whole):
        return [(start, whole, "")]
    marked = _MARKED.fullmatch(plain)
    if marked and _is_number(marked["number"]) and not _A_YEAR.fullmatch(plain):
        return [(start + marked.start("number"), marked["number"], f"“{plain}”：是升是降没有写")]
    both = _SECOND.fullmatch(plain)
    first = _NOTE.sub("", both["first"]) if both else ""
    if not both or _A_YEAR.fullmatch(first) or not _is_number(first):
        return []
    second = both["second"]
    if not _is_number(second):
        return [(start, first, f"同一格还有“{second}”")]
    # 3/38: which of the two is the column's
    doubt = "" if with_unit(second) or second.endswith("%") else f"同一格还有“{second}”"
    return [(start, first, doubt), (start + both.start("second"), second, f"与“{first}”同一格")]


def _spoken(text: str) -> str:
    """Return a number of a cell as prose would have it: 10.2升 as 升10.2, 1 234 as 1234."""
    plain = re.sub(r"\s", "", text)
    plain = plain[-1] + plain[:-1] if plain[-1:] in ("升", "降") else plain
    return _WORDS.get(plain[:1], plain[:1]) + plain[1:]


#: Letters of a cell that is a number with its unit: a sentence in a cell has more.
_MEASURED_MOST = 30
#: 10亿元以上: a class of sizes, which heads a column or a row.
_CLASS = re.compile("以[上下内]$")
NOT_UNDERSTOOD = "这一格读不懂"
_TIME = frozenset({"years", "months", "month", "weeks", "days"})


# a cell is asked whether it is a number, where its row begins, and what it says
@functools.lru_cache(maxsize=4096)
def with_unit(text: str) -> Printed | None:
    """Return a cell that says its own unit: 8006.8亿元, 下降3.5%; none of 2025年, of 10亿元以上."""
    if _NOTHING.fullmatch(text):
        return None
    plain = _NOTED.sub("", text)
    told = re.search("[0-9]", plain) or _UNCHANGED.fullmatch(plain)
    if len(plain) > _MEASURED_MOST or _CLASS.search(plain) or not told:
        return None
    try:
        found = read_printed(_spoken(plain))
    except ValueError:
        return None
    return None if Unit.parse(found.unit).name in _TIME else found


def headings_below(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """Return the headings of two rows of them as one: 进出口 over 累计 and 同比.

    Where the upper row is empty over a heading, the one to the left spans it.
    """
    found: list[str] = []
    over = ""
    if _UNITS_HERE.fullmatch(below[0]):
        below = [below[0], *(f"（{text}）" if text else "" for text in below[1:])]
    for place, text in enumerate(below):
        own = above[place] if place < len(above) else ""
        over = own or (over if text and place > 1 else "")
        found.append(text if over in ("", text) else f"{over}{text}")
    return (*found, *above[len(below) :])


def cells_of(
    plain: str, header: Sequence[str], section: str = "", numbers_from: int = 0
) -> list[Cell]:
    """Return the numbers of a row of a table; none of a row of headings.

    ``numbers_from``: the column from which on the rows above have numbers.
    """
    texts = plain.split(CELL)
    at_unit = next((at for at, head in enumerate(header) if _UNITS_HERE.fullmatch(head)), 0)
    unit = texts[at_unit].strip() if 0 < at_unit < len(texts) else ""
    first = next((at for at, text in enumerate(texts) if at and _is_datum(text)), len(texts))
    labels = tuple(text for at, text in enumerate(texts[:first]) if at != at_unit or not at)
    if len(labels) > 1 and _ORDER.fullmatch(labels[0]):
        labels = labels[1:]
    lost = "表头比这一行少格，列对不上" if 0 < len(header) < len(texts) else ""
    if first < numbers_from and len(texts) < len(header):
        lost = "这一行比表头少格，列对不上"
    found, at = [], 0
    for place, text in enumerate(texts):
        numbers = _numbers_of(text) if place else []
        if place > first and not numbers and re.search("[0-9]", text):
            # said to be there, and not read: nothing is lost in silence
            numbers = [(len(text) - len(text.lstrip()), text.strip(), "")]
        head = header[place] if place < len(header) else ""
        left = tuple(header[1 : min(place, len(header))])
        found += [
            Cell(at + start, number, labels, "" if n else head, unit, left, section, lost, doubt)
            for n, (start, number, doubt) in enumerate(numbers)
        ]
        at += len(text) + 1
    return found


def sighting_of(cell: Cell, unit: str) -> Sighting:
    """Return a cell as it is read; without a unit in its headings it is no figure.

    Parameters
    ----------
    cell : Cell
    unit : str
        What stands above the table: 单位：亿元.
    """
    column, end = column_of(cell.header), cell.start + len(cell.text)
    none = Sighting(cell.start, end, cell.start, cell.text, "none")
    if _UNCHANGED.fullmatch(cell.text) and column.measure != "yoy":
        return replace(none, reasons=("持平：不是同比的列",))
    if column.left:
        return replace(none, reasons=(column.left,))
    if not _is_number(cell.text):
        return replace(none, reasons=(NOT_UNDERSTOOD,))
    own = with_unit(cell.text)
    word = column.word or cell.printed_unit(unit)
    try:
        figure = own or read_printed(f"{column.lead}{_spoken(cell.text)}{word}")
    except ValueError:
        return replace(none, reasons=(NO_UNIT,))
    reasons: tuple[str, ...] = (f"表：“{cell.label}”“{cell.header}”",)
    # 下降3.5%, in a column of amounts
    measure = own.measure if own and own.measure and column.measure == "level" else column.measure
    seen = Sighting(
        cell.start, end, cell.start, cell.text, "read", figure, (figure.unit,), measure,
        reasons=reasons,
    )  # fmt: skip
    if own and column.word and read_printed(f"{column.lead}1{column.word}").unit != own.unit:
        why = f"“{cell.text}”不是“{cell.header}”一列的单位"
        seen = replace(seen, certainty="unsure", measure=own.measure or "level", reasons=(why,))
    if cell.lost:
        return replace(seen, certainty="unsure", measure="", units=(), reasons=(cell.lost,))
    if not cell.header and figure.unit == "percent":
        # 5587.3（10.2%）: of what, its cell does not say
        seen = replace(seen, measure=own.measure if own else "")
    if cell.doubt:
        seen = replace(seen, certainty="unsure", reasons=(*reasons, cell.doubt))
    if not cell.header:
        # nobody says what the column is
        return replace(seen, certainty="unsure", reasons=(*reasons, "这一列没有表头"))
    if measure == "level" and figure.unit == "percent":
        # 规模以上工业增加值 % 6.8: such an index is printed as its growth
        return replace(
            seen, certainty="unsure", measure="yoy", reasons=(*reasons, "单位是%，按同比")
        )
    return seen


#: Before a unit in brackets: （单位：亿元）, （人民币亿元）.
_NO_UNIT = re.compile("^(?:计量|金额|数量|货币)?(?:单位)?[:：]?(?:人民币)?|(?:人民币)$")
#: What is counted in money, and what in anything else.
_OF_MONEY = re.compile("[金货]额|价值|货值|总[值额]|进出口[值额]|[出进]口[值额]|投资|收入|产值")
_OF_NUMBER = re.compile("[数重]量|[出进]口量|产量|销量|辆数|件数")


def units_in(text: str) -> tuple[str, ...]:
    """Return the units that a remark says, and nothing else: 单位：亿元、%; none of （含市级）."""
    parts = [
        _NO_UNIT.sub("", part.strip())
        for part in re.split("[、，,;；/ ]", text)
        if part.strip() and not _WHEN.fullmatch(part.strip())
    ]
    return tuple(parts) if parts and all(map(_is_unit, parts)) else ()


def _one_of(units: Sequence[str], header: str) -> str:
    """Return the one of several units that a column of amounts has, by what it is of."""
    amounts = [unit for unit in units if not unit.endswith(("%", "点"))]
    if len(amounts) < 2:
        return amounts[0] if amounts else "".join(units[:1])
    money = [unit for unit in amounts if unit.endswith("元")]
    if _OF_MONEY.search(header):
        amounts = money
    elif _OF_NUMBER.search(header):
        amounts = [unit for unit in amounts if unit not in money]
    return amounts[0] if len(amounts) == 1 else ""


#: （1—11月，亿元）: when, beside in what.
_WHEN = re.compile("[0-9一二三四前上下首全半].*[年月季度]")


def _is_unit(text: str) -> bool:
    if re.search("[0-9]", text):
        return False
    try:
        read_printed(f"1{text}")
    except ValueError:
        return False
    return bool(text)


def is_part_of_above(label: str) -> bool:
    """Return whether a row is of a part of what the row above is of: #新能源汽车, 其中：出口."""
    return bool(_PART_OF_ABOVE.match(label))


#: What the heading of a row says of no part: 货物进出口总额, 其中：, 全市合计, （万元）.
_SAYS_NO_PART = re.compile(
    r"[（(][^）)]*[）)]|[#＃]|其中|(?:一|二|三|四|五)[是、.]|[0-9]+(?:月|年|季度)?|[^一-鿿]"
    "|上半年|下半年|全年|前?[一二三四]季度|本[月年期]|累计|当月|同比|环比|增速|增长率?|比上年"
    "|货物|外贸|对外贸易|贸易|商品|主要|企业|产品|地区|行业|国家|方式|类|按|分|各|对|向|自|及其|和|的"
    "|进出口|出口|进口|总[值额量计数]?|合计|小计|金额|数量|全[市省区县国]|[值额量数]|完成|实现|情况|以上"
)


#: What begins the heading of a row that is a part.
_SAYS_PART = re.compile("^(?:[#＃ 　]|其中[:：]?|[（(]?[一二三四五六七八九十]{1,2}[）)、.是])+")


def plain_label(label: str) -> str:
    """Return the heading of a row without what says that it is a part: #渝北区, 其中：渝北区."""
    return _SAYS_PART.sub("", label).rstrip(" 　")


def unknown_in(names: Names, label: str, part: str) -> str:
    """Return what the heading of a row names, and the row does not say: 汽车零配件, 摩托车出口.

    Parameters
    ----------
    names : Names
    label : str
    part : str
        The breakdown that was read.
    """
    named = names.mentions(label, "indicators")
    for item in names.mentions(label, "breakdowns"):
        within = any(one.start <= item.start and item.end <= one.end for one in named)
        if not within and item.code.partition("=")[0] not in part:
            return item.word
    others = (item for kind in ("breakdowns", "entities") for item in names.mentions(label, kind))
    unknown = _SAYS_NO_PART.sub("", blanked(label, (*named, *others)))
    return unknown if len(unknown) > 1 else ""


def is_of_row(names: Names, cell: Cell, unit: str) -> bool:
    """Return whether a rate is of what its row names, as the amount before it is."""
    ratio = Unit.parse(unit).name in RATIOS
    return (
        ratio
        and not cell.lost
        and bool(
            names.mentions(names.without_parts(f"{cell.section}{cell.label}"), "indicators")
            and not names.mentions(cell.header, "indicators")
        )
    )


def fits_cell(names: Names, row: Subject, unit: str) -> bool:
    """Return whether a cell can be of what its row is of."""
    return Unit.parse(unit).name in RATIOS or fits(names, row.indicator.first, (unit,))


def _of_heading(
    header: str, label: str, about: When | None, written: TextDate | None
) -> When | None:
    """Return the period of the amounts of a column: by its heading, its row's, or the table's."""
    year = about.period[:4] if about else ""
    spoken = int(year) if year.isdecimal() else 0
    # 本年累计: of the year that the table is about, and not of the day of the text
    plain = re.sub("本年度?|今年", "", header) if about else header
    said = is_about(plain, named_periods(plain, written, spoken))
    said = said or is_about(label, named_periods(label, written, spoken))
    found = said or (replace(about, sure=True) if about else None)
    if not found:
        return None
    if re.search("[当本单]月", header):
        # beside 累计: the last month of what the table is about
        return replace(found, period=last_month(found.period), sure=True)
    if "累计" in header and _MONTH.fullmatch(found.period):
        return replace(found, period=year_to(found.period), sure=True)
    return replace(found, sure=found.sure or bool(said))


def _of_columns_before(cell: Cell, about: When | None, written: TextDate | None) -> When | None:
    """Return the period of the amounts right before a rate: of several the last, to be looked at.

    A year that another of them is compared with is none: 2025年, 2024年, 同比.
    """
    amounts: list[str] = []
    for head in reversed(cell.left):
        column = column_of(head)
        amount = column.measure == "level" and not (column.before or column.left)
        if amount and not _NO_AMOUNT.search(head):
            amounts.append(head)
        elif amounts:
            break
    found = [when for head in amounts if (when := _of_heading(head, cell.label, about, written))]
    compared = {months_a_year_before(when.period) for when in found}
    near = [when for when in found if when.period not in compared]
    only = len({when.period for when in near}) == 1
    return replace(near[0], sure=near[0].sure and only) if near else None


def when_of(cell: Cell, about: When | None, written: TextDate | None) -> When | None:
    """Return the period of a cell: its column's, its row's, or what the table is about.

    A rate that names none is of the amounts before it: 当月, 同比, 累计, 同比.
    """
    column = column_of(cell.header)
    names_one = is_about(cell.header, named_periods(cell.header, written)) and not column.before
    own = names_one or re.search("[当本单]月|累计", cell.header)
    rate = column.before or column.measure != "level"
    found = None if own or not rate else _of_columns_before(cell, about, written)
    header = "" if column.before else cell.header
    found = found or _of_heading(header, cell.label, about, written)
    if found and column.before:
        return replace(found, period=months_a_year_before(found.period), sure=False)
    return found
