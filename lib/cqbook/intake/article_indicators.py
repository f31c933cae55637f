"""Which indicator and which flow a figure of an article is of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cqbook.intake.article_choices import (
    OFFERED,
    RATIOS,
    Choice,
    fits,
    flow_of,
    indicator_of,
    is_another,
)
from cqbook.intake.article_figure import ONLY_FLOW, ArticleFigure, Subject
from cqbook.intake.article_names import Mention, Names
from cqbook.intake.article_parts import WORTH, is_of_balance, is_unknown_thing
from cqbook.intake.article_words import FigureWords
from cqbook.quantities.units import Unit

#: So many there are at an end, whatever was said of new ones before.
_IN_ALL_THERE_ARE = re.compile(
    "[,，、；](?:截至)?(?:[年期月季]末|现有|共有|目前|[^,，、；0-9]{0,6}总[数量])"
)
#: What is counted of what has a worth, and that worth, where it is not 货值 as the tables have it.
_WORTH_OF = {
    "auto_exports": "auto_exports_value",
    "trade_quantity": "trade_value",
    "export_volume": "trade_value",
}
_NO_WORTH = frozenset({*_WORTH_OF, "ilstc_containers", "crexpress_containers"})
#: Behind the name of a route: not its boxes.
_NO_BOXES = re.compile("班列|货[物重运]|重量|价值|[列车趟吨]")
#: Of all goods, whatever was told of some.
_ALL_OF_IT = re.compile(
    "全[市省国区县](?:外贸)?(?:进出口|出口|进口)(?:总?[额值])?(?:同比|整体)?[增下上回提]"
)
#: What was carried out of what is planned.
_DONE_OF = {"investment_planned": "investment_completed"}
#: Of a thing and not its amount, short as they are.
_PRICES = frozenset({"均价", "单价", "售价", "价格"})


def indicator_for(names: Names, words: FigureWords, carried: Subject) -> Choice:
    """Return the indicator that a figure's own words name, or else that of the one before."""
    item = words.item
    units = ("percent",) if item.measure == "rank" or not item.units else item.units
    ratio = Unit.parse(units[0]).name in RATIOS
    if ratio and words.same:
        return _of_a_rate(names, words, words.same, units)
    usual = names.usual_for(units)
    found = _named(names, words, units)
    balance = is_of_balance(words.said)
    stated = found.word and found.word.end > words.floor
    unknown = is_unknown_thing(names, words.said)
    if found.codes and not stated and _IN_ALL_THERE_ARE.match(words.sentence, words.floor):
        # 新增企业210家，年末168家: no new ones
        found = replace(found, sure=False)
    if (
        words.same
        and not stated
        and item.measure == "difference"
        and not words.same.row["indicator"]
    ):
        # 贸易顺差2758亿元，比上年减少12.3亿元: what no table has is none in its change either
        return Choice(("", *found.codes)[: OFFERED + 1], "", sure=False)
    if found.codes and not stated and found.first in _DONE_OF and "完成" in words.said:
        # 计划投资75亿元，完成61亿元
        return Choice((_DONE_OF[found.first], *found.codes)[: OFFERED + 1], "", sure=False)
    if found.codes and not balance and (stated or not unknown):
        return replace(found, codes=tuple(dict.fromkeys((*found.codes, *usual)))[: OFFERED + 1])
    before = carried.indicator.first
    if balance or unknown:
        # 利润总额, 资产负债率: named, and in no table
        return Choice(("", *usual), "", sure=False)
    if before and (ratio or fits(names, before, units)):
        codes = tuple(dict.fromkeys((before, *usual)))[: OFFERED + 1]
        return Choice(codes, "指标：承前文", sure=False)
    # nothing names it: what the book has most often in this unit is offered, not taken
    return Choice(("", *usual), "", sure=False)


