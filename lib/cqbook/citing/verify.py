"""Ask a document whether the figures and numbers that it took from the book still stand.

Figures are known by the mark in their alternative text or caption, pictures by the identity inside
the file, numbers by the bookmarks around them: what survives editing, renaming and saving
elsewhere.
"""

from __future__ import annotations

import functools
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cqbook.changes.comparison import compare_observations
from cqbook.changes.records import Revision
from cqbook.citing.cited import Cited, CitedKind, Series
from cqbook.citing.documents import cited
from cqbook.citing.entries import EntryRow, FigureEntry, entries_of, numbers_of
from cqbook.citing.marks import TABLE, bookmark
from cqbook.citing.native_charts import UNSEEN
from cqbook.citing.pictures import is_altered_picture, refuse_too_many
from cqbook.data.catalog import Catalog
from cqbook.editions.store import find
from cqbook.errors import DataError

STANDS, REVISED, UNKNOWN, ALTERED = "仍然成立", "已修订", "版次不详", "图或数被改动"
#: Nothing of the book drops out in silence.
LOST = "没有比对"
#: Signs that word processors and people write for one another.
_ALIKE = str.maketrans({"−": "-", "—": "-", "–": "-", "。": "."})


@dataclass(frozen=True)
class Standing:
    """What became of something cited: kind, name, edition, verdict, and why, in words."""

    kind: CitedKind
    name: str
    edition: str
    verdict: str
    detail: str = ""


def verify(root: Path, content: bytes, name: str, against: str = "latest") -> list[Standing]:
    """Return for each thing that a document took from the book whether it still stands.

    Parameters
    ----------
    root : Path
        The book, whose built and released editions are known.
    content, name
        The document.
    against : str
        The edition that has the last word.

    Raises
    ------
    DataError
        If the document can't be read, or `against` is no edition.
    """
    now = find(root, against)
    held = _Editions(root)
    found = cited(content, name)
    refuse_too_many(found, name)
    return [_judge(held, now, item) for item in found]


class _Editions:
    """What editions say, each read once for a document."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.find = functools.cache(self._find)
        self.figures = functools.cache(entries_of)
        self.numbers = functools.cache(_by_bookmark)
        self.turned = functools.cache(_turned)
        self.revised = functools.cache(_revised)

    def _find(self, name: str) -> Path | None:
        try:
            return find(self.root, name)
        except DataError:
            return None


def _judge(held: _Editions, now: Path, item: Cited) -> Standing:
    then = held.find(item.edition)
    if then is None:
        return Standing(item.kind, item.name, item.edition, UNKNOWN, "手边没有这个版次，无从核对")
    if item.kind == "number":
        return _judge_number(held, then, now, item)
    return _judge_figure(held, then, now, item)


def _plain(text: str) -> str:
    """Return a text without what another hand may write otherwise and mean the same.

    Full-width letters, separators of thousands, dashes, and spaces, of which a page of a PDF has
    none.
    """
    text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return re.sub(r"\s|(?<=\d),(?=\d{3}(?!\d))", "", text)


def _by_bookmark(edition: Path) -> dict[str, tuple[str, str]]:
    """Return name and text of each number of an edition by its bookmark."""
    return {bookmark(name): (name, text) for name, text in numbers_of(edition).texts.items()}


def _turned(edition: Path) -> Mapping[str, str]:
    """Return why sentences of an edition can't be said any more, by the name of their claim."""
    return numbers_of(edition).turned


def _revised(then: Path, now: Path) -> tuple[Revision, ...]:
    return compare_observations(Catalog(then / "data"), Catalog(now / "data")).revised


def _judge_number(held: _Editions, then: Path, now: Path, item: Cited) -> Standing:
    name, text = held.numbers(then).get(item.name, ("", ""))
    if not name:
        return Standing("number", item.name, item.edition, UNKNOWN, "该版次没有这个数")
    if item.lost:
        detail = "文末列着这个数，正文里找不到它：书签随改写删去了，或整句删去了"
        return Standing("number", name, item.edition, LOST, detail)
    if _plain(item.text) != _plain(text):
        detail = f"文中为“{item.text}”，版次 {item.edition} 为“{text}”"
        return Standing("number", name, item.edition, ALTERED, detail)
    _, new = held.numbers(now).get(item.name, ("", ""))
    turned = held.turned(now).get(name)
    if turned:
        return Standing("number", name, item.edition, REVISED, turned)
    if new == text:
        return Standing("number", name, item.edition, STANDS, text)
    return Standing("number", name, item.edition, REVISED, f"{text} → {new or '不再有'}")


