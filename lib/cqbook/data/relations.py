"""What comes of a relation between published figures: consistent, inconsistent, revised, open.

Figures that cannot both be, and by their own columns are not of one thing, contradict nobody: they
are of another scope.

A relation computes an interval from some figures and compares it with the interval of another.
`cqbook.data.relation_rules` makes relations of whatever rows there are; ``relations.csv`` adds what
no rule can know, and explanations.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cqbook.data.catalog import Catalog
from cqbook.data.relation_rules import BY_HAND, CERTAIN, RULES, Relation, parents_of, related
from cqbook.data.rows import rows_of
from cqbook.data.selection import what
from cqbook.errors import DataError
from cqbook.quantities import formulas
from cqbook.quantities.about import HAPPENED, ids_in
from cqbook.quantities.interval import UNBOUNDED, Interval
from cqbook.quantities.qualifiers import from_printed
from cqbook.quantities.quantity import Quantity, Reported, derive, quantity_of, year_before
from cqbook.quantities.units import Unit, is_count

CONSISTENT, INCONSISTENT, UNDECIDABLE = "一致", "不一致", "不可判定"
#: No number is in both, nor need one be: who counts, what is counted, when, or whether it had
#: happened yet differs, and the columns of the figures say so.
SCOPE = "口径不同"
#: Against what was published first, the figure is off by so little that one may be revised since,
#: or a cumulative figure hold what no month had. Nobody has said so: it does not agree, and is not
#: called a revision.
REVISION = "合不上，差得少"
#: Two sources have one number if one of them rounded it and the other cut its last digits off.
ROUNDING = "同一数，取整不同"
#: A computed interval more than this many times as wide as the printed one can't confirm the
#: printed digits: agreement would be no surprise. Our convention, stated on the page.
RESOLUTION = 10
#: How far a base can have been revised, in percent of it; what differs by more is no revision.
REVISED_BY = 5


def _total(*items: Interval) -> Interval:
    return functools.reduce(Interval.__add__, items)


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
    # each unknown once: with the growth twice the range would be wider than what is possible
    return share / (1 - lead / (100 + growth))


def _share_contribution(share: Interval, growth: Interval, lead: Interval) -> Interval:
    """Return the contribution of a part with this share now, growing `lead` points faster.

    Share a year before times growth of the part over growth of the whole, in percent: with share
    s, growth g and lead d that is s·(100 + g − d)/(100 + g)·g/(g − d), which equals
    s·(1 + 100/((100 + g)·(g/d − 1))). So written both factors that hold g rise with it: the range
    is exact for g > d > 0, where the first form, with g four times, gave more than twice of it.
    """
    return share * (1 + 100 / ((100 + growth) * (growth / lead - 1)))


def _contribution(part: Interval, part_before: Interval, *whole: Interval) -> Interval:
    now, before = whole
    return 100 * (part - part_before) / (now - before)


def _less(minuend: Interval, *items: Interval) -> Interval:
    return formulas.remainder(minuend, items)


#: Kind of relation → what its target must equal, computed from its inputs in this order.
RELATION_KINDS: dict[str, Callable[..., Interval]] = {
    "same": lambda other: other,  # another source's figure for the same thing; see `_compared`
    "sum": _total,  # parts … → whole
    "at_least": _at_least,  # parts … → the whole is no smaller
    "difference": _less,  # minuend, subtrahends …
    "share": formulas.share,  # part, whole → percent
    "rate": _percent,  # numerator, denominator → percent
    "quotient": lambda part, whole: part / whole,
    "product": lambda left, right: left * right,
    "growth": formulas.growth,  # current, previous → percent
    "grown": _grown,  # previous, growth → current
    "contribution": _contribution,  # part now, before, whole now, before → percent
    "share_grown": _share_grown,  # share before, growth of the part, its lead → share now
    "share_contribution": _share_contribution,  # share now, growth, lead → contribution
    "share_of": lambda share, whole: share * whole / 100,  # share, whole → part
    "whole_of": lambda part, share: 100 * part / share,  # part, share → whole
}
#: Kinds that say no more than where the target can lie: being there is all there is to confirm.
ONE_SIDED = frozenset({"at_least"})


def verdict(printed: Interval, computed: Interval, *, one_sided: bool = False) -> str:
    """Return whether a printed and a computed interval agree.

    一致: the computed interval lies inside the printed one, or they overlap and the computed one
    is at most `RESOLUTION` times as wide. 不一致: no number is in both. 不可判定: they overlap, but
    the computed one is too wide, or unbounded, to confirm the printed digits.
    """
    if not printed.overlaps(computed):
        return INCONSISTENT
    if one_sided:
        return CONSISTENT if printed.is_subset(computed) else UNDECIDABLE
    if computed.is_subset(printed):
        return CONSISTENT
    if computed.width is None or printed.width is None:
        return UNDECIDABLE
    return CONSISTENT if computed.width <= RESOLUTION * printed.width else UNDECIDABLE


@dataclass(frozen=True)
class Judgement:
    """One relation, what is printed, what follows from the rest, and the verdict.

    ``known``: whether ``relations.csv`` explains it. What most are never asked for is made when it
    is: the words of a number take three times as long as the verdict on it.
    """

    relation: Relation
    printed: Quantity
    verdict: str
    explanation: str
    known: bool
    _titled: Callable[[], str] = field(repr=False, compare=False)
    _derived: Callable[[], Quantity] = field(repr=False, compare=False)

    @functools.cached_property
    def title(self) -> str:
        """What the relation is about, in Chinese."""
        return self._titled()

    @functools.cached_property
    def computed(self) -> Quantity:
        """What follows for the printed figure from the others."""
        return self._derived()

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The sources of all its figures."""
        return ids_in((self.printed.source_id, self.computed.source_id))

    @property
    def observation_ids(self) -> tuple[str, ...]:
        """The rows of all its figures, that which is compared first."""
        return ids_in((self.printed.observation_id, self.computed.observation_id))


