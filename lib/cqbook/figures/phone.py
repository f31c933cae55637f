"""A figure on a phone: names of rows above them, columns lying, where they take the chart's room.

One specification is drawn for a desk and for a phone. Beside its bars a column of names may take a
third of a phone; above them it takes none, and the chart is as broad as the page. Columns that are
narrower than their numbers lie down: beside each bar there is room for its number.
"""

from __future__ import annotations

import re
from typing import Any

from cqbook.figures import theme
from cqbook.figures.identity import Spec, mark_kind, rows_drawn
from cqbook.figures.placing import CHARACTER, LINE, SMALL

#: A column of names of so many px stays beside the rows: a fifth of a phone.
NAMES_BESIDE = 70
#: px between a name and the row below it, and the row above it.
BELOW, ABOVE = 3, 9
#: A break that `wrap` set: none is wanted beside a Chinese character, else it was a space.
_CHINESE_BREAK = re.compile(r"(?<=[^\x00-\x7f])\n|\n(?=[^\x00-\x7f])")


def for_a_phone(spec: Spec) -> Spec:
    """Return a specification that has room for its names and its numbers."""
    return _named_above(_lying(spec) if _crowded(spec) else spec)


def _named_above(spec: Spec) -> Spec:
    """Return a specification whose names of rows stand above them, if there is no room beside."""
    field = _named_by(spec)
    if not field:
        return spec
    drawn = [row for layer in spec["layer"] for row in rows_drawn(layer, spec)]
    names = list(dict.fromkeys(row[field] for row in drawn if row.get(field)))
    if CHARACTER * max(map(theme.label_width, names), default=0) <= NAMES_BESIDE:
        return spec
    whole = {name: _CHINESE_BREAK.sub("", name).replace("\n", " ") for name in names}
    half = _half(spec, len(names))
    step = round(2 * half + LINE * _lines_beside(drawn) + BELOW + ABOVE)
    return spec | {
        "datasets": {
            key: [_renamed(row, whole, field) for row in rows]
            for key, rows in spec["datasets"].items()
        }
        | {_NAMES: [{field: name} for name in whole.values()]},
        # what joins one bar to the next would strike out the name between them
        "layer": [_without_axis(layer) for layer in spec["layer"] if "y2" not in layer["encoding"]]
        + [_names_layer(field, half, halo=halo) for halo in (True, False)],
        "height": step * len(names),
    }


#: px of a bar that lies, with the room around it, and between those of one period and the next.
BAR, BETWEEN = 18, 8
#: px from a bar to its number.
TO_NUMBER = 5


def _crowded(spec: Spec) -> bool:
    """Return whether columns are narrower than their numbers."""
    for layer in spec["layer"]:
        if layer["encoding"].get("text", {}).get("field") == "top":
            rows = [row for row in rows_drawn(layer, spec) if row.get("value") is not None]
            broadest = max(theme.label_width(str(row["top"])) for row in rows)
            room = (theme.NARROW - 2 * theme.AROUND) / _places(layer, rows)
            return bool(room < SMALL * broadest) and min(row["value"] for row in rows) >= 0
    return False


def _places(layer: Spec, rows: list[dict[str, Any]]) -> int:
    """Return how many columns have room side by side."""
    beside = len({row.get("group") for row in rows}) if "xOffset" in layer["encoding"] else 1
    return beside * len(layer["encoding"]["x"]["scale"]["domain"])


def _lying(spec: Spec) -> Spec:
    """Return columns as bars, from above in the order in which they stood from the left."""
    top = next(
        item for item in spec["layer"] if item["encoding"].get("text", {}).get("field") == "top"
    )
    rows = [row for row in rows_drawn(top, spec) if row.get("value") is not None]
    periods = len(top["encoding"]["x"]["scale"]["domain"])
    broadest = max(theme.label_width(str(row["top"])) for row in rows)
    room = f"width - {SMALL * broadest + 2 * TO_NUMBER:.0f}"
    lines = 1 + max(str(row["label"]).count("\n") for row in rows)
    height = periods * (BETWEEN + max(BAR * _places(top, rows) / periods, LINE * lines))
    return spec | {
        "layer": [_turned(item, room) for item in spec["layer"]],
        "height": round(height),
    }


