"""Whether what a text says in numbers is what the book's data say, whoever wrote the text.

The text is read as `cqbook read` reads it; each of its quantities, with its indicator, place, period,
flow, unit, direction and limit, is compared with the rows of ``observations``. What was not found is
never passed over: it is said to be absent, and what can't be read, to be so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cqbook.data.catalog import Catalog
from cqbook.data.selection import usable, what
from cqbook.intake.article import Article, ArticleFigure
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import from_printed
from cqbook.quantities.quantity import SIGNED_MEASURES, Quantity, Reported, printed_zh, quantity_of
from cqbook.quantities.units import Unit, same_kind

HOLDS, FAILS, OTHERWISE, ABSENT, UNREAD = "成立", "不成立", "口径不同", "书中没有", "读不准"
#: Columns that say what a figure is of; in this order the nearest rows differ.
KEYS = ("indicator", "measure", "breakdown", "flow", "entity", "period")
KEYS_ZH = {
    "indicator": "指标",
    "measure": "量度",
    "breakdown": "细分",
    "flow": "流向",
    "entity": "主体",
    "period": "时期",
    "status": "性质",
}
#: Measures that tell by how much something moved: printed by one word, 增长.
_RATES = ("yoy", "pct_change")
_MOMENTS = frozenset({"stock", "since_start", "capacity"})
#: Readings of one figure that are tried.
READINGS_MOST = 24


@dataclass(frozen=True)
class TextStanding:
    """What the book says to a figure of a text: verdict, why, and the rows that say it."""

    paragraph: int
    printed: str
    verdict: str
    detail: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Known:
    """A row of the book and its number."""

    row: Reported
    quantity: Quantity


#: How a number of a text stands to one of the book: the book's lies within what the text says, may
#: lie within it, or does not.
_Fit = Literal["holds", "open", "fails"]


def judge_article(article: Article, book: Catalog) -> list[TextStanding]:
    """Return what the book says to each figure of an article, in its order."""
    judge = _Judge(book)
    return [judge.of(figure) for figure in article.figures]


@dataclass
class _Judge:
    book: Catalog
    held: dict[tuple[str, str], list[Reported]] = field(default_factory=dict)

    def of(self, figure: ArticleFigure) -> TextStanding:
        row = figure.row
        said = _interval(row)
        if said is None:
            why = "；".join(figure.seen.reasons) or "读不出数或单位"
            return self._told(figure, UNREAD, why)
        readings = list(itertools.islice(self._readings(figure), READINGS_MOST))
        contradicted: list[_Known] = []
        unsettled: list[_Known] = []
        for place, reading in enumerate(readings):
            for known in self._rows(reading):
                fit = _fit(said, row["unit"], known)
                if fit == "holds":
                    return self._held(figure, known)
                if place == 0:
                    (unsettled if fit == "open" else contradicted).append(known)
        if not contradicted and not unsettled:
            derived = self._grown(figure, said, readings[0])
            if derived:
                return derived
        if contradicted:
            open_columns = [KEYS_ZH[name] for name in KEYS if name in figure.doubts]
            if "indicator" in figure.doubts or "measure" in figure.doubts:
                why = f"{'、'.join(open_columns)}没有读准；若是那样，{self._book(contradicted)}"
                return self._told(figure, UNREAD, why, contradicted)
            return self._told(figure, FAILS, self._book(contradicted), contradicted)
        if unsettled:
            why = f"书中的数不够细，不能断定：{self._book(unsettled)}"
            return self._told(figure, UNREAD, why, unsettled)
        near = self._elsewhere(said, row, readings)
        if near:
            return self._told(figure, OTHERWISE, self._differs(readings[0], near), [near])
        if not row["indicator"]:
            return self._told(figure, UNREAD, "看不出是哪个指标")
        if not row["period"]:
            return self._told(figure, UNREAD, "看不出是哪个时期")
        return self._told(figure, ABSENT, f"书中没有{self._named(readings[0])}")

    def _told(
        self, figure: ArticleFigure, verdict: str, detail: str, known: Sequence[_Known] = ()
    ) -> TextStanding:
        ids = tuple(item.row["observation_id"] for item in known)
        return TextStanding(figure.paragraph, figure.row["as_printed"], verdict, detail, ids)

    def _held(self, figure: ArticleFigure, known: _Known) -> TextStanding:
        return self._told(figure, HOLDS, self._book([known], begin="据"), [known])

    def _book(self, known: Sequence[_Known], begin: str = "书中是") -> str:
        """Return what the book has, and from whom."""
        first = known[0].row
        values = dict.fromkeys(f"{printed_zh(item.row)}" for item in known)
        label = self.book.lookup("sources", "source_id", first["source_id"], "outlet") or ""
        thing = what(self.book, first)
        if begin == "据":
            return f"{thing} {'、'.join(values)}，据{label or first['source_id']}"
        return f"{begin}{'、'.join(values)}（{thing}，据{label or first['source_id']}）"

    def _named(self, key: Mapping[str, str]) -> str:
        try:
            return what(self.book, {**_EMPTY, **key})
        except (KeyError, ValueError):
            return "这一项"

    def _readings(self, figure: ArticleFigure) -> Iterator[dict[str, str]]:
        """Yield what a figure can be of: as read first, then by what else its words allow."""
        row = figure.row
        offered = {name: list(figure.offered.get(name, ())) for name in KEYS}
        first = {name: row[name] for name in KEYS}
        if not first["entity"]:
            first["entity"] = self.book.place
        yield first
        indicators = [first["indicator"], *offered["indicator"]]
        parts = [first["breakdown"], *offered["breakdown"]]
        measures = [first["measure"]] + [
            other for other in _RATES if first["measure"] in _RATES and other != first["measure"]
        ]
        for indicator, part, measure in itertools.product(indicators, parts, measures):
            made = first | {"indicator": indicator, "breakdown": part, "measure": measure}
            if made != first:
                yield made

    def _all(self, indicator: str, measure: str) -> list[Reported]:
        """Return the rows of an indicator that are not superseded."""
        if not indicator:
            return []
        key = (indicator, measure)
        if key not in self.held:
            frame = usable(self.book.observations(indicator=indicator, measure=measure))
            self.held[key] = frame.to_dict("records")
        return self.held[key]

    def _rows(self, key: Mapping[str, str]) -> Iterator[_Known]:
        """Yield the book's rows of the very thing."""
        for row in self._all(key["indicator"], key["measure"]):
            if all(_alike(name, key[name], row) for name in ("breakdown", "flow", "entity", "period")):
                yield _Known(row, quantity_of(row))

    def _elsewhere(
        self, said: Interval, row: Mapping[str, str], readings: Sequence[Mapping[str, str]]
    ) -> _Known | None:
        """Return the row that has this number and is nearest to what the text says."""
        best: tuple[int, _Known] | None = None
        for indicator, measure in dict.fromkeys(
            (key["indicator"], key["measure"]) for key in readings
        ):
            for candidate in self._all(indicator, measure):
                if not same_kind(Unit.parse(candidate["unit"]), Unit.parse(row["unit"])):
                    continue
                apart = [
                    name
                    for name in ("breakdown", "flow", "entity", "period")
                    if not _alike(name, readings[0][name], candidate)
                ]
                if len(apart) > 2 or (best and len(apart) >= best[0]):
                    continue
                known = _Known(candidate, quantity_of(candidate))
                if _fit(said, row["unit"], known) == "holds" and _fine(known, row):
                    best = (len(apart), known)
        return best[1] if best else None

    def _differs(self, key: Mapping[str, str], known: _Known) -> str:
        names = [
            KEYS_ZH[name]
            for name in ("breakdown", "flow", "entity", "period")
            if not _alike(name, key[name], known.row)
        ]
        return f"{'、'.join(names)}不同：{self._book([known], begin='书中这个数')}"

    def _grown(
        self, figure: ArticleFigure, said: Interval, key: Mapping[str, str]
    ) -> TextStanding | None:
        """Return the verdict on a rate that nobody printed, by the levels of the two years."""
        if key["measure"] != "yoy" or not key["period"]:
            return None
        try:
            before = str(Period.parse(key["period"]).year_before())
        except ValueError:
            return None
        level = {**key, "measure": "level"}
        now, then = (
            [item for item in self._rows(level | {"period": period}) if item.quantity.bounded]
            for period in (key["period"], before)
        )
        for one, other in itertools.product(now, then):
            unit = str(one.quantity.unit)
            if not same_kind(one.quantity.unit, other.quantity.unit):
                continue
            old = other.quantity.to(unit).interval
            if old is None or one.quantity.interval is None or old.contains(0):
                continue
            rate = (one.quantity.interval / old - 1) * 100
            told = f"按{self._book([one], begin='据')}和{self._book([other], begin='据')}推算"
            if rate.is_subset(said):
                return self._told(figure, HOLDS, told, [one, other])
            if not rate.overlaps(said):
                return self._told(figure, FAILS, f"{told}为{_rate_zh(rate)}", [one, other])
        return None