def quantities_by_id(rows: Mapping[str, Reported]) -> Callable[[str], Quantity]:
    """Return what gives the figure of a row by its id; each is read once."""
    return functools.cache(lambda key: quantity_of(rows[key]))


def judged(
    relation: Relation,
    rows: Mapping[str, Reported],
    *,
    title: Callable[[], str] = str,
    explanation: str = "",
    read: Callable[[str], Quantity] | None = None,
) -> Judgement:
    """Return what comes of a relation.

    Parameters
    ----------
    relation : Relation
    rows : mapping
        ``observation_id`` → the row that stands for it.
    title : callable
        Gives the title in Chinese.
    explanation : str
        In Chinese; what is not explained is explained by its rule and verdict.
    read : callable, optional
        Gives the figure of a row by its id; where there are many relations, see `quantities_by_id`.
    """
    read = read or quantities_by_id(rows)
    printed = read(relation.target)
    compared = _compared(relation)
    inputs = [read(key) for key in compared]
    alike = [_alike(item, printed) for item in inputs]
    formula = _formula(relation, printed)
    computed = functools.partial(derive, formula, *alike, unit=str(printed.unit))
    # a row of observations always has a number, if only within bounds
    held = [item.interval for item in alike if item.interval is not None]
    assert printed.interval is not None
    assert len(held) == len(alike)
    one_sided = relation.kind in ONE_SIDED
    found = verdict(printed.interval, formula(*held), one_sided=one_sided)
    behind = [key for key in relation.inputs[len(compared) :] if rows[key]["status"] in HAPPENED]
    parts = [_alike(read(key), printed).interval for key in behind]
    narrower = [part for part in parts if part is not None]
    if found == INCONSISTENT and _of_another_scope(relation, rows, printed.interval, narrower):
        found = SCOPE
    implied = _implied(relation, printed, inputs) if found == INCONSISTENT else None
    # what was published first, and may have been revised
    months = implied is not None and relation.rule == "months"
    base = computed() if months else inputs[-1]
    if implied is not None and _is_near(implied, base):
        found = REVISION
    if found == INCONSISTENT and relation.kind == "same":
        two = rows[relation.target], rows[relation.inputs[0]]
        found = ROUNDING if one_rounded_one_cut(*two) else found
    said = explanation or _explained(relation, found, implied, base, rows)
    return Judgement(relation, printed, found, said, bool(explanation), title, computed)


