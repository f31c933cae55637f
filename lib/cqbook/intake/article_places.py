"""Whose a figure of an article is: the places, parks and firms that its sentence names."""

from __future__ import annotations

import re

from cqbook.intake.article_names import Mention, Names

#: Behind an office or an outlet: it tells of a figure that is another's.
GIVES = re.compile("海关|统计局|协会|数据|发布|获悉|介绍|表示|消息")
_PARTNER = re.compile(
    "(?:对|向|往|从|自|与|和|同|至|到|销往|出口到|进口自|通过|经|经由|走|利用|借助|依托|换到|融入|获评"
    "|入选|评为|支持|带动|服务|位于|来自|相比|高于|低于|占)$"
)
#: 全国第三, 全国排名: among all, of which the figure is not.
#: 中国台湾: of a part with which trade is.
_OF_ALL = re.compile("第|首|前|排名|位次|占比|份额|台湾|香港|澳门")
#: Whose it is is said behind: 长安汽车旗下的威致科技.
_OWNS = re.compile("旗下|所属|下属|分公司|口岸|海关|关区")
#: One of several, named as an example: 东站、T3B航站楼等183个项目.
_IN_LIST = re.compile("[^,，。；、等对向]{0,8}[、等]")
_PLACES = ("province", "district", "park", "zone")
#: Between two names of a list.
_BESIDE = re.compile("(?:、|和|与|及|以及)")
#: Of two places together, of which the article's is one: 成渝中欧班列, 川渝两地.
_OF_TWO = re.compile(
    "中欧班列[(（]成渝[)）]|成渝(?!(?:地区)?双城)|[川蜀]渝|渝[川蓉]|蓉渝|两(?:地|省市)(?!人民)"
)
#: What passes a port (重庆口岸进出口) is of whoever sends it; ``by``: somebody's, by that way.
_OF_A_PORT = re.compile(
    "(?P<by>(?:经|通过|从|由|自|过)[^,，。；]{0,6}?)?"
    "(?P<port>(?:[水航铁公空陆海][运空路港]?|沿江|沿海|内陆|全[市省]|本地)?(?:口岸|关区))"
    "(?!城市|开放|经济|办|物流)(?=[^,，。；0-9]{0,8}(?:进出口|出口|进口|货[值运物]|吞吐|占))"
)
#: A paper or a channel, of whose place the news need not be: 上海证券报.
_OUTLET = re.compile(
    "[一-鿿]{2,4}(?:证券报|经济报|日报|晚报|晨报|商报|早报|时报|都市报|新闻网|新闻|电视台|广播|卫视|观察|网)"
)


def without_outlets(line: str) -> str:
    """Return a line with the names of papers and channels blanked."""
    return _OUTLET.sub(lambda found: "　" * len(found[0]), line)


def names_nation(names: Names, line: str) -> bool:
    """Return whether a line speaks of the nation: not 全国第三."""
    return any(
        item.code == "CN" and not _OF_ALL.match(line, item.end)
        for item in names.mentions(line, "entities")
    )


def owners_named(names: Names, before: str, sentence: str) -> list[Mention]:
    """Return those whose a figure may be, in order.

    Parameters
    ----------
    names : Names
    before, sentence : str
        Its sentence up to the figure, and all of it, without what is compared with.
    """
    return [
        item
        for item in names.mentions(before, "entities")
        if _can_own(names.kinds[item.code], item, before, sentence)
    ]


def listed_with(names: Names, before: str, last: Mention) -> str:
    """Return the names that stand in a list with the last of those whose a figure may be.

    渝北区、江北区、南岸区进出口均超百亿元: of each of them, or of all.
    """
    begin, end = last.start, last.end
    for item in names.mentions(before, "entities"):
        # 渝北区和江北区: the second is nobody's partner
        if _BESIDE.fullmatch(before, end, item.start) and names.kinds[item.code] in _PLACES:
            end = item.end
    for item in reversed(names.mentions(before[: last.start], "entities")):
        beside = _BESIDE.fullmatch(before, item.end, begin)
        foreign = names.kinds[item.code] == "country" and item.code != "CN"
        if not beside or foreign or item.code == last.code:
            break
        begin = item.start
    return before[begin:end] if begin < last.start or end > last.end else ""


def of_two_places(before: str, floor: int) -> str:
    """Return the words for two places together whose a figure may be; empty where none are.

    Parameters
    ----------
    before : str
        Its sentence up to the figure.
    floor : int
        Where the last of those ends whose it may be.
    """
    for found in reversed(list(_OF_TWO.finditer(before, floor))):
        listed = _IN_LIST.match(before, found.end())
        if not (listed or _PARTNER.search(before[: found.start()])):
            return found[0]
    return ""


#: By which way it went: 经西部陆海新通道出口汽车, 通过中欧班列进口.
_BY_A_WAY = re.compile(
    "(?:经由?|通过|搭乘|乘坐|依托|利用)(?P<way>[^,，。；]{0,8}?(?:新通道|班列|铁路|公路|水运|空运|海运|跨境电商))"
    "(?:的?运输|发运|累计)*(?:进出口|出口|进口)"
)


def by_a_way(before: str) -> str:
    """Return the port or the way by which goods went of which a figure is; empty without one."""
    way = _BY_A_WAY.search(before)
    return way["way"] if way else of_a_port(before, 0, passing=True)


def of_a_port(before: str, floor: int, *, passing: bool) -> str:
    """Return the port whose trade a figure is; with ``passing`` the one by which it went."""
    for found in reversed(list(_OF_A_PORT.finditer(before, floor))):
        if bool(found["by"]) == passing:
            return found["port"]
    return ""


def _can_own(kind: str, item: Mention, before: str, sentence: str) -> bool:
    """Return whether figures behind a name may be its own: not of a partner, an outlet, a list."""
    if item.code == "CN" and _OF_ALL.match(sentence, item.end):
        return False
    if (kind == "country" and item.code != "CN") or item.word.endswith("海关"):
        return False
    ahead, behind = before[: item.start], sentence[item.end :]
    if item.word in ("全国", "我国") and ahead and not re.search("[,，、：:年月份度]$", ahead):
        return False
    if GIVES.match(behind[:4]) or _IN_LIST.match(behind) or _OWNS.match(behind):
        return False
    happens_at = kind in ("group", "event", "bloc") and ahead.endswith("在")
    return not (happens_at or _PARTNER.search(ahead))
