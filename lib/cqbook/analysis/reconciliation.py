"""Check the published figures against each other, within rounding.

What must hold between printed figures, and the verdicts, are `cqbook.data.relations`; here they are
laid out for the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pandas as pd

from cqbook.analysis.frames import points, published, short, timeline
from cqbook.data.catalog import Catalog
from cqbook.data.relation_rules import PROVINCES, RULES, Relation
from cqbook.data.relations import (
    CONSISTENT,
    INCONSISTENT,
    REVISION,
    ROUNDING,
    SCOPE,
    UNDECIDABLE,
    Judgement,
    as_corrected,
    judged,
    judgements,
    listed,
    listed_as,
)
from cqbook.data.relations import (
    RESOLUTION as RESOLUTION,
)
from cqbook.data.relations import (
    REVISED_BY as REVISED_BY,
)
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.selection import (
    DRAWN_FROM,
    OBSERVATION_KEY,
    fact,
    measured,
    preferred,
    series,
    usable,
    with_key,
)
from cqbook.quantities.about import HAPPENED, INTENDED, ids_in
from cqbook.quantities.interval import Interval
from cqbook.quantities.periods import Period
from cqbook.quantities.quantity import (
    DERIVED_COLUMN,
    NOT_FOUND,
    Quantity,
    Reported,
    compared,
    contribution_rate,
    derive,
    difference,
    exact,
    growth,
    missing,
    period_zh,
    previous,
    quantity_of,
    sum_of,
    year_before,
)
from cqbook.quantities.verdict import Verdict, every, looked_up


@dataclass(frozen=True)
class Finding:
    """One relation, what is printed, what follows from the rest, and the verdict."""

    relation: str
    kind: str
    title: str
    printed: Quantity
    computed: Quantity
    verdict: str
    explanation: str


def reconcile(book: Catalog) -> list[Finding]:
    """Return a finding for each relation of ``relations.csv``, in file order.

    Raises
    ------
    DataError
        If a relation names an unknown kind or figure.
    """
    rows = as_corrected(rows_of(book.observations()))
    return [_found(relation, row, rows) for relation, row in listed(book, rows)]


def _found(relation: Relation, row: Reported, rows: Mapping[str, Reported]) -> Finding:
    found = judged(relation, rows)
    return Finding(
        row["relation"],
        relation.kind,
        row["title_zh"],
        found.printed,
        found.computed,
        found.verdict,
        row["explanation_zh"],
    )


def finding(book: Catalog, relation: str, unit: str) -> Finding:
    """Return what is found of one relation; of one that is not listed, nothing, in this unit."""
    named = listed_as(book, relation)
    if named:
        return _found(*named)
    unknown = missing(unit)
    return Finding(relation, "", relation, unknown, unknown, NOT_FOUND, "")


def verdicts(book: Catalog) -> pd.DataFrame:
    """Return ``rule`` and ``verdict`` of each row of `relations_table`, in a third of its time."""
    told = [(_rule_zh(item), item.verdict) for item in judgements(book)]
    return pd.DataFrame(told, columns=["rule", "verdict"])


def _rule_zh(item: Judgement) -> str:
    return RULES.get(item.relation.rule, (LISTED_BY_HAND, ""))[0]


def relations_table(book: Catalog, told: Collection[str] | None = None) -> pd.DataFrame:
    """Return the relations that the published figures are in, by hand or by rule, in words.

    Parameters
    ----------
    book : Catalog
    told : collection of str, optional
        The verdicts of those that are told; all if left out. Most are consistent, and words
        take long.

    Returns
    -------
    pandas.DataFrame
        One row a relation: ``rule`` (in Chinese), ``title``, ``printed``, ``computed``,
        ``verdict``, ``explanation``, ``known`` (whether ``relations.csv`` explains it),
        ``derived`` (whether ``computed`` is, or printed elsewhere), ``source_id``,
        ``observation_id``.
    """
    known = {row["observation_id"]: row for row in rows_of(book.observations())}
    return pd.DataFrame(
        [
            {
                "rule": _rule_zh(item),
                "title": item.title,
                "printed": item.printed.zh,
                "computed": _other(item, known),
                "verdict": item.verdict,
                "explanation": item.explanation,
                "known": item.known,
                "derived": item.relation.kind != "same",
                "source_id": ";".join(item.source_ids),
                "observation_id": ";".join(item.observation_ids),
            }
            for item in judgements(book)
            if told is None or item.verdict in told
        ],
        columns=[
            *("rule", "title", "printed", "computed", "verdict", "explanation", "known"),
            *("derived", "source_id", "observation_id"),
        ],
    )


def _other(item: Judgement, known: Mapping[str, TableRow]) -> str:
    """Return in words what a printed figure is compared with."""
    if item.relation.kind == "same":
        return quantity_of(known[item.computed.observation_id]).zh
    # beside a printed figure that differs, the ends say more than the rounded middle
    if item.verdict == CONSISTENT:
        return item.computed.zh
    held = item.computed.interval
    if item.relation.kind == "growth" and held is not None and held.lower == NO_FLOOR:
        # from a base without an upper end: the growth has none below
        return f"至多{exact(_upwards(held.upper), 'percent').zh}"
    ends = item.computed.range_zh
    # a dash between two numbers of which one has a minus is taken for another
    return ends.replace("—", "至") if "−" in ends else ends


#: A fall by all there was: below it no growth lies.
NO_FLOOR = -100


def _upwards(end: Decimal | None) -> Decimal:
    # what has neither end was never compared
    assert end is not None
    return end.quantize(Decimal("0.1"), ROUND_CEILING)


def relations_tally(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many relations of `relations_table` there are, by rule, and in all (last).

    The rule with most relations is first; a column a verdict, of `VERDICT_COLUMNS`.
    """
    counts = pd.crosstab(table["rule"], table["verdict"]).reindex(columns=VERDICTS, fill_value=0)
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    counts = counts.loc[order]
    counts.loc[ALL_RULES] = counts.sum()
    # a number that is none is no news: it stands as a gap
    told = counts.astype(str).where(counts.ne(0), "").set_axis([*VERDICT_COLUMNS], axis=1)
    return told.rename_axis("rule").reset_index()


