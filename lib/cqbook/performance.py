"""How long the book takes, beside the usual way and beside the least that it could: measured."""

from __future__ import annotations

import pandas as pd

from cqbook.catalog import Catalog

STAGE = "stage"
#: Columns of the table of all measurements.
TABLE = {
    "name_zh": "做什么",
    "spent": "用量",
    "baseline_zh": "基准",
    "share": "为基准的",
    "spread": "各次之间",
    "aim": "目标",
    "verdict": "达到",
}


def results(book: Catalog) -> pd.DataFrame:
    """Return the measurements, in order: the columns of ``benchmarks``."""
    return book.table("benchmarks")


def _percent(ratio: float) -> str:
    return f"{100 * ratio:.{1 if ratio >= 0.001 else 2}f}%"


def _amount(value: float, unit: str) -> str:
    return f"{value:.{1 if value >= 0.1 else 2}f}{unit}"


def ratios(book: Catalog) -> pd.DataFrame:
    """Return the point frame of what has a target: percent of the baseline, largest first."""
    found = results(book)
    found = found[found["target"].notna()]
    rows = [
        {
            "label": row["name_zh"],
            "value": 100 * row["ratio"],
            "lower": 100 * row["ratio_low"],
            "upper": 100 * row["ratio_high"],
            "text": _percent(row["ratio"]),
            "full": _percent(row["ratio"]),
            "status": "测量",
        }
        for row in found.to_dict("records")
    ]
    return pd.DataFrame(rows).sort_values("value", ascending=False).reset_index(drop=True)


def stages(book: Catalog) -> pd.DataFrame:
    """Return the point frame of the stages of a cold build, in seconds, in their order."""
    found = results(book)
    found = found[found["kind"].eq(STAGE)]
    rows = [
        {
            "label": row["name_zh"],
            "value": row["value"],
            "text": _amount(row["value"], row["unit_zh"]),
            "full": _amount(row["value"], row["unit_zh"]),
            "status": "测量",
        }
        for row in found.to_dict("records")
    ]
    return pd.DataFrame(rows)


def table(book: Catalog) -> pd.DataFrame:
    """Return all measurements in words: columns of `TABLE`."""
    found = results(book)
    rows = []
    for row in found.to_dict("records"):
        aimed = row["target"] == row["target"]
        low, high = _percent(row["ratio_low"]), _percent(row["ratio_high"])
        rows.append(
            {
                "name_zh": row["name_zh"],
                "spent": _amount(row["value"], row["unit_zh"]),
                "baseline_zh": row["baseline_zh"],
                "share": _percent(row["ratio"]),
                "spread": f"{low}—{high}" if low != high else f"只测{row['runs']}次",
                "aim": f"{100 * row['target']:g}%以下" if aimed else "",
                "verdict": ("是" if row["ratio"] <= row["target"] else "否") if aimed else "",
            }
        )
    return pd.DataFrame(rows)


def words(book: Catalog) -> dict[str, str]:
    """Return how many targets there are and are met, the month, and the longest stage."""
    found = results(book)
    aimed = found[found["target"].notna()]
    met = aimed["ratio"].le(aimed["target"])
    spent = found[found["kind"].eq(STAGE)].sort_values("value").iloc[-1]
    year, month, _ = found["day"].max().split("-")
    missed = "、".join(aimed.loc[~met, "name_zh"])
    return {
        "aimed": f"{len(aimed)}个",
        "met": f"{int(met.sum())}个",
        "missed": f"没有达到的：{missed}" if missed else "都达到了",
        "day": f"{year}年{int(month)}月",
        "longest": spent["name_zh"],
        "longest_spent": _amount(spent["value"], spent["unit_zh"]),
    }
