"""Of which part a figure of an article is, and what its words name that no table has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cqbook.data.vocabulary import FLOWS_ZH
from cqbook.intake.article_choices import Choice, akin, breakdown_of, flow_of
from cqbook.intake.article_figure import ALTOGETHER, NOT_LISTED, ArticleFigure, Subject
from cqbook.intake.article_names import Mention, Names, blanked
from cqbook.intake.article_words import FigureWords

#: 价值, 货值: of the same goods as the figure before.
WORTH = frozenset({"价值", "货值", "金额", "创汇"})
_UNKNOWN_THING = re.compile(
    "(?:利润率?|利税|毛利率?|净利率?|一般公共预算|财政|税收|(?:[超短欠增减])收|[一-鿿]{1,8}(?:总额|总计|总产出|余额|利润|资产|指数|负债率|利润率|消费品零售|可支配收入|人口|常住人口"
    ")|[顺逆]差|缺口|均价|单价|货重|货值)"
    "[^,，。、；]{0,6}$"
)
#: 货物进出口差额（出口减进口）2758亿元, 实现顺差约2758亿元: neither exports nor imports.
_BALANCE = re.compile(
    "(?:[顺逆入出]差(?!旅)|(?:贸易|进出口|收支|货物|服务|外贸)[^,，。；]{0,4}(?:差额|差值)|净出口|净进口|出超|入超)[^,，。；（(]{0,6}"
    "(?:[（(][^）)]*[）)])?[^,，。；（(]{0,6}$"
)
#: Of what a figure is, right before it: 重箱率达99%, 铁水联运量增长三成, 建成区21平方公里.
_AMOUNT = re.compile(
    "(?:^|[^一-鿿])[^,，。；、0-9一-鿿]*([一-鿿]{0,8}?[一-鿿](?:率|量|额|费|[区]))"
    "(?:也|均|已|仍|则|又|再|为|达到?|超过?|突破|首次|实现|同比|环比|比上年|较上年|比去年|较去年|增长?|增加|下降|提高|提升|上升|减少|降低|降至?|升至?|近|约|逾|了)*$"
)
#: Of the same thing as the figure before, or of a rate that has a measure of its own.
_SAME_AMOUNT = re.compile(
    "(?:总|数|单|增|减|全)[量额]$|(?:增[加长]|减少|下降)额$|(?:贡献|增长|完成|开工|进度|增速|增加|下降|负增长)率$"
    "|[省市全本该我各]区$|地区$|[占]比率$"
)
#: A time, and what the figure before was of too.
_AT_ANOTHER_TIME = re.compile(
    "[,，、 　]*(?:其中)?[^,，。；]{0,6}"
    "(?:全年|[0-9]+月(?:份|当月)?|当月|季度|上半年|下半年|年初以来|今年以来)(?:的|共|累计|总)?"
    "(?:出口|进口|进出口|产量|销量|销售|交付|生产|开行|发运|运输|零售|批发|完成|实现)+(?:量|额|总值|车辆|汽车)?"
    "(?:为|达到?|约|近|超过?|逾|突破)*"
)
COUNT = "[两二三四五六七八九十0-9]{1,3}"
_OF_SEVERAL = re.compile(
    f"{COUNT}(?:国|地|者|项|类|种|家|区|县|省|市|港|产品|商品|大类|种商品|个[^,，。；0-9]{{1,5}})?(?:合计|合占|共占|共计|相加|之和|总计)"
    f"|(?:{COUNT}者|合计|合共|加起来|相加)[^,，。；0-9年]{{0,3}}(?:合?占|达|为|超)?$|合占|共占|合计占"
)
#: What stands before the flow and is no part of the tables: 边境小额贸易进出口.
_PART_OF_TRADE = re.compile("(?:^|[,，。；、：:　 年月])([一-鿿]{2,10}?)(?:进出口|出口|进口)")
_NO_PART = re.compile(
    "其中|分别|依次|合共|双边|外贸|货物|累计|合计|当月|同期|[全我本该各][省市国区县州]|企业|[月年]|季度|总|主要|实现|完成|前|"
    "贸易方式|对|向|从|自(?!行)|预计|力争|规模|占|的|口岸|海关|国内|单月|今|去|上|下|有|继续|成为|推动|促进"
)
#: 对美出口: a country by one letter.
_LETTER = re.compile(
    "(?<![应相针绝面])(?:对|自|从|向|输)[美欧日韩俄德英法印越泰澳加台港非拉](?=汽车|进出口|出口|进口|贸易)"
)
#: With whom trade is, before its flow; and who is anybody.
_PARTNER = re.compile("(?<![针面相绝应])(?:对|(?<!各)自|向)([一-鿿]{2,8})$")
_ANYBODY = re.compile(
    "^外|国外|境外|海外|全球|世界|各国|上年|去年|同期|今年|年初|此|其|我|去|[省市区县]$"
)
#: A noun between two figures of a list.
_THING_ALONE = re.compile("[,，、；和及 ]?([一-鿿]{3,12}|[空海陆航管驳][运道])")
#: A branch, and which way it went: 食品产业下降6.4%.
_THING_THAT_GREW = re.compile(
    "[,，、；和及 ]?([一-鿿]{1,9}[业品])(?:同比|环比)?"
    "(?:增长|增加|下降|减少|上升|回落|下滑|[增降])(?:了|近|约|超)?"
)
#: What says no more than the part that it follows: 东盟市场, 机电产品.
_ANY_THING = re.compile("市场|国家|地区|企业|产品|方面|方式|商品|货物|领域|行业|品牌|车型")
_ONE_WAY = re.compile("去程|回程|返程|上行|下行|进港|出港|进境|出境")
_NO_THING = re.compile(
    "价值|货值|金额|占|达|为|共|合计|累计|其中|实现|完成|约|超|增|降|同比|规模|总|其|比重|平均|当月|单月|分别|全|"
    "[年月日]|高|低|快|慢|拉动|贡献|较|比|由|从|至|到|近|逾|首|居|位|列|仅|已|将|再|又|有|是|在|了"
)
_TRADE = ("trade_value", "trade_quantity")
#: Letters of 产量, 投资: of whatever stands before them.
_SHORT = 2
#: What is counted in money, cars, weight is counted of something: 高技术产业实际使用外资. Projects
#: and firms are named by what they are.
_OF_A_THING = frozenset({"currency", "vehicles", "mass", "power", "energy"})
_OF_GOODS = frozenset({"export_volume", "product_output"})
#: What is measured of any branch or goods: a loan, a price, an order is of one as it is named.
_MEASURED = re.compile(
    "(?:出口|进口|[产销]量|销售|产值|增加值|投资|外资|收入|营收|[量值额]|发运|交付|生产|产)$"
)
#: Behind which its goods stand: 出口榨菜, 销售拖拉机.
_FLOWS_TO = re.compile("(?:出口|进口|销售|生产|发运|交付)$")
#: What is said beside the name of an indicator and names no part of it.
_NAMES_NOTHING = re.compile(
    "(?:达产|投产|建成|竣工|投用)后|全面建成|[川成]渝|[全我本该各][省市区县国州]|[一-鿿]{0,2}新区|高新区|经开区|开发区|综保区|园区|今年|去年|上年|明年|[上下]半年|"
    "[前第]?[一二三四两首]个?季度?|以来|当[月年季地]|同期|全年|年[度均累产]|单月|累计|合计|总计|共计|实现|完成|达到?|其中|同时|此外|期间|"
    "规模以上|规上|主要|地区|现价|预计|预期|力争|有望|可望|目前|[仅已也可能会]|项目|企业|公司|工程|工业|方面|规模|市场|分别|依次|总[量额值]|"
    "进出口|出口|进口|外贸|货物|新增|国内|海外|全球|贸易|突破|超过|首次|跃升|陆续|先后|努力|稳步|持续|目标|任务|重大|重点|领域|市级|投资|协议|合同|[首一二三]期|计划|每|"
    "[〇零一二三四五六七八九十]|[年月日季度的和与及等按将共总约近超逾为在对向从自由至到均则仍又再并还使让了着过]"
)
_CARS = "汽车|整车|车辆"
#: Goes with the name of a part: 汽车制造业, 机电产品.
_GOES_WITH_A_PART = re.compile("产业|制造业|行业|业|产品|类|集群|领域|商品|货物|整车|企业")


@dataclass(frozen=True)
class FigurePart:
    """Of which part a figure is.

    ``code``: as `breakdowns` has it; ``named``: what its own words name. ``changed``: whether they
    name anything, so that what stands before says nothing of it. ``unlisted``: a thing that they
    name and no table has; ``again``: the figure before, of which it is the same at another time.
    ``taken_on``: it is that of the figure before, of which another thing is told.
    """

    code: str
    named: Choice
    changed: bool
    unlisted: str
    again: ArticleFigure | None
    taken_on: bool = False

    @property
    def why(self) -> str:
        """What it was read from."""
        return self.named.why if self.changed else "细分：承前文" if self.code else ""


def named_part(names: Names, words: FigureWords, indicator: Choice) -> Choice:
    """Return the part that the words of a figure name themselves."""
    taken = _places(indicator.word, words.floor, words.core) if indicator.word else []
    taken += _places_of_names(names, words.own)
    return breakdown_of(names, words.own, indicator.first, taken)


def part_of(
    names: Names, words: FigureWords, indicator: Choice, named: Choice, before: Subject
) -> FigurePart:
    """Return of which part a figure is, by its own words or by what was spoken of before."""
    worth = indicator.word is not None and indicator.word.word in WORTH
    worth = worth or _is_worth_of(words)
    if not words.same and any(
        item.code.startswith("route=") for item in names.mentions(words.segment, "breakdowns")
    ):
        # 中欧班列…。经西部陆海新通道货值增长10%: of no trains
        worth = False
    changed = not worth and bool(
        named.first
        or flow_of(words.segment).first
        or (indicator.word and indicator.word.start >= words.floor and indicator.sure)
    )
    code = named.first if changed else before.breakdown
    # 出口机电产品5亿元；劳动密集型产品3亿元: another part, and no table has it
    one_way = bool(_ONE_WAY.search(words.segment))
    own = changed and not one_way
    unlisted = "" if own or not (code or one_way) else _unknown_noun(names, words.segment)
    # a part of one thing is none of another, and what no table has is no part of anything
    same_goods = worth or (indicator.first and akin(indicator.first, before.indicator.first))
    code = "" if unlisted else code if same_goods else named.first
    code = code or _route_before(names, words, indicator.first)
    projects = "" if code or unlisted else _of_those_projects(words, indicator.first)
    if projects:
        listed = indicator.first == "investment_planned" and words.segment.startswith("、")
        sure = listed or indicator.first == "contract_value"
        return FigurePart(projects, named, False, unlisted, None, taken_on=not sure)
    again = _again(words, indicator.first)
    if _WITHOUT.search(words.sentence[: words.core]):
        return FigurePart("", named, changed, unlisted, again)
    carried = "" if code or unlisted else _taken_on(words, indicator.first)
    if carried:
        sure = _is_share_of_trade(words)
        return FigurePart(carried, named, changed and not sure, unlisted, again, taken_on=not sure)
    return FigurePart(
        code or (again.row["breakdown"] if again else ""), named, changed, unlisted, again
    )


#: 笔记本电脑出口3125.6万台，出口额1521.5亿元: what those are worth.
_ITS_WORTH = re.compile(
    "[,，、和](?:其)?(?:出口|进口)(?:额|值|金额)(?:也|同比|达到?|为|约|近|超过?|逾)*"
)


#: By what trade and cars are divided.
_OF_WHOM = ("enterprise=", "partner=", "product=", "regime=", "vehicle=")


def _taken_on(words: FigureWords, indicator: str) -> str:
    """Return the part of the figure before, where nothing but another flow is said of it.

    对东盟进出口1320亿元，其中出口760亿元; 新能源汽车产量130万辆，出口15万辆.
    """
    last = words.same.row if words.same else {}
    part = last.get("breakdown", "")
    if not part.startswith(_OF_WHOM) or not _BARE_FLOW.fullmatch(words.segment):
        return ""
    cars = indicator.startswith("auto_") and last["indicator"].startswith("auto_")
    counted = last["unit"].endswith("enterprises") and part.startswith("enterprise=")
    return part if cars or akin(indicator, last["indicator"]) or counted else ""


def _is_share_of_trade(words: FigureWords) -> bool:
    """Return whether exports or imports are those of a trade that was told before them."""
    known = words.same is not None and "breakdown" not in words.same.doubts
    trade = FLOWS_ZH["total"]
    whole = trade in words.sentence[: words.floor] and trade not in words.segment
    return known and whole and words.same is not None and words.same.row["indicator"] in _TRADE


_TAKEN_ON = "细分：承同句前一数"
#: Nothing but what became of those: ，出口15万辆.
_BARE_FLOW = re.compile(
    "[,，、]?(?:其中)?[,，:：]?(?:进出口|出口|进口|销售|销量|产量|交付|生产|内销)(?:量|额)?(?:达到?|为|约|近|超过?|逾)*"
)


def _is_worth_of(words: FigureWords) -> bool:
    """Return whether an amount is what the goods of the quantity before it are worth."""
    last = words.same
    goods = last is not None and last.row["indicator"] in ("trade_quantity", "export_volume")
    return goods and bool(_ITS_WORTH.fullmatch(words.segment))


#: 制造业项目742个、合同额3100亿元: nothing but what is put into those.
_PUT_INTO = re.compile(
    "[,，、和](?:其)?(?:正式|签约|年度|计划|协议|合同|项目|意向|到位|完成|累计|实际|总)*"
    "(?:投资|引资|外资|资金|金额|合同)?(?:总)?(?:[额值]|金额|规模)?(?:共|约|达到?|为|超过?|突破|近|逾|高达|总计|合计)*"
)
_PUT = ("contract_value", "investment_planned", "investment_completed", "funds_in_place")


def _of_those_projects(words: FigureWords, indicator: str) -> str:
    """Return the part of the projects before an amount that is put into them, as tables have it."""
    last = words.same.row if words.same else {}
    of_projects = last.get("indicator") in ("projects_count", *_PUT)
    if not of_projects or indicator not in _PUT or not _PUT_INTO.fullmatch(words.segment):
        return ""
    parts = last["breakdown"].split(";")
    # a contract is signed
    signed = indicator == "contract_value" and "stage=signed"
    return ";".join(part for part in parts if part and part != signed)


#: Boxes are of one route each; their worth is of any.
_ROUTE_OF = {"ilstc_containers": "route=ilstc", "crexpress_containers": "route=crexpress"}


def _route_before(names: Names, words: FigureWords, indicator: str) -> str:
    """Return the route of the boxes before a worth: 经西部陆海新通道运输3万标箱、货值5亿元."""
    last = words.same.row if words.same else {}
    if indicator != "shipment_value" or names.kinds.get(last.get("entity", "")) == "route":
        return ""
    return _ROUTE_OF.get(last.get("indicator", ""), "")


def _again(words: FigureWords, indicator: str) -> ArticleFigure | None:
    """Return the figure before, of which one is the same: 12月交付3.5万辆，全年交付33.3万辆."""
    listed = words.plain[words.begin - 1 : words.begin] in (";", "；")
    before = words.same or (words.previous if listed else None)
    if before and _AT_ANOTHER_TIME.fullmatch(words.segment):
        return before if before.row["indicator"] == indicator else None
    return None


def several_in(words: FigureWords) -> str:
    """Return the words that make a figure one of several parts together; empty without them."""
    found = _OF_SEVERAL.search(words.said)
    return found[0] if found else ""


def doubt_of(names: Names, words: FigureWords, part: FigurePart, code: str, indicator: str) -> str:
    """Return why somebody must look at the part of a figure; empty where nothing says so.

    Parameters
    ----------
    names : Names
    words : FigureWords
    part : FigurePart
    code, indicator : str
        The part and the indicator that were chosen.
    """
    strange = (
        part.unlisted
        or _unknown_part(names, indicator, words.segment, code)
        or _unknown_tail(names, indicator, words.segment)
    )
    if strange:
        return f"细分：“{strange}”{NOT_LISTED}"
    thing = _narrower_thing(names, words, indicator, code) or _among(names, words, indicator, code)
    if thing:
        return f"细分：“{thing}”{NOT_LISTED}"
    left_out = _WITHOUT.search(words.sentence[: words.core])
    if left_out:
        # 剔除笔记本电脑后，出口增长18.2%: of all but those
        return f"细分：“{left_out[0]}”，是其余部分的"
    if part.taken_on:
        return _TAKEN_ON
    firms = words.same is not None and words.same.row["unit"].endswith("enterprises")
    put = indicator in _PUT and bool(_PUT_INTO.fullmatch(words.segment))
    if firms and not code and (put or _BARE_FLOW.fullmatch(words.segment)):
        # 民营企业4600家，进出口3841.9亿元
        return "细分：可能只是前一数那些企业的"
    same = words.same
    before = same.doubts.get("breakdown", "") if same else ""
    akin_to_same = same and indicator in (same.row["indicator"], "")
    if akin_to_same and not code and NOT_LISTED in before and not _names_itself(names, words):
        return before
    several = several_in(words)
    if several:
        return f"细分：“{several}”，是{ALTOGETHER}"
    carried = same and not part.changed and code == same.row["breakdown"]
    if carried and (ALTOGETHER in before or NOT_LISTED in before or before == _TAKEN_ON):
        # what was doubted there is here: 泰国榴莲5.2亿元，占六成
        return before
    return "细分：承前一数，时期另起" if part.again and code and not part.named.first else ""


def is_one_way(words: FigureWords, row: Mapping[str, str]) -> bool:
    """Return whether only exports or imports are told, of what the tables do not part so.

    运输32.77万标箱，其中出口17.2万标箱
    """
    told = flow_of(words.segment).first and _BARE_FLOW.fullmatch(words.segment)
    return bool(told and row["indicator"] and not row["flow"])


def is_of_balance(said: str) -> bool:
    """Return whether words name what exports have over imports: 顺差, 货物进出口差额."""
    return bool(_BALANCE.search(said))


def _names_itself(names: Names, words: FigureWords) -> bool:
    """Return whether an amount's own words name what it is of: 机器人产量5万台，汽车产量9万辆."""
    named = names.mentions(words.segment, "indicators") if words.counted else []
    return any(len(item.word) > _SHORT and not flow_of(item.word).first for item in named)


