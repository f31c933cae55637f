"""An article read: its figures as rows that a person confirms, and what was left out.

Rules and the book's own tables; nothing is written, and what is not safe is left open. Each guess
says in a few words what it was made of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cqbook.data.catalog import Catalog
from cqbook.disk.checksums import digest
from cqbook.intake.article_choices import (
    OFFERED,
    Choice,
    breakdown_of,
    flow_of,
    indicator_of,
    is_another,
    per_unit,
    unit_of,
    without_bases,
)
from cqbook.intake.article_figure import (
    NOT_LISTED,
    Article,
    ArticleFigure,
    Subject,
    compared_with,
    counts_in,
    doubts_of,
)
from cqbook.intake.article_grid import CELL
from cqbook.intake.article_indicators import (
    OF_OTHER_GOODS,
    flow_for,
    indicator_for,
    is_of_another,
    narrower,
    of_its_goods,
)
from cqbook.intake.article_lists import each_of, in_turn
from cqbook.intake.article_names import Mention, Names
from cqbook.intake.article_parts import (
    COUNT,
    FigurePart,
    doubt_of,
    is_of_balance,
    is_one_way,
    named_part,
    part_of,
    several_in,
    thing_of_row,
)
from cqbook.intake.article_periods import (
    When,
    is_about,
    is_ahead,
    is_over,
    period_of,
    years_of,
)
from cqbook.intake.article_places import (
    GIVES,
    by_a_way,
    listed_with,
    names_nation,
    of_a_port,
    of_two_places,
    owners_named,
    without_outlets,
)
from cqbook.intake.article_status import FigurePlace, is_aiming, is_done, status_read
from cqbook.intake.article_tables import (
    MAYBE_PART,
    Cell,
    cells_of,
    fits_cell,
    has_data,
    headings_below,
    headings_of,
    is_of_row,
    is_part_of_above,
    plain_label,
    sighting_of,
    units_in,
    unknown_in,
    when_of,
)
from cqbook.intake.article_text import ArticleText, is_dateline
from cqbook.intake.article_words import FigureWords, figure_words
from cqbook.intake.press_cells import OBSERVATIONS_TABLE
from cqbook.quantities.named_periods import NamedPeriod, TextDate, named_periods
from cqbook.quantities.numerals import numeral
from cqbook.quantities.periods import Period
from cqbook.quantities.printed import ANNUAL_AVERAGE
from cqbook.quantities.sightings import OF_PLANS, Sighting, sightings
from cqbook.quantities.units import Unit


@dataclass
class _State:
    """What an article has said so far."""

    place: str = ""
    place_word: str = ""
    about: When | None = None
    #: Of the table that is being read: its headings, whether its rows have begun and from which
    #: column on they have numbers, what stands over some of them, and the unit above it.
    header: tuple[str, ...] = ()
    begun: bool = False
    numbers_from: int = 0
    section: str = ""
    #: What the row above is of: 其中：出口 is a part of it; and whether such parts are read.
    above: Subject = field(default_factory=Subject)
    in_parts: bool = False
    #: ``unit_before``: it stood above the table before this one.
    unit: str = ""
    unit_before: bool = False
    subject: Subject = field(default_factory=Subject)
    heading: str = ""
    #: The heading, where what stands below it is aimed at.
    aiming: str = ""
    #: The period of the figure before, for one that stands in the same sentence; and that of what
    #: stands before the paragraph.
    same: When | None = None
    carried: When | None = None
    #: 一年来, 这一年 at the beginning of a paragraph: of what happened in those below it, too.
    span: When | None = None


@dataclass(frozen=True)
class _Status:
    """Whether a figure is actual, planned or aimed at, and the word that says so."""

    code: str
    why: str
    sure: bool = True


@dataclass(frozen=True)
class _Reading:
    """What was read of a figure, by column; ``code``: its part as it was settled."""

    words: FigureWords
    indicator: Choice
    unit: Choice
    flow_why: tuple[str, str]
    part: FigurePart
    owner: tuple[str, str, bool]
    when: When
    status: _Status
    code: str

    @property
    def flow(self) -> str:
        """Its flow."""
        return self.flow_why[0]

    @property
    def entity(self) -> str:
        """Whose it is."""
        return self.owner[0]

    @property
    def why(self) -> dict[str, str]:
        """What each column was read from."""
        return {
            "indicator": self.indicator.why,
            "entity": self.owner[1],
            "period": self.when.why,
            "flow": self.flow_why[1],
            "breakdown": replace(self.part, code=self.code).why,
            "unit": self.unit.why,
            "status": self.status.why,
            "measure": "；".join(self.words.item.reasons),
        }

    @property
    def sure(self) -> dict[str, bool]:
        """Which columns its words say themselves."""
        return {
            "indicator": self.indicator.sure,
            "entity": self.owner[2],
            "period": self.when.sure,
            "unit": self.unit.sure,
            "breakdown": self.part.named.sure or not self.code,
            "status": self.status.sure,
        }

    @property
    def offered(self) -> dict[str, tuple[str, ...]]:
        """What else each column may be."""
        choices = {"indicator": self.indicator, "unit": self.unit, "breakdown": self.part.named}
        found = {column: one.codes[1:] for column, one in choices.items() if one.codes[1:]}
        if self.when.offered and self.when.period not in self.when.offered:
            found["period"] = self.when.offered
        return found


_TABLE_UNIT = re.compile(r"单位[:：]\s?(?P<unit>[^。)）]{1,24})")
#: A unit that closes the title of a table: 2025年重庆进出口（亿元、%）.
_TITLE_UNIT = re.compile("[（(](?P<unit>[^）)]{1,16})[）)]$")
_UNIT_ALONE = re.compile(r"[（(]?(?:计量|金额)?单位[:：][^。；]{1,24}[)）]?")
#: Letters of a line over some rows of a table, and the number that it may begin with.
_SECTION_MOST = 20
_NUMBERED = re.compile("^[（(]?[一二三四五六七八九十]{1,3}[）)、.]")
_THIS_PLACE = re.compile("(?:我|全|本|该)(?P<kind>省|市|区|县|州|盟|自治区)(?![场政委级])")
_UNKNOWN_CITY = re.compile("[一-鿿]{2,3}(?:市|州|(?<![东欧联结])盟)(?![场政委级民值])")
#: A zone that begins a clause, and of which it goes on to speak.
_ZONE = re.compile(
    "(?:^|[,，、；;])(?P<zone>(?![全各我该本])[一-鿿]{0,4}(?:高新区|经开区|开发区|新区|园区|综保区))[^,，；;]*$"
)
#: The nation, of which a text speaks that names no part of it: not 全国第三.
_NATION = re.compile("(?<![占居列于比较出过])(?:我国|全国)(?!第|首|前|排名|人大|政协|百强|两会|性)")
#: The heading of a row that is of all the others.
_IN_ALL = re.compile("[ 　]*(?:合计|总计|总[额值量]|全[市省区县国])")
#: A place where trains are made up, behind the name of a district; and what one does with them.
_STATION = re.compile("[一-鿿]{0,8}?(?:站|场|港|口岸|中心|基地|园区?|作业区)")
_RUNS = re.compile("[开运驶始发][行出输运营]|班列|经|组织|累计")
#: A name between two amounts, and what is said there that is none.
_NAME_ALONE = re.compile("[,，、；]([一-鿿]{2,4}(?:汽车|集团|股份)?)")
_NO_NAME = re.compile(
    "[占达为共超近约逾增降同其中完成实现累计合计单月当年价值货值总和与及，]|[产销]"
)
#: Who counted, of a place that no table has.
_OFFICE = re.compile("[一-鿿]{2,3}?(?:海关|市?统计局)")
#: Of whom a sentence speaks that names nobody.
_OF_A_FIRM = re.compile(
    "(?:^|[,，：:“「])(?P<who>(?:该|本|我)(?:公司|集团|企业|厂)|我司|我们|公司|集团)(?!的?(?:负责人|董事|总经理|相关))"
)
#: The title of what tells of one year throughout.
_REPORT = re.compile("公报|年报|年鉴|统计报告")
_BY_TITLE = "指标：看表的标题"
#: With whom trade is: in a row of a table a partner.
_NO_OWNERS = ("country", "bloc")
_PLACE_KINDS = ("province", "district")
#: Behind a place, a zone that has its name. Of its bonded zone there is a breakdown.
_ZONE_BEHIND = re.compile(
    "[)）]?(?:国家)?(?:自贸(?:试验)?区|自由贸易试验区|高新区|经开区|开发区|新区|工业园|产业园|科学城|科创园|园区)"
)
#: Behind a place, what stands there and has its name: 江北国际机场, 万州港.
_FACILITY_BEHIND = re.compile(
    "(?:国际|新)?(?:机场|空港|[一-鿿]{0,2}港区?(?![口澳务])|火车站|[东西南北]站)"
)
#: Growth in another money than that of the row beside it.
_IN_DOLLARS = re.compile("(?:按|以)美元(?:计价?|值|口径)(?!.*(?:按|以)人民币)")
#: The four of GB/T 2260: 全市 is said of them as of a province.
_MUNICIPALITIES = frozenset(f"CN-{code}" for code in (11, 12, 31, 50))
#: 100亿美元（约合人民币720亿元）: whoever wrote it converted it.
_CONVERTED = re.compile("[（(](?:大?约)?[折合]+(?:人民币)?(?:大?约)?$")
#: Letters before what opens a paragraph.
_OPENING = 3
#: Letters of 出口额达: what says nothing of the goods.
_BARE_FLOW = 5
_YEARS = re.compile(
    f"(?P<which>前|后|近|这)?(?P<count>{COUNT})年(?:间|来)?(?:合计|累计|共计?|总计|总和|相加|之和|加起来)"
)
#: Between what a thing was and what it became.
_BECAME = re.compile(
    "(?:以上|左右)?[,，]?(?:一路|逐年|稳步|大幅)?(?:增长?|上升|提高|提升|扩大|攀升|跃升|升|下降|减少?|回落|压缩|降低?|缩减)?"
    "(?:至|到)(?:约|近|超过?|逾)?"
)
#: What is new of something, right behind how much of it there is.
_ADDED = re.compile("[,，、；(（]?(?:其中|今年|全年|当年|同比|年内)*(?:新增|净增|新增加)")
_SAME_SUBJECT = re.compile("^(?:其中|其|该|并|也|同时|此外|另外|分)")


def read_article(text: ArticleText, book: Catalog, names: Names | None = None) -> Article:
    """Return the figures of an article.

    Parameters
    ----------
    text : ArticleText
    book : Catalog
        Whose indicators, entities and breakdowns the figures are said in.
    names : Names, optional
        Theirs, where several articles are read: they are made once.

    Returns
    -------
    Article
    """
    reader = _Reader(text, names or Names(book), TextDate.parse(text.published))
    figures: list[ArticleFigure] = []
    left: list[tuple[int, Sighting]] = []
    for number, plain in enumerate(text.simplified, start=1):
        for item in reader.paragraph(number, plain):
            if isinstance(item, ArticleFigure):
                figures.append(item)
            else:
                left.append((number, item))
    return Article(text, _source(text), tuple(figures), tuple(left))


def _same_time(one: When, other: When) -> bool:
    return Period.parse(one.period).span == Period.parse(other.period).span


class _Reader:
    """Reads the paragraphs of one article in order."""

    def __init__(self, text: ArticleText, names: Names, written: TextDate | None) -> None:
        self.text, self.names, self.written = text, names, written
        self.source = _source(text)["source_id"]
        self.customs = any("海关" in line for line in text.simplified[:6])
        self.state = _State()
        self.cores: list[int] = []
        self.statistical = False
        #: A release gives rates from its beginning on, and is about one period throughout.
        self.release = _is_release(text.simplified, written)
        #: Where no other place is named, nobody else can be meant.
        self.one_place = self._names_one_place()
        #: 全区 may be the zone that the title speaks of.
        self.of_a_zone = any(
            self.names.kinds[item.code] == "park"
            for item in self.names.mentions(text.simplified[0], "entities")
        )
        for line in text.simplified[:4]:
            self._look_for_place(without_outlets(line))
        self._look_for_another(text.simplified)
        for line in text.simplified[:4]:
            self._look_for_place(line)
        self.state.about = about = self._subject_of(text.simplified[:4])
        #: The year of a report on one, of which its 全年 and its months are: 2024年统计公报.
        of_a_year = about and len(about.period) == 4 and _REPORT.search(text.simplified[0])
        self.year = int(about.period) if about and of_a_year else 0

    def _subject_of(self, lines: Sequence[str]) -> When | None:
        """Return the period of the title, or of the lead, where that names it before any figure.

        A lead says 1—3月 where its title has 一季度: what follows is said as the lead says it.
        """
        found: When | None = None
        for number, line in enumerate(lines):
            named = named_periods(line, self.written)
            figures = [item for item in sightings(line, named) if item.certainty != "none"]
            first = figures[0].core if figures else len(line)
            quoted = line.find("“") if number else -1
            opens = [item for item in named if item.start < first and (
                quoted < 0 or item.start < quoted or "”" in line[quoted : item.start])]  # fmt: skip
            made = is_about(line, opens if number else named)
            if made and (not found or (number and _same_time(found, made))):
                found = made
            if figures and number:
                break
        return found

    def _look_for_place(self, line: str) -> None:
        if self.state.place:
            return
        for item in self.names.mentions(line, "entities"):
            if self.names.kinds[item.code] in ("province", "district"):
                self.state.place, self.state.place_word = item.code, item.word
                return

    def _look_for_another(self, lines: Sequence[str]) -> None:
        """Take a firm with which the title begins, or the nation, where no place is named."""
        if self.state.place:
            return
        firms = [
            item
            for item in self.names.mentions(lines[0], "entities")
            if self.names.kinds[item.code] == "organisation" and item.start <= _OPENING
        ]
        nation = next((found for line in lines[:2] if (found := _NATION.search(line))), None)
        if firms and not GIVES.match(lines[0], firms[0].end):
            self.state.place, self.state.place_word = firms[0].code, firms[0].word
        elif nation:
            self.state.place, self.state.place_word = "CN", nation[0]

    def paragraph(self, number: int, plain: str) -> Iterator[ArticleFigure | Sighting]:
        """Yield what a paragraph has: figures, and what was left out."""
        heads_rows = self._heads_rows(number, plain)
        self._look_for_unit(plain, within=heads_rows)
        if CELL in plain:
            yield from self._table_row(number, plain)
            return
        if heads_rows:
            self.state.section, self.state.above = _NUMBERED.sub("", plain), Subject()
            self.state.in_parts = False
            return
        if not _UNIT_ALONE.fullmatch(plain):
            self.state.header, self.state.begun, self.state.section = (), False, ""
        named = named_periods(plain, self.written, self.year)
        seen = sightings(plain, named)
        if self._is_heading(plain, seen) and not _UNIT_ALONE.fullmatch(plain):
            self._heading(plain, named)
        elif number > 1 and not self._continues(plain):
            self.state.subject.when = None
        for spoken in named[:1]:
            if spoken.role == "near" and spoken.start <= _OPENING and spoken.period:
                self.state.span = When(spoken.period, f"时期：前文的“{spoken.text}”", sure=False)
        self.cores = [item.core for item in seen if item.certainty != "none"]
        self.statistical = any(
            item.measure == "yoy" or (item.measure == "share" and "占" in "".join(item.reasons))
            for item in seen
        )
        self.state.carried = self.state.subject.when or self._about() or self.state.span
        made: list[ArticleFigure] = []
        for item in seen:
            if item.certainty == "none":
                yield item
                continue
            made.append(self._figure(number, plain, item, named, made))
        for figure in in_turn(self.names, plain, named, made):
            # 上半年、前三季度分别: what adds up is as each period has it
            adds_up = {"accumulation": self._accumulation(figure.row)}
            yield replace(figure, row={**figure.row, **adds_up})
        self._remember(plain)

    def _names_one_place(self) -> bool:
        named = {
            item.code
            for line in self.text.simplified
            for item in self.names.mentions(without_outlets(without_bases(line)), "entities")
            if self.names.kinds[item.code] in ("province", "district")
        }
        if names_nation(self.names, without_bases(self.text.simplified[0])):
            # 中国汽车出口…重庆占近一成: of which of the two, each sentence must say
            return False
        return len(named) == 1 and not any(map(self._unknown_city, self.text.simplified[:4]))

    def _unknown_city(self, line: str) -> str:
        """Return a city of a line that no table has; one with a year before it may be known."""
        known = self.names.words["entities"]
        return next(
            (
                city
                for city in _UNKNOWN_CITY.findall(line)
                if not any(city[begin:] in known for begin in range(len(city) - 1))
            ),
            "",
        )

    def _heads_rows(self, number: int, plain: str) -> bool:
        """Return whether a line stands in a table, over the rows below it: 一、出口."""
        around = self.text.simplified[number - 2 : number + 1 : 2] if number > 1 else ()
        return (
            bool(self.state.header)
            and len(around) == 2
            and len(plain) <= _SECTION_MOST
            and not re.search("[0-9。；，,]", plain)
            and all(CELL in line for line in around)
            and has_data(around[1])
        )

    def _table_row(self, number: int, plain: str) -> Iterator[ArticleFigure | Sighting]:
        """Yield the figures of a row of a table, each by its row's and its column's heading."""
        state = self.state
        if not has_data(plain):
            heads = headings_of(plain)
            goes_on = state.header and not state.begun
            state.header = headings_below(state.header, heads) if goes_on else heads
            state.above, state.begun, state.section = Subject(), False, ""
            state.in_parts, state.numbers_from = False, 0
            return
        state.begun = True
        found = cells_of(plain, state.header, state.section, state.numbers_from)
        if found and not found[0].lost:
            state.numbers_from = state.numbers_from or plain[: found[0].start].count(CELL)
        if not found:
            return
        label = found[0].label
        part = is_part_of_above(label)
        # 其中：一般贸易, and below it 加工贸易: the next part, as long as it is nothing else
        beside = not part and state.in_parts and not self._is_whole(label)
        state.in_parts = part or beside
        row = state.above if part or beside else Subject()
        for cell in found:
            seen = sighting_of(cell, self.state.unit)
            if seen.figure is None:
                yield seen
                continue
            row, figure = self._cell(number, cell, seen, row)
            amount = seen.measure in ("level", "difference")
            if state.unit_before and amount and not cell.printed_unit(""):
                doubts = {"unit": "单位：上一张表的", **figure.doubts}
                figure = replace(figure, doubts=doubts)
            if beside:
                doubts = dict.fromkeys(("indicator", "flow"), MAYBE_PART)
                figure = replace(figure, doubts={**doubts, **figure.doubts})
            yield figure
        if not state.in_parts:
            state.above = row

    def _look_for_unit(self, plain: str, *, within: bool) -> None:
        """Take the unit that stands above a table; that of the table before stands for no other."""
        state = self.state
        if CELL in plain.strip(CELL):
            return
        found = _TABLE_UNIT.search(plain) or _TITLE_UNIT.search(plain)
        unit = "、".join(units_in(found["unit"])) if found else ""
        if unit:
            state.unit, state.unit_before = unit, False
        elif state.begun and not within:
            state.unit_before = bool(state.unit)

    def _is_whole(self, label: str) -> bool:
        """Return whether the heading of a row says itself of what it is: no part goes on."""
        named = self.names.mentions(self.names.without_parts(label), "indicators")
        return bool(
            named or flow_of(label).first or self._place_in((label,)) or _IN_ALL.match(label)
        )

    def _cell(
        self, number: int, cell: Cell, seen: Sighting, row: Subject
    ) -> tuple[Subject, ArticleFigure]:
        """Return a cell as a figure, and what its row is of now: 同比 is of what is before it."""
        said, figure = "" if cell.lost else cell.headings, seen.figure
        if figure is None:
            msg = "a cell without a figure"
            raise ValueError(msg)
        plain = self.names.without_parts(said)
        indicator = indicator_of(self.names, plain, len(plain), len(plain), 0, (figure.unit,))
        if row.indicator.first and is_of_row(self.names, cell, figure.unit):
            indicator = row.indicator
        if not indicator.first and row.indicator.first and fits_cell(self.names, row, figure.unit):
            indicator = Choice(row.indicator.codes, "指标：承同一行", sure=False)
        heads = (re.sub(r"[（(].*", "", one) for one in (cell.label, cell.header))
        if is_another(cell.label, indicator) or any(map(is_of_balance, heads)):
            # 服务贸易, 民间投资, 进出口差额
            indicator = Choice(("", *indicator.codes)[: OFFERED + 1], "", sure=False)
        elif not indicator.first and not cell.lost:
            # 2025年重庆市出口主要商品, over rows of goods
            said = f"{self.state.heading or self.text.simplified[0]}　{said}"
            above = indicator_of(self.names, said, len(said), len(said), 0, (figure.unit,))
            indicator = (
                replace(above, why=_BY_TITLE, sure=False, word=None) if above.codes else above
            )
        indicator = of_its_goods(self.names, indicator, said, (figure.unit,))
        word_at = indicator.word
        taken = [(word_at.start, word_at.end)] if word_at and len(word_at.word) > 3 else []
        part = breakdown_of(self.names, said, indicator.first, taken)
        spoken = replace(row, indicator=indicator)
        flow, why_flow = flow_for(self.names, indicator.first, said, spoken, "")
        about = when_of(cell, self.state.about, self.written)
        entity, why_entity, sure_entity = self._place_of_row(cell.labels)
        made = self._blank_row() | {
            "locator": f"{self.state.heading or self.text.title} ¶{number}"[:120],
            "indicator": indicator.first,
            "entity": entity,
            "period": about.period if about else "",
            "breakdown": part.first or (row.breakdown if not word_at else ""),
            "flow": flow,
            "measure": seen.measure,
            "value": figure.value,
            "value_upper": figure.value_upper,
            "unit": "" if cell.lost else figure.unit,
            "qualifier": figure.qualifier,
            "status": "actual",
            "as_printed": self.text.paragraphs[number - 1][seen.start : seen.end],
        }
        made["accumulation"] = self._accumulation(made)
        why = {"indicator": indicator.why, "flow": why_flow, "breakdown": part.why}
        why |= {"period": about.why if about else "", "measure": seen.reasons[0]}
        sure = {"indicator": indicator.sure, "entity": sure_entity}
        sure |= {"period": bool(about and about.sure and not cell.lost), "breakdown": part.sure}
        doubts = doubts_of(seen, made, sure, {"entity": why_entity} | why)
        if flow and indicator.why == _BY_TITLE:
            doubts["flow"] = "流向：看表的标题"
        strange = thing_of_row(
            self.names, cell.label, indicator.first, made["breakdown"]
        ) or unknown_in(self.names, cell.label, made["breakdown"])
        if strange and indicator.first:
            doubts.setdefault("breakdown", f"细分：“{strange}”{NOT_LISTED}")
        offered = {"indicator": indicator.codes[1:]} if indicator.codes[1:] else {}
        of_row = Subject(indicator, flow, made["breakdown"]) if indicator.first else row
        return of_row, ArticleFigure(number, seen, made, why, doubts, offered)

    def _place_of_row(self, labels: Sequence[str]) -> tuple[str, str, bool]:
        """Return whose a row of a table is: the place that its heading is, or the article's."""
        of_row = self._place_in(labels)
        if of_row:
            return of_row.code, f"主体：“{of_row.word}”", True
        why = f"主体：前文的“{self.state.place_word}”"
        # 江津综保区二期: of a part of a place, or of something that has its name
        others = (
            item
            for label in labels
            for item in self.names.mentions(label, "entities")
            if self.names.kinds[item.code] not in _NO_OWNERS and item.code != self.state.place
        )
        other = next(others, None)
        why = f"主体：行中有“{other.word}”" if other else why
        return self.state.place, why, self.one_place and not other

    def _place_in(self, labels: Sequence[str]) -> Mention | None:
        """Return the place that one of the headings of a row is, the last first."""
        for label in reversed(labels):
            plain = plain_label(label)
            for item in self.names.mentions(plain, "entities"):
                if item.word == plain and self.names.kinds[item.code] not in _NO_OWNERS:
                    return item
        return None

    def _blank_row(self) -> dict[str, str]:
        names = (item["name"] for item in self.names.book.fields(OBSERVATIONS_TABLE))
        return dict.fromkeys(names, "") | {"source_id": self.source}

    def _about(self) -> When | None:
        """Return what the article is about, for a figure whose paragraph names no period.

        A report on a year speaks of that year throughout. A report on a part of one does where it
        gives rates and shares; else what it tells may be of any day until it was written.
        """
        about = self.state.about
        if about and (len(about.period) == 4 or self.statistical or self.release):
            return replace(about, sure=False)
        return None

    def _is_heading(self, plain: str, seen: Sequence[Sighting]) -> bool:
        figures = [item for item in seen if item.certainty != "none"]
        return len(plain) <= 40 and not re.search("[。；，,]$", plain) and not figures

    def _continues(self, plain: str) -> bool:
        """Return whether a paragraph is a line of a list, and no sentence."""
        return len(plain) <= 60 and not plain.endswith(("。", "！", "”"))

    def _heading(self, plain: str, named: Sequence[NamedPeriod]) -> None:
        self.state.heading = re.sub("^[#\\s]+", "", plain)
        self.state.aiming = self.state.heading if is_aiming(plain) else ""
        places = [
            item
            for item in self.names.mentions(plain, "entities")
            if self.names.kinds[item.code] == "district"
        ]
        head = places[0] if places else None
        if head and head.start <= 4:
            self.state.place, self.state.place_word = head.code, head.word
        self.state.subject, self.state.span = Subject(), None
        said, about = is_about(plain, named), self.state.about
        if is_dateline(plain, self.text.simplified[0]):
            return
        if said and not (about and _same_time(about, said)):
            self.state.about = said

    def _remember(self, plain: str) -> None:
        """Keep the subject of a line without figures for the figures that stand below it."""
        if len(plain) > 40 or re.search("[0-9]", plain):
            return
        flow = flow_of(plain)
        parts = self.names.mentions(plain, "breakdowns")
        if not flow.first and not parts:
            return
        indicator = indicator_of(self.names, plain, len(plain), len(plain), 0, ())
        subject = Subject(indicator=indicator, flow=flow.first)
        places = [(indicator.word.start, indicator.word.end)] if indicator.word else []
        codes = breakdown_of(self.names, plain, indicator.first, places if len(places) > 9 else ())
        subject.breakdown = codes.first
        subject.entity = self.state.subject.entity
        self.state.subject = subject

    def _figure(
        self,
        number: int,
        plain: str,
        item: Sighting,
        named: Sequence[NamedPeriod],
        made: Sequence[ArticleFigure],
    ) -> ArticleFigure:
        """Return one figure with all that its words and those before it say."""
        read = self._read(figure_words(plain, item, made), named)
        row = self._row(number, read)
        why, carried = read.why, self.state.subject
        doubts = doubts_of(item, row, read.sure, why)
        doubted = doubt_of(self.names, read.words, read.part, read.code, read.indicator.first)
        way = by_a_way(read.words.sentence[: read.words.core]) if row["flow"] else ""
        if doubted or way:
            doubts["breakdown"] = doubted or f"细分：“{way}”{NOT_LISTED}"
        if is_one_way(read.words, row):
            doubts.setdefault("breakdown", "细分：只是进口或出口的，这一指标不分进出口")
        of_cars = self.names.dimensions.get(row["indicator"]) == "vehicles"
        if of_cars and NOT_LISTED in doubted and "车" not in doubted and "台" in item.text:
            # 工业机器人产量5.2万台
            row["indicator"] = OF_OTHER_GOODS.get(row["indicator"], row["indicator"])
        if row["measure"] == "yoy" and _IN_DOLLARS.search(read.words.sentence[: read.words.core]):
            doubts["measure"] = "按美元计的增速，与按人民币计的不是一个数"
        if row["measure"] == "yoy" and _is_of_years(row["period"]):
            doubts["measure"] = "几年一共的增长，还是其中一年的同比"
        if _is_added(read.words, row):
            doubts["measure"] = "新增、净增：是增加的数额，还是总数"
        when = read.when
        self.state.subject = Subject(
            read.indicator, read.flow, read.code, read.entity,
            When(when.period, "时期：承前文", sure=False) if when.sure else carried.when,
            item.units,
        )  # fmt: skip
        self._name_route(row, doubts, made)
        told = {key: text for key, text in why.items() if text}
        return ArticleFigure(number, item, row, told, doubts, read.offered)

    def _name_route(
        self, row: dict[str, str], doubts: dict[str, str], made: Sequence[ArticleFigure]
    ) -> None:
        """Doubt trains of a place that are of no route, and take the one spoken of before."""
        of_route = self.names.kinds.get(row["entity"]) == "route" or "route=" in row["breakdown"]
        counted = row["indicator"] == "train_trips" and row["measure"] == "level"
        if not (counted and row["entity"]) or of_route or "breakdown" in doubts:
            return
        routes = (
            part
            for figure in reversed(made)
            for part in figure.row["breakdown"].split(";")
            if part.startswith("route=")
        )
        route = next(routes, "")
        row["breakdown"] = ";".join(sorted(filter(None, (*row["breakdown"].split(";"), route))))
        doubts["breakdown"] = "细分：承前文的线路" if route else "细分：哪条线路，没有写"

    def _read(self, words: FigureWords, named: Sequence[NamedPeriod]) -> _Reading:
        """Return what the words of a figure, and those before it, say of each of its columns."""
        carried, same, item = self.state.subject, words.same, words.item
        indicator, unit = self._thing(words, carried)
        flow = flow_for(self.names, indicator.first, words.segment, carried, words.behind)
        if same and not (indicator.first or same.row["indicator"] or flow[0] or words.counted):
            flow = same.row["flow"], "流向：承同句前一数"
        named_here = named_part(self.names, words, indicator)
        near = _beside(words, indicator, named_here.first)
        if near.first != indicator.first and same:
            # 出口汽车41.2万辆、货值385.6亿元
            flow = same.row["flow"], "流向：承同句前一数"
        indicator = near
        part = part_of(self.names, words, indicator, named_here, carried)
        read = _Reading(
            words, indicator, unit, flow, part, self._entity(words, carried),
            *self._when(words, named), part.code,
        )  # fmt: skip
        when = _of_statistics(read, self.written)
        if when is not read.when:
            read, self.state.same = replace(read, when=when), when
        became = _became(words)
        if became:
            # 户均出口由3200万元增至3500万元: of the same thing
            indicator = replace(
                indicator, codes=(became.row["indicator"], *indicator.codes[1:]),
                sure="indicator" not in became.doubts, why="指标：承同句前一数",
            )  # fmt: skip
            read = replace(
                read,
                indicator=indicator,
                unit=unit_of(self.names, item.units, indicator.first, words.segment, words.behind),
                flow_why=(became.row["flow"], flow[1]),
                owner=(became.row["entity"], *read.owner[1:]),
                code=became.row["breakdown"],
            )
        return replace(read, code="") if several_in(words) else read

    def _row(self, number: int, read: _Reading) -> dict[str, str]:
        """Return the row of a figure."""
        item, figure = read.words.item, read.words.item.figure
        row = self._blank_row() | {
            "locator": f"{self.state.heading or self.text.title} ¶{number}"[:120],
            "indicator": read.indicator.first,
            "entity": read.entity,
            "period": read.when.period,
            "breakdown": read.code,
            "flow": read.flow,
            "measure": item.measure,
            "base": compared_with(item, read.when.period),
            "value": figure.value if figure else "",
            "value_upper": figure.value_upper if figure else "",
            "unit": read.unit.first if item.units else (figure.unit if figure else ""),
            "qualifier": figure.qualifier if figure else "",
            "status": read.status.code,
            "as_printed": self.text.paragraphs[number - 1][item.start : item.end],
        }
        if row["measure"] == "yoy" and row["base"]:
            # 比2021年增长12.5%: no year on year
            row["measure"] = "pct_change"
        row["accumulation"] = self._accumulation(row)
        row["basis"] = self._basis(read.words, row)
        return row

    def _thing(self, words: FigureWords, carried: Subject) -> tuple[Choice, Choice]:
        """Return the indicator of a figure and its unit: each may say what the other is."""
        item, same = words.item, words.same
        indicator = indicator_for(self.names, words, carried)
        indicator = of_its_goods(self.names, indicator, words.own, item.units, carried.flow)
        unit = unit_of(self.names, item.units, indicator.first, words.segment, words.behind)
        unit = per_unit(unit, words.blank[: words.core], same.row["unit"] if same else "")
        if indicator.first and is_of_another(
            self.names, indicator, unit.first, words.segment, same
        ):
            indicator = Choice(("", *indicator.codes)[: OFFERED + 1], "", sure=False)
        if not item.units and item.measure == "level":
            # 2100万票: in a unit that no table has, nobody knows that it is the same
            indicator = replace(indicator, sure=False)
        return indicator, unit

    def _when(self, words: FigureWords, named: Sequence[NamedPeriod]) -> tuple[When, _Status]:
        """Return the period of a figure, and its status."""
        item, plain = words.item, words.plain
        name = Unit.parse(item.units[0]).name if item.units else ""
        spot = FigurePlace(plain, words.begin, item.core, item.end, self.cores, name, item.measure)
        before_it = self.state.same if words.same else None
        status, why = status_read(spot)
        if re.match("(?:的)?(?:[^,，。；]{0,4})目标", plain[item.end : item.end + 8]):
            status, why = "target", "性质：“目标”"
        if item.base == OF_PLANS:
            status, why = "actual", ""
        if not words.same:
            self.state.same = None
        when = period_of(
            spot, named, self.state.same, self.state.carried,
            self.written, status,
        )  # fmt: skip
        if not when.passing:
            self.state.same = when
        before = [place for place in named if place.start < item.core]
        if item.measure == ANNUAL_AVERAGE:
            when = years_of(when, [place for place in before if place.start >= words.begin])
        when = _years_together(words.said, before) or when
        if words.same and status != "actual":
            fresh = any(one.role in ("is", "near") and one.start >= spot.last for one in before)
            other = when.period != words.same.row["period"]
            over = fresh and other and is_over(when.period, self.written)
            if is_done(spot, status, named=over, before=words.same.row["status"]):
                status, why = "actual", ""
                if self.written and when.period == f"{self.written.month_text}/..":
                    # 目标为7500亿元，实际完成8006.8亿元
                    when = period_of(
                        spot, named, before_it, self.state.carried, self.written, status
                    )
                    self.state.same = when
        if status != "actual" or not is_ahead(when.period, self.written):
            return when, _Status(status, why)
        if self.state.aiming:
            return when, _Status("target", f"性质：标题“{self.state.aiming}”", sure=False)
        why = "这段时期还没有过完：是计划、目标还是预计，没有写"
        return when, _Status(status, why, sure=False)

    def _basis(self, words: FigureWords, row: Mapping[str, str]) -> str:
        """Return who counted, as far as the article says it."""
        if _CONVERTED.search(words.plain[: words.item.core]):
            return "converted"
        of_customs = row["flow"] and row["indicator"] in ("trade_value", "trade_quantity")
        return "customs" if self.customs and of_customs else ""

    def _entity(self, words: FigureWords, carried: Subject) -> tuple[str, str, bool]:
        """Return whose figure it is, why, and whether its sentence says so."""
        before = words.blank[: words.core]
        found = owners_named(self.names, before, words.blank)
        here = [(match.start(), match) for match in _THIS_PLACE.finditer(before)]
        last = found[-1] if found else None
        zone = _ZONE.search(before, last.end if last else 0)
        if zone and not self.names.mentions(zone["zone"], "entities"):
            return "", f"主体：“{zone['zone']}”{NOT_LISTED}", False
        port = of_a_port(before, last.end if last else 0, passing=False)
        if port and not (here and here[-1][1].end() > before.rfind(port) + len(port)):
            return "", f"主体：“{port}”{NOT_LISTED}", False
        if here and (not last or here[-1][0] > last.start):
            return self._this_place(here[-1][1])
        beyond = _ZONE_BEHIND.match(before, last.end) if last else None
        if last and beyond and self.names.kinds[last.code] in _PLACE_KINDS:
            return "", f"主体：“{last.word}{beyond[0]}”{NOT_LISTED}", False
        there = _FACILITY_BEHIND.match(before, last.end) if last else None
        if last and there and self.names.kinds[last.code] in _PLACE_KINDS:
            return "", f"主体：“{last.word}{there[0]}”{NOT_LISTED}", False
        two = of_two_places(before, last.end if last else 0)
        if two:
            return "", f"主体：“{two}”{NOT_LISTED}", False
        runs = _runs_on(self.names, before, found)
        if runs:
            return runs
        firm = _firm_alone(self.names, words)
        if firm:
            return "", f"主体：“{firm}”{NOT_LISTED}", False
        if last:
            together = listed_with(self.names, before, last)
            if together:
                return "", f"主体：“{together}”，是各自的还是合计的", False
            several = {item.code for item in found if item.start == last.start}
            return last.code, f"主体：“{last.word}”", len(several) == 1
        return self._entity_before(words, carried)

    def _entity_before(self, words: FigureWords, carried: Subject) -> tuple[str, str, bool]:
        """Return whose a figure is whose sentence names nobody: of whom was spoken before."""
        same = words.same
        last, goes_on = words.previous, _SAME_SUBJECT.search(words.sentence[: words.core])
        if last and not last.row["entity"] and NOT_LISTED in last.doubts["entity"] and goes_on:
            # 重庆口岸进出口3650亿元。其中，出口2000亿元
            return "", last.doubts["entity"], False
        speaker = _OF_A_FIRM.search(words.sentence[: words.core])
        if speaker and not same:
            firm = next(
                (
                    code
                    for code in (carried.entity, self.state.place)
                    if self.names.kinds.get(code) == "organisation"
                ),
                "",
            )
            return firm, f"主体：“{speaker['who']}”是哪一家", False
        if same or (carried.entity and goes_on):
            sure = bool(same and "entity" not in same.doubts)
            sure = sure or (self.one_place and carried.entity == self.state.place)
            return carried.entity, "主体：承前文", sure
        city = self._unknown_city(self.text.simplified[0])
        if city:
            return "", f"主体：“{city}”{NOT_LISTED}", False
        listed = words.begin and words.plain[words.begin - 1] in ";；"
        if listed and words.previous and words.previous.row["entity"] != self.state.place:
            # 物流枢纽园区2025年开行3000列；计划2026年开行3300列
            return words.previous.row["entity"], "主体：承前文", False
        of_a_firm = self.names.kinds.get(carried.entity) == "organisation"
        if carried.entity and words.begin and of_a_firm:
            return carried.entity, "主体：承前文", False
        if self.state.place:
            # 全国出口700万辆。新能源汽车200万辆: the nation's, or the place's
            of_it = not carried.entity or carried.entity == self.state.place
            why = f"主体：前文的“{self.state.place_word}”"
            return self.state.place, why, self.one_place and of_it
        office = _OFFICE.search(words.sentence[: words.core])
        if office:
            return "", f"主体：“{office[0]}”{NOT_LISTED}", False
        return "", "主体：看不出", False

    def _this_place(self, match: re.Match[str]) -> tuple[str, str, bool]:
        """Return what 全市, 我省, 全县 is: the place of the article, if it can be one."""
        place, kind = self.state.place, match["kind"]
        known = self.names.kinds.get(place, "")
        name = self.names.book.name(place) if place else ""
        fit = {
            "省": known == "province" and place not in _MUNICIPALITIES,
            "市": place in _MUNICIPALITIES,
            "自治区": known == "province",
            "县": known == "district" and name.endswith("县"),
            "区": name.endswith("区"),
        }.get(kind, False)
        if kind == "市" and known == "district":
            parent = dict(zip(*self._parents(), strict=True)).get(place, "")
            return parent, f"主体：“{match[0]}”，{self.state.place_word}所在的市", False
        if fit and kind == "区" and self.of_a_zone:
            return place, f"主体：“{match[0]}”，可能是园区", False
        if fit:
            return place, f"主体：“{match[0]}”，即{self.state.place_word}", True
        return "", f"主体：“{match[0]}”指哪里，表中没有", False

    def _parents(self) -> tuple[list[str], list[str]]:
        rows = self.names.book.table("entities")
        return list(rows["entity"]), list(rows["parent"])

    def _accumulation(self, row: Mapping[str, str]) -> str:
        """Return how a figure adds up, as far as its period or the book's rows say it."""
        if not row["period"]:
            return ""
        period = Period.parse(row["period"])
        if row["period"].startswith("../"):
            return "since_start"
        if row["measure"] == ANNUAL_AVERAGE:
            return "period"
        usual = self.names.usual.get(row["indicator"], Counter())
        if period.is_ytd or row["period"].endswith("-Q1"):
            return "ytd"
        for code, _ in usual.most_common():
            if code in ("period", "stock", "capacity"):
                return code
        return "period" if period.kind in ("year", "month", "quarter") else ""


