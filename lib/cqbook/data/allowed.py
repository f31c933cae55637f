"""Which values a parameter of a chapter may have: said in the chapter, held to the data.

A chapter says it once, where it checks its parameters: ``"observations.period with indicator
trade_value, entity $area"`` are the periods of the rows with that indicator, and as entity the
value of the parameter ``area``. Whoever gives parameters by command is held to the same words
before a kernel starts (`cqbook.execution.parameters`), whoever gives them in Jupyter or to plain
papermill by the chapter itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from cqbook.data.catalog import OBSERVATION_TABLE, Catalog
from cqbook.data.codes import check_codes, choices, code_names, did_you_mean, meant
from cqbook.data.customs_store import CUSTOMS
from cqbook.data.vocabulary import CURRENCIES, DIRECTIONS_ZH
from cqbook.errors import ParameterError, visible
from cqbook.quantities.numerals import halfwidth
from cqbook.quantities.periods import Period
from cqbook.quantities.printed import read_period

#: A column that no table has: the years that the periods of its rows touch.
YEAR = "year"
#: The column of those whose figures they are, which all tables call the same.
ENTITY = "entity"
#: A table that is none: words that code and tables share.
VOCABULARY = "vocabulary"
_WORDS = {"direction": DIRECTIONS_ZH, "currency": CURRENCIES}
#: Columns of the customs detail whose codes are such words.
_DETAIL_WORDS = {"flow": "direction", "currency": "currency"}
_RULE = re.compile(
    r"(?P<table>\w+)\.(?P<column>\w+)(?: with (?P<filters>.+?))?(?P<optional>, or nothing)?"
)


@dataclass(frozen=True)
class Allowed:
    """Where the values stand: a column of a table, and of which of its rows.

    ``filters``: values by column; ``$name`` stands for the value of another parameter.
    ``optional``: an empty text is allowed too, and means “not this one”.
    """

    table: str
    column: str
    filters: dict[str, str] = field(default_factory=dict)
    optional: bool = False

    @classmethod
    def read(cls, text: str) -> Allowed:
        """Read ``TABLE.COLUMN [with COLUMN VALUE, …][, or nothing]``.

        Raises
        ------
        ParameterError
            If it has another form.
        """
        found = _RULE.fullmatch(text)
        listed = [part for part in (found["filters"] or "").split(",") if part] if found else []
        pairs = [part.split(maxsplit=1) for part in listed]
        shared = found is not None and found["table"] == VOCABULARY
        if (
            not found
            or any(len(pair) != 2 for pair in pairs)
            or (shared and found["column"] not in _WORDS)
        ):
            msg = (
                f"“{text}”：应为“表.列 with 列 值, …”，如 observations.period with entity $area"
                f" | {text!r}: expected 'table.column with column value, …', such as"
                " observations.period with entity $area"
            )
            raise ParameterError(msg)
        filters = {column: value.strip() for column, value in pairs}
        return cls(found["table"], found["column"], filters, bool(found["optional"]))

    def values(self, book: Catalog, given: Mapping[str, object]) -> list[str]:
        """Return the values that the data hold, given those of all parameters, sorted.

        Where there are none, so that nobody could choose: the codes that the column may have at
        all; a chapter without data says that it has none.
        """
        if self.table == VOCABULARY:
            return list(_WORDS[self.column])
        held = self._held(book, self._asked(given))
        return sorted(held or names_of(book, self).values())

    def holds(self, book: Catalog, value: str, given: Mapping[str, object]) -> bool:
        """Return whether `value` is one of them; no more than its rows count as read."""
        if self.table in (VOCABULARY, CUSTOMS) or self.column == YEAR:
            return value in self.values(book, given)
        return bool(self._held(book, self._asked(given) | {self.column: value}))

    def counted(self, book: Catalog, given: Mapping[str, object]) -> Counter[str]:
        """Return of each value how many rows of the table have it."""
        frame = book.own_rows(self.table, self._asked(given))
        if self.column != YEAR:
            return Counter(frame[self.column])
        return Counter(str(year) for text in frame["period"] for year in Period.parse(text).years)

    def written(self) -> dict[str, str]:
        """Return the filters that are values, not parameters."""
        return {name: text for name, text in self.filters.items() if not text.startswith("$")}

    def _asked(self, given: Mapping[str, object]) -> dict[str, str]:
        return {
            column: str(given[wanted[1:]]) if wanted.startswith("$") else wanted
            for column, wanted in self.filters.items()
        }

    def _held(self, book: Catalog, asked: Mapping[str, str]) -> set[str]:
        if self.table == CUSTOMS:
            return _in_detail(book, self.column, asked)
        frame = book.own_rows(self.table, asked)
        if self.column != YEAR:
            return set(frame[self.column])
        return {str(year) for text in frame["period"].unique() for year in Period.parse(text).years}

    def __str__(self) -> str:
        """Return the rule as it is written."""
        pairs = ", ".join(f"{column} {value}" for column, value in self.filters.items())
        return f"{self.table}.{self.column}" + (f" with {pairs}" if pairs else "")


def check_parameters(book: Catalog, **given: tuple[object, str]) -> None:
    """Refuse parameters whose values the data do not hold; the first thing that a chapter does.

    Parameters
    ----------
    book : Catalog
        The data.
    **given : (object, str)
        Of each parameter its value, and which values it may have: see `Allowed.read`. Where the
        data hold none at all, each is let pass: the page says that it has nothing.

    Raises
    ------
    ParameterError
        With parameter, value, what is expected, and the nearest of it.
    """
    values = {name: value for name, (value, _) in given.items()}
    for name, (_, rule) in given.items():
        refuse_unheld(book, name, Allowed.read(rule), values)


def refuse_unheld(
    book: Catalog,
    name: str,
    allowed: Allowed,
    values: Mapping[str, object],
    chapter: str = "",
    *,
    given: bool = True,
) -> None:
    """Refuse the parameter `name` if the data do not hold its value; see `check_parameters`.

    Not `given`, it is the chapter's default beside another that was given.
    """
    value = str(values[name])
    if (allowed.optional and not value) or allowed.holds(book, value, values):
        return
    if allowed.table == OBSERVATION_TABLE:
        # of a misspelt code in the rule itself there is nothing to hold the value to
        check_codes(book, allowed.written())
    valid = allowed.values(book, values)
    if not valid or value in valid:
        return
    said = f"{chapter}.{name}={visible(value)}" if chapter else f"{name}={visible(value)}"
    hint, hint_en = _hint(book, allowed, value, valid)
    if not given:
        # nobody who asked for another place has typed the year that it lacks
        hint = f"；没有另给 {name}，用的是默认值{hint}"
        hint_en = f"; {name} was not given, this is its default{hint_en}"
    msg = (
        f"参数 {said}：数据中没有（{allowed}）{hint} 应为下列之一"
        f" | parameter {said}: not in the data ({allowed}){hint_en} expected one of:"
        f" {choices(value, valid)}"
    )
    raise ParameterError(msg)


def _hint(book: Catalog, allowed: Allowed, value: str, valid: list[str]) -> tuple[str, str]:
    """Return what may have been meant by a value that is none, Chinese and English."""
    plain = halfwidth(value).strip()
    names = names_of(book, allowed)
    # 2019年前三季度 is a period typed another way
    read = _period_read(plain) if allowed.column in ("period", YEAR) else ""
    near = read if read in valid else "" if read else meant(plain, valid, names)
    if near:
        return did_you_mean(near)
    # what is understood and not held is not another one misspelt
    known = read if read != value else ""
    known = known or meant(plain, sorted(set(names.values())), names, near=1)
    return (f"；{known}没有这里要的数。", f"; no such figures of {known}.") if known else ("", "")


def _period_read(value: str) -> str:
    try:
        return read_period(value)
    except ValueError:
        return ""


def names_of(book: Catalog, allowed: Allowed) -> dict[str, str]:
    """Return the codes that a column may have by their names: Chinese, English, GB/T 2260."""
    shared = {VOCABULARY: allowed.column, CUSTOMS: _DETAIL_WORDS.get(allowed.column, "")}
    if words := _WORDS.get(shared.get(allowed.table, "")):
        return {name: code for code, name in words.items()}
    table, key = _reference(book, allowed)
    return code_names(book, table, key) if table else {}


def _reference(book: Catalog, allowed: Allowed) -> tuple[str, str]:
    """Return the table and column that name the codes of a column; empty where none does."""
    if allowed.column == ENTITY:
        return "entities", ENTITY
    if allowed.table == CUSTOMS or allowed.column == YEAR:
        return "", ""
    columns = {item["name"] for item in book.fields(allowed.table)}
    return (allowed.table, allowed.column) if {"name_zh", allowed.column} <= columns else ("", "")


def _in_detail(book: Catalog, column: str, asked: Mapping[str, str]) -> set[str]:
    """Return what stands in a column of `Holding` in the customs detail; empty texts ask nothing.

    A chapter whose parameter is empty takes what there is.
    """
    wanted = {name: text for name, text in asked.items() if text}
    return {
        getattr(item, column)
        for item in book.detail.holdings
        if all(getattr(item, name) == text for name, text in wanted.items())
    }
