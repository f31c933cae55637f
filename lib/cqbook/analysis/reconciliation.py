"""Check the published figures against each other, within rounding.

What must hold between printed figures, and the verdicts, are `cqbook.data.relations`; here they are
laid out for the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from cqbook.analysis.frames import points, quantities_of, rows_of
from cqbook.data.catalog import Catalog
from cqbook.data.relation_rules import RULES
from cqbook.data.relations import (
    CONSISTENT,
    INCONSISTENT,
    ONE_SIDED,
    REVISION,
    UNDECIDABLE,
    as_corrected,
    judged,
    judgements,
    listed,
)
from cqbook.data.relations import (
    RESOLUTION as RESOLUTION,
)
from cqbook.data.selection import DRAWN_FROM, OBSERVATION_KEY, measured, preferred, with_key
from cqbook.data.vocabulary import BASES_ZH
from cqbook.quantities.quantity import DERIVED, Quantity, period_zh


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
    findings = []
    for relation, row in listed(book, rows):
        found = judged(relation, rows)
        findings.append(
            Finding(
                row["relation"],
                relation.kind,
                row["title_zh"],
                found.printed,
                found.computed,
                found.verdict,
                row["explanation_zh"],
            )
        )
    return findings


def relations_table(book: Catalog) -> pd.DataFrame:
    """Return every relation that the published figures are in, by hand or by rule, in words.

    Returns
    -------
    pandas.DataFrame
        One row a relation: ``rule`` (in Chinese), ``title``, ``printed``, ``computed``,
        ``verdict`` (`VERDICTS` or `REVISION`), ``explanation``, ``source_id``, ``observation_id``.
    """
    return pd.DataFrame(
        [
            {
                "rule": RULES.get(item.relation.rule, ("另列的关系", ""))[0],
                "title": item.title,
                "printed": item.printed.zh,
                "computed": item.computed.zh
                if item.verdict == CONSISTENT
                else item.computed.range_zh,
                "verdict": item.verdict,
                "explanation": item.explanation,
                "source_id": ";".join(item.source_ids),
                "observation_id": ";".join(item.observation_ids),
            }
            for item in judgements(book)
        ],
        columns=[
            *("rule", "title", "printed", "computed", "verdict", "explanation"),
            *("source_id", "observation_id"),
        ],
    )


def relations_tally(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many relations of `relations_table` there are, by rule (rows) and verdict."""
    verdicts = [CONSISTENT, REVISION, UNDECIDABLE, INCONSISTENT]
    counts = pd.crosstab(table["rule"], table["verdict"])
    return counts.reindex(columns=verdicts, fill_value=0).reset_index()


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
    # most of a long series is said once
    frame = frame[frame.duplicated(OBSERVATION_KEY, keep=False)]
    found = []
    number = 0
    for _, group in frame.groupby(OBSERVATION_KEY, sort=False):
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