#: Where a channel of a column stands in a bar.
_TURNED = {"x": "y", "y": "x", "xOffset": "yOffset"}


def _turned(layer: Spec, room: str) -> Spec:
    encoding = {_TURNED.get(name, name): value for name, value in layer["encoding"].items()}
    along, across = encoding["x"], encoding["y"]
    if "axis" in across:
        encoding["y"] = across | {"axis": {"labelExpr": across["axis"]["labelExpr"]}}
    if "scale" in along:
        encoding["x"] = along | {"scale": along["scale"] | {"range": [0, {"expr": room}]}}
    turned = layer | {"encoding": encoding}
    if mark_kind(layer) != "text":
        return turned
    shown = encoding["text"]
    style = {"align": "left", "dx": TO_NUMBER, "baseline": "middle"}
    if shown.get("value") in _ARROWS:
        encoding["text"] = {"value": _ARROWS[shown["value"]]}
        style |= {"align": "right", "dx": -TO_NUMBER}
    elif "value" in shown:
        # a word that stood on its head for want of room
        encoding["text"] = {"value": "".join(str(shown["value"]).split("\n"))}
    if shown.get("field") == "top":
        # each number has room
        turned = {key: value for key, value in turned.items() if key != "transform"}
    mark = {key: value for key, value in layer["mark"].items() if key != "dy"}
    return turned | {"mark": mark | style}


#: An arrow at the end of a column, and at that of a bar.
_ARROWS = {"↑": "→", "↓": "←"}

_NAMES = "names-of-rows"


def _named_by(spec: Spec) -> str:
    """Return the field whose words stand along y beside rows; empty where there are none."""
    for layer in spec["layer"]:
        across, place = (layer["encoding"].get(channel, {}) for channel in ("x", "y"))
        axis = place.get("axis") or {}
        rows = (across.get("type"), place.get("type")) == ("quantitative", "nominal")
        if rows and "labelExpr" in axis and "labelOffset" not in axis:
            return str(place["field"])
    return ""


def _half(spec: Spec, rows: int) -> float:
    """Return how far the marks of a row reach above its middle, in px."""
    sizes = [layer["mark"].get("size") for layer in spec["layer"] if mark_kind(layer) == "bar"]
    size = sizes[0] if sizes else None
    return float(size / 2 if isinstance(size, int) else spec["height"] / rows / 2 - BELOW)


def _lines_beside(drawn: list[dict[str, Any]]) -> int:
    """Return how many lines are written in a row: its name, and more than one beside its mark."""
    return 1 + max(str(row.get("end") or "").count("\n") for row in drawn)


def _renamed(row: dict[str, Any], whole: dict[str, str], field: str) -> dict[str, Any]:
    return {key: whole.get(cell, cell) if key == field else cell for key, cell in row.items()}


def _without_axis(layer: Spec) -> Spec:
    place = layer["encoding"].get("y", {})
    if place.get("type") != "nominal":
        return layer
    return layer | {"encoding": layer["encoding"] | {"y": place | {"axis": None}}}


def _names_layer(field: str, half: float, *, halo: bool) -> Spec:
    """Return the names above the rows, on a ground of the page's colour: lines may run below."""
    return {
        "data": {"name": _NAMES},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "middle",
            "dy": -(half + BELOW + LINE / 2),
            "color": theme.colour("page" if halo else "ink"),
            "limit": theme.NARROW - 2 * theme.AROUND,
        }
        | (theme.ground() if halo else {}),
        "encoding": {
            "x": {"value": 0},
            "y": {"field": field, "type": "nominal", "sort": None, "title": None, "axis": None},
            "text": {"field": field, "type": "nominal"},
        },
    }
