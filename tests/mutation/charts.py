"""How many wrong charts are caught: at their first drawing, and once their output is committed.

Each figure of the committed chapters gets one small wrong thing at a time: another field, a field
that isn't there, a logarithm, a reversed or cut axis, bars without a zero, numbers reckoned within
the chart, another order, a value, a label or a row that is not the table's, no unit, and what tells
series and derived numbers apart taken away. First `cqbook.figures.rules` judges, which every figure
passes before it is shown: no earlier output is needed. Then nbval's own comparison with the
committed output.

    python tests/mutation/charts.py

What only nbval sees is listed. The exit code is 1 if nbval misses one, or the first drawing lets
more than 5 % pass.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from altair import LayerChart
from nbval.plugin import IPyNbCell

from cqbook.figures import rules
from cqbook.figures.identity import FIGURE_MIME, Identity, read_record

ROOT = Path(__file__).resolve().parents[2]
WANTED = 0.95
POSITIONS = ("x", "y", "x2", "y2", "xOffset", "yOffset")
SHOWN = (*POSITIONS, "color", "size", "text")

Spec = dict[str, Any]
Mutation = tuple[str, Callable[[Spec], object]]


def mutations(spec: Spec) -> Iterator[Mutation]:
    """Yield the kind of each small wrong thing, and what does it to a copy."""
    for index, layer in enumerate(spec["layer"]):
        names = sorted({key for record in records(spec, layer) for key in record})
        for channel, value in layer["encoding"].items():
            if channel == "tooltip":
                for number in range(len(value)):
                    yield (
                        "field that isn't there",
                        within(index, channel, number, change={"field": "nothing"}),
                    )
            elif isinstance(value, dict) and "field" in value and channel in SHOWN:
                yield "field that isn't there", within(index, channel, change={"field": "nothing"})
                for name in names:
                    if name != value["field"] and not same(spec, layer, name, value["field"]):
                        yield "another field", within(index, channel, change={"field": name})
                yield from of_channel(spec, index, channel, value)
        yield from of_layer(spec, index, layer)
    yield from of_data(spec)
    yield from of_words(spec)


def of_channel(spec: Spec, index: int, channel: str, value: Spec) -> Iterator[Mutation]:
    """Yield what can be wrong with one channel that shows a field."""
    scale = value.get("scale") or {}

    def scaled(**new: object) -> Callable[[Spec], object]:
        return within(index, channel, change={"scale": scale | new})

    if value.get("type") == "quantitative":
        yield "aggregate", within(index, channel, change={"aggregate": "mean"})
        yield "aggregate", within(index, channel, change={"bin": True})
        if channel in ("x", "y"):
            yield "logarithm", scaled(type="log")
            yield "power", scaled(type="pow", exponent=2)
            yield "reversed", scaled(reverse=True)
            yield from of_axis(spec, index, channel, scaled, scale)
    if value.get("type") == "nominal" and len(places(spec, index, channel)) > 1:
        yield "order", within(index, channel, change={"sort": "ascending"})
        yield "order", within(index, channel, change={"sort": "descending"})
        if isinstance(value.get("sort"), list):
            yield "order", within(index, channel, change={"sort": value["sort"][::-1]})
    if isinstance(scale.get("domain"), list) and value.get("type") == "nominal":
        if len(scale.get("range", ())) > 1 and len(set(map(str, scale["range"]))) > 1:
            same_shades = [scale["range"][0]] * len(scale["range"])
            if value["field"] == "group":
                yield "series alike", scaled(range=same_shades)
        yield "series without a colour", scaled(domain=scale["domain"][1:])
    if channel in ("xOffset", "yOffset"):
        yield "series on one another", lambda new: new["layer"][index]["encoding"].pop(channel)


def of_axis(
    spec: Spec, index: int, channel: str, scaled: Callable[..., Any], scale: Spec
) -> Iterator[Mutation]:
    """Yield wrong ends of an axis of numbers."""
    layer = spec["layer"][index]
    drawn = [
        record[layer["encoding"][channel]["field"]]
        for record in records(spec, layer)
        if isinstance(record.get(layer["encoding"][channel]["field"]), int | float)
    ]
    if not drawn:
        return
    low, high = min(drawn), max(drawn)
    if mark(layer) == "bar" and low > 0:
        yield "bars without a zero", scaled(domain=[low * 0.9, high * 1.1])
        if "domain" not in scale:
            yield "bars without a zero", scaled(zero=False)
    if high > low:
        yield "cut off", scaled(domain=[min(0, low), low + (high - low) * 0.9])
        yield "cut off", scaled(domain=[low + (high - low) * 0.1, high * 1.1])
    yield "far too wide", scaled(domain=[min(0, low * 10), max(high * 10, 1)])
    yield "reversed", scaled(domain=[max(high, 0), min(low, 0)])
    if "range" in scale:
        yield "reversed", scaled(range=scale["range"][::-1])


def of_layer(spec: Spec, index: int, layer: Spec) -> Iterator[Mutation]:
    """Yield what can be wrong with a layer as a whole."""
    encoding = layer["encoding"]
    field = encoding.get("text", {}).get("field")
    drawn = [record for record in records(spec, layer) if not field or record.get(field)]
    if mark(layer) == "text" and (field or "transform" in layer) and drawn:
        yield "numbers left out", lambda new: new["layer"].pop(index)
    if mark(layer) == "bar":
        hollow = {record.get("status") for record in records(spec, layer)}
        if hollow & {"推算", "预计", "计划", "目标"}:
            for channel in ("fillOpacity", "strokeOpacity"):
                yield (
                    "derived as if published",
                    lambda new, name=channel: new["layer"][index]["encoding"][name].pop(
                        "condition"
                    ),
                )
    if mark(layer) == "point" and "tooltip" not in encoding and "value" in encoding["color"]:
        # the holes of points
        yield "derived as if published", lambda new: new["layer"].pop(index)
    if "tooltip" in encoding:
        wrong = {"filter": "datum.value > 0"}
        yield "rows left out", lambda new: new["layer"][index].update(transform=[wrong])
    if encoding.get("color", {}).get("field") == "group" and len(places(spec, index, "color")) > 1:
        yield (
            "series alike",
            lambda new: new["layer"][index]["encoding"].update(color={"value": "#0b62a4"}),
        )


def of_data(spec: Spec) -> Iterator[Mutation]:
    """Yield wrong rows: of three of each data set, first, middle and last."""
    # a tile is drawn by its kind
    valued = not any(mark(layer) == "rect" for layer in spec["layer"])
    for name, rows in spec["datasets"].items():
        for number in sorted({0, len(rows) // 2, len(rows) - 1}):
            yield "row left out", lambda new, n=number, d=name: new["datasets"][d].pop(n)
            record = rows[number]
            if "label" not in record:
                continue
            yield (
                "row twice",
                lambda new, n=number, d=name: new["datasets"][d].append(new["datasets"][d][n]),
            )
            yield "label", within_data(name, number, label=f"{record['label']}年")
            if valued and isinstance(record.get("value"), int | float):
                text = f"{record['value']:.10g}"
                step = 10.0 ** -len(text.partition(".")[2])
                if len(text) > 8:
                    # derived, with more digits than are printed: the fifth is changed
                    step = 10.0 ** (len(text.partition(".")[0]) - 4)
                yield "value", within_data(name, number, value=record["value"] + step)
                yield "value", within_data(name, number, value=record["value"] - step)
                yield "value", within_data(name, number, value=record["value"] * 10)
                yield "value", within_data(name, number, value=None)
            for key in ("text", "full", "status"):
                if record.get(key) and re.search(r"\d", str(record[key])):
                    digit = re.sub(
                        r"\d(?=\D*$)", lambda found: str((int(found[0]) + 1) % 10), record[key]
                    )
                    yield "printed beside", within_data(name, number, **{key: digit})


def of_words(spec: Spec) -> Iterator[Mutation]:
    """Yield what a reader is not told."""
    meta = spec["usermeta"]
    word = meta["unit"].removeprefix("个") or meta["unit"]

    def without(new: Spec) -> None:
        for key in ("title", "subtitle"):
            new["usermeta"][key] = new["usermeta"][key].replace(word, "")
            new["title"]["text" if key == "title" else key] = new["usermeta"][key]

    yield "no unit", without
    yield "no unit", lambda new: new["usermeta"].update(unit="")
    yield "another unit", lambda new: new["usermeta"].update(unit=f"万{meta['unit']}")


def within(index: int, channel: str, number: int | None = None, *, change: Spec):
    """Return what changes one channel of one layer."""

    def made(spec: Spec) -> None:
        target = spec["layer"][index]["encoding"][channel]
        (target if number is None else target[number]).update(change)

    return made


def within_data(name: str, number: int, **change: object):
    """Return what changes one record."""
    return lambda spec: spec["datasets"][name][number].update(change)


def records(spec: Spec, layer: Spec) -> list[Spec]:
    """Return what a layer draws."""
    return spec["datasets"][layer.get("data", spec.get("data", {}))["name"]]


def same(spec: Spec, layer: Spec, one: str, other: str) -> bool:
    """Whether two fields are the same in every record: to take the other changes nothing."""
    return all(record.get(one) == record.get(other) for record in records(spec, layer))


def places(spec: Spec, index: int, channel: str) -> set[str]:
    """Return the different values of a channel."""
    layer = spec["layer"][index]
    name = layer["encoding"][channel]["field"]
    return {str(record.get(name)) for record in records(spec, layer)}


def mark(layer: Spec) -> str:
    """Return the kind of mark of a layer."""
    return layer["mark"] if isinstance(layer["mark"], str) else layer["mark"]["type"]


def refused(spec: Spec) -> bool:
    """Whether a specification is refused at its first drawing."""
    bare = {key: value for key, value in spec.items() if key not in ("usermeta", "title")}
    try:
        rules.check_drawing(bare, read_record(Identity, spec["usermeta"]))
        # as `charts` has it judged by the schema of Vega-Lite
        slim = {name: rows[:1] for name, rows in bare["datasets"].items()}
        LayerChart.validate(bare | {"datasets": slim})
    except Exception:
        return True
    return False


def seen_by_nbval(spec: Spec, committed: nbformat.NotebookNode) -> bool:
    """Whether nbval tells the output from the committed one."""
    cell = SimpleNamespace(
        parent=SimpleNamespace(skip_compare=("metadata", "traceback", "execution_count")),
        colors=SimpleNamespace(FAIL="", ENDC="", OKBLUE=""),
        sanitize=lambda value: value,
        format_output_compare=lambda *_: None,
    )
    new = nbformat.from_dict(committed | {"data": committed["data"] | {FIGURE_MIME: spec}})
    return not IPyNbCell.compare_outputs(cell, [new], [committed])


def drawn() -> Iterator[nbformat.NotebookNode]:
    """Yield the committed outputs that are charts."""
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if FIGURE_MIME in output.get("data", {}):
                    yield output


def main() -> int:
    """Try the mutants; return the exit code."""
    tried: Counter[str] = Counter()
    first: Counter[str] = Counter()
    later: Counter[str] = Counter()
    figures = 0
    for output in drawn():
        figures += 1
        spec = json.loads(json.dumps(output["data"][FIGURE_MIME]))
        name = spec["usermeta"]["id"]
        if refused(spec):
            sys.exit(f"{name} is refused unmutated")
        for kind, change in mutations(spec):
            mutant = copy.deepcopy(spec)
            change(mutant)
            tried[kind] += 1
            early, late = refused(mutant), seen_by_nbval(mutant, output)
            first[kind] += early
            later[kind] += late
            if not early or not late:
                print(f"  {name}: {kind}: {told(spec, mutant)}", flush=True)
    for kind, count in tried.items():
        print(f"{kind}: {count} mutants, {first[kind]} at first drawing, {later[kind]} by nbval")
    count, early, late = tried.total(), first.total(), later.total()
    print(f"{figures} figures, {count} mutants: {early} ({early / count:.1%}) at first drawing,")
    print(f"  {late} ({late / count:.1%}) by nbval against the committed output")
    return int(late < count or early < WANTED * count)


def told(before: object, after: object, path: str = "") -> str:
    """Return where two specifications differ first."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            if before.get(key) != after.get(key):
                return told(before.get(key), after.get(key), f"{path}.{key}")
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            if one != other:
                return told(one, other, f"{path}[{number}]")
    one, other = (json.dumps(item, ensure_ascii=False)[:60] for item in (before, after))
    return f"{path}: {one} → {other}"


if __name__ == "__main__":
    sys.exit(main())
