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
    RATIOS,
    Choice,
    akin,
    breakdown_of,
    fits,
    flow_of,
    indicator_of,
    is_another,
    per_unit,
    unit_of,
    without_bases,
)
from cqbook.intake.article_figure import (
    ALTOGETHER,
    NOT_LISTED,
    ONLY_FLOW,
    Article,
    ArticleFigure,
    Subject,
    compared_with,
    counts_in,
    doubts_of,
)
from cqbook.intake.article_lists import SENTENCE, each_of, in_turn, sentence_of
from cqbook.intake.article_names import Mention, Names
from cqbook.intake.article_periods import (
    When,
    is_about,
    is_ahead,
    period_of,
    years_of,
)
from cqbook.intake.article_status import FigurePlace, is_aiming, status_read
from cqbook.intake.article_tables import (
    Cell,
    cells_of,
    fits_cell,
    is_part_of_above,
    sighting_of,
    when_of,
)
from cqbook.intake.article_text import CELL, ArticleText
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
    #: Of the table that is being read: its headings, and the unit that stands above it.
    header: tuple[str, ...] = ()
    #: What the row above is of: 其中：出口 is a part of it.
    above: Subject = field(default_factory=Subject)
    unit: re.Match[str] | None = None
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


_TABLE_UNIT = re.compile(r"单位[:：]\s?([^\s，。、;；)）]{1,6})")
_UNIT_ALONE = re.compile(r"[（(]?(?:计量|金额)?单位[:：][^。；]{1,24}[)）]?")
_THIS_PLACE = re.compile("(?:我|全|本|该)(?P<kind>省|市|区|县|州|盟|自治区)(?![场政委级])")
_UNKNOWN_CITY = re.compile("[一-鿿]{2,3}(?:市|州|盟)(?![场政委级民值])")
#: A zone that begins a clause, and of which it goes on to speak.
_ZONE = re.compile(
    "(?:^|[,，、；;])(?P<zone>(?![全各我该本])[一-鿿]{0,4}(?:高新区|经开区|开发区|新区|园区|综保区))[^,，；;]*$"
)
_PLACE_KINDS = ("province", "district")
#: Behind a place, a zone that has its name. Of its bonded zone there is a breakdown.
_ZONE_BEHIND = re.compile("(?:国家)?(?:高新区|经开区|开发区|新区|工业园|产业园|科学城|科创园|园区)")
_GIVES = re.compile("海关|统计局|协会|数据|发布|获悉|介绍|表示|消息")
#: The four of GB/T 2260: 全市 is said of them as of a province.
_MUNICIPALITIES = frozenset(f"CN-{code}" for code in (11, 12, 31, 50))
_PARTNER = re.compile(
    "(?:对|向|往|从|自|与|和|同|至|到|销往|出口到|进口自|通过|经|经由|走|利用|借助|依托|换到|融入|获评"
    "|入选|评为|支持|带动|服务|位于|来自|相比|高于|低于|占)$"
)
#: 全国第三, 全国排名: among all, of which the figure is not.
_OF_ALL = re.compile("第|首|前|排名|位次|占比|份额")
#: Whose it is is said behind: 长安汽车旗下的威致科技.
_OWNS = re.compile("旗下|所属|下属|分公司|口岸|海关|关区")
#: One of several, named as an example: 东站、T3B航站楼等183个项目.
_IN_LIST = re.compile("[^,，。；、等]{0,8}[、等]")
#: 价值, 货值: of the same goods as the figure before.
_WORTH = frozenset({"价值", "货值", "金额", "创汇"})
#: 100亿美元（约合人民币720亿元）: whoever wrote it converted it.
_CONVERTED = re.compile("[（(](?:大?约)?[折合]+(?:人民币)?(?:大?约)?$")
_UNKNOWN_THING = re.compile(
    "(?:一般公共预算|财政|税收|(?:[超短欠增减])收|[一-鿿]{1,8}(?:总额|总计|总产出|余额|利润|资产|指数|负债率|利润率|消费品零售|可支配收入|人口|常住人口"
    ")|[顺逆]差|均价|单价|货重|货值)"
    "[^,，。、；]{0,6}$"
)
#: Of what a figure is, right before it: 重箱率达99%, 铁水联运量增长三成, 建成区21平方公里.
_AMOUNT = re.compile(
    "(?:^|[^一-鿿])[^,，。；、0-9一-鿿]*([一-鿿]{0,8}?[一-鿿](?:率|量|额|费|[区]))"
    "(?:也|均|已|仍|则|又|再|为|达到?|超过?|突破|首次|实现|同比|环比|比上年|较上年|比去年|较去年|增长?|增加|下降|提高|提升|上升|减少|降低|降至?|升至?|近|约|逾|了)*$"
)
#: A time, and what the figure before was of too.
_AT_ANOTHER_TIME = re.compile(
    "[,，、 　]*(?:其中)?[^,，。；]{0,6}"
    "(?:全年|[0-9]+月(?:份|当月)?|当月|季度|上半年|下半年|年初以来|今年以来)(?:的|共|累计|总)?"
    "(?:出口|进口|进出口|产量|销量|销售|交付|生产|开行|发运|运输|零售|批发|完成|实现)+(?:量|额|总值|车辆|汽车)?"
    "(?:为|达到?|约|近|超过?|逾|突破)*"
)
#: Of the same thing as the figure before, or of a rate that has a measure of its own.
_SAME_AMOUNT = re.compile(
    "(?:总|数|单|增|减|全)[量额]$|(?:贡献|增长|完成|开工|进度|增速|增加|下降|负增长)率$"
    "|[省市全本该我各]区$|地区$|[占]比率$"
)
#: So many there are at an end, whatever was said of new ones before.
_IN_ALL_THERE_ARE = re.compile("[,，、；](?:截至)?(?:[年期月季]末|现有|共有|目前|总[数量])")
#: What was carried out of what is planned.
_DONE_OF = {"investment_planned": "investment_completed"}
#: Of a thing and not its amount, short as they are.
_PRICES = frozenset({"均价", "单价", "售价", "价格"})
#: 东盟连续5年: how long.
_LASTING = re.compile("(?:连续|已连续|持续|历时)$")
#: Letters before what opens a paragraph.
_OPENING = 3
#: Letters of 出口额达: what says nothing of the goods.
_BARE_FLOW = 5
_COUNT = "[两二三四五六七八九十0-9]{1,3}"
_OF_SEVERAL = re.compile(
    f"{_COUNT}(?:国|地|者|项|类|种|家|区|县|省|市|港|产品|商品|大类|种商品|个[^,，。；0-9]{{1,5}})?(?:合计|合占|共占|共计|相加|之和|总计)"
    f"|(?:{_COUNT}者|合计|合共|加起来|相加)[^,，。；0-9年]{{0,3}}(?:合?占|达|为|超)?$|合占|共占|合计占"
)
_YEARS = re.compile(
    f"(?P<which>前|后|近|这)?(?P<count>{_COUNT})年(?:间|来)?(?:合计|累计|共计?|总计|总和|相加|之和|加起来)"
)
#: Between what a thing was and what it became.
_BECAME = re.compile(
    "(?:以上|左右)?[,，]?(?:一路|逐年|稳步|大幅)?(?:增长?|上升|提高|提升|扩大|攀升|跃升|升|下降|减少?|回落|压缩|降低?|缩减)?"
    "(?:至|到)(?:约|近|超过?|逾)?"
)
#: What stands before the flow and is no part of the tables: 边境小额贸易进出口.
_PART_OF_TRADE = re.compile("(?:^|[,，。；、：:　 年月])([一-鿿]{2,10}?)(?:进出口|出口|进口)")
_NO_PART = re.compile(
    "其中|分别|依次|合共|双边|外贸|货物|累计|合计|当月|同期|[全我本该各][省市国区县州]|企业|[月年]|季度|总|主要|实现|完成|前|"
    "贸易方式|对|向|从|自|预计|力争|规模|占|的|口岸|海关|国内|单月|今|去|上|下|有|继续|成为|推动|促进"
)
#: A noun between two figures of a list.
_THING_ALONE = re.compile("[,，、；和及 ]?([一-鿿]{3,12})")
#: What says no more than the part that it follows: 东盟市场, 机电产品.
_ANY_THING = re.compile("市场|国家|地区|企业|产品|方面|方式|商品|货物|领域|行业|品牌|车型")
_ONE_WAY = re.compile("去程|回程|返程|上行|下行|进港|出港|进境|出境")
_NO_THING = re.compile(
    "价值|货值|金额|占|达|为|共|合计|累计|其中|实现|完成|约|超|增|降|同比|规模|总|其|比重|平均|当月|单月|分别|全|"
    "[年月日]|高|低|快|慢|拉动|贡献|较|比|由|从|至|到|近|逾|首|居|位|列|仅|已|将|再|又|有|是|在|了"
)
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
            self._look_for_place(line)
        self.state.about = self._subject_of(text.simplified[:4])

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

    def paragraph(self, number: int, plain: str) -> Iterator[ArticleFigure | Sighting]:
        """Yield what a paragraph has: figures, and what was left out."""
        self.state.unit = _TABLE_UNIT.search(plain) or self.state.unit
        if CELL in plain:
            yield from self._table_row(number, plain)
            return
        if not _UNIT_ALONE.fullmatch(plain):
            self.state.header = ()
        named = named_periods(plain, self.written)
        seen = sightings(plain, named)
        if self._is_heading(plain, seen):
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
        yield from in_turn(self.names, plain, named, made)
        self._remember(plain)

    def _names_one_place(self) -> bool:
        named = {
            item.code
            for line in self.text.simplified
            for item in self.names.mentions(without_bases(line), "entities")
            if self.names.kinds[item.code] in ("province", "district")
        }
        return len(named) == 1 and not any(
            city not in self.names.words["entities"]
            for line in self.text.simplified[:4]
            for city in _UNKNOWN_CITY.findall(line)
        )

    def _table_row(self, number: int, plain: str) -> Iterator[ArticleFigure | Sighting]:
        """Yield the figures of a row of a table, each by its row's and its column's heading."""
        found = cells_of(plain, self.state.header)
        if not found:
            self.state.header = tuple(plain.split(CELL))
            self.state.above = Subject()
            return
        row = Subject() if not is_part_of_above(found[0].label) else self.state.above
        for cell in found:
            seen = sighting_of(cell, self.state.unit[1] if self.state.unit else "")
            if seen.figure is None:
                yield seen
                continue
            row, figure = self._cell(number, cell, seen, row)
            yield figure
        if not is_part_of_above(found[0].label):
            self.state.above = row

    def _cell(
        self, number: int, cell: Cell, seen: Sighting, row: Subject
    ) -> tuple[Subject, ArticleFigure]:
        """Return a cell as a figure, and what its row is of now: 同比 is of what is before it."""
        said, figure = cell.headings, seen.figure
        if figure is None:
            msg = "a cell without a figure"
            raise ValueError(msg)
        indicator = indicator_of(self.names, said, len(said), len(said), 0, (figure.unit,))
        if not indicator.first and row.indicator.first and fits_cell(self.names, row, figure.unit):
            indicator = Choice(row.indicator.codes, "指标：承同一行", sure=False)
        word_at = indicator.word
        taken = [(word_at.start, word_at.end)] if word_at and len(word_at.word) > 3 else []
        part = breakdown_of(self.names, said, indicator.first, taken)
        flow, why_flow = self._flow(indicator.first, said, replace(row, indicator=indicator), "")
        about = when_of(cell, self.state.about, self.written)
        entity, why_entity, sure_entity = self._place_of_row(cell.label)
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
            "unit": figure.unit,
            "qualifier": figure.qualifier,
            "status": "actual",
            "as_printed": self.text.paragraphs[number - 1][seen.start : seen.end],
        }
        made["accumulation"] = self._accumulation(made)
        why = {"indicator": indicator.why, "flow": why_flow, "breakdown": part.why}
        why |= {"period": about.why if about else "", "measure": seen.reasons[0]}
        sure = {"indicator": indicator.sure, "entity": sure_entity}
        sure |= {"period": bool(about and about.sure), "breakdown": part.sure}
        doubts = doubts_of(seen, made, sure, {"entity": why_entity} | why)
        offered = {"indicator": indicator.codes[1:]} if indicator.codes[1:] else {}
        of_row = Subject(indicator, flow, made["breakdown"]) if indicator.first else row
        return of_row, ArticleFigure(number, seen, made, why, doubts, offered)

    def _place_of_row(self, label: str) -> tuple[str, str, bool]:
        """Return whose a row of a table is: the place that its heading is, or the article's."""
        plain = label.strip("#＃ 　")
        for item in self.names.mentions(plain, "entities"):
            if item.word == plain:
                return item.code, f"主体：“{label}”", True
        return self.state.place, f"主体：前文的“{self.state.place_word}”", self.one_place

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
        previous = made[-1] if made else None
        begin = sentence_of(plain, item.core)
        stop = SENTENCE.search(plain, item.end)
        end = stop.start() if stop else len(plain)
        same = previous if previous and previous.seen.core >= begin else None
        # 东盟连续5年为最大贸易伙伴，贸易额…: how long takes no words from what follows
        last = same
        while last and _LASTING.search(plain[begin : last.seen.core]):
            earlier = [one for one in made if begin <= one.seen.core < last.seen.core]
            last = earlier[-1] if earlier else None
        floor = (last.seen.end if last else begin) - begin
        blank = without_bases(plain[begin:end])
        core, behind_at = item.core - begin, item.end - begin
        # 占…的 stands before the figure itself: what is compared with is not its subject
        segment = blank[floor:core]
        carried = self.state.subject
        indicator = self._indicator(
            plain[begin:end], blank, core, behind_at, floor, item, carried, same
        )
        behind = re.split("[,，。；;、（(]", blank[behind_at : behind_at + 14])[0]
        counted = bool(item.units) and Unit.parse(item.units[0]).name not in RATIOS
        unit = unit_of(self.names, item.units, indicator.first, segment, behind)
        unit = per_unit(unit, blank[:core], same.row["unit"] if same else "")
        if indicator.first and self._is_of_another(indicator, unit.first, segment, same):
            indicator = Choice(("", *indicator.codes)[: OFFERED + 1], "", sure=False)
        if not item.units and item.measure == "level":
            # 2100万票: in a unit that no table has, nobody knows that it is the same
            indicator = replace(indicator, sure=False)
        figure = item.figure
        row = self._blank_row()
        own = segment + ("　" + behind if counted else "")
        flow, why_flow = self._flow(indicator.first, segment, carried, behind)
        if same and not (indicator.first or same.row["indicator"] or flow or counted):
            flow, why_flow = same.row["flow"], "流向：承同句前一数"
        taken = _places(indicator.word, floor, core) if indicator.word else []
        taken += self._places_of_names(own)
        breakdown = breakdown_of(self.names, own, indicator.first, taken)
        # 出口102.4万辆；出口额1036.8亿元: nothing but the flow stands in the second
        near = same or (previous if len(plain[begin : item.core].strip()) <= _BARE_FLOW else None)
        if near:
            indicator = _narrower(indicator, near, breakdown.first)
        changed = not (indicator.word and indicator.word.word in _WORTH) and bool(
            breakdown.first
            or flow_of(segment).first
            or (indicator.word and indicator.word.start >= floor and indicator.sure)
        )
        part = breakdown.first if changed or not carried else carried.breakdown
        # 出口机电产品5亿元；劳动密集型产品3亿元: another part, and no table has it
        own_part = changed and not _ONE_WAY.search(segment)
        other = "" if own_part or not part else self._unknown_noun(segment)
        # a part of one thing is none of another, and what no table has is no part of anything
        same_goods = indicator.first and akin(indicator.first, carried.indicator.first)
        part = "" if other else part if same_goods else breakdown.first
        # 深蓝汽车12月交付3.5万辆，全年交付33.3万辆: of the same part, at another time
        again = same or (previous if plain[begin - 1 : begin] in (";", "；") else None)
        again = again if again and _AT_ANOTHER_TIME.fullmatch(segment) else None
        again = again if again and again.row["indicator"] == indicator.first else None
        part = part or (again.row["breakdown"] if again else "")
        entity, why_entity, sure_entity = self._entity(
            plain, begin, item.core, blank, carried, same
        )
        name = Unit.parse(item.units[0]).name if item.units else ""
        spot = FigurePlace(plain, begin, item.core, item.end, self.cores, name, item.measure)
        status, why_status = status_read(spot)
        if re.match("(?:的)?(?:[^,，。；]{0,4})目标", plain[item.end : item.end + 8]):
            status, why_status = "target", "性质：“目标”"
        if item.base == OF_PLANS:
            status, why_status = "actual", ""
        if not same:
            self.state.same = None
        when = period_of(
            spot, named, self.state.same, self.state.carried,
            self.written, status,
        )  # fmt: skip
        if not when.passing:
            self.state.same = when
        if item.measure == ANNUAL_AVERAGE:
            when = years_of(when, [place for place in named if begin <= place.start < item.core])
        became = same if same and _BECAME.fullmatch(plain, same.seen.end, item.core) else None
        if became and counts_in(became.seen) & counts_in(item):
            # 户均出口由3200万元增至3500万元: of the same thing
            indicator = replace(
                indicator, codes=(became.row["indicator"], *indicator.codes[1:]),
                sure="indicator" not in became.doubts, why="指标：承同句前一数",
            )  # fmt: skip
            flow, part, entity = (became.row[key] for key in ("flow", "breakdown", "entity"))
            unit = unit_of(self.names, item.units, indicator.first, segment, behind)
        said = plain[begin + floor : item.core]
        several = _OF_SEVERAL.search(said)
        part = "" if several else part
        together = _years_together(said, [place for place in named if place.start < item.core])
        when = together or when
        ahead = status == "actual" and is_ahead(when.period, self.written)
        if ahead and self.state.aiming:
            status, why_status = "target", f"性质：标题“{self.state.aiming}”"
        elif ahead:
            why_status = "这段时期还没有过完：是计划、目标还是预计，没有写"
        row |= {
            "locator": f"{self.state.heading or self.text.title} ¶{number}"[:120],
            "indicator": indicator.first,
            "entity": entity,
            "period": when.period,
            "breakdown": part,
            "flow": flow,
            "measure": item.measure,
            "base": compared_with(item, when.period),
            "value": figure.value if figure else "",
            "value_upper": figure.value_upper if figure else "",
            "unit": unit.first if item.units else (figure.unit if figure else ""),
            "qualifier": figure.qualifier if figure else "",
            "status": status,
            "as_printed": self.text.paragraphs[number - 1][item.start : item.end],
        }
        row["accumulation"] = self._accumulation(row)
        if _CONVERTED.search(plain[: item.core]):
            row["basis"] = "converted"
        elif self.customs and row["flow"] and row["indicator"] in ("trade_value", "trade_quantity"):
            row["basis"] = "customs"
        why = {
            "indicator": indicator.why,
            "entity": why_entity,
            "period": when.why,
            "flow": why_flow,
            "breakdown": breakdown.why if changed else "细分：承前文" if part else "",
            "unit": unit.why,
            "status": why_status,
            "measure": "；".join(item.reasons),
        }
        doubts = doubts_of(item, row, {
            "indicator": indicator.sure, "entity": sure_entity, "period": when.sure,
            "unit": unit.sure, "breakdown": breakdown.sure or not part, "status": not ahead,
        }, why)  # fmt: skip
        if again and part and not breakdown.first:
            doubts["breakdown"] = "细分：承前一数，时期另起"
        if several:
            doubts["breakdown"] = f"细分：“{several[0]}”，是{ALTOGETHER}"
        elif same and not changed and part == same.row["breakdown"]:
            # what was doubted there is here: 泰国榴莲5.2亿元，占六成
            before = same.doubts.get("breakdown", "")
            if ALTOGETHER in before or NOT_LISTED in before:
                doubts["breakdown"] = before
        strange = other or self._unknown_part(indicator.first, segment)
        strange = strange or self._unknown_tail(indicator.first, segment)
        if strange:
            doubts["breakdown"] = f"细分：“{strange}”{NOT_LISTED}"
        elif (
            same
            and not part
            and indicator.first in (same.row["indicator"], "")
            and NOT_LISTED in same.doubts.get("breakdown", "")
        ):
            doubts["breakdown"] = same.doubts["breakdown"]
        offered = {
            column: choice.codes[1:]
            for column, choice in (
                ("indicator", indicator), ("unit", unit), ("breakdown", breakdown),
            )
            if choice.codes[1:]
        }  # fmt: skip
        if when.offered and when.period not in when.offered:
            offered["period"] = when.offered
        self.state.subject = Subject(
            indicator, flow, part, entity,
            When(when.period, "时期：承前文", sure=False) if when.sure else carried.when,
            item.units,
        )  # fmt: skip
        return ArticleFigure(
            number, item, row, {key: text for key, text in why.items() if text}, doubts, offered
        )

    def _is_of_another(
        self, indicator: Choice, unit: str, segment: str, same: ArticleFigure | None
    ) -> bool:
        """Return whether a figure is of another thing than the indicator that its words name."""
        known = self.names.units.get(indicator.first, ())
        if "/" in unit and not any("/" in name for name in known):
            return True
        # 铁矿砂1286万吨，均价812元: the only price that the book has is that of cars
        priced = indicator.word and indicator.word.word in _PRICES
        if same and priced:
            before, here = (
                code.partition("_")[0] for code in (same.row["indicator"], indicator.first)
            )
            return before != here
        return is_another(segment, indicator)

    def _unknown_noun(self, segment: str) -> str:
        """Return a thing that the words of a figure alone are, where no table has it."""
        way = _ONE_WAY.search(segment)
        if way and not self.names.mentions(way[0], "breakdowns"):
            # 去程2600列、回程2400列: of each way, and not of both
            return way[0]
        found = _THING_ALONE.fullmatch(segment)
        if not found or _NO_THING.search(found[1]):
            return ""
        kinds = ("entities", "breakdowns", "indicators")
        named = [item for kind in kinds for item in self.names.mentions(found[1], kind)]
        # 产品 names nothing
        known = any(item.resource != "indicators" or len(item.word) > 2 for item in named)
        return "" if known else found[1]

    def _unknown_letters(self, words: str) -> str:
        """Return words without the names that the tables have."""
        for kind in ("entities", "breakdowns", "indicators"):
            for item in self.names.mentions(words, kind):
                words = words[: item.start] + " " * len(item.word) + words[item.end :]
        return words.replace(" ", "")

    def _unknown_tail(self, indicator: str, segment: str) -> str:
        """Return a thing that stands behind a part, and in no table: 榴莲 of 泰国榴莲."""
        parts = self.names.mentions(segment, "breakdowns")
        if not parts or indicator not in ("trade_value", "trade_quantity"):
            return ""
        tail = segment[parts[-1].end :]
        plain = re.fullmatch("[一-鿿]{2,6}", tail) and not _NO_THING.search(tail)
        known = (
            self._unknown_letters(tail) != tail or _ANY_THING.search(tail) or flow_of(tail).first
        )
        return tail if plain and not known else ""

    def _unknown_part(self, indicator: str, segment: str) -> str:
        """Return what a figure of trade is of, where it is named and in no table."""
        if indicator not in ("trade_value", "trade_quantity"):
            return ""
        for found in _PART_OF_TRADE.finditer(segment):
            word = found[1]
            if _NO_PART.search(word):
                continue
            # 综保区保税进口, 汽车零部件出口: what is left when all that is known is taken away
            if len(self._unknown_letters(word)) > 1:
                return word
        return ""

    def _indicator(
        self,
        plain: str,
        blank: str,
        core: int,
        behind: int,
        floor: int,
        item: Sighting,
        carried: Subject,
        same: ArticleFigure | None,
    ) -> Choice:
        """Return the indicator that the figure's own words name, or else that of the one before."""
        if item.measure == "rank" or not item.units:
            units: tuple[str, ...] = ("percent",)
        else:
            units = item.units
        ratio = Unit.parse(units[0]).name in RATIOS
        usual = self.names.usual_for(units)
        if ratio and same:
            own = blank[floor:core]
            fresh = indicator_of(self.names, own, core - floor, core - floor, 0, units)
            if not fresh.codes and self._is_unknown_thing(plain[floor:core]):
                return Choice(("",), "", sure=False)
            word = fresh.word.word if fresh.word else ""
            if len(word) <= 2 and word not in _PRICES:
                # 铁矿砂1286.4万吨，减少3.2%: what no table has is none in its rate either
                return Choice(
                    (same.row["indicator"], *fresh.codes[:2]),
                    "指标：承同句前一数",
                    sure=bool(same.row["indicator"]),
                )
            return replace(fresh, word=_moved(fresh.word, floor))
        found = indicator_of(self.names, blank, core, behind, floor, units)
        if item.measure in ("contribution_rate", "contribution_points"):
            # 对工业增长的贡献率: what grew, where the clause names nothing else
            clause = max(plain.rfind(sign, 0, core) + 1 for sign in ",，、；")
            named = indicator_of(self.names, blank[clause:core], core - clause, behind, 0, units)
            base = indicator_of(self.names, plain[clause:core], core - clause, behind, 0, units)
            found = replace(named if named.codes else base, word=None)
        balance = re.search("[顺逆]差[^,，。；]{0,4}$", plain[floor:core])
        stated = found.word and found.word.end > floor
        unknown = self._is_unknown_thing(plain[floor:core])
        if found.codes and not stated and _IN_ALL_THERE_ARE.match(plain, floor):
            # 新增企业210家，年末168家: no new ones
            found = replace(found, sure=False)
        if found.codes and not stated and found.first in _DONE_OF and "完成" in plain[floor:core]:
            # 计划投资75亿元，完成61亿元
            return Choice((_DONE_OF[found.first], *found.codes)[: OFFERED + 1], "", sure=False)
        if found.codes and not balance and (stated or not unknown):
            return replace(found, codes=tuple(dict.fromkeys((*found.codes, *usual)))[: OFFERED + 1])
        before = carried.indicator.first
        if balance or unknown:
            # 利润总额, 资产负债率: named, and in no table
            return Choice(("", *usual), "", sure=False)
        if before and (ratio or fits(self.names, before, units)):
            codes = tuple(dict.fromkeys((before, *usual)))[: OFFERED + 1]
            return Choice(codes, "指标：承前文", sure=False)
        # nothing names it: what the book has most often in this unit is offered, not taken
        return Choice(("", *usual), "", sure=False)

    def _is_unknown_thing(self, segment: str) -> bool:
        """Return whether words say what a figure is, and no table has it: 利润总额, 重箱率."""
        if _UNKNOWN_THING.search(segment):
            return True
        found = _AMOUNT.search(segment)
        if not found or _SAME_AMOUNT.search(found[1]):
            return False
        kinds = ("indicators", "breakdowns")
        return not any(
            item.end == len(found[1])
            for kind in kinds
            for item in self.names.mentions(found[1], kind)
        )

    def _flow(self, indicator: str, segment: str, carried: Subject, behind: str) -> tuple[str, str]:
        known = self.names.flows.get(indicator, Counter())
        if not indicator and not re.search("[市省区县岸]$", segment):
            # a thing that no table has, and its flow: 进口原油1510万吨
            found = flow_of(segment)
            return (found.first, found.why) if found.first in ("export", "import") else ("", "")
        if not known or known[""] * 2 > known.total():
            return "", ""
        found = flow_of(segment)
        if not found.first and indicator not in ("trade_value", "trade_quantity"):
            found = flow_of(behind)
        of_trade = indicator in ("trade_value", "trade_quantity")
        if found.first and (found.first in known or of_trade):
            return found.first, found.why
        if len(known) == 1 and not (of_trade and carried.flow):
            # what the book has of deliveries are exports: of others nobody says so
            only = next(iter(known))
            name = self.names.book.lookup("indicators", "indicator", indicator) or ""
            return (only, ONLY_FLOW) if flow_of(name).first == only else ("", "")
        same = indicator == carried.indicator.first or indicator.startswith("trade_")
        if same and carried.flow and (carried.flow in known or of_trade):
            return carried.flow, "流向：承前文"
        if "" not in known:
            return "total", "流向：未写进口、出口"
        return "", ""

    def _entity(
        self,
        plain: str,
        begin: int,
        core: int,
        blank: str,
        carried: Subject,
        same: ArticleFigure | None,
    ) -> tuple[str, str, bool]:
        """Return whose figure it is, why, and whether its sentence says so."""
        before = blank[: core - begin]
        found = []
        for item in self.names.mentions(before, "entities"):
            kind = self.names.kinds[item.code]
            if kind == "country" and item.code != "CN":
                continue
            if item.code == "CN" and _OF_ALL.match(blank, item.end):
                continue
            opens = not item.start or re.search("[,，、：:年月份度]$", before[: item.start])
            if item.word in ("全国", "我国") and not opens:
                continue
            if _GIVES.match(blank[item.end : item.end + 4]) or _PARTNER.search(
                before[: item.start]
            ):
                continue
            if _IN_LIST.match(blank[item.end :]) or _OWNS.match(blank[item.end :]):
                continue
            if item.word.endswith("海关"):
                continue
            if (
                kind in ("group", "event", "bloc")
                and item.start > 0
                and before[item.start - 1] == "在"
            ):
                continue
            found.append(item)
        here = [(match.start(), match) for match in _THIS_PLACE.finditer(before)]
        last = found[-1] if found else None
        zone = _ZONE.search(before, last.end if last else 0)
        if zone and not self.names.mentions(zone["zone"], "entities"):
            return "", f"主体：“{zone['zone']}”{NOT_LISTED}", False
        if here and (not last or here[-1][0] > last.start):
            return self._this_place(here[-1][1])
        beyond = _ZONE_BEHIND.match(before, last.end) if last else None
        if last and beyond and self.names.kinds[last.code] in _PLACE_KINDS:
            return "", f"主体：“{last.word}{beyond[0]}”{NOT_LISTED}", False
        if last:
            several = {item.code for item in found if item.start == last.start}
            return last.code, f"主体：“{last.word}”", len(several) == 1
        if same or (carried.entity and _SAME_SUBJECT.search(plain[begin:core])):
            sure = bool(same and "entity" not in same.doubts)
            sure = sure or (self.one_place and carried.entity == self.state.place)
            return carried.entity, "主体：承前文", sure
        city = _UNKNOWN_CITY.search(self.text.simplified[0])
        if city and city[0] not in self.names.words["entities"]:
            return "", f"主体：“{city[0]}”不在表中", False
        if carried.entity and begin and self.names.kinds.get(carried.entity) == "organisation":
            return carried.entity, "主体：承前文", False
        if self.state.place:
            return self.state.place, f"主体：前文的“{self.state.place_word}”", self.one_place
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

    def _places_of_names(self, words: str) -> list[tuple[int, int]]:
        """Return where organisations and parks stand: 长安汽车 is no brand, 西永综保区 no zones."""
        kinds = ("organisation", "park", "project")
        return [
            (item.start, item.end)
            for item in self.names.mentions(words, "entities")
            if self.names.kinds[item.code] in kinds
        ]


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


