"""Write the newest results as ``docs/performance.md``.

Run from the book's root: ``python benchmarks/publish.py``.
"""

from __future__ import annotations

import json
from typing import Any

from harness import RESULTS, ROOT, Result

PAGE = ROOT / "docs" / "performance.md"
STAGES = "stages"
#: Groups of measurements in the order of the page: title, and what was measured.
GROUPS = {
    "book": (
        "The book",
        "`benchmarks/book.py`: the book from nothing, after small changes, unchanged. The baseline "
        "is what a user of the same packages does: papermill on the command line for each page in "
        "turn, then `jupyter-book build --all`; or `jupyter-book build` that executes by itself. "
        "All sides draw the static pictures.",
    ),
    "many": (
        "Many pages",
        "`benchmarks/many.py`: districts × years × three notebooks, on data that are made up where "
        "the real ones do not reach. The baseline of executing is papermill in a shell loop, two "
        "at once (“from 120 pages”: extrapolated); that of building is jupyter-book as it ships, "
        "with its own theme.",
    ),
    "few": (
        "Some pages",
        "`benchmarks/many.py quick`, of `make bench`: the same, of 18 to 108 pages.",
    ),
    "data": (
        "Customs detail",
        "`benchmarks/customs.py`: made-up rows of real codes. M is a year of Chongqing as the "
        "platform gives it, a million rows; L is a year of the nation, XL a decade of it, as the "
        "store keeps them. Each run is a process of its own; its baseline runs right before it.",
    ),
    "decade": (
        "A decade of it",
        "`benchmarks/customs.py` without `--small`: XL, which a quick run leaves as it was.",
    ),
    "reading": (
        "Reading",
        "`benchmarks/reading.py`: Chromium slowed down to a quarter of the machine's speed, on a "
        "line of 1.6 Mbit/s with 150 ms a round trip. The baseline is what is wanted, or the same "
        "chapter with jupyter-book's own theme and Altair's own output (“default page”).",
    ),
    "exports": (
        "Figures as files",
        "`benchmarks/exports.py`: every figure of the book in every format that a reader can take "
        "away. The baseline is what the page itself needs, its SVG pictures.",
    ),
}
HEAD = """\
# How long the book takes

Written by `benchmarks/publish.py` from `benchmarks/results/{name}`; not to be edited by hand.

Each measurement is a ratio to a baseline that ran in turn with it on the same machine: on another
one the amounts change and the ratios hardly do. Amounts and ratios are medians; in brackets the
lowest and the highest ratio of all runs. A target is a ratio that is not to be exceeded.

Measured on {day}, where no other day is said: {machine}.

Targets: {aimed}; met: {met}.
"""
STAGES_TEXT = """\
## Where the time goes

The stages of a build from nothing, each alone, beside the least that they could take. A stage that
is near its floor gains little from better code. Executing, drawing, reading and writing use all
processors, and stages overlap: their sum is not the time of a build.

The longest: {name}, {spent}.

"""


def page(name: str, content: dict[str, Any]) -> str:
    """Return the page of a file of results, called `name`."""
    results: list[Result] = content["results"]
    measured = [item for item in results if item["group"] != STAGES]
    aimed = [item for item in measured if item["target"] is not None]
    missed = [item for item in aimed if not _met(item)]
    stages = [item for item in results if item["group"] == STAGES]
    longest = max(stages, key=lambda item: item["value"])
    head = HEAD.format(
        name=name,
        day=name.removesuffix(".json"),
        machine=_machine(content["machine"]),
        aimed=len(aimed),
        met=len(aimed) - len(missed),
    )
    where = STAGES_TEXT.format(name=longest["name"], spent=_amount(longest["value"], "s"))
    return "\n".join(
        [
            head,
            _table(
                ("what", "amount", "baseline", "ratio", "target", "met?"),
                [_measured(item) for group in GROUPS for item in _of(group, measured)],
            ),
            "## What was measured\n",
            *(f"- **{title}.** {text}" for title, text in GROUPS.values()),
            "",
            where + _table(("stage", "time", "floor", "its time"), [_stage(one) for one in stages]),
            "## What is missed\n",
            *([_miss(item) for item in missed] or ["Nothing."]),
            "",
        ]
    )


def _of(group: str, results: list[Result]) -> list[Result]:
    return [item for item in results if item["group"] == group]


def _met(item: Result) -> bool:
    return item["ratio"] <= item["target"]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _amount(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".strip()


def _ratio(item: Result) -> str:
    if item["runs"] == 1:
        return f"{_number(item['ratio'])} (one run)"
    return f"{_number(item['ratio'])} ({'–'.join(map(_number, item['spread']))})"


def _machine(machine: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    system = f"{machine['processors']} processors, {machine['system']}"
    return f"{system}, Python {machine['python']}, {packages}"


def _measured(item: Result) -> tuple[str, ...]:
    aim = ("", "") if item["target"] is None else (f"≤ {_number(item['target'])}", _verdict(item))
    return (
        _name(item),
        _amount(item["value"], item["unit"]),
        f"{item['baseline']}: {_amount(item['baseline_value'], item['unit'])}",
        _ratio(item),
        *aim,
    )


def _name(item: Result) -> str:
    return f"{item['name']} (on {item['measured']})" if "measured" in item else item["name"]


def _verdict(item: Result) -> str:
    return "yes" if _met(item) else "**no**"


def _stage(item: Result) -> tuple[str, ...]:
    spent, least = (_amount(item[key], item["unit"]) for key in ("value", "baseline_value"))
    return item["name"], spent, item["baseline"], least


def _miss(item: Result) -> str:
    ratio, target = _number(item["ratio"]), _number(item["target"])
    return f"- {_name(item)}: {ratio} of “{item['baseline']}”, wanted {target}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    rule = tuple("---" for _ in head)
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *rows))


def main() -> None:
    """Write `PAGE`."""
    newest = max(RESULTS.glob("*.json"))
    content = json.loads(newest.read_text(encoding="utf-8"))
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(newest.name, content), encoding="utf-8")


if __name__ == "__main__":
    main()
