"""What a specification must satisfy before it becomes a figure.

nbval and every build compare a figure with the committed one. The first time that it is drawn there
is none: here a chart that would mislead is refused whatever its form. A bar has a zero, a scale is
linear and cuts nothing off, each row of the figure's table is drawn once, at the number that is
printed beside it, in the order given, and a reader is told the unit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cqbook.figures import theme
from cqbook.figures.english import unit_words
from cqbook.figures.identity import Identity, Spec, mark_kind, rows_drawn
from cqbook.quantities.qualifiers import words_at
from cqbook.quantities.quantity import DERIVED, NOT_FOUND, UNOBSERVED
from cqbook.quantities.units import SCALE_ZH

#: Fields that are numbers on an axis, and which rows alone some of them are for.
_MEASURED = {"value", "lower", "upper", "reach", "reach_low", "zero"}
_MEASURED |= {"start", "stop", "far", "before", "after", "across", "at", "base", "depth"}
_MEASURED |= {"lowest", "highest"}
_MEASURED.add("parameter")
_FILTERS = {
    ("text", "reach"): "datum.value >= 0",
    ("text", "reach_low"): "datum.value < 0",
    ("point", "upper"): "datum.arrow",
}
#: What may be added to any of them: series side by side, and their colours.
_ADDED = {
    "detail": {"group"},
    "xOffset": {"group"},
    "yOffset": {"group"},
    "color": {"group", "tone", "tint"},
}
#: What is read beside a mark: one of these, of a tile all.
_BESIDE = {
    "bar": ("end", "top", "inside"),
    "point": ("text", "end"),
    "circle": ("text",),
    "rect": ("label", "symbol"),
}
#: What says the number of a mark that is pointed at.
_TOLD = {"group", "label", "full", "text", "status"}
#: All that the scale of a number may say: no logarithm, no power, nothing reversed, no margin.
_SCALE = {"domain", "range", "nice", "zero"}
#: A first end that is another one on a phone.
_FROM_LEFT = re.compile(r"\{'expr': '\(width < \d+ \? \d+ : \d+\)'\}")
#: Channels that would show other numbers than the rows have.
_RECKONED = ("aggregate", "bin", "timeUnit", "impute", "stack", "bandPosition")
#: Least part of a stated domain that the data fill: less, and differences can't be seen.
FILLED = 0.5
#: By how much of its length a part may be drawn shorter than its number says.
SQUEEZED = 0.005
#: How far above its only end, as a part of it, a derived figure may be drawn.
NEAR = 0.1
_PLACES = ("x", "y", "xOffset", "yOffset")
_WORDS = {word: scale for scale, word in SCALE_ZH.items() if word}
_LONGEST_FIRST = sorted(_WORDS, key=len)[::-1]
_NUMBER = re.compile(rf"(?<![\d.])([-−]?\d+(?:\.\d+)?)({'|'.join(_LONGEST_FIRST)})?")
_QUALIFIED = re.compile("|".join(words_at("between", "behind")))
#: A derived figure that has one end only is written by that end, and drawn elsewhere.
_ONE_SIDED = re.compile("以上|以下")
#: Words of a number that is an end of what is known.
_BOUND = re.compile("以上|以下|超")
#: Columns of the table that a mark has too.
_SAME = ("full", "status")


class UnsoundError(ValueError):
    """A chart that would mislead; the message names figure, layer and what was expected."""


def check_drawing(spec: Spec, identity: Identity) -> None:
    """Refuse a specification that would mislead.

    Parameters
    ----------
    spec : Spec
        Vega-Lite, as a chart form returns it.
    identity : Identity
        Of the figure: id, title, subtitle, unit and table are looked at.

    Raises
    ------
    UnsoundError
        With all that is wrong.
    """
    layers = [_Layer.of(number, item, spec) for number, item in enumerate(spec["layer"], start=1)]
    found = [
        *(fault for layer in layers for fault in _fields(layer)),
        *_scales(layers),
        *(fault for layer in layers for fault in _order(layer)),
        *_colours(layers),
        *_marks(layers, identity),
        *_words(identity),
        *_qualified(layers, identity),
        *_english(identity),
    ]
    if found:
        raise UnsoundError("\n".join(f"{identity.id}：{fault}" for fault in found))


@dataclass(frozen=True)
class _Layer:
    """One layer: its number, its mark, its encoding, the records that it draws."""

    number: int
    mark: str
    encoding: dict[str, Any]
    records: list[dict[str, Any]]
    transforms: list[dict[str, Any]]
    shape: str

    @classmethod
    def of(cls, number: int, item: Mapping[str, Any], spec: Mapping[str, Any]) -> _Layer:
        found, rows = item["encoding"], rows_drawn(item, spec)
        shape = str(item["mark"].get("shape", "")) if isinstance(item["mark"], dict) else ""
        return cls(number, mark_kind(item), found, rows, item.get("transform", []), shape)

    def channels(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the channels that show a field."""
        for channel, value in self.encoding.items():
            if isinstance(value, dict) and "field" in value:
                yield channel, value

    @property
    def main(self) -> bool:
        """Whether its marks are what the figure's rows stand for: they can be pointed at."""
        return "tooltip" in self.encoding

    @property
    def hole(self) -> bool:
        """Whether it empties points: the sign of what is not published."""
        colour = self.encoding.get("color", {})
        return self.mark == "point" and colour.get("value") == theme.colour("page")

    def fault(self, zh: str, text: str) -> str:
        """Return a message about this layer."""
        return f"第{self.number}层（{self.mark}）：{zh} | layer {self.number} ({self.mark}): {text}"