def is_unknown_thing(names: Names, segment: str) -> bool:
    """Return whether words say what a figure is, and no table has it: 利润总额, 重箱率."""
    if _UNKNOWN_THING.search(segment):
        return True
    found = _AMOUNT.search(segment)
    if not found or _SAME_AMOUNT.search(found[1]):
        return False
    kinds = ("indicators", "breakdowns")
    return not any(
        item.end == len(found[1]) for kind in kinds for item in names.mentions(found[1], kind)
    )


def _unknown_noun(names: Names, segment: str) -> str:
    """Return a thing that the words of a figure alone are, where no table has it."""
    way = _ONE_WAY.search(segment)
    if way and not names.mentions(way[0], "breakdowns"):
        # 去程2600列、回程2400列: of each way, and not of both
        return way[0]
    found = _THING_THAT_GREW.fullmatch(segment) or _THING_ALONE.fullmatch(segment)
    if not found or _NO_THING.search(found[1]):
        return ""
    kinds = ("entities", "breakdowns", "indicators")
    named = [item for kind in kinds for item in names.mentions(found[1], kind)]
    # 产品 names nothing
    known = any(item.resource != "indicators" or len(item.word) > 2 for item in named)
    # 庆铃汽车: of a make that no table has
    make = found[1].endswith("汽车") and len(_unknown_letters(names, found[1])) > 1
    return "" if known and not make else found[1]


