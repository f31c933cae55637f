"""What the words of a number say of it and nobody understood: 自贸试验区进出口, 对美出口, 未达到.

A number is only said to hold where all words are understood that say what it is of. They stand in
its clause and in the one that names the thing; what is neither a name nor a time of the tables, a
number, nor one of the words below that limit nothing, may be a part, a place or another thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from cqbook.intake.article_choices import flow_of
from cqbook.intake.article_figure import Article
from cqbook.intake.article_names import Names, blanked
from cqbook.quantities.clauses import FALLS, RISES
from cqbook.quantities.named_periods import named_periods
from cqbook.quantities.numerals import LIMITING, any_of
from cqbook.quantities.quantity import Reported

#: A number with its unit.
_NUMBER = re.compile(
    r"[0-9][0-9.,—%-]*[余多]?[万亿千百]*[余多]?"
    "(?:个百分点|人民币|美元|标箱|平方米|公里|[元吨辆台家个户箱倍成项列位次件套栋条人])?"
)
#: Words that say neither of what a number is nor when: the longest first.
_PLAIN = re.compile(
    # the thing, whatever part of it
    "货物贸易|对外贸易|国际贸易|外贸|贸易|进出口|出口|进口|总[值额量计数]|数[量值额]|金额|货值|规模"
    "|总体|整体|合计|总计|累计|共计|一共|占比|比重|份额|占|比例|人民币|贡献率"
    # how it moved
    "|[比较](?:上年|去年)(?:同期)?|(?:上年|去年)同期|同期|同比|增速|增幅|降幅"
    rf"|{any_of((*RISES, *FALLS))}"
    "|扩大|收窄|快于|慢于|高于|低于|首次|继续|保持|稳定|历史新高|新高|创|位[列居]|居"
    # what was done
    rf"|实现|完成|达到|达成|高达|{LIMITING}|台阶|大关|关口|预计|计划|目标|力争|有望|努力"
    "|新增|新签|新|引进|拥有|建成|培育|全面|成功|实施|发放|受理|推[出进]|集聚|建[立设]|纳入|编制|助[推力]"
    "|公布|报道|当时|投入|化解|分级分类|解决|应对|改造|创汇|陆续|正全速|现场|不仅"
    # where and among whom, which the number's own place says
    "|全[市区县国省]|[我本该][市区县省国]|市级|地区|当地|国内|全球|世界|来自|分别|其中|主要|重大|全部|全通道|陆海新?通道|最多|几种|同月"
    "|[为是有达由到至了的地得则又再仍也均都就已将共计和与及等第各值额量数市省区县度在]"
)
#: Beside a period they make another of it, or none.
_TIME = re.compile("[末初底]|以前|之前|以来|以后|期间|前后|当季|每[年月]|[年月日]均|同期")
_ANOTHER = re.compile("[未没距离缺差]|不是|并非")
_CLAUSE = re.compile("[，,；;：:（）()、]")


def not_understood(names: Names, sentence: str, core: int, row: Reported) -> str:
    """Return words that say of what a number is, or when, and are not understood; or nothing.

    Parameters
    ----------
    names : Names
    sentence : str
        Simplified, up to its end.
    core : int
        Where the number begins in it.
    row : Reported
        Of the book, that has it.
    """
    clauses = _CLAUSE.split(re.sub(r"(?<=\d),(?=\d{3})", "", sentence[:core]))
    named = [place for place, text in enumerate(clauses) if _names_a_thing(names, text)]
    at = named[-1] if named else len(clauses) - 1
    asked = dict.fromkeys([clauses[at], clauses[-1]])
    found = [word for text in asked for word in _left_in(names, text)]
    found += [word for text in clauses[: at + 1] for word in _times_in(text)]
    things = names.mentions(clauses[at], "indicators") if named else []
    last = max((item.end for item in things), default=0)
    of_it = {item.code for item in things if item.end == last}
    whole = row["measure"] == "level" and row["flow"] == "total"
    if whole and of_it and row["indicator"] not in of_it:
        # 进出口税收 is no trade
        found += [item.word for item in things if item.end == last][:1]
    behind = re.split("[，,；;。]", sentence[core:])[0]
    found += re.findall("差距|缺口|之外", behind)
    return found[0] if found else ""


#: How a level is said to have become another: 升至, 增长到2023年的.
_BECAME = re.compile(
    rf"(?:(?P<up>{any_of(RISES)})|(?P<down>{any_of(FALLS)}))(?:至|到)(?:[0-9]{{4}}年的?)?$"
)


def moved_otherwise(article: Article, place: int) -> str:
    """Return how a level is said to have become another that lies the other way, or nothing.

    2022年8158.4亿元，2023年升至7137.4亿元: both numbers are the book's.
    """
    if not place:
        return ""
    before, figure = article.figures[place - 1 : place + 1]
    one, other = before.row, figure.row
    same = ("indicator", "measure", "flow", "entity", "breakdown", "unit", "qualifier")
    if before.paragraph != figure.paragraph or any(one[name] != other[name] for name in same):
        return ""
    plain = article.text.simplified[figure.paragraph - 1]
    said = _BECAME.search(plain[before.seen.end : figure.seen.core])
    if not said or other["measure"] != "level" or not (one["value"] and other["value"]):
        return ""
    change = Decimal(other["value"]) - Decimal(one["value"])
    if change * (1 if said["up"] else -1) >= 0:
        return ""
    return f"由{one['as_printed']}到这个数，不是“{said[0]}”"


def _names_a_thing(names: Names, text: str) -> bool:
    return bool(names.mentions(text, "indicators") or flow_of(text).first)


def _left_in(names: Names, text: str) -> Iterator[str]:
    """Yield the words of a clause that are no name of the tables and limit something."""
    named = (
        item
        for resource in ("indicators", "breakdowns", "entities")
        for item in names.mentions(text, resource)
    )
    left = blanked(text, (*named, *named_periods(text, None)))
    plain = _PLAIN.sub(" ", _NUMBER.sub(" ", left))
    for word in re.findall("[一-鿿]+", plain):
        if len(word) > 1 or _ANOTHER.fullmatch(word):
            yield word


def _times_in(text: str) -> Iterator[str]:
    """Yield what is said beside a period of a clause that is about a time."""
    periods = named_periods(text, None)
    if periods:
        found = _TIME.search(blanked(text, periods))
        if found:
            yield f"{periods[-1].text}{found[0]}"
        elif "当月" in text and not re.search("[0-9]月", text):
            # of which month
            yield "当月"