def _fields(layer: _Layer) -> Iterator[str]:
    """Each field exists, stands where it may, and is shown as it is."""
    # who only reads figures that are made waits for no altair
    from cqbook.figures.charts.form import HOLES, LAYERS

    known = {name for record in layer.records for name in record}
    shown = {channel: value["field"] for channel, value in layer.channels()}
    told = [item["field"] for item in layer.encoding.get("tooltip", [])]
    for name in [*shown.values(), *told]:
        if name not in known:
            yield layer.fault(f"数据中没有字段 {name}", f"no field {name!r} in its data")
    forms = LAYERS.get(HOLES if layer.hole else layer.mark, ())
    if not any(_fits(shown, form) for form in forms):
        listed = " / ".join(str(form) for form in forms) or "another mark"
        yield layer.fault(f"字段 {shown} 不该在此", f"fields {shown}, expected {listed}")
    # a tile is no number
    numbered = layer.mark != "rect"
    wrong = [name for name in told if name not in _TOLD]
    if wrong or (layer.main and numbered and not {"full", "text"} & set(told)):
        yield layer.fault(f"提示文字 {told} 不是数值", f"a tooltip that says no number: {told}")
    for channel, value in [*layer.channels(), *layer.encoding.items()]:
        used = [name for name in _RECKONED if isinstance(value, dict) and name in value]
        if used:
            yield layer.fault(f"{channel} 另有计算 {used}", f"{channel} reckons: {used}")
    for channel, value in layer.channels():
        number = value["field"] in _MEASURED
        if channel in ("x", "x2", "y", "y2") and number != (
            layer.encoding[channel[0]].get("type") == "quantitative"
        ):
            yield layer.fault(f"{channel} 的类型不对", f"{channel} of a wrong type for its field")
    filters = [str(item.get("filter", "")) for item in layer.transforms]
    if layer.mark == "point" and not layer.hole and layer.main == (shown.get("x") == "upper"):
        yield layer.fault("点不在数值处", "a point elsewhere than at its value")
    wanted = _FILTERS.get((layer.mark, shown.get("x", "")))
    if wanted and layer.main is False and wanted not in filters:
        yield layer.fault(f"应筛选 {wanted}", f"expected the filter {wanted}")
    if any(set(item) != {"filter"} for item in layer.transforms) or (
        layer.main and layer.transforms
    ):
        yield layer.fault("图中另有计算或筛选", "rows are changed or left out within the chart")


def _fits(shown: Mapping[str, str], form: Mapping[str, str]) -> bool:
    if any(shown.get(channel) != name for channel, name in form.items()):
        return False
    rest = {channel: name for channel, name in shown.items() if channel not in form}
    return all(name in _ADDED.get(channel, ()) for channel, name in rest.items())


