"""Ask a document whether the figures and numbers that it took from the book still stand.

Figures are known by the mark in their alternative text or caption, pictures by the identity inside
the file, numbers by the bookmarks around them: what survives editing, renaming and saving
elsewhere.
"""

from __future__ import annotations

import functools
import io
import json
import math
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cqbook.changes.comparison import compare_observations
from cqbook.citing.documents import COMPARED, Cited, cited
from cqbook.citing.marks import TABLE, bookmark
from cqbook.data.catalog import Catalog
from cqbook.disk.untrusted import whole
from cqbook.editions.store import catalogue, find, manifest_of
from cqbook.errors import DataError

STANDS, REVISED, UNKNOWN, ALTERED = "仍然成立", "已修订", "版次不详", "图或数被改动"
#: Blur in pixels, and the difference in brightness up to which a picture of another size is the
#: same, resampled. Measured on figures at four to nine tenths of their size, saved as JPEG of
#: quality 60 to 85: the same picture stays below 18, one altered digit goes beyond 30.
BLUR, RESAMPLED = 1.0, 24
#: Formats that word processors keep pictures in, and the largest that is compared: ten times ours.
PICTURES, PIXELS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"), 30_000_000
#: Pixels of one of our pictures, nearly.
OURS = 1_500_000


@dataclass(frozen=True)
class Verdict:
    """What became of something cited: kind, name, edition, verdict, and why, in words."""

    kind: str
    name: str
    edition: str
    verdict: str
    detail: str = ""


# --- verdicts


def verify(root: Path, content: bytes, name: str, against: str = "latest") -> list[Verdict]:
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
    _comparable(found, name)
    return [_judge(held, now, item) for item in found]


