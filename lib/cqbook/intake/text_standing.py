"""Whether what a text says in numbers is what the book's data say, whoever wrote the text.

The text is read as `cqbook read` reads it; each of its quantities, with its indicator, place,
period, flow, unit, direction and limit, is compared with the rows of ``observations``. What was not
found is never passed over: it is said to be absent, and what can't be read, to be so.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.data.selection import usable, what
from cqbook.intake.article import read_article
from cqbook.intake.article_choices import breakdown_of, flow_of, indicator_of
from cqbook.intake.article_figure import ONLY_FLOW, Article, ArticleFigure
from cqbook.intake.article_grid import CELL
from cqbook.intake.article_names import Mention, Names
from cqbook.intake.article_text import (
    LONGEST_PARAGRAPH,
    TEXT_MOST,
    article_text,
    checked_day,
    text_of,
)
from cqbook.intake.text_unread import moved_otherwise, not_understood
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import SIGNED_MEASURES, from_printed, is_far
from cqbook.quantities.quantity import DERIVED, Quantity, Reported, printed_zh, quantity_of
from cqbook.quantities.sightings import NO_UNIT, Sighting
from cqbook.quantities.units import Unit, is_count, same_kind

HOLDS, FAILS, OTHERWISE, NOT_IN_BOOK, NOT_READ = "成立", "不成立", "口径不同", "书中没有", "读不准"
#: Columns that say what a figure is of; in this order the nearest rows differ.
TOLD_BY = ("indicator", "measure", "breakdown", "flow", "entity", "period")
TOLD_BY_ZH = {
    "indicator": "指标",
    "measure": "量度",
    "breakdown": "细分",
    "flow": "流向",
    "entity": "主体",
    "period": "时期",
}
#: Measures that tell by how much something moved: printed by one word, 增长.
_RATES = ("yoy", "pct_change")
_MOMENTS = frozenset({"stock", "since_start", "capacity"})
#: Kinds of entities that are places: whose figures are, where one is named.
PLACE_KINDS = ("province", "district", "country")
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


@dataclass(frozen=True)
class _Words:
    """The sentence of a figure, where it begins in it, and the words behind the figure before.

    ``before``: what the article says until there, as far back as a reader remembers.
    """

    sentence: str
    core: int
    own: str
    before: str


def _words(article: Article, place: int) -> _Words:
    figure = article.figures[place]
    plain = article.text.simplified[figure.paragraph - 1]
    core, end = figure.seen.core, figure.seen.end
    begin = max((plain.rfind(sign, 0, core) + 1 for sign in "。；;！!？?"), default=0)
    stop = min(
        (at for sign in "。；;！!？?" if (at := plain.find(sign, end)) >= 0), default=len(plain)
    )
    before = article.figures[place - 1] if place else None
    floor = begin
    if before and before.paragraph == figure.paragraph:
        floor = max(begin, before.seen.end)
    # 其中民营企业, behind a number, is of the next
    told = "\n".join([*article.text.simplified[: figure.paragraph - 1], plain[:core]])
    return _Words(plain[begin:stop], core - begin, plain[floor:core], told[-REMEMBERED:])


def _once(readings: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    seen: set[tuple[str, ...]] = set()
    for reading in readings:
        key = tuple(reading[name] for name in TOLD_BY)
        if key not in seen:
            seen.add(key)
            yield reading


def _without(breakdown: str, dimension: str) -> str:
    parts = [part for part in breakdown.split(";") if part.partition("=")[0] != dimension]
    return ";".join(parts)


#: How a number of a text stands to one of the book: the book's lies within what the text says, may
#: lie within it, does not, or is of another kind.
_Fit = Literal["holds", "open", "fails", "other"]
#: Letters of an article that a figure's sentence may refer back to.
REMEMBERED = 1500


def check_text(content: bytes, name: str, names: Names, day: str = "") -> list[TextStanding]:
    """Return what the book says to each number of a document, whoever wrote it.

    Parameters
    ----------
    content, name
        The document; its end says of what kind it is.
    names : Names
        Those of the book that is asked.
    day : str, optional
        Day, month or year of the text: what 去年 and 上月 in it are.

    Raises
    ------
    DataError
        If the document can't be read, or the day is none.
    """
    article = read_article(article_text(content, name, checked_day(day)), names.book, names)
    found = judge_article(article, names)
    if Path(name).suffix.lower() == ".pdf":
        lines = article.text.paragraphs
        found = [
            replace(item, verdict=NOT_READ, detail=_UNHEADED)
            if _is_row(lines[item.paragraph - 1])
            else item
            for item in found
        ]
    # nothing is passed over: a number whose unit nobody knows is said to be one
    found += _without_unit(article)
    return sorted(found, key=lambda item: item.paragraph)


def _without_unit(article: Article) -> Iterator[TextStanding]:
    for paragraph, item in article.left:
        if NO_UNIT in item.reasons and not _numbers_a_line(article, paragraph, item):
            why = "没有单位，或单位不在表中，没有比较"
            yield TextStanding(paragraph, item.text, NOT_READ, why)


#: Said of a number in a row of a table of which a page of a PDF has only the words.
_UNHEADED = "像是表格里的一行，PDF 里没有了表头和列，不知这个数是什么；请核对原来的文档"


def _is_row(line: str) -> bool:
    """Return whether a line of a page reads as a row of a table: cells, and no sentence."""
    cells = line.split()
    numbered = sum(1 for cell in cells[1:] if re.search(r"\d", cell))
    return len(cells) > 2 and numbered > 0 and not re.search("[，。；：、,;:]", line)


def verdicts_zh(found: Sequence[TextStanding]) -> str:
    """Return how many numbers were found, and what became of them."""
    if not found:
        return "没有读出数，没有比较 | no figure was read, nothing compared"
    counts = Counter(item.verdict for item in found)
    listed = (HOLDS, FAILS, OTHERWISE, NOT_IN_BOOK, NOT_READ)
    told = "，".join(f"{verdict}{counts[verdict]}" for verdict in listed if counts[verdict])
    return f"{len(found)}个数：{told}"


def _numbers_a_line(article: Article, paragraph: int, item: Sighting) -> bool:
    """Return whether a number only counts paragraphs: 1. 2、 （3） and a page's own."""
    plain = article.text.simplified[paragraph - 1]
    before, behind = plain[: item.start].strip("#-（( 图表第"), plain[item.end :].lstrip()
    leads = not before and (not behind or behind[0] in ".、．)）　")
    return leads or not plain.strip("—-– 0123456789")