def _narrower(indicator: Choice, same: ArticleFigure, part: str) -> Choice:
    """Return a choice doubted where all trade would follow a part of it.

    出口汽车53万辆，出口额98亿美元: the second is of the cars, though no word says so.
    """
    before = same.row["indicator"]
    if before == indicator.first and "indicator" in same.doubts:
        # what was doubted there is here
        codes = tuple(dict.fromkeys((before, *same.offered.get("indicator", ()))))
        return replace(indicator, codes=codes, why=same.doubts["indicator"], sure=False)
    trade = ("trade_value", "trade_quantity")
    if indicator.first not in trade or before in ("", *trade) or part:
        return indicator
    near = ("auto_exports_value", "auto_trade_value") if before.startswith("auto_") else ()
    codes = tuple(dict.fromkeys((indicator.first, *near, *indicator.codes[1:])))[: OFFERED + 1]
    return replace(
        indicator, codes=codes, why=f"{indicator.why}，也可能只是前一数所指的", sure=False
    )


def _moved(word: Mention | None, by: int) -> Mention | None:
    return replace(word, start=word.start + by, end=word.end + by) if word else None


def _places(word: Mention, floor: int, core: int) -> list[tuple[int, int]]:
    """Return where the indicator's own word stands in the segment and what follows it."""
    if word.start >= core:
        shift = core - floor + 1
        return [(word.start - core + shift, word.end - core + shift)] if len(word.word) > 3 else []
    return [(word.start - floor, word.end - floor)] if len(word.word) > 3 else []


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
