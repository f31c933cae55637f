"""What was understood of the files, and what taking them in would change, in words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from cqbook.data import vocabulary
from cqbook.data.catalog import Catalog
from cqbook.data.plausibility import unfinished
from cqbook.data.relation_rules import leaps
from cqbook.data.relations import INCONSISTENT, REVISION, SCOPE, as_stated, judgements
from cqbook.data.rows import rows_of
from cqbook.data.selection import measure_zh, measured, what
from cqbook.intake.customs_format import Export
from cqbook.intake.oddities import oddities
from cqbook.intake.plan import IntakePlan
from cqbook.intake.press_cells import SOURCES_TABLE
from cqbook.intake.press_plan import Figures, Pair
from cqbook.quantities.periods import periods_zh
from cqbook.quantities.qualifiers import QUALIFIERS
from cqbook.quantities.quantity import Reported, period_zh, printed_zh, quantity_of
from cqbook.quantities.units import Unit, unit_zh

#: Rows of each kind that are listed; the counts are of all.
LISTED = 12


def preview(book: Catalog, made: IntakePlan) -> Iterator[str]:
    """Yield what was understood and what would change, line by line."""
    for export in made.exports:
        yield (
            f"{export.name}：海关查询，{export.encoding}，{vocabulary.DIRECTIONS_ZH[export.flow]}，"
            f"{unit_zh(Unit(1, export.currency))}，{'、'.join(map(book.name, export.entities))}，"
            f"{periods_zh(export.periods)}，"
            f"维度 {export.dims or '（无）'}，{export.rows}行"
        )
        yield from (f"  注意：{text}" for text in export.warnings)
    if made.detail is not None:
        yield (
            f"海关明细：新增{made.detail.new}行，已有且相同{made.detail.same}行，"
            f"修订{len(made.detail.revised)}行；此前收入过的文件{len(made.detail.known)}个"
        )
        rows = made.detail.revised
        for row in rows_of(rows.head(LISTED)):
            thing = " ".join(
                row[name] for name in ("flow", "period", "commodity", "partner", "regime")
            )
            yield f"  修订 {' '.join(thing.split())}：{_changes(row)}"
        yield from _more(len(rows))
        yield from _gaps(book, made.exports)
        yield from _fed(book, made.exports)
    for read in made.presses:
        periods = sorted(set(read.observations["period"]))
        yield f"{read.name}：新闻数字，{len(read.observations)}行，时期 {'、'.join(periods)}"
        yield from (f"  注意：{text}" for text in read.warnings)
    if made.figures is not None:
        found = made.figures
        fresh = len(found.rows) - len(found.revised) - len(found.beside)
        yield (
            f"观测值（版次 {made.edition}）：新{fresh}个，已有且相同{found.same}个，"
            f"更正{len(found.revised)}个，另有一值{len(found.beside)}个；"
            f"新来源{len(found.sources)}个"
        )
        added = [typed(row) for row in rows_of(found.rows)]
        told = _contradicted(book, added)
        running = _running(book, found, added)
        for row, origin in zip(added, found.origins, strict=True):
            yield f"  {origin.file} {origin.address}：{as_read(book, row)}"
            if row["observation_id"] in running:
                yield running[row["observation_id"]]
            yield from told.pop(row["observation_id"], ())
        yield from told.pop("", ())
        yield from _pairs(book, "更正", found.revised)
        yield from _pairs(book, "另有一值", found.beside)
        if found.beside:
            yield "  若是更正，请在 supersedes 列写原来的 observation_id | see supersedes"


def _gaps(book: Catalog, exports: Sequence[Export]) -> Iterator[str]:
    """Yield which months lack between the first and the last of what was queried alike."""
    held: dict[tuple[str, str, str, str], set[str]] = {}
    for export in exports:
        for entity in export.entities:
            kind = (export.flow, entity, export.dims, export.currency)
            held.setdefault(kind, set()).update(filter(_MONTH.fullmatch, export.periods))
    for (flow, entity, _, _), months in held.items():
        gaps = sorted(set(_months_between(min(months), max(months))) - months) if months else []
        if gaps:
            yield (
                f"  注意：{book.name(entity)}{vocabulary.DIRECTIONS_ZH[flow]}缺{periods_zh(gaps)}，"
                f"有的是{periods_zh(sorted(months))}；页面照这些月份写，不是全年"
                f" | months missing: {', '.join(gaps)}"
            )


_MONTH = re.compile(r"\d{4}-\d{2}")


def _months_between(first: str, last: str) -> Iterator[str]:
    start, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    for number in range(start, end + 1):
        yield f"{number // 12}-{number % 12 + 1:02d}"


def _fed(book: Catalog, exports: Sequence[Export]) -> Iterator[str]:
    """Yield which pages the files will feed, and with what."""
    ticked = {
        word
        for export in exports
        for word, there in _TICKED.items()
        if there in {*export.dims.split(";"), _months(export)}
    }
    listed = "、".join(word for word in _TICKED if word in ticked) or "合计"
    yield f"将用于 | these feed: 海关明细 customs-detail（{listed}）"
    if any(_of_cars(book, export) for export in exports):
        yield "将用于 | these feed: 汽车出口 auto-exports（汽车去哪）"


#: What a query makes the chapter say, by the dimension that was ticked.
_TICKED = {"逐月": "month", "伙伴": "partner", "贸易方式": "regime", "商品": "commodity"}


def _months(export: Export) -> str:
    return "month" if any(len(text) == len("2024-01") for text in export.periods) else ""


def _of_cars(book: Catalog, export: Export) -> bool:
    """Return whether a file tells where the cars of the book's place go."""
    if export.flow != "export" or book.place not in export.entities:
        return False
    both = {"commodity", "partner"} <= set(export.dims.split(";"))
    headings = set(export.frame["commodity"].astype(str).str[:4].unique()) if both else set()
    return not headings.isdisjoint(vocabulary.AUTO_HEADINGS)


