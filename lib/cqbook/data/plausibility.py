"""Whether a row of ``observations`` agrees with its own printed form and with the rows beside it.

A value, a unit, a flow or a period that was mistaken on entry fits its column as well as the right
one. What was printed does not: ``8158.4亿元`` is no 8158.4万元, and what grew is what its growth is
printed of.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from cqbook.data.vocabulary import FLOWING, FLOWS_ZH
from cqbook.quantities.about import HAPPENED
from cqbook.quantities.periods import Period
from cqbook.quantities.printed import spans
from cqbook.quantities.qualifiers import SIGNED_MEASURES, from_printed
from cqbook.quantities.quantity import Reported
from cqbook.quantities.units import SCALE_ZH, Unit

#: Words and letters behind a number that multiply it, of the languages that the sources have.
WORD_SCALES: dict[str, int] = {
    # a tenth of a whole is ten per cent: 超7成 is 70
    **{"成": 10, "萬億": 10**12},
    **{word: scale for scale, word in SCALE_ZH.items() if word},
    **{"萬": 10**4, "億": 10**8, "मिलियन": 10**6, "बिलियन": 10**9},
    **{"천": 10**3, "만": 10**4, "천만": 10**7, "억": 10**8, "조": 10**12},
    **dict.fromkeys(("thousand", "mila", "mil", "tys"), 10**3),
    **dict.fromkeys(("million", "millions", "milioni", "millionen", "millones"), 10**6),
    **dict.fromkeys(("milhões", "mio", "mln", "mn", "m"), 10**6),
    **dict.fromkeys(("billion", "bn", "miliardi", "milliarden", "milliards"), 10**9),
    **dict.fromkeys(("mrd", "mld"), 10**9),
    **dict.fromkeys(("mil millones",), 10**9),
    **dict.fromkeys(("trillion", "兆"), 10**12),
    **{"млн": 10**6, "млрд": 10**9, "bilhões": 10**9},
}
_LISTED = "|".join(sorted(map(re.escape, WORD_SCALES), key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<number>[0-9](?:[0-9.,]*[0-9])?)\s*[余多几]?\s*"
    rf"(?:(?P<scale>(?:{_LISTED})(?![a-z瓦]))\s*)?(?P<range>\s*[-—–~至到]\s*(?=[0-9]))?",
    re.IGNORECASE,
)
#: The scale of all numbers before it: 97.25 +37.3% (billion yuan).
_BEHIND = re.compile(rf"\((?P<scale>{_LISTED})[^()0-9]*\)$", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})+(?:[.,][0-9]+)?")
#: Numbers in words, where a figure has no digits at all.
_NUMERALS: dict[str, int | Decimal] = {
    **{"首": 1, "两": 2, "半": Decimal("0.5"), "翻倍": 2},
    **{word: number for number, word in enumerate("一二三四五六七八九十", start=1)},
}
_ENGLISH = {
    word: number
    for number, words in enumerate(
        (
            *("one first", "two double doubled twice", "three threefold third", "four fourth"),
            *("five fifth", "six", "seven", "eight", "nine", "ten"),
        ),
        start=1,
    )
    for word in words.split()
}
_POWERS = {"百": 100, "千": 10**3, "万": 10**4, "亿": 10**8}
_IN_WORDS = re.compile(
    rf"(?P<power>[{''.join(_POWERS)}]+)|(?P<one>{'|'.join(_NUMERALS)})"
    r"(?P<half>个半)?(?P<tenths>成)?|(?P<word>[a-z]+(?:-[a-z]+)*)",
    re.IGNORECASE,
)
#: Currency → how it is printed.
_CURRENCIES = {
    "USD": re.compile(r"美元|美金|dollar|долл|USD|\$\s*[0-9]", re.IGNORECASE),
    "CNY": re.compile(r"(?<![美欧日港])元|人民币|yuan|юан|위안|RMB|CNY|¥", re.IGNORECASE),
}
_YEAR = re.compile(r"(?:^|-)((?:19|20)[0-9]{2}(?:-[0-9]{2})?)(?![0-9])")
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")
#: What a figure and its growth have in common.
_SAME = ("indicator", "entity", "period", "accumulation", "breakdown", "flow", "basis")
#: What no share is more than, in percent.
_ALL = 100
#: What a correction leaves as it is.
_CORRECTED = ("indicator", "entity", "period", "measure", "flow", "breakdown")
#: What one source prints one number for, beside its flow, its basis and how it adds up.
_KEY = (
    *("source_id", "indicator", "entity", "period", "breakdown"),
    *("measure", "base", "status"),
)


@dataclass(frozen=True)
class Doubt:
    """A cell that its own row or a row beside it speaks against; `row` counts from 0."""

    row: int
    column: str
    expected_zh: str
    expected: str


def doubts(
    rows: Sequence[Reported],
    names: Mapping[str, str],
    published: Mapping[str, str],
    corrected: Sequence[Reported] = (),
) -> Iterator[Doubt]:
    """Yield the cells that can't be what was printed.

    Parameters
    ----------
    rows : sequence of Reported
        ``observations`` as text.
    names : mapping
        Indicator → its Chinese name.
    published : mapping
        Source → the day it was published, or empty.
    corrected : sequence of Reported
        Rows of other tables that some of these correct.
    """
    spoken = _spoken(rows)
    for index, row in enumerate(rows):
        yield from _value(index, row, spoken)
        yield from _flow(index, row, names.get(row["indicator"], ""))
        yield from _day(index, row, published.get(row["source_id"], ""))
        yield from _named(index, row)
        yield from _share(index, row)
    yield from _growth(rows)
    yield from _parts(rows)
    yield from _corrections(rows, corrected)
    yield from _once(rows)


# each printed form is asked for twice in a check, and again in the next
@functools.lru_cache(maxsize=8192)
def numbers(text: str) -> list[tuple[set[Decimal], int | None]]:
    """Return the numbers of a printed form: what each can mean, and its scale if one is printed.

    Points and commas mean other things in other languages: 1.234 is 1234 or one and a bit. What is
    printed in steps is one number: 47万7000 is 477000.

    Examples
    --------
    >>> numbers("666,000 units")[0][1] is None
    True
    >>> numbers("113,28 Milliarden Yuan")
    [({Decimal('113.28')}, 1000000000)]
    """
    found: list[tuple[set[Decimal], int | None]] = []
    ranges: list[bool] = []
    end, step = -1, 0
    for match in _NUMBER.finditer(unicodedata.normalize("NFKC", text)):
        meant = _meanings(match["number"])
        scale = WORD_SCALES[match["scale"].lower()] if match["scale"] else None
        if match.start() == end and (scale or 1) < step:
            # 47万7000, 16억9천만: the next step of the same number
            greater, above = found.pop()
            meant = {
                one * (above or 1) + other * (scale or 1) for one in greater for other in meant
            }
            found.append((meant, 1))
            ranges[-1] = bool(match["range"])
        else:
            found.append((meant, scale))
            ranges.append(bool(match["range"]))
        end, step = match.end(), scale or 1
    behind = _BEHIND.search(text)
    if behind:
        scale = WORD_SCALES[behind["scale"].lower()]
        return [(meant, own or scale) for meant, own in found]
    # 3—4万台: the scale stands behind the second number
    for place in range(len(found) - 2, -1, -1):
        if ranges[place] and found[place][1] is None:
            found[place] = (found[place][0], found[place + 1][1])
    return found


def amounts_in_words(text: str) -> set[Decimal]:
    """Return what the numerals of a text without digits can mean, in full.

    Examples
    --------
    >>> sorted(amounts_in_words("近五成"))
    [Decimal('50')]
    >>> sorted(amounts_in_words("千亿级产业规模"))
    [Decimal('100000000000')]
    """
    found = set()
    for match in _IN_WORDS.finditer(text):
        if match["power"]:
            found.add(Decimal(math.prod(_POWERS[word] for word in match["power"])))
        elif match["one"]:
            number = Decimal(_NUMERALS[match["one"]]) + (Decimal("0.5") if match["half"] else 0)
            found.add(number * 10 if match["tenths"] else number)
        elif match["word"].lower() in _ENGLISH:
            found.add(Decimal(_ENGLISH[match["word"].lower()]))
    return found


def _read(row: Reported) -> set[Decimal]:
    """Return the numbers, in full, that intake would read in a printed form."""
    return {
        abs(Decimal(item.figure.value)) * Unit.parse(item.figure.unit).scale
        for item in spans(row["as_printed"], row["unit"])
        if item.figure
    }


def _meanings(text: str) -> set[Decimal]:
    made = set()
    grouped = _GROUPED.fullmatch(text)
    candidates = [text.replace(grouped[1], "").replace(",", ".")] if grouped else []
    for candidate in (*candidates, text.replace(",", ".")):
        try:
            made.add(Decimal(candidate))
        except InvalidOperation:
            continue
    return made


def _spoken(rows: Sequence[Reported]) -> dict[tuple[str, ...], set[str]]:
    """Return the units that a source prints, by source, indicator and measure."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows:
        scale = _scale(row["unit"])
        if any(said == scale for _, said in numbers(row["as_printed"])):
            found[_kind(row)].add(row["unit"])
    return found


