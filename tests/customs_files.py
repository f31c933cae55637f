"""Makes files as the customs query gives them, from the book's code lists; the values are made up.

`rows` makes data rows, `write` puts them into one file in any of the platform's forms.
"""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pandas as pd
from conftest import ROOT

LISTS = ROOT / "data" / "codelists"
ZH = {
    "month": "数据年月",
    "commodity": "商品编码",
    "commodity_name": "商品名称",
    "partner": "贸易伙伴编码",
    "partner_name": "贸易伙伴名称",
    "regime": "贸易方式编码",
    "regime_name": "贸易方式名称",
    "province": "注册地编码",
    "province_name": "注册地名称",
    "quantity_1": "第一数量",
    "unit_1": "第一计量单位",
    "quantity_2": "第二数量",
    "unit_2": "第二计量单位",
    "USD": "美元",
    "CNY": "人民币",
}
EN = {
    "month": "Date of data",
    "commodity": "Commodity code",
    "commodity_name": "Commodity",
    "partner": "Trading partner code",
    "partner_name": "Trading partner",
    "regime": "Customs Regime code",
    "regime_name": "Customs Regime",
    "province": "Locations of importers and exporters code",
    "province_name": "Locations of importers and exporters",
    "quantity_1": "Quantity",
    "unit_1": "Unit",
    "quantity_2": "Supplimentary Quantity",
    "unit_2": "Supplimentary Unit",
    "USD": "US dollar",
    "CNY": "Renminbi Yuan",
}
ALL = ("month", "commodity", "partner", "regime", "province")


def codes(name: str, column: str = "code") -> dict[str, str]:
    """Return the real codes of a list and their names."""
    frame = pd.read_csv(LISTS / f"{name}.csv", dtype=str, keep_default_na=False)
    return dict(zip(frame[column], frame["name_zh"], strict=True))


def rows(
    ticked: tuple[str, ...] = ALL,
    *,
    months: tuple[str, ...] = ("202401", "202402"),
    count: int = 40,
    currency: str = "USD",
    province: str = "50",
    seed: int = 1,
    others: tuple[str, ...] = ("01012100", "84713000"),
    among: slice = slice(60),
) -> list[dict[str, str]]:
    """Return rows with the ticked dimensions, no two with the same key, in the platform's forms.

    `among`: which of the partners, in the order of their codes.
    """
    pick = random.Random(seed)
    autos = {code: name for code, name in codes("hs_auto", "hs_code").items() if len(code) == 8}
    goods = sorted(autos)[:30] + list(others)
    partners, regimes = codes("partners"), codes("trade_regimes")
    provinces = codes("provinces")
    choices = {
        "month": list(months),
        "commodity": goods,
        "partner": sorted(partners)[among],
        "regime": sorted(regimes)[:8],
        "province": [province],
    }
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for _ in range(count * 20):
        if len(found) == count:
            break
        key = tuple(pick.choice(choices[name]) for name in ticked)
        row = dict(zip(ticked, key, strict=True))
        for name, names in (
            ("commodity", autos),
            ("partner", partners),
            ("regime", regimes),
            ("province", provinces),
        ):
            if name in row:
                row[f"{name}_name"] = names.get(row[name], "其他货物")
        row |= {
            "quantity_1": str(pick.randrange(1, 5_000)),
            "unit_1": "辆",
            "quantity_2": pick.choice(["", "?", "-", "1,234"]),
            "unit_2": "千克",
            currency: f"{pick.randrange(10_000, 90_000_000):,}",
        }
        found.setdefault(key, row)
    return list(found.values())


def text_of(
    made: list[dict[str, str]],
    *,
    headings: dict[str, str] = ZH,
    newline: str = "\r\n",
    trailing: bool = True,
    reverse: bool = False,
) -> str:
    """Return the rows as CSV text, each field quoted, as the platform writes it."""
    order = [name for name in ZH if made and name in made[0]]
    if reverse:
        order.reverse()
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="")
    lines = []
    for cells in [[headings[name] for name in order], *([row[n] for n in order] for row in made)]:
        out.seek(0)
        out.truncate()
        writer.writerow(cells)
        lines.append(out.getvalue() + ("," if trailing else ""))
    return newline.join(lines) + newline


def write(
    folder: Path, name: str, made: list[dict[str, str]], *, encoding="gb18030", **form
) -> Path:
    """Write the rows as one file; return its path."""
    path = folder / name
    path.write_bytes(text_of(made, **form).encode(encoding))
    return path


def year(folder: Path, *, files: int = 100, count: int = 1000, province: str = "50") -> list[Path]:
    """Write a year of `files` files: months × flows, further slices by partner; return the paths.

    No two files have a key in common.
    """
    made = []
    cells = 24
    slices = -(-files // cells)
    for number in range(files):
        flow = ("出口", "进口")[number % 2]
        month = f"2024{number // 2 % 12 + 1:02d}"
        among = slice(number // cells, None, slices)
        data = rows(months=(month,), count=count, seed=number, province=province, among=among)
        made.append(write(folder, f"{flow}_{month}_{number:03d}.csv", data))
    return made