def _judge_figure(held: _Editions, then: Path, now: Path, item: Cited) -> Standing:
    old = held.figures(then).get(item.name)
    if old is None:
        return Standing(item.kind, item.name, item.edition, UNKNOWN, "该版次没有这张图")
    if not old.data.startswith(item.data):
        return Standing(item.kind, item.name, item.edition, UNKNOWN, "数据指纹与该版次不符")
    kind = item.kind
    if item.lost:
        detail = "文件里有这张图的标记，没有它的画面：图片删去了，或只是链接"
        return Standing(kind, item.name, item.edition, LOST, detail)
    if item.picture and is_altered_picture(item.picture, then, old):
        return Standing(kind, item.name, item.edition, ALTERED, "画面与该版次的图不同")
    if item.series and not _same_values(item.series, old):
        return Standing(kind, item.name, item.edition, ALTERED, "图中的数值与该版次不同")
    strange = _strange_rows(item, old)
    if strange:
        detail = f"数据表中有该版次没有的行：{strange}"
        return Standing(kind, item.name, item.edition, ALTERED, detail)
    new = held.figures(now).get(item.name)
    if new is None:
        return Standing(item.kind, item.name, item.edition, REVISED, "最新版次没有这张图")
    if new.data == old.data:
        return Standing(item.kind, item.name, item.edition, STANDS, old.title)
    return Standing(
        item.kind, item.name, item.edition, REVISED, _why(held.revised(then, now), old, new)
    )


def _same_values(series: Series, entry: FigureEntry) -> bool:
    """Return whether a chart shows the values of a figure, forwards or, as bars are, backwards."""
    wanted: dict[str, list[float]] = {}
    for row in entry.rows:
        if row.value is not None:
            wanted.setdefault(row.group or entry.unit, []).append(row.value)

    def alike(one: Iterable[float], other: Iterable[float]) -> bool:
        pairs = zip(one, other, strict=True)
        return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)

    found = {name: list(values) for name, values in series if values}
    if found.pop(UNSEEN, None) is not None:
        # the bars of a waterfall are as long as its numbers, up or down
        wanted = {name: [abs(value) for value in values] for name, values in wanted.items()}
    return found.keys() == wanted.keys() and all(
        len(values) == len(wanted[name])
        and (alike(values, wanted[name]) or alike(values, reversed(wanted[name])))
        for name, values in found.items()
    )


def _strange_rows(item: Cited, entry: FigureEntry) -> str:
    """Return the first row of a table that the figure does not have; rows may be left out."""
    keys = {title: key for key, title in TABLE.items()}
    for row in dict.fromkeys(item.rows):
        if not any(
            all((getattr(known, keys[head]) or "") == text for head, text in row)
            for known in entry.rows
        ):
            return "，".join(text for _, text in row if text)
    return ""


def _why(revised: Iterable[Revision], old: FigureEntry, new: FigureEntry) -> str:
    """Return which rows changed, old → new, and what the data say of the reason."""

    def named(entry: FigureEntry) -> dict[str, EntryRow]:
        return {row.name: row for row in entry.rows}

    was, is_now = named(old), named(new)
    moves: list[str] = []
    ids: set[str] = set()
    for name in dict.fromkeys([*is_now, *was]):
        sides = [side.get(name) for side in (was, is_now)]
        texts = [(row.full if row else "") or "无" for row in sides]
        if texts[0] != texts[1]:
            moves.append(f"{name}：{texts[0]} → {texts[1]}")
            ids |= {
                part
                for row in sides
                for part in ((row.observation_id if row else "") or "").split(";")
            }
    reasons = [
        f"{item.how}（{item.new_source}）" for item in revised if {item.old_id, item.new_id} & ids
    ]
    why = "、".join(dict.fromkeys(reasons)) or "参数、选用的数或算法不同"
    return f"{'；'.join(moves) or '数值未变，出处或附注有变'}。原因：{why}"


def as_json(verdicts: list[Standing]) -> str:
    """Return the verdicts as JSON for machines."""
    return json.dumps([asdict(item) for item in verdicts], ensure_ascii=False, indent=1)
