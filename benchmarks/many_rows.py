"""The book's data grown to all districts and twelve years, and a table of 1,368 pages over them.

Trade of the districts is made up, by a source that says so, and stands in the place of the real
one: beside it, years of two sources would be compared, which chapters refuse. All else is real.
None of it is ever published.
"""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
YEARS = [str(year) for year in range(2014, 2026)]
NOTEBOOKS = {
    "district": ("district", "year"),
    "trade": ("area", "period"),
    "industry-2022": ("area", "period"),
}
SOURCE = "generated"
ZONE = "zone=comprehensive_bonded"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _generated(known: list[dict[str, str]], districts: list[str]) -> list[dict[str, str]]:
    """Return observations that `known` lacks: trade and output of each district and year."""
    pick = random.Random(1)
    of = ("indicator", "entity", "period", "flow", "breakdown")
    held = {tuple(row[name] for name in of) for row in known}
    blank = dict.fromkeys(known[0], "")
    made = []
    for district in districts:
        size = pick.lognormvariate(4, 1.2)
        for year in YEARS:
            size *= pick.uniform(0.95, 1.15)
            parts = {"export": size * 0.6, "import": size * 0.4, "": size, "gdp": size * 6}
            # of bonded zones: without them the year of a place is not told
            parts["bonded"] = size * 0.3
            for kind, value in parts.items():
                indicator, flow = ("gdp", "") if kind == "gdp" else ("trade_value", kind)
                breakdown = ZONE if kind == "bonded" else ""
                if indicator == "trade_value":
                    flow = "total" if kind in ("", "bonded") else kind
                if (indicator, district, year, flow, breakdown) in held:
                    continue
                text = f"{value:.2f}"
                made.append(
                    blank
                    | {
                        "observation_id": f"{SOURCE}.{kind or 'trade'}-{district}-{year}",
                        "source_id": SOURCE,
                        "locator": "generated",
                        "indicator": indicator,
                        "entity": district,
                        "period": year,
                        "accumulation": "period",
                        "breakdown": breakdown,
                        "flow": flow,
                        "measure": "level",
                        "value": text,
                        "unit": "100M CNY",
                        "status": "actual",
                        "qualifier": "as_rounded",
                        "confidence": "2",
                        "edition_added": "2026-11",
                        "as_printed": text,
                    }
                )
    return made


def grow(target: Path) -> Path:
    """Write the grown data package to `target`; return it."""
    shutil.copytree(ROOT / "data", target, ignore=shutil.ignore_patterns("customs", ".*"))
    districts = [row["adcode"] for row in _rows(target / "districts.csv") if row["adcode"]]
    districts = sorted(code for code in districts if code.startswith("50"))[:38]
    path = target / "observations.csv"
    known = [
        row
        for row in _rows(path)
        if row["indicator"] != "trade_value" or row["entity"] not in districts
    ]
    _write(path, known + _generated(known, districts))
    sources = _rows(target / "sources.csv")
    source = sources[-1] | {
        "source_id": SOURCE,
        "title": "基准测试生成的数",
        "outlet": "基准测试",
        "confidence": "2",
        "note": "",
    }
    _write(target / "sources.csv", [*sources, source])
    return target


def table(path: Path, data: Path, count: int | None = None) -> Path:
    """Write a table of pages: districts × years × notebooks; the first `count`, evenly chosen."""
    codes = {
        row["entity"] for row in _rows(data / "observations.csv") if row["source_id"] == SOURCE
    }
    rows = []
    for notebook, (place, when) in NOTEBOOKS.items():
        for code in sorted(codes):
            for year in YEARS:
                row = {"page": f"{notebook}-{code}-{year}", "notebook": notebook}
                rows.append(row | {place: code, when: year})
    if count:
        rows = rows[:: max(1, len(rows) // count)][:count]
    columns = ["page", "notebook", "district", "year", "area", "period"]
    _write(path, [{name: row.get(name, "") for name in columns} for row in rows])
    return path
