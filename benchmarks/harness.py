"""One shape for all results: how long something takes as a part of its baseline, run in turn."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
RESULTS = ROOT / "benchmarks" / "results"
#: What a result depends on beside this project.
PACKAGES = (
    *("jupyter-book", "sphinx", "myst-nb", "papermill", "nbclient", "pandas", "altair"),
    *("vl-convert-python", "duckdb", "distributed"),
)

Result = dict[str, Any]


def command(*words: object, **variables: str) -> None:
    """Run a command as a user would, in an environment that hashes alike; fail if it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        env=os.environ | {"PYTHONHASHSEED": "0"} | variables,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stderr[-3000:]}")


def seconds(work: Callable[[], Any]) -> float:
    """Return how long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def result(
    name: str,
    group: str,
    own: list[float],
    baseline: str,
    base: list[float],
    target: float | None,
    *,
    unit: str = "s",
) -> Result:
    """Return a result: medians, and the spread of the ratio of what was run in turn."""
    ratios = [a / b for a, b in zip(own, base, strict=True)]
    return {
        "name": name,
        "group": group,
        "baseline": baseline,
        "target": target,
        "ratio": statistics.median(ratios),
        "spread": [min(ratios), max(ratios)],
        "value": statistics.median(own),
        "baseline_value": statistics.median(base),
        "unit": unit,
        "runs": len(ratios),
    }


def keep(results: list[Result]) -> Path:
    """Write results into today's file, in the place of those of their groups; print them.

    What was not measured today stays as it was last, with its day.
    """
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.datetime.now(tz=datetime.UTC).date().isoformat()}.json"
    known: list[Result] = []
    for last in sorted(RESULTS.glob("*.json"))[-1:]:
        known = json.loads(last.read_text(encoding="utf-8"))["results"]
        if last != path:
            known = [{"measured": last.stem} | item for item in known]
    groups = {item["group"] for item in results}
    kept = [item for item in known if item["group"] not in groups]
    content = {
        "machine": {
            "processors": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
            "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        },
        "results": [*kept, *results],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8")
    for item in results:
        aim = f"  target {item['target']:.2f}" if item["target"] is not None else ""
        low, high = item["spread"]
        print(
            f"{item['group']:8s} {item['name']:44s} {item['value']:9.2f} {item['unit']:3s}"
            f"  {item['ratio']:6.3f} ({low:.3f}–{high:.3f}) of {item['baseline']}{aim}",
            flush=True,
        )
    return path
