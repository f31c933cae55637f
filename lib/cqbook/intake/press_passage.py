"""A figure typed beside the passage that it stands in: what the passage's words say of it.

Words decide with the number: direction, limit, measure and period of the passage are held against
what is typed, and a disagreement is refused with both readings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from cqbook.quantities.clauses import direction
from cqbook.quantities.named_periods import TextDate, named_periods
from cqbook.quantities.numerals import halfwidth
from cqbook.quantities.periods import Period
from cqbook.quantities.printed import Printed, Span, spans
from cqbook.quantities.qualifiers import QUALIFIERS, SIGNED_MEASURES
from cqbook.quantities.sightings import sightings
from cqbook.quantities.units import SCALE_ZH, ZH, Unit, format_zh

_RATES = ("percent", "percentage points", "times")


class Refusal(NamedTuple):
    """A cell that its passage contradicts: its column, and what should stand there."""

    column: str
    zh: str
    en: str


@dataclass(frozen=True)
class InPassage:
    """What a passage says of a figure: the figure with its words, and what is measured.

    ``figure``: None where it has no such figure with a unit; ``refusals``: what contradicts.
    """

    figure: Printed | None
    measure: str
    refusals: tuple[Refusal, ...]


def in_passage(row: Mapping[str, str], typed: Printed) -> InPassage:
    """Return the figure of a longer passage that was typed beside it, with its own words.

    Parameters
    ----------
    row : mapping
        As typed: ``as_printed``, ``value``, ``qualifier``, ``measure``, ``period`` (as the tables
        have it).
    typed : Printed
        What ``value`` and ``unit`` say.
    """
    passage, measure = row["as_printed"], row["measure"]
    all_spans = spans(passage, typed.unit)
    spanned = [item for item in all_spans if float(item.digits) == _size(typed)]
    if not spanned:
        # 两台汽车, 万亿级产业集群: figures where somebody says so
        small = spans(passage, typed.unit, small=True)
        spanned = [item for item in small if item.figure and float(item.digits) == _size(typed)]
    # whose clause says no way, the typed sign is: 遇冷3.1% beside -3.1
    same = [_as_signed(item, typed) for item in spanned]
    figures = [item.figure for item in same if item.figure]
    agreeing = [item for item in same if item.figure and agree(typed, item.figure)]
    kinds = {(item.figure.qualifier, item.figure.measure) for item in agreeing if item.figure}
    if len(kinds) == 1:
        return _by_words(row, typed, agreeing[0])
    if agreeing:
        listed = "、".join(
            dict.fromkeys(figure_said(item) for item in figures if agree(typed, item))
        )
        zh, en = f"只有所填的那个数（其中有 {listed}）", "only the figure that is meant"
        return InPassage(None, measure, (Refusal("as_printed", zh, en),))
    if figures:
        listed = "、".join(dict.fromkeys(map(figure_said, figures)))
        zh = f"与 as_printed 一致的数：读作 {listed}，所填是 {figure_said(typed)}"
        return InPassage(
            None, measure, (Refusal("value", zh, f"the figure of as_printed: {listed}"),)
        )
    upper = next(
        (f"{item.digits}—{item.upper}" for item in all_spans if _is_upper(item, typed)), ""
    )
    if upper:
        zh = f"范围的下限：as_printed 是 {upper}，上限写在 value_upper"
        return InPassage(None, measure, (Refusal("value", zh, f"the lower end of {upper}"),))
    if spanned or not _stands_in(typed, passage):
        zh = f"与 as_printed（{passage}）一致的数和单位"
        return InPassage(
            None, measure, (Refusal("value", zh, "the number and unit that as_printed has"),)
        )
    return _by_words(row, typed, Span(typed.value, None, way=direction(passage)))


def _is_upper(item: Span, typed: Printed) -> bool:
    return bool(item.upper) and float(item.upper) == _size(typed)


def _by_words(row: Mapping[str, str], typed: Printed, span: Span) -> InPassage:
    """Return a figure of a passage, and what its words say otherwise than the row."""
    refusals: list[Refusal] = []
    passage, figure = row["as_printed"], span.figure
    if span.limit and row["qualifier"] and figure:
        # what we have no reading for, a person has
        figure = replace(figure, qualifier=row["qualifier"])
    elif span.limit:
        listed = "、".join(QUALIFIERS)
        zh = f"{listed} 之一：“{span.limit}”怎样限定这个数，读不出"
        refusals.append(
            Refusal("qualifier", zh, f"one of {', '.join(QUALIFIERS)}: {span.limit!r} is not read")
        )
    said = _measures_in(passage, typed, row["period"])
    measure = row["measure"] or (said[0] if len(said) == 1 else "")
    if said and not any(fits(measure, item, typed.unit) for item in said):
        refusals.append(Refusal("measure", f"{said[0]}（照 as_printed）", f"{said[0]}, as printed"))
    elif measure in SIGNED_MEASURES and measure not in ("contribution_rate", "vs_plan"):
        refusals += _unsigned(row, typed, span)
    told = _dated_in(passage, typed, row["period"]) if row["period"] else ""
    if told:
        zh = f"与 as_printed 一致的时期：读作 {told}，所填是 {row['period']}"
        refusals.append(Refusal("period", zh, f"the period of as_printed: {told}"))
    return InPassage(figure, measure, tuple(refusals))


def _unsigned(row: Mapping[str, str], typed: Printed, span: Span) -> list[Refusal]:
    """Return what is amiss with a change without its sign: its passage says a fall, or nothing."""
    if row["value"].strip()[:1] in ("+", "-", "−", "＋"):
        return []
    if span.way is None and _needs_a_way(row["as_printed"], typed):
        zh = f"带号的数（+{typed.value} 或 -{typed.value}）：as_printed 没有写升降，或写法读不出"
        en = "the number with its sign: as_printed does not say which way it goes"
        return [Refusal("value", zh, en)]
    if span.way and span.way.sign < 0 and not typed.value.startswith("-"):
        listed = figure_said(replace(typed, value=f"-{typed.value}"))
        zh = f"与 as_printed 一致的数：“{span.way.word}”读作 {listed}，所填是 {figure_said(typed)}"
        return [Refusal("value", zh, f"the figure of as_printed: {listed} by {span.way.word!r}")]
    return []


#: What papers in English print, behind a number and before it.
_SCALES_EN = {
    **dict.fromkeys(("thousand",), 10**3),
    **dict.fromkeys(("million", "mln"), 10**6),
    **dict.fromkeys(("billion", "bln", "bn"), 10**9),
    **dict.fromkeys(("trillion", "trn"), 10**12),
}
_MONEY_EN = {
    **dict.fromkeys(("yuan", "rmb", "cny", "renminbi", "¥"), "CNY"),
    **dict.fromkeys(("dollar", "dollars", "usd", "us$", "$"), "USD"),
}


def _in_english(digits: str, passage: str, unit: Unit) -> bool:
    """Return whether English words around a number, where there are any, say its unit."""
    words, signs = "|".join(_SCALES_EN), "|".join(map(re.escape, _MONEY_EN))
    pattern = rf"({signs})?\s*(?<![\d.]){digits}(?![\d.]*\d)\s*-?({words})?\s*(?:US\s)?({signs})?"
    for found in re.finditer(pattern, passage.replace(",", ""), re.I):
        before, scale, behind = (part.lower() if part else "" for part in found.groups())
        money = _MONEY_EN.get(before) or _MONEY_EN.get(behind)
        if scale and _SCALES_EN[scale] != unit.scale:
            return False
        if money and unit.name in ("CNY", "USD") and money != unit.name:
            return False
    return True


def _stands_in(typed: Printed, passage: str) -> bool:
    """Return whether a passage has the number, with the same scale and currency behind it."""
    plain = halfwidth(passage).replace(",", "")
    unit = Unit.parse(typed.unit)
    scales, money = "|".join(filter(None, SCALE_ZH.values())), (ZH["CNY"], ZH["USD"])
    digits = re.escape(typed.value.lstrip("-"))
    pattern = rf"(?<!\d)(?<!\d\.){digits}(?![\d.]*\d)[余多]?({scales})?[余多]?({'|'.join(money)})?"
    for found in re.finditer(pattern, plain):
        scale, name = found[1] or "", found[2]
        # words that are not Chinese (200.1 billion yuan) say nothing that is read here
        chinese = bool(scale or name)
        if (not chinese and _in_english(digits, passage, unit)) or (
            scale == SCALE_ZH[unit.scale] and (name is None or name == ZH.get(unit.name))
        ):
            return True
    return not typed.value


def _as_signed(item: Span, typed: Printed) -> Span:
    rate = typed.unit in _RATES
    if item.way or not item.figure or not rate or not typed.value.startswith("-"):
        return item
    return replace(item, figure=replace(item.figure, value=f"-{item.figure.value.lstrip('-')}"))


def _needs_a_way(passage: str, typed: Printed) -> bool:
    """Return whether a passage in Chinese has words around a figure, and not just 同比."""
    plain = "".join(halfwidth(passage).split())
    bare = re.search(rf"同比(?:为|达)?(?:约|近|超)?{re.escape(typed.value)}", plain)
    return bool(re.search("[\u4e00-\u9fff]", plain)) and not bare


def _measures_in(passage: str, typed: Printed, period: str) -> list[str]:
    """Return what a passage says is measured by a figure in it, where its words are clear."""
    if typed.unit not in _RATES:
        return []
    plain = halfwidth(passage)
    seen = [
        item
        for item in sightings(plain, named_periods(plain, None))
        if item.figure and item.measure and item.certainty == "read"
        and _size(item.figure) == _size(typed)
    ]  # fmt: skip
    return list(
        dict.fromkeys(
            "pct_change"
            if item.measure == "yoy" and other_base(item.base, period)
            else item.measure
            for item in seen
        )
    )


def other_base(base: str, period: str) -> bool:
    """Return whether a year that growth is measured against is not the one before its period."""
    year = base.removesuffix("年")
    years = Period.parse(period).years if period and year.isdigit() else range(0)
    return bool(years) and int(year) != years[0] - 1


def _dated_in(passage: str, typed: Printed, period: str) -> str:
    """Return the period that a passage names for a figure, in Chinese, where it is another."""
    given = Period.parse(period)
    if given.start is None or given.end is None:
        return ""
    plain = "".join(halfwidth(passage).split())
    place = plain.find(typed.value.lstrip("-"))
    before = plain if place < 0 else plain[:place]
    # 去年, and a month without its year: of the year that is given
    named = [
        item
        for item in named_periods(plain, TextDate(given.end.year, 12, 31))
        if item.role == "is"
        and item.start < len(before)
        # 完成全年目标的26.4%
        and not re.match("的?(?:目[标標]|任务|计划|预算)", plain[item.end :])
    ]
    if not named:
        return ""
    last = named[-1]
    if re.search("[今本去上前明]年|[上本]月|以来|至今", last.text) or not last.period:
        return ""
    if last.text == "当月":
        return "当月" if given.kind == "range" else ""
    found = Period.parse(last.period)
    return "" if found.span == given.span else f"“{last.text}”（{found.zh()}）"


def _size(item: Printed) -> float:
    return float(item.value.lstrip("-") or "nan")


def figure_said(item: Printed) -> str:
    """Return a figure as the book says it: 超30%, −3.1%."""
    word = QUALIFIERS[item.qualifier].ours
    if not item.value:
        return word
    number = format_zh(Decimal(item.value), Unit.parse(item.unit))
    behind = QUALIFIERS[item.qualifier].places.get(word) != "before"
    return f"{number}{word}" if behind else f"{word}{number}"


def agree(typed: Printed, printed: Printed) -> bool:
    """Return whether what is typed and what is printed are one number in one unit."""
    same = float(typed.value or "nan") == float(printed.value or "nan")
    return (same or typed.value == printed.value) and typed.unit == printed.unit


def fits(measure: str, said: str, unit: str) -> bool:
    """Return whether a measure can be meant where the words say `said`."""
    if measure == said or (measure, said) == ("level", "share"):
        # 办结率99.2%: whether its indicator is a rate, the table of indicators says
        return True
    if said == "pp_change":
        # 拉动…2个百分点, 高于…2个百分点: the words around tell which
        return measure in ("contribution_points", "difference", "vs_plan")
    # 增长5% is also how a change against another base is printed; 1.3倍 how growth is not
    return said == "yoy" and measure in ("pct_change", "vs_plan") and unit != "times"