def telling(table: pd.DataFrame) -> dict[str, str]:
    """Return how many relations could well have failed, and how many of these hold, in words.

    Left out are those that only ask whether a part is within its whole.
    """
    rest = table[table["rule"].ne(PARTS_WITHIN)]
    held = rest["verdict"].eq(CONSISTENT).sum()
    return {"telling": f"{len(rest)}条", "telling_held": f"{held}条"}


def tally(table: pd.DataFrame) -> dict[str, str]:
    """Return how many relations of `relations_table` there are by verdict, in words, and in all.

    ``unreconciled``: those that do not fit, for whatever reason.
    """
    by_verdict = table["verdict"].value_counts()
    words = {key: f"{by_verdict.get(name, 0)}条" for key, name in zip(_KEYS, VERDICTS, strict=True)}
    unreconciled = table["verdict"].isin([*APART, REVISION]).sum()
    return words | {"unreconciled": f"{unreconciled}条", "relations": f"{len(table)}条"}


_KEYS = ("consistent", "inconsistent", "scope", "revised", "rounded", "undecidable")
#: In the order in which the page speaks of them: a phone shows the first columns of a table.
VERDICTS = [CONSISTENT, INCONSISTENT, SCOPE, REVISION, ROUNDING, UNDECIDABLE]
#: Those of which `apart` tells: no number is in both. What differs in rounding alone can be used.
APART = (INCONSISTENT, SCOPE)
#: Their columns in a table of counts.
VERDICT_COLUMNS = dict(zip(_KEYS, VERDICTS, strict=True))
#: The rule that a cumulative figure is the sum of its months.
MONTHLY = RULES["months"][0]
#: The rule that a part is no more than its whole: hardly ever broken.
PARTS_WITHIN = RULES["within"][0]
ALL_RULES = "合计"
#: The rule of what somebody has listed by hand.
LISTED_BY_HAND = "另列的关系"


