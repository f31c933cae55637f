"""Text stays text where Vega-Lite makes expressions of a specification.

Vega-Lite writes the title of an encoding into an expression (the description of each mark, the
heading of a tooltip) and escapes the quotes in it alone: a line break ends the picture with an
error, a backslash before a quote would let the rest of the title be calculated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cqbook.figures.identity import Spec
from cqbook.quantities.quantity import DERIVED, UNOBSERVED

#: Which marks are of what was not published, which of what was not seen yet, which of either: each
#: of the first two has one sign in all charts (`cqbook.figures.charts.form.SIGNS`).
IS_DERIVED = f"datum.status === '{DERIVED}'"
IS_EXPECTED = f"indexof({[word for word in UNOBSERVED if word != DERIVED]}, datum.status) >= 0"
IS_HOLLOW = f"indexof({list(UNOBSERVED)}, datum.status) >= 0"
#: What shows the title of an encoding, by its channel; the others show none.
_LEGENDS = (
    *("color", "fill", "stroke", "shape", "size", "opacity", "fillOpacity", "strokeOpacity"),
    *("strokeWidth", "strokeDash", "angle"),
)
_GUIDES = {"x": "axis", "y": "axis"} | dict.fromkeys(_LEGENDS, "legend")
#: Ends of a line in a text of JavaScript; the first two stand in values too, and are safe there.
_BREAKS, _UNSAFE = re.compile("[\n\r\u2028\u2029]+"), re.compile("[\u2028\u2029]")


def expressible(spec: Spec) -> Spec:
    """Return a specification in which every title means in expressions what it shows."""
    return _dict(spec)


def _expressible(node: object) -> object:
    if isinstance(node, str):
        # sorting and conditions write values into expressions, and leave these as they are
        return _UNSAFE.sub(" ", node)
    if isinstance(node, list):
        return [_expressible(value) for value in node]
    return _dict(node) if isinstance(node, dict) else node


def _dict(node: Mapping[str, object]) -> dict[str, object]:
    found = {key: _expressible(value) for key, value in node.items()}
    encoding = found.get("encoding")
    if isinstance(encoding, dict):
        found["encoding"] = {key: _channel(key, value) for key, value in encoding.items()}
    return found


def _channel(name: str, given: object) -> object:
    if isinstance(given, list):
        return [_channel(name, item) for item in given]
    if not isinstance(given, Mapping) or given.get("title") is None:
        return given
    title = given["title"]
    said = [_said(line) for line in title] if isinstance(title, list) else _said(title)
    if said == title:
        return given
    guide = _GUIDES.get(name)
    shown = {}
    if guide and given.get(guide, {}) is not None:
        shown = {guide: {"title": title} | given.get(guide, {})}
    return {**given, "title": said, **shown}


def _said(title: str) -> str:
    # what was said already has its backslashes twice
    return re.sub(r"\\\\|\\", lambda _: 2 * "\\", _BREAKS.sub(" ", title))