def typed(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row of ``observations`` as text with the printed digits where they are read from."""
    return {**row, "value_text": row["value"], "value_upper_text": row["value_upper"]}


def as_read(book: Catalog, row: Mapping[str, str]) -> str:
    """Return in a sentence how a row was understood: value, interval, and every code in words."""
    found = quantity_of(row)
    when = f"{period_zh(row['period'])}（{vocabulary.ACCUMULATIONS[row['accumulation']]}）"
    basis = vocabulary.BASES_ZH.get(row["basis"])
    word = QUALIFIERS[row["qualifier"]].ours
    return (
        f"{book.name(row['entity'])}{when}{_measured(book, row)}{_value_zh(row)}，"
        f"即{found.range_zh}；{found.status}，{f'{basis}口径' if basis else '未写口径'}，"
        f"{f'限定词“{word}”' if word else '无限定词'}；原印“{row['as_printed']}”。"
    )


def _measured(book: Catalog, row: Mapping[str, str]) -> str:
    """Return what a row measures as a sentence has it: 出口额（东盟）占进出口额的比重."""
    whole: dict[str, str] = {**row, "breakdown": "", "measure": "level"}
    name = measured(book, whole)
    part = f"（{book.breakdown_name(row['breakdown'])}）" if row["breakdown"] else ""
    said = "" if row["measure"] in _CHANGES else measure_zh(book, row)
    return f"{name}{part}{said}"


#: What a change is called for more, and for less.
_CHANGES = {
    "yoy": ("同比增长", "同比下降"),
    "annual_average": ("年均增长", "年均下降"),
    "pp_change": ("提高", "降低"),
    "contribution_points": ("拉动", "下拉"),
}


def _value_zh(row: Mapping[str, str]) -> str:
    """Return a value behind what it is of: 同比下降近30%, 为超7000亿元."""
    words = _CHANGES.get(row["measure"])
    if not words:
        return f"为{printed_zh(row)}"
    if not row["value_text"]:
        return f"同比{printed_zh(row)}"
    falls = str(row["value_text"]).startswith("-")
    ends = [str(row[end]).lstrip("-") for end in ("value_text", "value_upper_text")]
    low, high = reversed(ends) if falls and ends[1] else ends
    size: dict[str, str] = {**row, "value_text": low, "value_upper_text": high}
    return words[falls] + printed_zh(size)


#: Of which verdicts on a new figure somebody has to know, and by which word.
WARNED_OF = {
    REVISION: "注意 | note",
    SCOPE: "注意 | note",
    INCONSISTENT: "矛盾 | contradicts",
}


def _contradicted(book: Catalog, added: Sequence[Reported]) -> dict[str, list[str]]:
    """Return by its id what each new figure does not agree with; without one, the count of all.

    What two of them are in is told of the last.
    """
    found = judgements(book, added) if added else []
    counts = Counter(item.verdict for item in found)
    made: dict[str, list[str]] = {}
    if found:
        told = "，".join(f"{verdict}{count}条" for verdict, count in counts.items())
        made[""] = [
            f"  与已有的数相关的关系：{told} | relations with figures of the book: {len(found)}"
        ]
    names = [str(row["observation_id"]) for row in added]
    places = {name: place for place, name in enumerate(names)}
    for item in found:
        word = WARNED_OF.get(item.verdict)
        if word:
            own = names[max(places[name] for name in item.observation_ids if name in places)]
            made.setdefault(own, []).append(f"    {word}: {as_stated(item)}")
    rows = [*rows_of(book.observations()), *added] if added else []
    for figure, other, beside in leaps(rows, set(names)):
        thing = f"{period_zh(beside['period'])}{measured(book, beside)}"
        made.setdefault(figure.observation_id, []).append(
            f"    数量级 | order of magnitude: {figure.observation_id} {figure.zh}，"
            f"{thing} {other.zh}（{other.observation_id}）：亿、万或小数点读对了吗"
        )
    for odd in oddities(book, rows, set(names)):
        made.setdefault(odd.observation_id, []).append(odd.text)
    return made


def _running(book: Catalog, figures: Figures, added: Sequence[Reported]) -> dict[str, str]:
    """Return by its id what to tell of each new figure whose month was not over when printed."""
    both = pd.concat([book.text(SOURCES_TABLE), figures.sources], ignore_index=True)
    published = dict(zip(both["source_id"], both["published"], strict=True))
    told = {}
    for row in added:
        day = published.get(row["source_id"], "")
        if unfinished(row, day):
            told[row["observation_id"]] = (
                f"    注意 | note: 发表于{day}，{period_zh(row['period'])}还没有结束："
                "确是这一时期全部的数吗 | the period had not ended when it was printed"
            )
    return told


def _changes(row: Mapping[str, str | float]) -> str:
    """Return what a revision of customs detail changes, old → new; what is missing says so."""

    def shown(cell: str | float) -> str:
        if isinstance(cell, str):
            return cell or "缺"
        return "缺" if math.isnan(cell) else f"{cell:,.0f}"

    names = {"value": "金额", "quantity_1": "第一数量", "quantity_2": "第二数量"}
    names |= {"unit_1": "第一单位", "unit_2": "第二单位"}
    moves = [
        f"{word} {shown(row[f'old_{name}'])} → {shown(row[name])}"
        for name, word in names.items()
        if shown(row[f"old_{name}"]) != shown(row[name])
    ]
    return "，".join(moves)


def _more(count: int) -> Iterator[str]:
    if count > LISTED:
        yield f"  ……另有{count - LISTED}个"


def _pairs(book: Catalog, word: str, pairs: tuple[Pair, ...]) -> Iterator[str]:
    for old, new in pairs[:LISTED]:
        yield (
            f"  {word} {what(book, new)}：{old['as_printed']}（{old['observation_id']}）"
            f" → {new['as_printed']}（{new['observation_id']}）"
        )
    yield from _more(len(pairs))