def apart(book: Catalog, table: pd.DataFrame) -> pd.DataFrame:
    """Return what can't be used together, one row a figure.

    First what is contradicted, then what is of another scope. What is explained alike is one row.

    Parameters
    ----------
    table : pandas.DataFrame
        `relations_table` of the book, of `APART` at least.

    Returns
    -------
    pandas.DataFrame
        Columns of the table, ``count`` (how many of its relations the row stands for), and ``why``:
        the verdict, that number if it is more than one, and the explanation. What is derived says
        so.
    """
    frame = book.observations()
    doubt = dict(zip(frame["observation_id"], -frame["confidence"], strict=True))
    listed_rows = rows_of(table)
    found = [
        row
        for told in APART
        for row in _by_figure([row for row in listed_rows if row["verdict"] == told], doubt)
    ]
    alike: dict[tuple[str, str], list[TableRow]] = {}
    for row in found:
        alike.setdefault((row["verdict"], row["explanation"]), []).append(row)
    rows = [_listed(rows) for rows in alike.values()]
    for row in rows:
        row["title"] = _readable(row["title"])
        several = f"（{row['count']}条）" if row["count"] > 1 else ""
        row["why"] = f"{row['verdict']}{several}：{row['explanation']}"
        if row["derived"]:
            row["computed"] = f"{row['computed']}{DERIVED_COLUMN}"
    return pd.DataFrame(rows, columns=[*table.columns, "count", "why"])


def _by_figure(broken: Sequence[TableRow], doubt: Mapping[str, int]) -> list[TableRow]:
    """Return relations that do not hold, one row a figure.

    A figure that one source has wrong, or counts otherwise, breaks all relations that it is in: the
    figure in most of them comes first (of several the most doubtful) and takes these with it, and
    so on.
    """
    found = []
    while broken:
        often = Counter(key for row in broken for key in _ids(row))
        worst = max(often, key=lambda key: (often[key], doubt[key]))
        # what somebody has looked into speaks for the others
        mine = sorted(
            (row for row in broken if worst in _ids(row)), key=lambda row: not row["known"]
        )
        broken = [row for row in broken if worst not in _ids(row)]
        found.append(_together(mine) | {"count": len(mine)})
    return found


def _ids(row: TableRow) -> list[str]:
    return list(row["observation_id"].split(";"))


def _readable(title: str) -> str:
    """Return a title that a rule made of names (中国·2023年10月·出口量：…) as one would say it.

    What a title says of its rule stands in the next column.
    """
    names, _, _ = title.partition("：")
    if names.count("·") < 2:
        return title
    place, period, *what = names.split("·")
    part = f"（{'，'.join(what[1:])}）" if what[1:] else ""
    return f"{period}{place}{what[0]}{part}"


def _together(rows: Sequence[TableRow]) -> TableRow:
    """Return the first of some rows with the sources and figures of all."""
    joined = {
        key: ";".join(ids_in(row[key] for row in rows)) for key in ("source_id", "observation_id")
    }
    return rows[0] | joined


def _listed(rows: Sequence[TableRow]) -> TableRow:
    """Return rows that are explained alike as one, with the numbers of the first."""
    if len(rows) == 1:
        return rows[0]
    title, count = f"{rows[0]['title']}等{len(rows)}项", sum(row["count"] for row in rows)
    return _together(rows) | {"title": title, "count": count}


def doubtful(book: Catalog) -> str:
    """Return how many figures are kept to be compared, and neither drawn nor quoted, in words."""
    return f"{int(book.observations()['confidence'].lt(DRAWN_FROM).sum())}个"


#: Why figures are compared though who counts differs: what the reader has to know of it.
CUSTOMS_AND_MAKERS = "海关统计报关的车，协会统计会员企业的车"
SEATS_AND_ORIGINS = "前者看谁在做，后者看货从哪里来、到哪里去"


def basis_table(book: Catalog, more: str = "customs", less: str = "caam") -> pd.DataFrame:
    """Return what two bases count of China's car exports, and what the first is more, in percent.

    A row a thing and period that both have, the oldest first, parts of the cars last. A gap of
    which it is open who counts more is 看不出; a number with ends far apart has them beside it, for
    the gap of its row is as wide.
    """
    rows = []
    for name, one, other, gap in _basis_pairs(book, more, less):
        told = "看不出" if _open(gap) else gap.zh
        rows.append(
            {"label": name, more: _as_read(one), less: _as_read(other), "gap": told}
            | {"source_id": gap.source_id, "observation_id": gap.observation_id}
        )
    return pd.DataFrame(rows, columns=["label", more, less, "gap", "source_id", "observation_id"])