def _firm_alone(names: Names, words: FigureWords) -> str:
    """Return a firm in a list of firms that no table has: 长安出口63.7万辆，庆铃0.9万辆."""
    found, same = _NAME_ALONE.fullmatch(words.segment), words.same
    if not (found and same and words.counted):
        return ""
    unlisted = NOT_LISTED in same.doubts.get("entity", "")
    if not unlisted and names.kinds.get(same.row["entity"]) != "organisation":
        return ""
    name = re.sub("(?:汽车|集团|股份)$", "", found[1])
    kinds = ("entities", "breakdowns", "indicators")
    # 新能源汽车 is no firm, 庆铃汽车 is one
    named = [item for kind in kinds for item in names.mentions(found[1], kind)]
    known = any(len(item.word) > 2 or item.start < len(name) for item in named)
    return "" if known or flow_of(name).first or _NO_NAME.search(found[1]) else found[1]


def _runs_on(names: Names, before: str, found: Sequence[Mention]) -> tuple[str, str, bool] | None:
    """Return whose trains on a route are where a place runs them: 涪陵区开行西部陆海新通道班列.

    They are neither all of the route nor, of a station of the place, all of the place.
    """
    if len(found) < 2 or names.kinds[found[-1].code] != "route":
        return None
    route = found[-1]
    places = [
        item
        for item in found
        if item.end <= route.start and names.kinds[item.code] not in ("route", "country")
    ]
    between = before[places[-1].end : route.start] if places else ","
    if re.search("[,，、；;]", between):
        return None
    whose = places[-1]
    station = _STATION.match(between)
    if station:
        return "", f"主体：“{whose.word}{station[0]}”{NOT_LISTED}", False
    runs = bool(_RUNS.search(between))
    if not runs and not _RUNS.search(before, route.end):
        return None
    return whose.code, f"主体：“{whose.word}”", runs