def judge_article(article: Article, names: Names) -> list[TextStanding]:
    """Return what the book says to each figure of an article, in its order."""
    judge = Judge(names)
    return [judge.of(article, place) for place in range(len(article.figures))]


def check_paragraphs(
    paragraphs: Sequence[str], says_itself: Callable[[int, str], bool], names: Names
) -> list[TextStanding]:
    """Return what the book says to some of the numbers of a document that was read already.

    Parameters
    ----------
    paragraphs : sequence of str
        All of the document: what one is of, another before it may say.
    says_itself : callable
        Whether a number is to be asked, by its paragraph, from 1, and as it is printed.
    names : Names
        Those of the book that is asked.
    """
    article = _as_article(paragraphs, names)
    judge = Judge(names)
    return [
        judge.of(article, place)
        for place, figure in enumerate(article.figures)
        if says_itself(figure.paragraph, figure.row["as_printed"])
    ]


def check_rows(lines: Sequence[str], names: Names) -> list[TextStanding]:
    """Return what the book says to the numbers in the tables of a document.

    Parameters
    ----------
    lines : sequence of str
        The rows of the tables, and what stands between these.
    names : Names
        Those of the book that is asked.
    """
    article = _as_article(lines, names)
    judge = Judge(names)
    found = [
        judge.of(article, place)
        for place, figure in enumerate(article.figures)
        if CELL in lines[figure.paragraph - 1]
    ]
    return found + [item for item in _without_unit(article) if CELL in lines[item.paragraph - 1]]


def _as_article(paragraphs: Sequence[str], names: Names) -> Article:
    room = itertools.accumulate(min(len(text), LONGEST_PARAGRAPH) for text in paragraphs)
    # as of an article: what goes on without end is asked as far as anybody waits for
    read = [
        text[:LONGEST_PARAGRAPH]
        for text, letters in zip(paragraphs, room, strict=True)
        if letters <= TEXT_MOST
    ]
    return read_article(text_of("", read), names.book, names)