def _compared(relation: Relation) -> tuple[str, ...]:
    """Return the inputs that the target is computed from.

    A figure that does not say what it counts may be that of a part: behind the one that it is
    compared with, `same` then names that of the part (of a growth, the part now and before). There
    it names what was foretold too, where one of the two has that number.
    """
    return relation.inputs[:1] if relation.kind == "same" else relation.inputs


def _of_another_scope(
    relation: Relation,
    rows: Mapping[str, Reported],
    printed: Interval,
    narrower: Sequence[Interval],
) -> bool:
    """Return whether the columns of figures that disagree say that they are not of one thing.

    Two that say who counted name two who did; what was foretold, or tells that again, is held
    against what came; a share says of which whole it is, and it is not this one; the share before
    is not of the same months a year earlier; or a figure that does not say what it counts has the
    number of a part.
    """
    target, inputs = rows[relation.target], [rows[key] for key in _compared(relation)]
    if _tells_again(relation, rows):
        return True
    if narrower:
        part = formulas.growth(*narrower) if len(narrower) > 1 else narrower[0]
        return printed.overlaps(part)
    if len({row["basis"] for row in (target, *inputs) if row["basis"]}) > 1:
        return True
    if relation.kind == "same":
        return (target["status"] in HAPPENED) != (inputs[0]["status"] in HAPPENED)
    if relation.kind == "share":
        named = {word for word in target["base"].split() if "=" in word}
        return not named <= set(inputs[-1]["breakdown"].split(";"))
    if relation.kind == "share_grown":
        return inputs[0]["period"] != year_before(target["period"])
    return False


def _tells_again(relation: Relation, rows: Mapping[str, Reported]) -> bool:
    """Return whether one of two figures is the number that was foretold before either came.

    What repeats an estimate afterwards, as if it had happened, is no second count.
    """
    two = [rows[key] for key in (relation.target, *_compared(relation))]
    behind = [rows[key] for key in relation.inputs[len(_compared(relation)) :]]
    foretold = [_plain(row) for row in behind if row["status"] not in HAPPENED]
    return any(_plain(row) in foretold for row in two)


def one_rounded_one_cut(one: Reported, other: Reported) -> bool:
    """Return whether two printed numbers are one, of which the coarser was cut, not rounded.

    105 and 106 are one number if it is 105.7 and the first has lost its end; 278 and 278.8 are.
    Numbers with a word (超, 约) leave more open than digits, and are not told by them; what was
    counted was not rounded.
    """
    for row in (one, other):
        worded = row["qualifier"] != "as_rounded" or row["value_upper_text"]
        if worded or is_count(Unit.parse(row["unit"])):
            return False
    return any(
        _cut(first).overlaps(_plain(second)) and _step(first) >= _step(second)
        for first, second in ((one, other), (other, one))
    )


def _step(row: Reported) -> Decimal:
    """Return the last decimal that is printed, in the plain unit."""
    half = from_printed(row["value_text"]).width
    assert half is not None
    return half * Unit.parse(row["unit"]).scale


def _plain(row: Reported) -> Interval:
    return from_printed(row["value_text"]) * Unit.parse(row["unit"]).scale


def _cut(row: Reported) -> Interval:
    """Return where a number lies whose digits after the printed ones were left out."""
    value = Decimal(row["value_text"])
    step = from_printed(row["value_text"]).width
    assert step is not None
    ends = (value, value + step) if value >= 0 else (value - step, value)
    return Interval(*ends, value >= 0, value < 0) * Unit.parse(row["unit"]).scale


def _formula(relation: Relation, printed: Quantity) -> Callable[..., Interval]:
    formula = RELATION_KINDS[relation.kind]
    if printed.unit.name == "times" and relation.kind in ("growth", "share"):
        # 增长1.2倍 is 120 %
        return _or_anything(lambda *held: formula(*held) / 100)
    return _or_anything(formula)


