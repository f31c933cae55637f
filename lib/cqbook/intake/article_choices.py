"""What a figure of an article is of: the choices that its words leave, best first, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cqbook.data.vocabulary import FLOWS_ZH
from cqbook.intake.article_names import Mention, Names
from cqbook.quantities.sightings import RACED
from cqbook.quantities.units import GENERAL_COUNTS, ZH, Unit

#: How many choices are offered.
OFFERED = 3
RATIOS = frozenset({"percent", "percentage points", "times", "rank"})
#: Units in which what an indicator measures is printed.
_DIMENSIONS = {
    "currency": {"CNY", "USD"},
    "vehicles": {"vehicles", "units"},
    "mass": {"tonnes"},
    "area": {"m2", "mu", "km2"},
    "length": {"km", "m"},
    "power": {"kW"},
    "energy": {"kWh"},
    "time": {"years", "months", "weeks", "days", "hours", "minutes"},
    "percent": set(),
    "rank": set(),
}
_NO_COUNTS = frozenset().union(*_DIMENSIONS.values()) - {"units", "vehicles"}
#: What is counted in these is counted in nothing else.
_KINDS = frozenset({"tonnes", "TEU", "trains", "persons"})
#: What the words of several meanings count, by the noun beside them.
_NOUNS = {
    "projects": "项目",
    "parks": "园区",
    "countries": "国家(?!级)|国别|市场国",
    "markets": "市场",
    "districts": "区县|县区|市辖区|(?<![小园社业保开新发])区(?=$|[,，。、])|县(?=$|[,，。、])",
    "platforms": "平台",
    "plants": "工厂",
    "workshops": "车间",
    "spaces": "车位",
    "berths": "泊位",
    "piles": "充电桩|桩",
    "neighbourhoods": "小区",
    "clusters": "集群",
    "teams": "专班|专队|小组|团队",
    "systems": "系统",
    "assemblies": "总成",
    "components": "部件",
    "zones": "工业区|示范区|保税区",
    "patents": "专利",
    "lines": "线|通道|公路|航线",
    "chains": "产业链",
    "flats": "住房|房屋",
    "categories": "品类|种类",
    "items": "难题|困难|问题|事项|任务",
    "contacts": "对接",
    "visits": "走访|上门",
}
#: What begins no noun: 45个，比上年; 80个以上.
_NOUN_BEHIND = re.compile("(?![比较同增减下占居等和及与或已均分其约的以左右、，])[一-鿿]{2}")
#: Where no noun says it, the plain meaning of a word.
_PLAIN = ("sets", "items", "lines", "visits")
#: Words that compare: what stands behind them is not what the figure is of.
_BASES = re.compile(
    r"占(?:同期|到|了|全省|全市|全国)?[^,，。；]{1,24}?(?:的|比重|总值|总额|总量|比例)"
    r"|对[^,，。；对]{1,14}增长的?贡献率"
    r"|(?:[高低快慢]于|好于|优于|超过)(?:全国|全省|全市|全区|同期|上年|去年|[^,，。；]{2,10}(?:增速|平均|水平))"
    # 跑赢全国4.6个百分点, 落后于广东
    rf"|{RACED}(?=[0-9.]+个?百分点)"
    # 拉动全市外贸增长4.3个百分点: of the part that pulled
    r"|(?:拉动|带动|拖累|拉低)(?:[^,，。；0-9]{0,4})(?:外贸|进出口|出口|进口)(?:总值|整体)?(?:增长|增速|下降)"
    # 是陕西的1.5倍, 相当于全国的8%
    r"|(?:是|为|相当于)[^,，。；0-9]{1,14}的(?=(?:近|约|超过?|逾)?[0-9.一二两三四五六七八九十]+[多余]?(?:倍|%))"
    # 受笔电订单外流影响，加工贸易下降27.4%: of why it is so
    r"|(?:受[^,，。；]{1,16}(?:影响|拖累|冲击|带动|拉动)|(?:受益于|得益于|由于|面对|针对)[^,，。；0-9]{1,16})(?=[,，])"
    r"|(?<![环同])[比较][^,，。；]{1,10}(?:[高低快慢]|增|降|提|回|减|多|少|[深浅大小窄](?=[0-9]))"
)


#: 营业收入利润率 is no 营业收入.
_OF_IT = re.compile("利润率|负债率|增加值率|周转")


#: 人均GDP, 户均进出口, 每天: no amount of the indicator that stands beside it.
_EACH = re.compile(
    "(?:人均|户均|亩均|地均|车均|台均|日均|月均|均价|单价|单位产品|每[天日月周]|每小时|每分钟)[^,，。；]{0,12}$"
)
#: 服务贸易, 外贸依存度: another thing than 贸易, 外贸.
_ANOTHER = re.compile(
    "(?:第[一二三]产业|(?:农|林|牧|渔|建筑|服务|金融|批发|零售|餐饮|住宿|房地产|仓储|邮政|旅游|文化)[^,，。；、0-9]{0,6}业?)增加值|"
    "(?:对外|境外|跨境|直接|港澳台|民间|房地产(?:开发)?|基础设施|基建|制造业|服务业|第[一二三]产业|高技术(?:产业|制造业|服务业)?|民生|教育"
    "|建筑安装工程|设备(?:工器具)?(?:购置)?|社会事业|农业|能源|交通)投资|"
    "(?:服务|数字|转口|离岸|过境|技术)(?:贸易|外包)|(?:依存|集中|开放|渗透|满足)[度率]"
)
#: 物流总费用与GDP的比率: of two things, and neither's.
_RATIO_OF = re.compile("[与和同][^,，。；]{1,12}?的?(?:比率|比值|之比|比例)[^,，。；]{0,4}$")


@dataclass(frozen=True)
class Choice:
    """Codes of a column, best first, and why the first was taken; ``sure`` if words name it."""

    codes: tuple[str, ...]
    why: str
    sure: bool
    word: Mention | None = None

    @property
    def first(self) -> str:
        """The best, or nothing."""
        return self.codes[0] if self.codes else ""


UNNAMED = Choice((), "", sure=False)


#: Amounts of the same goods, whose parts are the same: 出口4521万台，价值1533亿元.
_SAME_GOODS = (
    frozenset({"trade_value", "trade_quantity", "export_volume"}),
    frozenset({"auto_exports", "auto_exports_value", "auto_export_price"}),
)


def akin(one: str, other: str) -> bool:
    """Return whether two indicators are of the same goods, and a part of one is of the other."""
    return one == other or any({one, other} <= goods for goods in _SAME_GOODS)


def is_another(words: str, choice: Choice) -> bool:
    """Return whether words make a figure another than the indicator's: per head, a ratio of it.

    Parameters
    ----------
    words : str
        What stands before the number since the figure before.
    choice : Choice
        The indicator that was read; one whose own name says so (人均可支配收入) is what it says.
    """
    named = choice.word.word if choice.word else ""
    found = _EACH.search(words)
    other = _ANOTHER.search(words)
    return bool(
        (found and found[0][:2] not in named)
        or (other and other[0] not in named)
        or _RATIO_OF.search(words)
    )


def without_bases(plain: str) -> str:
    """Return a passage with the words blanked that say with what a figure is compared."""
    return _BASES.sub(lambda found: "　" * len(found[0]), plain)


def fits(names: Names, indicator: str, units: Sequence[str]) -> bool:
    """Return whether an indicator can be printed in one of some units."""
    counted = {Unit.parse(unit).name for unit in units}
    if not counted:
        return True
    if counted & RATIOS:
        return True
    known = names.units.get(indicator, set())
    if counted & known:
        return True
    wanted = _DIMENSIONS.get(names.dimensions.get(indicator, ""))
    if wanted is None:
        # counts: any unit that measures nothing; where the book has some, kinds must agree
        return not counted & _NO_COUNTS and (not known or known & _KINDS == counted & _KINDS)
    return bool(counted & wanted)


def indicator_of(
    names: Names,
    sentence: str,
    core: int,
    end: int,
    floor: int,
    units: Sequence[str],
) -> Choice:
    """Return which indicators the words around a figure name.

    Parameters
    ----------
    names : Names
    sentence : str
        With the words blanked that compare.
    core, end : int
        Where the digits begin, and where the figure ends.
    floor : int
        Where the figure before ended.
    units : sequence of str
        What its unit can be.
    """
    scored: dict[str, tuple[float, Mention]] = {}
    nearest = re.split("[,，。；;、（(]", sentence[end : end + 16])[0]
    before, behind = sentence[:core], nearest
    parts = names.mentions(before, "breakdowns")
    for item in names.mentions(before, "indicators"):
        if not fits(names, item.code, units) or _OF_IT.match(before, item.end):
            continue
        if any(part.start <= item.start and item.end < part.end for part in parts):
            # 外商投资企业, 汽车产业: the head of a part's name
            continue
        if before.startswith("企业", item.end) and _counts_others(names, item.code, units):
            continue
        distance = core - item.end
        score = 3 * len(item.word) - distance / 4 + (14 if item.start >= floor else 0)
        # what stands in the clause itself is what it is about
        clause = max(before.rfind(sign) for sign in ",，；;")
        score += 4 if item.start > clause else 0
        _better(scored, item, score + _known(names, item.code, units))
    ratio = bool({Unit.parse(unit).name for unit in units} & RATIOS)
    for item in names.mentions(behind, "indicators"):
        if fits(names, item.code, units) and not ratio:
            score = 3 * len(item.word) + 9 - item.start / 2 + _known(names, item.code, units)
            shifted = Mention(end + item.start, end + item.end, item.word, item.resource, item.code)
            _better(scored, shifted, score)
    ranked = sorted(scored.items(), key=lambda pair: -pair[1][0])[:OFFERED]
    if not ranked:
        return UNNAMED
    (_, (best, word)), *rest = ranked
    sure = not rest or best - rest[0][1][0] > 1
    return Choice(tuple(code for code, _ in ranked), f"指标：“{word.word}”", sure, word)


def _counts_others(names: Names, indicator: str, units: Sequence[str]) -> bool:
    """Return whether firms are counted by an indicator of something else: 园区企业210家."""
    counted = {Unit.parse(unit).name for unit in units}
    return "enterprises" in counted and "enterprises" not in names.units.get(indicator, ())


def _better(scored: dict[str, tuple[float, Mention]], item: Mention, score: float) -> None:
    if item.code not in scored or scored[item.code][0] < score:
        scored[item.code] = (score, item)


def _known(names: Names, indicator: str, units: Sequence[str]) -> float:
    """Return a little more for what the book has often, and in this unit."""
    counted = {Unit.parse(unit).name for unit in units}
    often = min(names.frequent.get(indicator, 0), 50) / 25
    return often + (3 if counted & names.units.get(indicator, set()) else 0)


def unit_of(names: Names, units: Sequence[str], indicator: str, before: str, behind: str) -> Choice:
    """Return which unit a word of several meanings (个, 套) is, by what the figure counts."""
    known = names.units.get(indicator, set())
    if len(units) == 1 and len(known) == 1:
        # 绿色工厂4家: what counts says nothing of what is counted, the indicator does
        only = next(iter(known))
        first = Unit.parse(units[0])
        firm = first.name == "enterprises" and re.search(
            "企业|公司|[厂车商]商|户$", before[-8:] + behind[:6]
        )
        general = not firm and ZH.get(first.name) in GENERAL_COUNTS
        if general and ZH.get(only) in GENERAL_COUNTS and only != first.name:
            return Choice(
                (str(Unit(first.scale, only)), units[0]), "单位：这一指标所用", sure=False
            )
    if len(units) < 2:
        return Choice(tuple(units), "", sure=bool(units))
    by_name = {Unit.parse(unit).name: unit for unit in units}
    if any(ZH.get(name) in GENERAL_COUNTS for name in by_name):
        scale = Unit.parse(units[0]).scale
        for name in _NOUNS:
            if ZH.get(name) in GENERAL_COUNTS:
                by_name.setdefault(name, str(Unit(scale, name)))
    near = re.split("[,，。；;、]", behind[:10])[0]
    for text, why in ((near, "后"), (before[-6:], "前")):
        for name, nouns in _NOUNS.items():
            found = re.search(nouns, text)
            if found and name in by_name:
                # 131个国家和地区的582个港口: what stands behind is what is counted
                sure = why == "后" or not _NOUN_BEHIND.match(behind)
                return Choice((by_name[name],), f"单位：{why}有“{found[0]}”", sure=sure)
    used = [unit for name, unit in by_name.items() if name in known]
    if len(used) == 1:
        return Choice(tuple(used), "单位：这一指标所用", sure=True)
    if len(known) == 1 and ZH.get(next(iter(known))) in GENERAL_COUNTS:
        scale = Unit.parse(units[0]).scale
        return Choice((str(Unit(scale, next(iter(known)))),), "单位：这一指标所用", sure=False)
    if used:
        return Choice(tuple(used), "单位：这一指标所用", sure=False)
    plain = [by_name[name] for name in _PLAIN if name in by_name]
    if plain:
        # 来自浙江的12个: of what, nobody says
        return Choice(tuple(plain), "单位：通常的意思", sure=bool(indicator) and not known)
    return Choice((), "单位：看不出数的是什么", sure=False)


_PER = re.compile("每个?(吨|辆|台|亩|人|平方米|标箱|箱|件|套|公里|千瓦时|月|周|年|天|日)(?!年|度)")


def per_unit(unit: Choice, before: str, last: str) -> Choice:
    """Return a unit by what it is per, where its sentence has 每吨, 每月 before the figure."""
    if not unit.first or "/" in unit.first:
        return unit
    made = Unit.parse(unit.first)
    money = made.name in ("CNY", "USD")
    if last.partition("/")[0] == unit.first and "/" in last:
        return Choice((last,), "单位：承同句前一数", sure=False)
    found = next(reversed(list(_PER.finditer(before))), None)
    timed = found is not None and found[1] in ("月", "周", "年", "天", "日")
    if not found or not (money or (timed and made.name in ("visits", "contacts", "trains"))):
        return unit
    if timed and money:
        return unit
    name = next(
        (code.removesuffix("s") for code, zh in ZH.items() if zh in (found[1], f"个{found[1]}")), ""
    )
    if not name:
        return unit
    return Choice((f"{unit.first}/{name}", unit.first), f"单位：同句有“{found[0]}”", sure=True)


#: By word, the longest first: 进出口 has both of the others in it.
_FLOWS = {word: code for code, word in sorted(FLOWS_ZH.items(), key=lambda pair: -len(pair[1]))}
_FLOW = re.compile("|".join(_FLOWS))
#: Trade as a whole: what was said of exports before is not carried on to it. 外贸企业 names a firm.
_ALL_TRADE = re.compile(
    "(?:对外贸易|外贸|货物贸易)(?!企业|主体|公司|经营者|新|综|大省|大市|强|基地|转型|平台|结构)"
)


def flow_of(passage: str) -> Choice:
    """Return the flow that a passage names last; 出口市场 and 口岸 are none."""
    found = [
        match
        for match in _FLOW.finditer(passage)
        if not passage[match.end() : match.end() + 2].startswith("岸")
    ]
    if not found:
        whole = _ALL_TRADE.search(passage)
        return Choice(("total",), f"流向：“{whole[0]}”", sure=True) if whole else UNNAMED
    return Choice((_FLOWS[found[-1][0]],), f"流向：“{found[-1][0]}”", sure=True)


#: Of which cars, or whose trade: said of such a figure, it is no whole, though the book never
#: divides its indicator so.
_OF_CARS, _OF_TRADE = (
    frozenset({"brand", "vehicle"}),
    frozenset({"partner", "enterprise", "regime"}),
)
#: Between two names of a list.
_BESIDE = re.compile("[、和与及]|以及")


def breakdown_of(
    names: Names, passage: str, indicator: str, taken: Iterable[tuple[int, int]]
) -> Choice:
    """Return the parts that a passage names, as far as the book divides the indicator so.

    Parameters
    ----------
    names : Names
    passage : str
        The words that are this figure's own.
    indicator : str
    taken : iterable of (int, int)
        Places in the passage that name something else.
    """
    known = names.parts.get(indicator, set())
    dimensions = {part.partition("=")[0] for part in known}
    places = list(taken)
    chosen: dict[str, Mention] = {}
    others: list[str] = []
    beside: set[str] = set()
    for item in names.mentions(passage, "breakdowns"):
        if any(start <= item.start and item.end <= end for start, end in places):
            continue
        dimension = item.code.partition("=")[0]
        if dimension not in dimensions and not _divides(names, dimension, indicator):
            others.append(item.code)
            continue
        held = chosen.get(dimension)
        if held and held.code != item.code and _BESIDE.fullmatch(passage[held.end : item.start]):
            # 对韩国、日本进出口: of both, and of none of them alone
            beside.add(dimension)
        if held and held.start == item.start and held.code in known:
            continue
        if held and item.code not in known and held.start == item.start:
            continue
        chosen[dimension] = item
    kept = _settled(chosen, known)
    if not kept:
        return Choice((), "", sure=True)
    parts = ";".join(sorted(item.code for item in kept))
    words = "、".join(item.word for item in kept)
    whole = all(item.code in known and item.code.partition("=")[0] not in beside for item in kept)
    return Choice((parts, *others[: OFFERED - 1]), f"细分：“{words}”", sure=whole)


def _divides(names: Names, dimension: str, indicator: str) -> bool:
    """Return whether an indicator can be divided so: cars by makers, trade by partners."""
    flows = names.flows.get(indicator, Counter())
    of_trade = flows and flows[""] * 2 <= flows.total()
    of_cars = names.dimensions.get(indicator) == "vehicles"
    return bool((of_cars and dimension in _OF_CARS) or (of_trade and dimension in _OF_TRADE))


def _settled(chosen: dict[str, Mention], known: set[str]) -> list[Mention]:
    """Return one part for each word: of two dimensions that have the word, the one that is used."""
    kept: list[Mention] = []
    for item in chosen.values():
        same = [other for other in chosen.values() if other.start == item.start and other != item]
        if any(other.code in known and item.code not in known for other in same):
            continue
        if any(other in kept for other in same):
            continue
        kept.append(item)
    return kept