def _numbers(layer: _Layer, channel: str) -> list[float]:
    """Return the numbers that a layer draws along x or y."""
    names = [
        value["field"]
        for key, value in layer.channels()
        if key in (channel, f"{channel}2") and layer.encoding[channel].get("type") == "quantitative"
    ]
    found = [record.get(name) for record in layer.records for name in names]
    return [float(item) for item in found if isinstance(item, int | float)]


def _scales(layers: Sequence[_Layer]) -> Iterator[str]:
    """Scales of numbers: each is linear, shows all that is drawn, and a bar's has the zero."""
    for channel in ("x", "y"):
        kinds = {
            layer.encoding[channel]["type"]
            for layer in layers
            if "type" in layer.encoding.get(channel, {})
        }
        if len(kinds) > 1:
            yield f"{channel} 轴各层不同：{kinds} | {channel} differs from layer to layer: {kinds}"
        if "quantitative" not in kinds:
            continue
        stated: dict[str, Any] = {}
        for layer in layers:
            scale = layer.encoding.get(channel, {}).get("scale", {})
            if scale is None:
                yield layer.fault(f"{channel} 没有比例尺", f"{channel} without a scale")
                continue
            other = set(scale) - _SCALE
            if other:
                yield layer.fault(
                    f"{channel} 的比例尺不是线性的：{sorted(other)}",
                    f"expected a plain linear scale of {channel}, got {sorted(other)}",
                )
            at_odds = [key for key in scale if stated.get(key, scale[key]) != scale[key]]
            if at_odds:
                yield layer.fault(
                    f"{channel} 轴与别层不一：{at_odds}", f"layers disagree on {channel}: {at_odds}"
                )
            stated |= scale
        drawn = [number for layer in layers for number in _numbers(layer, channel)]
        barred = any(layer.mark == "bar" and _numbers(layer, channel) for layer in layers)
        yield from _domain(channel, stated, drawn, barred)
        ends = stated.get("range")
        # a first end that is px from the left is the left one, the bottom one no business of ours
        if ends is not None and not (
            isinstance(ends, list)
            and (isinstance(ends[0], int | float) or _FROM_LEFT.fullmatch(str(ends[0])))
            and isinstance(ends[1], dict)
        ):
            yield f"{channel} 轴左右颠倒 | the range of {channel} runs backwards: {ends}"


def _domain(
    channel: str, stated: Mapping[str, Any], drawn: Sequence[float], barred: bool
) -> Iterator[str]:
    if not drawn:
        return
    domain = stated.get("domain")
    if domain is None:
        if barred and stated.get("zero") is False:
            yield f"{channel} 轴的柱不从零开始 | bars along {channel} without a zero"
        return
    numeric = isinstance(domain, list) and all(isinstance(end, int | float) for end in domain)
    if not numeric or len(domain) != 2 or domain[0] >= domain[1]:
        yield f"{channel} 轴的范围不对：{domain} | expected two ascending ends: {channel} {domain}"
        return
    low, high = domain
    if (barred or stated.get("zero")) and not low <= 0 <= high:
        yield f"{channel} 轴不含零：{domain} | the domain of {channel} has no zero: {domain}"
    # records are written to ten digits
    slack = 1e-8 * (high - low)
    if min(drawn) < low - slack or max(drawn) > high + slack:
        ends = (min(drawn), max(drawn))
        yield (
            f"{channel} 轴的范围 {domain} 截去了数据 {ends}"
            f" | the domain {domain} of {channel} cuts off data, which lie in {ends}"
        )
    based = [*drawn, 0.0] if low <= 0 <= high else drawn
    if len(set(based)) > 1 and max(based) - min(based) < FILLED * (high - low):
        yield (
            f"{channel} 轴的范围 {domain} 远大于数据 | the domain {domain} of {channel} is far"
            " wider than the data"
        )