def _unknown_letters(names: Names, words: str) -> str:
    """Return words without the names that the tables have."""
    for kind in ("entities", "breakdowns", "indicators"):
        words = blanked(words, names.mentions(words, kind))
    return words.replace(" ", "")


def _unknown_tail(names: Names, indicator: str, segment: str) -> str:
    """Return a thing that stands behind a part, and in no table: 榴莲 of 泰国榴莲."""
    parts = names.mentions(segment, "breakdowns")
    if not parts or indicator not in _TRADE:
        return ""
    tail = segment[parts[-1].end :]
    plain = re.fullmatch("[一-鿿]{2,6}", tail) and not _NO_THING.search(tail)
    known = _unknown_letters(names, tail) != tail or _ANY_THING.search(tail) or flow_of(tail).first
    return tail if plain and not known else ""


def _unknown_part(names: Names, indicator: str, segment: str, code: str) -> str:
    """Return what a figure of trade is of, where it is named and its part is not that."""
    if not (indicator in _TRADE or indicator.startswith("auto_")):
        return ""
    letter = _LETTER.search(segment)
    if letter and "partner=" not in code:
        return letter[0]
    if indicator not in _TRADE:
        return ""
    for found in _PART_OF_TRADE.finditer(segment):
        word = found[1]
        partner = _PARTNER.search(word)
        if partner and not _is_known_partner(names, partner[1], code):
            # 对老挝出口30亿元
            return partner[1]
        if _NO_PART.search(word):
            continue
        # 综保区保税进口, 汽车零部件出口: what is left when all that is known is taken away
        if len(_unknown_letters(names, word)) > 1:
            return word
        places = names.mentions(word, "entities")
        others = [
            item
            for item in names.mentions(word, "breakdowns")
            if not any(place.start <= item.start and item.end <= place.end for place in places)
        ]
        if others and not any(item.code in code.split(";") for item in others):
            # a part of other things, by which trade is not divided
            return others[-1].word
    return ""


