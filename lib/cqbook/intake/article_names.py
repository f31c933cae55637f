"""What an article mentions of what the book's tables hold, and what the book knows of each name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cqbook.data.catalog import Catalog
from cqbook.data.spoken_names import spoken_names
from cqbook.intake.press_cells import OBSERVATIONS_TABLE
from cqbook.quantities.numerals import word_list
from cqbook.quantities.units import Unit

#: A word within which no name begins.
_AMONG = "其中"
#: Words whose last letter begins no name: 成渝中欧班列 is of no 渝中, 长江北岸 of no 江北.
_WORDS_BEFORE = tuple(
    word_list(
        "成渝 川渝 桥梁 栋梁 联合 结合 配合 融合 综合 整合 集合 增长 延长 成长 生长 长江 沿江 跨江 "
        "过江 嘉陵江 江南 钱塘江 松花江 黄河 运河 沿河 淮河 沿海 近海 出海 穿越 跨越 超越 "
        "今日 近日 昨日 同日 当日 即日 明日 次日 节日 平日 往日 单日 每日 集中 空中 途中 手中 心中 "
        "高中 初中 太湖 洞庭湖 安泰 国泰"
    )
)
#: Words that begin with the last letter of a place and end behind it: 长寿命电池, 广东部署.
_WORDS_BEHIND = tuple(
    word_list(
        "寿命 足球 足够 足以 口岸 口碑 平台 平均 岸线 岸电 西部 东部 南部 北部 南方 北方 南亚"
    )
)
#: Letters of 渝中, 江北: of names that may stand across two words.
_SHORT_NAME = 2


@dataclass(frozen=True)
class Mention:
    """A name that a passage has: of which table, which code, where."""

    start: int
    end: int
    word: str
    resource: str
    code: str


class InText(Protocol):
    """Something that stands in a text."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


def blanked(text: str, found: Iterable[InText]) -> str:
    """Return a text with blanks for what was found in it."""
    left = list(text)
    for item in found:
        left[item.start : item.end] = " " * (item.end - item.start)
    return "".join(left)


class Names:
    """The names of indicators, entities and breakdowns, and what the book knows of each."""

    def __init__(self, book: Catalog) -> None:
        self.book = book
        #: Codes by word, for each of the tables.
        self.words = spoken_names(book)

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {
            resource: re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
            for resource, words in self.words.items()
        }

    def mentions(self, plain: str, resource: str) -> list[Mention]:
        """Return the names of one table in a passage, the longest at each place.

        Of indicators also one that begins within another and goes on behind it: of 年产值 both
        年产 and 产值, and what they count decides.
        """
        pattern, place, until = self._patterns[resource], 0, 0
        found: list[Mention] = []
        while match := pattern.search(plain, place):
            if plain.startswith(_AMONG, match.start() - 1):
                # 其中东盟 is of 东盟, and of no 中东
                place = match.start() + 1
                continue
            if resource != "indicators" and self._is_across(plain, match):
                place = match.start() + 1
                continue
            if match.end() > until:
                found += [
                    Mention(*match.span(), match[0], resource, code)
                    for code in self.words[resource][match[0]]
                ]
            until = max(until, match.end())
            place = match.start() + 1 if resource == "indicators" else match.end()
        return found

    def _is_across(self, plain: str, match: re.Match[str]) -> bool:
        """Return whether a name only stands across the border of two other words: 成渝中欧班列."""
        start, end = match.span()
        if not match[0].endswith("区") and plain.endswith(_WORDS_BEFORE, 0, start + 1):
            return True
        if len(match[0]) != _SHORT_NAME or not self._is_place(match[0]):
            return False
        if plain.startswith(_WORDS_BEHIND, end - 1):
            return True
        kinds = ("entities", "breakdowns")
        behind = (self._patterns[kind].match(plain, end - 1) for kind in kinds)
        return any(found and len(found[0]) > _SHORT_NAME for found in behind)

    def _is_place(self, word: str) -> bool:
        codes = self.words["entities"].get(word, ())
        return any(self.kinds[code] in ("province", "district") for code in codes)

    def without_parts(self, plain: str) -> str:
        """Return a passage with the names of parts blanked that have an indicator's in them.

        机电产品 is no 产品.
        """
        inner = self.mentions(plain, "indicators")
        for part in self.mentions(plain, "breakdowns"):
            if any(
                part.start <= item.start and item.end <= part.end and item.word != part.word
                for item in inner
            ):
                blank = "　" * len(part.word)
                plain = f"{plain[: part.start]}{blank}{plain[part.end :]}"
        return plain

    @cached_property
    def by_code(self) -> dict[str, dict[str, list[str]]]:
        """The words for each code, for each of the tables."""
        found: dict[str, dict[str, list[str]]] = {}
        for resource, words in self.words.items():
            found[resource] = defaultdict(list)
            for word, codes in words.items():
                for code in codes:
                    found[resource][code].append(word)
        return found

    @cached_property
    def units(self) -> dict[str, set[str]]:
        """The unit names in which the book has levels of each indicator."""
        rows = self.book.text(OBSERVATIONS_TABLE)
        found: dict[str, set[str]] = defaultdict(set)
        for indicator, unit, measure in zip(
            rows["indicator"], rows["unit"], rows["measure"], strict=True
        ):
            if measure in ("level", "difference"):
                found[indicator].add(Unit.parse(unit).name)
        return found

    @cached_property
    def dimensions(self) -> dict[str, str]:
        """What each indicator measures: currency, vehicles, a count."""
        rows = self.book.table("indicators")
        return dict(zip(rows["indicator"], rows["dimension"], strict=True))

    @cached_property
    def parts(self) -> dict[str, set[str]]:
        """The breakdowns that the book has of each indicator."""
        rows = self.book.text(OBSERVATIONS_TABLE)
        found: dict[str, set[str]] = defaultdict(set)
        for indicator, breakdown in zip(rows["indicator"], rows["breakdown"], strict=True):
            found[indicator].update(breakdown.split(";") if breakdown else ())
        return found

    @cached_property
    def frequent(self) -> dict[str, int]:
        """How many figures of each indicator the book has."""
        counts = self.book.text(OBSERVATIONS_TABLE)["indicator"].value_counts()
        return {str(name): int(count) for name, count in counts.items()}

    @cached_property
    def usual(self) -> dict[str, Counter[str]]:
        """How often the book has each accumulation, by indicator."""
        return self._counted("accumulation")

    @cached_property
    def flows(self) -> dict[str, Counter[str]]:
        """How often the book has each flow, by indicator."""
        return self._counted("flow")

    def _counted(self, column: str) -> dict[str, Counter[str]]:
        rows = self.book.text(OBSERVATIONS_TABLE)
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for indicator, value in zip(rows["indicator"], rows[column], strict=True):
            found[indicator][value] += 1
        return dict(found)

    @cached_property
    def _by_unit(self) -> dict[str, list[str]]:
        rows = self.book.text(OBSERVATIONS_TABLE)
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for indicator, unit in zip(rows["indicator"], rows["unit"], strict=True):
            counts[Unit.parse(unit).name][indicator] += 1
        return {unit: [code for code, _ in found.most_common(3)] for unit, found in counts.items()}

    def usual_for(self, units: Sequence[str]) -> tuple[str, ...]:
        """Return the indicators that the book has most often in one of some units."""
        found = [code for unit in units for code in self._by_unit.get(Unit.parse(unit).name, ())]
        return tuple(dict.fromkeys(found))[:3]

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What each entity is: province, district, organisation."""
        rows = self.book.table("entities")
        return dict(zip(rows["entity"], rows["kind"], strict=True))
