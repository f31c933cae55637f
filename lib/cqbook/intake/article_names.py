"""The names by which an article speaks of what the book's tables hold.

All of them come from the tables: a row that is new there is understood at once. Further words for a
code stand in ``synonyms.csv``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cqbook.data.catalog import Catalog
from cqbook.intake.press_cells import OBSERVATIONS_TABLE
from cqbook.quantities.units import Unit

#: What the tables add to a name and nobody prints: 企业数 is printed 企业.
_ENDINGS = ("保有量", "运量", "数", "量", "额")
_PLACES = (
    *("维吾尔自治区", "壮族自治区", "回族自治区", "土家族苗族自治县", "苗族土家族自治县"),
    *("土家族自治县", "自治区", "省", "市", "区", "县"),
)
#: Names that are words of other meanings when their ending is gone, or too short to be names.
_NO_NAMES = frozenset(
    {"东部", "西部", "重点", "企业", "零售", "批发", "使用", "系统", "部件", "总成"}
)


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
        self.words: dict[str, dict[str, list[str]]] = {
            name: defaultdict(list) for name in ("indicators", "entities", "breakdowns")
        }
        for resource, code, word in self._named():
            if len(word) > 1 and word not in _NO_NAMES and code not in self.words[resource][word]:
                self.words[resource][word].append(code)

    def _named(self) -> Iterator[tuple[str, str, str]]:
        for row in self.book.table("indicators").to_dict("records"):
            for word in _spoken(row["name_zh"]):
                yield "indicators", row["indicator"], word
                ending = next((end for end in _ENDINGS if word.endswith(end)), "")
                if ending and len(word) - len(ending) > 1:
                    yield "indicators", row["indicator"], word.removesuffix(ending)
        entities = self.book.table("entities").to_dict("records")
        places = {
            re.sub(f"(?:{'|'.join(_PLACES)})$", "", row["name_zh"])
            for row in entities
            if row["kind"] in ("province", "district", "country")
        }
        home = re.sub(f"(?:{'|'.join(_PLACES)})$", "", self.book.name(self.book.place))
        for row in entities:
            short_inside = row["kind"] in ("organisation", "event", "group")
            for word in _spoken(row["name_zh"], also_inside=short_inside):
                # 中欧班列（重庆）: without the place it is another's too
                inside = re.search("[（(](.+?)[）)]", row["name_zh"])
                if inside and inside[1] in places and (inside[1] not in word or word == inside[1]):
                    # nor is the place itself the organisation: 特斯拉（中国）
                    continue
                yield "entities", row["entity"], word
                if row["kind"] in ("province", "district"):
                    short = next((end for end in _PLACES if word.endswith(end)), "")
                    if short and len(word) - len(short) > 1:
                        yield "entities", row["entity"], word.removesuffix(short)
                elif row["kind"] in ("park", "organisation", "project") and len(word) > 5:
                    yield "entities", row["entity"], word.removeprefix(home)
        for row in self.book.table("breakdowns").to_dict("records"):
            code = f"{row['dimension']}={row['code']}"
            for word in _spoken(row["name_zh"]):
                yield "breakdowns", code, word
        if "synonyms" in self.book.resources:
            for row in self.book.table("synonyms").to_dict("records"):
                yield row["resource"], row["code"], row["word"]

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {
            resource: re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
            for resource, words in self.words.items()
        }

    def mentions(self, plain: str, resource: str) -> list[Mention]:
        """Return the names of one table in a passage, the longest at each place."""
        return [
            Mention(*match.span(), match[0], resource, code)
            for match in self._patterns[resource].finditer(plain)
            for code in self.words[resource][match[0]]
        ]

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


def _spoken(name: str, *, also_inside: bool = False) -> Iterator[str]:
    """Yield a name as it is spoken: without its brackets, with what is in them as part of it.

    What stands in the brackets of an organisation or an event is its short name (西洽会); of others
    it is an explanation, or a place.
    """
    plain = re.sub(r"[（(][^）)]*[）)]", "", name).strip("“”")
    if plain:
        yield plain
    if plain != name:
        yield re.sub("[（）()]", "", name)
    if also_inside:
        yield from re.findall(r"[（(]([一-鿿A-Za-z0-9]{2,8})[）)]", name)
