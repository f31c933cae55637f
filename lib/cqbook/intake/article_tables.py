"""What a column of a table in an article has, by its heading: levels, rates, places, changes."""

from __future__ import annotations

import re
from dataclasses import dataclass


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