def basis_over(book: Catalog, more: str = "customs", less: str = "caam") -> list[Verdict]:
    """Return whether one basis counts more cars, for each period of which it is not open."""
    gaps = [gap for _, gap in _basis_gaps(book, more, less) if not _open(gap)]
    return [compared(gap, ">", 0, regardless=CUSTOMS_AND_MAKERS) for gap in gaps]


def basis_open(book: Catalog, more: str = "customs", less: str = "caam") -> str:
    """Return of which periods it is open who counts more of China's car exports, in words."""
    return "、".join(name for name, gap in _basis_gaps(book, more, less) if _open(gap))


def _as_read(side: Quantity) -> str:
    """Return a number as printed, with the range it is read as where that is wide."""
    return f"{side.zh}（读作{side.range_zh}）" if _coarse(side) else side.zh


def _coarse(side: Quantity) -> bool:
    width = None if side.interval is None else side.interval.width
    return width is not None and float(width) > COARSE * abs(side.point)


#: From this part of a number on its ends are far apart.
COARSE = 0.05


def _open(gap: Quantity) -> bool:
    return gap.interval is None or gap.interval.contains(Decimal(0))


def _basis_gaps(book: Catalog, more: str, less: str) -> list[tuple[str, Quantity]]:
    return [(name, gap) for name, _, _, gap in _basis_pairs(book, more, less)]


def _basis_pairs(
    book: Catalog, more: str, less: str
) -> list[tuple[str, Quantity, Quantity, Quantity]]:
    common = {"indicator": "auto_exports", "entity": "CN", "measure": "level"}
    sides = [_by_thing(book.observations(**common, basis=basis)) for basis in (more, less)]
    found = []
    both = sides[0].keys() & sides[1].keys()
    for key in sorted(both, key=lambda key: (key[1] != "", _days(key[0]))):
        one, other = (side[key] for side in sides)
        gap = growth(one, other, regardless=CUSTOMS_AND_MAKERS)
        part = book.breakdown_name(key[1]) if key[1] else ""
        name = "，".join(text for text in (part, period_zh(key[0])) if text)
        found.append((name, one, other, gap))
    return found


#: From this width on, in percentage points, an interval is written as one.
TOLD = 1.5