def _kind(row: Reported) -> tuple[str, ...]:
    return row["source_id"], row["indicator"], row["measure"]


def _scale(unit: str) -> int | None:
    try:
        return Unit.parse(unit).scale
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


def _value(
    index: int, row: Reported, spoken: Mapping[tuple[str, ...], set[str]]
) -> Iterator[Doubt]:
    """Yield values and units that the printed form does not have."""
    scale, printed = _scale(row["unit"]), numbers(row["as_printed"])
    said = f"“{row['as_printed']}”"
    worded = set() if printed else amounts_in_words(row["as_printed"]) | _read(row)
    for column in ("value", "value_upper"):
        if scale is None or not (printed or worded) or not _is_number(row[column]):
            continue
        value = abs(Decimal(row[column]))
        full = value * scale
        if worded:
            if full not in worded:
                yield Doubt(index, column, f"{said}中的数", f"a number of {row['as_printed']!r}")
            continue
        if any(full / (other or 1) in meant for meant, other in printed):
            continue
        if not any(value in meant for meant, _ in printed):
            yield Doubt(index, column, f"{said}中的数", f"a number of {row['as_printed']!r}")
        elif not any(value in meant and other is None for meant, other in printed):
            yield Doubt(index, "unit", f"{said}的数量级", f"the scale of {row['as_printed']!r}")
        elif row["unit"] not in spoken.get(_kind(row), {row["unit"]}):
            # a bare number has the unit that stands behind another one of its source
            listed = ", ".join(sorted(spoken[_kind(row)]))
            yield Doubt(index, "unit", f"同一来源印出的 {listed}", f"{listed}, as its source says")
    # of two moneys that are printed either may be the row's
    money = {name for name, word in _CURRENCIES.items() if word.search(row["as_printed"])}
    own = set(_CURRENCIES) & set(row["unit"].replace("/", " ").split())
    if money and own and not own & money:
        yield Doubt(index, "unit", f"{said}的货币", f"the money of {row['as_printed']!r}")


