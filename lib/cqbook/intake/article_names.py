"""What an article mentions of what the book's tables hold, and what the book knows of each name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cqbook.data.catalog import Catalog
from cqbook.data.spoken_names import spoken_names
from cqbook.intake.press_cells import OBSERVATIONS_TABLE
from cqbook.quantities.units import Unit

#: A word within which no name begins.
_AMONG = "其中"


@dataclass(frozen=True)
class Mention:
    """A name that a passage has: of which table, which code, where."""

    start: int
    end: int
    word: str
    resource: str
    code: str


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
            if match.end() > until:
                found += [
                    Mention(*match.span(), match[0], resource, code)
                    for code in self.words[resource][match[0]]
                ]
            until = max(until, match.end())
            place = match.start() + 1 if resource == "indicators" else match.end()
        return found

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