class _Editions:
    """What editions say, each read once for a document."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.find = functools.cache(self._find)
        self.figures = functools.cache(catalogue)
        self.numbers = functools.cache(_keys)
        self.revised = functools.cache(_revised)

    def _find(self, name: str) -> Path | None:
        try:
            return find(self.root, name)
        except DataError:
            return None


def _comparable(items: Iterable[Cited], name: str) -> None:
    """Refuse a document with more pixels than can be compared while somebody waits."""
    from PIL import Image

    total = 0
    for picture in {item.picture for item in items if item.picture}:
        # what can't be opened is told apart from ours without being drawn
        with suppress(DataError), whole(name):
            width, height = Image.open(io.BytesIO(picture), formats=PICTURES).size
            # beside it, ours in two languages
            total += min(width * height, PIXELS) + 2 * OURS
    if total > COMPARED:
        msg = (
            f"{name}：图片过多过大，不能一次比较；分成几份再核对"
            f" | {name}: too many and too large pictures to compare at once: split it"
        )
        raise DataError(msg)


def _judge(held: _Editions, now: Path, item: Cited) -> Verdict:
    then = held.find(item.edition)
    if then is None:
        return Verdict(item.kind, item.name, item.edition, UNKNOWN, "手边没有这个版次，无从核对")
    if item.kind == "number":
        return _judge_number(held, then, now, item)
    return _judge_figure(held, then, now, item)


def _keys(edition: Path) -> dict[str, tuple[str, str]]:
    """Return name and text of each number of an edition by its bookmark."""
    return {
        bookmark(page, key): (f"{page}.{key}", text)
        for page, items in manifest_of(edition).glued.items()
        for key, text in items.items()
    }


def _revised(then: Path, now: Path) -> list[dict[str, Any]]:
    return compare_observations(Catalog(then / "data"), Catalog(now / "data"))["revised"]


def _judge_number(held: _Editions, then: Path, now: Path, item: Cited) -> Verdict:
    name, text = held.numbers(then).get(item.name, ("", ""))
    if not name:
        return Verdict("number", item.name, item.edition, UNKNOWN, "该版次没有这个数")
    # a page of a PDF knows no spaces
    if re.sub(r"\s", "", item.text) != re.sub(r"\s", "", text):
        detail = f"文中为“{item.text}”，版次 {item.edition} 为“{text}”"
        return Verdict("number", name, item.edition, ALTERED, detail)
    _, new = held.numbers(now).get(item.name, ("", ""))
    if new == text:
        return Verdict("number", name, item.edition, STANDS, text)
    return Verdict("number", name, item.edition, REVISED, f"{text} → {new or '不再有'}")


def _judge_figure(held: _Editions, then: Path, now: Path, item: Cited) -> Verdict:
    old = held.figures(then).get(item.name)
    if old is None:
        return Verdict(item.kind, item.name, item.edition, UNKNOWN, "该版次没有这张图")
    if not old["data"].startswith(item.data):
        return Verdict(item.kind, item.name, item.edition, UNKNOWN, "数据指纹与该版次不符")
    kind = item.kind
    if item.picture and _altered(item.picture, then, old):
        return Verdict(kind, item.name, item.edition, ALTERED, "画面与该版次的图不同")
    if item.series and not _same_values(item.series, old):
        return Verdict(kind, item.name, item.edition, ALTERED, "图中的数值与该版次不同")
    strange = _strange_rows(item, old)
    if strange:
        detail = f"数据表中有该版次没有的行：{strange}"
        return Verdict(kind, item.name, item.edition, ALTERED, detail)
    new = held.figures(now).get(item.name)
    if new is None:
        return Verdict(item.kind, item.name, item.edition, REVISED, "最新版次没有这张图")
    if new["data"] == old["data"]:
        return Verdict(item.kind, item.name, item.edition, STANDS, old["title"])
    return Verdict(
        item.kind, item.name, item.edition, REVISED, _why(held.revised(then, now), old, new)
    )


def _same_values(series: Iterable[tuple[str, tuple[float, ...]]], entry: dict[str, Any]) -> bool:
    """Return whether a chart shows the values of a figure, forwards or, as bars are, backwards."""
    wanted: dict[str, list[float]] = {}
    for row in entry["rows"]:
        if row["value"] is not None:
            wanted.setdefault(row.get("group") or entry["unit"], []).append(row["value"])

    def alike(one: Iterable[float], other: Iterable[float]) -> bool:
        pairs = zip(one, other, strict=True)
        return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)

    found = {name: list(values) for name, values in series if values}
    return found.keys() == wanted.keys() and all(
        len(values) == len(wanted[name])
        and (alike(values, wanted[name]) or alike(values, reversed(wanted[name])))
        for name, values in found.items()
    )


def _strange_rows(item: Cited, entry: dict[str, Any]) -> str:
    """Return the first row of a table that the figure does not have; rows may be left out."""
    keys = {title: key for key, title in TABLE.items()}
    for row in dict.fromkeys(item.rows):
        if not any(
            all(str(known.get(keys[head]) or "") == text for head, text in row)
            for known in entry["rows"]
        ):
            return "，".join(text for _, text in row if text)
    return ""


def _why(revised: list[dict[str, Any]], old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return which rows changed, old → new, and what the data say of the reason."""

    def named(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {f"{row.get('group') or ''}·{row['label']}".strip("·"): row for row in entry["rows"]}

    was, is_now = named(old), named(new)
    moves, ids = [], set()
    for name in dict.fromkeys([*is_now, *was]):
        texts = [(side.get(name) or {}).get("full") or "无" for side in (was, is_now)]
        if texts[0] != texts[1]:
            moves.append(f"{name}：{texts[0]} → {texts[1]}")
            for side in (was, is_now):
                ids |= set(((side.get(name) or {}).get("observation_id") or "").split(";"))
    reasons = [
        f"{item['how']}（{item['new_source']}）"
        for item in revised
        if {item["old_id"], item["new_id"]} & ids
    ]
    why = "、".join(dict.fromkeys(reasons)) or "参数、选用的数或算法不同"
    return f"{'；'.join(moves) or '数值未变，出处或附注有变'}。原因：{why}"


def _altered(picture: bytes, edition: Path, entry: dict[str, Any]) -> bool:
    """Return whether a picture shows something else than the edition's."""
    from PIL import Image

    try:
        with whole("picture"):
            found = Image.open(io.BytesIO(picture), formats=PICTURES)
            if found.width * found.height > PIXELS:
                return True
            found = found.convert("RGB")
    except DataError:
        # a picture that can't be drawn is not the one that was taken
        return True
    drawn = [entry["files"][form] for form in ("png", "en.png") if form in entry["files"]]
    return all(_differs(found, edition / "site" / item["path"]) for item in drawn)


def _differs(found: Any, path: Path) -> bool:  # noqa: ANN401 - a picture
    from PIL import Image, ImageChops, ImageFilter

    wanted = Image.open(path).convert("RGB")
    if found.size == wanted.size:
        return ImageChops.difference(found, wanted).getbbox() is not None
    # compressed by a word processor: the same picture in another size. The worst place counts, not
    # the mean: one digit of a picture is little of it
    size = (min(found.width, wanted.width), min(found.height, wanted.height))
    sharp, blur = Image.Resampling.LANCZOS, ImageFilter.GaussianBlur(BLUR)
    sides = (side.resize(size, sharp).convert("L").filter(blur) for side in (found, wanted))
    return ImageChops.difference(*sides).getextrema()[1] > RESAMPLED


def as_json(verdicts: list[Verdict]) -> str:
    """Return the verdicts as JSON for machines."""
    return json.dumps([asdict(item) for item in verdicts], ensure_ascii=False, indent=1)
