"""Four queries of the customs platform as an analyst would make them. ALL NUMBERS ARE MADE UP.

The codes, headings and forms are the platform's; levels and seasons are of a plausible size, and no
number is one that was published. Each function writes the CSV files of one query into a folder.

national_by_month   national totals, month ticked, 2023 and 2024, both flows
by_partner          Chongqing, month, partner and regime ticked, exports of two years
autos_by_partner    Chongqing, HS 87 at eight digits, month and partner ticked, exports of two years
totals_alone        Chongqing, nothing ticked: two totals of 2024
"""

from __future__ import annotations

import json
from pathlib import Path

from customs_files import write

#: Shares of the year by month: February is short, the year ends high.
SEASON = (8.2, 6.1, 8.0, 8.1, 8.3, 8.4, 8.5, 8.6, 8.5, 8.6, 9.0, 9.7)
PARTNERS = {  # code, name: made-up exports of 2023 and 2024, in USD 100 million
    ("502", "美国"): (98.0, 91.5),
    ("304", "德国"): (41.0, 38.2),
    ("344", "俄罗斯联邦"): (27.0, 33.4),
    ("141", "越南"): (18.5, 22.9),
    ("116", "日本"): (17.0, 15.8),
    ("110", "中国香港"): (16.0, 16.9),
    ("429", "墨西哥"): (12.2, 15.1),
    ("133", "韩国"): (11.5, 11.1),
    ("138", "阿联酋"): (8.4, 12.7),
    ("410", "巴西"): (7.9, 9.3),
    ("136", "泰国"): (7.5, 8.0),
    ("601", "澳大利亚"): (6.8, 7.7),
}
REGIMES = {("10", "一般贸易"): (0.42, 0.48), ("15", "进料加工贸易"): (0.50, 0.43),
           ("34", "海关特殊监管区域物流货物"): (0.08, 0.09)}  # fmt: skip
GOODS = {  # code, name, USD a piece (of parts: a kilogram), weight: made up
    ("87032361", "小轿车，1.5升以上、2.5升以下"): (11_500, 1.0),
    ("87032240", "小轿车，1升以上、1.5升以下"): (9_200, 0.8),
    ("87038000", "仅装驱动电动机的主要用于载人的车辆"): (19_800, 0.35),
    ("87036011", "插电式混合动力车，点燃式"): (21_400, 0.25),
    ("87042100", "货车，总重不超过5吨，柴油"): (13_100, 0.3),
    ("87112020", "摩托车，50毫升以上、250毫升以下"): (520, 3.0),
    ("87089999", "其他机动车辆零件"): (7, 60.0),
}
PARTS = "87089999"
GOODS_PARTNERS = {  # cars of the first code, a year
    ("344", "俄罗斯联邦"): (52_000, 47_000),
    ("429", "墨西哥"): (21_000, 29_500),
    ("138", "阿联酋"): (9_800, 17_400),
    ("410", "巴西"): (6_400, 13_900),
    ("131", "沙特阿拉伯"): (10_200, 12_600),
    ("412", "智利"): (7_700, 8_300),
    ("136", "泰国"): (2_100, 5_600),
}
ELECTRIC = ("87038000", "87036011")
YEARS = ("2023", "2024")


def _said(path: Path, **said: str) -> Path:
    path.with_name(f"{path.name}.json").write_text(json.dumps(said), encoding="utf-8")
    return path


def _months(place: int) -> list[tuple[str, float]]:
    """Months of a year with their shares; the second year's are shifted a little."""
    return [
        (f"{YEARS[place]}{number:02d}", share / 100 * (1 + 0.02 * place * (number % 3 - 1)))
        for number, share in enumerate(SEASON, start=1)
    ]


def national_by_month(folder: Path) -> list[Path]:
    """National totals by month."""
    made = []
    for flow, levels in {"出口": (33_900.0, 35_900.0), "进口": (25_600.0, 25_800.0)}.items():
        rows = [
            {"month": month, "USD": f"{level * 1e8 * share:,.0f}"}
            for place, level in enumerate(levels)
            for month, share in _months(place)
        ]
        made.append(_said(write(folder, f"全国{flow}.csv", rows), entity="CN"))
    return made


def by_partner(folder: Path) -> list[Path]:
    """Chongqing's exports by month, partner and regime."""
    rows = [
        {
            "month": month,
            "partner": code,
            "partner_name": name,
            "regime": regime,
            "regime_name": regime_name,
            "province": "50",
            "province_name": "重庆市",
            "USD": f"{levels[place] * 1e8 * share * parts[place]:,.0f}",
        }
        for (code, name), levels in PARTNERS.items()
        for (regime, regime_name), parts in REGIMES.items()
        for place in range(2)
        for month, share in _months(place)
    ]
    return [write(folder, "重庆出口_伙伴.csv", rows)]


def autos_by_partner(folder: Path) -> list[Path]:
    """Chongqing's exports of vehicles by eight digits, month and partner."""
    rows = []
    for (code, name), (price, weight) in GOODS.items():
        for (partner, partner_name), levels in GOODS_PARTNERS.items():
            for place in range(2):
                more = 1.6 if place and code in ELECTRIC else 1.0
                for month, share in _months(place):
                    cars = round(levels[place] * weight * more * share)
                    rows.append(
                        {
                            "month": month,
                            "commodity": code,
                            "commodity_name": name,
                            "partner": partner,
                            "partner_name": partner_name,
                            "province": "50",
                            "province_name": "重庆市",
                            "quantity_1": f"{cars:,}",
                            "unit_1": "千克" if code == PARTS else "辆",
                            "quantity_2": "" if code == PARTS else f"{cars * 1_450:,}",
                            "unit_2": "" if code == PARTS else "千克",
                            "USD": f"{cars * price * (1.0 + 0.03 * place):,.0f}",
                        }
                    )
    return [write(folder, "重庆出口_87章.csv", rows)]


def totals_alone(folder: Path) -> list[Path]:
    """Two totals of Chongqing's, in yuan."""
    return [
        _said(
            write(folder, f"重庆{flow}合计.csv", [{"CNY": f"{level:,}"}]),
            entity="CN-50", period="2024",
        )
        for flow, level in {"出口": 498_000_000_000, "进口": 220_000_000_000}.items()
    ]  # fmt: skip


QUERIES = {
    made.__name__: made for made in (national_by_month, by_partner, autos_by_partner, totals_alone)
}