def _middles(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a point frame with the middle as text where the whisker shows so little around it.

    What rounding does not tell from no change is written as none; ``full`` has the interval.
    """
    apart = frame["upper"] - frame["lower"]
    middle = frame["value"].map("{:.1f}%".format).str.replace("-", "−")
    none = frame["lower"].le(0) & frame["upper"].ge(0)
    written = frame["text"].mask(frame["text"].str.contains("—|至") & apart.lt(TOLD), middle)
    return frame.assign(text=written.mask(none & apart.lt(TOLD), NO_CHANGE))


def _by_thing(frame: pd.DataFrame) -> dict[tuple[str, str], Quantity]:
    return {
        (row["period"], row["breakdown"]): quantity_of(row) for row in rows_of(preferred(frame))
    }


def _days(period: str) -> tuple[str, str]:
    start, end = Period.parse(period).span
    return (str(end), str(start))


def left_over(book: Catalog, year: str, breakdown: str, *, source_id: str) -> dict[str, Quantity]:
    """Return by how much a year's cumulative car exports of China exceed the sum of the months.

    By month, from February on. A month that is not published leaves all after it unknown.
    """
    unit = "10k vehicles"
    held = series(
        book,
        unit=unit,
        indicator="auto_exports",
        entity="CN",
        breakdown=breakdown,
        source_id=source_id,
    )
    months = [f"{year}-{number:02d}" for number in range(1, 13)]
    found = {}
    for last in range(2, 13):
        whole = year if last == len(months) else f"{months[0]}/{months[last - 1]}"
        parts = [held.get(month, missing(unit)) for month in months[:last]]
        found[months[last - 1]] = difference(held.get(whole, missing(unit)), sum_of(*parts))
    return found


def jump(book: Catalog, month: str, breakdown: str, *, source_id: str) -> Quantity:
    """Return by how much China's cumulative car exports rose in a month beyond the month's own."""
    held = series(
        book,
        unit="10k vehicles",
        indicator="auto_exports",
        entity="CN",
        breakdown=breakdown,
        source_id=source_id,
    )
    year, number = month.split("-")
    start, before = f"{year}-01/", f"{year}-{int(number) - 1:02d}"
    nothing = missing("10k vehicles")
    then, now, own = (held.get(key, nothing) for key in (start + before, start + month, month))
    return difference(difference(now, then), own)


def side_by_side(found: Mapping[str, Mapping[str, Quantity]], *, unit: str) -> pd.DataFrame:
    """Return several series over time as a point frame, a ``group`` each, by its name."""
    frames = [timeline(items, unit=unit, group=name, short=True) for name, items in found.items()]
    rows = published(pd.concat(frames, ignore_index=True))
    # one precision for all: some are printed to the last hundred dollars
    return rows.assign(text=rows["value"].map("{:.1f}".format).str.replace("-", "−"))


def size(change: Quantity) -> Quantity:
    """Return a change without its sign, for a sentence that says which way it went."""
    if not change.known or change.point >= 0:
        return change
    return derive(
        lambda item: Interval.exactly(0) - item,
        change,
        unit=str(change.unit),
        about=change.about,
        regardless=change.regardless,
    )


#: How a change that rounding does not tell from none is drawn.
NO_CHANGE = "0.0%"
#: Why the figures of a communiqué that names no basis are compared with those of customs.
AS_CUSTOMS = "来源没有写口径的，当作海关统计"


@dataclass(frozen=True)
class Base:
    """What was published for a period, and what its growth a year later was reckoned from."""

    published: Quantity
    implied: Quantity

    @property
    def change(self) -> Quantity:
        """By how many percent the figure that was published first has been revised."""
        return growth(self.implied, self.published, regardless=AS_CUSTOMS)

    @property
    def lowered(self) -> Verdict:
        """Whether the growth was reckoned from less than had been published."""
        return compared(self.implied, "<", self.published, regardless=AS_CUSTOMS)


def base(book: Catalog, area: str, period: str) -> Base:
    """Return what the growth of a place's trade in a period was reckoned from."""
    common = {"indicator": "trade_value", "entity": area, "flow": "total"}
    level, rate = (
        fact(book, unit=unit, measure=measure, period=period, **common)
        for unit, measure in (("100M CNY", "level"), ("percent", "yoy"))
    )
    before = fact(book, unit="100M CNY", period=year_before(period), **common)
    return Base(before, previous(level, rate))


def bases(book: Catalog, area: str, year: str) -> dict[str, Base]:
    """Return the bases of a year's growths, by the periods of the year before, earliest end first.

    Only those from the beginning of the year on, and of which all is published: the level, its
    growth, and the level a year before. A single month beside them would be counted twice.
    """
    rates = series(
        book, unit="percent", measure="yoy", indicator="trade_value", entity=area, flow="total"
    )
    start = f"{year}-01/"
    periods = sorted((it for it in rates if it == year or it.startswith(start)), key=_days)
    found = {year_before(period): base(book, area, period) for period in periods}
    return {period: item for period, item in found.items() if item.change.known}


def lowered_but_for_the_year(found: Mapping[str, Base], year: str) -> list[Verdict]:
    """Return whether each of `bases` but the whole year was `lowered`, named by its period."""
    return [
        item.lowered.named(period_zh(period)) for period, item in found.items() if period != year
    ]


def base_in(found: Mapping[str, Base], period: str) -> Base:
    """Return the one of `bases` that is of a period; where there is none, both not known."""
    return found.get(period, Base(missing("100M CNY"), missing("100M CNY")))


def december_left(found: Mapping[str, Base], year: str) -> Base:
    """Return what two of `bases` leave for December: as published then, and as implied later."""
    whole, before = (base_in(found, period) for period in (year, f"{year}-01/{year}-11"))
    return Base(
        difference(whole.published, before.published), difference(whole.implied, before.implied)
    )


def base_points(found: Mapping[str, Base]) -> pd.DataFrame:
    """Return by how many percent each of `bases` was revised, as a point frame; all of one year."""
    items = [
        (period_zh(period).partition("年")[2] or "全年", base.change)
        for period, base in found.items()
    ]
    return _middles(points(items, unit="percent"))


@dataclass(frozen=True)
class Contribution:
    """What private firms contributed to the growth of a year's trade of the place, in percent."""

    part: tuple[Quantity, Quantity]
    whole: tuple[Quantity, Quantity]
    printed: Quantity

    @property
    def computed(self) -> Quantity:
        """What follows from both levels and both growths."""
        return contribution_rate(*self.part, *self.whole)

    @property
    def undecided(self) -> Verdict:
        """Whether the printed figure lies within what follows, and that leaves much open."""
        held = self.computed.interval
        if held is None or held.lower is None or held.upper is None:
            return compared(self.computed, ">", 0)
        # to whole numbers, as they are printed
        low, high = _outward(held.lower, held.upper, 0)
        width = exact(high - low, "percentage points")
        return every(*inside(self.printed, self.computed, 0), compared(width, ">", WIDE))


def _outward(lower: Decimal, upper: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    step = Decimal(1).scaleb(-decimals)
    return lower.quantize(step, ROUND_FLOOR), upper.quantize(step, ROUND_CEILING)


def inside(printed: Quantity, computed: Quantity, decimals: int) -> list[Verdict]:
    """Return whether a printed number lies within what is computed of others.

    The ends are those that a reader sees: rounded outwards to so many decimals.
    """
    held, unit = computed.interval, str(printed.unit)
    if held is None or held.lower is None or held.upper is None:
        return [compared(printed, ">", missing(unit))]
    low, high = (exact(end, unit) for end in _outward(held.lower, held.upper, decimals))
    return [compared(printed, ">", low), compared(printed, "<", high)]


#: How many percentage points a derived rate must leave open to decide nothing.
WIDE = 50


def contribution(book: Catalog, year: str) -> Contribution:
    """Return what is printed of the contribution of private firms in a year, and what it rests on.

    The growth of the whole is printed in whole percent: whatever it was before it was rounded gives
    another contribution.
    """
    common = {"indicator": "trade_value", "entity": book.place, "period": year, "flow": "total"}
    private = "enterprise=private"

    def pair(breakdown: str) -> tuple[Quantity, Quantity]:
        return (
            fact(book, unit="100M CNY", breakdown=breakdown, **common),
            fact(book, unit="percent", measure="yoy", breakdown=breakdown, **common),
        )

    rate = {"measure": "contribution_rate", "breakdown": private}
    return Contribution(pair(private), pair(""), fact(book, unit="percent", **rate, **common))


def place(book: Catalog, area: str, year: str, basis: str) -> Quantity:
    """Return which place a province takes by its trade in dollars, counted on this basis."""
    common = {"indicator": "trade_value", "period": year, "flow": "total", "basis": basis}
    frame = book.observations(**common, measure="level", unit="100M USD", breakdown="")
    whole = {
        row["entity"]: quantity_of(row)
        for row in rows_of(preferred(frame[frame["entity"].str.startswith("CN-")]))
    }
    if area not in whole or len(whole) < PROVINCES:
        return missing("rank")
    own = whole[area].point
    place = exact(1 + sum(item.point > own for item in whole.values()), "rank")
    return replace(place, source_id=whole[area].source_id)


EXPECTED_BEFORE = "相差的百分比以事先说的数为底"


@dataclass(frozen=True)
class Sequel:
    """What was expected or aimed at, and what came of it; `words` say how much it was to be.

    ``floor``: it was to be over so much; its `change` is reckoned from there, and is no more.
    """

    label: str
    words: str
    before: Quantity
    after: Quantity
    floor: bool = False

    @property
    def change(self) -> Quantity:
        """By how many percent it came out more."""
        return growth(self.after, self.before, regardless=EXPECTED_BEFORE)


def outcomes(book: Catalog, area: str, statuses: Sequence[str]) -> list[Sequel]:
    """Return what was said before of a place, with one of these statuses, and came out later.

    A target of over so much is met from there on. Bounds that leave open whether it came out more
    or less are left out.
    """
    frame = with_key(usable(book.observations(entity=area, measure="level")))
    happened = preferred(frame[frame["status"].isin(HAPPENED)].drop(columns=["against", "counted"]))
    known = {_key(row): quantity_of(row) for row in rows_of(with_key(happened))}
    found = []
    for row in rows_of(frame[frame["status"].isin(statuses)]):
        if _key(row) in known:
            before = quantity_of(row)
            name, *part = measured(book, row).split("·")
            said = "，".join([*part, f"{before.status}{before.zh}"])
            words = f"{period_zh(row['period'])}{name}（{said}）"
            # all projects are no part
            whole = name if row["breakdown"].startswith("kind=") else "·".join([name, *part])
            label = f"{whole}（{period_zh(row['period'])}，{before.status}）"
            floor = before.interval is not None and before.interval.upper is None
            if row["status"] in INTENDED and before.value is not None:
                before = replace(before, interval=Interval.exactly(before.value))
            outcome = Sequel(label, words, before, known[_key(row)], floor)
            if _telling(outcome.change.interval):
                found.append(outcome)
    return sorted(found, key=lambda item: item.change.point)


def _key(row: TableRow) -> tuple[str, ...]:
    return tuple(row[name] for name in OBSERVATION_KEY)


def _telling(found: Interval | None) -> bool:
    """Return whether an interval has two ends, or says on which side of zero the number lies."""
    return found is not None and (found.width is not None or not found.contains(Decimal(0)))


def _said(book: Catalog, found: Sequence[Sequel], late: bool) -> Verdict:
    dates = book.columns("sources", "source_id", "published").set_index("source_id")["published"]

    def at_the_end(item: Sequel) -> bool:
        # a year's last day; a source of which the month alone is known was printed in it
        end = str(_days(item.before.about.period)[0])
        return bool(dates.get(item.before.source_id, "")[: len("2022-12")] >= end[: len("2022-12")])

    if not found:
        return missing("items") > 0
    when = "最后一个月或以后" if late else "最后一个月以前"
    return looked_up(all(at_the_end(item) is late for item in found), f"都在时期的{when}公布")


def said_at_the_end(book: Catalog, found: Sequence[Sequel]) -> Verdict:
    """Return whether all of `outcomes` were said in the last month of their period or later."""
    return _said(book, found, late=True)


def said_before_the_end(book: Catalog, found: Sequence[Sequel]) -> Verdict:
    """Return whether all of `outcomes` were said before the last month of their period."""
    return _said(book, found, late=False)


def extremes(found: Sequence[Sequel]) -> tuple[Sequel, Sequel]:
    """Return which of `outcomes` came out least and most against what was said before."""
    nothing = Sequel("", NOT_FOUND, missing("percent"), missing("percent"))
    return (found[0], found[-1]) if found else (nothing, nothing)


def within(found: Sequence[Sequel], percent: int) -> Verdict:
    """Return whether all of `outcomes` came within so many percent of what was said before."""
    changes = [item.change for item in found] or [missing("percent")]
    sides = [(compared(item, "<", percent), compared(item, ">", -percent)) for item in changes]
    return every(*(verdict for pair in sides for verdict in pair))


def outcome_table(found: Sequence[Sequel]) -> pd.DataFrame:
    """Return what was said before, what came of it, and by how many percent that was more."""
    rows = [
        {
            "label": item.label,
            "before": item.before.zh,
            "after": item.after.zh,
            # one precision for all: a target and its outcome are printed to different digits
            "change": _signed(item),
            "source_id": item.change.source_id,
            "observation_id": item.change.observation_id,
        }
        for item in found
    ]
    names = ["label", "before", "after", "change", "source_id", "observation_id"]
    return pd.DataFrame(rows, columns=names)


def _signed(item: Sequel) -> str:
    text = f"{_at_most(item) if item.floor else item.change.point:+.1f}%".replace("-", "−")
    text = text if text[1:] != "0.0%" else text[1:]
    return f"{text}以下" if item.floor else text


def _at_most(item: Sequel) -> Decimal:
    """Return what a change against a floor is at most: −28.4575 is 28.4% less at least."""
    interval = item.change.interval
    upper = None if interval is None else interval.upper
    if upper is None:
        msg = "a change without an upper end"
        raise ValueError(msg)
    return upper.quantize(Decimal("0.1"), ROUND_CEILING)


def shortfall(item: Sequel) -> str:
    """Return by how much something came out less than was said before, in words."""
    if item.floor:
        return f"至少少{-_at_most(item)}%"
    return f"少{short(size(item.change)).zh}"