def _of_a_rate(
    names: Names, words: FigureWords, same: ArticleFigure, units: tuple[str, ...]
) -> Choice:
    """Return the indicator of a rate behind another figure: that one's, unless it is named."""
    own, place = words.segment, words.core - words.floor
    fresh = indicator_of(names, own, place, place, 0, units)
    if not fresh.codes and is_unknown_thing(names, words.said):
        return Choice(("",), "", sure=False)
    word = fresh.word.word if fresh.word else ""
    if same.row["indicator"] != "trade_value" and _ALL_OF_IT.search(own):
        # 摩托车出口480万辆，全市出口增长10.2%
        codes = tuple(dict.fromkeys(("trade_value", same.row["indicator"])))
        return Choice(codes, "指标：承同句前一数，也可能是全部进出口", sure=False)
    if word in WORTH and same.row["indicator"] in _NO_WORTH:
        # 西部陆海新通道运量增长10%，货值增长8%
        of_it = _WORTH_OF.get(same.row["indicator"], fresh.first)
        codes = tuple(dict.fromkeys((of_it, *fresh.codes)))
        return replace(fresh, codes=codes, sure=of_it == fresh.first, word=None)
    if len(word) <= 2 and word not in _PRICES:
        # 铁矿砂1286.4万吨，减少3.2%: what no table has is none in its rate either
        return Choice(
            (same.row["indicator"], *fresh.codes[:2]),
            "指标：承同句前一数",
            sure=bool(same.row["indicator"]),
        )
    goods = same.row["breakdown"].startswith("product=")
    if goods and fresh.first != same.row["indicator"] and flow_of(word).first:
        # 出口摩托车480万辆、货值230亿元，出口量占三成: of those, and of no cars
        fresh = replace(fresh, codes=(*OF_GOODS.get(word, ()), *fresh.codes), sure=False)
    return replace(fresh, word=_moved(fresh.word, words.floor))


def _named(names: Names, words: FigureWords, units: tuple[str, ...]) -> Choice:
    """Return the indicator that a sentence names for a figure."""
    core, past = words.core, words.past
    if words.item.measure not in ("contribution_rate", "contribution_points"):
        found = indicator_of(names, words.blank, core, past, words.floor, units)
        return _behind_route(names, words, found, units)
    # 对工业增长的贡献率: what grew, where the clause names nothing else
    clause = max(words.sentence.rfind(sign, 0, core) + 1 for sign in ",，、；")
    for text in (words.blank, words.sentence):
        found = indicator_of(names, text[clause:core], core - clause, past, 0, units)
        if found.codes:
            break
    return replace(found, word=None)


def _behind_route(
    names: Names, words: FigureWords, found: Choice, units: tuple[str, ...]
) -> Choice:
    """Return the indicator of a rate that was taken from the name of a route, by what follows it.

    经西部陆海新通道货值增长10%: of the worth; 班列, 货重: of something that is no boxes.
    """
    word = found.word
    ratio = {Unit.parse(unit).name for unit in units} <= RATIOS
    if not word or not ratio or word.word not in names.words["breakdowns"]:
        return found
    behind = words.blank[word.end : words.core]
    named = [
        item
        for item in names.mentions(behind, "indicators")
        if item.code != found.first and fits(names, item.code, units)
    ]
    if named:
        last = named[-1]
        # 货物价值: of what was carried, not of all trade
        code = "shipment_value" if last.word in WORTH else last.code
        codes = tuple(dict.fromkeys((code, *found.codes)))[: OFFERED + 1]
        return Choice(codes, f"指标：“{last.word}”", sure=True, word=_moved(last, word.end))
    return replace(found, sure=found.sure and not _NO_BOXES.search(behind))


def is_of_another(
    names: Names, indicator: Choice, unit: str, segment: str, same: ArticleFigure | None
) -> bool:
    """Return whether a figure is of another thing than the indicator that its words name."""
    known = names.units.get(indicator.first, ())
    if "/" in unit and not any("/" in name for name in known):
        return True
    # 铁矿砂1286万吨，均价812元: the only price that the book has is that of cars
    priced = indicator.word and indicator.word.word in _PRICES
    if same and priced:
        before, here = (code.partition("_")[0] for code in (same.row["indicator"], indicator.first))
        return before != here
    return is_another(segment, indicator)


def flow_for(
    names: Names, indicator: str, segment: str, carried: Subject, behind: str
) -> tuple[str, str]:
    """Return the flow of a figure, and why: by its own words, or as its indicator has it."""
    known = names.flows.get(indicator, Counter())
    if is_of_balance(segment):
        return "", ""
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
        name = names.book.lookup("indicators", "indicator", indicator) or ""
        return (only, ONLY_FLOW) if flow_of(name).first == only else ("", "")
    same = indicator == carried.indicator.first or indicator.startswith("trade_")
    if same and carried.flow and (carried.flow in known or of_trade):
        return carried.flow, "流向：承前文"
    if "" not in known:
        return "total", "流向：未写进口、出口"
    return "", ""


