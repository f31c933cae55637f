"""Words that code and tables share, each once.

What belongs to a figure itself stands with it: qualifiers in `quantities.qualifiers`, statuses in
`quantities.about`, units in `quantities.units`. A test holds the descriptor's lists of allowed
codes (``datapackage.json``) to these tables.
"""

from __future__ import annotations

FLOWS_ZH = {"total": "进出口", "export": "出口", "import": "进口"}
#: The two of which the total is made, as the customs query has them.
DIRECTIONS_ZH = {flow: word for flow, word in FLOWS_ZH.items() if flow != "total"}
#: Headings of the Harmonized System that the book counts as automobiles.
AUTO_HEADINGS = {"8702": "客车（10座及以上）", "8703": "小轿车等载人车", "8704": "货车"}
CURRENCIES = {"USD": "美元", "CNY": "人民币"}
#: Who counted, or how; empty where nobody says.
BASES_ZH = {
    "customs": "海关",
    "caam": "中汽协",
    "traders_seat": "经营单位所在地",
    "origin_destination": "境内目的地和货源地",
    "jama": "日本汽车工业协会",
    "vda": "德国汽车工业协会",
    "cpca": "乘联会",
    "trade_statistics": "贸易统计",
    "district_customs": "属地海关",
    "maker": "企业",
    "media": "媒体转述",
    "converted": "转述者折算",
}
DOMAINS = {
    "auto": "汽车",
    "trade": "外贸",
    "logistics": "物流",
    "parks": "园区",
    "projects": "项目",
    "industry": "工业",
    "investment": "投资",
    "power": "电力",
    "innovation": "创新",
    "labour": "就业",
    "macro": "宏观",
}
STAGES = {
    "signed": "签约",
    "planned": "计划",
    "under_construction": "在建",
    "trial_production": "试产",
    "in_production": "投产",
    "completed": "建成",
    "operating": "运营",
    "": "未印",
}
#: Word added to an indicator for what is measured of it; the level needs none.
MEASURES = {
    "level": "",
    "yoy": "同比",
    "annual_average": "年均增长",
    "share": "占比",
    "contribution_rate": "贡献率",
    "contribution_points": "拉动",
    "pp_change": "变动",
    "difference": "差额",
    "pct_change": "变动",
    "multiple": "倍数",
    "completion": "完成率",
    "vs_plan": "与计划相比",
    "rank": "位次",
}
#: How a figure adds up over time.
ACCUMULATIONS = {
    "period": "当期",
    "ytd": "年内累计",
    "since_start": "自起始累计",
    "stock": "存量",
    "capacity": "能力",
}
#: Of these, what flows: a year's figure so far is the period's, counted from its first day.
FLOWING = ("period", "ytd")