def _is_known_partner(names: Names, word: str, code: str) -> bool:
    """Return whether with whom trade is stands in the part that was read, or is anybody."""
    if _ANYBODY.search(word):
        return True
    return any(item.code in code.split(";") for item in names.mentions(word, "breakdowns"))


#: What an amount is without: 剔除笔记本电脑, 不含芯片, 除美国外.
_WITHOUT = re.compile(
    "(?:剔除|扣除|不含|不包括|不计|除去|除开|刨除)[^,，。；0-9]{1,12}|(?<![开解排免])除[^,，。；0-9了去开]{1,10}[以之]?外(?!资|贸|商)"
)
_AMONG = re.compile("[,，、；（(]?其中[,，:：]?(?P<thing>[一-鿿]{2,14})$")


def _among(names: Names, words: FigureWords, indicator: str, code: str) -> str:
    """Return what an amount is of among those before it, and no part: 其中制造业5.3亿美元."""
    found = _AMONG.match(words.segment)
    if not found or not indicator or not words.counted or words.item.measure != "level":
        return ""
    left = _named_by(_without_the_known(names, found["thing"], indicator, code), indicator)
    return left if len(left) > 1 else ""


def _narrower_thing(names: Names, words: FigureWords, indicator: str, code: str) -> str:
    """Return a thing that stands beside the name of an indicator, where no part of it is known.

    高技术产业实际使用外资, 出口榨菜, 工业机器人产量: less than the whole.
    """
    if not _is_of_things(names, indicator):
        return ""
    segment = words.segment
    named = names.mentions(segment, "indicators")
    last = max(named, key=lambda item: (item.end, -item.start), default=None)
    if not last or not _MEASURED.search(last.word):
        return ""
    first = min((item.start for item in named if item.end == last.end), default=last.start)
    unknown = _without_the_known(names, segment, indicator, code)
    ahead = re.split("[,，。；;、：:（）() 　“”0-9]", unknown[:first])[-1]
    behind = re.match("[一-鿿·]*", unknown[last.end :])
    level = words.counted and words.item.measure == "level"
    goods = behind[0] if behind and level and _FLOWS_TO.search(last.word) else ""
    # what stands before trade is told by the words before its flow
    texts = (goods,) if indicator in _TRADE else (ahead, goods)
    found = (_named_by(text, indicator) for text in texts)
    return next((text for text in found if len(text) > 1), "")