def narrower(indicator: Choice, same: ArticleFigure, part: str) -> Choice:
    """Return a choice doubted where all trade would follow a part of it.

    出口汽车53万辆，出口额98亿美元: the second is of the cars, though no word says so.
    """
    before = same.row["indicator"]
    if before == indicator.first and "indicator" in same.doubts:
        # what was doubted there is here
        codes = tuple(dict.fromkeys((before, *same.offered.get("indicator", ()))))
        return replace(indicator, codes=codes, why=same.doubts["indicator"], sure=False)
    trade = ("trade_value", "trade_quantity")
    worth = indicator.word and indicator.word.word in WORTH and same.row["measure"] == "level"
    boxes = same.row["unit"].endswith("TEU")
    if worth and not before and not boxes and indicator.first in ("trade_value", "shipment_value"):
        # 进口大豆12万吨，价值4.1亿元: of those, and no table has them; of boxes it is their worth
        return replace(indicator, why=f"{indicator.why}，是前一数那些货物的", sure=False)
    if worth and before == "auto_exports" and "indicator" not in same.doubts:
        # 汽车出口41.2万辆、价值385.6亿元
        codes = tuple(dict.fromkeys(("auto_exports_value", *indicator.codes)))
        return replace(indicator, codes=codes[: OFFERED + 1], sure=True)
    if (
        worth
        and indicator.first == "shipment_value"
        and before in ("trade_quantity", "export_volume")
    ):
        codes = tuple(dict.fromkeys(("trade_value", *indicator.codes)))
        why = f"{indicator.why}，是前一数那些货物的"
        return replace(indicator, codes=codes[: OFFERED + 1], why=why, sure=False)
    if indicator.first not in trade or before in ("", *trade) or part:
        return indicator
    near = ("auto_exports_value", "auto_trade_value") if before.startswith("auto_") else ()
    codes = tuple(dict.fromkeys((indicator.first, *near, *indicator.codes[1:])))[: OFFERED + 1]
    return replace(
        indicator, codes=codes, why=f"{indicator.why}，也可能只是前一数所指的", sure=False
    )


#: Vehicles that are no cars; with what cars are named.
_NO_CAR = re.compile(
    "摩托车|自行车|(?<!简)单车|[三两二]轮车|助力车|电瓶车|滑板车|平衡车|童车|婴儿车|推车|挂车|叉车|机车|动车(?!辆)|列车|全地形车|沙滩车"
    "|球车|观光车|[一-鿿]{0,2}拖拉机|收割机|工程机械|船舶|飞机"
)
_CAR = re.compile(
    "汽车|整车|轿车|乘用车|商用车|客车|货车|卡车|皮卡|新能源车|电动车|二手车|微车|专用车|重卡"
)
#: Of which goods words speak that name only their flow.
OF_GOODS = {"出口量": ("trade_quantity",), "进口量": ("trade_quantity",)}
#: What is counted of goods that are no cars, by what was read as of cars.
OF_OTHER_GOODS = {
    "auto_exports": "trade_quantity",
    "auto_imports": "trade_quantity",
    "auto_exports_value": "trade_value",
    "auto_trade_value": "trade_value",
    "auto_output": "product_output",
}


def of_its_goods(
    names: Names, indicator: Choice, own: str, units: Sequence[str], carried: str = ""
) -> Choice:
    """Return an indicator as the goods leave it that its words name: 摩托车出口 is of no cars.

    Parameters
    ----------
    names : Names
    indicator : Choice
    own : str
        The words of the figure, or the headings of a cell.
    units : sequence of str
        What its unit can be.
    carried : str
        The flow of what stands before.
    """
    first = indicator.first
    parts = [
        (item.end, item.code)
        for item in names.mentions(own, "breakdowns")
        if item.code.startswith("product=") and not _CAR.search(item.word)
    ]
    others = max(
        [*(found.end() for found in _NO_CAR.finditer(own)), *(end for end, _ in parts)], default=0
    )
    cars = max((found.end() for found in _CAR.finditer(own)), default=0)
    counted = {Unit.parse(unit).name for unit in units}
    exported = (flow_of(own).first or carried) == "export"
    if first == "trade_quantity" and cars > others and exported and "vehicles" in counted:
        # 出口摩托车312万辆、汽车47.7万辆
        return replace(indicator, codes=("auto_exports", *indicator.codes[:OFFERED]))
    if not first.startswith("auto_"):
        return indicator
    if not others:
        return indicator
    if cars:
        # 汽车、摩托车出口300万辆: of both
        return replace(indicator, codes=("", *indicator.codes)[: OFFERED + 1], sure=False)
    goods = OF_OTHER_GOODS.get(first, "")
    rest = (code for code in indicator.codes[1:] if code != goods)
    return replace(indicator, codes=(goods, *rest), sure=bool(goods) and indicator.sure)


def _moved(word: Mention | None, by: int) -> Mention | None:
    return replace(word, start=word.start + by, end=word.end + by) if word else None