def _order(layer: _Layer) -> Iterator[str]:
    """Categories stand in the order of the rows, and no two bars or points in one place."""
    for channel, value in layer.channels():
        if value.get("type") != "nominal" or channel not in (*_PLACES, "color"):
            continue
        given = list(dict.fromkeys(record[value["field"]] for record in layer.records))
        sort = value.get("sort")
        shown = (value.get("scale") or {}).get("domain")
        if channel in "xy" and shown and [name for name in shown if name in given] != given:
            yield layer.fault(
                f"{channel} 的刻度缺项或不按所给的顺序", f"{channel} lacks some of {given}: {shown}"
            )
        free = channel == "color" and "scale" in value
        if sort != given and not (sort is None and ("sort" in value or free)):
            yield layer.fault(
                f"{channel} 不按所给的顺序", f"{channel} in another order than given: {sort}"
            )
    # the word for a gap stands once where several series have none
    if layer.mark != "rule" and (layer.mark != "text" or "field" in layer.encoding["text"]):
        names = [value["field"] for key, value in layer.channels() if key in _PLACES]
        # parts of one bar stand one behind the other, points of one row side by side
        beside = {"start", "across", "at", "parameter"}
        if layer.mark != "bar" and layer.encoding.get("x", {}).get("field") == "value":
            beside.add("value")
        names = [name for name in names if name not in _MEASURED or name in beside]
        # of a slope each period has all series, and its labels are moved apart
        apart = layer.mark in ("line", "point") or all("shift" in row for row in layer.records)
        if {"date", "across", "parameter"} & set(names) or (names == ["label"] and apart):
            names.append("group")
        elif set(names) == {"value", "group"}:
            # equal numbers of one category are moved apart
            names.append("label")
        places = Counter(tuple(record.get(name) for name in names) for record in layer.records)
        twice = [place for place, count in places.items() if count > 1]
        if twice:
            yield layer.fault(f"重叠在 {twice[:3]}", f"more than one mark at {twice[:3]}")


def _colours(layers: Sequence[_Layer]) -> Iterator[str]:
    """Each series has a colour of its own, and a reader is told which."""
    grouped = [layer for layer in layers if layer.encoding.get("color", {}).get("field") == "group"]
    for layer in layers:
        colour = layer.encoding.get("color", {})
        name = colour.get("field")
        # a tint is the colour itself
        if name is None or (name == "tint" and layer.mark == "text"):
            continue
        scale = colour.get("scale") or {}
        domain, shades = scale.get("domain") or [], scale.get("range") or []
        lacking = {record[name] for record in layer.records} - set(domain)
        if lacking or len(domain) != len(shades):
            yield layer.fault(
                f"没有颜色的系列 {sorted(map(str, lacking))}",
                f"series without a colour: {sorted(map(str, lacking))}",
            )
        # of a tile's kinds those that nothing has share the neutral shade, and so do the series
        # beside the one that a figure is about, if each has its name at its mark
        alike = len(set(shades)) != len(shades)
        if alike and name == "group" and not set(domain) <= _named(layers):
            yield layer.fault("两个系列同一种颜色", "two series of one colour")
    for layer in layers:
        groups = {str(record.get("group") or "") for record in layer.records}
        # a matrix tells its groups by their place
        placed = any(value["field"] == "group" for key, value in layer.channels() if key in "xy")
        drawn = layer.mark not in ("text", "circle", "rect") and not layer.hole
        # what is left over is drawn pale and said once
        told = {name for name in groups if not name.startswith("其余")} <= _named(layers)
        if drawn and len(groups) > 1 and not placed and not told and layer not in grouped:
            yield layer.fault("颜色不分系列", "its colour does not tell the series apart")
    if not grouped or len({record["group"] for record in grouped[0].records}) < 2:
        return
    hidden = any(layer.encoding["color"].get("legend", {}) is None for layer in grouped)
    series = {
        record["group"]
        for layer in grouped
        for record in layer.records
        if record.get("value") is not None
    }
    if hidden and series - _named(layers):
        yield "没有图例也没有系列名 | neither a legend nor names at the series"


def _named(layers: Sequence[_Layer]) -> set[str]:
    """Return the series whose names stand in the texts at their marks."""
    found = set()
    groups = {
        str(record["group"]) for layer in layers for record in layer.records if record.get("group")
    }
    for layer in layers:
        shown = layer.encoding.get("text", {}).get("field")
        for record in layer.records if layer.mark == "text" else ():
            # below a bar stand the names of several
            asked = groups if shown == "below" else {str(record.get("group") or "")}
            found |= {name for name in asked if name and _flat(name) in _flat(record.get(shown))}
    return found


def _flat(text: object) -> str:
    """Return a text without its breaks."""
    return str(text or "").replace("\n", "")