def _share(index: int, row: Reported) -> Iterator[Doubt]:
    """Yield shares of more than all."""
    if row["measure"] == "share" and row["unit"] == "percent":
        for column in ("value", "value_upper"):
            if _is_number(row[column]) and Decimal(row[column]) > _ALL:
                yield Doubt(index, column, "不超过 100% 的占比", "a share of no more than 100%")


def _flow(index: int, row: Reported, name: str) -> Iterator[Doubt]:
    """Yield flows other than what the printed form, or the indicator's name, says."""
    if not row["flow"]:
        return
    for text in (row["as_printed"], name):
        both = FLOWS_ZH["total"]
        said = {flow for flow, word in FLOWS_ZH.items() if word in text.replace(both, "")}
        if both in text:
            # the whole, or a part that is named beside it
            said = said | {"total"} if text == row["as_printed"] else set(FLOWS_ZH)
        if said and row["flow"] not in said:
            listed = "、".join(sorted(said))
            yield Doubt(index, "flow", f"{listed}（“{text}”）", f"{listed}, as {text!r} says")
            return


def _day(index: int, row: Reported, published: str) -> Iterator[Doubt]:
    """Yield periods of what had not begun, or would not end for months, when it was a fact.

    What is printed in May of an event in May has the month for its day: it may end with it.
    """
    if not _DAY.fullmatch(published):
        return
    if _begins_after(row, published):
        expected = f"a period that had begun when it was printed ({published})"
        yield Doubt(index, "period", f"发表（{published}）时已经开始的时期", expected)
    elif _ends_after(row, published[: len("2026-11")]):
        expected = (
            f"a period that had ended when it was printed ({published}), such as the months so far;"
            " what was expected of it is an estimate, plan or target"
        )
        yield Doubt(
            index,
            "period",
            f"发表（{published}）时已经结束的时期（今年以来的写到哪个月）；"
            "是预计、计划、目标的，写在 status",
            expected,
        )