def _beside(words: FigureWords, indicator: Choice, part: str) -> Choice:
    """Return an indicator as what stands beside it leaves it: 出口汽车53万辆，出口额98亿美元."""
    # 出口102.4万辆；出口额1036.8亿元: nothing but the flow stands in the second
    bare = len(words.sentence[: words.core].strip()) <= _BARE_FLOW
    near = words.same or (words.previous if bare else None)
    return narrower(indicator, near, part) if near else indicator


def _of_statistics(read: _Reading, written: TextDate | None) -> When:
    """Return a period that is to be looked at where statistics cannot be of the month of the text.

    11月15日：今年以来，进出口6800亿元: those of November are not out.
    """
    when = read.when
    going_on = written and written.month < 12 and when.period == str(written.year)
    of_year = read.flow or read.words.item.measure == "yoy" or "全年" in when.why
    if going_on and of_year and read.status.code == "actual" and read.status.sure:
        return replace(when, why=f"{when.why}：这一年还没有过完", sure=False)
    since = written and "以来" in when.why and when.period.endswith(f"/{written.month_text}")
    if not (since and read.flow and written and written.day != 1 and written.month > 2):
        return when
    before = f"{when.period.partition('/')[0]}/{written.year}-{written.month - 1:02d}"
    return replace(when, why=f"{when.why}，到上月还是本月，没有写", sure=False, offered=(before,))


