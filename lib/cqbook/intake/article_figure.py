"""A figure of an article as it was read: a row, why it is so, and what somebody must look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cqbook.intake.article_choices import UNNAMED, Choice
from cqbook.intake.article_periods import When
from cqbook.intake.article_text import ArticleText
from cqbook.intake.press_passage import other_base
from cqbook.quantities.periods import Period
from cqbook.quantities.sightings import BY_MONTH, LIMIT_WORD, Sighting
from cqbook.quantities.units import Unit

#: Columns that `cqbook add` does not take empty, and that a reader may have to fill.
OPEN = ("indicator", "entity", "period", "unit", "measure")
#: What is said of a reading, and asked for by who reads on.
NOT_LISTED, ONLY_FLOW = "不在表中", "流向：这一指标只有一种"
#: Said of what is of several parts together, and of none of them.
ALTOGETHER = "几部分的合计"


@dataclass(frozen=True)
class ArticleFigure:
    """A figure of an article as a row of ``observations``, with its place and its doubts.

    ``paragraph``: its number, from 1. ``row``: what was read, by column; empty where it is open.
    ``why``: what each column was read from. ``doubts``: columns that somebody must look at, and
    why. ``offered``: other codes, by column.
    """

    paragraph: int
    seen: Sighting
    row: Mapping[str, str]
    why: Mapping[str, str]
    doubts: Mapping[str, str]
    offered: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Article:
    """An article as read: ``figures`` to confirm, ``left``: what is no figure, by paragraph."""

    text: ArticleText
    source: Mapping[str, str]
    figures: tuple[ArticleFigure, ...]
    left: tuple[tuple[int, Sighting], ...]


@dataclass
class Subject:
    """What the figures before were of: what a figure that names nothing is of too."""

    indicator: Choice = UNNAMED
    flow: str = ""
    breakdown: str = ""
    entity: str = ""
    when: When | None = None
    units: tuple[str, ...] = ()


def counts_of(figure: ArticleFigure) -> set[str]:
    """Return what a figure counts, as far as its own words say it: units without scale."""
    return counts_in(figure.seen)


def counts_in(seen: Sighting) -> set[str]:
    """Return what a sighting counts: units without scale."""
    return {Unit.parse(unit).name for unit in seen.units}


def with_columns(
    figure: ArticleFigure,
    columns: Mapping[str, str],
    why: str,
    doubts: Mapping[str, str] = MappingProxyType({}),
) -> ArticleFigure:
    """Return a figure with columns of another's; ``doubts``: those that the other has of them."""
    first = next(iter(columns))
    return replace(
        figure,
        row={**figure.row, **columns},
        why={**figure.why, first: why},
        doubts={key: text for key, text in figure.doubts.items() if key not in columns}
        | {key: text for key, text in doubts.items() if key in columns},
    )


def compared_with(item: Sighting, period: str) -> str:
    """Return what a figure is compared with, if that is not plain."""
    year = item.base.removesuffix("年")
    if item.measure in ("yoy", "pp_change", "difference") and year.isdecimal():
        return item.base if other_base(item.base, period) else ""
    if item.measure == "pct_change" and item.base == BY_MONTH and "上" not in item.text:
        # 二季度环比: with the quarter before; of longer times nobody says with what
        kind = Period.parse(period).kind if period else ""
        return {"month": BY_MONTH, "quarter": "上季度", "": BY_MONTH}.get(kind, "")
    return "" if item.measure == "yoy" else item.base


def doubts_of(
    item: Sighting,
    row: Mapping[str, str],
    sure: Mapping[str, bool],
    why: Mapping[str, str],
) -> dict[str, str]:
    """Return the columns that a person must look at: open, guessed, or of two readings."""
    found = {column: why.get(column) or "没有读出" for column in OPEN if not row[column]}
    if item.base == BY_MONTH and not row["base"]:
        found.setdefault("measure", "环比：与上一个什么时期比，没有写")
    for column, known in sure.items():
        if not known and row[column]:
            found[column] = why[column] or "猜的"
    if any(LIMIT_WORD in text for text in item.alternatives):
        found["qualifier"] = "；".join(item.alternatives)
    if item.certainty == "unsure":
        said = "；".join((*item.reasons, *item.alternatives)) or "两种读法"
        found["value" if row["measure"] or not row["value"] else "measure"] = said
    return found
