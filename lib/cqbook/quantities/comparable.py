"""What may be computed with what: figures that differ in kind are refused without a reason.

Customs counts other cars than the makers' association, a target did not happen, January to August
is no year. Each such pair has once been divided by each other, and looked right.

An empty field says that nothing is known or that there is nothing to tell apart: most indicators
are counted by one body only, and their rows name none. It contradicts nothing, except where a thing
*is* counted by several (`COUNTED_BY_SEVERAL`): there a figure without a basis may be any of them,
and goes only with another from the same source.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from cqbook.errors import IncomparableError
from cqbook.quantities.about import HAPPENED, MONEY, STATUS_ZH, About
from cqbook.quantities.periods import Period
from cqbook.quantities.units import Unit, same_kind, unit_zh

#: Indicators of which the tables hold figures on more than one basis; a test holds this to them.
COUNTED_BY_SEVERAL = frozenset({"auto_exports", "auto_exports_value", "auto_sales", "trade_value"})
#: What is a part of what by definition.
PART_OF_FLOW = {"export": "total", "import": "total"}
#: Accumulations that are a state at a moment, whatever the period is called.
MOMENTS = ("stock", "since_start", "capacity")
#: Statuses that may stand beside one another.
STATUS_KINDS = dict.fromkeys(HAPPENED, "happened") | {
    "estimate": "expected",
    "plan": "intended",
    "target": "intended",
}
#: Measures whose numbers say the same kind of thing.
MEASURE_KINDS = {"pct_change": "yoy", "difference": "level", "pp_change": "level"}

#: How the figures are put together.
#:
#: ``alike``: compared, or one grown out of the other: all but place, part and year the same.
#: ``within``: the last is the whole of the others: same days, and flows that are part of its flow.
#: ``apart``: added or subtracted: same length of time or same beginning; exports and imports may.
#: ``rate``: a level and its own growth: the same thing at the same time.
#: ``compared``: which is more; exports may exceed imports, this may exceed that.
#: ``per``: one thing for each of another: counted alike, at the same time.
Pairing = Literal["alike", "within", "apart", "rate", "compared", "per"]


class Described(Protocol):
    """A quantity, as far as it is asked here."""

    @property
    def unit(self) -> Unit:
        """The unit."""

    @property
    def zh(self) -> str:
        """The figure in words."""

    @property
    def source_id(self) -> str:
        """Where it comes from."""

    @property
    def observation_id(self) -> str:
        """The rows that it comes from."""

    @property
    def known(self) -> bool:
        """Whether there is a number."""

    @property
    def about(self) -> About:
        """What it is about."""


class _Difference(NamedTuple):
    zh: str
    en: str
    one: str
    other: str


_Check = Callable[[Described, Described], "_Difference | None"]


def check_comparable(
    *quantities: Described, regardless: str = "", relation: Pairing = "alike"
) -> str:
    """Refuse figures that must not be computed with one another.

    Parameters
    ----------
    *quantities : Quantity
        Each is compared with the last. What is not published is passed over: nothing is computed
        of it.
    regardless : str
        Why they may all the same, as a reader is told (Chinese). It does not help where the units
        measure different things: yuan do not become dollars by a reason.
    relation : {"alike", "within", "apart", "rate", "compared", "per"}
        How they are put together, see `Pairing`.

    Returns
    -------
    str
        The reason where one was needed, else an empty text: only a real difference is shown.

    Raises
    ------
    IncomparableError
        If they differ in unit or currency, measure, basis, status, price, flow or length of time.
    """
    held = [item for item in quantities if item.known]
    if len(held) < len(quantities) or len(held) < 2:
        return ""
    *firsts, last = held
    needed = False
    for check in _CHECKS[relation]:
        for first in firsts:
            found = check(first, last)
            if found is None:
                continue
            if not regardless or check is _unit:
                raise IncomparableError(
                    (figure_name(first), found.one),
                    (figure_name(last), found.other),
                    found.zh,
                    found.en,
                )
            needed = True
    return regardless if needed else ""


def figure_name(item: Described) -> str:
    """Return a figure with what it is about and its rows, for a message."""
    about = item.about
    where = " ".join(part for part in (about.indicator, about.entity, about.period) if part)
    rows = item.observation_id or "—"
    return f"{item.zh}〔{where}：{rows}〕" if where else f"{item.zh}〔{rows}〕"


def _unit(one: Described, other: Described) -> _Difference | None:
    if same_kind(one.unit, other.unit):
        return None
    money = {one.unit.name, other.unit.name} <= set(MONEY)
    zh, en = ("币种", "currency") if money else ("单位", "unit")
    return _Difference(zh, en, unit_zh(one.unit), unit_zh(other.unit))


def _thing(one: Described, other: Described) -> _Difference | None:
    things = [
        " ".join(part for part in (it.about.indicator, it.about.entity, it.about.breakdown) if part)
        for it in (one, other)
    ]
    if things[0] == things[1] or not (one.about.indicator and other.about.indicator):
        return None
    return _Difference("对象", "thing measured", *things)


def _measure(one: Described, other: Described) -> _Difference | None:
    kinds = [MEASURE_KINDS.get(item.about.measure, item.about.measure) for item in (one, other)]
    if kinds[0] == kinds[1] or not (one.about.indicator and other.about.indicator):
        return None
    return _Difference("计量", "measure", one.about.measure, other.about.measure)


def _basis(one: Described, other: Described) -> _Difference | None:
    left, right = one.about.basis, other.about.basis
    if left and right:
        return _Difference("口径", "basis", left, right) if left != right else None
    mixed = {one.about.indicator, other.about.indicator} & COUNTED_BY_SEVERAL
    # what is derived names no single indicator or basis: it was asked when it was made
    derived = "" in (one.about.indicator, other.about.indicator)
    if not mixed or derived:
        return None
    if left == right and _sources(one) & _sources(other):
        return None
    unsaid = "（没有写明）"
    return _Difference("口径", "basis", left or unsaid, right or unsaid)


def _sources(item: Described) -> set[str]:
    return set(item.source_id.split(";")) - {""}


def _status(one: Described, other: Described) -> _Difference | None:
    left, right = one.about.status, other.about.status
    if not left or not right or STATUS_KINDS[left] == STATUS_KINDS[right]:
        return None
    return _Difference("性质", "status", STATUS_ZH[left], STATUS_ZH[right])


def _price(one: Described, other: Described) -> _Difference | None:
    left, right = one.about.price, other.about.price
    if not left or not right or left == right:
        return None
    words = {"current": "现价", "constant": "不变价"}
    return _Difference("价格", "price", words[left], words[right])


def _flow(one: Described, other: Described) -> _Difference | None:
    left, right = one.about.flow, other.about.flow
    return _Difference("流向", "flow", left, right) if left and right and left != right else None


def _flow_within(part: Described, whole: Described) -> _Difference | None:
    found = _flow(part, whole)
    return None if found and PART_OF_FLOW.get(found.one) == found.other else found


def _flow_apart(one: Described, other: Described) -> _Difference | None:
    # exports and imports have a sum and a balance; a total less its exports has a name as well
    found = _flow(one, other)
    return None if found and {found.one, found.other} <= {"total", "export", "import"} else found


def _length(one: Described, other: Described) -> _Difference | None:
    left, right = _lasting(one.about), _lasting(other.about)
    if not left or not right or left == right:
        return None
    return _Difference("时段长短", "length of period", left, right)


def _lasting(about: About) -> str:
    """Return how long a period is, as a reader would say it; empty if there is none to speak of."""
    if about.accumulation in MOMENTS:
        return "时点"
    if not about.period:
        return ""
    period = Period.parse(about.period)
    if period.start is not None and period.start == period.end:
        # any two days are as long
        return "1天"
    return f"{period.months}个月" if period.months else period.zh()


def _days(one: Described, other: Described) -> _Difference | None:
    texts = (one.about.period, other.about.period)
    if "" in texts:
        return None
    left, right = map(Period.parse, texts)
    moments = [item.about.accumulation in MOMENTS for item in (one, other)]
    if all(moments):
        # 截至2022年 and 2022年 are one moment
        return None if left.end == right.end else _Difference("时期", "period", *texts)
    if any(moments) or left.span != right.span:
        named = [
            f"{text}（时点）" if moment else text
            for text, moment in zip(texts, moments, strict=True)
        ]
        return _Difference("时期", "period", *named)
    return None


def _stretch(one: Described, other: Described) -> _Difference | None:
    """Allow equal lengths (this year less last year) and equal beginnings (cumulative figures)."""
    found = _length(one, other)
    if found is None or "时点" in (found.one, found.other):
        return found
    left, right = (Period.parse(item.about.period) for item in (one, other))
    return None if left.start is not None and left.start == right.start else found


_SAME: tuple[_Check, ...] = (_basis, _status, _price)
_CHECKS: dict[Pairing, tuple[_Check, ...]] = {
    "alike": (_unit, _measure, *_SAME, _flow, _length),
    "within": (_unit, _measure, *_SAME, _flow_within, _days),
    "apart": (_unit, _measure, *_SAME, _flow_apart, _stretch),
    "rate": (_thing, *_SAME, _flow, _days),
    "compared": (_unit, _measure, *_SAME, _length),
    "per": (*_SAME, _flow, _days),
}