def _marks(layers: Sequence[_Layer], identity: Identity) -> Iterator[str]:
    """Each row of the table is drawn once, as its numbers say."""
    mains = [layer for layer in layers if layer.main]
    if len(mains) != 1:
        yield f"应有一层代表各行，现有{len(mains)} | expected one layer of marks, got {len(mains)}"
        return
    (main,) = mains
    rows = identity.table.records()
    by_place = {_place(row): row for row in rows}
    drawn = Counter(_place(record) for record in main.records)
    listed = Counter(_place(row) for row in rows)
    if drawn != listed:
        lacking, extra = list(listed - drawn)[:3], list(drawn - listed)[:3]
        yield main.fault(
            f"所画与数据表不符：缺 {lacking}，多 {extra}",
            f"marks and rows of the table differ: lacking {lacking}, extra {extra}",
        )
        return
    for layer in layers:
        for record in layer.records:
            row = by_place.get(_place(record)) if "label" in record else None
            if row is None and "label" in record:
                yield layer.fault(
                    f"{_place(record)} 不在数据表中", f"{_place(record)} is no row of the table"
                )
            elif row is not None and not _agrees(record, row, identity.unit):
                yield layer.fault(
                    f"{_place(record)} 画的是 {record.get('value')}，印的是 {_said(row, record)}",
                    f"{_place(record)} is drawn at {record.get('value')}, but {_said(row, record)}",
                )
    yield from _seen(layers, main)
    yield from _open_ended(layers, main)
    for offset in ("xOffset", "yOffset"):
        beside = [layer for layer in layers if "field" in layer.encoding.get("text", {"field": 0})]
        if len({offset in layer.encoding for layer in beside}) > 1:
            yield f"各层的 {offset} 不一 | layers disagree on {offset}"


#: A difference of opacities that is seen.
_SEEN = 0.2


def _look(main: _Layer, channel: str, status: str = "") -> object:
    """Return what a channel of the marks has where they are of a status."""
    given = main.encoding.get(channel, {})
    conditions = given.get("condition", [])
    for each in [conditions] if isinstance(conditions, dict) else conditions:
        if status and f"'{status}'" in str(each.get("test", "")):
            return each.get("value")
    return given.get("value")


def _differ(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) >= _SEEN
    return one != other


def _set_apart(main: _Layer, status: str) -> bool:
    """Return whether bars of what is not published look like no published one, and are told."""
    plain, own = (
        {name: _look(main, name, each) for name in ("fillOpacity", "strokeOpacity", "stroke")}
        for each in ("", status)
    )
    framed = any(_differ(own[name], plain[name]) for name in ("strokeOpacity", "stroke"))
    dashed = _differ(_look(main, "strokeDash", status), _look(main, "strokeDash", DERIVED))
    told = dashed or status == DERIVED
    return framed and told and _differ(own["fillOpacity"], plain["fillOpacity"])


def _seen(layers: Sequence[_Layer], main: _Layer) -> Iterator[str]:
    """Show derived and expected numbers as such, and say what is missing."""
    hollow = [
        record
        for record in main.records
        if record.get("status") in UNOBSERVED and record.get("value") is not None
    ]
    alike = {str(record["status"]) for record in hollow}
    if main.mark == "bar":
        alike = {status for status in alike if not _set_apart(main, status)}
    elif main.mark == "point" and "parameter" not in {
        value["field"] for _, value in main.channels()
    }:
        emptied = {_place(record) for layer in layers if layer.hole for record in layer.records}
        alike = {str(record["status"]) for record in hollow if _place(record) not in emptied}
    else:
        # tiles and the circles of a matrix say it; a curve is worked out as a whole
        alike = set()
    if alike:
        yield main.fault(
            f"{'、'.join(sorted(alike))}的与公布的画得一样",
            f"what is {', '.join(sorted(alike))} looks like what is published",
        )
    texts = [layer.encoding.get("text", {}) for layer in layers if layer.mark == "text"]
    words = [str(text.get("value", "")).replace("\n", "") for text in texts]
    # what has no value has no place of its own: the word stands at zero
    if any(record.get("gap") for record in main.records) and NOT_FOUND not in words:
        yield main.fault("空缺处没有“没有查到”", "a gap that does not say 没有查到")
    wanted = _BESIDE.get(main.mark, ())
    if "symbol" in wanted and not any(record.get("symbol") for record in main.records):
        wanted = ("label",)
    shown = {text.get("field") for text in texts}
    if main.mark == "rect":
        lacking = set(wanted) - shown
    else:
        lacking = set(wanted) if wanted and not shown & set(wanted) else set()
    if lacking:
        yield main.fault(f"图上没有 {sorted(lacking)}", f"no {sorted(lacking)} beside the marks")


