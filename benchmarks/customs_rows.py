"""Makes customs detail of any size from the book's code lists; keys are real codes, values made up.

What is traded, with whom and how is drawn by Zipf's law, so that a few codes hold most rows, as in
the real detail. S and M are files as the platform gives them; L and XL are written as the store
lays them out, since CSV of that size would pass through the same code as M's.

Run alone: ``python benchmarks/customs_rows.py M FOLDER``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from cqbook.data.customs_store import (
    DETAIL_COLUMNS,
    DETAIL_DIMENSIONS,
    INDEX,
    TYPES,
    Detail,
    StoreIndex,
    StorePart,
    TakenIn,
)
from cqbook.intake import customs_batch

ROOT = Path(__file__).resolve().parents[1]
LISTS = ROOT / "data" / "codelists"
#: One row less than the platform cuts at.
FILE_ROWS = 9_999
#: Rows, years and provinces (50: Chongqing alone; empty: all).
SIZES = {
    "S": (2_000, ("2024",), "50"),
    "M": (100 * FILE_ROWS, ("2024",), "50"),
    "L": (12_000_000, ("2024",), ""),
    "XL": (120_000_000, tuple(str(year) for year in range(2015, 2025)), ""),
}
FLOWS = {"export": "出口", "import": "进口"}
#: Of the keys of a decade, the share that a year lacks: pairs enter and leave.
ABSENT = 0.05
#: How many commodity codes there are; the tariff has about that many of eight digits.
COMMODITIES = 8_500
HEADER = (
    *("数据年月", "商品编码", "商品名称", "贸易伙伴编码", "贸易伙伴名称", "贸易方式编码"),
    *("贸易方式名称", "注册地编码", "注册地名称", "第一数量", "第一计量单位", "第二数量"),
    *("第二计量单位", "美元"),
)


@dataclass(frozen=True)
class Lists:
    """Codes and names by dimension, the one that is traded most first."""

    codes: dict[str, list[str]]
    names: dict[str, list[str]]
    entities: list[str]


def lists(only_province: str) -> Lists:
    """Return the lists; commodities are the vehicles of the book and made-up others beside them."""
    read = {
        name: pd.read_csv(LISTS / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("hs_auto", "partners", "trade_regimes", "provinces")
    }
    autos = read["hs_auto"][read["hs_auto"]["hs_code"].str.len().eq(8)]
    goods = dict(zip(autos["hs_code"], autos["name_zh"], strict=True))
    pick = np.random.default_rng(1)
    while len(goods) < COMMODITIES:
        chapter = int(pick.choice([n for n in range(1, 98) if n not in (77, 87)]))
        heading = f"{chapter:02d}{pick.integers(1, 30):02d}"
        code = f"{heading}{pick.integers(10, 100)}{pick.integers(100):02d}"
        goods.setdefault(
            code, f"第{chapter}章的货物，未另列名的，品目{heading}项下其他（{code[4:]}）"
        )
    commodities = pick.permutation(sorted(goods))
    partners = dict(zip(read["partners"]["code"], read["partners"]["name_zh"], strict=True))
    order = pick.permutation(sorted(partners))
    regimes = dict(
        zip(read["trade_regimes"]["code"], read["trade_regimes"]["name_zh"], strict=True)
    )
    provinces = read["provinces"]
    if only_province:
        provinces = provinces[provinces["code"].eq(only_province)]
    return Lists(
        {
            "commodity": list(commodities),
            "partner": list(order),
            "regime": list(regimes),
            "province": list(provinces["code"]),
        },
        {
            "commodity": [goods[code] for code in commodities],
            "partner": [partners[code] for code in order],
            "regime": list(regimes.values()),
            "province": list(provinces["name_zh"]),
        },
        list(provinces["entity"]),
    )


def _zipf(pick: np.random.Generator, size: int, exponent: float, count: int) -> np.ndarray:
    """Return `count` numbers below `size`; the k-th is drawn with weight k ** -exponent."""
    weight = np.cumsum(np.arange(1, size + 1, dtype=float) ** -exponent)
    return np.searchsorted(weight, pick.random(count) * weight[-1]).astype(np.int64)


def keys(codes: Lists, flow: str, count: int) -> dict[str, np.ndarray]:
    """Return `count` distinct keys of one flow and year, evenly over its months, sorted by KEY.

    Each array has ``count`` numbers; those of a dimension point into `codes`.
    """
    pick = np.random.default_rng([2, list(FLOWS).index(flow)])
    sizes = {
        name: len(codes.codes[name]) for name in ("province", "commodity", "partner", "regime")
    }
    # the order in which the store sorts codes
    rank = {name: np.argsort(np.argsort(codes.codes[name])) for name in sizes}
    order = {name: np.argsort(codes.codes[name]) for name in sizes}
    months = []
    for month in range(12):
        wanted = count * (month + 1) // 12 - count * month // 12
        found = np.empty(0, dtype=np.int64)
        while len(found) < wanted:
            more = np.zeros(wanted, dtype=np.int64)
            for name, exponent in zip(sizes, (0.9, 0.8, 0.9, 1.4), strict=True):
                drawn = _zipf(pick, sizes[name], exponent, wanted)
                more = more * sizes[name] + rank[name][drawn]
            found = np.unique(np.concatenate([found, more]))
        months.append(np.sort(pick.permutation(found)[:wanted]))
    code = np.concatenate(months)
    made: dict[str, np.ndarray] = {
        "month": np.repeat(np.arange(1, 13), [len(part) for part in months])
    }
    for name in reversed(sizes):
        code, rest = np.divmod(code, sizes[name])
        made[name] = order[name][rest]
    # so far by month, and by place within it
    kept = np.argsort(rank["province"][made["province"]], kind="stable")
    made = {name: column[kept] for name, column in made.items()}
    made["value"] = np.exp(pick.normal(11, 2.5, count)).round() + 1
    made["quantity_1"] = np.ceil(made["value"] / np.exp(pick.normal(3, 1.5, count)))
    made["lacking"] = pick.random(count)
    return made


def of_year(base: dict[str, np.ndarray], year: str, count: int) -> dict[str, np.ndarray]:
    """Return `count` rows of `base` with the values of a year."""
    pick = np.random.default_rng([3, int(year)])
    total = len(base["month"])
    kept = np.sort(pick.permutation(total)[:count])
    made = {name: column[kept] for name, column in base.items()}
    growth = 1.05 ** (int(year) - 2024)
    made["value"] = (made["value"] * growth * np.exp(pick.normal(0, 0.2, count))).round() + 1
    return made


def _whole(count: int) -> int:
    return int(count / (1 - ABSENT))


def write_files(folder: Path, size: str) -> list[Path]:
    """Write S or M as files of the platform (GB18030, all quoted, trailing comma); return them."""
    total, (year,), province = SIZES[size]
    codes = lists(province)
    folder.mkdir(parents=True, exist_ok=True)
    names = {name: np.array(found) for name, found in codes.names.items()}
    shown = {name: np.array(found) for name, found in codes.codes.items()}
    paths = []
    for flow, word in FLOWS.items():
        count = total // 2
        made = of_year(keys(codes, flow, _whole(count)), year, count)
        columns = [np.char.add(year, np.char.zfill(made["month"].astype(str), 2))]
        for name in ("commodity", "partner", "regime", "province"):
            columns += [shown[name][made[name]], names[name][made[name]]]
        amounts = np.array([f"{value:,.0f}" for value in made["value"]])
        first = made["quantity_1"].astype(np.int64).astype(str)
        second = np.where(made["lacking"] < 0.6, "", first)
        unit = np.where(np.char.startswith(columns[1], "870"), "辆", "千克")
        columns += [first, unit, second, np.where(second == "", "", "千克"), amounts]
        lines = ['"' + '","'.join(cells) + '",' for cells in zip(*columns, strict=True)]
        heading = '"' + '","'.join(HEADER) + '",'
        for number, start in enumerate(range(0, count, FILE_ROWS)):
            text = "\r\n".join([heading, *lines[start : start + FILE_ROWS]]) + "\r\n"
            path = folder / f"{word}_{number:03d}.csv"
            path.write_bytes(text.encode("gb18030"))
            paths.append(path)
    return paths


def write_store(folder: Path, size: str) -> int:
    """Write L or XL as a store of customs detail, one batch; return the number of rows."""
    total, years, province = SIZES[size]
    codes = lists(province)
    count = total // len(years) // len(FLOWS)
    parts: list[StorePart] = []
    files: list[TakenIn] = []
    seq = 0
    for flow in FLOWS:
        base = keys(codes, flow, _whole(count))
        for year in years:
            made = of_year(base, year, count)
            names = list(_files(flow, year, count))
            files += [_facts(name, flow, year) for name in names]
            parts.append(_write_year(folder, codes, flow, year, made, names, seq))
            seq += count
    index: StoreIndex = {"batch": 1, "files": files, "parts": parts, "lists_replaced": True}
    index["parts"] = customs_batch.with_sums(Detail(folder), index)
    text = json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / INDEX).write_text(text, encoding="utf-8")
    return seq


def _files(flow: str, year: str, count: int) -> Iterator[str]:
    for number in range(-(-count // FILE_ROWS)):
        yield hashlib.sha256(f"{flow} {year} {number}".encode()).hexdigest()


def _facts(sha256: str, flow: str, year: str) -> TakenIn:
    return {
        "name": f"{sha256[:12]}.csv",
        "sha256": sha256,
        "flow": flow,
        "entities": "",
        "periods": year,
        "dims": ";".join(DETAIL_DIMENSIONS),
        "currency": "USD",
        "rows": FILE_ROWS,
        "encoding": "gb18030",
        "retrieved": "",
        "batch": 1,
    }


def _write_year(
    folder: Path,
    codes: Lists,
    flow: str,
    year: str,
    made: dict[str, np.ndarray],
    files: list[str],
    seq: int,
) -> StorePart:
    with duckdb.connect() as link:
        link.register("made", pd.DataFrame(made))
        link.execute("CREATE TABLE codes (dimension VARCHAR, listed VARCHAR[])")
        held = codes.codes | {"entity": codes.entities, "file": [name[:12] for name in files]}
        for name, listed in held.items():
            link.execute("INSERT INTO codes VALUES (?, ?)", [name, listed])

        def coded(name: str, number: str) -> str:
            return f"list_extract((SELECT listed FROM codes WHERE dimension = '{name}'), {number})"

        cells = {
            "flow": f"'{flow}'",
            "period": f"'{year}-' || lpad(month::VARCHAR, 2, '0')",
            "entity": coded("entity", "province + 1"),
            "dims": f"'{';'.join(DETAIL_DIMENSIONS)}'",
            **{name: coded(name, f"{name} + 1") for name in DETAIL_DIMENSIONS},
            "currency": "'USD'",
            "value": "value",
            "quantity_1": "quantity_1",
            "unit_1": f"CASE WHEN {coded('commodity', 'commodity + 1')} LIKE '870%'"
            " THEN '辆' ELSE '千克' END",
            "quantity_2": "CASE WHEN lacking >= 0.6 THEN quantity_1 END",
            "unit_2": "CASE WHEN lacking >= 0.6 THEN '千克' ELSE '' END",
            "file": coded("file", f"row // {FILE_ROWS} + 1"),
        }
        typed = ", ".join(
            f"CAST({cells[name]} AS {TYPES[name]}) AS {name}" for name in DETAIL_COLUMNS
        )
        select = (
            f"SELECT {typed}, 1::INTEGER AS batch, ({seq} + row + 1)::INTEGER AS seq FROM ("
            "SELECT *, row_number() OVER () - 1 AS row FROM made)"
        )
        place = f"flow={flow}/year={year}/batch-0001.parquet"
        return customs_batch.write_part(link, folder, "rows", place, select)


def main() -> None:
    """Make one size in a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.size in ("S", "M"):
        print(f"{len(write_files(asked.folder, asked.size))} files")
    else:
        print(f"{write_store(asked.folder, asked.size)} rows")


if __name__ == "__main__":
    main()
