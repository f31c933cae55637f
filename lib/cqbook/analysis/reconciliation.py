"""Check the published figures against each other, within rounding.

``relations.csv`` states what must hold between printed figures. Each relation computes an interval
from its inputs and compares it with the interval of its target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import pandas as pd

from cqbook.analysis.frames import TableRow, points, quantities_of, rows_of
from cqbook.data.catalog import Catalog
from cqbook.data.selection import DRAWN_FROM, OBSERVATION_KEY, measured, preferred, with_key
from cqbook.data.vocabulary import BASES_ZH
from cqbook.errors import DataError
from cqbook.quantities import formulas
from cqbook.quantities.interval import Interval
from cqbook.quantities.quantity import DERIVED, Quantity, derive, period_zh, quantity_of

CONSISTENT, INCONSISTENT, UNDECIDABLE = "一致", "不一致", "不可判定"
#: A computed interval more than this many times as wide as the printed one can't confirm the
#: printed digits: agreement would be no surprise. Our convention, stated on the page.
RESOLUTION = 10


def _total(*items: Interval) -> Interval:
    return reduce(Interval.__add__, items)


def _percent(part: Interval, whole: Interval) -> Interval:
    # unlike a share, a rate of completion may exceed 100
    return 100 * part / whole


def _at_least(*items: Interval) -> Interval:
    """Return where a whole can lie that contains all these parts, which exclude each other."""
    low = _total(*items)
    return Interval(low.lower, None, low.lower_closed)


def _grown(previous: Interval, yoy: Interval) -> Interval:
    return previous * (100 + yoy) / 100


def _share_grown(share: Interval, growth: Interval, lead: Interval) -> Interval:
    """Return the share after the part grew by `growth`, `lead` points faster than the whole."""
    return share * (100 + growth) / (100 + growth - lead)


def _share_contribution(share: Interval, growth: Interval, lead: Interval) -> Interval:
    """Return the contribution of a part with this share now, growing `lead` points faster.

    Share a year before times growth of the part over growth of the whole, in percent.
    """
    whole = growth - lead
    return share * (100 + whole) / (100 + growth) * growth / whole


def _less(minuend: Interval, *items: Interval) -> Interval:
    return formulas.remainder(minuend, items)


#: Kind of relation → what its target must equal, computed from its inputs in this order.
RELATION_KINDS: dict[str, Callable[..., Interval]] = {
    "same": lambda other: other,  # another source's figure for the same thing
    "sum": _total,  # parts … → whole
    "at_least": _at_least,  # parts … → the whole is no smaller
    "difference": _less,  # minuend, subtrahends …
    "share": formulas.share,  # part, whole → percent
    "rate": _percent,  # numerator, denominator → percent
    "quotient": lambda part, whole: part / whole,
    "product": lambda left, right: left * right,
    "growth": formulas.growth,  # current, previous → percent
    "grown": _grown,  # previous, growth → current
    "contribution_rate": formulas.contribution_rate,  # part, its growth, whole, its growth
    "share_grown": _share_grown,  # share before, growth of the part, its lead → share now
    "share_contribution": _share_contribution,  # share now, growth, lead → contribution
    "share_of": lambda share, whole: share * whole / 100,  # share, whole → part
    "whole_of": lambda part, share: 100 * part / share,  # part, share → whole
}


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


#: Kinds that say no more than where the target can lie: being there is all there is to confirm.
ONE_SIDED = frozenset({"at_least"})


def verdict(printed: Interval, computed: Interval, *, one_sided: bool = False) -> str:
    """Return whether a printed and a computed interval agree.

    一致: the computed interval lies inside the printed one, or they overlap and the computed one
    is at most `RESOLUTION` times as wide. 不一致: no number is in both. 不可判定: they overlap, but
    the computed one is too wide, or unbounded, to confirm the printed digits.
    """
    if printed.intersection(computed).is_empty if printed.overlaps(computed) else True:
        return INCONSISTENT
    if one_sided:
        return CONSISTENT if printed.is_subset(computed) else UNDECIDABLE
    if computed.is_subset(printed):
        return CONSISTENT
    if computed.width is None or printed.width is None:
        return UNDECIDABLE
    return CONSISTENT if computed.width <= RESOLUTION * printed.width else UNDECIDABLE


def as_corrected(frame: pd.DataFrame) -> dict[str, TableRow]:
    """Return the rows of ``observations`` by id; a corrected one stands for what corrects it.

    A relation is written once; it must hold for the figures as they are now.
    """
    rows = {row["observation_id"]: row for row in rows_of(frame)}
    newer = {row["supersedes"]: key for key, row in rows.items() if row["supersedes"]}
    found = {}
    for key in rows:
        last = key
        while last in newer:
            last = newer[last]
        found[key] = rows[last]
    return found


def reconcile(book: Catalog) -> list[Finding]:
    """Return a finding for each relation of the package, in file order.

    Raises
    ------
    DataError
        If a relation names an unknown kind or figure.
    """
    rows = as_corrected(book.observations())
    findings = []
    for line, row in enumerate(rows_of(book.table("relations")), start=1):
        ids = row["inputs"].split(";")
        unknown = [key for key in (*ids, row["target"]) if key not in rows]
        if unknown or row["kind"] not in RELATION_KINDS:
            bad = "、".join(unknown) or row["kind"]
            msg = (
                f"relations.csv：第{line}行：未知的 {bad}"
                f" | relations.csv: row {line}: unknown {bad}; kinds: {', '.join(RELATION_KINDS)}"
            )
            raise DataError(msg)
        printed = quantity_of(rows[row["target"]])
        inputs = [_alike(quantity_of(rows[key]), printed) for key in ids]
        computed = derive(RELATION_KINDS[row["kind"]], *inputs, unit=str(printed.unit))
        # a row of observations always has a number, if only within bounds
        assert printed.interval is not None
        assert computed.interval is not None
        findings.append(
            Finding(
                row["relation"],
                row["kind"],
                row["title_zh"],
                printed,
                computed,
                verdict(printed.interval, computed.interval, one_sided=row["kind"] in ONE_SIDED),
                row["explanation_zh"],
            )
        )
    return findings


def _alike(item: Quantity, printed: Quantity) -> Quantity:
    """Return `item` in the scale of the printed figure where both count the same thing."""
    if item.unit.name == printed.unit.name:
        return item.to(str(printed.unit))
    # a ratio of two amounts: both in plain units, so that scales cancel
    return item.to(item.unit.name)


def findings_table(findings: list[Finding]) -> pd.DataFrame:
    """Return one row a finding, in words, with sources and figures."""
    return pd.DataFrame(
        [
            {
                "title": item.title,
                "printed": item.printed.zh,
                # beside a printed figure that differs, the ends say more than the rounded middle
                "computed": item.computed.zh
                if item.verdict == CONSISTENT
                else item.computed.range_zh,
                "verdict": item.verdict,
                "explanation": item.explanation,
                "source_id": _joined(item.printed.source_id, item.computed.source_id),
                "observation_id": _joined(
                    item.printed.observation_id, item.computed.observation_id
                ),
            }
            for item in findings
        ],
        columns=[
            *("title", "printed", "computed", "verdict", "explanation"),
            *("source_id", "observation_id"),
        ],
    )


def _joined(*texts: str) -> str:
    return ";".join(dict.fromkeys(part for text in texts for part in text.split(";") if part))


def conflicts(book: Catalog) -> pd.DataFrame:
    """Return the things for which sources print figures that can't all be true.

    Returns
    -------
    pandas.DataFrame
        One row a figure, several a thing: ``thing`` (number of the thing), the columns of
        ``observations`` and ``zh`` (the figure in words). Same indicator, entity, period,
        breakdown, flow and measure; at least two intervals without a common number. Figures of
        different basis belong to it: that is mostly why they differ.
    """
    frame = with_key(book.observations())
    # a target that was missed contradicts nobody, and a correction what it corrects neither
    frame = frame[~frame["status"].isin(["plan", "target"]) & ~frame["superseded"]]
    found = []
    number = 0
    for _, group in frame.groupby(OBSERVATION_KEY, sort=False):
        if len(group) < 2:
            continue
        items = quantities_of(group)
        bounds = [item.to(str(items[0].unit)).interval for item in items if item.known]
        if all(a.overlaps(b) for a, b in combinations(filter(None, bounds), 2)):
            continue
        number += 1
        marked = group.assign(thing=number, zh=[item.zh for item in items])
        marked["used"] = marked["confidence"].ge(DRAWN_FROM)
        found.append(marked)
    return pd.concat(found, ignore_index=True) if found else frame.head(0).assign(thing=0, zh="")


def tally(findings: list[Finding]) -> dict[str, str]:
    """Return the number of findings by verdict, in words, and of all."""
    counts = {name: sum(item.verdict == name for item in findings) for name in VERDICTS}
    words = {key: f"{counts[name]}条" for key, name in zip(_KEYS, VERDICTS, strict=True)}
    return words | {"relations": f"{len(findings)}条"}


def worth(findings: list[Finding]) -> dict[str, str]:
    """Return how much the consistent findings confirm, in words.

    ``one_sided``: those that only say that a part is no more than the whole; ``across``: those
    whose figures come from more than one source.
    """
    right = [item for item in findings if item.verdict == CONSISTENT]
    weak = sum(item.kind in ONE_SIDED for item in right)
    across = sum(";" in _joined(item.printed.source_id, item.computed.source_id) for item in right)
    return {"one_sided": f"{weak}条", "across": f"{across}条"}


VERDICTS = (CONSISTENT, INCONSISTENT, UNDECIDABLE)
_KEYS = ("consistent", "inconsistent", "undecidable")


def tally_points(findings: list[Finding]) -> pd.DataFrame:
    """Return a point frame of the number of findings by verdict."""
    counts = [sum(item.verdict == name for item in findings) for name in VERDICTS]
    return pd.DataFrame(
        {
            "label": VERDICTS,
            "group": "",
            "value": [float(count) for count in counts],
            "text": [f"{count}条" for count in counts],
            "status": DERIVED,
        }
    )


def gaps(findings: list[Finding], *, only: str) -> pd.DataFrame:
    """Return printed and computed intervals of percent relations with this verdict, to compare."""
    frames = []
    for item in findings:
        bounds = item.computed.interval
        if item.verdict != only or bounds is None or item.printed.unit.name != "percent":
            continue
        ends = (bounds.lower, bounds.upper)
        # −100 and 100 are where a rate ends by definition: such an interval has one end only
        if None in ends or ends[0] == -100 or ends[1] == 100:
            continue
        frames.append(points([(item.title, item.printed)], unit="percent", group="所印"))
        frames.append(points([(item.title, item.computed)], unit="percent", group="推算"))
    return pd.concat(frames, ignore_index=True) if frames else points([], unit="percent")


#: The two bases of provincial trade differ every year, and what an agency converted into dollars
#: differs from both: by construction, not by contradiction.
BY_CONSTRUCTION = ("traders_seat", "origin_destination", "converted")


def contradictions(book: Catalog) -> pd.DataFrame:
    """Return `conflicts` in words, those left out that differ by construction of the basis."""
    frame = conflicts(book)
    frame = frame[~frame["basis"].isin(BY_CONSTRUCTION)]
    used = set(preferred(frame)["observation_id"])
    frame = frame.assign(
        what=[f"{book.name(row['entity'])}·{measured(book, row)}" for row in rows_of(frame)],
        when=frame["period"].map(period_zh),
        used=frame["observation_id"].isin(used).map({True: "采用", False: ""}),
        how=frame["basis"].map({"": "未注明"} | BASES_ZH).fillna(frame["basis"]),
    )
    return frame.reset_index(drop=True)