def _or_anything(formula: Callable[..., Interval]) -> Callable[..., Interval]:
    """Return a formula that leaves all open where it has no result: a growth from nothing."""

    def computed(*held: Interval) -> Interval:
        try:
            return formula(*held)
        except (ValueError, ZeroDivisionError):
            return UNBOUNDED

    return computed


def _alike(item: Quantity, printed: Quantity) -> Quantity:
    """Return `item` in the scale of the printed figure where both count the same thing."""
    if item.unit == printed.unit:
        return item
    if item.unit.name == printed.unit.name:
        return item.to(str(printed.unit))
    # a ratio of two amounts: both in plain units, so that scales cancel
    return item.to(item.unit.name)


def _implied(relation: Relation, printed: Quantity, inputs: Sequence[Quantity]) -> Quantity | None:
    """Return what the figure that may have been revised must have been; None if none may."""
    unit = str(inputs[-1].unit)
    if relation.rule == "growth":
        scale = 100 if printed.unit.name == "times" else 1
        return derive(
            _or_anything(lambda now, rate: formulas.previous_from_growth(now, rate * scale)),
            inputs[0].to(unit),
            printed,
            unit=unit,
        )
    if relation.rule == "cumulative":
        # the later cumulative figure less the stretch: what the earlier one has become
        return derive(Interval.__sub__, inputs[0].to(unit), printed.to(unit), unit=unit)
    return printed if relation.rule == "months" else None


def _is_near(implied: Quantity, published: Quantity) -> bool:
    """Return whether a published figure can have been revised to the implied one."""
    new, old = implied.interval, published.to(str(implied.unit)).interval
    assert new is not None
    assert old is not None
    apart = [
        above.lower - below.upper
        for above, below in ((new, old), (old, new))
        if above.lower is not None and below.upper is not None
    ]
    size = [abs(end) for end in (old.lower, old.upper) if end is not None]
    if not apart or not size:
        return False
    return max(apart) * 100 <= REVISED_BY * min(size)


def _explained(
    relation: Relation,
    found: str,
    implied: Quantity | None,
    base: Quantity,
    rows: Mapping[str, Reported],
) -> str:
    """Return in Chinese what a verdict means that nobody has explained."""
    if found == SCOPE and _tells_again(relation, rows):
        return "一处与先前的预计是同一个数，像是沿用了预计；另一处是后来公布的。"
    if found == SCOPE:
        return "两处统计的口径、范围或期间不同，或者一处是预计，不是互相矛盾。"
    if found == UNDECIDABLE:
        return "相容，但推算的区间太宽或只有一端，既不能证实也不能否定公布的数。"
    if found == CONSISTENT:
        return ""
    if implied is not None:
        said = {
            "growth": f"由增速推出的上年同期数是{implied.range_zh}，上年公布的是{base.zh}",
            "cumulative": f"由当期数推出的此前累计是{implied.range_zh}，此前公布的是{base.zh}",
            "months": f"公布的累计数是{implied.zh}，各月公布时的数相加是{base.range_zh}",
        }[relation.rule]
        if found == REVISION and relation.rule == "growth":
            return f"{said}：发布者比较时用的基数像是修订过。"
        if found == REVISION:
            return f"{said}：累计数里以前各期像是修订过。"
        return f"{said}：相差{REVISED_BY}%以上，口径、期间不同，或一次补进了许多。"
    if found == ROUNDING:
        return "像是同一个数，一处四舍五入，一处截去尾数。"
    used = [rows[key] for key in (relation.target, *relation.inputs)]
    if relation.rule == "same":
        written = [bool(row["basis"]) for row in used]
        why = "口径所写相同，来源没有说为什么不同" if all(written) else "其中一个没有写口径"
        why = why if any(written) else "两处都没有写口径"
        return f"两个来源的数没有共同的可能值；{why}。"
    one = len({row["source_id"] for row in used}) == 1
    if one:
        return "同一来源公布的数彼此不能都对：有一个写错、抄错，或者说的不是同一件事。"
    return "这些数出自不同来源：其中有修订过的、口径不同的，或者有一个写错、抄错。"