def _begins_after(row: Reported, moment: str) -> bool:
    return _is_after(row, moment, lambda period: period.start)


def _ends_after(row: Reported, moment: str) -> bool:
    return _is_after(row, moment, lambda period: period.end)


def _is_after(row: Reported, moment: str, end: Callable[[Period], date | None]) -> bool:
    """Return whether an end of what happened lies after a year, month or day; False: none does."""
    try:
        found = end(Period.parse(row["period"])) if row["status"] in HAPPENED else None
    except ValueError:
        return False
    return found is not None and found.isoformat()[: len(moment)] > moment


def unfinished(row: Reported, published: str) -> bool:
    """Return whether the month that a flow is of had not ended on the day when it was printed."""
    return (
        bool(_DAY.fullmatch(published))
        and row["accumulation"] in FLOWING
        and _ends_after(row, published)
    )


def _named(index: int, row: Reported) -> Iterator[Doubt]:
    """Yield periods that the row's own name contradicts: ``…yoy-2022-03`` is of March 2022."""
    found = _YEAR.search(row["observation_id"].partition(".")[2])
    if found and found[1] not in row["period"] and found[1] not in row["base"]:
        expected = f"{found[1]}, as the observation_id says"
        yield Doubt(index, "period", f"编号中的 {found[1]}", expected)


def _parts(rows: Sequence[Reported]) -> Iterator[Doubt]:
    """Yield parts whose period ends on another day than that of their whole."""
    known = {row["observation_id"]: row for row in rows}
    for index, row in enumerate(rows):
        whole = known.get(row["part_of"])
        if whole is None:
            continue
        try:
            ends = [Period.parse(item["period"]).end for item in (row, whole)]
        except ValueError:
            continue
        if None not in ends and ends[0] != ends[1]:
            expected = f"a period that ends with {whole['period']} of {row['part_of']}"
            yield Doubt(index, "period", f"与 {row['part_of']} 同时结束的时期", expected)


def _corrections(rows: Sequence[Reported], others: Sequence[Reported]) -> Iterator[Doubt]:
    """Yield what corrects another thing: the total of a trade is no correction of its exports."""
    known = {row["observation_id"]: row for row in (*rows, *others)}
    for index, row in enumerate(rows):
        old = known.get(row["supersedes"])
        different = [name for name in _CORRECTED if old and _of(row, name) != _of(old, name)]
        if old and different:
            name, value = old["observation_id"], old["as_printed"]
            said = "、".join(f"{item} 那里是“{old[item]}”" for item in different)
            listed = ", ".join(f"{item} {old[item]!r}" for item in different)
            yield Doubt(
                index,
                "supersedes",
                f"同一件事的旧数：这一行是 {row['as_printed']}，{name} 是 {value}，"
                f"说的是另一件事（{said}）",
                f"a figure of the same thing: this row is {row['as_printed']}, {name} is {value},"
                f" of another thing ({listed})",
            )


