"""What somebody says beside a figure or a table of what its numbers are.

单位：万元; 以上均为美元值; 图中为2024年数据: such words change what every number says, and leave
each as it is. What the book says itself of its figure is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from cqbook.citing.alike import bare
from cqbook.citing.cited import CAPTION_NUMBER
from cqbook.data.vocabulary import CURRENCIES

#: A line that says what is counted in.
_UNIT = re.compile(
    r"\(?(?:[图表]中)?(?:计量|金额|数据|货币|数量)?单位(?:均为|[:为])(?P<unit>[^.;:()]{1,16})\)?\.?"
)
#: What leaves something out, takes something back, or says how sure or at which prices it is.
_LEFT_OUT, _WRONG = "不含|不包括|剔除|扣除|未含", "有误|作废|不实"
_PARTLY = f"{_LEFT_OUT}|不计|仅含"
_AS_WHAT = "估计|预计|初步|快报|测算|推算|不变价|现价|可比价"
_BACK = r"(?:以上|上述|前述)"
_WHAT = (
    rf"[^.;!?]{{0,16}}?(?P<how>为|是|系|按|以|用|指|折合|折算|{_PARTLY}|{_WRONG})"
    r"(?P<what>[^.;!?]{0,40})"
)
_SAYS_BACK = re.compile(rf"(?:^|[.;!?])(?P<all>[^.;!?\d]{{0,4}}{_BACK}{_WHAT})")
#: By what is spoken of: a figure or a table.
_SAYS_NAMED = {
    noun: re.compile(
        rf"(?:{noun}[中内示]|[上下本该此左右]{noun}[中内]?|{noun}\d{{1,3}}[中内]?){_WHAT}"
    )
    for noun in "图表"
}
#: The book's own.
_OWN_MONEY = CURRENCIES["CNY"]
_MONEY = f"{_OWN_MONEY}|[美欧日港]元"
_COUNTED_IN = rf"[千百十万亿]+(?:美元|标箱|[元吨辆台箱家个户条件人项])|{_MONEY}"
#: As what money is: 美元值, 按美元计价.
_AS_MONEY = "(?:值|计价?|计算|口径)?"
_MEASURED = re.compile(
    rf"{_COUNTED_IN}|{_AS_WHAT}|累计|当月|增速|增长率|增加额|进出口|出口|进口"
    rf"|全国|全市|(?:19|20)[0-9]{{2}}年|加工贸易|一般贸易|百分点|{_WRONG}|{_PARTLY}"
)
#: A caption of one's own, or a title, that ends with what is counted in.
_IN_CAPTION = re.compile(
    rf".{{2,60}}[(,:](?:单位:?|[按以])?(?P<what>{_COUNTED_IN}){_AS_MONEY}\)?\.?"
)
_MONEY_ALONE = re.compile(rf"\(?[按以]?(?P<unit>{_COUNTED_IN}){_AS_MONEY}(?:,[^.;]{{0,8}})?\)?\.?")
#: A note and a source of one's own.
_LED = re.compile(r"\(?(?:(?P<note>注释?|备注|说明)|(?:数据|资料)?来源)[:：]?(?P<said>.{2,200})")
#: A source that a caption of one's own names.
_SOURCED = re.compile(r"[(,;.](?:数据|资料)?来源:?(?P<said>[^()]{2,80})\)?\.?")
_NOTED = re.compile(f"{_COUNTED_IN}|{_AS_WHAT}|{_WRONG}|{_LEFT_OUT}")
#: What the numbers are counted in: another one makes all of them wrong.
_CERTAIN = re.compile(_COUNTED_IN)


@dataclass(frozen=True)
class Remark:
    """What is said of a figure beside it, that the book does not say; ``certain``: it is wrong.

    ``why``: what the figure has instead, where that is known.
    """

    said: str
    certain: bool
    why: str = ""


def is_remark(text: str) -> bool:
    """Return whether a paragraph says of a figure or table beside it what its numbers are."""
    plain = bare(text)
    named = (way.search for way in _SAYS_NAMED.values())
    whole = (_UNIT.fullmatch, _MONEY_ALONE.fullmatch, _IN_CAPTION.fullmatch, _LED.match)
    return any(way(plain) for way in (*whole, _SAYS_BACK.search, *named))


def named_in(text: str) -> tuple[str, str]:
    """Return of what a paragraph says it, 图 or 表, and on which side that is, 上 or 下.

    Empty where it names neither, or both, and where it says no side.
    """
    plain = bare(text)
    ways = ((noun, way.search(plain)) for noun, way in _SAYS_NAMED.items())
    named = [(noun, found[0][0]) for noun, found in ways if found]
    if len(named) != 1:
        return "", ""
    ((noun, first),) = named
    return noun, first if first in "上下" else ""


def said_back(text: str) -> tuple[str, str]:
    """Return what a paragraph says of what stands before it (以上均为…), and its text before that.

    Nothing where it says no such thing.
    """
    plain = bare(text)
    found = _SAYS_BACK.search(plain)
    return (plain[found.start("all") :], plain[: found.start("all")]) if found else ("", "")


def unit_line(text: str) -> str:
    """Return the unit that a line says, and nothing else; empty where it is no such line."""
    plain = bare(text)
    found = _UNIT.fullmatch(plain) or _MONEY_ALONE.fullmatch(plain)
    return found["unit"] if found else ""


def strange_remark(
    text: str, printed: Collection[str], noun: Literal["图", "表"] = "图"
) -> Remark | None:
    """Return what a paragraph says of a figure or table that the book does not say of it.

    Parameters
    ----------
    text : str
        The paragraph.
    printed : collection of str
        All that the book prints of it, bare.
    noun : str
        Which of both it is.
    """
    plain, whole = bare(text), "\n".join(printed)
    if plain in printed:
        return None
    unit = unit_line(text)
    if unit:
        parts = [part.removeprefix(_OWN_MONEY) or part for part in re.split("[,、/]", unit)]
        known = all(_is_counted_in(part, whole) for part in parts)
        return None if known else Remark(text, certain=True)
    captioned = _IN_CAPTION.fullmatch(plain)
    if captioned and plain not in whole:
        said = captioned["what"]
        return None if _is_said(said, whole) else Remark(text, certain=True)
    led = _LED.match(plain)
    sourced = led["said"] if led and not led["note"] else _sourced(plain)
    if sourced:
        parts = [part for part in re.split("[;.、]", sourced) if len(part) > 1]
        return None if all(part in whole for part in parts) else Remark(text, certain=False)
    if led:
        return _strange(text, _NOTED.findall(led["said"]), whole)
    named = _SAYS_NAMED[noun].finditer(plain)
    return _strange(text, (found["how"] + found["what"] for found in named), whole)


def _sourced(plain: str) -> str:
    """Return the source that a caption of one's own says at its end."""
    found = _SOURCED.search(plain) if CAPTION_NUMBER.match(plain) else None
    return found["said"] if found else ""


def strange_back(said: str, printed: Collection[str]) -> Remark | None:
    """Return what `said_back` says of numbers before it, where these do not say it."""
    plain = bare(said)
    parts = (found["how"] + found["what"] for found in _SAYS_BACK.finditer(plain))
    return _strange(said, parts, "\n".join(map(bare, printed)))


def _strange(text: str, parts: Iterable[str], whole: str) -> Remark | None:
    words = [
        word for part in parts for word in _MEASURED.findall(part) if not _is_said(word, whole)
    ]
    certain = any(map(_CERTAIN.fullmatch, words))
    return Remark(text, certain=certain) if words else None


def _is_counted_in(unit: str, whole: str) -> bool:
    return re.search(rf"(?<![百千万亿美欧日港]){re.escape(unit)}(?!美元)", whole) is not None


def _is_said(word: str, whole: str) -> bool:
    if word == _OWN_MONEY:
        return "美元" not in whole and "欧元" not in whole
    return _is_counted_in(word, whole) if _CERTAIN.fullmatch(word) else word in whole
