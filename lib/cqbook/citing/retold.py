"""What somebody tells of a figure by its name (图1显示…): its numbers, of other rows than theirs.

Numbers that are none of the figure's may follow from it, and are nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cqbook.citing.alike import bare
from cqbook.citing.entries import EntryRow
from cqbook.citing.remarks import Remark

_SENTENCE = re.compile(r"(?<!\d)[.;!?]|[.;!?](?!\d)")
#: A dash between two numbers is no minus.
_NUMBER = re.compile(
    r"(?P<digits>(?:(?<![\d%元吨辆台箱家个列位点])-)?\d+(?:\.\d+)?)"
    r"(?P<unit>%|个百分点|[万亿]{0,2}(?:美元|标箱|[元吨辆台箱家个列])|位)"
)
_FLOW = re.compile("进出口|出口|进口")
_FROM, _TO = re.compile("[由从]"), re.compile("[到至为]")
_UP, _DOWN = re.compile("升|增|涨|提高|扩大"), re.compile("降|减|跌|回落|缩")
#: What a number is by which something changed, or is apart: none of the figure's.
_CHANGED = re.compile("[增减多少高低升降涨跌差缩扩][^到至为]{0,3}$")
#: A figure of which something is told, and one that is only referred to.
_NAMED = re.compile(
    r"图\d|[上下本该此左右前]图|图[中内示]|(?:以|前|[上下]面|这|上述|两|几|三)[上述面的两二三四几]{0,4}[张幅个]图"
    r"|(?:以上|以下|上述|上面|下面)的?[两二三四几各]?图"
)
#: What says much of a figure, and no number by which it could be compared.
LOUD_WORDS = re.compile(
    "遥遥领先|一骑绝尘|一枝独秀|独占鳌头|首屈一指|无人能及|绝对优势|压倒性|翻了?[几数]番|翻番|翻了?(?:[一两二三四五]番|倍)|腰斩"
    "|断崖式?|暴[涨跌增]|飙升|井喷|爆发式|骤[降减增]|[大锐]幅?(?:跳水|缩水)|史上最[高低多少]|前所未有|世界第一|全国第一|稳居第一"
    "|(?:历史|史上)新高|几乎全部|绝大部分|占据?半壁江山|一半以上|半数以上"
)
_REFERRED = re.compile(r"\([^()]{0,12}图[^()]{0,12}\)")


@dataclass(frozen=True)
class _Told:
    """A number that a row of a figure has: its unit, and between which ends it is."""

    row: EntryRow
    unit: str
    ends: tuple[float, float]

    def is_said_by(self, digits: str, unit: str) -> bool:
        """Return whether digits with a unit are this number, or what it is rounded to them."""
        places = len(digits.partition(".")[2])
        low, high = (round(end, places) for end in self.ends)
        return unit == self.unit and low <= float(digits) <= high


def names_a_figure(text: str) -> bool:
    """Return whether a paragraph tells what a figure shows; to refer to one says nothing of it."""
    return bool(_NAMED.search(_REFERRED.sub("", bare(text))))


def mistold(text: str, rows: Sequence[EntryRow], printed: Collection[str]) -> Remark | None:
    """Return in what a paragraph tells a figure otherwise than it is; None: in nothing.

    Parameters
    ----------
    text : str
        The paragraph, which names the figure.
    rows : sequence of EntryRow
        Of the figure.
    printed : collection of str
        All that the book prints of it, bare.
    """
    told = [item for row in rows for item in _numbers_of(row)]
    flows = set(_FLOW.findall("\n".join(printed)))
    for sentence in _SENTENCE.split(bare(text)):
        before: set[str] = set()
        for clause in sentence.split(","):
            named = _named(clause, rows)
            # a year, or a series, that was named holds for what follows it
            kinds = [{row.group or "" for row in rows}, {row.label for row in rows}]
            named |= {name for kind in kinds if not named & kind for name in before & kind}
            before = named
            # from one number to another: which of them a year is of, the words do not say
            moves = bool(_FROM.search(clause) and _TO.search(clause))
            wrong = _turned_round(clause) if moves else _of_another_row(clause, named, told)
            if wrong:
                return Remark(text, certain=True, why=wrong)
            if wrong := _of_another_flow(clause, flows):
                return Remark(text, certain=False, why=wrong)
    loud = LOUD_WORDS.search(bare(text))
    if loud and not any(loud[0] in said for said in printed):
        return Remark(text, certain=False, why=f"“{loud[0]}”：图里没有这样说，没有数可以比对")
    return None


def captioned_otherwise(text: str, printed: Collection[str]) -> Remark | None:
    """Return what a caption of one's own says that the figure is of, and it is not: exports."""
    flows = set(_FLOW.findall("\n".join(printed)))
    strange = set(_FLOW.findall(bare(text))) - flows
    if not strange or not flows:
        return None
    return Remark(text, certain=False, why=_of_flows(flows))


def _of_flows(flows: Collection[str]) -> str:
    return f"图说的是{'、'.join(sorted(flows))}"


def _numbers_of(row: EntryRow) -> list[_Told]:
    found = _NUMBER.findall(bare(row.full or ""))
    units = {unit for _, unit in found}
    if len(units) != 1:
        return []
    ends = sorted(float(digits) for digits, _ in found)
    return [_Told(row, units.pop(), (ends[0], ends[-1]))]


def _named(clause: str, rows: Sequence[EntryRow]) -> set[str]:
    """Return the series and labels that a clause names, none that is a part of another one."""
    every = {name for row in rows for name in (row.group, row.label) if name}
    found = {name for name in every if bare(name) in clause}
    return {name for name in found if not any(name != item and name in item for item in found)}


def _of_another_row(clause: str, named: set[str], told: Sequence[_Told]) -> str:
    """Return which number of a clause is not that of the row that it names."""
    if not named:
        return ""
    groups = {item.row.group for item in told} & named
    labels = {item.row.label for item in told} & named
    meant = [
        item
        for item in told
        if (not groups or item.row.group in groups) and (not labels or item.row.label in labels)
    ]
    for found in _NUMBER.finditer(clause):
        digits, unit = found["digits"], found["unit"]
        if not meant or any(item.is_said_by(digits, unit) for item in meant):
            continue
        if _CHANGED.search(clause[: found.start()]):
            continue
        if len(meant) == 1 and meant[0].unit == unit and groups and labels:
            return f"图中{meant[0].row.name}为{meant[0].row.full}"
        others = [item.row for item in told if item.is_said_by(digits, unit)]
        if others:
            return f"图中{digits}{unit}是{others[0].name}的"
    return ""


def _of_another_flow(clause: str, flows: Collection[str]) -> str:
    """Return of which flow the figure is, where a number is told of another one."""
    strange = [flow for flow in _FLOW.findall(clause) if flow not in flows]
    if not strange or not flows or not _NUMBER.search(clause):
        return ""
    return _of_flows(flows)


def _turned_round(clause: str) -> str:
    """Return whether a clause calls a rise what it tells as a fall, or the other way round."""
    for first, last in pairwise(_NUMBER.finditer(clause)):
        between = clause[first.end() : last.start()]
        up, down = _UP.search(between), _DOWN.search(between)
        if first["unit"] != last["unit"] or bool(up) == bool(down):
            continue
        if not _FROM.search(clause[: first.start()]) or not _TO.search(between):
            continue
        risen = float(last["digits"]) - float(first["digits"])
        if (up and risen < 0) or (down and risen > 0):
            return f"{first[0]}、{last[0]}，说反了"
    return ""
