"""What was asked of a page by its parameters, where it says (almost) nothing of that.

A chapter lets pass each year and place of which the data hold one figure; what stands on the page
may then be of others. A reader is told at the head: what was asked, how few of the page's figures
are of it, and of what the book has more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cqbook.data.allowed import ENTITY, YEAR, Allowed
from cqbook.data.catalog import OBSERVATION_TABLE, Catalog
from cqbook.figures.english import period as period_in_english
from cqbook.quantities.periods import Period

#: Fewer figures of a period than this are almost none.
FEWEST_OF_PERIOD = 3
#: So is a smaller part of a page's figures that is of the place asked for.
LEAST_PART = 0.25
#: Other periods, and places, that are named.
PERIODS_NAMED, PLACES_NAMED = 6, 2
#: Columns whose values are places, and periods.
_PLACES = frozenset({(OBSERVATION_TABLE, ENTITY), ("districts", "adcode")})
_PERIODS = frozenset({(OBSERVATION_TABLE, "period"), (OBSERVATION_TABLE, YEAR)})


@dataclass(frozen=True)
class PageQuestion:
    """What a page was asked for: ``given`` are the parameters that were not left as they are.

    ``rules``: of each parameter which values it may have (`Allowed`), and ``values`` what it has.
    """

    given: tuple[str, ...]
    rules: Mapping[str, str]
    values: Mapping[str, str]

    @classmethod
    def read(cls, content: Mapping[str, Mapping[str, str] | Iterable[str]]) -> PageQuestion:
        """Read it as `cqbook.build.pages.question_of` writes it."""
        rules, values = content["rules"], content["values"]
        assert isinstance(rules, Mapping)
        assert isinstance(values, Mapping)
        return cls(tuple(content["given"]), rules, values)

    def of(self, columns: Collection[tuple[str, str]]) -> tuple[str, Allowed | None]:
        """Return name and rule of the parameter whose values stand in one of the columns."""
        for name, text in self.rules.items():
            rule = Allowed.read(text)
            if (rule.table, rule.column) in columns and self.values[name]:
                return name, rule
        return "", None


def told_of(book: Catalog, rows: Collection[str], asked: PageQuestion) -> tuple[str, str]:
    """Return what to say at the head of a page, Chinese and English; nothing: it says enough.

    Parameters
    ----------
    rows : collection of str
        Ids of the observations that the page rests on.
    """
    whose, _ = asked.of(_PLACES)
    when, rule = asked.of(_PERIODS)
    found = book.observations(observation_id=sorted(rows))
    place, period = asked.values.get(whose, ""), asked.values.get(when, "")
    own = found[found["entity"].isin(_within(book, place))] if place else found
    then = own[_is_of(own, period)] if period else own
    elsewhere = whose in asked.given and len(own) < LEAST_PART * len(found)
    if not elsewhere and not (when in asked.given and len(then) < FEWEST_OF_PERIOD):
        return "", ""
    others, others_en = _provinces(book, found, place) if elsewhere else ("", "")
    held = _periods(book, rule, asked.values, period) if rule and when in asked.given else []
    name = _name(book, place) if place else ("", "")
    of_it, of_it_en = _joined(name, period)
    zh, en = _counted(len(found), len(own if elsewhere and len(own) else then))
    more = f"多数是{others}的。" if others else ""
    more_en = f" Most are of {others_en}." if others_en else ""
    if held:
        more += f"书中同类的数较多的时期：{'、'.join(Period.parse(text).zh() for text in held)}。"
        more_en += f" The book has more of this kind of: {', '.join(map(_english, held))}."
    return f"所问的是{of_it}：{zh}{more}", f"Asked for: {of_it_en}. {en}{more_en}"


def _counted(count: int, own: int) -> tuple[str, str]:
    if not count:
        return "书中几乎没有，这一页没有数。", "The book has almost nothing of it: no figures here."
    if not own:
        return (
            f"这一页的{count}个数里，没有一个是它的。",
            f"Of the {count} figures of this page none is of it.",
        )
    return (
        f"这一页的{count}个数里，只有{own}个是它的。",
        f"Of the {count} figures of this page only {own} {'is' if own == 1 else 'are'} of it.",
    )


def _joined(name: tuple[str, str], period: str) -> tuple[str, str]:
    when, when_en = (Period.parse(period).zh(), _english(period)) if period else ("", "")
    return name[0] + when, ", ".join(part for part in (name[1], when_en) if part)


def _english(period: str) -> str:
    return period_in_english(Period.parse(period).zh()) or period


def _name(book: Catalog, entity: str) -> tuple[str, str]:
    return book.name(entity), book.lookup("entities", "entity", entity, "name_en") or entity


def _within(book: Catalog, place: str) -> set[str]:
    """Return a place with its parks, firms and districts, and theirs."""
    parents = book.text("entities").set_index("entity")["parent"]
    found = {place}
    while more := set(parents.index[parents.isin(found)]) - found:
        found |= more
    return found


def _is_of(rows: pd.DataFrame, asked: str) -> pd.Series:
    """Return which rows tell of a period: within it, or by how much the next year differs."""
    whole = Period.parse(asked)

    def tells(text: str, measure: str) -> bool:
        period = Period.parse(text)
        dated = period.start is not None and period.end is not None
        before = measure == "yoy" and dated and _lies_in(period.year_before(), whole)
        return before or _lies_in(period, whole)

    pairs = zip(rows["period"], rows["measure"], strict=True)
    return pd.Series([tells(*pair) for pair in pairs], index=rows.index, dtype=bool)


def _lies_in(period: Period, whole: Period) -> bool:
    if period.start is None or period.end is None or whole.start is None or whole.end is None:
        return str(period) == str(whole)
    return whole.start <= period.start and period.end <= whole.end


def _periods(book: Catalog, rule: Allowed, values: Mapping[str, str], asked: str) -> list[str]:
    """Return the periods of which there is most, in order of time; of years others are named."""
    counts = rule.counted(book, values)
    enough = [text for text in counts if counts[text] >= FEWEST_OF_PERIOD and text != asked]
    kind = Period.parse(asked).kind
    alike = [text for text in enough if Period.parse(text).kind == kind]
    most = sorted(alike or enough or set(counts) - {asked}, key=lambda text: -counts[text])
    return sorted(most[:PERIODS_NAMED])


def _provinces(book: Catalog, found: pd.DataFrame, place: str) -> tuple[str, str]:
    """Return the provinces, or nations, of which most of a page's rows are: their parks' too."""
    known = book.text("entities").set_index("entity")

    def province(entity: str) -> str:
        while known["kind"].get(entity) not in ("province", "country"):
            above = known["parent"].get(entity)
            if not above:
                break
            entity = above
        return entity

    counts = found["entity"].map(province).value_counts()
    names = [_name(book, entity) for entity in counts.index if entity != place][:PLACES_NAMED]
    return "、".join(name for name, _ in names), ", ".join(name for _, name in names)