@dataclass
class Judge:
    """Compares figures of texts with the rows of a book; asks for each row once."""

    names: Names
    held: dict[tuple[str, str], list[Reported]] = field(default_factory=dict)

    @property
    def book(self) -> Catalog:
        """The book whose rows are asked."""
        return self.names.book

    def of(self, article: Article, place: int) -> TextStanding:
        """Return what the book says to one figure of an article."""
        figure = article.figures[place]
        row = figure.row
        said = _interval(row)
        if said is None:
            why = "；".join(figure.seen.reasons) or "读不出数或单位"
            return self._told(figure, NOT_READ, why)
        words = _words(article, place)
        found = self._readings(figure, words)
        readings = list(itertools.islice(_once(found), READINGS_MOST))
        contradicted: list[_Known] = []
        unsettled: list[_Known] = []
        for order, reading in enumerate(readings):
            for known in self._rows(reading):
                fit = _fit(said, row, known)
                if fit == "holds":
                    return self._held(figure, known, words, moved_otherwise(article, place))
                if order == 0 and fit != "other":
                    (unsettled if fit == "open" else contradicted).append(known)
        told = self._by_context(figure, said, readings[0], words)
        if told:
            return self._held(figure, told, words, moved_otherwise(article, place))
        if not contradicted and not unsettled:
            derived = self._grown(figure, said, readings[0])
            if derived:
                return derived
        if contradicted:
            open_columns = [TOLD_BY_ZH[name] for name in TOLD_BY if name in figure.doubts]
            if "indicator" in figure.doubts or "measure" in figure.doubts:
                why = f"{'、'.join(open_columns)}没有读准；若是那样，{self._book(contradicted)}"
                return self._told(figure, NOT_READ, why, contradicted)
            near = self._elsewhere(said, row, readings)
            if near and _apart(readings[0], near.row) == ["breakdown"]:
                # of a part whose name was not understood, or of another part
                return self._told(figure, OTHERWISE, self._differs(readings[0], near), [near])
            also = f"；{self._differs(readings[0], near)}" if near else ""
            return self._told(figure, FAILS, f"{self._book(contradicted)}{also}", contradicted)
        if unsettled:
            why = f"书中的数不够细，不能断定：{self._book(unsettled)}"
            return self._told(figure, NOT_READ, why, unsettled)
        near = self._elsewhere(said, row, readings)
        if near:
            return self._told(figure, OTHERWISE, self._differs(readings[0], near), [near])
        if not row["indicator"]:
            return self._told(figure, NOT_READ, "看不出是哪个指标")
        if not row["period"]:
            return self._told(figure, NOT_READ, "看不出是哪个时期")
        return self._told(figure, NOT_IN_BOOK, f"书中没有{self._named(readings[0])}")

    def _told(
        self, figure: ArticleFigure, verdict: str, detail: str, known: Sequence[_Known] = ()
    ) -> TextStanding:
        ids = tuple(item.row["observation_id"] for item in known)
        return TextStanding(figure.paragraph, figure.row["as_printed"], verdict, detail, ids)

    def _held(
        self, figure: ArticleFigure, known: _Known, words: _Words, moved: str
    ) -> TextStanding:
        """Return that a number holds, where all is understood that says of what it is.

        ``moved``: how it is said to have moved, and did not.
        """
        row = known.row
        if moved:
            return self._told(figure, FAILS, f"{moved}；{self._book([known])}", [known])
        word = not_understood(self.names, words.sentence, words.core, row)
        if word:
            why = f"“{word}”没有读懂，不能断定；{self._book([known])}"
            return self._told(figure, NOT_READ, why, [known])
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

    def _readings(self, figure: ArticleFigure, words: _Words) -> Iterator[dict[str, str]]:
        """Yield what a figure can be of: as read first, then by what else its own words allow."""
        row = figure.row
        first = {name: row[name] for name in TOLD_BY}
        first["entity"] = first["entity"] or self.book.place
        said = flow_of(words.own).first
        if said and first["flow"] and ONLY_FLOW in figure.why.get("flow", ""):
            # the book has only exports of it, and the text speaks of imports
            first["flow"] = said
        shared = list(self._of_a_whole(figure, first, words))
        if not row["indicator"]:
            yield from shared
        yield first
        yield from shared
        indicators = [first["indicator"]]
        if "indicator" in figure.doubts:
            indicators += figure.offered.get("indicator", ())
        parts = [first["breakdown"], *figure.offered.get("breakdown", ())]
        parts += self._other_parts(first, words)
        places = [(first["entity"], parts)]
        places += [(code, parts) for code in self._other_places(first, words)]
        if not row["entity"]:
            # 日本汽车出口量: a country of its own, and no market of anybody's
            own = _without(first["breakdown"], "partner")
            places += [(code, [own]) for code in self._countries(words)]
        measures = [first["measure"]] + [
            other for other in _RATES if first["measure"] in _RATES and other != first["measure"]
        ]
        for place, allowed in places:
            for indicator, part, measure in itertools.product(indicators, allowed, measures):
                yield first | {
                    "indicator": indicator,
                    "breakdown": part,
                    "measure": measure,
                    "entity": place,
                }

    def _of_a_whole(
        self, figure: ArticleFigure, first: Mapping[str, str], words: _Words
    ) -> Iterator[dict[str, str]]:
        """Yield what a share is of, by the words of the whole: 机电产品占全市出口额的比重."""
        before, sign, whole = words.sentence[: words.core].rpartition("占")
        if first["measure"] != "share" or not sign:
            return
        named = indicator_of(self.names, whole, len(whole), len(whole), 0, ("percent",))
        places = [
            item.code
            for item in self.names.mentions(whole, "entities")
            if self.names.kinds[item.code] in PLACE_KINDS
        ]
        for indicator in named.codes[:1]:
            flows = self.names.flows.get(indicator, Counter())
            flow = flow_of(whole).first or ("total" if "" not in flows else "")
            clause = re.split("[,，；;]", before)[-1]
            yield {
                **first,
                "indicator": indicator,
                "entity": places[-1] if places else first["entity"],
                "flow": flow,
                "breakdown": breakdown_of(self.names, clause, indicator, ()).first,
            }

    def _inside(self, words: _Words, item: Mention) -> bool:
        """Return whether a name is only a part of a longer one: of 中国台湾, of 外资企业数."""
        return any(
            other.start <= item.start and item.end <= other.end and len(other.word) > len(item.word)
            for resource in ("indicators", "breakdowns")
            for other in self.names.mentions(words.sentence, resource)
        )

    def _other_places(self, first: Mapping[str, str], words: _Words) -> list[str]:
        """Return whose a figure can be where the name that was taken is part of another name."""
        found = self.names.mentions(words.sentence[: words.core], "entities")
        taken = [item for item in found if item.code == first["entity"]]
        place = self.names.kinds.get(first["entity"], "") in PLACE_KINDS
        if not all(
            self._inside(words, item) or (not place and self._is_part(item)) for item in taken
        ):
            return []
        others = [item.code for item in reversed(found) if item.code != first["entity"]]
        placed = any(self.names.kinds[code] in PLACE_KINDS for code in others)
        return list(dict.fromkeys(others if placed else [*others, self.book.place]))

    def _is_part(self, item: Mention) -> bool:
        """Return whether a name is one of a breakdown too: 西部陆海新通道 of goods."""
        return item.word in self.names.words["breakdowns"]

    def _countries(self, words: _Words) -> list[str]:
        return [
            item.code
            for item in self.names.mentions(words.sentence[: words.core], "entities")
            if self.names.kinds[item.code] == "country"
        ]

    def _other_parts(self, first: Mapping[str, str], words: _Words) -> list[str]:
        """Return the parts as all words of the sentence have them, and as those have outside names.

        实际利用内资（省外资金）is of no 外资; 西部陆海新通道货值 is of goods by that way.
        """
        whole = breakdown_of(self.names, words.own, first["indicator"], ()).first
        spans = [
            (item.start, item.end)
            for item in self.names.mentions(words.own, "indicators")
            if len(item.word) > 3
        ]
        outside = breakdown_of(self.names, words.own, first["indicator"], spans).first
        return [part for part in dict.fromkeys((outside, whole)) if part != first["breakdown"]]

    def _all(self, indicator: str, measure: str) -> list[Reported]:
        """Return the rows of an indicator that are not superseded."""
        if not indicator:
            return []
        key = (indicator, measure)
        if key not in self.held:
            frame = usable(self.book.observations(indicator=indicator, measure=measure))
            self.held[key] = [*rows_of(frame)]
        return self.held[key]

    def _rows(self, key: Mapping[str, str]) -> Iterator[_Known]:
        """Yield the book's rows of the very thing."""
        for row in self._all(key["indicator"], key["measure"]):
            if all(
                _alike(name, key[name], row) for name in ("breakdown", "flow", "entity", "period")
            ):
                yield _Known(row, quantity_of(row))

    def _by_context(
        self, figure: ArticleFigure, said: Interval, key: Mapping[str, str], words: _Words
    ) -> _Known | None:
        """Return the row that has this number, of what an earlier sentence named.

        完成投资43.5亿元, where the paragraph is about 市级重大项目: a part that the figure's own
        words do not name, or the place where those leave it open.
        """
        for row in self._all(key["indicator"], key["measure"]):
            apart = _apart(key, row)
            if not apart or not set(apart) <= {"breakdown", "entity"}:
                continue
            if "entity" in apart and not (
                "entity" in figure.doubts and self._says(words.before, "entities", row["entity"])
            ):
                continue
            own, held = (
                set(filter(None, text.split(";"))) for text in (key["breakdown"], row["breakdown"])
            )
            if not own <= held or not all(
                self._says(words.before, "breakdowns", part) for part in held - own
            ):
                continue
            known = _Known(row, quantity_of(row))
            if known.quantity.bounded and _fit(said, figure.row, known) == "holds":
                return known
        return None

    def _says(self, text: str, resource: str, code: str) -> bool:
        """Return whether a text names what a code stands for."""
        return any(word in text for word in self.names.by_code[resource].get(code, ()))

    def _elsewhere(
        self, said: Interval, row: Mapping[str, str], readings: Sequence[Mapping[str, str]]
    ) -> _Known | None:
        """Return the row that has this number and is nearest to what the text says.

        Within a limit (三分之一以上) are numbers of many things: none of them is this one.
        """
        if said.width is None:
            return None
        best: tuple[int, _Known] | None = None
        for indicator, measure in dict.fromkeys(
            (key["indicator"], key["measure"]) for key in readings
        ):
            for candidate in self._all(indicator, measure):
                if not same_kind(Unit.parse(candidate["unit"]), Unit.parse(row["unit"])):
                    continue
                apart = _apart(readings[0], candidate)
                if len(apart) > 2 or (best and len(apart) >= best[0]):
                    continue
                known = _Known(candidate, quantity_of(candidate))
                if _fit(said, row, known) == "holds" and _fine(known, row):
                    best = (len(apart), known)
        return best[1] if best else None

    def _differs(self, key: Mapping[str, str], known: _Known) -> str:
        names = [TOLD_BY_ZH[name] for name in _apart(key, known.row)]
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
        found = None
        for one, other in itertools.product(now, then):
            unit = str(one.quantity.unit)
            if not same_kind(one.quantity.unit, other.quantity.unit):
                continue
            old = other.quantity.to(unit).interval
            if old is None or one.quantity.interval is None or old.contains(0):
                continue
            rate = (one.quantity.interval / old - 1) * 100
            told = f"按{self._book([one], begin='据')}和{self._book([other], begin='据')}{DERIVED}"
            if rate.is_subset(said):
                return self._told(figure, HOLDS, told, [one, other])
            if rate.overlaps(said):
                why = f"{told}，不能断定"
                found = self._told(figure, NOT_READ, why, [one, other])
            elif not found or one.quantity.unit.name == "CNY":
                # rates of trade are said of yuan
                found = self._told(figure, FAILS, f"{told}为{_rate_zh(rate)}", [one, other])
        return found


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