def _open_ended(layers: Sequence[_Layer], main: _Layer) -> Iterator[str]:
    """Bars and points whose number is but an end of what is known are not drawn as exact ones."""
    found = [
        record
        for record in main.records
        if record.get("value") is not None
        and {"lower", "upper"} <= set(record)
        and (record["lower"] is None) != (record["upper"] is None)
    ]
    texts = [layer for layer in layers if "value" in layer.encoding.get("text", {})]
    signs = {str(layer.transforms) for layer in texts}
    told = {
        "bar": lambda side: any(f"datum.open === '{side}'" in sign for sign in signs),
        "point": lambda side: f"datum.open === '{side}'" in main.shape,
    }
    for record in found if main.mark in told else ():
        side = "more" if record["upper"] is None else "less"
        if record.get("open") != side or not told[main.mark](side):
            yield main.fault(
                f"{_place(record)} 只是一端，画得像确数",
                f"{_place(record)} is but an end of what is known, and drawn as if exact",
            )


def _place(record: Mapping[str, Any]) -> tuple[str, str]:
    parts = (str(record.get(name) or "").replace("\n", "") for name in ("group", "label"))
    group, label = parts
    return group, label


def _said(row: Mapping[str, str], record: Mapping[str, Any]) -> str:
    texts = (row.get("full"), row.get("range"), record.get("text"))
    return "、".join(dict.fromkeys(str(text) for text in texts if text))


def _read(text: str, unit: str) -> list[tuple[float, float]]:
    """Return the numbers of a text in `unit`, each with half of its last digit.

    None if the text has another unit: 1—2个月 beside an axis of days.
    """
    matches = list(_NUMBER.finditer(text))
    if not matches:
        return []
    scale = next((word for word in _LONGEST_FIRST if unit.startswith(word)), "")
    name = unit.removeprefix(scale)
    last = matches[-1][2]
    tail = text[matches[-1].end() :]
    # a bare number is one of the axis
    bare = not last and not _QUALIFIED.sub("", tail)
    if not bare and not tail.startswith(name):
        return []
    found = []
    for match in matches:
        # the scale may stand once, behind the second number: 105.5—106.5万辆
        own = _WORDS.get(match[2] or last, 1) / _WORDS.get(scale, 1) if not bare else 1
        found.append(
            (
                float(match[1].replace("−", "-")) * own,
                0.5 * 10 ** -len(match[1].partition(".")[2]) * own,
            )
        )
    return found


def _agrees(record: Mapping[str, Any], row: Mapping[str, str], unit: str) -> bool:
    """Whether what is drawn of a row is what its texts say."""
    value = record.get("value")
    full, span = row.get("full", ""), row.get("range", "")
    same = all(name not in row or record.get(name, row[name]) == row[name] for name in _SAME)
    text = str(record.get("text") or "")
    if value is None or not same:
        return same and full in ("", NOT_FOUND) and not _read(text, unit)
    # what stands beside the mark is the figure itself, or one number for short
    if full and text != full and (len(_NUMBER.findall(text)) > 1 or _ONE_SIDED.search(text)):
        return False
    ends = [value if record.get(name) is None else record[name] for name in ("lower", "upper")]
    beside = [str(record.get(name) or "").split("\n")[0] for name in ("text", "top")]
    return (
        ends[0] <= value <= ends[1]
        and _as_long(record)
        and record.get("depth", -value) == -value
        and _lifted(record)
        and all(_allows(text, value, unit) for text in (full, *beside))
        and _spans(span, ends, unit)
    )


def _as_long(record: Mapping[str, Any]) -> bool:
    """Whether what is drawn from a start to a stop is as long as the number says."""
    if "start" not in record:
        return True
    start, stop, value = (float(record[name]) for name in ("start", "stop", "value"))
    # parts that were rounded up may add up to a little more than 100, and are drawn within it
    return abs(abs(stop - start) - abs(value)) <= SQUEEZED * abs(value) + 1e-9