_EMPTY: dict[str, str] = dict.fromkeys(
    ("indicator", "measure", "breakdown", "flow", "entity", "period", "base"), ""
)


def _rate_zh(rate: Interval) -> str:
    middle = rate.midpoint
    return f"{middle:.1f}%" if middle is not None else str(rate)


def _interval(row: Mapping[str, str]) -> Interval | None:
    """Return the numbers that a figure of a text allows; nothing where it was not read."""
    if not row["unit"] or not (row["value"] or row["qualifier"] == "unchanged"):
        return None
    try:
        Unit.parse(row["unit"])
        return from_printed(
            row["value"],
            row["qualifier"] or "as_rounded",
            row["value_upper"],
            signed=row["measure"] in SIGNED_MEASURES,
        )
    except ValueError:
        return None


def _fit(said: Interval, unit: str, known: _Known) -> _Fit:
    asked = Unit.parse(unit)
    if not same_kind(asked, known.quantity.unit):
        return "fails"
    held = known.quantity.to(unit).interval
    if held is None:
        return "open"
    if held.is_subset(said):
        return "holds"
    return "open" if held.overlaps(said) else "fails"


def _fine(known: _Known, row: Mapping[str, str]) -> bool:
    """Return whether a number is one that two things hardly share: more digits than one."""
    digits = row["value"].strip("-").replace(".", "").strip("0")
    return len(digits) > 2 and bool(known.quantity.bounded)


def _alike(name: str, said: str, row: Reported) -> bool:
    """Return whether a column of the book's row is what the text says."""
    held = row[name] or ""
    if name == "period":
        return _same_time(said, held, row["accumulation"] or "")
    if name == "breakdown":
        return sorted(said.split(";")) == sorted(held.split(";"))
    return said == held


def _same_time(said: str, held: str, accumulation: str) -> bool:
    """Return whether two periods are the same time; of a stock, whether they end together."""
    if said == held:
        return True
    if not said or not held:
        return False
    try:
        one, other = Period.parse(said).span, Period.parse(held).span
    except ValueError:
        return False
    return one == other or (accumulation in _MOMENTS and one[1] is not None and one[1] == other[1])