def _is_of_years(period: str) -> bool:
    """Return whether a period is of several years, of which none is year on year: 2020年以来."""
    known = period and not period.startswith(("/", "..")) and not period.endswith("..")
    return bool(known) and len(Period.parse(period).years) > 1


def _is_added(words: FigureWords, row: Mapping[str, str]) -> bool:
    """Return whether an amount may be what came to the one before: 进出口2860亿元，新增118亿元."""
    same = words.same.row if words.same else {}
    keys = ("indicator", "measure", "breakdown", "flow")
    alike = bool(row["indicator"]) and all(same.get(key) == row[key] for key in keys)
    return alike and row["measure"] == "level" and bool(_ADDED.match(words.said))


def _became(words: FigureWords) -> ArticleFigure | None:
    """Return the figure of which one is what it became: 由3200万元增至3500万元."""
    same, item = words.same, words.item
    if same and _BECAME.fullmatch(words.plain, same.seen.end, item.core):
        return same if counts_in(same.seen) & counts_in(item) else None
    return None


def _years_together(said: str, earlier: Sequence[NamedPeriod]) -> When | None:
    """Return the years that a total is of, which stand one by one before it: 后两年合计."""
    found = _YEARS.search(said)
    if not found:
        return None
    why = f"时期：“{found[0]}”"
    years: list[str] = []
    for item in earlier:
        named = each_of(item) or [item.period]
        if item.role == "is" and len(named[0]) == 4:
            years += [year for year in named if year not in years]
    count = int(found["count"]) if found["count"].isascii() else numeral(found["count"])
    if len(years) < count or (found["which"] not in ("前", "后") and len(years) != count):
        return When("", f"{why}，哪几年没有写", sure=False, passing=True)
    part = sorted(years)[:count] if found["which"] == "前" else sorted(years)[-count:]
    whole = int(part[-1]) - int(part[0]) == count - 1
    return When(f"{part[0]}/{part[-1]}" if whole else "", why, sure=False, passing=True)


def _is_release(paragraphs: Sequence[str], written: TextDate | None) -> bool:
    rates = [
        item
        for line in paragraphs[:8]
        for item in sightings(line, named_periods(line, written))
        if item.measure == "yoy"
    ]
    return len(rates) > 1


def _source(text: ArticleText) -> dict[str, str]:
    """Return the row of a new source: what the article says of itself, the rest open."""
    slug = re.sub("[^a-z0-9]+", "-", Path(text.name).stem.lower()).strip("-")
    if not re.search("[a-z]", slug):
        mark = digest("\n".join(text.paragraphs).encode())[:8]
        slug = f"article-{mark}"
    head = " ".join(text.simplified[:12])
    outlet = re.search(r"来源[:： ]\s?([^\s，,。)）]{2,16})", head)
    return {
        "source_id": slug,
        "title": re.sub(CELL, " ", text.title)[:100],
        "outlet": outlet[1] if outlet else "",
        "published": text.published,
    }
