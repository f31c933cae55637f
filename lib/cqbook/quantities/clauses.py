"""Which way a figure goes, by the words of its clause: 下降3.1%, 降幅收窄3.1个百分点, 低于全国.

The nearest word decides. A rate that is spoken of (增幅, 降幅) turns what is said of it: a fall
that narrows by three points is a rise of the rate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cqbook.quantities.numerals import any_of, word_list

_RATES = {
    **dict.fromkeys(
        ("增幅", "增速", "涨幅", "升幅", "增长率", "增长速度", "增长幅度", "上涨幅度"), 1
    ),
    **dict.fromkeys(("降幅", "跌幅", "减幅", "下降幅度", "下跌幅度", "减少幅度", "降低幅度"), -1),
}
_UP = word_list(
    "正增长 增长 增加 递增 上升 提高 上涨 提升 攀升 扩大 加快 增 升 涨 快于 高于 多于 高出 快 "
    "高 回升 反弹 走高 走强 扩张 多增 领先 拉动 拉高 加深 走阔 少减 少降 翻番 跃升 飙升"
)
_DOWN = word_list(
    "负增长 下降 减少 降低 回落 下跌 下滑 放缓 减缓 趋缓 缩减 缩短 收窄 缩小 缩窄 缩水 收缩 "
    "萎缩 下挫 下行 下探 滑落 滑坡 走低 走弱 走跌 跌落 低于 慢于 少于 低 慢 降 减 跌 少增 多减 "
    "多降 压缩 拖累 下拉 拉低 落后 亏损 逆差 赤字 衰退 损失 腰斩 递减 下调 少 弱于 落 滑 缩"
)
#: Words that have letters of these and say of no figure which way it goes.
_NEITHER = any_of(
    word_list(
        "涨跌 升降 增减 加减 增降 增加值 增值 新增 增量 不少于 不低于 不高于 不多于 多少 至少 "
        "不少 减税 减排 减负 减免 减量 减速器 减震 减肥 落户 落地 落实 落成 院落 村落 部落 角落 "
        "段落 下落 最低 最高 最快 最慢 最少 低碳 低空 低温 低价 高新 高技术 高速 高质量 高水平 "
        "高端 高铁 高附加值 高校 高原 高温 高地 高标准 高效 高值 高位 新高 高峰 快递 快速 快船 "
        "快车 尽快 较快 慢病 慢性 降碳 降本 降费 降水 降温 缩影 升级 升学 涨价 裁减 光滑 润滑 "
        "滑雪 青少年 少年 少数 压缩机 压缩包 压缩空气 浓缩 伸缩 快报 扩大内需 扩大开放 扩大进口 "
        "稳增长 促增长 保增长 提升行动 拉动力"
    )
)
#: What stands before a number by which something rose or fell, in a printed form of its own.
_ASIDE = word_list(
    "快于 高于 多于 高出 快 高 领先 拉动 拉高 低于 慢于 少于 低 慢 拖累 下拉 拉低 落后 亏损 "
    "逆差 赤字 损失 少 弱于 落 滑 缩 翻番 收窄 缩小 缩窄 走阔 加深"
)
RISES = tuple(
    word for word in (*_UP, *(w for w, sign in _RATES.items() if sign > 0)) if word not in _ASIDE
)
FALLS = tuple(
    word for word in (*_DOWN, *(w for w, sign in _RATES.items() if sign < 0)) if word not in _ASIDE
)
_WORDS = {**dict.fromkeys(_UP, 1), **dict.fromkeys(_DOWN, -1), **_RATES}
_WORD = re.compile(f"(?P<neither>{_NEITHER})|(?P<word>{any_of(_WORDS)})")
#: What is said of a rate: it becomes another, or changes by points.
_OF_RATE = frozenset(
    word_list(
        "收窄 缩小 缩窄 扩大 加深 走阔 回落 放缓 减缓 趋缓 加快 提高 提升 上升 下降 回升 降低 "
        "高 低 快 慢 减少 增加 高出 下滑 升 降 攀升 反弹 走高 走低"
    )
)
_REACHED = re.compile("^(?:了|[（(]下同[)）])?(?:至|到(?!达))")
_BEHIND = re.compile(f"^的?(?P<word>{any_of(_RATES)}|下降|下跌|增长|负增长|増加?|減少?)(?![0-9])")
_ENGLISH = re.compile(
    r"\b(?:(?P<up>rose|risen|up|grew|grow(?:th|n)|increas\w+|gain\w*|jump\w*|surg\w+|soar\w*|climb\w*"
    r"|higher|expand\w*)"
    r"|(?P<down>fell|fall(?:en|s)?|down|declin\w+|decreas\w+|drop\w*|slump\w*|shr[aiu]nk\w*"
    r"|contract(?:ed|ion)|plung\w+|lower|slid|tumbl\w+|minus))\b",
    re.I,
)


@dataclass(frozen=True)
class Direction:
    """Which way a figure goes: ``sign`` 1 or -1, by which ``word``; ``at``: where that stands.

    ``reached``: the figure is what a rate became (降幅收窄至3.1%), not by how much it changed.
    """

    sign: int
    word: str
    at: int
    reached: bool = False


def direction(left: str, right: str = "", *, points: bool = False) -> Direction | None:
    """Return which way a figure goes by the words around it; None where none says it.

    Parameters
    ----------
    left, right : str
        What stands before the number in its clause, and behind its unit.
    points : bool
        Whether it is in percentage points: by how much a rate changed.
    """
    said = [found for found in _WORD.finditer(left) if found["word"]]
    if not said:
        behind = _BEHIND.match(right)
        if behind:
            return Direction(
                _WORDS.get(behind["word"], -1 if behind["word"][0] == "減" else 1),
                behind["word"],
                len(left),
            )
        return _in_english(left)
    last = said[-1]
    word, after = last["word"], left[last.end() :]
    reached = bool(_REACHED.match(after))
    sign = _WORDS[word]
    rates = [item for item in said[:-1] if item["word"] in _RATES]
    grown = [item for item in said[:-1] if item["word"] in ("增长", "下降", "上涨", "下跌")]
    if word in _RATES:
        return Direction(sign, word, last.start())
    if reached:
        # 增长放缓至3.1%: still a rise; 占比下降至31%: a level, of which nothing is said
        of = (rates or grown)[-1:] if word in _OF_RATE else []
        if not of:
            return None
        return Direction(_WORDS[of[0]["word"]], of[0]["word"] + word, of[0].start(), reached=True)
    if points and word in _OF_RATE and rates and "的" not in left[rates[-1].end() : last.start()]:
        of_rate = rates[-1]
        return Direction(_WORDS[of_rate["word"]] * sign, of_rate["word"] + word, of_rate.start())
    return Direction(sign, word, last.start())


def _in_english(left: str) -> Direction | None:
    said = list(_ENGLISH.finditer(left))
    if not said:
        return None
    return Direction(1 if said[-1]["up"] else -1, said[-1][0], said[-1].start())