def as_corrected(rows: Iterable[Reported]) -> dict[str, Reported]:
    """Return the rows of ``observations`` by id; a corrected one stands for what corrects it.

    A relation is written once; it must hold for the figures as they are now.
    """
    by_id = {row["observation_id"]: row for row in rows}
    newer = {row["supersedes"]: key for key, row in by_id.items() if row["supersedes"]}
    found = {}
    for key in by_id:
        last = key
        while last in newer:
            last = newer[last]
        found[key] = by_id[last]
    return found


def listed(book: Catalog, known: Mapping[str, Reported]) -> Iterator[tuple[Relation, Reported]]:
    """Yield the relations of ``relations.csv``, each with its row.

    Raises
    ------
    DataError
        If a relation names an unknown kind or figure.
    """
    for line, row in enumerate(rows_of(book.table("relations")), start=1):
        yield _written(line, row, known), row


def _written(line: int, row: Reported, known: Mapping[str, Reported]) -> Relation:
    """Return the relation of a line of ``relations.csv``."""
    ids = tuple(row["inputs"].split(";"))
    unknown = [key for key in (*ids, row["target"]) if key not in known]
    if unknown or row["kind"] not in RELATION_KINDS:
        bad = "、".join(unknown) or row["kind"]
        msg = (
            f"relations.csv：第{line}行：未知的 {bad}"
            f" | relations.csv: row {line}: unknown {bad}; kinds: {', '.join(RELATION_KINDS)}"
        )
        raise DataError(msg)
    return Relation(BY_HAND, row["kind"], row["target"], ids)


def listed_as(book: Catalog, name: str) -> tuple[Relation, Reported, Mapping[str, Reported]] | None:
    """Return a relation of ``relations.csv`` by its name, its row, and the figures it is of.

    Of the observations only these, and what corrects them, count as read. None if none has the
    name.

    Raises
    ------
    DataError
        If it names an unknown kind or figure.
    """
    for line, row in enumerate(rows_of(book.table("relations")), start=1):
        if row["relation"] == name:
            wanted = [*row["inputs"].split(";"), row["target"]]
            rows = rows_of(book.observations(observation_id=wanted))
            newer = rows
            while newer:
                ids = [item["observation_id"] for item in newer]
                newer = rows_of(book.observations(supersedes=ids))
                rows += newer
            known = as_corrected(rows)
            return _written(line, row, known), row, known
    return None


def judgements(book: Catalog, added: Sequence[Reported] = ()) -> list[Judgement]:
    """Return what comes of every relation: first those of ``relations.csv``, then of the rules.

    Parameters
    ----------
    book : Catalog
    added : sequence of Reported
        Rows of ``observations`` that the book does not have yet. If there are any, only relations
        that one of them is in are returned.
    """
    return _judged(book, added) if added else list(_of_the_book(book))


# what a catalog holds does not change, and a page asks for it again and again
@functools.lru_cache(maxsize=4)
def _of_the_book(book: Catalog) -> tuple[Judgement, ...]:
    return tuple(_judged(book, ()))


def _judged(book: Catalog, added: Sequence[Reported]) -> list[Judgement]:
    rows: list[Reported] = [*rows_of(book.observations()), *added]
    known = as_corrected(rows)
    made = {
        _identity(relation): relation
        for relation in related(rows, parents_of(rows_of(book.table("entities"))))
    }
    new = {row["observation_id"] for row in added}
    read = quantities_by_id(known)
    found = []
    for relation, row in listed(book, known):
        # what a rule makes too is of that rule: a growth can have been revised
        same = made.pop(_identity(relation), relation)
        title, explanation = functools.partial(str, row["title_zh"]), row["explanation_zh"]
        if not new or _names(relation, known) & new:
            # and what the rule knows to have been foretold stands behind it
            inputs = tuple(dict.fromkeys((*relation.inputs, *same.inputs)))
            relation = relation._replace(rule=same.rule, inputs=inputs)
            found.append(judged(relation, known, title=title, explanation=explanation, read=read))
    for relation in made.values():
        if not new or _names(relation, known) & new:
            title = functools.partial(_title, book, known[relation.target], relation.rule)
            found.append(judged(relation, known, title=title, read=read))
    return found


