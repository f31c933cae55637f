"""The day of a release: it is told in the feed and orders the editions, and never changes again."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable

from cqbook.errors import DataError, visible

#: Where somebody says the day, in seconds since 1970, it is not the clock's.
DAY_VARIABLE = "SOURCE_DATE_EPOCH"
#: A day, a month or a year.
_DAY = re.compile(r"[12]\d{3}(-\d\d){0,2}")
#: Where the book and its sources have their days.
_BEIJING = datetime.timezone(datetime.timedelta(hours=8))
#: A release so many years after all that it rests on is of a clock that is wrong.
_YEARS = 10


def release_day(known: Iterable[str]) -> str:
    """Return the day of a release that is made now.

    Parameters
    ----------
    known : iterable of str
        Days, months or years that are past by then: of what it rests on, of earlier releases.

    Raises
    ------
    DataError
        If the clock tells a day that can't be: before one of these, or long after all of them.
    """
    said = os.environ.get(DAY_VARIABLE, "")
    today = _said_day(said) if said else datetime.datetime.now(tz=_BEIJING).date()
    day = today.isoformat()
    last = max((item for item in known if _DAY.fullmatch(item)), default="")
    late = bool(last) and not said and today.year - int(last[:4]) > _YEARS
    if day[: len(last)] < last or late:
        msg = (
            f"按本机时钟今天是 {day}，可书中已知的最后一天是 {last}；校准时钟再发布，"
            f"或用 {DAY_VARIABLE} 给出发布的日子（1970年以来的秒数）"
            f" | by this machine's clock it is {day}, and the last day that the book knows is"
            f" {last}: set the clock, or give the day of the release by {DAY_VARIABLE}"
        )
        raise DataError(msg)
    return day


def _said_day(said: str) -> datetime.date:
    try:
        return datetime.datetime.fromtimestamp(int(said), tz=datetime.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        msg = (
            f"{DAY_VARIABLE}={visible(said)}：应为1970年以来的秒数"
            f" | {DAY_VARIABLE}: expected seconds since 1970"
        )
        raise DataError(msg) from error
