"""Time periods as the tables write them (ISO 8601 dates and intervals).

`Period.parse` reads the one text form that `observations.csv` uses, and every period prints
back as exactly that text, so a period can travel through a table without changing its spelling.
"""

from __future__ import annotations

import functools
import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Literal, NamedTuple


def periods_zh(periods: Iterable[str]) -> str:
    """Return periods in Chinese; months in a row as one stretch (2024年1—10月、2024年12月)."""
    runs: list[list[str]] = []
    for text in periods:
        follows = runs and len(text) == 7 and text == _next_month(runs[-1][-1])
        if follows:
            runs[-1].append(text)
        else:
            runs.append([text])
    ends = (run[0] if len(run) == 1 else f"{run[0]}/{run[-1]}" for run in runs)
    return "、".join(Period.parse(text).zh() for text in ends)


def _next_month(text: str) -> str:
    """Return the month after `text` in the same year; ``""`` if there is none."""
    number = int(text[5:]) if len(text) == 7 else 12
    return f"{text[:4]}-{number + 1:02d}" if number < 12 else ""


def months_span(periods: list[str], year: str) -> str:
    """Return the period that months 1…k of a year make, as a published total has it, or ``""``."""
    if periods == [year]:
        return year
    months = [f"{year}-{number:02d}" for number in range(1, len(periods) + 1)]
    if not periods or periods != months:
        return ""
    return year if len(months) == 12 else f"{months[0]}/{months[-1]}" if months[1:] else months[0]


Kind = Literal["year", "quarter", "month", "day", "range", "open"]
EXAMPLES = (
    "2022",
    "2023-Q1",
    "2022-03",
    "2023-05-26",
    "2023-01/2023-04",
    "../2022",
    "/2030",
    "2023-05/..",
)
# Only 1900–2099: the figures are of our time, and a year such as 0202 or 2203 is a slip.
# [0-9], not \d: \d also matches full-width digits, which would not survive a round trip.
_CALENDAR = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})"
    r"(?:-Q(?P<quarter>[1-4])|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
)
_QUARTER_ZH = "一二三四"


class _Span(NamedTuple):
    """One calendar unit: `2022`, `2023-Q1`, `2022-03` or `2023-05-26`."""

    kind: Literal["year", "quarter", "month", "day"]
    start: date
    end: date


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, from its first to its last day, both included.

    Make one with `Period.parse`; the fields follow from the text.

    Attributes
    ----------
    start, end : date or None
        First and last day. None where the period is open: `../2022` (since the beginning),
        `/2030` (start not known) and `2023-05/..` (no end printed).
    kind : {"year", "quarter", "month", "day", "range", "open"}
        What was written: `2023-Q1` is a quarter, `2023-01/2023-03` a range over the same days.
    text : str
        The period as written; `str(period)`.

    Notes
    -----
    Periods sort by (end, start), so that a table reads from old to new and a cumulative figure
    stands before the month that ends with it. An open end sorts last, an open start first. Two
    spellings of the same days are different periods (a printed 一季度 is not a printed 1—3月)
    and sort by their text; compare `span` to know whether they cover the same days.

    Examples
    --------
    >>> Period.parse("2023-01/2023-04").zh()
    '2023年1—4月'
    >>> str(Period.parse("2023-01/2023-04").year_before())
    '2022-01/2022-04'
    """

    start: date | None
    end: date | None
    kind: Kind
    text: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period.

        Parameters
        ----------
        text : str
            One of the forms in `EXAMPLES`. Both ends of a range are calendar units of any kind.

        Returns
        -------
        Period

        Raises
        ------
        ValueError
            If the text has another form, names a date that does not exist, or is a range whose
            second end does not begin after the first has ended. `2023-01/2023-01` is refused
            too: it is `2023-01`, and one period has one spelling.
        """
        # pandas hands over NaN for an empty cell, and a number where a column was not text.
        if not isinstance(text, str):
            raise _broken(text, f"是 {type(text).__name__}，不是文字", "not text")
        return _parsed(text)

    def __str__(self) -> str:
        """Return the text that `parse` read."""
        return self.text

    def __lt__(self, other: object) -> bool:
        """Whether this period sorts before another: by end, then start, then text."""
        if not isinstance(other, Period):
            return NotImplemented
        return self._order < other._order

    @property
    def _order(self) -> tuple[date, date, str]:
        return (self.end or date.max, self.start or date.min, self.text)

    @property
    def span(self) -> tuple[date | None, date | None]:
        """First and last day; equal for two spellings of the same days."""
        return (self.start, self.end)

    @property
    def years(self) -> range:
        """The calendar years that the period touches; of an open one, that of its known end."""
        known = [day.year for day in self.span if day is not None]
        return range(known[0], known[-1] + 1)

    @property
    def months(self) -> int | None:
        """Number of calendar months covered; None if open or not made of whole months."""
        if self.start is None or self.end is None:
            return None
        if self.start.day != 1 or self.end.day != _days_in_month(self.end):
            return None
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1

    @property
    def is_ytd(self) -> bool:
        """Whether it runs from 1 January to a later point of the same year, short of its end.

        January alone counts (the cumulative figure and that of the month are one), a single day
        and an open period do not.
        """
        if self.start is None or self.end is None or self.kind == "day":
            return False
        starts_the_year = (self.start.month, self.start.day) == (1, 1)
        ends_the_year = (self.end.month, self.end.day) == (12, 31)
        return starts_the_year and self.end.year == self.start.year and not ends_the_year

    def contains(self, other: Period | date) -> bool:
        """Whether every day of another period, or a date, falls into this one.

        An end that is open or not known counts as unbounded, here and in `other`.

        Parameters
        ----------
        other : Period or date

        Returns
        -------
        bool
        """
        start, end = other.span if isinstance(other, Period) else (other, other)
        return (self.start or date.min) <= (start or date.min) and (end or date.max) <= (
            self.end or date.max
        )

    def year_before(self) -> Period:
        """Return the same period a year before, which a 同比 is measured against.

        29 February becomes the 28th.

        Returns
        -------
        Period

        Raises
        ------
        ValueError
            If the period is open: nothing is the same period of a year before then.
        """
        if self.start is None or self.end is None:
            msg = (
                f"时间“{self.text}”没有上年同期：它不是两端都确定的时段"
                f" | period {self.text!r} has no year before: one of its ends is open"
            )
            raise ValueError(msg)
        # dict.fromkeys: 2024-02-28/2024-02-29 shrinks to a single day, which is not a range.
        parts = dict.fromkeys(_a_year_earlier(part) for part in self.text.split("/"))
        return Period.parse("/".join(parts))

    def zh(self) -> str:
        """Return the Chinese label, such as `2023年一季度`, `2023年1—4月`, `截至2022年`.

        Returns
        -------
        str
        """
        before, slash, after = self.text.partition("/")
        if not slash:
            return _zh(_read(before, self.text))
        if before == "..":
            return f"截至{_zh(_read(after, self.text))}"
        if before == "":
            return f"到{_zh(_read(after, self.text))}"
        if after == "..":
            return f"{_zh(_read(before, self.text))}起"
        return _zh_range(_read(before, self.text), _read(after, self.text))