def _of(row: Reported, column: str) -> object:
    """Return what a cell says: no flow is the whole, and a quarter is its three months."""
    if column == "flow":
        return row["flow"] or "total"
    try:
        return Period.parse(row["period"]).span if column == "period" else row[column]
    except ValueError:
        return row[column]


def _growth(rows: Sequence[Reported]) -> Iterator[Doubt]:
    """Yield where a growth differs from the figure that it is the growth of (``X``, ``X-yoy``)."""
    places = {row["observation_id"]: index for index, row in enumerate(rows)}
    for name, place in places.items():
        level = places.get(name.removesuffix("-yoy"), place)
        if level == place or rows[place]["measure"] != "yoy":
            continue
        for column in _SAME:
            if rows[place][column] != rows[level][column]:
                other = rows[level]
                expected = f"{other[column]!r}, as of {other['observation_id']}"
                zh_text = f"“{other[column]}”" if other[column] else "留空"
                zh_text += f"（与 {other['observation_id']} 相同：这一行是它的增速）"
                yield Doubt(place, column, zh_text, expected)


def _once(rows: Sequence[Reported]) -> Iterator[Doubt]:
    """Yield rows of which one source would print two numbers for one thing, not both true."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        # no flow is read as the whole; a year's months so far are its period
        flow = row["flow"] or "total"
        adds_up = "" if row["accumulation"] in FLOWING else row["accumulation"]
        # yuan and dollars of one trade are two numbers
        counted = row["unit"].split(" ")[-1]
        groups[(*(row[name] for name in _KEY), flow, adds_up, counted)].append(index)
    for places in groups.values():
        standing = [
            place for place in places if not any(_corrects(rows[i], rows[place]) for i in places)
        ]
        for number, place in enumerate(standing):
            rival = next((at for at in standing[:number] if _rivals(rows[at], rows[place])), None)
            if rival is not None:
                yield _second(place, rows[place], rows[rival])


def _rivals(one: Reported, other: Reported) -> bool:
    """Return whether two figures of one source can't both be of the one thing that they are of."""
    bases = {one["basis"], other["basis"]}
    if len(bases) > 1 and "" not in bases:
        # two that say how they counted are two counts
        return False
    # 超8000亿元 in the headline, 8158.4亿元 below it
    return not _agree(one, other)


def _second(place: int, row: Reported, other: Reported) -> Doubt:
    """Return what is to be told of the second of two numbers for one thing."""
    name, value = other["observation_id"], other["as_printed"]
    different = [
        column for column in ("flow", "basis", "accumulation") if row[column] != other[column]
    ]
    column = different[0] if different else "period"
    said = "、".join(f"{item} 那里是“{other[item]}”" for item in different)
    zh_text = f"与同一来源的 {name}（{value}）不同的事，或写明 supersedes"
    expected = f"another thing than {name} ({value}) of the same source, or a supersedes"
    if said:
        zh_text += f"（{said}，空的不是另一件事）"
        expected += "; what is left empty is no other thing"
    return Doubt(place, column, zh_text, expected)


def _agree(one: Reported, other: Reported) -> bool:
    """Return whether two figures of one thing have a number in common; same are no two figures."""
    found = []
    for row in (one, other):
        try:
            interval = from_printed(
                row["value"],
                row["qualifier"],
                row["value_upper"],
                signed=row["measure"] in SIGNED_MEASURES,
            )
        except (ValueError, ArithmeticError):
            return True
        scale = _scale(row["unit"])
        if scale is None:
            return True
        found.append(interval * scale)
    alike = ("value", "value_upper", "unit", "qualifier")
    if all(one[name] == other[name] for name in alike):
        return False
    return found[0].overlaps(found[1])


def _corrects(newer: Reported, older: Reported) -> bool:
    return newer["supersedes"] == older["observation_id"]