def thing_of_row(names: Names, label: str, indicator: str, code: str) -> str:
    """Return what the heading of a row names, where no part of it is known: 摩托车出口."""
    if not _is_of_things(names, indicator):
        return ""
    plain = re.sub(r"[（(][^）)]*[）)]|[A-Za-z0-9#＃:：.．—–\-、，,。\s]", "", label)
    left = _named_by(_without_the_known(names, plain, indicator, code), indicator)
    return left if len(left) > 1 else ""


def _is_of_things(names: Names, indicator: str) -> bool:
    """Return whether an indicator may be of a part that words name and no table has."""
    of_a_thing = names.dimensions.get(indicator, "") in _OF_A_THING
    return of_a_thing or indicator in (*_OF_GOODS, *_TRADE)


def _named_by(text: str, indicator: str) -> str:
    """Return what words still name, of which the known was taken away; cars are those of cars."""
    cars = _CARS if indicator.startswith("auto_") else "·"
    return re.sub(f"·|{cars}", "", _NAMES_NOTHING.sub("", text))


def _without_the_known(names: Names, text: str, indicator: str, code: str) -> str:
    """Return words with all that is said of a figure already taken away, letter for letter."""
    parts = code.split(";")
    made = text
    for kind in ("entities", "breakdowns", "indicators"):
        for item in names.mentions(text, kind):
            end = item.end
            if kind == "breakdowns":
                if item.code not in parts:
                    continue
                tail = _GOES_WITH_A_PART.match(text, item.end)
                end = tail.end() if tail else end
            if kind == "indicators" and item.code != indicator:
                continue
            made = made[: item.start] + "·" * (end - item.start) + made[end:]
    return made


def _places_of_names(names: Names, words: str) -> list[tuple[int, int]]:
    """Return where organisations and parks stand: 长安汽车 is no brand, 西永综保区 no zones."""
    parts = {(item.start, item.end) for item in names.mentions(words, "breakdowns")}
    return [
        (item.start, item.end)
        for item in names.mentions(words, "entities")
        if names.kinds[item.code] == "organisation"
        # 果园港 is a port and a route
        or (names.kinds[item.code] == "park" and (item.start, item.end) not in parts)
    ]


def _places(word: Mention, floor: int, core: int) -> list[tuple[int, int]]:
    """Return where the indicator's own word stands in the segment and what follows it."""
    if word.start >= core:
        shift = core - floor + 1
        return [(word.start - core + shift, word.end - core + shift)] if len(word.word) > 3 else []
    return [(word.start - floor, word.end - floor)] if len(word.word) > 3 else []