# some hundred periods stand in thousands of rows
@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> Period:
    before, slash, after = text.partition("/")
    if not slash:
        span = _read(before, text)
        return Period(span.start, span.end, span.kind, text)
    if before in {"", ".."}:
        return Period(None, _read(after, text).end, "open", text)
    first = _read(before, text)
    if after == "..":
        return Period(first.start, None, "open", text)
    last = _read(after, text)
    if last.start <= first.end:
        raise _broken(
            text,
            f"终点“{after}”应在起点“{before}”结束之后开始",
            f"the end {after} must begin after the start {before} is over",
        )
    return Period(first.start, last.end, "range", text)


def _read(part: str, text: str) -> _Span:
    """Read one calendar unit of the period `text`; errors name the whole text."""
    found = _CALENDAR.fullmatch(part)
    if found is None:
        where = f"“{part}”" if part != text else "它"
        raise _broken(text, f"{where}不是年、季、月、日", f"{part!r} is no calendar unit")
    year = int(found["year"])
    if found["quarter"]:
        month = 3 * int(found["quarter"])
        last_day = monthrange(year, month)[1]
        return _Span("quarter", date(year, month - 2, 1), date(year, month, last_day))
    if not found["month"]:
        return _Span("year", date(year, 1, 1), date(year, 12, 31))
    try:
        start = date(year, int(found["month"]), int(found["day"] or 1))
    except ValueError as error:
        raise _broken(text, f"“{part}”这一日期不存在", f"no such date: {part!r}") from error
    if found["day"]:
        return _Span("day", start, start)
    return _Span("month", start, start.replace(day=_days_in_month(start)))


def _broken(value: object, why_zh: str, why_en: str) -> ValueError:
    expected = " ".join(EXAMPLES)
    return ValueError(
        f"时间“{value}”不合规范：{why_zh}；应写成 {expected} 之一"
        f" | not a period: {value!r}: {why_en}; expected one of {expected}"
    )


def _days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _a_year_earlier(part: str) -> str:
    year, rest = int(part[:4]) - 1, part[4:]
    return f"{year}-02-28" if rest == "-02-29" else f"{year}{rest}"


def _zh(span: _Span) -> str:
    return f"{span.start.year}年{_zh_within_year(span)}"


def _zh_within_year(span: _Span) -> str:
    match span.kind:
        case "year":
            return ""
        case "quarter":
            return f"{_QUARTER_ZH[span.end.month // 3 - 1]}季度"
        case "month":
            return f"{span.start.month}月"
        case "day":
            return f"{span.start.month}月{span.start.day}日"


def _zh_range(first: _Span, last: _Span) -> str:
    year, kind = first.start.year, first.kind
    if kind != last.kind:
        return f"{_zh(first)}—{_zh(last)}"
    if kind == "year":
        return f"{year}—{_zh(last)}"
    if year != last.start.year:
        return f"{_zh(first)}—{_zh(last)}"
    if kind == "quarter":
        # 一—三 would read as a numeral or a dash; 一至三季度 is how the newspapers write it.
        return f"{year}年{_QUARTER_ZH[first.end.month // 3 - 1]}至{_zh_within_year(last)}"
    if kind == "month":
        return f"{year}年{first.start.month}—{_zh_within_year(last)}"
    if first.start.month == last.start.month:
        return f"{year}年{first.start.month}月{first.start.day}—{last.start.day}日"
    return f"{_zh(first)}—{_zh_within_year(last)}"