def _fit(said: Interval, row: Mapping[str, str], known: _Known) -> _Fit:
    asked, quantity = Unit.parse(row["unit"]), known.quantity
    if is_count(asked) and is_count(quantity.unit) and not same_kind(asked, quantity.unit):
        # 30个: what is counted stands in the indicator
        asked = Unit(asked.scale, quantity.unit.name)
    if not same_kind(asked, quantity.unit):
        return "other"
    held = quantity.to(str(asked)).interval
    if held is None:
        return "open"
    if is_far(said, held):
        return "fails"
    if held.is_subset(said) or _as_printed(row, asked, known):
        return "holds"
    return "open" if held.overlaps(said) else "fails"


def _as_printed(row: Mapping[str, str], asked: Unit, known: _Known) -> bool:
    """Return whether a text prints the very number that the book has, however coarse that is."""
    value = known.quantity.to(str(asked)).value
    alike = (row["qualifier"] or "as_rounded") == known.row["qualifier"]
    return value is not None and alike and value == Decimal(row["value"] or "NaN")


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


def _apart(key: Mapping[str, str], row: Reported) -> list[str]:
    """Return the columns in which a row of the book is of something else."""
    columns = ("breakdown", "flow", "entity", "period")
    return [name for name in columns if not _alike(name, key[name], row)]


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