def _lifted(record: Mapping[str, Any]) -> bool:
    """Whether a mark in a small multiple stands as far above its ground as its number says."""
    if "lift" not in record:
        return True
    at, lift, value = (float(record[name]) for name in ("at", "lift", "value"))
    return abs(at - lift - value) <= 1e-6 * (abs(value) + abs(lift))


def _allows(text: str, value: float, unit: str) -> bool:
    """Whether the printed numbers leave room for the value: 218亿元 for 218.37, 33%—39% for 35."""
    numbers = _read(text, unit)
    if not numbers:
        return True
    if len(numbers) == 1 and _BOUND.search(text):
        end, half = numbers[0]
        # below a ceiling there is room; a floor is drawn at itself or little above
        if "以下" in text:
            return value <= end + half
        return end - half <= value <= end + NEAR * abs(end)
    (first, below), (last, above) = numbers[0], numbers[-1]
    slack = 1e-9 * abs(value)
    return first - below - slack <= value <= last + above + slack


def _spans(text: str, ends: Sequence[float], unit: str) -> bool:
    """Whether these are the ends of the interval that is printed."""
    numbers = _read(text, unit)
    if len(numbers) != 2:
        # one end is open, or both are the same
        end = ends[1] if "以下" in text else ends[0]
        return not numbers or text.startswith("不") or _allows(text, end, unit)
    return all(
        # the ends may have been rounded outwards
        abs(end - number) <= 2 * half + 1e-9 * abs(number)
        for end, (number, half) in zip(ends, numbers, strict=True)
    )


def _words(identity: Identity) -> Iterator[str]:
    """Readers are told the unit."""
    unit = identity.unit.removeprefix("个") or identity.unit
    if not unit or unit not in f"{identity.subtitle}{identity.title}":
        yield f"题下没有单位“{unit}” | the subtitle does not say the unit {unit!r}"


#: A number of a title or at a mark, with what it is qualified by; no year or month.
_TOLD_NUMBER = re.compile(r"(约|近|超过|超|不到)?(?<![\d.])(\d[\d.]*)(?![\d.]|年|月|日|—)")
#: Where a layer writes numbers at its marks.
_WRITTEN = ("text", "end", "top", "note")


def _qualified(layers: Sequence[_Layer], identity: Identity) -> Iterator[str]:
    """Readers find a number of the title in the chart as it is told there: 约33.1%, or 33.1%."""
    drawn: dict[str, set[str]] = {}
    for layer in layers:
        for record in layer.records:
            for name in _WRITTEN:
                for word, number in _TOLD_NUMBER.findall(str(record.get(name) or "")):
                    drawn.setdefault(number, set()).add(word)
    for word, number in _TOLD_NUMBER.findall(identity.title):
        if word not in drawn.get(number, {word}):
            yield (
                f"题说“{word}{number}”，图上是“{min(drawn[number])}{number}”"
                f" | the title says {word + number!r}, the chart {min(drawn[number]) + number!r}"
            )


#: Scales by which Chinese counts, in English words: English labels have others.
_CHINESE_SCALE = re.compile(
    r"\b(?:100|hundred) ?(?:million|m)\b|\b(?:10,000|10 ?k|ten thousand)\b", re.I
)


def _english(identity: Identity) -> Iterator[str]:
    """English readers are told the unit of the English labels, no other, and have the note."""
    told = identity.english
    unit = unit_words(identity.unit)
    if unit.lower() not in f"{told.title} {told.caption}".lower():
        yield (
            f"英文的题下没有英文标注的单位“{unit}” | the English subtitle does not say the unit of"
            f" the English labels, {unit!r}: {told.caption!r}"
        )
    other = _CHINESE_SCALE.search(" ".join((told.title, told.caption, told.note)))
    if other:
        yield (
            f"英文写了“{other[0]}”，英文的标注不用这个单位"
            f" | the English has {other[0]!r}, a unit that no English label has"
        )
    if identity.caption and not told.note:
        yield (
            "注没有英文：english 的第三项 | the note has no English: the third of `english`, for"
            f" {identity.caption!r}"
        )