def _title(book: Catalog, target: Reported, rule: str) -> str:
    """Return in Chinese what a relation that a rule made is about."""
    return f"{what(book, target)}：{RULES[rule][0]}"


def _identity(relation: Relation) -> tuple[str, str, frozenset[str]]:
    return relation.kind, relation.target, frozenset(_compared(relation))


def _names(relation: Relation, known: Mapping[str, Reported]) -> set[str]:
    return {known[key]["observation_id"] for key in (relation.target, *relation.inputs)}


def impossible(
    rows: Sequence[Reported], parents: Mapping[str, str], explained: Iterable[Reported]
) -> Iterator[Judgement]:
    """Yield what figures of one source can't all be, and ``relations.csv`` does not explain.

    Parameters
    ----------
    rows : sequence of Reported
        ``observations``, with ``value_text`` and ``value_upper_text``.
    parents : mapping
        See `parents_of`.
    explained : iterable of Reported
        Rows of ``relations``.
    """
    known = as_corrected(rows)
    said = {
        (row["kind"], row["target"], frozenset(row["inputs"].split(";")))
        for row in explained
        if row["explanation_zh"]
    }
    read = quantities_by_id(known)
    for relation in related(rows, parents):
        sources = {known[key]["source_id"] for key in (relation.target, *relation.inputs)}
        if relation.rule in CERTAIN and len(sources) == 1 and _identity(relation) not in said:
            found = judged(relation, known, read=read)
            if found.verdict == INCONSISTENT:
                yield found


def as_stated(judgement: Judgement) -> str:
    """Return a relation that does not hold in Chinese: what is printed, what the rest leaves."""
    said = judgement.computed
    return (
        f"{judgement.title}：所印 {judgement.printed.zh}（{judgement.printed.observation_id}），"
        f"推算 {said.range_zh}（{said.observation_id.replace(';', '、')}）。{judgement.explanation}"
    )


def relation_lines(book: Catalog) -> Iterator[str]:
    """Yield how many relations hold, and those that rows break, the rows entered last first.

    What ``relations.csv`` explains is counted, and so is what may be revision or rounding.
    """
    found = judgements(book)
    counts = Counter(item.verdict for item in found)
    broken = [item for item in found if item.verdict == INCONSISTENT and not item.known]
    explained = counts[INCONSISTENT] - len(broken)
    yield (
        f"关系：{len(found)}条，一致{counts[CONSISTENT]}条，{REVISION}的{counts[REVISION]}条，"
        f"取整不同{counts[ROUNDING]}条，不可判定{counts[UNDECIDABLE]}条，{SCOPE}{counts[SCOPE]}条，"
        f"不一致{counts[INCONSISTENT]}条（已说明{explained}条）"
        f" | relations: {len(found)}, consistent {counts[CONSISTENT]}, apart by little"
        f" {counts[REVISION]}, rounded otherwise {counts[ROUNDING]}, undecidable"
        f" {counts[UNDECIDABLE]}, of another scope {counts[SCOPE]}, contradicted"
        f" {counts[INCONSISTENT]} (explained {explained})"
    )
    places = {key: place for place, key in enumerate(book.observations()["observation_id"])}
    broken.sort(key=lambda item: -max(places[key] for key in item.observation_ids))
    for item in broken:
        rows: dict[str, list[int]] = {}
        for key in item.observation_ids:
            file, row = book.file_and_row(key)
            rows.setdefault(file, []).append(row)
        zh = "、".join(file + "、".join(f"第{row}行" for row in at) for file, at in rows.items())
        en = "; ".join(f"{file} rows {', '.join(map(str, at))}" for file, at in rows.items())
        yield (
            f"  矛盾：{zh}：{as_stated(item)}"
            f" | contradicts: {en}: {_rule(item)}:"
            f" printed {_values(item.printed)}, computed {_values(item.computed)}"
        )


def _rule(judgement: Judgement) -> str:
    rule = judgement.relation.rule
    return RULES[rule][1] if rule in RULES else f"a {judgement.relation.kind} of relations.csv"


def _values(quantity: Quantity) -> str:
    return f"{quantity.interval} {quantity.unit}"
