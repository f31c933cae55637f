"""Where a figure of an article stands; whether it is actual, an estimate, a plan or a target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cqbook.intake.article_choices import RATIOS

_MONEY = frozenset({"CNY", "USD"})
#: A size that something is to reach: 打造千亿级产业集群, 向万亿级迈进.
_OF_A_SIZE = re.compile("[百千万]?[万亿]元?级?")
_TO_BE = re.compile(
    "(?:打造|建设|冲刺|迈向|进军|创建|奋进|瞄准|冲击|培育(?:壮大)?|力争)(?![^,，。；]{0,24}(?:已|了))[^,，。；]{0,24}$"
    "|向[^,，。；]{0,4}$"
)
_TOWARDS = re.compile("[^,，。；]{0,8}(?:迈进|奋进|冲刺|进军|迈步)")
#: 25家企业将落户: said behind what is counted.
_WILL = re.compile("[^,，。；、的]{0,10}?(?<!即)(?:即将|将|拟)(?=[于在]?[一-鿿])")
#: General aims, behind which a clause may say what there is: 致力于打造高地，有10个市场.
_AIMS = ("致力于", "迈向", "迈进")


#: 完成年度目标, 低于预期目标: with what a figure is compared; 高于预期的10.5% is what was expected.
_AGAINST_PLAN = re.compile(
    "(?:完成|[比较]|超过?|超出|低于|高于|好于|快于|慢于|优于|占|为|达到?|相当于|距离?|离|差|符合)[^,，。；0-9]{0,8}?"
    "(?:目标|计划|任务|预期)(?:目标|任务|进度|值|数)?(?P<of>的[约近超逾]?过?$)?"
)
_DONE = re.compile("实际(?!使用|利用)|已经?(?:完成|实现|开行|到位|达|建成|投产|突破|超)")
#: What is carried out: 全年计划, 目标任务.
_PLANS = re.compile("(?:预期|预定)?(?:计划|目标|任务|预算)")
#: 主要预期目标是：…；…: of all that is listed behind it.
_AIMS_LISTED = re.compile("目标(?:任务)?(?:是|为)?[:：]")
#: 2026年主要预期目标, 重点任务: what stands below such a heading is aimed at, not done.
_AIMING = re.compile("目标|任务|展望|工作安排|工作打算|工作计划")
_REVIEWED = re.compile("完成|回顾|情况|实现|成绩|成效|执行")


@dataclass(frozen=True)
class FigurePlace:
    """Where a figure stands: in a paragraph, from the ``start`` of its sentence.

    ``core``: where its digits begin; ``end``: where it ends. ``others``: where the digits of the
    paragraph's figures begin. ``unit``, ``measure``: as far as its own words say them.
    """

    plain: str
    start: int
    core: int
    end: int
    others: Sequence[int]
    unit: str = ""
    measure: str = ""

    @property
    def before(self) -> str:
        """Its sentence up to its digits."""
        return self.plain[self.start : self.core]

    @property
    def clause(self) -> int:
        """Where its clause begins."""
        return max(
            self.start, *(self.plain.rfind(sign, self.start, self.core) + 1 for sign in ",，；;")
        )

    @property
    def last(self) -> int:
        """Where the digits of the figure before begin; the sentence, where there is none."""
        return max((place for place in self.others if place < self.core), default=self.start)

    @property
    def own(self) -> str:
        """Its own words: its clause, behind the figure before."""
        return self.plain[max(self.clause, self.last) : self.core]

    @property
    def of_a_size(self) -> bool:
        """Whether it is a size and no count: 千亿级."""
        printed = self.plain[self.core : self.end]
        return bool(_OF_A_SIZE.fullmatch(re.sub("^[一二两三四五六七八九十0-9.]+", "", printed)))

    @property
    def behind(self) -> str:
        """What follows in its clause."""
        return re.split("[,，。；;]", self.plain[self.end : self.end + 24])[0]


def status_read(spot: FigurePlace) -> tuple[str, str]:
    """Return whether a figure is actual, an estimate, planned or a target, and the word for it."""
    own = spot.plain[spot.clause : spot.core]
    if re.search("目前的(?:约|近)?$", own):
        return "actual", ""
    if spot.measure == "completion":
        # 计划开行2600列，上半年完成全年计划的48.8%: what was done of a plan is none
        return status_said(_PLANS.sub("", spot.plain[max(spot.start, spot.last) : spot.core]))
    if spot.of_a_size:
        to_be = _TO_BE.search(own)
        if to_be and (to_be[0][0] != "向" or _TOWARDS.match(spot.behind)):
            return "target", f"性质：“{to_be[0][:2]}”"
    listed = _AIMS_LISTED.search(spot.plain, spot.plain.rfind("。", 0, spot.core) + 1, spot.core)
    if listed:
        return "target", f"性质：“{listed[0]}”"
    status, why = status_said(_without_plans(spot))
    if why and any(word in why for word in _AIMS) and re.search("[^没]有[约近超]?$", own):
        return "actual", ""
    if status == "actual" and spot.unit and spot.unit not in RATIOS and spot.unit not in _MONEY:
        will = _WILL.match(spot.behind)
        if will:
            return "plan", f"性质：“{will[0]}”"
    return status, why


def is_done(spot: FigurePlace, status: str, *, named: bool, before: str) -> bool:
    """Return whether a figure is actual though plans were told of before it in its sentence.

    计划开行2600列，上半年开行1268列，增长3%.

    Parameters
    ----------
    spot : FigurePlace
    status : str
        As the words of the sentence say it.
    named : bool
        Whether its own words name a time that is over.
    before : str
        The status of the figure before.
    """
    if status_said(spot.plain[spot.start : spot.last])[0] != status:
        return False
    own = spot.plain[spot.last : spot.core]
    rate = before == "actual" and spot.unit in RATIOS
    done = named or rate or _DONE.search(own)
    return bool(done) and status_said(_PLANS.sub("", own))[0] == "actual"


def is_aiming(heading: str) -> bool:
    """Return whether what stands below a heading is aimed at: 2026年主要预期目标."""
    return bool(_AIMING.search(heading)) and not _REVIEWED.search(heading)


def _without_plans(spot: FigurePlace) -> str:
    """Return the words before a figure without the plans that it is compared with."""
    done = spot.measure == "completion"
    return _AGAINST_PLAN.sub(
        lambda found: found[0] if found["of"] and not done else "", spot.before
    )


#: Behind 全年计划, where that is no noun: 全年计划引进300个, not 全年计划的48%.
_PLANNED_TO = (
    "引进|引入|招|开行|开通|开工|实施|安排|完成(?![率度情的])|新|建|投(?!资)|生产|销售|出口|进口|发运|运输|签约"
    "|培育|组织|举办|实现|达到|接待|改造"
)
#: What is aimed at, said of nothing that it is compared with.
_STRIVING = ("力争", "争取", "努力实现")
#: What is told in a clause before another.
_A_FIGURE = re.compile("[0-9][^,，]*[,，]")


def status_said(before: str) -> tuple[str, str]:
    """Return what the words before a figure say of its status."""
    found = [
        (match.start(), code, match[0])
        for pattern, code in (
            ("预计|预期|估计|有望|预测", "estimate"),
            (
                "(?<![”》年初度比较超于成过])计划(?!目标|的|投资进度|总投资)(?![”》])"
                f"|(?<=[全半今明0-9]年)计划(?={_PLANNED_TO})"
                "|将(?!.{0,14}作为)|拟(?!合)|规划建设"
                "|投产后|建成后|达产后|竣工后|投用后|全面达产|明确",
                "plan",
            ),
            ("力争|目标(?!任务)|争取|努力实现|致力于|推动.{0,12}迈向|向.{0,12}迈进", "target"),
        )
        for match in re.finditer(pattern, before)
    ]
    words = [item for item in found if item[2] != "明确"]
    if not words:
        return "actual", ""
    guessed = max((end for end, code, _ in words if code == "estimate"), default=-1)
    aimed = max((at for at, _, word in words if word in _STRIVING), default=-1)
    if -1 < guessed < aimed and _A_FIGURE.search(before, guessed, aimed):
        # 预期增长10%，力争运输36万标箱
        words = [item for item in words if item[1] != "estimate"]
    # 预计…将达: an estimate, whatever else is said; a target is stronger than a plan
    for wanted in ("estimate", "target", "plan"):
        for _, code, word in words:
            if code == wanted:
                return code, f"性质：“{word}”"
    return "actual", ""
